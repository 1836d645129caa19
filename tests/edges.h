/* edges.h - constrained problems at the edges: no feasible point, no end, no interior, no
 * multipliers.
 *
 * The first entry is the value, the others are the constraints, equalities first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_EDGES_H
#define MML_TESTS_EDGES_H

#include "mgh.h"

static void two_sums(const Jet *x, Jet *c) {
  c[0] = add(square(x[0]), square(x[1]));
  c[1] = shift(add(x[0], x[1]), -1);
  c[2] = shift(add(x[0], x[1]), -2);
}

static void same_sum_twice(const Jet *x, Jet *c) {
  c[0] = add(square(x[0]), square(x[1]));
  c[1] = shift(add(x[0], x[1]), -1);
  c[2] = scale(2, shift(add(x[0], x[1]), -1));
}

static void apart(const Jet *x, Jet *c) {
  c[0] = add(x[0], x[1]);
  c[1] = shift(scale(-1, x[0]), 3);
  c[2] = shift(x[0], -1);
}

static void circle_and_far_line(const Jet *x, Jet *c) {
  c[0] = x[0];
  c[1] = shift(add(square(x[0]), square(x[1])), -1);
  c[2] = shift(scale(-1, x[0]), 3);
}

static void slope_down(const Jet *x, Jet *c) {
  c[0] = add(x[0], x[1]);
  c[1] = sub(x[0], x[1]);
}

static void slope_up_down(const Jet *x, Jet *c) {
  c[0] = scale(-1, x[0]);
  c[1] = shift(square(x[1]), -1);
}

static void saddle_in_strip(const Jet *x, Jet *c) {
  c[0] = sub(square(x[0]), square(x[1]));
  c[1] = shift(x[0], -1);
}

static void no_interior(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -2)), square(shift(x[1], -1)));
  c[1] = x[0];
  c[2] = scale(-1, x[0]);
}

static void point_set(const Jet *x, Jet *c) {
  c[0] = x[0];
  c[1] = add(square(x[0]), square(x[1]));
}

static void logarithm(const Jet *x, Jet *c) {
  c[0] = sub(x[0], jlog(x[0]));
  c[1] = shift(scale(-1, x[0]), 2);
}

static void logarithm_alone(const Jet *x, Jet *c) {
  c[0] = sub(x[0], jlog(x[0]));
  c[1] = shift(x[0], -9);
}

static void root_wall(const Jet *x, Jet *c) {
  c[0] = add(x[0], root(shift(scale(-1, x[0]), 4)));
  c[1] = shift(scale(-1, x[0]), 1);
  c[2] = shift(x[0], -3);
}

static void hs13(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -2)), square(x[1]));
  c[1] = add(x[1], power(shift(x[0], -1), 3));
  c[2] = scale(-1, x[0]);
  c[3] = scale(-1, x[1]);
}

static void circle(const Jet *x, Jet *c) {
  c[0] = add(x[0], x[1]);
  c[1] = shift(add(square(x[0]), square(x[1])), -2);
}

static void ridge(const Jet *x, Jet *c) {
  c[0] = add(square(x[0]), scale(-1, square(x[1])));
  c[1] = shift(x[1], -1);
  c[2] = shift(scale(-1, x[1]), -1);
}

static void parabola(const Jet *x, Jet *c) {
  c[0] = square(shift(x[0], -3));
  c[1] = shift(x[0], -1);
}

static void wave(const Jet *x, Jet *c) {
  c[0] = jcos(x[0]);
  c[1] = shift(x[0], -2);
  c[2] = shift(scale(-1, x[0]), -1);
}

static void area(const Jet *x, Jet *c) {
  c[0] = scale(-1, mul(x[0], x[1]));
  c[1] = shift(add(x[0], x[1]), -10);
}

static void valley(const Jet *x, Jet *c) {
  c[0] = square(add(x[0], x[1]));
  c[1] = shift(x[0], -5);
}

static void edge_of_square(const Jet *x, Jet *c) {
  c[0] = scale(-1, x[0]);
  c[1] = shift(x[0], -1);
  c[2] = shift(x[1], -1);
  c[3] = scale(-1, x[0]);
  c[4] = scale(-1, x[1]);
}

static void touching(const Jet *x, Jet *c) {
  c[0] = add(square(x[0]), square(x[1]));
  c[1] = scale(-1, x[0]);
}

static void quartic_on_line(const Jet *x, Jet *c) {
  c[0] = add(power(shift(x[0], -1), 4), square(x[1]));
  c[1] = shift(add(x[0], x[1]), -1);
}

static void cubic_on_line(const Jet *x, Jet *c) {
  c[0] = add(power(x[0], 3), square(x[1]));
  c[1] = x[1];
}

static void cubic_in_box(const Jet *x, Jet *c) {
  c[0] = power(x[0], 3);
  c[1] = shift(scale(-1, x[0]), -1);
  c[2] = shift(x[0], -1);
}

static void exponential(const Jet *x, Jet *c) {
  c[0] = jexp(x[0]);
  c[1] = shift(x[0], -1);
}

static void impossible_constant(const Jet *x, Jet *c) {
  c[0] = square(x[0]);
  c[1] = shift(scale(0, x[0]), 1);
}

static void tiny_units(const Jet *x, Jet *c) {
  c[0] = add(square(shift(scale(1e9, x[0]), -1)), square(shift(scale(1e-9, x[1]), -1)));
  c[1] = shift(add(scale(1e9, x[0]), scale(1e-9, x[1])), -1);
}

static void copositive(const Jet *x, Jet *c) {
  c[0] = add(add(square(x[0]), square(x[1])), scale(4, mul(x[0], x[1])));
  c[1] = scale(-1, x[0]);
  c[2] = scale(-1, x[1]);
}

static void kinks_down(const Jet *x, Jet *c) {
  c[0] = sub(square(x[0]), mul(x[0], x[1]));
  c[1] = scale(-1, x[0]);
  c[2] = scale(-1, x[1]);
  c[3] = shift(add(x[0], x[1]), -4);
}

#endif
