/* fuzz.h - what the fuzzing targets share: the entry libFuzzer calls, and a check that stops it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FUZZ_H
#define MML_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that does not hold: says so and aborts, which libFuzzer takes for a crash. */
#define FUZZ_CHECK(holds, ...)                                                                     \
  do {                                                                                             \
    if (!(holds)) {                                                                                \
      fprintf(stderr, __VA_ARGS__);                                                                \
      fputc('\n', stderr);                                                                         \
      abort();                                                                                     \
    }                                                                                              \
  } while (0)

#endif
