/* test_kink.c - what is said where recorded operations stand at a kink, and where an integral
 * crosses one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

/* The derivative by a of an integral from 0 to 1 of a function that stays on one side of its kink,
 * by hand. */
Test(kink, an_integral_on_one_side_of_a_kink_has_its_derivative) {
  static const struct {
    const char *integrand;
    double wanted;
  } rows[] = {
      {"abs(t + a)", 1},
      {"abs(t - 1 - a)", 1},
      {"sign(t + a)*a", 1},
      {"relu(t + a)*t", 0.5},
      {"max(t + a, 0)", 1},
      {"max(t, t + a)", 1},
      {"min(t - 2, a*t)", 0},
      {"min(a*t, t)", 0.5},
      {"clamp(t*a, -1, 2)", 0.5},
      {"floor(a*t/2 + 0.1) + a", 1},
      {"a*ceil(0.9t + 0.05)", 1},
      {"a*round(0.4t + 1)", 1},
      {"mod(t + a, 3)", 1},
      {"mod(t + a + 6.1, 3)", 1},
      {"if t > -a then a*t else 7", 0.5},
      {"if t == a then a else 3a", 3},
      {"if t != a then 3a else a", 3},
      {"(if t < 2 then a else 0) + (if t > 3 then 0 else a*t)",
       1.5}, /* a comparison each, both always the same */
      {"sum(abs([t + a, t + 2a]))", 3},
      {"sum(a*floor(0.9[t, t, t] + 1))", 3},
      {"sum(max([t + a, t + 2a], t))", 3},
      {"max([t, t + a])", 1},
      {"sin(a*t) - sin(a*t) + exp(t)*0*a", 0},
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    shell_do(&shell, "g(a) = integrate(t -> %s, 0, 1)", rows[i].integrand);
    double got = shell_number(&shell, "g'(0.5)");
    cr_expect(shell_close(got, rows[i].wanted, 1e-12, 1), "%s: %.17g, not %g\n%s",
              rows[i].integrand, got, rows[i].wanted, shell.reported.bytes);
  }
  shell_end(&shell);
}

/* The kink moves with a: nodes that stand still do not see it. */
Test(kink, an_integral_across_a_moving_kink_is_refused) {
  static const struct {
    const char *integrand, *name;
  } rows[] = {
      {"abs(t - a)", "abs"},
      {"a*sign(t - a)", "sign"},
      {"relu(t - a)", "relu"},
      {"max(t, a)", "max"},
      {"min(t, a)", "min"},
      {"clamp(t, a, 2)", "clamp"},
      {"clamp(t, -1, a)", "clamp"},
      {"a*floor(t + a)", "floor"},
      {"a*ceil(t + a)", "ceil"},
      {"a*round(t + a/4)", "round"},
      {"mod(t + a, 1)", "mod"},
      {"mod(t + 1.2, 1 + a)", "mod"},
      {"mod(1 + a, t + 1)", "mod"},
      {"if t > a then a*t else 7", "a branch"},
      {"if t < a then a*t else 7", "a branch"},
      {"if t >= a then a*t else 7", "a branch"},
      {"if t <= a then a*t else 7", "a branch"},
      {"sum(abs([t + a, t - a]))", "abs"},
      {"sum(abs([t - a, t + a]))", "abs"},
      {"sum(a*floor([t, t + a]))", "floor"},
      {"sum(max([t + 1, t], a))", "max"},
      {"sum(mod([t, t + a], 1))", "mod"},
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "is not available: %s has a kink inside", rows[i].name);
    shell_do(&shell, "g(a) = integrate(t -> %s, 0, 1)", rows[i].integrand);
    shell_run(&shell, "g'(0.5)");
    cr_expect(strstr(shell.reported.bytes, wanted), "%s: %s%s", rows[i].integrand,
              shell.printed.bytes, shell.reported.bytes);
  }
  shell_end(&shell);
}

/* The rows of a Jacobian come from one sweep where nothing is to be said, and from one each where
 * it is. */
