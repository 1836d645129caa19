/* advice.h - what to type instead, made of the trees of the running call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_ADVICE_H
#define MML_ADVICE_H

#include "machine/fail.h"

/* The running call with argument [index] replaced: "integrate(x -> x^2, 0, 1)". */
void advise_argument(Session *session, Report *report, int index, const char *replacement);

/* The running call with another function's name. */
void advise_callee(Session *session, Report *report, const char *name);

/* sum(A, axis = 1): moves the report to that argument and offers name = its value. */
void advise_named(Session *session, Report *report, const Symbol *given, const char *name);

/* zeros((2, 3)) without the inner brackets. */
void advise_spread(Session *session, Report *report, int index);

/* The same with argument [index] as a function of the first variable in it; nothing if it has none.
 */
void advise_function(Session *session, Report *report, int index);

/* f + g as x -> f(x) + g(x), where the running operation has functions of one number as operands.
 */
void advise_composition(Session *session, Report *report);

/* "x is " + x as "x is {x}". */
void advise_interpolation(Session *session, Report *report);

/* Fails: this cannot be gone over. A number is offered the range up to it. */
_Noreturn void fail_walk(Session *session, Value value, int index);

/* v[2] where v is a variable of argmin … over v without a shape: over v in R^2. */
void advise_shape(Session *session, Report *report);

#endif
