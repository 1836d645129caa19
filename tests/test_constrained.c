/* test_constrained.c - constrained minimisation: Hock and Schittkowski's problems, random programs
 * against enumeration, and every edge: no feasible point, no end, no interior, no multipliers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/constrained.h"

#include <criterion/criterion.h>
#include <gsl/gsl_errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "hs.h"
#include "optimise/dense.h"
#include "optimise/kkt.h"

/* --- memory freed as a whole -------------------------------------------------------------------
 */

enum { POOL_MOST = 1 << 20 };
static void *pool_block[POOL_MOST];
static size_t pool_blocks;

static void *pool_allocate(void *context, size_t bytes) {
  (void)context;
  cr_assert(pool_blocks < POOL_MOST);
  void *block = malloc(bytes ? bytes : 1);
  memset(block, 0xA5, bytes); /* so that reading what was not written shows */
  return pool_block[pool_blocks++] = block;
}

static void pool_adopt(void *context, void *object, void (*destroy)(void *)) {
  (void)context, (void)object, (void)destroy;
  cr_assert(false, "nothing here needs adopting");
}

static void pool_free(void) {
  for (size_t i = 0; i < pool_blocks; i++) free(pool_block[i]);
  pool_blocks = 0;
}

TestSuite(constrained, .fini = pool_free);

/* --- problems over jets --------------------------------------------------------------------------
 */

enum { ROWS_MOST = 16 };

typedef struct Problem {
  void (*evaluate)(const Jet *x, Jet *c);
  size_t n, equalities, inequalities;
  bool linear, quadratic, no_hessian, negated;
  const char *method, *const *text;
  double tolerance;
  size_t max_evaluations, calls, jump_at;
  jmp_buf jump;
} Problem;

static void problem_evaluate(Problem *problem, const double *x, Jet *c) {
  Jet place[JET_MOST];
  jet_order = problem->n;
  for (size_t i = 0; i < problem->n; i++) place[i] = jet_variable(x[i], i);
  problem->evaluate(place, c);
}

static double problem_value(void *context, const double *x) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  if (problem->jump_at > 0 && ++problem->calls == problem->jump_at) longjmp(problem->jump, 1);
  problem_evaluate(context, x, c);
  return c[0].v;
}

static double problem_gradient(void *context, const double *x, double *g) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  for (size_t i = 0; i < problem->n; i++) g[i] = c[0].g[i];
  return c[0].v;
}

static void problem_hessian(void *context, const double *x, double *h) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  for (size_t i = 0; i < problem->n; i++)
    for (size_t k = 0; k < problem->n; k++) h[i * problem->n + k] = c[0].h[i][k];
}

static void problem_constraints(void *context, const double *x, double *values) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  for (size_t i = 0; i < problem->equalities + problem->inequalities; i++) values[i] = c[i + 1].v;
}

static void problem_jacobian(void *context, const double *x, double *j) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  for (size_t i = 0; i < problem->equalities + problem->inequalities; i++)
    for (size_t k = 0; k < problem->n; k++) j[i * problem->n + k] = c[i + 1].g[k];
}

static void problem_curvature(void *context, const double *x, const double *multiplier, double *h) {
  Problem *problem = context;
  size_t n = problem->n;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  memset(h, 0, n * n * sizeof *h);
  for (size_t i = 0; i < problem->equalities + problem->inequalities; i++)
    for (size_t k = 0; k < n; k++)
      for (size_t l = 0; l < n; l++) h[k * n + l] += multiplier[i] * c[i + 1].h[k][l];
}

static Constraints problem_constraints_of(Problem *problem) {
  return (Constraints){.equalities = problem->equalities,
                       .inequalities = problem->inequalities,
                       .value = problem_constraints,
                       .jacobian = problem_jacobian,
                       .hessian = problem->no_hessian ? NULL : problem_curvature,
                       .context = problem,
                       .linear = problem->linear,
                       .text = problem->text};
}

static ConstrainedResult run(Problem *problem, const double *start) {
  Objective objective = {.n = problem->n,
                         .context = problem,
                         .value = problem_value,
                         .gradient = problem_gradient,
                         .hessian = problem->no_hessian ? NULL : problem_hessian,
                         .quadratic = problem->quadratic};
  Constraints constraints = problem_constraints_of(problem);
  MinimiseOptions options = {.method = problem->method,
                             .tolerance = problem->tolerance,
                             .max_evaluations = problem->max_evaluations,
                             .negated = problem->negated,
                             .allocate = pool_allocate,
                             .adopt = pool_adopt};
  ConstrainedResult result;
  gsl_set_error_handler_off();
  constrained_run(&objective, &constraints, start, &options, &result);
  return result;
}

