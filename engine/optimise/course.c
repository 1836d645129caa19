/* course.c - one run of a constrained solver: counted evaluations, the best point, memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/course.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The limits of search.c, for the same reasons. */
static const double UNBOUNDED_VALUE = -1e100;
static const double UNBOUNDED_COORDINATE = 1e50;

void *course_memory(Course *course, size_t bytes) {
  void *memory = course->options->allocate(course->options->context, bytes ? bytes : 1);
  assert(memory != NULL);
  return memset(memory, 0, bytes);
}

double *course_numbers(Course *course, size_t count) {
  return course_memory(course, count * sizeof(double));
}

void course_place(Course *course, Place *place) {
  place->value = NAN;
  place->x = course_numbers(course, course->n);
  place->g = course_numbers(course, course->n);
  place->c = course_numbers(course, course->m);
  place->j = course_numbers(course, course->m * course->n);
}

void course_copy(const Course *course, Place *to, const Place *from) {
  size_t n = course->n, m = course->m;
  to->value = from->value;
  memcpy(to->x, from->x, n * sizeof(double));
  memcpy(to->g, from->g, n * sizeof(double));
  memcpy(to->c, from->c, m * sizeof(double));
  memcpy(to->j, from->j, m * n * sizeof(double));
}

void course_spectrum(Course *course, Spectrum *spectrum, size_t n) {
  spectrum->n = n;
  spectrum->values = course_numbers(course, n);
  spectrum->vectors = course_numbers(course, n * n);
  spectrum->work = course_numbers(course, spectrum_work_size(n));
}

double course_excess(const Course *course, size_t i, double c) {
  return i < course->equalities ? fabs(c) : fmax(c, 0);
}

double course_tolerance(const Course *course, size_t i) {
  const double ROUNDING = 16 * DBL_EPSILON;
  return fmax(course->slack[i], ROUNDING * fabs(course->seen[i]));
}

bool course_feasible(const Course *course, const double *c) {
  for (size_t i = 0; i < course->m; i++)
    if (!(course_excess(course, i, c[i]) <= course_tolerance(course, i))) return false;
  return true;
}

double course_distance(const Course *course, const double *c) {
  const double EXACT = 1e-12; /* far below the tolerance, so that no run lives off that */
  double largest = 0;
  for (size_t i = 0; i < course->m; i++) {
    double excess = course_excess(course, i, c[i]);
    if (excess > EXACT * course->norm[i])
      largest = fmax(largest, course->norm[i] > 0 ? excess / course->norm[i] : excess);
  }
  return largest;
}

static void course_keep(Course *course, const double *x, double value, const double *c) {
  for (size_t i = 0; i < course->n; i++)
    course->travelled[i] = fmax(course->travelled[i], fabs(x[i] - course->start[i]));
  memcpy(course->result->x, x, course->n * sizeof *x);
  memcpy(course->best_c, c, course->m * sizeof *c);
  memcpy(course->result->constraint, c, course->m * sizeof *c);
  course->result->value = value;
  course->has_best = true;
}

/* Less violated is better, then lower. */
static void course_note(Course *course, const double *x, double value, const double *c) {
  double distance = course_distance(course, c);
  double best = course->has_best ? course_distance(course, course->best_c) : INFINITY;
  if (isnan(value) || distance > best) return;
  if (distance < best || value < course->result->value) course_keep(course, x, value, c);
}

void course_prefer(Course *course, const Place *place) {
  assert(!isnan(place->value));
  course_keep(course, place->x, place->value, place->c);
}

bool course_constraints(Course *course, const double *x, double *c) {
  if (course->m == 0) return true;
  course->result->constraint_evaluations++;
  course->constraints->value(course->constraints->context, x, c);
  return dense_finite(course->m, c);
}

bool course_jacobian(Course *course, const double *x, double *j) {
  if (course->m == 0) return true;
  course->result->jacobian_evaluations++;
  course->constraints->jacobian(course->constraints->context, x, j);
  return dense_finite(course->m * course->n, j);
}

