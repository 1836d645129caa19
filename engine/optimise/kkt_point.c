/* kkt_point.c - all that derivatives tell of a point: active constraints, multipliers, Newton step.
 *
 * Everything is measured in coordinates divided by their typical sizes and with constraint
 * gradients of length 1, so the judgement does not depend on units. The multipliers are the least
 * squares ones of the active Jacobian, non-negative where they must be (Lawson and Hanson, Solving
 * Least Squares Problems, 1974, chapter 23, with free variables). A point counts as stationary when
 * the Newton step of the whole system is negligible: a small residual alone proves nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/kkt_point.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/kkt.h"

/* A constraint is active within this many times what it may be violated by. */
static const double ACTIVE = 10;
/* A Newton step below this fraction of a coordinate leaves 7 digits now and 14 after one more. */
static const double NEGLIGIBLE_STEP = 1e-7;
/* Where rounding hides any progress the step may be longer, but not this much. */
static const double NEAR_STEP = 1e-4;
static const double HIDDEN_DROP = 1e-14;
/* A step that promises more than this share of the values met is not negligible, however short: beside a
 * pole the slope is steep. */
static const double NOTICED_DROP = 1e-8;
/* Curvature that is left of a quartic near its end, as a share of the largest: Newton's steps
 * creep. */
static const double COLLAPSED = 1e-8;
/* Eigenvalues of the reduced Hessian up to this share of its largest entry are rounding. */
static const double FLAT_EIGENVALUE = 1e-12;

/* And for a Hessian from differences. */
static const double CRUDE_EIGENVALUE = 1e-7;

Kkt *kkt_get(Course *course) {
  if (course->kkt != NULL) return course->kkt;
  size_t n = course->n, m = course->m;
  Kkt *kkt = course_memory(course, sizeof *kkt);
  double **vectors[] = {&kkt->typical, &kkt->g, &kkt->residual, &kkt->p, &kkt->way};
  double **values[] = {&kkt->offset, &kkt->multiplier,    &kkt->fitted,
                       &kkt->part,   &kkt->packed_offset, &kkt->raw};
  bool **flags[] = {&kkt->in, &kkt->strong};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    *vectors[k] = course_numbers(course, n);
  for (size_t k = 0; k < sizeof values / sizeof *values; k++)
    *values[k] = course_numbers(course, m);
  for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
    *flags[k] = course_memory(course, m * sizeof(bool));
  kkt->rows = course_numbers(course, m * n);
  kkt->packed = course_numbers(course, m * n);
  kkt->list = course_memory(course, m * sizeof(size_t));
  course_place(course, &kkt->at);
  subspace_init(&kkt->all, course, m);
  subspace_init(&kkt->some, course, m);
  subspace_init(&kkt->held, course, m);
  kkt->crude = !course_has_hessian(course);
  if (n <= COURSE_HESSIAN_LIMIT) {
    kkt->h = course_numbers(course, n * n);
    kkt->reduced = course_numbers(course, n * n);
    course_spectrum(course, &kkt->spectrum, n);
  }
  return course->kkt = kkt;
}

/* --- first order --------------------------------------------------------------------------- */

static void kkt_gather(Course *course, Kkt *kkt) {
  size_t n = course->n;
  const Place *at = &kkt->at;
  course_typical(course, at->x, kkt->typical);
  for (size_t k = 0; k < n; k++) kkt->g[k] = at->g[k] * kkt->typical[k];
  kkt->feasible = course_feasible(course, at->c);
  kkt->count = 0;
  for (size_t i = 0; i < course->m; i++) {
    double norm = course->norm[i];
    double reach = ACTIVE * course_tolerance(course, i);
    if (i >= course->equalities && at->c[i] < -reach) continue;
    double *row = kkt->rows + kkt->count * n;
    for (size_t k = 0; k < n; k++)
      row[k] = norm > 0 ? at->j[i * n + k] * kkt->typical[k] / norm : 0;
    kkt->offset[kkt->count] = norm > 0 ? at->c[i] / norm : 0;
    kkt->list[kkt->count++] = i;
  }
  kkt->size = dense_largest(n, kkt->g);
}

/* Factors the rows marked in [which]; the same order everywhere. */
static void kkt_span(Kkt *kkt, Subspace *subspace, const bool *which) {
  size_t n = subspace->n, rows = 0;
  for (size_t k = 0; k < kkt->count; k++) {
    if (!which[k]) continue;
    memcpy(kkt->packed + rows * n, kkt->rows + k * n, n * sizeof(double));
    kkt->packed_offset[rows++] = kkt->offset[k];
  }
  subspace_span(subspace, rows, kkt->packed);
}

