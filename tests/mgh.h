/* mgh.h - the Moré-Garbow-Hillstrom test functions with exact derivatives, for the optimiser tests.
 *
 * Functions, starts and minima are those of Moré, Garbow and Hillstrom, "Testing Unconstrained
 * Optimization Software", ACM Trans. Math. Softw. 7 (1981). A residual is written once, over jets
 * (value, gradient and Hessian carried along), and every derivative follows from it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_MGH_H
#define MML_TESTS_MGH_H

#include "optimise/objective.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { JET_MOST = 12, RESIDUALS_MOST = 100, MINIMA_MOST = 3 };

typedef struct Jet {
  double v, g[JET_MOST], h[JET_MOST][JET_MOST];
} Jet;

/* How many of the places are in use: the n of the function at work. */
static size_t jet_order = JET_MOST;

static inline Jet jet(double value) { return (Jet){.v = value}; }

static inline Jet jet_variable(double value, size_t i) {
  Jet a = {.v = value};
  a.g[i] = 1;
  return a;
}

/* f(a) from f, f' and f'' at the value of a. */
static inline Jet jet_chain(const Jet *a, double f, double f1, double f2) {
  Jet c = {.v = f};
  for (size_t i = 0; i < jet_order; i++) {
    c.g[i] = f1 * a->g[i];
    for (size_t j = 0; j < jet_order; j++) c.h[i][j] = f1 * a->h[i][j] + f2 * a->g[i] * a->g[j];
  }
  return c;
}

static inline Jet jet_sum(Jet a, double factor, Jet b) {
  a.v += factor * b.v;
  for (size_t i = 0; i < jet_order; i++) {
    a.g[i] += factor * b.g[i];
    for (size_t j = 0; j < jet_order; j++) a.h[i][j] += factor * b.h[i][j];
  }
  return a;
}

static inline Jet add(Jet a, Jet b) { return jet_sum(a, 1, b); }
static inline Jet sub(Jet a, Jet b) { return jet_sum(a, -1, b); }
static inline Jet scale(double k, Jet a) { return jet_chain(&a, k * a.v, k, 0); }
static inline Jet shift(Jet a, double k) { return jet_chain(&a, a.v + k, 1, 0); }

static inline Jet mul(Jet a, Jet b) {
  Jet c = {.v = a.v * b.v};
  for (size_t i = 0; i < jet_order; i++) {
    c.g[i] = a.g[i] * b.v + a.v * b.g[i];
    for (size_t j = 0; j < jet_order; j++)
      c.h[i][j] = a.h[i][j] * b.v + a.g[i] * b.g[j] + a.g[j] * b.g[i] + a.v * b.h[i][j];
  }
  return c;
}

static inline Jet square(Jet a) { return mul(a, a); }
static inline Jet power(Jet a, int k) { return k == 0 ? jet(1) : mul(a, power(a, k - 1)); }
static inline Jet jexp(Jet a) { return jet_chain(&a, exp(a.v), exp(a.v), exp(a.v)); }
static inline Jet jlog(Jet a) { return jet_chain(&a, log(a.v), 1 / a.v, -1 / a.v / a.v); }
static inline Jet jsin(Jet a) { return jet_chain(&a, sin(a.v), cos(a.v), -sin(a.v)); }
static inline Jet jcos(Jet a) { return jet_chain(&a, cos(a.v), -sin(a.v), -cos(a.v)); }
static inline Jet jabs(Jet a) { return a.v < 0 ? scale(-1, a) : a; }

static inline Jet inverse(Jet a) {
  return jet_chain(&a, 1 / a.v, -1 / a.v / a.v, 2 / a.v / a.v / a.v);
}

static inline Jet root(Jet a) {
  double s = sqrt(a.v);
  return jet_chain(&a, s, 0.5 / s, -0.25 / s / a.v);
}

static inline Jet arctangent(Jet a) {
  double q = 1 / (1 + a.v * a.v);
  return jet_chain(&a, atan(a.v), q, -2 * a.v * q * q);
}

