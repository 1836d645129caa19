/* test_nesting.c - derivatives inside derivatives, at kinks and at infinity, and of what has
 * changed.
 *
 * Cases from the tests of ForwardDiff.jl, JAX, autograd, Dex and PyTorch (Siskind and Pearlmutter
 * 2005 named perturbation confusion); where several answers can be defended, all are listed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

typedef struct Case {
  const char *name, *definitions, *expression;
  const char *accept; /* answers separated by |; "error" and nan among them */
} Case;

static bool numbers_agree(const char *wanted, const double *got, size_t gets) {
  double want[16];
  size_t wants = shell_read_numbers(wanted, want, 16);
  if (wants != gets) return false;
  for (size_t i = 0; i < gets; i++)
    if (!shell_close(got[i], want[i], 1e-12, 1)) return false;
  return true;
}

static bool is_accepted(const Case *c, bool failed, const double *got, size_t gets) {
  char answers[256];
  snprintf(answers, sizeof answers, "%s", c->accept);
  char *rest = answers, *answer;
  while ((answer = strsep(&rest, "|"))) {
    bool error = strcmp(answer, "error") == 0;
    if (failed ? error : !error && numbers_agree(answer, got, gets)) return true;
  }
  return false;
}

static void check(const Case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const Case *c = &cases[i];
    Shell shell;
    double got[16];
    shell_start(&shell);
    cr_expect_eq(shell_run(&shell, c->definitions), MML_OK, "%s: %s", c->name,
                 shell.reported.bytes);
    MmlStatus status = shell_do(&shell, "r = %s", c->expression);
    size_t gets = status == MML_OK ? shell_numbers(&shell, "r", got, 16) : 0;
    cr_expect(is_accepted(c, status != MML_OK, got, gets), "%s: %s is %s%s, wanted %s", c->name,
              c->expression, shell.printed.bytes, shell.reported.bytes, c->accept);
    shell_end(&shell);
  }
}

#define CHECK(cases) check(cases, sizeof cases / sizeof *cases)

Test(nesting, no_derivative_is_taken_for_another) {
  static const Case cases[] = {
      {"sum inside", "", "derivative(x -> x*derivative(y -> x + y, 1), 1)", "1"},
      {"product inside", "", "derivative(x -> x*derivative(y -> x*y, 1), 4)", "8"},
      {"primes", "f(x) = do\n  g(y) = x*y^2\n  x*g'(x)\nend", "f'(3)", "54"},
      {"one name twice", "", "derivative(x -> x*derivative(x -> x^2, x), 3)", "12"},
      {"one function at two levels", "f(x) = x^3", "derivative(x -> f'(x)*f(x), 2)", "240"},
      {"a function that returns a function", "D(f) = x -> derivative(f, x)", "D(D(D(x -> x^5)))(2)",
       "240"},
      {"closure taken outside", "g = x -> (y -> x*y)", "derivative(x -> derivative(g(x), 2)*x, 3)",
       "6"},
      {"assignment inside",
       "f(x) = do\n  s = 0\n  h(y) = do\n    t = s\n    t += x + y\n    t\n  end\n  x*h'(1)\nend",
       "f'(1)", "1"},
      {"sum times norm", "f(v) = sum(v)*derivative(y -> y*norm(v), 1)", "f([1, 2])",
       "6.708203932499369"},
      {"gradient of sum times norm", "f(v) = sum(v)*derivative(y -> y*norm(v), 1)",
       "gradient(f, [1, 2])", "3.577708763999664 4.919349550499538"},
      {"third derivative", "", "derivative(x -> 4x^3, 1.234, 3)", "24"},
      {"third derivative by nesting", "",
       "derivative(a -> derivative(b -> derivative(c -> 4c^3, b), a), 1.234)", "24"},
      {"derivative through Newton's steps",
       "root(a) = do\n  x = 1\n  for i in 1:20\n    x = x - (x^2 - a)/(2x)\n  end\n  x\nend",
       "root'(2)", "0.3535533905932737622"},
      {"gradient through an inner Hessian and a solve",
       "L(q, v) = 0.5dot(v, v) - 9.8q[2]\n"
       "H(q, p) = do\n"
       "  v0 = [0, 0]\n"
       "  M = hessian(v -> L(q, v), v0)\n"
       "  v = M \\ (p - gradient(v -> L(q, v), v0))\n"
       "  dot(p, v) - L(q, v)\n"
       "end",
       "gradient(q -> H(q, [5, 6]), [1, 2])", "0 9.8"},
      {"Hessian is the Jacobian of the gradient",
       "f(x) = sum(sin(x)) + prod(tan(x))*sum(sqrt(x)); p = [0.2, 0.4, 0.6]",
       "norm(hessian(f, p) - jacobian(x -> gradient(f, x), p))", "0"},
      {"mixed orders", "f(x, y) = x^3*y^2", "derivative(x -> derivative(y -> f(x, y), 5), 2)",
       "120"},
      {"derivative by a parameter of an inner gradient", "",
       "derivative(a -> sum(gradient(x -> a^2*dot(x, x), [1, 2])), 3)", "36"},
      {"derivative of a sum over a generator with derivatives",
       "f(x) = sum(derivative(t -> x*t^k, 2) for k in 1:3)", "f'(1)", "17"},
      {"derivative through recursion", "f(x, n) = if n == 0 then 1 else x*f(x, n - 1)",
       "derivative(x -> f(x, 7), 2)", "448"},
      {"derivative through a branch", "f(x) = {x^2 if x < 0; x^3 otherwise}",
       "[f'(-2), f'(2), f''(-1), f''(1)]", "-4 12 2 6"},
  };
  CHECK(cases);
}

