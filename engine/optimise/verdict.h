/* verdict.h - judges a point from the objective alone, and says so in words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_VERDICT_H
#define MML_OPTIMISE_VERDICT_H

#include "memory.h"
#include "optimise/minimise.h"

/* True when no step from [x] promises anything: the gradient is zero, or the Newton step is
 * negligible against the coordinates, or rounding hides any progress. Costs a Hessian. */
bool verdict_stationary(struct Search *search, const double *x, double value, const double *g);

/* True when step [p] changes no coordinate of [x] noticeably; [d] are the scales. */
bool verdict_small_step(struct Search *search, const double *x, const double *d, const double *p);
/* The most that |d p| can be for such a step. */
double verdict_small_length(struct Search *search, const double *x, const double *d);

/* Evaluates the best point afresh and fills in everything the result says about it. May find a
 * lower point beside a flat one; then that becomes the best point and [lower_nearby] is set. */
void verdict_judge(struct Search *search);

/* The whole verdict, or its parts; every line ends in a newline. [names] has one name per
 * coordinate; a run of equal names is one vector: w, w, b prints "w = [1, 2], b = 3". */
void verdict_print(const MinimiseResult *result, const char *const *names, Text *out);
void verdict_print_point(const MinimiseResult *result, const char *const *names, Text *out);
void verdict_print_kind(const MinimiseResult *result, const char *const *names, Text *out);
void verdict_print_effort(const MinimiseResult *result, Text *out);

#endif
