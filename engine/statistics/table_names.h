/* table_names.h - headers of a table file made into names one can type.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TABLE_NAMES_H
#define MML_TABLE_NAMES_H

#include "statistics/table_reader.h"

/* Sets [name] and [original] of every column from [headers] (UTF-8), or to V1, V2, … if [headers]
 * is NULL. False when memory ran out. */
bool table_names_set(ReadTable *table, char *const *headers);

#endif
