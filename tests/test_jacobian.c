/* test_jacobian.c - sweeps by columns and by rows give one Jacobian; degrees of recordings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "calculus/degree.h"
#include "calculus/derive.h"
#include "calculus/jacobian.h"
#include "recordings.h"

/* In a session of its own, with f and p. */
static void with_session(const char *point, const char *definition, void (*look)(Session *, const char *, int), int expected) {
  char setting[256];
  snprintf(setting, sizeof setting,
           "A = [sin(i + 3j) for i in 1:12, j in 1:12]; b = [cos(i) for i in 1:12]\n%s", point);
  recorded_session(setting, definition, look, expected);
}

/* ---- by columns and by rows ---- */

static void compare(Session *s, const char *f, int expected_forward) {
  Value input[RECORDED_INPUTS];
  Recording r = recorded_f(s, input);
  size_t n = r.trace->input_count, count = r.outputs * n;
  double *all = scratch(s, 2 * count * sizeof *all), *by_rows = all + count;
  Jacobian j = jacobian_of(s, r.trace, r.output, r.outputs), rows = j;
  cr_expect_eq(j.forward, expected_forward, "%s", f);
  rows.forward = false;
  rows.cells = calloc(r.trace->cell_count, sizeof(double));
  double *dot = calloc(jacobian_work(r.trace, TRACE_LANES), sizeof(double));
  for (int round = 0; round < 2; round++) { /* what one sweep leaves must not matter to the next */
    jacobian_at(s, &rows, 2, by_rows);
    for (size_t lanes = 1; lanes <= TRACE_LANES; lanes *= 2) {
      memset(dot, 0, jacobian_work(r.trace, TRACE_LANES) * sizeof(double));
      cr_assert(jacobian_forward(s, &j, lanes, 2, dot, all));
      for (size_t i = 0; i < count; i++)
        cr_expect(fabs(all[i] - by_rows[i]) <= 1e-13 * (1 + fabs(by_rows[i])), "%s: %zu lanes, entry %zu: %g, by rows %g", f,
                  lanes, i, all[i], by_rows[i]);
    }
    jacobian_at(s, &j, 2, all);
    for (size_t i = 0; i < count; i++)
      cr_expect(fabs(all[i] - by_rows[i]) <= 1e-13 * (1 + fabs(by_rows[i])), "%s: entry %zu: %g", f, i, all[i]);
  }
  free(dot);
  free(rows.cells);
  recording_release(s, &r);
}

static void expect_same(const char *point, const char *f, int forward) { with_session(point, f, compare, forward); }

Test(jacobian, tall_ones_go_by_columns) {
  expect_same("p = [0.3, -0.2, 0.7]", "f(x) = [A[:, 1:3]*x; exp(A[:, 1:3]*x) .* sin(b)]", true);
  expect_same("p = [0.3, 0.2]", "f(x) = [x[1]*t^x[2] + 1/(t + x[1]) for t in 1:9]", true);
  expect_same("p = 0.1*(1:12)", "f(x) = [norm(x - b); x'*A*x; log(2 + x.^2); x.*x; x'*b; x ./ (1 .+ x.^2); A*x; exp(A*x)]", true);
}

Test(jacobian, products_of_matrices_that_vary) {
  expect_same("p = 0.1*(1:16)", "f(x) = do\n  M = reshape(x, 4, 4)\n  P = A[1:4, 1:4]\n  [vec(P*M*P'); vec(M*M'); vec(M'*M); vec(M'*M'); vec(P'*M'*M)]\nend", true);
  expect_same("p = 0.1*(1:20)", "f(x) = do\n  M = reshape(x, 2, 10)\n  [vec(M'*M); vec(M*M'); M'*[1, 2]; (A[1:3, 1:10]*M')*[1, 1]]\nend", true);
}

Test(jacobian, wide_ones_go_by_rows) {
  expect_same("p = 0.1*(1:20)", "f(x) = [norm(x), sum(x.^3), x[1]*x[20]]", false);
}

/* Neighbours meet: two colours of columns, whatever the size. */
Test(jacobian, columns_that_share_no_row_share_a_sweep) {
  expect_same("p = 0.1*(1:20)", "f(x) = [x; x[1:end-1] .* x[2:end]; x[1:end-1] - x[2:end].^2]", true);
}

/* sqrt has an infinite slope at 0, which a zero tangent must not meet: 0*inf is no number. */
static void expect_zero(Session *s, const char *f, int expected) {
  (void)expected;
  Value input[RECORDED_INPUTS];
  Recording r = recorded_f(s, input);
  double out[3 * 2];
  Jacobian j = jacobian_of(s, r.trace, r.output, r.outputs);
  cr_expect(j.forward, "%s", f);
  jacobian_at(s, &j, 1, out);
  cr_expect(isinf(out[0]) && out[1] == 0, "%g %g", out[0], out[1]);
  cr_expect(out[2] == 0 && out[3] == 1, "%g %g", out[2], out[3]);
  recording_release(s, &r);
}

Test(jacobian, what_does_not_change_brings_in_no_nan) {
  with_session("p = [0, 2]", "f(x) = [sqrt(x[1]), x[2], x[2] + 1]", expect_zero, 0);
}

/* ---- degrees ---- */

static void expect_degree(Session *s, const char *f, int expected) {
  Value input[RECORDED_INPUTS];
  Recording r = recorded_f(s, input);
  cr_expect_eq(trace_degree(r.trace, r.output[0]), expected, "%s", f);
  recording_release(s, &r);
}

static void degree_of(const char *f, int expected) { with_session("p = 0.1*(1:12)", f, expect_degree, expected); }

Test(degree, polynomials) {
  degree_of("f(x) = 3x[1] - x[2]/7 + 2", 1);
  degree_of("f(x) = x'*A*x/2 - b'*x", 2);
  degree_of("f(x) = norm(A*x - b)^2 + sum(x)^2", 2);
  degree_of("f(x) = sum((A*x).*x) + x[1]*x[2] + (x[3] - 1)^2", 2);
  degree_of("f(x) = do\n  s = 0\n  for t in x\n    s += t^2\n  end\n  s\nend", 2);
}

Test(degree, more_and_none) {
  degree_of("f(x) = x[1]^3", DEGREE_MANY);
  degree_of("f(x) = (x'*x)*x[2]", DEGREE_MANY);
  degree_of("f(x) = (x[1]*x[2])^2", DEGREE_MANY);
  degree_of("f(x) = exp(x[1])", DEGREE_MANY);
  degree_of("f(x) = x[1]/x[2]", DEGREE_MANY);
  degree_of("f(x) = 2^x[1]", DEGREE_MANY);
  degree_of("f(x) = norm(x)", DEGREE_MANY);
  degree_of("f(x) = abs(x[1])", DEGREE_MANY);
  degree_of("f(x) = x[1]^0.5", DEGREE_MANY);
  degree_of("f(x) = det(reshape(x, 3, 4)[:, 1:3])", DEGREE_MANY);
  degree_of("f(x) = if x[1] > 0 then x[1]^2 else x[2]", DEGREE_MANY);
  degree_of("f(x) = x[1] + rand()", DEGREE_MANY);
}
