/* kink.c - looking for kinks among the steps of a trace.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/kink.h"

#include <math.h>
#include <string.h>

static bool near_zero(double x, double size, double tolerance) { return fabs(x) <= tolerance * fmax(1, size); }

/* What the user called: clamp is recorded as two operations. */
static const char *name_of(unsigned op) { return op == SCALAR_RAISE || op == SCALAR_LOWER ? "clamp" : scalar_row[op].name; }

static const char *kink_of(unsigned op, double a, double b, double tolerance) {
  switch (op) {
    case SCALAR_abs: case SCALAR_sign: case SCALAR_relu: return near_zero(a, 0, tolerance) ? scalar_row[op].name : NULL;
    case SCALAR_mod: return near_zero(a / b - round(a / b), fabs(a / b), tolerance) ? scalar_row[op].name : NULL;
    case SCALAR_SHARE: return near_zero(b, 0, tolerance) ? "norm" : NULL; /* the slope of a length */
    case SCALAR_max: case SCALAR_min: case SCALAR_RAISE: case SCALAR_LOWER: return near_zero(a - b, fabs(a), tolerance) ? name_of(op) : NULL;
    case SCALAR_floor: case SCALAR_ceil: return near_zero(a - round(a), fabs(a), tolerance) ? scalar_row[op].name : NULL;
    case SCALAR_round: return near_zero(a - floor(a) - 0.5, fabs(a), tolerance) ? scalar_row[op].name : NULL;
    case SCALAR_POWER: case SCALAR_pow: return a == 0 && b == 0 ? "0^0" : NULL;
    case SCALAR_hypot: return near_zero(fabs(a) + fabs(b), 0, tolerance) ? scalar_row[op].name : NULL;
    default: return NULL;
  }
}

bool kink_is_jump(const char *kink) {
  static const char *const jump[] = {"sign", "floor", "ceil", "round", "mod", "0^0"};
  for (size_t i = 0; i < sizeof jump / sizeof *jump; i++)
    if (strcmp(kink, jump[i]) == 0) return true;
  return false;
}

const char *scalar_kink(unsigned op, double a, double b) { return kink_of(op, a, b, 0); }

/* The extremes of whole arrays: a kink where several entries share the extreme. */
static const char *rule_kink(const Trace *t, const RuleStep *step, const double *bar, double tolerance) {
  bool extreme = strcmp(step->rule->name, "max") == 0 || strcmp(step->rule->name, "min") == 0;
  if (!extreme || bar[step->out[0]] == 0) return NULL;
  uint32_t count = step->in_shape[0].rows * step->in_shape[0].cols, ties = 0;
  double value = t->cell[step->out[0]];
  for (uint32_t i = 0; i < count; i++) ties += near_zero(t->cell[step->in[0] + i] - value, fabs(value), tolerance);
  return ties > 1 ? step->rule->name : NULL;
}

static const char *vector_kink(const Trace *t, const Step *step, const double *bar, double tolerance) {
  const double *c = t->cell;
  const Run *run = &t->run[step->a];
  for (uint32_t i = 0; i < run->n; i++) {
    if (bar[step->out + i] == 0) continue;
    const char *kink = kink_of(step->detail, c[run->a + i * run->a_step], c[run->b + i * run->b_step], tolerance);
    if (kink) return kink;
  }
  return NULL;
}

static const char *step_kink(const Trace *t, const Step *step, const double *bar, double tolerance) {
  const double *c = t->cell;
  switch (step->op) {
    case STEP_VECTOR: return vector_kink(t, step, bar, tolerance);
    case STEP_RULE: return rule_kink(t, &t->rule[step->a], bar, tolerance);
    case STEP_GUARD: {
      bool equality = step->detail == OP_EQUAL || step->detail == OP_UNEQUAL;
      return !equality && near_zero(c[step->a] - c[step->b], fabs(c[step->a]), tolerance) ? "a branch" : NULL;
    }
    case STEP_NORM: return bar[step->out] != 0 && near_zero(c[step->out], 0, tolerance) ? "norm" : NULL;
    default: break;
  }
  if (step->op >= SCALAR_COUNT || bar[step->out] == 0) return NULL;
  bool twice = step->op == SCALAR_max || step->op == SCALAR_min;
  if (twice && step->a == step->b) return NULL; /* max(x, x) is x */
  return kink_of(step->op, c[step->a], c[step->b], tolerance);
}

const char *trace_kink(const Trace *t, const double *bar, double tolerance) {
  if (t->gone.kink) return t->gone.kink;
  for (uint32_t i = 0; i < t->step_count; i++) {
    const char *kink = step_kink(t, &t->step[i], bar, tolerance);
    if (kink) return kink;
  }
  return NULL;
}

static const char *kinky_name(const Trace *t, const Step *step) {
  switch (step->op == STEP_VECTOR ? step->detail : step->op) {
    case SCALAR_abs: case SCALAR_relu: case SCALAR_max: case SCALAR_min: return scalar_row[step->op == STEP_VECTOR ? step->detail : step->op].name;
    case SCALAR_sign: return t->sloped ? t->sloped : scalar_row[SCALAR_sign].name;
    case SCALAR_RAISE: case SCALAR_LOWER: return "clamp";
    default: return NULL;
  }
}

