/* roots.c - the real roots of a polynomial.
 *
 * Eigenvalues of the balanced companion matrix (GSL), sharpened together by Aberth's method in extended
 * precision (Math. Comp. 27, 1973). Rounding of the coefficients scatters an m-fold root over a circle of
 * radius eps^(1/m), so roots that lie together are taken for one of multiplicity m when the polynomial and
 * its first m-1 derivatives vanish at a common real point up to that rounding; that point is a simple root
 * of derivative m-1, where Newton finds it to full accuracy.
 * The derivative of a simple root by the coefficients is that of two Newton steps at it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <complex.h>
#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_poly.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/solvers.h"
#include "values/complex.h"
#include "values/operate.h"

enum { DEGREE_LARGEST = 400, POLISH_STEPS = 20, ABERTH_STEPS = 60 };

/* How far rounding scatters a multiple root at most, against its size; how many roundings of the
 * coefficients a value may be off by and still count as zero; the imaginary part of a real root. */
static const double SCATTER = 2e-2, ROUNDINGS = 4, REAL = 1e-14;
/* The same near a multiple root: it is flat there. */
static const double ROUNDINGS_NEAR = 1e4;
/* What the entries of the companion matrix may still grow by while it is balanced. */
static const double MARGIN = 1e8;
/* A root leaves about degree*eps of the terms' size; what was never found leaves about 1. */
static const double NOT_A_ROOT = 1e-8;

typedef struct Polynomial {
  size_t degree;
  const double *c; /* highest power first */
} Polynomial;

/* The binomial of k over j times x: the factor of a derivative divided by j!. */
static double choose(size_t k, size_t j) {
  double b = 1;
  for (size_t i = 1; i <= j; i++) b = b * (double)(k - j + i) / (double)i;
  return b;
}

/* p^(j)(x)/j!, and in *size the same with absolute values: its rounding error is eps times that. */
static double derivative_at(const Polynomial *p, size_t j, double x, double *size) {
  long double sum = 0, total = 0;
  for (size_t i = 0; i + j <= p->degree; i++) {
    long double c = (long double)p->c[i] * choose(p->degree - i, j);
    sum = sum * x + c;
    total = total * fabs(x) + fabsl(c);
  }
  *size = (double)total;
  return (double)sum;
}

static bool vanishes(const Polynomial *p, size_t j, double x, double roundings) {
  double size, value = derivative_at(p, j, x, &size);
  return fabs(value) <= roundings * DBL_EPSILON * size;
}

/* Newton on derivative j, while the value falls. */
static double polish(const Polynomial *p, size_t j, double x) {
  double size, value = derivative_at(p, j, x, &size);
  for (int i = 0; i < POLISH_STEPS && value != 0; i++) {
    double slope = derivative_at(p, j + 1, x, &size) * (double)(j + 1), y = x - value / slope;
    double next = isfinite(y) ? derivative_at(p, j, y, &size) : INFINITY;
    if (!(fabs(next) < fabs(value))) break;
    x = y;
    value = next;
  }
  return x;
}

typedef struct Eigenvalue {
  double re, im;
  bool taken;
} Eigenvalue;

typedef struct Neighbour {
  size_t index;
  double distance;
} Neighbour;

static int nearer(const void *a, const void *b) {
  const Neighbour *p = a, *q = b;
  return (p->distance > q->distance) - (p->distance < q->distance);
}

/* The free eigenvalues by their distance from the real part of [first], itself in front. */
static size_t neighbours(const Eigenvalue *e, size_t n, size_t first, Neighbour *near) {
  size_t count = 1;
  near[0] = (Neighbour){.index = first};
  for (size_t i = 0; i < n; i++)
    if (i != first && !e[i].taken)
      near[count++] = (Neighbour){.index = i, .distance = hypot(e[i].re - e[first].re, e[i].im)};
  qsort(near + 1, count - 1, sizeof *near, nearer);
  return count;
}

static bool is_multiple(const Polynomial *p, const Eigenvalue *e, const Neighbour *near, size_t m, double *root) {
  double x = 0;
  for (size_t k = 0; k < m; k++) x += e[near[k].index].re / (double)m;
  if (!vanishes(p, 0, x, ROUNDINGS_NEAR)) return false; /* spares most of the work */
  x = polish(p, m - 1, x);
  for (size_t j = 0; j < m; j++)
    if (!vanishes(p, j, x, ROUNDINGS)) return false;
  *root = x;
  return true;
}

