/* operate.c - the operators: which meaning +, *, ^ … have for the kinds and shapes they are given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/operate.h"

#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "machine/misfit.h"
#include "machine/session.h"
#include "primitives/basic.h"
#include "primitives/linear.h"
#include "values/complex.h"
#include "values/index.h"

bool value_is_active(Value a) {
  switch ((ValueKind)a.kind) {
    case VALUE_ACTIVE: return true;
    case VALUE_ARRAY: return value_as_array(a)->element == ELEMENT_ACTIVE;
    case VALUE_TUPLE:
      for (uint32_t i = 0; i < ((Tuple *)a.object)->count; i++)
        if (value_is_active(((Tuple *)a.object)->item[i])) return true;
      return false;
    case VALUE_RECORD:
      for (uint32_t i = 0; i < ((Record *)a.object)->count; i++)
        if (value_is_active(((Record *)a.object)->field[i])) return true;
      return false;
    case VALUE_COMPLEX: return value_is_active(value_as_complex(a)->real) || value_is_active(value_as_complex(a)->imaginary);
    default: return false;
  }
}

static bool is_scalar(Value v) { return v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE; }

/* An array from a range; anything else as it is. Owned. */
static Value unrange(Session *session, Value v) {
  return v.kind == VALUE_RANGE ? value_to_array(session, v) : value_keep(v);
}

/* ---- errors that teach ---- */

static void label_shapes(Session *session, Report *r, const Array *a, const Array *b) {
  failure_argument(session, r, 0, "%u×%u", a->rows, a->cols);
  failure_argument(session, r, 1, "%u×%u", b->rows, b->cols);
}

static const char *many(uint32_t count) { return count == 1 ? "" : "s"; }

static void advise_product(Session *session, Report *r, const Array *a, const Array *b) {
  char left[64], right[64];
  failure_text(session, 0, left, sizeof left);
  failure_text(session, 1, right, sizeof right);
  bool vectors = a->cols == 1 && b->cols == 1 && a->rows == b->rows;
  if (vectors) {
    report_advise(r, "dot(%s, %s)  (a number)", left, right);
    report_advise(r, "%s.*%s  (%u×1)", left, right, a->rows);
    report_advise(r, "%s*%s'  (%u×%u)", left, right, a->rows, b->rows);
    return;
  }
  if (a->rows == b->rows) report_advise(r, "%s'*%s  (%u×%u)", left, right, a->cols, b->cols);
  if (a->cols == b->cols) report_advise(r, "%s*%s'  (%u×%u)", left, right, a->rows, b->rows);
  if (a->rows == b->rows && a->cols == b->cols) report_advise(r, "%s.*%s  (entry by entry)", left, right);
}

/* x*sin(x) for a vector x is most often meant entry by entry; so the report may be at the call. */
static _Noreturn void fail_product(Session *session, const Array *a, const Array *b) {
  char left[64], right[64];
  failure_text(session, 0, left, sizeof left);
  failure_text(session, 1, right, sizeof right);
  bool vectors = a->cols == 1 && b->cols == 1 && a->rows == b->rows;
  Report *r = vectors ? failure_on_array(session, "shapes do not fit in %s * %s", left, right)
                      : failure(session, "shapes do not fit in %s * %s", left, right);
  if (!r->remark[0]) { /* at the product itself */
    label_shapes(session, r, a, b);
    report_remark(r, "%s has %u column%s, %s has %u row%s", left, a->cols, many(a->cols), right, b->rows, many(b->rows));
  }
  advise_product(session, r, a, b);
  raise_failure(session, r);
}

static _Noreturn void fail_sum(Session *session, Operator op, const Array *a, const Array *b) {
  char left[64], right[64];
  const char *sign = operator_spelling[op];
  Report *r = failure(session, "shapes do not fit in %s %s %s", failure_text(session, 0, left, sizeof left), sign,
                      failure_text(session, 1, right, sizeof right));
  label_shapes(session, r, a, b);
  bool rows = a->rows == b->rows || a->rows == 1 || b->rows == 1, cols = a->cols == b->cols || a->cols == 1 || b->cols == 1;
  if (a->rows == b->cols && a->cols == b->rows) {
    size_t length = strlen(right);
    bool turned = length > 1 && right[length - 1] == '\''; /* v' turned back is v */
    report_advise(r, "%s %s %.*s%s  (%u×%u)", left, sign, (int)(length - turned), right, turned ? "" : "'", a->rows, a->cols);
  }
  if (rows && cols) {
    report_remark(r, "stretching rows or columns is written with a dot");
    report_advise(r, "%s .%s %s", left, sign, right);
  } else {
    report_remark(r, "%s needs the same shape on both sides, or a number", sign);
  }
  raise_failure(session, r);
}

