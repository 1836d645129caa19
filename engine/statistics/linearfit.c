/* linearfit.c - least squares y ~ X with everything a summary of it prints.
 *
 * The coefficients and their covariance come from refinedqr.c; here they become the figures that
 * R's summary(lm) reports, with R's conventions for R², loglik, aic and bic.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/linearfit.h"

#include <float.h>
#include <gsl/gsl_machine.h>
#include <gsl/gsl_sf_gamma.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "statistics/refinedqr.h"
#include "statistics/twofold.h"

/* Residuals of this size relative to y are what rounding y alone would leave. */
static const double PERFECT = 4 * DBL_EPSILON;
static const double NEARLY_DEPENDENT = 1e6; /* ten digits in the data leave four in a coefficient */
/* Refinement sees residuals down to epsilon² of y: a column that contributes less is not there. */
static const double CONTRIBUTION_NOTHING = 100 * DBL_EPSILON * DBL_EPSILON;
/* A multiple this small beside the column it makes up is rounding, not part of a dependency. */
static const double DEPENDENCY_NOTHING = 1e-12;

static LinearFitStatus linearfit_refuse(LinearFit *fit, LinearFitStatus status, const char *why) {
  snprintf(fit->message, sizeof fit->message, "%s", why);
  return status;
}

static LinearFitStatus linearfit_refuse_number(LinearFit *fit, size_t row, long column, double x) {
  fit->bad_row = row;
  fit->bad_column = column;
  const char *what = isnan(x) ? "not a number" : "infinite";
  if (column == LINEARFIT_RESPONSE)
    snprintf(fit->message, sizeof fit->message, "y is %s in row %zu", what, row + 1);
  else
    snprintf(fit->message, sizeof fit->message, "column %ld is %s in row %zu", column + 1, what,
             row + 1);
  return LINEARFIT_NOT_FINITE;
}

static LinearFitStatus linearfit_check(const LinearFitData *data, LinearFit *fit) {
  if (!data->columns) return linearfit_refuse(fit, LINEARFIT_NO_COLUMNS, "there are no columns");
  if (!data->rows) return linearfit_refuse(fit, LINEARFIT_NO_ROWS, "there are no rows");
  size_t most = SIZE_MAX / sizeof(double) / 2;
  if (data->rows > INT_MAX || data->columns > INT_MAX / 128 || data->rows > most / data->columns ||
      data->columns > most / data->columns)
    return linearfit_refuse(fit, LINEARFIT_TOO_LARGE, "the matrix is too large");
  for (size_t i = 0; i < data->rows; i++)
    if (!isfinite(data->y[i]))
      return linearfit_refuse_number(fit, i, LINEARFIT_RESPONSE, data->y[i]);
  for (size_t j = 0; j < data->columns; j++)
    for (size_t i = 0; i < data->rows; i++)
      if (!isfinite(data->x[j * data->rows + i]))
        return linearfit_refuse_number(fit, i, (long)j, data->x[j * data->rows + i]);
  return LINEARFIT_OK;
}

/* Carves the result out of two allocations, filled with NaN where a column can turn out aliased. */
static bool linearfit_allocate(const LinearFitData *data, LinearFitMemory memory, LinearFit *fit) {
  size_t columns = data->columns, square = columns * columns;
  size_t count = 4 * columns + 2 * data->rows + 2 * square;
  double *numbers = memory.allocate(memory.context, count * sizeof *numbers);
  bool *flags = memory.allocate(memory.context, columns * sizeof *flags);
  if (!numbers || !flags) return false;
  for (size_t i = 0; i < count; i++) numbers[i] = NAN;
  double **part[] = {&fit->coef, &fit->se, &fit->t, &fit->p};
  for (size_t k = 0; k < 4; k++) *part[k] = numbers + k * columns;
  fit->cov = numbers + 4 * columns;
  fit->dependency = fit->cov + square;
  fit->fitted = fit->dependency + square;
  fit->residuals = fit->fitted + data->rows;
  fit->aliased = flags;
  memset(fit->dependency, 0, square * sizeof *fit->dependency);
  memset(flags, true, columns * sizeof *flags);
  return true;
}

