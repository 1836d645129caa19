/* terms.c - a function that is a sum or a mean, taken apart.
 *
 * What is summed is found in the function's tree, or in that of the function it calls: a generator
 * (rank 3), an array given to mean or sum (rank 2), or norm(r)^2 (rank 1); the one of the highest rank
 * counts, so that a penalty norm(w)^2 beside the data's sum is no matter. It must stand where the whole
 * is linear in it: under + - and products with what has no such sum. The lowered function is a variant of
 * the prototype whose body goes over pick_(list, positions) instead of the list; positions, the factor
 * that a sum needs and the lowered function it calls are captured under names nobody can type.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/terms.h"

#include <assert.h>
#include <string.h>

#include "machine/session.h"

enum { RANK_NONE, RANK_NORM, RANK_ARRAY, RANK_GENERATOR, CALLS_MOST = 8 };

typedef struct Lowering {
  Session *session;
  const Function *f;
  uint32_t depth;     /* calls gone into */
  int rank;           /* the best found so far */
  uint32_t found;     /* of that rank */
  const Node *chosen;
  Value callee;       /* borrowed: the function that [chosen] calls, or NOTHING */
} Lowering;

/* ---- names ---- */

static const Symbol *hidden(Session *s, const char *name) { return symbol_intern(&s->symbols, name, strlen(name)); }
static const Symbol *positions_symbol(Session *s) { return hidden(s, "(positions)"); }
static const Symbol *scale_symbol(Session *s) { return hidden(s, "(scale)"); }
static const Symbol *callee_symbol(Session *s) { return hidden(s, "(callee)"); }

/* What a name means inside f: a captured value, the session's, or NOTHING for its own variables. */
static Value meaning(const Lowering *l, const Symbol *name) {
  const Prototype *p = l->f->prototype;
  if (prototype_owns(p, name)) return value_nothing();
  for (uint32_t i = 0; i < p->capture_count; i++)
    if (p->capture[i] == name) return l->f->bound[i];
  return session_lookup(l->session, name);
}

static bool is_builtin(const Lowering *l, const Node *callee, const char *name) {
  if (callee->kind != NODE_NAME) return false;
  Value v = meaning(l, callee->symbol);
  const Function *f = v.kind == VALUE_FUNCTION ? (Function *)v.object : NULL;
  return f && f->function_kind == FUNCTION_PRIMITIVE && strcmp(f->primitive->name, name) == 0;
}

static bool is_sum(const Lowering *l, const Node *n) {
  return n->kind == NODE_CALL && (is_builtin(l, n->child[0], "sum") || is_builtin(l, n->child[0], "Sigma"));
}

static bool is_mean(const Lowering *l, const Node *n) { return n->kind == NODE_CALL && is_builtin(l, n->child[0], "mean"); }

/* norm(r)^2 or ‖r‖²: r, else NULL. */
static const Node *squared_norm(const Lowering *l, const Node *n) {
  if (n->kind != NODE_BINARY || n->op != OP_POWER || n->child[1]->kind != NODE_NUMBER || n->child[1]->number != 2) return NULL;
  const Node *base = n->child[0];
  if (base->kind == NODE_NORM) return base->child[0];
  return base->kind == NODE_CALL && base->count == 2 && is_builtin(l, base->child[0], "norm") ? base->child[1] : NULL;
}

/* ---- finding the sum ---- */

static void scan(Lowering *l, const Node *n);

/* The expression a body comes down to: a block's last statement. */
static const Node *final_expression(const Node *body) {
  if (body->kind != NODE_DO) return body;
  const Node *block = body->child[0];
  return block->count ? block->child[block->count - 1] : body;
}

static void offer(Lowering *l, int rank, const Node *n, Value callee) {
  if (rank < l->rank || rank == RANK_NONE) return;
  l->found = rank == l->rank ? l->found + 1 : 1;
  l->rank = rank;
  l->chosen = n;
  l->callee = callee;
}

static Lowering search(Session *s, const Function *f, uint32_t depth) {
  Lowering l = {.session = s, .f = f, .depth = depth, .callee = value_nothing()};
  if (depth < CALLS_MOST) scan(&l, final_expression(f->prototype->body));
  return l;
}

static void scan_call(Lowering *l, const Node *n) {
  bool generated = n->count == 2 && n->child[1]->kind == NODE_GENERATED, plain = n->count == 2 && n->child[1]->kind != NODE_NAMED;
  if (is_sum(l, n) || is_mean(l, n)) {
    if (generated || plain) offer(l, generated ? RANK_GENERATOR : RANK_ARRAY, n, value_nothing());
    return;
  }
  if (n->child[0]->kind != NODE_NAME) return;
  Value callee = meaning(l, n->child[0]->symbol);
  const Function *f = callee.kind == VALUE_FUNCTION ? (Function *)callee.object : NULL;
  if (!f || f->function_kind != FUNCTION_CLOSURE) return;
  Lowering inner = search(l->session, f, l->depth + 1);
  offer(l, inner.rank, n, callee);
  if (inner.rank == l->rank && inner.found > 1) l->found += inner.found - 1;
}

