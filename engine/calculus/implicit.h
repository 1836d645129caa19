/* implicit.h - the solution of a minimisation as a function of the data it was posed with.
 *
 * At a strict minimum the point and the multipliers of what is active solve the equations of Karush, Kuhn
 * and Tucker, whose Jacobian is regular there. Newton steps recorded on them, from the solution, are the
 * implicit function theorem: the first gives first derivatives, the second all up to the third.
 * (Fiacco, Introduction to Sensitivity and Stability Analysis in Nonlinear Programming, 1983.)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_IMPLICIT_H
#define MML_IMPLICIT_H

#include "calculus/objective.h"
#include "calculus/vectorfunction.h"

typedef struct ImplicitSolution {
  FunctionObjective *objective;
  VectorFunction *constraints; /* NULL when there are none */
  const size_t *active;        /* which of their outputs are 0 at the solution */
  size_t count;
} ImplicitSolution;

/* The minimiser [x] and the multipliers of the active constraints, for sign*f + Σ multiplier*c, as values
 * that carry their derivatives by what the functions close over: point[n] and weight[count], owned. Fails
 * where the equations are singular. */
void implicit_solution(const ImplicitSolution *solution, const double *x, const double *multiplier, Value *point,
                       Value *weight);

#endif
