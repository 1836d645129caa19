/* norm.c - norm, dot, cov: lengths, inner products and what is made of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/argument.h"
#include "primitives/basic.h"
#include "values/operate.h"

/* ---- records and tuples, all their entries in one column ---- */

static size_t count_entries(Session *session, Value value, int index) {
  size_t count = 0;
  if (value.kind == VALUE_RECORD) {
    const Record *record = (const Record *)value.object;
    for (uint32_t i = 0; i < record->count; i++)
      count += count_entries(session, record->field[i], index);
    return count;
  }
  if (value.kind == VALUE_TUPLE) {
    const Tuple *tuple = (const Tuple *)value.object;
    for (uint32_t i = 0; i < tuple->count; i++)
      count += count_entries(session, tuple->item[i], index);
    return count;
  }
  if (value.kind == VALUE_ARRAY) return array_count(value_as_array(value));
  char found[VALUE_DESCRIPTION];
  if (value.kind != VALUE_NUMBER && value.kind != VALUE_ACTIVE)
    fail_argument(session, index, "expected numbers, but there is %s in it",
                  value_describe(value, found));
  return 1;
}

static Value *put_entries(Value value, Value *to) {
  if (value.kind == VALUE_RECORD) {
    const Record *record = (const Record *)value.object;
    for (uint32_t i = 0; i < record->count; i++) to = put_entries(record->field[i], to);
    return to;
  }
  if (value.kind == VALUE_TUPLE) {
    const Tuple *tuple = (const Tuple *)value.object;
    for (uint32_t i = 0; i < tuple->count; i++) to = put_entries(tuple->item[i], to);
    return to;
  }
  if (value.kind == VALUE_ARRAY) {
    const Array *array = value_as_array(value);
    for (size_t i = 0; i < array_count(array); i++) *to++ = array_entry(array, i);
    return to;
  }
  *to++ = value;
  return to;
}

/* The numbers of an argument as an array: of a record or tuple, all of them. */
static Value entries_of(Session *session, Value value, int index) {
  if (value.kind != VALUE_RECORD && value.kind != VALUE_TUPLE)
    return basic_counted(session, basic_array(session, value, index));
  size_t count = count_entries(session, value, index);
  Value *entry = scratch(session, (count + 1) * sizeof *entry);
  put_entries(value, entry);
  return array_from_numbers(session, entry, count, 1);
}

/* ---- norm ---- */

static double largest(const Array *array) {
  double top = 0;
  for (size_t i = 0; i < array_count(array); i++) top = max(top, fabs(array->data[i]));
  return top;
}

/* (sum |x|^p)^(1/p), the entries divided by the largest first so that no power overflows. */
static Value norm_power(Session *session, Value array, double p) {
  double top = largest(value_as_array(array));
  if (top == 0) {
    Value zero = value_norm(session, array);
    trace_steer(session, zero, GUARD_PINS);
    return zero;
  }
  if (!isfinite(top)) return value_number(top);
  Value x = value_elementwise(session, SCALAR_abs, array, array);
  x = basic_replace(x, value_elementwise(session, SCALAR_DIVIDE, x, value_number(top)));
  x = basic_replace(x, value_elementwise(session, SCALAR_POWER, x, value_number(p)));
  Value root = value_elementwise(session, SCALAR_POWER, value_sum(session, x), value_number(1 / p));
  value_release(x);
  return value_elementwise(session, SCALAR_MULTIPLY, root, value_number(top));
}

static Value norm_largest(Session *session, Value array) {
  Value x = value_elementwise(session, SCALAR_abs, array, array), top = value_number(0);
  const Array *entries = value_as_array(x);
  for (size_t i = 0; i < array_count(entries); i++)
    top = i ? value_elementwise(session, SCALAR_max, top, array_entry(entries, i))
            : array_entry(entries, 0);
  value_release(x);
  return top;
}

static _Noreturn void fail_matrix_norm(Session *session, double p) {
  char text[64];
  failure_text(session, 0, text, sizeof text);
  Report *report = failure(session, "the %g-norm of a matrix has two readings", p);
  if (p == 2) report_advise(report, "norm(%s)  (Frobenius: of its entries)", text);
  else report_advise(report, "norm(vec(%s), %g)  (of its entries)", text, p);
  if (p == 2) report_advise(report, "max(svdvals(%s))  (the most it stretches)", text);
  if (p == 1) report_advise(report, "max(sum(abs(%s), dim = 1))  (the largest column sum)", text);
  if (isinf(p)) report_advise(report, "max(sum(abs(%s), dim = 2))  (the largest row sum)", text);
  raise_failure(session, report);
}

static Value norm_of(Session *session, Value array, double p) {
  if (p == 2) return value_norm(session, array);
  if (isinf(p)) return norm_largest(session, array);
  if (p != 1) return norm_power(session, array, p);
  Value x = value_elementwise(session, SCALAR_abs, array, array);
  return basic_replace(x, value_sum(session, x));
}

/* The norm of every column (dim = 1, a row) or of every row (dim = 2, a column). */
static Value norm_along(Session *session, const Array *a, int dim, double p) {
  size_t lines = dim == 1 ? a->cols : a->rows, length = dim == 1 ? a->rows : a->cols;
  Value *norm = scratch(session, (lines + 1) * sizeof(Value));
  for (size_t i = 0; i < lines; i++) {
    size_t first = dim == 1 ? i : i * a->cols, step = dim == 1 ? a->cols : 1;
    Value line = value_array(basic_slice(session, a, first, step, length));
    norm[i] = norm_of(session, line, p);
    value_release(line);
  }
  return dim == 1 ? array_from_numbers(session, norm, 1, lines)
                  : array_from_numbers(session, norm, lines, 1);
}

