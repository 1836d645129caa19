/* qr.c - Q, R = qr(A): thin, with the diagonal of R not negative, which makes it unique.
 *
 * Adjoints: Walter, Lehmann and Lamour (2010) for m >= n; Roberts and Roberts, "QR and LQ
 * decomposition matrix backpropagation algorithms" (2020), section 4, for m < n.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "primitives/argument.h"
#include "primitives/lapack.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"

enum { QR_BLOCK = 64 }; /* columns LAPACK treats at a time, at most */

static void qr_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_entries(session, &in[0], 0, "A");
  uint32_t k = in[0].rows < in[0].cols ? in[0].rows : in[0].cols;
  out[0] = (Shape){in[0].rows, k};
  out[1] = (Shape){k, in[0].cols};
}

static const char *qr_value(const double *const in[], const Shape in_shape[], double *const out[],
                            const Shape out_shape[], double *work) {
  size_t m = in_shape[0].rows, n = in_shape[0].cols, k = out_shape[0].cols;
  double *message = matrix_take(&work, MATRIX_MESSAGE), *copy = matrix_take(&work, m * n);
  double *tau = matrix_take(&work, k), *q = out[0], *r = out[1];
  const char *refusal = matrix_check_finite("A", m, n, in[0], message);
  if (refusal) return refusal;
  int rows = (int)m, cols = (int)n, least = (int)k, space = (int)n * QR_BLOCK, info = 0;
  matrix_transpose(m, n, in[0], copy);
  dgeqrf_(&rows, &cols, copy, &rows, tau, work, &space, &info);
  assert(info == 0);
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < n; j++) r[i * n + j] = j < i ? 0 : copy[j * m + i];
  dorgqr_(&rows, &least, &least, copy, &rows, tau, work, &space, &info);
  assert(info == 0);
  matrix_transpose(k, m, copy, q);
  for (size_t i = 0; i < k; i++) {
    double sign = r[i * n + i] < 0 ? -1 : 1;
    for (size_t j = i; j < n; j++) r[i * n + j] = r[i * n + j] * sign + 0.0;
    matrix_scale_column(m, k, q, i, sign);
  }
  return NULL;
}

static size_t qr_work(const Shape in[]) {
  size_t m = in[0].rows, n = in[0].cols;
  return MATRIX_MESSAGE + m * n + m + n * QR_BLOCK;
}

/* copyltu(M) = tril(M) + tril(M, -1)': the lower triangle of M mirrored. */
const Rule rule_qr = {
    .name = "qr",
    .inputs = 1,
    .outputs = 2,
    .shape = qr_shape,
    .value = qr_value,
    .work_size = qr_work,
    .names = "A Q R",
    .adjoint = "M = R*R_bar' - Q_bar'*Q; T = tril(M, -1)\n"
               "G = Q_bar + Q*(tril(M) + T')\n"
               "X = solve(R, G')\n"
               "X'",
};

/* A = [X, Y] with X square: X = Q U, and V = Q'Y is the rest of R. */
const Rule rule_qr_wide = {
    .name = "qr_wide",
    .inputs = 1,
    .outputs = 2,
    .shape = qr_shape,
    .value = qr_value,
    .work_size = qr_work,
    .names = "A Q R",
    .adjoint = "m, n = size(A)\n"
               "U = R[:, 1:m]; V_bar = R_bar[:, m + 1:n]\n"
               "U_bar = R_bar[:, 1:m]\n"
               "G = Q_bar + A[:, m + 1:n]*V_bar'\n"
               "M = U*U_bar' - G'*Q; T = tril(M, -1)\n"
               "H = G + Q*(tril(M) + T')\n"
               "X = solve(U, H')\n"
               "[X', Q*V_bar]",
};

static Value qr_call(Session *session, const Arguments *arguments) {
  Value input = argument_operand(session, arguments->argument[0], 0), outputs[2];
  Shape shape = linear_operand(&input).shape;
  rule_apply(session, shape.rows < shape.cols ? &rule_qr_wide : &rule_qr, &input, outputs);
  value_release(input);
  return linear_tuple(session, outputs, 2);
}

const Primitive qr_rows[] = {
    {"qr", "(A)", qr_call, RESULT_ARRAYS, DERIVE_THROUGH, NULL, NULL,
     "Q, R = qr(A): A = Q*R with orthonormal columns in Q and R upper triangular, its diagonal not "
     "negative. "
     "Thin: Q has as many columns as R has rows.",
     "Q, R = qr([3, 0; 4, 5]); diag(R)", "[5, 3]"},
};
