/* linearfit.h - least squares y ~ X with everything a summary of it prints.
 *
 * The library knows nothing of formulas, names or values: columns of numbers go in, a LinearFit
 * comes out. A column that depends on the ones before it is left out and said to be, as R does: its
 * entries are NaN and [dependency] holds what it equals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LINEARFIT_H
#define MML_LINEARFIT_H

#include "memory.h"

#include <stdbool.h>
#include <stddef.h>

/* Where all memory comes from, results and scratch alike. It returns NULL when there is none; the
 * caller frees everything at once when it is done with the result. */
typedef struct LinearFitMemory {
  void *(*allocate)(void *context, size_t bytes);
  void *context;
} LinearFitMemory;

typedef struct LinearFitData {
  size_t rows, columns;
  const double *x;     /* column-major: element (i, j) is x[j * rows + i] */
  const double *x_low; /* what x lost when it was rounded (twofold.h), or NULL */
  const double *y;
  bool intercept; /* some combination of the columns is constant, as in y ~ 1 + x */
} LinearFitData;

typedef enum LinearFitStatus {
  LINEARFIT_OK,
  LINEARFIT_NO_ROWS,
  LINEARFIT_NO_COLUMNS,
  LINEARFIT_NOT_FINITE, /* at [bad_row], [bad_column] */
  LINEARFIT_TOO_LARGE,
  LINEARFIT_NO_MEMORY,
} LinearFitStatus;

/* What a reader of the summary has to know; several can hold at once. */
enum {
  LINEARFIT_SATURATED = 1,         /* no degrees of freedom left: no standard errors */
  LINEARFIT_PERFECT = 2,           /* residuals are the rounding of y: sigma is 0 */
  LINEARFIT_CONSTANT_RESPONSE = 4, /* y does not vary: R² has no meaning */
  LINEARFIT_RANK_DEFICIENT = 8,    /* some columns are aliased */
  LINEARFIT_NEARLY_DEPENDENT = 16, /* condition number over 1e6 */
};

enum { LINEARFIT_RESPONSE = -1 }; /* [bad_column] when it is y */

typedef struct LinearFit {
  size_t rows, columns, rank;
  double *coef, *se, *t, *p; /* one per column, NaN where aliased */
  double *fitted, *residuals;
  double *cov; /* columns × columns, symmetric, NaN where aliased */
  bool *aliased;
  double *dependency; /* row j: the multiples of the other columns that make column j, if aliased */
  double sigma, rss, r2, adjr2; /* R² about the mean if [intercept], about 0 otherwise */
  double F, Fp;
  size_t df, dfmodel;
  double cond; /* condition number of the columns kept, each scaled to length 1 */
  double loglik, aic, bic;
  double digits; /* to which the last two refinement steps agree */
  unsigned notes;
  size_t bad_row; /* counted from 0 */
  long bad_column;
  char message[160]; /* when the status is not OK */
} LinearFit;

/* Fits; on any status but LINEARFIT_OK only [message], [bad_row] and [bad_column] mean something.
 */
LinearFitStatus linearfit_solve(const LinearFitData *data, LinearFitMemory memory, LinearFit *fit);

/* Appends the summary R prints, lines separated by \n and none after the last. [names] has one
 * UTF-8 string per column. */
void linearfit_print(const LinearFit *fit, const char *const *names, Text *out);

/* Its table of coefficients alone. */
void linearfit_print_coefficients(const LinearFit *fit, const char *const *names, Text *out);

/* Two-sided p of a t value. */
double linearfit_p(double t, size_t df);

#endif
