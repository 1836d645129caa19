/* spoiler.h - which operation made a derivative infinite, undefined or doubtful.
 *
 * [bar] is the adjoints of a sweep that is done; the operation is named as text like "sqrt(0)".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SPOILER_H
#define MML_SPOILER_H

#include "calculus/trace.h"

enum { SPOILER_TEXT = 80 };

/* An operation and its operands: "log(-1)", "0 / 0". */
void scalar_describe(unsigned op, double a, double b, char text[SPOILER_TEXT]);

/* The first that gave nan from numbers; needs no sweep. */
bool spoiler_nan(const Trace *trace, char text[SPOILER_TEXT]);
/* One with an infinite slope that counted. */
bool spoiler_infinite(const Trace *trace, const double *bar, char text[SPOILER_TEXT]);
/* One that has a value and no slope. */
bool spoiler_undefined(const Trace *trace, const double *bar, char text[SPOILER_TEXT]);
/* One on the way to the outputs with an infinite slope that met a factor 0, which counts as 0: right for
 * 0*sqrt(x), not where the two depend on each other. */
bool spoiler_lost(Session *session, const Trace *trace, const double *bar, const uint32_t *output, uint32_t count,
                  char text[SPOILER_TEXT]);

#endif
