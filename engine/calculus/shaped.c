/* shaped.c - the parts of shaped expressions: extents, atoms, terms, sums.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/shaped.h"

#include <string.h>

void shaped_refuse(Shaping *shaping, const char *why) {
  *shaping->refused = true;
  algebra_fail(shaping->algebra, "%s", why);
}

/* ---- extents ---- */

ShapedExtent extent_number(void) { return (ShapedExtent){.number = true, .rows = 1, .cols = 1}; }

ShapedExtent extent_array(uint32_t rows, uint32_t cols) {
  return (ShapedExtent){.rows = rows, .cols = cols};
}

bool extent_is_column(ShapedExtent extent) { return !extent.number && extent.cols == 1; }

/* An extent that is not known stands for more than 1. */
static bool sizes_join(uint32_t a, uint32_t b, uint32_t *both) {
  *both = a ? a : b;
  return a == b || (!a && b != 1) || (!b && a != 1);
}

bool extent_joins(ShapedExtent a, ShapedExtent b, ShapedExtent *both) {
  *both = a;
  return sizes_join(a.rows, b.rows, &both->rows) && sizes_join(a.cols, b.cols, &both->cols);
}

/* ---- hashes ---- */

static uint64_t hash_symbol(const Symbol *symbol) { return symbol ? hash_mix(symbol->id + 1) : 1; }

static uint64_t hash_factor(const ShapedFactor *factor) {
  return hash_mix(factor->atom->hash + 2 * (uint64_t)factor->transposed) +
         hash_rational(factor->power);
}

/* Number factors and factors of EACH commute. */
static uint64_t hash_set(const ShapedFactor *factor, uint32_t count) {
  uint64_t hash = count;
  for (uint32_t i = 0; i < count; i++) hash += hash_mix(hash_factor(&factor[i]));
  return hash_mix(hash);
}

/* Of the chain, or of its transpose. */
static uint64_t hash_chain(const ShapedFactor *factor, uint32_t count, bool transposed) {
  uint64_t hash = count;
  for (uint32_t i = 0; i < count; i++) {
    ShapedFactor next = factor[transposed ? count - 1 - i : i];
    if (!next.atom->symmetric) next.transposed ^= transposed;
    hash = hash_mix(3 * hash + hash_factor(&next));
  }
  return hash;
}

/* ---- atoms ---- */

/* u'v is v'u. */
static uint64_t hash_term(const ShapedTerm *term, bool transposed) {
  uint64_t hash = hash_chain(term->chain, term->length, transposed);
  if (term->length > 1 && shaped_term_extent(term).number) {
    uint64_t mirrored = hash_chain(term->chain, term->length, !transposed);
    hash = hash < mirrored ? hash : mirrored;
  }
  return hash_mix(hash + 5 * hash_set(term->scalar, term->scalars));
}

bool shaped_is_symmetric(const ShapedSum *sum) {
  if (sum->extent.number) return true;
  bool symmetric = sum->count > 0;
  for (uint32_t i = 0; symmetric && i < sum->count; i++) {
    uint64_t mirrored = hash_term(&sum->term[i], true);
    bool found = false;
    for (uint32_t j = 0; j < sum->count; j++)
      found = found || (sum->term[j].hash == mirrored &&
                        rational_equal(sum->term[i].coefficient, sum->term[j].coefficient));
    symmetric = found;
  }
  return symmetric;
}

static bool atom_is_symmetric(const ShapedAtom *atom) {
  switch (atom->kind) {
  case SHAPED_GROUP: return shaped_is_symmetric(atom->part[0]);
  case SHAPED_EYE: return true;
  case SHAPED_CALL: {
    bool inverse = symbol_is(atom->name, "inv") && shaped_is_symmetric(atom->part[0]);
    return inverse || (symbol_is(atom->name, "diag") && atom->extent.cols != 1);
  }
  default: return atom->symmetric;
  }
}

const ShapedAtom *shaped_atom(Shaping *shaping, ShapedAtom atom) {
  ShapedAtom *result = form_new(shaping->algebra, sizeof *result);
  uint64_t hash = hash_mix((uint64_t)atom.kind + hash_symbol(atom.name));
  if (atom.node) hash = hash_mix(hash + form_node_hash(atom.node));
  for (uint32_t i = 0; i < atom.parts; i++) {
    hash = hash_mix(3 * hash + atom.part[i]->hash);
    bool constant = atom.kind == SHAPED_ONES || atom.kind == SHAPED_EYE;
    atom.varies |= !constant && atom.part[i]->varies;
  }
  for (uint32_t i = 0; i < atom.factors; i++) atom.varies |= atom.factor[i].atom->varies;
  atom.hash = hash_mix(hash + hash_set(atom.factor, atom.factors));
  atom.symmetric = atom_is_symmetric(&atom);
  *result = atom;
  return result;
}

