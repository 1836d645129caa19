/* test_minimise.c - the optimisers on the Moré-Garbow-Hillstrom functions and at every edge: no
 * value, no minimum, no curvature, no slope, no memory to lose.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/minimise.h"

#include <criterion/criterion.h>
#include <gsl/gsl_errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "mgh.h"
#include "optimise/verdict.h"

/* Memory freed as a whole, adopted objects destroyed with it. */
typedef struct Pool {
  void *block[4096];
  size_t blocks;
  struct {
    void *object;
    void (*destroy)(void *);
  } adopted[16];
  size_t adoptions;
} Pool;

static void *pool_allocate(void *context, size_t bytes) {
  Pool *pool = context;
  cr_assert(pool->blocks < sizeof pool->block / sizeof *pool->block);
  void *block = malloc(bytes ? bytes : 1);
  memset(block, 0xA5, bytes); /* so that reading what was not written shows */
  return pool->block[pool->blocks++] = block;
}

static void pool_adopt(void *context, void *object, void (*destroy)(void *)) {
  Pool *pool = context;
  pool->adopted[pool->adoptions].object = object;
  pool->adopted[pool->adoptions++].destroy = destroy;
}

static void pool_free(Pool *pool) {
  for (size_t i = 0; i < pool->adoptions; i++) pool->adopted[i].destroy(pool->adopted[i].object);
  for (size_t i = 0; i < pool->blocks; i++) free(pool->block[i]);
  pool->adoptions = pool->blocks = 0;
}

static Pool memory;

static MinimiseOptions with(const char *method) {
  return (MinimiseOptions){
      .method = method, .allocate = pool_allocate, .adopt = pool_adopt, .context = &memory};
}

static MinimiseResult run(const Objective *objective, const double *start,
                          const MinimiseOptions *options) {
  MinimiseResult result;
  gsl_set_error_handler_off();
  minimise_run(objective, start, options, &result);
  return result;
}

/* Gradient descent as a method elsewhere would run it: its path, in the pool. */
static MinimisePath descend(const Objective *objective, const double *start, double eta,
                            size_t steps) {
  size_t n = objective->n;
  double *x = pool_allocate(&memory, (steps + 1) * n * sizeof *x);
  double *length = pool_allocate(&memory, steps * sizeof *length);
  double *g = pool_allocate(&memory, n * sizeof *g);
  memcpy(x, start, n * sizeof *x);
  for (size_t k = 0; k < steps; k++) {
    objective->gradient(objective->context, x + k * n, g);
    for (size_t i = 0; i < n; i++) x[(k + 1) * n + i] = x[k * n + i] - eta * g[i];
    length[k] = eta;
  }
  return (MinimisePath){
      .name = "gd", .x = x, .count = steps + 1, .length = length, .eta = eta, .stable = 2};
}

static MinimiseResult run_descent(const Objective *objective, const double *start, double eta,
                                  size_t steps, double tolerance) {
  MinimisePath path = descend(objective, start, eta, steps);
  MinimiseOptions options = with(NULL);
  options.path = &path;
  options.tolerance = tolerance;
  return run(objective, start, &options);
}

static void expect_text(const MinimiseResult *result, const char *const *names, const char *text) {
  Text out = {0};
  verdict_print(result, names, &out);
  cr_expect_str_eq(out.bytes, text);
  text_free(&out);
}

/* --- functions of one variable ------------------------------------------------------------------
 */

typedef struct Curve {
  double (*f)(double x, double *slope, double *curvature);
} Curve;

static double curve_value(void *curve, const double *x) {
  double slope, curvature;
  return ((Curve *)curve)->f(*x, &slope, &curvature);
}

static double curve_gradient(void *curve, const double *x, double *g) {
  double curvature;
  return ((Curve *)curve)->f(*x, g, &curvature);
}

static void curve_hessian(void *curve, const double *x, double *h) {
  double slope;
  ((Curve *)curve)->f(*x, &slope, h);
}

static Objective curve_objective(Curve *curve) {
  return (Objective){.n = 1,
                     .context = curve,
                     .value = curve_value,
                     .gradient = curve_gradient,
                     .hessian = curve_hessian};
}

#define CURVE(name, value, first, second)                                                          \
  static double name(double x, double *slope, double *curvature) {                                 \
    *slope = (first);                                                                              \
    *curvature = (second);                                                                         \
    return (value) + 0 * x;                                                                        \
  }
