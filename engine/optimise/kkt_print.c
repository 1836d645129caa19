/* kkt_print.c - the verdict on a constrained minimum in words.
 *
 * When the user maximised, the caller negated the function: values, eigenvalues and the words for
 * the extremum turn round here. Multipliers stay: those of <= constraints are >= 0 either way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "optimise/coordinates.h"
#include "optimise/kkt.h"

static double kkt_value(const ConstrainedResult *result) {
  return (result->negated ? -result->value : result->value) + 0.0;
}

static const char *kkt_extremum(const ConstrainedResult *result) {
  return result->negated ? "maximum" : "minimum";
}

static void kkt_coordinates(const ConstrainedResult *result, const double *v,
                            const char *const *names, Text *out) {
  coordinates_print(v, names, result->columns, result->n, out);
}

void kkt_print_point(const ConstrainedResult *result, const char *const *names, Text *out) {
  kkt_coordinates(result, result->x, names, out);
  text_string(out, "\n");
}

static const char *kkt_proof(const ConstrainedResult *result) {
  if (result->linear_program) return "linear program";
  return result->negated ? "concave quadratic" : "convex quadratic";
}

static void kkt_direction(const ConstrainedResult *result, const char *const *names, Text *out) {
  if (!result->has_direction) return;
  text_string(out, " along ");
  kkt_coordinates(result, result->direction, names, out);
}

static void kkt_print_flat(const ConstrainedResult *result, const char *const *names, Text *out) {
  const char *extremum = kkt_extremum(result);
  if (result->convex)
    text_format(out, "value %.6g at a global %s, not the only one (%s): flat", kkt_value(result),
                extremum, kkt_proof(result));
  else
    text_format(out,
                "value %.6g at a flat %s (no feasible value tried nearby is %s, the second "
                "derivatives cannot tell)%s",
                kkt_value(result), extremum, result->negated ? "higher" : "lower",
                result->has_direction ? ": flat" : "");
  kkt_direction(result, names, out);
  text_string(out, "\n");
}

static void kkt_eigenvalues(const ConstrainedResult *result, Text *out) {
  double low = result->eigenvalue_min, high = result->eigenvalue_max;
  if (!result->has_spectrum) return;
  if (result->reduced_order == 1)
    text_format(out, ": along the constraints the curvature is %.6g", result->negated ? -low : low);
  else
    text_format(out, ": along the constraints the curvatures lie between %.6g and %.6g",
                result->negated ? -high : low, result->negated ? -low : high);
}

static void kkt_print_kink(const ConstrainedResult *result, Text *out) {
  const char *better = result->negated ? "higher" : "lower";
  text_format(out, "value %.6g at a kink of %s: ", kkt_value(result), result->kink);
  if (result->converged)
    text_format(out,
                "no %s feasible value was found around it, but derivatives prove nothing here\n",
                better);
  else text_format(out, "not converged, there are %s feasible values around it\n", better);
}

void kkt_print_kind(const ConstrainedResult *result, const char *const *names, Text *out) {
  const char *extremum = kkt_extremum(result);
  switch (result->kind) {
  case KKT_STRICT_MINIMUM:
    if (result->convex)
      text_format(out, "value %.6g at the global %s (%s)\n", kkt_value(result), extremum,
                  kkt_proof(result));
    else
      text_format(out, "value %.6g at a strict local %s (nothing proves it is global)\n",
                  kkt_value(result), extremum);
    break;
  case KKT_FLAT: kkt_print_flat(result, names, out); break;
  case KKT_SADDLE:
  case KKT_MAXIMUM:
    text_format(out, "value %.6g at a %s of the constrained problem, not a %s", kkt_value(result),
                result->kind == KKT_SADDLE ? "saddle point"
                : result->negated          ? "minimum"
                                           : "maximum",
                extremum);
    kkt_eigenvalues(result, out);
    text_string(out, "\n");
    break;
  case KKT_STATIONARY:
    text_format(out, "value %.6g at a stationary point (no Hessian was formed to tell its kind)\n",
                kkt_value(result));
    break;
  case KKT_UNBOUNDED:
    text_format(out, "no %s: %s", extremum, result->reason);
    if (result->has_direction) text_string(out, ",");
    kkt_direction(result, names, out);
    text_string(out, "\n");
    break;
  case KKT_DEGENERATE:
    text_format(out, "value %.6g: no %s feasible value was found nearby\n", kkt_value(result),
                result->negated ? "higher" : "lower");
    break;
  case KKT_NOT_STATIONARY:
    if (result->converged) text_format(out, "value %.6g\n", kkt_value(result));
    break;
  case KKT_INFEASIBLE:
  case KKT_UNDEFINED: break;
  }
}

static void kkt_name(const Constraints *constraints, size_t i, Text *out) {
  if (constraints->text != NULL && constraints->text[i] != NULL)
    text_string(out, constraints->text[i]);
  else text_format(out, "constraint %zu", i + 1);
}

/* The constraints that are or are not active, by name; returns how many there are. */
static void kkt_list(const ConstrainedResult *result, const Constraints *constraints, bool active,
                     Text *out) {
  size_t m = result->equalities + result->inequalities, count = 0;
  for (size_t i = 0; i < m; i++) {
    if (result->active[i] != active) continue;
    if (count++ >= COORDINATES_SHOWN) continue;
    if (count > 1) text_string(out, ", ");
    kkt_name(constraints, i, out);
    if (active) text_format(out, " (multiplier %.6g)", result->multiplier[i] + 0.0);
  }
  if (count > COORDINATES_SHOWN) text_format(out, ", … %zu more", count - COORDINATES_SHOWN);
}