static void show(Problem *problem, const ConstrainedResult *result, Text *out) {
  static const char *const NAMES[] = {"x", "y", "z", "u", "v"};
  Constraints constraints = problem_constraints_of(problem);
  kkt_print(result, &constraints, NAMES, out);
}

static void expect_text(Problem *problem, const ConstrainedResult *result, const char *text) {
  Text out = {0};
  show(problem, result, &out);
  cr_expect_str_eq(out.bytes, text, "got:\n%s", out.bytes);
  text_free(&out);
}

static double uniform(void) { return (double)rand() / RAND_MAX * 2 - 1; }

/* Whether a feasible neighbour is lower than a tolerated violation can explain: looks at random
 * steps, brought back to the constraints that they break. */
static bool lower_neighbour(Problem *problem, const ConstrainedResult *result) {
  size_t n = problem->n, m = problem->equalities + problem->inequalities;
  double x[JET_MOST], c[ROWS_MOST], j[ROWS_MOST * JET_MOST], pull = 1;
  for (size_t i = 0; i < m; i++) pull += fabs(result->multiplier[i]);
  for (int k = 0; k < 80; k++) {
    double away = pow(10, -3 - k % 4), way = 0;
    for (size_t i = 0; i < n; i++)
      x[i] = result->x[i] + away * uniform() * fmax(1, fabs(result->x[i]));
    for (int step = 0; step < 40; step++) {
      problem_jacobian(problem, x, j);
      for (size_t i = 0; i < m; i++) { /* Kaczmarz: onto one constraint after the other */
        problem_constraints(problem, x, c);
        double square = dense_dot(n, j + i * n, j + i * n);
        if ((i >= problem->equalities && c[i] <= 0) || square == 0) continue;
        for (size_t l = 0; l < n; l++) x[l] -= c[i] / square * j[i * n + l];
      }
    }
    problem_constraints(problem, x, c);
    for (size_t i = 0; i < n; i++)
      way = fmax(way, fabs(x[i] - result->x[i]) / fmax(1, fabs(result->x[i])));
    bool feasible = way <= 3 * away;
    for (size_t i = 0; i < m; i++)
      feasible = feasible && (i < problem->equalities ? fabs(c[i]) : c[i]) <= 1e-11;
    double value = problem_value(problem, x);
    if (feasible && value < result->value - 1e-9 * pull * (1 + fabs(result->value))) return true;
  }
  return false;
}

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

/* --- random programs against enumeration --------------------------------------------------------
 */

enum { ORDER_MOST = 40, LINES_MOST = 80, ENUMERATED_MOST = 8 };

typedef struct Plane {
  size_t n, equalities, rows;
  double h[ORDER_MOST * ORDER_MOST], g[ORDER_MOST], a[LINES_MOST * ORDER_MOST], b[LINES_MOST];
} Plane;

static double plane_value(void *context, const double *x) {
  const Plane *plane = context;
  double sum = dense_dot(plane->n, plane->g, x);
  for (size_t i = 0; i < plane->n; i++)
    sum += 0.5 * x[i] * dense_dot(plane->n, plane->h + i * plane->n, x);
  return sum;
}

static double plane_gradient(void *context, const double *x, double *g) {
  const Plane *plane = context;
  for (size_t i = 0; i < plane->n; i++)
    g[i] = plane->g[i] + dense_dot(plane->n, plane->h + i * plane->n, x);
  return plane_value(context, x);
}

static void plane_hessian(void *context, const double *x, double *h) {
  const Plane *plane = context;
  (void)x;
  memcpy(h, plane->h, plane->n * plane->n * sizeof *h);
}

static void plane_lines(void *context, const double *x, double *c) {
  const Plane *plane = context;
  for (size_t i = 0; i < plane->rows; i++)
    c[i] = dense_dot(plane->n, plane->a + i * plane->n, x) - plane->b[i];
}

static void plane_jacobian(void *context, const double *x, double *j) {
  const Plane *plane = context;
  (void)x;
  memcpy(j, plane->a, plane->rows * plane->n * sizeof *j);
}