CURVE(parabola, (x - 3) * (x - 3), 2 * (x - 3), 2)
CURVE(hill, -x *x, -2 * x, -2)
CURVE(slope_up, x, 1, 0)
CURVE(growth, exp(x), exp(x), exp(x))
CURVE(reciprocal, 1 / x, -1 / x / x, 2 / x / x / x)
CURVE(angle, atan(x), 1 / (1 + x * x), -2 * x / (1 + x * x) / (1 + x * x))
CURVE(level, 3, 0, 0)
CURVE(cubic, x *x *x, 3 * x * x, 6 * x)
CURVE(quartic, x *x *x *x, 4 * x * x * x, 12 * x * x)
CURVE(tenth, pow(x, 10), 10 * pow(x, 9), 90 * pow(x, 8))
CURVE(wave, cos(x), -sin(x), -cos(x))
CURVE(bell, -exp(-x *x), 2 * x * exp(-x * x), (2 - 4 * x * x) * exp(-x * x))
CURVE(kink, fabs(x - 0.3), (x > 0.3) - (x < 0.3), 0)
CURVE(logarithm, log(x), 1 / x, -1 / x / x)
CURVE(entropy, x *log(x), log(x) + 1, 1 / x)
CURVE(edge, x < 1 ? (x - 2) * (x - 2) : NAN, 2 * (x - 2), 2)
CURVE(wall, x < 1 ? (x - 2) * (x - 2) : INFINITY, 2 * (x - 2), 2)
CURVE(no_slope, x, NAN, 0)
CURVE(faint, 1e-20 * (x - 1) * (x - 1), 2e-20 * (x - 1), 2e-20)
CURVE(narrow, (x / 1e-12 - 1) * (x / 1e-12 - 1), 2e12 * (x / 1e-12 - 1), 2e24)
CURVE(wide, (x / 1e12 - 1) * (x / 1e12 - 1), 2e-12 * (x / 1e12 - 1), 2e-24)
CURVE(offset, 1e6 + (x - 1) * (x - 1), 2 * (x - 1), 2)
#undef CURVE

static MinimiseResult run_curve(double (*f)(double, double *, double *), double start,
                                const char *method) {
  static Curve curve;
  curve.f = f;
  Objective objective = curve_objective(&curve);
  MinimiseOptions options = with(method);
  return run(&objective, &start, &options);
}

/* --- functions of two variables -----------------------------------------------------------------
 */

static double saddle_gradient(void *context, const double *x, double *g) {
  (void)context;
  g[0] = 2 * x[0];
  g[1] = -2 * x[1] + 4 * x[1] * x[1] * x[1];
  return x[0] * x[0] - x[1] * x[1] + pow(x[1], 4);
}

static double saddle_value(void *context, const double *x) {
  double g[2];
  return saddle_gradient(context, x, g);
}

static void saddle_hessian(void *context, const double *x, double *h) {
  (void)context;
  h[0] = 2;
  h[1] = h[2] = 0;
  h[3] = -2 + 12 * x[1] * x[1];
}

static const Objective SADDLE = {
    .n = 2, .value = saddle_value, .gradient = saddle_gradient, .hessian = saddle_hessian};

/* A line through points whose abscissae are far from 0: eigenvalues 0.2 and 530. */
static double line_gradient(void *context, const double *w, double *g) {
  (void)context;
  enum { POINTS = 50 };
  double mean = g[0] = g[1] = 0;
  for (int i = 0; i < POINTS; i++) {
    double x = 4 + 21.0 * i / (POINTS - 1),
           r = 3.93 * x - 17.6 + 10 * sin(3.0 * i) - w[0] - w[1] * x;
    mean += r * r / POINTS;
    g[0] -= 2 * r / POINTS;
    g[1] -= 2 * r * x / POINTS;
  }
  return mean;
}

static double line_value(void *context, const double *w) {
  double g[2];
  return line_gradient(context, w, g);
}

static void line_hessian(void *context, const double *w, double *h) {
  (void)context, (void)w;
  enum { POINTS = 50 };
  h[0] = h[1] = h[3] = 0;
  for (int i = 0; i < POINTS; i++) {
    double x = 4 + 21.0 * i / (POINTS - 1);
    h[0] += 2.0 / POINTS;
    h[1] += 2 * x / POINTS;
    h[3] += 2 * x * x / POINTS;
  }
  h[2] = h[1];
}

static const Objective LINE = {.n = 2,
                               .value = line_value,
                               .gradient = line_gradient,
                               .hessian = line_hessian,
                               .quadratic = true};

