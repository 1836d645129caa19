/* verdict.c - judges a point from the objective alone.
 *
 * Everything is measured in coordinates scaled by sqrt|H[i][i]| (Jacobi scaling), so the judgement
 * does not depend on the units of the variables or of the value. No solver state is used but the
 * start, which tells the typical size of a coordinate that ends at zero.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/verdict.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/lanczos.h"
#include "optimise/search.h"

/* A Newton step below this fraction of a coordinate leaves 7 digits now and 14 after one more. */
static const double NEGLIGIBLE_STEP = 1e-7;
/* Where rounding hides progress a step may be longer, but not this much: that is a plateau. */
static const double NEAR_STEP = 1e-4;
/* A step down here moves among the last digits of x, where gradients are noise. */
static const double LAST_DIGITS = 1e-14;
/* A predicted drop below this fraction of the value is hidden by rounding. */
static const double HIDDEN_DROP = 1e-13;
/* A step that promises more than this share of the values met is not negligible, however short: beside a
 * pole the slope is steep. */
static const double NOTICED_DROP = 1e-8;

/* A Hessian from differences of gradients must show this much negative curvature to be believed. */
static const double CRUDE_EIGENVALUE = 1e-4;

typedef struct Judge {
  double *h, *scaled, *d, *p, *g, *trial, *trial_gradient, *typical, *best;
  Spectrum spectrum;
  double largest;       /* scaled eigenvalue, absolute */
  double flat;          /* eigenvalues up to this are none */
  double decrement;     /* drop the quadratic model promises */
  double null_slope;    /* gradient left in the flat directions */
  bool definite;        /* the Hessian is, beyond what is flat; then there are no eigenvalues */
  bool linear_progress; /* a Newton step did neither solve nor stall: the minimum is degenerate */
} Judge;

static Judge *judge_get(Search *search) {
  if (search->judge != NULL) return search->judge;
  size_t n = search->n;
  Judge *judge = search_memory(search, sizeof *judge);
  judge->p = search_numbers(search, n);
  judge->g = search_numbers(search, n);
  judge->d = search_numbers(search, n);
  judge->typical = search_numbers(search, n);
  judge->best = search_numbers(search, n);
  for (size_t i = 0; i < n; i++) judge->d[i] = 1;
  judge->trial = search_numbers(search, n);
  judge->trial_gradient = search_numbers(search, n);
  if (n <= SEARCH_HESSIAN_LIMIT) {
    judge->h = search_numbers(search, n * n);
    judge->scaled = search_numbers(search, n * n);
    search_spectrum(search, &judge->spectrum);
  }
  return search->judge = judge;
}

static double judge_scaled_norm(const Judge *judge, size_t n, const double *g) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(g[i]) / judge->d[i]);
  return largest;
}

/* Differences of exact gradients: good enough to see whether a step is worth taking, not to tell
 * the kind of the point, and never shown. */
static bool judge_differences(Search *search, Judge *judge, const double *x, const double *g) {
  const double STEP = 1e-6; /* of a coordinate: truncation and rounding balance for gradients */
  size_t n = search->n;
  search_typical(search, x, judge->d, judge->typical);
  memcpy(judge->trial, x, n * sizeof *x);
  for (size_t i = 0; i < n; i++) {
    judge->trial[i] = x[i] + STEP * judge->typical[i];
    search_gradient(search, judge->trial, judge->trial_gradient);
    for (size_t j = 0; j < n; j++)
      judge->h[i * n + j] = (judge->trial_gradient[j] - g[j]) / (judge->trial[i] - x[i]);
    judge->trial[i] = x[i];
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++)
      judge->h[i * n + j] = judge->h[j * n + i] = 0.5 * (judge->h[i * n + j] + judge->h[j * n + i]);
  return dense_finite(n * n, judge->h);
}

static bool judge_hessian(Search *search, Judge *judge, const double *x, const double *g) {
  if (search_has_hessian(search)) return search_hessian(search, x, judge->h);
  return judge_differences(search, judge, x, g);
}

static void judge_scale(Search *search, Judge *judge) {
  size_t n = search->n;
  dense_scales(n, judge->h, judge->d);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      judge->scaled[i * n + j] = judge->h[i * n + j] / judge->d[i] / judge->d[j];
}

/* Is the scaled Hessian positive definite beyond what counts as flat? Its largest eigenvalue is at most its
 * trace n, so one Cholesky factor less that share of n proves it. */
