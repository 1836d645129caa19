/* auglag.c - the augmented Lagrangian method, its inner problems solved without constraints.
 *
 * Powell, Hestenes and Rockafellar's function as in Nocedal and Wright, Numerical Optimization
 * (2006), section 17.4: f + lambda c + rho c^2 / 2 for an equality, and
 * (max(0, mu + rho c)^2 - mu^2) / (2 rho) for an inequality. Slower than SQP, but it needs no
 * constraint qualification to make progress.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/course.h"

typedef struct Auglag {
  Course *course;
  Place here;
  double *multiplier, *force, *weight; /* of the weighted constraints */
  double rho;
} Auglag;

/* What each constraint pulls with at these values, into force; returns their share of the function.
 */
static double auglag_forces(Auglag *auglag, const double *c) {
  Course *course = auglag->course;
  double sum = 0;
  for (size_t i = 0; i < course->m; i++) {
    double mu = auglag->multiplier[i], force = mu + auglag->rho * auglag->weight[i] * c[i];
    if (i >= course->equalities) force = fmax(force, 0);
    sum += (force * force - mu * mu) / (2 * auglag->rho);
    auglag->force[i] = force * auglag->weight[i];
  }
  return sum;
}

static double auglag_value(void *context, const double *x) {
  Auglag *auglag = context;
  memcpy(auglag->here.x, x, auglag->course->n * sizeof *x);
  if (!course_measure(auglag->course, &auglag->here)) return NAN;
  return auglag->here.value + auglag_forces(auglag, auglag->here.c);
}

static double auglag_gradient(void *context, const double *x, double *g) {
  Auglag *auglag = context;
  size_t n = auglag->course->n;
  double value = auglag_value(context, x);
  bool finite = isfinite(value) && course_derive(auglag->course, &auglag->here);
  for (size_t k = 0; k < n; k++) {
    g[k] = finite ? auglag->here.g[k] : NAN;
    for (size_t i = 0; i < auglag->course->m; i++)
      g[k] += auglag->force[i] * auglag->here.j[i * n + k];
  }
  return value;
}

static void auglag_hessian(void *context, const double *x, double *h) {
  Auglag *auglag = context;
  Course *course = auglag->course;
  size_t n = course->n;
  if (memcmp(auglag->here.x, x, n * sizeof *x) != 0 || !dense_finite(n, auglag->here.g))
    auglag_gradient(context, x, course_numbers(course, n));
  auglag_forces(auglag, auglag->here.c);
  course_jacobian(course, x, auglag->here.j);
  course_hessian(course, x, auglag->force, h);
  for (size_t i = 0; i < course->m; i++) {
    if (i >= course->equalities && !(auglag->force[i] > 0)) continue;
    double stiff = auglag->rho * auglag->weight[i] * auglag->weight[i];
    const double *row = auglag->here.j + i * n;
    for (size_t k = 0; k < n; k++)
      for (size_t l = 0; l < n; l++) h[k * n + l] += stiff * row[k] * row[l];
  }
}

static bool auglag_minimise(Auglag *auglag, double *x) {
  enum { DENSE_MOST = 200 };
  Course *course = auglag->course;
  size_t n = course->n;
  bool exact = course_has_hessian(course) && n <= DENSE_MOST;
  Objective objective = {.n = n,
                         .context = auglag,
                         .value = auglag_value,
                         .gradient = auglag_gradient,
                         .hessian = exact ? auglag_hessian : NULL};
  MinimiseOptions options = *course->options;
  options.method = exact ? "trust" : n <= DENSE_MOST ? "quasinewton" : "lbfgs";
  options.tolerance = 0;
  options.negated = false;
  options.max_evaluations = course->run_limit > course->result->evaluations
                                ? course->run_limit - course->result->evaluations
                                : 1;
  MinimiseResult result;
  minimise_run(&objective, x, &options, &result);
  if (!isfinite(result.value) || result.kind == MINIMISE_UNBOUNDED) return false;
  memcpy(x, result.x, n * sizeof *x);
  return true;
}

static double auglag_violation(const Auglag *auglag, const double *c) {
  double largest = 0;
  for (size_t i = 0; i < auglag->course->m; i++) {
    double excess = c[i] * auglag->weight[i];
    if (i >= auglag->course->equalities)
      excess = fmax(excess, -auglag->multiplier[i] / auglag->rho);
    largest = fmax(largest, fabs(excess));
  }
  return largest;
}

static void auglag_begin(Auglag *auglag) {
  const double LEAST = 1, MOST = 1e6;
  Course *course = auglag->course;
  double sum = 0;
  for (size_t i = 0; i < course->m; i++) {
    auglag->weight[i] = course->norm[i] > 0 ? 1 / course->norm[i] : 1;
    sum += pow(auglag->weight[i] * course_excess(course, i, auglag->here.c[i]), 2);
    auglag->multiplier[i] = course->multipliers[i] / auglag->weight[i];
  }
  double balance = 10 * fabs(auglag->here.value) / fmax(0.5 * sum, 1e-6);
  double slope = 0;
  course_typical(course, auglag->here.x, course->unit);
  for (size_t k = 0; k < course->n; k++)
    slope = fmax(slope, fabs(auglag->here.g[k] * course->unit[k]));
  auglag->rho = fmin(fmax(fmin(balance, 10 * slope), LEAST), MOST);
}

void auglag_run(Course *course) {
  enum { ROUNDS = 40 };
  const double ENOUGH = 0.25, STIFFER = 10, STIFFEST = 1e12, DONE = 1e-12;
  Auglag auglag = {.course = course};
  course_place(course, &auglag.here);
  auglag.multiplier = course_numbers(course, course->m);
  auglag.force = course_numbers(course, course->m);
  auglag.weight = course_numbers(course, course->m);
  double *x = course_numbers(course, course->n), last = INFINITY;
  memcpy(x, course->result->x, course->n * sizeof *x);
  memcpy(auglag.here.x, x, course->n * sizeof *x);
  if (!course_measure(course, &auglag.here) || !course_derive(course, &auglag.here)) return;
  auglag_begin(&auglag);
  for (int round = 0; round < ROUNDS && !course_exhausted(course); round++) {
    if (!auglag_minimise(&auglag, x)) {
      auglag.rho *= STIFFER; /* the penalty is what bounds it, or nothing does */
      if (auglag.rho > STIFFEST) return;
      continue;
    }
    memcpy(auglag.here.x, x, course->n * sizeof *x);
    if (!course_measure(course, &auglag.here) || !course_derive(course, &auglag.here)) return;
    double violation = auglag_violation(&auglag, auglag.here.c);
    auglag_forces(&auglag, auglag.here.c);
    for (size_t i = 0; i < course->m; i++) {
      course->multipliers[i] = auglag.force[i];
      auglag.multiplier[i] = auglag.force[i] / auglag.weight[i];
    }
    course->result->iterations++;
    course_prefer(course, &auglag.here);
    if (!course_step(course, &auglag.here, NAN, violation) || violation <= DONE) return;
    if (violation > ENOUGH * last && auglag.rho < STIFFEST) auglag.rho *= STIFFER;
    last = violation;
  }
}
