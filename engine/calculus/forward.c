/* forward.c - the forward sweep on numbers: several tangents carried along at once.
 *
 * A zero tangent is never multiplied: what does not change cannot bring in 0*inf.
 *
 * The sweep to one side takes at each kink the slope of the side it goes to: |t| changes by |dt| at 0, the
 * larger of two equal numbers by the larger change. So it gives one-sided derivatives exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "calculus/derive.h"
#include "calculus/kink.h"

/* The tangents under way: cell c has them at dot[c * lanes]. */
typedef struct Tangents {
  const Trace *trace;
  size_t lanes;
  double *dot;
  bool one_sided; /* one lane, which goes to one side */
} Tangents;

static void carry(const Tangents *t, uint32_t out, double slope, uint32_t from) {
  double *to = t->dot + out * t->lanes;
  const double *in = t->dot + from * t->lanes;
  for (size_t l = 0; l < t->lanes; l++)
    if (in[l] != 0) to[l] += slope * in[l];
}

static bool is_still(const Tangents *t, uint32_t cell) {
  const double *in = t->dot + cell * t->lanes;
  for (size_t l = 0; l < t->lanes; l++)
    if (in[l] != 0) return false;
  return true;
}

static void forward_scalar(const Tangents *t, unsigned op, uint32_t out, uint32_t a, uint32_t b) {
  const double *c = t->trace->cell;
  bool still_a = is_still(t, a), still_b = scalar_row[op].arguments < 2 || is_still(t, b);
  if (still_a && still_b) return;
  double slope[2] = {0};
  scalar_slopes((Scalar)op, c[a], c[b], c[out], !still_a, !still_b, slope);
  if (!still_a) carry(t, out, slope[0], a);
  if (!still_b) carry(t, out, slope[1], b);
}

/* How the result changes at a kink when the operands change by [a] and [b]; nan at a jump. */
static double change_at_kink(unsigned op, double a, double b) {
  switch (op) {
  case SCALAR_abs: return fabs(a);
  case SCALAR_relu: return max(a, 0);
  case SCALAR_max: case SCALAR_RAISE: return max(a, b);
  case SCALAR_min: case SCALAR_LOWER: return min(a, b);
  case SCALAR_hypot: return hypot(a, b);
  default: return NAN;
  }
}

static void forward_one(const Tangents *t, unsigned op, uint32_t out, uint32_t a, uint32_t b) {
  const double *c = t->trace->cell;
  if (t->one_sided && scalar_kink(op, c[a], c[b]))
    t->dot[out] += change_at_kink(op, t->dot[a], t->dot[b]);
  else forward_scalar(t, op, out, a, b);
}

static void forward_vector(const Tangents *t, const Step *step, const Run *run) {
  for (uint32_t i = 0; i < run->n; i++)
    forward_one(t, step->detail, step->out + i, run->a + i * run->a_step,
                run->b + i * run->b_step);
}

static void forward_product(const Tangents *t, const Step *step, const Run *run) {
  const double *c = t->trace->cell;
  bool at = step->detail & 1, bt = step->detail & 2;
  for (uint32_t i = 0; i < run->m; i++)
    for (uint32_t j = 0; j < run->n; j++)
      for (uint32_t l = 0; l < run->k; l++) {
        uint32_t a = run->a + (at ? l * run->m + i : i * run->k + l);
        uint32_t b = run->b + (bt ? j * run->k + l : l * run->n + j);
        carry(t, step->out + i * run->n + j, c[b], a);
        carry(t, step->out + i * run->n + j, c[a], b);
      }
}

static bool forward_run(const Tangents *t, const Step *step) {
  const double *c = t->trace->cell;
  const Run *run = step_run(t->trace, step);
  switch (step->op) {
  case STEP_VECTOR: forward_vector(t, step, run); return true;
  case STEP_SUM:
    for (uint32_t i = 0; i < step->b; i++) carry(t, step->out, 1, step->a + i);
    return true;
  case STEP_NORM: /* x / |x|; 0 at 0, as backwards */
    if (t->one_sided && c[step->out] == 0)
      for (uint32_t i = 0; i < step->b; i++)
        t->dot[step->out] = hypot(t->dot[step->out], t->dot[step->a + i]);
    for (uint32_t i = 0; i < step->b && c[step->out] != 0; i++)
      carry(t, step->out, c[step->a + i] / c[step->out], step->a + i);
    return true;
  case STEP_DOT:
    for (uint32_t i = 0; i < run->n; i++) {
      carry(t, step->out, c[run->b + i], run->a + i);
      carry(t, step->out, c[run->a + i], run->b + i);
    }
    return true;
  case STEP_PRODUCT: forward_product(t, step, run); return true;
  case STEP_GATHER:
    for (uint32_t i = 0; i < run->n; i++) carry(t, step->out + i, 1, t->trace->pool[run->a + i]);
    return true;
  case STEP_GUARD: return true;
  default: return false;
  }
}

static bool sweep(const Tangents *tangents) {
  const Trace *trace = tangents->trace;
  for (uint32_t s = 0; s < trace->step_count; s++) {
    const Step *step = &trace->step[s];
    if (step->op < SCALAR_COUNT) forward_one(tangents, step->op, step->out, step->a, step->b);
    else if (!forward_run(tangents, step)) return false;
  }
  return true;
}

bool trace_forward(const Trace *trace, size_t lanes, double *dot) {
  return sweep(&(Tangents){trace, lanes, dot, false});
}

bool trace_forward_one_sided(const Trace *trace, double *dot) {
  return sweep(&(Tangents){trace, 1, dot, true});
}
