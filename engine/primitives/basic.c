/* basic.c - what the reductions and the array functions share: arguments as arrays, entries picked
 * from arrays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/basic.h"

#include "machine/misfit.h"
#include "values/operate.h"

static bool is_tuple_of_entries(Value value) {
  if (value.kind != VALUE_TUPLE) return false;
  const Tuple *tuple = (const Tuple *)value.object;
  for (uint32_t i = 0; i < tuple->count; i++)
    if (!basic_is_entry(tuple->item[i])) return false;
  return true;
}

Value basic_array(Session *session, Value value, int index) {
  if (basic_is_entry(value)) return array_from_numbers(session, &value, 1, 1);
  if (value.kind == VALUE_ARRAY || value.kind == VALUE_RANGE) return value_to_array(session, value);
  if (is_tuple_of_entries(value)) {
    const Tuple *tuple = (const Tuple *)value.object;
    return array_from_numbers(session, tuple->item, tuple->count, 1);
  }
  if (value.kind == VALUE_FUNCTION || value.kind == VALUE_NOTHING)
    fail_misfit(session, index, value, "numbers");
  char found[VALUE_DESCRIPTION];
  fail_argument(session, index, "expected numbers, but it is %s", value_describe(value, found));
}

Value basic_vector(Session *session, Value value, int index) {
  Value array = basic_array(session, value, index);
  const Array *entries = value_as_array(array);
  if (entries->cols == 1 || entries->rows == 1) return array;
  char text[64];
  failure_text(session, index, text, sizeof text);
  Report *report =
      failure(session, "expected a vector, but it is a %u×%u matrix", entries->rows, entries->cols);
  failure_argument(session, report, index, "%u×%u", entries->rows, entries->cols);
  report_advise(report, "vec(%s)  (its columns stacked)", text);
  raise_failure(session, report);
}

static _Noreturn void fail_several(Session *session, const Arguments *arguments, int index,
                                   const char *name) {
  char found[VALUE_DESCRIPTION], text[64];
  Report *report = failure(session, "%s takes one array or several numbers", name);
  failure_argument(session, report, index, "%s", value_describe(arguments->argument[index], found));
  const Value *last = &arguments->argument[1];
  bool direction = arguments->count == 2 && last->kind == VALUE_NUMBER &&
                   (last->number == 1 || last->number == 2);
  failure_text(session, 0, text, sizeof text);
  if (direction) {
    report_advise(report, "%s(%s, dim = 1)  (down the rows)", name, text);
    report_advise(report, "%s(%s, dim = 2)  (across them)", name, text);
  }
  raise_failure(session, report);
}

Value basic_values(Session *session, const Arguments *arguments, const char *name) {
  if (arguments->count == 0) fail(session, "%s needs at least one argument", name);
  if (arguments->count == 1) return basic_array(session, arguments->argument[0], 0);
  for (int i = 0; i < arguments->count; i++)
    if (!basic_is_entry(arguments->argument[i])) fail_several(session, arguments, i, name);
  return array_from_numbers(session, arguments->argument, (size_t)arguments->count, 1);
}

static inline void copy_entry(Array *to, size_t k, const Array *from, size_t i) {
  to->data[k] = from->data[i];
  if (from->slot) to->slot[k] = from->slot[i];
}

static Array *array_like(Session *session, const Array *array, size_t rows, size_t cols) {
  Array *out = array_new(session, rows, cols, (Element)array->element);
  out->level = array->level;
  return out;
}

Array *basic_take(Session *session, const Array *array, const size_t *from, size_t rows,
                  size_t cols) {
  Array *out = array_like(session, array, rows, cols);
  for (size_t k = 0; k < rows * cols; k++) copy_entry(out, k, array, from[k]);
  return out;
}

Array *basic_slice(Session *session, const Array *array, size_t first, size_t step, size_t count) {
  Array *out = array_like(session, array, count, 1);
  for (size_t k = 0; k < count; k++) copy_entry(out, k, array, first + k * step);
  return out;
}

Value basic_counted(Session *session, Value array) {
  const Array *from = value_as_array(array);
  if (from->element != ELEMENT_BOOLEAN) return array;
  Array *out = array_new(session, from->rows, from->cols, ELEMENT_REAL);
  for (size_t i = 0; i < array_count(from); i++) out->data[i] = from->data[i];
  value_release(array);
  return value_array(out);
}

int basic_dimension(Session *session, Value value) {
  if (value.kind == VALUE_NOTHING) return 0;
  bool fits =
      value.kind == VALUE_NUMBER && (value.number == 0 || value.number == 1 || value.number == 2);
  char found[VALUE_DESCRIPTION];
  if (!fits)
    fail(session, "dim is 1 (down the rows) or 2 (across them), found %s",
         value_describe(value, found));
  return (int)value.number;
}
