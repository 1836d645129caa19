/* multimin.c - GSL's minimisers by name, made safe.
 *
 * GSL's line searches take nan for success and report GSL_ENOPROG at right answers, so their status
 * only ends a round: a point without a value is shown to them as a very high one, the stopping test
 * is ours, and a round that stalls is started again from the best point with a shorter step.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/search.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

#include "optimise/verdict.h"

static const double REFUSED_VALUE = 1e200;

typedef struct Multimin {
  Search *search;
  double *g, *last;
} Multimin;

static double multimin_finite(double value) {
  return isnan(value) || value > REFUSED_VALUE ? REFUSED_VALUE : fmax(value, -DBL_MAX);
}

static double multimin_value(const gsl_vector *x, void *context) {
  Multimin *multimin = context;
  assert(x->stride == 1);
  return multimin_finite(search_value(multimin->search, x->data));
}

static void multimin_both(const gsl_vector *x, void *context, double *value, gsl_vector *g) {
  Multimin *multimin = context;
  size_t n = multimin->search->n;
  *value = multimin_finite(search_gradient(multimin->search, x->data, multimin->g));
  bool finite = dense_finite(n, multimin->g);
  for (size_t i = 0; i < n; i++) gsl_vector_set(g, i, finite ? multimin->g[i] : 0);
}

static void multimin_slope(const gsl_vector *x, void *context, gsl_vector *g) {
  double value;
  multimin_both(x, context, &value, g);
}

static void multimin_free(void *minimizer) { gsl_multimin_fdfminimizer_free(minimizer); }
static void multimin_free_simplex(void *minimizer) { gsl_multimin_fminimizer_free(minimizer); }

/* True when the whole search is over, false when only this round is. */
static bool multimin_round(Multimin *multimin, gsl_multimin_fdfminimizer *minimizer) {
  Search *search = multimin->search;
  size_t n = search->n;
  for (int status = GSL_SUCCESS; status == GSL_SUCCESS;) {
    if (search_exhausted(search)) {
      search_reason(search, "%zu evaluations are spent", search->result->evaluations);
      return true;
    }
    memcpy(multimin->last, minimizer->x->data, n * sizeof(double));
    status = gsl_multimin_fdfminimizer_iterate(minimizer);
    const double *x = minimizer->x->data, *g = minimizer->gradient->data;
    if (!dense_finite(n, x) || memcmp(multimin->last, x, n * sizeof(double)) == 0) return false;
    search->result->iterations++;
    double length = dense_norm(n, minimizer->dx->data);
    if (search_unbounded(search, x, minimizer->f) ||
        !search_step(search, x, minimizer->f, g, length) || search_done(search, x, minimizer->f, g))
      return true;
  }
  return false;
}

void multimin_conjugate_run(Search *search) {
  enum { ROUNDS = 8 };
  const double LINE_TOLERANCE = 0.1, FIRST_STEP = 0.1, SHORTER = 0.1;
  size_t n = search->n;
  Multimin multimin = {search, search_numbers(search, n), search_numbers(search, n)};
  gsl_multimin_function_fdf function = {multimin_value, multimin_slope, multimin_both, n,
                                        &multimin};
  gsl_multimin_fdfminimizer *minimizer =
      gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_conjugate_pr, n);
  if (minimizer == NULL) return;
  search_adopt(search, minimizer, multimin_free);
  double *from = search_numbers(search, n);
  gsl_vector_view start = gsl_vector_view_array(from, n);
  double step = FIRST_STEP * fmax(1, dense_norm(n, search->result->x));
  for (int round = 0; round < ROUNDS; round++) {
    double before = search->result->value;
    memcpy(from, search->result->x, n * sizeof(double));
    gsl_multimin_fdfminimizer_set(minimizer, &function, &start.vector, step, LINE_TOLERANCE);
    if (search_done(search, from, minimizer->f, minimizer->gradient->data) ||
        multimin_round(&multimin, minimizer) ||
        search_unbounded(search, search->result->x, search->result->value))
      return;
    if (!(search->result->value < before)) step *= SHORTER;
  }
  search_reason(search, "no step along the search direction lowers the value any more");
}

/* Shrinks one simplex of side [side]; true when the whole search is over. GSL updates the size by
 * differences of squares, which cannot follow it below sqrt(eps) of where it began. */
static bool simplex_round(Search *search, gsl_multimin_fminimizer *minimizer, double side) {
  const double SHRUNK = 1e-7;
  size_t idle = 0, idle_most = 10 * (search->n + 3); /* a simplex that shrinks on in vain */
  for (;;) {
    if (search_exhausted(search)) {
      search_reason(search, "%zu evaluations are spent", search->result->evaluations);
      return true;
    }
    double before = minimizer->fval;
    int status = gsl_multimin_fminimizer_iterate(minimizer);
    const double *x = minimizer->x->data;
    idle = minimizer->fval < before ? 0 : idle + 1;
    double size = gsl_multimin_fminimizer_size(minimizer);
    search->result->iterations++;
    if (search_unbounded(search, x, minimizer->fval) ||
        !search_step(search, x, minimizer->fval, NULL, size))
      return true;
    if (status != GSL_SUCCESS || size <= SHRUNK * side || idle > idle_most) return false;
  }
}

/* Nelder and Mead's simplex, GSL's nmsimplex2, begun again at its answer with other sides until
 * that stays: a simplex can collapse on a slope, and a fresh one then walks on. */
void simplex_run(Search *search) {
  static const double SIDES[] = {0.1, -1e-3, 1e-5}; /* of the coordinates */
  enum { SIDE_COUNT = sizeof SIDES / sizeof *SIDES, ROUNDS = 6 };
  const double GAIN = 1e-8; /* less is no reason to go on */
  size_t n = search->n, idle = 0;
  Multimin multimin = {.search = search};
  gsl_multimin_function function = {multimin_value, n, &multimin};
  gsl_multimin_fminimizer *minimizer =
      gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, n);
  if (minimizer == NULL) return;
  search_adopt(search, minimizer, multimin_free_simplex);
  double *from = search_numbers(search, n), *steps = search_numbers(search, n);
  gsl_vector_view start = gsl_vector_view_array(from, n);
  gsl_vector_view sides = gsl_vector_view_array(steps, n);
  for (size_t round = 0; round < ROUNDS && idle < SIDE_COUNT; round++) {
    double before = search->result->value;
    memcpy(from, search->result->x, n * sizeof(double));
    for (size_t i = 0; i < n; i++) steps[i] = SIDES[round % SIDE_COUNT] * fmax(1, fabs(from[i]));
    if (gsl_multimin_fminimizer_set(minimizer, &function, &start.vector, &sides.vector) != 0 ||
        simplex_round(search, minimizer, dense_norm(n, steps)))
      return;
    idle = search->result->value < before - GAIN * fabs(before) ? 0 : idle + 1;
  }
  search_reason(search, "the simplex shrank to a point and a fresh one finds nothing lower");
}
