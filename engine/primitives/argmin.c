/* argmin.c - argmin, minimize and their kin, as functions and as clauses.
 *
 * Both forms end in one Problem: a function, the shape of its arguments, starts, a method. The answer is
 * a record with the verdict as its print-out; argmin keeps the point of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/argmin.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "calculus/objective.h"
#include "calculus/point.h"
#include "machine/random.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "optimise/minimise.h"
#include "optimise/verdict.h"
#include "primitives/argument.h"
#include "values/builder.h"
#include "values/index.h"
#include "values/operate.h"

typedef struct Settings {
  const char *method; /* NULL: chosen */
  double eta, beta, tolerance;
  size_t steps;
} Settings;

typedef struct Problem {
  Session *session;
  Value f;
  const Value *point;      /* shapes of the arguments, with the start's numbers */
  uint32_t count;
  const char *const *name; /* per argument, NULL in the function form */
  bool maximise;
  Settings settings;
} Problem;

/* ---- the trace of a run ---- */

typedef struct Observer {
  Session *session;
  double sign;
  size_t n;
  Builder *rows; /* numbers, n + 4 per step */
  struct timespec begun;
  bool shown;
} Observer;

enum { TRACE_NUMBERS_LARGEST = 2000000 }; /* kept of a run's steps: the first ones matter most */

static double seconds_since(struct timespec begun) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - begun.tv_sec) + 1e-9 * (double)(now.tv_nsec - begun.tv_nsec);
}

static void show_progress(Observer *o, const OptimiseStep *step) {
  if (!o->session->host.progress || (step->number & 15) || seconds_since(o->begun) < 0.5) return;
  char line[96];
  snprintf(line, sizeof line, "step %zu: value %.6g", step->number, o->sign * step->value);
  o->session->host.progress(o->session->host.context, line);
  o->shown = true;
}

static bool observe(void *context, const OptimiseStep *step) {
  Observer *o = context;
  Session *s = o->session;
  if (o->rows->count + o->n + 4 <= TRACE_NUMBERS_LARGEST || o->rows->count == 0) {
    builder_push(s, o->rows, value_number((double)step->number));
    for (size_t i = 0; i < o->n; i++) builder_push(s, o->rows, value_number(step->x[i]));
    builder_push(s, o->rows, value_number(o->sign * step->value));
    builder_push(s, o->rows, value_number(step->gradient_norm));
    builder_push(s, o->rows, value_number(step->length));
  }
  show_progress(o, step);
  return !interrupt_flag;
}

static void set_column(Session *s, Table *table, uint32_t index, const char *name, const Builder *rows, size_t width) {
  Array *column = array_new(s, table->rows, 1, ELEMENT_REAL);
  for (uint32_t i = 0; i < table->rows; i++) column->data[i] = rows->item[i * width + index].number;
  table->column[index].name = symbol_intern(&s->symbols, name, strlen(name));
  table->column[index].numbers = value_array(column);
}

/* x stays x for a number; the entries of a vector w are w_1, w_2 … */
static void coordinate_name(const Problem *p, const char *const *names, size_t i, char out[64]) {
  size_t first = i, last = i;
  while (first > 0 && names[first - 1] == names[i]) first--;
  while (last + 1 < p->count + i + 1 && names[last + 1] && names[last + 1] == names[i]) last++;
  if (first == last) snprintf(out, 64, "%s", names[i]);
  else snprintf(out, 64, "%s_%zu", names[i], i - first + 1);
}

static Value trace_table(const Problem *p, const Observer *o, const char *const *names) {
  Session *s = p->session;
  size_t width = o->n + 4;
  Table *table = table_new(s, (uint32_t)(o->rows->count / width), (uint32_t)width);
  char name[64];
  set_column(s, table, 0, "step", o->rows, width);
  for (size_t i = 0; i < o->n; i++) {
    coordinate_name(p, names, i, name);
    set_column(s, table, (uint32_t)i + 1, name, o->rows, width);
  }
  static const char *const last[] = {"value", "gradnorm", "eta"};
  for (uint32_t i = 0; i < 3; i++) set_column(s, table, (uint32_t)o->n + 1 + i, last[i], o->rows, width);
  return value_table(table);
}

/* ---- running ---- */

static void *allocate(void *session, size_t bytes) { return scratch(session, bytes); }
static void adopt(void *session, void *object, void (*destroy)(void *)) { scratch_adopt(session, object, destroy); }

