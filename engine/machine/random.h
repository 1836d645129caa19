/* random.h - the session's generator: xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64.
 *
 * The stream depends on the seed alone, on every platform.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_RANDOM_H
#define MML_RANDOM_H

#include "values/value.h"

enum { RANDOM_DEFAULT_SEED = 1 };

void random_seed(Session *session, uint64_t seed);
double random_uniform(Session *session); /* [0, 1), 53 bits */
double random_normal(Session *session);  /* polar method, no state kept between calls */

/* A stream of its own for what a search draws, from [seed]; the session's goes on at random_return as if
 * nothing had been drawn, and so it does after an error or an interrupt in between. */
typedef struct RandomStream RandomStream;
RandomStream *random_borrow(Session *session, uint64_t seed);
void random_return(RandomStream *stream);

#endif
