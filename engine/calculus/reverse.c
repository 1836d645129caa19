/* reverse.c - the reverse sweep on numbers.
 *
 * A zero adjoint is never multiplied: a path that does not matter cannot bring in 0*inf.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/derive.h"
#include "machine/lambda.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "values/operate.h"

/* ---- rules: adjoints written in mml ---- */

/* "(A, b, x, x_bar) -> do … end" */
static void write_adjoint(const Rule *rule, Text *text) {
  char names[96], bars[96] = "";
  snprintf(names, sizeof names, "%s", rule->names);
  int index = 0;
  text_string(text, "(");
  for (char *save = NULL, *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save), index++) {
    text_format(text, "%s%s", index ? ", " : "", name);
    size_t used = strlen(bars);
    if (index >= rule->inputs) snprintf(bars + used, sizeof bars - used, ", %s_bar", name);
  }
  text_format(text, "%s) -> do\n%s\nend", bars, rule->adjoint);
}

static Value adjoint_function(Session *s, const Rule *rule) {
  Value known = lambda_find(s, rule);
  if (known.kind != VALUE_NOTHING) return known;
  Text text = {0};
  write_adjoint(rule, &text);
  char *written = scratch(s, text.length + 1);
  memcpy(written, text.bytes, text.length + 1);
  text_free(&text);
  return lambda_of(s, rule, rule->name, written);
}

void rule_adjoint(Session *s, const Rule *rule, const Value in[], const Value out[], const Value out_bar[], Value in_bar[]) {
  Value argument[RULE_INPUTS + 2 * RULE_OUTPUTS];
  uint32_t count = 0;
  for (int i = 0; i < rule->inputs; i++) argument[count++] = in[i];
  for (int i = 0; i < rule->outputs; i++) argument[count++] = out[i];
  for (int i = 0; i < rule->outputs; i++) argument[count++] = out_bar[i];
  Value result = machine_call(s, adjoint_function(s, rule), argument, count);
  if (rule->inputs == 1) {
    in_bar[0] = result;
    return;
  }
  if (result.kind != VALUE_TUPLE || ((Tuple *)result.object)->count != (uint32_t)rule->inputs)
    fail(s, "the adjoint rule of %s must give %d values", rule->name, rule->inputs);
  for (int i = 0; i < rule->inputs; i++) in_bar[i] = value_keep(((Tuple *)result.object)->item[i]);
  value_release(result);
}

static Value cells_value(Session *s, const double *cell, Shape shape) {
  if (shape.rows == 1 && shape.cols == 1) return value_number(*cell);
  Array *a = array_new(s, shape.rows, shape.cols, ELEMENT_REAL);
  memcpy(a->data, cell, array_count(a) * sizeof(double));
  return value_array(a);
}

static void add_value(double *bar, Value v, size_t count) {
  if (v.kind == VALUE_NUMBER) {
    for (size_t i = 0; i < count; i++) bar[i] += v.number;
    return;
  }
  const Array *a = value_as_array(v);
  for (size_t i = 0; i < count; i++) bar[i] += a->data[i];
}

static bool all_zero(const double *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (x[i] != 0) return false;
  return true;
}

static void reverse_rule(Session *s, Trace *t, const RuleStep *step, uint32_t total, double *bar) {
  const Rule *rule = step->rule;
  if (all_zero(bar + step->out[0], total)) return;
  Value in[RULE_INPUTS], out[RULE_OUTPUTS], out_bar[RULE_OUTPUTS], in_bar[RULE_INPUTS];
  for (int i = 0; i < rule->inputs; i++) in[i] = cells_value(s, t->cell + step->in[i], step->in_shape[i]);
  for (int i = 0; i < rule->outputs; i++) {
    out[i] = cells_value(s, t->cell + step->out[i], step->out_shape[i]);
    out_bar[i] = cells_value(s, bar + step->out[i], step->out_shape[i]);
  }
  rule_adjoint(s, rule, in, out, out_bar, in_bar);
  for (int i = 0; i < rule->inputs; i++) {
    add_value(bar + step->in[i], in_bar[i], (size_t)step->in_shape[i].rows * step->in_shape[i].cols);
    value_release(in_bar[i]);
    value_release(in[i]);
  }
  for (int i = 0; i < rule->outputs; i++) {
    value_release(out[i]);
    value_release(out_bar[i]);
  }
}

