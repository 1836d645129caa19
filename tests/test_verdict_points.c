/* test_verdict_points.c - points judged as they are, without a search: their kind, and the numbers
 * beside it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mgh.h"
#include "objectives.h"

typedef void Function(const Jet *x, Jet *f);

typedef struct Judged {
  Function *f;
  size_t n;
} Judged;

static Jet evaluate(const Judged *judged, const double *x) {
  Jet place[JET_MOST], f;
  jet_order = judged->n;
  for (size_t i = 0; i < judged->n; i++) place[i] = jet_variable(x[i], i);
  judged->f(place, &f);
  return f;
}

static double value(void *context, const double *x) { return evaluate(context, x).v; }

static double gradient(void *context, const double *x, double *g) {
  Judged *judged = context;
  Jet f = evaluate(judged, x);
  for (size_t i = 0; i < judged->n; i++) g[i] = f.g[i];
  return f.v;
}

static void hessian(void *context, const double *x, double *h) {
  Judged *judged = context;
  Jet f = evaluate(judged, x);
  for (size_t i = 0; i < judged->n; i++)
    for (size_t k = 0; k < judged->n; k++) h[i * judged->n + k] = f.h[i][k];
}

static MinimiseResult judge(Function *f, size_t n, const double *point, bool exact) {
  static Judged judged;
  judged = (Judged){f, n};
  Objective objective = {.n = n,
                         .context = &judged,
                         .value = value,
                         .gradient = gradient,
                         .hessian = exact ? hessian : NULL};
  MinimisePath path = {.name = "point", .x = point, .count = 1, .eta = NAN};
  MinimiseOptions options = with(NULL);
  options.path = &path;
  return run(&objective, point, &options);
}

static void bowl(const Jet *x, Jet *f) {
  *f = add(add(scale(100, square(shift(x[0], -1))), square(shift(x[1], -2))),
           add(scale(7, square(shift(x[2], -3))), mul(shift(x[0], -1), shift(x[2], -3))));
}

/* What is missing to (1, 2, 3) is the Newton step. */
Test(verdict_points, the_error_bar_is_the_largest_entry_of_the_newton_step) {
  static const double missing[][3] = {
      {1e-3, 3e-3, 1e-4}, {4e-3, 1e-3, 1e-3}, {-1e-5, 2e-6, 9e-5}, {1e-6, 0, 0}};
  for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
    for (int exact = 0; exact < 2; exact++) {
      double point[3], largest = 0, share = 0;
      for (size_t k = 0; k < 3; k++) {
        point[k] = (double)(k + 1) + missing[i][k];
        largest = fmax(largest, fabs(missing[i][k]));
        share = fmax(share, fabs(missing[i][k]) / point[k]);
      }
      MinimiseResult result = judge(bowl, 3, point, exact);
      double noise = exact ? 1e-12 : 1e-7 * largest; /* of differences */
      cr_expect_float_eq(result.error_bar, largest, noise, "%zu: %.17g", i, result.error_bar);
      cr_expect_float_eq(result.digits, -log10(share), 1e-6, "%zu: %.17g", i, result.digits);
      cr_expect(!result.converged && result.kind == MINIMISE_NOT_STATIONARY, "%zu", i);
      pool_free(&memory);
    }
}

static void rises(const Jet *x, Jet *f) { *f = add(square(x[0]), scale(50, square(x[1]))); }
static void trough(const Jet *x, Jet *f) { *f = add(square(x[0]), scale(0, x[1])); }
static void ridge(const Jet *x, Jet *f) {
  *f = add(scale(-2, square(x[0])), scale(0.5, square(x[1])));
}
static void top(const Jet *x, Jet *f) {
  *f = add(scale(-2, square(x[0])), scale(-1, square(x[1])));
}
static void fourth(const Jet *x, Jet *f) { *f = add(power(x[0], 4), square(x[1])); }
static void falling_left(const Jet *x, Jet *f) { *f = add(power(x[0], 3), square(x[1])); }
static void falling_right(const Jet *x, Jet *f) { *f = sub(square(x[1]), power(x[0], 3)); }
static void third_falls(const Jet *x, Jet *f) {
  *f = sub(add(power(x[0], 4), power(x[1], 4)), power(x[2], 4));
}
static void second_falls(const Jet *x, Jet *f) {
  *f = sub(add(power(x[0], 4), power(x[2], 4)), power(x[1], 4));
}
static void curve(const Jet *x, Jet *f) {
  *f = add(add(power(x[0], 4), power(x[1], 4)), mul(x[0], square(x[1])));
}
static void bend(const Jet *x, Jet *f) {
  *f = sub(add(power(x[0], 4), power(x[1], 4)), scale(3, mul(square(x[0]), square(x[1]))));
}
static void dish(const Jet *x, Jet *f) {
  *f = sub(add(power(x[0], 4), power(x[1], 4)), scale(1.5, mul(square(x[0]), square(x[1]))));
}

