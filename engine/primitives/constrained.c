/* constrained.c - minimisation under constraints: the differences behind s.t. handed to the solver, its
 * answer as a record.
 *
 * The solver wants equalities first; the student's order is kept in [place] and given back in the
 * multipliers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/constrained.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/implicit.h"
#include "calculus/point.h"
#include "calculus/vectorfunction.h"
#include "machine/random.h"
#include "machine/session.h"
#include "optimise/around.h"
#include "optimise/kkt.h"
#include "optimise/kkt_check.h"
#include "primitives/bounds.h"
#include "primitives/method.h"
#include "primitives/problem.h"
#include "values/operate.h"

typedef struct Side {
  VectorFunction function;
  size_t equalities;
  size_t *place;     /* solver's constraint k is difference place[k] */
  double *in_order;  /* m numbers in the student's order */
  double *rows;      /* m×n */
  const char **text; /* by the solver's order */
} Side;

/* ---- callbacks ---- */

static void side_value(void *context, const double *x, double *c) {
  Side *side = context;
  vector_value(&side->function, x, side->in_order);
  for (size_t k = 0; k < side->function.m; k++) c[k] = side->in_order[side->place[k]];
}

static void side_jacobian(void *context, const double *x, double *j) {
  Side *side = context;
  size_t n = side->function.n;
  vector_jacobian(&side->function, x, side->rows);
  for (size_t k = 0; k < side->function.m; k++) memcpy(j + k * n, side->rows + side->place[k] * n, n * sizeof(double));
}

static void side_hessian(void *context, const double *x, const double *multiplier, double *h) {
  Side *side = context;
  for (size_t k = 0; k < side->function.m; k++) side->in_order[side->place[k]] = multiplier[k];
  vector_hessian(&side->function, x, side->in_order, h);
}

/* ---- what kind each difference is ---- */

static void name_difference(Session *s, Side *side, size_t k, const char *typed, size_t entry, size_t entries) {
  char *text = scratch(s, strlen(typed) + 40);
  if (entries == 1) strcpy(text, typed);
  else sprintf(text, "%s (entry %zu)", typed, entry + 1);
  side->text[k] = text;
}

/* st = g: all its values are inequalities, without a text of their own. */
static void take_all(Session *s, Side *side) {
  for (size_t k = 0; k < side->function.m; k++) {
    name_difference(s, side, k, "st <= 0", k, side->function.m);
    side->place[k] = k;
  }
}

/* Groups are the constraints as typed; an array constraint is one difference per entry. */
static void sort_differences(const Problem *p, Side *side, const Tuple *groups) {
  Session *s = p->session;
  size_t m = side->function.m, next = 0;
  for (int equality = 1; equality >= 0; equality--) {
    size_t first = 0;
    for (uint32_t g = 0; g < groups->count; g++) {
      size_t entries = point_size(s, groups->item[g], "a constraint");
      bool wanted = (p->kinds->item[g].number != 0) == (equality == 1);
      for (size_t e = 0; wanted && e < entries; e++) {
        name_difference(s, side, next, ((String *)p->texts->item[g].object)->bytes, e, entries);
        side->place[next++] = first + e;
      }
      first += entries;
    }
    if (equality) side->equalities = next;
  }
  assert(next == m);
  (void)m;
}

static void open_side(const Problem *p, Side *side, const double *start, size_t n) {
  Session *s = p->session;
  side->function = (VectorFunction){.session = s, .f = p->constraints, .point = p->point, .count = p->count, .n = n};
  if (p->constraints.kind != VALUE_FUNCTION) return; /* a method that can do without */
  Value groups = vector_open(&side->function, start);
  size_t m = side->function.m;
  side->place = scratch(s, (m + 1) * sizeof(size_t));
  side->text = scratch(s, (m + 1) * sizeof(char *));
  side->in_order = scratch(s, (m + 1) * sizeof(double));
  side->rows = scratch(s, (m * n + 1) * sizeof(double));
  if (!vector_has_one_value(&side->function, start)) {
    Report *r = failure(s, "a constraint has two values at one point: it draws random numbers");
    report_remark(r, "draw them once, before: r = rand(); minimize … s.t. x >= r");
    raise_failure(s, r);
  }
  if (p->kinds) sort_differences(p, side, (Tuple *)groups.object);
  else take_all(s, side);
  value_release(groups);
}

/* ---- the answer ---- */

