/* data.c - tables from files and values, and back to files: read, write, table.
 *
 * A file that is written here is read back with the same numbers to the last bit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/data.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/session.h"
#include "machine/watch.h"
#include "primitives/argument.h"
#include "statistics/table_reader.h"
#include "values/display.h"
#include "values/table.h"

enum { REASON_SIZE = 128 }; /* as mml.h has it */

static Value table_call(Session *session, const Arguments *arguments) {
  const Node *call = session_origin(session);
  bool named =
      call && call->kind == NODE_CALL && call->count > 1 && call->child[1]->kind == NODE_NAMED;
  Value table =
      table_of_value(session, arguments->argument[0], named ? TABLE_COLUMNS_ARE_ARGUMENTS : 0);
  char found[VALUE_DESCRIPTION];
  if (table.kind == VALUE_NOTHING)
    fail_argument(session, 0,
                  "expected columns by name, a record of them or a matrix, but it is %s",
                  value_describe(arguments->argument[0], found));
  return table;
}

/* ---- read ---- */

static void free_table(void *table) { table_read_free(table); }

static Value text_or_missing(Session *session, const char *text) {
  return text ? value_string(string_new(session, text, strlen(text))) : value_nothing();
}

static void take_column(Session *session, const ReadColumn *from, uint32_t rows, Column *to) {
  const Symbol *name = symbol_intern(&session->symbols, from->name, strlen(from->name));
  if (from->kind == READ_NUMBER) {
    Array *numbers = array_new(session, rows, 1, ELEMENT_REAL);
    if (rows) memcpy(numbers->data, from->numbers, rows * sizeof(double));
    column_set_numbers(to, name, numbers);
    return;
  }
  Tuple *text = tuple_new(session, rows);
  for (uint32_t i = 0; i < rows; i++) text->item[i] = text_or_missing(session, from->texts[i]);
  column_set_text(to, name, text);
}

static void note_missing(Session *session, const Table *table) {
  Text text = {0};
  for (uint32_t k = 0; k < table->count; k++)
    if (table->column[k].missing)
      text_format(&text, "%s%s %u", text.length ? ", " : "", table->column[k].name->name,
                  table->column[k].missing);
  if (text.length) note(session, "missing values: %s", text.bytes);
  text_free(&text);
}

/* The first line of the description is what the table prints itself. */
static void note_decisions(Session *session, const ReadTable *table) {
  Text text = {0};
  table_read_describe(table, &text);
  for (const char *line = strchr(text.bytes, '\n'); line; line = strchr(line, '\n')) {
    line++;
    note(session, "%.*s", (int)strcspn(line, "\n"), line);
  }
  text_free(&text);
}

static Value read_bytes(Session *session, const char *name, const char *bytes, size_t length) {
  ReadTable *read = scratch(session, sizeof *read);
  char error[READ_ERROR_SIZE];
  size_t line;
  if (!table_read(bytes, length, read, error, &line)) /* the message names the line */
    fail_argument(session, 0, "%s: %s", name, error);
  scratch_adopt(session, read, free_table);
  if (read->row_count > UINT32_MAX) fail_argument(session, 0, "%s has too many rows", name);
  uint32_t rows = (uint32_t)read->row_count, count = (uint32_t)read->column_count;
  Table *table = table_new(session, rows, count);
  for (uint32_t k = 0; k < count; k++)
    take_column(session, &read->columns[k], rows, &table->column[k]);
  note_decisions(session, read);
  note_missing(session, table);
  return value_table(table);
}

static Value read_call(Session *session, const Arguments *arguments) {
  const char *path = argument_string(session, arguments, 0);
  if (session->level) trace_freeze(session); /* the file may be another one next time */
  if (strchr(path, '\n')) return read_bytes(session, "the text", path, strlen(path));
  if (!session->host.read_file) fail(session, "files cannot be read here");
  char reason[REASON_SIZE] = "";
  size_t length = 0;
  char *bytes = session->host.read_file(session->host.context, path, &length, reason);
  if (!bytes) fail_argument(session, 0, "cannot read %s: %s", path, reason);
  scratch_adopt(session, bytes, free);
  return read_bytes(session, path, bytes, length);
}

