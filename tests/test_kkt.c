/* test_kkt.c - what is said of proposed points whose nature is known by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

/* f and constraints are of the vector x; p is proposed. */
typedef struct Proposal {
  const char *f, *p, *st, *eq, *verdict;
} Proposal;

static void propose(Shell *shell, const Proposal *at) {
  MmlStatus status = shell_do(shell, "r = kkt(x -> %s, %s%s%s%s%s%s%s)", at->f, at->p,
                              at->st ? ", st = [" : "", at->st ? at->st : "", at->st ? "]" : "",
                              at->eq ? ", eq = [" : "", at->eq ? at->eq : "", at->eq ? "]" : "");
  cr_expect_eq(status, MML_OK, "%s", shell->reported.bytes);
}

static void expect_verdicts(const Proposal *row, size_t count) {
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < count; i++) {
    propose(&shell, &row[i]);
    cr_expect(shell_shows(&shell, "r.verdict", row[i].verdict),
              "%s at %s, st %s, eq %s: %s, not %s\n%s", row[i].f, row[i].p,
              row[i].st ? row[i].st : "-", row[i].eq ? row[i].eq : "-", shell.printed.bytes,
              row[i].verdict, shell.reported.bytes);
  }
  shell_end(&shell);
}

#define EXPECT_VERDICTS(rows) expect_verdicts(rows, sizeof rows / sizeof *rows)

Test(kkt, curvature_along_the_constraints_decides) {
  static const Proposal rows[] = {
      {"x[1]", "[-1, 0]", NULL, "x -> x'*x - 1", "strict minimum"},
      {"x[1]", "[1, 0]", NULL, "x -> x'*x - 1", "maximum"},
      {"x[1]*x[2]", "[1, -1]", NULL, "x -> x'*x - 2", "strict minimum"},
      {"x[1]*x[2]", "[1, 1]", NULL, "x -> x'*x - 2", "maximum"},
      {"x[1]*x[2] - 3x[3]^2", "[1, -1, 0]", NULL, "x -> x[1]^2 + x[2]^2 - 2", "saddle"},
      {"-x[2]^2", "[0, 0]", NULL, "x -> x[1]", "maximum"},
      {"x[1]^2 - x[2]^2", "[0, 0]", NULL, "x -> x[2]", "strict minimum"},
      {"exp(x[1]) - x[1] - x[2]^2", "[0, 0]", NULL, "x -> x[2]", "strict minimum"},
      /* a slope that pushes against an inequality: up that way, so no maximum */
      {"x[1] - x[2]^2", "[0, 0]", "x -> -x[1]", NULL, "saddle"},
      {"x[1] - x[2]^2", "[0, 0]", NULL, "x -> -x[1]", "maximum"},
      {"x[1] + x[2]^2", "[0, 0]", "x -> -x[1]", NULL, "global minimum"},
      {"x[1] + x[2]", "[0, 0]", "x -> -x", NULL, "global minimum"},
      {"x[1] - x[2]", "[0, 0]", "x -> -x", NULL, "wrong sign"},
      {"x[1]^2 + x[2]", "[0, 0]", "x -> x[2] - 1", NULL, "not stationary"},
      {"x[1]^2 + x[2]^2", "[3, 0]", "x -> x[1] - 1", NULL, "not feasible"},
      {"x[1]^2 + x[2]^2", "[3, 0]", NULL, "x -> x[1] - 1", "not feasible"},
  };
  EXPECT_VERDICTS(rows);
}

/* Constraints that are active with multiplier 0 leave a cone of directions: curvature counts in it
 * only. */