/* ---- vector steps ---- */

/* Adds w times the slopes at operands (a, b) with result r. Where there is no result there is no slope,
 * though the formula may give one: 1/x at log(-1). */
static inline void reverse_scalar(uint16_t op, double w, double a, double b, double r, double *bar_a, double *bar_b) {
  if (isnan(r)) {
    *bar_a = *bar_b = NAN;
    return;
  }
  switch (op) {
#define ARITHMETIC(name, value, dx, dy)                                                            \
  case SCALAR_##name: {                                                                            \
    double x = a, y = b, z = r;                                                                    \
    (void)x, (void)y, (void)z;                                                                     \
    *bar_a += w * (dx);                                                                            \
    *bar_b += w * (dy);                                                                            \
    break;                                                                                         \
  }
#define UNARY(name, value, derivative, low, high, example, gives, help)                            \
  case SCALAR_##name: {                                                                            \
    double x = a, y = r;                                                                           \
    (void)x, (void)y;                                                                              \
    *bar_a += w * (derivative);                                                                    \
    break;                                                                                         \
  }
#define BINARY(name, parameters, value, dx, dy, low, high, example, gives, help)                   \
  case SCALAR_##name: {                                                                            \
    double x = a, y = b, z = r;                                                                    \
    (void)x, (void)y, (void)z;                                                                     \
    *bar_a += w * (dx);                                                                            \
    *bar_b += w * (dy);                                                                            \
    break;                                                                                         \
  }
#include "primitives/elementary.def"
    case SCALAR_max:
    case SCALAR_min: {
      double share = a == b ? 0.5 : (a > b) == (op == SCALAR_max);
      *bar_a += w * share;
      *bar_b += w * (1 - share);
      break;
    }
    default: break;
  }
}

/* A constant exponent needs no logarithm. */
void scalar_slopes(Scalar op, double a, double b, double r, bool by_a, bool by_b, double slope[2]) {
  slope[0] = slope[1] = 0;
  if (op != SCALAR_POWER && op != SCALAR_pow) {
    reverse_scalar((uint16_t)op, 1, a, b, r, &slope[0], &slope[1]);
    return;
  }
  if (by_a) slope[0] = power_slope(a, b);
  if (by_b) slope[1] = power_exponent_slope(a, b, r);
}

/* Every operation has loops of its own; what a constant would get is not worked out. Most adjoints of a
 * Hessian's sweeps are zero, so that is looked at first. */
static void reverse_vector(double *bar, const double *c, const Step *step, const Run *run) {
  const double *a = c + run->a, *b = c + run->b, *r = c + step->out, *w = bar + step->out;
  double *bar_a = bar + run->a, *bar_b = bar + run->b;
  size_t da = run->a_step, db = run->b_step, n = run->n;
  bool use_a = !(run->fixed & 1), use_b = !(run->fixed & 2);
#define EACH(first, second, add)                                                                   \
  for (size_t i = 0; i < n; i++) {                                                                 \
    if (w[i] == 0) continue;                                                                       \
    double x = first, y = second, z = r[i];                                                        \
    (void)x, (void)y;                                                                              \
    add;                                                                                           \
  }
#define TO_A(slope) bar_a[i * da] += isnan(z) ? NAN : w[i] * (slope)
#define TO_B(slope) bar_b[i * db] += isnan(z) ? NAN : w[i] * (slope)
#define EACH_OF_TWO(dx, dy)                                                                        \
  if (use_a && use_b) EACH(a[i * da], b[i * db], TO_A(dx); TO_B(dy))                               \
  else if (use_a) EACH(a[i * da], b[i * db], TO_A(dx))                                             \
  else if (use_b) EACH(a[i * da], b[i * db], TO_B(dy))
  switch (step->detail) {
#define ARITHMETIC(name, value, dx, dy) case SCALAR_##name: EACH_OF_TWO(dx, dy) break;
#define UNARY(name, value, derivative, low, high, example, gives, help)                            \
  case SCALAR_##name: if (use_a) EACH(a[i * da], r[i], TO_A(derivative)) break;
#define BINARY(name, parameters, value, dx, dy, low, high, example, gives, help)                   \
  case SCALAR_##name: EACH_OF_TWO(dx, dy) break;
#include "primitives/elementary.def"
    default: /* max and min */
      for (size_t i = 0; i < n; i++)
        if (w[i] != 0) reverse_scalar(step->detail, w[i], a[i * da], b[i * db], r[i], &bar_a[i * da], &bar_b[i * db]);
  }
#undef EACH
#undef TO_A
#undef TO_B
#undef EACH_OF_TWO
}

