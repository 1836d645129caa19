/* fit_record.c - what a fit returns: its print-out and its fields.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/fit_figures.h"

#include <math.h>
#include <string.h>

#include "machine/session.h"

/* ---- the print-out ---- */

/* Residuals that are the rounding of what is fitted. */
static bool is_exact(const Fit *fit) {
  const double ROUNDING = 1e-14;
  return fit->rss <= ROUNDING * ROUNDING * fit_sum_of_squares(fit->data.count, fit->fitted);
}

static void print_notes(const Fit *fit, Text *out) {
  if (fit->df == 0)
    text_format(out,
                "\n%zu rows for %zu parameters: no degrees of freedom are left, so no standard "
                "errors",
                fit->data.count, fit->parameters);
  else if (is_exact(fit))
    text_string(out, "\nthe fit is exact up to rounding: t and p say nothing");
  size_t undetermined = 0;
  for (size_t k = 0; k < fit->parameters; k++) undetermined += fit->undetermined[k];
  if (undetermined) {
    text_format(out, "\nnot determined by these data:");
    for (size_t k = 0, named = 0; k < fit->parameters; k++)
      if (fit->undetermined[k]) text_format(out, "%s %s", named++ ? "," : "", fit->name[k]);
    text_format(out, " (the Jacobian has rank %zu of %zu)", fit->linear.rank, fit->parameters);
  } else if (fit->has_linear && fit->linear.notes & LINEARFIT_NEARLY_DEPENDENT) {
    text_format(out, "\nthe parameters are hard to tell apart: condition number %.2g",
                fit->linear.cond);
  }
  size_t dropped = fit->data.rows - fit->data.count;
  if (dropped)
    text_format(out, "\n%zu row%s with missing values left out", dropped, dropped == 1 ? "" : "s");
}

/* The lines of the optimiser's verdict below the point. */
static void print_verdict(const char *summary, Text *out) {
  static const char VALUE[] = "value ";
  const char *lines = summary ? strchr(summary, '\n') : NULL;
  if (!lines) return;
  lines++;
  if (strncmp(lines, VALUE, sizeof VALUE - 1) == 0) {
    text_string(out, "\nsum of squares ");
    lines += sizeof VALUE - 1;
  } else {
    text_string(out, "\n");
  }
  text_string(out, lines);
}

static char *summary_of(const Fit *fit, const char *verdict) {
  Text text = {0};
  LinearFit table = {.columns = fit->parameters,
                     .rank = fit->parameters,
                     .coef = fit->x,
                     .se = fit->se,
                     .t = fit->t,
                     .p = fit->p,
                     .aliased = scratch(fit->session, fit->parameters * sizeof(bool))};
  memset(table.aliased, 0, fit->parameters * sizeof(bool));
  linearfit_print_coefficients(&table, fit->name, &text);
  if (fit->df > 0 && !isnan(fit->sigma))
    text_format(&text, "\nresidual standard error %.4g on %zu degree%s of freedom", fit->sigma,
                fit->df, fit->df == 1 ? "" : "s");
  print_verdict(verdict, &text);
  print_notes(fit, &text);
  return text.bytes;
}

/* ---- the record ---- */

static Value vector_of(Session *session, size_t count, const double *numbers) {
  Array *vector = array_new(session, count, 1, ELEMENT_REAL);
  memcpy(vector->data, numbers, count * sizeof *numbers);
  return value_array(vector);
}

static Value covariance(const Fit *fit) {
  size_t n = fit->parameters;
  double scale = fit->scale * fit->scale;
  Array *cov = array_new(fit->session, n, n, ELEMENT_REAL);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      bool known = !isnan(fit->se[i]) && !isnan(fit->se[j]);
      cov->data[i * n + j] = known ? scale * fit->linear.cov[i * n + j] : NAN;
    }
  return value_array(cov);
}

static Value names_of(const Fit *fit) {
  Tuple *names = tuple_new(fit->session, (uint32_t)fit->parameters);
  for (size_t k = 0; k < fit->parameters; k++)
    names->item[k] = value_string(string_new(fit->session, fit->name[k], strlen(fit->name[k])));
  return value_tuple(names);
}

/* What the optimiser says of its run, passed on. */
static void put_run(const Fit *fit, const Record *run, Record *model) {
  static const char *const fields[] = {"converged",  "kind",        "reason",   "method",
                                       "iterations", "evaluations", "gradnorm", "trace"};
  for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
    const Symbol *name = symbol_intern(&fit->session->symbols, fields[k], strlen(fields[k]));
    record_set(model, name, value_keep(*record_get(run, name)));
  }
}

Value fit_record(const Fit *fit, Record *parameters, const Record *run) {
  Session *s = fit->session;
  size_t n = fit->parameters, rows = fit->data.count;
  Record *model = record_new(s);
  record_put(s, model, "names", names_of(fit));
  record_put(s, model, "coef", vector_of(s, n, fit->x));
  record_put(s, model, "se", vector_of(s, n, fit->se));
  record_put(s, model, "t", vector_of(s, n, fit->t));
  record_put(s, model, "p", vector_of(s, n, fit->p));
  record_put(s, model, "sigma", value_number(fit->sigma));
  record_put(s, model, "rss", value_number(fit->rss));
  record_put(s, model, "df", value_number((double)fit->df));
  record_put(s, model, "fitted", vector_of(s, rows, fit->fitted));
  record_put(s, model, "residuals", vector_of(s, rows, fit->residuals));
  record_put(s, model, "cov", covariance(fit));
  record_put(s, model, "parameters", value_record(parameters));
  put_run(fit, run, model);
  record_put(s, model, "formula", formula_keep(&fit->data, fit->data.frozen));
  model->style = RECORD_MODEL;
  model->summary = summary_of(fit, run->summary);
  return value_record(model);
}
