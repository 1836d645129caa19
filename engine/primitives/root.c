/* root.c - zeros of a function of one number.
 *
 * Between two ends where the signs differ: Brent's method (Algorithms for Minimization without
 * Derivatives, chapter 4), down to neighbouring numbers. A change of sign is not yet a root: where the
 * values do not shrink towards it, it is a jump or a pole and is refused.
 * From one start: Newton with the exact derivative, each step cut until |f| falls; a change of sign met on
 * the way goes to Brent, and where Newton stalls ever larger neighbourhoods are searched for one.
 * The derivative of a root is that of two Newton steps at it, which agree with it up to order 3.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>

#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/solvers.h"
#include "values/operate.h"

typedef struct Bracket {
  double a, b, fa, fb; /* the signs of fa and fb differ */
} Bracket;

enum {
  BRENT_STEPS = 2000,  /* bisection alone needs fewer: there are 2^64 numbers, and Brent is at worst its square */
  NEWTON_STEPS = 100,
  NEWTON_CUTS = 30,
  SCAN = 64,
  EXPANSIONS = 60,
  EDGE_STEPS = 200
};

/* Values this small against those at the ends are rounding, whatever their neighbours are. */
static const double NEGLIGIBLE = 1e-12;
/* Values that outgrow those at the ends by this factor belong to a pole. */
static const double POLE = 1e6;
/* Next to an honest zero values are not this small: they ran out of exponents. */
static const double UNDERFLOW = 1e-290;

static bool differ(double x, double y) { return (x < 0 && y > 0) || (x > 0 && y < 0); }

/* ---- Brent ---- */

typedef struct Brent {
  double best, other, last;    /* the root lies between best and other; last is the best before */
  double f_best, f_other, f_last;
  double step, step_before;
} Brent;

static void brent_order(Brent *w) {
  if (!differ(w->f_best, w->f_other)) {
    w->other = w->last;
    w->f_other = w->f_last;
    w->step = w->step_before = w->best - w->last;
  }
  if (fabs(w->f_other) >= fabs(w->f_best)) return;
  w->last = w->best, w->best = w->other, w->other = w->last;
  w->f_last = w->f_best, w->f_best = w->f_other, w->f_other = w->f_last;
}

/* Secant or inverse quadratic interpolation when it stays well inside, else half the way. */
static void brent_choose(Brent *w, double half, double tolerance) {
  bool slow = fabs(w->step_before) < tolerance || fabs(w->f_last) <= fabs(w->f_best) || isinf(w->f_last) || isinf(w->f_other);
  double p = 0, q = 1;
  if (!slow) {
    double s = w->f_best / w->f_last;
    if (w->last == w->other) {
      p = 2 * half * s;
      q = 1 - s;
    } else {
      double t = w->f_last / w->f_other, r = w->f_best / w->f_other;
      p = s * (2 * half * t * (t - r) - (w->best - w->last) * (r - 1));
      q = (t - 1) * (r - 1) * (s - 1);
    }
    if (p > 0) q = -q;
    p = fabs(p);
  }
  bool inside = !slow && 2 * p < fmin(3 * half * q - fabs(tolerance * q), fabs(w->step_before * q));
  w->step_before = inside ? w->step : half;
  w->step = inside ? p / q : half;
}

