/* families.c - the list of all rows. A new family is one line here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/argmin.h"
#include "primitives/bounds.h"
#include "primitives/basic.h"
#include "primitives/calculus.h"
#include "primitives/complex.h"
#include "primitives/data.h"
#include "primitives/diff.h"
#include "primitives/duality.h"
#include "primitives/elementary.h"
#include "primitives/learning.h"
#include "primitives/linear.h"
#include "primitives/method.h"
#include "primitives/solvers.h"
#include "primitives/structure.h"

#define FAMILY(heading, rows) {heading, rows, sizeof rows / sizeof rows[0]},
#define LINEAR(rows) FAMILY("Linear algebra", rows)
#define SOLVER(rows) FAMILY("Equations and integrals", rows)
#define DATA(rows) FAMILY("Data and statistics", rows)

const Family primitive_families[] = {
    FAMILY("Elementary functions", elementary_rows)
    FAMILY("Complex numbers", complex_rows)
    BASIC_ROWS(FAMILY)
    LINEAR_ROWS(LINEAR)
    FAMILY("Calculus", calculus_rows)
    FAMILY("Calculus", diff_rows)
    FAMILY("Calculus", check_rows)
    FAMILY("Calculus", backprop_rows)
    FAMILY("Calculus", steps_rows)
    FAMILY("Calculus", tangent_rows)
    SOLVER_ROWS(SOLVER)
    FAMILY("Optimisation", argmin_rows)
    FAMILY("Optimisation", duality_rows)
    FAMILY("Optimisation methods", method_rows)
    FAMILY("Optimisation methods", bounds_rows)
    DATA_ROWS(DATA)
    FAMILY("Records", structure_rows)
};

const size_t primitive_family_count = sizeof primitive_families / sizeof *primitive_families;
