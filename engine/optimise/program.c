/* program.c - a dense, strictly convex quadratic program by the dual active-set method.
 *
 * Goldfarb and Idnani, "A numerically stable dual method for solving strictly convex quadratic
 * programs", Math. Program. 27 (1983). From the unconstrained minimum, violated constraints enter
 * one at a time; every iterate is optimal for the constraints it holds, so no feasible start is
 * wanted, dependent constraints never enter, and contradictory ones are met as a dual ray.
 * J = L^-T Q holds H = L L' rotated so that the active normals are triangular: J'N = [R; 0].
 *
 * Constraints are numbered rows first, then p <= high, then p >= low, all as normal'p >= limit with
 * normals of length 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/program.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

/* A constraint broken by less, in its own direction and against the size of p, is kept. */
static const double KEPT = 1e-13;
/* A normal this close to the span of the active ones is in it. */
static const double DEPENDENT = 1e-11;

void program_init(Program *program, Course *course, size_t n, size_t rows, size_t equalities) {
  *program = (Program){.n = n, .rows = rows, .equalities = equalities};
  double **vectors[] = {&program->low, &program->high, &program->p,     &program->d,
                        &program->z,   &program->rate, &program->force, &program->normal};
  double **matrices[] = {&program->factor, &program->j, &program->r};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    *vectors[k] = course_numbers(course, n + 1);
  for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++)
    *matrices[k] = course_numbers(course, n * n);
  program->multiplier = course_numbers(course, rows);
  program->length = course_numbers(course, rows);
  program->active = course_memory(course, rows * sizeof(bool));
  program->set = course_memory(course, (n + 1) * sizeof(size_t));
  program->member = course_memory(course, (rows + 2 * n) * sizeof(bool));
  for (size_t i = 0; i < n; i++) {
    program->low[i] = -INFINITY;
    program->high[i] = INFINITY;
  }
}

static size_t program_count(const Program *program) { return program->rows + 2 * program->n; }

/* Whether constraint [i] says anything: a bound that is finite, a row that is not zero. */
static bool program_present(const Program *program, size_t i) {
  size_t rows = program->rows, n = program->n;
  if (i < rows) return program->length[i] > 0;
  return isfinite(i < rows + n ? program->high[i - rows] : program->low[i - rows - n]);
}

/* By how much constraint [i] holds at p (negative: is broken); [limit] is its right side. */
static double program_slack(const Program *program, size_t i, double *limit) {
  size_t n = program->n, rows = program->rows;
  if (i < rows) {
    *limit = program->c[i] / program->length[i];
    return -dense_dot(n, program->a + i * n, program->p) / program->length[i] - *limit;
  }
  bool upper = i < rows + n;
  size_t k = i - rows - (upper ? 0 : n);
  *limit = upper ? -program->high[k] : program->low[k];
  return (upper ? -program->p[k] : program->p[k]) - *limit;
}

static void program_normal(Program *program, size_t i) {
  size_t n = program->n, rows = program->rows;
  if (i < rows) {
    for (size_t k = 0; k < n; k++) program->normal[k] = -program->a[i * n + k] / program->length[i];
    return;
  }
  memset(program->normal, 0, n * sizeof(double));
  bool upper = i < rows + n;
  program->normal[i - rows - (upper ? 0 : n)] = upper ? -1 : 1;
}

/* H = LL', J = L^-T and p = -H\g. */
static bool program_begin(Program *program) {
  size_t n = program->n;
  memcpy(program->factor, program->h, n * n * sizeof(double));
  if (!dense_cholesky(n, program->factor)) return false;
  /* LAPACK's columns are our rows: L[i][k] is at factor[k * n + i]. Column k of J solves
   * L'J_k = e_k from its last entry up; J_k is kept contiguous. */
  for (size_t k = 0; k < n; k++) {
    double *column = program->j + k * n;
    memset(column, 0, n * sizeof(double));
    for (size_t i = k + 1; i-- > 0;) {
      double sum = i == k;
      for (size_t l = i + 1; l <= k; l++) sum -= program->factor[i * n + l] * column[l];
      column[i] = sum / program->factor[i * n + i];
    }
  }
  for (size_t i = 0; i < n; i++) program->p[i] = -program->g[i];
  dense_cholesky_solve(n, program->factor, program->p);
  program->size = 0;
  memset(program->member, 0, program_count(program) * sizeof(bool));
  for (size_t i = 0; i < program->rows; i++) program->length[i] = dense_norm(n, program->a + i * n);
  return dense_finite(n, program->p) && dense_finite(program->rows, program->length) &&
         dense_finite(n * n, program->j);
}

