/* dense.c - the few dense kernels the optimisers share, over memory of the caller.
 *
 * LAPACK is called by its Fortran names; matrices here are symmetric, so row order is no matter.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/dense.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <string.h>

void dsyev_(const char *job, const char *uplo, const int *n, double *a, const int *lda, double *w,
            double *work, const int *lwork, int *info);
void dsyevd_(const char *job, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
void dpotrs_(const char *uplo, const int *n, const int *columns, const double *a, const int *lda,
             double *b, const int *ldb, int *info);
void dgesv_(const int *n, const int *columns, double *a, const int *lda, int *pivots, double *b,
            const int *ldb, int *info);

static int dense_order(size_t n) {
  assert(n <= INT_MAX);
  return (int)n;
}

/* Divide and conquer pays from here on. */
enum { SPECTRUM_LARGE = 26 };

static size_t spectrum_doubles(size_t n) {
  enum { BLOCK = 34 }; /* dsyev's best: (block size 32 + 2) * n */
  return n < SPECTRUM_LARGE ? BLOCK * n : 1 + 6 * n + 2 * n * n;
}

static size_t spectrum_integers(size_t n) { return n < SPECTRUM_LARGE ? 0 : 3 + 5 * n; }

/* The integers stand behind the doubles. */
size_t spectrum_work_size(size_t n) { return spectrum_doubles(n) + spectrum_integers(n); }

static bool spectrum_run(Spectrum *spectrum, const double *matrix, const char *job) {
  size_t n = spectrum->n;
  if (!dense_finite(n * n, matrix)) /* LAPACK may loop for ever on nan */
    return false;
  memcpy(spectrum->vectors, matrix, n * n * sizeof *matrix);
  int order = dense_order(n), doubles = dense_order(spectrum_doubles(n));
  int integers = dense_order(spectrum_integers(n)), info = 0;
  int *whole = (int *)(void *)(spectrum->work + doubles);
  if (n < SPECTRUM_LARGE)
    dsyev_(job, "L", &order, spectrum->vectors, &order, spectrum->values, spectrum->work, &doubles, &info);
  else
    dsyevd_(job, "L", &order, spectrum->vectors, &order, spectrum->values, spectrum->work, &doubles,
            whole, &integers, &info);
  return info == 0;
}

bool spectrum_compute(Spectrum *spectrum, const double *matrix) {
  return spectrum_run(spectrum, matrix, "V");
}

bool spectrum_values(Spectrum *spectrum, const double *matrix) {
  return spectrum_run(spectrum, matrix, "N");
}

double dense_largest(size_t n, const double *v) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) {
    if (isnan(v[i])) return v[i];
    largest = fmax(largest, fabs(v[i]));
  }
  return largest;
}

double dense_norm(size_t n, const double *v) {
  double largest = dense_largest(n, v), sum = 0;
  if (!(largest > 0) || isinf(largest)) return largest;
  for (size_t i = 0; i < n; i++) sum += (v[i] / largest) * (v[i] / largest);
  return largest * sqrt(sum);
}

double dense_dot(size_t n, const double *a, const double *b) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

bool dense_finite(size_t n, const double *v) {
  for (size_t i = 0; i < n; i++)
    if (!isfinite(v[i])) return false;
  return true;
}

bool dense_zero(size_t n, const double *v) {
  for (size_t i = 0; i < n; i++)
    if (!(v[i] == 0)) return false;
  return true;
}

/* Below, a call of LAPACK takes longer than its work. */
enum { CHOLESKY_SMALL = 24 };

static bool small_cholesky(size_t n, double *a) {
  for (size_t j = 0; j < n; j++) {
    double *column = a + j * n, pivot = column[j];
    for (size_t k = 0; k < j; k++) pivot -= a[k * n + j] * a[k * n + j];
    if (!(pivot > 0)) return false;
    column[j] = sqrt(pivot);
    for (size_t i = j + 1; i < n; i++) {
      double entry = column[i];
      for (size_t k = 0; k < j; k++) entry -= a[k * n + i] * a[k * n + j];
      column[i] = entry / column[j];
    }
  }
  return true;
}

static void small_solve(size_t n, const double *factor, double *b) {
  for (size_t j = 0; j < n; j++) {
    b[j] /= factor[j * n + j];
    for (size_t i = j + 1; i < n; i++) b[i] -= factor[j * n + i] * b[j];
  }
  for (size_t j = n; j-- > 0;) {
    for (size_t i = j + 1; i < n; i++) b[j] -= factor[j * n + i] * b[i];
    b[j] /= factor[j * n + j];
  }
}

bool dense_cholesky(size_t n, double *a) {
  if (!dense_finite(n * n, a)) return false;
  if (n < CHOLESKY_SMALL) return small_cholesky(n, a);
  int order = dense_order(n), info = 0;
  dpotrf_("L", &order, a, &order, &info);
  return info == 0;
}

void dense_cholesky_solve(size_t n, const double *factor, double *b) {
  if (n < CHOLESKY_SMALL) {
    small_solve(n, factor, b);
    return;
  }
  int order = dense_order(n), one = 1, info = 0;
  dpotrs_("L", &order, &one, factor, &order, b, &order, &info);
  assert(info == 0);
}

bool dense_solve(size_t n, double *a, double *b, int *pivots) {
  if (!dense_finite(n * n, a) || !dense_finite(n, b)) return false;
  int order = dense_order(n), one = 1, info = 0;
  dgesv_(&order, &one, a, &order, pivots, b, &order, &info);
  return info == 0 && dense_finite(n, b);
}

void dense_scales(size_t n, const double *h, double *d) {
  for (size_t i = 0; i < n; i++) {
    double scale = fabs(h[i * n + i]);
    if (!(scale > 0)) /* a row with no diagonal: its largest entry; a zero row: 1 */
      scale = dense_largest(n, h + i * n);
    d[i] = scale > 0 && isfinite(scale) ? sqrt(scale) : 1;
  }
}

/* xorshift: Marsaglia, J. Stat. Softw. 8, 2003. */
double dense_random(unsigned long long *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return (double)(*seed >> 11) / 4503599627370496.0 - 1;
}
