/* taylor.h - Taylor polynomials of one and of several variables: writing them down.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TAYLOR_H
#define MML_TAYLOR_H

#include "primitives/primitive.h"

double taylor_factorial(int n);

/* " + 3x^2/8": a term behind others, or the first. [powers] is "x^2", empty for the constant one; what is a
 * fraction of small numbers is written as one, over k! where that is large. */
void taylor_term(Text *out, bool first, double coefficient, const char *powers, int k);
/* x, or (x - a). */
void taylor_base(Text *out, const char *name, double a);
/* The function that the text means, and the remark it prints with or NULL: both are taken over. */
Value taylor_function(Session *session, Text *text, char *remark);

/* The polynomial of a function of the numbers in the vector at argument 1 up to [order], as a function of
 * them; without a remark for linearize. */
enum { TAYLOR_SEVERAL = 3, TAYLOR_VARIABLES = 8 };
Value taylor_several(Session *session, const Arguments *arguments, int order, bool remark);

#endif
