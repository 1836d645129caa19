/* gradient.c - recording functions and deriving from recordings.
 *
 * A derivative of a derivative is the sweep of a trace that a sweep recorded: recording_gradient runs the
 * reverse sweep of one trace with the inputs of a new one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/gradient.h"

#include <math.h>
#include <string.h>

#include "calculus/compact.h"
#include "calculus/derive.h"
#include "calculus/kept.h"
#include "calculus/kink.h"
#include "calculus/point.h"
#include "calculus/spoiler.h"
#include "machine/session.h"
#include "values/operate.h"

static Value *primals(Session *s, const Value *input, uint32_t inputs, double *number) {
  Value *primal = scratch(s, (inputs + 1) * sizeof(Value));
  for (uint32_t i = 0; i < inputs; i++) {
    primal[i] = value_primal(input[i]);
    number[i] = primal[i].number;
  }
  return primal;
}

/* The arguments again, with the trace's inputs for their numbers. */
static Value *active_arguments(Session *s, const Trace *t, const Value *argument, uint32_t count) {
  Value *active = scratch(s, (t->input_count + 1) * sizeof(Value));
  for (uint32_t i = 0; i < t->input_count; i++) active[i] = trace_value(t, t->input + i);
  Value *made = scratch(s, (count + 1) * sizeof(Value));
  const Value *next = active;
  for (uint32_t i = 0; i < count; i++) made[i] = point_shape(s, argument[i], &next);
  return made;
}

/* minimize f over x, y: f(x, y) is meant. */
static bool advise_form(Session *s, Report *report) {
  const Node *form = session_origin(s);
  const Source *source = session_source(s);
  if (!form || !source || form->kind != NODE_CLAUSE || form->child[0]->kind != NODE_NAME) return false;
  Text names = {0};
  for (uint32_t i = 0; i < form->child[1]->count; i++) text_format(&names, "%s%s", i ? ", " : "", form->child[1]->child[i]->symbol->name);
  Span over = form->child[1]->span;
  report_advise(report, "%s %s(%s) over %.*s", form->symbol->name, form->child[0]->symbol->name, names.bytes, (int)(over.end - over.start), source->text + over.start);
  text_free(&names);
  return true;
}

static void read_outputs(Session *s, Recording *r, Value result) {
  char text[VALUE_DESCRIPTION];
  if (result.kind == VALUE_NOTHING || result.kind == VALUE_BOOLEAN || result.kind == VALUE_STRING || result.kind == VALUE_FUNCTION) {
    bool nothing = result.kind == VALUE_NOTHING;
    Report *report = failure(s, "the function must give numbers to be differentiated, found %s", nothing ? "no value" : value_describe(result, text));
    if (nothing) report_advise(report, "end it with the number it is to give");
    if (result.kind == VALUE_BOOLEAN) report_advise(report, "x -> if … then 1 else 0");
    if (result.kind == VALUE_FUNCTION && !advise_form(s, report)) report_advise(report, "x -> f(x)(1), which calls what it gives");
    raise_failure(s, report);
  }
  r->outputs = (uint32_t)point_size(s, result, "the function's value");
  Value *number = scratch(s, (r->outputs + 1) * sizeof(Value));
  point_flatten(s, result, number);
  r->output = scratch(s, (r->outputs + 1) * sizeof(uint32_t));
  r->constant = scratch(s, (r->outputs + 1) * sizeof(Value));
  for (uint32_t i = 0; i < r->outputs; i++) {
    bool own = number[i].kind == VALUE_ACTIVE && number[i].level == r->trace->level;
    r->output[i] = own ? number[i].slot : UINT32_MAX;
    r->constant[i] = own ? value_number(number[i].number) : number[i];
    number[i] = r->constant[i];
  }
  const Value *next = number;
  r->value = point_shape(s, result, &next);
}

static Recording record(Session *s, Value f, const Value *argument, uint32_t count, const Value *input, uint32_t inputs, bool any_length) {
  double *number = scratch(s, (inputs + 1) * sizeof(double));
  primals(s, input, inputs, number);
  bool deriving = s->deriving;
  s->deriving = false;
  Recording r = {.trace = trace_open(s, number, inputs)};
  Value *active = active_arguments(s, r.trace, argument, count);
  if (any_length) trace_allow_compaction(s, r.trace, f);
  Value result = point_call(s, f, active, count);
  read_outputs(s, &r, result);
  value_release(result);
  for (uint32_t i = 0; i < count; i++) value_release(active[i]);
  trace_close(s, r.trace);
  s->deriving = deriving;
  return r;
}

Recording recording_of(Session *s, Value f, const Value *argument, uint32_t count, const Value *input, uint32_t inputs) {
  return record(s, f, argument, count, input, inputs, false);
}

Recording recording_of_any_length(Session *s, Value f, const Value *argument, uint32_t count, const Value *input, uint32_t inputs) {
  return record(s, f, argument, count, input, inputs, true);
}

void recording_release(Session *s, Recording *r) {
  (void)s;
  if (r->kept) kept_release(r->kept);
  value_release(value_trace(r->trace));
  value_release(r->value);
}

