/* test_symbolic.c - formulas for derivatives, as a textbook prints them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/scalar.h"
#include "trees.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* The derivative of order [order] as text, or the reason that there is none in ( ). */
static void derivative_text(const SymbolicScope *scope, SymbolTable *symbols, const char *text, int order,
                            Text *out) {
  Tree *tree = expression_tree(symbols, text);
  if (!tree) return;
  char why[160] = "";
  const Node *e = expression_of(tree);
  for (int k = 0; e && k < order; k++)
    e = symbolic_derivative(tree, symbols, e, name_x(symbols), scope, why);
  text_free(out);
  if (e) {
    if (!scope) expect_settled(symbols, tree, e); /* to simplify, all names are builtin or free */
    spell(tree, e, out);
  } else {
    text_format(out, "(%s)", why);
  }
  tree_release(tree);
}

static void expect_derivative(const char *text, int order, const char *expected) {
  SymbolTable symbols = {0};
  Text out = {0};
  derivative_text(NULL, &symbols, text, order, &out);
  cr_expect_str_eq(out.bytes, expected, "derivative %d of %s is %s, not %s", order, text, out.bytes,
                   expected);
  text_free(&out);
  symbol_table_free(&symbols);
}

/* ---- the textbook ---- */

typedef struct Row {
  const char *text, *derivative;
} Row;

static void expect_rows(const Row *row, size_t count, int order) {
  for (size_t i = 0; i < count; i++) expect_derivative(row[i].text, order, row[i].derivative);
}

Test(symbolic, polynomials_read_as_on_paper) {
  static const Row rows[] = {
      {"3", "0"},
      {"x", "1"},
      {"5 - 2x", "-2"},
      {"x^3 - 3x", "3x^2 - 3"},
      {"x^4 - 3x^2 + x", "4x^3 - 6x + 1"},
      {"a*x^2 + b*x + c", "2a*x + b"},
      {"-x^2 + 3x", "-2x + 3"},
      {"x/3", "1/3"},
      {"2x/3", "2/3"},
      {"x^5/120 - x^3/6 + x", "x^4/24 - x^2/2 + 1"},
      {"0.5x^2 + 0.1x", "x + 0.1"},
      {"0.1x^3", "0.3x^2"},
      {"x*x*x", "3x^2"},
      {"(2x)^3", "24x^2"},
      {"x^n", "n*x^(n - 1)"},
      {"(3x + 1)^5", "15(3x + 1)^4"},
      {"(x - 1)*(x - 2)*(x - 3)", "3x^2 - 12x + 11"},
      {"(1 - x)^2 + 100(y - x^2)^2", "-2(1 - x) - 400x*(y - x^2)"},
      {"5e^y + 3x^2", "6x"},
      {"w[1]*x + w[2]*x^2", "w[1] + 2w[2]*x"},
      {"30deg*x", "30deg"},
      {"x²", "2x"},
  };
  expect_rows(rows, COUNT(rows), 1);
}

Test(symbolic, products_and_quotients_read_as_on_paper) {
  static const Row rows[] = {
      {"x^2*sin(x)", "2x*sin(x) + x^2*cos(x)"},
      {"(x^2+1)*sin(3x)", "2x*sin(3x) + 3(x^2 + 1)*cos(3x)"},
      {"x*log(x)", "log(x) + 1"},
      {"x^2*log(x)", "2x*log(x) + x"},
      {"1/x", "-1/x^2"},
      {"1/(1 + e^-x)", "e^-x/(1 + e^-x)^2"},
      {"x/(x^2 + 1)", "(1 - x^2)/(x^2 + 1)^2"},
      {"sin(x)/x", "(x*cos(x) - sin(x))/x^2"},
      {"sin(x)/cos(x)", "1/cos(x)^2"},
      {"(1 + x)/(1 - x)", "2/(1 - x)^2"},
      {"(a*x + b)/(c*x + d)", "(a*d - b*c)/(c*x + d)^2"},
      {"log(x)/x", "(1 - log(x))/x^2"},
      {"x^2*e^x", "2x*e^x + x^2*e^x"},
      {"e^(-x)*cos(x)", "-e^-x*cos(x) - e^-x*sin(x)"},
      {"1/(x*(x + 1))", "-1/(x^2*(x + 1)) - 1/(x*(x + 1)^2)"},
  };
  expect_rows(rows, COUNT(rows), 1);
}

