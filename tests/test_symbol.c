/* test_symbol.c - two spellings of one name are one symbol.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "syntax/symbol.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const Symbol *intern(SymbolTable *table, const char *spelling) {
  return symbol_intern(table, spelling, strlen(spelling));
}

Test(symbol, spellings_of_one_name_are_one_symbol) {
  static const char *const pairs[][2] = {
      {"theta", "θ"},
      {"lambda_1", "λ₁"},
      {"x_1", "x₁"},
      {"x_12", "x₁₂"},
      {"theta_hat", "θ_hat"},
      {"theta1", "θ1"},
      {"Sigma", "Σ"},
      {"Pi", "Π"},
      {"∑", "Σ"},
      {"∏", "Pi"},
      {"epsilon", "ϵ"},
      {"phi", "ϕ"},
      {"mu", "µ"},
      {"ε", "ϵ"},
      {"∞", "inf"},
      {"ℝ", "R"},
      {"x_i", "xᵢ"},
      {"é", "e\u0301"},
      {"pi", "π"},
      {"theta_1", "θ₁"},
      {"w_ij", "wᵢⱼ"},
      {"Omega", "Ω"},
      {"Ω", "\u2126"},
  };
  SymbolTable table = {0};
  for (size_t row = 0; row < COUNT(pairs); row++)
    cr_expect_eq(intern(&table, pairs[row][0]), intern(&table, pairs[row][1]), "%s %s",
                 pairs[row][0], pairs[row][1]);
  symbol_table_free(&table);
}

Test(symbol, different_names_stay_different) {
  static const char *const pairs[][2] = {
      {"dtheta", "dθ"}, {"thetax", "θx"}, {"x1", "x₁"}, {"x_1", "x1"}, {"Theta", "theta"},
      {"x__1", "x_1"},  {"e", "ε"},       {"a", "α"},   {"sum", "Σ"},  {"_theta", "_θ"},
  };
  SymbolTable table = {0};
  for (size_t row = 0; row < COUNT(pairs); row++)
    cr_expect_neq(intern(&table, pairs[row][0]), intern(&table, pairs[row][1]), "%s %s",
                  pairs[row][0], pairs[row][1]);
  symbol_table_free(&table);
}

Test(symbol, a_name_prints_as_first_typed) {
  SymbolTable table = {0};
  cr_expect_str_eq(intern(&table, "lambda_1")->name, "lambda_1");
  cr_expect_str_eq(intern(&table, "λ₁")->name, "lambda_1");
  cr_expect_str_eq(intern(&table, "λ₁")->key, "λ_1");
  symbol_table_free(&table);
}

Test(symbol, find_does_not_add) {
  SymbolTable table = {0};
  cr_expect_null(symbol_find(&table, "x", 1));
  const Symbol *symbol = intern(&table, "theta");
  cr_expect_eq(symbol_find(&table, "θ", strlen("θ")), symbol);
  cr_expect_null(symbol_find(&table, "y", 1));
  cr_expect_eq(table.count, 1);
  symbol_table_free(&table);
}

Test(symbol, ids_count_up_and_the_table_grows) {
  SymbolTable table = {0};
  char name[16];
  for (unsigned i = 0; i < 5000; i++) {
    snprintf(name, sizeof name, "n%u", i);
    cr_assert_eq(intern(&table, name)->id, i);
  }
  for (unsigned i = 0; i < 5000; i++) {
    snprintf(name, sizeof name, "n%u", i);
    cr_assert_eq(intern(&table, name)->id, i);
  }
  symbol_table_free(&table);
}

Test(symbol, bytes_that_are_not_utf8_are_kept) {
  SymbolTable table = {0};
  cr_expect_eq(symbol_intern(&table, "a\xff", 2), symbol_intern(&table, "a\xff", 2));
  cr_expect_neq(symbol_intern(&table, "a\xff", 2), symbol_intern(&table, "a\xfe", 2));
  cr_expect_eq(symbol_intern(&table, "", 0), symbol_intern(&table, "", 0));
  symbol_table_free(&table);
}

Test(symbol, every_greek_word_names_its_letter) {
  SymbolTable table = {0};
  for (const GreekLetter *row = greek_letters; row->word; row++)
    cr_expect_eq(intern(&table, row->word), intern(&table, row->letter), "%s", row->word);
  symbol_table_free(&table);
}
