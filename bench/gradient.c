/* gradient.c - what a gradient costs: replay and reverse sweep against replay alone and against C.
 *
 * Times the engine from inside, through its internal headers, on Rosenbrock's function written as a
 * loop and with vectors. Prints one line per measurement: what, form, n, seconds. Repeated work is
 * the best of ROUNDS batches of processor time, all kinds taken in turn within a round, so that a
 * disturbance meets them all; first results are the best of FRESH new sessions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calculus/objective.h"
#include "machine/session.h"
#include "mml.h"

enum { ROUNDS = 15, FRESH = 10, LARGEST = 1000 };

static const double BATCH_SECONDS = 2e-3; /* far above the clock's grain */
static const double TOLERANCE = 1e-9;     /* relative: the engine's gradient must be C's */

typedef struct Form {
  const char *name, *definition;
} Form;

static const Form forms[] = {
    {"loop", "f(x) = do\n"
             "  s = 0\n"
             "  for i in 1:length(x) - 1\n"
             "    s += 100*(x[i + 1] - x[i]^2)^2 + (1 - x[i])^2\n"
             "  end\n"
             "  s\n"
             "end"},
    {"vector", "f(x) = 100*norm(x[2:end] - x[1:end-1].^2)^2 + norm(1 - x[1:end-1])^2"},
};
enum { FORM_COUNT = sizeof forms / sizeof *forms };

static const size_t sizes[] = {10, 100, LARGEST};
enum { SIZE_COUNT = sizeof sizes / sizeof *sizes };

/* ---- by hand ---- */

static __attribute__((noinline)) double hand_value(void *context, const double *x) {
  size_t n = *(const size_t *)context;
  double s = 0;
  for (size_t i = 0; i + 1 < n; i++) {
    double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    s += 100 * (a * a) + b * b;
  }
  return s;
}