static bool judge_is_definite(size_t n, const double *scaled, double *factor) {
  memcpy(factor, scaled, n * n * sizeof *factor);
  for (size_t i = 0; i < n; i++) factor[i * n + i] -= 2 * (double)n * SEARCH_FLAT_EIGENVALUE;
  return dense_cholesky(n, factor);
}

/* The Newton step where all directions rise, without their eigenvalues. */
static bool judge_newton_definite(Search *search, Judge *judge, const double *g) {
  size_t n = search->n;
  double *factor = judge->spectrum.vectors;
  if (!search_has_hessian(search) || !judge_is_definite(n, judge->scaled, factor)) return false;
  memcpy(factor, judge->scaled, n * n * sizeof *factor);
  if (!dense_cholesky(n, factor)) return false;
  for (size_t i = 0; i < n; i++) judge->p[i] = -g[i] / judge->d[i];
  dense_cholesky_solve(n, factor, judge->p);
  judge->decrement = judge->null_slope = 0;
  for (size_t i = 0; i < n; i++) {
    judge->decrement -= 0.5 * judge->p[i] * g[i] / judge->d[i];
    judge->p[i] /= judge->d[i];
  }
  return judge->definite = dense_finite(n, judge->p);
}

static bool judge_decompose(Judge *judge, size_t n) {
  Spectrum *spectrum = &judge->spectrum;
  judge->definite = false;
  if (!spectrum_compute(spectrum, judge->scaled)) return false;
  judge->largest = fmax(fabs(spectrum->values[0]), fabs(spectrum->values[n - 1]));
  judge->flat = judge->largest * SEARCH_FLAT_EIGENVALUE;
  return true;
}

/* The Newton step to the stationary point of the quadratic model, of any signature. */
static bool judge_newton(Search *search, Judge *judge, const double *x, const double *g) {
  size_t n = search->n;
  Spectrum *spectrum = &judge->spectrum;
  judge->definite = false;
  for (size_t i = 0; i < n; i++) judge->p[i] = NAN; /* unknown until the Hessian is */
  if (!judge_hessian(search, judge, x, g)) return false;
  judge_scale(search, judge);
  if (judge_newton_definite(search, judge, g)) return true;
  if (!judge_decompose(judge, n)) return false;
  judge->decrement = judge->null_slope = 0;
  memset(judge->p, 0, n * sizeof *judge->p);
  for (size_t k = 0; k < n; k++) {
    const double *v = spectrum->vectors + k * n;
    double slope = 0, curvature = spectrum->values[k];
    for (size_t i = 0; i < n; i++) slope += v[i] * g[i] / judge->d[i];
    if (fabs(curvature) <= judge->flat) {
      judge->null_slope = fmax(judge->null_slope, fabs(slope));
      continue;
    }
    judge->decrement += 0.5 * slope * slope / fabs(curvature);
    for (size_t i = 0; i < n; i++) judge->p[i] -= slope / curvature * v[i] / judge->d[i];
  }
  return true;
}

static bool judge_within(const Search *search, const Judge *judge, const double *p, double share) {
  for (size_t i = 0; i < search->n; i++)
    if (!(fabs(p[i]) <= share * judge->typical[i])) return false;
  return true;
}

bool verdict_small_step(Search *search, const double *x, const double *d, const double *p) {
  Judge *judge = judge_get(search);
  search_typical(search, x, d, judge->typical);
  return judge_within(search, judge, p, NEGLIGIBLE_STEP);
}

double verdict_small_length(Search *search, const double *x, const double *d) {
  Judge *judge = judge_get(search);
  double length = 0;
  search_typical(search, x, d, judge->typical);
  for (size_t i = 0; i < search->n; i++) length = hypot(length, NEGLIGIBLE_STEP * judge->typical[i] * d[i]);
  return length;
}

/* Rounding in a gradient is about eps times the terms it is a sum of: curvature times coordinate,
 * and, for a sum of squares, the root of the value. */
static bool judge_flat_slope_is_rounding(const Search *search, const Judge *judge, double value) {
  double size = 0;
  if (judge->null_slope == 0) return true;
  for (size_t i = 0; i < search->n; i++) size = fmax(size, judge->d[i] * judge->typical[i]);
  double noise = judge->largest * size + sqrt(judge->largest * fabs(value));
  return judge->null_slope <= 16 * (double)search->n * DBL_EPSILON * noise;
}

