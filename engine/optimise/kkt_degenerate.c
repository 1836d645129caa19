/* kkt_degenerate.c - points at which multipliers need not exist: constraints whose gradients vanish
 * or depend on each other there. A minimum then satisfies no conditions that derivatives could
 * prove.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "optimise/kkt_point.h"

/* Multipliers that grow without bound and balance nothing all the same: the gradient of an active
 * constraint vanishes, as that of x^2 <= 0 does at 0, and there are none. */
bool kkt_is_torn(const Course *course, const Kkt *kkt) {
  const double UNBALANCED = 1e-3, IMMENSE = 1e10;
  const ConstrainedResult *result = course->result;
  double gradient = dense_norm(course->n, kkt->at.g), largest = 0;
  for (size_t i = 0; i < course->m; i++) /* one that came out as 0 beside its constraint's curvature counts, too */
    largest = fmax(largest, fmax(fabs(result->multiplier[i]), fabs(result->fitted[i])));
  return result->stationarity > UNBALANCED * gradient && largest > IMMENSE * gradient;
}

/* The largest change of constraint i's slope in a typical step, and that slope's length. */
static double kkt_bending(Course *course, const Kkt *kkt, size_t i, const double *step, double *norm) {
  size_t n = course->n;
  double *h = course_numbers(course, n * n), *unit = course_numbers(course, course->m), bent = 0;
  unit[i] = 1;
  course->constraints->hessian(course->constraints->context, kkt->at.x, unit, h);
  *norm = 0;
  for (size_t r = 0; r < n; r++) {
    *norm = hypot(*norm, kkt->at.j[i * n + r] * step[r]);
    for (size_t s = 0; s < n; s++) bent = fmax(bent, fabs(h[r * n + s]) * step[r] * step[s]);
  }
  return bent;
}

static bool kkt_may_bend(const Course *course, const Kkt *kkt, size_t i) {
  bool simple = course->constraints->simple != NULL && course->constraints->simple[i];
  return kkt->has_hessian && !kkt->crude && !course->constraints->linear && !simple;
}

/* The gradient of an active constraint that the verdict leans on turns round within a millionth of
 * a typical step, as that of x^2 <= 0 near 0 does: at the feasible point nearby it vanishes. */
bool kkt_leans_on_nothing(Course *course, Kkt *kkt) {
  const double SUDDEN = 1e6, LEANS = 1e-6;
  size_t n = course->n;
  double *step = course_numbers(course, n); /* one typed at 0 that stays beside it has no size to tell */
  bool tiny = dense_zero(n, course->start) && dense_largest(n, kkt->at.x) < LEANS;
  for (size_t r = 0; r < n; r++) step[r] = tiny ? course->natural[r] : kkt->typical[r];
  for (size_t k = 0; k < kkt->count; k++) {
    double norm;
    if (!kkt_may_bend(course, kkt, kkt->list[k]) || !(fabs(kkt->fitted[k]) > LEANS * kkt->size)) continue;
    if (kkt_bending(course, kkt, kkt->list[k], step, &norm) > SUDDEN * norm) return true;
  }
  return false;
}

/* Beside 0 the constraint 1/x >= 1 changes by more than itself within the last digits of x, and y/x >= 1
 * turns its slope. */
bool kkt_is_at_edge(Course *course, const Kkt *kkt) {
  const double DIGITS = 1e-12;
  size_t n = course->n;
  for (size_t i = 0; i < course->m; i++) {
    double change = 0;
    for (size_t k = 0; k < n; k++) change += fabs(kkt->at.j[i * n + k]) * kkt->typical[k];
    if (kkt->at.c[i] < -course_tolerance(course, i) && DIGITS * change > -kkt->at.c[i]) return true;
  }
  for (size_t k = 0; k < kkt->count; k++) {
    double norm;
    if (kkt_may_bend(course, kkt, kkt->list[k]) &&
        DIGITS * kkt_bending(course, kkt, kkt->list[k], kkt->typical, &norm) > norm && norm > 0)
      return true;
  }
  return false;
}

/* A small number of steps at random: nothing lower and feasible near the point? */
static bool kkt_lower_nearby(Course *course, Kkt *kkt) {
  enum { PER_VARIABLE = 4 };
  const double AWAY = 1e-3, GAIN = 1e-6; /* less is what dependent constraints tolerate */
  size_t n = course->n;
  Place trial;
  course_place(course, &trial);
  unsigned long long seed = DENSE_SEED;
  for (size_t k = 0; k < PER_VARIABLE * n; k++) {
    for (size_t i = 0; i < n; i++)
      trial.x[i] = kkt->at.x[i] + AWAY * dense_random(&seed) * kkt->typical[i];
    if (!course_restore(course, trial.x, NULL, trial.x)) continue;
    course_tighten(course, trial.x);
    if (!course_measure(course, &trial)) continue;
    bool strict = true;
    for (size_t i = 0; i < course->m; i++) {
      double excess = course_excess(course, i, trial.c[i]);
      strict = strict && excess <= fmax(course_excess(course, i, kkt->at.c[i]), 1e-12);
    }
    if (strict && trial.value < kkt->at.value - GAIN * (1 + fabs(kkt->at.value))) return true;
  }
  return false;
}

/* The least |sum mu_i a_i| over mu >= 0 with sum 1: near 0, multipliers need not exist. */
static double kkt_dependence(const Course *course, Kkt *kkt) {
  enum { ROUNDS = 200 };
  size_t n = course->n, count = kkt->count;
  double *sum = kkt->way;
  if (count == 0) return 1;
  if (course->equalities > 0) return kkt->all.rank < count ? 0 : 1; /* it may involve one */
  memcpy(sum, kkt->rows, n * sizeof *sum);
  for (int round = 0; round < ROUNDS; round++) { /* Frank and Wolfe */
    size_t best = 0;
    double least = INFINITY;
    for (size_t k = 0; k < count; k++) {
      double along = dense_dot(n, kkt->rows + k * n, sum);
      if (along < least) {
        least = along;
        best = k;
      }
    }
    const double *row = kkt->rows + best * n;
    double square = dense_dot(n, sum, sum), gap = square - least;
    double length = square - 2 * least + dense_dot(n, row, row);
    if (!(gap > 0) || !(length > 0)) break;
    double t = fmin(gap / length, 1);
    for (size_t i = 0; i < n; i++) sum[i] += t * (row[i] - sum[i]);
  }
  return dense_norm(n, sum);
}

KktKind kkt_loose_kind(Course *course, Kkt *kkt, bool vanishes) {
  const double DEPENDENT = 1e-6;
  if (course->constraints->linear || (!vanishes && kkt_dependence(course, kkt) > DEPENDENT))
    return KKT_NOT_STATIONARY; /* multipliers would have to exist */
  if (kkt_lower_nearby(course, kkt)) return KKT_NOT_STATIONARY;
  return KKT_DEGENERATE;
}
