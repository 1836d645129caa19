/* refinedqr.h - QR of a tall matrix, and least squares solutions refined past its precision.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_REFINEDQR_H
#define MML_REFINEDQR_H

#include "statistics/linearfit.h"

/* The columns of a matrix, each scaled by a power of two to a length in [1, 2), and the pivoted QR
 * of those among them that do not depend on earlier ones. Every vector below is in scaled units. */
typedef struct RefinedQr {
  size_t rows, columns, rank;
  double *high, *low; /* all scaled columns; [low] may be NULL */
  double *scale;      /* per column: what it was multiplied by */
  double *length;     /* per column: its 2-norm after scaling, 0 for a column of zeros */
  size_t *kept;       /* [rank] columns, ascending */
  double cond;
  double *factor, *tau; /* LAPACK's dgeqp3 of the kept columns */
  int *pivot;           /* from 1: position among the kept columns */
  double *work;
  int work_size;
  double *rest_high, *rest_low, *half, *step; /* scratch of a solution */
} RefinedQr;

/* [x] and [x_low] as in LinearFitData, finite. False when memory ran out. */
bool refinedqr_factor(const LinearFitData *data, LinearFitMemory memory, RefinedQr *qr);

/* Solves residual + A solution = right, A' residual = below for the kept columns A. [right] and
 * [right_low], [rows] long, and [below], [rank] long, may be NULL for zeros. Returns to how many
 * digits the last two steps agree. */
double refinedqr_solve(RefinedQr *qr, const double *right, const double *right_low,
                       const double *below, double *residual, double *solution);

/* inverse(A'A), rank × rank: refined where its error would show and the work is bearable. */
bool refinedqr_covariance(RefinedQr *qr, LinearFitMemory memory, double *covariance);

/* The power of two that brings [length] into [1, 2), or 1 for 0. */
double refinedqr_scale(double length);

/* 2-norm that neither overflows nor underflows. */
double refinedqr_length(size_t count, const double *vector);

#endif
