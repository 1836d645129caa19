/* test_kept.c - a recording is used again where all it depends on is as it was, and nowhere else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

enum { NUMBERS = 8 };

static void expect_numbers(Shell *shell, const char *expression, const double *wanted,
                           size_t count) {
  double got[NUMBERS];
  size_t found = shell_numbers(shell, expression, got, NUMBERS);
  cr_expect_eq(found, count, "%s: %zu numbers\n%s", expression, found, shell->reported.bytes);
  for (size_t k = 0; k < count && k < found; k++)
    cr_expect(shell_close(got[k], wanted[k], 1e-14, 1), "%s: %.17g, not %g", expression, got[k],
              wanted[k]);
}

/* One function at points of several shapes that have as many numbers, twice around. */
Test(kept, another_shape_is_recorded_anew) {
  static const struct {
    const char *expression;
    size_t count;
    double wanted[NUMBERS];
  } rows[] = {
      {"gradient(f, [1, 2, 3; 4, 5, 6])",
       6,
       {10, 14, 18, 10, 14, 18}}, /* twice the sums of the columns */
      {"gradient(f, [1, 2; 3, 4; 5, 6])", 6, {18, 24, 18, 24, 18, 24}},
      {"gradient(f, [1, 2, 3, 4, 5, 6])", 6, {42, 42, 42, 42, 42, 42}},
      {"gradient(f, [1, 2, 3, 4, 5, 6]')", 6, {2, 4, 6, 8, 10, 12}},
      {"gradient(f, 1:6)", 6, {42, 42, 42, 42, 42, 42}},
      {"gradient(f, 2)", 1, {4}},
      {"(gradient(r, record(a=2, b=3))).a", 1, {3}},
      {"(gradient(r, record(a=2, b=3))).b", 1, {2}},
      {"(gradient(r, record(b=3, a=2))).a", 1, {3}},
      {"(gradient(r, record(b=3, a=2))).b", 1, {2}},
      {"(gradient(r, record(a=2, b=3, c=5))).a", 1, {3}},
      {"(gradient(r, record(a=2, b=[3, 4]))).b", 2, {2, 2}},
      {"(gradient(r, record(a=[2, 3], b=4))).b", 1, {5}},
      {"(gradient(t, (2, 3)))[1]", 1, {9}},
      {"(gradient(t, (2, 3)))[2]", 1, {12}},
      {"(gradient(t, (2, 3, 5)))[2]", 1, {12}},
      {"(gradient(t, ([2, 1], 3)))[1]", 2, {9, 9}},
  };
  Shell shell;
  shell_start(&shell);
  shell_run(&shell, "f(M) = sum(M*M'); r(p) = sum(p.a*p.b); t(p) = sum(p[1]*p[2]^2)");
  for (size_t pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
      expect_numbers(&shell, rows[i].expression, rows[i].wanted, rows[i].count);
  shell_end(&shell);
}

/* A function of [count] variables of the session, a_1 + … + a_count in all. */
static void define_reader(Shell *shell, int count) {
  Text text = {0};
  for (int i = 1; i <= count; i++) text_format(&text, "a_%d = %d; ", i, i);
  text_string(&text, "f(x) = x*(0");
  for (int i = 1; i <= count; i++) text_format(&text, " + a_%d", i);
  text_string(&text, ")");
  cr_assert_eq(shell_run(shell, text.bytes), MML_OK, "%s", shell->reported.bytes);
  text_free(&text);
}

Test(kept, whatever_was_read_may_change) {
  for (int count = 62; count <= 68; count++) {
    static const int changed[] = {1, 2, 31, -1, 0}; /* at most 0: from the last one */
    Shell shell;
    shell_start(&shell);
    define_reader(&shell, count);
    double sum = count * (count + 1) / 2;
    expect_numbers(&shell, "f'(1)", &sum, 1);
    for (size_t k = 0; k < sizeof changed / sizeof *changed; k++) {
      shell_do(&shell, "a_%d += 1000", changed[k] > 0 ? changed[k] : count + changed[k]);
      sum += 1000;
      expect_numbers(&shell, "f'(1)", &sum, 1);
      expect_numbers(&shell, "gradient(f, 2)", &sum, 1);
    }
    shell_end(&shell);
  }
}

Test(kept, more_functions_than_are_kept_take_turns) {
  enum { FUNCTIONS = 12 };
  Shell shell;
  shell_start(&shell);
  for (int k = 1; k <= FUNCTIONS; k++) shell_do(&shell, "c = 1; f_%d(x) = c*x^%d", k, k);
  for (int turn = 1; turn <= 4; turn++) {
    shell_do(&shell, "c = %d", turn);
    for (int k = FUNCTIONS; k >= 1; k -= turn) {
      char expression[32];
      double slope = turn * k * pow(2, k - 1), bend = turn * k * (k - 1) * pow(2, k - 2);
      snprintf(expression, sizeof expression, "f_%d'(2)", k);
      expect_numbers(&shell, expression, &slope, 1);
      snprintf(expression, sizeof expression, "hessian(f_%d, 2)", k);
      expect_numbers(&shell, expression, &bend, 1);
    }
  }
  shell_end(&shell);
}

/* The same text with other captures is another function; with the same ones, it is the same. */
Test(kept, captures_tell_functions_apart) {
  static const struct {
    const char *expression;
    size_t count;
    double wanted[NUMBERS];
  } rows[] = {
      {"[(x -> c*x^2)'(3) for c in 1:5]", 5, {6, 12, 18, 24, 30}},
      {"[hessian(x -> c*x^2, 3) for c in 1:5]", 5, {2, 4, 6, 8, 10}},
      {"[(x -> sum(w)*x^2)'(3) for w in rows([1, 2; 3, 4; 1, 2])]", 3, {18, 42, 18}},
      {"[(x -> c*d*x)'(3) for c in 1:2, d in [5, 7]]", 4, {5, 7, 10, 14}},
      {"[(x -> g(x)*x)'(3) for g in (y -> y, y -> y^2, y -> 2y)]", 3, {6, 27, 12}},
      {"[(n -> (x -> x^n)'(2))(k) for k in 1:4]", 4, {1, 4, 12, 32}},
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    expect_numbers(&shell, rows[i].expression, rows[i].wanted, rows[i].count);
  shell_end(&shell);
}

Test(kept, another_branch_is_recorded_anew) {
  static const double points[] = {3, -3, 0.5, 3, -3, -0.5, 8};
  Shell shell;
  shell_start(&shell);
  shell_run(&shell, "f(x) = if x > 1 then x^3 else if x < 0 then 5x^2 else x^4");
  for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
    double x = points[i],
           slope = x > 1   ? 3 * x * x
                   : x < 0 ? 10 * x
                           : 4 * x * x * x,
           bend = x > 1   ? 6 * x
                  : x < 0 ? 10
                          : 12 * x * x;
    shell_do(&shell, "p = %g", x);
    expect_numbers(&shell, "f'(p)", &slope, 1);
    expect_numbers(&shell, "hessian(f, p)", &bend, 1);
    expect_numbers(&shell, "hessian(q -> f(q[1]), [p])", &bend, 1);
  }
  shell_end(&shell);
}

Test(kept, what_a_recording_said_or_did_happens_each_time) {
  Shell shell;
  shell_start(&shell);
  shell_run(&shell, "f(x) = sum([1, 1; 1, 1 + 1e-14] \\ [x, 1]); g(x) = do\n print(\"here\")\n "
                    "x^2\nend; r(x) = rand()*x");
  for (int turn = 0; turn < 3; turn++) {
    shell_run(&shell, "gradient(f, 2)");
    cr_expect(strstr(shell.reported.bytes, "nearly singular"), "turn %d: %s", turn,
              shell.reported.bytes);
    shell_run(&shell, "gradient(g, 2)");
    cr_expect_str_eq(shell.printed.bytes, "here\n4\n", "turn %d: %s", turn, shell.printed.bytes);
  }
  double first = shell_number(&shell, "r'(1)"), second = shell_number(&shell, "r'(1)");
  cr_expect(first > 0 && second > 0 && first != second, "%g, %g", first, second);
  double both[2];
  cr_expect_eq(
      shell_numbers(&shell, "[hessian(x -> rand()*x^2, 1), hessian(x -> rand()*x^2, 1)]", both, 2),
      2);
  cr_expect(both[0] != both[1], "%g", both[0]);
  shell_end(&shell);
}

/* A value and its slope from the same steps: of a number, of several, of none that depend on the
 * point. */
Test(kept, outputs_are_those_of_the_function) {
  Shell shell;
  shell_start(&shell);
  shell_run(&shell, "c = 3; f(x) = [x^2, c, c*x]; g(x) = c; h(x) = [c, x[1]*x[2]]");
  for (int c = 3; c < 6; c++) {
    shell_do(&shell, "c = %d", c);
    expect_numbers(&shell, "jacobian(f, 2)", (double[]){4, 0, c}, 3);
    expect_numbers(&shell, "jacobian(f, 7)", (double[]){14, 0, c}, 3);
    expect_numbers(&shell, "gradient(g, 2)", (double[]){0}, 1);
    expect_numbers(&shell, "jacobian(h, [2, 5])", (double[]){0, 0, 5, 2}, 4);
    expect_numbers(&shell, "jacobian(h, [3, 4])", (double[]){0, 0, 4, 3}, 4);
  }
  shell_end(&shell);
}
