/* scope.c - names: what is known of them where they are read, and what is said of unknown ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check/check.h"

Scope *scope_new(Check *c, Scope *outer) {
  Scope *scope = arena_new(&c->arena, sizeof *scope);
  scope->outer = outer;
  return scope;
}

static Known *scope_find(const Scope *scope, const Symbol *name) {
  for (uint32_t i = 0; i < scope->count; i++)
    if (scope->name[i] == name) return &scope->value[i];
  return NULL;
}

static void scope_reserve(Check *c, Scope *scope) {
  if (scope->count < scope->capacity) return;
  uint32_t capacity = scope->capacity ? 2 * scope->capacity : 8;
  const Symbol **name = arena_new(&c->arena, capacity * sizeof *name);
  Known *value = arena_new(&c->arena, capacity * sizeof *value);
  if (scope->count) {
    memcpy((void *)name, (const void *)scope->name, scope->count * sizeof *name);
    memcpy(value, scope->value, scope->count * sizeof *value);
  }
  scope->name = name;
  scope->value = value;
  scope->capacity = capacity;
}

void scope_bind(Check *c, Scope *scope, const Symbol *name, Known value) {
  Known *there = scope_find(scope, name);
  if (there) {
    *there = value;
    return;
  }
  scope_reserve(c, scope);
  scope->name[scope->count] = name;
  scope->value[scope->count++] = value;
}

Scope *scope_capture(Check *c, Scope *scope) {
  if (!scope || scope == c->session_names) return scope;
  Scope *copy = scope_new(c, scope_capture(c, scope->outer));
  for (uint32_t i = 0; i < scope->count; i++) {
    Known value = scope->value[i];
    scope_bind(c, copy, scope->name[i], value.kind == KNOWN_UNSET ? known_not() : value);
  }
  return copy;
}

/* ---- states: all values of a scope ---- */

Known *scope_snapshot(Check *c, const Scope *scope) {
  check_spend(c, scope->count / 2);
  Known *snapshot = arena_new(&c->arena, (scope->count + 1) * sizeof *snapshot);
  if (scope->count) memcpy(snapshot, scope->value, scope->count * sizeof *snapshot);
  return snapshot;
}

void scope_restore(Scope *scope, const Known *snapshot) {
  if (scope->count) memcpy(scope->value, snapshot, scope->count * sizeof *snapshot);
}

void scope_join(Check *c, Scope *scope, const Known *snapshot) {
  for (uint32_t i = 0; i < scope->count; i++)
    scope->value[i] = known_join(&c->arena, scope->value[i], snapshot[i]);
}

/* ---- reading a name ---- */

/* A value of the kind: what suggestions ask about. */
static Value stand_in(Session *s, Known known) {
  int64_t rows, cols;
  if (known.kind == KNOWN_FUNCTION) return known.value;
  if (known_is_number(known)) return value_number(1);
  if (known_is_array(known, &rows, &cols)) return value_array(array_zeros(s, 1, 1));
  return value_boolean(true);
}

static Value fail_unknown(Session *s, const void *name) { session_fail_unknown(s, name); }
static Value fail_unset(Session *s, const void *name) { session_fail_unset(s, name); }

/* x for x_2, if it is an array of the function being checked: bound for a moment like a name of the session. */
static Binding *bind_base(Check *c, const Symbol *name, Value *old) {
  Session *s = c->session;
  const Scope *scope = c->body->scope;
  const Symbol *base = symbol_find(&s->symbols, name->name, unknown_base(name->name));
  const Known *own = base && scope && scope != c->session_names ? scope_find(scope, base) : NULL;
  int64_t rows, cols;
  if (!own || !known_is_array(*own, &rows, &cols)) return NULL;
  Binding *b = session_binding(s, base);
  *old = b->value;
  b->value = stand_in(s, *own);
  return b;
}

/* "did you mean" looks at the session's bindings: for a moment they are those the run would have.
 */
static void report_unknown(Check *c, const Node *node, const Symbol *name) {
  const Scope *names = c->session_names;
  Session *s = c->session;
  Value *old = arena_new(&c->arena, (names->count + 1) * sizeof *old), none;
  for (uint32_t i = 0; i < names->count; i++) {
    Binding *b = session_binding(s, names->name[i]);
    old[i] = b->value;
    bool there = c->alone || names->value[i].kind != KNOWN_UNSET;
    if (there && b->value.kind == VALUE_NOTHING) b->value = stand_in(s, names->value[i]);
  }
  uint32_t unreached = c->unreached,
           depth = c->depth; /* a name nobody knows is a mistake anywhere */
  c->unreached = c->depth = 0;
  Value hidden = value_nothing();
  Binding *base = bind_base(c, name, &hidden);
  check_try(c, node, fail_unknown, name, &none);
  if (base) base->value = hidden;
  c->unreached = unreached;
  c->depth = depth;
  for (uint32_t i = 0; i < names->count; i++) session_binding(s, names->name[i])->value = old[i];
}

static Known name_of_session(Check *c, const Node *node, const Symbol *name) {
  const Binding *b = session_binding(c->session, name);
  bool library = c->body->prototype->is_library;
  if (!library && (b->value.kind != VALUE_NOTHING || b->is_checked)) return known_not();
  if (b->builtin.kind != VALUE_NOTHING) return known_exact(&c->arena, b->builtin);
  if (!library) report_unknown(c, node, name);
  return known_not();
}

Known check_name(Check *c, const Node *node, const Symbol *name) {
  for (const Scope *scope = c->body->scope; scope; scope = scope->outer) {
    const Known *known = scope_find(scope, name);
    if (!known) continue;
    if (known->kind != KNOWN_UNSET) return *known;
    if (scope == c->session_names) return c->alone ? known_not() : name_of_session(c, node, name);
    Value none;
    check_try(c, node, fail_unset, name, &none);
    return known_not();
  }
  return name_of_session(c, node, name);
}
