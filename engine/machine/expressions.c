/* expressions.c - code for names, arithmetic and, by kind of node, everything with a value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "machine/compiler.h"
#include "values/complex.h"

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

/* ---- all expressions ---- */

/* 2i, also where the session has a variable i: then it says so. (A script that binds i is refused.) */
static Operand imaginary(Compiler *c, const Node *n) {
  const Symbol *i = symbol_intern(&c->session->symbols, "i", 1);
  if (session_lookup(c->session, i).kind != VALUE_NOTHING)
    note(c->session, "%.*s is an imaginary number; the product with the variable i is %g*i", (int)n->length, n->text, n->number);
  return literal_operand(c, complex_number(c->session, 0, n->number));
}

Operand compile_expression(Compiler *c, const Node *n) {
  const Node *outer = c->node;
  c->node = n;
  const Node *one[] = {n->count ? n->child[0] : NULL};
  Operand result = {0};
  switch (n->kind) {
    case NODE_NUMBER: result = constant(c, n->number); break;
    case NODE_BOOLEAN: result = constant(c, n->number); result.type = TYPE_BOOLEAN; break;
    case NODE_NAME: result = read_name(c, n, n->symbol); break;
    case NODE_STRING: result = compile_string(c, n); break;
    case NODE_BINARY: result = binary(c, n, (Operator)n->op); break;
    case NODE_IMPLICIT: result = implicit(c, n); break;
    case NODE_NEGATE: result = negate(c, n); break;
    case NODE_PLUS: result = compile_expression(c, n->child[0]); break;
    case NODE_COMPARE: result = compile_compare(c, n); break;
    case NODE_AND: result = compile_logic(c, n); break;
    case NODE_OR: result = compile_logic(c, n); break;
    case NODE_NOT: result = compile_logic(c, n); break;
    case NODE_IF: result = compile_if(c, n); break;
    case NODE_PIECEWISE: result = compile_piecewise(c, n); break;
    case NODE_ARRAY: result = compile_array(c, n); break;
    case NODE_RANGE: result = compile_range(c, n); break;
    case NODE_TUPLE: result = compile_tuple(c, n); break;
    case NODE_INDEX: result = compile_index(c, n); break;
    case NODE_FIELD: result = compile_field(c, n); break;
    case NODE_END: result = compile_end(c, n); break;
    case NODE_PRIME: result = postfix(c, n, CODE_PRIME); break;
    case NODE_TRANSPOSE: result = postfix(c, n, CODE_TRANSPOSE); break;
    case NODE_INVERSE: result = compile_primitive(c, n, "inv", one, 1); break;
    case NODE_FACTORIAL: result = compile_primitive(c, n, "factorial", one, 1); break;
    case NODE_NORM: result = compile_primitive(c, n, "norm", one, 1); break;
    case NODE_NABLA: result = compile_primitive(c, n, n->number == 2 ? "hessian" : "gradient", one, 1); break;
    case NODE_ROOT: result = root(c, n); break;
    case NODE_COMPREHENSION: result = compile_comprehension(c, n); break;
    case NODE_LAMBDA: result = compile_closure(c, n); break;
    case NODE_TILDE: result = compile_formula(c, n); break;
    case NODE_CALL:
    case NODE_CALL_EACH:
    case NODE_PIPE: result = compile_call(c, n); break;
    case NODE_CLAUSE: result = compile_clause(c, n); break;
    case NODE_IMAGINARY: result = imaginary(c, n); break;
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
