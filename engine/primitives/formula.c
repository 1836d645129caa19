/* formula.c - the expressions of a formula y ~ x + log(z), evaluated over the columns of a table.
 *
 * Leaves are names, fields and positions; a leaf with as many rows as the data is a column. While a
 * node is evaluated it is the session's origin, so that whatever fails is reported at it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/formula.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/scalar.h"
#include "machine/vm.h"
#include "syntax/unparse.h"
#include "values/index.h"
#include "values/operate.h"

/* ---- errors ---- */

Report *formula_failure(const FormulaData *data, const Node *node, const char *format, ...) {
  char message[sizeof data->session->report.message];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  data->session->origin = node;
  data->session->origin_source = data->formula->tree->source;
  return failure(data->session, "%s", message);
}

_Noreturn void formula_refuse(const FormulaData *data, const Node *node, const char *format, ...) {
  char message[sizeof data->session->report.message];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  raise_failure(data->session, formula_failure(data, node, "%s", message));
}

const char *formula_node_text(const FormulaData *data, const Node *node) {
  Text text = {0};
  Node bare = *node;
  bare.grouped = false;
  unparse(&bare, data->formula->tree->source, &text);
  char *copy = scratch(data->session, text.length + 1);
  memcpy(copy, text.bytes ? text.bytes : "", text.length + 1);
  text_free(&text);
  return copy;
}

static void offer_columns(const Table *table, Suggestion *suggestion) {
  for (uint32_t k = 0; table && k < table->count; k++)
    suggestion_offer(suggestion, table->column[k].name->name);
}

static void offer_variables(const Session *session, Suggestion *suggestion) {
  for (uint32_t id = 0; id < session->symbols.count && id < session->binding_count; id++) {
    const Binding *binding = &session->binding[id];
    bool known = binding->value.kind != VALUE_NOTHING || binding->builtin.kind != VALUE_NOTHING;
    if (known) suggestion_offer(suggestion, session->symbols.symbol[id]->name);
  }
}

static void remark_columns(const Table *table, Report *report) {
  Text list = {0};
  for (uint32_t k = 0; k < table->count; k++)
    text_format(&list, "%s%s", k ? ", " : "", table->column[k].name->name);
  report_remark(report, "the columns are %s", list.length ? list.bytes : "none");
  text_free(&list);
}

_Noreturn static void refuse_unknown(const FormulaData *data, const Node *node) {
  const char *name = node->symbol->name;
  bool again = data->frozen == NULL;
  Report *report = again ? formula_failure(data, node, "the new data have no column %s", name)
                         : formula_failure(data, node, "unknown name %s", name);
  Suggestion suggestion;
  suggestion_start(&suggestion, name);
  offer_columns(data->table, &suggestion);
  if (!again) offer_variables(data->session, &suggestion);
  if (data->table) remark_columns(data->table, report);
  if (suggestion.best) report_advise(report, "%s", suggestion.best);
  raise_failure(data->session, report);
}

/* ---- what was frozen ---- */

static const Symbol *key_symbol(const FormulaData *data, const char *key) {
  return symbol_intern(&data->session->symbols, key, strlen(key));
}

static const Value *scope_get(const FormulaData *data, const Symbol *name) {
  Value scope = data->formula->scope;
  return scope.kind == VALUE_RECORD ? record_get((const Record *)scope.object, name) : NULL;
}

void formula_freeze(FormulaData *data, const char *key, Value owned) {
  if (data->frozen) record_set(data->frozen, key_symbol(data, key), owned);
  else value_release(owned);
}

const Value *formula_frozen(const FormulaData *data, const char *key) {
  return data->frozen ? NULL : scope_get(data, key_symbol(data, key));
}

/* ---- columns and leaves ---- */

static bool is_leaf(const Node *node) {
  return node->kind == NODE_NAME || node->kind == NODE_FIELD || node->kind == NODE_INDEX;
}

static const Column *find_column(const FormulaData *data, const Symbol *name) {
  for (uint32_t k = 0; data->table && k < data->table->count; k++)
    if (data->table->column[k].name == name) return &data->table->column[k];
  return NULL;
}

static Value column_value(const Column *column) {
  return column->numbers.kind == VALUE_ARRAY ? column->numbers : column->text;
}

/* On other rows d.price is their column price. */
const Column *formula_column(const FormulaData *data, const Node *node) {
  bool named = node->kind == NODE_NAME || (node->kind == NODE_FIELD && !data->frozen);
  return named ? find_column(data, node->symbol) : NULL;
}

