/* expressions.c - code for expressions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "machine/compiler.h"

/* Where the temporaries stood when an expression began: its result goes there. */
typedef struct Mark { uint32_t number, value; } Mark;

static Mark mark(const Compiler *c) { return (Mark){c->number_top, c->value_top}; }
static void reset(Compiler *c, Mark m) {
  c->number_top = m.number;
  c->value_top = m.value;
}

static Operand number_result(Compiler *c, Mark m, Type type) {
  reset(c, m);
  return (Operand){type, number_temporary(c), true};
}

static Operand value_result(Compiler *c, Mark m, Type type) {
  reset(c, m);
  return (Operand){type, value_temporary(c), true};
}

/* ---- names ---- */

static Operand check_defined(Compiler *c, Variable *v, const Node *node) {
  if (!v->defined && !c->dead) {
    if (!v->checked) v->checked = c->changed = true;
    c->node = node;
    emit(c, type_is_number(v->type) ? CODE_NUM_CHECK : CODE_DEFINED, v->reg, 0, 0);
    emit_wide(c, v->name->id);
    c->last_result = UINT32_MAX;
  }
  return (Operand){v->type == TYPE_NONE ? TYPE_ANY : v->type, v->reg, false};
}

static Operand unknown_name(Compiler *c, const Node *node, const Symbol *name) {
  c->node = node;
  uint16_t reg = value_temporary(c);
  emit(c, CODE_UNKNOWN, reg, 0, 0);
  emit_wide(c, name->id);
  c->last_result = UINT32_MAX;
  return (Operand){TYPE_ANY, reg, true};
}

/* A global is loaded once, before anything else: it cannot change while the function runs. The pass that
 * first meets it asks for another, which loads it. */
static Operand read_global(Compiler *c, const Symbol *name, Type type) {
  if (type == TYPE_BOOLEAN) type = TYPE_ANY;
  for (uint32_t i = 0; i < c->global_count; i++)
    if (c->global[i].name == name) return (Operand){c->global[i].type, c->global[i].reg, false};
  memory_grow(c->global, c->global_count, c->global_capacity);
  c->global[c->global_count++] = (Global){name, type, 0};
  c->changed = true;
  return (Operand){type, 0, false};
}

static Operand literal_operand(Compiler *c, Value owned) {
  uint16_t reg = value_temporary(c);
  emit(c, CODE_LITERAL, reg, literal(c, owned), 0);
  return (Operand){TYPE_ANY, reg, true};
}

Operand read_name(Compiler *c, const Node *node, const Symbol *name) {
  for (uint32_t i = c->bound_count; i-- > 0;)
    if (c->bound[i].name == name) return c->bound[i].operand;
  Variable *v = find_variable(c, name);
  if (v) return check_defined(c, v, node);
  for (uint32_t i = 0; i < c->prototype->capture_count; i++)
    if (c->capture[i].name == name) return (Operand){c->capture[i].type, c->capture[i].reg, false};
  Binding *binding = session_binding(c->session, name);
  if (user_type(c, binding) != TYPE_NONE) return read_global(c, name, binding->assumed);
  if (binding->builtin.kind == VALUE_NUMBER) return constant(c, binding->builtin.number);
  if (binding->builtin.kind != VALUE_NOTHING) return literal_operand(c, value_keep(binding->builtin));
  return unknown_name(c, node, name);
}

/* ---- arithmetic ---- */

static Operand number_arithmetic(Compiler *c, Mark m, Operator op, Operand a, Operand b, const Node *right) {
  Opcode code = CODE_NUM_ADD;
  switch (op) {
    case OP_ADD: case OP_DOT_ADD: code = CODE_NUM_ADD; break;
    case OP_SUBTRACT: case OP_DOT_SUBTRACT: code = CODE_NUM_SUBTRACT; break;
    case OP_MULTIPLY: case OP_DOT_MULTIPLY: code = CODE_NUM_MULTIPLY; break;
    case OP_DIVIDE: case OP_DOT_DIVIDE: code = CODE_NUM_DIVIDE; break;
    case OP_SOLVE: case OP_DOT_SOLVE: {
      Operand swap = a;
      a = b;
      b = swap;
      code = CODE_NUM_DIVIDE;
      break;
    }
    default:
      if (right && right->kind == NODE_NUMBER && right->number == 2) {
        code = CODE_NUM_MULTIPLY;
        b = a;
      } else {
        code = CODE_NUM_POWER;
      }
  }
  Operand result = number_result(c, m, TYPE_NUMBER);
  emit(c, code, result.reg, a.reg, b.reg);
  return result;
}

