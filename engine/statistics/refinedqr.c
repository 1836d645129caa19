/* refinedqr.c - QR of a tall matrix, and least squares solutions refined past its precision.
 *
 * Refinement is that of A. Björck, "Iterative refinement of linear least squares solutions I", BIT
 * 7 (1967): Newton steps on the augmented system [I A; A' 0], with its residuals in twice the
 * working precision. Scaling by powers of two is exact, so the refined problem is the one that was
 * given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/refinedqr.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "statistics/twofold.h"

/* Fortran symbols; the trailing sizes are the lengths of the character arguments. */
void dgeqp3_(const int *m, const int *n, double *a, const int *lda, int *jpvt, double *tau,
             double *work, const int *lwork, int *info);
void dormqr_(const char *side, const char *trans, const int *m, const int *n, const int *k,
             const double *a, const int *lda, const double *tau, double *c, const int *ldc,
             double *work, const int *lwork, int *info, size_t side_size, size_t trans_size);
void dtrsv_(const char *uplo, const char *trans, const char *diag, const int *n, const double *a,
            const int *lda, double *x, const int *incx, size_t uplo_size, size_t trans_size,
            size_t diag_size);
void dgesvd_(const char *jobu, const char *jobvt, const int *m, const int *n, double *a,
             const int *lda, double *s, double *u, const int *ldu, double *vt, const int *ldvt,
             double *work, const int *lwork, int *info, size_t jobu_size, size_t jobvt_size);

enum {
  REFINE_STEPS = 3,     /* after the first solution: each gains -log10(cond * epsilon) digits */
  LAPACK_BLOCK = 66,    /* workspace columns per matrix column: block size 64 and a margin */
  RANK_ROWS_MOST = 1000 /* rounding perturbs a unit column by epsilon however long it is, so the
                           tolerance stops growing with the rows */
};
static const double RANK_TOLERANCE = 10 * DBL_EPSILON; /* times the rows */

/* The covariance is refined up to this much work (rows * rank²), for free below the first. */
static const double COVARIANCE_WORK_FREE = 1e7, COVARIANCE_WORK_MOST = 3e8;
static const double COVARIANCE_COND = 1e3; /* error cond * epsilon: below this 13 digits anyway */

/* A power of two beyond which its inverse is not a normal number. */
enum { SCALE_EXPONENT_MOST = 1000 };

static double *refinedqr_new(LinearFitMemory memory, size_t count) {
  return memory.allocate(memory.context, (count ? count : 1) * sizeof(double));
}

static double *refinedqr_column(const RefinedQr *qr, const double *matrix, size_t column) {
  return matrix ? (double *)matrix + column * qr->rows : NULL;
}

double refinedqr_scale(double length) {
  if (length == 0) return 1;
  int exponent = -ilogb(length);
  if (exponent > SCALE_EXPONENT_MOST) exponent = SCALE_EXPONENT_MOST;
  if (exponent < -SCALE_EXPONENT_MOST) exponent = -SCALE_EXPONENT_MOST;
  return ldexp(1, exponent);
}

double refinedqr_length(size_t count, const double *vector) {
  double largest = 0, sum = 0;
  for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs(vector[i]));
  if (largest == 0) return 0;
  double scale = refinedqr_scale(largest);
  for (size_t i = 0; i < count; i++) sum += (vector[i] * scale) * (vector[i] * scale);
  return sqrt(sum) / scale;
}

static void refinedqr_scale_columns(RefinedQr *qr, const LinearFitData *data) {
  for (size_t j = 0; j < qr->columns; j++) {
    double *high = refinedqr_column(qr, qr->high, j), *low = refinedqr_column(qr, qr->low, j);
    const double *x = refinedqr_column(qr, data->x, j),
                 *rest = refinedqr_column(qr, data->x_low, j);
    double length = refinedqr_length(qr->rows, x), scale = refinedqr_scale(length);
    for (size_t i = 0; i < qr->rows; i++) high[i] = x[i] * scale;
    for (size_t i = 0; low && i < qr->rows; i++) low[i] = rest[i] * scale;
    qr->scale[j] = scale;
    qr->length[j] = length * scale;
  }
}

static double refinedqr_tolerance(const RefinedQr *qr) {
  size_t rows = qr->rows < RANK_ROWS_MOST ? qr->rows : RANK_ROWS_MOST;
  return RANK_TOLERANCE * (double)rows;
}

/* Factors the first [count] columns of [kept]; returns their numerical rank. */
static size_t refinedqr_factor_kept(RefinedQr *qr, size_t count) {
  for (size_t k = 0; k < count; k++) {
    memcpy(qr->factor + k * qr->rows, qr->high + qr->kept[k] * qr->rows, qr->rows * sizeof(double));
    qr->pivot[k] = 0;
  }
  int rows = (int)qr->rows, columns = (int)count, failed = 0;
  dgeqp3_(&rows, &columns, qr->factor, &rows, qr->pivot, qr->tau, qr->work, &qr->work_size,
          &failed);
  assert(!failed);
  double first = fabs(qr->factor[0]), smallest = refinedqr_tolerance(qr) * first;
  size_t rank = 0, most = count < qr->rows ? count : qr->rows;
  while (rank < most && first > 0 && fabs(qr->factor[rank * qr->rows + rank]) >= smallest) rank++;
  return rank;
}

