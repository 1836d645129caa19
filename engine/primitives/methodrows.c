/* methodrows.c - the functions that a method of minimisation is given, and terms.
 *
 * The rows that end in _ are made by the engine with their first arguments bound; typed with others they
 * must still refuse, not crash.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/session.h"
#include "machine/terms.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/method.h"
#include "values/index.h"
#include "values/operate.h"

/* ---- objective and constraints as functions of one point ---- */

/* The arguments that the numbers of point [x] make. Owned, in scratch. */
static Value *arguments_from(Session *s, const Tuple *shapes, Value x) {
  size_t wanted = 0, found = point_size(s, x, "the point");
  for (uint32_t i = 0; i < shapes->count; i++) wanted += point_size(s, shapes->item[i], "the start");
  if (found != wanted) fail(s, "the objective is a function of a point of %zu number%s, found %zu", wanted, wanted == 1 ? "" : "s", found);
  Value *number = scratch(s, (found + 1) * sizeof(Value)), *argument = scratch(s, (shapes->count + 1) * sizeof(Value));
  point_flatten(s, x, number);
  const Value *next = number;
  for (uint32_t i = 0; i < shapes->count; i++) argument[i] = point_shape(s, shapes->item[i], &next);
  return argument;
}

static Value call_at(Session *s, const Arguments *a, Value x) {
  if (a->argument[0].kind != VALUE_FUNCTION || a->argument[1].kind != VALUE_TUPLE) fail(s, "a function and the shapes of its variables are expected");
  const Tuple *shapes = (Tuple *)a->argument[1].object;
  Value *argument = arguments_from(s, shapes, x);
  Value v = point_call(s, a->argument[0], argument, shapes->count);
  for (uint32_t i = 0; i < shapes->count; i++) value_release(argument[i]);
  return v;
}

static Value call_objective(Session *s, const Arguments *a) {
  Value v = call_at(s, a, a->argument[3]);
  if (v.kind == VALUE_ARRAY && array_count(value_as_array(v)) == 1) {
    Value entry = array_entry(value_as_array(v), 0);
    value_release(v);
    v = entry;
  }
  char text[VALUE_DESCRIPTION];
  if (v.kind != VALUE_NUMBER && v.kind != VALUE_ACTIVE) fail(s, "only one number can be minimised, the function gives %s", value_describe(v, text));
  if (a->argument[2].number < 0) v = value_elementwise(s, SCALAR_NEGATE, v, v);
  method_remember(s, a->argument[1].object, a->argument[3], v.number);
  return v;
}

/* The differences of one kind: all that must be 0, or all that must not be above 0. */
static Value call_differences(Session *s, const Arguments *a) {
  if (a->argument[2].kind != VALUE_TUPLE) fail_argument(s, 2, "the kinds of the constraints are expected");
  Value v = call_at(s, a, a->argument[4]);
  const Tuple *kinds = (Tuple *)a->argument[2].object, *groups = v.kind == VALUE_TUPLE ? (Tuple *)v.object : NULL;
  bool equal = a->argument[3].number != 0, typed = kinds->count > 0 && groups && groups->count == kinds->count;
  Value *number = scratch(s, (point_size(s, v, "a constraint") + 1) * sizeof(Value));
  size_t count = 0;
  for (uint32_t g = 0; g < (typed ? groups->count : 1); g++) {
    Value group = typed ? groups->item[g] : v;
    if ((typed && kinds->item[g].number != 0) != equal) continue; /* without kinds all are inequalities */
    point_flatten(s, group, number + count);
    count += point_size(s, group, "a constraint");
  }
  Value column = array_from_numbers(s, number, count, 1);
  value_release(v);
  return column;
}

/* ---- the terms of a sum ---- */

static bool is_objective(Value f) {
  const Function *function = f.kind == VALUE_FUNCTION ? (Function *)f.object : NULL;
  return function && function->function_kind == FUNCTION_PARTIAL && strcmp(function->primitive->name, "objective_") == 0;
}

/* N and the function of positions that gives the sum over those terms. */
static Value call_terms(Session *s, const Arguments *a) {
  Value f = argument_function(s, a, 0), x = a->argument[1];
  bool wrapped = is_objective(f);
  Terms terms = terms_of(s, wrapped ? ((Function *)f.object)->bound[0] : f);
  Value count;
  if (wrapped) {
    const Tuple *shapes = (Tuple *)((Function *)f.object)->bound[1].object;
    count = point_call(s, terms.count, arguments_from(s, shapes, x), shapes->count);
  } else {
    count = machine_call(s, terms.count, &x, 1);
  }
  if (!(count.kind == VALUE_NUMBER && count.number >= 1)) fail(s, "there are no terms: the function is a sum over nothing");
  value_release(terms.count);
  Value bound[] = {terms.sampled, wrapped ? value_keep(f) : value_nothing(), count};
  Tuple *both = tuple_new(s, 2);
  both->item[0] = count;
  both->item[1] = method_function(s, "part_", bound, 3);
  return value_tuple(both);
}

