/* builtins.c - what builtins give and refuse, as far as shapes say.
 *
 * Most is read off a builtin's row: a matrix operation's own rule of shapes, "a number", "as its
 * argument". Where a builtin's shapes are in its code, and its errors do not depend on the entries,
 * it is called on zeros; those are listed here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "check/check.h"
#include "machine/random.h"

/* Called with these shapes they fail or not whatever the entries are, and give the same shapes. */
static const char *const shaped_by_shapes[] = {
    "size",  "length", "diag",    "vec",   "rows", "cols",  "zip",     "dot", "sum",
    "Sigma", "prod",   "Pi",      "mean",  "var",  "std",   "max",     "min", "any",
    "all",   "cumsum", "cumprod", "diffs", "sort", "order", "reverse", "cov",
};

/* The same for these when the numbers among their arguments are known, or all but the first. */
static const char *const shaped_by_numbers[] = {"zeros", "ones", "rand",
                                                "randn", "eye",  "linspace"};
static const char *const shaped_by_others[] = {"reshape", "triu", "tril", "norm"};

/* m×n entries of something: too many are not made to know how many they are. */
static const char *const filled[] = {"zeros", "ones", "rand", "randn"};

static bool listed(const char *const *list, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(list[i], name) == 0) return true;
  return false;
}

#define LISTED(list, name) listed(list, sizeof(list) / sizeof *(list), name)

typedef struct Attempt {
  const Primitive *row;
  const CheckCall *call;
  int8_t *place;
  Value *argument;
  Known *known;
  Arena *arena;
} Attempt;

static Value match_arguments(Session *s, const void *context) {
  const Attempt *a = context;
  primitive_match(s, a->row, a->call->positional, a->call->named, a->call->name, a->place);
  return value_nothing();
}

static Value call_row(Session *s, const void *context) {
  const Attempt *a = context;
  return primitive_call(s, a->row, a->argument, a->call->positional, a->place,
                        (int)a->call->wanted);
}

/* ---- rules ---- */

static bool shape_of(Known k, Shape *shape) {
  int64_t rows = 1, cols = 1;
  if (!known_is_number(k) && !known_is_array(k, &rows, &cols)) return false;
  *shape = (Shape){(uint32_t)rows, (uint32_t)cols};
  return rows >= 0 && cols >= 0;
}

static Known of_shape(Shape shape) {
  return shape.rows == 1 && shape.cols == 1 ? known_number() : known_array(shape.rows, shape.cols);
}

static Value apply_shape(Session *s, const void *context) {
  const Attempt *a = context;
  Shape in[RULE_INPUTS] = {{0, 0}}, out[RULE_OUTPUTS] = {{0, 0}};
  for (int i = 0; i < a->row->rule->inputs; i++) shape_of(a->call->argument[a->place[i]], &in[i]);
  a->row->rule->shape(s, in, out);
  for (int i = 0; i < a->row->rule->outputs; i++) a->known[i] = of_shape(out[i]);
  return value_nothing();
}

static Known by_rule(Check *c, Attempt *a) {
  const Rule *rule = a->row->rule;
  Shape shape;
  Value none;
  for (int i = 0; i < rule->inputs; i++)
    if (a->place[i] < 0 || !shape_of(a->call->argument[a->place[i]], &shape)) return known_not();
  a->known = arena_new(&c->arena, RULE_OUTPUTS * sizeof *a->known);
  if (!check_try(c, a->call->node, apply_shape, a, &none)) return known_not();
  if (rule->outputs == 1) return a->known[0];
  return (Known){.kind = KNOWN_TUPLE, .count = (uint32_t)rule->outputs, .item = a->known};
}

/* ---- calls on zeros ---- */

/* Among the first [entries] arguments a number not known stands for any. */
static bool witnesses(Check *c, const CheckCall *call, uint32_t entries, Value *argument,
                      bool *exact) {
  *exact = true;
  for (uint32_t i = 0; i < call->positional + call->named; i++) {
    const Known k = call->argument[i];
    int64_t rows, cols;
    bool is_exact = k.kind == KNOWN_EXACT,
         shaped = known_is_array(k, &rows, &cols) || k.kind == KNOWN_TUPLE;
    shaped = shaped || (i < entries && k.kind == KNOWN_NUMBER);
    *exact = *exact && is_exact;
    if (!(is_exact || shaped) || !known_witness(c->session, k, &argument[i])) return false;
  }
  return true;
}

/* A rule refuses what is no array before it looks at anything else. */
static bool wrong_kind(Check *c, const CheckCall *call, Value *argument) {
  bool wrong = false;
  for (uint32_t i = 0; i < call->positional + call->named; i++) {
    if (!known_witness(c->session, call->argument[i], &argument[i])) return false;
    ValueKind kind = (ValueKind)argument[i].kind;
    wrong = wrong || (kind != VALUE_NUMBER && kind != VALUE_ARRAY && kind != VALUE_RANGE);
  }
  return wrong;
}

