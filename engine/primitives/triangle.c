/* triangle.c - trace, tril, triu, kron, cross, and the two contractions the derivative of kron
 * needs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "primitives/argument.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"

/* ---- trace ---- */

static void trace_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = (Shape){1, 1};
}

static const char *trace_value(const double *const in[], const Shape in_shape[],
                               double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  size_t n = in_shape[0].rows;
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += in[0][i * n + i];
  out[0][0] = sum;
  return NULL;
}

const Rule rule_trace = {
    .name = "trace",
    .inputs = 1,
    .outputs = 1,
    .shape = trace_shape,
    .value = trace_value,
    .names = "A t",
    .adjoint = "t_bar*eye(size(A)[1])",
};

/* ---- tril, triu: the second input is the diagonal, 0 the main one, 1 the one above it ---- */

static void triangle_shape(Session *session, const Shape in[], Shape out[]) {
  if (in[1].rows != 1 || in[1].cols != 1)
    fail_argument(session, 1, "the diagonal must be a whole number");
  out[0] = in[0];
}

static const char *triangle_value(bool lower, const double *const in[], const Shape shape,
                                  double *out) {
  for (size_t i = 0; i < shape.rows; i++)
    for (size_t j = 0; j < shape.cols; j++) {
      double above = (double)j - (double)i - in[1][0];
      bool kept = lower ? above <= 0 : above >= 0;
      out[i * shape.cols + j] = kept ? in[0][i * shape.cols + j] : 0;
    }
  return NULL;
}

static const char *tril_value(const double *const in[], const Shape in_shape[], double *const out[],
                              const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  return triangle_value(true, in, in_shape[0], out[0]);
}

static const char *triu_value(const double *const in[], const Shape in_shape[], double *const out[],
                              const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  return triangle_value(false, in, in_shape[0], out[0]);
}

const Rule rule_tril = {
    .name = "tril",
    .inputs = 2,
    .outputs = 1,
    .shape = triangle_shape,
    .value = tril_value,
    .names = "A k L",
    .adjoint = "(tril(L_bar, k), 0)",
};

const Rule rule_triu = {
    .name = "triu",
    .inputs = 2,
    .outputs = 1,
    .shape = triangle_shape,
    .value = triu_value,
    .names = "A k U",
    .adjoint = "(triu(U_bar, k), 0)",
};

static Value triangle_call(Session *session, const Arguments *arguments, const Rule *rule) {
  (void)argument_integer_or(session, arguments, 1, -ARRAY_LARGEST, ARRAY_LARGEST, 0);
  return linear_apply(session, rule, arguments, 0);
}

static Value tril_call(Session *session, const Arguments *arguments) {
  return triangle_call(session, arguments, &rule_tril);
}

static Value triu_call(Session *session, const Arguments *arguments) {
  return triangle_call(session, arguments, &rule_triu);
}

/* ---- kron ---- */

static void kron_shape(Session *session, const Shape in[], Shape out[]) {
  uint64_t rows = (uint64_t)in[0].rows * in[1].rows, cols = (uint64_t)in[0].cols * in[1].cols;
  if (rows > ARRAY_LARGEST || cols > ARRAY_LARGEST || rows * cols > ARRAY_LARGEST)
    fail(session, "the product would be %llu×%llu, too large for one matrix",
         (unsigned long long)rows, (unsigned long long)cols);
  out[0] = (Shape){(uint32_t)rows, (uint32_t)cols};
}

static const char *kron_value(const double *const in[], const Shape in_shape[], double *const out[],
                              const Shape out_shape[], double *work) {
  (void)work;
  const Shape a = in_shape[0], b = in_shape[1];
  for (size_t i = 0; i < out_shape[0].rows; i++)
    for (size_t j = 0; j < out_shape[0].cols; j++)
      out[0][i * out_shape[0].cols + j] =
          in[0][(i / b.rows) * a.cols + j / b.cols] * in[1][(i % b.rows) * b.cols + j % b.cols];
  return NULL;
}

/* C is made of blocks; in[1] is as large as one of them (left) or has an entry for each (right). */
static void blocks_shape(Session *session, const Shape in[], Shape out[]) {
  if (in[1].rows == 0 || in[1].cols == 0 || in[0].rows % in[1].rows || in[0].cols % in[1].cols)
    fail(session, "a %u×%u matrix has no %u×%u blocks", in[0].rows, in[0].cols, in[1].rows,
         in[1].cols);
  out[0] = (Shape){in[0].rows / in[1].rows, in[0].cols / in[1].cols};
}

static const char *kron_left_value(const double *const in[], const Shape in_shape[],
                                   double *const out[], const Shape out_shape[], double *work) {
  (void)work;
  const Shape c = in_shape[0], b = in_shape[1];
  memset(out[0], 0, (size_t)out_shape[0].rows * out_shape[0].cols * sizeof(double));
  for (size_t i = 0; i < c.rows; i++)
    for (size_t j = 0; j < c.cols; j++)
      out[0][(i / b.rows) * out_shape[0].cols + j / b.cols] +=
          in[0][i * c.cols + j] * in[1][(i % b.rows) * b.cols + j % b.cols];
  return NULL;
}

