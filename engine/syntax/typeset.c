/* typeset.c - tree to LaTeX: a definition as a textbook prints it.
 *
 * Every kind of node has a row: what writes it and how tightly the result holds together.
 * Parentheses stand where an operand holds less tightly than its place asks. What has no notation
 * on paper, a body with loops, is a listing of the source.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/typeset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/typesetter.h"
#include "syntax/unparse.h"

enum { MATRIX_COLUMNS = 10 }; /* what amsmath's bmatrix takes unless told otherwise */

static void string(Typesetter *ts, const char *text) { text_string(ts->out, text); }

/* ---- what names mean ---- */

/* A name of the definition's own: a parameter, a loop's, or one it assigns. */
struct Own {
  const Symbol *name;
  TypesetMeaning meaning;
};

static struct Own *own_find(const Typesetter *ts, const Symbol *name) {
  for (uint32_t i = 0; i < ts->own_count; i++)
    if (ts->own[i].name == name) return &ts->own[i];
  return NULL;
}

static void own_add(Typesetter *ts, const Symbol *name, TypesetMeaning meaning) {
  if (own_find(ts, name)) return;
  memory_grow(ts->own, ts->own_count, ts->own_capacity);
  ts->own[ts->own_count++] = (struct Own){name, meaning};
}

static void own_add_names(Typesetter *ts, const Node *node, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (node->child[i]->kind == NODE_NAME) own_add(ts, node->child[i]->symbol, TYPESET_UNKNOWN);
}

/* R^(n,n), R^3, R, or something that says no shape. */
static TypesetMeaning meaning_of_set(const Node *set) {
  if (!set || set->kind != NODE_SET) return TYPESET_UNKNOWN;
  if (set->count != 2) return set->count ? TYPESET_ARRAY : TYPESET_NUMBER;
  const Node *rows = set->child[0], *columns = set->child[1];
  bool names = rows->kind == NODE_NAME && columns->kind == NODE_NAME;
  bool numbers = rows->kind == NODE_NUMBER && columns->kind == NODE_NUMBER;
  bool square =
      (names && rows->symbol == columns->symbol) || (numbers && rows->number == columns->number);
  return square ? TYPESET_SQUARE : TYPESET_ARRAY;
}

static void collect_own(Typesetter *ts, const Node *node) {
  if (!node) return;
  if (node->kind == NODE_PARAMETER || node->kind == NODE_VARIABLE)
    own_add(ts, node->symbol, meaning_of_set(node->child[0]));
  if (node->kind == NODE_BIND) own_add_names(ts, node, node->count - 1);
  if (node->kind == NODE_TARGETS) own_add_names(ts, node, node->count);
  for (uint32_t i = 0; i < node->count; i++) collect_own(ts, node->child[i]);
}

/* What is called is a function. */
static void collect_calls(Typesetter *ts, const Node *node) {
  if (!node) return;
  bool applies =
      node->kind == NODE_CALL || node->kind == NODE_CALL_EACH || node->kind == NODE_NABLA;
  struct Own *own =
      applies && node->child[0]->kind == NODE_NAME ? own_find(ts, node->child[0]->symbol) : NULL;
  if (own) own->meaning = TYPESET_FUNCTION;
  for (uint32_t i = 0; i < node->count; i++) collect_calls(ts, node->child[i]);
}

bool typeset_owns(const Typesetter *ts, const Symbol *name) { return own_find(ts, name) != NULL; }

TypesetMeaning typeset_meaning(const Typesetter *ts, const Symbol *name) {
  const struct Own *own = own_find(ts, name);
  if (own) return own->meaning;
  return ts->scope ? ts->scope->meaning(ts->scope->context, name) : TYPESET_UNKNOWN;
}

/* ---- lists ---- */

void typeset_list(Typesetter *ts, const Node *node, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) {
    if (i > from) string(ts, ", ");
    typeset_put(ts, node->child[i], BOND_NONE);
  }
}

void typeset_wrap(Typesetter *ts, const Node *node) {
  size_t at = ts->out->length;
  typeset_put(ts, node, BOND_NONE);
  typeset_fence(ts, at, "(", ")");
}

static void put_tuple(Typesetter *ts, const Node *node) {
  size_t at = ts->out->length;
  typeset_list(ts, node, 0, node->count);
  typeset_fence(ts, at, "(", ")");
}

/* ---- leaves ---- */

static void put_number(Typesetter *ts, const Node *node) {
  Text digits = {0};
  unparse(node, NULL, &digits);
  typeset_number(digits.bytes, digits.length, ts->out);
  text_free(&digits);
}

