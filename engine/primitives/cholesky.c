/* cholesky.c - cholesky(A): the lower L with A = L*L'.
 *
 * The adjoint is that of a function on symmetric matrices: the two entries A[i, j] and A[j, i]
 * share it (Murray, "Differentiation of the Cholesky decomposition", 2016, eq. 10).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "primitives/lapack.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"

static void cholesky_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = in[0];
}

/* The lower triangle of [l] becomes the factor; 0, or the number of the pivot that is not positive.
 */
static size_t own_cholesky(size_t n, double *l) {
  for (size_t j = 0; j < n; j++) {
    for (size_t i = j; i < n; i++) {
      double sum = l[i * n + j];
      for (size_t k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i == j && !(sum > 0)) return j + 1;
      l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
    }
  }
  return 0;
}

static const char *cholesky_value(const double *const in[], const Shape in_shape[],
                                  double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t n = in_shape[0].rows;
  const char *refusal = matrix_check_finite("A", n, n, in[0], work);
  if (refusal) return refusal;
  if (!matrix_is_symmetric(n, in[0]))
    return matrix_explain(work,
                          "A is not symmetric: cholesky((A + A')/2) takes its symmetric part");
  memcpy(out[0], in[0], n * n * sizeof(double));
  size_t bad;
  if (n <= MATRIX_OWN) {
    bad = own_cholesky(n, out[0]);
  } else {
    int order = (int)n, info = 0;
    dpotrf_("U", &order, out[0], &order, &info, 1);
    bad = (size_t)info;
  }
  if (bad > 0)
    return matrix_explain(work, "A is not positive definite: its leading %zu×%zu block is not", bad,
                          bad);
  matrix_zero_above(n, out[0]);
  return NULL;
}

static size_t cholesky_work(const Shape in[]) {
  (void)in;
  return MATRIX_MESSAGE;
}

const Rule rule_cholesky = {
    .name = "cholesky",
    .inputs = 1,
    .outputs = 1,
    .shape = cholesky_shape,
    .value = cholesky_value,
    .work_size = cholesky_work,
    .names = "A L",
    .adjoint = "M = L'*L_bar; P = (tril(M) + tril(M, -1))/2\n"
               "X = solve(L', P); Y = solve(L', X')\n"
               "(Y + Y')/2",
};

const Primitive cholesky_rows[] = {
    {"cholesky", "(A)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_cholesky,
     "The lower triangular L with A = L*L' of a symmetric positive definite A. Its derivative "
     "treats A as "
     "symmetric.",
     "diag(cholesky([4, 2; 2, 10]))", "[2, 3]"},
};
