/* index.c - positions: what A[i, j] reads and A[i, j] = x writes.
 *
 * An index item is first turned into a list of positions; one-position items keep numbers numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/index.h"

#include <math.h>
#include <string.h>

#include "machine/advice.h"
#include "machine/session.h"
#include "values/complex.h"
#include "values/operate.h"
#include "values/table.h"

/* Positions along one dimension, from 0. */
typedef struct Positions {
  size_t count;
  bool single; /* written as a number */
  bool all;    /* written as : */
  double first, step;  /* regular when list is NULL */
  const double *list;  /* 1-based positions */
  uint8_t *mask_owner;
} Positions;

static size_t position_at(const Positions *p, size_t k) {
  return (size_t)((p->list ? p->list[k] : p->first + (double)k * p->step) - 1);
}

static const char *dimension_name(int place, int of) {
  return of == 1 ? "entries" : place == 0 ? "rows" : "columns";
}

/* Counting from 0 or back from the end, as others do. */
static void advise_position(Report *r, double position, size_t limit) {
  if (position == 0) report_advise(r, "1  (the first)");
  if (position == -1) report_advise(r, "end  (the last)");
  if (position < -1 && position >= -(double)limit) report_advise(r, "end - %g", -position - 1);
}

static _Noreturn void fail_position(Session *session, double position, size_t limit, int place, int of) {
  if (position <= 0 && position == floor(position)) {
    Report *r = position == 0 ? failure(session, "positions start at 1, found 0")
                              : failure(session, "position %g does not exist: there are %zu %s", position, limit, dimension_name(place, of));
    failure_argument(session, r, place + 1, "%s", "");
    if (limit > 0) advise_position(r, position, limit);
    raise_failure(session, r);
  }
  if (position != floor(position)) fail_argument(session, place + 1, "a position must be a whole number, found %g", position);
  fail_argument(session, place + 1, "position %g does not exist: there are %zu %s", position, limit, dimension_name(place, of));
}

static void check_position(Session *session, double position, size_t limit, int place, int of) {
  if (!(position >= 1 && position <= (double)limit) || position != floor(position)) fail_position(session, position, limit, place, of);
}

static Positions mask_positions(Session *session, const Array *mask, size_t limit, int place, int of) {
  if (array_count(mask) != limit)
    fail_argument(session, place + 1, "a mask of %zu entries does not fit %zu %s", array_count(mask), limit, dimension_name(place, of));
  double *list = scratch(session, (limit + 1) * sizeof(double));
  size_t count = 0;
  for (size_t i = 0; i < limit; i++)
    if (mask->data[i] != 0) list[count++] = (double)(i + 1);
  return (Positions){.count = count, .list = list};
}

static Positions array_positions(Session *session, const Array *array, size_t limit, int place, int of) {
  if (array->element == ELEMENT_BOOLEAN) return mask_positions(session, array, limit, place, of);
  size_t count = array_count(array);
  for (size_t i = 0; i < count; i++) check_position(session, array->data[i], limit, place, of);
  return (Positions){.count = count, .list = array->data};
}

static Positions positions(Session *session, Value item, size_t limit, int place, int of) {
  switch ((ValueKind)item.kind) {
    case VALUE_NOTHING: return (Positions){.count = limit, .all = true, .first = 1, .step = 1};
    case VALUE_ACTIVE: /* the position steers the trace */
      trace_steer(session, item, GUARD_STEERS);
      /* fall through */
    case VALUE_NUMBER:
      check_position(session, item.number, limit, place, of);
      return (Positions){.count = 1, .single = true, .first = item.number, .step = 1};
    case VALUE_RANGE: {
      const Range *r = (Range *)item.object;
      if (r->count > 0) {
        check_position(session, r->first, limit, place, of);
        check_position(session, r->first + (double)(r->count - 1) * r->step, limit, place, of);
        check_position(session, r->first + r->step * (r->count > 1), limit, place, of);
      }
      return (Positions){.count = r->count, .first = r->first, .step = r->step};
    }
    case VALUE_ARRAY: return array_positions(session, value_as_array(item), limit, place, of);
    default: {
      char text[VALUE_DESCRIPTION];
      fail_argument(session, place + 1, "a position is a number, a range, positions or a mask, found %s", value_describe(item, text));
    }
  }
}

/* ---- reading ---- */

