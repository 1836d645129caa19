/* point.c - flattening points and calling functions at them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/point.h"

#include "machine/session.h"
#include "machine/vm.h"
#include "values/complex.h"
#include "values/operate.h"

size_t point_size(Session *s, Value p, const char *what) {
  switch ((ValueKind)p.kind) {
    case VALUE_NUMBER:
    case VALUE_ACTIVE: return 1;
    case VALUE_RANGE: return ((Range *)p.object)->count;
    case VALUE_ARRAY:
      if (value_as_array(p)->element == ELEMENT_BOOLEAN) fail(s, "%s must be made of numbers, found true and false", what);
      return array_count(value_as_array(p));
    case VALUE_COMPLEX: return point_size(s, value_as_complex(p)->real, what) + point_size(s, value_as_complex(p)->imaginary, what);
    case VALUE_TUPLE: {
      size_t size = 0;
      for (uint32_t i = 0; i < ((Tuple *)p.object)->count; i++) size += point_size(s, ((Tuple *)p.object)->item[i], what);
      return size;
    }
    case VALUE_RECORD: {
      size_t size = 0;
      for (uint32_t i = 0; i < ((Record *)p.object)->count; i++) size += point_size(s, ((Record *)p.object)->field[i], what);
      return size;
    }
    default: {
      char text[VALUE_DESCRIPTION];
      fail(s, "%s must be made of numbers, found %s", what, value_describe(p, text));
    }
  }
}

static Value *flatten(Value p, Value *out) {
  switch ((ValueKind)p.kind) {
    case VALUE_ARRAY:
      for (size_t i = 0; i < array_count(value_as_array(p)); i++) *out++ = array_entry(value_as_array(p), i);
      return out;
    case VALUE_RANGE:
      for (size_t k = 0; k < ((Range *)p.object)->count; k++)
        *out++ = value_number(((Range *)p.object)->first + (double)k * ((Range *)p.object)->step);
      return out;
    case VALUE_COMPLEX: return flatten(value_as_complex(p)->imaginary, flatten(value_as_complex(p)->real, out));
    case VALUE_TUPLE:
      for (uint32_t i = 0; i < ((Tuple *)p.object)->count; i++) out = flatten(((Tuple *)p.object)->item[i], out);
      return out;
    case VALUE_RECORD:
      for (uint32_t i = 0; i < ((Record *)p.object)->count; i++) out = flatten(((Record *)p.object)->field[i], out);
      return out;
    default: *out++ = p; return out;
  }
}

void point_flatten(Session *s, Value p, Value *number) {
  (void)s;
  flatten(p, number);
}

Value point_shape(Session *s, Value p, const Value **number) {
  switch ((ValueKind)p.kind) {
    case VALUE_ARRAY:
    case VALUE_RANGE: {
      bool range = p.kind == VALUE_RANGE;
      size_t rows = range ? ((Range *)p.object)->count : value_as_array(p)->rows, cols = range ? 1 : value_as_array(p)->cols;
      Value made = array_from_numbers(s, *number, rows, cols);
      *number += rows * cols;
      return made;
    }
    case VALUE_COMPLEX: {
      Value real = point_shape(s, value_as_complex(p)->real, number);
      return complex_new(s, real, point_shape(s, value_as_complex(p)->imaginary, number));
    }
    case VALUE_TUPLE: {
      Tuple *made = tuple_new(s, ((Tuple *)p.object)->count);
      made->depth = ((Tuple *)p.object)->depth;
      for (uint32_t i = 0; i < made->count; i++) made->item[i] = point_shape(s, ((Tuple *)p.object)->item[i], number);
      return value_tuple(made);
    }
    case VALUE_RECORD: {
      const Record *from = (Record *)p.object;
      Record *made = record_new(s);
      for (uint32_t i = 0; i < from->count; i++) record_set(made, from->name[i], point_shape(s, from->field[i], number));
      return value_record(made);
    }
    default: return *(*number)++;
  }
}

static bool is_number(Value v) { return v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE; }

uint32_t point_arity(Value f) {
  const Function *function = (Function *)f.object;
  if (f.kind != VALUE_FUNCTION || function->function_kind == FUNCTION_PARTIAL) return 0;
  if (function->function_kind == FUNCTION_PRIMITIVE) {
    Parameters row;
    primitive_parameters(function->primitive, &row);
    return row.variadic ? 0 : (uint32_t)row.required;
  }
  const Prototype *p = function->prototype;
  uint32_t required = 0;
  while (required < p->parameter_count && !(p->parameter[required]->kind == NODE_PARAMETER && p->parameter[required]->child[1])) required++;
  return required;
}

Value point_call(Session *s, Value f, const Value *argument, uint32_t count) {
  uint32_t takes = point_arity(f);
  if (takes > 1 && count == 1 && argument[0].kind == VALUE_ARRAY && array_count(value_as_array(argument[0])) == takes) {
    Value *number = scratch(s, takes * sizeof(Value));
    flatten(argument[0], number);
    return machine_call(s, f, number, takes);
  }
  if (takes > 1 && count == 1 && argument[0].kind == VALUE_TUPLE &&
      ((Tuple *)argument[0].object)->count == takes)
    return machine_call(s, f, ((Tuple *)argument[0].object)->item, takes);
  bool numbers = count > 1 && takes == 1;
  for (uint32_t i = 0; i < count; i++) numbers = numbers && is_number(argument[i]);
  if (!numbers) return machine_call(s, f, argument, count);
  Value vector = array_from_numbers(s, argument, count, 1);
  Value result = machine_call(s, f, &vector, 1);
  value_release(vector);
  return result;
}
