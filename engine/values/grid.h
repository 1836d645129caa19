/* grid.h - which rows and columns of something large are shown, and how columns fold into the page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_GRID_H
#define MML_GRID_H

#include "values/number_text.h"

/* The indices of a row or column that are shown: the first [head] and the last [tail] of [total].
 */
typedef struct Shown {
  size_t head, tail, total;
} Shown;

/* Everything when there are at most [most], else [head] at the front and [tail] at the end. */
Shown shown_choose(size_t total, size_t most, size_t head, size_t tail);
static inline size_t shown_count(const Shown *shown) { return shown->head + shown->tail; }
static inline size_t shown_hidden(const Shown *shown) { return shown->total - shown_count(shown); }
/* The index, from 0, of the [k]-th that is shown. */
static inline size_t shown_index(const Shown *shown, size_t k) {
  return k < shown->head ? k : k + shown_hidden(shown);
}
/* Is something left out just before the [k]-th? */
static inline bool shown_gap(const Shown *shown, size_t k) {
  return k == shown->head && shown_hidden(shown) > 0;
}

/* A page of columns. */
typedef struct Grid {
  Shown rows, columns;
  Extent *extent; /* one for each shown column, owned */
  size_t gap;     /* columns of the terminal between two columns */
  size_t room;    /* what one group of columns may take */
} Grid;

/* How many shown columns from [first] on fit side by side: at least one, and none past a gap. */
size_t grid_fold(const Grid *grid, size_t first);
/* "columns 1 to 8:" for [count] shown columns from [first] on. */
void grid_title(const Grid *grid, size_t first, size_t count, Text *out);
/* ", 980 rows and 80 columns not shown", or nothing when all are. */
void grid_hidden(const Grid *grid, Text *out);

/* A new line that begins at column [indent]. */
void line_start(size_t indent, Text *out);
/* Bytes of the character at [at]: its first byte and the continuation bytes behind it. */
size_t text_step(const char *bytes, size_t length, size_t at);
/* Bytes of [bytes] that take at most [columns] on a terminal, whole characters only. */
size_t text_fit(const char *bytes, size_t length, size_t columns);

#endif
