/* display.c - values as text: the form that can be typed back.
 *
 * Two forms of everything. The line never breaks: a value gets so many columns and leaves out what
 * does not fit, saying so. The block may take several lines, starts at the column it is told and is
 * what a statement's result prints as. The writers of lines answer whether they left nothing out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/display.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "values/array_text.h"
#include "values/complex.h"
#include "values/function_text.h"
#include "values/grid.h"
#include "values/number_text.h"
#include "values/table_text.h"

enum {
  PAGE_COLUMNS = 80,
  ROOM_LEAST = 16,  /* an item of a list gets at least this, however narrow the page */
  MORE_COLUMNS = 3, /* the ", …" that a shortened list ends in */
  DEPTH_MOST = 12,  /* tuples and records nested deeper print as … */
  BLOCK_DEPTH = 4,  /* nested deeper they stay on one line: shared parts would fill pages */
  TUPLE_BLOCK = 12, /* a longer tuple stays on one line */
  INLINE_ROWS = 3   /* a taller matrix inside a record is a block even if a line would hold it */
};

static size_t columns_since(const Text *out, size_t start) {
  return out->length > start ? text_columns(out->bytes + start, out->length - start) : 0;
}

static void text_cut_back(Text *out, size_t length) {
  if (out->length == length) return;
  out->length = length;
  out->bytes[length] = '\0';
}

static size_t room_after(size_t room, size_t used) {
  return room > used + ROOM_LEAST ? room - used : ROOM_LEAST;
}

/* ---- strings ---- */

/* The escapes of the grammar, and what each stands for. */
static const char escaped[] = "\n\t\"\\{}", escape_letter[] = "nt\"\\{}";

static void string_byte(char byte, Text *out) {
  const char *at = byte ? strchr(escaped, byte) : NULL;
  if (at) text_format(out, "\\%c", escape_letter[at - escaped]);
  else if ((unsigned char)byte < ' ' || byte == 0x7F)
    text_string(out, "\uFFFD"); /* moves no cursor */
  else text_append(out, &byte, 1);
}

/* Bytes of the string whose escaped form takes at most [columns]. */
static size_t string_fit(const String *string, size_t columns) {
  size_t at = 0, used = 0;
  while (at < string->length) {
    const char *here = string->bytes + at;
    size_t step = text_step(string->bytes, string->length, at);
    bool control = (unsigned char)*here < ' ' || *here == 0x7F;
    if (*here && strchr(escaped, *here)) used += 2;
    else used += control ? 1 : text_columns(here, step);
    if (used > columns) break;
    at += step;
  }
  return at;
}

static bool string_line(const String *string, size_t room, Text *out) {
  size_t fit = string_fit(string, room > 2 ? room - 2 : 0);
  bool whole = fit == string->length;
  if (!whole) fit = string_fit(string, room > 3 ? room - 3 : 0);
  text_string(out, "\"");
  for (size_t k = 0; k < fit; k++) string_byte(string->bytes[k], out);
  text_string(out, whole ? "\"" : "…\"");
  return whole;
}

/* ---- lines ---- */

static bool value_line(Value value, const Layout *layout, size_t room, Text *out);

static void range_text(const Range *range, int digits, Text *out) {
  display_number(range->first, digits, out);
  if (range->step != 1) {
    text_string(out, ":");
    display_number(range->step, digits, out);
  }
  text_string(out, ":");
  display_number(range->last, digits, out);
}

/* The first line of a text in at most [room] columns. */
static bool first_line(const char *text, size_t room, Text *out) {
  size_t line = strcspn(text, "\n"), fit = text_fit(text, line, room);
  bool whole = fit == line && (text[line] == '\0' || text[line + 1] == '\0');
  if (!whole) fit = text_fit(text, line, room > 2 ? room - 2 : 0);
  text_append(out, text, fit);
  if (!whole) text_string(out, " …");
  return whole;
}