static _Noreturn void fail_dotted(Session *session, Operator dotted, Value a, Value b, const char *what) {
  char left[64], right[64];
  failure_text(session, 0, left, sizeof left);
  failure_text(session, 1, right, sizeof right);
  const Array *x = a.kind == VALUE_ARRAY ? value_as_array(a) : NULL, *y = b.kind == VALUE_ARRAY ? value_as_array(b) : NULL;
  bool stretches = !x || !y || ((x->rows == y->rows || x->rows == 1 || y->rows == 1) &&
                                (x->cols == y->cols || x->cols == 1 || y->cols == 1));
  Report *r = stretches ? failure_on_array(session, "%s", what) : failure(session, "%s", what);
  if (!stretches) label_shapes(session, r, x, y);
  if (x && y && dotted == OP_DOT_DIVIDE && y->rows == y->cols && x->cols == y->rows)
    report_advise(r, "%s*inv(%s)", left, right);
  if (stretches) report_advise(r, "%s %s %s  (entry by entry)", left, operator_spelling[dotted], right);
  raise_failure(session, r);
}

/* ---- products ---- */

/* Is this active array the transpose of a run of cells? Then no cell needs to move. */
static bool is_transposed_run(const Array *a) {
  if (a->rows < 2 || a->cols < 2) return false;
  for (uint32_t i = 0; i < a->rows; i++)
    for (uint32_t j = 0; j < a->cols; j++)
      if (a->slot[(size_t)i * a->cols + j] != a->slot[0] + j * a->rows + i) return false;
  return true;
}

static uint32_t product_cells(Trace *trace, const Array *a, bool *transposed) {
  *transposed = a->element == ELEMENT_ACTIVE && a->level == trace->level && is_transposed_run(a);
  return *transposed ? a->slot[0] : trace_cells(trace, a);
}

static int array_level(const Array *a) { return a->element == ELEMENT_ACTIVE ? a->level : 0; }

static Trace *product_trace(Session *session, const Array *a, const Array *b) {
  int level = array_level(a) > array_level(b) ? array_level(a) : array_level(b);
  return session->trace[level];
}

static Value product_active(Session *session, const Array *a, const Array *b) {
  Trace *trace = product_trace(session, a, b);
  if (a->rows == 1 && b->cols == 1) {
    if (a->cols == 0) return value_number(0);
    return trace_value(trace, trace_dot(trace, trace_cells(trace, a), trace_cells(trace, b), a->cols));
  }
  bool at, bt;
  uint32_t ca = product_cells(trace, a, &at), cb = product_cells(trace, b, &bt);
  uint32_t first = trace_product(trace, ca, at, cb, bt, a->rows, a->cols, b->cols);
  return trace_run_value(session, trace, first, a->rows, b->cols);
}

/* Below this many multiplications a loop beats the call into BLAS. */
enum { PRODUCT_BY_LOOP = 64 };

static void product_passive(const Array *a, const Array *b, double *c) {
  size_t m = a->rows, k = a->cols, n = b->cols;
  if (m * k * n <= PRODUCT_BY_LOOP || k == 0) {
    for (size_t i = 0; i < m; i++)
      for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t l = 0; l < k; l++) sum += a->data[i * k + l] * b->data[l * n + j];
        c[i * n + j] = sum;
      }
  } else if (n == 1) {
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)m, (int)k, 1, a->data, (int)k, b->data, 1, 0, c, 1);
  } else {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1, a->data, (int)k, b->data, (int)n, 0, c, (int)n);
  }
}

