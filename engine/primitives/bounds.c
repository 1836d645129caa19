/* bounds.c - the box that a problem's simple bounds make, and the option bounds as constraints.
 *
 * A bound is a constraint that is proved linear and moves with one variable only. The option
 * bounds = [lo, hi] becomes such constraints, so one that is active has its multiplier like any other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/bounds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/session.h"
#include "primitives/method.h"
#include "values/operate.h"

/* ---- the box of the constraints ---- */

static void tighten(Box *box, size_t i, double slope, double c, double x, bool equality) {
  double limit = x - c / slope + 0.0; /* where c would be 0 */
  if (slope > 0 || equality) box->upper[i] = fmin(box->upper[i], limit);
  if (slope < 0 || equality) box->lower[i] = fmax(box->lower[i], limit);
}

Box box_of(VectorFunction *function, const size_t *place, size_t equalities, const double *x) {
  Session *s = function->session;
  size_t n = function->n, m = function->m;
  Box box = {scratch(s, n * sizeof(double)), scratch(s, n * sizeof(double)), scratch(s, m + 1)};
  double *c = scratch(s, (m + 1) * sizeof(double)), *slope = scratch(s, n * sizeof(double));
  for (size_t i = 0; i < n; i++) {
    box.lower[i] = -INFINITY;
    box.upper[i] = INFINITY;
  }
  if (m > 0) vector_value(function, x, c);
  for (size_t k = 0; k < m; k++) {
    size_t moved = 0, which = 0;
    box.simple[k] = false;
    if (!vector_row_slopes(function, x, place[k], slope)) continue;
    for (size_t i = 0; i < n; i++) {
      if (slope[i] == 0) continue;
      which = i;
      moved++;
    }
    box.simple[k] = moved == 1 && isfinite(c[place[k]]);
    if (box.simple[k]) tighten(&box, which, slope[which], c[place[k]], x[which], k < equalities);
  }
  return box;
}

void box_middle(const Box *box, size_t n, double *x) {
  for (size_t i = 0; i < n; i++) {
    double low = box->lower[i], high = box->upper[i];
    if (isfinite(low) && isfinite(high)) x[i] = low / 2 + high / 2; /* the width may be infinite */
    else x[i] = fmin(fmax(x[i], low), high);
  }
}

Value box_value(Session *s, const Box *box, size_t n) {
  Array *a = array_new(s, n, 2, ELEMENT_REAL);
  for (size_t i = 0; i < n; i++) {
    a->data[2 * i] = box->lower[i];
    a->data[2 * i + 1] = box->upper[i];
  }
  return value_array(a);
}

/* ---- refusals ---- */

/* In words of a failure: looks for the beginning of its vector, which loops over all would not afford. */
static void name_of(const char *const *names, size_t i, char out[64]) {
  size_t first = i;
  while (first > 0 && names[first - 1] == names[i]) first--;
  problem_coordinate(names, first, i, out);
}

void box_require(const Problem *p, const ConstrainedMethod *method, const Box *box, const Constraints *constraints, size_t n) {
  Session *s = p->session;
  if (method->most && n > method->most)
    fail(s, "%s is for at most %zu variables, here are %zu", method->name, method->most, n);
  const char **names = problem_names(p, n);
  char name[64];
  for (size_t i = 0; method->needs_box && i < n; i++) {
    bool low = isfinite(box->lower[i]), high = isfinite(box->upper[i]);
    if (low && high) continue;
    name_of(names, i, name);
    Report *r = failure(s, "%s searches a box, and %s has no %s bound", method->name, name, high ? "lower" : low ? "upper" : "lower and no upper");
    report_remark(r, "every variable needs finite bounds: nothing can be searched all over without an end");
    if (p->name) report_advise(r, "s.t. -10 <= %s <= 10", names[i]);
    if (n == 1) report_advise(r, "using %s(bounds = [-10, 10])", method->name);
    else report_advise(r, "using %s(bounds = [-10, 10; …])  (a row for each variable)", method->name);
    raise_failure(s, r);
  }
  size_t m = constraints->equalities + constraints->inequalities;
  for (size_t k = 0; method->bounds_only && k < m; k++) {
    if (box->simple[k]) continue;
    Report *r = failure(s, "%s takes bounds only, and %s is none", method->name, constraints->text[k]);
    report_advise(r, "using isres  (over the whole box)");
    report_advise(r, "using cobyla  (from a start)");
    raise_failure(s, r);
  }
}

/* ---- the option bounds ---- */

static _Noreturn void fail_bounds(const Problem *p, size_t n, const char *found) {
  Report *r = failure(p->session, "bounds is a matrix with a row [lowest, highest] for each of %zu variable%s, found %s", n, n == 1 ? "" : "s", found);
  report_advise(r, n == 1 ? "bounds = [-5, 5]" : n == 2 ? "bounds = [-5, 5; 0, 1]" : "bounds = [-5, 5; 0, 1; …]");
  raise_failure(p->session, r);
}

