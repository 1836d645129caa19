/* stablelog.c - logarithms of what has overflowed or underflowed.
 *
 * The slope 1/x of a logarithm is 0 at an x that overflowed: without this, the derivative of
 * log(1 + e^800) would be 0 and not 1. The steps that made x are read back, and its logarithm is
 * recorded from the logarithms of its parts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/stablelog.h"

#include <math.h>

#include "primitives/basic.h"

typedef struct Reading {
  Trace *trace;
  int budget; /* cells still to be read: parts that share parts could take for ever */
  bool found; /* an exponential is among them */
} Reading;

enum { BUDGET = 4000 };

static uint32_t log_of(Reading *reading, uint32_t cell);

static uint32_t record(Reading *reading, Scalar op, uint32_t a, uint32_t b) {
  return trace_scalar(reading->trace, op, a, b, 0);
}

static bool is_constant(const Trace *trace, uint32_t cell) {
  return trace->producer[cell] == 0 && cell - trace->input >= trace->input_count;
}

static uint32_t plain_log(Reading *reading, uint32_t cell) {
  if (is_constant(reading->trace, cell)) return trace_constant(reading->trace, log(reading->trace->cell[cell]));
  return record(reading, SCALAR_log, cell, cell);
}

/* log(e^p + e^q) */
static uint32_t log_of_sum(Reading *reading, uint32_t p, uint32_t q) {
  uint32_t apart = record(reading, SCALAR_SUBTRACT, q, p);
  return record(reading, SCALAR_ADD, p, record(reading, SCALAR_softplus, apart, apart));
}

/* log(e^a + e^-a) - log(2) */
static uint32_t log_of_cosh(Reading *reading, uint32_t a) {
  uint32_t twice = log_of_sum(reading, a, record(reading, SCALAR_NEGATE, a, a));
  return record(reading, SCALAR_SUBTRACT, twice, trace_constant(reading->trace, log(2)));
}

static uint32_t log_of_factorial(Reading *reading, uint32_t a) {
  uint32_t next = record(reading, SCALAR_ADD, a, trace_constant(reading->trace, 1));
  return record(reading, SCALAR_loggamma, next, next);
}

static uint32_t log_of_scalar(Reading *reading, unsigned op, uint32_t a, uint32_t b, uint32_t cell) {
  const double *c = reading->trace->cell;
  switch (op) {
    case SCALAR_exp: reading->found = true; return a;
    case SCALAR_sigmoid: reading->found = true; return record(reading, SCALAR_logsigmoid, a, a);
    case SCALAR_RESTATE: reading->found = true; return plain_log(reading, a);
    case SCALAR_gammafn: reading->found = true; return record(reading, SCALAR_loggamma, a, a);
    case SCALAR_factorial: reading->found = true; return log_of_factorial(reading, a);
    case SCALAR_cosh: reading->found = true; return log_of_cosh(reading, a);
    case SCALAR_ADD: {
      if (!(c[a] >= 0 && c[b] >= 0)) break;
      uint32_t p = log_of(reading, a), q = log_of(reading, b);
      return log_of_sum(reading, p, q);
    }
    case SCALAR_MULTIPLY:
    case SCALAR_DIVIDE: {
      if (!(c[a] >= 0 && c[b] >= 0)) break;
      uint32_t p = log_of(reading, a), q = log_of(reading, b);
      return record(reading, op == SCALAR_DIVIDE ? SCALAR_SUBTRACT : SCALAR_ADD, p, q);
    }
    case SCALAR_POWER:
    case SCALAR_pow: {
      bool even = is_constant(reading->trace, b) && fmod(c[b], 2) == 0;
      if (!(c[a] >= 0 || even)) break;
      if (isfinite(c[a]) && c[a] != 0) reading->found = true; /* e^x, x^400 */
      uint32_t p = c[a] >= 0 ? log_of(reading, a) : plain_log(reading, record(reading, SCALAR_abs, a, a));
      return record(reading, SCALAR_MULTIPLY, b, p);
    }
    default: break;
  }
  return plain_log(reading, cell);
}

/* Of e^v as a whole by logsumexp, of other sums term by term. */
static uint32_t log_of_run(Reading *reading, uint32_t first, uint32_t count) {
  Trace *t = reading->trace;
  const Step *from = t->producer[first] ? &t->step[t->producer[first] - 1] : NULL;
  const Run *run = from && from->op == STEP_VECTOR ? &t->run[from->a] : NULL;
  if (run && from->detail == SCALAR_exp && run->a_step == 1 && first + count <= from->out + run->n) {
    uint32_t in[1] = {run->a + (first - from->out)}, out[1];
    reading->found = true;
    trace_rule(t, &rule_logsumexp[0], in, &(Shape){count, 1}, out, &(Shape){1, 1});
    return out[0];
  }
  uint32_t sum = log_of(reading, first);
  for (uint32_t i = 1; i < count; i++) sum = log_of_sum(reading, sum, log_of(reading, first + i));
  return sum;
}

static uint32_t log_of(Reading *reading, uint32_t cell) {
  const Trace *t = reading->trace;
  if (t->producer[cell] == 0 || reading->budget-- <= 0) return plain_log(reading, cell);
  const Step *step = &t->step[t->producer[cell] - 1];
  if (step->op < SCALAR_COUNT) return log_of_scalar(reading, step->op, step->a, step->b, cell);
  const Run *run = step_run(t, step);
  uint32_t place = cell - step->out;
  switch (step->op) {
    case STEP_SUM: return log_of_run(reading, step->a, step->b);
    case STEP_GATHER: return log_of(reading, t->pool[run->a + place]);
    case STEP_VECTOR:
      return log_of_scalar(reading, step->detail, run->a + place * run->a_step, run->b + place * run->b_step, cell);
    default: return plain_log(reading, cell);
  }
}

uint32_t stablelog_record(Trace *trace, Scalar op, uint32_t a) {
  uint32_t typed = trace_scalar(trace, op, a, a, 0);
  if (!stablelog_applies(op, trace->cell[a])) return typed;
  Reading reading = {.trace = trace, .budget = BUDGET};
  uint32_t stable = log_of(&reading, a);
  if (!reading.found) return typed;
  double base = op == SCALAR_log10 ? log(10) : op == SCALAR_log2 ? log(2) : 1;
  if (base != 1) stable = trace_scalar(trace, SCALAR_DIVIDE, stable, trace_constant(trace, base), 2);
  return trace_scalar(trace, SCALAR_RESTATE, stable, typed, 0);
}
