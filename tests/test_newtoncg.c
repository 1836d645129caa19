/* test_newtoncg.c - steps of truncated Newton: how long they may be, what ends them, what is
 * believed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "objectives.h"

enum { N = 500 };

/* Sum of a function of each coordinate, all the same: offset + sum of at(x[i]). */
typedef struct Sum {
  double (*at)(double x), (*slope)(double x), (*bend)(double x);
  double offset;
  size_t n;
  double last, rise; /* of the values that steps reached: the largest rise */
} Sum;

static double sum_value(void *context, const double *x) {
  const Sum *f = context;
  double sum = f->offset;
  for (size_t i = 0; i < f->n; i++) sum += f->at(x[i]);
  return sum;
}

static double sum_gradient(void *context, const double *x, double *g) {
  const Sum *f = context;
  for (size_t i = 0; i < f->n; i++) g[i] = f->slope(x[i]);
  return sum_value(context, x);
}

static void sum_product(void *context, const double *x, const double *v, double *out) {
  const Sum *f = context;
  for (size_t i = 0; i < f->n; i++) out[i] = f->bend(x[i]) * v[i];
}

static bool sum_step(void *context, const OptimiseStep *step) {
  Sum *f = context;
  if (step->number > 1) f->rise = fmax(f->rise, step->value - f->last);
  f->last = step->value;
  return true;
}

static Objective sum_of(Sum *f, size_t n, double (*at)(double), double (*slope)(double),
                        double (*bend)(double)) {
  *f = (Sum){.at = at, .slope = slope, .bend = bend, .n = n};
  return (Objective){.n = n,
                     .context = f,
                     .value = sum_value,
                     .gradient = sum_gradient,
                     .product = sum_product,
                     .step = sum_step};
}

static MinimiseResult from(Objective *objective, double start, const MinimiseOptions *options) {
  double x[N];
  for (size_t i = 0; i < objective->n; i++) x[i] = start;
  return run(objective, x, options);
}

static double worst(const MinimiseResult *result, double wanted) {
  double most = 0;
  for (size_t i = 0; i < result->n; i++) most = fmax(most, fabs(result->x[i] - wanted));
  return most;
}

/* A bowl far away: the region doubles its radius, 22, until it holds the minimum at a distance of
 * 220000. */
static double bowl(double x) { return (x - 1e4) * (x - 1e4) / 2; }
static double bowl_slope(double x) { return x - 1e4; }
static double bowl_bend(double x) { return (void)x, 1; }

Test(newtoncg, the_region_grows_where_the_model_is_right) {
  Sum f;
  Objective objective = sum_of(&f, N, bowl, bowl_slope, bowl_bend);
  MinimiseOptions options = with("newtoncg");
  MinimiseResult result = from(&objective, 0, &options);
  cr_expect(result.converged, "%s", result.reason);
  cr_expect(worst(&result, 1e4) < 1e-8, "%g", worst(&result, 1e4));
  cr_expect(result.iterations >= 13 && result.iterations <= 15, "%zu steps",
            result.iterations); /* 22*(2^14 - 1) > 220000 */
  pool_free(&memory);
}

static double near_bowl(double x) { return (x - 30) * (x - 30) / 2; }
static double near_bowl_slope(double x) { return x - 30; }

/* In units of the first radius: 1, 2, 4 and 8 of 30, then a Newton step of 15. Each drop is as
 * promised, to the second order. */
Test(newtoncg, a_drop_is_promised_to_the_second_order) {
  Sum f;
  Objective objective = sum_of(&f, N, near_bowl, near_bowl_slope, bowl_bend);
  MinimiseOptions options = with("newtoncg");
  MinimiseResult result = from(&objective, 0, &options);
  cr_expect_eq(result.iterations, 5, "%zu steps", result.iterations);
  cr_expect(worst(&result, 30) < 1e-12, "%g", worst(&result, 30));
  pool_free(&memory);
}

/* Two wells, at -1 and 1, and a hill between them that curves downwards up to 0.577. */
static double wells(double x) { return pow(x, 4) / 4 - x * x / 2; }
static double wells_slope(double x) { return pow(x, 3) - x; }
static double wells_bend(double x) { return 3 * x * x - 1; }

Test(newtoncg, a_start_on_a_hill_leads_down_from_it) {
  static const double starts[] = {0.1, -0.1, 0.01, 0.5};
  for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
    Sum f;
    Objective objective = sum_of(&f, N, wells, wells_slope, wells_bend);
    MinimiseOptions options = with("newtoncg");
    MinimiseResult result = from(&objective, starts[k], &options);
    cr_expect(result.converged && result.kind == MINIMISE_STATIONARY, "from %g: %s", starts[k],
              result.reason);
    cr_expect_float_eq(result.value, -0.25 * N, 1e-10);
    cr_expect(f.rise <= 1e-12, "a step rose by %g", f.rise);
    pool_free(&memory);
  }
}

