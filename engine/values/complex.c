/* complex.c - making complex values, taking them apart, and the operators on them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/complex.h"

#include <assert.h>
#include <complex.h>
#include <math.h>

#include "machine/session.h"
#include "primitives/linear.h"
#include "values/complex_kernel.h"
#include "values/index.h"
#include "values/number_text.h"
#include "values/operate.h"

/* ---- making and taking apart ---- */

Value complex_new(Session *session, Value real, Value imaginary) {
  assert((real.kind == VALUE_ARRAY) == (imaginary.kind == VALUE_ARRAY));
  Complex *z = object_new(session, VALUE_COMPLEX, sizeof(Complex));
  z->real = real;
  z->imaginary = imaginary;
  return (Value){.kind = VALUE_COMPLEX, .object = &z->head};
}

Value complex_number(Session *session, double real, double imaginary) {
  return complex_new(session, value_number(real), value_number(imaginary));
}

static bool is_real(Value v) {
  bool numbers = v.kind == VALUE_ARRAY && value_as_array(v)->element != ELEMENT_BOOLEAN;
  return numbers || v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE || v.kind == VALUE_RANGE;
}

static Value zeros_like(Session *session, Value v) {
  if (v.kind != VALUE_ARRAY) return value_number(0);
  return value_array(array_zeros(session, value_as_array(v)->rows, value_as_array(v)->cols));
}

void complex_split(Session *session, Value v, Value part[2]) {
  if (value_is_complex(v)) {
    part[0] = value_keep(value_as_complex(v)->real);
    part[1] = value_keep(value_as_complex(v)->imaginary);
    return;
  }
  char text[VALUE_DESCRIPTION];
  if (!is_real(v)) fail(session, "expected a number or an array, found %s", value_describe(v, text));
  part[0] = v.kind == VALUE_RANGE ? value_to_array(session, v) : value_keep(v);
  part[1] = zeros_like(session, part[0]);
}

void complex_split_entries(Session *session, const Value *entry, size_t count, Value *part[2]) {
  for (int p = 0; p < 2; p++) part[p] = scratch(session, (count + 1) * sizeof(Value));
  for (size_t k = 0; k < count; k++) {
    Value pair[2];
    complex_split(session, entry[k], pair);
    part[0][k] = pair[0];
    part[1][k] = pair[1];
  }
}

static void release_parts(Value part[2]) {
  value_release(part[0]);
  value_release(part[1]);
}

Value complex_map(Session *session, Value z, ComplexMap map, const void *context) {
  Value real = map(session, value_as_complex(z)->real, context);
  return complex_new(session, real, map(session, value_as_complex(z)->imaginary, context));
}

Value complex_entry(Session *session, Value z, size_t k) {
  const Complex *c = value_as_complex(z);
  return complex_new(session, array_entry(value_as_array(c->real), k), array_entry(value_as_array(c->imaginary), k));
}

/* ---- sums and products, by parts ---- */

typedef Value (*RealOperation)(Session *session, Operator op, Value a, Value b);

static Value by_parts(Session *session, RealOperation apply, Operator op, Value a, Value b) {
  Value x[2], y[2];
  complex_split(session, a, x);
  complex_split(session, b, y);
  Value real = apply(session, op, x[0], y[0]);
  Value sum = complex_new(session, real, apply(session, op, x[1], y[1]));
  release_parts(x);
  release_parts(y);
  return sum;
}

static Value combine(Session *session, Scalar op, Value a, Value b) {
  Value result = value_elementwise(session, op, a, b);
  value_release(a);
  value_release(b);
  return result;
}

/* A real factor stays real: 0 in an imaginary part that is not there cannot meet an infinity. */
Value complex_bilinear(Session *session, RealProduct times, Value a, Value b) {
  Value x[2], y[2];
  complex_split(session, a, x);
  complex_split(session, b, y);
  Value real = times(session, x[0], y[0]), imaginary;
  if (!value_is_complex(a)) imaginary = times(session, x[0], y[1]);
  else if (!value_is_complex(b)) imaginary = times(session, x[1], y[0]);
  else {
    real = combine(session, SCALAR_SUBTRACT, real, times(session, x[1], y[1]));
    imaginary = combine(session, SCALAR_ADD, times(session, x[0], y[1]), times(session, x[1], y[0]));
  }
  release_parts(x);
  release_parts(y);
  return complex_new(session, real, imaginary);
}

static Value elementwise_operation(Session *session, Operator op, Value a, Value b) {
  return value_elementwise(session, op == OP_ADD ? SCALAR_ADD : SCALAR_SUBTRACT, a, b);
}

