/* shell.h - a session for tests: what it printed and reported, and numbers out of it with every
 * digit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_SHELL_H
#define MML_TESTS_SHELL_H

#include "mml.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

typedef struct Shell {
  Mml *mml;
  Text printed, reported;
  Text file; /* what was written last; reading any name gives it back */
  Text source;
} Shell;

static inline void shell_print(void *context, const char *text, size_t length) {
  text_append(&((Shell *)context)->printed, text, length);
}

static inline void shell_report(void *context, const char *text, size_t length) {
  text_append(&((Shell *)context)->reported, text, length);
}

static inline char *shell_read(void *context, const char *path, size_t *length, char reason[128]) {
  const Text *file = &((Shell *)context)->file;
  (void)path;
  snprintf(reason, 128, "no such file");
  *length = file->length;
  return file->bytes ? memory_copy_text(file->bytes, file->length) : NULL;
}

static inline bool shell_write(void *context, const char *path, const char *bytes, size_t length,
                               char reason[128]) {
  Text *file = &((Shell *)context)->file;
  (void)path;
  reason[0] = 0;
  text_free(file);
  text_append(file, bytes, length);
  return true;
}

static inline void shell_start(Shell *shell) {
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

static inline void shell_end(Shell *shell) {
  mml_free(shell->mml);
  text_free(&shell->printed);
  text_free(&shell->reported);
  text_free(&shell->file);
  text_free(&shell->source);
}

static inline MmlStatus shell_run_bytes(Shell *shell, const char *bytes, size_t length) {
  text_free(&shell->printed);
  text_free(&shell->reported);
  text_string(&shell->printed, "");
  text_string(&shell->reported, "");
  return mml_eval(shell->mml, "test", bytes, length, MML_ECHO_EXPRESSIONS);
}

static inline MmlStatus shell_run(Shell *shell, const char *source) {
  return shell_run_bytes(shell, source, strlen(source));
}

/* Runs a formatted source. */
__attribute__((format(printf, 2, 3))) static inline MmlStatus shell_do(Shell *shell,
                                                                       const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  text_free(&shell->source);
  text_format_list(&shell->source, format, arguments);
  va_end(arguments);
  return shell_run_bytes(shell, shell->source.bytes, shell->source.length);
}

/* The numbers in [text], read left to right; true and false are 1 and 0. Returns how many. */
static inline size_t shell_read_numbers(const char *text, double *number, size_t most) {
  size_t count = 0;
  while (*text && count < most) {
    char *end = NULL;
    double x = strtod(text, &end);
    if (end != text) number[count++] = x;
    else if (strncmp(text, "true", 4) == 0) number[count++] = 1, end = (char *)text + 4;
    else if (strncmp(text, "false", 5) == 0) number[count++] = 0, end = (char *)text + 5;
    text = end != text ? end : text + 1;
  }
  return count;
}

/* The numbers an expression (a number, vector or matrix, row by row) consists of; 0 where it fails.
 */
static inline size_t shell_numbers(Shell *shell, const char *expression, double *number,
                                   size_t most) {
  if (shell_do(shell, "print(\"{%s:.17g}\")", expression) != MML_OK) return 0;
  return shell_read_numbers(shell->printed.bytes, number, most);
}

/* One number, or NaN where the expression fails. */
static inline double shell_number(Shell *shell, const char *expression) {
  double x = NAN;
  shell_numbers(shell, expression, &x, 1);
  return x;
}

/* Does [expression] print [text]? */
static inline bool shell_shows(Shell *shell, const char *expression, const char *text) {
  return shell_do(shell, "print(%s)", expression) == MML_OK &&
         shell->printed.length == strlen(text) + 1 &&
         strncmp(shell->printed.bytes, text, strlen(text)) == 0;
}

/* |got - wanted| against [tolerance] times the larger of |wanted| and [floor]; infinities and NaN
 * agree with themselves only. */
static inline bool shell_close(double got, double wanted, double tolerance, double floor) {
  if (isnan(wanted) || isnan(got)) return isnan(wanted) && isnan(got);
  if (isinf(wanted) || isinf(got)) return got == wanted;
  return fabs(got - wanted) <= tolerance * fmax(fabs(wanted), floor);
}

#endif
