/* test_kkt_result.c - what a constrained result holds beside its point: multipliers, violations,
 * digits, words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "problems.h"

TestSuite(kkt_result, .fini = pool_free);

static void expect_row(const char *what, const double *got, const double *wanted, size_t count) {
  for (size_t i = 0; i < count; i++)
    cr_expect(fabs(got[i] - wanted[i]) <= 1e-8, "%s %zu is %.17g, not %g", what, i, got[i],
              wanted[i]);
}

/* x^2 + 2y^2 + z^2 over x + y = 3, x - 10 <= 0, 1 - 2y <= 0, -z <= 0: at (2, 1, 0) by x = 2y. The
 * last is active with multiplier 0. */
static void several(const Jet *x, Jet *c) {
  c[0] = add(add(square(x[0]), scale(2, square(x[1]))), square(x[2]));
  c[1] = shift(add(x[0], x[1]), -3);
  c[2] = shift(x[0], -10);
  c[3] = shift(scale(-2, x[1]), 1);
  c[4] = scale(-1, x[2]);
}

Test(kkt_result, every_multiplier_stands_where_its_constraint_does) {
  static const double X[] = {2, 1, 0}, MULTIPLIER[] = {-4, 0, 0, 0}, GRADIENT[] = {4, 4, 0},
                      CONSTRAINT[] = {0, -8, -1, 0};
  static const bool ACTIVE[] = {true, false, false, true}, WEAK[] = {false, false, false, true};
  Problem problem = {.evaluate = several,
                     .n = 3,
                     .equalities = 1,
                     .inequalities = 3,
                     .linear = true,
                     .quadratic = true};
  double start[] = {1, 2, 1};
  ConstrainedResult result = run(&problem, start);
  cr_expect(result.converged && result.kind == KKT_STRICT_MINIMUM, "%s", result.reason);
  expect_row("coordinate", result.x, X, 3);
  expect_row("multiplier", result.multiplier, MULTIPLIER, 4);
  expect_row("fitted multiplier", result.fitted, MULTIPLIER, 4);
  expect_row("gradient", result.gradient, GRADIENT, 3);
  expect_row("constraint", result.constraint, CONSTRAINT, 4);
  for (size_t i = 0; i < 4; i++)
    cr_expect(result.active[i] == ACTIVE[i] && result.weak[i] == WEAK[i], "constraint %zu", i);
  cr_expect(result.active_count == 2 && result.active_rank == 2 && result.licq &&
            result.reduced_order == 2);
  cr_expect(result.stationarity < 1e-8 && result.violation < 1e-8 && result.complementarity < 1e-8);
  cr_expect(result.has_spectrum && result.eigenvalue_count == 2);
  cr_expect_float_eq(result.eigenvalue_min, 2, 1e-9); /* of z; along (1, -1) it is (2 + 4)/2 */
  cr_expect_float_eq(result.eigenvalue_max, 3, 1e-9);
  cr_expect(result.digits > 7 && result.digits <= 15 && result.error_bar >= 0 &&
                result.error_bar < 1e-7,
            "%g digits, %g", result.digits, result.error_bar);
}

/* No point is in all of x <= 0, 1 <= x and 4 <= x; least squares of violations are least at 5/3,
 * where the last is broken by most. */
static void three_apart(const Jet *x, Jet *c) {
  c[0] = square(x[0]);
  c[1] = x[0];
  c[2] = shift(scale(-1, x[0]), 1);
  c[3] = shift(scale(-1, x[0]), 4);
}

Test(kkt_result, the_largest_violation_is_named) {
  Problem problem = {
      .evaluate = three_apart, .n = 1, .inequalities = 3, .linear = true, .quadratic = true};
  double start[] = {0.5};
  ConstrainedResult result = run(&problem, start);
  cr_expect(result.kind == KKT_INFEASIBLE && !result.converged, "%d", result.kind);
  cr_expect_str_eq(result.reason, "the constraints contradict each other", "%s", result.reason);
  double c[] = {result.x[0], 1 - result.x[0], 4 - result.x[0]};
  size_t worst = 0;
  for (size_t i = 1; i < 3; i++) worst = c[i] > c[worst] ? i : worst;
  cr_expect_eq(result.worst, worst, "%zu at %.17g", result.worst, result.x[0]);
  cr_expect_float_eq(result.violation, c[worst], 1e-12);
}

