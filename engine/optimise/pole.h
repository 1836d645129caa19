/* pole.h - what is said of a point that has no derivatives: whether values fall towards it without
 * end.
 *
 * Internal to optimise/.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_POLE_H
#define MML_OPTIMISE_POLE_H

#include "optimise/course.h"
#include "optimise/search.h"

/* Looks at the values beside an answer that did not converge: the verdict becomes "unbounded" where
 * they fall without end towards it, and an answer without derivatives gets its reason. */
void pole_judge(Course *course);

/* The same without constraints. */
void pole_judge_search(Search *search);

#endif
