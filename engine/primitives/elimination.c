/* elimination.c - row operations and Gram-Schmidt as they are done on paper, each with what it
 * gives.
 *
 * A pivot is the entry that stands there, as on paper; rows are exchanged only where it is zero or
 * so small beside the largest below it that rounding would grow (threshold pivoting: Duff, Erisman
 * and Reid, Direct Methods for Sparse Matrices, 5.3).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/learning.h"
#include "primitives/matrix.h"
#include "primitives/steps.h"
#include "values/display.h"
#include "values/number_text.h"

enum { LINES_SHOWN = 60, MATRIX_COLUMNS = 60, ENTRIES_MOST = 400 };

static const double THRESHOLD = 0.1; /* entries grow by at most 1 + 1/THRESHOLD a step */

/* A matrix being worked on and the lines about it. */
typedef struct Reduction {
  Session *session;
  Lesson lesson;
  Array *a; /* owned */
} Reduction;

static double *row_of(const Reduction *r, size_t row) { return r->a->data + row * r->a->cols; }

static void put_fraction(double x, Text *out) { display_number(x + 0.0, NUMBER_FRACTIONS, out); }

static void put_array(Value array, Text *out) {
  display_inline(array, &(DisplayOptions){.columns = MATRIX_COLUMNS, .digits = NUMBER_FRACTIONS},
                 out);
}

/* A line: what was done, takes the text over, and the matrix now. */
static void reduction_line(Reduction *r, Text *done) {
  uint32_t row = lesson_row(&r->lesson);
  Text matrix = {0};
  for (size_t i = 0; i < array_count(r->a); i++) r->a->data[i] += 0.0;
  put_array(value_array(r->a), &matrix);
  lesson_text(&r->lesson, row, 0, done);
  lesson_text(&r->lesson, row, 1, &matrix);
  check_interrupt(r->session);
}

static void exchange(Reduction *r, size_t i, size_t k) {
  Text done = {0};
  for (size_t j = 0; j < r->a->cols; j++) {
    double x = row_of(r, i)[j];
    row_of(r, i)[j] = row_of(r, k)[j];
    row_of(r, k)[j] = x;
  }
  text_format(&done, "R%zu ↔ R%zu", i + 1, k + 1);
  reduction_line(r, &done);
}

static void divide(Reduction *r, size_t i, size_t col) {
  Text done = {0}, by = {0};
  double pivot = row_of(r, i)[col];
  if (pivot == 1) return;
  for (size_t j = 0; j < r->a->cols; j++) row_of(r, i)[j] /= pivot;
  row_of(r, i)[col] = 1;
  put_fraction(pivot, &by);
  bool bare = pivot > 0 && !strchr(by.bytes, '/');
  text_format(&done, bare ? "R%zu / %s" : "R%zu / (%s)", i + 1, by.bytes);
  text_free(&by);
  reduction_line(r, &done);
}

/* Row i less the multiple of the pivot's row that makes a zero of its entry. [tiny] is what
 * rounding leaves of a zero. */
static void subtract(Reduction *r, size_t i, size_t pivot, size_t col, double tiny) {
  Text done = {0};
  double factor = row_of(r, i)[col];
  if (factor == 0) return;
  for (size_t j = 0; j < r->a->cols; j++) {
    double *x = &row_of(r, i)[j];
    *x -= factor * row_of(r, pivot)[j];
    if (fabs(*x) <= tiny) *x = 0;
  }
  row_of(r, i)[col] = 0;
  text_format(&done, "R%zu %s ", i + 1, factor < 0 ? "+" : "-");
  if (fabs(factor) != 1) {
    put_fraction(fabs(factor), &done);
    text_string(&done, fabs(factor) == floor(fabs(factor)) ? "" : "*");
  }
  text_format(&done, "R%zu", pivot + 1);
  reduction_line(r, &done);
}

/* Where the pivot of a column is: the first row if it will do; -1 for none. */
static int64_t find_pivot(const Reduction *r, size_t row, size_t col, double tiny) {
  size_t best = row;
  for (size_t i = row + 1; i < r->a->rows; i++)
    if (fabs(row_of(r, i)[col]) > fabs(row_of(r, best)[col])) best = i;
  double largest = fabs(row_of(r, best)[col]);
  if (largest <= tiny) return -1;
  return fabs(row_of(r, row)[col]) >= THRESHOLD * largest ? (int64_t)row : (int64_t)best;
}