/* A product, as 2 \times 10^{3} and 30^{\circ} are; a minus sign comes first in a sum only. */
static Bond number_bond(const Node *node) {
  if (!node->length && signbit(node->number)) return BOND_PRODUCT;
  double size = fabs(node->number);
  bool based = node->length > 1 && (node->text[1] == 'x' || node->text[1] == 'X');
  bool scientific = node->length ? !based && memchr(node->text, 'e', node->length)
                                 : size != 0 && (size >= 1e15 || size < 1e-4);
  return scientific || node->kind == NODE_IMAGINARY ? BOND_FACTOR : BOND_ATOM;
}

static void put_boolean(Typesetter *ts, const Node *node) {
  string(ts, node->number != 0 ? "\\mathrm{true}" : "\\mathrm{false}");
}

static void put_name(Typesetter *ts, const Node *node) { typeset_symbol(ts, node->symbol); }
static void put_end(Typesetter *ts, const Node *node) { (void)node, string(ts, "\\mathrm{end}"); }
static void put_colon(Typesetter *ts, const Node *node) { (void)node, string(ts, ":"); }
static void put_dot(Typesetter *ts, const Node *node) { (void)node, string(ts, "\\cdot"); }

static void put_text(Typesetter *ts, const Node *node) {
  string(ts, "\\text{");
  typeset_text(node->text, node->length, ts->out);
  string(ts, "}");
}

static void put_format(Typesetter *ts, const Node *node) {
  typeset_put(ts, node->child[0], BOND_NONE);
}

static void put_string(Typesetter *ts, const Node *node) {
  if (!node->count) string(ts, "\\text{}");
  for (uint32_t i = 0; i < node->count; i++) typeset_put(ts, node->child[i], BOND_NONE);
}

static void put_set(Typesetter *ts, const Node *node) {
  string(ts, "\\mathbb{R}");
  if (!node->count) return;
  string(ts, "^{");
  for (uint32_t i = 0; i < node->count; i++) {
    if (i) string(ts, " \\times ");
    typeset_put(ts, node->child[i], BOND_FACTOR);
  }
  string(ts, "}");
}

/* ---- arrays ---- */

/* Whether an element of a row is an array, as far as the tree and the names tell. */
static bool is_block(const Typesetter *ts, const Node *node) {
  static const char *const makers[] = {"zeros", "ones",  "eye",  "vec",  "reshape", "diag",
                                       "rand",  "randn", "rows", "cols", "inv",     "linspace"};
  switch (node->kind) {
  case NODE_ARRAY:
  case NODE_COMPREHENSION:
  case NODE_TRANSPOSE:
  case NODE_CALL_EACH:
  case NODE_RANGE: return true;
  case NODE_PRIME: return !typeset_is_function(ts, node->child[0]);
  case NODE_NAME: {
    TypesetMeaning meaning = typeset_meaning(ts, node->symbol);
    return meaning == TYPESET_ARRAY || meaning == TYPESET_SQUARE;
  }
  case NODE_NEGATE: return is_block(ts, node->child[0]);
  case NODE_BINARY:
    return (node->op >= OP_DOT_ADD && node->op <= OP_DOT_POWER) || is_block(ts, node->child[0]) ||
           is_block(ts, node->child[1]);
  case NODE_INDEX:
    for (uint32_t i = 1; i < node->count; i++)
      if (node->child[i]->kind == NODE_COLON || node->child[i]->kind == NODE_RANGE) return true;
    return false;
  case NODE_CALL:
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
      if (node->child[0]->kind == NODE_NAME && node->count > 1 &&
          strcmp(node->child[0]->symbol->key, makers[i]) == 0)
        return true;
    return false;
  default: return false;
  }
}

/* A single row of numbers is a column. */
static bool is_column(const Typesetter *ts, const Node *array) {
  if (array->count != 1) return false;
  for (uint32_t i = 0; i < array->child[0]->count; i++)
    if (is_block(ts, array->child[0]->child[i])) return false;
  return true;
}

static uint32_t widest_row(const Node *array) {
  uint32_t widest = 0;
  for (uint32_t i = 0; i < array->count; i++)
    if (array->child[i]->count > widest) widest = array->child[i]->count;
  return widest;
}

void typeset_array(Typesetter *ts, const Node *array, bool row) {
  if (!array->count) {
    string(ts, "[\\,]");
    return;
  }
  bool column = !row && is_column(ts, array);
  uint32_t columns = column ? 1 : widest_row(array);
  bool wide = columns > MATRIX_COLUMNS;
  if (wide) text_format(ts->out, "\\left[\\begin{array}{*{%u}{c}} ", columns);
  else string(ts, "\\begin{bmatrix} ");
  for (uint32_t i = 0; i < array->count; i++)
    for (uint32_t j = 0; j < array->child[i]->count; j++) {
      if (i || j) string(ts, column || !j ? " \\\\ " : " & ");
      typeset_put(ts, array->child[i]->child[j], BOND_NONE);
    }
  string(ts, wide ? " \\end{array}\\right]" : " \\end{bmatrix}");
}

