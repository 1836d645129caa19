/* fit_figures.c - the last digits of a fit and its standard errors.
 *
 * At the answer the exact Jacobian of the model is the design of a linear regression of the
 * residuals: its coefficients are the Gauss-Newton step that is left, its covariance that of the
 * parameters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/fit_figures.h"

#include <math.h>
#include <string.h>

#include "machine/session.h"

static void *take_scratch(void *session, size_t bytes) { return scratch(session, bytes); }

/* Residuals and the design -J, by columns. */
static bool regress_residuals(Fit *fit, const Objective *objective) {
  size_t rows = fit->data.count, n = fit->parameters;
  double *jacobian = scratch(fit->session, rows * n * sizeof *jacobian);
  double *design = scratch(fit->session, rows * n * sizeof *design);
  objective->residuals(objective->context, fit->x, fit->residuals);
  objective->jacobian(objective->context, fit->x, jacobian);
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < n; k++) design[k * rows + i] = -jacobian[i * n + k];
  LinearFitData data = {.rows = rows, .columns = n, .x = design, .y = fit->residuals};
  LinearFitMemory memory = {take_scratch, fit->session};
  return linearfit_solve(&data, memory, &fit->linear) == LINEARFIT_OK;
}

/* How far the step that is left would go, relative to where it starts. */
static double step_left(const Fit *fit) {
  double largest = 0;
  for (size_t k = 0; k < fit->parameters; k++) {
    if (!(fabs(fit->linear.coef[k]) >= 0)) return INFINITY;
    largest = fmax(largest, fabs(fit->linear.coef[k]) / fmax(fabs(fit->x[k]), 1e-300));
  }
  return largest;
}

/* Gauss-Newton steps by refined QR, for the last digits: the optimiser's normal equations and
 * Hessians lose twice as many to a bad condition. Kept only as long as they shrink. */
static void polish(Fit *fit, const Objective *objective) {
  enum { STEPS = 40 }; /* where residuals are large a step leaves half an error or more */
  const double SHRINK = 0.9, ROUNDING = 1e-9, SMALL = 1e-4;
  size_t rows = fit->data.count, n = fit->parameters;
  double *before = scratch(fit->session, n * sizeof *before), left = step_left(fit);
  double rss = fit_sum_of_squares(rows, fit->residuals);
  for (int k = 0; k < STEPS && left > 0 && left < SMALL; k++) {
    memcpy(before, fit->x, n * sizeof *before);
    for (size_t i = 0; i < n; i++) fit->x[i] += fit->linear.coef[i];
    bool solved = regress_residuals(fit, objective);
    double next = solved ? step_left(fit) : INFINITY;
    bool better =
        next < SHRINK * left && fit_sum_of_squares(rows, fit->residuals) <= rss * (1 + ROUNDING);
    if (!better) {
      memcpy(fit->x, before, n * sizeof *before);
      regress_residuals(fit, objective);
      return;
    }
    left = next;
  }
}

static void mark_undetermined(Fit *fit) {
  size_t n = fit->parameters;
  for (size_t j = 0; j < n; j++) {
    if (!fit->linear.aliased[j]) continue;
    fit->undetermined[j] = true;
    for (size_t k = 0; k < n; k++) fit->undetermined[k] |= fit->linear.dependency[j * n + k] != 0;
  }
}

/* The regression took the step that is left and its sigma is that behind the step: [scale] is the
 * ratio. */
void fit_find_errors(Fit *fit) {
  size_t n = fit->parameters;
  bool varies = fit->has_linear && fit->linear.sigma > 0;
  fit->scale = varies ? fit->sigma / fit->linear.sigma : 1;
  for (size_t k = 0; k < n; k++) {
    bool known = fit->has_linear && fit->df > 0 && !fit->undetermined[k];
    fit->se[k] = known ? fit->scale * fit->linear.se[k] : NAN;
    fit->t[k] = fit->x[k] / fit->se[k];
    fit->p[k] = linearfit_p(fit->t[k], fit->df);
  }
}

void fit_find_figures(Fit *fit, Problem *problem, bool settled) {
  size_t rows = fit->data.count, n = fit->parameters;
  char why[64];
  Observer observer = problem_observer(problem, n);
  FunctionObjective function = problem_function(problem, n, &observer);
  Objective objective = objective_of(&function);
  bool offered = objective_offer_squares(&function, fit->x, &objective, why);
  if (offered && objective.m == rows) {
    fit->has_linear = regress_residuals(fit, &objective);
    if (fit->has_linear && settled && fit->linear.rank == n) polish(fit, &objective);
    if (fit->has_linear) mark_undetermined(fit);
  }
  fit->df = rows - (fit->has_linear ? fit->linear.rank : n);
  objective_release(&function);
  value_release(value_builder(observer.rows));
}
