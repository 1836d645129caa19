/* minimise.h - unconstrained minimisation: choose a method, run it, judge the answer.
 *
 * The answer is always the best point seen, and the verdict on it is formed afresh at that point:
 * no solver's own word is taken for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_MINIMISE_H
#define MML_OPTIMISE_MINIMISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "optimise/objective.h"

typedef enum MinimiseKind {
  MINIMISE_STRICT_MINIMUM, /* gradient zero, Hessian positive definite */
  MINIMISE_FLAT,           /* gradient zero, Hessian positive semidefinite and singular */
  MINIMISE_SADDLE,
  MINIMISE_MAXIMUM,
  MINIMISE_STATIONARY, /* gradient zero, no Hessian to tell more */
  MINIMISE_NOT_STATIONARY,
  MINIMISE_UNDEFINED, /* value or gradient is not a finite number at the start */
  MINIMISE_UNBOUNDED, /* falls without end, or towards a value it never takes */
} MinimiseKind;

/* The points that a method visited which was run elsewhere: [count] rows of n numbers, the start
 * first. They are judged as if it had run here. */
typedef struct MinimisePath {
  const char *name;     /* of the method */
  const double *x;
  size_t count;
  const double *length; /* of each of the count - 1 steps, for the trace */
  double eta;           /* the method's option, nan when it has none */
  double stable;        /* eta times the Hessian's largest eigenvalue must stay below; 0: not known */
  const char *reason;   /* why it ended before its steps were done, or NULL */
  bool wanders;         /* uphill too, past stationary points: its best point is its answer */
} MinimisePath;

/* Zero means "the default" in every number here. [allocate] returns memory the caller frees as a
 * whole after reading the result; it never returns NULL (it may leave by longjmp). [adopt] takes
 * over an object that must be destroyed at that same moment. */
typedef struct MinimiseOptions {
  const char *method;     /* a row of minimise_methods, or NULL to choose from what is offered */
  const MinimisePath *path; /* instead of a method */
  double tolerance;       /* stop at this gradient norm; else when the Newton step is negligible */
  size_t max_evaluations; /* of the value; default 100 n + 1000 */
  bool negated;           /* the user maximises and the caller negated: words and signs only */
  void *(*allocate)(void *context, size_t bytes);
  void (*adopt)(void *context, void *object, void (*destroy)(void *object));
  /* For methods of libraries that own memory while they run: calls call(argument), false when that
   * left by longjmp; [leave] lets the jump go on. */
  bool (*guard)(void *context, void (*call)(void *argument), void *argument);
  void (*leave)(void *context);
  unsigned long seed; /* of methods that draw */
  void *context;
} MinimiseOptions;

enum { MINIMISE_REASON_SIZE = 240 };

/* [x] and [value] hold the best point from the first evaluation on, so they are right even after a
 * callback left by longjmp. The arrays live in memory from [allocate]. */
typedef struct MinimiseResult {
  size_t n;
  const uint32_t *columns; /* of the matrix each coordinate is in; NULL: numbers, vectors */
  double *x, value;
  double *gradient, gradient_norm;                  /* at x; norms are Euclidean */
  bool has_spectrum;                                /* the next three are set */
  double eigenvalue_min, eigenvalue_max, condition; /* of the Hessian at x */
  double *direction; /* unit: downhill without end, of negative curvature, or flat; by kind */
  bool has_direction;
  MinimiseKind kind;
  bool converged;
  char reason[MINIMISE_REASON_SIZE]; /* why it stopped, in words */
  const char *method, *title;        /* as chosen: name to type, name to print */
  unsigned needs;                    /* of the method */
  bool walked;                       /* it was a path */
  size_t iterations, evaluations, gradient_evaluations, hessian_evaluations, jacobian_evaluations;
  size_t products;  /* of the Hessian with a vector */
  size_t looked_at; /* directions in which its curvature was measured; the extremes, when not 0: */
  double curvature_low, curvature_high;
  double error_bar; /* largest entry of the Newton step from x; nan when unknown */
  double digits;    /* correct digits of x that error bar leaves, at most 15; nan when unknown */
  double start_value;
  double eta, eta_bound;   /* of a path: as used, and what it must stay below; or nan */
  bool diverged;           /* a path ran away */
  bool within_tolerance;   /* the caller's tolerance was met */
  bool stopped;            /* the step callback said so */
  bool unbounded;          /* proof of kind UNBOUNDED was met on the way */
  bool lower_nearby;       /* a flat point with a lower value next to it: no minimum */
  bool quadratic, squares; /* facts of the objective, for the words */
  double least;            /* no sum of squares is below its offset */
  bool negated;            /* as in the options */
} MinimiseResult;

struct Search;

enum { MINIMISE_NEEDS_HESSIAN = 1, MINIMISE_NEEDS_RESIDUALS = 2, MINIMISE_NEEDS_PRODUCTS = 4 };

typedef struct MinimiseMethod {
  const char *name, *title;
  void (*run)(struct Search *search);
  unsigned needs;
  const char *help;
} MinimiseMethod;

const MinimiseMethod *minimise_methods(size_t *count);
const MinimiseMethod *minimise_method(const char *name); /* NULL when there is none */

/* What [objective] lacks for [method] ("needs the Hessian"), or NULL when it can run. */
const char *minimise_refusal(const MinimiseMethod *method, const Objective *objective);

/* [options]->method must name a method that minimise_refusal lets pass. */
void minimise_run(const Objective *objective, const double *start, const MinimiseOptions *options,
                  MinimiseResult *result);

#endif
