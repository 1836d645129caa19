/* basic.h - the rows that every session leans on: reductions, arrays, random numbers, output; and
 * what their files share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_BASIC_H
#define MML_BASIC_H

#include "machine/fail.h"
#include "primitives/primitive.h"

extern const Primitive reduce_rows[12];
extern const Primitive norm_rows[3];
extern const Primitive shape_rows[7];
extern const Primitive construct_rows[5];
extern const Primitive order_rows[8];
extern const Primitive stable_rows[6];
extern const Primitive random_rows[6];
extern const Primitive output_rows[4];
extern const Primitive iterate_rows[1];

/* For the list of families: #define F(heading, rows) {heading, rows, sizeof rows / sizeof rows[0]},
 * The sizes above are checked: a definition of another size does not compile. */
#define BASIC_ROWS(F)                                                                              \
  F("Sums and extremes", reduce_rows)                                                              \
  F("Sums and extremes", norm_rows)                                                                \
  F("Arrays", shape_rows)                                                                          \
  F("Arrays", construct_rows)                                                                      \
  F("Arrays", order_rows)                                                                          \
  F("Special functions", stable_rows)                                                              \
  F("Random numbers", random_rows)                                                                 \
  F("Output", output_rows)                                                                         \
  F("Iteration", iterate_rows)

/* The rules, for tests: over everything, down the rows, across them. */
extern const Rule rule_softmax[3], rule_logsumexp[3];

/* ---- for the files of this family; all results are owned ---- */

/* A number, boolean, range, array or tuple of numbers as an array; active and boolean entries stay
 * so. Anything else is refused at argument [index]. */
Value basic_array(Session *session, Value value, int index);
/* The same for something that goes one way: a column, or a row. A matrix is refused. */
Value basic_vector(Session *session, Value value, int index);
/* The values of a variadic call: one array, or several numbers as a column. [name] is the row's. */
Value basic_values(Session *session, const Arguments *arguments, const char *name);
/* Entries [from] of [array], in this order and of its kind. */
Array *basic_take(Session *session, const Array *array, const size_t *from, size_t rows,
                  size_t cols);
/* Entries first, first + step, … as a column. */
Array *basic_slice(Session *session, const Array *array, size_t first, size_t step, size_t count);
/* true and false counted as 1 and 0. Takes ownership of [array]. */
Value basic_counted(Session *session, Value array);
/* A named argument dim: 1 down the rows, 2 across them, 0 when it was left out. */
int basic_dimension(Session *session, Value value);

/* [value] in the place of [old]: x = basic_replace(x, f(x)). */
static inline Value basic_replace(Value old, Value value) {
  value_release(old);
  return value;
}

/* Is this one entry of an array: a number, active or not, or a boolean? */
static inline bool basic_is_entry(Value v) {
  return v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE || v.kind == VALUE_BOOLEAN;
}

#endif
