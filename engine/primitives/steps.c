/* steps.c - steps: a result with the way to it, line by line.
 *
 * The argument arrives as it was typed; what it calls decides what is shown. The ways themselves are in
 * derivation.c, elimination.c and newton_steps.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/steps.h"

#include <string.h>

#include "calculus/expression.h"
#include "machine/heap.h"
#include "machine/lambda.h"
#include "machine/prototype.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/diff.h"
#include "primitives/learning.h"
#include "primitives/solvers.h"
#include "syntax/unparse.h"

enum { NAMES_MOST = 32 };

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
  if (solver_is_active(result)) fail(s, "steps cannot be differentiated: its value is a text");
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

/* Is it a call of the library's newton_root(f, x0, steps)? */
static bool is_newton(Session *s, const Node *node) {
  if (node->kind != NODE_CALL || node->count != 4 || node->child[0]->kind != NODE_NAME)
    return false;
  const Symbol *callee = node->child[0]->symbol;
  for (uint32_t i = 1; i < node->count; i++)
    if (node->child[i]->kind == NODE_NAMED) return false;
  return strcmp(callee->key, "newton_root") == 0 &&
         session_binding(s, callee)->value.kind == VALUE_NOTHING;
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
  report_remark(r, "a derivative, a reduced matrix, a solved system, Newton's method");
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
  Value result = steps_of_derivative(s, subject, by ? by->symbol : diff_only_name(s, subject.node),
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
  Value result = steps_of_derivative(s, subject, function->prototype->parameter[0]->symbol, 1);
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
  if (is_newton(s, node))
    return steps_of_newton(s, steps_evaluate(s, f, node->child[1]),
                           steps_evaluate(s, f, node->child[2]),
                           steps_evaluate(s, f, node->child[3]));
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
             "the row operations; steps(qr(A)) is Gram-Schmidt, column by column; "
             "steps(newton_root(f, 1, 4)) is Newton's method. Fields: verdict "
             "trace (the lines as a table) result.",
     .example = "steps(diff(x^2*sin(x), x))",
     .gives = "the derivative by x: 2x*sin(x) + x^2*cos(x)\nrule      line\nproduct   "
              "(x^2*sin(x))' = (x^2)'*sin(x) + x^2*sin(x)'\npower     (x^2)' = 2x\nknown     "
              "sin(x)' = cos(x)\ntogether  = 2x*sin(x) + x^2*cos(x)"},
};
