/* kkt.c - judges a point of a constrained problem from exact derivatives alone.
 *
 * Second-order conditions as in Nocedal and Wright, Numerical Optimization (2006), section 12.5;
 * constraints that are active with multiplier 0 make the critical directions a cone. Where
 * derivatives do not settle it, values along the doubtful direction are looked at.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/kkt.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/kkt_point.h"

/* --- second order --------------------------------------------------------------------------- */

/* The direction among [order] vectors of [basis] nearest to their k-th, or its opposite, that no
 * weak constraint forbids; length 0 when there is none. */
static double kkt_allowed(Course *course, Kkt *kkt, const double *basis, size_t order, size_t k,
                          double sign, double *way) {
  size_t n = course->n, rows = 0;
  Program *cone = &kkt->cone;
  if (!kkt->has_cone) program_init(cone, course, n, course->m, 0);
  kkt->has_cone = true;
  double *identity = kkt->reduced; /* its spectrum is all that is needed any more */
  memset(identity, 0, order * order * sizeof(double));
  for (size_t i = 0; i < order; i++) identity[i * order + i] = 1;
  double *wanted = kkt->residual;
  memset(wanted, 0, n * sizeof(double));
  wanted[k] = -sign;
  for (size_t i = 0; i < kkt->count; i++) {
    if (kkt->strong[i]) continue;
    for (size_t l = 0; l < order; l++)
      kkt->packed[rows * order + l] = dense_dot(n, kkt->rows + i * n, basis + l * n);
    kkt->packed_offset[rows++] = 0;
  }
  cone->n = order;
  cone->rows = rows;
  cone->h = identity;
  cone->g = wanted;
  cone->a = kkt->packed;
  cone->c = kkt->packed_offset;
  memset(way, 0, n * sizeof *way);
  if (program_solve(cone) != PROGRAM_SOLVED) return 0;
  for (size_t l = 0; l < order; l++)
    for (size_t i = 0; i < n; i++) way[i] += cone->p[l] * basis[l * n + i];
  const double NOTHING = 1e-7;
  double length = dense_norm(n, way);
  return length > NOTHING ? length : 0;
}

static double kkt_bend(const Kkt *kkt, const double *way) {
  size_t n = kkt->held.n;
  double sum = 0, length = dense_norm(n, way);
  for (size_t i = 0; i < n; i++) sum += way[i] * dense_dot(n, kkt->h + i * n, way);
  return sum / (length * length);
}

static bool kkt_has_weak(const Kkt *kkt) {
  for (size_t k = 0; k < kkt->count; k++)
    if (!kkt->strong[k]) return true;
  return false;
}

static void kkt_show(Course *course, const Kkt *kkt, const double *way) {
  for (size_t i = 0; i < course->n; i++) course->unit[i] = way[i] * kkt->typical[i];
  course_direct(course, course->unit);
}

/* Whether all strong constraints hold with equality: leaving them for their free side wins nothing.
 */
static bool kkt_on_strong(const Course *course, const Kkt *kkt, const double *c) {
  for (size_t k = 0; k < kkt->count; k++)
    if (kkt->strong[k] && !(fabs(c[kkt->list[k]]) <= course_tolerance(course, kkt->list[k])))
      return false;
  return true;
}

/* x + t way, brought back to the strong constraints; the value's growth, nan when not feasible. A step
 * short enough to be tolerated beside them is brought back, too: the value's own curve may be along them. */
static double kkt_growth(Course *course, Kkt *kkt, Place *trial, const double *way, double t) {
  enum { CORRECTIONS = 6 };
  size_t n = course->n;
  for (size_t i = 0; i < n; i++) trial->x[i] = kkt->at.x[i] + t * way[i] * kkt->typical[i];
  for (int step = 0; step < CORRECTIONS; step++) {
    size_t rows = 0;
    if (!course_constraints(course, trial->x, trial->c)) return NAN;
    if (step > 0 && course_feasible(course, trial->c) && kkt_on_strong(course, kkt, trial->c)) break;
    for (size_t k = 0; k < kkt->count; k++)
      if (kkt->strong[k])
        kkt->packed_offset[rows++] = course->norm[kkt->list[k]] > 0
                                         ? trial->c[kkt->list[k]] / course->norm[kkt->list[k]]
                                         : 0;
    subspace_normal(&kkt->held, kkt->packed_offset, kkt->p);
    for (size_t i = 0; i < n; i++) trial->x[i] += kkt->p[i] * kkt->typical[i];
  }
  if (!course_measure(course, trial) || !course_feasible(course, trial->c)) return NAN;
  return trial->value - kkt->at.value;
}

