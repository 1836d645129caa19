/* misfit.c - operands that nothing can be computed with: functions, and calls without a value.
 *
 * What is offered comes from the node that runs: the same function is a missing argument in (f)(y), and
 * one of two readings in f² and f⁻¹.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/misfit.h"

#include <stdio.h>
#include <string.h>

#include "machine/advice.h"
#include "machine/session.h"

enum { PART_TEXT = 96 };

/* ---- functions ---- */

/* What the textbooks write ⁻¹ at, and its name here. */
static const struct {
  const char *function, *inverse;
} inverse_names[] = {
    {"sin", "asin"},   {"cos", "acos"},   {"tan", "atan"}, {"sinh", "asinh"},
    {"cosh", "acosh"}, {"tanh", "atanh"}, {"exp", "log"},  {"log", "exp"},
};

static const char *inverse_name(const char *function) {
  for (size_t i = 0; i < sizeof inverse_names / sizeof inverse_names[0]; i++)
    if (strcmp(function, inverse_names[i].function) == 0) return inverse_names[i].inverse;
  return NULL;
}

/* f⁻¹, f^-1 */
static _Noreturn void fail_inverse(Session *s, const char *function) {
  Report *r = failure(s, "%s⁻¹ may be the inverse function or one over %s", function, function);
  const char *inverse = inverse_name(function);
  if (inverse) report_advise(r, "%s(x)", inverse);
  else report_advise(r, "y -> root(x -> %s(x) - y, a, b)  (the inverse between a and b)", function);
  report_advise(r, "1/%s(x)", function);
  raise_failure(s, r);
}

/* f², f^3 */
static _Noreturn void fail_function_power(Session *s, const char *function, const char *exponent) {
  Report *r = failure(s, "a power of the function %s may be of its values or the function repeated", function);
  report_advise(r, "%s(x)^%s", function, exponent);
  if (strcmp(exponent, "2") == 0) report_advise(r, "%s(%s(x))", function, function);
  raise_failure(s, r);
}

/* The text of a part without the parentheses around the whole of it: (f)(y) is f(y) then. */
static const char *bare(Session *s, int index, const Node *part, char buffer[PART_TEXT]) {
  if (part->kind == NODE_NAME) snprintf(buffer, PART_TEXT, "%s", part->symbol->name);
  else failure_text(s, index, buffer, PART_TEXT);
  size_t length = strlen(buffer);
  bool open = part->kind == NODE_NABLA || part->kind == NODE_PRIME || part->kind == NODE_FIELD;
  if (open && part->grouped && buffer[0] == '(' && buffer[length - 1] == ')') {
    memmove(buffer, buffer + 1, length - 2);
    buffer[length - 2] = 0;
  }
  return buffer;
}

static const char *exponent_text(const Node *power, char buffer[32]) {
  const Node *exponent = power->child[1];
  bool negative = exponent->kind == NODE_NEGATE;
  if (negative) exponent = exponent->child[0];
  if (exponent->kind != NODE_NUMBER) return NULL;
  snprintf(buffer, 32, "%s%g", negative ? "-" : "", exponent->number);
  return buffer;
}

static _Noreturn void fail_function(Session *s, int index) {
  const Node *origin = session_origin(s);
  bool whole = origin && index >= 0 && (uint32_t)index < origin->count;
  const Node *part = whole ? origin->child[index] : NULL;
  char text[PART_TEXT], number[32], right[PART_TEXT];
  if (origin && index == 0 && origin->kind == NODE_INVERSE) fail_inverse(s, bare(s, 0, part, text));
  if (origin && index == 0 && origin->kind == NODE_BINARY && origin->op == OP_POWER) {
    const char *exponent = exponent_text(origin, number);
    bare(s, 0, part, text);
    if (exponent && strcmp(exponent, "-1") == 0) fail_inverse(s, text);
    if (exponent) fail_function_power(s, text, exponent);
  }
  Report *r = failure(s, "this is a function; its value at x is written with (x)");
  failure_argument(s, r, index, "%s", "");
  if (origin && index == 0 && origin->kind == NODE_IMPLICIT && part->grouped) {
    failure_text(s, 1, right, sizeof right);
    bool parentheses = right[0] == '(' && right[strlen(right) - 1] == ')';
    report_advise(r, parentheses ? "%s%s" : "%s(%s)", bare(s, 0, part, text), right);
  } else {
    advise_composition(s, r);
  }
  raise_failure(s, r);
}

/* ---- calls without a value ---- */

/* What the body of a function ends in when that is no value. */
static const char *ending_of(const Node *body) {
  if (body->kind == NODE_DO) body = body->child[0];
  if (body->kind == NODE_BLOCK && body->count == 0) return "is empty";
  if (body->kind == NODE_BLOCK) body = body->child[body->count - 1];
  switch (body->kind) {
    case NODE_FOR: return "ends in a for loop";
    case NODE_WHILE: return "ends in a while loop";
    case NODE_ASSIGN:
    case NODE_UPDATE: return "ends in an assignment";
    case NODE_DEFINE: return "ends in a definition";
    case NODE_IF_BLOCK: return "ends in an if, and the branch that was taken has no value";
    case NODE_RETURN: return "ends in a return without a value";
    default: return NULL;
  }
}

static const Node *called_name(const Node *node) {
  if (!node || !node->count) return NULL;
  const Node *callee = NULL;
  if (node->kind == NODE_CALL) callee = node->child[0];
  if (node->kind == NODE_PIPE) callee = node->child[1];
  return callee && callee->kind == NODE_NAME ? callee : NULL;
}

_Noreturn void fail_no_value(Session *s, int index) {
  const Node *origin = session_origin(s);
  const Node *part = session_part(s, index);
  const Node *name = called_name(part ? part : origin);
  Value f = name ? session_lookup(s, name->symbol) : value_nothing();
  const Function *function = f.kind == VALUE_FUNCTION ? (const Function *)f.object : NULL;
  const char *ending = function && function->prototype ? ending_of(function->prototype->body) : NULL;
  Report *r;
  if (ending) r = failure(s, "this call gives no value: the body of %s %s", name->symbol->name, ending);
  else if (name) r = failure(s, "this call gives no value: %s does something and returns nothing", name->symbol->name);
  else r = failure(s, "this call gives no value");
  failure_argument(s, r, index, "%s", "");
  raise_failure(s, r);
}

_Noreturn void fail_misfit(Session *s, int index, Value value, const char *expected) {
  if (value.kind == VALUE_FUNCTION) fail_function(s, index);
  if (value.kind == VALUE_NOTHING) fail_no_value(s, index);
  char text[VALUE_DESCRIPTION];
  Report *r = failure(s, "expected %s, found %s", expected, value_describe(value, text));
  failure_argument(s, r, index, "%s", "");
  if (value.kind == VALUE_STRING) advise_interpolation(s, r);
  raise_failure(s, r);
}
