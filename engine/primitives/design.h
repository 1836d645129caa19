/* design.h - the columns a linear model is fitted with: a response, an intercept, one or more for
 * each term.
 *
 * All memory is scratch memory of the running builtin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_DESIGN_H
#define MML_DESIGN_H

#include "primitives/formula.h"

typedef struct DesignColumn {
  const char *name;
  const double *high;
  const double *low; /* what was lost when it was rounded (statistics/twofold.h), or NULL */
} DesignColumn;

typedef struct Design {
  Session *session;
  size_t rows, count, capacity;
  DesignColumn *column;
  bool intercept;  /* the first column is the intercept */
  bool constant;   /* some combination of the columns is constant */
  const double *y; /* NULL when there is no response */
} Design;

extern const char design_intercept_name[];

/* Adds a column; [name], [high] and [low] stay where they are. */
void design_add(Design *design, const char *name, const double *high, const double *low);
void design_add_intercept(Design *design);
/* The columns one after another, high or low parts; NULL if no column has the low part. */
const double *design_matrix(const Design *design, bool low);

/* The design of a formula over the rows that formula_scan kept. With a response, its terms must
 * have finite numbers; without one (predicting) a missing number makes the row missing. */
void design_formula(FormulaData *data, bool response, Design *design);

#endif
