/* form.c - the parts of forms: atoms, factors, and the algebra that owns them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the algebra ---- */

void algebra_start(Algebra *algebra, Tree *tree, SymbolTable *symbols, const SymbolicScope *scope,
                   char *why) {
  *algebra = (Algebra){.tree = tree, .symbols = symbols, .scope = scope, .why = why};
}

void algebra_end(Algebra *algebra) {
  for (uint32_t i = 0; i < algebra->rule_count; i++) tree_release(algebra->rule[i].tree);
  free(algebra->rule);
  arena_free(&algebra->arena);
}

void algebra_fail(Algebra *algebra, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(algebra->why, 160, format, arguments);
  va_end(arguments);
  longjmp(algebra->escape, 1);
}

void algebra_descend(Algebra *algebra) {
  if (++algebra->depth > FORM_DEPTH) algebra_fail(algebra, "it is nested too deeply for a formula");
}

void algebra_ascend(Algebra *algebra) { algebra->depth--; }

void *form_new(Algebra *algebra, size_t size) {
  algebra->used += size;
  if (algebra->used > FORM_MEMORY) algebra_fail(algebra, "the formula would be too long to read");
  return arena_new(&algebra->arena, size);
}

/* ---- hashes ---- */

/* The finaliser of splitmix64. */
uint64_t hash_mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

uint64_t hash_rational(Rational a) {
  uint64_t bits;
  double value = a.value == 0 ? 0 : a.value; /* no -0 */
  memcpy(&bits, &value, sizeof bits);
  return hash_mix(bits);
}

/* ---- atoms and factors ---- */

const Atom *atom_new(Algebra *algebra, Atom atom) {
  Atom *result = form_new(algebra, sizeof *result);
  atom.hash = hash_mix(atom.hash + (uint64_t)atom.kind);
  atom.weight = 2;
  for (uint32_t i = 0; i < atom.count; i++) {
    atom.hash = hash_mix(3 * atom.hash + atom.argument[i]->hash);
    atom.varies |= atom.argument[i]->varies;
    atom.weight += atom.argument[i]->weight;
  }
  *result = atom;
  return result;
}

Factor factor_of_atom(const Atom *atom) {
  return (Factor){.atom = atom, .power = rational_whole(1), .base_hash = atom->hash};
}

Factor factor_of_sum(const Sum *sum) {
  return (Factor){.sum = sum, .power = rational_whole(1), .base_hash = hash_mix(sum->hash + 1)};
}

bool factor_is_positive(const Factor *factor) {
  Rational number;
  if (factor->atom) return factor->atom->positive;
  return sum_is_number(factor->sum, &number) && rational_sign(number) > 0;
}

bool factor_varies(const Factor *factor) {
  bool base = factor->atom ? factor->atom->varies : factor->sum->varies;
  return base || (factor->exponent && factor->exponent->varies);
}

/* ---- questions ---- */

bool sum_is_number(const Sum *sum, Rational *number) {
  if (sum->count > 1 || (sum->count && sum->term[0]->count)) return false;
  *number = sum->count ? sum->term[0]->coefficient : rational_whole(0);
  return true;
}

bool node_mentions(const Node *node, const Symbol *name) {
  if (!node) return false;
  if (node->symbol == name) return true;
  for (uint32_t i = 0; i < node->count; i++)
    if (node_mentions(node->child[i], name)) return true;
  return false;
}

static bool atom_mentions(const Atom *atom, const Symbol *name) {
  for (uint32_t i = 0; i < atom->count; i++)
    if (sum_mentions(atom->argument[i], name)) return true;
  return node_mentions(atom->node, name);
}

static bool factor_mentions(const Factor *factor, const Symbol *name) {
  bool base = factor->atom ? atom_mentions(factor->atom, name) : sum_mentions(factor->sum, name);
  return base || (factor->exponent && sum_mentions(factor->exponent, name));
}

bool sum_mentions(const Sum *sum, const Symbol *name) {
  for (uint32_t i = 0; i < sum->count; i++)
    for (uint32_t j = 0; j < sum->term[i]->count; j++)
      if (factor_mentions(&sum->term[i]->factor[j], name)) return true;
  return false;
}
