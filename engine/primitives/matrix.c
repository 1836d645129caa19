/* matrix.c - plain row-major matrices for the linear algebra kernels: products, norms, one LU.
 *
 * Row-major memory of A is column-major memory of A'. So X with A X = B is found in place,
 * row-major, by the routines that solve X' A' = B' from the right, and no matrix is transposed on
 * the way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/matrix.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "primitives/lapack.h"

/* A matrix whose smallest pivot is above this part of its largest entry is not looked at again. */
static const double SUSPICIOUS_PIVOT = 1e-6;
static const double SYMMETRY_TOLERANCE = 1e-12;
/* Columns dgetri works on at a time. */
enum { INVERSE_BLOCK = 32 };
/* Components closer than this to the largest one count as equally large, so that rounding does not
 * decide the sign of (1, -1)/sqrt(2). */
static const double SIGN_TIE = 1e-8;

double *matrix_take(double **work, size_t count) {
  double *piece = *work;
  *work += count;
  return piece;
}

int *matrix_take_ints(double **work, size_t count) {
  return (int *)matrix_take(work, matrix_ints(count));
}

const char *matrix_explain(double *work, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf((char *)work, MATRIX_MESSAGE * sizeof *work, format, list);
  va_end(list);
  return (const char *)work;
}

const char *matrix_check_finite(const char *name, size_t rows, size_t cols, const double *a,
                                double *work) {
  size_t count = rows * cols, i = 0;
  double lane[4] = {0}; /* 0 times anything but a number is nan */
  for (; i + 4 <= count; i += 4)
    for (size_t k = 0; k < 4; k++) lane[k] += 0 * a[i + k];
  for (; i < count; i++) lane[0] += 0 * a[i];
  if (lane[0] + lane[1] + lane[2] + lane[3] == 0) return NULL;
  for (i = 0; i < count; i++)
    if (!isfinite(a[i]))
      return matrix_explain(work, "%s[%zu, %zu] is %s", name, i / cols + 1, i % cols + 1,
                            isnan(a[i]) ? "nan"
                            : a[i] > 0  ? "inf"
                                        : "-inf");
  return NULL;
}

/* By blocks: a large matrix read down its columns would miss the cache at every entry. */
void matrix_transpose(size_t rows, size_t cols, const double *from, double *to) {
  enum { BLOCK = 16 };
  for (size_t i0 = 0; i0 < rows; i0 += BLOCK)
    for (size_t j0 = 0; j0 < cols; j0 += BLOCK)
      for (size_t i = i0; i < rows && i < i0 + BLOCK; i++)
        for (size_t j = j0; j < cols && j < j0 + BLOCK; j++) to[j * rows + i] = from[i * cols + j];
}

void matrix_multiply(size_t m, size_t k, size_t n, const double *a, const double *b, double *c) {
  if (m == 0 || n == 0) return;
  if (k == 0 || m * n * k <= MATRIX_OWN * MATRIX_OWN * MATRIX_OWN) {
    for (size_t i = 0; i < m; i++)
      for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
        c[i * n + j] = sum;
      }
    return;
  }
  int rows = (int)m, inner = (int)k, cols = (int)n;
  double one = 1, zero = 0;
  dgemm_("N", "N", &cols, &rows, &inner, &one, b, &cols, a, &inner, &zero, c, &cols, 1, 1);
}

static double larger(double a, double b) { return a > b ? a : b; }

double matrix_largest(size_t count, const double *x) {
  double lane[4] = {0};
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (size_t k = 0; k < 4; k++) lane[k] = larger(fabs(x[i + k]), lane[k]);
  for (; i < count; i++) lane[0] = larger(fabs(x[i]), lane[0]);
  return larger(larger(lane[0], lane[1]), larger(lane[2], lane[3]));
}

static double sum_of_magnitudes(size_t count, const double *x) {
  double lane[4] = {0};
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (size_t k = 0; k < 4; k++) lane[k] += fabs(x[i + k]);
  for (; i < count; i++) lane[0] += fabs(x[i]);
  return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

double matrix_norm_inf(size_t rows, size_t cols, const double *a) {
  double largest = 0;
  for (size_t i = 0; i < rows; i++)
    largest = larger(sum_of_magnitudes(cols, a + i * cols), largest);
  return largest;
}

double matrix_norm_one(size_t rows, size_t cols, const double *a) {
  double largest = 0;
  for (size_t j = 0; j < cols; j++) {
    double sum = 0;
    for (size_t i = 0; i < rows; i++) sum += fabs(a[i * cols + j]);
    largest = fmax(largest, sum);
  }
  return largest;
}

bool matrix_is_symmetric(size_t n, const double *a) {
  double allowed = SYMMETRY_TOLERANCE * matrix_largest(n * n, a);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++)
      if (!(fabs(a[i * n + j] - a[j * n + i]) <= allowed)) return false;
  return true;
}

