/* array_text.c - arrays as text: a vector on one line, a matrix as a block of aligned rows.
 *
 * Only the entries that are shown are ever spelled; looking for the largest entry, which decides
 * what is rounding noise, is the one pass over all of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/array_text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "values/complex.h"
#include "values/grid.h"


enum {
  ROWS_MOST = 40, /* a taller matrix shows its ends only */
  ROWS_END = 10,
  COLUMNS_MOST = 40,
  COLUMNS_END = 10,
  ENTRY_LEAST = 3 /* an entry takes a digit, a comma and a space */
};

static double array_largest(const Array *array) {
  double largest = 0;
  for (size_t k = 0; k < array_count(array); k++) {
    double size = fabs(array->data[k]);
    if (size > largest && isfinite(size)) largest = size;
  }
  return largest;
}

static const Array *real_array(Value value) {
  return value_as_array(value_is_complex(value) ? value_as_complex(value)->real : value);
}

Entries entries_of(Value value, int digits) {
  Entries entries = {.array = real_array(value), .digits = digits};
  if (value_is_complex(value)) entries.imaginary = value_as_array(value_as_complex(value)->imaginary);
  /* Where every digit was asked for, every digit is shown, noise or not. */
  if (entries.array->element == ELEMENT_BOOLEAN || digits >= NUMBER_DIGITS_EXACT) return entries;
  double largest = array_largest(entries.array);
  if (entries.imaginary) largest = fmax(largest, array_largest(entries.imaginary));
  entries.noise = largest * NUMBER_NOISE;
  return entries;
}

static Spelling entries_spell(const Entries *entries, size_t k) {
  double x = entries->array->data[k], y = entries->imaginary ? entries->imaginary->data[k] : 0;
  if (entries->array->element == ELEMENT_BOOLEAN) return spelling_word(x != 0 ? "true" : "false");
  if (entries->imaginary) return complex_spell(x, y, entries->digits, entries->noise);
  return x != 0 && fabs(x) < entries->noise ? spelling_noise() : number_spell(x, entries->digits);
}

/* ---- on one line ---- */

static size_t entries_columns(const Entries *entries, size_t k) {
  Spelling spelling = entries_spell(entries, k);
  return (size_t)spelling.before + spelling.after;
}

/* What stands behind entry [k]: entries of a row are apart by a comma, rows by a semicolon. */
static const char *entries_separator(const Entries *entries, size_t k) {
  size_t cols = entries->array->cols;
  bool row_ends = entries->array->rows > 1 && cols > 1 && (k + 1) % cols == 0;
  return row_ends ? "; " : ", ";
}

static void entries_append(const Entries *entries, size_t from, size_t to, Text *out) {
  for (size_t k = from; k < to; k++) {
    Spelling spelling = entries_spell(entries, k);
    spelling_append(&spelling, out);
    if (k + 1 < to) text_string(out, entries_separator(entries, k));
  }
}

/* Do all entries and the separators between them take at most [room]? Stops as soon as they do not.
 */
static bool entries_fit(const Entries *entries, size_t room) {
  size_t count = array_count(entries->array), used = 0;
  if (count > room / ENTRY_LEAST + 1) return false;
  for (size_t k = 0; k < count && used <= room; k++)
    used += entries_columns(entries, k) + (k + 1 < count ? 2 : 0);
  return used <= room;
}

/* Takes entries from the front and the back in turn while they fit, one of each at least. */
static Shown entries_choose(const Entries *entries, size_t room) {
  size_t count = array_count(entries->array), used = 0;
  Shown shown = {0, 0, count};
  while (shown_hidden(&shown) > 1) {
    bool front = shown.head == shown.tail;
    used += entries_columns(entries, front ? shown.head : count - 1 - shown.tail) + 2;
    if (used > room && shown.tail > 0) break;
    if (front) shown.head++;
    else shown.tail++;
  }
  return shown;
}

static void entries_elide(const Entries *entries, size_t room, Text *out) {
  Shown shown = entries_choose(entries, room);
  size_t back = shown.total - shown.tail;
  entries_append(entries, 0, shown.head, out);
  if (shown.head > 0) text_string(out, entries_separator(entries, shown.head - 1));
  text_string(out, "…");
  if (shown.tail > 0) text_string(out, entries_separator(entries, back - 1));
  entries_append(entries, back, shown.total, out);
}

/* "  (100 numbers)", "  (20×5)": what an elided line says of the whole. */
static void array_size_note(const Array *array, Text *out) {
  if (array->rows > 1 && array->cols > 1) text_format(out, "  (%u×%u)", array->rows, array->cols);
  else
    text_format(out, "  (%zu %s)", array_count(array),
                array->element == ELEMENT_BOOLEAN ? "booleans" : "numbers");
}

static void array_empty(const Array *array, Text *out) {
  if (array->rows == 0 && array->cols == 1) text_string(out, "[]");
  else text_format(out, "zeros(%u, %u)", array->rows, array->cols);
}

bool array_is_matrix(Value array) { return real_array(array)->rows > 1 && real_array(array)->cols > 1; }

