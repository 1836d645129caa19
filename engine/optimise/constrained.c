/* constrained.c - minimisation under constraints: choose a method, run it, judge the answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/constrained.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/course.h"
#include "optimise/kkt.h"
#include "optimise/pole.h"

static const ConstrainedMethod METHODS[] = {
    {"quadratic", "dual active set", quadratic_run, .needs_hessian = true, .needs_convex = true,
     .help = "convex quadratic and linear programs, exactly; the automatic choice for them"},
    {"sqp", "sequential quadratic programming", sqp_run, .needs_hessian = true,
     .help = "exact second derivatives of function and constraints; the automatic choice"},
    {"slsqp", "sequential quadratic programming (BFGS)", sqp_quasi_run,
     .help = "curvature learned from gradients only"},
    {"auglag", "augmented Lagrangian", auglag_run,
     .help = "constraints by penalty and multiplier, unconstrained minimisation inside"},
    {"cobyla", "COBYLA (NLopt)", cobyla_run, .samples = true, .most = 50,
     .help = "values only: linear models of function and constraints on a simplex; from a start, "
             "local"},
    {"direct", "DIRECT-L (NLopt)", direct_run, .samples = true, .needs_box = true,
     .bounds_only = true, .most = 30,
     .help = "values only, over a whole box: cut into smaller boxes where the function is low or "
             "little is known; few variables"},
    {"crs", "controlled random search (NLopt)", crs_run, .samples = true, .needs_box = true,
     .bounds_only = true, .most = 200,
     .help = "values only, over a whole box: random points drawn towards the best of them"},
    {"isres", "ISRES evolution (NLopt)", isres_run, .samples = true, .needs_box = true, .most = 200,
     .help = "values only, over a whole box, also under other constraints: generations of random "
             "points of which the best have children"},
};

/* Where a method came to is its answer unless it passed a better point, not one better by rounding. */
static void constrained_arrive(Course *course, const Place *last) {
  const double HIDDEN_RISE = 1e-14; /* of the value */
  const ConstrainedResult *best = course->result;
  bool allowed = course_feasible(course, last->c) && course_feasible(course, best->constraint);
  if (allowed && last->value <= best->value + HIDDEN_RISE * fabs(best->value)) course_prefer(course, last);
}

/* A method whose points come from outside the constraints has no feasible one but perhaps its
 * start: its last point is its answer then, if it is lower and next to them. */
static void constrained_outside(Course *course, const Place *last) {
  const double NEXT = 1e-3;
  bool start = memcmp(course->result->x, course->start, course->n * sizeof(double)) == 0;
  if (course->options->path->wanders || !start || !(last->value < course->result->value)) return;
  if (course_distance(course, last->c) <= NEXT) course_prefer(course, last);
}

/* Goes through the points of a method that ran elsewhere; see path.c. */
static void constrained_walk(Course *course) {
  const MinimisePath *path = course->options->path;
  ConstrainedResult *result = course->result;
  size_t n = course->n;
  Place place;
  course_place(course, &place);
  while (result->iterations + 1 < path->count) {
    double length = path->length[result->iterations++];
    memcpy(place.x, path->x + result->iterations * n, n * sizeof(double));
    bool wanders = path->wanders; /* then a point without a value is only one more point */
    if (!(course_measure(course, &place) && course_derive(course, &place)) && !wanders) {
      course_reason(course, "the value or a derivative is not finite at step %zu",
                    result->iterations);
      return;
    }
    bool unbounded = course_unbounded(course, &place);
    if (unbounded || !course_step(course, &place, dense_norm(n, place.g), length)) return;
  }
  if (path->count > 1 && course->has_best) {
    constrained_arrive(course, &place);
    constrained_outside(course, &place);
  }
  course_reason(course, "%zu step%s%s%s", result->iterations, result->iterations == 1 ? "" : "s",
                path->reason ? ", " : "", path->reason ? path->reason : "");
}

static const ConstrainedMethod WALK = {"", "", constrained_walk,
                                       .help = "the path of a method that ran elsewhere"};

const ConstrainedMethod *constrained_methods(size_t *count) {
  *count = sizeof METHODS / sizeof *METHODS;
  return METHODS;
}

