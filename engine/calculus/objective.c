/* objective.c - replaying recordings for an optimiser.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/objective.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/degree.h"
#include "calculus/derive.h"
#include "calculus/kink.h"
#include "calculus/point.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "values/operate.h"

static Value *numbers(const FunctionObjective *o, const double *x) {
  Value *number = scratch(o->session, (o->n + 1) * sizeof(Value));
  for (size_t i = 0; i < o->n; i++) number[i] = value_number(x[i]);
  return number;
}

Value *objective_arguments(const FunctionObjective *o, const double *x) {
  const Value *next = numbers(o, x);
  Value *argument = scratch(o->session, (o->count + 1) * sizeof(Value));
  for (uint32_t i = 0; i < o->count; i++) argument[i] = point_shape(o->session, o->point[i], &next);
  return argument;
}

static _Noreturn void fail_value(const FunctionObjective *o, Value v) {
  char text[VALUE_DESCRIPTION];
  fail(o->session, "only one number can be minimised, the function gives %s", value_describe(v, text));
}

static double plain_value(FunctionObjective *o, const double *x) {
  Scratch *mark = scratch_mark(o->session);
  Value *argument = objective_arguments(o, x);
  Value v = point_call(o->session, o->f, argument, o->count);
  if (v.kind == VALUE_ARRAY && array_count(value_as_array(v)) == 1) {
    Value entry = array_entry(value_as_array(v), 0);
    value_release(v);
    v = entry;
  }
  if (v.kind == VALUE_ACTIVE) o->open = true;
  else if (v.kind != VALUE_NUMBER) fail_value(o, v);
  for (uint32_t i = 0; i < o->count; i++) value_release(argument[i]);
  scratch_release(o->session, mark);
  return o->sign * v.number;
}

/* ---- recordings ---- */

static void path_release(FunctionObjective *o, ObjectivePath *p) {
  recording_release(o->session, &p->value);
  if (p->has_gradient) recording_release(o->session, &p->gradient);
  *p = (ObjectivePath){0};
}

void objective_release(FunctionObjective *o) {
  for (uint32_t i = 0; i < o->paths; i++) path_release(o, &o->path[i]);
  o->paths = 0;
}

static Recording record_at(FunctionObjective *o, const double *x) {
  Session *s = o->session;
  Value *argument = objective_arguments(o, x), *input = numbers(o, x);
  Recording r = recording_of(s, o->f, argument, o->count, input, (uint32_t)o->n);
  for (uint32_t i = 0; i < o->count; i++) value_release(argument[i]);
  if (r.outputs != 1) fail_value(o, r.value);
  if (r.trace->parameter_count || r.constant[0].kind == VALUE_ACTIVE) o->open = true; /* constants for the search, differentiated afterwards */
  return r;
}

static ObjectivePath *record_path(FunctionObjective *o, const double *x) {
  o->recorded++;
  bool full = o->paths == OBJECTIVE_PATHS;
  ObjectivePath *p = &o->path[full ? o->next : o->paths];
  if (full) {
    path_release(o, p);
    o->next = (o->next + 1) % OBJECTIVE_PATHS;
  }
  *p = (ObjectivePath){.value = record_at(o, x)};
  if (p->value.output[0] != UINT32_MAX) p->residuals = residuals_find(p->value.trace, p->value.output[0], o->sign);
  else snprintf(p->residuals.why, sizeof p->residuals.why, "it is constant");
  if (!full) o->paths++;
  return p;
}

/* No recording fits for long: each call makes its own and leaves no memory behind. */
static bool is_restless(const FunctionObjective *o) { return o->recorded > OBJECTIVE_RECORDINGS; }

static double output(const Recording *r, uint32_t i) {
  double x = r->output[i] == UINT32_MAX ? r->constant[i].number : r->trace->cell[r->output[i]];
  return isnan(x) ? (double)NAN : x; /* the sign of a nan would print */
}

/* The path that is valid at x, with its cells computed there; NULL with *undefined when x has no value. */
static ObjectivePath *path_at(FunctionObjective *o, const double *x, bool *undefined) {
  *undefined = false;
  for (uint32_t i = 0; i < o->paths; i++) {
    const char *why;
    if (trace_replay(o->path[i].value.trace, x, &why)) return &o->path[i];
    if (why) {
      *undefined = true;
      return NULL;
    }
  }
  return record_path(o, x);
}

