/* search.c - one run of a solver: counted evaluations, the best point, memory, stopping.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/search.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "optimise/verdict.h"

/* Past these a falling function is taken to fall without end: no honest minimum lies there, and
 * squares of such numbers still fit a double. */
static const double UNBOUNDED_VALUE = -1e100;
static const double UNBOUNDED_COORDINATE = 1e50;
/* Times the start's size, and beyond: the scale of the problem is left behind. */
static const double RUNAWAY = 1e10;

void *search_memory(Search *search, size_t bytes) {
  void *memory = search->options->allocate(search->options->context, bytes);
  assert(memory != NULL);
  return memset(memory, 0, bytes);
}

double *search_numbers(Search *search, size_t count) {
  return search_memory(search, count * sizeof(double));
}

void search_spectrum(Search *search, Spectrum *spectrum) {
  size_t n = search->n;
  spectrum->n = n;
  spectrum->values = search_numbers(search, n);
  spectrum->vectors = search_numbers(search, n * n);
  spectrum->work = search_numbers(search, spectrum_work_size(n));
}

void search_adopt(Search *search, void *object, void (*destroy)(void *)) {
  search->options->adopt(search->options->context, object, destroy);
}

static void search_keep(Search *search, const double *x, double value) {
  for (size_t i = 0; i < search->n; i++)
    search->travelled[i] = fmax(search->travelled[i], fabs(x[i] - search->start[i]));
  memcpy(search->result->x, x, search->n * sizeof *x);
  search->result->value = value;
}

static void search_direct(Search *search, const double *from, const double *to) {
  double *direction = search->result->direction;
  for (size_t i = 0; i < search->n; i++) direction[i] = from ? to[i] - from[i] : to[i];
  double norm = dense_norm(search->n, direction);
  search->result->has_direction = norm > 0 && isfinite(norm);
  for (size_t i = 0; i < search->n && search->result->has_direction; i++) direction[i] /= norm;
}

static const char *search_falls(const Search *search) {
  return search->options->negated ? "rises" : "falls";
}

static double search_shown(const Search *search, double value) {
  return search->options->negated ? -value : value;
}

static void search_note(Search *search, const double *x, double value) {
  if (isnan(value) || value >= search->result->value) /* the best may still be nan */
    return;
  search_keep(search, x, value);
  if (value > -INFINITY) return;
  search_reason(search, "the value is %.6g here", search_shown(search, value));
  search->result->unbounded = true;
  search->result->has_direction = false;
}

void search_prefer(Search *search, const double *x, double value) {
  assert(!isnan(value));
  search_keep(search, x, value);
}

static void search_remember(Search *search, const double *x) {
  memcpy(search->asked, x, search->n * sizeof *x);
  search->has_asked = true;
}

double search_value(Search *search, const double *x) {
  search->result->evaluations++;
  search_remember(search, x);
  double value = search->objective->value(search->objective->context, x);
  search_note(search, x, value);
  return value;
}

double search_gradient(Search *search, const double *x, double *g) {
  bool known = search->has_asked && memcmp(search->asked, x, search->n * sizeof *x) == 0;
  search->result->evaluations += !known;
  search->result->gradient_evaluations++;
  search_remember(search, x);
  double value = search->objective->gradient(search->objective->context, x, g);
  search_note(search, x, value);
  return value;
}

bool search_has_hessian(const Search *search) {
  return search->objective->hessian != NULL && search->n <= SEARCH_HESSIAN_LIMIT;
}

/* A method and the verdict ask for that of one point, a quadratic has the same everywhere. */
static bool search_knows_hessian(const Search *search, const double *x) {
  if (!search->has_hessian) return false;
  return search->objective->quadratic || memcmp(search->bent, x, search->n * sizeof *x) == 0;
}

bool search_hessian(Search *search, const double *x, double *h) {
  size_t n = search->n;
  if (!search->hessian) {
    search->bent = search_numbers(search, n);
    search->hessian = search_numbers(search, n * n);
  }
  if (!search_knows_hessian(search, x)) {
    search->result->hessian_evaluations++;
    search->objective->hessian(search->objective->context, x, search->hessian);
    memcpy(search->bent, x, n * sizeof *x);
    search->has_hessian = dense_finite(n * n, search->hessian);
  }
  memcpy(h, search->hessian, n * n * sizeof *h);
  return search->has_hessian;
}

bool search_product(Search *search, const double *x, const double *v, double *out) {
  search->result->products++;
  search->objective->product(search->objective->context, x, v, out);
  return dense_finite(search->n, out);
}

double search_residuals(Search *search, const double *x, double *r) {
  search->result->evaluations++;
  search_remember(search, x);
  search->objective->residuals(search->objective->context, x, r);
  double value = search->objective->offset + dense_dot(search->objective->m, r, r);
  search_note(search, x, value);
  return value;
}

