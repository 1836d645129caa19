/* solve.c - A \ b: triangular, Cholesky, LU or least squares, by what A is.
 *
 * The kernels look at the entries at every call, so a replayed trace may change its method, never
 * its answer. Adjoints: Giles, "Collected matrix derivative results" (2008), 2.2.3; Golub and
 * Pereyra (1973) for least squares of any rank.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "primitives/argument.h"
#include "primitives/lapack.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"

/* A Cholesky factor whose diagonal spans more than this is checked before it is trusted. */
static const double SUSPICIOUS_RATIO = 1e-3;

static void solve_shape(Session *session, const Shape in[], Shape out[]) {
  linear_need_entries(session, &in[0], 0, "A");
  linear_need_entries(session, &in[1], 1, "b");
  if (in[0].rows == 1 && in[0].cols == 1 && in[1].rows != 1) {
    char a[64], b[64];
    Report *report = failure(session, "\\ solves a system, and a number stands before it");
    report_advise(report, "%s/%s", failure_text(session, 1, b, sizeof b),
                  failure_text(session, 0, a, sizeof a));
    raise_failure(session, report);
  }
  if (in[0].rows != in[1].rows) {
    Report *report = failure(session, "A and b must have equally many rows");
    failure_argument(session, report, 0, "%u×%u", in[0].rows, in[0].cols);
    failure_argument(session, report, 1, "%u×%u", in[1].rows, in[1].cols);
    report_remark(report, "A has %u row%s, b has %u", in[0].rows, in[0].rows == 1 ? "" : "s",
                  in[1].rows);
    raise_failure(session, report);
  }
  out[0] = (Shape){in[0].cols, in[1].cols};
}

/* ---- square ---- */

static bool is_triangular(bool lower, size_t n, const double *a) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = lower ? i + 1 : 0; j < (lower ? n : i); j++)
      if (a[i * n + j] != 0) return false;
  return true;
}

/* Of the triangle with its rows divided by their diagonal: units of the equations do not matter. */
static double triangle_rcond(bool lower, size_t n, const double *a, double *work) {
  double *scaled = matrix_take(&work, n * n), *space = matrix_take(&work, 3 * n), rcond = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) scaled[i * n + j] = a[i * n + j] / a[i * n + i];
  int order = (int)n, info = 0;
  dtrcon_("1", lower ? "U" : "L", "U", &order, scaled, &order, &rcond, space,
          matrix_take_ints(&work, n), &info, 1, 1, 1);
  return rcond;
}

static const char *solve_by_triangle(bool lower, size_t n, const double *a, size_t columns,
                                     double *x, double *message, double *work, double *rcond) {
  for (size_t i = 0; i < n; i++)
    if (a[i * n + i] == 0)
      return matrix_explain(message, "A is singular (it is triangular and A[%zu, %zu] is 0)", i + 1,
                            i + 1);
  if (rcond) *rcond = triangle_rcond(lower, n, a, work);
  matrix_solve_triangular(lower, false, false, n, a, columns, x);
  return NULL;
}

static bool looks_positive_definite(size_t n, const double *a) {
  for (size_t i = 0; i < n; i++) {
    if (!(a[i * n + i] > 0)) return false;
    for (size_t j = 0; j < i; j++)
      if (a[i * n + j] != a[j * n + i]) return false;
  }
  return true;
}

/* False if the matrix is not positive definite after all, or too close to singular to tell. */
static bool solve_by_cholesky(size_t n, const double *a, size_t columns, double *x, double *work,
                              double *rcond) {
  double *factor = matrix_take(&work, n * n), *space = matrix_take(&work, 3 * n);
  int order = (int)n, info = 0;
  memcpy(factor, a, n * n * sizeof *a);
  dpotrf_("U", &order, factor, &order, &info, 1);
  if (info != 0) return false;
  double least = INFINITY, largest = 0;
  for (size_t i = 0; i < n; i++) {
    least = fmin(least, factor[i * n + i]);
    largest = fmax(largest, factor[i * n + i]);
  }
  if (rcond || least < SUSPICIOUS_RATIO * largest) {
    double norm = matrix_norm_inf(n, n, a), found = 0;
    dpocon_("U", &order, factor, &order, &norm, &found, space, matrix_take_ints(&work, n), &info,
            1);
    if (found < MATRIX_SINGULAR) return false;
    if (rcond) *rcond = found;
  }
  matrix_solve_triangular(true, false, false, n, factor, columns, x);
  matrix_solve_triangular(true, true, false, n, factor, columns, x);
  return true;
}

