/* pattern.h - which numbers of a recording may depend on which inputs.
 *
 * Rows of a Jacobian that share no input are found by one reverse sweep together, columns that share no row
 * by one forward sweep (Curtis, Powell and Reid, J. Inst. Maths Applics 13, 1974): the Hessian of a sum in
 * which each variable meets few others takes a few sweeps, not one for each variable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CALCULUS_PATTERN_H
#define MML_CALCULUS_PATTERN_H

#include "calculus/trace.h"

typedef struct Pattern {
  uint32_t rows, columns, words;
  uint64_t *row;           /* [words] for each row: bit k is set where it may depend on input k; NULL: all may */
  uint32_t *colour;        /* of each row; rows of one colour share no input */
  uint32_t *column_colour; /* of each column; columns of one colour share no row */
  uint32_t colours, column_colours; /* 0: none are shared, each row or column is its own */
} Pattern;

static inline bool pattern_has(const Pattern *p, uint32_t row, uint32_t column) {
  return !p->row || p->row[(size_t)row * p->words + column / 64] >> column % 64 & 1;
}

/* The pattern of the numbers in [rows] cells, UINT32_MAX for one that is constant, in scratch memory. */
Pattern pattern_of(Session *session, const Trace *trace, const uint32_t *cell, uint32_t rows);

#endif
