/* duality.h - the rows about convexity and the conditions of Karush, Kuhn and Tucker.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_DUALITY_H
#define MML_DUALITY_H

#include "primitives/primitive.h"

enum { DUALITY_ROWS_COUNT = 5 };
extern const Primitive duality_rows[DUALITY_ROWS_COUNT];

#endif