typedef struct Kind {
  const char *name;
  Function *f;
  size_t n;
  MinimiseKind kind;
  double low, high, condition;
} Kind;

static const Kind kinds[] = {
    {"rises", rises, 2, MINIMISE_STRICT_MINIMUM, 2, 100, 50},
    {"trough", trough, 2, MINIMISE_FLAT, 0, 2, INFINITY},
    {"saddle", ridge, 2, MINIMISE_SADDLE, -4, 1, 4},
    {"top", top, 2, MINIMISE_MAXIMUM, -4, -2, 2},
    {"quartic", fourth, 2, MINIMISE_FLAT, 0, 2, INFINITY},
    {"dish", dish, 2, MINIMISE_FLAT, 0, 0, INFINITY},
};

Test(verdict_points, kinds_and_curvatures_at_0_are_those_known_by_hand) {
  static const double origin[2];
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const Kind *wanted = &kinds[i];
    MinimiseResult result = judge(wanted->f, wanted->n, origin, true);
    cr_expect_eq(result.kind, wanted->kind, "%s: %d", wanted->name, result.kind);
    cr_expect(result.has_spectrum && !result.lower_nearby, "%s", wanted->name);
    cr_expect_float_eq(result.eigenvalue_min, wanted->low, 1e-14, "%s: %g", wanted->name,
                       result.eigenvalue_min);
    cr_expect_float_eq(result.eigenvalue_max, wanted->high, 1e-13, "%s: %g", wanted->name,
                       result.eigenvalue_max);
    if (isinf(wanted->condition))
      cr_expect(isinf(result.condition), "%s: %g", wanted->name, result.condition);
    else
      cr_expect_float_eq(result.condition, wanted->condition, 1e-12, "%s: %g", wanted->name,
                         result.condition);
    cr_expect_eq(result.digits, 15, "%g digits", result.digits);
    bool minimum = wanted->kind == MINIMISE_STRICT_MINIMUM || wanted->kind == MINIMISE_FLAT;
    cr_expect_eq(result.converged, minimum, "%s", wanted->name);
    pool_free(&memory);
    result = judge(wanted->f, wanted->n, origin, false); /* differences tell what falls, no more */
    cr_expect_eq(result.kind, minimum ? MINIMISE_STATIONARY : wanted->kind, "%s by differences: %d",
                 wanted->name, result.kind);
    cr_expect(!result.has_spectrum, "%s shows differences", wanted->name);
    pool_free(&memory);
  }
}

/* Second derivatives are 0 there along all that falls: on one side, along the second or third axis
 * only, along none of the axes. */
Test(verdict_points, values_beside_a_flat_point_unmask_it) {
  static Function *const falls[] = {falling_left, falling_right, second_falls,
                                    third_falls,  curve,         bend};
  static const double origin[3];
  for (size_t i = 0; i < sizeof falls / sizeof *falls; i++) {
    MinimiseResult result = judge(falls[i], i == 2 || i == 3 ? 3 : 2, origin, true);
    cr_expect(!result.converged && result.kind == MINIMISE_NOT_STATIONARY, "%zu: %d", i,
              result.kind);
    cr_expect(result.value < 0, "%zu: %g", i, result.value); /* the best point seen */
    pool_free(&memory);
  }
}

/* x and y in units a hundred apart: [10000 200; 200 1] has a negative curvature along (1, -100)
 * only. */
static void oblique(const Jet *x, Jet *f) {
  *f = add(add(scale(5000, square(x[0])), scale(0.5, square(x[1]))), scale(200, mul(x[0], x[1])));
}

static void oblique_trough(const Jet *x, Jet *f) { *f = square(add(scale(100, x[0]), x[1])); }

Test(verdict_points, directions_are_in_the_users_units) {
  static const double origin[2];
  MinimiseResult result = judge(oblique, 2, origin, true);
  const double *v = result.direction;
  cr_expect(result.kind == MINIMISE_SADDLE && result.has_direction);
  double curvature = 1e4 * v[0] * v[0] + 400 * v[0] * v[1] + v[1] * v[1];
  cr_expect(curvature < 0, "along (%g, %g) it is %g", v[0], v[1], curvature);
  cr_expect_float_eq(hypot(v[0], v[1]), 1, 1e-14);
  pool_free(&memory);
  result = judge(oblique_trough, 2, origin, true);
  v = result.direction;
  cr_expect(result.kind == MINIMISE_FLAT && result.has_direction);
  cr_expect_float_eq(100 * v[0] + v[1], 0, 1e-12, "(%g, %g)", v[0], v[1]);
  cr_expect_float_eq(hypot(v[0], v[1]), 1, 1e-14);
  pool_free(&memory);
}
