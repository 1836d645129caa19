/* steps.c - steps: a result with the way to it, line by line.
 *
 * The argument arrives as it was typed; what it calls decides what is shown. A derivative is taken
 * apart here rule by rule on the tree, one line for each rule; the last line is diff's own result.
 * How a matrix is reduced is in elimination.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/steps.h"

#include <string.h>

#include "calculus/expression.h"
#include "calculus/symbolic.h"
#include "machine/heap.h"
#include "machine/lambda.h"
#include "machine/prototype.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/diff.h"
#include "primitives/learning.h"
#include "syntax/unparse.h"

enum {
  LINES_MOST = 200, /* past this a derivation is no longer read */
  LINES_SHOWN = 60,
  NAMES_MOST = 32
};

/* ---- a derivative ---- */

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
  Record *record = lesson_record(lesson, summary);
  record_put(s, record, "result", result);
  return value_record(record);
}

static void release_tree(void *tree) { tree_release(tree); }

/* [count] derivatives by one name; each begins where the one before it ended. */
static Value derivative_steps(Session *s, DiffSubject subject, const Symbol *by, int count) {
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

/* ---- what was typed ---- */

static const Value *local_value(const Formula *f, const Symbol *name) {
  return f->scope.kind == VALUE_RECORD ? record_get((const Record *)f->scope.object, name) : NULL;
}

/* Names without a value are not given: those of a generator are bound inside, others the machine
 * reports. */
static uint32_t names_given(Session *s, const Formula *f, const Node *node, const Symbol **name,
                            Value *value) {
  const Symbol *all[NAMES_MOST];
  uint32_t count = expression_names(s, node, all, NAMES_MOST), given = 0;
  for (uint32_t i = 0; i < count; i++) {
    const Value *local = local_value(f, all[i]);
    Value v = local ? *local : session_lookup(s, all[i]);
    if (v.kind == VALUE_NOTHING) continue;
    name[given] = all[i];
    value[given++] = v;
  }
  return given;
}

Value steps_evaluate(Session *s, const Formula *f, const Node *node) {
  const Symbol *name[NAMES_MOST];
  Value value[NAMES_MOST];
  uint32_t count = names_given(s, f, node, name, value);
  Text text = {0};
  text_string(&text, "(");
  for (uint32_t i = 0; i < count; i++) text_format(&text, "%s%s", i ? ", " : "", name[i]->name);
  text_string(&text, ") -> ");
  unparse(node, f->tree->source, &text);
  char *written = scratch(s, text.length + 1);
  memcpy(written, text.bytes, text.length + 1);
  text_free(&text);
  Value function = lambda_new(s, "steps", written);
  Value result = machine_call(s, function, value, count);
  value_release(function);
  return result;
}

/* The builtin that a call calls, NULL for another. */
static const Primitive *builtin_called(Session *s, const Node *node) {
  if (node->kind != NODE_CALL || node->child[0]->kind != NODE_NAME) return NULL;
  Value v = session_lookup(s, node->child[0]->symbol);
  if (v.kind != VALUE_FUNCTION || ((const Function *)v.object)->function_kind != FUNCTION_PRIMITIVE)
    return NULL;
  return ((const Function *)v.object)->primitive;
}

static Value part_formula(Session *s, const Formula *f, const Node *node) {
  Formula *part = object_new(s, VALUE_FORMULA, sizeof(Formula));
  part->node = node;
  part->tree = tree_keep(f->tree);
  part->scope = value_keep(f->scope);
  return value_formula(part);
}

static _Noreturn void fail_form(Session *s) {
  Report *r = failure(s, "steps shows how one of its known calls is worked out");
  report_remark(r, "a derivative, a reduced matrix, a solved system");
  report_advise(r, "steps(diff(x^2*sin(x), x))");
  report_advise(r, "steps(rref(A))");
  report_advise(r, "steps(A \\ b)");
  raise_failure(s, r);
}

/* diff(e), diff(e, x), diff(e, x, 2) */
static Value steps_of_diff(Session *s, const Formula *f, const Node *call) {
  if (call->count < 2 || call->count > 4) fail(s, "steps takes diff(e, x) or diff(e, x, k)");
  Value what = part_formula(s, f, call->child[1]);
  DiffSubject subject = diff_subject(s, what, "diff");
  if (subject.function) subject = diff_subject_body(s, subject.function);
  const Node *by = call->count > 2 ? call->child[2] : NULL,
             *order = call->count > 3 ? call->child[3] : NULL;
  if (by && by->kind != NODE_NAME) fail(s, "diff derives by a name: steps(diff(x^2*y, x))");
  bool counted = !order || (order->kind == NODE_NUMBER && order->number >= 1 &&
                            order->number <= 4 && order->number == (int)order->number);
  if (!counted)
    fail(s, "steps takes derivatives by one name, up to the fourth: steps(diff(x^4, x, 2))");
  Value result = derivative_steps(s, subject, by ? by->symbol : diff_only_name(s, subject.node),
                                  order ? (int)order->number : 1);
  value_release(what);
  return result;
}

/* f' of a function that is one expression. */
static Value steps_of_prime(Session *s, const Formula *f, const Node *node) {
  Value what = part_formula(s, f, node->child[0]);
  DiffSubject subject = diff_subject(s, what, "steps");
  if (!subject.function) fail_form(s);
  const Function *function = subject.function;
  subject = diff_subject_body(s, function);
  if (function->prototype->parameter_count != 1)
    fail(s, "by which argument? write steps(diff(f, x))");
  Value result = derivative_steps(s, subject, function->prototype->parameter[0]->symbol, 1);
  value_release(what);
  return result;
}

static Value call_steps(Session *s, const Arguments *a) {
  if (a->count != 1 || a->argument[0].kind != VALUE_FORMULA) fail_form(s);
  const Formula *f = (const Formula *)a->argument[0].object;
  const Node *node = f->node;
  const Primitive *row = builtin_called(s, node);
  if (row && strcmp(row->name, "diff") == 0) return steps_of_diff(s, f, node);
  if (node->kind == NODE_PRIME) return steps_of_prime(s, f, node);
  if (row && strcmp(row->name, "rref") == 0 && node->count == 2)
    return steps_of_matrix(s, steps_evaluate(s, f, node->child[1]), value_nothing());
  if (row && strcmp(row->name, "qr") == 0 && node->count == 2)
    return steps_of_qr(s, steps_evaluate(s, f, node->child[1]));
  if (node->kind == NODE_BINARY && node->op == OP_SOLVE)
    return steps_of_matrix(s, steps_evaluate(s, f, node->child[0]),
                           steps_evaluate(s, f, node->child[1]));
  fail_form(s);
}

const Primitive steps_rows[1] = {
    {.name = "steps",
     .parameters = "(expression...)",
     .call = call_steps,
     .result = RESULT_FORMULA,
     .differentiable = DERIVE_NONE,
     .reason = "its value is a text",
     .help = "How a result comes about, line by line. steps(diff(x^2*sin(x), x)) and steps(f') "
             "name the rule of each step of a derivative; steps(rref(A)) and steps(A \\ b) list "
             "the row operations; steps(qr(A)) is Gram-Schmidt, column by column. Fields: verdict "
             "trace (the lines as a table) result.",
     .example = "steps(diff(x^2*sin(x), x))",
     .gives = "the derivative by x: 2x*sin(x) + x^2*cos(x)\nrule      line\nproduct   "
              "(x^2*sin(x))' = (x^2)'*sin(x) + x^2*sin(x)'\npower     (x^2)' = 2x\nknown     "
              "sin(x)' = cos(x)\ntogether  = 2x*sin(x) + x^2*cos(x)"},
};
