/* implicit.c - Newton steps on the conditions of a minimum, on values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/implicit.h"

#include "calculus/gradient.h"
#include "calculus/point.h"
#include "machine/session.h"
#include "values/operate.h"

enum { IMPLICIT_STEPS = 2 };

/* The equations K d = r: those of the gradient first, then the active constraints. */
typedef struct Equations {
  Session *session;
  size_t n, size;
  Value *entry; /* size × size, row by row */
  Value *right; /* size */
} Equations;

static void add_to(Session *s, Value *sum, Value weight, Value x) {
  Value product = value_elementwise(s, SCALAR_MULTIPLY, weight, x);
  *sum = value_elementwise(s, SCALAR_ADD, *sum, product);
}

/* Adds weight times the gradient and the Hessian of the one output of [r] at x. */
static void add_function(Equations *e, const Recording *r, const Value *x, Value weight, Value *gradient) {
  Session *s = e->session;
  uint32_t n = (uint32_t)e->n;
  Value one = value_number(1), *row = scratch(s, (n + 1) * sizeof(Value)), *seed = scratch(s, (n + 1) * sizeof(Value));
  recording_adjoint(s, r, x, &one, gradient);
  for (uint32_t i = 0; i < n; i++) {
    add_to(s, &e->right[i], weight, gradient[i]);
    seed[i] = value_number(0);
  }
  Recording g = recording_gradient(s, r, x);
  for (uint32_t i = 0; i < n; i++) {
    seed[i] = value_number(1);
    recording_adjoint(s, &g, x, seed, row);
    seed[i] = value_number(0);
    for (uint32_t j = 0; j < n; j++) add_to(s, &e->entry[i * e->size + j], weight, row[j]);
  }
  recording_release(s, &g);
}

static void add_objective(Equations *e, const FunctionObjective *o, const Value *argument, const Value *x) {
  Session *s = e->session;
  Recording r = recording_of(s, o->f, argument, o->count, x, (uint32_t)e->n);
  if (r.outputs != 1) fail(s, "the function must give one number, found %u", r.outputs);
  add_function(e, &r, x, value_number(o->sign), scratch(s, (e->n + 1) * sizeof(Value)));
  recording_release(s, &r);
}

static void add_constraints(Equations *e, const ImplicitSolution *p, const Value *argument, const Value *x,
                            const Value *weight) {
  Session *s = e->session;
  const VectorFunction *v = p->constraints;
  Recording r = recording_of(s, v->f, argument, v->count, x, (uint32_t)e->n);
  Value result = point_call(s, v->f, argument, v->count);
  Value *value = scratch(s, (v->m + 1) * sizeof(Value)), *gradient = scratch(s, (e->n + 1) * sizeof(Value));
  point_flatten(s, result, value);
  for (size_t k = 0; k < p->count; k++) {
    Recording one = r;
    one.output += p->active[k];
    one.constant += p->active[k];
    one.outputs = 1;
    add_function(e, &one, x, weight[k], gradient);
    e->right[e->n + k] = value[p->active[k]];
    for (size_t i = 0; i < e->n; i++)
      e->entry[(e->n + k) * e->size + i] = e->entry[i * e->size + e->n + k] = gradient[i];
  }
  value_release(result);
  recording_release(s, &r);
}

/* z - K \ r, in place. */
static void step(const ImplicitSolution *p, Value *z) {
  FunctionObjective *o = p->objective;
  Session *s = o->session;
  Equations e = {.session = s, .n = o->n, .size = o->n + p->count};
  e.entry = scratch(s, (e.size * e.size + 1) * sizeof(Value));
  e.right = scratch(s, (e.size + 1) * sizeof(Value));
  for (size_t i = 0; i < e.size * e.size; i++) e.entry[i] = value_number(0);
  for (size_t i = 0; i < e.size; i++) e.right[i] = value_number(0);
  Value *argument = scratch(s, (o->count + 1) * sizeof(Value));
  const Value *next = z;
  for (uint32_t i = 0; i < o->count; i++) argument[i] = point_shape(s, o->point[i], &next);
  add_objective(&e, o, argument, z);
  if (p->count) add_constraints(&e, p, argument, z, z + e.n);
  Value matrix = array_from_numbers(s, e.entry, e.size, e.size), right = array_from_numbers(s, e.right, e.size, 1);
  Value change = value_operate(s, OP_SOLVE, matrix, right);
  for (size_t i = 0; i < e.size; i++) {
    Value d = change.kind == VALUE_ARRAY ? array_entry(value_as_array(change), i) : change;
    z[i] = value_elementwise(s, SCALAR_SUBTRACT, z[i], d);
  }
  for (uint32_t i = 0; i < o->count; i++) value_release(argument[i]);
  value_release(matrix);
  value_release(right);
  value_release(change);
}

void implicit_solution(const ImplicitSolution *p, const double *x, const double *multiplier, Value *point, Value *weight) {
  Session *s = p->objective->session;
  size_t n = p->objective->n;
  Value *z = scratch(s, (n + p->count + 1) * sizeof(Value));
  for (size_t i = 0; i < n; i++) z[i] = value_number(x[i]);
  for (size_t k = 0; k < p->count; k++) z[n + k] = value_number(multiplier[k]);
  for (int k = 0; k < IMPLICIT_STEPS; k++) step(p, z);
  for (size_t i = 0; i < n; i++) point[i] = z[i];
  for (size_t k = 0; k < p->count; k++) weight[k] = z[n + k];
  trace_limit_orders(s, IMPLICIT_ORDERS, trace_implicit_limit);
  trace_freeze(s); /* other data, another solution */
}