static Value product(Session *session, const Array *a, const Array *b) {
  if (a->cols != b->rows) fail_product(session, a, b);
  if (array_level(a) || array_level(b)) return product_active(session, a, b);
  if (a->rows == 1 && b->cols == 1) {
    double c;
    product_passive(a, b, &c);
    return value_number(c);
  }
  Array *c = array_new(session, a->rows, b->cols, ELEMENT_REAL);
  product_passive(a, b, c->data);
  return value_array(c);
}

/* ---- powers ---- */

static Value identity_matrix(Session *session, uint32_t n) {
  Array *eye = array_zeros(session, n, n);
  for (uint32_t i = 0; i < n; i++) eye->data[(size_t)i * n + i] = 1;
  return value_array(eye);
}

static void replace(Value *variable, Value value) {
  value_release(*variable);
  *variable = value;
}

/* A^k by squaring. */
static Value matrix_power(Session *session, Value a, double exponent) {
  uint32_t n = value_as_array(a)->rows;
  Value base = value_keep(a);
  if (exponent < 0) {
    value_release(base);
    rule_apply(session, &rule_inv, &a, &base);
  }
  Value result = value_nothing();
  for (uint64_t k = (uint64_t)fabs(exponent); k; k >>= 1) {
    if (k & 1) replace(&result, result.kind == VALUE_NOTHING ? value_keep(base) : value_operate(session, OP_MULTIPLY, result, base));
    if (k > 1) replace(&base, value_operate(session, OP_MULTIPLY, base, base));
  }
  value_release(base);
  return result.kind == VALUE_NOTHING ? identity_matrix(session, n) : result;
}

static Value array_power(Session *session, Value a, Value b) {
  if (a.kind != VALUE_ARRAY) fail_dotted(session, OP_DOT_POWER, a, b, "a number to the power of an array is not defined");
  const Array *x = value_as_array(a);
  if (b.kind == VALUE_ACTIVE) fail_argument(session, 1, "the power of a matrix must be a fixed whole number");
  if (b.kind != VALUE_NUMBER) fail_dotted(session, OP_DOT_POWER, a, b, "an array to the power of an array is not defined");
  if (x->rows != x->cols) {
    char text[64];
    Report *r = failure_on_array(session, "only square matrices have powers, this is %u×%u", x->rows, x->cols);
    failure_text(session, 0, text, sizeof text);
    if (b.number == -1) report_advise(r, "pinv(%s)  (the pseudo-inverse)", text);
    report_advise(r, "%s.^%.15g  (entry by entry)", text, b.number);
    if (x->cols == 1 && b.number == 2) report_advise(r, "dot(%s, %s)", text, text);
    raise_failure(session, r);
  }
  if (b.number != floor(b.number)) fail_argument(session, 1, "the power of a matrix must be a whole number, found %g", b.number);
  if (fabs(b.number) > 1e9) fail_argument(session, 1, "the power of a matrix may be at most 1e9, found %g", b.number);
  return matrix_power(session, a, b.number);
}

/* ---- the operators ---- */

static bool is_mask(Value v) {
  return v.kind == VALUE_BOOLEAN || (v.kind == VALUE_ARRAY && value_as_array(v)->element == ELEMENT_BOOLEAN);
}

/* True and false as 1 and 0. Owned. */
static Value counted(Session *session, Value v) {
  return v.kind == VALUE_BOOLEAN ? value_number(v.number) : basic_counted(session, value_keep(v));
}

/* The product of masks is the mask of what both take: a .< v .< b. */
static Value mask_product(Session *session, Value a, Value b) {
  Value x = counted(session, a), y = counted(session, b);
  Value both = value_elementwise(session, SCALAR_MULTIPLY, x, y);
  value_release(x);
  value_release(y);
  if (both.kind == VALUE_NUMBER) return value_boolean(both.number != 0);
  value_as_array(both)->element = ELEMENT_BOOLEAN;
  return both;
}

static const uint8_t scalar_of[OPERATOR_COUNT] = {
    [OP_ADD] = SCALAR_ADD, [OP_SUBTRACT] = SCALAR_SUBTRACT, [OP_MULTIPLY] = SCALAR_MULTIPLY,
    [OP_DIVIDE] = SCALAR_DIVIDE, [OP_POWER] = SCALAR_POWER, [OP_DOT_ADD] = SCALAR_ADD,
    [OP_DOT_SUBTRACT] = SCALAR_SUBTRACT, [OP_DOT_MULTIPLY] = SCALAR_MULTIPLY,
    [OP_DOT_DIVIDE] = SCALAR_DIVIDE, [OP_DOT_POWER] = SCALAR_POWER,
};