/* Do values further along the Newton step change as the Hessian promises? Beside a pole they do not. */
static bool judge_model_holds(Search *search, Judge *judge, const double *x, double value) {
  const double REACH = 1e-6, SHARE = 0.1; /* of a coordinate, of the change that is promised */
  double longest = 0;
  for (size_t i = 0; i < search->n; i++) longest = fmax(longest, fabs(judge->p[i]) / judge->typical[i]);
  double t = REACH / longest, promised = t * t * judge->decrement;
  for (int side = -1; side <= 1; side += 2) {
    for (size_t i = 0; i < search->n; i++) judge->trial[i] = x[i] + side * t * judge->p[i];
    double next = search->objective->value(search->objective->context, judge->trial);
    if (fabs(next - value) >= SHARE * promised) return true;
  }
  return false;
}

/* Does the Newton step change nothing worth mentioning of the value, or is it known where it leads? */
static bool judge_drop_is_small(Search *search, Judge *judge, const double *x, double value) {
  double met = fmax(fabs(value), fabs(search->result->start_value));
  bool small = search->objective->quadratic || judge->decrement <= NOTICED_DROP * met;
  return small || judge_model_holds(search, judge, x, value);
}

/* Takes the Newton step to see what it brings: its share of the gradient that is left. */
static double judge_try_newton(Search *search, Judge *judge, const double *x, const double *g) {
  size_t n = search->n;
  for (size_t i = 0; i < n; i++) judge->trial[i] = x[i] + judge->p[i];
  double value = search_gradient(search, judge->trial, judge->trial_gradient);
  if (!isfinite(value) || !dense_finite(n, judge->trial_gradient)) return INFINITY;
  return judge_scaled_norm(judge, n, judge->trial_gradient) / judge_scaled_norm(judge, n, g);
}

static bool judge_stationary(Search *search, Judge *judge, const double *x, double value,
                             const double *g) {
  judge->linear_progress = false;
  if (!judge_newton(search, judge, x, g)) return false;
  if (dense_zero(search->n, g)) return true;
  bool small = verdict_small_step(search, x, judge->d, judge->p);
  if (small && !judge_drop_is_small(search, judge, x, value)) return false;
  if (!judge_flat_slope_is_rounding(search, judge, value)) return false;
  bool hidden = judge->decrement <= HIDDEN_DROP * fabs(value);
  bool near = judge_within(search, judge, judge->p, NEAR_STEP);
  if (!small && (!near || judge->decrement > HIDDEN_DROP * fmax(fabs(value), 1))) return false;
  const double SOLVED = 0.1, STALLED = 0.5; /* between them lies x^k: (1-1/(k-1))^(k-1) */
  double left = judge_try_newton(search, judge, x, g);
  judge->linear_progress =
      left > SOLVED && !hidden && !judge_within(search, judge, judge->p, LAST_DIGITS);
  return small || left > STALLED;
}

/* Where products with the Hessian are to be had, the least curvature found bounds the step better: a
 * gradient soon lies along the steepest directions. */
static double judge_least_curvature(Search *search, const double *x, double along_gradient) {
  MinimiseResult *result = search->result;
  if (search->objective->product == NULL) return along_gradient;
  result->looked_at = lanczos_curvatures(search, x, &result->curvature_low, &result->curvature_high, result->direction);
  double low = result->curvature_low;
  return result->looked_at && low > 0 ? fmin(low, along_gradient) : along_gradient;
}

/* No Hessian: the curvature along the gradient, from one more exact gradient, bounds the step. */
static bool judge_stationary_by_secant(Search *search, Judge *judge, const double *x,
                                       const double *g) {
  size_t n = search->n;
  double size = 0, norm = dense_norm(n, g);
  memset(judge->p, 0, n * sizeof *judge->p);
  if (dense_zero(n, g)) return true;
  search_typical(search, x, judge->d, judge->typical);
  size = dense_largest(n, judge->typical);
  double length = 1e-6 * size; /* near enough for a second-order model, far enough from rounding */
  for (size_t i = 0; i < n; i++) judge->trial[i] = x[i] - length * g[i] / norm;
  double value = search_gradient(search, judge->trial, judge->trial_gradient);
  if (!isfinite(value) || !dense_finite(n, judge->trial_gradient)) return false;
  double curvature = (norm - dense_dot(n, judge->trial_gradient, g) / norm) / length;
  for (size_t i = 0; i < n; i++) judge->p[i] = curvature > 0 ? -g[i] / curvature : INFINITY;
  if (!(norm <= NEGLIGIBLE_STEP * size * curvature)) return false;
  return norm <= NEGLIGIBLE_STEP * size * judge_least_curvature(search, x, curvature);
}

