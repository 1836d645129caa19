/* symbolic.c - derivatives of forms: the textbook's rules.
 *
 * Sums and products term by term; a quotient N/w^n by the quotient rule as (N'*w - n*N*w')/w^(n + 1),
 * which keeps second derivatives short; powers by the three cases of base and exponent; scalar functions
 * by the rule in their row of elementary.def, or by the table below where a textbook writes it otherwise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/symbolic.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "calculus/form.h"
#include "calculus/scalar.h"
#include "syntax/parser.h"

static const Sum *derive_sum(Algebra *algebra, const Sum *sum);

/* ---- rules ---- */

typedef struct Rule {
  const char *name;
  const char *slope[2]; /* as in elementary.def: x the argument and y the value; or x, y and z */
} Rule;

static const Rule rules[] = {
    {"log10", {"1/(x*log(10))"}},
    {"log2", {"1/(x*log(2))"}},
    {"expm1", {"exp(x)"}},
    {"asin", {"1/sqrt(1 - x^2)"}},
    {"acos", {"-1/sqrt(1 - x^2)"}},
    {"acosh", {"1/sqrt(x^2 - 1)"}},
    {"atanh", {"1/(1 - x^2)"}},
    {"sigmoid", {"y*(1 - y)"}},
    {"logsigmoid", {"1 - sigmoid(x)"}},
    {"relu", {"{1 if x > 0; 0 otherwise}"}},
    {"erf", {"2exp(-x^2)/sqrt(pi)"}},
    {"erfc", {"-2exp(-x^2)/sqrt(pi)"}},
    {"hypot", {"x/z", "y/z"}},
    {"xlogy", {"log(y)", "x/y"}},
};

/* Of these the derivatives u and v of the arguments are chosen from: where only the second argument
 * varies, it is named first. */
static const Rule choices[] = {
    {"max", {"{u if x >= y; v otherwise}", "{v if y >= x; u otherwise}"}},
    {"min", {"{u if x <= y; v otherwise}", "{v if y <= x; u otherwise}"}},
};

const char *form_rule(const Symbol *name, uint32_t argument) {
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
    if (symbol_is(name, rules[i].name)) return rules[i].slope[argument];
  Scalar scalar = scalar_find(name->key);
  return scalar == SCALAR_COUNT ? NULL : scalar_row[scalar].slope[argument];
}

const Node *form_rule_tree(Algebra *algebra, const char *text) {
  for (uint32_t i = 0; i < algebra->rule_count; i++)
    if (algebra->rule[i].text == text) return algebra->rule[i].tree->program->child[0];
  Source *source = source_new("", text, strlen(text));
  Tree *tree;
  Report report;
  ParseStatus status = parse_expression(source, algebra->symbols, &tree, &report);
  source_release(source);
  assert(status == PARSE_OK);
  if (status != PARSE_OK) algebra_fail(algebra, "no formula for a function it calls");
  memory_grow(algebra->rule, algebra->rule_count, algebra->rule_capacity);
  algebra->rule[algebra->rule_count++] = (RuleTree){.text = text, .tree = tree};
  return tree->program->child[0];
}

static void bind_letter(Algebra *algebra, const char *letter, const Sum *value) {
  environment_add(algebra, symbol_intern(algebra->symbols, letter, 1), value);
}

/* The rule's value where the call stands. [slope] has the derivatives of the arguments. */
static const Sum *read_rule(Algebra *algebra, const Atom *call, const char *text, const Sum *const slope[2]) {
  const Environment *environment = algebra->environment;
  algebra->environment = NULL;
  const Sum *value = sum_of_atom(algebra, call);
  bind_letter(algebra, "x", call->argument[0]);
  bind_letter(algebra, "y", call->count > 1 ? call->argument[1] : value);
  bind_letter(algebra, "z", value);
  bind_letter(algebra, "u", slope[0]);
  bind_letter(algebra, "v", slope[1]);
  algebra->in_rule = true;
  const Sum *result = form_read(algebra, form_rule_tree(algebra, text));
  algebra->in_rule = false;
  algebra->environment = environment;
  return result;
}

/* ---- calls ---- */

