/* elementary.h - the rows of elementary.def, and where the property tests may try them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_ELEMENTARY_H
#define MML_ELEMENTARY_H

#include "calculus/scalar.h"
#include "primitives/primitive.h"

enum {
#define UNARY(name, value, derivative, low, high, example, gives, help) ELEMENTARY_##name,
#define BINARY(name, parameters, value, dx, dy, low, high, example, gives, help) ELEMENTARY_##name,
#include "primitives/elementary.def"
  ELEMENTARY_ROWS_COUNT
};

typedef struct ElementaryDomain {
  Scalar scalar;
  double low, high;
} ElementaryDomain;

extern const Primitive elementary_rows[ELEMENTARY_ROWS_COUNT];
extern const ElementaryDomain elementary_domains[ELEMENTARY_ROWS_COUNT];

#endif
