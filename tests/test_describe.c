/* test_describe.c - what values are called in messages.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values.h"

static void expect_description(Value value, const char *wanted) {
  char buffer[VALUE_DESCRIPTION];
  cr_expect_str_eq(value_describe(value, buffer), wanted);
}

Test(describe, values_are_called_what_a_student_would_call_them) {
  Arena arena = {0};
  expect_description(MATRIX(2, 3, 1, 2, 3, 4, 5, 6), "a 2×3 matrix");
  expect_description(MATRIX(3, 1, 1, 2, 3), "a vector of 3 numbers");
  expect_description(MATRIX(1, 1, 1), "a vector of 1 number");
  expect_description(MATRIX(1, 3, 1, 2, 3), "a 1×3 row");
  expect_description(MATRIX(0, 1, 0), "an empty vector");
  expect_description(make_array(&arena, 8, 2, NULL), "an 8×2 matrix");
  expect_description(make_array(&arena, 11, 2, NULL), "an 11×2 matrix");
  expect_description(make_array(&arena, 110, 2, NULL), "a 110×2 matrix");
  expect_description(as_booleans(MATRIX(2, 1, 1, 0)), "a vector of 2 booleans");
  expect_description(value_number(3), "a number (3)");
  expect_description(value_boolean(false), "false");
  expect_description(value_nothing(), "nothing");
  expect_description(make_string(&arena, "a"), "a string");
  expect_description(make_range(&arena, 1, 1, 5), "a range of 5 numbers");
  expect_description(TUPLE(1, value_nothing()), "a tuple of 1 value");
  expect_description(RECORD(1, {"a", value_nothing()}), "a record of 1 field");
  expect_description(TABLE(1, 1, {"a", MATRIX(1, 1, 1)}), "a table of 1 row and 1 column");
  arena_free(&arena);
}

Test(describe, functions_are_described_by_their_arguments) {
  Arena arena = {0};
  expect_description(make_closure(&arena, "f", 2, 2), "a function of 2 arguments");
  expect_description(make_closure(&arena, "f", 1, 2), "a function of 1 or 2 arguments");
  expect_description(make_closure(&arena, "f", 0, 3), "a function of 0 to 3 arguments");
  expect_description(make_closure(&arena, "f", 0, 0), "a function of no arguments");
  expect_description(make_function(&arena, FUNCTION_PRIMITIVE, &row_sin, 0, 0, NULL),
                     "the builtin sin, a function of 1 argument");
  expect_description(make_function(&arena, FUNCTION_PRIMITIVE, &row_norm, 0, 0, NULL),
                     "the builtin norm, a function of 1 or 2 arguments");
  expect_description(make_function(&arena, FUNCTION_PRIMITIVE, &row_zip, 0, 0, NULL),
                     "the builtin zip");
  arena_free(&arena);
}

Test(describe, every_kind_has_a_name) {
  for (int kind = 0; kind < VALUE_KIND_COUNT; kind++)
    cr_expect_gt(strlen(value_kind_name((ValueKind)kind)), 0);
  cr_expect_str_eq(value_kind_name(VALUE_ACTIVE), "number");
}
