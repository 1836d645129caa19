/* descent.c - the textbook methods with a step length of the user's: gradient descent, momentum,
 * Nesterov, Adam, and Newton's method as it is written on the board.
 *
 * They run as many steps as they were told, stopping early only at a verified stationary point, at
 * the user's tolerance, or when they run away.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/search.h"

#include <math.h>
#include <string.h>

enum { DEFAULT_STEPS = 1000 };
static const double DEFAULT_BETA = 0.9;
static const double HIDDEN_RISE = 1e-14; /* of the value: rounding, not a worse point */

typedef struct Descent {
  Search *search;
  size_t n, taken;
  double eta, beta;
  double *x, *g, *velocity, *squares, *h, *p;
  int *pivots;
} Descent;

/* One update of x from the gradient at x; false when there is none, with the reason noted. */
typedef bool DescentRule(Descent *descent);

static bool descent_gradient(Descent *descent) {
  for (size_t i = 0; i < descent->n; i++) descent->x[i] -= descent->eta * descent->g[i];
  return true;
}

static bool descent_momentum(Descent *descent) {
  for (size_t i = 0; i < descent->n; i++) {
    descent->velocity[i] = descent->beta * descent->velocity[i] + descent->g[i];
    descent->x[i] -= descent->eta * descent->velocity[i];
  }
  return true;
}

/* In the variables of the look-ahead point, so that one gradient a step is enough (Sutskever et
 * al., ICML 2013, after the substitution w <- w - eta beta v). */
static bool descent_nesterov(Descent *descent) {
  for (size_t i = 0; i < descent->n; i++) {
    descent->velocity[i] = descent->beta * descent->velocity[i] + descent->g[i];
    descent->x[i] -= descent->eta * (descent->g[i] + descent->beta * descent->velocity[i]);
  }
  return true;
}

/* Kingma and Ba, ICLR 2015, algorithm 1 with its constants; beta is their beta1. */
static bool descent_adam(Descent *descent) {
  const double BETA2 = 0.999, EPSILON = 1e-8;
  double t = (double)descent->taken + 1;
  double bias1 = 1 - pow(descent->beta, t), bias2 = 1 - pow(BETA2, t);
  for (size_t i = 0; i < descent->n; i++) {
    double g = descent->g[i];
    double *v = &descent->velocity[i], *s = &descent->squares[i];
    *v = descent->beta * *v + (1 - descent->beta) * g;
    *s = BETA2 * *s + (1 - BETA2) * g * g;
    descent->x[i] -= descent->eta * (*v / bias1) / (sqrt(*s / bias2) + EPSILON);
  }
  return true;
}

static bool descent_newton(Descent *descent) {
  size_t n = descent->n;
  bool finite = search_hessian(descent->search, descent->x, descent->h);
  memcpy(descent->p, descent->g, n * sizeof(double));
  if (!finite || !dense_solve(n, descent->h, descent->p, descent->pivots)) {
    search_reason(descent->search, "the Hessian is %s at step %zu",
                  finite ? "singular" : "not finite", descent->taken);
    return false;
  }
  for (size_t i = 0; i < n; i++) descent->x[i] -= descent->eta * descent->p[i];
  return true;
}

static void descent_init(Descent *descent, Search *search, double eta, double beta) {
  size_t n = search->n;
  const MinimiseOptions *options = search->options;
  *descent = (Descent){.search = search, .n = n};
  descent->eta = options->eta > 0 ? options->eta : eta;
  descent->beta = options->beta > 0 ? options->beta : beta;
  double **vectors[] = {&descent->x, &descent->g, &descent->velocity, &descent->squares,
                        &descent->p};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    *vectors[k] = search_numbers(search, n);
  search->result->eta = descent->eta;
}

/* A fixed step that is too long multiplies the error at every turn; nothing brings it back. */
static bool descent_ran_away(Descent *descent, double value) {
  const double AWAY = 1e6;
  MinimiseResult *result = descent->search->result;
  double span = AWAY * (1 + fabs(result->start_value));
  if (isfinite(value) && dense_finite(descent->n, descent->g) && value < span) return false;
  result->diverged = true;
  search_reason(descent->search, "diverging, the value is %.3g at step %zu",
                result->negated ? -value : value, descent->taken);
  return true;
}

static void descent_reason(const Descent *descent) {
  search_reason(descent->search, "%zu step%s", descent->taken, descent->taken == 1 ? "" : "s");
}

/* At a stationary point: the answer, unless it lies above one passed on the way, as when Newton's
 * method finds a saddle. */
static void descent_arrived(Descent *descent, double value) {
  Search *search = descent->search;
  double best = search->result->value;
  if (value <= best + HIDDEN_RISE * fabs(best)) {
    search_prefer(search, descent->x, value);
    descent_reason(descent);
    return;
  }
  search->result->within_tolerance = false;
  search_reason(search, "led to a stationary point of %s value, %.6g; the best point is kept",
                search->result->negated ? "lower" : "higher",
                search->result->negated ? -value : value);
}

static void descent_run(Descent *descent, DescentRule *rule) {
  Search *search = descent->search;
  size_t steps = search->options->steps ? search->options->steps : DEFAULT_STEPS;
  memcpy(descent->x, search->result->x, descent->n * sizeof(double));
  double value = search_gradient(search, descent->x, descent->g);
  for (descent->taken = 0; !search_done(search, descent->x, value, descent->g);) {
    if (descent->taken == steps) {
      descent_reason(descent);
      return;
    }
    if (!rule(descent)) return;
    descent->taken++;
    search->result->iterations++;
    value = search_gradient(search, descent->x, descent->g);
    if (search_unbounded(search, descent->x, value) || descent_ran_away(descent, value) ||
        !search_step(search, descent->x, value, descent->g, descent->eta))
      return;
  }
  descent_arrived(descent, value);
}

void descent_gradient_run(Search *search) {
  Descent descent;
  descent_init(&descent, search, 0.01, 0);
  descent_run(&descent, descent_gradient);
}

void descent_momentum_run(Search *search) {
  Descent descent;
  descent_init(&descent, search, 0.01, DEFAULT_BETA);
  descent_run(&descent, descent_momentum);
}

void descent_nesterov_run(Search *search) {
  Descent descent;
  descent_init(&descent, search, 0.01, DEFAULT_BETA);
  descent_run(&descent, descent_nesterov);
}

void descent_adam_run(Search *search) {
  Descent descent;
  descent_init(&descent, search, 0.001, DEFAULT_BETA);
  descent_run(&descent, descent_adam);
}

void descent_newton_run(Search *search) {
  Descent descent;
  descent_init(&descent, search, 1, 0);
  descent.h = search_numbers(search, descent.n * descent.n);
  descent.pivots = search_memory(search, descent.n * sizeof(int));
  descent_run(&descent, descent_newton);
}
