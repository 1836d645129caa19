/* argmin.c - argmin, minimize and their kin, as functions and as clauses.
 *
 * Both forms end in one Problem: a function, the shape of its arguments, starts, a method. The answer is
 * a record with the verdict as its print-out; argmin keeps the point of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/argmin.h"

#include <math.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "optimise/constrained.h"
#include "primitives/argument.h"
#include "primitives/fit.h"
#include "primitives/method.h"
#include "primitives/problem.h"
#include "values/index.h"
#include "values/operate.h"

/* ---- the point alone ---- */

static bool field_true(Session *s, const Record *r, const char *name) {
  return record_get(r, symbol_intern(&s->symbols, name, strlen(name)))->number != 0;
}

/* What argmin returns of the record, with a note when the point is no sure minimum. */
static Value point_of(Session *s, Value record) {
  const Record *r = (Record *)record.object;
  Value point = value_keep(*record_get(r, symbol_intern(&s->symbols, "point", 5)));
  if (!field_true(s, r, "converged")) {
    const char *line = strchr(r->summary, '\n');
    note(s, "%s", line ? line + 1 : r->summary);
  }
  value_release(record);
  return point;
}

/* ---- arrays and finite sets ---- */

static Value position_of_best(Session *s, Value v, bool maximise) {
  Value whole = value_to_array(s, v);
  const Array *a = value_as_array(whole);
  if (value_is_active(whole)) trace_freeze(s); /* another point, another position */
  if (array_count(a) == 0) fail_argument(s, 0, "an empty array has no smallest entry");
  if (a->cols != 1 && a->rows != 1) fail_argument(s, 0, "a matrix has no single position: use vec");
  size_t best = 0;
  for (size_t i = 1; i < array_count(a); i++)
    if (maximise ? a->data[i] > a->data[best] : a->data[i] < a->data[best]) best = i;
  value_release(whole);
  return value_number((double)best + 1);
}

/* over k in 1:K: every element is tried. */
static Value best_of_set(const Problem *p, Value set, bool record) {
  Session *s = p->session;
  size_t count = value_length_of_loop(s, set);
  if (count == 0) fail(s, "the set to search is empty");
  Value best = value_nothing();
  double least = NAN;
  for (size_t k = 0; k < count; k++) {
    check_interrupt(s);
    Value element = value_element(s, set, k), value = machine_call(s, p->f, &element, 1);
    if (value.kind != VALUE_NUMBER) fail(s, "only one number can be minimised");
    double y = p->maximise ? -value.number : value.number;
    if (isnan(least) ? !isnan(y) : y < least) {
      least = y;
      value_release(best);
      best = value_keep(element);
    }
    value_release(element);
  }
  if (best.kind == VALUE_NOTHING) fail(s, "the function is nan on the whole set");
  if (!record) return best;
  Record *r = record_new(s);
  record_put(s, r, p->name[0], value_keep(best));
  record_put(s, r, "point", best);
  record_put(s, r, "value", value_number(p->maximise ? -least : least));
  record_put(s, r, "kind", text_value(s, p->maximise ? "global maximum" : "global minimum"));
  record_put(s, r, "converged", value_boolean(true));
  record_put(s, r, "evaluations", value_number((double)count));
  return value_record(r);
}

/* ---- the function forms ---- */

static double whole_option(Session *s, const char *option, Value v, double least, double most) {
  bool fits = v.kind == VALUE_NUMBER && v.number >= least && v.number <= most && v.number == floor(v.number);
  if (!fits) fail(s, "%s must be a whole number from %.0f to %.0f", option, least, most);
  return v.number;
}

/* An option of a method that is not written in the language. */
static void set_option(Problem *p, const char *option, Value v) {
  Session *s = p->session;
  const char *name = p->settings.method;
  if (!name) fail(s, "the option %s belongs to a method: method = \"gd\"", option);
  const ConstrainedMethod *method = constrained_method(name);
  if (!method) problem_method(s, name);
  bool samples = method && method->samples;
  if (samples && strcmp(option, "bounds") == 0) {
    p->settings.bounds = record_get(p->settings.options, symbol_intern(&s->symbols, option, strlen(option)));
  } else if (samples && strcmp(option, "evaluations") == 0) {
    p->settings.evaluations = (size_t)whole_option(s, option, v, 1, 1e6);
  } else if (samples && strcmp(option, "seed") == 0) {
    p->settings.seed = (unsigned long)whole_option(s, option, v, 0, 4294967295.0);
  } else {
    Report *r = failure(s, "%s has no option named %s", name, option);
    report_remark(r, "options of %s: %s", name, method ? constrained_options(method) : "tol");
    raise_failure(s, r);
  }
}