static Value pick(Session *session, const Array *a, const Positions *rows, const Positions *cols) {
  Array *out = array_new(session, rows->count, cols->count, (Element)a->element);
  out->level = a->level;
  for (size_t i = 0; i < rows->count; i++)
    for (size_t j = 0; j < cols->count; j++) {
      size_t from = position_at(rows, i) * a->cols + position_at(cols, j), to = i * cols->count + j;
      out->data[to] = a->data[from];
      if (a->slot) out->slot[to] = a->slot[from];
    }
  return value_array(out);
}

static _Noreturn void fail_one_index(Session *session, const Array *a) {
  char text[64], item[64];
  failure_text(session, 0, text, sizeof text);
  failure_text(session, 1, item, sizeof item);
  Report *r = failure(session, "a matrix has two indices, this is %u×%u", a->rows, a->cols);
  report_advise(r, "%s[%s, :]  (a row)", text, item);
  report_advise(r, "%s[:, %s]  (a column)", text, item);
  report_advise(r, "vec(%s)[%s]  (columns stacked)", text, item);
  raise_failure(session, r);
}

static void check_dimensions(Session *session, const Array *a, uint32_t count) {
  if (count == 1 && a->cols != 1 && a->rows != 1) fail_one_index(session, a);
  if (count > 2) fail(session, "an array has two indices, found %u", count);
}

/* One index on a vector; a 1×n row is indexed along itself. */
static Value index_vector(Session *session, const Array *a, Value item) {
  size_t limit = array_count(a);
  Positions p = positions(session, item, limit, 0, 1);
  if (p.single) return array_entry(a, position_at(&p, 0));
  Positions one = {.count = 1, .first = 1, .step = 1};
  return a->cols == 1 ? pick(session, a, &p, &one) : pick(session, a, &one, &p);
}

static Value index_array(Session *session, const Array *a, const Value *item, uint32_t count) {
  bool mask = count == 1 && item[0].kind == VALUE_ARRAY && value_as_array(item[0])->element == ELEMENT_BOOLEAN;
  if (mask && a->cols != 1 && value_as_array(item[0])->rows == a->rows && value_as_array(item[0])->cols == a->cols) {
    Positions p = mask_positions(session, value_as_array(item[0]), array_count(a), 0, 1);
    Array flat = *a;
    flat.rows = (uint32_t)array_count(a);
    flat.cols = 1;
    Positions one = {.count = 1, .first = 1, .step = 1};
    return pick(session, &flat, &p, &one);
  }
  check_dimensions(session, a, count);
  if (count == 1) return index_vector(session, a, item[0]);
  Positions rows = positions(session, item[0], a->rows, 0, 2), cols = positions(session, item[1], a->cols, 1, 2);
  if (rows.single && cols.single) return array_entry(a, position_at(&rows, 0) * a->cols + position_at(&cols, 0));
  return pick(session, a, &rows, &cols);
}

static Value index_tuple(Session *session, const Tuple *tuple, Value item) {
  Positions p = positions(session, item, tuple->count, 0, 1);
  if (p.single) return value_keep(tuple->item[position_at(&p, 0)]);
  Tuple *out = tuple_new(session, (uint32_t)p.count);
  out->depth = tuple->depth;
  for (size_t k = 0; k < p.count; k++) out->item[k] = value_keep(tuple->item[position_at(&p, k)]);
  return value_tuple(out);
}

static Value index_table(Session *session, const Table *table, Value item) {
  Positions p = positions(session, item, table->rows, 0, 2);
  Table *out = table_new(session, (uint32_t)p.count, table->count);
  for (uint32_t c = 0; c < table->count; c++) {
    const Column *from = &table->column[c];
    Column *to = &out->column[c];
    to->name = from->name;
    to->missing = 0;
    if (from->numbers.kind == VALUE_ARRAY) {
      Positions one = {.count = 1, .first = 1, .step = 1};
      to->numbers = pick(session, value_as_array(from->numbers), &p, &one);
      for (size_t k = 0; k < p.count; k++) to->missing += isnan(value_as_array(to->numbers)->data[k]) ? 1u : 0u;
    } else {
      Value text = index_tuple(session, (Tuple *)from->text.object, p.single ? item : item);
      if (p.single) {
        Tuple *one = tuple_new(session, 1);
        one->item[0] = text;
        text = value_tuple(one);
      }
      to->text = text;
    }
  }
  return value_table(out);
}

typedef struct Items { const Value *item; uint32_t count; } Items;

static Value index_part(Session *session, Value part, const void *context) {
  const Items *items = context;
  return index_array(session, value_as_array(part), items->item, items->count);
}

