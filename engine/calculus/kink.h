/* kink.h - where a recorded function has no derivative, or none that is a number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_KINK_H
#define MML_KINK_H

#include "calculus/trace.h"

/* The name of an operation that stands at its kink ("abs", "max", "a branch") and matters: [bar], the
 * adjoints of a sweep, is not 0 there. NULL when there is none. [tolerance] is relative; 0 asks for exact
 * kinks. */
const char *trace_kink(const Trace *trace, const double *bar, double tolerance);

/* Why derivatives at this point may not be those of the function around it, though no operation has a
 * kink: the branch of an equality, a position. A sentence for a note, or NULL. */
const char *trace_tie(const Trace *trace);

/* Does the trace restate a function in a form that does not overflow? */
bool trace_restates(const Trace *trace);

/* Among the steps from [first] on, is there an operation with a kink that was used on both its sides? Its
 * name, or NULL. */
const char *trace_crosses(const Trace *trace, uint32_t first);

/* The first operation of the recording that gave nan from numbers, as text like "sqrt(-1)"; false when
 * there is none. */
bool trace_nan(const Trace *trace, char text[80]);

#endif