Test(nesting, kinks_poles_and_infinities_give_an_answer_that_can_be_defended) {
  static const Case cases[] = {
      {"abs_0", "", "derivative(x -> abs(x), 0)", "0|error"},
      {"sqrt_sq_0", "", "derivative(x -> sqrt(x^2), 0)", "nan|0|error"},
      {"norm_sq_0", "", "gradient(v -> norm(v)^2, [0, 0])", "0 0"},
      {"norm_sq_0 by coordinates", "f(x1, x2) = norm([x1, x2])^2", "gradient(f, 0, 0)", "0 0"},
      {"max_xx", "", "derivative(x -> max(x, x), 1)", "1"},
      {"min3_tie", "", "derivative(x -> min([x, 0.5, x]), 0.5)", "1|0|0.5|0.66666666666666667"},
      {"relu6_6", "", "derivative(x -> min(max(x, 0), 6), 6)", "0|0.5|1"},
      {"where_div", "f(x) = {1 if x == 0; sin(x)/x otherwise}", "f'(0)", "0"},
      {"sign_0", "", "derivative(x -> sign(x), 0)", "0|error"},
      {"atan2_origin", "", "gradient((a, b) -> atan2(a, b), 0, 0)", "nan nan|error|0 0"},
      {"hypot_huge", "", "gradient((a, b) -> hypot(a, b), 3e200, 4e200)", "0.6 0.8"},
      {"norm_huge", "", "gradient(v -> norm(v), [3e200, 4e200])", "0.6 0.8"},
      {"xlogx_0", "", "derivative(x -> x*log(x), 0)", "-inf|nan|error"},
      {"xlogy value", "", "xlogy(0, 0)", "0"},
      {"pow_0_2", "n = 2.0", "derivative(x -> x^n, 0)", "0"},
      {"pow_neg_var", "", "gradient((a, b) -> a^b, -2, 2)", "-4 nan|-4 0|error"},
      {"pow_neg_base alone", "n = 2", "derivative(x -> x^n, -2)", "-4"},
      {"logaddexp_inf", "", "gradient((a, b) -> log(exp(a) + exp(b)), -inf, 0)", "0 1"},
      {"logsumexp_inf", "", "gradient(v -> logsumexp(v), [-inf, 0])", "0 1"},
      {"prod_zero", "", "gradient(v -> prod(v), [2, 0, 3])", "0 6 0"},
      {"const_fn", "", "derivative(x -> 1, 0.3)", "0"},
      {"const_fn gradient", "", "gradient(v -> 1, [0.3, 0.4])", "0 0"},
      {"sigmoid far out", "f(x) = 1/(1 + exp(-x))", "[f'(800), f'(-800)]", "0 0"},
      {"softplus far out", "f(x) = log(1 + exp(x))", "f'(-800)", "0"},
      {"det of a singular matrix", "", "vec(gradient(A -> det(A), [1, 2; 2, 4]))", "4 -2 -2 1"},
  };
  CHECK(cases);
}

