/* svd.c - singular values and vectors, and what is read off them: rank, cond, null, orth.
 *
 * Adjoints: Townsend, "Differentiating the singular value decomposition" (2016), split by shape so
 * that a singular value 0 matters only where it is divided by.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "primitives/argument.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"

/* Singular values closer than this part of the largest, times their number, are equal but for
 * rounding. */
static const double EQUAL_VALUES = 16 * DBL_EPSILON;

static uint32_t smaller(Shape shape) { return shape.rows < shape.cols ? shape.rows : shape.cols; }

static void svd_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_entries(session, &in[0], 0, "A");
  uint32_t k = smaller(in[0]);
  out[0] = (Shape){in[0].rows, k};
  out[1] = (Shape){k, k};
  out[2] = (Shape){in[0].cols, k};
}

static const char *svd_value(const double *const in[], const Shape in_shape[], double *const out[],
                             const Shape out_shape[], double *work) {
  size_t k = out_shape[1].rows;
  double *s = matrix_take(&work, k);
  const char *refusal =
      matrix_svd(in_shape[0].rows, in_shape[0].cols, in[0], out[0], s, out[2], work);
  if (refusal) return refusal;
  memset(out[1], 0, k * k * sizeof(double));
  for (size_t i = 0; i < k; i++) out[1][i * k + i] = s[i];
  return NULL;
}

static size_t svd_work(const Shape in[]) {
  return smaller(in[0]) + matrix_svd_size(in[0].rows, in[0].cols);
}

/* The part all shapes share: U (sym(E) S + S sym(F) + diag) V' with E and F the divided U'Ū and
 * V'V̄. */
#define SVD_INNER                                                                                  \
  "E = svd_gap_(S, U'*U_bar); F = svd_gap_(S, V'*V_bar)\n"                                         \
  "B = (E + E')*S + S*(F + F') + tril(triu(S_bar))\n"

const Rule rule_svd_square = {
    .name = "svd",
    .inputs = 1,
    .outputs = 3,
    .shape = svd_shape,
    .value = svd_value,
    .work_size = svd_work,
    .names = "A U S V",
    .adjoint = SVD_INNER "U*B*V'",
};

const Rule rule_svd_tall = {
    .name = "svd_tall",
    .inputs = 1,
    .outputs = 3,
    .shape = svd_shape,
    .value = svd_value,
    .work_size = svd_work,
    .names = "A U S V",
    .adjoint = SVD_INNER "G = U_bar - U*(U'*U_bar); X = svd_over_(S, G')\n"
                         "(U*B + X')*V'",
};

const Rule rule_svd_wide = {
    .name = "svd_wide",
    .inputs = 1,
    .outputs = 3,
    .shape = svd_shape,
    .value = svd_value,
    .work_size = svd_work,
    .names = "A U S V",
    .adjoint = SVD_INNER "G = V_bar - V*(V'*V_bar)\n"
                         "U*(B*V' + svd_over_(S, G'))",
};
#undef SVD_INNER

/* ---- svdvals and cond ---- */

static void svdvals_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_entries(session, &in[0], 0, "A");
  out[0] = (Shape){smaller(in[0]), 1};
}

static const char *svdvals_value(const double *const in[], const Shape in_shape[],
                                 double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  return matrix_singular_values(in_shape[0].rows, in_shape[0].cols, in[0], out[0], work);
}

const Rule rule_svdvals = {
    .name = "svdvals",
    .inputs = 1,
    .outputs = 1,
    .shape = svdvals_shape,
    .value = svdvals_value,
    .work_size = svd_work,
    .names = "A s",
    .adjoint = "U, S, V = svd(A)\n"
               "(U.*s_bar')*V'",
};

static void cond_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_entries(session, &in[0], 0, "A");
  out[0] = (Shape){1, 1};
}

static const char *cond_value(const double *const in[], const Shape in_shape[], double *const out[],
                              const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t k = smaller(in_shape[0]);
  double *s = matrix_take(&work, k);
  const char *refusal = matrix_singular_values(in_shape[0].rows, in_shape[0].cols, in[0], s, work);
  if (refusal) return refusal;
  out[0][0] = s[k - 1] == 0 ? INFINITY : s[0] / s[k - 1];
  return NULL;
}

/* Two singular values at least; a singular value is u'A v. */
const Rule rule_cond = {
    .name = "cond",
    .inputs = 1,
    .outputs = 1,
    .shape = cond_shape,
    .value = cond_value,
    .work_size = svd_work,
    .names = "A c",
    .adjoint = "U, S, V = svd(A); k = size(U)[2]\n"
               "u = U[:, 1]; v = V[:, 1]; y = U[:, k]; z = V[:, k]\n"
               "(c_bar/(y'*A*z))*(u*v' - c*(y*z'))",
};

