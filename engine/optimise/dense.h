/* dense.h - the few dense kernels the optimisers share, over memory of the caller.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_DENSE_H
#define MML_OPTIMISE_DENSE_H

#include <stdbool.h>
#include <stddef.h>

/* Eigenvalues ascending; vector k is the k-th row of [vectors]. */
typedef struct Spectrum {
  size_t n;
  double *values, *vectors, *work;
} Spectrum;

size_t spectrum_work_size(size_t n); /* doubles wanted in [work] */
bool spectrum_compute(Spectrum *spectrum, const double *matrix);
bool spectrum_values(Spectrum *spectrum, const double *matrix); /* the vectors are lost */

double dense_norm(size_t n, const double *v);
double dense_largest(size_t n, const double *v); /* absolute value; nan if any entry is */
double dense_dot(size_t n, const double *a, const double *b);
bool dense_finite(size_t n, const double *v);
bool dense_zero(size_t n, const double *v);

/* Lower Cholesky factor in place; false when [a] is not positive definite. */
bool dense_cholesky(size_t n, double *a);
void dense_cholesky_solve(size_t n, const double *factor, double *b);

/* x = a \ b for symmetric [a] of any signature; [a] is destroyed. False when singular. */
bool dense_solve(size_t n, double *a, double *b, int *pivots);

/* Jacobi scaling: d[i] = sqrt|h[i][i]|, with a stand-in where the diagonal is zero. */
void dense_scales(size_t n, const double *h, double *d);

/* The next of a fixed stream between -1 and 1, for looking around: no run depends on another. */
#define DENSE_SEED 88172645463325252ULL
double dense_random(unsigned long long *seed);

#endif
