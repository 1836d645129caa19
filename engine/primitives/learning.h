/* learning.h - the rows that show how something comes about, and the reports they give: a verdict
 * in a line, a table of how it came about, fields.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LEARNING_H
#define MML_LEARNING_H

#include "memory.h"
#include "primitives/primitive.h"

extern const Primitive check_rows[1];
extern const Primitive backprop_rows[1];
extern const Primitive steps_rows[1];
extern const Primitive tangent_rows[1];

/* ---- for the files of this family ---- */

/* A table in the making: cells of numbers or text, all in the scratch memory of the running
 * builtin. */
typedef struct LessonCell {
  const char *text; /* NULL for a number */
  double number;
} LessonCell;

enum { LESSON_COLUMNS = 6 };

typedef struct Lesson {
  Session *session;
  const char *name[LESSON_COLUMNS];
  uint32_t columns, rows, capacity;
  LessonCell *cell;
} Lesson;

/* Columns are named in [names], separated by blanks. */
Lesson lesson_new(Session *session, const char *names);
/* A new row of empty texts; returns its number. */
uint32_t lesson_row(Lesson *lesson);
void lesson_number(Lesson *lesson, uint32_t row, uint32_t column, double x);
/* Takes the text over. */
void lesson_text(Lesson *lesson, uint32_t row, uint32_t column, Text *text);
void lesson_words(Lesson *lesson, uint32_t row, uint32_t column, const char *words);
/* Aligned columns under their names, each line after a line break; of more than [most] rows the
 * middle is counted only. */
void lesson_print(const Lesson *lesson, uint32_t most, Text *out);
/* The table as a value; a column of numbers where all its cells are. Owned. */
Value lesson_table(const Lesson *lesson);
/* A record that prints as [summary], which it takes over, with its first line as verdict and the
 * table as trace. */
Record *lesson_record(const Lesson *lesson, const char *nature, Text *summary);

/* How a coordinate of a point is called: x, x[2], W[1,2], p.W[1,2]; [name] is that of the whole. */
void lesson_coordinate(const char *name, Value point, uint32_t coordinate, Text *out);
/* The name of parameter [index] of f, or [otherwise]. */
const char *lesson_parameter(Value f, uint32_t index, const char *otherwise);

#endif
