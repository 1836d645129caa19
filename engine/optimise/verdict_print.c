/* verdict_print.c - a verdict in words: the point, what it is, what it took.
 *
 * When the user maximised, the caller negated the function: values, eigenvalues and the words for
 * the extremum turn round here, nowhere else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "optimise/coordinates.h"

static double verdict_sign(const MinimiseResult *result) { return result->negated ? -1 : 1; }

/* Adding zero turns -0 into 0. */
static double verdict_value(const MinimiseResult *result) {
  double value = verdict_sign(result) * result->value + 0.0;
  return isnan(value) ? (double)NAN : value; /* the sign of a nan would print */
}

static const char *verdict_extremum(const MinimiseResult *result) {
  return result->negated ? "maximum" : "minimum";
}

static void verdict_coordinates(const MinimiseResult *result, const double *v,
                                const char *const *names, Text *out) {
  coordinates_print(v, names, result->columns, result->n, out);
}

void verdict_print_point(const MinimiseResult *result, const char *const *names, Text *out) {
  verdict_coordinates(result, result->x, names, out);
  text_string(out, "\n");
}

static void verdict_eigenvalues(const MinimiseResult *result, const char *format, Text *out) {
  double low = result->eigenvalue_min, high = result->eigenvalue_max;
  char text[2][32];
  snprintf(text[0], sizeof text[0], format, result->negated ? -high : low);
  snprintf(text[1], sizeof text[1], format, result->negated ? -low : high);
  if (result->n == 1) text_format(out, "the second derivative is %s", text[0]);
  else
    text_format(out, "the Hessian's eigenvalues %s %s and %s",
                result->n == 2 ? "are" : "lie between", text[0], text[1]);
}

static void verdict_print_strict(const MinimiseResult *result, Text *out) {
  const char *extremum = verdict_extremum(result);
  if (result->quadratic)
    text_format(out, "value %.6g at the global %s (%s quadratic)\n", verdict_value(result),
                extremum, result->negated ? "concave" : "convex");
  else if (result->squares && result->value == result->least)
    text_format(out, "value %.6g at a strict local %s (and global: %s)\n", verdict_value(result),
                extremum,
                result->value == 0 && !result->negated ? "a sum of squares is never less"
                                                       : "squares are never negative");
  else
    text_format(out, "value %.6g at a strict local %s (nothing proves it is global)\n",
                verdict_value(result), extremum);
}

static void verdict_print_flat(const MinimiseResult *result, const char *const *names, Text *out) {
  const char *extremum = verdict_extremum(result);
  if (result->quadratic)
    text_format(out, "value %.6g at a global %s, not the only one: flat along ",
                verdict_value(result), extremum);
  else
    text_format(out,
                "value %.6g at a flat %s (no value tried nearby is %s, the second derivatives "
                "cannot tell): flat along ",
                verdict_value(result), extremum, result->negated ? "higher" : "lower");
  verdict_coordinates(result, result->direction, names, out);
  text_string(out, "\n");
}

static void verdict_print_unbounded(const MinimiseResult *result, const char *const *names,
                                    Text *out) {
  text_format(out, "no %s: %s", verdict_extremum(result), result->reason);
  if (result->has_direction) {
    text_string(out, ", along ");
    verdict_coordinates(result, result->direction, names, out);
  }
  text_string(out, "\n");
}

/* What was measured of the Hessian without forming it. */
static void verdict_curvatures(const MinimiseResult *result, Text *out) {
  double low = result->curvature_low, high = result->curvature_high;
  if (result->looked_at == 1)
    text_format(out, "its curvature is %.3g where it was measured", result->negated ? -low : low);
  else
    text_format(out, "in a space of %zu directions curvatures lie between %.3g and %.3g",
                result->looked_at, result->negated ? -high : low, result->negated ? -low : high);
}

static void verdict_print_not_minimum(const MinimiseResult *result, Text *out) {
  bool saddle = result->kind == MINIMISE_SADDLE;
  const char *opposite = result->negated ? "minimum" : "maximum";
  text_format(out, "value %.6g at a %s, not a %s: ", verdict_value(result),
              saddle ? "saddle point" : opposite, verdict_extremum(result));
  if (result->has_spectrum) verdict_eigenvalues(result, "%.6g", out);
  else verdict_curvatures(result, out);
  text_string(out, "\n");
}