/* y = op(A) x with vectors x, y: the adjoint of x is op(A)' y_bar, that of op(A) is y_bar x'. */
static void reverse_image(const double *c, double *bar, const Step *step, const Run *run) {
  int rows = (int)(step->detail & 1 ? run->k : run->m), cols = (int)(step->detail & 1 ? run->m : run->k);
  const double *x = c + run->b, *w = bar + step->out;
  bool at = step->detail & 1;
  if (!(run->fixed & 1)) cblas_dger(CblasRowMajor, rows, cols, 1, at ? x : w, 1, at ? w : x, 1, bar + run->a, cols);
  if (!(run->fixed & 2))
    cblas_dgemv(CblasRowMajor, at ? CblasNoTrans : CblasTrans, rows, cols, 1, c + run->a, cols, w, 1, 1, bar + run->b, 1);
}

/* y' = x' op(B) with vectors x, y: the adjoint of x is op(B) y_bar, that of op(B) is x y_bar'. */
static void reverse_row(const double *c, double *bar, const Step *step, const Run *run) {
  bool bt = step->detail & 2;
  int rows = (int)(bt ? run->n : run->k), cols = (int)(bt ? run->k : run->n);
  const double *x = c + run->a, *w = bar + step->out;
  if (!(run->fixed & 1))
    cblas_dgemv(CblasRowMajor, bt ? CblasTrans : CblasNoTrans, rows, cols, 1, c + run->b, cols, w, 1, 1, bar + run->a, 1);
  if (!(run->fixed & 2)) cblas_dger(CblasRowMajor, rows, cols, 1, bt ? w : x, 1, bt ? x : w, 1, bar + run->b, cols);
}

/* C = op(A) op(B): the adjoint of op(A) is C_bar op(B)', that of op(B) is op(A)' C_bar. */
static void reverse_product(const double *c, double *bar, const Step *step, const Run *run) {
  int m = (int)run->m, k = (int)run->k, n = (int)run->n;
  bool at = step->detail & 1, bt = step->detail & 2, use_a = !(run->fixed & 1), use_b = !(run->fixed & 2);
  const double *a = c + run->a, *b = c + run->b, *w = bar + step->out;
  if (m == 0 || n == 0 || k == 0 || all_zero(w, (size_t)m * (size_t)n)) return;
  if (n == 1) {
    reverse_image(c, bar, step, run);
    return;
  }
  if (m == 1) {
    reverse_row(c, bar, step, run);
    return;
  }
  if (use_a && at) /* A is stored k×m: its adjoint is op(B) C_bar' */
    cblas_dgemm(CblasRowMajor, bt ? CblasTrans : CblasNoTrans, CblasTrans, k, m, n, 1, b, bt ? k : n, w, n, 1, bar + run->a, m);
  else if (use_a)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, bt ? CblasNoTrans : CblasTrans, m, k, n, 1, w, n, b, bt ? k : n, 1, bar + run->a, k);
  if (use_b && bt) /* B is stored n×k */
    cblas_dgemm(CblasRowMajor, CblasTrans, at ? CblasTrans : CblasNoTrans, n, k, m, 1, w, n, a, at ? m : k, 1, bar + run->b, k);
  else if (use_b)
    cblas_dgemm(CblasRowMajor, at ? CblasNoTrans : CblasTrans, CblasNoTrans, k, n, m, 1, a, at ? m : k, w, n, 1, bar + run->b, n);
}