static void put_array(Typesetter *ts, const Node *node) { typeset_array(ts, node, false); }

static void put_comprehension(Typesetter *ts, const Node *node) {
  size_t at = ts->out->length;
  typeset_put(ts, node->child[0], BOND_NONE);
  typeset_fence(ts, at, "[", "]");
  typeset_bounds(ts, node->child[1]);
}

static bool is_literal(const Node *node, double *number) {
  bool minus = node->kind == NODE_NEGATE;
  if (minus) node = node->child[0];
  if (node->kind != NODE_NUMBER) return false;
  *number = minus ? -node->number : node->number;
  return true;
}

/* The second element of a range says what its step is. */
static void put_second(Typesetter *ts, const Node *first, const Node *step) {
  double from, by;
  if (is_literal(first, &from) && is_literal(step, &by)) {
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%.15g", from + by);
    typeset_number(digits, (size_t)length, ts->out);
    return;
  }
  bool minus = step->kind == NODE_NEGATE;
  typeset_put(ts, first, BOND_SUM);
  string(ts, minus ? " - " : " + ");
  typeset_put(ts, minus ? step->child[0] : step, BOND_PRODUCT);
}

void typeset_range(Typesetter *ts, const Node *node, bool position) {
  const Node *first = node->child[0], *last = node->child[1], *step = node->child[2];
  string(ts, position ? "" : "\\{");
  typeset_put(ts, first, BOND_SUM);
  if (step) string(ts, position ? ":" : ", ");
  if (step && position) typeset_put(ts, step, BOND_SUM);
  if (step && !position) put_second(ts, first, step);
  string(ts, position ? ":" : ", \\dots, ");
  typeset_put(ts, last, BOND_SUM);
  string(ts, position ? "" : "\\}");
}

static void put_range(Typesetter *ts, const Node *node) { typeset_range(ts, node, false); }

/* ---- cases ---- */

static void put_arm(Typesetter *ts, const Node *value, const Node *condition) {
  typeset_put(ts, value, BOND_NONE);
  string(ts, condition ? " & \\text{if } " : " & \\text{otherwise}");
  if (condition) typeset_put(ts, condition, BOND_NONE);
}

static void put_piecewise(Typesetter *ts, const Node *node) {
  string(ts, "\\begin{cases} ");
  for (uint32_t i = 0; i < node->count; i++) {
    if (i) string(ts, " \\\\ ");
    put_arm(ts, node->child[i]->child[0], node->child[i]->child[1]);
  }
  string(ts, " \\end{cases}");
}

static void put_if(Typesetter *ts, const Node *node) {
  string(ts, "\\begin{cases} ");
  for (; node->kind == NODE_IF; node = node->child[2]) {
    put_arm(ts, node->child[1], node->child[0]);
    string(ts, " \\\\ ");
  }
  put_arm(ts, node, NULL);
  string(ts, " \\end{cases}");
}

/* ---- words between conditions ---- */

static void put_joined(Typesetter *ts, const Node *node, const char *word, Bond least) {
  typeset_put(ts, node->child[0], least);
  string(ts, word);
  typeset_put(ts, node->child[1], least);
}

static void put_and(Typesetter *ts, const Node *node) {
  put_joined(ts, node, " \\text{ and } ", BOND_AND);
}

static void put_or(Typesetter *ts, const Node *node) {
  put_joined(ts, node, " \\text{ or } ", BOND_OR);
}

static void put_not(Typesetter *ts, const Node *node) {
  string(ts, "\\text{not } ");
  typeset_put(ts, node->child[0], BOND_NOT);
}

static void put_tilde(Typesetter *ts, const Node *node) {
  put_joined(ts, node, " \\sim ", BOND_OR);
}

/* x |> f is f(x). */
static void put_pipe(Typesetter *ts, const Node *node) {
  typeset_put(ts, node->child[1], BOND_RAISED);
  typeset_wrap(ts, node->child[0]);
}

/* ---- operands ---- */

static void put_norm(Typesetter *ts, const Node *node) {
  size_t at = ts->out->length;
  typeset_put(ts, node->child[0], BOND_NONE);
  typeset_fence(ts, at, "\\lVert", "\\rVert");
}

static void put_root(Typesetter *ts, const Node *node) {
  string(ts, "\\sqrt{");
  typeset_put(ts, node->child[0], BOND_NONE);
  string(ts, "}");
}

static void put_factorial(Typesetter *ts, const Node *node) {
  typeset_put(ts, node->child[0], BOND_ATOM);
  string(ts, "!");
}

static void put_field(Typesetter *ts, const Node *node) {
  typeset_put(ts, node->child[0], BOND_ATOM);
  string(ts, ".");
  typeset_name(node->symbol->key, ts->out);
}