/* A vector has a single singular value: its condition number is 1 whatever its entries are. */
static Value cond_call(Session *session, const Arguments *arguments) {
  Value input = argument_operand(session, arguments->argument[0], 0);
  Operand a = linear_operand(&input);
  bool constant =
      smaller(a.shape) == 1 && matrix_largest((size_t)a.shape.rows * a.shape.cols, a.data) > 0;
  value_release(input);
  return constant ? value_number(1) : linear_apply(session, &rule_cond, arguments, 0);
}

/* ---- the divisions ---- */

static void gap_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "S");
  if (in[1].rows != in[0].rows || in[1].cols != in[0].cols)
    fail_argument(session, 1, "M must be %u×%u like S, but it is %u×%u", in[0].rows, in[0].cols,
                  in[1].rows, in[1].cols);
  out[0] = in[0];
}

/* M_ij / (s_j^2 - s_i^2), 0 on the diagonal and where M is 0. */
static const char *gap_value(const double *const in[], const Shape in_shape[], double *const out[],
                             const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t n = in_shape[0].rows;
  const double *s = in[0], *m = in[1];
  double equal = EQUAL_VALUES * (double)n * s[0];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double from = s[i * n + i], to = s[j * n + j];
      out[0][i * n + j] =
          i == j || m[i * n + j] == 0 ? 0 : m[i * n + j] / ((to - from) * (to + from));
      if (i != j && m[i * n + j] != 0 && fabs(to - from) <= equal)
        return matrix_explain(
            work,
            "singular values %zu and %zu are equal (%.6g): their singular vectors are not unique "
            "and have no derivative",
            (i < j ? i : j) + 1, (i < j ? j : i) + 1, from);
    }
  return NULL;
}

static size_t message_work(const Shape in[]) {
  (void)in;
  return MATRIX_MESSAGE;
}

const Rule rule_svd_gap = {
    .name = "svd_gap_",
    .inputs = 2,
    .outputs = 1,
    .shape = gap_shape,
    .value = gap_value,
    .work_size = message_work,
    .names = "S M E",
    .adjoint = "T = svd_gap_(S, E_bar.*E)\n"
               "(2*S*tril(triu((T - T')*ones(size(S)))), svd_gap_(S, E_bar))",
};

static void over_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "S");
  if (in[1].rows != in[0].rows) fail_argument(session, 1, "X must have %u rows like S", in[0].rows);
  out[0] = in[1];
}

/* S^-1 X for a diagonal S; a row of X that is 0 asks nothing of its singular value. */
static const char *over_value(const double *const in[], const Shape in_shape[], double *const out[],
                              const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t n = in_shape[0].rows, cols = in_shape[1].cols;
  double zero = EQUAL_VALUES * (double)n * in[0][0];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < cols; j++) {
      double s = in[0][i * n + i], x = in[1][i * cols + j];
      if (x != 0 && fabs(s) <= zero)
        return matrix_explain(
            work, "singular value %zu is 0: its singular vectors have no derivative", i + 1);
      out[0][i * cols + j] = x == 0 ? 0 : x / s;
    }
  return NULL;
}

const Rule rule_svd_over = {
    .name = "svd_over_",
    .inputs = 2,
    .outputs = 1,
    .shape = over_shape,
    .value = over_value,
    .work_size = message_work,
    .names = "S X Y",
    .adjoint = "Z = svd_over_(S, Y_bar)\n"
               "(-tril(triu(Z*Y')), Z)",
};

/* ---- rank, null, orth ---- */

/* How many singular values count: those above [tolerance], 0 standing for the rounding of the
 * largest. */
static size_t count_above(const double *s, size_t k, Shape shape, double tolerance) {
  uint32_t larger = shape.rows > shape.cols ? shape.rows : shape.cols;
  if (tolerance == 0) tolerance = larger * DBL_EPSILON * s[0];
  size_t rank = 0;
  while (rank < k && s[rank] > tolerance) rank++;
  return rank;
}

static double tolerance_of(Session *session, const Arguments *arguments) {
  double tolerance = argument_number_or(session, arguments, 1, 0);
  if (!(tolerance >= 0)) fail_argument(session, 1, "the tolerance must not be negative");
  return tolerance;
}

static Value rank_call(Session *session, const Arguments *arguments) {
  Array *a = argument_array(session, arguments, 0);
  double tolerance = tolerance_of(session, arguments);
  Shape shape = {a->rows, a->cols};
  size_t k = smaller(shape);
  double *s = scratch(session, (k + matrix_svd_size(a->rows, a->cols)) * sizeof *s);
  const char *refusal = matrix_singular_values(a->rows, a->cols, a->data, s, s + k);
  if (refusal) fail_argument(session, 0, "%s", refusal);
  size_t rank = k == 0 ? 0 : count_above(s, k, shape, tolerance);
  value_release(value_array(a));
  return value_number((double)rank);
}

/* The columns from [first] to before [last] of the m×cols [u] as a new array. */
static Value columns_of(Session *session, const double *u, size_t m, size_t cols, size_t first,
                        size_t last) {
  Array *basis = array_new(session, m, last - first, ELEMENT_REAL);
  for (size_t i = 0; i < m; i++)
    for (size_t j = first; j < last; j++)
      basis->data[i * (last - first) + j - first] = u[i * cols + j];
  for (size_t j = 0; j < last - first; j++)
    matrix_scale_column(m, last - first, basis->data, j,
                        matrix_column_sign(m, last - first, basis->data, j));
  return value_array(basis);
}

