/* test_regress.c - regression through the language: NIST's certified digits, R's figures, files.
 *
 * The programs run as a user's would, through mml.h; files come from tests/data or from memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mml.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "statistics/table_reader.h"

#ifndef MML_TEST_DATA
#define MML_TEST_DATA "tests/data"
#endif

/* A session with what it printed and reported, and one file in memory. */
typedef struct Shell {
  Mml *mml;
  Text printed, reported;
  const char *file;
  size_t file_length;
  Text written;
} Shell;

static void shell_print(void *context, const char *text, size_t length) {
  text_append(&((Shell *)context)->printed, text, length);
}

static void shell_report(void *context, const char *text, size_t length) {
  text_append(&((Shell *)context)->reported, text, length);
}

static char *copy_of(const char *bytes, size_t length) {
  char *copy = malloc(length + 1);
  if (length) memcpy(copy, bytes, length);
  copy[length] = 0;
  return copy;
}

static char *shell_read(void *context, const char *path, size_t *length, char reason[128]) {
  Shell *shell = context;
  char name[512];
  if (strcmp(path, "memory.csv") == 0 && shell->file) {
    *length = shell->file_length;
    return copy_of(shell->file, shell->file_length);
  }
  if (strcmp(path, "written.csv") == 0) {
    *length = shell->written.length;
    return copy_of(shell->written.bytes, shell->written.length);
  }
  snprintf(name, sizeof name, "%s/%s", MML_TEST_DATA, path);
  FILE *file = fopen(name, "rb");
  snprintf(reason, 128, "no such file");
  if (!file) return NULL;
  char *bytes = malloc(1 << 16);
  *length = fread(bytes, 1, 1 << 16, file);
  fclose(file);
  return bytes;
}

static bool shell_write(void *context, const char *path, const char *bytes, size_t length,
                        char reason[128]) {
  Shell *shell = context;
  snprintf(reason, 128, "read-only");
  if (strcmp(path, "written.csv") != 0) return false;
  text_free(&shell->written);
  text_append(&shell->written, bytes, length);
  return true;
}

static void shell_start(Shell *shell) {
  *shell = (Shell){0};
  MmlHost host = {.context = shell,
                  .print = shell_print,
                  .report = shell_report,
                  .read_file = shell_read,
                  .write_file = shell_write,
                  .columns = 100};
  shell->mml = mml_new(&host);
  cr_assert(shell->mml, "no session");
}

static void shell_end(Shell *shell) {
  mml_free(shell->mml);
  text_free(&shell->printed);
  text_free(&shell->reported);
  text_free(&shell->written);
}

static MmlStatus shell_run(Shell *shell, const char *source) {
  text_free(&shell->printed);
  text_free(&shell->reported);
  text_string(&shell->printed, "");
  text_string(&shell->reported, "");
  return mml_eval(shell->mml, "test.mml", source, strlen(source), MML_ECHO_EXPRESSIONS);
}

static void shell_must(Shell *shell, const char *source) {
  cr_assert_eq(shell_run(shell, source), MML_OK, "%s\n%s", source, shell->reported.bytes);
}

/* What [expression] prints. */
static const char *shell_show(Shell *shell, const char *expression) {
  shell_must(shell, expression);
  size_t length = shell->printed.length;
  if (length && shell->printed.bytes[length - 1] == '\n') shell->printed.bytes[length - 1] = 0;
  return shell->printed.bytes;
}

/* A number with every digit. */
static double shell_number(Shell *shell, const char *expression) {
  char source[512];
  snprintf(source, sizeof source, "print(\"{%s:.17g}\")", expression);
  shell_must(shell, source);
  return strtod(shell->printed.bytes, NULL);
}

static void expect_shown(Shell *shell, const char *expression, const char *wanted) {
  const char *got = shell_show(shell, expression);
  cr_expect_str_eq(got, wanted, "%s printed\n%s\nwanted\n%s", expression, got, wanted);
}

static void expect_error(Shell *shell, const char *source, const char *part) {
  cr_expect_eq(shell_run(shell, source), MML_ERROR, "no error from %s", source);
  cr_expect(shell->reported.bytes && strstr(shell->reported.bytes, part),
            "%s reported\n%s\nwanted %s", source, shell->reported.bytes, part);
}

