/* sqp.c - sequential quadratic programming with the exact Hessian of the Lagrangian.
 *
 * Steps solve a convex quadratic program in a box; a filter (Fletcher and Leyffer, Math. Program.
 * 91, 2002) takes those that lower the value or the violation, after a second-order correction if
 * need be. Where the linearised constraints contradict each other they are relaxed by a common
 * share (Powell's extra variable); where that gains nothing, the least violation is sought for its
 * own sake. All in coordinates divided by their typical sizes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "optimise/sqp.h"

enum { RESTORE_MOST = 6, RELAXED_MOST = 4 };
/* A step below this fraction of every coordinate is the last one. */
static const double NEGLIGIBLE_STEP = 1e-8;
static const double NO_STEP = 1e-14;
static const double FIRST_RADIUS = 4; /* typical sizes: a start is seldom further off */
static const double LAST_RADIUS = 1e-13;
/* A violation in typical steps below this is rounding. */
static const double NO_VIOLATION = 1e-13;

static void sqp_init(Sqp *sqp, Course *course, bool exact) {
  size_t n = course->n, m = course->m;
  *sqp = (Sqp){.course = course, .n = n, .m = m, .exact = exact};
  course_place(course, &sqp->here);
  course_place(course, &sqp->trial);
  course_place(course, &sqp->further);
  double **vectors[] = {&sqp->typical, &sqp->g, &sqp->y, &sqp->zh, &sqp->change, &sqp->way};
  double **values[] = {&sqp->c, &sqp->weight, &sqp->multiplier};
  double **matrices[] = {&sqp->raw, &sqp->h, &sqp->b, &sqp->reduced};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    *vectors[k] = course_numbers(course, n);
  for (size_t k = 0; k < sizeof values / sizeof *values; k++)
    *values[k] = course_numbers(course, m);
  for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++)
    *matrices[k] = course_numbers(course, n * n);
  sqp->a = course_numbers(course, m * n);
  sqp->packed = course_numbers(course, m * n);
  sqp->held = course_memory(course, m * sizeof(bool));
  sqp->next = course_memory(course, m * sizeof(bool));
  program_init(&sqp->program, course, n, m, course->equalities);
  program_init(&sqp->relaxed, course, n + 1, m, course->equalities);
  sqp->relaxed_h = course_numbers(course, (n + 1) * (n + 1));
  sqp->relaxed_g = course_numbers(course, n + 1);
  sqp->relaxed_a = course_numbers(course, m * (n + 1));
  subspace_init(&sqp->across, course, m);
  course_spectrum(course, &sqp->spectrum, n);
  for (size_t i = 0; i < n; i++) sqp->raw[i * n + i] = 1;
}

/* --- the violation --------------------------------------------------------------------------- */

static double sqp_theta(const Sqp *sqp, const double *c) {
  double sum = 0;
  for (size_t i = 0; i < sqp->m; i++) sum += sqp->weight[i] * course_excess(sqp->course, i, c[i]);
  return sum <= NO_VIOLATION * (double)sqp->m ? 0 : sum;
}

static void sqp_weigh(Sqp *sqp) {
  for (size_t i = 0; i < sqp->m; i++) {
    double norm = sqp->course->norm[i];
    sqp->weight[i] = norm > 0 ? 1 / norm : 1;
  }
}

/* --- the step --------------------------------------------------------------------------- */

static void sqp_box(Program *program, size_t n, double radius) {
  for (size_t k = 0; k < n; k++) {
    program->low[k] = -radius;
    program->high[k] = radius;
  }
}

static ProgramStatus sqp_program(Sqp *sqp) {
  Program *program = &sqp->program;
  program->h = sqp->b;
  program->g = sqp->g;
  program->a = sqp->a;
  program->c = sqp->c;
  sqp_box(program, sqp->n, sqp->radius);
  ProgramStatus status = program_solve(program);
  sqp->boxed = program->boxed;
  return status;
}

