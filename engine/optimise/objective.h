/* objective.h - what an optimiser may ask of a function.
 *
 * The one contract between the calculus side, which fills it in with exact derivatives, and the
 * solvers, which know nothing of the language. Every callback may leave by longjmp (an error in the
 * user's function, an interrupt): the solvers own no memory that such a jump would lose.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_OBJECTIVE_H
#define MML_OPTIMISE_OBJECTIVE_H

#include <stdbool.h>
#include <stddef.h>

/* One row of a run's trace; step 0 is the start. The pointer is borrowed for the call. */
typedef struct OptimiseStep {
  size_t number;
  const double *x; /* n coordinates */
  double value;
  double gradient_norm; /* Euclidean; nan for a method without gradients */
  double length;        /* eta for a fixed-step method, else the length of the step taken */
} OptimiseStep;

typedef struct Objective {
  size_t n; /* at least 1 */
  void *context;
  double (*value)(void *context, const double *x);               /* may be nan or inf */
  double (*gradient)(void *context, const double *x, double *g); /* returns the value too */
  void (*hessian)(void *context, const double *x, double *h);    /* n*n, symmetric; may be NULL */
  /* The Hessian at x times v, into out; may be NULL. */
  void (*product)(void *context, const double *x, const double *v, double *out);
  size_t m; /* residuals, 0 when f is not a sum of squares */
  double offset; /* f = offset + sum of r[i]^2 */
  void (*residuals)(void *context, const double *x, double *r);
  void (*jacobian)(void *context, const double *x, double *j);  /* m*n, row after row */
  bool (*step)(void *context, const OptimiseStep *step);        /* false stops; may be NULL */
  bool quadratic; /* known to have a constant Hessian, so a minimum with a positive one is global */
} Objective;

#endif
