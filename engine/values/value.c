/* value.c - making values; what each kind of object owns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calculus/trace.h"
#include "machine/fail.h"
#include "machine/heap.h"
#include "machine/prototype.h"
#include "machine/session.h"
#include "values/builder.h"
#include "values/complex.h"

enum { ALIGNMENT = 64 };

void *object_new(Session *session, ValueKind kind, size_t size) {
  size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  Object *object = aligned_alloc(ALIGNMENT, rounded);
  if (!object) fail(session, "out of memory: %zu bytes are not to be had", size);
  Object *list = &session->objects;
  *object = (Object){.next = list->next, .previous = list, .references = 1, .kind = (uint8_t)kind};
  list->next->previous = object;
  list->next = object;
  return object;
}

/* ---- what an object owns ---- */

static void visit_all(Value *value, size_t count, HeapVisit visit, void *context) {
  for (size_t i = 0; i < count; i++) visit(&value[i], context);
}

static void visit_prototype(Prototype *p, HeapVisit visit, void *context) {
  visit(&(Value){.kind = VALUE_PROTOTYPE, .object = &p->head}, context);
}

static void prototype_children(Prototype *p, HeapVisit visit, void *context) {
  for (uint32_t i = 0; i < p->inner_count; i++) visit_prototype(p->inner[i], visit, context);
  for (uint32_t i = 0; i < p->code_count; i++) code_children(p->code[i], visit, context);
}

void object_children(Object *object, HeapVisit visit, void *context) {
  switch ((ValueKind)object->kind) {
    case VALUE_TUPLE: visit_all(((Tuple *)object)->item, ((Tuple *)object)->count, visit, context); break;
    case VALUE_COMPLEX:
      visit(&((Complex *)object)->real, context);
      visit(&((Complex *)object)->imaginary, context);
      break;
    case VALUE_RECORD: visit_all(((Record *)object)->field, ((Record *)object)->count, visit, context); break;
    case VALUE_TABLE:
      for (uint32_t i = 0; i < ((Table *)object)->count; i++) {
        visit(&((Table *)object)->column[i].numbers, context);
        visit(&((Table *)object)->column[i].text, context);
      }
      break;
    case VALUE_FUNCTION: {
      Function *f = (Function *)object;
      if (f->prototype) visit_prototype(f->prototype, visit, context);
      visit_all(f->bound, f->count, visit, context);
      break;
    }
    case VALUE_FORMULA: visit(&((Formula *)object)->scope, context); break;
    case VALUE_PROTOTYPE: prototype_children((Prototype *)object, visit, context); break;
    case VALUE_BUILDER: visit_all(((Builder *)object)->item, ((Builder *)object)->count, visit, context); break;
    case VALUE_TRACE:
      for (uint32_t i = 0; i < ((Trace *)object)->held_count; i++) visit(&(Value){.kind = VALUE_ARRAY, .object = &((Trace *)object)->held[i]->head}, context);
      break;
    default: break;
  }
}

/* Frees what is not a value: memory behind the object and the object itself. */
static void object_free(Object *object) {
  switch ((ValueKind)object->kind) {
    case VALUE_ARRAY: free(((Array *)object)->slot); break;
    case VALUE_RECORD:
      free((void *)((Record *)object)->name);
      free(((Record *)object)->field);
      free(((Record *)object)->summary);
      break;
    case VALUE_FORMULA: tree_release(((Formula *)object)->tree); break;
    case VALUE_PROTOTYPE: prototype_destroy((Prototype *)object); break;
    case VALUE_TRACE: trace_destroy((Trace *)object); break;
    case VALUE_BUILDER: free(((Builder *)object)->item); break;
    default: break;
  }
  free(object);
}

static void object_unlink(Object *object) {
  object->next->previous = object->previous;
  object->previous->next = object->next;
}

/* A child nobody else holds joins the chain of objects to free. */
static void drop_child(Value *value, void *context) {
  Object **chain = context;
  if (!value_is_object(*value) || --value->object->references > 0) return;
  object_unlink(value->object);
  value->object->next = *chain;
  *chain = value->object;
}

/* Not by recursion: a record in a record in a record … may be a million deep. */
void object_destroy(Object *object) {
  object_unlink(object);
  object->next = NULL;
  for (Object *chain = object; chain;) {
    Object *first = chain;
    chain = first->next;
    object_children(first, drop_child, &chain);
    object_free(first);
  }
}

/* ---- the sweep after an error ---- */

typedef struct Marking { Object **stack; size_t count, capacity; } Marking;

static void mark(Value *value, void *context) {
  if (!value_is_object(*value)) return;
  Marking *marking = context;
  value->object->references++;
  if (value->object->marked) return;
  value->object->marked = true;
  memory_grow(marking->stack, marking->count, marking->capacity);
  marking->stack[marking->count++] = value->object;
}

void heap_sweep(Session *session, Value *const *roots, const size_t *counts, size_t groups) {
  Object *list = &session->objects;
  for (Object *o = list->next; o != list; o = o->next) {
    o->references = 0;
    o->marked = false;
  }
  Marking marking = {0};
  for (size_t g = 0; g < groups; g++) visit_all(roots[g], counts[g], mark, &marking);
  while (marking.count > 0) object_children(marking.stack[--marking.count], mark, &marking);
  free(marking.stack);
  for (Object *o = list->next, *next; o != list; o = next) {
    next = o->next;
    if (o->marked) continue;
    object_unlink(o);
    object_free(o);
  }
}

size_t heap_count(const Session *session) {
  size_t count = 0;
  for (const Object *o = session->objects.next; o != &session->objects; o = o->next) count++;
  return count;
}

