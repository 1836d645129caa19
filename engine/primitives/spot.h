/* spot.h - where functions are compared: what the files behind check share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SPOT_H
#define MML_SPOT_H

#include "memory.h"
#include "values/value.h"

enum { CHECK_ROWS_SHOWN = 24 };

/* A function and where it is looked at, flattened. */
typedef struct Spot {
  Value f;
  const Value *argument;
  uint32_t count;
  Value *input;
  uint32_t inputs;
} Spot;

/* The point the arguments are, not empty. */
Spot spot_of(Session *session, Value f, const Value *argument, uint32_t count);
/* What a coordinate is called: by the parameters of f. */
void spot_coordinate(const Spot *spot, uint32_t index, Text *out);
/* f at other numbers of the same shape. Owned. */
Value spot_call(Session *session, const Spot *spot, Value f, const Value *input);
/* Numbers of [value] into scratch; the value is released. Fails if it is not made of real numbers.
 */
double *spot_numbers(Session *session, Value value, size_t *count);

/* How many digits a relative error leaves, and in words. */
int spot_digits(double error);
void spot_put_digits(int digits, Text *out);
/* The largest size among numbers. */
double spot_largest(const double *x, size_t count);

/* ---- exact derivatives at a spot: quotients.c ---- */

/* The derivatives of m numbers by the n inputs, row by row, and the function they are derivatives
 * of. */
typedef struct Exact {
  Value f; /* owned: whose differences are taken */
  double *entry;
  uint32_t m, n;
} Exact;

/* The gradient or Jacobian of the spot's function; with [scalar], fails unless it gives one number.
 */
Exact exact_derivative(Session *session, const Spot *spot, bool scalar);
/* A number, a column or a matrix. Owned. */
Value exact_value(Session *session, const Exact *exact);
/* The derivative of this [name] against difference quotients: a record, owned. */
Value check_quotients(Session *session, const Spot *spot, const char *name);

#endif
