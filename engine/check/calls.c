/* calls.c - calls: functions of the text are walked with what is known of the arguments.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check/check.h"
#include "machine/invoke.h"

enum { DEPTH_LARGEST = 24 };

/* ---- functions ---- */

static bool was_made(const Check *c, const Prototype *p) {
  for (uint32_t i = 0; i < c->pending_count; i++)
    if (c->pending[i].prototype == p) return true;
  return false;
}

Known check_function(Check *c, const Node *n) {
  Session *s = c->session;
  Prototype *p = c->body->prototype->inner[prototype_inner(c->body->prototype, n)];
  Function *f = function_new(s, FUNCTION_CLOSURE, 0);
  f->prototype = p;
  p->head.references++;
  Scope *scope = scope_capture(c, c->body->scope);
  /* Inside of a call its surroundings are known too well: it is met again when they are walked
   * alone. */
  if (c->depth == 0 && !p->is_library && !was_made(c, p)) {
    memory_grow(c->pending, c->pending_count, c->pending_capacity);
    c->pending[c->pending_count++] = (Pending){p, scope};
  }
  return (Known){.kind = KNOWN_FUNCTION, .value = value_function(f), .scope = scope};
}

static Body body_of(Check *c, Prototype *p, Scope *outer, const Node *call) {
  Scope *locals = scope_new(c, outer);
  for (uint32_t i = 0; i < p->local_count; i++)
    scope_bind(c, locals, p->local[i], (Known){.kind = KNOWN_UNSET});
  return (Body){.caller = c->body, .call = call, .prototype = p, .locals = locals, .scope = locals};
}

/* ---- stated shapes ---- */

typedef struct Expectation {
  const Node *parameter;
  int dimension;
  double actual, expected;
  Value value;
} Expectation;

static Value refuse_size(Session *s, const void *context) {
  const Expectation *e = context;
  parameter_fail_size(s, e->parameter, e->dimension, e->actual, e->expected);
}

static Value refuse_kind(Session *s, const void *context) {
  const Expectation *e = context;
  double sizes[2];
  parameter_sizes(s, e->value, e->parameter, sizes);
  return value_nothing();
}

static const Node *set_of(const Node *parameter) {
  const Node *set = parameter->count ? parameter->child[0] : NULL;
  return set && set->kind == NODE_SET ? set : NULL;
}

/* The size a set states in a dimension; a name not bound yet is bound to the size that arrived. */
static Known stated_size(Check *c, const Node *set, uint32_t dimension, int64_t arrived) {
  const Node *wanted = dimension < set->count ? set->child[dimension] : NULL;
  if (!wanted) return known_exact(&c->arena, value_number(1));
  Scope *locals = c->body->locals;
  for (uint32_t i = 0; wanted->kind == NODE_NAME && i < locals->count; i++)
    if (locals->name[i] == wanted->symbol && locals->value[i].kind == KNOWN_UNSET) {
      locals->value[i] =
          arrived < 0 ? known_number() : known_exact(&c->arena, value_number((double)arrived));
      return locals->value[i];
    }
  return check_expression(c, wanted);
}

/* False when the argument cannot have the stated shape. */
static bool check_set(Check *c, const Node *parameter, Known given) {
  const Node *set = set_of(parameter);
  if (!set) return true;
  int64_t size[2] = {SIZE_UNKNOWN, SIZE_UNKNOWN};
  Value none;
  bool fits = true;
  Expectation e = {.parameter = parameter, .value = given.value};
  if (known_is_number(given)) size[0] = size[1] = 1;
  else if (!known_is_array(given, &size[0], &size[1]) && given.kind == KNOWN_EXACT)
    return check_try(c, set, refuse_kind, &e, &none);
  if (given.kind == KNOWN_NOT) size[0] = size[1] = SIZE_UNKNOWN;
  for (uint32_t k = 0; k < 2; k++) {
    Known wanted = stated_size(c, set, k, size[k]);
    bool known = wanted.kind == KNOWN_EXACT && wanted.value.kind == VALUE_NUMBER && size[k] >= 0;
    if (!known || wanted.value.number == (double)size[k] || !fits) continue;
    e = (Expectation){.parameter = parameter,
                      .dimension = (int)k,
                      .actual = (double)size[k],
                      .expected = wanted.value.number};
    fits = check_try(c, set, refuse_size, &e, &none);
  }
  return fits;
}

