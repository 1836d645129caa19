/* complex.h - the rows of complex numbers, and what other builtins do with one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_PRIMITIVES_COMPLEX_H
#define MML_PRIMITIVES_COMPLEX_H

#include "primitives/primitive.h"

extern const Primitive complex_rows[5];

/* Is there a complex number among the arguments? */
bool complex_given(const Arguments *arguments);
/* The call of a builtin with a complex argument: by its row in the table of complex.c, or refused. */
Value complex_call(Session *session, const Primitive *primitive, const Arguments *arguments);

/* Determinant, eigenvalues and eigenvectors of a passive square matrix, real or complex, by LAPACK. */
Value complex_determinant(Session *session, Value a);
/* Eigenvalues as a vector, real part falling, then imaginary part falling. [vectors], if asked for,
 * receives unit eigenvectors as columns, the largest entry of each positive. */
Value complex_eigenvalues(Session *session, Value a, Value *vectors);
/* (Q, L) with A = Q*L*inv(Q), for the same. */
Value complex_eigen(Session *session, Value a);

#endif
