/* lesson.c - tables that show how something comes about, as text and as values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/prototype.h"
#include "machine/session.h"
#include "primitives/learning.h"
#include "values/display.h"
#include "values/table.h"

/* ---- filling ---- */

Lesson lesson_new(Session *s, const char *names) {
  Lesson lesson = {.session = s};
  char *copy = scratch(s, strlen(names) + 1);
  strcpy(copy, names);
  for (char *save = NULL, *name = strtok_r(copy, " ", &save); name;
       name = strtok_r(NULL, " ", &save)) {
    assert(lesson.columns < LESSON_COLUMNS);
    lesson.name[lesson.columns++] = name;
  }
  return lesson;
}

/* The cells move to twice the room: what they leave goes with the builtin. */
static void lesson_grow(Lesson *lesson) {
  uint32_t capacity = lesson->capacity ? 2 * lesson->capacity : 16;
  LessonCell *cell = scratch(lesson->session, (size_t)capacity * lesson->columns * sizeof *cell);
  if (lesson->rows)
    memcpy(cell, lesson->cell, (size_t)lesson->rows * lesson->columns * sizeof *cell);
  lesson->cell = cell;
  lesson->capacity = capacity;
}

uint32_t lesson_row(Lesson *lesson) {
  if (lesson->rows == lesson->capacity) lesson_grow(lesson);
  LessonCell *cell = lesson->cell + (size_t)lesson->rows * lesson->columns;
  for (uint32_t k = 0; k < lesson->columns; k++) cell[k] = (LessonCell){.text = ""};
  return lesson->rows++;
}

static LessonCell *lesson_cell(const Lesson *lesson, uint32_t row, uint32_t column) {
  assert(row < lesson->rows && column < lesson->columns);
  return &lesson->cell[(size_t)row * lesson->columns + column];
}

void lesson_number(Lesson *lesson, uint32_t row, uint32_t column, double x) {
  *lesson_cell(lesson, row, column) = (LessonCell){.number = x + 0.0}; /* no -0 */
}

void lesson_words(Lesson *lesson, uint32_t row, uint32_t column, const char *words) {
  char *copy = scratch(lesson->session, strlen(words) + 1);
  strcpy(copy, words);
  *lesson_cell(lesson, row, column) = (LessonCell){.text = copy};
}

void lesson_text(Lesson *lesson, uint32_t row, uint32_t column, Text *text) {
  lesson_words(lesson, row, column, text->length ? text->bytes : "");
  text_free(text);
}

/* ---- printing ---- */

static void cell_text(const LessonCell *cell, Text *out) {
  if (cell->text) text_string(out, cell->text);
  else display_number(cell->number, 6, out);
}

static size_t cell_width(const LessonCell *cell) {
  Text text = {0};
  cell_text(cell, &text);
  size_t width = text.length ? text_columns(text.bytes, text.length) : 0;
  text_free(&text);
  return width;
}

static bool column_is_numbers(const Lesson *lesson, uint32_t column) {
  bool numbers = lesson->rows > 0;
  for (uint32_t i = 0; i < lesson->rows; i++)
    numbers = numbers && !lesson_cell(lesson, i, column)->text;
  return numbers;
}

/* The rows that are shown: [0, head) and [tail, rows). */
typedef struct Shown {
  uint32_t head, tail;
} Shown;

static size_t column_width(const Lesson *lesson, uint32_t column, Shown shown) {
  size_t width = text_columns(lesson->name[column], strlen(lesson->name[column]));
  for (uint32_t i = 0; i < lesson->rows; i++) {
    if (i >= shown.head && i < shown.tail) continue;
    size_t cell = cell_width(lesson_cell(lesson, i, column));
    if (cell > width) width = cell;
  }
  return width;
}

/* Numbers are flush right, text is flush left, and nothing pads the end of a line. */
static void print_cells(const Lesson *lesson, const LessonCell *cell, const size_t *width,
                        Text *out) {
  text_string(out, "\n");
  for (uint32_t k = 0; k < lesson->columns; k++) {
    bool right = column_is_numbers(lesson, k);
    size_t gap = width[k] - cell_width(&cell[k]);
    if (k) text_string(out, "  ");
    if (right) text_repeat(out, ' ', gap);
    cell_text(&cell[k], out);
    if (!right && k + 1 < lesson->columns) text_repeat(out, ' ', gap);
  }
  while (out->length && out->bytes[out->length - 1] == ' ') out->bytes[--out->length] = 0;
}

void lesson_print(const Lesson *lesson, uint32_t most, Text *out) {
  Shown shown = {lesson->rows, lesson->rows};
  if (lesson->rows > most) shown = (Shown){most - most / 2, lesson->rows - most / 2};
  size_t width[LESSON_COLUMNS];
  LessonCell name[LESSON_COLUMNS];
  for (uint32_t k = 0; k < lesson->columns; k++) {
    width[k] = column_width(lesson, k, shown);
    name[k] = (LessonCell){.text = lesson->name[k]};
  }
  print_cells(lesson, name, width, out);
  for (uint32_t i = 0; i < lesson->rows; i++) {
    if (i == shown.head) text_format(out, "\n… %u more …", shown.tail - shown.head);
    if (i >= shown.head && i < shown.tail) continue;
    print_cells(lesson, lesson_cell(lesson, i, 0), width, out);
  }
}