const ConstrainedMethod *constrained_method(const char *name) {
  for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++)
    if (strcmp(METHODS[i].name, name) == 0) return &METHODS[i];
  return NULL;
}

const char *constrained_options(const ConstrainedMethod *method) {
  return method->samples ? "bounds, evaluations, seed, tol" : "tol";
}

const char *constrained_refusal(const ConstrainedMethod *method, const Objective *objective,
                                const Constraints *constraints) {
  bool hessian =
      objective->hessian != NULL && (constraints->linear || constraints->hessian != NULL);
  if (method->needs_convex && !(objective->quadratic && constraints->linear))
    return "needs a quadratic function and linear constraints";
  if (method->needs_hessian && !hessian) return "needs the Hessian";
  if (method->needs_hessian && objective->n > COURSE_HESSIAN_LIMIT)
    return "needs the Hessian, formed for at most 400 variables";
  return NULL;
}

static void constrained_memory(Course *course) {
  ConstrainedResult *result = course->result;
  size_t n = course->n, m = course->m;
  double **vectors[] = {&result->x,     &result->gradient,    &result->direction,
                        &course->start, &result->eigenvalues, &course->travelled,
                        &course->unit,  &course->natural};
  double **values[] = {&result->constraint, &result->multiplier, &result->fitted,
                       &course->norm,       &course->slack,      &course->seen,
                       &course->best_c,     &course->multipliers};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    *vectors[k] = course_numbers(course, n);
  for (size_t k = 0; k < sizeof values / sizeof *values; k++)
    *values[k] = course_numbers(course, m);
  result->active = course_memory(course, m * sizeof(bool));
  result->weak = course_memory(course, m * sizeof(bool));
  course_place(course, &course->asked);
}

static void constrained_init(Course *course, const double *start, const ConstrainedMethod *method) {
  enum { PER_VARIABLE = 100, AT_LEAST = 1000 };
  const Objective *objective = course->objective;
  const Constraints *constraints = course->constraints;
  ConstrainedResult *result = course->result;
  size_t n = objective->n;
  *result = (ConstrainedResult){.n = n,
                                .equalities = constraints->equalities,
                                .inequalities = constraints->inequalities,
                                .value = NAN,
                                .start_value = NAN,
                                .method = method->name,
                                .title = method->title,
                                .walked = course->options->path != NULL,
                                .linear = constraints->linear,
                                .negated = course->options->negated};
  if (course->options->path) result->method = result->title = course->options->path->name;
  course->n = n;
  course->equalities = constraints->equalities;
  course->m = constraints->equalities + constraints->inequalities;
  size_t most = course->options->max_evaluations;
  course->max_evaluations = course->run_limit = most ? most : PER_VARIABLE * n + AT_LEAST;
  result->eigenvalue_min = result->eigenvalue_max = result->error_bar = result->digits = NAN;
  constrained_memory(course);
  for (size_t i = 0; i < n; i++) course->natural[i] = 1;
  memcpy(course->start, start, n * sizeof *start);
  memcpy(result->x, start, n * sizeof *start);
}

/* The start with its constraints; false when they are none there. */
static bool constrained_look(Course *course, Place *start) {
  course_place(course, start);
  memcpy(start->x, course->start, course->n * sizeof(double));
  course->result->kind = KKT_UNDEFINED;
  if (course_constraints(course, start->x, course->seen) && course_jacobian(course, start->x, start->j)) return true;
  course_reason(course, "a constraint has no value or no derivative at the start");
  return false;
}

/* Value and derivatives where the run begins: at the start, or where the value has none and the
 * constraints are broken, at the nearest feasible point. */
static bool constrained_begin(Course *course) {
  Place start;
  if (!constrained_look(course, &start)) return false;
  bool defined = course_measure(course, &start) && course_derive(course, &start);
  if (!defined && !course_feasible(course, course->seen) &&
      course_restore(course, start.x, NULL, start.x))
    defined = course_measure(course, &start) && course_derive(course, &start);
  course->result->start_value = start.value;
  if (!defined) {
    double shown = course->options->negated ? -start.value : start.value;
    course_reason(course, "the value at the start is %.6g%s", isnan(shown) ? NAN : shown,
                  isfinite(shown) ? ", but its derivatives are not finite" : "");
    return false;
  }
  course_prefer(course, &start);
  return course_step(course, &start, course->options->path ? dense_norm(course->n, start.g) : NAN,
                     0);
}

