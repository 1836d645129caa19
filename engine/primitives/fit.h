/* fit.h - nonlinear least squares, for the rows that share its models.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FIT_H
#define MML_FIT_H

#include "primitives/formula.h"
#include "primitives/problem.h"

/* fit y ~ f(x) over a, b: the problem's function gives the formula. Refuses what fit has no use
 * for; then, with the points read, fits. */
void fit_check(const Problem *problem, const Tuple *sets);
Value fit_clause(const Problem *problem);

/* The parameters of a model that fit made, borrowed; NULL for other models. */
const Record *fit_parameters(Session *session, const Record *model);
/* What such a model says for the rows of data, whose parameters are set. Owned, a column. */
Value fit_predict(FormulaData *data);

#endif
