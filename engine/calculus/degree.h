/* degree.h - is a recording a polynomial of a low degree in its inputs?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CALCULUS_DEGREE_H
#define MML_CALCULUS_DEGREE_H

#include "calculus/trace.h"

enum { DEGREE_MANY = 3 }; /* this or more, or no polynomial at all */

/* At least the degree of cell [output]: terms that cancel are not seen, and a recording that took a branch
 * or cannot be replayed counts as DEGREE_MANY. Takes a look at every step. */
int trace_degree(const Trace *trace, uint32_t output);

#endif
