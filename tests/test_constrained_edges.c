/* test_constrained_edges.c - constrained minimisation at every edge, and what is said there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "edges.h"
#include "problems.h"

TestSuite(constrained_edges, .fini = pool_free);

static void session(const Jet *x, Jet *c) {
  c[0] = add(square(shift(x[0], -1)), square(shift(x[1], 2)));
  c[1] = shift(add(x[0], x[1]), -1);
  c[2] = scale(-1, x[0]);
}

Test(constrained_edges, the_session_of_the_manual_is_printed) {
  static const char *const TEXT[] = {"x + y == 1", "x >= 0"};
  Problem problem = {.evaluate = session,
                     .n = 2,
                     .equalities = 1,
                     .inequalities = 1,
                     .linear = true,
                     .quadratic = true,
                     .text = TEXT};
  double start[] = {0, 0};
  ConstrainedResult result = run(&problem, start);
  expect_text(&problem, &result,
              "x = 2, y = -1\n"
              "value 2 at the global minimum (convex quadratic)\n"
              "active: x + y == 1 (multiplier -2); inactive: x >= 0\n");
  Constraints constraints = problem_constraints_of(&problem);
  Text out = {0};
  kkt_print_prices(&result, &constraints, &out);
  cr_expect_str_eq(out.bytes, "raising the right side of x + y == 1 by a small amount changes the "
                              "minimum by 2 times as much\n");
  text_free(&out);
}

/* One problem, what must be said of it, and a phrase its words must hold. */
typedef struct Edge {
  const char *name;
  void (*evaluate)(const Jet *x, Jet *c);
  size_t n, equalities, inequalities;
  bool linear, quadratic, negated;
  double start[4];
  KktKind kind;
  double value; /* nan: not looked at */
  const char *phrase;
} Edge;

static const Edge EDGES[] = {
    {"two sums", two_sums, 2, 2, 0, true, true, false, {3, 4}, KKT_INFEASIBLE, NAN, "0.5"},
    {"same sum twice",
     same_sum_twice,
     2,
     2,
     0,
     true,
     true,
     false,
     {3, 4},
     KKT_STRICT_MINIMUM,
     0.5,
     "rank 1"},
    {"apart", apart, 2, 0, 2, true, true, false, {0, 0}, KKT_INFEASIBLE, NAN, "contradict"},
    {"circle and far line",
     circle_and_far_line,
     2,
     0,
     2,
     false,
     true,
     false,
     {0, 0.5},
     KKT_INFEASIBLE,
     NAN,
     "infeasible"},
    {"slope down",
     slope_down,
     2,
     0,
     1,
     true,
     true,
     false,
     {0, 0},
     KKT_UNBOUNDED,
     NAN,
     "falls without end"},
    {"slope down, maximised",
     slope_down,
     2,
     0,
     1,
     true,
     true,
     true,
     {0, 0},
     KKT_UNBOUNDED,
     NAN,
     "no maximum: the value rises without end"},
    {"slope in a tube",
     slope_up_down,
     2,
     0,
     1,
     false,
     true,
     false,
     {0, 0.5},
     KKT_UNBOUNDED,
     NAN,
     "falls"},
    {"saddle in a strip",
     saddle_in_strip,
     2,
     0,
     1,
     true,
     true,
     false,
     {0, 0},
     KKT_UNBOUNDED,
     NAN,
     "falls"},
    {"no interior",
     no_interior,
     2,
     0,
     2,
     true,
     true,
     false,
     {5, 5},
     KKT_STRICT_MINIMUM,
     4,
     "rank 1"},
    {"infeasible start",
     logarithm,
     1,
     0,
     1,
     true,
     false,
     false,
     {1},
     KKT_STRICT_MINIMUM,
     2 - 0.69314718055994531,
     "strict"},
    {"nan at an infeasible start",
     logarithm,
     1,
     0,
     1,
     true,
     false,
     false,
     {-1},
     KKT_STRICT_MINIMUM,
     2 - 0.69314718055994531,
     "strict"},
    {"nan at a feasible start",
     logarithm_alone,
     1,
     0,
     1,
     true,
     false,
     false,
     {-1},
     KKT_UNDEFINED,
     NAN,
     "the value at the start is"},
    {"nan beyond a wall",
     root_wall,
     1,
     0,
     2,
     true,
     false,
     false,
     {2.5},
     KKT_STRICT_MINIMUM,
     2.73205080756887729,
     "active"},
    {"maximum on a circle",
     circle,
     2,
     1,
     0,
     false,
     true,
     false,
     {1, 1},
     KKT_STRICT_MINIMUM,
     -2,
     "(multiplier 0.5)"},
    {"start in the middle of a circle",
     circle,
     2,
     1,
     0,
     false,
     true,
     false,
     {0, 0},
     KKT_STRICT_MINIMUM,
     -2,
     "strict"},
    {"ridge between bounds",
     ridge,
     2,
     0,
     2,
     true,
     true,
     false,
     {0, 0},
     KKT_STRICT_MINIMUM,
     -1,
     "(multiplier 2)"},
    {"parabola",
     parabola,
     1,
     0,
     1,
     true,
     true,
     false,
     {-4},
     KKT_STRICT_MINIMUM,
     4,
     "(multiplier 4)"},
    {"no constraints", parabola, 1, 0, 0, true, true, false, {-4}, KKT_STRICT_MINIMUM, 0, "global"},
    {"wave from its top",
     wave,
     1,
     0,
     2,
     true,
     false,
     false,
     {0},
     KKT_STRICT_MINIMUM,
     -0.41614683654714241,
     "strict"},
    {"largest area",
     area,
     2,
     1,
     0,
     true,
     true,
     true,
     {1, 2},
     KKT_STRICT_MINIMUM,
     -25,
     "value 25 at a strict local maximum"},
    {"valley", valley, 2, 0, 1, true, true, false, {1, 2}, KKT_FLAT, 0, "not the only one"},
    {"edge of a square",
     edge_of_square,
     2,
     0,
     4,
     true,
     true,
     false,
     {0.5, 0.5},
     KKT_FLAT,
     -1,
     "(linear program): flat along x = 0, y ="},
    {"touching",
     touching,
     2,
     0,
     1,
     true,
     true,
     false,
     {3, 4},
     KKT_STRICT_MINIMUM,
     0,
     "active with multiplier 0"},
    {"quartic on a line",
     quartic_on_line,
     2,
     1,
     0,
     true,
     false,
     false,
     {3, 4},
     KKT_STRICT_MINIMUM,
     0,
     NULL},
    {"cubic in a box",
     cubic_in_box,
     1,
     0,
     2,
     true,
     false,
     false,
     {0},
     KKT_STRICT_MINIMUM,
     -1,
     "(multiplier 3)"},
    {"cubic on a line",
     cubic_on_line,
     2,
     1,
     0,
     true,
     false,
     false,
     {1, 0},
     KKT_UNBOUNDED,
     NAN,
     "falls"},
    {"exponential",
     exponential,
     1,
     0,
     1,
     true,
     false,
     false,
     {0},
     KKT_UNBOUNDED,
     NAN,
     "falls for ever"},
    {"impossible constant",
     impossible_constant,
     1,
     0,
     1,
     true,
     true,
     false,
     {2},
     KKT_INFEASIBLE,
     NAN,
     "smallest violation found 1"},
    {"tiny units",
     tiny_units,
     2,
     1,
     0,
     true,
     true,
     false,
     {0, 0},
     KKT_STRICT_MINIMUM,
     0.5,
     "global"},
    {"copositive", copositive, 2, 0, 2, true, true, false, {1, 1}, KKT_FLAT, 0, NULL},
    {"down along an edge",
     kinks_down,
     2,
     0,
     3,
     true,
     true,
     false,
     {0, 0},
     KKT_STRICT_MINIMUM,
     -2,
     NULL},
};

