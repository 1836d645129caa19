/* replay.c - running the steps of a trace: one as it is recorded, or all of them at other inputs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "calculus/stablelog.h"
#include "calculus/trace.h"
#include "machine/session.h"

static void vector_execute(double *c, const Step *step, const Run *run) {
  const double *a = c + run->a, *b = c + run->b;
  double *out = c + step->out;
  size_t da = run->a_step, db = run->b_step;
#define EACH(value)                                                                                \
  for (size_t i = 0; i < run->n; i++) {                                                            \
    double x = a[i * da], y = b[i * db];                                                           \
    (void)y;                                                                                       \
    out[i] = value;                                                                                \
  }
  switch (step->detail) {
#define ARITHMETIC(name, value, dx, dy) case SCALAR_##name: EACH(value) break;
#define UNARY(name, value, derivative, low, high, example, gives, help) case SCALAR_##name: EACH(value) break;
#define BINARY(name, parameters, value, dx, dy, low, high, example, gives, help)                   \
  case SCALAR_##name: EACH(value) break;
#include "primitives/elementary.def"
    default: EACH(scalar_row[step->detail].value(x, y))
  }
#undef EACH
}

static void product_execute(double *c, const Step *step, const Run *run) {
  int m = (int)run->m, k = (int)run->k, n = (int)run->n;
  bool at = step->detail & 1, bt = step->detail & 2;
  if (m == 0 || n == 0) return;
  if (k == 0) {
    memset(c + step->out, 0, (size_t)m * (size_t)n * sizeof(double));
    return;
  }
  if (n == 1) { /* B is a vector, stored alike either way */
    cblas_dgemv(CblasRowMajor, at ? CblasTrans : CblasNoTrans, at ? k : m, at ? m : k, 1, c + run->a, at ? m : k,
                c + run->b, 1, 0, c + step->out, 1);
    return;
  }
  if (m == 1) { /* a row: y' = x' op(B) */
    cblas_dgemv(CblasRowMajor, bt ? CblasNoTrans : CblasTrans, bt ? n : k, bt ? k : n, 1, c + run->b, bt ? k : n,
                c + run->a, 1, 0, c + step->out, 1);
    return;
  }
  cblas_dgemm(CblasRowMajor, at ? CblasTrans : CblasNoTrans, bt ? CblasTrans : CblasNoTrans, m, n, k, 1,
              c + run->a, at ? m : k, c + run->b, bt ? k : n, 0, c + step->out, n);
}

static const char *rule_execute(Trace *trace, const RuleStep *step) {
  const double *in[RULE_INPUTS];
  double *out[RULE_OUTPUTS];
  for (int i = 0; i < step->rule->inputs; i++) in[i] = trace->cell + step->in[i];
  for (int i = 0; i < step->rule->outputs; i++) out[i] = trace->cell + step->out[i];
  size_t work = step->rule->work_size ? step->rule->work_size(step->in_shape) : 0;
  double *memory = work ? session_work(trace->session, work) : NULL;
  return step->rule->value(in, step->in_shape, out, step->out_shape, memory);
}

static double sum_of(const double *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i];
  return sum;
}

const char *step_execute(Trace *trace, const Step *step) {
  double *c = trace->cell;
  switch (step->op) {
    case STEP_VECTOR: vector_execute(c, step, &trace->run[step->a]); break;
    case STEP_SUM: c[step->out] = sum_of(c + step->a, step->b); break;
    case STEP_NORM: c[step->out] = cblas_dnrm2((int)step->b, c + step->a, 1); break;
    case STEP_DOT: {
      const Run *run = &trace->run[step->a];
      c[step->out] = cblas_ddot((int)run->n, c + run->a, 1, c + run->b, 1);
      break;
    }
    case STEP_PRODUCT: product_execute(c, step, &trace->run[step->a]); break;
    case STEP_GATHER: {
      const Run *run = &trace->run[step->a];
      const uint32_t *pool = trace->pool + run->a;
      for (uint32_t i = 0; i < run->n; i++) c[step->out + i] = c[pool[i]];
      break;
    }
    case STEP_RULE: return rule_execute(trace, &trace->rule[step->a]);
    case STEP_GUARD: break;
    default: c[step->out] = scalar_row[step->op].value(c[step->a], c[step->b]);
  }
  return NULL;
}

