/* shaped_reverse.c - gradients of numbers by the reverse sweep, on expressions.
 *
 * From the value down to the variable each part u gets its adjoint, the gradient by u in the shape
 * of u; the rules are those of M. Giles, Collected matrix derivative results (2008), and of the
 * Matrix Cookbook.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>

#include "calculus/shaped.h"

static const ShapedSum *back_sum(Shaping *shaping, const ShapedSum *sum, const ShapedSum *bar);

static ShapedExtent variable_extent(const Shaping *shaping) {
  return shaping->parameter[shaping->variable].extent;
}

static const ShapedSum *negated(Shaping *shaping, const ShapedSum *a) {
  return shaped_scale(shaping, a, rational_whole(-1));
}

static const ShapedSum *of_atom(Shaping *shaping, const ShapedAtom *atom) {
  return shaped_of_atom(shaping, atom);
}

/* ---- calls ---- */

typedef const ShapedSum *(*Adjoint)(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar);

/* d norm(u) = u'du/norm(u) */
static const ShapedSum *back_norm(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar) {
  const ShapedSum *below = shaped_raise(shaping, of_atom(shaping, call), rational_whole(-1));
  return shaped_multiply(shaping, shaped_multiply(shaping, bar, below), call->part[0]);
}

static const ShapedSum *back_total(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar) {
  return shaped_multiply(shaping, bar, shaped_ones(shaping, call->part[0]));
}

static const ShapedSum *back_mean(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar) {
  const ShapedSum *count = shaped_entries(shaping, call->part[0]);
  const ShapedSum *share =
      shaped_multiply(shaping, bar, shaped_raise(shaping, count, rational_whole(-1)));
  return shaped_multiply(shaping, share, shaped_ones(shaping, call->part[0]));
}

static const ShapedSum *back_trace(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar) {
  return shaped_multiply(shaping, bar, shaped_eye(shaping, call->part[0]));
}

static const ShapedSum *inverse_transposed(Shaping *shaping, const ShapedSum *matrix) {
  return shaped_transpose(shaping, shaped_call(shaping, "inv", matrix->extent, &matrix, 1));
}

static const ShapedSum *back_logdet(Shaping *shaping, const ShapedAtom *call,
                                    const ShapedSum *bar) {
  return shaped_multiply(shaping, bar, inverse_transposed(shaping, call->part[0]));
}

static const ShapedSum *back_det(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar) {
  return back_logdet(shaping, call, shaped_multiply(shaping, bar, of_atom(shaping, call)));
}

static const ShapedSum *back_inv(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar) {
  const ShapedSum *inverse = shaped_transpose(shaping, of_atom(shaping, call));
  const ShapedSum *left = shaped_multiply(shaping, inverse, bar);
  return negated(shaping, shaped_multiply(shaping, left, inverse));
}

/* The place behind the column of column*row; 0 when the chain is no such product. */
static uint32_t outer_product(const ShapedSum *bar) {
  const ShapedTerm *term = bar->term;
  for (uint32_t i = 1; bar->count == 1 && i < term->length; i++)
    if (shaped_factor_extent(&term->chain[i - 1]).cols == 1 &&
        shaped_factor_extent(&term->chain[i]).rows == 1)
      return i;
  return 0;
}

/* diag builds a matrix of a vector and takes the vector out of a matrix; out of u*v' that is u.*v.
 */
static const ShapedSum *back_diag(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar) {
  uint32_t place = extent_is_column(call->part[0]->extent) ? outer_product(bar) : 0;
  if (place) {
    const ShapedSum *number = shaped_number_part(shaping, bar->term, UINT32_MAX);
    const ShapedSum *column = shaped_slice(shaping, bar->term, 0, place);
    const ShapedSum *row = shaped_slice(shaping, bar->term, place, bar->term->length);
    return shaped_multiply(shaping, number,
                           shaped_each(shaping, column, shaped_transpose(shaping, row)));
  }
  return shaped_call(shaping, "diag", call->part[0]->extent, &bar, 1);
}

