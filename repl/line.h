/* line.h - one line from the user: edited on a terminal, plain otherwise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LINE_H
#define MML_LINE_H

#include "mml.h"
#include <stdbool.h>

typedef enum LineStatus {
  LINE_READ,        /* *line is the text without its newline, freed by the caller */
  LINE_INTERRUPTED, /* Ctrl-C */
  LINE_END          /* Ctrl-D, or the end of the input */
} LineStatus;

/* Prepares editing, history and completion over [mml]. Only with a terminal on stdin and stdout. */
void line_start_editing(Mml *mml);

/* Reads a line with editing; one pasted as a whole may hold newlines. */
LineStatus line_edit(const char *prompt, char **line);

/* Puts a whole entry into the history and its file. */
void line_remember(const char *entry);

/* Reads a line of stdin as it comes. */
LineStatus line_plain(char **line);

#endif
