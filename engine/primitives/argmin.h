/* argmin.h - the rows that minimise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_ARGMIN_H
#define MML_ARGMIN_H

#include "primitives/primitive.h"

enum { ARGMIN_ROWS_COUNT = 6 };
extern const Primitive argmin_rows[ARGMIN_ROWS_COUNT];

#endif
