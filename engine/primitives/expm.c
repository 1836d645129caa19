/* expm.c - the matrix exponential by scaling and squaring.
 *
 * Higham, "The scaling and squaring method for the matrix exponential revisited" (2005): the Padé
 * degree and the power of two by the 1-norm. The derivative along G is the corner block of the
 * exponential of [A, G; 0, A] (Van Loan, 1978), and the adjoint is the derivative at A'.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "primitives/linear.h"
#include "primitives/matrix.h"

/* Up to [norm] the Padé approximant of [degree] is exact to double precision (Higham, table 2.3).
 */
static const struct {
  int degree;
  double norm;
} PADE[] = {
    {3, 1.495585217958292e-2}, {5, 2.539398330063230e-1}, {7, 9.504178996162932e-1},
    {9, 2.097847961257068},    {13, 5.371920351148152},
};
enum {
  PADE_COUNT = sizeof PADE / sizeof PADE[0],
  DEGREE_LARGEST = 13,
  SQUARINGS = 1024,
  POWERS = 4
};

static void expm_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = in[0];
}

/* Coefficients of the numerator, c_j = (2m - j)!/(j! (m - j)!) for degree m, divided by the last.
 */
static void pade_coefficients(int degree, double c[DEGREE_LARGEST + 1]) {
  c[degree] = 1;
  for (int j = degree; j > 0; j--) c[j - 1] = c[j] * j * (2 * degree - j + 1) / (degree - j + 1);
}

static void add_multiple(size_t count, double factor, const double *x, double *sum) {
  for (size_t i = 0; i < count; i++) sum[i] += factor * x[i];
}

static void add_identity(size_t n, double factor, double *a) {
  for (size_t i = 0; i < n; i++) a[i * n + i] += factor;
}

/* sum += c[first] I + c[first + 2] A^2 + c[first + 4] A^4 + ..., [terms] in all. */
static void add_series(size_t n, const double c[], int first, int terms, double *const power[],
                       double *sum) {
  add_identity(n, c[first], sum);
  for (int i = 1; i < terms; i++) add_multiple(n * n, c[first + 2 * i], power[i - 1], sum);
}

/* One part of the numerator of degree 13: A^6 (c[first + 8] A^2 + ... A^6) + the lower terms. */
static void add_series_13(size_t n, const double c[], int first, double *const power[],
                          double *space, double *sum) {
  memset(space, 0, n * n * sizeof *space);
  for (int i = 0; i < 3; i++) add_multiple(n * n, c[first + 8 + 2 * i], power[i], space);
  matrix_multiply(n, n, n, power[2], space, sum);
  add_series(n, c, first, 4, power, sum);
}

/* Odd and even parts of the numerator: u = A (c1 + c3 A^2 + ...) and v = c0 + c2 A^2 + ... [power]
 * has room for A^2, A^4, A^6 and A^8. */
static void pade_parts(size_t n, const double *a, int degree, double *u, double *v,
                       double *const power[], double *space) {
  double c[DEGREE_LARGEST + 1];
  pade_coefficients(degree, c);
  int powers = degree == DEGREE_LARGEST ? 3 : degree / 2;
  matrix_multiply(n, n, n, a, a, power[0]);
  for (int i = 1; i < powers; i++) matrix_multiply(n, n, n, power[0], power[i - 1], power[i]);
  memset(v, 0, n * n * sizeof *v);
  memset(u, 0, n * n * sizeof *u);
  if (degree == DEGREE_LARGEST) {
    add_series_13(n, c, 1, power, space, u);
    add_series_13(n, c, 0, power, space, v);
  } else {
    add_series(n, c, 1, powers + 1, power, u);
    add_series(n, c, 0, powers + 1, power, v);
  }
  matrix_multiply(n, n, n, a, u, space);
  memcpy(u, space, n * n * sizeof *u);
}

/* The number of halvings after which the largest degree is exact. */
static int halvings(double norm) {
  int exponent;
  double fraction = frexp(norm / PADE[PADE_COUNT - 1].norm, &exponent);
  if (fraction == 0.5) exponent--;
  return exponent > 0 ? exponent : 0;
}

static int degree_for(double norm) {
  for (int i = 0; i < PADE_COUNT; i++)
    if (norm <= PADE[i].norm) return PADE[i].degree;
  return DEGREE_LARGEST;
}

static const char *expm_value(const double *const in[], const Shape in_shape[], double *const out[],
                              const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t n = in_shape[0].rows, count = n * n;
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", n, n, in[0], message);
  if (refusal) return refusal;
  if (n == 1) {
    out[0][0] = exp(in[0][0]);
    return NULL;
  }
  double *a = matrix_take(&work, count), *u = matrix_take(&work, count),
         *v = matrix_take(&work, count);
  double *space = matrix_take(&work, count), *power[POWERS];
  for (int i = 0; i < POWERS; i++) power[i] = matrix_take(&work, count);
  double norm = matrix_norm_one(n, n, in[0]);
  int times = halvings(norm);
  if (times > SQUARINGS)
    return matrix_explain(message, "A is too large: its exponential is not a finite number");
  for (size_t i = 0; i < count; i++) a[i] = ldexp(in[0][i], -times);
  pade_parts(n, a, degree_for(norm), u, v, power, space);
  /* (v - u) x = v + u */
  memcpy(out[0], v, count * sizeof *v);
  add_multiple(count, 1, u, out[0]);
  add_multiple(count, -1, u, v);
  MatrixLu lu;
  matrix_lu_factor(&lu, n, v, &work);
  matrix_lu_solve(&lu, n, out[0]);
  for (int i = 0; i < times; i++) {
    matrix_multiply(n, n, n, out[0], out[0], space);
    memcpy(out[0], space, count * sizeof *space);
  }
  if (matrix_check_finite("A", n, n, out[0], message))
    return matrix_explain(message, "A is too large: its exponential is not a finite number");
  return NULL;
}

static size_t expm_work(const Shape in[]) {
  size_t n = in[0].rows;
  return MATRIX_MESSAGE + (4 + POWERS) * n * n + matrix_lu_size(n);
}

const Rule rule_expm = {
    .name = "expm",
    .inputs = 1,
    .outputs = 1,
    .shape = expm_shape,
    .value = expm_value,
    .work_size = expm_work,
    .names = "A E",
    .adjoint = "n = size(A)[1]\n"
               "B = expm([A', E_bar; zeros(n, n), A'])\n"
               "B[1:n, n + 1:2*n]",
};

const Primitive expm_rows[] = {
    {"expm", "(A)", NULL, RESULT_ARRAYS, DERIVE_RULE, NULL, &rule_expm,
     "The matrix exponential I + A + A^2/2 + A^3/6 + ...: expm(t*A)*x0 solves x' = A*x. exp(A) is "
     "entry by entry.",
     "expm([0, 1; 0, 0])*[0, 1]", "[1, 1]"},
};
