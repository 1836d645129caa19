/* builder.h - values collected one by one: the array a comprehension is making.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_BUILDER_H
#define MML_BUILDER_H

#include "values/value.h"

typedef struct Builder {
  Object head;
  Value *item; /* owned */
  size_t count, capacity;
  size_t width; /* length of the inner loop of a two-variable comprehension, 0 before it is known */
} Builder;

static inline Value value_builder(Builder *b) { return (Value){.kind = VALUE_BUILDER, .object = &b->head}; }

Builder *builder_new(Session *session);
/* Takes ownership of [value]. */
void builder_push(Session *session, Builder *builder, Value value);
/* The array: numbers become a column (or rows of [width]), columns go side by side, rows stack. */
Value builder_finish(Session *session, Builder *builder);

#endif
