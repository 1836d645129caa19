/* test_linear_kernels.c - the value kernels of the linear algebra rules, called directly on arrays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "primitives/linear.h"
#include "primitives/matrix.h"

static const size_t ORDERS[] = {1, 2, 3, 5, 6, 7, 8, 9, 10, 17, 50};
enum { ORDER_COUNT = sizeof ORDERS / sizeof ORDERS[0], LARGEST = 60 };

typedef struct Matrix {
  size_t rows, cols;
  double at[LARGEST * LARGEST];
} Matrix;

static uint64_t stream = 88172645463325252u;

static double uniform(void) {
  stream ^= stream << 13;
  stream ^= stream >> 7;
  stream ^= stream << 17;
  return (double)(stream >> 11) / 4503599627370496.0 - 1;
}

static Matrix random_matrix(size_t rows, size_t cols) {
  Matrix a = {.rows = rows, .cols = cols};
  for (size_t i = 0; i < rows * cols; i++) a.at[i] = uniform();
  return a;
}

static Matrix product(const Matrix *a, const Matrix *b) {
  Matrix c = {.rows = a->rows, .cols = b->cols};
  cr_assert_eq(a->cols, b->rows);
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < b->cols; j++)
      for (size_t k = 0; k < a->cols; k++)
        c.at[i * c.cols + j] += a->at[i * a->cols + k] * b->at[k * b->cols + j];
  return c;
}

static Matrix transposed(const Matrix *a) {
  Matrix t = {.rows = a->cols, .cols = a->rows};
  matrix_transpose(a->rows, a->cols, a->at, t.at);
  return t;
}

static Matrix identity(size_t n) {
  Matrix a = {.rows = n, .cols = n};
  for (size_t i = 0; i < n; i++) a.at[i * n + i] = 1;
  return a;
}

static Matrix symmetric_matrix(size_t n, double shift) {
  Matrix a = random_matrix(n, n), t = transposed(&a), s = product(&a, &t);
  for (size_t i = 0; i < n; i++) s.at[i * n + i] += shift;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) s.at[i * n + j] = s.at[j * n + i];
  return s;
}

static double distance(const Matrix *a, const Matrix *b) {
  cr_assert(a->rows == b->rows && a->cols == b->cols, "%zu×%zu and %zu×%zu", a->rows, a->cols,
            b->rows, b->cols);
  double largest = 0;
  for (size_t i = 0; i < a->rows * a->cols; i++) largest = fmax(largest, fabs(a->at[i] - b->at[i]));
  return largest;
}

static char refusal_text[MATRIX_MESSAGE * sizeof(double)];

/* Runs a rule with exactly the work memory it asks for; NULL or its refusal. */
static const char *run(const Rule *rule, const Matrix *const in[], Matrix *const out[]) {
  Shape in_shape[RULE_INPUTS], out_shape[RULE_OUTPUTS];
  const double *from[RULE_INPUTS];
  double *to[RULE_OUTPUTS];
  for (int i = 0; i < rule->inputs; i++) {
    in_shape[i] = (Shape){(uint32_t)in[i]->rows, (uint32_t)in[i]->cols};
    from[i] = in[i]->at;
  }
  rule->shape(NULL, in_shape, out_shape);
  for (int i = 0; i < rule->outputs; i++) {
    out[i]->rows = out_shape[i].rows;
    out[i]->cols = out_shape[i].cols;
    to[i] = out[i]->at;
  }
  double *work = malloc((rule->work_size ? rule->work_size(in_shape) : 0) * sizeof *work + 1);
  const char *refusal = rule->value(from, in_shape, to, out_shape, work);
  if (refusal) {
    strncpy(refusal_text, refusal, sizeof refusal_text - 1);
    refusal = refusal_text;
  }
  free(work);
  return refusal;
}

static const char *run_one(const Rule *rule, const Matrix *a, Matrix *out) {
  return run(rule, &a, &out);
}

static const char *run_two(const Rule *rule, const Matrix *a, const Matrix *b, Matrix *out) {
  const Matrix *in[] = {a, b};
  return run(rule, in, &out);
}

static Matrix solved(const Matrix *a, const Matrix *b) {
  Matrix x;
  const char *refusal = run_two(a->rows == a->cols ? &rule_solve : &rule_solve_least, a, b, &x);
  cr_assert_null(refusal, "%s", refusal);
  return x;
}

