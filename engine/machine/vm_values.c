/* vm_values.c - the values that single instructions make, and what is checked of those they take.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/vm_values.h"

#include <stdio.h>
#include <string.h>

#include "machine/invoke.h"
#include "machine/misfit.h"
#include "values/display.h"
#include "values/index.h"
#include "values/operate.h"

/* ---- arrays, tuples, text, functions ---- */

Value vm_vector(Session *s, const double *n, uint32_t count) {
  Array *a = array_new(s, count, 1, ELEMENT_REAL);
  memcpy(a->data, n, count * sizeof(double));
  return value_array(a);
}

Value vm_blocks(Session *s, const Node *node, const Value *element) {
  uint32_t *width = scratch(s, (node->count + 1) * sizeof(uint32_t)), rows = 0;
  for (uint32_t i = 0; i < node->count; i++)
    if (node->child[i]->count) width[rows++] = node->child[i]->count;
  return value_blocks(s, element, width, rows);
}

Value vm_tuple(Session *s, Value *element, uint32_t count) {
  Tuple *t = tuple_new(s, count);
  for (uint32_t i = 0; i < count; i++)
    if (value_depth(element[i]) >= t->depth) t->depth = value_depth(element[i]) + 1;
  value_check_depth(s, t->depth);
  for (uint32_t i = 0; i < count; i++) {
    t->item[i] = element[i];
    element[i] = value_nothing();
  }
  return value_tuple(t);
}

void vm_row_done(Session *s, Builder *b) {
  if (b->width == 0) b->width = b->count;
  if (b->width && b->count % b->width)
    fail(s, "the inner loop has a different length each time: rows must be equally long");
}

Value vm_format(Session *s, Value v, const Node *node) {
  Text text = {0};
  if (v.kind == VALUE_STRING && node->length == 0) return value_keep(v);
  if (!display_format(v, node->text, node->length, &text)) {
    text_free(&text);
    char what[VALUE_DESCRIPTION];
    fail(s, "the format {:%.*s} does not fit %s", (int)node->length, node->text,
         value_describe(v, what));
  }
  String *string = string_new(s, text.bytes ? text.bytes : "", text.length);
  text_free(&text);
  return value_string(string);
}

Value vm_concatenate(Session *s, const Value *part, uint32_t count) {
  size_t length = 0;
  for (uint32_t i = 0; i < count; i++) length += ((String *)part[i].object)->length;
  String *all = object_new(s, VALUE_STRING, sizeof(String) + length + 1);
  all->length = 0;
  all->bare = false;
  for (uint32_t i = 0; i < count; i++) {
    const String *piece = (String *)part[i].object;
    memcpy(all->bytes + all->length, piece->bytes, piece->length);
    all->length += piece->length;
  }
  all->bytes[all->length] = 0;
  return value_string(all);
}

Value vm_closure(Session *s, Prototype *prototype, Value *capture) {
  Function *f = function_new(s, FUNCTION_CLOSURE, prototype->capture_count);
  f->prototype = prototype;
  prototype->head.references++;
  for (uint32_t i = 0; i < f->count; i++) {
    f->bound[i] = capture[i];
    capture[i] = value_nothing();
  }
  return value_function(f);
}

Value vm_formula(Session *s, const Code *code, const Node *node, Value scope) {
  Formula *f = object_new(s, VALUE_FORMULA, sizeof(Formula));
  f->node = node;
  f->tree = tree_keep(code->prototype->tree);
  f->scope = value_keep(scope);
  return value_formula(f);
}

Value vm_scope(Session *s, const Value *pair, uint32_t count) {
  Record *r = record_new(s);
  for (uint32_t i = 0; i < count; i++) {
    const String *name = (String *)pair[2 * i].object;
    value_check_depth(s, value_depth(pair[2 * i + 1]) + 1);
    record_set(r, symbol_intern(&s->symbols, name->bytes, name->length),
               value_keep(pair[2 * i + 1]));
  }
  return value_record(r);
}

/* ---- operations ---- */

/* (x^2)' of a number is more likely a derivative gone wrong than a transpose. */
Value machine_prime(Session *s, Value v) {
  bool number = v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE;
  const Node *node = session_origin(s);
  if (number && node && node->kind == NODE_PRIME && node->child[0]->grouped) {
    char text[64];
    Report *r = failure(s, "the ' of a number is not defined");
    report_advise(r, "%s  (the transpose of a number is the number)",
                  failure_text(s, 0, text, sizeof text));
    report_advise(r, "f(x) = %s; f'  (the derivative)", text);
    raise_failure(s, r);
  }
  if (v.kind != VALUE_FUNCTION) return value_transpose(s, v);
  return function_derivative(s, v);
}

