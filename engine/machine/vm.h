/* vm.h - running code.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_VM_H
#define MML_VM_H

#include "machine/code.h"
#include "machine/session.h"

/* Calls any function value with borrowed arguments. Owned result (NOTHING when the body has none). */
Value machine_call(Session *session, Value function, const Value *argument, uint32_t count);
/* Runs a statement of the session. Owned result. */
Value machine_run_unit(Session *session, Prototype *unit);
/* f.(a, b): entry by entry; numbers repeat. */
Value machine_call_each(Session *session, Value function, const Value *argument, uint32_t count);

/* x': the transpose of an array, the derivative of a function. Owned. */
Value machine_prime(Session *session, Value x);

/* a, b = x: fails when x does not have as many parts as there are names. */
void machine_check_parts(Session *session, Value x, uint32_t count);

/* Writes the variables of a unit's frame back to the session: all and for good, or copies of those that
 * functions may read. */
void frame_export(Session *session, const Frame *frame, bool all);

/* w in R^3: the rows and columns an argument has, and the error when they are not those stated. */
void parameter_sizes(Session *session, Value argument, const Node *parameter, double sizes[2]);
_Noreturn void parameter_fail_size(Session *session, const Node *parameter, int dimension, double actual, double expected);

/* The number a variable holds before it is given one: a NaN no operation produces. */
double number_unset(void);
bool number_is_unset(double x);

#endif
