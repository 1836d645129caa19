/* trace.c - recording steps (replay.c runs them again).
 *
 * Recording shares equal scalar steps (value numbering by a hash of operation and operands).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/trace.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calculus/stablelog.h"
#include "machine/fail.h"
#include "machine/heap.h"
#include "machine/session.h"
#include "memory.h"

/* Past this a recording is refused: cells, steps and their companions then hold about 1.5 GB. */
enum { CELLS_LARGEST = 40000000 };

/* Below this many cells or steps the room left over is not worth giving back. */
enum { SHRINK_FROM = 4096 };

/* ---- opening and closing ---- */

Trace *trace_open(Session *session, const double *inputs, uint32_t count) {
  if (session->level + 1 >= TRACE_LEVELS) fail(session, "derivatives are nested more than %d deep", TRACE_LEVELS - 2);
  Trace *trace = object_new(session, VALUE_TRACE, sizeof(Trace));
  Object head = trace->head;
  *trace = (Trace){.head = head, .session = session, .orders = ORDERS_ALL, .long_at = UINT32_MAX};
  trace->level = (uint8_t)++session->level;
  session->trace[trace->level] = trace;
  trace->cell_capacity = count + 64;
  trace->cell = memory_new(trace->cell_capacity * sizeof(double));
  trace->producer = memory_new(trace->cell_capacity * sizeof(uint32_t));
  memset(trace->producer, 0, count * sizeof(uint32_t));
  memcpy(trace->cell, inputs, count * sizeof(double));
  trace->cell_count = trace->input_count = count;
  return trace;
}

/* Of what was needed to record, nothing but the recording stays. */
static void shrink(Trace *trace) {
  trace->cell_capacity = trace->cell_count ? trace->cell_count : 1;
  trace->cell = memory_resize(trace->cell, trace->cell_capacity * sizeof(double));
  trace->producer = memory_resize(trace->producer, trace->cell_capacity * sizeof(uint32_t));
  trace->step_capacity = trace->step_count ? trace->step_count : 1;
  trace->step = memory_resize(trace->step, trace->step_capacity * sizeof(Step));
  trace->origin = memory_resize((void *)trace->origin, trace->step_capacity * sizeof(Node *));
  free(trace->seen);
  free(trace->known);
  trace->seen = NULL;
  trace->known = NULL;
  trace->seen_size = trace->known_size = trace->known_count = 0;
}

void trace_close(Session *session, Trace *trace) {
  assert(session->level == trace->level && session->trace[trace->level] == trace);
  session->trace[session->level--] = NULL;
  if (trace->cell_capacity >= SHRINK_FROM || trace->step_capacity >= SHRINK_FROM) shrink(trace);
}

void trace_freeze(Session *session) {
  for (int level = 1; level <= session->level; level++) session->trace[level]->frozen = true;
}

const char trace_implicit_limit[] = "it goes through argmin, root, fsolve or roots";

void trace_limit(Trace *trace, int orders, const char *why) {
  if (trace->orders <= orders) return;
  trace->orders = orders;
  trace->limit = why;
}

void trace_limit_orders(Session *session, int orders, const char *why) {
  for (int level = 1; level <= session->level; level++) trace_limit(session->trace[level], orders, why);
}

void trace_destroy(Trace *trace) {
  free(trace->cell);
  free(trace->producer);
  free(trace->step);
  free(trace->origin);
  free(trace->run);
  free(trace->pool);
  free(trace->rule);
  free(trace->parameter);
  free(trace->held);
  free(trace->held_cell);
  free(trace->seen);
  free(trace->known);
}

/* ---- room ---- */

static uint32_t new_cells(Trace *trace, size_t count) {
  if (count > CELLS_LARGEST - trace->cell_count)
    fail(trace->session, "too many operations to differentiate: more than %d", CELLS_LARGEST);
  uint32_t first = trace->cell_count, needed = first + (uint32_t)count;
  if (needed > trace->cell_capacity) {
    while (trace->cell_capacity < needed) trace->cell_capacity *= 2;
    trace->cell = memory_resize(trace->cell, trace->cell_capacity * sizeof(double));
    trace->producer = memory_resize(trace->producer, trace->cell_capacity * sizeof(uint32_t));
  }
  memset(trace->producer + first, 0, count * sizeof(uint32_t));
  trace->cell_count = needed;
  return first;
}

