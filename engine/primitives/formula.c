/* formula.c - what the names of a formula y ~ x + log(z) stand for, and which rows are complete.
 *
 * Leaves are names, fields and positions; a leaf with as many rows as the data is a column.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/formula.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* The table was forgotten: one with such a column is around. */
static void advise_table(const FormulaData *data, const Symbol *name, Report *report) {
  const Session *session = data->session;
  for (uint32_t id = 0; id < session->symbols.count && id < session->binding_count; id++) {
    Value value = session->binding[id].value;
    if (value.kind != VALUE_TABLE) continue;
    const Table *table = (const Table *)value.object;
    for (uint32_t k = 0; k < table->count; k++) {
      if (table->column[k].name != name) continue;
      const char *owner = session->symbols.symbol[id]->name;
      report_remark(report, "%s is a column of %s", name->name, owner);
      report_advise(report, data->parameters ? "fit(%s, %s, from = record(…))" : "regress(%s, %s)",
                    formula_node_text(data, data->formula->node), owner);
      return;
    }
  }
}

_Noreturn static void refuse_unknown(const FormulaData *data, const Node *node) {
  const char *name = node->symbol->name;
  bool again = data->frozen == NULL;
  Report *report = again ? formula_failure(data, node, "the new data have no column %s", name)
                         : formula_failure(data, node, "unknown name %s", name);
  Suggestion suggestion;
  suggestion_start(&suggestion, name);
  if (!again) {
    offer_columns(data->table, &suggestion);
    offer_variables(data->session, &suggestion);
  }
  if (data->table) remark_columns(data->table, report);
  else advise_table(data, node->symbol, report);
  if (suggestion.best) report_advise(report, "%s", suggestion.best);
  raise_failure(data->session, report);
}

/* ---- what is fitted ---- */

static const Value *parameter_get(const FormulaData *data, const Symbol *name) {
  return data->parameters ? record_get(data->parameters, name) : NULL;
}

