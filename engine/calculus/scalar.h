/* scalar.h - the operations on single numbers, as one enumeration: elementary.def and what it leaves out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SCALAR_H
#define MML_SCALAR_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum Scalar {
#define ARITHMETIC(name, value, dx, dy) SCALAR_##name,
#define UNARY(name, value, derivative, low, high, example, gives, help) SCALAR_##name,
#define BINARY(name, parameters, value, dx, dy, low, high, example, gives, help) SCALAR_##name,
#include "primitives/elementary.def"
  /* The two-argument forms that max(…) and min(…) are chains of; slopes 1/2 each at a tie. */
  SCALAR_max,
  SCALAR_min,
  SCALAR_COUNT
} Scalar;

typedef struct ScalarRow {
  const char *name;      /* as in mml; "+" … for the operators */
  int arguments;         /* 1 or 2 */
  double (*value)(double x, double y);
  const char *slope[2];  /* the derivative columns as text, NULL where POWER's cases apply */
} ScalarRow;

extern const ScalarRow scalar_row[SCALAR_COUNT];

/* The operation of a name ("sin", "atan2"), or SCALAR_COUNT. */
Scalar scalar_find(const char *name);

/* x^y as mml means it: squares are products, so that compiled and replayed code agree to the bit. */
static inline double power(double x, double y) { return y == 2 ? x * x : pow(x, y); }
/* d/dx x^y, right at the exponents where the general formula has 0*inf. */
double power_slope(double x, double y);
/* d/dy x^y; 0 at x = 0 <= y: 0^0 lies at a jump, which kink.c reports. */
double power_exponent_slope(double x, double y, double z);

static inline double scale(double x, double y) { return x == 0 ? 0 : x * y; }
static inline double share(double x, double y) { return y == 0 ? 0 : x / y; }
static inline double restate(double x, double y) { return (void)x, y; }
static inline double sign(double x) { return isnan(x) ? x : (double)((x > 0) - (x < 0)); }
static inline double max(double x, double y) { return isnan(x) || x >= y ? x : y; }
static inline double min(double x, double y) { return isnan(x) || x <= y ? x : y; }
static inline double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static inline double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
static inline double logsigmoid(double x) { return -softplus(-x); }
static inline double relu(double x) { return x > 0 || isnan(x) ? x : 0; }
static inline double xlogy(double x, double y) { return x == 0 && !isnan(y) ? 0 : x * log(y); }
double mod_any(double x, double y);
/* Remainder with the sign of y. Whole numbers below 2^53, the usual case, need one division: the product
 * of quotient and divisor is exact there, and a quotient rounded up shows as a remainder out of range. */
static inline double mod(double x, double y) {
  double q = floor(x / y), r = x - q * y;
  bool whole = fabs(x) < 0x1p52 && fabs(y) < 0x1p52 && x == floor(x) && y == floor(y);
  if (!whole || y == 0) return mod_any(x, y);
  if (y > 0 ? r < 0 : r > 0) r += y;
  if (y > 0 ? r >= y : r <= y) r -= y;
  return r;
}
double gammafn(double x);
double factorial(double x);
double digamma(double x);
double polygamma(double n, double x);
enum { SINC_ORDERS = 600 }; /* pi^n/n is too large for a double from 620 on */
double sinc(double x);
double sinc_derivative(double n, double x);

#endif
