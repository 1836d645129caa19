/* format.c - values by a format: the 8.2f of "{x:8.2f}".
 *
 * A format is [<>]?+?width.precision[defg%]?. Arrays, ranges, tuples and records take it entry by
 * entry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "values/complex.h"
#include "values/display.h"
#include "values/number_text.h"

enum {
  WIDTH_MOST = 1000,
  PRECISION_MOST = 100,
  PRECISION_USUAL = 6, /* what C takes for e, f and g */
  ENTRIES_MOST = 1000, /* an array with more shows its ends only */
  DEPTH_MOST = 12,
  NUMBER_LONGEST = 512 /* %+.100f of the largest double takes 411 bytes */
};

typedef struct Format {
  char align; /* < or >, 0 for the kind's own: numbers to the right, all else to the left */
  bool sign;
  bool has_precision;
  int width, precision;
  char type; /* one of defg%, or 0 */
} Format;

/* ---- reading a format ---- */

/* Reads digits; false when there are too many to mean anything. */
static bool format_count(const char **at, const char *end, int most, int *count) {
  *count = 0;
  for (; *at < end && **at >= '0' && **at <= '9'; ++*at) {
    *count = 10 * *count + (**at - '0');
    if (*count > most) return false;
  }
  return true;
}

static bool format_read(const char *text, size_t length, Format *format) {
  const char *at = text, *end = text + length;
  *format = (Format){0};
  if (at < end && (*at == '<' || *at == '>')) format->align = *at++;
  if (at < end && *at == '+') format->sign = *at++ == '+';
  if (!format_count(&at, end, WIDTH_MOST, &format->width)) return false;
  if (at < end && *at == '.') {
    const char *digits = ++at;
    if (!format_count(&at, end, PRECISION_MOST, &format->precision) || at == digits) return false;
    format->has_precision = true;
  }
  if (at < end && strchr("defg%", *at) && *at) format->type = *at++;
  return at == end && !(format->type == 'd' && format->has_precision);
}

/* ---- numbers ---- */

/* What is -0.000 when printed is 0.000. */
static void drop_minus_zero(char *text) {
  if (text[0] == '-' && text[strspn(text, "-0.")] == '\0') memmove(text, text + 1, strlen(text));
}

/* By C's conversion; NULL means the type does not fit the number. */
static bool number_convert(double x, const Format *format, char text[NUMBER_LONGEST]) {
  int precision = format->has_precision ? format->precision : PRECISION_USUAL;
  switch (format->type) {
    case 'd':
      if (x != trunc(x)) return false;
      snprintf(text, NUMBER_LONGEST, "%.0f", x);
      break;
    case 'e': snprintf(text, NUMBER_LONGEST, "%.*e", precision, x); break;
    case 'f': snprintf(text, NUMBER_LONGEST, "%.*f", precision, x); break;
    case 'g': snprintf(text, NUMBER_LONGEST, "%.*g", precision, x); break;
    default: /* % with a precision */ snprintf(text, NUMBER_LONGEST, "%.*f", precision, x); break;
  }
  drop_minus_zero(text);
  return true;
}

/* As numbers print everywhere, a precision counting significant digits. */
static void number_plain(double x, const Format *format, char text[NUMBER_LONGEST]) {
  bool significant = format->has_precision && format->type == 0;
  Spelling spelling = number_spell(x, significant ? format->precision : 0);
  memcpy(text, spelling.bytes, spelling.length);
  text[spelling.length] = '\0';
}

static bool number_text(double x, const Format *format, Text *out) {
  char text[NUMBER_LONGEST];
  if (format->type == 'd' && !isfinite(x)) return false;
  if (format->type == '%') x *= 100;
  bool plain = format->type == 0 || (format->type == '%' && !format->has_precision) || !isfinite(x);
  if (plain) number_plain(x, format, text);
  else if (!number_convert(x, format, text)) return false;
  if (format->sign && text[0] != '-' && !isnan(x)) text_string(out, "+");
  text_string(out, text);
  if (format->type == '%') text_string(out, "%");
  return true;
}

/* ---- values ---- */

static void padded(const Text *piece, const Format *format, char usual, Text *out) {
  size_t used = piece->length > 0 ? text_columns(piece->bytes, piece->length) : 0;
  size_t padding = (size_t)format->width > used ? (size_t)format->width - used : 0;
  char align = format->align ? format->align : usual;
  if (align == '>') text_repeat(out, ' ', padding);
  if (piece->length > 0) text_append(out, piece->bytes, piece->length);
  if (align == '<') text_repeat(out, ' ', padding);
}

static bool format_number(double x, const Format *format, Text *out) {
  Text piece = {0};
  bool fits = number_text(x, format, &piece);
  if (fits) padded(&piece, format, '>', out);
  text_free(&piece);
  return fits;
}

