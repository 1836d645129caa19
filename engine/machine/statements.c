/* statements.c - code for statements, bodies and units.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "machine/compiler.h"

Variable *find_variable(Compiler *c, const Symbol *name) {
  for (uint32_t i = 0; i < c->variable_count; i++)
    if (c->variable[i].name == name) return &c->variable[i];
  return NULL;
}

static void free_temporaries(Compiler *c, uint32_t number, uint32_t value) {
  c->number_top = number;
  c->value_top = value;
}

static void compile_statement(Compiler *c, const Node *n, bool last);
static void compile_block(Compiler *c, const Node *block, bool is_body);

/* ---- what is defined where ---- */

static bool *defined_now(const Compiler *c) {
  bool *now = scratch(c->session, c->variable_count + 1);
  for (uint32_t i = 0; i < c->variable_count; i++) now[i] = c->variable[i].defined;
  return now;
}

static void set_defined(Compiler *c, const bool *to) {
  for (uint32_t i = 0; i < c->variable_count; i++) c->variable[i].defined = to[i];
}

/* After two branches: what both define. A branch that never arrives does not count. */
static void join_defined(Compiler *c, const bool *first, bool first_dead) {
  for (uint32_t i = 0; i < c->variable_count; i++) {
    bool second = c->dead || c->variable[i].defined;
    c->variable[i].defined = first_dead ? second : first[i] && second;
  }
}

/* ---- assignment ---- */

/* Session variables are exported as values, so a boolean there is boxed. */
static void assign_variable(Compiler *c, const Symbol *name, Operand x) {
  Variable *v = find_variable(c, name);
  Type type = c->prototype->is_unit && x.type == TYPE_BOOLEAN ? TYPE_ANY : x.type;
  widen(c, &v->type, type);
  bool fits = !type_is_number(v->type) || type_is_number(x.type);
  if (fits) store(c, v->reg, v->type, x); /* else another pass will find the wider register */
  v->defined = true;
}

/* Assigns a value to target, which may be a chain a.b[i].c: the parts are read on the way in and written
 * back on the way out. */
static void assign_part(Compiler *c, const Node *target, Operand value);

/* v[i] = x on a real array in a variable: in place. */
static bool assign_number(Compiler *c, const Node *target, Operand value) {
  if (target->child[0]->kind != NODE_NAME || value.type != TYPE_NUMBER) return false;
  Variable *v = find_variable(c, target->child[0]->symbol);
  if (!v || v->type != TYPE_ARRAY || !v->defined || target->count > 3) return false;
  uint32_t before = c->code->count, number = c->number_top, values = c->value_top;
  uint16_t first = 0;
  Operand container = {TYPE_ARRAY, v->reg, false};
  for (uint32_t i = 1; i < target->count; i++) {
    bool plain = target->child[i]->kind != NODE_COLON && target->child[i]->kind != NODE_RANGE;
    Operand outer = c->end_of;
    uint32_t place = c->end_place, count = c->end_count;
    bool inside = c->in_index;
    c->end_of = container;
    c->end_place = i - 1;
    c->end_count = target->count - 1;
    c->in_index = true;
    Operand x = plain ? compile_expression(c, target->child[i]) : (Operand){TYPE_ANY, 0, false};
    c->end_of = outer;
    c->end_place = place;
    c->end_count = count;
    c->in_index = inside;
    if (x.type != TYPE_NUMBER) {
      c->code->count = before;
      c->last_result = UINT32_MAX;
      free_temporaries(c, number, values);
      return false;
    }
    if (target->count == 3) x = in_temporary(c, x, TYPE_NUMBER);
    if (i == 1) first = x.reg;
  }
  c->node = target;
  emit(c, target->count == 2 ? CODE_ASSIGN_NUMBER : CODE_ASSIGN_NUMBER2, v->reg, value.reg, first);
  c->last_result = UINT32_MAX;
  return true;
}

/* What a target's container holds may change kind with an entry that is not a plain number. */
static void assign_into_variable(Compiler *c, Variable *v, Type entry) {
  if (v->type != TYPE_ARRAY || (entry != TYPE_NUMBER && entry != TYPE_ARRAY)) widen(c, &v->type, TYPE_ANY);
}

/* The container of a target: the variable's own register, changed in place, or a part that is written
 * back into its own container afterwards. */
static Operand target_container(Compiler *c, const Node *inner, Type entry) {
  if (inner->kind != NODE_NAME) return compile_boxed(c, inner);
  Variable *v = find_variable(c, inner->symbol);
  Operand x = read_name(c, inner, inner->symbol);
  if (type_is_number(x.type)) return boxed(c, x);
  assign_into_variable(c, v, entry);
  return (Operand){TYPE_ANY, x.reg, false};
}

