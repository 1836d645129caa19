/* complex.h - complex numbers and arrays: a pair of real numbers, or of real arrays of one shape.
 *
 * The parts are ordinary values, active ones too, so what is composed of operations on the parts
 * (arithmetic, products, solves, abs) has derivatives without a rule of its own. A complex value stays
 * complex whatever its imaginary part becomes: 5+0i says what it is, and real(z) takes it out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_COMPLEX_H
#define MML_COMPLEX_H

#include "calculus/scalar.h"
#include "syntax/ast.h"
#include "syntax/report.h"
#include "values/value.h"

typedef struct Complex {
  Object head;
  Value real, imaginary; /* both numbers, or both arrays of the same shape. Owned */
} Complex;

static inline bool value_is_complex(Value v) { return v.kind == VALUE_COMPLEX; }
static inline Complex *value_as_complex(Value v) { return (Complex *)v.object; }
/* A complex array (true) or number (false). */
static inline bool complex_is_array(Value z) { return value_as_complex(z)->real.kind == VALUE_ARRAY; }

/* Takes ownership of both parts: numbers, or arrays of the same shape. */
Value complex_new(Session *session, Value real, Value imaginary);
Value complex_number(Session *session, double real, double imaginary);
/* The real and the imaginary part of a number or array, complex or not; a range is an array. Owned.
 * Fails for anything else. */
void complex_split(Session *session, Value v, Value part[2]);
/* The entries of one part each, for what goes entry by entry: numbers as they are, complex ones split. */
void complex_split_entries(Session *session, const Value *entry, size_t count, Value *part[2]);

/* a op b for the arithmetic operators when one of them is complex. */
Value complex_operate(Session *session, Operator op, Value a, Value b);
/* A scalar operation entry by entry when an operand is complex: the operators, and the elementary
 * functions that have a complex meaning. Principal branches, as C's <complex.h> has them. */
Value complex_elementwise(Session *session, Scalar op, Value a, Value b);
/* Entry by entry == or !=; no other comparison is defined. */
Value complex_compare_each(Session *session, Operator op, Value a, Value b);
/* Largest difference small beside the largest modulus? The ≈ of complex values. */
bool complex_near(Session *session, Value a, Value b, double tolerance);
/* A fresh value from the real and the imaginary part, each sent through [map]. */
typedef Value (*ComplexMap)(Session *session, Value part, const void *context);
Value complex_map(Session *session, Value z, ComplexMap map, const void *context);
/* times(a, b) for a bilinear [times] on real values. */
typedef Value (*RealProduct)(Session *session, Value a, Value b);
Value complex_bilinear(Session *session, RealProduct times, Value a, Value b);
/* A function of a matrix that keeps sums and products (an inverse, a pseudo-inverse), by the real one on
 * the blocks [Re -Im; Im Re], of which the first column is the answer's parts. Owned. */
typedef Value (*RealFunction)(Session *session, Value a, const void *context);
Value complex_by_blocks(Session *session, Value z, RealFunction function, const void *context);
/* Entry k (from 0, row by row) of a complex array. */
Value complex_entry(Session *session, Value z, size_t k);
/* Adds to a refusal how a complex number is taken apart. */
void complex_remark(Report *report);
_Noreturn void complex_fail_order(Session *session, Operator op);

#endif
