/* forward.c - the forward sweep on numbers: several tangents carried along at once.
 *
 * A zero tangent is never multiplied: what does not change cannot bring in 0*inf. Every cell that is no
 * input is written by one step before it is read, so a sweep leaves nothing to the next one.
 *
 * The sweep to one side takes at each kink the slope of the side it goes to: |t| changes by |dt| at 0, the
 * larger of two equal numbers by the larger change. So it gives one-sided derivatives exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "calculus/derive.h"
#include "calculus/kink.h"

/* With the number of lanes known to the compiler, each loop over them is a few instructions. */
#define INLINE static inline __attribute__((always_inline))

/* The tangents under way: cell c has them at dot[c * lanes]. */
typedef struct Tangents {
  const Trace *trace;
  const double *slope; /* by both operands of every operation: trace_slopes; NULL: worked out on the way */
  double *dot;
  bool one_sided; /* one lane, which goes to one side */
} Tangents;

/* A finite slope makes 0 of a zero tangent by itself. */
INLINE void carry(double *restrict to, double slope, const double *restrict from, size_t lanes) {
  if (isfinite(slope)) {
    for (size_t l = 0; l < lanes; l++) to[l] += slope * from[l];
  } else {
    for (size_t l = 0; l < lanes; l++)
      if (from[l] != 0) to[l] += slope * from[l];
  }
}

INLINE void clear(double *to, size_t count) {
  for (size_t l = 0; l < count; l++) to[l] = 0;
}

/* [constant]: bit 0/1 set where operand a/b is. */
static void slopes_at(const double *c, unsigned op, unsigned constant, uint32_t out, uint32_t a, uint32_t b, double slope[2]) {
  scalar_slopes((Scalar)op, c[a], c[b], c[out], !(constant & 1), !(constant & 2), slope);
}

INLINE void forward_scalar(const Tangents *t, size_t lanes, unsigned op, unsigned constant, uint32_t out, uint32_t a,
                           uint32_t b) {
  double *restrict to = t->dot + out * lanes;
  double now[2];
  const double *slope = t->slope ? t->slope + 2 * (size_t)out : now;
  if (!t->slope) slopes_at(t->trace->cell, op, constant, out, a, b, now);
  clear(to, lanes);
  if (!(constant & 1)) carry(to, slope[0], t->dot + a * lanes, lanes);
  if (!(constant & 2) && scalar_row[op].arguments > 1) carry(to, slope[1], t->dot + b * lanes, lanes);
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

/* Sums and products stand inline; where there is no result, there is no slope. */
INLINE void forward_one(const Tangents *t, size_t lanes, unsigned op, unsigned constant, uint32_t out, uint32_t a,
                        uint32_t b) {
  const double *c = t->trace->cell;
  double *restrict to = t->dot + out * lanes;
  const double *da = t->dot + a * lanes, *db = t->dot + b * lanes;
  if (t->one_sided && scalar_kink(op, c[a], c[b])) {
    *to = change_at_kink(op, *da, *db);
  } else if (op == SCALAR_ADD && !isnan(c[out])) {
    for (size_t l = 0; l < lanes; l++) to[l] = da[l] + db[l];
  } else if (op == SCALAR_SUBTRACT && !isnan(c[out])) {
    for (size_t l = 0; l < lanes; l++) to[l] = da[l] - db[l];
  } else if (op == SCALAR_MULTIPLY && !isnan(c[out])) {
    clear(to, lanes);
    if (!(constant & 1)) carry(to, c[b], da, lanes);
    if (!(constant & 2)) carry(to, c[a], db, lanes);
  } else {
    forward_scalar(t, lanes, op, constant, out, a, b);
  }
}

INLINE void forward_vector(const Tangents *t, size_t lanes, const Step *step, const Run *run) {
  for (uint32_t i = 0; i < run->n; i++)
    forward_one(t, lanes, step->detail, run->fixed, step->out + i, run->a + i * run->a_step, run->b + i * run->b_step);
}

/* ---- products of matrices ---- */

static bool all_finite(const double *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!isfinite(x[i])) return false;
  return true;
}

