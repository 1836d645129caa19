/* duality.c - convex(f, p), kkt(f, p, st, eq), and the print-out of records made in stdlib/duality.mml.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/duality.h"

#include <math.h>
#include <string.h>

#include "calculus/curvature.h"
#include "calculus/point.h"
#include "machine/prototype.h"
#include "machine/random.h"
#include "machine/session.h"
#include "optimise/dense.h"
#include "primitives/argument.h"
#include "primitives/problem.h"
#include "syntax/unparse.h"
#include "values/display.h"

/* ---- kkt ---- */

static void set_point(Problem *p, const Value *point) {
  p->point = point;
  p->count = 1;
  if (point->kind != VALUE_TUPLE) return;
  p->point = ((Tuple *)point->object)->item;
  p->count = ((Tuple *)point->object)->count;
}

static uint32_t function_count(Session *s, const Arguments *a, int index) {
  if (!argument_given(a, index)) return 0;
  Value v = a->argument[index];
  uint32_t count = v.kind == VALUE_TUPLE ? ((Tuple *)v.object)->count : 1;
  for (uint32_t i = 0; i < count; i++) {
    Value one = v.kind == VALUE_TUPLE ? ((Tuple *)v.object)->item[i] : v;
    if (one.kind == VALUE_FUNCTION) continue;
    Report *r = failure(s, index == 2 ? "st is made of functions whose values must not be above 0"
                                      : "eq is made of functions whose values must be 0");
    report_advise(r, index == 2 ? "kkt(f, p, st = [x -> x[1] - 1])  (x[1] <= 1)" : "kkt(f, p, eq = [x -> sum(x) - 1])  (sum(x) == 1)");
    raise_failure(s, r);
  }
  return count;
}

/* "x[1] - 1 <= 0": the body of a function of one expression, else its name. */
static Value constraint_text(Session *s, Value f, const char *relation) {
  const Function *function = (Function *)f.object;
  Text text = {0};
  const Prototype *prototype = function->function_kind == FUNCTION_CLOSURE ? function->prototype : NULL;
  if (prototype && !prototype->name && prototype->body->kind != NODE_DO) unparse(prototype->body, prototype->tree->source, &text);
  else display_inline(f, &(DisplayOptions){.columns = 40}, &text);
  text_string(&text, relation);
  Value v = value_string(string_new(s, text.bytes, text.length));
  text_free(&text);
  return v;
}

static void add_constraints(Session *s, Value given, uint32_t count, bool equality, Tuple *functions, Tuple *kinds, Tuple *texts, uint32_t from) {
  for (uint32_t i = 0; i < count; i++) {
    Value f = given.kind == VALUE_TUPLE ? ((Tuple *)given.object)->item[i] : given;
    functions->item[from + i] = value_keep(f);
    kinds->item[from + i] = value_number(equality);
    texts->item[from + i] = constraint_text(s, f, equality ? " == 0" : " <= 0");
  }
}

static Value call_kkt(Session *s, const Arguments *a) {
  argument_function(s, a, 0);
  Problem p = {.session = s, .f = a->argument[0], .started = true};
  set_point(&p, &a->argument[1]);
  uint32_t st = function_count(s, a, 2), eq = function_count(s, a, 3);
  Tuple *functions = tuple_new(s, st + eq), *kinds = tuple_new(s, st + eq), *texts = tuple_new(s, st + eq);
  if (st) add_constraints(s, a->argument[2], st, false, functions, kinds, texts, 0);
  if (eq) add_constraints(s, a->argument[3], eq, true, functions, kinds, texts, st);
  Function *together = function_new(s, FUNCTION_PARTIAL, 1);
  together->primitive = primitive_find("values_");
  together->bound[0] = value_tuple(functions);
  p.constraints = value_function(together);
  p.kinds = kinds;
  p.texts = texts;
  if (st + eq == 0) fail(s, "kkt needs constraints: st = [g] for g(x) <= 0, eq = [h] for h(x) == 0; without any: classify(f, p)");
  Value record = problem_check(&p);
  value_release(p.constraints);
  value_release(value_tuple(kinds));
  value_release(value_tuple(texts));
  return record;
}