static void scan(Lowering *l, const Node *n) {
  switch (n->kind) {
    case NODE_CALL: scan_call(l, n); return;
    case NODE_NEGATE:
    case NODE_PLUS: scan(l, n->child[0]); return;
    case NODE_IMPLICIT:
      scan(l, n->child[0]);
      scan(l, n->child[1]);
      return;
    case NODE_BINARY:
      if (squared_norm(l, n)) offer(l, RANK_NORM, n, value_nothing());
      if (n->op != OP_ADD && n->op != OP_SUBTRACT && n->op != OP_MULTIPLY && n->op != OP_DIVIDE) return;
      scan(l, n->child[0]);
      if (n->op != OP_DIVIDE) scan(l, n->child[1]);
      return;
    default: return;
  }
}

/* ---- new nodes ---- */

static Node *node_name(const Lowering *l, const Symbol *name, Span span) {
  Node *n = node_new(l->f->prototype->tree, NODE_NAME, span, 0);
  n->symbol = name;
  return n;
}

static Node *node_number(const Lowering *l, double x, Span span) {
  Node *n = node_new(l->f->prototype->tree, NODE_NUMBER, span, 0);
  n->number = x;
  return n;
}

static Node *node_call(const Lowering *l, const char *builtin, const Node *a, Node *b) {
  Node *n = node_new(l->f->prototype->tree, NODE_CALL, a->span, 3);
  n->child[0] = node_name(l, hidden(l->session, builtin), a->span);
  n->child[1] = (Node *)(uintptr_t)a;
  n->child[2] = b;
  return n;
}

static Node *node_copy(const Lowering *l, const Node *n) {
  Node *copy = node_new(l->f->prototype->tree, n->kind, n->span, n->count);
  Node **child = copy->child;
  *copy = *n;
  copy->child = child;
  if (n->count) memcpy(child, n->child, n->count * sizeof *child);
  return copy;
}

static Node *node_product(const Lowering *l, Node *left, Node *right) {
  Node *n = node_new(l->f->prototype->tree, NODE_BINARY, right->span, 2);
  n->op = OP_MULTIPLY;
  n->child[0] = left;
  n->child[1] = right;
  return n;
}

/* ---- the chosen terms instead of all ---- */

static Node *picked(const Lowering *l, const Node *list) {
  return node_call(l, "pick_", list, node_name(l, positions_symbol(l->session), list->span));
}

static const Node *bind_of(const Node *reduction) { return reduction->child[1]->child[1]->child[0]; }

/* mean(body for x in list) with the list picked from. */
static Node *sampled_generator(const Lowering *l, const Node *reduction) {
  Node *call = node_copy(l, reduction), *generated = node_copy(l, reduction->child[1]);
  Node *generator = node_copy(l, generated->child[1]), *bind = node_copy(l, generator->child[0]);
  call->child[1] = generated;
  generated->child[1] = generator;
  generator->child[0] = bind;
  bind->child[bind->count - 1] = picked(l, bind->child[bind->count - 1]);
  return call;
}

static Node *sampled_array(const Lowering *l, const Node *reduction) {
  Node *call = node_copy(l, reduction);
  call->child[1] = picked(l, reduction->child[1]);
  return call;
}

static Node *sampled_norm(const Lowering *l, const Node *power) {
  Node *square = node_copy(l, power), *norm = node_copy(l, power->child[0]);
  uint32_t last = norm->count - 1;
  norm->child[last] = picked(l, norm->child[last]);
  square->child[0] = norm;
  return square;
}

static Node *callee_call(const Lowering *l) {
  Node *call = node_copy(l, l->chosen);
  call->child[0] = node_name(l, callee_symbol(l->session), l->chosen->child[0]->span);
  return call;
}

static Node *sampled(const Lowering *l) {
  if (l->callee.kind == VALUE_FUNCTION) return callee_call(l);
  Node *part = l->rank == RANK_GENERATOR ? sampled_generator(l, l->chosen)
               : l->rank == RANK_ARRAY   ? sampled_array(l, l->chosen)
                                         : sampled_norm(l, l->chosen);
  if (is_mean(l, l->chosen)) return part;
  return node_product(l, node_name(l, scale_symbol(l->session), part->span), part);
}

static const Node *counted_list(const Lowering *l) {
  if (l->rank == RANK_NORM) return squared_norm(l, l->chosen);
  if (l->rank == RANK_ARRAY) return l->chosen->child[1];
  const Node *bind = bind_of(l->chosen);
  return bind->child[bind->count - 1];
}

static Node *counted(const Lowering *l) {
  if (l->callee.kind == VALUE_FUNCTION) return callee_call(l);
  const Node *list = counted_list(l);
  return node_call(l, "count_", list, node_number(l, l->rank == RANK_GENERATOR, list->span));
}