/* The regularised incomplete beta function of (a, b) at x = part / (part + rest), or 0 where GSL
 * would report an underflow. */
static double linearfit_beta(double a, double b, double part, double rest) {
  double x = part / (part + rest), log_scale = a * log(x) + b * log1p(-x) - gsl_sf_lnbeta(a, b);
  if (part == 0 || log_scale < GSL_LOG_DBL_MIN + 1) return 0;
  gsl_sf_result result = {0, 0};
  gsl_sf_beta_inc_e(a, b, x, &result);
  return result.val;
}

/* P(F > f), f >= 0, from whichever end of the distribution it is not a difference of near equals.
 * gsl_cdf_tdist_Q would do for t, but keeps only ten digits above 30 degrees of freedom. */
static double linearfit_tail(double f, double above, double below) {
  if (isnan(f)) return NAN;
  if (isinf(above * f)) return 0;
  if (f < 1) return 1 - linearfit_beta(above / 2, below / 2, above * f, below);
  return linearfit_beta(below / 2, above / 2, below, above * f);
}

double linearfit_p(double t, size_t df) { return linearfit_tail(t * t, 1, (double)df); }

static double linearfit_sum_of_squares(size_t count, const double *vector, double *scratch,
                                       double centre) {
  for (size_t i = 0; i < count; i++) scratch[i] = vector[i] - centre;
  return twofold_dot(count, scratch, NULL, scratch, 0);
}

/* What the whole fit is worth. Sums are taken in the units of [y] scaled by [scale], where squares
 * neither overflow nor vanish. [fit->residuals] and [fit->fitted] are still in those units. */
static void linearfit_judge(const LinearFitData *data, const double *y, double scale,
                            double *scratch, LinearFit *fit) {
  size_t rows = fit->rows, constant = data->intercept && fit->rank > 0;
  double n = (double)rows, squares = linearfit_sum_of_squares(rows, y, scratch, 0);
  double centre = constant ? twofold_sum(rows, fit->fitted) / n : 0;
  double rss = linearfit_sum_of_squares(rows, fit->residuals, scratch, 0);
  double explained = linearfit_sum_of_squares(rows, fit->fitted, scratch, centre);
  bool varies = false;
  for (size_t i = 1; i < rows; i++) varies |= data->y[i] != data->y[0];
  if (constant && !varies) fit->notes |= LINEARFIT_CONSTANT_RESPONSE;
  if (rss <= PERFECT * PERFECT * squares) {
    if (fit->rank) fit->notes |= LINEARFIT_PERFECT;
    rss = 0;
  }
  fit->df = rows - fit->rank;
  fit->dfmodel = fit->rank - constant;
  if (!fit->df) fit->notes |= LINEARFIT_SATURATED;
  double df = (double)fit->df, dfmodel = (double)fit->dfmodel;
  bool meaningless = fit->notes & LINEARFIT_CONSTANT_RESPONSE;
  fit->r2 = meaningless ? NAN : fit->dfmodel ? explained / (explained + rss) : 0;
  fit->adjr2 = fit->df ? 1 - (1 - fit->r2) * ((n - (double)constant) / df) : NAN;
  fit->F = fit->df && fit->dfmodel && !meaningless ? (explained / dfmodel) / (rss / df) : NAN;
  fit->Fp = linearfit_tail(fit->F, dfmodel, df);
  fit->rss = rss / scale / scale;
  fit->sigma = fit->df ? sqrt(rss / df) / scale : NAN;
  const double log_2pi = 1.8378770664093454836;
  fit->loglik = -(n * (log_2pi + 1 - log(n)) + n * (log(rss) - 2 * log(scale))) / 2;
  double parameters = (double)fit->rank + 1;
  fit->aic = 2 * parameters - 2 * fit->loglik;
  fit->bic = log(n) * parameters - 2 * fit->loglik;
}

