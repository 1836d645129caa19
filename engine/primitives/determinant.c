/* determinant.c - det, logdet, and the cofactor matrix, which is the derivative of det.
 *
 * The derivative of det exists at a singular matrix too, where det(A) inv(A)' does not. Near one
 * the cofactors come from A = U S V': they are det(U) det(V) U C V' with C the cofactors of the
 * diagonal S (Giles, 2008, 2.2.4, gives the regular case only). The same holds for their own
 * derivative.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "primitives/linear.h"
#include "primitives/matrix.h"

/* Below this reciprocal condition number cofactors are taken from the singular values. */
static const double NEARLY_SINGULAR = 1e-6;
/* Up to this order determinants are expanded: exact for whole numbers of moderate size. */
enum { EXPANDED = 3 };

static void det_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = (Shape){1, 1};
}

static void same_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = in[0];
}

static void pair_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  if (in[1].rows != in[0].rows || in[1].cols != in[0].cols)
    fail_argument(session, 1, "G must be %u×%u like A, but it is %u×%u", in[0].rows, in[0].cols,
                  in[1].rows, in[1].cols);
  out[0] = in[0];
}

/* ---- det and logdet ---- */

/* c += factor (a × b) */
static void add_cross(double factor, const double a[3], const double b[3], double c[3]) {
  c[0] += factor * (a[1] * b[2] - a[2] * b[1]);
  c[1] += factor * (a[2] * b[0] - a[0] * b[2]);
  c[2] += factor * (a[0] * b[1] - a[1] * b[0]);
}

static double expanded_determinant(size_t n, const double *a) {
  if (n == 1) return a[0];
  if (n == 2) return a[0] * a[3] - a[1] * a[2];
  double c[3] = {0};
  add_cross(1, a + 3, a + 6, c);
  return a[0] * c[0] + a[1] * c[1] + a[2] * c[2];
}

static const char *det_value(const double *const in[], const Shape in_shape[], double *const out[],
                             const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t n = in_shape[0].rows;
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", n, n, in[0], message);
  if (refusal) return refusal;
  if (n <= EXPANDED) {
    out[0][0] = expanded_determinant(n, in[0]);
    return NULL;
  }
  MatrixLu lu;
  out[0][0] = matrix_lu_factor(&lu, n, in[0], &work) ? matrix_lu_determinant(&lu) : 0;
  return NULL;
}

static size_t det_work(const Shape in[]) { return MATRIX_MESSAGE + matrix_lu_size(in[0].rows); }

const Rule rule_det = {
    .name = "det",
    .inputs = 1,
    .outputs = 1,
    .shape = det_shape,
    .value = det_value,
    .work_size = det_work,
    .names = "A d",
    .adjoint = "d_bar*cofactor(A)",
};

static const char *logdet_value(const double *const in[], const Shape in_shape[],
                                double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t n = in_shape[0].rows;
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", n, n, in[0], message);
  if (refusal) return refusal;
  MatrixLu lu;
  if (!matrix_lu_factor(&lu, n, in[0], &work))
    return matrix_explain(message, "A is singular: its determinant is 0");
  bool negative = false;
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    double pivot = lu.factor[i * n + i];
    negative ^= pivot < 0;
    negative ^= (size_t)lu.pivot[i] != i + (n > MATRIX_OWN);
    sum += log(fabs(pivot));
  }
  if (negative)
    return matrix_explain(message, "the determinant of A is negative: it has no real logarithm");
  out[0][0] = sum;
  return NULL;
}

const Rule rule_logdet = {
    .name = "logdet",
    .inputs = 1,
    .outputs = 1,
    .shape = det_shape,
    .value = logdet_value,
    .work_size = det_work,
    .names = "A l",
    .adjoint = "K = inv(A); l_bar*K'",
};

/* ---- cofactors ---- */

