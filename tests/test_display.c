/* test_display.c - values print in the form that can be typed back.
 *
 * Values are built by hand in an arena, so these tests need no session.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/prototype.h"
#include "primitives/primitive.h"
#include "syntax/parser.h"
#include "values/display.h"
#include "values/grid.h"

/* ---- values by hand ---- */

static Value make_array(Arena *arena, uint32_t rows, uint32_t cols, const double *entries) {
  Array *array = arena_new(arena, sizeof *array);
  *array = (Array){.head = {.references = 1, .kind = VALUE_ARRAY}, .rows = rows, .cols = cols};
  array->data = arena_new(arena, ((size_t)rows * cols + 1) * sizeof(double));
  for (size_t k = 0; k < (size_t)rows * cols; k++)
    array->data[k] = entries ? entries[k] : (double)k + 1;
  return value_array(array);
}

#define MATRIX(rows, cols, ...) make_array(&arena, rows, cols, (const double[]){__VA_ARGS__})

static Value as_booleans(Value value) {
  value_as_array(value)->element = ELEMENT_BOOLEAN;
  return value;
}

static Value make_string(Arena *arena, const char *text) {
  String *string = arena_new(arena, sizeof *string + strlen(text) + 1);
  string->head = (Object){.references = 1, .kind = VALUE_STRING};
  string->length = strlen(text);
  memcpy(string->bytes, text, string->length);
  return value_string(string);
}

static Value make_range(Arena *arena, double first, double step, double last) {
  Range *range = arena_new(arena, sizeof *range);
  double count = floor((last - first) / step + 1e-10) + 1;
  *range = (Range){
      .head = {.references = 1, .kind = VALUE_RANGE}, .first = first, .step = step, .last = last};
  range->count = count > 0 ? (size_t)count : 0;
  return value_range(range);
}

static Value make_tuple(Arena *arena, uint32_t count, const Value *item) {
  Tuple *tuple = arena_new(arena, sizeof *tuple + count * sizeof *item);
  tuple->head = (Object){.references = 1, .kind = VALUE_TUPLE};
  tuple->count = count;
  for (uint32_t k = 0; k < count; k++) tuple->item[k] = item[k];
  return value_tuple(tuple);
}

#define TUPLE(count, ...) make_tuple(&arena, count, (const Value[]){__VA_ARGS__})

