/* problems.h - constrained problems over jets, for tests: run, printed, and searched for a lower
 * neighbour.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_PROBLEMS_H
#define MML_TESTS_PROBLEMS_H

#include "optimise/constrained.h"

#include <criterion/criterion.h>
#include <gsl/gsl_errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "mgh.h"
#include "optimise/dense.h"
#include "optimise/kkt.h"

/* --- memory freed as a whole -------------------------------------------------------------------
 */

enum { POOL_MOST = 1 << 20 };
static void *pool_block[POOL_MOST];
static size_t pool_blocks;

static inline void *pool_allocate(void *context, size_t bytes) {
  (void)context;
  cr_assert(pool_blocks < POOL_MOST);
  void *block = malloc(bytes ? bytes : 1);
  memset(block, 0xA5, bytes); /* so that reading what was not written shows */
  return pool_block[pool_blocks++] = block;
}

static inline void pool_adopt(void *context, void *object, void (*destroy)(void *)) {
  (void)context, (void)object, (void)destroy;
  cr_assert(false, "nothing here needs adopting");
}

static inline void pool_free(void) {
  for (size_t i = 0; i < pool_blocks; i++) free(pool_block[i]);
  pool_blocks = 0;
}

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

static inline void problem_evaluate(Problem *problem, const double *x, Jet *c) {
  Jet place[JET_MOST];
  jet_order = problem->n;
  for (size_t i = 0; i < problem->n; i++) place[i] = jet_variable(x[i], i);
  problem->evaluate(place, c);
}

static inline double problem_value(void *context, const double *x) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  if (problem->jump_at > 0 && ++problem->calls == problem->jump_at) longjmp(problem->jump, 1);
  problem_evaluate(context, x, c);
  return c[0].v;
}

static inline double problem_gradient(void *context, const double *x, double *g) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  for (size_t i = 0; i < problem->n; i++) g[i] = c[0].g[i];
  return c[0].v;
}

static inline void problem_hessian(void *context, const double *x, double *h) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  for (size_t i = 0; i < problem->n; i++)
    for (size_t k = 0; k < problem->n; k++) h[i * problem->n + k] = c[0].h[i][k];
}

static inline void problem_constraints(void *context, const double *x, double *values) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  for (size_t i = 0; i < problem->equalities + problem->inequalities; i++) values[i] = c[i + 1].v;
}

static inline void problem_jacobian(void *context, const double *x, double *j) {
  Problem *problem = context;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  for (size_t i = 0; i < problem->equalities + problem->inequalities; i++)
    for (size_t k = 0; k < problem->n; k++) j[i * problem->n + k] = c[i + 1].g[k];
}

static inline void problem_curvature(void *context, const double *x, const double *multiplier,
                                     double *h) {
  Problem *problem = context;
  size_t n = problem->n;
  Jet c[ROWS_MOST];
  problem_evaluate(context, x, c);
  memset(h, 0, n * n * sizeof *h);
  for (size_t i = 0; i < problem->equalities + problem->inequalities; i++)
    for (size_t k = 0; k < n; k++)
      for (size_t l = 0; l < n; l++) h[k * n + l] += multiplier[i] * c[i + 1].h[k][l];
}

static inline Constraints problem_constraints_of(Problem *problem) {
  return (Constraints){.equalities = problem->equalities,
                       .inequalities = problem->inequalities,
                       .value = problem_constraints,
                       .jacobian = problem_jacobian,
                       .hessian = problem->no_hessian ? NULL : problem_curvature,
                       .context = problem,
                       .linear = problem->linear,
                       .text = problem->text};
}

static inline ConstrainedResult run(Problem *problem, const double *start) {
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

static inline void show(Problem *problem, const ConstrainedResult *result, Text *out) {
  static const char *const NAMES[] = {"x", "y", "z", "u", "v"};
  Constraints constraints = problem_constraints_of(problem);
  kkt_print(result, &constraints, NAMES, out);
}

static inline void expect_text(Problem *problem, const ConstrainedResult *result,
                               const char *text) {
  Text out = {0};
  show(problem, result, &out);
  cr_expect_str_eq(out.bytes, text, "got:\n%s", out.bytes);
  text_free(&out);
}

static inline double uniform(void) { return (double)rand() / RAND_MAX * 2 - 1; }

/* Whether a feasible neighbour is lower than a tolerated violation can explain: looks at random
 * steps, brought back to the constraints that they break. */
static inline bool lower_neighbour(Problem *problem, const ConstrainedResult *result) {
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

#endif
