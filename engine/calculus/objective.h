/* objective.h - a function of the language as an optimiser's objective: recorded once, replayed at every
 * point, recorded again where a branch goes another way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CALCULUS_OBJECTIVE_H
#define MML_CALCULUS_OBJECTIVE_H

#include "calculus/gradient.h"
#include "calculus/jacobian.h"
#include "calculus/residuals.h"
#include "optimise/objective.h"

enum {
  OBJECTIVE_PATHS = 8,      /* recordings kept, one per path through the function's branches */
  OBJECTIVE_RECORDINGS = 64 /* after so many, every call goes another way: record each time, keep none */
};

typedef struct ObjectivePath {
  Recording value, gradient;
  bool has_gradient;
  Residuals residuals; /* none when the path is not a sum of squares */
  double *bar, *product_bar;   /* adjoint cells: scratch of the path's life */
  Jacobian slopes, curvature;  /* of the residuals, of the gradient; without a trace until they are asked for */
} ObjectivePath;

typedef struct FunctionObjective {
  Session *session;
  Value f;              /* borrowed */
  const Value *point;   /* what the arguments look like, borrowed */
  uint32_t count;       /* arguments */
  size_t n;             /* numbers in them */
  double sign;          /* -1 to maximise */
  bool plain;           /* call f, record nothing: for methods without derivatives */
  ObjectivePath path[OBJECTIVE_PATHS];
  uint32_t paths, next; /* the oldest is replaced when all are taken */
  uint32_t recorded;
  size_t squares;       /* residuals offered to the optimiser, 0 before objective_offer_squares */
  double offset;        /* what is added to their squares */
  bool open;            /* f closes over something that is being differentiated: see implicit.h */
  bool (*observe)(void *context, const OptimiseStep *step);
  void *observer;
} FunctionObjective;

/* An objective over [function]; fill in session, f, point, count, n, sign and observe first. */
Objective objective_of(FunctionObjective *function);
/* Proof that the function is a polynomial of degree two at most: its recording has no branch and the
 * entries of its Hessian do not depend on the input. False also when that would take too long to see. */
bool objective_is_quadratic(FunctionObjective *function, const double *start);
/* Finds at the start that the function is a sum of squares and lets [objective] offer them; else says
 * in [why] what in it is none, and returns false. */
bool objective_offer_squares(FunctionObjective *function, const double *start, Objective *objective,
                             char why[64]);
/* Has the function one value at x? With [automatic], no by drawing random numbers is an error: to go on is
 * the user's choice, by the name of a method. */
bool objective_has_one_value(FunctionObjective *function, const double *x, bool automatic);
/* The name of an operation that has a kink at x ("abs", "max", "a branch"), or NULL. */
const char *objective_kink(FunctionObjective *function, const double *x);
void objective_release(FunctionObjective *function);

/* The arguments with the numbers of x: owned values in scratch. */
Value *objective_arguments(const FunctionObjective *function, const double *x);

#endif
