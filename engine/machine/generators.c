/* generators.c - code for loops over things: for, comprehensions, sums.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "machine/compiler.h"

/* ---- one loop ---- */

static void bind_name(Compiler *c, const Node *name, Operand x) {
  if (c->bound_count == 64) compile_fail(c, name, "generators are nested too deeply");
  c->bound[c->bound_count++] = (Bound){name->symbol, x};
}

/* Gives the loop's name its value: a variable of the function, or a name of its own. */
static void bind_item(Compiler *c, const Node *name, Operand item, bool own_scope) {
  if (own_scope) {
    bind_name(c, name, item);
    return;
  }
  Variable *v = find_variable(c, name->symbol);
  Type type = c->prototype->is_unit && item.type == TYPE_BOOLEAN ? TYPE_ANY : item.type;
  widen(c, &v->type, type);
  item.temporary = false; /* the loop still needs its own copy */
  if (!type_is_number(v->type) || type_is_number(item.type)) store(c, v->reg, v->type, item);
  v->defined = true;
}

static void patch_loop_nexts(Compiler *c) {
  if (!c->loop) return;
  patch_all(c, c->loop->nexts);
  c->loop->nexts = NO_JUMP;
}

static bool *save_defined(const Compiler *c) {
  bool *saved = scratch(c->session, c->variable_count + 1);
  for (uint32_t i = 0; i < c->variable_count; i++) saved[i] = c->variable[i].defined;
  return saved;
}

static void restore_defined(Compiler *c, bool *saved) {
  for (uint32_t i = 0; i < c->variable_count; i++) c->variable[i].defined = saved[i];
}

/* Over first:step:last, counting turns. */
static void for_range(Compiler *c, const Node *bind, LoopBody body, void *context, bool own_scope) {
  const Node *range = bind->child[bind->count - 1];
  if (bind->count > 2) compile_fail(c, bind, "a range gives one number at a time, not %u", bind->count - 1);
  const Node *part[3] = {range->child[0], range->child[2], range->child[1]};
  uint16_t base = (uint16_t)c->number_top;
  for (int i = 0; i < 4; i++) number_temporary(c);
  for (int i = 0; i < 3; i++) {
    uint32_t number = c->number_top, value = c->value_top;
    Operand x = part[i] ? as_number(c, compile_expression(c, part[i])) : constant(c, 1);
    store(c, (uint16_t)(base + i), TYPE_NUMBER, x);
    c->number_top = number;
    c->value_top = value;
  }
  Operand item = {TYPE_NUMBER, number_temporary(c), false};
  Variable *v = own_scope ? NULL : find_variable(c, bind->child[0]->symbol);
  bool direct = v && v->type == TYPE_NUMBER;
  if (direct) item.reg = v->reg;
  c->node = range;
  uint32_t empty = emit_jump(c, CODE_FOR_RANGE, base, item.reg);
  uint32_t top = here(c);
  if (direct) v->defined = true;
  else bind_item(c, bind->child[0], item, own_scope);
  body(c, context);
  if (!own_scope) patch_loop_nexts(c);
  here(c);
  emit_jump_to(c, CODE_FOR_NEXT, base, item.reg, top);
  patch_jump(c, empty);
}

/* x, t in zip(…): the element is a tuple whose entries get the names. */
static void bind_several(Compiler *c, const Node *bind, Operand item, bool own_scope) {
  uint32_t count = bind->count - 1;
  emit(c, CODE_SIZE_CHECK, item.reg, 0, count);
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < count; i++) value_temporary(c);
  emit(c, CODE_UNPACK, item.reg, first, count);
  c->last_result = UINT32_MAX;
  for (uint32_t i = 0; i < count; i++)
    bind_item(c, bind->child[i], (Operand){TYPE_ANY, (uint16_t)(first + i), false}, own_scope);
}

static void for_each(Compiler *c, const Node *bind, LoopBody body, void *context, bool own_scope) {
  const Node *source = bind->child[bind->count - 1];
  Operand over = compile_boxed(c, source);
  uint16_t turn = number_temporary(c);
  number_temporary(c);
  bool numbers = over.type == TYPE_ARRAY && bind->count == 2;
  Operand item = {numbers ? TYPE_NUMBER : TYPE_ANY, numbers ? number_temporary(c) : value_temporary(c), false};
  c->node = source;
  emit(c, CODE_FOR_EACH, turn, over.reg, 0);
  uint32_t top = here(c);
  uint32_t end = emit(c, numbers ? CODE_FOR_NUMBER : CODE_FOR_VALUE, turn, over.reg, item.reg);
  emit_wide(c, 0);
  c->last_result = UINT32_MAX;
  if (bind->count > 2) bind_several(c, bind, item, own_scope);
  else bind_item(c, bind->child[0], item, own_scope);
  body(c, context);
  if (!own_scope) patch_loop_nexts(c);
  emit_jump_to(c, CODE_JUMP_BACK, 0, 0, top);
  patch_jump(c, end);
}

