/* table_describe.c - what was read, in the words the user sees.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/table_reader.h"

#include <string.h>

enum {
  DESCRIBE_COLUMNS = 20, /* columns named one by one */
  DESCRIBE_LINES = 10,   /* renamed or contradicted columns named one by one */
  DESCRIBE_FIELD = 40,   /* bytes of a field that are shown */
};

static const char *describe_kind(ReadKind kind) { return kind == READ_NUMBER ? "number" : "text"; }

static void describe_count(Text *out, size_t count, const char *noun) {
  text_format(out, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

static void describe_column(const ReadTable *table, size_t index, Text *out) {
  const ReadColumn *column = &table->columns[index];
  text_format(out, "%s (%s", column->name, describe_kind(column->kind));
  if (column->missing && column->missing == table->row_count)
    text_string(out, ", all missing");
  else if (column->missing)
    text_format(out, ", %zu missing", column->missing);
  text_string(out, ")");
}

static void describe_rest(const ReadTable *table, Text *out) {
  size_t numbers = 0, missing = 0, rest = table->column_count - DESCRIBE_COLUMNS;
  for (size_t k = DESCRIBE_COLUMNS; k < table->column_count; k++) {
    numbers += table->columns[k].kind == READ_NUMBER;
    missing += table->columns[k].missing;
  }
  text_format(out, ", … %zu more (%zu number, %zu text", rest, numbers, rest - numbers);
  if (missing) text_format(out, ", %zu missing", missing);
  text_string(out, ")");
}

/* Cuts a long field after a whole character. */
static void describe_field(const char *field, Text *out) {
  size_t length = strlen(field), shown = length;
  if (length > DESCRIBE_FIELD) {
    shown = DESCRIBE_FIELD;
    while (shown && ((unsigned char)field[shown] & 0xC0) == 0x80) shown--;
  }
  text_append(out, field, shown);
  if (shown < length) text_string(out, "…");
}

static void describe_renames(const ReadTable *table, Text *out) {
  size_t count = 0;
  for (size_t k = 0; k < table->column_count; k++) {
    const ReadColumn *column = &table->columns[k];
    if (!column->original || count++ >= DESCRIBE_LINES) continue;
    text_string(out, count == 1 ? "\nrenamed: " : ", ");
    if (*column->original)
      describe_field(column->original, out);
    else
      text_string(out, "(no name)");
    text_format(out, " → %s", column->name);
  }
  if (count > DESCRIBE_LINES) text_format(out, ", … %zu more", count - DESCRIBE_LINES);
}

static void describe_reasons(const ReadTable *table, Text *out) {
  size_t count = 0;
  for (size_t k = 0; k < table->column_count; k++) {
    const ReadColumn *column = &table->columns[k];
    if (!column->reason || count++ >= DESCRIBE_LINES) continue;
    text_format(out, "\n%s is text because of \"", column->name);
    describe_field(column->reason, out);
    text_format(out, "\" in line %zu", column->reason_line);
  }
  if (count > DESCRIBE_LINES) {
    text_string(out, "\n… and ");
    describe_count(out, count - DESCRIBE_LINES, "more column");
    text_string(out, " with numbers and text");
  }
}

void table_read_describe(const ReadTable *table, Text *out) {
  describe_count(out, table->row_count, "row");
  text_string(out, " × ");
  describe_count(out, table->column_count, "column");
  text_string(out, ": ");
  for (size_t k = 0; k < table->column_count && k < DESCRIBE_COLUMNS; k++) {
    if (k) text_string(out, ", ");
    describe_column(table, k, out);
  }
  if (table->column_count > DESCRIBE_COLUMNS) describe_rest(table, out);
  describe_renames(table, out);
  describe_reasons(table, out);
  if (!table->header) text_string(out, "\nno header: the columns are named V1, V2, …");
  if (table->decimal_comma) text_string(out, "\nnumbers are written with a decimal comma");
  if (table->latin1) text_string(out, "\nthe text is not UTF-8 and was read as Latin-1");
}