/* The bracket shrunk to neighbours; a is the better end. */
static Bracket brent(const SolverFunction *f, Bracket in) {
  double smallest = DBL_EPSILON * DBL_EPSILON * fmax(fabs(in.a), fabs(in.b));
  Brent w = {.best = in.b, .other = in.a, .last = in.a, .f_best = in.fb, .f_other = in.fa, .f_last = in.fa};
  w.step = w.step_before = in.b - in.a;
  for (int i = 0; i < BRENT_STEPS; i++) {
    brent_order(&w);
    double tolerance = 0.5 * DBL_EPSILON * fabs(w.best) + smallest, half = 0.5 * (w.other - w.best);
    if (w.f_best == 0 || fabs(half) <= tolerance) break;
    brent_choose(&w, half, tolerance);
    w.last = w.best;
    w.f_last = w.f_best;
    double next = w.best + (fabs(w.step) > tolerance ? w.step : copysign(tolerance, half));
    if (next == w.best) next = nextafter(w.best, w.other);
    w.best = next;
    w.f_best = solver_call(f, w.best);
    if (isnan(w.f_best)) fail(f->session, "f(%.6g) is not a number: no root can be followed through it", w.best);
  }
  return (Bracket){w.best, w.other, w.f_best, w.f_other};
}

/* What the values do at some distance from the change of sign, between its width and the bracket's. */
static void refuse_jump(const SolverFunction *f, Bracket in, Bracket out) {
  double here = fmax(fabs(out.fa), fabs(out.fb)), ends = fmax(fabs(in.fa), fabs(in.fb));
  if (out.fa == 0 || here <= NEGLIGIBLE * ends) return;
  double width = fmax(fabs(out.b - out.a), DBL_MIN), reach = sqrt(width) * sqrt(fabs(in.b - in.a));
  double low = fmax(fmin(in.a, in.b), fmin(out.a, out.b) - reach), high = fmin(fmax(in.a, in.b), fmax(out.a, out.b) + reach);
  double around = fmax(fabs(solver_call(f, low)), fabs(solver_call(f, high)));
  if (here < 0.25 * around) return;
  double left = out.a < out.b ? out.fa : out.fb, right = out.a < out.b ? out.fb : out.fa;
  double at = fabs(out.a) <= DBL_EPSILON * fmax(fabs(in.a), fabs(in.b)) ? 0 : out.a;
  if (here > POLE * ends) fail(f->session, "no root: f changes its sign at %.6g by a pole", at);
  fail(f->session, "no root: f changes its sign at %.6g by a jump, from %.6g to %.6g", at, left, right);
}

/* f is 0 at [zero] and not at [other]: the end of its zeros towards there. Refuses one that is only the
 * end of what numbers can hold, as in exp(x) far to the left. */
static double edge_of_zeros(const SolverFunction *f, double zero, double other) {
  double last = solver_call(f, other);
  for (int i = 0; i < EDGE_STEPS; i++) {
    double middle = zero + 0.5 * (other - zero);
    if (middle == zero || middle == other) break;
    double value = solver_call(f, middle);
    if (value == 0) {
      zero = middle;
    } else {
      other = middle;
      last = value;
    }
  }
  if (fabs(last) < UNDERFLOW) fail(f->session, "no root found: towards %.6g f only becomes too small for numbers to hold", zero);
  return zero;
}

/* Is f different from 0 a little further towards [other], or is it 0 all the way? */
static bool is_alone(const SolverFunction *f, double zero, double other) {
  return solver_call(f, other) == 0 || solver_call(f, zero + 1e-6 * (other - zero)) != 0;
}

static double bracketed_root(const SolverFunction *f, Bracket in) {
  if (in.fa == 0) return is_alone(f, in.a, in.b) ? in.a : edge_of_zeros(f, in.a, in.b);
  if (in.fb == 0) return is_alone(f, in.b, in.a) ? in.b : edge_of_zeros(f, in.b, in.a);
  Bracket out = brent(f, in);
  refuse_jump(f, in, out);
  /* Around 0 numbers are so dense that the bracket never closes. */
  bool round_zero = differ(in.a, in.b) && fabs(out.a) <= DBL_EPSILON * fmax(fabs(in.a), fabs(in.b));
  return round_zero && fabs(solver_call(f, 0)) <= fabs(out.fa) ? 0 : out.a;
}

