/* trace.h - what a function did to active inputs, written down so that it can be run again and swept
 * backwards.
 *
 * A trace is straight-line code in single-assignment form. Its memory is one row of cells, each holding
 * one double: inputs, constants, results. A scalar step reads two cells and writes one; a vector or
 * matrix step reads and writes runs of consecutive cells, so an entry of a matrix is a cell like any
 * other and indexing an active matrix costs nothing. Comparisons that steered the recording are guards:
 * a replay in which one comes out differently is not valid and says so.
 *
 * Differentiation levels nest: the trace at level k is recorded while those below it are open. A value
 * active at a lower level enters a higher trace as a parameter (a cell and the outer value).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TRACE_H
#define MML_TRACE_H

#include "calculus/scalar.h"
#include "primitives/primitive.h"
#include "syntax/ast.h"
#include "values/value.h"

/* Steps beyond the scalar operations. What a, b and the Run at [a] mean: */
typedef enum StepKind {
  STEP_VECTOR = SCALAR_COUNT, /* entrywise .detail over run.n cells */
  STEP_SUM,                   /* out = sum of cells a … a+b-1 */
  STEP_NORM,                  /* out = 2-norm of cells a … a+b-1 */
  STEP_DOT,                   /* out = sum of products of the two runs */
  STEP_PRODUCT,               /* run: C (m×n) = op(A) op(B), A m×k, B k×n; detail bit 0/1: A/B is stored transposed */
  STEP_GATHER,                /* out+i = cell pool[run.a + i], i < run.n */
  STEP_RULE,                  /* trace->rule[a] */
  STEP_GUARD,                 /* cell a  detail(Operator)  cell b  must be out, a GuardOutcome */
  STEP_KIND_COUNT
} StepKind;

/* What a guard wants; the last two are equalities with a constant, which hold. */
typedef enum GuardOutcome { GUARD_FALSE, GUARD_TRUE, GUARD_STEERS, GUARD_PINS } GuardOutcome;

typedef struct Step {
  uint16_t op, detail; /* scalar steps: detail bit 0/1 set where operand a/b is constant */
  uint32_t out, a, b;
} Step;

typedef struct Run {
  uint32_t n, a, b;
  uint32_t a_step, b_step; /* 0 repeats one cell */
  uint32_t m, k;           /* PRODUCT */
  uint32_t fixed;          /* VECTOR, DOT, PRODUCT: bit 0/1 set where all of operand a/b is constant */
} Run;

typedef struct RuleStep {
  const Rule *rule;
  uint32_t in[RULE_INPUTS], out[RULE_OUTPUTS];
  Shape in_shape[RULE_INPUTS], out_shape[RULE_OUTPUTS];
} RuleStep;

typedef struct Parameter {
  uint32_t cell;
  Value outer; /* ACTIVE at a lower level */
} Parameter;

typedef struct Seen {
  uint32_t hash, step; /* step + 1, 0 for a free place */
} Seen;

enum { TRACE_LEVELS = 16 };

typedef struct Trace {
  Object head;
  Session *session;
  uint8_t level;
  double *cell;
  uint32_t *producer; /* per cell: its step + 1, 0 for inputs and constants */
  uint32_t cell_count, cell_capacity;
  Step *step;
  const Node **origin; /* per step: the source it came from, may be NULL */
  uint32_t step_count, step_capacity;
  Run *run;
  uint32_t run_count, run_capacity;
  uint32_t *pool;
  uint32_t pool_count, pool_capacity;
  RuleStep *rule;
  uint32_t rule_count, rule_capacity;
  Parameter *parameter;
  uint32_t parameter_count, parameter_capacity;
  Array **held; /* passive arrays copied into cells, kept so that they cannot change */
  uint32_t *held_cell;
  uint32_t held_count, held_capacity;
  Seen *seen; /* scalar steps by the hash of what they do */
  uint32_t *known; /* hash of constants, cell + 1 */
  uint32_t seen_size, known_size, known_count;
  uint32_t input, input_count; /* the inputs' cells */
  const char *sloped; /* whose kinks the signs in it are the slopes of: see trace_kinks, or NULL */
  bool logs;   /* there are logarithms: see trace_replay */
  bool frozen; /* not to be run at other inputs: see trace_freeze */
  bool replayed; /* the cells are what a replay has made of the inputs in them */
  int orders; /* how many derivatives of this trace are exact: see implicit.h */
  const char *limit; /* why not all, NULL while they are */
  uint32_t long_at;  /* compaction (compact.h): from how many cells on; in which frame, of which function */
  uint32_t frame;
  const Function *f;
  struct {           /* what kink.h says of steps that were given up */
    const char *kink, *tie;
    char nan[80];
  } gone;
} Trace;

/* The run that a vector or matrix step reads; not to be looked at for other steps, whose .a is a cell. */
static inline const Run *step_run(const Trace *trace, const Step *step) {
  return step->a < trace->run_count ? &trace->run[step->a] : NULL;
}

