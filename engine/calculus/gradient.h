/* gradient.h - derivatives of functions: what the rows of primitives/calculus.c and the optimisers call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_GRADIENT_H
#define MML_GRADIENT_H

#include "calculus/trace.h"

/* A recording of f at a point: the closed trace and the cells of its outputs. */
typedef struct Recording {
  Trace *trace;       /* owned */
  uint32_t *output;   /* scratch: one cell per output number; UINT32_MAX for one that does not depend on the inputs */
  Value *constant;    /* scratch: the number such an output has */
  uint32_t outputs;
  Value value;        /* what f returned, with its numbers taken out of the trace (owned) */
  bool outside;       /* of a gradient: its function is nan at this point */
  struct Kept *kept;  /* whose memory it is in: kept.h; NULL for none */
} Recording;

/* Records f(argument…); the result must be made of numbers. */
Recording recording_of(Session *session, Value f, const Value *argument, uint32_t count, const Value *input, uint32_t inputs);
/* The same, but what is too long to be kept is compacted (compact.h): for derivatives of first order, not
 * for who looks at the steps. */
Recording recording_of_any_length(Session *session, Value f, const Value *argument, uint32_t count, const Value *input, uint32_t inputs);
void recording_release(Session *session, Recording *recording);

/* A note where the recording went a way that it takes at this point only; quiet inside derivatives. */
void recording_remark(Session *session, const Recording *recording);

/* Adjoints of every cell, for seeds on the outputs, as numbers; 0*inf counts as 0. */
void recording_sweep(Session *session, const Recording *recording, const double *seed, double *bar);

/* What the numbers of a derivative do not show by themselves, as notes: [bar] is the adjoints after a sweep
 * on numbers, from [seed] on the outputs. Where the two sides of a kink agree the right slope is put into
 * bar. Derivatives inside others and inside solvers keep quiet. */
void recording_remark_sweep(Session *session, const Recording *recording, const double *seed, double *bar);

/* Adjoints of every input for seeds on the outputs, as values: plain numbers unless [input] or what f
 * closes over is active. */
void recording_adjoint(Session *session, const Recording *recording, const Value *input, const Value *seed, Value *bar);

/* Is the value of a scalar recording nan at a point that is none? Then it has no derivative there. */
bool recording_is_outside(const Recording *recording);

/* The note that it is so, and by which operation. */
void recording_remark_outside(Session *session, const Recording *recording);

/* The recording of the gradient map of a scalar recording: inputs the same, one output per input. */
Recording recording_gradient(Session *session, const Recording *scalar, const Value *input);

#endif
