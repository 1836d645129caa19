/* shaped_product.c - sums, products and powers of shaped expressions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "calculus/shaped.h"

static const ShapedFactor *copy_factors(Shaping *shaping, const ShapedFactor *factor,
                                        uint32_t count) {
  ShapedFactor *copy = form_new(shaping->algebra, (count + 1) * sizeof *copy);
  if (count) memcpy(copy, factor, count * sizeof *copy);
  return copy;
}

static const ShapedSum *of_term(Shaping *shaping, ShapedTerm term) {
  bool factor = !term.scalars && term.length == 1 && rational_is(term.coefficient, 1);
  if (factor) return shaped_of_factor(shaping, term.chain[0]);
  bool scalar = !term.length && term.scalars == 1 && rational_is(term.coefficient, 1);
  if (scalar && rational_is(term.scalar[0].power, 1))
    return shaped_of_factor(shaping, term.scalar[0]);
  ShapedTerm *list = form_new(shaping->algebra, sizeof *list);
  *list = shaped_term(term);
  ShapedExtent extent = shaped_term_extent(list);
  return shaped_of_terms(shaping, extent, list, rational_is(term.coefficient, 0) ? 0 : 1);
}

static ShapedFactor group(Shaping *shaping, const ShapedSum *sum) {
  const ShapedSum **part = form_new(shaping->algebra, sizeof *part);
  part[0] = sum;
  const ShapedAtom *atom = shaped_atom(
      shaping, (ShapedAtom){.kind = SHAPED_GROUP, .extent = sum->extent, .part = part, .parts = 1});
  return (ShapedFactor){.atom = atom, .power = rational_whole(1)};
}

/* ---- sums ---- */

static void add_term(ShapedTerm *list, uint32_t *count, ShapedTerm term, bool negative) {
  if (negative) term.coefficient = rational_negate(term.coefficient);
  uint32_t at = 0;
  while (at < *count && list[at].hash != term.hash) at++;
  if (at == *count) {
    list[(*count)++] = term;
    return;
  }
  list[at].coefficient = rational_add(list[at].coefficient, term.coefficient);
  if (!rational_is(list[at].coefficient, 0)) return;
  (*count)--;
  memmove(list + at, list + at + 1, (*count - at) * sizeof *list);
}

const ShapedSum *shaped_add(Shaping *shaping, const ShapedSum *a, const ShapedSum *b,
                            bool subtract) {
  ShapedExtent extent = a->extent.number ? b->extent : a->extent;
  if (!a->extent.number && !b->extent.number && !extent_joins(a->extent, b->extent, &extent))
    shaped_refuse(shaping, "the sizes in a sum do not fit");
  if (!b->count && a->extent.number == extent.number) return a;
  if (!a->count && !subtract && b->extent.number == extent.number) return b;
  ShapedTerm *list = form_new(shaping->algebra, (a->count + b->count + 1) * sizeof *list);
  uint32_t count = 0;
  for (uint32_t i = 0; i < a->count; i++) add_term(list, &count, a->term[i], false);
  for (uint32_t i = 0; i < b->count; i++) add_term(list, &count, b->term[i], subtract);
  return shaped_of_terms(shaping, extent, list, count);
}

const ShapedSum *shaped_scale(Shaping *shaping, const ShapedSum *a, Rational by) {
  return shaped_multiply(shaping, shaped_rational(shaping, by), a);
}

/* ---- products ---- */

static ShapedTerm alone(Shaping *shaping, ShapedFactor factor) {
  ShapedTerm term = {.coefficient = rational_whole(1)};
  const ShapedFactor *list = copy_factors(shaping, &factor, 1);
  if (factor.atom->extent.number) {
    term.scalar = list;
    term.scalars = 1;
  } else {
    term.chain = list;
    term.length = 1;
  }
  return term;
}

