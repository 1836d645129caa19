/* logm.c - the principal square root and logarithm of a matrix, by eigenvectors or by iteration.
 *
 * Symmetric: Q f(L) Q'. Otherwise the square root by the product form of the Denman-Beavers
 * iteration (Higham, "Functions of Matrices", 2008, eq. 6.29) and the logarithm by repeated square
 * roots and a Padé approximant in partial fractions (ibid. 11.5). The derivative along G is the
 * corner block of the same function of [A, G; 0, A] (ibid. theorem 3.6), and the adjoint is the
 * derivative at A'.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "primitives/linear.h"
#include "primitives/matrix.h"

/* Quadratic convergence from a scaled start: more steps mean there is no principal root. */
enum { ROOT_STEPS = 60, LOG_ROOTS = 100 };
/* Fractions of the approximant, exact to double precision up to the distance below (table 11.1). */
enum { FRACTIONS = 8 };
static const double LOG_DISTANCE = 0.26;
/* Scaling stops helping once the iterates are this near to the identity. */
static const double SCALING_ENDS = 1e-2;
/* Negative eigenvalues of a semidefinite matrix that are rounding noise. */
static const double NOISE = 64 * DBL_EPSILON;

static void function_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = in[0];
}

/* ---- by eigenvectors ---- */

static size_t eigen_size(const Shape in[]) {
  size_t n = in[0].rows;
  return 3 * n * n + rule_eig_symmetric.work_size(in);
}

/* The square root of the eigenvalues, or their logarithm. */
static const char *by_eigenvectors(bool root, Shape shape, const double *a, double *out,
                                   double *message, double *work) {
  size_t n = shape.rows;
  double *q = matrix_take(&work, n * n), *l = matrix_take(&work, n * n);
  double *scaled = matrix_take(&work, n * n), *const both[] = {q, l};
  const Shape shapes[] = {shape, shape};
  const char *refusal = rule_eig_symmetric.value(&a, &shape, both, shapes, work);
  if (refusal) return matrix_explain(message, "%s", refusal);
  double largest = matrix_largest(n * n, l), noise = NOISE * (double)n * largest;
  for (size_t j = 0; j < n; j++) {
    double value = l[j * n + j];
    if (root ? value < -noise : value <= 0)
      return matrix_explain(message, "A has the eigenvalue %.6g: a real %s needs %s ones", value,
                            root ? "square root" : "logarithm", root ? "no negative" : "positive");
    double image = root ? sqrt(fmax(value, 0)) : log(value);
    for (size_t i = 0; i < n; i++) scaled[i * n + j] = q[i * n + j] * image;
  }
  matrix_transpose(n, n, q, l);
  matrix_multiply(n, n, n, scaled, l, out);
  return NULL;
}

/* ---- by iteration ---- */

static size_t iteration_size(size_t n) { return 3 * n * n + matrix_lu_size(n); }

static double distance_to_identity(size_t n, const double *a) {
  double largest = 0;
  for (size_t j = 0; j < n; j++) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += fabs(a[i * n + j] - (i == j));
    largest = fmax(largest, sum);
  }
  return largest;
}

/* [x] becomes its principal square root; false if it has none. Denman-Beavers: m goes to the
 * identity while x goes to the root. */
static bool take_root(size_t n, double *x, double *work) {
  double *m = matrix_take(&work, n * n), *inverse = matrix_take(&work, n * n);
  double *space = matrix_take(&work, n * n), before = INFINITY;
  memcpy(m, x, n * n * sizeof *x);
  for (int step = 0; step < ROOT_STEPS; step++) {
    double *rest = work, distance = distance_to_identity(n, m);
    if (!isfinite(distance)) return false;
    if (distance <= (double)n * DBL_EPSILON) return true;
    if (distance < SCALING_ENDS && distance >= before / 2)
      return true; /* rounding is all that is left */
    before = distance;
    MatrixLu lu;
    if (!matrix_lu_factor(&lu, n, m, &rest)) return false;
    double det = fabs(matrix_lu_determinant(&lu)), scale = 1;
    if (distance > SCALING_ENDS && isnormal(det)) scale = pow(det, -1 / (2 * (double)n));
    double square = scale * scale;
    matrix_lu_inverse(&lu, inverse);
    for (size_t i = 0; i < n * n; i++) {
      double unit = i % (n + 1) == 0;
      m[i] = 0.5 * (unit + 0.5 * (square * m[i] + inverse[i] / square));
      inverse[i] = 0.5 * scale * (unit + inverse[i] / square);
    }
    matrix_multiply(n, n, n, x, inverse, space);
    memcpy(x, space, n * n * sizeof *x);
  }
  return false;
}

/* Node and weight [i] of Gauss-Legendre quadrature on [0, 1], by Newton's method on the polynomial.
 */