typedef void MghResiduals(const Jet *x, size_t n, size_t m, Jet *r);

static void mgh_rosenbrock(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  for (size_t i = 0; i < n; i += 2) {
    r[i] = scale(10, sub(x[i + 1], square(x[i])));
    r[i + 1] = sub(jet(1), x[i]);
  }
}

static void mgh_freudenstein_roth(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n, (void)m;
  r[0] = shift(add(x[0], mul(shift(mul(sub(jet(5), x[1]), x[1]), -2), x[1])), -13);
  r[1] = shift(add(x[0], mul(shift(mul(shift(x[1], 1), x[1]), -14), x[1])), -29);
}

static void mgh_powell_badly_scaled(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n, (void)m;
  r[0] = shift(scale(1e4, mul(x[0], x[1])), -1);
  r[1] = shift(add(jexp(scale(-1, x[0])), jexp(scale(-1, x[1]))), -1.0001);
}

static void mgh_brown_badly_scaled(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n, (void)m;
  r[0] = shift(x[0], -1e6);
  r[1] = shift(x[1], -2e-6);
  r[2] = shift(mul(x[0], x[1]), -2);
}

static void mgh_beale(const Jet *x, size_t n, size_t m, Jet *r) {
  static const double Y[] = {1.5, 2.25, 2.625};
  (void)n;
  for (size_t i = 0; i < m; i++)
    r[i] = sub(jet(Y[i]), mul(x[0], sub(jet(1), power(x[1], (int)i + 1))));
}

static void mgh_jennrich_sampson(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double k = (double)i + 1;
    r[i] = sub(jet(2 + 2 * k), add(jexp(scale(k, x[0])), jexp(scale(k, x[1]))));
  }
}

static void mgh_helical_valley(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n, (void)m;
  Jet theta = scale(0.5 / M_PI, arctangent(mul(x[1], inverse(x[0]))));
  theta = shift(theta, x[0].v < 0 ? 0.5 : 0);
  r[0] = scale(10, sub(x[2], scale(10, theta)));
  r[1] = scale(10, shift(root(add(square(x[0]), square(x[1]))), -1));
  r[2] = x[2];
}

static void mgh_bard(const Jet *x, size_t n, size_t m, Jet *r) {
  static const double Y[] = {.14, .18, .22, .25, .29,  .32,  .35, .39,
                             .37, .58, .73, .96, 1.34, 2.10, 4.39};
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double u = (double)i + 1, v = 16 - u, w = fmin(u, v);
    Jet below = add(scale(v, x[1]), scale(w, x[2]));
    r[i] = sub(jet(Y[i]), add(x[0], scale(u, inverse(below))));
  }
}

static void mgh_gaussian(const Jet *x, size_t n, size_t m, Jet *r) {
  static const double Y[] = {.0009, .0044, .0175, .0540, .1295, .2420, .3521, .3989};
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double t = (7 - (double)i) / 2;
    Jet exponent = scale(-0.5, mul(x[1], square(sub(jet(t), x[2]))));
    r[i] = shift(mul(x[0], jexp(exponent)), -Y[i < 8 ? i : 14 - i]);
  }
}

static void mgh_meyer(const Jet *x, size_t n, size_t m, Jet *r) {
  static const double Y[] = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                             8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double t = 45 + 5 * ((double)i + 1);
    r[i] = shift(mul(x[0], jexp(mul(x[1], inverse(shift(x[2], t))))), -Y[i]);
  }
}

static void mgh_gulf(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double t = ((double)i + 1) / 100, y = 25 + pow(-50 * log(t), 2.0 / 3);
    Jet base = jabs(sub(jet(y), x[1]));
    Jet raised = jexp(mul(x[2], jlog(base)));
    r[i] = shift(jexp(scale(-1, mul(raised, inverse(x[0])))), -t);
  }
}

static void mgh_box(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double t = 0.1 * ((double)i + 1);
    Jet difference = sub(jexp(scale(-t, x[0])), jexp(scale(-t, x[1])));
    r[i] = sub(difference, scale(exp(-t) - exp(-10 * t), x[2]));
  }
}

