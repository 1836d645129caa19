/* test_around.c - values around a kink: lower ones are found where there are any, and only feasible
 * ones count.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "objectives.h"
#include "optimise/around.h"

enum { N_MOST = 80, M_MOST = 3 };

typedef double Function(size_t n, const double *x);

/* A function, and constraints with values and gradients. */
typedef struct Spot {
  size_t n;
  Function *f;
  size_t equalities, inequalities;
  Function *c[M_MOST];
  double slope[M_MOST][4];
} Spot;

static double spot_value(void *context, const double *x) {
  const Spot *spot = context;
  return spot->f(spot->n, x);
}

static void spot_constraints(void *context, const double *x, double *c) {
  const Spot *spot = context;
  for (size_t i = 0; i < spot->equalities + spot->inequalities; i++) c[i] = spot->c[i](spot->n, x);
}

static void spot_jacobian(void *context, const double *x, double *j) {
  const Spot *spot = context;
  (void)x;
  for (size_t i = 0; i < spot->equalities + spot->inequalities; i++)
    for (size_t k = 0; k < spot->n; k++) j[i * spot->n + k] = spot->slope[i][k];
}

static bool lower(const Spot *spot, const double *x) {
  Objective objective = {.n = spot->n, .context = (void *)(uintptr_t)spot, .value = spot_value};
  Constraints constraints = {.equalities = spot->equalities,
                             .inequalities = spot->inequalities,
                             .value = spot_constraints,
                             .jacobian = spot_jacobian,
                             .context = (void *)(uintptr_t)spot};
  MinimiseOptions options = with(NULL);
  bool constrained = spot->equalities + spot->inequalities > 0;
  bool found =
      around_lower(&objective, constrained ? &constraints : NULL, x, spot->f(spot->n, x), &options);
  pool_free(&memory);
  return found;
}

static double lengths(size_t n, const double *x) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += fabs(x[i]);
  return sum;
}
static double valley(size_t n, const double *x) {
  return lengths(n, x) - 1.9 * fabs(x[0] + x[1]) / 2;
}
static double first_up(size_t n, const double *x) { return lengths(n, x) - 1.5 * x[0]; }
static double first_down(size_t n, const double *x) { return lengths(n, x) + 1.5 * x[0]; }
static double last_up(size_t n, const double *x) { return lengths(n, x) - 1.5 * x[n - 1]; }
static double last_down(size_t n, const double *x) { return lengths(n, x) + 1.5 * x[n - 1]; }
/* A wedge that goes down along the diagonals only, not along an axis. */
static double wedge(size_t n, const double *x) {
  return (void)n, 3 * fabs(x[0] - x[1]) - 1.5 * fabs(x[0] + x[1]);
}
static double far_off(size_t n, const double *x) {
  return (void)n, fabs(x[0] - 1e6) - 0.5 * (x[0] - 1e6);
}
static double far_down(size_t n, const double *x) {
  return (void)n, fabs(x[0] - 1e6) - 1.5 * (x[0] - 1e6);
}
/* Rises for a while, and falls below 0 a hundredth away only, or within a hundred-thousandth only.
 */
static double late(size_t n, const double *x) {
  return (void)n, fabs(x[0]) < 1e-3 ? fabs(x[0]) : -fabs(x[0]);
}
static double early(size_t n, const double *x) {
  return (void)n, fabs(x[0]) < 1e-5 ? -fabs(x[0]) : fabs(x[0]);
}
static double between(size_t n, const double *x) {
  return (void)n, fabs(x[0]) > 1e-5 && fabs(x[0]) < 1e-3 ? -fabs(x[0]) : fabs(x[0]);
}
static double gaps(size_t n, const double *x) { return (void)n, x[0] == 0 ? 0 : NAN; }
static double rounded(size_t n, const double *x) {
  return (void)n, x[0] == 0 ? 1000 : 1000 - 5e-10;
}
static double seen(size_t n, const double *x) { return (void)n, x[0] == 0 ? 1000 : 1000 - 5e-9; }