/* The cofactors of [a] if n <= 3; with [g] their derivative in direction [g] instead. */
static void expanded_cofactors(size_t n, const double *a, const double *g, double *c) {
  const double *x = g ? g : a;
  if (n == 1) {
    c[0] = g ? 0 : 1;
  } else if (n == 2) {
    const double minor[] = {x[3], 0 - x[2], 0 - x[1], x[0]};
    memcpy(c, minor, sizeof minor);
  } else {
    memset(c, 0, 9 * sizeof *c);
    for (size_t i = 0; i < 3; i++) {
      size_t next = (i + 1) % 3 * 3, last = (i + 2) % 3 * 3;
      add_cross(1, x + next, a + last, c + 3 * i);
      if (g) add_cross(1, a + next, g + last, c + 3 * i);
    }
  }
}

/* The product of all s but s[i] and s[j]. */
static double product_without(size_t n, const double *s, size_t i, size_t j) {
  double product = 1;
  for (size_t k = 0; k < n; k++)
    if (k != i && k != j) product *= s[k];
  return product;
}

static double orthogonal_sign(size_t n, const double *q, double *work) {
  MatrixLu lu;
  matrix_lu_factor(&lu, n, q, &work);
  return matrix_lu_determinant(&lu) < 0 ? -1 : 1;
}

/* [middle] becomes sign U middle V'. */
static void sandwich(size_t n, double sign, const double *u, double *middle, const double *v,
                     double *space, double *out) {
  matrix_multiply(n, n, n, u, middle, space);
  matrix_transpose(n, n, v, middle);
  matrix_multiply(n, n, n, space, middle, out);
  for (size_t i = 0; i < n * n; i++) out[i] *= sign;
}

/* By A = U S V'. The diagonal of the derivative at S sums over the other diagonal entries of
 * H = U'GV, off the diagonal it is minus the entry across. */
static const char *cofactors_by_svd(size_t n, const double *a, const double *g, double *out,
                                    double *work) {
  double *u = matrix_take(&work, n * n), *v = matrix_take(&work, n * n), *s = matrix_take(&work, n);
  double *middle = matrix_take(&work, n * n), *h = matrix_take(&work, n * n);
  const char *refusal = matrix_svd(n, n, a, u, s, v, work);
  if (refusal) return refusal;
  double sign = orthogonal_sign(n, u, work) * orthogonal_sign(n, v, work);
  if (g) {
    matrix_transpose(n, n, u, middle);
    matrix_multiply(n, n, n, middle, g, out);
    matrix_multiply(n, n, n, out, v, h);
  }
  memset(middle, 0, n * n * sizeof *middle);
  for (size_t i = 0; i < n; i++) {
    if (!g) middle[i * n + i] = product_without(n, s, i, i);
    for (size_t j = 0; g && j < n; j++) {
      if (j == i) continue;
      double product = product_without(n, s, i, j);
      middle[i * n + i] += product * h[j * n + j];
      middle[i * n + j] = -product * h[j * n + i];
    }
  }
  sandwich(n, sign, u, middle, v, h, out);
  return NULL;
}

/* det inv', or its derivative det (tr(inv G) inv' - inv' G' inv'). */
static void cofactors_by_inverse(size_t n, const MatrixLu *lu, const double *g, double *out,
                                 double *work) {
  double *inverse = matrix_take(&work, n * n), *across = matrix_take(&work, n * n);
  double *space = matrix_take(&work, n * n), det = matrix_lu_determinant(lu), trace = 0;
  matrix_lu_inverse(lu, inverse);
  if (g) {
    matrix_multiply(n, n, n, inverse, g, space);
    for (size_t i = 0; i < n; i++) trace += space[i * n + i];
    matrix_multiply(n, n, n, space, inverse, across);
    for (size_t i = 0; i < n * n; i++) inverse[i] = trace * inverse[i] - across[i];
  }
  matrix_transpose(n, n, inverse, out);
  for (size_t i = 0; i < n * n; i++) out[i] *= det;
}

static const char *cofactors(size_t n, const double *a, const double *g, double *out,
                             double *work) {
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", n, n, a, message);
  if (refusal) return refusal;
  if (n <= EXPANDED) {
    expanded_cofactors(n, a, g, out);
    return NULL;
  }
  double *rest = work;
  MatrixLu lu;
  if (matrix_lu_factor(&lu, n, a, &rest) && matrix_lu_rcond(&lu, a) > NEARLY_SINGULAR) {
    cofactors_by_inverse(n, &lu, g, out, rest);
    return NULL;
  }
  return cofactors_by_svd(n, a, g, out, work);
}