/* What a set alone says of a parameter. */
static Known stated(Check *c, const Node *set) {
  int64_t size[2];
  if (set->count == 0) return known_number();
  for (uint32_t k = 0; k < 2; k++) {
    Known wanted = stated_size(c, set, k, SIZE_UNKNOWN);
    bool exact = wanted.kind == KNOWN_EXACT && wanted.value.kind == VALUE_NUMBER &&
                 wanted.value.number >= 0 && wanted.value.number < UINT32_MAX;
    size[k] = exact ? (int64_t)wanted.value.number : SIZE_UNKNOWN;
  }
  return size[0] == 1 && size[1] == 1 ? known_not() : known_array(size[0], size[1]);
}

/* ---- calls of them ---- */

typedef struct Matching {
  const Function *function;
  CallSite site;
  Value given[CALL_ARGUMENTS];
  Value *by_parameter;
} Matching;

static Value match(Session *s, const void *context) {
  const Matching *m = context;
  if (m->function->prototype->parameter_count > CALL_ARGUMENTS) return value_boolean(false);
  invoke_match(s, m->function, m->given, &m->site, m->by_parameter);
  return value_boolean(true);
}

static bool is_running(const Check *c, const Prototype *p) {
  for (const Body *b = c->body; b; b = b->caller)
    if (b->prototype == p) return true;
  return false;
}

/* Arguments and defaults to the names of the parameters; false when a stated shape does not fit. */
static bool bind_parameters(Check *c, const Prototype *p, const CheckCall *call,
                            const Value *by_parameter) {
  Scope *locals = c->body->locals;
  for (uint32_t i = 0; i < p->parameter_count; i++)
    if (by_parameter[i].kind != VALUE_NOTHING)
      scope_bind(c, locals, p->parameter[i]->symbol,
                 call->argument[(uint32_t)by_parameter[i].number]);
  for (int given = 1; given >= 0; given--)
    for (uint32_t i = 0; i < p->parameter_count; i++) {
      const Node *parameter = p->parameter[i];
      if ((by_parameter[i].kind != VALUE_NOTHING) != given) continue;
      Known value = given ? call->argument[(uint32_t)by_parameter[i].number]
                          : check_expression(c, parameter->child[1]);
      scope_bind(c, locals, parameter->symbol, value);
      if (!check_set(c, parameter, value)) return false;
    }
  return true;
}

static Known call_closure(Check *c, Known callee, const CheckCall *call) {
  Value by_parameter[CALL_ARGUMENTS], fits;
  const Function *f = (Function *)callee.value.object;
  Prototype *p = f->prototype;
  Matching m = {.function = f, .by_parameter = by_parameter};
  m.site = (CallSite){.positional = call->positional,
                      .named = call->named,
                      .name = (const Symbol **)call->name,
                      .wanted = 1};
  for (uint32_t i = 0; i < call->positional + call->named; i++) m.given[i] = value_number(i);
  if (!check_try(c, call->node, match, &m, &fits) || fits.number == 0) return known_not();
  if (is_running(c, p) || c->depth >= DEPTH_LARGEST || c->budget == 0) return known_not();
  Scope *outer = callee.scope ? callee.scope : p->is_library ? NULL : c->session_names;
  Body body = body_of(c, p, outer, call->node), *caller = c->body;
  uint32_t doubt = c->doubt;
  c->doubt = c->depth ? doubt + caller->left : 0;
  c->body = &body;
  c->depth++;
  Known result = bind_parameters(c, p, call, by_parameter) ? check_body(c, p->body) : known_not();
  c->depth--;
  c->body = caller;
  c->doubt = doubt;
  return result;
}

/* What the function gives, called by a builtin or entry by entry. */
static void call_inside(Check *c, Known f, const CheckCall *call, uint32_t skip) {
  const Function *function = (Function *)f.value.object;
  if (f.kind != KNOWN_FUNCTION || function->function_kind != FUNCTION_CLOSURE || call->named)
    return;
  if (function->prototype->parameter_count != call->positional - skip) return;
  for (uint32_t i = skip; i < call->positional; i++)
    if (call->argument[i].kind == KNOWN_NOT) return;
  CheckCall inner = {.node = call->node,
                     .argument = call->argument + skip,
                     .positional = call->positional - skip,
                     .wanted = 1};
  call_closure(c, f, &inner);
}

