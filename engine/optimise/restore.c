/* restore.c - to the nearest violation that is least: a point of the feasible set, or proof in
 * numbers that there is none around.
 *
 * The sum of squared violations has one continuous derivative; its Hessian jumps where a constraint
 * comes into force, which Newton's method in a trust region survives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/course.h"

#include <math.h>
#include <string.h>

#include "optimise/subspace.h"

typedef struct Restore {
  Course *course;
  const double *weight;
  double *c, *j, *excess;
} Restore;

/* Signed weighted violations into excess; returns half their squares' sum. */
static double restore_value(void *context, const double *x) {
  Restore *restore = context;
  Course *course = restore->course;
  if (!course_constraints(course, x, restore->c)) return NAN;
  double sum = 0;
  for (size_t i = 0; i < course->m; i++) {
    double weight = restore->weight ? restore->weight[i] : 1;
    double excess = i < course->equalities ? restore->c[i] : fmax(restore->c[i], 0);
    sum += 0.5 * weight * excess * weight * excess;
    restore->excess[i] = weight * weight * excess;
  }
  return sum;
}

static double restore_gradient(void *context, const double *x, double *g) {
  Restore *restore = context;
  Course *course = restore->course;
  size_t n = course->n;
  double value = restore_value(context, x);
  bool finite = course_jacobian(course, x, restore->j);
  for (size_t k = 0; k < n; k++) {
    g[k] = finite ? 0 : NAN;
    for (size_t i = 0; i < course->m; i++) g[k] += restore->excess[i] * restore->j[i * n + k];
  }
  return value;
}

static void restore_hessian(void *context, const double *x, double *h) {
  Restore *restore = context;
  Course *course = restore->course;
  size_t n = course->n;
  restore_value(context, x);
  course_jacobian(course, x, restore->j);
  memset(h, 0, n * n * sizeof(double));
  if (!course->constraints->linear)
    course->constraints->hessian(course->constraints->context, x, restore->excess, h);
  for (size_t i = 0; i < course->m; i++) {
    if (i >= course->equalities && !(restore->excess[i] > 0)) continue;
    double weight = restore->weight ? restore->weight[i] : 1;
    const double *row = restore->j + i * n;
    for (size_t k = 0; k < n; k++)
      for (size_t l = 0; l < n; l++) h[k * n + l] += weight * row[k] * weight * row[l];
  }
}

bool course_restore(Course *course, const double *x, const double *weight, double *to) {
  enum { PER_VARIABLE = 20, AT_LEAST = 200, DENSE_MOST = 200 };
  size_t n = course->n;
  bool exact =
      (course->constraints->linear || course->constraints->hessian != NULL) && n <= DENSE_MOST;
  Restore restore = {course, weight, course_numbers(course, course->m),
                     course_numbers(course, course->m * n), course_numbers(course, course->m)};
  Objective objective = {.n = n,
                         .context = &restore,
                         .value = restore_value,
                         .gradient = restore_gradient,
                         .hessian = exact ? restore_hessian : NULL};
  MinimiseOptions options = *course->options;
  options.method = exact ? "trust" : n <= DENSE_MOST ? "quasinewton" : "lbfgs";
  options.path = NULL; /* the run itself may be the path of a method that ran elsewhere */
  options.tolerance = 0;
  options.max_evaluations = PER_VARIABLE * n + AT_LEAST;
  MinimiseResult result;
  minimise_run(&objective, x, &options, &result);
  memcpy(to, result.x, n * sizeof *to);
  return isfinite(result.value);
}

/* The shortest step that mends the linearised violations into p and breaks nothing that is active;
 * returns the largest of them. */
static double restore_linear(Course *course, Subspace *subspace, const double *x, double *c,
                             double *j, double *p) {
  size_t n = course->n, rows = 0;
  double largest = 0;
  if (!course_constraints(course, x, c) || !course_jacobian(course, x, j)) return NAN;
  for (size_t i = 0; i < course->m; i++) {
    double norm = dense_norm(n, j + i * n), excess = course_excess(course, i, c[i]);
    largest = fmax(largest, excess);
    if (!(norm > 0) || (excess == 0 && c[i] < -course_tolerance(course, i))) continue;
    for (size_t k = 0; k < n; k++) j[rows * n + k] = j[i * n + k] / norm;
    c[rows++] = (i < course->equalities ? c[i] : excess) / norm;
  }
  if (!subspace_span(subspace, rows, j)) return NAN;
  subspace_normal(subspace, c, p);
  return largest;
}

void course_tighten(Course *course, double *x) {
  enum { MOST = 40 };
  const double SAME = 0.02, SLOWEST = 0.9, LESS = 0.9;
  size_t n = course->n;
  double *c = course_numbers(course, course->m), *j = course_numbers(course, course->m * n);
  double *p = course_numbers(course, n), *next = course_numbers(course, n);
  double last = 0, last_ratio = 0;
  Subspace subspace;
  subspace_init(&subspace, course, course->m);
  double excess = restore_linear(course, &subspace, x, c, j, p);
  for (int k = 0; k < MOST && excess > 0; k++) {
    double length = dense_norm(n, p), ratio = last > 0 ? length / last : 0;
    bool steady = fabs(ratio - last_ratio) < SAME && ratio > 0 && ratio < SLOWEST;
    double factor = steady ? round(1 / (1 - ratio)) : 1; /* of a root of that order */
    for (size_t i = 0; i < n; i++) next[i] = x[i] + factor * p[i];
    last = factor > 1 ? 0 : length;
    last_ratio = factor > 1 ? 0 : ratio;
    double left = restore_linear(course, &subspace, next, c, j, p);
    if (!(left < LESS * excess)) return;
    memcpy(x, next, n * sizeof *x);
    excess = left;
  }
}
