/* eigen.c - eig and eigvals: eigenvalues, largest first, and eigenvectors.
 *
 * A symmetric matrix has orthonormal eigenvectors and its derivative treats it as symmetric. Any
 * other matrix may have complex eigenvalues, which then have no derivative. Adjoints: Giles (2008), 3.1; for unit eigenvectors of
 * a matrix that is not symmetric, Boeddeker et al. (2017), eq. 4.77. Both divide by differences of
 * eigenvalues: an equal pair is refused as soon as the derivative asks for its eigenvectors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/complex.h"
#include "primitives/lapack.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"

/* Values closer than this part of the largest, times their number, are equal but for rounding. */
static const double EQUAL_VALUES = 16 * DBL_EPSILON;
/* Complex parts below this part of the largest eigenvalue are what rounding makes of a double one.
 */
static const double COMPLEX_NOISE = 1e-7;

/* How the refusal of complex eigenvalues begins; a call without derivatives goes on with them. */
static const char COMPLEX_REFUSAL[] = "A has complex eigenvalues";

/* Eigenvectors with a smaller reciprocal condition number count as dependent. */
static const double DEPENDENT = 1e-7;

/* ---- symmetric ---- */

static void symmetric_space(size_t n, int *doubles, int *integers) {
  int order = (int)n, query = -1, info = 0;
  double best = 0, dummy = 0;
  dsyevd_("V", "U", &order, &dummy, &order, &dummy, &best, &query, integers, &query, &info, 1, 1);
  assert(info == 0);
  *doubles = (int)best;
}

static size_t symmetric_size(size_t n) {
  int doubles, integers;
  symmetric_space(n, &doubles, &integers);
  return n * n + n + (size_t)doubles + matrix_ints((size_t)integers);
}

/* [values] n, largest first; [vectors] n×n row-major with an eigenvector a column, or NULL. LAPACK
 * sorts upwards, so it is given -A: equal eigenvalues keep the order of their axes. */
static const char *eig_symmetric(size_t n, const double *a, double *values, double *vectors,
                                 double *message, double *work) {
  int doubles, integers, info = 0, order = (int)n;
  symmetric_space(n, &doubles, &integers);
  double *copy = matrix_take(&work, n * n), *opposite = matrix_take(&work, n);
  int *iwork = matrix_take_ints(&work, (size_t)integers);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) copy[i * n + j] = -(a[i * n + j] + a[j * n + i]) / 2;
  dsyevd_(vectors ? "V" : "N", "U", &order, copy, &order, opposite, work, &doubles, iwork,
          &integers, &info, 1, 1);
  if (info != 0) return matrix_explain(message, "the eigenvalues of A did not converge");
  for (size_t j = 0; j < n; j++) values[j] = 0 - opposite[j];
  /* Adding 0 turns -0 into 0. */
  for (size_t j = 0; vectors && j < n; j++) {
    double sign = matrix_column_sign(n, 1, copy + j * n, 0);
    for (size_t i = 0; i < n; i++) vectors[i * n + j] = sign * copy[j * n + i] + 0.0;
  }
  return NULL;
}

/* ---- any other ---- */

static int general_space(size_t n) {
  int order = (int)n, query = -1, info = 0;
  double best = 0, dummy = 0;
  dgeev_("N", "V", &order, &dummy, &order, &dummy, &dummy, &dummy, &order, &dummy, &order, &best,
         &query, &info, 1, 1);
  assert(info == 0);
  return (int)best;
}

static size_t general_size(size_t n) { return 2 * n * n + 2 * n + (size_t)general_space(n); }

static size_t largest_left(size_t n, const double *values) {
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (values[i] > values[best]) best = i;
  return best;
}

