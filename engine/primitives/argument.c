/* argument.c - reading a builtin's arguments: the value wanted, or an error that says what was
 * expected.
 *
 * Every refusal has one form: "expected <what>, but it is <what it is>", at the argument. A value
 * under differentiation is refused here, never read as a plain number: its derivative would be
 * lost.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/argument.h"

#include <inttypes.h>
#include <math.h>

#include "machine/advice.h"
#include "machine/misfit.h"

/* Doubles count every whole number up to here. */
static const double WHOLE_LARGEST = 9007199254740992.0;

static Value argument_at(const Arguments *a, int index) {
  return index < a->count ? a->argument[index] : value_nothing();
}

_Noreturn static void refuse(Session *session, Value value, int index, const char *expected) {
  if (value.kind == VALUE_NOTHING)
    fail_argument(session, index, "expected %s, but nothing was given", expected);
  bool active = value.kind == VALUE_ACTIVE ||
                (value.kind == VALUE_ARRAY && value_as_array(value)->element == ELEMENT_ACTIVE);
  if (active)
    fail_argument(
        session, index,
        "no derivative with respect to this argument: it has to be %s that does not depend on the "
        "variables of the derivative",
        expected);
  if (value.kind == VALUE_FUNCTION) fail_misfit(session, index, value, expected);
  char found[VALUE_DESCRIPTION];
  Report *r = failure(session, "expected %s, but it is %s", expected, value_describe(value, found));
  failure_argument(session, r, index, "%s", "");
  if (value.kind == VALUE_TUPLE) advise_spread(session, r, index);
  raise_failure(session, r);
}

double argument_number(Session *session, const Arguments *a, int index) {
  Value value = argument_at(a, index);
  if (value.kind != VALUE_NUMBER) refuse(session, value, index, "a number");
  return value.number;
}

double argument_number_or(Session *session, const Arguments *a, int index, double fallback) {
  return argument_given(a, index) ? argument_number(session, a, index) : fallback;
}

int64_t argument_integer(Session *session, const Arguments *a, int index, int64_t least,
                         int64_t most) {
  Value value = argument_at(a, index);
  if (value.kind != VALUE_NUMBER) refuse(session, value, index, "a whole number");
  double x = value.number;
  if (x != floor(x) || fabs(x) > WHOLE_LARGEST)
    fail_argument(session, index, "expected a whole number, but it is %.6g", x);
  if (x < (double)least && most >= (int64_t)WHOLE_LARGEST)
    fail_argument(session, index, "expected a whole number from %" PRId64 " up, but it is %.15g",
                  least, x);
  if (x < (double)least || x > (double)most)
    fail_argument(session, index,
                  "expected a whole number from %" PRId64 " to %" PRId64 ", but it is %.15g", least,
                  most, x);
  return (int64_t)x;
}

int64_t argument_integer_or(Session *session, const Arguments *a, int index, int64_t least,
                            int64_t most, int64_t fallback) {
  return argument_given(a, index) ? argument_integer(session, a, index, least, most) : fallback;
}

bool argument_boolean_or(Session *session, const Arguments *a, int index, bool fallback) {
  if (!argument_given(a, index)) return fallback;
  Value value = argument_at(a, index);
  if (value.kind != VALUE_BOOLEAN) refuse(session, value, index, "true or false");
  return value.number != 0;
}

const char *argument_string(Session *session, const Arguments *a, int index) {
  Value value = argument_at(a, index);
  if (value.kind != VALUE_STRING) refuse(session, value, index, "a string");
  return ((const String *)value.object)->bytes;
}

static Array *array_of_number(Session *session, double x) {
  Array *array = array_new(session, 1, 1, ELEMENT_REAL);
  array->data[0] = x;
  return array;
}

static Array *array_of_range(Session *session, const Range *range) {
  Array *array = array_new(session, range->count, 1, ELEMENT_REAL);
  for (size_t k = 0; k < range->count; k++) array->data[k] = range->first + (double)k * range->step;
  return array;
}

/* The owned real array of [value], or NULL if it is none. */
static Array *array_of(Session *session, Value value) {
  if (value_is_real_array(value)) return value_as_array(value_keep(value));
  if (value.kind == VALUE_NUMBER) return array_of_number(session, value.number);
  if (value.kind == VALUE_RANGE) return array_of_range(session, (const Range *)value.object);
  return NULL;
}

Array *argument_array(Session *session, const Arguments *a, int index) {
  Array *array = array_of(session, argument_at(a, index));
  if (!array) refuse(session, argument_at(a, index), index, "numbers");
  return array;
}

Array *argument_square(Session *session, const Arguments *a, int index) {
  Array *array = array_of(session, argument_at(a, index));
  if (!array || array->rows != array->cols)
    refuse(session, argument_at(a, index), index, "a square matrix");
  return array;
}

Array *argument_vector(Session *session, const Arguments *a, int index) {
  Array *array = array_of(session, argument_at(a, index));
  if (!array || array->cols != 1) refuse(session, argument_at(a, index), index, "a vector");
  return array;
}

Value argument_operand(Session *session, Value value, int index) {
  bool active = value.kind == VALUE_ARRAY && value_as_array(value)->element == ELEMENT_ACTIVE;
  if (active || value.kind == VALUE_NUMBER || value.kind == VALUE_ACTIVE) return value_keep(value);
  Array *array = array_of(session, value);
  if (!array) refuse(session, value, index, "numbers");
  return value_array(array);
}

Value argument_function(Session *session, const Arguments *a, int index) {
  Value value = argument_at(a, index);
  if (value.kind == VALUE_NUMBER || value.kind == VALUE_ARRAY) {
    char found[VALUE_DESCRIPTION];
    Report *r = failure(session, "expected a function, but it is %s", value_describe(value, found));
    failure_argument(session, r, index, "%s", "");
    advise_function(session, r, index);
    raise_failure(session, r);
  }
  if (value.kind != VALUE_FUNCTION) refuse(session, value, index, "a function");
  return value;
}