/* The highest multiplicity that eigenvalue [first] can be part of; its members are taken. */
static size_t take_multiple(const Polynomial *p, Eigenvalue *e, size_t first, Neighbour *near, double *root) {
  double size = hypot(e[first].re, e[first].im);
  for (size_t m = neighbours(e, p->degree, first, near); m > 1; m--) {
    bool together = near[m - 1].distance <= SCATTER * (double)m * size;
    if (!together || !is_multiple(p, e, near, m, root)) continue;
    for (size_t k = 0; k < m; k++) e[near[k].index].taken = true;
    return m;
  }
  return 0;
}

/* The correction of root [k]: Newton's, with the others divided out. */
static long double complex aberth_step(const Polynomial *p, const long double complex *z, size_t k) {
  long double complex value = 0, slope = 0, others = 0;
  for (size_t i = 0; i <= p->degree; i++) {
    slope = slope * z[k] + value;
    value = value * z[k] + p->c[i];
  }
  if (value == 0 || slope == 0) return 0;
  for (size_t i = 0; i < p->degree; i++)
    if (z[i] != z[k]) others += 1 / (z[k] - z[i]);
  long double complex newton = value / slope;
  return newton / (1 - newton * others);
}

static void sharpen(Session *s, const Polynomial *p, Eigenvalue *e) {
  long double complex *z = scratch(s, p->degree * sizeof *z);
  for (size_t k = 0; k < p->degree; k++) z[k] = CMPLXL((long double)e[k].re, (long double)e[k].im);
  bool moving = true;
  for (int i = 0; i < ABERTH_STEPS && moving; i++) {
    check_interrupt(s);
    moving = false;
    for (size_t k = 0; k < p->degree; k++) {
      long double complex step = aberth_step(p, z, k);
      if (!isfinite(creall(step)) || !isfinite(cimagl(step)) || cabsl(step) > SCATTER * cabsl(z[k])) continue;
      z[k] -= step;
      moving = moving || cabsl(step) > DBL_EPSILON / 8 * cabsl(z[k]);
    }
  }
  for (size_t k = 0; k < p->degree; k++) {
    bool real = fabsl(cimagl(z[k])) <= REAL * cabsl(z[k]);
    e[k] = (Eigenvalue){.re = (double)creall(z[k]), .im = real ? 0 : (double)cimagl(z[k])};
  }
}

/* By the real part, then the imaginary part. */
static int ascending(const void *a, const void *b) {
  double complex z = *(const double complex *)a, w = *(const double complex *)b;
  double x = creal(z) == creal(w) ? cimag(z) : creal(z), y = creal(z) == creal(w) ? cimag(w) : creal(w);
  return (x > y) - (x < y);
}

static Eigenvalue *eigenvalues(Session *s, const Polynomial *p) {
  size_t n = p->degree;
  double *upward = scratch(s, (n + 1) * sizeof(double)), *z = scratch(s, (2 * n + 2) * sizeof(double));
  for (size_t i = 0; i <= n; i++) upward[i] = p->c[n - i];
  gsl_poly_complex_workspace *work = gsl_poly_complex_workspace_alloc(n + 1);
  if (!work) fail(s, "out of memory");
  int status = gsl_poly_complex_solve(upward, n + 1, work, z);
  gsl_poly_complex_workspace_free(work);
  if (status != GSL_SUCCESS) fail(s, "the roots of this polynomial were not found: the eigenvalues of its companion matrix do not converge");
  Eigenvalue *e = scratch(s, (n + 1) * sizeof(Eigenvalue));
  for (size_t i = 0; i < n; i++) e[i] = (Eigenvalue){.re = z[2 * i], .im = z[2 * i + 1]};
  sharpen(s, p, e);
  return e;
}

/* A root of the upper half plane and its mirror image, or the root alone. */
static size_t put_complex(double complex *root, const Eigenvalue *e, bool mirrored) {
  root[0] = CMPLX(e->re, e->im);
  if (mirrored) root[1] = conj(root[0]);
  return mirrored ? 2 : 1;
}