static ConstrainedResult plane_run(Plane *plane, const double *start, const char *method) {
  Objective objective = {.n = plane->n,
                         .context = plane,
                         .value = plane_value,
                         .gradient = plane_gradient,
                         .hessian = plane_hessian,
                         .quadratic = true};
  Constraints constraints = {.equalities = plane->equalities,
                             .inequalities = plane->rows - plane->equalities,
                             .value = plane_lines,
                             .jacobian = plane_jacobian,
                             .context = plane,
                             .linear = true};
  MinimiseOptions options = {.method = method, .allocate = pool_allocate, .adopt = pool_adopt};
  ConstrainedResult result;
  constrained_run(&objective, &constraints, start, &options, &result);
  return result;
}

/* Solves the system of the constraints in [set]; true when the point and the signs are right. */
static bool plane_try(const Plane *plane, unsigned set, double *x, double *multiplier) {
  enum { SYSTEM = ORDER_MOST + LINES_MOST };
  static double system[SYSTEM * SYSTEM], right[SYSTEM];
  size_t n = plane->n, held = 0, order;
  size_t list[LINES_MOST];
  int pivots[SYSTEM];
  for (size_t i = 0; i < plane->rows; i++)
    if (i < plane->equalities || set >> (i - plane->equalities) & 1) list[held++] = i;
  if (held > n) return false;
  order = n + held;
  memset(system, 0, sizeof system);
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < n; k++) system[i * order + k] = plane->h[i * n + k];
    for (size_t k = 0; k < held; k++)
      system[i * order + n + k] = system[(n + k) * order + i] = plane->a[list[k] * n + i];
    right[i] = -plane->g[i];
  }
  for (size_t k = 0; k < held; k++) right[n + k] = plane->b[list[k]];
  if (!dense_solve(order, system, right, pivots)) return false;
  memset(multiplier, 0, plane->rows * sizeof *multiplier);
  memcpy(x, right, n * sizeof *x);
  for (size_t k = 0; k < held; k++) {
    multiplier[list[k]] = right[n + k];
    if (list[k] >= plane->equalities && right[n + k] < -1e-9) return false;
  }
  for (size_t i = 0; i < plane->rows; i++) {
    double c = dense_dot(n, plane->a + i * n, x) - plane->b[i];
    if ((i < plane->equalities ? fabs(c) : c) > 1e-9) return false;
  }
  return true;
}

static bool plane_enumerate(const Plane *plane, double *x, double *multiplier) {
  for (unsigned set = 0; set < 1u << (plane->rows - plane->equalities); set++)
    if (plane_try(plane, set, x, multiplier)) return true;
  return false;
}

static void plane_random(Plane *plane, size_t n, size_t rank, size_t equalities, size_t rows) {
  double root[ORDER_MOST * ORDER_MOST];
  *plane = (Plane){.n = n, .equalities = equalities, .rows = rows};
  for (size_t i = 0; i < n * n; i++) root[i] = uniform();
  for (size_t i = 0; i < n; i++) {
    plane->g[i] = 3 * uniform();
    for (size_t k = 0; k < n; k++)
      for (size_t l = 0; l < rank; l++) plane->h[i * n + k] += root[l * n + i] * root[l * n + k];
  }
  for (size_t i = 0; i < rows * n; i++) plane->a[i] = uniform();
  for (size_t i = 0; i < rows; i++) plane->b[i] = uniform() + (i < equalities ? 0 : 0.2);
}

Test(constrained, random_convex_quadratics_agree_with_enumeration) {
  Plane plane;
  double x[ORDER_MOST], multiplier[LINES_MOST], start[ORDER_MOST];
  size_t solved = 0, infeasible = 0;
  srand(7);
  for (int trial = 0; trial < 400; trial++) {
    size_t n = 1 + (size_t)rand() % 6, equalities = (size_t)rand() % (n > 3 ? 3 : n);
    size_t rows = equalities + (size_t)rand() % ENUMERATED_MOST;
    plane_random(&plane, n, n, equalities, rows);
    for (size_t i = 0; i < n; i++) start[i] = 10 * uniform();
    ConstrainedResult result = plane_run(&plane, start, NULL);
    if (!plane_enumerate(&plane, x, multiplier)) {
      cr_expect_eq(result.kind, KKT_INFEASIBLE, "%d: kind %d", trial, result.kind);
      cr_expect(!result.converged);
      infeasible++;
      pool_free();
      continue;
    }
    solved++;
    double value = plane_value(&plane, x);
    cr_expect(result.converged && result.convex && result.kind == KKT_STRICT_MINIMUM,
              "%d: %s, kind %d", trial, result.reason, result.kind);
    cr_expect(fabs(result.value - value) <= 1e-10 * fmax(1, fabs(value)), "%d: %g", trial,
              result.value - value);
    for (size_t i = 0; i < n; i++)
      cr_expect(fabs(result.x[i] - x[i]) <= 1e-8 * fmax(1, fabs(x[i])), "%d x %g", trial,
                result.x[i] - x[i]);
    for (size_t i = 0; i < rows; i++)
      cr_expect(fabs(result.multiplier[i] - multiplier[i]) <= 1e-8 * fmax(1, fabs(multiplier[i])),
                "%d multiplier %g %g", trial, result.multiplier[i], multiplier[i]);
    pool_free();
  }
  cr_expect(solved >= 200 && infeasible >= 10, "%zu solved, %zu infeasible", solved, infeasible);
}

