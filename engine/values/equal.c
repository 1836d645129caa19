/* equal.c - when == holds between two values.
 *
 * Pairs still to be compared wait on a list instead of the C stack, so that a record nested a
 * million deep is compared like any other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "values/complex.h"
#include "values/function_text.h"
#include "values/value.h"

typedef struct Pair {
  Value a, b;
} Pair;

typedef struct Pairs {
  Pair *pair;
  size_t count, capacity;
} Pairs;

static void pairs_add(Pairs *pairs, Value a, Value b) {
  memory_grow(pairs->pair, pairs->count, pairs->capacity);
  pairs->pair[pairs->count++] = (Pair){a, b};
}

static void pairs_add_all(Pairs *pairs, const Value *a, const Value *b, size_t count) {
  for (size_t k = 0; k < count; k++) pairs_add(pairs, a[k], b[k]);
}

/* ---- kinds without parts ---- */

static bool numbers_equal(const double *a, const double *b, size_t count) {
  for (size_t k = 0; k < count; k++)
    if (!(a[k] == b[k])) return false; /* a NaN equals nothing */
  return true;
}

/* Numbers are not booleans; whether they are being differentiated makes no difference. */
static bool arrays_equal(const Array *a, const Array *b) {
  bool same_element = (a->element == ELEMENT_BOOLEAN) == (b->element == ELEMENT_BOOLEAN);
  bool same_shape = a->rows == b->rows && a->cols == b->cols;
  return same_element && same_shape && numbers_equal(a->data, b->data, array_count(a));
}

static double range_entry(const Range *range, size_t k) {
  return range->first + (double)k * range->step;
}

static bool ranges_equal(const Range *a, const Range *b) {
  if (a->count != b->count) return false;
  bool same_first = a->count == 0 || a->first == b->first;
  return same_first && (a->count < 2 || a->step == b->step);
}

/* A range is the vector of its numbers. */
static bool range_equals_array(const Range *range, const Array *array) {
  if (array->element == ELEMENT_BOOLEAN || array->cols != 1 || array->rows != range->count)
    return false;
  for (size_t k = 0; k < range->count; k++)
    if (!(array->data[k] == range_entry(range, k))) return false;
  return true;
}