/* One name per coordinate; the same pointer for the entries of one argument. */
static const char **coordinate_names(const Problem *p, size_t n) {
  const char **names = scratch(p->session, (n + 2) * sizeof *names);
  size_t k = 0;
  static const char *const generic[] = {"x", "y", "z"};
  for (uint32_t i = 0; i < p->count; i++) {
    const char *name = p->name ? p->name[i] : p->count <= 3 ? generic[i] : "x";
    size_t size = point_size(p->session, p->point[i], "the start");
    for (size_t j = 0; j < size; j++) names[k++] = name;
  }
  names[k] = NULL;
  return names;
}

static Value symbolish(Session *s, const char *text) { return value_string(string_new(s, text, strlen(text))); }

static const char *kind_text(const MinimiseResult *r) {
  switch (r->kind) {
    case MINIMISE_STRICT_MINIMUM: return r->negated ? "strict maximum" : "strict minimum";
    case MINIMISE_FLAT: return "flat";
    case MINIMISE_SADDLE: return "saddle";
    case MINIMISE_MAXIMUM: return r->negated ? "minimum" : "maximum";
    case MINIMISE_STATIONARY: return strncmp(r->reason, "at a kink", 9) == 0 ? "kink" : "stationary";
    case MINIMISE_NOT_STATIONARY: return "not stationary";
    case MINIMISE_UNDEFINED: return "undefined";
    default: return "unbounded";
  }
}

/* The arguments at the result. Inside a derivative they carry theirs by what f closes over. */
static Value *solution_arguments(const Problem *p, FunctionObjective *o, const MinimiseResult *r) {
  Session *s = p->session;
  if (!o->open) return objective_arguments(o, r->x);
  if (!r->converged || r->kind != MINIMISE_STRICT_MINIMUM)
    fail(s, "the derivative of a minimiser exists where the minimum is strict; here the search ended otherwise: %s", r->reason);
  Value *number = scratch(s, (o->n + 1) * sizeof(Value)), *argument = scratch(s, (o->count + 1) * sizeof(Value));
  objective_implicit(o, r->x, number);
  const Value *next = number;
  for (uint32_t i = 0; i < o->count; i++) argument[i] = point_shape(s, o->point[i], &next);
  return argument;
}

/* The point as one value: the argument itself, or a tuple of them. */
static Value point_value(const Problem *p, Value *argument) {
  if (p->count == 1) return argument[0];
  Tuple *tuple = tuple_new(p->session, p->count);
  for (uint32_t i = 0; i < p->count; i++) tuple->item[i] = argument[i];
  return value_tuple(tuple);
}

static void print_kink(const MinimiseResult *r, const char *const *names, const char *kink, Text *text);

static Value result_record(const Problem *p, FunctionObjective *o, const Observer *observer, const MinimiseResult *r, const char *kink, const char *remark) {
  Session *s = p->session;
  const char **names = coordinate_names(p, o->n);
  Record *record = record_new(s);
  Value *argument = solution_arguments(p, o, r);
  for (uint32_t i = 0; p->name && i < p->count; i++) record_put(s, record, p->name[i], value_keep(argument[i]));
  Value value = o->open ? point_call(s, o->f, argument, p->count) : value_number(o->sign * r->value);
  record_put(s, record, "point", point_value(p, argument));
  record_put(s, record, "value", value);
  record_put(s, record, "kind", symbolish(s, kind_text(r)));
  record_put(s, record, "converged", value_boolean(r->converged));
  record_put(s, record, "reason", symbolish(s, r->reason));
  record_put(s, record, "method", symbolish(s, r->method ? r->method : ""));
  record_put(s, record, "iterations", value_number((double)r->iterations));
  record_put(s, record, "evaluations", value_number((double)r->evaluations));
  record_put(s, record, "gradnorm", value_number(r->gradient_norm));
  record_put(s, record, "multipliers", value_tuple(tuple_new(s, 0)));
  record_put(s, record, "active", value_tuple(tuple_new(s, 0)));
  record_put(s, record, "trace", trace_table(p, observer, names));
  Text text = {0};
  if (kink) print_kink(r, names, kink, &text);
  else verdict_print(r, names, &text);
  if (remark[0]) text_format(&text, "%s\n", remark);
  if (text.length && text.bytes[text.length - 1] == '\n') text.bytes[--text.length] = 0;
  record->style = RECORD_VERDICT;
  record->summary = text.bytes;
  return value_record(record);
}