bool kkt_follow(Course *course, double t, Place *to) {
  Kkt *kkt = kkt_get(course);
  size_t n = course->n;
  double *way = course_numbers(course, n);
  for (size_t i = 0; i < n; i++) way[i] = course->result->direction[i] / kkt->typical[i];
  return kkt_growth(course, kkt, to, way, t) < 0;
}

typedef enum Probe { PROBE_RISES, PROBE_LEVEL, PROBE_FALLS } Probe;

/* Looks at values along +-way, a hundredth of a typical step out. */
static Probe kkt_probe(Course *course, Kkt *kkt, const double *way) {
  const double AWAY = 1e-2, SHARE = 0.2; /* of the growth the Hessian promises, or its inverse */
  Place trial;
  course_place(course, &trial);
  double pull = kkt->size, curvature = kkt_bend(kkt, way), length = dense_norm(course->n, way);
  bool rises = curvature > kkt->flat;
  for (size_t k = 0; k < kkt->count; k++) pull += fabs(kkt->multiplier[k]);
  for (int side = -1; side <= 1; side += 2) {
    double growth = kkt_growth(course, kkt, &trial, way, side * AWAY / length);
    double noise = 64 * DBL_EPSILON * (fabs(kkt->at.value) + fabs(growth)) +
                   2 * COURSE_FEASIBLE * pull; /* what a tolerated violation may win */
    if (growth < -noise) {
      course_prefer(course, &trial);
      return PROBE_FALLS;
    }
    double promised = 0.5 * curvature * AWAY * AWAY;
    rises = rises && growth >= SHARE * promised && SHARE * growth <= promised;
  }
  return rises ? PROBE_RISES : PROBE_LEVEL;
}

/* Curvature that small beside the largest may be what rounding left of a multiplier: values must
 * fall, too. */
static bool kkt_falls(Course *course, Kkt *kkt, const double *way) {
  enum { TIMES = 5 };
  const double PLAIN = 1e-7;
  Place trial;
  course_place(course, &trial);
  double away = 1e-2 / dense_norm(course->n, way);
  if (kkt_bend(kkt, way) < -PLAIN * kkt->curvature) return true;
  for (int k = 0; k < TIMES; k++, away *= 0.1)
    for (int side = -1; side <= 1; side += 2)
      if (kkt_growth(course, kkt, &trial, way, side * away) < 0) return true;
  return false;
}

/* The eigenvectors with curvature at most [limit] as a basis of scaled directions. */
static size_t kkt_basis(const Kkt *kkt, double limit, double *basis) {
  size_t count = 0;
  while (count < kkt_free(kkt) && kkt->spectrum.values[count] <= limit) {
    kkt_eigenvector(kkt, count, basis + count * kkt->held.n);
    count++;
  }
  return count;
}

/* An allowed direction of curvature below [limit] among the lowest eigenvectors, into way. */
static bool kkt_find(Course *course, Kkt *kkt, double limit, double *way) {
  size_t n = course->n;
  double *basis = course_numbers(course, n * n);
  size_t order = kkt_basis(kkt, limit, basis);
  for (size_t k = 0; k < order; k++) {
    if (!kkt_has_weak(kkt)) {
      memcpy(way, basis + k * n, n * sizeof *way);
      return true;
    }
    for (int sign = 1; sign >= -1; sign -= 2)
      if (kkt_allowed(course, kkt, basis, order, k, sign, way) > 0 && kkt_bend(kkt, way) <= limit)
        return true;
  }
  return false;
}

static bool kkt_strong_inequality(const Course *course, const Kkt *kkt) {
  for (size_t k = 0; k < kkt->count; k++)
    if (kkt->strong[k] && !kkt_equality(course, kkt, k)) return true;
  return false;
}

/* Where the second derivatives cannot tell, the way down need be no eigenvector: in the corner of a
 * box it may be an edge. Mixed by the root of their curvatures, every other time, no one of them
 * drowns the others. */