/* The sum as one term, in ( ) if it has several. */
static ShapedTerm as_term(Shaping *shaping, const ShapedSum *sum) {
  const ShapedTerm *only = sum->term;
  if (sum->count != 1) return alone(shaping, group(shaping, sum));
  if (sum->extent.number && only->length) { /* u'v */
    ShapedTerm *plain = form_new(shaping->algebra, sizeof *plain);
    *plain = *only;
    plain->coefficient = rational_whole(1);
    bool itself = rational_is(only->coefficient, 1);
    const ShapedSum *inner = itself ? sum : shaped_of_terms(shaping, sum->extent, plain, 1);
    ShapedTerm term = alone(shaping, group(shaping, inner));
    term.coefficient = only->coefficient;
    return term;
  }
  bool fill = !sum->extent.number && shaped_term_extent(only).number;
  return fill ? alone(shaping, group(shaping, sum)) : *only;
}

/* Adds factors to a list in which each atom stands once. */
static void merge(ShapedFactor *list, uint32_t *count, const ShapedFactor *factor,
                  uint32_t factors) {
  for (uint32_t i = 0; i < factors; i++) {
    uint32_t at = 0;
    while (at < *count && (list[at].atom->hash != factor[i].atom->hash ||
                           list[at].transposed != factor[i].transposed))
      at++;
    if (at == *count) {
      list[(*count)++] = factor[i];
      continue;
    }
    list[at].power = rational_add(list[at].power, factor[i].power);
    if (!rational_is(list[at].power, 0)) continue;
    (*count)--;
    memmove(list + at, list + at + 1, (*count - at) * sizeof *list);
  }
}

static ShapedTerm scalars_of(Shaping *shaping, const ShapedTerm *a, const ShapedTerm *b) {
  ShapedFactor *list = form_new(shaping->algebra, (a->scalars + b->scalars + 1) * sizeof *list);
  ShapedTerm term = {.coefficient = rational_multiply(a->coefficient, b->coefficient),
                     .scalar = list};
  merge(list, &term.scalars, a->scalar, a->scalars);
  merge(list, &term.scalars, b->scalar, b->scalars);
  return term;
}

static ShapedTerm with_scalar(Shaping *shaping, ShapedTerm term, const ShapedFactor *chain,
                              uint32_t length) {
  ShapedTerm alone =
      shaped_term((ShapedTerm){.coefficient = rational_whole(1), .chain = chain, .length = length});
  ShapedTerm *list = form_new(shaping->algebra, sizeof *list);
  *list = alone;
  ShapedFactor factor = group(shaping, shaped_of_terms(shaping, extent_number(), list, 1));
  ShapedTerm scalar = {.coefficient = rational_whole(1), .scalar = &factor, .scalars = 1};
  ShapedTerm result = scalars_of(shaping, &term, &scalar);
  result.chain = term.chain;
  result.length = term.length;
  return result;
}

static uint32_t drop_identities(ShapedFactor *chain, uint32_t count) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    bool last = i + 1 == count && kept == 0;
    if (chain[i].atom->kind != SHAPED_EYE || last) chain[kept++] = chain[i];
  }
  return kept;
}

/* A row times … times a column inside a longer chain is a number: x*x'*b is (x'*b)*x. */
static bool find_number(const ShapedFactor *chain, uint32_t count, uint32_t *from, uint32_t *to) {
  for (uint32_t i = 0; i < count; i++) {
    if (shaped_factor_extent(&chain[i]).rows != 1) continue;
    for (uint32_t j = i + 1; j < count; j++) {
      if (shaped_factor_extent(&chain[j]).cols != 1) continue;
      *from = i;
      *to = j + 1;
      return *to - *from < count;
    }
  }
  return false;
}

static ShapedTerm chain_product(Shaping *shaping, ShapedTerm term, const ShapedTerm *a,
                                const ShapedTerm *b) {
  ShapedFactor *chain = form_new(shaping->algebra, (a->length + b->length + 1) * sizeof *chain);
  uint32_t count = a->length + b->length, from, to;
  if (a->length) memcpy(chain, a->chain, a->length * sizeof *chain);
  if (b->length) memcpy(chain + a->length, b->chain, b->length * sizeof *chain);
  if (a->length && b->length) count = drop_identities(chain, count);
  term.chain = chain;
  term.length = count;
  while (find_number(chain, term.length, &from, &to)) {
    term = with_scalar(shaping, term, copy_factors(shaping, chain + from, to - from), to - from);
    memmove(chain + from, chain + to, (term.length - to) * sizeof *chain);
    term.length -= to - from;
  }
  if (term.length > 1 && shaped_term_extent(&term).number) {
    uint32_t length = term.length;
    term.chain = NULL;
    term.length = 0;
    bool alone = !term.scalars && rational_is(term.coefficient, 1);
    if (!alone) return with_scalar(shaping, term, chain, length);
    term.chain = chain;
    term.length = length;
  }
  return term;
}

