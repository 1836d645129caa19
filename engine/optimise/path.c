/* path.c - a run that happened elsewhere: the points a method visited, gone through one by one.
 *
 * Methods written in the language give back their path. Here each point is evaluated afresh, so the
 * trace, the best point and the reason to stop owe nothing to the method's own word. The walk ends
 * early at a verified stationary point, at the user's tolerance, or where the method runs away.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/search.h"

#include <assert.h>
#include <math.h>

static const double HIDDEN_RISE = 1e-14; /* of the value: rounding, not a worse point */

/* A step that is too long multiplies the error at every turn; nothing brings it back. */
static bool path_ran_away(Search *search, double value, const double *g) {
  const double AWAY = 1e6;
  MinimiseResult *result = search->result;
  double span = AWAY * (1 + fabs(result->start_value));
  if (value < span && dense_finite(search->n, g)) return false;
  result->diverged = true;
  if (isnan(value)) search_reason(search, "the value is nan at step %zu", result->iterations);
  else if (value < span)
    search_reason(search, "the gradient is not finite at step %zu", result->iterations);
  else
    search_reason(search, "diverged, the value is %.3g at step %zu",
                  result->negated ? -value : value, result->iterations);
  return true;
}

static void path_ended(Search *search) {
  const char *reason = search->options->path->reason;
  size_t taken = search->result->iterations;
  search_reason(search, "%zu step%s%s%s", taken, taken == 1 ? "" : "s", reason ? ", " : "",
                reason ? reason : "");
}

/* At a stationary point: the answer, unless it lies above one passed on the way, as when Newton's
 * method finds a saddle. */
static void path_arrived(Search *search, const double *x, double value) {
  double best = search->result->value;
  if (value <= best + HIDDEN_RISE * fabs(best)) {
    search_prefer(search, x, value);
    path_ended(search);
    return;
  }
  search->result->within_tolerance = false;
  search_reason(search, "led to a stationary point of %s value, %.6g; the best point is kept",
                search->result->negated ? "lower" : "higher",
                search->result->negated ? -value : value);
}

void path_run(Search *search) {
  const MinimisePath *path = search->options->path;
  assert(path != NULL && path->count > 0);
  const double *x = path->x;
  double *g = search_numbers(search, search->n);
  size_t *taken = &search->result->iterations;
  search->result->eta = path->eta;
  double value = search_gradient(search, x, g);
  while (path->wanders || !search_done(search, x, value, g)) {
    if (*taken + 1 == path->count) {
      path_ended(search);
      return;
    }
    x += search->n;
    double length = path->length[(*taken)++];
    value = search_gradient(search, x, g);
    if (search_unbounded(search, x, value) ||
        (!path->wanders && path_ran_away(search, value, g)) ||
        !search_step(search, x, value, g, length))
      return;
  }
  path_arrived(search, x, value);
}