static const char *kron_right_value(const double *const in[], const Shape in_shape[],
                                    double *const out[], const Shape out_shape[], double *work) {
  (void)work;
  const Shape c = in_shape[0], a = in_shape[1], b = out_shape[0];
  memset(out[0], 0, (size_t)b.rows * b.cols * sizeof(double));
  for (size_t i = 0; i < c.rows; i++)
    for (size_t j = 0; j < c.cols; j++)
      out[0][(i % b.rows) * b.cols + j % b.cols] +=
          in[0][i * c.cols + j] * in[1][(i / b.rows) * a.cols + j / b.cols];
  return NULL;
}

const Rule rule_kron = {
    .name = "kron",
    .inputs = 2,
    .outputs = 1,
    .shape = kron_shape,
    .value = kron_value,
    .names = "A B C",
    .adjoint = "(kron_left_(C_bar, B), kron_right_(C_bar, A))",
};

const Rule rule_kron_left = {
    .name = "kron_left_",
    .inputs = 2,
    .outputs = 1,
    .shape = blocks_shape,
    .value = kron_left_value,
    .names = "C B A",
    .adjoint = "(kron(A_bar, B), kron_right_(C, A_bar))",
};

const Rule rule_kron_right = {
    .name = "kron_right_",
    .inputs = 2,
    .outputs = 1,
    .shape = blocks_shape,
    .value = kron_right_value,
    .names = "C A B",
    .adjoint = "(kron(A, B_bar), kron_left_(C, B_bar))",
};

/* ---- cross ---- */

static void cross_shape(Session *session, const Shape in[], Shape out[]) {
  for (int i = 0; i < 2; i++)
    if (in[i].rows * (uint64_t)in[i].cols != 3 || in[i].cols != in[0].cols)
      fail_argument(session, i,
                    "the cross product takes two vectors of 3 numbers, but this is %u×%u",
                    in[i].rows, in[i].cols);
  out[0] = in[0];
}

static const char *cross_value(const double *const in[], const Shape in_shape[],
                               double *const out[], const Shape out_shape[], double *work) {
  (void)in_shape, (void)out_shape, (void)work;
  const double *a = in[0], *b = in[1];
  out[0][0] = a[1] * b[2] - a[2] * b[1];
  out[0][1] = a[2] * b[0] - a[0] * b[2];
  out[0][2] = a[0] * b[1] - a[1] * b[0];
  return NULL;
}

const Rule rule_cross = {
    .name = "cross",
    .inputs = 2,
    .outputs = 1,
    .shape = cross_shape,
    .value = cross_value,
    .names = "a b c",
    .adjoint = "(cross(b, c_bar), cross(c_bar, a))",
};

const Primitive triangle_rows[] = {
    {"trace", "(A)", NULL, RESULT_NUMBER, DERIVE_RULE, NULL, &rule_trace,
     "The sum of the diagonal of a square matrix, which is also the sum of its eigenvalues.",
     "trace([1, 2; 3, 4])", "5"},
    {"tril", "(A, k = 0)", tril_call, RESULT_ARRAYS, DERIVE_THROUGH, NULL, NULL,
     "The lower triangle: entries above diagonal k become 0. Diagonal 0 is the main one, -1 the "
     "one below it.",
     "sum(tril([1, 2; 3, 4]))", "8"},
    {"triu", "(A, k = 0)", triu_call, RESULT_ARRAYS, DERIVE_THROUGH, NULL, NULL,
     "The upper triangle: entries below diagonal k become 0. Diagonal 0 is the main one, 1 the one "
     "above it.",
     "sum(triu([1, 2; 3, 4]))", "7"},
    {"kron", "(A, B)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_kron,
     "The Kronecker product: every entry of A times the whole of B, as blocks.",
     "kron([1, 2], [1, 10])", "[1, 10, 2, 20]"},
    {"cross", "(a, b)", NULL, RESULT_ARRAY, DERIVE_RULE, NULL, &rule_cross,
     "The cross product of two vectors of 3 numbers: perpendicular to both, as long as their "
     "parallelogram is "
     "large.",
     "cross([1, 0, 0], [0, 1, 0])", "[0, 0, 1]"},
    {"kron_left_", "(C, B)", NULL, RESULT_ANY, DERIVE_RULE, NULL, &rule_kron_left,
     "The inner product of every block of C with B: the derivative of kron by its first factor.",
     "kron_left_([1, 10, 2, 20], [1, 10])", "[101, 202]"},
    {"kron_right_", "(C, A)", NULL, RESULT_ANY, DERIVE_RULE, NULL, &rule_kron_right,
     "The sum of the blocks of C, each times its entry of A: the derivative of kron by its second "
     "factor.",
     "kron_right_([1, 10, 2, 20], [1, 2])", "[5, 50]"},
};
