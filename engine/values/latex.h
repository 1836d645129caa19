/* latex.h - values as LaTeX.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LATEX_H
#define MML_LATEX_H

#include "memory.h"
#include "values/value.h"

/* Appends the value for LaTeX's math mode (with amsmath): numbers with the digits they print with, a
 * function as its definition, f' as its formula where it has one. What is large is elided. */
void latex_value(Session *session, Value value, Text *out);

#endif
