/* test_display.c - values print in the form that can be typed back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "syntax/parser.h"
#include "values.h"

/* ---- expectations ---- */

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
