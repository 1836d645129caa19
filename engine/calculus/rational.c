/* rational.c - arithmetic on the numbers of a formula.
 *
 * Tops and bottoms stay below 2^53, so that an exact ratio of whole numbers is also an exact double;
 * what would pass that limit becomes a double and stays one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/rational.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t RATIONAL_LIMIT = (int64_t)1 << 53;

static int64_t common_divisor(int64_t a, int64_t b) {
  a = llabs(a);
  b = llabs(b);
  while (b) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static Rational inexact(double value) { return (Rational){.value = value}; }

Rational rational_ratio(int64_t top, int64_t bottom) {
  assert(bottom != 0);
  int64_t divisor = common_divisor(top, bottom);
  if (bottom < 0) divisor = -divisor;
  top /= divisor;
  bottom /= divisor;
  double value = (double)top / (double)bottom;
  if (llabs(top) > RATIONAL_LIMIT || bottom > RATIONAL_LIMIT) return inexact(value);
  return (Rational){.top = top, .bottom = bottom, .value = value};
}

Rational rational_whole(int64_t value) { return rational_ratio(value, 1); }

/* digits * 10^exponent, or the double when that does not fit. */
static Rational scaled(int64_t digits, long exponent, double value) {
  int64_t top = digits, bottom = 1;
  for (; exponent > 0; exponent--)
    if (__builtin_mul_overflow(top, 10, &top) || top > RATIONAL_LIMIT) return inexact(value);
  for (; exponent < 0; exponent++) {
    if (top % 10 == 0) top /= 10;
    else if (__builtin_mul_overflow(bottom, 10, &bottom)) return inexact(value);
  }
  Rational result = rational_ratio(top, bottom);
  result.decimal = result.bottom > 1;
  return result;
}

Rational rational_read(const char *text, size_t length, double value) {
  int64_t digits = 0;
  long exponent = 0;
  bool point = false;
  for (size_t at = 0; at < length; at++) {
    if (text[at] == '.') point = true;
    else if (text[at] == 'e' || text[at] == 'E') {
      long power = strtol(text + at + 1, NULL, 10); /* what follows a number ends the reading */
      if (labs(power) > 400) return inexact(value);
      exponent += power;
      break;
    } else if (isdigit((unsigned char)text[at])) {
      if (digits > RATIONAL_LIMIT / 10) return inexact(value);
      digits = 10 * digits + (text[at] - '0');
      exponent -= point;
    }
  }
  return digits ? scaled(digits, exponent, value) : rational_whole(0);
}

Rational rational_of(double value) {
  if (!isfinite(value)) return inexact(value);
  char text[40];
  snprintf(text, sizeof text, "%.15g", fabs(value));
  if (strtod(text, NULL) != fabs(value)) return inexact(value);
  Rational result = rational_read(text, strlen(text), fabs(value));
  return value < 0 ? rational_negate(result) : result;
}

bool rational_is(Rational a, int64_t value) { return a.bottom == 1 && a.top == value; }

bool rational_is_whole(Rational a) { return a.bottom == 1; }

int rational_sign(Rational a) { return (a.value > 0) - (a.value < 0); }

bool rational_equal(Rational a, Rational b) {
  if (a.bottom && b.bottom) return a.top == b.top && a.bottom == b.bottom;
  return a.value == b.value;
}

Rational rational_negate(Rational a) {
  a.top = -a.top;
  a.value = -a.value;
  return a;
}

Rational rational_inverse(Rational a) {
  assert(a.value != 0);
  if (!a.bottom) return inexact(1 / a.value);
  Rational result = rational_ratio(a.bottom, a.top);
  result.decimal = a.decimal;
  return result;
}

Rational rational_add(Rational a, Rational b) {
  int64_t left, right, top, bottom;
  bool fits = a.bottom && b.bottom && !__builtin_mul_overflow(a.top, b.bottom, &left) &&
              !__builtin_mul_overflow(b.top, a.bottom, &right) &&
              !__builtin_add_overflow(left, right, &top) &&
              !__builtin_mul_overflow(a.bottom, b.bottom, &bottom);
  if (!fits) return inexact(a.value + b.value);
  Rational result = rational_ratio(top, bottom);
  result.decimal = a.decimal || b.decimal;
  return result;
}

Rational rational_multiply(Rational a, Rational b) {
  int64_t top, bottom;
  bool fits = a.bottom && b.bottom && !__builtin_mul_overflow(a.top, b.top, &top) &&
              !__builtin_mul_overflow(a.bottom, b.bottom, &bottom);
  if (!fits) return inexact(a.value * b.value);
  Rational result = rational_ratio(top, bottom);
  result.decimal = a.decimal || b.decimal;
  return result;
}

Rational rational_power(Rational a, int64_t n) {
  if (rational_is(a, 1)) return a;
  if (!a.bottom || llabs(n) > 64) return inexact(pow(a.value, (double)n));
  if (n < 0) return rational_power(rational_inverse(a), -n);
  Rational result = rational_whole(1);
  while (n-- > 0) result = rational_multiply(result, a);
  return result;
}

bool rational_root(Rational a, Rational *root) {
  if (!a.bottom || a.top < 0) return false;
  int64_t top = llround(sqrt((double)a.top)), bottom = llround(sqrt((double)a.bottom));
  if (top * top != a.top || bottom * bottom != a.bottom) return false;
  *root = rational_ratio(top, bottom);
  root->decimal = a.decimal;
  return true;
}

bool rational_is_pointed(Rational a) {
  if (!a.decimal || !a.bottom) return false;
  int64_t bottom = a.bottom;
  while (bottom % 2 == 0) bottom /= 2;
  while (bottom % 5 == 0) bottom /= 5;
  return bottom == 1;
}
