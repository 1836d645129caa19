/* problem.h - a minimisation put in words of the language: a function, the shape of its arguments, where
 * to start, constraints and a method; and the record that answers it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_PROBLEM_H
#define MML_PROBLEM_H

#include "calculus/objective.h"
#include "memory.h"
#include "optimise/minimise.h"
#include "values/builder.h"

#include <time.h>

typedef struct Settings {
  const char *method;    /* NULL: chosen */
  double tolerance;      /* the option tol, taken by all methods; 0: none */
  const Record *options; /* all of them, for methods written in the language; may be NULL */
  const Value *bounds;   /* the option, to become constraints; or NULL */
  size_t evaluations;    /* at most; 0: what the method takes by itself */
  unsigned long seed;    /* of methods in C that draw */
} Settings;

typedef struct Problem {
  Session *session;
  Value f;
  const Value *point;      /* shapes of the arguments, with the start's numbers */
  uint32_t count;
  const char *const *name; /* per argument, NULL in the function form */
  bool maximise;
  bool fields;             /* its one argument is a record whose fields are the variables: it has no name */
  bool started;            /* somebody said where to begin */
  Settings settings;
  Value method;              /* one written in the language, or NOTHING */
  Value constraints;       /* function of the arguments giving a tuple of differences, or NOTHING */
  const Tuple *kinds, *texts; /* per difference: 1 for an equality; how it was typed */
  const struct Box *box;      /* what the constraints bound, for a method that asks; or NULL */
} Problem;

/* What is noted of every step while a method runs. */
typedef struct Observer {
  Session *session;
  double sign;
  size_t n;
  Builder *rows; /* numbers, n + 4 per step */
  struct timespec begun;
  bool shown;
} Observer;

/* The answer from the start that the point holds, or from several when nobody said where. Owned records,
 * printed as their verdict. */
Value problem_solve(const Problem *problem);
Value problem_solve_anywhere(const Problem *problem);
/* The row of a method that is not written in the language; fails with the list of methods. */
const MinimiseMethod *problem_method(Session *session, const char *name);

/* ---- shared by the two ways to solve ---- */

double *problem_start(const Problem *problem, size_t *n);
FunctionObjective problem_function(const Problem *problem, size_t n, Observer *observer);
Observer problem_observer(const Problem *problem, size_t n);
MinimiseOptions problem_options(const Problem *problem);
/* One name per coordinate, NULL at the end; the same pointer for the entries of one argument. */
const char **problem_names(const Problem *problem, size_t n);
/* How wide the matrix is that each coordinate belongs to; 1 for numbers and vectors. */
const uint32_t *problem_columns(const Problem *problem, size_t n);
/* The name of coordinate [i] in a table, where [first] begins the run of equal names: x stays x for a
 * number; the entries of a vector w are w_1, w_2 …, those of a field p.W are p_W_1 … */
void problem_coordinate(const char *const *names, size_t first, size_t i, char out[64]);
struct MethodRun;
/* The minima that a method lists as basins: into the record as a table, and said in a line. */
void problem_basins(const Problem *problem, Record *record, const struct MethodRun *run, const char *const *names, Text *text);
/* Those of [own], and what a method says it has spent besides. */
Value problem_evaluations(const Problem *problem, const struct MethodRun *run, size_t own);
/* The steps as a table; a method's own columns stand behind the others. */
Value problem_trace(const Problem *problem, const Observer *observer, const char *const *names, const struct MethodRun *run);
/* The arguments as one value: itself, or a tuple. Takes ownership of them. */
Value problem_point(const Problem *problem, Value *argument);
/* What a solver found, in the student's terms. */
typedef struct Outcome {
  Value *argument; /* the best point */
  Value value, multipliers, active; /* owned */
  const char *kind, *reason, *method;
  const char *const *names; /* of the coordinates */
  bool converged;
  size_t iterations, evaluations;
  double gradient_norm;
  Text verdict; /* owned */
} Outcome;
/* The record that answers the problem; what the outcome owns goes into it. */
Value outcome_record(const Problem *problem, const Observer *observer, const struct MethodRun *run,
                     const Outcome *outcome);
/* Ctrl-C was pressed: puts the record of the best point into ans and ends the evaluation. */
_Noreturn void problem_interrupted(Session *session, Value record);
Value text_value(Session *session, const char *text);

/* With constraints. */
Value problem_solve_constrained(const Problem *problem);
/* The KKT conditions at the problem's start, as a record that prints them. */
Value problem_check(const Problem *problem);

/* Takes the notes from there on away and gives them back, in scratch memory. */
char *problem_notes(Session *session, size_t from);

#endif
