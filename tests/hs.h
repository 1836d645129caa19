/* hs.h - Hock-Schittkowski problems with exact derivatives, for the tests of constrained
 * minimisation.
 *
 * Functions, starts and minima are those of Hock and Schittkowski, Test Examples for Nonlinear
 * Programming Codes (1981), the minima and multipliers recomputed to more digits. Everything is
 * written over the jets of mgh.h: c[0] is the function, then come the equalities, the inequalities
 * as c <= 0, the lower and the upper bounds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_HS_H
#define MML_TESTS_HS_H

#include "mgh.h"

enum { HS_VARIABLES_MOST = 5, HS_CONSTRAINTS_MOST = 10 };

static void hs1(const Jet *x, Jet *c) {
  c[0] = add(scale(100, square(sub(x[1], square(x[0])))), square(sub(jet(1), x[0])));
  c[1] = sub(jet(-1.5), x[1]);
}

static void hs3(const Jet *x, Jet *c) {
  c[0] = add(x[1], scale(1e-05, square(sub(x[1], x[0]))));
  c[1] = scale(-1, x[1]);
}

static void hs5(const Jet *x, Jet *c) {
  c[0] = shift(add(sub(add(jsin(add(x[0], x[1])), square(sub(x[0], x[1]))), scale(1.5, x[0])),
                   scale(2.5, x[1])),
               1);
  c[1] = sub(jet(-1.5), x[0]);
  c[2] = sub(jet(-3), x[1]);
  c[3] = shift(x[0], -4);
  c[4] = shift(x[1], -3);
}

static void hs6(const Jet *x, Jet *c) {
  c[0] = square(sub(jet(1), x[0]));
  c[1] = scale(10, sub(x[1], square(x[0])));
}

static void hs7(const Jet *x, Jet *c) {
  c[0] = sub(jlog(shift(square(x[0]), 1)), x[1]);
  c[1] = shift(add(square(shift(square(x[0]), 1)), square(x[1])), -4);
}

static void hs9(const Jet *x, Jet *c) {
  c[0] = mul(jsin(scale(1 / 12.0, scale(3.141592653589793, x[0]))),
             jcos(scale(1 / 16.0, scale(3.141592653589793, x[1]))));
  c[1] = sub(scale(4, x[0]), scale(3, x[1]));
}

static void hs10(const Jet *x, Jet *c) {
  c[0] = sub(x[0], x[1]);
  c[1] = scale(
      -1, shift(sub(add(scale(-3, square(x[0])), mul(scale(2, x[0]), x[1])), square(x[1])), 1));
}

static void hs11(const Jet *x, Jet *c) {
  c[0] = shift(add(square(shift(x[0], -5)), square(x[1])), -25);
  c[1] = scale(-1, add(scale(-1, square(x[0])), x[1]));
}

static void hs12(const Jet *x, Jet *c) {
  c[0] = sub(sub(sub(add(scale(0.5, square(x[0])), square(x[1])), mul(x[0], x[1])), scale(7, x[0])),
             scale(7, x[1]));
  c[1] = scale(-1, sub(sub(jet(25), scale(4, square(x[0]))), square(x[1])));
}

static void hs14(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -2)), square(shift(x[1], -1)));
  c[1] = shift(sub(x[0], scale(2, x[1])), 1);
  c[2] = scale(-1, shift(sub(scale(0.25, scale(-1, square(x[0]))), square(x[1])), 1));
}

static void hs21(const Jet *x, Jet *c) {
  c[0] = shift(add(scale(0.01, square(x[0])), square(x[1])), -100);
  c[1] = scale(-1, shift(sub(scale(10, x[0]), x[1]), -10));
  c[2] = sub(jet(2), x[0]);
  c[3] = sub(jet(-50), x[1]);
  c[4] = shift(x[0], -50);
  c[5] = shift(x[1], -50);
}

static void hs22(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -2)), square(shift(x[1], -1)));
  c[1] = scale(-1, shift(sub(scale(-1, x[0]), x[1]), 2));
  c[2] = scale(-1, add(scale(-1, square(x[0])), x[1]));
}

static void hs24(const Jet *x, Jet *c) {
  c[0] = scale(1 / 46.76537180435968, mul(shift(square(shift(x[0], -3)), -9), power(x[1], 3)));
  c[1] = scale(-1, sub(scale(1 / 1.7320508075688772, x[0]), x[1]));
  c[2] = scale(-1, add(x[0], scale(1.7320508075688772, x[1])));
  c[3] = scale(-1, sub(sub(jet(6), x[0]), scale(1.7320508075688772, x[1])));
  c[4] = scale(-1, x[0]);
  c[5] = scale(-1, x[1]);
}

static void hs28(const Jet *x, Jet *c) {
  c[0] = add(square(add(x[0], x[1])), square(add(x[1], x[2])));
  c[1] = shift(add(add(x[0], scale(2, x[1])), scale(3, x[2])), -1);
}

static void hs29(const Jet *x, Jet *c) {
  c[0] = mul(mul(scale(-1, x[0]), x[1]), x[2]);
  c[1] = scale(
      -1,
      shift(sub(sub(scale(-1, square(x[0])), scale(2, square(x[1]))), scale(4, square(x[2]))), 48));
}

static void hs35(const Jet *x, Jet *c) {
  c[0] = add(add(add(add(add(sub(sub(sub(jet(9), scale(8, x[0])), scale(6, x[1])), scale(4, x[2])),
                             scale(2, square(x[0]))),
                         scale(2, square(x[1]))),
                     square(x[2])),
                 mul(scale(2, x[0]), x[1])),
             mul(scale(2, x[0]), x[2]));
  c[1] = scale(-1, sub(sub(sub(jet(3), x[0]), x[1]), scale(2, x[2])));
  c[2] = scale(-1, x[0]);
  c[3] = scale(-1, x[1]);
  c[4] = scale(-1, x[2]);
}

static void hs36(const Jet *x, Jet *c) {
  c[0] = mul(mul(scale(-1, x[0]), x[1]), x[2]);
  c[1] = scale(-1, sub(sub(sub(jet(72), x[0]), scale(2, x[1])), scale(2, x[2])));
  c[2] = scale(-1, x[0]);
  c[3] = scale(-1, x[1]);
  c[4] = scale(-1, x[2]);
  c[5] = shift(x[0], -20);
  c[6] = shift(x[1], -11);
  c[7] = shift(x[2], -42);
}

static void hs37(const Jet *x, Jet *c) {
  c[0] = mul(mul(scale(-1, x[0]), x[1]), x[2]);
  c[1] = scale(-1, sub(sub(sub(jet(72), x[0]), scale(2, x[1])), scale(2, x[2])));
  c[2] = scale(-1, add(add(x[0], scale(2, x[1])), scale(2, x[2])));
  c[3] = scale(-1, x[0]);
  c[4] = scale(-1, x[1]);
  c[5] = scale(-1, x[2]);
  c[6] = shift(x[0], -42);
  c[7] = shift(x[1], -42);
  c[8] = shift(x[2], -42);
}

static void hs39(const Jet *x, Jet *c) {
  c[0] = scale(-1, x[0]);
  c[1] = sub(sub(x[1], power(x[0], 3)), square(x[2]));
  c[2] = sub(sub(square(x[0]), x[1]), square(x[3]));
}

static void hs40(const Jet *x, Jet *c) {
  c[0] = mul(mul(mul(scale(-1, x[0]), x[1]), x[2]), x[3]);
  c[1] = shift(add(power(x[0], 3), square(x[1])), -1);
  c[2] = sub(mul(square(x[0]), x[3]), x[2]);
  c[3] = sub(square(x[3]), x[1]);
}

static void hs42(const Jet *x, Jet *c) {
  c[0] = add(add(add(square(shift(x[0], -1)), square(shift(x[1], -2))), square(shift(x[2], -3))),
             square(shift(x[3], -4)));
  c[1] = shift(x[0], -2);
  c[2] = shift(add(square(x[2]), square(x[3])), -2);
}

static void hs43(const Jet *x, Jet *c) {
  c[0] = add(
      sub(sub(sub(add(add(add(square(x[0]), square(x[1])), scale(2, square(x[2]))), square(x[3])),
                  scale(5, x[0])),
              scale(5, x[1])),
          scale(21, x[2])),
      scale(7, x[3]));
  c[1] =
      scale(-1, add(sub(add(sub(sub(sub(sub(sub(jet(8), square(x[0])), square(x[1])), square(x[2])),
                                    square(x[3])),
                                x[0]),
                            x[1]),
                        x[2]),
                    x[3]));
  c[2] = scale(
      -1, add(add(sub(sub(sub(sub(jet(10), square(x[0])), scale(2, square(x[1]))), square(x[2])),
                      scale(2, square(x[3]))),
                  x[0]),
              x[3]));
  c[3] = scale(
      -1, add(add(sub(sub(sub(sub(jet(5), scale(2, square(x[0]))), square(x[1])), square(x[2])),
                      scale(2, x[0])),
                  x[1]),
              x[3]));
}

static void hs48(const Jet *x, Jet *c) {
  c[0] = add(add(square(shift(x[0], -1)), square(sub(x[1], x[2]))), square(sub(x[3], x[4])));
  c[1] = shift(add(add(add(add(x[0], x[1]), x[2]), x[3]), x[4]), -5);
  c[2] = shift(sub(x[2], scale(2, add(x[3], x[4]))), 3);
}

static void hs51(const Jet *x, Jet *c) {
  c[0] = add(add(add(square(sub(x[0], x[1])), square(shift(add(x[1], x[2]), -2))),
                 square(shift(x[3], -1))),
             square(shift(x[4], -1)));
  c[1] = shift(add(x[0], scale(3, x[1])), -4);
  c[2] = sub(add(x[2], x[3]), scale(2, x[4]));
  c[3] = sub(x[1], x[4]);
}

static void hs65(const Jet *x, Jet *c) {
  c[0] = add(add(square(sub(x[0], x[1])), scale(1 / 9.0, square(shift(add(x[0], x[1]), -10)))),
             square(shift(x[2], -5)));
  c[1] = scale(-1, sub(sub(sub(jet(48), square(x[0])), square(x[1])), square(x[2])));
  c[2] = sub(jet(-4.5), x[0]);
  c[3] = sub(jet(-4.5), x[1]);
  c[4] = sub(jet(-5), x[2]);
  c[5] = shift(x[0], -4.5);
  c[6] = shift(x[1], -4.5);
  c[7] = shift(x[2], -5);
}

static void hs71(const Jet *x, Jet *c) {
  c[0] = add(mul(mul(x[0], x[3]), add(add(x[0], x[1]), x[2])), x[2]);
  c[1] = shift(add(add(add(square(x[0]), square(x[1])), square(x[2])), square(x[3])), -40);
  c[2] = scale(-1, shift(mul(mul(mul(x[0], x[1]), x[2]), x[3]), -25));
  c[3] = sub(jet(1), x[0]);
  c[4] = sub(jet(1), x[1]);
  c[5] = sub(jet(1), x[2]);
  c[6] = sub(jet(1), x[3]);
  c[7] = shift(x[0], -5);
  c[8] = shift(x[1], -5);
  c[9] = shift(x[2], -5);
  c[10] = shift(x[3], -5);
}

static void hs76(const Jet *x, Jet *c) {
  c[0] = sub(add(sub(sub(add(sub(add(add(add(square(x[0]), scale(0.5, square(x[1]))), square(x[2])),
                                     scale(0.5, square(x[3]))),
                                 mul(x[0], x[2])),
                             mul(x[2], x[3])),
                         x[0]),
                     scale(3, x[1])),
                 x[2]),
             x[3]);
  c[1] = scale(-1, sub(sub(sub(sub(jet(5), x[0]), scale(2, x[1])), x[2]), x[3]));
  c[2] = scale(-1, add(sub(sub(sub(jet(4), scale(3, x[0])), x[1]), scale(2, x[2])), x[3]));
  c[3] = scale(-1, shift(add(x[1], scale(4, x[2])), -1.5));
  c[4] = scale(-1, x[0]);
  c[5] = scale(-1, x[1]);
  c[6] = scale(-1, x[2]);
  c[7] = scale(-1, x[3]);
}

static void hs77(const Jet *x, Jet *c) {
  c[0] =
      add(add(add(add(square(shift(x[0], -1)), square(sub(x[0], x[1]))), square(shift(x[2], -1))),
              power(shift(x[3], -1), 4)),
          power(shift(x[4], -1), 6));
  c[1] = shift(add(mul(square(x[0]), x[3]), jsin(sub(x[3], x[4]))), -2.8284271247461903);
  c[2] = shift(shift(add(x[1], mul(power(x[2], 4), square(x[3]))), -8), -1.4142135623730951);
}

typedef struct HsProblem {
  const char *name;
  void (*evaluate)(const Jet *x, Jet *c);
  size_t n, equalities, inequalities;
  bool linear, quadratic, unique; /* constraints, function, the published minimum */
  double start[HS_VARIABLES_MOST], value, x[HS_VARIABLES_MOST];
  double multiplier[HS_CONSTRAINTS_MOST];
} HsProblem;

