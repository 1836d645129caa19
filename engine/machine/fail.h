/* fail.h - how an evaluation ends early: one report, one longjmp.
 *
 * The place is the operation that runs: the machine knows the node its current instruction came from,
 * so a builtin says only what is wrong, and with which argument.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FAIL_H
#define MML_FAIL_H

#include "syntax/report.h"
#include "values/value.h"

/* Ends the evaluation with an error at the running operation. */
_Noreturn void fail(Session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, pointing at argument [index] (from 0) of the running call or operand of the operator. */
_Noreturn void fail_argument(Session *session, int index, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* For more than a sentence: start a report at the running operation, add to it, raise it.
 *   Report *r = failure(session, "shapes do not fit in A * v");
 *   failure_argument(session, r, 0, "2×3"); failure_argument(session, r, 1, "2×1");
 *   report_remark(r, …); report_advise(r, "A'*v"); raise_failure(session, r); */
Report *failure(Session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
void failure_argument(Session *session, Report *report, int index, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Instead of an argument's number: what is called. */
enum { FAILURE_CALLEE = -2 };
/* The source text of argument [index], for advice: "A'*v". Cut to [size]. */
const char *failure_text(Session *session, int index, char *buffer, size_t size);
/* As failure(), for an operation that has no meaning for arrays. Where it stands in a function that was
 * given one, the report is at that call and offers f.(v), before what is offered for the operation. */
Report *failure_on_array(Session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void raise_failure(Session *session, Report *report);

/* A remark that is not an error, reported after the statement: "note: …". */
/* That no case of the piecewise value being computed holds. */
void note_no_case(Session *session);
void note(Session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fails with "interrupted" when Ctrl-C was pressed. Called in every long loop. */
void check_interrupt(Session *session);

/* Memory that goes with the running builtin: freed when it returns or fails. 64-byte aligned. Fails when
 * there is none. */
void *scratch(Session *session, size_t bytes);
/* Lets go of [object] by [destroy] when the running builtin returns or fails: for library objects. */
void scratch_adopt(Session *session, void *object, void (*destroy)(void *));

#endif