static double residual(const Matrix *a, const Matrix *b) {
  Matrix x = solved(a, b), ax = product(a, &x);
  return distance(&ax, b) / (1 + matrix_largest(x.rows * x.cols, x.at));
}

/* ---- solve ---- */

Test(linear_kernels, solve_leaves_no_residual_for_full_matrices_of_any_order) {
  for (size_t k = 0; k < ORDER_COUNT; k++)
    for (size_t columns = 1; columns <= 4; columns += 3) {
      size_t n = ORDERS[k];
      Matrix a = random_matrix(n, n), b = random_matrix(n, columns);
      cr_expect_lt(residual(&a, &b), 1e-12, "order %zu, %zu columns", n, columns);
    }
}

Test(linear_kernels, solve_treats_triangles_and_positive_definite_matrices) {
  for (size_t k = 0; k < ORDER_COUNT; k++)
    for (size_t columns = 1; columns <= 4; columns += 3) {
      size_t n = ORDERS[k];
      Matrix spd = symmetric_matrix(n, 1), b = random_matrix(n, columns), lower;
      cr_expect_lt(residual(&spd, &b), 1e-12, "positive definite %zu", n);
      cr_assert_null(run_one(&rule_cholesky, &spd, &lower));
      cr_expect_lt(residual(&lower, &b), 1e-12, "lower triangle %zu", n);
      Matrix upper = transposed(&lower);
      cr_expect_lt(residual(&upper, &b), 1e-12, "upper triangle %zu", n);
      spd.at[n * n - 1] = -10 * (double)n;
      cr_expect_lt(residual(&spd, &b), 1e-12, "symmetric indefinite %zu", n);
    }
}

Test(linear_kernels, solve_refuses_singular_matrices_with_the_condition) {
  for (size_t k = 1; k < ORDER_COUNT; k++) {
    size_t n = ORDERS[k];
    Matrix thin = random_matrix(n, n - 1), flat = random_matrix(n - 1, n),
           a = product(&thin, &flat), x;
    Matrix b = random_matrix(n, 1);
    const char *refusal = run_two(&rule_solve, &a, &b, &x);
    cr_assert_not_null(refusal, "order %zu", n);
    cr_expect(strstr(refusal, "A is singular"), "order %zu: %s", n, refusal);
    cr_expect(strstr(refusal, "reciprocal condition number"), "order %zu: %s", n, refusal);
    cr_expect_not_null(run_one(&rule_inv, &a, &x), "order %zu", n);
  }
}

Test(linear_kernels, solve_is_not_misled_by_units) {
  Matrix a = {2, 2, {1e-20, 1e-21, 0.1, 1}}, b = {2, 1, {1.1e-20, 1.1}}, one = {2, 1, {1, 1}};
  Matrix x = solved(&a, &b);
  cr_expect_lt(distance(&x, &one), 1e-14);
}

Test(linear_kernels, solve_names_an_entry_that_is_no_number) {
  Matrix a = {2, 2, {1, 2, NAN, 4}}, b = {2, 1, {1, 2}}, x;
  const char *refusal = run_two(&rule_solve, &a, &b, &x);
  cr_expect_str_eq(refusal, "A[2, 1] is nan");
}

Test(linear_kernels, least_squares_residual_is_orthogonal_to_the_columns) {
  static const size_t SHAPES[][2] = {{2, 1}, {5, 2}, {7, 6}, {20, 3}, {50, 17}};
  for (size_t k = 0; k < sizeof SHAPES / sizeof SHAPES[0]; k++)
    for (size_t columns = 1; columns <= 3; columns += 2) {
      Matrix a = random_matrix(SHAPES[k][0], SHAPES[k][1]), b = random_matrix(a.rows, columns);
      matrix_scale_column(a.rows, a.cols, a.at, 0, 1e9);
      Matrix x = solved(&a, &b), ax = product(&a, &x), t = transposed(&a);
      for (size_t i = 0; i < b.rows * b.cols; i++) ax.at[i] -= b.at[i];
      Matrix normal = product(&t, &ax), zero = {.rows = a.cols, .cols = columns};
      for (size_t c = 0; c < columns; c++) normal.at[c] /= 1e9;
      cr_expect_lt(distance(&normal, &zero), 1e-12, "%zu×%zu", a.rows, a.cols);
    }
}