/* A vertex is where n constraints meet; the least value over all feasible ones. */
static double plane_vertices(const Plane *plane, double *best) {
  double least = INFINITY, system[ENUMERATED_MOST * ENUMERATED_MOST], x[ENUMERATED_MOST];
  size_t n = plane->n;
  int pivots[ENUMERATED_MOST];
  for (unsigned set = 0; set < 1u << plane->rows; set++) {
    size_t held = 0;
    for (size_t i = 0; i < plane->rows && held <= n; i++) {
      if (!(set >> i & 1)) continue;
      if (held < n) {
        for (size_t k = 0; k < n; k++) system[k * n + held] = plane->a[i * n + k];
        x[held] = plane->b[i];
      }
      held++;
    }
    if (held != n || !dense_solve(n, system, x, pivots)) continue;
    bool feasible = true;
    for (size_t i = 0; i < plane->rows; i++)
      feasible = feasible && dense_dot(n, plane->a + i * n, x) <= plane->b[i] + 1e-9;
    double value = dense_dot(n, plane->g, x);
    if (feasible && value < least) {
      least = value;
      memcpy(best, x, n * sizeof *best);
    }
  }
  return least;
}

Test(constrained, random_linear_programs_agree_with_their_vertices) {
  Plane plane;
  double x[ORDER_MOST], start[ORDER_MOST];
  size_t solved = 0, unbounded = 0;
  srand(11);
  for (int trial = 0; trial < 300; trial++) {
    size_t n = 1 + (size_t)rand() % 4, rows = n + 2 + (size_t)rand() % 6;
    plane_random(&plane, n, 0, 0, rows);
    for (size_t i = 0; i < rows; i++) plane.b[i] = fabs(plane.b[i]); /* 0 is feasible */
    for (size_t i = 0; i < n; i++) start[i] = 5 * uniform();
    ConstrainedResult result = plane_run(&plane, start, NULL);
    if (result.kind == KKT_UNBOUNDED) {
      double slope = dense_dot(n, plane.g, result.direction);
      cr_expect(slope < 0, "%d: slope %g", trial, slope);
      for (size_t i = 0; i < rows; i++)
        cr_expect(dense_dot(n, plane.a + i * n, result.direction) <= 1e-8, "%d: not free", trial);
      unbounded++;
      pool_free();
      continue;
    }
    double least = plane_vertices(&plane, x);
    solved++;
    cr_expect(result.converged && result.linear_program, "%d: %s kind %d", trial, result.reason,
              result.kind);
    cr_expect(fabs(result.value - least) <= 1e-10 * fmax(1, fabs(least)), "%d: %g", trial,
              result.value - least);
    pool_free();
  }
  cr_expect(solved >= 100 && unbounded >= 30, "%zu solved, %zu unbounded", solved, unbounded);
}