/* ---- digits ---- */

static double agreement(double got, double wanted) {
  if (got == wanted) return 15;
  double error = wanted != 0 ? fabs(got - wanted) / fabs(wanted) : fabs(got);
  return isnan(error) ? 0 : fmin(15, fmax(0, -log10(error)));
}

static ReadTable load(const char *name) {
  char reason[128], error[READ_ERROR_SIZE];
  size_t length, line;
  Shell none = {0};
  char *bytes = shell_read(&none, name, &length, reason);
  ReadTable table;
  cr_assert(bytes && table_read(bytes, length, &table, error, &line), "%s", name);
  free(bytes);
  return table;
}

static const ReadColumn *column_named(const ReadTable *table, const char *name) {
  for (size_t k = 0; k < table->column_count; k++)
    if (!strcmp(table->columns[k].name, name)) return &table->columns[k];
  cr_assert_fail("no column %s", name);
  abort(); /* not reached: the compiler does not know */
}

/* [field] of the model m, a number for each row of [terms] that belongs to [model]. */
static void expect_terms(Shell *shell, const ReadTable *terms, const char *model, const char *field,
                         double digits) {
  const double *wanted = column_named(terms, field)->numbers;
  size_t term = 0;
  for (size_t i = 0; i < terms->row_count; i++) {
    if (strcmp(terms->columns[0].texts[i], model) != 0) continue;
    char expression[64];
    snprintf(expression, sizeof expression, "m.%s[%zu]", field, ++term);
    double got = shell_number(shell, expression);
    cr_expect_geq(agreement(got, wanted[i]), digits, "%s: %s is %.17g, certified %.17g", model,
                  expression, got, wanted[i]);
  }
  cr_expect_gt(term, 0, "no terms of %s", model);
}

static void expect_figure(Shell *shell, const char *model, const char *field, double wanted,
                          double digits) {
  char expression[64];
  snprintf(expression, sizeof expression, "m.%s", field);
  double got = shell_number(shell, expression);
  cr_expect_geq(agreement(got, wanted), digits, "%s: %s is %.17g, certified %.17g", model, field,
                got, wanted);
}

/* ---- NIST and R ---- */

static void nist_formula(const ReadTable *models, size_t m, Text *source) {
  size_t degree = (size_t)column_named(models, "degree")->numbers[m];
  bool intercept = column_named(models, "intercept")->numbers[m] != 0;
  text_format(source, "d = read(\"nist/%s.csv\"); m = regress(y ~ ", models->columns[0].texts[m]);
  if (!intercept) text_string(source, "0 + ");
  text_string(source, degree ? "x" : ".");
  for (size_t k = 2; k <= degree; k++) text_format(source, " + x^%zu", k);
  text_string(source, ", d)");
}

Test(regress, all_nist_problems_to_thirteen_digits_through_a_formula) {
  ReadTable certified = load("nist/certified.csv"), models = load("nist/models.csv");
  Shell shell;
  shell_start(&shell);
  for (size_t m = 0; m < models.row_count; m++) {
    const char *model = models.columns[0].texts[m];
    Text source = {0};
    nist_formula(&models, m, &source);
    shell_must(&shell, source.bytes);
    expect_terms(&shell, &certified, model, "coef", 13);
    expect_terms(&shell, &certified, model, "se", 13);
    expect_figure(&shell, model, "sigma", column_named(&models, "sigma")->numbers[m], 13);
    expect_figure(&shell, model, "r2", column_named(&models, "r2")->numbers[m], 13);
    expect_figure(&shell, model, "F", column_named(&models, "F")->numbers[m], 12.5);
    text_free(&source);
  }
  shell_end(&shell);
  table_read_free(&certified);
  table_read_free(&models);
}

static void r_formula(const ReadTable *models, size_t m, Text *source) {
  char list[256] = "speed", *rest = NULL;
  const ReadColumn *terms = column_named(models, "terms");
  snprintf(list, sizeof list, "%s", terms->texts[m]);
  text_format(source, "d = read(\"%s\"); m = regress(%s ~ ", column_named(models, "data")->texts[m],
              column_named(models, "response")->texts[m]);
  if (list[0] != '1') text_string(source, "0 + ");
  for (char *term = strtok_r(list, " ", &rest), *plus = ""; term;
       term = strtok_r(NULL, " ", &rest), plus = " + ")
    text_format(source, "%s%s", plus, term);
  text_string(source, ", d)");
}