static Value multiply_entries(Session *session, Value a, Value b) {
  return value_elementwise(session, SCALAR_MULTIPLY, a, b);
}

static Value multiply(Session *session, Value a, Value b) { return value_operate(session, OP_MULTIPLY, a, b); }

/* ---- quotients and powers ---- */

static double complex quotient(double complex z, double complex w) { return z / w; }

/* Whole exponents by squaring: (1+2i)^2 is -3+4i to the last digit. */
static double complex whole_power(double complex z, double exponent) {
  double complex result = 1;
  for (unsigned k = (unsigned)fabs(exponent); k; k >>= 1) {
    if (k & 1) result *= z;
    z *= z;
  }
  return exponent < 0 ? 1 / result : result;
}

enum { WHOLE_POWER_LARGEST = 1024 }; /* beyond, squaring is no more exact than exp(w*log(z)) */

static bool is_small_whole(double x) { return x == floor(x) && fabs(x) <= WHOLE_POWER_LARGEST; }

static double complex power_of(double complex z, double complex w) {
  if (cimag(w) == 0 && is_small_whole(creal(w))) return whole_power(z, creal(w));
  if (z == 0 && creal(w) > 0) return 0;
  return cpow(z, w);
}

/* z/w where derivatives are asked for: z*conj(w)/|w|^2. */
static Value divide_active(Session *session, Value z, Value w) {
  const Complex *c = value_as_complex(w);
  Value opposite = value_negate(session, c->imaginary);
  Value conjugate = complex_new(session, value_keep(c->real), opposite);
  Value square = combine(session, SCALAR_ADD, multiply_entries(session, c->real, c->real),
                         multiply_entries(session, c->imaginary, c->imaginary));
  Value product = complex_bilinear(session, multiply_entries, z, conjugate);
  Value result = complex_elementwise(session, SCALAR_DIVIDE, product, square);
  value_release(conjugate);
  value_release(product);
  value_release(square);
  return result;
}

static Value divide_by_real(Session *session, Value z, Value w) {
  const Complex *c = value_as_complex(z);
  Value real = value_elementwise(session, SCALAR_DIVIDE, c->real, w);
  return complex_new(session, real, value_elementwise(session, SCALAR_DIVIDE, c->imaginary, w));
}

static Value divide_entries(Session *session, Value a, Value b) {
  if (!value_is_complex(b)) return divide_by_real(session, a, b);
  bool active = value_is_active(a) || value_is_active(b);
  return active ? divide_active(session, a, b) : complex_kernel2(session, quotient, a, b);
}

/* Where derivatives are asked for: a fixed whole exponent is a product, any other exp(w*log(z)). */
static Value power_active(Session *session, Value z, Value w) {
  if (w.kind == VALUE_NUMBER && is_small_whole(w.number)) {
    Value result = complex_number(session, 1, 0);
    for (unsigned k = (unsigned)fabs(w.number); k; k--) {
      Value next = complex_bilinear(session, multiply_entries, result, z);
      value_release(result);
      result = next;
    }
    if (w.number >= 0) return result;
    Value inverse = divide_entries(session, value_number(1), result);
    value_release(result);
    return inverse;
  }
  Value logarithm = value_elementwise(session, SCALAR_log, z, z);
  Value exponent = complex_bilinear(session, multiply_entries, w, logarithm);
  Value result = value_elementwise(session, SCALAR_exp, exponent, exponent);
  value_release(logarithm);
  value_release(exponent);
  return result;
}

static Value power_entries(Session *session, Value a, Value b) {
  bool active = value_is_active(a) || value_is_active(b);
  return active ? power_active(session, a, b) : complex_kernel2(session, power_of, a, b);
}

/* ---- solving: A x = b over the complex numbers is a real system of twice the size ---- */

static Value blocks(Session *session, const Value part[2]) {
  Value opposite = value_negate(session, part[1]);
  Value all = value_blocks(session, (Value[]){part[0], opposite, part[1], part[0]}, (uint32_t[]){2, 2}, 2);
  value_release(opposite);
  return all;
}

/* From the real over the imaginary part, in one array that is released. */
static Value unstack(Session *session, Value both, uint32_t rows, uint32_t cols) {
  if (both.kind != VALUE_ARRAY) both = value_to_array(session, both);
  Value part[2];
  for (int p = 0; p < 2; p++) {
    Value row = value_range(range_new(session, 1 + p * (double)rows, 1, (p + 1) * (double)rows));
    Value column = value_range(range_new(session, 1, 1, (double)cols));
    part[p] = value_index(session, both, (Value[]){row, column}, 2);
    value_release(row);
    value_release(column);
  }
  value_release(both);
  return complex_new(session, part[0], part[1]);
}