static void kkt_print_warnings(const ConstrainedResult *result, Text *out) {
  size_t weak = 0, m = result->equalities + result->inequalities;
  for (size_t i = 0; i < m; i++) weak += result->active[i] && result->weak[i];
  if (!result->licq)
    text_format(out,
                "the gradients of the %zu active constraints have rank %zu: the multipliers are "
                "not unique\n",
                result->active_count, result->active_rank);
  else if (weak > 0)
    text_format(out, "%zu active with multiplier 0: %s would not move without %s\n", weak,
                weak == 1 ? "the point" : "to first order the point", weak == 1 ? "it" : "them");
}

void kkt_print_constraints(const ConstrainedResult *result, const Constraints *constraints,
                           Text *out) {
  size_t m = result->equalities + result->inequalities;
  bool told = result->kind == KKT_STRICT_MINIMUM || result->kind == KKT_FLAT ||
              result->kind == KKT_SADDLE || result->kind == KKT_MAXIMUM ||
              result->kind == KKT_STATIONARY;
  if (m == 0 || !told) return;
  if (result->active_count > 0) {
    text_string(out, "active: ");
    kkt_list(result, constraints, true, out);
  }
  if (result->active_count > 0 && result->active_count < m) text_string(out, "; ");
  if (result->active_count < m) {
    text_string(out, "inactive: ");
    kkt_list(result, constraints, false, out);
  }
  text_string(out, "\n");
  kkt_print_warnings(result, out);
}

static void kkt_counts(const ConstrainedResult *result, Text *out) {
  if (result->walked) {
    size_t steps = result->iterations;
    text_format(out, "%zu step%s of %s\n", steps, steps == 1 ? "" : "s", result->title);
    return;
  }
  text_format(out, "%zu function", result->evaluations);
  if (result->hessian_evaluations > 0)
    text_format(out, " and %zu Hessian", result->hessian_evaluations);
  else text_format(out, " and %zu gradient", result->gradient_evaluations);
  text_format(out, " evaluations, %s\n", result->title);
}

static void kkt_print_violation(const ConstrainedResult *result, const Constraints *constraints,
                                Text *out) {
  text_format(out, "%s: smallest violation found %.6g, of ",
              result->kind == KKT_INFEASIBLE ? "infeasible" : "not feasible", result->violation);
  kkt_name(constraints, result->worst, out);
  text_format(out, " (%s)\n", result->reason);
}

void kkt_print_effort(const ConstrainedResult *result, const Constraints *constraints, Text *out) {
  const double NOTICED = result->walked ? 1e-9 : 1e-6; /* a method's own point is not improved */
  bool violated =
      result->violation > 0 && (result->kind == KKT_INFEASIBLE ||
                                (result->kind == KKT_NOT_STATIONARY && !result->converged &&
                                 result->active_count > 0 && result->violation > NOTICED));
  if (violated) {
    kkt_print_violation(result, constraints, out);
  } else if (result->kind == KKT_UNBOUNDED) {
    kkt_counts(result, out);
  } else if (result->kind == KKT_UNDEFINED) {
    text_format(out, "not converged: %s\n", result->reason);
  } else if (!result->converged) {
    text_format(out, "not converged: %s; value %.6g, gradient of the Lagrangian %.3g\n",
                result->reason, kkt_value(result), result->stationarity);
  } else if (!(result->convex && strcmp(result->method, "quadratic") == 0)) {
    text_format(out, "converged: gradient of the Lagrangian %.3g, violation %.3g, ",
                result->stationarity, result->violation);
    kkt_counts(result, out);
  }
  if (result->walked && !result->converged && result->kind != KKT_UNDEFINED && !result->stopped)
    text_format(out, "try: the same without using %s\n", result->title);
}

void kkt_print(const ConstrainedResult *result, const Constraints *constraints,
               const char *const *names, Text *out) {
  kkt_print_point(result, names, out);
  if (result->kink) {
    kkt_print_kink(result, out);
    return;
  }
  kkt_print_kind(result, names, out);
  kkt_print_constraints(result, constraints, out);
  kkt_print_effort(result, constraints, out);
}

/* Raising the right side of c = left - right lowers L by the multiplier; where the user wrote >=
 * the sides were turned round. */
void kkt_print_prices(const ConstrainedResult *result, const Constraints *constraints, Text *out) {
  size_t m = result->equalities + result->inequalities;
  for (size_t i = 0; i < m; i++) {
    double price = -result->multiplier[i];
    const char *text = constraints->text ? constraints->text[i] : NULL;
    if (price == 0 || !result->converged) continue;
    if (text != NULL && strstr(text, ">=") != NULL) price = -price;
    if (result->negated) price = -price;
    text_string(out, "raising the right side of ");
    kkt_name(constraints, i, out);
    text_format(out, " by a small amount changes the %s by %.6g times as much\n",
                kkt_extremum(result), price);
  }
}
