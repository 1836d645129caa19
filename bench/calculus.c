/* calculus.c - what derivatives cost: sweeps against replay, replay against the machine and against C.
 *
 * Times the engine from inside, through its internal headers, on Rosenbrock's function written as a
 * loop and with vectors, and on the loss of a logistic regression. Prints one line per measurement:
 * what, form, n, a number (seconds unless the name says otherwise). Repeated work is the best of
 * ROUNDS batches of processor time, all kinds taken in turn within a round, so that a disturbance
 * meets them all; first results are the best of FRESH new sessions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cblas.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "calculus/objective.h"
#include "machine/session.h"
#include "mml.h"
#include "session.h"

enum { ROUNDS = 15, FRESH = 10, LARGEST = 1000, HESSIAN_LARGEST = 100, TURNS_FEWEST = 150000, TURNS_MOST = 300000 };

static const double BATCH_SECONDS = 2e-3; /* far above the clock's grain */
static const double TOLERANCE = 1e-9;     /* relative: the engine's numbers must be C's */

/* ---- by hand ---- */

/* What the functions in C know: the length of x, and the data of a regression, row after row. */
typedef struct Data {
  size_t n, rows;
  const double *x, *y;
  double *work; /* a number for each row */
} Data;

static __attribute__((noinline)) double rosenbrock_value(void *context, const double *x) {
  size_t n = ((const Data *)context)->n;
  double s = 0;
  for (size_t i = 0; i + 1 < n; i++) {
    double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    s += 100 * (a * a) + b * b;
  }
  return s;
}

static __attribute__((noinline)) double rosenbrock_gradient(void *context, const double *x, double *g) {
  size_t n = ((const Data *)context)->n;
  double s = 0;
  g[0] = 0;
  for (size_t i = 0; i + 1 < n; i++) {
    double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    s += 100 * (a * a) + b * b;
    g[i] += -400 * a * x[i] - 2 * b;
    g[i + 1] = 200 * a;
  }
  return s;
}

static __attribute__((noinline)) void rosenbrock_hessian(void *context, const double *x, double *h) {
  size_t n = ((const Data *)context)->n;
  memset(h, 0, n * n * sizeof *h);
  for (size_t i = 0; i + 1 < n; i++) {
    h[i * n + i] += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2;
    h[i * n + i + 1] = h[(i + 1) * n + i] = -400 * x[i];
    h[(i + 1) * n + i + 1] = 200;
  }
}

static __attribute__((noinline)) double logistic_value(void *context, const double *w) {
  const Data *d = context;
  int rows = (int)d->rows, n = (int)d->n;
  cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, n, 1, d->x, n, w, 1, 0, d->work, 1);
  double s = 0;
  for (size_t i = 0; i < d->rows; i++) s += log(1 + exp(-d->y[i] * d->work[i]));
  return s;
}

static __attribute__((noinline)) double logistic_gradient(void *context, const double *w, double *g) {
  const Data *d = context;
  int rows = (int)d->rows, n = (int)d->n;
  cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, n, 1, d->x, n, w, 1, 0, d->work, 1);
  double s = 0;
  for (size_t i = 0; i < d->rows; i++) {
    double e = exp(-d->y[i] * d->work[i]);
    s += log(1 + e);
    d->work[i] = -d->y[i] * e / (1 + e);
  }
  cblas_dgemv(CblasRowMajor, CblasTrans, rows, n, 1, d->x, n, d->work, 1, 0, g, 1);
  return s;
}

/* ---- what is measured ---- */

enum { SIZES_MOST = 8 };

typedef struct Form {
  const char *name, *definition; /* of f and the data it closes over */
  size_t sizes[SIZES_MOST];      /* 0 behind the last */
  Objective hand;
} Form;

#define ROSENBROCK_SIZES {2, 5, 10, 30, 100, 300, LARGEST}
#define ROSENBROCK {.value = rosenbrock_value, .gradient = rosenbrock_gradient, .hessian = rosenbrock_hessian}