void recording_remark(Session *s, const Recording *r) {
  const char *tie = s->level > 0 ? NULL : trace_tie(r->trace);
  if (tie) note(s, "%s", tie);
}

static bool is_passive(const Recording *r, const Value *input, const Value *seed) {
  if (r->trace->parameter_count) return false;
  for (uint32_t i = 0; i < r->trace->input_count; i++)
    if (input[i].kind != VALUE_NUMBER) return false;
  for (uint32_t i = 0; i < r->outputs; i++)
    if (seed[i].kind != VALUE_NUMBER) return false;
  return true;
}

static void need_order(Session *s, const Trace *t) {
  if (t->orders <= 0) fail(s, "a derivative of this order is not available: %s", t->limit);
}

/* A sweep uses up one exact order; what it records has one less. */
static void use_order(Session *s, const Trace *t) {
  need_order(s, t);
  if (t->orders < ORDERS_ALL) trace_limit_orders(s, t->orders - 1, t->limit);
}

/* Is an output that counts a nan? Then the point is outside the function's domain. */
static bool is_outside(const Recording *r, const Value *seed) {
  for (uint32_t i = 0; i < r->trace->input_count; i++)
    if (isnan(r->trace->cell[r->trace->input + i])) return false; /* nan was put in */
  for (uint32_t i = 0; i < r->outputs; i++)
    if (seed[i].number != 0 && isnan(r->output[i] != UINT32_MAX ? r->trace->cell[r->output[i]] : r->constant[i].number)) return true;
  return false;
}

bool recording_is_outside(const Recording *r) {
  Value one = value_number(1);
  return r->outside || (r->outputs == 1 && is_outside(r, &one));
}

/* [level]: of the traces that are open when the user's own derivative is taken. */
static void remark_outside(Session *s, const Trace *t, int level) {
  char text[80];
  if (s->level > level || s->quiet) return;
  if (spoiler_nan(t, text)) note(s, "the function is not defined here: %s is nan", text);
  else note(s, "the function is not defined here: its value is nan");
}

void recording_remark_outside(Session *s, const Recording *r) { remark_outside(s, r->trace, 0); }

/* Has a finite point an infinite value, by steps whose slopes are lost? */
static bool overflows(const Recording *r) {
  const Trace *t = r->trace;
  bool infinite = false;
  for (uint32_t i = 0; i < r->outputs; i++) infinite = infinite || (r->output[i] != UINT32_MAX && isinf(t->cell[r->output[i]]));
  for (uint32_t i = 0; i < t->input_count; i++) infinite = infinite && isfinite(t->cell[t->input + i]);
  return infinite && !trace_restates(t);
}

static void seed_outputs(const Recording *r, const double *seed, double *bar) {
  memset(bar, 0, r->trace->cell_count * sizeof(double));
  for (uint32_t i = 0; i < r->outputs; i++)
    if (r->output[i] != UINT32_MAX) bar[r->output[i]] += seed[i];
}

void recording_sweep(Session *s, const Recording *r, const double *seed, double *bar) {
  Trace *t = r->trace;
  seed_outputs(r, seed, bar);
  trace_reverse(s, t, bar);
  bool undefined = false;
  for (uint32_t i = 0; i < t->input_count; i++) undefined = undefined || isnan(bar[t->input + i]);
  if (!undefined) return;
  seed_outputs(r, seed, bar);
  trace_reverse_guarded(s, t, bar);
}

/* The derivatives of the seeded outputs to the two sides of the one input; false where they cannot be told. */
static bool one_sided(Session *s, const Recording *r, const double *seed, double slope[2]) {
  const Trace *t = r->trace;
  if (t->input_count != 1 || t->gone.kink || trace_branches_here(t)) return false;
  double *dot = scratch(s, (t->cell_count + 1) * sizeof(double));
  for (int side = 0; side < 2; side++) {
    memset(dot, 0, t->cell_count * sizeof(double));
    dot[t->input] = side ? 1 : -1;
    if (!trace_forward_one_sided(t, dot)) return false;
    slope[side] = 0;
    for (uint32_t i = 0; i < r->outputs; i++)
      if (r->output[i] != UINT32_MAX && seed[i] != 0) slope[side] += seed[i] * dot[r->output[i]] * dot[t->input];
    if (!isfinite(slope[side])) return false;
  }
  return true;
}

/* At a kink. Where both sides agree, there is a derivative after all: of relu(x) - relu(-x) at 0. */
static void remark_kink(Session *s, const Recording *r, const char *kink, const double *seed, double *bar) {
  double side[2], *shown = &bar[r->trace->input];
  const char *typed = r->trace->sloped;
  if (typed && strcmp(kink, "sign") == 0 && strcmp(typed, "sign") != 0) {
    note(s, "%s has a kink here: there are no higher derivatives, those beside the kink are shown", typed);
  } else if (kink_is_jump(kink)) {
    note(s, "%s jumps here: there is no derivative, the slope beside the jump is shown", kink);
  } else if (!one_sided(s, r, seed, side)) {
    note(s, "%s has a kink here: there is no derivative, one of the slopes between its sides is shown", kink);
  } else if (side[0] == side[1]) {
    *shown = side[0];
  } else {
    note(s, "%s has a kink here: there is no derivative, the slope is %.6g on the left and %.6g on the right, %.6g is shown",
         kink, side[0] + 0.0, side[1] + 0.0, *shown + 0.0);
  }
}

