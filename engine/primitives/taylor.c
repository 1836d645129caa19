/* taylor.c - Taylor polynomials, as functions that print what they are.
 *
 * The coefficients come from one recording (calculus/series.c), or where that has no series from derivatives
 * of derivatives.
 *
 * The polynomial is written as text in the language and compiled: so it prints, can be pasted, evaluated,
 * differentiated and plotted like any function. A coefficient that is a fraction of small numbers is
 * written as one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calculus/kept.h"
#include "calculus/series.h"
#include "machine/prototype.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/solvers.h"
#include "values/display.h"

enum { TAYLOR_ORDER = 20, TAYLOR_NESTED = 12 }; /* as derivative's */
/* From here on k! is written as that. */
enum { FACTORIAL_FIGURES = 13 };

static double factorial_of(int n) { return n < 2 ? 1 : n * factorial_of(n - 1); }

/* c as above/below when that division gives c up to rounding, by its continued fraction. Small: a product
 * of the two past [FRACTION] would be found for any number. */
static const double FRACTION = 1e9;
/* A derivative below it that is whole up to rounding is taken to be: any other is that near to a whole
 * number once in ten thousand times. */
static const double WHOLE = 1e10;
/* A coefficient has been through as many roundings. */
static const double FRACTION_ULPS = 16;

static bool is_fraction(double c, double *above, double *below) {
  double p = 1, q = 0, p_before = 0, q_before = 1, rest = c;
  for (int i = 0; i < 40; i++) {
    double whole = floor(rest), p_next = whole * p + p_before, q_next = whole * q + q_before;
    if (p_next * q_next > FRACTION) return false;
    p_before = p, q_before = q, p = p_next, q = q_next;
    if (fabs(p / q - c) <= FRACTION_ULPS * DBL_EPSILON * c) return *above = p, *below = q, true;
    rest = 1 / (rest - whole);
  }
  return false;
}

/* 3x^2/8, 0.25x, x^15/15!: a term without its sign; [base] is x or (x - a). */
static void write_term(Text *out, double coefficient, int k, const char *base) {
  double above = fabs(coefficient), below = 1;
  bool slope = false; /* over k! */
  if (!is_fraction(above, &above, &below) && k >= FACTORIAL_FIGURES) {
    double derivative = above * factorial_of(k), whole = round(derivative);
    slope = whole < WHOLE && fabs(derivative - whole) <= FRACTION_ULPS * DBL_EPSILON * whole;
    if (slope) above = whole;
  }
  if (above != 1 || k == 0) display_number(above, 17, out);
  if (k > 0) text_string(out, base);
  if (k > 1) text_format(out, "^%d", k);
  if (slope) text_format(out, "/%d!", k);
  else if (below != 1) text_format(out, "/%.0f", below);
}

/* x, or (x - a). */
static void write_base(Text *out, double a) {
  if (a == 0) {
    text_string(out, "x");
    return;
  }
  text_format(out, "(x %c ", a < 0 ? '+' : '-');
  display_number(fabs(a), 17, out);
  text_string(out, ")");
}

/* What is missing to f(x). */
static char *remainder_text(int order, double a) {
  Text out = {0};
  text_string(&out, "remainder f");
  if (order < 3) text_repeat(&out, '\'', (size_t)order + 1);
  else text_format(&out, "^(%d)", order + 1);
  text_string(&out, "(ξ)*");
  write_base(&out, a);
  if (order > 0) text_format(&out, "^%d/%d!", order + 1, order + 1);
  text_string(&out, " with ξ between ");
  display_number(a, 6, &out);
  text_string(&out, " and x");
  return out.bytes;
}

static void write_polynomial(Text *out, const double *coefficient, int order, double a) {
  Text base = {0};
  write_base(&base, a);
  bool first = true;
  for (int k = 0; k <= order; k++) {
    double c = coefficient[k];
    if (c == 0) continue;
    text_string(out, first ? c < 0 ? "-" : "" : c < 0 ? " - " : " + ");
    write_term(out, c, k, base.bytes);
    first = false;
  }
  text_free(&base);
  if (first) text_string(out, "0*x");
}

