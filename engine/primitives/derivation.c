/* derivation.c - a derivative taken apart rule by rule, for steps(diff(…)).
 *
 * The rules are read off the tree as it was typed, a line for each, outermost first; an inner
 * derivative stands as (u)' until its own line comes. Where no rule is left to be named the line
 * has what diff gives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "calculus/expression.h"
#include "calculus/symbolic.h"
#include "machine/prototype.h"
#include "machine/session.h"
#include "primitives/learning.h"
#include "primitives/steps.h"
#include "syntax/unparse.h"

enum {
  LINES_MOST = 200, /* past this a derivation is no longer read */
  LINES_SHOWN = 60
};

typedef struct Derivation {
  Session *session;
  Tree *tree; /* of the nodes made here */
  const Symbol *by;
  Lesson *lesson;
} Derivation;

static bool has_name(const Node *node, const Symbol *name) {
  if (!node) return false;
  if (node->kind == NODE_NAME) return node->symbol == name;
  for (uint32_t i = 0; i < node->count; i++)
    if (has_name(node->child[i], name)) return true;
  return false;
}

static bool varies(const Derivation *d, const Node *node) { return has_name(node, d->by); }
static bool is_variable(const Derivation *d, const Node *node) {
  return node->kind == NODE_NAME && node->symbol == d->by;
}

static Node *make(const Derivation *d, NodeKind kind, const Node *a, const Node *b) {
  Node *node = node_new(d->tree, kind, (Span){0, 0}, b ? 2 : 1);
  node->child[0] = (Node *)(uintptr_t)a;
  if (b) node->child[1] = (Node *)(uintptr_t)b;
  return node;
}

static Node *binary(const Derivation *d, Operator op, const Node *a, const Node *b) {
  Node *node = make(d, NODE_BINARY, a, b);
  node->op = (uint8_t)op;
  return node;
}

static Node *number(const Derivation *d, double x) {
  Node *node = node_new(d->tree, NODE_NUMBER, (Span){0, 0}, 0);
  node->number = x;
  return node;
}

static Node *name_node(const Derivation *d, const Symbol *symbol) {
  Node *node = node_new(d->tree, NODE_NAME, (Span){0, 0}, 0);
  node->symbol = symbol;
  return node;
}

/* (u)', which is 1 for the variable itself and 0 for a constant. */
static Node *prime(const Derivation *d, const Node *u) {
  if (!varies(d, u)) return number(d, 0);
  return is_variable(d, u) ? number(d, 1) : make(d, NODE_PRIME, u, NULL);
}

static bool is_one(const Node *node) { return node->kind == NODE_NUMBER && node->number == 1; }

/* a*b where one of them may be the number 1. */
static const Node *times(const Derivation *d, const Node *a, const Node *b) {
  if (is_one(a)) return b;
  return is_one(b) ? a : binary(d, OP_MULTIPLY, a, b);
}

static void line(const Derivation *d, const char *rule, const Node *of, const Node *gives,
                 const char *remark) {
  if (d->lesson->rows >= LINES_MOST)
    fail(d->session, "the derivation has more than %d lines: diff gives the result", LINES_MOST);
  Text text = {0};
  unparse(make(d, NODE_PRIME, of, NULL), NULL, &text);
  text_string(&text, " = ");
  unparse(gives, NULL, &text);
  text_string(&text, remark);
  uint32_t row = lesson_row(d->lesson);
  lesson_words(d->lesson, row, 0, rule);
  lesson_text(d->lesson, row, 1, &text);
}

static void derive(const Derivation *d, const Node *e);

/* What is still to be done: nothing for the variable and for constants. */
static void derive_rest(const Derivation *d, const Node *u) {
  if (varies(d, u) && !is_variable(d, u)) derive(d, u);
}

/* The simplified derivative at once: where no rule is left to be named. */
static void derive_known(const Derivation *d, const char *rule, const Node *e) {
  Value known = expression_derivative(d->session, e, d->tree, d->by);
  line(d, rule, e, ((const Formula *)known.object)->node, "");
  value_release(known);
}

/* Sums of any length are one step. */
static const Node *sum_primes(const Derivation *d, const Node *e) {
  bool sum = e->kind == NODE_BINARY && (e->op == OP_ADD || e->op == OP_SUBTRACT);
  if (!sum) return prime(d, e);
  const Node *left = e->child[0], *right = e->child[1];
  bool negative = e->op == OP_SUBTRACT;
  if (!varies(d, right)) return sum_primes(d, left);
  const Node *slope = negative ? prime(d, right) : sum_primes(d, right);
  if (varies(d, left)) return binary(d, e->op, sum_primes(d, left), slope);
  return negative ? make(d, NODE_NEGATE, slope, NULL) : slope;
}

