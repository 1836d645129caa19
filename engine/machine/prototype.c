/* prototype.c - resolving names: own, captured or the session's.
 *
 * Two walks: the first collects what the function assigns, the second meets every name with that known
 * and makes the prototypes of the functions inside. Names bound by a generator are visible in its body
 * only; they stand on a list while that body is walked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/prototype.h"

#include <assert.h>
#include <stdlib.h>

#include "machine/constraints.h"
#include "machine/session.h"
#include "syntax/unparse.h"

typedef struct Scope { /* names of the generators around the walked node */
  const Symbol *name[64];
  uint32_t count;
} Scope;

typedef struct Resolver {
  Session *session;
  Prototype *prototype;
  Scope scope;
  struct Resolver *outer;
} Resolver;

bool prototype_owns(const Prototype *p, const Symbol *name) {
  for (uint32_t i = 0; i < p->local_count; i++)
    if (p->local[i] == name) return true;
  return false;
}

static void add_local(Prototype *p, const Symbol *name) {
  if (prototype_owns(p, name)) return;
  if (p->local_count == p->local_capacity) {
    p->local_capacity = p->local_capacity ? 2 * p->local_capacity : 8;
    p->local = memory_resize((void *)p->local, p->local_capacity * sizeof *p->local);
  }
  p->local[p->local_count++] = name;
}

static uint32_t add_capture(Prototype *p, const Symbol *name) {
  for (uint32_t i = 0; i < p->capture_count; i++)
    if (p->capture[i] == name) return i;
  if (p->capture_count == p->capture_capacity) {
    p->capture_capacity = p->capture_capacity ? 2 * p->capture_capacity : 4;
    p->capture = memory_resize((void *)p->capture, p->capture_capacity * sizeof *p->capture);
  }
  p->capture[p->capture_count] = name;
  return p->capture_count++;
}

/* ---- first walk: what is assigned ---- */

static const Symbol *target_root(const Node *target) {
  while (target->kind == NODE_INDEX || target->kind == NODE_FIELD) target = target->child[0];
  return target->symbol;
}

static void collect_set(Prototype *p, const Node *parameter) {
  const Node *set = parameter->count ? parameter->child[0] : NULL;
  if (!set || set->kind != NODE_SET) return;
  for (uint32_t i = 0; i < set->count; i++)
    if (set->child[i]->kind == NODE_NAME) add_local(p, set->child[i]->symbol);
}

static void collect(Prototype *p, const Node *n) {
  if (!n) return;
  switch (n->kind) {
    case NODE_LAMBDA:
    case NODE_COMPREHENSION:
    case NODE_GENERATED: return; /* no statements inside but those of other functions */
    case NODE_DEFINE: add_local(p, n->symbol); return;
    case NODE_ASSIGN:
      for (uint32_t i = 0; i < n->child[0]->count; i++) add_local(p, target_root(n->child[0]->child[i]));
      return;
    case NODE_UPDATE: add_local(p, target_root(n->child[0])); return;
    case NODE_FOR:
      for (uint32_t i = 0; i + 1 < n->child[0]->count; i++) add_local(p, n->child[0]->child[i]->symbol);
      collect(p, n->child[1]);
      return;
    case NODE_WHILE: collect(p, n->child[1]); return;
    case NODE_IF_BLOCK:
      collect(p, n->child[1]);
      collect(p, n->child[2]);
      return;
    case NODE_DO: collect(p, n->child[0]); return;
    case NODE_BLOCK:
      for (uint32_t i = 0; i < n->count; i++) collect(p, n->child[i]);
      return;
    default: return;
  }
}

/* ---- second walk: what is mentioned ---- */

static void walk(Resolver *r, const Node *n);

static bool scope_has(const Scope *scope, const Symbol *name) {
  for (uint32_t i = 0; i < scope->count; i++)
    if (scope->name[i] == name) return true;
  return false;
}

