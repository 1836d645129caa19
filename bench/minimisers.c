/* minimisers.c - what a minimum costs: mml's search on its replayed recording against GSL's solvers with
 * derivatives written by hand.
 *
 * Each GSL solver works from the same start on functions in C, with its workspace made and freed as a
 * program would; mml makes its own search memory likewise, and judges the point it found, which GSL does
 * not. Prints lines: problem, solver, n, seconds, evaluations of the value, largest error of x against
 * mml's point. Times are the best of ROUNDS batches, all solvers taken in turn within a round.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_multiroots.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calculus/objective.h"
#include "machine/session.h"
#include "mml.h"
#include "optimise/minimise.h"
#include "session.h"

enum { ROUNDS = 9, STEPS_MOST = 1000 };

static const double BATCH_SECONDS = 3e-3; /* far above the clock's grain */
static const double TOLERANCE = 1e-7;     /* where GSL's solvers stop */

/* ---- the functions by hand ---- */

/* What the functions know: the length of x, and arrays of the session, row after row. */
typedef struct Data {
  size_t n, rows;
  const double *a, *b;
  double *work; /* a number for each row, and a matrix like a */
} Data;

static double squares_value(const Objective *f, const double *x, double *r) {
  f->residuals(f->context, x, r);
  return cblas_ddot((int)f->m, r, 1, r, 1);
}

/* Extended Rosenbrock: pairs of variables. */
static double rosenbrock_value(void *context, const double *x) {
  const Data *d = context;
  double s = 0;
  for (size_t i = 0; i + 1 < d->n; i += 2) {
    double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    s += 100 * (a * a) + b * b;
  }
  return s;
}

static double rosenbrock_gradient(void *context, const double *x, double *g) {
  const Data *d = context;
  double s = 0;
  for (size_t i = 0; i + 1 < d->n; i += 2) {
    double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    s += 100 * (a * a) + b * b;
    g[i] = -400 * a * x[i] - 2 * b;
    g[i + 1] = 200 * a;
  }
  return s;
}

static void rosenbrock_residuals(void *context, const double *x, double *r) {
  const Data *d = context;
  for (size_t i = 0; i + 1 < d->n; i += 2) {
    r[i] = 10 * (x[i + 1] - x[i] * x[i]);
    r[i + 1] = 1 - x[i];
  }
}

static void rosenbrock_jacobian(void *context, const double *x, double *j) {
  size_t n = ((const Data *)context)->n;
  memset(j, 0, n * n * sizeof *j);
  for (size_t i = 0; i + 1 < n; i += 2) {
    j[i * n + i] = -20 * x[i];
    j[i * n + i + 1] = 10;
    j[(i + 1) * n + i] = -1;
  }
}

/* x'Ax/2 - b'x */
static double quadratic_gradient(void *context, const double *x, double *g) {
  const Data *d = context;
  int n = (int)d->n;
  cblas_dsymv(CblasRowMajor, CblasUpper, n, 1, d->a, n, x, 1, 0, g, 1);
  double s = 0.5 * cblas_ddot(n, x, 1, g, 1) - cblas_ddot(n, x, 1, d->b, 1);
  cblas_daxpy(n, -1, d->b, 1, g, 1);
  return s;
}

static double quadratic_value(void *context, const double *x) {
  const Data *d = context;
  return quadratic_gradient(context, x, d->work);
}

static void quadratic_hessian(void *context, const double *x, double *h) {
  const Data *d = context;
  (void)x;
  memcpy(h, d->a, d->n * d->n * sizeof *h);
}

/* sum of log(1 + exp(-y X w)) + w'w/2 */
static double logistic_value(void *context, const double *w) {
  const Data *d = context;
  int rows = (int)d->rows, n = (int)d->n;
  cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, n, 1, d->a, n, w, 1, 0, d->work, 1);
  double s = 0.5 * cblas_ddot(n, w, 1, w, 1);
  for (size_t i = 0; i < d->rows; i++) s += log1p(exp(-d->b[i] * d->work[i]));
  return s;
}

