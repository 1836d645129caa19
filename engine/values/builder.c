/* builder.c - collecting the values of a comprehension.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/builder.h"

#include "machine/session.h"
#include "values/complex.h"
#include "values/operate.h"

Builder *builder_new(Session *session) {
  Builder *builder = object_new(session, VALUE_BUILDER, sizeof(Builder));
  builder->item = NULL;
  builder->count = builder->capacity = builder->width = 0;
  return builder;
}

void builder_push(Session *session, Builder *builder, Value value) {
  if (builder->count >= ARRAY_LARGEST / 4) fail(session, "a comprehension of more than %d entries", ARRAY_LARGEST / 4);
  memory_grow(builder->item, builder->count, builder->capacity);
  builder->item[builder->count++] = value;
}

static bool is_column(Value v) {
  if (value_is_complex(v)) v = value_as_complex(v)->real;
  return v.kind == VALUE_ARRAY && value_as_array(v)->cols == 1 && value_as_array(v)->rows != 1;
}

/* Columns go side by side; anything else is stacked row by row. */
static Value stack(Session *session, const Builder *builder) {
  uint32_t count = (uint32_t)builder->count;
  if (is_column(builder->item[0])) return value_blocks(session, builder->item, &count, 1);
  uint32_t *ones = scratch(session, builder->count * sizeof(uint32_t));
  for (uint32_t i = 0; i < count; i++) ones[i] = 1;
  return value_blocks(session, builder->item, ones, count);
}

Value builder_finish(Session *session, Builder *builder) {
  size_t cols = builder->width ? builder->width : 1;
  for (size_t i = 0; i < builder->count; i++) {
    ValueKind kind = (ValueKind)builder->item[i].kind;
    bool complex = kind == VALUE_COMPLEX;
    if (kind == VALUE_NUMBER || kind == VALUE_ACTIVE || kind == VALUE_BOOLEAN) continue;
    if (complex && !complex_is_array(builder->item[i])) continue;
    if (kind != VALUE_ARRAY && kind != VALUE_RANGE && !complex) {
      char text[VALUE_DESCRIPTION];
      fail(session, "a comprehension collects numbers and arrays, found %s", value_describe(builder->item[i], text));
    }
    if (builder->width) fail(session, "a comprehension over two names collects numbers, found an array");
    return stack(session, builder);
  }
  return array_from_numbers(session, builder->item, builder->count / cols, cols);
}
