/* vectorfunction.c - replaying recordings with many outputs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/vectorfunction.h"

#include <math.h>
#include <string.h>

#include "calculus/derive.h"
#include "calculus/point.h"
#include "machine/session.h"

static Value *numbers(const VectorFunction *v, const double *x, size_t count) {
  Value *number = scratch(v->session, (count + 1) * sizeof(Value));
  for (size_t i = 0; i < count; i++) number[i] = value_number(x[i]);
  return number;
}

static Recording record_at(VectorFunction *v, const double *x) {
  Session *s = v->session;
  Value *input = numbers(v, x, v->n), *argument = scratch(s, (v->count + 1) * sizeof(Value));
  const Value *next = input;
  for (uint32_t i = 0; i < v->count; i++) argument[i] = point_shape(s, v->point[i], &next);
  Recording r = recording_of(s, v->f, argument, v->count, input, (uint32_t)v->n);
  for (uint32_t i = 0; i < v->count; i++) value_release(argument[i]);
  if (r.trace->parameter_count) v->open = true; /* constants for the search, differentiated afterwards */
  for (uint32_t i = 0; i < r.outputs; i++) v->open = v->open || r.constant[i].kind == VALUE_ACTIVE;
  if (v->m && r.outputs != v->m) fail(s, "the constraints gave %zu numbers at one point and %u at another", v->m, r.outputs);
  return r;
}

static void path_release(VectorFunction *v, VectorPath *p) {
  recording_release(v->session, &p->value);
  if (p->has_weighted) recording_release(v->session, &p->weighted);
  *p = (VectorPath){0};
}

void vector_release(VectorFunction *v) {
  for (uint32_t i = 0; i < v->paths; i++) path_release(v, &v->path[i]);
  v->paths = 0;
}

static VectorPath *add_path(VectorFunction *v, Recording r) {
  bool full = v->paths == VECTOR_PATHS;
  VectorPath *p = &v->path[full ? v->next : v->paths];
  if (full) {
    path_release(v, p);
    v->next = (v->next + 1) % VECTOR_PATHS;
  } else {
    v->paths++;
  }
  *p = (VectorPath){.value = r};
  return p;
}

Value vector_open(VectorFunction *v, const double *x) {
  VectorPath *p = add_path(v, record_at(v, x));
  v->m = p->value.outputs;
  return value_keep(p->value.value);
}

bool vector_has_one_value(VectorFunction *v, const double *x) {
  if (!v->paths || !v->path[0].value.trace->frozen) return true;
  double *one = scratch(v->session, (2 * v->m + 1) * sizeof(double)), *other = one + v->m;
  vector_value(v, x, one);
  vector_value(v, x, other);
  for (size_t i = 0; i < v->m; i++)
    if (one[i] != other[i] && !isnan(one[i]) && !isnan(other[i])) return false;
  return true;
}

static VectorPath *path_at(VectorFunction *v, const double *x) {
  for (uint32_t i = 0; i < v->paths; i++) {
    const char *why;
    if (trace_replay(v->path[i].value.trace, x, &why)) return &v->path[i];
    if (why) return NULL;
  }
  return add_path(v, record_at(v, x));
}

static double *clear_bar(VectorFunction *v, const Trace *t) {
  if (t->cell_count > v->bar_size) {
    v->bar_size = t->cell_count;
    v->bar = scratch(v->session, v->bar_size * sizeof(double));
  }
  memset(v->bar, 0, t->cell_count * sizeof(double));
  return v->bar;
}

static void fill_nan(double *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = NAN;
}

void vector_value(VectorFunction *v, const double *x, double *out) {
  const VectorPath *p = path_at(v, x);
  if (!p) {
    fill_nan(out, v->m);
    return;
  }
  const Recording *r = &p->value;
  for (size_t i = 0; i < v->m; i++) out[i] = r->output[i] == UINT32_MAX ? r->constant[i].number : r->trace->cell[r->output[i]];
}

/* Rows of derivatives by the first n inputs, one sweep each. */
static void sweep_rows(VectorFunction *v, const Recording *r, size_t rows, double *out) {
  for (size_t i = 0; i < rows; i++) {
    double *row = out + i * v->n;
    if (r->output[i] == UINT32_MAX) {
      memset(row, 0, v->n * sizeof(double));
      continue;
    }
    double *bar = clear_bar(v, r->trace);
    bar[r->output[i]] = 1;
    trace_reverse(v->session, r->trace, bar);
    memcpy(row, bar + r->trace->input, v->n * sizeof(double));
  }
}

void vector_jacobian(VectorFunction *v, const double *x, double *jacobian) {
  VectorPath *p = path_at(v, x);
  if (!p) {
    fill_nan(jacobian, v->m * v->n);
    return;
  }
  const Recording *r = &p->value;
  if (!p->slopes.trace) p->slopes = jacobian_of(v->session, r->trace, r->output, r->outputs);
  jacobian_at(v->session, &p->slopes, 1, jacobian);
}