/* d = J'normal, z = the step that moves along the new normal only, rate = how the active forces
 * change with it. Returns z'normal, 0 when the normal depends on the active ones. */
static double program_directions(Program *program) {
  size_t n = program->n, q = program->size;
  memset(program->z, 0, n * sizeof(double));
  for (size_t k = 0; k < n; k++) program->d[k] = dense_dot(n, program->j + k * n, program->normal);
  for (size_t k = q; k < n; k++)
    for (size_t i = 0; i < n; i++) program->z[i] += program->d[k] * program->j[k * n + i];
  for (size_t k = q; k-- > 0;) {
    double sum = program->d[k];
    for (size_t l = k + 1; l < q; l++) sum -= program->r[l * n + k] * program->rate[l];
    program->rate[k] = sum / program->r[k * n + k];
  }
  double fresh = dense_norm(n - q, program->d + q), all = dense_norm(n, program->d);
  return fresh > DEPENDENT * all ? fresh * fresh : 0;
}

static void program_rotate(size_t count, double *a, double *b, double c, double s) {
  for (size_t i = 0; i < count; i++) {
    double first = c * a[i] + s * b[i];
    b[i] = c * b[i] - s * a[i];
    a[i] = first;
  }
}

/* Takes the constraint whose directions were computed last into the set. */
static void program_add(Program *program, size_t index, double force) {
  size_t n = program->n, q = program->size;
  for (size_t k = n - 1; k > q; k--) {
    double h = hypot(program->d[k - 1], program->d[k]);
    if (!(h > 0)) continue;
    double c = program->d[k - 1] / h, s = program->d[k] / h;
    program->d[k - 1] = h;
    program->d[k] = 0;
    program_rotate(n, program->j + (k - 1) * n, program->j + k * n, c, s);
  }
  memcpy(program->r + q * n, program->d, (q + 1) * sizeof(double));
  program->set[q] = index;
  program->force[q] = force;
  program->member[index] = true;
  program->size++;
}

static void program_drop(Program *program, size_t place) {
  size_t n = program->n;
  program->member[program->set[place]] = false;
  program->size--;
  for (size_t k = place; k < program->size; k++) {
    program->set[k] = program->set[k + 1];
    program->force[k] = program->force[k + 1];
    memcpy(program->r + k * n, program->r + (k + 1) * n, n * sizeof(double));
  }
  for (size_t k = place; k < program->size; k++) {
    double *column = program->r + k * n, h = hypot(column[k], column[k + 1]);
    if (!(h > 0)) continue;
    double c = column[k] / h, s = column[k + 1] / h;
    for (size_t l = k; l < program->size; l++)
      program_rotate(1, program->r + l * n + k, program->r + l * n + k + 1, c, s);
    program_rotate(n, program->j + k * n, program->j + (k + 1) * n, c, s);
  }
}

/* The active inequality whose force vanishes first, going along; its place, or size. */
static size_t program_blocking(const Program *program, double *length) {
  size_t blocking = program->size;
  *length = INFINITY;
  for (size_t k = 0; k < program->size; k++) {
    if (program->set[k] < program->equalities || !(program->rate[k] > 0)) continue;
    double t = program->force[k] / program->rate[k];
    if (t < *length) {
      *length = t;
      blocking = k;
    }
  }
  return blocking;
}

static void program_advance(Program *program, double t, double *force) {
  for (size_t k = 0; k < program->size; k++) program->force[k] -= t * program->rate[k];
  *force += t;
}

static double program_kept(const Program *program, double limit) {
  return KEPT * (1 + fabs(limit) + dense_largest(program->n, program->p));
}

static ProgramStatus program_equality(Program *program, size_t i) {
  const double REDUNDANT = 1e-9; /* contradiction less than this is rounding in dependent rows */
  double limit, slack = program_slack(program, i, &limit);
  program_normal(program, i);
  double along = program_directions(program);
  if (!(along > 0)) {
    double size = 1 + fabs(limit) + dense_largest(program->n, program->p);
    return fabs(slack) <= REDUNDANT * size ? PROGRAM_SOLVED : PROGRAM_INFEASIBLE;
  }
  double t = -slack / along, force = 0;
  for (size_t k = 0; k < program->n; k++) program->p[k] += t * program->z[k];
  program_advance(program, t, &force);
  program_add(program, i, force);
  return PROGRAM_SOLVED;
}

