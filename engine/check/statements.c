/* statements.c - assignments, branches and loops: what is known after them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check/check.h"
#include "machine/vm.h"

static Known walk(Check *c, const Node *n, bool last);

/* ---- assignment ---- */

static void assign(Check *c, const Node *target, Known value) {
  if (target->kind == NODE_NAME) {
    scope_bind(c, c->body->locals, target->symbol, value);
    return;
  }
  Known container = check_expression(c, target->child[0]);
  assign(c, target->child[0], check_assigned(c, target, container, value));
}

static Known part_of(Known value, uint32_t k, uint32_t count) {
  if (value.kind == KNOWN_TUPLE) return value.count == count ? value.item[k] : known_not();
  return value.kind == KNOWN_ARRAY && !value.boolean ? known_number() : known_not();
}

typedef struct Parts {
  Value whole;
  uint32_t count;
} Parts;

static Value count_parts(Session *s, const void *context) {
  machine_check_parts(s, ((const Parts *)context)->whole, ((const Parts *)context)->count);
  return value_nothing();
}

static void check_count(Check *c, const Node *n, Known whole) {
  Parts parts = {.count = n->child[0]->count};
  Value none;
  if (known_witness(c->session, whole, &parts.whole)) check_try(c, n, count_parts, &parts, &none);
}

static void assign_all(Check *c, const Node *n) {
  const Node *targets = n->child[0];
  Known *value = arena_new(&c->arena, (targets->count + 1) * sizeof *value);
  if (n->count == 2) {
    Known whole = check_expression(c, n->child[1]);
    if (targets->count > 1) check_count(c, n, whole);
    for (uint32_t i = 0; i < targets->count; i++)
      value[i] = targets->count == 1 ? whole : part_of(whole, i, targets->count);
  } else {
    for (uint32_t i = 1; i < n->count; i++) value[i - 1] = check_expression(c, n->child[i]);
  }
  for (uint32_t i = 0; i < targets->count; i++) assign(c, targets->child[i], value[i]);
}

static void update(Check *c, const Node *n) {
  Known a = check_expression(c, n->child[0]), b = check_expression(c, n->child[1]);
  assign(c, n->child[0], check_binary(c, n, (Operator)n->op, a, b));
}

/* ---- branches ---- */

typedef struct Branch {
  Known *state;
  bool dead;
} Branch;

static Branch branch(Check *c, const Known *before, const Node *block, bool last, Reached reached) {
  scope_restore(c->body->locals, before);
  c->body->dead = false;
  check_enter(c, reached);
  if (block) walk(c, block, last);
  check_leave(c, reached);
  return (Branch){scope_snapshot(c, c->body->locals), c->body->dead || reached == REACHED_NEVER};
}

static void forget_all(Check *c) {
  Scope *locals = c->body->locals;
  for (uint32_t i = 0; i < locals->count; i++) locals->value[i] = known_not();
}

/* When enough has been looked at: both branches, from and to a state of which nothing is known. */
static void glance_at_branches(Check *c, const Node *n, bool last) {
  for (int i = 1; i <= 2; i++) {
    if (!n->child[i]) continue;
    forget_all(c);
    check_enter(c, REACHED_PERHAPS);
    walk(c, n->child[i], last);
    check_leave(c, REACHED_PERHAPS);
    c->body->dead = false;
  }
  forget_all(c);
}

static void if_block(Check *c, const Node *n, bool last) {
  if (c->budget == 0) {
    check_expression(c, n->child[0]);
    glance_at_branches(c, n, last);
    return;
  }
  Known condition = check_expression(c, n->child[0]);
  bool truth = false, known = known_truth(condition, &truth);
  Known *before = scope_snapshot(c, c->body->locals);
  Branch yes = branch(c, before, n->child[1], last, check_reached(known, truth));
  Branch no = branch(c, before, n->child[2], last, check_reached(known, !truth));
  const Branch *only = yes.dead ? &no : no.dead ? &yes : NULL;
  scope_restore(c->body->locals, only ? only->state : yes.state);
  if (!only) scope_join(c, c->body->locals, no.state);
  c->body->dead = yes.dead && no.dead;
}

/* ---- loops ---- */

enum { JOINED_TURNS = 4 }; /* sizes need three: this, that, unknown */

typedef struct Turn {
  const Node *bind; /* FOR: whose names get [element] */
  Known element;
  const Node *condition; /* WHILE */
  const Node *block;
} Turn;

static void bind_turn(Check *c, const Turn *turn) {
  if (turn->bind) check_bind(c, c->body->locals, turn->bind, turn->element);
}

/* One turn from the present state; leaves what is known at its end, wherever that is. */
static void take_turn(Check *c, const Turn *turn) {
  Body *b = c->body;
  CheckLoop loop = {.outer = b->loop};
  b->loop = &loop;
  b->dead = false;
  if (turn->condition) check_expression(c, turn->condition);
  bind_turn(c, turn);
  walk(c, turn->block, false);
  if (loop.escape && b->dead) scope_restore(b->locals, loop.escape);
  else if (loop.escape) scope_join(c, b->locals, loop.escape);
  b->dead = false;
  b->loop = loop.outer;
}

/* Joins what a turn has left into the head; later turns give up what still changes. True when
 * nothing did. */