void matrix_zero_above(size_t n, double *a) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++) a[i * n + j] = 0;
}

/* Adding 0 turns -0 into 0. */
void matrix_scale_column(size_t rows, size_t cols, double *a, size_t j, double factor) {
  for (size_t i = 0; i < rows; i++) a[i * cols + j] = a[i * cols + j] * factor + 0.0;
}

double matrix_column_sign(size_t rows, size_t cols, const double *a, size_t j) {
  double largest = 0, entry = 0;
  for (size_t i = 0; i < rows; i++) {
    double x = a[i * cols + j];
    if (fabs(x) > largest * (1 + SIGN_TIE)) largest = fabs(x), entry = x;
  }
  return entry < 0 ? -1 : 1;
}

/* ---- triangular systems ---- */

static void subtract_rows(size_t columns, double factor, const double *from, double *to) {
  for (size_t c = 0; c < columns; c++) to[c] -= factor * from[c];
}

static void own_solve_triangular(bool lower, bool transposed, bool unit, size_t n, const double *t,
                                 size_t columns, double *b) {
  bool forward = lower != transposed;
  for (size_t step = 0; step < n; step++) {
    size_t i = forward ? step : n - 1 - step;
    for (size_t done = 0; done < step; done++) {
      size_t j = forward ? done : n - 1 - done;
      subtract_rows(columns, transposed ? t[j * n + i] : t[i * n + j], b + j * columns,
                    b + i * columns);
    }
    if (unit) continue;
    for (size_t c = 0; c < columns; c++) b[i * columns + c] /= t[i * n + i];
  }
}

void matrix_solve_triangular(bool lower, bool transposed, bool unit, size_t n, const double *t,
                             size_t columns, double *b) {
  if (n <= MATRIX_OWN) {
    own_solve_triangular(lower, transposed, unit, n, t, columns, b);
    return;
  }
  int order = (int)n, count = (int)columns;
  double one = 1;
  dtrsm_("R", lower ? "U" : "L", transposed ? "T" : "N", unit ? "U" : "N", &count, &order, &one, t,
         &order, b, &count, 1, 1, 1, 1);
}

/* ---- LU ---- */

/* For dgetri, which holds what dgecon needs (4n and n ints) and a column of a small inverse. */
static size_t lu_space(size_t n) { return INVERSE_BLOCK * n + MATRIX_OWN; }

size_t matrix_lu_size(size_t n) { return n * n + matrix_ints(n) + 2 * n + lu_space(n); }

static void swap_rows(size_t cols, double *a, double *b) {
  for (size_t j = 0; j < cols; j++) {
    double t = a[j];
    a[j] = b[j];
    b[j] = t;
  }
}

