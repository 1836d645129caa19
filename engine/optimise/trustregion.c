/* trustregion.c - Newton's method in a trust region, with the exact Hessian.
 *
 * The subproblem, minimise g'p + p'Hp/2 over |Dp| <= radius, is solved exactly as by Moré and
 * Sorensen (SIAM J. Sci. Stat. Comput. 4, 1983): p = -(H + lambda D^2)^-1 g with the lambda that
 * puts p on the boundary, plus a piece of the lowest eigenvector in the hard case. One
 * eigendecomposition of D^-1 H D^-1 serves every radius tried at a point; a Cholesky factor that
 * gives a Newton step inside the region spares even that. D is sqrt|H[i][i]|, never shrinking, so
 * the region keeps the shape the function has shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/search.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/verdict.h"

/* A drop predicted below this share of the value cannot be seen in it. */
static const double INVISIBLE_DROP = 1e-15;

typedef struct Region {
  size_t n;
  double *x, *g, *h, *d;  /* the point, its derivatives, the scales */
  double *scaled, *slope; /* D^-1 H D^-1 and D^-1 g */
  double *p, *trial, *trial_g, *trial_h, *factor, *parts;
  Spectrum spectrum;
  bool has_spectrum, newton_inside;
  double tiny;                             /* rounding in an eigenvalue */
  double value, radius, predicted, length; /* of p, scaled */
  double newton;                           /* length of the Newton step here, 0 if there is none */
  double last_newton, last_ratio;          /* lengths of successive Newton steps taken */
  double growth;                           /* next factor on the radius */
  size_t steady;                           /* Newton steps in a row that did not get shorter */
} Region;

static void region_init(Region *region, Search *search) {
  size_t n = search->n;
  memset(region, 0, sizeof *region);
  region->n = n;
  double **vectors[] = {&region->x, &region->g,     &region->d,       &region->slope,
                        &region->p, &region->trial, &region->trial_g, &region->parts};
  double **matrices[] = {&region->h, &region->scaled, &region->trial_h, &region->factor};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    *vectors[k] = search_numbers(search, n);
  for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++)
    *matrices[k] = search_numbers(search, n * n);
  search_spectrum(search, &region->spectrum);
}

static double region_length(const Region *region, const double *p) {
  for (size_t i = 0; i < region->n; i++) region->parts[i] = region->d[i] * p[i];
  return dense_norm(region->n, region->parts);
}

/* Refreshes the scaled system after x, g and h have changed. */
static void region_rescale(Region *region) {
  size_t n = region->n;
  dense_scales(n, region->h, region->parts);
  for (size_t i = 0; i < n; i++) region->d[i] = fmax(region->d[i], region->parts[i]);
  for (size_t i = 0; i < n; i++) {
    region->slope[i] = region->g[i] / region->d[i];
    for (size_t j = 0; j < n; j++)
      region->scaled[i * n + j] = region->h[i * n + j] / region->d[i] / region->d[j];
  }
  region->has_spectrum = false;
}

/* The Newton step into p; false when the Hessian is not positive definite. */
static bool region_newton(Region *region) {
  size_t n = region->n;
  memcpy(region->factor, region->scaled, n * n * sizeof(double));
  if (!dense_cholesky(n, region->factor)) return false;
  for (size_t i = 0; i < n; i++) region->p[i] = -region->slope[i];
  dense_cholesky_solve(n, region->factor, region->p);
  region->length = dense_norm(n, region->p);
  region->predicted = -0.5 * dense_dot(n, region->p, region->slope);
  for (size_t i = 0; i < n; i++) region->p[i] /= region->d[i];
  return dense_finite(n, region->p);
}

/* |p(lambda)| and, if asked, its derivative, from the slopes along the eigenvectors in parts. */
static double region_norm_at(const Region *region, double lambda, double *derivative) {
  double sum = 0, rate = 0;
  for (size_t k = 0; k < region->n; k++) {
    double gap = region->spectrum.values[k] + lambda;
    double part = region->parts[k] == 0 ? 0 : region->parts[k] / gap;
    sum += part * part;
    rate -= part == 0 ? 0 : part * part / gap;
  }
  double norm = sqrt(sum);
  if (derivative != NULL) *derivative = rate / norm;
  return norm;
}

