/* minimise.c - choose a method, run it, judge the answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/minimise.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "optimise/pole.h"
#include "optimise/search.h"
#include "optimise/verdict.h"

enum { AHEAD_MOST = 60 }; /* evaluations spent on a look along the way a run was going */
enum { JACOBIAN_LARGEST = 20000000 };     /* numbers, 160 MB, of which the solver keeps copies */
static const double FIRST_TRIGGER = 1e-7; /* relative gradient; see search_done */

static const MinimiseMethod METHODS[] = {
    {"trust", "trust-region Newton", trustregion_run, MINIMISE_NEEDS_HESSIAN,
     "Newton steps kept where the quadratic model holds; the automatic choice"},
    {"levenberg", "Levenberg-Marquardt", leastsquares_run, MINIMISE_NEEDS_RESIDUALS,
     "sums of squares; the automatic choice for them"},
    {"cg", "conjugate gradients (GSL, Polak-Ribière)", multimin_conjugate_run, 0,
     "gradients only, each direction conjugate to the last"},
    {"quasinewton", "dense BFGS", quasinewton_run, 0,
     "gradients only, an approximate inverse Hessian built up from all steps"},
    {"newtoncg", "truncated Newton", newtoncg_run, MINIMISE_NEEDS_PRODUCTS,
     "Newton steps by conjugate gradients, the Hessian only multiplied: for many variables"},
    {"lbfgs", "limited-memory BFGS", limitedmemory_run, 0, "gradients only, for many variables"},
    {"neldermead", "Nelder-Mead simplex", simplex_run, 0,
     "values only, also where there is no derivative; few variables"},
};

static const MinimiseMethod WALK = {"", "", path_run, 0, "the path of a method that ran elsewhere"};

const MinimiseMethod *minimise_methods(size_t *count) {
  *count = sizeof METHODS / sizeof *METHODS;
  return METHODS;
}

const MinimiseMethod *minimise_method(const char *name) {
  for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++)
    if (strcmp(METHODS[i].name, name) == 0) return &METHODS[i];
  return NULL;
}

const char *minimise_refusal(const MinimiseMethod *method, const Objective *objective) {
  if (method->needs & MINIMISE_NEEDS_HESSIAN && objective->hessian == NULL)
    return "needs the Hessian";
  if (method->needs & MINIMISE_NEEDS_HESSIAN && objective->n > SEARCH_HESSIAN_LIMIT)
    return "needs the Hessian, formed for at most 200 variables";
  if (method->needs & MINIMISE_NEEDS_PRODUCTS && objective->product == NULL)
    return "needs products with the Hessian";
  if (method->needs & MINIMISE_NEEDS_RESIDUALS && objective->m == 0)
    return "needs a sum of squares";
  if (method->needs & MINIMISE_NEEDS_RESIDUALS && objective->m > JACOBIAN_LARGEST / objective->n)
    return "needs the Jacobian of the residuals, formed up to 20 million numbers";
  return NULL;
}

static const MinimiseMethod *minimise_choose(const Objective *objective) {
  enum { DENSE_MOST = 400 }; /* an inverse Hessian of this order still updates in a millisecond */
  const MinimiseMethod *squares = minimise_method("levenberg");
  bool solved_at_once = objective->quadratic && objective->hessian != NULL;
  if (!solved_at_once && objective->n <= SEARCH_HESSIAN_LIMIT &&
      minimise_refusal(squares, objective) == NULL)
    return squares;
  if (objective->hessian != NULL && objective->n <= SEARCH_HESSIAN_LIMIT)
    return minimise_method("trust");
  return minimise_method(objective->n <= DENSE_MOST ? "quasinewton" : "lbfgs");
}

