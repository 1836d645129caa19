/* misfit.h - operands that nothing can be computed with: functions, and calls without a value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_MISFIT_H
#define MML_MISFIT_H

#include "machine/fail.h"

/* Fails: argument or operand [index] of the running operation is [value] where [expected] ("a number")
 * is wanted. Says what to type instead of a function or of a call that gave nothing. */
_Noreturn void fail_misfit(Session *session, int index, Value value, const char *expected);

/* Fails: the call that runs, or is operand [index], gave nothing, and its value is used. */
_Noreturn void fail_no_value(Session *session, int index);

#endif