void heap_free(Session *session) { heap_sweep(session, NULL, NULL, 0); }

/* ---- arrays ---- */

Array *array_new(Session *session, size_t rows, size_t cols, Element element) {
  if (cols && rows > ARRAY_LARGEST / cols)
    fail(session, "a %zu×%zu array is too large: at most %d entries", rows, cols, ARRAY_LARGEST);
  size_t head = (sizeof(Array) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  Array *array = object_new(session, VALUE_ARRAY, head + rows * cols * sizeof(double));
  array->rows = (uint32_t)rows;
  array->cols = (uint32_t)cols;
  array->element = (uint8_t)element;
  array->level = 0;
  array->slot = NULL;
  array->data = (double *)(void *)((char *)array + head);
  if (element == ELEMENT_ACTIVE) array->slot = memory_new(rows * cols * sizeof(uint32_t) + 1);
  return array;
}

Array *array_zeros(Session *session, size_t rows, size_t cols) {
  Array *array = array_new(session, rows, cols, ELEMENT_REAL);
  memset(array->data, 0, array_count(array) * sizeof(double));
  return array;
}

Array *array_copy(Session *session, const Array *array) {
  Array *copy = array_new(session, array->rows, array->cols, (Element)array->element);
  size_t count = array_count(array);
  memcpy(copy->data, array->data, count * sizeof(double));
  if (array->slot) memcpy(copy->slot, array->slot, count * sizeof(uint32_t));
  copy->level = array->level;
  return copy;
}

/* ---- strings, ranges, tuples ---- */

String *string_new(Session *session, const char *bytes, size_t length) {
  String *string = object_new(session, VALUE_STRING, sizeof(String) + length + 1);
  string->length = length;
  string->bare = false;
  if (length) memcpy(string->bytes, bytes, length);
  string->bytes[length] = 0;
  return string;
}

/* Steps that miss the end by this share of a step still reach it: 0:0.1:1 has 11 elements. */
static const double RANGE_SLACK = 1e-10;

Range *range_new(Session *session, double first, double step, double last) {
  if (!isfinite(first) || !isfinite(step) || !isfinite(last))
    fail(session, "a range needs finite numbers, not %g:%g:%g", first, step, last);
  if (step == 0) fail(session, "a range cannot have step 0");
  double steps = floor((last - first) / step + RANGE_SLACK);
  if (steps > 9e15) fail(session, "the range %g:%g:%g is too long", first, step, last);
  Range *range = object_new(session, VALUE_RANGE, sizeof(Range));
  range->first = first;
  range->step = step;
  range->last = last;
  range->count = steps < 0 ? 0 : (size_t)steps + 1;
  return range;
}

Tuple *tuple_new(Session *session, uint32_t count) {
  Tuple *tuple = object_new(session, VALUE_TUPLE, sizeof(Tuple) + count * sizeof(Value));
  tuple->count = count;
  tuple->depth = 1;
  for (uint32_t i = 0; i < count; i++) tuple->item[i] = value_nothing();
  return tuple;
}

/* ---- records, tables, functions ---- */

Record *record_new(Session *session) {
  Record *record = object_new(session, VALUE_RECORD, sizeof(Record));
  record->count = record->capacity = 0;
  record->depth = 1;
  record->style = RECORD_PLAIN;
  record->nature = NULL;
  record->name = NULL;
  record->field = NULL;
  record->summary = NULL;
  return record;
}

static Value *record_slot(const Record *record, const Symbol *name) {
  for (uint32_t i = 0; i < record->count; i++)
    if (record->name[i] == name) return &record->field[i];
  return NULL;
}

const Value *record_get(const Record *record, const Symbol *name) { return record_slot(record, name); }

void value_check_depth(Session *session, uint32_t depth) {
  if (depth > NESTING_LARGEST) fail(session, "tuples and records are nested more than %d deep", NESTING_LARGEST);
}

void record_set(Record *record, const Symbol *name, Value value) {
  if (value_depth(value) >= record->depth) record->depth = value_depth(value) + 1;
  Value *field = record_slot(record, name);
  if (field) {
    Value old = *field;
    *field = value;
    value_release(old);
    return;
  }
  if (record->count == record->capacity) {
    record->capacity = record->capacity ? 2 * record->capacity : 8;
    record->name = memory_resize((void *)record->name, record->capacity * sizeof *record->name);
    record->field = memory_resize(record->field, record->capacity * sizeof *record->field);
  }
  record->name[record->count] = name;
  record->field[record->count++] = value;
}

void record_put(Session *session, Record *record, const char *name, Value value) {
  record_set(record, symbol_intern(&session->symbols, name, strlen(name)), value);
}

Record *record_copy(Session *session, const Record *record) {
  Record *copy = record_new(session);
  for (uint32_t i = 0; i < record->count; i++) record_set(copy, record->name[i], value_keep(record->field[i]));
  return copy;
}

Table *table_new(Session *session, uint32_t rows, uint32_t count) {
  Table *table = object_new(session, VALUE_TABLE, sizeof(Table) + count * sizeof(Column));
  table->rows = rows;
  table->count = count;
  for (uint32_t i = 0; i < count; i++) table->column[i] = (Column){0};
  return table;
}

Function *function_new(Session *session, FunctionKind kind, uint32_t count) {
  Function *function = object_new(session, VALUE_FUNCTION, sizeof(Function) + count * sizeof(Value));
  function->function_kind = (uint8_t)kind;
  function->order = 0;
  function->primitive = NULL;
  function->prototype = NULL;
  function->count = count;
  for (uint32_t i = 0; i < count; i++) function->bound[i] = value_nothing();
  return function;
}
