/* shape_text.c - the kind of a value in a word, its shape in a few.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/shape_text.h"

#include "machine/prototype.h"
#include "primitives/primitive.h"

enum { PARTS_SHOWN = 6 };

const char *shape_kind(Value v) {
  if (v.kind != VALUE_ARRAY) return value_kind_name((ValueKind)v.kind);
  const Array *a = value_as_array(v);
  return a->cols == 1 ? "vector" : a->rows == 1 ? "row" : "matrix";
}

/* As they were typed: "(w in R^3, p = 2)". */
static void closure_parameters(const Prototype *p, Text *out) {
  text_string(out, "(");
  for (uint32_t i = 0; i < p->parameter_count; i++) {
    Span span = p->parameter[i]->span;
    if (i) text_string(out, ", ");
    text_append(out, p->tree->source->text + span.start, span.end - span.start);
  }
  text_string(out, ")");
}

static void function_parameters(const Function *f, Text *out) {
  if (f->function_kind == FUNCTION_CLOSURE) closure_parameters(f->prototype, out);
  if (f->function_kind == FUNCTION_PRIMITIVE) text_string(out, f->primitive->parameters);
  if (f->function_kind == FUNCTION_PARTIAL) text_format(out, "made by %s", f->primitive->name);
}

/* A part of a tuple or record: its shape, or its kind when it has none. */
static void part_text(Value v, Text *out) {
  bool nested = v.kind == VALUE_TUPLE || v.kind == VALUE_RECORD;
  size_t before = out->length;
  if (!nested) shape_text(v, out);
  if (out->length == before) text_string(out, shape_kind(v));
}

static void tuple_text(const Tuple *t, Text *out) {
  for (uint32_t i = 0; i < t->count && i < PARTS_SHOWN; i++) {
    if (i) text_string(out, ", ");
    part_text(t->item[i], out);
  }
  if (t->count > PARTS_SHOWN) text_format(out, ", … (%u)", t->count);
}

static void record_text(const Record *r, Text *out) {
  for (uint32_t i = 0; i < r->count && i < PARTS_SHOWN; i++) {
    text_format(out, "%s%s ", i ? ", " : "", r->name[i]->name);
    part_text(r->field[i], out);
  }
  if (r->count > PARTS_SHOWN) text_format(out, ", … (%u)", r->count);
}

void shape_text(Value v, Text *out) {
  switch ((ValueKind)v.kind) {
  case VALUE_ARRAY:
    text_format(out, "%u×%u", value_as_array(v)->rows, value_as_array(v)->cols);
    if (value_as_array(v)->element == ELEMENT_BOOLEAN) text_string(out, " of booleans");
    break;
  case VALUE_RANGE: text_format(out, "%zu×1", ((Range *)v.object)->count); break;
  case VALUE_TABLE:
    text_format(out, "%u×%u", ((Table *)v.object)->rows, ((Table *)v.object)->count);
    break;
  case VALUE_TUPLE: tuple_text((Tuple *)v.object, out); break;
  case VALUE_RECORD: record_text((Record *)v.object, out); break;
  case VALUE_FUNCTION: function_parameters((Function *)v.object, out); break;
  default: break;
  }
}
