/* derive.c - running a trace on values and sweeping it backwards on values.
 *
 * The operations are those of the language itself, so the sweep records wherever its values are active
 * and computes where they are not. Slopes of scalar operations are evaluated from the text of their rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/derive.h"

#include <math.h>
#include <string.h>

#include "calculus/kink.h"
#include "machine/session.h"
#include "values/operate.h"

/* Values and adjoints per cell: numbers or actives, never objects. An adjoint of NOTHING is 0. */
typedef struct Derivation {
  Session *session;
  Trace *trace;
  Value *value, *bar;
} Derivation;

/* ---- slopes from text ---- */

const Node *slope_tree(Session *s, const char *text) {
  for (uint32_t i = 0; i < s->slope_count; i++)
    if (s->slope[i].text == text) return s->slope[i].tree->program->child[0];
  Source *source = source_new("a derivative rule", text, strlen(text));
  Tree *tree = NULL;
  Report report = {0};
  ParseStatus status = parse(source, &s->symbols, &tree, &report);
  report_clear(&report);
  source_release(source);
  if (status != PARSE_OK) fail(s, "the derivative rule %s does not parse", text);
  memory_grow(s->slope, s->slope_count, s->slope_capacity);
  s->slope[s->slope_count].text = text;
  s->slope[s->slope_count].tree = tree;
  return s->slope[s->slope_count++].tree->program->child[0];
}

static Value scalar_op(Session *s, Scalar op, Value a, Value b, bool release_a, bool release_b) {
  Value result = value_elementwise(s, op, a, b);
  if (release_a) value_release(a);
  if (release_b) value_release(b);
  return result;
}

Scalar slope_operation(const char *name) {
  if (strcmp(name, "scale") == 0) return SCALAR_SCALE;
  return strcmp(name, "share") == 0 ? SCALAR_SHARE : scalar_find(name);
}

/* Evaluates a rule's tree on numbers or arrays; owned. */
static Value slope_value(Session *s, const Node *n, const Value named[3]) {
  switch (n->kind) {
    case NODE_NUMBER: return value_number(n->number);
    case NODE_NAME: return value_keep(named[n->symbol->key[0] - 'x']);
    case NODE_NEGATE: {
      Value a = slope_value(s, n->child[0], named);
      return scalar_op(s, SCALAR_NEGATE, a, a, true, false);
    }
    case NODE_BINARY: {
      static const uint8_t scalar[OPERATOR_COUNT] = {[OP_ADD] = SCALAR_ADD, [OP_SUBTRACT] = SCALAR_SUBTRACT,
                                                     [OP_MULTIPLY] = SCALAR_MULTIPLY, [OP_DIVIDE] = SCALAR_DIVIDE};
      Value a = slope_value(s, n->child[0], named), b = slope_value(s, n->child[1], named);
      return scalar_op(s, (Scalar)scalar[n->op], a, b, true, true);
    }
    case NODE_CALL: {
      Scalar op = slope_operation(n->child[0]->symbol->key);
      Value a = slope_value(s, n->child[1], named);
      Value b = n->count > 2 ? slope_value(s, n->child[2], named) : value_nothing();
      return scalar_op(s, op, a, b, true, true);
    }
    default: fail(s, "a derivative rule uses a %s", node_kind_name[n->kind]);
  }
}

static bool is_number(Value v, double x) { return v.kind == VALUE_NUMBER && v.number == x; }

/* d/dx x^y, avoiding what does not exist: y 0, 1, 2. */
static Value power_slope_value(Session *s, Value x, Value y) {
  if (is_number(y, 0)) return value_number(0);
  if (is_number(y, 1)) return value_number(1);
  if (is_number(y, 2)) return value_elementwise(s, SCALAR_MULTIPLY, value_number(2), x);
  Value less = value_elementwise(s, SCALAR_SUBTRACT, y, value_number(1));
  Value raised = scalar_op(s, SCALAR_POWER, x, less, false, true);
  return scalar_op(s, SCALAR_MULTIPLY, y, raised, false, true);
}

static bool has_nan(Value z) {
  if (z.kind != VALUE_ARRAY) return isnan(z.number);
  const Array *a = value_as_array(z);
  for (size_t i = 0; i < array_count(a); i++)
    if (isnan(a->data[i])) return true;
  return false;
}