static double logistic_gradient(void *context, const double *w, double *g) {
  const Data *d = context;
  int rows = (int)d->rows, n = (int)d->n;
  cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, n, 1, d->a, n, w, 1, 0, d->work, 1);
  double s = 0.5 * cblas_ddot(n, w, 1, w, 1);
  for (size_t i = 0; i < d->rows; i++) {
    double e = exp(-d->b[i] * d->work[i]);
    s += log1p(e);
    d->work[i] = -d->b[i] * e / (1 + e);
  }
  memcpy(g, w, d->n * sizeof *g);
  cblas_dgemv(CblasRowMajor, CblasTrans, rows, n, 1, d->a, n, d->work, 1, 1, g, 1);
  return s;
}

static void logistic_hessian(void *context, const double *w, double *h) {
  const Data *d = context;
  int rows = (int)d->rows, n = (int)d->n;
  double *scaled = d->work + d->rows;
  cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, n, 1, d->a, n, w, 1, 0, d->work, 1);
  for (size_t i = 0; i < d->rows; i++) {
    double p = 1 / (1 + exp(d->work[i])), root = sqrt(p * (1 - p));
    for (size_t k = 0; k < d->n; k++) scaled[i * d->n + k] = root * d->a[i * d->n + k];
  }
  memset(h, 0, d->n * d->n * sizeof *h);
  for (size_t k = 0; k < d->n; k++) h[k * d->n + k] = 1;
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, n, rows, 1, scaled, n, 1, h, n);
  for (size_t k = 0; k < d->n; k++)
    for (size_t l = 0; l < k; l++) h[k * d->n + l] = h[l * d->n + k];
}

/* Broyden's tridiagonal system as a sum of squares. */
static void broyden_residuals(void *context, const double *x, double *r) {
  size_t n = ((const Data *)context)->n;
  for (size_t i = 0; i < n; i++)
    r[i] = (3 - 2 * x[i]) * x[i] - (i ? x[i - 1] : 0) - (i + 1 < n ? 2 * x[i + 1] : 0) + 1;
}

static void broyden_jacobian(void *context, const double *x, double *j) {
  size_t n = ((const Data *)context)->n;
  memset(j, 0, n * n * sizeof *j);
  for (size_t i = 0; i < n; i++) {
    j[i * n + i] = 3 - 4 * x[i];
    if (i) j[i * n + i - 1] = -1;
    if (i + 1 < n) j[i * n + i + 1] = -2;
  }
}

static double broyden_gradient(void *context, const double *x, double *g) {
  const Data *d = context;
  double *r = d->work, s = 0;
  broyden_residuals(context, x, r);
  memset(g, 0, d->n * sizeof *g);
  for (size_t i = 0; i < d->n; i++) {
    s += r[i] * r[i];
    g[i] += 2 * r[i] * (3 - 4 * x[i]);
    if (i) g[i - 1] -= 2 * r[i];
    if (i + 1 < d->n) g[i + 1] -= 4 * r[i];
  }
  return s;
}

static double broyden_value(void *context, const double *x) {
  const Data *d = context;
  return squares_value(&(Objective){.context = context, .m = d->n, .residuals = broyden_residuals}, x, d->work);
}

/* ---- the problems ---- */

typedef struct Problem {
  const char *name;
  const char *definition; /* of f, the start p, and the data A and b; N stands for the size */
  Objective hand;
  bool squares; /* of n residuals, whose root is the minimum */
} Problem;

static const Problem problems[] = {
    {"rosenbrock",
     "f(x) = 100*norm(x[2:2:end] - x[1:2:end].^2)^2 + norm(1 - x[1:2:end])^2\n"
     "p = [if mod(i, 2) == 1 then -1.2 else 1 for i in 1:N]",
     {.value = rosenbrock_value, .gradient = rosenbrock_gradient, .residuals = rosenbrock_residuals,
      .jacobian = rosenbrock_jacobian}, true},
    {"quadratic",
     "A = [exp(-abs(i - j)) for i in 1:N, j in 1:N]\n"
     "b = [sin(i) for i in 1:N]\n"
     "f(x) = x'*(A*x)/2 - b'*x\n"
     "p = ones(N)",
     {.value = quadratic_value, .gradient = quadratic_gradient, .hessian = quadratic_hessian}, false},
    {"logistic",
     "A = reshape([sin(i^2) for i in 1:20*N^2], 20*N, N)\n"
     "b = [if cos(3*i^2) > 0 then 1 else -1 for i in 1:20*N]\n"
     "f(w) = sum(log(1 + exp(-b .* (A*w)))) + norm(w)^2/2\n"
     "p = ones(N)",
     {.value = logistic_value, .gradient = logistic_gradient, .hessian = logistic_hessian}, false},
    {"broyden",
     "left(x) = [0; x[1:end-1]]\n"
     "right(x) = [x[2:end]; 0]\n"
     "f(x) = norm((3 - 2*x).*x - left(x) - 2*right(x) + 1)^2\n"
     "p = -ones(N)",
     {.value = broyden_value, .gradient = broyden_gradient, .residuals = broyden_residuals,
      .jacobian = broyden_jacobian}, true},
};
enum { PROBLEM_COUNT = sizeof problems / sizeof *problems };

