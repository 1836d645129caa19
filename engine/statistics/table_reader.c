/* table_reader.c - a CSV file in memory to named columns of numbers and texts.
 *
 * The file is split line by line, so that every row knows its line: by libcsv where there are
 * quotes, by hand where there are none. A column is taken for numbers until a field contradicts;
 * the texts before that field are gone by then, so the file is split once more for the columns that
 * turned out to be text. Never more than twice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/table_reader.h"

#include <csv.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/table_detect.h"
#include "statistics/table_field.h"
#include "statistics/table_names.h"

enum {
  FIELD_BLOCK = 1 << 16, /* step in which libcsv's field buffer grows */
  ROWS_FIRST = 64,
};

/* The row number of the header in the second pass; one more is 0. */
static const size_t HEADER_ROW = SIZE_MAX;

/* A column while it is read. */
typedef struct ReaderColumn {
  enum { COLUMN_EMPTY, COLUMN_NUMBER, COLUMN_TEXT, COLUMN_CONTRADICTED, COLUMN_DONE } state;
  bool comma;      /* some number was written 1,5 */
  double *numbers; /* COLUMN_NUMBER */
  size_t *offsets; /* COLUMN_TEXT: into [pool], or SIZE_MAX where missing */
  char *pool;
  size_t pool_size, pool_capacity, missing, reason_line;
  char *reason;
} ReaderColumn;

typedef struct Reader {
  struct csv_parser csv;
  locale_t c_locale;
  ReadTable *table;
  ReaderColumn *columns; /* NULL until the first row is complete */
  char **first;          /* the fields of the first row */
  size_t first_count, first_capacity;
  size_t column_count, field, row, capacity; /* [field] and [row] are the next to come */
  size_t line, row_line, field_line; /* now; where this row began; where the last field ended */
  bool point;                        /* some number was written 1.5 */
  bool latin1, failed;
  char *error;
  size_t *error_line;
} Reader;

/* ---- failures ---- */

static void reader_fail(Reader *reader, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void reader_fail(Reader *reader, size_t line, const char *format, ...) {
  if (reader->failed) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reader->error, READ_ERROR_SIZE, format, arguments);
  va_end(arguments);
  *reader->error_line = line;
  reader->failed = true;
}

static void reader_fail_memory(Reader *reader) {
  reader_fail(reader, 0, "there is not enough memory for the table");
}

static void *reader_resize(Reader *reader, void *block, size_t count, size_t size) {
  void *resized = count <= SIZE_MAX / size ? realloc(block, count * size) : NULL;
  if (!resized) reader_fail_memory(reader);
  return resized;
}

/* ---- storing fields ---- */

/* Makes room for [row] in one of a column's vectors, which grow together. */
static bool column_reserve(Reader *reader, ReaderColumn *column) {
  if (column->state == COLUMN_NUMBER) {
    double *numbers = reader_resize(reader, column->numbers, reader->capacity, sizeof *numbers);
    if (numbers) column->numbers = numbers;
    return numbers;
  }
  if (column->state == COLUMN_TEXT) {
    size_t *offsets = reader_resize(reader, column->offsets, reader->capacity, sizeof *offsets);
    if (offsets) column->offsets = offsets;
    return offsets;
  }
  return true;
}

/* Turns a column that had nothing but missing values so far into one of numbers or texts. */
static bool column_start(Reader *reader, ReaderColumn *column, bool number) {
  column->state = number ? COLUMN_NUMBER : COLUMN_TEXT;
  if (!column_reserve(reader, column)) return false;
  for (size_t row = 0; row < reader->row; row++) {
    if (number)
      column->numbers[row] = NAN;
    else
      column->offsets[row] = SIZE_MAX;
  }
  return true;
}

static void column_add_missing(Reader *reader, ReaderColumn *column) {
  column->missing++;
  if (column->state == COLUMN_NUMBER) column->numbers[reader->row] = NAN;
  if (column->state == COLUMN_TEXT) column->offsets[reader->row] = SIZE_MAX;
}

