/* argument.h - reading a builtin's arguments: the value wanted, or an error that says what was expected.
 *
 * [index] is the parameter's number. Optional arguments that were left out give [fallback].
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_ARGUMENT_H
#define MML_ARGUMENT_H

#include "machine/fail.h"
#include "primitives/primitive.h"

static inline bool argument_given(const Arguments *a, int index) {
  return index < a->count && a->argument[index].kind != VALUE_NOTHING;
}
double argument_number(Session *session, const Arguments *a, int index);
double argument_number_or(Session *session, const Arguments *a, int index, double fallback);
/* A whole number between [least] and [most]. */
int64_t argument_integer(Session *session, const Arguments *a, int index, int64_t least, int64_t most);
int64_t argument_integer_or(Session *session, const Arguments *a, int index, int64_t least, int64_t most, int64_t fallback);
bool argument_boolean_or(Session *session, const Arguments *a, int index, bool fallback);
/* A string's bytes, borrowed. */
const char *argument_string(Session *session, const Arguments *a, int index);
/* A real array; ranges and numbers are turned into one (a number into 1×1). OWNED: release it with
 * value_release(value_array(...)). */
Array *argument_array(Session *session, const Arguments *a, int index);
/* The same, square. */
Array *argument_square(Session *session, const Arguments *a, int index);
/* The same, one column. */
Array *argument_vector(Session *session, const Arguments *a, int index);
/* A number or a real array, either of them possibly active, for calls that hand it to a rule; a range
 * becomes an array. OWNED. [value] is what was given as argument [index]. */
Value argument_operand(Session *session, Value value, int index);
/* Something that can be called, borrowed. */
Value argument_function(Session *session, const Arguments *a, int index);

#endif