static void mgh_powell_singular(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  for (size_t i = 0; i < n; i += 4) {
    r[i] = add(x[i], scale(10, x[i + 1]));
    r[i + 1] = scale(sqrt(5), sub(x[i + 2], x[i + 3]));
    r[i + 2] = square(sub(x[i + 1], scale(2, x[i + 2])));
    r[i + 3] = scale(sqrt(10), square(sub(x[i], x[i + 3])));
  }
}

static void mgh_wood(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n, (void)m;
  r[0] = scale(10, sub(x[1], square(x[0])));
  r[1] = sub(jet(1), x[0]);
  r[2] = scale(sqrt(90), sub(x[3], square(x[2])));
  r[3] = sub(jet(1), x[2]);
  r[4] = scale(sqrt(10), shift(add(x[1], x[3]), -2));
  r[5] = scale(1 / sqrt(10), sub(x[1], x[3]));
}

static void mgh_kowalik_osborne(const Jet *x, size_t n, size_t m, Jet *r) {
  static const double Y[] = {.1957, .1947, .1735, .1600, .0844, .0627,
                             .0456, .0342, .0323, .0235, .0246};
  static const double U[] = {4, 2, 1, .5, .25, .167, .125, .1, .0833, .0714, .0625};
  (void)n;
  for (size_t i = 0; i < m; i++) {
    Jet above = mul(x[0], shift(scale(U[i], x[1]), U[i] * U[i]));
    Jet below = shift(add(scale(U[i], x[2]), x[3]), U[i] * U[i]);
    r[i] = sub(jet(Y[i]), mul(above, inverse(below)));
  }
}

static void mgh_brown_dennis(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double t = ((double)i + 1) / 5;
    Jet first = shift(add(x[0], scale(t, x[1])), -exp(t));
    Jet second = shift(add(x[2], scale(sin(t), x[3])), -cos(t));
    r[i] = add(square(first), square(second));
  }
}

static void mgh_osborne_1(const Jet *x, size_t n, size_t m, Jet *r) {
  static const double Y[] = {.844, .908, .932, .936, .925, .908, .881, .850, .818, .784, .751,
                             .718, .685, .658, .628, .603, .580, .558, .538, .522, .506, .490,
                             .478, .467, .457, .448, .438, .431, .424, .420, .414, .411, .406};
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double t = 10 * (double)i;
    Jet sum = add(mul(x[1], jexp(scale(-t, x[3]))), mul(x[2], jexp(scale(-t, x[4]))));
    r[i] = sub(jet(Y[i]), add(x[0], sum));
  }
}

static void mgh_biggs(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double t = 0.1 * ((double)i + 1), y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t);
    Jet sum = sub(mul(x[2], jexp(scale(-t, x[0]))), mul(x[3], jexp(scale(-t, x[1]))));
    r[i] = shift(add(sum, mul(x[5], jexp(scale(-t, x[4])))), -y);
  }
}

static void mgh_osborne_2(const Jet *x, size_t n, size_t m, Jet *r) {
  static const double Y[] = {1.366, 1.191, 1.112, 1.013, .991, .885, .831, .847, .786, .725, .746,
                             .679,  .608,  .655,  .616,  .606, .602, .626, .651, .724, .649, .649,
                             .694,  .644,  .624,  .661,  .612, .558, .533, .495, .500, .423, .395,
                             .375,  .372,  .391,  .396,  .405, .428, .429, .523, .562, .607, .653,
                             .672,  .708,  .633,  .668,  .645, .632, .591, .559, .597, .625, .739,
                             .710,  .729,  .720,  .636,  .581, .428, .292, .162, .098, .054};
  (void)n;
  for (size_t i = 0; i < m; i++) {
    double t = (double)i / 10;
    Jet sum = mul(x[0], jexp(scale(-t, x[4])));
    for (size_t k = 1; k < 4; k++) {
      Jet exponent = mul(square(sub(jet(t), x[7 + k])), x[4 + k]);
      sum = add(sum, mul(x[k], jexp(scale(-1, exponent))));
    }
    r[i] = sub(jet(Y[i]), sum);
  }
}