/* A search by values needs none where it begins, and no derivatives: only the constraints' scales.
 */
static bool constrained_begin_anywhere(Course *course) {
  Place start;
  if (!constrained_look(course, &start)) return false;
  course_norms(course, &start);
  course_measure(course, &start);
  course->result->start_value = start.value;
  return course_step(course, &start, NAN, 0);
}

/* Where curvatures differ wildly the coordinates have different units, which shows in them. */
static void constrained_units(Course *course, const double *h) {
  const double WILD = 1e6;
  size_t n = course->n, count = 0;
  double low = INFINITY, high = 0, mean = 0;
  for (size_t i = 0; i < n; i++) {
    double curvature = fabs(h[i * n + i]);
    if (!(curvature > 0)) continue;
    low = fmin(low, curvature);
    high = fmax(high, curvature);
    mean += log(curvature);
    count++;
  }
  if (count < 2 || high < WILD * low) return;
  for (size_t i = 0; i < n; i++) {
    double curvature = fabs(h[i * n + i]);
    if (curvature > 0) course->natural[i] = exp(0.5 * (mean / (double)count - log(curvature)));
  }
}

/* f convex along all directions the equalities leave: then, and with linear constraints only, a
 * local minimum is global. */
static void constrained_prove(Course *course) {
  const double ROUNDING = 1e-13;
  ConstrainedResult *result = course->result;
  size_t n = course->n;
  if (!course->objective->quadratic || !course->constraints->linear || !course_has_hessian(course))
    return;
  Spectrum spectrum;
  course_spectrum(course, &spectrum, n);
  double *h = course_numbers(course, n * n), *d = course_numbers(course, n);
  if (!course_hessian(course, result->x, course->multipliers, h)) return;
  constrained_units(course, h);
  dense_scales(n, h, d);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) h[i * n + k] /= d[i] * d[k];
  result->linear_program = dense_zero(n * n, h);
  if (!spectrum_compute(&spectrum, h)) return;
  result->convex = spectrum.values[0] >= -ROUNDING * (double)n * fabs(spectrum.values[n - 1]);
}

static bool constrained_finished(const ConstrainedResult *result) {
  return result->converged || result->stopped || result->unbounded ||
         result->kind == KKT_INFEASIBLE || result->kind == KKT_UNDEFINED;
}

/* A coordinate that is rounding of the way it came becomes 0 if nobody minds. */
static void constrained_snap(Course *course) {
  const double ROUNDING = 1e-14;
  ConstrainedResult *result = course->result;
  Place place;
  course_place(course, &place);
  bool changed = false;
  for (size_t i = 0; i < course->n; i++) {
    double way = fmax(fabs(course->start[i]), course->travelled[i]);
    bool snap = result->x[i] != 0 && fabs(result->x[i]) < ROUNDING * way;
    place.x[i] = snap ? 0 : result->x[i];
    changed = changed || snap;
  }
  double before = result->value;
  if (changed && course_measure(course, &place) && course_feasible(course, place.c) &&
      place.value <= before + 4 * DBL_EPSILON * fabs(before))
    course_prefer(course, &place);
}

static void constrained_judge(Course *course) {
  if (!course->result->unbounded && !course->result->stopped) {
    kkt_polish(course);
    constrained_snap(course);
  }
  kkt_judge(course);
}