static const char *kind_text(const ConstrainedResult *r) {
  switch (r->kind) {
    case KKT_STRICT_MINIMUM: return r->negated ? "strict maximum" : "strict minimum";
    case KKT_FLAT: return "flat";
    case KKT_SADDLE: return "saddle";
    case KKT_MAXIMUM: return r->negated ? "minimum" : "maximum";
    case KKT_STATIONARY: return r->kink ? "kink" : "stationary";
    case KKT_DEGENERATE: return "degenerate";
    case KKT_NOT_STATIONARY: return "not stationary";
    case KKT_INFEASIBLE: return "infeasible";
    case KKT_UNBOUNDED: return "unbounded";
    default: return "undefined";
  }
}

/* The solution as values; inside a derivative by what f or the constraints close over they carry theirs. */
typedef struct Solution {
  Value *argument, *multiplier; /* the latter in the student's order */
} Solution;

static Solution solution_plain(const FunctionObjective *o, const Side *side, const ConstrainedResult *r) {
  size_t m = side->function.m;
  Solution solution = {objective_arguments(o, r->x), scratch(o->session, (m + 1) * sizeof(Value))};
  for (size_t k = 0; k < m; k++) solution.multiplier[side->place[k]] = value_number(r->multiplier[k]);
  return solution;
}

/* The implicit function theorem wants multipliers that are the only ones and not 0 (Fiacco 1983). */
static void need_regular(Session *s, const ConstrainedResult *r) {
  enum { DIGITS_LEAST = 5 }; /* where x is known worse the Hessian there is none to rely on */
  const char *why = r->reason;
  bool weak = false, strict = r->converged && r->kind == KKT_STRICT_MINIMUM;
  for (size_t k = 0; k < r->equalities + r->inequalities; k++) weak = weak || (r->active[k] && r->weak[k]);
  if (strict && r->licq && !weak && !(r->digits < DIGITS_LEAST)) return;
  if (r->converged && !strict) why = "the minimum is not strict";
  else if (strict && !r->licq) why = "the gradients of the active constraints depend on each other, so that the multipliers are not unique";
  else if (strict && weak) why = "a constraint is active whose multiplier is 0: to one side it matters, to the other it does not";
  else if (strict) why = "the minimum is so flat that x is known to few digits only";
  fail(s, "the minimiser under these constraints has no derivative here: %s", why);
}

static Solution solution_open(const Problem *p, FunctionObjective *o, Side *side, const ConstrainedResult *r) {
  Session *s = p->session;
  size_t n = o->n, m = side->function.m, *active = scratch(s, (m + 1) * sizeof(size_t)), count = 0;
  need_regular(s, r);
  double *multiplier = scratch(s, (m + 1) * sizeof(double));
  for (size_t k = 0; k < m; k++) {
    if (!r->active[k]) continue;
    multiplier[count] = r->multiplier[k];
    active[count++] = side->place[k];
  }
  ImplicitSolution implicit = {.objective = o, .constraints = &side->function, .active = active, .count = count};
  Value *number = scratch(s, (n + 1) * sizeof(Value)), *weight = scratch(s, (count + 1) * sizeof(Value));
  implicit_solution(&implicit, r->x, multiplier, number, weight);
  Solution solution = {scratch(s, (p->count + 1) * sizeof(Value)), scratch(s, (m + 1) * sizeof(Value))};
  const Value *next = number;
  for (uint32_t i = 0; i < p->count; i++) solution.argument[i] = point_shape(s, p->point[i], &next);
  for (size_t k = 0; k < m; k++) solution.multiplier[k] = value_number(0);
  for (size_t k = 0; k < count; k++) solution.multiplier[active[k]] = weight[k];
  return solution;
}

static Value active_value(Session *s, const Side *side, const ConstrainedResult *r) {
  uint32_t count = 0;
  for (size_t k = 0; k < side->function.m; k++) count += r->active[k];
  Tuple *tuple = tuple_new(s, count);
  count = 0;
  for (size_t k = 0; k < side->function.m; k++)
    if (r->active[k]) tuple->item[count++] = text_value(s, side->text[k]);
  return value_tuple(tuple);
}

static Value answer(const Problem *p, const FunctionObjective *o, const Observer *observer, const MethodRun *run, const Side *side,
                    const Constraints *constraints, ConstrainedResult *r, const Solution *solution) {
  Session *s = p->session;
  r->columns = problem_columns(p, o->n);
  bool open = o->open || side->function.open;
  Outcome outcome = {
      .argument = solution->argument,
      .value = open ? point_call(s, o->f, solution->argument, p->count) : value_number(o->sign * r->value),
      .kind = kind_text(r),
      .reason = r->reason,
      .method = r->method,
      .converged = r->converged,
      .iterations = r->iterations,
      .evaluations = r->evaluations,
      .gradient_norm = r->stationarity,
      .multipliers = array_from_numbers(s, solution->multiplier, side->function.m, 1),
      .active = active_value(s, side, r),
      .names = problem_names(p, o->n),
  };
  kkt_print(r, constraints, outcome.names, &outcome.verdict);
  return outcome_record(p, observer, run, &outcome);
}

