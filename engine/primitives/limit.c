/* limit.c - limits, from both sides, at infinity too.
 *
 * The function is sampled at distances h, h/2, h/4, … (or at x, 2x, 4x, …) and the sequence extrapolated in
 * two ways: Neville's polynomials in h (Ridders' table), right where f is smooth on its side, and Wynn's
 * epsilon algorithm, right for any sum of powers of h. Of all entries of both tables the one wins that
 * agrees best with its neighbours. Samples very near the point are often rounding alone ((1 - cos(x))/x^2
 * is 0 there): the tables end where the samples move away from what they had settled on. The first
 * distance is no round number: sin(pi/x) must not be sampled at its zeros only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/solvers.h"

enum {
  SAMPLES = 44,
  SAMPLES_FAR = 27, /* at infinity, where f(x) may be a sum of x terms */
  FEWEST = 6,   /* samples that an extrapolation must have */
  GROWING = 12, /* samples at the end that must grow for an infinite limit, or look smooth */
  STEADY = 10,  /* samples in a row that must agree to count without extrapolation */
  OFFSET = 6,   /* samples left out at a time when the first ones lead nowhere */
  NEAR = 20     /* from this sample on 0/0 is rounding, not the end of where f is defined */
};

/* Distance of the first sample, against the point's size; and the first sample at infinity. */
static const double FIRST = 0.4393247, FIRST_FAR = 1.3591409;
/* The extrapolated value must be this certain against its size, or the samples'. */
static const double CERTAIN = 1e-6, CERTAIN_ZERO = 1e-9;
/* Two sides that agree to this are one limit. */
static const double SAME = 1e-7;
/* Growth ends in an overflow only from values like these. */
static const double HUGE_SAMPLE = 1e15;

typedef enum Outcome { LIMIT_FOUND, LIMIT_INFINITE, LIMIT_NONE, LIMIT_UNDEFINED } Outcome;

typedef struct Side {
  Outcome outcome;
  double value, error;
} Side;

typedef struct Samples {
  double value[SAMPLES];
  double largest; /* of the finite ones */
  int count;      /* up to the first one without a value */
} Samples;

static double sample_point(double a, int direction, int k) {
  if (isinf(a)) return copysign(ldexp(FIRST_FAR, k), a);
  return a + direction * ldexp(FIRST * fmax(1, fabs(a)), -k);
}

/* Samples nearer and nearer; those before the function has values do not count. */
static Samples take_samples(const SolverFunction *f, double a, int direction) {
  Samples w = {.count = 0};
  for (int k = 0; k < (isinf(a) ? SAMPLES_FAR : SAMPLES); k++) {
    double x = sample_point(a, direction, k);
    if (x == a) break;
    double y = solver_call(f, x);
    bool overflow = isinf(y) && w.count > 0 && !(fabs(w.value[w.count - 1]) > HUGE_SAMPLE);
    if (isnan(y) || overflow) {
      if (w.count > FEWEST && (isinf(a) || k >= NEAR)) break; /* 0/0 or inf/inf: what came before must do */
      w.count = 0;
      continue;
    }
    w.value[w.count++] = y;
  }
  for (int k = 0; k < w.count; k++)
    if (isfinite(w.value[k])) w.largest = fmax(w.largest, fabs(w.value[k]));
  return w;
}

static void consider(Side *best, double value, double error) {
  if (!isfinite(value) || !isfinite(error) || error >= best->error) return;
  *best = (Side){LIMIT_FOUND, value, error};
}

static double apart(double x, double y, double z) { return fmax(fabs(x - y), fmax(fabs(x - z), fabs(y - z))); }

/* The two tables, one row or diagonal at a time. */
typedef struct Tables {
  double row[SAMPLES];      /* Neville: column j cancels h^1 … h^j */
  double diagonal[SAMPLES]; /* epsilon: even columns are estimates */
} Tables;

static void neville(Tables *w, int k, double sample, Side *best) {
  double before[SAMPLES], factor = 1;
  memcpy(before, w->row, sizeof before);
  w->row[0] = sample;
  for (int j = 1; j <= k; j++) {
    factor *= 2;
    w->row[j] = w->row[j - 1] + (w->row[j - 1] - before[j - 1]) / (factor - 1);
    if (j < k) consider(best, w->row[j], apart(w->row[j], w->row[j - 1], before[j]));
  }
}