Test(constrained, sqp_and_the_direct_solver_agree_on_semidefinite_programs) {
  static Plane plane;
  double start[ORDER_MOST];
  srand(13);
  for (int trial = 0; trial < 60; trial++) {
    size_t n = 3 + (size_t)rand() % 10, rows = 3 * n;
    plane_random(&plane, n, n / 2, n / 4, rows);
    for (size_t i = 0; i < 2 * n; i++) { /* a box, so that there is a minimum */
      size_t row = rows - 2 * n + i;
      for (size_t k = 0; k < n; k++) plane.a[row * n + k] = k == i / 2 ? (i % 2 ? 1 : -1) : 0;
      plane.b[row] = 1;
    }
    for (size_t i = 0; i < n; i++) start[i] = uniform();
    for (size_t i = 0; i < rows - 2 * n; i++) { /* the start is feasible */
      double at = dense_dot(n, plane.a + i * n, start);
      plane.b[i] = i < plane.equalities ? at : at + fabs(uniform());
    }
    ConstrainedResult direct = plane_run(&plane, start, NULL);
    ConstrainedResult sqp = plane_run(&plane, start, "sqp");
    cr_expect(direct.converged, "%d: %s", trial, direct.reason);
    cr_expect(sqp.converged, "%d: sqp %s", trial, sqp.reason);
    cr_expect(fabs(direct.value - sqp.value) <= 1e-9 * fmax(1, fabs(sqp.value)), "%d: %g", trial,
              direct.value - sqp.value);
    pool_free();
  }
}

Test(constrained, forty_variables_are_no_trouble) {
  enum { N = 40, ROWS = 80 };
  static Plane plane;
  double start[N] = {0};
  srand(17);
  plane_random(&plane, N, N, 5, ROWS);
  for (size_t i = 5; i < ROWS; i++) plane.b[i] = 1 + fabs(plane.b[i]);
  ConstrainedResult result = plane_run(&plane, start, NULL);
  cr_expect(result.converged && result.kind == KKT_STRICT_MINIMUM, "%s", result.reason);
  cr_expect(result.violation < 1e-12 && result.stationarity < 1e-10, "%g %g", result.violation,
            result.stationarity);
}

/* --- edges -------------------------------------------------------------------------------------
 */

static void session(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -1)), square(shift(x[1], 2)));
  c[1] = shift(add(x[0], x[1]), -1);
  c[2] = scale(-1, x[0]);
}

Test(constrained, the_session_of_the_manual_is_printed) {
  static const char *const TEXT[] = {"x + y == 1", "x >= 0"};
  Problem problem = {.evaluate = session,
                     .n = 2,
                     .equalities = 1,
                     .inequalities = 1,
                     .linear = true,
                     .quadratic = true,
                     .text = TEXT};
  double start[] = {0, 0};
  ConstrainedResult result = run(&problem, start);
  expect_text(&problem, &result,
              "x = 2, y = -1\n"
              "value 2 at the global minimum (convex quadratic)\n"
              "active: x + y == 1 (multiplier -2); inactive: x >= 0\n");
  Constraints constraints = problem_constraints_of(&problem);
  Text out = {0};
  kkt_print_prices(&result, &constraints, &out);
  cr_expect_str_eq(out.bytes, "raising the right side of x + y == 1 by a small amount changes the "
                              "minimum by 2 times as much\n");
  text_free(&out);
}

/* One problem, what must be said of it, and a phrase its words must hold. */
typedef struct Edge {
  const char *name;
  void (*evaluate)(const Jet *x, Jet *c);
  size_t n, equalities, inequalities;
  bool linear, quadratic, negated;
  double start[4];
  KktKind kind;
  double value; /* nan: not looked at */
  const char *phrase;
} Edge;

static void two_sums(const Jet *x, Jet *c) {
  c[0] = add(square(x[0]), square(x[1]));
  c[1] = shift(add(x[0], x[1]), -1);
  c[2] = shift(add(x[0], x[1]), -2);
}

static void same_sum_twice(const Jet *x, Jet *c) {
  c[0] = add(square(x[0]), square(x[1]));
  c[1] = shift(add(x[0], x[1]), -1);
  c[2] = scale(2, shift(add(x[0], x[1]), -1));
}

static void apart(const Jet *x, Jet *c) {
  c[0] = add(x[0], x[1]);
  c[1] = shift(scale(-1, x[0]), 3);
  c[2] = shift(x[0], -1);
}

static void circle_and_far_line(const Jet *x, Jet *c) {
  c[0] = x[0];
  c[1] = shift(add(square(x[0]), square(x[1])), -1);
  c[2] = shift(scale(-1, x[0]), 3);
}

static void slope_down(const Jet *x, Jet *c) {
  c[0] = add(x[0], x[1]);
  c[1] = sub(x[0], x[1]);
}

static void slope_up_down(const Jet *x, Jet *c) {
  c[0] = scale(-1, x[0]);
  c[1] = shift(square(x[1]), -1);
}

static void saddle_in_strip(const Jet *x, Jet *c) {
  c[0] = sub(square(x[0]), square(x[1]));
  c[1] = shift(x[0], -1);
}