static const Form forms[] = {
    {"loop",
     "f(x) = do\n"
     "  s = 0\n"
     "  for i in 1:length(x) - 1\n"
     "    s += 100*(x[i + 1] - x[i]^2)^2 + (1 - x[i])^2\n"
     "  end\n"
     "  s\n"
     "end",
     ROSENBROCK_SIZES, ROSENBROCK},
    {"vector", "f(x) = 100*norm(x[2:end] - x[1:end-1].^2)^2 + norm(1 - x[1:end-1])^2",
     ROSENBROCK_SIZES, ROSENBROCK},
    {"logistic",
     "X = reshape([sin(i^2) for i in 1:10000], 1000, 10)\n"
     "y = [if cos(3*i^2) > 0 then 1 else -1 for i in 1:1000]\n"
     "f(w) = sum(log(1 + exp(-y .* (X*w))))",
     {10}, {.value = logistic_value, .gradient = logistic_gradient}},
};
enum { FORM_COUNT = sizeof forms / sizeof *forms };

/* Calls from the language's side, where a machine is entered and values are made. */
static const char programs[] =
    "run_value(count) = do\n  s = 0\n  for i in 1:count\n    s += f(p)\n  end\n  s\nend\n"
    "run_gradient(count) = do\n  s = 0\n  for i in 1:count\n    g = gradient(f, p)\n    s += g[1]\n  end\n  s\nend\n"
    "run_hessian(count) = do\n  s = 0\n  for i in 1:count\n    h = hessian(f, p)\n    s += h[1, 1]\n  end\n  s\nend";

/* A session with [form] defined as f and the point p of n entries. */
static Mml *session_with(const Form *form, size_t n) {
  Mml *mml = bench_session();
  char point[64];
  snprintf(point, sizeof point, "p = [0.1*mod(i, 10) for i in 1:%zu]", n);
  bench_evaluate(mml, form->definition);
  bench_evaluate(mml, point);
  return mml;
}

static Value lookup(Session *session, const char *name) {
  return session_lookup(session, symbol_intern(&session->symbols, name, strlen(name)));
}

static Data data_of(Session *session, size_t n) {
  Data data = {.n = n};
  Value x = lookup(session, "X"), y = lookup(session, "y");
  if (x.kind != VALUE_ARRAY || y.kind != VALUE_ARRAY) return data;
  data.rows = value_as_array(x)->rows;
  data.x = value_as_array(x)->data;
  data.y = value_as_array(y)->data;
  data.work = scratch(session, data.rows * sizeof(double));
  return data;
}

/* ---- clocks ---- */

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef enum Work { WORK_VALUE, WORK_GRADIENT, WORK_HESSIAN, WORK_PROGRAM } Work;

/* One kind of repeated work and its best time so far. */
typedef struct Meter {
  const char *name;
  Work work;
  const Objective *objective;
  const char *program; /* that repeats the work as often as it is told */
  size_t batch;
  double best;
} Meter;

static void run_program(const Meter *m, Mml *mml) {
  char text[64];
  snprintf(text, sizeof text, "%s(%zu);", m->program, m->batch);
  bench_evaluate(mml, text);
}

/* Each repetition gets another point, or a compiler could take the work out of the loop. */
static double meter_batch(const Meter *m, Mml *mml, double *x, double *out) {
  double start = seconds(CLOCK_PROCESS_CPUTIME_ID), first = x[0];
  if (m->work == WORK_PROGRAM) run_program(m, mml);
  for (size_t i = 0; m->work != WORK_PROGRAM && i < m->batch; i++) {
    x[0] = first + 1e-9 * (double)i;
    switch (m->work) {
    case WORK_VALUE: m->objective->value(m->objective->context, x); break;
    case WORK_GRADIENT: m->objective->gradient(m->objective->context, x, out); break;
    default: m->objective->hessian(m->objective->context, x, out);
    }
  }
  x[0] = first;
  return seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
}

static void meter_calibrate(Meter *m, Mml *mml, double *x, double *out) {
  m->best = INFINITY;
  for (m->batch = 1; meter_batch(m, mml, x, out) < BATCH_SECONDS; m->batch *= 2) continue;
}

