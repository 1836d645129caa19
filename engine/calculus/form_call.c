/* form_call.c - calls in formulas: scalar functions, sums over generators, functions of the user.
 *
 * The body of a function is read in an environment of its parameters only. Its other names are the
 * session's; should one of them be the variable or bound by a `for` around the call, then the formula
 * would say something else than the call, and there is none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "calculus/form.h"
#include "calculus/scalar.h"

/* Builtins whose value is a number whatever array they are given, and their most arguments. */
typedef struct Measure {
  const char *name;
  uint32_t arguments;
} Measure;

static const Measure measures[] = {
    {"norm", 2},     {"dot", 2},  {"det", 1},    {"trace", 1},  {"rank", 1},   {"logdet", 1},
    {"cond", 2},     {"sum", 1},  {"Σ", 1},      {"prod", 1},   {"Π", 1},      {"mean", 1},
    {"max", 1},      {"min", 1},  {"var", 1},    {"std", 1},    {"length", 1}, {"rows", 1},
    {"cols", 1},     {"angle", 2}, {"gcd", 2},   {"binomial", 2}, {"betafn", 2},
};

bool symbol_is(const Symbol *symbol, const char *key) { return strcmp(symbol->key, key) == 0; }

/* ---- meanings ---- */

static bool is_measure(const Node *call) {
  for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
    if (symbol_is(call->child[0]->symbol, measures[i].name))
      return call->count - 1 <= measures[i].arguments;
  return false;
}

static bool is_builtin(const Symbol *name) {
  static const char *const constants[] = {"e", "π", "inf", "nan"};
  for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
    if (symbol_is(name, constants[i])) return true;
  for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
    if (symbol_is(name, measures[i].name)) return true;
  return scalar_find(name->key) != SCALAR_COUNT;
}

SymbolicMeaning form_meaning(Algebra *algebra, const Symbol *name, const Prototype **prototype) {
  const SymbolicScope *scope = algebra->scope;
  *prototype = NULL;
  SymbolicMeaning meaning = scope             ? scope->meaning(scope->context, name, prototype)
                            : is_builtin(name) ? SYMBOLIC_BUILTIN
                                               : SYMBOLIC_FREE;
  if (algebra->in_rule && meaning != SYMBOLIC_BUILTIN)
    algebra_fail(algebra, "the formula needs %s, which has another meaning here", name->name);
  return meaning;
}

/* ---- environments ---- */

Environment *environment_add(Algebra *algebra, const Symbol *name, const Sum *value) {
  Environment *environment = form_new(algebra, sizeof *environment);
  *environment = (Environment){.outer = algebra->environment, .name = name, .value = value};
  algebra->environment = environment;
  return environment;
}

const Sum *environment_find(Algebra *algebra, const Symbol *name, bool *bound) {
  *bound = false;
  const Environment *found = algebra->environment;
  while (found && found->name != name) found = found->outer;
  if (!found) return NULL;
  *bound = true;
  if (!found->value) return NULL;
  for (const Environment *at = algebra->environment; at != found; at = at->outer)
    if (!at->value && sum_mentions(found->value, at->name))
      algebra_fail(algebra, "%s means two things in it", at->name->name);
  return found->value;
}

/* ---- sums over generators ---- */

/* Whether the elements of what is gone over are numbers, as far as its form says. */
static bool gives_numbers(const Node *node) {
  if (node->kind == NODE_CALL) {
    const Node *callee = node->child[0];
    if (callee->kind != NODE_NAME) return false;
    if (!symbol_is(callee->symbol, "zip") && !symbol_is(callee->symbol, "linspace")) return false;
    for (uint32_t i = 1; i < node->count; i++)
      if (symbol_is(callee->symbol, "zip") && !gives_numbers(node->child[i])) return false;
    return true;
  }
  return node->kind == NODE_RANGE || node->kind == NODE_NAME || node->kind == NODE_ARRAY ||
         node->kind == NODE_INDEX || node->kind == NODE_FIELD || node->kind == NODE_COMPREHENSION;
}

static void bind(Algebra *algebra, const Node *name) {
  if (name->symbol == algebra->variable)
    algebra_fail(algebra, "%s means two things in it", name->symbol->name);
  Binder *binder = form_new(algebra, sizeof *binder);
  *binder = (Binder){.outer = algebra->binder, .name = name->symbol};
  algebra->binder = binder;
  environment_add(algebra, name->symbol, NULL);
}

