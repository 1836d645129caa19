/* table_names.c - headers of a table file made into names one can type.
 *
 * A name is what the lexer takes for one, and no two columns have spellings of the same name. Runs of
 * anything else become one _, or nothing at either end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/table_names.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "syntax/lexer.h"
#include "syntax/symbol.h"

enum { NUMBER_SIZE = 24 }; /* "_" or "V" and any size_t */

/* ∞, ∑ and ∏ start a name that does not go on. */
static bool name_letter(utf8proc_int32_t character) {
  return lexer_starts_name(character) && lexer_continues_name(character);
}

/* Writes the name made of [header] to [name], which has room for one byte more than the header and
 * its NUL; leaves it empty when nothing of the header can stand in a name. */
static void name_clean(const char *header, char *name) {
  const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)header;
  size_t left = strlen(header), size = 0;
  bool skipped = false;
  while (left) {
    utf8proc_int32_t character;
    utf8proc_ssize_t length = utf8proc_iterate(at, (utf8proc_ssize_t)left, &character);
    if (length < 1) break;
    bool starts = !size && !name_letter(character), digit = character >= '0' && character <= '9';
    if (!lexer_continues_name(character) || (starts && !digit)) {
      skipped = true;
    } else {
      if (skipped && size) name[size++] = '_';
      if (starts) name[size++] = 'x';
      memcpy(name + size, at, (size_t)length);
      size += (size_t)length;
      skipped = false;
    }
    at += length;
    left -= (size_t)length;
  }
  name[size] = '\0';
}

/* Numbers a name that an earlier column has, perhaps in another spelling: x, x_2, x_3; theta, θ_2. */
static void name_distinguish(SymbolTable *taken, char *name) {
  size_t length = strlen(name);
  for (size_t number = 2; symbol_find(taken, name, strlen(name)); number++)
    snprintf(name + length, NUMBER_SIZE, "_%zu", number);
  symbol_intern(taken, name, strlen(name));
}

static bool name_column(ReadTable *table, size_t index, const char *header, SymbolTable *taken) {
  ReadColumn *column = &table->columns[index];
  utf8proc_uint8_t *composed = utf8proc_NFC((const utf8proc_uint8_t *)(header ? header : ""));
  if (!composed) return false;
  column->name = malloc(strlen((char *)composed) + 2 + NUMBER_SIZE);
  if (column->name) {
    name_clean((char *)composed, column->name);
    if (!*column->name) snprintf(column->name, NUMBER_SIZE, "V%zu", index + 1);
    name_distinguish(taken, column->name);
  }
  bool renamed = header && column->name && strcmp((char *)composed, column->name) != 0;
  free(composed);
  if (renamed) column->original = strdup(header);
  return column->name && (!renamed || column->original);
}

bool table_names_set(ReadTable *table, char *const *headers) {
  SymbolTable taken = {0};
  bool named = true;
  for (size_t k = 0; k < table->column_count && named; k++)
    named = name_column(table, k, headers ? headers[k] : NULL, &taken);
  symbol_table_free(&taken);
  return named;
}
