/* commands.c - what begins with ":" or "?" at the prompt.
 *
 * Commands look at the session from outside; everything that computes is part of the language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

__attribute__((format(printf, 2, 3))) static void command_complain(const Shell *shell,
                                                                   const char *format, ...) {
  va_list arguments;
  fflush(shell->host->output);
  fputs("error: ", shell->host->reports);
  va_start(arguments, format);
  vfprintf(shell->host->reports, format, arguments);
  va_end(arguments);
  fputc('\n', shell->host->reports);
}

static void command_help(Shell *shell, const char *argument) {
  if (*argument) {
    mml_help(shell->mml, argument);
    return;
  }
  FILE *output = shell->host->output;
  fprintf(output, "Type an expression, or:\n");
  fprintf(output, "  %-15s %s\n", "?name", "what a function does, with an example");
  fprintf(output, "  %-15s %s\n", "??word", "every function whose help mentions the word");
  for (const Command *command = commands; command->name; command++) {
    int width = 14 - (int)strlen(command->name);
    fprintf(output, "  %s %-*s %s\n", command->name, width, command->arguments, command->help);
  }
  fprintf(output, "TAB completes names, \\theta TAB writes θ, Ctrl-C stops, Ctrl-D quits.\n");
}

typedef struct Variables {
  FILE *output;
  int width, kind_width; /* of the longest name, the longest kind */
} Variables;

static int command_width(const char *name) {
  int width = 0;
  for (; *name; name++) width += ((unsigned char)*name & 0xc0) != 0x80; /* not inside a character */
  return width;
}

static void command_measure(void *context, const char *name, const char *text) {
  (void)text;
  Variables *variables = context;
  int width = command_width(name);
  if (width > variables->width) variables->width = width;
}

static void command_list(void *context, const char *name, const char *text) {
  const Variables *variables = context;
  int padding = variables->width - command_width(name);
  fprintf(variables->output, "%s%*s  %s\n", name, padding, "", text);
}

static void command_vars(Shell *shell, const char *argument) {
  (void)argument;
  Variables variables = {.output = shell->host->output};
  mml_variables(shell->mml, command_measure, &variables);
  mml_variables(shell->mml, command_list, &variables);
}

static void command_measure_shape(void *context, const char *name, const char *kind,
                                  const char *shape) {
  (void)shape;
  Variables *variables = context;
  command_measure(context, name, NULL);
  if ((int)strlen(kind) > variables->kind_width) variables->kind_width = (int)strlen(kind);
}

static void command_list_shape(void *context, const char *name, const char *kind,
                               const char *shape) {
  const Variables *variables = context;
  int padding = variables->width - command_width(name);
  int width = *shape ? variables->kind_width : 0;
  fprintf(variables->output, "%s%*s  %-*s%s%s\n", name, padding, "", width, kind,
          *shape ? "  " : "", shape);
}

static void command_shapes(Shell *shell, const char *argument) {
  (void)argument;
  Variables variables = {.output = shell->host->output};
  mml_shapes(shell->mml, command_measure_shape, &variables);
  mml_shapes(shell->mml, command_list_shape, &variables);
}

static void command_took_back(void *context, const char *entry) {
  Shell *shell = context;
  size_t length = strcspn(entry, "\n");
  fprintf(shell->host->output, "took back %.*s%s\n", (int)length, entry, entry[length] ? " …" : "");
  shell_unremember(shell, entry);
}

static void command_restored(void *context, const char *name, const char *text) {
  FILE *output = ((Shell *)context)->host->output;
  if (text) fprintf(output, "%s is again %s\n", name, text);
  else fprintf(output, "%s is no longer defined\n", name);
}

static void command_undo(Shell *shell, const char *argument) {
  (void)argument;
  if (!mml_undo(shell->mml, command_took_back, command_restored, shell))
    command_complain(shell, "nothing to take back");
}

static void command_explain(Shell *shell, const char *argument) {
  (void)argument;
  mml_explain(shell->mml);
}

