/* expression.c - deriving, simplifying, substituting in and evaluating formulas.
 *
 * A result is written down and read again, so that it stands on a source of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/expression.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/matrixformula.h"
#include "calculus/symbolic.h"
#include "machine/lambda.h"
#include "machine/library.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "syntax/unparse.h"

enum { NAMES_MOST = 32 };

bool expression_is(Value v) {
  return v.kind == VALUE_FORMULA && ((const Node *)((Formula *)v.object)->node)->kind != NODE_TILDE;
}

/* ---- meanings ---- */

/* Names stay symbols, whatever they are in the session; functions and constants are what they are. */
static SymbolicMeaning meaning(void *context, const Symbol *name, const Prototype **prototype) {
  Session *s = context;
  const Binding *b = session_binding(s, name);
  if (b->value.kind == VALUE_NOTHING) return b->builtin.kind == VALUE_NOTHING ? SYMBOLIC_FREE : SYMBOLIC_BUILTIN;
  if (b->value.kind != VALUE_FUNCTION) return SYMBOLIC_FREE;
  const Function *f = (const Function *)b->value.object;
  if (f->function_kind == FUNCTION_CLOSURE && f->count == 0) *prototype = f->prototype;
  return SYMBOLIC_FUNCTION;
}

static void collect_names(Session *s, const Node *node, const Symbol **name, uint32_t *count, uint32_t most) {
  if (!node) return;
  if (node->kind == NODE_NAME) {
    const Prototype *prototype;
    if (meaning(s, node->symbol, &prototype) != SYMBOLIC_FREE) return;
    for (uint32_t i = 0; i < *count; i++)
      if (name[i] == node->symbol) return;
    if (*count < most) name[(*count)++] = node->symbol;
    return;
  }
  bool call = node->kind == NODE_CALL;
  for (uint32_t i = call ? 1 : 0; i < node->count; i++) collect_names(s, node->child[i], name, count, most);
}

uint32_t expression_names(Session *s, const Node *node, const Symbol **name, uint32_t most) {
  uint32_t count = 0;
  collect_names(s, node, name, &count, most);
  return count;
}

/* ---- making ---- */

static Value parsed(Session *s, const Text *text) {
  Source *source = source_new("formula", text->bytes, text->length);
  Tree *tree = NULL;
  Report report = {0};
  if (parse(source, &s->symbols, &tree, &report) != PARSE_OK) {
    report_clear(&report);
    source_release(source);
    fail(s, "the formula %.*s cannot be read back", (int)(text->length < 100 ? text->length : 100), text->bytes);
  }
  library_load(s);
  Formula *f = object_new(s, VALUE_FORMULA, sizeof(Formula));
  f->node = tree->program->child[0];
  f->tree = tree;
  f->scope = value_nothing();
  source_release(source);
  return value_formula(f);
}

Value expression_new(Session *s, const Node *node, const Source *source) {
  Text text = {0};
  unparse(node, source, &text);
  Value formula = parsed(s, &text);
  text_free(&text);
  return formula;
}

static _Noreturn void fail_formula(Session *s, const char *why) {
  Report *r = failure(s, "there is no formula for this%s%s", *why ? ": " : "", why);
  report_remark(r, "f', gradient and jacobian of a function give the derivative at a point in any case");
  raise_failure(s, r);
}

Value expression_derivative(Session *s, const Node *node, Tree *tree, const Symbol *by) {
  const SymbolicScope scope = {.meaning = meaning, .context = s};
  char why[160] = "";
  Tree *work = tree_new(tree->source);
  const Node *e = symbolic_derivative(work, &s->symbols, node, by, &scope, why);
  char other[160];
  if (!e) e = matrixformula_derivative(s, node, work, by, other);
  Value result = e ? expression_new(s, e, tree->source) : value_nothing();
  tree_release(work);
  if (!e) fail_formula(s, why);
  return result;
}

Value expression_simplify(Session *s, const Node *node, Tree *tree) {
  Tree *work = tree_new(tree->source);
  Value result = expression_new(s, symbolic_simplify(work, &s->symbols, node), tree->source);
  tree_release(work);
  return result;
}

/* ---- calling ---- */

typedef struct Given {
  const Symbol *name[NAMES_MOST];
  Value value[NAMES_MOST];
  uint32_t count;
} Given;

