/* test_format.c - formats of numbers, entry by entry, and what is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>

#include "values.h"

static void expect_format(Value value, const char *format, const char *wanted) {
  Text text = {0};
  cr_expect(display_format(value, format, strlen(format), &text), "%s was refused", format);
  expect_text(&text, wanted, format);
}

static void expect_refused(Value value, const char *format) {
  Text text = {0};
  cr_expect_not(display_format(value, format, strlen(format), &text), "%s gave %s", format,
                text.bytes);
  cr_expect_eq(text.length, 0);
  text_free(&text);
}

Test(format, formats_of_numbers) {
  expect_format(value_number(M_PI), ".3f", "3.142");
  expect_format(value_number(M_PI), ">8.2f", "    3.14");
  expect_format(value_number(M_PI), "8.2f", "    3.14");
  expect_format(value_number(M_PI), "<8.2f", "3.14    ");
  expect_format(value_number(42), "d", "42");
  expect_format(value_number(12345.678), "e", "1.234568e+04");
  expect_format(value_number(0.5), "+g", "+0.5");
  expect_format(value_number(-0.5), "+g", "-0.5");
  expect_format(value_number(0.07), "5%", "   7%");
  expect_format(value_number(0.1234), ".1%", "12.3%");
  expect_format(value_number(M_PI), ".3", "3.14");
  expect_format(value_number(M_PI), "", "3.14159");
  expect_format(value_number(-0.0001), ".2f", "0.00");
  expect_format(value_number(INFINITY), ">6.2f", "   inf");
  expect_format(value_number(NAN), "+.2f", "nan");
  expect_format(value_number(DBL_MAX), ".0e", "2e+308");
}

Test(format, formats_apply_entry_by_entry) {
  Arena arena = {0};
  expect_format(MATRIX(2, 1, 1, 2.5), ".2f", "[1.00, 2.50]");
  expect_format(MATRIX(1, 2, 1, 2.5), ".2f", "[1.00, 2.50]'");
  expect_format(MATRIX(2, 2, 1, 2, 3, 4), "4d", "[   1,    2;    3,    4]");
  expect_format(TUPLE(2, value_number(1), MATRIX(1, 1, 2)), ".1f", "(1.0, [2.0])");
  expect_format(RECORD(1, {"a", value_number(1)}), ".1f", "record(a = 1.0)");
  expect_format(make_range(&arena, 1, 1, 3), ".1f", "[1.0, 2.0, 3.0]");
  expect_format(make_string(&arena, "hé"), "5", "hé   ");
  expect_format(make_string(&arena, "hé"), ">5", "   hé");
  expect_format(as_booleans(MATRIX(2, 1, 1, 0)), "6", "[true  , false ]");
  arena_free(&arena);
}

Test(format, a_format_that_is_none_or_does_not_fit_is_refused_and_writes_nothing) {
  Arena arena = {0};
  static const char *const wrong[] = {"x",  "3.f", ".f", "f3",  ">>3", "99999", ".999f",
                                      " 3", "3 ",  "-3", "++g", ".2d", "^8",    "5%%"};
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
    expect_refused(value_number(1), wrong[k]);
  expect_refused(value_number(2.5), "d");
  expect_refused(value_number(INFINITY), "d");
  expect_refused(make_string(&arena, "a"), ".2f");
  expect_refused(value_boolean(true), "d");
  expect_refused(MATRIX(2, 1, 1, 2.5), "d");
  expect_refused(TUPLE(2, value_number(1), make_string(&arena, "a")), ".2f");
  arena_free(&arena);
}

Test(format, a_format_of_very_many_entries_leaves_out_the_middle) {
  Arena arena = {0};
  Text text = {0};
  cr_expect(display_format(make_range(&arena, 1, 1, 1e12), "d", 1, &text));
  cr_expect(strstr(text.bytes, "500, …, 999999999501, "), "%.2000s", text.bytes);
  text_free(&text);
  arena_free(&arena);
}