Test(symbolic, functions_have_the_derivatives_of_the_tables) {
  static const Row rows[] = {
      {"exp(x)", "exp(x)"},
      {"exp(-x^2/2)", "-x*exp(-x^2/2)"},
      {"e^(2x)", "2e^(2x)"},
      {"a^x", "a^x*log(a)"},
      {"2^x", "2^x*log(2)"},
      {"x^x", "x^x*(log(x) + 1)"},
      {"log(x^2)", "2/x"},
      {"ln(3x)", "1/x"},
      {"log10(x)", "1/(x*log(10))"},
      {"log2(x)", "1/(x*log(2))"},
      {"log(sin(x))", "cos(x)/sin(x)"},
      {"sqrt(x)", "1/(2sqrt(x))"},
      {"√x", "1/(2√x)"},
      {"sqrt(x^2 + 1)", "x/sqrt(x^2 + 1)"},
      {"x*sqrt(x)", "3sqrt(x)/2"},
      {"x^(1/3)", "1/(3x^(2/3))"},
      {"x^0.5", "0.5/x^0.5"},
      {"tan(3x)", "3(1 + tan(3x)^2)"},
      {"tanh(x)", "1 - tanh(x)^2"},
      {"asin(x)", "1/sqrt(1 - x^2)"},
      {"atan(x)", "1/(1 + x^2)"},
      {"cosh(2x)", "2sinh(2x)"},
      {"abs(x)", "sign(x)"},
      {"floor(x)", "0"},
      {"sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))"},
      {"softplus(x)", "sigmoid(x)"},
      {"relu(2x)", "2*{1 if 2x > 0; 0 otherwise}"},
      {"erf(x)", "2exp(-x^2)/sqrt(pi)"},
      {"max(0, 1 - x)", "{-1 if 1 - x >= 0; 0 otherwise}"},
      {"max(x, x^2)", "{1 if x >= x^2; 2x otherwise}"},
      {"atan2(x, 1)", "1/(x^2 + 1)"},
      {"xlogy(x, x)", "log(x) + 1"},
      {"pow(x, 3)", "3x^2"},
      {"x |> sin", "cos(x)"},
      {"gammafn(x)", "gammafn(x)*digamma(x)"},
  };
  expect_rows(rows, COUNT(rows), 1);
}

Test(symbolic, choices_and_sums_are_derived_inside) {
  static const Row rows[] = {
      {"{x^2 if x < 0; x otherwise}", "{2x if x < 0; 1 otherwise}"},
      {"3x*{1 if x < 0; 2 otherwise}", "3*{1 if x < 0; 2 otherwise}"},
      {"if x > 0 then x^2 else -x", "if x > 0 then 2x else -1"},
      {"Σ(x^i for i in 1:n)", "Σ(i*x^(i - 1) for i in 1:n)"},
      {"sum((t - a*x)^2 for t in v)", "sum(-2a*(t - a*x) for t in v)"},
      {"mean((t - x)^2 for t, s in zip(u, v) if s > 0)", "mean(-2(t - x) for t, s in zip(u, v) if s > 0)"},
      {"Σ(Σ(i*j*x for j in 1:i) for i in 1:3)", "Σ(Σ(i*j for j in 1:i) for i in 1:3)"},
      {"norm(v)*x^2", "2x*norm(v)"},
      {"n!*x", "n!"},
  };
  expect_rows(rows, COUNT(rows), 1);
}

Test(symbolic, higher_derivatives_stay_readable) {
  static const Row second[] = {
      {"x^2*sin(x)", "2sin(x) + 4x*cos(x) - x^2*sin(x)"},
      {"1/(1 + e^-x)", "(e^(-2x) - e^-x)/(1 + e^-x)^3"},
      {"exp(-x^2/2)", "x^2*exp(-x^2/2) - exp(-x^2/2)"},
      {"sqrt(x^2 + 1)", "1/(x^2 + 1)^(3/2)"},
      {"x/(x^2 + 1)", "2(x^3 - 3x)/(x^2 + 1)^3"},
      {"x^2/(x + 1)", "2/(x + 1)^3"},
      {"log(sin(x))", "-1/sin(x)^2"},
      {"(1 - x)^2 + 100(y - x^2)^2", "2 + 1200x^2 - 400y"},
      {"tanh(x)", "-2(1 - tanh(x)^2)*tanh(x)"},
      {"x^x", "x^x*(log(x) + 1)^2 + x^(x - 1)"},
  };
  static const Row third[] = {
      {"x^4", "24x"},
      {"sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))*(1 - 6sigmoid(x) + 6sigmoid(x)^2)"},
      {"tanh(x)", "2(1 - tanh(x)^2)*(3tanh(x)^2 - 1)"},
      {"asin(x)", "(1 + 2x^2)/(1 - x^2)^(5/2)"},
      {"x^n", "n*(n - 1)*(n - 2)*x^(n - 3)"},
  };
  expect_rows(second, COUNT(second), 2);
  expect_rows(third, COUNT(third), 3);
}

