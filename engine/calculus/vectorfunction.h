/* vectorfunction.h - a function with many outputs as an optimiser's constraints: values, Jacobian, and the
 * Hessian of a weighted sum, all by replaying recordings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_VECTORFUNCTION_H
#define MML_VECTORFUNCTION_H

#include "calculus/gradient.h"
#include "calculus/jacobian.h"

enum { VECTOR_PATHS = 8 };

typedef struct VectorPath {
  Recording value;
  Recording weighted; /* inputs x then weights; outputs the gradient of the weighted sum by x */
  bool has_weighted;
  Jacobian slopes; /* of the value; without a trace until they are asked for */
} VectorPath;

typedef struct VectorFunction {
  Session *session;
  Value f;            /* borrowed */
  const Value *point; /* what the arguments look like, borrowed */
  uint32_t count;
  size_t n, m;        /* numbers in, numbers out; m is found by vector_open */
  bool open;          /* f closes over something that is being differentiated: see implicit.h */
  VectorPath path[VECTOR_PATHS];
  uint32_t paths, next;
  double *bar;        /* scratch for sweeps */
  size_t bar_size;
} VectorFunction;

/* Records at x to learn m. Fill in the fields up to n first. Owned: what f gave there, so
 * that the caller can see how the outputs are grouped. */
Value vector_open(VectorFunction *function, const double *x);
void vector_release(VectorFunction *function);

/* Has the function one value at x? Not when it draws random numbers. */
bool vector_has_one_value(VectorFunction *function, const double *x);
void vector_value(VectorFunction *function, const double *x, double *out);         /* m */
void vector_jacobian(VectorFunction *function, const double *x, double *jacobian); /* m×n */
/* Hessian of the sum of weight[i] times output i, n×n. */
void vector_hessian(VectorFunction *function, const double *x, const double *weight, double *hessian);
/* Proof that every output is linear in x, from the recording at x. */
bool vector_is_linear(VectorFunction *function, const double *x);
/* The same for one output: then its slopes, n numbers, are known everywhere. */
bool vector_row_slopes(VectorFunction *function, const double *x, size_t row, double *slope);

#endif
