/* test_verdict.c - what the optimisers say of the point they reach: minima of every make, saddles,
 * maxima, edges.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/verdict.h"

#include <stdio.h>

#include "mgh.h"
#include "objectives.h"

static void expect_text(const MinimiseResult *result, const char *const *names, const char *text) {
  Text out = {0};
  verdict_print(result, names, &out);
  cr_expect_str_eq(out.bytes, text);
  text_free(&out);
}

/* --- minima of every make -----------------------------------------------------------------------
 */

Test(verdict, strict_minima_are_found_whatever_the_units) {
  static const struct {
    double (*f)(double, double *, double *);
    double start, at;
  } CASES[] = {{parabola, 0, 3},
               {parabola, 1e9, 3},
               {faint, 0, 1},
               {narrow, 0, 1e-12},
               {wide, 0, 1e12},
               {offset, 0, 1},
               {bell, 0.1, 0},
               {bell, 3, 0},
               {entropy, 1, 0.36787944117144233},
               {entropy, 100, 0.36787944117144233}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    MinimiseResult result = run_curve(CASES[i].f, CASES[i].start, NULL);
    cr_expect(result.converged && result.kind == MINIMISE_STRICT_MINIMUM, "case %zu: %s", i,
              result.reason);
    cr_expect_float_eq(result.x[0], CASES[i].at, 1e-9 * fabs(CASES[i].at), "case %zu: %.17g", i,
                       result.x[0]);
    cr_expect(result.digits > 9, "case %zu: %g digits", i, result.digits);
    pool_free(&memory);
  }
}

Test(verdict, flat_minima_are_called_flat) {
  static const struct {
    double (*f)(double, double *, double *);
    double start, at;
  } CASES[] = {{level, 2, 2}, {quartic, 1, 0}, {quartic, 0, 0}, {tenth, 1000, 0}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    MinimiseResult result = run_curve(CASES[i].f, CASES[i].start, NULL);
    cr_expect(result.converged && result.kind == MINIMISE_FLAT, "case %zu: %s", i, result.reason);
    cr_expect_float_eq(result.x[0], CASES[i].at, 1e-6, "case %zu: %g", i, result.x[0]);
    pool_free(&memory);
  }
}

Test(verdict, a_valley_of_minima_names_its_direction) {
  MinimiseOptions options = with(NULL);
  MinimiseResult result = run(&VALLEY, (double[]){0, 0}, &options);
  cr_expect(result.converged && result.kind == MINIMISE_FLAT);
  cr_expect_float_eq(result.direction[0], -result.direction[1], 1e-9);
  cr_expect_float_eq(fabs(result.direction[0]), sqrt(0.5), 1e-9);
  pool_free(&memory);
}

Test(verdict, a_function_without_a_minimum_is_followed_and_found_out) {
  static const struct {
    double (*f)(double, double *, double *);
    double start, direction;
  } CASES[] = {{hill, 1, 1},    {hill, 0, 0},     {slope_up, 0, -1},  {slope_up, 5, -1},
               {growth, 0, -1}, {growth, 10, -1}, {reciprocal, 1, 1}, {reciprocal, -1, 1},
               {angle, 0, -1},  {cubic, 1, -1},   {cubic, 0, -1}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    MinimiseResult result = run_curve(CASES[i].f, CASES[i].start, NULL);
    cr_expect(!result.converged && result.kind == MINIMISE_UNBOUNDED, "case %zu: kind %d, %s", i,
              (int)result.kind, result.reason);
    cr_expect(result.has_direction, "case %zu", i);
    if (CASES[i].direction != 0)
      cr_expect_eq(result.direction[0], CASES[i].direction, "case %zu", i);
    pool_free(&memory);
  }
}

Test(verdict, a_value_of_minus_infinity_ends_the_search) {
  MinimiseResult result = run_curve(logarithm, 1, NULL);
  cr_expect(result.kind == MINIMISE_UNBOUNDED && !result.converged);
  cr_expect_str_eq(result.reason, "the value is -inf here");
  pool_free(&memory);
}

Test(verdict, a_start_without_value_or_slope_is_undefined) {
  MinimiseResult result = run_curve(edge, 2, NULL);
  cr_expect(result.kind == MINIMISE_UNDEFINED && !result.converged);
  cr_expect_str_eq(result.reason, "the value at the start is nan");
  result = run_curve(wall, 2, NULL);
  cr_expect(result.kind == MINIMISE_UNDEFINED);
  cr_expect_str_eq(result.reason, "the value at the start is inf");
  result = run_curve(no_slope, 2, NULL);
  cr_expect(result.kind == MINIMISE_UNDEFINED);
  cr_expect_str_eq(result.reason, "the value at the start is 2 but its gradient is not finite");
  pool_free(&memory);
}

Test(verdict, nan_beyond_an_edge_is_never_success) {
  size_t count;
  const MinimiseMethod *methods = minimise_methods(&count);
  for (size_t k = 0; k < count; k++)
    for (int side = 0; side < 2; side++) {
      if (methods[k].needs & MINIMISE_NEEDS_RESIDUALS) continue;
      MinimiseResult result = run_curve(side ? edge : wall, 0, methods[k].name);
      cr_expect(!result.converged, "%s", methods[k].name);
      cr_expect(isfinite(result.value) && result.value <= 4 && result.x[0] < 1, "%s at %g",
                methods[k].name, result.x[0]);
      pool_free(&memory);
    }
  MinimiseResult result = run_curve(edge, 0, NULL);
  cr_expect(!result.converged && result.x[0] < 1 && result.x[0] > 1 - 1e-6);
  cr_expect(strstr(result.reason, "edge") != NULL, "%s", result.reason);
  pool_free(&memory);
}

