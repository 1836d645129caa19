/* ode.c - initial value problems y' = f(t, y).
 *
 * Dormand and Prince's pair of order 5(4) with the step control of Hairer, Nørsett and Wanner (Solving
 * Ordinary Differential Equations I, sections II.4 and IV.2 for the test of stiffness), stepping exactly
 * to every time asked for. A problem found stiff goes on with GSL's Bulirsch-Stoer method of Bader and
 * Deuflhard on the exact Jacobian. The derivative of a solution is that of the steps that were taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <math.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/solvers.h"
#include "values/operate.h"

enum { STAGES = 7, STEPS_LARGEST = 2000000, STIFF_STEPS = 15, STATES_LARGEST = 10000 };

static const double TOLERANCE = 1e-10;
/* Where |h*lambda| is past this, the region of stability sets the step: the problem is stiff. */
static const double STABILITY = 3.25;

static const double NODE[STAGES] = {0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1};
static const double WEIGHT[STAGES][STAGES - 1] = {
    {0},
    {1. / 5},
    {3. / 40, 9. / 40},
    {44. / 45, -56. / 15, 32. / 9},
    {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
    {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
    {35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84}};
/* The difference of the two orders. */
static const double ERROR[STAGES] = {71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40};

typedef struct Stride {
  double t, h;
} Stride;

typedef struct Solution {
  Session *session;
  const SolverFunction *f;
  Value y0;          /* plain numbers: the shape of the state */
  size_t n;
  double tolerance;
  double t, h;       /* now, and the step to try next; its sign is the direction */
  double *y;         /* n: the state now */
  double *k;         /* STAGES×n: slopes */
  double *trial, *before; /* n: the states at stages 6 and 7 */
  int stiff_steps, calm_steps;
  bool stiff;
  bool keep;         /* remember the steps, for derivatives */
  Stride *step;        /* scratch */
  size_t steps, step_capacity;
  size_t taken;
  gsl_odeiv2_driver *driver; /* of a stiff problem */
  gsl_odeiv2_system system;
} Solution;

/* ---- the slope ---- */

static Value state_value(const Solution *w, const double *y) {
  Scratch *mark = scratch_mark(w->session);
  Value *number = scratch(w->session, (w->n + 1) * sizeof(Value));
  for (size_t i = 0; i < w->n; i++) number[i] = value_number(y[i]);
  const Value *next = number;
  Value state = point_shape(w->session, w->y0, &next);
  scratch_release(w->session, mark);
  return state;
}

static _Noreturn void fail_slope(const Solution *w, size_t size) {
  fail_argument(w->session, 0, "f(t, y) must give as many numbers as y has, %zu, but it gives %zu", w->n, size);
}

static void slope(const Solution *w, double t, const double *y, double *out) {
  Session *s = w->session;
  check_interrupt(s);
  Scratch *mark = scratch_mark(s);
  Value argument[2] = {value_number(t), state_value(w, y)};
  Value result = machine_call(s, w->f->primal, argument, 2);
  if (solver_is_active(result)) fail(s, "ode cannot be differentiated here: f reads a variable of the derivative that it did not capture");
  size_t size = point_size(s, result, "the slope f(t, y)");
  if (size != w->n) fail_slope(w, size);
  Value *number = scratch(s, (size + 1) * sizeof(Value));
  point_flatten(s, result, number);
  for (size_t i = 0; i < w->n; i++) out[i] = number[i].number;
  value_release(result);
  value_release(argument[1]);
  scratch_release(s, mark);
}

/* ---- one step ---- */

/* The state at stage [i] of a step of length h, from the slopes before it. */
static void stage_state(const Solution *w, int i, double h, double *out) {
  for (size_t q = 0; q < w->n; q++) {
    double sum = 0;
    for (int j = 0; j < i; j++) sum += WEIGHT[i][j] * w->k[(size_t)j * w->n + q];
    out[q] = w->y[q] + h * sum;
  }
}

/* The error of the step against what is allowed: at most 1 to be accepted; nan when f has no value. */
static double attempt(Solution *w, double h) {
  for (int i = 1; i < STAGES; i++) {
    double *at = i == STAGES - 1 ? w->trial : w->before;
    stage_state(w, i, h, at);
    slope(w, w->t + NODE[i] * h, at, w->k + (size_t)i * w->n);
  }
  double sum = 0;
  for (size_t q = 0; q < w->n; q++) {
    double error = 0;
    for (int j = 0; j < STAGES; j++) error += ERROR[j] * w->k[(size_t)j * w->n + q];
    double allowed = w->tolerance * (1e-3 + fmax(fabs(w->y[q]), fabs(w->trial[q])));
    sum += (h * error / allowed) * (h * error / allowed);
  }
  return sqrt(sum / (double)w->n);
}

static void watch_stiffness(Solution *w, double h) {
  double rise = 0, run = 0;
  for (size_t q = 0; q < w->n; q++) {
    double dk = w->k[6 * w->n + q] - w->k[5 * w->n + q], dy = w->trial[q] - w->before[q];
    rise += dk * dk;
    run += dy * dy;
  }
  if (run > 0 && fabs(h) * sqrt(rise / run) > STABILITY) {
    w->calm_steps = 0;
    if (++w->stiff_steps >= STIFF_STEPS) w->stiff = true;
  } else if (++w->calm_steps >= 6) {
    w->stiff_steps = 0;
  }
}

static void remember(Solution *w, double h) {
  if (!w->keep) return;
  if (w->steps == w->step_capacity) {
    size_t capacity = w->step_capacity ? 2 * w->step_capacity : 256;
    Stride *grown = scratch(w->session, capacity * sizeof(Stride));
    if (w->steps) memcpy(grown, w->step, w->steps * sizeof(Stride));
    w->step = grown;
    w->step_capacity = capacity;
  }
  w->step[w->steps++] = (Stride){w->t, h};
}

static void accept(Solution *w, double h) {
  watch_stiffness(w, h);
  remember(w, h);
  w->t += h;
  memcpy(w->y, w->trial, w->n * sizeof(double));
  memcpy(w->k, w->k + 6 * w->n, w->n * sizeof(double));
}

static double size_of(const double *v, size_t n) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, isnan(v[i]) ? INFINITY : fabs(v[i]));
  return largest;
}

