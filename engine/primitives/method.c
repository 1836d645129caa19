/* method.c - methods of minimisation written in the language: found by name, called, their path read.
 *
 * Whatever the variables of a problem are, a method sees one point: a number, or a vector of all their
 * numbers. So the objective it is given is objective_ with the shapes bound, and the constraints are
 * differences_ likewise, functions of that point. Inside a derivative the method works with plain numbers;
 * the implicit rule makes its answer active again (calculus/objective.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/method.h"

#include <math.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/random.h"
#include "machine/library.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/bounds.h"
#include "primitives/solvers.h"
#include "values/operate.h"

static const char LIBRARY_FILE[] = "methods.mml";

/* ---- finding ---- */

static const Prototype *closure_prototype(Value v) {
  if (v.kind != VALUE_FUNCTION) return NULL;
  const Function *f = (const Function *)v.object;
  return f->function_kind == FUNCTION_CLOSURE ? f->prototype : NULL;
}

/* Of the library's functions in that file, those of an objective and a start are methods. */
static bool is_library_method(Value v) {
  const Prototype *p = closure_prototype(v);
  return p && p->is_library && p->parameter_count >= 2 && strcmp(p->tree->source->name, LIBRARY_FILE) == 0 &&
         strcmp(p->parameter[0]->symbol->name, "f") == 0 && strcmp(p->parameter[1]->symbol->name, "x0") == 0;
}

Value method_find(Session *s, const char *name) {
  const Symbol *symbol = symbol_find(&s->symbols, name, strlen(name));
  if (!symbol) return value_nothing();
  library_need(s, symbol);
  const Binding *b = session_binding(s, symbol);
  if (closure_prototype(b->value)) return b->value;
  return is_library_method(b->builtin) ? b->builtin : value_nothing();
}

void method_each(Session *s, void (*each)(void *, const char *), void *context) {
  library_load_all(s);
  for (uint32_t i = 0; i < s->binding_count && i < s->symbols.count; i++)
    if (is_library_method(s->binding[i].builtin)) each(context, s->symbols.symbol[i]->name);
}

static bool has_parameter(const Prototype *p, const char *name) {
  for (uint32_t i = 2; i < p->parameter_count; i++)
    if (strcmp(p->parameter[i]->symbol->name, name) == 0) return true;
  return false;
}

bool method_takes_constraints(Value method) {
  const Prototype *p = closure_prototype(method);
  return has_parameter(p, "equal") || has_parameter(p, "below");
}

bool method_takes_bounds(Value method) {
  const Prototype *p = closure_prototype(method);
  return p && has_parameter(p, "bounds") && has_parameter(p, "below");
}

/* ---- what the method is given ---- */

static Value point_shapes(const Problem *p) {
  Tuple *shapes = tuple_new(p->session, p->count);
  for (uint32_t i = 0; i < p->count; i++) shapes->item[i] = value_keep(p->point[i]);
  return value_tuple(shapes);
}

Value method_function(Session *s, const char *row, const Value *bound, uint32_t count) {
  Function *f = function_new(s, FUNCTION_PARTIAL, count);
  f->primitive = primitive_find(row);
  for (uint32_t i = 0; i < count; i++) f->bound[i] = bound[i];
  return value_function(f);
}

static Value objective_value(const Problem *p) {
  Value bound[] = {solver_primal(p->session, p->f), point_shapes(p), value_number(p->maximise ? -1 : 1)};
  return method_function(p->session, "objective_", bound, 3);
}

static Value differences_value(const Problem *p, bool equal) {
  Value kinds = p->kinds ? value_keep((Value){.kind = VALUE_TUPLE, .object = (Object *)(uintptr_t)&p->kinds->head})
                         : value_tuple(tuple_new(p->session, 0));
  Value bound[] = {solver_primal(p->session, p->constraints), point_shapes(p), kinds, value_boolean(equal)};
  return method_function(p->session, "differences_", bound, 4);
}

static Value start_value(Session *s, const double *start, size_t n) {
  if (n == 1) return value_number(start[0]);
  Array *x = array_new(s, n, 1, ELEMENT_REAL);
  memcpy(x->data, start, n * sizeof(double));
  return value_array(x);
}

/* ---- options ---- */

