/* problem.c - running a minimiser on a function of the language, and its answer as a record.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/problem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/implicit.h"
#include "calculus/point.h"
#include "machine/random.h"
#include "machine/session.h"
#include "optimise/around.h"
#include "optimise/verdict.h"
#include "primitives/bounds.h"
#include "primitives/matrix.h"
#include "primitives/method.h"
#include "values/operate.h"

/* ---- the trace of a run ---- */

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

void problem_coordinate(const char *const *names, size_t first, size_t i, char out[64]) {
  if (first == i && names[i + 1] != names[i]) snprintf(out, 64, "%s", names[i]);
  else snprintf(out, 64, "%s_%zu", names[i], i - first + 1);
  for (char *c = out; *c; c++)
    if (*c == '.') *c = '_';
}

/* Is a field of a method's record a column of the trace: one number for each point, or for each step? */
static bool is_column(const Record *r, uint32_t i, size_t points) {
  static const char *const own[] = {"path", "eta"};
  for (size_t k = 0; k < sizeof own / sizeof *own; k++)
    if (strcmp(r->name[i]->name, own[k]) == 0) return false;
  if (!value_is_real_array(r->field[i]) || value_as_array(r->field[i])->cols != 1) return false;
  size_t count = array_count(value_as_array(r->field[i]));
  return points > 1 && (count == points || count + 1 == points);
}

static void set_extra(Session *s, Table *table, uint32_t index, const Symbol *name, const Array *numbers, size_t points) {
  Array *column = array_new(s, table->rows, 1, ELEMENT_REAL);
  size_t behind = points - array_count(numbers); /* steps have no number at the start */
  for (size_t i = 0; i < table->rows; i++) column->data[i] = i < behind ? NAN : numbers->data[i - behind];
  table->column[index].name = name;
  table->column[index].numbers = value_array(column);
}

Value problem_trace(const Problem *p, const Observer *o, const char *const *names, const MethodRun *run) {
  Session *s = p->session;
  size_t width = o->n + 4, points = run ? run->path.count : 0;
  const Record *extra = run && run->extra.kind == VALUE_RECORD ? (Record *)run->extra.object : NULL;
  uint32_t columns = 0;
  for (uint32_t i = 0; extra && i < extra->count; i++) columns += is_column(extra, i, points);
  Table *table = table_new(s, (uint32_t)(o->rows->count / width), (uint32_t)width + columns);
  char name[64];
  set_column(s, table, 0, "step", o->rows, width);
  for (size_t i = 0, first = 0; i < o->n; i++) {
    if (names[i] != names[first]) first = i;
    problem_coordinate(names, first, i, name);
    set_column(s, table, (uint32_t)i + 1, name, o->rows, width);
  }
  static const char *const last[] = {"value", "gradnorm", "eta"};
  for (uint32_t i = 0; i < 3; i++) set_column(s, table, (uint32_t)o->n + 1 + i, last[i], o->rows, width);
  columns = (uint32_t)width;
  for (uint32_t i = 0; extra && i < extra->count; i++)
    if (is_column(extra, i, points)) set_extra(s, table, columns++, extra->name[i], value_as_array(extra->field[i]), points);
  return value_table(table);
}

/* ---- running ---- */

/* A library that owns memory runs: nothing may jump over it. */
static bool guard(void *context, void (*call)(void *), void *argument) {
  Session *s = context;
  jmp_buf *outer = s->handler, mine;
  s->handler = &mine;
  if (setjmp(mine) != 0) {
    s->handler = outer;
    return false;
  }
  call(argument);
  s->handler = outer;
  return true;
}

static void leave(void *context) { longjmp(*((Session *)context)->handler, 1); }

static void *allocate(void *session, size_t bytes) { return scratch(session, bytes); }
static void adopt(void *session, void *object, void (*destroy)(void *)) { scratch_adopt(session, object, destroy); }