static Value formula_slope(Session *s, Scalar op, int which, Value x, Value y, Value z) {
  if (op == SCALAR_POWER || op == SCALAR_pow) {
    if (which == 0) return power_slope_value(s, x, y);
    Value log_x = value_elementwise(s, SCALAR_log, x, x);
    return scalar_op(s, SCALAR_SCALE, z, log_x, false, true);
  }
  const ScalarRow *row = &scalar_row[op];
  bool one = row->arguments == 1;
  const Value named[3] = {x, one ? z : y, z};
  return slope_value(s, slope_tree(s, row->slope[which]), named);
}

/* The slope of [op] in operand [which], nan where the value is. Owned. */
static Value slope_of(Session *s, Scalar op, int which, Value x, Value y, Value z) {
  Value slope = formula_slope(s, op, which, x, y, z);
  if (!has_nan(z)) return slope;
  Value nothing = value_elementwise(s, SCALAR_SUBTRACT, z, z); /* 0, and nan where z is */
  return scalar_op(s, SCALAR_ADD, slope, nothing, true, true);
}

/* ---- runs of cells as values ---- */

/* Cells first, first+step … as one value, owned. Cells that all hold the same value give that value alone
 * when [flat] is allowed. */
static Value collect(Derivation *d, const Value *table, uint32_t first, uint32_t step, uint32_t rows, uint32_t cols, bool flat) {
  uint32_t count = rows * cols;
  if (step == 0 && flat) return table[first];
  bool same = flat && count > 1;
  Value *number = scratch(d->session, (count + 1) * sizeof(Value));
  for (uint32_t i = 0; i < count; i++) {
    Value v = table[first + i * step];
    number[i] = v.kind == VALUE_NOTHING ? value_number(0) : v;
    same = same && number[i].kind == number[0].kind && number[i].number == number[0].number && number[i].slot == number[0].slot &&
           number[i].level == number[0].level;
  }
  return same ? number[0] : array_from_numbers(d->session, number, rows, cols);
}

static void spread(Value *table, uint32_t first, Value v, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) table[first + i] = v.kind == VALUE_ARRAY ? array_entry(value_as_array(v), i) : v;
}

static bool is_untouched(const Value *bar, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (bar[first + i].kind != VALUE_NOTHING) return false;
  return true;
}

static void add_one(Derivation *d, uint32_t cell, Value v) {
  Value *bar = &d->bar[cell];
  if (is_number(v, 0)) return;
  *bar = bar->kind == VALUE_NOTHING ? v : value_elementwise(d->session, SCALAR_ADD, *bar, v);
}

/* Adds a contribution (a number for all, or an array) to the adjoints of a run. */
static void add_run(Derivation *d, uint32_t first, uint32_t count, Value v) {
  if (is_untouched(d->bar, first, count)) {
    spread(d->bar, first, v, count);
    return;
  }
  if (count == 1) {
    add_one(d, first, v.kind == VALUE_ARRAY ? array_entry(value_as_array(v), 0) : v);
    return;
  }
  Value old = collect(d, d->bar, first, 1, count, 1, true);
  Value flat = v;
  if (v.kind == VALUE_ARRAY && value_as_array(v)->cols != 1) {
    Value *number = scratch(d->session, count * sizeof(Value));
    spread(number, 0, v, count);
    flat = array_from_numbers(d->session, number, count, 1);
  }
  Value sum = value_elementwise(d->session, SCALAR_ADD, old, flat);
  spread(d->bar, first, sum, count);
  if (flat.kind == VALUE_ARRAY && flat.object != v.object) value_release(flat);
  value_release(old);
  value_release(sum);
}

/* ---- forwards ---- */

static void forward_rule(Derivation *d, const RuleStep *step) {
  Value in[RULE_INPUTS], out[RULE_OUTPUTS];
  for (int i = 0; i < step->rule->inputs; i++) {
    Shape shape = step->in_shape[i];
    in[i] = shape.rows * shape.cols == 1 ? d->value[step->in[i]] : collect(d, d->value, step->in[i], 1, shape.rows, shape.cols, false);
  }
  rule_apply(d->session, step->rule, in, out);
  for (int i = 0; i < step->rule->inputs; i++) value_release(in[i]);
  for (int i = 0; i < step->rule->outputs; i++) {
    spread(d->value, step->out[i], out[i], step->out_shape[i].rows * step->out_shape[i].cols);
    value_release(out[i]);
  }
}

