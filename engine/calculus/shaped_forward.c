/* shaped_forward.c - Jacobians of columns by the differential: du = J*dx.
 *
 * The differential of each part is brought into the form matrix*dx (Magnus and Neudecker, Matrix
 * Differential Calculus, chapter 9); what cannot be, a matrix that varies in the middle of a
 * product, has no formula. The variable is a column, and a number has a row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/shaped.h"

static const ShapedSum *forward_sum(Shaping *shaping, const ShapedSum *sum);

static ShapedExtent jacobian_extent(const Shaping *shaping, ShapedExtent of) {
  return extent_array(of.number ? 1 : of.rows, shaping->parameter[shaping->variable].extent.rows);
}

static _Noreturn void forward_fail(Shaping *shaping, const char *what) {
  algebra_fail(shaping->algebra, "no formula for the derivative of %s", what);
}

/* diag(v)*J, where v may be a number or ones. */
static const ShapedSum *scaled_rows(Shaping *shaping, const ShapedSum *v,
                                    const ShapedSum *jacobian) {
  if (v->extent.number) return shaped_multiply(shaping, v, jacobian);
  if (!v->count) return shaped_zero(shaping, jacobian->extent);
  if (v->extent.rows == 1) forward_fail(shaping, "a vector of one number");
  Rational number = v->count == 1 ? v->term->coefficient : rational_whole(1);
  const ShapedSum *plain = v->count == 1 ? shaped_scale(shaping, v, rational_inverse(number)) : v;
  const ShapedSum *diagonal = plain;
  if (shaped_is_kind(plain, SHAPED_ONES)) diagonal = shaped_eye(shaping, v);
  else
    diagonal =
        shaped_call(shaping, "diag", extent_array(v->extent.rows, v->extent.rows), &plain, 1);
  return shaped_multiply(shaping, shaped_scale(shaping, diagonal, number), jacobian);
}

static const ShapedSum *inverted(Shaping *shaping, const ShapedSum *a) {
  return shaped_raise(shaping, a, rational_whole(-1));
}

/* ---- calls ---- */

static const ShapedSum *row(Shaping *shaping, const ShapedSum *column, const ShapedSum *jacobian) {
  return shaped_multiply(shaping, shaped_transpose(shaping, column), jacobian);
}

static const ShapedSum *forward_softmax(Shaping *shaping, const ShapedSum *y,
                                        const ShapedSum *jacobian) {
  const ShapedSum *outer = shaped_multiply(shaping, y, shaped_transpose(shaping, y));
  const ShapedSum *diagonal = shaped_call(shaping, "diag", outer->extent, &y, 1);
  return shaped_multiply(shaping, shaped_add(shaping, diagonal, outer, true), jacobian);
}

static const ShapedSum *forward_choice(Shaping *shaping, const ShapedAtom *call) {
  const ShapedSum *result = shaped_zero(shaping, jacobian_extent(shaping, call->extent));
  for (uint32_t i = 0; i < 2; i++) {
    if (!call->part[i]->varies) continue;
    const ShapedSum *more = shaped_add(shaping, call->part[i], call->part[1 - i], true);
    if (symbol_is(call->name, "min")) more = shaped_scale(shaping, more, rational_whole(-1));
    const ShapedSum *sign = shaped_call(shaping, "sign", more->extent, &more, 1);
    const ShapedSum *twice = shaped_add(shaping, shaped_whole(shaping, 1), sign, false);
    const ShapedSum *slope = shaped_scale(shaping, twice, rational_ratio(1, 2));
    if (call->part[i]->extent.number != call->extent.number)
      forward_fail(shaping, "max of a number and an array");
    result = shaped_add(shaping, result,
                        scaled_rows(shaping, slope, forward_sum(shaping, call->part[i])), false);
  }
  return result;
}