/* Gauss-Jordan over the first [cols] columns; returns the number of pivots. */
static size_t reduce(Reduction *r, size_t cols) {
  size_t m = r->a->rows, n = r->a->cols, row = 0;
  double tiny = (double)(m > n ? m : n) * DBL_EPSILON * matrix_norm_inf(m, n, r->a->data);
  for (size_t col = 0; col < cols && row < m; col++) {
    int64_t pivot = find_pivot(r, row, col, tiny);
    if (pivot < 0) continue;
    if ((size_t)pivot != row) exchange(r, row, (size_t)pivot);
    divide(r, row, col);
    for (size_t i = 0; i < m; i++)
      if (i != row) subtract(r, i, row, col, tiny);
    row++;
  }
  return row;
}

/* ---- what others call ---- */

/* A matrix of numbers for one that is small enough to be read. Takes ownership. */
static Array *matrix_of(Session *s, Value v) {
  char text[VALUE_DESCRIPTION];
  if (v.kind == VALUE_NUMBER) {
    Array *one = array_new(s, 1, 1, ELEMENT_REAL);
    one->data[0] = v.number;
    return one;
  }
  if (!value_is_real_array(v))
    fail(s, "steps goes through a matrix of real numbers, found %s", value_describe(v, text));
  Array *a = array_copy(s, value_as_array(v));
  if (array_count(a) > ENTRIES_MOST)
    fail(s, "steps goes through matrices of at most %d entries, this is %s", ENTRIES_MOST,
         value_describe(v, text));
  for (size_t i = 0; i < array_count(a); i++)
    if (!isfinite(a->data[i]))
      fail(s, "steps goes through finite numbers, one entry is %g", a->data[i]);
  value_release(v);
  return a;
}

/* [A, b] */
static Array *augmented(Session *s, Array *a, Array *b) {
  char text[VALUE_DESCRIPTION];
  if (a->rows != a->cols) {
    Report *r = failure(s, "elimination solves square systems, A is %s",
                        value_describe(value_array(a), text));
    report_remark(r, "A \\ b is least squares then: its normal equations are square");
    report_advise(r, "steps((A'A) \\ (A'b))");
    raise_failure(s, r);
  }
  if (a->rows != b->rows) fail(s, "A has %u rows, b has %u", a->rows, b->rows);
  Array *both = array_new(s, a->rows, a->cols + b->cols, ELEMENT_REAL);
  for (size_t i = 0; i < a->rows; i++) {
    memcpy(both->data + i * both->cols, a->data + i * a->cols, a->cols * sizeof(double));
    memcpy(both->data + i * both->cols + a->cols, b->data + i * b->cols, b->cols * sizeof(double));
  }
  return both;
}

static Array *columns_from(Session *s, const Array *a, uint32_t from) {
  Array *part = array_new(s, a->rows, a->cols - from, ELEMENT_REAL);
  for (size_t i = 0; i < a->rows; i++)
    memcpy(part->data + i * part->cols, a->data + i * a->cols + from, part->cols * sizeof(double));
  return part;
}

static Value finished(Session *s, const Lesson *lesson, Text *summary, Value result) {
  lesson_print(lesson, LINES_SHOWN, summary);
  Record *record = lesson_record(lesson, "a derivation", summary);
  record_put(s, record, "result", result);
  return value_record(record);
}

/* Of a singular system: does a row say 0 = something? */
static bool is_contradictory(const Reduction *r, size_t rank, uint32_t cols) {
  for (size_t i = rank; i < r->a->rows; i++)
    for (uint32_t j = cols; j < r->a->cols; j++)
      if (row_of(r, i)[j] != 0) return true;
  return false;
}

Value steps_of_matrix(Session *s, Value a, Value b) {
  bool solving = b.kind != VALUE_NOTHING;
  Array *given = matrix_of(s, a), *right = solving ? matrix_of(s, b) : NULL;
  uint32_t cols = given->cols;
  Reduction r = {.session = s,
                 .lesson = lesson_new(s, "operation gives"),
                 .a = solving ? augmented(s, given, right) : given};
  Text start = {0}, summary = {0};
  text_string(&start, solving ? "[A, b]" : "A");
  reduction_line(&r, &start);
  size_t rank = reduce(&r, cols);
  bool solved = solving && rank == cols;
  Array *result = solved ? columns_from(s, r.a, cols) : r.a;
  if (solving && !solved)
    text_format(&summary, "A is singular, its rank is %zu: %s", rank,
                is_contradictory(&r, rank, cols) ? "no solution" : "more than one solution");
  else {
    text_string(&summary, solving ? "x = " : "reduced form of rank ");
    if (solving) put_array(value_array(result), &summary);
    else text_format(&summary, "%zu", rank);
  }
  Value record = finished(s, &r.lesson, &summary, value_array(result));
  if (solved) value_release(value_array(r.a));
  if (solving) value_release(value_array(given)), value_release(value_array(right));
  return record;
}

