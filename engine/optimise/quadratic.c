/* quadratic.c - convex quadratic and linear programs, solved at once.
 *
 * Proximal point steps (Rockafellar, SIAM J. Control Optim. 14, 1976) make every program strictly
 * convex for the dual active-set method; with a small weight one or two reach the solution, on a
 * linear program exactly. Steps that repeat for ever are a ray, which is checked against the data
 * before it is believed. Newton on the final active set then removes what rounding is left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/course.h"
#include "optimise/program.h"

typedef struct Quadratic {
  Course *course;
  size_t n, m;
  Place here;
  double *typical, *h, *b, *g, *a, *c, *y, *scale;
  double curvature, slope; /* largest of the scaled data */
  Program program;
} Quadratic;

static bool quadratic_init(Quadratic *quadratic, Course *course) {
  size_t n = course->n, m = course->m;
  *quadratic = (Quadratic){.course = course, .n = n, .m = m};
  course_place(course, &quadratic->here);
  quadratic->typical = course_numbers(course, n);
  quadratic->g = course_numbers(course, n);
  quadratic->y = course_numbers(course, n);
  quadratic->h = course_numbers(course, n * n);
  quadratic->b = course_numbers(course, n * n);
  quadratic->a = course_numbers(course, m * n);
  quadratic->c = course_numbers(course, m);
  quadratic->scale = course_numbers(course, m);
  program_init(&quadratic->program, course, n, m, course->equalities);
  memcpy(quadratic->here.x, course->result->x, n * sizeof(double));
  if (!course_measure(course, &quadratic->here) || !course_derive(course, &quadratic->here) ||
      !course_hessian(course, quadratic->here.x, course->multipliers, quadratic->h))
    return false;
  course_typical(course, quadratic->here.x, quadratic->typical);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      quadratic->h[i * n + k] *= quadratic->typical[i] * quadratic->typical[k];
  quadratic->curvature = dense_largest(n * n, quadratic->h);
  return true;
}

/* The data at here, rows of length 1. */
static void quadratic_load(Quadratic *quadratic) {
  size_t n = quadratic->n;
  const Place *here = &quadratic->here;
  for (size_t k = 0; k < n; k++) quadratic->g[k] = here->g[k] * quadratic->typical[k];
  for (size_t i = 0; i < quadratic->m; i++) {
    double *row = quadratic->a + i * n;
    for (size_t k = 0; k < n; k++) row[k] = here->j[i * n + k] * quadratic->typical[k];
    double norm = dense_norm(n, row);
    quadratic->scale[i] = norm > 0 ? 1 / norm : 1;
    for (size_t k = 0; k < n; k++) row[k] *= quadratic->scale[i];
    quadratic->c[i] = here->c[i] * quadratic->scale[i];
  }
  quadratic->slope = dense_largest(n, quadratic->g);
}

static ProgramStatus quadratic_solve(Quadratic *quadratic, double weight) {
  size_t n = quadratic->n;
  Program *program = &quadratic->program;
  memcpy(quadratic->b, quadratic->h, n * n * sizeof(double));
  for (size_t k = 0; k < n; k++) quadratic->b[k * n + k] += weight;
  program->h = quadratic->b;
  program->g = quadratic->g;
  program->a = quadratic->a;
  program->c = quadratic->c;
  ProgramStatus status = program_solve(program);
  memcpy(quadratic->y, program->p, n * sizeof(double));
  return status;
}

/* Whether the step is a way down that no constraint and no curvature ends. */
static bool quadratic_ray(const Quadratic *quadratic) {
  const double NOTHING = 1e-9;
  size_t n = quadratic->n;
  const double *y = quadratic->y;
  double length = dense_norm(n, y);
  if (!(length > 0)) return false;
  if (!(dense_dot(n, quadratic->g, y) < -NOTHING * quadratic->slope * length)) return false;
  for (size_t k = 0; k < n; k++)
    if (fabs(dense_dot(n, quadratic->h + k * n, y)) > NOTHING * quadratic->curvature * length)
      return false;
  for (size_t i = 0; i < quadratic->m; i++) {
    double along = dense_dot(n, quadratic->a + i * n, y);
    if (course_excess(quadratic->course, i, along) > NOTHING * length) return false;
  }
  return true;
}

static bool quadratic_move(Quadratic *quadratic) {
  for (size_t k = 0; k < quadratic->n; k++)
    quadratic->here.x[k] += quadratic->y[k] * quadratic->typical[k];
  quadratic->course->result->iterations++;
  return course_measure(quadratic->course, &quadratic->here) &&
         course_derive(quadratic->course, &quadratic->here);
}

static bool quadratic_unbounded(Quadratic *quadratic) {
  Course *course = quadratic->course;
  if (!course_feasible(course, quadratic->here.c) || !quadratic_ray(quadratic)) return false;
  for (size_t k = 0; k < quadratic->n; k++)
    course->unit[k] = quadratic->y[k] * quadratic->typical[k];
  course_prefer(course, &quadratic->here);
  course_direct(course, course->unit);
  course_reason(course, "the value %s without end", course->options->negated ? "rises" : "falls");
  course->result->unbounded = true;
  return true;
}

static void quadratic_note(Quadratic *quadratic) {
  for (size_t i = 0; i < quadratic->m; i++)
    quadratic->course->multipliers[i] = quadratic->program.multiplier[i] * quadratic->scale[i];
}

void quadratic_run(Course *course) {
  enum { STEPS = 60 };
  const double SHARE = 1e-7, LIGHTER = 0.1, LIGHTEST = 1e-10, NEGLIGIBLE = 1e-11;
  Quadratic quadratic;
  if (!quadratic_init(&quadratic, course)) return;
  double share = SHARE;
  for (int step = 0; step < STEPS && !course_exhausted(course); step++) {
    quadratic_load(&quadratic);
    double weight = share * fmax(quadratic.curvature, quadratic.slope) + DBL_MIN;
    if (quadratic.curvature > 0) weight = fmin(weight, share * quadratic.curvature * 1e3);
    ProgramStatus status = quadratic_solve(&quadratic, weight);
    if (status == PROGRAM_INFEASIBLE) {
      course->result->refuted = true;
      return;
    }
    if (status == PROGRAM_STUCK && share < 1e-3) {
      share /= LIGHTER; /* rounding: heavier */
      continue;
    }
    if (status == PROGRAM_STUCK) return;
    quadratic_note(&quadratic);
    double size = 1, length = dense_largest(course->n, quadratic.y);
    for (size_t k = 0; k < course->n; k++)
      size = fmax(size, fabs(quadratic.here.x[k]) / quadratic.typical[k]);
    if (length <= NEGLIGIBLE * size) break;
    if (step > 0 && quadratic_unbounded(&quadratic)) return;
    if (!quadratic_move(&quadratic)) return;
    if (!course_step(course, &quadratic.here, NAN, length)) return;
    if (step > 2) share = fmax(share * LIGHTER, LIGHTEST);
  }
  course_prefer(course, &quadratic.here);
}