/* A derivative that is not a number comes with a word about it, or it is an error. */
Test(nesting, nothing_becomes_nan_without_a_word) {
  static const char *const sources[] = {
      "derivative(x -> sqrt(x), -1)",    "gradient(v -> log(v[1])*v[2], [-1, 2])",
      "derivative(x -> x*log(x), 0)",    "argmin(x -> log(x) + sqrt(x), -1)",
      "minimize(v -> 0/0*v[1], [1, 2])",
  };
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    Shell shell;
    shell_start(&shell);
    shell_run(&shell, sources[i]);
    bool silent = shell.reported.length == 0 && strstr(shell.printed.bytes, "nan") &&
                  !strstr(shell.printed.bytes, "not converged");
    cr_expect(!silent, "%s prints %s and no word", sources[i], shell.printed.bytes);
    cr_expect(!strstr(shell.printed.bytes, "-nan") && !strstr(shell.reported.bytes, "-nan"),
              "%s: nan has no sign: %s", sources[i], shell.printed.bytes);
    shell_end(&shell);
  }
}

Test(nesting, a_kink_is_named) {
  static const char *const sources[] = {
      "derivative(abs, 0)",
      "gradient(v -> max(v), [1, 1])",
      "f(x) = {x if x <= 1; 2x otherwise}\nf'(1)",
  };
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    Shell shell;
    shell_start(&shell);
    cr_expect_eq(shell_run(&shell, sources[i]), MML_OK, "%s", shell.reported.bytes);
    cr_expect(strstr(shell.reported.bytes, "kink"), "%s says nothing of a kink", sources[i]);
    shell_end(&shell);
  }
}

/* A comparison with nan is false, in a replay as when it was recorded. */
Test(nesting, nan_takes_the_branch_it_takes_in_plain_code) {
  static const Case cases[] = {
      {"less", "f(x) = if x < 1 then x^2 else 10x", "[f'(0), f'(nan), f'(0)]", "0 10 0"},
      {"not less", "f(x) = if not x < 1 then 10x else x^2", "f'(nan)", "10"},
      {"equal", "f(x) = if x == x then x^2 else 10x", "f'(nan)", "10"},
      {"a function that is nan to the left", "f(x) = {(x - 1)^2 if x > 0; nan otherwise}",
       "argmin(f, 3)", "1"},
      {"max", "", "[max(nan, 1), max(1, nan), min(nan, 1), min(1, nan)]", "nan nan nan nan"},
      {"a loop that compares", "f(x) = do\n  s = x\n  while s < 100\n    s = s^2\n  end\n  s\nend",
       "[f'(3), f'(nan), f'(2)]", "17496 1 1024"},
  };
  CHECK(cases);
}

/* What a function reads is read when it is called, by its derivatives too. */
Test(nesting, derivatives_follow_what_changed) {
  static const Case cases[] = {
      {"a global", "a = 2; f(x) = a*x^2; before = gradient(f, 3); a = 5",
       "[before, gradient(f, 3)]", "12 30"},
      {"a global in a derived function", "a = 2; f(x) = a*x^2; g = f'; before = g(3); a = 5",
       "[before, g(3)]", "12 30"},
      {"a function", "g(x) = x; f(x) = g(x)^2; before = f'(3); g(x) = 2x", "[before, f'(3)]",
       "6 24"},
      {"a number becomes a matrix",
       "A = 2; f(v) = sum(A*v); before = gradient(f, [1, 1]); A = [1, 2; 3, 4]",
       "[before; gradient(f, [1, 1])]", "2 2 4 6"},
      {"an entry", "w = [1, 2]; f(v) = dot(w, v)^2; before = gradient(f, [1, 1]); w[2] = 5",
       "[before; gradient(f, [1, 1])]", "6 12 12 60"},
      {"a branch", "f(x) = if x < 1 then x^2 else 10x; before = f'(0.5)",
       "[before, f'(2), f'(0.5)]", "1 10 1"},
      {"a loop's length",
       "f(v) = do\n  s = 0\n  for i in 1:length(v)\n    s += v[i]^i\n  end\n  s\nend\nbefore = "
       "gradient(f, [2, 3])",
       "[before; gradient(f, [1, 2, 3])]", "1 6 1 4 27"},
      {"an optimum", "a = 1; f(x) = (x - a)^2; before = argmin(f, 0); a = 4",
       "[before, argmin(f, 0)]", "1 4"},
      {"the point keeps its value",
       "v = [1, 2]; f(x) = do\n  x[1] = 5\n  sum(x.^2)\nend\ng = gradient(f, v)", "[g; v]",
       "0 4 1 2"},
  };
  CHECK(cases);
}