/* The trials made here are the judge's, not the run's: they do not become the answer. */
bool verdict_stationary(Search *search, const double *x, double value, const double *g) {
  Judge *judge = judge_get(search);
  double best = search->result->value;
  memcpy(judge->best, search->result->x, search->n * sizeof *judge->best);
  bool stationary = search->n <= SEARCH_HESSIAN_LIMIT
                        ? judge_stationary(search, judge, x, value, g)
                        : judge_stationary_by_secant(search, judge, x, g);
  if (!search->result->unbounded) search_prefer(search, judge->best, best);
  return stationary;
}

typedef enum Probe { PROBE_RISES, PROBE_LEVEL, PROBE_FALLS } Probe;

static double judge_growth(Search *search, Judge *judge, const double *x, double value,
                           const double *v, double t) {
  for (size_t i = 0; i < search->n; i++) judge->trial[i] = x[i] + t * v[i] / judge->d[i];
  return search_value(search, judge->trial) - value;
}

/* How values on both sides of x, [reach] away along scaled [v], go with the curvature there. */
static Probe judge_sides(Search *search, Judge *judge, const double *x, double value,
                         const double *v, double curvature, double reach, bool *too_much) {
  const double SHARE = 0.2; /* of the growth the Hessian promises, or of its inverse */
  double promised = 0.5 * curvature * reach * reach;
  bool enough = true;
  *too_much = false;
  for (int side = -1; side <= 1; side += 2) {
    double growth = judge_growth(search, judge, x, value, v, side * reach);
    double noise = 64 * DBL_EPSILON * (fabs(value) + fabs(growth));
    if (growth < -noise && judge_growth(search, judge, x, value, v, 0.5 * side * reach) < 0)
      return PROBE_FALLS;
    enough = enough && growth >= SHARE * promised;
    *too_much = *too_much || SHARE * growth > promised;
  }
  return enough && !*too_much && curvature > judge->flat ? PROBE_RISES : PROBE_LEVEL;
}

/* Looks at values on both sides along scaled [v], a hundredth of a coordinate away. Growth far beyond the
 * curvature may be that of x^4, or of higher terms that fade: then closer by, too. */
static Probe judge_probe(Search *search, Judge *judge, const double *x, double value,
                         const double *v, double curvature) {
  const double AWAY = 1e-2, CLOSER = 0.05;
  enum { LOOKS = 3 };
  double reach = INFINITY;
  search_typical(search, x, judge->d, judge->typical);
  for (size_t i = 0; i < search->n; i++)
    if (v[i] != 0) reach = fmin(reach, AWAY * judge->typical[i] * judge->d[i] / fabs(v[i]));
  Probe probe = PROBE_LEVEL;
  bool closer = true;
  for (int look = 0; look < LOOKS && closer; look++, reach *= CLOSER) {
    probe = judge_sides(search, judge, x, value, v, curvature, reach, &closer);
    closer = closer && probe == PROBE_LEVEL && curvature > judge->flat;
  }
  return probe;
}

static void judge_direction(Search *search, const Judge *judge, size_t k) {
  MinimiseResult *result = search->result;
  for (size_t i = 0; i < search->n; i++)
    result->direction[i] = judge->spectrum.vectors[k * search->n + i] / judge->d[i];
  double norm = dense_norm(search->n, result->direction);
  result->has_direction = norm > 0;
  for (size_t i = 0; i < search->n; i++) result->direction[i] /= norm;
}

/* Where the second derivatives cannot tell, the way down need be no eigenvector: in
 * x^4 + y^4 + x y^2 it is a curve. */
static bool judge_falls_aside(Search *search, Judge *judge, const double *x, double value) {
  enum { TRIED = 2 };
  size_t n = search->n;
  unsigned long long seed = DENSE_SEED;
  for (size_t k = 0; n > 1 && k < TRIED; k++) {
    for (size_t i = 0; i < n; i++) judge->p[i] = dense_random(&seed);
    if (judge_probe(search, judge, x, value, judge->p, 0) == PROBE_FALLS) return true;
  }
  return false;
}

/* A quadratic that is flat along [v] is linear there: where it slopes at the start it falls for ever, however
 * far out rounding curves it. */