/* What an option of the library's methods must be; a student's own method may mean something else. */
static const struct OptionRule {
  const char *name;
  double above, least, below; /* nan: no such bound */
  bool whole;
  const char *expected;
} OPTIONS[] = {
    {"eta", 0, NAN, INFINITY, false, "a number above 0"},
    {"steps", NAN, 1, 1e8 + 1, true, "a whole number from 1 to 1e8"},
    {"epochs", NAN, 1, 1e8 + 1, true, "a whole number from 1 to 1e8"},
    {"batch", NAN, 1, 1e8 + 1, true, "a whole number from 1 to 1e8"},
    {"memory", NAN, 1, 1e4 + 1, true, "a whole number from 1 to 1e4"},
    {"beta", NAN, 0, 1, false, "a number from 0 to below 1"},
    {"beta2", NAN, 0, 1, false, "a number from 0 to below 1"},
    {"eps", NAN, 0, INFINITY, false, "a number, 0 or above"},
    {"lambda", NAN, 0, INFINITY, false, "a number, 0 or above"},
    {"rho", 0, NAN, INFINITY, false, "a number above 0"},
    {"starts", NAN, 1, 1e6 + 1, true, "a whole number from 1 to 1e6"},
    {"width", 0, NAN, INFINITY, false, "a number above 0"},
    {"T", 0, NAN, INFINITY, false, "a number above 0"},
    {"cooling", 0, NAN, 1, false, "a number above 0 and below 1"},
    {"factor", 1, NAN, INFINITY, false, "a number above 1"},
};

static void check_option(Session *s, const char *name, Value v) {
  for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
    const struct OptionRule *rule = &OPTIONS[i];
    if (strcmp(rule->name, name) != 0) continue;
    double x = v.kind == VALUE_NUMBER ? v.number : NAN;
    bool fits = !isnan(x) && !(x <= rule->above) && !(x < rule->least) && x < rule->below && !(rule->whole && x != floor(x));
    char text[VALUE_DESCRIPTION];
    if (fits) continue;
    if (v.kind == VALUE_NUMBER) fail(s, "%s must be %s, found %.6g", name, rule->expected, v.number);
    fail(s, "%s must be %s, found %s", name, rule->expected, value_describe(v, text));
  }
}

/* Options of the engine, taken by every method. */
static bool is_common(const Prototype *p, const char *name) {
  return !has_parameter(p, name) && (strcmp(name, "tol") == 0 || strcmp(name, "seed") == 0);
}

static _Noreturn void fail_option(const Problem *p, const Prototype *method, const char *name) {
  Session *s = p->session;
  Report *r = failure(s, "%s has no option named %s", p->settings.method, name);
  char list[200] = "";
  Suggestion suggestion;
  suggestion_start(&suggestion, name);
  for (uint32_t i = 2; i < method->parameter_count + 2; i++) {
    static const char *const common[] = {"tol", "seed"};
    bool own = i < method->parameter_count;
    const char *option = own ? method->parameter[i]->symbol->name : common[i - method->parameter_count];
    if ((!own && has_parameter(method, option)) || strcmp(option, "equal") == 0 || strcmp(option, "below") == 0) continue;
    suggestion_offer(&suggestion, option);
    if (strlen(list) + strlen(option) + 3 < sizeof list) strcat(strcat(list, list[0] ? ", " : ""), option);
  }
  report_remark(r, "options of %s: %s", p->settings.method, list);
  if (suggestion.best) report_advise(r, "using %s(%s = …)", p->settings.method, suggestion.best);
  raise_failure(s, r);
}

static void check_options(const Problem *p, const Prototype *method) {
  const Record *options = p->settings.options;
  for (uint32_t i = 0; options && i < options->count; i++) {
    const char *name = options->name[i]->name;
    if (!has_parameter(method, name) && !is_common(method, name)) fail_option(p, method, name);
    if (method->is_library) check_option(p->session, name, options->field[i]);
  }
}

static Value option(const Problem *p, const Symbol *name) {
  const Value *v = p->settings.options ? record_get(p->settings.options, name) : NULL;
  return v ? *v : value_nothing();
}

static bool is_optional(const Node *parameter) {
  return parameter->kind == NODE_PARAMETER && parameter->child[1];
}

