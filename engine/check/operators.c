/* operators.c - which shapes operators give, and which do not fit.
 *
 * The rules here only predict: a misfit is reported when the operator itself fails on zeros.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check/check.h"
#include "values/operate.h"

typedef struct Operation {
  Operator op;
  Value a, b;
} Operation;

static Value operate(Session *s, const void *context) {
  const Operation *o = context;
  return value_operate(s, o->op, o->a, o->b);
}

static Value compare(Session *s, const void *context) {
  const Operation *o = context;
  return value_boolean(value_compare(s, o->op, o->a, o->b));
}

static Value compare_each(Session *s, const void *context) {
  const Operation *o = context;
  return value_compare_each(s, o->op, o->a, o->b);
}

static bool is_exact(Known a, Known b) { return a.kind == KNOWN_EXACT && b.kind == KNOWN_EXACT; }

/* On what stands for the operands: reports the error there is. */
static Known attempt(Check *c, const Node *node, CheckAction action, Operator op, Known a,
                     Known b) {
  Operation o = {.op = op};
  Value result;
  if (!known_witness(c->session, a, &o.a) || !known_witness(c->session, b, &o.b))
    return known_not();
  if (!check_try(c, node, action, &o, &result)) return known_not();
  return is_exact(a, b) ? known_exact(&c->arena, result) : known_shape(&c->arena, result);
}

/* ---- shapes ---- */

typedef struct Size {
  int64_t rows, cols;
} Size;

static bool differ(int64_t a, int64_t b) { return a >= 0 && b >= 0 && a != b; }
static int64_t either(int64_t a, int64_t b) { return a >= 0 ? a : b; }

/* Dimensions of size 1 stretch. */
static bool stretch(int64_t a, int64_t b, int64_t *size) {
  *size = a == 1 ? b : b == 1 ? a : a < 0 || b < 0 ? SIZE_UNKNOWN : a;
  return !(differ(a, b) && a != 1 && b != 1);
}

/* A product of one entry is a number. */
static Known product(int64_t rows, int64_t cols) {
  if (rows == 1 && cols == 1) return known_number();
  bool several = (rows >= 0 && rows != 1) || (cols >= 0 && cols != 1);
  return several ? known_array(rows, cols) : known_not();
}

/* Of two arrays; false where they cannot fit. */
static bool of_arrays(Operator op, Size a, Size b, Known *result) {
  *result = known_not();
  Size out;
  switch (op) {
  case OP_ADD:
  case OP_SUBTRACT:
    *result = known_array(either(a.rows, b.rows), either(a.cols, b.cols));
    return !differ(a.rows, b.rows) && !differ(a.cols, b.cols);
  case OP_MULTIPLY: *result = product(a.rows, b.cols); return !differ(a.cols, b.rows);
  case OP_SOLVE: *result = product(a.cols, b.cols); return !differ(a.rows, b.rows);
  case OP_DIVIDE:
  case OP_POWER: return false;
  default:
    if (!stretch(a.rows, b.rows, &out.rows) || !stretch(a.cols, b.cols, &out.cols)) return false;
    *result = known_array(out.rows, out.cols);
    return true;
  }
}

static bool of_power(Size a, Known exponent, Known *result) {
  *result = known_array(a.rows, a.cols);
  return exponent.kind != KNOWN_EXACT || !differ(a.rows, a.cols);
}

/* Of an array and a number. */
static bool of_mixed(Operator op, bool left, Size size, Known other, Known *result) {
  const Size one = {1, 1};
  *result = known_array(size.rows, size.cols);
  if (op == OP_SOLVE) return of_arrays(op, left ? size : one, left ? one : size, result);
  if (op == OP_POWER) return left && of_power(size, other, result);
  if (op == OP_DIVIDE) return left;
  return true;
}

/* False: the operands cannot fit. */
static bool predict(Operator op, Known a, Known b, Known *result) {
  Size x, y;
  bool left = known_is_array(a, &x.rows, &x.cols), right = known_is_array(b, &y.rows, &y.cols);
  *result = known_not();
  if (left && right) return of_arrays(op, x, y, result);
  if (left && known_is_number(b)) return of_mixed(op, true, x, b, result);
  if (right && known_is_number(a)) return of_mixed(op, false, y, a, result);
  if (known_is_number(a) && known_is_number(b)) *result = known_number();
  return true;
}

