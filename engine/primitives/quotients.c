/* quotients.c - exact derivatives held against difference quotients.
 *
 * The quotients are taken for h = 0.1 … 1e-15, so that both errors of a difference show: the
 * truncation, which falls with h, and the rounding, which grows as h falls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "calculus/gradient.h"
#include "machine/session.h"
#include "primitives/learning.h"
#include "primitives/spot.h"
#include "values/display.h"

/* A central difference keeps two thirds of the digits where the third derivative is of the
 * function's own size; half of that is asked for. */
static const double SAME_AS_QUOTIENT = 1e-5;
/* A forward difference keeps half of the digits; where it has less than three, a kink is between.
 */
static const double SAME_AS_FORWARD = 1e-3;

enum { POWERS_OF_TEN = 15 };

static void adjoint_rows(Session *s, const Recording *r, const Spot *spot, Exact *out) {
  out->m = r->outputs, out->n = spot->inputs;
  out->entry = scratch(s, ((size_t)out->m * out->n + 1) * sizeof(double));
  Value *seed = scratch(s, (out->m + 1) * sizeof(Value)), *bar = scratch(s, out->n * sizeof(Value));
  for (uint32_t i = 0; i < out->m; i++) seed[i] = value_number(0);
  for (uint32_t i = 0; i < out->m; i++) {
    seed[i] = value_number(1);
    recording_adjoint(s, r, spot->input, seed, bar);
    seed[i] = value_number(0);
    for (uint32_t j = 0; j < out->n; j++) out->entry[(size_t)i * out->n + j] = bar[j].number;
  }
}

static _Noreturn void fail_several(Session *s, const char *name, Value value) {
  char text[VALUE_DESCRIPTION];
  Report *r = failure(s, "%s needs a function with one number as value, this one gives %s", name,
                      value_describe(value, text));
  report_advise(r, "check(jacobian, f, p)");
  raise_failure(s, r);
}

Exact exact_derivative(Session *s, const Spot *spot, bool scalar) {
  Exact exact = {.f = value_keep(spot->f)};
  Recording r = recording_of(s, spot->f, spot->argument, spot->count, spot->input, spot->inputs);
  if (scalar && r.outputs != 1) fail_several(s, "gradient", r.value);
  if (r.outputs == 0) fail(s, "the function gives no number to compare");
  adjoint_rows(s, &r, spot, &exact);
  recording_release(s, &r);
  return exact;
}

/* Of the Hessian it is the gradient whose differences are taken: those of f would lose too much. */
static Exact exact_second(Session *s, const Spot *spot) {
  Function *gradient = function_new(s, FUNCTION_PARTIAL, 1);
  gradient->primitive = primitive_find("gradient");
  gradient->bound[0] = value_keep(spot->f);
  Exact exact = {.f = value_function(gradient)};
  Recording r = recording_of(s, spot->f, spot->argument, spot->count, spot->input, spot->inputs);
  if (r.outputs != 1) fail_several(s, "hessian", r.value);
  Recording g = recording_gradient(s, &r, spot->input);
  adjoint_rows(s, &g, spot, &exact);
  recording_release(s, &g);
  recording_release(s, &r);
  return exact;
}

/* The worst entry of a column of quotients. */
typedef struct Worst {
  double error; /* beside the largest derivative; -1 before the first */
  double exact, quotient;
  uint32_t row, input;
} Worst;

static void compare_column(const Exact *exact, uint32_t input, const double *high,
                           const double *low, double step, double size, Worst *worst) {
  for (uint32_t i = 0; i < exact->m; i++) {
    double slope = exact->entry[(size_t)i * exact->n + input], quotient = (high[i] - low[i]) / step;
    double error = fabs(quotient - slope) / size;
    if (isnan(worst->error) || error <= worst->error) continue;
    *worst = (Worst){error, slope, quotient, i, input};
  }
}

static double *values_at(Session *s, const Spot *spot, const Exact *exact, const Value *input) {
  size_t count;
  double *value = spot_numbers(s, spot_call(s, spot, exact->f, input), &count);
  if (count != exact->m)
    fail(s, "the function gives %zu numbers beside the point and %u at it", count, exact->m);
  return value;
}