/* |x|^2 = -1 has no point; the violation is least at 0, whatever lies below its bound. */
static void no_circle(const Jet *x, Jet *c) {
  c[0] = x[0];
  c[1] = shift(add(square(x[0]), square(x[1])), 1);
  c[2] = shift(x[0], -10);
}

Test(kkt_result, a_least_violation_is_told_from_a_search_cut_short) {
  Problem problem = {.evaluate = no_circle, .n = 2, .equalities = 1, .inequalities = 1};
  double start[] = {3, 1};
  ConstrainedResult result = run(&problem, start);
  cr_expect_eq(result.kind, KKT_INFEASIBLE, "%d %s", result.kind, result.reason);
  cr_expect_str_eq(result.reason, "no point nearby satisfies the constraints");
  cr_expect_float_eq(result.violation, 1, 1e-6);
}

/* Without second derivatives a corner is a minimum all the same, a slope in between is only
 * stationary, and negative curvature shows in differences of gradients. */
static void corner(const Jet *x, Jet *c) {
  c[0] = add(jexp(x[0]), x[1]);
  c[1] = scale(-1, x[0]);
  c[2] = scale(-1, x[1]);
}

static void bowl_on_line(const Jet *x, Jet *c) {
  c[0] = add(jexp(x[0]), jexp(scale(-1, x[1])));
  c[1] = sub(x[0], x[1]);
}

static void hill_on_line(const Jet *x, Jet *c) {
  c[0] = scale(-1, add(jexp(x[0]), jexp(scale(-1, x[1]))));
  c[1] = sub(x[0], x[1]);
}

static void saddle_on_line(const Jet *x, Jet *c) {
  c[0] = add(jcos(x[1]), square(x[2]));
  c[1] = x[0];
}

/* The point as it is, no search. */
static ConstrainedResult judge(Problem *problem, const double *point) {
  Objective objective = {.n = problem->n,
                         .context = problem,
                         .value = problem_value,
                         .gradient = problem_gradient,
                         .hessian = problem->no_hessian ? NULL : problem_hessian};
  Constraints constraints = problem_constraints_of(problem);
  MinimisePath path = {.name = "point", .x = point, .count = 1, .eta = NAN};
  MinimiseOptions options = {.path = &path, .allocate = pool_allocate, .adopt = pool_adopt};
  ConstrainedResult result;
  gsl_set_error_handler_off();
  constrained_run(&objective, &constraints, point, &options, &result);
  return result;
}

Test(kkt_result, differences_of_gradients_prove_no_minimum_but_a_saddle) {
  static const struct {
    const char *name;
    void (*evaluate)(const Jet *x, Jet *c);
    size_t n, equalities, inequalities;
    double point[3];
    KktKind kind;
  } rows[] = {
      {"corner", corner, 2, 0, 2, {0, 0}, KKT_STRICT_MINIMUM},
      {"bowl", bowl_on_line, 2, 1, 0, {0, 0}, KKT_STATIONARY},
      {"hill", hill_on_line, 2, 1, 0, {0, 0}, KKT_MAXIMUM},
      {"saddle", saddle_on_line, 3, 1, 0, {0, 0, 0}, KKT_SADDLE},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Problem problem = {.evaluate = rows[i].evaluate,
                       .n = rows[i].n,
                       .equalities = rows[i].equalities,
                       .inequalities = rows[i].inequalities,
                       .linear = true,
                       .no_hessian = true};
    ConstrainedResult result = judge(&problem, rows[i].point);
    cr_expect(result.kind == rows[i].kind, "%s: %d, %s, at %g %g", rows[i].name, result.kind,
              result.reason, result.x[0], result.x[1]);
    bool minimum = rows[i].kind == KKT_STRICT_MINIMUM || rows[i].kind == KKT_STATIONARY;
    cr_expect_eq(result.converged, minimum, "%s", rows[i].name);
    cr_expect(!result.has_spectrum || rows[i].kind == KKT_STRICT_MINIMUM, "%s shows differences",
              rows[i].name);
    if (!minimum)
      cr_expect_str_eq(result.reason, "the multipliers exist, but this is no minimum", "%s",
                       result.reason);
    else cr_expect_str_eq(result.reason, "the next Newton step is negligible", "%s", result.reason);
  }
}