static bool course_asked(const Course *course, const double *x) {
  return course->has_asked && memcmp(course->asked.x, x, course->n * sizeof *x) == 0;
}

static void course_remember(Course *course, const Place *place) {
  memcpy(course->asked.x, place->x, course->n * sizeof(double));
  memcpy(course->asked.c, place->c, course->m * sizeof(double));
  course->asked.value = place->value;
  course->has_asked = true;
}

bool course_measure(Course *course, Place *place) {
  if (course_asked(course, place->x)) {
    memcpy(place->c, course->asked.c, course->m * sizeof(double));
    place->value = course->asked.value;
    return isfinite(place->value);
  }
  course->result->evaluations++;
  place->value = NAN;
  if (course_constraints(course, place->x, place->c))
    place->value = course->objective->value(course->objective->context, place->x);
  course_remember(course, place);
  if (!isnan(place->value)) course_note(course, place->x, place->value, place->c);
  return isfinite(place->value);
}

/* What of it is no violation: a share of it, but far from the start only what rounding explains. */
void course_norms(Course *course, const Place *place) {
  const double FAR = 1e3, ROUNDING = 64 * DBL_EPSILON;
  size_t n = course->n;
  double reach = FAR * (1 + dense_largest(n, course->start));
  course_typical(course, place->x, course->unit);
  for (size_t i = 0; i < course->m; i++) {
    double sum = 0, near = 0;
    for (size_t k = 0; k < n; k++) {
      double unit = course->unit[k], slope = place->j[i * n + k];
      sum = hypot(sum, slope * unit);
      near = hypot(near, slope * fmin(unit, reach * course->natural[k]));
    }
    course->norm[i] = sum;
    course->slack[i] = fmax(COURSE_FEASIBLE * near, ROUNDING * sum);
  }
}

bool course_derive(Course *course, Place *place) {
  size_t n = course->n;
  course->result->evaluations += !course_asked(course, place->x);
  course->result->gradient_evaluations++;
  place->value = course->objective->gradient(course->objective->context, place->x, place->g);
  if (!isfinite(place->value) || !dense_finite(n, place->g)) return false;
  if (!course_jacobian(course, place->x, place->j)) return false;
  course_norms(course, place);
  return true;
}

bool course_has_hessian(const Course *course) {
  bool curved = course->m > 0 && !course->constraints->linear;
  return course->objective->hessian != NULL && course->n <= COURSE_HESSIAN_LIMIT &&
         (!curved || course->constraints->hessian != NULL);
}

bool course_hessian(Course *course, const double *x, const double *multiplier, double *h) {
  size_t n = course->n;
  course->result->hessian_evaluations++;
  course->objective->hessian(course->objective->context, x, h);
  if (course->m > 0 && !course->constraints->linear) {
    if (course->curved == NULL) course->curved = course_numbers(course, n * n);
    course->constraints->hessian(course->constraints->context, x, multiplier, course->curved);
    for (size_t i = 0; i < n * n; i++) h[i] += course->curved[i];
  }
  return dense_finite(n * n, h);
}

/* As far as a coordinate is from zero and from the start, and no less than a share of the largest.
 */
void course_typical(const Course *course, const double *x, double *typical) {
  const double SHARE = 1e-3;
  double largest = 0;
  for (size_t i = 0; i < course->n; i++) {
    typical[i] = fmax(fabs(x[i]), fabs(x[i] - course->start[i])) / course->natural[i];
    largest = fmax(largest, typical[i]);
  }
  for (size_t i = 0; i < course->n; i++)
    typical[i] =
        course->natural[i] * (largest > 0 ? fmax(typical[i], fmin(SHARE * largest, 1)) : 1);
}