/* ---- running ---- */

typedef struct MethodNames {
  Session *session;
  char text[250];
  Suggestion suggestion;
} MethodNames;

static void list_method(void *context, const char *name) {
  MethodNames *list = context;
  bool library = method_find(list->session, name).kind == VALUE_FUNCTION;
  if (library && !method_takes_constraints(method_find(list->session, name))) return;
  suggestion_offer(&list->suggestion, name);
  if (strlen(list->text) + strlen(name) + 3 < sizeof list->text) strcat(strcat(list->text, list->text[0] ? ", " : ""), name);
}

static _Noreturn void fail_method(Session *s, const char *name) {
  bool known = minimise_method(name) || method_find(s, name).kind == VALUE_FUNCTION;
  Report *r = failure(s, known ? "%s does not take constraints" : "there is no method named %s", name);
  MethodNames list = {.session = s, .text = ""};
  suggestion_start(&list.suggestion, name);
  size_t count;
  const ConstrainedMethod *rows = constrained_methods(&count);
  for (size_t i = 0; i < count; i++) list_method(&list, rows[i].name);
  method_each(s, list_method, &list);
  report_remark(r, "methods with constraints: %s", list.text);
  if (!known && list.suggestion.best) report_advise(r, "using %s", list.suggestion.best);
  raise_failure(s, r);
}

static Constraints side_constraints(Side *side, const double *start) {
  return (Constraints){.equalities = side->equalities, .inequalities = side->function.m - side->equalities,
                       .value = side_value, .jacobian = side_jacobian, .hessian = side_hessian, .context = side,
                       .linear = side->function.m == 0 || vector_is_linear(&side->function, start), .text = side->text};
}

static const double *box_start(Session *s, const Box *box, const double *start, size_t n) {
  double *x = scratch(s, n * sizeof(double));
  memcpy(x, start, n * sizeof(double));
  box_middle(box, n, x);
  return x;
}

/* Where the function has a kink its derivatives say nothing about the point; only values around it do. */
static void look_at_kink(FunctionObjective *function, const Objective *objective, const Constraints *constraints,
                         const MinimiseOptions *options, ConstrainedResult *r) {
  static const double FEASIBLE = 1e-9; /* in the constraint's own units: further out nothing is said of a minimum */
  bool settled = r->kind != KKT_UNDEFINED && r->kind != KKT_UNBOUNDED && r->kind != KKT_INFEASIBLE && isfinite(r->value);
  if (!settled || r->stopped || r->convex || r->violation > FEASIBLE) return;
  r->kink = objective_kink(function, r->x);
  if (!r->kink) return;
  r->converged = !around_lower(objective, constraints, r->x, r->value, options);
  r->kind = KKT_STATIONARY;
  snprintf(r->reason, sizeof r->reason, "at a kink of %s", r->kink);
}

/* Ctrl-C inside a value that takes long: the search cannot judge its best point any more, but has it. */
typedef struct Unfinished {
  const Problem *problem;
  const ConstrainedResult *result;
} Unfinished;

static void rescue(void *context) {
  const Unfinished *u = context;
  method_rescued(u->problem, u->result->x, u->result->value, u->result->n);
}

static void search(const Problem *p, const Objective *objective, const Constraints *constraints, const double *start,
                   const MinimiseOptions *options, ConstrainedResult *r) {
  Session *s = p->session;
  bool outermost = !s->rescue;
  Unfinished *unfinished = scratch(s, sizeof *unfinished);
  *unfinished = (Unfinished){p, r};
  *r = (ConstrainedResult){.value = NAN};
  if (outermost) {
    s->rescue = rescue;
    s->rescue_context = unfinished;
  }
  constrained_run(objective, constraints, start, options, r);
  if (outermost) s->rescue = NULL;
}