Test(around, every_axis_and_more_is_looked_along) {
  static const struct {
    const char *name;
    Function *f;
    size_t n;
    double x;
    bool lower;
  } rows[] = {
      {"lengths", lengths, 1, 0, false},
      {"lengths", lengths, 5, 0, false},
      {"lengths", lengths, 80, 0, false},
      {"first up", first_up, 3, 0, true},
      {"first down", first_down, 3, 0, true},
      {"last up", last_up, 3, 0, true},
      {"last down", last_down, 3, 0, true},
      {"last up", last_up, 64, 0, true},
      {"last down", last_down, 64, 0, true},
      {"wedge", wedge, 2, 0, true},
      {"valley", valley, 2, 0, false},
      {"late", late, 1, 0, true},
      {"early", early, 1, 0, true},
      {"between", between, 1, 0, true},
      {"far off", far_off, 1, 1e6, false},
      {"far down", far_down, 1, 1e6, true},
      {"gaps", gaps, 2, 0, false},
      {"rounded", rounded, 1, 0, false},
      {"seen", seen, 1, 0, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double x[N_MOST];
    for (size_t k = 0; k < rows[i].n; k++) x[k] = rows[i].x;
    Spot spot = {.n = rows[i].n, .f = rows[i].f};
    cr_expect_eq(lower(&spot, x), rows[i].lower, "%s of %zu at %g", rows[i].name, rows[i].n,
                 rows[i].x);
  }
}

static double sum_of(size_t n, const double *x) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i];
  return sum;
}
static double first(size_t n, const double *x) { return (void)n, x[0]; }
static double first_back(size_t n, const double *x) { return (void)n, -x[0]; }
static double second(size_t n, const double *x) { return (void)n, x[1]; }
static double second_back(size_t n, const double *x) { return (void)n, -x[1]; }
static double within(size_t n, const double *x) { return (void)n, x[0] - 1; }
static double twice_sum(size_t n, const double *x) { return 2 * sum_of(n, x); }
static double ramp(size_t n, const double *x) { return lengths(n, x) - 3 * x[0]; }
/* Least along x + y = 0 at 0, though it falls beside that line. */
static double held(size_t n, const double *x) { return lengths(n, x) - 5 * sum_of(n, x); }
/* Falls along that line, and nowhere else as steeply as it rises. */
static double along(size_t n, const double *x) {
  return 9 * fabs(sum_of(n, x)) - fabs(x[0] - x[1]);
}

Test(around, only_feasible_values_count) {
  static const struct {
    const char *name;
    Spot spot;
    bool lower;
  } rows[] = {
      {"beside a line", {2, held, 1, 0, {sum_of}, {{1, 1}}}, false},
      {"along a line", {2, along, 1, 0, {sum_of}, {{1, 1}}}, true},
      {"along a line given twice", {2, along, 2, 0, {sum_of, twice_sum}, {{1, 1}, {2, 2}}}, true},
      {"at a corner", {2, along, 2, 0, {sum_of, first}, {{1, 1}, {1, 0}}}, false},
      {"in a plane", {3, along, 1, 0, {sum_of}, {{1, 1, 1}}}, true},
      {"a wall across", {2, ramp, 0, 1, {first}, {{1, 0}}}, false},
      {"a wall behind", {2, ramp, 0, 1, {first_back}, {{-1, 0}}}, true},
      {"a wall further off", {2, ramp, 0, 1, {within}, {{1, 0}}}, true},
      {"a wall beside", {2, ramp, 0, 1, {second}, {{0, 1}}}, true},
      {"walls on both sides", {2, ramp, 0, 2, {second, second_back}, {{0, 1}, {0, -1}}}, true},
      {"a line, then a wall across", {2, ramp, 1, 1, {second, first}, {{0, 1}, {1, 0}}}, false},
      {"a line, then a wall behind",
       {2, ramp, 1, 1, {second, first_back}, {{0, 1}, {-1, 0}}},
       true},
      {"a line, then a wall further off",
       {2, ramp, 1, 1, {second, within}, {{0, 1}, {1, 0}}},
       true},
      {"along a line below a wall", {2, along, 1, 1, {sum_of, within}, {{1, 1}, {1, 0}}}, true},
  };
  static const double x[3];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    cr_expect_eq(lower(&rows[i].spot, x), rows[i].lower, "%s", rows[i].name);
}

/* A constraint that the point breaks already may stay broken by as much, but by no more. */
Test(around, a_broken_constraint_may_not_be_broken_further) {
  static const double x[] = {1e-7, 0};
  Spot up = {2, ramp, 0, 1, {first}, {{1, 0}}};
  cr_expect(!lower(&up, x));
  Spot aside = {2, last_up, 0, 1, {first}, {{1, 0}}};
  cr_expect(lower(&aside, x));
  Spot line = {2, last_up, 1, 0, {first}, {{1, 0}}};
  cr_expect(lower(&line, x));
  Spot back = {2, last_up, 1, 0, {first_back}, {{-1, 0}}};
  cr_expect(lower(&back, x));
}