Test(symbolic, what_has_no_formula_says_why) {
  static const Row rows[] = {
      {"f(x)*x", "(f(…) is not defined)"},
      {"norm(x)", "(no formula for norm(…))"},
      {"x!", "(a factorial has no formula here)"},
      {"x[1]", "(an element has no formula here)"},
      {"[1, 2]*x", "(an array has no formula here)"},
      {"x(1)", "(it calls x, which is taken for a number)"},
      {"Σ(i for i in 1:x)", "(how many terms a sum has depends on x)"},
      {"Σ(x for x in 1:3)*x", "(x means two things in it)"},
      {"Σ(r*x for r in rows(X))", "(a sum over arrays has no formula)"},
      {"sin + x", "(sin is a function, not a number)"},
      {"x/(1 - 1)", "(it divides by zero)"},
  };
  expect_rows(rows, COUNT(rows), 1);
}

Test(symbolic, nested_too_deeply_is_refused) {
  Text text = {0};
  for (int i = 0; i < 900; i++) text_string(&text, "sin(");
  text_string(&text, "x");
  for (int i = 0; i < 900; i++) text_string(&text, ")");
  expect_derivative(text.bytes, 1, "(it is nested too deeply for a formula)");
  text_free(&text);
  for (int i = 0; i < 2000; i++) text_string(&text, i ? " + x^2" : "x^2");
  expect_derivative(text.bytes, 1, "4000x");
  text_free(&text);
}

/* ---- simplifying ---- */