static const size_t sizes[] = {2, 10, 100};
enum { SIZE_COUNT = sizeof sizes / sizeof *sizes };

/* ---- GSL ---- */

/* One run of a solver: where it ended, and the values it asked for. */
typedef struct Attempt {
  const Objective *f;
  size_t evaluations;
  double *x; /* the start on entry */
} Attempt;

static double multimin_value(const gsl_vector *x, void *context) {
  Attempt *run = context;
  run->evaluations++;
  return run->f->value(run->f->context, x->data);
}

static void multimin_both(const gsl_vector *x, void *context, double *value, gsl_vector *g) {
  Attempt *run = context;
  run->evaluations++;
  *value = run->f->gradient(run->f->context, x->data, g->data);
}

static void multimin_slope(const gsl_vector *x, void *context, gsl_vector *g) {
  const Attempt *run = context;
  run->f->gradient(run->f->context, x->data, g->data);
}

static void run_bfgs2(Attempt *run) {
  const double FIRST_STEP = 0.1, LINE_TOLERANCE = 0.1;
  size_t n = run->f->n;
  gsl_multimin_function_fdf function = {multimin_value, multimin_slope, multimin_both, n, run};
  gsl_multimin_fdfminimizer *m = 
      gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, n);
  gsl_vector_view start = gsl_vector_view_array(run->x, n);
  gsl_multimin_fdfminimizer_set(m, &function, &start.vector, FIRST_STEP, LINE_TOLERANCE);
  for (int k = 0; k < STEPS_MOST; k++)
    if (gsl_multimin_fdfminimizer_iterate(m) || gsl_multimin_test_gradient(m->gradient, TOLERANCE) != GSL_CONTINUE) break;
  memcpy(run->x, m->x->data, n * sizeof *run->x);
  gsl_multimin_fdfminimizer_free(m);
}


static int multifit_residuals(const gsl_vector *x, void *context, gsl_vector *r) {
  Attempt *run = context;
  run->evaluations++;
  run->f->residuals(run->f->context, x->data, r->data);
  return GSL_SUCCESS;
}

static int multifit_jacobian(const gsl_vector *x, void *context, gsl_matrix *j) {
  const Attempt *run = context;
  run->f->jacobian(run->f->context, x->data, j->data);
  return GSL_SUCCESS;
}

static void run_multifit_with(Attempt *run, const gsl_multifit_nlinear_solver *solver) {
  size_t n = run->f->n, m = run->f->m;
  gsl_multifit_nlinear_fdf function = {
      .f = multifit_residuals, .df = multifit_jacobian, .n = m, .p = n, .params = run};
  gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
  parameters.solver = solver;
  gsl_multifit_nlinear_workspace *w = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, m, n);
  gsl_vector_view start = gsl_vector_view_array(run->x, n);
  int info;
  gsl_multifit_nlinear_init(&start.vector, &function, w);
  gsl_multifit_nlinear_driver(STEPS_MOST, TOLERANCE, TOLERANCE, 0, NULL, NULL, &info, w);
  memcpy(run->x, gsl_multifit_nlinear_position(w)->data, n * sizeof *run->x);
  gsl_multifit_nlinear_free(w);
}

static void run_multifit(Attempt *run) { run_multifit_with(run, gsl_multifit_nlinear_solver_qr); }
static void run_multifit_cholesky(Attempt *run) { run_multifit_with(run, gsl_multifit_nlinear_solver_cholesky); }

