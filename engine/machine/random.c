/* random.c - the one generator everything random draws from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/random.h"

#include <math.h>
#include <string.h>

#include "machine/session.h"

static uint64_t splitmix(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

void random_seed(Session *s, uint64_t seed) {
  for (int i = 0; i < 4; i++) s->random[i] = splitmix(&seed);
}

static uint64_t rotate(uint64_t x, int k) { return x << k | x >> (64 - k); }

static uint64_t random_bits(uint64_t r[4]) {
  uint64_t result = rotate(r[1] * 5, 7) * 9, t = r[1] << 17;
  r[2] ^= r[0];
  r[3] ^= r[1];
  r[1] ^= r[2];
  r[0] ^= r[3];
  r[2] ^= t;
  r[3] = rotate(r[3], 45);
  return result;
}

double random_uniform(Session *s) {
  if (s->level) trace_freeze(s);
  return (double)(random_bits(s->random) >> 11) * 0x1p-53;
}

double random_normal(Session *s) {
  double u, v, q;
  do {
    u = 2 * random_uniform(s) - 1;
    v = 2 * random_uniform(s) - 1;
    q = u * u + v * v;
  } while (q >= 1 || q == 0);
  return u * sqrt(-2 * log(q) / q);
}

struct RandomStream {
  Session *session;
  uint64_t kept[4];
  bool returned;
};

void random_return(RandomStream *stream) {
  if (!stream->returned) memcpy(stream->session->random, stream->kept, sizeof stream->kept);
  stream->returned = true;
}

static void random_abandon(void *stream) { random_return(stream); }

RandomStream *random_borrow(Session *s, uint64_t seed) {
  RandomStream *stream = scratch(s, sizeof *stream);
  *stream = (RandomStream){.session = s};
  memcpy(stream->kept, s->random, sizeof stream->kept);
  scratch_adopt(s, stream, random_abandon);
  random_seed(s, seed);
  return stream;
}
