/* subspace.h - the space spanned by some rows and what is orthogonal to it, by pivoted QR.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_SUBSPACE_H
#define MML_OPTIMISE_SUBSPACE_H

#include "optimise/course.h"

typedef struct Subspace {
  size_t n, most;      /* room for [most] rows */
  size_t rows, rank;   /* of the last span */
  double *q;           /* n vectors of n: the first [rank] span the rows, the rest the null space */
  double *r;           /* n * most, by columns: the triangle */
  double *reflections; /* work */
  double *work;
  int *pivot; /* pivot[k] - 1 is the row that came k-th */
} Subspace;

void subspace_init(Subspace *subspace, Course *course, size_t most);

/* Factors [rows] rows of [a], each of length about 1 or 0. False on a number that is none. */
bool subspace_span(Subspace *subspace, size_t rows, const double *a);

static inline const double *subspace_null(const Subspace *subspace, size_t k) {
  return subspace->q + (subspace->rank + k) * subspace->n;
}

/* The [multiplier] with least |g + sum multiplier_i row_i|; 0 for rows that depend on others. */
void subspace_multipliers(const Subspace *subspace, const double *g, double *multiplier);

/* The shortest [p] with row_i p = -c_i for a largest independent set of rows. */
void subspace_normal(const Subspace *subspace, const double *c, double *p);

#endif