/* [derive]: the answer is to carry derivatives where there are any to carry; *open says whether. */
static Value run(const Problem *p, const double *start, size_t n, ConstrainedResult *r, bool derive, bool *open) {
  Session *s = p->session;
  bool written = p->method.kind == VALUE_FUNCTION;
  const ConstrainedMethod *method = p->settings.method && !written ? constrained_method(p->settings.method) : NULL;
  if (p->settings.method && !method && !(written && method_takes_constraints(p->method))) fail_method(s, p->settings.method);
  Side *side = scratch(s, sizeof(Side));
  *side = (Side){0};
  open_side(p, side, start, n);
  Observer *observer = scratch(s, sizeof(Observer));
  *observer = problem_observer(p, n);
  FunctionObjective *function = scratch(s, sizeof(FunctionObjective));
  *function = problem_function(p, n, observer);
  Objective objective = objective_of(function);
  objective.quadratic = objective_has_one_value(function, start, !method && !written) && objective_is_quadratic(function, start);
  Constraints constraints = side_constraints(side, start);
  const char *refusal = method ? constrained_refusal(method, &objective, &constraints) : NULL;
  if (refusal) fail(s, "%s %s", method->name, refusal);
  Problem boxed = *p;
  Box box;
  if ((method && method->samples) || (written && method_takes_bounds(p->method))) {
    box = box_of(&side->function, side->place, side->equalities, start);
    constraints.lower = box.lower;
    constraints.upper = box.upper;
    constraints.simple = box.simple;
    boxed.box = &box;
    if (method) box_require(p, method, &box, &constraints, n);
    if (!p->started && (written || method->needs_box)) start = box_start(s, &box, start, n);
  }
  MinimiseOptions options = problem_options(p);
  MethodRun *steps = scratch(s, sizeof(MethodRun));
  *steps = (MethodRun){.extra = value_nothing()};
  if (written) {
    *steps = method_run(&boxed, start, n);
    options.method = NULL;
    options.path = &steps->path;
  }
  search(p, &objective, &constraints, start, &options, r);
  look_at_kink(function, &objective, &constraints, &options, r);
  if (observer->shown && s->host.progress) s->host.progress(s->host.context, NULL);
  *open = function->open || side->function.open;
  Solution solution = *open && derive && !interrupt_flag ? solution_open(p, function, side, r) : solution_plain(function, side, r);
  Value record = answer(p, function, observer, steps, side, &constraints, r, &solution);
  objective_release(function);
  vector_release(&side->function);
  value_release(value_builder(observer->rows));
  value_release(steps->extra);
  if (interrupt_flag) problem_interrupted(s, record);
  return record;
}

/* ---- a point that is proposed ---- */

static Value check_record(const Problem *p, const FunctionObjective *o, const Side *side, const KktCheck *check,
                          const Constraints *constraints, const double *x) {
  Session *s = p->session;
  size_t m = side->function.m, n = o->n;
  const ConstrainedResult *r = check->result;
  Record *record = record_new(s);
  Array *multipliers = array_zeros(s, m, 1), *eigenvalues = array_zeros(s, r->eigenvalue_count, 1);
  for (size_t k = 0; k < m; k++) multipliers->data[side->place[k]] = check->multiplier[k];
  if (r->eigenvalue_count) memcpy(eigenvalues->data, r->eigenvalues, r->eigenvalue_count * sizeof(double));
  record_put(s, record, "point", problem_point(p, objective_arguments(o, x)));
  record_put(s, record, "multipliers", value_array(multipliers));
  record_put(s, record, "stationarity", value_number(check->stationarity));
  record_put(s, record, "feasibility", value_number(check->violation));
  record_put(s, record, "complementarity", value_number(check->complementarity));
  record_put(s, record, "licq", value_boolean(r->licq));
  record_put(s, record, "eigenvalues", value_array(eigenvalues));
  record_put(s, record, "verdict", text_value(s, kkt_check_word(check)));
  Text text = {0};
  kkt_check_print(check, constraints, problem_names(p, n), &text);
  text.bytes[--text.length] = 0;
  record->style = RECORD_VERDICT;
  record->summary = text.bytes;
  return value_record(record);
}

Value problem_check(const Problem *p) {
  Session *s = p->session;
  size_t n;
  double *x = problem_start(p, &n);
  Side *side = scratch(s, sizeof(Side));
  *side = (Side){0};
  open_side(p, side, x, n);
  Observer *observer = scratch(s, sizeof(Observer));
  *observer = problem_observer(p, n);
  FunctionObjective *function = scratch(s, sizeof(FunctionObjective));
  *function = problem_function(p, n, observer);
  Objective objective = objective_of(function);
  objective.quadratic = objective_is_quadratic(function, x);
  Constraints constraints = side_constraints(side, x);
  MinimiseOptions options = problem_options(p);
  MinimisePath path = {.name = "", .x = x, .count = 1, .eta = NAN};
  options.path = &path;
  ConstrainedResult *result = scratch(s, sizeof(ConstrainedResult));
  if (function->open || side->function.open) fail(s, "kkt has no derivative by what its functions close over");
  constrained_run(&objective, &constraints, x, &options, result);
  if (result->kind == KKT_UNDEFINED || isnan(objective.value(function, x)))
    fail(s, "f or a constraint has no value or no derivative at this point");
  size_t m = side->function.m;
  double *value = scratch(s, (m + 1) * sizeof(double)), *rows = scratch(s, (m * n + 1) * sizeof(double));
  side_value(side, x, value);
  side_jacobian(side, x, rows);
  KktCheck check = {.result = result, .value_of = value};
  kkt_check(&check, rows, scratch(s, n * sizeof(double)));
  Value record = check_record(p, function, side, &check, &constraints, x);
  objective_release(function);
  vector_release(&side->function);
  value_release(value_builder(observer->rows));
  return record;
}