static void no_interior(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -2)), square(shift(x[1], -1)));
  c[1] = x[0];
  c[2] = scale(-1, x[0]);
}

static void point_set(const Jet *x, Jet *c) {
  c[0] = x[0];
  c[1] = add(square(x[0]), square(x[1]));
}

static void logarithm(const Jet *x, Jet *c) {
  c[0] = sub(x[0], jlog(x[0]));
  c[1] = shift(scale(-1, x[0]), 2);
}

static void logarithm_alone(const Jet *x, Jet *c) {
  c[0] = sub(x[0], jlog(x[0]));
  c[1] = shift(x[0], -9);
}

static void root_wall(const Jet *x, Jet *c) {
  c[0] = add(x[0], root(shift(scale(-1, x[0]), 4)));
  c[1] = shift(scale(-1, x[0]), 1);
  c[2] = shift(x[0], -3);
}

static void hs13(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -2)), square(x[1]));
  c[1] = add(x[1], power(shift(x[0], -1), 3));
  c[2] = scale(-1, x[0]);
  c[3] = scale(-1, x[1]);
}

static void circle(const Jet *x, Jet *c) {
  c[0] = add(x[0], x[1]);
  c[1] = shift(add(square(x[0]), square(x[1])), -2);
}

static void ridge(const Jet *x, Jet *c) {
  c[0] = add(square(x[0]), scale(-1, square(x[1])));
  c[1] = shift(x[1], -1);
  c[2] = shift(scale(-1, x[1]), -1);
}

static void parabola(const Jet *x, Jet *c) {
  c[0] = square(shift(x[0], -3));
  c[1] = shift(x[0], -1);
}

static void wave(const Jet *x, Jet *c) {
  c[0] = jcos(x[0]);
  c[1] = shift(x[0], -2);
  c[2] = shift(scale(-1, x[0]), -1);
}

static void area(const Jet *x, Jet *c) {
  c[0] = scale(-1, mul(x[0], x[1]));
  c[1] = shift(add(x[0], x[1]), -10);
}

static void valley(const Jet *x, Jet *c) {
  c[0] = square(add(x[0], x[1]));
  c[1] = shift(x[0], -5);
}

static void edge_of_square(const Jet *x, Jet *c) {
  c[0] = scale(-1, x[0]);
  c[1] = shift(x[0], -1);
  c[2] = shift(x[1], -1);
  c[3] = scale(-1, x[0]);
  c[4] = scale(-1, x[1]);
}

static void touching(const Jet *x, Jet *c) {
  c[0] = add(square(x[0]), square(x[1]));
  c[1] = scale(-1, x[0]);
}

static void quartic_on_line(const Jet *x, Jet *c) {
  c[0] = add(power(shift(x[0], -1), 4), square(x[1]));
  c[1] = shift(add(x[0], x[1]), -1);
}

static void cubic_on_line(const Jet *x, Jet *c) {
  c[0] = add(power(x[0], 3), square(x[1]));
  c[1] = x[1];
}

static void cubic_in_box(const Jet *x, Jet *c) {
  c[0] = power(x[0], 3);
  c[1] = shift(scale(-1, x[0]), -1);
  c[2] = shift(x[0], -1);
}

static void exponential(const Jet *x, Jet *c) {
  c[0] = jexp(x[0]);
  c[1] = shift(x[0], -1);
}

static void impossible_constant(const Jet *x, Jet *c) {
  c[0] = square(x[0]);
  c[1] = shift(scale(0, x[0]), 1);
}

static void tiny_units(const Jet *x, Jet *c) {
  c[0] = add(square(shift(scale(1e9, x[0]), -1)), square(shift(scale(1e-9, x[1]), -1)));
  c[1] = shift(add(scale(1e9, x[0]), scale(1e-9, x[1])), -1);
}

static void copositive(const Jet *x, Jet *c) {
  c[0] = add(add(square(x[0]), square(x[1])), scale(4, mul(x[0], x[1])));
  c[1] = scale(-1, x[0]);
  c[2] = scale(-1, x[1]);
}

static void kinks_down(const Jet *x, Jet *c) {
  c[0] = sub(square(x[0]), mul(x[0], x[1]));
  c[1] = scale(-1, x[0]);
  c[2] = scale(-1, x[1]);
  c[3] = shift(add(x[0], x[1]), -4);
}