static _Noreturn void fail_step(const Solution *w, const char *why) {
  double size = size_of(w->y, w->n);
  if (size > 1e6) fail(w->session, "the solution grows without bound near t = %.6g (|y| is %.2g there): it ends before the last time", w->t, size);
  fail(w->session, "the solution cannot be followed past t = %.6g: %s", w->t, why);
}

static double first_step(const Solution *w, double distance) {
  double y = size_of(w->y, w->n), k = size_of(w->k, w->n);
  double h = k > 0 && y > 0 ? 0.01 * y / k : 1e-4;
  return copysign(fmin(fabs(distance), fmax(fmin(h, 0.1 * fabs(distance)), 1e-8 * fabs(distance))), distance);
}

/* Steps until exactly [end], or until the problem turns out stiff. */
static void run_explicit(Solution *w, double end) {
  bool rejected = false;
  while (w->t != end && !w->stiff) {
    double left = end - w->t, h = w->h;
    bool last = fabs(h) >= fabs(left) * (1 - 1e-12);
    if (last) h = left;
    else if (fabs(h) > 0.5 * fabs(left)) h = 0.5 * left;
    if (++w->taken > STEPS_LARGEST) fail_step(w, "it takes too many steps");
    if (fabs(h) <= 4 * DBL_EPSILON * fabs(w->t) || fabs(h) < DBL_MIN) fail_step(w, "the steps it needs are too small for numbers to hold");
    double error = attempt(w, h);
    double factor = !isfinite(error) ? 0.1 : error == 0 ? 5 : fmin(5, fmax(0.2, 0.9 * pow(error, -0.2)));
    if (error <= 1) {
      accept(w, h);
      if (last) w->t = end;
      if (rejected) factor = fmin(factor, 1);
      /* A step cut short to meet a time says little about the next one. */
      if (!(fabs(h) < fabs(w->h) && fabs(factor * h) < fabs(w->h))) w->h = factor * h;
      rejected = false;
    } else {
      w->h = factor * h;
      rejected = true;
    }
  }
}

/* ---- stiff ---- */

static int system_slope(double t, const double y[], double dydt[], void *context) {
  Solution *w = context;
  slope(w, t, y, dydt);
  for (size_t i = 0; i < w->n; i++)
    if (!isfinite(dydt[i])) return GSL_EBADFUNC;
  return GSL_SUCCESS;
}