/* The argument of parameter [i]; NOTHING leaves it to its default. Owned. */
static Value argument_of(const Problem *p, const Prototype *method, uint32_t i, size_t n) {
  const Symbol *name = method->parameter[i]->symbol;
  bool equal = strcmp(name->name, "equal") == 0, below = strcmp(name->name, "below") == 0;
  if (strcmp(name->name, "bounds") == 0 && p->box) return box_value(p->session, p->box, n);
  Value v = solver_primal(p->session, option(p, name));
  if (v.kind != VALUE_NOTHING) return v;
  if ((equal || below) && p->constraints.kind == VALUE_FUNCTION) return differences_value(p, equal);
  if (!is_optional(method->parameter[i])) {
    if (equal || below) fail(p->session, "%s is for problems with constraints: add s.t. …", p->settings.method);
    fail(p->session, "%s needs the option %s: using %s(%s = …)", p->settings.method, name->name, p->settings.method, name->name);
  }
  return v;
}

/* The step length of the trace: the option, or its default when that is written as a number. */
static double eta_of(const Problem *p, const Prototype *method) {
  for (uint32_t i = 2; i < method->parameter_count; i++) {
    const Node *parameter = method->parameter[i];
    if (strcmp(parameter->symbol->name, "eta") != 0) continue;
    Value given = option(p, parameter->symbol);
    if (given.kind == VALUE_NUMBER) return given.number;
    if (given.kind == VALUE_NOTHING && is_optional(parameter) && parameter->child[1]->kind == NODE_NUMBER)
      return parameter->child[1]->number;
  }
  return NAN;
}

/* ---- the call ---- */

static void check_method(const Problem *p, const Prototype *method) {
  Session *s = p->session;
  uint32_t least = 0;
  while (least < method->parameter_count && !is_optional(method->parameter[least])) least++;
  if (method->parameter_count < 2) {
    Report *r = failure(s, "%s is no method: a method is a function of the objective and the start", p->settings.method);
    report_advise(r, "%s(f, x0, eta = 0.1) = …", p->settings.method);
    raise_failure(s, r);
  }
  if (method->parameter_count > PARAMETERS_MOST) fail(s, "a method has at most %d parameters", PARAMETERS_MOST);
  bool equalities = false;
  for (uint32_t i = 0; p->kinds && i < p->kinds->count; i++) equalities = equalities || p->kinds->item[i].number != 0;
  if (p->constraints.kind == VALUE_FUNCTION && equalities && !has_parameter(method, "equal"))
    fail(s, "%s takes inequalities only", p->settings.method);
}

/* Ctrl-C: the best point that the objective was asked about; less violated is better, then lower. */
typedef struct Rescue {
  const Problem *problem;
  const Object *shapes; /* tells this objective from others */
  double *x, value, broken;
  size_t n;
} Rescue;

void method_rescued(const Problem *p, const double *x, double value, size_t n) {
  Session *s = p->session;
  s->quiet = 0;
  if (isnan(value) || s->watch) return;
  FunctionObjective shape = {.session = s, .point = p->point, .count = p->count, .n = n};
  Value *argument = objective_arguments(&shape, x);
  Record *record = record_new(s);
  for (uint32_t i = 0; p->name && i < p->count; i++) record_put(s, record, p->name[i], value_keep(argument[i]));
  record_put(s, record, "point", problem_point(p, argument));
  record_put(s, record, "value", value_number(p->maximise ? -value : value));
  record_put(s, record, "converged", value_boolean(false));
  record_put(s, record, "reason", text_value(s, "interrupted"));
  session_define(s, symbol_intern(&s->symbols, "ans", 3), value_record(record));
  note(s, "the best point found so far is in ans");
}

static void rescue(void *context) {
  const Rescue *r = context;
  method_rescued(r->problem, r->x, r->value, r->n);
}

/* A method draws from a stream of its own, the same at each run: rand goes on as if it had not run. */
static Value call_with_stream(const Problem *p, Value method, const Value *argument, uint32_t count) {
  Session *s = p->session;
  Value seed = option(p, symbol_intern(&s->symbols, "seed", 4));
  bool given = seed.kind != VALUE_NOTHING, whole = seed.kind == VALUE_NUMBER && seed.number == floor(seed.number);
  if (given && !(whole && seed.number >= 0 && seed.number < 9e15)) fail(s, "seed must be a whole number, 0 or above");
  RandomStream *stream = random_borrow(s, given ? (uint64_t)seed.number : RANDOM_DEFAULT_SEED);
  Value result = machine_call(s, method, argument, count);
  random_return(stream);
  return result;
}