static size_t program_most_broken(const Program *program) {
  size_t worst = program_count(program);
  double least = 0, limit;
  for (size_t i = program->equalities; i < program_count(program); i++) {
    if (program->member[i] || !program_present(program, i)) continue;
    double slack = program_slack(program, i, &limit);
    if (slack < -program_kept(program, limit) && slack < least) {
      least = slack;
      worst = i;
    }
  }
  return worst;
}

/* Brings inequality [i] in, dropping those that stand against it. */
static ProgramStatus program_enter(Program *program, size_t i) {
  double force = 0, limit;
  program_normal(program, i);
  for (;;) {
    double along = program_directions(program), release;
    size_t blocking = program_blocking(program, &release);
    double slack = program_slack(program, i, &limit);
    double full = along > 0 ? fmax(-slack, 0) / along : INFINITY;
    double t = fmin(release, full);
    if (isinf(t)) return PROGRAM_INFEASIBLE;
    if (!isinf(full))
      for (size_t k = 0; k < program->n; k++) program->p[k] += t * program->z[k];
    program_advance(program, t, &force);
    if (full <= release) {
      program_add(program, i, force);
      return PROGRAM_SOLVED;
    }
    program_drop(program, blocking);
  }
}

/* Where H is nearly singular the first p was far off, and its rounding is still in the active
 * constraints: back to them by the least change that H sees, N'(J u) = R'u. */
static void program_refine(Program *program) {
  enum { TIMES = 2 };
  size_t n = program->n, q = program->size;
  double limit;
  for (int time = 0; time < TIMES; time++) {
    for (size_t k = 0; k < q; k++) program->d[k] = -program_slack(program, program->set[k], &limit);
    for (size_t k = 0; k < q; k++) {
      for (size_t l = 0; l < k; l++) program->d[k] -= program->r[k * n + l] * program->d[l];
      program->d[k] /= program->r[k * n + k];
    }
    for (size_t k = 0; k < q; k++)
      for (size_t i = 0; i < n; i++) program->p[i] += program->d[k] * program->j[k * n + i];
  }
}

static void program_finish(Program *program) {
  memset(program->multiplier, 0, program->rows * sizeof(double));
  memset(program->active, 0, program->rows * sizeof(bool));
  program->boxed = false;
  for (size_t k = 0; k < program->size; k++) {
    size_t i = program->set[k];
    program->boxed = program->boxed || i >= program->rows;
    if (i >= program->rows) continue;
    program->active[i] = true;
    program->multiplier[i] = program->force[k] / program->length[i];
  }
}

/* A row of zeros holds or not whatever p is. */
static bool program_empty_rows_hold(const Program *program) {
  for (size_t i = 0; i < program->rows; i++) {
    double excess = i < program->equalities ? fabs(program->c[i]) : program->c[i];
    if (!(program->length[i] > 0) && excess > KEPT) return false;
  }
  return true;
}

ProgramStatus program_solve(Program *program) {
  enum { ROUNDS = 20 };
  if (!program_begin(program)) return PROGRAM_STUCK;
  if (!program_empty_rows_hold(program)) return PROGRAM_INFEASIBLE;
  ProgramStatus status = PROGRAM_SOLVED;
  for (size_t i = 0; i < program->equalities && status == PROGRAM_SOLVED; i++)
    if (program_present(program, i)) status = program_equality(program, i);
  size_t most = ROUNDS * (program_count(program) + 1);
  for (size_t round = 0; status == PROGRAM_SOLVED; round++) {
    size_t broken = program_most_broken(program);
    if (broken == program_count(program)) break;
    status = round < most ? program_enter(program, broken) : PROGRAM_STUCK;
  }
  if (status == PROGRAM_SOLVED) program_refine(program);
  if (status == PROGRAM_SOLVED && !dense_finite(program->n, program->p)) status = PROGRAM_STUCK;
  if (status == PROGRAM_SOLVED) program_finish(program);
  return status;
}
