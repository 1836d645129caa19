/* values.h - values made by hand in an arena, so that tests need no session, and what they print
 * as.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_VALUES_H
#define MML_TESTS_VALUES_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "machine/prototype.h"
#include "primitives/primitive.h"
#include "values/display.h"

/* ---- values by hand ---- */

static inline Value make_array(Arena *arena, uint32_t rows, uint32_t cols, const double *entries) {
  Array *array = arena_new(arena, sizeof *array);
  *array = (Array){.head = {.references = 1, .kind = VALUE_ARRAY}, .rows = rows, .cols = cols};
  array->data = arena_new(arena, ((size_t)rows * cols + 1) * sizeof(double));
  for (size_t k = 0; k < (size_t)rows * cols; k++)
    array->data[k] = entries ? entries[k] : (double)k + 1;
  return value_array(array);
}

#define MATRIX(rows, cols, ...) make_array(&arena, rows, cols, (const double[]){__VA_ARGS__})

static inline Value as_booleans(Value value) {
  value_as_array(value)->element = ELEMENT_BOOLEAN;
  return value;
}

static inline Value make_string(Arena *arena, const char *text) {
  String *string = arena_new(arena, sizeof *string + strlen(text) + 1);
  string->head = (Object){.references = 1, .kind = VALUE_STRING};
  string->length = strlen(text);
  memcpy(string->bytes, text, string->length);
  return value_string(string);
}

static inline Value make_range(Arena *arena, double first, double step, double last) {
  Range *range = arena_new(arena, sizeof *range);
  double count = floor((last - first) / step + 1e-10) + 1;
  *range = (Range){
      .head = {.references = 1, .kind = VALUE_RANGE}, .first = first, .step = step, .last = last};
  range->count = count > 0 ? (size_t)count : 0;
  return value_range(range);
}

static inline Value make_tuple(Arena *arena, uint32_t count, const Value *item) {
  Tuple *tuple = arena_new(arena, sizeof *tuple + count * sizeof *item);
  tuple->head = (Object){.references = 1, .kind = VALUE_TUPLE};
  tuple->count = count;
  for (uint32_t k = 0; k < count; k++) tuple->item[k] = item[k];
  return value_tuple(tuple);
}

#define TUPLE(count, ...) make_tuple(&arena, count, (const Value[]){__VA_ARGS__})

static inline const Symbol *make_symbol(Arena *arena, const char *name) {
  Symbol *symbol = arena_new(arena, sizeof *symbol);
  symbol->name = arena_new(arena, strlen(name) + 1);
  memcpy(symbol->name, name, strlen(name));
  symbol->key = symbol->name;
  return symbol;
}

typedef struct Pair {
  const char *name;
  Value value;
} Pair;

static inline Value make_record(Arena *arena, uint32_t count, const Pair *pair) {
  Record *record = arena_new(arena, sizeof *record);
  record->head = (Object){.references = 1, .kind = VALUE_RECORD};
  record->count = record->capacity = count;
  record->name = arena_new(arena, (count + 1) * sizeof *record->name);
  record->field = arena_new(arena, (count + 1) * sizeof *record->field);
  for (uint32_t k = 0; k < count; k++) {
    record->name[k] = make_symbol(arena, pair[k].name);
    record->field[k] = pair[k].value;
  }
  return value_record(record);
}

#define RECORD(count, ...) make_record(&arena, count, (const Pair[]){__VA_ARGS__})

static inline Value with_summary(Arena *arena, Value record, RecordStyle style,
                                 const char *summary) {
  Record *r = (Record *)record.object;
  r->style = (uint8_t)style;
  r->summary = arena_new(arena, strlen(summary) + 1);
  memcpy(r->summary, summary, strlen(summary));
  return record;
}

static inline Value make_table(Arena *arena, uint32_t rows, uint32_t count, const Pair *pair) {
  Table *table = arena_new(arena, sizeof *table + count * sizeof(Column));
  table->head = (Object){.references = 1, .kind = VALUE_TABLE};
  table->rows = rows;
  table->count = count;
  for (uint32_t k = 0; k < count; k++) {
    bool text = pair[k].value.kind == VALUE_TUPLE;
    table->column[k] = (Column){.name = make_symbol(arena, pair[k].name),
                                .numbers = text ? value_nothing() : pair[k].value,
                                .text = text ? pair[k].value : value_nothing()};
  }
  return value_table(table);
}

#define TABLE(rows, count, ...) make_table(&arena, rows, count, (const Pair[]){__VA_ARGS__})

static inline Value make_function(Arena *arena, FunctionKind kind, const Primitive *primitive,
                                  int order, uint32_t count, const Value *bound) {
  Function *function = arena_new(arena, sizeof *function + count * sizeof *bound);
  function->head = (Object){.references = 1, .kind = VALUE_FUNCTION};
  function->function_kind = (uint8_t)kind;
  function->order = (uint8_t)order;
  function->primitive = primitive;
  function->count = count;
  for (uint32_t k = 0; k < count; k++) function->bound[k] = bound[k];
  return value_function(function);
}

static inline Value make_closure(Arena *arena, const char *name, uint32_t required,
                                 uint32_t parameters) {
  Value value = make_function(arena, FUNCTION_CLOSURE, NULL, 0, 0, NULL);
  Prototype *prototype = arena_new(arena, sizeof *prototype);
  prototype->name = make_symbol(arena, name);
  const Node **parameter = arena_new(arena, (parameters + 1) * sizeof(Node *));
  for (uint32_t k = 0; k < parameters; k++) {
    Node *node = arena_new(arena, sizeof *node);
    node->kind = NODE_PARAMETER;
    node->child = arena_new(arena, 2 * sizeof(Node *));
    node->child[1] = k < required ? NULL : node; /* any node stands for a default */
    parameter[k] = node;
  }
  prototype->parameter = parameter;
  prototype->parameter_count = parameters;
  ((Function *)value.object)->prototype = prototype;
  return value;
}

static const Primitive row_sin = {
    .name = "sin", .parameters = "(x)", .help = "sine of x in radians. Maps over arrays."};
static const Primitive row_norm = {
    .name = "norm", .parameters = "(v, p = 2)", .help = "length of a vector"};
static const Primitive row_zip = {.name = "zip", .parameters = "(values...)"};
static const Primitive row_gradient = {.name = "gradient", .parameters = "(f, p)"};
static const Primitive row_derivative = {.name = "derivative", .parameters = "(f, x, k = 1)"};

static inline void expect_text(Text *text, const char *wanted, const char *what) {
  cr_expect_str_eq(text->bytes ? text->bytes : "", wanted, "%s printed\n%s\ninstead of\n%s", what,
                   text->bytes, wanted);
  text_free(text);
}

static inline uint64_t random_bits(uint64_t *state) { /* xorshift64 */
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

#endif
