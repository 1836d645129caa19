/* array.c - entries, conversions and block literals of arrays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "machine/session.h"
#include "values/complex.h"
#include "values/operate.h"

Value array_entry(const Array *array, size_t i) {
  double x = array->data[i];
  if (array->element == ELEMENT_ACTIVE)
    return (Value){.kind = VALUE_ACTIVE, .level = array->level, .slot = array->slot[i], .number = x};
  return array->element == ELEMENT_BOOLEAN ? value_boolean(x != 0) : value_number(x);
}

/* Makes an unshared array active at [level]: every entry gets a cell there. */
static void array_raise(Session *session, Array *array, int level) {
  Trace *trace = session->trace[level];
  size_t count = array_count(array);
  uint32_t *slot = memory_new(count * sizeof(uint32_t) + 1);
  for (size_t i = 0; i < count; i++) slot[i] = trace_cell(trace, array_entry(array, i));
  free(array->slot);
  array->slot = slot;
  array->element = ELEMENT_ACTIVE;
  array->level = (uint8_t)level;
}

void array_set_entry(Session *session, Array *array, size_t i, Value value) {
  if (value.kind == VALUE_ACTIVE && (array->element != ELEMENT_ACTIVE || array->level < value.level))
    array_raise(session, array, value.level);
  if (array->element == ELEMENT_ACTIVE) array->slot[i] = trace_cell(session->trace[array->level], value);
  array->data[i] = value.number;
}

static bool any_complex(const Value *element, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (value_is_complex(element[i])) return true;
  return false;
}

static Value complex_from_numbers(Session *session, const Value *number, size_t rows, size_t cols) {
  Value *part[2];
  complex_split_entries(session, number, rows * cols, part);
  Value real = array_from_numbers(session, part[0], rows, cols);
  return complex_new(session, real, array_from_numbers(session, part[1], rows, cols));
}

Value array_from_numbers(Session *session, const Value *number, size_t rows, size_t cols) {
  size_t count = rows * cols;
  if (any_complex(number, count)) return complex_from_numbers(session, number, rows, cols);
  int level = 0;
  bool booleans = count > 0;
  for (size_t i = 0; i < count; i++) {
    if (number[i].kind == VALUE_ACTIVE && number[i].level > level) level = number[i].level;
    booleans = booleans && number[i].kind == VALUE_BOOLEAN;
  }
  Array *array = array_new(session, rows, cols, level ? ELEMENT_ACTIVE : booleans ? ELEMENT_BOOLEAN : ELEMENT_REAL);
  array->level = (uint8_t)level;
  for (size_t i = 0; i < count; i++) {
    array->data[i] = number[i].number;
    if (level) array->slot[i] = trace_cell(session->trace[level], number[i]);
  }
  return value_array(array);
}

static Value array_from_range(Session *session, const Range *range) {
  Array *array = array_new(session, range->count, 1, ELEMENT_REAL);
  for (size_t k = 0; k < range->count; k++) array->data[k] = range->first + (double)k * range->step;
  return value_array(array);
}

Value value_to_array(Session *session, Value a) {
  switch ((ValueKind)a.kind) {
    case VALUE_ARRAY: return value_keep(a);
    case VALUE_RANGE: return array_from_range(session, (Range *)a.object);
    case VALUE_NUMBER:
    case VALUE_ACTIVE: return array_from_numbers(session, &a, 1, 1);
    default: {
      char text[VALUE_DESCRIPTION];
      fail(session, "expected an array, found %s", value_describe(a, text));
    }
  }
}

/* ---- block literals ---- */

static bool is_entry(Value v) { return v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE || v.kind == VALUE_BOOLEAN; }

static _Noreturn void fail_element(Session *session, Value v) {
  if (v.kind == VALUE_NOTHING) fail(session, "an array holds numbers, and a call in it gives no value");
  char text[VALUE_DESCRIPTION];
  Report *r = failure(session, "an array holds numbers, found %s", value_describe(v, text));
  if (v.kind == VALUE_STRING) report_remark(r, "texts stand in a tuple: (\"a\", \"b\")");
  raise_failure(session, r);
}

/* Numbers only: one row is a column vector, several make a matrix. */
static Value numbers_literal(Session *session, const Value *element, const uint32_t *width, uint32_t rows) {
  for (uint32_t i = 0; i < rows; i++)
    if (width[i] != width[0])
      fail(session, "rows of different length: row 1 has %u entries, row %u has %u", width[0], i + 1, width[i]);
  if (rows == 1) return array_from_numbers(session, element, width[0], 1);
  return array_from_numbers(session, element, rows, width[0]);
}