uint32_t array_rows(Value array) { return real_array(array)->rows; }

bool array_line(Value value, size_t room, int digits, const char *tail, Text *out) {
  const Array *array = real_array(value);
  if (array_count(array) == 0) {
    array_empty(array, out);
    text_string(out, tail);
    return true;
  }
  Entries entries = entries_of(value, digits);
  const char *close = array->rows == 1 && array->cols > 1 ? "]'" : "]";
  size_t around = 1 + strlen(close) + strlen(tail);
  bool whole = array_count(array) < 3 || (room >= around && entries_fit(&entries, room - around));
  Text note = {0};
  if (!whole) array_size_note(array, &note);
  text_string(out, "[");
  if (whole) {
    entries_append(&entries, 0, array_count(array), out);
  } else {
    around += 1 + text_columns(note.bytes, note.length); /* the 1 is the … */
    entries_elide(&entries, room > around ? room - around : 0, out);
  }
  text_string(out, close);
  text_string(out, tail);
  if (!whole) text_append(out, note.bytes, note.length);
  text_free(&note);
  return whole;
}

/* ---- as a block ---- */

static Spelling matrix_spell(const Entries *entries, const Grid *grid, size_t row, size_t column) {
  size_t i = shown_index(&grid->rows, row), j = shown_index(&grid->columns, column);
  return entries_spell(entries, i * entries->array->cols + j);
}

static void matrix_measure(const Entries *entries, Grid *grid) {
  size_t rows = shown_count(&grid->rows), columns = shown_count(&grid->columns);
  grid->extent = memory_new_zeroed(columns, sizeof *grid->extent);
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < columns; j++) {
      Spelling spelling = matrix_spell(entries, grid, i, j);
      extent_include(&grid->extent[j], &spelling);
    }
  }
}

/* The comma hugs its number; the padding that aligns the next column comes behind it. */
static void matrix_row(const Entries *entries, const Grid *grid, size_t row, size_t first,
                       size_t count, Text *out) {
  for (size_t j = first; j < first + count; j++) {
    Spelling spelling = matrix_spell(entries, grid, row, j);
    text_repeat(out, ' ', grid->extent[j].before - spelling.before);
    spelling_append(&spelling, out);
    if (j + 1 == first + count) break;
    text_string(out, ",");
    text_repeat(out, ' ', grid->extent[j].after - spelling.after + 1);
  }
}

static void matrix_group(const Entries *entries, const Grid *grid, size_t indent, size_t first,
                         size_t count, Text *out) {
  size_t rows = shown_count(&grid->rows);
  text_string(out, "[");
  for (size_t i = 0; i < rows; i++) {
    if (i > 0) line_start(indent + 1, out);
    if (shown_gap(&grid->rows, i)) {
      text_string(out, "⋮");
      line_start(indent + 1, out);
    }
    matrix_row(entries, grid, i, first, count, out);
    text_string(out, i + 1 < rows ? ";" : "]");
  }
}

/* The tag goes behind the last row, or under it where it would not fit. */
static void matrix_tag(const Array *array, const Grid *grid, const Layout *layout, Text *out) {
  Text tag = {0};
  text_format(&tag, "# %u×%u", array->rows, array->cols);
  grid_hidden(grid, &tag);
  size_t line = out->length;
  while (line > 0 && out->bytes[line - 1] != '\n') line--;
  size_t used = text_columns(out->bytes + line, out->length - line);
  if (used + 2 + text_columns(tag.bytes, tag.length) <= layout->width) text_string(out, "  ");
  else line_start(layout->indent, out);
  text_append(out, tag.bytes, tag.length);
  text_free(&tag);
}

/* More columns than fit on a page fold into groups; of very many only the ends are shown. */
static Shown matrix_columns(const Array *array, size_t room) {
  bool may_fit = (size_t)array->cols * ENTRY_LEAST <= room;
  return shown_choose(array->cols, may_fit ? array->cols : COLUMNS_MOST, may_fit ? 0 : COLUMNS_END,
                      may_fit ? 0 : COLUMNS_END);
}

void matrix_block(Value value, const Layout *layout, const char *tail, Text *out) {
  assert(array_is_matrix(value));
  const Array *array = real_array(value);
  size_t around = layout->indent + 2 + strlen(tail);
  size_t room = layout->width > around ? layout->width - around : 1;
  Entries entries = entries_of(value, layout->digits);
  Grid grid = {.rows = shown_choose(array->rows, ROWS_MOST, ROWS_END, ROWS_END),
               .columns = matrix_columns(array, room),
               .gap = 2,
               .room = room};
  matrix_measure(&entries, &grid);
  size_t columns = shown_count(&grid.columns);
  for (size_t first = 0, count; first < columns; first += count) {
    count = grid_fold(&grid, first);
    if (first > 0) line_start(layout->indent, out);
    if (count < grid.columns.total) {
      grid_title(&grid, first, count, out);
      line_start(layout->indent, out);
    }
    matrix_group(&entries, &grid, layout->indent, first, count, out);
  }
  text_string(out, tail);
  matrix_tag(array, &grid, layout, out);
  free(grid.extent);
}