/* (x + y - 2)^2: a valley of minima. */
static double valley_gradient(void *context, const double *x, double *g) {
  (void)context;
  double s = x[0] + x[1] - 2;
  g[0] = g[1] = 2 * s;
  return s * s;
}

static double valley_value(void *context, const double *x) {
  double g[2];
  return valley_gradient(context, x, g);
}

static void valley_hessian(void *context, const double *x, double *h) {
  (void)context, (void)x;
  h[0] = h[1] = h[2] = h[3] = 2;
}

static const Objective VALLEY = {
    .n = 2, .value = valley_value, .gradient = valley_gradient, .hessian = valley_hessian};

static bool all_finite(const double *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!isfinite(x[i])) return false;
  return true;
}

/* --- the Moré-Garbow-Hillstrom functions --------------------------------------------------------
 */

static bool at_listed_minimum(const MghProblem *problem, double value) {
  const double DIGITS = 1e-5, ZERO = 1e-12;
  for (size_t k = 0; k < problem->minima_count; k++)
    if (fabs(value - problem->minima[k]) <= DIGITS * problem->minima[k] + ZERO) return true;
  return false;
}

static size_t expect_all_solved(bool squares) {
  size_t evaluations = 0;
  for (size_t i = 0; i < MGH_COUNT; i++) {
    Objective objective = mgh_objective(&MGH[i]);
    objective.m = squares ? objective.m : 0;
    MinimiseOptions options = with(NULL);
    MinimiseResult result = run(&objective, MGH[i].start, &options);
    cr_expect(at_listed_minimum(&MGH[i], result.value), "%s: value %.9g", MGH[i].name,
              result.value);
    cr_expect(result.converged, "%s: %s", MGH[i].name, result.reason);
    cr_expect(result.kind == MINIMISE_STRICT_MINIMUM || result.kind == MINIMISE_FLAT, "%s: kind %d",
              MGH[i].name, (int)result.kind);
    evaluations += result.evaluations;
    pool_free(&memory);
  }
  return evaluations;
}

Test(minimise, mgh_derivatives_agree_with_differences) {
  for (size_t i = 0; i < MGH_COUNT; i++) {
    size_t n = MGH[i].n;
    double x[JET_MOST], g[JET_MOST], h[JET_MOST * JET_MOST], ahead[JET_MOST], behind[JET_MOST];
    Objective objective = mgh_objective(&MGH[i]);
    memcpy(x, MGH[i].start, sizeof x);
    x[1] += 1e-3 * (x[1] == 0); /* off the cut of the helical valley */
    double value = objective.gradient(objective.context, x, g);
    objective.hessian(objective.context, x, h);
    cr_expect_eq(value, objective.value(objective.context, x));
    for (size_t k = 0; k < n; k++) {
      double at = x[k], step = 1e-6 * fmax(fabs(at), 1e-2);
      x[k] = at + step;
      double above = objective.gradient(objective.context, x, ahead);
      x[k] = at - step;
      double below = objective.gradient(objective.context, x, behind);
      x[k] = at;
      double size = fabs(g[k]) + fabs(value) * 1e-2 + 1e-3;
      cr_expect_float_eq((above - below) / (2 * step), g[k], 1e-4 * size, "%s g[%zu]", MGH[i].name,
                         k);
      for (size_t j = 0; j < n; j++) {
        double scale = 1e-4 * (fabs(h[k * n + j]) + fabs(h[k * n + k]) + fabs(g[j]) + 1e-3);
        cr_expect_float_eq((ahead[j] - behind[j]) / (2 * step), h[k * n + j], scale,
                           "%s h[%zu,%zu]", MGH[i].name, k, j);
      }
    }
  }
}

Test(minimise, every_mgh_function_reaches_a_minimum_in_few_evaluations) {
  size_t evaluations = expect_all_solved(true);
  cr_expect(evaluations < 1500, "%zu evaluations", evaluations);
}

Test(minimise, every_mgh_function_is_solved_without_its_residuals_too) {
  size_t evaluations = expect_all_solved(false);
  cr_expect(evaluations < 2500, "%zu evaluations", evaluations);
}

/* Newton from the answer on, as a second opinion: a converged run has nothing to gain. */
static double gain_left(const Objective *objective, const MinimiseResult *result) {
  MinimiseOptions options = with("trust");
  MinimiseResult further = run(objective, result->x, &options);
  return (result->value - further.value) / (fabs(further.value) + 1e-6);
}

