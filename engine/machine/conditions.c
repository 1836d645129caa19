/* conditions.c - code for comparisons, truth values and the expressions that branch on them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/compiler.h"

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

/* a .< v .<= b: the mask of what every link takes. */
static Operand dotted_chain(Compiler *c, const Node *n) {
  Mark m = mark(c);
  Operand result = {TYPE_ANY, value_temporary(c), true};
  Operand left = compile_expression(c, n->child[0]);
  for (uint32_t i = 1; i < n->count; i++) {
    Operator op = (Operator)n->operators[i - 1];
    if (!is_dotted(op)) compile_fail(c, n, "a chain of comparisons has a dot in every sign or in none");
    Operand right = compile_expression(c, n->child[i]);
    Operand link = compare_link(c, op, left, right, n);
    if (i == 1) {
      store(c, result.reg, TYPE_ANY, link);
    } else {
      emit(c, CODE_OPERATE, result.reg, result.reg, link.reg);
      emit_extra(c, OP_DOT_MULTIPLY, 0, 0);
    }
    left = right;
  }
  c->number_top = m.number;
  c->value_top = m.value + 1;
  c->last_result = UINT32_MAX;
  return result;
}

/* a < b <= c: every operand is evaluated once, the chain stops at the first false link. */
Operand compile_compare(Compiler *c, const Node *n) {
  Mark m = mark(c);
  if (n->count == 2) {
    Operand a = compile_expression(c, n->child[0]), b = compile_expression(c, n->child[1]);
    Operand link = compare_link(c, (Operator)n->operators[0], a, b, n);
    Operand result = type_is_number(link.type) ? number_result(c, m, TYPE_BOOLEAN) : value_result(c, m, TYPE_ANY);
    if (result.reg != link.reg) store(c, result.reg, result.type, link);
    return result;
  }
  if (is_dotted((Operator)n->operators[0])) return dotted_chain(c, n);
  Operand result = {TYPE_BOOLEAN, number_temporary(c), true};
  uint32_t jumps = NO_JUMP;
  Operand left = compile_expression(c, n->child[0]);
  for (uint32_t i = 1; i < n->count; i++) {
    if (is_dotted((Operator)n->operators[i - 1])) compile_fail(c, n, "a chain of comparisons has a dot in every sign or in none");
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
static Operand connective(Compiler *c, const Node *n, Opcode skip) {
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

static Operand negation(Compiler *c, const Node *n) {
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

Operand compile_logic(Compiler *c, const Node *n) {
  if (n->kind == NODE_NOT) return negation(c, n);
  return connective(c, n, n->kind == NODE_AND ? CODE_JUMP_UNLESS : CODE_JUMP_IF);
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

Operand compile_if(Compiler *c, const Node *n) {
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

Operand compile_piecewise(Compiler *c, const Node *n) {
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
    c->node = n;
    emit(c, CODE_NO_CASE, 0, 0, 0);
    Operand none = constant(c, (double)__builtin_nan(""));
    widen(c, memory_of(c, n), TYPE_NUMBER);
    if (result.type != TYPE_NONE) store(c, result.reg, type_is_number(result.type) ? result.type : TYPE_ANY, none);
  }
  patch_all(c, ends);
  reset(c, inside);
  if (result.type == TYPE_NONE) result.type = *memory_of(c, n);
  return result;
}
