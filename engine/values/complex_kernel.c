/* complex_kernel.c - the elementary functions of complex numbers: one row each.
 *
 * Plain values go through C's <complex.h>, which gets branch cuts and overflow right. Where derivatives
 * are asked for the same function is composed of real ones on the two parts, written in mml: a test
 * compares the two columns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/complex_kernel.h"

#include <complex.h>

#include "machine/lambda.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "values/complex.h"
#include "values/operate.h"

typedef struct ComplexRow {
  Scalar op;
  double complex (*value)(double complex z);
  const char *parts; /* a lambda of the real part a and the imaginary part b; NULL: no derivative */
} ComplexRow;

static double complex negated(double complex z) { return -z; }
static double complex base10(double complex z) { return clog(z) / 2.302585092994045684; }
static double complex base2(double complex z) { return clog(z) / 0.69314718055994530942; }

static const ComplexRow complex_row[] = {
    {SCALAR_NEGATE, negated, "(a, b) -> complex(-a, -b)"},
    {SCALAR_exp, cexp, "(a, b) -> complex(exp(a).*cos(b), exp(a).*sin(b))"},
    {SCALAR_log, clog, "(a, b) -> complex(log(hypot(a, b)), atan2(b, a))"},
    {SCALAR_ln, clog, "(a, b) -> complex(log(hypot(a, b)), atan2(b, a))"},
    {SCALAR_log10, base10, "(a, b) -> complex(log10(hypot(a, b)), atan2(b, a)/log(10))"},
    {SCALAR_log2, base2, "(a, b) -> complex(log2(hypot(a, b)), atan2(b, a)/log(2))"},
    {SCALAR_sqrt, csqrt, "(a, b) -> do\nr = sqrt(hypot(a, b)); t = atan2(b, a)/2\ncomplex(r.*cos(t), r.*sin(t))\nend"},
    {SCALAR_sin, csin, "(a, b) -> complex(sin(a).*cosh(b), cos(a).*sinh(b))"},
    {SCALAR_cos, ccos, "(a, b) -> complex(cos(a).*cosh(b), -sin(a).*sinh(b))"},
    {SCALAR_tan, ctan, "(a, b) -> complex(sin(a).*cosh(b), cos(a).*sinh(b))./complex(cos(a).*cosh(b), -sin(a).*sinh(b))"},
    {SCALAR_sinh, csinh, "(a, b) -> complex(sinh(a).*cos(b), cosh(a).*sin(b))"},
    {SCALAR_cosh, ccosh, "(a, b) -> complex(cosh(a).*cos(b), sinh(a).*sin(b))"},
    {SCALAR_tanh, ctanh, "(a, b) -> complex(sinh(a).*cos(b), cosh(a).*sin(b))./complex(cosh(a).*cos(b), sinh(a).*sin(b))"},
    {SCALAR_asin, casin, NULL},
    {SCALAR_acos, cacos, NULL},
    {SCALAR_atan, catan, NULL},
    {SCALAR_asinh, casinh, NULL},
    {SCALAR_acosh, cacosh, NULL},
    {SCALAR_atanh, catanh, NULL},
};

enum { COMPLEX_ROWS = sizeof complex_row / sizeof *complex_row };

/* ---- entry by entry ---- */

/* A part as it lies in memory. */
static const double *entries_of(const Value *part) {
  return part->kind == VALUE_ARRAY ? value_as_array(*part)->data : &part->number;
}

static Value part_like(Session *session, Value shape, double **entries, Value *number) {
  if (shape.kind != VALUE_ARRAY) {
    *number = value_number(0);
    *entries = &number->number;
    return *number;
  }
  Array *array = array_new(session, value_as_array(shape)->rows, value_as_array(shape)->cols, ELEMENT_REAL);
  *entries = array->data;
  return value_array(array);
}

/* Both operands of one shape in, one value out. */
static Value apply_entries(Session *session, double complex (*one)(double complex),
                           double complex (*two)(double complex, double complex), const Value a[2], const Value b[2]) {
  Value number[2], out[2];
  double *to[2];
  for (int p = 0; p < 2; p++) out[p] = part_like(session, a[0], &to[p], &number[p]);
  const double *ar = entries_of(&a[0]), *ai = entries_of(&a[1]), *br = entries_of(&b[0]), *bi = entries_of(&b[1]);
  size_t count = a[0].kind == VALUE_ARRAY ? array_count(value_as_array(a[0])) : 1;
  for (size_t k = 0; k < count; k++) {
    double complex z = CMPLX(ar[k], ai[k]), w = CMPLX(br[k], bi[k]), y = one ? one(z) : two(z, w);
    to[0][k] = creal(y);
    to[1][k] = cimag(y);
  }
  for (int p = 0; p < 2; p++)
    if (out[p].kind == VALUE_NUMBER) out[p].number = *to[p];
  return complex_new(session, out[0], out[1]);
}

/* The part stretched to the shape that [shape] has beside it. -0 is what changes no number it is added
 * to, not even 0. */
static Value stretched(Session *session, Value part, Value shape) {
  if (shape.kind != VALUE_ARRAY) return value_keep(part);
  Array *nothing = array_zeros(session, value_as_array(shape)->rows, value_as_array(shape)->cols);
  for (size_t k = 0; k < array_count(nothing); k++) nothing->data[k] = -0.0;
  Value wide = value_elementwise(session, SCALAR_ADD, part, value_array(nothing));
  value_release(value_array(nothing));
  return wide;
}

Value complex_kernel2(Session *session, double complex (*f)(double complex, double complex), Value a, Value b) {
  Value x[2], y[2], wide_x[2], wide_y[2];
  complex_split(session, a, x);
  complex_split(session, b, y);
  for (int p = 0; p < 2; p++) {
    wide_x[p] = stretched(session, x[p], y[0]);
    wide_y[p] = stretched(session, y[p], x[0]);
  }
  Value result = apply_entries(session, NULL, f, wide_x, wide_y);
  for (int p = 0; p < 2; p++) {
    value_release(x[p]);
    value_release(y[p]);
    value_release(wide_x[p]);
    value_release(wide_y[p]);
  }
  return result;
}

/* ---- elementary functions ---- */

static const ComplexRow *row_of(Scalar op) {
  for (int i = 0; i < COMPLEX_ROWS; i++)
    if (complex_row[i].op == op) return &complex_row[i];
  return NULL;
}

static _Noreturn void refuse(Session *session, Scalar op, Value z) {
  char what[VALUE_DESCRIPTION];
  Report *r = failure(session, "%s is defined for real numbers, found %s", scalar_row[op].name, value_describe(z, what));
  complex_remark(r);
  raise_failure(session, r);
}

Value complex_function(Session *session, Scalar op, Value a, Value b) {
  Value z = value_is_complex(a) ? a : b;
  const Complex *c = value_as_complex(z);
  if (op == SCALAR_abs) return value_elementwise(session, SCALAR_hypot, c->real, c->imaginary);
  const ComplexRow *row = row_of(op);
  if (!row) refuse(session, op, z);
  Value part[2] = {c->real, c->imaginary};
  if (!value_is_active(z)) return apply_entries(session, row->value, NULL, part, part);
  if (!row->parts) fail(session, "%s of a complex number has no derivative here: write it with log and sqrt", scalar_row[op].name);
  return machine_call(session, lambda_of(session, row, scalar_row[op].name, row->parts), part, 2);
}
