/* table_names.c - headers of a table file made into names one can type.
 *
 * A name is a letter or _, then letters, digits, _, subscript digits and combining marks. Runs of
 * anything else become one _, or nothing at either end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/table_names.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
  SUBSCRIPT_FIRST = 0x2080,
  SUBSCRIPT_LAST = 0x2089,
  SUPERSCRIPT_N = 0x207F,
  SUPERSCRIPT_T = 0x1D40, /* letters to Unicode, operators to mml */
  NUMBER_SIZE = 24,       /* "_" or "V" and any size_t */
};

static bool name_letter(utf8proc_int32_t character) {
  if (character == SUPERSCRIPT_N || character == SUPERSCRIPT_T) return false;
  utf8proc_category_t category = utf8proc_category(character);
  return character == '_' || (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO);
}

static bool name_continues(utf8proc_int32_t character) {
  utf8proc_category_t category = utf8proc_category(character);
  return name_letter(character) || (character >= '0' && character <= '9') ||
         (character >= SUBSCRIPT_FIRST && character <= SUBSCRIPT_LAST) ||
         category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
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
    if (!name_continues(character) || (starts && !digit)) {
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

static bool name_taken(const ReadTable *table, size_t count, const char *name) {
  for (size_t k = 0; k < count; k++)
    if (!strcmp(table->columns[k].name, name)) return true;
  return false;
}

/* Numbers the name of column [index] if an earlier column has it: x, x_2, x_3. */
static void name_distinguish(const ReadTable *table, size_t index) {
  char *name = table->columns[index].name;
  size_t length = strlen(name);
  for (size_t number = 2; name_taken(table, index, name); number++)
    snprintf(name + length, NUMBER_SIZE, "_%zu", number);
}

static bool name_column(ReadTable *table, size_t index, const char *header) {
  ReadColumn *column = &table->columns[index];
  utf8proc_uint8_t *composed = utf8proc_NFC((const utf8proc_uint8_t *)(header ? header : ""));
  if (!composed) return false;
  column->name = malloc(strlen((char *)composed) + 2 + NUMBER_SIZE);
  if (column->name) {
    name_clean((char *)composed, column->name);
    if (!*column->name) snprintf(column->name, NUMBER_SIZE, "V%zu", index + 1);
    name_distinguish(table, index);
  }
  bool renamed = header && column->name && strcmp((char *)composed, column->name) != 0;
  free(composed);
  if (renamed) column->original = strdup(header);
  return column->name && (!renamed || column->original);
}

bool table_names_set(ReadTable *table, char *const *headers) {
  for (size_t k = 0; k < table->column_count; k++)
    if (!name_column(table, k, headers ? headers[k] : NULL)) return false;
  return true;
}
