/* lu.c - L, U, P = lu(A) with P*A = L*U, and the reduced row echelon form.
 *
 * Adjoint: differentiate L U = P A with P fixed; strictly lower and upper parts separate. The row
 * exchanges belong to the point: near a tie of two pivots the factors jump.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "primitives/argument.h"
#include "primitives/lapack.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"

static void lu_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = out[1] = out[2] = in[0];
}

/* Row-major LAPACK would exchange columns, so the large case factors the transpose of a transpose.
 */
static void factor_rows(size_t n, const double *a, double *factor, int *pivot, double *work) {
  if (n <= MATRIX_OWN) {
    MatrixLu lu;
    double *rest = work;
    matrix_lu_factor(&lu, n, a, &rest);
    memcpy(factor, lu.factor, n * n * sizeof *a);
    memcpy(pivot, lu.pivot, n * sizeof *pivot);
    return;
  }
  int order = (int)n, info = 0;
  matrix_transpose(n, n, a, work);
  dgetrf_(&order, &order, work, &order, pivot, &info);
  matrix_transpose(n, n, work, factor);
  for (size_t i = 0; i < n; i++) pivot[i]--;
}

static const char *lu_value(const double *const in[], const Shape in_shape[], double *const out[],
                            const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t n = in_shape[0].rows;
  double *message = matrix_take(&work, MATRIX_MESSAGE), *lower = out[0], *upper = out[1],
         *exchange = out[2];
  int *pivot = matrix_take_ints(&work, n), *order = matrix_take_ints(&work, n);
  const char *refusal = matrix_check_finite("A", n, n, in[0], message);
  if (refusal) return refusal;
  factor_rows(n, in[0], lower, pivot, work);
  memset(upper, 0, n * n * sizeof *upper);
  memset(exchange, 0, n * n * sizeof *exchange);
  for (size_t i = 0; i < n; i++) {
    order[i] = (int)i;
    for (size_t j = i; j < n; j++) upper[i * n + j] = lower[i * n + j];
    lower[i * n + i] = 1;
  }
  matrix_zero_above(n, lower);
  for (size_t i = 0; i < n; i++) {
    int first = order[i];
    order[i] = order[pivot[i]];
    order[pivot[i]] = first;
  }
  for (size_t i = 0; i < n; i++) exchange[i * n + (size_t)order[i]] = 1;
  return NULL;
}

static size_t lu_work(const Shape in[]) {
  return MATRIX_MESSAGE + 2 * matrix_ints(in[0].rows) + matrix_lu_size(in[0].rows);
}

const Rule rule_lu = {
    .name = "lu",
    .inputs = 1,
    .outputs = 3,
    .shape = lu_shape,
    .value = lu_value,
    .work_size = lu_work,
    .names = "A L U P",
    .adjoint = "M = tril(L'*L_bar, -1) + triu(U_bar*U')\n"
               "X = solve(U, M')\n"
               "P'*solve(L', X')",
};

/* ---- rref ---- */

/* Gauss-Jordan with row exchanges; what rounding leaves of a dependent row counts as 0. */
static void reduce(size_t m, size_t n, double *a) {
  double tolerance = (double)(m > n ? m : n) * DBL_EPSILON * matrix_norm_inf(m, n, a);
  size_t row = 0;
  for (size_t col = 0; col < n && row < m; col++) {
    size_t best = row;
    for (size_t i = row + 1; i < m; i++)
      if (fabs(a[i * n + col]) > fabs(a[best * n + col])) best = i;
    if (fabs(a[best * n + col]) <= tolerance) {
      for (size_t i = row; i < m; i++) a[i * n + col] = 0;
      continue;
    }
    double pivot = a[best * n + col];
    for (size_t j = 0; j < n; j++) {
      double x = a[best * n + j];
      a[best * n + j] = a[row * n + j];
      a[row * n + j] = x / pivot;
    }
    for (size_t i = 0; i < m; i++) {
      double factor = a[i * n + col];
      if (i == row || factor == 0) continue;
      for (size_t j = col; j < n; j++) a[i * n + j] -= factor * a[row * n + j];
      a[i * n + col] = 0;
    }
    row++;
  }
}

static Value rref_call(Session *session, const Arguments *arguments) {
  Array *given = argument_array(session, arguments, 0);
  Array *reduced = array_copy(session, given);
  reduce(given->rows, given->cols, reduced->data);
  value_release(value_array(given));
  return linear_result(reduced);
}

const Primitive lu_rows[] = {
    {"lu", "(A)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_lu,
     "L, U, P = lu(A): P*A = L*U with L lower triangular (1 on its diagonal), U upper triangular "
     "and P the "
     "matrix of row exchanges.",
     "L, U, P = lu([1, 2; 4, 4]); diag(U)", "[4, 1]"},
    {"rref", "(A)", rref_call, RESULT_ARRAYS, DERIVE_NONE,
     "its entries jump where the rank changes and are constant in between for a matrix of full "
     "rank",
     NULL,
     "The reduced row echelon form: Gauss-Jordan elimination, pivots 1 and zeros above and below "
     "them.",
     "rref([1, 2, 5; 3, 4, 11])*[0, 0, 1]", "[1, 2]"},
};