static Recording *gradient_at(FunctionObjective *o, ObjectivePath *p, const double *x) {
  const char *why;
  if (p->has_gradient && trace_replay(p->gradient.trace, x, &why)) return &p->gradient;
  if (p->has_gradient) recording_release(o->session, &p->gradient);
  p->gradient = recording_gradient(o->session, &p->value, numbers(o, x));
  p->product_bar = NULL;
  p->curvature = (Jacobian){0};
  p->has_gradient = true;
  return &p->gradient;
}

/* ---- degree two ---- */

/* Where terms of higher degree may cancel. Deriving every row of the Hessian costs about the gradient's trace each; past this it is not worth it. */
static const double QUADRATIC_EFFORT = 200000;

/* Only operations that keep polynomials polynomials: a slope of abs or floor is locally constant too. */
static bool is_polynomial(const Step *step) {
  unsigned op = step->op == STEP_VECTOR ? step->detail : step->op;
  switch (op) {
    case SCALAR_ADD: case SCALAR_SUBTRACT: case SCALAR_MULTIPLY: case SCALAR_NEGATE:
    case STEP_SUM: case STEP_DOT: case STEP_PRODUCT: case STEP_GATHER: return true;
    case SCALAR_DIVIDE: case SCALAR_POWER: return true; /* by or to what varies, a row of the Hessian varies */
    default: return false;
  }
}

static bool all_polynomial(const Recording *r) {
  const Trace *t = r->trace;
  bool *live = scratch(t->session, t->step_count + 1);
  trace_live(t, r->output, r->outputs, live);
  for (uint32_t i = 0; i < t->step_count; i++)
    if (live[i] && !is_polynomial(&t->step[i])) return false;
  return true;
}

static bool row_is_constant(FunctionObjective *o, const Recording *gradient, uint32_t row, const double *x) {
  if (gradient->output[row] == UINT32_MAX) return true;
  Recording one = *gradient;
  one.output += row;
  one.constant += row;
  one.outputs = 1;
  Recording h = recording_gradient(o->session, &one, numbers(o, x));
  bool constant = true;
  for (uint32_t i = 0; i < h.outputs; i++) constant = constant && h.output[i] == UINT32_MAX;
  recording_release(o->session, &h);
  return constant;
}

bool objective_is_quadratic(FunctionObjective *o, const double *x) {
  bool undefined;
  ObjectivePath *p = path_at(o, x, &undefined);
  if (!p || !all_polynomial(&p->value)) return false;
  if (p->value.output[0] != UINT32_MAX && trace_degree(p->value.trace, p->value.output[0]) < DEGREE_MANY) return true;
  if ((double)p->value.trace->cell_count * (double)o->n > QUADRATIC_EFFORT) return false;
  const Recording *g = gradient_at(o, p, x);
  bool quadratic = true;
  for (uint32_t i = 0; i < o->n && quadratic; i++) quadratic = row_is_constant(o, g, i, x);
  return quadratic;
}

/* ---- is it a function at all? ---- */

/* Twice the same value, or none, at x and beside it: at x = 0 what rand()*x draws does not show. */
static bool is_steady(FunctionObjective *o, const double *x, double *one, double *other) {
  const double BESIDE = 0.37; /* no root of anything that is typed */
  double *z = scratch(o->session, o->n * sizeof(double));
  for (int aside = 0; aside < 2; aside++) {
    for (size_t i = 0; i < o->n; i++) z[i] = x[i] + aside * BESIDE;
    *one = plain_value(o, z);
    *other = plain_value(o, z);
    if (*one != *other && !isnan(*one) && !isnan(*other)) return false;
  }
  return true;
}

bool objective_has_one_value(FunctionObjective *o, const double *x, bool automatic) {
  bool undefined;
  const ObjectivePath *p = o->plain ? NULL : path_at(o, x, &undefined);
  if (p && !p->value.trace->frozen) return true;
  double one, other;
  if (is_steady(o, x, &one, &other)) return true;
  if (!automatic) return false;
  Report *r = failure(o->session, "the function has two values at one point, %.6g and %.6g: it draws random numbers", o->sign * one, o->sign * other);
  report_remark(r, "draw them once, before: r = rand(…); minimize f(x, r) over x");
  raise_failure(o->session, r);
}