static const char *eig_general(size_t n, const double *a, double *values, double *vectors,
                               double *message, double *work) {
  double *copy = matrix_take(&work, n * n), *right = matrix_take(&work, n * n);
  double *real = matrix_take(&work, n), *imaginary = matrix_take(&work, n), none = 0;
  int order = (int)n, one = 1, space = general_space(n), info = 0;
  matrix_transpose(n, n, a, copy);
  dgeev_("N", vectors ? "V" : "N", &order, copy, &order, real, imaginary, &none, &one, right,
         &order, work, &space, &info, 1, 1);
  if (info != 0) return matrix_explain(message, "the eigenvalues of A did not converge");
  double largest = matrix_largest(n, real);
  for (size_t j = 0; j < n; j++)
    if (fabs(imaginary[j]) > COMPLEX_NOISE * largest)
      return matrix_explain(message, "%s, such as %.6g ± %.6gi: they have no derivative here",
                            COMPLEX_REFUSAL, real[j], fabs(imaginary[j]));
  for (size_t j = 0; j < n; j++)
    if (vectors && imaginary[j] != 0)
      return matrix_explain(message, "A has the eigenvalue %.6g twice, with only one eigenvector",
                            real[j]);
  for (size_t j = 0; j < n; j++) {
    size_t from = largest_left(n, real);
    values[j] = real[from];
    real[from] = -INFINITY;
    double sign = vectors ? matrix_column_sign(n, 1, right + from * n, 0) : 1;
    for (size_t i = 0; vectors && i < n; i++) vectors[i * n + j] = sign * right[from * n + i] + 0.0;
  }
  return NULL;
}

/* ---- the rules ---- */

static void eig_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = out[1] = in[0];
}

static void eigvals_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "A");
  out[0] = (Shape){in[0].rows, 1};
}

static size_t eig_work(const Shape in[]) {
  size_t n = in[0].rows, symmetric = symmetric_size(n), general = general_size(n);
  return MATRIX_MESSAGE + n + (symmetric > general ? symmetric : general);
}

/* A trace recorded with a symmetric matrix may be replayed with another only if that is symmetric
 * too, because the adjoints differ. */
static const char *eig_values(bool symmetric, size_t n, const double *a, double *values,
                              double *vectors, double *work) {
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", n, n, a, message);
  if (refusal) return refusal;
  if (symmetric && !matrix_is_symmetric(n, a))
    return matrix_explain(message, "A is no longer symmetric");
  return symmetric ? eig_symmetric(n, a, values, vectors, message, work)
                   : eig_general(n, a, values, vectors, message, work);
}

static const char *eig_both(bool symmetric, size_t n, const double *a, double *const out[],
                            double *work) {
  double *values = matrix_take(&work, n);
  const char *refusal = eig_values(symmetric, n, a, values, out[0], work);
  if (refusal) return refusal;
  memset(out[1], 0, n * n * sizeof(double));
  for (size_t i = 0; i < n; i++) out[1][i * n + i] = values[i];
  return NULL;
}

static const char *eig_symmetric_value(const double *const in[], const Shape in_shape[],
                                       double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  return eig_both(true, in_shape[0].rows, in[0], out, work);
}

static const char *eig_general_value(const double *const in[], const Shape in_shape[],
                                     double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  return eig_both(false, in_shape[0].rows, in[0], out, work);
}

static const char *eigvals_symmetric_value(const double *const in[], const Shape in_shape[],
                                           double *const out[], const Shape out_shape[],
                                           double *work) {
  (void)out_shape;
  return eig_values(true, in_shape[0].rows, in[0], out[0], NULL, work);
}

static const char *eigvals_general_value(const double *const in[], const Shape in_shape[],
                                         double *const out[], const Shape out_shape[],
                                         double *work) {
  (void)out_shape;
  return eig_values(false, in_shape[0].rows, in[0], out[0], NULL, work);
}

const Rule rule_eig_symmetric = {
    .name = "eig",
    .inputs = 1,
    .outputs = 2,
    .shape = eig_shape,
    .value = eig_symmetric_value,
    .work_size = eig_work,
    .names = "A Q L",
    .adjoint = "Y = Q*(tril(triu(L_bar)) + eig_gap_(L, Q'*Q_bar))*Q'\n"
               "(Y + Y')/2",
};