/* The gradient by x of the weighted sum, with the weights as further inputs. */
static Recording record_weighted(VectorFunction *v, const Recording *r, const double *x, const double *weight) {
  Session *s = v->session;
  uint32_t n = (uint32_t)v->n, m = (uint32_t)v->m, active = 0;
  double *start = scratch(s, (n + m + 1) * sizeof(double));
  memcpy(start, x, n * sizeof(double));
  memcpy(start + n, weight, m * sizeof(double));
  Recording w = {.trace = trace_open(s, start, n + m), .outputs = n, .value = value_nothing()};
  Value *input = scratch(s, (n + 1) * sizeof(Value)), *seed = scratch(s, (m + 1) * sizeof(Value)), *bar = scratch(s, (n + 1) * sizeof(Value));
  uint32_t *cell = scratch(s, (m + 1) * sizeof(uint32_t));
  for (uint32_t i = 0; i < n; i++) input[i] = trace_value(w.trace, w.trace->input + i);
  for (uint32_t i = 0; i < m; i++) {
    if (r->output[i] == UINT32_MAX) continue;
    cell[active] = r->output[i];
    seed[active++] = trace_value(w.trace, w.trace->input + n + i);
  }
  trace_derive(s, r->trace, input, cell, seed, active, bar);
  w.output = scratch(s, (n + 1) * sizeof(uint32_t));
  w.constant = scratch(s, (n + 1) * sizeof(Value));
  for (uint32_t i = 0; i < n; i++) {
    bool own = bar[i].kind == VALUE_ACTIVE && bar[i].level == w.trace->level;
    w.output[i] = own ? bar[i].slot : UINT32_MAX;
    w.constant[i] = value_number(bar[i].number);
  }
  trace_close(s, w.trace);
  return w;
}

static Recording *weighted_at(VectorFunction *v, VectorPath *p, const double *x, const double *weight) {
  Scratch *mark = scratch_mark(v->session);
  double *both = scratch(v->session, (v->n + v->m + 1) * sizeof(double));
  memcpy(both, x, v->n * sizeof(double));
  memcpy(both + v->n, weight, v->m * sizeof(double));
  const char *why;
  bool fits = p->has_weighted && trace_replay(p->weighted.trace, both, &why);
  scratch_release(v->session, mark);
  if (fits) return &p->weighted;
  if (p->has_weighted) recording_release(v->session, &p->weighted);
  p->weighted = record_weighted(v, &p->value, x, weight);
  p->has_weighted = true;
  return &p->weighted;
}

void vector_hessian(VectorFunction *v, const double *x, const double *weight, double *hessian) {
  VectorPath *p = path_at(v, x);
  if (p) sweep_rows(v, weighted_at(v, p, x, weight), v->n, hessian);
  else fill_nan(hessian, v->n * v->n);
}

/* Linear steps keep linear things linear; a product counts when one side is constant, which the
 * dependence of the weighted gradient on x tells. */
static bool is_algebraic(const Recording *r) {
  const Trace *t = r->trace;
  bool *live = scratch(t->session, t->step_count + 1);
  trace_live(t, r->output, r->outputs, live);
  for (uint32_t i = 0; i < t->step_count; i++) {
    if (!live[i]) continue;
    unsigned op = t->step[i].op == STEP_VECTOR ? t->step[i].detail : t->step[i].op;
    bool fine = op == SCALAR_ADD || op == SCALAR_SUBTRACT || op == SCALAR_MULTIPLY || op == SCALAR_DIVIDE || op == SCALAR_NEGATE ||
                op == STEP_SUM || op == STEP_DOT || op == STEP_PRODUCT || op == STEP_GATHER;
    if (!fine) return false;
  }
  return true;
}

bool vector_is_linear(VectorFunction *v, const double *x) {
  Session *s = v->session;
  VectorPath *p = path_at(v, x);
  if (!p || !is_algebraic(&p->value)) return false;
  double *weight = scratch(s, (v->m + 1) * sizeof(double));
  for (size_t i = 0; i < v->m; i++) weight[i] = 1 + (double)i;
  const Recording *w = weighted_at(v, p, x, weight);
  Value *input = numbers(v, w->trace->cell + w->trace->input, v->n + v->m);
  bool linear = true;
  for (size_t i = 0; i < v->n && linear; i++) {
    if (w->output[i] == UINT32_MAX) continue;
    Recording one = *w;
    one.output += i;
    one.constant += i;
    one.outputs = 1;
    Recording h = recording_gradient(s, &one, input);
    for (size_t k = 0; k < v->n; k++) linear = linear && h.output[k] == UINT32_MAX && h.constant[k].number == 0;
    recording_release(s, &h);
  }
  return linear;
}

bool vector_row_slopes(VectorFunction *v, const double *x, size_t row, double *slope) {
  VectorPath *p = path_at(v, x);
  if (!p) return false;
  memset(slope, 0, v->n * sizeof(double));
  if (p->value.output[row] == UINT32_MAX) return true;
  Recording one = p->value;
  one.output += row;
  one.constant += row;
  one.outputs = 1;
  if (!is_algebraic(&one)) return false;
  Recording g = recording_gradient(v->session, &one, numbers(v, x, v->n));
  bool linear = true;
  for (size_t i = 0; i < v->n && linear; i++) {
    linear = g.output[i] == UINT32_MAX;
    if (linear) slope[i] = g.constant[i].number;
  }
  recording_release(v->session, &g);
  return linear;
}