static bool kkt_falls_aside(Course *course, Kkt *kkt) {
  enum { PER_VARIABLE = 4, TRIED_MOST = 64 };
  size_t n = course->n, order = kkt_free(kkt);
  double *way = course_numbers(course, n), *basis = course_numbers(course, n * n);
  unsigned long long seed = DENSE_SEED;
  for (size_t k = 0; k < n && k < TRIED_MOST && kkt_has_weak(kkt); k++) {
    memset(way, 0, n * sizeof *way);
    way[k] = 1;
    if (kkt_probe(course, kkt, way) == PROBE_FALLS) return true;
  }
  kkt_basis(kkt, INFINITY, basis);
  for (size_t k = 0; order > 1 && k < PER_VARIABLE * order && k < TRIED_MOST; k++) {
    memset(way, 0, n * sizeof *way);
    for (size_t j = 0; j < order; j++) {
      double bend = fmax(fabs(kkt->spectrum.values[j]), kkt->flat);
      double share = dense_random(&seed) / (k % 2 == 0 && bend > 0 ? sqrt(bend) : 1);
      for (size_t i = 0; i < n; i++) way[i] += share * basis[j * n + i];
    }
    if (kkt_probe(course, kkt, way) == PROBE_FALLS) return true;
  }
  return false;
}

/* Flat, or worth another look: by values along [way]. */
static KktKind kkt_flat_kind(Course *course, Kkt *kkt, const double *way) {
  if (course->result->convex) return KKT_FLAT;
  Probe probe = kkt_probe(course, kkt, way);
  if (probe == PROBE_RISES) return KKT_STRICT_MINIMUM;
  if (probe == PROBE_LEVEL && !kkt_falls_aside(course, kkt)) return KKT_FLAT;
  course->result->lower_nearby = true;
  return KKT_NOT_STATIONARY;
}

static KktKind kkt_curved_kind(Course *course, Kkt *kkt) {
  const double BELIEVED = 1e-4; /* negative curvature that differences must show */
  size_t order = kkt_free(kkt);
  if (!kkt->has_hessian) return order == 0 ? KKT_STRICT_MINIMUM : KKT_STATIONARY;
  if (kkt->slow_across) return kkt->leads_off ? KKT_NOT_STATIONARY : KKT_DEGENERATE;
  const double *w = kkt->spectrum.values;
  double *way = course_numbers(course, course->n);
  if (order == 0) return KKT_STRICT_MINIMUM;
  if (kkt->crude && w[0] >= -BELIEVED * kkt->curvature) return KKT_STATIONARY;
  if (w[0] > kkt->flat) {
    if (!kkt->slow) return KKT_STRICT_MINIMUM;
    kkt_eigenvector(kkt, 0, way);
    return kkt_flat_kind(course, kkt, way);
  }
  bool maximum = w[order - 1] < -kkt->flat && !kkt_strong_inequality(course, kkt);
  bool negative = w[0] < -kkt->flat;
  if (negative && kkt_find(course, kkt, -kkt->flat, way) && kkt_falls(course, kkt, way)) {
    kkt_show(course, kkt, way);
    return maximum ? KKT_MAXIMUM : KKT_SADDLE;
  }
  if (kkt_find(course, kkt, kkt->flat, way)) {
    kkt_show(course, kkt, way);
    return kkt_flat_kind(course, kkt, way);
  }
  if (!negative) return KKT_STRICT_MINIMUM;
  kkt_eigenvector(kkt, 0, way); /* no single look settles a cone over mixed curvature */
  KktKind kind = kkt_flat_kind(course, kkt, way);
  return kind == KKT_STRICT_MINIMUM ? KKT_FLAT : kind;
}

/* --- what the result says --------------------------------------------------------------------- */

static void kkt_fill(Course *course, const Kkt *kkt) {
  ConstrainedResult *result = course->result;
  size_t n = course->n, m = course->m;
  const Place *at = &kkt->at;
  memcpy(result->gradient, at->g, n * sizeof(double));
  memset(result->multiplier, 0, m * sizeof(double));
  memset(result->fitted, 0, m * sizeof(double));
  memset(result->active, 0, m * sizeof(bool));
  memset(result->weak, 0, m * sizeof(bool));
  result->active_count = kkt->count;
  result->active_rank = kkt->all.rank;
  result->licq = kkt->all.rank == kkt->count;
  result->reduced_order = kkt_free(kkt);
  result->violation = result->complementarity = 0;
  for (size_t k = 0; k < kkt->count; k++) {
    size_t i = kkt->list[k];
    result->active[i] = true;
    result->weak[i] = !kkt->strong[k];
    double norm = course->norm[i];
    result->fitted[i] = norm > 0 ? kkt->fitted[k] / norm : 0;
    result->multiplier[i] = kkt->strong[k] && norm > 0 ? kkt->multiplier[k] / norm : 0;
    if (i >= course->equalities)
      result->complementarity =
          fmax(result->complementarity, fabs(result->multiplier[i] * at->c[i]));
  }
  for (size_t i = 0; i < m; i++) {
    double excess = course_excess(course, i, at->c[i]);
    if (excess > result->violation) result->worst = i;
    result->violation = fmax(result->violation, excess);
  }
  for (size_t k = 0; k < n; k++) {
    double sum = at->g[k];
    for (size_t i = 0; i < m; i++) sum += result->multiplier[i] * at->j[i * n + k];
    course->unit[k] = sum;
  }
  result->stationarity = dense_norm(n, course->unit);
}