/* Alone a function is its definition; among others, where f(x) = … could not be typed, its name. */
static bool function_line(const Function *function, const Layout *layout, size_t room, Text *out) {
  Text text = {0};
  bool defines = function->function_kind == FUNCTION_CLOSURE && layout->depth == 0;
  if (defines) function_definition(function, &text);
  else function_reference(function, 0, &text);
  bool whole = first_line(text.length > 0 ? text.bytes : "", room, out);
  text_free(&text);
  return whole;
}

static bool formula_line(const Formula *formula, size_t room, Text *out) {
  Text text = {0};
  formula_text(formula, &text);
  bool whole = first_line(text.length > 0 ? text.bytes : "", room, out);
  text_free(&text);
  return whole;
}

/* The items of a list, [name] in front where it has names, until the room is used up. Each may take
 * an equal share of what is left, so a short one leaves more to those behind it. */
static bool list_line(const Value *item, const Symbol *const *name, size_t count,
                      const Layout *layout, size_t room, Text *out) {
  Layout inner = *layout;
  inner.depth++;
  size_t start = out->length;
  bool whole = true;
  for (size_t k = 0; k < count; k++) {
    size_t before = out->length, used = columns_since(out, start);
    size_t left = room > used ? room - used : 0, behind = k + 1 < count ? MORE_COLUMNS : 0;
    if (k > 0) text_string(out, ", ");
    if (name) text_format(out, "%s = ", name[k]->name);
    size_t label = columns_since(out, before);
    whole &= value_line(item[k], &inner, room_after(left / (count - k), label + behind), out);
    if (k > 0 && columns_since(out, start) + behind > room) {
      text_cut_back(out, before);
      text_string(out, ", …");
      return false;
    }
  }
  return whole && columns_since(out, start) <= room;
}

/* (x,) is a tuple of one value, (x) only x. */
static const char *tuple_close(const Tuple *tuple) { return tuple->count == 1 ? ",)" : ")"; }

static bool tuple_line(const Tuple *tuple, const Layout *layout, size_t room, Text *out) {
  const char *close = tuple_close(tuple);
  size_t around = 1 + strlen(close);
  text_string(out, "(");
  bool whole =
      list_line(tuple->item, NULL, tuple->count, layout, room > around ? room - around : 0, out);
  text_string(out, close);
  return whole;
}

static bool record_line(const Record *record, const Layout *layout, size_t room, Text *out) {
  size_t around = sizeof "record()" - 1;
  if (record->style == RECORD_VERDICT && record->summary)
    return first_line(record->summary, room, out);
  text_string(out, "record(");
  bool whole = list_line(record->field, record->name, record->count, layout,
                         room > around ? room - around : 0, out);
  text_string(out, ")");
  return whole;
}

static bool complex_line(Value value, size_t room, int digits, Text *out) {
  if (complex_is_array(value)) return array_line(value, room, digits, "", out);
  const Complex *z = value_as_complex(value);
  bool exact = digits >= NUMBER_DIGITS_EXACT;
  double noise = exact ? 0 : NUMBER_NOISE * fmax(fabs(z->real.number), fabs(z->imaginary.number));
  Spelling spelling = complex_spell(z->real.number, z->imaginary.number, digits, noise);
  spelling_append(&spelling, out);
  return true;
}

/* As it is typed if that fits, otherwise what is in it. */
static bool table_line(const Table *table, const Layout *layout, size_t room, Text *out) {
  size_t start = out->length, around = sizeof "table()" - 1;
  Value *column = memory_new_zeroed(table->count + 1, sizeof *column);
  const Symbol **name = memory_new_zeroed(table->count + 1, sizeof *name);
  for (uint32_t k = 0; k < table->count; k++) {
    const Column *from = &table->column[k];
    column[k] = from->numbers.kind == VALUE_ARRAY ? from->numbers : from->text;
    name[k] = from->name;
  }
  text_string(out, "table(");
  bool whole =
      list_line(column, name, table->count, layout, room > around ? room - around : 0, out);
  text_string(out, ")");
  free(column);
  free(name);
  if (whole) return true;
  text_cut_back(out, start);
  return table_summary(table, room, out);
}

