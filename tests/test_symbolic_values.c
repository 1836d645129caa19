/* test_symbolic_values.c - formulas for derivatives are never wrong.
 *
 * Makes up expressions and compares each derivative's formula with differences of the formula before
 * it, both computed by a small evaluator of trees that knows nothing of calculus.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "calculus/scalar.h"
#include "trees.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- an evaluator of trees ---- */

typedef struct Variables {
  double x, i; /* the variable and the name that sums go over; all other names are constants */
} Variables;

static double evaluate(const Node *node, Variables at);

static bool holds(const Node *node, Variables at) {
  if (node->kind != NODE_COMPARE || node->count != 2) abort();
  double a = evaluate(node->child[0], at), b = evaluate(node->child[1], at);
  switch ((Operator)node->operators[0]) {
  case OP_LESS: return a < b;
  case OP_LESS_EQUAL: return a <= b;
  case OP_GREATER: return a > b;
  case OP_GREATER_EQUAL: return a >= b;
  default: abort();
  }
}

static double evaluate_name(const Symbol *name, Variables at) {
  if (strcmp(name->key, "x") == 0) return at.x;
  if (strcmp(name->key, "i") == 0) return at.i;
  if (strcmp(name->key, "e") == 0) return exp(1);
  if (strcmp(name->key, "π") == 0) return acos(-1);
  if (strcmp(name->key, "a") == 0) return 1.3;
  if (strcmp(name->key, "b") == 0) return 0.7;
  abort();
}

static double evaluate_series(const Node *generated, Variables at) {
  const Node *range = generated->child[1]->child[0]->child[1];
  double sum = 0;
  for (at.i = range->child[0]->number; at.i <= range->child[1]->number; at.i++)
    sum += evaluate(generated->child[0], at);
  return sum;
}

static double evaluate_call(const Node *node, Variables at) {
  if (node->child[1]->kind == NODE_GENERATED) return evaluate_series(node->child[1], at);
  Scalar scalar = scalar_find(node->child[0]->symbol->key);
  if (scalar == SCALAR_COUNT) abort();
  double first = evaluate(node->child[1], at);
  double second = node->count > 2 ? evaluate(node->child[2], at) : 0;
  return scalar_row[scalar].value(first, second);
}

static double evaluate_binary(Operator op, double a, double b) {
  switch (op) {
  case OP_ADD: return a + b;
  case OP_SUBTRACT: return a - b;
  case OP_MULTIPLY: return a * b;
  case OP_DIVIDE: return a / b;
  case OP_POWER: return pow(a, b);
  default: abort();
  }
}

static double evaluate_piecewise(const Node *node, Variables at) {
  for (uint32_t i = 0; i < node->count; i++) {
    const Node *arm = node->child[i];
    if (!arm->child[1] || holds(arm->child[1], at)) return evaluate(arm->child[0], at);
  }
  return NAN;
}

static double evaluate(const Node *node, Variables at) {
  switch (node->kind) {
  case NODE_NUMBER: return node->number;
  case NODE_NAME: return evaluate_name(node->symbol, at);
  case NODE_NEGATE: return -evaluate(node->child[0], at);
  case NODE_ROOT: return sqrt(evaluate(node->child[0], at));
  case NODE_IMPLICIT: return evaluate(node->child[0], at) * evaluate(node->child[1], at);
  case NODE_BINARY:
    return evaluate_binary((Operator)node->op, evaluate(node->child[0], at), evaluate(node->child[1], at));
  case NODE_CALL: return evaluate_call(node, at);
  case NODE_PIECEWISE: return evaluate_piecewise(node, at);
  case NODE_IF: return evaluate(node->child[holds(node->child[0], at) ? 1 : 2], at);
  default: abort();
  }
}

/* The slope at x by central differences of order 4; NaN where two steps disagree. */
static double slope(const Node *node, double x) {
  double value[2];
  for (int i = 0; i < 2; i++) {
    double h = i ? 5e-4 : 1e-3, f[4];
    for (int k = 0; k < 4; k++) f[k] = evaluate(node, (Variables){.x = x + (k < 2 ? k - 2 : k - 1) * h});
    value[i] = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
  }
  return fabs(value[0] - value[1]) < 1e-7 * (1 + fabs(value[0])) ? value[1] : NAN;
}

/* ---- expressions by chance ---- */

static uint32_t chance(uint64_t *state, uint32_t below) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 33) % below;
}