/* The name of every number in [v]: a field W of p is p.W, the second entry of a tuple t is t.2. */
static const char **name_numbers(Session *s, Value v, const char *name, const char **out) {
  bool record = v.kind == VALUE_RECORD;
  uint32_t parts = record ? ((Record *)v.object)->count : v.kind == VALUE_TUPLE ? ((Tuple *)v.object)->count : 0;
  for (uint32_t i = 0; i < parts; i++) {
    const char *field = record ? ((Record *)v.object)->name[i]->name : "";
    char *part = scratch(s, strlen(name) + strlen(field) + 12);
    if (record) sprintf(part, "%s%s%s", name, name[0] ? "." : "", field);
    else sprintf(part, "%s.%u", name, i + 1);
    out = name_numbers(s, record ? ((Record *)v.object)->field[i] : ((Tuple *)v.object)->item[i], part, out);
  }
  if (parts) return out;
  for (size_t k = point_size(s, v, "the start"); k > 0; k--) *out++ = name;
  return out;
}

const char **problem_names(const Problem *p, size_t n) {
  const char **names = scratch(p->session, (n + 2) * sizeof *names), **next = names;
  static const char *const generic[] = {"x", "y", "z"};
  for (uint32_t i = 0; i < p->count; i++) {
    const char *name = p->fields ? "" : p->name ? p->name[i] : p->count <= 3 ? generic[i] : "x";
    next = name_numbers(p->session, p->point[i], name, next);
  }
  *next = NULL;
  return names;
}

static uint32_t *columns_of_numbers(Session *s, Value v, uint32_t *out) {
  bool record = v.kind == VALUE_RECORD;
  uint32_t parts = record ? ((Record *)v.object)->count : v.kind == VALUE_TUPLE ? ((Tuple *)v.object)->count : 0;
  for (uint32_t i = 0; i < parts; i++)
    out = columns_of_numbers(s, record ? ((Record *)v.object)->field[i] : ((Tuple *)v.object)->item[i], out);
  if (parts) return out;
  uint32_t columns = v.kind == VALUE_ARRAY ? value_as_array(v)->cols : 1;
  for (size_t k = point_size(s, v, "the start"); k > 0; k--) *out++ = columns;
  return out;
}

const uint32_t *problem_columns(const Problem *p, size_t n) {
  uint32_t *columns = scratch(p->session, (n + 1) * sizeof *columns), *next = columns;
  for (uint32_t i = 0; i < p->count; i++) next = columns_of_numbers(p->session, p->point[i], next);
  return columns;
}

Value text_value(Session *s, const char *text) { return value_string(string_new(s, text, strlen(text))); }

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

/* One step of inverse iteration on the Hessian at x. Returns d'Hd; d becomes a unit vector. */
static double weakest_curvature(Session *s, const Objective *f, const double *x, double *d) {
  enum { ITERATIONS = 4 };
  size_t n = f->n;
  double *h = scratch(s, n * n * sizeof(double)), *work = scratch(s, matrix_lu_size(n) * sizeof(double)), curvature = 0;
  f->hessian(f->context, x, h);
  MatrixLu lu;
  bool regular = matrix_lu_factor(&lu, n, h, &work);
  for (int k = 0; regular && k < ITERATIONS; k++) {
    matrix_lu_solve(&lu, 1, d);
    double size = 0;
    for (size_t i = 0; i < n; i++) size += d[i] * d[i];
    for (size_t i = 0; i < n; i++) d[i] /= sqrt(size);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) curvature += d[i] * h[i * n + j] * d[j];
  return regular ? curvature : 0;
}

static double curvature_along(Session *s, const Objective *f, const double *x, const double *d, double step) {
  size_t n = f->n;
  double *h = scratch(s, n * n * sizeof(double)), *beside = scratch(s, n * sizeof(double)), curvature = 0;
  for (size_t i = 0; i < n; i++) beside[i] = x[i] + step * d[i];
  f->hessian(f->context, beside, h);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) curvature += d[i] * h[i * n + j] * d[j];
  return curvature;
}

