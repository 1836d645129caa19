/* program.h - a dense, strictly convex quadratic program.
 *
 * Minimises g'p + p'Hp/2 over a_i p + c_i == 0 for the equalities, a_i p + c_i <= 0 for the other
 * rows, and low <= p <= high.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_PROGRAM_H
#define MML_OPTIMISE_PROGRAM_H

#include "optimise/course.h"

typedef enum ProgramStatus {
  PROGRAM_SOLVED,
  PROGRAM_INFEASIBLE,
  PROGRAM_STUCK, /* H is not positive definite, or rounding has the upper hand */
} ProgramStatus;

typedef struct Program {
  size_t n, rows, equalities;
  const double *h, *g, *a, *c; /* borrowed */
  double *low, *high;          /* of p; start out infinite */
  double *p;                   /* the solution */
  double *multiplier;          /* one per row, for g'p + p'Hp/2 + sum multiplier_i (a_i p + c_i) */
  bool *active;                /* rows in the final set */
  bool boxed;                  /* a bound is in the final set */
  size_t size;                 /* of the active set; the rest is work memory */
  double *factor, *j, *r, *d, *z, *rate, *force, *normal, *length;
  size_t *set;
  bool *member;
} Program;

void program_init(Program *program, Course *course, size_t n, size_t rows, size_t equalities);
ProgramStatus program_solve(Program *program);

#endif