/* Templates: A and B stand for smaller expressions. Functions that need a domain get one. */
static const char *const templates[] = {
    "(A) + (B)",      "(A) - (B)",           "(A)*(B)",           "(A)*(B)",
    "(A)/(B)",        "-(A)",                "(A)^2",             "(A)^3",
    "sin(A)",         "cos(A)",              "exp(-(A))",         "e^(A)",
    "log(1 + (A)^2)", "sqrt(1 + (A)^2)",     "tanh(A)",           "sigmoid(A)",
    "atan(A)",        "1/(1 + (A)^2)",       "(A)^-2",            "x*(A)",
    "3*(A)",          "(A)/2",               "√(2 + sin(A))",     "(1 + (A)^2)^(B)",
    "softplus(A)",    "{A if x < 1; B otherwise}", "a*(A) + b",   "Σ((A)*i + x^i for i in 1:3)",
    "(A)^(1/3)",      "log(A)",              "sqrt(A)",           "erf(A)",
    "2^(A)",          "0.5*(A) - (B)",       "(x + 1)*(A)",       "tan(A)",
    "if x > 1 then A else B", "max(A, B)",   "asin((A)/10)",      "abs(A)*(B)",
    "(A)*e^-x",       "(A)^1.5",             "cosh(x)*(A)",       "(A)/x^2",
};
static const char *const leaves[] = {"x", "x", "x", "x^2", "2x", "1 - x", "x + 1", "3", "a", "x^2 + 1",
                                     "0.5x", "sin(x)", "-x", "1/x", "x/3", "e^-x", "a*x + b"};

static void compose(uint64_t *state, int depth, Text *out) {
  if (depth == 0) {
    text_string(out, leaves[chance(state, COUNT(leaves))]);
    return;
  }
  const char *template = templates[chance(state, COUNT(templates))];
  for (const char *at = template; *at; at++) {
    if (*at == 'A' || *at == 'B') compose(state, depth - 1 - (int)chance(state, 2) * (depth > 1), out);
    else text_append(out, at, 1);
  }
}

/* Compares [formula] with the slope of [function]; returns how many points decided something. */
static int compare(const Tree *tree, const Node *function, const Node *formula, const char *text, int order) {
  int decided = 0;
  for (int k = 0; k < 7; k++) {
    double x = 0.31 + 0.43 * k + 0.01 * order, expected = slope(function, x);
    double got = evaluate(formula, (Variables){.x = x});
    double scale = 1 + fabs(expected) + 1e-3 * fabs(evaluate(function, (Variables){.x = x}));
    if (!isfinite(expected) || fabs(expected) > 1e8) continue;
    decided++;
    if (fabs(got - expected) <= 1e-5 * scale) continue;
    Text before = {0}, after = {0};
    spell(tree, function, &before);
    spell(tree, formula, &after);
    cr_expect_fail("%s, order %d at %g: %s has slope %.12g, %s is %.12g", text, order, x, before.bytes,
                   expected, after.bytes, got);
    text_free(&before);
    text_free(&after);
    break;
  }
  return decided;
}

/* The simplified tree has the value of the tree wherever that has one. */
static void expect_equal_values(Tree *tree, SymbolTable *symbols, const char *text) {
  const Node *e = expression_of(tree), *simple = symbolic_simplify(tree, symbols, e);
  for (int k = 0; k < 12; k++) {
    double x = -1.5 + 0.41 * k, expected = evaluate(e, (Variables){.x = x});
    double got = evaluate(simple, (Variables){.x = x});
    bool equal = isnan(expected) ? isnan(got) : !isfinite(expected) || fabs(expected) > 1e100 ||
                                                fabs(got - expected) <= 1e-8 * (1 + fabs(expected));
    if (equal) continue;
    Text out = {0};
    spell(tree, simple, &out);
    cr_expect_fail("%s at %g is %.15g, %s is %.15g", text, x, expected, out.bytes, got);
    text_free(&out);
    break;
  }
  expect_settled(symbols, tree, simple);
}

/* Orders 1 to 3, each formula against the one before; returns how many orders were decided. */
static int expect_true_derivatives(const char *text) {
  SymbolTable symbols = {0};
  Tree *tree = expression_tree(&symbols, text);
  char why[160] = "";
  int decided = 0;
  expect_equal_values(tree, &symbols, text);
  const Node *e = expression_of(tree);
  for (int order = 1; order <= 3; order++) {
    const Node *formula = symbolic_derivative(tree, &symbols, e, name_x(&symbols), NULL, why);
    if (!formula) {
      cr_expect(strstr(why, "too l") || strstr(why, "by zero") || strstr(why, "deeply"), "%s: %s", text, why);
      break;
    }
    expect_settled(&symbols, tree, formula);
    decided += compare(tree, e, formula, text, order) > 0;
    e = formula;
  }
  tree_release(tree);
  symbol_table_free(&symbols);
  return decided;
}

Test(symbolic_values, random_formulas_agree_with_differences, .timeout = 300) {
  uint64_t state = 20240229;
  int decided = 0;
  for (int i = 0; i < 600; i++) {
    Text text = {0};
    compose(&state, 1 + i % 3, &text);
    decided += expect_true_derivatives(text.bytes);
    text_free(&text);
  }
  cr_expect_gt(decided, 1300, "only %d of 1800 formulas could be compared", decided);
}
