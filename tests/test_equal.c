/* test_equal.c - which values are equal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values.h"

Test(equal, numbers_shapes_and_kinds_decide) {
  Arena arena = {0};
  cr_expect(value_equal(value_number(2), value_number(2)));
  cr_expect(value_equal(value_number(2), (Value){.kind = VALUE_ACTIVE, .number = 2}));
  cr_expect_not(value_equal(value_number(1), value_boolean(true)));
  cr_expect_not(value_equal(value_number(NAN), value_number(NAN)));
  cr_expect(value_equal(MATRIX(2, 1, 1, 2), MATRIX(2, 1, 1, 2)));
  cr_expect_not(value_equal(MATRIX(2, 1, 1, 2), MATRIX(1, 2, 1, 2)));
  cr_expect_not(value_equal(MATRIX(2, 1, 1, NAN), MATRIX(2, 1, 1, NAN)));
  cr_expect_not(value_equal(MATRIX(2, 1, 1, 0), as_booleans(MATRIX(2, 1, 1, 0))));
  cr_expect_not(value_equal(value_number(1), MATRIX(1, 1, 1)));
  cr_expect(value_equal(make_string(&arena, "ab"), make_string(&arena, "ab")));
  cr_expect_not(value_equal(make_string(&arena, "ab"), make_string(&arena, "ac")));
  arena_free(&arena);
}

Test(equal, a_range_is_the_vector_of_its_numbers) {
  Arena arena = {0};
  cr_expect(value_equal(make_range(&arena, 1, 1, 3), MATRIX(3, 1, 1, 2, 3)));
  cr_expect(value_equal(MATRIX(3, 1, 1, 2, 3), make_range(&arena, 1, 1, 3)));
  cr_expect_not(value_equal(MATRIX(1, 3, 1, 2, 3), make_range(&arena, 1, 1, 3)));
  cr_expect(value_equal(make_range(&arena, 1, 2, 5), make_range(&arena, 1, 2, 6)));
  cr_expect(value_equal(make_range(&arena, 1, 1, 0), make_range(&arena, 5, 1, 0)));
  arena_free(&arena);
}

Test(equal, tuples_and_functions_compare_part_by_part) {
  Arena arena = {0};
  Value one = value_number(1), f = make_closure(&arena, "f", 1, 1);
  cr_expect(value_equal(TUPLE(2, one, MATRIX(1, 1, 1)), TUPLE(2, one, MATRIX(1, 1, 1))));
  cr_expect_not(value_equal(TUPLE(2, one, one), TUPLE(2, one, f)));
  cr_expect_not(value_equal(TUPLE(1, one), TUPLE(2, one, one)));
  cr_expect(value_equal(make_function(&arena, FUNCTION_PARTIAL, &row_gradient, 0, 1, &f),
                        make_function(&arena, FUNCTION_PARTIAL, &row_gradient, 0, 1, &f)));
  cr_expect_not(value_equal(make_function(&arena, FUNCTION_PRIMITIVE, &row_sin, 0, 0, NULL),
                            make_function(&arena, FUNCTION_PRIMITIVE, &row_norm, 0, 0, NULL)));
  arena_free(&arena);
}

Test(equal, depth_does_not_matter) {
  Arena arena = {0};
  Value a = value_number(1), b = value_number(1);
  for (int k = 0; k < 300000; k++) {
    a = TUPLE(1, a);
    b = TUPLE(1, b);
  }
  cr_expect(value_equal(a, b));
  cr_expect_not(value_equal(a, TUPLE(1, b)));
  arena_free(&arena);
}