/* Strings, booleans and whatever else is not a number take a width only. */
static bool format_other(Value value, const Format *format, Text *out) {
  if (format->type || format->sign || format->has_precision) return false;
  Text piece = {0};
  if (value.kind == VALUE_STRING) {
    const String *string = (const String *)value.object;
    text_append(&piece, string->bytes, string->length);
  } else {
    display_inline(value, NULL, &piece);
  }
  padded(&piece, format, '<', out);
  text_free(&piece);
  return true;
}

/* Leaves out the middle of what is too long to be meant for reading: goes from [k] to the next one.
 */
static size_t entry_next(size_t k, size_t count, Text *out) {
  if (count <= ENTRIES_MOST || k + 1 != ENTRIES_MOST / 2) return k + 1;
  text_string(out, ", …");
  return count - ENTRIES_MOST / 2;
}

/* Both parts by the format, the width counting for the whole. */
static bool format_complex(double real, double imaginary, const Format *format, Text *out) {
  Format bare = *format, signed_ = *format;
  bare.width = signed_.width = 0;
  signed_.sign = true;
  Text piece = {0};
  bool fits = format->type != '%' && number_text(real, &bare, &piece) && number_text(imaginary, &signed_, &piece);
  text_string(&piece, "i");
  if (fits) padded(&piece, format, '>', out);
  text_free(&piece);
  return fits;
}

/* [imaginary] is NULL for a real array. */
static bool format_array(const Array *array, const Array *imaginary, const Format *format, Text *out) {
  size_t count = array_count(array);
  bool row = array->rows == 1 && array->cols > 1;
  text_string(out, "[");
  for (size_t k = 0; k < count; k = entry_next(k, count, out)) {
    if (k > 0) text_string(out, array->cols > 1 && k % array->cols == 0 ? "; " : ", ");
    Value entry = array->element == ELEMENT_BOOLEAN ? value_boolean(array->data[k] != 0)
                                                    : value_number(array->data[k]);
    bool fits = imaginary                    ? format_complex(array->data[k], imaginary->data[k], format, out)
                : entry.kind == VALUE_NUMBER ? format_number(entry.number, format, out)
                                           : format_other(entry, format, out);
    if (!fits) return false;
  }
  text_string(out, row ? "]'" : "]");
  return true;
}

static bool format_range(const Range *range, const Format *format, Text *out) {
  text_string(out, "[");
  for (size_t k = 0; k < range->count; k = entry_next(k, range->count, out)) {
    if (k > 0) text_string(out, ", ");
    if (!format_number(range->first + (double)k * range->step, format, out)) return false;
  }
  text_string(out, "]");
  return true;
}

static bool format_value(Value value, const Format *format, int depth, Text *out);

static bool format_items(const Value *item, const Symbol *const *name, size_t count,
                         const Format *format, int depth, Text *out) {
  text_string(out, name ? "record(" : "(");
  for (size_t k = 0; k < count; k++) {
    if (k > 0) text_string(out, ", ");
    if (name) text_format(out, "%s = ", name[k]->name);
    if (!format_value(item[k], format, depth + 1, out)) return false;
  }
  text_string(out, ")");
  return true;
}

static bool format_value(Value value, const Format *format, int depth, Text *out) {
  const Object *object = value_is_object(value) ? value.object : NULL;
  if (depth > DEPTH_MOST) return false;
  switch ((ValueKind)value.kind) {
    case VALUE_NUMBER:
    case VALUE_ACTIVE: return format_number(value.number, format, out);
    case VALUE_ARRAY: return format_array((const Array *)object, NULL, format, out);
    case VALUE_COMPLEX: {
      const Complex *z = (const Complex *)object;
      if (z->real.kind != VALUE_ARRAY) return format_complex(z->real.number, z->imaginary.number, format, out);
      return format_array(value_as_array(z->real), value_as_array(z->imaginary), format, out);
    }
    case VALUE_RANGE: return format_range((const Range *)object, format, out);
    case VALUE_TUPLE: {
      const Tuple *tuple = (const Tuple *)object;
      return format_items(tuple->item, NULL, tuple->count, format, depth, out);
    }
    case VALUE_RECORD: {
      const Record *record = (const Record *)object;
      return format_items(record->field, record->name, record->count, format, depth, out);
    }
    default: return format_other(value, format, out);
  }
}

bool display_format(Value value, const char *format, size_t length, Text *out) {
  if (length == 0) {
    display_inline(value, NULL, out);
    return true;
  }
  Format read;
  if (!format_read(format, length, &read)) return false;
  Text text = {0}; /* nothing half-written reaches [out] */
  bool fits = format_value(value, &read, 0, &text);
  if (fits) text_append(out, text.bytes, text.length);
  text_free(&text);
  return fits;
}