static const ShapedSum *back_logsumexp(Shaping *shaping, const ShapedAtom *call,
                                       const ShapedSum *bar) {
  const ShapedSum *softmax = shaped_call(shaping, "softmax", call->part[0]->extent, call->part, 1);
  return shaped_multiply(shaping, bar, softmax);
}

/* y.*(y_bar - y'y_bar) */
static const ShapedSum *back_softmax(Shaping *shaping, const ShapedAtom *call,
                                     const ShapedSum *bar) {
  const ShapedSum *y = of_atom(shaping, call);
  const ShapedSum *less = shaped_add(shaping, bar, shaped_inner(shaping, y, bar), true);
  return shaped_each(shaping, y, less);
}

static const struct {
  const char *name;
  Adjoint adjoint;
} adjoints[] = {
    {"norm", back_norm},
    {"sum", back_total},
    {"Σ", back_total},
    {"mean", back_mean},
    {"trace", back_trace},
    {"logdet", back_logdet},
    {"det", back_det},
    {"inv", back_inv},
    {"diag", back_diag},
    {"softmax", back_softmax},
    {"logsumexp", back_logsumexp},
};

/* A number that was combined with an array gets the sum of the adjoint. */
static const ShapedSum *fitted(Shaping *shaping, const ShapedSum *bar, ShapedExtent extent) {
  if (!extent.number || bar->extent.number) return bar;
  return shaped_total(shaping, bar);
}

/* max(u, v): the slope is 1, 0, and 1/2 at a tie. */
static const ShapedSum *back_choice(Shaping *shaping, const ShapedAtom *call,
                                    const ShapedSum *bar) {
  const ShapedSum *result = shaped_zero(shaping, variable_extent(shaping));
  for (uint32_t i = 0; i < 2; i++) {
    if (!call->part[i]->varies) continue;
    const ShapedSum *more = shaped_add(shaping, call->part[i], call->part[1 - i], true);
    if (symbol_is(call->name, "min")) more = negated(shaping, more);
    const ShapedSum *sign = shaped_call(shaping, "sign", more->extent, &more, 1);
    const ShapedSum *twice = shaped_add(shaping, shaped_whole(shaping, 1), sign, false);
    const ShapedSum *part =
        shaped_scale(shaping, shaped_each(shaping, bar, twice), rational_ratio(1, 2));
    part = back_sum(shaping, call->part[i], fitted(shaping, part, call->part[i]->extent));
    result = shaped_add(shaping, result, part, false);
  }
  return result;
}

static const ShapedSum *back_call(Shaping *shaping, const ShapedAtom *call, const ShapedSum *bar) {
  if (symbol_is(call->name, "max") || symbol_is(call->name, "min"))
    return back_choice(shaping, call, bar);
  for (size_t i = 0; i < sizeof adjoints / sizeof adjoints[0]; i++)
    if (symbol_is(call->name, adjoints[i].name))
      return back_sum(shaping, call->part[0], adjoints[i].adjoint(shaping, call, bar));
  const ShapedSum *slope = shaped_slope(shaping, call->name, call->part[0], of_atom(shaping, call));
  return back_sum(shaping, call->part[0], shaped_each(shaping, bar, slope));
}

/* ---- other atoms ---- */

static const ShapedSum *back_factor(Shaping *shaping, const ShapedFactor *factor,
                                    const ShapedSum *bar);

/* The factors but one, entry by entry, and that one's slope. */
static const ShapedSum *back_each(Shaping *shaping, const ShapedAtom *each, const ShapedSum *bar) {
  const ShapedSum *result = shaped_zero(shaping, variable_extent(shaping));
  for (uint32_t i = 0; i < each->factors; i++) {
    if (!each->factor[i].atom->varies) continue;
    const ShapedSum *part = shaped_scale(shaping, bar, each->factor[i].power);
    for (uint32_t j = 0; j < each->factors; j++) {
      ShapedFactor plain = each->factor[j];
      plain.power = rational_whole(1);
      Rational power = each->factor[j].power;
      if (i == j) power = rational_add(power, rational_whole(-1));
      if (rational_is(power, 0)) continue;
      part = shaped_each(shaping, part,
                         shaped_raise(shaping, shaped_of_factor(shaping, plain), power));
    }
    result = shaped_add(shaping, result, back_factor(shaping, &each->factor[i], part), false);
  }
  return result;
}