static void quadrature(int i, double *node, double *weight) {
  double x = cos(acos(-1) * (i + 0.75) / (FRACTIONS + 0.5)), slope = 1;
  for (int step = 0; step < 20; step++) {
    double last = 1, value = x;
    for (int k = 2; k <= FRACTIONS; k++) {
      double next = ((2 * k - 1) * x * value - (k - 1) * last) / k;
      last = value;
      value = next;
    }
    slope = FRACTIONS * (x * value - last) / (x * x - 1);
    x -= value / slope;
  }
  *node = (1 + x) / 2;
  *weight = 1 / ((1 - x * x) * slope * slope);
}

/* [out] becomes log(I + x), x small: the integral of x/(I + t x) over t from 0 to 1. */
static void near_logarithm(size_t n, const double *x, double *out, double *work) {
  double *shifted = matrix_take(&work, n * n), *term = matrix_take(&work, n * n);
  memset(out, 0, n * n * sizeof *out);
  for (int k = 0; k < FRACTIONS; k++) {
    double node, weight, *rest = work;
    quadrature(k, &node, &weight);
    for (size_t i = 0; i < n * n; i++) shifted[i] = node * x[i] + (i % (n + 1) == 0);
    memcpy(term, x, n * n * sizeof *x);
    MatrixLu lu;
    matrix_lu_factor(&lu, n, shifted, &rest);
    matrix_lu_solve(&lu, n, term);
    for (size_t i = 0; i < n * n; i++) out[i] += weight * term[i];
  }
}

static const char *root_by_iteration(size_t n, const double *a, double *out, double *message,
                                     double *work) {
  memcpy(out, a, n * n * sizeof *a);
  if (take_root(n, out, work)) return NULL;
  return matrix_explain(message,
                        "A has no real principal square root: it needs eigenvalues off the "
                        "negative axis and 0");
}

static const char *log_by_iteration(size_t n, const double *a, double *out, double *message,
                                    double *work) {
  double *x = matrix_take(&work, n * n);
  memcpy(x, a, n * n * sizeof *a);
  int roots = 0;
  while (roots <= LOG_ROOTS && distance_to_identity(n, x) > LOG_DISTANCE && take_root(n, x, work))
    roots++;
  if (!(distance_to_identity(n, x) <= LOG_DISTANCE))
    return matrix_explain(message,
                          "A has no real principal logarithm: it needs eigenvalues off the "
                          "negative axis and 0");
  for (size_t i = 0; i < n; i++) x[i * n + i] -= 1;
  near_logarithm(n, x, out, work);
  for (size_t i = 0; i < n * n; i++) out[i] = ldexp(out[i], roots);
  return NULL;
}

/* ---- rules ---- */

static const char *function_value(bool root, Shape shape, const double *a, double *out,
                                  double *work) {
  size_t n = shape.rows;
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", n, n, a, message);
  if (refusal) return refusal;
  if (matrix_is_symmetric(n, a)) return by_eigenvectors(root, shape, a, out, message, work);
  return root ? root_by_iteration(n, a, out, message, work)
              : log_by_iteration(n, a, out, message, work);
}

static const char *sqrtm_value(const double *const in[], const Shape in_shape[],
                               double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  return function_value(true, in_shape[0], in[0], out[0], work);
}

static const char *logm_value(const double *const in[], const Shape in_shape[], double *const out[],
                              const Shape out_shape[], double *work) {
  (void)out_shape;
  return function_value(false, in_shape[0], in[0], out[0], work);
}

static size_t function_work(const Shape in[]) {
  size_t n = in[0].rows, iteration = n * n + iteration_size(n), eigen = eigen_size(in);
  return MATRIX_MESSAGE + (iteration > eigen ? iteration : eigen);
}

const Rule rule_sqrtm = {
    .name = "sqrtm",
    .inputs = 1,
    .outputs = 1,
    .shape = function_shape,
    .value = sqrtm_value,
    .work_size = function_work,
    .names = "A S",
    .adjoint = "n = size(A)[1]\n"
               "B = sqrtm([A', S_bar; zeros(n, n), A'])\n"
               "B[1:n, n + 1:2*n]",
};

const Rule rule_logm = {
    .name = "logm",
    .inputs = 1,
    .outputs = 1,
    .shape = function_shape,
    .value = logm_value,
    .work_size = function_work,
    .names = "A L",
    .adjoint = "n = size(A)[1]\n"
               "B = logm([A', L_bar; zeros(n, n), A'])\n"
               "B[1:n, n + 1:2*n]",
};

const Primitive logm_rows[] = {
    {"sqrtm", "(A)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_sqrtm,
     "The principal square root of a matrix: sqrtm(A)*sqrtm(A) is A. sqrt(A) is entry by entry.",
     "sqrtm([5, 4; 4, 5])*[1, 0]", "[2, 1]"},
    {"logm", "(A)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_logm,
     "The principal logarithm of a matrix, the inverse of expm. log(A) is entry by entry.",
     "logm([1, 1; 0, 1])*[0, 1]", "[1, 0]"},
};
