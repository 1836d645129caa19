/* expression.h - formulas as values: what diff(x^2*y, x) gives.
 *
 * An expression is a Formula whose node is no model (no ~). Its names are symbols, defined or not; those
 * that are called are the session's functions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_EXPRESSION_H
#define MML_EXPRESSION_H

#include "machine/code.h"
#include "values/value.h"

/* Is it a formula without ~? */
bool expression_is(Value v);
/* The value of the text of [node]. Owned. */
Value expression_new(Session *session, const Node *node, const Source *source);
/* d expression / d name, simplified. Fails when there is no formula, saying why. Owned. */
Value expression_derivative(Session *session, const Node *node, Tree *tree, const Symbol *by);
Value expression_simplify(Session *session, const Node *node, Tree *tree);
/* The names that stand for numbers, in order of appearance, at most [most] of them; returns how many. */
uint32_t expression_names(Session *session, const Node *node, const Symbol **name, uint32_t most);
/* g(x = 2, y = t): a value when every name is given, else the formula that remains; a formula may be put
 * for a name too. A single name need not be written. Owned. */
Value expression_call(Session *session, Value formula, const Value *given, const CallSite *site);

#endif
