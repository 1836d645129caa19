/* test_constrained.c - constrained minimisation: Hock and Schittkowski's problems, random nonlinear
 * ones, and the caller's rights.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs.h"
#include "problems.h"

TestSuite(constrained, .fini = pool_free);

/* --- Hock and Schittkowski ---------------------------------------------------------------------
 */

static Problem hs_problem(const HsProblem *hs) {
  return (Problem){.evaluate = hs->evaluate,
                   .n = hs->n,
                   .equalities = hs->equalities,
                   .inequalities = hs->inequalities,
                   .linear = hs->linear,
                   .quadratic = hs->quadratic};
}

static void hs_check(const HsProblem *hs, Problem *problem, double digits) {
  ConstrainedResult result = run(problem, hs->start);
  size_t m = hs->equalities + hs->inequalities;
  Text out = {0};
  show(problem, &result, &out);
  if (getenv("HS_SHOW")) printf("%s %s\n%s\n", hs->name, result.method, out.bytes);
  cr_expect(result.converged, "%s: %s", hs->name, out.bytes);
  cr_expect(fabs(result.value - hs->value) <= digits * fmax(1, fabs(hs->value)), "%s: %.17g\n%s",
            hs->name, result.value, out.bytes);
  cr_expect(result.violation <= 1e-9, "%s violation %g", hs->name, result.violation);
  cr_expect(!lower_neighbour(problem, &result), "%s: a neighbour is lower", hs->name);
  for (size_t i = 0; i < hs->n && hs->unique; i++)
    cr_expect(fabs(result.x[i] - hs->x[i]) <= 1e3 * digits * fmax(1, fabs(hs->x[i])),
              "%s x%zu %.17g", hs->name, i + 1, result.x[i]);
  for (size_t i = 0; i < m; i++)
    cr_expect(fabs(result.multiplier[i] - hs->multiplier[i]) <=
                  1e3 * digits * fmax(1, fabs(hs->multiplier[i])),
              "%s multiplier %zu %.17g", hs->name, i + 1, result.multiplier[i]);
  text_free(&out);
  problem->calls = result.evaluations;
  pool_free();
}

Test(constrained, hock_schittkowski_problems_reach_their_minima) {
  size_t evaluations = 0;
  for (size_t k = 0; k < HS_COUNT; k++) {
    Problem problem = hs_problem(&HS_PROBLEMS[k]);
    hs_check(&HS_PROBLEMS[k], &problem, 1e-10);
    evaluations += problem.calls;
    if (getenv("HS_SHOW")) printf("%s %zu\n", HS_PROBLEMS[k].name, problem.calls);
  }
  if (getenv("HS_SHOW")) printf("%zu evaluations\n", evaluations);
  cr_expect(evaluations <= 24 * HS_COUNT, "%zu evaluations", evaluations);
}

Test(constrained, other_methods_reach_them_too) {
  static const char *const METHODS[] = {"sqp", "slsqp", "auglag"};
  for (size_t i = 0; i < 3; i++)
    for (size_t k = 0; k < HS_COUNT; k++) {
      Problem problem = hs_problem(&HS_PROBLEMS[k]);
      problem.method = METHODS[i];
      hs_check(&HS_PROBLEMS[k], &problem, 1e-8);
      if (getenv("HS_SHOW")) printf("%s %s %zu\n", METHODS[i], HS_PROBLEMS[k].name, problem.calls);
    }
}

/* --- random nonlinear problems: a claim must hold ------------------------------------------------
 */

enum { TERMS = 6, WILD_VARIABLES = 3, WILD_ROWS = 4 };

static struct Wild {
  double factor[1 + WILD_ROWS][TERMS], right[1 + WILD_ROWS];
  int degree[1 + WILD_ROWS][TERMS][WILD_VARIABLES];
} wild;

static void wild_evaluate(const Jet *x, Jet *c) {
  for (size_t i = 0; i <= WILD_ROWS; i++) {
    c[i] = jet(-wild.right[i]);
    for (size_t k = 0; k < TERMS; k++) {
      Jet term = jet(wild.factor[i][k]);
      for (size_t l = 0; l < WILD_VARIABLES; l++)
        term = mul(term, power(x[l], wild.degree[i][k][l]));
      c[i] = add(c[i], term);
    }
  }
  c[0] = add(c[0], jsin(mul(x[0], x[1])));
}

static void wild_random(void) {
  for (size_t i = 0; i <= WILD_ROWS; i++) {
    wild.right[i] = uniform();
    for (size_t k = 0; k < TERMS; k++) {
      wild.factor[i][k] = uniform();
      for (size_t l = 0; l < WILD_VARIABLES; l++) wild.degree[i][k][l] = rand() % 3;
    }
  }
}

