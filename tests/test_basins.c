/* test_basins.c - what is said of the minima that a method of several starts gives, and their
 * table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

/* A method that has been everywhere before: its basins are its options. */
static const char given[] =
    "given(f, x0, found = zeros(0, 3), starts = 5, spent = 0) = "
    "record(path = [x0'], basins = found, starts = starts, evaluations = spent, wanders = true)";

Test(basins, the_lowest_are_counted_with_their_starts) {
  static const struct {
    const char *search, *options, *line;
  } rows[] = {
      {"minimize", "", "\nno minimum found from 5 starts\n"},
      {"maximize", "", "\nno maximum found from 5 starts\n"},
      {"minimize", "starts = 1, spent = 9",
       "\nno minimum found from 1 start; 9 function evaluations\n"},
      {"minimize", "found = [1, 0, 3]'", "\n1 minimum found from 3 of 5 starts\n"},
      {"maximize", "found = [1, 0, 1]', starts = 1", "\n1 maximum found from 1 of 1 start\n"},
      {"minimize", "found = [1, 0, 3; -1, 0, 2]",
       "\n2 minima found, the lowest (2 alike) from 5 of 5 starts\n"},
      {"maximize", "found = [1, 0, 3; -1, 0, 1]",
       "\n2 maxima found, the highest (2 alike) from 4 of 5 starts\n"},
      {"minimize", "found = [1, 0, 3; -1, 0.5, 2], spent = 17",
       "\n2 minima found, the lowest from 3 of 5 starts; 17 function evaluations\n"},
      {"maximize", "found = [1, 0, 3; -1, 0.5, 2]",
       "\n2 maxima found, the highest from 3 of 5 starts\n"},
      /* alike up to 1e-9 of their size and 1 */
      {"minimize", "found = [1, 1000, 3; -1, 1000 + 9e-7, 1; 0, 1000 + 2e-6, 1]",
       "\n3 minima found, the lowest (2 alike) from 4 of 5 starts\n"},
      {"minimize", "found = [1, -1000, 3; -1, -1000 + 9e-7, 1; 0, -1000 + 2e-6, 1]",
       "\n3 minima found, the lowest (2 alike) from 4 of 5 starts\n"},
      {"minimize", "found = [1, 0, 3; -1, 0.9e-9, 1; 0, 1.5e-9, 1]",
       "\n3 minima found, the lowest (2 alike) from 4 of 5 starts\n"},
      {"minimize", "found = [1, 0, 0]'", "\n1 minimum found from 5 starts\n"},
  };
  Shell shell;
  shell_start(&shell);
  cr_assert_eq(shell_run(&shell, given), MML_OK, "%s", shell.reported.bytes);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    shell_do(&shell, "%s %s(x^2 - 1)^2 over x from 1 using given(%s)", rows[i].search,
             rows[i].search[1] == 'a' ? "-" : "", rows[i].options);
    cr_expect(strstr(shell.printed.bytes, rows[i].line), "%s: %s%s", rows[i].options,
              shell.printed.bytes, shell.reported.bytes);
  }
  shell_end(&shell);
}

Test(basins, the_table_has_a_column_for_each_coordinate) {
  static const struct {
    const char *statement, *expression;
    double wanted;
  } rows[] = {
      {"m = minimize (x - y)^2 over x, y from 1, 1 using given(found = [1, 2, 7, 3; 4, 5, 8, 2])",
       "m.basins.x[2]", 4},
      {NULL, "m.basins.y[1]", 2},
      {NULL, "m.basins.value[2]", 8},
      {NULL, "m.basins.starts[1]", 3},
      {NULL, "length(m.basins.x)", 2},
      {"m = maximize -(x - y)^2 over x, y from 1, 1 using given(found = [1, 2, -7, 3; 4, 5, 8, 2])",
       "m.basins.value[1]", 7},
      {NULL, "m.basins.value[2]", -8},
      {NULL, "m.basins.x[1]", 1},
      {NULL, "m.basins.starts[2]", 2},
      {"m = minimize (x - 1)^2 over x from 1 using given(found = [1, 0, 3]', spent = 1000)",
       "m.basins.starts[1]", 3},
      {"n = minimize (x - 1)^2 over x from 1 using given(found = [1, 0, 3]')",
       "m.evaluations - n.evaluations", 1000},
  };
  Shell shell;
  shell_start(&shell);
  shell_run(&shell, given);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].statement)
      cr_expect_eq(shell_run(&shell, rows[i].statement), MML_OK, "%s", shell.reported.bytes);
    double got = shell_number(&shell, rows[i].expression);
    cr_expect_float_eq(got, rows[i].wanted, 0, "%s is %g", rows[i].expression, got);
  }
  shell_run(&shell, "m = minimize norm(w - [1, 2])^2 + c^2 over w in R^2, c from [0, 0], 0 using "
                    "given(found = [1, 2, 3, 0, 5]'); m.basins");
  cr_expect(
      strstr(shell.printed.bytes, "w_1  w_2  c  value  starts\n  1    2  3      0       5\n"),
      "%s%s", shell.printed.bytes, shell.reported.bytes);
  shell_end(&shell);
}