static void reverse_run(Session *s, Trace *t, const Step *step, double *bar) {
  const double *c = t->cell;
  double w = bar[step->out];
  switch (step->op) {
    case STEP_VECTOR: reverse_vector(bar, c, step, &t->run[step->a]); break;
    case STEP_SUM:
      for (uint32_t i = 0; i < step->b; i++) bar[step->a + i] += w;
      break;
    case STEP_NORM: /* x / |x|; 0 at 0, the subgradient of least norm */
      if (w != 0 && c[step->out] != 0) cblas_daxpy((int)step->b, w / c[step->out], c + step->a, 1, bar + step->a, 1);
      break;
    case STEP_DOT: {
      const Run *run = &t->run[step->a];
      if (w != 0 && !(run->fixed & 1)) cblas_daxpy((int)run->n, w, c + run->b, 1, bar + run->a, 1);
      if (w != 0 && !(run->fixed & 2)) cblas_daxpy((int)run->n, w, c + run->a, 1, bar + run->b, 1);
      break;
    }
    case STEP_PRODUCT: reverse_product(c, bar, step, &t->run[step->a]); break;
    case STEP_GATHER: {
      const Run *run = &t->run[step->a];
      for (uint32_t i = 0; i < run->n; i++) bar[t->pool[run->a + i]] += bar[step->out + i];
      break;
    }
    case STEP_RULE: reverse_rule(s, t, &t->rule[step->a], step->b, bar); break;
    default: break;
  }
}

void trace_reverse(Session *s, Trace *t, double *bar) {
  const double *c = t->cell;
  for (uint32_t i = t->step_count; i-- > 0;) {
    const Step *step = &t->step[i];
    if (step->op >= SCALAR_COUNT) {
      if (step->op != STEP_GUARD) reverse_run(s, t, step, bar);
      continue;
    }
    double w = bar[step->out];
    if (w == 0) continue;
    double unused = 0;
    double *bar_b = step->detail & 2 ? &unused : &bar[step->b];
    switch (step->op) { /* the commonest inline; a constant exponent needs no logarithm */
      case SCALAR_ADD: bar[step->a] += w; *bar_b += w; break;
      case SCALAR_SUBTRACT: bar[step->a] += w; *bar_b -= w; break;
      case SCALAR_MULTIPLY:
        if (!(step->detail & 1)) bar[step->a] += w * c[step->b];
        *bar_b += w * c[step->a];
        break;
      case SCALAR_POWER:
      case SCALAR_pow:
        if (!(step->detail & 1)) bar[step->a] += w * power_slope(c[step->a], c[step->b]);
        if (!(step->detail & 2)) bar[step->b] += w * power_exponent_slope(c[step->a], c[step->b], c[step->out]);
        break;
      default: reverse_scalar(step->op, w, c[step->a], c[step->b], c[step->out], &bar[step->a], bar_b);
    }
  }
}

/* ---- infinite slopes ---- */

static bool is_constant(const Trace *t, uint32_t cell) {
  return t->producer[cell] == 0 && cell - t->input >= t->input_count;
}

static void reverse_guarded(const Trace *t, unsigned op, uint32_t out, uint32_t a, uint32_t b, double *bar) {
  const double *c = t->cell;
  if (bar[out] == 0) return;
  bool use_a = !is_constant(t, a), use_b = scalar_row[op].arguments > 1 && !is_constant(t, b);
  double slope[2];
  scalar_slopes((Scalar)op, c[a], c[b], c[out], use_a, use_b, slope);
  if (use_a) bar[a] += scale(slope[0], bar[out]);
  if (use_b) bar[b] += scale(slope[1], bar[out]);
}

void trace_reverse_guarded(Session *s, Trace *t, double *bar) {
  for (uint32_t i = t->step_count; i-- > 0;) {
    const Step *step = &t->step[i];
    const Run *run = step->op == STEP_VECTOR ? &t->run[step->a] : NULL;
    if (step->op < SCALAR_COUNT) reverse_guarded(t, step->op, step->out, step->a, step->b, bar);
    else if (run)
      for (uint32_t k = 0; k < run->n; k++)
        reverse_guarded(t, step->detail, step->out + k, run->a + k * run->a_step, run->b + k * run->b_step, bar);
    else if (step->op != STEP_GUARD) reverse_run(s, t, step, bar);
  }
}