/* x = A \ b: b_bar = A' \ x_bar, A_bar = -b_bar*x' */
static const ShapedSum *back_solve(Shaping *shaping, const ShapedAtom *solve,
                                   const ShapedSum *bar) {
  ShapedAtom mirrored = *solve;
  const ShapedSum **part = form_new(shaping->algebra, 2 * sizeof *part);
  Rational number = rational_whole(1);
  if (bar->count == 1) number = bar->term[0].coefficient;
  part[0] = shaped_transpose(shaping, solve->part[0]);
  part[1] = shaped_scale(shaping, bar, rational_inverse(number));
  mirrored.part = part;
  mirrored.varies = false;
  const ShapedSum *solution = shaped_of_atom(shaping, shaped_atom(shaping, mirrored));
  solution = shaped_scale(shaping, solution, number);
  const ShapedSum *result = shaped_zero(shaping, variable_extent(shaping));
  if (solve->part[1]->varies) result = back_sum(shaping, solve->part[1], solution);
  if (!solve->part[0]->varies) return result;
  const ShapedSum *x = shaped_transpose(shaping, of_atom(shaping, solve));
  const ShapedSum *matrix = negated(shaping, shaped_multiply(shaping, solution, x));
  return shaped_add(shaping, result, back_sum(shaping, solve->part[0], matrix), false);
}

static const ShapedSum *back_power(Shaping *shaping, const ShapedAtom *power,
                                   const ShapedSum *bar) {
  const ShapedSum *base = power->part[0], *exponent = power->part[1];
  const ShapedSum *result = shaped_zero(shaping, variable_extent(shaping)),
                  *value = of_atom(shaping, power);
  if (base->varies) {
    ShapedAtom lower = *power;
    const ShapedSum **part = form_new(shaping->algebra, 2 * sizeof *part);
    part[0] = base;
    part[1] = shaped_add(shaping, exponent, shaped_whole(shaping, 1), true);
    lower.part = part;
    const ShapedSum *slope =
        shaped_each(shaping, exponent, shaped_of_atom(shaping, shaped_atom(shaping, lower)));
    result =
        back_sum(shaping, base, fitted(shaping, shaped_each(shaping, bar, slope), base->extent));
  }
  if (!exponent->varies) return result;
  const ShapedSum *slope = shaped_each(shaping, bar, value);
  if (!shaped_is_e(shaping, base))
    slope = shaped_each(shaping, slope, shaped_call(shaping, "log", base->extent, &base, 1));
  const ShapedSum *part = back_sum(shaping, exponent, fitted(shaping, slope, exponent->extent));
  return shaped_add(shaping, result, part, false);
}

static void check_capture(Shaping *shaping, const Node *generator, const ShapedSum *bar) {
  const Node *tree = shaped_write(shaping, bar);
  for (uint32_t i = 0; i + 1 < generator->count; i++)
    for (uint32_t j = 0; j + 1 < generator->child[i]->count; j++)
      if (node_mentions(tree, generator->child[i]->child[j]->symbol))
        algebra_fail(shaping->algebra, "%s means two things in it",
                     generator->child[i]->child[j]->symbol->name);
}

/* The number before a single term goes before the sum. */
static const ShapedSum *back_series(Shaping *shaping, const ShapedAtom *series,
                                    const ShapedSum *bar) {
  bool number = series->extent.number;
  const ShapedSum *inside = number ? shaped_whole(shaping, 1) : bar;
  if (!number) check_capture(shaping, series->node->child[1]->child[1], bar);
  const ShapedSum *sum = shaped_series(shaping, series, back_sum(shaping, series->part[0], inside));
  if (!sum->count) return sum;
  return number ? shaped_multiply(shaping, bar, sum) : sum;
}