/* The generator with its names bound from here on. */
static Node *read_generator(Algebra *algebra, const Node *generator) {
  Node *copy = form_node(algebra, NODE_GENERATOR, generator->count, NULL);
  for (uint32_t i = 0; i + 1 < generator->count; i++) {
    const Node *clause = generator->child[i];
    uint32_t names = clause->count - 1;
    Node *over = form_copy(algebra, clause->child[names]);
    if (!gives_numbers(over)) algebra_fail(algebra, "a sum over arrays has no formula");
    copy->child[i] = form_node(algebra, NODE_BIND, clause->count, NULL);
    copy->child[i]->child[names] = over;
    for (uint32_t j = 0; j < names; j++) {
      bind(algebra, clause->child[j]);
      copy->child[i]->child[j] = form_node(algebra, NODE_NAME, 0, NULL);
      copy->child[i]->child[j]->symbol = clause->child[j]->symbol;
    }
  }
  const Node *filter = generator->child[generator->count - 1];
  if (filter) copy->child[generator->count - 1] = form_copy(algebra, filter);
  return copy;
}

/* sum(body for i in …), mean(…) */
static const Sum *read_series(Algebra *algebra, const Node *call) {
  const Environment *environment = algebra->environment;
  const Binder *binder = algebra->binder;
  Node *generator = read_generator(algebra, call->child[1]->child[1]);
  const Sum **body = form_new(algebra, sizeof(const Sum *));
  body[0] = form_read(algebra, call->child[1]->child[0]);
  algebra->environment = environment;
  algebra->binder = binder;
  if (algebra->variable && node_mentions(generator, algebra->variable))
    algebra_fail(algebra, "how many terms a sum has depends on %s", algebra->variable->name);
  Node *generated = form_node(algebra, NODE_GENERATED, 2, (Node *[]){NULL, generator});
  Node *node = form_node(algebra, NODE_CALL, 2, (Node *[]){form_copy(algebra, call->child[0]), generated});
  return form_atom(algebra, (Atom){.kind = ATOM_SERIES, .node = node, .argument = body, .count = 1});
}

/* ---- plain calls ---- */

static bool plain_arguments(const Node *call) {
  for (uint32_t i = 1; i < call->count; i++)
    if (call->child[i]->kind == NODE_NAMED || call->child[i]->kind == NODE_GENERATED) return false;
  return true;
}

static const Sum **read_arguments(Algebra *algebra, const Node *call) {
  const Sum **argument = form_new(algebra, call->count * sizeof(const Sum *));
  for (uint32_t i = 1; i < call->count; i++) argument[i - 1] = form_read(algebra, call->child[i]);
  return argument;
}

static const Sum *call_atom(Algebra *algebra, const Symbol *name, const Sum **argument, uint32_t count) {
  Node *callee = form_node(algebra, NODE_NAME, 0, NULL);
  callee->symbol = name;
  Node *node = form_node(algebra, NODE_CALL, count + 1, NULL);
  node->child[0] = callee;
  return form_atom(algebra,
                   (Atom){.kind = ATOM_CALL, .node = node, .argument = argument, .count = count});
}

static const Sum *power_of_exp(Algebra *algebra, const Symbol *name, const Sum *argument) {
  Node *base = form_node(algebra, NODE_NAME, 0, NULL);
  base->symbol = name;
  Atom atom = {.kind = ATOM_OPAQUE, .node = base, .positive = true, .exponential = true};
  return sum_power(algebra, form_atom(algebra, atom), argument, STYLE_POWER);
}

/* log(e^u) is u; log(1) is 0. */
static const Sum *log_value(Algebra *algebra, const Sum *argument) {
  Rational number;
  if (sum_is_number(argument, &number)) return rational_is(number, 1) ? sum_whole(algebra, 0) : NULL;
  const Product *product = argument->count == 1 ? argument->term[0] : NULL;
  if (!product || product->count != 1 || !rational_is(product->coefficient, 1)) return NULL;
  const Factor *factor = &product->factor[0];
  if (!factor->atom || !factor->atom->positive || symbol_is(factor->atom->node->symbol, "π")) return NULL;
  return factor->exponent ? factor->exponent : sum_number(algebra, factor->power);
}

const Sum *form_log(Algebra *algebra, const Sum *argument) {
  const Sum *value = log_value(algebra, argument);
  if (value) return value;
  const Prototype *prototype;
  const Symbol *name = symbol_intern(algebra->symbols, "log", 3);
  if (form_meaning(algebra, name, &prototype) != SYMBOLIC_BUILTIN)
    algebra_fail(algebra, "the formula needs log, which has another meaning here");
  const Sum **list = form_new(algebra, sizeof(const Sum *));
  list[0] = argument;
  return call_atom(algebra, name, list, 1);
}