Test(kkt, constraints_with_multiplier_0_leave_a_cone) {
  static const Proposal rows[] = {
      {"x[1]^2 - x[2]^2", "[0, 0]", "x -> -x[2]", NULL, "saddle"},
      {"x[1]^2 - x[2]^2", "[0, 0]", "x -> x[2]", NULL, "saddle"},
      {"-x[1]*x[2]", "[0, 0]", "x -> -x", NULL, "saddle"},
      {"-x[1]*x[2]", "[0, 0]", "x -> x", NULL, "saddle"},
      {"x[1]*x[2]", "[0, 0]", "x -> [x[1], -x[2]]", NULL, "saddle"},
      {"x[1]*x[2]", "[0, 0]", "x -> [-x[1], x[2]]", NULL, "saddle"},
      {"x[1]*x[2]", "[0, 0]", "x -> -x", NULL, "flat"}, /* 0 on both edges */
      {"-x[1]*x[2]", "[0, 0]", "x -> [x[1], -x[2]]", NULL, "flat"},
      {"x[1]^2 + x[2]^2 - 4x[1]*x[2]", "[0, 0]", "x -> -x", NULL, "saddle"},
      {"x[1]^2 + x[2]^2 + x[1]*x[2]", "[0, 0]", "x -> -x", NULL, "global minimum"},
      {"x[1]^3 + x[1]^2 + x[2]^2", "[0, 0]", "x -> -x", NULL, "strict minimum"},
      {"x[1]^2 + (x[1] + x[2] + x[3])^2 - x[2]*x[3]", "[0, 0, 0]", "x -> [-x[2], x[3]]", NULL,
       "global minimum"},
      /* one of them strong */
      {"x[1] + x[2]*x[3]", "[0, 0, 0]", "x -> [-x[1], -x[2], x[3]]", NULL, "saddle"},
  };
  EXPECT_VERDICTS(rows);
}

/* Where second derivatives vanish, values decide, on the feasible sides only. */
Test(kkt, values_decide_where_curvature_is_0) {
  static const Proposal rows[] = {
      {"x[1]^2 + x[2]^4", "[0, 0]", "x -> x[1] - 3", NULL, "flat"},
      {"x[1]^2 - x[2]^4", "[0, 0]", "x -> x[1] - 3", NULL, "not stationary"},
      {"x[2]^3", "[0, 0]", NULL, "x -> x[1]", "not stationary"},
      {"-x[2]^3", "[0, 0]", NULL, "x -> x[1]", "not stationary"},
      {"x[2]^3", "[0, 0]", "x -> -x[2]", "x -> x[1]", "flat"},
      {"x[2]^3", "[0, 0]", "x -> x[2]", "x -> x[1]", "not stationary"},
      {"-x[2]^3", "[0, 0]", "x -> x[2]", "x -> x[1]", "flat"},
      {"-x[2]^3", "[0, 0]", "x -> -x[2]", "x -> x[1]", "not stationary"},
      {"x[1]^4 + x[2]^4 - 3x[1]^2*x[2]^2", "[0, 0]", "x -> x[1] - 3", NULL, "not stationary"},
      {"x[1]^4 + x[2]^4 - 1.9x[1]^2*x[2]^2", "[0, 0]", "x -> x[1] - 3", NULL, "flat"},
      {"x[1]^4 + x[2]^4 + x[1]*x[2]^2 + x[3]^2", "[0, 0, 0]", "x -> x[1] - 3", NULL,
       "not stationary"},
      /* on a circle: along it x1 - 1 is -t^2/2 + t^4/24, so the sum begins with t^4 */
      {"(x[1] - 1)^2", "[1, 0]", NULL, "x -> x'*x - 1", "flat"},
      {"-(x[1] - 1)^2", "[1, 0]", NULL, "x -> x'*x - 1", "not stationary"},
      {"(x[1] - 1)^3", "[1, 0]", NULL, "x -> x'*x - 1", "not stationary"}, /* x1 < 1 there */
      {"(x[1] - 1)^3", "[1, 0]", "x -> -x[2]", "x -> x'*x - 1", "not stationary"},
      {"(x[1] - 1)^3", "[1, 0, 0]", NULL, "x -> x[3], x -> x'*x - 1", "not stationary"},
      {"(1 - x[1])^3", "[1, 0]", NULL, "x -> x'*x - 1", "flat"},
  };
  EXPECT_VERDICTS(rows);
}