/* The expression with [part] for the chosen node. */
static const Node *replaced(const Lowering *l, const Node *n, Node *part) {
  if (n == l->chosen) return part;
  if (n->kind != NODE_BINARY && n->kind != NODE_IMPLICIT && n->kind != NODE_NEGATE && n->kind != NODE_PLUS) return n;
  for (uint32_t i = 0; i < n->count; i++) {
    const Node *child = replaced(l, n->child[i], part);
    if (child == n->child[i]) continue;
    Node *copy = node_copy(l, n);
    copy->child[i] = (Node *)(uintptr_t)child;
    return copy;
  }
  return n;
}

/* The body with [last] for the expression it comes down to. */
static const Node *body_with(const Lowering *l, const Node *last) {
  const Node *body = l->f->prototype->body;
  if (body->kind != NODE_DO) return last;
  Node *copy = node_copy(l, body), *block = node_copy(l, body->child[0]);
  block->child[block->count - 1] = (Node *)(uintptr_t)last;
  copy->child[0] = block;
  return copy;
}

/* ---- the lowered function ---- */

static uint32_t capture_place(const Prototype *p, const Symbol *name) {
  uint32_t i = 0;
  while (i < p->capture_count && p->capture[i] != name) i++;
  return i;
}

/* A closure over what f captured and, where it mentions it, the lowered callee. */
static Value variant(const Lowering *l, const Node *body, Value callee) {
  Session *s = l->session;
  const Symbol *extra[] = {positions_symbol(s), scale_symbol(s), callee_symbol(s)};
  Prototype *p = prototype_variant(s, l->f->prototype, body, extra, 3);
  Function *f = function_new(s, FUNCTION_CLOSURE, p->capture_count);
  f->prototype = p;
  for (uint32_t i = 0; i < l->f->count; i++) f->bound[i] = value_keep(l->f->bound[i]);
  uint32_t place = capture_place(p, extra[2]);
  if (place < p->capture_count) f->bound[place] = callee;
  else value_release(callee);
  return value_function(f);
}

static _Noreturn void fail_no_sum(Session *s) {
  Report *r = failure(s, "the function is no sum of terms to choose from");
  report_advise(r, "mean((y[i] - w'X[i,:]')^2 for i in 1:length(y))");
  raise_failure(s, r);
}

static void check(const Lowering *l) {
  if (l->rank == RANK_NONE) fail_no_sum(l->session);
  if (l->found > 1) {
    Report *r = failure(l->session, "the function has %u sums: which one has the terms to choose from?", l->found);
    report_remark(r, "a sum or mean of a generator goes before one of an array, that before norm(…)^2");
    raise_failure(l->session, r);
  }
  if (l->callee.kind == VALUE_FUNCTION || l->rank != RANK_GENERATOR) return;
  const Node *generator = l->chosen->child[1]->child[1];
  if (generator->count > 2) fail(l->session, "terms are chosen from a sum over one list: this one goes over %u", generator->count - 1);
  if (generator->child[1]) fail(l->session, "terms are chosen from a sum without a filter");
}

static Terms lower(Session *s, const Function *f, uint32_t depth) {
  Lowering l = search(s, f, depth);
  check(&l);
  Terms inner = {value_nothing(), value_nothing()};
  if (l.callee.kind == VALUE_FUNCTION) inner = lower(s, (Function *)l.callee.object, depth + 1);
  const Node *expression = final_expression(f->prototype->body);
  const Node *some = body_with(&l, replaced(&l, expression, sampled(&l))), *all = body_with(&l, counted(&l));
  return (Terms){variant(&l, some, inner.sampled), variant(&l, all, inner.count)};
}

Terms terms_of(Session *s, Value f) {
  const Function *function = f.kind == VALUE_FUNCTION ? (Function *)f.object : NULL;
  if (!function || function->function_kind != FUNCTION_CLOSURE) fail_no_sum(s);
  return lower(s, function, 0);
}

static Value chosen_value(Session *s, const Symbol *name, Value old, Value positions, double scale) {
  if (name == positions_symbol(s)) return value_keep(positions);
  if (name == scale_symbol(s)) return value_number(scale);
  return name == callee_symbol(s) ? terms_choose(s, old, positions, scale) : value_keep(old);
}

Value terms_choose(Session *s, Value sampled_function, Value positions, double scale) {
  const Function *from = (Function *)sampled_function.object;
  if (from->function_kind != FUNCTION_CLOSURE) fail_no_sum(s);
  Function *f = function_new(s, FUNCTION_CLOSURE, from->count);
  f->prototype = (Prototype *)value_keep((Value){.kind = VALUE_PROTOTYPE, .object = &from->prototype->head}).object;
  for (uint32_t i = 0; i < from->count; i++)
    f->bound[i] = chosen_value(s, from->prototype->capture[i], from->bound[i], positions, scale);
  return value_function(f);
}
