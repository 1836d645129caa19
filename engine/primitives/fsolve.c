/* fsolve.c - zeros of a function of several numbers.
 *
 * Newton's method with the exact Jacobian, the step cut until |F| falls; where no such step falls enough,
 * a Levenberg-Marquardt step in scaled variables (Moré, The Levenberg-Marquardt algorithm, 1978). What
 * counts as a root is judged afresh at the end: every equation zero up to the rounding error of its own
 * operations, or a Newton step that no longer changes a digit that matters at a regular Jacobian.
 * The derivative of a root is that of two Newton steps at it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "calculus/gradient.h"
#include "calculus/point.h"
#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/lapack.h"
#include "primitives/solvers.h"
#include "values/display.h"
#include "values/operate.h"

enum { FSOLVE_STEPS = 300, FSOLVE_CUTS = 4, FSOLVE_DAMPINGS = 30, FSOLVE_LARGEST = 2000 };

/* A step must lower |F| by this part of what the linear model promises. */
static const double FALL = 1e-4;
/* A Newton step this small at a Jacobian this regular is a root that rounding hides. */
static const double SETTLED = 1e-10, REGULAR = 1e-10;
/* A coordinate this small against the start may be meant to be 0. */
static const double CREEPING = 1e-8;

typedef struct Search {
  const SolverFunction *f;
  Value point; /* what the argument looks like */
  size_t n, m;
  double *x, *trial, *step, *damping;
  double *trial_value; /* m */
  double norm, start; /* of the values; of the start */
  SolverJacobian at;
  size_t rank;     /* of the Jacobian at x */
} Search;

static double norm_of(const double *v, size_t n) {
  double largest = 0, sum = 0;
  for (size_t i = 0; i < n; i++) {
    if (isnan(v[i])) return NAN;
    largest = fmax(largest, fabs(v[i]));
  }
  if (largest == 0 || isinf(largest)) return largest;
  for (size_t i = 0; i < n; i++) sum += (v[i] / largest) * (v[i] / largest);
  return largest * sqrt(sum);
}

/* x = the shortest least-squares solution of A x = b; A is rows×n by rows. Returns the rank. */
static size_t least_squares(Session *s, size_t rows, size_t n, const double *a, const double *b, double cutoff, double *x) {
  int m = (int)rows, cols = (int)n, one = 1, ld = (int)(rows > n ? rows : n), rank = 0, info = 0, query = -1, integers = 0;
  double *copy = scratch(s, rows * n * sizeof(double)), *right = scratch(s, (size_t)ld * sizeof(double));
  double *singular = scratch(s, (rows + n) * sizeof(double)), wanted = 0;
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < n; k++) copy[k * rows + i] = a[i * n + k];
  memset(right, 0, (size_t)ld * sizeof(double));
  memcpy(right, b, rows * sizeof(double));
  dgelsd_(&m, &cols, &one, copy, &m, right, &ld, singular, &cutoff, &rank, &wanted, &query, &integers, &info);
  int size = (int)wanted + 1;
  double *work = scratch(s, (size_t)size * sizeof(double));
  int *integer = scratch(s, ((size_t)integers + 1) * sizeof(int));
  dgelsd_(&m, &cols, &one, copy, &m, right, &ld, singular, &cutoff, &rank, work, &size, integer, &info);
  if (info != 0) rank = 0;
  memcpy(x, right, n * sizeof(double));
  return (size_t)rank;
}

static Value argument_at(const Search *w, const double *x) {
  Session *s = w->f->session;
  Value *number = scratch(s, (w->n + 1) * sizeof(Value));
  for (size_t i = 0; i < w->n; i++) number[i] = value_number(x[i]);
  const Value *next = number;
  return point_shape(s, w->point, &next);
}

/* F over plain numbers. */
static void values_at(const Search *w, const double *x, double *value) {
  Session *s = w->f->session;
  check_interrupt(s);
  Value argument = argument_at(w, x), result = point_call(s, w->f->primal, &argument, 1);
  value_release(argument);
  if (solver_is_active(result))
    fail_argument(s, 0, "fsolve cannot be differentiated here: F reads a variable of the derivative that it did not capture");
  size_t m = point_size(s, result, "the value of F");
  if (m != w->m) fail_argument(s, 0, "F gave %zu numbers at one point and %zu at another", w->m, m);
  Value *number = scratch(s, (m + 1) * sizeof(Value));
  point_flatten(s, result, number);
  for (size_t i = 0; i < m; i++) value[i] = number[i].number;
  value_release(result);
}

/* Takes x over and differentiates there. */
static void search_move(Search *w, const double *x) {
  Scratch *mark = scratch_mark(w->f->session);
  memmove(w->x, x, w->n * sizeof(double));
  SolverJacobian at = solver_jacobian(w->f, &w->point, 1, w->x, w->n);
  if (at.m != w->m) fail_argument(w->f->session, 0, "F gave %zu numbers at one point and %zu at another", w->m, at.m);
  memcpy(w->at.value, at.value, w->m * sizeof(double));
  memcpy(w->at.noise, at.noise, w->m * sizeof(double));
  memcpy(w->at.slope, at.slope, w->m * w->n * sizeof(double));
  w->norm = norm_of(w->at.value, w->m);
  scratch_release(w->f->session, mark);
}