/* Is the curvature at x only what the search has left of none? A minimum such as that of (z - p)^4 moves
 * with p all the same, but not as a Newton step says. Beside it the curvature is another one altogether. */
static bool is_degenerate(FunctionObjective *o, const double *x) {
  static const double BESIDE = 1e-4, ANOTHER = 10; /* a search ends far closer than 1e-4 */
  Session *s = o->session;
  Scratch *mark = scratch_mark(s);
  Objective f = objective_of(o);
  double *d = scratch(s, o->n * sizeof(double)), size = 1;
  for (size_t i = 0; i < o->n; i++) {
    d[i] = 1 + 0.1 * (double)(i % 7);
    size = fmax(size, fabs(x[i]));
  }
  double here = weakest_curvature(s, &f, x, d), step = BESIDE * size;
  double there = fmax(curvature_along(s, &f, x, d, step), curvature_along(s, &f, x, d, -step));
  scratch_release(s, mark);
  return !(fabs(there) <= ANOTHER * fabs(here));
}

/* The arguments at the result. Inside a derivative they carry theirs by what f closes over. */
static Value *solution_arguments(const Problem *p, FunctionObjective *o, const MinimiseResult *r) {
  Session *s = p->session;
  if (!o->open) return objective_arguments(o, r->x);
  if (!r->converged || r->kind != MINIMISE_STRICT_MINIMUM)
    fail(s, "the derivative of a minimiser exists where the minimum is strict; here the search ended otherwise: %s", r->reason);
  if (is_degenerate(o, r->x))
    fail(s, "the derivative of a minimiser exists where the minimum is strict; here the search ended otherwise: the second derivative is zero");
  Value *number = scratch(s, (o->n + 1) * sizeof(Value)), *argument = scratch(s, (o->count + 1) * sizeof(Value));
  ImplicitSolution solution = {.objective = o};
  implicit_solution(&solution, r->x, NULL, number, NULL);
  const Value *next = number;
  for (uint32_t i = 0; i < o->count; i++) argument[i] = point_shape(s, o->point[i], &next);
  return argument;
}

Value problem_point(const Problem *p, Value *argument) {
  if (p->count == 1) return argument[0];
  Tuple *tuple = tuple_new(p->session, p->count);
  for (uint32_t i = 0; i < p->count; i++) tuple->item[i] = argument[i];
  return value_tuple(tuple);
}

static void print_kink(const MinimiseResult *r, const char *const *names, const char *kink, Text *text);

typedef struct Attempt {
  FunctionObjective function;
  Observer observer;
  MethodRun run; /* of a method written in the language */
  MinimiseResult result;
  const char *kink; /* of the function at the result, or NULL */
} Attempt;

Value outcome_record(const Problem *p, const Observer *o, const MethodRun *run, const Outcome *outcome) {
  Session *s = p->session;
  Record *record = record_new(s);
  for (uint32_t i = 0; p->name && i < p->count; i++)
    record_put(s, record, p->name[i], value_keep(outcome->argument[i]));
  record_put(s, record, "point", problem_point(p, outcome->argument));
  record_put(s, record, "value", outcome->value);
  record_put(s, record, "kind", text_value(s, outcome->kind));
  record_put(s, record, "converged", value_boolean(outcome->converged));
  record_put(s, record, "reason", text_value(s, outcome->reason));
  record_put(s, record, "method", text_value(s, outcome->method ? outcome->method : ""));
  record_put(s, record, "iterations", value_number((double)outcome->iterations));
  record_put(s, record, "evaluations", problem_evaluations(p, run, outcome->evaluations));
  record_put(s, record, "gradnorm", value_number(outcome->gradient_norm));
  record_put(s, record, "multipliers", outcome->multipliers);
  record_put(s, record, "active", outcome->active);
  record_put(s, record, "trace", problem_trace(p, o, outcome->names, run));
  Text text = outcome->verdict;
  problem_basins(p, record, run, outcome->names, &text);
  if (text.length && text.bytes[text.length - 1] == '\n') text.bytes[--text.length] = 0;
  record->style = RECORD_VERDICT;
  record->summary = text.bytes;
  return value_record(record);
}