/* The method, its options and the function behind its name. */
static void set_method(Problem *p, const char *name, const Record *options) {
  Session *s = p->session;
  p->settings = (Settings){.method = name, .options = options, .seed = 1};
  if (name && p->method.kind == VALUE_NOTHING) p->method = method_find(s, name);
  for (uint32_t i = 0; options && i < options->count; i++) {
    const char *option = options->name[i]->name;
    Value v = options->field[i];
    if (strcmp(option, "tol") == 0) {
      if (v.kind != VALUE_NUMBER || !(v.number >= 0)) fail(s, "tol must be a number, 0 or above");
      p->settings.tolerance = v.number;
    } else if (p->method.kind == VALUE_NOTHING) {
      set_option(p, option, v);
    } else if (strcmp(option, "bounds") == 0 && method_takes_bounds(p->method)) {
      p->settings.bounds = &options->field[i];
    }
  }
}

/* Named arguments of the function form, and those of options = record(…), as one record. */
static const Record *form_options(Session *s, const Arguments *a, int first) {
  static const char *const names[] = {"eta", "beta", "steps", "tol"};
  Record *options = record_new(s);
  int last = first + (int)(sizeof names / sizeof *names);
  for (int i = first; i < last; i++)
    if (argument_given(a, i)) record_put(s, options, names[i - first], value_keep(a->argument[i]));
  if (!argument_given(a, last)) return options;
  if (a->argument[last].kind != VALUE_RECORD) fail_argument(s, last, "options is a record: options = record(batch = 5)");
  const Record *more = (Record *)a->argument[last].object;
  for (uint32_t i = 0; i < more->count; i++) record_set(options, more->name[i], value_keep(more->field[i]));
  return options;
}

/* method = "gd", or a function as methods are. */
static void form_method(Problem *p, const Arguments *a, int index) {
  Session *s = p->session;
  const char *name = NULL;
  if (argument_given(a, index) && a->argument[index].kind == VALUE_FUNCTION) {
    p->method = a->argument[index];
    const Prototype *prototype = ((Function *)p->method.object)->prototype;
    if (!prototype) fail_argument(s, index, "a method is a function of the objective and the start");
    name = prototype->name ? prototype->name->name : "the method";
  } else if (argument_given(a, index)) {
    name = argument_string(s, a, index);
  }
  set_method(p, name, form_options(s, a, index + 1));
}

static bool is_function_tuple(Value v) {
  if (v.kind != VALUE_TUPLE) return false;
  const Tuple *functions = (Tuple *)v.object;
  for (uint32_t k = 0; k < functions->count; k++)
    if (functions->item[k].kind != VALUE_FUNCTION) return false;
  return functions->count > 0;
}

/* st = [x -> x[1] >= 1] */
static _Noreturn void fail_comparison(Session *s) {
  Report *r = failure(s, "a function in st gives a number that must not be above 0, and this one gives true or false");
  report_advise(r, "st = [x -> 1 - x[1]]  (x[1] >= 1)");
  report_advise(r, "minimize f(x) over x in R^2 s.t. x[1] >= 1");
  raise_failure(s, r);
}

/* values_(functions, arguments…): the values of several functions at one point. */
static Value call_values(Session *s, const Arguments *a) {
  if (!is_function_tuple(a->argument[0])) fail_argument(s, 0, "expected a tuple of functions");
  const Tuple *functions = (Tuple *)a->argument[0].object;
  Tuple *out = tuple_new(s, functions->count);
  for (uint32_t k = 0; k < functions->count; k++) {
    out->item[k] = point_call(s, functions->item[k], a->argument + 1, (uint32_t)a->count - 1);
    if (out->item[k].kind == VALUE_BOOLEAN) fail_comparison(s);
  }
  return value_tuple(out);
}

/* st as one function, owned: several, as [f, g] or (f, g), become values_ of them. */
static Value constraint_function(Session *s, Value st) {
  if (st.kind != VALUE_TUPLE) return value_keep(st);
  if (!is_function_tuple(st)) return value_nothing();
  Function *together = function_new(s, FUNCTION_PARTIAL, 1);
  together->primitive = primitive_find("values_");
  together->bound[0] = value_keep(st);
  return value_function(together);
}