static int system_jacobian(double t, const double y[], double *dfdy, double dfdt[], void *context) {
  Solution *w = context;
  Session *s = w->session;
  Scratch *mark = scratch_mark(s);
  double *x = scratch(s, (w->n + 1) * sizeof(double));
  x[0] = t;
  memcpy(x + 1, y, w->n * sizeof(double));
  Value point[2] = {value_number(t), w->y0};
  SolverJacobian j = solver_jacobian(w->f, point, 2, x, w->n + 1);
  if (j.m != w->n) fail_slope(w, j.m);
  bool finite = true;
  for (size_t i = 0; i < w->n; i++) {
    const double *row = j.slope + i * (w->n + 1);
    dfdt[i] = row[0];
    memcpy(dfdy + i * w->n, row + 1, w->n * sizeof(double));
    for (size_t q = 0; q <= w->n; q++) finite = finite && isfinite(row[q]);
  }
  scratch_release(s, mark);
  return finite ? GSL_SUCCESS : GSL_EBADFUNC;
}

static void free_driver(void *driver) { gsl_odeiv2_driver_free(driver); }

static void open_driver(Solution *w, double direction) {
  w->system = (gsl_odeiv2_system){system_slope, system_jacobian, w->n, w};
  double first = copysign(1e-3 * fabs(w->h), direction);
  gsl_odeiv2_driver *driver = gsl_odeiv2_driver_alloc_y_new(
      &w->system, gsl_odeiv2_step_bsimp, first, 1e-3 * w->tolerance, w->tolerance);
  w->driver = solver_adopt(w->session, driver, free_driver);
  gsl_odeiv2_driver_set_nmax(w->driver, STEPS_LARGEST);
}

static void run_stiff(Solution *w, double end) {
  if (!w->driver) open_driver(w, end - w->t);
  if (gsl_odeiv2_driver_apply(w->driver, &w->t, end, w->y) != GSL_SUCCESS)
    fail_step(w, "the problem is stiff and its steps become too small");
}

static void run_to(Solution *w, double end) {
  if (!w->stiff) run_explicit(w, end);
  if (w->t != end) run_stiff(w, end);
}

/* ---- active ---- */

/* The slope as a column of n values. */
static Value slope_active(const Solution *w, Value t, Value state) {
  Session *s = w->session;
  Value *number = scratch(s, (w->n + 1) * sizeof(Value));
  point_flatten(s, state, number);
  const Value *next = number;
  Value argument[2] = {t, point_shape(s, w->y0, &next)};
  Value result = machine_call(s, w->f->f, argument, 2);
  size_t size = point_size(s, result, "the slope f(t, y)");
  if (size != w->n) fail_slope(w, size);
  point_flatten(s, result, number);
  Value column = array_from_numbers(s, number, w->n, 1);
  value_release(result);
  value_release(argument[1]);
  return column;
}

/* y + h*sum of weight*k, replacing nothing: owned. */
static Value combine(Session *s, Value y, double h, const double *weight, const Value *k, int count) {
  Value sum = value_keep(y);
  for (int j = 0; j < count; j++) {
    if (weight[j] == 0) continue;
    Value term = value_operate(s, OP_MULTIPLY, k[j], value_number(h * weight[j])), grown = value_operate(s, OP_ADD, sum, term);
    value_release(term);
    value_release(sum);
    sum = grown;
  }
  return sum;
}

/* One remembered step on values. Takes ownership of y. */
static Value step_active(const Solution *w, Stride step, Value y) {
  Session *s = w->session;
  Scratch *mark = scratch_mark(s);
  Value k[STAGES - 1];
  for (int i = 0; i < STAGES - 1; i++) {
    Value at = combine(s, y, step.h, WEIGHT[i], k, i);
    k[i] = slope_active(w, value_number(step.t + NODE[i] * step.h), at);
    value_release(at);
  }
  Value next = combine(s, y, step.h, WEIGHT[STAGES - 1], k, STAGES - 1);
  for (int i = 0; i < STAGES - 1; i++) value_release(k[i]);
  value_release(y);
  scratch_release(s, mark);
  return next;
}

static void store_active(const Solution *w, Value y, Value *row) {
  point_flatten(w->session, y, row);
}

