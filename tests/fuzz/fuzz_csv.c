/* fuzz_csv.c - any bytes through the table reader: a consistent table, or a reason.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "statistics/table_reader.h"
#include "syntax/lexer.h"
#include "syntax/symbol.h"

/* A name, or a keyword: those are names after a point. */
static void check_name(const char *name) {
  Source *source = source_new("", name, strlen(name));
  TokenList tokens = {0};
  Report problem = {0};
  lexer_run(source, &tokens, &problem);
  FUZZ_CHECK(tokens.count == 2 && (tokens.token[0].kind == TOKEN_NAME || tokens.token[0].word),
             "the column name %s", name);
  lexer_free(&tokens);
  report_clear(&problem);
  source_release(source);
}

static void check_column(const ReadTable *table, size_t k, SymbolTable *names) {
  const ReadColumn *column = &table->columns[k];
  check_name(column->name);
  symbol_intern(names, column->name, strlen(column->name));
  FUZZ_CHECK(names->count == k + 1, "two columns are %s", column->name);
  size_t missing = 0;
  for (size_t row = 0; row < table->row_count; row++)
    missing += column->kind == READ_TEXT ? !column->texts[row]
                                         : column->numbers[row] != column->numbers[row];
  FUZZ_CHECK(missing >= column->missing, "%s misses %zu of %zu", column->name, missing,
             column->missing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char error[READ_ERROR_SIZE] = "";
  size_t line = 0;
  ReadTable table;
  /* Without a byte behind it, so that the sanitizer sees reading past the end. */
  char *copy = malloc(size ? size : 1);
  if (size) memcpy(copy, data, size);
  if (table_read(copy, size, &table, error, &line)) {
    Text text = {0};
    SymbolTable names = {0};
    for (size_t k = 0; k < table.column_count; k++) check_column(&table, k, &names);
    symbol_table_free(&names);
    table_read_describe(&table, &text);
    FUZZ_CHECK(text.length > 0, "a table without a description");
    text_free(&text);
    table_read_free(&table);
  } else {
    FUZZ_CHECK(*error && !table.columns && !table.column_count, "a failure without a reason");
  }
  free(copy);
  return 0;
}