/* What a op b is for boxed operands whose types are known to be numbers or real arrays. */
static Type arithmetic_type(Operator op, Type a, Type b) {
  bool array = a == TYPE_ARRAY || b == TYPE_ARRAY;
  bool known = (a == TYPE_ARRAY || a == TYPE_NUMBER) && (b == TYPE_ARRAY || b == TYPE_NUMBER);
  if (!known || !array) return TYPE_ANY;
  switch (op) {
    case OP_MULTIPLY: return a == TYPE_ARRAY && b == TYPE_ARRAY ? TYPE_ANY : TYPE_ARRAY; /* 1×1 products are numbers */
    case OP_SOLVE: return TYPE_ANY;
    default: return TYPE_ARRAY;
  }
}

static Operand arithmetic(Compiler *c, Mark m, Operator op, Operand a, Operand b, const Node *right, const Node *origin) {
  c->node = origin;
  if (a.type == TYPE_NUMBER && b.type == TYPE_NUMBER) return number_arithmetic(c, m, op, a, b, right);
  Type type = arithmetic_type(op, a.type, b.type);
  Operand x = boxed(c, a), y = boxed(c, b);
  Operand result = value_result(c, m, type);
  emit(c, CODE_OPERATE, result.reg, x.reg, y.reg);
  emit_extra(c, op, 0, 0);
  return result;
}

static Operand binary(Compiler *c, const Node *n, Operator op) {
  Mark m = mark(c);
  Operand a = compile_expression(c, n->child[0]);
  Operand b = compile_expression(c, n->child[1]);
  return arithmetic(c, m, op, a, b, n->child[1], n);
}

static Operand implicit(Compiler *c, const Node *n) {
  if (!n->op) return binary(c, n, OP_MULTIPLY);
  Mark m = mark(c);
  Operand a = compile_expression(c, n->child[0]);
  if (type_is_number(a.type) || a.type == TYPE_ARRAY) {
    Operand b = compile_expression(c, n->child[1]);
    return arithmetic(c, m, OP_MULTIPLY, a, b, n->child[1], n);
  }
  Operand b = boxed(c, compile_expression(c, n->child[1]));
  before_call(c);
  c->node = n;
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_IMPLICIT, result.reg, a.reg, b.reg);
  return result;
}

static Operand negate(Compiler *c, const Node *n) {
  Mark m = mark(c);
  if (n->child[0]->kind == NODE_NUMBER) return constant(c, -n->child[0]->number);
  Operand a = compile_expression(c, n->child[0]);
  c->node = n;
  if (a.type == TYPE_NUMBER) {
    Operand result = number_result(c, m, TYPE_NUMBER);
    emit(c, CODE_NUM_NEGATE, result.reg, a.reg, 0);
    return result;
  }
  Operand x = boxed(c, a);
  Operand result = value_result(c, m, a.type == TYPE_ARRAY ? TYPE_ARRAY : TYPE_ANY);
  emit(c, CODE_NEGATE, result.reg, x.reg, 0);
  return result;
}

/* ---- truth ---- */

static Operand truth(Compiler *c, Operand x, const Node *node) {
  if (x.type == TYPE_BOOLEAN) return x;
  c->node = node;
  Operand v = boxed(c, x);
  uint16_t reg = number_temporary(c);
  emit(c, CODE_TRUTH, reg, v.reg, 0);
  return (Operand){TYPE_BOOLEAN, reg, true};
}

static bool is_dotted(Operator op) { return op >= OP_DOT_EQUAL && op <= OP_DOT_GREATER_EQUAL; }

/* One link a op b of a chain. */
static Operand compare_link(Compiler *c, Operator op, Operand a, Operand b, const Node *n) {
  c->node = n;
  if (is_dotted(op)) {
    Operand x = boxed(c, a), y = boxed(c, b);
    uint16_t reg = value_temporary(c);
    emit(c, CODE_COMPARE_EACH, reg, x.reg, y.reg);
    emit_extra(c, op, 0, 0);
    return (Operand){TYPE_ANY, reg, true};
  }
  uint16_t reg;
  if (a.type == TYPE_NUMBER && b.type == TYPE_NUMBER && op != OP_IN) {
    reg = number_temporary(c);
    emit(c, CODE_NUM_COMPARE, reg, a.reg, b.reg);
  } else {
    Operand x = boxed(c, a), y = boxed(c, b);
    reg = number_temporary(c);
    emit(c, CODE_COMPARE, reg, x.reg, y.reg);
  }
  emit_extra(c, op, 0, 0);
  return (Operand){TYPE_BOOLEAN, reg, true};
}

