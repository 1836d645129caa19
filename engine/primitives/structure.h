/* structure.h - records and the form behind the clauses.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_STRUCTURE_H
#define MML_STRUCTURE_H

#include "primitives/primitive.h"

enum { STRUCTURE_ROWS_COUNT = 1 };
extern const Primitive structure_rows[STRUCTURE_ROWS_COUNT];

#endif