/* Dependent gradients: multipliers need not exist at a minimum. Independent ones: they would. */
Test(kkt, without_multipliers_dependence_and_values_decide) {
  static const Proposal rows[] = {
      {"x[1]", "[0, 0]", "x -> x[2] - x[1]^3, x -> -x[2]", NULL, "degenerate"},
      {"-x[1]", "[0, 0]", "x -> x[2] - x[1]^3, x -> -x[2]", NULL, "not stationary"},
      {"-x[1]", "[0, 0]", "x -> x[2] - x[1]^2, x -> -x[2]", NULL, "not stationary"},
      {"7 - x[1]", "[0, 0]", "x -> x[2] - x[1]^2, x -> -x[2]", NULL, "not stationary"},
      {"x[1]^2 - x[2]", "[0, 0]", "x -> x[2] - x[1]^2, x -> x[2] - 2x[1]^2, x -> -x[2]", NULL,
       "flat"}, /* 0 all along a parabola */
      {"x[2]", "[0, 0]", "x -> x[1] + x[2]^2, x -> -x[1] + x[2]^2", NULL, "degenerate"},
      {"x[2]", "[0, 0]", "x -> 5x[1] + x[2]^2, x -> -x[1] + x[2]^2", NULL, "degenerate"},
      {"x[2]", "[0, 0]", "x -> x[1] + x[1]^2", NULL, "not stationary"},
      {"x[2]", "[0, 0]", "x -> x[1] + x[1]^2, x -> x[1] - x[1]^2", NULL, "not stationary"},
      {"x[2]", "[0, 0]", NULL, "x -> x'*x", "degenerate"},
      {"x[2]", "[0, 0]", NULL, "x -> x[1] + x[1]^2", "not stationary"},
      {"x[3]", "[0, 0, 0]",
       "x -> x[1] + x'*x, x -> -x[1]/2 + x[2] + x'*x, x -> -x[1]/2 - x[2] + x'*x", NULL,
       "degenerate"},
      {"x[3]", "[0, 0, 0]",
       "x -> x[1] + x'*x, x -> x[1]/2 + x[2] + x'*x, x -> x[1]/2 - x[2] + x'*x", NULL,
       "not stationary"},
      /* a slope too small for values nearby, but none that an active constraint could balance */
      {"1e-5*x[1] + x[1]^2", "[0, 0]", "x -> x[2]^2 - 1", NULL, "not stationary"},
      {"1e-5*x[1] + x[1]^2", "[0, 0]", NULL, "x -> x[2] + x[2]^2", "not stationary"},
      {"1e-5*x[1] + x[1]^2", "[0, 0]", "x -> x[2] + x[2]^2", NULL, "not stationary"},
      {"x[2]", "[0, 0]", "x -> x[1], x -> -x[1]", NULL,
       "not stationary"}, /* linear ones always have them */
  };
  EXPECT_VERDICTS(rows);
}

/* Eigenvalues of the Hessian of L along what holds, in the user's units. */
Test(kkt, eigenvalues_are_those_along_the_constraints) {
  static const struct {
    Proposal at;
    size_t count;
    double eigenvalue[3];
  } rows[] = {
      {{"x[1]", "[-1, 0]", NULL, "x -> x'*x - 1", NULL}, 1, {1}},
      {{"x[1]", "[1, 0]", NULL, "x -> x'*x - 1", NULL}, 1, {-1}},
      {{"x[1]^2 + 3x[2]^2", "[0, 0]", "x -> -x[1]", NULL, NULL}, 2, {2, 6}},
      {{"x[1] + 3x[2]^2", "[0, 0]", "x -> -x[1]", NULL, NULL}, 1, {6}},
      {{"3(x[1] - 1000)^2 + 1e6(x[2] - 0.001)^2", "[1000, 0.001]", "x -> x[1] - 2000", NULL, NULL},
       2,
       {6, 2e6}},
      {{"3(x[1] - 1000)^2 + 1e6(x[2] - 0.001)^2", "[1000, 0.001]", NULL,
        "x -> x[1] + x[2] - 1000.001", NULL},
       1,
       {1000003}},
      {{"x[1]^2 + 2x[2]^2 + 4x[3]^2", "[0, 0, 0]", NULL, "x -> 2x[1] - 2x[2]", NULL}, 2, {3, 8}},
      {{"x[1]^2 + 2x[2]^2 + 4x[3]^2", "[0, 0, 0]", NULL, "x -> 1e6*(x[1] - 2x[2])", NULL},
       2,
       {2.4, 8}}, /* along [2, 1]: (2*4 + 4)/5 */
      {{"x[1]^2 + x[1]*x[2] + x[2]^2", "[0, 0]", "x -> x[1] - 9", NULL, NULL}, 2, {1, 3}},
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double got[4];
    propose(&shell, &rows[i].at);
    cr_expect_eq(shell_numbers(&shell, "r.eigenvalues", got, 4), rows[i].count, "%s: %s",
                 rows[i].at.f, shell.printed.bytes);
    for (size_t k = 0; k < rows[i].count; k++)
      cr_expect(shell_close(got[k], rows[i].eigenvalue[k], 1e-9, 1e-3), "%s: %.17g, not %g",
                rows[i].at.f, got[k], rows[i].eigenvalue[k]);
  }
  shell_end(&shell);
}