const Rule rule_eig_general = {
    .name = "eig_general",
    .inputs = 1,
    .outputs = 2,
    .shape = eig_shape,
    .value = eig_general_value,
    .work_size = eig_work,
    .names = "A Q L",
    .adjoint = "M = Q'*Q_bar; N = M - Q'*Q*tril(triu(M))\n"
               "solve(Q', (tril(triu(L_bar)) + eig_gap_(L, N))*Q')",
};

const Rule rule_eigvals_symmetric = {
    .name = "eigvals",
    .inputs = 1,
    .outputs = 1,
    .shape = eigvals_shape,
    .value = eigvals_symmetric_value,
    .work_size = eig_work,
    .names = "A w",
    .adjoint = "Q, L = eig(A)\n"
               "(Q.*w_bar')*Q'",
};

const Rule rule_eigvals_general = {
    .name = "eigvals_general",
    .inputs = 1,
    .outputs = 1,
    .shape = eigvals_shape,
    .value = eigvals_general_value,
    .work_size = eig_work,
    .names = "A w",
    .adjoint = "Q, L = eig(A)\n"
               "solve(Q', w_bar.*Q')",
};

/* ---- eig_gap_: M_ij / (l_j - l_i), the division both adjoints need ---- */

static void gap_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_square(session, &in[0], 0, "L");
  if (in[1].rows != in[0].rows || in[1].cols != in[0].cols)
    fail_argument(session, 1, "M must be %u×%u like L, but it is %u×%u", in[0].rows, in[0].cols,
                  in[1].rows, in[1].cols);
  out[0] = in[0];
}

/* An entry 0 of M asks nothing of its pair, so equal eigenvalues are fine where only values matter.
 */
static const char *gap_value(const double *const in[], const Shape in_shape[], double *const out[],
                             const Shape out_shape[], double *work) {
  (void)out_shape;
  size_t n = in_shape[0].rows;
  const double *l = in[0], *m = in[1];
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(l[i * n + i]));
  double equal = EQUAL_VALUES * (double)n * largest;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double gap = l[j * n + j] - l[i * n + i];
      out[0][i * n + j] = i == j || m[i * n + j] == 0 ? 0 : m[i * n + j] / gap;
      if (i != j && m[i * n + j] != 0 && fabs(gap) <= equal)
        return matrix_explain(
            work,
            "eigenvalues %zu and %zu are equal (%.6g): their eigenvectors are not unique and "
            "have no derivative",
            (i < j ? i : j) + 1, (i < j ? j : i) + 1, l[i * n + i]);
    }
  return NULL;
}

static size_t gap_work(const Shape in[]) {
  (void)in;
  return MATRIX_MESSAGE;
}

const Rule rule_eig_gap = {
    .name = "eig_gap_",
    .inputs = 2,
    .outputs = 1,
    .shape = gap_shape,
    .value = gap_value,
    .work_size = gap_work,
    .names = "L M E",
    .adjoint = "T = eig_gap_(L, E_bar.*E)\n"
               "(tril(triu((T - T')*ones(size(L)))), eig_gap_(L, E_bar))",
};

/* ---- calls ---- */

/* Eigenvectors that are dependent to half the digits: A = Q*L*inv(Q) does not hold as it should. */
static void note_dependent(Session *session, const Value *vectors) {
  Operand q = linear_operand(vectors);
  size_t n = q.shape.rows;
  MatrixLu lu;
  double *work = scratch(session, matrix_lu_size(n) * sizeof *work);
  if (!matrix_lu_factor(&lu, n, q.data, &work) || matrix_lu_rcond(&lu, q.data) < DEPENDENT)
    note(session, "A is not diagonalisable, or nearly so: its eigenvectors are dependent to 7 "
                  "digits or more");
}

