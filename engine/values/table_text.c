/* table_text.c - tables as text: aligned columns under their names.
 *
 * No entry of a table prints as ≈0: its rows are separate observations, and a gradient norm that
 * falls from 400 to 1e-12 is to be read as such.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/table_text.h"

#include <stdlib.h>
#include <string.h>

#include "values/grid.h"

enum {
  ROWS_MOST = 12, /* a longer table shows its ends only */
  ROWS_HEAD = 8,
  ROWS_TAIL = 4,
  COLUMNS_MOST = 40,
  COLUMNS_END = 10,
  TEXT_COLUMNS = 24 /* longer texts are cut: one long cell must not push the others off the page */
};

static bool column_is_text(const Column *column) { return column->numbers.kind != VALUE_ARRAY; }

static Spelling column_spell(const Column *column, size_t row, int digits) {
  return number_spell(value_as_array(column->numbers)->data[row], digits);
}

/* A cell of text on one line and at most TEXT_COLUMNS wide; whatever would move the cursor is a
 * space. */
static void text_cell(const char *bytes, size_t length, Text *out) {
  size_t fit = text_fit(bytes, length, TEXT_COLUMNS);
  bool cut = fit < length;
  if (cut) fit = text_fit(bytes, length, TEXT_COLUMNS - 1);
  for (size_t k = 0; k < fit; k++) {
    unsigned char byte = (unsigned char)bytes[k];
    text_append(out, byte < ' ' || byte == 0x7F ? " " : &bytes[k], 1);
  }
  if (cut) text_string(out, "…");
}

static void column_cell(const Column *column, size_t row, Text *out) {
  Value item = ((const Tuple *)column->text.object)->item[row];
  if (item.kind != VALUE_STRING) {
    text_string(out, "missing");
    return;
  }
  const String *string = (const String *)item.object;
  text_cell(string->bytes, string->length, out);
}

static size_t cell_columns(const Column *column, size_t row) {
  Text cell = {0};
  column_cell(column, row, &cell);
  size_t columns = cell.length > 0 ? text_columns(cell.bytes, cell.length) : 0;
  text_free(&cell);
  return columns;
}

static size_t name_columns(const Column *column) {
  return text_columns(column->name->name, strlen(column->name->name));
}

/* The width of a column is that of its entries or of its name, which stands flush right over
 * numbers. */
static Extent column_extent(const Column *column, const Shown *rows, int digits) {
  Extent extent = {0, 0};
  for (size_t i = 0; i < shown_count(rows); i++) {
    size_t row = shown_index(rows, i);
    if (column_is_text(column)) {
      size_t columns = cell_columns(column, row);
      if (columns > extent.before) extent.before = columns;
    } else {
      Spelling spelling = column_spell(column, row, digits);
      extent_include(&extent, &spelling);
    }
  }
  size_t wanted = name_columns(column), got = extent.before + extent.after;
  if (wanted > got) extent.before += wanted - got;
  return extent;
}

static const Column *table_column(const Table *table, const Grid *grid, size_t k) {
  return &table->column[shown_index(&grid->columns, k)];
}

/* Text that is flush left pads behind itself, unless it ends the line. */
static void pad_behind(size_t wide, size_t used, bool last, Text *out) {
  if (!last) text_repeat(out, ' ', wide - used);
}

static void table_names(const Table *table, const Grid *grid, size_t first, size_t count,
                        Text *out) {
  for (size_t k = first; k < first + count; k++) {
    const Column *column = table_column(table, grid, k);
    size_t wide = grid->extent[k].before + grid->extent[k].after, used = name_columns(column);
    if (k > first) text_repeat(out, ' ', grid->gap);
    if (!column_is_text(column)) text_repeat(out, ' ', wide - used);
    text_string(out, column->name->name);
    if (column_is_text(column)) pad_behind(wide, used, k + 1 == first + count, out);
  }
}

static void table_cell(const Column *column, const Extent *extent, size_t row, int digits,
                       bool last, Text *out) {
  if (column_is_text(column)) {
    column_cell(column, row, out);
    pad_behind(extent->before + extent->after, cell_columns(column, row), last, out);
    return;
  }
  Spelling spelling = column_spell(column, row, digits);
  text_repeat(out, ' ', extent->before - spelling.before);
  spelling_append(&spelling, out);
  pad_behind(extent->after, spelling.after, last, out);
}

static void table_group(const Table *table, const Grid *grid, const Layout *layout, size_t first,
                        size_t count, Text *out) {
  table_names(table, grid, first, count, out);
  for (size_t i = 0; i < shown_count(&grid->rows); i++) {
    line_start(layout->indent, out);
    if (shown_gap(&grid->rows, i)) {
      text_string(out, "⋮");
      line_start(layout->indent, out);
    }
    for (size_t k = first; k < first + count; k++) {
      if (k > first) text_repeat(out, ' ', grid->gap);
      table_cell(table_column(table, grid, k), &grid->extent[k], shown_index(&grid->rows, i),
                 layout->digits, k + 1 == first + count, out);
    }
  }
}

static void table_size(const Table *table, Text *out) {
  text_format(out, "%u row%s × %u column%s", table->rows, table->rows == 1 ? "" : "s", table->count,
              table->count == 1 ? "" : "s");
}

void table_block(const Table *table, const Layout *layout, Text *out) {
  size_t room = layout->width > layout->indent ? layout->width - layout->indent : 1;
  Grid grid = {.rows = shown_choose(table->rows, ROWS_MOST, ROWS_HEAD, ROWS_TAIL),
               .columns = shown_choose(table->count, COLUMNS_MOST, COLUMNS_END, COLUMNS_END),
               .gap = 2,
               .room = room};
  size_t columns = shown_count(&grid.columns);
  grid.extent = memory_new_zeroed(columns + 1, sizeof *grid.extent);
  for (size_t k = 0; k < columns; k++)
    grid.extent[k] = column_extent(table_column(table, &grid, k), &grid.rows, layout->digits);
  for (size_t first = 0, count; first < columns; first += count) {
    count = grid_fold(&grid, first);
    if (count < grid.columns.total) {
      grid_title(&grid, first, count, out);
      line_start(layout->indent, out);
    }
    table_group(table, &grid, layout, first, count, out);
    line_start(layout->indent, out);
  }
  table_size(table, out);
  if (shown_hidden(&grid.columns) > 0)
    text_format(out, ", %zu not shown", shown_hidden(&grid.columns));
  free(grid.extent);
}

bool table_summary(const Table *table, size_t room, Text *out) {
  size_t start = out->length;
  table_size(table, out);
  size_t used = text_columns(out->bytes + start, out->length - start);
  for (uint32_t k = 0; k < table->count; k++) {
    const Column *column = &table->column[k];
    const char *kind = column_is_text(column) ? "text" : "number";
    used += 2 + name_columns(column) + 3 + strlen(kind);
    bool last = k + 1 == table->count;
    text_string(out, k == 0 ? ": " : ", ");
    if (used + (last ? 0 : 3) > room) {
      text_string(out, "…");
      return false;
    }
    text_format(out, "%s (%s)", column->name->name, kind);
  }
  return true;
}