Test(linear_kernels, least_squares_of_deficient_rank_has_the_smallest_norm) {
  static const size_t SHAPES[][2] = {{3, 2}, {2, 3}, {6, 6}, {20, 10}, {10, 20}};
  for (size_t k = 0; k < sizeof SHAPES / sizeof SHAPES[0]; k++) {
    Matrix thin = random_matrix(SHAPES[k][0], 1), flat = random_matrix(1, SHAPES[k][1]);
    Matrix a = product(&thin, &flat), b = random_matrix(a.rows, 1), inverse, x;
    cr_assert_null(run_two(&rule_solve_norm, &a, &b, &x));
    cr_assert_null(run_one(&rule_pinv, &a, &inverse));
    Matrix expected = product(&inverse, &b);
    cr_expect_lt(distance(&x, &expected), 1e-12);
  }
}

/* ---- inverses and determinants ---- */

Test(linear_kernels, an_inverse_undoes_its_matrix) {
  for (size_t k = 0; k < ORDER_COUNT; k++) {
    Matrix a = random_matrix(ORDERS[k], ORDERS[k]), inverse, one = identity(ORDERS[k]);
    cr_assert_null(run_one(&rule_inv, &a, &inverse));
    Matrix both = product(&a, &inverse);
    cr_expect_lt(distance(&both, &one), 1e-11, "order %zu", ORDERS[k]);
  }
}

Test(linear_kernels, the_pseudoinverse_satisfies_penrose) {
  static const size_t SHAPES[][2] = {{1, 1}, {1, 4}, {5, 2}, {7, 9}, {30, 20}};
  for (size_t k = 0; k < sizeof SHAPES / sizeof SHAPES[0]; k++) {
    Matrix a = random_matrix(SHAPES[k][0], SHAPES[k][1]), p;
    cr_assert_null(run_one(&rule_pinv, &a, &p));
    Matrix ap = product(&a, &p), pa = product(&p, &a), apa = product(&ap, &a),
           pap = product(&pa, &p);
    Matrix apt = transposed(&ap), pat = transposed(&pa);
    cr_expect_lt(
        distance(&apa, &a) + distance(&pap, &p) + distance(&ap, &apt) + distance(&pa, &pat), 1e-11);
  }
}

Test(linear_kernels, determinants_of_whole_matrices_are_whole_up_to_order_3) {
  Matrix a = {3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}}, b = {2, 2, {1, 2, 3, 4}}, d;
  cr_assert_null(run_one(&rule_det, &a, &d));
  cr_expect_eq(d.at[0], 0);
  cr_assert_null(run_one(&rule_det, &b, &d));
  cr_expect_eq(d.at[0], -2);
}

Test(linear_kernels, a_determinant_is_the_product_over_cofactors_of_a_row) {
  for (size_t k = 0; k < ORDER_COUNT; k++) {
    size_t n = ORDERS[k];
    Matrix a = random_matrix(n, n), d, c;
    cr_assert_null(run_one(&rule_det, &a, &d));
    cr_assert_null(run_one(&rule_cofactor, &a, &c));
    double sum = 0;
    for (size_t j = 0; j < n; j++) sum += a.at[j] * c.at[j];
    cr_expect_lt(fabs(sum - d.at[0]), 1e-11 * (fabs(d.at[0]) + 1e-3), "order %zu", n);
  }
}

Test(linear_kernels, cofactors_of_a_singular_matrix_are_those_of_its_neighbours) {
  for (size_t k = 1; k < ORDER_COUNT - 1; k++) {
    size_t n = ORDERS[k];
    Matrix thin = random_matrix(n, n - 1), flat = random_matrix(n - 1, n),
           a = product(&thin, &flat), c, near;
    cr_assert_null(run_one(&rule_cofactor, &a, &c));
    for (size_t i = 0; i < n; i++) a.at[i * n + i] += 1e-4;
    cr_assert_null(run_one(&rule_cofactor, &a, &near));
    double size = matrix_largest(n * n, near.at);
    cr_expect_lt(distance(&c, &near), 0.1 * size, "order %zu: %g of %g", n, distance(&c, &near),
                 size);
    cr_expect_gt(matrix_largest(n * n, c.at), 0.5 * size);
  }
}

