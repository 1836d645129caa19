/* test_number_text.c - numbers as text: few digits, all digits, fractions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#include "values.h"
#include "values/number_text.h"

static void expect_number(double x, int digits, const char *wanted) {
  Text text = {0};
  display_number(x, digits, &text);
  expect_text(&text, wanted, "display_number");
}

Test(number_text, a_number_has_six_significant_digits) {
  expect_number(1.9726, 6, "1.9726");
  expect_number(M_PI, 6, "3.14159");
  expect_number(0.1, 0, "0.1");
  expect_number(1e-12, 6, "1e-12");
  expect_number(-17.57909489, 6, "-17.5791");
  expect_number(1.0 / 3, 3, "0.333");
}

Test(number_text, whole_numbers_print_in_full_up_to_1e15) {
  expect_number(396, 6, "396");
  expect_number(123456789, 6, "123456789");
  expect_number(-1e15, 6, "-1000000000000000");
  expect_number(121932631112635269.0, 6, "1.21933e+17");
  expect_number(123456789, 3, "123456789");
}

Test(number_text, no_exponent_between_1e_minus_4_and_1e6) {
  expect_number(0.00012345678, 6, "0.000123457");
  expect_number(999999.7, 6, "1000000");
  expect_number(12345.6, 3, "12346");
  expect_number(0.00001, 6, "1e-05");
  expect_number(1234567.8, 6, "1.23457e+06");
}

Test(number_text, zero_has_no_sign_and_nan_has_none_either) {
  expect_number(-0.0, 6, "0");
  expect_number(-0.0, 17, "0");
  expect_number(INFINITY, 6, "inf");
  expect_number(-INFINITY, 6, "-inf");
  expect_number(NAN, 6, "nan");
  expect_number(copysign(NAN, -1), 6, "nan");
}

Test(number_text, seventeen_digits_are_the_shortest_that_read_back) {
  expect_number(0.1, 17, "0.1");
  expect_number(0.1 + 0.2, 17, "0.30000000000000004");
  expect_number(5e-324, 17, "5e-324");
  expect_number(DBL_MAX, 17, "1.7976931348623157e+308");
  expect_number(1e22, 17, "1e+22");
}

Test(number_text, ten_thousand_random_doubles_read_back_to_themselves) {
  uint64_t state = 88172645463325252u;
  for (int k = 0; k < 10000; k++) {
    uint64_t bits = random_bits(&state);
    double x;
    memcpy(&x, &bits, sizeof x);
    if (isnan(x)) continue;
    Text text = {0};
    display_number(x, 17, &text);
    cr_expect_eq(strtod(text.bytes, NULL), x, "%a printed %s", x, text.bytes);
    text_free(&text);
  }
}

/* ---- fractions ---- */

static unsigned divisor(unsigned a, unsigned b) { return b ? divisor(b, a % b) : a; }

Test(number_text, every_small_fraction_is_found) {
  for (unsigned q = 1; q <= 400; q++)
    for (unsigned p = 1; p <= 2 * q; p++) {
      char wanted[NUMBER_BYTES];
      unsigned common = divisor(p, q);
      int length = snprintf(wanted, sizeof wanted, "%u", p / common);
      if (q != common) snprintf(wanted + length, sizeof wanted - (size_t)length, "/%u", q / common);
      Text got = {0};
      display_number((double)p / q, NUMBER_FRACTIONS, &got);
      cr_expect_str_eq(got.bytes, wanted, "%u/%u", p, q);
      text_free(&got);
    }
}

/* A generator that is the same everywhere: Knuth's MMIX without its low bits. */
Test(number_text, numbers_drawn_at_random_are_seldom_fractions) {
  uint64_t state = 1;
  int found = 0, draws = 20000;
  for (int k = 0; k < draws; k++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    Spelling spelling = number_spell((double)(state >> 11) * 0x1p-53, NUMBER_FRACTIONS);
    found += memchr(spelling.bytes, '/', spelling.length) != NULL;
  }
  cr_expect_lt(found, draws / 100);
}