static const Edge EDGES[] = {
    {"two sums", two_sums, 2, 2, 0, true, true, false, {3, 4}, KKT_INFEASIBLE, NAN, "0.5"},
    {"same sum twice",
     same_sum_twice,
     2,
     2,
     0,
     true,
     true,
     false,
     {3, 4},
     KKT_STRICT_MINIMUM,
     0.5,
     "rank 1"},
    {"apart", apart, 2, 0, 2, true, true, false, {0, 0}, KKT_INFEASIBLE, NAN, "contradict"},
    {"circle and far line",
     circle_and_far_line,
     2,
     0,
     2,
     false,
     true,
     false,
     {0, 0.5},
     KKT_INFEASIBLE,
     NAN,
     "infeasible"},
    {"slope down",
     slope_down,
     2,
     0,
     1,
     true,
     true,
     false,
     {0, 0},
     KKT_UNBOUNDED,
     NAN,
     "falls without end"},
    {"slope down, maximised",
     slope_down,
     2,
     0,
     1,
     true,
     true,
     true,
     {0, 0},
     KKT_UNBOUNDED,
     NAN,
     "no maximum: the value rises without end"},
    {"slope in a tube",
     slope_up_down,
     2,
     0,
     1,
     false,
     true,
     false,
     {0, 0.5},
     KKT_UNBOUNDED,
     NAN,
     "falls"},
    {"saddle in a strip",
     saddle_in_strip,
     2,
     0,
     1,
     true,
     true,
     false,
     {0, 0},
     KKT_UNBOUNDED,
     NAN,
     "falls"},
    {"no interior",
     no_interior,
     2,
     0,
     2,
     true,
     true,
     false,
     {5, 5},
     KKT_STRICT_MINIMUM,
     4,
     "rank 1"},
    {"infeasible start",
     logarithm,
     1,
     0,
     1,
     true,
     false,
     false,
     {1},
     KKT_STRICT_MINIMUM,
     2 - 0.69314718055994531,
     "strict"},
    {"nan at an infeasible start",
     logarithm,
     1,
     0,
     1,
     true,
     false,
     false,
     {-1},
     KKT_STRICT_MINIMUM,
     2 - 0.69314718055994531,
     "strict"},
    {"nan at a feasible start",
     logarithm_alone,
     1,
     0,
     1,
     true,
     false,
     false,
     {-1},
     KKT_UNDEFINED,
     NAN,
     "the value at the start is"},
    {"nan beyond a wall",
     root_wall,
     1,
     0,
     2,
     true,
     false,
     false,
     {2.5},
     KKT_STRICT_MINIMUM,
     2.73205080756887729,
     "active"},
    {"maximum on a circle",
     circle,
     2,
     1,
     0,
     false,
     true,
     false,
     {1, 1},
     KKT_STRICT_MINIMUM,
     -2,
     "(multiplier 0.5)"},
    {"start in the middle of a circle",
     circle,
     2,
     1,
     0,
     false,
     true,
     false,
     {0, 0},
     KKT_STRICT_MINIMUM,
     -2,
     "strict"},
    {"ridge between bounds",
     ridge,
     2,
     0,
     2,
     true,
     true,
     false,
     {0, 0},
     KKT_STRICT_MINIMUM,
     -1,
     "(multiplier 2)"},
    {"parabola",
     parabola,
     1,
     0,
     1,
     true,
     true,
     false,
     {-4},
     KKT_STRICT_MINIMUM,
     4,
     "(multiplier 4)"},
    {"no constraints", parabola, 1, 0, 0, true, true, false, {-4}, KKT_STRICT_MINIMUM, 0, "global"},
    {"wave from its top",
     wave,
     1,
     0,
     2,
     true,
     false,
     false,
     {0},
     KKT_STRICT_MINIMUM,
     -0.41614683654714241,
     "strict"},
    {"largest area",
     area,
     2,
     1,
     0,
     true,
     true,
     true,
     {1, 2},
     KKT_STRICT_MINIMUM,
     -25,
     "value 25 at a strict local maximum"},
    {"valley", valley, 2, 0, 1, true, true, false, {1, 2}, KKT_FLAT, 0, "not the only one"},
    {"edge of a square",
     edge_of_square,
     2,
     0,
     4,
     true,
     true,
     false,
     {0.5, 0.5},
     KKT_FLAT,
     -1,
     "(linear program): flat along x = 0, y ="},
    {"touching",
     touching,
     2,
     0,
     1,
     true,
     true,
     false,
     {3, 4},
     KKT_STRICT_MINIMUM,
     0,
     "active with multiplier 0"},
    {"quartic on a line",
     quartic_on_line,
     2,
     1,
     0,
     true,
     false,
     false,
     {3, 4},
     KKT_STRICT_MINIMUM,
     0,
     NULL},
    {"cubic in a box",
     cubic_in_box,
     1,
     0,
     2,
     true,
     false,
     false,
     {0},
     KKT_STRICT_MINIMUM,
     -1,
     "(multiplier 3)"},
    {"cubic on a line",
     cubic_on_line,
     2,
     1,
     0,
     true,
     false,
     false,
     {1, 0},
     KKT_UNBOUNDED,
     NAN,
     "falls"},
    {"exponential",
     exponential,
     1,
     0,
     1,
     true,
     false,
     false,
     {0},
     KKT_UNBOUNDED,
     NAN,
     "falls for ever"},
    {"impossible constant",
     impossible_constant,
     1,
     0,
     1,
     true,
     true,
     false,
     {2},
     KKT_INFEASIBLE,
     NAN,
     "smallest violation found 1"},
    {"tiny units",
     tiny_units,
     2,
     1,
     0,
     true,
     true,
     false,
     {0, 0},
     KKT_STRICT_MINIMUM,
     0.5,
     "global"},
    {"copositive", copositive, 2, 0, 2, true, true, false, {1, 1}, KKT_FLAT, 0, NULL},
    {"down along an edge",
     kinks_down,
     2,
     0,
     3,
     true,
     true,
     false,
     {0, 0},
     KKT_STRICT_MINIMUM,
     -2,
     NULL},
};

