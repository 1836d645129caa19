/* array_text.h - arrays as text: a vector on one line, a matrix as a block of aligned rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_ARRAY_TEXT_H
#define MML_ARRAY_TEXT_H

#include "memory.h"
#include "values/value.h"

/* Where and how something is written: it starts [indent] columns into a page of [width]. */
typedef struct Layout {
  size_t width, indent;
  int digits;
  int depth; /* how many tuples and records are around it */
} Layout;

/* How the entries of one array are spelled. */
typedef struct Entries {
  const Array *array;
  const Array *imaginary; /* NULL for real arrays */
  int digits;
  double noise; /* anything closer to 0 prints as ≈0 */
} Entries;

Entries entries_of(Value array, int digits);

/* What is called an array here may also be a complex one.
 *
 * [1, 2, 3] or [1, 2; 3, 4] in at most [room] columns with [tail] directly behind it; what does not
 * fit is left out in the middle and counted behind. True when nothing was left out. */
bool array_line(Value array, size_t room, int digits, const char *tail, Text *out);
/* At least 2×2: worth a block. */
bool array_is_matrix(Value array);
/* Rows of an array. */
uint32_t array_rows(Value array);
/* A matrix over several lines, folded into groups of columns; its size is a comment behind [tail],
 * so that the whole can be pasted back. */
void matrix_block(Value array, const Layout *layout, const char *tail, Text *out);

#endif