/* ---- Gram-Schmidt ---- */

static Array *column_of(Session *s, const Array *a, uint32_t j) {
  Array *column = array_new(s, a->rows, 1, ELEMENT_REAL);
  for (uint32_t i = 0; i < a->rows; i++) column->data[i] = a->data[(size_t)i * a->cols + j];
  return column;
}

/* A line: what is computed, and its value. */
static void value_line(Lesson *lesson, Text *what, Value value) {
  uint32_t row = lesson_row(lesson);
  Text gives = {0};
  if (value.kind == VALUE_NUMBER) display_number(value.number + 0.0, 6, &gives);
  else display_inline(value, &(DisplayOptions){.columns = MATRIX_COLUMNS}, &gives);
  lesson_text(lesson, row, 0, what);
  lesson_text(lesson, row, 1, &gives);
}

static double length_of(const Array *v) {
  double sum = 0;
  for (size_t i = 0; i < array_count(v); i++) sum = hypot(sum, v->data[i]);
  return sum;
}

/* Takes the part along q_i off v, one after the other (the stable order). */
static double remove_part(Array *v, const Array *q, uint32_t i) {
  double product = 0;
  for (uint32_t k = 0; k < v->rows; k++) product += v->data[k] * q->data[(size_t)k * q->cols + i];
  for (uint32_t k = 0; k < v->rows; k++) v->data[k] -= product * q->data[(size_t)k * q->cols + i];
  return product;
}

static void orthogonalise(Session *s, Lesson *lesson, const Array *a, Array *q, Array *upper,
                          uint32_t j) {
  Array *v = column_of(s, a, j);
  Text what = {0}, norm = {0}, unit = {0};
  double size = length_of(v);
  text_format(&what, "v%u = a%u", j + 1, j + 1);
  for (uint32_t i = 0; i < j; i++) {
    Text part = {0};
    double product = remove_part(v, q, i);
    upper->data[(size_t)i * upper->cols + j] = product;
    text_format(&part, "r%u%u = q%u'v%u", i + 1, j + 1, i + 1, j + 1);
    value_line(lesson, &part, value_number(product));
    text_format(&what, " - r%u%u*q%u", i + 1, j + 1, i + 1);
  }
  double length = length_of(v);
  value_line(lesson, &what, value_array(v));
  if (!(length > 10 * a->rows * DBL_EPSILON * size))
    fail(s, "column %u is a combination of those before it: Gram-Schmidt ends here", j + 1);
  text_format(&norm, "r%u%u = ‖v%u‖", j + 1, j + 1, j + 1);
  value_line(lesson, &norm, value_number(length));
  upper->data[(size_t)j * upper->cols + j] = length;
  for (uint32_t k = 0; k < v->rows; k++) q->data[(size_t)k * q->cols + j] = v->data[k] /= length;
  text_format(&unit, "q%u = v%u/r%u%u", j + 1, j + 1, j + 1, j + 1);
  value_line(lesson, &unit, value_array(v));
  value_release(value_array(v));
}

Value steps_of_qr(Session *s, Value matrix) {
  Array *a = matrix_of(s, matrix);
  if (a->cols > a->rows)
    fail(s, "Gram-Schmidt needs independent columns, a %u×%u matrix has none such", a->rows,
         a->cols);
  Array *q = array_zeros(s, a->rows, a->cols), *upper = array_zeros(s, a->cols, a->cols);
  Lesson lesson = lesson_new(s, "step gives");
  for (uint32_t j = 0; j < a->cols; j++) orthogonalise(s, &lesson, a, q, upper, j);
  Text summary = {0};
  text_format(&summary, "A = Q*R, the columns of Q orthonormal: Gram-Schmidt on %u column%s",
              a->cols, a->cols == 1 ? "" : "s");
  Tuple *both = tuple_new(s, 2);
  both->item[0] = value_array(q);
  both->item[1] = value_array(upper);
  value_release(value_array(a));
  return finished(s, &lesson, &summary, value_tuple(both));
}