/* Does a function around [r] have this name? Captures it along the way when it does. */
static bool capture_from(Resolver *r, const Symbol *name) {
  Resolver *outer = r->outer;
  if (!outer) return false;
  bool there = scope_has(&outer->scope, name) || (!outer->prototype->is_unit && prototype_owns(outer->prototype, name));
  if (!there && !capture_from(outer, name)) return false;
  add_capture(r->prototype, name);
  return true;
}

static void mention(Resolver *r, const Symbol *name) {
  if (scope_has(&r->scope, name) || prototype_owns(r->prototype, name)) return;
  if (capture_from(r, name)) return;
  if (!r->prototype->is_unit) session_binding(r->session, name)->read_by_functions = true;
}

static void scope_push(Resolver *r, const Symbol *name) {
  if (r->scope.count == 64) fail(r->session, "generators are nested too deeply");
  r->scope.name[r->scope.count++] = name;
}

/* body for a in x, b in y if filter */
static void walk_generated(Resolver *r, const Node *n) {
  uint32_t before = r->scope.count;
  const Node *generator = n->child[1];
  for (uint32_t i = 0; i + 1 < generator->count; i++) {
    const Node *bind = generator->child[i];
    walk(r, bind->child[bind->count - 1]);
    for (uint32_t j = 0; j + 1 < bind->count; j++) scope_push(r, bind->child[j]->symbol);
  }
  walk(r, generator->child[generator->count - 1]);
  walk(r, n->child[0]);
  r->scope.count = before;
}

static void resolve(Resolver *r);

static Prototype *prototype_blank(Session *session, Tree *tree, const Node *node, bool library) {
  Prototype *p = object_new(session, VALUE_PROTOTYPE, sizeof(Prototype));
  Object head = p->head;
  *p = (Prototype){.head = head, .node = node, .tree = tree_keep(tree), .is_library = library};
  return p;
}

static Prototype *function_prototype(Resolver *r, const Node *node) {
  Prototype *p = prototype_blank(r->session, r->prototype->tree, node, r->prototype->is_library);
  p->name = node->kind == NODE_DEFINE ? node->symbol : NULL;
  p->parameter = (const Node *const *)node->child;
  p->parameter_count = node->count - 1;
  p->body = node->child[node->count - 1];
  return p;
}

static void walk_inner(Resolver *r, Prototype *inner) {
  Prototype *p = r->prototype;
  memory_grow(p->inner, p->inner_count, p->inner_capacity);
  p->inner[p->inner_count++] = inner;
  Resolver inside = {.session = r->session, .prototype = inner, .outer = r};
  resolve(&inside);
}

/* The objective and the constraints of a clause are functions of the variables after `over`. */
static Prototype *clause_prototype(Resolver *r, const Node *clause, const Node *body) {
  Prototype *inner = prototype_blank(r->session, r->prototype->tree, body, r->prototype->is_library);
  inner->body = body;
  inner->parameter = (const Node *const *)clause->child[1]->child;
  inner->parameter_count = clause->child[1]->count;
  return inner;
}

static const Node *lower_constraints(Resolver *r, const Node *clause) {
  Prototype *p = r->prototype;
  const Node *wrong;
  const char *why;
  const Node *list = constraints_lower(p->tree, clause->child[3], &wrong, &why);
  if (!list) {
    r->session->origin = wrong;
    r->session->origin_source = p->tree->source;
    Report *report = failure(r->session, "%s", why);
    constraints_advise(report, p->tree->source, wrong);
    raise_failure(r->session, report);
  }
  if (p->lowered_count + 2 > p->lowered_capacity) {
    p->lowered_capacity = p->lowered_capacity ? 2 * p->lowered_capacity : 4;
    p->lowered = memory_resize((void *)p->lowered, p->lowered_capacity * sizeof *p->lowered);
  }
  p->lowered[p->lowered_count++] = clause;
  p->lowered[p->lowered_count++] = list;
  return list;
}