static Value result_record(const Problem *p, Attempt *attempt, const char *remark) {
  FunctionObjective *o = &attempt->function;
  MinimiseResult *r = &attempt->result;
  Session *s = p->session;
  r->columns = problem_columns(p, o->n);
  Value *argument = solution_arguments(p, o, r);
  Outcome outcome = {
      .argument = argument,
      .value = o->open ? point_call(s, o->f, argument, p->count) : value_number(o->sign * r->value),
      .kind = kind_text(r),
      .reason = r->reason,
      .method = r->method,
      .converged = r->converged,
      .iterations = r->iterations,
      .evaluations = r->evaluations,
      .gradient_norm = r->gradient_norm,
      .multipliers = value_tuple(tuple_new(s, 0)),
      .active = value_tuple(tuple_new(s, 0)),
      .names = problem_names(p, o->n),
  };
  if (attempt->kink) print_kink(r, outcome.names, attempt->kink, &outcome.verdict);
  else verdict_print(r, outcome.names, &outcome.verdict);
  if (remark[0]) text_format(&outcome.verdict, "%s\n", remark);
  return outcome_record(p, &attempt->observer, &attempt->run, &outcome);
}

/* Where the function has a kink its derivatives say nothing about the point; only values around it do. */
static void print_kink(const MinimiseResult *r, const char *const *names, const char *kink, Text *text) {
  verdict_print_point(r, names, text);
  text_format(text, "value %.6g at a kink of %s: ", (r->negated ? -r->value : r->value) + 0.0, kink); /* -0 reads badly */
  if (r->converged) text_format(text, "no %s value was found around it, but derivatives prove nothing here\n", r->negated ? "higher" : "lower");
  else text_format(text, "not converged, there are %s values around it\n", r->negated ? "higher" : "lower");
}

typedef struct MethodList {
  char text[310];
  Suggestion suggestion;
} MethodList;

static void list_method(void *context, const char *name) {
  MethodList *list = context;
  suggestion_offer(&list->suggestion, name);
  if (strlen(list->text) + strlen(name) + 3 < sizeof list->text) strcat(strcat(list->text, list->text[0] ? ", " : ""), name);
}

const MinimiseMethod *problem_method(Session *s, const char *name) {
  const MinimiseMethod *method = minimise_method(name);
  if (method) return method;
  MethodList list = {.text = ""};
  suggestion_start(&list.suggestion, name);
  size_t count;
  const MinimiseMethod *rows = minimise_methods(&count);
  if (constrained_method(name)) {
    Report *side_only = failure(s, "%s is for problems with constraints", name);
    report_advise(side_only, "s.t. g(x) <= 0 using %s", name);
    raise_failure(s, side_only);
  }
  Report *r = failure(s, "there is no method named %s", name);
  method_each(s, list_method, &list);
  for (size_t i = 0; i < count; i++)
    if (method_find(s, rows[i].name).kind == VALUE_NOTHING) list_method(&list, rows[i].name);
  size_t sides;
  const ConstrainedMethod *side = constrained_methods(&sides);
  MethodList more = {.text = ""}; /* these need constraints */
  suggestion_start(&more.suggestion, name);
  for (size_t i = 0; i < sides; i++) list_method(side[i].samples ? &list : &more, side[i].name);
  report_remark(r, "methods: %s; with s.t. also %s", list.text, more.text);
  if (list.suggestion.best) report_advise(r, "using %s", list.suggestion.best);
  else report_advise(r, "%s(f, x0, eta = 0.1, steps = 100) = …  is one of your own", name);
  raise_failure(s, r);
}

_Noreturn void problem_interrupted(Session *s, Value record) {
  session_define(s, symbol_intern(&s->symbols, "ans", 3), record);
  note(s, "the best point found so far is in ans");
  check_interrupt(s);
  fail(s, "interrupted");
}

