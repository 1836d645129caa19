/* pole.c - what is said of a point that has no derivatives: whether values fall towards it without
 * end.
 *
 * Towards a pole each halving of the distance lowers the value by as much as the one before (log),
 * or by more (-1/x). Where the value at the point itself is -inf, that it falls so long is enough;
 * where it is another or none, the falls have to grow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/pole.h"

#include <math.h>
#include <string.h>

#include "optimise/around.h"

enum {
  POLE_HALVINGS =
      40, /* the last distance is 1e-12 of the point's size, where sums still round well */
  POLE_LOOKED = 20, /* halvings the value has to fall through, the last ones */
  POLE_AXES = 32,
  POLE_OTHERS = 8
};

typedef struct Pole {
  Course *course;
  Place at;    /* where values may fall to */
  Place trial; /* beside it */
  double size; /* a power of 2 about as large as the point: then distances do not round */
  double *way; /* along which they were found to */
} Pole;

/* The value at the distance of the k-th halving along d; nan when it is none or not feasible. */
static double pole_value(Pole *pole, const double *d, int k) {
  double t = ldexp(pole->size, -k);
  for (size_t i = 0; i < pole->course->n; i++) pole->trial.x[i] = pole->at.x[i] + t * d[i];
  if (!course_measure(pole->course, &pole->trial)) return NAN;
  return course_feasible(pole->course, pole->trial.c) ? pole->trial.value : NAN;
}

static bool pole_falls_along(Pole *pole, const double *d) {
  enum { STRETCH = 5, EARLIER = POLE_HALVINGS - 1 - STRETCH, BEFORE = EARLIER - STRETCH };
  const double AS_FAST = 0.5, FASTER = 1.5;
  double v[POLE_HALVINGS];
  for (int k = POLE_HALVINGS - 1; k >= POLE_HALVINGS - POLE_LOOKED;
       k--) { /* nearly all end at once */
    v[k] = pole_value(pole, d, k);
    if (isnan(v[k]) || (k + 1 < POLE_HALVINGS && !(v[k + 1] < v[k]))) return false;
  }
  double last = v[EARLIER] - v[POLE_HALVINGS - 1], before = v[BEFORE] - v[EARLIER];
  return last >= (pole->at.value == -INFINITY ? AS_FAST : FASTER) * before;
}

static bool pole_falls(Pole *pole) {
  size_t n = pole->course->n, axes = n < POLE_AXES ? n : POLE_AXES;
  double *d = pole->way;
  for (size_t k = 0; k < 2 * axes + POLE_OTHERS; k++) {
    for (size_t i = 0; i < n; i++) /* any spread will do */
      d[i] = k < 2 * axes ? (i == k / 2) * (k % 2 ? -1.0 : 1.0) : sin((double)(7 * k + 13 * i));
    if (pole_falls_along(pole, d)) return true;
  }
  return false;
}

/* Is the point feasible, and do values fall towards it without end? Says so then. */
static bool pole_found(Pole *pole) {
  Course *course = pole->course;
  course_measure(course, &pole->at);
  if (!course_feasible(course, pole->at.c) || isfinite(pole->at.value)) return false;
  pole->size = exp2(ceil(log2(fmax(1, dense_largest(course->n, pole->at.x)))));
  if (!pole_falls(pole)) return false;
  bool there = pole->at.value == -INFINITY;
  if (!there) pole_value(pole, pole->way, POLE_HALVINGS - 1);
  course_prefer(course, there ? &pole->at : &pole->trial);
  course_reason(course, "the value %s without end towards %s",
                course->options->negated ? "rises" : "falls",
                there ? "this point" : "a point beside this one");
  course->result->has_direction = false;
  course->result->unbounded = true;
  course->result->kind = KKT_UNBOUNDED;
  return true;
}

/* The answer itself, then the point with few digits that it is near to. */
static bool pole_near(Course *course) {
  const double GRID = 1e-6;
  size_t n = course->n;
  Pole pole = {.course = course, .way = course_numbers(course, n)};
  course_place(course, &pole.at);
  course_place(course, &pole.trial);
  double *x = course_numbers(course, n);
  memcpy(x, course->result->x, n * sizeof *x);
  memcpy(pole.at.x, x, n * sizeof *x);
  if (pole_found(&pole)) return true;
  for (size_t i = 0; i < n; i++) pole.at.x[i] = round(x[i] / GRID) * GRID + 0.0;
  return memcmp(pole.at.x, x, n * sizeof *x) != 0 && pole_found(&pole);
}

void pole_judge(Course *course) {
  ConstrainedResult *result = course->result;
  if (result->converged || result->stopped || result->unbounded || result->refuted ||
      result->kind == KKT_INFEASIBLE || !course->has_best ||
      !course_feasible(course, course->best_c))
    return;
  Place kept; /* looking around must not move the answer */
  course_place(course, &kept);
  memcpy(kept.x, result->x, course->n * sizeof(double));
  memcpy(kept.c, course->best_c, course->m * sizeof(double));
  kept.value = result->value;
  if (pole_near(course)) return;
  course_prefer(course, &kept);
  if (result->kind != KKT_UNDEFINED || !isfinite(kept.value)) return;
  bool lower =
      around_lower(course->objective, course->constraints, kept.x, kept.value, course->options);
  const char *better = result->negated ? "higher" : "lower";
  double shown = (result->negated ? -kept.value : kept.value) + 0.0;
  if (lower)
    course_reason(course,
                  "the value is %.6g and has no finite derivatives here, and there are %s feasible "
                  "values around it",
                  shown, better);
  else
    course_reason(course,
                  "the value is %.6g and has no finite derivatives here; no %s feasible value was "
                  "found around it",
                  shown, better);
}