Test(minimise, no_method_claims_convergence_away_from_a_minimum, .timeout = 250) {
  size_t count;
  const MinimiseMethod *methods = minimise_methods(&count);
  for (size_t k = 0; k < count; k++)
    for (size_t i = 0; i < MGH_COUNT; i++) {
      Objective objective = mgh_objective(&MGH[i]);
      MinimiseOptions options = with(methods[k].name);
      options.max_evaluations = 400;
      MinimiseResult result = run(&objective, MGH[i].start, &options);
      cr_expect(isfinite(result.value) && all_finite(result.x, MGH[i].n));
      if (result.converged)
        cr_expect(gain_left(&objective, &result) < 1e-3, "%s, %s: value %.9g", methods[k].name,
                  MGH[i].name, result.value);
      pool_free(&memory);
    }
}

Test(minimise, without_hessians_nothing_is_claimed_that_is_not_so) {
  for (size_t i = 0; i < MGH_COUNT; i++) {
    Objective objective = mgh_objective(&MGH[i]);
    objective.m = 0;
    objective.hessian = NULL;
    MinimiseOptions options = with(NULL);
    MinimiseResult result = run(&objective, MGH[i].start, &options);
    cr_expect(!result.converged || at_listed_minimum(&MGH[i], result.value), "%s: value %.9g",
              MGH[i].name, result.value);
    pool_free(&memory);
  }
}

/* --- minima of every make -----------------------------------------------------------------------
 */

Test(minimise, strict_minima_are_found_whatever_the_units) {
  static const struct {
    double (*f)(double, double *, double *);
    double start, at;
  } CASES[] = {{parabola, 0, 3},
               {parabola, 1e9, 3},
               {faint, 0, 1},
               {narrow, 0, 1e-12},
               {wide, 0, 1e12},
               {offset, 0, 1},
               {bell, 0.1, 0},
               {bell, 3, 0},
               {entropy, 1, 0.36787944117144233},
               {entropy, 100, 0.36787944117144233}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    MinimiseResult result = run_curve(CASES[i].f, CASES[i].start, NULL);
    cr_expect(result.converged && result.kind == MINIMISE_STRICT_MINIMUM, "case %zu: %s", i,
              result.reason);
    cr_expect_float_eq(result.x[0], CASES[i].at, 1e-9 * fabs(CASES[i].at), "case %zu: %.17g", i,
                       result.x[0]);
    cr_expect(result.digits > 9, "case %zu: %g digits", i, result.digits);
    pool_free(&memory);
  }
}

Test(minimise, flat_minima_are_called_flat) {
  static const struct {
    double (*f)(double, double *, double *);
    double start, at;
  } CASES[] = {{level, 2, 2}, {quartic, 1, 0}, {quartic, 0, 0}, {tenth, 1000, 0}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    MinimiseResult result = run_curve(CASES[i].f, CASES[i].start, NULL);
    cr_expect(result.converged && result.kind == MINIMISE_FLAT, "case %zu: %s", i, result.reason);
    cr_expect_float_eq(result.x[0], CASES[i].at, 1e-6, "case %zu: %g", i, result.x[0]);
    pool_free(&memory);
  }
}

Test(minimise, a_valley_of_minima_names_its_direction) {
  MinimiseOptions options = with(NULL);
  MinimiseResult result = run(&VALLEY, (double[]){0, 0}, &options);
  cr_expect(result.converged && result.kind == MINIMISE_FLAT);
  cr_expect_float_eq(result.direction[0], -result.direction[1], 1e-9);
  cr_expect_float_eq(fabs(result.direction[0]), sqrt(0.5), 1e-9);
  pool_free(&memory);
}

Test(minimise, a_function_without_a_minimum_is_followed_and_found_out) {
  static const struct {
    double (*f)(double, double *, double *);
    double start, direction;
  } CASES[] = {{hill, 1, 1},    {hill, 0, 0},     {slope_up, 0, -1},  {slope_up, 5, -1},
               {growth, 0, -1}, {growth, 10, -1}, {reciprocal, 1, 1}, {reciprocal, -1, 1},
               {angle, 0, -1},  {cubic, 1, -1},   {cubic, 0, -1}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    MinimiseResult result = run_curve(CASES[i].f, CASES[i].start, NULL);
    cr_expect(!result.converged && result.kind == MINIMISE_UNBOUNDED, "case %zu: kind %d, %s", i,
              (int)result.kind, result.reason);
    cr_expect(result.has_direction, "case %zu", i);
    if (CASES[i].direction != 0)
      cr_expect_eq(result.direction[0], CASES[i].direction, "case %zu", i);
    pool_free(&memory);
  }
}

