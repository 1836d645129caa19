/* formula_evaluate.c - the operators, comparisons and calls of a formula, run over whole columns.
 *
 * While a node is evaluated it is the session's origin, so that whatever fails is reported at it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "calculus/scalar.h"
#include "machine/vm.h"
#include "primitives/formula.h"
#include "values/operate.h"

/* ---- operators ---- */

static const char *describe(Value value, char buffer[VALUE_DESCRIPTION]) {
  return formula_is_text(value) ? "a column of text" : value_describe(value, buffer);
}

_Noreturn static void refuse_operand(const FormulaData *data, const Node *node, Value value) {
  char found[VALUE_DESCRIPTION];
  const char *text = formula_node_text(data, node);
  Report *report = formula_failure(data, node, "%s must be numbers here, but it is %s", text,
                                   describe(value, found));
  if (formula_is_text(value)) report_advise(report, "(%s == \"…\")", text);
  raise_failure(data->session, report);
}

static Value number_operand(FormulaData *data, const Node *node) {
  Value value = formula_evaluate(data, node);
  bool number = value.kind == VALUE_NUMBER || value.kind == VALUE_ACTIVE;
  if (!number && value.kind != VALUE_ARRAY) refuse_operand(data, node, value);
  return value;
}

static Value apply_scalar(FormulaData *data, const Node *node, Scalar op, Value a, Value b) {
  data->session->origin = node;
  Value result = value_elementwise(data->session, op, a, b);
  value_release(a);
  value_release(b);
  return result;
}

/* The scalar operation of an infix operator, plus 1; 0 where it has no meaning over columns. */
static const uint8_t arithmetic[OPERATOR_COUNT] = {
    [OP_ADD] = SCALAR_ADD + 1,           [OP_DOT_ADD] = SCALAR_ADD + 1,
    [OP_SUBTRACT] = SCALAR_SUBTRACT + 1, [OP_DOT_SUBTRACT] = SCALAR_SUBTRACT + 1,
    [OP_MULTIPLY] = SCALAR_MULTIPLY + 1, [OP_DOT_MULTIPLY] = SCALAR_MULTIPLY + 1,
    [OP_DIVIDE] = SCALAR_DIVIDE + 1,     [OP_DOT_DIVIDE] = SCALAR_DIVIDE + 1,
    [OP_POWER] = SCALAR_POWER + 1,       [OP_DOT_POWER] = SCALAR_POWER + 1,
};

static Value binary(FormulaData *data, const Node *node) {
  Operator op = node->kind == NODE_IMPLICIT ? OP_MULTIPLY : (Operator)node->op;
  if (!arithmetic[op])
    formula_refuse(data, node, "%s has no meaning over columns", operator_spelling[op]);
  Value a = number_operand(data, node->child[0]), b = number_operand(data, node->child[1]);
  return apply_scalar(data, node, (Scalar)(arithmetic[op] - 1), a, b);
}

static Value unary(FormulaData *data, const Node *node, Scalar op) {
  return apply_scalar(data, node, op, number_operand(data, node->child[0]), value_nothing());
}

/* ---- comparisons: 1 where they hold, 0 where not, missing where a side is ---- */

/* Entry [i] of a side: a number, a string or NOTHING. */
static Value side_entry(Value side, size_t i) {
  if (side.kind == VALUE_ARRAY) return value_number(value_as_array(side)->data[i]);
  if (side.kind == VALUE_TUPLE) return ((const Tuple *)side.object)->item[i];
  return side;
}

static bool side_is_text(Value side) { return side.kind == VALUE_STRING || formula_is_text(side); }

static double compare_holds(Operator op, double difference) {
  switch (op) {
  case OP_EQUAL:
  case OP_DOT_EQUAL: return difference == 0;
  case OP_UNEQUAL:
  case OP_DOT_UNEQUAL: return difference != 0;
  case OP_LESS:
  case OP_DOT_LESS: return difference < 0;
  case OP_LESS_EQUAL:
  case OP_DOT_LESS_EQUAL: return difference <= 0;
  case OP_GREATER:
  case OP_DOT_GREATER: return difference > 0;
  case OP_GREATER_EQUAL:
  case OP_DOT_GREATER_EQUAL: return difference >= 0;
  default: return NAN;
  }
}

