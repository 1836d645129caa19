/* data.c - tables from files and values, and back to files: read, write, table.
 *
 * A file that is written here is read back with the same numbers to the last bit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/data.h"

#include <assert.h>
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
#include "values/operate.h"

enum { REASON_SIZE = 128 }; /* as mml.h has it */

/* ---- tables from records and matrices ---- */

static void set_numbers(Column *column, const Symbol *name, Array *numbers) {
  column->name = name;
  column->numbers = value_array(numbers);
  for (uint32_t i = 0; i < numbers->rows; i++) column->missing += isnan(numbers->data[i]) ? 1u : 0u;
}

static void set_text(Column *column, const Symbol *name, Tuple *text) {
  column->name = name;
  column->text = value_tuple(text);
  for (uint32_t i = 0; i < text->count; i++) column->missing += text->item[i].kind == VALUE_NOTHING;
}

static bool is_single(Value value) {
  return value.kind == VALUE_NUMBER || value.kind == VALUE_BOOLEAN || value.kind == VALUE_STRING;
}

/* Rows of a field, or -1 if it cannot be a column. */
static int64_t field_rows(Value value) {
  if (is_single(value)) return 1;
  if (value.kind == VALUE_RANGE) return (int64_t)((const Range *)value.object)->count;
  if (value.kind == VALUE_ARRAY) {
    const Array *array = value_as_array(value);
    return array->cols == 1 && array->element != ELEMENT_ACTIVE ? (int64_t)array->rows : -1;
  }
  if (value.kind != VALUE_TUPLE) return -1;
  const Tuple *tuple = (const Tuple *)value.object;
  for (uint32_t i = 0; i < tuple->count; i++)
    if (tuple->item[i].kind != VALUE_STRING && tuple->item[i].kind != VALUE_NOTHING) return -1;
  return tuple->count;
}

/* All single values make one row, otherwise they repeat beside the vectors. */
static uint32_t record_rows(Session *session, const Record *record, int index) {
  int64_t rows = -1;
  const char *first = "";
  for (uint32_t k = 0; k < record->count; k++) {
    int64_t count = field_rows(record->field[k]);
    const char *name = record->name[k]->name;
    char found[VALUE_DESCRIPTION];
    if (count < 0)
      fail_argument(session, index, "%s cannot be a column: it is %s", name,
                    value_describe(record->field[k], found));
    if (is_single(record->field[k])) continue;
    if (rows >= 0 && count != rows)
      fail_argument(session, index,
                    "columns of one table have one length, but %s has %lld and %s %lld", first,
                    (long long)rows, name, (long long)count);
    if (rows < 0) first = name;
    rows = count;
  }
  return rows < 0 ? record->count > 0 : (uint32_t)rows;
}

static void set_field(Session *session, Column *column, const Symbol *name, Value field,
                      uint32_t rows) {
  if (field.kind == VALUE_TUPLE || field.kind == VALUE_STRING) {
    Tuple *text = tuple_new(session, rows);
    for (uint32_t i = 0; i < rows; i++)
      text->item[i] =
          value_keep(field.kind == VALUE_STRING ? field : ((Tuple *)field.object)->item[i]);
    set_text(column, name, text);
    return;
  }
  Array *numbers = array_new(session, rows, 1, ELEMENT_REAL);
  Value whole = is_single(field) ? value_nothing() : value_to_array(session, field);
  for (uint32_t i = 0; i < rows; i++)
    numbers->data[i] = is_single(field) ? field.number : value_as_array(whole)->data[i];
  value_release(whole);
  set_numbers(column, name, numbers);
}

static Value table_of_record(Session *session, const Record *record, int index) {
  uint32_t rows = record_rows(session, record, index);
  Table *table = table_new(session, rows, record->count);
  for (uint32_t k = 0; k < record->count; k++)
    set_field(session, &table->column[k], record->name[k], record->field[k], rows);
  return value_table(table);
}

static Value table_of_array(Session *session, const Array *array) {
  Table *table = table_new(session, array->rows, array->cols);
  for (uint32_t j = 0; j < array->cols; j++) {
    char name[16];
    int length = snprintf(name, sizeof name, "V%u", j + 1);
    Array *numbers = array_new(session, array->rows, 1, ELEMENT_REAL);
    for (uint32_t i = 0; i < array->rows; i++)
      numbers->data[i] = array->data[(size_t)i * array->cols + j];
    set_numbers(&table->column[j], symbol_intern(&session->symbols, name, (size_t)length), numbers);
  }
  return value_table(table);
}

Value data_table(Session *session, Value value, int index) {
  switch ((ValueKind)value.kind) {
  case VALUE_TABLE: return value_keep(value);
  case VALUE_RECORD: return table_of_record(session, (const Record *)value.object, index);
  case VALUE_ARRAY: return table_of_array(session, value_as_array(value));
  default: return value_nothing();
  }
}

static Value table_call(Session *session, const Arguments *arguments) {
  Value table = data_table(session, arguments->argument[0], 0);
  char found[VALUE_DESCRIPTION];
  if (table.kind == VALUE_NOTHING)
    fail_argument(session, 0, "expected a record of columns or a matrix, but it is %s",
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
    set_numbers(to, name, numbers);
    return;
  }
  Tuple *text = tuple_new(session, rows);
  for (uint32_t i = 0; i < rows; i++) text->item[i] = text_or_missing(session, from->texts[i]);
  set_text(to, name, text);
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
  Value table = data_table(session, what, 0);
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
     "The table of a record of vectors or of tuples of texts (a single value repeats), or of a "
     "matrix, whose columns are called V1, V2, …",
     "table(record(x = [1, 2, 3], y = 7)).y", "[7, 7, 7]"},
};