/* The left singular vectors of a, or of a padded to square so that a basis of the rest is among
 * them. */
static Value basis_of(Session *session, const Arguments *arguments, bool range) {
  Array *a = argument_array(session, arguments, 0);
  double tolerance = tolerance_of(session, arguments);
  Shape given = {a->rows, a->cols};
  linear_need_entries(session, &given, 0, "A");
  size_t rows = range || a->rows >= a->cols ? a->rows : a->cols, cols = a->cols,
         k = rows < cols ? rows : cols;
  size_t space = rows * cols + rows * k + cols * k + k + matrix_svd_size(rows, cols);
  double *padded = scratch(session, space * sizeof *padded), *work = padded;
  matrix_take(&work, rows * cols);
  double *u = matrix_take(&work, rows * k), *v = matrix_take(&work, cols * k),
         *s = matrix_take(&work, k);
  memset(padded, 0, rows * cols * sizeof *padded);
  memcpy(padded, a->data, array_count(a) * sizeof *padded);
  const char *refusal = matrix_svd(rows, cols, padded, u, s, v, work);
  if (refusal) fail_argument(session, 0, "%s", refusal);
  size_t rank = count_above(s, k, given, tolerance);
  Value basis = range ? columns_of(session, u, rows, k, 0, rank)
                      : columns_of(session, v, cols, k, rank, cols);
  value_release(value_array(a));
  return basis;
}

static Value null_call(Session *session, const Arguments *arguments) {
  return basis_of(session, arguments, false);
}

static Value orth_call(Session *session, const Arguments *arguments) {
  return basis_of(session, arguments, true);
}

static Value svd_call(Session *session, const Arguments *arguments) {
  Value input = argument_operand(session, arguments->argument[0], 0);
  Shape shape = linear_operand(&input).shape;
  value_release(input);
  const Rule *rule = shape.rows > shape.cols   ? &rule_svd_tall
                     : shape.rows < shape.cols ? &rule_svd_wide
                                               : &rule_svd_square;
  return linear_apply(session, rule, arguments, 0);
}

const Primitive svd_rows[] = {
    {"svd", "(A)", svd_call, RESULT_ARRAYS, DERIVE_THROUGH, NULL, NULL,
     "U, S, V = svd(A): A = U*S*V' with orthonormal columns in U and V and the singular values on "
     "the diagonal of "
     "S, largest first. Thin: S is square. The largest entry of every column of U is positive.",
     "U, S, V = svd([0, 2; 3, 0]); diag(S)", "[3, 2]"},
    {"svdvals", "(A)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_svdvals,
     "The singular values as a vector, largest first.", "svdvals([0, 2; 3, 0])", "[3, 2]"},
    {"cond", "(A)", cond_call, RESULT_NUMBER, DERIVE_THROUGH, NULL, NULL,
     "The condition number, largest singular value over smallest: A \\ b loses about "
     "log10(cond(A)) of 16 digits.",
     "cond([4, 0; 0, 2])", "2"},
    {"rank", "(A, tol = 0)", rank_call, RESULT_NUMBER, DERIVE_NONE,
     "it is a whole number, piecewise constant", NULL,
     "The rank: how many singular values are above tol; tol = 0 stands for what rounding leaves of "
     "0.",
     "rank([1, 2; 2, 4])", "1"},
    {"null", "(A, tol = 0)", null_call, RESULT_ARRAY, DERIVE_NONE,
     "a basis of the null space is not unique, so it has no derivative", NULL,
     "An orthonormal basis of the null space, one vector a column: A*null(A) is 0.",
     "null([1, 1; 1, 1])", "[0.707107, -0.707107]"},
    {"orth", "(A, tol = 0)", orth_call, RESULT_ARRAY, DERIVE_NONE,
     "a basis of the range is not unique, so it has no derivative", NULL,
     "An orthonormal basis of the range (column space), one vector a column.", "orth([3, 4; 3, 4])",
     "[0.707107, 0.707107]"},
    {"svd_gap_", "(S, M)", NULL, RESULT_ANY, DERIVE_RULE, NULL, &rule_svd_gap,
     "M[i, j] / (S[j, j]^2 - S[i, i]^2) off the diagonal, 0 on it: what the derivative of singular "
     "vectors needs.",
     "svd_gap_([2, 0; 0, 1], [0, 3; 6, 0])*[1, 0]", "[0, 2]"},
    {"svd_over_", "(S, X)", NULL, RESULT_ANY, DERIVE_RULE, NULL, &rule_svd_over,
     "X with every row divided by the entry of the diagonal matrix S, rows of zeros left alone.",
     "svd_over_([2, 0; 0, 1], [4, 5])", "[2, 5]"},
};
