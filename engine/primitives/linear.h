/* linear.h - the linear algebra rows: what each file exports, and what the files share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LINEAR_H
#define MML_LINEAR_H

#include "machine/fail.h"
#include "primitives/primitive.h"

extern const Primitive solve_rows[1];
extern const Primitive inverse_rows[2];
extern const Primitive determinant_rows[4];
extern const Primitive cholesky_rows[1];
extern const Primitive qr_rows[1];
extern const Primitive lu_rows[2];
extern const Primitive eigen_rows[3];
extern const Primitive svd_rows[8];
extern const Primitive expm_rows[1];
extern const Primitive logm_rows[2];
extern const Primitive triangle_rows[7];

/* The sizes are checked: a definition of another size does not compile. Every array above, for the
 * list of families: LINEAR_ROWS(F) with #define F(rows) {"Linear algebra", rows, sizeof rows /
 * sizeof rows[0]}, */
#define LINEAR_ROWS(F) \
  F(solve_rows) F(inverse_rows) F(determinant_rows) F(lu_rows) F(cholesky_rows) F(qr_rows) \
  F(eigen_rows) F(svd_rows) F(expm_rows) F(logm_rows) F(triangle_rows)

/* A \ b: one solution x of A x = b for a square A, the least-squares solution otherwise. [a] and
 * [b] are borrowed, of any kind; arguments 0 and 1 are blamed. The result is owned. */
Value linear_solve(Session *session, Value a, Value b);
/* The same for a complex system as a real one of twice the size: notes are about the complex one. */
Value linear_solve_blocks(Session *session, Value a, Value b);

/* The rules, for tests and for code that composes them. Which of two applies is a matter of the
 * shape or of symmetry, decided by the call. */
extern const Rule rule_solve, rule_solve_least, rule_solve_norm, rule_inv, rule_pinv, rule_det,
    rule_logdet, rule_cofactor, rule_cofactor_change, rule_lu, rule_cholesky, rule_qr, rule_qr_wide,
    rule_eig_symmetric, rule_eig_general, rule_eigvals_symmetric, rule_eigvals_general,
    rule_eig_gap, rule_svd_square, rule_svd_tall, rule_svd_wide, rule_svdvals, rule_cond,
    rule_svd_gap, rule_svd_over, rule_expm, rule_trace, rule_tril, rule_triu, rule_kron,
    rule_kron_left, rule_kron_right, rule_cross, rule_sqrtm, rule_logm;

/* ---- for the files of this family ---- */

/* Entries and shape of a number or array, active or not, borrowed from [*value]. */
typedef struct Operand {
  const double *data;
  Shape shape;
} Operand;
Operand linear_operand(const Value *value);
bool linear_is_active(Value value);

/* An array as a result: a 1×1 becomes a number, as with rule_apply. Takes ownership. */
Value linear_result(Array *array);
/* [count] owned values as a tuple. */
Value linear_tuple(Session *session, const Value items[], uint32_t count);
/* Applies [rule] to the first [count] arguments of a call and returns its outputs (a tuple if
 * several). An optional argument that was left out counts as [absent]. */
Value linear_apply(Session *session, const Rule *rule, const Arguments *arguments, double absent);

/* Refusals of the shape functions: "A must be square, but it is 2×3". */
void linear_need_square(Session *session, const Shape *shape, int index, const char *name);
void linear_need_entries(Session *session, const Shape *shape, int index, const char *name);
/* Says that digits were lost when [rcond] is small. */
void linear_note_condition(Session *session, double rcond);

#endif