static void assign_part(Compiler *c, const Node *target, Operand value) {
  if (target->kind == NODE_NAME) {
    assign_variable(c, target->symbol, value);
    return;
  }
  if (target->kind == NODE_INDEX && assign_number(c, target, value)) return;
  uint32_t number = c->number_top, values = c->value_top;
  Operand boxed_value = boxed(c, value), container = target_container(c, target->child[0], value.type);
  if (target->kind == NODE_INDEX) {
    uint16_t first = compile_items(c, target, container);
    c->node = target;
    emit(c, CODE_ASSIGN_INDEX, container.reg, boxed_value.reg, first);
    emit_extra(c, target->count - 1, 0, 0);
  } else {
    c->node = target;
    emit(c, CODE_ASSIGN_FIELD, container.reg, boxed_value.reg, 0);
    emit_wide(c, target->symbol->id);
  }
  c->last_result = UINT32_MAX;
  if (container.temporary) assign_part(c, target->child[0], container);
  free_temporaries(c, number, values);
}

static void assign_several(Compiler *c, const Node *n, const Node *targets) {
  uint16_t first = (uint16_t)c->value_top;
  if (n->count == 2) {
    /* a, b = f(x): one value with as many parts */
    const Node *value = n->child[1];
    Operand x = compile_boxed(c, value);
    Instruction *made = c->code->count >= 1 && value->kind == NODE_CALL ? &c->code->instruction[c->code->count - 1] : NULL;
    if (made && made->op == CODE_CALL_PRIMITIVE && made->a == x.reg) c->code->site[made->c].wanted = targets->count;
    c->node = n;
    emit(c, CODE_SIZE_CHECK, x.reg, 0, targets->count);
    c->value_top = x.reg + 1u;
    first = (uint16_t)c->value_top;
    for (uint32_t i = 0; i < targets->count; i++) value_temporary(c);
    emit(c, CODE_UNPACK, x.reg, first, targets->count);
    c->last_result = UINT32_MAX;
  } else {
    for (uint32_t i = 1; i < n->count; i++) compile_boxed(c, n->child[i]);
  }
  for (uint32_t i = 0; i < targets->count; i++)
    assign_part(c, targets->child[i], (Operand){TYPE_ANY, (uint16_t)(first + i), true});
}

static void compile_assign(Compiler *c, const Node *n) {
  const Node *targets = n->child[0];
  if (targets->count == 1) assign_part(c, targets->child[0], compile_used(c, n->child[1]));
  else assign_several(c, n, targets);
}

static void compile_update(Compiler *c, const Node *n) {
  const Node *target = n->child[0];
  Node *binary = node_new(c->prototype->tree, NODE_BINARY, n->span, 2);
  binary->op = n->op;
  binary->child[0] = n->child[0];
  binary->child[1] = n->child[1];
  assign_part(c, target, compile_expression(c, binary));
}

/* ---- loops and branches ---- */

static void loop_jump(Compiler *c, const Node *n, bool leave) {
  if (!c->loop) compile_fail(c, n, "%s stands only inside for or while", leave ? "break" : "continue");
  uint32_t jump = emit_jump(c, CODE_JUMP, 0, 0);
  jump_join(c, leave ? &c->loop->exits : &c->loop->nexts, jump);
  c->dead = true;
}

static void for_body(Compiler *c, void *context) {
  const Node *block = context;
  compile_block(c, block, false);
  c->dead = false;
}

static void loop_done(Compiler *c, Loop *loop) {
  patch_all(c, loop->exits);
  c->loop = loop->outer;
  c->dead = false;
}

static void compile_for_statement(Compiler *c, const Node *n) {
  Loop loop = {c->loop, NO_JUMP, NO_JUMP};
  c->loop = &loop;
  compile_for(c, n->child[0], for_body, n->child[1], false);
  loop_done(c, &loop);
}

static void compile_while(Compiler *c, const Node *n) {
  Loop loop = {c->loop, NO_JUMP, NO_JUMP};
  c->loop = &loop;
  uint32_t top = here(c);
  uint32_t jumps = NO_JUMP;
  compile_condition(c, n->child[0], &jumps);
  bool *before = defined_now(c);
  compile_block(c, n->child[1], false);
  set_defined(c, before);
  c->dead = false;
  patch_all(c, loop.nexts);
  c->node = n;
  emit_jump_to(c, CODE_JUMP_BACK, 0, 0, top);
  patch_all(c, jumps);
  loop_done(c, &loop);
}

static void compile_if_block(Compiler *c, const Node *n, bool is_body) {
  uint32_t jumps = NO_JUMP;
  compile_condition(c, n->child[0], &jumps);
  bool *before = defined_now(c);
  compile_block(c, n->child[1], is_body);
  bool *first = defined_now(c), first_dead = c->dead;
  uint32_t end = emit_jump(c, CODE_JUMP, 0, 0);
  patch_all(c, jumps);
  set_defined(c, before);
  c->dead = false;
  if (n->child[2]) {
    if (n->child[2]->kind == NODE_IF_BLOCK) compile_if_block(c, n->child[2], is_body);
    else compile_block(c, n->child[2], is_body);
  } else if (is_body) {
    emit(c, CODE_RETURN_NOTHING, 0, 0, 0);
    widen(c, &c->code->result, TYPE_ANY);
    c->dead = true;
  }
  patch_jump(c, end);
  join_defined(c, first, first_dead);
  c->dead = first_dead && c->dead;
}