static uint32_t new_run(Trace *trace, Run run) {
  memory_grow(trace->run, trace->run_count, trace->run_capacity);
  trace->run[trace->run_count] = run;
  return trace->run_count++;
}

/* Appends a step that writes [count] cells from step.out and computes them. */
static uint32_t add_step(Trace *trace, Step step, uint32_t count) {
  if (trace->step_count == trace->step_capacity) {
    trace->step_capacity = trace->step_capacity ? 2 * trace->step_capacity : 64;
    trace->step = memory_resize(trace->step, trace->step_capacity * sizeof(Step));
    trace->origin = memory_resize((void *)trace->origin, trace->step_capacity * sizeof(Node *));
  }
  trace->origin[trace->step_count] = session_origin(trace->session);
  trace->step[trace->step_count++] = step;
  trace->replayed = false;
  trace->logs = trace->logs || stablelog_applies((Scalar)(step.op == STEP_VECTOR ? step.detail : step.op), INFINITY);
  for (uint32_t i = 0; i < count; i++) trace->producer[step.out + i] = trace->step_count;
  const char *why = step_execute(trace, &step);
  if (why) fail(trace->session, "%s", why);
  return step.out;
}

/* ---- constants ---- */

static uint32_t hash_bits(uint64_t bits) {
  bits ^= bits >> 32;
  bits *= 0x9E3779B97F4A7C15u;
  return (uint32_t)(bits >> 32);
}

static uint64_t double_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static void known_insert(Trace *trace, uint32_t cell) {
  uint32_t mask = trace->known_size - 1, i = hash_bits(double_bits(trace->cell[cell])) & mask;
  while (trace->known[i]) i = (i + 1) & mask;
  trace->known[i] = cell + 1;
}

static void known_grow(Trace *trace) {
  uint32_t *old = trace->known, size = trace->known_size;
  trace->known_size = size ? 2 * size : 64;
  trace->known = memory_new_zeroed(trace->known_size, sizeof(uint32_t));
  for (uint32_t i = 0; i < size; i++)
    if (old[i]) known_insert(trace, old[i] - 1);
  free(old);
}

uint32_t trace_constant(Trace *trace, double x) {
  if (2 * trace->known_count >= trace->known_size) known_grow(trace);
  uint64_t bits = double_bits(x);
  uint32_t mask = trace->known_size - 1, i = hash_bits(bits) & mask;
  for (; trace->known[i]; i = (i + 1) & mask)
    if (double_bits(trace->cell[trace->known[i] - 1]) == bits) return trace->known[i] - 1;
  uint32_t cell = new_cells(trace, 1);
  trace->cell[cell] = x;
  trace->known[i] = cell + 1;
  trace->known_count++;
  return cell;
}

uint32_t trace_numbers(Trace *trace, const double *number, size_t count) {
  uint32_t cell = new_cells(trace, count);
  memcpy(trace->cell + cell, number, count * sizeof(double));
  return cell;
}

uint32_t trace_constants(Trace *trace, const Array *array) {
  for (uint32_t i = 0; i < trace->held_count; i++)
    if (trace->held[i] == array) return trace->held_cell[i];
  size_t count = array_count(array);
  uint32_t cell = trace_numbers(trace, array->data, count);
  if (trace->held_count == trace->held_capacity) {
    trace->held_capacity = trace->held_capacity ? 2 * trace->held_capacity : 8;
    trace->held = memory_resize((void *)trace->held, trace->held_capacity * sizeof(Array *));
    trace->held_cell = memory_resize(trace->held_cell, trace->held_capacity * sizeof(uint32_t));
  }
  /* Only large arrays are worth remembering: the search is linear. */
  if (count >= 16 && trace->held_count < 64) {
    Array *kept = (Array *)(uintptr_t)array;
    kept->head.references++;
    trace->held[trace->held_count] = kept;
    trace->held_cell[trace->held_count++] = cell;
  }
  return cell;
}

void trace_clear(Trace *trace) {
  trace->cell_count = trace->input + trace->input_count;
  trace->step_count = trace->run_count = trace->pool_count = trace->rule_count = 0;
  for (uint32_t i = 0; i < trace->held_count; i++) value_release(value_array(trace->held[i]));
  trace->held_count = trace->known_count = 0;
  if (trace->known) memset(trace->known, 0, trace->known_size * sizeof(uint32_t));
  if (trace->seen) memset(trace->seen, 0, trace->seen_size * sizeof *trace->seen);
}

/* ---- operands ---- */