static void epsilon(Tables *w, int k, double sample, Side *best) {
  double last[SAMPLES];
  memcpy(last, w->diagonal, sizeof last);
  w->diagonal[0] = sample;
  for (int j = 1; j <= k; j++) {
    double step = w->diagonal[j - 1] - last[j - 1];
    w->diagonal[j] = step == 0 ? NAN : (j > 1 ? last[j - 2] : 0) + 1 / step;
    if (j % 2 == 0 && k > j) consider(best, w->diagonal[j], apart(w->diagonal[j], last[j], w->diagonal[j - 2]));
  }
}

static bool is_certain(const Side *side, double largest) {
  return side->outcome == LIMIT_FOUND && (side->error <= CERTAIN * fabs(side->value) || side->error <= CERTAIN_ZERO * largest);
}

/* How far the [count] samples up to k are apart: fewer could agree by being rounded alike. */
static double spread(const double *v, int k, int count) {
  double low = v[k], high = v[k];
  for (int i = k - count + 1; i < k; i++) {
    low = fmin(low, v[i]);
    high = fmax(high, v[i]);
  }
  return high - low;
}

/* The best entry of the tables over v[0] … v[count-1], up to where rounding takes over. */
static Side extrapolate(const double *v, int count, double largest) {
  Side best = {.outcome = LIMIT_NONE, .error = INFINITY};
  Tables tables;
  double nearest = INFINITY;
  for (int k = 0; k < count; k++) {
    if (k >= FEWEST && best.error <= CERTAIN_ZERO * fmax(fabs(best.value), largest)) {
      double off = fabs(v[k] - best.value), noise = 10 * best.error + 8 * DBL_EPSILON * fabs(best.value);
      if (v[k] == v[k - 1]) break; /* rounded alike: nothing more to learn */
      if (off > noise && off > 2 * nearest && fabs(v[k - 1] - best.value) > nearest) break;
      nearest = fmin(nearest, fmax(off, noise));
    }
    if (k + 1 >= FEWEST) consider(&best, v[k], spread(v, k, k + 1 < STEADY ? k + 1 : STEADY) + DBL_EPSILON * fabs(v[k]));
    neville(&tables, k, v[k], &best);
    epsilon(&tables, k, v[k], &best);
  }
  return best;
}

/* Steps that shrink and never vanish: no rounding yet. */
static bool is_smooth(const double *v, int count) {
  for (int k = 2; k < count; k++) {
    double step = fabs(v[k] - v[k - 1]), before = fabs(v[k - 1] - v[k - 2]);
    if (step == 0 || step > 0.95 * before) return false;
  }
  return true;
}

static Side settle(const Samples *w) {
  Side side = {.outcome = LIMIT_NONE, .error = INFINITY};
  for (int from = 0; from + FEWEST <= w->count; from += OFFSET) {
    side = extrapolate(w->value + from, w->count - from, w->largest);
    bool cancelled = from > 0 && side.value == 0 && w->value[w->count - 1] == 0;
    if (is_certain(&side, w->largest) && !cancelled) break;
    side = (Side){.outcome = LIMIT_NONE, .error = INFINITY};
  }
  const double *tail = w->value + w->count - GROWING;
  if (w->count < 2 * GROWING || !is_smooth(tail, GROWING)) return side;
  Side late = extrapolate(tail, GROWING, w->largest);
  return is_certain(&late, w->largest) && late.error < side.error ? late : side;
}

/* Zero is what a number below its own error stands for, and what samples that shrink to nothing mean. */
static double or_zero(const Samples *w, Side side) {
  double tail = 0;
  for (int k = w->count > FEWEST ? w->count - FEWEST : 0; k < w->count; k++) tail = fmax(tail, fabs(w->value[k]));
  bool fading = tail <= 1e-8 * w->largest && fabs(side.value) <= CERTAIN * w->largest;
  return fading || fabs(side.value) <= fmax(side.error, 1e-13 * w->largest) ? 0 : side.value;
}

/* Growing to the end without slowing down, or past all numbers. */
static bool is_infinite(const Samples *w, double *sign) {
  int n = w->count;
  if (n == 0) return false;
  *sign = w->value[n - 1] > 0 ? INFINITY : -INFINITY;
  int from = n > GROWING ? n - GROWING : n;
  for (int k = 0; k < n; k++)
    if (isinf(w->value[k])) {
      for (int i = k; i < n; i++)
        if (w->value[i] != w->value[k]) return false;
      *sign = w->value[k];
      return true;
    }
  for (int k = from; k < n; k++) {
    double step = w->value[k] - w->value[k - 1], before = w->value[k - 1] - w->value[k - 2];
    if (!(step * *sign > 0) || !(fabs(step) >= 0.9 * fabs(before))) return false;
  }
  return from < n;
}

