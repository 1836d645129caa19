/* solvers.c - what root, fsolve, integrate, limit and ode share: a function stripped of its actives,
 * and derivatives that know their rounding error.
 *
 * The noise of a value is the first-order bound of running error analysis (Higham, Accuracy and Stability
 * of Numerical Algorithms, section 3.3): every operation of the trace may be off by one rounding of its
 * result, and the adjoint of the result says what becomes of that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/solvers.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "calculus/derive.h"
#include "calculus/gradient.h"
#include "calculus/point.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "values/operate.h"

void *solver_adopt(Session *s, void *object, void (*destroy)(void *)) {
  if (!object) fail(s, "out of memory");
  scratch_adopt(s, object, destroy);
  return object;
}

/* ---- plain numbers for active ones ---- */

bool solver_is_active(Value v) {
  switch ((ValueKind)v.kind) {
    case VALUE_TUPLE:
      for (uint32_t i = 0; i < ((Tuple *)v.object)->count; i++)
        if (solver_is_active(((Tuple *)v.object)->item[i])) return true;
      return false;
    case VALUE_RECORD:
      for (uint32_t i = 0; i < ((Record *)v.object)->count; i++)
        if (solver_is_active(((Record *)v.object)->field[i])) return true;
      return false;
    case VALUE_FUNCTION:
      for (uint32_t i = 0; i < ((Function *)v.object)->count; i++)
        if (solver_is_active(((Function *)v.object)->bound[i])) return true;
      return false;
    default: return value_is_active(v);
  }
}

static Value primal_array(Session *s, const Array *a) {
  Array *plain = array_new(s, a->rows, a->cols, ELEMENT_REAL);
  if (array_count(a)) memcpy(plain->data, a->data, array_count(a) * sizeof(double));
  return value_array(plain);
}

static Value primal_function(Session *s, const Function *f) {
  Function *plain = function_new(s, (FunctionKind)f->function_kind, f->count);
  plain->order = f->order;
  plain->primitive = f->primitive;
  plain->prototype = f->prototype;
  if (f->prototype) f->prototype->head.references++;
  for (uint32_t i = 0; i < f->count; i++) plain->bound[i] = solver_primal(s, f->bound[i]);
  return value_function(plain);
}

Value solver_primal(Session *s, Value v) {
  if (!solver_is_active(v)) return value_keep(v);
  switch ((ValueKind)v.kind) {
    case VALUE_ACTIVE: return value_primal(v);
    case VALUE_ARRAY: return primal_array(s, value_as_array(v));
    case VALUE_FUNCTION: return primal_function(s, (Function *)v.object);
    case VALUE_TUPLE: {
      const Tuple *from = (Tuple *)v.object;
      Tuple *plain = tuple_new(s, from->count);
      for (uint32_t i = 0; i < from->count; i++) plain->item[i] = solver_primal(s, from->item[i]);
      return value_tuple(plain);
    }
    default: {
      const Record *from = (Record *)v.object;
      Record *plain = record_new(s);
      for (uint32_t i = 0; i < from->count; i++) record_set(plain, from->name[i], solver_primal(s, from->field[i]));
      return value_record(plain);
    }
  }
}

SolverFunction solver_function(Session *s, const Arguments *a, int index, const char *name) {
  Value f = argument_function(s, a, index);
  return (SolverFunction){.session = s, .f = f, .primal = solver_primal(s, f), .active = solver_is_active(f), .name = name};
}

void solver_release(SolverFunction *f) { value_release(f->primal); }

Value solver_scalar(Session *s, const Arguments *a, int index) {
  if (index < a->count && a->argument[index].kind == VALUE_ACTIVE) return a->argument[index];
  return value_number(argument_number(s, a, index));
}

/* ---- calls ---- */

/* A 1×1 array counts as its entry. */
static Value single(Value v) {
  if (v.kind != VALUE_ARRAY || array_count(value_as_array(v)) != 1) return v;
  Value entry = array_entry(value_as_array(v), 0);
  value_release(v);
  return entry;
}

static _Noreturn void fail_result(const SolverFunction *f, Value v) {
  char text[VALUE_DESCRIPTION];
  if (v.kind == VALUE_NOTHING) fail_argument(f->session, 0, "%s needs a function that gives a number, this one gives nothing", f->name);
  fail_argument(f->session, 0, "%s needs a function that gives one number, this one gives %s", f->name, value_describe(v, text));
}