/* Where the function has a kink its derivatives say nothing about the point; only values around it do. */
static void print_kink(const MinimiseResult *r, const char *const *names, const char *kink, Text *text) {
  verdict_print_point(r, names, text);
  text_format(text, "value %.6g at a kink of %s: ", (r->negated ? -r->value : r->value) + 0.0, kink); /* -0 reads badly */
  if (r->converged) text_format(text, "no %s value was found around it, but derivatives prove nothing here\n", r->negated ? "higher" : "lower");
  else text_format(text, "not converged, there are %s values around it\n", r->negated ? "higher" : "lower");
}

/* Values around x, along the axes and in random directions, at three distances. */
static bool lower_around(FunctionObjective *o, const Objective *objective, const double *x, double value) {
  Session *s = o->session;
  size_t n = o->n, directions = 2 * n + 16;
  double *y = scratch(s, n * sizeof(double));
  static const double distances[] = {1e-6, 1e-4, 1e-2};
  for (size_t k = 0; k < directions; k++) {
    double size = 0;
    for (size_t i = 0; i < n; i++) {
      y[i] = k < 2 * n ? (i == k / 2) * (k % 2 ? -1.0 : 1.0) : sin((double)(7 * k + 13 * i)); /* any spread will do */
      size = fmax(size, fabs(x[i]));
    }
    for (size_t d = 0; d < sizeof distances / sizeof *distances; d++) {
      double *z = scratch(s, n * sizeof(double));
      for (size_t i = 0; i < n; i++) z[i] = x[i] + distances[d] * fmax(1, size) * y[i];
      if (objective->value(objective->context, z) < value - 1e-12 * fmax(1, fabs(value))) return true;
    }
  }
  return false;
}

static const MinimiseMethod *find_method(Session *s, const char *name) {
  const MinimiseMethod *method = minimise_method(name);
  if (method) return method;
  size_t count;
  const MinimiseMethod *rows = minimise_methods(&count);
  Report *r = failure(s, "there is no method named %s", name);
  char list[190] = "";
  Suggestion suggestion;
  suggestion_start(&suggestion, name);
  for (size_t i = 0; i < count; i++) {
    suggestion_offer(&suggestion, rows[i].name);
    if (strlen(list) + strlen(rows[i].name) + 3 < sizeof list) strcat(strcat(list, i ? ", " : ""), rows[i].name);
  }
  report_remark(r, "methods: %s", list);
  if (suggestion.best) report_advise(r, "using %s", suggestion.best);
  raise_failure(s, r);
}

/* Ctrl-C during a run: what was found goes into ans, then the evaluation ends. */
static _Noreturn void end_interrupted(const Problem *p, FunctionObjective *o, const Observer *observer, const MinimiseResult *r) {
  Session *s = p->session;
  session_define(s, symbol_intern(&s->symbols, "ans", 3), result_record(p, o, observer, r, NULL, "interrupted"));
  note(s, "the best point found so far is in ans");
  check_interrupt(s);
  fail(s, "interrupted");
}

typedef struct Attempt {
  FunctionObjective function;
  Observer observer;
  MinimiseResult result;
  const char *kink; /* of the function at the result, or NULL */
} Attempt;

static void run_from(const Problem *p, const double *start, size_t n, Attempt *attempt) {
  Session *s = p->session;
  const MinimiseMethod *method = p->settings.method ? find_method(s, p->settings.method) : NULL;
  bool plain = method && strcmp(method->name, "neldermead") == 0;
  attempt->observer = (Observer){.session = s, .sign = p->maximise ? -1 : 1, .n = n, .rows = builder_new(s)};
  clock_gettime(CLOCK_MONOTONIC, &attempt->observer.begun);
  attempt->function = (FunctionObjective){.session = s, .f = p->f, .point = p->point, .count = p->count, .n = n,
                                      .sign = p->maximise ? -1 : 1, .plain = plain, .observe = observe, .observer = &attempt->observer};
  Objective objective = objective_of(&attempt->function);
  if (!plain) objective.quadratic = objective_is_quadratic(&attempt->function, start);
  const char *refusal = method ? minimise_refusal(method, &objective) : NULL;
  if (refusal) fail(s, "%s %s", method->name, refusal);
  MinimiseOptions options = {.method = p->settings.method, .tolerance = p->settings.tolerance, .steps = p->settings.steps,
                             .eta = p->settings.eta, .beta = p->settings.beta, .negated = p->maximise,
                             .allocate = allocate, .adopt = adopt, .context = s};
  minimise_run(&objective, start, &options, &attempt->result);
  MinimiseResult *r = &attempt->result;
  bool settled = r->kind != MINIMISE_UNDEFINED && r->kind != MINIMISE_UNBOUNDED && isfinite(r->value);
  attempt->kink = settled ? objective_kink(&attempt->function, r->x) : NULL;
  if (attempt->kink) {
    r->converged = !lower_around(&attempt->function, &objective, r->x, r->value);
    r->kind = MINIMISE_STATIONARY;
    snprintf(r->reason, sizeof r->reason, "at a kink of %s", attempt->kink);
  }
  if (attempt->observer.shown && s->host.progress) s->host.progress(s->host.context, NULL);
  if (interrupt_flag) end_interrupted(p, &attempt->function, &attempt->observer, &attempt->result);
}

