/* lexer_number.c - the numbers among the tokens: digits, point, exponent, bases and suffixes.
 *
 * A number ends where the longest match does; what would be read as two numbers, or as a number and
 * a name by accident, is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/lex.h"

/* Moves over digits of [base] with single _ between them; returns how many digits there were. */
static uint32_t skip_digits(Lexer *lexer, int base) {
  uint32_t count = 0;
  for (;; lexer->at++) {
    char byte = lex_byte(lexer, lexer->at);
    char low = (char)(byte | 0x20);
    bool digit = base == 16 ? lex_is_digit(byte) || (low >= 'a' && low <= 'f')
                            : byte >= '0' && byte < '0' + base;
    if (digit) {
      count++;
      continue;
    }
    bool between = byte == '_' && count > 0 && lex_byte(lexer, lexer->at - 1) != '_';
    char next = lex_byte(lexer, lexer->at + 1);
    bool more = base == 16 ? lex_is_digit(next) || ((next | 0x20) >= 'a' && (next | 0x20) <= 'f')
                           : lex_is_digit(next);
    if (!between || !more) return count;
  }
}

static int base_of(const Lexer *lexer) {
  if (lex_byte(lexer, lexer->at) != '0') return 10;
  switch (lex_byte(lexer, lexer->at + 1)) {
  case 'x':
  case 'X': return 16;
  case 'o':
  case 'O': return 8;
  case 'b':
  case 'B': return 2;
  default: return 10;
  }
}

/* 0x1f, 0o17, 0b101. */
static void lex_based(Lexer *lexer, int base) {
  uint32_t start = lexer->at;
  lexer->at += 2;
  uint32_t digits = lexer->at;
  uint32_t count = skip_digits(lexer, base);
  if (!count || lex_continues(lexer, lexer->at) ||
      (lex_byte(lexer, lexer->at) == '.' && lex_is_digit(lex_byte(lexer, lexer->at + 1)))) {
    uint32_t end = lexer->at;
    uint32_t step;
    while (lexer_continues_name(lex_character(lexer, end, &step))) end += step;
    lex_problem(lexer, start, end, "%.2s starts a number in base %d and takes only its digits",
                lexer->text + start, base);
    report_remark(lexer->problem, "the digits are 0 to %s",
                  base == 16  ? "9 and a to f"
                  : base == 8 ? "7"
                              : "1");
    lex_stop(lexer);
  }
  double value = 0;
  for (uint32_t at = digits; at < lexer->at; at++) {
    char byte = lexer->text[at];
    if (byte != '_')
      value = value * base + (lex_is_digit(byte) ? byte - '0' : (byte | 0x20) - 'a' + 10);
  }
  if (isinf(value)) {
    lex_problem(lexer, start, lexer->at, "this number is larger than %g, the largest one", DBL_MAX);
    report_advise(lexer->problem, "inf");
    lex_stop(lexer);
  }
  lex_add(lexer, TOKEN_NUMBER, start)->number = value;
}

/* Whether a point right after digits belongs to the number although no digit follows it. */
static bool point_ends_number(const Lexer *lexer, uint32_t after) {
  uint32_t step;
  int32_t next = lex_character(lexer, after, &step);
  return !step || next == '\n' || lex_is_space(next) || next == ',' || next == ';' || next == ')' ||
         next == ']' || next == '}' || next == '#';
}

/* The point after digits: takes fraction and point, leaves it to a dotted operator, or refuses. */
static void skip_fraction(Lexer *lexer, uint32_t start) {
  if (lex_byte(lexer, lexer->at) != '.') return;
  uint32_t after = lexer->at + 1;
  if (lex_is_digit(lex_byte(lexer, after))) {
    lexer->at = after;
    skip_digits(lexer, 10);
  } else if (point_ends_number(lexer, after)) {
    lexer->at = after;
  } else if (lex_continues(lexer, after)) {
    uint32_t step, end = after;
    while (lexer_continues_name(lex_character(lexer, end, &step)) && end - after < 40) end += step;
    lex_problem(lexer, start, end, "a number with a point needs a digit after it");
    report_advise(lexer->problem, "%.*s*%.*s", (int)(lexer->at - start), lexer->text + start,
                  (int)(end - after), lexer->text + after);
    report_advise(lexer->problem, "%.*s.0%.*s", (int)(lexer->at - start), lexer->text + start,
                  (int)(end - after), lexer->text + after);
    lex_stop(lexer);
  }
}

