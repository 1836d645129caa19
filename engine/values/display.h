/* display.h - values as text: the form that can be typed back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_DISPLAY_H
#define MML_DISPLAY_H

#include "memory.h"
#include "values/value.h"

typedef struct DisplayOptions {
  int columns; /* width of the page, 80 if 0 */
  int digits;  /* significant digits, 6 if 0; 17 prints every digit (shortest that reads back),
                  NUMBER_FRACTIONS prints fractions */
} DisplayOptions;

/* Appends the value as it prints after a statement, without a final newline. A vector is one line
 * [1, 2, 3] (elided in the middle with its length when too wide), a matrix is a block of rows aligned on
 * the decimal point with a 2×3 tag, a record aligned pairs, a function its definition. */
void display_value(Value value, const DisplayOptions *options, Text *out);
/* The same on one line however large (elided), for :vars, error messages and tuples. */
void display_inline(Value value, const DisplayOptions *options, Text *out);
/* One number with 6 significant digits, the shortest form: 0.1, 1e-12, 396, inf, nan. */
void display_number(double x, int digits, Text *out);
/* "{x:.3f}": the value by a format [<>]?+?width.precision[defg%]?; false when the format is not one or
 * does not fit the value. An empty format is display_inline. */
bool display_format(Value value, const char *format, size_t length, Text *out);

#endif