static const ShapedSum *forward_call(Shaping *shaping, const ShapedAtom *call) {
  const Symbol *name = call->name;
  if (symbol_is(name, "max") || symbol_is(name, "min")) return forward_choice(shaping, call);
  const ShapedSum *u = call->part[0], *value = shaped_of_atom(shaping, call);
  bool column = u->extent.number || extent_is_column(u->extent);
  if (!column) forward_fail(shaping, "a matrix");
  const ShapedSum *inner = forward_sum(shaping, u);
  if (symbol_is(name, "norm"))
    return u->extent.number
               ? shaped_multiply(shaping, shaped_multiply(shaping, u, inverted(shaping, value)),
                                 inner)
               : shaped_multiply(shaping, inverted(shaping, value), row(shaping, u, inner));
  if (symbol_is(name, "sum") || symbol_is(name, "Σ"))
    return row(shaping, shaped_ones(shaping, u), inner);
  if (symbol_is(name, "mean")) {
    const ShapedSum *total = row(shaping, shaped_ones(shaping, u), inner);
    return shaped_multiply(shaping, inverted(shaping, shaped_entries(shaping, u)), total);
  }
  if (symbol_is(name, "logsumexp"))
    return row(shaping, shaped_call(shaping, "softmax", u->extent, &u, 1), inner);
  if (symbol_is(name, "softmax")) return forward_softmax(shaping, value, inner);
  if (symbol_is(name, "diag")) forward_fail(shaping, "a matrix");
  return scaled_rows(shaping, shaped_slope(shaping, name, u, value), inner);
}

/* ---- other atoms ---- */

static const ShapedSum *forward_factor(Shaping *shaping, const ShapedFactor *factor);

static const ShapedSum *forward_each(Shaping *shaping, const ShapedAtom *each) {
  const ShapedSum *result = shaped_zero(shaping, jacobian_extent(shaping, each->extent));
  for (uint32_t i = 0; i < each->factors; i++) {
    if (!each->factor[i].atom->varies) continue;
    ShapedFactor of = each->factor[i];
    const ShapedSum *slope = shaped_rational(shaping, of.power);
    for (uint32_t j = 0; j < each->factors; j++) {
      ShapedFactor plain = each->factor[j];
      Rational power = plain.power;
      plain.power = rational_whole(1);
      if (i == j) power = rational_add(power, rational_whole(-1));
      if (rational_is(power, 0)) continue;
      slope = shaped_each(shaping, slope,
                          shaped_raise(shaping, shaped_of_factor(shaping, plain), power));
    }
    of.power = rational_whole(1);
    result = shaped_add(shaping, result, scaled_rows(shaping, slope, forward_factor(shaping, &of)),
                        false);
  }
  return result;
}

static const ShapedSum *forward_power(Shaping *shaping, const ShapedAtom *power) {
  const ShapedSum *base = power->part[0], *exponent = power->part[1], *slope;
  if (base->varies || exponent->extent.number != power->extent.number)
    forward_fail(shaping, "such a power");
  slope = shaped_each(shaping, shaped_of_atom(shaping, power),
                      shaped_call(shaping, "log", base->extent, &base, 1));
  if (shaped_is_e(shaping, base)) slope = shaped_of_atom(shaping, power);
  return scaled_rows(shaping, slope, forward_sum(shaping, exponent));
}

static const ShapedSum *forward_solve(Shaping *shaping, const ShapedAtom *solve) {
  if (solve->part[0]->varies) forward_fail(shaping, "a matrix");
  ShapedAtom result = *solve;
  const ShapedSum **part = form_new(shaping->algebra, 2 * sizeof *part);
  part[0] = solve->part[0];
  part[1] = forward_sum(shaping, solve->part[1]);
  result.part = part;
  result.extent = jacobian_extent(shaping, solve->extent);
  result.varies = false;
  return shaped_of_atom(shaping, shaped_atom(shaping, result));
}

static const ShapedSum *forward_series(Shaping *shaping, const ShapedAtom *series) {
  return shaped_series(shaping, series, forward_sum(shaping, series->part[0]));
}

/* Of a number or a column. */
static const ShapedSum *forward_atom(Shaping *shaping, const ShapedAtom *atom) {
  if (!atom->extent.number && !extent_is_column(atom->extent)) forward_fail(shaping, "a matrix");
  switch (atom->kind) {
  case SHAPED_LEAF: return shaped_eye(shaping, shaped_of_atom(shaping, atom));
  case SHAPED_GROUP: return forward_sum(shaping, atom->part[0]);
  case SHAPED_EACH: return forward_each(shaping, atom);
  case SHAPED_CALL: return forward_call(shaping, atom);
  case SHAPED_SOLVE: return forward_solve(shaping, atom);
  case SHAPED_POWER: return forward_power(shaping, atom);
  case SHAPED_SERIES: return forward_series(shaping, atom);
  case SHAPED_ONES:
  case SHAPED_EYE: break;
  }
  return shaped_zero(shaping, jacobian_extent(shaping, atom->extent));
}

