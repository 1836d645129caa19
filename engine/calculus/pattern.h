/* pattern.h - which outputs of a recording may depend on which inputs, and the sweeps that saves.
 *
 * Rows of a Jacobian that share no input are found by one reverse sweep together (Curtis, Powell and Reid,
 * J. Inst. Maths Applics 13, 1974): the Hessian of a sum in which each variable meets few others takes a
 * few sweeps, not one for each variable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CALCULUS_PATTERN_H
#define MML_CALCULUS_PATTERN_H

#include "calculus/gradient.h"

typedef struct Pattern {
  uint32_t rows, columns, words;
  uint64_t *row;    /* [words] for each row: bit i is set where it may depend on input i */
  uint32_t *colour; /* of each row; rows of one colour share no input */
  uint32_t colours; /* 0: nothing is saved, go row by row */
} Pattern;

/* The pattern of [recording], in scratch memory. */
Pattern pattern_of(Session *session, const Recording *recording);

/* The Jacobian of a recording whose cells hold the point, times [weight], by rows into [jacobian]. [bar] has
 * room for an adjoint of every cell, zero the first time. Constant outputs have rows of zeros. */
void pattern_jacobian(Session *session, const Pattern *pattern, const Recording *recording, double weight,
                      double *bar, double *jacobian);

#endif
