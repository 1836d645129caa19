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

Spelling number_spell(double x, int digits) {
  if (isnan(x)) return spelling_word("nan");
  if (isinf(x)) return spelling_word(x > 0 ? "inf" : "-inf");
  if (x == 0) return spelling_word("0");
  if (fabs(x) <= whole_largest && x == trunc(x)) return number_print(x, "%.*f", 0);
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
  out.bytes[out.length++] = 'i';
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