static const ShapedSum *forward_factor(Shaping *shaping, const ShapedFactor *factor) {
  if (factor->transposed) forward_fail(shaping, "a row");
  return forward_atom(shaping, factor->atom);
}

/* ---- terms ---- */

/* d(L*U*R) = L*dU*R. For a column U nothing stands behind it; a row u' before R is R'*u; a diagonal
 * matrix diag(u) before the column R is diag(R)*u. */
static const ShapedSum *forward_link(Shaping *shaping, const ShapedTerm *term, uint32_t at) {
  const ShapedFactor *factor = &term->chain[at];
  const ShapedAtom *atom = factor->atom;
  const ShapedSum *left = shaped_slice(shaping, term, 0, at),
                  *right = shaped_slice(shaping, term, at + 1, term->length), *result;
  if (right && !extent_is_column(right->extent)) forward_fail(shaping, "a matrix");
  bool diagonal =
      atom->kind == SHAPED_CALL && symbol_is(atom->name, "diag") && atom->extent.cols != 1;
  if (!right && !factor->transposed) result = forward_atom(shaping, atom);
  else if (right && factor->transposed && extent_is_column(atom->extent))
    result = row(shaping, right, forward_atom(shaping, atom));
  else if (right && diagonal)
    result = scaled_rows(shaping, right, forward_sum(shaping, atom->part[0]));
  else forward_fail(shaping, "a matrix");
  return left ? shaped_multiply(shaping, left, result) : result;
}

static const ShapedSum *forward_term(Shaping *shaping, const ShapedTerm *term) {
  ShapedExtent extent = shaped_term_extent(term);
  const ShapedSum *result = shaped_zero(shaping, jacobian_extent(shaping, extent));
  const ShapedSum *chain = shaped_slice(shaping, term, 0, term->length);
  const ShapedSum *number = shaped_number_part(shaping, term, UINT32_MAX);
  for (uint32_t i = 0; i < term->length; i++)
    if (term->chain[i].atom->varies)
      result = shaped_add(shaping, result,
                          shaped_multiply(shaping, number, forward_link(shaping, term, i)), false);
  for (uint32_t i = 0; i < term->scalars; i++) {
    if (!term->scalar[i].atom->varies) continue;
    const ShapedSum *part = forward_atom(shaping, term->scalar[i].atom);
    if (chain) part = shaped_multiply(shaping, chain, part);
    result =
        shaped_add(shaping, result,
                   shaped_multiply(shaping, shaped_number_part(shaping, term, i), part), false);
  }
  return result;
}

static const ShapedSum *forward_sum(Shaping *shaping, const ShapedSum *sum) {
  const ShapedSum *result = shaped_zero(shaping, jacobian_extent(shaping, sum->extent));
  algebra_descend(shaping->algebra);
  for (uint32_t i = 0; i < sum->count; i++) {
    if (!sum->term[i].varies) continue;
    const ShapedSum *part = forward_term(shaping, &sum->term[i]);
    bool spread = shaped_term_extent(&sum->term[i]).number && !sum->extent.number;
    if (spread) part = shaped_multiply(shaping, shaped_ones(shaping, sum), part);
    result = shaped_add(shaping, result, part, false);
  }
  algebra_ascend(shaping->algebra);
  return result;
}

const ShapedSum *shaped_jacobian(Shaping *shaping, const ShapedSum *value) {
  if (!extent_is_column(shaping->parameter[shaping->variable].extent))
    algebra_fail(shaping->algebra, "it is not a function of a vector");
  if (!value->extent.number && !extent_is_column(value->extent))
    algebra_fail(shaping->algebra, "its value is a matrix");
  return shaped_collect(shaping, forward_sum(shaping, value));
}