Value vm_implicit(Session *s, Value left, Value right) {
  if (left.kind != VALUE_FUNCTION) return value_operate(s, OP_MULTIPLY, left, right);
  if (right.kind == VALUE_TUPLE)
    return machine_call(s, left, ((Tuple *)right.object)->item, ((Tuple *)right.object)->count);
  return machine_call(s, left, &right, 1);
}

Value vm_accumulated(Session *s, Value sum, Value x, Scalar op) {
  if (sum.kind == VALUE_NOTHING) return value_keep(x);
  if (op == SCALAR_ADD) return value_operate(s, OP_ADD, sum, x);
  if (op == SCALAR_MULTIPLY) return value_operate(s, OP_MULTIPLY, sum, x);
  return value_elementwise(s, op, sum, x);
}

/* ---- checks ---- */

void parameter_sizes(Session *s, Value v, const Node *parameter, double sizes[2]) {
  if (v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE) {
    sizes[0] = sizes[1] = 1;
    return;
  }
  if (v.kind == VALUE_RANGE) {
    sizes[0] = (double)((Range *)v.object)->count;
    sizes[1] = 1;
    return;
  }
  if (v.kind != VALUE_ARRAY) {
    char text[VALUE_DESCRIPTION];
    fail(s, "%s must be an array of numbers, found %s", parameter->symbol->name,
         value_describe(v, text));
  }
  sizes[0] = value_as_array(v)->rows;
  sizes[1] = value_as_array(v)->cols;
}

_Noreturn void parameter_fail_size(Session *s, const Node *parameter, int dimension, double actual,
                                   double expected) {
  fail(s, "%s must have %g %s, found %g", parameter->symbol->name, expected,
       dimension ? "columns" : "rows", actual);
}

void machine_check_parts(Session *s, Value v, uint32_t count) {
  if (v.kind == VALUE_TUPLE && ((Tuple *)v.object)->count == count) return;
  char text[VALUE_DESCRIPTION];
  if (v.kind == VALUE_TUPLE) fail(s, "%u names for %u values", count, ((Tuple *)v.object)->count);
  if (v.kind == VALUE_ARRAY && array_count(value_as_array(v)) == count) return;
  fail(s, "%u names need %u values, found %s", count, count, value_describe(v, text));
}

static _Noreturn void fail_truths(Session *s, Value v) {
  char text[VALUE_DESCRIPTION], what[64];
  Report *r = failure(s, "a condition is one true or false, found %s: use all(…) or any(…)",
                      value_describe(v, text));
  failure_text(s, -1, what, sizeof what);
  report_advise(r, what[0] == '(' ? "all%s" : "all(%s)", what);
  report_advise(r, what[0] == '(' ? "any%s" : "any(%s)", what);
  raise_failure(s, r);
}

double vm_truth(Session *s, Value v) {
  if (v.kind == VALUE_BOOLEAN) return v.number;
  char text[VALUE_DESCRIPTION];
  if (v.kind == VALUE_NOTHING) fail_no_value(s, -1);
  if (v.kind == VALUE_ARRAY && value_as_array(v)->element == ELEMENT_BOOLEAN) fail_truths(s, v);
  fail(s, "a condition is true or false, found %s: compare it with something",
       value_describe(v, text));
}

/* The same words as the reduction of an array has. */
_Noreturn void vm_fail_empty(Session *s) {
  char name[32];
  fail_argument(s, 0, "there is no %s of nothing: this is empty",
                failure_text(s, FAILURE_CALLEE, name, sizeof name));
}

void vm_discard(Session *s, Value v) {
  if (v.kind == VALUE_NOTHING) return;
  char text[64];
  const Node *node = session_origin(s);
  const Source *source = session_source(s);
  Report *r = failure(s, "this value goes nowhere");
  if (node && source) {
    snprintf(text, sizeof text, "%.*s", (int)(node->span.end - node->span.start),
             source->text + node->span.start);
    report_advise(r, "print(%s)", text);
  }
  raise_failure(s, r);
}