static Value call_method(const Problem *p, const Prototype *method, const double *start, size_t n) {
  Session *s = p->session;
  Value argument[PARAMETERS_MOST];
  argument[0] = objective_value(p);
  argument[1] = start_value(s, start, n);
  for (uint32_t i = 2; i < method->parameter_count; i++) argument[i] = argument_of(p, method, i, n);
  Rescue *best = scratch(s, sizeof(Rescue));
  *best = (Rescue){.problem = p, .shapes = ((Function *)argument[0].object)->bound[1].object, .n = n, .value = NAN, .broken = INFINITY, .x = scratch(s, n * sizeof(double))};
  void (*outer)(void *) = s->rescue;
  void *outer_context = s->rescue_context;
  if (!outer) {
    s->rescue = rescue;
    s->rescue_context = best;
  }
  s->quiet++;
  Value result = call_with_stream(p, p->method, argument, method->parameter_count);
  s->quiet--;
  s->rescue = outer;
  s->rescue_context = outer_context;
  for (uint32_t i = 0; i < method->parameter_count; i++) value_release(argument[i]);
  return result;
}

/* ---- reading the path ---- */

static _Noreturn void fail_result(const Problem *p, Value v, size_t n) {
  char text[VALUE_DESCRIPTION];
  Report *r = v.kind == VALUE_NOTHING ? failure(p->session, "%s gives nothing", p->settings.method)
                                      : failure(p->session, "%s gives %s", p->settings.method, value_describe(v, text));
  report_remark(r, "a method gives the points it visited as the rows of a matrix with %zu column%s, or a record with such a path", n, n == 1 ? "" : "s");
  raise_failure(p->session, r);
}

/* The points in rows; a single point is a path of one step. */
static void read_points(const Problem *p, Value v, const double *start, size_t n, MethodRun *run) {
  Session *s = p->session;
  if (v.kind == VALUE_NUMBER && n == 1) v = value_array(value_as_array(array_from_numbers(s, &v, 1, 1)));
  else value_keep(v);
  if (!value_is_real_array(v)) fail_result(p, v, n);
  const Array *a = value_as_array(v);
  bool single = n > 1 && a->cols == 1 && a->rows == n;
  if (!single && a->cols != n) fail_result(p, v, n);
  size_t rows = single ? 1 : a->rows;
  run->prepended = rows == 0 || memcmp(a->data, start, n * sizeof(double)) != 0;
  double *x = scratch(s, (rows + 1) * n * sizeof(double));
  if (run->prepended) memcpy(x, start, n * sizeof(double));
  if (rows) memcpy(x + (run->prepended ? n : 0), a->data, rows * n * sizeof(double));
  run->path.x = x;
  run->path.count = rows + run->prepended;
  value_release(v);
}

static const Value *field(const Problem *p, Value v, const char *name) {
  return v.kind == VALUE_RECORD ? record_get((Record *)v.object, symbol_intern(&p->session->symbols, name, strlen(name))) : NULL;
}

/* One number, or one a step; else how far the points are apart. */
static void read_lengths(const Problem *p, const Value *eta, size_t n, MethodRun *run) {
  MinimisePath *path = &run->path;
  size_t steps = path->count - 1;
  double *length = scratch(p->session, (steps + 1) * sizeof(double));
  const Array *list = eta && value_is_real_array(*eta) ? value_as_array(*eta) : NULL;
  if (eta && eta->kind == VALUE_NUMBER) path->eta = eta->number;
  if (list && array_count(list) < steps)
    fail(p->session, "%s took %zu steps, but gives %zu step lengths as eta", p->settings.method, steps, array_count(list));
  for (size_t k = 0; k < steps; k++) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum = hypot(sum, path->x[(k + 1) * n + i] - path->x[k * n + i]);
    length[k] = list ? list->data[k] : isnan(path->eta) ? sum : path->eta;
  }
  path->length = length;
}