bool formula_is_text(Value value) {
  if (value.kind != VALUE_TUPLE) return false;
  const Tuple *tuple = (const Tuple *)value.object;
  for (uint32_t i = 0; i < tuple->count; i++)
    if (tuple->item[i].kind != VALUE_STRING && tuple->item[i].kind != VALUE_NOTHING) return false;
  return true;
}

/* As many rows as the value would have as a column; 0 if it cannot be one. */
static size_t value_rows(Value value) {
  if (value.kind == VALUE_ARRAY) return value_as_array(value)->rows;
  if (formula_is_text(value)) return ((const Tuple *)value.object)->count;
  return 0;
}

static bool has_rows(Value value, size_t rows) {
  return value.kind != VALUE_NUMBER && rows > 0 && value_rows(value) == rows;
}

static void refuse_active(const FormulaData *data, const Node *node, Value value) {
  if (value_is_active(value))
    formula_refuse(data, node, "no derivative with respect to the data of a statistical model");
}

static Value leaf_value(FormulaData *data, const Node *node);

static Value leaf_name(FormulaData *data, const Node *node) {
  const Column *column = find_column(data, node->symbol);
  if (column) return value_keep(column_value(column));
  const Value *local = scope_get(data, node->symbol);
  if (local) return value_keep(*local);
  Value value = data->frozen ? session_lookup(data->session, node->symbol) : value_nothing();
  if (value.kind == VALUE_NOTHING) refuse_unknown(data, node);
  return value_keep(value);
}

static Value leaf_index(FormulaData *data, const Node *node) {
  enum { ITEMS = 2 };
  Value item[ITEMS], container = leaf_value(data, node->child[0]);
  uint32_t count = node->count - 1;
  if (count > ITEMS) formula_refuse(data, node, "a matrix has two indices");
  for (uint32_t k = 0; k < count; k++) {
    const Node *at = node->child[k + 1];
    if (at->kind == NODE_COLON) item[k] = value_nothing();
    else if (at->kind == NODE_NUMBER) item[k] = value_number(at->number);
    else if (is_leaf(at)) item[k] = leaf_value(data, at);
    else formula_refuse(data, at, "in a formula an index is a number, a name or :");
  }
  Value result = value_index(data->session, container, item, count);
  for (uint32_t k = 0; k < count; k++) value_release(item[k]);
  value_release(container);
  return result;
}

/* All rows of a leaf; ranges become arrays. */
static Value leaf_value(FormulaData *data, const Node *node) {
  Session *session = data->session;
  session->origin = node;
  Value value;
  const Value *frozen = node->kind == NODE_NAME ? NULL : formula_frozen(data, formula_node_text(data, node));
  if (frozen) value = value_keep(*frozen);
  else if (formula_column(data, node)) value = value_keep(column_value(formula_column(data, node)));
  else if (node->kind == NODE_NAME) value = leaf_name(data, node);
  else if (node->kind == NODE_FIELD && data->frozen) {
    Value container = leaf_value(data, node->child[0]);
    value = value_field(session, container, node->symbol);
    value_release(container);
  } else if (node->kind == NODE_INDEX && data->frozen) value = leaf_index(data, node);
  else if (node->kind == NODE_FIELD) refuse_unknown(data, node);
  else
    formula_refuse(data, node, "%s cannot be found in new data: fit with a named column instead",
                   formula_node_text(data, node));
  session->origin = node;
  refuse_active(data, node, value);
  if (value.kind == VALUE_RANGE) {
    Value array = value_to_array(session, value);
    value_release(value);
    value = array;
  }
  return value.kind == VALUE_BOOLEAN ? value_number(value.number) : value;
}

static Value array_rows(const FormulaData *data, const Array *from) {
  Array *to = array_new(data->session, data->count, from->cols, ELEMENT_REAL);
  for (size_t i = 0; i < data->count; i++)
    memcpy(to->data + i * from->cols, from->data + (size_t)data->kept[i] * from->cols,
           from->cols * sizeof *to->data);
  return value_array(to);
}

static Value text_rows(const FormulaData *data, const Tuple *from) {
  Tuple *to = tuple_new(data->session, (uint32_t)data->count);
  for (size_t i = 0; i < data->count; i++) to->item[i] = value_keep(from->item[data->kept[i]]);
  return value_tuple(to);
}

Value formula_rows(const FormulaData *data, Value value) {
  if (!data->kept || !has_rows(value, data->rows)) return value_keep(value);
  if (value.kind == VALUE_ARRAY) return array_rows(data, value_as_array(value));
  return text_rows(data, (const Tuple *)value.object);
}

