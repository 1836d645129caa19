/* containers.c - code that makes arrays, ranges, tuples, strings and formulas, and reads parts of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "machine/compiler.h"

Operand literal_operand(Compiler *c, Value owned) {
  uint16_t reg = value_temporary(c);
  emit(c, CODE_LITERAL, reg, literal(c, owned), 0);
  return (Operand){TYPE_ANY, reg, true};
}

/* ---- arrays, tuples, ranges ---- */

static Operand vector_of_numbers(Compiler *c, const Node *row) {
  Mark m = mark(c);
  uint16_t first = 0;
  for (uint32_t i = 0; i < row->count; i++) {
    Operand x = in_temporary(c, compile_expression(c, row->child[i]), TYPE_NUMBER);
    if (i == 0) first = x.reg;
  }
  Operand result = value_result(c, m, TYPE_ARRAY);
  emit(c, CODE_VECTOR, result.reg, first, row->count);
  return result;
}

/* Only literals and arithmetic on names known to be numbers: tried without emitting. */
static bool surely_number(Compiler *c, const Node *n) {
  switch (n->kind) {
    case NODE_NUMBER: return true;
    case NODE_NAME: {
      for (uint32_t i = c->bound_count; i-- > 0;)
        if (c->bound[i].name == n->symbol) return c->bound[i].operand.type == TYPE_NUMBER;
      Variable *v = find_variable(c, n->symbol);
      if (v) return v->type == TYPE_NUMBER;
      for (uint32_t i = 0; i < c->prototype->capture_count; i++)
        if (c->capture[i].name == n->symbol) return c->capture[i].type == TYPE_NUMBER;
      Binding *b = session_binding(c->session, n->symbol);
      Type type = user_type(c, b);
      return type == TYPE_NUMBER || (type == TYPE_NONE && b->builtin.kind == VALUE_NUMBER);
    }
    case NODE_NEGATE: return surely_number(c, n->child[0]);
    case NODE_BINARY:
    case NODE_IMPLICIT: return surely_number(c, n->child[0]) && surely_number(c, n->child[1]) && !(n->kind == NODE_IMPLICIT && n->op);
    default: return false;
  }
}

Operand compile_array(Compiler *c, const Node *n) {
  Mark m = mark(c);
  if (n->count == 1 && n->child[0]->count > 0) {
    bool numbers = true;
    for (uint32_t i = 0; i < n->child[0]->count && numbers; i++) numbers = surely_number(c, n->child[0]->child[i]);
    if (numbers) return vector_of_numbers(c, n->child[0]);
  }
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < n->count; i++)
    for (uint32_t j = 0; j < n->child[i]->count; j++) compile_boxed(c, n->child[i]->child[j]);
  c->node = n;
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_BLOCKS, result.reg, first, node_reference(c, n));
  return result;
}

Operand compile_range(Compiler *c, const Node *n) {
  Mark m = mark(c);
  const Node *part[3] = {n->child[0], n->child[2], n->child[1]};
  uint16_t first = 0;
  for (int i = 0; i < 3; i++) {
    Mark inner = mark(c);
    Operand x = part[i] ? as_number(c, compile_expression(c, part[i])) : constant(c, 1);
    c->value_top = inner.value;
    if (!(x.temporary && x.reg == inner.number)) {
      c->number_top = inner.number;
      uint16_t reg = number_temporary(c);
      emit(c, CODE_NUM_MOVE, reg, x.reg, 0);
      x.reg = reg;
    }
    c->number_top = inner.number + 1;
    if (i == 0) first = x.reg;
  }
  c->node = n;
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_RANGE, result.reg, first, 0);
  return result;
}

Operand compile_tuple(Compiler *c, const Node *n) {
  Mark m = mark(c);
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < n->count; i++) compile_boxed(c, n->child[i]);
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_TUPLE, result.reg, first, n->count);
  return result;
}

Operand compile_string(Compiler *c, const Node *n) {
  Mark m = mark(c);
  if (n->count == 1 && n->child[0]->kind == NODE_TEXT)
    return literal_operand(c, value_string(string_new(c->session, n->child[0]->text, n->child[0]->length)));
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < n->count; i++) {
    const Node *part = n->child[i];
    if (part->kind == NODE_TEXT) {
      literal_operand(c, value_string(string_new(c->session, part->text, part->length)));
      continue;
    }
    Operand x = compile_boxed(c, part->child[0]);
    c->node = part;
    emit(c, CODE_FORMAT, x.reg, x.reg, node_reference(c, part));
  }
  c->node = n;
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_CONCAT, result.reg, first, n->count);
  return result;
}

/* ---- positions and fields ---- */

Operand compile_end(Compiler *c, const Node *n) {
  if (!c->in_index) compile_fail(c, n, "end stands for the last position only inside [ ]");
  Operand container = boxed(c, c->end_of);
  c->node = n;
  uint16_t reg = number_temporary(c);
  emit(c, CODE_END, reg, container.reg, 0);
  emit_extra(c, c->end_place, c->end_count, 0);
  return (Operand){TYPE_NUMBER, reg, true};
}