static bool all_zero(const Search *w) {
  for (size_t i = 0; i < w->m; i++)
    if (!solver_is_zero(&w->at, i, w->x)) return false;
  return true;
}

static bool all_finite(const double *v, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!isfinite(v[i])) return false;
  return true;
}

/* x + t*step when F falls there as promised. */
static bool try_step(Search *w, double t) {
  for (size_t k = 0; k < w->n; k++) w->trial[k] = w->x[k] + t * w->step[k];
  values_at(w, w->trial, w->trial_value);
  return norm_of(w->trial_value, w->m) <= (1 - FALL * t) * w->norm;
}

static bool newton_step(Search *w) {
  Session *s = w->f->session;
  double *right = scratch(s, w->m * sizeof(double));
  for (size_t i = 0; i < w->m; i++) right[i] = -w->at.value[i];
  w->rank = least_squares(s, w->m, w->n, w->at.slope, right, DBL_EPSILON, w->step);
  if (!all_finite(w->step, w->n)) return false;
  double t = 1;
  for (int cut = 0; cut < FSOLVE_CUTS; cut++, t /= 4)
    if (try_step(w, t)) return true;
  return false;
}

/* (J'J + μD²) step = -J'F, as a least-squares problem. */
static bool damped_step(Search *w) {
  Session *s = w->f->session;
  size_t n = w->n, m = w->m;
  double *a = scratch(s, (m + n) * n * sizeof(double)), *right = scratch(s, (m + n) * sizeof(double)), mu = 1e-6;
  for (size_t i = 0; i < m; i++) right[i] = -w->at.value[i];
  memset(right + m, 0, n * sizeof(double));
  for (int k = 0; k < FSOLVE_DAMPINGS; k++, mu *= 4) {
    memcpy(a, w->at.slope, m * n * sizeof(double));
    memset(a + m * n, 0, n * n * sizeof(double));
    for (size_t i = 0; i < n; i++) a[(m + i) * n + i] = sqrt(mu) * w->damping[i];
    least_squares(s, m + n, n, a, right, DBL_EPSILON, w->step);
    if (all_finite(w->step, n) && try_step(w, 0.5)) {
      try_step(w, 1); /* the whole step, when it is better */
      if (!(norm_of(w->trial_value, m) < w->norm)) try_step(w, 0.5);
      return true;
    }
  }
  return false;
}

/* The scale of a coordinate: the largest column of the Jacobian so far. */
static void update_damping(Search *w) {
  for (size_t k = 0; k < w->n; k++) {
    double sum = 0;
    for (size_t i = 0; i < w->m; i++) sum += w->at.slope[i * w->n + k] * w->at.slope[i * w->n + k];
    w->damping[k] = fmax(w->damping[k], sqrt(sum));
    if (w->damping[k] == 0 || !isfinite(w->damping[k])) w->damping[k] = 1;
  }
}

/* Rounding keeps |F| from falling, but the last Newton step was nothing. */
static bool settled(Search *w) {
  if (w->rank < w->n || w->m != w->n) return false;
  double *right = scratch(w->f->session, w->m * sizeof(double)), size = norm_of(w->x, w->n);
  for (size_t i = 0; i < w->m; i++) right[i] = -w->at.value[i];
  w->rank = least_squares(w->f->session, w->m, w->n, w->at.slope, right, REGULAR, w->step);
  return w->rank == w->n && norm_of(w->step, w->n) <= SETTLED * size;
}

static _Noreturn void fail_no_root(const Search *w) {
  Session *s = w->f->session;
  Text text = {0};
  display_inline(argument_at(w, w->x), &(DisplayOptions){.columns = 60}, &text);
  Report *r = failure(s, "no root found: the smallest residual |F(x)| met is %.6g, at x = %s", w->norm, text.bytes);
  text_free(&text);
  report_remark(r, "|F| has a local minimum there or a step into where F has no value; another start may lead to a root");
  raise_failure(s, r);
}

/* Coordinates that only creep towards 0, as they do at a singular root, are put there if that helps. */
static bool try_zeros(Search *w) {
  double size = fmax(w->start, norm_of(w->x, w->n));
  bool changed = false;
  for (size_t k = 0; k < w->n; k++) {
    w->trial[k] = fabs(w->x[k]) <= CREEPING * size ? 0 : w->x[k];
    changed = changed || w->trial[k] != w->x[k];
  }
  if (!changed) return false;
  values_at(w, w->trial, w->trial_value);
  return norm_of(w->trial_value, w->m) <= w->norm;
}

