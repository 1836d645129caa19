/* matrix.h - plain row-major matrices for the linear algebra kernels: products, norms, one LU.
 *
 * Nothing here allocates: a kernel gets work memory from its caller and takes pieces of it.
 * Routines that can refuse return NULL on success, else a message that lives in the work memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_PRIMITIVES_MATRIX_H
#define MML_PRIMITIVES_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

/* Up to this order own loops beat the call into LAPACK (measured: 2-4 times at 2, equal near 16).
 */
enum { MATRIX_OWN = 8 };
/* Doubles at the start of every kernel's work memory, where matrix_explain writes its message. */
enum { MATRIX_MESSAGE = 32 };

/* Below this reciprocal condition number a matrix is singular to working precision: half of
 * DBL_EPSILON, the bound LAPACK's expert drivers use. */
#define MATRIX_SINGULAR 1.1102230246251565e-16
/* Below this one a solution has lost so many digits that the user is told. */
#define MATRIX_DOUBTFUL 1e-12

/* Takes [count] doubles, or memory for [count] ints, off the front of [*work]. */
double *matrix_take(double **work, size_t count);
int *matrix_take_ints(double **work, size_t count);
static inline size_t matrix_ints(size_t count) { return (count + 1) / 2; }

/* Formats a refusal into [work] (at least MATRIX_MESSAGE doubles) and returns it. */
const char *matrix_explain(double *work, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* NULL, or the refusal of a matrix that has an entry nan or inf: LAPACK may hang on one. */
const char *matrix_check_finite(const char *name, size_t rows, size_t cols, const double *a,
                                double *work);

void matrix_transpose(size_t rows, size_t cols, const double *from, double *to);
/* c = a b for a m×k, b k×n. */
void matrix_multiply(size_t m, size_t k, size_t n, const double *a, const double *b, double *c);
double matrix_largest(size_t count, const double *x);
double matrix_norm_inf(size_t rows, size_t cols, const double *a);
double matrix_norm_one(size_t rows, size_t cols, const double *a);
/* |a_ij - a_ji| <= 1e-12 max|a| everywhere: room for the rounding of X'*X, none for a mistake. */
bool matrix_is_symmetric(size_t n, const double *a);
void matrix_zero_above(size_t n, double *a);
/* Multiplies column [j] of a rows×cols. */
void matrix_scale_column(size_t rows, size_t cols, double *a, size_t j, double factor);
/* +1, or -1 if the entry of largest magnitude (the first of several) of column [j] is negative: the
 * sign every eigenvector and singular vector is given. */
double matrix_column_sign(size_t rows, size_t cols, const double *a, size_t j);

/* Overwrites the row-major n×columns [b] with the solution of T x = b, T triangular row-major n×n.
 */
void matrix_solve_triangular(bool lower, bool transposed, bool unit, size_t n, const double *t,
                             size_t columns, double *b);

/* LU = R a C with row exchanges; R and C are diagonal powers of 2, used only when [a] as given
 * looks nearly singular, which may be a matter of units. */
typedef struct MatrixLu {
  size_t n;
  double *factor;
  int *pivot;
  double *row_scale, *col_scale;
  bool scaled;
  double norm;  /* infinity norm of R a C, when scaled */
  double *work; /* for the condition estimate and the inverse */
} MatrixLu;

size_t matrix_lu_size(size_t n);
/* Factors, whatever the matrix: true unless a pivot is exactly 0. Takes its memory off [*work]. */
bool matrix_lu_factor(MatrixLu *lu, size_t n, const double *a, double **work);
/* The reciprocal condition number of [a], as factored, in the infinity norm: exact up to
 * MATRIX_OWN, estimated above. */
double matrix_lu_rcond(const MatrixLu *lu, const double *a);
/* Factors a matrix that has to be invertible. [rcond] (may be NULL) receives the reciprocal
 * condition number; it is computed in any case when a pivot looks suspicious. [message] is where a
 * refusal goes. */
const char *matrix_lu_invertible(MatrixLu *lu, const char *name, size_t n, const double *a,
                                 double **work, double *message, double *rcond);
/* Overwrites the row-major n×columns [b] with the solution. */
void matrix_lu_solve(const MatrixLu *lu, size_t columns, double *b);
void matrix_lu_inverse(const MatrixLu *lu, double *inverse);
double matrix_lu_determinant(const MatrixLu *lu);

/* a = U diag(s) V', thin (k = min(m, n)): u m×k, s k values, largest first, v n×k. The columns of u
 * carry matrix_column_sign. */
size_t matrix_svd_size(size_t m, size_t n);
const char *matrix_svd(size_t m, size_t n, const double *a, double *u, double *s, double *v,
                       double *work);
/* Only s. */
const char *matrix_singular_values(size_t m, size_t n, const double *a, double *s, double *work);

#endif