Test(constrained_edges, edges_are_told_apart) {
  for (size_t k = 0; k < sizeof EDGES / sizeof *EDGES; k++) {
    const Edge *edge = &EDGES[k];
    Problem problem = {.evaluate = edge->evaluate,
                       .n = edge->n,
                       .equalities = edge->equalities,
                       .inequalities = edge->inequalities,
                       .linear = edge->linear,
                       .quadratic = edge->quadratic,
                       .negated = edge->negated};
    ConstrainedResult result = run(&problem, edge->start);
    Text out = {0};
    show(&problem, &result, &out);
    if (getenv("HS_SHOW")) printf("--- %s\n%s", edge->name, out.bytes);
    cr_expect_eq(result.kind, edge->kind, "%s: kind %d\n%s", edge->name, result.kind, out.bytes);
    if (!isnan(edge->value))
      cr_expect(fabs(result.value - edge->value) <= 1e-9, "%s: %.17g", edge->name, result.value);
    if (edge->phrase) cr_expect(strstr(out.bytes, edge->phrase), "%s:\n%s", edge->name, out.bytes);
    bool minimum = edge->kind == KKT_STRICT_MINIMUM || edge->kind == KKT_FLAT;
    cr_expect_eq(result.converged, minimum, "%s:\n%s", edge->name, out.bytes);
    text_free(&out);
    pool_free();
  }
}

Test(constrained_edges, without_multipliers_nothing_is_claimed) {
  Problem problem = {.evaluate = hs13, .n = 2, .inequalities = 3, .quadratic = true};
  double start[] = {-2, -2};
  ConstrainedResult result = run(&problem, start);
  Text out = {0};
  show(&problem, &result, &out);
  if (getenv("HS_SHOW")) printf("%s", out.bytes);
  cr_expect(!result.converged, "%s", out.bytes);
  cr_expect(fabs(result.value - 1) < 0.02, "%s", out.bytes);
  text_free(&out);
  problem = (Problem){.evaluate = point_set, .n = 2, .inequalities = 1, .quadratic = true};
  start[0] = 1, start[1] = 1;
  result = run(&problem, start);
  show(&problem, &result, &out);
  if (getenv("HS_SHOW")) printf("%s", out.bytes);
  cr_expect(!result.converged && fabs(result.value) < 1e-3, "%s", out.bytes);
  text_free(&out);
}
