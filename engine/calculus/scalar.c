/* scalar.c - the table of scalar operations, made from elementary.def, and the functions its rows name
 * that the C library does not have.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/scalar.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_psi.h>
#include <stddef.h>
#include <string.h>

double power_slope(double x, double y) {
  if (y == 0) return 0;
  if (y == 1) return 1;
  if (y == 2) return 2 * x;
  return y * pow(x, y - 1);
}

double power_exponent_slope(double x, double y, double z) { return x == 0 && y >= 0 ? 0 : z * log(x); }

double mod_any(double x, double y) {
  if (y == 0) return NAN;
  double r = fmod(x, y);
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

double gammafn(double x) { return tgamma(x); }

/* Whole numbers up to 170 by product: tgamma is off in the last digit for some of them. */
double factorial(double x) {
  if (x < 0 || x > 170 || x != floor(x)) return x > 170 ? INFINITY : tgamma(x + 1);
  double product = 1;
  for (double k = 2; k <= x; k++) product *= k;
  return product;
}

/* GSL has large numbers for some of the poles. */
static bool is_pole(double x) { return x <= 0 && x == floor(x); }

double digamma(double x) {
  gsl_sf_result r;
  if (is_pole(x)) return NAN;
  return gsl_sf_psi_e(x, &r) == GSL_SUCCESS ? r.val : NAN;
}

double polygamma(double n, double x) {
  gsl_sf_result r;
  if (n < 0 || n > 100 || n != floor(n) || is_pole(x)) return NAN;
  return gsl_sf_psi_n_e((int)n, x, &r) == GSL_SUCCESS ? r.val : NAN;
}

/* sin(pi*x + quarters*pi/2), exact where that is a multiple of pi/2. */
static double sine_of_turns(double x, int quarters) {
  double r = x - 2 * round(x / 2); /* in [-1, 1], without rounding */
  double nearest = round(2 * r), rest = M_PI * (r - nearest / 2);
  int quarter = ((int)nearest + quarters) & 3;
  double value = quarter & 1 ? cos(rest) : sin(rest);
  return (quarter & 2 ? -value : value) + 0.0;
}

/* g_n, the n-th derivative of sin(t)/t, is the integral of s^n cos(t*s + n*pi/2) from 0 to 1, and
 * t*g_n + n*g_(n-1) = sin(t + n*pi/2). Upwards from g_0 an error grows by n/t at each step, downwards by
 * t/n: so upwards while n stays below t, and else downwards from where starting with 0 is exact. */
double sinc_derivative(double n, double x) {
  if (isnan(x) || !(n >= 0 && n <= SINC_ORDERS) || n != floor(n)) return NAN;
  if (isinf(x)) return 0;
  double t = M_PI * x, g = 0;
  int order = (int)n, from = order;
  if (fabs(t) > n) {
    g = sine_of_turns(x, 0) / t;
    for (int k = 1; k <= order; k++) g = (sine_of_turns(x, k) - k * g) / t;
    return pow(M_PI, n) * g;
  }
  for (double error = 1; error > 0x1p-60; from++) error *= fabs(t) / (from + 2);
  for (int k = from; k >= order; k--) g = (sine_of_turns(x, k + 1) - t * g) / (k + 1);
  return pow(M_PI, n) * g;
}

double sinc(double x) { return sinc_derivative(0, x) + 0.0; }

/* One C function per row. A row that does not use y leaves it unused. */
#define ARITHMETIC(name, value_, dx, dy)                                                           \
  static double compute_##name(double x, double y) { (void)y; return value_; }
#define UNARY(name, value_, derivative, low, high, example, gives, help)                           \
  static double compute_##name(double x, double y) { (void)y; return value_; }
#define BINARY(name, parameters, value_, dx, dy, low, high, example, gives, help)                  \
  static double compute_##name(double x, double y) { return value_; }
#include "primitives/elementary.def"

const ScalarRow scalar_row[SCALAR_COUNT] = {
#define ARITHMETIC(name_, value_, dx, dy)                                                          \
  [SCALAR_##name_] = {.name = #name_, .arguments = 2, .value = compute_##name_, .slope = {#dx, #dy}},
#define UNARY(name_, value_, derivative, low, high, example, gives, help)                          \
  [SCALAR_##name_] = {.name = #name_, .arguments = 1, .value = compute_##name_, .slope = {#derivative, NULL}},
#define BINARY(name_, parameters, value_, dx, dy, low, high, example, gives, help)                 \
  [SCALAR_##name_] = {.name = #name_, .arguments = 2, .value = compute_##name_, .slope = {#dx, #dy}},
#include "primitives/elementary.def"
    [SCALAR_max] = {.name = "max", .arguments = 2, .value = max,
                    .slope = {"0.5*(1 + sign(x - y))", "0.5*(1 - sign(x - y))"}},
    [SCALAR_min] = {.name = "min", .arguments = 2, .value = min,
                    .slope = {"0.5*(1 - sign(x - y))", "0.5*(1 + sign(x - y))"}},
};

Scalar scalar_find(const char *name) {
  for (int i = 0; i < SCALAR_COUNT; i++)
    if (strcmp(scalar_row[i].name, name) == 0) return (Scalar)i;
  return SCALAR_COUNT;
}