/* Root finding: of the residuals where there are n, else of the gradient. */
static int multiroot_value(const gsl_vector *x, void *context, gsl_vector *r) {
  Attempt *run = context;
  run->evaluations++;
  if (run->f->residuals) run->f->residuals(run->f->context, x->data, r->data);
  else run->f->gradient(run->f->context, x->data, r->data);
  return GSL_SUCCESS;
}

static int multiroot_slopes(const gsl_vector *x, void *context, gsl_matrix *j) {
  const Attempt *run = context;
  if (run->f->residuals) run->f->jacobian(run->f->context, x->data, j->data);
  else run->f->hessian(run->f->context, x->data, j->data);
  return GSL_SUCCESS;
}

static int multiroot_both(const gsl_vector *x, void *context, gsl_vector *r, gsl_matrix *j) {
  multiroot_value(x, context, r);
  return multiroot_slopes(x, context, j);
}

static void run_multiroot(Attempt *run) {
  size_t n = run->f->n;
  gsl_multiroot_function_fdf function = {multiroot_value, multiroot_slopes, multiroot_both, n, run};
  gsl_multiroot_fdfsolver *s = gsl_multiroot_fdfsolver_alloc(gsl_multiroot_fdfsolver_hybridsj, n);
  gsl_vector_view start = gsl_vector_view_array(run->x, n);
  gsl_multiroot_fdfsolver_set(s, &function, &start.vector);
  for (int k = 0; k < STEPS_MOST; k++)
    if (gsl_multiroot_fdfsolver_iterate(s) || gsl_multiroot_test_residual(s->f, TOLERANCE) != GSL_CONTINUE) break;
  memcpy(run->x, s->x->data, n * sizeof *run->x);
  gsl_multiroot_fdfsolver_free(s);
}


/* ---- mml ---- */

static Value lookup(Session *session, const char *name) {
  return session_lookup(session, symbol_intern(&session->symbols, name, strlen(name)));
}

static void *allocate(void *session, size_t bytes) { return scratch(session, bytes); }
static void adopt(void *session, void *object, void (*destroy)(void *)) { scratch_adopt(session, object, destroy); }

static void search(Attempt *run) {
  const FunctionObjective *function = run->f->context;
  MinimiseOptions options = {.allocate = allocate, .adopt = adopt, .context = function->session};
  MinimiseResult result;
  minimise_run(run->f, run->x, &options, &result);
  run->evaluations = result.evaluations;
  memcpy(run->x, result.x, run->f->n * sizeof *run->x);
}

/* The search as `minimize` runs it, on a recording that is there, with the memory of its sweeps. */
static void run_search(Attempt *run) {
  Session *s = ((const FunctionObjective *)run->f->context)->session;
  Scratch *mark = scratch_mark(s);
  search(run);
  scratch_release(s, mark);
}

/* ---- measuring ---- */

typedef struct Solver {
  const char *name;
  void (*run)(Attempt *run);
  const Objective *f;
  const char *program; /* instead: what repeats the work in mml as often as it is told */
  size_t batch, evaluations;
  double best, error;
} Solver;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void solver_run(Solver *solver, const double *start, double *x) {
  Attempt run = {.f = solver->f, .x = x};
  memcpy(x, start, solver->f->n * sizeof *x);
  solver->run(&run);
  solver->evaluations = run.evaluations;
}

static double solver_batch(Solver *solver, Mml *mml, const double *start, double *x) {
  double begun = seconds();
  if (solver->program) {
    char text[64];
    snprintf(text, sizeof text, "%s(%zu);", solver->program, solver->batch);
    bench_evaluate(mml, text);
  } else {
    for (size_t i = 0; i < solver->batch; i++) solver_run(solver, start, x);
  }
  return seconds() - begun;
}