Test(regress, agrees_with_lm_of_r) {
  static const char *const figures[] = {"sigma", "df",     "r2",  "adjr2", "F",
                                        "Fp",    "loglik", "aic", "bic"};
  ReadTable models = load("lm_models.csv"), terms = load("lm_terms.csv");
  Shell shell;
  shell_start(&shell);
  for (size_t m = 0; m < models.row_count; m++) {
    const char *model = models.columns[0].texts[m];
    Text source = {0};
    r_formula(&models, m, &source);
    shell_must(&shell, source.bytes);
    expect_terms(&shell, &terms, model, "coef", 13);
    expect_terms(&shell, &terms, model, "se", 13);
    expect_terms(&shell, &terms, model, "t", 11); /* R's own t and p of Longley have lost some */
    expect_terms(&shell, &terms, model, "p", 11);
    for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
      expect_figure(&shell, model, figures[k], column_named(&models, figures[k])->numbers[m], 11.5);
    text_free(&source);
  }
  shell_end(&shell);
  table_read_free(&models);
  table_read_free(&terms);
}

/* Filip's polynomial evaluated at its own points: the powers must be the fit's. */
Test(regress, predicts_its_own_rows) {
  Shell shell;
  shell_start(&shell);
  shell_must(&shell,
             "d = read(\"nist/Filip.csv\")\n"
             "m = regress(y ~ x + x^2 + x^3 + x^4 + x^5 + x^6 + x^7 + x^8 + x^9 + x^10, d)\n"
             "worst = max(abs(predict(m, d) - m.fitted))\n");
  cr_expect_lt(shell_number(&shell, "worst"), 1e-9);
  shell_must(&shell, "d = read(\"mtcars.csv\"); m = regress(mpg ~ log(wt) + hp*wt + (cyl > 4), d)\n"
                     "worst = max(abs(predict(m, d) - m.fitted))\n");
  cr_expect_lt(shell_number(&shell, "worst"), 1e-12);
  shell_end(&shell);
}

/* ---- a model keeps what it was fitted with ---- */

Test(regress, predictions_do_not_follow_the_session) {
  Shell shell;
  shell_start(&shell);
  shell_must(&shell, "x = [1, 2, 3, 4]; y = [1, 4, 9, 17]; k = 2; g(t) = t^2\n"
                     "d = table(record(x = x, y = y))\n"
                     "m = regress(y ~ g(x) + (x - mean(x))*k, d); before = predict(m, 6)\n"
                     "k = 5; g(t) = t; x = [9, 9]; d = 0\n");
  cr_expect(isfinite(shell_number(&shell, "before")));
  cr_expect_eq(shell_number(&shell, "before"), shell_number(&shell, "predict(m, 6)"));
  shell_end(&shell);
}

Test(regress, text_columns_keep_their_levels) {
  Shell shell;
  shell_start(&shell);
  shell.file = "y;g;x\n1;b;1\n2;a;NA\n3;b;3\n4.5;c;4\n7;a;5\n5;c;6\n2;\"\";7\n";
  shell.file_length = strlen(shell.file);
  shell_must(&shell, "t = read(\"memory.csv\"); m = regress(y ~ g + x, t)");
  expect_shown(&shell, "m.names", "(\"(intercept)\", \"g: b\", \"g: c\", \"x\")");
  expect_shown(&shell, "length(m.residuals)", "5");
  shell_must(&shell, "p = predict(m, record(g = (\"c\", \"a\"), x = [2, 5]))");
  cr_expect_float_eq(shell_number(&shell, "p[1]"), 2.875, 1e-12);
  cr_expect_float_eq(shell_number(&shell, "p[2]"), 7, 1e-12);
  expect_shown(&shell, "regress(y ~ 0 + g, t).names", "(\"g: a\", \"g: b\", \"g: c\")");
  expect_error(&shell, "predict(m, record(g = \"z\", x = 1))", "\"z\" did not occur in g");
  const char *printed = shell_show(&shell, "m");
  cr_expect(strstr(printed, "\n2 rows with missing values left out"), "%s", printed);
  shell_end(&shell);
}