/* Off a saddle along its direction, a little at first, as far as it stays lower and feasible. */
static bool constrained_nudge(Course *course) {
  enum { TIMES = 6 };
  const ConstrainedResult *result = course->result;
  Place from, to;
  course_place(course, &from);
  course_place(course, &to);
  if (!result->has_direction) return false;
  memcpy(from.x, result->x, course->n * sizeof(double));
  if (!course_measure(course, &from)) return false;
  course_typical(course, from.x, course->unit);
  double size = dense_largest(course->n, course->unit), away = 0.1 * size;
  for (int k = 0; k < TIMES; k++, away *= 0.2)
    for (int side = 1; side >= -1; side -= 2) {
      if (kkt_follow(course, side * away, &to)) {
        course_prefer(course, &to);
        return true;
      }
      for (size_t i = 0; i < course->n; i++)
        to.x[i] = from.x[i] + side * away * result->direction[i];
      if (course->m > 0 && !course_restore(course, to.x, NULL, to.x)) continue;
      if (!course_measure(course, &to) || !course_feasible(course, to.c)) continue;
      if (to.value < from.value) {
        course_prefer(course, &to);
        return true;
      }
    }
  return false;
}

/* A point and what was said of it, to return to when a second attempt is no better. */
static Place constrained_remember(Course *course) {
  Place place;
  course_place(course, &place);
  memcpy(place.x, course->result->x, course->n * sizeof(double));
  memcpy(place.c, course->best_c, course->m * sizeof(double));
  place.value = course->result->value;
  return place;
}

/* Whether the answer before was better: more feasible, or as feasible and lower. */
static bool constrained_worse(Course *course, const Place *before) {
  bool was = course_feasible(course, before->c);
  bool is = course_feasible(course, course->result->constraint);
  if (was != is) return was;
  return was && before->value < course->result->value;
}

static void constrained_again(Course *course, void (*run)(Course *), const double *from,
                              bool forget) {
  ConstrainedResult *result = course->result;
  Place before = constrained_remember(course), start;
  bool saddle = result->kind == KKT_SADDLE || result->kind == KKT_MAXIMUM;
  course_place(course, &start);
  memcpy(start.x, from, course->n * sizeof(double));
  if (!course_measure(course, &start)) return;
  course_prefer(course, &start);
  if (forget) memset(course->multipliers, 0, course->m * sizeof(double));
  result->reason[0] = '\0';
  run(course);
  constrained_judge(course);
  if (constrained_finished(result) && (!result->unbounded || !saddle) && result->converged) return;
  if (result->unbounded || !constrained_worse(course, &before)) return;
  course_prefer(course, &before);
  kkt_judge(course);
}

/* Off saddles and flat points with a way down; then everything once more from where it stopped, and
 * by the method behind. */
static void constrained_continue(Course *course, void (*run)(Course *)) {
  enum { SADDLES = 5 };
  ConstrainedResult *result = course->result;
  for (int k = 0; k < SADDLES && !constrained_finished(result) && !course_exhausted(course); k++) {
    bool ridge = result->kind == KKT_SADDLE || result->kind == KKT_MAXIMUM;
    if (!ridge && !result->lower_nearby) break;
    if (ridge && !constrained_nudge(course)) break;
    constrained_again(course, run, result->x, true);
  }
  if (constrained_finished(result) || result->kind == KKT_DEGENERATE) return;
  constrained_again(course, run, result->x, true);
  if (constrained_finished(result) || course_exhausted(course)) return;
  if (run != auglag_run) {
    constrained_again(course, auglag_run, course->start, true);
    if (!constrained_finished(result)) constrained_again(course, run, result->x, false);
  }
}

/* What is feasible is a share of the slopes there. */
static bool constrained_arrives(Course *course, Place *place) {
  return course_measure(course, place) && course_derive(course, place) &&
         course_feasible(course, place->c);
}

/* To the nearest point where the violation is least, and has that judged. True where it is
 * feasible. */
static bool constrained_least(Course *course, const double *from) {
  ConstrainedResult *result = course->result;
  Place place;
  course_place(course, &place);
  if (!course_restore(course, from, NULL, place.x)) return false;
  double *least = course_numbers(course, course->n);
  memcpy(least, place.x, course->n * sizeof(double));
  course_tighten(course, place.x);
  bool feasible = constrained_arrives(course, &place);
  if (!feasible) memcpy(place.x, least, course->n * sizeof(double));
  if (!feasible && !course_measure(course, &place)) return false;
  if (!feasible && from != result->x) return false;
  result->reason[0] = '\0';
  course_prefer(course, &place);
  kkt_judge(course);
  return feasible;
}

