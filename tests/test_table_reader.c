/* test_table_reader.c - CSV files as they are found: separators, headers, holes, quotes, damage.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/table_reader.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ReadTable read_text(const char *text) {
  char error[READ_ERROR_SIZE];
  size_t line, length = strlen(text);
  char *copy = malloc(length ? length : 1); /* without a NUL, so that reading past the end shows */
  memcpy(copy, text, length);
  ReadTable table;
  cr_assert(table_read(copy, length, &table, error, &line), "%s\n%s", text, error);
  free(copy);
  return table;
}

static void expect_description(const char *text, const char *wanted) {
  ReadTable table = read_text(text);
  Text out = {0};
  table_read_describe(&table, &out);
  cr_expect_str_eq(out.bytes, wanted, "said\n%s\nwanted\n%s", out.bytes, wanted);
  text_free(&out);
  table_read_free(&table);
}

static void expect_error_bytes(const char *bytes, size_t length, const char *wanted, size_t line) {
  char error[READ_ERROR_SIZE];
  size_t found = 99;
  ReadTable table;
  bool ok = table_read(bytes, length, &table, error, &found);
  cr_expect_not(ok, "no error from %s", bytes);
  cr_expect_str_eq(error, wanted);
  cr_expect_eq(found, line, "error in line %zu, not %zu: %s", found, line, error);
  cr_expect(!table.columns && !table.column_count);
}

static void expect_error(const char *text, const char *wanted, size_t line) {
  expect_error_bytes(text, strlen(text), wanted, line);
}

Test(table_reader, reads_numbers_under_a_header) {
  ReadTable table = read_text("speed,dist\n4,2\n-4.5,1e3\n.5,+7\n");
  cr_assert(table.column_count == 2 && table.row_count == 3 && table.header);
  cr_expect_str_eq(table.columns[0].name, "speed");
  cr_expect_null(table.columns[0].original);
  const double wanted[2][3] = {{4, -4.5, .5}, {2, 1000, 7}};
  for (size_t k = 0; k < 2; k++)
    for (size_t i = 0; i < 3; i++) cr_expect_eq(table.columns[k].numbers[i], wanted[k][i]);
  table_read_free(&table);
  expect_description("speed,dist\n4,2\n", "1 row × 2 columns: speed (number), dist (number)");
}

Test(table_reader, two_spellings_of_a_name_are_two_columns) {
  expect_description("theta,θ,x_1,x₁\n1,2,3,4\n",
                     "1 row × 4 columns: theta (number), θ_2 (number), x_1 (number), x₁_2 "
                     "(number)\nrenamed: θ → θ_2, x₁ → x₁_2");
  expect_description("∞x,ʰ,aʰb,xₐ\n1,2,3,4\n",
                     "1 row × 4 columns: x (number), V2 (number), a_b (number), xₐ (number)\n"
                     "renamed: ∞x → x, ʰ → V2, aʰb → a_b");
}

Test(table_reader, line_ends_byte_order_mark_and_blank_lines_do_not_matter) {
  static const char *const same[] = {
      "a,b\n1,2\n3,4\n",
      "a,b\n1,2\n3,4",
      "a,b\r\n1,2\r\n3,4\r\n",
      "a,b\r1,2\r3,4\r",
      "\xEF\xBB\xBF"
      "a,b\n1,2\n3,4\n",
      "\n\na,b\n\n1,2\n  \n3,4\n\n",
      " a , b \n 1 ,\t2\n3,4  ",
      "\"a\",\"b\"\n\"1\",2\n3,\"4\"",
      "a;b\n1;2\n3;4\n",
      "a\tb\n1\t2\n3\t4\n",
  };
  for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
    ReadTable table = read_text(same[k]);
    cr_assert(table.column_count == 2 && table.row_count == 2 && table.header, "%s", same[k]);
    cr_expect_str_eq(table.columns[0].name, "a");
    cr_expect_str_eq(table.columns[1].name, "b");
    cr_expect(table.columns[0].numbers[0] == 1 && table.columns[0].numbers[1] == 3 &&
                  table.columns[1].numbers[0] == 2 && table.columns[1].numbers[1] == 4,
              "%s", same[k]);
    table_read_free(&table);
  }
}