static const HsProblem HS_PROBLEMS[] = {
    {"HS1", hs1, 2, 0, 1, true, false, true, {-2, 1}, 0.0, {1, 1}, {0}},
    {"HS3", hs3, 2, 0, 1, true, true, true, {10, 1}, 0.0, {0, 0}, {1}},
    {"HS5",
     hs5,
     2,
     0,
     4,
     true,
     false,
     true,
     {0, 0},
     -1.9132229549810364,
     {-0.5471975511965977, -1.5471975511965979},
     {0, 0, 0, 0}},
    {"HS6", hs6, 2, 1, 0, false, true, true, {-1.2, 1}, 0.0, {1, 1}, {0}},
    {"HS7",
     hs7,
     2,
     1,
     0,
     false,
     false,
     true,
     {2, 2},
     -1.7320508075688772,
     {0, 1.7320508075688772},
     {0.288675134594813}},
    {"HS9", hs9, 2, 1, 0, true, false, false, {0, 0}, -0.5, {-3, -4}, {-0.0327249234748937}},
    {"HS10", hs10, 2, 0, 1, false, true, true, {-10, 10}, -1.0, {0, 1}, {0.5}},
    {"HS11",
     hs11,
     2,
     0,
     1,
     false,
     true,
     true,
     {4.9, 0.1},
     -8.498464223154677,
     {1.234772825053297, 1.5246639294900999},
     {3.0493278589802}},
    {"HS12", hs12, 2, 0, 1, false, true, true, {0, 0}, -30.0, {2, 3}, {0.5}},
    {"HS14",
     hs14,
     2,
     1,
     1,
     false,
     true,
     true,
     {2, 2},
     1.393464980689302,
     {0.8228756555322952, 0.9114378277661477},
     {1.59449111825231, 1.84659143960611}},
    {"HS21", hs21, 2, 0, 5, true, true, true, {-1, -1}, -99.96, {2, 0}, {0, 0.04, 0, 0, 0}},
    {"HS22",
     hs22,
     2,
     0,
     2,
     false,
     true,
     true,
     {2, 2},
     1.0,
     {1, 1},
     {0.666666666666667, 0.666666666666667}},
    {"HS24",
     hs24,
     2,
     0,
     5,
     false,
     false,
     true,
     {1, 0.5},
     -1.0,
     {3, 1.7320508075688772},
     {0.866025403784439, 0, 0.5, 0, 0}},
    {"HS28", hs28, 3, 1, 0, true, true, true, {-4, 1, 1}, 0.0, {0.5, -0.5, 0.5}, {0}},
    {"HS29",
     hs29,
     3,
     0,
     1,
     false,
     false,
     false,
     {1, 1, 1},
     -22.627416997969522,
     {4, 2.8284271247461903, 2},
     {0.707106781186548}},
    {"HS35",
     hs35,
     3,
     0,
     4,
     true,
     true,
     true,
     {0.5, 0.5, 0.5},
     0.1111111111111111,
     {1.3333333333333333, 0.7777777777777778, 0.4444444444444444},
     {0.222222222222222, 0, 0, 0}},
    {"HS36",
     hs36,
     3,
     0,
     7,
     true,
     false,
     true,
     {10, 10, 10},
     -3300.0,
     {20, 11, 15},
     {110, 0, 0, 0, 55, 80, 0}},
    {"HS37",
     hs37,
     3,
     0,
     8,
     true,
     false,
     true,
     {10, 10, 10},
     -3456.0,
     {24, 12, 12},
     {144, 0, 0, 0, 0, 0, 0, 0}},
    {"HS39", hs39, 4, 2, 0, false, true, true, {2, 2, 2, 2}, -1.0, {1, 1, 0, 0}, {-1, -1}},
    {"HS40",
     hs40,
     4,
     3,
     0,
     false,
     false,
     true,
     {0.8, 0.8, 0.8, 0.8},
     -0.25,
     {0.7937005259840998, 0.7071067811865476, 0.5297315471796477, 0.8408964152537145},
     {0.5, -0.471937156340847, 0.353553390593274}},
    {"HS42",
     hs42,
     4,
     2,
     0,
     false,
     true,
     true,
     {1, 1, 1, 1},
     13.857864376269049,
     {2, 2, 0.848528137423857, 1.131370849898476},
     {-2, 2.53553390593274}},
    {"HS43", hs43, 4, 0, 3, false, true, true, {0, 0, 0, 0}, -44.0, {0, 1, 2, -1}, {1, 0, 2}},
    {"HS48", hs48, 5, 2, 0, true, true, true, {3, 5, -3, 2, -2}, 0.0, {1, 1, 1, 1, 1}, {0, 0}},
    {"HS51",
     hs51,
     5,
     3,
     0,
     true,
     true,
     true,
     {2.5, 0.5, 2, -1, 0.5},
     0.0,
     {1, 1, 1, 1, 1},
     {0, 0, 0}},
    {"HS65",
     hs65,
     3,
     0,
     7,
     false,
     true,
     true,
     {-5, 5, 0},
     0.9535288568047828,
     {3.6504617252130362, 3.6504617252130362, 4.620417555320008},
     {0.0821532773034626, 0, 0, 0, 0, 0, 0}},
    {"HS71",
     hs71,
     4,
     1,
     9,
     false,
     false,
     true,
     {1, 5, 5, 1},
     17.014017289156303,
     {1, 4.742999637264417, 3.8211499841848737, 1.3794082931726723},
     {0.161468566770506, 0.552293660120727, 1.08787122866694, 0, 0, 0, 0, 0, 0, 0}},
    {"HS76",
     hs76,
     4,
     0,
     7,
     true,
     true,
     true,
     {0.5, 0.5, 0.5, 0.5},
     -4.681818181818182,
     {0.2727272727272727, 2.090909090909091, 0, 0.5454545454545454},
     {0.454545454545455, 0, 0, 0, 0, 1.72727272727273, 0}},
    {"HS77",
     hs77,
     5,
     2,
     0,
     false,
     false,
     true,
     {2, 2, 2, 2, 2},
     0.24150512879017869,
     {1.1661721897092985, 1.1821113888027042, 1.3802570431454597, 1.5060362736230457,
      0.6109201960430908},
     {-0.0855395970428199, -0.0318783981868116}},
};

enum { HS_COUNT = sizeof HS_PROBLEMS / sizeof *HS_PROBLEMS };

#endif