static bool filled_shape(const CheckCall *call, Known *result) {
  int64_t size[2] = {1, 1};
  if (call->named || call->positional == 0 || call->positional > 2) return false;
  for (uint32_t i = 0; i < call->positional; i++) {
    const Known k = call->argument[i];
    double x = k.kind == KNOWN_EXACT && k.value.kind == VALUE_NUMBER ? k.value.number
               : k.kind == KNOWN_NUMBER                              ? SIZE_UNKNOWN
                                                                     : -2;
    if (x < SIZE_UNKNOWN || x != floor(x) || (x < 0 && k.kind == KNOWN_EXACT) || x > ARRAY_LARGEST)
      return false;
    size[i] = (int64_t)x;
  }
  *result = known_array(size[0], size[1]);
  return !(size[0] > 0 && size[1] > ARRAY_LARGEST / size[0]);
}

static Known on_zeros(Check *c, Attempt *a, bool exact) {
  uint64_t random[4];
  Value result;
  memcpy(random, c->session->random, sizeof random);
  bool done = check_try(c, a->call->node, call_row, a, &result);
  memcpy(c->session->random, random, sizeof random);
  if (!done) return known_not();
  bool drawn = a->row->differentiable == DERIVE_NONE;
  bool same = (exact && !drawn) || a->row->differentiable == DERIVE_CONSTANT; /* no entry matters */
  return same ? known_exact(&c->arena, result) : known_shape(&c->arena, result);
}

/* ---- by the row ---- */

static bool numbers_or_arrays(const CheckCall *call, bool *numbers) {
  int64_t rows, cols;
  *numbers = true;
  for (uint32_t i = 0; i < call->positional + call->named; i++) {
    bool number = known_is_number(call->argument[i]);
    if (!number && !known_is_array(call->argument[i], &rows, &cols)) return false;
    *numbers = *numbers && number;
  }
  return true;
}

static Known by_result(Check *c, const Attempt *a) {
  bool numbers;
  if (!numbers_or_arrays(a->call, &numbers)) return known_not();
  switch (a->row->result) {
  case RESULT_NUMBER: return known_number();
  case RESULT_ARRAY: return known_array(SIZE_UNKNOWN, SIZE_UNKNOWN);
  case RESULT_LIKE:
    if (numbers) return known_number();
    return a->call->positional == 1 && !a->call->named
               ? known_forget(&c->arena, a->call->argument[0])
               : known_not();
  default: return known_not();
  }
}

static Known record(Check *c, const CheckCall *call) {
  (void)c;
  return (Known){
      .kind = KNOWN_RECORD, .count = call->named, .item = call->argument, .name = call->name};
}

/* What may be left out is an option, not an entry. */
static uint32_t entries_of(const Primitive *row, const CheckCall *call) {
  Parameters parameters;
  primitive_parameters(row, &parameters);
  return parameters.variadic ? call->positional : (uint32_t)parameters.required;
}

Known check_builtin(Check *c, const Primitive *row, const CheckCall *call) {
  int8_t place[PARAMETERS_MOST];
  Value none, argument[CALL_ARGUMENTS];
  Known result;
  bool exact;
  if (strcmp(row->name, "record") == 0 && call->positional == 0) return record(c, call);
  if (strcmp(row->name, "table") == 0 && call->positional == 0) return known_not();
  Attempt a = {.row = row, .call = call, .place = place, .argument = argument};
  if (!check_try(c, call->node, match_arguments, &a, &none)) return known_not();
  if (LISTED(filled, row->name) && filled_shape(call, &result)) return result;
  bool by_shape = LISTED(shaped_by_shapes, row->name),
       by_others = LISTED(shaped_by_others, row->name);
  bool elementwise = row->result == RESULT_LIKE;
  uint32_t entries = by_shape || elementwise ? entries_of(row, call) : by_others ? 1 : 0;
  bool ready = witnesses(c, call, entries, argument, &exact);
  bool callable = by_shape || by_others || LISTED(shaped_by_numbers, row->name) ||
                  (elementwise && (exact || call->positional > 1)) ||
                  (exact && row->differentiable == DERIVE_RULE);
  if (ready && callable) return on_zeros(c, &a, exact);
  if (row->differentiable == DERIVE_RULE && wrong_kind(c, call, argument))
    return on_zeros(c, &a, false);
  if (row->differentiable == DERIVE_RULE) return by_rule(c, &a);
  return by_result(c, &a);
}

Known check_reduction(const char *name, Known item, int64_t turns) {
  if (strcmp(name, "any") == 0 || strcmp(name, "all") == 0) return (Known){.kind = KNOWN_BOOLEAN};
  int64_t rows, cols;
  if (known_is_number(item) || item.kind == KNOWN_BOOLEAN) return known_number();
  bool array =
      known_is_array(item, &rows, &cols) && strcmp(name, "prod") != 0 && strcmp(name, "Pi") != 0;
  return array && turns > 0 ? known_array(rows, cols) : known_not();
}