/* An open trace at the next level, with [count] input cells holding [inputs]. Its values are active until
 * trace_close. Fails past TRACE_LEVELS. Owned. */
Trace *trace_open(Session *session, const double *inputs, uint32_t count);
void trace_close(Session *session, Trace *trace);
void trace_destroy(Trace *trace); /* frees what the object owns besides values */
static inline Value value_trace(Trace *t) { return (Value){.kind = VALUE_TRACE, .object = &t->head}; }

static inline Value trace_value(const Trace *t, uint32_t cell) {
  return (Value){.kind = VALUE_ACTIVE, .level = t->level, .slot = cell, .number = t->cell[cell]};
}

/* The run a step works on; NULL for the kinds whose .a is something else. */
static inline const Run *trace_run(const Trace *t, const Step *step) {
  bool has = step->op == STEP_VECTOR || step->op == STEP_DOT || step->op == STEP_PRODUCT || step->op == STEP_GATHER;
  return has ? &t->run[step->a] : NULL;
}

/* What is being recorded did something a guard cannot describe (drew a random number, printed, compared
 * approximately): the open traces hold for this point only and must be recorded anew elsewhere. */
void trace_freeze(Session *session);

enum {
  ORDERS_ALL = 1000,
  IMPLICIT_ORDERS = 3 /* what two recorded Newton steps at a solution are exact to */
};

/* What is recorded on the open traces from here on has exact derivatives up to this order only; [why] is
 * said to who wants more. */
void trace_limit_orders(Session *session, int orders, const char *why);
void trace_limit(Trace *trace, int orders, const char *why); /* of one trace */
extern const char trace_implicit_limit[]; /* why solutions of equations have IMPLICIT_ORDERS */

/* Recording. Each returns the first cell of the result; values are computed at once. */
uint32_t trace_constant(Trace *trace, double x);
uint32_t trace_constants(Trace *trace, const Array *array); /* a run of cells */
uint32_t trace_numbers(Trace *trace, const double *number, size_t count);
/* Gives up all cells and steps but the inputs. */
void trace_clear(Trace *trace);
/* The cell of a number, active or not, for use at this trace's level. */
uint32_t trace_cell(Trace *trace, Value number);
/* The first of consecutive cells with the array's entries; gathers them when they are scattered. */
uint32_t trace_cells(Trace *trace, const Array *array);
/* Scattered cells as a run. */
uint32_t trace_gather(Trace *trace, const uint32_t *slot, uint32_t count);
uint32_t trace_scalar(Trace *trace, Scalar op, uint32_t a, uint32_t b, unsigned constant);
uint32_t trace_vector(Trace *trace, Scalar op, uint32_t n, uint32_t a, uint32_t a_step, uint32_t b, uint32_t b_step);
uint32_t trace_sum(Trace *trace, uint32_t a, uint32_t n);
uint32_t trace_norm(Trace *trace, uint32_t a, uint32_t n);
uint32_t trace_dot(Trace *trace, uint32_t a, uint32_t b, uint32_t n);
uint32_t trace_product(Trace *trace, uint32_t a, bool a_transposed, uint32_t b, bool b_transposed, uint32_t m, uint32_t k, uint32_t n);
void trace_rule(Trace *trace, const Rule *rule, const uint32_t in[], const Shape in_shape[], uint32_t out[], const Shape out_shape[]);
void trace_guard(Trace *trace, Operator op, uint32_t a, uint32_t b, bool outcome);

/* The guard that a number which steered the recording stays what it is: a position, a number of turns
 * (GUARD_STEERS), or what a solver starts from and does not depend on (GUARD_PINS). Nothing where the
 * number is not active. */
void trace_steer(Session *session, Value number, GuardOutcome outcome);

/* Zeroes the adjoints [bar] before a sweep, but not those of large constant arrays, which no sweep reads. */
void trace_clear_adjoints(const Trace *trace, double *bar);

/* live[step] says whether the step leads to one of the outputs. UINT32_MAX outputs are skipped. */
void trace_live(const Trace *trace, const uint32_t *output, uint32_t count, bool *live);
/* The same without the steps that have no part in the derivative: what is multiplied by the constant 0, and
 * the typed form of what was restated. */
void trace_sloped(const Trace *trace, const uint32_t *output, uint32_t count, bool *live);

/* Runs the trace at other inputs. False when a guard fails (the cells are then meaningless), when a
 * logarithm became infinite, which is recorded in another form (stablelog.h), or, with a reason in *why,
 * when a rule cannot be applied. */
bool trace_replay(Trace *trace, const double *inputs, const char **why);
/* Executes one step on the cells: what recording and replay share. NULL, or why it cannot be done; a
 * failing guard is not detected here. */
const char *step_execute(Trace *trace, const Step *step);

#endif