/* max(u, v), min(u, v) */
static const Sum *derive_choice(Algebra *algebra, const Atom *call, const Rule *choice, const Sum *slope[2]) {
  if (!slope[0]->count && !slope[1]->count) return slope[0];
  return read_rule(algebra, call, choice->slope[!call->argument[0]->varies], slope);
}

static const Sum *derive_builtin(Algebra *algebra, const Atom *call, const Symbol *name) {
  const Sum *zero = sum_whole(algebra, 0), *slope[2] = {zero, zero};
  assert(call->count <= 2);
  for (uint32_t i = 0; i < call->count; i++) slope[i] = derive_sum(algebra, call->argument[i]);
  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
    if (symbol_is(name, choices[i].name)) return derive_choice(algebra, call, &choices[i], slope);
  SumBuilder builder = {0};
  for (uint32_t i = 0; i < call->count; i++) {
    if (!slope[i]->count) continue;
    const char *text = form_rule(name, i);
    if (!text) algebra_fail(algebra, "no formula for %s(…)", name->name);
    const Sum *rule = read_rule(algebra, call, text, slope);
    summing_add_sum(algebra, &builder, sum_multiply(algebra, slope[i], rule), false);
  }
  return summing_finish(algebra, &builder);
}

/* f'(u) of a function or of its derivative. */
static const Sum *prime_of(Algebra *algebra, Node *function, const Sum *argument) {
  Node *prime = form_node(algebra, NODE_PRIME, 1, (Node *[]){function});
  Node *node = form_node(algebra, NODE_IMPLICIT, 2, (Node *[]){prime, NULL});
  node->op = 1;
  const Sum **list = form_new(algebra, sizeof(const Sum *));
  list[0] = argument;
  return form_atom(algebra, (Atom){.kind = ATOM_PRIME, .node = node, .argument = list, .count = 1});
}

static const Sum *derive_prime(Algebra *algebra, const Atom *call, Node *function) {
  const Sum *argument = call->argument[0], *inner = derive_sum(algebra, argument);
  return sum_multiply(algebra, inner, prime_of(algebra, function, argument));
}

static const Sum *derive_call(Algebra *algebra, const Atom *call) {
  Node *callee = call->node->child[0];
  const Prototype *prototype;
  if (form_meaning(algebra, callee->symbol, &prototype) == SYMBOLIC_BUILTIN)
    return derive_builtin(algebra, call, callee->symbol);
  const Sum *body = form_inline(algebra, call);
  if (body) {
    algebra->inlined++;
    if (algebra->inlined > FORM_INLINE)
      algebra_fail(algebra, "%s(…) calls itself, or calls nest too deeply", callee->symbol->name);
    const Sum *derivative = derive_sum(algebra, body);
    algebra->inlined--;
    return derivative;
  }
  if (!algebra->scope || !algebra->scope->primes || call->count != 1) longjmp(algebra->escape, 1);
  return derive_prime(algebra, call, callee);
}

/* ---- atoms ---- */

/* The atom with every form in it derived; 0 when all of them are. */
static const Sum *derive_parts(Algebra *algebra, const Atom *atom) {
  Atom result = *atom;
  const Sum **part = form_new(algebra, atom->count * sizeof(const Sum *));
  bool zero = true;
  for (uint32_t i = 0; i < atom->count; i++) {
    part[i] = derive_sum(algebra, atom->argument[i]);
    zero = zero && !part[i]->count;
  }
  if (zero) return sum_whole(algebra, 0);
  result.argument = part;
  return form_atom(algebra, result);
}

/* The names of a sum's generator are bound in its derivative as they were in its body. */
static const Sum *derive_series(Algebra *algebra, const Atom *atom) {
  const Binder *binder = algebra->binder;
  const Node *generator = atom->node->child[1]->child[1];
  for (uint32_t i = 0; i + 1 < generator->count; i++) {
    for (uint32_t j = 0; j + 1 < generator->child[i]->count; j++) {
      Binder *inner = form_new(algebra, sizeof *inner);
      *inner = (Binder){.outer = algebra->binder, .name = generator->child[i]->child[j]->symbol};
      algebra->binder = inner;
    }
  }
  const Sum *result = derive_parts(algebra, atom);
  algebra->binder = binder;
  return result;
}