static void column_add_text(Reader *reader, ReaderColumn *column, const char *field,
                            size_t length) {
  bool latin1 = !field_is_utf8(field, length);
  size_t most = (latin1 ? 2 * length : length) + 1;
  if (column->pool_capacity - column->pool_size < most) {
    size_t capacity = 2 * column->pool_capacity + most;
    char *pool = reader_resize(reader, column->pool, capacity, 1);
    if (!pool) return;
    column->pool = pool;
    column->pool_capacity = capacity;
  }
  char *text = column->pool + column->pool_size;
  if (latin1)
    length = field_from_latin1(field, length, text);
  else
    memcpy(text, field, length);
  text[length] = '\0';
  reader->latin1 |= latin1;
  column->offsets[reader->row] = column->pool_size;
  column->pool_size += length + 1;
}

/* A copy as UTF-8. */
static char *reader_copy(Reader *reader, const char *field, size_t length) {
  bool latin1 = !field_is_utf8(field, length);
  char *copy = reader_resize(reader, NULL, (latin1 ? 2 * length : length) + 1, 1);
  if (!copy) return NULL;
  if (latin1)
    length = field_from_latin1(field, length, copy);
  else
    memcpy(copy, field, length);
  copy[length] = '\0';
  reader->latin1 |= latin1;
  return copy;
}

/* Remembers the field that may turn a column of numbers into text. */
static void column_suspect(Reader *reader, ReaderColumn *column, const char *field, size_t length) {
  free(column->reason);
  column->reason = reader_copy(reader, field, length);
  column->reason_line = reader->row_line;
}

static FieldShape reader_number(Reader *reader, const char *field, size_t length, double *number) {
  bool comma = reader->table->separator == ';';
  return field_number(field, length, comma, reader->c_locale, number);
}

static void reader_store(Reader *reader, ReaderColumn *column, const char *field, size_t length) {
  if (column->state == COLUMN_CONTRADICTED || column->state == COLUMN_DONE) return;
  if (field_missing(field, length)) {
    column_add_missing(reader, column);
    return;
  }
  if (column->state != COLUMN_TEXT) {
    double number = NAN;
    FieldShape shape = reader_number(reader, field, length, &number);
    bool fits = shape != FIELD_NOT_A_NUMBER;
    if (column->state == COLUMN_EMPTY && !column_start(reader, column, fits)) return;
    if (column->state == COLUMN_NUMBER) {
      bool first_comma = shape == FIELD_COMMA && !column->comma;
      if (!fits || first_comma) column_suspect(reader, column, field, length);
      if (!fits) column->state = COLUMN_CONTRADICTED;
      column->numbers[reader->row] = number;
      column->comma |= first_comma;
      reader->point |= shape == FIELD_POINT;
    }
  }
  if (column->state == COLUMN_TEXT) column_add_text(reader, column, field, length);
}

/* ---- the first row ---- */

static void reader_store_first(Reader *reader, const char *field, size_t length) {
  if (reader->first_count >= reader->first_capacity) {
    size_t capacity = 2 * reader->first_capacity + 8;
    char **first = reader_resize(reader, reader->first, capacity, sizeof *first);
    if (!first) return;
    reader->first = first;
    reader->first_capacity = capacity;
  }
  char *copy = reader_copy(reader, field, length);
  if (copy) reader->first[reader->first_count++] = copy;
}

/* A header is a first row without a number in it and with at least one word. */
static bool reader_first_is_header(Reader *reader) {
  bool word = false;
  for (size_t k = 0; k < reader->first_count; k++) {
    const char *field = reader->first[k];
    double number = 0;
    word |= !field_missing(field, strlen(field));
    if (reader_number(reader, field, strlen(field), &number) != FIELD_NOT_A_NUMBER &&
        isfinite(number))
      return false;
  }
  return word;
}

static void reader_finish_first(Reader *reader) {
  reader->column_count = reader->first_count;
  reader->capacity = ROWS_FIRST;
  reader->columns = calloc(reader->column_count, sizeof *reader->columns);
  if (!reader->columns) {
    reader_fail_memory(reader);
    return;
  }
  reader->table->header = reader_first_is_header(reader);
  if (reader->table->header) return;
  for (size_t k = 0; k < reader->column_count; k++)
    reader_store(reader, &reader->columns[k], reader->first[k], strlen(reader->first[k]));
  reader->row = 1;
}

/* ---- callbacks of libcsv ---- */

static void reader_field(void *bytes, size_t length, void *context) {
  Reader *reader = context;
  reader->field_line = reader->line;
  size_t field = reader->field++;
  if (reader->failed) return;
  if (!reader->columns)
    reader_store_first(reader, bytes, length);
  else if (field < reader->column_count && reader->row != HEADER_ROW)
    reader_store(reader, &reader->columns[field], bytes, length);
}

