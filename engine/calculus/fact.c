/* fact.c - what a proof of convexity knows of one value: sums, multiples, definiteness.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/fact.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- matrices ---- */

double *fact_numbers(Proof *p, size_t count) {
  p->numbers += count;
  double *v = scratch(p->session, (count + 1) * sizeof(double));
  memset(v, 0, count * sizeof(double));
  return v;
}

const double *fact_combine(Proof *p, double a, const double *x, double b, const double *y,
                           size_t count) {
  if (!x && !y) return NULL;
  if (!y && a == 1) return x;
  double *z = fact_numbers(p, count);
  for (size_t i = 0; i < count; i++) z[i] = (x ? a * x[i] : 0) + (y ? b * y[i] : 0);
  return z;
}

double *fact_outer(Proof *p, const double *x, const double *y, double factor) {
  double *m = fact_numbers(p, p->n * p->n);
  for (size_t i = 0; i < p->n; i++)
    for (size_t k = 0; k < p->n; k++) m[i * p->n + k] = 0.5 * factor * (x[i] * y[k] + y[i] * x[k]);
  return m;
}

const double *fact_direction(Proof *p, const double *line) {
  double size = line ? dense_norm(p->n, line) : 0;
  return size > 0 && isfinite(size) ? fact_outer(p, line, line, 1 / size / size) : NULL;
}

double fact_rounding(const Proof *p) {
  const double *w = p->spectrum.values;
  return 4 * DBL_EPSILON * (double)p->n * fmax(fabs(w[0]), fabs(w[p->n - 1]));
}

int fact_definite(Proof *p, const double *m) {
  if (!m) return 1;
  if (!dense_finite(p->n * p->n, m) || !spectrum_compute(&p->spectrum, m)) return 0;
  const double *w = p->spectrum.values;
  double rounding = fact_rounding(p);
  return w[0] >= -rounding ? 1 : w[p->n - 1] <= rounding ? -1 : 0;
}

bool fact_positive_definite(Proof *p, const double *m) {
  const double ROUNDING = 1e-9; /* smaller eigenvalues are not told from 0 */
  if (!m || fact_definite(p, m) != 1) return false;
  return p->spectrum.values[0] > ROUNDING * p->spectrum.values[p->n - 1];
}

/* ---- facts ---- */

Fact fact_nothing(void) { return (Fact){.rest = REST_UNKNOWN, .low = -INFINITY, .high = INFINITY}; }

Fact fact_unknown(Proof *p, const char *what) {
  if (!p->why[0]) snprintf(p->why, sizeof p->why, "no rule covers %s", what);
  return fact_nothing();
}

void fact_use(Proof *p, const char *rule) {
  for (int i = 0; i < p->rules; i++)
    if (strcmp(p->rule[i], rule) == 0) return;
  if (p->rules < RULES_MOST) p->rule[p->rules++] = rule;
}

Fact fact_constant(double x) {
  return (Fact){.constant = x, .low = x, .high = x, .rest = isfinite(x) ? REST_NONE : REST_UNKNOWN};
}

bool fact_is_affine(const Fact *u) { return !u->bend && u->rest == REST_NONE; }
bool fact_is_constant(const Fact *u) { return fact_is_affine(u) && !u->line; }

bool fact_is_convex(Proof *p, const Fact *u) {
  return (u->rest == REST_NONE || u->rest == REST_CONVEX) && fact_definite(p, u->bend) == 1;
}

bool fact_is_concave(Proof *p, const Fact *u) {
  return (u->rest == REST_NONE || u->rest == REST_CONCAVE) &&
         (!u->bend || fact_definite(p, u->bend) == -1);
}

const double *fact_strictness(Proof *p, const Fact *u, bool convex) {
  return fact_combine(p, convex ? 1 : -1, u->bend, 1, u->strict, p->n * p->n);
}

Fact fact_scaled(Proof *p, const Fact *u, double c) {
  if (!(fabs(c) > 0) || !isfinite(c)) return fact_nothing();
  Fact f = {.constant = c * u->constant, .strict = u->strict, .rest = u->rest};
  f.line = u->line ? fact_combine(p, c, u->line, 0, NULL, p->n) : NULL;
  f.bend = u->bend ? fact_combine(p, c, u->bend, 0, NULL, p->n * p->n) : NULL;
  if (c < 0 && (f.rest == REST_CONVEX || f.rest == REST_CONCAVE))
    f.rest = u->rest == REST_CONVEX ? REST_CONCAVE : REST_CONVEX;
  f.low = c > 0 ? c * u->low : c * u->high;
  f.high = c > 0 ? c * u->high : c * u->low;
  if (c > 0) {
    f.log = u->log;
    f.log_strict = u->log_strict;
    f.exponent = u->exponent;
  }
  return f;
}

bool fact_is_log_convex(const Fact *u) {
  return u->log == REST_CONVEX || (fact_is_constant(u) && u->constant > 0);
}

/* Sums of exponentials: strict along the directions in which two exponents differ. */
static void add_logarithms(Proof *p, const Fact *u, const Fact *v, Fact *sum) {
  if (!fact_is_log_convex(u) || !fact_is_log_convex(v)) return;
  size_t n = p->n;
  static const double none;
  const double *a = fact_is_constant(u) ? &none : u->exponent,
               *b = fact_is_constant(v) ? &none : v->exponent;
  sum->log = REST_CONVEX;
  sum->exponent = a && a != &none ? a : b && b != &none ? b : NULL;
  sum->log_strict = NULL;
  if (!a || !b) return;
  sum->log_strict = fact_combine(p, 1, u->log_strict, 1, v->log_strict, n * n);
  const double *gap =
      fact_direction(p, fact_combine(p, 1, a == &none ? NULL : a, -1, b == &none ? NULL : b, n));
  sum->log_strict = fact_combine(p, 1, sum->log_strict, 1, gap, n * n);
}

Fact fact_sum(Proof *p, const Fact *u, const Fact *v) {
  if (u->rest == REST_UNKNOWN || v->rest == REST_UNKNOWN) return fact_nothing();
  if (u->rest != REST_NONE && v->rest != REST_NONE && u->rest != v->rest)
    return fact_unknown(p, "a convex plus a concave term");
  Fact f = {
      .constant = u->constant + v->constant, .low = u->low + v->low, .high = u->high + v->high};
  f.rest = u->rest == REST_NONE ? v->rest : u->rest;
  f.line = fact_combine(p, 1, u->line, 1, v->line, p->n);
  f.bend = fact_combine(p, 1, u->bend, 1, v->bend, p->n * p->n);
  f.strict = fact_combine(p, 1, u->strict, 1, v->strict, p->n * p->n);
  add_logarithms(p, u, v, &f);
  return f;
}

Fact fact_difference(Proof *p, const Fact *u, const Fact *v) {
  if (v->share && fact_is_constant(u) && u->constant == 1)
    return *v; /* 1 - sigmoid(z) is sigmoid(-z) */
  Fact minus = fact_scaled(p, v, -1);
  return fact_sum(p, u, &minus);
}