static void minimise_init(Search *search, const double *start, const MinimiseMethod *method) {
  enum { PER_VARIABLE = 100, AT_LEAST = 1000, COORDINATES_MOST = 30000000 };
  const Objective *objective = search->objective;
  const MinimiseOptions *options = search->options;
  MinimiseResult *result = search->result;
  size_t n = objective->n;
  *result = (MinimiseResult){.n = n, .value = NAN, .method = method->name, .title = method->title,
                              .needs = method->needs};
  if (options->path) {
    result->method = result->title = options->path->name;
    result->walked = true;
  }
  result->quadratic = objective->quadratic;
  result->squares = objective->m > 0;
  result->least = objective->offset;
  result->negated = options->negated;
  result->eta = result->eta_bound = result->error_bar = result->digits = NAN;
  search->n = n;
  search->trigger = FIRST_TRIGGER;
  size_t enough = PER_VARIABLE * n + AT_LEAST, seconds = COORDINATES_MOST / n; /* not hours */
  search->max_evaluations = options->max_evaluations ? options->max_evaluations
                            : enough < seconds       ? enough
                                                     : seconds;
  search->run_limit = search->max_evaluations;
  result->x = search_numbers(search, n);
  result->gradient = search_numbers(search, n);
  result->direction = search_numbers(search, n);
  search->start = search_numbers(search, n);
  search->travelled = search_numbers(search, n);
  search->asked = search_numbers(search, n);
  memcpy(search->start, start, n * sizeof *start);
  memcpy(result->x, start, n * sizeof *start);
}

/* Value and gradient at the start: without them there is nothing to minimise from. */
static bool minimise_begin(Search *search) {
  MinimiseResult *result = search->result;
  result->value = search_gradient(search, search->start, result->gradient);
  result->start_value = result->value;
  result->gradient_norm = dense_norm(search->n, result->gradient);
  result->kind = MINIMISE_UNDEFINED;
  if (!isfinite(result->value))
    search_reason(search, "the value at the start is %.6g",
                  search->options->negated ? -result->value : result->value);
  else if (!dense_finite(search->n, result->gradient))
    search_reason(search, "the value at the start is %.6g but its gradient is not finite",
                  search->options->negated ? -result->value : result->value);
  else return search_step(search, search->start, result->value, result->gradient, 0);
  return false;
}

/* What the step of a path may at most be on the quadratic at hand. */
static void minimise_bound(Search *search) {
  const MinimisePath *path = search->options->path;
  MinimiseResult *result = search->result;
  if (path && path->stable > 0 && result->has_spectrum && result->eigenvalue_max > 0)
    result->eta_bound = path->stable / result->eigenvalue_max;
}

static bool minimise_finished(const MinimiseResult *result) {
  return result->converged || result->stopped || result->unbounded;
}

/* Off a saddle along its negative curvature, where the gradient shows no way. */
static void minimise_nudge(Search *search) {
  const double AWAY = 1e-2;
  const MinimiseResult *result = search->result;
  double *x = search_numbers(search, search->n);
  double size = fmax(dense_largest(search->n, result->x), 1);
  for (size_t i = 0; i < search->n; i++) x[i] = result->x[i] + AWAY * size * result->direction[i];
  search_value(search, x); /* lower, so it becomes the point to go on from */
  search->trigger = FIRST_TRIGGER;
}

/* A saddle that the method stalled at, or a flat point with a way down: on from there. */
static void minimise_continue(Search *search) {
  enum { TIMES = 5 };
  const MinimiseResult *result = search->result;
  for (int k = 0; k < TIMES; k++) {
    bool ridge = result->kind == MINIMISE_SADDLE || result->kind == MINIMISE_MAXIMUM;
    if (minimise_finished(result) || !(ridge || result->lower_nearby) || search_exhausted(search))
      return;
    if (search_has_hessian(search)) {
      trustregion_run(search);
    } else {
      minimise_nudge(search);
      if (search->n <= SEARCH_HESSIAN_LIMIT) quasinewton_run(search);
      else limitedmemory_run(search);
    }
    verdict_judge(search);
  }
}

/* With very many variables the values are sums so long that their rounding stops a line search early. */
static void minimise_sharpen(Search *search) {
  MinimiseResult *result = search->result;
  bool stuck = result->kind == MINIMISE_NOT_STATIONARY && !minimise_finished(result);
  if (!stuck || search->objective->product == NULL || search->n <= SEARCH_HESSIAN_LIMIT) return;
  size_t steps = result->iterations;
  newtoncg_run(search);
  verdict_judge(search);
  if (result->iterations == steps) return;
  result->title = "gradients alone, then truncated Newton";
  result->needs |= MINIMISE_NEEDS_PRODUCTS;
}