static void reader_grow(Reader *reader) {
  reader->capacity *= 2;
  for (size_t k = 0; k < reader->column_count && !reader->failed; k++)
    column_reserve(reader, &reader->columns[k]);
}

static void reader_row(int terminator, void *context) {
  (void)terminator;
  Reader *reader = context;
  size_t found = reader->field;
  reader->field = 0;
  if (reader->failed) return;
  if (!reader->columns) {
    reader_finish_first(reader);
    return;
  }
  if (found != reader->column_count)
    reader_fail(reader, reader->row_line, "line %zu has %zu field%s, expected %zu",
                reader->row_line, found, found == 1 ? "" : "s", reader->column_count);
  reader->row++;
  if (reader->row >= reader->capacity) reader_grow(reader);
}

/* ---- passes ---- */

static bool is_space(char byte, char separator) {
  return (byte == ' ' || byte == '\t') && byte != separator;
}

/* Splits a line that has no quote in it, as libcsv does but without copying it byte by byte. The
 * line has its end with it, so a number always has a byte after it. */
static void reader_plain_line(Reader *reader, char *line, size_t size) {
  char separator = reader->table->separator, *end = line + size - 1;
  if (end > line && end[-1] == '\r') end--;
  char *at = line;
  while (at < end && is_space(*at, separator)) at++;
  if (at == end) return; /* blank */
  for (;; at++) {
    while (at < end && is_space(*at, separator)) at++;
    char *start = at;
    while (at < end && *at != separator) at++;
    char *stop = at;
    while (stop > start && is_space(stop[-1], separator)) stop--;
    reader_field(start, (size_t)(stop - start), reader);
    if (at == end) break;
  }
  reader_row(*end, reader);
}

/* Whether a line, its end included, can do without libcsv. */
static bool is_plain(const char *line, size_t size) {
  const char *feed = memchr(line, '\r', size - 1);
  return !memchr(line, '"', size) && (!feed || feed == line + size - 2);
}

/* Splits the file, naming the line when libcsv refuses it. */
static void reader_pass(Reader *reader, const char *bytes, size_t length) {
  const char *at = bytes, *end = bytes + length;
  int line_end = memchr(bytes, '\n', length) ? '\n' : '\r';
  bool open = false; /* a quoted field runs past the end of the line */
  size_t open_line = 0;
  for (reader->line = 1; at < end && !reader->failed; reader->line++) {
    const char *stop = memchr(at, line_end, (size_t)(end - at));
    size_t size = (size_t)((stop ? stop + 1 : end) - at);
    if (!open) reader->row_line = reader->line;
    if (stop && !open && is_plain(at, size)) {
      reader_plain_line(reader, (char *)at, size); /* the callbacks of libcsv take no const */
    } else if (csv_parse(&reader->csv, at, size, reader_field, reader_row, reader) != size) {
      if (csv_error(&reader->csv) == CSV_EPARSE)
        reader_fail(reader, reader->line,
                    "line %zu has a quote in the middle of a field: write the field in quotes and "
                    "the quote twice, \"5\"\" pipe\"",
                    reader->line);
      else
        reader_fail_memory(reader);
    }
    bool still = reader->csv.pstate && reader->csv.quoted;
    if (still && (!open || reader->field_line == reader->line)) open_line = reader->line;
    open = still;
    at += size;
  }
  if (reader->failed || csv_fini(&reader->csv, reader_field, reader_row, reader) == 0) return;
  reader_fail(reader, open_line, "the quote that opens in line %zu is never closed", open_line);
}

static bool reader_start(Reader *reader, char separator) {
  if (csv_init(&reader->csv, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL)) return false;
  csv_set_delim(&reader->csv, (unsigned char)separator);
  csv_set_blk_size(&reader->csv, FIELD_BLOCK);
  return true;
}

/* Marks the columns that the second pass has to read as text; false if there are none. */
static bool reader_needs_again(Reader *reader) {
  bool again = false;
  for (size_t k = 0; k < reader->column_count; k++) {
    ReaderColumn *column = &reader->columns[k];
    /* 1,5 is 1.5 only in a file without a decimal point; else it may as well be 15. */
    if (column->state == COLUMN_NUMBER && column->comma && reader->point)
      column->state = COLUMN_CONTRADICTED;
    again |= column->state == COLUMN_CONTRADICTED;
  }
  return again;
}

