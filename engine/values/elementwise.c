/* elementwise.c - scalar operations on numbers and, entry by entry, on arrays, records and tuples.
 *
 * One place records scalar and vector steps. Identities that hold exactly (x + 0, x*1, x^1) are not
 * recorded, and x^2 is recorded as x*x, which is also how it is computed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "calculus/stablelog.h"
#include "machine/misfit.h"
#include "machine/session.h"
#include "values/complex.h"
#include "values/operate.h"

/* ---- single numbers ---- */

static int level_of(Value v) {
  if (v.kind == VALUE_ACTIVE) return v.level;
  if (v.kind == VALUE_ARRAY && value_as_array(v)->element == ELEMENT_ACTIVE) return value_as_array(v)->level;
  return 0;
}

static Trace *trace_of(Session *session, Value a, Value b) {
  int la = level_of(a), lb = level_of(b);
  Trace *trace = session->trace[la > lb ? la : lb];
  if (!trace) fail(session, "a value of a finished differentiation was used");
  return trace;
}

static bool is_number(Value v, double x) { return v.kind == VALUE_NUMBER && v.number == x; }

/* The operand that the result equals exactly, if there is one. */
static bool identity(Session *session, Scalar op, Value x, Value y, Value *result) {
  switch (op) {
    case SCALAR_ADD:
      if (is_number(x, 0)) return *result = y, true;
      if (is_number(y, 0)) return *result = x, true;
      return false;
    case SCALAR_SUBTRACT: return is_number(y, 0) ? (*result = x, true) : false;
    case SCALAR_DIVIDE: return is_number(y, 1) ? (*result = x, true) : false;
    case SCALAR_MULTIPLY:
    case SCALAR_SCALE:
      if (is_number(x, 1)) return *result = y, true;
      if (is_number(y, 1)) return *result = x, true;
      /* Only derivative code may take 0*y for 0: typed code keeps 0*inf. */
      if (session->deriving && (is_number(x, 0) || is_number(y, 0))) return *result = value_number(0), true;
      return false;
    case SCALAR_POWER:
    case SCALAR_pow:
      if (is_number(y, 0)) return *result = value_number(1), true;
      return is_number(y, 1) ? (*result = x, true) : false;
    default: return false;
  }
}

static const Step *producer_of(const Trace *trace, uint32_t cell) {
  return trace->producer[cell] ? &trace->step[trace->producer[cell] - 1] : NULL;
}

/* The square of what [from] gives: |x|, the length of x or hypot(x, y). */
static uint32_t record_square(Trace *trace, const Step *from) {
  if (from->op == STEP_NORM) return trace_dot(trace, from->a, from->a, from->b);
  uint32_t x = trace_scalar(trace, SCALAR_MULTIPLY, from->a, from->a, 0);
  if (from->op == SCALAR_abs) return x;
  return trace_scalar(trace, SCALAR_ADD, x, trace_scalar(trace, SCALAR_MULTIPLY, from->b, from->b, 0), 0);
}

/* |x|^n is (x^2)^(n/2), times |x| if n is odd: the form that has all the derivatives there are at 0. */
static uint32_t record_power_of_length(Trace *trace, Scalar op, const Step from, uint32_t a, uint32_t b) {
  double n = trace->cell[b];
  uint32_t typed = trace_scalar(trace, op, a, b, 2), form = record_square(trace, &from);
  if (n >= 4) form = trace_scalar(trace, SCALAR_POWER, form, trace_constant(trace, floor(n / 2)), 2);
  if (n != 2 * floor(n / 2)) form = trace_scalar(trace, SCALAR_MULTIPLY, form, a, 0);
  return trace_scalar(trace, SCALAR_RESTATE, form, typed, 0);
}

/* Does [op] undo what [from] did? exp(log(x)) and sqrt(x)^2 are x, and have its derivative at 0 too. */
static bool is_undone(Scalar op, unsigned from, bool squares) {
  if (op == SCALAR_exp) return from == SCALAR_log || from == SCALAR_ln;
  return op == SCALAR_MULTIPLY && squares && from == SCALAR_sqrt;
}