static Operand index_item(Compiler *c, const Node *item, Operand container, uint32_t place, uint32_t count) {
  Operand outer = c->end_of;
  uint32_t outer_place = c->end_place, outer_count = c->end_count;
  bool inside = c->in_index;
  c->end_of = container;
  c->end_place = place;
  c->end_count = count;
  c->in_index = true;
  Operand x = compile_expression(c, item);
  c->end_of = outer;
  c->end_place = outer_place;
  c->end_count = outer_count;
  c->in_index = inside;
  return x;
}

/* Items side by side in value registers; a colon is nothing. Returns the first. */
uint16_t compile_items(Compiler *c, const Node *n, Operand container) {
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 1; i < n->count; i++) {
    if (n->child[i]->kind == NODE_COLON) {
      emit(c, CODE_CLEAR, value_temporary(c), 0, 0);
      continue;
    }
    Mark m = mark(c);
    Operand x = index_item(c, n->child[i], container, i - 1, n->count - 1);
    if (!(x.temporary && !type_is_number(x.type) && x.reg == m.value)) {
      c->value_top = m.value;
      uint16_t reg = value_temporary(c);
      store(c, reg, TYPE_ANY, x);
    }
    c->number_top = m.number;
    c->value_top = m.value + 1;
  }
  return first;
}

/* Number items of an index with one or two positions, side by side; false when some is no number. */
static bool number_items(Compiler *c, const Node *n, Operand container, uint16_t *first) {
  if (container.type != TYPE_ARRAY || n->count < 2 || n->count > 3) return false;
  for (uint32_t i = 1; i < n->count; i++) {
    const Node *item = n->child[i];
    if (item->kind == NODE_COLON || item->kind == NODE_RANGE) return false;
  }
  uint32_t before = c->code->count;
  Mark m = mark(c);
  for (uint32_t i = 1; i < n->count; i++) {
    Operand x = index_item(c, n->child[i], container, i - 1, n->count - 1);
    if (x.type != TYPE_NUMBER) { /* undo what was emitted */
      c->code->count = before;
      c->last_result = UINT32_MAX;
      reset(c, m);
      return false;
    }
    if (n->count == 3) x = in_temporary(c, x, TYPE_NUMBER);
    if (i == 1) *first = x.reg;
  }
  return true;
}

Operand compile_index(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand container = boxed(c, compile_used(c, n->child[0]));
  uint16_t first;
  if (number_items(c, n, container, &first)) {
    c->node = n;
    Operand result = number_result(c, m, TYPE_NUMBER);
    emit(c, n->count == 2 ? CODE_INDEX_NUMBER : CODE_INDEX_NUMBER2, result.reg, container.reg, first);
    return result;
  }
  bool slices = false; /* an array indexed by anything but numbers stays an array */
  first = compile_items(c, n, container);
  for (uint32_t i = 1; i < n->count; i++) slices = slices || n->child[i]->kind == NODE_COLON || n->child[i]->kind == NODE_RANGE;
  c->node = n;
  Operand result = value_result(c, m, slices && container.type == TYPE_ARRAY ? TYPE_ARRAY : TYPE_ANY);
  emit(c, CODE_INDEX, result.reg, container.reg, first);
  emit_extra(c, n->count - 1, 0, 0);
  return result;
}

Operand compile_field(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand x = boxed(c, compile_used(c, n->child[0]));
  c->node = n;
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_FIELD, result.reg, x.reg, 0);
  emit_wide(c, n->symbol->id);
  return result;
}

/* ---- formulas ---- */

static void formula_names(const Node *n, const Symbol **name, uint32_t *count, uint32_t limit) {
  if (!n) return;
  if (n->kind == NODE_NAME) {
    for (uint32_t i = 0; i < *count; i++)
      if (name[i] == n->symbol) return;
    if (*count < limit) name[(*count)++] = n->symbol;
    return;
  }
  for (uint32_t i = 0; i < n->count; i++) formula_names(n->child[i], name, count, limit);
}

static bool is_local_name(Compiler *c, const Symbol *name) {
  for (uint32_t i = 0; i < c->bound_count; i++)
    if (c->bound[i].name == name) return true;
  for (uint32_t i = 0; i < c->prototype->capture_count; i++)
    if (c->capture[i].name == name) return true;
  Variable *v = find_variable(c, name);
  return v && v->defined && !c->prototype->is_unit;
}

/* A record of the locals a formula mentions: column names win over them, so it goes along. */
static Operand compile_scope(Compiler *c, const Node *n) {
  Mark m = mark(c);
  const Symbol *name[64];
  uint32_t count = 0, kept = 0;
  formula_names(n, name, &count, 64);
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < count; i++) {
    if (!is_local_name(c, name[i])) continue;
    literal_operand(c, value_string(string_new(c->session, name[i]->key, strlen(name[i]->key))));
    in_temporary(c, read_name(c, n, name[i]), TYPE_ANY);
    kept++;
  }
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_SCOPE, result.reg, first, kept);
  return result;
}

Operand compile_formula(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand scope = compile_scope(c, n);
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_FORMULA, result.reg, scope.reg, node_reference(c, n));
  return result;
}