Test(verdict, a_kink_is_reached_and_not_called_strict) {
  MinimiseResult result = run_curve(kink, -1, NULL);
  cr_expect_float_eq(result.x[0], 0.3, 1e-9);
  cr_expect(result.kind != MINIMISE_STRICT_MINIMUM);
  pool_free(&memory);
}

/* --- saddles and maxima -------------------------------------------------------------------------
 */

Test(verdict, the_automatic_choice_leaves_saddles_and_maxima) {
  MinimiseOptions options = with(NULL);
  Objective blind = SADDLE;
  blind.hessian = NULL;
  for (int k = 0; k < 4; k++) {
    MinimiseResult result = run(k % 2 ? &blind : &SADDLE, (double[]){k / 2, 0}, &options);
    cr_expect(result.converged, "case %d: %s", k, result.reason);
    cr_expect_float_eq(result.value, -0.25, 1e-12, "case %d: %g", k, result.value);
    cr_expect_float_eq(fabs(result.x[1]), sqrt(0.5), 1e-6, "case %d", k);
    pool_free(&memory);
  }
  MinimiseResult result = run_curve(wave, 0, NULL);
  cr_expect(result.converged);
  cr_expect_float_eq(result.value, -1, 1e-14);
  pool_free(&memory);
}

Test(verdict, a_named_method_says_so_when_it_stops_at_a_saddle) {
  static const char *const NAMES[] = {"cg", "quasinewton", "lbfgs"};
  for (size_t k = 0; k < sizeof NAMES / sizeof *NAMES; k++) {
    MinimiseOptions options = with(NAMES[k]);
    MinimiseResult result = run(&SADDLE, (double[]){1, 0}, &options);
    cr_expect(!result.converged && result.kind == MINIMISE_SADDLE, "%s: kind %d", NAMES[k],
              (int)result.kind);
    pool_free(&memory);
  }
  MinimiseResult result = run_descent(&SADDLE, (double[]){1, 0}, 0.1, 1000, 0);
  cr_expect(!result.converged && result.kind == MINIMISE_SADDLE);
  static Curve curve = {wave};
  Objective objective = curve_objective(&curve);
  result = run_descent(&objective, (double[]){0}, 0.1, 10, 0);
  cr_expect(!result.converged && result.kind == MINIMISE_MAXIMUM);
  pool_free(&memory);
}

/* --- words --------------------------------------------------------------------------------------
 */

Test(verdict, the_verdict_reads_like_a_sentence) {
  MinimiseOptions options = with(NULL);
  Objective rosenbrock = mgh_objective(&MGH[0]);
  rosenbrock.m = 0;
  MinimiseResult result = run(&rosenbrock, (double[]){-1, 2}, &options);
  char text[400];
  snprintf(text, sizeof text,
           "x = 1, y = 1\n"
           "value 0 at a strict local minimum (nothing proves it is global)\n"
           "converged: gradient norm 0, %zu function and %zu Hessian evaluations, trust-region "
           "Newton\n",
           result.evaluations, result.hessian_evaluations);
  expect_text(&result, (const char *[]){"x", "y"}, text);
  pool_free(&memory);
  result = run_descent(&LINE, (double[]){0, 0}, 0.001, 200, 0);
  expect_text(&result, (const char *[]){"w", "w"},
              "w = [-0.898423, 2.96171]\n"
              "not converged: 200 steps, gradient norm 5.18; the Hessian's eigenvalues are 0.307 "
              "and 499, condition number 1625\n"
              "try: using newton, or eta just below 0.00401\n");
  pool_free(&memory);
}

Test(verdict, words_and_signs_turn_when_the_user_maximises) {
  static Curve curve = {bell};
  Objective objective = curve_objective(&curve);
  MinimiseOptions options = with("trust");
  options.negated = true;
  MinimiseResult result = run(&objective, (double[]){0.5}, &options);
  Text out = {0};
  const char *const names[] = {"x"};
  verdict_print_kind(&result, names, &out);
  cr_expect_str_eq(out.bytes, "value 1 at a strict local maximum (nothing proves it is global)\n");
  text_free(&out);
  curve.f = hill;
  result = run(&objective, (double[]){1}, &options);
  verdict_print_kind(&result, names, &out);
  cr_expect(strstr(out.bytes, "no maximum: the value rises without end (") == out.bytes, "%s",
            out.bytes);
  text_free(&out);
  pool_free(&memory);
}

Test(verdict, saddles_flats_and_undefined_starts_have_words) {
  static const double TO_SADDLE[] = {1, 0, 0, 0}, LENGTH = 1;
  MinimisePath path = {.name = "newton", .x = TO_SADDLE, .count = 2, .length = &LENGTH, .eta = NAN};
  MinimiseOptions options = with(NULL);
  options.path = &path;
  MinimiseResult result = run(&SADDLE, TO_SADDLE, &options);
  expect_text(&result, (const char *[]){"x", "y"},
              "x = 0, y = 0\n"
              "value 0 at a saddle point, not a minimum: the Hessian's eigenvalues are -2 and 2\n"
              "not converged: the gradient is zero, but this is no minimum, gradient norm 0\n"
              "try: the same without using newton\n");
  result = run_curve(edge, 2, NULL);
  expect_text(&result, (const char *[]){"x"},
              "x = 2\nnot converged: the value at the start is nan\n");
  Objective valley = VALLEY;
  valley.quadratic = true;
  options.path = NULL;
  result = run(&valley, (double[]){0, 2}, &options);
  Text out = {0};
  verdict_print_kind(&result, (const char *[]){"x", "y"}, &out);
  cr_expect(strstr(out.bytes, "value 0 at a global minimum, not the only one: flat along x = ") ==
                out.bytes,
            "%s", out.bytes);
  text_free(&out);
  pool_free(&memory);
}
