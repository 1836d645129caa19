/* elementary.c - the rows of elementary.def as builtins: numbers, and arrays entry by entry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/elementary.h"

#include "primitives/argument.h"
#include "values/operate.h"

#define UNARY(name_, value_, derivative, low, high, example_, gives_, help_)                       \
  static Value call_##name_(Session *session, const Arguments *a) {                                \
    return value_elementwise(session, SCALAR_##name_, a->argument[0], value_nothing());            \
  }
#define BINARY(name_, parameters_, value_, dx, dy, low, high, example_, gives_, help_)             \
  static Value call_##name_(Session *session, const Arguments *a) {                                \
    return value_elementwise(session, SCALAR_##name_, a->argument[0], a->argument[1]);             \
  }
#include "primitives/elementary.def"

const Primitive elementary_rows[ELEMENTARY_ROWS_COUNT] = {
#define UNARY(name_, value_, derivative, low, high, example_, gives_, help_)                       \
  {.name = #name_, .parameters = "(x)", .call = call_##name_, .result = RESULT_LIKE,               \
   .differentiable = DERIVE_THROUGH, .help = help_, .example = example_, .gives = gives_},
#define BINARY(name_, parameters_, value_, dx, dy, low, high, example_, gives_, help_)             \
  {.name = #name_, .parameters = parameters_, .call = call_##name_, .result = RESULT_LIKE,         \
   .differentiable = DERIVE_THROUGH, .help = help_, .example = example_, .gives = gives_},
#include "primitives/elementary.def"
};

const ElementaryDomain elementary_domains[ELEMENTARY_ROWS_COUNT] = {
#define UNARY(name_, value_, derivative, low_, high_, example_, gives_, help_) {SCALAR_##name_, low_, high_},
#define BINARY(name_, parameters_, value_, dx, dy, low_, high_, example_, gives_, help_) {SCALAR_##name_, low_, high_},
#include "primitives/elementary.def"
};
