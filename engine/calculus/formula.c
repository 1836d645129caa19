/* formula.c - from a derived function to its formula.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/formula.h"

#include <stdio.h>
#include <string.h>

#include "calculus/scalar.h"
#include "calculus/symbolic.h"
#include "machine/lambda.h"
#include "machine/session.h"
#include "syntax/unparse.h"

static SymbolicMeaning meaning(void *context, const Symbol *name, const Prototype **prototype) {
  Session *s = context;
  const Binding *b = session_binding(s, name);
  if (b->value.kind == VALUE_NOTHING) return b->builtin.kind == VALUE_NOTHING ? SYMBOLIC_FREE : SYMBOLIC_BUILTIN;
  if (b->value.kind == VALUE_NUMBER) return SYMBOLIC_NUMBER;
  if (b->value.kind != VALUE_FUNCTION) return SYMBOLIC_OTHER;
  const Function *f = (const Function *)b->value.object;
  if (f->function_kind == FUNCTION_CLOSURE && f->count == 0) *prototype = f->prototype;
  return SYMBOLIC_FUNCTION;
}

static const Node *differentiate(Session *s, Tree *tree, const Prototype *p, int order, char why[160]) {
  const SymbolicScope scope = {.meaning = meaning, .context = s};
  const Node *e = p->body;
  for (int k = 0; e && k < order; k++) e = symbolic_derivative(tree, &s->symbols, e, p->parameter[0]->symbol, &scope, why);
  return e;
}

/* What a derivative is one of; a builtin function of one number as x -> sin(x). */
static const Function *function_of(Session *s, const Function *derivative) {
  const Function *f = (const Function *)derivative->bound[0].object;
  Scalar scalar = f->function_kind == FUNCTION_PRIMITIVE ? scalar_find(f->primitive->name) : SCALAR_COUNT;
  if (scalar == SCALAR_COUNT || scalar_row[scalar].arguments != 1) return f;
  char text[80];
  snprintf(text, sizeof text, "x -> %s(x)", f->primitive->name);
  return (const Function *)lambda_of(s, f->primitive, f->primitive->name, text).object;
}

const Node *formula_tree(Session *s, const Function *derivative, Tree **tree, char why[160]) {
  const Function *f = function_of(s, derivative);
  why[0] = 0;
  *tree = NULL;
  if (f->function_kind != FUNCTION_CLOSURE) {
    snprintf(why, 160, "it is built in");
    return NULL;
  }
  const Prototype *p = f->prototype;
  if (p->parameter_count != 1 || p->body->kind == NODE_DO || f->count) {
    snprintf(why, 160, f->count ? "it captures names of another function" : p->body->kind == NODE_DO ? "it has statements" : "it has %u arguments", p->parameter_count);
    return NULL;
  }
  *tree = tree_new(p->tree->source);
  const Node *e = differentiate(s, *tree, p, derivative->order, why);
  if (e) return e;
  tree_release(*tree);
  *tree = NULL;
  return NULL;
}

bool formula_of_derivative(Session *s, const Function *derivative, Text *out, char why[160]) {
  Tree *tree;
  const Node *e = formula_tree(s, derivative, &tree, why);
  if (!e) return false;
  const Function *f = (const Function *)derivative->bound[0].object;
  const Prototype *p = function_of(s, derivative)->prototype;
  if (f->primitive) text_format(out, "%s", f->primitive->name);
  else if (p->name) text_format(out, "%s", p->name->name);
  else {
    text_string(out, "(");
    prototype_print(p, NULL, out);
    text_string(out, ")");
  }
  text_repeat(out, '\'', derivative->order);
  text_format(out, "(%s) = ", p->parameter[0]->symbol->name);
  unparse(e, p->tree->source, out);
  tree_release(tree);
  return true;
}
