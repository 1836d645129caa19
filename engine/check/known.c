/* known.c - what the checker knows of a value: from values, joined, and back to one that stands for
 * all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check/known.h"

#include "machine/vm.h"
#include "values/operate.h"

enum {
  EXACT_ENTRIES = 256,      /* longer arrays are known by shape: the checker is no second machine */
  WITNESS_ENTRIES = 1 << 18 /* 2 MiB: larger ones are not worth the time */
};

/* ---- from values ---- */

static Known known_entries(Value v) {
  const Array *a = value_as_array(v);
  Known known = known_array(a->rows, a->cols);
  known.boolean = a->element == ELEMENT_BOOLEAN;
  return known;
}

static Known known_items(Arena *arena, Value v, Known (*of)(Arena *, Value)) {
  const Tuple *t = (Tuple *)v.object;
  Known *item = arena_new(arena, (t->count + 1) * sizeof *item);
  for (uint32_t i = 0; i < t->count; i++) item[i] = of(arena, t->item[i]);
  return (Known){.kind = KNOWN_TUPLE, .count = t->count, .item = item};
}

static Known known_fields(Arena *arena, Value v, Known (*of)(Arena *, Value)) {
  const Record *r = (Record *)v.object;
  Known *item = arena_new(arena, (r->count + 1) * sizeof *item);
  const Symbol **name = arena_new(arena, (r->count + 1) * sizeof *name);
  for (uint32_t i = 0; i < r->count; i++) {
    item[i] = of(arena, r->field[i]);
    name[i] = r->name[i];
  }
  return (Known){.kind = KNOWN_RECORD, .count = r->count, .item = item, .name = name};
}

Known known_exact(Arena *arena, Value v) {
  switch ((ValueKind)v.kind) {
  case VALUE_NUMBER:
  case VALUE_BOOLEAN:
  case VALUE_STRING: return (Known){.kind = KNOWN_EXACT, .value = v};
  case VALUE_RANGE:
    if (((Range *)v.object)->count > EXACT_ENTRIES)
      return known_array((int64_t)((Range *)v.object)->count, 1);
    return (Known){.kind = KNOWN_EXACT, .value = v};
  case VALUE_ARRAY:
    if (array_count(value_as_array(v)) > EXACT_ENTRIES) return known_entries(v);
    return (Known){.kind = KNOWN_EXACT, .value = v};
  case VALUE_TUPLE: return known_items(arena, v, known_exact);
  case VALUE_RECORD: return known_fields(arena, v, known_exact);
  case VALUE_FUNCTION: return (Known){.kind = KNOWN_FUNCTION, .value = v};
  default: return known_not();
  }
}

Known known_shape(Arena *arena, Value v) {
  switch ((ValueKind)v.kind) {
  case VALUE_NUMBER: return known_number();
  case VALUE_BOOLEAN: return (Known){.kind = KNOWN_BOOLEAN};
  case VALUE_RANGE: return known_array((int64_t)((Range *)v.object)->count, 1);
  case VALUE_ARRAY: return known_entries(v);
  case VALUE_TUPLE: return known_items(arena, v, known_shape);
  case VALUE_RECORD: return known_fields(arena, v, known_shape);
  default: return known_not();
  }
}

Known known_forget(Arena *arena, Known known) {
  if (known.kind == KNOWN_EXACT) return known_shape(arena, known.value);
  if (known.kind != KNOWN_TUPLE && known.kind != KNOWN_RECORD) return known;
  Known *item = arena_new(arena, (known.count + 1) * sizeof *item);
  for (uint32_t i = 0; i < known.count; i++) item[i] = known_forget(arena, known.item[i]);
  known.item = item;
  return known;
}

/* ---- joins ---- */

bool known_equal(Known a, Known b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
  case KNOWN_EXACT:
    return a.value.kind == b.value.kind &&
           (value_is_object(a.value)
                ? a.value.object == b.value.object || value_equal(a.value, b.value)
                : a.value.number == b.value.number);
  case KNOWN_ARRAY: return a.rows == b.rows && a.cols == b.cols && a.boolean == b.boolean;
  case KNOWN_FUNCTION: return a.value.object == b.value.object && a.scope == b.scope;
  case KNOWN_TUPLE:
  case KNOWN_RECORD:
    if (a.count != b.count) return false;
    for (uint32_t i = 0; i < a.count; i++)
      if (!known_equal(a.item[i], b.item[i]) || (a.kind == KNOWN_RECORD && a.name[i] != b.name[i]))
        return false;
    return true;
  default: return true;
  }
}