/* a < b <= c: every operand is evaluated once, the chain stops at the first false link. */
static Operand compare(Compiler *c, const Node *n) {
  Mark m = mark(c);
  if (n->count == 2) {
    Operand a = compile_expression(c, n->child[0]), b = compile_expression(c, n->child[1]);
    Operand link = compare_link(c, (Operator)n->operators[0], a, b, n);
    Operand result = type_is_number(link.type) ? number_result(c, m, TYPE_BOOLEAN) : value_result(c, m, TYPE_ANY);
    if (result.reg != link.reg) store(c, result.reg, result.type, link);
    return result;
  }
  Operand result = {TYPE_BOOLEAN, number_temporary(c), true};
  uint32_t jumps = NO_JUMP;
  Operand left = compile_expression(c, n->child[0]);
  for (uint32_t i = 1; i < n->count; i++) {
    if (is_dotted((Operator)n->operators[i - 1])) compile_fail(c, n, "dotted comparisons cannot be chained: join them with .*");
    Operand right = compile_expression(c, n->child[i]);
    Operand link = compare_link(c, (Operator)n->operators[i - 1], left, right, n);
    emit(c, CODE_NUM_MOVE, result.reg, link.reg, 0);
    if (i + 1 < n->count) jump_join(c, &jumps, emit_jump(c, CODE_JUMP_UNLESS, result.reg, 0));
    left = right;
  }
  patch_all(c, jumps);
  c->number_top = m.number + 1;
  c->value_top = m.value;
  return result;
}

/* and, or: the right side only when it matters. */
static Operand logic(Compiler *c, const Node *n, Opcode skip) {
  Mark m = mark(c);
  Operand result = {TYPE_BOOLEAN, number_temporary(c), true};
  Operand a = truth(c, compile_expression(c, n->child[0]), n->child[0]);
  emit(c, CODE_NUM_MOVE, result.reg, a.reg, 0);
  uint32_t jump = emit_jump(c, skip, result.reg, 0);
  Operand b = truth(c, compile_expression(c, n->child[1]), n->child[1]);
  emit(c, CODE_NUM_MOVE, result.reg, b.reg, 0);
  patch_jump(c, jump);
  c->number_top = m.number + 1;
  c->value_top = m.value;
  return result;
}

static Operand logic_not(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand a = truth(c, compile_expression(c, n->child[0]), n->child[0]);
  Operand result = number_result(c, m, TYPE_BOOLEAN);
  emit(c, CODE_NUM_NOT, result.reg, a.reg, 0);
  return result;
}

static bool fused_compare(Compiler *c, const Node *n, uint32_t *jump) {
  if (n->kind != NODE_COMPARE || n->count != 2) return false;
  Operator op = (Operator)n->operators[0];
  static const uint8_t fused[OPERATOR_COUNT] = {
      [OP_LESS] = CODE_JUMP_UNLESS_LESS, [OP_LESS_EQUAL] = CODE_JUMP_UNLESS_LESS_EQUAL,
      [OP_GREATER] = CODE_JUMP_UNLESS_LESS, [OP_GREATER_EQUAL] = CODE_JUMP_UNLESS_LESS_EQUAL,
      [OP_EQUAL] = CODE_JUMP_UNLESS_EQUAL, [OP_UNEQUAL] = CODE_JUMP_UNLESS_UNEQUAL};
  if (!fused[op]) return false;
  Mark m = mark(c);
  Operand a = compile_expression(c, n->child[0]), b = compile_expression(c, n->child[1]);
  c->node = n;
  if (a.type == TYPE_NUMBER && b.type == TYPE_NUMBER) {
    bool swap = op == OP_GREATER || op == OP_GREATER_EQUAL;
    *jump = emit_jump(c, (Opcode)fused[op], swap ? b.reg : a.reg, swap ? a.reg : b.reg);
  } else {
    Operand link = compare_link(c, op, a, b, n);
    *jump = emit_jump(c, CODE_JUMP_UNLESS, link.reg, 0);
  }
  reset(c, m);
  return true;
}