/* Infinite or nan: which operation it comes from. */
static void remark_spoiled(Session *s, const Trace *t, const double *bar, bool undefined) {
  char text[SPOILER_TEXT];
  if (undefined && spoiler_nan(t, text)) note(s, "the derivative is not defined here: %s is nan", text);
  else if (undefined && spoiler_undefined(t, bar, text)) note(s, "the derivative is not defined here: there is no slope of %s", text);
  else if (undefined && spoiler_infinite(t, bar, text))
    note(s, "the derivative is not defined here: the infinite slope of %s is multiplied by 0", text);
  else if (undefined) note(s, "the derivative is not defined here");
  else if (spoiler_infinite(t, bar, text)) note(s, "the derivative is infinite here, as the slope of %s is", text);
  else note(s, "the derivative is infinite here");
}

void recording_remark_sweep(Session *s, const Recording *r, const double *seed, double *bar) {
  const Trace *t = r->trace;
  if (s->level > 0) return;
  const char *kink = trace_kink(t, bar, 0);
  if (kink) remark_kink(s, r, kink, seed, bar);
  bool undefined = false, infinite = false;
  for (uint32_t i = 0; i < t->input_count; i++) {
    undefined = undefined || isnan(bar[t->input + i]);
    infinite = infinite || isinf(bar[t->input + i]);
  }
  char text[SPOILER_TEXT];
  if (infinite || undefined) remark_spoiled(s, t, bar, undefined);
  else if (overflows(r)) note(s, "the function's value is infinite here, so its derivative is not to be relied on");
  else if (spoiler_lost(s, t, bar, r->output, r->outputs, text))
    note(s, "the slope of %s is infinite and counts as 0 here, where it is multiplied by 0: the derivative may be another one", text);
}

void recording_adjoint(Session *s, const Recording *r, const Value *input, const Value *seed, Value *bar) {
  Trace *t = r->trace;
  Scratch *mark = scratch_mark(s);
  if (is_passive(r, input, seed)) {
    need_order(s, t);
    double *adjoint = scratch(s, (t->cell_count + 1) * sizeof(double)), *weight = scratch(s, (r->outputs + 1) * sizeof(double));
    for (uint32_t i = 0; i < r->outputs; i++) weight[i] = seed[i].number;
    recording_sweep(s, r, weight, adjoint);
    bool here = is_outside(r, seed), outside = here || r->outside; /* the slope of log at -1 is no slope */
    if (here && !r->outside) remark_outside(s, t, 0);
    if (!outside) recording_remark_sweep(s, r, weight, adjoint);
    for (uint32_t i = 0; i < t->input_count; i++) bar[i] = value_number(outside ? (double)NAN : adjoint[t->input + i]);
    scratch_release(s, mark);
    return;
  }
  use_order(s, t);
  uint32_t *cell = scratch(s, (r->outputs + 1) * sizeof(uint32_t)), count = 0;
  Value *start = scratch(s, (r->outputs + 1) * sizeof(Value));
  for (uint32_t i = 0; i < r->outputs; i++) {
    if (r->output[i] == UINT32_MAX) continue;
    cell[count] = r->output[i];
    start[count++] = seed[i];
  }
  trace_derive(s, t, input, cell, start, count, bar);
  scratch_release(s, mark);
}

Recording recording_gradient(Session *s, const Recording *scalar, const Value *input) {
  uint32_t inputs = scalar->trace->input_count;
  double *number = scratch(s, (inputs + 1) * sizeof(double));
  primals(s, input, inputs, number);
  Recording g = {.trace = trace_open(s, number, inputs), .outputs = inputs};
  Value *active = scratch(s, (inputs + 1) * sizeof(Value)), *bar = scratch(s, (inputs + 1) * sizeof(Value));
  for (uint32_t i = 0; i < inputs; i++) active[i] = trace_value(g.trace, g.trace->input + i);
  Value one = value_number(1);
  use_order(s, scalar->trace);
  g.outside = recording_is_outside(scalar);
  if (g.outside && !scalar->outside) remark_outside(s, scalar->trace, 1);
  if (scalar->output[0] == UINT32_MAX) {
    for (uint32_t i = 0; i < inputs; i++) bar[i] = value_number(0);
  } else {
    trace_derive(s, scalar->trace, active, &scalar->output[0], &one, 1, bar);
  }
  g.output = scratch(s, (inputs + 1) * sizeof(uint32_t));
  g.constant = scratch(s, (inputs + 1) * sizeof(Value));
  for (uint32_t i = 0; i < inputs; i++) {
    bool own = bar[i].kind == VALUE_ACTIVE && bar[i].level == g.trace->level;
    g.output[i] = own ? bar[i].slot : UINT32_MAX;
    g.constant[i] = own ? value_number(bar[i].number) : bar[i];
  }
  trace_close(s, g.trace);
  g.value = value_nothing();
  return g;
}
