/* point.h - a point at which something is differentiated or minimised: numbers, arrays, tuples and
 * records flattened to one row of numbers and put together again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_POINT_H
#define MML_POINT_H

#include "values/value.h"

/* How many numbers [point] holds. Fails for what is not made of numbers; [what] names it. */
size_t point_size(Session *session, Value point, const char *what);
/* The numbers, active ones as they are, into [number]. */
void point_flatten(Session *session, Value point, Value *number);
/* A value shaped like [point] with other numbers. Owned. Advances *number. */
Value point_shape(Session *session, Value point, const Value **number);

/* How many arguments the function must have, 0 when that is not known. */
uint32_t point_arity(Value f);
/* Calls f at the given arguments. A vector or tuple and its coordinates are one point: f(x, y)
 * takes [1, 2] and (1, 2), and f(v) takes 1, 2. Owned. */
Value point_call(Session *session, Value f, const Value *argument, uint32_t count);

#endif
