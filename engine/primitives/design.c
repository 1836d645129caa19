/* design.c - the columns a linear model is fitted with.
 *
 * A term is what stands between the + signs of a formula's right side. Powers of a column are
 * carried in twice the precision: a polynomial of degree 10 needs them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/design.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/twofold.h"
#include "values/operate.h"

enum { POWER_MOST = 64 }; /* x^k beyond is nobody's polynomial */

const char design_intercept_name[] = "(intercept)";

/* ---- columns ---- */

void design_add(Design *design, const char *name, const double *high, const double *low) {
  if (design->count == design->capacity) {
    design->capacity = design->capacity ? 2 * design->capacity : 16;
    DesignColumn *grown = scratch(design->session, design->capacity * sizeof *grown);
    if (design->count) memcpy(grown, design->column, design->count * sizeof *grown);
    design->column = grown;
  }
  design->column[design->count++] = (DesignColumn){name, high, low};
}

static double *column_new(const Design *design) {
  return scratch(design->session, (design->rows + 1) * sizeof(double));
}

void design_add_intercept(Design *design) {
  double *ones = column_new(design);
  for (size_t i = 0; i < design->rows; i++) ones[i] = 1;
  design_add(design, design_intercept_name, ones, NULL);
  design->intercept = design->constant = true;
}

const double *design_matrix(const Design *design, bool low) {
  bool any = !low;
  for (size_t j = 0; j < design->count; j++) any |= design->column[j].low != NULL;
  if (!any) return NULL;
  size_t rows = design->rows;
  double *matrix = scratch(design->session, (design->count * rows + 1) * sizeof *matrix);
  for (size_t j = 0; j < design->count; j++) {
    const double *from = low ? design->column[j].low : design->column[j].high;
    if (from) memcpy(matrix + j * rows, from, rows * sizeof *matrix);
    else memset(matrix + j * rows, 0, rows * sizeof *matrix);
  }
  return matrix;
}

/* ---- the state while terms are added ---- */

typedef struct Terms {
  FormulaData *data;
  Design *design;
  bool fitting; /* otherwise the columns are those of an earlier fit */
  bool text;    /* a text column has been added */
} Terms;

static const char *scratch_text(Session *session, Text *text) {
  char *copy = scratch(session, text->length + 1);
  memcpy(copy, text->bytes ? text->bytes : "", text->length + 1);
  text_free(text);
  return copy;
}

/* ---- numbers ---- */

static void check_finite(const Terms *terms, const Node *node, const double *column) {
  for (size_t i = 0; terms->fitting && i < terms->design->rows; i++) {
    if (isfinite(column[i])) continue;
    const char *what = isnan(column[i]) ? "not a number" : "infinite";
    formula_refuse(terms->data, node, "%s is %s in row %zu", formula_node_text(terms->data, node),
                   what, formula_row_number(terms->data, i));
  }
}

static bool is_constant(size_t rows, const double *column) {
  for (size_t i = 1; i < rows; i++)
    if (column[i] != column[0]) return false;
  return rows > 0 && column[0] != 0;
}

static void add_numbers(Terms *terms, const Node *node, const Array *array) {
  Design *design = terms->design;
  const char *name = formula_node_text(terms->data, node);
  for (size_t j = 0; j < array->cols; j++) {
    double *column = column_new(design);
    for (size_t i = 0; i < design->rows; i++) column[i] = array->data[i * array->cols + j];
    check_finite(terms, node, column);
    Text title = {0};
    if (array->cols > 1) text_format(&title, "%s[:,%zu]", name, j + 1);
    else text_string(&title, name);
    design_add(design, scratch_text(design->session, &title), column, NULL);
    design->constant |= is_constant(design->rows, column);
  }
}

/* x^2, x^3, … of a plain column. */
static bool add_power(Terms *terms, const Node *node) {
  bool power = node->kind == NODE_BINARY && (node->op == OP_POWER || node->op == OP_DOT_POWER);
  if (!power || node->child[1]->kind != NODE_NUMBER) return false;
  double exponent = node->child[1]->number;
  const Node *base = node->child[0];
  if (exponent < 2 || exponent > POWER_MOST || exponent != floor(exponent)) return false;
  if (base->kind != NODE_NAME && base->kind != NODE_FIELD) return false;
  Design *design = terms->design;
  Value value = formula_evaluate(terms->data, base);
  bool plain = value.kind == VALUE_ARRAY && value_as_array(value)->cols == 1 &&
               value_as_array(value)->rows == design->rows;
  if (plain) {
    double *high = column_new(design), *low = column_new(design);
    twofold_powers(design->rows, value_as_array(value)->data, (unsigned)exponent, high, low);
    check_finite(terms, node, high);
    design_add(design, formula_node_text(terms->data, node), high, low);
    design->constant |= is_constant(design->rows, high);
  }
  value_release(value);
  return plain;
}

