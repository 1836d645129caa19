/* jacobian.h - the Jacobian of numbers in a recording, by as few sweeps as their pattern allows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CALCULUS_JACOBIAN_H
#define MML_CALCULUS_JACOBIAN_H

#include "calculus/pattern.h"

typedef struct Jacobian {
  Trace *trace;         /* borrowed */
  const uint32_t *cell; /* of each row, borrowed; UINT32_MAX for a constant: a row of zeros */
  uint32_t rows;
  Pattern pattern;
  bool forward;  /* by columns, several at a time; else by rows */
  double *cells; /* what the sweeps work in */
  bool watched;  /* Ctrl-C between two sweeps is an error; to be set by who wants that */
} Jacobian;

/* Looks at the pattern and chooses the sweeps; all memory is scratch. */
Jacobian jacobian_of(Session *session, Trace *trace, const uint32_t *cell, uint32_t rows);

/* The derivatives by the inputs at the point that is in the trace's cells, times [factor], by rows. */
void jacobian_at(Session *session, Jacobian *jacobian, double factor, double *out);

/* Column by column, [lanes] at a time (trace_lanes), with jacobian_work numbers in [dot], of which the
 * first lanes for every cell are 0 at constants. False where a step has a rule, which works backwards only. */
bool jacobian_forward(Session *session, const Jacobian *jacobian, size_t lanes, double factor, double *dot, double *out);
size_t jacobian_work(const Trace *trace, size_t lanes);

#endif
