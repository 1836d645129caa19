/* positions.c - what is known of entries, and positions and fields that do not exist.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "check/check.h"
#include "values/index.h"

enum { ITEMS_MOST = 8 };

/* A colon is held as UNSET, which no value is. */
static const Known colon = {.kind = KNOWN_UNSET};

typedef struct Entry {
  Value container, value;
  Value item[ITEMS_MOST];
  uint32_t count;
  const Symbol *field;
} Entry;

static Value read_place(Session *s, const void *context) {
  const Entry *p = context;
  return value_index(s, p->container, p->item, p->count);
}

static Value write_place(Session *s, const void *context) {
  const Entry *p = context;
  return value_assign_index(s, value_keep(p->container), p->item, p->count, p->value);
}

static Value read_field(Session *s, const void *context) {
  const Entry *p = context;
  return value_field(s, p->container, p->field);
}

static Value write_field(Session *s, const void *context) {
  const Entry *p = context;
  return value_assign_field(s, value_keep(p->container), p->field, p->value);
}

/* ---- reading ---- */

/* Items known to the last number go as they are; any other cannot be wrong as far as is known, like
 * a colon. True when there was none of those. */
static bool entry_items(const Known *item, uint32_t count, Entry *place) {
  bool exact = true;
  place->count = count;
  for (uint32_t i = 0; i < count; i++) {
    bool known = item[i].kind == KNOWN_EXACT;
    place->item[i] = known ? item[i].value : value_nothing();
    exact = exact && (known || item[i].kind == KNOWN_UNSET);
  }
  return exact;
}

static Known entry_of(Known array) {
  return array.boolean ? (Known){.kind = KNOWN_BOOLEAN} : known_number();
}

static int64_t count_of(Known item, int64_t along) {
  int64_t rows, cols;
  if (item.kind == KNOWN_UNSET) return along;
  if (known_is_number(item)) return 1;
  if (!known_is_array(item, &rows, &cols) || rows < 0 || cols < 0 || item.boolean)
    return SIZE_UNKNOWN;
  return rows * cols;
}

static bool any_unknown(const Known *item, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (item[i].kind == KNOWN_NOT) return true;
  return false;
}

/* The shape of what is picked, by the items' own sizes. */
static Known picked(Known array, const Known *item, uint32_t count) {
  bool numbers = true;
  if (any_unknown(item, count) || count > 2) return known_not();
  for (uint32_t i = 0; i < count; i++) numbers = numbers && known_is_number(item[i]);
  if (numbers) return entry_of(array);
  Known out = array;
  if (count == 2) {
    out.rows = count_of(item[0], array.rows);
    out.cols = count_of(item[1], array.cols);
    return out;
  }
  int64_t all = array.cols == 1 ? array.rows : array.cols;
  if (array.cols == 1) out.rows = count_of(item[0], all);
  else if (array.rows == 1) out.cols = count_of(item[0], all);
  else return known_not();
  return out;
}

static bool may_be_mask(Known item) {
  if (item.kind == KNOWN_EXACT)
    return item.value.kind == VALUE_ARRAY && value_as_array(item.value)->element == ELEMENT_BOOLEAN;
  return item.kind == KNOWN_NOT || (item.kind == KNOWN_ARRAY && item.boolean);
}

static Known index_array(Check *c, const Node *n, Known container, const Known *item,
                         uint32_t count) {
  Entry place = {0};
  Value result;
  Known array = known_forget(&c->arena, container);
  bool exact = entry_items(item, count, &place);
  bool matrix = array.rows >= 0 && array.cols >= 0 && array.rows != 1 && array.cols != 1;
  if (count == 1 && matrix && may_be_mask(item[0])) return known_not();
  if (count == 1 && matrix) place.item[0] = value_number(1); /* one position, whichever */
  if (!known_witness(c->session, container, &place.container)) return picked(array, item, count);
  if (!check_try(c, n, read_place, &place, &result)) return known_not();
  if (exact && container.kind == KNOWN_EXACT) return known_exact(&c->arena, result);
  return exact ? known_shape(&c->arena, result) : picked(array, item, count);
}

static Known index_tuple(Check *c, const Node *n, Known tuple, Known item) {
  Entry place = {.count = 1, .item = {item.value}};
  Value none;
  if (item.kind != KNOWN_EXACT) {
    Known all = tuple.count && known_is_number(item) ? tuple.item[0] : known_not();
    for (uint32_t i = 1; i < tuple.count; i++) all = known_join(&c->arena, all, tuple.item[i]);
    return all;
  }
  double k = item.value.kind == VALUE_NUMBER ? item.value.number : 0;
  if (k >= 1 && k <= tuple.count && k == floor(k)) return tuple.item[(uint32_t)k - 1];
  if (known_witness(c->session, tuple, &place.container))
    check_try(c, n, read_place, &place, &none);
  return known_not();
}

Known check_items(Check *c, const Node *n, Known container, Known *item) {
  Body *b = c->body;
  for (uint32_t i = 1; i < n->count; i++) {
    Known outer = b->container, value;
    uint32_t place = b->end_place, count = b->end_count;
    b->container = container;
    b->end_place = i - 1;
    b->end_count = n->count - 1;
    value = n->child[i]->kind == NODE_COLON ? colon : check_expression(c, n->child[i]);
    b->container = outer;
    b->end_place = place;
    b->end_count = count;
    if (i <= ITEMS_MOST) item[i - 1] = value;
  }
  return container;
}