/* These call their first argument with the others. */
static const char *const callers[] = {"gradient", "jacobian", "hessian", "laplacian"};

/* What cannot be a point is refused before the function is called. */
static bool may_be_point(Known known) {
  if (known.kind == KNOWN_FUNCTION || known.kind == KNOWN_BOOLEAN) return false;
  if (known.kind == KNOWN_ARRAY) return !known.boolean;
  if (known.kind != KNOWN_EXACT) return true;
  Value v = known.value;
  bool mask = v.kind == VALUE_ARRAY && value_as_array(v)->element == ELEMENT_BOOLEAN;
  return !mask && v.kind != VALUE_STRING && v.kind != VALUE_BOOLEAN;
}

static void call_at_point(Check *c, Known f, const CheckCall *call, uint32_t skip) {
  for (uint32_t i = skip; i < call->positional; i++)
    if (!may_be_point(call->argument[i])) return;
  call_inside(c, f, call, skip);
}

/* What follows an assertion that may fail may not be reached. */
static void note_assertion(Check *c, const CheckCall *call) {
  bool truth = false, known = call->positional && known_truth(call->argument[0], &truth);
  if (!(known && truth) && !c->unreached) c->body->left = true;
}

static Known call_builtin(Check *c, const Primitive *row, const CheckCall *call) {
  if (strcmp(row->name, "assert") == 0) note_assertion(c, call);
  for (size_t i = 0; i < sizeof callers / sizeof *callers; i++)
    if (strcmp(callers[i], row->name) == 0 && call->positional > 1)
      call_at_point(c, call->argument[0], call, 1);
  return check_builtin(c, row, call);
}

static Value refuse(Session *s, const void *callee) {
  invoke_fail_callee(s, *(const Value *)callee);
}

static Known call_other(Check *c, const Node *n, Known callee) {
  Value wrong, none;
  if (known_witness(c->session, callee, &wrong)) check_try(c, n, refuse, &wrong, &none);
  return known_not();
}

static Known call_known(Check *c, Known callee, const CheckCall *call) {
  if (callee.kind != KNOWN_FUNCTION) return call_other(c, call->node, callee);
  const Function *f = (Function *)callee.value.object;
  if (f->function_kind == FUNCTION_PRIMITIVE) return call_builtin(c, f->primitive, call);
  return f->function_kind == FUNCTION_CLOSURE ? call_closure(c, callee, call) : known_not();
}

/* ---- calls in the text ---- */

static Known call_each(Check *c, Known callee, const CheckCall *call) {
  Known *entry = arena_new(&c->arena, (call->positional + 1) * sizeof *entry), result = known_not();
  for (uint32_t i = 0; i < call->positional; i++) {
    int64_t rows, cols;
    bool array = known_is_array(call->argument[i], &rows, &cols);
    entry[i] = array ? known_number() : call->argument[i];
    if (array && result.kind == KNOWN_NOT) result = known_array(rows, cols);
    if (call->argument[i].kind == KNOWN_NOT) return known_not();
  }
  CheckCall one = {
      .node = call->node, .argument = entry, .positional = call->positional, .wanted = 1};
  call_inside(c, callee, &one, 0);
  return result;
}

static bool is_generator(const Node *n) {
  return n->kind == NODE_CALL && n->count == 2 && n->child[1]->kind == NODE_GENERATED;
}

static Known reduce(Check *c, const Node *n, Known callee) {
  int64_t turns[2] = {SIZE_UNKNOWN, 1};
  Known item = check_generated(c, n->child[1], turns);
  if (callee.kind != KNOWN_FUNCTION ||
      ((Function *)callee.value.object)->function_kind != FUNCTION_PRIMITIVE)
    return known_not();
  int64_t all = turns[0] < 0 || turns[1] < 0 ? SIZE_UNKNOWN : turns[0] * turns[1];
  return check_reduction(((Function *)callee.value.object)->primitive->name, item, all);
}

/* diff(x^2*y, x): the names of a formula need no value. */
static bool is_quoting(Known callee) {
  if (callee.kind != KNOWN_FUNCTION) return false;
  const Function *f = (Function *)callee.value.object;
  return f->function_kind == FUNCTION_PRIMITIVE && f->primitive->result == RESULT_FORMULA;
}