static void search_run(Search *w) {
  Session *s = w->f->session;
  for (int i = 0; i < FSOLVE_STEPS && !all_zero(w); i++) {
    Scratch *mark = scratch_mark(s);
    update_damping(w);
    if (!newton_step(w) && !damped_step(w)) break;
    scratch_release(s, mark);
    search_move(w, w->trial);
  }
  /* Zero up to rounding: one more step for the last digits. */
  if (w->norm > 0 && all_zero(w) && newton_step(w) && w->rank == w->n) search_move(w, w->trial);
  if (try_zeros(w)) search_move(w, w->trial);
  if (!all_zero(w) && !settled(w)) fail_no_root(w);
}

/* ---- active ---- */

static Value jacobian_active(Session *s, const Recording *r, const Value *input) {
  uint32_t n = r->trace->input_count, m = r->outputs;
  Value *entry = scratch(s, ((size_t)n * m + 1) * sizeof(Value)), *seed = scratch(s, (m + 1) * sizeof(Value));
  for (uint32_t i = 0; i < m; i++) seed[i] = value_number(0);
  for (uint32_t i = 0; i < m; i++) {
    seed[i] = value_number(1);
    recording_adjoint(s, r, input, seed, entry + (size_t)i * n);
    seed[i] = value_number(0);
  }
  return array_from_numbers(s, entry, m, n);
}

/* One Newton step on values: x holds n numbers, active or not. */
static void implicit_step(const Search *w, Value *x, bool pin) {
  Session *s = w->f->session;
  const Value *next = x;
  Value argument = point_shape(s, w->point, &next), result = point_call(s, w->f->f, &argument, 1);
  Value *value = scratch(s, (w->m + 1) * sizeof(Value));
  point_flatten(s, result, value);
  for (size_t i = 0; pin && i < w->m; i++) solver_pin(s, value[i]);
  Recording r = recording_of(s, w->f->f, &argument, 1, x, (uint32_t)w->n);
  Value jacobian = jacobian_active(s, &r, x), right = array_from_numbers(s, value, w->m, 1);
  recording_release(s, &r);
  Value step = value_operate(s, OP_SOLVE, jacobian, right);
  for (size_t k = 0; k < w->n; k++) {
    Value entry = step.kind == VALUE_ARRAY ? array_entry(value_as_array(step), k) : step;
    x[k] = value_elementwise(s, SCALAR_SUBTRACT, x[k], entry);
  }
  value_release(step);
  value_release(right);
  value_release(jacobian);
  value_release(result);
  value_release(argument);
}

static Value implicit_point(Search *w) {
  Session *s = w->f->session;
  double *unused = scratch(s, w->n * sizeof(double));
  if (w->m != w->n) fail(s, "the derivative of a root needs as many equations as unknowns: %zu and %zu", w->m, w->n);
  if (least_squares(s, w->m, w->n, w->at.slope, w->at.value, DBL_EPSILON * (double)w->n, unused) < w->n)
    fail(s, "this root has no derivative: the Jacobian is singular there");
  Value *x = scratch(s, (w->n + 1) * sizeof(Value));
  for (size_t k = 0; k < w->n; k++) x[k] = value_number(w->x[k]);
  implicit_step(w, x, true);
  implicit_step(w, x, false);
  trace_limit_orders(s, IMPLICIT_ORDERS, trace_implicit_limit);
  const Value *next = x;
  return point_shape(s, w->point, &next);
}

/* ---- the call ---- */

static Search search_new(const SolverFunction *f, Value point, size_t n) {
  Session *s = f->session;
  Search w = {.f = f, .point = point, .n = n};
  w.x = scratch(s, n * sizeof(double));
  w.trial = scratch(s, n * sizeof(double));
  w.step = scratch(s, n * sizeof(double));
  w.damping = scratch(s, n * sizeof(double));
  memset(w.damping, 0, n * sizeof(double));
  Value *number = scratch(s, n * sizeof(Value));
  point_flatten(s, point, number);
  for (size_t i = 0; i < n; i++) w.x[i] = number[i].number;
  w.start = norm_of(w.x, n);
  w.at = solver_jacobian(f, &point, 1, w.x, n);
  w.m = w.at.m;
  if (w.m == 0) fail_argument(s, 0, "F gives no numbers");
  w.trial_value = scratch(s, w.m * sizeof(double));
  search_move(&w, w.x);
  if (!isfinite(w.norm)) fail_argument(s, 1, "F has no finite value at the start");
  return w;
}

Value call_fsolve(Session *s, const Arguments *a) {
  SolverFunction f = solver_function(s, a, 0, "fsolve");
  Value point = solver_primal(s, a->argument[1]);
  size_t n = point_size(s, point, "the start of fsolve");
  if (n == 0 || n > FSOLVE_LARGEST) fail_argument(s, 1, "fsolve takes from 1 to %d unknowns, the start has %zu", FSOLVE_LARGEST, n);
  Search w = search_new(&f, point, n);
  search_run(&w);
  Value x = f.active ? implicit_point(&w) : argument_at(&w, w.x);
  value_release(point);
  solver_release(&f);
  return x;
}
