/* grid.c - which rows and columns of something large are shown, and how columns fold into the page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/grid.h"

#include <assert.h>

Shown shown_choose(size_t total, size_t most, size_t head, size_t tail) {
  assert(head + tail <= most);
  return total <= most ? (Shown){total, 0, total} : (Shown){head, tail, total};
}

size_t grid_fold(const Grid *grid, size_t first) {
  size_t used = 0, count = 0;
  for (size_t k = first; k < shown_count(&grid->columns); k++, count++) {
    if (count > 0 && shown_gap(&grid->columns, k)) break;
    used += grid->extent[k].before + grid->extent[k].after + (count > 0 ? grid->gap : 0);
    if (count > 0 && used > grid->room) break;
  }
  return count;
}

void grid_title(const Grid *grid, size_t first, size_t count, Text *out) {
  size_t from = shown_index(&grid->columns, first) + 1;
  if (count == 1) text_format(out, "column %zu:", from);
  else text_format(out, "columns %zu to %zu:", from, from + count - 1);
}

static void hidden_part(size_t count, const char *what, Text *out) {
  text_format(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

void grid_hidden(const Grid *grid, Text *out) {
  size_t rows = shown_hidden(&grid->rows), columns = shown_hidden(&grid->columns);
  if (rows == 0 && columns == 0) return;
  text_string(out, ", ");
  if (rows > 0) hidden_part(rows, "row", out);
  if (rows > 0 && columns > 0) text_string(out, " and ");
  if (columns > 0) hidden_part(columns, "column", out);
  text_string(out, " not shown");
}

void line_start(size_t indent, Text *out) {
  text_string(out, "\n");
  text_repeat(out, ' ', indent);
}

size_t text_step(const char *bytes, size_t length, size_t at) {
  size_t end = at + 1;
  while (end < length && ((unsigned char)bytes[end] & 0xC0) == 0x80) end++;
  return end - at;
}

size_t text_fit(const char *bytes, size_t length, size_t columns) {
  size_t at = 0, used = 0;
  while (at < length) {
    size_t step = text_step(bytes, length, at);
    used += text_columns(bytes + at, step);
    if (used > columns) break;
    at += step;
  }
  return at;
}
