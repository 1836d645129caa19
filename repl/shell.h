/* shell.h - the loop at the prompt.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SHELL_H
#define MML_SHELL_H

#include "host.h"
#include "mml.h"
#include <stdbool.h>
#include <stddef.h>

typedef struct Shell {
  Mml *mml;
  const Host *host;
  bool transcript; /* --session: show prompts and input as a terminal would */
  bool quit;       /* set by :quit */
  bool hinted;     /* :explain has been mentioned */
  char *done;      /* the entries that succeeded, for :save */
  size_t done_length;
} Shell;

/* Reads and runs entries until the input ends or :quit. */
void shell_run(Shell *shell);

/* Runs a text and remembers it for :save if it succeeded. */
MmlStatus shell_eval(Shell *shell, const char *name, const char *text, size_t length, MmlEcho echo);

/* Forgets the newest entry of this text, if it succeeded: it has been taken back. */
void shell_unremember(Shell *shell, const char *entry);

void shell_free(Shell *shell);

/* While an evaluation runs, Ctrl-C stops it and nothing else. */
void shell_catch_interrupts(void);

#endif
