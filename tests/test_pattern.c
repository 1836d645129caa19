/* test_pattern.c - Jacobians whose rows share sweeps are those that are made row by row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "calculus/derive.h"
#include "calculus/jacobian.h"
#include "recordings.h"

enum { N = 24, COLOURS_ANY = 0 };

/* Row i by a sweep of its own. */
static void expected_row(Session *s, const Recording *g, uint32_t i, double *row) {
  Trace *t = g->trace;
  double *bar = scratch(s, (t->cell_count + 1) * sizeof *bar);
  memset(bar, 0, t->cell_count * sizeof *bar);
  if (g->output[i] != UINT32_MAX) {
    bar[g->output[i]] = 2;
    trace_reverse(s, t, bar);
  }
  memcpy(row, bar + t->input, N * sizeof *row);
}

/* The Hessian of [f] at another point than it was recorded at, times 2, must come out of [colours] sweeps. */
static void expect_pattern(Session *s, const char *f, int expected) {
  uint32_t colours = (uint32_t)expected;
  Value input[RECORDED_INPUTS];
  Recording r = recorded_f(s, input), g = recording_gradient(s, &r, input);
  Jacobian jacobian = jacobian_of(s, g.trace, g.output, g.outputs);
  cr_expect_eq(jacobian.pattern.colours, colours, "%s: %u colours", f, jacobian.pattern.colours);
  cr_expect_eq(jacobian.pattern.column_colours, colours, "%s: a Hessian is symmetric", f);
  double x[N], *h = scratch(s, N * N * sizeof *h), row[N];
  const char *why;
  for (int round = 0; round < 2; round++) { /* what one leaves in bar must not matter to the next */
    for (uint32_t i = 0; i < N; i++) x[i] = 0.3 + 0.02 * i + 0.1 * round;
    cr_assert(trace_replay(g.trace, x, &why));
    jacobian_at(s, &jacobian, 2, h);
    for (uint32_t i = 0; i < N; i++) {
      expected_row(s, &g, i, row);
      for (uint32_t k = 0; k < N; k++)
        cr_expect(fabs(h[i * N + k] - row[k]) <= 1e-14 * fabs(row[k]), "%s: [%u, %u] is %g, alone %g", f, i + 1, k + 1,
                  h[i * N + k], row[k]);
    }
  }
  recording_release(s, &g);
  recording_release(s, &r);
}

static void expect_colours(const char *definition, int colours) {
  recorded_session("p = [0.1*i for i in 1:24]\nA = [sin(i + 3j) for i in 1:24, j in 1:24]", definition, expect_pattern, colours);
}

Test(pattern, variables_that_meet_their_neighbours_take_three_sweeps) {
  expect_colours("f(x) = do\n  s = 0\n  for i in 1:23\n    s += 100*(x[i + 1] - x[i]^2)^2\n  end\n  s\nend", 3);
  expect_colours("f(x) = norm(x[2:end] - x[1:end-1].^2)^2", 3);
}

Test(pattern, variables_that_do_not_meet_take_one) {
  expect_colours("f(x) = sum(exp(x) .* sin(x))", 1);
  expect_colours("f(x) = x[1]^3 + x[24]^4", 1);
}

Test(pattern, a_row_that_meets_all_is_no_bar_to_the_others) {
  /* an arrow: the rows of the other variables all hold the first one */
  expect_colours("f(x) = x[1]*sum(x.^2)", COLOURS_ANY);
  expect_colours("f(x) = sum(x[1:12])^3 + sum(x[13:24].^3)", 12);
}

Test(pattern, full_matrices_go_row_by_row) {
  expect_colours("f(x) = sum(exp(0.01*(A*x)))", COLOURS_ANY);
  expect_colours("f(x) = norm(x)^3", COLOURS_ANY);
  expect_colours("f(x) = logdet(A'*A + diag(x))", COLOURS_ANY);
}

Test(pattern, constant_and_equal_rows_stay_what_they_are) {
  expect_colours("f(x) = 3x[1] + x[2]*x[3] + 5", 1);
  expect_colours("f(x) = (x[1] + x[2])^4 + x[5]", 2);
}