static size_t cofactor_work(const Shape in[]) {
  size_t n = in[0].rows, by_inverse = matrix_lu_size(n) + 3 * n * n;
  size_t after =
      matrix_svd_size(n, n) > matrix_lu_size(n) ? matrix_svd_size(n, n) : matrix_lu_size(n);
  size_t by_svd = 4 * n * n + n + after;
  return MATRIX_MESSAGE + (by_inverse > by_svd ? by_inverse : by_svd);
}

static const char *cofactor_value(const double *const in[], const Shape in_shape[],
                                  double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  return cofactors(in_shape[0].rows, in[0], NULL, out[0], work);
}

static const char *change_value(const double *const in[], const Shape in_shape[],
                                double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  return cofactors(in_shape[0].rows, in[0], in[1], out[0], work);
}

/* Cofactors are a gradient, so their derivative is a symmetric map: the adjoint is the derivative.
 */
const Rule rule_cofactor = {
    .name = "cofactor",
    .inputs = 1,
    .outputs = 1,
    .shape = same_shape,
    .value = cofactor_value,
    .work_size = cofactor_work,
    .names = "A C",
    .adjoint = "cofactor_change_(A, C_bar)",
};

/* The third derivative of det. Up to order 3 it is that of a polynomial. From order 4 on it is written
 * with the inverse where there is a good one, and else in the basis of A = U S V': there each three
 * rows and columns add the third derivative of their own determinant times the other singular
 * values. */
const Rule rule_cofactor_change = {
    .name = "cofactor_change_",
    .inputs = 2,
    .outputs = 1,
    .shape = pair_shape,
    .value = change_value,
    .work_size = cofactor_work,
    .names = "A G D",
    .adjoint = "n = size(A)[1]; E = cofactor_change_(A, D_bar)\n"
               "if n < 3; return (0*A, E); end\n"
               "if n == 3; return (cofactor_change_(G, D_bar), E); end\n"
               "U, S, V = svd(A); s = diag(S)\n"
               "if s[n] > 1e-6s[1] + 1e-300\n"
               "  K = inv(A); X = K*G; Y = K*D_bar; g = trace(X); y = trace(Y); Z = X*Y\n"
               "  T = (g*y - trace(Z))*K + (Z + Y*X)*K - (g*Y + y*X)*K\n"
               "  return (det(A)*T', E)\n"
               "end\n"
               "X = U'*G*V; Y = U'*D_bar*V; T = 0*X\n"
               "for i in 1:n-2; for j in i+1:n-1; for k in j+1:n\n"
               "  t = [i, j, k]; rest = 1\n"
               "  for l in 1:n; if l != i and l != j and l != k; rest *= s[l]; end; end\n"
               "  T[t,t] = T[t,t] + rest*cofactor_change_(X[t,t], Y[t,t])\n"
               "end; end; end\n"
               "(det(U)*det(V)*U*T*V', E)",
};

const Primitive determinant_rows[] = {
    {"det", "(A)", NULL, RESULT_NUMBER, DERIVE_RULE, NULL, &rule_det,
     "The determinant of a square matrix. Its derivative is the cofactor matrix, at singular "
     "matrices too.",
     "det([1, 2; 3, 4])", "-2"},
    {"logdet", "(A)", NULL, RESULT_NUMBER, DERIVE_RULE, NULL, &rule_logdet,
     "log(det(A)) without overflow, for a matrix with positive determinant such as a covariance.",
     "logdet([2, 0; 0, 2])", "1.38629"},
    {"cofactor", "(A)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_cofactor,
     "The matrix of cofactors: entry i, j is (-1)^(i + j) times the determinant of A without row i "
     "and column j. "
     "A*cofactor(A)' is det(A) times the identity.",
     "cofactor([1, 2; 3, 4])*[1, 0]", "[4, -2]"},
    {"cofactor_change_", "(A, G)", NULL, RESULT_ANY, DERIVE_RULE, NULL, &rule_cofactor_change,
     "The directional derivative of cofactor at A along G: the second derivative of det.",
     "cofactor_change_([1, 2; 3, 4], [1, 0; 0, 0])*[0, 1]", "[0, 1]"},
};