static const Sum *read_builtin(Algebra *algebra, const Node *call) {
  const Symbol *name = call->child[0]->symbol;
  uint32_t count = call->count - 1;
  Scalar scalar = scalar_find(name->key);
  bool fits = scalar != SCALAR_COUNT && scalar_row[scalar].arguments == (int)count;
  if (!fits) {
    if (!is_measure(call)) algebra_fail(algebra, "no formula for %s(…)", name->name);
    const Node *copy = form_copy(algebra, call);
    if (algebra->variable && node_mentions(copy, algebra->variable))
      algebra_fail(algebra, "no formula for %s(…)", name->name);
    return form_atom(algebra, (Atom){.kind = ATOM_OPAQUE, .node = copy});
  }
  const Sum **argument = read_arguments(algebra, call);
  if (symbol_is(name, "exp")) return power_of_exp(algebra, name, argument[0]);
  if (symbol_is(name, "pow")) return sum_power(algebra, argument[0], argument[1], STYLE_POWER);
  if (symbol_is(name, "sqrt"))
    return sum_power(algebra, argument[0], sum_number(algebra, rational_ratio(1, 2)), STYLE_SQRT);
  const Sum *value =
      symbol_is(name, "log") || symbol_is(name, "ln") ? log_value(algebra, argument[0]) : NULL;
  return value ? value : call_atom(algebra, name, argument, count);
}

static const Sum *read_users_call(Algebra *algebra, const Node *call, const Prototype *prototype) {
  uint32_t count = call->count - 1;
  const Sum *value = call_atom(algebra, call->child[0]->symbol, read_arguments(algebra, call), count);
  if (!value->varies && prototype && !form_inline(algebra, value->term[0]->factor[0].atom))
    longjmp(algebra->escape, 1); /* it may be an array */
  return value;
}

static bool is_series(const Node *call) {
  const Symbol *name = call->child[0]->symbol;
  bool sums = symbol_is(name, "sum") || symbol_is(name, "Σ") || symbol_is(name, "mean");
  return sums && call->count == 2 && call->child[1]->kind == NODE_GENERATED;
}

const Sum *form_read_call(Algebra *algebra, const Node *call) {
  if (call->child[0]->kind != NODE_NAME) algebra_fail(algebra, "it calls a function without a name");
  const Symbol *name = call->child[0]->symbol;
  bool bound;
  if (name == algebra->variable || environment_find(algebra, name, &bound) || bound)
    algebra_fail(algebra, "it calls %s, which is taken for a number", name->name);
  const Prototype *prototype;
  SymbolicMeaning meaning = form_meaning(algebra, name, &prototype);
  if (meaning == SYMBOLIC_BUILTIN && is_series(call)) return read_series(algebra, call);
  if (!plain_arguments(call) || meaning == SYMBOLIC_OTHER || meaning == SYMBOLIC_NUMBER)
    algebra_fail(algebra, "no formula for %s(…)", name->name);
  if (meaning == SYMBOLIC_BUILTIN) return read_builtin(algebra, call);
  return read_users_call(algebra, call, prototype);
}

/* ---- functions of the user ---- */

static bool is_expression(const Node *body) { return body->kind < NODE_DO && body->kind != NODE_CLAUSE; }

static bool has_formula(Algebra *algebra, const Symbol *name, const Prototype *prototype) {
  const char *reason = !prototype                        ? "is not defined"
                       : !is_expression(prototype->body) ? "is not defined by one expression"
                       : prototype->capture_count        ? "uses names of the function around it"
                                                         : NULL;
  for (uint32_t i = 0; !reason && i < prototype->parameter_count; i++) {
    const Node *set = prototype->parameter[i]->child[0];
    if (set && set->count) reason = "takes an array";
  }
  if (reason) snprintf(algebra->why, 160, "%s(…) %s", name->name, reason);
  return !reason;
}

/* Binds the parameters to the arguments of the call. */
static void bind_parameters(Algebra *algebra, const Atom *call, const Prototype *prototype) {
  for (uint32_t i = 0; i < prototype->parameter_count; i++) {
    const Node *parameter = prototype->parameter[i];
    const Node *standard = parameter->count > 1 ? parameter->child[1] : NULL;
    const Sum *value = i < call->count ? call->argument[i] : NULL;
    if (!value && standard && standard->kind == NODE_NUMBER)
      value = sum_number(algebra, rational_of(standard->number));
    if (!value || call->count > prototype->parameter_count)
      algebra_fail(algebra, "%s(…) is called with other arguments than it takes",
                   call->node->child[0]->symbol->name);
    environment_add(algebra, parameter->symbol, value);
  }
}

const Sum *form_inline(Algebra *algebra, const Atom *call) {
  const Symbol *name = call->node->child[0]->symbol;
  const Prototype *prototype;
  form_meaning(algebra, name, &prototype);
  if (!has_formula(algebra, name, prototype)) return NULL;
  if (++algebra->inlined > FORM_INLINE)
    algebra_fail(algebra, "%s(…) calls itself, or calls nest too deeply", name->name);
  const Environment *environment = algebra->environment;
  algebra->environment = NULL;
  bind_parameters(algebra, call, prototype);
  const Sum *body = form_read(algebra, prototype->body);
  algebra->environment = environment;
  algebra->inlined--;
  return body;
}
