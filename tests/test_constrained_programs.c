/* test_constrained_programs.c - constrained minimisation of random linear and quadratic programs,
 * against the enumeration of what may be active.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "problems.h"

TestSuite(constrained_programs, .fini = pool_free);

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

Test(constrained_programs, random_convex_quadratics_agree_with_enumeration) {
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

Test(constrained_programs, random_linear_programs_agree_with_their_vertices) {
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

Test(constrained_programs, sqp_and_the_direct_solver_agree_on_semidefinite_programs) {
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

Test(constrained_programs, forty_variables_are_no_trouble) {
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