Value value_index(Session *session, Value container, const Value *item, uint32_t count) {
  bool complex = value_is_complex(container) && complex_is_array(container);
  Scratch *mark = scratch_mark(session);
  Value result = value_nothing();
  switch (complex ? VALUE_COMPLEX : value_is_complex(container) ? VALUE_NUMBER : (ValueKind)container.kind) {
    case VALUE_ARRAY: result = index_array(session, value_as_array(container), item, count); break;
    case VALUE_COMPLEX: result = complex_map(session, container, index_part, &(Items){item, count}); break;
    case VALUE_RANGE: {
      Value whole = value_to_array(session, container);
      result = index_array(session, value_as_array(whole), item, count);
      value_release(whole);
      break;
    }
    case VALUE_TUPLE:
      if (count != 1) fail(session, "a tuple has one index, found %u", count);
      result = index_tuple(session, (Tuple *)container.object, item[0]);
      break;
    case VALUE_TABLE:
      if (count == 1 && item[0].kind == VALUE_STRING) {
        const Symbol *name = symbol_intern(&session->symbols, ((String *)item[0].object)->bytes, ((String *)item[0].object)->length);
        result = value_field(session, container, name);
        break;
      }
      if (count != 1) fail(session, "a table has one index, its rows; a column is written d.name");
      result = index_table(session, (Table *)container.object, item[0]);
      break;
    default: {
      char text[VALUE_DESCRIPTION], name[64];
      Report *r = failure(session, "%s has no positions", value_describe(container, text));
      char position[64];
      if (container.kind == VALUE_FUNCTION)
        report_advise(r, "%s(%s)", failure_text(session, 0, name, sizeof name), failure_text(session, 1, position, sizeof position));
      if (container.kind == VALUE_NUMBER || container.kind == VALUE_ACTIVE) advise_shape(session, r);
      if (container.kind == VALUE_RECORD && item[0].kind == VALUE_STRING)
        report_advise(r, "%s.%s", failure_text(session, 0, name, sizeof name), ((String *)item[0].object)->bytes);
      raise_failure(session, r);
    }
  }
  scratch_release(session, mark);
  return result;
}

/* ---- writing ---- */

static void check_fit(Session *session, const Positions *rows, const Positions *cols, Value value) {
  if (value.kind != VALUE_ARRAY) return;
  const Array *from = value_as_array(value);
  size_t count = rows->count * cols->count;
  bool vector = (from->cols == 1 || from->rows == 1) && (rows->count == 1 || cols->count == 1) && array_count(from) == count;
  if (!vector && (from->rows != rows->count || from->cols != cols->count))
    fail(session, "a %u×%u array does not fit in %zu×%zu positions", from->rows, from->cols, rows->count, cols->count);
}

static void write_positions(Session *session, Array *a, const Positions *rows, const Positions *cols, Value value) {
  const Array *from = value.kind == VALUE_ARRAY ? value_as_array(value) : NULL;
  for (size_t i = 0; i < rows->count; i++)
    for (size_t j = 0; j < cols->count; j++) {
      Value entry = from ? array_entry(from, i * cols->count + j) : value;
      array_set_entry(session, a, position_at(rows, i) * a->cols + position_at(cols, j), entry);
    }
}

static void check_assigned(Session *session, const Array *a, Value value) {
  bool boolean = value.kind == VALUE_BOOLEAN || (value.kind == VALUE_ARRAY && value_as_array(value)->element == ELEMENT_BOOLEAN);
  if (boolean != (a->element == ELEMENT_BOOLEAN))
    fail(session, boolean ? "true and false do not go into an array of numbers" : "a number does not go into an array of true and false");
}

/* Everything that can be wrong is found before the first entry is written. */
static Value assign_array(Session *session, Value container, const Value *item, uint32_t count, Value value) {
  Array *a = value_as_array(container);
  check_dimensions(session, a, count);
  check_assigned(session, a, value);
  Positions rows = {.count = 1, .first = 1, .step = 1}, cols = rows;
  if (count == 2) {
    rows = positions(session, item[0], a->rows, 0, 2);
    cols = positions(session, item[1], a->cols, 1, 2);
  } else if (a->cols == 1) {
    rows = positions(session, item[0], a->rows, 0, 1);
  } else {
    cols = positions(session, item[0], a->cols, 0, 1);
  }
  check_fit(session, &rows, &cols, value);
  if (a->head.references == 1) {
    write_positions(session, a, &rows, &cols, value);
    return container;
  }
  Array *copy = array_copy(session, a);
  write_positions(session, copy, &rows, &cols, value);
  value_release(container);
  return value_array(copy);
}