static const char *read_reason(const Problem *p, Value v) {
  const Value *why = field(p, v, "why");
  if (!why) return NULL;
  if (why->kind != VALUE_STRING) fail(p->session, "why, which %s gives, must be a string", p->settings.method);
  const String *text = (String *)why->object;
  return text->length ? strcpy(scratch(p->session, text->length + 1), text->bytes) : NULL;
}

static void check_basins(const Problem *p, const Value *v, size_t n) {
  if (!v || (value_is_real_array(*v) && value_as_array(*v)->cols == n + 2)) return;
  fail(p->session, "basins, which %s gives, must be a matrix with %zu columns: the point, its value, how many starts led there", p->settings.method, n + 2);
}

MethodRun method_run(const Problem *p, const double *start, size_t n) {
  const Prototype *method = closure_prototype(p->method);
  check_method(p, method);
  check_options(p, method);
  Value result = call_method(p, method, start, n);
  const Value *points = field(p, result, "path"), *stable = field(p, result, "stable");
  MethodRun run = {.path = {.name = p->settings.method, .eta = eta_of(p, method)}, .extra = value_nothing()};
  if (result.kind == VALUE_RECORD && !points) fail_result(p, result, n);
  read_points(p, points ? *points : result, start, n, &run);
  read_lengths(p, field(p, result, "eta"), n, &run);
  run.path.reason = read_reason(p, result);
  check_basins(p, field(p, result, "basins"), n);
  if (stable && stable->kind == VALUE_NUMBER) run.path.stable = stable->number;
  const Value *wanders = field(p, result, "wanders");
  run.path.wanders = wanders && wanders->kind == VALUE_BOOLEAN && wanders->number != 0;
  if (result.kind == VALUE_RECORD) run.extra = result;
  else value_release(result);
  return run;
}

static double broken_by(Session *s, Value difference, bool equality) {
  size_t count = point_size(s, difference, "a constraint");
  Value *number = scratch(s, (count + 1) * sizeof(Value));
  double sum = 0;
  point_flatten(s, difference, number);
  for (size_t i = 0; i < count; i++) sum += equality ? fabs(number[i].number) : fmax(number[i].number, 0);
  return isnan(sum) ? INFINITY : sum;
}

/* By how much the constraints are violated at x, all told. */
static double broken_at(const Rescue *best, const double *x) {
  const Problem *p = best->problem;
  Session *s = p->session;
  double sum = 0;
  if (p->constraints.kind != VALUE_FUNCTION) return 0;
  FunctionObjective shape = {.session = s, .point = p->point, .count = p->count, .n = best->n};
  Value *argument = objective_arguments(&shape, x);
  Value v = point_call(s, p->constraints, argument, p->count);
  const Tuple *groups = p->kinds && v.kind == VALUE_TUPLE ? (Tuple *)v.object : NULL;
  for (uint32_t i = 0; groups && i < groups->count; i++) sum += broken_by(s, groups->item[i], p->kinds->item[i].number != 0);
  if (!groups) sum = broken_by(s, v, false);
  value_release(v);
  for (uint32_t i = 0; i < p->count; i++) value_release(argument[i]);
  return sum;
}

void method_remember(Session *s, const Object *shapes, Value x, double value) {
  if (s->rescue != rescue) return;
  Rescue *best = s->rescue_context;
  if (best->shapes != shapes || isnan(value) || (best->broken == 0 && value >= best->value)) return;
  Scratch *mark = scratch_mark(s);
  Value *number = scratch(s, (best->n + 1) * sizeof(Value));
  double *at = scratch(s, best->n * sizeof(double));
  point_flatten(s, x, number);
  for (size_t i = 0; i < best->n; i++) at[i] = number[i].number;
  double broken = broken_at(best, at);
  bool better = isnan(best->value) || broken < best->broken || (broken == best->broken && value < best->value);
  if (better) {
    memcpy(best->x, at, best->n * sizeof(double));
    best->value = value;
    best->broken = broken;
  }
  scratch_release(s, mark);
}

void method_visited(Session *s, Value f, Value x, double value) {
  const Function *function = f.kind == VALUE_FUNCTION ? (const Function *)f.object : NULL;
  if (!s->rescue || !function || function->function_kind != FUNCTION_PARTIAL) return;
  if (strcmp(function->primitive->name, "objective_") == 0) method_remember(s, function->bound[1].object, x, value);
}