/* ---- values ---- */

static void fill_numbers(const Lesson *lesson, uint32_t column, Column *out, const Symbol *name) {
  Array *numbers = array_new(lesson->session, lesson->rows, 1, ELEMENT_REAL);
  for (uint32_t i = 0; i < lesson->rows; i++)
    numbers->data[i] = lesson_cell(lesson, i, column)->number;
  column_set_numbers(out, name, numbers);
}

static void fill_text(const Lesson *lesson, uint32_t column, Column *out, const Symbol *name) {
  Tuple *tuple = tuple_new(lesson->session, lesson->rows);
  for (uint32_t i = 0; i < lesson->rows; i++) {
    Text text = {0};
    cell_text(lesson_cell(lesson, i, column), &text);
    tuple->item[i] =
        value_string(string_new(lesson->session, text.length ? text.bytes : "", text.length));
    text_free(&text);
  }
  column_set_text(out, name, tuple);
}

Value lesson_table(const Lesson *lesson) {
  Session *s = lesson->session;
  Table *table = table_new(s, lesson->rows, lesson->columns);
  for (uint32_t k = 0; k < lesson->columns; k++) {
    const Symbol *name = symbol_intern(&s->symbols, lesson->name[k], strlen(lesson->name[k]));
    if (column_is_numbers(lesson, k)) fill_numbers(lesson, k, &table->column[k], name);
    else fill_text(lesson, k, &table->column[k], name);
  }
  return value_table(table);
}

Record *lesson_record(const Lesson *lesson, const char *nature, Text *summary) {
  Record *record = record_new(lesson->session);
  record->nature = nature;
  record->style = RECORD_VERDICT;
  record->summary = summary->bytes;
  Value verdict =
      value_string(string_new(lesson->session, summary->bytes, strcspn(summary->bytes, "\n")));
  record_put(lesson->session, record, "verdict", verdict);
  record_put(lesson->session, record, "trace", lesson_table(lesson));
  return record;
}

/* ---- names ---- */

static void entry_name(const char *name, size_t cols, size_t entry, Text *out) {
  if (cols == 1) text_format(out, "%s[%zu]", name, entry + 1);
  else text_format(out, "%s[%zu,%zu]", name, entry / cols + 1, entry % cols + 1);
}

/* [coordinate] counts down to the part of the point that holds it. */
static bool coordinate_name(const char *name, Value p, uint32_t *coordinate, Text *out);

static bool items_name(const char *name, Value p, uint32_t *coordinate, Text *out) {
  bool record = p.kind == VALUE_RECORD;
  uint32_t count = record ? ((Record *)p.object)->count : ((Tuple *)p.object)->count;
  for (uint32_t i = 0; i < count; i++) {
    Text inner = {0};
    if (record) text_format(&inner, "%s.%s", name, ((Record *)p.object)->name[i]->name);
    else text_format(&inner, "%s[%u]", name, i + 1);
    bool found = coordinate_name(
        inner.bytes, record ? ((Record *)p.object)->field[i] : ((Tuple *)p.object)->item[i],
        coordinate, out);
    text_free(&inner);
    if (found) return true;
  }
  return false;
}

static bool coordinate_name(const char *name, Value p, uint32_t *coordinate, Text *out) {
  if (p.kind == VALUE_RECORD || p.kind == VALUE_TUPLE) return items_name(name, p, coordinate, out);
  size_t rows = 1, cols = 1;
  if (p.kind == VALUE_ARRAY) rows = value_as_array(p)->rows, cols = value_as_array(p)->cols;
  if (p.kind == VALUE_RANGE) rows = ((Range *)p.object)->count;
  if (*coordinate >= rows * cols) return *coordinate -= (uint32_t)(rows * cols), false;
  if (p.kind == VALUE_ARRAY || p.kind == VALUE_RANGE) entry_name(name, cols, *coordinate, out);
  else text_string(out, name);
  return true;
}

void lesson_coordinate(const char *name, Value point, uint32_t coordinate, Text *out) {
  bool found = coordinate_name(name, point, &coordinate, out);
  assert(found);
  (void)found;
}

const char *lesson_parameter(Value f, uint32_t index, const char *otherwise) {
  const Function *function = (const Function *)f.object;
  if (f.kind != VALUE_FUNCTION || function->function_kind != FUNCTION_CLOSURE) return otherwise;
  const Prototype *p = function->prototype;
  return index < p->parameter_count && p->parameter[index]->symbol
             ? p->parameter[index]->symbol->name
             : otherwise;
}