static uint32_t parameter_cell(Trace *trace, Value outer) {
  for (uint32_t i = trace->parameter_count; i-- > 0;)
    if (trace->parameter[i].outer.slot == outer.slot && trace->parameter[i].outer.level == outer.level)
      return trace->parameter[i].cell;
  memory_grow(trace->parameter, trace->parameter_count, trace->parameter_capacity);
  uint32_t cell = new_cells(trace, 1);
  trace->cell[cell] = outer.number;
  trace->parameter[trace->parameter_count++] = (Parameter){cell, outer};
  return cell;
}

uint32_t trace_cell(Trace *trace, Value number) {
  if (number.kind != VALUE_ACTIVE) return trace_constant(trace, number.number);
  assert(number.level <= trace->level);
  return number.level == trace->level ? number.slot : parameter_cell(trace, number);
}

static bool is_run(const uint32_t *slot, size_t count) {
  for (size_t i = 1; i < count; i++)
    if (slot[i] != slot[0] + i) return false;
  return true;
}

uint32_t trace_gather(Trace *trace, const uint32_t *slot, uint32_t count) {
  while (trace->pool_count + count > trace->pool_capacity) {
    trace->pool_capacity = trace->pool_capacity ? 2 * trace->pool_capacity : 256;
    trace->pool = memory_resize(trace->pool, trace->pool_capacity * sizeof(uint32_t));
  }
  memcpy(trace->pool + trace->pool_count, slot, count * sizeof(uint32_t));
  uint32_t run = new_run(trace, (Run){.n = count, .a = trace->pool_count});
  trace->pool_count += count;
  return add_step(trace, (Step){.op = STEP_GATHER, .out = new_cells(trace, count), .a = run}, count);
}

uint32_t trace_cells(Trace *trace, const Array *array) {
  if (array->element != ELEMENT_ACTIVE) return trace_constants(trace, array);
  uint32_t count = (uint32_t)array_count(array);
  if (count == 0) return 0;
  if (array->level == trace->level) return is_run(array->slot, count) ? array->slot[0] : trace_gather(trace, array->slot, count);
  uint32_t *cell = scratch(trace->session, count * sizeof(uint32_t));
  for (uint32_t i = 0; i < count; i++)
    cell[i] = parameter_cell(trace, (Value){.kind = VALUE_ACTIVE, .level = array->level, .slot = array->slot[i], .number = array->data[i]});
  return is_run(cell, count) ? cell[0] : trace_gather(trace, cell, count);
}

/* ---- recording ---- */

static bool is_fixed(const Trace *t, uint32_t first, uint32_t count) {
  for (uint32_t i = first; i < first + count; i++)
    if (t->producer[i] != 0 || i - t->input < t->input_count) return false;
  return true;
}

/* Bits 0 and 1: operands that need no adjoint, found once for all sweeps. */
static uint32_t fixed_operands(const Trace *t, uint32_t a, uint32_t a_count, uint32_t b, uint32_t b_count) {
  return (is_fixed(t, a, a_count) ? 1u : 0u) | (is_fixed(t, b, b_count) ? 2u : 0u);
}

/* A table of this size stays in the cache; from then on old steps make room for new ones, and what is
 * computed again long after the first time is a step again. */
enum { SEEN_LARGEST = 1 << 16, SEEN_PROBES = 4 };

static uint32_t hash_step(uint32_t op, uint32_t a, uint32_t b) {
  return hash_bits(((uint64_t)a << 32 | b) * 31 + op);
}

static Seen *seen_free(Trace *trace, uint32_t hash) {
  uint32_t mask = trace->seen_size - 1, i = hash & mask;
  while (trace->seen[i].step) i = (i + 1) & mask;
  return &trace->seen[i];
}

static void seen_grow(Trace *trace) {
  Seen *old = trace->seen;
  uint32_t size = trace->seen_size;
  trace->seen_size = size ? 2 * size : 128;
  trace->seen = memory_new_zeroed(trace->seen_size, sizeof *trace->seen);
  for (uint32_t i = 0; i < size; i++)
    if (old[i].step) *seen_free(trace, old[i].hash) = old[i];
  free(old);
}