const char *trace_kinks(const Trace *t) {
  const char *found = NULL;
  for (uint32_t i = 0; i < t->step_count; i++) {
    const char *name = kinky_name(t, &t->step[i]);
    if (name && found && strcmp(name, found) != 0) return "the function";
    if (name) found = name;
  }
  return found;
}

bool trace_branches_here(const Trace *t) {
  for (uint32_t i = 0; i < t->step_count; i++)
    if (t->step[i].op == STEP_GUARD && t->cell[t->step[i].a] == t->cell[t->step[i].b]) return true;
  return false;
}

const char *trace_tie(const Trace *t) {
  if (t->gone.tie) return t->gone.tie;
  for (uint32_t i = 0; i < t->step_count; i++) {
    const Step *step = &t->step[i];
    if (step->op != STEP_GUARD || step->out == GUARD_PINS) continue;
    if (step->out == GUARD_STEERS) return "a position or a number of turns depends on what is differentiated: it counts as fixed";
    bool equal = (step->detail == OP_EQUAL && step->out) || (step->detail == OP_UNEQUAL && !step->out);
    if (equal) return "two numbers that are compared are exactly equal here: the derivative is that of the branch taken, which may hold at this point only";
  }
  return NULL;
}

static bool is_smooth(const Trace *t, const Step *step) {
  switch (step->op == STEP_VECTOR ? step->detail : step->op) {
    case SCALAR_ADD: case SCALAR_SUBTRACT: case SCALAR_MULTIPLY: case SCALAR_NEGATE: case SCALAR_exp: case SCALAR_sin:
    case SCALAR_cos: case SCALAR_sinh: case SCALAR_cosh: case SCALAR_tanh: case SCALAR_atan: case SCALAR_sigmoid:
    case SCALAR_softplus: case SCALAR_erf: case STEP_SUM: case STEP_DOT: case STEP_PRODUCT: case STEP_GATHER: return true;
    case SCALAR_DIVIDE: /* by a constant */
      return step->op != STEP_VECTOR && step->detail & 2 && t->cell[step->b] != 0;
    case SCALAR_POWER: { /* x^2, x^3 … */
      if (step->op == STEP_VECTOR) return false;
      double exponent = t->cell[step->b];
      return step->detail & 2 && exponent >= 1 && exponent == floor(exponent);
    }
    default: return false;
  }
}

bool trace_is_smooth(const Trace *t) {
  if (t->gone.kink || t->gone.tie || t->gone.nan[0]) return false;
  for (uint32_t i = 0; i < t->step_count; i++)
    if (!is_smooth(t, &t->step[i])) return false;
  return true;
}

bool trace_restates(const Trace *t) {
  for (uint32_t i = 0; i < t->step_count; i++)
    if (t->step[i].op == SCALAR_RESTATE || (t->step[i].op == STEP_RULE && strcmp(t->rule[t->step[i].a].rule->name, "log_sum_exp") == 0)) return true;
  return false;
}

/* Which side of its kink an operation is on: 1 or 2, 0 for one without. floor and round jump at every
 * whole number, so their values are compared instead. */
static int side_of(unsigned op, double a, double b) {
  switch (op) {
    case SCALAR_abs: case SCALAR_sign: case SCALAR_relu: return a < 0 ? 1 : 2;
    case SCALAR_max: case SCALAR_min: case SCALAR_RAISE: case SCALAR_LOWER: return a < b ? 1 : 2;
    default: return 0;
  }
}

typedef struct Sides {
  int seen[SCALAR_COUNT];
  double jump[SCALAR_COUNT]; /* first value of floor, ceil, round, mod's quotient */
  bool jumped[SCALAR_COUNT];
} Sides;

static const char *meet(Sides *sides, unsigned op, double a, double b) {
  sides->seen[op] |= side_of(op, a, b);
  if (sides->seen[op] == 3) return name_of(op);
  if (op != SCALAR_floor && op != SCALAR_ceil && op != SCALAR_round && op != SCALAR_mod) return NULL;
  double step = op == SCALAR_mod ? floor(a / b) : scalar_row[op].value(a, b);
  if (sides->jumped[op] && sides->jump[op] != step) return scalar_row[op].name;
  sides->jumped[op] = true;
  sides->jump[op] = step;
  return NULL;
}

const char *trace_crosses(const Trace *t, uint32_t first) {
  const double *c = t->cell;
  Sides sides = {0};
  int outcomes[OPERATOR_COUNT] = {0};
  for (uint32_t i = first; i < t->step_count; i++) {
    const Step *step = &t->step[i];
    const char *name = NULL;
    if (step->op < SCALAR_COUNT) name = meet(&sides, step->op, c[step->a], c[step->b]);
    if (step->op == STEP_GUARD && step->detail != OP_EQUAL && step->detail != OP_UNEQUAL) {
      outcomes[step->detail] |= step->out ? 1 : 2;
      if (outcomes[step->detail] == 3) return "a branch";
    }
    if (step->op == STEP_VECTOR) {
      const Run *run = &t->run[step->a];
      for (uint32_t k = 0; k < run->n && !name; k++) name = meet(&sides, step->detail, c[run->a + k * run->a_step], c[run->b + k * run->b_step]);
    }
    if (name) return name;
  }
  return NULL;
}