static double *flat_start(const Problem *p, size_t *n) {
  Session *s = p->session;
  *n = 0;
  for (uint32_t i = 0; i < p->count; i++) *n += point_size(s, p->point[i], "the start");
  if (*n == 0) fail(s, "there is nothing to vary: the start holds no numbers");
  Value *number = scratch(s, (*n + 1) * sizeof(Value)), *next = number;
  for (uint32_t i = 0; i < p->count; i++) {
    point_flatten(s, p->point[i], next);
    next += point_size(s, p->point[i], "the start");
  }
  double *x = scratch(s, *n * sizeof(double));
  for (size_t i = 0; i < *n; i++) {
    x[i] = number[i].number;
    if (!isfinite(x[i])) fail(s, "the start must be finite, found %g", x[i]);
  }
  return x;
}

static void run_release(Attempt *attempt) {
  objective_release(&attempt->function);
  value_release(value_builder(attempt->observer.rows));
}

static Value solve(const Problem *p) {
  size_t n;
  double *start = flat_start(p, &n);
  Attempt *attempt = scratch(p->session, sizeof(Attempt));
  run_from(p, start, n, attempt);
  Value record = result_record(p, &attempt->function, &attempt->observer, &attempt->result, attempt->kink, "");
  run_release(attempt);
  return record;
}

/* Better: settled before unsettled, then the lower value; a NaN is never better. */
static bool is_better(const MinimiseResult *a, const MinimiseResult *b) {
  if (a->kind == MINIMISE_UNDEFINED || b->kind == MINIMISE_UNDEFINED) return b->kind == MINIMISE_UNDEFINED && a->kind != MINIMISE_UNDEFINED;
  if (a->kind == MINIMISE_UNBOUNDED || b->kind == MINIMISE_UNBOUNDED) return b->kind != MINIMISE_UNBOUNDED;
  if (a->converged != b->converged) return a->converged;
  double slack = 1e-10 * (1 + fabs(b->value));
  return a->value < b->value - slack;
}

enum { STARTS = 4 };

/* Nobody said where to begin: 0, 1 and two random points, the best answer counts. */
static Value solve_anywhere(const Problem *p) {
  Session *s = p->session;
  size_t n;
  double *start = flat_start(p, &n);
  uint64_t random[4];
  memcpy(random, s->random, sizeof random); /* a search must not change what rand gives next */
  random_seed(s, RANDOM_DEFAULT_SEED);
  Attempt *best = NULL;
  int chosen = 0;
  for (int k = 0; k < STARTS; k++) {
    for (size_t i = 0; i < n; i++) start[i] = k < 2 ? k : random_normal(s);
    Attempt *attempt = scratch(s, sizeof(Attempt));
    run_from(p, start, n, attempt);
    if (k == 0 && attempt->result.quadratic && attempt->result.kind == MINIMISE_STRICT_MINIMUM) {
      Value only = result_record(p, &attempt->function, &attempt->observer, &attempt->result, attempt->kink, "");
      memcpy(s->random, random, sizeof random);
      run_release(attempt);
      return only;
    }
    if (!best || is_better(&attempt->result, &best->result)) {
      if (best) run_release(best);
      best = attempt;
      chosen = k;
    } else {
      run_release(attempt);
    }
  }
  memcpy(s->random, random, sizeof random);
  char remark[96];
  snprintf(remark, sizeof remark, "started from 0, 1 and %d random points; this is from %s", STARTS - 2,
           chosen == 0 ? "0" : chosen == 1 ? "1" : "a random one");
  Value record = result_record(p, &best->function, &best->observer, &best->result, best->kink, remark);
  run_release(best);
  return record;
}

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
  record_put(s, r, "kind", symbolish(s, p->maximise ? "global maximum" : "global minimum"));
  record_put(s, r, "converged", value_boolean(true));
  record_put(s, r, "evaluations", value_number((double)count));
  return value_record(r);
}