/* A part of [a, b] where the sign changes, for the error's advice. */
static bool scan(const SolverFunction *f, double a, double b, Bracket *found) {
  double x = a, fx = solver_call(f, a);
  for (int i = 1; i <= SCAN; i++) {
    double y = a + (b - a) * i / SCAN, fy = solver_call(f, y);
    if (fy == 0 || differ(fx, fy)) {
      *found = (Bracket){x, y, fx, fy};
      return true;
    }
    x = y;
    fx = fy;
  }
  return false;
}

static double root_between(const SolverFunction *f, double a, double b) {
  Session *s = f->session;
  if (!isfinite(a) || !isfinite(b)) fail(s, "root needs two finite ends, found %.6g and %.6g", a, b);
  Bracket in = {a, b, solver_call(f, a), solver_call(f, b)};
  if (isnan(in.fa) || isnan(in.fb)) fail(s, "f(%.6g) is not a number", isnan(in.fa) ? a : b);
  solver_steady(f, a, in.fa);
  if (in.fa == 0 || in.fb == 0 || differ(in.fa, in.fb)) return bracketed_root(f, in);
  Bracket part;
  bool known = scan(f, a, b, &part);
  Report *r = failure(s, "f has the same sign at both ends, so nothing says that there is a root between: f(%.6g) = %.6g, f(%.6g) = %.6g", a, in.fa, b, in.fb);
  char text[64];
  failure_text(s, 0, text, sizeof text);
  if (known) report_advise(r, "root(%s, %.6g, %.6g)", text, part.a, part.b);
  else report_advise(r, "root(%s, %.6g)  (from a start)", text, 0.5 * (a + b));
  raise_failure(s, r);
}

/* ---- from a start ---- */

typedef struct Newton {
  const SolverFunction *f;
  double x, value, slope;
  bool zero;         /* value is zero up to rounding */
  double best, least; /* smallest |f| seen, and where */
} Newton;

static void newton_at(Newton *w, double x) {
  Scratch *mark = scratch_mark(w->f->session);
  Value point = value_number(x);
  SolverJacobian j = solver_jacobian(w->f, &point, 1, &x, 1);
  if (j.m != 1) fail(w->f->session, "root needs a function that gives one number: for several, fsolve(F, x0)");
  w->x = x;
  w->value = j.value[0];
  w->slope = j.slope[0];
  w->zero = solver_is_zero(&j, 0, &x);
  if (fabs(w->value) < w->least) {
    w->least = fabs(w->value);
    w->best = x;
  }
  scratch_release(w->f->session, mark);
}

/* One step, cut until |f| falls. 1 for a root, 0 to go on, -1 when stuck. */
static int newton_step(Newton *w, double *root) {
  double x = w->x, value = w->value, step = -w->value / w->slope;
  if (!isfinite(step)) return -1;
  for (int cut = 0; cut < NEWTON_CUTS && x + step != x; cut++, step /= 2) {
    double y = solver_call(w->f, x + step);
    if (y != 0 && differ(value, y)) {
      *root = bracketed_root(w->f, (Bracket){x, x + step, value, y});
      return 1;
    }
    if (fabs(y) < fabs(value)) {
      newton_at(w, x + step);
      return 0;
    }
  }
  return -1;
}

/* Ever larger steps to both sides until the sign changes. */
static bool expand(Newton *w, double start, double *root) {
  double low = start, high = start, f_low = solver_call(w->f, start), f_high = f_low;
  double step = 1e-3 * fmax(1, fabs(start));
  for (int i = 0; i < EXPANSIONS; i++, step *= 1.5) {
    double next = high + step, value = solver_call(w->f, next);
    if (differ(f_high, value) || value == 0) return *root = bracketed_root(w->f, (Bracket){high, next, f_high, value}), true;
    if (fabs(value) < w->least) w->least = fabs(value), w->best = next;
    high = next, f_high = value;
    next = low - step, value = solver_call(w->f, next);
    if (differ(f_low, value) || value == 0) return *root = bracketed_root(w->f, (Bracket){low, next, f_low, value}), true;
    if (fabs(value) < w->least) w->least = fabs(value), w->best = next;
    low = next, f_low = value;
  }
  return false;
}

