/* shell.c - the loop at the prompt: reads an entry, runs it, does not mind errors.
 *
 * The same loop serves a terminal, a pipe that asked for -i, and --session, which writes down what
 * a terminal would have shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

#include "commands.h"
#include "line.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const char shell_prompt[] = ">> ", shell_continuation[] = ".. ";

static void shell_on_interrupt(int signal_number) {
  (void)signal_number;
  mml_interrupt();
}

void shell_catch_interrupts(void) {
  struct sigaction catch = {.sa_handler = shell_on_interrupt};
  sigemptyset(&catch.sa_mask); /* no SA_RESTART: a read that waits returns */
  sigaction(SIGINT, &catch, NULL);
}

static void shell_append(char **text, size_t *length, const char *more, size_t more_length) {
  char *larger = realloc(*text, *length + more_length + 2);
  if (!larger) return;
  memcpy(larger + *length, more, more_length);
  larger[*length + more_length] = '\n';
  larger[*length + more_length + 1] = 0;
  *text = larger;
  *length += more_length + 1;
}

/* Once a session, and only to someone who sits there. */
static void shell_hint(Shell *shell) {
  if (!shell->host->terminal || shell->hinted) return;
  shell->hinted = true;
  const char *dim = shell->host->colour ? "\033[2m" : "", *plain = shell->host->colour ? "\033[0m" : "";
  fprintf(shell->host->reports, "%s(:explain says more about an error)%s\n", dim, plain);
}

MmlStatus shell_eval(Shell *shell, const char *name, const char *text, size_t length,
                     MmlEcho echo) {
  if (shell->host->terminal) mml_set_columns(shell->mml, host_columns());
  MmlStatus status = mml_eval(shell->mml, name, text, length, echo);
  fflush(shell->host->output);
  if (status == MML_ERROR) shell_hint(shell);
  if (status == MML_OK) shell_append(&shell->done, &shell->done_length, text, length);
  return status;
}

/* Does the remembered entry at [at] begin a line, as entries do? */
static bool shell_begins(const Shell *shell, size_t at, const char *entry, size_t length) {
  if (at > 0 && shell->done[at - 1] != '\n') return false;
  return memcmp(shell->done + at, entry, length) == 0 && shell->done[at + length] == '\n';
}

void shell_unremember(Shell *shell, const char *entry) {
  size_t length = strlen(entry);
  for (size_t end = shell->done_length; end > length; end--) {
    size_t at = end - length - 1;
    if (!shell_begins(shell, at, entry, length)) continue;
    memmove(shell->done + at, shell->done + end, shell->done_length - end + 1);
    shell->done_length -= length + 1;
    return;
  }
}

static LineStatus shell_read_line(const Shell *shell, const char *prompt, char **line) {
  if (shell->host->terminal) return line_edit(prompt, line);
  LineStatus status = line_plain(line);
  if (shell->transcript && status == LINE_READ)
    fprintf(shell->host->output, "%s%s\n", prompt, *line);
  return status;
}

/* What to type next is no secret: an empty line in an unfinished entry tells what is open. */
static void shell_remind(const Shell *shell, const char *line, const char *open) {
  if (!shell->host->terminal || !*open || line[strspn(line, " \t")]) return;
  fprintf(shell->host->reports, "note: %s is still open (Ctrl-C drops the entry)\n", open);
}

/* Reads the lines an entry still needs. */
static LineStatus shell_read_rest(const Shell *shell, char **entry) {
  char open[32] = "";
  while (mml_ready(shell->mml, *entry, strlen(*entry), open) == MML_INCOMPLETE) {
    char *line = NULL;
    LineStatus status = shell_read_line(shell, shell_continuation, &line);
    if (status != LINE_READ) {
      if (status == LINE_END)
        fprintf(shell->host->reports, "error: the input ends while %s is open\n",
                *open ? open : "an entry");
      return status;
    }
    shell_remind(shell, line, open);
    char *longer = NULL;
    int made = asprintf(&longer, "%s\n%s", *entry, line);
    free(line);
    if (made < 0) return LINE_INTERRUPTED;
    free(*entry);
    *entry = longer;
  }
  return LINE_READ;
}

/* Runs one entry; false at the end of the input. */
static bool shell_step(Shell *shell) {
  char *entry = NULL;
  LineStatus status = shell_read_line(shell, shell_prompt, &entry);
  if (status != LINE_READ) return status == LINE_INTERRUPTED;
  if (command_run(shell, entry)) {
    fflush(shell->host->output);
  } else {
    status = shell_read_rest(shell, &entry);
    if (status == LINE_READ) {
      mml_mark(shell->mml, entry);
      shell_eval(shell, "", entry, strlen(entry), MML_ECHO_ALL);
    }
  }
  if (shell->host->terminal) line_remember(entry);
  free(entry);
  return status != LINE_END;
}

void shell_run(Shell *shell) {
  if (shell->host->terminal) line_start_editing(shell->mml);
  while (!shell->quit && shell_step(shell)) continue;
  fflush(shell->host->output);
}

void shell_free(Shell *shell) {
  free(shell->done);
  shell->done = NULL;
  shell->done_length = 0;
}
