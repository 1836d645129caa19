/* shaped_read.c - trees to shaped expressions.
 *
 * What does not vary is read too, for its extents; where the parts of it do not matter it becomes a
 * leaf. What has no extents, or none that are known, fails.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>

#include "calculus/shaped.h"
#include "calculus/shaped_names.h"

enum { MATRIX_POWER_MOST = 4 }; /* A^5 is written out as five factors: more than one reads */

static _Noreturn void read_fail(Shaping *shaping, const char *what) {
  algebra_fail(shaping->algebra, "%s has no formula here", what);
}

/* ---- leaves ---- */

const ShapedSum *shaped_leaf(Shaping *shaping, const Node *node, ShapedExtent extent,
                             bool symmetric) {
  const Node *copy = shaped_copy(shaping, node);
  ShapedAtom atom = {
      .kind = SHAPED_LEAF, .extent = extent, .node = copy, .symmetric = symmetric || extent.number};
  return shaped_of_atom(shaping, shaped_atom(shaping, atom));
}

static const ShapedSum *read_number(Shaping *shaping, const Node *node) {
  bool hexadecimal =
      node->length > 1 && node->text[0] == '0' && isalpha((unsigned char)node->text[1]);
  if (!node->length || hexadecimal) return shaped_rational(shaping, rational_of(node->number));
  if (memchr(node->text, 'd', node->length))
    return shaped_leaf(shaping, node, extent_number(), true); /* 30deg */
  return shaped_rational(shaping, rational_read(node->text, node->length, node->number));
}

/* ---- array literals ---- */

/* The extent of a row of blocks side by side, or of blocks below each other. */
static uint32_t joined(Shaping *shaping, uint32_t a, uint32_t b) {
  if (a && b && a != b) read_fail(shaping, "blocks of different sizes");
  return a ? a : b;
}

static ShapedExtent row_extent(Shaping *shaping, const Node *row, bool *arrays) {
  ShapedExtent all = {.number = true};
  bool known = true;
  for (uint32_t i = 0; i < row->count; i++) {
    const ShapedSum *item = shaped_read(shaping, row->child[i]);
    if (item->varies) read_fail(shaping, "an array with the variable in it");
    *arrays = *arrays || !item->extent.number;
    all.rows = i ? joined(shaping, all.rows, item->extent.rows) : item->extent.rows;
    known = known && item->extent.cols;
    all.cols += item->extent.cols;
  }
  if (!known) all.cols = 0;
  return all;
}

static const ShapedSum *read_array(Shaping *shaping, const Node *node) {
  ShapedExtent all = {.number = false};
  bool arrays = false, known = true;
  if (!node->count || !node->child[0]->count) read_fail(shaping, "an empty array");
  for (uint32_t i = 0; i < node->count; i++) {
    ShapedExtent row = row_extent(shaping, node->child[i], &arrays);
    all.cols = i ? joined(shaping, all.cols, row.cols) : row.cols;
    known = known && row.rows;
    all.rows += row.rows;
  }
  if (!known) all.rows = 0;
  if (!arrays && node->count == 1) all = extent_array(all.cols, 1);
  return shaped_leaf(shaping, node, all, false);
}

/* v[2], A[1, 2], A[:, 1], A[2, :] of what does not vary. */
static const ShapedSum *read_element(Shaping *shaping, const Node *node) {
  const ShapedSum *array = shaped_read(shaping, node->child[0]);
  ShapedExtent from = array->extent, extent = extent_number();
  if (array->varies) read_fail(shaping, "an element of a whole vector");
  if (from.number) read_fail(shaping, "an element of a number");
  bool column[2] = {false};
  for (uint32_t i = 1; i < node->count; i++) {
    column[(i - 1) & 1] = node->child[i]->kind == NODE_COLON;
    if (column[(i - 1) & 1]) continue;
    const ShapedSum *index = shaped_read(shaping, node->child[i]);
    if (index->varies || !index->extent.number) read_fail(shaping, "an element at several places");
  }
  if (node->count == 3 && (column[0] || column[1]))
    extent = extent_array(column[0] ? from.rows : 1, column[1] ? from.cols : 1);
  if (node->count == 2 && (column[0] || from.cols != 1))
    read_fail(shaping, "an element of a matrix");
  return shaped_leaf(shaping, node, extent, false);
}

/* [i^2 for i in 1:5]: a column of numbers. */
static const ShapedSum *read_comprehension(Shaping *shaping, const Node *node) {
  const ShapedName *name = shaping->name, *bound = shaping->bound;
  shaped_bind_generator(shaping, node->child[1]);
  const ShapedSum *body = shaped_read(shaping, node->child[0]);
  shaping->name = name;
  shaping->bound = bound;
  bool column = body->extent.number && node->child[1]->count == 2;
  if (body->varies || !column) read_fail(shaping, "an array made by for");
  return shaped_leaf(shaping, node, extent_array(0, 1), false);
}

/* ---- arithmetic ---- */