/* ---- the function forms ---- */

static Settings read_settings(Session *s, const Arguments *a, int first) {
  Settings settings = {0};
  if (argument_given(a, first)) settings.method = argument_string(s, a, first);
  settings.eta = argument_number_or(s, a, first + 1, 0);
  settings.beta = argument_number_or(s, a, first + 2, 0);
  settings.steps = (size_t)argument_integer_or(s, a, first + 3, 1, 100000000, 0);
  settings.tolerance = argument_number_or(s, a, first + 4, 0);
  return settings;
}

static Value function_form(Session *s, const Arguments *a, bool maximise, bool record) {
  Value f = a->argument[0];
  if (!record && (f.kind == VALUE_ARRAY || f.kind == VALUE_RANGE) && !argument_given(a, 1)) return position_of_best(s, f, maximise);
  argument_function(s, a, 0);
  if (!argument_given(a, 1)) {
    Report *r = failure(s, "where to start from is missing");
    report_advise(r, "argmin(f, [0, 0])");
    report_advise(r, "argmin f(x) over x in R^2");
    raise_failure(s, r);
  }
  if (argument_given(a, 2)) fail_argument(s, 2, "constraints are not supported in this version");
  Problem p = {.session = s, .f = f, .point = &a->argument[1], .count = 1, .maximise = maximise, .settings = read_settings(s, a, 3)};
  if (a->argument[1].kind == VALUE_TUPLE) {
    const Tuple *t = (Tuple *)a->argument[1].object;
    p.point = t->item;
    p.count = t->count;
  }
  Value result = solve(&p);
  return record ? result : point_of(s, result);
}

static Value call_argmin(Session *s, const Arguments *a) { return function_form(s, a, false, false); }
static Value call_argmax(Session *s, const Arguments *a) { return function_form(s, a, true, false); }
static Value call_minimize(Session *s, const Arguments *a) { return function_form(s, a, false, true); }
static Value call_maximize(Session *s, const Arguments *a) { return function_form(s, a, true, true); }

/* ---- the clause form ---- */

static const char *text_of(Value v) { return ((String *)v.object)->bytes; }

static Settings clause_settings(Session *s, const char *method, const Record *options) {
  Settings settings = {.method = method[0] ? method : NULL};
  for (uint32_t i = 0; i < options->count; i++) {
    const Symbol *name = options->name[i];
    Value v = options->field[i];
    if (v.kind != VALUE_NUMBER) fail(s, "the option %s must be a number", name->name);
    if (name == symbol_intern(&s->symbols, "eta", 3)) settings.eta = v.number;
    else if (name == symbol_intern(&s->symbols, "beta", 4)) settings.beta = v.number;
    else if (name == symbol_intern(&s->symbols, "steps", 5)) settings.steps = (size_t)v.number;
    else if (name == symbol_intern(&s->symbols, "tol", 3)) settings.tolerance = v.number;
    else {
      Report *r = failure(s, "there is no option named %s", name->name);
      report_remark(r, "options: eta, beta, steps, tol");
      raise_failure(s, r);
    }
  }
  return settings;
}

/* A point of zeros in the shape of the set, or the given start checked against it. */
static Value start_value(Session *s, Value set, const Value *start, const char *name) {
  double rows = 1, cols = 1;
  bool has_set = set.kind == VALUE_ARRAY;
  if (has_set) {
    rows = value_as_array(set)->data[0];
    cols = value_as_array(set)->data[1];
    if (!(rows >= 1 && cols >= 1) || rows * cols > 1e8 || rows != floor(rows) || cols != floor(cols))
      fail(s, "the shape of %s must be whole numbers above 0", name);
  }
  if (!start) return has_set && rows * cols > 1 ? value_array(array_zeros(s, (size_t)rows, (size_t)cols)) : value_number(0);
  if (start->kind == VALUE_NUMBER && (!has_set || rows * cols == 1)) return *start;
  Value whole = start->kind == VALUE_RANGE ? value_to_array(s, *start) : value_keep(*start);
  if (has_set && (whole.kind != VALUE_ARRAY || value_as_array(whole)->rows != rows || value_as_array(whole)->cols != cols)) {
    char text[VALUE_DESCRIPTION];
    fail(s, "the start of %s must be %gx%g as its set says, found %s", name, rows, cols, value_describe(*start, text));
  }
  return whole;
}

