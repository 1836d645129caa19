/* sampling.c - methods that ask for values only, from NLopt: DIRECT-L, CRS2, ISRES and COBYLA.
 *
 * Jones et al. 1993 and Gablonsky and Kelley 2001; Price 1983 and Kaelo and Ali 2006; Runarsson and
 * Yao 2005; Powell 1994. NLopt owns memory while it runs, so no jump may leave it: each evaluation
 * is guarded, and one that failed stops the library before the failure goes on. Its own claims are
 * not used: the best point is the course's, judged afterwards like any other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <nlopt.h>
#include <string.h>

#include "optimise/course.h"

static const double WORST = 1e100; /* where no value is known yet */
/* Squares of steps stay finite: COBYLA would go round for ever over nan, without another evaluation
 * that could stop it (NLopt 2.7). */
static const double FARTHEST = 1e100;

typedef struct Sampling {
  Course *course;
  nlopt_opt optimizer;
  Place at;
  double worst; /* largest value met: what a point without one is taken to be worse than */
  size_t *row;  /* the constraints that are no simple bounds */
  unsigned rows;
  size_t first; /* of them: the equalities are handed over apart */
  size_t calls; /* NLopt's, also those answered without an evaluation */
  size_t ripe;  /* it can be stopped behind as many of them */
  bool failed;  /* an evaluation left by a jump, which goes on when NLopt is done */
} Sampling;

static void sampling_measure(void *context) {
  Sampling *sampling = context;
  Course *course = sampling->course;
  bool defined = course_measure(course, &sampling->at);
  course->result->iterations++;
  course_step(course, &sampling->at, NAN, NAN);
  if (defined || sampling->at.value == -INFINITY) course_unbounded(course, &sampling->at);
}

static bool sampling_over(const Sampling *sampling) {
  const ConstrainedResult *result = sampling->course->result;
  return sampling->failed || result->stopped || result->unbounded;
}

/* Value and constraints at x; asking for the same point again costs nothing, nor does anything once
 * the search is over: NLopt does not stop at once everywhere. */
static void sampling_visit(Sampling *sampling, const double *x) {
  Course *course = sampling->course;
  const MinimiseOptions *options = course->options;
  if (sampling_over(sampling)) return;
  if (memcmp(sampling->at.x, x, course->n * sizeof *x) == 0) return;
  memcpy(sampling->at.x, x, course->n * sizeof *x);
  if (!options->guard(options->context, sampling_measure, sampling)) sampling->failed = true;
}

static double sampling_value(unsigned n, const double *x, double *gradient, void *context) {
  Sampling *sampling = context;
  (void)n, (void)gradient;
  sampling_visit(sampling, x);
  sampling->calls++;
  if (sampling_over(sampling) && sampling->calls > sampling->ripe)
    nlopt_force_stop(sampling->optimizer);
  double value = sampling->at.value;
  if (!isfinite(value) || fabs(value) > WORST)
    return sampling->worst == -INFINITY ? WORST : sampling->worst + 1 + fabs(sampling->worst);
  sampling->worst = fmax(sampling->worst, value);
  return value;
}

static void sampling_constraints(unsigned m, double *out, unsigned n, const double *x,
                                 double *gradient, void *context) {
  const double BROKEN = 1e10; /* by a constraint without a value */
  Sampling *sampling = context;
  (void)n, (void)gradient;
  sampling_visit(sampling, x);
  for (unsigned k = 0; k < m; k++) {
    double c = sampling->at.c[sampling->row[sampling->first + k]];
    out[k] = isfinite(c) ? c : BROKEN;
  }
}

static void sampling_constraints_below(unsigned m, double *out, unsigned n, const double *x,
                                       double *gradient, void *context) {
  Sampling *sampling = context;
  size_t equalities = sampling->first;
  sampling->first = sampling->rows - m; /* the inequalities stand last */
  sampling_constraints(m, out, n, x, gradient, context);
  sampling->first = equalities;
}

/* Hands over what is no simple bound; [loose] is the violation, in typical steps, that counts as
 * none while the search runs. */