bool course_exhausted(const Course *course) {
  return course->result->evaluations + course->result->constraint_evaluations / 4 >=
             course->run_limit ||
         course->result->unbounded || course->result->stopped;
}

void course_reason(Course *course, const char *format, ...) {
  if (course->result->unbounded || course->result->stopped) return; /* those outrank any other */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(course->result->reason, sizeof course->result->reason, format, arguments);
  va_end(arguments);
}

bool course_step(Course *course, const Place *place, double stationarity, double length) {
  const Objective *objective = course->objective;
  if (objective->step == NULL) return true;
  OptimiseStep step = {course->result->iterations, place->x, place->value, stationarity, length};
  if (objective->step(objective->context, &step)) return true;
  course_reason(course, "stopped at step %zu", course->result->iterations);
  course->result->stopped = true;
  return false;
}

void course_direct(Course *course, const double *direction) {
  const double NOTHING = 1e-9; /* of the largest part: rounding of how it was found */
  double *unit = course->result->direction, largest = dense_largest(course->n, direction);
  course->result->has_direction = largest > 0 && isfinite(largest);
  if (!course->result->has_direction) return;
  for (size_t i = 0; i < course->n; i++)
    unit[i] = fabs(direction[i]) > NOTHING * largest ? direction[i] / largest : 0;
  double norm = dense_norm(course->n, unit);
  for (size_t i = 0; i < course->n; i++) unit[i] /= norm;
}

static const char *course_falls(const Course *course) {
  return course->options->negated ? "rises" : "falls";
}

static double course_shown(const Course *course, double value) {
  return course->options->negated ? -value : value;
}

bool course_unbounded(Course *course, const Place *place) {
  double reach = UNBOUNDED_COORDINATE * fmax(1, dense_largest(course->n, course->start));
  bool far =
      dense_largest(course->n, place->x) > reach && place->value < course->result->start_value;
  if (course->result->unbounded) return true;
  if (!course_feasible(course, place->c)) return false;
  if (!(place->value < UNBOUNDED_VALUE) && !far) return false;
  course_prefer(course, place);
  course_reason(course, "the value %s without end (%.6g reached)", course_falls(course),
                course_shown(course, place->value));
  for (size_t i = 0; i < course->n; i++) course->unit[i] = place->x[i] - course->start[i];
  course_direct(course, course->unit);
  course->result->unbounded = true;
  return true;
}

/* No constraint that mattered comes nearer: one that does would end the fall further out. */
static bool course_open(const Course *course, const double *from, const double *c, double length) {
  for (size_t i = 0; i < course->m; i++) {
    double slack = course->slack[i] + COURSE_FEASIBLE * course->norm[i] * length;
    if (!(course_excess(course, i, c[i]) <= course_excess(course, i, from[i]) + slack))
      return false;
    if (i >= course->equalities && !(c[i] <= from[i] + slack)) return false;
  }
  return true;
}

bool course_falls_for_ever(Course *course, const Place *from, const double *p) {
  enum { DOUBLINGS = 60 };
  const double FAR = 1e8; /* times the size of x: the scale of the problem is left behind */
  Place trial;
  course_place(course, &trial);
  double end = FAR * (1 + dense_largest(course->n, from->x)), last = from->value, t = 1;
  double length = dense_largest(course->n, p);
  if (!(length > 0)) return false;
  for (int k = 0; k < DOUBLINGS && t * length < end; k++, t *= 2) {
    for (size_t i = 0; i < course->n; i++) trial.x[i] = from->x[i] + t * p[i];
    if (course_exhausted(course) || !course_measure(course, &trial)) return false;
    if (!(trial.value <= last) || !course_open(course, from->c, trial.c, t)) return false;
    last = trial.value;
  }
  if (!(last < from->value)) return false;
  course_prefer(course, &trial);
  course_reason(course, "the value %s for ever, to %.6g so far", course_falls(course),
                course_shown(course, last));
  course_direct(course, p);
  course->result->unbounded = true;
  return true;
}