/* Newton on 1/|p| - 1/radius, which is nearly linear in lambda, kept inside a shrinking bracket. */
static double region_lambda(const Region *region, double low) {
  enum { ITERATIONS = 60 };
  const double CLOSE = 1e-3; /* the radius itself is a guess */
  double high = low + dense_norm(region->n, region->parts) / region->radius;
  double lambda = high;
  for (int k = 0; k < ITERATIONS; k++) {
    double derivative, norm = region_norm_at(region, lambda, &derivative);
    if (fabs(norm - region->radius) <= CLOSE * region->radius) break;
    if (norm > region->radius) low = lambda;
    else high = lambda;
    lambda += (norm - region->radius) / region->radius * (-norm / derivative);
    if (!(lambda > low && lambda < high)) lambda = low + 0.5 * (high - low);
  }
  return lambda;
}

/* Rounding in a slope: see verdict.c, which measures it alike. */
static double region_noise(Region *region, Search *search, double largest) {
  const double SAFETY = 16;
  search_typical(search, region->x, region->d, region->parts);
  double size = 0;
  for (size_t i = 0; i < region->n; i++) size = fmax(size, region->d[i] * region->parts[i]);
  return SAFETY * (double)region->n * DBL_EPSILON *
         (largest * size + sqrt(largest * fabs(region->value)));
}

/* Slopes along the eigenvectors into parts; in flat directions, and everywhere as far as rounding
 * goes, a slope that is only rounding becomes 0, or it would choose the way. */
static bool region_decompose(Region *region, Search *search) {
  size_t n = region->n;
  Spectrum *spectrum = &region->spectrum;
  if (!region->has_spectrum && !spectrum_compute(spectrum, region->scaled)) return false;
  double *w = spectrum->values, largest = fmax(fabs(w[0]), fabs(w[n - 1]));
  double total = dense_norm(n, region->slope);
  double noise = region_noise(region, search, largest);
  region->has_spectrum = true;
  region->tiny = DBL_EPSILON * largest;
  for (size_t k = 0; k < n; k++) {
    if (fabs(w[k]) <= SEARCH_FLAT_EIGENVALUE * largest) w[k] = 0;
    double part = dense_dot(n, spectrum->vectors + k * n, region->slope);
    double floor = w[k] == 0 ? noise : 0;
    region->parts[k] = fabs(part) <= fmax(floor, 4 * DBL_EPSILON * total) ? 0 : part;
  }
  return true;
}

/* The step for the current radius into p, with the drop the model predicts for it. */
static bool region_boundary(Region *region, Search *search) {
  if (!region_decompose(region, search)) return false;
  size_t n = region->n;
  const double *w = region->spectrum.values;
  double low = fmax(0, -w[0]), lambda = low + region->tiny, extra = 0;
  double norm = region_norm_at(region, lambda, NULL);
  region->newton_inside = w[0] >= 0 && norm <= region->radius;
  if (norm > region->radius) lambda = region_lambda(region, low);
  else if (w[0] < 0)
    extra = sqrt(region->radius * region->radius - norm * norm); /* the hard case */
  memset(region->p, 0, n * sizeof(double));
  region->predicted = 0;
  for (size_t k = 0; k < n; k++) {
    double part = region->parts[k] == 0 ? 0 : -region->parts[k] / (w[k] + lambda);
    if (k == 0 && extra > 0) part += part < 0 ? -extra : extra;
    region->predicted -= region->parts[k] * part + 0.5 * w[k] * part * part;
    for (size_t i = 0; i < n; i++)
      region->p[i] += part * region->spectrum.vectors[k * n + i] / region->d[i];
  }
  region->length = region_length(region, region->p);
  return dense_finite(n, region->p);
}

