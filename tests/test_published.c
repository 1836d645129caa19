/* test_published.c - published cases: values of expressions, derivatives, minima.
 *
 * The cases are the tables under tests/data, whose README names the sources. The number of rows is
 * asserted, so that the tests cannot become fewer without a word.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"
#include "shell.h"

enum { NUMBERS_MOST = 64 };

static const double DIGITS = 1e-12;       /* what the tables promise */
static const double VALUE_DIGITS = 1e-12; /* a few roundings of a short expression */

/* Compares the numbers of [expression] with those in [wanted]. */
static void expect_numbers(Shell *shell, const char *name, const char *expression,
                           const char *wanted, bool absolute) {
  double got[NUMBERS_MOST], want[NUMBERS_MOST];
  size_t wants = shell_read_numbers(wanted, want, NUMBERS_MOST);
  size_t gets = shell_numbers(shell, expression, got, NUMBERS_MOST);
  cr_expect_eq(gets, wants, "%s: %s has %zu numbers instead of %zu\n%s", name, expression, gets,
               wants, shell->reported.bytes);
  for (size_t i = 0; i < wants && i < gets; i++) {
    /* Around 0 relative digits mean nothing: a hundredth of the promise must do in absolute terms.
     */
    double floor = absolute ? 1 : want[i] == 0 ? 1e-2 : 0;
    cr_expect(shell_close(got[i], want[i], DIGITS, floor),
              "%s: %s number %zu is %.17g instead of %.17g", name, expression, i + 1, got[i],
              want[i]);
  }
}

static bool is_absolute(const char *tolerance) { return strcmp(tolerance, "absolute") == 0; }

/* ---- expressions ---- */

/* As part of a statement: none may begin with a sign that reads like a continuation. */
static void expect_value(Shell *shell, const char *group, const char *expression,
                         const char *wanted, const char *tolerance) {
  MmlStatus status = shell_do(shell, "value = %s", expression);
  cr_expect_eq(status, MML_OK, "%s: %s failed\n%s", group, expression, shell->reported.bytes);
  if (status != MML_OK) return;
  if (strcmp(tolerance, "text") == 0) {
    cr_expect(shell_shows(shell, "\"{value}\"", wanted), "%s: %s prints %s instead of %s", group,
              expression, shell->printed.bytes, wanted);
    return;
  }
  double got = NAN, want = strtod(wanted, NULL);
  if (shell_shows(shell, "value", "true")) got = 1;
  else if (shell_shows(shell, "value", "false")) got = 0;
  else got = shell_number(shell, "value");
  bool absolute = strstr(tolerance, "absolute") != NULL;
  cr_expect(shell_close(got, want, strtod(tolerance, NULL), absolute ? 1 : 0),
            "%s: %s is %.17g instead of %s", group, expression, got, wanted);
}

/* What is reported first and what is offered, as in the table: "message → advice → advice". */
static void read_refusal(const char *reported, Text *out) {
  const char *start = strstr(reported, "error: ");
  text_string(out, "");
  if (!start) return;
  start += strlen("error: ");
  text_append(out, start, strcspn(start, "\n"));
  for (const char *line = strchr(start, '\n'); line; line = strchr(line + 1, '\n')) {
    if (strncmp(line, "\n  try: ", 8) != 0 && strncmp(line, "\n  or: ", 7) != 0) continue;
    const char *advice = strchr(line, ':') + 2;
    text_string(out, " → ");
    text_append(out, advice, strcspn(advice, "\n"));
  }
}

static void expect_refusal(Shell *shell, const char *group, const char *expression,
                           const char *wanted) {
  cr_expect_neq(shell_do(shell, "value = %s", expression), MML_OK, "%s: %s is no error", group,
                expression);
  Text refusal = {0};
  read_refusal(shell->reported.bytes, &refusal);
  cr_expect_str_eq(refusal.bytes, wanted, "%s: %s says %s", group, expression, refusal.bytes);
  text_free(&refusal);
}