Test(linear_kernels, logdet_does_not_overflow_and_refuses_a_negative_determinant) {
  Matrix a = identity(50), l, b = {2, 2, {0, 1, 1, 0}};
  for (size_t i = 0; i < 50; i++) a.at[i * 51] = 1e200;
  cr_assert_null(run_one(&rule_logdet, &a, &l));
  cr_expect_float_eq(l.at[0], 50 * 200 * log(10), 1e-9);
  cr_expect(strstr(run_one(&rule_logdet, &b, &l), "negative"));
}

/* ---- factorisations ---- */

Test(linear_kernels, cholesky_rebuilds_its_matrix) {
  for (size_t k = 0; k < ORDER_COUNT; k++) {
    size_t n = ORDERS[k];
    Matrix a = symmetric_matrix(n, 1), lower;
    cr_assert_null(run_one(&rule_cholesky, &a, &lower));
    Matrix t = transposed(&lower), rebuilt = product(&lower, &t);
    cr_expect_lt(distance(&a, &rebuilt), 1e-13 * (double)(n + 1), "order %zu", n);
    for (size_t i = 0; i < n; i++)
      for (size_t j = i + 1; j < n; j++) cr_expect_eq(lower.at[i * n + j], 0);
    a.at[n * n - 1] = -1;
    cr_expect(strstr(run_one(&rule_cholesky, &a, &lower), "not positive definite"));
  }
}

static void expect_orthonormal(const Matrix *q) {
  Matrix t = transposed(q), gram = product(&t, q), one = identity(q->cols);
  cr_expect_lt(distance(&gram, &one), 1e-13, "%zu×%zu", q->rows, q->cols);
}

Test(linear_kernels, qr_is_orthonormal_times_a_triangle_with_positive_diagonal) {
  static const size_t SHAPES[][2] = {{1, 1}, {1, 3}, {3, 1},   {2, 2},  {5, 3},
                                     {3, 5}, {7, 7}, {50, 20}, {20, 50}};
  for (size_t k = 0; k < sizeof SHAPES / sizeof SHAPES[0]; k++) {
    Matrix a = random_matrix(SHAPES[k][0], SHAPES[k][1]), q, r;
    const Matrix *in = &a;
    cr_assert_null(run(&rule_qr, &in, (Matrix *[]){&q, &r}));
    expect_orthonormal(&q);
    Matrix rebuilt = product(&q, &r);
    cr_expect_lt(distance(&a, &rebuilt), 1e-13);
    for (size_t i = 0; i < r.rows; i++) {
      cr_expect_geq(r.at[i * r.cols + i], 0);
      for (size_t j = 0; j < i; j++) cr_expect_eq(r.at[i * r.cols + j], 0);
    }
  }
}

Test(linear_kernels, lu_rebuilds_the_matrix_with_its_rows_exchanged) {
  for (size_t k = 0; k < ORDER_COUNT; k++) {
    Matrix a = random_matrix(ORDERS[k], ORDERS[k]), l, u, p;
    const Matrix *in = &a;
    cr_assert_null(run(&rule_lu, &in, (Matrix *[]){&l, &u, &p}));
    Matrix pa = product(&p, &a), rebuilt = product(&l, &u);
    cr_expect_lt(distance(&pa, &rebuilt), 1e-13, "order %zu", ORDERS[k]);
    cr_expect_leq(matrix_largest(l.rows * l.cols, l.at), 1 + DBL_EPSILON);
  }
}

Test(linear_kernels, symmetric_eigenvectors_rebuild_the_matrix_largest_first) {
  for (size_t k = 0; k < ORDER_COUNT; k++) {
    size_t n = ORDERS[k];
    Matrix a = symmetric_matrix(n, -1), q, l, values;
    const Matrix *in = &a;
    cr_assert_null(run(&rule_eig_symmetric, &in, (Matrix *[]){&q, &l}));
    expect_orthonormal(&q);
    Matrix t = transposed(&q), ql = product(&q, &l), rebuilt = product(&ql, &t);
    cr_expect_lt(distance(&a, &rebuilt), 1e-13 * (double)(n + 1), "order %zu", n);
    cr_assert_null(run_one(&rule_eigvals_symmetric, &a, &values));
    for (size_t j = 0; j < n; j++) {
      cr_expect_float_eq(values.at[j], l.at[j * n + j], 1e-12 * (double)n);
      cr_expect(j == 0 || values.at[j - 1] >= values.at[j]);
      cr_expect_eq(matrix_column_sign(n, n, q.at, j), 1);
    }
  }
}

