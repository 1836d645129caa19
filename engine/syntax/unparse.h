/* unparse.h - tree to text: the canonical spelling that definitions echo in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_UNPARSE_H
#define MML_UNPARSE_H

#include "syntax/ast.h"

/* Appends the node as it would be typed, with the fewest parentheses that keep the tree: parsing the
 * result gives an equal tree. Spaces around + - and comparisons, none around * / ^, "2x" stays "2x",
 * numbers as typed. Blocks are laid out over lines with two spaces of indentation. */
void unparse(const Node *node, const Source *source, Text *out);

#endif