/* A tolerance of the caller's ends the search where the gradient of the Lagrangian meets it. */
static void quartic_bowl(const Jet *x, Jet *c) {
  c[0] = add(power(shift(x[0], -1), 4), square(x[1]));
  c[1] = shift(x[0], -5);
}

Test(kkt_result, a_tolerance_that_is_met_counts) {
  Problem problem = {
      .evaluate = quartic_bowl, .n = 2, .inequalities = 1, .linear = true, .tolerance = 1e-2};
  double start[] = {3, 1};
  ConstrainedResult result = run(&problem, start);
  cr_expect(result.converged && result.stationarity <= 1e-2, "%g, %s", result.stationarity,
            result.reason);
  if (result.within_tolerance)
    cr_expect_str_eq(result.reason, "the gradient of the Lagrangian is within the tolerance");
  problem.tolerance = 1e-30;
  result = run(&problem, start);
  cr_expect(!result.within_tolerance || result.stationarity <= 1e-30);
}

/* Gone on from evaluations that were too few, the same run would have come further. */
static void rosenbrock_in_disk(const Jet *x, Jet *c) {
  c[0] = add(square(shift(scale(-1, x[0]), 1)), scale(100, square(sub(x[1], square(x[0])))));
  c[1] = shift(add(square(x[0]), square(x[1])), -1.5);
}

Test(kkt_result, a_run_cut_short_is_not_stationary) {
  Problem problem = {
      .evaluate = rosenbrock_in_disk, .n = 2, .inequalities = 1, .max_evaluations = 4};
  double start[] = {-1.2, 1};
  ConstrainedResult result = run(&problem, start);
  cr_expect(result.kind == KKT_NOT_STATIONARY && !result.converged, "%d %s", result.kind,
            result.reason);
  cr_expect(strlen(result.reason) > 0 && !result.has_spectrum == (result.eigenvalue_count == 0),
            "%s", result.reason);
  double gradient[2] = {-2 * (1 - result.x[0]) -
                            400 * result.x[0] * (result.x[1] - pow(result.x[0], 2)),
                        200 * (result.x[1] - pow(result.x[0], 2))};
  for (size_t i = 0; i < 2; i++) gradient[i] += result.multiplier[0] * 2 * result.x[i];
  cr_expect_float_eq(result.stationarity, hypot(gradient[0], gradient[1]),
                     1e-9 * (1 + result.stationarity));
}

Test(kkt_result, a_violation_that_could_be_less_proves_nothing) {
  Problem problem = {.evaluate = no_circle, .n = 2, .equalities = 1, .inequalities = 1};
  double points[][2] = {{3, 1}, {-2, 0}, {0, 0.5}};
  for (size_t i = 0; i < 3; i++) {
    ConstrainedResult result = judge(&problem, points[i]);
    double square = points[i][0] * points[i][0] + points[i][1] * points[i][1];
    cr_expect_eq(result.kind, KKT_NOT_STATIONARY, "%d, %s", result.kind, result.reason);
    cr_expect_float_eq(result.violation, square + 1, 1e-12);
    cr_expect_eq(result.worst, 0);
  }
  double least[] = {0, 0};
  ConstrainedResult result = judge(&problem, least);
  cr_expect_eq(result.kind, KKT_INFEASIBLE, "%d, %s", result.kind, result.reason);
}

/* (x - 1)^2 + (y - 2)^2: from beside (1, 2) the Newton step is what is missing. */
static void beside(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -1)), square(shift(x[1], -2)));
  c[1] = shift(x[0], -9);
}

Test(kkt_result, the_error_bar_is_the_largest_entry_of_the_newton_step) {
  static const double missing[][2] = {{1e-3, 3e-3}, {4e-3, 1e-3}, {-1e-5, 2e-6}};
  for (size_t i = 0; i < 3; i++) {
    Problem problem = {.evaluate = beside, .n = 2, .inequalities = 1};
    double point[] = {1 + missing[i][0], 2 + missing[i][1]};
    double share = fmax(fabs(missing[i][0]) / point[0], fabs(missing[i][1]) / point[1]);
    problem.no_hessian = false;
    ConstrainedResult result = judge(&problem, point);
    cr_expect_float_eq(result.error_bar, fmax(fabs(missing[i][0]), fabs(missing[i][1])), 1e-12,
                       "%g", result.error_bar);
    cr_expect_float_eq(result.digits, -log10(share), 1e-6, "%g", result.digits);
  }
}