Test(linear_kernels, equal_eigenvalues_keep_the_order_of_the_axes) {
  Matrix a = identity(4), q, l, one = identity(4);
  const Matrix *in = &a;
  cr_assert_null(run(&rule_eig_symmetric, &in, (Matrix *[]){&q, &l}));
  cr_expect_eq(distance(&q, &one), 0);
}

Test(linear_kernels, a_matrix_that_is_not_symmetric_has_its_real_eigenvalues) {
  for (size_t k = 0; k < ORDER_COUNT; k++) {
    size_t n = ORDERS[k];
    Matrix a = random_matrix(n, n), q, l;
    for (size_t i = 0; i < n * n; i++) a.at[i] *= 0.3 / (double)n;
    for (size_t i = 0; i < n; i++) a.at[i * n + i] += (double)i;
    const Matrix *in = &a;
    const char *refusal = run(&rule_eig_general, &in, (Matrix *[]){&q, &l});
    cr_assert_null(refusal, "%s", refusal);
    Matrix aq = product(&a, &q), ql = product(&q, &l);
    cr_expect_lt(distance(&aq, &ql), 1e-12, "order %zu", n);
    for (size_t j = 1; j < n; j++) cr_expect_geq(l.at[(j - 1) * (n + 1)], l.at[j * (n + 1)]);
  }
  Matrix turn = {2, 2, {0, 1, -1, 0}}, values;
  cr_expect_str_eq(run_one(&rule_eigvals_general, &turn, &values),
                   "A has complex eigenvalues, such as 0 ± 1i: they have no derivative here");
}

Test(linear_kernels, singular_vectors_rebuild_matrices_of_any_shape) {
  static const size_t SHAPES[][2] = {{1, 1}, {1, 4}, {4, 1},   {2, 2},  {5, 3},
                                     {3, 5}, {7, 7}, {50, 20}, {20, 50}};
  for (size_t k = 0; k < sizeof SHAPES / sizeof SHAPES[0]; k++) {
    Matrix a = random_matrix(SHAPES[k][0], SHAPES[k][1]), u, s, v, values;
    const Matrix *in = &a;
    cr_assert_null(run(&rule_svd_square, &in, (Matrix *[]){&u, &s, &v}));
    expect_orthonormal(&u);
    expect_orthonormal(&v);
    Matrix us = product(&u, &s), t = transposed(&v), rebuilt = product(&us, &t);
    cr_expect_lt(distance(&a, &rebuilt), 1e-13);
    cr_assert_null(run_one(&rule_svdvals, &a, &values));
    for (size_t j = 0; j < s.rows; j++) {
      cr_expect_float_eq(values.at[j], s.at[j * (s.rows + 1)], 1e-13);
      cr_expect(j == 0 || values.at[j - 1] >= values.at[j]);
    }
  }
}

/* ---- the divisions of the adjoints ---- */

Test(linear_kernels, equal_eigenvalues_are_refused_only_when_their_vectors_matter) {
  Matrix l = identity(3), zero = {.rows = 3, .cols = 3}, some = zero, e;
  cr_expect_null(run_two(&rule_eig_gap, &l, &zero, &e));
  some.at[5] = 1;
  const char *refusal = run_two(&rule_eig_gap, &l, &some, &e);
  cr_assert_not_null(refusal);
  cr_expect(strstr(refusal, "eigenvalues 2 and 3 are equal (1)"), "%s", refusal);
  cr_expect(strstr(run_two(&rule_svd_gap, &l, &some, &e), "singular values 2 and 3 are equal"));
}

/* ---- expm ---- */

Test(linear_kernels, expm_agrees_with_its_series_and_its_inverse) {
  static const double SIZES[] = {1e-3, 0.1, 0.5, 1.5, 5, 40};
  for (size_t k = 0; k < ORDER_COUNT; k++)
    for (size_t size = 0; size < sizeof SIZES / sizeof SIZES[0]; size++) {
      size_t n = ORDERS[k];
      Matrix a = random_matrix(n, n), plus, minus, one = identity(n);
      double norm = matrix_norm_one(n, n, a.at);
      for (size_t i = 0; i < n * n; i++) a.at[i] *= SIZES[size] / norm;
      cr_assert_null(run_one(&rule_expm, &a, &plus));
      Matrix term = one, sum = one;
      for (int j = 1; j < 200; j++) {
        term = product(&term, &a);
        for (size_t i = 0; i < n * n; i++) sum.at[i] += term.at[i] /= j;
      }
      double scale = matrix_largest(n * n, plus.at);
      cr_expect_lt(distance(&plus, &sum), 1e-13 * exp(SIZES[size]), "order %zu, norm %g", n,
                   SIZES[size]);
      for (size_t i = 0; i < n * n; i++) a.at[i] = -a.at[i];
      cr_assert_null(run_one(&rule_expm, &a, &minus));
      Matrix both = product(&plus, &minus);
      cr_expect_lt(distance(&both, &one),
                   1e-12 * scale * matrix_largest(n * n, minus.at) * (double)n);
    }
}