static void list_names(const Symbol *const *name, uint32_t count, char *list, size_t size) {
  list[0] = 0;
  for (uint32_t i = 0; i < count && strlen(list) + strlen(name[i]->name) + 3 < size; i++)
    strcat(strcat(list, i ? ", " : ""), name[i]->name);
}

static _Noreturn void fail_names(Session *s, const char *message, const Symbol *const *free, uint32_t count) {
  char list[160];
  list_names(free, count, list, sizeof list);
  Report *r = failure(s, "%s", message);
  if (count) report_remark(r, "its names are: %s", list);
  const Node *call = session_origin(s);
  bool named = call && call->kind == NODE_CALL && call->child[0]->kind == NODE_NAME;
  if (count) report_advise(r, "%s(%s = …)", named ? call->child[0]->symbol->name : "g", free[0]->name);
  raise_failure(s, r);
}

static void give(Session *s, Given *given, const Symbol *name, Value value, const Symbol *const *free, uint32_t count) {
  char message[120];
  bool known = false;
  for (uint32_t i = 0; i < count; i++) known = known || free[i] == name;
  snprintf(message, sizeof message, "the formula has no %s", name->name);
  if (!known) fail_names(s, message, free, count);
  given->name[given->count] = name;
  given->value[given->count++] = value;
}

static Given read_given(Session *s, const Value *value, const CallSite *site, const Symbol *const *free, uint32_t count) {
  Given given = {.count = 0};
  if (site->positional > 1 || (site->positional == 1 && count != 1))
    fail_names(s, "a formula is given its numbers by name", free, count);
  if (site->positional) give(s, &given, free[0], value[0], free, count);
  for (uint32_t i = 0; i < site->named; i++) give(s, &given, site->name[i], value[site->positional + i], free, count);
  return given;
}

/* All names have values: a function of them, called. */
static Value evaluate(Session *s, const Formula *f, const Given *given) {
  Text text = {0};
  text_string(&text, "(");
  for (uint32_t i = 0; i < given->count; i++) text_format(&text, "%s%s", i ? ", " : "", given->name[i]->name);
  text_string(&text, ") -> ");
  unparse(f->node, f->tree->source, &text);
  char *written = scratch(s, text.length + 1);
  memcpy(written, text.bytes, text.length + 1);
  text_free(&text);
  Value function = lambda_new(s, "a formula", written);
  Value result = machine_call(s, function, given->value, given->count);
  value_release(function);
  return result;
}

static Node *number_node(Tree *tree, double x) {
  Node *node = node_new(tree, NODE_NUMBER, (Span){0, 0}, 0);
  node->number = fabs(x);
  if (!(x < 0)) return node;
  Node *negative = node_new(tree, NODE_NEGATE, (Span){0, 0}, 1);
  negative->child[0] = node;
  return negative;
}

static Value substitute(Session *s, const Formula *f, const Given *given) {
  const Node *value[NAMES_MOST];
  char why[160] = "";
  Tree *work = tree_new(f->tree->source);
  for (uint32_t i = 0; i < given->count; i++) {
    Value v = given->value[i];
    bool number = v.kind == VALUE_NUMBER && isfinite(v.number);
    if (!number && !expression_is(v)) {
      tree_release(work);
      fail_argument(s, (int)i, "as long as other names are free, a name may become a number or a formula");
    }
    value[i] = number ? number_node(work, v.number) : ((Formula *)v.object)->node;
  }
  const SymbolicScope scope = {.meaning = meaning, .context = s};
  const Node *e = symbolic_substitute(work, &s->symbols, f->node, given->name, value, given->count, &scope, why);
  Value result = e ? expression_new(s, e, f->tree->source) : value_nothing();
  tree_release(work);
  if (!e) fail_formula(s, why);
  return result;
}

Value expression_call(Session *s, Value formula, const Value *given, const CallSite *site) {
  const Formula *f = (const Formula *)formula.object;
  const Symbol *free[NAMES_MOST];
  if (!expression_is(formula)) fail(s, "a model formula with ~ is not evaluated: it goes to regress or fit");
  uint32_t count = expression_names(s, f->node, free, NAMES_MOST);
  Given known = read_given(s, given, site, free, count);
  bool whole = known.count == count;
  for (uint32_t i = 0; i < known.count; i++) whole = whole && known.value[i].kind != VALUE_FORMULA;
  Scratch *mark = scratch_mark(s);
  Value result = whole ? evaluate(s, f, &known) : substitute(s, f, &known);
  scratch_release(s, mark);
  return result;
}
