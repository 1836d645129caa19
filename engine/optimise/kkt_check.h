/* kkt_check.h - the KKT conditions at a proposed point, one by one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_KKT_CHECK_H
#define MML_OPTIMISE_KKT_CHECK_H

#include "memory.h"
#include "optimise/constrained.h"

typedef struct KktCheck {
  const ConstrainedResult *result; /* of kkt_judge at the point */
  const double *value_of;          /* every constraint's value there */
  const double *multiplier, *slope; /* per constraint; gradient of L */
  double stationarity, violation, complementarity;
  bool stationary, feasible, signs;
} KktCheck;

/* Fills in the rest of [check]; [jacobian] has a row per constraint, [slope] takes n numbers. */
void kkt_check(KktCheck *check, const double *jacobian, double *slope);
/* One or two words for the verdict. */
const char *kkt_check_word(const KktCheck *check);
/* Every condition and the verdict, a line each; [names] as in kkt_print. */
void kkt_check_print(const KktCheck *check, const Constraints *constraints, const char *const *names, Text *out);

#endif