static bool object_line(Value value, const Layout *layout, size_t room, Text *out) {
  const Object *object = value.object;
  switch ((ValueKind)value.kind) {
    case VALUE_STRING: return string_line((const String *)object, room, out);
    case VALUE_ARRAY: return array_line(value, room, layout->digits, "", out);
    case VALUE_COMPLEX: return complex_line(value, room, layout->digits, out);
    case VALUE_RANGE: range_text((const Range *)object, layout->digits, out); return true;
    case VALUE_TUPLE: return tuple_line((const Tuple *)object, layout, room, out);
    case VALUE_RECORD: return record_line((const Record *)object, layout, room, out);
    case VALUE_TABLE: return table_line((const Table *)object, layout, room, out);
    case VALUE_FUNCTION: return function_line((const Function *)object, layout, room, out);
    case VALUE_FORMULA: return formula_line((const Formula *)object, room, out);
    default: text_string(out, value_kind_name((ValueKind)value.kind)); return true;
  }
}

static bool value_line(Value value, const Layout *layout, size_t room, Text *out) {
  switch ((ValueKind)value.kind) {
  case VALUE_NOTHING:
    text_string(out, layout->depth > 0 ? "nan" : "nothing");
    return true; /* a missing text */
  case VALUE_BOOLEAN: text_string(out, value.number != 0 ? "true" : "false"); return true;
  case VALUE_NUMBER:
  case VALUE_ACTIVE: display_number(value.number, layout->digits, out); return true;
  default: break;
  }
  if (layout->depth <= DEPTH_MOST) return object_line(value, layout, room, out);
  text_string(out, "…");
  return false;
}

/* The line, if it holds the whole value; otherwise nothing is written. */
static bool value_line_whole(Value value, const Layout *layout, size_t room, Text *out) {
  size_t start = out->length;
  if (value_line(value, layout, room, out) && columns_since(out, start) <= room) return true;
  text_cut_back(out, start);
  return false;
}

/* ---- blocks ---- */

static void value_block(Value value, const Layout *layout, const char *tail, Text *out);

static size_t layout_room(const Layout *layout, const char *tail) {
  return room_after(layout->width, layout->indent + strlen(tail));
}

/* Inside ( ) a newline is a space, so items under each other are still one tuple. */
static void tuple_block(const Tuple *tuple, const Layout *layout, const char *tail, Text *out) {
  Layout inner = *layout;
  inner.indent++;
  inner.depth++;
  Text close = {0};
  text_format(&close, "%s%s", tuple_close(tuple), tail);
  text_string(out, "(");
  for (uint32_t k = 0; k < tuple->count; k++) {
    if (k > 0) line_start(inner.indent, out);
    value_block(tuple->item[k], &inner, k + 1 < tuple->count ? "," : close.bytes, out);
  }
  text_free(&close);
}

/* Lines of a summary under each other from the current column. */
static void summary_block(const char *summary, size_t indent, Text *out) {
  for (size_t length; *summary != '\0'; summary += length) {
    length = strcspn(summary, "\n");
    text_append(out, summary, length);
    if (summary[length] == '\n') length++;
    if (summary[length] != '\0' && summary[length - 1] == '\n') line_start(indent, out);
  }
}

/* Does the field stand under its name rather than beside it? */
static bool field_is_section(Value value) {
  if (value.kind != VALUE_RECORD) return false;
  const Record *record = (const Record *)value.object;
  return record->count > 0 || record->summary;
}

static size_t record_name_columns(const Record *record) {
  size_t widest = 0;
  for (uint32_t k = 0; k < record->count; k++) {
    size_t columns = text_columns(record->name[k]->name, strlen(record->name[k]->name));
    if (!field_is_section(record->field[k]) && columns > widest) widest = columns;
  }
  return widest;
}

static bool is_array(Value value) {
  return value.kind == VALUE_ARRAY || (value_is_complex(value) && complex_is_array(value));
}

static void field_block(Value value, const Layout *layout, Text *out) {
  bool small = !is_array(value) || array_rows(value) <= INLINE_ROWS;
  if (small && value_line_whole(value, layout, layout_room(layout, ""), out)) return;
  if (value.kind == VALUE_TABLE) value_line(value, layout, layout_room(layout, ""), out);
  else value_block(value, layout, "", out);
}