size_t formula_row_number(const FormulaData *data, size_t i) {
  return (data->kept ? data->kept[i] : i) + 1;
}

static Value leaf(FormulaData *data, const Node *node) {
  Value whole = leaf_value(data, node), value = formula_rows(data, whole);
  bool constant = !has_rows(whole, data->rows) && !formula_column(data, node);
  value_release(whole);
  if (constant && node->kind == NODE_NAME) {
    if (data->frozen) record_set(data->frozen, node->symbol, value_keep(value));
  } else if (constant) {
    formula_freeze(data, formula_node_text(data, node), value_keep(value));
  }
  return value;
}

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
  if (value.kind != VALUE_NUMBER && value.kind != VALUE_ARRAY) refuse_operand(data, node, value);
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
  bool column = formula_is_text(side) || (side.kind == VALUE_ARRAY && value_as_array(side)->cols == 1);
  char found[VALUE_DESCRIPTION];
  if (!column || value_rows(side) != data->count)
    formula_refuse(data, node, "%s cannot be compared row by row: it is %s",
                   formula_node_text(data, node), describe(side, found));
  return data->count;
}

static Value compare_pair(FormulaData *data, const Node *node, uint32_t k, Value a, Value b) {
  const Node *left = node->child[k], *right = node->child[k + 1];
  Operator op = (Operator)node->operators[k];
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
  if (node->kind == NODE_NOT)
    return apply_scalar(data, node, SCALAR_SUBTRACT, value_number(1), a);
  Scalar op = node->kind == NODE_AND ? SCALAR_MULTIPLY : SCALAR_max;
  return apply_scalar(data, node, op, a, condition(data, node->child[1]));
}

/* ---- calls ---- */

enum { ARGUMENTS_MOST = 8 };

static Value callee_of(FormulaData *data, const Node *node) {
  const Node *name = node->child[0];
  if (name->kind != NODE_NAME)
    formula_refuse(data, node, "in a formula a function is called by its name");
  const Value *local = scope_get(data, name->symbol);
  Value function = local ? *local : session_lookup(data->session, name->symbol);
  if (function.kind == VALUE_FUNCTION) {
    if (data->frozen) record_set(data->frozen, name->symbol, value_keep(function));
    return function;
  }
  if (function.kind == VALUE_NOTHING && !find_column(data, name->symbol))
    refuse_unknown(data, name);
  Report *report = formula_failure(data, name, "%s is not a function", name->symbol->name);
  if (node->count == 2)
    report_advise(report, "%s*(%s)", name->symbol->name, formula_node_text(data, node->child[1]));
  raise_failure(data->session, report);
}

/* sin, exp, … and max, min of several: they stretch over rows by themselves. */
static bool call_scalar(FormulaData *data, const Node *node, const char *name, const Value *argument,
                        uint32_t count, Value *result) {
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
  if (!data->frozen && !alike && has_rows(result, data->count))
    formula_refuse(data, node, "%s depends on the rows the model was fitted to and cannot be redone on others",
                   formula_node_text(data, node));
  return result;
}

