/* primitive.c - finding rows, matching arguments to their parameters, calling them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/primitive.h"

#include "primitives/complex.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "calculus/derive.h"
#include "machine/advice.h"
#include "machine/session.h"
#include "values/complex.h"
#include "values/operate.h"

const Primitive *primitive_find(const char *name) {
  for (size_t f = 0; f < primitive_family_count; f++)
    for (size_t i = 0; i < primitive_families[f].count; i++)
      if (strcmp(primitive_families[f].row[i].name, name) == 0) return &primitive_families[f].row[i];
  return NULL;
}

/* ---- parameters, read off "(A, b = 1)" ---- */

static const char *read_parameter(const char *at, Parameters *out) {
  int k = out->count++;
  assert(k < PARAMETERS_MOST);
  size_t length = 0;
  while (isalnum((unsigned char)at[length]) || at[length] == '_') length++;
  assert(length > 0 && length < sizeof out->name[0]);
  memcpy(out->name[k], at, length);
  out->name[k][length] = 0;
  at += length;
  if (strncmp(at, "...", 3) == 0) {
    out->variadic = true;
    at += 3;
  }
  while (*at == ' ') at++;
  out->optional[k] = *at == '=';
  int depth = 0;
  while (*at && (depth > 0 || (*at != ',' && *at != ')'))) {
    if (*at == '(' || *at == '[') depth++;
    if (*at == ')' || *at == ']') depth--;
    at++;
  }
  return at;
}

void primitive_parameters(const Primitive *primitive, Parameters *out) {
  memset(out, 0, sizeof *out);
  const char *at = primitive->parameters + 1;
  while (*at && *at != ')') {
    at = read_parameter(at, out);
    while (*at == ',' || *at == ' ') at++;
  }
  for (int i = out->variadic ? 1 : 0; i < out->count; i++) out->required += !out->optional[i];
}

static _Noreturn void fail_arity(Session *s, const Primitive *row, const Parameters *p, uint32_t given) {
  int least = p->required, most = p->count;
  Report *r;
  if (p->variadic) r = failure(s, "%s needs at least one argument", row->name);
  else if (least == most) r = failure(s, "%s takes %d argument%s, found %u", row->name, most, most == 1 ? "" : "s", given);
  else r = failure(s, "%s takes %d to %d arguments, found %u", row->name, least, most, given);
  report_remark(r, "%s%s", row->name, row->parameters);
  raise_failure(s, r);
}

static _Noreturn void fail_missing(Session *s, const Primitive *row, const char *name) {
  Report *r = failure(s, "%s is called without its argument %s", row->name, name);
  report_remark(r, "%s%s", row->name, row->parameters);
  raise_failure(s, r);
}

static int named_parameter(Session *s, const Primitive *row, const Parameters *p, const Symbol *name) {
  for (int i = p->variadic ? 1 : 0; i < p->count; i++)
    if (symbol_find(&s->symbols, p->name[i], strlen(p->name[i])) == name) return i; /* eta is η */
  char list[160] = "";
  for (int i = p->variadic ? 1 : 0; i < p->count; i++) strcat(strcat(list, list[0] ? ", " : ""), p->name[i]);
  Report *r = failure(s, "%s has no argument named %s", row->name, name->name);
  report_remark(r, list[0] ? "named arguments: %s" : "%sit has no named arguments", list);
  Suggestion suggestion;
  suggestion_start(&suggestion, name->name);
  bool has_dim = false;
  for (int i = p->variadic ? 1 : 0; i < p->count; i++) {
    suggestion_offer(&suggestion, p->name[i]);
    has_dim = has_dim || strcmp(p->name[i], "dim") == 0;
  }
  advise_named(s, r, name, suggestion.best);
  if (has_dim && strcmp(name->name, "axis") == 0) { /* numpy's word, which counts from 0 */
    report_advise(r, "dim = 1  (down the rows)");
    report_advise(r, "dim = 2  (across them)");
  }
  if (!suggestion.best && p->count && strcmp(p->name[0], "formula") == 0) report_advise(r, "%s ~ …", name->name);
  raise_failure(s, r);
}

