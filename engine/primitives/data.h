/* data.h - the data rows: what each file exports, and what the files share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_DATA_H
#define MML_DATA_H

#include "machine/fail.h"
#include "primitives/primitive.h"

extern const Primitive data_rows[3];
extern const Primitive regress_rows[3];
extern const Primitive fit_rows[2];

/* Every array above, for the list of families: DATA_ROWS(F) with #define F(rows) {"Data and
 * statistics", rows, sizeof rows / sizeof rows[0]}, */
#define DATA_ROWS(F) F(data_rows) F(regress_rows) F(fit_rows)

#endif
