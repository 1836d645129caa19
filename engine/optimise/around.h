/* around.h - values around a point where derivatives say nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_AROUND_H
#define MML_OPTIMISE_AROUND_H

#include "optimise/constrained.h"

/* Is there a lower value around x, where [value] is: along axes and in other directions, at three
 * distances, and if there are constraints, at points that break none more than x does?
 * [constraints] may be NULL; [options] for its memory. */
bool around_lower(const Objective *objective, const Constraints *constraints, const double *x,
                  double value, const MinimiseOptions *options);

#endif
