/* sqp_model.c - the model a step of sequential quadratic programming solves.
 *
 * The Hessian is made positive definite without touching what a good step depends on: its negative
 * curvature is turned round only along the constraints the program holds, and what is added across
 * them moves no solution.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/sqp.h"

void sqp_linearise(Sqp *sqp) {
  size_t n = sqp->n;
  course_typical(sqp->course, sqp->here.x, sqp->typical);
  for (size_t k = 0; k < n; k++) sqp->g[k] = sqp->here.g[k] * sqp->typical[k];
  for (size_t i = 0; i < sqp->m; i++)
    for (size_t k = 0; k < n; k++) sqp->a[i * n + k] = sqp->here.j[i * n + k] * sqp->typical[k];
  memcpy(sqp->c, sqp->here.c, sqp->m * sizeof(double));
}

/* Unit rows of the constraints marked in [which], into the space across them. */
static void sqp_across(Sqp *sqp, const bool *which) {
  size_t n = sqp->n, rows = 0;
  for (size_t i = 0; i < sqp->m; i++) {
    double norm = dense_norm(n, sqp->a + i * n);
    if (!which[i] || !(norm > 0)) continue;
    for (size_t k = 0; k < n; k++) sqp->packed[rows * n + k] = sqp->a[i * n + k] / norm;
    rows++;
  }
  subspace_span(&sqp->across, rows, sqp->packed);
}

void sqp_guess(Sqp *sqp) {
  const double NEAR = 1e-2, MOST = 1e4;
  size_t n = sqp->n;
  double *guess = course_numbers(sqp->course, sqp->m);
  for (size_t i = 0; i < sqp->m; i++)
    sqp->held[i] = i < sqp->course->equalities || sqp->c[i] * sqp->weight[i] >= -NEAR;
  sqp_across(sqp, sqp->held);
  subspace_multipliers(&sqp->across, sqp->g, guess);
  double size = dense_largest(n, sqp->g);
  for (size_t i = 0, row = 0; i < sqp->m; i++) {
    double norm = dense_norm(n, sqp->a + i * n);
    sqp->multiplier[i] = 0;
    if (!sqp->held[i] || !(norm > 0)) continue;
    double value = guess[row++];
    bool right = fabs(value) <= MOST * size && (i < sqp->course->equalities || value > 0);
    sqp->multiplier[i] = right ? value / norm : 0;
  }
}

bool sqp_hessian(Sqp *sqp) {
  size_t n = sqp->n;
  if (sqp->exact && !course_hessian(sqp->course, sqp->here.x, sqp->multiplier, sqp->raw))
    return false;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      sqp->h[i * n + k] = sqp->raw[i * n + k] * sqp->typical[i] * sqp->typical[k];
  return true;
}

double sqp_stiffness(const Sqp *sqp) {
  double curvature = dense_largest(sqp->n * sqp->n, sqp->h);
  return fmax(curvature, 1e-6 * dense_largest(sqp->n, sqp->g)) + DBL_MIN;
}

/* Adds factor v v' to the convex Hessian. */
static void sqp_bend(Sqp *sqp, const double *v, double factor) {
  size_t n = sqp->n;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) sqp->b[i * n + k] += factor * v[i] * v[k];
}

/* Negative and missing curvature along the held constraints, turned round and filled in; what is
 * positive by more than the share [kept] of the largest stays. */
static void sqp_turn(Sqp *sqp, double kept) {
  const double LEAST = 1e-9;
  size_t n = sqp->n, order = n - sqp->across.rank;
  double stiffness = sqp_stiffness(sqp), least = LEAST * stiffness;
  for (size_t i = 0; i < order; i++) {
    const double *z = subspace_null(&sqp->across, i);
    for (size_t k = 0; k < n; k++) sqp->zh[k] = dense_dot(n, sqp->h + k * n, z);
    for (size_t k = 0; k < order; k++)
      sqp->reduced[i * order + k] = dense_dot(n, sqp->zh, subspace_null(&sqp->across, k));
  }
  sqp->spectrum.n = order;
  if (order == 0 || !spectrum_compute(&sqp->spectrum, sqp->reduced)) return;
  for (size_t k = 0; k < order; k++) {
    double curvature = sqp->spectrum.values[k], wanted = fmax(fabs(curvature), least);
    if (curvature >= kept * stiffness) continue;
    memset(sqp->zh, 0, n * sizeof(double));
    for (size_t i = 0; i < order; i++)
      for (size_t l = 0; l < n; l++)
        sqp->zh[l] += sqp->spectrum.vectors[k * order + i] * subspace_null(&sqp->across, i)[l];
    sqp_bend(sqp, sqp->zh, wanted - curvature);
  }
}

