/* rational.h - the numbers in a formula: exact ratios as long as they fit, doubles past that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_RATIONAL_H
#define MML_RATIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Rational {
  int64_t top, bottom; /* in lowest terms, bottom > 0; bottom is 0 when only the value is known */
  double value;
  bool decimal; /* came from a number with a point: 0.5, not 1/2 */
} Rational;

Rational rational_whole(int64_t value);
Rational rational_ratio(int64_t top, int64_t bottom); /* bottom is not 0 */
Rational rational_of(double value);                   /* 0.5 is 1/2, as its shortest decimal reads */
/* The number typed as [text], which has the given value; digits, point, exponent and _ only. */
Rational rational_read(const char *text, size_t length, double value);

bool rational_is(Rational a, int64_t value);
bool rational_is_whole(Rational a);
int rational_sign(Rational a);
bool rational_equal(Rational a, Rational b);
Rational rational_add(Rational a, Rational b);
Rational rational_multiply(Rational a, Rational b);
Rational rational_negate(Rational a);
Rational rational_inverse(Rational a); /* [a] is not 0 */
/* a^n for a whole n; not exact when it does not fit. */
Rational rational_power(Rational a, int64_t n);
/* Whether a is the square of a ratio, and which. */
bool rational_root(Rational a, Rational *root);
/* Whether a is written 0.25 rather than 1/4: it is decimal and its digits end. */
bool rational_is_pointed(Rational a);

#endif
