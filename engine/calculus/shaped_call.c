/* shaped_call.c - calls in shaped expressions: builtins by a table, functions of the user by their
 * body.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "calculus/scalar.h"
#include "calculus/shaped.h"
#include "calculus/shaped_names.h"
#include "machine/session.h"

static _Noreturn void call_fail(Shaping *shaping, const char *name) {
  algebra_fail(shaping->algebra, "no formula for %s(…)", name);
}

/* ---- square matrices ---- */

static bool is_square(const Shaping *shaping, const ShapedSum *sum);

static bool factor_is_square(const Shaping *shaping, const ShapedFactor *factor) {
  const ShapedAtom *atom = factor->atom;
  if (atom->extent.rows && atom->extent.rows == atom->extent.cols) return true;
  if (atom->symmetric) return true;
  if (atom->kind == SHAPED_GROUP) return is_square(shaping, atom->part[0]);
  if (atom->kind == SHAPED_CALL) return symbol_is(atom->name, "inv");
  return atom->kind == SHAPED_LEAF && atom->node->kind == NODE_NAME &&
         shaped_is_square_parameter(shaping, atom->node->symbol);
}

/* By its extents, or because it is made of square matrices, or is symmetric as X'X is. */
static bool is_square(const Shaping *shaping, const ShapedSum *sum) {
  if (sum->extent.number) return false;
  if (sum->extent.rows || sum->extent.cols) return sum->extent.rows == sum->extent.cols;
  if (shaped_is_symmetric(sum)) return true;
  for (uint32_t i = 0; i < sum->count; i++) {
    bool square = sum->term[i].length > 0;
    for (uint32_t j = 0; j < sum->term[i].length; j++)
      square = square && factor_is_square(shaping, &sum->term[i].chain[j]);
    if (square) return true;
  }
  return false;
}

void shaped_need_matrix(Shaping *shaping, const ShapedSum *matrix) {
  ShapedExtent extent = matrix->extent, both;
  bool fits = !extent.number &&
              extent_joins(extent_array(extent.rows, 1), extent_array(extent.cols, 1), &both);
  if (!fits) shaped_refuse(shaping, "a matrix in it is not square");
}

void shaped_need_square(Shaping *shaping, const ShapedSum *matrix) {
  if (!is_square(shaping, matrix))
    algebra_fail(shaping->algebra, "a matrix in it is not known to be square");
}

/* ---- making calls ---- */

static const ShapedSum *call_symbol(Shaping *shaping, const Symbol *name, ShapedExtent extent,
                                    const ShapedSum *const *part, uint32_t parts) {
  const ShapedSum **copy = form_new(shaping->algebra, (parts + 1) * sizeof *copy);
  for (uint32_t i = 0; i < parts; i++) copy[i] = part[i];
  ShapedAtom atom = {.kind = SHAPED_CALL,
                     .name = name,
                     .extent = extent,
                     .part = copy,
                     .parts = parts,
                     .symmetric = extent.number};
  return shaped_of_atom(shaping, shaped_atom(shaping, atom));
}

const ShapedSum *shaped_call(Shaping *shaping, const char *name, ShapedExtent extent,
                             const ShapedSum *const *part, uint32_t parts) {
  return call_symbol(shaping, shaped_builtin(shaping, name), extent, part, parts);
}

static const ShapedSum *filled(Shaping *shaping, ShapedKind kind, ShapedExtent extent,
                               const ShapedSum *like) {
  const ShapedSum **part = form_new(shaping->algebra, sizeof *part);
  part[0] = like;
  return shaped_of_atom(
      shaping,
      shaped_atom(shaping, (ShapedAtom){.kind = kind, .extent = extent, .part = part, .parts = 1}));
}

const ShapedSum *shaped_ones(Shaping *shaping, const ShapedSum *like) {
  return filled(shaping, SHAPED_ONES, like->extent, like);
}

const ShapedSum *shaped_eye(Shaping *shaping, const ShapedSum *like) {
  return filled(shaping, SHAPED_EYE, extent_array(like->extent.rows, like->extent.rows), like);
}

const ShapedSum *shaped_entries(Shaping *shaping, const ShapedSum *array) {
  const ShapedSum *rows = shaped_size(shaping, array, 0);
  if (extent_is_column(array->extent)) return rows;
  return shaped_multiply(shaping, rows, shaped_size(shaping, array, 1));
}

/* ---- builtins ---- */

typedef const ShapedSum *(*CallReader)(Shaping *shaping, const Symbol *name,
                                       const ShapedSum *const *part, uint32_t parts);

typedef struct CallRow {
  const char *name;
  uint32_t least, most; /* arguments */
  CallReader read;
} CallRow;