/* By more than rounding. */
static bool sqp_definite(Sqp *sqp, double rounding) {
  memcpy(sqp->reduced, sqp->b, sqp->n * sqp->n * sizeof(double));
  double least = rounding * sqp_stiffness(sqp);
  for (size_t i = 0; i < sqp->n; i++) sqp->reduced[i * sqp->n + i] -= least;
  return dense_cholesky(sqp->n, sqp->reduced);
}

static bool sqp_convex_by(Sqp *sqp, double kept) {
  enum { TRIES = 12 };
  const double ROUNDING = 0.1; /* of what is kept */
  size_t n = sqp->n;
  memcpy(sqp->b, sqp->h, n * n * sizeof(double));
  if (sqp_definite(sqp, ROUNDING * kept)) return true;
  sqp_across(sqp, sqp->held);
  sqp_turn(sqp, kept);
  double factor = 2 * sqp_stiffness(sqp);
  for (int k = 0; k < TRIES && !sqp_definite(sqp, ROUNDING * kept); k++, factor *= 8) {
    if (sqp->across.rank == 0)
      for (size_t i = 0; i < n; i++) sqp->b[i * n + i] += 1e-9 * factor;
    for (size_t i = 0; i < sqp->across.rank; i++) sqp_bend(sqp, sqp->across.q + i * n, factor);
  }
  return sqp_definite(sqp, ROUNDING * kept);
}

/* Where little curvature along the constraints is coupled to much across them no factor is large
 * enough and small enough for rounding: without the coupling, which only moves solutions off the
 * constraints. */
static bool sqp_convex_apart(Sqp *sqp, double kept) {
  size_t n = sqp->n, order = n - sqp->across.rank;
  double stiffness = sqp_stiffness(sqp);
  memset(sqp->b, 0, n * n * sizeof(double));
  for (size_t k = 0; k < order; k++) {
    memset(sqp->zh, 0, n * sizeof(double));
    for (size_t i = 0; i < order; i++)
      for (size_t l = 0; l < n; l++)
        sqp->zh[l] += sqp->spectrum.vectors[k * order + i] * subspace_null(&sqp->across, i)[l];
    sqp_bend(sqp, sqp->zh, fmax(fabs(sqp->spectrum.values[k]), kept * stiffness));
  }
  for (size_t i = 0; i < sqp->across.rank; i++) sqp_bend(sqp, sqp->across.q + i * n, stiffness);
  return sqp_definite(sqp, 0);
}

bool sqp_convex(Sqp *sqp) {
  const double FLAT = 1e-12,
               PLAIN = 1e-9; /* the little that a quartic has left matters near its end */
  return sqp_convex_by(sqp, FLAT) || sqp_convex_by(sqp, PLAIN) || sqp_convex_apart(sqp, PLAIN);
}

void sqp_learn(Sqp *sqp) {
  const double DAMP = 0.2;
  size_t n = sqp->n;
  double *s = sqp->zh, *change = sqp->change, *bs = sqp->reduced;
  for (size_t k = 0; k < n; k++) {
    s[k] = sqp->trial.x[k] - sqp->here.x[k];
    change[k] = sqp->trial.g[k] - sqp->here.g[k];
    for (size_t i = 0; i < sqp->m; i++)
      change[k] += sqp->multiplier[i] * (sqp->trial.j[i * n + k] - sqp->here.j[i * n + k]);
  }
  if (sqp->course->result->iterations <= 1) { /* the first pair tells the scale */
    double scale = dense_dot(n, change, s) / dense_dot(n, s, s);
    for (size_t k = 0; k < n && scale > 0; k++) sqp->raw[k * n + k] = scale;
  }
  for (size_t k = 0; k < n; k++) bs[k] = dense_dot(n, sqp->raw + k * n, s);
  double sbs = dense_dot(n, s, bs), sy = dense_dot(n, s, change);
  if (!(sbs > 0)) return;
  if (sy < DAMP * sbs) {
    double share = (1 - DAMP) * sbs / (sbs - sy);
    for (size_t k = 0; k < n; k++) change[k] = share * change[k] + (1 - share) * bs[k];
    sy = dense_dot(n, s, change);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      sqp->raw[i * n + k] += change[i] * change[k] / sy - bs[i] * bs[k] / sbs;
}