/* Emits jumps, to be patched by the caller, that are taken when the condition is false. */
void compile_condition(Compiler *c, const Node *n, uint32_t *chain) {
  uint32_t jump;
  if (n->kind == NODE_AND) {
    compile_condition(c, n->child[0], chain);
    compile_condition(c, n->child[1], chain);
    return;
  }
  if (!fused_compare(c, n, &jump)) {
    Mark m = mark(c);
    Operand x = truth(c, compile_expression(c, n), n);
    jump = emit_jump(c, CODE_JUMP_UNLESS, x.reg, 0);
    reset(c, m);
  }
  jump_join(c, chain, jump);
}

/* ---- branches ---- */

/* The register a branching node leaves its value in, by the type of the pass before. */
static Operand branch_register(Compiler *c, const Node *n) {
  Type type = *memory_of(c, n);
  bool number = type_is_number(type);
  return (Operand){type, number ? number_temporary(c) : value_temporary(c), true};
}

static void branch_value(Compiler *c, const Node *n, Operand *result, const Node *value) {
  Mark m = mark(c);
  Operand x = compile_expression(c, value);
  Type type = widen(c, memory_of(c, n), x.type);
  bool first = result->type == TYPE_NONE;
  if (first) {
    c->changed = true; /* now the type is known: emit again with the right register */
  } else if (type_is_number(result->type) ? x.type == result->type : true) {
    store(c, result->reg, type_is_number(result->type) ? result->type : TYPE_ANY, x);
  }
  (void)type;
  reset(c, m);
}

static Operand if_expression(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand result = branch_register(c, n);
  Mark inside = mark(c);
  uint32_t jumps = NO_JUMP;
  compile_condition(c, n->child[0], &jumps);
  branch_value(c, n, &result, n->child[1]);
  uint32_t end = emit_jump(c, CODE_JUMP, 0, 0);
  patch_all(c, jumps);
  branch_value(c, n, &result, n->child[2]);
  patch_jump(c, end);
  reset(c, inside);
  (void)m;
  if (result.type == TYPE_NONE) result.type = *memory_of(c, n);
  return result;
}