static bool is_complex_refusal(const char *refusal) {
  return strncmp(refusal, COMPLEX_REFUSAL, sizeof COMPLEX_REFUSAL - 1) == 0;
}

/* Without derivatives, real results where they are real and complex ones where they are not. */
static Value apply_passive(Session *session, const Rule *rule, Value input) {
  Operand a = linear_operand(&input);
  Shape shape[RULE_OUTPUTS];
  Value output[RULE_OUTPUTS];
  double *data[RULE_OUTPUTS];
  rule->shape(session, &a.shape, shape);
  for (int i = 0; i < rule->outputs; i++) {
    Array *array = array_zeros(session, shape[i].rows, shape[i].cols);
    output[i] = value_array(array);
    data[i] = array->data;
  }
  double *work = scratch(session, rule->work_size(&a.shape) * sizeof *work);
  const char *refusal = rule->value(&a.data, &a.shape, data, shape, work);
  if (refusal && !is_complex_refusal(refusal)) fail(session, "%s", refusal);
  if (refusal) {
    for (int i = 0; i < rule->outputs; i++) value_release(output[i]);
    return rule->outputs == 2 ? complex_eigen(session, input) : complex_eigenvalues(session, input, NULL);
  }
  if (rule == &rule_eig_general) note_dependent(session, &output[0]);
  return rule->outputs == 1 ? output[0] : linear_tuple(session, output, 2);
}

static Value apply(Session *session, const Arguments *arguments, const Rule *symmetric,
                   const Rule *general) {
  Value input = argument_operand(session, arguments->argument[0], 0), outputs[2];
  Operand a = linear_operand(&input);
  bool square = a.shape.rows == a.shape.cols;
  const Rule *rule = square && !matrix_is_symmetric(a.shape.rows, a.data) ? general : symmetric;
  if (rule == general && !linear_is_active(input)) {
    Value result = apply_passive(session, rule, input);
    value_release(input);
    return result;
  }
  rule_apply(session, rule, &input, outputs);
  value_release(input);
  if (rule == &rule_eig_general) note_dependent(session, &outputs[0]);
  return rule->outputs == 1 ? outputs[0] : linear_tuple(session, outputs, 2);
}

static Value eig_call(Session *session, const Arguments *arguments) {
  return apply(session, arguments, &rule_eig_symmetric, &rule_eig_general);
}

static Value eigvals_call(Session *session, const Arguments *arguments) {
  return apply(session, arguments, &rule_eigvals_symmetric, &rule_eigvals_general);
}

const Primitive eigen_rows[] = {
    {"eig", "(A)", eig_call, RESULT_ARRAYS, DERIVE_THROUGH, NULL, NULL,
     "Q, L = eig(A): A = Q*L*inv(Q), the eigenvalues on the diagonal of L, largest first, and a "
     "unit eigenvector "
     "in every column of Q, its largest entry positive; complex where they have to be. For a "
     "symmetric A, Q is orthogonal (inv(Q) "
     "is Q') and "
     "the derivative treats A as symmetric.",
     "Q, L = eig([2, 1; 1, 2]); diag(L)", "[3, 1]"},
    {"eigvals", "(A)", eigvals_call, RESULT_ARRAYS, DERIVE_THROUGH, NULL, NULL,
     "The eigenvalues of a square matrix as a vector, largest first (complex ones by their real "
     "part).",
     "eigvals([2, 1; 1, 2])", "[3, 1]"},
    {"eig_gap_", "(L, M)", NULL, RESULT_ANY, DERIVE_RULE, NULL, &rule_eig_gap,
     "M[i, j] / (L[j, j] - L[i, i]) off the diagonal, 0 on it: what the derivative of eigenvectors "
     "needs.",
     "eig_gap_([3, 0; 0, 1], [0, 2; 4, 0])*[1, 0]", "[0, 2]"},
};