static void put_named(Typesetter *ts, const Node *node) {
  typeset_name(node->symbol->key, ts->out);
  string(ts, " = ");
  typeset_put(ts, node->child[0], BOND_OR);
}

/* ---- any node ---- */

typedef struct Style {
  void (*write)(Typesetter *ts, const Node *node);
  uint8_t bond;
} Style;

/* Kinds that are not here are statements. */
static const Style styles[NODE_KIND_COUNT] = {
    [NODE_NUMBER] = {put_number, BOND_ATOM},
    [NODE_IMAGINARY] = {put_number, BOND_ATOM},
    [NODE_BOOLEAN] = {put_boolean, BOND_ATOM},
    [NODE_STRING] = {put_string, BOND_ATOM},
    [NODE_TEXT] = {put_text, BOND_ATOM},
    [NODE_FORMAT] = {put_format, BOND_ATOM},
    [NODE_NAME] = {put_name, BOND_ATOM},
    [NODE_END] = {put_end, BOND_ATOM},
    [NODE_COLON] = {put_colon, BOND_ATOM},
    [NODE_DOT] = {put_dot, BOND_ATOM},
    [NODE_TUPLE] = {put_tuple, BOND_ATOM},
    [NODE_ARRAY] = {put_array, BOND_ATOM},
    [NODE_COMPREHENSION] = {put_comprehension, BOND_ATOM},
    [NODE_GENERATED] = {put_comprehension, BOND_ATOM},
    [NODE_PIECEWISE] = {put_piecewise, BOND_NONE},
    [NODE_IF] = {put_if, BOND_NONE},
    [NODE_LAMBDA] = {typeset_lambda, BOND_NONE},
    [NODE_SET] = {put_set, BOND_ATOM},
    [NODE_CALL] = {typeset_call, BOND_ATOM},
    [NODE_CALL_EACH] = {typeset_call, BOND_ATOM},
    [NODE_NAMED] = {put_named, BOND_NONE},
    [NODE_INDEX] = {typeset_index, BOND_ATOM},
    [NODE_FIELD] = {put_field, BOND_ATOM},
    [NODE_PRIME] = {typeset_prime, BOND_RAISED},
    [NODE_TRANSPOSE] = {typeset_prime, BOND_RAISED},
    [NODE_INVERSE] = {typeset_prime, BOND_RAISED},
    [NODE_FACTORIAL] = {put_factorial, BOND_RAISED},
    [NODE_NABLA] = {typeset_nabla, BOND_RAISED},
    [NODE_NORM] = {put_norm, BOND_ATOM},
    [NODE_ROOT] = {put_root, BOND_ATOM},
    [NODE_NEGATE] = {typeset_negate, BOND_PRODUCT},
    [NODE_PLUS] = {typeset_negate, BOND_PRODUCT},
    [NODE_NOT] = {put_not, BOND_NOT},
    [NODE_BINARY] = {typeset_binary, BOND_SUM},
    [NODE_IMPLICIT] = {typeset_implicit, BOND_PRODUCT},
    [NODE_RANGE] = {put_range, BOND_ATOM},
    [NODE_COMPARE] = {typeset_compare, BOND_COMPARE},
    [NODE_AND] = {put_and, BOND_AND},
    [NODE_OR] = {put_or, BOND_OR},
    [NODE_PIPE] = {put_pipe, BOND_ATOM},
    [NODE_TILDE] = {put_tilde, BOND_NONE},
    [NODE_CLAUSE] = {typeset_clause, BOND_NONE},
    [NODE_DEFINE] = {typeset_define, BOND_NONE},
};

Bond typeset_bond(const Typesetter *ts, const Node *node) {
  switch (node->kind) {
  case NODE_NUMBER:
  case NODE_IMAGINARY: return number_bond(node);
  case NODE_BINARY: return typeset_binary_bond(ts, node);
  case NODE_CALL: return typeset_call_bond(ts, node);
  case NODE_IMPLICIT: return typeset_is_product(ts, node) ? BOND_PRODUCT : BOND_ATOM;
  case NODE_PRIME:
    return node->child[0]->kind == NODE_ARRAY && node->child[0]->count == 1 ? BOND_ATOM
                                                                            : BOND_RAISED;
  default: return (Bond)styles[node->kind].bond;
  }
}

void typeset_put(Typesetter *ts, const Node *node, Bond least) {
  if (typeset_bond(ts, node) < least) typeset_wrap(ts, node);
  else if (styles[node->kind].write) styles[node->kind].write(ts, node);
  else typeset_listing(ts, node);
}

void typeset(const Node *node, const TypesetScope *scope, Text *out) {
  Typesetter ts = {.out = out, .scope = scope};
  collect_own(&ts, node);
  collect_calls(&ts, node);
  typeset_put(&ts, node, BOND_NONE);
  free(ts.own);
}