static Value norm_call(Session *session, const Arguments *arguments) {
  double p = argument_number_or(session, arguments, 1, 2);
  if (!(p >= 1))
    fail_argument(session, 1, "the p of a norm is at least 1, or inf, but it is %g", p);
  Value array = entries_of(session, arguments->argument[0], 0);
  const Array *entries = value_as_array(array);
  int dim = argument_given(arguments, 2) ? basic_dimension(session, arguments->argument[2]) : 0;
  if (dim) return basic_replace(array, norm_along(session, entries, dim, p));
  if (argument_given(arguments, 1) && entries->rows > 1 && entries->cols > 1)
    fail_matrix_norm(session, p);
  return basic_replace(array, norm_of(session, array, p));
}

/* ---- dot ---- */

/* Fields go with fields of their name, wherever they stand. */
static Value dot_of_fields(Session *session, Value a, Value b) {
  Value product = value_operate(session, OP_DOT_MULTIPLY, a, b);
  Value entries = entries_of(session, product, 0), sum = value_sum(session, entries);
  value_release(product);
  value_release(entries);
  return sum;
}

static Value dot_call(Session *session, const Arguments *arguments) {
  uint8_t kind = arguments->argument[0].kind;
  if ((kind == VALUE_TUPLE || kind == VALUE_RECORD) && arguments->argument[1].kind == kind)
    return dot_of_fields(session, arguments->argument[0], arguments->argument[1]);
  Value x = entries_of(session, arguments->argument[0], 0),
        y = entries_of(session, arguments->argument[1], 1);
  const Array *a = value_as_array(x), *b = value_as_array(y);
  bool vectors = (a->rows == 1 || a->cols == 1) && (b->rows == 1 || b->cols == 1);
  bool fits = vectors ? array_count(a) == array_count(b) : a->rows == b->rows && a->cols == b->cols;
  if (!fits) {
    Report *report = failure(session, "dot needs two vectors of the same length");
    failure_argument(session, report, 0, "%u×%u", a->rows, a->cols);
    failure_argument(session, report, 1, "%u×%u", b->rows, b->cols);
    raise_failure(session, report);
  }
  return basic_replace(x, basic_replace(y, value_dot(session, x, y)));
}

/* ---- cov ---- */

/* Every column without its mean. */
static Value centred_columns(Session *session, Value array) {
  const Array *a = value_as_array(array);
  Value *mean = scratch(session, (a->cols + 1u) * sizeof *mean);
  for (uint32_t j = 0; j < a->cols; j++) {
    Value column = value_array(basic_slice(session, a, j, a->cols, a->rows));
    mean[j] = value_operate(session, OP_DIVIDE, value_sum(session, column), value_number(a->rows));
    value_release(column);
  }
  Value row = array_from_numbers(session, mean, 1, a->cols);
  return basic_replace(row, value_elementwise(session, SCALAR_SUBTRACT, array, row));
}

static Value column_of(Session *session, Value value, int index) {
  Value array = basic_counted(session, basic_vector(session, value, index));
  const Array *a = value_as_array(array);
  return basic_replace(array, value_array(basic_slice(session, a, 0, 1, array_count(a))));
}

static double cov_freedom(Session *session, Value array, bool population) {
  uint32_t rows = value_as_array(array)->rows;
  if (rows < (population ? 1u : 2u))
    fail_argument(session, 0, "too few rows for a covariance: %u", rows);
  return population ? rows : rows - 1.0;
}

static Value cov_of_two(Session *session, const Arguments *arguments, bool population) {
  Value x = column_of(session, arguments->argument[0], 0),
        y = column_of(session, arguments->argument[1], 1);
  uint32_t rows = value_as_array(x)->rows, others = value_as_array(y)->rows;
  if (rows != others) fail_argument(session, 1, "x has %u numbers and y has %u", rows, others);
  double n = cov_freedom(session, x, population);
  x = basic_replace(x, centred_columns(session, x));
  y = basic_replace(y, centred_columns(session, y));
  Value sum = value_dot(session, x, y);
  value_release(x);
  value_release(y);
  return value_operate(session, OP_DIVIDE, sum, value_number(n));
}

static Value cov_call(Session *session, const Arguments *arguments) {
  bool population = argument_boolean_or(session, arguments, 2, false);
  if (argument_given(arguments, 1)) return cov_of_two(session, arguments, population);
  Value x = basic_counted(session, basic_array(session, arguments->argument[0], 0));
  double n = cov_freedom(session, x, population);
  x = basic_replace(x, centred_columns(session, x));
  Value turned = value_transpose(session, x);
  Value product = value_operate(session, OP_MULTIPLY, turned, x);
  value_release(turned);
  value_release(x);
  return basic_replace(product, value_operate(session, OP_DIVIDE, product, value_number(n)));
}

const Primitive norm_rows[] = {
    {"norm", "(x, p = 2, dim = 0)", norm_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The length of a vector, also written ‖x‖; norm(x, 1) and norm(x, inf) are the other norms, "
     "norm(A) of a matrix is Frobenius; dim = 1 gives the norms of the columns, dim = 2 of the "
     "rows. Of a record or tuple: over all its entries.",
     "norm([3, 4])", "5"},
    {"dot", "(a, b)", dot_call, RESULT_NUMBER, DERIVE_THROUGH, NULL, NULL,
     "The inner product of two vectors; of matrices, records and tuples over all their entries.",
     "dot([1, 2, 3], [4, 5, 6])", "32"},
    {"cov", "(x, y = x, population = false)", cov_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The covariance of two vectors, or the covariance matrix of the columns of a matrix, dividing "
     "by "
     "n - 1; population = true divides by n.",
     "cov([1, 2, 3], [2, 4, 7])", "2.5"},
};