static void mgh_watson(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  for (size_t i = 0; i < 29; i++) {
    double t = ((double)i + 1) / 29;
    Jet slope = jet(0), sum = jet(0);
    for (size_t j = 0; j < n; j++) {
      if (j > 0) slope = add(slope, scale((double)j * pow(t, (double)j - 1), x[j]));
      sum = add(sum, scale(pow(t, (double)j), x[j]));
    }
    r[i] = shift(sub(slope, square(sum)), -1);
  }
  r[29] = x[0];
  r[30] = shift(sub(x[1], square(x[0])), -1);
}

static void mgh_penalty_1(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  Jet sum = jet(-0.25);
  for (size_t i = 0; i < n; i++) {
    r[i] = scale(sqrt(1e-5), shift(x[i], -1));
    sum = add(sum, square(x[i]));
  }
  r[n] = sum;
}

static void mgh_penalty_2(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  double a = sqrt(1e-5);
  Jet sum = jet(-1);
  r[0] = shift(x[0], -0.2);
  for (size_t i = 0; i < n; i++) {
    sum = add(sum, scale((double)(n - i), square(x[i])));
    if (i == 0) continue;
    double y = exp(((double)i + 1) / 10) + exp((double)i / 10);
    r[i] = scale(a, shift(add(jexp(scale(0.1, x[i])), jexp(scale(0.1, x[i - 1]))), -y));
    r[n + i - 1] = scale(a, shift(jexp(scale(0.1, x[i])), -exp(-0.1)));
  }
  r[2 * n - 1] = sum;
}

static void mgh_variably_dimensioned(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  Jet sum = jet(0);
  for (size_t i = 0; i < n; i++) {
    r[i] = shift(x[i], -1);
    sum = add(sum, scale((double)i + 1, r[i]));
  }
  r[n] = sum;
  r[n + 1] = square(sum);
}

static void mgh_trigonometric(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  Jet sum = jet((double)n);
  for (size_t i = 0; i < n; i++) sum = sub(sum, jcos(x[i]));
  for (size_t i = 0; i < n; i++) {
    Jet own = scale((double)i + 1, sub(jet(1), jcos(x[i])));
    r[i] = sub(add(sum, own), jsin(x[i]));
  }
}

static void mgh_brown_almost_linear(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  Jet sum = jet(-(double)n - 1), product = jet(1);
  for (size_t i = 0; i < n; i++) {
    sum = add(sum, x[i]);
    product = mul(product, x[i]);
  }
  for (size_t i = 0; i + 1 < n; i++) r[i] = add(x[i], sum);
  r[n - 1] = shift(product, -1);
}

static void mgh_boundary_value(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  double h = 1 / ((double)n + 1);
  for (size_t i = 0; i < n; i++) {
    Jet cube = power(shift(x[i], ((double)i + 1) * h + 1), 3);
    r[i] = add(scale(2, x[i]), scale(h * h / 2, cube));
    r[i] = i > 0 ? sub(r[i], x[i - 1]) : r[i];
    r[i] = i + 1 < n ? sub(r[i], x[i + 1]) : r[i];
  }
}

static void mgh_integral(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  double h = 1 / ((double)n + 1);
  for (size_t i = 0; i < n; i++) {
    double ti = ((double)i + 1) * h;
    r[i] = x[i];
    for (size_t j = 0; j < n; j++) {
      double tj = ((double)j + 1) * h, weight = j <= i ? (1 - ti) * tj : ti * (1 - tj);
      r[i] = add(r[i], scale(h / 2 * weight, power(shift(x[j], tj + 1), 3)));
    }
  }
}