const ShapedSum *shaped_multiply(Shaping *shaping, const ShapedSum *a, const ShapedSum *b) {
  bool arrays = !a->extent.number && !b->extent.number;
  ShapedExtent inner;
  if (arrays &&
      !extent_joins(extent_array(a->extent.cols, 1), extent_array(b->extent.rows, 1), &inner))
    shaped_refuse(shaping, "the sizes in a product do not fit");
  ShapedExtent extent = a->extent.number ? b->extent : a->extent;
  if (arrays) {
    extent = extent_array(a->extent.rows, b->extent.cols);
    if (extent.rows == 1 && extent.cols == 1) extent = extent_number();
  }
  if (!a->count || !b->count) return shaped_zero(shaping, extent);
  Rational one;
  if (shaped_is_rational(a, &one) && rational_is(one, 1)) return b;
  if (shaped_is_rational(b, &one) && rational_is(one, 1)) return a;
  ShapedTerm left = as_term(shaping, a), right = as_term(shaping, b);
  ShapedTerm term = chain_product(shaping, scalars_of(shaping, &left, &right), &left, &right);
  return of_term(shaping, term);
}

const ShapedSum *shaped_transpose(Shaping *shaping, const ShapedSum *a) {
  if (a->extent.number) return a;
  if (!a->count) return shaped_zero(shaping, extent_array(a->extent.cols, a->extent.rows));
  ShapedTerm term = as_term(shaping, a);
  ShapedFactor *chain = form_new(shaping->algebra, (term.length + 1) * sizeof *chain);
  for (uint32_t i = 0; i < term.length; i++) {
    chain[i] = term.chain[term.length - 1 - i];
    chain[i].transposed = !chain[i].transposed && !chain[i].atom->symmetric;
  }
  term.chain = chain;
  return of_term(shaping, term);
}

/* ---- entry by entry ---- */

/* The factors of the array part of a term, entry by entry, and the term that is left of it. */
static const ShapedFactor *entry_factors(Shaping *shaping, ShapedTerm *term, uint32_t *count) {
  ShapedFactor factor = term->chain[0];
  uint32_t length = term->length;
  const ShapedFactor *chain = term->chain;
  term->chain = NULL;
  term->length = 0;
  *count = length == 1 && factor.atom->kind == SHAPED_ONES ? 0 : 1;
  if (length == 1 && factor.atom->kind == SHAPED_EACH && !factor.transposed) {
    *count = factor.atom->factors;
    return factor.atom->factor;
  }
  if (length == 1) return copy_factors(shaping, &factor, 1);
  factor = group(shaping, of_term(shaping, (ShapedTerm){.coefficient = rational_whole(1),
                                                        .chain = chain,
                                                        .length = length}));
  return copy_factors(shaping, &factor, 1);
}

static const ShapedSum *of_entries(Shaping *shaping, ShapedTerm term, const ShapedFactor *list,
                                   uint32_t count, ShapedExtent extent, const ShapedSum *like) {
  const ShapedSum *array;
  if (!count) array = shaped_ones(shaping, like);
  else if (count == 1 && rational_is(list[0].power, 1)) array = shaped_of_factor(shaping, list[0]);
  else {
    const ShapedAtom *atom = shaped_atom(
        shaping,
        (ShapedAtom){.kind = SHAPED_EACH, .extent = extent, .factor = list, .factors = count});
    array = shaped_of_atom(shaping, atom);
  }
  return shaped_multiply(shaping, of_term(shaping, term), array);
}

const ShapedSum *shaped_each(Shaping *shaping, const ShapedSum *a, const ShapedSum *b) {
  if (a->extent.number || b->extent.number) return shaped_multiply(shaping, a, b);
  ShapedExtent extent;
  if (!extent_joins(a->extent, b->extent, &extent))
    algebra_fail(shaping->algebra, "rows or columns are stretched");
  if (!a->count || !b->count) return shaped_zero(shaping, extent);
  ShapedTerm left = as_term(shaping, a), right = as_term(shaping, b);
  uint32_t before, behind, count = 0;
  const ShapedFactor *first = entry_factors(shaping, &left, &before);
  const ShapedFactor *second = entry_factors(shaping, &right, &behind);
  ShapedFactor *list = form_new(shaping->algebra, (before + behind + 1) * sizeof *list);
  merge(list, &count, first, before);
  merge(list, &count, second, behind);
  return of_entries(shaping, scalars_of(shaping, &left, &right), list, count, extent, a);
}

