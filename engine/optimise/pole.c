/* pole.c - what is said of a point that has no derivatives, or so near to one that they are rounding:
 * whether values fall towards it without end.
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
  double (*value)(struct Pole *); /* at trial; nan when it is none or not feasible */
  void *search;                   /* a Course, or a Search without constraints */
  size_t n;
  double *at;    /* where values may fall to */
  double *trial; /* beside it */
  double *way;   /* along which they were found to */
  double there;  /* the value at the point itself */
  double size;   /* a power of 2 about as large as the point: then distances do not round */
  Place place;   /* of the course: what was measured last */
} Pole;

/* The value at the distance of the k-th halving along d. */
static double pole_value(Pole *pole, const double *d, int k) {
  double t = ldexp(pole->size, -k);
  for (size_t i = 0; i < pole->n; i++) pole->trial[i] = pole->at[i] + t * d[i];
  return pole->value(pole);
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
  if (isfinite(pole->there) && !(pole->there < v[POLE_HALVINGS - 1])) return false;
  double last = v[EARLIER] - v[POLE_HALVINGS - 1], before = v[BEFORE] - v[EARLIER];
  return last >= (pole->there == -INFINITY ? AS_FAST : FASTER) * before;
}

/* Do values fall without end towards pole->at? */
static bool pole_falls(Pole *pole) {
  size_t n = pole->n, axes = n < POLE_AXES ? n : POLE_AXES;
  double *d = pole->way;
  pole->size = exp2(ceil(log2(fmax(1, dense_largest(n, pole->at)))));
  for (size_t k = 0; k < 2 * axes + POLE_OTHERS; k++) {
    for (size_t i = 0; i < n; i++) /* any spread will do */
      d[i] = k < 2 * axes ? (i == k / 2) * (k % 2 ? -1.0 : 1.0) : sin((double)(7 * k + 13 * i));
    if (pole_falls_along(pole, d)) return true;
  }
  return false;
}

/* A finite value so near to a pole that distances of the last halving look past it has a steep slope. */
static bool pole_is_steep(double value, double slope, double size) {
  const double STEEP = 1e6; /* times the value over the whole of the point's size */
  return !isfinite(value) || slope * size > STEEP * fabs(value);
}

/* --- under constraints -------------------------------------------------------------------------- */

static double pole_course_value(Pole *pole) {
  Course *course = pole->search;
  memcpy(pole->place.x, pole->trial, pole->n * sizeof(double));
  if (!course_measure(course, &pole->place)) return NAN;
  return course_feasible(course, pole->place.c) ? pole->place.value : NAN;
}

/* Is the point feasible, and do values fall towards it without end? Says so then. */
static bool pole_found(Pole *pole) {
  Course *course = pole->search;
  Place at;
  course_place(course, &at);
  memcpy(at.x, pole->at, pole->n * sizeof(double));
  course_measure(course, &at);
  pole->there = at.value;
  bool steep = pole_is_steep(at.value, course->result->stationarity, fmax(1, dense_largest(pole->n, at.x)));
  if (!steep || !course_feasible(course, at.c) || !pole_falls(pole)) return false;
  bool there = at.value == -INFINITY, beside = !there && !isfinite(at.value);
  if (beside) pole_value(pole, pole->way, POLE_HALVINGS - 1);
  course_prefer(course, beside ? &pole->place : &at);
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
  bool spent = course->result->evaluations >= course->max_evaluations;
  if (spent && isfinite(course->result->value)) return false;
  Pole pole = {.value = pole_course_value,
               .search = course,
               .n = n,
               .at = course_numbers(course, n),
               .trial = course_numbers(course, n),
               .way = course_numbers(course, n)};
  course_place(course, &pole.place);
  double *x = course_numbers(course, n);
  memcpy(x, course->result->x, n * sizeof *x);
  memcpy(pole.at, x, n * sizeof *x);
  if (pole_found(&pole)) return true;
  for (size_t i = 0; i < n; i++) pole.at[i] = round(x[i] / GRID) * GRID + 0.0;
  return memcmp(pole.at, x, n * sizeof *x) != 0 && pole_found(&pole);
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

/* --- without constraints ------------------------------------------------------------------------ */

static double pole_search_value(Pole *pole) {
  Search *search = pole->search;
  double value = search->objective->value(search->objective->context, pole->trial);
  return isfinite(value) ? value : NAN;
}

void pole_judge_search(Search *search) {
  MinimiseResult *result = search->result;
  size_t n = search->n;
  if (result->converged || result->stopped || result->unbounded || !isfinite(result->value)) return;
  if (!pole_is_steep(result->value, result->gradient_norm, fmax(1, dense_largest(n, result->x)))) return;
  Pole pole = {.value = pole_search_value,
               .search = search,
               .n = n,
               .at = result->x,
               .trial = search_numbers(search, n),
               .way = search_numbers(search, n),
               .there = result->value};
  if (!pole_falls(&pole)) return;
  search_reason(search, "the value %s without end towards a point beside this one",
                search->options->negated ? "rises" : "falls");
  result->has_direction = false;
  result->unbounded = true;
  result->kind = MINIMISE_UNBOUNDED;
}
