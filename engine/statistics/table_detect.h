/* table_detect.h - what a table file shows before it is read: its separator, or that it is no
 * table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TABLE_DETECT_H
#define MML_TABLE_DETECT_H

#include "statistics/table_reader.h"

/* Whether the bytes are no table of text at all: then [error] says why. */
bool table_detect_refusal(const char *bytes, size_t length, char error[READ_ERROR_SIZE]);

/* Counts tabs, semicolons and commas outside quotes in the first rows. The first of these that
 * every row has equally often is the separator, else the one most frequent in the first row. */
char table_detect_separator(const char *bytes, size_t length);

#endif
