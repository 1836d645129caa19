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

/* Is [op] a logarithm of something that is no positive number? */
bool stablelog_applies(Scalar op, double x);

#endif
