/* diff.c - diff and simplify: formulas made of what was typed, not of its value.
 *
 * The compiler hands the first argument over as a formula and names behind it as strings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/diff.h"

#include "calculus/expression.h"
#include "machine/session.h"
#include "machine/invoke.h"
#include "primitives/argument.h"

enum { ORDERS_MOST = 20 };

typedef DiffSubject Subject;

static Subject subject_of_formula(const Formula *f) { return (Subject){.node = f->node, .tree = f->tree}; }

/* What a name in the place of an expression stands for, NOTHING if it is just a symbol. Borrowed. */
static Value named(Session *s, const Formula *f) {
  const Node *node = f->node;
  if (node->kind != NODE_NAME) return value_nothing();
  const Value *local = f->scope.kind == VALUE_RECORD ? record_get((Record *)f->scope.object, node->symbol) : NULL;
  return local ? *local : session_lookup(s, node->symbol);
}

DiffSubject diff_subject(Session *s, Value v, const char *name) {
  if (v.kind == VALUE_FORMULA) {
    Value meant = named(s, (Formula *)v.object);
    if (meant.kind == VALUE_FUNCTION || meant.kind == VALUE_FORMULA) v = meant;
  }
  if (v.kind == VALUE_FUNCTION) return (Subject){.function = (const Function *)v.object};
  if (expression_is(v)) return subject_of_formula((Formula *)v.object);
  char text[VALUE_DESCRIPTION];
  fail_argument(s, 0, "%s takes an expression such as x^2*y, a formula or a function, found %s", name, value_describe(v, text));
}

/* The names to derive by, in order; a number repeats the name before it. */
static uint32_t orders(Session *s, const Arguments *a, const Symbol *by[ORDERS_MOST]) {
  uint32_t count = 0;
  for (int i = 1; i < a->count; i++) {
    Value v = a->argument[i];
    uint32_t times = 1;
    if (v.kind == VALUE_NUMBER && count) {
      times = (uint32_t)argument_integer(s, a, i, 1, ORDERS_MOST) - 1;
    } else if (v.kind != VALUE_STRING) {
      fail_argument(s, i, "diff derives by a name: diff(x^2*y, x), or diff(x^2*y, x, 2) twice");
    }
    const Symbol *name = v.kind == VALUE_STRING ? symbol_intern(&s->symbols, ((String *)v.object)->bytes, ((String *)v.object)->length) : by[count - 1];
    if (count + times > ORDERS_MOST) fail(s, "diff goes to order %d", ORDERS_MOST);
    while (times--) by[count++] = name;
  }
  return count;
}

const Symbol *diff_only_name(Session *s, const Node *node) {
  const Symbol *name[2];
  uint32_t count = expression_names(s, node, name, 2);
  if (count == 1) return name[0];
  Report *r = failure(s, count ? "by which name? the expression has several" : "there is no name to derive by");
  if (count) report_advise(r, "diff(…, %s)", name[0]->name);
  raise_failure(s, r);
}

/* The body of a typed function with its parameters for names. */
DiffSubject diff_subject_body(Session *s, const Function *f) {
  const Prototype *p = f->function_kind == FUNCTION_CLOSURE ? f->prototype : NULL;
  if (!p || f->count || p->body->kind == NODE_DO)
    fail_argument(s, 0, "this function is not one expression, so it has no formula: f' and gradient(f, p) work");
  return (Subject){.node = p->body, .tree = p->tree};
}

static Value call_diff(Session *s, const Arguments *a) {
  const Symbol *by[ORDERS_MOST];
  if (a->count == 0) fail(s, "diff takes an expression and a name: diff(x^2*y, x)");
  Subject subject = diff_subject(s, a->argument[0], "diff");
  uint32_t count = orders(s, a, by);
  if (subject.function && !count) {
    const Function *f = subject.function;
    bool several = f->function_kind == FUNCTION_CLOSURE && f->prototype->parameter_count != 1;
    if (several) fail_argument(s, 0, "by which argument? write diff(f, x), or gradient(f)");
    return function_derivative(s, (Value){.kind = VALUE_FUNCTION, .object = (Object *)&f->head});
  }
  if (subject.function) subject = diff_subject_body(s, subject.function);
  if (!count) by[count++] = diff_only_name(s, subject.node);
  Value result = value_nothing();
  for (uint32_t i = 0; i < count; i++) {
    Value next = expression_derivative(s, subject.node, subject.tree, by[i]);
    value_release(result);
    result = next;
    subject = subject_of_formula((Formula *)result.object);
  }
  return result;
}

static Value call_simplify(Session *s, const Arguments *a) {
  Subject subject = diff_subject(s, a->argument[0], "simplify");
  if (subject.function) subject = diff_subject_body(s, subject.function);
  return expression_simplify(s, subject.node, subject.tree);
}

const Primitive diff_rows[] = {
    {.name = "diff", .parameters = "(expression...)", .call = call_diff, .result = RESULT_FORMULA, .differentiable = DERIVE_NONE, .reason = "its value is a formula",
     .help = "The formula of a derivative: diff(x^2*y, x) by x, diff(…, x, 2) twice, diff(…, x, y) by both; diff(f) of a function is f'. Names stay symbols even if they are defined. The result is a value: g(x = 1, y = 2) evaluates it, g(x = 1) puts 1 for x, diff(g, y) goes on.",
     .example = "diff(x^2*y, x)", .gives = "2x*y"},
    {.name = "simplify", .parameters = "(expression)", .call = call_simplify, .result = RESULT_FORMULA, .differentiable = DERIVE_NONE, .reason = "its value is a formula",
     .help = "The expression as a formula, in the form a textbook has it: like terms collected, powers joined. Names stay symbols.",
     .example = "simplify(x*x + 2x^2)", .gives = "3x^2"},
};
