/* kkt_check.c - the KKT conditions at a point that somebody proposes, one line for each.
 *
 * The point is judged as every answer is (kkt_judge); here its conditions are laid out one by one, so
 * that the first that fails can be named. Multipliers are those of least squares, of whatever sign,
 * where they are unique; else the nonnegative ones of the verdict.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/kkt_check.h"

#include <math.h>
#include <string.h>

#include "optimise/coordinates.h"
#include "optimise/dense.h"
#include "optimise/kkt.h"

/* A residual below this share of the terms it is a sum of counts as 0: what typed digits leave. */
static const double NOTHING = 1e-6;

static double check_excess(const KktCheck *check, size_t i) {
  double c = check->value_of[i];
  return i < check->result->equalities ? fabs(c) : fmax(c, 0);
}

static double check_size(const double *row, size_t n) { return dense_norm(n, row); }

void kkt_check(KktCheck *check, const double *jacobian, double *slope) {
  const ConstrainedResult *r = check->result;
  size_t n = r->n, m = r->equalities + r->inequalities;
  double size = dense_norm(n, r->gradient);
  const double *multiplier = r->licq ? r->fitted : r->multiplier;
  memcpy(slope, r->gradient, n * sizeof *slope);
  check->multiplier = multiplier;
  check->slope = slope;
  check->complementarity = check->violation = 0;
  check->signs = true;
  for (size_t i = 0; i < m; i++) {
    const double *row = jacobian + i * n;
    for (size_t k = 0; k < n; k++) slope[k] += multiplier[i] * row[k];
    size = fmax(size, fabs(multiplier[i]) * check_size(row, n));
    check->violation = fmax(check->violation, check_excess(check, i));
    if (i < r->equalities) continue;
    check->complementarity = fmax(check->complementarity, fabs(multiplier[i] * check->value_of[i]));
    check->signs = check->signs && multiplier[i] >= -NOTHING * (1 + size);
  }
  check->stationarity = dense_norm(n, slope);
  for (size_t k = 0; k < n; k++)
    if (fabs(slope[k]) <= 1e-15 * size) slope[k] = 0;
  check->stationary = check->stationarity <= NOTHING * fmax(size, 1e-300);
  /* kkt_judge looked at feasibility with the tolerance of every solver here. */
  check->feasible = r->kind != KKT_INFEASIBLE && check->violation <= NOTHING * (1 + size);
}

static void check_constraints(const KktCheck *check, const Constraints *constraints, Text *out) {
  const ConstrainedResult *r = check->result;
  size_t m = r->equalities + r->inequalities;
  for (size_t i = 0; i < m && i < COORDINATES_SHOWN; i++) {
    bool equality = i < r->equalities, broken = check_excess(check, i) > NOTHING;
    text_format(out, "  %s: %.6g, %s, %s = %.6g\n", constraints->text[i], check->value_of[i] + 0.0,
                broken         ? "violated"
                : equality     ? "holds"
                : r->active[i] ? "active"
                               : "inactive",
                equality ? "λ" : "μ", check->multiplier[i] + 0.0);
  }
  if (m > COORDINATES_SHOWN) text_format(out, "  … %zu more\n", m - COORDINATES_SHOWN);
}

static bool check_first_order(const KktCheck *check) {
  return check->feasible && (check->stationary || check->result->converged) && check->signs;
}

static void check_second_order(const KktCheck *check, Text *out) {
  const ConstrainedResult *r = check->result;
  text_string(out, "second order: ");
  if (!check_first_order(check)) {
    text_string(out, "not looked at, the first order fails\n");
  } else if (r->eigenvalue_count > 0) {
    text_string(out, "the Hessian of L along the constraints has eigenvalue");
    text_string(out, r->eigenvalue_count == 1 ? " " : "s ");
    coordinates_vector(r->eigenvalues, r->eigenvalue_count, out);
    text_string(out, "\n");
  } else if (r->reduced_order == 0) {
    text_string(out, "the active constraints leave no direction\n");
  } else {
    text_string(out, "not looked at\n");
  }
}

static void check_verdict(const KktCheck *check, const char *const *names, Text *out) {
  const ConstrainedResult *r = check->result;
  text_string(out, "verdict: ");
  if (!check->feasible) {
    text_format(out, "not feasible, so no KKT point: a constraint is violated by %.6g", check->violation);
  } else if (r->kind == KKT_DEGENERATE) {
    text_string(out, "the active gradients are dependent and no multipliers exist: a minimum need not be a "
                     "KKT point here, and nothing lower was found nearby");
  } else if (!check->stationary && !r->converged) {
    text_string(out, "no KKT point: stationarity fails");
  } else if (!check->signs) {
    text_string(out, "no KKT point: a multiplier μ is negative, leaving that constraint lowers f");
  } else if (r->kind == KKT_NOT_STATIONARY) {
    text_string(out, "no KKT point to working accuracy: a further step would lower f");
  } else {
    text_string(out, "KKT holds: ");
    kkt_print_kind(r, names, out);
    return;
  }
  text_string(out, "\n");
}

const char *kkt_check_word(const KktCheck *check) {
  const ConstrainedResult *r = check->result;
  if (!check->feasible) return "not feasible";
  if (r->kind == KKT_DEGENERATE) return "degenerate";
  if (!check->stationary && !r->converged) return "not stationary";
  if (!check->signs) return "wrong sign";
  switch (r->kind) {
  case KKT_STRICT_MINIMUM: return r->convex ? "global minimum" : "strict minimum";
  case KKT_FLAT: return r->convex ? "global minimum, not the only one" : "flat";
  case KKT_SADDLE: return "saddle";
  case KKT_MAXIMUM: return "maximum";
  case KKT_STATIONARY: return "stationary";
  default: return "not stationary";
  }
}

void kkt_check_print(const KktCheck *check, const Constraints *constraints, const char *const *names,
                     Text *out) {
  const ConstrainedResult *r = check->result;
  size_t m = r->equalities + r->inequalities;
  text_format(out, "stationarity: ∇f%s%s = ", r->equalities ? " + Σλ∇h" : "",
              r->inequalities ? " + Σμ∇g" : "");
  coordinates_vector(check->slope, r->n, out);
  text_format(out, ", norm %.3g\n", check->stationarity);
  text_format(out, "feasibility: largest violation %.6g\n", check->violation);
  check_constraints(check, constraints, out);
  if (r->inequalities)
    text_format(out, "complementarity: largest |μ g| %.3g; signs: %s\n", check->complementarity,
                check->signs ? "every μ >= 0" : "a μ is negative");
  if (m > 0)
    text_format(out, "LICQ: %s, the %zu active gradient%s %s rank %zu%s\n", r->licq ? "holds" : "fails",
                r->active_count, r->active_count == 1 ? "" : "s", r->active_count == 1 ? "has" : "have",
                r->active_rank, r->licq ? "" : ": the multipliers are not unique");
  check_second_order(check, out);
  check_verdict(check, names, out);
}
