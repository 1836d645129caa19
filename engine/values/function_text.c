/* function_text.c - functions and formulas as text: the definition, or the name they are known by.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values/function_text.h"

#include <string.h>

#include "machine/prototype.h"
#include "primitives/primitive.h"
#include "syntax/unparse.h"
#include "values/display.h"

enum { PARTIAL_DEPTH = 8 }; /* functions of functions of functions; deeper ones print as … */

/* The first sentence of a help text, without its full stop. A sentence ends where the next begins
 * with a capital, so "e.g. x" ends none. */
static size_t summary_length(const char *help) {
  size_t length = strlen(help);
  for (const char *stop = strstr(help, ". "); stop; stop = strstr(stop + 1, ". ")) {
    if (stop[2] >= 'A' && stop[2] <= 'Z') return (size_t)(stop - help);
  }
  return length > 0 && help[length - 1] == '.' ? length - 1 : length;
}

/* The name is the value; the rest is said behind a #, so that the line can be typed again. */
static void primitive_definition(const Primitive *primitive, Text *out) {
  text_format(out, "%s  # %s%s", primitive->name, primitive->name,
              primitive->parameters ? primitive->parameters : "");
  if (!primitive->help) return;
  text_string(out, ": ");
  text_append(out, primitive->help, summary_length(primitive->help));
}

static bool is_lambda(Value value) {
  if (value.kind != VALUE_FUNCTION) return false;
  const Function *function = (const Function *)value.object;
  return function->function_kind == FUNCTION_CLOSURE && !function->prototype->name;
}

enum { TUPLE_LISTED = 6 };

/* Is it a tuple of a few functions, which can be listed? */
static bool is_list(Value value) {
  const Tuple *tuple = value.kind == VALUE_TUPLE ? (const Tuple *)value.object : NULL;
  bool all = tuple && tuple->count > 0 && tuple->count <= TUPLE_LISTED;
  for (uint32_t k = 0; all && k < tuple->count; k++) all = tuple->item[k].kind == VALUE_FUNCTION;
  return all;
}

/* Other tuples and records stay closed: functions inside them would open without end. */
static void bound_text(Value value, int depth, Text *out) {
  static const DisplayOptions narrow = {.columns = 32};
  if (value.kind == VALUE_FUNCTION) {
    function_reference((const Function *)value.object, depth + 1, out);
  } else if (is_list(value)) {
    const Tuple *tuple = (const Tuple *)value.object;
    for (uint32_t k = 0; k < tuple->count; k++) {
      text_string(out, k ? ", " : "(");
      function_reference((const Function *)tuple->item[k].object, depth + 1, out);
    }
    text_string(out, tuple->count == 1 ? ",)" : ")");
  } else if (value.kind == VALUE_TUPLE || value.kind == VALUE_RECORD) {
    text_string(out, "…");
  } else {
    display_inline(value, &narrow, out);
  }
}

/* f'' for a derivative, gradient(f) for every other builtin that waits for its point. */
static void partial_text(const Function *function, int depth, Text *out) {
  if (function->order > 0 && function->count > 0) {
    bool grouped = is_lambda(function->bound[0]);
    if (grouped) text_string(out, "(");
    bound_text(function->bound[0], depth, out);
    if (grouped) text_string(out, ")");
    text_repeat(out, '\'', function->order);
    return;
  }
  if (strcmp(function->primitive->name, "at_") == 0) { /* the function itself, called with a point */
    bound_text(function->bound[0], depth, out);
    return;
  }
  text_format(out, "%s(", function->primitive->name);
  for (uint32_t k = 0; k < function->count; k++) {
    if (k > 0) text_string(out, ", ");
    bound_text(function->bound[k], depth, out);
  }
  text_string(out, ")");
}

void function_reference(const Function *function, int depth, Text *out) {
  if (depth > PARTIAL_DEPTH) {
    text_string(out, "…");
    return;
  }
  switch ((FunctionKind)function->function_kind) {
    case FUNCTION_PRIMITIVE: text_string(out, function->primitive->name); break;
    case FUNCTION_PARTIAL: partial_text(function, depth, out); break;
    case FUNCTION_CLOSURE:
      if (function->prototype->name) text_string(out, function->prototype->name->name);
      else prototype_print(function->prototype, NULL, out);
      break;
  }
}

/* What it captured, behind [head] and before [tail], with what captured lambdas captured in ( ). */
static void captures_text(const Function *function, const char *head, const char *tail, int depth, Text *out) {
  bool first = true;
  for (uint32_t k = 0; k < function->count; k++) {
    Value held = function->bound[k];
    const Symbol *name = function->prototype->capture[k];
    if (held.kind == VALUE_NOTHING || held.kind >= VALUE_PROTOTYPE) continue;
    text_format(out, "%s%s = ", first ? head : ", ", name->name);
    bound_text(held, 0, out);
    const Function *inner = held.kind == VALUE_FUNCTION ? (const Function *)held.object : NULL;
    if (depth == 0 && inner && is_lambda(held)) captures_text(inner, " (", ")", depth + 1, out);
    first = false;
  }
  if (!first) text_string(out, tail);
}

void function_definition(const Function *function, Text *out) {
  switch ((FunctionKind)function->function_kind) {
    case FUNCTION_PRIMITIVE: primitive_definition(function->primitive, out); break;
    case FUNCTION_PARTIAL: partial_text(function, 0, out); break;
    case FUNCTION_CLOSURE:
      prototype_print(function->prototype, NULL, out);
      if (function->prototype->remark) text_format(out, "  # %s", function->prototype->remark);
      captures_text(function, "  # where ", "", 0, out); /* two functions of one text may differ in it */
      break;
  }
}

void formula_text(const Formula *formula, Text *out) {
  unparse(formula->node, formula->tree->source, out);
}
