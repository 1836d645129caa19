/* test_many_variables.c - Newton steps and verdicts without a Hessian, on functions whose minima and
 * curvatures are known in closed form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "objectives.h"

enum { N = 500 };

/* Sum of weight[i]*(cosh(x[i] - i/N) - 1) - bend*sum of x[i]^2/2; a minimum at i/N for bend 0. */
typedef struct Separate {
  double weight[N], bend;
} Separate;

static double separate_value(void *context, const double *x) {
  const Separate *f = context;
  double sum = 0;
  for (size_t i = 0; i < N; i++)
    sum += f->weight[i] * (cosh(x[i] - (double)i / N) - 1) - f->bend * x[i] * x[i] / 2;
  return sum;
}

static double separate_gradient(void *context, const double *x, double *g) {
  const Separate *f = context;
  for (size_t i = 0; i < N; i++) g[i] = f->weight[i] * sinh(x[i] - (double)i / N) - f->bend * x[i];
  return separate_value(context, x);
}

static void separate_product(void *context, const double *x, const double *v, double *out) {
  const Separate *f = context;
  for (size_t i = 0; i < N; i++) out[i] = (f->weight[i] * cosh(x[i] - (double)i / N) - f->bend) * v[i];
}

/* Weights from 1 to [largest]. */
static Objective separate(Separate *f, double largest, double bend) {
  f->bend = bend;
  for (size_t i = 0; i < N; i++) f->weight[i] = pow(largest, (double)i / (N - 1));
  return (Objective){.n = N, .context = f, .value = separate_value, .gradient = separate_gradient, .product = separate_product};
}

static double distance(const MinimiseResult *result) {
  double worst = 0;
  for (size_t i = 0; i < N; i++) worst = fmax(worst, fabs(result->x[i] - (double)i / N));
  return worst;
}

Test(many_variables, truncated_newton_finds_the_minimum_of_an_ill_conditioned_function) {
  static Separate f;
  static double start[N];
  Objective objective = separate(&f, 1e6, 0);
  MinimiseOptions options = with("newtoncg");
  MinimiseResult result = run(&objective, start, &options);
  cr_expect(result.converged && result.kind == MINIMISE_STATIONARY, "%s", result.reason);
  cr_expect(distance(&result) < 1e-6, "off by %g", distance(&result)); /* 7 digits by the verdict's rule */
  cr_expect(result.iterations < 40 && result.products < 40 * N, "%zu steps, %zu products", result.iterations, result.products);
  pool_free(&memory);
}

/* What Lanczos measures is taken by some direction: it lies within the spectrum, whose ends are known. */
Test(many_variables, curvatures_lie_within_the_spectrum_and_reach_for_its_ends) {
  static Separate f;
  static double start[N];
  Objective objective = separate(&f, 100, 0);
  MinimiseOptions options = with(NULL);
  MinimiseResult result = run(&objective, start, &options);
  cr_expect(result.converged, "%s, gradient norm %g, off by %g", result.reason, result.gradient_norm, distance(&result));
  cr_expect_eq(result.looked_at, 40);
  cr_expect(result.curvature_low >= 1 - 1e-9 && result.curvature_low < 2, "%.17g", result.curvature_low);
  cr_expect(result.curvature_high <= 100 + 1e-7 && result.curvature_high > 99, "%.17g", result.curvature_high);
  pool_free(&memory);
}

static double well_value(void *context, const double *x) {
  (void)context;
  double sum = 0;
  for (size_t i = 0; i < N; i++) sum += i == 7 ? pow(x[i], 4) / 4 - x[i] * x[i] / 2 : x[i] * x[i];
  return sum;
}

static double well_gradient(void *context, const double *x, double *g) {
  for (size_t i = 0; i < N; i++) g[i] = i == 7 ? pow(x[i], 3) - x[i] : 2 * x[i];
  return well_value(context, x);
}

static void well_product(void *context, const double *x, const double *v, double *out) {
  (void)context;
  for (size_t i = 0; i < N; i++) out[i] = i == 7 ? (3 * x[i] * x[i] - 1) * v[i] : 2 * v[i];
}

/* One of 500 directions curves downwards at 0, where the gradient vanishes. */
Test(many_variables, a_saddle_is_seen_and_left) {
  static double start[N];
  Objective objective = {.n = N, .value = well_value, .gradient = well_gradient, .product = well_product};
  MinimiseOptions options = with("lbfgs");
  MinimiseResult result = run(&objective, start, &options);
  cr_expect(result.kind == MINIMISE_SADDLE && !result.converged);
  cr_expect_float_eq(result.curvature_low, -1, 1e-9);
  cr_expect(result.has_direction && fabs(fabs(result.direction[7]) - 1) < 1e-9, "%g", result.direction[7]);
  pool_free(&memory);
  options = with(NULL);
  result = run(&objective, start, &options);
  cr_expect(result.converged && result.kind == MINIMISE_STATIONARY);
  cr_expect_float_eq(result.value, -0.25, 1e-12);
  cr_expect(fabs(fabs(result.x[7]) - 1) < 1e-6, "%.17g, gradient norm %g, %s", result.x[7], result.gradient_norm, result.title);
  pool_free(&memory);
}

/* A line search of values alone ends where their rounding begins: 1e-16 of 1e4 here. */
Test(many_variables, rounding_of_large_values_does_not_end_the_search) {
  static Separate f;
  static double start[N];
  Objective objective = separate(&f, 1e4, 0);
  MinimiseOptions options = with(NULL);
  MinimiseResult result = run(&objective, start, &options);
  cr_expect(result.converged, "%s, gradient norm %g", result.reason, result.gradient_norm);
  cr_expect(distance(&result) < 1e-6, "off by %g", distance(&result));
  pool_free(&memory);
}