static void kkt_precision(Course *course, const Kkt *kkt) {
  enum { ALL_DIGITS = 15 };
  ConstrainedResult *result = course->result;
  result->error_bar = 0;
  for (size_t i = 0; i < course->n; i++)
    result->error_bar = fmax(result->error_bar, fabs(kkt->p[i] * kkt->typical[i]));
  double digits = kkt->step > 0 ? -log10(kkt->step) : ALL_DIGITS;
  result->digits = fmin(fmax(digits, 0), ALL_DIGITS);
  if (!kkt->has_hessian && result->reduced_order > 0) result->error_bar = result->digits = NAN;
}

/* Eigenvalues of the Hessian of L along the constraints, in the user's units. */
static void kkt_spectrum(Course *course, Kkt *kkt) {
  ConstrainedResult *result = course->result;
  size_t n = course->n, rows = 0, order;
  if (!kkt->has_hessian || kkt->crude) return;
  for (size_t k = 0; k < kkt->count; k++) {
    if (!kkt->strong[k]) continue;
    const double *row = kkt->at.j + kkt->list[k] * n;
    double norm = dense_norm(n, row);
    for (size_t i = 0; i < n; i++) kkt->packed[rows * n + i] = norm > 0 ? row[i] / norm : 0;
    rows++;
  }
  if (!subspace_span(&kkt->some, rows, kkt->packed) || kkt->some.rank == n) return;
  order = n - kkt->some.rank;
  for (size_t i = 0; i < order; i++) {
    const double *z = subspace_null(&kkt->some, i);
    for (size_t k = 0; k < n; k++) {
      kkt->way[k] = 0;
      for (size_t l = 0; l < n; l++)
        kkt->way[k] += kkt->h[k * n + l] / kkt->typical[k] / kkt->typical[l] * z[l];
    }
    for (size_t k = 0; k < order; k++)
      kkt->reduced[i * order + k] = dense_dot(n, kkt->way, subspace_null(&kkt->some, k));
  }
  kkt->spectrum.n = order;
  if (!spectrum_compute(&kkt->spectrum, kkt->reduced)) return;
  result->has_spectrum = true;
  result->eigenvalue_count = order;
  memcpy(result->eigenvalues, kkt->spectrum.values, order * sizeof(double));
  result->eigenvalue_min = kkt->spectrum.values[0];
  result->eigenvalue_max = kkt->spectrum.values[order - 1];
}

static void kkt_reset(ConstrainedResult *result) {
  result->eigenvalue_count = 0;
  result->has_spectrum = result->lower_nearby = result->converged = false;
  result->has_direction = result->has_direction && result->unbounded;
  result->eigenvalue_min = result->eigenvalue_max = NAN;
  result->error_bar = result->digits = NAN;
}

/* Whether the violations' squares have no way down from here: kind of an infeasible point. */
static KktKind kkt_infeasible(Course *course, const Kkt *kkt) {
  const double NEGLIGIBLE = 1e-6;
  size_t n = course->n;
  double slope = 0, size = 0;
  for (size_t k = 0; k < n; k++) {
    double sum = 0, terms = 0;
    for (size_t i = 0; i < course->m; i++) {
      double c = kkt->at.c[i], excess = i < course->equalities ? c : fmax(c, 0);
      double term = excess * kkt->at.j[i * n + k] * kkt->typical[k];
      sum += term;
      terms += fabs(term);
    }
    slope = fmax(slope, fabs(sum));
    size = fmax(size, terms);
  }
  double violation = 0;
  for (size_t i = 0; i < course->m; i++)
    violation += pow(course_excess(course, i, kkt->at.c[i]), 2);
  bool least = slope <= NEGLIGIBLE * size || slope <= NEGLIGIBLE * NEGLIGIBLE * violation;
  return least ? KKT_INFEASIBLE : KKT_NOT_STATIONARY;
}