static Value function_form(Session *s, const Arguments *a, bool maximise, bool record) {
  Value f = a->argument[0];
  if (!record && (f.kind == VALUE_ARRAY || f.kind == VALUE_RANGE) && !argument_given(a, 1)) return position_of_best(s, f, maximise);
  argument_function(s, a, 0);
  if (!argument_given(a, 1)) {
    Report *r = failure(s, "where to start from is missing");
    char head[32], function[64];
    failure_text(s, FAILURE_CALLEE, head, sizeof head);
    failure_text(s, 0, function, sizeof function);
    report_advise(r, "%s(%s, 0)  (one number)", head, function);
    report_advise(r, "%s(%s, [0, 0, …])  (a vector)", head, function);
    raise_failure(s, r);
  }
  Value constraints =
      argument_given(a, 2) ? constraint_function(s, a->argument[2]) : value_nothing();
  if (argument_given(a, 2) && constraints.kind != VALUE_FUNCTION) {
    Report *r = failure(s, "st is a function whose values must not be above 0");
    report_advise(r, "st = [x -> x[1] - 1]  (or several)");
    report_advise(r, "minimize f(x) over x in R^2 s.t. x[1] <= 1");
    raise_failure(s, r);
  }
  Problem p = {.session = s, .f = f, .point = &a->argument[1], .count = 1, .maximise = maximise};
  form_method(&p, a, 3);
  if (a->argument[1].kind == VALUE_TUPLE) {
    const Tuple *t = (Tuple *)a->argument[1].object;
    p.point = t->item;
    p.count = t->count;
  }
  p.constraints = constraints;
  p.started = true;
  Value result = problem_solve(&p);
  value_release(value_record((Record *)(uintptr_t)p.settings.options));
  value_release(constraints);
  return record ? result : point_of(s, result);
}

static Value call_argmin(Session *s, const Arguments *a) { return function_form(s, a, false, false); }
static Value call_argmax(Session *s, const Arguments *a) { return function_form(s, a, true, false); }
static Value call_minimize(Session *s, const Arguments *a) { return function_form(s, a, false, true); }
static Value call_maximize(Session *s, const Arguments *a) { return function_form(s, a, true, true); }

/* ---- the clause form ---- */

static const char *text_of(Value v) { return ((String *)v.object)->bytes; }

static Value vector_of_one(Session *s, double x) {
  Array *a = array_new(s, 1, 1, ELEMENT_REAL);
  a->data[0] = x;
  return value_array(a);
}

/* R is a number, R^1 a vector of one: only what was typed tells them apart. */
static bool is_vector_of_one(const Node *clause, uint32_t variable) {
  const Node *set = clause->child[1]->child[variable]->child[0];
  return set && set->kind == NODE_SET && set->count > 0;
}

/* A point of zeros in the shape of the set, or the given start checked against it. */
static Value start_value(Session *s, Value set, const Value *start, const char *name, bool vector) {
  double rows = 1, cols = 1;
  bool has_set = set.kind == VALUE_ARRAY;
  if (has_set) {
    rows = value_as_array(set)->data[0];
    cols = value_as_array(set)->data[1];
    if (!(rows >= 1 && cols >= 1) || rows * cols > 1e8 || rows != floor(rows) || cols != floor(cols))
      fail(s, "the shape of %s must be whole numbers above 0", name);
  }
  bool number = !has_set || (rows * cols == 1 && !vector);
  if (!start) return number ? value_number(0) : value_array(array_zeros(s, (size_t)rows, (size_t)cols));
  if (start->kind == VALUE_NUMBER && (number || rows * cols == 1)) return number ? *start : vector_of_one(s, start->number);
  Value whole = start->kind == VALUE_RANGE ? value_to_array(s, *start) : value_keep(*start);
  if (has_set && (whole.kind != VALUE_ARRAY || value_as_array(whole)->rows != rows || value_as_array(whole)->cols != cols)) {
    char text[VALUE_DESCRIPTION];
    fail(s, "the start of %s must be %g×%g as its set says, found %s", name, rows, cols, value_describe(*start, text));
  }
  return whole;
}