Test(minimise, a_value_of_minus_infinity_ends_the_search) {
  MinimiseResult result = run_curve(logarithm, 1, NULL);
  cr_expect(result.kind == MINIMISE_UNBOUNDED && !result.converged);
  cr_expect_str_eq(result.reason, "the value is -inf here");
  pool_free(&memory);
}

Test(minimise, a_start_without_value_or_slope_is_undefined) {
  MinimiseResult result = run_curve(edge, 2, NULL);
  cr_expect(result.kind == MINIMISE_UNDEFINED && !result.converged);
  cr_expect_str_eq(result.reason, "the value at the start is nan");
  result = run_curve(wall, 2, NULL);
  cr_expect(result.kind == MINIMISE_UNDEFINED);
  cr_expect_str_eq(result.reason, "the value at the start is inf");
  result = run_curve(no_slope, 2, NULL);
  cr_expect(result.kind == MINIMISE_UNDEFINED);
  cr_expect_str_eq(result.reason, "the value at the start is 2 but its gradient is not finite");
  pool_free(&memory);
}

Test(minimise, nan_beyond_an_edge_is_never_success) {
  size_t count;
  const MinimiseMethod *methods = minimise_methods(&count);
  for (size_t k = 0; k < count; k++)
    for (int side = 0; side < 2; side++) {
      if (methods[k].needs & MINIMISE_NEEDS_RESIDUALS) continue;
      MinimiseResult result = run_curve(side ? edge : wall, 0, methods[k].name);
      cr_expect(!result.converged, "%s", methods[k].name);
      cr_expect(isfinite(result.value) && result.value <= 4 && result.x[0] < 1, "%s at %g",
                methods[k].name, result.x[0]);
      pool_free(&memory);
    }
  MinimiseResult result = run_curve(edge, 0, NULL);
  cr_expect(!result.converged && result.x[0] < 1 && result.x[0] > 1 - 1e-6);
  cr_expect(strstr(result.reason, "edge") != NULL, "%s", result.reason);
  pool_free(&memory);
}

Test(minimise, a_kink_is_reached_and_not_called_strict) {
  MinimiseResult result = run_curve(kink, -1, NULL);
  cr_expect_float_eq(result.x[0], 0.3, 1e-9);
  cr_expect(result.kind != MINIMISE_STRICT_MINIMUM);
  pool_free(&memory);
}

/* --- saddles and maxima -------------------------------------------------------------------------
 */

Test(minimise, the_automatic_choice_leaves_saddles_and_maxima) {
  MinimiseOptions options = with(NULL);
  Objective blind = SADDLE;
  blind.hessian = NULL;
  for (int k = 0; k < 4; k++) {
    MinimiseResult result = run(k % 2 ? &blind : &SADDLE, (double[]){k / 2, 0}, &options);
    cr_expect(result.converged, "case %d: %s", k, result.reason);
    cr_expect_float_eq(result.value, -0.25, 1e-12, "case %d: %g", k, result.value);
    cr_expect_float_eq(fabs(result.x[1]), sqrt(0.5), 1e-6, "case %d", k);
    pool_free(&memory);
  }
  MinimiseResult result = run_curve(wave, 0, NULL);
  cr_expect(result.converged);
  cr_expect_float_eq(result.value, -1, 1e-14);
  pool_free(&memory);
}

Test(minimise, a_named_method_says_so_when_it_stops_at_a_saddle) {
  static const char *const NAMES[] = {"cg", "quasinewton", "lbfgs"};
  for (size_t k = 0; k < sizeof NAMES / sizeof *NAMES; k++) {
    MinimiseOptions options = with(NAMES[k]);
    MinimiseResult result = run(&SADDLE, (double[]){1, 0}, &options);
    cr_expect(!result.converged && result.kind == MINIMISE_SADDLE, "%s: kind %d", NAMES[k],
              (int)result.kind);
    pool_free(&memory);
  }
  MinimiseResult result = run_descent(&SADDLE, (double[]){1, 0}, 0.1, 1000, 0);
  cr_expect(!result.converged && result.kind == MINIMISE_SADDLE);
  static Curve curve = {wave};
  Objective objective = curve_objective(&curve);
  result = run_descent(&objective, (double[]){0}, 0.1, 10, 0);
  cr_expect(!result.converged && result.kind == MINIMISE_MAXIMUM);
  pool_free(&memory);
}

/* --- paths of methods that ran elsewhere --------------------------------------------------------
 */