/* A run that went far and is not done may be on its way for ever. */
static void minimise_look_ahead(Search *search) {
  const double FAR = 10; /* times where it began */
  MinimiseResult *result = search->result;
  double *p = search_numbers(search, search->n);
  for (size_t i = 0; i < search->n; i++) p[i] = result->x[i] - search->start[i];
  bool far = dense_largest(search->n, p) > FAR * (1 + dense_largest(search->n, search->start));
  if (result->kind != MINIMISE_NOT_STATIONARY || minimise_finished(result) || !far) return;
  search->run_limit = result->evaluations + AHEAD_MOST;
  double *from = search_numbers(search, search->n), value = result->value;
  memcpy(from, result->x, search->n * sizeof *from);
  if (search_falls_for_ever(search, from, value, p)) verdict_judge(search);
  search->run_limit = search->max_evaluations;
}

/* A coordinate that is rounding of the way it came becomes 0 if the value does not mind. */
static void minimise_snap(Search *search) {
  const double ROUNDING = 1e-14;
  MinimiseResult *result = search->result;
  double *x = search_numbers(search, search->n);
  bool changed = false;
  for (size_t i = 0; i < search->n; i++) {
    double way = fmax(fabs(search->start[i]), search->travelled[i]);
    bool snap = result->x[i] != 0 && fabs(result->x[i]) < ROUNDING * way;
    x[i] = snap ? 0 : result->x[i];
    changed = changed || snap;
  }
  double before = result->value;
  if (changed && search_value(search, x) <= before)
    search_prefer(search, x, fmin(result->value, before));
}

/* A point and what was said of it, to return to when a second attempt is no better. */
typedef struct Found {
  double *x, *direction;
  MinimiseResult result;
} Found;

static Found minimise_remember(Search *search) {
  size_t n = search->n;
  Found found = {search_numbers(search, n), search_numbers(search, n), *search->result};
  memcpy(found.x, search->result->x, n * sizeof(double));
  memcpy(found.direction, search->result->direction, n * sizeof(double));
  return found;
}

static void minimise_return(Search *search, const Found *found) {
  MinimiseResult *result = search->result;
  size_t n = search->n;
  search_prefer(search, found->x, found->result.value);
  memcpy(result->direction, found->direction, n * sizeof(double));
  result->has_direction = found->result.has_direction;
  result->unbounded = false; /* or the reason could not be set */
  search_reason(search, "%s", found->result.reason);
  result->unbounded = found->result.unbounded;
  verdict_judge(search);
}

/* The lowest point from the start against the way the value falls for ever; false when none is lower than
 * where that way was left. */
static bool minimise_lower_behind(Search *search, double *lowest) {
  enum { STEPS = 20, FINEST = -4 };
  const MinimiseResult *result = search->result;
  double *x = search_numbers(search, search->n);
  double level = result->value, size = fmax(1, dense_largest(search->n, search->start));
  bool found = false;
  for (int k = 0; k < STEPS; k++) {
    double t = ldexp(size, 2 * k + FINEST);
    for (size_t i = 0; i < search->n; i++) x[i] = search->start[i] - t * result->direction[i];
    double value = search->objective->value(search->objective->context, x);
    search->result->evaluations++;
    if (!(value < level && value > -INFINITY)) continue;
    level = value;
    memcpy(lowest, x, search->n * sizeof *x);
    found = true;
  }
  return found;
}