/* The constraints' curvature is bent along those the solution holds: which those are must agree
 * with which they were thought to be. */
static ProgramStatus sqp_agree(Sqp *sqp) {
  enum { TIMES = 5 };
  ProgramStatus status = PROGRAM_STUCK;
  for (int k = 0; k < TIMES; k++) {
    bool convex = sqp_convex(sqp);
    if (!convex) return PROGRAM_STUCK;
    status = sqp_program(sqp);
    if (status != PROGRAM_SOLVED) return status;
    if (memcmp(sqp->held, sqp->program.active, sqp->m * sizeof(bool)) == 0) break;
    memcpy(sqp->held, sqp->program.active, sqp->m * sizeof(bool));
    if (memcmp(sqp->b, sqp->h, sqp->n * sqp->n * sizeof(double)) == 0) break;
  }
  return status;
}

/* With an extra variable: the share of every violation that is forgiven, at a high price. */
static bool sqp_relax(Sqp *sqp) {
  const double PRICE = 1e4, USELESS = 1 - 1e-6;
  size_t n = sqp->n, wide = n + 1;
  Program *relaxed = &sqp->relaxed;
  double stiffness = sqp_stiffness(sqp), size = dense_largest(n, sqp->g);
  double price = PRICE * (stiffness * sqp->radius * sqp->radius + size * sqp->radius);
  memset(sqp->relaxed_h, 0, wide * wide * sizeof(double));
  for (size_t i = 0; i < n; i++)
    memcpy(sqp->relaxed_h + i * wide, sqp->b + i * n, n * sizeof(double));
  sqp->relaxed_h[n * wide + n] = price;
  memcpy(sqp->relaxed_g, sqp->g, n * sizeof(double));
  sqp->relaxed_g[n] = price;
  for (size_t i = 0; i < sqp->m; i++) {
    bool broken = i < sqp->course->equalities || sqp->c[i] > 0;
    memcpy(sqp->relaxed_a + i * wide, sqp->a + i * n, n * sizeof(double));
    sqp->relaxed_a[i * wide + n] = broken ? -sqp->c[i] : 0;
  }
  relaxed->h = sqp->relaxed_h;
  relaxed->g = sqp->relaxed_g;
  relaxed->a = sqp->relaxed_a;
  relaxed->c = sqp->c;
  sqp_box(relaxed, n, sqp->radius);
  relaxed->low[n] = 0;
  relaxed->high[n] = 1;
  if (program_solve(relaxed) != PROGRAM_SOLVED || relaxed->p[n] > USELESS) return false;
  memcpy(sqp->y, relaxed->p, n * sizeof(double));
  sqp->boxed = relaxed->boxed;
  sqp->slack = true;
  return true;
}

/* The drop in the value that the model promises for y, without its convex additions where it can be
 * had without. */
static double sqp_promise(const Sqp *sqp) {
  size_t n = sqp->n;
  double linear = dense_dot(n, sqp->g, sqp->y), curved = 0;
  for (size_t i = 0; i < n; i++) curved += sqp->y[i] * dense_dot(n, sqp->h + i * n, sqp->y);
  return -linear - 0.5 * curved;
}

/* The step into y; false when even the relaxed program has none. */
static bool sqp_solve(Sqp *sqp) {
  sqp->slack = false;
  ProgramStatus status = sqp_agree(sqp);
  if (status == PROGRAM_SOLVED) memcpy(sqp->y, sqp->program.p, sqp->n * sizeof(double));
  else if (!sqp_relax(sqp)) return false;
  sqp->length = dense_largest(sqp->n, sqp->y);
  sqp->predicted = sqp_promise(sqp);
  return true;
}

/* --- the filter --------------------------------------------------------------------------- */