/* residual = g + sum multiplier_k row_k. */
static void kkt_residual(const Course *course, Kkt *kkt) {
  size_t n = course->n;
  memcpy(kkt->residual, kkt->g, n * sizeof(double));
  for (size_t k = 0; k < kkt->count; k++)
    for (size_t i = 0; i < n; i++) kkt->residual[i] += kkt->multiplier[k] * kkt->rows[k * n + i];
}

/* Least squares over the passive rows into part, 0 for the others. */
static void kkt_passive(const Course *course, Kkt *kkt) {
  (void)course;
  kkt_span(kkt, &kkt->some, kkt->in);
  subspace_multipliers(&kkt->some, kkt->g, kkt->raw);
  for (size_t k = 0, next = 0; k < kkt->count; k++)
    kkt->part[k] = kkt->in[k] ? kkt->raw[next++] : 0;
}

/* From the multipliers as far towards part as they stay non-negative; false when all the way. */
static bool kkt_towards(const Course *course, Kkt *kkt) {
  double t = 1;
  for (size_t k = 0; k < kkt->count; k++)
    if (kkt->in[k] && !kkt_equality(course, kkt, k) && kkt->part[k] <= 0)
      t = fmin(t, kkt->multiplier[k] / (kkt->multiplier[k] - kkt->part[k]));
  bool cut = false;
  for (size_t k = 0; k < kkt->count; k++) {
    bool falls = kkt->in[k] && !kkt_equality(course, kkt, k) && kkt->part[k] <= 0;
    double next = kkt->multiplier[k] + t * (kkt->part[k] - kkt->multiplier[k]);
    if (falls && next <= DBL_EPSILON * fabs(kkt->part[k])) {
      kkt->in[k] = false;
      next = 0;
      cut = true;
    }
    kkt->multiplier[k] = next;
  }
  return cut;
}

/* Multipliers that are non-negative for inequalities and leave the least residual. */
static void kkt_nonnegative(const Course *course, Kkt *kkt) {
  enum { ROUNDS = 3 };
  const double NOTHING = 1e-13;
  size_t n = course->n;
  for (size_t k = 0; k < kkt->count; k++) kkt->in[k] = kkt_equality(course, kkt, k);
  kkt_passive(course, kkt);
  memcpy(kkt->multiplier, kkt->part, kkt->count * sizeof(double));
  for (size_t round = 0; round < ROUNDS * (kkt->count + 1); round++) {
    kkt_residual(course, kkt);
    size_t enters = kkt->count;
    double most = NOTHING * kkt->size;
    for (size_t k = 0; k < kkt->count; k++) {
      double pull = -dense_dot(n, kkt->rows + k * n, kkt->residual);
      if (!kkt->in[k] && pull > most) {
        most = pull;
        enters = k;
      }
    }
    if (enters == kkt->count) return;
    kkt->in[enters] = true;
    kkt_passive(course, kkt);
    if (!(kkt->part[enters] > 0)) { /* rounding: it would leave at once */
      kkt->in[enters] = false;
      return;
    }
    while (kkt_towards(course, kkt)) kkt_passive(course, kkt);
  }
}

static bool kkt_signs_right(const Course *course, const Kkt *kkt, double tolerance) {
  for (size_t k = 0; k < kkt->count; k++)
    if (!kkt_equality(course, kkt, k) && kkt->multiplier[k] < -tolerance) return false;
  return true;
}

/* A multiplier below this is 0: rounding, or the error that a negligible step leaves in it. */
static double kkt_nothing(const Course *course, const Kkt *kkt) {
  const double EXACT = 1e-12, CLOSE = 1e-9;
  bool exact = course->objective->quadratic && course->constraints->linear;
  return (exact ? EXACT : CLOSE) * fmax(kkt->size, kkt->curvature);
}

/* The gradient of the Lagrangian at [x], with the multipliers in raw. */
static bool kkt_slope(Course *course, Kkt *kkt, const double *x, double *slope) {
  size_t n = course->n;
  course->result->evaluations++;
  course->result->gradient_evaluations++;
  double value = course->objective->gradient(course->objective->context, x, slope);
  if (!isfinite(value) || !course_jacobian(course, x, kkt->packed)) return false;
  for (size_t i = 0; i < course->m; i++)
    for (size_t k = 0; k < n; k++) slope[k] += kkt->raw[i] * kkt->packed[i * n + k];
  return dense_finite(n, slope);
}

