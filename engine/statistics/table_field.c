/* table_field.c - one field of a table file: is it missing, is it a number, is it UTF-8.
 *
 * Most numbers in data files have at most 15 digits and a small exponent: digits and power of ten
 * are then exact doubles and one multiplication or division rounds once, hence correctly (W.
 * Clinger, "How to read floating point numbers accurately", PLDI 1990). Up to 19 digits the same is
 * done in 128-bit integers, with what the division leaves over kept as a sticky bit. The rest goes
 * through strtod.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/table_field.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
  WIDE_POWER = 27,      /* 5^27 is the last power of five below 2^63 */
  EXACT_POWER = 22,     /* 10^22 is the last power of ten that is a double */
  DIGITS_MOST = 19,     /* any number of this many digits fits 64 bits */
  LENGTH_MOST = 4096,   /* no number needs as many characters: the longest exact double has 767 */
  EXPONENT_MOST = 99999 /* beyond it the number is 0 or infinite whatever its digits */
};
static const uint64_t EXACT_DIGITS = (uint64_t)1 << 53;

static const double exact_powers[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static const uint64_t powers_of_five[WIDE_POWER + 1] = {
    1,
    5,
    25,
    125,
    625,
    3125,
    15625,
    78125,
    390625,
    1953125,
    9765625,
    48828125,
    244140625,
    1220703125,
    6103515625,
    30517578125,
    152587890625,
    762939453125,
    3814697265625,
    19073486328125,
    95367431640625,
    476837158203125,
    2384185791015625,
    11920928955078125,
    59604644775390625,
    298023223876953125,
    1490116119384765625,
    7450580596923828125,
};

__extension__ typedef unsigned __int128 Wide;

static const char *const missing_spellings[] = {
    "NA", "N/A", "NaN", ".", "NULL", "nan", "n/a", "null", "#N/A",
};
enum { MISSING_LONGEST = 4 };

static const char *const infinity_spellings[] = {"inf", "Inf", "INF", "infinity", "Infinity"};

bool field_missing(const char *field, size_t length) {
  if (!length) return true;
  if (length > MISSING_LONGEST || (*field >= '0' && *field <= '9')) return false;
  for (size_t k = 0; k < sizeof missing_spellings / sizeof *missing_spellings; k++)
    if (length == strlen(missing_spellings[k]) && !memcmp(field, missing_spellings[k], length))
      return true;
  return false;
}

static FieldShape field_infinity(const char *word, size_t length, bool negative, double *number) {
  for (size_t k = 0; k < sizeof infinity_spellings / sizeof *infinity_spellings; k++) {
    const char *spelling = infinity_spellings[k];
    if (length != strlen(spelling) || memcmp(word, spelling, length) != 0) continue;
    *number = negative ? -HUGE_VAL : HUGE_VAL;
    return FIELD_WHOLE;
  }
  return FIELD_NOT_A_NUMBER;
}

/* A field whose digits were checked already: only the rounding is left to do. */
static double field_round(const char *field, size_t length, bool comma, locale_t c_locale) {
  if (!comma) return strtod_l(field, NULL, c_locale);
  char small[64], *copy = length < sizeof small ? small : malloc(length + 1);
  if (!copy) return NAN;
  memcpy(copy, field, length);
  copy[length] = '\0';
  *strchr(copy, ',') = '.';
  double number = strtod_l(copy, NULL, c_locale);
  if (copy != small) free(copy);
  return number;
}

/* The digits of a number so far: their value while it fits, how many, and the power of ten. */
typedef struct FieldDigits {
  uint64_t value;
  int significant, exponent;
  bool any;
} FieldDigits;

static const char *field_digits(const char *at, bool fraction, FieldDigits *digits) {
  for (; *at >= '0' && *at <= '9'; at++) {
    digits->any = true;
    if (digits->significant || *at != '0') digits->significant++;
    if (digits->significant <= DIGITS_MOST)
      digits->value = 10 * digits->value + (uint64_t)(*at - '0');
    digits->exponent -= fraction;
  }
  return at;
}

/* Reads e+12; NULL if there are no digits after the e. */
static const char *field_exponent(const char *at, FieldDigits *digits) {
  bool negative = *++at == '-';
  if (*at == '+' || *at == '-') at++;
  if (*at < '0' || *at > '9') return NULL;
  int exponent = 0;
  for (; *at >= '0' && *at <= '9'; at++)
    if (exponent < EXPONENT_MOST) exponent = 10 * exponent + (*at - '0');
  digits->exponent += negative ? -exponent : exponent;
  return at;
}

/* digits * 10^exponent, correctly rounded, for an exponent within WIDE_POWER. */
static double field_scale(uint64_t digits, int exponent) {
  if (!digits) return 0;
  Wide number = digits;
  int shift = 0;
  bool sticky = false;
  if (exponent < 0) { /* the quotient has at least 64 bits */
    uint64_t divisor = powers_of_five[-exponent];
    shift = 64 + __builtin_clzll(digits);
    number <<= shift;
    sticky = number % divisor != 0;
    number /= divisor;
  } else {
    number *= powers_of_five[exponent];
  }
  int scale = exponent - shift;
  uint64_t above = (uint64_t)(number >> 64);
  if (above) {
    int excess = 64 - __builtin_clzll(above);
    sticky |= (number & (((Wide)1 << excess) - 1)) != 0;
    number >>= excess;
    scale += excess;
  }
  return ldexp((double)((uint64_t)number | sticky), scale);
}

FieldShape field_number(const char *field, size_t length, bool comma, locale_t c_locale,
                        double *number) {
  if (length > LENGTH_MOST) return FIELD_NOT_A_NUMBER;
  FieldShape shape = FIELD_WHOLE;
  FieldDigits digits = {0};
  bool negative = *field == '-';
  const char *start = field + (negative || *field == '+'),
             *at = field_digits(start, false, &digits);
  if (*at == '.' || (comma && *at == ',')) {
    shape = *at == '.' ? FIELD_POINT : FIELD_COMMA;
    at = field_digits(at + 1, true, &digits);
  }
  if (!digits.any) return field_infinity(start, length - (size_t)(start - field), negative, number);
  if (*at == 'e' || *at == 'E') at = field_exponent(at, &digits);
  if (!at || at != field + length) return FIELD_NOT_A_NUMBER;
  double value = 0;
  int power = abs(digits.exponent);
  if (digits.significant > DIGITS_MOST || power > WIDE_POWER) {
    *number = field_round(field, length, shape == FIELD_COMMA, c_locale);
    return shape;
  }
  if (digits.value > EXACT_DIGITS || power > EXACT_POWER)
    value = field_scale(digits.value, digits.exponent);
  else if (digits.exponent < 0)
    value = (double)digits.value / exact_powers[power];
  else
    value = (double)digits.value * exact_powers[power];
  *number = negative ? -value : value;
  return shape;
}

bool field_is_utf8(const char *field, size_t length) {
  const unsigned char *at = (const unsigned char *)field, *end = at + length;
  while (at < end) {
    if (*at < 0x80) {
      at++;
      continue;
    }
    utf8proc_int32_t character;
    utf8proc_ssize_t size = utf8proc_iterate(at, end - at, &character);
    if (size < 0) return false;
    at += size;
  }
  return true;
}

size_t field_from_latin1(const char *field, size_t length, char *out) {
  size_t size = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned byte = (unsigned char)field[i];
    if (byte >= 0x80) out[size++] = (char)(0xC0 | byte >> 6);
    out[size++] = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3F) : byte);
  }
  return size;
}