static Known join_items(Arena *arena, Known a, Known b) {
  if (a.count != b.count) return known_not();
  Known *item = arena_new(arena, (a.count + 1) * sizeof *item);
  for (uint32_t i = 0; i < a.count; i++) {
    if (a.kind == KNOWN_RECORD && a.name[i] != b.name[i]) return known_not();
    item[i] = known_join(arena, a.item[i], b.item[i]);
  }
  a.item = item;
  return a;
}

Known known_join(Arena *arena, Known a, Known b) {
  if (known_equal(a, b)) return a;
  if (a.kind == KNOWN_EXACT) a = known_shape(arena, a.value);
  if (b.kind == KNOWN_EXACT) b = known_shape(arena, b.value);
  if (a.kind != b.kind || a.kind == KNOWN_FUNCTION) return known_not();
  if (a.kind == KNOWN_TUPLE || a.kind == KNOWN_RECORD) return join_items(arena, a, b);
  if (a.kind != KNOWN_ARRAY) return a;
  if (a.boolean != b.boolean) return known_not();
  if (a.rows != b.rows) a.rows = SIZE_UNKNOWN;
  if (a.cols != b.cols) a.cols = SIZE_UNKNOWN;
  return a;
}

/* ---- asking ---- */

bool known_is_number(Known k) {
  return k.kind == KNOWN_NUMBER || (k.kind == KNOWN_EXACT && k.value.kind == VALUE_NUMBER);
}

bool known_is_array(Known k, int64_t *rows, int64_t *cols) {
  bool exact =
      k.kind == KNOWN_EXACT && (k.value.kind == VALUE_ARRAY || k.value.kind == VALUE_RANGE);
  if (exact) k = known_shape(NULL, k.value);
  *rows = k.rows;
  *cols = k.cols;
  return k.kind == KNOWN_ARRAY;
}

bool known_truth(Known k, bool *truth) {
  if (k.kind != KNOWN_EXACT || k.value.kind != VALUE_BOOLEAN) return false;
  *truth = k.value.number != 0;
  return true;
}

/* ---- witnesses ---- */

static bool zeros(Session *s, Known k, Value *witness) {
  if (k.rows < 0 || k.cols < 0 || k.rows > WITNESS_ENTRIES || k.cols > WITNESS_ENTRIES)
    return false;
  if (k.rows * k.cols > WITNESS_ENTRIES) return false;
  Array *a = array_zeros(s, (size_t)k.rows, (size_t)k.cols);
  if (k.boolean) a->element = ELEMENT_BOOLEAN;
  *witness = value_array(a);
  return true;
}

static bool tuple_witness(Session *s, Known k, Value *witness) {
  Tuple *t = tuple_new(s, k.count);
  *witness = value_tuple(t);
  for (uint32_t i = 0; i < k.count; i++) {
    if (!known_witness(s, k.item[i], &t->item[i])) return false;
    if (value_depth(t->item[i]) >= t->depth) t->depth = value_depth(t->item[i]) + 1;
  }
  return t->depth < NESTING_LARGEST;
}

static bool record_witness(Session *s, Known k, Value *witness) {
  Record *r = record_new(s);
  *witness = value_record(r);
  for (uint32_t i = 0; i < k.count; i++) {
    Value item;
    if (!known_witness(s, k.item[i], &item) || value_depth(item) >= NESTING_LARGEST) return false;
    record_set(r, k.name[i], item);
  }
  return true;
}

bool known_witness(Session *s, Known k, Value *witness) {
  switch (k.kind) {
  case KNOWN_EXACT:
  case KNOWN_FUNCTION: *witness = value_keep(k.value); return true;
  case KNOWN_NUMBER:
    *witness = value_number(number_unset());
    return true; /* described without its value */
  case KNOWN_ARRAY: return zeros(s, k, witness);
  case KNOWN_TUPLE: return tuple_witness(s, k, witness);
  case KNOWN_RECORD: return record_witness(s, k, witness);
  default: return false;
  }
}