/* Squares of a norm and roots of a square have a derivative where the two steps alone do not. */
static uint32_t record_scalar(Trace *trace, Scalar op, uint32_t a, uint32_t b, unsigned constant) {
  const Step *from = producer_of(trace, a);
  bool length = from && (from->op == STEP_NORM || from->op == SCALAR_hypot || from->op == SCALAR_abs);
  bool power = op == SCALAR_POWER || op == SCALAR_pow;
  if (op == SCALAR_MULTIPLY && a == b && length) return record_square(trace, from);
  if (from && is_undone(op, from->op, a == b)) {
    uint32_t form = from->a;
    return trace_scalar(trace, SCALAR_RESTATE, form, trace_scalar(trace, op, a, b, constant), 0);
  }
  if (power && length && constant == 2 && trace->cell[b] >= 3 && trace->cell[b] == floor(trace->cell[b]))
    return record_power_of_length(trace, op, *from, a, b);
  if (op == SCALAR_sqrt && from && from->op == SCALAR_MULTIPLY && from->a == from->b)
    return trace_scalar(trace, SCALAR_abs, from->a, from->a, 0);
  return stablelog_applies(op, trace->cell[a]) ? stablelog_record(trace, op, a) : trace_scalar(trace, op, a, b, constant);
}

/* Logarithms entry by entry, for the sake of those that are infinite. */
static uint32_t record_logs(Session *session, Trace *trace, Scalar op, uint32_t a, uint32_t count) {
  uint32_t *cell = scratch(session, count * sizeof(uint32_t));
  for (uint32_t i = 0; i < count; i++) cell[i] = stablelog_record(trace, op, a + i);
  return trace_gather(trace, cell, count);
}

static bool has_wild_log(const Trace *trace, Scalar op, uint32_t a, uint32_t count) {
  for (uint32_t i = 0; stablelog_applies(op, INFINITY) && i < count; i++)
    if (stablelog_applies(op, trace->cell[a + i])) return true;
  return false;
}

static Value scalar_apply(Session *session, Scalar op, Value x, Value y) {
  const ScalarRow *row = &scalar_row[op];
  bool one = row->arguments == 1 || op == SCALAR_NEGATE;
  if (x.kind != VALUE_ACTIVE && (one || y.kind != VALUE_ACTIVE)) return value_number(row->value(x.number, y.number));
  Value same;
  if (!one && identity(session, op, x, y, &same)) return same;
  if (!one && (op == SCALAR_POWER || op == SCALAR_pow) && is_number(y, 2)) op = SCALAR_MULTIPLY, y = x;
  Trace *trace = trace_of(session, x, one ? x : y);
  uint32_t a = trace_cell(trace, x), b = one ? a : trace_cell(trace, y);
  unsigned constant = (x.kind != VALUE_ACTIVE ? 1u : 0u) | (!one && y.kind != VALUE_ACTIVE ? 2u : 0u);
  return trace_value(trace, record_scalar(trace, op, a, b, constant));
}

/* ---- arrays ---- */

/* An operand seen as rows and columns; a number has steps 0. */
typedef struct Side {
  Value value;
  uint32_t rows, cols;
  size_t row_step, col_step;
  const double *data;
} Side;

static Side side_of(const Value *v, uint32_t rows, uint32_t cols) {
  if (v->kind != VALUE_ARRAY) return (Side){*v, 1, 1, 0, 0, &v->number};
  const Array *a = value_as_array(*v);
  size_t row_step = a->rows == 1 && rows != 1 ? 0 : a->cols;
  size_t col_step = a->cols == 1 && cols != 1 ? 0 : 1;
  return (Side){*v, a->rows, a->cols, row_step, col_step, a->data};
}

static bool is_flat(const Side *s, uint32_t cols) { return s->row_step == cols && s->col_step == 1; }
static bool is_single(const Side *s) { return s->row_step == 0 && s->col_step == 0; }