static bool sqp_beats(double theta, double value, double old_theta, double old_value,
                      double rounding) {
  const double MARGIN = 1e-5;
  return theta <= (1 - MARGIN) * old_theta ||
         (theta == 0 && old_theta == 0 && value <= old_value + rounding) ||
         value <= old_value - MARGIN * theta - (theta > 0 ? DBL_MIN : 0);
}

static double sqp_rounding(const Sqp *sqp) {
  return 8 * DBL_EPSILON * fabs(sqp->here.value) + DBL_MIN;
}

/* Whether the filter and the value let the trial point pass. */
static bool sqp_passes(const Sqp *sqp, double theta, bool *falling) {
  const double ENOUGH = 1e-4, SWITCH = 1e-3, FAR = 1e4;
  double value = sqp->trial.value, rounding = sqp_rounding(sqp);
  *falling =
      sqp->predicted > 0 && sqp->predicted >= SWITCH * sqp->theta * sqp->theta && !sqp->slack;
  if (theta > FAR * fmax(1, sqp->filtered > 0 ? sqp->filter[0].theta : sqp->theta)) return false;
  for (size_t k = 0; k < sqp->filtered; k++)
    if (!sqp_beats(theta, value, sqp->filter[k].theta, sqp->filter[k].value, rounding))
      return false;
  if (*falling) return sqp->here.value - value >= ENOUGH * sqp->predicted - rounding;
  return sqp_beats(theta, value, sqp->theta, sqp->here.value, rounding);
}

static void sqp_filter(Sqp *sqp) {
  if (sqp->theta == 0) return;
  size_t kept = 0;
  for (size_t k = 0; k < sqp->filtered; k++) /* entries that the new one makes superfluous */
    if (sqp->filter[k].theta < sqp->theta || sqp->filter[k].value < sqp->here.value)
      sqp->filter[kept++] = sqp->filter[k];
  if (kept == SQP_FILTER_MOST) memmove(sqp->filter, sqp->filter + 1, --kept * sizeof *sqp->filter);
  sqp->filter[kept].theta = sqp->theta;
  sqp->filter[kept].value = sqp->here.value;
  sqp->filtered = kept + 1;
}

/* --- going there --------------------------------------------------------------------------- */

static bool sqp_measure(Sqp *sqp) {
  for (size_t k = 0; k < sqp->n; k++)
    sqp->trial.x[k] = sqp->here.x[k] + sqp->y[k] * sqp->typical[k];
  return course_measure(sqp->course, &sqp->trial);
}

/* Keeps the step and corrects it for the curvature of the constraints, met at its end. */
static bool sqp_correct(Sqp *sqp) {
  size_t n = sqp->n;
  for (size_t i = 0; i < sqp->m; i++)
    sqp->c[i] = sqp->trial.c[i] - dense_dot(n, sqp->a + i * n, sqp->y);
  bool boxed = sqp->boxed;
  ProgramStatus status = sqp_program(sqp);
  memcpy(sqp->c, sqp->here.c, sqp->m * sizeof(double));
  sqp->boxed = boxed;
  if (status != PROGRAM_SOLVED) return false;
  memcpy(sqp->y, sqp->program.p, n * sizeof(double));
  return sqp_measure(sqp);
}

/* The Lagrangian's gradient at here with the multipliers at hand. */
static double sqp_stationarity(Sqp *sqp) {
  size_t n = sqp->n;
  for (size_t k = 0; k < n; k++) {
    sqp->zh[k] = sqp->here.g[k];
    for (size_t i = 0; i < sqp->m; i++) sqp->zh[k] += sqp->multiplier[i] * sqp->here.j[i * n + k];
  }
  return dense_norm(n, sqp->zh);
}

static bool sqp_move(Sqp *sqp) {
  Course *course = sqp->course;
  if (!course_derive(course, &sqp->trial)) return false;
  for (size_t k = 0; k < sqp->n; k++) sqp->way[k] = sqp->trial.x[k] - sqp->here.x[k];
  const Program *program = &sqp->program;
  if (!sqp->slack) memcpy(sqp->multiplier, program->multiplier, sqp->m * sizeof(double));
  course->result->iterations++;
  if (!sqp->exact) sqp_learn(sqp);
  course_copy(course, &sqp->here, &sqp->trial);
  sqp->theta = sqp_theta(sqp, sqp->here.c);
  sqp_linearise(sqp);
  return true;
}