static bool judge_flat_falls(Search *search, Judge *judge, const double *v) {
  const double SLOPE = 1e-9; /* as a share of its terms; consistent ones round to far less */
  double slope = 0, size = 0, *g = judge->trial_gradient;
  if (!search->result->quadratic) return false;
  double value = search_gradient(search, search->start, g);
  for (size_t i = 0; i < search->n; i++) {
    slope += v[i] * g[i] / judge->d[i];
    size = fmax(size, fabs(g[i]) / judge->d[i] + judge->largest * judge->d[i] * fabs(search->start[i]));
  }
  if (!(fabs(slope) > SLOPE * size)) return false;
  for (size_t i = 0; i < search->n; i++) judge->p[i] = (slope > 0 ? -v[i] : v[i]) / judge->d[i];
  return search_falls_for_ever(search, search->start, value, judge->p);
}

static MinimiseKind judge_flat(Search *search, Judge *judge, double value, size_t from) {
  enum { PROBED_MOST = 8 }; /* flat directions looked along: enough for any lesson */
  MinimiseResult *result = search->result;
  double *x = search_numbers(search, search->n);
  memcpy(x, result->x, search->n * sizeof *x);
  bool level = false;
  for (size_t k = from; k < search->n && k < from + PROBED_MOST; k++) {
    if (k > from && judge->spectrum.values[k] > judge->flat) break;
    const double *v = judge->spectrum.vectors + k * search->n;
    if (judge_flat_falls(search, judge, v)) return MINIMISE_UNBOUNDED;
    Probe probe = result->quadratic
                      ? PROBE_LEVEL
                      : judge_probe(search, judge, x, value, v, judge->spectrum.values[k]);
    if (probe == PROBE_FALLS) {
      result->lower_nearby = true;
      return MINIMISE_NOT_STATIONARY;
    }
    level = level || probe == PROBE_LEVEL;
  }
  if (level && !result->quadratic && judge_falls_aside(search, judge, x, value)) {
    result->lower_nearby = true;
    return MINIMISE_NOT_STATIONARY;
  }
  search_prefer(search, x, value); /* a probe may have found an equal value with luckier rounding */
  judge_direction(search, judge, from);
  return level ? MINIMISE_FLAT : MINIMISE_STRICT_MINIMUM;
}

static MinimiseKind judge_kind(Search *search, Judge *judge, double value) {
  const double *w = judge->spectrum.values;
  if (judge->definite && !judge->linear_progress) return MINIMISE_STRICT_MINIMUM;
  if (judge->definite && !judge_decompose(judge, search->n)) return MINIMISE_NOT_STATIONARY;
  bool exact = search_has_hessian(search);
  double negative = exact ? -judge->flat : -CRUDE_EIGENVALUE * judge->largest;
  if (w[0] < negative) {
    judge_direction(search, judge, 0);
    return w[search->n - 1] < negative ? MINIMISE_MAXIMUM : MINIMISE_SADDLE;
  }
  if (!exact) return MINIMISE_STATIONARY;
  if (w[0] <= judge->flat || judge->linear_progress) return judge_flat(search, judge, value, 0);
  return MINIMISE_STRICT_MINIMUM;
}

static void judge_spectrum(MinimiseResult *result, Judge *judge, size_t n) {
  if (!spectrum_values(&judge->spectrum, judge->h)) return;
  const double *w = judge->spectrum.values;
  double large = fmax(fabs(w[0]), fabs(w[n - 1])), small = INFINITY;
  for (size_t k = 0; k < n; k++) small = fmin(small, fabs(w[k]));
  result->has_spectrum = true;
  result->eigenvalue_min = w[0];
  result->eigenvalue_max = w[n - 1];
  result->condition = small > 0 ? large / small : INFINITY;
}

static void judge_error(Search *search, const Judge *judge) {
  enum { ALL_DIGITS = 15 };
  MinimiseResult *result = search->result;
  result->error_bar = dense_largest(search->n, judge->p);
  double relative = 0;
  search_typical(search, result->x, judge->d, judge->typical);
  for (size_t i = 0; i < search->n; i++)
    relative = fmax(relative, fabs(judge->p[i]) / judge->typical[i]);
  double digits = relative > 0 ? -log10(relative) : ALL_DIGITS;
  result->digits = fmin(fmax(digits, 0), ALL_DIGITS);
}