static bool sampling_constrain(Sampling *sampling, double loose) {
  Course *course = sampling->course;
  const bool *simple = course->constraints->simple;
  unsigned equalities = 0;
  sampling->row = course_memory(course, course->m * sizeof *sampling->row);
  double *tolerance = course_numbers(course, course->m);
  for (size_t i = 0; i < course->m; i++) {
    if (simple != NULL && simple[i]) continue;
    tolerance[sampling->rows] = i < course->equalities ? loose * course->norm[i] : 0;
    sampling->row[sampling->rows++] = i;
    equalities += i < course->equalities;
  }
  unsigned below = sampling->rows - equalities;
  nlopt_result done = NLOPT_SUCCESS;
  if (equalities > 0)
    done = nlopt_add_equality_mconstraint(sampling->optimizer, equalities, sampling_constraints,
                                          sampling, tolerance);
  if (done == NLOPT_SUCCESS && below > 0)
    done = nlopt_add_inequality_mconstraint(sampling->optimizer, below, sampling_constraints_below,
                                            sampling, tolerance + equalities);
  return done == NLOPT_SUCCESS;
}

static void sampling_destroy(void *optimizer) { nlopt_destroy(optimizer); }

/* False when the box is empty. The start is moved into it. */
static bool sampling_box(Sampling *sampling, double *x) {
  const Constraints *constraints = sampling->course->constraints;
  if (constraints->lower == NULL) return true;
  for (size_t i = 0; i < sampling->course->n; i++) {
    if (constraints->lower[i] > constraints->upper[i]) return false;
    x[i] = fmin(fmax(x[i], constraints->lower[i]), constraints->upper[i]);
  }
  return nlopt_set_lower_bounds(sampling->optimizer, constraints->lower) == NLOPT_SUCCESS &&
         nlopt_set_upper_bounds(sampling->optimizer, constraints->upper) == NLOPT_SUCCESS;
}

/* NLopt's own first steps, from the bounds and the start, but none too far. */
static bool sampling_steps(Sampling *sampling, const double *x) {
  size_t n = sampling->course->n;
  double *step = course_numbers(sampling->course, n);
  if (nlopt_get_initial_step(sampling->optimizer, x, step) != NLOPT_SUCCESS) return false;
  for (size_t i = 0; i < n; i++) step[i] = fmax(-FARTHEST, fmin(step[i], FARTHEST));
  return nlopt_set_initial_step(sampling->optimizer, step) == NLOPT_SUCCESS;
}

static void sampling_run(Course *course, nlopt_algorithm algorithm, double settled, double loose) {
  const MinimiseOptions *options = course->options;
  bool direct = algorithm == NLOPT_GN_ORIG_DIRECT_L;
  /* DIRECT stopped within its first points goes on to read memory it has not set (NLopt 2.7). */
  Sampling sampling = {
      .course = course, .worst = -INFINITY, .ripe = direct ? 2 * course->n + 1 : 0};
  double *x = course_numbers(course, course->n), unused;
  sampling.optimizer = nlopt_create(algorithm, (unsigned)course->n);
  if (sampling.optimizer == NULL) return;
  options->adopt(options->context, sampling.optimizer, sampling_destroy);
  course_place(course, &sampling.at);
  sampling.at.x[0] = NAN; /* no point was asked about yet */
  memcpy(x, course->result->x, course->n * sizeof *x);
  if (!sampling_box(&sampling, x) || !sampling_constrain(&sampling, loose)) return;
  if (!sampling_steps(&sampling, x)) return;
  nlopt_set_min_objective(sampling.optimizer, sampling_value, &sampling);
  nlopt_set_xtol_rel(sampling.optimizer, settled);
  nlopt_set_maxeval(sampling.optimizer, (int)course->run_limit);
  nlopt_srand(options->seed);
  nlopt_result end = nlopt_optimize(sampling.optimizer, x, &unused);
  if (sampling.failed) options->leave(options->context);
  if (end == NLOPT_OUT_OF_MEMORY) course_reason(course, "there is not enough memory");
}

/* Those that search a box use up their evaluations: where they have gathered is no sign that
 * nothing lower lies elsewhere. */
void cobyla_run(Course *course) { sampling_run(course, NLOPT_LN_COBYLA, 1e-9, 0); }
void direct_run(Course *course) { sampling_run(course, NLOPT_GN_ORIG_DIRECT_L, 0, 0); }
void crs_run(Course *course) { sampling_run(course, NLOPT_GN_CRS2_LM, 0, 0); }
void isres_run(Course *course) { sampling_run(course, NLOPT_GN_ISRES, 0, 1e-3); }
