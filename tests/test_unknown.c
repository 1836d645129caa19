/* test_unknown.c - names of other languages: mml has no such name, and what is offered runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/unknown.h"
#include "shell.h"

/* What the offered texts speak of. */
static const char surroundings[] =
    "x = 2; y = 3; n = 5; k = 2; a = 0; b = 2; p = 1; x0 = 1; s = \"text\";"
    "v = [1, 2, 3]; w = [4, 5, 6]; A = [2, 1; 1, 3]; B = A; ts = 0:0.5:1; y0 = 1;"
    "f(x) = x^2 - 1;"
    "d = table(record(x = [1, 2, 3], y = [2, 4, 7])); step = 1;";

static bool is_sketch(const char *advice) {
  return advice[0] == '(' || advice[0] == ':' || strstr(advice, "…") ||
         strcmp(advice, "elseif") == 0;
}

Test(unknown, a_foreign_name_is_unknown_and_gets_its_row) {
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < foreign_name_count; i++) {
    const ForeignName *row = &foreign_names[i];
    char message[80], advice[160];
    snprintf(message, sizeof message, "unknown name %s\n", row->name);
    snprintf(advice, sizeof advice, "try: %s\n", row->advice);
    cr_expect_eq(shell_do(&shell, "(%s)", row->name), MML_ERROR, "%s is known", row->name);
    cr_expect(strstr(shell.reported.bytes, message), "%s", shell.reported.bytes);
    cr_expect(strstr(shell.reported.bytes, advice), "%s", shell.reported.bytes);
  }
  shell_end(&shell);
}

Test(unknown, what_is_offered_for_a_foreign_name_runs) {
  for (size_t i = 0; i < foreign_name_count; i++) {
    const char *advice = foreign_names[i].advice, *remark = strstr(advice, "  (");
    if (is_sketch(advice)) continue;
    Shell shell;
    shell_start(&shell);
    shell.file.length = 0;
    text_string(&shell.file, "a,b\n1,2\n3,4\n"); /* what read reads */
    cr_assert_eq(shell_run(&shell, surroundings), MML_OK, "%s", shell.reported.bytes);
    int length = remark ? (int)(remark - advice) : (int)strlen(advice);
    MmlStatus status =
        strncmp(advice, "regress(y ~ x + x", 17) == 0
            ? shell_do(&shell, "x = [1, 2, 3, 4]; y = [1, 4, 9, 17]; %.*s", length, advice)
            : shell_do(&shell, "%.*s", length, advice);
    cr_expect_eq(status, MML_OK, "%s: %s", advice, shell.reported.bytes);
    shell_end(&shell);
  }
}

Test(unknown, names_near_a_keyword_or_in_other_letters_are_met) {
  static const struct {
    const char *typed, *meant;
  } rows[] = {{"SIN", "sin"},           {"PI", "pi"},         {"Sqrt", "sqrt"},
              {"esle", "else"},         {"lenght", "length"}, {"gradeint", "gradient"},
              {"othewise", "otherwise"}};
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char advice[80];
    snprintf(advice, sizeof advice, "try: %s\n", rows[i].meant);
    cr_expect_eq(shell_run(&shell, rows[i].typed), MML_ERROR);
    cr_expect(strstr(shell.reported.bytes, advice), "%s", shell.reported.bytes);
  }
  shell_end(&shell);
}