static void sqp_adapt(Sqp *sqp, double drop, double predicted, bool falling) {
  const double GOOD = 0.75, POOR = 0.25;
  double ratio = falling && predicted > 0 ? drop / predicted : 1;
  if (ratio < POOR) {
    sqp->radius = fmin(sqp->radius, 0.5 * sqp->length);
    sqp->growth = 2;
  } else if (ratio > GOOD && sqp->boxed) {
    sqp->radius = fmin(sqp->radius * sqp->growth, fmax(2 * sqp->radius, 0.5 * sqp->failed));
    sqp->growth *= 2;
  } else if (!sqp->boxed) {
    sqp->growth = 2;
  }
}

/* At a minimum of order k > 2 full steps shrink by (k-2)/(k-1) for ever; two equal ratios betray
 * it, and the step times k-1 then goes all the way. Returns that factor, or 1. */
static double sqp_multiplicity(Sqp *sqp) {
  const double SAME = 0.02, SLOWEST = 0.9, FASTEST = 0.45;
  bool full = !sqp->boxed && !sqp->slack;
  double length = 0; /* typical sizes change on the way */
  for (size_t k = 0; k < sqp->n; k++)
    length = hypot(length, (sqp->trial.x[k] - sqp->here.x[k]) / sqp->course->natural[k]);
  double ratio = full && sqp->last_length > 0 ? length / sqp->last_length : 0;
  bool steady = fabs(ratio - sqp->last_ratio) < SAME && ratio > FASTEST && ratio < SLOWEST;
  sqp->last_length = full ? length : 0;
  sqp->last_ratio = ratio;
  return steady ? round(1 / (1 - ratio)) : 1;
}

/* Beyond a trial point of violation [before] that passes: there instead, where that is better
 * still. */
static void sqp_leap(Sqp *sqp, double before) {
  const double NEARER = 0.1;
  double factor = sqp_multiplicity(sqp), rounding = sqp_rounding(sqp);
  if (!(factor > 1)) return;
  for (size_t k = 0; k < sqp->n; k++)
    sqp->further.x[k] = sqp->here.x[k] + factor * (sqp->trial.x[k] - sqp->here.x[k]);
  if (!course_measure(sqp->course, &sqp->further)) return;
  double theta = sqp_theta(sqp, sqp->further.c), value = sqp->further.value;
  if (!(value < sqp->trial.value) && !(theta < NEARER * before)) return;
  if (!sqp_beats(theta, value, sqp->theta, sqp->here.value, rounding)) return;
  for (size_t k = 0; k < sqp->filtered; k++)
    if (!sqp_beats(theta, value, sqp->filter[k].theta, sqp->filter[k].value, rounding)) return;
  course_copy(sqp->course, &sqp->trial, &sqp->further);
  sqp->last_length = sqp->last_ratio = 0;
}

