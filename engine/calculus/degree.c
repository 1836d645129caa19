/* degree.c - degrees of cells, from the inputs' 1 to the output.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/degree.h"

#include <string.h>

#include "machine/session.h"

static int most(int a, int b) { return a > b ? a : b; }
static int sum(int a, int b) { return a + b < DEGREE_MANY ? a + b : DEGREE_MANY; }

static int largest(const uint8_t *degree, uint32_t first, uint32_t count) {
  int found = 0;
  for (uint32_t i = 0; i < count; i++) found = most(found, degree[first + i]);
  return found;
}

/* Of a power with a constant exponent. */
static int raised(int base, double exponent) {
  if (exponent == 1 || (exponent == 2 && base)) return exponent == 1 ? base : sum(base, base);
  return exponent == 0 ? 0 : DEGREE_MANY;
}

/* Of an operation on two numbers of degrees a and b, the second of which is y if it is constant. */
static int of_scalar(unsigned op, int a, int b, double y) {
  if (!a && (!b || scalar_row[op].arguments < 2)) return 0;
  switch (op) {
  case SCALAR_ADD: case SCALAR_SUBTRACT: return most(a, b);
  case SCALAR_NEGATE: return a;
  case SCALAR_MULTIPLY: return sum(a, b);
  case SCALAR_DIVIDE: return b ? DEGREE_MANY : a;
  case SCALAR_POWER: case SCALAR_pow: return b ? DEGREE_MANY : raised(a, y);
  default: return DEGREE_MANY;
  }
}

static void set_vector(const Trace *t, const Step *step, const Run *run, uint8_t *degree) {
  for (uint32_t i = 0; i < run->n; i++) {
    uint32_t a = run->a + i * run->a_step, b = run->b + i * run->b_step;
    degree[step->out + i] = (uint8_t)of_scalar(step->detail, degree[a], degree[b], t->cell[b]);
  }
}

static void set_rule(const Trace *t, const Step *step, uint8_t *degree) {
  const RuleStep *rule = &t->rule[step->a];
  int found = 0;
  for (int i = 0; i < rule->rule->inputs; i++)
    found = most(found, largest(degree, rule->in[i], rule->in_shape[i].rows * rule->in_shape[i].cols));
  memset(degree + step->out, found ? DEGREE_MANY : 0, step->b);
}

static void set_dot(const Step *step, const Run *run, uint8_t *degree) {
  int found = 0;
  for (uint32_t i = 0; i < run->n; i++) found = most(found, sum(degree[run->a + i], degree[run->b + i]));
  degree[step->out] = (uint8_t)found;
}

static void set_degrees(const Trace *t, const Step *step, uint8_t *degree) {
  const Run *run = step_run(t, step);
  switch (step->op) {
  case STEP_VECTOR: set_vector(t, step, run, degree); break;
  case STEP_SUM: degree[step->out] = (uint8_t)largest(degree, step->a, step->b); break;
  case STEP_NORM: degree[step->out] = largest(degree, step->a, step->b) ? DEGREE_MANY : 0; break;
  case STEP_DOT: set_dot(step, run, degree); break;
  case STEP_PRODUCT:
    memset(degree + step->out, sum(largest(degree, run->a, run->m * run->k), largest(degree, run->b, run->k * run->n)),
           (size_t)run->m * run->n);
    break;
  case STEP_GATHER:
    for (uint32_t i = 0; i < run->n; i++) degree[step->out + i] = degree[t->pool[run->a + i]];
    break;
  case STEP_RULE: set_rule(t, step, degree); break;
  default: degree[step->out] = (uint8_t)of_scalar(step->op, degree[step->a], degree[step->b], t->cell[step->b]);
  }
}

int trace_degree(const Trace *t, uint32_t output) {
  if (t->frozen) return DEGREE_MANY;
  for (uint32_t i = 0; i < t->step_count; i++)
    if (t->step[i].op == STEP_GUARD) return DEGREE_MANY;
  Scratch *mark = scratch_mark(t->session);
  uint8_t *degree = scratch(t->session, t->cell_count + 1);
  memset(degree, 0, t->cell_count);
  memset(degree + t->input, 1, t->input_count);
  for (uint32_t i = 0; i < t->step_count; i++) set_degrees(t, &t->step[i], degree);
  int found = degree[output];
  scratch_release(t->session, mark);
  return found;
}