/* ---- text: an indicator column for every level but the first ---- */

static int compare_texts(const void *a, const void *b) {
  const String *const *left = a, *const *right = b;
  return strcmp((*left)->bytes, (*right)->bytes);
}

/* The different texts of a column in alphabetical order, as a tuple. Owned. */
static Value levels_of(Session *session, const Tuple *column) {
  const String **sorted = scratch(session, (column->count + 1) * sizeof(const String *));
  size_t present = 0, different = 0;
  for (uint32_t i = 0; i < column->count; i++)
    if (column->item[i].kind == VALUE_STRING)
      sorted[present++] = (const String *)column->item[i].object;
  if (present) qsort(sorted, present, sizeof *sorted, compare_texts);
  for (size_t i = 0; i < present; i++)
    if (!different || compare_texts(&sorted[i], &sorted[different - 1]))
      sorted[different++] = sorted[i];
  Tuple *levels = tuple_new(session, (uint32_t)different);
  for (size_t k = 0; k < different; k++)
    levels->item[k] =
        value_keep((Value){.kind = VALUE_STRING, .object = (Object *)(uintptr_t)&sorted[k]->head});
  return value_tuple(levels);
}

/* The position of a text among the levels; their number if it is not there. */
static uint32_t level_find(const Tuple *levels, Value text) {
  const String *wanted = (const String *)text.object;
  uint32_t low = 0, high = levels->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    const String *level = (const String *)levels->item[middle].object;
    int order = strcmp(wanted->bytes, level->bytes);
    if (order == 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return levels->count;
}

/* The levels of the fit; of this column when fitting. Owned. */
static Value levels_for(Terms *terms, const char *name, const Tuple *column) {
  Session *session = terms->design->session;
  Text key = {0};
  text_format(&key, "%s: levels", name);
  const char *frozen_key = scratch_text(session, &key);
  const Value *frozen = formula_frozen(terms->data, frozen_key);
  if (frozen) return value_keep(*frozen);
  Value levels = levels_of(session, column);
  formula_freeze(terms->data, frozen_key, value_keep(levels));
  return levels;
}

static void set_indicators(const Terms *terms, const Node *node, const Tuple *column,
                           const Tuple *levels, uint32_t base, double *const *indicator) {
  for (uint32_t i = 0; i < column->count; i++) {
    bool missing = column->item[i].kind != VALUE_STRING;
    uint32_t level = missing ? 0 : level_find(levels, column->item[i]);
    if (level == levels->count)
      formula_refuse(terms->data, node, "\"%s\" did not occur in %s when the model was fitted",
                     ((const String *)column->item[i].object)->bytes,
                     formula_node_text(terms->data, node));
    for (uint32_t k = base; k < levels->count; k++)
      indicator[k][i] = missing ? NAN : (double)(k == level);
  }
}

/* Without an intercept the first text column has an indicator for its first level too. */
static void add_text(Terms *terms, const Node *node, const char *name, const Tuple *column) {
  Design *design = terms->design;
  Value owned = levels_for(terms, name, column);
  const Tuple *levels = (const Tuple *)owned.object;
  uint32_t base = design->intercept || terms->text ? 1 : 0;
  if ((size_t)levels->count * design->rows > ARRAY_LARGEST)
    formula_refuse(terms->data, node, "%s has %u different texts, too many for a column each", name,
                   levels->count);
  double **indicator = scratch(design->session, (levels->count + 1) * sizeof *indicator);
  for (uint32_t k = base; k < levels->count; k++) {
    indicator[k] = column_new(design);
    Text title = {0};
    text_format(&title, "%s: %s", name, ((const String *)levels->item[k].object)->bytes);
    design_add(design, scratch_text(design->session, &title), indicator[k], NULL);
  }
  set_indicators(terms, node, column, levels, base, indicator);
  if (terms->fitting && levels->count == 1 && base == 1)
    note(design->session, "%s is the same in every row and is not in the model", name);
  terms->text = true;
  design->constant |= base == 0;
  value_release(owned);
}

/* ---- terms ---- */

static void add_value(Terms *terms, const Node *node, const char *name, Value value) {
  FormulaData *data = terms->data;
  char found[VALUE_DESCRIPTION];
  if (value.kind == VALUE_NUMBER)
    formula_refuse(data, node, "the term %s is the same number in every row", name);
  if (value.kind == VALUE_ARRAY && value_as_array(value)->rows == terms->design->rows)
    add_numbers(terms, node, value_as_array(value));
  else if (formula_is_text(value) && ((Tuple *)value.object)->count == terms->design->rows)
    add_text(terms, node, name, (const Tuple *)value.object);
  else if (value.kind == VALUE_ARRAY || formula_is_text(value))
    formula_refuse(data, node, "%s is %s, but the data have %zu row%s", name,
                   value_describe(value, found), data->rows, data->rows == 1 ? "" : "s");
  else
    formula_refuse(data, node, "%s is %s and cannot be a term", name, value_describe(value, found));
}

static void add_term(Terms *terms, const Node *node);

/* The names of the other columns as a tuple: of the fit, or of this table when fitting. Owned. */
static Value other_columns(FormulaData *data, const Node *dot) {
  const Value *frozen = formula_frozen(data, ".");
  if (frozen) return value_keep(*frozen);
  if (!data->table)
    formula_refuse(data, dot, ". stands for the other columns of a table: regress(y ~ ., d)");
  const Table *table = data->table;
  uint32_t count = 0;
  for (uint32_t k = 0; k < table->count; k++) count += formula_dot_takes(data, &table->column[k]);
  Tuple *names = tuple_new(data->session, count);
  for (uint32_t k = 0, to = 0; k < table->count; k++) {
    const char *name = table->column[k].name->name;
    if (!formula_dot_takes(data, &table->column[k])) continue;
    names->item[to++] = value_string(string_new(data->session, name, strlen(name)));
  }
  formula_freeze(data, ".", value_keep(value_tuple(names)));
  return value_tuple(names);
}

/* `.` is a term for each of the other columns. */
static void add_others(Terms *terms, const Node *dot) {
  Value owned = other_columns(terms->data, dot);
  const Tuple *names = (const Tuple *)owned.object;
  for (uint32_t k = 0; k < names->count; k++) {
    const String *name = (const String *)names->item[k].object;
    SymbolTable *symbols = &terms->design->session->symbols;
    Node term = {.kind = NODE_NAME, .span = dot->span, .height = 1};
    term.symbol = symbol_intern(symbols, name->bytes, name->length);
    add_term(terms, &term);
  }
  value_release(owned);
}

static bool is_sum(const Node *node) {
  return node->kind == NODE_BINARY && node->op == OP_ADD && !node->grouped;
}

/* 0 and 1 only say whether there is an intercept. */
static bool is_intercept_term(const Node *node) {
  return node->kind == NODE_NUMBER && (node->number == 0 || node->number == 1);
}

static bool is_without_intercept(const Node *node) {
  if (is_sum(node))
    return is_without_intercept(node->child[0]) || is_without_intercept(node->child[1]);
  return node->kind == NODE_NUMBER && node->number == 0;
}

_Noreturn static void refuse_minus(const Terms *terms, const Node *node) {
  const FormulaData *data = terms->data;
  Report *report = formula_failure(
      data, node, "- between terms is refused: it could mean the difference or leaving a term out");
  const char *left = formula_node_text(data, node->child[0]);
  const Node *right = node->child[node->count - 1];
  const char *text = formula_node_text(data, right);
  if (right->kind == NODE_NUMBER)
    report_advise(report, "0 + %s  (no intercept)", node->count > 1 ? left : "…");
  else if (node->count > 1)
    report_advise(report, "(%s - %s)  (the difference, as one term)", left, text);
  raise_failure(data->session, report);
}

static void add_term(Terms *terms, const Node *node) {
  if (is_sum(node)) {
    add_term(terms, node->child[0]);
    add_term(terms, node->child[1]);
    return;
  }
  bool minus = node->kind == NODE_BINARY && node->op == OP_SUBTRACT;
  if (!node->grouped && (minus || (node->kind == NODE_NEGATE && is_intercept_term(node->child[0]))))
    refuse_minus(terms, node);
  if (is_intercept_term(node) || add_power(terms, node)) return;
  if (node->kind == NODE_DOT) {
    add_others(terms, node);
    return;
  }
  Value value = formula_evaluate(terms->data, node);
  add_value(terms, node, formula_node_text(terms->data, node), value);
  value_release(value);
}

static void add_response(Terms *terms, const Node *node) {
  FormulaData *data = terms->data;
  Value value = formula_evaluate(data, node);
  char found[VALUE_DESCRIPTION];
  bool column = value.kind == VALUE_ARRAY && value_as_array(value)->cols == 1 &&
                value_as_array(value)->rows == terms->design->rows;
  if (!column)
    formula_refuse(data, node, "the response %s must be a column of %zu numbers, but it is %s",
                   formula_node_text(data, node), terms->design->rows,
                   formula_is_text(value) ? "text" : value_describe(value, found));
  double *y = column_new(terms->design);
  memcpy(y, value_as_array(value)->data, terms->design->rows * sizeof *y);
  check_finite(terms, node, y);
  terms->design->y = y;
  value_release(value);
}

void design_formula(FormulaData *data, bool response, Design *design) {
  const Node *tilde = data->formula->node;
  *design = (Design){.session = data->session, .rows = data->count};
  Terms terms = {.data = data, .design = design, .fitting = response};
  if (response) add_response(&terms, tilde->child[0]);
  if (!is_without_intercept(tilde->child[1])) design_add_intercept(design);
  add_term(&terms, tilde->child[1]);
}
