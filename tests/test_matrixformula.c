/* test_matrixformula.c - why a gradient has no formula, and that asking leaves nothing behind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/matrixformula.h"
#include "machine/session.h"
#include "shell.h"

static const Function *function_of(Shell *shell, const char *name) {
  Session *s = (Session *)shell->mml;
  const Symbol *symbol = symbol_intern(&s->symbols, name, strlen(name));
  Value value = session_lookup(s, symbol);
  cr_assert_eq(value.kind, VALUE_FUNCTION, "%s", shell->reported.bytes);
  return (const Function *)value.object;
}

static void run(Shell *shell, const char *text) {
  mml_eval(shell->mml, "", text, strlen(text), MML_ECHO_NONE);
}

typedef struct Refusal {
  const char *definition, *why;
} Refusal;

static const Refusal refusals[] = {
    {"f(x) = sum(x)",
     "x may be a number, a vector or a matrix: say which, as in f(x in R^3) = …"},
    {"f(x in R^3) = q", "q has no value"},
    {"f(x in R^3) = norm(x)*length(t)", "it uses a string"},
    {"f(x in R^3, a = 2) = a*norm(x)", "an argument has a default"},
    {"f(x in R^3) = do\n y = x\n norm(y)\nend", "it has statements"},
    {"f(x in R^3) = norm(cumsum(x))", "no formula for cumsum(…)"},
    {"f(x in R^3) = A*x", "its value is not a number"},
    {"f(x in R^2) = norm(A*x)", "the sizes in a product do not fit"},
    {"f(x in R^3) = norm([x, x])", "an array with the variable in it has no formula here"},
    {"f(x in R^3) = x[1]*norm(x)", "an element of a whole vector has no formula here"},
    {"f(x in R^3) = {norm(x) if sum(x) > 0; 0 otherwise}", "a choice of cases has no formula here"},
    {"f(x in R^3) = norm(x .- x')", "a sum of stretched rows or columns has no formula here"},
    {"f(x in R^3) = h(x)", "h(…) is not defined by one expression"},
    {"f(x in R^3) = loop(x)", "loop(…) calls itself, or calls nest too deeply"},
    {"f(w in R^3) = uses(w)", "a function it calls uses another w"},
    {"f(z in R^3) = Σ(z'z for z in rows(A))", "z means two things in it"},
    {"f(W in R^(m,n)) = sum(W \\ [1, 2])", "a matrix in it is not known to be square"},
    {"f(x in R^3) = Σ(norm(x - A[i,:]') for i in x)", "a part with x has no formula"},
};

Test(matrixformula, the_reason_is_given, .timeout = 120) {
  Shell shell;
  shell_start(&shell);
  run(&shell, "A = [1, 2, 3; 4, 5, 6]; t = \"text\"; w = [1, 2, 3]");
  run(&shell, "h(x) = do\n return norm(x)\nend\nloop(x) = loop(x); uses(x) = w'*x");
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    run(&shell, refusals[i].definition);
    run(&shell, "g = gradient(f)");
    char why[160] = "";
    Text out = {0};
    bool found =
        matrixformula_of_partial((Session *)shell.mml, function_of(&shell, "g"), &out, why);
    cr_expect_not(found, "%s: %s", refusals[i].definition, out.bytes);
    cr_expect_str_eq(why, refusals[i].why, "%s: %s", refusals[i].definition, why);
    cr_expect_eq(out.length, 0);
    text_free(&out);
  }
  shell_end(&shell);
}

Test(matrixformula, long_formulas_end, .timeout = 120) {
  Shell shell;
  shell_start(&shell);
  Text text = {0};
  text_string(&text, "f(x in R^3) = ");
  for (int i = 0; i < 400; i++) text_string(&text, "norm(x)*");
  text_string(&text, "sum(x)");
  run(&shell, text.bytes);
  text_free(&text);
  text_string(&text, "k(x in R^3) = ");
  for (int i = 0; i < 300; i++) text_string(&text, "tanh(");
  text_string(&text, "norm(x)");
  text_repeat(&text, ')', 300);
  run(&shell, text.bytes);
  text_free(&text);
  run(&shell, "g = gradient(f); h = hessian(f); l = gradient(k); m = hessian(k)");
  static const char *const names[] = {"g", "h", "l", "m"};
  for (size_t i = 0; i < 4; i++) {
    char why[160] = "";
    Text out = {0};
    bool found =
        matrixformula_of_partial((Session *)shell.mml, function_of(&shell, names[i]), &out, why);
    cr_expect(found ? out.length < 2100 : why[0] != 0, "%s", names[i]);
    text_free(&out);
  }
  shell_end(&shell);
}