static const ShapedFactor *raised(Shaping *shaping, const ShapedFactor *factor, uint32_t count,
                                  Rational power) {
  ShapedFactor *list = form_new(shaping->algebra, (count + 1) * sizeof *list);
  for (uint32_t i = 0; i < count; i++) {
    list[i] = factor[i];
    list[i].power = rational_multiply(factor[i].power, power);
  }
  return list;
}

/* One factor, and no number before it: (c*s^p)^power is no c^power*s^(p*power) for a root. */
static bool is_plain(const ShapedTerm *term) {
  bool one = rational_is(term->coefficient, 1) && term->scalars + term->length == 1;
  if (!one) return false;
  if (term->scalars) return rational_is(term->scalar[0].power, 1);
  return term->chain[0].atom->kind != SHAPED_EACH;
}

const ShapedSum *shaped_raise(Shaping *shaping, const ShapedSum *a, Rational power) {
  if (rational_is(power, 1)) return a;
  if (!a->count && rational_sign(power) <= 0) algebra_fail(shaping->algebra, "it divides by zero");
  if (!a->count) return a;
  if (rational_is(power, 0))
    return a->extent.number ? shaped_whole(shaping, 1) : shaped_ones(shaping, a);
  ShapedTerm term = as_term(shaping, a);
  bool whole = rational_is_whole(power);
  if (!whole && !is_plain(&term)) term = alone(shaping, group(shaping, a));
  ShapedTerm result = {.coefficient =
                           whole ? rational_power(term.coefficient, power.top) : term.coefficient};
  result.scalar = raised(shaping, term.scalar, term.scalars, power);
  result.scalars = term.scalars;
  if (a->extent.number) return of_term(shaping, result);
  uint32_t count;
  const ShapedFactor *list = entry_factors(shaping, &term, &count);
  return of_entries(shaping, result, raised(shaping, list, count, power), count, a->extent, a);
}

/* The number before it goes before the sum. */
const ShapedSum *shaped_total(Shaping *shaping, const ShapedSum *array) {
  if (!array->count) return shaped_zero(shaping, extent_number());
  if (shaped_is_kind(array, SHAPED_ONES)) return shaped_entries(shaping, array);
  if (array->count > 1 || !array->term->length)
    return shaped_call(shaping, "sum", extent_number(), &array, 1);
  const ShapedSum *number = shaped_number_part(shaping, array->term, UINT32_MAX);
  const ShapedSum *chain = shaped_slice(shaping, array->term, 0, array->term->length);
  if (chain->extent.number) return shaped_multiply(shaping, number, chain);
  const ShapedSum *sum = shaped_is_kind(chain, SHAPED_ONES)
                             ? shaped_entries(shaping, chain)
                             : shaped_call(shaping, "sum", extent_number(), &chain, 1);
  return shaped_multiply(shaping, number, sum);
}

const ShapedSum *shaped_inner(Shaping *shaping, const ShapedSum *a, const ShapedSum *b) {
  if (a->extent.number || b->extent.number) {
    const ShapedSum *array = a->extent.number ? b : a, *number = a->extent.number ? a : b;
    if (array->extent.number) return shaped_multiply(shaping, a, b);
    return shaped_multiply(shaping, number, shaped_total(shaping, array));
  }
  bool columns = extent_is_column(a->extent) && extent_is_column(b->extent);
  bool filled = shaped_is_kind(a, SHAPED_ONES) || shaped_is_kind(b, SHAPED_ONES);
  if (columns && !filled && (a->extent.rows != 1 || b->extent.rows != 1))
    return shaped_multiply(shaping, shaped_transpose(shaping, a), b);
  const ShapedSum *product = shaped_each(shaping, a, b);
  return shaped_total(shaping, product);
}

/* ---- parts of a term ---- */

