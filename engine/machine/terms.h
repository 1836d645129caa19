/* terms.h - a function that is a sum or a mean, taken apart: how many terms it has, and the same sum over
 * some of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TERMS_H
#define MML_TERMS_H

#include "values/value.h"

/* Both take the arguments of the function they were made from. Owned. */
typedef struct Terms {
  Value sampled; /* the sum over chosen terms, once terms_choose has given it positions */
  Value count;   /* the number of terms */
} Terms;

/* Takes f apart. Fails with the reason when its text is no such sum. */
Terms terms_of(Session *session, Value f);
/* The sum over the terms at [positions], scaled so that its mean over all choices is the whole. Owned. */
Value terms_choose(Session *session, Value sampled, Value positions, double scale);

#endif