static const Sum *derive_atom(Algebra *algebra, const Atom *atom) {
  if (!atom->varies) return sum_whole(algebra, 0);
  switch (atom->kind) {
  case ATOM_OPAQUE: return sum_whole(algebra, 1); /* the variable: nothing else of this kind varies */
  case ATOM_CALL: return derive_call(algebra, atom);
  case ATOM_SERIES: return derive_series(algebra, atom);
  case ATOM_PIECEWISE:
  case ATOM_IF: return derive_parts(algebra, atom);
  case ATOM_PRIME: return derive_prime(algebra, atom, atom->node->child[0]);
  }
  return NULL;
}

/* ---- powers ---- */

static Factor factor_base(const Factor *factor) {
  Factor base = *factor;
  base.exponent = NULL;
  base.power = rational_whole(1);
  return base;
}

static const Sum *factor_exponent(Algebra *algebra, const Factor *factor) {
  return factor->exponent ? factor->exponent : sum_number(algebra, factor->power);
}

/* E*B'*B^(E - 1) */
static const Sum *derive_base(Algebra *algebra, const Factor *factor, const Sum *inner) {
  const Sum *exponent = factor_exponent(algebra, factor);
  const Sum *less = sum_add(algebra, exponent, sum_whole(algebra, -1));
  const Sum *base = sum_of_factor(algebra, factor_base(factor));
  const Sum *power = sum_power(algebra, base, less, factor->style);
  return sum_multiply(algebra, sum_multiply(algebra, exponent, inner), power);
}

/* B^E*(E'*log(B) + E*B'/B), and less where the base is e or does not vary. */
static const Sum *derive_exponent(Algebra *algebra, const Factor *factor, const Sum *inner) {
  const Sum *slope = derive_sum(algebra, factor->exponent), *power = sum_of_factor(algebra, *factor);
  const Sum *base = sum_of_factor(algebra, factor_base(factor));
  const Sum *log = form_log(algebra, base);
  if (!inner->count) return sum_multiply(algebra, sum_multiply(algebra, slope, power), log);
  const Sum *quotient = sum_divide(algebra, sum_multiply(algebra, factor->exponent, inner), base);
  const Sum *sum = sum_add(algebra, sum_multiply(algebra, slope, log), quotient);
  return sum_multiply(algebra, power, sum);
}

static const Sum *derive_factor(Algebra *algebra, const Factor *factor) {
  const Sum *inner = factor->atom ? derive_atom(algebra, factor->atom) : derive_sum(algebra, factor->sum);
  if (factor->exponent && factor->exponent->varies) return derive_exponent(algebra, factor, inner);
  return inner->count ? derive_base(algebra, factor, inner) : inner;
}

/* ---- products ---- */

/* The factors [from, to) that vary, or those that do not, with the number for the latter. */
static const Sum *part_of(Algebra *algebra, const Product *product, bool varying, uint32_t without) {
  Factor *list = form_new(algebra, product->count * sizeof *list);
  uint32_t count = 0;
  for (uint32_t i = 0; i < product->count; i++)
    if (i != without && factor_varies(&product->factor[i]) == varying) list[count++] = product->factor[i];
  Rational number = varying ? rational_whole(1) : product->coefficient;
  return sum_of_product(algebra, product_new(algebra, number, list, count));
}

/* The place of the one denominator that varies, below others that do; or the number of factors. */
static uint32_t find_denominator(const Product *product) {
  uint32_t place = product->count, below = 0, above = 0;
  for (uint32_t i = 0; i < product->count; i++) {
    const Factor *factor = &product->factor[i];
    if (!factor_varies(factor)) continue;
    bool under = !factor->exponent && rational_sign(factor->power) < 0;
    if (under) place = i;
    below += under;
    above += !under;
  }
  return below == 1 && above > 0 ? place : product->count;
}

/* Adds a*b, multiplied out if b is a number or a power of a name. */
static void add_product(Algebra *algebra, SumBuilder *builder, const Sum *a, const Sum *b) {
  bool simple = b->count == 1 && (b->term[0]->weight <= 4);
  if (!simple) summing_add_sum(algebra, builder, sum_multiply(algebra, a, b), false);
  for (uint32_t i = 0; simple && i < a->count; i++)
    summing_add(algebra, builder, product_multiply(algebra, a->term[i], b->term[0]));
}