static bool region_solve(Region *region, Search *search) {
  region->newton = region_newton(region) ? region->length : 0;
  region->newton_inside = region->newton > 0 && region->newton <= region->radius;
  return region->newton_inside || region_boundary(region, search);
}

/* The Newton step where the Hessian is only semidefinite: nothing along its flat directions, whose
 * slope must be rounding. Into p; false when there is a way down along them. */
static bool region_semidefinite(Region *region, Search *search) {
  double radius = region->radius;
  region->radius = INFINITY;
  bool solved = region_boundary(region, search);
  region->radius = radius;
  return solved && region->newton_inside;
}

static void region_trial(Region *region, double factor) {
  for (size_t i = 0; i < region->n; i++) region->trial[i] = region->x[i] + factor * region->p[i];
}

/* Moves to the trial point if its derivatives exist; a point without them is no place to be. */
static bool region_move(Region *region, Search *search, double value) {
  size_t n = region->n;
  search_gradient(search, region->trial, region->trial_g);
  if (!dense_finite(n, region->trial_g) || !search_hessian(search, region->trial, region->trial_h))
    return false;
  memcpy(region->x, region->trial, n * sizeof(double));
  memcpy(region->g, region->trial_g, n * sizeof(double));
  memcpy(region->h, region->trial_h, n * n * sizeof(double));
  region->value = value;
  region_rescale(region);
  return true;
}

/* At a minimum of order k > 2 Newton steps shrink by (k-2)/(k-1) for ever; two equal ratios betray
 * it, and the step times k-1 then goes all the way. Returns that factor, or 1. */
static double region_multiplicity(Region *region) {
  const double SAME = 0.02, SLOWEST = 0.9, FASTEST = 0.45;
  double ratio = region->last_newton > 0 ? region->length / region->last_newton : 0;
  bool steady = fabs(ratio - region->last_ratio) < SAME && ratio > FASTEST && ratio < SLOWEST;
  region->last_newton = region->length;
  region->last_ratio = ratio;
  return steady ? round(1 / (1 - ratio)) : 1;
}

static bool region_leap(Region *region, Search *search, double value) {
  double factor = region_multiplicity(region);
  if (!(factor > 1)) return false;
  region_trial(region, factor);
  double further = search_value(search, region->trial);
  if (!(further < value) || !region_move(region, search, further)) return false;
  region->last_newton = region->last_ratio = 0;
  return true;
}

/* A trial step and what it teaches about the radius. True when the point moved. */
static bool region_attempt(Region *region, Search *search) {
  const double GOOD = 0.75, POOR = 0.25, ACCEPT = 1e-4;
  region_trial(region, 1);
  double value = search_value(search, region->trial);
  double ratio = (region->value - value) / region->predicted;
  bool moved = isfinite(value) && ratio > ACCEPT;
  if (moved && region->newton_inside && region_leap(region, search, value)) return true;
  if (moved) {
    region_trial(region, 1);
    moved = region_move(region, search, value);
  }
  bool boundary = !region->newton_inside;
  if (!moved || ratio < POOR) {
    region->radius = POOR * fmin(region->length, region->radius);
    region->growth = 2;
  } else if (ratio > GOOD && boundary) {
    region->radius *= region->growth;
    region->growth *= 2; /* a long straight descent is run down in ever longer steps */
  } else {
    region->growth = 2;
  }
  return moved;
}

/* Newton steps while they lower the gradient without raising the value beyond rounding. */
static void region_polish(Region *region, Search *search) {
  enum { MOST = 3 };
  const double WORTH = 0.1; /* of the gradient; rounding noise alone may halve it */
  for (int k = 0; k < MOST && !dense_zero(region->n, region->g) && !search_exhausted(search); k++) {
    if (!region_newton(region)) return;
    region_trial(region, 1);
    double before = dense_norm(region->n, region->slope);
    double value = search_gradient(search, region->trial, region->trial_g);
    if (!(value <= region->value + 4 * DBL_EPSILON * fabs(region->value))) return;
    for (size_t i = 0; i < region->n; i++) region->parts[i] = region->trial_g[i] / region->d[i];
    if (!(dense_norm(region->n, region->parts) < WORTH * before)) return;
    if (!region_move(region, search, value)) return;
    search_prefer(search, region->x, value);
    search->result->iterations++;
    if (!search_step(search, region->x, value, region->g, region->length)) return;
  }
}