/* ---- where to start ---- */

/* A run that found no value says nothing of the function; one without end beats all that stop. */
static bool is_better(const ConstrainedResult *a, const ConstrainedResult *b) {
  bool none = a->kind == KKT_UNDEFINED, other_none = b->kind == KKT_UNDEFINED;
  if (none && other_none) return a->value < b->value || (isnan(b->value) && !isnan(a->value));
  if (none || other_none) return other_none;
  if (a->kind == KKT_UNBOUNDED || b->kind == KKT_UNBOUNDED) return b->kind != KKT_UNBOUNDED;
  if (a->converged != b->converged) return a->converged;
  if (a->kind == KKT_INFEASIBLE || b->kind == KKT_INFEASIBLE) return b->kind == KKT_INFEASIBLE && a->violation < b->violation;
  return a->value < b->value - 1e-10 * (1 + fabs(b->value));
}

enum { STARTS = 4 };

static void tell_starts(Value record) {
  Record *r = (Record *)record.object;
  size_t length = strlen(r->summary);
  Text text = {.bytes = r->summary, .length = length, .capacity = length + 1};
  text_format(&text, "\nstarted from 0, 1 and %d random points; from names another start", STARTS - 2);
  r->summary = text.bytes;
}

/* To the middle of the box that the bounds among the constraints make; false when there is no bound. */
static bool middle_start(const Problem *p, double *start, size_t n) {
  Side *side = scratch(p->session, sizeof(Side));
  *side = (Side){0};
  open_side(p, side, start, n);
  Box box = box_of(&side->function, side->place, side->equalities, start);
  bool bounded = false;
  for (size_t i = 0; i < n; i++) bounded = bounded || isfinite(box.lower[i]) || isfinite(box.upper[i]);
  if (bounded) box_middle(&box, n, start);
  vector_release(&side->function);
  return bounded;
}

/* From the start that was given, or from 0, 1 and two random points unless the first answer is proved, and
 * from the middle of the bounds where the function has no value at any of them. What
 * is to carry derivatives is found without them first. */
Value problem_solve_constrained(const Problem *p) {
  Session *s = p->session;
  size_t n;
  double *start = problem_start(p, &n);
  ConstrainedResult *best = scratch(s, sizeof(ConstrainedResult)), *other = scratch(s, sizeof(ConstrainedResult));
  const ConstrainedMethod *method = p->settings.method && p->method.kind != VALUE_FUNCTION ? constrained_method(p->settings.method) : NULL;
  bool whole = method && method->needs_box; /* it searches everywhere, wherever it begins */
  bool open;
  if (p->started || whole || p->method.kind == VALUE_FUNCTION) return run(p, start, n, best, true, &open);
  RandomStream *stream = random_borrow(s, RANDOM_DEFAULT_SEED);
  Value record = value_nothing();
  size_t noted = s->notes.length;
  char *notes = NULL; /* of the best answer: what was met on the way to others is no matter */
  for (int k = 0; k <= STARTS; k++) {
    if (k == STARTS && best->kind != KKT_UNDEFINED) break;
    for (size_t i = 0; i < n; i++) start[i] = k < 2 ? k : random_normal(s);
    if (k == STARTS && !middle_start(p, start, n)) break;
    problem_notes(s, noted);
    Value found = run(p, start, n, other, false, &open);
    char *met = problem_notes(s, noted);
    bool take = record.kind == VALUE_NOTHING || is_better(other, best);
    if (take) *best = *other;
    if (take) notes = met;
    value_release(take ? record : found);
    record = take ? found : record;
    if (best->convex || best->refuted || best->kind == KKT_UNBOUNDED) break;
  }
  random_return(stream);
  problem_notes(s, noted);
  text_string(&s->notes, notes);
  if (best->kind == KKT_UNDEFINED && !isfinite(best->value)) tell_starts(record);
  if (!open) return record;
  value_release(record);
  return run(p, best->x, n, other, true, &open);
}
