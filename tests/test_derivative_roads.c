/* test_derivative_roads.c - every scalar function has one derivative, by whichever road.
 *
 * The roads share the row of elementary.def and little else: the sweep on numbers and the sweep on
 * values, of single numbers and of vectors; the formula that f' prints, read back; a step into the
 * complex plane, which knows no derivatives at all. Loops over all rows: a new one is tried at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/elementary.h"
#include "shell.h"

enum { POINTS = 5, ORDERS = 3 };

/* Exact formulas, written differently: a few hundred roundings, relative to 1 or more. */
static const double ROADS = 1e-12;

static const double fraction[POINTS] = {0.11, 0.29, 0.47, 0.68, 0.93};

/* A row as a function g of t; the other argument, if there is one, stands fixed. */
typedef struct Road {
  const char *name;
  const ElementaryDomain *domain;
  int arguments, varied;
  double t, other;
} Road;

static void define(Shell *shell, const Road *road) {
  const char *name = road->name;
  MmlStatus status = MML_ERROR;
  if (road->arguments == 1) status = shell_do(shell, "g(t) = %s(t); t = %.17g", name, road->t);
  else if (road->varied == 0)
    status = shell_do(shell, "g(t) = %s(t, %.17g); t = %.17g", name, road->other, road->t);
  else status = shell_do(shell, "g(t) = %s(%.17g, t); t = %.17g", name, road->other, road->t);
  cr_assert_eq(status, MML_OK, "%s\n%s", name, shell->reported.bytes);
}

static void expect_road(Shell *shell, const Road *road, int order, double wanted,
                        const char *expression) {
  double got = shell_number(shell, expression);
  cr_expect(shell_close(got, wanted, ROADS, 1), "%s, argument %d at %g, order %d: %s is %.17g, not %.17g\n%s",
            road->name, road->varied + 1, road->t, order, expression, got, wanted,
            shell->reported.bytes);
}

/* The formula as it is printed, "g''(t) = …", becomes a function of its own. */
static void expect_formula(Shell *shell, const Road *road, int order, double wanted) {
  static const char *const primes[] = {"g'", "g''", "g'''"};
  MmlStatus status = shell_run(shell, primes[order - 1]);
  const char *formula = strstr(shell->printed.bytes, " = ");
  cr_expect(status == MML_OK && formula, "%s has no formula for %s: %s", road->name,
            primes[order - 1], shell->printed.bytes);
  if (!formula) return;
  Text text = {0};
  text_string(&text, formula + strlen(" = "));
  status = shell_do(shell, "formula(t) = %s", text.bytes);
  cr_expect_eq(status, MML_OK, "%s: %s is not read back\n%s", road->name, text.bytes,
               shell->reported.bytes);
  expect_road(shell, road, order, wanted, "formula(t)");
  text_free(&text);
}

/* Each road carries another mechanism; [wanted] is what derivative(g, t, order) says. */
static const char *const roads[ORDERS][6] = {
    {"gradient(g, t)", "jacobian(q -> [1, g(q[1])], [t])[2, 1]",
     "gradient(q -> sum(g.(q)), [t, t])[2]",
     "derivative(u -> derivative(w -> u*g(w), t), 2)",
     "hessian(q -> q[3]*sum(g.(q[1:2])), [t, t, 1])[1, 3]",
     "gradient(u -> directional(q -> dot(u, [g(q[1]), q[1]]), [t], [1]), [1, 1])[1]"},
    {"hessian(g, t)", "derivative(u -> derivative(g, u), t)",
     "hessian(q -> sum(g.(q)), [t, t])[2, 2]", "hvp(q -> g(q[1])*q[2], [t, 1], [1, 0])[1]",
     "jacobian(q -> gradient(r -> sum(g.(r)), q), [t, t])[1, 1]",
     "laplacian(q -> g(q[1]) + 5q[2], [t, 1])"},
    {"derivative(u -> derivative(g, u, 2), t)", "derivative(u -> hessian(g, u), t)",
     "gradient(q -> hessian(r -> sum(g.(r)), q)[1, 1], [t, t])[1]",
     "derivative(u -> derivative(v -> derivative(g, v), u), t)",
     "directional(q -> hvp(r -> g(r[1])*r[2], q, [1, 0])[1], [t, 1], [1, 0])",
     "hessian(q -> gradient(r -> sum(g.(r)), q)[2], [t, t])[2, 2]"},
};