static bool strings_equal(const String *a, const String *b) {
  return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* ---- kinds with parts: the parts go on the list ---- */

static bool tuples_match(const Tuple *a, const Tuple *b, Pairs *pairs) {
  if (a->count != b->count) return false;
  pairs_add_all(pairs, a->item, b->item, a->count);
  return true;
}

/* The same names, in whatever order they were given. */
static bool records_match(const Record *a, const Record *b, Pairs *pairs) {
  if (a->count != b->count) return false;
  for (uint32_t k = 0; k < a->count; k++) {
    bool in_place = a->name[k] == b->name[k];
    const Value *other = in_place ? &b->field[k] : record_get(b, a->name[k]);
    if (!other) return false;
    pairs_add(pairs, a->field[k], *other);
  }
  return true;
}

/* A missing text equals nothing, as a missing number (NaN) does. */
static bool texts_equal(const Tuple *a, const Tuple *b) {
  for (uint32_t k = 0; k < a->count; k++) {
    if (a->item[k].kind != VALUE_STRING || b->item[k].kind != VALUE_STRING) return false;
    if (!strings_equal((const String *)a->item[k].object, (const String *)b->item[k].object))
      return false;
  }
  return true;
}

static bool columns_equal(const Column *a, const Column *b) {
  if (a->name != b->name || a->numbers.kind != b->numbers.kind) return false;
  if (a->numbers.kind == VALUE_ARRAY)
    return arrays_equal(value_as_array(a->numbers), value_as_array(b->numbers));
  return texts_equal((const Tuple *)a->text.object, (const Tuple *)b->text.object);
}

static bool tables_equal(const Table *a, const Table *b) {
  if (a->rows != b->rows || a->count != b->count) return false;
  for (uint32_t k = 0; k < a->count; k++)
    if (!columns_equal(&a->column[k], &b->column[k])) return false;
  return true;
}

/* The same definition over equal captured values; what two definitions compute is not decided. */
static bool functions_match(const Function *a, const Function *b, Pairs *pairs) {
  if (a == b) return true;
  if (a->function_kind != b->function_kind || a->count != b->count) return false;
  if (a->function_kind == FUNCTION_CLOSURE ? a->prototype != b->prototype
                                           : a->primitive != b->primitive)
    return false;
  if (a->order != b->order) return false;
  pairs_add_all(pairs, a->bound, b->bound, a->count);
  return true;
}

/* Formulas are equal as they are written. */
static bool formulas_match(const Formula *a, const Formula *b, Pairs *pairs) {
  Text left = {0}, right = {0};
  formula_text(a, &left);
  formula_text(b, &right);
  bool same = left.length == right.length && memcmp(left.bytes, right.bytes, left.length) == 0;
  text_free(&left);
  text_free(&right);
  if (!same) return false;
  pairs_add(pairs, a->scope, b->scope);
  return true;
}

static bool complex_match(const Complex *a, const Complex *b, Pairs *pairs) {
  pairs_add(pairs, a->real, b->real);
  pairs_add(pairs, a->imaginary, b->imaginary);
  return true;
}

static bool is_zero(Value part) {
  if (part.kind != VALUE_ARRAY) return part.number == 0;
  const Array *array = value_as_array(part);
  for (size_t k = 0; k < array_count(array); k++)
    if (!(array->data[k] == 0)) return false;
  return true;
}

/* A complex value without imaginary part is the real one. */
static bool complex_match_real(const Complex *z, Value x, Pairs *pairs) {
  pairs_add(pairs, z->real, x);
  return is_zero(z->imaginary);
}

/* ---- any two values ---- */

static ValueKind kind_compared(Value value) {
  return value.kind == VALUE_ACTIVE ? VALUE_NUMBER : (ValueKind)value.kind;
}

static bool objects_match(const Object *a, const Object *b, Pairs *pairs) {
  switch ((ValueKind)a->kind) {
    case VALUE_STRING: return strings_equal((const String *)a, (const String *)b);
    case VALUE_ARRAY: return arrays_equal((const Array *)a, (const Array *)b);
    case VALUE_COMPLEX: return complex_match((const Complex *)a, (const Complex *)b, pairs);
    case VALUE_RANGE: return ranges_equal((const Range *)a, (const Range *)b);
    case VALUE_TUPLE: return tuples_match((const Tuple *)a, (const Tuple *)b, pairs);
    case VALUE_RECORD: return records_match((const Record *)a, (const Record *)b, pairs);
    case VALUE_TABLE: return tables_equal((const Table *)a, (const Table *)b);
    case VALUE_FUNCTION: return functions_match((const Function *)a, (const Function *)b, pairs);
    case VALUE_FORMULA: return formulas_match((const Formula *)a, (const Formula *)b, pairs);
    default: return a == b;
  }
}

/* Compares what can be seen at once; parts go on the list. */
static bool values_match(Value a, Value b, Pairs *pairs) {
  ValueKind kind = kind_compared(a), other = kind_compared(b);
  if (kind == VALUE_RANGE && other == VALUE_ARRAY)
    return range_equals_array((const Range *)a.object, value_as_array(b));
  if (kind == VALUE_ARRAY && other == VALUE_RANGE)
    return range_equals_array((const Range *)b.object, value_as_array(a));
  if (kind == VALUE_COMPLEX && other != VALUE_COMPLEX) return complex_match_real((const Complex *)a.object, b, pairs);
  if (other == VALUE_COMPLEX && kind != VALUE_COMPLEX) return complex_match_real((const Complex *)b.object, a, pairs);
  if (kind != other) return false;
  if (kind == VALUE_NOTHING) return true;
  if (!value_is_object(a)) return a.number == b.number;
  return objects_match(a.object, b.object, pairs);
}

bool value_equal(Value a, Value b) {
  Pairs pairs = {0};
  bool equal = values_match(a, b, &pairs);
  while (equal && pairs.count > 0) {
    Pair pair = pairs.pair[--pairs.count];
    equal = values_match(pair.a, pair.b, &pairs);
  }
  free(pairs.pair);
  return equal;
}