/* ---- write ---- */

static void write_text(const char *text, Text *out) {
  if (*text && !strpbrk(text, ",;\t\"\r\n") && *text != ' ' && text[strlen(text) - 1] != ' ') {
    text_string(out, text);
    return;
  }
  text_string(out, "\"");
  for (; *text; text++) {
    if (*text == '"') text_string(out, "\"");
    text_append(out, text, 1);
  }
  text_string(out, "\"");
}

static void write_cell(const Column *column, uint32_t row, Text *out) {
  enum { EVERY_DIGIT = 17 };
  if (column->numbers.kind == VALUE_ARRAY) {
    double x = value_as_array(column->numbers)->data[row];
    if (isnan(x)) text_string(out, "NA");
    else display_number(x, EVERY_DIGIT, out);
    return;
  }
  Value text = ((const Tuple *)column->text.object)->item[row];
  if (text.kind == VALUE_STRING) write_text(((const String *)text.object)->bytes, out);
  else text_string(out, "NA");
}

static void table_to_csv(const Table *table, Text *out) {
  for (uint32_t k = 0; k < table->count; k++) {
    if (k) text_string(out, ",");
    write_text(table->column[k].name->name, out);
  }
  text_string(out, "\n");
  for (uint32_t i = 0; i < table->rows; i++) {
    for (uint32_t k = 0; k < table->count; k++) {
      if (k) text_string(out, ",");
      write_cell(&table->column[k], i, out);
    }
    text_string(out, "\n");
  }
}

static void free_text(void *text) { text_free(text); }

static void write_bytes(Session *session, const char *path, const char *bytes, size_t length) {
  char reason[REASON_SIZE] = "";
  if (!session->host.write_file) fail(session, "files cannot be written here");
  if (!session->host.write_file(session->host.context, path, bytes, length, reason))
    fail_argument(session, 1, "cannot write %s: %s", path, reason);
}

static Value write_call(Session *session, const Arguments *arguments) {
  Value what = arguments->argument[0];
  const char *path = argument_string(session, arguments, 1);
  watch_refuse(session);
  if (what.kind == VALUE_STRING) {
    const String *string = (const String *)what.object;
    write_bytes(session, path, string->bytes, string->length);
    return value_nothing();
  }
  Value table = table_of_value(session, what, 0);
  char found[VALUE_DESCRIPTION];
  if (table.kind == VALUE_NOTHING)
    fail_argument(session, 0, "expected a table, a matrix or a text, but it is %s",
                  value_describe(what, found));
  Text *text = scratch(session, sizeof *text);
  *text = (Text){0};
  scratch_adopt(session, text, free_text);
  table_to_csv((const Table *)table.object, text);
  value_release(table);
  write_bytes(session, path, text->bytes, text->length);
  return value_nothing();
}

const Primitive data_rows[] = {
    {"read", "(path)", read_call, RESULT_ANY, DERIVE_NONE, "reads a file", NULL,
     "The table in a CSV file: separator, header, decimal comma, missing values (empty, NA, nan) "
     "and "
     "text columns are recognised, and what was decided is said. A text with line breaks is taken "
     "for the table itself.",
     "read(\"x,y\\n1,3\\n2,5\").y", "[3, 5]"},
    {"write", "(value, path)", write_call, RESULT_ANY, DERIVE_NONE, "writes a file", NULL,
     "Writes a table, a record of columns or a matrix as a CSV file that reads back with every "
     "digit, or a text as it is.",
     "write(table(record(x = [1, 2])), \"points.csv\"); read(\"points.csv\").x", "[1, 2]"},
    {"table", "(columns)", table_call, RESULT_ANY, DERIVE_NONE, "makes a table", NULL,
     "A table with the named columns: vectors, tuples of texts, or a single value that repeats. "
     "Also "
     "of a record, or of a matrix, whose columns are called V1, V2, …",
     "table(x = [1, 2, 3], s = (\"a\", \"b\", \"c\"), y = 7).y", "[7, 7, 7]"},
};
