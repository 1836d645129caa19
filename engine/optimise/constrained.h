/* constrained.h - minimisation under equalities and inequalities: choose a method, run it, judge
 * the answer.
 *
 * The verdict is formed afresh at the answer from exact derivatives: no solver's own word is taken
 * for it. Multipliers belong to L = f + sum of lambda_i c_i + sum of mu_j c_j with mu >= 0, over
 * the function as it is minimised (a caller that maximises has negated it).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_CONSTRAINED_H
#define MML_OPTIMISE_CONSTRAINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "optimise/minimise.h"
#include "optimise/objective.h"

/* c_i(x) == 0 for the equalities, then c_j(x) <= 0. Callbacks may leave by longjmp. */
typedef struct Constraints {
  size_t equalities, inequalities;
  void (*value)(void *context, const double *x, double *c);
  void (*jacobian)(void *context, const double *x, double *j); /* a row per constraint, row-major */
  void (*hessian)(void *context, const double *x, const double *multiplier,
                  double *h); /* of the sum of multiplier_i c_i, n*n; may be NULL */
  void *context;
  bool linear;             /* all are proven linear */
  const char *const *text; /* as the user typed each; NULL prints numbers */
  const double *lower, *upper; /* the box the simple bounds among them make, n each; or NULL */
  const bool *simple;          /* per constraint: it is one of those bounds; or NULL */
} Constraints;

typedef enum KktKind {
  KKT_STRICT_MINIMUM, /* multipliers exist, the Hessian of L curves up wherever it must */
  KKT_FLAT,           /* multipliers exist, but some allowed direction does not curve */
  KKT_SADDLE,
  KKT_MAXIMUM,
  KKT_STATIONARY, /* multipliers exist, no Hessian to tell more */
  KKT_DEGENERATE, /* active gradients dependent, no multipliers, yet nothing lower nearby */
  KKT_NOT_STATIONARY,
  KKT_INFEASIBLE, /* a point where the violation is least, locally or (linear) for good */
  KKT_UNBOUNDED,
  KKT_UNDEFINED,
} KktKind;

typedef struct ConstrainedResult {
  size_t n, equalities, inequalities;
  const uint32_t *columns; /* of the matrix each coordinate is in; NULL: numbers, vectors */
  double *x, value; /* the best feasible point, or the least violated, from the start on */
  double *gradient; /* of f at x */
  double *constraint, *multiplier; /* one per constraint; multipliers of inactive ones are 0 */
  double *fitted; /* multipliers of the active ones by least squares alone, of any sign */
  bool *active;                    /* equalities always are */
  bool *weak;                      /* active with multiplier 0 */
  size_t active_count, active_rank;
  bool licq;              /* the active gradients are independent, so the multipliers are unique */
  double stationarity;    /* Euclidean norm of the gradient of L */
  double violation;       /* the largest, in the constraint's own units */
  size_t worst;           /* whose it is */
  double complementarity; /* largest |mu_j c_j| */
  size_t reduced_order;   /* directions left by the active constraints */
  bool has_spectrum;      /* the next two are set; never when reduced_order is 0 */
  double eigenvalue_min, eigenvalue_max; /* of the Hessian of L along those directions */
  double *eigenvalues;                   /* all of them, ascending */
  size_t eigenvalue_count;
  double *direction; /* unit: downhill without end, of negative curvature, flat */
  bool has_direction;
  KktKind kind;
  bool converged;
  bool convex;         /* f proved convex where the linear constraints allow: global */
  bool linear_program; /* and f is linear */
  char reason[MINIMISE_REASON_SIZE];
  const char *method, *title;
  size_t iterations, evaluations, gradient_evaluations, hessian_evaluations;
  size_t constraint_evaluations, jacobian_evaluations;
  double error_bar, digits; /* as in MinimiseResult */
  const char *kink; /* of the function at x, set by who knows it: derivatives prove nothing; or NULL */
  double start_value;
  bool within_tolerance, stopped, unbounded, lower_nearby, linear, negated;
  bool walked;  /* it was the path of a method that ran elsewhere */
  bool refuted; /* a method with proof found the constraints contradictory */
} ConstrainedResult;

struct Course;

typedef struct ConstrainedMethod {
  const char *name, *title;
  void (*run)(struct Course *course);
  bool needs_hessian; /* of the function and the constraints */
  bool needs_convex;  /* constant Hessian and linear constraints */
  bool samples;       /* values only, with polishing by another method behind */
  bool needs_box;     /* bounds for every variable, from which it draws its points */
  bool bounds_only;   /* no other constraints */
  size_t most;        /* variables, with which it ends within seconds; 0: any number */
  const char *help;
} ConstrainedMethod;

const ConstrainedMethod *constrained_methods(size_t *count);
const ConstrainedMethod *constrained_method(const char *name); /* NULL when there is none */

/* The options the method takes: "bounds, evaluations, seed, tol". */
const char *constrained_options(const ConstrainedMethod *method);

/* What is missing for [method], in words, or NULL when it can run. */
const char *constrained_refusal(const ConstrainedMethod *method, const Objective *objective,
                                const Constraints *constraints);

/* [options]->method is NULL or names a method that constrained_refusal lets pass. */
void constrained_run(const Objective *objective, const Constraints *constraints,
                     const double *start, const MinimiseOptions *options,
                     ConstrainedResult *result);

#endif