static double root_from(const SolverFunction *f, double start) {
  Session *s = f->session;
  if (!isfinite(start)) fail_argument(s, 1, "the start must be a finite number, but it is %.6g", start);
  Newton w = {.f = f, .least = INFINITY, .best = start};
  newton_at(&w, start);
  if (isnan(w.value)) fail_argument(s, 1, "f(%.6g) is not a number: start where f has a value", start);
  double root;
  for (int i = 0; i < NEWTON_STEPS && !w.zero; i++) {
    int state = newton_step(&w, &root);
    if (state > 0) return root;
    if (state < 0) break;
  }
  /* A touching root is halved towards, one bit a step: go on to the last one. */
  for (int i = 0; i < NEWTON_STEPS && w.zero && w.value != 0; i++) {
    double at = w.x, value = w.value;
    if (newton_step(&w, &root) > 0) return root;
    if (w.x == at || fabs(w.value) >= fabs(value)) break;
  }
  if (w.zero) return w.x;
  if (expand(&w, start, &root)) return root;
  fail(s, "no root found from %.6g: the smallest |f| met is %.6g, at x = %.6g", start, w.least, w.best);
}

/* ---- the call ---- */

/* The root as what the function captured moves it. */
static Value implicit_root(const SolverFunction *f, double root) {
  Session *s = f->session;
  Value x = value_number(root);
  solver_pin(s, solver_call_active(f, x));
  for (int i = 0; i < 2; i++) {
    Value value = solver_call_active(f, x), slope = solver_slope_active(f, x);
    if (slope.number == 0) fail(s, "the root %.6g has no derivative: f' is 0 there, it is a multiple root", root);
    x = value_elementwise(s, SCALAR_SUBTRACT, x, value_elementwise(s, SCALAR_DIVIDE, value, slope));
  }
  trace_limit_orders(s, IMPLICIT_ORDERS, trace_implicit_limit);
  return x;
}

Value call_root(Session *s, const Arguments *a) {
  SolverFunction f = solver_function(s, a, 0, "root");
  double start = solver_scalar(s, a, 1).number;
  double root = argument_given(a, 2) ? root_between(&f, start, solver_scalar(s, a, 2).number) : root_from(&f, start);
  Value x = f.active ? implicit_root(&f, root) : value_number(root);
  solver_release(&f);
  return x;
}

const Primitive root_rows[3] = {
    {.name = "root", .parameters = "(f, a, b = )", .call = call_root, .result = RESULT_ANY, .differentiable = DERIVE_THROUGH,
     .help = "A number x with f(x) = 0: between a and b, where f has different signs, or from the start a alone. A jump or pole is not taken for a root. The derivative by what f captured is exact.",
     .example = "root(x -> x^2 - 2, 1, 2)", .gives = "1.41421"},
    {.name = "fsolve", .parameters = "(F, x0)", .call = call_fsolve, .result = RESULT_ANY, .differentiable = DERIVE_THROUGH,
     .help = "A point x, shaped like x0, with F(x) = 0: Newton's method with the exact Jacobian from x0, least squares where it stalls. When no root is found, it is an error that gives the smallest residual.",
     .example = "fsolve(v -> [v[1]^2 + v[2]^2 - 25, v[1]*v[2] - 12], [5, 1])", .gives = "[4, 3]"},
    {.name = "roots", .parameters = "(p)", .call = call_roots, .result = RESULT_ANY, .differentiable = DERIVE_THROUGH,
     .help = "All roots of the polynomial p[1]*x^n + … + p[n]*x + p[n+1], ascending, a multiple root as often as it counts. When some are complex, all are given as complex numbers, ascending by their real part.",
     .example = "roots([1, -6, 11, -6])", .gives = "[1, 2, 3]"},
};