/* The steps of [w] again, on values, into rows of out; [stop] counts the steps up to each time. */
static void replay_active(const Solution *w, Value start, const size_t *stop, size_t times, Value *out) {
  Session *s = w->session;
  Value *number = scratch(s, (w->n + 1) * sizeof(Value));
  point_flatten(s, start, number);
  Value y = array_from_numbers(s, number, w->n, 1);
  store_active(w, y, out);
  size_t at = 0;
  for (size_t i = 1; i < times; i++) {
    for (; at < stop[i]; at++) {
      check_interrupt(s);
      y = step_active(w, w->step[at], y);
    }
    store_active(w, y, out + i * w->n);
  }
  /* The steps were chosen for these numbers: the last state tells whether others are the same. */
  for (size_t q = 0; q < w->n; q++) solver_pin(s, out[(times - 1) * w->n + q]);
  value_release(y);
}

/* ---- the call ---- */

static void check_times(Session *s, const Array *ts) {
  if (ts->rows < 1) fail_argument(s, 2, "ode needs at least the time at which y0 holds");
  double direction = ts->rows > 1 ? ts->data[1] - ts->data[0] : 0;
  for (uint32_t i = 0; i < ts->rows; i++) {
    if (!isfinite(ts->data[i])) fail_argument(s, 2, "the times must be finite numbers, number %u is %.6g", i + 1, ts->data[i]);
    if (i > 0 && !((ts->data[i] - ts->data[i - 1]) * direction > 0))
      fail_argument(s, 2, "the times must all rise or all fall: %.6g comes after %.6g", ts->data[i], ts->data[i - 1]);
  }
}

static Solution solution_new(Session *s, const SolverFunction *f, Value y0, double tolerance, double start) {
  size_t n = point_size(s, y0, "the start y0");
  if (n == 0 || n > STATES_LARGEST) fail_argument(s, 1, "y0 must have from 1 to %d numbers, but it has %zu", STATES_LARGEST, n);
  Solution w = {.session = s, .f = f, .y0 = y0, .n = n, .tolerance = tolerance, .t = start};
  w.y = scratch(s, n * sizeof(double));
  w.k = scratch(s, STAGES * n * sizeof(double));
  w.trial = scratch(s, n * sizeof(double));
  w.before = scratch(s, n * sizeof(double));
  Value *number = scratch(s, n * sizeof(Value));
  point_flatten(s, y0, number);
  for (size_t i = 0; i < n; i++) w.y[i] = number[i].number;
  slope(&w, start, w.y, w.k);
  if (!isfinite(size_of(w.k, n))) fail_argument(s, 1, "f(%.6g, y0) has no finite value", start);
  return w;
}

static Value solve_times(Solution *w, const Array *ts, Value start, bool active) {
  Session *s = w->session;
  size_t times = ts->rows, *stop = scratch(s, times * sizeof(size_t));
  Value *out = scratch(s, (times * w->n + 1) * sizeof(Value));
  w->keep = active;
  for (size_t i = 0; i < times; i++) {
    if (i == 1) w->h = first_step(w, ts->data[1] - ts->data[0]);
    if (i > 0) run_to(w, ts->data[i]);
    stop[i] = w->steps;
    for (size_t q = 0; q < w->n; q++) out[i * w->n + q] = value_number(w->y[q]);
  }
  if (active && w->stiff) fail(s, "the solution of a stiff problem cannot be differentiated: its implicit steps are not recorded");
  if (active) replay_active(w, start, stop, times, out);
  return array_from_numbers(s, out, times, w->n);
}

static Value call_ode(Session *s, const Arguments *a) {
  SolverFunction f = solver_function(s, a, 0, "ode");
  Array *ts = argument_vector(s, a, 2);
  double tolerance = argument_number_or(s, a, 3, TOLERANCE);
  if (!(tolerance >= 1e-13 && tolerance < 1)) fail_argument(s, 3, "tol must be between 1e-13 and 1, but it is %.6g", tolerance);
  check_times(s, ts);
  Value start = a->argument[1], y0 = solver_primal(s, start);
  Solution w = solution_new(s, &f, y0, tolerance, ts->data[0]);
  Value result = solve_times(&w, ts, start, f.active || solver_is_active(start));
  value_release(y0);
  value_release(value_array(ts));
  solver_release(&f);
  return result;
}

const Primitive ode_rows[1] = {
    {.name = "ode", .parameters = "(f, y0, ts, tol = 1e-10)", .call = call_ode, .result = RESULT_ANY, .differentiable = DERIVE_THROUGH,
     .help = "The solution of y' = f(t, y) with y = y0 at ts[1], at all times of ts: one state per row. Each step is right to tol of the state's size. It can be differentiated by y0 and by what f captured.",
     .example = "ode((t, y) -> -y, 1, [0, 1, 2])", .gives = "[1, 0.367879, 0.135335]"},
};