/* Past the last parameter the places are PLACE_END. */
enum { PLACE_ABSENT = -1, PLACE_END = -2 };

void primitive_match(Session *s, const Primitive *row, uint32_t positional, uint32_t named,
                     const Symbol *const *name, int8_t place[PARAMETERS_MOST]) {
  Parameters p;
  primitive_parameters(row, &p);
  int first = p.variadic ? 1 : 0;
  if (!p.variadic && positional > (uint32_t)p.count) fail_arity(s, row, &p, positional + named);
  if (p.variadic && positional == 0 && p.required > 0) fail_arity(s, row, &p, 0);
  for (int i = 0; i < PARAMETERS_MOST; i++)
    place[i] = i >= p.count ? PLACE_END : !p.variadic && (uint32_t)i < positional ? (int8_t)i : PLACE_ABSENT;
  for (uint32_t k = 0; k < named; k++) {
    int i = named_parameter(s, row, &p, name[k]);
    if (place[i] != PLACE_ABSENT) fail(s, "the argument %s is given twice", name[k]->name);
    place[i] = (int8_t)(positional + k);
  }
  for (int i = first; i < p.count; i++)
    if (place[i] == PLACE_ABSENT && !p.optional[i])
      named ? fail_missing(s, row, p.name[i]) : fail_arity(s, row, &p, positional);
}

/* ---- calling ---- */

static Value call_rule(Session *s, const Primitive *row, const Arguments *a) {
  Value in[RULE_INPUTS], out[RULE_OUTPUTS];
  for (int i = 0; i < row->rule->inputs; i++) {
    Value given = a->argument[i];
    bool fits = given.kind == VALUE_NUMBER || given.kind == VALUE_ACTIVE || given.kind == VALUE_ARRAY || given.kind == VALUE_RANGE;
    if (!fits) {
      char text[VALUE_DESCRIPTION];
      fail_argument(s, i, "%s needs an array, found %s", row->name, value_describe(given, text));
    }
    in[i] = given.kind == VALUE_RANGE ? value_to_array(s, given) : value_keep(given);
  }
  rule_apply(s, row->rule, in, out);
  for (int i = 0; i < row->rule->inputs; i++) value_release(in[i]);
  if (row->rule->outputs == 1) return out[0];
  Tuple *tuple = tuple_new(s, (uint32_t)row->rule->outputs);
  for (int i = 0; i < row->rule->outputs; i++) tuple->item[i] = out[i];
  return value_tuple(tuple);
}

static void refuse_active(Session *s, const Primitive *row, const Value *argument, int count) {
  if (s->level == 0) return; /* and no walk through tuples that share their parts a million times */
  for (int i = 0; i < count; i++)
    if (value_is_active(argument[i])) fail_argument(s, i, "%s cannot be differentiated: %s", row->name, row->reason ? row->reason : "it has no rule");
}

/* A number in the place of a 1×1 array. Takes ownership. */
static Value as_array(Session *s, Value v) {
  if (v.kind == VALUE_TUPLE) {
    Tuple *tuple = (Tuple *)v.object;
    for (uint32_t i = 0; i < tuple->count; i++) tuple->item[i] = as_array(s, tuple->item[i]);
  }
  if (v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE) return array_from_numbers(s, &v, 1, 1);
  if (v.kind != VALUE_COMPLEX || complex_is_array(v)) return v;
  const Complex *z = value_as_complex(v);
  Value real = as_array(s, value_keep(z->real)),
        whole = complex_new(s, real, as_array(s, value_keep(z->imaginary)));
  value_release(v);
  return whole;
}

static bool any_array(const Arguments *a) {
  for (int i = 0; i < a->count; i++) {
    Value v = a->argument[i];
    if (v.kind == VALUE_ARRAY || (v.kind == VALUE_COMPLEX && complex_is_array(v))) return true;
  }
  return false;
}