static void meters_run(Meter *meter, size_t count, Mml *mml, double *x, double *out) {
  for (size_t i = 0; i < count; i++) meter_calibrate(&meter[i], mml, x, out);
  for (int round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < count; i++)
      meter[i].best = fmin(meter[i].best, meter_batch(&meter[i], mml, x, out) / (double)meter[i].batch);
}

static void print_row(const char *what, const char *form, size_t n, double number) {
  printf("%s %s %zu %.4e\n", what, form, n, number);
}

/* ---- the engine's side ---- */

static void check_same(const char *what, const double *found, const double *expected, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!(fabs(found[i] - expected[i]) <= TOLERANCE * (1 + fabs(expected[i])))) {
      fprintf(stderr, "entry %zu of the %s is %.17g, by hand %.17g\n", i + 1, what, found[i], expected[i]);
      exit(EXIT_FAILURE);
    }
}

static void check_derivatives(const Objective *engine, const Objective *hand, const double *x) {
  size_t n = engine->n;
  static double found[HESSIAN_LARGEST * HESSIAN_LARGEST], expected[HESSIAN_LARGEST * HESSIAN_LARGEST];
  engine->gradient(engine->context, x, found);
  hand->gradient(hand->context, x, expected);
  check_same("gradient", found, expected, n);
  if (!hand->hessian || n > HESSIAN_LARGEST) return;
  engine->hessian(engine->context, x, found);
  hand->hessian(hand->context, x, expected);
  check_same("Hessian", found, expected, n * n);
}

/* Additions, multiplications, functions: what a processor does for the function, one by one. */
static double operations_of(const Trace *t) {
  double count = 0;
  for (uint32_t i = 0; i < t->step_count; i++) {
    const Step *step = &t->step[i];
    const Run *run = trace_run(t, step);
    switch (step->op) {
    case STEP_VECTOR: count += run->n; break;
    case STEP_SUM: count += step->b; break;
    case STEP_NORM: count += 2.0 * step->b; break;
    case STEP_DOT: count += 2.0 * run->n; break;
    case STEP_PRODUCT: count += 2.0 * run->m * run->k * run->n; break;
    case STEP_GATHER: case STEP_RULE: case STEP_GUARD: break;
    default: count++;
    }
  }
  return count;
}

static void measure_repeated(Mml *mml, const Form *form, size_t n) {
  Session *s = (Session *)mml;
  Value point = lookup(s, "p");
  FunctionObjective function = {
      .session = s, .f = lookup(s, "f"), .point = &point, .count = 1, .n = n, .sign = 1};
  Data data = data_of(s, n);
  Objective engine = objective_of(&function), hand = form->hand;
  hand.n = n;
  hand.context = &data;
  bool wants_hessian = hand.hessian && n <= HESSIAN_LARGEST;
  double x[LARGEST], *out = calloc(wants_hessian ? n * n : n, sizeof *out);
  if (!out) exit(EXIT_FAILURE);
  for (size_t i = 0; i < n; i++) x[i] = 0.1 * (double)((i + 1) % 10);
  check_derivatives(&engine, &hand, x);
  Meter meter[] = {
      {.name = "c-value", .work = WORK_VALUE, .objective = &hand},
      {.name = "c-gradient", .work = WORK_GRADIENT, .objective = &hand},
      {.name = "value", .work = WORK_VALUE, .objective = &engine},
      {.name = "gradient", .work = WORK_GRADIENT, .objective = &engine},
      {.name = "program-value", .work = WORK_PROGRAM, .program = "run_value"},
      {.name = "program-gradient", .work = WORK_PROGRAM, .program = "run_gradient"},
      {.name = "c-hessian", .work = WORK_HESSIAN, .objective = &hand},
      {.name = "hessian", .work = WORK_HESSIAN, .objective = &engine},
      {.name = "program-hessian", .work = WORK_PROGRAM, .program = "run_hessian"},
  };
  size_t count = sizeof meter / sizeof *meter - (wants_hessian ? 0 : 3);
  meters_run(meter, count, mml, x, out);
  for (size_t i = 0; i < count; i++) print_row(meter[i].name, form->name, n, meter[i].best);
  print_row("operations", form->name, n, operations_of(function.path[0].value.trace));
  objective_release(&function);
  free(out);
}