static Shape block_shape(Value v) {
  return is_entry(v) ? (Shape){1, 1} : (Shape){value_as_array(v)->rows, value_as_array(v)->cols};
}

static void copy_block(Session *session, Array *out, Value block, uint32_t row, uint32_t col) {
  Shape shape = block_shape(block);
  for (uint32_t i = 0; i < shape.rows; i++) {
    size_t to = (size_t)(row + i) * out->cols + col;
    if (out->element != ELEMENT_ACTIVE && !is_entry(block) && value_as_array(block)->element == ELEMENT_REAL) {
      memcpy(out->data + to, value_as_array(block)->data + (size_t)i * shape.cols, shape.cols * sizeof(double));
      continue;
    }
    for (uint32_t j = 0; j < shape.cols; j++)
      array_set_entry(session, out, to + j, is_entry(block) ? block : array_entry(value_as_array(block), (size_t)i * shape.cols + j));
  }
}

/* Height and width of the whole, checking that blocks of a row are equally high and rows equally wide. */
static Shape blocks_shape(Session *session, const Value *element, const uint32_t *width, uint32_t rows) {
  Shape total = {0, 0};
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t height = 0, wide = 0;
    for (uint32_t j = 0; j < width[i]; j++, element++) {
      Shape s = block_shape(*element);
      if (j > 0 && s.rows != height)
        fail(session, "blocks side by side must have the same number of rows: %u and %u", height, s.rows);
      height = s.rows;
      wide += s.cols;
    }
    if (i > 0 && wide != total.cols)
      fail(session, "blocks on top of each other must have the same number of columns: %u and %u", total.cols, wide);
    total.cols = wide;
    total.rows += height;
  }
  return total;
}

static Value blocks_literal(Session *session, const Value *element, const uint32_t *width, uint32_t rows) {
  Shape total = blocks_shape(session, element, width, rows);
  Array *out = array_zeros(session, total.rows, total.cols);
  uint32_t row = 0;
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t col = 0, height = 0;
    for (uint32_t j = 0; j < width[i]; j++, element++) {
      copy_block(session, out, *element, row, col);
      height = block_shape(*element).rows;
      col += block_shape(*element).cols;
    }
    row += height;
  }
  return value_array(out);
}

static Value complex_blocks(Session *session, const Value *element, uint32_t count, const uint32_t *width, uint32_t rows) {
  Value *part[2];
  complex_split_entries(session, element, count, part);
  Value real = value_blocks(session, part[0], width, rows);
  return complex_new(session, real, value_blocks(session, part[1], width, rows));
}

/* [f, g] of functions only, which no array holds: a tuple of them, for st = [x -> x[1] - 1]. */
static Value functions_literal(Session *session, const Value *element, uint32_t count) {
  Tuple *tuple = tuple_new(session, count);
  for (uint32_t i = 0; i < count; i++) tuple->item[i] = value_keep(element[i]);
  return value_tuple(tuple);
}

Value value_blocks(Session *session, const Value *element, const uint32_t *width, uint32_t rows) {
  uint32_t count = 0, functions = 0;
  for (uint32_t i = 0; i < rows; i++) count += width[i];
  while (functions < count && element[functions].kind == VALUE_FUNCTION) functions++;
  if (rows == 1 && count > 0 && functions == count)
    return functions_literal(session, element, count);
  if (any_complex(element, count)) return complex_blocks(session, element, count, width, rows);
  bool numbers = true;
  for (uint32_t i = 0; i < count; i++) {
    if (!is_entry(element[i]) && element[i].kind != VALUE_ARRAY && element[i].kind != VALUE_RANGE) fail_element(session, element[i]);
    numbers = numbers && is_entry(element[i]);
  }
  if (numbers) return rows ? numbers_literal(session, element, width, rows) : array_from_numbers(session, NULL, 0, 1);
  Value *block = scratch(session, count * sizeof(Value));
  for (uint32_t i = 0; i < count; i++)
    block[i] = element[i].kind == VALUE_RANGE ? value_to_array(session, element[i]) : value_keep(element[i]);
  Value result = blocks_literal(session, block, width, rows);
  for (uint32_t i = 0; i < count; i++) value_release(block[i]);
  return result;
}
