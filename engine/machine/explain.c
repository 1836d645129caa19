/* explain.c - the long form of an error, found by its message.
 *
 * The rows are tied to the errors by text alone, so that raising an error knows nothing of them;
 * the tests run both examples of every row, which keeps the tie.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/explain.h"

#include <stdbool.h>
#include <string.h>

#define EXPLANATION(message, title, text, wrong, right, gives)                                     \
  {message, title, text, wrong, right, gives},
const Explanation explanations[] = {
#include "machine/explanations.def"
};
#undef EXPLANATION
const size_t explanation_count = sizeof explanations / sizeof *explanations;

/* What can be said of every error. */
static const char general_text[] = "mml knows nothing more about this error; here is how to read "
                                   "one. The first line says what was found and what was "
                                   "wanted. Under your line ^ marks the part it is about, and what "
                                   "stands under the ^ belongs to that part. What "
                                   "follows try: can be typed as it stands. A line \"in f, called "
                                   "at …\" is a call of yours that led there, the innermost "
                                   "first. If that does not help, evaluate the marked part by "
                                   "itself and look at its size, or ask ?NAME what a function "
                                   "takes.";

static const char wildcard[] = "…";
enum { TEXT_COLUMNS = 76, TEXT_INDENT = 2 };

/* Does [message] fit [pattern], whose wildcards stand for any text? */
static bool fits(const char *pattern, const char *message) {
  const char *gap = strstr(pattern, wildcard);
  if (!gap) return strcmp(pattern, message) == 0;
  size_t head = (size_t)(gap - pattern);
  if (strncmp(pattern, message, head) != 0) return false;
  for (const char *rest = message + head;; rest++) {
    if (fits(gap + sizeof wildcard - 1, rest)) return true;
    if (!*rest) return false;
  }
}

const Explanation *explanation_find(const char *message) {
  for (size_t i = 0; i < explanation_count; i++)
    if (fits(explanations[i].message, message)) return &explanations[i];
  return NULL;
}

/* Words on lines of at most TEXT_COLUMNS. */
static void print_folded(const char *text, Text *out) {
  size_t column = 0;
  while (*text) {
    size_t length = strcspn(text, " "), columns = text_columns(text, length);
    if (column && column + 1 + columns > TEXT_COLUMNS) {
      text_string(out, "\n");
      column = 0;
    }
    text_repeat(out, ' ', column ? 1 : TEXT_INDENT);
    text_append(out, text, length);
    column += columns + (column ? 1 : TEXT_INDENT);
    text += length;
    text += strspn(text, " ");
  }
  text_string(out, "\n");
}

/* The lines of an example, in a column behind its label. */
static void print_example(const char *label, const char *lines, Text *out) {
  for (; lines; label = "") {
    size_t length = strcspn(lines, "\n");
    text_format(out, "  %-6s  %.*s\n", label, (int)length, lines);
    lines = lines[length] ? lines + length + 1 : NULL;
  }
}

void explanation_print(const char *message, Text *out) {
  const Explanation *row = explanation_find(message);
  text_format(out, "%s\n", row ? row->title : message);
  print_folded(row ? row->text : general_text, out);
  if (!row) return;
  if (row->wrong) print_example("wrong:", row->wrong, out);
  print_example("right:", row->right, out);
  print_example("gives:", row->gives, out);
}