/* What a user waits for: text in, result there, in a session that never saw the function. */
static void measure_first(const char *what, const char *text, const Form *form, size_t n) {
  double best = INFINITY;
  for (int i = 0; i < FRESH; i++) {
    Mml *mml = session_with(form, n);
    double start = seconds(CLOCK_MONOTONIC);
    bench_evaluate(mml, text);
    best = fmin(best, seconds(CLOCK_MONOTONIC) - start);
    mml_free(mml);
  }
  print_row(what, form->name, n, best);
}

/* ---- errors of the engine: none is expected ---- */

typedef void Guarded(Mml *mml, const Form *form, size_t n);

static void guard(Guarded *work, Mml *mml, const Form *form, size_t n) {
  Session *session = (Session *)mml;
  jmp_buf handler;
  if (setjmp(handler)) {
    fprintf(stderr, "the engine failed: %s\n", session->report.message);
    exit(EXIT_FAILURE);
  }
  session->handler = &handler;
  work(mml, form, n);
  session->handler = NULL;
}

/* ---- memory ---- */

static double bytes_in_use(void) {
  struct mallinfo2 m = mallinfo2();
  return (double)m.uordblks + (double)m.hblkhd;
}

static double bytes_at_most(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return 1024 * (double)usage.ru_maxrss;
}

/* Nearly all of its memory is scalar operations: six for each of n turns. */
static const Form iteration = {
    .name = "iteration",
    .definition = "f(x) = do\n"
                  "  s = x[1]\n"
                  "  for i in 1:turns\n"
                  "    s = x[2]*s*(1 - s) + 0.1*sin(s)\n"
                  "  end\n"
                  "  s\n"
                  "end"};

static Recording record_iteration(Session *s, size_t turns) {
  char text[64];
  snprintf(text, sizeof text, "turns = %zu", turns);
  bench_evaluate((Mml *)s, text);
  Value point = lookup(s, "p");
  Value input[] = {value_number(0.1), value_number(0.2)};
  return recording_of(s, lookup(s, "f"), &point, 1, input, 2);
}

/* What a recording of n turns holds, and what making it took at its highest. */
static void measure_recording(Mml *mml, const Form *form, size_t n) {
  Session *s = (Session *)mml;
  Recording small = record_iteration(s, 1); /* compiles */
  recording_release(s, &small);
  double used = bytes_in_use(), most = bytes_at_most();
  Recording recording = record_iteration(s, n);
  double count = operations_of(recording.trace);
  print_row("bytes-held", form->name, n, (bytes_in_use() - used) / count);
  print_row("bytes-peak", form->name, n, (bytes_at_most() - most) / count);
  recording_release(s, &recording);
}

/* In a process of its own, whose highest mark is that of the recording. */
static void measure_memory(const Form *form, size_t n) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    Mml *mml = session_with(form, 2);
    guard(measure_recording, mml, form, n);
    exit(EXIT_SUCCESS);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) exit(EXIT_FAILURE);
}

int main(void) {
  for (size_t turns = TURNS_FEWEST; turns <= TURNS_MOST; turns += TURNS_FEWEST / 2) measure_memory(&iteration, turns);
  for (size_t f = 0; f < FORM_COUNT; f++)
    for (size_t i = 0; i < SIZES_MOST && forms[f].sizes[i]; i++) {
      size_t n = forms[f].sizes[i];
      Mml *mml = session_with(&forms[f], n);
      bench_evaluate(mml, programs);
      guard(measure_repeated, mml, &forms[f], n);
      mml_free(mml);
      measure_first("first-gradient", "gradient(f, p);", &forms[f], n);
      if (n <= HESSIAN_LARGEST) measure_first("first-hessian", "hessian(f, p);", &forms[f], n);
    }
}