void search_jacobian(Search *search, const double *x, double *j) {
  search->result->jacobian_evaluations++;
  search->objective->jacobian(search->objective->context, x, j);
}

bool search_step(Search *search, const double *x, double value, const double *g, double length) {
  MinimiseResult *result = search->result;
  if (search->objective->step == NULL) return true;
  OptimiseStep step = {result->iterations, x, value, g ? dense_norm(search->n, g) : NAN, length};
  if (search->objective->step(search->objective->context, &step)) return true;
  result->stopped = true;
  search_reason(search, "stopped at step %zu", result->iterations);
  return false;
}

bool search_exhausted(const Search *search) {
  const MinimiseResult *result = search->result; /* a product costs about what an evaluation does */
  return result->evaluations + result->products >= search->run_limit || search->result->unbounded;
}

void search_reason(Search *search, const char *format, ...) {
  if (search->result->unbounded) /* that reason outranks any other */
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(search->result->reason, sizeof search->result->reason, format, arguments);
  va_end(arguments);
}

static void search_still_falls(Search *search, double value, double reach) {
  search_reason(search, "the value still %s, to %.6g so far, beyond coordinates of %.0e",
                search_falls(search), search_shown(search, value), reach);
}

bool search_unbounded(Search *search, const double *x, double value) {
  double reach = UNBOUNDED_COORDINATE * fmax(1, dense_largest(search->n, search->start));
  bool far = dense_largest(search->n, x) > reach && value < search->result->start_value;
  if (search->result->unbounded) return true;
  if (!(value < UNBOUNDED_VALUE) && !far) return false;
  if (value < UNBOUNDED_VALUE || fabs(value) > sqrt(reach))
    search_reason(search, "the value %s without end (%.6g reached)", search_falls(search),
                  search_shown(search, value));
  else search_still_falls(search, value, UNBOUNDED_COORDINATE);
  search_direct(search, search->start, x);
  search->result->unbounded = true;
  return true;
}

bool search_ran_off(Search *search, const double *x, double value) {
  double start = search->result->start_value, lower = RUNAWAY * (1 + fabs(start));
  if (dense_largest(search->n, x) <= search_runaway(search) || !(value < start - lower))
    return false;
  search_still_falls(search, value, RUNAWAY);
  search_direct(search, search->start, x);
  search->result->unbounded = true;
  return true;
}

double search_runaway(const Search *search) {
  return RUNAWAY * (1 + dense_largest(search->n, search->start));
}

bool search_falls_for_ever(Search *search, const double *x, double value, const double *p) {
  enum { DOUBLINGS = 60 };
  const double FAR = 1e8; /* times the size of x: the scale of the problem is left behind */
  double *trial = search_numbers(search, search->n), last = value;
  double end = FAR * (1 + dense_largest(search->n, x)), length = dense_largest(search->n, p);
  double t = 1;
  for (int k = 0; k < DOUBLINGS && t * length < end; k++, t *= 2) {
    for (size_t i = 0; i < search->n; i++) trial[i] = x[i] + t * p[i];
    double next = search_value(search, trial);
    if (!(next <= last) || search_exhausted(search)) return false;
    last = next;
  }
  if (!(last < value)) return false;
  search_reason(search, "the value %s for ever, to %.6g so far", search_falls(search),
                search_shown(search, last));
  search_direct(search, NULL, p);
  search->result->unbounded = true;
  return true;
}

void search_typical(const Search *search, const double *x, const double *d, double *typical) {
  const double SHARE = 1e-3, NOTHING = 1e-6;
  double most = search_runaway(search), largest = 0, scaled = 0;
  for (size_t i = 0; i < search->n; i++) {
    typical[i] = fmax(fabs(x[i]), fabs(x[i] - search->start[i]));
    if (typical[i] > most) continue; /* ran off along a flat direction: no measure for the others */
    largest = fmax(largest, typical[i]);
    scaled = fmax(scaled, d[i] * typical[i]);
  }
  for (size_t i = 0; i < search->n; i++) {
    if (typical[i] <= NOTHING * largest)
      typical[i] = fmax(typical[i], fmin(SHARE * scaled / d[i], largest));
    if (typical[i] == 0) typical[i] = 1;
  }
}

/* Without a Hessian at hand: the relative gradient says when the exact test is worth its price. */
bool search_done(Search *search, const double *x, double value, const double *g) {
  const double TIGHTEN = 1e-2;
  MinimiseResult *result = search->result;
  double norm = dense_norm(search->n, g), largest = 0;
  if (search->options->tolerance > 0) {
    result->within_tolerance = norm <= search->options->tolerance;
    return result->within_tolerance;
  }
  for (size_t i = 0; i < search->n; i++) largest = fmax(largest, fabs(g[i]) * fmax(fabs(x[i]), 1));
  if (largest > search->trigger * fmax(fabs(value), 1)) return false;
  if (verdict_stationary(search, x, value, g)) return true;
  search->trigger *= TIGHTEN;
  return false;
}
