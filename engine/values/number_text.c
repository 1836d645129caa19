/* number_text.c - one number as text: six digits to read, or the shortest that reads back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/number_text.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "values/display.h"

/* Whole numbers print in full up to here: every one of them is exact and short enough to read. */
static const double whole_largest = 1e15;
/* Between these a number prints without an exponent even where %g would round it into one. */
static const double plain_least = 1e-4, plain_largest = 1e6;

/* A number is taken for a fraction that it misses by this share of itself at most: what is left
 * after a few thousand roundings, or of 1/3 copied with twelve digits. */
static const double fraction_tolerance = 1e-11;
/* The largest denominator worth reading. */
static const double fraction_largest = 1e6;
/* Any number has fractions p/q within 1/q^2. One that comes a thousand times closer is meant: less
 * than one in a hundred numbers drawn at random has such a fraction; pi, e and square roots have none. */
static const double fraction_chance = 1e-3;

Spelling spelling_word(const char *word) {
  Spelling spelling = {.length = (uint8_t)strlen(word)};
  assert(spelling.length <= 16);
  memcpy(spelling.bytes, word, spelling.length);
  spelling.before = spelling.length;
  return spelling;
}

Spelling spelling_noise(void) {
  return (Spelling){.bytes = "≈0", .length = sizeof "≈0" - 1, .before = 2};
}

/* [x] is finite. */
static Spelling number_print(double x, const char *format, int precision) {
  Spelling spelling = {.length = 0};
  int length = snprintf(spelling.bytes, sizeof spelling.bytes, format, precision, x);
  assert(length > 0 && length < NUMBER_BYTES);
  spelling.length = (uint8_t)length;
  spelling.before = (uint8_t)strcspn(spelling.bytes, ".e");
  spelling.after = (uint8_t)(spelling.length - spelling.before);
  return spelling;
}

/* %g drops trailing zeros, so the first precision that reads back gives the shortest text. Below 15
 * that can only help subnormal numbers: every normal double keeps 15 decimal digits. */
static Spelling number_shortest(double x) {
  for (int digits = fabs(x) < DBL_MIN ? 1 : DBL_DIG; digits < NUMBER_DIGITS_EXACT; digits++) {
    Spelling spelling = number_print(x, "%.*g", digits);
    if (strtod(spelling.bytes, NULL) == x) return spelling;
  }
  return number_print(x, "%.*g", NUMBER_DIGITS_EXACT);
}

static Spelling number_rounded(double x, int digits) {
  Spelling spelling = number_print(x, "%.*g", digits);
  bool plain = fabs(x) >= plain_least && fabs(x) < plain_largest;
  if (plain && strchr(spelling.bytes, 'e')) return number_print(x, "%.*f", 0);
  return spelling;
}

/* The first convergent p/q of |x|'s continued fraction that comes close enough; false when there is
 * none. Convergents are the best approximations: if a fraction passes the test, a convergent does
 * (Hardy and Wright, An Introduction to the Theory of Numbers, theorem 184). */
static bool number_fraction(double x, double *above, double *below) {
  double p = 1, q = 0, p_before = 0, q_before = 1, rest = fabs(x);
  while (isfinite(rest)) {
    double whole = floor(rest), p_next = whole * p + p_before, q_next = whole * q + q_before;
    if (p_next > whole_largest || q_next > fraction_largest) return false;
    p_before = p, q_before = q, p = p_next, q = q_next;
    double miss = fabs(fabs(x) - p / q);
    if (miss <= fraction_tolerance * fabs(x) && miss * q * q <= fraction_chance) {
      *above = copysign(p, x), *below = q;
      return true;
    }
    rest = 1 / (rest - whole);
  }
  return false;
}

static Spelling number_as_fraction(double x) {
  double above, below;
  if (!number_fraction(x, &above, &below)) return number_rounded(x, NUMBER_DIGITS);
  if (below == 1) return number_print(above, "%.*f", 0);
  Spelling spelling = number_print(above, "%.*f", 0);
  char *end = spelling.bytes + spelling.length;
  int length = snprintf(end, NUMBER_BYTES - spelling.length, "/%.0f", below);
  assert(length > 0 && length < NUMBER_BYTES - spelling.length);
  spelling.after = (uint8_t)length;
  spelling.length = (uint8_t)(spelling.length + length);
  return spelling;
}

Spelling number_spell(double x, int digits) {
  if (isnan(x)) return spelling_word("nan");
  if (isinf(x)) return spelling_word(x > 0 ? "inf" : "-inf");
  if (x == 0) return spelling_word("0");
  if (fabs(x) <= whole_largest && x == trunc(x)) return number_print(x, "%.*f", 0);
  if (digits == NUMBER_FRACTIONS) return number_as_fraction(x);
  if (digits >= NUMBER_DIGITS_EXACT) return number_shortest(x);
  return number_rounded(x, digits > 0 ? digits : NUMBER_DIGITS);
}

static void spelling_join(Spelling *to, const char *glue, const Spelling *from) {
  size_t length = strlen(glue);
  memcpy(to->bytes + to->length, glue, length);
  memcpy(to->bytes + to->length + length, from->bytes, from->length);
  to->length = (uint8_t)(to->length + length + from->length);
}

static Spelling complex_call(const Spelling *real, const Spelling *imaginary) {
  Spelling out = {.length = 0};
  spelling_join(&out, "complex(", real);
  spelling_join(&out, ", ", imaginary);
  out.bytes[out.length++] = ')';
  out.after = out.length;
  return out;
}

static Spelling part_spell(double x, int digits, double noise) {
  return x != 0 && fabs(x) < noise ? spelling_noise() : number_spell(x, digits);
}

/* The i goes behind the number that a fraction's / follows: 3i/4, for 3/4i would be 3/(4i). */
static void spelling_add_unit(Spelling *to) {
  size_t fraction = to->length;
  while (fraction > 0 && strchr("0123456789/", to->bytes[fraction - 1])) fraction--;
  char *stroke = memchr(to->bytes + fraction, '/', to->length - fraction);
  char *at = stroke ? stroke : to->bytes + to->length;
  memmove(at + 1, at, (size_t)(to->bytes + to->length - at));
  *at = 'i';
  to->length++;
}

Spelling complex_spell(double real, double imaginary, int digits, double noise) {
  if (!isfinite(real) || !isfinite(imaginary)) noise = 0;
  Spelling re = part_spell(real, digits, noise), im = part_spell(imaginary, digits, noise), out = im;
  if (!isfinite(real) || !isfinite(imaginary)) return complex_call(&re, &im);
  bool both_noise = fabs(real) < noise && fabs(imaginary) < noise;
  if (both_noise && (real != 0 || imaginary != 0)) return spelling_noise();
  if (real != 0) {
    out = re;
    spelling_join(&out, im.bytes[0] == '-' ? "" : "+", &im);
  }
  spelling_add_unit(&out);
  size_t columns = text_columns(out.bytes, out.length);
  out.after = (uint8_t)(columns - out.before);
  return out;
}

void extent_include(Extent *extent, const Spelling *spelling) {
  if (spelling->before > extent->before) extent->before = spelling->before;
  if (spelling->after > extent->after) extent->after = spelling->after;
}

void spelling_append(const Spelling *spelling, Text *out) {
  text_append(out, spelling->bytes, spelling->length);
}

void display_number(double x, int digits, Text *out) {
  Spelling spelling = number_spell(x, digits);
  spelling_append(&spelling, out);
}