/* Temporaries of the loop are free again afterwards; names it may not have given a value are as before. */
void compile_for(Compiler *c, const Node *bind, LoopBody body, void *context, bool own_scope) {
  uint32_t number = c->number_top, value = c->value_top, bound = c->bound_count;
  bool *saved = save_defined(c);
  if (bind->child[bind->count - 1]->kind == NODE_RANGE) for_range(c, bind, body, context, own_scope);
  else for_each(c, bind, body, context, own_scope);
  restore_defined(c, saved);
  c->number_top = number;
  c->value_top = value;
  c->bound_count = bound;
}

/* ---- generators: nested loops with a filter ---- */

typedef struct Generated {
  const Node *node; /* COMPREHENSION or GENERATED */
  uint32_t depth;   /* loops entered so far */
  void (*item)(Compiler *c, struct Generated *g); /* code for one item */
  void (*row)(Compiler *c, struct Generated *g);  /* after an inner loop; may be NULL */
  Operand result;   /* builder or accumulator */
  Operand count;    /* mean: items so far */
  Scalar op;
  bool any;         /* any against all */
} Generated;

static void generated_body(Compiler *c, void *context) {
  Generated *g = context;
  const Node *generator = g->node->child[1];
  uint32_t loops = generator->count - 1;
  uint32_t number = c->number_top, value = c->value_top;
  if (g->depth < loops) {
    const Node *bind = generator->child[g->depth++];
    compile_for(c, bind, generated_body, g, true);
    g->depth--;
    if (g->row && g->depth == 1) g->row(c, g);
    return;
  }
  uint32_t jumps = NO_JUMP;
  if (generator->child[loops]) compile_condition(c, generator->child[loops], &jumps);
  g->item(c, g);
  patch_all(c, jumps);
  c->number_top = number;
  c->value_top = value;
}

/* ---- comprehensions ---- */

static void push_item(Compiler *c, Generated *g) {
  Operand x = compile_expression(c, g->node->child[0]);
  widen(c, memory_of(c, g->node), x.type);
  c->node = g->node;
  if (x.type == TYPE_NUMBER) {
    emit(c, CODE_PUSH_NUMBER, g->result.reg, x.reg, 0);
  } else {
    Operand v = in_temporary(c, x, TYPE_ANY);
    emit(c, CODE_PUSH, g->result.reg, v.reg, 0);
  }
  c->last_result = UINT32_MAX;
}

static void end_row(Compiler *c, Generated *g) { emit(c, CODE_ROW_DONE, g->result.reg, 0, 0); }

Operand compile_comprehension(Compiler *c, const Node *n) {
  uint32_t number = c->number_top, value = c->value_top;
  const Node *generator = n->child[1];
  uint32_t loops = generator->count - 1;
  if (loops > 2) compile_fail(c, generator, "a comprehension has one or two names, found %u", loops);
  if (loops == 2 && generator->child[2]) compile_fail(c, generator->child[2], "a filter goes with one name only: a matrix has no holes");
  Generated g = {.node = n, .item = push_item, .row = loops == 2 ? end_row : NULL};
  g.result = (Operand){TYPE_ANY, value_temporary(c), true};
  emit(c, CODE_BUILDER, g.result.reg, 0, 0);
  generated_body(c, &g);
  c->node = n;
  c->number_top = number;
  c->value_top = value;
  uint16_t reg = value_temporary(c);
  emit(c, CODE_FINISH, reg, g.result.reg, 0);
  c->last_result = UINT32_MAX;
  return (Operand){*memory_of(c, n) == TYPE_NUMBER ? TYPE_ARRAY : TYPE_ANY, reg, true};
}

/* ---- reductions ---- */

static void accumulate(Compiler *c, Generated *g) {
  Operand x = compile_expression(c, g->node->child[0]);
  if (x.type == TYPE_BOOLEAN) x.type = TYPE_NUMBER; /* counted as 1 and 0 */
  widen(c, memory_of(c, g->node), x.type);
  c->node = g->node->child[0];
  if (g->result.type == TYPE_NUMBER && x.type == TYPE_NUMBER) {
    if (g->op == SCALAR_ADD) emit(c, CODE_NUM_ADD, g->result.reg, g->result.reg, x.reg);
    else if (g->op == SCALAR_MULTIPLY) emit(c, CODE_NUM_MULTIPLY, g->result.reg, g->result.reg, x.reg);
    else {
      emit(c, CODE_NUM_SCALAR2, g->result.reg, g->result.reg, x.reg);
      emit_extra(c, g->op, 0, 0);
    }
  } else if (g->result.type != TYPE_NUMBER) {
    Operand v = boxed(c, x);
    emit(c, CODE_ACCUMULATE, g->result.reg, v.reg, g->op);
  }
  if (g->count.temporary) emit(c, CODE_NUM_ADD, g->count.reg, g->count.reg, constant(c, 1).reg);
  c->last_result = UINT32_MAX;
}