Test(minimise, a_path_is_gone_through_point_by_point) {
  static Curve curve = {parabola};
  Objective objective = curve_objective(&curve);
  MinimiseResult result = run_descent(&objective, (double[]){0}, 0.1, 2, 0);
  cr_expect_float_eq(result.x[0], 1.08, 1e-15); /* 3 - 3(1 - 2*0.1)^2 */
  cr_expect_eq(result.iterations, 2);
  cr_expect_eq(result.gradient_evaluations, 5, "%zu", result.gradient_evaluations);
  cr_expect_str_eq(result.method, "gd");
  pool_free(&memory);
}

Test(minimise, the_best_point_of_a_path_is_the_answer) {
  static Curve curve = {parabola};
  Objective objective = curve_objective(&curve);
  static const double POINTS[] = {0, 2, NAN}, LENGTHS[] = {1, 1};
  MinimisePath path = {
      .name = "mine", .x = POINTS, .count = 3, .length = LENGTHS, .eta = NAN, .reason = "why"};
  MinimiseOptions options = with(NULL);
  options.path = &path;
  MinimiseResult result = run(&objective, POINTS, &options);
  cr_expect_eq(result.x[0], 2);
  cr_expect(result.diverged && !result.converged);
  cr_expect_str_eq(result.reason, "the value is nan at step 2");
  path.count = 2;
  result = run(&objective, POINTS, &options);
  cr_expect_eq(result.x[0], 2);
  cr_expect_str_eq(result.reason, "1 step, why");
  path.count = 1;
  result = run(&objective, POINTS, &options);
  cr_expect(result.x[0] == 0 && !result.converged);
  cr_expect_str_eq(result.reason, "0 steps, why");
  pool_free(&memory);
}

Test(minimise, a_diverging_path_keeps_the_best_point_and_names_the_bound) {
  MinimiseResult result = run_descent(&LINE, (double[]){0, 0}, 0.1, 1000, 0);
  cr_expect(result.diverged && !result.converged);
  cr_expect(result.x[0] == 0 && result.x[1] == 0);
  cr_expect_float_eq(result.eta_bound, 2 / result.eigenvalue_max, 1e-12);
  cr_expect(strstr(result.reason, "diverged, the value is ") == result.reason, "%s", result.reason);
  pool_free(&memory);
}

Test(minimise, a_path_that_converges_is_cut_there) {
  static Curve curve = {parabola};
  Objective objective = curve_objective(&curve);
  MinimiseResult result = run_descent(&objective, (double[]){0}, 0.25, 1000, 0);
  cr_expect(result.converged && result.iterations < 100);
  result = run_descent(&objective, (double[]){0}, 0.25, 1000, 1e-3);
  cr_expect(result.converged && result.within_tolerance && result.gradient_norm <= 1e-3);
  cr_expect(result.gradient_norm > 1e-4, "one step past the tolerance at most");
  pool_free(&memory);
}

/* --- many variables -----------------------------------------------------------------------------
 */

static double chain_gradient(void *context, const double *x, double *g) {
  size_t n = *(size_t *)context;
  double sum = 0;
  for (size_t i = 0; i < n; i += 2) {
    double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];
    sum += a * a + 100 * b * b;
    g[i] = -2 * a - 400 * x[i] * b;
    g[i + 1] = 200 * b;
  }
  return sum;
}

static double chain_value(void *context, const double *x) {
  static double g[1000];
  return chain_gradient(context, x, g);
}

Test(minimise, hundreds_of_variables_need_gradients_only) {
  static const size_t SIZES[] = {2, 50, 300, 1000};
  for (size_t k = 0; k < sizeof SIZES / sizeof *SIZES; k++) {
    size_t n = SIZES[k];
    static double start[1000];
    for (size_t i = 0; i < n; i++) start[i] = i % 2 ? 1 : -1.2;
    Objective objective = {.n = n, .context = &n, .value = chain_value, .gradient = chain_gradient};
    MinimiseOptions options = with(NULL);
    MinimiseResult result = run(&objective, start, &options);
    cr_expect(result.converged && result.kind == MINIMISE_STATIONARY, "n = %zu: %s", n,
              result.reason);
    for (size_t i = 0; i < n; i++) cr_expect_float_eq(result.x[i], 1, 1e-6);
    pool_free(&memory);
  }
}