static void product_operands(Derivation *d, const Step *step, const Run *run, Value *a, Value *b) {
  bool at = step->detail & 1, bt = step->detail & 2;
  *a = collect(d, d->value, run->a, 1, at ? run->k : run->m, at ? run->m : run->k, false);
  *b = collect(d, d->value, run->b, 1, bt ? run->n : run->k, bt ? run->k : run->n, false);
  Value turned;
  if (at) turned = value_transpose(d->session, *a), value_release(*a), *a = turned;
  if (bt) turned = value_transpose(d->session, *b), value_release(*b), *b = turned;
}

static void forward_run(Derivation *d, const Step *step) {
  Session *s = d->session;
  const Run *run = trace_run(d->trace, step);
  Value a = value_nothing(), b = value_nothing(), out = value_nothing();
  uint32_t count = 1;
  switch (step->op) {
    case STEP_VECTOR:
      count = run->n;
      a = collect(d, d->value, run->a, run->a_step, count, 1, run->a_step == 0);
      b = collect(d, d->value, run->b, run->b_step, count, 1, run->b_step == 0);
      out = value_elementwise(s, (Scalar)step->detail, a, b);
      break;
    case STEP_SUM:
      a = collect(d, d->value, step->a, 1, step->b, 1, false);
      out = value_sum(s, a);
      break;
    case STEP_NORM:
      a = collect(d, d->value, step->a, 1, step->b, 1, false);
      out = value_norm(s, a);
      break;
    case STEP_DOT:
      a = collect(d, d->value, run->a, 1, run->n, 1, false);
      b = collect(d, d->value, run->b, 1, run->n, 1, false);
      out = value_dot(s, a, b);
      break;
    case STEP_PRODUCT:
      count = run->m * run->n;
      product_operands(d, step, run, &a, &b);
      out = value_operate(s, OP_MULTIPLY, a, b);
      break;
    case STEP_GATHER:
      for (uint32_t i = 0; i < run->n; i++) d->value[step->out + i] = d->value[d->trace->pool[run->a + i]];
      return;
    case STEP_RULE: forward_rule(d, &d->trace->rule[step->a]); return;
    case STEP_GUARD:
      if (step->out >= GUARD_STEERS) trace_steer(s, d->value[step->a], (GuardOutcome)step->out);
      else value_compare(s, (Operator)step->detail, d->value[step->a], d->value[step->b]);
      return;
    default: break;
  }
  spread(d->value, step->out, out, count);
  value_release(a);
  value_release(b);
  value_release(out);
}

static void forward(Derivation *d, const Value *input) {
  Trace *t = d->trace;
  for (uint32_t i = 0; i < t->cell_count; i++) d->value[i] = value_number(t->cell[i]);
  for (uint32_t i = 0; i < t->parameter_count; i++) d->value[t->parameter[i].cell] = t->parameter[i].outer;
  for (uint32_t i = 0; i < t->input_count; i++) d->value[t->input + i] = input[i];
  for (uint32_t i = 0; i < t->step_count; i++) {
    const Step *step = &t->step[i];
    Scratch *mark = scratch_mark(d->session);
    if (step->op >= SCALAR_COUNT) forward_run(d, step);
    else d->value[step->out] = value_elementwise(d->session, (Scalar)step->op, d->value[step->a], d->value[step->b]);
    scratch_release(d->session, mark);
  }
}

/* ---- backwards ---- */

/* w times a slope; slopes of sums and products are finite, others may be infinite where w is 0. */
static Value weigh(Session *s, Scalar op, Value w, Value slope) {
  bool plain = op == SCALAR_ADD || op == SCALAR_SUBTRACT || op == SCALAR_MULTIPLY || op == SCALAR_NEGATE;
  if (is_number(slope, -1)) return value_elementwise(s, SCALAR_NEGATE, w, w);
  return value_elementwise(s, plain ? SCALAR_MULTIPLY : SCALAR_SCALE, w, slope);
}

/* Constants need no adjoint. */
static bool needs(const Trace *t, uint32_t cell) {
  return t->producer[cell] != 0 || (cell >= t->input && cell < t->input + t->input_count);
}

static bool run_needs(const Trace *t, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (needs(t, first + i)) return true;
  return false;
}

static void backward_scalar(Derivation *d, const Step *step) {
  Session *s = d->session;
  Value w = d->bar[step->out];
  if (w.kind == VALUE_NOTHING || is_number(w, 0)) return;
  Scalar op = (Scalar)step->op;
  Value x = d->value[step->a], y = d->value[step->b], z = d->value[step->out];
  bool one = scalar_row[op].arguments == 1 || op == SCALAR_NEGATE;
  if (needs(d->trace, step->a)) add_one(d, step->a, weigh(s, op, w, slope_of(s, op, 0, x, y, z)));
  if (!one && needs(d->trace, step->b)) add_one(d, step->b, weigh(s, op, w, slope_of(s, op, 1, x, y, z)));
}