static void skip_exponent(Lexer *lexer, uint32_t start) {
  char letter = lex_byte(lexer, lexer->at);
  if (letter != 'e' && letter != 'E') return;
  uint32_t at = lexer->at + 1;
  bool sign = lex_byte(lexer, at) == '+' || lex_byte(lexer, at) == '-';
  at += sign;
  if (lex_is_digit(lex_byte(lexer, at))) {
    lexer->at = at;
    skip_digits(lexer, 10);
  } else if (sign && lex_byte(lexer, at) == '.' && lex_is_digit(lex_byte(lexer, at + 1))) {
    uint32_t end = at + 1;
    while (lex_is_digit(lex_byte(lexer, end))) end++;
    const char *text = lexer->text;
    int before = (int)(lexer->at - start), after = (int)(end - at);
    lex_problem(lexer, start, end, "the exponent of a number is a whole number");
    report_advise(lexer->problem, "%.*s*%c %c %.*s", before, text + start, letter, text[at - 1],
                  after, text + at);
    report_advise(lexer->problem, "%.*s*10^(%c%.*s)", before, text + start, text[at - 1], after,
                  text + at);
    lex_stop(lexer);
  }
}

/* The value of the decimal text [start, at), without its underscores. */
static double decimal_value(Lexer *lexer, uint32_t start) {
  Text digits = {0};
  bool nonzero = false;
  bool exponent = false;
  for (uint32_t at = start; at < lexer->at; at++) {
    char byte = lexer->text[at];
    exponent = exponent || (byte | 0x20) == 'e';
    nonzero = nonzero || (!exponent && byte >= '1' && byte <= '9');
    if (byte != '_') text_append(&digits, &byte, 1);
  }
  double value = strtod(digits.bytes, NULL);
  text_free(&digits);
  if (isinf(value)) {
    lex_problem(lexer, start, lexer->at, "this number is larger than %g, the largest one", DBL_MAX);
    report_advise(lexer->problem, "inf");
    lex_stop(lexer);
  }
  if (value == 0 && nonzero) {
    lex_problem(lexer, start, lexer->at, "this number is smaller than %g, the smallest one above 0",
                5e-324);
    report_advise(lexer->problem, "0");
    lex_stop(lexer);
  }
  return value;
}

/* A tight suffix that is the whole word. */
static bool skip_suffix(Lexer *lexer, const char *suffix) {
  uint32_t length = (uint32_t)strlen(suffix);
  if (lexer->length - lexer->at < length || memcmp(lexer->text + lexer->at, suffix, length) != 0 ||
      lex_continues(lexer, lexer->at + length))
    return false;
  lexer->at += length;
  return true;
}

void lex_number(Lexer *lexer) {
  int base = base_of(lexer);
  if (base != 10) {
    lex_based(lexer, base);
    return;
  }
  uint32_t start = lexer->at;
  skip_digits(lexer, 10);
  skip_fraction(lexer, start);
  skip_exponent(lexer, start);
  char next = lex_byte(lexer, lexer->at);
  bool point = next == '.' && lex_is_digit(lex_byte(lexer, lexer->at + 1));
  if (point || next == '_') {
    lex_problem(lexer, start, lexer->at + 1,
                point ? "this number has a second point"
                      : "_ stands only between two digits of a number");
    lex_stop(lexer);
  }
  double value = decimal_value(lexer, start);
  static const double degree = 0.017453292519943295769; /* π/180 */
  if (skip_suffix(lexer, "i")) lex_add(lexer, TOKEN_IMAGINARY, start)->number = value;
  else if (skip_suffix(lexer, "deg")) lex_add(lexer, TOKEN_NUMBER, start)->number = value * degree;
  else lex_add(lexer, TOKEN_NUMBER, start)->number = value;
}