Known check_index(Check *c, const Node *n) {
  int64_t rows, cols;
  Known item[ITEMS_MOST];
  Known container = check_expression(c, n->child[0]);
  uint32_t count = n->count - 1;
  check_items(c, n, container, item);
  if (count == 0 || count > ITEMS_MOST) return known_not();
  if (known_is_array(container, &rows, &cols)) return index_array(c, n, container, item, count);
  if (container.kind == KNOWN_TUPLE && count == 1) return index_tuple(c, n, container, item[0]);
  if (any_unknown(item, count)) return known_not(); /* it may have been wrong itself */
  Entry place = {0};
  Value none;
  entry_items(item, count, &place);
  if (known_witness(c->session, container, &place.container))
    check_try(c, n, read_place, &place, &none);
  return known_not();
}

typedef struct End {
  Value container;
  uint32_t place, count;
} End;

static Value last_position(Session *s, const void *context) {
  const End *end = context;
  return value_number(value_end(s, end->container, end->place, end->count));
}

Known check_end(Check *c, const Node *n) {
  const Body *b = c->body;
  int64_t rows, cols;
  End end = {.place = b->end_place, .count = b->end_count};
  Value last;
  if (b->container.kind != KNOWN_ARRAY) {
    if (!known_witness(c->session, b->container, &end.container)) return known_number();
    return check_try(c, n, last_position, &end, &last) ? known_exact(&c->arena, last) : known_not();
  }
  known_is_array(b->container, &rows, &cols);
  if (b->end_count == 1)
    return rows < 0 || cols < 0 ? known_number()
                                : known_exact(&c->arena, value_number((double)(rows * cols)));
  int64_t size = b->end_place == 0 ? rows : cols;
  return size < 0 ? known_number() : known_exact(&c->arena, value_number((double)size));
}

Known check_field(Check *c, const Node *n, Known record) {
  Entry place = {.field = n->symbol};
  Value none;
  for (uint32_t i = 0; record.kind == KNOWN_RECORD && i < record.count; i++)
    if (record.name[i] == n->symbol) return record.item[i];
  if (known_witness(c->session, record, &place.container))
    check_try(c, n, read_field, &place, &none);
  return known_not();
}

/* ---- writing ---- */

static Known assign_entries(Check *c, const Node *target, Known container, const Known *item,
                            uint32_t count, Known value) {
  Entry place = {0};
  Value result;
  bool exact = entry_items(item, count, &place);
  Known array = known_forget(&c->arena, container);
  if (!exact) { /* the positions alone */
    index_array(c, target, container, item, count);
    return array;
  }
  if (!known_witness(c->session, container, &place.container) ||
      !known_witness(c->session, value, &place.value))
    return array;
  if (!check_try(c, target, write_place, &place, &result)) return array;
  return container.kind == KNOWN_EXACT && value.kind == KNOWN_EXACT ? known_exact(&c->arena, result)
                                                                    : array;
}

static Known assign_item(Check *c, Known tuple, Known item, Known value) {
  double k = item.kind == KNOWN_EXACT && item.value.kind == VALUE_NUMBER ? item.value.number : 0;
  if (!(k >= 1 && k <= tuple.count && k == floor(k))) return known_not();
  Known *copy = arena_new(&c->arena, tuple.count * sizeof *copy);
  for (uint32_t i = 0; i < tuple.count; i++) copy[i] = i + 1 == (uint32_t)k ? value : tuple.item[i];
  tuple.item = copy;
  return tuple;
}

static Known assign_field(Check *c, const Node *target, Known record, Known value) {
  Entry place = {.field = target->symbol, .value = value_number(0)};
  Value none;
  if (record.kind != KNOWN_RECORD) {
    if (known_witness(c->session, record, &place.container))
      check_try(c, target, write_field, &place, &none);
    return known_not();
  }
  Known *item = arena_new(&c->arena, (record.count + 1) * sizeof *item);
  const Symbol **name = arena_new(&c->arena, (record.count + 1) * sizeof *name);
  uint32_t at = record.count;
  for (uint32_t i = 0; i < record.count; i++) {
    item[i] = record.item[i];
    name[i] = record.name[i];
    if (name[i] == target->symbol) at = i;
  }
  item[at] = value;
  name[at] = target->symbol;
  if (at == record.count) record.count++;
  record.item = item;
  record.name = name;
  return record;
}

Known check_assigned(Check *c, const Node *target, Known container, Known value) {
  int64_t rows, cols;
  Known item[ITEMS_MOST];
  if (target->kind == NODE_FIELD) return assign_field(c, target, container, value);
  uint32_t count = target->count - 1;
  check_items(c, target, container, item);
  if (count == 0 || count > ITEMS_MOST) return known_not();
  if (known_is_array(container, &rows, &cols))
    return assign_entries(c, target, container, item, count, value);
  if (container.kind == KNOWN_TUPLE && count == 1) return assign_item(c, container, item[0], value);
  if (any_unknown(item, count)) return known_not(); /* it may have been wrong itself */
  Entry place = {.value = value_number(0)};
  Value none;
  entry_items(item, count, &place);
  if (known_witness(c->session, container, &place.container))
    check_try(c, target, write_place, &place, &none);
  return known_not();
}
