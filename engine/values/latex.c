/* latex.c - values as LaTeX, for math mode with amsmath.
 *
 * One row for each kind of value. Trees are the business of syntax/typeset.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/latex.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "calculus/formula.h"
#include "calculus/matrixformula.h"
#include "machine/prototype.h"
#include "machine/session.h"
#include "primitives/primitive.h"
#include "syntax/parser.h"
#include "syntax/typeset.h"
#include "values/array_text.h"
#include "values/complex.h"
#include "values/grid.h"

enum {
  ENTRIES_MOST = 10, /* rows and columns of a matrix; amsmath's bmatrix takes ten columns */
  ENTRIES_HEAD = 5,
  ENTRIES_TAIL = 2,
  ROWS_MOST = 12, /* of a table, as on the screen */
  ROWS_HEAD = 8,
  ROWS_TAIL = 4,
  RANGE_MOST = 4,  /* a longer range shows two elements and its end */
  DEPTH_MOST = 12, /* tuples and records nested deeper are dots */
  LONGEST =
      1 << 18 /* bytes; values share their parts, and the text of a small one could be endless */
};

typedef struct Latex {
  Session *session;
  Text *out;
  int depth; /* tuples and records around the value */
} Latex;

static void put_value(Latex *latex, Value value);

static void string(Latex *latex, const char *text) { text_string(latex->out, text); }

/* ---- numbers and text ---- */

static void put_number(Latex *latex, double x) {
  Spelling spelling = number_spell(x, NUMBER_DIGITS);
  typeset_number(spelling.bytes, spelling.length, latex->out);
}

static void put_part(Latex *latex, double x, double noise) {
  Spelling tiny = spelling_noise();
  if (x != 0 && fabs(x) < noise) typeset_number(tiny.bytes, tiny.length, latex->out);
  else put_number(latex, x);
}

/* 1 + 2\mathrm{i}: upright, to tell it from an index. */
static void put_complex(Latex *latex, double real, double imaginary, double noise) {
  if (!isfinite(real) || !isfinite(imaginary)) noise = 0;
  if (real != 0) {
    put_part(latex, real, noise);
    string(latex, imaginary < 0 ? " - " : " + ");
  } else if (imaginary < 0) {
    string(latex, "-");
  }
  if (fabs(imaginary) != 1) put_part(latex, fabs(imaginary), noise);
  string(latex, "\\mathrm{i}");
}

static void number_value(Latex *latex, Value value) { put_number(latex, value.number); }

static void boolean_value(Latex *latex, Value value) {
  string(latex, value.number != 0 ? "\\mathrm{true}" : "\\mathrm{false}");
}

static void put_node(Latex *latex, const Node *node, const Function *closure,
                     const Symbol *function);

/* What frac(x) wrote is an expression: 3/8 is to be a fraction. False for any other text. */
static bool put_bare(Latex *latex, const String *text) {
  if (!text->bare || text->length > LONGEST) return false;
  Source *source = source_new("", text->bytes, text->length);
  Tree *tree = NULL;
  Report report = {0};
  bool read = parse(source, &latex->session->symbols, &tree, &report) == PARSE_OK;
  bool one = read && tree->program->count == 1;
  if (one) put_node(latex, tree->program->child[0], NULL, NULL);
  if (read) tree_release(tree);
  report_clear(&report);
  source_release(source);
  return one;
}

static void string_value(Latex *latex, Value value) {
  const String *text = (const String *)value.object;
  if (put_bare(latex, text)) return;
  string(latex, "\\text{");
  typeset_text(text->bytes, text->length, latex->out);
  string(latex, "}");
}

/* ---- arrays ---- */

static void put_entry(Latex *latex, const Entries *entries, size_t k) {
  double x = entries->array->data[k];
  if (entries->array->element == ELEMENT_BOOLEAN) boolean_value(latex, value_boolean(x != 0));
  else if (entries->imaginary) put_complex(latex, x, entries->imaginary->data[k], entries->noise);
  else put_part(latex, x, entries->noise);
}

/* The row of dots where rows are left out. */
static void put_gap(Latex *latex, const Shown *columns) {
  for (size_t j = 0; j < shown_count(columns); j++) {
    if (j) string(latex, " & ");
    if (shown_gap(columns, j)) string(latex, "\\ddots & ");
    string(latex, "\\vdots");
  }
  string(latex, " \\\\ ");
}