Test(table_reader, decimal_commas_between_semicolons) {
  ReadTable table = read_text("x;y\n1,5;2\n-0,25e2;3\n");
  cr_expect(table.decimal_comma);
  cr_expect_eq(table.columns[0].numbers[0], 1.5);
  cr_expect_eq(table.columns[0].numbers[1], -25);
  table_read_free(&table);
  expect_description("1,5;2,5\n3,5;4,5\n",
                     "2 rows × 2 columns: V1 (number), V2 (number)\n"
                     "no header: the columns are named V1, V2, …\n"
                     "numbers are written with a decimal comma");
  expect_description("x;y\n1,234;0.5\n5,678;1.5\n",
                     "2 rows × 2 columns: x (text), y (number)\n"
                     "x is text because of \"1,234\" in line 2");
}

Test(table_reader, missing_values_are_counted_by_column) {
  ReadTable table = read_text("x,who,z\n1,ann,\nNA,N/A,.\n3,,NULL\nNaN,bob,NA\n");
  cr_expect_eq(table.columns[0].missing, 2);
  cr_expect(isnan(table.columns[0].numbers[1]) && isnan(table.columns[0].numbers[3]));
  cr_expect_eq(table.columns[1].kind, READ_TEXT);
  cr_expect_eq(table.columns[1].missing, 2);
  cr_expect_str_eq(table.columns[1].texts[0], "ann");
  cr_expect_null(table.columns[1].texts[1]);
  cr_expect_null(table.columns[1].texts[2]);
  cr_expect_str_eq(table.columns[1].texts[3], "bob");
  cr_expect_eq(table.columns[2].kind, READ_NUMBER);
  cr_expect_eq(table.columns[2].missing, 4);
  cr_expect(isnan(table.columns[2].numbers[3]));
  Text out = {0};
  table_read_describe(&table, &out);
  cr_expect_str_eq(out.bytes,
                   "4 rows × 3 columns: x (number, 2 missing), who (text, 2 missing), "
                   "z (number, all missing)");
  text_free(&out);
  table_read_free(&table);
}

Test(table_reader, a_column_that_turns_out_to_be_text_is_read_again) {
  ReadTable table = read_text("id,x,hole\n1,NA,\n2,12,\n3,12a,\n4,13.50,\n");
  cr_expect_eq(table.columns[0].kind, READ_NUMBER);
  cr_expect_eq(table.columns[0].numbers[3], 4);
  cr_expect_eq(table.columns[1].kind, READ_TEXT);
  cr_expect_eq(table.columns[1].missing, 1);
  cr_expect_null(table.columns[1].texts[0]);
  cr_expect_str_eq(table.columns[1].texts[1], "12");
  cr_expect_str_eq(table.columns[1].texts[3], "13.50");
  cr_expect_str_eq(table.columns[1].reason, "12a");
  cr_expect_eq(table.columns[1].reason_line, 4);
  cr_expect_eq(table.columns[2].missing, 4);
  cr_expect(isnan(table.columns[2].numbers[0]) && isnan(table.columns[2].numbers[3]));
  table_read_free(&table);
  expect_description("1,2\n2,b\n",
                     "2 rows × 2 columns: V1 (number), V2 (text)\n"
                     "V2 is text because of \"b\" in line 2\n"
                     "no header: the columns are named V1, V2, …");
}

Test(table_reader, headers_become_names) {
  expect_description(
      "GNP.deflator,price (million $),2nd,x,x,,größe,% of x,x_2,N\n"
      "1,2,3,4,5,6,7,8,9,10\n",
      "1 row × 10 columns: GNP_deflator (number), price_million (number), "
      "x2nd (number), x (number), x_2 (number), V6 (number), größe (number), "
      "of_x (number), x_2_2 (number), N (number)\n"
      "renamed: GNP.deflator → GNP_deflator, price (million $) → price_million, "
      "2nd → x2nd, x → x_2, (no name) → V6, % of x → of_x, x_2 → x_2_2");
}

Test(table_reader, decomposed_letters_are_composed_without_a_word) {
  ReadTable table = read_text(
      "u\xCC\x88"
      "ber,x\xE2\x82\x81\n1,2\n");
  cr_expect_str_eq(table.columns[0].name, "über");
  cr_expect_null(table.columns[0].original);
  cr_expect_str_eq(table.columns[1].name, "x₁");
  table_read_free(&table);
}