static void quantify(Compiler *c, Generated *g) {
  uint32_t jumps = NO_JUMP;
  compile_condition(c, g->node->child[0], &jumps);
  if (g->any) {
    emit(c, CODE_NUM_MOVE, g->result.reg, constant(c, 1).reg, 0);
    patch_all(c, jumps);
  } else {
    uint32_t holds = emit_jump(c, CODE_JUMP, 0, 0);
    patch_all(c, jumps);
    emit(c, CODE_NUM_MOVE, g->result.reg, constant(c, 0).reg, 0);
    patch_jump(c, holds);
  }
  c->last_result = UINT32_MAX;
}

typedef struct Reduction {
  const char *name;
  Scalar op;
  double start;
  bool mean, quantifier;
} Reduction;

static const Reduction reductions[] = {
    {"sum", SCALAR_ADD, 0, false, false},
    {"Sigma", SCALAR_ADD, 0, false, false},
    {"prod", SCALAR_MULTIPLY, 1, false, false},
    {"Pi", SCALAR_MULTIPLY, 1, false, false},
    {"mean", SCALAR_ADD, 0, true, false},
    {"max", SCALAR_max, -HUGE_VAL, false, false},
    {"min", SCALAR_min, HUGE_VAL, false, false},
    {"any", SCALAR_max, 0, false, true},
    {"all", SCALAR_min, 1, false, true},
};

static Operand quantifier(Compiler *c, const Node *n, const Reduction *r) {
  Generated g = {.node = n, .item = quantify, .any = r->start == 0};
  g.result = (Operand){TYPE_BOOLEAN, number_temporary(c), true};
  emit(c, CODE_NUM_MOVE, g.result.reg, constant(c, r->start).reg, 0);
  generated_body(c, &g);
  return g.result;
}

/* The mean of what was summed: sum / count in the accumulator's own kind. */
static Operand finish_mean(Compiler *c, Generated *g) {
  if (g->result.type == TYPE_NUMBER) {
    emit(c, CODE_NUM_DIVIDE, g->result.reg, g->result.reg, g->count.reg);
    return g->result;
  }
  uint16_t count = value_temporary(c);
  emit(c, CODE_BOX, count, g->count.reg, 0);
  emit(c, CODE_OPERATE, g->result.reg, g->result.reg, count);
  emit_extra(c, OP_DIVIDE, 0, 0);
  return g->result;
}

static Operand fold(Compiler *c, const Node *call, const Reduction *r) {
  const Node *n = call->child[1];
  uint32_t number = c->number_top, value = c->value_top;
  Type assumed = *memory_of(c, n);
  bool is_number = assumed == TYPE_NUMBER || assumed == TYPE_NONE;
  Generated g = {.node = n, .item = accumulate, .op = r->op};
  g.result = (Operand){is_number ? TYPE_NUMBER : TYPE_ANY, is_number ? number_temporary(c) : value_temporary(c), true};
  if (is_number) emit(c, CODE_NUM_MOVE, g.result.reg, constant(c, r->start).reg, 0);
  else emit(c, CODE_CLEAR, g.result.reg, 0, 0);
  bool counted = r->mean || isinf(r->start); /* those that nothing has none of */
  if (counted) {
    g.count = (Operand){TYPE_NUMBER, number_temporary(c), true};
    emit(c, CODE_NUM_MOVE, g.count.reg, constant(c, 0).reg, 0);
  }
  generated_body(c, &g);
  Type seen = *memory_of(c, n);
  if (is_number && seen != TYPE_NUMBER && seen != TYPE_NONE) c->changed = true;
  c->node = call;
  if (counted) emit(c, CODE_SOME, g.count.reg, 0, 0);
  c->node = n;
  if (!is_number) emit(c, CODE_DEFAULT, g.result.reg, constant(c, r->start).reg, 0);
  if (r->mean) finish_mean(c, &g);
  c->last_result = UINT32_MAX;
  c->number_top = number + (is_number ? 1 : 0);
  c->value_top = value + (is_number ? 0 : 1);
  return g.result;
}

bool compile_reduction(Compiler *c, const Node *call, const char *name, Operand *result) {
  if (call->kind != NODE_CALL || call->count < 2 || call->child[1]->kind != NODE_GENERATED) return false;
  for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++) {
    const Reduction *r = &reductions[i];
    if (strcmp(r->name, name) != 0) continue;
    if (call->count > 2) compile_fail(c, call->child[2], "%s of a generator takes nothing else", name);
    uint32_t number = c->number_top, value = c->value_top;
    *result = r->quantifier ? quantifier(c, call->child[1], r) : fold(c, call, r);
    if (r->quantifier) c->number_top = number + 1, c->value_top = value;
    return true;
  }
  return false;
}
