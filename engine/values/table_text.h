/* table_text.h - tables as text: aligned columns under their names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TABLE_TEXT_H
#define MML_TABLE_TEXT_H

#include "values/array_text.h"

/* Names, the first and last rows, then "50 rows × 2 columns". */
void table_block(const Table *table, const Layout *layout, Text *out);
/* "50 rows × 2 columns: speed (number), dist (number)" in at most [room] columns; true when every
 * name found a place. */
bool table_summary(const Table *table, size_t room, Text *out);

#endif