static __attribute__((noinline)) double hand_gradient(void *context, const double *x, double *g) {
  size_t n = *(const size_t *)context;
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

/* ---- clocks ---- */

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef enum Work { WORK_VALUE, WORK_GRADIENT, WORK_HESSIAN } Work;

/* One kind of repeated work and its best time so far. */
typedef struct Meter {
  const char *name;
  Work work;
  const Objective *objective;
  size_t batch;
  double best;
} Meter;

/* Each repetition gets another point, or a compiler could take the work out of the loop. */
static double meter_batch(const Meter *m, double *x, double *out) {
  double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (size_t i = 0; i < m->batch; i++) {
    x[0] = 1e-6 * (double)i;
    switch (m->work) {
    case WORK_VALUE: m->objective->value(m->objective->context, x); break;
    case WORK_GRADIENT: m->objective->gradient(m->objective->context, x, out); break;
    case WORK_HESSIAN: m->objective->hessian(m->objective->context, x, out); break;
    }
  }
  return seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
}

static void meter_calibrate(Meter *m, double *x, double *out) {
  m->best = INFINITY;
  for (m->batch = 1; meter_batch(m, x, out) < BATCH_SECONDS; m->batch *= 2) continue;
}

static void meters_run(Meter *meter, size_t count, double *x, double *out) {
  for (size_t i = 0; i < count; i++) meter_calibrate(&meter[i], x, out);
  for (int round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < count; i++)
      meter[i].best = fmin(meter[i].best, meter_batch(&meter[i], x, out) / (double)meter[i].batch);
}

/* ---- the engine's side ---- */

static void host_report(void *context, const char *text, size_t length) {
  (void)context;
  fwrite(text, 1, length, stderr);
}

static void evaluate(Mml *mml, const char *text) {
  if (mml_eval(mml, "bench", text, strlen(text), MML_ECHO_NONE) != MML_OK) exit(EXIT_FAILURE);
}

/* Nothing is printed: every statement is quiet. */
static void host_print(void *context, const char *text, size_t length) {
  (void)context, (void)text, (void)length;
}

/* A session with [form] defined as f and the point p of n entries. */
static Mml *session_with(const Form *form, size_t n) {
  Mml *mml = mml_new(&(MmlHost){.print = host_print, .report = host_report});
  if (!mml) exit(EXIT_FAILURE);
  char point[64];
  snprintf(point, sizeof point, "p = [0.1*mod(i, 10) for i in 1:%zu]", n);
  evaluate(mml, form->definition);
  evaluate(mml, point);
  return mml;
}

static Value lookup(Session *session, const char *name) {
  return session_lookup(session, symbol_intern(&session->symbols, name, strlen(name)));
}

static void print_row(const char *what, const char *form, size_t n, double time) {
  printf("%s %s %zu %.4e\n", what, form, n, time);
}

static void check_gradient(const Objective *engine, const Objective *hand, const double *x,
                           double *out) {
  double expected[LARGEST];
  hand->gradient(hand->context, x, expected);
  engine->gradient(engine->context, x, out);
  for (size_t i = 0; i < engine->n; i++)
    if (fabs(out[i] - expected[i]) > TOLERANCE * (1 + fabs(expected[i]))) {
      fprintf(stderr, "entry %zu of the gradient is %.17g, by hand %.17g\n", i + 1, out[i],
              expected[i]);
      exit(EXIT_FAILURE);
    }
}

/* Hessians of a thousand variables would take longer than all the rest. */
static bool wants_hessian(size_t n) { return n < LARGEST; }

static void measure_repeated(Session *s, const Form *form, size_t n) {
  Value point = lookup(s, "p");
  FunctionObjective function = {
      .session = s, .f = lookup(s, "f"), .point = &point, .count = 1, .n = n, .sign = 1};
  Objective engine = objective_of(&function);
  Objective hand = {.n = n, .context = &n, .value = hand_value, .gradient = hand_gradient};
  double x[LARGEST], *out = calloc(wants_hessian(n) ? n * n : n, sizeof *out);
  if (!out) exit(EXIT_FAILURE);
  for (size_t i = 0; i < n; i++) x[i] = 0.1 * (double)((i + 1) % 10);
  check_gradient(&engine, &hand, x, out);
  Meter meter[] = {
      {.name = "c-value", .work = WORK_VALUE, .objective = &hand},
      {.name = "c-gradient", .work = WORK_GRADIENT, .objective = &hand},
      {.name = "value", .work = WORK_VALUE, .objective = &engine},
      {.name = "gradient", .work = WORK_GRADIENT, .objective = &engine},
      {.name = "hessian", .work = WORK_HESSIAN, .objective = &engine},
  };
  size_t count = sizeof meter / sizeof *meter - !wants_hessian(n);
  meters_run(meter, count, x, out);
  for (size_t i = 0; i < count; i++) print_row(meter[i].name, form->name, n, meter[i].best);
  const Trace *t = function.path[0].value.trace;
  printf("steps %s %zu %u\ncells %s %zu %u\n", form->name, n, t->step_count, form->name, n,
         t->cell_count);
  objective_release(&function);
  free(out);
}

/* What a user waits for: text in, result there, in a session that never saw the function. */
static void measure_first(const char *what, const char *text, const Form *form, size_t n) {
  double best = INFINITY;
  for (int i = 0; i < FRESH; i++) {
    Mml *mml = session_with(form, n);
    double start = seconds(CLOCK_MONOTONIC);
    evaluate(mml, text);
    best = fmin(best, seconds(CLOCK_MONOTONIC) - start);
    mml_free(mml);
  }
  print_row(what, form->name, n, best);
}

int main(void) {
  for (size_t f = 0; f < FORM_COUNT; f++)
    for (size_t i = 0; i < SIZE_COUNT; i++) {
      Mml *mml = session_with(&forms[f], sizes[i]);
      Session *session = (Session *)mml;
      jmp_buf handler;
      if (setjmp(handler)) {
        fprintf(stderr, "the engine failed: %s\n", session->report.message);
        return EXIT_FAILURE;
      }
      session->handler = &handler;
      measure_repeated(session, &forms[f], sizes[i]);
      session->handler = NULL;
      mml_free(mml);
      measure_first("first-gradient", "gradient(f, p);", &forms[f], sizes[i]);
      if (wants_hessian(sizes[i]))
        measure_first("first-hessian", "hessian(f, p);", &forms[f], sizes[i]);
    }
}
