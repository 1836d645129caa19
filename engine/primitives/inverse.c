/* inverse.c - inv, and pinv for a matrix of any shape and rank.
 *
 * Adjoints: Giles (2008), 2.2.3; Golub and Pereyra (1973), eq. 4.12, valid while the rank stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <string.h>

#include "primitives/argument.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"

static void inv_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_entries(session, &in[0], 0, "A");
  if (in[0].rows != in[0].cols) {
    Report *report = failure(session, "A must be square to have an inverse, but it is %u×%u",
                             in[0].rows, in[0].cols);
    char text[64];
    report_advise(report, "pinv(%s)", failure_text(session, 0, text, sizeof text));
    raise_failure(session, report);
  }
  out[0] = in[0];
}

static const char *invert(size_t n, const double *a, double *inverse, double *work, double *rcond) {
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  MatrixLu lu;
  const char *refusal = matrix_lu_invertible(&lu, "A", n, a, &work, message, rcond);
  if (!refusal) matrix_lu_inverse(&lu, inverse);
  return refusal;
}

static const char *inv_value(const double *const in[], const Shape in_shape[], double *const out[],
                             const Shape out_shape[], double *work) {
  (void)out_shape;
  return invert(in_shape[0].rows, in[0], out[0], work, NULL);
}

static size_t inv_work(const Shape in[]) { return MATRIX_MESSAGE + matrix_lu_size(in[0].rows); }

const Rule rule_inv = {
    .name = "inv",
    .inputs = 1,
    .outputs = 1,
    .shape = inv_shape,
    .value = inv_value,
    .work_size = inv_work,
    .names = "A C",
    .adjoint = "-C'*C_bar*C'",
};

static Value inv_passive(Session *session, Operand a) {
  Shape out;
  inv_shape(session, &a.shape, &out);
  Array *inverse = array_new(session, out.rows, out.cols, ELEMENT_REAL);
  double rcond = 1, *work = scratch(session, inv_work(&a.shape) * sizeof *work);
  const char *refusal = invert(out.rows, a.data, inverse->data, work, &rcond);
  if (refusal) fail_argument(session, 0, "%s", refusal);
  linear_note_condition(session, rcond);
  return linear_result(inverse);
}

static Value inv_call(Session *session, const Arguments *arguments) {
  Value input = argument_operand(session, arguments->argument[0], 0), result;
  if (linear_is_active(input)) rule_apply(session, &rule_inv, &input, &result);
  else result = inv_passive(session, linear_operand(&input));
  value_release(input);
  return result;
}

/* ---- pinv ---- */

static void pinv_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_entries(session, &in[0], 0, "A");
  out[0] = (Shape){in[0].cols, in[0].rows};
}

/* V S^+ U', singular values below the rounding of the largest counting as 0. */
static const char *pinv_value(const double *const in[], const Shape in_shape[], double *const out[],
                              const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t m = in_shape[0].rows, n = in_shape[0].cols, k = m < n ? m : n;
  double *u = matrix_take(&work, m * k), *s = matrix_take(&work, k), *v = matrix_take(&work, n * k);
  double *transposed = matrix_take(&work, m * k);
  const char *refusal = matrix_svd(m, n, in[0], u, s, v, work);
  if (refusal) return refusal;
  double tolerance = (double)(m > n ? m : n) * DBL_EPSILON * s[0];
  for (size_t j = 0; j < k; j++) {
    double factor = s[j] > tolerance ? 1 / s[j] : 0;
    for (size_t i = 0; i < n; i++) v[i * k + j] = factor == 0 ? 0 : v[i * k + j] * factor;
  }
  matrix_transpose(m, k, u, transposed);
  matrix_multiply(n, k, m, v, transposed, out[0]);
  return NULL;
}

static size_t pinv_work(const Shape in[]) {
  size_t m = in[0].rows, n = in[0].cols, k = m < n ? m : n;
  return 2 * m * k + n * k + k + matrix_svd_size(m, n);
}

const Rule rule_pinv = {
    .name = "pinv",
    .inputs = 1,
    .outputs = 1,
    .shape = pinv_shape,
    .value = pinv_value,
    .work_size = pinv_work,
    .names = "A P",
    .adjoint = "G = P_bar'\n"
               "(G - A*(P*G))*P*P' + P'*P*(G - (G*P)*A) - P'*P_bar*P'",
};

const Primitive inverse_rows[] = {
    {"inv", "(A)", inv_call, RESULT_ARRAYS, DERIVE_THROUGH, NULL, NULL,
     "The inverse matrix, also written A⁻¹. To solve A*x = b write A \\ b, which is faster and "
     "more accurate.",
     "inv([2, 1; 1, 1])*[1, 0]", "[1, -1]"},
    {"pinv", "(A)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_pinv,
     "The pseudoinverse (Moore-Penrose) of a matrix of any shape and rank: pinv(A)*b is the "
     "least-squares "
     "solution of smallest norm.",
     "pinv([1, 1; 1, 1])*[2, 2]", "[1, 1]"},
};