/* [rcond] may be NULL: it costs as much again as a small solve. */
static const char *solve_square(size_t n, size_t columns, const double *a, const double *b,
                                double *x, double *work, double *rcond) {
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", n, n, a, message);
  if (refusal) return refusal;
  memcpy(x, b, n * columns * sizeof *b);
  if (n > 1 && is_triangular(true, n, a))
    return solve_by_triangle(true, n, a, columns, x, message, work, rcond);
  if (n > 1 && is_triangular(false, n, a))
    return solve_by_triangle(false, n, a, columns, x, message, work, rcond);
  if (n > MATRIX_OWN && looks_positive_definite(n, a) &&
      solve_by_cholesky(n, a, columns, x, work, rcond))
    return NULL;
  MatrixLu lu;
  refusal = matrix_lu_invertible(&lu, "A", n, a, &work, message, rcond);
  if (!refusal) matrix_lu_solve(&lu, columns, x);
  return refusal;
}

static const char *solve_square_value(const double *const in[], const Shape in_shape[],
                                      double *const out[], const Shape out_shape[], double *work) {
  return solve_square(out_shape[0].rows, in_shape[1].cols, in[0], in[1], out[0], work, NULL);
}

static size_t solve_square_work(const Shape in[]) {
  return MATRIX_MESSAGE + matrix_lu_size(in[0].rows) + in[0].rows;
}

const Rule rule_solve = {
    .name = "solve",
    .inputs = 2,
    .outputs = 1,
    .shape = solve_shape,
    .value = solve_square_value,
    .work_size = solve_square_work,
    .names = "A b x",
    .adjoint = "w = solve(A', x_bar); (-w*x', w)",
};

/* ---- least squares ---- */

static int least_space(int m, int n, int columns, int *integers) {
  int query = -1, info = 0, rank = 0, large = m > n ? m : n;
  double best = 0, dummy = 0, tolerance = 0;
  dgelsd_(&m, &n, &columns, &dummy, &m, &dummy, &large, &dummy, &tolerance, &rank, &best, &query,
          integers, &info);
  return (int)best;
}

static size_t least_norm_size(size_t m, size_t n, size_t columns) {
  size_t large = m > n ? m : n, small = m > n ? n : m;
  int integers = 0;
  int space = least_space((int)m, (int)n, (int)columns, &integers);
  return m * n + large * columns + small + matrix_ints((size_t)integers) + (size_t)space;
}

/* The solution of smallest norm; [rank] receives the rank found. */
static const char *least_norm(size_t m, size_t n, size_t columns, const double *a, const double *b,
                              double *x, double *message, double *work, int *rank) {
  size_t large = m > n ? m : n, small = m > n ? n : m;
  int integers = 0, info = 0, rows = (int)m, cols = (int)n, count = (int)columns,
      leading = (int)large;
  int space = least_space(rows, cols, count, &integers);
  double *copy = matrix_take(&work, m * n), *right = matrix_take(&work, large * columns);
  double *s = matrix_take(&work, small), tolerance = (double)large * DBL_EPSILON;
  int *iwork = matrix_take_ints(&work, (size_t)integers);
  matrix_transpose(m, n, a, copy);
  for (size_t c = 0; c < columns; c++)
    for (size_t i = 0; i < m; i++) right[c * large + i] = b[i * columns + c];
  dgelsd_(&rows, &cols, &count, copy, &rows, right, &leading, s, &tolerance, rank, work, &space,
          iwork, &info);
  if (info != 0) return matrix_explain(message, "A: its singular values did not converge");
  for (size_t c = 0; c < columns; c++)
    for (size_t i = 0; i < n; i++) x[i * columns + c] = right[c * large + i];
  return NULL;
}

enum { QR_BLOCK = 64 }; /* columns LAPACK treats at a time, at most */

static size_t least_qr_space(size_t n, size_t columns) {
  return 2 * n + (n + 1 + columns) * QR_BLOCK + (size_t)(QR_BLOCK + 1) * QR_BLOCK;
}

static size_t least_qr_size(size_t m, size_t n, size_t columns) {
  return m * n + m * columns + 2 * n + matrix_ints(n) + least_qr_space(n, columns);
}