/* Differences of exact gradients, on the side where they have values. */
static bool kkt_differences(Course *course, Kkt *kkt) {
  const double STEP = 1e-6;
  size_t n = course->n;
  if (n > COURSE_HESSIAN_LIMIT) return false;
  double *x = kkt->p, *slope = kkt->way; /* not in use yet */
  memcpy(x, kkt->at.x, n * sizeof *x);
  if (!kkt_slope(course, kkt, x, kkt->residual)) return false;
  for (size_t i = 0; i < n; i++) {
    x[i] = kkt->at.x[i] + STEP * kkt->typical[i];
    if (!kkt_slope(course, kkt, x, slope)) {
      x[i] = kkt->at.x[i] - STEP * kkt->typical[i];
      if (!kkt_slope(course, kkt, x, slope)) return false;
    }
    for (size_t k = 0; k < n; k++)
      kkt->h[i * n + k] = (slope[k] - kkt->residual[k]) / (x[i] - kkt->at.x[i]);
    x[i] = kkt->at.x[i];
  }
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < i; k++)
      kkt->h[i * n + k] = kkt->h[k * n + i] = 0.5 * (kkt->h[i * n + k] + kkt->h[k * n + i]);
  return true;
}

/* The scaled Hessian of the Lagrangian with the multipliers at hand. */
static void kkt_curvature(Course *course, Kkt *kkt) {
  size_t n = course->n;
  kkt->curvature = 0;
  memset(kkt->raw, 0, course->m * sizeof(double));
  for (size_t k = 0; k < kkt->count; k++) {
    double norm = course->norm[kkt->list[k]];
    kkt->raw[kkt->list[k]] = norm > 0 ? kkt->multiplier[k] / norm : 0;
  }
  kkt->has_hessian = !course->result->stopped && /* whoever typed Ctrl-C waits for none */
                     (kkt->crude ? kkt_differences(course, kkt)
                                 : course_hessian(course, kkt->at.x, kkt->raw, kkt->h));
  if (!kkt->has_hessian) return;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) kkt->h[i * n + k] *= kkt->typical[i] * kkt->typical[k];
  kkt->curvature = dense_largest(n * n, kkt->h);
}

static void kkt_multipliers(Course *course, Kkt *kkt) {
  const double ROUNDING = 4 * DBL_EPSILON;
  for (size_t k = 0; k < kkt->count; k++) kkt->in[k] = true;
  kkt_span(kkt, &kkt->all, kkt->in);
  subspace_multipliers(&kkt->all, kkt->g, kkt->multiplier);
  memcpy(kkt->fitted, kkt->multiplier, kkt->count * sizeof(double));
  kkt_curvature(course, kkt);
  double nothing = kkt_nothing(course, kkt);
  if (!kkt_signs_right(course, kkt, nothing)) {
    kkt_nonnegative(course, kkt);
    if (!course->constraints->linear) kkt_curvature(course, kkt);
  }
  for (size_t k = 0; k < kkt->count; k++) {
    bool equality = kkt_equality(course, kkt, k);
    if (fabs(kkt->multiplier[k]) <= ROUNDING * fmax(kkt->size, kkt->curvature) ||
        (!equality && kkt->multiplier[k] < 0))
      kkt->multiplier[k] = 0;
    kkt->strong[k] = equality || kkt->multiplier[k] > nothing;
  }
  kkt_residual(course, kkt);
  kkt_span(kkt, &kkt->held, kkt->strong);
}

/* --- the Newton step ---------------------------------------------------------------------------
 */

size_t kkt_free(const Kkt *kkt) { return kkt->held.n - kkt->held.rank; }

/* The Hessian along the null space of the strong rows, and its spectrum. */
static bool kkt_reduce(Kkt *kkt) {
  size_t n = kkt->held.n, order = kkt_free(kkt);
  for (size_t i = 0; i < order; i++) {
    const double *z = subspace_null(&kkt->held, i);
    for (size_t k = 0; k < n; k++) kkt->way[k] = dense_dot(n, kkt->h + k * n, z);
    for (size_t k = 0; k < order; k++)
      kkt->reduced[i * order + k] = dense_dot(n, kkt->way, subspace_null(&kkt->held, k));
  }
  for (size_t i = 0; i < order; i++)
    for (size_t k = 0; k < i; k++)
      kkt->reduced[i * order + k] = kkt->reduced[k * order + i] =
          0.5 * (kkt->reduced[i * order + k] + kkt->reduced[k * order + i]);
  kkt->spectrum.n = order;
  kkt->flat = (kkt->crude ? CRUDE_EIGENVALUE : FLAT_EIGENVALUE) * kkt->curvature;
  return order == 0 || spectrum_compute(&kkt->spectrum, kkt->reduced);
}

