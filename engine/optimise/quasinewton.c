/* quasinewton.c - BFGS with a dense inverse Hessian, and with the last few steps only.
 *
 * Updates as in Nocedal and Wright, Numerical Optimization (2006), algorithms 6.1 and 7.4. The line
 * search brackets a weak Wolfe step (Lewis and Overton, Math. Program. 141, 2013): it needs no
 * smoothness and takes nan for "too far".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/search.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MEMORY = 10 }; /* steps that limited-memory BFGS keeps */

typedef struct Quasi {
  Search *search;
  size_t n;
  double *x, *g, *p, *trial, *trial_g;
  double value;
  double *inverse, *hy;        /* dense */
  double *s, *y, *rho, *alpha; /* limited memory, a ring of MEMORY pairs */
  size_t pairs;                /* ever stored; dense: updates since the last reset */
} Quasi;

static void quasi_init(Quasi *quasi, Search *search, bool dense) {
  size_t n = search->n;
  *quasi = (Quasi){.search = search, .n = n};
  double **vectors[] = {&quasi->x,     &quasi->g,       &quasi->p,
                        &quasi->trial, &quasi->trial_g, &quasi->hy};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    *vectors[k] = search_numbers(search, n);
  if (dense) {
    quasi->inverse = search_numbers(search, n * n);
    return;
  }
  quasi->s = search_numbers(search, MEMORY * n);
  quasi->y = search_numbers(search, MEMORY * n);
  quasi->rho = search_numbers(search, MEMORY);
  quasi->alpha = search_numbers(search, MEMORY);
}

/* Finds t with f(x + t p) low enough and the slope there flat enough; leaves the point in trial. */
static bool quasi_line(Quasi *quasi, double t, double *value) {
  enum { TRIALS = 60 };
  const double ENOUGH = 1e-4, FLATTER = 0.9;
  double low = 0, high = INFINITY, slope = dense_dot(quasi->n, quasi->g, quasi->p);
  bool lowered = false;
  for (int k = 0; k < TRIALS && !search_exhausted(quasi->search); k++) {
    for (size_t i = 0; i < quasi->n; i++) quasi->trial[i] = quasi->x[i] + t * quasi->p[i];
    if (memcmp(quasi->trial, quasi->x, quasi->n * sizeof(double)) == 0) return false;
    *value = search_gradient(quasi->search, quasi->trial, quasi->trial_g);
    bool finite = isfinite(*value) && dense_finite(quasi->n, quasi->trial_g);
    lowered = finite && *value <= quasi->value + ENOUGH * t * slope && *value < quasi->value;
    if (*value == -INFINITY) return true;
    if (!lowered) high = t;
    else if (dense_dot(quasi->n, quasi->trial_g, quasi->p) < FLATTER * slope) low = t;
    else return true;
    double parabola = finite && !lowered && low == 0
                          ? -slope * t * t / (2 * (*value - quasi->value - slope * t))
                          : NAN;
    if (parabola > 0.1 * high && parabola < 0.9 * high) t = parabola;
    else t = isinf(high) ? 4 * t : 0.5 * (low + high);
    if (search_unbounded(quasi->search, quasi->trial, *value)) return true;
  }
  return lowered;
}

static void quasi_reset(Quasi *quasi) {
  quasi->pairs = 0;
  if (quasi->inverse == NULL) return;
  memset(quasi->inverse, 0, quasi->n * quasi->n * sizeof(double));
  for (size_t i = 0; i < quasi->n; i++) quasi->inverse[i * quasi->n + i] = 1;
}

/* inverse += (1 + y'Hy/s'y) ss'/s'y - (Hy s' + s y'H)/s'y. */
static void quasi_update_dense(Quasi *quasi, const double *s, const double *y, double sy) {
  size_t n = quasi->n;
  if (quasi->pairs == 0) /* the first pair tells the scale */
    for (size_t i = 0; i < n; i++) quasi->inverse[i * n + i] = sy / dense_dot(n, y, y);
  for (size_t i = 0; i < n; i++) quasi->hy[i] = dense_dot(n, quasi->inverse + i * n, y);
  double factor = (1 + dense_dot(n, y, quasi->hy) / sy) / sy;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      quasi->inverse[i * n + j] +=
          factor * s[i] * s[j] - (quasi->hy[i] * s[j] + s[i] * quasi->hy[j]) / sy;
}