static Value call_clause(Session *s, const Arguments *a) {
  const Node *origin = session_origin(s);
  if (!origin || origin->kind != NODE_CLAUSE)
    fail(s, "clause_ is what argmin f(x) over x becomes: write that");
  const char *head = text_of(a->argument[0]);
  const Tuple *names = (Tuple *)a->argument[2].object, *sets = (Tuple *)a->argument[3].object, *starts = (Tuple *)a->argument[4].object;
  bool maximise = strcmp(head, "argmax") == 0 || strcmp(head, "maximize") == 0;
  bool record = strcmp(head, "minimize") == 0 || strcmp(head, "maximize") == 0;
  bool fit = strcmp(head, "fit") == 0;
  const char **name = scratch(s, (names->count + 1) * sizeof *name);
  Value *point = scratch(s, (names->count + 1) * sizeof(Value));
  for (uint32_t i = 0; i < names->count; i++) name[i] = text_of(names->item[i]);
  Problem p = {.session = s, .f = a->argument[1], .point = point, .count = names->count, .name = name, .maximise = maximise,
               .started = starts->count > 0, .constraints = a->argument[7], .kinds = (Tuple *)a->argument[8].object, .texts = (Tuple *)a->argument[9].object};
  const char *using = text_of(a->argument[5]);
  set_method(&p, using[0] ? using : NULL, (Record *)a->argument[6].object);
  Value set = sets->count == 1 ? sets->item[0] : value_nothing();
  if (fit) fit_check(&p, sets);
  if (set.kind == VALUE_RANGE || set.kind == VALUE_TUPLE) {
    if (p.settings.method) fail(s, "every element of the set is tried: using %s is for variables that move freely", p.settings.method);
    return best_of_set(&p, set, record);
  }
  if (starts->count && starts->count != names->count) {
    const Value *one = starts->count == 1 ? &starts->item[0] : NULL;
    bool vector = one && one->kind == VALUE_ARRAY && array_count(value_as_array(*one)) == names->count;
    bool tuple = one && one->kind == VALUE_TUPLE && ((Tuple *)one->object)->count == names->count;
    if (!vector && !tuple) fail(s, "from needs one start per name: %u, found %u", names->count, starts->count);
    for (uint32_t i = 0; i < names->count; i++) point[i] = vector ? array_entry(value_as_array(*one), i) : value_keep(((Tuple *)one->object)->item[i]);
  } else {
    for (uint32_t i = 0; i < names->count; i++) point[i] = start_value(s, sets->item[i], starts->count ? &starts->item[i] : NULL, name[i], is_vector_of_one(origin, i));
  }
  if (fit) return fit_clause(&p);
  bool one_start = starts->count || p.method.kind == VALUE_FUNCTION; /* a path is watched from 0 */
  Value result = one_start ? problem_solve(&p) : problem_solve_anywhere(&p);
  for (uint32_t i = 0; i < names->count; i++) value_release(point[i]);
  return record ? result : point_of(s, result);
}

#define FORM "(f, x0 = , st = , method = , eta = , beta = , steps = , tol = , options = )"
const Primitive argmin_rows[ARGMIN_ROWS_COUNT] = {
    {.name = "argmin", .parameters = FORM, .call = call_argmin, .differentiable = DERIVE_THROUGH,
     .help = "The point where f is smallest, searched from x0 with exact derivatives, and differentiable by what f closes over; argmin(v) is the position of a vector's smallest entry. st is a function that must not be above 0, or several: [g, h]. Also argmin f(x) over x from x0 s.t. g(x) <= 0.",
     .example = "argmin(x -> (x - 3)^2, 0)", .gives = "3"},
    {.name = "argmax", .parameters = FORM, .call = call_argmax, .differentiable = DERIVE_THROUGH,
     .help = "The point where f is largest; argmax(v) is the position of a vector's largest entry.",
     .example = "argmax([3, 9, 2])", .gives = "2"},
    {.name = "minimize", .parameters = FORM, .call = call_minimize, .differentiable = DERIVE_THROUGH,
     .help = "The minimum of f near x0 as a record: point, value, kind, converged, reason, gradnorm, trace. Sums of squares are recognised and searched by Levenberg-Marquardt. method is a name or a function f, x0 -> path: ?gd.",
     .example = "minimize(x -> (x - 3)^2 + 1, 0).value", .gives = "1"},
    {.name = "maximize", .parameters = FORM, .call = call_maximize, .differentiable = DERIVE_THROUGH,
     .help = "The maximum of f near x0 as a record.", .example = "maximize(x -> 5 - (x - 3)^2, 0).value", .gives = "5"},
    {.name = "clause_",
     .parameters = "(head, f, names, sets, starts, method, options, constraints, kinds, texts)",
     .call = call_clause,
     .differentiable = DERIVE_THROUGH,
     .help = "What argmin f(x) over x from p using m becomes.",
     .example = "argmin (x - 3)^2 over x from 0",
     .gives = "3"},
    {.name = "values_",
     .parameters = "(values...)",
     .call = call_values,
     .differentiable = DERIVE_THROUGH,
     .help = "What st = [g, h] becomes: the values of several functions at one point.",
     .example = "argmin(x -> (x - 3)^2, 0, st = [x -> x - 2, x -> -x])",
     .gives = "2"},
};