static void reader_read_again(Reader *reader, const char *bytes, size_t length) {
  reader->row = reader->field = 0;
  for (size_t k = 0; k < reader->column_count; k++) {
    ReaderColumn *column = &reader->columns[k];
    if (column->state == COLUMN_NUMBER || column->state == COLUMN_TEXT) column->state = COLUMN_DONE;
    if (column->state == COLUMN_DONE) continue;
    column->missing = 0;
    if (column->state == COLUMN_EMPTY) continue;
    free(column->numbers);
    column->numbers = NULL;
    column_start(reader, column, false);
  }
  if (reader->table->header) reader->row = HEADER_ROW;
  reader_pass(reader, bytes, length);
}

/* ---- the result ---- */

static bool reader_deliver_column(Reader *reader, ReaderColumn *from, ReadColumn *to) {
  to->missing = from->missing;
  if (!from->offsets) {
    to->kind = READ_NUMBER;
    to->numbers = from->numbers;
    from->numbers = NULL;
    return true;
  }
  size_t rows = reader->row;
  to->kind = READ_TEXT;
  to->texts = reader_resize(reader, NULL, rows ? rows : 1, sizeof *to->texts);
  if (!to->texts) return false;
  to->pool = from->pool;
  to->reason = from->reason;
  to->reason_line = from->reason_line;
  from->pool = from->reason = NULL;
  for (size_t row = 0; row < rows; row++)
    to->texts[row] = from->offsets[row] == SIZE_MAX ? NULL : to->pool + from->offsets[row];
  return true;
}

static void reader_deliver(Reader *reader) {
  ReadTable *table = reader->table;
  table->row_count = reader->row;
  table->latin1 = reader->latin1;
  table->columns = calloc(reader->column_count, sizeof *table->columns);
  if (!table->columns) {
    reader_fail_memory(reader);
    return;
  }
  table->column_count = reader->column_count;
  for (size_t k = 0; k < reader->column_count; k++) {
    ReaderColumn *column = &reader->columns[k];
    if (column->state == COLUMN_EMPTY && !column_start(reader, column, true)) return;
    table->decimal_comma |= column->comma && !column->offsets;
    if (!reader_deliver_column(reader, column, &table->columns[k])) return;
  }
  if (!table_names_set(table, table->header ? reader->first : NULL)) reader_fail_memory(reader);
}

static void reader_free(Reader *reader) {
  for (size_t k = 0; k < reader->first_count; k++) free(reader->first[k]);
  for (size_t k = 0; reader->columns && k < reader->column_count; k++) {
    ReaderColumn *column = &reader->columns[k];
    free(column->numbers);
    free(column->offsets);
    free(column->pool);
    free(column->reason);
  }
  free(reader->first);
  free(reader->columns);
}

/* ---- the whole ---- */

bool table_read(const char *bytes, size_t length, ReadTable *out, char error[READ_ERROR_SIZE],
                size_t *error_line) {
  *out = (ReadTable){0};
  *error_line = 0;
  *error = '\0';
  if (length >= 3 && !memcmp(bytes, "\xEF\xBB\xBF", 3)) bytes += 3, length -= 3;
  if (table_detect_refusal(bytes, length, error)) return false;
  out->separator = table_detect_separator(bytes, length);
  Reader reader = {.table = out, .error = error, .error_line = error_line};
  reader.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (reader.c_locale && reader_start(&reader, out->separator)) {
    reader_pass(&reader, bytes, length);
    if (!reader.failed && reader_needs_again(&reader)) reader_read_again(&reader, bytes, length);
    if (!reader.failed) reader_deliver(&reader);
    csv_free(&reader.csv);
  } else {
    reader_fail_memory(&reader);
  }
  reader_free(&reader);
  if (reader.c_locale) freelocale(reader.c_locale);
  if (reader.failed) table_read_free(out);
  return !reader.failed;
}

void table_read_free(ReadTable *table) {
  for (size_t k = 0; k < table->column_count; k++) {
    ReadColumn *column = &table->columns[k];
    free(column->name);
    free(column->original);
    free(column->numbers);
    free(column->texts);
    free(column->reason);
    free(column->pool);
  }
  free(table->columns);
  *table = (ReadTable){0};
}
