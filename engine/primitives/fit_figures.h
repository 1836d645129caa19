/* fit_figures.h - a fit in the making, for the files that make it: what is fitted, what it is
 * worth, the record.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FIT_FIGURES_H
#define MML_FIT_FIGURES_H

#include "primitives/formula.h"
#include "primitives/problem.h"
#include "statistics/linearfit.h"

typedef struct Fit {
  Session *session;
  FormulaData data;
  Value formula, table; /* borrowed */
  Settings settings;
  bool started;
  size_t parameters;
  const char **name; /* of each number that is fitted: a, w[1], w[2] */
  double *x;         /* where it stands */
  double scale;      /* from the regression's sigma to that of the fit */
  LinearFit linear;  /* of the residuals there on the columns of the Jacobian */
  bool has_linear;
  double *se, *t, *p;
  bool *undetermined; /* a parameter that these data do not tell from others */
  double *residuals, *fitted;
  double rss, sigma;
  size_t df;
} Fit;

static inline double fit_sum_of_squares(size_t count, const double *r) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += r[i] * r[i];
  return sum;
}

/* The Jacobian at x and what follows from it; [settled]: x is a strict minimum and is polished. */
void fit_find_figures(Fit *fit, Problem *problem, bool settled);
/* Standard errors, once the residuals and sigma are known. */
void fit_find_errors(Fit *fit);
/* The model; takes ownership of [parameters]. [run] is what minimize returned. */
Value fit_record(const Fit *fit, Record *parameters, const Record *run);

#endif