static void record_pairs(const Record *record, const Layout *layout, Text *out) {
  size_t widest = record_name_columns(record);
  for (uint32_t k = 0; k < record->count; k++) {
    const char *name = record->name[k]->name;
    bool section = field_is_section(record->field[k]);
    Layout inner = *layout;
    inner.depth++;
    inner.indent += section ? 2 : widest + 2;
    if (k > 0) line_start(layout->indent, out);
    text_string(out, name);
    if (section) {
      line_start(inner.indent, out);
      value_block(record->field[k], &inner, "", out);
    } else {
      text_repeat(out, ' ', widest - text_columns(name, strlen(name)) + 2);
      field_block(record->field[k], &inner, out);
    }
  }
}

static void record_block(const Record *record, const Layout *layout, Text *out) {
  if (record->style != RECORD_PLAIN && record->summary)
    summary_block(record->summary, layout->indent, out);
  else if (record->count == 0) text_string(out, "record()");
  else record_pairs(record, layout, out);
}

static void array_block(Value array, const Layout *layout, const char *tail, Text *out) {
  if (array_is_matrix(array)) matrix_block(array, layout, tail, out);
  else array_line(array, layout_room(layout, ""), layout->digits, tail, out);
}

static void tuple_value(const Tuple *tuple, const Layout *layout, const char *tail, Text *out) {
  size_t start = out->length;
  bool whole = tuple_line(tuple, layout, layout_room(layout, tail), out);
  if (!whole && tuple->count > 0 && tuple->count <= TUPLE_BLOCK) {
    text_cut_back(out, start);
    tuple_block(tuple, layout, tail, out);
  } else {
    text_string(out, tail);
  }
}

/* Writes those kinds that have a block of their own; false for those whose block is their line.
 * Pairs, columns and definitions do not stand inside a tuple, where something follows in [tail]. */
static bool object_block(Value value, const Layout *layout, const char *tail, Text *out) {
  const Object *object = value.object;
  bool last = tail[0] == '\0';
  if (is_array(value)) array_block(value, layout, tail, out);
  else if (value.kind == VALUE_STRING && layout->depth == 0 && ((const String *)object)->bare)
    text_append(out, ((const String *)object)->bytes, ((const String *)object)->length);
  else if (value.kind == VALUE_TUPLE) tuple_value((const Tuple *)object, layout, tail, out);
  else if (value.kind == VALUE_RECORD && last) record_block((const Record *)object, layout, out);
  else if (value.kind == VALUE_TABLE && last) table_block((const Table *)object, layout, out);
  else if (value.kind == VALUE_FUNCTION && layout->depth == 0)
    function_definition((const Function *)object, out);
  else if (value.kind == VALUE_FORMULA && layout->depth == 0)
    formula_text((const Formula *)object, out);
  else return false;
  return true;
}

static void value_block(Value value, const Layout *layout, const char *tail, Text *out) {
  if (value_is_object(value) && layout->depth <= BLOCK_DEPTH &&
      object_block(value, layout, tail, out))
    return;
  bool full_string = value.kind == VALUE_STRING && layout->depth == 0;
  value_line(value, layout, full_string ? SIZE_MAX : layout_room(layout, tail), out);
  text_string(out, tail);
}

/* ---- public ---- */

static Layout layout_of(const DisplayOptions *options) {
  int columns = options && options->columns > 0 ? options->columns : PAGE_COLUMNS;
  int digits = options && options->digits != 0 ? options->digits : NUMBER_DIGITS;
  return (Layout){.width = (size_t)columns, .indent = 0, .digits = digits, .depth = 0};
}

void display_value(Value value, const DisplayOptions *options, Text *out) {
  Layout layout = layout_of(options);
  value_block(value, &layout, "", out);
}

void display_inline(Value value, const DisplayOptions *options, Text *out) {
  Layout layout = layout_of(options);
  value_line(value, &layout, layout.width, out);
}
