/* elements.h - functions of x[1], x[2] …: each element as a name of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_ELEMENTS_H
#define MML_ELEMENTS_H

#include "syntax/ast.h"

enum { ELEMENTS_MOST = 12 };

/* The body with the elements of [vector] as names that are written "x[1]", x[1] up to the last that
 * occurs, or up to [size] if that is not 0. NULL when the vector is used in any other way, or by
 * more elements than ELEMENTS_MOST or [size]. */
const Node *elements_replace(Tree *tree, SymbolTable *symbols, const Node *body,
                             const Symbol *vector, uint32_t size,
                             const Symbol *element[ELEMENTS_MOST], uint32_t *count);
/* The tree with these names as elements again. */
Node *elements_restore(Tree *tree, Node *node, const Symbol *vector, const Symbol *const *element,
                       uint32_t count);

#endif