/* op(A) dB. Tangents of a row of B stand side by side, so all lanes are one matrix. */
static void product_by_b(const Tangents *t, int lanes, const Step *step, const Run *run) {
  int m = (int)run->m, k = (int)run->k, n = (int)run->n;
  enum CBLAS_TRANSPOSE at = step->detail & 1 ? CblasTrans : CblasNoTrans;
  const double *a = t->trace->cell + run->a, *db = t->dot + (size_t)run->b * (size_t)lanes;
  double *out = t->dot + (size_t)step->out * (size_t)lanes;
  bool by_columns = step->detail & 2 && n > 1; /* B is stored n×k: a column of it after the other */
  int times = by_columns ? n : 1, wide = by_columns ? lanes : n * lanes;
  for (int j = 0; j < times; j++)
    cblas_dgemm(CblasRowMajor, at, CblasNoTrans, m, wide, k, 1, a, step->detail & 1 ? m : k, db + j * k * lanes, wide, 1,
                out + j * lanes, n * lanes);
}

/* dA op(B), row by row of A. */
static void product_by_a(const Tangents *t, int lanes, const Step *step, const Run *run) {
  int m = (int)run->m, k = (int)run->k, n = (int)run->n;
  bool at = step->detail & 1, bt = step->detail & 2;
  const double *b = t->trace->cell + run->b, *da = t->dot + (size_t)run->a * (size_t)lanes;
  double *out = t->dot + (size_t)step->out * (size_t)lanes;
  for (int i = 0; i < m; i++)
    cblas_dgemm(CblasRowMajor, bt ? CblasNoTrans : CblasTrans, CblasNoTrans, n, lanes, k, 1, b, bt ? k : n,
                da + i * lanes * (at ? 1 : k), lanes * (at ? m : 1), 1, out + i * n * lanes, lanes);
}

static void product_by_entries(const Tangents *t, size_t lanes, const Step *step, const Run *run) {
  const double *c = t->trace->cell;
  bool at = step->detail & 1, bt = step->detail & 2, use_a = !(run->fixed & 1), use_b = !(run->fixed & 2);
  for (uint32_t i = 0; i < run->m; i++)
    for (uint32_t j = 0; j < run->n; j++) {
      double *to = t->dot + (step->out + i * run->n + j) * lanes;
      for (uint32_t l = 0; l < run->k; l++) {
        uint32_t a = run->a + (at ? l * run->m + i : i * run->k + l);
        uint32_t b = run->b + (bt ? j * run->k + l : l * run->n + j);
        if (use_a) carry(to, c[b], t->dot + a * lanes, lanes);
        if (use_b) carry(to, c[a], t->dot + b * lanes, lanes);
      }
    }
}

/* BLAS multiplies zero tangents, too: only where nothing infinite is in reach. */
static void forward_product(const Tangents *t, size_t lanes, const Step *step, const Run *run) {
  enum { BLAS_PAYS = 1000 }; /* multiplications */
  const double *c = t->trace->cell;
  bool use_a = !(run->fixed & 1), use_b = !(run->fixed & 2);
  size_t m = run->m, k = run->k, n = run->n;
  clear(t->dot + step->out * lanes, m * n * lanes);
  bool large = m * k * n * lanes >= BLAS_PAYS;
  if (!large || (use_a && !all_finite(c + run->b, k * n)) || (use_b && !all_finite(c + run->a, m * k))) {
    product_by_entries(t, lanes, step, run);
    return;
  }
  if (use_a) product_by_a(t, (int)lanes, step, run);
  if (use_b) product_by_b(t, (int)lanes, step, run);
}

/* ---- all steps ---- */

