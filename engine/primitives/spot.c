/* spot.c - where functions are compared, and how near two numbers are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/spot.h"

#include <math.h>

#include "calculus/point.h"
#include "machine/session.h"
#include "primitives/learning.h"

enum { DIGITS_MOST = 16 };

Spot spot_of(Session *s, Value f, const Value *argument, uint32_t count) {
  Spot spot = {.f = f, .argument = argument, .count = count};
  size_t size = 0;
  for (uint32_t i = 0; i < count; i++) size += point_size(s, argument[i], "the point of check");
  if (size == 0 || size > UINT32_MAX / 2)
    fail(s, "check needs a point of numbers, found %zu of them", size);
  spot.inputs = (uint32_t)size;
  spot.input = scratch(s, size * sizeof(Value));
  Value *next = spot.input;
  for (uint32_t i = 0; i < count; i++) {
    point_flatten(s, argument[i], next);
    next += point_size(s, argument[i], "");
  }
  return spot;
}

void spot_coordinate(const Spot *spot, uint32_t index, Text *out) {
  for (uint32_t i = 0; i < spot->count; i++) {
    uint32_t size = (uint32_t)point_size(NULL, spot->argument[i], "");
    if (index < size) {
      lesson_coordinate(lesson_parameter(spot->f, i, "x"), spot->argument[i], index, out);
      return;
    }
    index -= size;
  }
}

/* Numbers of [value] into scratch; the value is released. */
double *spot_numbers(Session *s, Value value, size_t *count) {
  char text[VALUE_DESCRIPTION];
  bool numbers = value.kind != VALUE_BOOLEAN && value.kind != VALUE_COMPLEX &&
                 value.kind != VALUE_NOTHING && value.kind != VALUE_STRING &&
                 value.kind != VALUE_FUNCTION;
  if (!numbers)
    fail(s, "check compares real numbers, the function gives %s",
         value.kind == VALUE_NOTHING ? "no value" : value_describe(value, text));
  *count = point_size(s, value, "what the function gives");
  Value *entry = scratch(s, (*count + 1) * sizeof(Value));
  double *number = scratch(s, (*count + 1) * sizeof(double));
  point_flatten(s, value, entry);
  for (size_t i = 0; i < *count; i++) number[i] = entry[i].number;
  value_release(value);
  return number;
}

/* f at other numbers of the same shape. */
Value spot_call(Session *s, const Spot *spot, Value f, const Value *input) {
  Value *made = scratch(s, spot->count * sizeof(Value));
  const Value *next = input;
  check_interrupt(s);
  for (uint32_t i = 0; i < spot->count; i++) made[i] = point_shape(s, spot->argument[i], &next);
  Value result = point_call(s, f, made, spot->count);
  for (uint32_t i = 0; i < spot->count; i++) value_release(made[i]);
  return result;
}

int spot_digits(double error) {
  if (!(error < 1)) return 0;
  return error < 1e-16 ? DIGITS_MOST : (int)fmin(DIGITS_MOST, floor(-log10(error)));
}

void spot_put_digits(int digits, Text *out) {
  if (digits == DIGITS_MOST) text_string(out, "to the last digit");
  else text_format(out, "to %d digit%s", digits, digits == 1 ? "" : "s");
}

double spot_largest(const double *x, size_t count) {
  double largest = 0;
  for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs(x[i]));
  return largest;
}