/* A trial step, corrected if it fails; true when the point moved. */
static bool sqp_attempt(Sqp *sqp) {
  const double SHORTER = 0.9;
  bool falling, passes = false;
  double length = sqp->length, predicted = sqp->predicted, before = sqp->here.value;
  bool measured = sqp_measure(sqp);
  double theta = measured ? sqp_theta(sqp, sqp->trial.c) : INFINITY;
  passes = measured && sqp_passes(sqp, theta, &falling);
  bool curved = sqp->m > 0 && !sqp->course->constraints->linear;
  if (measured && !passes && curved && !sqp->slack && theta >= sqp->theta && sqp_correct(sqp))
    passes = sqp_passes(sqp, sqp_theta(sqp, sqp->trial.c), &falling);
  if (passes) sqp_leap(sqp, sqp_theta(sqp, sqp->trial.c));
  if (passes && !falling) sqp_filter(sqp);
  if (passes && sqp_move(sqp)) {
    double way = dense_largest(sqp->n, sqp->way);
    bool steady = falling && sqp->theta == 0 && (sqp->boxed || way >= SHORTER * sqp->last);
    sqp->straight = steady ? sqp->straight + 1 : 0;
    sqp->last = way;
    sqp_adapt(sqp, before - sqp->here.value, predicted, falling);
    return true;
  }
  double shrink = measured ? 0.5 : 0.25;
  if (measured && falling && sqp->trial.value > before) { /* the parabola through what is known */
    double slope = dense_dot(sqp->n, sqp->g, sqp->y);
    double rise = sqp->trial.value - before;
    if (slope < 0) shrink = fmin(fmax(-slope / (2 * (rise - slope)), 0.1), 0.5);
  }
  sqp->failed = fmin(length, sqp->radius);
  sqp->radius = shrink * sqp->failed;
  sqp->growth = 2;
  return false;
}

/* To the least violation around, to go on from there. False when there is no feasible point. */
static bool sqp_restore(Sqp *sqp) {
  Course *course = sqp->course;
  if (sqp->theta == 0 || sqp->restored++ >= RESTORE_MOST) return false;
  sqp_filter(sqp);
  if (!course_restore(course, sqp->here.x, sqp->weight, sqp->trial.x)) return false;
  if (!course_measure(course, &sqp->trial) || !course_derive(course, &sqp->trial)) return false;
  double theta = sqp_theta(sqp, sqp->trial.c);
  bool better = theta < 0.5 * sqp->theta || course_feasible(course, sqp->trial.c);
  course_copy(course, &sqp->here, &sqp->trial);
  sqp->theta = theta;
  sqp->radius = fmin(1, FIRST_RADIUS);
  sqp_linearise(sqp);
  sqp_guess(sqp);
  if (!better) course_reason(course, "no step lowers the violation any more");
  return better;
}

/* The last step is taken unless it harms. */
static void sqp_finish(Sqp *sqp) {
  Course *course = sqp->course;
  double theta = sqp->theta;
  bool worth =
      sqp->length > NO_STEP && sqp_measure(sqp) &&
      sqp_theta(sqp, sqp->trial.c) <= fmax(theta, COURSE_FEASIBLE) &&
      sqp->trial.value <= sqp->here.value + COURSE_FEASIBLE * fabs(sqp->here.value) + theta;
  if (!worth || !sqp_move(sqp))
    memcpy(sqp->multiplier, sqp->program.multiplier, sqp->m * sizeof(double));
  course_prefer(course, &sqp->here);
}

static bool sqp_within(Sqp *sqp) {
  double tolerance = sqp->course->options->tolerance;
  bool within = tolerance > 0 && course_feasible(sqp->course, sqp->here.c) &&
                sqp->course->result->iterations > 0 && sqp_stationarity(sqp) <= tolerance;
  if (within) course_prefer(sqp->course, &sqp->here);
  return within;
}

static bool sqp_settled(const Sqp *sqp) {
  const double INVISIBLE = 1e-16, NEAR = 1e-6;
  if (sqp->slack) return false;
  if (sqp->length <= NEGLIGIBLE_STEP && (!sqp->boxed || sqp->radius > NEGLIGIBLE_STEP)) return true;
  return sqp->theta == 0 && sqp->length <= NEAR && !sqp->boxed &&
         fabs(sqp->predicted) <= INVISIBLE * fabs(sqp->here.value);
}