/* Nothing left to gain at this point: zero gradient and no way down, or a negligible Newton step.
 */
static bool region_settled(Region *region, Search *search) {
  if (search->options->tolerance > 0 &&
      dense_norm(region->n, region->g) <= search->options->tolerance) {
    search->result->within_tolerance = true;
    return true;
  }
  if (dense_zero(region->n, region->g)) {
    if (!region->has_spectrum && !spectrum_compute(&region->spectrum, region->scaled)) return true;
    region->has_spectrum = true;
    const double *w = region->spectrum.values;
    return w[0] >= -SEARCH_FLAT_EIGENVALUE * fmax(fabs(w[0]), fabs(w[region->n - 1]));
  }
  if (!region_newton(region) && !region_semidefinite(region, search)) return false;
  return (verdict_small_step(search, region->x, region->d, region->p) ||
          region->predicted <= INVISIBLE_DROP * fabs(region->value));
}

/* Newton steps that never get shorter, from point to point, chase a minimum at infinity. */
static bool region_chases_infinity(Region *region, Search *search, double previous) {
  enum { PATIENCE = 8 };
  const double SHORTER = 0.9;
  bool steady = previous > 0 && region->newton >= SHORTER * previous;
  region->steady = steady ? region->steady + 1 : 0;
  if (region->steady < PATIENCE) return false;
  region->steady = 0;
  return search_falls_for_ever(search, region->x, region->value, region->p);
}

static bool region_collapsed(const Region *region) {
  double size = region_length(region, region->x);
  return region->radius <= 4 * DBL_EPSILON * size || region->radius < DBL_MIN;
}

/* From the accepted point to the next one; false when the search is over. */
static bool region_advance(Region *region, Search *search) {
  double previous = region->newton;
  for (;;) {
    if (search_exhausted(search)) {
      search_reason(search, "%zu evaluations are spent", search->result->evaluations);
      return false;
    }
    if (!region_solve(region, search)) {
      search_reason(search, "the Hessian could not be factored");
      return false;
    }
    if (region->predicted <= 0.1 * INVISIBLE_DROP * fabs(region->value) ||
        region_collapsed(region)) {
      search_reason(search, "no step %s the value any more",
                    search->options->negated ? "raises" : "lowers");
      return false;
    }
    double length = region->length;
    if (!region_attempt(region, search)) continue;
    region->length = length;
    if (!region->newton_inside) region->last_newton = region->last_ratio = 0;
    search->result->iterations++;
    return !search_unbounded(search, region->x, region->value) &&
           search_step(search, region->x, region->value, region->g, length) &&
           !region_chases_infinity(region, search, previous);
  }
}

static bool region_start(Region *region, Search *search) {
  memcpy(region->x, search->result->x, region->n * sizeof(double));
  region->value = search_gradient(search, region->x, region->g);
  if (!dense_finite(region->n, region->g) || !search_hessian(search, region->x, region->h)) {
    search_reason(search, "the derivatives at the start are not finite");
    return false;
  }
  region_rescale(region);
  region->growth = 2;
  double size = region_length(region, region->x);
  region->radius = size > 0 ? size : dense_norm(region->n, region->d);
  if (search->objective->quadratic && region_newton(region)) /* the model is the function */
    region->radius = fmax(region->radius, region->length);
  return true;
}

void trustregion_run(Search *search) {
  Region region;
  region_init(&region, search);
  if (!region_start(&region, search)) return;
  while (!region_settled(&region, search))
    if (!region_advance(&region, search)) break;
  if (search->result->unbounded || search->result->stopped || search->result->within_tolerance)
    return;
  region_polish(&region, search);
}
