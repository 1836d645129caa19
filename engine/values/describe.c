/* describe.c - what errors call a value, and when two values are equal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/prototype.h"
#include "machine/vm.h"
#include "memory.h"
#include "primitives/primitive.h"
#include "values/complex.h"
#include "values/number_text.h"
#include "values/value.h"

/* ---- names of kinds ---- */

static const char *const kind_name[VALUE_KIND_COUNT] = {
    [VALUE_NOTHING] = "nothing",
    [VALUE_NUMBER] = "number",
    [VALUE_BOOLEAN] = "boolean",
    [VALUE_ACTIVE] = "number",
    [VALUE_STRING] = "string",
    [VALUE_ARRAY] = "array",
    [VALUE_COMPLEX] = "complex",
    [VALUE_RANGE] = "range",
    [VALUE_TUPLE] = "tuple",
    [VALUE_RECORD] = "record",
    [VALUE_TABLE] = "table",
    [VALUE_FUNCTION] = "function",
    [VALUE_FORMULA] = "formula",
    [VALUE_PROTOTYPE] = "code of a function",
    [VALUE_TRACE] = "trace",
    [VALUE_BUILDER] = "unfinished array",
};

const char *value_kind_name(ValueKind kind) {
  assert(kind < VALUE_KIND_COUNT && kind_name[kind]);
  return kind_name[kind];
}

/* ---- descriptions ---- */

enum { LONGEST_NAME = 24 }; /* bytes of a name that fit in a description beside the words */

/* "an" before a number that is spoken with a vowel: 8, 11, 18, and what starts with them (80,
 * 11000). */
static const char *article_of(uint32_t number) {
  uint32_t leading = number;
  while (leading >= 1000) leading /= 1000;
  bool eleven = leading == 11 || leading == 18;
  while (leading >= 10) leading /= 10;
  return eleven || leading == 8 ? "an" : "a";
}

static const char *plural(size_t count) { return count == 1 ? "" : "s"; }

static void describe_array(const Array *array, const char *entry, const char *of_entries, char *buffer, size_t size) {
  if (array->rows == 0 && array->cols <= 1) snprintf(buffer, size, "an empty vector");
  else if (array->cols == 1)
    snprintf(buffer, size, "a vector of %u %s%s", array->rows, entry, plural(array->rows));
  else if (array->rows == 1) snprintf(buffer, size, "a 1×%u row%s", array->cols, of_entries);
  else
    snprintf(buffer, size, "%s %u×%u matrix%s", article_of(array->rows), array->rows, array->cols,
             of_entries);
}

/* Parameters of a row and how many of them may be left out, read off "(A, b, p = 2)". */
static void primitive_arity(const Primitive *primitive, uint32_t *least, uint32_t *most) {
  const char *text = primitive->parameters ? primitive->parameters : "()";
  int depth = 0;
  uint32_t optional = 0;
  *most = strspn(text, "() ") == strlen(text) ? 0 : 1;
  for (; *text; text++) {
    if (strchr("([{", *text)) depth++;
    if (strchr(")]}", *text)) depth--;
    if (depth == 1 && *text == ',') ++*most;
    if (depth == 1 && *text == '=') optional++;
  }
  *least = *most - optional;
}

static void arity_text(uint32_t least, uint32_t most, char *buffer, size_t size) {
  if (most == 0) snprintf(buffer, size, "no arguments");
  else if (least == most) snprintf(buffer, size, "%u argument%s", most, plural(most));
  else snprintf(buffer, size, "%u %s %u arguments", least, most == least + 1 ? "or" : "to", most);
}

static void describe_primitive(const Primitive *primitive, char *buffer, size_t size) {
  char arity[40];
  uint32_t least, most;
  if (primitive->parameters && strstr(primitive->parameters, "...")) {
    snprintf(buffer, size, "the builtin %.*s", LONGEST_NAME, primitive->name);
    return;
  }
  primitive_arity(primitive, &least, &most);
  arity_text(least, most, arity, sizeof arity);
  snprintf(buffer, size, "the builtin %.*s, a function of %s", LONGEST_NAME, primitive->name,
           arity);
}

/* Parameters without a default: the second child of a PARAMETER node is the default. */
static uint32_t prototype_required(const Prototype *prototype) {
  uint32_t required = 0;
  for (uint32_t k = 0; k < prototype->parameter_count; k++) {
    const Node *node = prototype->parameter[k];
    if (node->kind != NODE_PARAMETER || !node->child[1]) required++;
  }
  return required;
}