static void verdict_print_stationary(const MinimiseResult *result, Text *out) {
  text_format(out, "value %.6g at a stationary point", verdict_value(result));
  if (result->looked_at == 0) {
    text_string(out, " (no Hessian was formed to tell its kind)\n");
    return;
  }
  text_format(out, ", which nothing proves to be a %s: ", verdict_extremum(result));
  verdict_curvatures(result, out);
  text_string(out, "\n");
}

void verdict_print_kind(const MinimiseResult *result, const char *const *names, Text *out) {
  switch (result->kind) {
  case MINIMISE_STRICT_MINIMUM: verdict_print_strict(result, out); break;
  case MINIMISE_FLAT: verdict_print_flat(result, names, out); break;
  case MINIMISE_SADDLE:
  case MINIMISE_MAXIMUM: verdict_print_not_minimum(result, out); break;
  case MINIMISE_STATIONARY: verdict_print_stationary(result, out); break;
  case MINIMISE_UNBOUNDED: verdict_print_unbounded(result, names, out); break;
  case MINIMISE_NOT_STATIONARY:
    if (result->converged) text_format(out, "value %.6g\n", verdict_value(result));
    break;
  case MINIMISE_UNDEFINED: break;
  }
}

static void verdict_counts(const MinimiseResult *result, Text *out) {
  unsigned needs = result->needs;
  text_format(out, "%zu function", result->evaluations);
  if (needs & MINIMISE_NEEDS_RESIDUALS)
    text_format(out, result->hessian_evaluations ? ", %zu Jacobian" : " and %zu Jacobian",
                result->jacobian_evaluations);
  else if (!(needs & MINIMISE_NEEDS_HESSIAN))
    text_format(out, " and %zu gradient", result->gradient_evaluations);
  if (needs && result->hessian_evaluations)
    text_format(out, " and %zu Hessian", result->hessian_evaluations);
  text_string(out, " evaluations");
  if (needs & MINIMISE_NEEDS_PRODUCTS)
    text_format(out, ", %zu product%s with the Hessian", result->products,
                result->products == 1 ? "" : "s");
}

static void verdict_effort(const MinimiseResult *result, Text *out) {
  if (result->walked) {
    size_t steps = result->iterations;
    text_format(out, "%zu step%s of %s\n", steps, steps == 1 ? "" : "s", result->title);
    return;
  }
  verdict_counts(result, out);
  text_format(out, ", %s\n", result->title);
}

/* Cut, not rounded, to three digits: the bound printed must itself be stable. */
static double verdict_just_below(double bound) {
  double unit = pow(10, floor(log10(bound)) - 2);
  return floor(bound / unit) * unit;
}

/* A path that crawls or ran away: another method, or another step. */
static void verdict_print_advice(const MinimiseResult *result, Text *out) {
  if (!result->walked || result->stopped) return;
  bool minimum = result->kind == MINIMISE_NOT_STATIONARY;
  bool bounded = minimum && result->eta_bound > 0;
  bool newton = minimum && result->has_spectrum && result->eigenvalue_min > 0 &&
                strcmp(result->method, "newton") != 0;
  if (newton) text_string(out, "try: using newton");
  else text_format(out, "try: the same without using %s", result->method);
  if (bounded) text_format(out, ", or eta just below %.3g", verdict_just_below(result->eta_bound));
  else if (result->diverged && result->eta > 0) text_string(out, ", or a smaller eta");
  text_string(out, "\n");
}

static void verdict_print_not_converged(const MinimiseResult *result, Text *out) {
  text_format(out, "not converged: %s", result->reason);
  if (result->kind == MINIMISE_UNDEFINED) {
    text_string(out, "\n");
    return;
  }
  text_format(out, ", gradient norm %.3g", result->gradient_norm);
  if (result->has_spectrum && result->kind == MINIMISE_NOT_STATIONARY) {
    text_string(out, "; ");
    verdict_eigenvalues(result, "%.3g", out);
    if (result->n > 1 && isfinite(result->condition))
      text_format(out, ", condition number %.4g", result->condition);
  }
  text_string(out, "\n");
  verdict_print_advice(result, out);
}

void verdict_print_effort(const MinimiseResult *result, Text *out) {
  if (result->kind == MINIMISE_UNBOUNDED) {
    verdict_effort(result, out);
  } else if (!result->converged) {
    verdict_print_not_converged(result, out);
  } else {
    text_format(out, "converged: gradient norm %.3g, ", result->gradient_norm);
    verdict_effort(result, out);
  }
}

void verdict_print(const MinimiseResult *result, const char *const *names, Text *out) {
  verdict_print_point(result, names, out);
  verdict_print_kind(result, names, out);
  verdict_print_effort(result, out);
}