Test(kink, a_jacobian_says_what_a_gradient_says) {
  static const struct {
    const char *function, *point, *note;
  } rows[] = {
      {"[abs(v[1]), v[2]]", "[0, 1]", "abs has a kink here"},
      {"abs(v)", "[0, 1]", "abs has a kink here"},
      {"relu(v)", "[1, 0]", "relu has a kink here"},
      {"sign(v)", "[1, 0]", "sign jumps here"},
      {"[max(v[1], v[2]), v[2]]", "[1, 1]", "max has a kink here"},
      {"[min(v[1], v[2]), v[2]]", "[1, 1]", "min has a kink here"},
      {"max(v, [1, 2])", "[0, 2]", "max has a kink here"},
      {"[max(v), v[2]]", "[1, 1]", "max has a kink here"},
      {"[norm(v), v[2]]", "[0, 0]", "norm has a kink here"},
      {"[hypot(v[1], v[2]), v[2]]", "[0, 0]", "hypot has a kink here"},
      {"floor(v)", "[1, 0.5]", "floor jumps here"},
      {"ceil(v)", "[1.5, 1]", "ceil jumps here"},
      {"round(v)", "[1, 0.5]", "round jumps here"},
      {"mod(v, 2)", "[1, 4]", "mod jumps here"},
      {"clamp(v, 0, 1)", "[0.5, 1]", "clamp has a kink here"},
      {"if v[1] == 0 then v else 2v", "[0, 1]", "exactly equal here"},
      {"if v[1] != 0 then 2v else v", "[0, 1]", "exactly equal here"},
      {"if v[1] > 0 then 2v else v", "[0, 1]", "a branch"},
      {"[1, 2, 3][round(v[1])]*v", "[2.2, 1]", "counts as fixed"},
      {"[1/v[1], v[2]]", "[0, 1]", "infinite here"},
      {"1 ./ v", "[0, 1]", "infinite here"},
      {"[v[1]^0.5, v[2]]", "[0, 1]", "infinite here"},
      {"v.^0.5", "[0, 1]", "infinite here"},
      {"log(v)", "[-1, 1]", "log(-1) is nan"},
      {"v.^v", "[-1.5, 1]", "is nan"},
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    shell_do(&shell, "jacobian(v -> %s, %s)", rows[i].function, rows[i].point);
    cr_expect(strstr(shell.reported.bytes, rows[i].note), "%s at %s: %s%s", rows[i].function,
              rows[i].point, shell.printed.bytes, shell.reported.bytes);
  }
  shell_end(&shell);
}

/* Beside a kink, and where powers and quotients are smooth: exact, and nothing to be said. */
Test(kink, a_smooth_jacobian_is_exact_and_silent) {
  static const struct {
    const char *function, *point;
    double wanted[4];
  } rows[] = {
      {"[abs(v[1]), v[2]/4]", "[-3, 1]", {-1, 0, 0, 0.25}},
      {"v.^2/8", "[-3, 2]", {-0.75, 0, 0, 0.5}},
      {"[v[1]^3, v[2]^1]", "[0, -2]", {0, 0, 0, 1}},
      {"[v[1]^2, v[1]*v[2]]", "[-3, 2]", {-6, 0, 2, -3}},
      {"[v[1]^-1, v[2]]", "[2, 0]", {-0.25, 0, 0, 1}},
      {"[v[1]/v[2], v[2]]", "[2, 4]", {0.25, -0.125, 0, 1}},
      {"[v[1]^v[2], v[2]]", "[1, 3]", {3, 0, 0, 1}},
      {"[v[1]^2.5, v[2]]", "[4, 3]", {20, 0, 0, 1}},
      {"[max(v[1], v[1])*1, v[2]]", "[1, 3]", {1, 0, 0, 1}},
      {"[max(v), min(v)]", "[1, 3]", {0, 1, 1, 0}},
      {"[norm(v), dot(v, v)]", "[3, -4]", {0.6, -0.8, 6, -8}},
      {"floor(v).*v", "[1.5, 2.5]", {1, 0, 0, 2}},
      {"if v[1] == 0 then v else 2v", "[1, 1]", {2, 0, 0, 2}},
      {"if v[1] > 0 then 3v else v", "[1, 1]", {3, 0, 0, 3}},
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double got[4] = {NAN, NAN, NAN, NAN};
    shell_do(&shell, "J = jacobian(v -> %s, %s)", rows[i].function, rows[i].point);
    cr_expect_str_empty(shell.reported.bytes, "%s: %s", rows[i].function, shell.reported.bytes);
    shell_numbers(&shell, "J", got, 4);
    for (size_t k = 0; k < 4; k++)
      cr_expect(shell_close(got[k], rows[i].wanted[k], 1e-15, 1), "%s, entry %zu: %.17g, not %g",
                rows[i].function, k, got[k], rows[i].wanted[k]);
  }
  shell_end(&shell);
}