/* What falls for ever towards some level has no minimum that way, but may have one the other way. */
static void minimise_turn_round(Search *search) {
  MinimiseResult *result = search->result;
  double *lowest = search_numbers(search, search->n);
  if (!result->unbounded || !result->has_direction || result->stopped) return;
  if (!minimise_lower_behind(search, lowest)) return;
  Found found = minimise_remember(search);
  result->unbounded = false;
  search->run_limit = (result->evaluations + search->max_evaluations) / 2;
  search->trigger = FIRST_TRIGGER;
  search_prefer(search, lowest, search->objective->value(search->objective->context, lowest));
  if (search_has_hessian(search)) trustregion_run(search);
  else limitedmemory_run(search);
  verdict_judge(search);
  search->run_limit = search->max_evaluations;
  if (!result->converged) minimise_return(search, &found);
}

/* Each method has its own way of going astray: another one from the start, with part of what is
 * left to spend. A sum of squares that only falls towards some value far away is astray as well. */
static void minimise_retry(Search *search, void (*run)(Search *)) {
  MinimiseResult *result = search->result;
  bool astray = result->kind == MINIMISE_NOT_STATIONARY ||
                (result->kind == MINIMISE_UNBOUNDED && result->squares);
  if (!astray || result->converged || result->stopped) return;
  Found found = minimise_remember(search);
  result->unbounded = false;
  search->run_limit = (result->evaluations + search->max_evaluations) / 2;
  search->trigger = FIRST_TRIGGER;
  search_prefer(search, search->start, result->start_value);
  run(search);
  if (run != trustregion_run && search_has_hessian(search) && !minimise_finished(result))
    trustregion_run(search);
  verdict_judge(search);
  search->run_limit = search->max_evaluations;
  bool better = result->value < found.result.value;
  if (!(result->converged || !found.result.unbounded) || !better) minimise_return(search, &found);
}

/* Where smooth models fail to the last there may be a kink; a simplex needs no slopes. */
static void minimise_try_simplex(Search *search) {
  enum { VARIABLES_MOST = 10 };
  const double GAIN = 1e-8;
  MinimiseResult *result = search->result;
  bool worth = result->kind == MINIMISE_NOT_STATIONARY && !minimise_finished(result) &&
               search->n <= VARIABLES_MOST && !search_exhausted(search);
  if (!worth) return;
  double before = result->value;
  simplex_run(search);
  verdict_judge(search);
  if (minimise_finished(result) || search_exhausted(search)) return;
  bool gained = result->value < before - GAIN * fmax(fabs(before), 1e-300);
  search_reason(search,
                "no lower value is found nearby, yet the gradient is not zero: "
                "the function may have a kink or an edge here%s",
                gained ? " (Nelder-Mead)" : "");
}

void minimise_run(const Objective *objective, const double *start, const MinimiseOptions *options,
                  MinimiseResult *result) {
  assert(objective->n > 0);
  bool automatic = options->method == NULL && options->path == NULL;
  const MinimiseMethod *method = options->path ? &WALK
                                 : automatic   ? minimise_choose(objective)
                                               : minimise_method(options->method);
  assert(method != NULL && minimise_refusal(method, objective) == NULL);
  Search search = {.objective = objective, .options = options, .result = result};
  minimise_init(&search, start, method);
  bool wanders = options->path && options->path->wanders; /* from a start without a value too */
  if (!minimise_begin(&search) && (result->stopped || !wanders)) return;
  bool more = automatic && (method->run == leastsquares_run || method->run == trustregion_run);
  if (more) search.run_limit /= 2; /* the rest is for what follows if it fails */
  method->run(&search);
  if (isnan(result->value)) return;
  if (automatic && !minimise_finished(result)) minimise_snap(&search);
  search.run_limit = search.max_evaluations;
  verdict_judge(&search);
  if (automatic) {
    minimise_sharpen(&search);
    minimise_continue(&search);
    if (method->run == leastsquares_run && search_has_hessian(&search))
      minimise_retry(&search, trustregion_run);
    if (more) minimise_retry(&search, quasinewton_run);
    minimise_look_ahead(&search);
    minimise_try_simplex(&search);
  } else if (result->lower_nearby) {
    verdict_judge(&search); /* at the lower point that was found beside the flat one */
  }
  if (automatic) minimise_turn_round(&search);
  if (!options->path) pole_judge_search(&search);
  minimise_bound(&search);
}