/* The function, and what is said behind it: both are taken over. */
static Value compile_function(Session *s, Text *text, char *remark) {
  Source *source = source_new("taylor", text->bytes, text->length);
  text_free(text);
  Tree *tree = NULL;
  Report report = {0};
  ParseStatus status = parse(source, &s->symbols, &tree, &report);
  report_clear(&report);
  if (status != PARSE_OK) {
    source_release(source);
    free(remark);
    fail(s, "this Taylor polynomial cannot be written down");
  }
  Prototype *unit = prototype_new(s, tree, tree->program->child[0], true);
  tree_release(tree);
  source_release(source);
  Value function = machine_run_unit(s, unit);
  ((Function *)function.object)->prototype->remark = remark;
  value_release((Value){.kind = VALUE_PROTOTYPE, .object = &unit->head});
  return function;
}

static int nested_orders(const Recording *r) {
  return r->trace->orders < TAYLOR_NESTED ? r->trace->orders : TAYLOR_NESTED;
}

/* The coefficients from derivatives of derivatives: where the function has a kink there may be no series and
 * yet some derivatives. [why] there is none. */
static void nested_coefficients(Session *s, const SolverFunction *f, double a, int order, const char *why, double *coefficient) {
  size_t notes = s->notes.length;
  for (int k = 0; k <= order; k++) {
    check_interrupt(s);
    Value argument[3] = {f->primal, value_number(a), value_number(k)};
    Arguments all = {.argument = argument, .count = 3, .wanted = 1};
    double slope = solver_number(f, primitive_find("derivative")->call(s, &all));
    if (!isfinite(slope))
      fail(s, "the derivative of order %d at %.6g is not a finite number: f has no Taylor polynomial there", k, a);
    if (s->notes.length != notes && strstr(why, "kink"))
      fail(s, "%s: at %.6g f has no Taylor polynomial of order %d", why, a, order);
    coefficient[k] = slope / factorial_of(k);
  }
}

static void find_coefficients(Session *s, const SolverFunction *f, double a, int order, double *coefficient) {
  Value at = value_number(a);
  Recording r = kept_recording(s, f->primal, &at, 1, &at, 1);
  recording_remark(s, &r);
  solver_number(f, value_keep(r.value)); /* refuses anything else */
  const char *why;
  bool known = recording_series(s, &r, order, coefficient, &why);
  if (!known && order > nested_orders(&r))
    fail_argument(s, 2, "the order is at most %d for this function, because %s", nested_orders(&r), why);
  if (!known) nested_coefficients(s, f, a, order, why, coefficient);
  recording_release(s, &r);
}

static Value call_taylor(Session *s, const Arguments *a) {
  if (solver_is_active(a->argument[0]) || solver_is_active(a->argument[1]))
    fail(s, "taylor cannot be differentiated by what f captured: use taylor_coefficients(f, a, n)");
  SolverFunction f = solver_function(s, a, 0, "taylor");
  double at = argument_number(s, a, 1), coefficient[TAYLOR_ORDER + 1];
  if (!isfinite(at)) fail_argument(s, 1, "the point must be a finite number, but it is %.6g", at);
  int order = (int)argument_integer(s, a, 2, 0, TAYLOR_ORDER);
  find_coefficients(s, &f, at, order, coefficient);
  Text text = {0};
  text_string(&text, "x -> ");
  write_polynomial(&text, coefficient, order, at);
  solver_release(&f);
  return compile_function(s, &text, remainder_text(order, at));
}

const Primitive taylor_rows[1] = {
    {.name = "taylor", .parameters = "(f, a, n)", .call = call_taylor, .result = RESULT_ANY, .differentiable = DERIVE_NONE,
     .reason = "its value is a function",
     .help = "The Taylor polynomial of f at the number a up to order n, at most 20, as a function that prints as a polynomial. The derivatives in it are exact. What is missing to f(x) is the remainder f^(n+1)(ξ)*(x - a)^(n+1)/(n+1)! for some ξ between a and x (Lagrange), which is printed behind it.",
     .example = "taylor(sin, 0, 5)", .gives = "x -> x - x^3/6 + x^5/120  # remainder f^(6)(ξ)*x^6/6! with ξ between 0 and x"},
};