/* QR with column exchanges of A with its columns scaled to length 1, so that the unit a column is
 * measured in does not decide the rank. False if A has dependent columns. Needs m >= n. */
static bool least_qr(size_t m, size_t n, size_t columns, const double *a, const double *b,
                     double *x, double *work) {
  double *copy = matrix_take(&work, m * n), *right = matrix_take(&work, m * columns);
  double *length = matrix_take(&work, n), *tau = matrix_take(&work, n);
  int *pivot = matrix_take_ints(&work, n);
  int rows = (int)m, cols = (int)n, count = (int)columns, space = (int)least_qr_space(n, columns),
      info = 0;
  matrix_transpose(m, n, a, copy);
  matrix_transpose(m, columns, b, right);
  for (size_t j = 0; j < n; j++) {
    double largest = matrix_largest(m, copy + j * m), sum = 0;
    if (largest == 0) return false;
    for (size_t i = 0; i < m; i++) sum += (copy[j * m + i] / largest) * (copy[j * m + i] / largest);
    length[j] = largest * sqrt(sum);
    for (size_t i = 0; i < m; i++) copy[j * m + i] /= length[j];
    pivot[j] = 0;
  }
  dgeqp3_(&rows, &cols, copy, &rows, pivot, tau, work, &space, &info);
  if (!(fabs(copy[(n - 1) * m + n - 1]) > (double)m * DBL_EPSILON * fabs(copy[0]))) return false;
  dormqr_("L", "T", &rows, &count, &cols, copy, &rows, tau, right, &rows, work, &space, &info, 1,
          1);
  double one = 1;
  dtrsm_("L", "U", "N", "N", &cols, &count, &one, copy, &rows, right, &rows, 1, 1, 1, 1);
  for (size_t j = 0; j < n; j++) {
    size_t to = (size_t)pivot[j] - 1;
    for (size_t c = 0; c < columns; c++) x[to * columns + c] = right[c * m + j] / length[to];
  }
  return true;
}

static const char *solve_least(Shape a_shape, size_t columns, const double *a, const double *b,
                               double *x, double *work, int *rank) {
  size_t m = a_shape.rows, n = a_shape.cols;
  double *message = matrix_take(&work, MATRIX_MESSAGE);
  const char *refusal = matrix_check_finite("A", m, n, a, message);
  if (!refusal) refusal = matrix_check_finite("b", m, columns, b, message);
  if (refusal) return refusal;
  *rank = (int)n;
  if (m >= n && least_qr(m, n, columns, a, b, x, work)) return NULL;
  return least_norm(m, n, columns, a, b, x, message, work, rank);
}

static const char *solve_least_value(const double *const in[], const Shape in_shape[],
                                     double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape;
  int rank;
  return solve_least(in_shape[0], in_shape[1].cols, in[0], in[1], out[0], work, &rank);
}

static size_t solve_least_work(const Shape in[]) {
  size_t m = in[0].rows, n = in[0].cols, columns = in[1].cols;
  size_t by_norm = least_norm_size(m, n, columns),
         by_qr = m >= n ? least_qr_size(m, n, columns) : 0;
  return MATRIX_MESSAGE + (by_norm > by_qr ? by_norm : by_qr);
}

/* Independent columns: through R of A = Q R. */
const Rule rule_solve_least = {
    .name = "least_squares",
    .inputs = 2,
    .outputs = 1,
    .shape = solve_shape,
    .value = solve_least_value,
    .work_size = solve_least_work,
    .names = "A b x",
    .adjoint = "Q, R = qr(A); t = solve(R, solve(R', x_bar)); w = A*t\n"
               "((b - A*x)*t' - w*x', w)",
};

/* Any rank, as long as it stays what it is: through the pseudoinverse. */
const Rule rule_solve_norm = {
    .name = "least_norm",
    .inputs = 2,
    .outputs = 1,
    .shape = solve_shape,
    .value = solve_least_value,
    .work_size = solve_least_work,
    .names = "A b x",
    .adjoint = "P = pinv(A); w = P'*x_bar; v = P*w; z = x_bar - A'*w\n"
               "((b - A*x)*v' - w*x' + (P'*x)*z', w)",
};

static void note_rank(Session *session, Shape shape, int rank) {
  uint32_t full = shape.rows < shape.cols ? shape.rows : shape.cols;
  if ((uint32_t)rank < full)
    note(session,
         "A is %u×%u and has rank %d, so many x are equally good: this is the one of smallest norm",
         shape.rows, shape.cols, rank);
  else if (shape.rows < shape.cols)
    note(session,
         "A has fewer rows (%u) than columns (%u), so many x solve it: this is the one of smallest "
         "norm",
         shape.rows, shape.cols);
}

