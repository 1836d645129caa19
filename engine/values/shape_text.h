/* shape_text.h - what :shapes says of a value: its kind, and its shape or parameters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SHAPE_TEXT_H
#define MML_SHAPE_TEXT_H

#include "memory.h"
#include "values/value.h"

/* "matrix", "vector", "number", "function" … */
const char *shape_kind(Value value);
/* "2×3", "(x, y = 2)", "W 8×2, b 8×1"; nothing for what has none. */
void shape_text(Value value, Text *out);

#endif