#define LOOP(expression)                                                                           \
  for (size_t i = 0; i < n; i++) {                                                                 \
    double x = a[i * da], y = b[i * db];                                                           \
    (void)y;                                                                                       \
    out[i] = (expression);                                                                         \
  }                                                                                                \
  break

/* n entries with constant strides (0 or 1). */
static void compute_flat(Scalar op, double *restrict out, const double *a, size_t da, const double *b, size_t db, size_t n) {
  switch (op) {
    case SCALAR_ADD: LOOP(x + y);
    case SCALAR_SUBTRACT: LOOP(x - y);
    case SCALAR_MULTIPLY: LOOP(x * y);
    case SCALAR_DIVIDE: LOOP(x / y);
    case SCALAR_NEGATE: LOOP(-x);
    default: {
      double (*value)(double, double) = scalar_row[op].value;
      LOOP(value(x, y));
    }
  }
}
#undef LOOP

static Value compute_arrays(Session *session, Scalar op, const Side *a, const Side *b, uint32_t rows, uint32_t cols) {
  Array *out = array_new(session, rows, cols, ELEMENT_REAL);
  if ((is_flat(a, cols) || is_single(a)) && (is_flat(b, cols) || is_single(b))) {
    compute_flat(op, out->data, a->data, is_single(a) ? 0 : 1, b->data, is_single(b) ? 0 : 1, (size_t)rows * cols);
    return value_array(out);
  }
  for (uint32_t i = 0; i < rows; i++)
    compute_flat(op, out->data + (size_t)i * cols, a->data + i * a->row_step, a->col_step,
                 b->data + i * b->row_step, b->col_step, cols);
  return value_array(out);
}

/* The cells of a side laid out as rows×cols, or its one cell with *step 0. */
static uint32_t side_cells(Session *session, Trace *trace, const Side *s, uint32_t rows, uint32_t cols, uint32_t *step) {
  *step = 1;
  if (s->value.kind != VALUE_ARRAY) {
    *step = 0;
    return trace_cell(trace, s->value);
  }
  const Array *array = value_as_array(s->value);
  if (is_flat(s, cols) || array_count(array) == (size_t)rows * cols) return trace_cells(trace, array);
  Array *wide = array_new(session, rows, cols, (Element)array->element);
  wide->level = array->level;
  for (uint32_t i = 0; i < rows; i++)
    for (uint32_t j = 0; j < cols; j++) {
      size_t to = (size_t)i * cols + j, from = i * s->row_step + j * s->col_step;
      wide->data[to] = array->data[from];
      if (array->slot) wide->slot[to] = array->slot[from];
    }
  uint32_t cell = trace_cells(trace, wide);
  value_release(value_array(wide));
  return cell;
}

Value trace_run_value(Session *session, Trace *trace, uint32_t first, uint32_t rows, uint32_t cols) {
  Array *out = array_new(session, rows, cols, ELEMENT_ACTIVE);
  out->level = trace->level;
  size_t count = array_count(out);
  memcpy(out->data, trace->cell + first, count * sizeof(double));
  for (size_t i = 0; i < count; i++) out->slot[i] = first + (uint32_t)i;
  return value_array(out);
}

/* Are cells [first] … the absolute values of a run, entry by entry? Their squares are those of the run. */
static bool is_whole_abs(const Trace *trace, const Step *from, uint32_t first, uint32_t count) {
  return from && from->op == STEP_VECTOR && from->detail == SCALAR_abs && from->out == first && trace->run[from->a].n == count;
}

/* Does [op] undo what made the run of cells, all at once or one by one (record_logs)? What that was done
 * to, in *form. */
static bool undoes_run(Session *session, Trace *trace, Scalar op, uint32_t first, uint32_t count, bool squares, Run *form) {
  const Step *from = producer_of(trace, first);
  bool whole = from && from->out == first && (from->op == STEP_VECTOR || from->op == STEP_GATHER) && trace->run[from->a].n == count;
  if (!whole) return false;
  *form = trace->run[from->a];
  if (from->op == STEP_VECTOR) return is_undone(op, from->detail, squares);
  uint32_t *cell = scratch(session, count * sizeof(uint32_t));
  for (uint32_t i = 0; i < count; i++) {
    const Step *one = producer_of(trace, trace->pool[form->a + i]);
    if (!one || !is_undone(op, one->op, squares)) return false;
    cell[i] = one->a;
  }
  form->a = trace_gather(trace, cell, count);
  form->a_step = 1;
  return true;
}