static Value call_clause(Session *s, const Arguments *a) {
  const char *head = text_of(a->argument[0]);
  const Tuple *names = (Tuple *)a->argument[2].object, *sets = (Tuple *)a->argument[3].object, *starts = (Tuple *)a->argument[4].object;
  bool maximise = strcmp(head, "argmax") == 0 || strcmp(head, "maximize") == 0;
  bool record = strcmp(head, "minimize") == 0 || strcmp(head, "maximize") == 0;
  if (a->argument[7].kind == VALUE_FUNCTION) fail(s, "constraints are not supported in this version");
  if (strcmp(head, "fit") == 0) fail(s, "fit is not supported in this version: minimize the sum of squares instead");
  const char **name = scratch(s, (names->count + 1) * sizeof *name);
  Value *point = scratch(s, (names->count + 1) * sizeof(Value));
  for (uint32_t i = 0; i < names->count; i++) name[i] = text_of(names->item[i]);
  Problem p = {.session = s, .f = a->argument[1], .point = point, .count = names->count, .name = name, .maximise = maximise,
               .settings = clause_settings(s, text_of(a->argument[5]), (Record *)a->argument[6].object)};
  Value set = sets->count == 1 ? sets->item[0] : value_nothing();
  if (set.kind == VALUE_RANGE || set.kind == VALUE_TUPLE) return best_of_set(&p, set, record);
  if (starts->count && starts->count != names->count) {
    bool coordinates = starts->count == 1 && starts->item[0].kind == VALUE_ARRAY && array_count(value_as_array(starts->item[0])) == names->count;
    if (!coordinates) fail(s, "from needs one start per name: %u, found %u", names->count, starts->count);
    for (uint32_t i = 0; i < names->count; i++) point[i] = array_entry(value_as_array(starts->item[0]), i);
  } else {
    for (uint32_t i = 0; i < names->count; i++) point[i] = start_value(s, sets->item[i], starts->count ? &starts->item[i] : NULL, name[i]);
  }
  const MinimiseMethod *method = p.settings.method ? find_method(s, p.settings.method) : NULL;
  bool one_start = starts->count || (method && method->needs & MINIMISE_FIXED_STEPS); /* a path is watched from 0 */
  Value result = one_start ? solve(&p) : solve_anywhere(&p);
  for (uint32_t i = 0; i < names->count; i++) value_release(point[i]);
  return record ? result : point_of(s, result);
}

#define FORM "(f, x0 = , st = , method = , eta = , beta = , steps = , tol = )"
const Primitive argmin_rows[ARGMIN_ROWS_COUNT] = {
    {.name = "argmin", .parameters = FORM, .call = call_argmin, .differentiable = DERIVE_THROUGH,
     .help = "The point where f is smallest, searched from x0 with exact derivatives, and differentiable by what f closes over; argmin(v) is the position of a vector's smallest entry. Also argmin f(x) over x from x0.",
     .example = "argmin(x -> (x - 3)^2, 0)", .gives = "3"},
    {.name = "argmax", .parameters = FORM, .call = call_argmax, .differentiable = DERIVE_THROUGH,
     .help = "The point where f is largest; argmax(v) is the position of a vector's largest entry.",
     .example = "argmax([3, 9, 2])", .gives = "2"},
    {.name = "minimize", .parameters = FORM, .call = call_minimize, .differentiable = DERIVE_THROUGH,
     .help = "The minimum of f near x0 as a record: point, value, kind, converged, reason, gradnorm, trace. Methods: trust, newton, bfgs, cg, quasinewton, lbfgs, neldermead, gd, momentum, nesterov, adam.",
     .example = "minimize(x -> (x - 3)^2 + 1, 0).value", .gives = "1"},
    {.name = "maximize", .parameters = FORM, .call = call_maximize, .differentiable = DERIVE_THROUGH,
     .help = "The maximum of f near x0 as a record.", .example = "maximize(x -> 5 - (x - 3)^2, 0).value", .gives = "5"},
    {.name = "clause_", .parameters = "(head, f, names, sets, starts, method, options, constraints, kinds, texts)", .call = call_clause,
     .differentiable = DERIVE_THROUGH,
     .help = "What argmin f(x) over x from p using m becomes.", .example = "argmin (x - 3)^2 over x from 0", .gives = "3"},
};