/* Of a number all of these are the number. */
static const ShapedSum *read_reduction(Shaping *shaping, const Symbol *name,
                                       const ShapedSum *const *part, uint32_t parts) {
  if (part[0]->extent.number) return part[0];
  return call_symbol(shaping, name, extent_number(), part, parts);
}

static const ShapedSum *read_norm(Shaping *shaping, const Symbol *name,
                                  const ShapedSum *const *part, uint32_t parts) {
  Rational order;
  if (parts == 2) {
    bool known = shaped_is_rational(part[1], &order) && extent_is_column(part[0]->extent);
    if (known && rational_is(order, 1)) {
      const ShapedSum *size = shaped_call(shaping, "abs", part[0]->extent, part, 1);
      return shaped_call(shaping, "sum", extent_number(), &size, 1);
    }
    if (!known || !rational_is(order, 2)) call_fail(shaping, name->name);
  }
  return call_symbol(shaping, name, extent_number(), part, 1);
}

static const ShapedSum *read_dot(Shaping *shaping, const Symbol *name, const ShapedSum *const *part,
                                 uint32_t parts) {
  (void)parts;
  ShapedExtent both;
  bool arrays = !part[0]->extent.number && !part[1]->extent.number;
  if (arrays && !extent_joins(part[0]->extent, part[1]->extent, &both))
    call_fail(shaping, name->name);
  if (!arrays && part[0]->extent.number != part[1]->extent.number) call_fail(shaping, name->name);
  return shaped_inner(shaping, part[0], part[1]);
}

/* trace, det */
static const ShapedSum *read_of_square(Shaping *shaping, const Symbol *name,
                                       const ShapedSum *const *part, uint32_t parts) {
  if (part[0]->extent.number) return part[0];
  shaped_need_matrix(shaping, part[0]);
  return call_symbol(shaping, name, extent_number(), part, parts);
}

static const ShapedSum *read_logdet(Shaping *shaping, const Symbol *name,
                                    const ShapedSum *const *part, uint32_t parts) {
  if (!part[0]->extent.number) return read_of_square(shaping, name, part, parts);
  algebra_fail(shaping->algebra, "the logarithm of the size of a number has no formula");
}

static const ShapedSum *read_inv(Shaping *shaping, const Symbol *name, const ShapedSum *const *part,
                                 uint32_t parts) {
  if (part[0]->extent.number) return shaped_raise(shaping, part[0], rational_whole(-1));
  shaped_need_matrix(shaping, part[0]);
  return call_symbol(shaping, name, part[0]->extent, part, parts);
}

static const ShapedSum *read_diag(Shaping *shaping, const Symbol *name,
                                  const ShapedSum *const *part, uint32_t parts) {
  if (part[0]->extent.number) return part[0];
  uint32_t rows = part[0]->extent.rows;
  bool vector = extent_is_column(part[0]->extent) && rows != 1;
  if (!vector) shaped_need_square(shaping, part[0]);
  return call_symbol(shaping, name, extent_array(rows, vector ? rows : 1), part, parts);
}

static const ShapedSum *read_softmax(Shaping *shaping, const Symbol *name,
                                     const ShapedSum *const *part, uint32_t parts) {
  if (part[0]->extent.number) return shaped_whole(shaping, 1);
  return call_symbol(shaping, name, part[0]->extent, part, parts);
}

static const ShapedSum *read_choice(Shaping *shaping, const Symbol *name,
                                    const ShapedSum *const *part, uint32_t parts) {
  ShapedExtent extent = part[0]->extent.number ? part[1]->extent : part[0]->extent;
  bool arrays = !part[0]->extent.number && !part[1]->extent.number;
  if (arrays && !extent_joins(part[0]->extent, part[1]->extent, &extent))
    call_fail(shaping, name->name);
  return call_symbol(shaping, name, extent, part, parts);
}

/* Rows by columns as far as they are numbers. */
static uint32_t whole_size(Shaping *shaping, const ShapedSum *part) {
  Rational number;
  if (!part->extent.number) algebra_fail(shaping->algebra, "a size in it is not known");
  bool known = shaped_is_rational(part, &number) && rational_is_whole(number) && number.top > 0;
  if (known && number.top < UINT32_MAX) return (uint32_t)number.top;
  const Node *node = part->typed;
  Value value = node && node->kind == NODE_NAME ? session_lookup(shaping->session, node->symbol)
                                                : value_nothing();
  bool whole = value.kind == VALUE_NUMBER && value.number >= 1 && value.number < UINT32_MAX;
  return whole ? (uint32_t)value.number : 0;
}