static Value record_arrays(Session *session, Scalar op, const Side *a, const Side *b, uint32_t rows, uint32_t cols) {
  if ((size_t)rows * cols == 0) return value_array(array_new(session, rows, cols, ELEMENT_REAL));
  Value same;
  if (scalar_row[op].arguments == 2 && op != SCALAR_NEGATE && identity(session, op, a->value, b->value, &same)) {
    bool whole = same.kind == VALUE_ARRAY && value_as_array(same)->rows == rows && value_as_array(same)->cols == cols;
    if (whole) return value_keep(same);
    if (same.kind == VALUE_NUMBER) {
      Array *filled = array_new(session, rows, cols, ELEMENT_REAL);
      for (size_t i = 0; i < array_count(filled); i++) filled->data[i] = same.number;
      return value_array(filled);
    }
  }
  Trace *trace = trace_of(session, a->value, b->value);
  uint32_t a_step, b_step;
  uint32_t ca = side_cells(session, trace, a, rows, cols, &a_step);
  uint32_t cb = side_cells(session, trace, b, rows, cols, &b_step);
  if (is_number(b->value, 2) && (op == SCALAR_POWER || op == SCALAR_pow)) op = SCALAR_MULTIPLY, cb = ca, b_step = a_step;
  const Step *from = producer_of(trace, ca);
  if (op == SCALAR_MULTIPLY && ca == cb && a_step && is_whole_abs(trace, from, ca, rows * cols)) {
    ca = cb = trace->run[from->a].a;
    a_step = b_step = trace->run[from->a].a_step;
  }
  Run form;
  if (a_step && undoes_run(session, trace, op, ca, rows * cols, ca == cb, &form)) {
    uint32_t typed = trace_vector(trace, op, rows * cols, ca, a_step, cb, b_step);
    return trace_run_value(session, trace, trace_vector(trace, SCALAR_RESTATE, rows * cols, form.a, form.a_step, typed, 1), rows, cols);
  }
  bool logs = a_step == 1 && has_wild_log(trace, op, ca, rows * cols);
  uint32_t first = logs ? record_logs(session, trace, op, ca, rows * cols) : trace_vector(trace, op, rows * cols, ca, a_step, cb, b_step);
  return trace_run_value(session, trace, first, rows, cols);
}

static _Noreturn void fail_entrywise_shapes(Session *session, const Array *a, const Array *b) {
  Report *r = failure(session, "shapes do not fit entry by entry");
  failure_argument(session, r, 0, "%u×%u", a->rows, a->cols);
  failure_argument(session, r, 1, "%u×%u", b->rows, b->cols);
  report_remark(r, "each dimension must agree or be 1");
  raise_failure(session, r);
}

static uint32_t stretched(Session *session, const Array *a, const Array *b, uint32_t x, uint32_t y) {
  if (x == y || y == 1) return x;
  if (x == 1) return y;
  fail_entrywise_shapes(session, a, b);
}

static Value apply_arrays(Session *session, Scalar op, Value a, Value b) {
  const Array *x = a.kind == VALUE_ARRAY ? value_as_array(a) : NULL;
  const Array *y = b.kind == VALUE_ARRAY ? value_as_array(b) : NULL;
  uint32_t rows = x && y ? stretched(session, x, y, x->rows, y->rows) : x ? x->rows : y->rows;
  uint32_t cols = x && y ? stretched(session, x, y, x->cols, y->cols) : x ? x->cols : y->cols;
  Side sa = side_of(&a, rows, cols), sb = side_of(&b, rows, cols);
  if (level_of(a) || level_of(b)) return record_arrays(session, op, &sa, &sb, rows, cols);
  return compute_arrays(session, op, &sa, &sb, rows, cols);
}