/* ---- convex ---- */

typedef struct Chord {
  const Objective *objective;
  Session *session;
  size_t n;
  double *x, *y, *z, *center;
  double t, gap, fx, fy, fz;
  size_t tried;
} Chord;

/* Does the chord from x to y run below the function at t x + (1 - t) y, by more than rounding? */
static bool is_violated(Chord *c) {
  const double ROUNDING = 1e-9; /* of the values: a gap that a student can check by hand */
  c->tried++;
  for (size_t i = 0; i < c->n; i++) c->z[i] = c->t * c->x[i] + (1 - c->t) * c->y[i];
  double (*value)(void *, const double *) = c->objective->value;
  c->fx = value(c->objective->context, c->x);
  c->fy = value(c->objective->context, c->y);
  if (!isfinite(c->fx) || !isfinite(c->fy)) return false;
  c->fz = value(c->objective->context, c->z);
  if (!isfinite(c->fz)) return false;
  c->gap = c->fz - (c->t * c->fx + (1 - c->t) * c->fy);
  return c->gap > ROUNDING * (fabs(c->fx) + fabs(c->fy) + fabs(c->fz));
}

/* Whole numbers near the point, then larger and finer ones. */
static bool find_by_sampling(Chord *c) {
  enum { PER_SIZE = 300 };
  static const double size[] = {2, 5, 1, 20, 0.1, 100};
  for (size_t k = 0; k < sizeof size / sizeof *size; k++)
    for (int draw = 0; draw < PER_SIZE; draw++) {
      check_interrupt(c->session);
      for (size_t i = 0; i < c->n; i++) {
        double u = (2 * random_uniform(c->session) - 1) * size[k], v = (2 * random_uniform(c->session) - 1) * size[k];
        c->x[i] = c->center[i] + (size[k] >= 2 ? round(u) : u);
        c->y[i] = c->center[i] + (size[k] >= 2 ? round(v) : v);
      }
      c->t = draw % 3 == 0 ? 0.25 : 0.5;
      if (is_violated(c)) return true;
    }
  return false;
}

/* Along a direction of negative curvature, when the Hessian at the point or near it has one. */
static bool find_by_curvature(Chord *c) {
  enum { POINTS = 20 };
  static const double lengths[] = {1, 0.1, 0.01};
  size_t n = c->n;
  double *h = scratch(c->session, n * n * sizeof(double)), *at = scratch(c->session, n * sizeof(double));
  Spectrum w = {.n = n, .values = scratch(c->session, n * sizeof(double)), .vectors = scratch(c->session, n * n * sizeof(double)),
                .work = scratch(c->session, spectrum_work_size(n) * sizeof(double))};
  for (int k = 0; k < POINTS; k++) {
    for (size_t i = 0; i < n; i++) at[i] = c->center[i] + (k ? random_normal(c->session) : 0);
    c->objective->hessian(c->objective->context, at, h);
    if (!dense_finite(n * n, h) || !spectrum_compute(&w, h) || w.values[0] >= 0) continue;
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
      for (size_t i = 0; i < n; i++) {
        c->x[i] = at[i] + lengths[l] * w.vectors[i];
        c->y[i] = at[i] - lengths[l] * w.vectors[i];
      }
      c->t = 0.5;
      if (is_violated(c)) return true;
    }
  }
  return false;
}

static bool find_chord(Session *s, Chord *c) {
  RandomStream *stream = random_borrow(s, RANDOM_DEFAULT_SEED); /* a search must not change what rand gives next */
  bool found = find_by_sampling(c) || find_by_curvature(c);
  random_return(stream);
  return found;
}

static Value point_value(const Problem *p, const FunctionObjective *o, const double *x) { return problem_point(p, objective_arguments(o, x)); }

