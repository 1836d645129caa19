/* derive.h - adjoints of a trace: as numbers, or as values that can be recorded in turn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_DERIVE_H
#define MML_DERIVE_H

#include "calculus/trace.h"

/* One reverse sweep on the numbers in the cells. [bar] has one entry per cell: seeds at the outputs and 0
 * elsewhere on entry, adjoints on return. */
void trace_reverse(Session *session, Trace *trace, double *bar);

/* The same, taking an infinite adjoint times a slope of 0 for 0: for where the first gave a nan. */
void trace_reverse_guarded(Session *session, Trace *trace, double *bar);

/* A forward sweep with [lanes] tangents at once: dot[cell * lanes + lane], seeded at the inputs and 0 at
 * constants on entry; what stands at results does not matter. False when a rule is met, which has adjoints
 * only. Lanes come from trace_lanes. */
bool trace_forward(const Trace *trace, size_t lanes, const double *slope, double *dot);
/* The slopes of every operation, two numbers for each cell: what several forward sweeps at one point share
 * (or NULL for a single one). */
void trace_slopes(const Trace *trace, double *slope);
enum { TRACE_LANES = 8 };            /* the most at once */
size_t trace_lanes(size_t tangents); /* how many to carry, for so many in all */
/* The same with one tangent, to the side it points to where the function has a kink; nan behind a jump. The
 * sides of a branch are not told apart: only one was recorded. */
bool trace_forward_one_sided(const Trace *trace, double *dot);
/* The slopes of an operation at (a, b) with result r, each only if wanted. */
void scalar_slopes(Scalar op, double a, double b, double r, bool by_a, bool by_b, double slope[2]);

/* A derivative column of elementary.def as a tree; what its calls mean: a row's function, or one of the
 * operations that no row offers. */
const Node *slope_tree(Session *session, const char *text);
Scalar slope_operation(const char *name);

/* Runs the trace on values (numbers or actives of open traces), outer actives standing for its
 * parameters, and sweeps back from the seeds. What it does is recorded where those values are active:
 * this is how derivatives of derivatives and gradient traces are made.
 *   input[i]   the value of input i
 *   output, seed   [count] output cells and the adjoint each starts with
 *   bar[i]     receives the adjoint of input i */
void trace_derive(Session *session, Trace *trace, const Value *input, const uint32_t *output,
                  const Value *seed, uint32_t count, Value *bar);
/* The same forwards only: value[i] receives the value of cell output[i]. */
void trace_evaluate(Session *session, Trace *trace, const Value *input, const uint32_t *output,
                    uint32_t count, Value *value);

/* The adjoint of a rule: one value per input, owned. */
void rule_adjoint(Session *session, const Rule *rule, const Value in[], const Value out[], const Value out_bar[], Value in_bar[]);

#endif