/* From the accepted point to the next; false when the search is over. */
static bool sqp_advance(Sqp *sqp) {
  Course *course = sqp->course;
  if (!sqp_hessian(sqp)) {
    course_reason(course, "the second derivatives are not finite");
    return false;
  }
  for (;;) {
    if (course_exhausted(course)) {
      course_reason(course, "%zu evaluations are spent", course->result->evaluations);
      return false;
    }
    bool solved = sqp_solve(sqp);
    if (solved && sqp_settled(sqp)) {
      sqp_finish(sqp);
      return false;
    }
    sqp->relaxed_steps = solved && sqp->slack ? sqp->relaxed_steps + 1 : 0;
    bool crawls = sqp->relaxed_steps >= RELAXED_MOST && sqp->restored < RESTORE_MOST;
    if (crawls) sqp->relaxed_steps = 0;
    if (!solved || crawls || sqp->radius < LAST_RADIUS) {
      course_reason(course, "no step improves the point any more");
      return sqp_restore(sqp);
    }
    double length = sqp->length;
    if (sqp_attempt(sqp))
      return !course_unbounded(course, &sqp->here) &&
             course_step(course, &sqp->here, sqp_stationarity(sqp), length) && !sqp_within(sqp);
  }
}

/* Steps that end at the box again and again may have no end. */
static bool sqp_chases_infinity(Sqp *sqp) {
  enum { PATIENCE = 6 };
  if (sqp->straight < PATIENCE || sqp->theta > 0) return false;
  sqp->straight = 0;
  return course_falls_for_ever(sqp->course, &sqp->here, sqp->way);
}

/* Many short steps far from the constraints, each only just let through: the way back is known. */
static bool sqp_strays(Sqp *sqp) {
  enum { PATIENCE = 25 };
  const double SHORTER = 0.5;
  bool nearer = sqp->theta < SHORTER * sqp->least_theta;
  if (nearer || course_feasible(sqp->course, sqp->here.c)) {
    sqp->least_theta = sqp->theta > 0 ? sqp->theta : INFINITY;
    sqp->waited = 0;
  } else {
    sqp->waited++;
  }
  if (sqp->waited < PATIENCE) return false;
  sqp->waited = 0;
  return true;
}

/* Feasible steps that win nothing: the multipliers that would end them do not exist. */
static bool sqp_idles(Sqp *sqp) {
  enum { PATIENCE = 5 };
  const double GAIN = 1e-14;
  double value = sqp->here.value;
  if (!course_feasible(sqp->course, sqp->here.c)) return false;
  sqp->idle++;
  if (value < sqp->lowest - GAIN * fabs(value)) {
    sqp->lowest = value;
    sqp->idle = 0;
  }
  if (sqp->idle >= PATIENCE) course_reason(sqp->course, "no step improves the point any more");
  return sqp->idle >= PATIENCE;
}

static void sqp_go(Course *course, bool exact) {
  Sqp *sqp = course_memory(course, sizeof *sqp);
  sqp_init(sqp, course, exact);
  memcpy(sqp->here.x, course->result->x, sqp->n * sizeof(double));
  if (!course_measure(course, &sqp->here) || !course_derive(course, &sqp->here)) {
    course_reason(course, "the value or its derivatives at the start are not finite");
    return;
  }
  sqp_weigh(sqp);
  sqp->theta = sqp_theta(sqp, sqp->here.c);
  sqp->radius = FIRST_RADIUS;
  sqp->failed = INFINITY;
  sqp->growth = 2;
  sqp_linearise(sqp);
  if (dense_zero(sqp->m, course->multipliers)) sqp_guess(sqp);
  else memcpy(sqp->multiplier, course->multipliers, sqp->m * sizeof(double));
  sqp->least_theta = sqp->lowest = INFINITY;
  while (sqp_advance(sqp)) {
    if (sqp_chases_infinity(sqp) || sqp_idles(sqp)) break;
    if (sqp_strays(sqp)) sqp_restore(sqp);
  }
  memcpy(course->multipliers, sqp->multiplier, sqp->m * sizeof(double));
}

void sqp_run(Course *course) { sqp_go(course, true); }

void sqp_quasi_run(Course *course) { sqp_go(course, false); }