/* The two columns, 2n numbers: [lo, hi] of two vectors is such a matrix too, and for one variable a pair. */
static const double *read_bounds(const Problem *p, size_t n) {
  Session *s = p->session;
  Value v = *p->settings.bounds;
  char text[VALUE_DESCRIPTION];
  if (!value_is_real_array(v)) fail_bounds(p, n, value_describe(v, text));
  const Array *a = value_as_array(v);
  bool pair = n == 1 && array_count(a) == 2, fits = pair || (a->rows == n && a->cols == 2);
  if (!fits) fail_bounds(p, n, value_describe(v, text));
  double *out = scratch(s, 2 * n * sizeof(double));
  const char **names = problem_names(p, n);
  char name[64];
  for (size_t i = 0; i < n; i++) {
    out[i] = a->data[2 * i];
    out[n + i] = a->data[2 * i + 1];
    if (out[i] <= out[n + i] && out[i] < INFINITY && out[n + i] > -INFINITY) continue;
    name_of(names, i, name);
    if (!(out[i] > out[n + i])) fail(s, "the bounds of %s are %.6g and %.6g: no number lies between them", name, out[i], out[n + i]);
    fail(s, "the bounds of %s contradict each other: %.6g is above %.6g", name, out[i], out[n + i]);
  }
  return out;
}

static Value column(Session *s, const double *x, size_t n) {
  Array *a = array_new(s, n, 1, ELEMENT_REAL);
  memcpy(a->data, x, n * sizeof *x);
  return value_array(a);
}

Problem problem_bounded(const Problem *p) {
  Session *s = p->session;
  size_t n;
  problem_start(p, &n);
  const double *limit = read_bounds(p, n);
  const char **names = problem_names(p, n);
  bool given = p->constraints.kind == VALUE_FUNCTION;
  uint32_t groups = !given ? 0 : p->kinds ? p->kinds->count : 1, count = groups;
  for (size_t i = 0; i < 2 * n; i++) count += isfinite(limit[i]) ? 1u : 0u;
  Tuple *kinds = tuple_new(s, count), *texts = tuple_new(s, count);
  for (uint32_t g = 0; g < groups; g++) {
    kinds->item[g] = p->kinds ? p->kinds->item[g] : value_number(0);
    texts->item[g] = p->texts ? value_keep(p->texts->item[g]) : text_value(s, "st <= 0");
  }
  for (size_t i = 0, first = 0; i < 2 * n; i++) {
    char name[64], text[96];
    if (names[i % n] != names[first]) first = i % n;
    if (!isfinite(limit[i])) continue;
    problem_coordinate(names, first, i % n, name);
    snprintf(text, sizeof text, "%s %s %.6g", name, i < n ? ">=" : "<=", limit[i]);
    kinds->item[groups] = value_number(0);
    texts->item[groups++] = text_value(s, text);
  }
  Value bound[] = {given ? value_keep(p->constraints) : value_boolean(false), value_boolean(p->kinds != NULL), column(s, limit, n), column(s, limit + n, n)};
  Problem bounded = *p;
  bounded.constraints = method_function(s, "bounded_", bound, 4);
  bounded.kinds = kinds;
  bounded.texts = texts;
  return bounded;
}

void problem_unbound(Problem *bounded) {
  value_release(bounded->constraints);
  value_release(value_tuple((Tuple *)(uintptr_t)bounded->kinds));
  value_release(value_tuple((Tuple *)(uintptr_t)bounded->texts));
}

/* bounded_(constraints, typed, lower, upper, arguments…): the constraints' differences, then the bounds'. */
static Value call_bounded(Session *s, const Arguments *a) {
  if (a->count < 5 || !value_is_real_array(a->argument[2]) || !value_is_real_array(a->argument[3])) fail(s, "constraints, bounds and a point are expected");
  const Array *lower = value_as_array(a->argument[2]), *upper = value_as_array(a->argument[3]);
  const Value *argument = a->argument + 4;
  uint32_t arguments = (uint32_t)a->count - 4, groups = 0, next = 0;
  size_t n = 0;
  for (uint32_t i = 0; i < arguments; i++) n += point_size(s, argument[i], "the point");
  if (array_count(lower) != n || array_count(upper) != n) fail(s, "a bound for each of %zu numbers is expected", n);
  Value *number = scratch(s, (n + 1) * sizeof(Value)), *filled = number, v = value_nothing();
  for (uint32_t i = 0; i < arguments; i++) {
    point_flatten(s, argument[i], filled);
    filled += point_size(s, argument[i], "the point");
  }
  bool given = a->argument[0].kind == VALUE_FUNCTION;
  if (given) v = point_call(s, a->argument[0], argument, arguments);
  bool typed = v.kind == VALUE_TUPLE && a->argument[1].number != 0;
  if (given) groups = typed ? ((Tuple *)v.object)->count : 1;
  uint32_t count = groups;
  for (size_t i = 0; i < n; i++) {
    count += (isfinite(lower->data[i]) ? 1u : 0u) + (isfinite(upper->data[i]) ? 1u : 0u);
  }
  Tuple *out = tuple_new(s, count);
  for (; next < groups; next++) out->item[next] = value_keep(typed ? ((Tuple *)v.object)->item[next] : v);
  value_release(v);
  for (size_t i = 0; i < n; i++)
    if (isfinite(lower->data[i])) out->item[next++] = value_elementwise(s, SCALAR_SUBTRACT, value_number(lower->data[i]), number[i]);
  for (size_t i = 0; i < n; i++)
    if (isfinite(upper->data[i])) out->item[next++] = value_elementwise(s, SCALAR_SUBTRACT, number[i], value_number(upper->data[i]));
  return value_tuple(out);
}

const Primitive bounds_rows[BOUNDS_ROWS_COUNT] = {
    {.name = "bounded_", .parameters = "(constraints...)", .call = call_bounded, .differentiable = DERIVE_THROUGH,
     .help = "What the option bounds becomes: the differences of the constraints and of the bounds.",
     .example = "bounded_(sum, false, [0, 0], [1, 1], [2, 5])", .gives = "(7, -2, -5, 1, 4)"},
};