static const ShapedSum *inverse(Shaping *shaping, const ShapedSum *a) {
  if (a->extent.number) return shaped_raise(shaping, a, rational_whole(-1));
  shaped_need_matrix(shaping, a);
  return shaped_call(shaping, "inv", a->extent, &a, 1);
}

static const ShapedSum *power_atom(Shaping *shaping, const ShapedSum *base,
                                   const ShapedSum *exponent) {
  const ShapedSum **part = form_new(shaping->algebra, 2 * sizeof *part);
  part[0] = base;
  part[1] = exponent;
  ShapedExtent extent = base->extent.number ? exponent->extent : base->extent;
  if (!base->extent.number && !exponent->extent.number &&
      !extent_joins(base->extent, exponent->extent, &extent))
    read_fail(shaping, "a power of other sizes");
  return shaped_of_atom(
      shaping,
      shaped_atom(shaping,
                  (ShapedAtom){.kind = SHAPED_POWER, .extent = extent, .part = part, .parts = 2}));
}

/* A^n of a matrix. */
static const ShapedSum *matrix_power(Shaping *shaping, const ShapedSum *base,
                                     const ShapedSum *exponent) {
  Rational n;
  shaped_need_matrix(shaping, base);
  if (!shaped_is_rational(exponent, &n) || !rational_is_whole(n))
    read_fail(shaping, "a power of a matrix");
  if (n.top == -1) return inverse(shaping, base);
  if (n.top < 1 || n.top > MATRIX_POWER_MOST) read_fail(shaping, "such a power of a matrix");
  const ShapedSum *result = base;
  for (int64_t i = 1; i < n.top; i++) result = shaped_multiply(shaping, result, base);
  return result;
}

static const ShapedSum *power(Shaping *shaping, const ShapedSum *base, const ShapedSum *exponent,
                              bool dotted) {
  Rational n;
  bool numbers = base->extent.number && exponent->extent.number;
  if (!dotted && !numbers) {
    if (base->extent.number) shaped_refuse(shaping, "a number has an array for its power");
    return matrix_power(shaping, base, exponent);
  }
  if (shaped_is_rational(exponent, &n)) return shaped_raise(shaping, base, n);
  return power_atom(shaping, base, exponent);
}

static const ShapedSum *solve(Shaping *shaping, const ShapedSum *a, const ShapedSum *b) {
  shaped_need_square(shaping, a);
  if (a->extent.rows == 1) read_fail(shaping, "a system of one equation");
  ShapedExtent inner;
  if (b->extent.number ||
      !extent_joins(extent_array(a->extent.rows, 1), extent_array(b->extent.rows, 1), &inner))
    shaped_refuse(shaping, "the sizes of a system do not fit");
  const ShapedSum **part = form_new(shaping->algebra, 2 * sizeof *part);
  part[0] = a;
  part[1] = b;
  ShapedExtent extent = extent_array(a->extent.rows, b->extent.cols);
  return shaped_of_atom(
      shaping,
      shaped_atom(shaping,
                  (ShapedAtom){.kind = SHAPED_SOLVE, .extent = extent, .part = part, .parts = 2}));
}

static const ShapedSum *divide(Shaping *shaping, const ShapedSum *a, const ShapedSum *b,
                               bool dotted) {
  if (!dotted && !b->extent.number) shaped_refuse(shaping, "it divides by an array");
  return shaped_each(shaping, a, shaped_raise(shaping, b, rational_whole(-1)));
}

static const ShapedSum *read_binary(Shaping *shaping, const Node *node) {
  const ShapedSum *a = shaped_read(shaping, node->child[0]),
                  *b = shaped_read(shaping, node->child[1]);
  bool dotted = shaping->entrywise;
  ShapedExtent both;
  bool arrays = !a->extent.number && !b->extent.number,
       stretched = arrays && !extent_joins(a->extent, b->extent, &both);
  bool sum = node->op == OP_DOT_ADD || node->op == OP_DOT_SUBTRACT ||
             (dotted && (node->op == OP_ADD || node->op == OP_SUBTRACT));
  if (sum && stretched) read_fail(shaping, "a sum of stretched rows or columns");
  switch ((Operator)node->op) {
  case OP_DOT_ADD:
  case OP_ADD: return shaped_add(shaping, a, b, false);
  case OP_DOT_SUBTRACT:
  case OP_SUBTRACT: return shaped_add(shaping, a, b, true);
  case OP_MULTIPLY: return dotted ? shaped_each(shaping, a, b) : shaped_multiply(shaping, a, b);
  case OP_DOT_MULTIPLY: return shaped_each(shaping, a, b);
  case OP_DIVIDE: return divide(shaping, a, b, dotted);
  case OP_DOT_DIVIDE: return divide(shaping, a, b, true);
  case OP_SOLVE:
    if (a->extent.number) shaped_refuse(shaping, "a number stands before \\");
    if (dotted) read_fail(shaping, "\\ entry by entry");
    return solve(shaping, a, b);
  case OP_DOT_SOLVE: return divide(shaping, b, a, true);
  case OP_POWER: return power(shaping, a, b, dotted);
  case OP_DOT_POWER: return power(shaping, a, b, true);
  default: read_fail(shaping, "a part of it");
  }
}

