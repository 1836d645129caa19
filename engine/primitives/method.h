/* method.h - methods of minimisation written in the language: found by name, called, their path read.
 *
 * A method is a function of the objective, the start and options: adagrad(f, x0, eta = 0.1). It gives
 * back the points it visited. docs/decisions/0007-methods-in-mml.md says what it may say besides.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_METHOD_H
#define MML_METHOD_H

#include "primitives/problem.h"

/* The path that a method took, in scratch memory. [extra] are the record's other columns, owned, or
 * NOTHING. */
typedef struct MethodRun {
  MinimisePath path;
  Value extra;
  bool prepended; /* the method's path began behind the start, which was put before it */
} MethodRun;

/* The user's function of that name, else the library's method; NOTHING when there is none. Borrowed. */
Value method_find(Session *session, const char *name);
/* Runs problem->method from [start] with the problem's options. */
MethodRun method_run(const Problem *problem, const double *start, size_t n);
/* Does it take the constraints of a problem? */
bool method_takes_constraints(Value method);
/* Does it ask for the box of the variables, and keep constraints, which the option bounds becomes? */
bool method_takes_bounds(Value method);
/* Calls each(context, name) for every method of the library. */
void method_each(Session *session, void (*each)(void *context, const char *name), void *context);

/* A row with its first arguments given; takes ownership of them. */
Value method_function(Session *session, const char *row, const Value *bound, uint32_t count);
/* Ctrl-C ended a search: the point is put into ans, unless its value is nan. */
void method_rescued(const Problem *problem, const double *x, double value, size_t n);
/* Notes a value of the objective with these shapes at x: the best one survives an interrupt. */
void method_remember(Session *session, const Object *shapes, Value x, double value);

enum { METHOD_ROWS_COUNT = 6 };
extern const Primitive method_rows[METHOD_ROWS_COUNT];

/* A recording of [f] was replayed at [x] instead of calling it: the objective of a running method is told. */
void method_visited(Session *s, Value f, Value x, double value);

#endif
