/* kept.h - recordings kept from one call to the next, so that gradient(f, p) in a loop records once.
 *
 * A recording is used again for the same function, arguments of the same shape, and everything it read
 * unchanged: the session's variables it used are held, so that nobody changes them in place, and compared
 * by identity. Its guards decide whether the new point takes the same way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_KEPT_H
#define MML_KEPT_H

#include "calculus/gradient.h"

typedef struct KeptRecordings KeptRecordings;

/* recording_of, from memory where that is possible. Release it with recording_release. */
Recording kept_recording(Session *session, Value f, const Value *argument, uint32_t count, const Value *input, uint32_t inputs);
/* recording_gradient, likewise, for a scalar recording of kept_recording. */
Recording kept_gradient(Session *session, const Recording *scalar, const Value *input);
/* What is being recorded has read a variable of the session. */
void kept_read(Session *session, uint32_t symbol);
/* Nobody holds it any more. */
void kept_release(struct Kept *kept);
/* Forgets everything. */
void kept_free(Session *session);

#endif