static Value call(FormulaData *data, const Node *node) {
  const char *key = formula_node_text(data, node);
  const Value *frozen = formula_frozen(data, key);
  if (frozen) return value_keep(*frozen);
  Value callee = callee_of(data, node), argument[ARGUMENTS_MOST];
  uint32_t count = node->count - 1;
  if (count > ARGUMENTS_MOST) formula_refuse(data, node, "too many arguments for a formula");
  for (uint32_t k = 0; k < count; k++) {
    const Node *given = node->child[k + 1];
    if (given->kind == NODE_NAMED || given->kind == NODE_GENERATED)
      formula_refuse(data, given, "in a formula arguments are plain: compute this before and name it");
    argument[k] = formula_evaluate(data, given);
    if (argument[k].kind == VALUE_TUPLE) refuse_operand(data, given, argument[k]);
  }
  Value result = call_function(data, node, callee, argument, count);
  for (uint32_t k = 0; k < count; k++) value_release(argument[k]);
  refuse_active(data, node, result);
  if (result.kind == VALUE_BOOLEAN) result = value_number(result.number);
  if (!has_rows(result, data->count)) formula_freeze(data, key, value_keep(result));
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
    report_advise(report, "%s*%s  (the product, row by row)", formula_node_text(data, node->child[0]),
                  formula_node_text(data, node->child[1]));
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
    case NODE_INDEX: return leaf(data, node);
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

/* ---- which rows ---- */

static const Node *formula_side(const FormulaData *data, int side) {
  return ((const Node *)data->formula->node)->child[side];
}

static bool mentions(const Node *node, const Symbol *name) {
  if (!node) return false;
  if (node->kind == NODE_NAME) return node->symbol == name;
  for (uint32_t k = 0; k < node->count; k++)
    if (mentions(node->child[k], name)) return true;
  return false;
}

static bool is_term(const Node *node, const Symbol *name) {
  if (node->kind == NODE_BINARY && node->op == OP_ADD && !node->grouped)
    return is_term(node->child[0], name) || is_term(node->child[1], name);
  return node->kind == NODE_NAME && node->symbol == name;
}

bool formula_dot_takes(const FormulaData *data, const Column *column) {
  return !mentions(formula_side(data, 0), column->name) &&
         !is_term(formula_side(data, 1), column->name);
}

/* Calls [visit] with every leaf, and with the node of a `.`. */
static void walk(FormulaData *data, const Node *node, void *context,
                 void (*visit)(FormulaData *data, const Node *node, void *context)) {
  if (!node) return;
  if (is_leaf(node) || node->kind == NODE_DOT) {
    visit(data, node, context);
    return;
  }
  bool called = node->kind == NODE_CALL || node->kind == NODE_CALL_EACH;
  for (uint32_t k = called ? 1 : 0; k < node->count; k++) walk(data, node->child[k], context, visit);
}

static void find_rows(FormulaData *data, const Node *node, void *context) {
  (void)context;
  if (data->rows || node->kind == NODE_DOT) return;
  Value value = leaf_value(data, node);
  data->rows = value_rows(value);
  value_release(value);
}

static void mark_missing(const FormulaData *data, Value value, bool *missing) {
  if (!has_rows(value, data->rows)) return;
  if (value.kind == VALUE_TUPLE) {
    const Tuple *tuple = (const Tuple *)value.object;
    for (size_t i = 0; i < data->rows; i++) missing[i] |= tuple->item[i].kind == VALUE_NOTHING;
    return;
  }
  const Array *array = value_as_array(value);
  for (size_t i = 0; i < data->rows; i++)
    for (size_t j = 0; j < array->cols; j++) missing[i] |= isnan(array->data[i * array->cols + j]);
}

static void find_missing(FormulaData *data, const Node *node, void *context) {
  if (node->kind == NODE_DOT) {
    for (uint32_t k = 0; data->table && k < data->table->count; k++)
      if (formula_dot_takes(data, &data->table->column[k]))
        mark_missing(data, column_value(&data->table->column[k]), context);
    return;
  }
  Value value = leaf_value(data, node);
  mark_missing(data, value, context);
  value_release(value);
}

static void keep_complete(FormulaData *data, const bool *missing) {
  uint32_t *kept = scratch(data->session, data->rows * sizeof *kept);
  size_t count = 0;
  for (size_t i = 0; i < data->rows; i++)
    if (!missing[i]) kept[count++] = (uint32_t)i;
  data->count = count;
  data->kept = count < data->rows ? kept : NULL;
}

void formula_scan(FormulaData *data) {
  Session *session = data->session;
  const Node *outer = session->origin, *node = data->formula->node;
  Source *outer_source = session->origin_source;
  session->origin_source = data->formula->tree->source;
  if (data->table) data->rows = data->table->rows;
  else walk(data, node, NULL, find_rows);
  data->count = data->rows;
  if (data->frozen) {
    bool *missing = scratch(session, data->rows + 1);
    memset(missing, 0, data->rows + 1);
    walk(data, node, missing, find_missing);
    keep_complete(data, missing);
  }
  session->origin = outer;
  session->origin_source = outer_source;
}

/* ---- what other rows need ---- */

typedef struct Needed {
  const Symbol *name;
  bool several;
} Needed;

static void find_needed(FormulaData *data, const Node *node, void *context) {
  Needed *needed = context;
  const Symbol *name = node->kind == NODE_INDEX || node->kind == NODE_DOT ? NULL : node->symbol;
  if (node->kind == NODE_NAME && scope_get(data, name)) return;
  if (!name || (needed->name && needed->name != name)) needed->several = true;
  needed->name = name;
}

const Symbol *formula_only_column(const FormulaData *data) {
  Needed needed = {0};
  FormulaData copy = *data;
  walk(&copy, formula_side(data, 1), &needed, find_needed);
  return needed.several ? NULL : needed.name;
}