Test(newtoncg, the_minimum_is_the_one_beside_the_start) {
  static const double starts[] = {0.9, -0.9, 1.2, -1.2};
  for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
    Sum f;
    Objective objective = sum_of(&f, N, wells, wells_slope, wells_bend);
    MinimiseOptions options = with("newtoncg");
    MinimiseResult result = from(&objective, starts[k], &options);
    cr_expect(worst(&result, starts[k] > 0 ? 1 : -1) < 1e-7, "from %g: %g", starts[k], result.x[0]);
    pool_free(&memory);
  }
}

/* A drop of 1e-8 in a value of 1e12 cannot be seen: the gradient decides. */
Test(newtoncg, a_drop_lost_in_the_value_is_seen_in_the_gradient) {
  Sum f;
  Objective objective = sum_of(&f, N, wells, wells_slope, wells_bend);
  f.offset = 1e12;
  MinimiseOptions options = with("newtoncg");
  options.tolerance = 1e-9;
  MinimiseResult result = from(&objective, 1 + 1e-4, &options);
  cr_expect(result.within_tolerance && result.gradient_norm <= 1e-9, "%g, %s", result.gradient_norm,
            result.reason);
  cr_expect(worst(&result, 1) < 1e-10, "%g", worst(&result, 1));
  pool_free(&memory);
}

/* The Newton step from here, -4.9, ends higher, where the slope is less than half as large. */
static double ripple(double x) { return sin(x); }
static double ripple_slope(double x) { return cos(x); }
static double ripple_bend(double x) { return -sin(x); }

Test(newtoncg, a_smaller_gradient_is_no_reason_to_go_up) {
  Sum f;
  Objective objective = sum_of(&f, 2, ripple, ripple_slope, ripple_bend);
  MinimiseOptions options = with("newtoncg");
  double start = -0.2 - 20 * M_PI;
  MinimiseResult result = from(&objective, start, &options);
  cr_expect_float_eq(result.value, -2, 1e-12, "%.17g", result.value);
  cr_expect(result.iterations > 0 && f.rise <= 1e-12, "a step rose by %g", f.rise);
  cr_expect(worst(&result, -M_PI_2 - 20 * M_PI) < 1e-6, "%.17g",
            result.x[0]); /* the next one downhill */
  pool_free(&memory);
}

static double constant(double x) { return (void)x, 0.25; }
static double constant_slope(double x) { return (void)x, 1; }

/* A value that no step lowers, whatever its gradient says. */
Test(newtoncg, a_gradient_that_is_not_the_values_ends_the_search) {
  static const char *const words[] = {"no step lowers the value any more",
                                      "no step raises the value any more"};
  for (int negated = 0; negated < 2; negated++) {
    Sum f;
    Objective objective = sum_of(&f, 3, constant, constant_slope, bowl_bend);
    MinimiseOptions options = with("newtoncg");
    options.negated = negated;
    MinimiseResult result = from(&objective, 2, &options);
    cr_expect_str_eq(result.reason, words[negated], "%s", result.reason);
    cr_expect(!result.converged && result.iterations == 0, "%zu steps", result.iterations);
    cr_expect_eq(result.x[0], 2);
    pool_free(&memory);
  }
}

static double undefined(double x) { return (void)x, NAN; }

Test(newtoncg, derivatives_that_end_are_named) {
  Sum f;
  Objective objective = sum_of(&f, 3, wells, wells_slope, undefined);
  MinimiseOptions options = with("newtoncg");
  MinimiseResult result = from(&objective, 0.5, &options);
  cr_expect_str_eq(result.reason, "the second derivatives are not finite");
  cr_expect(!result.converged && result.iterations == 0);
  pool_free(&memory);
  objective = sum_of(&f, 3, wells, undefined, wells_bend);
  result = from(&objective, 0.5, &options);
  cr_expect(result.kind == MINIMISE_UNDEFINED &&
                strstr(result.reason, "its gradient is not finite"),
            "%s", result.reason);
  pool_free(&memory);
}

Test(newtoncg, evaluations_and_products_are_counted_against_the_limit) {
  enum { LIMIT = 9 };
  Sum f;
  Objective objective = sum_of(&f, N, bowl, bowl_slope, bowl_bend);
  MinimiseOptions options = with("newtoncg");
  options.max_evaluations = LIMIT;
  MinimiseResult result = from(&objective, 0, &options);
  cr_expect(strstr(result.reason, "evaluations are spent"), "%s", result.reason);
  cr_expect(!result.converged && result.iterations >= 2 && result.iterations <= LIMIT / 2,
            "%zu steps", result.iterations);
  pool_free(&memory);
}
