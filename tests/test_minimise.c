/* test_minimise.c - the optimisers on the Moré-Garbow-Hillstrom functions, on paths and with many
 * variables, and the caller's rights: no memory to lose.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>

#include "mgh.h"
#include "objectives.h"

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

static void watch_product(void *context, const double *x, const double *v, double *out) {
  Watch *watch = context;
  watch->objective->product(watch->objective->context, x, v, out);
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
                     .product = watch_product,
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
  cr_expect_str_eq(minimise_refusal(minimise_method("newtoncg"), &SADDLE),
                   "needs products with the Hessian");
  cr_expect_null(minimise_refusal(minimise_method("cg"), &blind));
}