static Side side_limit(const SolverFunction *f, double a, int direction) {
  Samples w = take_samples(f, a, direction);
  if (w.count == 0) return (Side){.outcome = LIMIT_UNDEFINED};
  Side best = {.outcome = LIMIT_NONE, .error = INFINITY};
  double sign;
  if (is_infinite(&w, &sign)) return (Side){LIMIT_INFINITE, sign, 0};
  if (w.count < FEWEST) return best;
  best = settle(&w);
  if (best.outcome == LIMIT_FOUND) best.value = or_zero(&w, best);
  return best;
}

/* ---- the call ---- */

static const char *describe_side(Side side, char buffer[32]) {
  if (side.outcome == LIMIT_NONE) return "none";
  if (side.outcome == LIMIT_UNDEFINED) return "f has no value";
  snprintf(buffer, 32, "%.6g", side.value);
  return buffer;
}

static _Noreturn void fail_none(Session *s, double a) {
  fail(s, "no limit found at %.6g: the values of f neither settle nor grow without end", a);
}

static Value one_sided(Session *s, const SolverFunction *f, double a, int direction) {
  Side side = side_limit(f, a, direction);
  if (side.outcome == LIMIT_UNDEFINED) fail(s, "f has no values %s %.6g", direction < 0 ? "left of" : "right of", a);
  if (side.outcome == LIMIT_NONE) fail_none(s, a);
  return value_number(side.value);
}

static bool agree(Side left, Side right) {
  if (left.outcome == LIMIT_INFINITE || right.outcome == LIMIT_INFINITE) return left.value == right.value && left.outcome == right.outcome;
  double difference = fabs(left.value - right.value);
  return difference <= 10 * (left.error + right.error) + SAME * fmax(fabs(left.value), fabs(right.value));
}

static Value two_sided(Session *s, const SolverFunction *f, double a) {
  Side left = side_limit(f, a, -1), right = side_limit(f, a, 1);
  bool no_left = left.outcome == LIMIT_UNDEFINED, no_right = right.outcome == LIMIT_UNDEFINED;
  if (no_left && no_right) fail(s, "f has no values near %.6g", a);
  if (no_left || no_right) {
    note(s, "f has no values %s %.6g: this is the limit from the %s", no_left ? "left of" : "right of", a, no_left ? "right" : "left");
    return one_sided(s, f, a, no_left ? 1 : -1);
  }
  if (left.outcome == LIMIT_NONE && right.outcome == LIMIT_NONE) fail_none(s, a);
  if (left.outcome == LIMIT_NONE || right.outcome == LIMIT_NONE || !agree(left, right)) {
    char one[32], other[32], text[64], point[32];
    Report *r = failure(s, "the limit at %.6g does not exist: left %s, right %s", a, describe_side(left, one), describe_side(right, other));
    const char *open = left.outcome == LIMIT_NONE ? "right" : "left";
    report_advise(r, "limit(%s, %s, side = \"%s\")", failure_text(s, 0, text, sizeof text), failure_text(s, 1, point, sizeof point), open);
    raise_failure(s, r);
  }
  return value_number(left.error <= right.error ? left.value : right.value);
}

static Value call_limit(Session *s, const Arguments *a) {
  if (solver_is_active(a->argument[0]) || solver_is_active(a->argument[1]))
    fail(s, "limit cannot be differentiated: its value is extrapolated");
  SolverFunction f = solver_function(s, a, 0, "limit");
  double at = argument_number(s, a, 1);
  if (isnan(at)) fail_argument(s, 1, "the point must be a number, inf or -inf, but it is nan");
  int direction = 0;
  if (argument_given(a, 2)) {
    const char *side = argument_string(s, a, 2);
    direction = strcmp(side, "left") == 0 ? -1 : strcmp(side, "right") == 0 ? 1 : 0;
    if (direction == 0) fail_argument(s, 2, "side must be \"left\" or \"right\", but it is \"%s\"", side);
  }
  Value result = direction || isinf(at) ? one_sided(s, &f, at, direction) : two_sided(s, &f, at);
  solver_release(&f);
  return result;
}

const Primitive limit_rows[1] = {
    {.name = "limit", .parameters = "(f, a, side = )", .call = call_limit, .result = RESULT_ANY, .differentiable = DERIVE_NONE,
     .reason = "its value is extrapolated",
     .help = "The limit of f at a, from both sides; a may be inf or -inf, the limit too. Two sides that differ are an error that gives both; side = \"left\" or \"right\" takes one. It is extrapolated from values of f: a strong hint, no proof.",
     .example = "limit(x -> sin(x)/x, 0)", .gives = "1"},
};
