/* table.h - tables from other values, and tables with a column more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TABLE_H
#define MML_TABLE_H

#include "values/value.h"

/* [index] of a table whose columns are the arguments of the call: table(x = [1, 2], y = [3, 4]). */
enum { TABLE_COLUMNS_ARE_ARGUMENTS = -3 };

/* Fills a column of a new table; takes ownership of the entries and counts the missing ones. */
void column_set_numbers(Column *column, const Symbol *name, Array *numbers);
void column_set_text(Column *column, const Symbol *name, Tuple *text);

/* The table a value is read as: itself, the columns of a record (vectors, texts; numbers repeat) or
 * of a matrix (V1, V2, …). Owned; NOTHING if the value is none of these. Columns that do not fit
 * together fail at argument [index]. */
Value table_of_value(Session *session, Value value, int index);
/* A copy with one column set or added; a single value repeats. Fails if it has other rows. */
Value table_with_column(Session *session, const Table *table, const Symbol *name, Value column);

#endif