static void sum_rest(const Derivation *d, const Node *e, bool whole) {
  bool add = e->kind == NODE_BINARY && e->op == OP_ADD,
       subtract = e->kind == NODE_BINARY && e->op == OP_SUBTRACT;
  if (whole && (add || subtract)) {
    sum_rest(d, e->child[0], true);
    sum_rest(d, e->child[1], add);
  } else derive_rest(d, e);
}

static void derive_sum(const Derivation *d, const Node *e) {
  line(d, "sum", e, sum_primes(d, e), "");
  sum_rest(d, e, true);
}

static void derive_product(const Derivation *d, const Node *e) {
  const Node *u = e->child[0], *v = e->child[1];
  if (!varies(d, u)) line(d, "constant factor", e, times(d, u, prime(d, v)), "");
  else if (!varies(d, v)) line(d, "constant factor", e, times(d, prime(d, u), v), "");
  else
    line(d, "product", e, binary(d, OP_ADD, times(d, prime(d, u), v), times(d, u, prime(d, v))),
         "");
  derive_rest(d, u);
  derive_rest(d, v);
}

static void derive_quotient(const Derivation *d, const Node *e) {
  const Node *u = e->child[0], *v = e->child[1], *square = binary(d, OP_POWER, v, number(d, 2));
  if (!varies(d, v)) line(d, "constant factor", e, binary(d, OP_DIVIDE, prime(d, u), v), "");
  else if (!varies(d, u))
    line(d, "reciprocal", e,
         binary(d, OP_DIVIDE, make(d, NODE_NEGATE, times(d, u, prime(d, v)), NULL), square), "");
  else {
    const Node *top = binary(d, OP_SUBTRACT, times(d, prime(d, u), v), times(d, u, prime(d, v)));
    line(d, "quotient", e, binary(d, OP_DIVIDE, top, square), "");
  }
  derive_rest(d, u);
  derive_rest(d, v);
}

static Node *call_node(const Derivation *d, const char *function, const Node *argument) {
  return make(d, NODE_CALL,
              name_node(d, symbol_intern(&d->session->symbols, function, strlen(function))),
              argument);
}

/* n*u^(n - 1) with n - 1 worked out for a number. */
static const Node *power_slope_of(const Derivation *d, const Node *u, const Node *n) {
  bool whole = n->kind == NODE_NUMBER;
  if (whole && n->number == 2) return binary(d, OP_MULTIPLY, n, u);
  const Node *less =
      whole && n->number > 1 ? number(d, n->number - 1) : binary(d, OP_SUBTRACT, n, number(d, 1));
  return binary(d, OP_MULTIPLY, n, binary(d, OP_POWER, u, less));
}

static void derive_power(const Derivation *d, const Node *e) {
  const Node *u = e->child[0], *n = e->child[1];
  if (!varies(d, n)) {
    if (is_variable(d, u)) {
      derive_known(d, "power", e);
      return;
    }
    line(d, "chain, power", e, times(d, power_slope_of(d, u, n), prime(d, u)), "");
    derive_rest(d, u);
    return;
  }
  const Node *exponent = n;
  if (varies(d, u)) {
    exponent = binary(d, OP_MULTIPLY, n, call_node(d, "log", u));
    line(d, "u^v = e^(v*log(u))", e, binary(d, OP_MULTIPLY, e, prime(d, exponent)), "");
  } else {
    bool euler = u->kind == NODE_NAME && strcmp(u->symbol->key, "e") == 0;
    const Node *slope = euler ? e : binary(d, OP_MULTIPLY, e, call_node(d, "log", u));
    line(d, is_variable(d, n) ? "exponential" : "chain, exponential", e,
         times(d, slope, prime(d, n)), "");
  }
  derive_rest(d, exponent);
}

static void derive_root(const Derivation *d, const Node *e) {
  const Node *u = e->child[0];
  if (is_variable(d, u)) {
    derive_known(d, "root", e);
    return;
  }
  const Node *bottom = binary(d, OP_MULTIPLY, number(d, 2), e);
  line(d, "chain, root", e, binary(d, OP_DIVIDE, prime(d, u), bottom), "");
  derive_rest(d, u);
}

/* ---- calls ---- */

/* A letter for the inner function that the expression does not use. */
static const Symbol *free_letter(const Derivation *d, const Node *e) {
  static const char *const letter[] = {"u", "v", "w", "s", "t", "z"};
  for (size_t i = 0; i < sizeof letter / sizeof *letter; i++) {
    const Symbol *symbol = symbol_intern(&d->session->symbols, letter[i], 1);
    if (symbol != d->by && !has_name(e, symbol)) return symbol;
  }
  return NULL;
}