static void array_value(Latex *latex, Value value) {
  const Entries entries = entries_of(value, NUMBER_DIGITS);
  const Array *array = entries.array;
  Shown rows = shown_choose(array->rows, ENTRIES_MOST, ENTRIES_HEAD, ENTRIES_TAIL);
  Shown columns = shown_choose(array->cols, ENTRIES_MOST, ENTRIES_HEAD, ENTRIES_TAIL);
  if (!array_count(array)) {
    string(latex, "[\\,]");
    return;
  }
  string(latex, "\\begin{bmatrix} ");
  for (size_t i = 0; i < shown_count(&rows); i++) {
    if (i) string(latex, " \\\\ ");
    if (shown_gap(&rows, i)) put_gap(latex, &columns);
    for (size_t j = 0; j < shown_count(&columns); j++) {
      if (j) string(latex, " & ");
      if (shown_gap(&columns, j)) string(latex, "\\cdots & ");
      put_entry(latex, &entries, shown_index(&rows, i) * array->cols + shown_index(&columns, j));
    }
  }
  string(latex, " \\end{bmatrix}");
}

static void complex_value(Latex *latex, Value value) {
  if (complex_is_array(value)) {
    array_value(latex, value);
    return;
  }
  double real = value_as_complex(value)->real.number;
  double imaginary = value_as_complex(value)->imaginary.number;
  put_complex(latex, real, imaginary, NUMBER_NOISE * fmax(fabs(real), fabs(imaginary)));
}

static void range_value(Latex *latex, Value value) {
  const Range *range = (const Range *)value.object;
  bool whole = range->count <= RANGE_MOST;
  string(latex, "\\{");
  for (size_t k = 0; k < (whole ? range->count : 2); k++) {
    if (k) string(latex, ", ");
    put_number(latex, range->first + (double)k * range->step);
  }
  if (!whole) {
    string(latex, ", \\dots, ");
    put_number(latex, range->first + (double)(range->count - 1) * range->step);
  }
  string(latex, "\\}");
}

/* ---- tuples, records, tables ---- */

static bool is_too_long(const Latex *latex) {
  return latex->depth > DEPTH_MOST || latex->out->length > LONGEST;
}

static void tuple_value(Latex *latex, Value value) {
  const Tuple *tuple = (const Tuple *)value.object;
  string(latex, "\\left(");
  for (uint32_t k = 0; k < tuple->count; k++) {
    if (k) string(latex, ", ");
    put_value(latex, tuple->item[k]);
    if (is_too_long(latex)) break;
  }
  string(latex, " \\right)");
}

static void record_value(Latex *latex, Value value) {
  const Record *record = (const Record *)value.object;
  if (record->count == 0) {
    string(latex, "()");
    return;
  }
  string(latex, "\\begin{aligned} ");
  for (uint32_t k = 0; k < record->count; k++) {
    if (k) string(latex, " \\\\ ");
    typeset_name(record->name[k]->key, latex->out);
    string(latex, " &= ");
    put_value(latex, record->field[k]);
    if (is_too_long(latex)) break;
  }
  string(latex, " \\end{aligned}");
}

static bool is_text(const Column *column) { return column->numbers.kind != VALUE_ARRAY; }

static void put_cell(Latex *latex, const Column *column, size_t row) {
  if (!is_text(column)) {
    put_number(latex, value_as_array(column->numbers)->data[row]);
    return;
  }
  Value text = ((const Tuple *)column->text.object)->item[row];
  if (text.kind == VALUE_STRING) string_value(latex, text);
  else string(latex, "\\text{missing}");
}

/* The letters that align the columns: text to the left, numbers to the right. */
static void put_alignment(Latex *latex, const Table *table, const Shown *columns) {
  for (size_t j = 0; j < shown_count(columns); j++) {
    if (shown_gap(columns, j)) string(latex, "c");
    string(latex, is_text(&table->column[shown_index(columns, j)]) ? "l" : "r");
  }
}

/* Row [row] of the table, or its head where that is NULL. */
static void put_row(Latex *latex, const Table *table, const Shown *columns, const size_t *row) {
  for (size_t j = 0; j < shown_count(columns); j++) {
    const Column *column = &table->column[shown_index(columns, j)];
    if (j) string(latex, " & ");
    if (shown_gap(columns, j)) string(latex, "\\cdots & ");
    if (row) put_cell(latex, column, *row);
    else typeset_name(column->name->key, latex->out);
  }
  string(latex, " \\\\ ");
}