static void backward_vector(Derivation *d, const Step *step, const Run *run) {
  Session *s = d->session;
  Scalar op = (Scalar)step->detail;
  bool one = scalar_row[op].arguments == 1 || op == SCALAR_NEGATE;
  Value w = collect(d, d->bar, step->out, 1, run->n, 1, true);
  Value x = collect(d, d->value, run->a, run->a_step, run->n, 1, run->a_step == 0);
  Value y = one ? value_nothing() : collect(d, d->value, run->b, run->b_step, run->n, 1, run->b_step == 0);
  Value z = collect(d, d->value, step->out, 1, run->n, 1, false);
  for (int which = 0; which < (one ? 1 : 2); which++) {
    uint32_t first = which ? run->b : run->a, stride = which ? run->b_step : run->a_step;
    if (!run_needs(d->trace, first, stride ? run->n : 1)) continue;
    Value slope = slope_of(s, op, which, x, y, z);
    Value part = weigh(s, op, w, slope);
    if (stride) {
      add_run(d, first, run->n, part);
    } else if (part.kind == VALUE_ARRAY) {
      add_one(d, first, value_sum(s, part));
    } else {
      add_one(d, first, value_elementwise(s, SCALAR_MULTIPLY, value_number(run->n), part));
    }
    value_release(slope);
    value_release(part);
  }
  value_release(w);
  value_release(x);
  value_release(y);
  value_release(z);
}

static void backward_product(Derivation *d, const Step *step, const Run *run) {
  Session *s = d->session;
  bool at = step->detail & 1, bt = step->detail & 2;
  Value a, b;
  product_operands(d, step, run, &a, &b);
  Value w = collect(d, d->bar, step->out, 1, run->m, run->n, false);
  Value b_turned = value_transpose(s, b), a_turned = value_transpose(s, a);
  if (run_needs(d->trace, run->a, run->m * run->k)) {
    Value part = value_operate(s, OP_MULTIPLY, w, b_turned);
    Value placed = at ? value_transpose(s, part) : value_keep(part);
    add_run(d, run->a, run->m * run->k, placed);
    value_release(part);
    value_release(placed);
  }
  if (run_needs(d->trace, run->b, run->k * run->n)) {
    Value part = value_operate(s, OP_MULTIPLY, a_turned, w);
    Value placed = bt ? value_transpose(s, part) : value_keep(part);
    add_run(d, run->b, run->k * run->n, placed);
    value_release(part);
    value_release(placed);
  }
  value_release(a);
  value_release(b);
  value_release(w);
  value_release(a_turned);
  value_release(b_turned);
}

static void backward_rule(Derivation *d, const RuleStep *step, uint32_t total) {
  if (is_untouched(d->bar, step->out[0], total)) return;
  const Rule *rule = step->rule;
  Value in[RULE_INPUTS], out[RULE_OUTPUTS], out_bar[RULE_OUTPUTS], in_bar[RULE_INPUTS];
  for (int i = 0; i < rule->inputs; i++) {
    Shape shape = step->in_shape[i];
    in[i] = shape.rows * shape.cols == 1 ? d->value[step->in[i]] : collect(d, d->value, step->in[i], 1, shape.rows, shape.cols, false);
  }
  for (int i = 0; i < rule->outputs; i++) {
    Shape shape = step->out_shape[i];
    bool one = shape.rows * shape.cols == 1;
    Value bar = one ? d->bar[step->out[i]] : collect(d, d->bar, step->out[i], 1, shape.rows, shape.cols, false);
    out_bar[i] = bar.kind == VALUE_NOTHING ? value_number(0) : bar;
    out[i] = one ? d->value[step->out[i]] : collect(d, d->value, step->out[i], 1, shape.rows, shape.cols, false);
  }
  rule_adjoint(d->session, rule, in, out, out_bar, in_bar);
  for (int i = 0; i < rule->inputs; i++) {
    add_run(d, step->in[i], step->in_shape[i].rows * step->in_shape[i].cols, in_bar[i]);
    value_release(in[i]);
    value_release(in_bar[i]);
  }
  for (int i = 0; i < rule->outputs; i++) {
    value_release(out[i]);
    value_release(out_bar[i]);
  }
}

