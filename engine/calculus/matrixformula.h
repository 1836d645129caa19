/* matrixformula.h - gradients, Jacobians and Hessians as formulas: ∇L(w) = -2X'*(y - X*w).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_MATRIXFORMULA_H
#define MML_MATRIXFORMULA_H

#include "memory.h"
#include "syntax/ast.h"
#include "values/value.h"

/* Whether the function is gradient(f), jacobian(f) or hessian(f) without its point. */
bool matrixformula_fits(const Function *function);

/* The formula of such a function, in *tree, which the caller releases; NULL, with the reason in
 * [why], when there is none. *elements is the size of the vector where the formula holds for that
 * size only and the function does not say it, else 0. */
const Node *matrixformula_tree(Session *session, const Function *partial, Tree **tree,
                               uint32_t *elements, char why[160]);

/* Appends the definition of such a function when f is one expression whose arguments are known to
 * be numbers, vectors or matrices and every part of it has a formula. False otherwise, with the
 * reason in [why]. */
bool matrixformula_of_partial(Session *session, const Function *partial, Text *out, char why[160]);

/* The gradient of a number, or the Jacobian of a column, by a name, in [tree]'s arena; NULL and why
 * as above. Other names that are arrays in the session have their sizes, not their values; all
 * others are numbers. */
const Node *matrixformula_derivative(Session *session, const Node *node, Tree *tree,
                                     const Symbol *by, char why[160]);

#endif