static const ShapedSum *read_transpose(Shaping *shaping, const Node *node) {
  const ShapedSum *a = shaped_read(shaping, node->child[0]);
  return shaped_transpose(shaping, a);
}

static bool is_function(Shaping *shaping, const Node *node) {
  while (node->kind == NODE_PRIME) node = node->child[0];
  return node->kind == NODE_LAMBDA ||
         (node->kind == NODE_NAME && shaped_is_function(shaping, node->symbol));
}

/* X'y, 2x; f'(2) is a call. */
static const ShapedSum *read_implicit(Shaping *shaping, const Node *node) {
  if (node->op && is_function(shaping, node->child[0]))
    read_fail(shaping, "a derivative of another function");
  const ShapedSum *a = shaped_read(shaping, node->child[0]),
                  *b = shaped_read(shaping, node->child[1]);
  return shaping->entrywise ? shaped_each(shaping, a, b) : shaped_multiply(shaping, a, b);
}

static const ShapedSum *read_norm(Shaping *shaping, const Node *node) {
  const ShapedSum *a = shaped_read(shaping, node->child[0]);
  return shaped_call(shaping, "norm", extent_number(), &a, 1);
}

static const ShapedSum *read_pipe(Shaping *shaping, const Node *node) {
  if (node->child[1]->kind != NODE_NAME) read_fail(shaping, "|>");
  return shaped_read_call(shaping, form_node(shaping->algebra, NODE_CALL, 2,
                                             (Node *[]){node->child[1], node->child[0]}));
}

static const ShapedSum *read_root(Shaping *shaping, const Node *node) {
  const ShapedSum *a = shaped_read(shaping, node->child[0]);
  return shaped_raise(shaping, a, rational_ratio(1, 2));
}

/* Arrays have no order: where they are compared there is no value. */
static void read_condition(Shaping *shaping, const Node *node) {
  for (uint32_t i = 0; node->kind == NODE_COMPARE && i + 1 < node->count; i++) {
    Operator op = (Operator)node->operators[i];
    bool order = op == OP_LESS || op == OP_LESS_EQUAL || op == OP_GREATER || op == OP_GREATER_EQUAL;
    bool numbers = shaped_read(shaping, node->child[i])->extent.number &&
                   shaped_read(shaping, node->child[i + 1])->extent.number;
    if (order && !numbers) shaped_refuse(shaping, "it compares arrays");
  }
}

static _Noreturn void read_cases(Shaping *shaping, const Node *node) {
  if (node->kind == NODE_IF) read_condition(shaping, node->child[0]);
  else if (node->child[0]->child[1]) read_condition(shaping, node->child[0]->child[1]);
  read_fail(shaping, "a choice of cases");
}

static const ShapedSum *read_kind(Shaping *shaping, const Node *node) {
  switch (node->kind) {
  case NODE_NUMBER: return read_number(shaping, node);
  case NODE_NAME: return shaped_read_name(shaping, node);
  case NODE_FIELD: return shaped_read_field(shaping, node);
  case NODE_NEGATE:
    return shaped_scale(shaping, shaped_read(shaping, node->child[0]), rational_whole(-1));
  case NODE_PLUS: return shaped_read(shaping, node->child[0]);
  case NODE_BINARY: return read_binary(shaping, node);
  case NODE_IMPLICIT: return read_implicit(shaping, node);
  case NODE_ROOT: return read_root(shaping, node);
  case NODE_PRIME:
  case NODE_TRANSPOSE: return read_transpose(shaping, node);
  case NODE_INVERSE: return inverse(shaping, shaped_read(shaping, node->child[0]));
  case NODE_NORM: return read_norm(shaping, node);
  case NODE_CALL:
  case NODE_CALL_EACH: return shaped_read_call(shaping, node);
  case NODE_PIPE: return read_pipe(shaping, node);
  case NODE_ARRAY: return read_array(shaping, node);
  case NODE_COMPREHENSION: return read_comprehension(shaping, node);
  case NODE_INDEX: return read_element(shaping, node);
  case NODE_PIECEWISE:
  case NODE_IF: read_cases(shaping, node);
  case NODE_DO: read_fail(shaping, "a block");
  case NODE_CLAUSE: read_fail(shaping, "an optimisation");
  case NODE_COMPARE: read_fail(shaping, "a comparison");
  default: read_fail(shaping, "a part of it");
  }
}

const ShapedSum *shaped_read(Shaping *shaping, const Node *node) {
  algebra_descend(shaping->algebra);
  const ShapedSum *sum = read_kind(shaping, node);
  algebra_ascend(shaping->algebra);
  return shaped_keeps_text(shaping, node) ? shaped_typed(shaping, sum, node) : sum;
}