/* Refuses what has no entries or one that is not finite, by the places it has outside of the blocks. */
static void need_finite(Session *session, const Value part[2], int index, const char *name) {
  const Array *real = value_as_array(part[0]), *imaginary = value_as_array(part[1]);
  linear_need_entries(session, &(Shape){real->rows, real->cols}, index, name);
  for (uint32_t k = 0; k < array_count(real); k++) {
    if (isfinite(real->data[k]) && isfinite(imaginary->data[k])) continue;
    Spelling entry = complex_spell(real->data[k], imaginary->data[k], 0, 0);
    fail_argument(session, index, "%s[%u, %u] is %.*s", name, k / real->cols + 1, k % real->cols + 1,
                  entry.length, entry.bytes);
  }
}

Value complex_by_blocks(Session *session, Value z, RealFunction function, const void *context) {
  Complex *c = value_as_complex(z);
  const Value part[] = {c->real, c->imaginary};
  need_finite(session, part, 0, "A");
  Value all = blocks(session, part);
  Value result = function(session, all, context);
  value_release(all);
  assert(result.kind == VALUE_ARRAY); /* of 2n rows */
  const Array *array = value_as_array(result);
  return unstack(session, result, array->rows / 2, array->cols / 2);
}

static Value real_inverse(Session *session, Value a, const void *context) {
  (void)context;
  Value inverse;
  rule_apply(session, &rule_inv, &a, &inverse);
  return inverse;
}

static Value identity_like(Session *session, Value square) {
  uint32_t n = value_as_array(value_as_complex(square)->real)->rows;
  Array *eye = array_zeros(session, n, n);
  for (uint32_t i = 0; i < n; i++) eye->data[(size_t)i * n + i] = 1;
  return complex_new(session, value_array(eye), value_array(array_zeros(session, n, n)));
}

static Value matrix_power(Session *session, Value a, double exponent) {
  Value result = identity_like(session, a), base = value_keep(a);
  if (exponent < 0) {
    value_release(base);
    base = complex_by_blocks(session, a, real_inverse, NULL);
  }
  for (uint64_t k = (uint64_t)fabs(exponent); k; k >>= 1) {
    Value product = k & 1 ? complex_bilinear(session, multiply, result, base) : value_keep(result);
    Value square = k > 1 ? complex_bilinear(session, multiply, base, base) : value_keep(base);
    value_release(result);
    value_release(base);
    result = product;
    base = square;
  }
  value_release(base);
  return result;
}

static Value solve(Session *session, Value a, Value b) {
  Value x[2], y[2];
  complex_split(session, a, x);
  complex_split(session, b, y);
  bool arrays = x[0].kind == VALUE_ARRAY && y[0].kind == VALUE_ARRAY;
  if (!arrays) return value_operate(session, OP_SOLVE, x[0], y[0]); /* its error names what is wrong */
  const Array *matrix = value_as_array(x[0]), *sides = value_as_array(y[0]);
  Shape answer;
  rule_solve.shape(session, (Shape[]){{matrix->rows, matrix->cols}, {sides->rows, sides->cols}}, &answer);
  need_finite(session, x, 0, "A");
  need_finite(session, y, 1, "b");
  Value left = blocks(session, x), right = value_blocks(session, y, (uint32_t[]){1, 1}, 2);
  Value both = linear_solve_blocks(session, left, right);
  release_parts(x);
  release_parts(y);
  value_release(left);
  value_release(right);
  return unstack(session, both, answer.rows, answer.cols);
}

/* ---- the operators ---- */

static bool is_array(Value v) {
  return value_is_complex(v) ? complex_is_array(v) : v.kind == VALUE_ARRAY || v.kind == VALUE_RANGE;
}

/* For what is not defined: the same operation on the real parts fails for the same reason, and says it. */
static void fail_by_real_parts(Session *session, Operator op, Value a, Value b) {
  Value x[2], y[2];
  complex_split(session, a, x);
  complex_split(session, b, y);
  value_release(value_operate(session, op, x[0], y[0]));
  release_parts(x);
  release_parts(y);
}

static bool has_power(Value a, Value exponent) {
  if (!value_is_complex(a) || exponent.kind != VALUE_NUMBER) return false;
  const Array *array = value_as_array(value_as_complex(a)->real);
  return array->rows == array->cols && exponent.number == floor(exponent.number) && fabs(exponent.number) <= 1e9;
}