static double compare_entry(Operator op, Value a, Value b) {
  if (a.kind == VALUE_NOTHING || b.kind == VALUE_NOTHING) return NAN;
  if (a.kind == VALUE_STRING) {
    const String *left = (const String *)a.object, *right = (const String *)b.object;
    return compare_holds(op, strcmp(left->bytes, right->bytes));
  }
  if (isnan(a.number) || isnan(b.number)) return NAN;
  return compare_holds(op, (a.number > b.number) - (a.number < b.number));
}

static size_t side_rows(const FormulaData *data, const Node *node, Value side) {
  if (side.kind == VALUE_NUMBER || side.kind == VALUE_STRING) return 0;
  bool column =
      formula_is_text(side) || (side.kind == VALUE_ARRAY && value_as_array(side)->cols == 1);
  char found[VALUE_DESCRIPTION];
  if (!column || !formula_has_rows(side, data->count))
    formula_refuse(data, node, "%s cannot be compared row by row: it is %s",
                   formula_node_text(data, node), describe(side, found));
  return data->count;
}

static Value compare_pair(FormulaData *data, const Node *node, uint32_t k, Value a, Value b) {
  const Node *left = node->child[k], *right = node->child[k + 1];
  Operator op = (Operator)node->operators[k];
  if (formula_is_fitted(data, left) || formula_is_fitted(data, right))
    formula_refuse(data, node, "a fit needs a model without jumps: a parameter cannot be compared");
  if (isnan(compare_holds(op, 0)))
    formula_refuse(data, node, "%s has no meaning over columns", operator_spelling[op]);
  size_t rows_a = side_rows(data, left, a), rows_b = side_rows(data, right, b);
  if (side_is_text(a) != side_is_text(b))
    formula_refuse(data, node, "%s is text and %s is not",
                   formula_node_text(data, side_is_text(a) ? left : right),
                   formula_node_text(data, side_is_text(a) ? right : left));
  if (!rows_a && !rows_b) return value_number(compare_entry(op, a, b));
  Array *result = array_new(data->session, data->count, 1, ELEMENT_REAL);
  for (size_t i = 0; i < data->count; i++)
    result->data[i] = compare_entry(op, side_entry(a, i), side_entry(b, i));
  return value_array(result);
}

static Value comparison(FormulaData *data, const Node *node) {
  Value left = formula_evaluate(data, node->child[0]), result = value_nothing();
  for (uint32_t k = 0; k + 1 < node->count; k++) {
    Value right = formula_evaluate(data, node->child[k + 1]);
    Value holds = compare_pair(data, node, k, left, right);
    result = k == 0 ? holds : apply_scalar(data, node, SCALAR_MULTIPLY, result, holds);
    value_release(left);
    left = right;
  }
  value_release(left);
  return result;
}

static Value condition(FormulaData *data, const Node *node) {
  NodeKind kind = node->kind;
  if (kind != NODE_COMPARE && kind != NODE_AND && kind != NODE_OR && kind != NODE_NOT)
    formula_refuse(data, node, "%s is not a condition", formula_node_text(data, node));
  return formula_evaluate(data, node);
}

static Value logic(FormulaData *data, const Node *node) {
  Value a = condition(data, node->child[0]);
  if (node->kind == NODE_NOT) return apply_scalar(data, node, SCALAR_SUBTRACT, value_number(1), a);
  Scalar op = node->kind == NODE_AND ? SCALAR_MULTIPLY : SCALAR_max;
  return apply_scalar(data, node, op, a, condition(data, node->child[1]));
}

/* ---- calls ---- */

enum { ARGUMENTS_MOST = 8 };

/* sin, exp, … and max, min of several: they stretch over rows by themselves. */
static bool call_scalar(FormulaData *data, const Node *node, const char *name,
                        const Value *argument, uint32_t count, Value *result) {
  Scalar op = scalar_find(name);
  bool chain = (op == SCALAR_max || op == SCALAR_min) && count >= 2;
  if (op == SCALAR_COUNT || (!chain && (uint32_t)scalar_row[op].arguments != count)) return false;
  *result = value_keep(argument[0]);
  Value second = count > 1 ? value_keep(argument[1]) : value_nothing();
  *result = apply_scalar(data, node, op, *result, second);
  for (uint32_t k = 2; k < count; k++)
    *result = apply_scalar(data, node, op, *result, value_keep(argument[k]));
  return true;
}