Test(minimise, a_known_quadratic_takes_one_newton_step) {
  MinimiseOptions options = with(NULL);
  MinimiseResult result = run(&LINE, (double[]){1e6, -1e6}, &options);
  cr_expect(result.converged && result.kind == MINIMISE_STRICT_MINIMUM);
  cr_expect(result.evaluations <= 4, "%zu evaluations", result.evaluations);
  pool_free(&memory);
}

/* --- the caller's rights ------------------------------------------------------------------------
 */

typedef struct Watch {
  const Objective *objective;
  size_t calls, jump_at, stop_at;
  double best;
  size_t steps;
  jmp_buf away;
} Watch;

static void watch_call(Watch *watch, double value) {
  watch->best = value < watch->best ? value : watch->best;
  if (++watch->calls == watch->jump_at) longjmp(watch->away, 1);
}

static double watch_value(void *context, const double *x) {
  Watch *watch = context;
  double value = watch->objective->value(watch->objective->context, x);
  watch_call(watch, value);
  return value;
}

static double watch_gradient(void *context, const double *x, double *g) {
  Watch *watch = context;
  double value = watch->objective->gradient(watch->objective->context, x, g);
  watch_call(watch, value);
  return value;
}

static void watch_hessian(void *context, const double *x, double *h) {
  Watch *watch = context;
  watch->objective->hessian(watch->objective->context, x, h);
  watch_call(watch, INFINITY);
}

static void watch_residuals(void *context, const double *x, double *r) {
  Watch *watch = context;
  watch->objective->residuals(watch->objective->context, x, r);
  watch_call(watch, INFINITY);
}

static void watch_jacobian(void *context, const double *x, double *j) {
  Watch *watch = context;
  watch->objective->jacobian(watch->objective->context, x, j);
  watch_call(watch, INFINITY);
}

static bool watch_step(void *context, const OptimiseStep *step) {
  Watch *watch = context;
  cr_expect_eq(step->number, watch->steps);
  watch->steps++;
  return step->number + 1 != watch->stop_at;
}

static Objective watch_objective(Watch *watch) {
  return (Objective){.n = watch->objective->n,
                     .context = watch,
                     .value = watch_value,
                     .gradient = watch_gradient,
                     .hessian = watch_hessian,
                     .m = watch->objective->m,
                     .residuals = watch_residuals,
                     .jacobian = watch_jacobian,
                     .step = watch_step};
}

Test(minimise, an_error_in_any_callback_leaks_nothing_and_keeps_the_best_point) {
  size_t count;
  const MinimiseMethod *methods = minimise_methods(&count);
  Objective rosenbrock = mgh_objective(&MGH[0]);
  for (size_t k = 0; k < count; k++)
    for (volatile size_t call = 1; call < 40; call++) {
      static Watch watch;
      watch = (Watch){.objective = &rosenbrock, .jump_at = call, .best = INFINITY};
      Objective objective = watch_objective(&watch);
      MinimiseOptions options = with(methods[k].name);
      static MinimiseResult result;
      gsl_set_error_handler_off();
      if (setjmp(watch.away) == 0) minimise_run(&objective, MGH[0].start, &options, &result);
      if (call > 1)
        cr_expect(result.value <= 24.2 + 1e-12, "%s after %zu calls", methods[k].name, call);
      pool_free(&memory);
    }
}

Test(minimise, the_best_point_seen_is_the_answer) {
  static const char *const NAMES[] = {"trust", "cg", "quasinewton", "lbfgs", "neldermead"};
  Objective rosenbrock = mgh_objective(&MGH[0]);
  for (size_t k = 0; k < sizeof NAMES / sizeof *NAMES; k++) {
    static Watch watch;
    watch = (Watch){.objective = &rosenbrock, .best = INFINITY};
    Objective objective = watch_objective(&watch);
    MinimiseOptions options = with(NAMES[k]);
    options.max_evaluations = 150;
    MinimiseResult result = run(&objective, MGH[0].start, &options);
    cr_expect(result.value <= fmax(watch.best, 1e-15), "%s: %g, seen %g", NAMES[k], result.value,
              watch.best);
    cr_expect_float_eq(rosenbrock.value(rosenbrock.context, result.x), result.value, 1e-15);
    pool_free(&memory);
  }
}

