/* steps.h - what the files behind steps(…) share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_STEPS_H
#define MML_STEPS_H

#include "primitives/diff.h"
#include "syntax/ast.h"
#include "values/value.h"

/* The value of a part of what was typed, with the values its names have there. Owned. */
Value steps_evaluate(Session *session, const Formula *formula, const Node *node);
/* [count] derivatives by one name, each beginning where the one before it ended. */
Value steps_of_derivative(Session *session, DiffSubject subject, const Symbol *by, int count);
/* Row operations to the reduced form of A, or of A with b beside it (NOTHING for none). Take
 * ownership of their arguments; records, owned. */
Value steps_of_matrix(Session *session, Value a, Value b);
/* The steps of newton_root(f, start, steps). Takes ownership. */
Value steps_of_newton(Session *session, Value f, Value start, Value steps);
/* Gram-Schmidt on the columns of A. */
Value steps_of_qr(Session *session, Value a);

#endif