/* Where the step is, or where it is to be put. */
static Seen *seen_find(Trace *trace, uint32_t hash, Scalar op, uint32_t a, uint32_t b) {
  uint32_t mask = trace->seen_size - 1, first = hash & mask, i = first;
  for (int probes = 0; trace->seen[i].step; i = (i + 1) & mask) {
    const Step *step = &trace->step[trace->seen[i].step - 1];
    if (trace->seen[i].hash == hash && step->op == op && step->a == a && step->b == b) break;
    if (trace->seen_size == SEEN_LARGEST && ++probes == SEEN_PROBES) return memset(&trace->seen[first], 0, sizeof(Seen));
  }
  return &trace->seen[i];
}

uint32_t trace_scalar(Trace *trace, Scalar op, uint32_t a, uint32_t b, unsigned constant) {
  if (2 * trace->step_count >= trace->seen_size && trace->seen_size < SEEN_LARGEST) seen_grow(trace);
  uint32_t hash = hash_step(op, a, b);
  Seen *seen = seen_find(trace, hash, op, a, b);
  if (seen->step) return trace->step[seen->step - 1].out;
  *seen = (Seen){hash, trace->step_count + 1};
  return add_step(trace, (Step){.op = (uint16_t)op, .detail = (uint16_t)constant, .out = new_cells(trace, 1), .a = a, .b = b}, 1);
}

uint32_t trace_vector(Trace *trace, Scalar op, uint32_t n, uint32_t a, uint32_t a_step, uint32_t b, uint32_t b_step) {
  uint32_t run = new_run(trace, (Run){.n = n, .a = a, .b = b, .a_step = a_step, .b_step = b_step,
                                      .fixed = fixed_operands(trace, a, a_step ? n : 1, b, b_step ? n : 1)});
  return add_step(trace, (Step){.op = STEP_VECTOR, .detail = (uint16_t)op, .out = new_cells(trace, n), .a = run}, n);
}

uint32_t trace_sum(Trace *trace, uint32_t a, uint32_t n) {
  return add_step(trace, (Step){.op = STEP_SUM, .out = new_cells(trace, 1), .a = a, .b = n}, 1);
}

uint32_t trace_norm(Trace *trace, uint32_t a, uint32_t n) {
  return add_step(trace, (Step){.op = STEP_NORM, .out = new_cells(trace, 1), .a = a, .b = n}, 1);
}

uint32_t trace_dot(Trace *trace, uint32_t a, uint32_t b, uint32_t n) {
  uint32_t run = new_run(trace, (Run){.n = n, .a = a, .b = b, .a_step = 1, .b_step = 1, .fixed = fixed_operands(trace, a, n, b, n)});
  return add_step(trace, (Step){.op = STEP_DOT, .out = new_cells(trace, 1), .a = run}, 1);
}

uint32_t trace_product(Trace *trace, uint32_t a, bool a_transposed, uint32_t b, bool b_transposed, uint32_t m, uint32_t k, uint32_t n) {
  uint32_t run = new_run(trace, (Run){.n = n, .a = a, .b = b, .m = m, .k = k, .fixed = fixed_operands(trace, a, m * k, b, k * n)});
  uint16_t detail = (uint16_t)((a_transposed ? 1 : 0) | (b_transposed ? 2 : 0));
  return add_step(trace, (Step){.op = STEP_PRODUCT, .detail = detail, .out = new_cells(trace, (size_t)m * n), .a = run}, m * n);
}

void trace_rule(Trace *trace, const Rule *rule, const uint32_t in[], const Shape in_shape[], uint32_t out[], const Shape out_shape[]) {
  RuleStep step = {.rule = rule};
  uint32_t total = 0;
  for (int i = 0; i < rule->outputs; i++) total += out_shape[i].rows * out_shape[i].cols;
  uint32_t first = new_cells(trace, total), next = first;
  for (int i = 0; i < rule->inputs; i++) {
    step.in[i] = in[i];
    step.in_shape[i] = in_shape[i];
  }
  for (int i = 0; i < rule->outputs; i++) {
    step.out[i] = out[i] = next;
    step.out_shape[i] = out_shape[i];
    next += out_shape[i].rows * out_shape[i].cols;
  }
  memory_grow(trace->rule, trace->rule_count, trace->rule_capacity);
  trace->rule[trace->rule_count] = step;
  add_step(trace, (Step){.op = STEP_RULE, .out = first, .a = trace->rule_count++, .b = total}, total);
}

void trace_guard(Trace *trace, Operator op, uint32_t a, uint32_t b, bool outcome) {
  add_step(trace, (Step){.op = STEP_GUARD, .detail = (uint16_t)op, .out = outcome, .a = a, .b = b}, 0);
}