void kkt_eigenvector(const Kkt *kkt, size_t k, double *v) {
  size_t n = kkt->held.n, order = kkt_free(kkt);
  memset(v, 0, n * sizeof *v);
  for (size_t i = 0; i < order; i++)
    for (size_t l = 0; l < n; l++)
      v[l] += kkt->spectrum.vectors[k * order + i] * subspace_null(&kkt->held, i)[l];
}

/* What rounding makes of a slope along [way]: a share of the terms it is a sum of. */
static double kkt_noise(const Kkt *kkt, const double *way) {
  const double EXACT = 64 * DBL_EPSILON, LOOSE = 1e-7; /* differences are no better */
  size_t n = kkt->held.n;
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    double terms = fabs(kkt->g[i]);
    for (size_t k = 0; k < kkt->count; k++)
      terms += fabs(kkt->multiplier[k] * kkt->rows[k * n + i]);
    for (size_t k = 0; k < n && kkt->has_hessian; k++) terms += fabs(kkt->h[i * n + k]);
    sum += fabs(way[i]) * terms;
  }
  return (kkt->has_hessian && !kkt->crude ? EXACT : LOOSE) * sum;
}

static void kkt_newton(Kkt *kkt) {
  size_t n = kkt->held.n;
  subspace_normal(&kkt->held, kkt->packed_offset, kkt->p);
  kkt->slope = kkt->decrement = 0;
  kkt->weakest = INFINITY;
  kkt->across = dense_largest(n, kkt->p);
  double *bent = kkt->residual; /* the gradient after the step back to the constraints */
  if (kkt->has_hessian)
    for (size_t i = 0; i < n; i++) bent[i] += dense_dot(n, kkt->h + i * n, kkt->p);
  bool reduced = kkt->has_hessian && kkt_reduce(kkt);
  for (size_t k = 0; k < kkt_free(kkt); k++) {
    double slope, curvature = reduced ? kkt->spectrum.values[k] : 0;
    if (reduced) kkt_eigenvector(kkt, k, kkt->way);
    else memcpy(kkt->way, subspace_null(&kkt->held, k), n * sizeof(double));
    slope = dense_dot(n, kkt->way, bent);
    /* As flat as rounding it may still be a quartic's, where the step along it is short. */
    bool ended = fabs(slope) <= NEAR_STEP * fabs(curvature);
    kkt->weakest = fmin(kkt->weakest, fabs(curvature));
    if (fabs(curvature) <= kkt->flat && !ended) {
      kkt->slope = fmax(kkt->slope, fabs(slope) - kkt_noise(kkt, kkt->way));
      continue;
    }
    if (curvature == 0) continue; /* and so is the slope */
    kkt->decrement += 0.5 * slope * slope / fabs(curvature);
    for (size_t i = 0; i < n; i++) kkt->p[i] -= slope / curvature * kkt->way[i];
  }
  kkt->step = dense_largest(n, kkt->p);
}

/* The Lagrangian at a distance of t Newton steps. */
static double kkt_lagrangian(Course *course, const Kkt *kkt, double t, Place *place) {
  for (size_t i = 0; i < course->n; i++)
    place->x[i] = kkt->at.x[i] + t * kkt->p[i] * kkt->typical[i];
  if (!course_measure(course, place)) return NAN;
  double sum = place->value;
  for (size_t k = 0; k < kkt->count; k++) {
    double norm = course->norm[kkt->list[k]];
    if (norm > 0) sum += kkt->multiplier[k] / norm * place->c[kkt->list[k]];
  }
  return sum;
}

/* Do values further along the Newton step change as the Hessian promises? Beside a pole they do not. */
static bool kkt_model_holds(Course *course, const Kkt *kkt) {
  const double REACH = 1e-6, SHARE = 0.1; /* of a coordinate, of the change that is promised */
  double t = REACH / kkt->step, promised = t * t * kkt->decrement;
  Place place;
  course_place(course, &place);
  double here = kkt_lagrangian(course, kkt, 0, &place);
  return fabs(kkt_lagrangian(course, kkt, t, &place) - here) >= SHARE * promised ||
         fabs(kkt_lagrangian(course, kkt, -t, &place) - here) >= SHARE * promised;
}

/* Does the Newton step change nothing worth mentioning of the value, or is it known where it leads? */
static bool kkt_drop_is_small(Course *course, const Kkt *kkt) {
  double met = fmax(fabs(kkt->at.value), fabs(course->result->start_value));
  return course->result->convex || kkt->decrement <= NOTICED_DROP * met || kkt_model_holds(course, kkt);
}