static void kkt_explain(Course *course, const Kkt *kkt) {
  ConstrainedResult *result = course->result;
  const char *extremum = result->negated ? "maximum" : "minimum";
  if (!kkt->feasible && result->kind == KKT_INFEASIBLE)
    course_reason(course, "%s",
                  result->linear ? "the constraints contradict each other"
                                 : "no point nearby satisfies the constraints");
  else if (!kkt->feasible && result->reason[0] == '\0')
    course_reason(course, "no feasible point was found");
  else if (result->kind == KKT_SADDLE || result->kind == KKT_MAXIMUM)
    course_reason(course, "the multipliers exist, but this is no %s", extremum);
  else if (result->kind == KKT_NOT_STATIONARY && kkt->leads_off)
    course_reason(course, "the point lies at the edge of where the value or a constraint is defined");
  else if (result->kind == KKT_DEGENERATE)
    course_reason(course,
                  "the gradients of the active constraints are dependent or vanish "
                  "here, so there are no multipliers to prove a %s",
                  extremum);
  else if (result->converged)
    course_reason(course, "%s",
                  result->within_tolerance
                      ? "the gradient of the Lagrangian is within the tolerance"
                      : "the next Newton step is negligible");
  else if (result->reason[0] == '\0')
    course_reason(course, "the gradient of the Lagrangian is not zero");
}

/* To the end of the Newton step, which has no derivatives, as sqrt(x) has none at 0, if it is lower. */
static bool kkt_goes_off(Course *course, const Kkt *kkt) {
  Place end;
  course_place(course, &end);
  for (size_t i = 0; i < course->n; i++) end.x[i] = kkt->at.x[i] + kkt->p[i] * kkt->typical[i];
  bool lower = course_measure(course, &end) && course_feasible(course, end.c) && end.value < kkt->at.value;
  if (lower) course_prefer(course, &end);
  return lower;
}

void kkt_judge(Course *course) {
  ConstrainedResult *result = course->result;
  Kkt *kkt = kkt_get(course);
  kkt_reset(result);
  memcpy(kkt->at.x, result->x, course->n * sizeof(double));
  if (!kkt_examine(course, kkt)) {
    result->kind = result->unbounded ? KKT_UNBOUNDED : KKT_UNDEFINED;
    return;
  }
  kkt->leads_off = false;
  if (kkt->stationary && !result->unbounded) kkt_try_newton(course, kkt);
  if (kkt->leads_off && kkt_goes_off(course, kkt)) {
    result->kind = KKT_UNDEFINED;
    return;
  }
  if (kkt->stationary && kkt_is_at_edge(course, kkt)) kkt->leads_off = kkt->slow_across = true;
  course_prefer(course, &kkt->at);
  kkt_fill(course, kkt);
  bool vanishes = kkt_leans_on_nothing(course, kkt);
  if (kkt->stationary && (vanishes || kkt_is_torn(course, kkt))) kkt->stationary = false;
  kkt_precision(course, kkt);
  Place kept; /* looking around must not move the answer */
  course_place(course, &kept);
  course_copy(course, &kept, &kkt->at);
  if (result->unbounded) result->kind = KKT_UNBOUNDED;
  else if (!kkt->feasible) result->kind = kkt_infeasible(course, kkt);
  else if (kkt->stationary) result->kind = kkt_curved_kind(course, kkt);
  else result->kind = kkt->leads_off ? KKT_NOT_STATIONARY : kkt_loose_kind(course, kkt, vanishes);
  bool minimum = result->kind == KKT_STRICT_MINIMUM || result->kind == KKT_FLAT ||
                 result->kind == KKT_STATIONARY;
  result->within_tolerance = course->options->tolerance > 0 && kkt->feasible &&
                             result->stationarity <= course->options->tolerance &&
                             result->kind == KKT_NOT_STATIONARY && !result->lower_nearby;
  result->converged = minimum || result->within_tolerance;
  if (!result->lower_nearby && !result->unbounded) course_prefer(course, &kept);
  kkt_explain(course, kkt);
  if (kkt->feasible) kkt_spectrum(course, kkt);
}