/* Doolittle with row exchanges; pivot[k] is the row that came to k. */
static bool own_lu(size_t n, double *a, int *pivot) {
  bool regular = true;
  for (size_t k = 0; k < n; k++) {
    size_t best = k;
    for (size_t i = k + 1; i < n; i++)
      if (fabs(a[i * n + k]) > fabs(a[best * n + k])) best = i;
    pivot[k] = (int)best;
    if (best != k) swap_rows(n, a + k * n, a + best * n);
    if (a[k * n + k] == 0) {
      regular = false;
      continue;
    }
    for (size_t i = k + 1; i < n; i++) {
      double factor = a[i * n + k] / a[k * n + k];
      a[i * n + k] = factor;
      for (size_t j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return regular;
}

static bool factor_now(MatrixLu *lu) {
  if (lu->n <= MATRIX_OWN) return own_lu(lu->n, lu->factor, lu->pivot);
  int n = (int)lu->n, info = 0;
  dgetrf_(&n, &n, lu->factor, &n, lu->pivot, &info);
  assert(info >= 0);
  return info == 0;
}

bool matrix_lu_factor(MatrixLu *lu, size_t n, const double *a, double **work) {
  lu->n = n;
  lu->factor = matrix_take(work, n * n);
  lu->pivot = matrix_take_ints(work, n);
  lu->row_scale = matrix_take(work, n);
  lu->col_scale = matrix_take(work, n);
  lu->work = matrix_take(work, lu_space(n));
  lu->scaled = false;
  memcpy(lu->factor, a, n * n * sizeof *a);
  return factor_now(lu);
}

static double nearest_power(double x) {
  int exponent;
  frexp(x, &exponent);
  return ldexp(1, -exponent);
}

/* Factors [a] again with its rows and then its columns brought to the size of 1. False if one of
 * them is all 0, or a pivot is. */
static bool factor_scaled(MatrixLu *lu, const double *a) {
  size_t n = lu->n;
  lu->scaled = true;
  for (size_t i = 0; i < n; i++) {
    double largest = matrix_largest(n, a + i * n);
    if (largest == 0) return false;
    lu->row_scale[i] = nearest_power(largest);
    for (size_t j = 0; j < n; j++) lu->factor[i * n + j] = a[i * n + j] * lu->row_scale[i];
  }
  for (size_t j = 0; j < n; j++) {
    double largest = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(lu->factor[i * n + j]));
    if (largest == 0) return false;
    lu->col_scale[j] = nearest_power(largest);
    matrix_scale_column(n, n, lu->factor, j, lu->col_scale[j]);
  }
  lu->norm = matrix_norm_inf(n, n, lu->factor);
  return factor_now(lu);
}

/* Solves with the factors alone, scaling left aside. */
static void solve_factored(const MatrixLu *lu, size_t columns, double *b) {
  size_t n = lu->n;
  if (n <= MATRIX_OWN) {
    for (size_t k = 0; k < n; k++)
      if ((size_t)lu->pivot[k] != k)
        swap_rows(columns, b + k * columns, b + (size_t)lu->pivot[k] * columns);
    own_solve_triangular(true, false, true, n, lu->factor, columns, b);
    own_solve_triangular(false, false, false, n, lu->factor, columns, b);
    return;
  }
  int order = (int)n, one = 1, info = 0;
  if (columns == 1) {
    dgetrs_("T", &order, &one, lu->factor, &order, lu->pivot, b, &order, &info, 1);
    return;
  }
  /* The factors are those of A': A' = P L U in column-major words, so here U' first, then L', then
   * P. */
  matrix_solve_triangular(true, false, false, n, lu->factor, columns, b);
  matrix_solve_triangular(false, false, true, n, lu->factor, columns, b);
  for (size_t k = n; k-- > 0;) {
    size_t other = (size_t)lu->pivot[k] - 1;
    if (other != k) swap_rows(columns, b + k * columns, b + other * columns);
  }
}

double matrix_lu_rcond(const MatrixLu *lu, const double *a) {
  size_t n = lu->n;
  double norm = lu->scaled ? lu->norm : matrix_norm_inf(n, n, a);
  if (norm == 0) return 0;
  if (n > MATRIX_OWN) {
    double rcond = 0, *work = lu->work;
    int order = (int)n, info = 0;
    double *space = matrix_take(&work, 4 * n);
    dgecon_("1", &order, lu->factor, &order, &norm, &rcond, space, matrix_take_ints(&work, n),
            &info, 1);
    return rcond;
  }
  double row_sum[MATRIX_OWN] = {0};
  for (size_t j = 0; j < n; j++) {
    double *column = lu->work;
    for (size_t i = 0; i < n; i++) column[i] = i == j;
    solve_factored(lu, 1, column);
    for (size_t i = 0; i < n; i++) row_sum[i] += fabs(column[i]);
  }
  return 1 / (norm * matrix_largest(n, row_sum));
}

static bool has_small_pivot(const MatrixLu *lu, double largest) {
  for (size_t i = 0; i < lu->n; i++)
    if (!(fabs(lu->factor[i * lu->n + i]) > SUSPICIOUS_PIVOT * largest)) return true;
  return false;
}

const char *matrix_lu_invertible(MatrixLu *lu, const char *name, size_t n, const double *a,
                                 double **work, double *message, double *rcond) {
  const char *refusal = matrix_check_finite(name, n, n, a, message);
  if (refusal) return refusal;
  bool regular = matrix_lu_factor(lu, n, a, work);
  if (regular && !rcond && !has_small_pivot(lu, matrix_largest(n * n, a))) return NULL;
  double found = regular ? matrix_lu_rcond(lu, a) : 0;
  if (!(found >= MATRIX_DOUBTFUL)) found = factor_scaled(lu, a) ? matrix_lu_rcond(lu, a) : 0;
  if (rcond) *rcond = found;
  if (found >= MATRIX_SINGULAR) return NULL;
  return matrix_explain(message, "%s is singular%s (reciprocal condition number %.2g)", name,
                        found > 0 ? " to working precision" : "", found);
}

static void scale_rows(size_t n, size_t columns, const double *scale, double *b) {
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < columns; c++) b[i * columns + c] *= scale[i];
}

void matrix_lu_solve(const MatrixLu *lu, size_t columns, double *b) {
  if (lu->scaled) scale_rows(lu->n, columns, lu->row_scale, b);
  solve_factored(lu, columns, b);
  if (lu->scaled) scale_rows(lu->n, columns, lu->col_scale, b);
}

void matrix_lu_inverse(const MatrixLu *lu, double *inverse) {
  size_t n = lu->n;
  if (n <= MATRIX_OWN) {
    memset(inverse, 0, n * n * sizeof *inverse);
    for (size_t i = 0; i < n; i++) inverse[i * n + i] = 1;
    matrix_lu_solve(lu, n, inverse);
    return;
  }
  int order = (int)n, space = INVERSE_BLOCK * (int)n, info = 0;
  memcpy(inverse, lu->factor, n * n * sizeof *inverse);
  dgetri_(&order, inverse, &order, lu->pivot, lu->work, &space, &info);
  assert(info == 0);
  if (!lu->scaled) return;
  scale_rows(n, n, lu->col_scale, inverse);
  for (size_t j = 0; j < n; j++) matrix_scale_column(n, n, inverse, j, lu->row_scale[j]);
}

double matrix_lu_determinant(const MatrixLu *lu) {
  int base = lu->n <= MATRIX_OWN ? 0 : 1; /* LAPACK counts rows from 1 */
  double mantissa = 1;
  long exponent = 0;
  for (size_t i = 0; i < lu->n; i++) {
    int shift;
    mantissa = frexp(mantissa * lu->factor[i * lu->n + i], &shift);
    exponent += shift;
    if ((size_t)(lu->pivot[i] - base) != i) mantissa = -mantissa;
  }
  return mantissa == 0 ? 0 : ldexp(mantissa, (int)fmin(fmax((double)exponent, -5000), 5000));
}

/* ---- singular values ---- */

static size_t svd_space(const char *job, size_t m, size_t n) {
  int rows = (int)n, cols = (int)m, k = (int)(m < n ? m : n), query = -1, info = 0, integer = 0;
  double best = 0, dummy = 0;
  dgesdd_(job, &rows, &cols, &dummy, &rows, &dummy, &dummy, &rows, &dummy, &k, &best, &query,
          &integer, &info, 1);
  assert(info == 0);
  return (size_t)best;
}

size_t matrix_svd_size(size_t m, size_t n) {
  size_t k = m < n ? m : n;
  if (k == 0) return MATRIX_MESSAGE;
  return MATRIX_MESSAGE + m * n + n * k + matrix_ints(8 * k) + svd_space("S", m, n);
}

/* dgesdd sees A' = V S U': its u is V, and its vt is U', which row-major is U. */
static const char *run_svd(const char *job, size_t m, size_t n, const double *a, double *u,
                           double *s, double *v, double *work) {
  double *message = work;
  matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", m, n, a, message);
  if (refusal) return refusal;
  size_t k = m < n ? m : n;
  double *copy = matrix_take(&work, m * n), *left = matrix_take(&work, n * k);
  int *integers = matrix_take_ints(&work, 8 * k);
  int rows = (int)n, cols = (int)m, least = (int)k, info = 0;
  int space = (int)svd_space(job, m, n);
  memcpy(copy, a, m * n * sizeof *a);
  dgesdd_(job, &rows, &cols, copy, &rows, s, left, &rows, u ? u : copy, &least, work, &space,
          integers, &info, 1);
  if (info != 0) return matrix_explain(message, "the singular values did not converge");
  if (v) matrix_transpose(k, n, left, v);
  return NULL;
}

const char *matrix_svd(size_t m, size_t n, const double *a, double *u, double *s, double *v,
                       double *work) {
  size_t k = m < n ? m : n;
  if (k == 0) return NULL;
  const char *refusal = run_svd("S", m, n, a, u, s, v, work);
  if (refusal) return refusal;
  for (size_t j = 0; j < k; j++) {
    double sign = matrix_column_sign(m, k, u, j);
    matrix_scale_column(m, k, u, j, sign);
    matrix_scale_column(n, k, v, j, sign);
  }
  return NULL;
}

const char *matrix_singular_values(size_t m, size_t n, const double *a, double *s, double *work) {
  if (m == 0 || n == 0) return NULL;
  return run_svd("N", m, n, a, NULL, s, NULL, work);
}
