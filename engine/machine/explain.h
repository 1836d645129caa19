/* explain.h - the long form of an error: what is behind it, a wrong line and a right one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_EXPLAIN_H
#define MML_EXPLAIN_H

#include <stddef.h>

#include "memory.h"

typedef struct Explanation {
  const char *message; /* the error's first line, … where it varies */
  const char *title, *text;
  const char *wrong;   /* raises the error; NULL when no line does by itself */
  const char *right, *gives; /* what to write instead, and what that prints */
} Explanation;

extern const Explanation explanations[];
extern const size_t explanation_count;

/* The first row that fits the message, or NULL. */
const Explanation *explanation_find(const char *message);

/* Appends what :explain prints for an error with this message. */
void explanation_print(const char *message, Text *out);

#endif