/* Keeps the columns that the ones before them do not make up, in the order given: what a reader
 * expects to lose is the later column. Gram-Schmidt twice over each column is enough for that. */
static size_t refinedqr_choose(RefinedQr *qr) {
  size_t count = 0, rows = qr->rows;
  for (size_t j = 0; j < qr->columns && count < rows; j++) {
    if (qr->length[j] == 0) continue;
    double *candidate = refinedqr_column(qr, qr->factor, count);
    memcpy(candidate, refinedqr_column(qr, qr->high, j), rows * sizeof(double));
    for (int pass = 0; pass < 2; pass++) {
      for (size_t k = 0; k < count; k++) {
        const double *unit = refinedqr_column(qr, qr->factor, k);
        double along = 0;
        for (size_t i = 0; i < rows; i++) along += unit[i] * candidate[i];
        for (size_t i = 0; i < rows; i++) candidate[i] -= along * unit[i];
      }
    }
    double length = refinedqr_length(rows, candidate);
    if (length < refinedqr_tolerance(qr) * qr->length[j]) continue;
    for (size_t i = 0; i < rows; i++) candidate[i] /= length;
    qr->kept[count++] = j;
  }
  return count;
}

/* Factors the largest set of columns that is independent, if necessary in several attempts: the two
 * tests of independence need not agree near the tolerance. */
static void refinedqr_reduce(RefinedQr *qr) {
  for (size_t j = 0; j < qr->columns; j++) qr->kept[j] = j;
  size_t count = qr->columns, rank = refinedqr_factor_kept(qr, count);
  if (rank < count) {
    count = refinedqr_choose(qr);
    while (count && (rank = refinedqr_factor_kept(qr, count)) < count) {
      size_t dropped = (size_t)qr->pivot[rank] - 1;
      memmove(qr->kept + dropped, qr->kept + dropped + 1, (count - dropped - 1) * sizeof *qr->kept);
      count--;
    }
  }
  qr->rank = count;
}

/* Condition number in the 2-norm of the kept columns, each at length 1. */
static bool refinedqr_condition(RefinedQr *qr, LinearFitMemory memory) {
  size_t rank = qr->rank;
  qr->cond = 1;
  if (rank < 2) return true;
  double *triangle = refinedqr_new(memory, rank * rank), *singular = refinedqr_new(memory, rank);
  if (!triangle || !singular) return false;
  for (size_t k = 0; k < rank; k++) {
    double length = qr->length[qr->kept[qr->pivot[k] - 1]];
    for (size_t i = 0; i < rank; i++)
      triangle[k * rank + i] = i <= k ? qr->factor[k * qr->rows + i] / length : 0;
  }
  int size = (int)rank, one = 1, failed = 0;
  double unused = 0;
  dgesvd_("N", "N", &size, &size, triangle, &size, singular, &unused, &one, &unused, &one, qr->work,
          &qr->work_size, &failed, 1, 1);
  qr->cond = failed ? NAN : singular[0] / singular[rank - 1];
  return true;
}

bool refinedqr_factor(const LinearFitData *data, LinearFitMemory memory, RefinedQr *qr) {
  size_t rows = data->rows, columns = data->columns, all = rows * columns;
  *qr = (RefinedQr){.rows = rows, .columns = columns};
  size_t work_size = LAPACK_BLOCK * (columns + 1);
  qr->high = refinedqr_new(memory, all);
  qr->low = data->x_low ? refinedqr_new(memory, all) : NULL;
  qr->factor = refinedqr_new(memory, all);
  qr->scale = refinedqr_new(memory, 5 * columns);
  qr->kept = memory.allocate(memory.context, columns * (sizeof *qr->kept + sizeof *qr->pivot));
  qr->work = refinedqr_new(memory, work_size);
  qr->rest_high = refinedqr_new(memory, 2 * rows);
  if (!qr->high || (data->x_low && !qr->low) || !qr->factor || !qr->scale || !qr->kept ||
      !qr->work || !qr->rest_high)
    return false;
  qr->length = qr->scale + columns;
  qr->tau = qr->scale + 2 * columns;
  qr->half = qr->scale + 3 * columns;
  qr->step = qr->scale + 4 * columns;
  qr->pivot = (int *)(qr->kept + columns);
  qr->rest_low = qr->rest_high + rows;
  qr->work_size = (int)work_size;
  refinedqr_scale_columns(qr, data);
  refinedqr_reduce(qr);
  return refinedqr_condition(qr, memory);
}

/* vector = Q vector, or Q' vector if [transposed]. */
static void refinedqr_rotate(RefinedQr *qr, bool transposed, double *vector) {
  int rows = (int)qr->rows, rank = (int)qr->rank, one = 1, failed = 0;
  dormqr_("L", transposed ? "T" : "N", &rows, &one, &rank, qr->factor, &rows, qr->tau, vector,
          &rows, qr->work, &qr->work_size, &failed, 1, 1);
  assert(!failed);
}

