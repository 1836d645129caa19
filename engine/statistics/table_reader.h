/* table_reader.h - a CSV file in memory to named columns of numbers and texts.
 *
 * The reader decides what the file leaves open (separator, header, decimal comma, which columns are
 * numbers) and records every decision, so that the user can be told.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TABLE_READER_H
#define MML_TABLE_READER_H

#include "memory.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum ReadKind { READ_NUMBER, READ_TEXT } ReadKind;

typedef struct ReadColumn {
  char *name;     /* a valid mml name, unique in the table, NFC */
  char *original; /* what the header said if that is something else (may be ""), NULL otherwise */
  ReadKind kind;
  double *numbers;    /* READ_NUMBER: one per row, NaN where missing */
  const char **texts; /* READ_TEXT: one per row, UTF-8, NULL where missing */
  size_t missing;
  char *reason;       /* the first field that is no number in a column that began with numbers */
  size_t reason_line; /* and its line, from 1; 0 when a text column is text throughout */
  char *pool;         /* the bytes [texts] points into */
} ReadColumn;

typedef struct ReadTable {
  ReadColumn *columns;
  size_t column_count, row_count;
  char separator;     /* ',' ';' or '\t' */
  bool header;        /* the first row held names; otherwise they are V1, V2, … */
  bool decimal_comma; /* numbers were written 1,5 */
  bool latin1;        /* some text was not UTF-8 and was read as Latin-1 */
} ReadTable;

enum { READ_ERROR_SIZE = 200 };

/* Reads the [length] bytes of a whole file. False leaves [out] empty, the reason in [error] and the
 * line it is about, from 1, or 0 for the file as a whole, in [error_line]. */
bool table_read(const char *bytes, size_t length, ReadTable *out, char error[READ_ERROR_SIZE],
                size_t *error_line);
void table_read_free(ReadTable *table);

/* Appends "50 rows × 2 columns: speed (number), dist (number)" and a line each about renamed
 * columns and other decisions worth knowing; no \n after the last. */
void table_read_describe(const ReadTable *table, Text *out);

#endif
