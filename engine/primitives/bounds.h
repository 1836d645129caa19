/* bounds.h - the box that a problem's simple bounds make, and the option bounds as constraints.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_BOUNDS_H
#define MML_BOUNDS_H

#include "calculus/vectorfunction.h"
#include "optimise/constrained.h"
#include "primitives/problem.h"

/* Infinite where there is no bound; the constraints that are bounds, in the solver's order. */
typedef struct Box {
  double *lower, *upper;
  bool *simple;
} Box;

/* What the constraints prove, recorded at x; the solver's constraint k is output place[k]. */
Box box_of(VectorFunction *function, const size_t *place, size_t equalities, const double *x);
/* x to the middle, or where there is no middle, inside. */
void box_middle(const Box *box, size_t n, double *x);
Value box_value(Session *session, const Box *box, size_t n); /* n×2, owned */
/* Fails when the method needs more bounds, or takes less than there is. */
void box_require(const Problem *problem, const ConstrainedMethod *method, const Box *box, const Constraints *constraints, size_t n);

/* The problem with settings.bounds among its constraints; give it back to problem_unbound. */
Problem problem_bounded(const Problem *problem);
void problem_unbound(Problem *bounded);

enum { BOUNDS_ROWS_COUNT = 1 };
extern const Primitive bounds_rows[BOUNDS_ROWS_COUNT];

#endif