/* sin(u)' = cos(u)*u' with u = x^2 */
static void derive_chain(const Derivation *d, const Node *e) {
  const Symbol *u = free_letter(d, e);
  if (!u) {
    derive_known(d, "chain", e);
    return;
  }
  const Node *outer = make(d, NODE_CALL, e->child[0], name_node(d, u));
  Value slope = expression_derivative(d->session, outer, d->tree, u);
  const Node *inner = name_node(d, u);
  Text remark = {0};
  text_format(&remark, " with %s = ", u->name);
  unparse(e->child[1], NULL, &remark);
  char *with = scratch(d->session, remark.length + 1);
  memcpy(with, remark.bytes, remark.length + 1);
  text_free(&remark);
  const Node *product = binary(d, OP_MULTIPLY, ((const Formula *)slope.object)->node,
                               make(d, NODE_PRIME, inner, NULL));
  line(d, "chain", e, product, with);
  value_release(slope);
  derive_rest(d, e->child[1]);
}

static const Function *typed_function(const Derivation *d, const Node *callee) {
  Value v = callee->kind == NODE_NAME ? session_binding(d->session, callee->symbol)->value
                                      : value_nothing();
  if (v.kind != VALUE_FUNCTION || ((const Function *)v.object)->function_kind != FUNCTION_CLOSURE)
    return NULL;
  return (const Function *)v.object;
}

/* f(u) of a function that was typed: what it stands for, then its derivative. */
static void derive_typed(const Derivation *d, const Node *e) {
  const Prototype *p = typed_function(d, e->child[0])->prototype;
  const Node *argument = e->child[1], *body = NULL;
  char why[160] = "";
  if (p->parameter_count == 1 && p->body->kind != NODE_DO)
    body = symbolic_substitute(d->tree, &d->session->symbols, p->body, &p->parameter[0]->symbol,
                               &argument, 1, NULL, why);
  if (!body || has_name(body, e->child[0]->symbol)) {
    derive_known(d, "at once", e);
    return;
  }
  line(d, "definition", e, prime(d, body), "");
  derive_rest(d, body);
}

static void derive_call(const Derivation *d, const Node *e) {
  bool one = e->count == 2 && e->child[0]->kind == NODE_NAME &&
             e->child[1]->kind != NODE_GENERATED && e->child[1]->kind != NODE_NAMED;
  if (one && typed_function(d, e->child[0])) derive_typed(d, e);
  else if (one && is_variable(d, e->child[1])) derive_known(d, "known", e);
  else if (one) derive_chain(d, e);
  else derive_known(d, "at once", e);
}

static void derive(const Derivation *d, const Node *e) {
  check_interrupt(d->session);
  switch (e->kind) {
  case NODE_NUMBER:
  case NODE_NAME: line(d, is_variable(d, e) ? "variable" : "constant", e, prime(d, e), ""); return;
  case NODE_PLUS: derive_rest(d, e->child[0]); return;
  case NODE_NEGATE:
    line(d, "constant factor", e, make(d, NODE_NEGATE, prime(d, e->child[0]), NULL), "");
    derive_rest(d, e->child[0]);
    return;
  case NODE_IMPLICIT:
    if (e->op == 1) break;
    derive_product(d, e);
    return;
  case NODE_ROOT: derive_root(d, e); return;
  case NODE_CALL: derive_call(d, e); return;
  case NODE_BINARY:
    switch (e->op) {
    case OP_ADD:
    case OP_SUBTRACT: derive_sum(d, e); return;
    case OP_MULTIPLY: derive_product(d, e); return;
    case OP_DIVIDE: derive_quotient(d, e); return;
    case OP_POWER: derive_power(d, e); return;
    default: break;
    }
    break;
  default: break;
  }
  derive_known(d, "at once", e);
}

static void last_line(Lesson *lesson, const Node *result) {
  Text text = {0};
  uint32_t row = lesson_row(lesson);
  text_string(&text, "= ");
  unparse(result, NULL, &text);
  lesson_words(lesson, row, 0, "together");
  lesson_text(lesson, row, 1, &text);
}

static Value steps_record(Session *s, const Lesson *lesson, Text *summary, Value result) {
  lesson_print(lesson, LINES_SHOWN, summary);
  Record *record = lesson_record(lesson, "a derivation", summary);
  record_put(s, record, "result", result);
  return value_record(record);
}

static void release_tree(void *tree) { tree_release(tree); }

Value steps_of_derivative(Session *s, DiffSubject subject, const Symbol *by, int count) {
  Lesson lesson = lesson_new(s, "rule line");
  Value result = value_nothing();
  Text summary = {0};
  for (int k = 0; k < count; k++) {
    Value next = expression_derivative(s, subject.node, subject.tree, by);
    const Node *gives = ((const Formula *)next.object)->node;
    Tree *work = tree_new(subject.tree->source);
    scratch_adopt(s, work, release_tree);
    derive(&(Derivation){.session = s, .tree = work, .by = by, .lesson = &lesson}, subject.node);
    last_line(&lesson, gives);
    value_release(result);
    result = next;
    subject = (DiffSubject){.node = gives, .tree = ((const Formula *)result.object)->tree};
  }
  text_string(&summary, "the derivative by ");
  text_format(&summary, "%s: ", by->name);
  unparse(((const Formula *)result.object)->node, NULL, &summary);
  return steps_record(s, &lesson, &summary, result);
}