static void compare_quotients(Session *s, const Spot *spot, const Exact *exact, double h,
                              Worst *forward, Worst *central) {
  double size = spot_largest(exact->entry, (size_t)exact->m * exact->n);
  if (size == 0) size = 1;
  *forward = *central = (Worst){.error = -1};
  Value *input = scratch(s, spot->inputs * sizeof(Value));
  for (uint32_t j = 0; j < spot->inputs; j++) input[j] = value_number(spot->input[j].number);
  const double *here = values_at(s, spot, exact, input);
  for (uint32_t j = 0; j < spot->inputs; j++) {
    Scratch *mark = scratch_mark(s);
    double x = input[j].number;
    input[j].number = x + h;
    const double *high = values_at(s, spot, exact, input);
    input[j].number = x - h;
    const double *low = values_at(s, spot, exact, input);
    input[j].number = x;
    compare_column(exact, j, high, here, h, size, forward);
    compare_column(exact, j, high, low, 2 * h, size, central);
    scratch_release(s, mark);
  }
}

static void put_verdict(const Spot *spot, const Exact *exact, const char *name, const Worst *best,
                        double h, bool agree, Text *out) {
  bool kink = !agree && best->error <= SAME_AS_QUOTIENT;
  if (kink) {
    text_format(out, "%s agrees with central differences only, forward ones stay away: a kink",
                name);
    return;
  }
  if (isinf(best->error)) {
    text_format(out, "%s cannot be compared: no difference quotient here is a number", name);
    return;
  }
  if (agree) {
    text_format(out, "%s agrees with differences ", name);
    spot_put_digits(spot_digits(best->error), out);
    text_string(out, ": best for h = ");
    display_number(h, 6, out);
    return;
  }
  text_format(out, "%s does not agree with differences: by ", name);
  spot_coordinate(spot, best->input, out);
  if (exact->m > 1) text_format(out, " in row %u", best->row + 1);
  text_string(out, " it is ");
  display_number(best->exact, 6, out);
  text_string(out, ", the central difference for h = ");
  display_number(h, 6, out);
  text_string(out, " is ");
  display_number(best->quotient, 6, out);
}

Value exact_value(Session *s, const Exact *exact) {
  if (exact->m == 1 && exact->n == 1) return value_number(exact->entry[0]);
  bool column = exact->m == 1;
  Array *array = array_new(s, column ? exact->n : exact->m, column ? 1 : exact->n, ELEMENT_REAL);
  memcpy(array->data, exact->entry, array_count(array) * sizeof(double));
  return value_array(array);
}

Value check_quotients(Session *s, const Spot *spot, const char *name) {
  Exact exact = strcmp(name, "hessian") == 0
                    ? exact_second(s, spot)
                    : exact_derivative(s, spot, strcmp(name, "gradient") == 0);
  Lesson lesson = lesson_new(s, "h forward central");
  Worst best = {.error = INFINITY};
  double best_h = 0, best_forward = INFINITY;
  s->quiet++;
  for (int k = 1; k <= POWERS_OF_TEN; k++) {
    double h = 1 / pow(10, k);
    Worst forward, central;
    Scratch *mark = scratch_mark(s);
    compare_quotients(s, spot, &exact, h, &forward, &central);
    scratch_release(s, mark);
    uint32_t row = lesson_row(&lesson);
    lesson_number(&lesson, row, 0, h);
    lesson_number(&lesson, row, 1, forward.error);
    lesson_number(&lesson, row, 2, central.error);
    if (forward.error < best_forward) best_forward = forward.error;
    if (central.error < best.error) best = central, best_h = h;
  }
  s->quiet--;
  bool agree = best.error <= SAME_AS_QUOTIENT && best_forward <= SAME_AS_FORWARD;
  Text summary = {0};
  put_verdict(spot, &exact, name, &best, best_h, agree, &summary);
  lesson_print(&lesson, CHECK_ROWS_SHOWN, &summary);
  Record *record = lesson_record(&lesson, "a check of derivatives", &summary);
  record_put(s, record, "agree", value_boolean(agree));
  record_put(s, record, "digits", value_number(spot_digits(best.error)));
  record_put(s, record, "error", value_number(best.error));
  record_put(s, record, "h", value_number(best_h));
  record_put(s, record, "exact", exact_value(s, &exact));
  value_release(exact.f);
  return value_record(record);
}