/* The roots off the real line. They come in conjugate pairs, exactly, unless rounding at a multiple one
 * moved a member of a pair onto the line. */
static size_t complex_roots(const Polynomial *p, const Eigenvalue *e, double complex *root) {
  size_t count = 0, balance = 0;
  for (size_t i = 0; i < p->degree; i++)
    if (!e[i].taken) balance += e[i].im > 0 ? 1 : (size_t)-1;
  for (size_t i = 0; i < p->degree; i++)
    if (!e[i].taken && (balance || e[i].im > 0)) count += put_complex(root + count, &e[i], balance == 0);
  return count;
}

/* Is p(z) as small as rounding explains? For what is no root the balanced matrix has lost. */
static bool is_root(const Polynomial *p, double complex z) {
  long double complex value = 0;
  long double size = 0;
  for (size_t i = 0; i <= p->degree; i++) {
    value = value * z + p->c[i];
    size = size * cabsl(z) + fabsl(p->c[i]);
  }
  return cabsl(value) <= NOT_A_ROOT * size;
}

static _Noreturn void fail_sizes(Session *s) {
  fail_argument(s, 0, "the roots of this polynomial differ too much in size to be told apart");
}

/* The polynomial in t, for x = 2^k t with the k that brings the roots around 1, its coefficients divided
 * by a power of 2. Exact; products of far larger or smaller ones would leave the range of numbers. */
static int balance_sizes(Session *s, Polynomial *p) {
  size_t n = p->degree;
  double *scaled = scratch(s, (n + 1) * sizeof(double));
  int k = (ilogb(p->c[n]) - ilogb(p->c[0])) / (int)n, largest = INT_MIN;
  for (size_t i = 0; i <= n; i++) {
    int exponent = p->c[i] == 0 ? INT_MIN : ilogb(p->c[i]) + k * (int)(n - i);
    if (exponent > largest) largest = exponent;
  }
  for (size_t i = 0; i <= n; i++) scaled[i] = ldexp(p->c[i], k * (int)(n - i) - largest);
  p->c = scaled;
  for (size_t i = 1; i <= n; i++)
    if (!isfinite(scaled[i] / scaled[0] * MARGIN)) /* GSL's balancing would not end */
      fail_sizes(s);
  return k;
}

/* All roots into root[]: the real ones, ascending, then the others; *single is cleared when there is a
 * multiple one. Returns how many are real. */
static size_t all_roots(Session *s, Polynomial *p, double complex *root, bool *single) {
  if (p->degree == 0) return 0;
  int scale = balance_sizes(s, p);
  Eigenvalue *e = eigenvalues(s, p);
  size_t count = 0;
  Neighbour *near = scratch(s, (p->degree + 1) * sizeof *near);
  for (size_t i = 0; i < p->degree; i++) {
    if (e[i].taken) continue;
    double x;
    size_t m = take_multiple(p, e, i, near, &x);
    if (m == 0 && e[i].im == 0) {
      x = polish(p, 0, e[i].re);
      e[i].taken = true;
      m = 1;
    } else if (m) {
      *single = false;
    }
    for (size_t k = 0; k < m; k++) root[count++] = x;
  }
  complex_roots(p, e, root + count);
  for (size_t i = 0; i < p->degree; i++)
    if (!is_root(p, root[i])) fail_sizes(s);
  for (size_t i = 0; i < p->degree; i++)
    root[i] = CMPLX(ldexp(creal(root[i]), scale), ldexp(cimag(root[i]), scale));
  return count;
}

/* ---- the call ---- */

/* a op b, which are released. */
static Value combine(Session *s, Scalar op, Value a, Value b) {
  Value result = value_elementwise(s, op, a, b);
  value_release(a);
  value_release(b);
  return result;
}

/* x - p(x)/p'(x), both by Horner's rule on values. Takes ownership of x. */
static Value newton_value(Session *s, const Value *c, size_t n, Value x) {
  Value value = c[0], slope = value_number(0);
  for (size_t i = 1; i < n; i++) {
    slope = combine(s, SCALAR_ADD, combine(s, SCALAR_MULTIPLY, slope, value_keep(x)), value_keep(value));
    value = combine(s, SCALAR_ADD, combine(s, SCALAR_MULTIPLY, value, value_keep(x)), c[i]);
  }
  return combine(s, SCALAR_SUBTRACT, x, combine(s, SCALAR_DIVIDE, value, slope));
}