Scalar operator_scalar(Operator op) { return (Scalar)scalar_of[op]; }

static Value operate_on_arrays(Session *session, Operator op, Value a, Value b) {
  const Array *x = a.kind == VALUE_ARRAY ? value_as_array(a) : NULL;
  const Array *y = b.kind == VALUE_ARRAY ? value_as_array(b) : NULL;
  switch (op) {
    case OP_ADD:
    case OP_SUBTRACT:
      if (x && y && (x->rows != y->rows || x->cols != y->cols)) fail_sum(session, op, x, y);
      break;
    case OP_MULTIPLY:
      if (x && y) return product(session, x, y);
      break;
    case OP_DIVIDE:
      if (y) fail_dotted(session, OP_DOT_DIVIDE, a, b, x ? "an array cannot be divided by an array" : "a number cannot be divided by an array");
      break;
    case OP_POWER: return array_power(session, a, b);
    default: break;
  }
  return value_elementwise(session, (Scalar)scalar_of[op], a, b);
}

Value value_operate(Session *session, Operator op, Value a, Value b) {
  if (value_is_complex(a) || value_is_complex(b)) return complex_operate(session, op, a, b);
  if (op == OP_SOLVE) return linear_solve(session, a, b);
  if (op == OP_DOT_SOLVE) return value_elementwise(session, SCALAR_DIVIDE, b, a);
  if (op == OP_DOT_MULTIPLY && is_mask(a) && is_mask(b)) return mask_product(session, a, b);
  if (is_scalar(a) && is_scalar(b)) return value_elementwise(session, (Scalar)scalar_of[op], a, b);
  Value x = unrange(session, a), y = unrange(session, b);
  bool arrays = (x.kind == VALUE_ARRAY && (y.kind == VALUE_ARRAY || is_scalar(y))) || (is_scalar(x) && y.kind == VALUE_ARRAY);
  Value result = arrays ? operate_on_arrays(session, op, x, y) : value_elementwise(session, (Scalar)scalar_of[op], x, y);
  value_release(x);
  value_release(y);
  return result;
}

Value value_negate(Session *session, Value a) { return value_elementwise(session, SCALAR_NEGATE, a, a); }

/* ---- comparisons ---- */

static const double NEAR_TOLERANCE = 1e-9; /* ≈ is relative: enough for a hand-copied result */

static bool compare_numbers(Operator op, double a, double b) {
  switch (op) {
    case OP_LESS: case OP_DOT_LESS: return a < b;
    case OP_LESS_EQUAL: case OP_DOT_LESS_EQUAL: return a <= b;
    case OP_GREATER: case OP_DOT_GREATER: return a > b;
    case OP_GREATER_EQUAL: case OP_DOT_GREATER_EQUAL: return a >= b;
    case OP_EQUAL: case OP_DOT_EQUAL: return a == b;
    case OP_UNEQUAL: case OP_DOT_UNEQUAL: return a != b;
    default: return a == b || (isfinite(a - b) && fabs(a - b) <= NEAR_TOLERANCE * fmax(fabs(a), fabs(b)));
  }
}

/* The comparison of two numbers that a dotted one makes of two entries. */
static Operator undotted(Operator op) {
  switch (op) {
    case OP_DOT_LESS: return OP_LESS;
    case OP_DOT_LESS_EQUAL: return OP_LESS_EQUAL;
    case OP_DOT_GREATER: return OP_GREATER;
    case OP_DOT_GREATER_EQUAL: return OP_GREATER_EQUAL;
    case OP_DOT_EQUAL: return OP_EQUAL;
    case OP_DOT_UNEQUAL: return OP_UNEQUAL;
    default: return op;
  }
}