static void describe_closure(const Prototype *prototype, char *buffer, size_t size) {
  char arity[40];
  arity_text(prototype_required(prototype), prototype->parameter_count, arity, sizeof arity);
  snprintf(buffer, size, "a function of %s", arity);
}

static void describe_function(const Function *function, char *buffer, size_t size) {
  switch ((FunctionKind)function->function_kind) {
    case FUNCTION_PRIMITIVE: describe_primitive(function->primitive, buffer, size); break;
    case FUNCTION_CLOSURE: describe_closure(function->prototype, buffer, size); break;
    case FUNCTION_PARTIAL:
      if (function->order > 0) snprintf(buffer, size, "a derivative (a function)");
      else
        snprintf(buffer, size, "a function made by %.*s", LONGEST_NAME, function->primitive->name);
      break;
  }
}

static void describe_range(const Range *range, char *buffer, size_t size) {
  snprintf(buffer, size, "a range of %zu number%s", range->count, plural(range->count));
}

static void describe_record(const Record *record, char *buffer, size_t size) {
  static const char *const what[] = {[RECORD_PLAIN] = "a record",
                                     [RECORD_MODEL] = "a fitted model",
                                     [RECORD_VERDICT] = "an optimiser's result"};
  if (record->nature) snprintf(buffer, size, "%s", record->nature);
  else if (record->style != RECORD_PLAIN) snprintf(buffer, size, "%s", what[record->style]);
  else if (record->count == 0) snprintf(buffer, size, "an empty record");
  else snprintf(buffer, size, "a record of %u field%s", record->count, plural(record->count));
}

/* One that is not known yet has no value to show. */
static void describe_number(double x, char *buffer, size_t size) {
  if (number_is_unset(x)) {
    snprintf(buffer, size, "a number");
    return;
  }
  Spelling spelling = number_spell(x, 0);
  snprintf(buffer, size, "a number (%.*s)", spelling.length, spelling.bytes);
}

static void describe_complex(const Complex *z, char *buffer, size_t size) {
  if (z->real.kind == VALUE_ARRAY) {
    describe_array(value_as_array(z->real), "complex number", " of complex numbers", buffer, size);
    return;
  }
  Spelling spelling = complex_spell(z->real.number, z->imaginary.number, 0, 0);
  snprintf(buffer, size, "a complex number (%.*s)", spelling.length, spelling.bytes);
}

static void describe_object(Value value, char *buffer, size_t size) {
  const Object *object = value.object;
  switch ((ValueKind)value.kind) {
    case VALUE_ARRAY:
      if (value_as_array(value)->element == ELEMENT_BOOLEAN) describe_array((const Array *)object, "boolean", " of booleans", buffer, size);
      else describe_array((const Array *)object, "number", "", buffer, size);
      break;
    case VALUE_COMPLEX: describe_complex((const Complex *)object, buffer, size); break;
    case VALUE_RANGE: describe_range((const Range *)object, buffer, size); break;
    case VALUE_RECORD: describe_record((const Record *)object, buffer, size); break;
    case VALUE_FUNCTION: describe_function((const Function *)object, buffer, size); break;
    case VALUE_TUPLE: {
      uint32_t count = ((const Tuple *)object)->count;
      snprintf(buffer, size, "a tuple of %u value%s", count, plural(count));
      break;
    }
    case VALUE_TABLE: {
      const Table *table = (const Table *)object;
      snprintf(buffer, size, "a table of %u row%s and %u column%s", table->rows,
               plural(table->rows), table->count, plural(table->count));
      break;
    }
    default: snprintf(buffer, size, "a %s", value_kind_name((ValueKind)value.kind)); break;
  }
}

const char *value_describe(Value value, char buffer[VALUE_DESCRIPTION]) {
  switch ((ValueKind)value.kind) {
    case VALUE_NOTHING: snprintf(buffer, VALUE_DESCRIPTION, "nothing"); break;
    case VALUE_BOOLEAN:
      snprintf(buffer, VALUE_DESCRIPTION, value.number != 0 ? "true" : "false");
      break;
    case VALUE_NUMBER:
    case VALUE_ACTIVE: describe_number(value.number, buffer, VALUE_DESCRIPTION); break;
    default: describe_object(value, buffer, VALUE_DESCRIPTION); break;
  }
  return buffer;
}
