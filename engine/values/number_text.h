/* number_text.h - one number as text, with what aligning it on the decimal point needs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_NUMBER_TEXT_H
#define MML_NUMBER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

enum {
  NUMBER_BYTES = 72,       /* -1.2345678901234567e-308 takes 24, complex(…, …) of two such 60 */
  NUMBER_DIGITS = 6,       /* significant digits when nobody asks for others */
  NUMBER_FRACTIONS = -1,   /* as a fraction where the number is one, else with NUMBER_DIGITS */
  NUMBER_DIGITS_EXACT = 17 /* from here on: the shortest text that reads back to the same double */
};

/* An entry, or part of a complex number, this much smaller than the largest is what cancellation leaves
 * of a zero: 1e-12 is some 4500 roundings. */
#define NUMBER_NOISE 1e-12

/* The text of one entry. On a terminal it takes [before] columns up to the point and [after] from
 * the point on (an exponent counts as after, and so does a fraction's / and what is below it). */
typedef struct Spelling {
  char bytes[NUMBER_BYTES];
  uint8_t length, before, after;
} Spelling;

/* At most [digits] significant digits (0: the default; NUMBER_FRACTIONS), whole numbers up to 1e15 in
 * full, -0 as 0. */
Spelling number_spell(double x, int digits);
/* 1+2i, 2i; ≈0 for a part closer to 0 than [noise]; complex(1, inf) where a part is not finite. */
Spelling complex_spell(double real, double imaginary, int digits, double noise);
/* An ASCII word no longer than 16 bytes, all of it before the point: true, false. */
Spelling spelling_word(const char *word);
/* ≈0, what stands for an entry that is rounding noise. */
Spelling spelling_noise(void);

/* How wide a column of spellings is. */
typedef struct Extent {
  size_t before, after;
} Extent;

void extent_include(Extent *extent, const Spelling *spelling);
void spelling_append(const Spelling *spelling, Text *out);

#endif