bool formula_is_fitted(const FormulaData *data, const Node *node) {
  if (!node || !data->parameters) return false;
  if (node->kind == NODE_NAME) return parameter_get(data, node->symbol) != NULL;
  for (uint32_t k = 0; k < node->count; k++)
    if (formula_is_fitted(data, node->child[k])) return true;
  return false;
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

Value formula_keep(const FormulaData *data, Record *frozen) {
  Formula *copy = object_new(data->session, VALUE_FORMULA, sizeof *copy);
  copy->node = data->formula->node;
  copy->tree = tree_keep(data->formula->tree);
  copy->scope = value_record(frozen);
  return value_formula(copy);
}

/* ---- columns and leaves ---- */

static bool is_leaf(const Node *node) {
  return node->kind == NODE_NAME || node->kind == NODE_FIELD || node->kind == NODE_INDEX;
}

const Column *formula_find_column(const FormulaData *data, const Symbol *name) {
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
  return named ? formula_find_column(data, node->symbol) : NULL;
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

bool formula_has_rows(Value value, size_t rows) {
  return value.kind != VALUE_NUMBER && rows > 0 && value_rows(value) == rows;
}

void formula_refuse_active(const FormulaData *data, const Node *node, Value value) {
  if (value_is_active(value))
    formula_refuse(data, node, "no derivative with respect to the data of a statistical model");
}

static Value leaf_value(FormulaData *data, const Node *node);

static Value leaf_name(FormulaData *data, const Node *node) {
  const Value *parameter = parameter_get(data, node->symbol);
  if (parameter) return value_keep(*parameter);
  const Column *column = formula_find_column(data, node->symbol);
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
  const Value *frozen =
      node->kind == NODE_NAME ? NULL : formula_frozen(data, formula_node_text(data, node));
  if (frozen) value = value_keep(*frozen);
  else if (formula_column(data, node)) value = value_keep(column_value(formula_column(data, node)));
  else if (node->kind == NODE_NAME) value = leaf_name(data, node);
  else if (node->kind == NODE_FIELD && data->frozen) {
    Value container = leaf_value(data, node->child[0]);
    value = value_field(session, container, node->symbol);
    value_release(container);
  } else if (node->kind == NODE_INDEX && (data->frozen || formula_is_fitted(data, node)))
    value = leaf_index(data, node);
  else if (node->kind == NODE_FIELD) refuse_unknown(data, node);
  else
    formula_refuse(data, node, "%s cannot be found in new data: fit with a named column instead",
                   formula_node_text(data, node));
  session->origin = node;
  if (!formula_is_fitted(data, node)) formula_refuse_active(data, node, value);
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

static Value rows_of(const FormulaData *data, Value value) {
  if (!data->kept || !formula_has_rows(value, data->rows)) return value_keep(value);
  if (value.kind == VALUE_ARRAY) return array_rows(data, value_as_array(value));
  return text_rows(data, (const Tuple *)value.object);
}

size_t formula_row_number(const FormulaData *data, size_t i) {
  return (data->kept ? data->kept[i] : i) + 1;
}

/* A parameter is a number in every row. */
static Value fitted_leaf(FormulaData *data, const Node *node) {
  Value value = leaf_value(data, node);
  if (value.kind == VALUE_NUMBER || value.kind == VALUE_ACTIVE) return value;
  char found[VALUE_DESCRIPTION];
  const char *text = formula_node_text(data, node);
  Report *report = formula_failure(
      data, node, "the parameter %s is %s: a formula runs row by row and takes its entries", text,
      value_describe(value, found));
  report_advise(report, "%s[1]", text);
  raise_failure(data->session, report);
}

Value formula_leaf(FormulaData *data, const Node *node) {
  if (formula_is_fitted(data, node)) return fitted_leaf(data, node);
  Value whole = leaf_value(data, node), value = rows_of(data, whole);
  bool constant = !formula_has_rows(whole, data->rows) && !formula_column(data, node);
  value_release(whole);
  if (constant && node->kind == NODE_NAME) {
    if (data->frozen) record_set(data->frozen, node->symbol, value_keep(value));
  } else if (constant) {
    formula_freeze(data, formula_node_text(data, node), value_keep(value));
  }
  return value;
}

Value formula_callee(FormulaData *data, const Node *node) {
  const Node *name = node->child[0];
  if (name->kind != NODE_NAME)
    formula_refuse(data, node, "in a formula a function is called by its name");
  const Value *local = scope_get(data, name->symbol);
  Value function = local ? *local : session_lookup(data->session, name->symbol);
  if (function.kind == VALUE_FUNCTION) {
    if (data->frozen) record_set(data->frozen, name->symbol, value_keep(function));
    return function;
  }
  if (function.kind == VALUE_NOTHING && !formula_find_column(data, name->symbol))
    refuse_unknown(data, name);
  Report *report = formula_failure(data, name, "%s is not a function", name->symbol->name);
  if (node->count == 2)
    report_advise(report, "%s*(%s)", name->symbol->name, formula_node_text(data, node->child[1]));
  raise_failure(data->session, report);
}

/* ---- which rows ---- */

static const Node *formula_side(const FormulaData *data, int side) {
  return ((const Node *)data->formula->node)->child[side];
}

static bool is_term(const Node *node, const Symbol *name) {
  if (node->kind == NODE_BINARY && node->op == OP_ADD && !node->grouped)
    return is_term(node->child[0], name) || is_term(node->child[1], name);
  return node->kind == NODE_NAME && node->symbol == name;
}

bool formula_dot_takes(const FormulaData *data, const Column *column) {
  return !node_uses(formula_side(data, 0), column->name) &&
         !is_term(formula_side(data, 1), column->name);
}

/* Calls [visit] with every leaf, and with the node of a `.`. */
static void walk(FormulaData *data, const Node *node, void *context,
                 void (*visit)(FormulaData *data, const Node *node, void *context)) {
  if (!node) return;
  if (is_leaf(node) || node->kind == NODE_DOT) {
    if (!formula_is_fitted(data, node)) visit(data, node, context);
    return;
  }
  bool called = node->kind == NODE_CALL || node->kind == NODE_CALL_EACH;
  for (uint32_t k = called ? 1 : 0; k < node->count; k++)
    walk(data, node->child[k], context, visit);
}

static void find_rows(FormulaData *data, const Node *node, void *context) {
  (void)context;
  if (data->rows || node->kind == NODE_DOT) return;
  Value value = leaf_value(data, node);
  data->rows = value_rows(value);
  value_release(value);
}

static void mark_missing(const FormulaData *data, Value value, bool *missing) {
  if (!formula_has_rows(value, data->rows)) return;
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