static void say_chord(Session *s, const Record *record, const Chord *c, Text *out) {
  static const char *const names[] = {"x", "y"};
  for (int k = 0; k < 2; k++) {
    text_format(out, "%s%s = ", k ? ", " : "", names[k]);
    display_inline(*record_get(record, symbol_intern(&s->symbols, names[k], 1)), &(DisplayOptions){.columns = 60}, out);
  }
  text_format(out, ", t = %g: f(t*x + (1 - t)*y) = %.6g lies above t*f(x) + (1 - t)*f(y) = %.6g", c->t, c->fz + 0.0, c->t * c->fx + (1 - c->t) * c->fy + 0.0);
}

static Value convex_record(const Problem *p, const FunctionObjective *o, const Curvature *proof, const Chord *c, bool found) {
  Session *s = p->session;
  static const char *const kinds[] = {[CURVATURE_UNKNOWN] = "unknown", [CURVATURE_CONVEX] = "convex", [CURVATURE_STRICT] = "strictly convex"};
  const char *kind = found ? "not convex" : kinds[proof->kind];
  Record *record = record_new(s);
  Text text = {0};
  record_put(s, record, "kind", text_value(s, kind));
  record_put(s, record, "reason", text_value(s, found ? "a chord lies below the function" : proof->reason));
  if (found) {
    record_put(s, record, "x", point_value(p, o, c->x));
    record_put(s, record, "y", point_value(p, o, c->y));
  }
  if (found) record_put(s, record, "t", value_number(c->t));
  if (found) record_put(s, record, "gap", value_number(c->gap));
  text_format(&text, "%s: ", kind);
  if (found) say_chord(s, record, c, &text);
  else text_string(&text, proof->reason);
  if (!found && proof->kind == CURVATURE_UNKNOWN) text_format(&text, "; none of %zu chords violates convexity, which proves nothing", c->tried);
  record->nature = "a verdict on convexity";
  record->style = RECORD_VERDICT;
  record->summary = text.bytes;
  return value_record(record);
}

static Value call_convex(Session *s, const Arguments *a) {
  argument_function(s, a, 0);
  Problem p = {.session = s, .f = a->argument[0]};
  set_point(&p, &a->argument[1]);
  size_t n;
  double *start = problem_start(&p, &n);
  FunctionObjective *function = scratch(s, sizeof(FunctionObjective));
  *function = problem_function(&p, n, NULL);
  function->observe = NULL;
  Objective objective = objective_of(function);
  Value *input = scratch(s, n * sizeof(Value)), *argument = objective_arguments(function, start);
  for (size_t i = 0; i < n; i++) input[i] = value_number(start[i]);
  Recording recording = recording_of(s, p.f, argument, p.count, input, (uint32_t)n);
  if (recording.outputs != 1) fail(s, "convex needs a function whose value is one number, found %u", recording.outputs);
  if (recording.output[0] == UINT32_MAX && isnan(recording.constant[0].number)) fail(s, "f has no value here: it is nan whatever it is given");
  objective_has_one_value(function, start, true);
  Curvature proof = curvature_of(s, &recording, n);
  recording_release(s, &recording);
  for (uint32_t i = 0; i < p.count; i++) value_release(argument[i]);
  Chord chord = {.objective = &objective, .session = s, .n = n, .center = start};
  chord.x = scratch(s, n * sizeof(double));
  chord.y = scratch(s, n * sizeof(double));
  chord.z = scratch(s, n * sizeof(double));
  bool found = proof.kind == CURVATURE_UNKNOWN && find_chord(s, &chord);
  Value record = convex_record(&p, function, &proof, &chord, found);
  objective_release(function);
  return record;
}

/* ---- a record that prints as a sentence ---- */

static Value call_said(Session *s, const Arguments *a) {
  const char *text = argument_string(s, a, 1);
  if (a->argument[0].kind != VALUE_RECORD) fail_argument(s, 0, "expected a record");
  const Record *given = (Record *)a->argument[0].object;
  Record *record = record_new(s);
  for (uint32_t i = 0; i < given->count; i++) record_put(s, record, given->name[i]->name, value_keep(given->field[i]));
  Text summary = {0};
  text_string(&summary, text);
  record->style = RECORD_VERDICT;
  record->summary = summary.bytes;
  return value_record(record);
}