/* Solves R vector = vector, or R' vector = vector if [transposed]. */
static void refinedqr_backsolve(const RefinedQr *qr, bool transposed, double *vector) {
  int rows = (int)qr->rows, rank = (int)qr->rank, one = 1;
  dtrsv_("U", transposed ? "T" : "N", "N", &rank, qr->factor, &rows, vector, &one, 1, 1, 1);
}

/* What the augmented system lacks at (residual, solution): [rest_high] above, [half] below, the
 * latter in pivot order. */
static void refinedqr_lack(RefinedQr *qr, const double *right, const double *right_low,
                           const double *below, const double *residual, const double *solution) {
  for (size_t i = 0; i < qr->rows; i++) {
    Twofold rest = twofold_of_sum(right ? right[i] : 0, -residual[i]);
    qr->rest_high[i] = rest.high;
    qr->rest_low[i] = rest.low + (right_low ? right_low[i] : 0);
  }
  for (size_t k = 0; k < qr->rank; k++)
    twofold_subtract_scaled(qr->rows, refinedqr_column(qr, qr->high, qr->kept[k]),
                            refinedqr_column(qr, qr->low, qr->kept[k]), solution[k], qr->rest_high,
                            qr->rest_low);
  for (size_t i = 0; i < qr->rows; i++) qr->rest_high[i] += qr->rest_low[i];
  for (size_t k = 0; k < qr->rank; k++) {
    size_t at = (size_t)qr->pivot[k] - 1;
    qr->half[k] =
        -twofold_dot(qr->rows, refinedqr_column(qr, qr->high, qr->kept[at]),
                     refinedqr_column(qr, qr->low, qr->kept[at]), residual, below ? -below[at] : 0);
  }
}

/* One Newton step; returns its size relative to the solution. */
static double refinedqr_improve(RefinedQr *qr, double *residual, double *solution) {
  double change = 0, largest = 0;
  refinedqr_backsolve(qr, true, qr->half);
  refinedqr_rotate(qr, true, qr->rest_high);
  for (size_t k = 0; k < qr->rank; k++) {
    qr->step[k] = qr->rest_high[k] - qr->half[k];
    qr->rest_high[k] = qr->half[k];
  }
  refinedqr_backsolve(qr, false, qr->step);
  refinedqr_rotate(qr, false, qr->rest_high);
  for (size_t i = 0; i < qr->rows; i++) residual[i] += qr->rest_high[i];
  for (size_t k = 0; k < qr->rank; k++) {
    size_t at = (size_t)qr->pivot[k] - 1;
    solution[at] += qr->step[k];
    change = fmax(change, fabs(qr->step[k]));
    largest = fmax(largest, fabs(solution[at]));
  }
  return largest > 0 ? change / largest : 0;
}

double refinedqr_solve(RefinedQr *qr, const double *right, const double *right_low,
                       const double *below, double *residual, double *solution) {
  double change = 1;
  memset(residual, 0, qr->rows * sizeof *residual);
  memset(solution, 0, qr->rank * sizeof *solution);
  if (!qr->rank) {
    if (right) memcpy(residual, right, qr->rows * sizeof *residual);
    return DBL_DIG;
  }
  for (int step = 0; step <= REFINE_STEPS && change > DBL_EPSILON / 4; step++) {
    refinedqr_lack(qr, right, right_low, below, residual, solution);
    change = refinedqr_improve(qr, residual, solution);
  }
  return -log10(fmax(change, DBL_EPSILON / 2));
}

/* One column of inverse(A'A) from the factor alone. */
static void refinedqr_covariance_column(RefinedQr *qr, size_t column, double *solution) {
  for (size_t k = 0; k < qr->rank; k++) qr->half[k] = (size_t)qr->pivot[k] - 1 == column;
  refinedqr_backsolve(qr, true, qr->half);
  refinedqr_backsolve(qr, false, qr->half);
  for (size_t k = 0; k < qr->rank; k++) solution[qr->pivot[k] - 1] = qr->half[k];
}

bool refinedqr_covariance(RefinedQr *qr, LinearFitMemory memory, double *covariance) {
  size_t rank = qr->rank;
  double work = (double)qr->rows * (double)rank * (double)rank;
  bool refine =
      work <= COVARIANCE_WORK_FREE || (qr->cond > COVARIANCE_COND && work <= COVARIANCE_WORK_MOST);
  double *residual = refinedqr_new(memory, refine ? qr->rows : 0);
  double *below = refinedqr_new(memory, rank);
  if (!residual || !below) return false;
  for (size_t k = 0; k < rank; k++) {
    double *column = covariance + k * rank;
    if (!refine) {
      refinedqr_covariance_column(qr, k, column);
      continue;
    }
    for (size_t i = 0; i < rank; i++) below[i] = i == k ? -1 : 0;
    refinedqr_solve(qr, NULL, NULL, below, residual, column);
  }
  for (size_t i = 0; i < rank; i++)
    for (size_t k = 0; k < i; k++)
      covariance[i * rank + k] = covariance[k * rank + i] =
          (covariance[i * rank + k] + covariance[k * rank + i]) / 2;
  return true;
}
