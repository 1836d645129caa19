/* solvers.h - roots, integrals, limits and differential equations, and what their files share.
 *
 * Derivatives go through these rows exactly, never through their iterations. The search itself runs on a
 * copy of the function in which everything captured is a plain number, so it records nothing; what it
 * finds is then made active: a root by the implicit rule, an integral by the rule's nodes, a solution of
 * an equation by the steps that were taken. As what was found (the root, the nodes, the steps) holds only
 * for the numbers it was found with, a guard in the trace keeps it from being replayed with others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SOLVERS_H
#define MML_SOLVERS_H

#include "primitives/primitive.h"

extern const Primitive root_rows[3];
extern const Primitive integrate_rows[1];
extern const Primitive limit_rows[1];
extern const Primitive ode_rows[1];
extern const Primitive taylor_rows[2];

/* For the list of families, as in basic.h. */
#define SOLVER_ROWS(F)                                                                             \
  F(root_rows)                                                                                     \
  F(integrate_rows)                                                                                \
  F(limit_rows)                                                                                    \
  F(ode_rows)                                                                                      \
  F(taylor_rows)

/* The calls of root_rows. */
Value call_root(Session *session, const Arguments *arguments);
Value call_fsolve(Session *session, const Arguments *arguments);
Value call_roots(Session *session, const Arguments *arguments);

/* ---- for the files of this family ---- */

typedef struct SolverFunction {
  Session *session;
  Value f;      /* as given, borrowed */
  Value primal; /* the same over plain numbers, owned */
  bool active;  /* it captured something that is being differentiated */
  const char *name; /* of the row that runs, for errors */
} SolverFunction;

/* The function given as argument [index]. */
SolverFunction solver_function(Session *session, const Arguments *arguments, int index, const char *name);
void solver_release(SolverFunction *function);

/* What a library allocated, let go of when the builtin returns or fails. Fails if it is NULL. */
void *solver_adopt(Session *session, void *object, void (*destroy)(void *));

/* A value with plain numbers for active ones, inside functions too. Owned. */
Value solver_primal(Session *session, Value value);
/* Whether there is an active number inside, in what functions captured too. */
bool solver_is_active(Value value);
/* A number or an active number at argument [index]. */
Value solver_scalar(Session *session, const Arguments *arguments, int index);

/* f(x) over plain numbers. Fails unless it is one number; interruptible. */
double solver_call(const SolverFunction *function, double x);
/* Fails if f has another value at x than this one, which it just gave: it draws random numbers. */
void solver_steady(const SolverFunction *function, double x, double value);
/* [result] of the function as one plain number; takes ownership. */
double solver_number(const SolverFunction *function, Value result);
/* f(x) where x or f may be active; one number, active or not. */
Value solver_call_active(const SolverFunction *function, Value x);

/* Makes a replay with another value of the number invalid. No-op for plain numbers. */
void solver_pin(Session *session, Value number);

/* Value and Jacobian of a function over plain numbers, with the rounding error to expect. */
typedef struct SolverJacobian {
  size_t n, m;
  double *value; /* m */
  double *slope; /* m×n by rows */
  double *noise; /* m: what rounding alone can make of a value that is zero */
} SolverJacobian;

/* At the point with the n numbers x; all in scratch. The arguments are shaped like [point]. */
SolverJacobian solver_jacobian(const SolverFunction *function, const Value *point, uint32_t count, const double *x, size_t n);
/* The derivative of the function at the number x where either may be active. */
Value solver_slope_active(const SolverFunction *function, Value x);
/* Entry i of the values is zero as far as rounding lets it be told at x. */
bool solver_is_zero(const SolverJacobian *jacobian, size_t i, const double *x);

#endif