/* [published-1] every row gives a value, a refusal, or a refusal and the value of what it offers */
Test(published, expressions_have_the_values_other_programs_agree_on) {
  enum { EXPRESSIONS = 138, REFUSED = 43, DECIDED = 34, CELLS = 8 };
  Shell shell;
  shell_start(&shell);
  int count = 0, refused = 0, decided = 0;
  for (Rows rows = rows_open("expr.tsv"); rows_next(&rows); count++) {
    const char *group = rows.cell[0], *expression = rows.cell[1], *spelled = rows.cell[2];
    const char *wanted = rows.cell[3], *tolerance = rows.cell[4], *refusal = rows.cell[5];
    cr_assert_eq(rows.cells, CELLS, "%s has %d cells", expression, rows.cells);
    bool error = strcmp(wanted, "error") == 0;
    cr_expect_eq(error || strcmp(expression, spelled) != 0, refusal[0] != 0, "%s", expression);
    if (refusal[0]) expect_refusal(&shell, group, expression, refusal), refused++;
    if (!error) expect_value(&shell, group, spelled, wanted, tolerance);
    decided += rows.cell[6][0] != 0;
  }
  cr_expect_eq(count, EXPRESSIONS, "%d expressions ran", count);
  cr_expect_eq(refused, REFUSED, "%d were refused", refused);
  cr_expect_eq(decided, DECIDED, "%d are decided here", decided);
  shell_end(&shell);
}

/* ---- derivatives ---- */

Test(published, derivatives_of_functions_of_one_number_hold_to_twelve_digits) {
  enum { FUNCTIONS = 36 };
  Shell shell;
  shell_start(&shell);
  int count = 0;
  for (Rows rows = rows_open("autodiff_scalar.tsv"); rows_next(&rows); count++) {
    cr_expect_eq(shell_do(&shell, "f(x) = %s;", rows.cell[1]), MML_OK, "%s\n%s", rows.cell[0],
                 shell.reported.bytes);
    char *rest = rows.cell[3], *wanted;
    for (int order = 0; (wanted = strsep(&rest, " ")); order++) {
      char call[128];
      snprintf(call, sizeof call, order ? "derivative(f, %s, %d)" : "f(%s)", rows.cell[2], order);
      expect_numbers(&shell, rows.cell[0], call, wanted, is_absolute(rows.cell[4]));
    }
  }
  cr_expect_eq(count, FUNCTIONS, "%d functions ran", count);
  shell_end(&shell);
}

/* The point both as coordinates and as a vector. */
Test(published, gradients_and_hessians_hold_to_twelve_digits) {
  enum { FUNCTIONS = 8 };
  static const char *const operators[] = {"f", "gradient", "hessian"};
  Shell shell;
  shell_start(&shell);
  int count = 0;
  for (Rows rows = rows_open("autodiff_multivariate.tsv"); rows_next(&rows); count++) {
    cr_expect_eq(shell_do(&shell, "f(%s) = %s;", rows.cell[1], rows.cell[2]), MML_OK, "%s\n%s",
                 rows.cell[0], shell.reported.bytes);
    for (int k = 0; k < 3; k++) {
      char call[256];
      bool absolute = is_absolute(rows.cell[7]);
      snprintf(call, sizeof call, k ? "%s(f, %s)" : "%s(%s)", operators[k], rows.cell[3]);
      expect_numbers(&shell, rows.cell[0], call, rows.cell[4 + k], absolute);
      snprintf(call, sizeof call, "%s(f, [%s])", operators[k], rows.cell[3]);
      if (k) expect_numbers(&shell, rows.cell[0], call, rows.cell[4 + k], absolute);
    }
  }
  cr_expect_eq(count, FUNCTIONS, "%d functions ran", count);
  shell_end(&shell);
}

Test(published, gradients_by_matrices_hold_to_twelve_digits) {
  enum { FUNCTIONS = 8 };
  Shell shell;
  shell_start(&shell);
  int count = 0;
  for (Rows rows = rows_open("autodiff_matrix.tsv"); rows_next(&rows); count++) {
    cr_expect_eq(
        shell_do(&shell, "%s\nM = [%s]\nf(A) = %s;", rows.cell[1], rows.cell[3], rows.cell[2]),
        MML_OK, "%s\n%s", rows.cell[0], shell.reported.bytes);
    expect_numbers(&shell, rows.cell[0], "f(M)", rows.cell[4], false);
    expect_numbers(&shell, rows.cell[0], "gradient(f, M)", rows.cell[5], false);
  }
  cr_expect_eq(count, FUNCTIONS, "%d functions ran", count);
  shell_end(&shell);
}

