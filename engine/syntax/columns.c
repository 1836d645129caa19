/* columns.c - matrices whose columns were typed one under the other.
 *
 * The elements of a column stand on one vertical line with their ends, their points or their
 * starts. What of an element lies left of that line is its head, the rest its tail.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/columns.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

typedef enum Line { LINE_ENDS, LINE_POINTS, LINE_STARTS, LINE_COUNT } Line;

typedef struct Cell {
  uint32_t first, last; /* tokens */
  uint32_t start, end;  /* columns as typed */
  uint32_t gap;         /* blanks before it as typed */
  uint32_t width;       /* as it will be printed */
  uint32_t fraction;    /* columns from the point on, if it is a number */
  bool number;
} Cell;

typedef struct Grid {
  const Source *source;
  const TokenList *tokens;
  Slot *slot;
  Cell *cell; /* row by row */
  uint32_t rows, columns;
} Grid;

uint32_t columns_after(uint32_t column, const char *text, size_t length) {
  enum { TAB = 8 };
  const char *end = text + length;
  for (const char *tab; (tab = memchr(text, '\t', (size_t)(end - text))); text = tab + 1) {
    column += (uint32_t)text_columns(text, (size_t)(tab - text));
    column += TAB - column % TAB;
  }
  return column + (uint32_t)text_columns(text, (size_t)(end - text));
}

uint32_t columns_typed(const Source *source, uint32_t offset) {
  uint32_t start = source_line(source, offset).start;
  return columns_after(0, source->text + start, offset - start);
}

/* ---- reading ---- */

static uint32_t columns_between(const Grid *grid, uint32_t start, uint32_t end) {
  return (uint32_t)text_columns(grid->source->text + start, end - start);
}

static uint32_t width_of(const Grid *grid, const Cell *cell) {
  uint32_t width = 0;
  for (uint32_t at = cell->first; at <= cell->last; at++) {
    uint32_t unit = spacing_unit(grid->tokens, at);
    if (at != cell->first) width += grid->slot[at].blanks;
    width += columns_between(grid, grid->tokens->token[at].span.start,
                             grid->tokens->token[unit].span.end);
    at = unit;
  }
  return width;
}

static void read_number(const Grid *grid, const Node *element, Cell *cell) {
  const Node *inner = element->kind == NODE_NEGATE ? element->child[0] : element;
  cell->number = inner->kind == NODE_NUMBER && !inner->grouped && !element->grouped;
  if (!cell->number) return;
  const char *text = grid->source->text + inner->span.start;
  size_t length = inner->span.end - inner->span.start;
  const char *point = memchr(text, '.', length);
  cell->fraction = point ? (uint32_t)(text + length - point) : 0;
}

static void read_row(const Grid *grid, const Node *row, Cell *cell) {
  uint32_t at = row->span.start, column = columns_typed(grid->source, at);
  for (uint32_t i = 0; i < row->count; i++, cell++) {
    Span span = row->child[i]->span;
    cell->first = spacing_find(grid->tokens, span.start);
    cell->last = spacing_find(grid->tokens, span.end - 1);
    cell->start = column + columns_between(grid, at, span.start);
    cell->end = column = cell->start + columns_between(grid, span.start, span.end);
    cell->gap = columns_between(grid, grid->tokens->token[cell->first - 1].span.end, span.start);
    cell->width = width_of(grid, cell);
    read_number(grid, row->child[i], cell);
    at = span.end;
  }
}

/* Whether a row breaks off, or jumps by tabs. */
static bool is_uneven(const Grid *grid, const Node *row) {
  const char *text = grid->source->text + row->span.start;
  size_t length = row->span.end - row->span.start;
  return memchr(text, '\n', length) || memchr(text, '\t', length);
}

/* Whether the rows are equally long, and each is a line or, the first, behind its bracket. */
static bool is_grid(const Grid *grid, const Node *array) {
  for (uint32_t i = 0; i < grid->rows; i++) {
    const Node *row = array->child[i];
    if (row->count != grid->columns || is_uneven(grid, row)) return false;
    uint32_t before = spacing_find(grid->tokens, row->span.start) - 1;
    if (i && grid->tokens->token[before].kind != TOKEN_NEWLINE) return false;
  }
  return true;
}

/* ---- lines ---- */

static Cell *cell_at(const Grid *grid, uint32_t row, uint32_t column) {
  return &grid->cell[row * grid->columns + column];
}

static uint32_t tail_of(const Cell *cell, Line line, uint32_t width) {
  return line == LINE_ENDS ? 0 : line == LINE_STARTS ? width : cell->fraction;
}

static bool on_line(const Grid *grid, uint32_t column, Line line) {
  const Cell *first = cell_at(grid, 0, column);
  uint32_t place = first->end - tail_of(first, line, first->end - first->start);
  for (uint32_t row = 0; row < grid->rows; row++) {
    const Cell *cell = cell_at(grid, row, column);
    if (line == LINE_POINTS && !cell->number) return false;
    if (cell->end - tail_of(cell, line, cell->end - cell->start) != place) return false;
  }
  return true;
}

static Line line_of(const Grid *grid, uint32_t column) {
  Line line = LINE_ENDS;
  while (line < LINE_COUNT && !on_line(grid, column, line)) line++;
  return line;
}

/* Whether blanks were typed to align something: columns also meet by accident. */
static bool is_padded(const Grid *grid) {
  for (uint32_t row = 0; row < grid->rows; row++) {
    if (cell_at(grid, row, 0)->start != cell_at(grid, 0, 0)->start) return true;
    for (uint32_t column = 1; column < grid->columns; column++)
      if (cell_at(grid, row, column)->gap > 1) return true;
  }
  return false;
}

/* Blanks before the heads of a column; those behind its tails stand before the next one. */
static void pad_column(const Grid *grid, uint32_t column) {
  Line line = line_of(grid, column);
  uint32_t head = 0, tail = 0;
  for (uint32_t row = 0; row < grid->rows; row++) {
    const Cell *cell = cell_at(grid, row, column);
    uint32_t own = tail_of(cell, line, cell->width);
    if (own > tail) tail = own;
    if (cell->width - own > head) head = cell->width - own;
  }
  for (uint32_t row = 0; row < grid->rows; row++) {
    const Cell *cell = cell_at(grid, row, column);
    uint32_t own = tail_of(cell, line, cell->width);
    grid->slot[cell->first].padding += head - (cell->width - own);
    if (column + 1 < grid->columns)
      grid->slot[cell_at(grid, row, column + 1)->first].padding += tail - own;
  }
}

static bool all_on_lines(const Grid *grid) {
  for (uint32_t column = 0; column < grid->columns; column++)
    if (line_of(grid, column) == LINE_COUNT) return false;
  return true;
}

void columns_align(const Node *array, const Source *source, const TokenList *tokens, Slot *slot) {
  Grid grid = {.source = source, .tokens = tokens, .slot = slot, .rows = array->count};
  if (grid.rows < 2) return;
  grid.columns = array->child[0]->count;
  if (!is_grid(&grid, array)) return;
  grid.cell = memory_new_zeroed((size_t)grid.rows * grid.columns, sizeof *grid.cell);
  for (uint32_t row = 0; row < grid.rows; row++)
    read_row(&grid, array->child[row], cell_at(&grid, row, 0));
  if (is_padded(&grid) && all_on_lines(&grid))
    for (uint32_t column = 0; column < grid.columns; column++) pad_column(&grid, column);
  free(grid.cell);
}