static bool join_turn(Check *c, const Known *head, bool give_up) {
  Scope *locals = c->body->locals;
  bool same = true;
  for (uint32_t i = 0; i < locals->count; i++) {
    Known joined = known_join(&c->arena, head[i], locals->value[i]);
    bool stays = known_equal(joined, head[i]);
    locals->value[i] = stays ? head[i] : give_up ? known_not() : joined;
    same = same && stays;
  }
  return same;
}

/* What is known at the head of the loop whichever turn begins. */
static void settle(Check *c, const Turn *turn) {
  bool settled = false;
  c->silent++;
  for (int turns = 0; !settled; turns++) {
    const Known *head = scope_snapshot(c, c->body->locals);
    take_turn(c, turn);
    settled = join_turn(c, head, turns >= JOINED_TURNS);
  }
  c->silent--;
}

/* When enough has been looked at: one turn. */
static void glance(Check *c, const Turn *turn) {
  forget_all(c);
  c->doubt++;
  take_turn(c, turn);
  c->doubt--;
  forget_all(c);
}

static void loop(Check *c, const Turn *turn, Reached reached) {
  Scope *locals = c->body->locals;
  if (c->budget == 0) {
    glance(c, turn);
    return;
  }
  check_enter(c, reached);
  Known *before = scope_snapshot(c, locals);
  take_turn(c, turn); /* the first one: what is wrong in it may be unknown when turns are joined */
  scope_restore(locals, before);
  settle(c, turn);
  check_leave(c, reached);
  c->doubt++; /* of further turns */
  Known *head = scope_snapshot(c, locals);
  take_turn(c, turn);
  c->doubt--;
  scope_join(c, locals, head);
  if (reached == REACHED_NEVER) scope_restore(locals, before);
}

static void for_loop(Check *c, const Node *n) {
  const Node *bind = n->child[0], *over = bind->child[bind->count - 1];
  int64_t turns;
  Known element = check_element(c, over, check_expression(c, over), &turns);
  loop(c, &(Turn){.bind = bind, .element = element, .block = n->child[1]},
       check_reached(turns >= 0, turns > 0));
}

static void while_loop(Check *c, const Node *n) {
  bool truth = true, known = known_truth(check_expression(c, n->child[0]), &truth);
  loop(c, &(Turn){.condition = n->child[0], .block = n->child[1]}, check_reached(known, truth));
}

/* break or continue: the state here may be the one at the end of the turn. */
static void escape(Check *c) {
  Body *b = c->body;
  CheckLoop *l = b->loop;
  if (l && l->escape && !b->dead) {
    Known *here = scope_snapshot(c, b->locals);
    scope_join(c, b->locals, l->escape);
    l->escape = scope_snapshot(c, b->locals);
    scope_restore(b->locals, here);
  } else if (l && !b->dead) {
    l->escape = scope_snapshot(c, b->locals);
  }
  b->left = b->left || c->doubt > 0;
  b->dead = true;
}

/* ---- bodies ---- */

static void give_back(Check *c, Known value) {
  Body *b = c->body;
  if (!b->dead && !c->unreached) {
    b->result = b->returned ? known_join(&c->arena, b->result, value) : value;
    b->returned = true;
    b->left = b->left || c->doubt > 0;
  }
  b->dead = true;
}

static Known walk_block(Check *c, const Node *block, bool last) {
  if (c->height >= CHECK_HEIGHT) return known_not();
  c->height++;
  for (uint32_t i = 0; i < block->count; i++) {
    bool dead = c->body->dead;
    c->unreached += dead;
    walk(c, block->child[i], last && i + 1 == block->count);
    c->unreached -= dead;
    c->body->dead = c->body->dead || dead;
  }
  c->height--;
  return known_not();
}

/* [last]: its value is the body's. */
static Known walk(Check *c, const Node *n, bool last) {
  switch (n->kind) {
  case NODE_BLOCK: return walk_block(c, n, last);
  case NODE_DEFINE: scope_bind(c, c->body->locals, n->symbol, check_function(c, n)); break;
  case NODE_ASSIGN: assign_all(c, n); break;
  case NODE_UPDATE: update(c, n); break;
  case NODE_IF_BLOCK: if_block(c, n, last); return known_not();
  case NODE_FOR: for_loop(c, n); break;
  case NODE_WHILE: while_loop(c, n); break;
  case NODE_CLEAR: scope_bind(c, c->session_names, n->symbol, (Known){.kind = KNOWN_UNSET}); break;
  case NODE_BREAK:
  case NODE_CONTINUE: escape(c); return known_not();
  case NODE_RETURN:
    give_back(c, n->child[0] ? check_expression(c, n->child[0]) : known_not());
    return known_not();
  default: {
    Known value = check_expression(c, n);
    if (last) give_back(c, value);
    return value;
  }
  }
  if (last) give_back(c, known_not());
  return known_not();
}

Known check_body(Check *c, const Node *body) {
  Body *b = c->body;
  if (body->kind == NODE_DO) body = body->child[0];
  walk(c, body, true);
  if (!b->dead) give_back(c, known_not());
  return b->returned ? b->result : known_not();
}

void check_statement(Check *c, Prototype *unit) {
  Body body = {.prototype = unit, .locals = c->session_names, .scope = c->session_names};
  c->body = &body;
  Known value = walk(c, unit->body, false);
  const Node *n = unit->body;
  bool expression = n->kind < NODE_BLOCK;
  if (expression)
    scope_bind(c, c->session_names, symbol_intern(&c->session->symbols, "ans", 3), value);
  c->body = NULL;
}
