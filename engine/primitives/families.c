/* families.c - the list of all rows. A new family is one line here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/calculus.h"
#include "primitives/elementary.h"
#include "primitives/linear.h"
#include "primitives/structure.h"

#define LINEAR(rows) {"Linear algebra", rows, sizeof rows / sizeof rows[0]},

const Family primitive_families[] = {
    {"Elementary functions", elementary_rows, ELEMENTARY_ROWS_COUNT},
    {"Calculus", calculus_rows, CALCULUS_ROWS_COUNT},
    LINEAR_ROWS(LINEAR)
    {"Records", structure_rows, STRUCTURE_ROWS_COUNT},
};

const size_t primitive_family_count = sizeof primitive_families / sizeof *primitive_families;