static void judge_reset(MinimiseResult *result) {
  result->has_spectrum = false;
  result->has_direction = result->has_direction && result->unbounded;
  result->eigenvalue_min = result->eigenvalue_max = result->condition = NAN;
  result->error_bar = result->digits = result->eta_bound = NAN;
  result->converged = result->lower_nearby = false;
}

/* Too many variables for a Hessian: a direction that curves downwards proves a saddle, none proves nothing. */
static MinimiseKind judge_many(Search *search, const double *x) {
  MinimiseResult *result = search->result;
  if (search->objective->product == NULL) return MINIMISE_STATIONARY;
  result->looked_at = lanczos_curvatures(search, x, &result->curvature_low, &result->curvature_high, result->direction);
  double low = result->curvature_low, large = fmax(fabs(low), fabs(result->curvature_high));
  result->has_direction = result->looked_at && low < -CRUDE_EIGENVALUE * large;
  return result->has_direction ? MINIMISE_SADDLE : MINIMISE_STATIONARY;
}

/* The kind of the best point, with everything known of it on the way. */
static MinimiseKind judge_best(Search *search, Judge *judge) {
  MinimiseResult *result = search->result;
  size_t n = search->n;
  double *x = search_numbers(search, n), *g = judge->g;
  memcpy(x, result->x, n * sizeof *x); /* trials may move the best point */
  double value = search_gradient(search, x, g);
  memcpy(result->gradient, g, n * sizeof *g);
  result->gradient_norm = dense_norm(n, g);
  if (!isfinite(value) || !dense_finite(n, g))
    return isfinite(value) ? MINIMISE_NOT_STATIONARY : MINIMISE_UNDEFINED;
  if (result->stopped) return MINIMISE_NOT_STATIONARY; /* by Ctrl-C: nobody waits for a Hessian */
  bool stationary = verdict_stationary(search, x, value, g);
  judge_error(search, judge);
  search_prefer(search, x, value);
  if (n > SEARCH_HESSIAN_LIMIT) return stationary ? judge_many(search, x) : MINIMISE_NOT_STATIONARY;
  MinimiseKind kind = stationary ? judge_kind(search, judge, value) : MINIMISE_NOT_STATIONARY;
  if (search_has_hessian(search)) judge_spectrum(result, judge, n);
  return kind;
}

static void judge_reason(Search *search) {
  const MinimiseResult *result = search->result;
  if (result->kind == MINIMISE_SADDLE || result->kind == MINIMISE_MAXIMUM)
    search_reason(search, "the gradient is zero, but this is no %s",
                  result->negated ? "maximum" : "minimum");
  else if (result->converged)
    search_reason(search, "%s",
                  result->within_tolerance     ? "the gradient norm is within the tolerance"
                  : result->gradient_norm == 0 ? "the gradient is zero"
                                               : "the next Newton step is negligible");
  else if (result->kind == MINIMISE_NOT_STATIONARY && result->reason[0] == '\0')
    search_reason(search, "the next Newton step is not negligible");
}

/* Far enough out any step is negligible against the coordinates. If the value falls all the way
 * on from there, nothing was found but the end of the doubles. */
static void judge_runaway(Search *search, Judge *judge) {
  const MinimiseResult *result = search->result;
  bool far = dense_largest(search->n, result->x) > search_runaway(search);
  if (!far || result->unbounded || result->stopped) return;
  for (size_t i = 0; i < search->n; i++) judge->p[i] = result->x[i] - search->start[i];
  search_falls_for_ever(search, result->x, result->value, judge->p);
}

void verdict_judge(Search *search) {
  MinimiseResult *result = search->result;
  Judge *judge = judge_get(search);
  judge_reset(result);
  judge_runaway(search, judge);
  if (result->unbounded) {
    result->kind = MINIMISE_UNBOUNDED;
    search->objective->gradient(search->objective->context, result->x, result->gradient);
    result->gradient_norm = dense_norm(search->n, result->gradient);
    return;
  }
  result->kind = judge_best(search, judge);
  if (result->kind == MINIMISE_NOT_STATIONARY && !result->stopped &&
      search_ran_off(search, result->x, result->value))
    result->kind = MINIMISE_UNBOUNDED;
  bool minimum = result->kind == MINIMISE_STRICT_MINIMUM || result->kind == MINIMISE_FLAT ||
                 result->kind == MINIMISE_STATIONARY;
  result->converged = minimum || (result->within_tolerance && !result->lower_nearby &&
                                  result->kind == MINIMISE_NOT_STATIONARY);
  judge_reason(search);
}