static const ShapedSum *back_atom(Shaping *shaping, const ShapedAtom *atom, const ShapedSum *bar) {
  switch (atom->kind) {
  case SHAPED_LEAF: return bar; /* the variable: no other leaf varies */
  case SHAPED_GROUP: return back_sum(shaping, atom->part[0], bar);
  case SHAPED_EACH: return back_each(shaping, atom, bar);
  case SHAPED_CALL: return back_call(shaping, atom, bar);
  case SHAPED_SOLVE: return back_solve(shaping, atom, bar);
  case SHAPED_POWER: return back_power(shaping, atom, bar);
  case SHAPED_SERIES: return back_series(shaping, atom, bar);
  case SHAPED_ONES:
  case SHAPED_EYE: break;
  }
  return shaped_zero(shaping, variable_extent(shaping));
}

static const ShapedSum *back_factor(Shaping *shaping, const ShapedFactor *factor,
                                    const ShapedSum *bar) {
  return back_atom(shaping, factor->atom,
                   factor->transposed ? shaped_transpose(shaping, bar) : bar);
}

/* ---- terms ---- */

/* L*U*R has the adjoint U_bar = L'*bar*R'. */
static const ShapedSum *back_link(Shaping *shaping, const ShapedTerm *term, uint32_t at,
                                  const ShapedSum *bar) {
  const ShapedSum *left = shaped_slice(shaping, term, 0, at),
                  *right = shaped_slice(shaping, term, at + 1, term->length);
  if (left) left = shaped_transpose(shaping, left);
  if (right) right = shaped_transpose(shaping, right);
  const ShapedSum *number = shaped_number_part(shaping, term, UINT32_MAX), *result;
  if (bar->extent.number) {
    number = shaped_multiply(shaping, bar, number);
    result = !left ? right : !right ? left : shaped_multiply(shaping, left, right);
    assert(result || term->length == 1);
    if (!result) result = shaped_whole(shaping, 1);
  } else {
    result = left ? shaped_multiply(shaping, left, bar) : bar;
    if (right) result = shaped_multiply(shaping, result, right);
  }
  return back_factor(shaping, &term->chain[at], shaped_multiply(shaping, number, result));
}

static const ShapedSum *back_term(Shaping *shaping, const ShapedTerm *term, const ShapedSum *bar) {
  const ShapedSum *result = shaped_zero(shaping, variable_extent(shaping));
  for (uint32_t i = 0; i < term->scalars; i++) {
    if (!term->scalar[i].atom->varies) continue;
    const ShapedSum *part = shaped_multiply(shaping, bar, shaped_number_part(shaping, term, i));
    if (term->length) {
      const ShapedSum *chain = shaped_slice(shaping, term, 0, term->length);
      part = shaped_multiply(shaping, shaped_number_part(shaping, term, i),
                             shaped_inner(shaping, chain, bar));
    }
    result = shaped_add(shaping, result, back_atom(shaping, term->scalar[i].atom, part), false);
  }
  for (uint32_t i = 0; i < term->length; i++)
    if (term->chain[i].atom->varies)
      result = shaped_add(shaping, result, back_link(shaping, term, i, bar), false);
  return result;
}

static const ShapedSum *back_sum(Shaping *shaping, const ShapedSum *sum, const ShapedSum *bar) {
  const ShapedSum *result = shaped_zero(shaping, variable_extent(shaping));
  if (!bar->count) return result;
  algebra_descend(shaping->algebra);
  for (uint32_t i = 0; i < sum->count; i++) {
    if (!sum->term[i].varies) continue;
    bool spread = shaped_term_extent(&sum->term[i]).number && !bar->extent.number;
    const ShapedSum *of_term = spread ? fitted(shaping, bar, extent_number()) : bar;
    result = shaped_add(shaping, result, back_term(shaping, &sum->term[i], of_term), false);
  }
  algebra_ascend(shaping->algebra);
  return result;
}

const ShapedSum *shaped_gradient(Shaping *shaping, const ShapedSum *value) {
  if (!value->extent.number) algebra_fail(shaping->algebra, "its value is not a number");
  return shaped_collect(shaping, back_sum(shaping, value, shaped_whole(shaping, 1)));
}