Test(constrained, edges_are_told_apart) {
  for (size_t k = 0; k < sizeof EDGES / sizeof *EDGES; k++) {
    const Edge *edge = &EDGES[k];
    Problem problem = {.evaluate = edge->evaluate,
                       .n = edge->n,
                       .equalities = edge->equalities,
                       .inequalities = edge->inequalities,
                       .linear = edge->linear,
                       .quadratic = edge->quadratic,
                       .negated = edge->negated};
    ConstrainedResult result = run(&problem, edge->start);
    Text out = {0};
    show(&problem, &result, &out);
    if (getenv("HS_SHOW")) printf("--- %s\n%s", edge->name, out.bytes);
    cr_expect_eq(result.kind, edge->kind, "%s: kind %d\n%s", edge->name, result.kind, out.bytes);
    if (!isnan(edge->value))
      cr_expect(fabs(result.value - edge->value) <= 1e-9, "%s: %.17g", edge->name, result.value);
    if (edge->phrase) cr_expect(strstr(out.bytes, edge->phrase), "%s:\n%s", edge->name, out.bytes);
    bool minimum = edge->kind == KKT_STRICT_MINIMUM || edge->kind == KKT_FLAT;
    cr_expect_eq(result.converged, minimum, "%s:\n%s", edge->name, out.bytes);
    text_free(&out);
    pool_free();
  }
}

Test(constrained, without_multipliers_nothing_is_claimed) {
  Problem problem = {.evaluate = hs13, .n = 2, .inequalities = 3, .quadratic = true};
  double start[] = {-2, -2};
  ConstrainedResult result = run(&problem, start);
  Text out = {0};
  show(&problem, &result, &out);
  if (getenv("HS_SHOW")) printf("%s", out.bytes);
  cr_expect(!result.converged, "%s", out.bytes);
  cr_expect(fabs(result.value - 1) < 0.02, "%s", out.bytes);
  text_free(&out);
  problem = (Problem){.evaluate = point_set, .n = 2, .inequalities = 1, .quadratic = true};
  start[0] = 1, start[1] = 1;
  result = run(&problem, start);
  show(&problem, &result, &out);
  if (getenv("HS_SHOW")) printf("%s", out.bytes);
  cr_expect(!result.converged && fabs(result.value) < 1e-3, "%s", out.bytes);
  text_free(&out);
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
  cr_expect_eq(count, 4);
  cr_expect_eq(constrained_method("sqp"), &methods[1]);
  cr_expect_null(constrained_method("bfgs"));
  cr_expect_str_eq(constrained_refusal(constrained_method("sqp"), &objective, &constraints),
                   "needs the Hessian");
  cr_expect_null(constrained_refusal(constrained_method("slsqp"), &objective, &constraints));
  cr_expect_str_eq(constrained_refusal(constrained_method("quadratic"), &objective, &constraints),
                   "needs a quadratic function and linear constraints");
}