static void walk(Shell *shell, const Road *road) {
  define(shell, road);
  for (int order = 1; order <= ORDERS; order++) {
    double wanted = NAN;
    if (shell_do(shell, "d = derivative(g, t, %d)", order) == MML_OK)
      wanted = shell_number(shell, "d");
    cr_expect(isfinite(wanted), "%s at %g: derivative %d is %g\n%s", road->name, road->t, order,
              wanted, shell->reported.bytes);
    for (size_t i = 0; i < sizeof roads[0] / sizeof *roads[0]; i++)
      expect_road(shell, road, order, wanted, roads[order - 1][i]);
    expect_formula(shell, road, order, wanted);
  }
}

/* Is the first argument a whole number, an order, which has no derivative? */
static bool takes_order(Scalar scalar) {
  return scalar == SCALAR_polygamma || scalar == SCALAR_sinc_derivative;
}

/* At low + fraction of the domain. */
static Road road_at(size_t row, int varied, int point) {
  const ElementaryDomain *domain = &elementary_domains[row];
  double width = domain->high - domain->low;
  Road road = {.name = elementary_rows[row].name, .domain = domain, .varied = varied};
  road.arguments = scalar_row[domain->scalar].arguments;
  road.t = domain->low + fraction[point] * width;
  road.other = domain->low + fraction[POINTS - 1 - point] * width + 0.01 * width;
  if (takes_order(domain->scalar)) road.other = round(road.other);
  return road;
}

Test(derivative_roads, of_a_scalar_function_all_lead_to_one_number) {
  Shell shell;
  shell_start(&shell);
  for (size_t row = 0; row < ELEMENTARY_ROWS_COUNT; row++) {
    int arguments = scalar_row[elementary_domains[row].scalar].arguments;
    bool fixed_first = takes_order(elementary_domains[row].scalar);
    for (int varied = fixed_first; varied < arguments; varied++)
      for (int point = 0; point < POINTS; point++) {
        Road road = road_at(row, varied, point);
        walk(&shell, &road);
      }
  }
  shell_end(&shell);
}

/* f(t + ih) = f(t) + ih f'(t) up to h^2: with h = 1e-100 nothing is lost. Rows that refuse complex
 * numbers have no such road; abs is not analytic. */
Test(derivative_roads, a_step_into_the_complex_plane_agrees) {
  enum { COMPLEX_ROWS = 18 };
  Shell shell;
  shell_start(&shell);
  int count = 0;
  for (size_t row = 0; row < ELEMENTARY_ROWS_COUNT; row++) {
    const ElementaryDomain *domain = &elementary_domains[row];
    if (scalar_row[domain->scalar].arguments != 1 || domain->scalar == SCALAR_abs) continue;
    for (int point = 0; point < POINTS; point++) {
      Road road = road_at(row, 0, point);
      define(&shell, &road);
      if (shell_run(&shell, "step = imag(g(complex(t, 1e-100)))/1e-100") != MML_OK) break;
      count += point == 0;
      expect_road(&shell, &road, 1, shell_number(&shell, "derivative(g, t)"), "step");
      shell_run(&shell, "step = imag((z -> z^2*g(z)^3)(complex(t, 1e-100)))/1e-100");
      expect_road(&shell, &road, 1, shell_number(&shell, "derivative(z -> z^2*g(z)^3, t)"), "step");
    }
  }
  cr_expect_eq(count, COMPLEX_ROWS, "%d rows take complex numbers", count);
  shell_end(&shell);
}