/* at_(f), which waits for its point. */
static Value at_of(Session *s, const Primitive *at, Value f) {
  Function *partial = function_new(s, FUNCTION_PARTIAL, 1);
  partial->primitive = at;
  partial->bound[0] = value_keep(f);
  return value_function(partial);
}

/* functions_(g): g alone as a tuple of one; functions of several numbers take a point. */
static Value call_functions(Session *s, const Arguments *a) {
  const Primitive *at = primitive_find("at_");
  Value v = a->argument[0];
  const Tuple *given = v.kind == VALUE_TUPLE ? (Tuple *)v.object : NULL;
  Tuple *out = tuple_new(s, given ? given->count : 1);
  for (uint32_t i = 0; i < out->count; i++) {
    Value one = given ? given->item[i] : v;
    if (one.kind != VALUE_FUNCTION) {
      Report *r = failure(s, "the function and its constraints must be functions");
      report_advise(r, "lagrangian(f, st = [x -> x[1] - 1])  (x[1] <= 1)");
      report_advise(r, "lagrangian(f, eq = [x -> sum(x) - 1])  (sum(x) == 1)");
      raise_failure(s, r);
    }
    out->item[i] = point_arity(one) > 1 ? at_of(s, at, one) : value_keep(one);
  }
  return value_tuple(out);
}

/* at_(f, p): f at a point, which may be its coordinates one by one. */
static Value call_at(Session *s, const Arguments *a) {
  argument_function(s, a, 0);
  return point_call(s, a->argument[0], &a->argument[1], 1);
}

const Primitive duality_rows[DUALITY_ROWS_COUNT] = {
    {.name = "convex", .parameters = "(f, p)", .call = call_convex, .differentiable = DERIVE_NONE, .reason = "its value is a verdict",
     .help = "Is f convex? Proved by rules (constant Hessian, sums, norms, exp, -log, compositions), refuted by two points and t that a chord connects below f, or unknown. p says what f takes: a number or a point of the right shape. Fields: kind reason, and x y t gap when it is not convex.",
     .example = "convex(v -> v[1]^2 + v[1]*v[2] + v[2]^2, [0, 0])",
     .gives = "strictly convex: the Hessian is constant with eigenvalues 1 and 3, both positive"},
    {.name = "kkt", .parameters = "(f, p, st = , eq = )", .call = call_kkt, .differentiable = DERIVE_NONE, .reason = "its value is a verdict",
     .help = "The conditions of Karush, Kuhn and Tucker for f at p under g(x) <= 0 for g in st and h(x) == 0 for h in eq: stationarity with least-squares multipliers, feasibility, complementarity, signs, LICQ, second order. Fields: point multipliers stationarity feasibility complementarity licq eigenvalues verdict; the multipliers of st come first.",
     .example = "kkt(x -> x[1]^2 + x[2]^2, [1, 1], eq = [x -> x[1] + x[2] - 2]).verdict", .gives = "\"global minimum\""},
    {.name = "said_", .parameters = "(r, text)", .call = call_said, .differentiable = DERIVE_NONE, .reason = "its value is a print-out",
     .help = "The record r, printed as text: how stdlib functions give verdicts.", .example = "said_(record(a = 1), \"a is one\")",
     .gives = "a is one"},
    {.name = "functions_", .parameters = "(g)", .call = call_functions, .differentiable = DERIVE_THROUGH,
     .help = "A tuple of constraints: a function alone becomes one of one.", .example = "length(functions_(sin))", .gives = "1"},
    {.name = "at_", .parameters = "(f, p)", .call = call_at, .result = RESULT_ANY, .differentiable = DERIVE_THROUGH,
     .help = "f at the point p; a function of several numbers takes the coordinates of p.", .example = "at_((x, y) -> x - y, (5, 2))", .gives = "3"},
};