/* Standard errors and tests of the kept columns. [inverse] is rank × rank, in scaled units. */
static void linearfit_test(const RefinedQr *qr, const double *inverse, LinearFit *fit) {
  for (size_t k = 0; k < qr->rank; k++) {
    size_t j = qr->kept[k];
    for (size_t m = 0; m < qr->rank; m++) {
      size_t i = qr->kept[m];
      double entry = inverse[k * qr->rank + m] * qr->scale[j] * fit->sigma;
      fit->cov[j * fit->columns + i] = entry * qr->scale[i] * fit->sigma;
    }
    fit->se[j] = fit->sigma * (sqrt(inverse[k * qr->rank + k]) * qr->scale[j]);
    fit->t[j] = fit->coef[j] / fit->se[j];
    fit->p[j] = linearfit_p(fit->t[j], fit->df);
  }
}

/* Finds the multiples of the kept columns that make up each of the others. */
static void linearfit_alias(RefinedQr *qr, double *residual, double *solution, LinearFit *fit) {
  if (qr->rank < qr->columns) fit->notes |= LINEARFIT_RANK_DEFICIENT;
  for (size_t j = 0; j < qr->columns; j++) {
    if (!fit->aliased[j] || qr->length[j] == 0) continue;
    const double *low = qr->low ? qr->low + j * qr->rows : NULL;
    refinedqr_solve(qr, qr->high + j * qr->rows, low, NULL, residual, solution);
    for (size_t k = 0; k < qr->rank; k++) {
      size_t i = qr->kept[k];
      if (fabs(solution[k]) * qr->length[i] <= DEPENDENCY_NOTHING * qr->length[j]) continue;
      fit->dependency[j * fit->columns + i] = solution[k] * qr->scale[i] / qr->scale[j];
    }
  }
}

LinearFitStatus linearfit_solve(const LinearFitData *data, LinearFitMemory memory, LinearFit *fit) {
  *fit = (LinearFit){.rows = data->rows, .columns = data->columns};
  LinearFitStatus status = linearfit_check(data, fit);
  if (status != LINEARFIT_OK) return status;
  size_t rows = data->rows, columns = data->columns;
  RefinedQr qr;
  double *y = memory.allocate(memory.context, (2 * rows + columns) * sizeof *y);
  double *inverse = memory.allocate(memory.context, columns * columns * sizeof *inverse);
  if (!y || !inverse || !linearfit_allocate(data, memory, fit) ||
      !refinedqr_factor(data, memory, &qr))
    return linearfit_refuse(fit, LINEARFIT_NO_MEMORY, "there is not enough memory for the fit");
  double *scratch = y + rows, *solution = y + 2 * rows;
  double scale = refinedqr_scale(refinedqr_length(rows, data->y));
  for (size_t i = 0; i < rows; i++) y[i] = data->y[i] * scale;
  fit->rank = qr.rank;
  fit->cond = qr.cond;
  if (qr.cond > NEARLY_DEPENDENT) fit->notes |= LINEARFIT_NEARLY_DEPENDENT;
  for (size_t k = 0; k < qr.rank; k++) fit->aliased[qr.kept[k]] = false;
  linearfit_alias(&qr, scratch, solution, fit);
  fit->digits = refinedqr_solve(&qr, y, NULL, NULL, fit->residuals, solution);
  for (size_t i = 0; i < rows; i++) fit->fitted[i] = y[i] - fit->residuals[i];
  for (size_t k = 0; k < qr.rank; k++) {
    size_t j = qr.kept[k];
    bool nothing = fabs(solution[k]) * qr.length[j] < CONTRIBUTION_NOTHING;
    fit->coef[j] = nothing ? 0 : solution[k] * qr.scale[j] / scale;
  }
  linearfit_judge(data, y, scale, scratch, fit);
  if (!refinedqr_covariance(&qr, memory, inverse))
    return linearfit_refuse(fit, LINEARFIT_NO_MEMORY, "there is not enough memory for the fit");
  linearfit_test(&qr, inverse, fit);
  for (size_t i = 0; i < rows; i++) {
    fit->fitted[i] /= scale;
    fit->residuals[i] /= scale;
  }
  return LINEARFIT_OK;
}
