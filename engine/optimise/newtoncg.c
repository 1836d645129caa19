/* newtoncg.c - Newton's method for many variables: the Hessian is never formed, only multiplied.
 *
 * Steps in a trust region by conjugate gradients, cut short where the region ends or a direction curves
 * downwards (Steihaug, SIAM J. Numer. Anal. 20, 1983). Each product with the Hessian is one sweep over the
 * recording of the gradient. The system is solved as exactly as the gradient deserves (Dembo, Eisenstat
 * and Steihaug, ibid. 19, 1982), which makes the end quadratic.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/search.h"

typedef struct Truncated {
  size_t n;
  double *x, *g, *p, *trial, *trial_g;
  double *residual, *direction, *product; /* of the conjugate gradients */
  double value, radius, predicted, length;
  bool inside; /* p is a Newton step, as far as it was solved */
} Truncated;

static void truncated_init(Truncated *t, Search *search) {
  double **vectors[] = {&t->x,       &t->g,        &t->p,         &t->trial,
                        &t->trial_g, &t->residual, &t->direction, &t->product};
  memset(t, 0, sizeof *t);
  t->n = search->n;
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    *vectors[k] = search_numbers(search, t->n);
}

static void add_multiple(size_t n, double factor, const double *v, double *to) {
  for (size_t i = 0; i < n; i++) to[i] += factor * v[i];
}

/* How far along the direction the region ends. */
static double truncated_reach(const Truncated *t) {
  double a = dense_dot(t->n, t->direction, t->direction), b = dense_dot(t->n, t->p, t->direction);
  double c = dense_dot(t->n, t->p, t->p) - t->radius * t->radius;
  double root = sqrt(fmax(b * b - a * c, 0));
  return b > 0 ? -c / (b + root) : (root - b) / a; /* without cancellation */
}

/* Adds a stretch of the direction to p, and to the drop the model promises. */
static void truncated_extend(Truncated *t, double along, double slope, double curvature) {
  add_multiple(t->n, along, t->direction, t->p);
  t->predicted -= along * slope + 0.5 * along * along * curvature;
}

/* The step into p. The residual is H p + g. False when the derivatives end. */
static bool truncated_solve(Truncated *t, Search *search) {
  const double LOOSEST = 0.5;
  enum { PRODUCTS_MOST = 2000 };
  double norm = dense_norm(t->n, t->g), goal = fmin(LOOSEST, sqrt(norm)) * norm;
  memset(t->p, 0, t->n * sizeof(double));
  memcpy(t->residual, t->g, t->n * sizeof(double));
  for (size_t i = 0; i < t->n; i++) t->direction[i] = -t->g[i];
  t->predicted = 0;
  t->inside = true;
  double square = norm * norm;
  for (size_t k = 0; k < PRODUCTS_MOST && sqrt(square) > goal; k++) {
    if (!search_product(search, t->x, t->direction, t->product)) return false;
    double curvature = dense_dot(t->n, t->direction, t->product);
    double slope = dense_dot(t->n, t->residual, t->direction), along = square / curvature;
    double reach = truncated_reach(t);
    if (curvature <= 0 || along >= reach) {
      truncated_extend(t, reach, slope, curvature);
      t->inside = false;
      break;
    }
    truncated_extend(t, along, slope, curvature);
    add_multiple(t->n, along, t->product, t->residual);
    double next = dense_dot(t->n, t->residual, t->residual);
    for (size_t i = 0; i < t->n; i++)
      t->direction[i] = next / square * t->direction[i] - t->residual[i];
    square = next;
  }
  t->length = dense_norm(t->n, t->p);
  return dense_finite(t->n, t->p);
}

static bool truncated_move(Truncated *t, Search *search, double value) {
  search_gradient(search, t->trial, t->trial_g);
  if (!dense_finite(t->n, t->trial_g)) return false;
  memcpy(t->x, t->trial, t->n * sizeof(double));
  memcpy(t->g, t->trial_g, t->n * sizeof(double));
  t->value = value;
  return true;
}

/* Where a drop is too small to be seen in the value, the gradient says what a step is worth. The terms of
 * the value are as large as they were at the start, though their sum may be near 0 now. */
static bool truncated_polish(Truncated *t, Search *search) {
  const double WORTH = 0.5, ROUNDING = 16 * DBL_EPSILON;
  double before = dense_norm(t->n, t->g), terms = fabs(t->value) + fabs(search->result->start_value);
  double value = search_gradient(search, t->trial, t->trial_g);
  bool level = value <= t->value + ROUNDING * terms;
  if (!level || !(dense_norm(t->n, t->trial_g) < WORTH * before)) return false;
  memcpy(t->x, t->trial, t->n * sizeof(double));
  memcpy(t->g, t->trial_g, t->n * sizeof(double));
  t->value = value;
  search_prefer(search, t->x, value);
  return true;
}

/* A trial of p and what it teaches about the radius. True when the point moved. */
static bool truncated_attempt(Truncated *t, Search *search) {
  const double GOOD = 0.75, POOR = 0.25, ACCEPT = 1e-4;
  for (size_t i = 0; i < t->n; i++) t->trial[i] = t->x[i] + t->p[i];
  double value = search_value(search, t->trial), ratio = (t->value - value) / t->predicted;
  bool moved = isfinite(value) && ratio > ACCEPT && truncated_move(t, search, value);
  if (!moved && t->inside && truncated_polish(t, search)) return true;
  if (!moved || ratio < POOR) t->radius = POOR * t->length;
  else if (ratio > GOOD && !t->inside) t->radius *= 2;
  return moved;
}

static bool truncated_advance(Truncated *t, Search *search) {
  for (;;) {
    if (search_exhausted(search)) {
      search_reason(search, "%zu evaluations are spent", search->result->evaluations);
      return false;
    }
    if (!truncated_solve(t, search)) {
      search_reason(search, "the second derivatives are not finite");
      return false;
    }
    bool moved = truncated_attempt(t, search);
    if (!moved && t->radius <= DBL_EPSILON * fmax(dense_norm(t->n, t->x), DBL_MIN)) {
      search_reason(search, "no step %s the value any more",
                    search->options->negated ? "raises" : "lowers");
      return false;
    }
    if (!moved) continue;
    search->result->iterations++;
    return !search_unbounded(search, t->x, t->value) &&
           search_step(search, t->x, t->value, t->g, t->length);
  }
}

void newtoncg_run(Search *search) {
  Truncated t;
  truncated_init(&t, search);
  memcpy(t.x, search->result->x, t.n * sizeof(double));
  t.value = search_gradient(search, t.x, t.g);
  if (!dense_finite(t.n, t.g)) {
    search_reason(search, "the derivatives at the start are not finite");
    return;
  }
  t.radius = fmax(dense_norm(t.n, t.x), sqrt((double)t.n));
  while (!search_done(search, t.x, t.value, t.g))
    if (!truncated_advance(&t, search)) break;
}