static bool compare_scalars(Session *session, Operator op, Value a, Value b) {
  bool outcome = compare_numbers(op, a.number, b.number);
  int la = a.kind == VALUE_ACTIVE ? a.level : 0, lb = b.kind == VALUE_ACTIVE ? b.level : 0;
  /* The outcome steers what is recorded at every open level, not only the operands' own. */
  for (int level = 1; level <= (la > lb ? la : lb); level++) {
    if (level != la && level != lb) continue;
    Trace *trace = session->trace[level];
    if (op == OP_NEAR) {
      trace_freeze(session); /* a tolerance band is no place for a guard */
      continue;
    }
    Value x = la > level ? value_number(a.number) : a, y = lb > level ? value_number(b.number) : b;
    trace_guard(trace, undotted(op), trace_cell(trace, x), trace_cell(trace, y), outcome);
  }
  return outcome;
}

static bool near_values(Session *session, Value a, Value b) {
  bool numeric = (is_scalar(a) || a.kind == VALUE_ARRAY || value_is_complex(a)) && (is_scalar(b) || b.kind == VALUE_ARRAY || value_is_complex(b));
  if (numeric && (value_is_complex(a) || value_is_complex(b))) return complex_near(session, a, b, NEAR_TOLERANCE);
  if (a.kind == VALUE_ARRAY && b.kind == VALUE_ARRAY) {
    const Array *x = value_as_array(a), *y = value_as_array(b);
    if (x->rows != y->rows || x->cols != y->cols) return false;
    double scale_ = 0, difference = 0;
    for (size_t i = 0; i < array_count(x); i++) {
      double d = fabs(x->data[i] - y->data[i]), size = fmax(fabs(x->data[i]), fabs(y->data[i]));
      if (isfinite(size)) scale_ = fmax(scale_, size); /* beside an infinity everything would be near */
      if (!(x->data[i] == y->data[i])) difference = d > difference || isnan(d) ? d : difference;
    }
    return difference <= NEAR_TOLERANCE * scale_;
  }
  return value_equal(a, b);
}

static bool is_member(Session *session, Value a, Value b) {
  size_t count = value_length_of_loop(session, b);
  for (size_t k = 0; k < count; k++) {
    Value element = value_element(session, b, k);
    bool equal = value_equal(value_primal(a), value_primal(element));
    value_release(element);
    if (equal) return true;
  }
  return false;
}

bool value_compare(Session *session, Operator op, Value a, Value b) {
  if (a.kind == VALUE_NOTHING) fail_no_value(session, 0);
  if (b.kind == VALUE_NOTHING) fail_no_value(session, 1);
  bool whole = !(is_scalar(a) && is_scalar(b)) || op == OP_IN;
  if (whole && session->level && (value_is_active(a) || value_is_active(b))) trace_freeze(session);
  if (op == OP_IN) return is_member(session, a, b);
  if (is_scalar(a) && is_scalar(b)) return compare_scalars(session, op, a, b);
  if (op == OP_EQUAL || op == OP_UNEQUAL || op == OP_NEAR) {
    Value x = unrange(session, a), y = unrange(session, b);
    bool equal = op == OP_NEAR ? near_values(session, x, y) : value_equal(x, y);
    value_release(x);
    value_release(y);
    return op == OP_UNEQUAL ? !equal : equal;
  }
  if (value_is_complex(a) || value_is_complex(b)) complex_fail_order(session, op);
  if (a.kind == VALUE_ARRAY || b.kind == VALUE_ARRAY) {
    char left[64], right[64], dotted[8] = ".";
    Report *r = failure_on_array(session, "arrays have no order as a whole");
    strcat(dotted, operator_spelling[op]);
    failure_text(session, 0, left, sizeof left);
    failure_text(session, 1, right, sizeof right);
    report_advise(r, "all(%s %s %s)", left, dotted, right);
    report_advise(r, "%s %s %s  (entry by entry)", left, dotted, right);
    raise_failure(session, r);
  }
  char x[VALUE_DESCRIPTION], y[VALUE_DESCRIPTION];
  fail(session, "cannot compare %s with %s", value_describe(a, x), value_describe(b, y));
}

