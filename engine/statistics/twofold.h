/* twofold.h - numbers carried as an unevaluated sum of two doubles, about 32 digits.
 *
 * [high] is the double nearest to the number and [low] what is left over. The sums and products are
 * the error-free transformations of Knuth and Dekker as collected by T. Ogita, S. Rump and S.
 * Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005). None of it survives
 * -ffast-math.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TWOFOLD_H
#define MML_TWOFOLD_H

#include <math.h>
#include <stddef.h>

typedef struct Twofold {
  double high, low;
} Twofold;

/* The exact sum of two doubles. */
static inline Twofold twofold_of_sum(double a, double b) {
  double sum = a + b, part = sum - a;
  return (Twofold){sum, (a - (sum - part)) + (b - part)};
}

/* The exact product of two doubles. */
static inline Twofold twofold_of_product(double a, double b) {
  double product = a * b;
  return (Twofold){product, fma(a, b, -product)};
}

static inline Twofold twofold_add(Twofold a, Twofold b) {
  Twofold sum = twofold_of_sum(a.high, b.high);
  return twofold_of_sum(sum.high, sum.low + (a.low + b.low));
}

static inline Twofold twofold_multiply(Twofold a, Twofold b) {
  Twofold product = twofold_of_product(a.high, b.high);
  return twofold_of_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

/* [base] to a whole [exponent]. A power out of range is an infinity or 0 with nothing left over. */
Twofold twofold_power(Twofold base, unsigned exponent);

/* Powers of [count] doubles: the column of x^k that a polynomial fit wants. [high] may be [x]. */
void twofold_powers(size_t count, const double *x, unsigned exponent, double *high, double *low);

/* The sums below run over vectors. [low] may be NULL, which stands for zeros. */

/* (sum_high, sum_low) -= factor * (high, low), element by element; not renormalised. */
void twofold_subtract_scaled(size_t count, const double *high, const double *low, double factor,
                             double *sum_high, double *sum_low);

/* start + (high, low) . vector, as if computed in twice the precision and then rounded. */
double twofold_dot(size_t count, const double *high, const double *low, const double *vector,
                   double start);

/* The sum of a vector, as if computed in twice the precision. */
double twofold_sum(size_t count, const double *vector);

#endif