const ShapedSum *shaped_slice(Shaping *shaping, const ShapedTerm *term, uint32_t from,
                              uint32_t to) {
  const ShapedSum *result = NULL;
  for (uint32_t i = from; i < to; i++) {
    const ShapedSum *factor = shaped_of_factor(shaping, term->chain[i]);
    result = result ? shaped_multiply(shaping, result, factor) : factor;
  }
  return result;
}

const ShapedSum *shaped_number_part(Shaping *shaping, const ShapedTerm *term, uint32_t lowered) {
  const ShapedSum *result = shaped_rational(shaping, term->coefficient);
  for (uint32_t i = 0; i < term->scalars; i++) {
    ShapedFactor plain = term->scalar[i];
    Rational power = plain.power;
    plain.power = rational_whole(1);
    if (i == lowered) {
      result = shaped_scale(shaping, result, power);
      power = rational_add(power, rational_whole(-1));
    }
    if (rational_is(power, 0)) continue;
    result = shaped_multiply(shaping, result,
                             shaped_raise(shaping, shaped_of_factor(shaping, plain), power));
  }
  return result;
}

/* ---- terms that belong together ---- */

/* The place where two chains differ, in nothing but a transpose; or their length. */
static uint32_t differ_in_transpose(const ShapedTerm *a, const ShapedTerm *b) {
  if (a->length != b->length || !rational_equal(a->coefficient, b->coefficient)) return UINT32_MAX;
  uint32_t place = UINT32_MAX, differences = a->scalars != b->scalars;
  for (uint32_t i = 0; i < a->length; i++) {
    const ShapedFactor *x = &a->chain[i], *y = &b->chain[i];
    if (x->atom->hash != y->atom->hash) return UINT32_MAX;
    if (x->transposed == y->transposed) continue;
    place = i;
    differences++;
  }
  return differences == 1 && a->scalars == b->scalars ? place : UINT32_MAX;
}

static bool same_scalars(const ShapedTerm *a, const ShapedTerm *b) {
  ShapedTerm x = *a, y = *b;
  x.length = y.length = 0;
  return shaped_term(x).hash == shaped_term(y).hash;
}

static ShapedTerm join_transposes(Shaping *shaping, const ShapedTerm *a, uint32_t place) {
  ShapedFactor plain = a->chain[place];
  plain.transposed = false;
  const ShapedSum *one = shaped_of_factor(shaping, plain);
  ShapedFactor *chain = form_new(shaping->algebra, a->length * sizeof *chain);
  memcpy(chain, a->chain, a->length * sizeof *chain);
  chain[place] = group(shaping, shaped_add(shaping, one, shaped_transpose(shaping, one), false));
  ShapedTerm term = *a;
  term.chain = chain;
  return shaped_term(term);
}

const ShapedSum *shaped_collect(Shaping *shaping, const ShapedSum *a) {
  ShapedTerm *list = form_new(shaping->algebra, (a->count + 1) * sizeof *list);
  uint32_t count = 0;
  for (uint32_t i = 0; i < a->count; i++) {
    uint32_t at = 0, place = UINT32_MAX;
    for (; at < count; at++) {
      place = differ_in_transpose(&list[at], &a->term[i]);
      if (place != UINT32_MAX && same_scalars(&list[at], &a->term[i])) break;
    }
    bool alone = at < count && list[at].length == 1;
    if (at == count || alone) list[count++] = a->term[i];
    else list[at] = join_transposes(shaping, &list[at], place);
  }
  return shaped_of_terms(shaping, a->extent, list, count);
}

const ShapedSum *shaped_series(Shaping *shaping, const ShapedAtom *series, const ShapedSum *body) {
  const ShapedSum *inside = shaped_collect(shaping, body);
  if (!inside->count) return inside;
  Rational factor = inside->count == 1 ? inside->term[0].coefficient : rational_whole(1);
  const ShapedSum **part = form_new(shaping->algebra, sizeof *part);
  part[0] = shaped_scale(shaping, inside, rational_inverse(factor));
  ShapedAtom atom = *series;
  atom.extent = inside->extent;
  atom.part = part;
  atom.varies = atom.symmetric = false;
  return shaped_scale(shaping, shaped_of_atom(shaping, shaped_atom(shaping, atom)), factor);
}
