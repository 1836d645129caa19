/* test_explain.c - every explanation belongs to an error that exists, and its examples run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/explain.h"
#include "shell.h"

/* At the prompt's echo, as the student would type it. */
static MmlStatus type(Shell *shell, const char *text, MmlEcho echo) {
  text_free(&shell->printed);
  text_free(&shell->reported);
  text_string(&shell->printed, "");
  text_string(&shell->reported, "");
  return mml_eval(shell->mml, "", text, strlen(text), echo);
}

/* "error: …" up to the end of its line. */
static void first_message(const Shell *shell, char *message, size_t size) {
  static const char head[] = "error: ";
  const char *at = strstr(shell->reported.bytes, head);
  const char *text = at ? at + sizeof head - 1 : "";
  snprintf(message, size, "%.*s", (int)strcspn(text, "\n"), text);
}

Test(explain, there_are_enough_rows_and_no_title_shows_twice_for_one_message) {
  cr_expect(explanation_count >= 40, "%zu rows", explanation_count);
  for (size_t i = 0; i < explanation_count; i++)
    for (size_t k = 0; k < i; k++)
      cr_expect_str_neq(explanations[i].message, explanations[k].message);
}

Test(explain, every_wrong_example_raises_an_error_that_selects_its_row) {
  for (size_t i = 0; i < explanation_count; i++) {
    const Explanation *row = &explanations[i];
    if (!row->wrong) continue;
    Shell shell;
    shell_start(&shell);
    MmlStatus status = type(&shell, row->wrong, MML_ECHO_ALL);
    char message[512];
    first_message(&shell, message, sizeof message);
    cr_expect(status == MML_ERROR, "%s: no error", row->wrong);
    const Explanation *found = explanation_find(message);
    cr_expect(found == row, "%s: its error \"%s\" selects \"%s\", not \"%s\"", row->wrong, message,
              found ? found->message : "nothing", row->message);
    shell_end(&shell);
  }
}

Test(explain, every_right_example_prints_what_is_shown_with_either_echo) {
  static const MmlEcho echoes[] = {MML_ECHO_ALL, MML_ECHO_EXPRESSIONS};
  for (size_t i = 0; i < explanation_count; i++)
    for (size_t k = 0; k < 2; k++) {
      const Explanation *row = &explanations[i];
      Shell shell;
      shell_start(&shell);
      MmlStatus status = type(&shell, row->right, echoes[k]);
      cr_expect(status == MML_OK, "%s: %s", row->right, shell.reported.bytes);
      cr_expect_str_empty(shell.reported.bytes);
      /* Definitions on the way echo at the prompt: the end is what counts. */
      size_t length = strlen(row->gives), printed = shell.printed.length;
      const char *end = printed > length ? shell.printed.bytes + printed - length - 1 : "";
      cr_expect(strncmp(end, row->gives, length) == 0, "%s: printed %s", row->right,
                shell.printed.bytes);
      if (k == 1)
        cr_expect_eq(printed, length + 1, "%s: printed %s", row->right, shell.printed.bytes);
      shell_end(&shell);
    }
}

Test(explain, an_explanation_takes_four_to_twelve_lines_of_a_usual_terminal) {
  for (size_t i = 0; i < explanation_count; i++) {
    const Explanation *row = &explanations[i];
    Shell shell;
    shell_start(&shell);
    if (row->wrong) type(&shell, row->wrong, MML_ECHO_NONE);
    text_free(&shell.printed);
    text_string(&shell.printed, "");
    if (row->wrong) mml_explain(shell.mml);
    else explanation_print(row->message, &shell.printed);
    int lines = 0;
    for (const char *line = shell.printed.bytes; *line; lines++) {
      size_t length = strcspn(line, "\n");
      cr_expect(text_columns(line, length) <= 80, "%.*s", (int)length, line);
      line += length + 1;
    }
    cr_expect(lines >= 4 && lines <= 12, "%d lines: %s", lines, shell.printed.bytes);
    cr_expect(strncmp(shell.printed.bytes, row->title, strlen(row->title)) == 0, "%s",
              shell.printed.bytes);
    shell_end(&shell);
  }
}

Test(explain, without_an_error_it_says_so_and_the_last_error_belongs_to_its_session) {
  Shell one, other;
  shell_start(&one);
  shell_start(&other);
  type(&one, "x = 3; x(2)", MML_ECHO_NONE);
  mml_explain(other.mml);
  cr_expect_str_eq(other.printed.bytes, "there was no error yet\n");
  type(&one, "1 + 1", MML_ECHO_NONE); /* what goes well does not count */
  mml_explain(one.mml);
  cr_expect(strstr(one.printed.bytes, "A number is called like a function"));
  shell_end(&one);
  shell_end(&other);
}

Test(explain, an_error_without_a_row_gets_the_way_to_read_it) {
  Shell shell;
  shell_start(&shell);
  type(&shell, "assert(false, \"the weights do not sum to one\")", MML_ECHO_NONE);
  cr_assert_null(explanation_find("the weights do not sum to one"));
  mml_explain(shell.mml);
  cr_expect(strncmp(shell.printed.bytes, "the weights do not sum to one\n", 30) == 0);
  cr_expect(strstr(shell.printed.bytes, "how to read one"));
  shell_end(&shell);
}

Test(explain, a_message_must_fit_whole) {
  cr_expect_null(explanation_find(""));
  cr_expect_null(explanation_find("here the power is written ^ too"));
  cr_expect_not_null(explanation_find("the power is written ^"));
}
