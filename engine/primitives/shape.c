/* shape.c - size, length, rows, cols, zip, vec, reshape: how large things are, and the same entries
 * in another arrangement. Columns come first wherever an order is needed, as in vec on paper.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/advice.h"
#include "primitives/argument.h"
#include "primitives/basic.h"
#include "values/complex.h"
#include "values/index.h"
#include "values/operate.h"

/* ---- size, length ---- */

static Shape shape_of(Session *session, Value value) {
  if (basic_is_entry(value)) return (Shape){1, 1};
  if (value.kind == VALUE_ARRAY)
    return (Shape){value_as_array(value)->rows, value_as_array(value)->cols};
  if (value.kind == VALUE_RANGE) return (Shape){(uint32_t)((const Range *)value.object)->count, 1};
  if (value.kind == VALUE_TABLE)
    return (Shape){((const Table *)value.object)->rows, ((const Table *)value.object)->count};
  char found[VALUE_DESCRIPTION], text[64];
  Report *report = failure(session, "only arrays and tables have a size, this is %s",
                           value_describe(value, found));
  if (value.kind == VALUE_TUPLE || value.kind == VALUE_STRING || value.kind == VALUE_RECORD)
    report_advise(report, "length(%s)", failure_text(session, 0, text, sizeof text));
  raise_failure(session, report);
}

static Value size_call(Session *session, const Arguments *arguments) {
  Shape shape = shape_of(session, arguments->argument[0]);
  Array *out = array_new(session, 2, 1, ELEMENT_REAL);
  out->data[0] = shape.rows;
  out->data[1] = shape.cols;
  return value_array(out);
}

/* Characters, not bytes: every byte of UTF-8 that does not continue one. */
static size_t string_length(const String *string) {
  size_t count = 0;
  for (size_t i = 0; i < string->length; i++) count += (string->bytes[i] & 0xC0) != 0x80;
  return count;
}

static size_t array_length(Session *session, const Array *array) {
  if (array->rows == 1 || array->cols == 1) return array_count(array);
  char text[64];
  failure_text(session, 0, text, sizeof text);
  Report *report = failure(session, "the length of a matrix has two readings");
  failure_argument(session, report, 0, "%u×%u", array->rows, array->cols);
  report_advise(report, "size(%s)[1]  (rows: %u)", text, array->rows);
  report_advise(report, "size(%s)[2]  (columns: %u)", text, array->cols);
  report_advise(report, "length(vec(%s))  (entries: %zu)", text, array_count(array));
  raise_failure(session, report);
}

static size_t length_of(Session *session, Value value) {
  if (basic_is_entry(value)) return 1;
  switch ((ValueKind)value.kind) {
  case VALUE_ARRAY: return array_length(session, value_as_array(value));
  case VALUE_RANGE: return ((const Range *)value.object)->count;
  case VALUE_TUPLE: return ((const Tuple *)value.object)->count;
  case VALUE_RECORD: return ((const Record *)value.object)->count;
  case VALUE_TABLE: return ((const Table *)value.object)->rows;
  case VALUE_STRING: return string_length((const String *)value.object);
  default: break;
  }
  char found[VALUE_DESCRIPTION];
  fail_argument(session, 0, "%s has no length", value_describe(value, found));
}

static Value length_call(Session *session, const Arguments *arguments) {
  return value_number((double)length_of(session, arguments->argument[0]));
}

/* ---- rows, cols, zip: things to go over ---- */

static Value lines(Session *session, Value value, bool rows) {
  Value whole = basic_array(session, value, 0);
  const Array *a = value_as_array(whole);
  Tuple *tuple = tuple_new(session, rows ? a->rows : a->cols);
  for (uint32_t i = 0; i < tuple->count; i++) {
    Array *line = rows ? basic_slice(session, a, (size_t)i * a->cols, 1, a->cols)
                       : basic_slice(session, a, i, a->cols, a->rows);
    tuple->item[i] = value_array(line);
  }
  value_release(whole);
  return value_tuple(tuple);
}

static Value rows_call(Session *session, const Arguments *arguments) {
  return lines(session, arguments->argument[0], true);
}

static Value cols_call(Session *session, const Arguments *arguments) {
  return lines(session, arguments->argument[0], false);
}

