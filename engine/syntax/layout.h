/* layout.h - a program in canonical layout.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LAYOUT_H
#define MML_LAYOUT_H

#include "syntax/ast.h"

/* Appends the text of [tree] with its own tokens, comments and lines; only white space is set anew,
 * and never where it has a meaning. Laying out the result changes nothing. */
void layout_program(const Tree *tree, Text *out);

#endif