static void walk_clause(Resolver *r, const Node *n) {
  walk_inner(r, clause_prototype(r, n, n->child[0]));
  if (n->child[3]) walk_inner(r, clause_prototype(r, n, lower_constraints(r, n)));
  walk(r, n->child[1]);
  walk(r, n->child[2]);
  walk(r, n->child[4]);
}

static void walk(Resolver *r, const Node *n) {
  if (!n) return;
  switch (n->kind) {
    case NODE_NAME: mention(r, n->symbol); return;
    case NODE_DEFINE:
    case NODE_LAMBDA: walk_inner(r, function_prototype(r, n)); return;
    case NODE_COMPREHENSION:
    case NODE_GENERATED: walk_generated(r, n); return;
    case NODE_CLAUSE: walk_clause(r, n); return;
    default:
      for (uint32_t i = 0; i < n->count; i++) walk(r, n->child[i]);
  }
}

static void resolve(Resolver *r) {
  Prototype *p = r->prototype;
  for (uint32_t i = 0; i < p->parameter_count; i++) add_local(p, p->parameter[i]->symbol);
  for (uint32_t i = 0; i < p->parameter_count; i++) collect_set(p, p->parameter[i]);
  collect(p, p->body->kind == NODE_DO ? p->body->child[0] : p->body);
  for (uint32_t i = 0; i < p->parameter_count; i++) {
    const Node *parameter = p->parameter[i];
    if (parameter->count && parameter->child[0]) walk(r, parameter->child[0]);
    if (parameter->kind == NODE_PARAMETER && parameter->child[1]) walk(r, parameter->child[1]);
  }
  walk(r, p->body);
}

Prototype *prototype_new(Session *session, Tree *tree, const Node *statement, bool library) {
  Prototype *p = prototype_blank(session, tree, statement, library);
  p->is_unit = true;
  p->body = statement;
  Resolver r = {.session = session, .prototype = p};
  resolve(&r);
  return p;
}

Prototype *prototype_variant(Session *session, const Prototype *of, const Node *body, const Symbol *const *extra, uint32_t count) {
  Prototype *around = prototype_blank(session, of->tree, of->node, of->is_library); /* owns what is captured */
  Prototype *p = prototype_blank(session, of->tree, of->node, of->is_library);
  p->name = of->name;
  p->parameter = of->parameter;
  p->parameter_count = of->parameter_count;
  p->body = body;
  for (uint32_t i = 0; i < of->capture_count; i++) add_capture(p, of->capture[i]);
  for (uint32_t i = 0; i < of->capture_count; i++) add_local(around, of->capture[i]);
  for (uint32_t i = 0; i < count; i++) add_local(around, extra[i]);
  Resolver outer = {.session = session, .prototype = around}, inside = {.session = session, .prototype = p, .outer = &outer};
  resolve(&inside);
  value_release((Value){.kind = VALUE_PROTOTYPE, .object = &around->head});
  return p;
}

uint32_t prototype_inner(const Prototype *p, const Node *node) {
  for (uint32_t i = 0; i < p->inner_count; i++)
    if (p->inner[i]->node == node) return i;
  assert(false && "a function that was not met when its surroundings were resolved");
  return 0;
}

const Node *prototype_constraints(const Prototype *p, const Node *clause) {
  for (uint32_t i = 0; i < p->lowered_count; i += 2)
    if (p->lowered[i] == clause) return p->lowered[i + 1];
  assert(false && "a clause that was not met when its surroundings were resolved");
  return NULL;
}

void prototype_destroy(Prototype *p) {
  for (uint32_t i = 0; i < p->code_count; i++) code_free(p->code[i]);
  free(p->code);
  free((void *)p->local);
  free((void *)p->capture);
  free((void *)p->lowered);
  free(p->inner);
  free(p->remark);
  tree_release(p->tree);
}

void prototype_print(const Prototype *p, const Symbol *name, Text *out) {
  (void)name;
  unparse(p->node, p->tree->source, out);
}