static bool guard_holds(const double *c, const Step *step) {
  double a = c[step->a], b = c[step->b];
  bool outcome = false;
  switch (step->detail) {
    case OP_LESS: outcome = a < b; break;
    case OP_LESS_EQUAL: outcome = a <= b; break;
    case OP_GREATER: outcome = a > b; break;
    case OP_GREATER_EQUAL: outcome = a >= b; break;
    case OP_EQUAL: outcome = a == b; break;
    case OP_UNEQUAL: outcome = a != b; break;
    default: assert(false && "a guard with an operator that is no comparison");
  }
  return outcome == (step->out != 0);
}

/* The scalar cases stand inline: this loop is what an optimiser spends its time in. Labels as values give
 * every operation a branch of its own to predict. */
#pragma GCC diagnostic ignored "-Wpedantic"
#define NEXT_STEP                                                                                  \
  do {                                                                                             \
    if (++s == end) return true;                                                                   \
    goto *label[s->op];                                                                            \
  } while (0)

static bool replay(Trace *trace, const double *inputs, const char **why) {
  static const void *const label[STEP_KIND_COUNT] = {
#define ARITHMETIC(name, value, dx, dy) [SCALAR_##name] = &&do_##name,
#define UNARY(name, value, derivative, low, high, example, gives, help) [SCALAR_##name] = &&do_##name,
#define BINARY(name, parameters, value, dx, dy, low, high, example, gives, help) [SCALAR_##name] = &&do_##name,
#include "primitives/elementary.def"
      [SCALAR_max] = &&do_other,   [SCALAR_min] = &&do_other,     [STEP_VECTOR] = &&do_other,
      [STEP_SUM] = &&do_other,     [STEP_NORM] = &&do_other,      [STEP_DOT] = &&do_other,
      [STEP_PRODUCT] = &&do_other, [STEP_GATHER] = &&do_other,    [STEP_RULE] = &&do_other,
      [STEP_GUARD] = &&do_guard,
  };
  *why = NULL;
  if (trace->frozen) return false;
  memcpy(trace->cell + trace->input, inputs, trace->input_count * sizeof(double));
  double *c = trace->cell;
  if (!trace->step_count) return true;
  const Step *s = trace->step, *end = s + trace->step_count;
  goto *label[s->op];
#define ARITHMETIC(name, value, dx, dy)                                                            \
  do_##name: {                                                                                     \
    double x = c[s->a], y = c[s->b];                                                               \
    (void)y;                                                                                       \
    c[s->out] = value;                                                                             \
    NEXT_STEP;                                                                                     \
  }
#define UNARY(name, value, derivative, low, high, example, gives, help)                            \
  do_##name: {                                                                                     \
    double x = c[s->a];                                                                            \
    c[s->out] = value;                                                                             \
    NEXT_STEP;                                                                                     \
  }
#define BINARY(name, parameters, value, dx, dy, low, high, example, gives, help)                   \
  do_##name: {                                                                                     \
    double x = c[s->a], y = c[s->b];                                                               \
    c[s->out] = value;                                                                             \
    NEXT_STEP;                                                                                     \
  }
#include "primitives/elementary.def"
do_guard:
  if (!guard_holds(c, s)) return false;
  NEXT_STEP;
do_other:
  *why = step_execute(trace, s);
  if (*why) return false;
  NEXT_STEP;
}

static bool has_infinite_log(const Trace *trace) {
  const double *c = trace->cell;
  for (const Step *s = trace->step, *end = s + trace->step_count; s < end; s++) {
    if (s->op == STEP_VECTOR) {
      const Run *run = &trace->run[s->a];
      for (uint32_t i = 0; stablelog_applies((Scalar)s->detail, INFINITY) && i < run->n; i++)
        if (stablelog_applies((Scalar)s->detail, c[run->a + i * run->a_step])) return true;
    } else if (s->op < SCALAR_COUNT && stablelog_applies((Scalar)s->op, c[s->a])) {
      return true;
    }
  }
  return false;
}

/* Value, slopes and curvature are asked for at one point after the other. */
bool trace_replay(Trace *trace, const double *inputs, const char **why) {
  *why = NULL;
  if (trace->replayed && memcmp(trace->cell + trace->input, inputs, trace->input_count * sizeof(double)) == 0) return true;
  trace->replayed = replay(trace, inputs, why) && !(trace->logs && has_infinite_log(trace));
  return trace->replayed;
}