static Value complex_power(Session *session, Value a, Value b) {
  if (!is_array(a) && !is_array(b)) return power_entries(session, a, b);
  if (has_power(a, b)) return matrix_power(session, a, b.number);
  if (value_is_complex(b)) fail_argument(session, 1, "the power of a matrix must be a whole number");
  fail_by_real_parts(session, OP_POWER, a, b);
  return value_nothing();
}

Value complex_operate(Session *session, Operator op, Value a, Value b) {
  bool fields = a.kind == VALUE_RECORD || a.kind == VALUE_TUPLE || b.kind == VALUE_RECORD || b.kind == VALUE_TUPLE;
  if (fields && (op == OP_SOLVE || op == OP_DOT_SOLVE)) fail(session, "\\ is for arrays");
  if (fields) return value_elementwise(session, operator_scalar(op), a, b);
  switch (op) {
    case OP_ADD:
    case OP_SUBTRACT: return by_parts(session, value_operate, op, a, b);
    case OP_MULTIPLY: return complex_bilinear(session, multiply, a, b);
    case OP_DIVIDE:
      if (is_array(b)) fail_by_real_parts(session, op, a, b);
      return divide_entries(session, a, b);
    case OP_POWER: return complex_power(session, a, b);
    case OP_SOLVE: return solve(session, a, b);
    case OP_DOT_SOLVE: return divide_entries(session, b, a);
    default: return complex_elementwise(session, operator_scalar(op), a, b);
  }
}

Value complex_elementwise(Session *session, Scalar op, Value a, Value b) {
  switch (op) {
    case SCALAR_ADD: return by_parts(session, elementwise_operation, OP_ADD, a, b);
    case SCALAR_SUBTRACT: return by_parts(session, elementwise_operation, OP_SUBTRACT, a, b);
    case SCALAR_MULTIPLY:
    case SCALAR_SCALE: return complex_bilinear(session, multiply_entries, a, b);
    case SCALAR_DIVIDE: return divide_entries(session, a, b);
    case SCALAR_POWER:
    case SCALAR_pow: return power_entries(session, a, b);
    default: return complex_function(session, op, a, b);
  }
}

/* ---- comparisons ---- */

void complex_remark(Report *r) {
  report_remark(r, "real(z), imag(z), abs(z) and arg(z) take a complex z apart");
}

void complex_fail_order(Session *session, Operator op) {
  Report *r = failure(session, "complex numbers have no order: %s is not defined", operator_spelling[op]);
  complex_remark(r);
  raise_failure(session, r);
}

static Value both_hold(Session *session, bool either, Value a, Value b) {
  if (a.kind == VALUE_BOOLEAN) return value_boolean(either ? a.number != 0 || b.number != 0 : a.number != 0 && b.number != 0);
  Array *x = array_copy(session, value_as_array(a));
  const Array *y = value_as_array(b);
  for (size_t k = 0; k < array_count(x); k++)
    x->data[k] = either ? x->data[k] != 0 || y->data[k] != 0 : x->data[k] != 0 && y->data[k] != 0;
  value_release(a);
  value_release(b);
  return value_array(x);
}

Value complex_compare_each(Session *session, Operator op, Value a, Value b) {
  if (op != OP_DOT_EQUAL && op != OP_DOT_UNEQUAL) complex_fail_order(session, op);
  Value x[2], y[2];
  complex_split(session, a, x);
  complex_split(session, b, y);
  Value real = value_compare_each(session, op, x[0], y[0]);
  Value result = both_hold(session, op == OP_DOT_UNEQUAL, real, value_compare_each(session, op, x[1], y[1]));
  release_parts(x);
  release_parts(y);
  return result;
}

/* The largest modulus in a passive value; NaN when there is one inside. */
static double largest_modulus(Session *session, Value v) {
  Value part[2];
  complex_split(session, v, part);
  double largest = 0;
  size_t count = part[0].kind == VALUE_ARRAY ? array_count(value_as_array(part[0])) : 1;
  for (size_t k = 0; k < count; k++) {
    double re = part[0].kind == VALUE_ARRAY ? value_as_array(part[0])->data[k] : part[0].number;
    double im = part[1].kind == VALUE_ARRAY ? value_as_array(part[1])->data[k] : part[1].number;
    double size = hypot(re, im);
    if (size > largest || isnan(size)) largest = size;
  }
  release_parts(part);
  return largest;
}

bool complex_near(Session *session, Value a, Value b, double tolerance) {
  if (value_equal(a, b)) return true;
  if (is_array(a) != is_array(b)) return false;
  Value difference = complex_operate(session, OP_SUBTRACT, a, b);
  double apart = largest_modulus(session, difference);
  value_release(difference);
  return isfinite(apart) && apart <= tolerance * fmax(largest_modulus(session, a), largest_modulus(session, b));
}