/* ---- files ---- */

typedef struct BadFile {
  const char *bytes;
  size_t length;
  const char *part;
} BadFile;

#define FILE_OF(text) (text), sizeof(text) - 1

Test(regress, says_what_is_wrong_with_a_file) {
  static const BadFile files[] = {
      {FILE_OF(""), "memory.csv: "},
      {FILE_OF("a,b\n1,2\n3\n"), "memory.csv: line 3 has 1 field, expected 2"},
      {FILE_OF("a,b\n1,\"2\n3,4\n"), "memory.csv: the quote that opens in line 2 is never closed"},
      {FILE_OF("\x7f"
               "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0"),
       "memory.csv"},
  };
  Shell shell;
  shell_start(&shell);
  for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
    shell.file = files[k].bytes;
    shell.file_length = files[k].length;
    expect_error(&shell, "d = read(\"memory.csv\")", files[k].part);
  }
  expect_error(&shell, "read(\"absent.csv\")", "cannot read absent.csv: no such file");
  expect_error(&shell, "write(table([1, 2]), \"forbidden.csv\")",
               "cannot write forbidden.csv: read-only");
  shell_end(&shell);
}

Test(regress, reads_marks_line_ends_quotes_and_holes) {
  Shell shell;
  shell_start(&shell);
  shell.file =
      "\xEF\xBB\xBFname,big size,x\r\n\"Smith, J\",1,NA\r\nDoe,,3\r\n\"a \"\"b\"\"\",3,4.5\r\n";
  shell.file_length = strlen(shell.file);
  shell_must(&shell, "d = read(\"memory.csv\")");
  cr_expect(strstr(shell.reported.bytes, "note: renamed: big size → big_size"), "%s",
            shell.reported.bytes);
  cr_expect(strstr(shell.reported.bytes, "note: missing values: big_size 1, x 1"), "%s",
            shell.reported.bytes);
  expect_shown(&shell, "d.name", "(\"Smith, J\", \"Doe\", \"a \\\"b\\\"\")");
  expect_shown(&shell, "d.x", "[nan, 3, 4.5]");
  shell_must(&shell, "write(d, \"written.csv\")");
  cr_expect_str_eq(shell.written.bytes,
                   "name,big_size,x\n\"Smith, J\",1,NA\nDoe,NA,3\n\"a \"\"b\"\"\",3,4.5\n");
  shell_end(&shell);
}

Test(regress, writes_every_digit) {
  Shell shell;
  shell_start(&shell);
  shell_must(&shell, "v = [0.1, 1/3, 2^0.5*1e-300, 123456789.123456789, inf, -1e300]\n"
                     "write(record(v = v), \"written.csv\"); w = read(\"written.csv\").v");
  expect_shown(&shell, "v == w", "true");
  shell_end(&shell);
}

/* ---- memory ---- */

Test(regress, leaves_nothing_behind) {
  static const char *const programs[] = {
      "regress(dist ~ speed + speed^2 + log(speed) + (speed > 9), d).r2",
      "predict(regress(dist ~ (speed - mean(speed)), d), [1, 2, 3])",
      "regress(dist ~ spede, d)",
      "regress(dist ~ speed*\"a\", d)",
      "regress([1, 2; 2, 3; 3, 1; 4, 5], [1, 2, 3, 5]).coef",
      "regress(y ~ ., record(y = [1, 2, 3.5, 4], g = (\"a\", \"b\", \"a\", \"b\"))).p",
      "read(\"x,y\\n1,2\\n3\")",
  };
  Shell shell;
  shell_start(&shell);
  shell_must(&shell, "d = read(\"cars.csv\"); 0");
  for (size_t k = 0; k < sizeof programs / sizeof *programs; k++) {
    shell_run(&shell, programs[k]); /* code and rules compiled on first use stay */
    shell_must(&shell, "0");
    size_t before = mml_object_count(shell.mml);
    shell_run(&shell, programs[k]);
    shell_must(&shell, "0");
    cr_expect_eq(mml_object_count(shell.mml), before, "%s: %zu objects, then %zu", programs[k],
                 before, mml_object_count(shell.mml));
  }
  shell_end(&shell);
}