Test(constrained, what_is_claimed_of_random_problems_holds) {
  static const char *const METHODS[] = {NULL, "slsqp", "auglag"};
  size_t claimed = 0;
  srand(23);
  for (int trial = 0; trial < 60; trial++) {
    wild_random();
    Problem problem = {.evaluate = wild_evaluate,
                       .n = WILD_VARIABLES,
                       .equalities = (size_t)rand() % 2,
                       .method = METHODS[trial % 3]};
    problem.inequalities = WILD_ROWS - problem.equalities;
    double start[] = {uniform(), uniform(), uniform()};
    ConstrainedResult result = run(&problem, start);
    if (result.converged) {
      claimed++;
      cr_expect(result.violation <= 1e-8, "%d: violation %g", trial, result.violation);
      cr_expect(!lower_neighbour(&problem, &result), "%d (%s): a neighbour is lower", trial,
                result.method);
      for (size_t i = 0; i < WILD_ROWS; i++)
        cr_expect(i < problem.equalities || result.multiplier[i] >= 0, "%d: sign", trial);
    }
    if (result.kind == KKT_UNBOUNDED) cr_expect(result.value < -1e3, "%d: %g", trial, result.value);
    if (getenv("HS_SHOW") && !result.converged) {
      Text out = {0};
      show(&problem, &result, &out);
      printf("%d %d\n%s", trial, result.kind, out.bytes);
      text_free(&out);
    }
    pool_free();
  }
  if (getenv("HS_SHOW")) printf("claimed %zu\n", claimed);
  cr_expect(claimed >= 20, "%zu", claimed);
}

/* --- manners -------------------------------------------------------------------------------------
 */

Test(constrained, a_jump_out_of_a_callback_leaves_the_best_point) {
  for (volatile size_t at = 2; at < 8; at++) {
    Problem problem = hs_problem(&HS_PROBLEMS[0]);
    Objective objective = {.n = 2,
                           .context = &problem,
                           .value = problem_value,
                           .gradient = problem_gradient,
                           .hessian = problem_hessian};
    Constraints constraints = problem_constraints_of(&problem);
    MinimiseOptions options = {.allocate = pool_allocate, .adopt = pool_adopt};
    static ConstrainedResult result;
    problem.jump_at = at;
    if (setjmp(problem.jump) == 0) {
      constrained_run(&objective, &constraints, HS_PROBLEMS[0].start, &options, &result);
      cr_expect(false, "no jump");
    }
    cr_expect(result.value <= 909, "%g", result.value);
    cr_expect_eq(result.value, problem_value(&problem, result.x));
    pool_free();
  }
}

static bool stop_at_third(void *context, const OptimiseStep *step) {
  (void)context;
  return step->number < 3;
}

Test(constrained, a_run_stops_when_asked) {
  Problem problem = hs_problem(&HS_PROBLEMS[0]);
  Objective objective = {.n = 2,
                         .context = &problem,
                         .value = problem_value,
                         .gradient = problem_gradient,
                         .hessian = problem_hessian,
                         .step = stop_at_third};
  Constraints constraints = problem_constraints_of(&problem);
  MinimiseOptions options = {.allocate = pool_allocate, .adopt = pool_adopt};
  ConstrainedResult result;
  constrained_run(&objective, &constraints, HS_PROBLEMS[0].start, &options, &result);
  cr_expect(result.stopped && !result.converged);
  cr_expect_str_eq(result.reason, "stopped at step 3");
}

Test(constrained, evaluations_are_limited) {
  for (size_t k = 0; k < HS_COUNT; k++) {
    Problem problem = hs_problem(&HS_PROBLEMS[k]);
    problem.max_evaluations = 5;
    ConstrainedResult result = run(&problem, HS_PROBLEMS[k].start);
    cr_expect(result.evaluations <= 40, "%s %zu", HS_PROBLEMS[k].name, result.evaluations);
    cr_expect(!result.converged || fabs(result.value - HS_PROBLEMS[k].value) < 1e-8, "%s",
              HS_PROBLEMS[k].name);
    pool_free();
  }
}

Test(constrained, without_a_hessian_the_kind_is_not_claimed) {
  for (size_t k = 0; k < HS_COUNT; k++) {
    Problem problem = hs_problem(&HS_PROBLEMS[k]);
    problem.no_hessian = true;
    ConstrainedResult result = run(&problem, HS_PROBLEMS[k].start);
    cr_expect(fabs(result.value - HS_PROBLEMS[k].value) < 1e-6 * fmax(1, fabs(result.value)),
              "%s %.17g", HS_PROBLEMS[k].name, result.value);
    cr_expect(result.kind == KKT_STATIONARY ||
                  (result.kind == KKT_STRICT_MINIMUM && result.reduced_order == 0),
              "%s kind %d: %s", HS_PROBLEMS[k].name, result.kind, result.reason);
    pool_free();
  }
}

Test(constrained, a_tolerance_of_the_user_ends_a_run) {
  Problem problem = hs_problem(&HS_PROBLEMS[0]);
  problem.tolerance = 10;
  ConstrainedResult result = run(&problem, HS_PROBLEMS[0].start);
  cr_expect(result.converged && result.within_tolerance && result.stationarity <= 10);
}

Test(constrained, methods_are_refused_where_they_cannot_run) {
  Problem problem = hs_problem(&HS_PROBLEMS[0]);
  problem.no_hessian = true;
  Objective objective = {.n = 2};
  Constraints constraints = problem_constraints_of(&problem);
  size_t count;
  const ConstrainedMethod *methods = constrained_methods(&count);
  cr_expect_eq(count, 8);
  cr_expect_eq(constrained_method("sqp"), &methods[1]);
  cr_expect_null(constrained_method("bfgs"));
  cr_expect_str_eq(constrained_refusal(constrained_method("sqp"), &objective, &constraints),
                   "needs the Hessian");
  cr_expect_null(constrained_refusal(constrained_method("slsqp"), &objective, &constraints));
  cr_expect_str_eq(constrained_refusal(constrained_method("quadratic"), &objective, &constraints),
                   "needs a quadratic function and linear constraints");
}