/* A builtin or library function gets whole columns, what the user typed gets a row at a time. */
static Value call_function(FormulaData *data, const Node *node, Value callee, const Value *argument,
                           uint32_t count) {
  Session *session = data->session;
  const Function *function = (const Function *)callee.object;
  bool builtin = function->function_kind == FUNCTION_PRIMITIVE;
  bool library = function->function_kind == FUNCTION_CLOSURE && function->prototype->is_library;
  bool each = node->kind == NODE_CALL_EACH || (!builtin && !library);
  Value result;
  if (builtin && call_scalar(data, node, function->primitive->name, argument, count, &result))
    return result;
  session->origin = builtin ? node : NULL; /* frames of typed functions say more */
  result = each ? machine_call_each(session, callee, argument, count)
                : machine_call(session, callee, argument, count);
  session->origin = node;
  bool alike = each || (builtin && function->primitive->result == RESULT_LIKE);
  if (!data->frozen && !alike && formula_has_rows(result, data->count))
    formula_refuse(data, node,
                   "%s depends on the rows the model was fitted to and cannot be redone on others",
                   formula_node_text(data, node));
  return result;
}

static Value call(FormulaData *data, const Node *node) {
  const char *key = formula_node_text(data, node);
  const Value *frozen = formula_frozen(data, key);
  if (frozen) return value_keep(*frozen);
  Value callee = formula_callee(data, node), argument[ARGUMENTS_MOST];
  uint32_t count = node->count - 1;
  if (count > ARGUMENTS_MOST) formula_refuse(data, node, "too many arguments for a formula");
  for (uint32_t k = 0; k < count; k++) {
    const Node *given = node->child[k + 1];
    if (given->kind == NODE_NAMED || given->kind == NODE_GENERATED)
      formula_refuse(data, given,
                     "in a formula arguments are plain: compute this before and name it");
    argument[k] = formula_evaluate(data, given);
    if (argument[k].kind == VALUE_TUPLE) refuse_operand(data, given, argument[k]);
  }
  Value result = call_function(data, node, callee, argument, count);
  for (uint32_t k = 0; k < count; k++) value_release(argument[k]);
  if (result.kind == VALUE_BOOLEAN) result = value_number(result.number);
  if (formula_is_fitted(data, node)) return result;
  formula_refuse_active(data, node, result);
  if (!formula_has_rows(result, data->count)) formula_freeze(data, key, value_keep(result));
  return result;
}

/* ---- all expressions ---- */

static Value string(FormulaData *data, const Node *node) {
  if (node->count == 0) return value_string(string_new(data->session, "", 0));
  const Node *text = node->child[0];
  if (node->count > 1 || text->kind != NODE_TEXT)
    formula_refuse(data, node, "in a formula a text stands as it is, without {…}");
  return value_string(string_new(data->session, text->text, text->length));
}

_Noreturn static void refuse_node(const FormulaData *data, const Node *node) {
  if (node->kind == NODE_DOT)
    formula_refuse(data, node, ". stands for the other columns and is a term of its own");
  const char *text = formula_node_text(data, node);
  Report *report = formula_failure(data, node, "%s has no meaning in a formula", text);
  if (node->kind == NODE_RANGE && node->count > 1)
    report_advise(report, "%s*%s  (the product, row by row)",
                  formula_node_text(data, node->child[0]), formula_node_text(data, node->child[1]));
  else report_remark(report, "compute it before as a variable, and use that");
  raise_failure(data->session, report);
}

static Value evaluate(FormulaData *data, const Node *node) {
  switch (node->kind) {
  case NODE_NUMBER:
  case NODE_BOOLEAN: return value_number(node->number);
  case NODE_STRING: return string(data, node);
  case NODE_NAME:
  case NODE_FIELD:
  case NODE_INDEX: return formula_leaf(data, node);
  case NODE_BINARY:
  case NODE_IMPLICIT: return binary(data, node);
  case NODE_NEGATE: return unary(data, node, SCALAR_NEGATE);
  case NODE_FACTORIAL: return unary(data, node, SCALAR_factorial);
  case NODE_ROOT: return unary(data, node, SCALAR_sqrt);
  case NODE_PLUS: return number_operand(data, node->child[0]);
  case NODE_COMPARE: return comparison(data, node);
  case NODE_AND:
  case NODE_OR:
  case NODE_NOT: return logic(data, node);
  case NODE_CALL:
  case NODE_CALL_EACH: return call(data, node);
  default: refuse_node(data, node);
  }
}

Value formula_evaluate(FormulaData *data, const Node *node) {
  Session *session = data->session;
  const Node *outer = session->origin;
  Source *outer_source = session->origin_source;
  session->origin = node;
  session->origin_source = data->formula->tree->source;
  check_interrupt(session);
  Value value = evaluate(data, node);
  session->origin = outer;
  session->origin_source = outer_source;
  return value;
}