static Operand piecewise(Compiler *c, const Node *n) {
  Operand result = branch_register(c, n);
  Mark inside = mark(c);
  uint32_t ends = NO_JUMP;
  bool otherwise = false;
  for (uint32_t i = 0; i < n->count; i++) {
    const Node *arm = n->child[i];
    uint32_t jumps = NO_JUMP;
    if (arm->child[1]) compile_condition(c, arm->child[1], &jumps);
    else otherwise = true;
    branch_value(c, n, &result, arm->child[0]);
    jump_join(c, &ends, emit_jump(c, CODE_JUMP, 0, 0));
    patch_all(c, jumps);
  }
  if (!otherwise) { /* no arm holds: the function has no value there */
    Operand none = constant(c, (double)__builtin_nan(""));
    widen(c, memory_of(c, n), TYPE_NUMBER);
    if (result.type != TYPE_NONE) store(c, result.reg, type_is_number(result.type) ? result.type : TYPE_ANY, none);
  }
  patch_all(c, ends);
  reset(c, inside);
  if (result.type == TYPE_NONE) result.type = *memory_of(c, n);
  return result;
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

static Operand array_literal(Compiler *c, const Node *n) {
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

static Operand range(Compiler *c, const Node *n) {
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

static Operand tuple(Compiler *c, const Node *n) {
  Mark m = mark(c);
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < n->count; i++) compile_boxed(c, n->child[i]);
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_TUPLE, result.reg, first, n->count);
  return result;
}

static Operand string(Compiler *c, const Node *n) {
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

static Operand end_position(Compiler *c, const Node *n) {
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

static Operand index_(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand container = boxed(c, compile_expression(c, n->child[0]));
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

static Operand field(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand x = boxed(c, compile_expression(c, n->child[0]));
  c->node = n;
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_FIELD, result.reg, x.reg, 0);
  emit_wide(c, n->symbol->id);
  return result;
}

static Operand postfix(Compiler *c, const Node *n, Opcode op) {
  Mark m = mark(c);
  Operand a = compile_expression(c, n->child[0]);
  c->node = n;
  Operand x = boxed(c, a);
  Operand result = value_result(c, m, a.type == TYPE_ARRAY ? TYPE_ARRAY : TYPE_ANY);
  emit(c, op, result.reg, x.reg, 0);
  return result;
}

static Operand root(Compiler *c, const Node *n) {
  const Node *argument[] = {n->child[0]};
  return compile_primitive(c, n, "sqrt", argument, 1);
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
Operand compile_scope(Compiler *c, const Node *n) {
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

static Operand formula(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand scope = compile_scope(c, n);
  Operand result = value_result(c, m, TYPE_ANY);
  emit(c, CODE_FORMULA, result.reg, scope.reg, node_reference(c, n));
  return result;
}

/* ---- all expressions ---- */

Operand compile_expression(Compiler *c, const Node *n) {
  const Node *outer = c->node;
  c->node = n;
  const Node *one[] = {n->count ? n->child[0] : NULL};
  Operand result = {0};
  switch (n->kind) {
    case NODE_NUMBER: result = constant(c, n->number); break;
    case NODE_BOOLEAN: result = constant(c, n->number); result.type = TYPE_BOOLEAN; break;
    case NODE_NAME: result = read_name(c, n, n->symbol); break;
    case NODE_STRING: result = string(c, n); break;
    case NODE_BINARY: result = binary(c, n, (Operator)n->op); break;
    case NODE_IMPLICIT: result = implicit(c, n); break;
    case NODE_NEGATE: result = negate(c, n); break;
    case NODE_PLUS: result = compile_expression(c, n->child[0]); break;
    case NODE_COMPARE: result = compare(c, n); break;
    case NODE_AND: result = logic(c, n, CODE_JUMP_UNLESS); break;
    case NODE_OR: result = logic(c, n, CODE_JUMP_IF); break;
    case NODE_NOT: result = logic_not(c, n); break;
    case NODE_IF: result = if_expression(c, n); break;
    case NODE_PIECEWISE: result = piecewise(c, n); break;
    case NODE_ARRAY: result = array_literal(c, n); break;
    case NODE_RANGE: result = range(c, n); break;
    case NODE_TUPLE: result = tuple(c, n); break;
    case NODE_INDEX: result = index_(c, n); break;
    case NODE_FIELD: result = field(c, n); break;
    case NODE_END: result = end_position(c, n); break;
    case NODE_PRIME: result = postfix(c, n, CODE_PRIME); break;
    case NODE_TRANSPOSE: result = postfix(c, n, CODE_TRANSPOSE); break;
    case NODE_INVERSE: result = compile_primitive(c, n, "inv", one, 1); break;
    case NODE_FACTORIAL: result = compile_primitive(c, n, "factorial", one, 1); break;
    case NODE_NORM: result = compile_primitive(c, n, "norm", one, 1); break;
    case NODE_NABLA: result = compile_primitive(c, n, n->number == 2 ? "hessian" : "gradient", one, 1); break;
    case NODE_ROOT: result = root(c, n); break;
    case NODE_COMPREHENSION: result = compile_comprehension(c, n); break;
    case NODE_LAMBDA: result = compile_closure(c, n); break;
    case NODE_TILDE: result = formula(c, n); break;
    case NODE_CALL:
    case NODE_CALL_EACH:
    case NODE_PIPE: result = compile_call(c, n); break;
    case NODE_CLAUSE: result = compile_clause(c, n); break;
    case NODE_IMAGINARY: compile_fail(c, n, "complex numbers are not supported in this version");
    case NODE_GENERATED: compile_fail(c, n, "a generator stands alone in sum, prod, max, min, mean, any, all or [ ]");
    case NODE_COLON: compile_fail(c, n, ": alone stands only inside [ ]");
    case NODE_DOT: compile_fail(c, n, ". stands for the other columns only after ~ in a formula");
    default: compile_fail(c, n, "a %s has no value", node_kind_name[n->kind]);
  }
  c->node = outer;
  return result;
}

Operand compile_used(Compiler *c, const Node *n) {
  Operand x = compile_expression(c, n);
  bool call = n->kind == NODE_CALL || n->kind == NODE_PIPE || n->kind == NODE_IMPLICIT;
  if (!call || x.type != TYPE_ANY) return x;
  const Node *outer = c->node;
  c->node = n;
  emit(c, CODE_PRESENT, x.reg, 0, 0);
  c->last_result = UINT32_MAX;
  c->node = outer;
  return x;
}

Operand compile_boxed(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand x = compile_expression(c, n);
  if (x.temporary && !type_is_number(x.type) && x.reg == m.value) {
    c->number_top = m.number;
    c->value_top = m.value + 1;
    return x;
  }
  reset(c, m);
  uint16_t reg = value_temporary(c);
  store(c, reg, TYPE_ANY, x);
  return (Operand){type_is_number(x.type) ? TYPE_ANY : x.type, reg, true};
}
