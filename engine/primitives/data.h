/* data.h - the data rows: what each file exports, and what the files share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_DATA_H
#define MML_DATA_H

#include "machine/fail.h"
#include "primitives/primitive.h"

extern const Primitive data_rows[3];
extern const Primitive regress_rows[3];

/* Every array above, for the list of families: DATA_ROWS(F) with #define F(rows) {"Data and
 * statistics", rows, sizeof rows / sizeof rows[0]}, */
#define DATA_ROWS(F) F(data_rows) F(regress_rows)

/* The table a value is read as: itself, the columns of a record (vectors, texts; numbers repeat) or
 * of a matrix (V1, V2, …). Owned; NOTHING if the value is none of these. Columns that do not fit
 * together fail at argument [index]. */
Value data_table(Session *session, Value value, int index);

#endif