static void table_value(Latex *latex, Value value) {
  const Table *table = (const Table *)value.object;
  Shown rows = shown_choose(table->rows, ROWS_MOST, ROWS_HEAD, ROWS_TAIL);
  Shown columns = shown_choose(table->count, ROWS_MOST, ROWS_HEAD, ROWS_TAIL);
  string(latex, "\\begin{array}{");
  put_alignment(latex, table, &columns);
  string(latex, "} ");
  put_row(latex, table, &columns, NULL);
  string(latex, "\\hline ");
  for (size_t i = 0; i < shown_count(&rows); i++) {
    size_t row = shown_index(&rows, i);
    if (shown_gap(&rows, i)) put_gap(latex, &columns);
    put_row(latex, table, &columns, &row);
  }
  string(latex, "\\end{array}");
}

/* ---- functions ---- */

/* Where a definition's names are looked up: what it captured, then the session. */
typedef struct Context {
  Session *session;
  const Function *closure; /* or NULL */
  const Symbol *function;  /* a name that means a function, whatever else it may mean; or NULL */
} Context;

static TypesetMeaning meaning_of(Value value) {
  if (value.kind == VALUE_NUMBER) return TYPESET_NUMBER;
  if (value_is_complex(value) && complex_is_array(value))
    return meaning_of(value_as_complex(value)->real);
  if (value.kind == VALUE_ARRAY && value_as_array(value)->rows == value_as_array(value)->cols)
    return TYPESET_SQUARE;
  if (value.kind == VALUE_ARRAY || value.kind == VALUE_RANGE) return TYPESET_ARRAY;
  return value.kind == VALUE_FUNCTION ? TYPESET_FUNCTION : TYPESET_UNKNOWN;
}

static TypesetMeaning meaning(void *given, const Symbol *name) {
  const Context *context = given;
  if (name == context->function) return TYPESET_FUNCTION;
  const Function *closure = context->closure;
  for (uint32_t k = 0; closure && k < closure->count; k++)
    if (closure->prototype->capture[k] == name) return meaning_of(closure->bound[k]);
  const Binding *binding = session_binding(context->session, name);
  bool builtin = binding->value.kind == VALUE_NOTHING;
  TypesetMeaning found = meaning_of(builtin ? binding->builtin : binding->value);
  return builtin && found == TYPESET_FUNCTION ? TYPESET_BUILTIN : found;
}

static void put_node(Latex *latex, const Node *node, const Function *closure,
                     const Symbol *function) {
  Context context = {latex->session, closure, function};
  const TypesetScope scope = {meaning, &context};
  typeset(node, &scope, latex->out);
}

/* What names [function] inside a formula. */
static Node function_node(Latex *latex, const Function *function) {
  if (function->function_kind == FUNCTION_PARTIAL) return (Node){.kind = NODE_DOT};
  const Prototype *prototype =
      function->function_kind == FUNCTION_CLOSURE ? function->prototype : NULL;
  if (prototype && !prototype->name) return *prototype->node;
  const char *name = prototype ? NULL : function->primitive->name;
  const Symbol *symbol =
      name ? symbol_intern(&latex->session->symbols, name, strlen(name)) : prototype->name;
  return (Node){.kind = NODE_NAME, .symbol = symbol};
}

/* What a builtin waits with; a value without a short form is a dot. */
static Node bound_node(Latex *latex, Value value) {
  if (value.kind == VALUE_FUNCTION) return function_node(latex, (const Function *)value.object);
  if (value.kind == VALUE_NUMBER) return (Node){.kind = NODE_NUMBER, .number = value.number};
  return (Node){.kind = NODE_DOT};
}

/* \nabla f: the call that waits for its point. */
static void put_partial(Latex *latex, const Function *function) {
  enum { BOUND_MOST = 4 };
  Node node[BOUND_MOST + 1], *child[BOUND_MOST + 1];
  const char *name = function->primitive->name;
  const Symbol *symbol = symbol_intern(&latex->session->symbols, name, strlen(name));
  node[0] = (Node){.kind = NODE_NAME, .symbol = symbol};
  uint32_t count = function->count < BOUND_MOST ? function->count : BOUND_MOST;
  for (uint32_t k = 0; k < count; k++) node[k + 1] = bound_node(latex, function->bound[k]);
  for (uint32_t k = 0; k <= count; k++) child[k] = &node[k];
  const Node call = {.kind = NODE_CALL, .count = count + 1, .child = child};
  put_node(latex, &call, NULL, NULL);
}