/* Takes the step from x to trial into the model, unless its curvature is not positive. */
static void quasi_learn(Quasi *quasi) {
  size_t n = quasi->n, slot = quasi->pairs % MEMORY;
  double *s = quasi->inverse ? quasi->x : quasi->s + slot * n;
  double *y = quasi->inverse ? quasi->g : quasi->y + slot * n;
  for (size_t i = 0; i < n; i++) {
    s[i] = quasi->trial[i] - quasi->x[i];
    y[i] = quasi->trial_g[i] - quasi->g[i];
  }
  double sy = dense_dot(n, s, y);
  if (!(sy > DBL_EPSILON * dense_norm(n, s) * dense_norm(n, y))) return;
  if (quasi->inverse) quasi_update_dense(quasi, s, y, sy);
  else quasi->rho[slot] = 1 / sy;
  quasi->pairs++;
}

static void quasi_direction_dense(Quasi *quasi) {
  for (size_t i = 0; i < quasi->n; i++)
    quasi->p[i] = -dense_dot(quasi->n, quasi->inverse + i * quasi->n, quasi->g);
}

static void quasi_direction_limited(Quasi *quasi) {
  size_t n = quasi->n, kept = quasi->pairs < MEMORY ? quasi->pairs : MEMORY;
  for (size_t i = 0; i < n; i++) quasi->p[i] = -quasi->g[i];
  for (size_t k = 0; k < kept; k++) {
    size_t slot = (quasi->pairs - 1 - k) % MEMORY;
    quasi->alpha[slot] = quasi->rho[slot] * dense_dot(n, quasi->s + slot * n, quasi->p);
    for (size_t i = 0; i < n; i++) quasi->p[i] -= quasi->alpha[slot] * quasi->y[slot * n + i];
  }
  if (kept == 0) return;
  const double *y = quasi->y + (quasi->pairs - 1) % MEMORY * n;
  double scale = 1 / (quasi->rho[(quasi->pairs - 1) % MEMORY] * dense_dot(n, y, y));
  for (size_t i = 0; i < n; i++) quasi->p[i] *= scale;
  for (size_t k = kept; k-- > 0;) {
    size_t slot = (quasi->pairs - 1 - k) % MEMORY;
    double beta = quasi->rho[slot] * dense_dot(n, quasi->y + slot * n, quasi->p);
    for (size_t i = 0; i < n; i++)
      quasi->p[i] += (quasi->alpha[slot] - beta) * quasi->s[slot * n + i];
  }
}

/* The first step of an unscaled model: a tenth of the point's size, whatever the gradient's. */
static double quasi_first_length(const Quasi *quasi) {
  if (quasi->pairs > 0) return 1;
  double size = fmax(dense_norm(quasi->n, quasi->x), 1);
  return fmin(1, 0.1 * size / dense_norm(quasi->n, quasi->g));
}

/* A step downhill; after a failed one the model is forgotten and steepest descent tried once. */
static bool quasi_advance(Quasi *quasi, double *value) {
  for (int attempt = 0; attempt < 2; attempt++) {
    if (quasi->inverse) quasi_direction_dense(quasi);
    else quasi_direction_limited(quasi);
    bool downhill = dense_finite(quasi->n, quasi->p) && dense_dot(quasi->n, quasi->g, quasi->p) < 0;
    if (downhill && quasi_line(quasi, quasi_first_length(quasi), value)) return true;
    if (quasi->pairs == 0) return false;
    quasi_reset(quasi);
  }
  return false;
}

static void quasi_move(Quasi *quasi, double value) {
  size_t n = quasi->n;
  quasi_learn(quasi);
  memcpy(quasi->x, quasi->trial, n * sizeof(double));
  memcpy(quasi->g, quasi->trial_g, n * sizeof(double));
  quasi->value = value;
}

static void quasi_run(Quasi *quasi) {
  Search *search = quasi->search;
  size_t n = quasi->n;
  memcpy(quasi->x, search->result->x, n * sizeof(double));
  quasi->value = search_gradient(search, quasi->x, quasi->g);
  quasi_reset(quasi);
  while (!search_done(search, quasi->x, quasi->value, quasi->g)) {
    double value = NAN;
    if (search_exhausted(search)) {
      search_reason(search, "%zu evaluations are spent", search->result->evaluations);
      return;
    }
    if (!quasi_advance(quasi, &value)) {
      search_reason(search, "no step along the search direction lowers the value any more");
      return;
    }
    for (size_t i = 0; i < n; i++) quasi->p[i] = quasi->trial[i] - quasi->x[i];
    double length = dense_norm(n, quasi->p);
    quasi_move(quasi, value);
    search->result->iterations++;
    if (search_unbounded(search, quasi->x, value) ||
        !search_step(search, quasi->x, value, quasi->g, length))
      return;
  }
}

void quasinewton_run(Search *search) {
  Quasi quasi;
  quasi_init(&quasi, search, true);
  quasi_run(&quasi);
}

void limitedmemory_run(Search *search) {
  Quasi quasi;
  quasi_init(&quasi, search, false);
  quasi_run(&quasi);
}
