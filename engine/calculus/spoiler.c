/* spoiler.c - which operation made a derivative infinite, undefined or doubtful.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/spoiler.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/derive.h"
#include "machine/session.h"

void scalar_describe(unsigned op, double a, double b, char text[SPOILER_TEXT]) {
  static const char *const sign[SCALAR_COUNT] = {
      [SCALAR_ADD] = "+",   [SCALAR_SUBTRACT] = "-", [SCALAR_MULTIPLY] = "*", [SCALAR_DIVIDE] = "/",
      [SCALAR_SCALE] = "*", [SCALAR_SHARE] = "/"};
  const ScalarRow *row = &scalar_row[op];
  bool power = op == SCALAR_POWER || op == SCALAR_pow;
  if (power) snprintf(text, SPOILER_TEXT, a < 0 ? "(%g)^%g" : "%g^%g", a, b);
  else if (sign[op]) snprintf(text, SPOILER_TEXT, "%g %s %g", a, sign[op], b);
  else if (row->arguments == 1) snprintf(text, SPOILER_TEXT, "%s(%g)", row->name, a);
  else snprintf(text, SPOILER_TEXT, "%s(%g, %g)", row->name, a, b);
}

/* A scalar operation of the trace, a step or an entry of one. */
typedef struct Application {
  unsigned op;
  uint32_t step, out, a, b;
} Application;

/* May [op] have an infinite slope at a finite number? */
static bool has_steep_end(unsigned op) {
  switch (op) {
    case SCALAR_sqrt: case SCALAR_cbrt: case SCALAR_log: case SCALAR_ln: case SCALAR_log2: case SCALAR_log10:
    case SCALAR_log1p: case SCALAR_asin: case SCALAR_acos: case SCALAR_acosh: case SCALAR_atanh:
    case SCALAR_POWER: case SCALAR_pow: case SCALAR_xlogy: case SCALAR_DIVIDE: return true;
    default: return false;
  }
}

typedef bool Spoils(const Trace *trace, const double *bar, const Application *application);

static bool application_spoils(const Trace *t, const double *bar, Spoils *spoils, const Application *at,
                               char text[SPOILER_TEXT]) {
  if (!spoils(t, bar, at)) return false;
  scalar_describe(at->op, t->cell[at->a], t->cell[at->b], text);
  return true;
}

/* Only among those with steep ends, if [steep], which spares most traces the work. */
static bool find(const Trace *t, const double *bar, Spoils *spoils, bool steep, const bool *live,
                 char text[SPOILER_TEXT]) {
  for (uint32_t i = 0; i < t->step_count; i++) {
    const Step *step = &t->step[i];
    if ((live && !live[i]) || (steep && !has_steep_end(step->op == STEP_VECTOR ? step->detail : step->op))) continue;
    Application at = {step->op, i, step->out, step->a, step->b};
    if (step->op < SCALAR_COUNT && application_spoils(t, bar, spoils, &at, text)) return true;
    const Run *run = step->op == STEP_VECTOR ? trace_run(t, step) : NULL;
    for (uint32_t k = 0; run && k < run->n; k++) {
      at = (Application){step->detail, i, step->out + k, run->a + k * run->a_step, run->b + k * run->b_step};
      if (application_spoils(t, bar, spoils, &at, text)) return true;
    }
  }
  return false;
}

static bool varies(const Trace *t, uint32_t cell) { return t->producer[cell] || cell - t->input < t->input_count; }

/* The slopes in the operands that vary. */
static void slopes_of(const Trace *t, const Application *at, double slope[2]) {
  const double *c = t->cell;
  bool two = scalar_row[at->op].arguments == 2 && at->op != SCALAR_NEGATE;
  bool by_a = varies(t, at->a), by_b = two && varies(t, at->b);
  scalar_slopes((Scalar)at->op, c[at->a], c[at->b], c[at->out], by_a, by_b, slope);
  if (!by_a) slope[0] = 0;
  if (!by_b) slope[1] = 0;
}

static bool is_nan(const Trace *t, const double *bar, const Application *at) {
  const double *c = t->cell;
  (void)bar;
  bool from_numbers = !isnan(c[at->a]) && (scalar_row[at->op].arguments < 2 || !isnan(c[at->b]));
  return isnan(c[at->out]) && from_numbers && at->op != SCALAR_RESTATE;
}

static bool is_infinite(const Trace *t, const double *bar, const Application *at) {
  if (bar[at->out] == 0 || !isfinite(bar[at->out])) return false;
  double slope[2];
  slopes_of(t, at, slope);
  return isinf(slope[0]) || isinf(slope[1]);
}

static bool is_undefined(const Trace *t, const double *bar, const Application *at) {
  if (bar[at->out] == 0 || !isfinite(bar[at->out]) || isnan(t->cell[at->out])) return false;
  double slope[2];
  slopes_of(t, at, slope);
  return isnan(slope[0]) || isnan(slope[1]);
}

/* The same for a power of a negative number, which has a slope by its base. */
static bool is_undefined_by_exponent(const Trace *t, const double *bar, const Application *at) {
  bool power = at->op == SCALAR_POWER || at->op == SCALAR_pow;
  return power && t->cell[at->a] < 0 && is_undefined(t, bar, at);
}

static bool is_lost(const Trace *t, const double *bar, const Application *at) {
  if (bar[at->out] != 0 || isnan(t->cell[at->out])) return false;
  double slope[2];
  slopes_of(t, at, slope);
  return isinf(slope[0]) || isinf(slope[1]);
}

/* Was an infinite adjoint multiplied by a slope that only happens to be 0? */
static bool swallows(const Trace *t, const double *bar, const Application *at) {
  if (!isinf(bar[at->out])) return false;
  double slope[2];
  slopes_of(t, at, slope);
  bool product = at->op == SCALAR_MULTIPLY || at->op == SCALAR_SCALE;
  bool by_a = varies(t, at->a) && (!product || varies(t, at->b));
  bool by_b = scalar_row[at->op].arguments > 1 && varies(t, at->b) && (!product || varies(t, at->a));
  return at->op != SCALAR_RESTATE && ((by_a && slope[0] == 0) || (by_b && slope[1] == 0));
}

bool spoiler_nan(const Trace *t, char text[SPOILER_TEXT]) {
  if (!t->gone.nan[0]) return find(t, NULL, is_nan, false, NULL, text);
  if (text != t->gone.nan) snprintf(text, SPOILER_TEXT, "%s", t->gone.nan);
  return true;
}

bool spoiler_infinite(const Trace *t, const double *bar, char text[SPOILER_TEXT]) {
  return find(t, bar, is_infinite, false, NULL, text);
}

bool spoiler_undefined(const Trace *t, const double *bar, char text[SPOILER_TEXT]) {
  if (!find(t, bar, is_undefined_by_exponent, false, NULL, text)) return find(t, bar, is_undefined, false, NULL, text);
  size_t length = strlen(text);
  snprintf(text + length, SPOILER_TEXT - length, " by its exponent");
  return true;
}

bool spoiler_lost(Session *s, const Trace *t, const double *bar, const uint32_t *output, uint32_t count,
                  char text[SPOILER_TEXT]) {
  bool infinite = false;
  for (uint32_t i = 0; i < t->cell_count; i++) infinite |= isinf(bar[i]) != 0;
  if (infinite && find(t, bar, swallows, false, NULL, text)) return spoiler_infinite(t, bar, text);
  if (!find(t, bar, is_lost, true, NULL, text)) return false;
  bool *live = scratch(s, t->step_count + 1);
  trace_sloped(t, output, count, live);
  return find(t, bar, is_lost, true, live, text);
}
