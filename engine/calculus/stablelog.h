/* stablelog.h - logarithms of what has overflowed or underflowed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_STABLELOG_H
#define MML_STABLELOG_H

#include "calculus/trace.h"

/* Records [op], one of the logarithms, of cell [a]. Its value is the one that was typed. Where that is
 * infinite because exponentials below it left the range of doubles, its derivative is that of the same
 * logarithm taken term by term: log(e^a + e^b) = a + softplus(b - a). */
uint32_t stablelog_record(Trace *trace, Scalar op, uint32_t a);

/* Is [op] a logarithm that overflow or underflow below it can have made infinite? */
static inline bool stablelog_applies(Scalar op, double x) {
  switch (op) {
    case SCALAR_log: case SCALAR_ln: case SCALAR_log10: case SCALAR_log2: return x == 0 || x == INFINITY;
    case SCALAR_log1p: return x == INFINITY;
    default: return false;
  }
}

#endif
