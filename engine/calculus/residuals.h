/* residuals.h - the sum of squares in a recording: which cells are squared and added up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_RESIDUALS_H
#define MML_RESIDUALS_H

#include "calculus/trace.h"

typedef struct Residual {
  uint32_t cell;
  double weight; /* the residual is weight times the cell */
} Residual;

/* The output is offset + sum of residual[i]^2. */
typedef struct Residuals {
  size_t count; /* 0 when the output is no such sum */
  Residual *residual;
  double offset;
  char why[64]; /* what stands in the sum that is no square; set when count is 0 */
} Residuals;

/* Reads [sign] times cell [output] as a sum of squares. Roots that are not in the trace yet, that
 * of (x - 1)^4 for example, are appended to it as steps. The array is scratch. */
Residuals residuals_find(Trace *trace, uint32_t output, double sign);

void residuals_value(const Residuals *residuals, const Trace *trace, double *r);
/* Turns the Jacobian of the residuals' cells into that of the residuals: rows times weights. */
void residuals_weigh(const Residuals *residuals, size_t n, double *jacobian);

#endif
