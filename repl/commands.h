/* commands.h - what begins with ":" or "?" at the prompt.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_COMMANDS_H
#define MML_COMMANDS_H

#include "shell.h"

typedef struct Command {
  const char *name;      /* with its ":" */
  const char *arguments; /* as help shows them, "" if there are none */
  const char *help;
  void (*run)(Shell *shell, const char *argument);
  bool takes_file;
} Command;

extern const Command commands[]; /* ends with a NULL name */

/* Runs the line if it is a command; false if it is mml. */
bool command_run(Shell *shell, const char *line);

#endif