Test(symbolic, simplifying_keeps_the_value_everywhere) {
  static const Row rows[] = {
      {"x*2", "2x"},
      {"2x + 3x", "5x"},
      {"x*x", "x^2"},
      {"x^2*x", "x^3"},
      {"x*y + y*x", "2x*y"},
      {"1*x + 0", "x"},
      {"1/3 + 1/6", "1/2"},
      {"0.1*3", "0.3"},
      {"(x^2+1)^(-1)", "1/(x^2 + 1)"},
      {"a/(b/c)", "a*c/b"},
      {"1 - (1 - x)", "x"},
      {"-1 + x", "x - 1"},
      {"2*(x + 1) + 3", "2(x + 1) + 3"},
      {"2x*(x^2 + 1) - 2x^3", "2x"},
      {"(-2x)^3", "-8x^3"},
      {"sqrt(4)*x", "2x"},
      {"x/x", "x/x"},
      {"x^2/x", "x^2/x"},
      {"x/x^3", "1/x^2"},
      {"sqrt(x)^2", "sqrt(x)^2"},
      {"sqrt(x)^3", "x^(3/2)"},
      {"sqrt(x^2)", "sqrt(x^2)"},
      {"(x^2)^3", "x^6"},
      {"1/(1/x)", "x"},
      {"x^a*x^b", "x^a*x^b"},
      {"e^x*e^-x", "1"},
      {"exp(x)^2", "exp(2x)"},
      {"log(e^x)", "x"},
      {"sin(x)^2 + cos(x)^2", "1"},
      {"(x + 1)*(x - 1)", "(x + 1)*(x - 1)"},
      {"[1, 2] + x*x", "[1, 2] + x*x"},
      {"A'*x*A", "A'*x*A"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    SymbolTable symbols = {0};
    Tree *tree = expression_tree(&symbols, rows[i].text);
    Text out = {0};
    const Node *simple = symbolic_simplify(tree, &symbols, expression_of(tree));
    spell(tree, simple, &out);
    cr_expect_str_eq(out.bytes, rows[i].derivative, "%s became %s", rows[i].text, out.bytes);
    text_free(&out);
    tree_release(tree);
    symbol_table_free(&symbols);
  }
}

/* ---- functions of the user ---- */

typedef struct Definition {
  const char *name;
  Tree *tree;
  Prototype prototype;
} Definition;

typedef struct World {
  SymbolTable symbols;
  Definition function[8];
  uint32_t count;
  const char *shadowed, *array; /* a number and an array, if any */
} World;

static void define(World *world, const char *text) {
  Definition *function = &world->function[world->count++];
  Source *source = source_new("", text, strlen(text));
  Report report;
  cr_assert_eq(parse(source, &world->symbols, &function->tree, &report), PARSE_OK, "%s", text);
  source_release(source);
  const Node *node = function->tree->program->child[0];
  function->name = node->symbol->key;
  function->prototype = (Prototype){.name = node->symbol,
                                    .node = node,
                                    .tree = function->tree,
                                    .parameter = (const Node *const *)node->child,
                                    .parameter_count = node->count - 1,
                                    .body = node->child[node->count - 1]};
}

static SymbolicMeaning world_meaning(void *context, const Symbol *name, const Prototype **prototype) {
  World *world = context;
  for (uint32_t i = 0; i < world->count; i++) {
    if (strcmp(world->function[i].name, name->key) != 0) continue;
    *prototype = &world->function[i].prototype;
    return SYMBOLIC_FUNCTION;
  }
  if (world->shadowed && strcmp(world->shadowed, name->key) == 0) return SYMBOLIC_NUMBER;
  if (world->array && strcmp(world->array, name->key) == 0) return SYMBOLIC_OTHER;
  static const char *const others[] = {"e", "π", "sum", "Σ", "norm"};
  for (size_t i = 0; i < COUNT(others); i++)
    if (strcmp(others[i], name->key) == 0) return SYMBOLIC_BUILTIN;
  return scalar_find(name->key) == SCALAR_COUNT ? SYMBOLIC_FREE : SYMBOLIC_BUILTIN;
}

static void world_free(World *world) {
  for (uint32_t i = 0; i < world->count; i++) tree_release(world->function[i].tree);
  symbol_table_free(&world->symbols);
}

static void expect_in_world(World *world, const char *text, bool primes, const char *expected) {
  SymbolicScope scope = {.meaning = world_meaning, .context = world, .primes = primes};
  Text out = {0};
  derivative_text(&scope, &world->symbols, text, 1, &out);
  cr_expect_str_eq(out.bytes, expected, "%s gave %s, not %s", text, out.bytes, expected);
  text_free(&out);
}

Test(symbolic, functions_of_one_expression_are_inlined) {
  World world = {0};
  define(&world, "σ(z) = 1/(1 + e^-z)");
  define(&world, "g(u, v) = u^2 + 3v");
  define(&world, "p(x, k = 2) = x^k");
  define(&world, "h(t) = t*x");
  define(&world, "fact(n) = if n < 2 then 1 else n*fact(n - 1)");
  define(&world, "block(t) = do\n  s = t\n  s^2\nend");
  define(&world, "s(t, n) = Σ(t^i for i in 1:n)");
  define(&world, "vector(w in R^3) = w[1]");
  expect_in_world(&world, "σ(2x)", false, "2e^(-2x)/(1 + e^(-2x))^2");
  expect_in_world(&world, "σ(x)^2", false, "2e^-x*σ(x)/(1 + e^-x)^2");
  expect_in_world(&world, "g(x, sin(x))", false, "2x + 3cos(x)");
  expect_in_world(&world, "p(3x)", false, "18x");
  expect_in_world(&world, "g(2, 3)*x", false, "g(2, 3)");
  expect_in_world(&world, "h(2)*x", false, "(a function it calls uses another x)");
  expect_in_world(&world, "fact(x)", false, "(fact(…) calls itself, or calls nest too deeply)");
  expect_in_world(&world, "block(x)", false, "(block(…) is not defined by one expression)");
  expect_in_world(&world, "x*block(3x)", true, "block(3x) + 3x*block'(3x)");
  expect_in_world(&world, "block'(2x)", true, "2block''(2x)");
  expect_in_world(&world, "s(x, 3)", false, "Σ(i*x^(i - 1) for i in 1:3)");
  expect_in_world(&world, "s(x*i, 3)", false, "(i means two things in it)");
  expect_in_world(&world, "vector(x)", false, "(vector(…) takes an array)");
  world_free(&world);
}

Test(symbolic, names_mean_what_they_mean_in_the_session) {
  World world = {.shadowed = "e", .array = "A"};
  define(&world, "cos(t) = t + 1");
  expect_in_world(&world, "e^x", false, "e^x*log(e)");
  expect_in_world(&world, "A*x", false, "(A is not a number)");
  expect_in_world(&world, "A[2]*x + norm(A)*x", false, "A[2] + norm(A)");
  expect_in_world(&world, "A'(x)", false, "(a product with ' has no formula here)");
  expect_in_world(&world, "sin(x)", false, "(the formula needs cos, which has another meaning here)");
  world_free(&world);
}
