/* table.c - tables from other values, and tables with a column more.
 *
 * A column is a vector of numbers (NaN is missing) or a tuple of texts; a single number, boolean or
 * text repeats. Tables share their columns: both are values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/table.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "machine/session.h"
#include "values/operate.h"

void column_set_numbers(Column *column, const Symbol *name, Array *numbers) {
  column->name = name;
  column->numbers = value_array(numbers);
  for (uint32_t i = 0; i < numbers->rows; i++) column->missing += isnan(numbers->data[i]) ? 1u : 0u;
}

void column_set_text(Column *column, const Symbol *name, Tuple *text) {
  column->name = name;
  column->text = value_tuple(text);
  for (uint32_t i = 0; i < text->count; i++) column->missing += text->item[i].kind == VALUE_NOTHING;
}

static bool is_single(Value value) {
  return value.kind == VALUE_NUMBER || value.kind == VALUE_BOOLEAN || value.kind == VALUE_STRING;
}

/* Among texts nan is a missing one, as it is among numbers. */
static bool is_missing(Value value) {
  return value.kind == VALUE_NOTHING || (value.kind == VALUE_NUMBER && isnan(value.number));
}

/* Rows of a value, or -1 if it cannot be a column. */
static int64_t column_rows(Value value) {
  if (is_single(value)) return 1;
  if (value.kind == VALUE_RANGE) return (int64_t)((const Range *)value.object)->count;
  if (value.kind == VALUE_ARRAY) {
    const Array *array = value_as_array(value);
    return array->cols == 1 && (array->element == ELEMENT_REAL || array->element == ELEMENT_BOOLEAN)
               ? (int64_t)array->rows
               : -1;
  }
  if (value.kind != VALUE_TUPLE) return -1;
  const Tuple *tuple = (const Tuple *)value.object;
  for (uint32_t i = 0; i < tuple->count; i++)
    if (tuple->item[i].kind != VALUE_STRING && !is_missing(tuple->item[i])) return -1;
  return tuple->count;
}

static int column_argument(int index, uint32_t k) {
  return index == TABLE_COLUMNS_ARE_ARGUMENTS ? (int)k : index;
}

/* All single values make one row, otherwise they repeat beside the vectors. */
static uint32_t record_rows(Session *session, const Record *record, int index) {
  int64_t rows = -1;
  const char *first = "";
  for (uint32_t k = 0; k < record->count; k++) {
    int argument = column_argument(index, k);
    int64_t count = column_rows(record->field[k]);
    char found[VALUE_DESCRIPTION];
    if (count < 0)
      fail_argument(session, argument, "%s cannot be a column: it is %s", record->name[k]->name,
                    value_describe(record->field[k], found));
    if (is_single(record->field[k])) continue;
    if (rows >= 0 && count != rows)
      fail_argument(session, argument,
                    "columns of one table have one length, but %s has %lld and %s %lld", first,
                    (long long)rows, record->name[k]->name, (long long)count);
    if (rows < 0) first = record->name[k]->name;
    rows = count;
  }
  return rows < 0 ? record->count > 0 : (uint32_t)rows;
}

static Tuple *text_column(Session *session, Value value, uint32_t rows) {
  Tuple *text = tuple_new(session, rows);
  for (uint32_t i = 0; i < rows; i++) {
    Value item = value.kind == VALUE_STRING ? value : ((const Tuple *)value.object)->item[i];
    text->item[i] = is_missing(item) ? value_nothing() : value_keep(item);
  }
  return text;
}

static Array *number_column(Session *session, Value value, uint32_t rows) {
  Array *numbers = array_new(session, rows, 1, ELEMENT_REAL);
  Value whole = is_single(value) ? value_nothing() : value_to_array(session, value);
  for (uint32_t i = 0; i < rows; i++)
    numbers->data[i] = is_single(value) ? value.number : value_as_array(whole)->data[i];
  value_release(whole);
  return numbers;
}

static void column_set(Session *session, Column *column, const Symbol *name, Value value,
                       uint32_t rows) {
  if (value.kind == VALUE_TUPLE || value.kind == VALUE_STRING)
    column_set_text(column, name, text_column(session, value, rows));
  else column_set_numbers(column, name, number_column(session, value, rows));
}

static Value table_of_record(Session *session, const Record *record, int index) {
  uint32_t rows = record_rows(session, record, index);
  Table *table = table_new(session, rows, record->count);
  for (uint32_t k = 0; k < record->count; k++)
    column_set(session, &table->column[k], record->name[k], record->field[k], rows);
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
    column_set_numbers(&table->column[j], symbol_intern(&session->symbols, name, (size_t)length),
                       numbers);
  }
  return value_table(table);
}

Value table_of_value(Session *session, Value value, int index) {
  switch ((ValueKind)value.kind) {
  case VALUE_TABLE: return value_keep(value);
  case VALUE_RECORD: return table_of_record(session, (const Record *)value.object, index);
  case VALUE_ARRAY: return table_of_array(session, value_as_array(value));
  default: return value_nothing();
  }
}

static uint32_t column_place(const Table *table, const Symbol *name) {
  uint32_t k = 0;
  while (k < table->count && table->column[k].name != name) k++;
  return k;
}

Value table_with_column(Session *session, const Table *table, const Symbol *name, Value value) {
  int64_t rows = column_rows(value);
  char found[VALUE_DESCRIPTION];
  if (rows < 0)
    fail(session, "%s cannot be a column: it is %s", name->name, value_describe(value, found));
  if (!is_single(value) && rows != table->rows)
    fail(session, "columns of one table have one length, but %s has %lld and the table %u rows",
         name->name, (long long)rows, table->rows);
  uint32_t place = column_place(table, name);
  Table *copy = table_new(session, table->rows, table->count + (place == table->count));
  for (uint32_t k = 0; k < table->count; k++) {
    if (k == place) continue;
    copy->column[k] = table->column[k];
    value_keep(copy->column[k].numbers);
    value_keep(copy->column[k].text);
  }
  column_set(session, &copy->column[place], name, value, table->rows);
  return value_table(copy);
}