/* ---- sums of squares ---- */

/* The path at x if its squares are as many as the optimiser was told; else nothing can be said there. */
static ObjectivePath *squares_at(FunctionObjective *o, const double *x) {
  bool undefined;
  ObjectivePath *p = is_restless(o) ? NULL : path_at(o, x, &undefined);
  bool same = p && p->residuals.count == o->squares && p->residuals.offset == o->offset;
  return same ? p : NULL;
}

static void fill_nan(double *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = NAN;
}

static void objective_residuals(void *context, const double *x, double *r) {
  FunctionObjective *o = context;
  const ObjectivePath *p = squares_at(o, x);
  if (p) residuals_value(&p->residuals, p->value.trace, r);
  else fill_nan(r, o->squares);
}

static Jacobian slopes_of(Session *s, const ObjectivePath *p) {
  size_t count = p->residuals.count;
  uint32_t *cell = scratch(s, (count + 1) * sizeof(uint32_t));
  for (size_t i = 0; i < count; i++) cell[i] = p->residuals.residual[i].cell;
  return jacobian_of(s, p->value.trace, cell, (uint32_t)count);
}

static void objective_jacobian(void *context, const double *x, double *j) {
  FunctionObjective *o = context;
  ObjectivePath *p = squares_at(o, x);
  if (!p) {
    fill_nan(j, o->squares * o->n);
    return;
  }
  if (!p->slopes.trace) p->slopes = slopes_of(o->session, p);
  jacobian_at(o->session, &p->slopes, 1, j);
  residuals_weigh(&p->residuals, o->n, j);
}

bool objective_offer_squares(FunctionObjective *o, const double *x, Objective *objective, char why[64]) {
  bool undefined;
  const ObjectivePath *p = path_at(o, x, &undefined);
  snprintf(why, 64, "%s", !p ? "it has no value at the start" : p->value.trace->frozen ? "it cannot be replayed" : p->residuals.why);
  if (!p || p->value.trace->frozen || p->residuals.count == 0) return false;
  objective->m = o->squares = p->residuals.count;
  objective->offset = o->offset = p->residuals.offset;
  objective->residuals = objective_residuals;
  objective->jacobian = objective_jacobian;
  return true;
}

/* ---- kinks ---- */

/* How near to its kink an operation counts as at it, against the size of what it is given. */
static const double KINK = 1e-9;

const char *objective_kink(FunctionObjective *o, const double *x) {
  if (o->plain || is_restless(o)) return NULL;
  bool undefined;
  const ObjectivePath *p = path_at(o, x, &undefined);
  if (!p || p->value.output[0] == UINT32_MAX) return NULL;
  Trace *t = p->value.trace;
  double *bar = scratch(o->session, (t->cell_count + 1) * sizeof(double));
  memset(bar, 0, t->cell_count * sizeof(double));
  bar[p->value.output[0]] = 1;
  trace_reverse(o->session, t, bar);
  return trace_kink(t, bar, KINK);
}

/* ---- callbacks ---- */

static double objective_value(void *context, const double *x) {
  FunctionObjective *o = context;
  if (o->plain || is_restless(o)) return plain_value(o, x);
  bool undefined;
  const ObjectivePath *p = path_at(o, x, &undefined);
  return p ? o->sign * output(&p->value, 0) : NAN;
}

static double restless_gradient(FunctionObjective *o, const double *x, double *g) {
  Session *s = o->session;
  Scratch *mark = scratch_mark(s);
  Recording r = record_at(o, x);
  Value *bar = scratch(s, (o->n + 1) * sizeof(Value)), seed = value_number(o->sign);
  recording_adjoint(s, &r, numbers(o, x), &seed, bar);
  for (size_t i = 0; i < o->n; i++) g[i] = bar[i].number;
  double value = o->sign * output(&r, 0);
  recording_release(s, &r);
  scratch_release(s, mark);
  return value;
}

static double *adjoints(Session *s, const Trace *t) {
  double *bar = scratch(s, (t->cell_count + 1) * sizeof(double));
  memset(bar, 0, t->cell_count * sizeof(double));
  return bar;
}