Known check_call(Check *c, const Node *n) {
  bool pipe = n->kind == NODE_PIPE;
  const Node *called = n->child[pipe ? 1 : 0];
  bool nabla = called->kind == NODE_NABLA;
  Known callee = check_expression(c, nabla ? called->child[0] : called);
  if (is_quoting(callee)) return known_not();
  if (is_generator(n) && !nabla) return reduce(c, n, callee);
  uint32_t count = pipe ? 1 : n->count - 1;
  Known *argument = arena_new(&c->arena, (count + 1) * sizeof *argument);
  const Symbol **name = arena_new(&c->arena, (count + 1) * sizeof *name);
  CheckCall call = {.node = n, .argument = argument, .name = name, .wanted = 1};
  for (uint32_t i = 0; i < count; i++) {
    const Node *given = n->child[pipe ? 0 : i + 1];
    bool named = given->kind == NODE_NAMED;
    if (named) name[call.named++] = given->symbol;
    else call.positional++;
    argument[i] = check_expression(c, named ? given->child[0] : given);
  }
  if (count > CALL_ARGUMENTS) return known_not();
  if (nabla) call_at_point(c, callee, &call, 0);
  if (nabla) return known_not();
  return n->kind == NODE_CALL_EACH ? call_each(c, callee, &call) : call_known(c, callee, &call);
}

/* A'(x): a product, or a call when the left is a function. */
Known check_implicit(Check *c, const Node *n) {
  Known left = check_expression(c, n->child[0]), right = check_expression(c, n->child[1]);
  int64_t rows, cols;
  if (!n->op || known_is_number(left) || known_is_array(left, &rows, &cols))
    return check_binary(c, n, OP_MULTIPLY, left, right);
  return known_not();
}

/* ---- clause forms ---- */

static Known variable_of(Check *c, const Node *variable) {
  const Node *set = variable->child[0];
  if (!set) return known_not();
  if (set->kind == NODE_SET) return stated(c, set);
  int64_t turns;
  return check_element(c, set, check_expression(c, set), &turns);
}

/* The objective, or the constraints, as a function of the variables. */
static void walk_clause(Check *c, const Node *n, const Node *written, const Known *variable) {
  Prototype *p = c->body->prototype->inner[prototype_inner(c->body->prototype, written)];
  Body body = body_of(c, p, c->body->scope, n), *outer = c->body;
  for (uint32_t i = 0; i < p->parameter_count; i++)
    scope_bind(c, body.locals, p->parameter[i]->symbol, variable[i]);
  body.call = NULL;
  c->body = &body;
  check_body(c, p->body);
  c->body = outer;
}

Known check_clause(Check *c, const Node *n) {
  const Node *variables = n->child[1];
  Known *variable = arena_new(&c->arena, (variables->count + 1) * sizeof *variable);
  for (uint32_t i = 0; i < variables->count; i++) variable[i] = variable_of(c, variables->child[i]);
  if (n->child[2]) check_children(c, n->child[2]);
  if (n->child[4]) check_children(c, n->child[4]);
  walk_clause(c, n, n->child[0], variable);
  if (n->child[3]) walk_clause(c, n, prototype_constraints(c->body->prototype, n), variable);
  return known_not();
}

/* ---- functions by themselves ---- */

static void walk_alone(Check *c, Prototype *p, Scope *outer) {
  Body body = body_of(c, p, outer, NULL);
  c->body = &body;
  for (uint32_t i = 0; i < p->parameter_count; i++)
    scope_bind(c, body.locals, p->parameter[i]->symbol, known_not());
  for (uint32_t i = 0; i < p->parameter_count; i++) {
    const Node *parameter = p->parameter[i], *set = set_of(parameter);
    if (set) scope_bind(c, body.locals, parameter->symbol, stated(c, set));
    if (parameter->count > 1 && parameter->child[1]) check_expression(c, parameter->child[1]);
  }
  check_body(c, p->body);
  c->body = NULL;
}

void check_alone(Check *c) {
  c->alone = true;
  for (uint32_t i = 0; i < c->pending_count; i++) {
    Pending one = c->pending[i];
    walk_alone(c, one.prototype, one.scope ? one.scope : c->session_names);
  }
}