static void mgh_broyden_tridiagonal(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  for (size_t i = 0; i < n; i++) {
    r[i] = shift(mul(sub(jet(3), scale(2, x[i])), x[i]), 1);
    r[i] = i > 0 ? sub(r[i], x[i - 1]) : r[i];
    r[i] = i + 1 < n ? sub(r[i], scale(2, x[i + 1])) : r[i];
  }
}

static void mgh_broyden_banded(const Jet *x, size_t n, size_t m, Jet *r) {
  (void)m;
  for (size_t i = 0; i < n; i++) {
    r[i] = shift(mul(x[i], shift(scale(5, square(x[i])), 2)), 1);
    for (size_t j = i > 5 ? i - 5 : 0; j < n && j <= i + 1; j++)
      if (j != i) r[i] = sub(r[i], mul(x[j], shift(x[j], 1)));
  }
}

static void mgh_linear_full_rank(const Jet *x, size_t n, size_t m, Jet *r) {
  Jet sum = jet(0);
  for (size_t i = 0; i < n; i++) sum = add(sum, x[i]);
  for (size_t i = 0; i < m; i++) {
    r[i] = shift(scale(-2 / (double)m, sum), -1);
    r[i] = i < n ? add(r[i], x[i]) : r[i];
  }
}

static void mgh_linear_rank_1(const Jet *x, size_t n, size_t m, Jet *r) {
  Jet sum = jet(0);
  for (size_t i = 0; i < n; i++) sum = add(sum, scale((double)i + 1, x[i]));
  for (size_t i = 0; i < m; i++) r[i] = shift(scale((double)i + 1, sum), -1);
}

static void mgh_linear_rank_1_zero(const Jet *x, size_t n, size_t m, Jet *r) {
  Jet sum = jet(0);
  for (size_t i = 1; i + 1 < n; i++) sum = add(sum, scale((double)i + 1, x[i]));
  for (size_t i = 0; i < m; i++)
    r[i] = i == 0 || i + 1 == m ? jet(-1) : shift(scale((double)i, sum), -1);
}

static void mgh_chebyquad(const Jet *x, size_t n, size_t m, Jet *r) {
  for (size_t i = 0; i < m; i++)
    r[i] = jet((i + 1) % 2 ? 0 : 1 / (((double)i + 1) * ((double)i + 1) - 1));
  for (size_t j = 0; j < n; j++) {
    Jet y = shift(scale(2, x[j]), -1), before = jet(1), now = y;
    for (size_t i = 0; i < m; i++) {
      r[i] = add(r[i], scale(1 / (double)n, now));
      Jet next = sub(scale(2, mul(y, now)), before);
      before = now;
      now = next;
    }
  }
}

typedef struct MghProblem {
  const char *name;
  size_t n, m;
  MghResiduals *residuals;
  double start[JET_MOST];
  double minima[MINIMA_MOST]; /* values; unused entries are nan or repeat */
  size_t minima_count;
} MghProblem;

