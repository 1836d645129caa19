/* objectives.h - functions to minimise, for tests: curves with a minimum of every make, saddles,
 * valleys; and how they are run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_OBJECTIVES_H
#define MML_TESTS_OBJECTIVES_H

#include "optimise/minimise.h"

#include <criterion/criterion.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static inline void *pool_allocate(void *context, size_t bytes) {
  Pool *pool = context;
  cr_assert(pool->blocks < sizeof pool->block / sizeof *pool->block);
  void *block = malloc(bytes ? bytes : 1);
  memset(block, 0xA5, bytes); /* so that reading what was not written shows */
  return pool->block[pool->blocks++] = block;
}

static inline void pool_adopt(void *context, void *object, void (*destroy)(void *)) {
  Pool *pool = context;
  pool->adopted[pool->adoptions].object = object;
  pool->adopted[pool->adoptions++].destroy = destroy;
}

static inline void pool_free(Pool *pool) {
  for (size_t i = 0; i < pool->adoptions; i++) pool->adopted[i].destroy(pool->adopted[i].object);
  for (size_t i = 0; i < pool->blocks; i++) free(pool->block[i]);
  pool->adoptions = pool->blocks = 0;
}

static Pool memory;

static inline MinimiseOptions with(const char *method) {
  return (MinimiseOptions){
      .method = method, .allocate = pool_allocate, .adopt = pool_adopt, .context = &memory};
}

static inline MinimiseResult run(const Objective *objective, const double *start,
                                 const MinimiseOptions *options) {
  MinimiseResult result;
  gsl_set_error_handler_off();
  minimise_run(objective, start, options, &result);
  return result;
}

/* Gradient descent as a method elsewhere would run it: its path, in the pool. */
static inline MinimisePath descend(const Objective *objective, const double *start, double eta,
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

static inline MinimiseResult run_descent(const Objective *objective, const double *start,
                                         double eta, size_t steps, double tolerance) {
  MinimisePath path = descend(objective, start, eta, steps);
  MinimiseOptions options = with(NULL);
  options.path = &path;
  options.tolerance = tolerance;
  return run(objective, start, &options);
}

/* --- functions of one variable ------------------------------------------------------------------
 */

typedef struct Curve {
  double (*f)(double x, double *slope, double *curvature);
} Curve;

static inline double curve_value(void *curve, const double *x) {
  double slope, curvature;
  return ((Curve *)curve)->f(*x, &slope, &curvature);
}

static inline double curve_gradient(void *curve, const double *x, double *g) {
  double curvature;
  return ((Curve *)curve)->f(*x, g, &curvature);
}

static inline void curve_hessian(void *curve, const double *x, double *h) {
  double slope;
  ((Curve *)curve)->f(*x, &slope, h);
}

static inline void curve_product(void *curve, const double *x, const double *v, double *out) {
  double slope, curvature;
  ((Curve *)curve)->f(*x, &slope, &curvature);
  *out = curvature * *v;
}

static inline Objective curve_objective(Curve *curve) {
  return (Objective){.n = 1,
                     .context = curve,
                     .value = curve_value,
                     .gradient = curve_gradient,
                     .hessian = curve_hessian,
                     .product = curve_product};
}

#define CURVE(name, value, first, second)                                                          \
  static inline double name(double x, double *slope, double *curvature) {                          \
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

static inline MinimiseResult run_curve(double (*f)(double, double *, double *), double start,
                                       const char *method) {
  static Curve curve;
  curve.f = f;
  Objective objective = curve_objective(&curve);
  MinimiseOptions options = with(method);
  return run(&objective, &start, &options);
}

/* --- functions of two variables -----------------------------------------------------------------
 */

static inline double saddle_gradient(void *context, const double *x, double *g) {
  (void)context;
  g[0] = 2 * x[0];
  g[1] = -2 * x[1] + 4 * x[1] * x[1] * x[1];
  return x[0] * x[0] - x[1] * x[1] + pow(x[1], 4);
}

static inline double saddle_value(void *context, const double *x) {
  double g[2];
  return saddle_gradient(context, x, g);
}

static inline void saddle_hessian(void *context, const double *x, double *h) {
  (void)context;
  h[0] = 2;
  h[1] = h[2] = 0;
  h[3] = -2 + 12 * x[1] * x[1];
}

static const Objective SADDLE = {
    .n = 2, .value = saddle_value, .gradient = saddle_gradient, .hessian = saddle_hessian};

/* A line through points whose abscissae are far from 0: eigenvalues 0.2 and 530. */
static inline double line_gradient(void *context, const double *w, double *g) {
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

static inline double line_value(void *context, const double *w) {
  double g[2];
  return line_gradient(context, w, g);
}

static inline void line_hessian(void *context, const double *w, double *h) {
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
static inline double valley_gradient(void *context, const double *x, double *g) {
  (void)context;
  double s = x[0] + x[1] - 2;
  g[0] = g[1] = 2 * s;
  return s * s;
}

static inline double valley_value(void *context, const double *x) {
  double g[2];
  return valley_gradient(context, x, g);
}

static inline void valley_hessian(void *context, const double *x, double *h) {
  (void)context, (void)x;
  h[0] = h[1] = h[2] = h[3] = 2;
}

static const Objective VALLEY = {
    .n = 2, .value = valley_value, .gradient = valley_gradient, .hessian = valley_hessian};

#endif
