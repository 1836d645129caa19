/* construct.c - zeros, ones, eye, diag, linspace: arrays from a size or from a few numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/argument.h"
#include "primitives/basic.h"
#include "values/operate.h"

static size_t size_entry(Session *session, double x) {
  if (!(x >= 0 && x <= ARRAY_LARGEST) || x != floor(x))
    fail_argument(session, 0, "a size is two whole numbers from 0 up, found %g", x);
  return (size_t)x;
}

/* (n): [absent] or n columns; (m, n); or one vector, as size gives it. */
static Array *array_of_size(Session *session, const Arguments *arguments, bool square) {
  Value first = arguments->argument[0];
  bool pair = value_is_real_array(first) && array_count(value_as_array(first)) == 2;
  if (pair && !argument_given(arguments, 1)) {
    const double *size = value_as_array(first)->data;
    return array_zeros(session, size_entry(session, size[0]), size_entry(session, size[1]));
  }
  int64_t rows = argument_integer(session, arguments, 0, 0, ARRAY_LARGEST);
  int64_t cols = argument_integer_or(session, arguments, 1, 0, ARRAY_LARGEST, square ? rows : 1);
  return array_zeros(session, (size_t)rows, (size_t)cols);
}

static Value zeros_call(Session *session, const Arguments *arguments) {
  return value_array(array_of_size(session, arguments, false));
}

static Value ones_call(Session *session, const Arguments *arguments) {
  Array *array = array_of_size(session, arguments, false);
  for (size_t i = 0; i < array_count(array); i++) array->data[i] = 1;
  return value_array(array);
}

static Value eye_call(Session *session, const Arguments *arguments) {
  Array *array = array_of_size(session, arguments, true);
  for (size_t i = 0; i < array->rows && i < array->cols; i++) array->data[i * array->cols + i] = 1;
  return value_array(array);
}

/* ---- diag ---- */

static Value diagonal_matrix(Session *session, const Array *v) {
  size_t n = array_count(v);
  if (v->element != ELEMENT_ACTIVE) {
    Array *out = array_zeros(session, n, n);
    for (size_t i = 0; i < n; i++) out->data[i * n + i] = v->data[i];
    return value_array(out);
  }
  Value *entry = scratch(session, (n * n + 1) * sizeof *entry);
  for (size_t i = 0; i < n * n; i++) entry[i] = value_number(0);
  for (size_t i = 0; i < n; i++) entry[i * n + i] = array_entry(v, i);
  return array_from_numbers(session, entry, n, n);
}

static Value diag_call(Session *session, const Arguments *arguments) {
  Value given = arguments->argument[0];
  if (given.kind == VALUE_NUMBER || given.kind == VALUE_ACTIVE) return given;
  Value whole = basic_counted(session, basic_array(session, given, 0));
  const Array *a = value_as_array(whole);
  if (a->rows == 1 || a->cols == 1) return basic_replace(whole, diagonal_matrix(session, a));
  size_t count = a->rows < a->cols ? a->rows : a->cols;
  return basic_replace(whole, value_array(basic_slice(session, a, 0, a->cols + 1u, count)));
}

/* ---- linspace ---- */

/* a + k*(b - a)/(n - 1): one rounding for the fraction, so that linspace(0, 1, 11)[4] is 0.3. */
static Value linspace_call(Session *session, const Arguments *arguments) {
  Value a = arguments->argument[0], b = arguments->argument[1];
  for (int i = 0; i < 2; i++)
    if (arguments->argument[i].kind != VALUE_ACTIVE) (void)argument_number(session, arguments, i);
  int64_t n = argument_integer(session, arguments, 2, 2, ARRAY_LARGEST);
  Array *turn = array_new(session, (size_t)n, 1, ELEMENT_REAL);
  for (int64_t k = 0; k < n; k++) turn->data[k] = (double)k;
  Value x = value_array(turn), width = value_operate(session, OP_SUBTRACT, b, a);
  x = basic_replace(x, value_operate(session, OP_MULTIPLY, x, width));
  x = basic_replace(x, value_operate(session, OP_DIVIDE, x, value_number((double)(n - 1))));
  x = basic_replace(x, value_operate(session, OP_ADD, x, a));
  array_set_entry(session, value_as_array(x), (size_t)n - 1, b);
  return x;
}

const Primitive construct_rows[] = {
    {"zeros", "(m, n = 1)", zeros_call, RESULT_ARRAY, DERIVE_CONSTANT, NULL, NULL,
     "zeros(n) is a vector of zeros, zeros(m, n) a matrix; zeros(size(A)) is as large as A.",
     "zeros(3)", "[0, 0, 0]"},
    {"ones", "(m, n = 1)", ones_call, RESULT_ARRAY, DERIVE_CONSTANT, NULL, NULL,
     "ones(n) is a vector of ones, ones(m, n) a matrix; ones(size(A)) is as large as A.", "ones(3)",
     "[1, 1, 1]"},
    {"eye", "(m, n = m)", eye_call, RESULT_ARRAY, DERIVE_CONSTANT, NULL, NULL,
     "The identity matrix; eye(m, n) has ones on the diagonal of an m×n matrix.", "eye(2)*[3, 4]",
     "[3, 4]"},
    {"diag", "(A)", diag_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "Of a vector: the matrix with it on the diagonal. Of a matrix: its diagonal, a vector.",
     "diag([1, 2; 3, 4])", "[1, 4]"},
    {"linspace", "(a, b, n)", linspace_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL,
     "n numbers at equal distances from a to b, both included.", "linspace(0, 1, 5)",
     "[0, 0.25, 0.5, 0.75, 1]"},
};