/* A point between the bounds; without them, further and further from the start. */
static void constrained_elsewhere(const Course *course, int k, unsigned long long *seed,
                                  double *x) {
  const Constraints *constraints = course->constraints;
  for (size_t i = 0; i < course->n; i++) {
    double reach = ldexp(fmax(1, fabs(course->start[i])), k / 2 - 1);
    double low = constraints->lower ? constraints->lower[i] : -INFINITY;
    double high = constraints->upper ? constraints->upper[i] : INFINITY;
    double least = fmax(low, fmin(course->start[i], high) - reach);
    double most = fmin(high, fmax(course->start[i], low) + reach);
    x[i] = least + (most - least) * 0.5 * (1 + dense_random(seed));
  }
}

/* Nothing feasible was found: the least violation around, then feasible points elsewhere; from one
 * of them the method goes on. */
static void constrained_seek(Course *course, void (*run)(Course *)) {
  enum { TRIES = 10 };
  ConstrainedResult *result = course->result;
  if (course->m == 0 || course_feasible(course, result->constraint)) return;
  if (result->stopped || result->unbounded) return;
  bool feasible = constrained_least(course, result->x);
  unsigned long long seed = DENSE_SEED;
  double *x = course_numbers(course, course->n);
  bool search = result->kind == KKT_INFEASIBLE && !course->constraints->linear;
  for (int k = 0; k < TRIES && search && !feasible && !result->stopped; k++) {
    constrained_elsewhere(course, k, &seed, x);
    feasible = constrained_least(course, x);
  }
  if (feasible && !constrained_finished(result) && run != NULL)
    constrained_again(course, run, result->x, true);
}

/* Where no multipliers exist the tolerance of a violation may be a long way: to where it ends. */
static void constrained_tighten(Course *course) {
  ConstrainedResult *result = course->result;
  Place place;
  bool loose = result->kind == KKT_DEGENERATE ||
               (result->kind == KKT_NOT_STATIONARY && !result->converged && !result->linear);
  if (!loose || result->stopped || !course_feasible(course, result->constraint)) return;
  course_place(course, &place);
  memcpy(place.x, result->x, course->n * sizeof(double));
  course_tighten(course, place.x);
  if (memcmp(place.x, result->x, course->n * sizeof(double)) == 0) return;
  if (!course_measure(course, &place) || !course_feasible(course, place.c)) return;
  course_prefer(course, &place);
  kkt_judge(course);
}

/* The lowest feasible point from the start against the way the value falls for ever; false when none is
 * lower than where that way was left. */
static bool constrained_lower_behind(Course *course, Place *lowest) {
  enum { STEPS = 18, FINEST = -2 };
  const ConstrainedResult *result = course->result;
  double size = fmax(1, dense_largest(course->n, course->start));
  bool found = false;
  Place place;
  course_place(course, &place);
  lowest->value = result->value;
  for (int k = 0; k < STEPS; k++) {
    double t = ldexp(size, 2 * k + FINEST);
    for (size_t i = 0; i < course->n; i++)
      place.x[i] = course->start[i] - t * result->direction[i];
    if (course->m > 0 && !course_restore(course, place.x, NULL, place.x)) continue;
    if (!course_measure(course, &place) || !course_feasible(course, place.c)) continue;
    if (!(place.value < lowest->value)) continue;
    course_copy(course, lowest, &place);
    found = true;
  }
  return found;
}

/* What falls for ever towards some level has no minimum that way, but may have one the other way. */
static void constrained_turn_round(Course *course, void (*run)(Course *)) {
  ConstrainedResult *result = course->result, fall = *result;
  Place lowest;
  if (!result->unbounded || !result->has_direction || result->stopped || result->convex) return;
  if (result->evaluations >= course->max_evaluations) return;
  course_place(course, &lowest);
  Place before = constrained_remember(course); /* looking behind must not move the answer */
  double *way = course_numbers(course, course->n);
  memcpy(way, result->direction, course->n * sizeof *way);
  bool lower = constrained_lower_behind(course, &lowest);
  course_prefer(course, &before);
  if (!lower) return;
  result->unbounded = false;
  constrained_again(course, run, lowest.x, true);
  if (result->converged) return;
  course_prefer(course, &before);
  memcpy(result->reason, fall.reason, sizeof fall.reason);
  memcpy(result->direction, way, course->n * sizeof *way);
  result->has_direction = result->unbounded = true;
  kkt_judge(course);
}