static void check_positions(Session *s, int index, const Array *positions, double count) {
  if (array_count(positions) == 0) fail_argument(s, index, "no term is chosen");
  for (size_t i = 0; i < array_count(positions); i++) {
    double k = positions->data[i];
    if (!(k >= 1 && k <= count && k == floor(k))) fail_argument(s, index, "there is no term %g: there are %g", k, count);
  }
}

static Value call_part(Session *s, const Arguments *a) {
  argument_function(s, a, 0);
  Array *positions = argument_array(s, a, 3);
  double count = a->argument[2].number;
  check_positions(s, 3, positions, count);
  Value f = terms_choose(s, a->argument[0], value_array(positions), count / (double)array_count(positions));
  value_release(value_array(positions));
  if (!is_objective(a->argument[1])) return f;
  const Function *whole = (Function *)a->argument[1].object;
  Value bound[] = {f, value_keep(whole->bound[1]), whole->bound[2]};
  return method_function(s, "objective_", bound, 3);
}

/* The entries of a list at positions that exist. */
static Value call_pick(Session *s, const Arguments *a) {
  Value list = a->argument[0];
  if (!value_is_real_array(a->argument[1])) fail_argument(s, 1, "expected positions");
  const Array *positions = value_as_array(a->argument[1]);
  size_t count = array_count(positions);
  if (list.kind != VALUE_TUPLE && list.kind != VALUE_RANGE && list.kind != VALUE_ARRAY) fail_argument(s, 0, "expected a list");
  check_positions(s, 1, positions, list.kind == VALUE_ARRAY ? (double)array_count(value_as_array(list)) : (double)value_length_of_loop(s, list));
  if (list.kind == VALUE_TUPLE) {
    Tuple *some = tuple_new(s, (uint32_t)count);
    some->depth = ((Tuple *)list.object)->depth;
    for (uint32_t i = 0; i < count; i++) some->item[i] = value_keep(((Tuple *)list.object)->item[(size_t)positions->data[i] - 1]);
    return value_tuple(some);
  }
  Value *number = scratch(s, (count + 1) * sizeof(Value));
  for (size_t i = 0; i < count; i++) number[i] = value_element(s, list, (size_t)positions->data[i] - 1);
  return array_from_numbers(s, number, count, 1);
}

/* How many elements a generator goes over, or how many entries an array has. */
static Value call_count(Session *s, const Arguments *a) {
  Value list = a->argument[0];
  if (a->argument[1].number != 0) return value_number((double)value_length_of_loop(s, list));
  return value_number((double)point_size(s, list, "a sum of terms"));
}

const Primitive method_rows[METHOD_ROWS_COUNT] = {
    {.name = "terms", .parameters = "(f, x)", .call = call_terms, .differentiable = DERIVE_NONE, .reason = "it gives a number of terms and a function",
     .help = "How many terms f has, a function written as mean(… for …) or sum(…), and the function B -> the same sum over the terms at positions B only, scaled to the size of the whole: a gradient of it is a stochastic gradient of f. x is a point f can be called at.",
     .example = "f(w) = mean((w - i)^2 for i in 1:4); N, part = terms(f, 0); N, part([1, 2])(0)", .gives = "(4, 2.5)"},
    {.name = "part_", .parameters = "(sampled, whole, count, positions)", .call = call_part, .differentiable = DERIVE_NONE, .reason = "it gives a function",
     .help = "The sum over the terms at some positions.", .example = "f(w) = sum(w*i for i in 1:4); N, part = terms(f, 0); part(2)(1)", .gives = "8"},
    {.name = "pick_", .parameters = "(list, positions)", .call = call_pick, .differentiable = DERIVE_THROUGH,
     .help = "The elements of a list at positions.", .example = "pick_([5, 6, 7], [1, 3])", .gives = "[5, 7]"},
    {.name = "count_", .parameters = "(list, elements)", .call = call_count, .differentiable = DERIVE_CONSTANT,
     .help = "How many elements a list has.", .example = "count_(1:4, 1)", .gives = "4"},
    {.name = "objective_", .parameters = "(f, shapes, sign, x)", .call = call_objective, .differentiable = DERIVE_THROUGH,
     .help = "A function of several variables as a function of one point.", .example = "objective_((a, b) -> a + 2b, (1, 1), 1, [3, 4])", .gives = "11"},
    {.name = "differences_", .parameters = "(f, shapes, kinds, equal, x)", .call = call_differences, .differentiable = DERIVE_THROUGH,
     .help = "The equalities or the inequalities of a problem as a function of one point.", .example = "differences_((a, b) -> (a - b, a - 2), (1, 1), (1, 0), true, [3, 4])", .gives = "[-1]"},
};