/* ---- terms ---- */

ShapedTerm shaped_term(ShapedTerm term) {
  term.varies = false;
  for (uint32_t i = 0; i < term.scalars; i++) term.varies |= term.scalar[i].atom->varies;
  for (uint32_t i = 0; i < term.length; i++) term.varies |= term.chain[i].atom->varies;
  term.hash = hash_term(&term, false);
  return term;
}

ShapedExtent shaped_factor_extent(const ShapedFactor *factor) {
  ShapedExtent extent = factor->atom->extent;
  if (!factor->transposed) return extent;
  return (ShapedExtent){.number = extent.number, .rows = extent.cols, .cols = extent.rows};
}

ShapedExtent shaped_term_extent(const ShapedTerm *term) {
  if (!term->length) return extent_number();
  uint32_t rows = shaped_factor_extent(&term->chain[0]).rows;
  uint32_t cols = shaped_factor_extent(&term->chain[term->length - 1]).cols;
  if (term->length > 1 && rows == 1 && cols == 1) return extent_number();
  return extent_array(rows, cols);
}

/* ---- sums ---- */

const ShapedSum *shaped_of_terms(Shaping *shaping, ShapedExtent extent, const ShapedTerm *term,
                                 uint32_t count) {
  ShapedSum *sum = form_new(shaping->algebra, sizeof *sum);
  *sum = (ShapedSum){.extent = extent, .term = term, .count = count};
  uint64_t hash = count;
  for (uint32_t i = 0; i < count; i++) {
    hash += hash_mix(term[i].hash + hash_rational(term[i].coefficient));
    sum->varies |= term[i].varies;
  }
  sum->hash = hash_mix(hash);
  return sum;
}

/* A factor that is a sum in ( ) alone is the sum. */
const ShapedSum *shaped_of_factor(Shaping *shaping, ShapedFactor factor) {
  if (factor.atom->symmetric || factor.atom->extent.number) factor.transposed = false;
  bool plain = !factor.transposed && rational_is(factor.power, 1);
  if (factor.atom->kind == SHAPED_GROUP && plain) return factor.atom->part[0];
  ShapedFactor *list = form_new(shaping->algebra, sizeof *list);
  ShapedTerm *term = form_new(shaping->algebra, sizeof *term);
  *list = factor;
  *term = (ShapedTerm){.coefficient = rational_whole(1)};
  if (factor.atom->extent.number) {
    term->scalar = list;
    term->scalars = 1;
  } else {
    term->chain = list;
    term->length = 1;
  }
  *term = shaped_term(*term);
  return shaped_of_terms(shaping, shaped_factor_extent(list), term, 1);
}

const ShapedSum *shaped_of_atom(Shaping *shaping, const ShapedAtom *atom) {
  return shaped_of_factor(shaping, (ShapedFactor){.atom = atom, .power = rational_whole(1)});
}

const ShapedSum *shaped_rational(Shaping *shaping, Rational number) {
  ShapedTerm *term = form_new(shaping->algebra, sizeof *term);
  *term = shaped_term((ShapedTerm){.coefficient = number});
  return shaped_of_terms(shaping, extent_number(), term, rational_is(number, 0) ? 0 : 1);
}

const ShapedSum *shaped_whole(Shaping *shaping, int64_t number) {
  return shaped_rational(shaping, rational_whole(number));
}

const ShapedSum *shaped_zero(Shaping *shaping, ShapedExtent extent) {
  return shaped_of_terms(shaping, extent, NULL, 0);
}

const ShapedSum *shaped_typed(Shaping *shaping, const ShapedSum *sum, const Node *node) {
  ShapedSum *result = form_new(shaping->algebra, sizeof *result);
  *result = *sum;
  result->typed = node;
  return result;
}

bool shaped_is_rational(const ShapedSum *sum, Rational *number) {
  *number = sum->count ? sum->term[0].coefficient : rational_whole(0);
  return sum->extent.number &&
         (!sum->count || (sum->count == 1 && !sum->term[0].scalars && !sum->term[0].length));
}

bool shaped_is_kind(const ShapedSum *sum, ShapedKind kind) {
  const ShapedTerm *term = sum->term;
  return sum->count == 1 && !term->scalars && term->length == 1 &&
         term->chain[0].atom->kind == kind && rational_is(term->coefficient, 1);
}