static const Symbol *make_symbol(Arena *arena, const char *name) {
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

static Value make_record(Arena *arena, uint32_t count, const Pair *pair) {
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

static Value with_summary(Arena *arena, Value record, RecordStyle style, const char *summary) {
  Record *r = (Record *)record.object;
  r->style = (uint8_t)style;
  r->summary = arena_new(arena, strlen(summary) + 1);
  memcpy(r->summary, summary, strlen(summary));
  return record;
}

static Value make_table(Arena *arena, uint32_t rows, uint32_t count, const Pair *pair) {
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

static Value make_function(Arena *arena, FunctionKind kind, const Primitive *primitive, int order,
                           uint32_t count, const Value *bound) {
  Function *function = arena_new(arena, sizeof *function + count * sizeof *bound);
  function->head = (Object){.references = 1, .kind = VALUE_FUNCTION};
  function->function_kind = (uint8_t)kind;
  function->order = (uint8_t)order;
  function->primitive = primitive;
  function->count = count;
  for (uint32_t k = 0; k < count; k++) function->bound[k] = bound[k];
  return value_function(function);
}

static Value make_closure(Arena *arena, const char *name, uint32_t required, uint32_t parameters) {
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

/* ---- expectations ---- */

static void expect_text(Text *text, const char *wanted, const char *what) {
  cr_expect_str_eq(text->bytes ? text->bytes : "", wanted, "%s printed\n%s\ninstead of\n%s", what,
                   text->bytes, wanted);
  text_free(text);
}

static void expect_number(double x, int digits, const char *wanted) {
  Text text = {0};
  display_number(x, digits, &text);
  expect_text(&text, wanted, "display_number");
}

static void expect_value(Value value, int columns, const char *wanted) {
  Text text = {0};
  DisplayOptions options = {.columns = columns};
  display_value(value, &options, &text);
  expect_text(&text, wanted, "display_value");
}

static void expect_inline(Value value, int columns, const char *wanted) {
  Text text = {0};
  DisplayOptions options = {.columns = columns};
  display_inline(value, &options, &text);
  expect_text(&text, wanted, "display_inline");
}

static void expect_format(Value value, const char *format, const char *wanted) {
  Text text = {0};
  cr_expect(display_format(value, format, strlen(format), &text), "%s was refused", format);
  expect_text(&text, wanted, format);
}

static void expect_refused(Value value, const char *format) {
  Text text = {0};
  cr_expect_not(display_format(value, format, strlen(format), &text), "%s gave %s", format,
                text.bytes);
  cr_expect_eq(text.length, 0);
  text_free(&text);
}

static void expect_description(Value value, const char *wanted) {
  char buffer[VALUE_DESCRIPTION];
  cr_expect_str_eq(value_describe(value, buffer), wanted);
}

static uint64_t random_bits(uint64_t *state) { /* xorshift64 */
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* Does every line fit in [columns]? */
static void expect_within(Value value, int columns) {
  Text text = {0};
  DisplayOptions options = {.columns = columns};
  display_value(value, &options, &text);
  for (const char *line = text.bytes; line;
       line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    cr_expect_leq(text_columns(line, strcspn(line, "\n")), (size_t)columns, "%s", line);
  text_free(&text);
}

/* ---- numbers ---- */

Test(display, a_number_has_six_significant_digits) {
  expect_number(1.9726, 6, "1.9726");
  expect_number(M_PI, 6, "3.14159");
  expect_number(0.1, 0, "0.1");
  expect_number(1e-12, 6, "1e-12");
  expect_number(-17.57909489, 6, "-17.5791");
  expect_number(1.0 / 3, 3, "0.333");
}

Test(display, whole_numbers_print_in_full_up_to_1e15) {
  expect_number(396, 6, "396");
  expect_number(123456789, 6, "123456789");
  expect_number(-1e15, 6, "-1000000000000000");
  expect_number(121932631112635269.0, 6, "1.21933e+17");
  expect_number(123456789, 3, "123456789");
}

Test(display, no_exponent_between_1e_minus_4_and_1e6) {
  expect_number(0.00012345678, 6, "0.000123457");
  expect_number(999999.7, 6, "1000000");
  expect_number(12345.6, 3, "12346");
  expect_number(0.00001, 6, "1e-05");
  expect_number(1234567.8, 6, "1.23457e+06");
}

Test(display, zero_has_no_sign_and_nan_has_none_either) {
  expect_number(-0.0, 6, "0");
  expect_number(-0.0, 17, "0");
  expect_number(INFINITY, 6, "inf");
  expect_number(-INFINITY, 6, "-inf");
  expect_number(NAN, 6, "nan");
  expect_number(copysign(NAN, -1), 6, "nan");
}

Test(display, seventeen_digits_are_the_shortest_that_read_back) {
  expect_number(0.1, 17, "0.1");
  expect_number(0.1 + 0.2, 17, "0.30000000000000004");
  expect_number(5e-324, 17, "5e-324");
  expect_number(DBL_MAX, 17, "1.7976931348623157e+308");
  expect_number(1e22, 17, "1e+22");
}

Test(display, ten_thousand_random_doubles_read_back_to_themselves) {
  uint64_t state = 88172645463325252u;
  for (int k = 0; k < 10000; k++) {
    uint64_t bits = random_bits(&state);
    double x;
    memcpy(&x, &bits, sizeof x);
    if (isnan(x)) continue;
    Text text = {0};
    display_number(x, 17, &text);
    cr_expect_eq(strtod(text.bytes, NULL), x, "%a printed %s", x, text.bytes);
    text_free(&text);
  }
}

Test(display, a_number_being_differentiated_prints_its_value) {
  expect_value((Value){.kind = VALUE_ACTIVE, .number = 2.5}, 80, "2.5");
  expect_value(value_boolean(true), 80, "true");
  expect_value(value_nothing(), 80, "nothing");
}

/* ---- vectors ---- */

Test(display, vectors_print_as_they_are_typed) {
  Arena arena = {0};
  expect_value(MATRIX(3, 1, 1, 2, 3), 80, "[1, 2, 3]");
  expect_value(MATRIX(1, 3, 1, 2, 3), 80, "[1, 2, 3]'");
  expect_value(MATRIX(1, 1, 5), 80, "[5]");
  expect_value(as_booleans(MATRIX(2, 1, 1, 0)), 80, "[true, false]");
  expect_value(as_booleans(MATRIX(1, 2, 1, 0)), 80, "[true, false]'");
  expect_value(MATRIX(2, 1, -0.0, NAN), 80, "[0, nan]");
  arena_free(&arena);
}

Test(display, empty_arrays_keep_their_shape) {
  Arena arena = {0};
  expect_value(MATRIX(0, 1, 0), 80, "[]");
  expect_value(MATRIX(0, 0, 0), 80, "zeros(0, 0)");
  expect_value(MATRIX(0, 3, 0), 80, "zeros(0, 3)");
  expect_value(MATRIX(1, 0, 0), 80, "zeros(1, 0)");
  arena_free(&arena);
}

Test(display, rounding_noise_prints_as_nearly_zero_and_small_numbers_do_not) {
  Arena arena = {0};
  expect_value(MATRIX(3, 1, 1, 1e-17, 0), 80, "[1, ≈0, 0]");
  expect_value(MATRIX(2, 1, 1e-17, -2e-17), 80, "[1e-17, -2e-17]");
  expect_value(MATRIX(3, 1, INFINITY, 1, -1e-20), 80, "[inf, 1, ≈0]");
  expect_value(MATRIX(2, 2, 1, -1e-16, 0, 1), 80, "[1, ≈0;\n 0,  1]  # 2×2");
  Text text = {0};
  display_inline(MATRIX(2, 1, 1, 1e-17), &(DisplayOptions){.digits = 17}, &text);
  expect_text(&text, "[1, 1e-17]", "every digit");
  arena_free(&arena);
}

Test(display, a_vector_too_long_for_the_page_leaves_out_its_middle_and_says_how_long_it_is) {
  Arena arena = {0};
  expect_value(make_array(&arena, 100, 1, NULL), 41, "[1, 2, 3, …, 98, 99, 100]  (100 numbers)");
  expect_value(make_array(&arena, 1, 100, NULL), 36, "[1, 2, …, 99, 100]'  (100 numbers)");
  expect_value(as_booleans(make_array(&arena, 90, 1, NULL)), 33, "[true, …, true]  (90 booleans)");
  expect_value(make_array(&arena, 10, 1, NULL), 31, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]");
  expect_within(make_array(&arena, 10, 1, NULL), 30);
  for (int columns = 36; columns < 120; columns++)
    expect_within(make_array(&arena, 1000, 1, NULL), columns);
  arena_free(&arena);
}

Test(display, a_million_entries_print_at_once) {
  Arena arena = {0};
  Value large = make_array(&arena, 1000000, 1, NULL), square = make_array(&arena, 1000, 1000, NULL);
  for (int k = 0; k < 20; k++) {
    expect_inline(large, 40, "[1, 2, …, 1000000]  (1000000 numbers)");
    expect_within(square, 80);
  }
  arena_free(&arena);
}

/* ---- matrices ---- */

Test(display, a_matrix_is_a_block_that_pastes_back) {
  Arena arena = {0};
  expect_value(MATRIX(2, 2, 2, 1, 1, 3), 80, "[2, 1;\n 1, 3]  # 2×2");
  expect_inline(MATRIX(2, 2, 2, 1, 1, 3), 80, "[2, 1; 1, 3]");
  arena_free(&arena);
}

Test(display, columns_are_aligned_on_the_decimal_point) {
  Arena arena = {0};
  expect_value(MATRIX(3, 3, 1, 10.25, -1, -20.5, 3, 0.125, 100, 1e-9, 7), 80,
               "[  1,   10.25,  -1;\n"
               " -20.5,  3,      0.125;\n"
               " 100,    1e-09,  7]  # 3×3");
  expect_value(as_booleans(MATRIX(2, 2, 1, 0, 0, 1)), 80, "[ true, false;\n false,  true]  # 2×2");
  expect_value(MATRIX(2, 2, NAN, 1.5, 2.25, INFINITY), 80, "[nan,      1.5;\n   2.25, inf]  # 2×2");
  arena_free(&arena);
}

Test(display, a_wide_matrix_folds_into_groups_of_columns) {
  Arena arena = {0};
  expect_value(
      make_array(&arena, 2, 6, NULL), 20,
      "columns 1 to 5:\n[1, 2, 3,  4,  5;\n 7, 8, 9, 10, 11]\ncolumn 6:\n[ 6;\n 12]  # 2×6");
  expect_within(make_array(&arena, 5, 30, NULL), 60);
  arena_free(&arena);
}

Test(display, a_tall_matrix_leaves_out_rows_and_says_so) {
  Arena arena = {0};
  Text text = {0};
  display_value(make_array(&arena, 100, 2, NULL), NULL, &text);
  cr_expect(strstr(text.bytes, "\n  19,  20;\n ⋮\n 181, 182;\n"), "%s", text.bytes);
  cr_expect(strstr(text.bytes, "]  # 100×2, 80 rows not shown"), "%s", text.bytes);
  text_free(&text);
  display_value(make_array(&arena, 40, 2, NULL), NULL, &text);
  cr_expect_not(strstr(text.bytes, "⋮"), "%s", text.bytes);
  text_free(&text);
  display_value(make_array(&arena, 100, 200, NULL), NULL, &text);
  cr_expect(strstr(text.bytes, "\n# 100×200, 80 rows and 180 columns not shown") ||
                strstr(text.bytes, "  # 100×200, 80 rows and 180 columns not shown"),
            "%s", text.bytes);
  text_free(&text);
  arena_free(&arena);
}

Test(display, a_large_matrix_on_one_line_leaves_out_its_middle) {
  Arena arena = {0};
  expect_inline(make_array(&arena, 4, 5, NULL), 41, "[1, 2, 3, 4, 5; …, 17, 18, 19, 20]  (4×5)");
  expect_inline(make_array(&arena, 4, 5, NULL), 40, "[1, 2, 3, 4, …, 17, 18, 19, 20]  (4×5)");
  arena_free(&arena);
}

/* The numbers of a tree in order of reading, with the sign in front of them. */
static void collect_numbers(const Node *node, double sign, double *number, size_t *count) {
  if (node->kind == NODE_NUMBER) number[(*count)++] = sign * node->number;
  if (node->kind == NODE_NAME) number[(*count)++] = sign * INFINITY; /* only inf is there */
  if (node->kind == NODE_NEGATE) sign = -sign;
  for (uint32_t k = 0; k < node->count; k++) collect_numbers(node->child[k], sign, number, count);
}

enum { PASTED_MOST = 36 };

static void expect_pastes_back(Value value, const Text *text) {
  const Array *array = value_as_array(value);
  SymbolTable symbols = {0};
  Report report = {0};
  Tree *tree = NULL;
  Source *source = source_new("", text->bytes, text->length);
  cr_assert_eq(parse(source, &symbols, &tree, &report), PARSE_OK, "%s", text->bytes);
  double number[PASTED_MOST];
  size_t count = 0;
  collect_numbers(tree->program, 1, number, &count);
  const Node *top = tree->program->child[0];
  bool row = array->rows == 1 && array->cols > 1;
  if (row) cr_expect_eq(top->kind, NODE_PRIME);
  const Node *literal = row ? top->child[0] : top;
  cr_expect_eq(literal->count, array->rows > 1 && array->cols > 1 ? array->rows : 1);
  cr_assert_eq(count, array_count(array));
  for (size_t k = 0; k < count; k++) cr_expect_eq(number[k], array->data[k], "%s", text->bytes);
  tree_release(tree);
  source_release(source);
  symbol_table_free(&symbols);
}

/* Numbers of every size, some of them whole, a few of them 0 or infinite. */
static double random_entry(uint64_t *state) {
  double x = (double)(int64_t)random_bits(state) / 0x1p63;
  switch (random_bits(state) % 8) {
    case 0: return 0;
    case 1: return x < 0 ? -INFINITY : INFINITY;
    case 2: return trunc(x * 1e9);
    default: return x * pow(10, (double)(random_bits(state) % 30) - 15);
  }
}

Test(display, random_arrays_with_every_digit_paste_back_exactly) {
  uint64_t state = 2463534242u;
  for (int round = 0; round < 1000; round++) {
    Arena arena = {0};
    uint32_t rows = 1 + (uint32_t)(random_bits(&state) % 6);
    uint32_t cols = 1 + (uint32_t)(random_bits(&state) % 6);
    double entry[PASTED_MOST];
    for (uint32_t k = 0; k < rows * cols; k++) entry[k] = random_entry(&state);
    Value value = make_array(&arena, rows, cols, entry);
    DisplayOptions options = {.columns = 2000, .digits = 17};
    Text block = {0}, line = {0};
    display_value(value, &options, &block);
    display_inline(value, &options, &line);
    expect_pastes_back(value, &block);
    expect_pastes_back(value, &line);
    text_free(&block);
    text_free(&line);
    arena_free(&arena);
  }
}

/* ---- strings, ranges, tuples ---- */

Test(display, a_string_prints_with_quotes_and_escapes) {
  Arena arena = {0};
  expect_value(make_string(&arena, "a \"b\"\n{c}\\\tπ"), 80, "\"a \\\"b\\\"\\n\\{c\\}\\\\\\tπ\"");
  expect_value(make_string(&arena, ""), 80, "\"\"");
  expect_value(make_string(&arena, "\033[2J"), 80, "\"\uFFFD[2J\"");
  expect_inline(make_string(&arena, "ππππππππππππππππππππ"), 10, "\"πππππππ…\"");
  expect_inline(make_string(&arena, "\"\"\"\"\"\"\"\""), 10, "\"\\\"\\\"\\\"…\"");
  expect_value(make_string(&arena, "a string longer than the page"), 10,
               "\"a string longer than the page\"");
  arena_free(&arena);
}

Test(display, a_range_prints_as_typed) {
  Arena arena = {0};
  expect_value(make_range(&arena, 1, 1, 5), 80, "1:5");
  expect_value(make_range(&arena, 1, 2, 9), 80, "1:2:9");
  expect_value(make_range(&arena, 0, 0.1, 1), 80, "0:0.1:1");
  expect_value(make_range(&arena, 5, -1, -2), 80, "5:-1:-2");
  arena_free(&arena);
}

Test(display, a_tuple_prints_on_one_line_or_its_items_under_each_other) {
  Arena arena = {0};
  expect_value(TUPLE(2, value_number(1), MATRIX(2, 1, 2, 3)), 80, "(1, [2, 3])");
  expect_value(make_tuple(&arena, 0, NULL), 80, "()");
  expect_value(TUPLE(2, MATRIX(2, 2, 2, 1, 1, 3), MATRIX(2, 1, 4, 5)), 80,
               "([2, 1; 1, 3], [4, 5])");
  expect_value(TUPLE(2, MATRIX(2, 2, 2, 1, 1, 3), MATRIX(2, 2, 4, 5, 6, 7)), 20,
               "([2, 1;\n  1, 3],  # 2×2\n [4, 5;\n  6, 7])  # 2×2");
  expect_inline(TUPLE(2, value_number(1), make_array(&arena, 100, 1, NULL)), 45,
                "(1, [1, 2, 3, …, 98, 99, 100]  (100 numbers))");
  arena_free(&arena);
}

Test(display, a_line_keeps_to_the_page) {
  Arena arena = {0};
  Value vector = make_array(&arena, 500, 1, NULL), matrix = make_array(&arena, 20, 30, NULL);
  Value text =
      make_string(&arena, "ein längerer Text, der über die Seite hinausgeht und dann noch weiter");
  Value record = RECORD(4, {"first", vector}, {"second", text}, {"third", value_number(3)},
                        {"fourth", matrix});
  Value some[] = {vector,
                  matrix,
                  text,
                  record,
                  TUPLE(3, record, vector, text),
                  TUPLE(2, TUPLE(1, matrix), record)};
  for (int columns = 55; columns < 150; columns++) { /* the shortest forms take 52 */
    for (size_t k = 0; k < sizeof some / sizeof *some; k++) {
      Text line = {0};
      display_inline(some[k], &(DisplayOptions){.columns = columns}, &line);
      cr_expect_leq(text_columns(line.bytes, line.length), (size_t)columns, "%s", line.bytes);
      cr_expect_not(strchr(line.bytes, '\n'));
      text_free(&line);
      if (some[k].kind != VALUE_STRING) expect_within(some[k], columns); /* a string prints whole */
    }
  }
  arena_free(&arena);
}

/* ---- records and tables ---- */

Test(display, a_record_prints_aligned_pairs) {
  Arena arena = {0};
  Value inner = RECORD(2, {"step", value_number(1)}, {"method", make_string(&arena, "newton")});
  Value record =
      RECORD(3, {"x", MATRIX(2, 1, 1, 2)}, {"value", value_number(0.5)}, {"options", inner});
  expect_value(record, 80, "x      [1, 2]\nvalue  0.5\noptions\n  step    1\n  method  \"newton\"");
  expect_inline(record, 80,
                "record(x = [1, 2], value = 0.5, options = record(step = 1, method = \"newton\"))");
  expect_inline(record, 26, "record(x = [1, 2], …)");
  expect_inline(record, 34, "record(x = [1, 2], value = 0.5, …)");
  expect_inline(record, 33, "record(x = [1, 2], …)");
  expect_value(make_record(&arena, 0, NULL), 80, "record()");
  arena_free(&arena);
}

Test(display, a_matrix_in_a_record_is_a_block_beside_its_name_when_it_is_large) {
  Arena arena = {0};
  expect_value(RECORD(2, {"W", make_array(&arena, 4, 2, NULL)}, {"b", MATRIX(2, 2, 1, 2, 3, 4)}),
               80, "W  [1, 2;\n    3, 4;\n    5, 6;\n    7, 8]  # 4×2\nb  [1, 2; 3, 4]");
  arena_free(&arena);
}

Test(display, models_and_verdicts_print_their_summary) {
  Arena arena = {0};
  Value verdict = RECORD(1, {"value", value_number(0)});
  with_summary(&arena, verdict, RECORD_VERDICT, "x = 1, y = 1\nvalue 0 at a strict local minimum");
  expect_value(verdict, 80, "x = 1, y = 1\nvalue 0 at a strict local minimum");
  expect_inline(verdict, 80, "x = 1, y = 1 …");
  expect_value(RECORD(1, {"m", verdict}), 80,
               "m\n  x = 1, y = 1\n  value 0 at a strict local minimum");
  arena_free(&arena);
}

Test(display, a_record_nested_without_end_prints_and_stops) {
  Arena arena = {0};
  Value value = value_number(1);
  for (int k = 0; k < 100000; k++)
    value = k % 2 ? RECORD(1, {"a", value}) : TUPLE(2, value, value_number(k));
  Text text = {0};
  display_value(value, NULL, &text);
  display_inline(value, NULL, &text);
  cr_expect(strstr(text.bytes, "…"));
  cr_expect_lt(text.length, 5000);
  text_free(&text);
  arena_free(&arena);
}

Test(display, parts_that_are_shared_many_times_do_not_fill_pages) {
  Arena arena = {0};
  Value value = value_number(1);
  for (int k = 0; k < 40; k++)
    value =
        k % 2 ? RECORD(3, {"a", value}, {"b", value}, {"c", value}) : TUPLE(3, value, value, value);
  Text text = {0};
  display_value(value, NULL, &text);
  display_inline(value, NULL, &text);
  cr_expect_lt(text.length, 50000);
  text_free(&text);
  arena_free(&arena);
}

Test(display, a_table_prints_names_over_aligned_columns) {
  Arena arena = {0};
  Value names =
      TUPLE(3, make_string(&arena, "Ann"), value_nothing(), make_string(&arena, "Bartholomew"));
  expect_value(TABLE(3, 2, {"name", names}, {"x", MATRIX(3, 1, 1.5, 20, NAN)}), 80,
               "name             x\nAnn            1.5\nmissing       20\nBartholomew  nan\n3 rows "
               "× 2 columns");
  expect_inline(TABLE(3, 2, {"name", names}, {"x", MATRIX(3, 1, 1, 2, 3)}), 80,
                "3 rows × 2 columns: name (text), x (number)");
  expect_inline(TABLE(3, 2, {"name", names}, {"x", MATRIX(3, 1, 1, 2, 3)}), 36,
                "3 rows × 2 columns: name (text), …");
  arena_free(&arena);
}

Test(display, a_long_table_shows_its_ends) {
  Arena arena = {0};
  Text text = {0};
  display_value(TABLE(50, 1, {"speed", make_array(&arena, 50, 1, NULL)}), NULL, &text);
  cr_expect(strstr(text.bytes, "speed\n    1\n"), "%s", text.bytes);
  cr_expect(strstr(text.bytes, "    8\n⋮\n   47\n"), "%s", text.bytes);
  cr_expect(strstr(text.bytes, "   50\n50 rows × 1 column"), "%s", text.bytes);
  text_free(&text);
  arena_free(&arena);
}

Test(display, small_entries_of_a_table_are_not_noise) {
  Arena arena = {0};
  expect_value(TABLE(2, 1, {"gradnorm", MATRIX(2, 1, 400, 1e-13)}), 80,
               "gradnorm\n 400\n   1e-13\n2 rows × 1 column");
  arena_free(&arena);
}

Test(display, a_wide_table_folds_and_cells_stay_on_their_line) {
  Arena arena = {0};
  Value column = MATRIX(1, 1, 1);
  Value cell = TUPLE(1, make_string(&arena, "two\nlines and far too much text"));
  expect_value(
      TABLE(1, 3, {"alpha", column}, {"beta", column}, {"gamma", column}), 12,
      "columns 1 to 2:\nalpha  beta\n    1     1\ncolumn 3:\ngamma\n    1\n1 row × 3 columns");
  expect_value(TABLE(1, 1, {"t", cell}), 80, "t\ntwo lines and far too m…\n1 row × 1 column");
  arena_free(&arena);
}

/* ---- functions ---- */

Test(display, functions_print_what_they_are) {
  Arena arena = {0};
  Value f = make_closure(&arena, "f", 1, 1);
  Value sine = make_function(&arena, FUNCTION_PRIMITIVE, &row_sin, 0, 0, NULL);
  Value second = make_function(&arena, FUNCTION_PARTIAL, &row_derivative, 2, 1, &f);
  Value slope = make_function(&arena, FUNCTION_PARTIAL, &row_gradient, 0, 1, &second);
  expect_value(sine, 80, "sin  # sin(x): sine of x in radians");
  expect_inline(sine, 80, "sin");
  expect_value(second, 80, "f''");
  expect_value(slope, 80, "gradient(f'')");
  expect_value(TUPLE(3, sine, slope, f), 80, "(sin, gradient(f''), f)");
  expect_value(RECORD(1, {"loss", f}), 80, "loss  f");
  expect_inline(RECORD(1, {"loss", f}), 80, "record(loss = f)");
  arena_free(&arena);
}

/* ---- formats ---- */

Test(display, formats_of_numbers) {
  expect_format(value_number(M_PI), ".3f", "3.142");
  expect_format(value_number(M_PI), ">8.2f", "    3.14");
  expect_format(value_number(M_PI), "8.2f", "    3.14");
  expect_format(value_number(M_PI), "<8.2f", "3.14    ");
  expect_format(value_number(42), "d", "42");
  expect_format(value_number(12345.678), "e", "1.234568e+04");
  expect_format(value_number(0.5), "+g", "+0.5");
  expect_format(value_number(-0.5), "+g", "-0.5");
  expect_format(value_number(0.07), "5%", "   7%");
  expect_format(value_number(0.1234), ".1%", "12.3%");
  expect_format(value_number(M_PI), ".3", "3.14");
  expect_format(value_number(M_PI), "", "3.14159");
  expect_format(value_number(-0.0001), ".2f", "0.00");
  expect_format(value_number(INFINITY), ">6.2f", "   inf");
  expect_format(value_number(NAN), "+.2f", "nan");
  expect_format(value_number(DBL_MAX), ".0e", "2e+308");
}

Test(display, formats_apply_entry_by_entry) {
  Arena arena = {0};
  expect_format(MATRIX(2, 1, 1, 2.5), ".2f", "[1.00, 2.50]");
  expect_format(MATRIX(1, 2, 1, 2.5), ".2f", "[1.00, 2.50]'");
  expect_format(MATRIX(2, 2, 1, 2, 3, 4), "4d", "[   1,    2;    3,    4]");
  expect_format(TUPLE(2, value_number(1), MATRIX(1, 1, 2)), ".1f", "(1.0, [2.0])");
  expect_format(RECORD(1, {"a", value_number(1)}), ".1f", "record(a = 1.0)");
  expect_format(make_range(&arena, 1, 1, 3), ".1f", "[1.0, 2.0, 3.0]");
  expect_format(make_string(&arena, "hé"), "5", "hé   ");
  expect_format(make_string(&arena, "hé"), ">5", "   hé");
  expect_format(as_booleans(MATRIX(2, 1, 1, 0)), "6", "[true  , false ]");
  arena_free(&arena);
}

Test(display, a_format_that_is_none_or_does_not_fit_is_refused_and_writes_nothing) {
  Arena arena = {0};
  static const char *const wrong[] = {"x",  "3.f", ".f", "f3",  ">>3", "99999", ".999f",
                                      " 3", "3 ",  "-3", "++g", ".2d", "^8",    "5%%"};
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
    expect_refused(value_number(1), wrong[k]);
  expect_refused(value_number(2.5), "d");
  expect_refused(value_number(INFINITY), "d");
  expect_refused(make_string(&arena, "a"), ".2f");
  expect_refused(value_boolean(true), "d");
  expect_refused(MATRIX(2, 1, 1, 2.5), "d");
  expect_refused(TUPLE(2, value_number(1), make_string(&arena, "a")), ".2f");
  arena_free(&arena);
}

Test(display, a_format_of_very_many_entries_leaves_out_the_middle) {
  Arena arena = {0};
  Text text = {0};
  cr_expect(display_format(make_range(&arena, 1, 1, 1e12), "d", 1, &text));
  cr_expect(strstr(text.bytes, "500, …, 999999999501, "), "%.2000s", text.bytes);
  text_free(&text);
  arena_free(&arena);
}

/* ---- descriptions ---- */

Test(describe, values_are_called_what_a_student_would_call_them) {
  Arena arena = {0};
  expect_description(MATRIX(2, 3, 1, 2, 3, 4, 5, 6), "a 2×3 matrix");
  expect_description(MATRIX(3, 1, 1, 2, 3), "a vector of 3 numbers");
  expect_description(MATRIX(1, 1, 1), "a vector of 1 number");
  expect_description(MATRIX(1, 3, 1, 2, 3), "a 1×3 row");
  expect_description(MATRIX(0, 1, 0), "an empty vector");
  expect_description(make_array(&arena, 8, 2, NULL), "an 8×2 matrix");
  expect_description(make_array(&arena, 11, 2, NULL), "an 11×2 matrix");
  expect_description(make_array(&arena, 110, 2, NULL), "a 110×2 matrix");
  expect_description(as_booleans(MATRIX(2, 1, 1, 0)), "a vector of 2 booleans");
  expect_description(value_number(3), "a number (3)");
  expect_description(value_boolean(false), "false");
  expect_description(value_nothing(), "nothing");
  expect_description(make_string(&arena, "a"), "a string");
  expect_description(make_range(&arena, 1, 1, 5), "a range of 5 numbers");
  expect_description(TUPLE(1, value_nothing()), "a tuple of 1 value");
  expect_description(RECORD(1, {"a", value_nothing()}), "a record of 1 field");
  expect_description(TABLE(1, 1, {"a", MATRIX(1, 1, 1)}), "a table of 1 row and 1 column");
  arena_free(&arena);
}

Test(describe, functions_are_described_by_their_arguments) {
  Arena arena = {0};
  expect_description(make_closure(&arena, "f", 2, 2), "a function of 2 arguments");
  expect_description(make_closure(&arena, "f", 1, 2), "a function of 1 or 2 arguments");
  expect_description(make_closure(&arena, "f", 0, 3), "a function of 0 to 3 arguments");
  expect_description(make_closure(&arena, "f", 0, 0), "a function of no arguments");
  expect_description(make_function(&arena, FUNCTION_PRIMITIVE, &row_sin, 0, 0, NULL),
                     "the builtin sin, a function of 1 argument");
  expect_description(make_function(&arena, FUNCTION_PRIMITIVE, &row_norm, 0, 0, NULL),
                     "the builtin norm, a function of 1 or 2 arguments");
  expect_description(make_function(&arena, FUNCTION_PRIMITIVE, &row_zip, 0, 0, NULL),
                     "the builtin zip");
  arena_free(&arena);
}

Test(describe, every_kind_has_a_name) {
  for (int kind = 0; kind < VALUE_KIND_COUNT; kind++)
    cr_expect_gt(strlen(value_kind_name((ValueKind)kind)), 0);
  cr_expect_str_eq(value_kind_name(VALUE_ACTIVE), "number");
}

/* ---- equality ---- */

Test(equal, numbers_shapes_and_kinds_decide) {
  Arena arena = {0};
  cr_expect(value_equal(value_number(2), value_number(2)));
  cr_expect(value_equal(value_number(2), (Value){.kind = VALUE_ACTIVE, .number = 2}));
  cr_expect_not(value_equal(value_number(1), value_boolean(true)));
  cr_expect_not(value_equal(value_number(NAN), value_number(NAN)));
  cr_expect(value_equal(MATRIX(2, 1, 1, 2), MATRIX(2, 1, 1, 2)));
  cr_expect_not(value_equal(MATRIX(2, 1, 1, 2), MATRIX(1, 2, 1, 2)));
  cr_expect_not(value_equal(MATRIX(2, 1, 1, NAN), MATRIX(2, 1, 1, NAN)));
  cr_expect_not(value_equal(MATRIX(2, 1, 1, 0), as_booleans(MATRIX(2, 1, 1, 0))));
  cr_expect_not(value_equal(value_number(1), MATRIX(1, 1, 1)));
  cr_expect(value_equal(make_string(&arena, "ab"), make_string(&arena, "ab")));
  cr_expect_not(value_equal(make_string(&arena, "ab"), make_string(&arena, "ac")));
  arena_free(&arena);
}

Test(equal, a_range_is_the_vector_of_its_numbers) {
  Arena arena = {0};
  cr_expect(value_equal(make_range(&arena, 1, 1, 3), MATRIX(3, 1, 1, 2, 3)));
  cr_expect(value_equal(MATRIX(3, 1, 1, 2, 3), make_range(&arena, 1, 1, 3)));
  cr_expect_not(value_equal(MATRIX(1, 3, 1, 2, 3), make_range(&arena, 1, 1, 3)));
  cr_expect(value_equal(make_range(&arena, 1, 2, 5), make_range(&arena, 1, 2, 6)));
  cr_expect(value_equal(make_range(&arena, 1, 1, 0), make_range(&arena, 5, 1, 0)));
  arena_free(&arena);
}

Test(equal, tuples_and_functions_compare_part_by_part) {
  Arena arena = {0};
  Value one = value_number(1), f = make_closure(&arena, "f", 1, 1);
  cr_expect(value_equal(TUPLE(2, one, MATRIX(1, 1, 1)), TUPLE(2, one, MATRIX(1, 1, 1))));
  cr_expect_not(value_equal(TUPLE(2, one, one), TUPLE(2, one, f)));
  cr_expect_not(value_equal(TUPLE(1, one), TUPLE(2, one, one)));
  cr_expect(value_equal(make_function(&arena, FUNCTION_PARTIAL, &row_gradient, 0, 1, &f),
                        make_function(&arena, FUNCTION_PARTIAL, &row_gradient, 0, 1, &f)));
  cr_expect_not(value_equal(make_function(&arena, FUNCTION_PRIMITIVE, &row_sin, 0, 0, NULL),
                            make_function(&arena, FUNCTION_PRIMITIVE, &row_norm, 0, 0, NULL)));
  arena_free(&arena);
}

Test(equal, depth_does_not_matter) {
  Arena arena = {0};
  Value a = value_number(1), b = value_number(1);
  for (int k = 0; k < 300000; k++) {
    a = TUPLE(1, a);
    b = TUPLE(1, b);
  }
  cr_expect(value_equal(a, b));
  cr_expect_not(value_equal(a, TUPLE(1, b)));
  arena_free(&arena);
}

/* ---- fractions ---- */

static unsigned divisor(unsigned a, unsigned b) { return b ? divisor(b, a % b) : a; }

Test(display, every_small_fraction_is_found) {
  for (unsigned q = 1; q <= 400; q++)
    for (unsigned p = 1; p <= 2 * q; p++) {
      char wanted[NUMBER_BYTES];
      unsigned common = divisor(p, q);
      int length = snprintf(wanted, sizeof wanted, "%u", p / common);
      if (q != common)
        snprintf(wanted + length, sizeof wanted - (size_t)length, "/%u", q / common);
      Text got = {0};
      display_number((double)p / q, NUMBER_FRACTIONS, &got);
      cr_expect_str_eq(got.bytes, wanted, "%u/%u", p, q);
      text_free(&got);
    }
}

/* The same generator everywhere: the low bits of a 64-bit congruence (Knuth's MMIX) do not matter. */
Test(display, numbers_drawn_at_random_are_seldom_fractions) {
  uint64_t state = 1;
  int found = 0, draws = 20000;
  for (int k = 0; k < draws; k++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    Spelling spelling = number_spell((double)(state >> 11) * 0x1p-53, NUMBER_FRACTIONS);
    found += memchr(spelling.bytes, '/', spelling.length) != NULL;
  }
  cr_expect_lt(found, draws / 100);
}