/* Slopes that change the value over a typical step by so many times what it is are those beside a pole;
 * multipliers along constraints would hide them. */
static bool kkt_is_steep(const Course *course, const Kkt *kkt) {
  const double STEEP = 1e12;
  double met = fmax(fabs(kkt->at.value), fabs(course->result->start_value));
  return !course->result->convex && met > 0 && kkt->size > STEEP * met;
}

static bool kkt_settled(Course *course, const Kkt *kkt) {
  const double RUNAWAY = 1e10; /* an honest minimum is seldom that much further than the start */
  double start = dense_largest(course->n, course->start);
  for (size_t i = 0; i < course->n && !course->result->convex; i++)
    if (fabs(kkt->at.x[i]) > RUNAWAY * (course->natural[i] + start)) return false;
  if (!(kkt->slope <= 0)) return false;
  if (kkt_is_steep(course, kkt) || !kkt_drop_is_small(course, kkt)) return false;
  double size =
      fabs(kkt->at.value); /* or where all but nothing bends, what typical steps change it by */
  if (kkt->weakest <= COLLAPSED * kkt->curvature)
    size = fmax(size, fmax(kkt->size, kkt->curvature));
  bool hidden = kkt->decrement <= HIDDEN_DROP * size && kkt->step <= NEAR_STEP;
  return kkt->across <= NEGLIGIBLE_STEP && (kkt->step <= NEGLIGIBLE_STEP || hidden);
}

bool kkt_examine(Course *course, Kkt *kkt) {
  kkt->defined = course_measure(course, &kkt->at) && course_derive(course, &kkt->at);
  if (!kkt->defined) return false;
  kkt_gather(course, kkt);
  kkt_multipliers(course, kkt);
  kkt->flat = 0;
  kkt_newton(kkt);
  kkt->stationary = kkt->feasible && kkt_settled(course, kkt);
  return true;
}

void kkt_try_newton(Course *course, Kkt *kkt) {
  const double LAST_DIGITS = 1e-13, SOLVED = 0.1, CURVED = 4; /* of a constraint along the step */
  size_t n = course->n;
  double step = kkt->step, across = kkt->across;
  kkt->slow = kkt->slow_across = kkt->leads_off = false;
  if (!kkt->has_hessian || kkt->crude || step <= LAST_DIGITS || course->result->convex) return;
  double *x = course_numbers(course, n);
  memcpy(x, kkt->at.x, n * sizeof *x);
  for (size_t i = 0; i < n; i++) kkt->at.x[i] += kkt->p[i] * kkt->typical[i];
  bool defined = kkt_examine(course, kkt);
  kkt->leads_off = !defined;
  kkt->slow = !defined || kkt->step > fmax(SOLVED * step, LAST_DIGITS);
  double left = fmax(fmax(SOLVED * across, CURVED * step * step), LAST_DIGITS);
  kkt->slow_across = !defined || kkt->across > left;
  memcpy(kkt->at.x, x, n * sizeof *x);
  kkt_examine(course, kkt);
}

void kkt_polish(Course *course) {
  enum { MOST = 3 };
  const double ENOUGH = 1e-13, CLOSE = 1e-3;
  Kkt *kkt = kkt_get(course);
  size_t n = course->n;
  Place best;
  course_place(course, &best);
  memcpy(kkt->at.x, course->result->x, n * sizeof(double));
  if (!kkt_examine(course, kkt)) return;
  for (int k = 0; k < MOST; k++) {
    double step = kkt->step, value = kkt->at.value;
    double rise = COURSE_FEASIBLE * (fabs(value) + kkt->size); /* and what violation has won */
    for (size_t i = 0; i < kkt->count; i++) rise += 2 * fabs(kkt->multiplier[i] * kkt->offset[i]);
    bool feasible = kkt->feasible;
    course_copy(course, &best, &kkt->at);
    bool worth = step > ENOUGH && step < CLOSE && !course_exhausted(course);
    for (size_t i = 0; i < n && worth; i++) kkt->at.x[i] = best.x[i] + kkt->p[i] * kkt->typical[i];
    worth = worth && kkt_examine(course, kkt) && kkt->step < 0.5 * step;
    worth = worth && (kkt->feasible || !feasible);
    worth = worth && kkt->at.value <= value + rise;
    if (!worth) break;
    course_copy(course, &best, &kkt->at);
    course->result->iterations++;
  }
  course_prefer(course, &best);
}
