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

/* Is the function at this kink, named by trace_kink, not even continuous? */
bool kink_is_jump(const char *kink);

/* Is a comparison of equal numbers among the guards? The other way around it was not recorded. */
bool trace_branches_here(const Trace *trace);

/* What stands at its kink when operation [op] is applied to (a, b), or NULL. */
const char *scalar_kink(unsigned op, double a, double b);

/* Why derivatives at this point may not be those of the function around it, though no operation has a
 * kink: the branch of an equality, a position. A sentence for a note, or NULL. */
const char *trace_tie(const Trace *trace);

/* Does the trace restate a function in a form that does not overflow? */
bool trace_restates(const Trace *trace);

/* Have all steps derivatives everywhere? Sums, products and functions without kink, pole or edge. */
bool trace_is_smooth(const Trace *trace);

/* Among the steps from [first] on, is there an operation with a kink that was used on both its sides? Its
 * name, or NULL. */
const char *trace_crosses(const Trace *trace, uint32_t first);

/* What has kinks anywhere in the trace, by the name it is typed with: "abs", "the function" if there are several
 * such, NULL if there is none. For the sign that is abs' slope it is abs. */
const char *trace_kinks(const Trace *trace);

#endif