/* ---- everything ---- */

static Value apply_tuple(Session *session, Scalar op, Value a, Value b, bool one) {
  const Tuple *x = a.kind == VALUE_TUPLE ? (Tuple *)a.object : NULL;
  const Tuple *y = b.kind == VALUE_TUPLE && !one ? (Tuple *)b.object : NULL;
  if (x && y && x->count != y->count) fail(session, "tuples of %u and %u entries do not fit", x->count, y->count);
  Tuple *out = tuple_new(session, x ? x->count : y->count);
  out->depth = x ? x->depth : y->depth;
  for (uint32_t i = 0; i < out->count; i++)
    out->item[i] = value_elementwise(session, op, x ? x->item[i] : a, y ? y->item[i] : b);
  return value_tuple(out);
}

static Value apply_record(Session *session, Scalar op, Value a, Value b, bool one) {
  const Record *x = a.kind == VALUE_RECORD ? (Record *)a.object : NULL;
  const Record *y = b.kind == VALUE_RECORD && !one ? (Record *)b.object : NULL;
  const Record *shape = x ? x : y;
  Record *out = record_new(session);
  for (uint32_t i = 0; i < shape->count; i++) {
    const Value *other = x && y ? record_get(y, shape->name[i]) : NULL;
    if (x && y && (!other || x->count != y->count)) fail(session, "records with different fields do not fit: %s", shape->name[i]->name);
    Value left = x ? x->field[i] : a, right = x && y ? *other : y ? y->field[i] : b;
    record_set(out, shape->name[i], value_elementwise(session, op, left, right));
  }
  return value_record(out);
}

static bool is_operand(Value v) { return v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE || v.kind == VALUE_ARRAY; }

/* Ranges become arrays; what cannot be computed with is refused. Owned. */
static Value operand(Session *session, Value v, int index) {
  if (v.kind == VALUE_RANGE) return value_to_array(session, v);
  if (v.kind == VALUE_BOOLEAN || (v.kind == VALUE_ARRAY && value_as_array(v)->element == ELEMENT_BOOLEAN))
    fail_argument(session, index, "true and false are not numbers: count them with sum, or write if … then 1 else 0");
  if (v.kind == VALUE_TUPLE && ((const Tuple *)v.object)->count == 0)
    fail_argument(session, index, "() is empty: there is nothing to compute with");
  if (is_operand(v) || value_is_complex(v) || v.kind == VALUE_TUPLE || v.kind == VALUE_RECORD) return value_keep(v);
  fail_misfit(session, index, v, "a number or an array");
}

static Value apply(Session *session, Scalar op, Value a, Value b, bool one) {
  if (a.kind == VALUE_RECORD || (!one && b.kind == VALUE_RECORD)) return apply_record(session, op, a, b, one);
  if (a.kind == VALUE_TUPLE || (!one && b.kind == VALUE_TUPLE)) return apply_tuple(session, op, a, b, one);
  if (value_is_complex(a) || (!one && value_is_complex(b))) return complex_elementwise(session, op, a, one ? a : b);
  if (a.kind == VALUE_ARRAY || (!one && b.kind == VALUE_ARRAY)) return apply_arrays(session, op, a, one ? value_number(0) : b);
  return scalar_apply(session, op, a, b);
}

Value value_elementwise(Session *session, Scalar op, Value a, Value b) {
  bool one = scalar_row[op].arguments == 1 || op == SCALAR_NEGATE;
  if (one) b = value_number(0);
  bool plain_a = a.kind == VALUE_NUMBER || a.kind == VALUE_ACTIVE, plain_b = b.kind == VALUE_NUMBER || b.kind == VALUE_ACTIVE;
  if (plain_a && plain_b) return scalar_apply(session, op, a, b);
  Value x = operand(session, a, 0), y = operand(session, b, 1);
  Value result = apply(session, op, x, y, one);
  value_release(x);
  value_release(y);
  return result;
}
