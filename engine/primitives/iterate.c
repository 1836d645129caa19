/* iterate.c - iterate: the course of x, step(x), step(step(x)), …
 *
 * The states are kept as they come and put together at the end, by what all of them are: numbers
 * make a column, vectors of one length the rows of a matrix, records of numbers a table. Whatever
 * else there is, or comes in between, stays a tuple.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/point.h"
#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/basic.h"
#include "values/complex.h"
#include "values/operate.h"
#include "values/table.h"

enum { STEPS_MOST = 10000000 }; /* their values alone take 160 MB */

/* The length of a difference of states, over all its numbers. */
static Value length_of(Session *s, Value change) {
  if (value_is_complex(change)) {
    Value part[2];
    complex_split(s, change, part);
    Value real = length_of(s, part[0]), imaginary = length_of(s, part[1]);
    value_release(part[0]);
    value_release(part[1]);
    return value_elementwise(s, SCALAR_hypot, real, imaginary);
  }
  Scratch *mark = scratch_mark(s);
  size_t count = point_size(s, change, "a state");
  Value *number = scratch(s, (count + 1) * sizeof *number);
  point_flatten(s, change, number);
  Value entries = array_from_numbers(s, number, count, 1), length = value_norm(s, entries);
  value_release(entries);
  scratch_release(s, mark);
  return length;
}

/* Is the distance between two states at most [tol]? The answer steers a recording. */
static bool is_settled(Session *s, Value last, Value next, double tol) {
  Value change = value_operate(s, OP_SUBTRACT, next, last), distance = length_of(s, change);
  bool settled = value_compare(s, OP_LESS_EQUAL, distance, value_number(tol));
  value_release(change);
  return settled;
}

static Value next_state(Session *s, Value step, Value last) {
  check_interrupt(s);
  Scratch *mark = scratch_mark(s);
  Value next = point_call(s, step, &last, 1);
  scratch_release(s, mark);
  if (next.kind == VALUE_NOTHING)
    fail_argument(s, 0, "the step must return the next state, but its body gives no value");
  return next.kind == VALUE_RANGE ? basic_replace(next, value_to_array(s, next)) : next;
}

/* ---- the states as one value ---- */

static bool is_number(Value v) {
  return v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE ||
         (value_is_complex(v) && !complex_is_array(v));
}

static bool are_numbers(const Tuple *states) {
  for (uint32_t k = 0; k < states->count; k++)
    if (!is_number(states->item[k])) return false;
  return true;
}

/* The array, or that of its real parts; NULL for anything else. */
static const Array *array_of(Value v) {
  if (value_is_complex(v) && complex_is_array(v)) v = value_as_complex(v)->real;
  return v.kind == VALUE_ARRAY ? value_as_array(v) : NULL;
}

static bool are_vectors(const Tuple *states) {
  const Array *first = array_of(states->item[0]);
  for (uint32_t k = 0; k < states->count; k++) {
    const Array *a = array_of(states->item[k]);
    if (!a || a->cols != 1 || a->rows != first->rows || a->element == ELEMENT_BOOLEAN) return false;
  }
  return true;
}

static bool is_record_of_numbers(Value v) {
  if (v.kind != VALUE_RECORD) return false;
  const Record *record = (const Record *)v.object;
  for (uint32_t k = 0; k < record->count; k++)
    if (record->field[k].kind != VALUE_NUMBER && record->field[k].kind != VALUE_ACTIVE)
      return false;
  return record->count > 0;
}

static bool are_records(const Tuple *states) {
  for (uint32_t k = 0; k < states->count; k++) {
    if (!is_record_of_numbers(states->item[k])) return false;
    const Record *record = (const Record *)states->item[k].object;
    const Record *first = (const Record *)states->item[0].object;
    if (record->count != first->count) return false;
    for (uint32_t j = 0; j < first->count; j++)
      if (!record_get(record, first->name[j])) return false;
  }
  return true;
}

/* Blocks under each other. */
static Value stacked(Session *s, const Value *block, uint32_t count) {
  uint32_t *width = scratch(s, count * sizeof *width);
  for (uint32_t k = 0; k < count; k++) width[k] = 1;
  return value_blocks(s, block, width, count);
}

static Value rows_of_vectors(Session *s, const Tuple *states) {
  Value *row = scratch(s, states->count * sizeof *row);
  for (uint32_t k = 0; k < states->count; k++) row[k] = value_transpose(s, states->item[k]);
  Value matrix = stacked(s, row, states->count);
  for (uint32_t k = 0; k < states->count; k++) value_release(row[k]);
  return matrix;
}

static Value table_of_records(Session *s, const Tuple *states) {
  const Record *first = (const Record *)states->item[0].object;
  Record *columns = record_new(s);
  Value *entry = scratch(s, (size_t)states->count * sizeof *entry);
  for (uint32_t j = 0; j < first->count; j++) {
    for (uint32_t k = 0; k < states->count; k++)
      entry[k] = *record_get((const Record *)states->item[k].object, first->name[j]);
    record_set(columns, first->name[j], array_from_numbers(s, entry, states->count, 1));
  }
  Value table =
      value_is_active(value_record(columns))
          ? value_record(columns) /* a table holds no active numbers; its fields read alike */
          : table_of_value(s, value_record(columns), 1);
  if (table.kind == VALUE_TABLE) value_release(value_record(columns));
  return table;
}

static Value together(Session *s, const Tuple *states) {
  if (are_numbers(states)) return stacked(s, states->item, states->count);
  if (are_vectors(states)) return rows_of_vectors(s, states);
  if (are_records(states)) return table_of_records(s, states);
  return value_keep(value_tuple((Tuple *)states));
}

/* The first [count] states, the last of which was just made. */
static Tuple *shortened(Session *s, const Tuple *states, uint32_t count) {
  Tuple *out = tuple_new(s, count);
  out->depth = states->depth;
  for (uint32_t k = 0; k < count; k++) out->item[k] = value_keep(states->item[k]);
  return out;
}

static Value iterate_call(Session *s, const Arguments *a) {
  Value step = argument_function(s, a, 0), x0 = a->argument[1];
  uint32_t n = (uint32_t)argument_integer(s, a, 2, 0, STEPS_MOST), made = 1;
  double tol = argument_number_or(s, a, 3, -1); /* no distance is negative: never stops early */
  Tuple *states = tuple_new(s, n + 1);
  states->item[0] = x0.kind == VALUE_RANGE ? value_to_array(s, x0) : value_keep(x0);
  states->depth = value_depth(x0) + 1;
  for (bool settled = false; made <= n && !settled; made++) {
    Value last = states->item[made - 1], next = next_state(s, step, last);
    value_check_depth(s, value_depth(next) + 1);
    if (value_depth(next) >= states->depth) states->depth = value_depth(next) + 1;
    states->item[made] = next;
    settled = tol >= 0 && is_settled(s, last, next, tol);
  }
  if (made <= n) {
    Tuple *all = states;
    states = shortened(s, all, made);
    value_release(value_tuple(all));
  }
  Value result = together(s, states);
  value_release(value_tuple(states));
  return result;
}

const Primitive iterate_rows[] = {
    {"iterate", "(step, x0, n, tol = )", iterate_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "x0 and the n next states step(x0), step(step(x0)), …: a column of numbers, a matrix with one "
     "state a row for vectors, a table for records of numbers, else a tuple. With tol it stops "
     "early, "
     "once two states are at most tol apart.",
     "iterate(x -> x/2, 1, 3)", "[1, 0.5, 0.25, 0.125]"},
};