/* A kernel's refusal begins with the name of the argument it is about. */
_Noreturn static void refuse(Session *session, const char *refusal) {
  char matrix[48], right[48];
  const char *b = failure_text(session, 1, right, sizeof right);
  bool simple = !strpbrk(b, " +-");
  Report *report = failure(session, "%s", refusal);
  failure_argument(session, report, refusal[0] == 'b' ? 1 : 0, "%s", "");
  if (strstr(refusal, "singular "))
    report_advise(report, simple ? "pinv(%s)*%s" : "pinv(%s)*(%s)",
                  failure_text(session, 0, matrix, sizeof matrix), b);
  raise_failure(session, report);
}

/* Plain numbers: computed here rather than by rule_apply, to know the condition and the rank. Each row,
 * column and singular value of what was typed is in A as many times as [copies]. */
static Value solve_passive(Session *session, const Rule *rule, Operand a, Operand b,
                           uint32_t copies) {
  const Shape in[] = {a.shape, b.shape};
  Shape out;
  solve_shape(session, in, &out);
  Array *x = array_new(session, out.rows, out.cols, ELEMENT_REAL);
  double *work = scratch(session, rule->work_size(in) * sizeof *work), rcond = 1;
  int rank = 0;
  bool square = rule == &rule_solve;
  const char *refusal =
      square ? solve_square(out.rows, out.cols, a.data, b.data, x->data, work, &rcond)
             : solve_least(a.shape, out.cols, a.data, b.data, x->data, work, &rank);
  if (refusal) refuse(session, refusal);
  if (square) linear_note_condition(session, rcond);
  else
    note_rank(session, (Shape){a.shape.rows / copies, a.shape.cols / copies},
              (rank + (int)copies - 1) / (int)copies);
  return linear_result(x);
}

/* A tall matrix of full rank has the cheaper adjoint; which one it is shows in a trial solution. */
static const Rule *least_rule(Session *session, Operand a, Operand b) {
  if (a.shape.rows < a.shape.cols) return &rule_solve_norm;
  const Shape in[] = {a.shape, b.shape};
  size_t answer = (size_t)a.shape.cols * b.shape.cols;
  double *x = scratch(session, answer * sizeof *x);
  double *work = scratch(session, solve_least_work(in) * sizeof *work);
  int rank = 0;
  const char *refusal = solve_least(a.shape, b.shape.cols, a.data, b.data, x, work, &rank);
  if (refusal) refuse(session, refusal);
  return (uint32_t)rank == a.shape.cols ? &rule_solve_least : &rule_solve_norm;
}

static Value solve_copies(Session *session, Value a, Value b, uint32_t copies) {
  const Value inputs[] = {argument_operand(session, a, 0), argument_operand(session, b, 1)};
  Operand matrix = linear_operand(&inputs[0]), right = linear_operand(&inputs[1]);
  const Shape in[] = {matrix.shape, right.shape};
  Shape out;
  solve_shape(session, in, &out);
  const Rule *rule = matrix.shape.rows == matrix.shape.cols ? &rule_solve : &rule_solve_least;
  Value x;
  if (!linear_is_active(inputs[0]) && !linear_is_active(inputs[1]))
    x = solve_passive(session, rule, matrix, right, copies);
  else
    rule_apply(session, rule == &rule_solve ? rule : least_rule(session, matrix, right), inputs,
               &x);
  value_release(inputs[0]);
  value_release(inputs[1]);
  return x;
}

Value linear_solve(Session *session, Value a, Value b) { return solve_copies(session, a, b, 1); }

Value linear_solve_blocks(Session *session, Value a, Value b) {
  return solve_copies(session, a, b, 2);
}

static Value solve_call(Session *session, const Arguments *arguments) {
  return linear_solve(session, arguments->argument[0], arguments->argument[1]);
}

const Primitive solve_rows[] = {
    {"solve", "(A, b)", solve_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The x with A*x = b, also written A \\ b. By what A is: triangular, Cholesky or LU for a "
     "square A, "
     "least squares (QR) for a tall one, the solution of smallest norm where there are many.",
     "solve([2, 1; 1, 3], [3, 5])", "[0.8, 1.4]"},
};