static const MghProblem MGH[] = {
    {"rosenbrock", 2, 2, mgh_rosenbrock, {-1.2, 1}, {0}, 1},
    {"freudenstein_roth", 2, 2, mgh_freudenstein_roth, {0.5, -2}, {0, 48.98425367924002}, 2},
    {"powell_badly_scaled", 2, 2, mgh_powell_badly_scaled, {0, 1}, {0}, 1},
    {"brown_badly_scaled", 2, 3, mgh_brown_badly_scaled, {1, 1}, {0}, 1},
    {"beale", 2, 3, mgh_beale, {1, 1}, {0}, 1},
    {"jennrich_sampson", 2, 10, mgh_jennrich_sampson, {0.3, 0.4}, {124.36218235561485, 259.58}, 1},
    {"helical_valley", 3, 3, mgh_helical_valley, {-1, 0, 0}, {0}, 1},
    {"bard", 3, 15, mgh_bard, {1, 1, 1}, {8.214877306578e-3}, 1},
    {"gaussian", 3, 15, mgh_gaussian, {0.4, 1, 0}, {1.1279327696186480e-8}, 1},
    {"meyer", 3, 16, mgh_meyer, {0.02, 4000, 250}, {87.9458551}, 1},
    {"gulf", 3, 99, mgh_gulf, {5, 2.5, 0.15}, {0, 0.038}, 2},
    {"box", 3, 10, mgh_box, {0, 10, 20}, {0, 0.07558874}, 2},
    {"powell_singular", 4, 4, mgh_powell_singular, {3, -1, 0, 1}, {0}, 1},
    {"wood", 4, 6, mgh_wood, {-3, -1, -3, -1}, {0}, 1},
    {"kowalik_osborne", 4, 11, mgh_kowalik_osborne, {.25, .39, .415, .39}, {3.0750560385e-4}, 1},
    {"brown_dennis", 4, 20, mgh_brown_dennis, {25, 5, -5, -1}, {85822.20162635634}, 1},
    {"osborne_1", 5, 33, mgh_osborne_1, {.5, 1.5, -1, .01, .02}, {5.46489469748e-5}, 1},
    {"biggs", 6, 13, mgh_biggs, {1, 2, 1, 1, 1, 1}, {0, 5.655649925e-3}, 2},
    {"osborne_2",
     11,
     65,
     mgh_osborne_2,
     {1.3, .65, .65, .7, .6, 3, 5, 7, 2, 4.5, 5.5},
     {4.013773629355e-2},
     1},
    {"watson_6", 6, 31, mgh_watson, {0}, {2.2876700535524362e-3}, 1},
    {"watson_9", 9, 31, mgh_watson, {0}, {1.399760138e-6}, 1},
    {"watson_12", 12, 31, mgh_watson, {0}, {4.7223811e-10}, 1},
    {"extended_rosenbrock_8", 8, 8, mgh_rosenbrock, {-1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1}, {0}, 1},
    {"extended_powell_singular_8", 8, 8, mgh_powell_singular, {3, -1, 0, 1, 3, -1, 0, 1}, {0}, 1},
    {"penalty_1_4", 4, 5, mgh_penalty_1, {1, 2, 3, 4}, {2.249977500e-5}, 1},
    {"penalty_1_10", 10, 11, mgh_penalty_1, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {7.08765e-5}, 1},
    {"penalty_2_4", 4, 8, mgh_penalty_2, {.5, .5, .5, .5}, {9.37629e-6}, 1},
    {"penalty_2_10",
     10,
     20,
     mgh_penalty_2,
     {.5, .5, .5, .5, .5, .5, .5, .5, .5, .5},
     {2.93660e-4},
     1},
    {"variably_dimensioned_6",
     6,
     8,
     mgh_variably_dimensioned,
     {5.0 / 6, 4.0 / 6, 3.0 / 6, 2.0 / 6, 1.0 / 6, 0},
     {0},
     1},
    {"trigonometric_10",
     10,
     10,
     mgh_trigonometric,
     {.1, .1, .1, .1, .1, .1, .1, .1, .1, .1},
     {0, 2.795056e-5},
     2},
    {"brown_almost_linear_10",
     10,
     10,
     mgh_brown_almost_linear,
     {.5, .5, .5, .5, .5, .5, .5, .5, .5, .5},
     {0, 1},
     2},
    {"boundary_value_5",
     5,
     5,
     mgh_boundary_value,
     {-5.0 / 36, -8.0 / 36, -9.0 / 36, -8.0 / 36, -5.0 / 36},
     {0},
     1},
    {"integral_5",
     5,
     5,
     mgh_integral,
     {-5.0 / 36, -8.0 / 36, -9.0 / 36, -8.0 / 36, -5.0 / 36},
     {0},
     1},
    {"broyden_tridiagonal_5", 5, 5, mgh_broyden_tridiagonal, {-1, -1, -1, -1, -1}, {0}, 1},
    {"broyden_banded_10",
     10,
     10,
     mgh_broyden_banded,
     {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
     {0, 3.05727843, 2.68021992072},
     3},
    {"linear_full_rank_5", 5, 10, mgh_linear_full_rank, {1, 1, 1, 1, 1}, {5}, 1},
    {"linear_rank_1_5", 5, 10, mgh_linear_rank_1, {1, 1, 1, 1, 1}, {90.0 / 42}, 1},
    {"linear_rank_1_zero_5", 5, 10, mgh_linear_rank_1_zero, {1, 1, 1, 1, 1}, {124.0 / 34}, 1},
    {"chebyquad_7",
     7,
     7,
     mgh_chebyquad,
     {1 / 8., 2 / 8., 3 / 8., 4 / 8., 5 / 8., 6 / 8., 7 / 8.},
     {0},
     1},
    {"chebyquad_8",
     8,
     8,
     mgh_chebyquad,
     {1 / 9., 2 / 9., 3 / 9., 4 / 9., 5 / 9., 6 / 9., 7 / 9., 8 / 9.},
     {3.51687372568e-3},
     1},
    {"chebyquad_10",
     10,
     10,
     mgh_chebyquad,
     {1 / 11., 2 / 11., 3 / 11., 4 / 11., 5 / 11., 6 / 11., 7 / 11., 8 / 11., 9 / 11., 10 / 11.},
     {6.50395480e-3, 4.77271369637e-3},
     2},
};

enum { MGH_COUNT = sizeof MGH / sizeof *MGH };

static void mgh_evaluate(const MghProblem *problem, const double *x, Jet *r) {
  Jet point[JET_MOST];
  jet_order = problem->n;
  for (size_t i = 0; i < problem->n; i++) point[i] = jet_variable(x[i], i);
  problem->residuals(point, problem->n, problem->m, r);
}

static Jet mgh_total(const MghProblem *problem, const double *x) {
  static Jet r[RESIDUALS_MOST];
  mgh_evaluate(problem, x, r);
  Jet total = jet(0);
  for (size_t i = 0; i < problem->m; i++) total = add(total, square(r[i]));
  return total;
}

static double mgh_value(void *problem, const double *x) { return mgh_total(problem, x).v; }

static double mgh_gradient(void *problem, const double *x, double *g) {
  Jet total = mgh_total(problem, x);
  memcpy(g, total.g, ((MghProblem *)problem)->n * sizeof *g);
  return total.v;
}

static void mgh_hessian(void *problem, const double *x, double *h) {
  size_t n = ((MghProblem *)problem)->n;
  Jet total = mgh_total(problem, x);
  for (size_t i = 0; i < n; i++) memcpy(h + i * n, total.h[i], n * sizeof *h);
}

static void mgh_residual_values(void *problem, const double *x, double *values) {
  static Jet r[RESIDUALS_MOST];
  mgh_evaluate(problem, x, r);
  for (size_t i = 0; i < ((MghProblem *)problem)->m; i++) values[i] = r[i].v;
}

static void mgh_jacobian(void *problem, const double *x, double *j) {
  static Jet r[RESIDUALS_MOST];
  size_t n = ((MghProblem *)problem)->n;
  mgh_evaluate(problem, x, r);
  for (size_t i = 0; i < ((MghProblem *)problem)->m; i++) memcpy(j + i * n, r[i].g, n * sizeof *j);
}

static inline void mgh_product(void *context, const double *x, const double *v, double *out) {
  size_t n = ((const MghProblem *)context)->n;
  double *h = malloc(n * n * sizeof *h);
  mgh_hessian(context, x, h);
  for (size_t i = 0; i < n; i++) {
    out[i] = 0;
    for (size_t k = 0; k < n; k++) out[i] += h[i * n + k] * v[k];
  }
  free(h);
}

static inline Objective mgh_objective(const MghProblem *problem) {
  return (Objective){.n = problem->n,
                     .context = (void *)(uintptr_t)problem,
                     .value = mgh_value,
                     .gradient = mgh_gradient,
                     .hessian = mgh_hessian,
                     .product = mgh_product,
                     .m = problem->m,
                     .residuals = mgh_residual_values,
                     .jacobian = mgh_jacobian};
}

#endif