void trace_steer(Session *s, Value number, GuardOutcome outcome) {
  if (number.kind != VALUE_ACTIVE) return;
  Trace *trace = s->trace[number.level];
  uint32_t constant = trace_constant(trace, number.number);
  add_step(trace, (Step){.op = STEP_GUARD, .detail = OP_EQUAL, .out = outcome, .a = number.slot, .b = constant}, 0);
}

/* ---- what matters ---- */

void trace_clear_adjoints(const Trace *t, double *bar) {
  uint32_t from = 0;
  for (uint32_t i = 0; i < t->held_count; i++) { /* in the order of their cells */
    memset(bar + from, 0, (t->held_cell[i] - from) * sizeof(double));
    from = t->held_cell[i] + (uint32_t)array_count(t->held[i]);
  }
  memset(bar + from, 0, (t->cell_count - from) * sizeof(double));
}

static uint32_t results_of(const Trace *t, const Step *step) {
  switch (step->op) {
    case STEP_VECTOR: case STEP_GATHER: return t->run[step->a].n;
    case STEP_PRODUCT: return t->run[step->a].m * t->run[step->a].n;
    case STEP_RULE: return step->b;
    case STEP_GUARD: return 0;
    default: return 1;
  }
}

static void need(bool *needed, uint32_t first, uint32_t count) { memset(needed + first, true, count); }

static void need_operands(const Trace *t, const Step *step, bool *needed) {
  const Run *run = trace_run(t, step);
  switch (step->op) {
    case STEP_VECTOR:
      need(needed, run->a, run->a_step ? run->n : 1);
      need(needed, run->b, run->b_step ? run->n : 1);
      break;
    case STEP_SUM: case STEP_NORM: need(needed, step->a, step->b); break;
    case STEP_DOT:
      need(needed, run->a, run->n);
      need(needed, run->b, run->n);
      break;
    case STEP_PRODUCT:
      need(needed, run->a, run->m * run->k);
      need(needed, run->b, run->k * run->n);
      break;
    case STEP_GATHER:
      for (uint32_t i = 0; i < run->n; i++) needed[t->pool[run->a + i]] = true;
      break;
    case STEP_RULE:
      for (int i = 0; i < t->rule[step->a].rule->inputs; i++)
        need(needed, t->rule[step->a].in[i], t->rule[step->a].in_shape[i].rows * t->rule[step->a].in_shape[i].cols);
      break;
    case STEP_GUARD: break;
    default:
      needed[step->a] = true;
      needed[step->b] = true;
  }
}

static bool is_zero(const Trace *t, uint32_t cell) {
  return t->cell[cell] == 0 && t->producer[cell] == 0 && cell - t->input >= t->input_count;
}

/* Of the operands of a step, those whose slope is not 0 whatever the inputs are. */
static void need_sloped(const Trace *t, const Step *step, bool *needed) {
  const Run *run = trace_run(t, step);
  bool product = step->op == SCALAR_MULTIPLY || step->op == SCALAR_SCALE;
  if (step->op == SCALAR_RESTATE) needed[step->a] = true;
  else if (step->op == STEP_VECTOR && step->detail == SCALAR_RESTATE) need(needed, run->a, run->a_step ? run->n : 1);
  else if (!product || !(is_zero(t, step->a) || is_zero(t, step->b))) need_operands(t, step, needed);
}

static void find_live(const Trace *t, const uint32_t *output, uint32_t count, bool sloped, bool *live) {
  bool *needed = scratch(t->session, t->cell_count + 1);
  memset(needed, false, t->cell_count);
  for (uint32_t i = 0; i < count; i++)
    if (output[i] != UINT32_MAX) needed[output[i]] = true;
  for (uint32_t s = t->step_count; s-- > 0;) {
    const Step *step = &t->step[s];
    live[s] = step->op == STEP_GUARD;
    for (uint32_t i = 0; i < results_of(t, step) && !live[s]; i++) live[s] = needed[step->out + i];
    if (live[s] && sloped) need_sloped(t, step, needed);
    else if (live[s]) need_operands(t, step, needed);
  }
}

void trace_live(const Trace *t, const uint32_t *output, uint32_t count, bool *live) {
  find_live(t, output, count, false, live);
}

void trace_sloped(const Trace *t, const uint32_t *output, uint32_t count, bool *live) {
  find_live(t, output, count, true, live);
}