Test(linear_kernels, expm_of_the_hard_case_of_moler_and_van_loan) {
  Matrix a = {2, 2, {-49, 24, -64, 31}}, e;
  Matrix exact = {
      2, 2, {-0.735758758144758, 0.551819099658100, -1.471517599088267, 1.103638240715576}};
  cr_assert_null(run_one(&rule_expm, &a, &e));
  cr_expect_lt(distance(&e, &exact), 1e-12);
}

Test(linear_kernels, roots_square_and_logarithms_exponentiate_to_their_matrix) {
  for (size_t k = 0; k < ORDER_COUNT; k++)
    for (int symmetric = 0; symmetric < 2; symmetric++) {
      size_t n = ORDERS[k];
      Matrix a = symmetric ? symmetric_matrix(n, 1) : random_matrix(n, n), root, log, back;
      for (size_t i = 0; i < n; i++) a.at[i * n + i] += symmetric ? 0 : sqrt((double)n) + 2;
      double size = matrix_norm_one(n, n, a.at);
      cr_assert_null(run_one(&rule_sqrtm, &a, &root));
      Matrix square = product(&root, &root);
      cr_expect_lt(distance(&a, &square), 1e-14 * size * (double)(n + 1), "order %zu", n);
      cr_assert_null(run_one(&rule_logm, &a, &log));
      cr_assert_null(run_one(&rule_expm, &log, &back));
      cr_expect_lt(distance(&a, &back), 1e-13 * size * (double)(n + 1), "order %zu", n);
    }
  Matrix turn = {2, 2, {-1, 1, 0, 1}}, out;
  cr_expect_not_null(run_one(&rule_sqrtm, &turn, &out));
  cr_expect_not_null(run_one(&rule_logm, &turn, &out));
}

/* ---- products ---- */

Test(linear_kernels, kron_and_its_contractions_agree) {
  Matrix a = random_matrix(2, 3), b = random_matrix(4, 2), c, left, right;
  cr_assert_null(run_two(&rule_kron, &a, &b, &c));
  cr_expect_eq(c.at[1 * 6 + 3], a.at[1] * b.at[1 * 2 + 1]);
  cr_assert_null(run_two(&rule_kron_left, &c, &b, &left));
  cr_assert_null(run_two(&rule_kron_right, &c, &a, &right));
  double aa = 0, bb = 0;
  for (size_t i = 0; i < 6; i++) aa += a.at[i] * a.at[i];
  for (size_t i = 0; i < 8; i++) bb += b.at[i] * b.at[i];
  cr_expect_float_eq(left.at[4], a.at[4] * bb, 1e-14);
  cr_expect_float_eq(right.at[5], b.at[5] * aa, 1e-14);
}

Test(linear_kernels, trace_triangles_and_cross) {
  Matrix a = {2, 2, {1, 2, 3, 4}}, k = {1, 1, {0}}, t;
  cr_assert_null(run_one(&rule_trace, &a, &t));
  cr_expect_eq(t.at[0], 5);
  cr_assert_null(run_two(&rule_tril, &a, &k, &t));
  cr_expect(t.at[1] == 0 && t.at[2] == 3);
  k.at[0] = 1;
  cr_assert_null(run_two(&rule_triu, &a, &k, &t));
  cr_expect(t.at[0] == 0 && t.at[1] == 2 && t.at[3] == 0);
  Matrix x = {3, 1, {1, 2, 3}}, y = {3, 1, {4, 5, 6}}, c;
  cr_assert_null(run_two(&rule_cross, &x, &y, &c));
  cr_expect(c.at[0] == -3 && c.at[1] == 6 && c.at[2] == -3);
}