static void solvers_measure(Solver *solver, size_t count, Mml *mml, const double *start, size_t n) {
  double *x = calloc(n, sizeof *x), *expected = calloc(n, sizeof *expected);
  if (!x || !expected) exit(EXIT_FAILURE);
  solver_run(&solver[0], start, expected);
  for (size_t i = 0; i < count; i++) {
    solver[i].best = INFINITY;
    for (solver[i].batch = 1; solver_batch(&solver[i], mml, start, x) < BATCH_SECONDS; solver[i].batch *= 2) continue;
    for (size_t k = 0; k < n && !solver[i].program; k++)
      solver[i].error = fmax(solver[i].error, isnan(x[k]) ? INFINITY : fabs(x[k] - expected[k]));
  }
  for (int round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < count; i++)
      solver[i].best = fmin(solver[i].best, solver_batch(&solver[i], mml, start, x) / (double)solver[i].batch);
  free(x);
  free(expected);
}

static Data data_of(Session *session, size_t n) {
  Data data = {.n = n, .rows = n};
  Value a = lookup(session, "A"), b = lookup(session, "b");
  if (a.kind == VALUE_ARRAY && b.kind == VALUE_ARRAY) {
    data.rows = value_as_array(a)->rows;
    data.a = value_as_array(a)->data;
    data.b = value_as_array(b)->data;
  }
  data.work = scratch(session, data.rows * (n + 1) * sizeof(double));
  return data;
}

static void measure(Mml *mml, const Problem *problem, size_t n) {
  Session *s = (Session *)mml;
  Value point = lookup(s, "p");
  const double *start = value_as_array(point)->data;
  FunctionObjective function = {
      .session = s, .f = lookup(s, "f"), .point = &point, .count = 1, .n = n, .sign = 1};
  Objective engine = objective_of(&function), hand = problem->hand;
  char why[64];
  engine.quadratic = objective_is_quadratic(&function, start);
  objective_offer_squares(&function, start, &engine, why);
  double *x = scratch(s, n * sizeof *x);
  memcpy(x, start, n * sizeof *x);
  search(&(Attempt){.f = &engine, .x = x}); /* makes the recordings */
  Data data = data_of(s, n);
  hand.n = n;
  hand.m = problem->squares ? n : 0;
  hand.context = &data;
  Solver solver[8] = {
      {.name = "mml", .run = run_search, .f = &engine},
      {.name = "statement", .program = "run_minimise", .f = &engine},
      {.name = "bfgs2", .run = run_bfgs2, .f = &hand},
  };
  size_t count = 3;
  if (problem->squares) {
    solver[count++] = (Solver){.name = "multifit", .run = run_multifit, .f = &hand};
    solver[count++] = (Solver){.name = "multifit-cholesky", .run = run_multifit_cholesky, .f = &hand};
  }
  solver[count++] = (Solver){.name = "multiroot", .run = run_multiroot, .f = &hand};
  solvers_measure(solver, count, mml, start, n);
  for (size_t i = 0; i < count; i++)
    printf("%s %s %zu %.4e %zu %.1e\n", problem->name, solver[i].name, n, solver[i].best, solver[i].evaluations, solver[i].error);
  objective_release(&function);
}

static Mml *session_with(const Problem *problem, size_t n) {
  Mml *mml = bench_session();
  char size[32];
  snprintf(size, sizeof size, "N = %zu", n);
  bench_evaluate(mml, size);
  bench_evaluate(mml, problem->definition);
  bench_evaluate(mml,
           "run_minimise(count) = do\n  s = 0\n  for k in 1:count\n    m = minimize f(x) over x from p\n"
           "    s += m.value\n  end\n  s\nend");
  return mml;
}

/* bench_minimisers [problem [n]] */
int main(int argc, char **argv) {
  gsl_set_error_handler_off(); /* what a solver cannot do shows in its error */
  for (size_t i = 0; i < PROBLEM_COUNT; i++)
    for (size_t k = 0; k < SIZE_COUNT; k++) {
      if (argc > 1 && strcmp(argv[1], problems[i].name)) continue;
      if (argc > 2 && strtoul(argv[2], NULL, 10) != sizes[k]) continue;
      Mml *mml = session_with(&problems[i], sizes[k]);
      Session *session = (Session *)mml;
      jmp_buf handler;
      if (setjmp(handler)) {
        fprintf(stderr, "the engine failed: %s\n", session->report.message);
        return EXIT_FAILURE;
      }
      session->handler = &handler;
      measure(mml, &problems[i], sizes[k]);
      session->handler = NULL;
      mml_free(mml);
    }
}