static const ShapedSum *read_filled(Shaping *shaping, const Symbol *name,
                                    const ShapedSum *const *part, uint32_t parts) {
  uint32_t rows = whole_size(shaping, part[0]),
           cols = parts == 2 ? whole_size(shaping, part[1]) : 1;
  bool eye = symbol_is(name, "eye");
  if (eye && parts == 1) cols = rows;
  if (eye && (!rows || !cols)) algebra_fail(shaping->algebra, "a size in it is not known");
  const ShapedSum *call = call_symbol(shaping, name, extent_array(rows, cols), part, parts);
  if (!eye) return call;
  ShapedAtom atom = *call->term->chain[0].atom;
  atom.symmetric = rows == cols;
  ShapedAtom *copy = form_new(shaping->algebra, sizeof *copy);
  *copy = atom;
  return shaped_of_atom(shaping, copy);
}

static const ShapedSum *read_length(Shaping *shaping, const Symbol *name,
                                    const ShapedSum *const *part, uint32_t parts) {
  (void)parts;
  if (!extent_is_column(part[0]->extent)) call_fail(shaping, name->name);
  return shaped_size(shaping, part[0], 0);
}

static const CallRow call_rows[] = {
    {"norm", 1, 2, read_norm},       {"dot", 2, 2, read_dot},
    {"sum", 1, 1, read_reduction},   {"Σ", 1, 1, read_reduction},
    {"mean", 1, 1, read_reduction},  {"trace", 1, 1, read_of_square},
    {"det", 1, 1, read_of_square},   {"logdet", 1, 1, read_logdet},
    {"inv", 1, 1, read_inv},         {"diag", 1, 1, read_diag},
    {"softmax", 1, 1, read_softmax}, {"logsumexp", 1, 1, read_reduction},
    {"max", 2, 2, read_choice},      {"min", 2, 2, read_choice},
    {"ones", 1, 2, read_filled},     {"zeros", 1, 2, read_filled},
    {"eye", 1, 2, read_filled},      {"length", 1, 1, read_length},
};

static const ShapedSum *read_builtin(Shaping *shaping, const Symbol *name,
                                     const ShapedSum *const *part, uint32_t parts) {
  for (size_t i = 0; i < sizeof call_rows / sizeof call_rows[0]; i++)
    if (symbol_is(name, call_rows[i].name) && parts >= call_rows[i].least &&
        parts <= call_rows[i].most)
      return call_rows[i].read(shaping, name, part, parts);
  Scalar scalar = scalar_find(name->key);
  if (scalar == SCALAR_COUNT || scalar_row[scalar].arguments != 1 || parts != 1)
    call_fail(shaping, name->name);
  if (symbol_is(name, "sqrt")) return shaped_raise(shaping, part[0], rational_ratio(1, 2));
  return call_symbol(shaping, name, part[0]->extent, part, 1);
}

/* ---- derivatives of scalar functions ---- */

static const ShapedSum *read_rule(Shaping *shaping, const char *text, const ShapedSum *x,
                                  const ShapedSum *y) {
  Shaping rule = *shaping;
  SymbolTable *symbols = shaping->algebra->symbols;
  rule.name = NULL;
  rule.entrywise = true;
  rule.library = true;
  shaped_add_name(&rule, symbol_intern(symbols, "x", 1), x);
  shaped_add_name(&rule, symbol_intern(symbols, "y", 1), y);
  shaping->algebra->inlined++;
  const ShapedSum *result = shaped_read(&rule, form_rule_tree(shaping->algebra, text));
  shaping->algebra->inlined--;
  return result;
}

const ShapedSum *shaped_slope(Shaping *shaping, const Symbol *name, const ShapedSum *argument,
                              const ShapedSum *call) {
  const char *text = form_rule(name, 0);
  Scalar scalar = scalar_find(name->key);
  if (text && strchr(text, '{')) text = scalar == SCALAR_COUNT ? NULL : scalar_row[scalar].slope[0];
  if (!text) call_fail(shaping, name->name);
  return read_rule(shaping, text, argument, call);
}

/* ---- sums over generators ---- */

static bool is_series(const Node *call) {
  return call->kind == NODE_CALL && call->count == 2 && call->child[1]->kind == NODE_GENERATED;
}

static const ShapedSum *read_series(Shaping *shaping, const Node *call) {
  const Symbol *callee = call->child[0]->symbol;
  bool sums = symbol_is(callee, "sum") || symbol_is(callee, "Σ") || symbol_is(callee, "mean");
  if (!sums || shaping->entrywise) call_fail(shaping, callee->name);
  const ShapedName *name = shaping->name, *bound = shaping->bound;
  Node *generator = shaped_bind_generator(shaping, call->child[1]->child[1]);
  const ShapedSum **body = form_new(shaping->algebra, sizeof *body);
  body[0] = shaped_read(shaping, call->child[1]->child[0]);
  shaping->name = name;
  shaping->bound = bound;
  Node *generated = form_node(shaping->algebra, NODE_GENERATED, 2, (Node *[]){NULL, generator});
  Node *node = form_node(shaping->algebra, NODE_CALL, 2, (Node *[]){call->child[0], generated});
  ShapedAtom atom = {.kind = SHAPED_SERIES,
                     .extent = body[0]->extent,
                     .node = node,
                     .part = body,
                     .parts = 1,
                     .symmetric = body[0]->extent.number};
  return shaped_of_atom(shaping, shaped_atom(shaping, atom));
}

