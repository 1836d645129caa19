/* around.c - values around a point where derivatives say nothing: kinks.
 *
 * Under constraints every direction is tried as it is and along the active ones, for nearly all
 * points beside an equality break it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/around.h"

#include <math.h>
#include <string.h>

#include "optimise/dense.h"

typedef struct Around {
  const Objective *objective;
  const Constraints *constraints;
  size_t n, m;
  const double *x;
  double value, size; /* of the largest coordinate, at least 1 */
  double *z;
  double *basis, *limit, *c; /* of the active gradients; what each constraint may be broken by */
  size_t count;
} Around;

/* The part of d across what is in the basis; false when nothing of it is left. */
static bool around_project(const Around *around, double *d) {
  const double NOTHING = 1e-9;
  double before = dense_norm(around->n, d);
  for (size_t k = 0; k < around->count; k++) {
    const double *row = around->basis + k * around->n;
    double share = dense_dot(around->n, d, row);
    for (size_t i = 0; i < around->n; i++) d[i] -= share * row[i];
  }
  return dense_norm(around->n, d) > NOTHING * before;
}

/* What each constraint is broken by at x, and an orthonormal basis of the gradients of active ones.
 */
static void around_constraints(Around *around, double *jacobian) {
  const double NEAR = 1e-9, ROUNDING = 1e-12;
  const Constraints *constraints = around->constraints;
  size_t n = around->n;
  constraints->value(constraints->context, around->x, around->c);
  constraints->jacobian(constraints->context, around->x, jacobian);
  for (size_t k = 0; k < around->m; k++) {
    double *row = jacobian + k * n, norm = dense_norm(n, row), c = around->c[k];
    bool equality = k < constraints->equalities;
    around->limit[k] = (equality ? fabs(c) : fmax(c, 0)) + ROUNDING * (1 + norm);
    if (!(norm > 0) || (!equality && c < -NEAR * (1 + norm)) || around->count == n) continue;
    double *new = around->basis + around->count *n;
    memcpy(new, row, n * sizeof *row);
    if (!around_project(around, new)) continue;
    double rest = dense_norm(n, new);
    for (size_t i = 0; i < n; i++) new[i] /= rest;
    around->count++;
  }
}

static bool around_feasible(const Around *around) {
  if (around->m == 0) return true;
  around->constraints->value(around->constraints->context, around->z, around->c);
  for (size_t k = 0; k < around->m; k++) {
    double c = around->c[k], broken = k < around->constraints->equalities ? fabs(c) : c;
    if (!(broken <= around->limit[k])) return false;
  }
  return true;
}

static bool around_lower_along(const Around *around, const double *d) {
  static const double DISTANCES[] = {1e-6, 1e-4, 1e-2};
  const double ROUNDING = around->m > 0 ? 1e-11 : 1e-12; /* a broken constraint wins a little */
  for (size_t k = 0; k < sizeof DISTANCES / sizeof *DISTANCES; k++) {
    for (size_t i = 0; i < around->n; i++)
      around->z[i] = around->x[i] + DISTANCES[k] * around->size * d[i];
    if (!around_feasible(around)) continue;
    double value = around->objective->value(around->objective->context, around->z);
    if (value < around->value - ROUNDING * fmax(1, fabs(around->value))) return true;
  }
  return false;
}

bool around_lower(const Objective *objective, const Constraints *constraints, const double *x,
                  double value, const MinimiseOptions *options) {
  enum { AXES_MOST = 64, OTHERS = 16 };
  size_t n = objective->n,
         m = constraints ? constraints->equalities + constraints->inequalities : 0;
  size_t axes = n < AXES_MOST ? n : AXES_MOST, held = m < n ? m : n;
  double *memory =
      options->allocate(options->context, (2 * n + held * n + n + 2 * m + m * n) * sizeof(double));
  Around around = {.objective = objective,
                   .constraints = constraints,
                   .n = n,
                   .m = m,
                   .x = x,
                   .value = value,
                   .size = fmax(1, dense_largest(n, x)),
                   .z = memory,
                   .basis = memory + 2 * n};
  double *d = memory + n, *jacobian = around.basis + held * n + n + 2 * m;
  around.limit = around.basis + held * n + n;
  around.c = around.limit + m;
  if (m > 0) around_constraints(&around, jacobian);
  for (size_t k = 0; k < 2 * axes + OTHERS; k++) {
    for (size_t i = 0; i < n; i++) /* any spread will do */
      d[i] = k < 2 * axes ? (i == k / 2) * (k % 2 ? -1.0 : 1.0) : sin((double)(7 * k + 13 * i));
    if (around_lower_along(&around, d)) return true;
    if (around.count > 0 && around_project(&around, d) && around_lower_along(&around, d))
      return true;
  }
  return false;
}