static const ConstrainedMethod *constrained_choose(const Course *course) {
  if (!course_has_hessian(course))
    return constrained_method(course->objective->n <= COURSE_HESSIAN_LIMIT ? "slsqp" : "auglag");
  bool direct = course->objective->quadratic && course->constraints->linear;
  return constrained_method(direct ? "quadratic" : "sqp");
}

/* The method first, by values; then a local method from the best point found. */
static void constrained_sample(Course *course, const ConstrainedMethod *method) {
  enum { PER_VARIABLE = 5000, AT_MOST = 100000, POLISH_PER_VARIABLE = 100, POLISH_AT_LEAST = 1000 };
  ConstrainedResult *result = course->result;
  size_t most = course->options->max_evaluations;
  size_t usual = PER_VARIABLE * (course->n + 1);
  course->run_limit = most ? most : usual < AT_MOST ? usual : AT_MOST;
  course->max_evaluations = course->run_limit;
  if (!constrained_begin_anywhere(course)) return;
  method->run(course);
  course->max_evaluations = course->run_limit = result->evaluations +
                                                result->constraint_evaluations / 4 +
                                                POLISH_PER_VARIABLE * course->n + POLISH_AT_LEAST;
  if (!course->has_best) {
    course_reason(course, "the value is nan at each of %zu points", result->evaluations);
    return;
  }
  if (!result->stopped) constrained_prove(course);
  constrained_judge(course);
  void (*polish)(Course *) = course_has_hessian(course) ? sqp_run : sqp_quasi_run;
  if (!constrained_finished(result)) constrained_continue(course, polish);
  constrained_seek(course, polish);
  constrained_tighten(course);
  if (result->kind == KKT_UNDEFINED && result->reason[0] == '\0')
    course_reason(course, "the lowest value found is %.6g, where a derivative is not finite",
                  result->negated ? -result->value : result->value);
}

/* From the start to the verdict. */
static void constrained_search(Course *course, const ConstrainedMethod *method) {
  ConstrainedResult *result = course->result;
  constrained_prove(course);
  if (method->run == quadratic_run && !result->convex) { /* still a valley or a ray somewhere */
    method = constrained_method("sqp");
    result->method = method->name;
    result->title = method->title;
  }
  method->run(course);
  if (!result->refuted) constrained_judge(course);
  void (*again)(Course *) = method->run == quadratic_run ? sqp_run : method->run;
  if (!result->refuted && !constrained_finished(result)) constrained_continue(course, again);
  constrained_turn_round(course, again);
  constrained_seek(course, again);
  constrained_tighten(course);
}

/* The answer is the method's: it is judged, not improved. */
static void constrained_follow(Course *course) {
  bool wanders = course->options->path->wanders;
  if (wanders ? !constrained_begin_anywhere(course) : !constrained_begin(course)) return;
  constrained_prove(course);
  WALK.run(course);
  if (course->has_best) kkt_judge(course);
}

void constrained_run(const Objective *objective, const Constraints *constraints,
                     const double *start, const MinimiseOptions *options,
                     ConstrainedResult *result) {
  assert(objective->n > 0);
  Course course = {
      .objective = objective, .constraints = constraints, .options = options, .result = result};
  const ConstrainedMethod *method;
  course.n = objective->n;
  course.m = constraints->equalities + constraints->inequalities;
  method = options->path     ? &WALK
           : options->method ? constrained_method(options->method)
                             : constrained_choose(&course);
  assert(method != NULL && constrained_refusal(method, objective, constraints) == NULL);
  constrained_init(&course, start, method);
  if (options->path) {
    constrained_follow(&course);
    return;
  }
  if (method->samples) constrained_sample(&course, method);
  else if (constrained_begin(&course)) constrained_search(&course, method);
  pole_judge(&course);
}