/* N/w^n: (N'*w - n*N*w')/w^(n + 1), the constant factors before it. */
static const Sum *derive_quotient(Algebra *algebra, const Product *product, uint32_t place) {
  Factor factor = product->factor[place], below = factor_base(&factor);
  const Sum *above = part_of(algebra, product, true, place);
  const Sum *w = sum_of_factor(algebra, below), *n = sum_number(algebra, rational_negate(factor.power));
  const Sum *slope = sum_multiply(algebra, n, derive_sum(algebra, w));
  SumBuilder builder = {0};
  add_product(algebra, &builder, derive_sum(algebra, above), w);
  add_product(algebra, &builder, above, sum_negate(algebra, slope));
  summing_arrange(&builder, true);
  const Sum *top = summing_finish(algebra, &builder);
  if (!top->count) return top;
  const Sum *power = sum_number(algebra, rational_add(factor.power, rational_whole(-1)));
  const Sum *bottom = sum_power(algebra, w, power, factor.style);
  const Sum *constant = part_of(algebra, product, false, product->count);
  return sum_multiply(algebra, constant, sum_multiply(algebra, top, bottom));
}

/* The product with the derivative of factor [at] in the place of that factor. */
static const Sum *derive_place(Algebra *algebra, const Product *product, uint32_t at) {
  const Sum *inner = derive_factor(algebra, &product->factor[at]);
  if (!inner->count) return inner;
  const Product *left = product_new(algebra, product->coefficient, product->factor, at);
  const Product *right =
      product_new(algebra, rational_whole(1), product->factor + at + 1, product->count - at - 1);
  const Sum *before = sum_multiply(algebra, sum_of_product(algebra, left), inner);
  return sum_multiply(algebra, before, sum_of_product(algebra, right));
}

static const Sum *derive_product(Algebra *algebra, const Product *product) {
  uint32_t place = find_denominator(product);
  if (place < product->count) return derive_quotient(algebra, product, place);
  SumBuilder builder = {0};
  for (uint32_t i = 0; i < product->count; i++)
    if (factor_varies(&product->factor[i]))
      summing_add_sum(algebra, &builder, derive_place(algebra, product, i), false);
  summing_arrange(&builder, true);
  return summing_finish(algebra, &builder);
}

static const Sum *derive_sum(Algebra *algebra, const Sum *sum) {
  algebra_descend(algebra);
  SumBuilder builder = {0};
  for (uint32_t i = 0; i < sum->count; i++)
    if (sum->term[i]->varies)
      summing_add_sum(algebra, &builder, derive_product(algebra, sum->term[i]), false);
  const Sum *result = summing_finish(algebra, &builder);
  algebra_ascend(algebra);
  return result;
}

/* ---- what others call ---- */

static Node *try_derivative(Algebra *algebra, const Node *e) {
  if (setjmp(algebra->escape)) return NULL;
  const Sum *function = form_read(algebra, e);
  algebra->generous = true;
  return form_result(algebra, derive_sum(algebra, function));
}

Node *symbolic_derivative(Tree *tree, SymbolTable *symbols, const Node *e, const Symbol *x,
                          const SymbolicScope *scope, char why[160]) {
  Algebra algebra;
  algebra_start(&algebra, tree, symbols, scope, why);
  algebra.variable = x;
  Node *result = try_derivative(&algebra, e);
  algebra_end(&algebra);
  return result;
}

static Node *try_substitution(Algebra *algebra, const Node *e, const Symbol *const *name,
                              const Node *const *value, uint32_t count) {
  if (setjmp(algebra->escape)) return NULL;
  const Sum **form = form_new(algebra, (count + 1) * sizeof(const Sum *));
  for (uint32_t i = 0; i < count; i++) form[i] = form_read(algebra, value[i]);
  for (uint32_t i = 0; i < count; i++) environment_add(algebra, name[i], form[i]);
  const Sum *result = form_read(algebra, e);
  algebra->environment = NULL;
  return form_result(algebra, result);
}

Node *symbolic_substitute(Tree *tree, SymbolTable *symbols, const Node *e, const Symbol *const *name,
                          const Node *const *value, uint32_t count, const SymbolicScope *scope,
                          char why[160]) {
  Algebra algebra;
  algebra_start(&algebra, tree, symbols, scope, why);
  Node *result = try_substitution(&algebra, e, name, value, count);
  algebra_end(&algebra);
  return result;
}
