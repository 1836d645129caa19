/* constraints.h - what stands behind s.t., as one function of the variables.
 *
 * g(x) <= 0, x + y == 1, 0 <= x <= 2 becomes (x, y) -> (g(x) - 0, x + y - 1, 0 - x, x - 2): every link of
 * a chain is a difference left − right, turned round for >=, which is 0 for an equality and at most 0 for
 * an inequality.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CONSTRAINTS_H
#define MML_CONSTRAINTS_H

#include "syntax/ast.h"
#include "syntax/report.h"

/* The TUPLE of differences. Each child has .op 1 for an equality and 0 for an inequality, and the span of
 * what was typed. NULL when something is no constraint: *wrong is the node and *why what is wrong. */
Node *constraints_lower(Tree *tree, const Node *constraints, const Node **wrong, const char **why);

/* Offers what to write instead of a constraint that is none. */
void constraints_advise(Report *report, const Source *source, const Node *wrong);

#endif
