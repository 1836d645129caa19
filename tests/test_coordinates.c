/* test_coordinates.c - numbers printed by the names of their variables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/coordinates.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void expect_vector(const double *v, size_t count, const char *wanted) {
  Text out = {0};
  coordinates_vector(v, count, &out);
  cr_expect_str_eq(out.bytes, wanted, "%s, not %s", out.bytes, wanted);
  text_free(&out);
}

Test(coordinates, a_vector_is_cut_behind_its_twelfth_number) {
  static const double v[14] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, -0.0};
  expect_vector(v, 1, "1");
  expect_vector(v, 2, "[1, 2]");
  expect_vector(v, 12, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]");
  expect_vector(v, 13, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, … 1 more]");
  expect_vector(v, 14, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, … 2 more]");
  expect_vector(v + 12, 2, "[13, 0]"); /* no -0 */
  expect_vector(v + 13, 1, "0");
}

Test(coordinates, variables_are_named_once_and_have_their_shape) {
  static const double v[] = {1, 2, 3, 4, 5, 6, 7};
  static const char *const names[] = {"x", "w", "w", "A", "A", "A", "A"};
  static const struct {
    uint32_t columns[7];
    size_t n;
    const char *wanted;
  } rows[] = {
      {{1, 1, 1, 2, 2, 2, 2}, 7, "x = 1, w = [2, 3], A = [4, 5; 6, 7]"},
      {{1, 2, 2, 4, 4, 4, 4}, 7, "x = 1, w = [2, 3]', A = [4, 5, 6, 7]'"},
      {{0, 0, 0, 1, 1, 1, 1}, 7, "x = 1, w = [2, 3], A = [4, 5, 6, 7]"},
      {{1, 1, 1}, 3, "x = 1, w = [2, 3]"},
      {{1, 1}, 2, "x = 1, w = 2"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Text out = {0};
    coordinates_print(v, names, rows[i].columns, rows[i].n, &out);
    cr_expect_str_eq(out.bytes, rows[i].wanted, "%s, not %s", out.bytes, rows[i].wanted);
    text_free(&out);
  }
  Text out = {0};
  coordinates_print(v, names, NULL, 5, &out);
  cr_expect_str_eq(out.bytes, "x = 1, w = [2, 3], A = [4, 5]", "%s", out.bytes);
  text_free(&out);
}
