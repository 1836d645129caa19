/* series.h - Taylor series of recorded functions of one number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SERIES_H
#define MML_SERIES_H

#include "calculus/gradient.h"

/* The Taylor coefficients of the outputs around the one input: coefficient[i * (order + 1) + k] is the k-th
 * derivative of output i over k!. False when the recording has none to that order or they cannot be had
 * this way: *why then says so, like "abs has a kink there". */
bool recording_series(Session *session, const Recording *recording, int order, double *coefficient, const char **why);

#endif