Test(minimise, the_step_callback_counts_from_zero_and_can_stop) {
  size_t count;
  const MinimiseMethod *methods = minimise_methods(&count);
  Objective rosenbrock = mgh_objective(&MGH[0]);
  for (size_t k = 0; k < count; k++) {
    static Watch watch;
    watch = (Watch){.objective = &rosenbrock, .best = INFINITY, .stop_at = 4};
    Objective objective = watch_objective(&watch);
    MinimiseOptions options = with(methods[k].name);
    MinimiseResult result = run(&objective, MGH[0].start, &options);
    cr_expect_eq(watch.steps, 4, "%s: %zu", methods[k].name, watch.steps);
    cr_expect(result.stopped && !result.converged, "%s", methods[k].name);
    cr_expect_str_eq(result.reason, "stopped at step 3");
    pool_free(&memory);
  }
}

Test(minimise, methods_are_known_by_name_and_refuse_what_they_cannot_do) {
  cr_expect_null(minimise_method("simplex"));
  Objective blind = SADDLE;
  blind.hessian = NULL;
  cr_expect_str_eq(minimise_refusal(minimise_method("trust"), &blind), "needs the Hessian");
  cr_expect_str_eq(minimise_refusal(minimise_method("levenberg"), &SADDLE),
                   "needs a sum of squares");
  cr_expect_null(minimise_refusal(minimise_method("cg"), &blind));
}

/* --- words --------------------------------------------------------------------------------------
 */

Test(minimise, the_verdict_reads_like_a_sentence) {
  MinimiseOptions options = with(NULL);
  Objective rosenbrock = mgh_objective(&MGH[0]);
  rosenbrock.m = 0;
  MinimiseResult result = run(&rosenbrock, (double[]){-1, 2}, &options);
  char text[400];
  snprintf(text, sizeof text,
           "x = 1, y = 1\n"
           "value 0 at a strict local minimum (nothing proves it is global)\n"
           "converged: gradient norm 0, %zu function and %zu Hessian evaluations, trust-region "
           "Newton\n",
           result.evaluations, result.hessian_evaluations);
  expect_text(&result, (const char *[]){"x", "y"}, text);
  pool_free(&memory);
  result = run_descent(&LINE, (double[]){0, 0}, 0.001, 200, 0);
  expect_text(&result, (const char *[]){"w", "w"},
              "w = [-0.898423, 2.96171]\n"
              "not converged: 200 steps, gradient norm 5.18; the Hessian's eigenvalues are 0.307 "
              "and 499, condition number 1625\n"
              "try: using newton, or eta just below 0.00401\n");
  pool_free(&memory);
}

Test(minimise, words_and_signs_turn_when_the_user_maximises) {
  static Curve curve = {bell};
  Objective objective = curve_objective(&curve);
  MinimiseOptions options = with("trust");
  options.negated = true;
  MinimiseResult result = run(&objective, (double[]){0.5}, &options);
  Text out = {0};
  const char *const names[] = {"x"};
  verdict_print_kind(&result, names, &out);
  cr_expect_str_eq(out.bytes, "value 1 at a strict local maximum (nothing proves it is global)\n");
  text_free(&out);
  curve.f = hill;
  result = run(&objective, (double[]){1}, &options);
  verdict_print_kind(&result, names, &out);
  cr_expect(strstr(out.bytes, "no maximum: the value rises without end (") == out.bytes, "%s",
            out.bytes);
  text_free(&out);
  pool_free(&memory);
}

Test(minimise, saddles_flats_and_undefined_starts_have_words) {
  static const double TO_SADDLE[] = {1, 0, 0, 0}, LENGTH = 1;
  MinimisePath path = {
      .name = "newton", .x = TO_SADDLE, .count = 2, .length = &LENGTH, .eta = NAN};
  MinimiseOptions options = with(NULL);
  options.path = &path;
  MinimiseResult result = run(&SADDLE, TO_SADDLE, &options);
  expect_text(&result, (const char *[]){"x", "y"},
              "x = 0, y = 0\n"
              "value 0 at a saddle point, not a minimum: the Hessian's eigenvalues are -2 and 2\n"
              "not converged: the gradient is zero, but this is no minimum, gradient norm 0\n"
              "try: the same without using newton\n");
  result = run_curve(edge, 2, NULL);
  expect_text(&result, (const char *[]){"x"},
              "x = 2\nnot converged: the value at the start is nan\n");
  Objective valley = VALLEY;
  valley.quadratic = true;
  options.path = NULL;
  result = run(&valley, (double[]){0, 2}, &options);
  Text out = {0};
  verdict_print_kind(&result, (const char *[]){"x", "y"}, &out);
  cr_expect(strstr(out.bytes, "value 0 at a global minimum, not the only one: flat along x = ") ==
                out.bytes,
            "%s", out.bytes);
  text_free(&out);
  pool_free(&memory);
}