/* ---- functions of the user ---- */

static const Prototype *one_expression(Shaping *shaping, const Symbol *name, Value value) {
  const Function *f = (const Function *)value.object;
  const Prototype *p = f->function_kind == FUNCTION_CLOSURE ? f->prototype : NULL;
  if (!p || f->count || p->body->kind >= NODE_DO || p->body->kind == NODE_CLAUSE)
    algebra_fail(shaping->algebra, "%s(…) is not defined by one expression", name->name);
  return p;
}

/* n of an argument x in R^n. */
static void add_dimensions(Shaping *shaping, Shaping *caller, const Node *set,
                           const ShapedSum *value) {
  for (uint32_t i = 0; set && i < set->count && i < 2; i++) {
    if (set->child[i]->kind != NODE_NAME || value->extent.number) continue;
    shaped_add_name(shaping, set->child[i]->symbol, shaped_size(caller, value, (int)i));
  }
}

/* The annotation of a function that is called; a number is 1×1. */
static void need_set(Shaping *shaping, const Node *set, ShapedExtent extent) {
  ShapedExtent size[2] = {extent_array(extent.rows, 1), extent_array(extent.cols, 1)}, both;
  bool fits = set->count || extent.number;
  if (set->count == 1 && extent.cols != 1) fits = false;
  for (uint32_t i = 0; fits && i < set->count && i < 2; i++) {
    const Node *wanted = set->child[i];
    bool known = wanted->kind == NODE_NUMBER && wanted->number >= 1 && wanted->number < UINT32_MAX;
    if (known) fits = extent_joins(size[i], extent_array((uint32_t)wanted->number, 1), &both);
  }
  if (!fits) shaped_refuse(shaping, "a function it calls takes arguments of another size");
}

static const ShapedSum *read_users_call(Shaping *shaping, const Symbol *name, Value value,
                                        const ShapedSum *const *part, uint32_t parts) {
  const Prototype *p = one_expression(shaping, name, value);
  if (shaping->algebra->inlined >= FORM_INLINE)
    algebra_fail(shaping->algebra, "%s(…) calls itself, or calls nest too deeply", name->name);
  if (parts != p->parameter_count)
    algebra_fail(shaping->algebra, "%s(…) is called with other arguments than it takes",
                 name->name);
  Shaping body = *shaping;
  body.name = NULL;
  body.library = p->is_library;
  for (uint32_t i = 0; i < parts; i++) {
    const Node *set = p->parameter[i]->child[0];
    if (set && !shaping->entrywise) need_set(shaping, set, part[i]->extent);
    add_dimensions(&body, shaping, set, part[i]);
    shaped_add_name(&body, p->parameter[i]->symbol, part[i]);
  }
  shaping->algebra->inlined++;
  const ShapedSum *result = shaped_read(&body, p->body);
  shaping->algebra->inlined--;
  return result;
}

/* ---- calls ---- */

const ShapedSum *shaped_read_call(Shaping *shaping, const Node *call) {
  Algebra *algebra = shaping->algebra;
  if (call->child[0]->kind != NODE_NAME)
    algebra_fail(algebra, "it calls a function without a name");
  const Symbol *name = call->child[0]->symbol;
  if (!shaped_is_function(shaping, name))
    algebra_fail(algebra, "%s is not known as a function", name->name);
  Value user = session_binding(shaping->session, name)->value,
        value = session_lookup(shaping->session, name);
  bool primitive = user.kind == VALUE_NOTHING &&
                   ((const Function *)value.object)->function_kind == FUNCTION_PRIMITIVE;
  if (shaping->library || primitive) shaped_builtin(shaping, name->name);
  if (primitive && is_series(call)) return read_series(shaping, call);
  const ShapedSum **part = form_new(algebra, call->count * sizeof *part);
  for (uint32_t i = 1; i < call->count; i++) {
    NodeKind kind = call->child[i]->kind;
    if (kind == NODE_NAMED || kind == NODE_GENERATED) call_fail(shaping, name->name);
    part[i - 1] = shaped_read(shaping, call->child[i]);
  }
  bool each = call->kind == NODE_CALL_EACH, entrywise = shaping->entrywise;
  shaping->entrywise = entrywise || each;
  const ShapedSum *result = primitive
                                ? read_builtin(shaping, name, part, call->count - 1)
                                : read_users_call(shaping, name, value, part, call->count - 1);
  shaping->entrywise = entrywise;
  return result;
}