/* ---- minima ---- */

typedef struct Minimum {
  double value, least_eigenvalue, point[8];
} Minimum;

static bool is_singular(const Minimum *minimum) { return minimum->least_eigenvalue < 1e-9; }

static bool is_minimum(const Minimum *minimum, size_t n, double value, const double *point) {
  /* Where the Hessian is singular, f tells points apart only to the fourth power of the distance.
   */
  double near = is_singular(minimum) ? 1e-2 : 1e-5;
  for (size_t i = 0; i < n; i++)
    if (!shell_close(point[i], minimum->point[i], near, 1)) return false;
  return shell_close(value, minimum->value, 1e-8, 1);
}

/* [pattern] with its %d being 1 … n, between commas. */
static const char *listed(char out[128], const char *pattern, int n) {
  size_t length = 0;
  for (int i = 1; i <= n; i++) {
    length += (size_t)snprintf(out + length, 128 - length, i > 1 ? ", " : "");
    length += (size_t)snprintf(out + length, 128 - length, pattern, i);
  }
  return out;
}

/* The verdict in m must agree with the table and with derivatives taken anew at the point p. */
static void expect_minimum(Shell *shell, const char *name, size_t n, const char *minima) {
  double point[8], value = shell_number(shell, "m.value");
  double gradient = shell_number(shell, "m.gradnorm");
  cr_expect_eq(shell_numbers(shell, "p", point, 8), n, "%s: %s", name, shell->reported.bytes);
  cr_expect(shell_close(shell_number(shell, "at(p)"), value, VALUE_DIGITS, VALUE_DIGITS),
            "%s: the value is not that of the point", name);
  cr_expect(shell_close(shell_number(shell, "norm(gradient(at, p))"), gradient, DIGITS, DIGITS),
            "%s: the gradient norm is not that of the point", name);
  cr_expect(shell_shows(shell, "m.converged", "true"), "%s: not said to have converged", name);
  bool found = false;
  for (const char *text = minima; text; text = strchr(text, ';') ? strchr(text, ';') + 1 : NULL) {
    Minimum minimum;
    shell_read_numbers(text, &minimum.value, 2 + n);
    if (!is_minimum(&minimum, n, value, point)) continue;
    found = true;
    bool strict = shell_shows(shell, "m.kind", "strict minimum");
    cr_expect_eq(strict, !is_singular(&minimum), "%s: said to be %s", name, shell->printed.bytes);
  }
  cr_expect(found, "%s: value %.17g at (%g, %g, …) is no listed minimum", name, value, point[0],
            point[1]);
}

/* Both ways to write it: as a clause over names, and as a call with a start. */
Test(published, minimize_reaches_the_minima_of_more_garbow_and_hillstrom) {
  enum { FUNCTIONS = 11 };
  Shell shell;
  shell_start(&shell);
  int count = 0;
  for (Rows rows = rows_open("mgh.tsv"); rows_next(&rows); count++) {
    const char *name = rows.cell[0], *start = rows.cell[3];
    int n = atoi(rows.cell[1]);
    char names[128], entries[128], fields[128];
    listed(names, "x%d", n);
    shell_do(&shell, "f(%s) = %s; at(v) = f(%s);", names, rows.cell[2],
             listed(entries, "v[%d]", n));
    MmlStatus status = shell_do(&shell, "m = minimize f(%s) over %s from %s; p = [%s]", names,
                                names, start, listed(fields, "m.x%d", n));
    cr_expect_eq(status, MML_OK, "%s\n%s", name, shell.reported.bytes);
    expect_minimum(&shell, name, (size_t)n, rows.cell[4]);
    status = shell_do(&shell, "m = minimize(f, [%s]); p = m.point", start);
    cr_expect_eq(status, MML_OK, "%s\n%s", name, shell.reported.bytes);
    expect_minimum(&shell, name, (size_t)n, rows.cell[4]);
  }
  cr_expect_eq(count, FUNCTIONS, "%d functions ran", count);
  shell_end(&shell);
}