INLINE void forward_norm(const Tangents *t, size_t lanes, const Step *step) { /* x / |x|; 0 at 0, as backwards */
  const double *c = t->trace->cell;
  double *to = t->dot + step->out * lanes;
  clear(to, lanes);
  if (t->one_sided && c[step->out] == 0)
    for (uint32_t i = 0; i < step->b; i++) *to = hypot(*to, t->dot[step->a + i]);
  for (uint32_t i = 0; i < step->b && c[step->out] != 0; i++)
    carry(to, c[step->a + i] / c[step->out], t->dot + (step->a + i) * lanes, lanes);
}

INLINE void forward_dot(const Tangents *t, size_t lanes, const Step *step, const Run *run) {
  const double *c = t->trace->cell;
  double *to = t->dot + step->out * lanes;
  clear(to, lanes);
  for (uint32_t i = 0; i < run->n; i++) {
    if (!(run->fixed & 1)) carry(to, c[run->b + i], t->dot + (run->a + i) * lanes, lanes);
    if (!(run->fixed & 2)) carry(to, c[run->a + i], t->dot + (run->b + i) * lanes, lanes);
  }
}

INLINE bool forward_run(const Tangents *t, size_t lanes, const Step *step) {
  const Run *run = step_run(t->trace, step);
  double *to = t->dot + step->out * lanes;
  switch (step->op) {
  case STEP_VECTOR: forward_vector(t, lanes, step, run); return true;
  case STEP_SUM:
    clear(to, lanes);
    for (uint32_t i = 0; i < step->b; i++) carry(to, 1, t->dot + (step->a + i) * lanes, lanes);
    return true;
  case STEP_NORM: forward_norm(t, lanes, step); return true;
  case STEP_DOT: forward_dot(t, lanes, step, run); return true;
  case STEP_PRODUCT: forward_product(t, lanes, step, run); return true;
  case STEP_GATHER:
    for (uint32_t i = 0; i < run->n; i++)
      memcpy(to + i * lanes, t->dot + t->trace->pool[run->a + i] * lanes, lanes * sizeof *to);
    return true;
  case STEP_GUARD: return true;
  default: return false;
  }
}

INLINE bool sweep(const Tangents *tangents, size_t lanes) {
  const Trace *trace = tangents->trace;
  for (uint32_t s = 0; s < trace->step_count; s++) {
    const Step *step = &trace->step[s];
    if (step->op < SCALAR_COUNT) forward_one(tangents, lanes, step->op, step->detail, step->out, step->a, step->b);
    else if (!forward_run(tangents, lanes, step)) return false;
  }
  return true;
}

size_t trace_lanes(size_t tangents) {
  size_t lanes = 1;
  while (lanes < tangents && lanes < TRACE_LANES) lanes *= 2;
  return lanes;
}

void trace_slopes(const Trace *t, double *slope) {
  for (uint32_t s = 0; s < t->step_count; s++) {
    const Step *step = &t->step[s];
    const Run *run = step->op == STEP_VECTOR ? &t->run[step->a] : NULL;
    if (step->op < SCALAR_COUNT) slopes_at(t->cell, step->op, step->detail, step->out, step->a, step->b, slope + 2 * (size_t)step->out);
    for (uint32_t i = 0; run && i < run->n; i++)
      slopes_at(t->cell, step->detail, run->fixed, step->out + i, run->a + i * run->a_step, run->b + i * run->b_step,
                slope + 2 * (size_t)(step->out + i));
  }
}

bool trace_forward(const Trace *trace, size_t lanes, const double *slope, double *dot) {
  Tangents tangents = {trace, slope, dot, false};
  switch (lanes) {
  case 1: return sweep(&tangents, 1);
  case 2: return sweep(&tangents, 2);
  case 4: return sweep(&tangents, 4);
  case 8: return sweep(&tangents, 8);
  default: assert(false && "lanes are trace_lanes"); return false;
  }
}

bool trace_forward_one_sided(const Trace *trace, double *dot) {
  return sweep(&(Tangents){trace, NULL, dot, true}, 1);
}
