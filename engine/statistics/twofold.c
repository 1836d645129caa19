/* twofold.c - powers, dot products and column updates in twice the working precision.
 *
 * The vector loops are compiled twice where the processor may or may not have a fused multiply-add:
 * without one fma() is a call into libm, correct and ten times slower.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofold.h"

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define TWOFOLD_VECTOR __attribute__((target_clones("fma", "default"), optimize("O3")))
#else
#define TWOFOLD_VECTOR
#endif

/* Independent partial sums of a dot product, enough to hide the latency of an addition. */
enum { TWOFOLD_LANES = 4 };

Twofold twofold_power(Twofold base, unsigned exponent) {
  Twofold power = {1, 0};
  for (; exponent; exponent >>= 1) {
    if (exponent & 1) power = twofold_multiply(power, base);
    if (exponent > 1) base = twofold_multiply(base, base);
  }
  return power;
}

void twofold_powers(size_t count, const double *x, unsigned exponent, double *high, double *low) {
  for (size_t i = 0; i < count; i++) {
    double plain = pow(x[i], (double)exponent); /* right where the parts would be inf - inf */
    Twofold power = twofold_power((Twofold){x[i], 0}, exponent);
    int usable = isfinite(power.high) && isfinite(power.low);
    high[i] = usable ? power.high : plain;
    low[i] = usable ? power.low : 0;
  }
}

TWOFOLD_VECTOR
void twofold_subtract_scaled(size_t count, const double *high, const double *low, double factor,
                             double *restrict sum_high, double *restrict sum_low) {
  for (size_t i = 0; i < count; i++) {
    Twofold product = twofold_of_product(high[i], factor);
    Twofold sum = twofold_of_sum(sum_high[i], -product.high);
    sum_high[i] = sum.high;
    sum_low[i] += sum.low - product.low;
  }
  if (!low) return;
  for (size_t i = 0; i < count; i++) sum_low[i] -= low[i] * factor;
}

TWOFOLD_VECTOR
double twofold_dot(size_t count, const double *high, const double *low, const double *vector,
                   double start) {
  double sum[TWOFOLD_LANES] = {0}, rest[TWOFOLD_LANES] = {0};
  size_t whole = count - count % TWOFOLD_LANES;
  for (size_t i = 0; i < whole; i += TWOFOLD_LANES) {
    for (size_t lane = 0; lane < TWOFOLD_LANES; lane++) {
      Twofold product = twofold_of_product(high[i + lane], vector[i + lane]);
      Twofold next = twofold_of_sum(sum[lane], product.high);
      sum[lane] = next.high;
      rest[lane] += next.low + product.low;
    }
  }
  Twofold total = {start, 0};
  for (size_t lane = 0; lane < TWOFOLD_LANES; lane++)
    total = twofold_add(total, twofold_of_sum(sum[lane], rest[lane]));
  for (size_t i = whole; i < count; i++)
    total = twofold_add(total, twofold_of_product(high[i], vector[i]));
  if (low) {
    double small = 0;
    for (size_t i = 0; i < count; i++) small += low[i] * vector[i];
    total = twofold_add(total, (Twofold){small, 0});
  }
  return total.high + total.low;
}

double twofold_sum(size_t count, const double *vector) {
  Twofold total = {0, 0};
  for (size_t i = 0; i < count; i++) {
    Twofold next = twofold_of_sum(total.high, vector[i]);
    total = (Twofold){next.high, total.low + next.low};
  }
  return total.high + total.low;
}