Test(table_reader, text_that_is_not_utf8_is_read_as_latin1) {
  ReadTable table = read_text(
      "Stra\xDF"
      "e;n\nK\xF6ln;1\n");
  cr_expect(table.latin1);
  cr_expect_str_eq(table.columns[0].name, "Straße");
  cr_expect_str_eq(table.columns[0].texts[0], "Köln");
  table_read_free(&table);
}

Test(table_reader, without_a_header_the_first_row_is_data) {
  ReadTable table = read_text("ann,1\nbob,2\n");
  cr_expect_not(table.header);
  cr_expect_eq(table.row_count, 2);
  cr_expect_str_eq(table.columns[0].name, "V1");
  cr_expect_null(table.columns[0].original);
  cr_expect_str_eq(table.columns[0].texts[0], "ann");
  cr_expect_eq(table.columns[1].numbers[0], 1);
  table_read_free(&table);
}

Test(table_reader, a_header_alone_is_a_table_without_rows) {
  expect_description("a,b", "0 rows × 2 columns: a (number), b (number)");
  expect_description("a\n", "0 rows × 1 column: a (number)");
}

Test(table_reader, quotes_hold_separators_quotes_and_line_ends) {
  ReadTable table = read_text("name,n\n\"Smith, \"\"Jo\"\"\",1\n\"two\nlines\",2\n\" kept \",3\n");
  cr_expect_str_eq(table.columns[0].texts[0], "Smith, \"Jo\"");
  cr_expect_str_eq(table.columns[0].texts[1], "two\nlines");
  cr_expect_str_eq(table.columns[0].texts[2], " kept ");
  cr_expect_eq(table.columns[1].numbers[2], 3);
  table_read_free(&table);
}

Test(table_reader, errors_name_the_line) {
  expect_error("a,b\n1,2\n1,2,3\n", "line 3 has 3 fields, expected 2", 3);
  expect_error("a,b\n1,2\n\n7\n1,2\n", "line 4 has 1 field, expected 2", 4);
  expect_error("a,b\n\"x\ny\",2\n\"u\nv\nw\"\n", "line 4 has 1 field, expected 2", 4);
  expect_error("a,b\n1,\"x\n2,y\n", "the quote that opens in line 2 is never closed", 2);
  expect_error("a,b\n1,\"x\n2,y", "the quote that opens in line 2 is never closed", 2);
  expect_error("a,b\n\"x\ny\",\"z\nw", "the quote that opens in line 3 is never closed", 3);
  expect_error("a,b\n1,\"", "the quote that opens in line 2 is never closed", 2);
  expect_error("\"", "the quote that opens in line 1 is never closed", 1);
  expect_error(
      "a,b\n1,5\" pipe\n",
      "line 2 has a quote in the middle of a field: write the field in quotes and the quote "
      "twice, \"5\"\" pipe\"",
      2);
}

Test(table_reader, refuses_what_is_no_table) {
  expect_error("", "the file is empty", 0);
  expect_error("\xEF\xBB\xBF", "the file is empty", 0);
  expect_error(" \n\r\n\t\n", "the file is empty", 0);
  expect_error_bytes("a,b\n\0,1\n", 8, "the file is binary: byte 5 is zero", 0);
  expect_error_bytes(
      "\xFF\xFE"
      "a\0,\0b\0",
      8, "the file is UTF-16 text: save it as UTF-8", 0);
}

/* strtod in the C locale is the judge: every spelling must round as it does. */
Test(table_reader, numbers_are_rounded_correctly) {
  static const char *const spellings[] = {
      "0.1",
      "123456789012345678",
      "9007199254740993",
      "1e23",
      "8.5e-23",
      "2.2250738585072014e-308",
      "4.9406564584124654e-324",
      "1.7976931348623157e308",
      "1e400",
      "-1e-400",
      "0.000000000000000001",
      "123456789.123456789",
      "6.02214076e23",
      "1e22",
      "1e-22",
      "9007199254740992e22",
      "00000000000001.50",
      "12345678901234567890123",
      "0e9999999999",
      ".5",
      "5.",
      "-0",
      "1E+2",
      "0x10",
      "1e",
      "1e+",
      "--1",
      "1.2.3",
      "1_000",
      "inf",
      "-Inf",
      "infinite",
      "+",
      "-",
      "e5",
      ".e5",
  };
  static const int numbers = 31;
  for (size_t k = 0; k < sizeof spellings / sizeof *spellings; k++) {
    char text[96];
    snprintf(text, sizeof text, "x\n%s\n", spellings[k]);
    bool wanted = (int)k < numbers && !strpbrk(spellings[k], "x_") && strcmp(spellings[k], "1e") &&
                  strcmp(spellings[k], "1e+") && strcmp(spellings[k], "--1") &&
                  strcmp(spellings[k], "1.2.3");
    ReadTable table = read_text(text);
    cr_assert_eq(table.columns[0].kind, wanted ? READ_NUMBER : READ_TEXT, "%s", spellings[k]);
    if (wanted) {
      double number = table.columns[0].numbers[0], judge = strtod(spellings[k], NULL);
      cr_expect(!memcmp(&number, &judge, sizeof number), "%s read as %.17g", spellings[k], number);
    }
    table_read_free(&table);
  }
}

