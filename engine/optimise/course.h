/* course.h - one run of a constrained solver: counted evaluations, the best point, memory.
 *
 * Internal to optimise/. As search.h does without constraints: every evaluation goes through here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_COURSE_H
#define MML_OPTIMISE_COURSE_H

#include "optimise/constrained.h"
#include "optimise/dense.h"

/* A point with all first-order facts; [j] has a row per constraint. */
typedef struct Place {
  double *x, value, *g, *c, *j;
} Place;

typedef struct Course {
  const Objective *objective;
  const Constraints *constraints;
  const MinimiseOptions *options;
  ConstrainedResult *result;
  size_t n, m, equalities;
  size_t max_evaluations, run_limit;
  double *start, *travelled;
  Place asked; /* the point asked about last: asking again costs nothing */
  bool has_asked;
  double *norm;        /* of each constraint's gradient in typical sizes, at the last Jacobian */
  double *slack;       /* excess of each constraint that counts as none, there */
  double *seen;        /* each constraint's value at the start: what its rounding is a share of */
  double *natural;     /* units of the coordinates as the curvatures at the start suggest them */
  double *unit;        /* work: typical sizes */
  double *best_c;      /* constraints at the best point */
  double *multipliers; /* the solver's estimate: where another one may begin, never a verdict */
  bool has_best;
  double *curved;  /* work: the constraints' share of a Hessian */
  struct Kkt *kkt; /* work memory of the verdict */
} Course;

/* Hessians are formed and factored up to this order. */
enum { COURSE_HESSIAN_LIMIT = 400 };

/* A violation below this share of what the constraint changes over a typical step is none. */
static const double COURSE_FEASIBLE = 1e-9;

void *course_memory(Course *course, size_t bytes);    /* zeroed */
double *course_numbers(Course *course, size_t count); /* zeroed */
void course_place(Course *course, Place *place);
void course_copy(const Course *course, Place *to, const Place *from);
void course_spectrum(Course *course, Spectrum *spectrum, size_t n);

/* Value and constraints at place->x; false when one of them is not a number. */
bool course_measure(Course *course, Place *place);
/* Constraints only. */
bool course_constraints(Course *course, const double *x, double *c);
bool course_jacobian(Course *course, const double *x, double *j);
/* Gradient and Jacobian at a place that was measured. */
bool course_derive(Course *course, Place *place);
/* How much the constraints change over a typical step, from the Jacobian at the place. */
void course_norms(Course *course, const Place *place);
/* Hessian of f + sum multiplier_i c_i. */
bool course_hessian(Course *course, const double *x, const double *multiplier, double *h);
bool course_has_hessian(const Course *course);

/* Makes the place the answer whatever is best so far. */
void course_prefer(Course *course, const Place *place);

double course_excess(const Course *course, size_t i, double c); /* by which c_i breaks its rule */
double course_tolerance(const Course *course, size_t i);        /* excess that is rounding */
bool course_feasible(const Course *course, const double *c);
double course_distance(const Course *course,
                       const double *c); /* the largest violation in typical steps */
void course_typical(const Course *course, const double *x, double *typical);

bool course_exhausted(const Course *course);
void course_reason(Course *course, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool course_step(Course *course, const Place *place, double stationarity, double length);

/* Notes a value or a coordinate beyond all measure; true then. */
bool course_unbounded(Course *course, const Place *place);
/* Follows x + t p: true when the value falls all the way and no constraint comes nearer. */
bool course_falls_for_ever(Course *course, const Place *from, const double *p);
void course_direct(Course *course, const double *direction); /* normed into the result */

/* Goes from [x] to a point where the violations' squares, each times its weight (NULL: 1), have
 * their least sum; false when no number came out. */
bool course_restore(Course *course, const double *x, const double *weight, double *to);
/* From a nearly feasible [x] on until rounding ends it, beyond what counts as no violation: where a
 * constraint's gradient vanishes or depends on others that is far off the feasible set. */
void course_tighten(Course *course, double *x);

void sqp_run(Course *course);
void sqp_quasi_run(Course *course);
void auglag_run(Course *course);
void quadratic_run(Course *course);
void cobyla_run(Course *course);
void direct_run(Course *course);
void crs_run(Course *course);
void isres_run(Course *course);

#endif
