/* calculus.h - the derivative rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CALCULUS_ROWS_H
#define MML_CALCULUS_ROWS_H

#include "primitives/primitive.h"

enum { CALCULUS_ROWS_COUNT = 8 };
extern const Primitive calculus_rows[CALCULUS_ROWS_COUNT];

#endif
