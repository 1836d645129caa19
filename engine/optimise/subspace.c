/* subspace.c - the space spanned by some rows and what is orthogonal to it, by pivoted QR.
 *
 * The rows are the columns of the matrix that LAPACK factors: A' P = Q R.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/subspace.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <string.h>

void dgeqp3_(const int *m, const int *n, double *a, const int *lda, int *jpvt, double *tau,
             double *work, const int *lwork, int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau,
             double *work, const int *lwork, int *info);

/* Rows of length 1 at a smaller angle than this are one row. */
static const double DEPENDENT = 1e-9;

enum { BLOCK = 34 };

static size_t subspace_work(size_t n, size_t most) { return BLOCK * (n + most + 3); }

void subspace_init(Subspace *subspace, Course *course, size_t most) {
  size_t n = course->n;
  *subspace = (Subspace){.n = n, .most = most};
  subspace->q = course_numbers(course, n * n);
  subspace->r = course_numbers(course, n * most);
  subspace->reflections = course_numbers(course, n + most);
  subspace->work = course_numbers(course, subspace_work(n, most));
  subspace->pivot = course_memory(course, (most + 1) * sizeof(int));
}

static void subspace_identity(Subspace *subspace) {
  size_t n = subspace->n;
  memset(subspace->q, 0, n * n * sizeof(double));
  for (size_t i = 0; i < n; i++) subspace->q[i * n + i] = 1;
  subspace->rank = 0;
}

bool subspace_span(Subspace *subspace, size_t rows, const double *a) {
  size_t n = subspace->n, least = rows < n ? rows : n;
  assert(rows <= subspace->most && n <= INT_MAX / BLOCK);
  subspace->rows = rows;
  subspace_identity(subspace);
  if (!dense_finite(rows * n, a)) return false;
  if (rows == 0) return true;
  int order = (int)n, columns = (int)rows, kept = (int)least, info = 0;
  int size = (int)subspace_work(n, subspace->most);
  memcpy(subspace->r, a, rows * n * sizeof(double));
  for (size_t k = 0; k < rows; k++) subspace->pivot[k] = 0;
  dgeqp3_(&order, &columns, subspace->r, &order, subspace->pivot, subspace->reflections,
          subspace->work, &size, &info);
  if (info != 0) return false;
  while (subspace->rank < least &&
         fabs(subspace->r[subspace->rank * n + subspace->rank]) > DEPENDENT)
    subspace->rank++;
  memcpy(subspace->q, subspace->r, least * n * sizeof(double));
  dorgqr_(&order, &order, &kept, subspace->q, &order, subspace->reflections, subspace->work, &size,
          &info);
  return info == 0;
}

void subspace_multipliers(const Subspace *subspace, const double *g, double *multiplier) {
  size_t n = subspace->n;
  for (size_t i = 0; i < subspace->rows; i++) multiplier[i] = 0;
  for (size_t k = subspace->rank; k-- > 0;) {
    double sum = -dense_dot(n, subspace->q + k * n, g);
    for (size_t i = k + 1; i < subspace->rank; i++)
      sum -= subspace->r[i * n + k] * multiplier[subspace->pivot[i] - 1];
    multiplier[subspace->pivot[k] - 1] = sum / subspace->r[k * n + k];
  }
}

void subspace_normal(const Subspace *subspace, const double *c, double *p) {
  size_t n = subspace->n;
  double *part = subspace->reflections; /* free after the factorisation */
  memset(p, 0, n * sizeof(double));
  for (size_t k = 0; k < subspace->rank; k++) {
    double sum = -c[subspace->pivot[k] - 1];
    for (size_t i = 0; i < k; i++) sum -= subspace->r[k * n + i] * part[i];
    part[k] = sum / subspace->r[k * n + k];
    for (size_t i = 0; i < n; i++) p[i] += part[k] * subspace->q[k * n + i];
  }
}