/* (x) = formula, behind the name of a gradient, Jacobian or Hessian that has one. */
static void put_matrix_formula(Latex *latex, const Function *function) {
  char why[160];
  Tree *tree;
  uint32_t elements;
  if (latex->depth || !matrixformula_fits(function)) return;
  const Node *formula = matrixformula_tree(latex->session, function, &tree, &elements, why);
  if (!formula) return;
  const Prototype *prototype = ((const Function *)function->bound[0].object)->prototype;
  for (uint32_t i = 0; i < prototype->parameter_count; i++) {
    string(latex, i ? ", " : "(");
    typeset_name(prototype->parameter[i]->symbol->key, latex->out);
  }
  string(latex, ") = ");
  put_node(latex, formula, NULL, NULL);
  tree_release(tree);
}

/* f'', with [order] primes on [inner], which is called [name] if that is the student's. */
static void put_primes(Latex *latex, Node *inner, const Symbol *name, int order) {
  Node prime = {.kind = NODE_PRIME, .count = 1, .child = &inner};
  if (order > 1) put_primes(latex, &prime, name, order - 1);
  else put_node(latex, &prime, NULL, name);
}

static void put_derivative(Latex *latex, const Function *derivative) {
  const Function *function = (const Function *)derivative->bound[0].object;
  Node node = function_node(latex, function);
  bool closure = function->function_kind == FUNCTION_CLOSURE;
  put_primes(latex, &node, closure ? function->prototype->name : NULL, derivative->order);
  char why[160];
  Tree *tree = NULL;
  const Node *formula = latex->depth ? NULL : formula_tree(latex->session, derivative, &tree, why);
  if (!formula) return;
  string(latex, "(");
  typeset_name(closure ? function->prototype->parameter[0]->symbol->key : "x", latex->out); /* builtins: of x */
  string(latex, ") = ");
  put_node(latex, formula, NULL, NULL);
  tree_release(tree);
}

/* Alone a function is its definition; among others its name. */
static void function_value(Latex *latex, Value value) {
  const Function *function = (const Function *)value.object;
  bool closure = function->function_kind == FUNCTION_CLOSURE;
  Node name = function_node(latex, function);
  if (closure && !latex->depth) put_node(latex, function->prototype->node, function, NULL);
  else if (function->function_kind != FUNCTION_PARTIAL)
    put_node(latex, &name, closure ? function : NULL, NULL);
  else if (function->order > 0 && function->count > 0) put_derivative(latex, function);
  else {
    put_partial(latex, function);
    put_matrix_formula(latex, function);
  }
}

static void formula_value(Latex *latex, Value value) {
  put_node(latex, ((const Formula *)value.object)->node, NULL, NULL);
}

/* ---- any value ---- */

static void (*const writers[VALUE_KIND_COUNT])(Latex *latex, Value value) = {
    [VALUE_NUMBER] = number_value,   [VALUE_BOOLEAN] = boolean_value,
    [VALUE_ACTIVE] = number_value,   [VALUE_STRING] = string_value,
    [VALUE_ARRAY] = array_value,     [VALUE_RANGE] = range_value,
    [VALUE_TUPLE] = tuple_value,     [VALUE_RECORD] = record_value,
    [VALUE_TABLE] = table_value,     [VALUE_FUNCTION] = function_value,
    [VALUE_FORMULA] = formula_value, [VALUE_COMPLEX] = complex_value,
};

static void put_value(Latex *latex, Value value) {
  if (is_too_long(latex)) {
    string(latex, "\\dots");
    return;
  }
  assert(writers[value.kind]);
  latex->depth += value_is_object(value) && value_depth(value) > 0;
  writers[value.kind](latex, value);
  latex->depth -= value_is_object(value) && value_depth(value) > 0;
}

void latex_value(Session *session, Value value, Text *out) {
  Latex latex = {session, out, 0};
  put_value(&latex, value);
}