Value primitive_call(Session *s, const Primitive *row, const Value *window, uint32_t positional,
                     const int8_t *place, int wanted) {
  Value argument[PARAMETERS_MOST];
  int count = 0;
  bool variadic = strstr(row->parameters, "...") != NULL;
  for (; count < PARAMETERS_MOST && place[count] != PLACE_END; count++)
    argument[count] = place[count] >= 0 ? window[place[count]] : value_nothing();
  Arguments a = {.argument = argument, .count = count, .wanted = wanted};
  if (variadic) a = (Arguments){.argument = window, .count = (int)positional, .named = argument + 1, .wanted = wanted};
  if (row->differentiable == DERIVE_NONE) refuse_active(s, row, a.argument, a.count);
  bool arrays = row->result == RESULT_ARRAYS && any_array(&a);
  Value result = complex_given(&a) ? complex_call(s, row, &a)
                 : row->call       ? row->call(s, &a)
                                   : call_rule(s, row, &a);
  return arrays ? as_array(s, result) : result;
}

/* ---- rules ---- */

static Shape shape_of(Value v) {
  return v.kind == VALUE_ARRAY ? (Shape){value_as_array(v)->rows, value_as_array(v)->cols} : (Shape){1, 1};
}

static int level_of(Value v) {
  if (v.kind == VALUE_ACTIVE) return v.level;
  return v.kind == VALUE_ARRAY && value_as_array(v)->element == ELEMENT_ACTIVE ? value_as_array(v)->level : 0;
}

static Value one_if_single(Value v) {
  const Array *a = value_as_array(v);
  if (array_count(a) != 1) return v;
  Value number = array_entry(a, 0);
  value_release(v);
  return number;
}

static void rule_record(Session *s, const Rule *rule, Trace *trace, const Value in[], const Shape in_shape[], const Shape out_shape[], Value out[]) {
  uint32_t in_cell[RULE_INPUTS], out_cell[RULE_OUTPUTS];
  for (int i = 0; i < rule->inputs; i++)
    in_cell[i] = in[i].kind == VALUE_ARRAY ? trace_cells(trace, value_as_array(in[i])) : trace_cell(trace, in[i]);
  trace_rule(trace, rule, in_cell, in_shape, out_cell, out_shape);
  for (int i = 0; i < rule->outputs; i++)
    out[i] = one_if_single(trace_run_value(s, trace, out_cell[i], out_shape[i].rows, out_shape[i].cols));
}

static void rule_compute(Session *s, const Rule *rule, const Value in[], const Shape in_shape[], const Shape out_shape[], Value out[]) {
  const double *from[RULE_INPUTS];
  double *to[RULE_OUTPUTS];
  for (int i = 0; i < rule->inputs; i++) from[i] = in[i].kind == VALUE_ARRAY ? value_as_array(in[i])->data : &in[i].number;
  for (int i = 0; i < rule->outputs; i++) {
    Array *array = array_new(s, out_shape[i].rows, out_shape[i].cols, ELEMENT_REAL);
    out[i] = value_array(array);
    to[i] = array->data;
  }
  size_t work = rule->work_size ? rule->work_size(in_shape) : 0;
  Scratch *mark = scratch_mark(s);
  const char *why = rule->value(from, in_shape, to, out_shape, work ? scratch(s, work * sizeof(double)) : NULL);
  if (why) fail(s, "%s", why);
  scratch_release(s, mark);
  for (int i = 0; i < rule->outputs; i++) out[i] = one_if_single(out[i]);
}

void rule_apply(Session *s, const Rule *rule, const Value in[], Value out[]) {
  Shape in_shape[RULE_INPUTS] = {{0, 0}}, out_shape[RULE_OUTPUTS] = {{0, 0}};
  int level = 0;
  for (int i = 0; i < rule->inputs; i++) {
    in_shape[i] = shape_of(in[i]);
    int own = level_of(in[i]);
    level = own > level ? own : level;
  }
  rule->shape(s, in_shape, out_shape);
  if (level) rule_record(s, rule, s->trace[level], in, in_shape, out_shape, out);
  else rule_compute(s, rule, in, in_shape, out_shape, out);
}
