/* test_bounds.c - bounds that are none are refused by name and number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/bounds.h"
#include "shell.h"

Test(bounds, what_is_wrong_is_named) {
  static const struct {
    const char *statement, *words;
  } rows[] = {
      {"minimize x^2 over x using direct(bounds = [5, 1])",
       "the bounds of x contradict each other: 5 is above 1"},
      {"minimize x^2 + y^2 over x, y using direct(bounds = [0, 1; 5, 1])",
       "the bounds of y contradict each other: 5 is above 1"},
      {"minimize x^2 + y^2 over x, y using direct(bounds = [0, 1; inf, inf])",
       "the bounds of y are inf and inf: no number lies between them"},
      {"minimize norm(w) over w in R^3 using direct(bounds = [0, 1; 0, 1; -inf, -inf])",
       "the bounds of w_3 are -inf and -inf: no number lies between them"},
      {"minimize x^2 over x using direct(bounds = [-inf, -inf])",
       "the bounds of x are -inf and -inf"},
      {"minimize x^2 + y^2 over x, y using direct(bounds = [0, 1])",
       "for each of 2 variables, found a vector of 2 numbers"},
      {"minimize x^2 over x using direct(bounds = [0, 1, 2])",
       "for each of 1 variable, found a vector of 3 numbers"},
      {"minimize x^2 + y^2 over x, y using direct(bounds = [0, 1; 0, 1; 0, 1])",
       "for each of 2 variables, found a 3×2 matrix"},
      {"minimize x^2 over x using direct(bounds = 3)", "for each of 1 variable, found"},
      {"minimize x^2 + y^2 over x, y s.t. x >= 0, y <= 2, y >= 1 using direct",
       "x has no upper bound"},
      {"minimize x^2 + y^2 over x, y s.t. x >= 0, y <= 2, x <= 1 using direct",
       "y has no lower bound"},
      {"minimize x^2 + y^2 over x, y s.t. x >= 0, x <= 1 using direct",
       "y has no lower and no upper bound"},
      {"minimize x^2 over x using direct", "using direct(bounds = [-10, 10])\n"},
      {"minimize x^2 + y^2 over x, y using direct",
       "using direct(bounds = [-10, 10; …])  (a row for each variable)"},
      {"bounded_(false, false, [0, 1], [1], [2, 5])", "a bound for each of 2 numbers is expected"},
      {"bounded_(false, false, [0], [1, 2], [2, 5])", "a bound for each of 2 numbers is expected"},
      {"bounded_(false, false, 3, [1, 2], [2, 5])", "constraints, bounds and a point are expected"},
      {"bounded_(false, false, [1, 2], 3, [1, 2])", "constraints, bounds and a point are expected"},
      {"bounded_(false, false, [1, 2], [3, 4])", "constraints, bounds and a point are expected"},
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    MmlStatus status = shell_run(&shell, rows[i].statement);
    cr_expect(status == MML_ERROR && strstr(shell.reported.bytes, rows[i].words), "%s: %s%s",
              rows[i].statement, shell.printed.bytes, shell.reported.bytes);
  }
  shell_end(&shell);
}

/* Halves, for the width may be infinite; as far as there is a box, and from where x is beside it.
 */
Test(bounds, a_search_begins_in_the_middle) {
  double lower[] = {2, -6, -1e308, -INFINITY, 4, -INFINITY, -INFINITY},
         upper[] = {8, 2, 1.5e308, 3, INFINITY, INFINITY, 3};
  static const double wanted[] = {5, -2, 0.25e308, 3, 4, 7, -1};
  double x[] = {0, 0, 0, 7, -7, 7, -1};
  box_middle(&(Box){lower, upper, NULL}, 7, x);
  for (size_t i = 0; i < 7; i++)
    cr_expect_float_eq(x[i], wanted[i], 1e-12 * fabs(wanted[i]), "%g", x[i]);
}

Test(bounds, bounds_are_constraints_by_name) {
  Shell shell;
  shell_start(&shell);
  shell_run(&shell, "minimize norm(w - [9, 0, -9])^2 over w in R^3 using cobyla(bounds = [-inf, 4; "
                    "-1, 1; -2, 7])");
  cr_expect(strstr(shell.printed.bytes, "active: w_3 >= -2 (multiplier 14), w_1 <= 4 (multiplier "
                                        "10); inactive: w_2 >= -1, w_2 <= 1, w_3 <= 7\n"),
            "%s", shell.printed.bytes);
  shell_end(&shell);
}
