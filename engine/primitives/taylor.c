/* taylor.c - Taylor polynomials, as functions that print what they are.
 *
 * The polynomial is written as text in the language and compiled: so it prints, can be pasted, evaluated,
 * differentiated and plotted like any function. A coefficient that is a fraction of small numbers is
 * written as one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "machine/prototype.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/solvers.h"
#include "values/display.h"

enum { TAYLOR_ORDER = 12 }; /* as derivative's */

static double factorial_of(int n) { return n < 2 ? 1 : n * factorial_of(n - 1); }

/* c as above/below when that division gives c up to rounding, by its continued fraction. Small: a product
 * of the two past [FRACTION] would be found for any number. */
static const double FRACTION = 1e9;

static bool is_fraction(double c, double *above, double *below) {
  double p = 1, q = 0, p_before = 0, q_before = 1, rest = c;
  for (int i = 0; i < 40; i++) {
    double whole = floor(rest), p_next = whole * p + p_before, q_next = whole * q + q_before;
    if (p_next * q_next > FRACTION) return false;
    p_before = p, q_before = q, p = p_next, q = q_next;
    if (fabs(p / q - c) <= 2 * DBL_EPSILON * c) return *above = p, *below = q, true;
    rest = 1 / (rest - whole);
  }
  return false;
}

/* 3x^2/8, 0.25x, x: a term without its sign; [base] is x or (x - a). */
static void write_term(Text *out, double slope, int k, const char *base) {
  double above = fabs(slope) / factorial_of(k), below = 1;
  is_fraction(above, &above, &below);
  if (above != 1 || k == 0) display_number(above, 17, out);
  if (k > 0) text_string(out, base);
  if (k > 1) text_format(out, "^%d", k);
  if (below != 1) text_format(out, "/%.0f", below);
}

static void write_polynomial(Text *out, const double *slope, int order, double a) {
  char base[40] = "x";
  if (a != 0) {
    Text number = {0};
    display_number(fabs(a), 17, &number);
    snprintf(base, sizeof base, "(x %c %s)", a < 0 ? '+' : '-', number.bytes);
    text_free(&number);
  }
  bool first = true;
  for (int k = 0; k <= order; k++) {
    if (slope[k] == 0) continue;
    text_string(out, first ? slope[k] < 0 ? "-" : "" : slope[k] < 0 ? " - " : " + ");
    write_term(out, slope[k], k, base);
    first = false;
  }
  if (first) text_string(out, "0*x");
}

static Value compile_function(Session *s, Text *text) {
  Source *source = source_new("taylor", text->bytes, text->length);
  text_free(text);
  Tree *tree = NULL;
  Report report = {0};
  ParseStatus status = parse(source, &s->symbols, &tree, &report);
  report_clear(&report);
  if (status != PARSE_OK) {
    source_release(source);
    fail(s, "this Taylor polynomial cannot be written down");
  }
  Prototype *unit = prototype_new(s, tree, tree->program->child[0], true);
  tree_release(tree);
  source_release(source);
  Value function = machine_run_unit(s, unit);
  value_release((Value){.kind = VALUE_PROTOTYPE, .object = &unit->head});
  return function;
}

static double derivative_at(Session *s, const SolverFunction *f, double a, int k) {
  check_interrupt(s);
  Value argument[3] = {f->primal, value_number(a), value_number(k)};
  Arguments all = {.argument = argument, .count = 3, .wanted = 1};
  double slope = solver_number(f, primitive_find("derivative")->call(s, &all));
  if (!isfinite(slope)) fail(s, "the derivative of order %d at %.6g is not a finite number: f has no Taylor polynomial there", k, a);
  return slope;
}

static Value call_taylor(Session *s, const Arguments *a) {
  if (solver_is_active(a->argument[0]) || solver_is_active(a->argument[1]))
    fail(s, "taylor cannot be differentiated by what f captured: use taylor_coefficients(f, a, n)");
  SolverFunction f = solver_function(s, a, 0, "taylor");
  double at = argument_number(s, a, 1), slope[TAYLOR_ORDER + 1];
  if (!isfinite(at)) fail_argument(s, 1, "the point must be a finite number, but it is %.6g", at);
  int order = (int)argument_integer(s, a, 2, 0, TAYLOR_ORDER);
  for (int k = 0; k <= order; k++) slope[k] = derivative_at(s, &f, at, k);
  Text text = {0};
  text_string(&text, "x -> ");
  write_polynomial(&text, slope, order, at);
  solver_release(&f);
  return compile_function(s, &text);
}

const Primitive taylor_rows[1] = {
    {.name = "taylor", .parameters = "(f, a, n)", .call = call_taylor, .result = RESULT_ANY, .differentiable = DERIVE_NONE,
     .reason = "its value is a function",
     .help = "The Taylor polynomial of f at the number a up to order n, at most 12, as a function that prints as a polynomial. The derivatives in it are exact. What is missing to f(x) is the remainder f^(n+1)(ξ)*(x - a)^(n+1)/(n+1)! for some ξ between a and x (Lagrange).",
     .example = "taylor(sin, 0, 5)", .gives = "x -> x - x^3/6 + x^5/120"},
};