Test(table_reader, random_numbers_are_rounded_correctly) {
  static const char *const formats[] = {"%.17g", "%.15g", "%.6f", "%.3e", "%.12g"};
  unsigned long long state = 7;
  for (int k = 0; k < 20000; k++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    double value = (double)(long long)state * exp2((double)(int)(state >> 40 & 127) - 110);
    char text[400] = "x\n", *field = text + 2;
    snprintf(field, sizeof text - 2, formats[k % 5], value);
    ReadTable table = read_text(text);
    cr_assert_eq(table.columns[0].numbers[0], strtod(field, NULL), "%s", field);
    table_read_free(&table);
  }
}

Test(table_reader, long_lines_and_many_rows) {
  enum { WIDE = 5000, DEEP = 200000 };
  Text text = {0};
  for (int k = 0; k < WIDE; k++) text_format(&text, "%sc%d", k ? "," : "", k);
  for (int k = 0; k < WIDE; k++) text_format(&text, "%s%d", k ? "," : "\n", k);
  ReadTable table = read_text(text.bytes);
  cr_expect(table.column_count == WIDE && table.row_count == 1);
  cr_expect_eq(table.columns[WIDE - 1].numbers[0], WIDE - 1);
  Text said = {0};
  table_read_describe(&table, &said);
  cr_expect(strstr(said.bytes, "c19 (number), … 4980 more (4980 number, 0 text)"), "%s",
            said.bytes);
  text_free(&said);
  table_read_free(&table);
  text.length = 0;
  text_string(&text, "i,half,who\n");
  for (int k = 0; k < DEEP; k++) text_format(&text, "%d,%g,p%d\n", k, k * 0.5, k % 10);
  table = read_text(text.bytes);
  cr_assert_eq(table.row_count, DEEP);
  cr_expect_eq(table.columns[1].numbers[DEEP - 1], (DEEP - 1) * 0.5);
  cr_expect_str_eq(table.columns[2].texts[DEEP - 1], "p9");
  table_read_free(&table);
  text.length = 0;
  text_string(&text, "a,b\n\"");
  text_repeat(&text, 'z', 1000000);
  text_string(&text, "\",1\n");
  table = read_text(text.bytes);
  cr_expect_eq(strlen(table.columns[0].texts[0]), 1000000);
  table_read_free(&table);
  text_free(&text);
}

/* No damage may crash or leak: every prefix of a file, and every byte of it replaced. */
Test(table_reader, survives_damage) {
  static const char whole[] =
      "\xEF\xBB\xBFn\xC3\xA4me;\"va\"\"l\"\r\n\"a\nb\";1,5\r\n;NA\r\nx;12a\n";
  static const char damage[] = {'"', ';', '\n', '\r', '\0', '\xFF', ',', '9'};
  size_t length = sizeof whole - 1;
  for (size_t cut = 0; cut <= length; cut++) {
    for (size_t k = 0; k < sizeof damage; k++) {
      size_t line, size = k ? length : cut; /* first a prefix, then one byte changed */
      char *copy = malloc(size ? size : 1), error[READ_ERROR_SIZE];
      memcpy(copy, whole, size);
      if (cut < size) copy[cut] = damage[k];
      ReadTable table;
      if (table_read(copy, size, &table, error, &line)) {
        Text out = {0};
        table_read_describe(&table, &out);
        text_free(&out);
        table_read_free(&table);
      } else {
        cr_expect(*error);
      }
      free(copy);
    }
  }
}