Observer problem_observer(const Problem *p, size_t n) {
  Observer o = {.session = p->session, .sign = p->maximise ? -1 : 1, .n = n, .rows = builder_new(p->session)};
  clock_gettime(CLOCK_MONOTONIC, &o.begun);
  return o;
}

FunctionObjective problem_function(const Problem *p, size_t n, Observer *observer) {
  return (FunctionObjective){.session = p->session, .f = p->f, .point = p->point, .count = p->count, .n = n,
                             .sign = p->maximise ? -1 : 1, .observe = observe, .observer = observer};
}

MinimiseOptions problem_options(const Problem *p) {
  return (MinimiseOptions){.method = p->settings.method, .tolerance = p->settings.tolerance, .negated = p->maximise,
                           .allocate = allocate, .adopt = adopt, .guard = guard, .leave = leave, .seed = p->settings.seed,
                           .max_evaluations = p->settings.evaluations, .context = p->session};
}

static void run_from(const Problem *p, const double *start, size_t n, Attempt *attempt) {
  Session *s = p->session;
  *attempt = (Attempt){.run = {.extra = value_nothing()}};
  bool written = p->method.kind == VALUE_FUNCTION;
  const MinimiseMethod *method = p->settings.method && !written ? problem_method(s, p->settings.method) : NULL;
  bool plain = method && strcmp(method->name, "neldermead") == 0;
  attempt->observer = problem_observer(p, n);
  attempt->function = problem_function(p, n, &attempt->observer);
  attempt->function.plain = plain;
  Objective objective = objective_of(&attempt->function);
  bool one_value = objective_has_one_value(&attempt->function, start, !method && !written);
  if (!plain) objective.quadratic = one_value && objective_is_quadratic(&attempt->function, start);
  char why[64];
  bool squares = !plain && objective_offer_squares(&attempt->function, start, &objective, why);
  const char *refusal = method ? minimise_refusal(method, &objective) : NULL;
  if (refusal && method->needs & MINIMISE_NEEDS_RESIDUALS && !squares) fail(s, "%s %s: %s", method->name, refusal, why);
  if (refusal) fail(s, "%s %s", method->name, refusal);
  MinimiseOptions options = problem_options(p);
  if (written) {
    attempt->run = method_run(p, start, n);
    options.method = NULL;
    options.path = &attempt->run.path;
  }
  minimise_run(&objective, start, &options, &attempt->result);
  MinimiseResult *r = &attempt->result;
  bool settled = r->kind != MINIMISE_UNDEFINED && r->kind != MINIMISE_UNBOUNDED && isfinite(r->value);
  attempt->kink = settled ? objective_kink(&attempt->function, r->x) : NULL;
  if (attempt->kink) {
    r->converged = !around_lower(&objective, NULL, r->x, r->value, &options);
    r->kind = MINIMISE_STATIONARY;
    snprintf(r->reason, sizeof r->reason, "at a kink of %s", attempt->kink);
  }
  if (attempt->observer.shown && s->host.progress) s->host.progress(s->host.context, NULL);
  if (interrupt_flag)
    problem_interrupted(s, result_record(p, attempt, "interrupted"));
}

double *problem_start(const Problem *p, size_t *n) {
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
  value_release(attempt->run.extra);
}

static Value solve_from_start(const Problem *p) {
  size_t n;
  double *start = problem_start(p, &n);
  Attempt *attempt = scratch(p->session, sizeof(Attempt));
  run_from(p, start, n, attempt);
  Value record = result_record(p, attempt, "");
  run_release(attempt);
  return record;
}

/* What falls for ever says more than a minimum elsewhere, unless that is lower. */
static bool is_outdone(const MinimiseResult *fall, const MinimiseResult *minimum) {
  return fall->kind == MINIMISE_UNBOUNDED && minimum->converged && minimum->value < fall->value;
}