static Value compare_arrays(Session *session, Operator op, Value a, Value b) {
  const Array *x = a.kind == VALUE_ARRAY ? value_as_array(a) : NULL, *y = b.kind == VALUE_ARRAY ? value_as_array(b) : NULL;
  const Array *shape = x ? x : y;
  if (x && y && (x->rows != y->rows || x->cols != y->cols)) {
    Report *r = failure(session, "shapes do not fit in an entry by entry comparison");
    label_shapes(session, r, x, y);
    raise_failure(session, r);
  }
  Array *out = array_new(session, shape->rows, shape->cols, ELEMENT_BOOLEAN);
  for (size_t i = 0; i < array_count(out); i++) {
    Value left = x ? array_entry(x, i) : a, right = y ? array_entry(y, i) : b;
    out->data[i] = compare_scalars(session, op, left, right);
  }
  return value_array(out);
}

Value value_compare_each(Session *session, Operator op, Value a, Value b) {
  if (value_is_complex(a) || value_is_complex(b)) return complex_compare_each(session, op, a, b);
  Value x = unrange(session, a), y = unrange(session, b);
  bool fits = (x.kind == VALUE_ARRAY || is_scalar(x)) && (y.kind == VALUE_ARRAY || is_scalar(y));
  if (!fits) {
    char left[VALUE_DESCRIPTION], right[VALUE_DESCRIPTION];
    fail(session, "cannot compare %s with %s entry by entry", value_describe(x, left), value_describe(y, right));
  }
  Value result = x.kind == VALUE_ARRAY || y.kind == VALUE_ARRAY ? compare_arrays(session, op, x, y)
                                                                 : value_boolean(compare_scalars(session, op, x, y));
  value_release(x);
  value_release(y);
  return result;
}

/* ---- sums, norms, dot products, transposes ---- */

static Value transpose_part(Session *session, Value part, const void *context) {
  (void)context;
  return value_transpose(session, part);
}

Value value_transpose(Session *session, Value a) {
  if (is_scalar(a)) return a;
  if (value_is_complex(a)) return complex_map(session, a, transpose_part, NULL);
  if (a.kind != VALUE_ARRAY && a.kind != VALUE_RANGE) {
    char text[VALUE_DESCRIPTION];
    fail(session, "only arrays have a transpose, this is %s", value_describe(a, text));
  }
  Value whole = unrange(session, a);
  const Array *x = value_as_array(whole);
  Array *t = array_new(session, x->cols, x->rows, (Element)x->element);
  t->level = x->level;
  for (uint32_t i = 0; i < x->rows; i++)
    for (uint32_t j = 0; j < x->cols; j++) {
      size_t from = (size_t)i * x->cols + j, to = (size_t)j * x->rows + i;
      t->data[to] = x->data[from];
      if (x->slot) t->slot[to] = x->slot[from];
    }
  value_release(whole);
  return value_array(t);
}

Value value_sum(Session *session, Value a) {
  if (is_scalar(a)) return a;
  const Array *x = value_as_array(a);
  size_t count = array_count(x);
  if (count && x->element == ELEMENT_ACTIVE) {
    Trace *trace = session->trace[x->level];
    return trace_value(trace, trace_sum(trace, trace_cells(trace, x), (uint32_t)count));
  }
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += x->data[i];
  return value_number(sum);
}

Value value_norm(Session *session, Value a) {
  if (is_scalar(a)) return value_elementwise(session, SCALAR_abs, a, a);
  const Array *x = value_as_array(a);
  size_t count = array_count(x);
  if (count && x->element == ELEMENT_ACTIVE) {
    Trace *trace = session->trace[x->level];
    return trace_value(trace, trace_norm(trace, trace_cells(trace, x), (uint32_t)count));
  }
  return value_number(cblas_dnrm2((int)count, x->data, 1));
}

Value value_dot(Session *session, Value a, Value b) {
  if (is_scalar(a) && is_scalar(b)) return value_operate(session, OP_MULTIPLY, a, b);
  const Array *x = value_as_array(a), *y = value_as_array(b);
  size_t count = array_count(x);
  if (count && (array_level(x) || array_level(y))) {
    Trace *trace = product_trace(session, x, y);
    return trace_value(trace, trace_dot(trace, trace_cells(trace, x), trace_cells(trace, y), (uint32_t)count));
  }
  return value_number(cblas_ddot((int)count, x->data, 1, y->data, 1));
}
