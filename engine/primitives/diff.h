/* diff.h - the rows of symbolic derivatives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_DIFF_H
#define MML_DIFF_H

#include "primitives/primitive.h"

extern const Primitive diff_rows[2];

#endif
