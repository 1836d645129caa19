/* kkt.h - judges a point of a constrained problem from exact derivatives alone, and says so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_KKT_H
#define MML_OPTIMISE_KKT_H

#include "memory.h"
#include "optimise/constrained.h"

struct Place;

/* Newton steps on the active constraints from the answer, while they bring it closer. */
void kkt_polish(struct Course *course);

/* Evaluates the answer afresh and fills in everything the result says about it. */
void kkt_judge(struct Course *course);

/* From the point judged last along its direction by [t], on the constraints that hold it; true when
 * the value at [to], measured, is lower. */
bool kkt_follow(struct Course *course, double t, struct Place *to);

/* The whole verdict, or its parts; every line ends in a newline. [names] as in verdict_print. */
void kkt_print(const ConstrainedResult *result, const Constraints *constraints,
               const char *const *names, Text *out);
void kkt_print_point(const ConstrainedResult *result, const char *const *names, Text *out);
void kkt_print_kind(const ConstrainedResult *result, const char *const *names, Text *out);
void kkt_print_constraints(const ConstrainedResult *result, const Constraints *constraints,
                           Text *out);
void kkt_print_effort(const ConstrainedResult *result, const Constraints *constraints, Text *out);

/* What the multipliers are worth: a line for each active constraint with one that is not 0. */
void kkt_print_prices(const ConstrainedResult *result, const Constraints *constraints, Text *out);

#endif