static Value assign_tuple(Session *session, Value container, Value item, Value value) {
  Tuple *old = (Tuple *)container.object;
  Positions p = positions(session, item, old->count, 0, 1);
  if (!p.single) fail(session, "one entry of a tuple at a time can be assigned");
  value_check_depth(session, value_depth(value) + 1);
  Tuple *copy = tuple_new(session, old->count);
  copy->depth = old->depth > value_depth(value) ? old->depth : value_depth(value) + 1;
  for (uint32_t i = 0; i < copy->count; i++) copy->item[i] = value_keep(i == position_at(&p, 0) ? value : old->item[i]);
  value_release(container);
  return value_tuple(copy);
}

static Value assign_range(Session *session, Value container, const Value *item, uint32_t count, Value value) {
  Value changed = assign_array(session, value_to_array(session, container), item, count, value);
  value_release(container);
  return changed;
}

static bool is_array_like(Value v) {
  return v.kind == VALUE_ARRAY || v.kind == VALUE_RANGE || (value_is_complex(v) && complex_is_array(v));
}

/* Part by part; a real container becomes complex with its first complex entry. */
static Value assign_complex(Session *session, Value container, const Value *item, uint32_t count, Value value) {
  Value to[2], from[2];
  complex_split(session, container, to);
  complex_split(session, value, from);
  for (int p = 0; p < 2; p++) {
    to[p] = value_assign_index(session, to[p], item, count, from[p]);
    value_release(from[p]);
  }
  value_release(container);
  return complex_new(session, to[0], to[1]);
}

Value value_assign_index(Session *session, Value container, const Value *item, uint32_t count, Value value) {
  if (is_array_like(container) && (value_is_complex(container) || value_is_complex(value)))
    return assign_complex(session, container, item, count, value);
  Scratch *mark = scratch_mark(session);
  char text[VALUE_DESCRIPTION];
  bool tuple = container.kind == VALUE_TUPLE && count == 1;
  if (!tuple && container.kind != VALUE_ARRAY && container.kind != VALUE_RANGE)
    fail(session, "%s has no positions to assign to", value_describe(container, text));
  bool fits = value.kind == VALUE_NUMBER || value.kind == VALUE_ACTIVE || value.kind == VALUE_BOOLEAN || value.kind == VALUE_ARRAY || value.kind == VALUE_RANGE;
  if (!tuple && !fits) fail(session, "an array holds numbers, found %s", value_describe(value, text));
  Value whole = value.kind == VALUE_RANGE ? value_to_array(session, value) : value_keep(value);
  Value result = tuple                           ? assign_tuple(session, container, item[0], value)
                 : container.kind == VALUE_RANGE ? assign_range(session, container, item, count, whole)
                                                 : assign_array(session, container, item, count, whole);
  value_release(whole);
  scratch_release(session, mark);
  return result;
}

double value_end(Session *session, Value container, uint32_t place, uint32_t count) {
  if (value_is_complex(container)) container = value_as_complex(container)->real;
  if (container.kind == VALUE_ARRAY) {
    const Array *a = value_as_array(container);
    return count == 1 ? (double)array_count(a) : place == 0 ? a->rows : a->cols;
  }
  if (container.kind == VALUE_TABLE) return ((Table *)container.object)->rows;
  if (container.kind != VALUE_RANGE && container.kind != VALUE_TUPLE) {
    char text[VALUE_DESCRIPTION];
    fail(session, "%s has no positions", value_describe(container, text));
  }
  return (double)value_length_of_loop(session, container);
}

/* ---- fields ---- */

static Value column_value(const Column *column) {
  return value_keep(column->numbers.kind == VALUE_ARRAY ? column->numbers : column->text);
}

static _Noreturn void fail_field(Session *session, const Symbol *name, uint32_t count, const Symbol *(*at)(const void *, uint32_t), const void *of, const char *what) {
  Report *r = failure(session, "there is no %s %s", what, name->name);
  Suggestion s;
  suggestion_start(&s, name->name);
  char list[180] = "";
  for (uint32_t i = 0; i < count; i++) {
    suggestion_offer(&s, at(of, i)->name);
    if (strlen(list) + strlen(at(of, i)->name) + 3 < sizeof list) strcat(strcat(list, i ? ", " : ""), at(of, i)->name);
  }
  report_remark(r, "there are: %s", list);
  char of_what[64];
  if (s.best) report_advise(r, "%s.%s", failure_text(session, 0, of_what, sizeof of_what), s.best);
  raise_failure(session, r);
}

