/* compact.h - a recording that has become too long to be kept goes on as the derivatives known so far.
 *
 * At the edge of a loop the values that are still alive are few. Each is replaced by one step, a dot
 * product of its partial derivatives with the inputs, and the steps that led to it are given up. The
 * gradient at this point stays exact; a replay at another point and a second derivative are not to be had.
 * (Preaccumulation of a local Jacobian: Griewank and Walther, Evaluating Derivatives, 2008, section 10.2.)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_COMPACT_H
#define MML_COMPACT_H

#include "calculus/trace.h"

enum { TRACE_LONG = 20000000 }; /* half of what is refused: up to here everything is kept */

/* Lets the recording that was just opened be compacted while [f] runs in the machine with nothing but
 * inputs in the hands of C: what the machine's registers and objects do not hold is lost. */
void trace_allow_compaction(Session *session, Trace *trace, Value f);

static inline bool trace_is_long(const Trace *trace) { return trace->cell_count > trace->long_at; }

/* Compacts the innermost recording, or leaves it when that cannot be done now. For the machine, between
 * two instructions. */
void trace_compact(Session *session);

#endif