static double objective_gradient(void *context, const double *x, double *g) {
  FunctionObjective *o = context;
  if (is_restless(o)) return restless_gradient(o, x, g);
  bool undefined;
  ObjectivePath *p = path_at(o, x, &undefined);
  if (!p) {
    for (size_t i = 0; i < o->n; i++) g[i] = NAN;
    return NAN;
  }
  Trace *t = p->value.trace;
  if (!p->bar) p->bar = adjoints(o->session, t);
  trace_clear_adjoints(t, p->bar);
  if (p->value.output[0] != UINT32_MAX) p->bar[p->value.output[0]] = o->sign;
  trace_reverse(o->session, t, p->bar);
  memcpy(g, p->bar + t->input, o->n * sizeof(double));
  return o->sign * output(&p->value, 0);
}

static void restless_hessian(FunctionObjective *o, const double *x, double *h) {
  Session *s = o->session;
  Scratch *mark = scratch_mark(s);
  size_t n = o->n;
  Value *input = numbers(o, x), *seed = scratch(s, (n + 1) * sizeof(Value)), *bar = scratch(s, (n + 1) * sizeof(Value));
  Recording r = record_at(o, x), g = recording_gradient(s, &r, input);
  for (size_t i = 0; i < n; i++) seed[i] = value_number(0);
  for (size_t i = 0; i < n; i++) {
    seed[i] = value_number(o->sign);
    recording_adjoint(s, &g, input, seed, bar);
    for (size_t j = 0; j < n; j++) h[i * n + j] = bar[j].number;
    seed[i] = value_number(0);
  }
  recording_release(s, &g);
  recording_release(s, &r);
  scratch_release(s, mark);
}

static void symmetrise(double *h, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) h[i * n + j] = h[j * n + i] = 0.5 * (h[i * n + j] + h[j * n + i]);
}

static void objective_hessian(void *context, const double *x, double *h) {
  FunctionObjective *o = context;
  size_t n = o->n;
  if (is_restless(o)) {
    restless_hessian(o, x, h);
    symmetrise(h, n);
    return;
  }
  bool undefined;
  ObjectivePath *p = path_at(o, x, &undefined);
  if (!p) {
    for (size_t i = 0; i < n * n; i++) h[i] = NAN;
    return;
  }
  Recording *g = gradient_at(o, p, x);
  if (!p->curvature.trace) p->curvature = jacobian_of(o->session, g->trace, g->output, g->outputs);
  jacobian_at(o->session, &p->curvature, o->sign, h);
  symmetrise(h, n);
}

static void restless_product(FunctionObjective *o, const double *x, const double *v, double *out) {
  Session *s = o->session;
  Scratch *mark = scratch_mark(s);
  Value *input = numbers(o, x), *seed = numbers(o, v), *bar = scratch(s, (o->n + 1) * sizeof(Value));
  Recording r = record_at(o, x), g = recording_gradient(s, &r, input);
  recording_adjoint(s, &g, input, seed, bar);
  for (size_t i = 0; i < o->n; i++) out[i] = o->sign * bar[i].number;
  recording_release(s, &g);
  recording_release(s, &r);
  scratch_release(s, mark);
}

/* The gradient's adjoint for the seeds v: the Hessian is symmetric. */
static void objective_product(void *context, const double *x, const double *v, double *out) {
  FunctionObjective *o = context;
  if (is_restless(o)) {
    restless_product(o, x, v, out);
    return;
  }
  bool undefined;
  ObjectivePath *p = path_at(o, x, &undefined);
  if (!p) {
    fill_nan(out, o->n);
    return;
  }
  Recording *g = gradient_at(o, p, x);
  if (!p->product_bar) p->product_bar = adjoints(o->session, g->trace);
  trace_clear_adjoints(g->trace, p->product_bar);
  for (size_t i = 0; i < o->n; i++)
    if (g->output[i] != UINT32_MAX) p->product_bar[g->output[i]] += o->sign * v[i];
  trace_reverse(o->session, g->trace, p->product_bar);
  memcpy(out, p->product_bar + g->trace->input, o->n * sizeof(double));
}

static bool objective_step(void *context, const OptimiseStep *step) {
  FunctionObjective *o = context;
  return o->observe ? o->observe(o->observer, step) : true;
}

Objective objective_of(FunctionObjective *o) {
  return (Objective){.n = o->n, .context = o, .value = objective_value, .gradient = objective_gradient,
                     .hessian = o->plain ? NULL : objective_hessian,
                     .product = o->plain ? NULL : objective_product, .step = objective_step};
}