static const Symbol *record_name_at(const void *record, uint32_t i) { return ((const Record *)record)->name[i]; }
static const Symbol *table_name_at(const void *table, uint32_t i) { return ((const Table *)table)->column[i].name; }

/* A.T, v.sum(), A.dot(v): other languages write functions behind a point. $ is the value. */
static const struct {
  const char *field, *advice;
} foreign_fields[] = {
    {"T", "$'"}, {"t", "$'"}, {"transpose", "$'"}, {"shape", "size($)"}, {"len", "length($)"}, {"I", "inv($)"},
    {"append", "[$; 4]"}, {"push", "[$; 4]"}, {"dot", "dot($, w)"},
};

static _Noreturn void fail_fieldless(Session *session, Value container, const Symbol *name) {
  char text[VALUE_DESCRIPTION], what[64];
  Report *r = failure(session, "%s has no fields", value_describe(container, text));
  failure_text(session, 0, what, sizeof what);
  for (size_t i = 0; i < sizeof foreign_fields / sizeof *foreign_fields; i++) {
    const char *advice = foreign_fields[i].advice, *gap = strchr(advice, '$');
    if (strcmp(foreign_fields[i].field, name->name) == 0) report_advise(r, "%.*s%s%s", (int)(gap - advice), advice, what, gap + 1);
  }
  if (r->advice_count == 0 && session_lookup(session, name).kind == VALUE_FUNCTION) report_advise(r, "%s(%s)", name->name, what);
  raise_failure(session, r);
}

Value value_field(Session *session, Value container, const Symbol *name) {
  if (container.kind == VALUE_RECORD) {
    const Record *record = (Record *)container.object;
    const Value *field = record_get(record, name);
    if (!field) fail_field(session, name, record->count, record_name_at, record, "field");
    return value_keep(*field);
  }
  if (container.kind == VALUE_TABLE) {
    const Table *table = (Table *)container.object;
    for (uint32_t i = 0; i < table->count; i++)
      if (table->column[i].name == name) return column_value(&table->column[i]);
    fail_field(session, name, table->count, table_name_at, table, "column");
  }
  fail_fieldless(session, container, name);
}

Value value_assign_field(Session *session, Value container, const Symbol *name, Value value) {
  if (container.kind == VALUE_TABLE) {
    Value changed = table_with_column(session, (const Table *)container.object, name, value);
    value_release(container);
    return changed;
  }
  if (container.kind != VALUE_RECORD) {
    char text[VALUE_DESCRIPTION];
    fail(session, "%s has no fields to assign to", value_describe(container, text));
  }
  value_check_depth(session, value_depth(value) + 1);
  Record *record = (Record *)container.object;
  if (record->head.references > 1) {
    record = record_copy(session, record);
    value_release(container);
  }
  record_set(record, name, value_keep(value));
  return value_record(record);
}

/* ---- going over ---- */

size_t value_length_of_loop(Session *session, Value container) {
  if (value_is_complex(container) && complex_is_array(container)) container = value_as_complex(container)->real;
  switch ((ValueKind)container.kind) {
    case VALUE_RANGE: return ((Range *)container.object)->count;
    case VALUE_TUPLE: return ((Tuple *)container.object)->count;
    case VALUE_ARRAY: {
      const Array *a = value_as_array(container);
      if (a->cols != 1 && a->rows != 1) {
        char text[64];
        failure_text(session, 0, text, sizeof text);
        Report *r = failure(session, "a matrix can be gone over by rows or by columns");
        report_advise(r, "rows(%s)", text);
        report_advise(r, "cols(%s)", text);
        raise_failure(session, r);
      }
      return array_count(a);
    }
    default: {
      fail_walk(session, container, -1);
    }
  }
}

Value value_element(Session *session, Value container, size_t k) {
  switch ((ValueKind)container.kind) {
    case VALUE_RANGE: return value_number(((Range *)container.object)->first + (double)k * ((Range *)container.object)->step);
    case VALUE_TUPLE: return value_keep(((Tuple *)container.object)->item[k]);
    case VALUE_COMPLEX: return complex_entry(session, container, k);
    default: return array_entry(value_as_array(container), k);
  }
}