static void command_load(Shell *shell, const char *path) {
  char reason[128];
  size_t length;
  char *text = host_read_file(NULL, path, &length, reason);
  if (!text) {
    command_complain(shell, "cannot read %s: %s", path, reason);
    return;
  }
  mml_mark(shell->mml, path);
  shell_eval(shell, path, text, length, MML_ECHO_EXPRESSIONS);
  free(text);
}

static void command_save(Shell *shell, const char *path) {
  char reason[128];
  const char *text = shell->done ? shell->done : "";
  if (!host_write_file(NULL, path, text, shell->done_length, reason))
    command_complain(shell, "cannot write %s: %s", path, reason);
}

static void command_time(Shell *shell, const char *entry) {
  struct timespec start, end;
  mml_mark(shell->mml, entry);
  clock_gettime(CLOCK_MONOTONIC, &start);
  shell_eval(shell, "", entry, strlen(entry), MML_ECHO_ALL);
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds =
      (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
  if (seconds < 1) fprintf(shell->host->output, "%.3g ms\n", 1e3 * seconds);
  else fprintf(shell->host->output, "%.3g s\n", seconds);
}

static void command_quit(Shell *shell, const char *argument) {
  (void)argument;
  shell->quit = true;
}

const Command commands[] = {
    {":help", "[NAME]", "this page, or what NAME does", command_help, false},
    {":explain", "", "the last error at length, with a wrong and a right line", command_explain, false},
    {":vars", "", "what you have defined", command_vars, false},
    {":shapes", "", "their kinds and shapes, and the parameters of functions", command_shapes,
     false},
    {":undo", "", "take back the last entry that changed them", command_undo, false},
    {":load", "FILE", "run a script in this session", command_load, true},
    {":save", "FILE", "write what ran without an error as a script", command_save, true},
    {":time", "EXPR", "how long it takes", command_time, false},
    {":quit", "", "leave (also Ctrl-D)", command_quit, false},
    {NULL, NULL, NULL, NULL, false},
};

/* Words that stand for a command when they are the whole line. */
static const struct {
  const char *word, *command;
} command_words[] = {{"help", ":help"}, {"?", ":help"}, {"exit", ":quit"}, {"quit", ":quit"}};

static const Command *command_find(const char *name, size_t length) {
  for (const Command *command = commands; command->name; command++)
    if (strlen(command->name) == length && memcmp(command->name, name, length) == 0) return command;
  return NULL;
}

static void command_dispatch(Shell *shell, const char *line) {
  size_t length = strcspn(line, " \t");
  const char *argument = line + length + strspn(line + length, " \t");
  const Command *command = command_find(line, length);
  if (!command) command_complain(shell, "%s is not a command: :help lists them", line);
  else if (*argument && !*command->arguments)
    command_complain(shell, "%s takes no argument, got %s", command->name, argument);
  else if (!*argument && *command->arguments && command->arguments[0] != '[')
    command_complain(shell, "%s needs an argument: %s", command->name, command->arguments);
  else command->run(shell, argument);
}

static void command_ask(Shell *shell, const char *line) {
  bool search = line[0] == '?' && line[1] == '?';
  const char *word = line + (search ? 2 : 1);
  word += strspn(word, " \t");
  if (!*word) command_help(shell, "");
  else if (search) mml_search(shell->mml, word);
  else mml_help(shell->mml, word);
}

/* The command the line stands for; NULL if it is mml. */
static const char *command_meant(const char *line) {
  for (size_t i = 0; i < sizeof command_words / sizeof *command_words; i++)
    if (strcmp(line, command_words[i].word) == 0) return command_words[i].command;
  return line[0] == ':' || line[0] == '?' ? line : NULL;
}

bool command_run(Shell *shell, const char *line) {
  size_t length = strlen(line);
  while (length > 0 && isspace((unsigned char)line[length - 1])) length--;
  char *text = strndup(line, length);
  const char *command = text ? command_meant(text) : NULL;
  if (command && command[0] == ':') command_dispatch(shell, command);
  if (command && command[0] == '?') command_ask(shell, command);
  free(text);
  return command != NULL;
}
