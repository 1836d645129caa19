/* formula.h - a derivative as the textbook writes it: f'(x) = 2x*sin(x) + x^2*cos(x).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FORMULA_H
#define MML_FORMULA_H

#include "memory.h"
#include "syntax/ast.h"
#include "values/value.h"

/* The expression of f', f'' … in a [tree] that the caller releases, or NULL as below. */
const Node *formula_tree(Session *session, const Function *derivative, Tree **tree, char why[160]);
/* Appends the definition of f', f'' … when f is one expression in one number and every part of it has a
 * formula; [name] is what f is called, NULL for a lambda. False otherwise, with the reason in [why]. */
bool formula_of_derivative(Session *session, const Function *derivative, Text *out, char why[160]);

#endif