/* Better: settled before unsettled, then the lower value; a NaN is never better. */
static bool is_better(const MinimiseResult *a, const MinimiseResult *b) {
  if (a->kind == MINIMISE_UNDEFINED || b->kind == MINIMISE_UNDEFINED) return b->kind == MINIMISE_UNDEFINED && a->kind != MINIMISE_UNDEFINED;
  if (is_outdone(a, b) || is_outdone(b, a)) return is_outdone(b, a);
  if (a->kind == MINIMISE_UNBOUNDED || b->kind == MINIMISE_UNBOUNDED) return b->kind != MINIMISE_UNBOUNDED;
  if (a->converged != b->converged) return a->converged;
  double slack = 1e-10 * (1 + fabs(b->value));
  return a->value < b->value - slack;
}

char *problem_notes(Session *s, size_t from) {
  size_t length = s->notes.length - from;
  char *text = scratch(s, length + 1);
  if (length) memcpy(text, s->notes.bytes + from, length);
  text[length] = 0;
  if (length) s->notes.bytes[s->notes.length = from] = 0;
  return text;
}

enum { STARTS = 4, COORDINATES_MANY = 10000 };

/* Nobody said where to begin: 0, 1 and two random points, the best answer counts. With very many
 * coordinates each start costs seconds: the first with a value is the only one. */
static Value solve_from_several(const Problem *p) {
  Session *s = p->session;
  size_t n;
  double *start = problem_start(p, &n);
  RandomStream *stream = random_borrow(s, RANDOM_DEFAULT_SEED); /* a search must not change what rand gives next */
  Attempt *best = NULL;
  int chosen = 0;
  size_t noted = s->notes.length;
  char *notes = NULL; /* of the best answer: what was met on the way to others is no matter */
  for (int k = 0; k < STARTS; k++) {
    for (size_t i = 0; i < n; i++) start[i] = k < 2 ? k : random_normal(s);
    Attempt *attempt = scratch(s, sizeof(Attempt));
    run_from(p, start, n, attempt);
    if (k == 0 && attempt->result.quadratic && attempt->result.kind == MINIMISE_STRICT_MINIMUM) {
      Value only = result_record(p, attempt, "");
      random_return(stream);
      run_release(attempt);
      return only;
    }
    char *met = problem_notes(s, noted);
    if (!best || is_better(&attempt->result, &best->result)) {
      if (best) run_release(best);
      best = attempt;
      notes = met;
      chosen = k;
    } else {
      run_release(attempt);
    }
    if (n > COORDINATES_MANY && best->result.kind != MINIMISE_UNDEFINED) break;
  }
  random_return(stream);
  text_string(&s->notes, notes);
  char remark[96];
  if (n > COORDINATES_MANY) snprintf(remark, sizeof remark, "started from %s alone", chosen < 2 ? chosen ? "1" : "0" : "a random point");
  else snprintf(remark, sizeof remark, "started from 0, 1 and %d random points; this is from %s", STARTS - 2,
           chosen == 0 ? "0" : chosen == 1 ? "1" : "a random one");
  Value record = result_record(p, best, remark);
  run_release(best);
  return record;
}

/* Constraints, or a method that is written for them and can do without. */
static bool is_constrained(const Problem *p) {
  const char *name = p->settings.method;
  const ConstrainedMethod *method = name && p->method.kind != VALUE_FUNCTION ? constrained_method(name) : NULL;
  return p->constraints.kind == VALUE_FUNCTION || (method && method->samples);
}

static Value solve(const Problem *p, Value (*unconstrained)(const Problem *)) {
  if (!p->settings.bounds) return is_constrained(p) ? problem_solve_constrained(p) : unconstrained(p);
  Problem bounded = problem_bounded(p);
  Value record = problem_solve_constrained(&bounded);
  problem_unbound(&bounded);
  return record;
}

Value problem_solve(const Problem *p) { return solve(p, solve_from_start); }

Value problem_solve_anywhere(const Problem *p) { return solve(p, solve_from_several); }