static size_t zip_length(Session *session, Value value, int index) {
  if (value_is_complex(value) && complex_is_array(value)) value = value_as_complex(value)->real;
  bool matrix = value.kind == VALUE_ARRAY && value_as_array(value)->rows != 1 &&
                value_as_array(value)->cols != 1;
  bool walked = value.kind == VALUE_ARRAY || value.kind == VALUE_RANGE || value.kind == VALUE_TUPLE;
  if (!walked) fail_walk(session, value, index);
  if (!matrix) return value_length_of_loop(session, value);
  char text[64];
  failure_text(session, index, text, sizeof text);
  Report *report = failure(session, "a matrix can be gone over by rows or by columns");
  failure_argument(session, report, index, "%s", "");
  report_advise(report, "rows(%s)", text);
  report_advise(report, "cols(%s)", text);
  raise_failure(session, report);
}

static Value zip_call(Session *session, const Arguments *arguments) {
  size_t count = 0;
  if (arguments->count == 0) fail(session, "zip needs at least one argument");
  for (int i = 0; i < arguments->count; i++) {
    size_t length = zip_length(session, arguments->argument[i], i);
    if (i && length != count)
      fail_argument(session, i, "zip needs equal lengths: the first has %zu, this has %zu", count,
                    length);
    count = length;
  }
  Tuple *all = tuple_new(session, (uint32_t)count);
  for (size_t k = 0; k < count; k++) {
    Tuple *one = tuple_new(session, (uint32_t)arguments->count);
    for (int i = 0; i < arguments->count; i++)
      one->item[i] = value_element(session, arguments->argument[i], k);
    all->item[k] = value_tuple(one);
  }
  return value_tuple(all);
}

/* ---- vec, reshape ---- */

/* Position of the k-th entry when [array] is read column by column. */
static size_t by_columns(const Array *array, size_t k) {
  return k % array->rows * array->cols + k / array->rows;
}

static Value vec_call(Session *session, const Arguments *arguments) {
  Value whole = basic_array(session, arguments->argument[0], 0);
  const Array *a = value_as_array(whole);
  size_t count = array_count(a), *from = scratch(session, (count + 1) * sizeof *from);
  for (size_t k = 0; k < count; k++) from[k] = by_columns(a, k);
  return basic_replace(whole, value_array(basic_take(session, a, from, count, 1)));
}

static Value reshape_call(Session *session, const Arguments *arguments) {
  size_t rows = (size_t)argument_integer(session, arguments, 1, 0, ARRAY_LARGEST);
  size_t cols = (size_t)argument_integer_or(session, arguments, 2, 0, ARRAY_LARGEST, 1);
  Value whole = basic_array(session, arguments->argument[0], 0);
  const Array *a = value_as_array(whole);
  size_t count = array_count(a);
  if (rows * cols != count)
    fail_argument(session, 0, "%zu entries do not fill %zu×%zu positions", count, rows, cols);
  size_t *from = scratch(session, (count + 1) * sizeof *from);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++) from[i * cols + j] = by_columns(a, j * rows + i);
  return basic_replace(whole, value_array(basic_take(session, a, from, rows, cols)));
}

const Primitive shape_rows[] = {
    {"size", "(A)", size_call, RESULT_ARRAY, DERIVE_CONSTANT, NULL, NULL,
     "The number of rows and of columns, as in m, n = size(A). A vector has one column.",
     "size([1, 2, 3; 4, 5, 6])", "[2, 3]"},
    {"length", "(v)", length_call, RESULT_NUMBER, DERIVE_CONSTANT, NULL, NULL,
     "How many entries a vector, range, tuple or record has, how many rows a table, how many "
     "characters a string.",
     "length([4, 5, 6])", "3"},
    {"rows", "(A)", rows_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The rows of a matrix, each as a vector, to go over: for x in rows(A). How many there are "
     "says "
     "size(A)[1].",
     "[sum(x) for x in rows([1, 2; 3, 4])]", "[3, 7]"},
    {"cols", "(A)", cols_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The columns of a matrix, each as a vector, to go over: for c in cols(A). How many there are "
     "says "
     "size(A)[2].",
     "[sum(c) for c in cols([1, 2; 3, 4])]", "[4, 6]"},
    {"zip", "(values...)", zip_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "Goes over several things of the same length at once: for x, t in zip(rows(X), y).",
     "[a*b for a, b in zip([1, 2], [3, 4])]", "[3, 8]"},
    {"vec", "(A)", vec_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL,
     "The columns of a matrix stacked into one vector.", "vec([1, 2; 3, 4])", "[1, 3, 2, 4]"},
    {"reshape", "(A, m, n = 1)", reshape_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL,
     "The same entries as an m×n matrix, column after column, so that reshape(vec(A), m, n) is A.",
     "vec(reshape(1:4, 2, 2)')", "[1, 3, 2, 4]"},
};