static bool is_numeric(Known k) {
  int64_t rows, cols;
  if (known_is_number(k)) return true;
  if (!known_is_array(k, &rows, &cols)) return false;
  return k.kind == KNOWN_ARRAY ? !k.boolean
                               : k.value.kind == VALUE_RANGE || value_is_real_array(k.value);
}

Known check_binary(Check *c, const Node *node, Operator op, Known a, Known b) {
  if (is_exact(a, b)) return attempt(c, node, operate, op, a, b);
  Known result;
  if (is_numeric(a) && is_numeric(b) && predict(op, a, b, &result)) return result;
  return attempt(c, node, operate, op, a, b);
}

/* ---- comparisons ---- */

static Known compare_entries(Check *c, const Node *node, Operator op, Known a, Known b) {
  Size x, y;
  bool left = known_is_array(a, &x.rows, &x.cols), right = known_is_array(b, &y.rows, &y.cols);
  if (left && right && (differ(x.rows, y.rows) || differ(x.cols, y.cols)))
    return attempt(c, node, compare_each, op, a, b);
  if (left && right) x = (Size){either(x.rows, y.rows), either(x.cols, y.cols)};
  if (!(left && (right || known_is_number(b))) && !(right && known_is_number(a)))
    return known_not();
  Known result = left ? known_array(x.rows, x.cols) : known_array(y.rows, y.cols);
  result.boolean = true;
  return result;
}

Known check_compare(Check *c, const Node *node, Operator op, Known a, Known b) {
  bool dotted = op >= OP_DOT_EQUAL;
  if (is_exact(a, b)) return attempt(c, node, dotted ? compare_each : compare, op, a, b);
  if (dotted) return compare_entries(c, node, op, a, b);
  Size x, y;
  bool order = op == OP_LESS || op == OP_LESS_EQUAL || op == OP_GREATER || op == OP_GREATER_EQUAL;
  bool array = known_is_array(a, &x.rows, &x.cols) || known_is_array(b, &y.rows, &y.cols);
  if (order && array) attempt(c, node, compare, op, a, b);
  return (Known){.kind = KNOWN_BOOLEAN};
}

/* ---- transposes and blocks ---- */

Known check_transpose(Check *c, Known a) {
  Known turned = known_forget(&c->arena, a);
  if (known_is_number(a)) return a;
  if (turned.kind != KNOWN_ARRAY) return known_not();
  int64_t rows = turned.rows;
  turned.rows = turned.cols;
  turned.cols = rows;
  return turned;
}

typedef struct Blocks {
  const Value *element;
  const uint32_t *width;
  uint32_t rows;
} Blocks;

static Value build(Session *s, const void *context) {
  const Blocks *b = context;
  return value_blocks(s, b->element, b->width, b->rows);
}

Known check_blocks(Check *c, const Node *n) {
  uint32_t count = 0, rows = 0, exact = 0, usable = 0;
  for (uint32_t i = 0; i < n->count; i++) count += n->child[i]->count;
  Value *element = arena_new(&c->arena, (count + 1) * sizeof *element);
  uint32_t *width = arena_new(&c->arena, (n->count + 1) * sizeof *width);
  uint32_t at = 0;
  for (uint32_t i = 0; i < n->count; i++) {
    const Node *row = n->child[i];
    if (row->count) width[rows++] = row->count;
    for (uint32_t j = 0; j < row->count; j++, at++) {
      Known k = check_expression(c, row->child[j]);
      exact += k.kind == KNOWN_EXACT;
      usable += known_witness(c->session, k, &element[at]);
    }
  }
  Value result;
  if (usable < count) return known_not();
  if (!check_try(c, n, build, &(Blocks){element, width, rows}, &result)) return known_not();
  return exact == count ? known_exact(&c->arena, result) : known_shape(&c->arena, result);
}