double solver_number(const SolverFunction *f, Value result) {
  Value v = single(result);
  if (v.kind == VALUE_ACTIVE)
    fail_argument(f->session, 0, "%s cannot be differentiated here: the function reads a variable of the derivative that it did not capture", f->name);
  if (v.kind != VALUE_NUMBER) fail_result(f, v);
  return v.number;
}

double solver_call(const SolverFunction *f, double x) {
  check_interrupt(f->session);
  Value argument = value_number(x);
  return solver_number(f, machine_call(f->session, f->primal, &argument, 1));
}

void solver_steady(const SolverFunction *f, double x, double value) {
  double again = solver_call(f, x);
  if (again == value || isnan(again) || isnan(value)) return;
  fail(f->session, "f has two values at one point, f(%.6g) = %.6g and %.6g: it draws random numbers", x, value, again);
}

Value solver_call_active(const SolverFunction *f, Value x) {
  check_interrupt(f->session);
  Value v = single(machine_call(f->session, f->f, &x, 1));
  if (v.kind != VALUE_NUMBER && v.kind != VALUE_ACTIVE) fail_result(f, v);
  return v;
}

void solver_pin(Session *s, Value number) {
  trace_steer(s, number, GUARD_PINS);
}

/* ---- derivatives ---- */

static bool is_step_result(const Trace *t, uint32_t cell) { return t->producer[cell] != 0; }

/* One row: the adjoints of an output, and with them what its operations' roundings add up to. */
static void jacobian_row(Session *s, const Recording *r, uint32_t i, double *bar, SolverJacobian *j) {
  Trace *t = r->trace;
  double *row = j->slope + i * j->n;
  j->value[i] = r->constant[i].number;
  if (r->output[i] == UINT32_MAX) {
    memset(row, 0, j->n * sizeof(double));
    j->noise[i] = 0;
    return;
  }
  memset(bar, 0, t->cell_count * sizeof(double));
  bar[r->output[i]] = 1;
  trace_reverse(s, t, bar);
  memcpy(row, bar + t->input, j->n * sizeof(double));
  double sum = 0;
  for (uint32_t c = 0; c < t->cell_count; c++)
    if (is_step_result(t, c) && bar[c] != 0) sum += fabs(bar[c] * t->cell[c]);
  j->noise[i] = DBL_EPSILON * sum;
}

SolverJacobian solver_jacobian(const SolverFunction *f, const Value *point, uint32_t count, const double *x, size_t n) {
  Session *s = f->session;
  check_interrupt(s);
  Value *number = scratch(s, (n + 1) * sizeof(Value));
  for (size_t i = 0; i < n; i++) number[i] = value_number(x[i]);
  const Value *next = number;
  Value *argument = scratch(s, (count + 1) * sizeof(Value));
  for (uint32_t i = 0; i < count; i++) argument[i] = point_shape(s, point[i], &next);
  Recording r = recording_of(s, f->primal, argument, count, number, (uint32_t)n);
  for (uint32_t i = 0; i < count; i++) value_release(argument[i]);
  if (r.trace->parameter_count)
    fail_argument(s, 0, "%s cannot be differentiated here: the function reads a variable of the derivative that it did not capture", f->name);
  SolverJacobian j = {.n = n, .m = r.outputs};
  j.value = scratch(s, (j.m + 1) * sizeof(double));
  j.noise = scratch(s, (j.m + 1) * sizeof(double));
  j.slope = scratch(s, (j.m * n + 1) * sizeof(double));
  double *bar = scratch(s, (r.trace->cell_count + 1) * sizeof(double));
  for (uint32_t i = 0; i < r.outputs; i++) jacobian_row(s, &r, i, bar, &j);
  recording_release(s, &r);
  return j;
}

Value solver_slope_active(const SolverFunction *f, Value x) {
  Session *s = f->session;
  Recording r = recording_of(s, f->f, &x, 1, &x, 1);
  if (r.outputs != 1) fail_result(f, r.value);
  Value one = value_number(1), slope;
  recording_adjoint(s, &r, &x, &one, &slope);
  recording_release(s, &r);
  return slope;
}

/* The bound counts each operation as rounded once; library functions are off by a few units, and the
 * second term is what moving x to the next number does. */
static const double ROUNDINGS = 8;

bool solver_is_zero(const SolverJacobian *j, size_t i, const double *x) {
  double reach = 0;
  for (size_t k = 0; k < j->n; k++) reach += fabs(j->slope[i * j->n + k] * x[k]);
  return fabs(j->value[i]) <= ROUNDINGS * (j->noise[i] + DBL_EPSILON * reach);
}