/* A vector of the values, which are released. */
static Value vector_of(Session *s, const Value *x, size_t count) {
  Value vector = array_from_numbers(s, x, count, 1);
  for (size_t k = 0; k < count; k++) value_release(x[k]);
  return vector;
}

static Value root_value(Session *s, double complex root, bool complex_ones) {
  return complex_ones ? complex_number(s, creal(root), cimag(root)) : value_number(creal(root));
}

static Value roots_value(Session *s, const double complex *root, size_t count, bool complex_ones) {
  Value *x = scratch(s, (count + 1) * sizeof(Value));
  for (size_t k = 0; k < count; k++) x[k] = root_value(s, root[k], complex_ones);
  return vector_of(s, x, count);
}

/* Two Newton steps at each root make its derivatives exact to order 3: as fsolve does. */
static Value active_roots(Session *s, const Value *c, size_t n, const double complex *root, size_t count, bool complex_ones) {
  Value *x = scratch(s, (count + 1) * sizeof(Value));
  for (size_t i = 0; i < n; i++) solver_pin(s, c[i]);
  for (size_t k = 0; k < count; k++)
    x[k] = newton_value(s, c, n, newton_value(s, c, n, root_value(s, root[k], complex_ones)));
  trace_limit_orders(s, IMPLICIT_ORDERS, trace_implicit_limit);
  return vector_of(s, x, count);
}

/* The coefficients as numbers, active ones as they are. */
static Value *coefficients(Session *s, const Arguments *a, size_t *count) {
  if (a->argument[0].kind == VALUE_FUNCTION) {
    char text[64];
    Report *r = failure(s, "roots takes the coefficients of a polynomial, highest power first, found a function");
    report_advise(r, "root(%s, a, b)", failure_text(s, 0, text, sizeof text));
    raise_failure(s, r);
  }
  Value operand = argument_operand(s, a->argument[0], 0);
  if (operand.kind == VALUE_ARRAY && value_as_array(operand)->cols != 1) fail_argument(s, 0, "the coefficients must be a vector");
  *count = operand.kind == VALUE_ARRAY ? array_count(value_as_array(operand)) : 1;
  Value *c = scratch(s, (*count + 1) * sizeof(Value));
  for (size_t i = 0; i < *count; i++) c[i] = operand.kind == VALUE_ARRAY ? array_entry(value_as_array(operand), i) : operand;
  value_release(operand);
  return c;
}

Value call_roots(Session *s, const Arguments *a) {
  size_t count;
  Value *c = coefficients(s, a, &count);
  bool active = solver_is_active(a->argument[0]), single = true;
  double *number = scratch(s, (count + 1) * sizeof(double));
  double complex *root = scratch(s, (count + 1) * sizeof *root);
  for (size_t i = 0; i < count; i++) {
    number[i] = c[i].number;
    if (!isfinite(number[i])) fail_argument(s, 0, "the coefficients must be finite numbers, number %zu is %.6g", i + 1, number[i]);
  }
  size_t first = 0, zeros = 0;
  while (first < count && number[first] == 0) first++;
  if (first == count) fail_argument(s, 0, "every number is a root of the zero polynomial");
  if (count - first > DEGREE_LARGEST + 1) fail_argument(s, 0, "the degree may be at most %d", DEGREE_LARGEST);
  while (number[count - 1 - zeros] == 0) root[zeros++] = 0;
  if (active && (first || zeros > 1)) single = false;
  Polynomial p = {.degree = count - first - 1 - zeros, .c = number + first};
  size_t real = zeros + all_roots(s, &p, root + zeros, &single), total = zeros + p.degree;
  qsort(root, total, sizeof *root, ascending);
  if (active && !single) fail(s, "roots cannot be differentiated here: a multiple root has no derivative, and neither has a leading coefficient 0");
  if (active) return active_roots(s, c + first, count - first, root, total, real < total);
  return roots_value(s, root, total, real < total);
}