/* ---- returning ---- */

static void return_operand(Compiler *c, Operand x) {
  Type result = x.type;
  widen(c, &c->code->result, result);
  /* A caller compiled for a number must not get a box: every return agrees with the joined type. */
  if (c->code->result != x.type && type_is_number(x.type)) x = boxed(c, x);
  if (x.type == TYPE_NUMBER) emit(c, CODE_RETURN_NUMBER, x.reg, 0, 0);
  else if (x.type == TYPE_BOOLEAN) emit(c, CODE_RETURN_BOOLEAN, x.reg, 0, 0);
  else emit(c, CODE_RETURN, x.reg, 0, 0);
  c->dead = true;
}

static void return_nothing(Compiler *c) {
  widen(c, &c->code->result, TYPE_ANY);
  emit(c, CODE_RETURN_NOTHING, 0, 0, 0);
  c->dead = true;
}

static void return_value(Compiler *c, const Node *value) {
  uint32_t number = c->number_top, values = c->value_top;
  Operand x = compile_expression(c, value);
  c->node = value;
  return_operand(c, x);
  free_temporaries(c, number, values);
}

/* ---- statements ---- */

static bool may_be_nothing(const Node *n) { return n->kind == NODE_CALL || n->kind == NODE_PIPE || n->kind == NODE_IMPLICIT; }

/* A bare value in the middle of a body: only a call that gives nothing (print) makes sense there. */
static void discard_value(Compiler *c, const Node *n) {
  if (!may_be_nothing(n)) {
    Report *r = compile_failure(c, n, "this value goes nowhere");
    const char *text = c->prototype->tree->source->text;
    report_advise(r, "print(%.*s)", (int)(n->span.end - n->span.start), text + n->span.start);
    raise_failure(c->session, r);
  }
  Operand x = compile_expression(c, n);
  c->node = n;
  emit(c, CODE_DISCARD, boxed(c, x).reg, 0, 0);
  c->last_result = UINT32_MAX;
}

/* v(i) = … where v holds an array is a position in the wrong brackets. */
static void check_definition(Compiler *c, const Node *n) {
  const Variable *v = find_variable(c, n->symbol);
  bool array = v && v->defined && v->type == TYPE_ARRAY;
  if (c->prototype->is_unit) array = array || session_lookup(c->session, n->symbol).kind == VALUE_ARRAY;
  if (!array) return;
  const char *name = n->symbol->name, *text = c->prototype->tree->source->text;
  const Node *body = n->child[n->count - 1];
  Span head = {n->span.start, body->span.start};
  const char *open = memchr(text + head.start, '(', head.end - head.start);
  const char *close = open ? memchr(open, ')', (size_t)(text + head.end - open)) : NULL;
  Report *r = compile_failure(c, n, "%s holds an array, and this would make it a function", name);
  if (open && close) report_advise(r, "%s[%.*s] = %.*s", name, (int)(close - open - 1), open + 1,
                                   (int)(body->span.end - body->span.start), text + body->span.start);
  report_advise(r, "clear %s  (to use the name for a function)", name);
  raise_failure(c->session, r);
}

static void compile_statement(Compiler *c, const Node *n, bool last) {
  uint32_t number = c->number_top, value = c->value_top;
  const Node *outer = c->node;
  c->node = n;
  switch (n->kind) {
    case NODE_DEFINE: {
      check_definition(c, n);
      Operand f = compile_closure(c, n);
      assign_variable(c, n->symbol, f);
      break;
    }
    case NODE_ASSIGN: compile_assign(c, n); break;
    case NODE_UPDATE: compile_update(c, n); break;
    case NODE_FOR: compile_for_statement(c, n); break;
    case NODE_WHILE: compile_while(c, n); break;
    case NODE_IF_BLOCK: compile_if_block(c, n, last); break;
    case NODE_RETURN:
      if (c->prototype->is_unit) compile_fail(c, n, "return stands only inside a function");
      if (n->child[0]) return_value(c, n->child[0]);
      else return_nothing(c);
      break;
    case NODE_CLEAR: compile_fail(c, n, "clear stands by itself, not inside a block");
    case NODE_BREAK: loop_jump(c, n, true); break;
    case NODE_CONTINUE: loop_jump(c, n, false); break;
    case NODE_BLOCK: compile_block(c, n, last); break;
    default:
      if (last) return_value(c, n);
      else discard_value(c, n);
  }
  c->node = outer;
  free_temporaries(c, number, value);
}

static void compile_block(Compiler *c, const Node *block, bool is_body) {
  for (uint32_t i = 0; i < block->count; i++) {
    bool last = is_body && i + 1 == block->count;
    compile_statement(c, block->child[i], last);
  }
  if (is_body && !c->dead) return_nothing(c);
}

void compile_body(Compiler *c, const Node *body) {
  if (body->kind == NODE_DO) body = body->child[0];
  if (body->kind == NODE_BLOCK) {
    compile_block(c, body, true);
    return;
  }
  compile_statement(c, body, !c->prototype->is_unit || body->kind != NODE_IF_BLOCK);
  if (!c->dead) return_nothing(c);
}
