/* typeset.h - tree to LaTeX: a definition as a textbook prints it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TYPESET_H
#define MML_TYPESET_H

#include "syntax/ast.h"

/* What a name stands for: A' is a transpose and f' a derivative, [x, y] a column of numbers and [u, v]
 * columns side by side, and only a square A has an inverse. */
typedef enum TypesetMeaning {
  TYPESET_UNKNOWN,
  TYPESET_NUMBER,
  TYPESET_ARRAY,
  TYPESET_SQUARE, /* an array with as many rows as columns */
  TYPESET_FUNCTION,
  TYPESET_BUILTIN /* a function every session starts with */
} TypesetMeaning;

typedef struct TypesetScope {
  TypesetMeaning (*meaning)(void *context, const Symbol *name);
  void *context;
} TypesetScope;

/* Appends the node for LaTeX's math mode (with amsmath). Statements, which have no such form, become a
 * listing. Without a scope (NULL) no name means anything. */
void typeset(const Node *node, const TypesetScope *scope, Text *out);

/* A name by its Symbol's key: \theta, x_{1}, \mathrm{loss}, \hat{y}. */
void typeset_name(const char *key, Text *out);
/* Whether it is set in upright letters, which want a space between them and the next factor. */
bool typeset_name_is_word(const char *key);
/* A number as it is spelled in mml: 1.5e-7 is 1.5 \times 10^{-7}, inf is \infty. */
void typeset_number(const char *digits, size_t length, Text *out);
/* What stands inside \text{…} and \texttt{…}. */
void typeset_text(const char *bytes, size_t length, Text *out);

#endif