static void backward_sum(Derivation *d, const Step *step, Value w) {
  if (is_untouched(d->bar, step->a, step->b)) spread(d->bar, step->a, w, step->b);
  else add_run(d, step->a, step->b, w);
}

/* x / |x|, and the subgradient 0 at 0. */
static void backward_norm(Derivation *d, const Step *step, Value w) {
  Session *s = d->session;
  Value x = collect(d, d->value, step->a, 1, step->b, 1, false);
  Value unit = value_elementwise(s, SCALAR_SHARE, x, d->value[step->out]);
  Value part = value_elementwise(s, SCALAR_SCALE, w, unit);
  add_run(d, step->a, step->b, part);
  value_release(x);
  value_release(unit);
  value_release(part);
}

static void backward_dot(Derivation *d, const Run *run, Value w) {
  Session *s = d->session;
  for (int which = 0; which < 2; which++) {
    uint32_t to = which ? run->b : run->a, from = which ? run->a : run->b;
    if (!run_needs(d->trace, to, run->n)) continue;
    Value x = collect(d, d->value, from, 1, run->n, 1, false);
    Value part = value_elementwise(s, SCALAR_MULTIPLY, w, x);
    add_run(d, to, run->n, part);
    value_release(x);
    value_release(part);
  }
}

static void backward_run(Derivation *d, const Step *step) {
  const Run *run = trace_run(d->trace, step);
  Value w = step->op == STEP_GUARD ? value_nothing() : d->bar[step->out];
  switch (step->op) {
    case STEP_VECTOR:
      if (!is_untouched(d->bar, step->out, run->n)) backward_vector(d, step, run);
      break;
    case STEP_PRODUCT:
      if (!is_untouched(d->bar, step->out, run->m * run->n)) backward_product(d, step, run);
      break;
    case STEP_GATHER:
      for (uint32_t i = 0; i < run->n; i++)
        if (d->bar[step->out + i].kind != VALUE_NOTHING) add_one(d, d->trace->pool[run->a + i], d->bar[step->out + i]);
      break;
    case STEP_RULE: backward_rule(d, &d->trace->rule[step->a], step->b); break;
    case STEP_SUM: if (w.kind != VALUE_NOTHING) backward_sum(d, step, w); break;
    case STEP_NORM: if (w.kind != VALUE_NOTHING) backward_norm(d, step, w); break;
    case STEP_DOT: if (w.kind != VALUE_NOTHING) backward_dot(d, run, w); break;
    default: break;
  }
}

static void backward(Derivation *d) {
  for (uint32_t i = d->trace->step_count; i-- > 0;) {
    const Step *step = &d->trace->step[i];
    Scratch *mark = scratch_mark(d->session);
    if (step->op >= SCALAR_COUNT) backward_run(d, step);
    else backward_scalar(d, step);
    scratch_release(d->session, mark);
  }
}

/* ---- both ---- */

static Derivation derivation(Session *s, Trace *t) {
  Derivation d = {.session = s, .trace = t};
  d.value = scratch(s, t->cell_count * sizeof(Value));
  d.bar = scratch(s, t->cell_count * sizeof(Value));
  memset(d.bar, 0, t->cell_count * sizeof(Value));
  return d;
}

void trace_evaluate(Session *s, Trace *t, const Value *input, const uint32_t *output, uint32_t count, Value *value) {
  Scratch *mark = scratch_mark(s);
  Derivation d = derivation(s, t);
  forward(&d, input);
  for (uint32_t i = 0; i < count; i++) value[i] = d.value[output[i]];
  scratch_release(s, mark);
}

void trace_derive(Session *s, Trace *t, const Value *input, const uint32_t *output, const Value *seed, uint32_t count, Value *bar) {
  Scratch *mark = scratch_mark(s);
  bool outer = s->deriving;
  Derivation d = derivation(s, t);
  if (s->level > 0 && !s->trace[s->level]->sloped) s->trace[s->level]->sloped = trace_kinks(t);
  forward(&d, input);
  s->deriving = true;
  for (uint32_t i = 0; i < count; i++) add_one(&d, output[i], seed[i]);
  backward(&d);
  s->deriving = outer;
  for (uint32_t i = 0; i < t->input_count; i++)
    bar[i] = d.bar[t->input + i].kind == VALUE_NOTHING ? value_number(0) : d.bar[t->input + i];
  scratch_release(s, mark);
}
