/* taylor.c - taylor, and linearize, which is its order 1.
 *
 * The coefficients come from one recording (calculus/series.c), or where that has no series from derivatives
 * of derivatives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "calculus/kept.h"
#include "calculus/series.h"
#include "machine/lambda.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/solvers.h"
#include "primitives/taylor.h"
#include "values/display.h"

enum { TAYLOR_ORDER = 20, TAYLOR_NESTED = 12 }; /* as derivative's */
/* What is missing to f(x). */
static char *remainder_text(int order, double a) {
  Text out = {0};
  text_string(&out, "remainder f");
  if (order < 3) text_repeat(&out, '\'', (size_t)order + 1);
  else text_format(&out, "^(%d)", order + 1);
  text_string(&out, "(ξ)*");
  taylor_base(&out, "x", a);
  if (order > 0) text_format(&out, "^%d/%d!", order + 1, order + 1);
  text_string(&out, " with ξ between ");
  display_number(a, 6, &out);
  text_string(&out, " and x");
  return out.bytes;
}

static void write_polynomial(Text *out, const double *coefficient, int order, double a) {
  bool first = true;
  for (int k = 0; k <= order; k++) {
    double c = coefficient[k];
    if (c == 0) continue;
    Text powers = {0};
    text_string(&powers, "");
    if (k > 0) taylor_base(&powers, "x", a);
    if (k > 1) text_format(&powers, "^%d", k);
    taylor_term(out, first, c, powers.bytes, k);
    text_free(&powers);
    first = false;
  }
  if (first) text_string(out, "0*x");
}

static int nested_orders(const Recording *r) {
  return r->trace->orders < TAYLOR_NESTED ? r->trace->orders : TAYLOR_NESTED;
}

static void drop_notes(Session *s, size_t from) {
  if (s->notes.length > from) s->notes.bytes[s->notes.length = from] = 0;
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
    bool kink = s->notes.length != notes && strstr(why, "kink");
    if (kink || !isfinite(slope)) drop_notes(s, notes); /* the error says it */
    if (!isfinite(slope))
      fail(s, "the derivative of order %d at %.6g is not a finite number: f has no Taylor polynomial there", k, a);
    if (kink) fail(s, "%s: at %.6g f has no Taylor polynomial of order %d", why, a, order);
    coefficient[k] = slope / taylor_factorial(k);
  }
}

static void find_coefficients(Session *s, const SolverFunction *f, double a, int order, double *coefficient) {
  Value at = value_number(a);
  Recording r = kept_recording(s, f->primal, &at, 1, &at, 1);
  recording_remark(s, &r);
  double value = solver_number(f, value_keep(r.value)); /* refuses anything else */
  if (!isfinite(value)) fail(s, "f(%.6g) is %.6g, not a finite number: f has no Taylor polynomial there", a, isnan(value) ? NAN : value);
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
  if (a->argument[1].kind == VALUE_ARRAY) return taylor_several(s, a, (int)argument_integer(s, a, 2, 0, TAYLOR_SEVERAL), true);
  SolverFunction f = solver_function(s, a, 0, "taylor");
  double at = argument_number(s, a, 1), coefficient[TAYLOR_ORDER + 1];
  if (!isfinite(at)) fail_argument(s, 1, "the point must be a finite number, but it is %.6g", at);
  int order = (int)argument_integer(s, a, 2, 0, TAYLOR_ORDER);
  find_coefficients(s, &f, at, order, coefficient);
  Text text = {0};
  text_string(&text, "x -> ");
  write_polynomial(&text, coefficient, order, at);
  solver_release(&f);
  return taylor_function(s, &text, remainder_text(order, at));
}

/* ---- linearize ---- */

/* The same over values that are being differentiated, and for points that are no vectors. */
static Value linear_closure(Session *s, const Arguments *a) {
  static const char text[] = "(f, a) -> do\n  value = f(a)\n  slope = gradient(f, a)\n  x -> value + dot(slope, x - a)\nend";
  return machine_call(s, lambda_of(s, text, "linearize", text), a->argument, 2);
}

static Value call_linearize(Session *s, const Arguments *a) {
  argument_function(s, a, 0);
  Value at = a->argument[1];
  if (solver_is_active(a->argument[0]) || solver_is_active(at)) return linear_closure(s, a);
  if (at.kind == VALUE_ARRAY) {
    const Array *point = value_as_array(at);
    bool few = point->cols == 1 && point->rows >= 1 && point->rows <= TAYLOR_VARIABLES;
    return few ? taylor_several(s, a, 1, false) : linear_closure(s, a);
  }
  if (at.kind != VALUE_NUMBER) return linear_closure(s, a);
  SolverFunction f = solver_function(s, a, 0, "linearize");
  double coefficient[2];
  if (!isfinite(at.number)) fail_argument(s, 1, "the point must be a finite number, but it is %.6g", at.number);
  find_coefficients(s, &f, at.number, 1, coefficient);
  Text text = {0};
  text_string(&text, "x -> ");
  write_polynomial(&text, coefficient, 1, at.number);
  solver_release(&f);
  return taylor_function(s, &text, NULL);
}

const Primitive taylor_rows[2] = {
    {.name = "linearize", .parameters = "(f, a)", .call = call_linearize, .result = RESULT_ANY, .differentiable = DERIVE_THROUGH,
     .help = "The first-order approximation of f at a, f(a) + ∇f(a)'(x - a), as a function that prints as a formula. a is a number or a vector, f gives a number.",
     .example = "linearize(x -> x^2, 3)", .gives = "x -> 9 + 6(x - 3)"},
    {.name = "taylor", .parameters = "(f, a, n)", .call = call_taylor, .result = RESULT_ANY, .differentiable = DERIVE_NONE,
     .reason = "its value is a function",
     .help = "The Taylor polynomial of f at the number a up to order n, at most 20, as a function that prints as a polynomial. The derivatives in it are exact. What is missing to f(x) is the remainder f^(n+1)(ξ)*(x - a)^(n+1)/(n+1)! for some ξ between a and x (Lagrange), which is printed behind it. At a vector a of up to 8 numbers it is a polynomial in all of them, of order at most 3.",
     .example = "taylor(sin, 0, 5)", .gives = "x -> x - x^3/6 + x^5/120  # remainder f^(6)(ξ)*x^6/6! with ξ between 0 and x"},
};
