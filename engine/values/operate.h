/* operate.h - the operations of the language on values of every kind, active ones included.
 *
 * All borrow their arguments and return owned values. Applied to active numbers and arrays they record
 * what they do. They fail with the shapes of both operands when those do not fit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPERATE_H
#define MML_OPERATE_H

#include "calculus/trace.h"
#include "syntax/ast.h"
#include "values/value.h"

/* What an arithmetic operator does entry by entry. */
Scalar operator_scalar(Operator op);
/* a op b for the arithmetic operators, OP_ADD … OP_DOT_POWER. */
Value value_operate(Session *session, Operator op, Value a, Value b);
/* a op b for the dotted comparisons: a boolean array (or boolean). */
Value value_compare_each(Session *session, Operator op, Value a, Value b);
/* One truth value for the plain comparisons and `in`. */
bool value_compare(Session *session, Operator op, Value a, Value b);
Value value_negate(Session *session, Value a);
/* A scalar operation on numbers, or entry by entry; equal shapes, numbers, and dimensions of size 1
 * stretch. The second operand is ignored by one-argument operations. Records and tuples field by field. */
Value value_elementwise(Session *session, Scalar op, Value a, Value b);
Value value_transpose(Session *session, Value a);
Value value_sum(Session *session, Value a);
Value value_norm(Session *session, Value a);
Value value_dot(Session *session, Value a, Value b);
/* Does any number inside belong to an open trace? */
bool value_is_active(Value a);
/* The number without its trace. */
static inline Value value_primal(Value a) { return a.kind == VALUE_ACTIVE ? value_number(a.number) : a; }


/* The active array over [rows]×[cols] consecutive cells of a trace. */
Value trace_run_value(Session *session, Trace *trace, uint32_t first, uint32_t rows, uint32_t cols);

/* Entry i (row-major, from 0) of an array as a number; active when the array is. */
Value array_entry(const Array *array, size_t i);
/* Sets it; the array must be unshared, and becomes active when the value is. */
void array_set_entry(Session *session, Array *array, size_t i, Value value);
/* A new array of [rows]×[cols] numbers, active ones allowed. */
Value array_from_numbers(Session *session, const Value *number, size_t rows, size_t cols);
/* A real array from an array, range or number; owned. Fails for others, and for active arrays keeps
 * them active (check element). */
Value value_to_array(Session *session, Value a);

/* Blocks of a literal: [rows] rows with width[i] elements each. */
Value value_blocks(Session *session, const Value *element, const uint32_t *width, uint32_t rows);

#endif
