/* residuals.c - the sum of squares in a recording.
 *
 * The output's cell is taken apart from the top: sums, differences and constant factors are
 * followed down to squares, what is squared there is a residual. No tree is consulted, so it does
 * not matter how the sum was written: norm(r)^2, r'r, mean(r.^2), a loop, terms one by one. Every
 * term must be a square with a factor that is not negative, or constant.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/residuals.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/derive.h"
#include "machine/session.h"

typedef struct Term {
  uint32_t cell;
  double factor;
} Term;

typedef struct Hunt {
  Trace *trace;
  Term *stack; /* terms still to be taken apart */
  size_t top, capacity, residual_capacity;
  size_t budget; /* terms to look at, so that a sum doubled again and again ends */
  Residuals found;
} Hunt;

/* What one number is: the operation of a scalar step, or an entry's of a vector step. */
typedef struct Entry {
  unsigned op;
  uint32_t a, b;
} Entry;

enum { ROOTS_DEEP = 16, SAME_DEEP = 16 };
static const uint32_t NO_CELL = UINT32_MAX;

/* ---- reading cells ---- */

static const Step *step_of(const Trace *t, uint32_t cell) {
  return t->producer[cell] ? &t->step[t->producer[cell] - 1] : NULL;
}

/* Past gathers, which only copy. */
static uint32_t resolve(const Trace *t, uint32_t cell) {
  const Step *step = step_of(t, cell);
  for (; step && step->op == STEP_GATHER; step = step_of(t, cell))
    cell = t->pool[t->run[step->a].a + (cell - step->out)];
  return cell;
}

static bool is_input(const Trace *t, uint32_t cell) { return cell - t->input < t->input_count; }
static bool is_fixed(const Trace *t, uint32_t cell) {
  return !t->producer[cell] && !is_input(t, cell);
}

static Entry entry_of(const Trace *t, uint32_t cell) {
  const Step *step = step_of(t, cell);
  Entry entry = {step->op, step->a, step->b};
  if (step->op == STEP_VECTOR) {
    const Run *run = &t->run[step->a];
    uint32_t i = cell - step->out;
    entry = (Entry){step->detail, run->a + i * run->a_step, run->b + i * run->b_step};
  }
  if (entry.op >= SCALAR_COUNT) return entry;
  entry.a = resolve(t, entry.a);
  entry.b = scalar_row[entry.op].arguments == 2 ? resolve(t, entry.b) : NO_CELL;
  return entry;
}

static bool is_power(unsigned op) { return op == SCALAR_POWER || op == SCALAR_pow; }

/* The exponent of an even power, else 0. */
static double even_exponent(const Trace *t, Entry entry) {
  if (!is_power(entry.op) || !is_fixed(t, entry.b)) return 0;
  double k = t->cell[entry.b];
  return k >= 2 && fmod(k, 2) == 0 ? k : 0;
}

/* The same cells, or copies of the same numbers: every use of a small matrix makes one. */
static bool is_same_block(const Trace *t, uint32_t a, uint32_t b, uint32_t count) {
  if (a == b) return true;
  for (uint32_t i = 0; i < count; i++)
    if (!is_fixed(t, a + i) || !is_fixed(t, b + i) || t->cell[a + i] != t->cell[b + i]) return false;
  return true;
}

/* Are the two cells the same expression, worked out twice? As r'r is when r is written out. */
static bool is_same(const Trace *t, uint32_t a, uint32_t b, int depth) {
  a = resolve(t, a);
  b = resolve(t, b);
  if (a == b) return true;
  if (is_fixed(t, a) && is_fixed(t, b)) return t->cell[a] == t->cell[b];
  if (depth > SAME_DEEP || !t->producer[a] || !t->producer[b]) return false;
  Entry x = entry_of(t, a), y = entry_of(t, b);
  if (x.op != y.op) return false;
  if (x.op < SCALAR_COUNT)
    return is_same(t, x.a, y.a, depth + 1) &&
           (scalar_row[x.op].arguments < 2 || is_same(t, x.b, y.b, depth + 1));
  const Step *s = step_of(t, a), *r = step_of(t, b);
  if (x.op != STEP_PRODUCT || s->detail != r->detail || a - s->out != b - r->out) return false;
  const Run *p = &t->run[s->a], *q = &t->run[r->a];
  return p->m == q->m && p->k == q->k && p->n == q->n &&
         is_same_block(t, p->a, q->a, p->m * p->k) && is_same_block(t, p->b, q->b, p->k * p->n);
}

/* ---- what was found ---- */

static void *enlarged(Session *s, const void *old, size_t count, size_t *capacity, size_t size) {
  *capacity = *capacity ? 2 * *capacity : 64;
  void *larger = scratch(s, *capacity * size);
  if (count) memcpy(larger, old, count * size);
  return larger;
}

static bool push(Hunt *h, uint32_t cell, double factor) {
  if (h->top == h->capacity)
    h->stack = enlarged(h->trace->session, h->stack, h->top, &h->capacity, sizeof *h->stack);
  h->stack[h->top++] = (Term){cell, factor};
  return true;
}

static bool refuse(Hunt *h, const char *why, const char *name) {
  snprintf(h->found.why, sizeof h->found.why, why, name);
  return false;
}

static bool add_residual(Hunt *h, uint32_t cell, double factor) {
  Residuals *found = &h->found;
  if (factor == 0) return true;
  if (!(factor > 0)) return refuse(h, "a square is subtracted%s", "");
  if (found->count == h->residual_capacity)
    found->residual = enlarged(h->trace->session, found->residual, found->count,
                               &h->residual_capacity, sizeof *found->residual);
  found->residual[found->count++] = (Residual){cell, sqrt(factor)};
  return true;
}

/* ---- squares ---- */

static bool take_square(Hunt *h, uint32_t cell, double factor) {
  const Trace *t = h->trace;
  if (is_fixed(t, cell)) {
    h->found.offset += factor * t->cell[cell] * t->cell[cell];
    return true;
  }
  if (is_input(t, cell)) return add_residual(h, cell, factor);
  const Step *step = step_of(t, cell);
  if (step->op == STEP_NORM) {
    for (uint32_t i = 0; i < step->b; i++)
      if (!take_square(h, resolve(t, step->a + i), factor)) return false;
    return true;
  }
  Entry entry = entry_of(t, cell);
  if (entry.op == SCALAR_sqrt) return push(h, entry.a, factor);
  if (entry.op == SCALAR_hypot)
    return take_square(h, entry.a, factor) && take_square(h, entry.b, factor);
  return add_residual(h, cell, factor);
}

static uint32_t append(Trace *t, Scalar op, uint32_t a, uint32_t b) {
  unsigned constant = (is_fixed(t, a) ? 1u : 0u) | (is_fixed(t, b) ? 2u : 0u);
  return trace_scalar(t, op, a, b, constant);
}

/* A cell with this one as its square, for what is a square by its form. */
static uint32_t root_of(Trace *t, uint32_t cell, int depth) {
  if (depth > ROOTS_DEEP || is_input(t, cell)) return NO_CELL;
  if (is_fixed(t, cell))
    return t->cell[cell] >= 0 ? trace_constant(t, sqrt(t->cell[cell])) : NO_CELL;
  Entry entry = entry_of(t, cell);
  double k = even_exponent(t, entry);
  if (k == 2) return entry.a;
  if (k > 2) return append(t, SCALAR_POWER, entry.a, trace_constant(t, k / 2));
  if (entry.op != SCALAR_MULTIPLY && entry.op != SCALAR_DIVIDE) return NO_CELL;
  if (entry.op == SCALAR_MULTIPLY && entry.a == entry.b) return entry.a;
  uint32_t a = root_of(t, entry.a, depth + 1);
  uint32_t b = a == NO_CELL ? NO_CELL : root_of(t, entry.b, depth + 1);
  return b == NO_CELL ? NO_CELL : append(t, (Scalar)entry.op, a, b);
}

static bool take_root(Hunt *h, uint32_t cell, double factor, const char *name) {
  uint32_t root = root_of(h->trace, cell, 0);
  if (root != NO_CELL) return add_residual(h, root, factor);
  return refuse(h, "%s is added without being squared", name);
}

/* ---- terms ---- */

static bool take_product(Hunt *h, uint32_t a, uint32_t b, double factor, uint32_t whole) {
  Trace *t = h->trace;
  a = resolve(t, a);
  b = resolve(t, b);
  if (a == b) return take_square(h, a, factor);
  if (is_fixed(t, a)) return push(h, b, factor * t->cell[a]);
  if (is_fixed(t, b)) return push(h, a, factor * t->cell[b]);
  if (is_same(t, a, b, 0)) return take_square(h, a, factor);
  if (whole != NO_CELL) return take_root(h, whole, factor, "a product");
  uint32_t root_a = root_of(t, a, 0), root_b = root_of(t, b, 0);
  if (root_a == NO_CELL || root_b == NO_CELL)
    return refuse(h, "a product%s is added without being squared", "");
  return add_residual(h, append(t, SCALAR_MULTIPLY, root_a, root_b), factor);
}

static bool take_quotient(Hunt *h, uint32_t cell, Entry entry, double factor) {
  const Trace *t = h->trace;
  if (is_fixed(t, entry.b)) return push(h, entry.a, factor / t->cell[entry.b]);
  return take_root(h, cell, factor, "a quotient");
}

static bool take_power(Hunt *h, uint32_t cell, Entry entry, double factor) {
  const Trace *t = h->trace;
  if (is_fixed(t, entry.b) && t->cell[entry.b] == 1) return push(h, entry.a, factor);
  if (even_exponent(t, entry) == 2) return take_square(h, entry.a, factor);
  return take_root(h, cell, factor, "a power");
}

/* An entry of C = op(A) op(B). */
static bool take_matrix_product(Hunt *h, uint32_t cell, const Step *step, double factor) {
  const Run *run = &h->trace->run[step->a];
  bool at = step->detail & 1, bt = step->detail & 2;
  uint32_t i = (cell - step->out) / run->n, j = (cell - step->out) % run->n;
  for (uint32_t l = 0; l < run->k; l++) {
    uint32_t a = run->a + (at ? l * run->m + i : i * run->k + l);
    uint32_t b = run->b + (bt ? j * run->k + l : l * run->n + j);
    if (!take_product(h, a, b, factor, NO_CELL)) return false;
  }
  return true;
}

static bool take_whole(Hunt *h, uint32_t cell, const Step *step, double factor) {
  const Trace *t = h->trace;
  switch (step->op) {
  case STEP_SUM:
    for (uint32_t i = 0; i < step->b; i++) push(h, step->a + i, factor);
    return true;
  case STEP_DOT: {
    const Run *run = &t->run[step->a];
    for (uint32_t i = 0; i < run->n; i++)
      if (!take_product(h, run->a + i, run->b + i, factor, NO_CELL)) return false;
    return true;
  }
  case STEP_PRODUCT: return take_matrix_product(h, cell, step, factor);
  case STEP_NORM: return refuse(h, "%s is added without being squared", "norm(…)");
  case STEP_RULE:
    return refuse(h, "%s(…) is added without being squared", t->rule[step->a].rule->name);
  default: return refuse(h, "a result%s is added without being squared", "");
  }
}

static bool take(Hunt *h, Term term) {
  const Trace *t = h->trace;
  uint32_t cell = resolve(t, term.cell);
  if (is_fixed(t, cell)) {
    h->found.offset += term.factor * t->cell[cell];
    return true;
  }
  if (is_input(t, cell)) return refuse(h, "a variable%s is added without being squared", "");
  Entry entry = entry_of(t, cell);
  double factor = term.factor;
  switch (entry.op) {
  case SCALAR_ADD: return push(h, entry.b, factor) && push(h, entry.a, factor);
  case SCALAR_SUBTRACT: return push(h, entry.b, -factor) && push(h, entry.a, factor);
  case SCALAR_NEGATE: return push(h, entry.a, -factor);
  case SCALAR_SCALE:
  case SCALAR_MULTIPLY: return take_product(h, entry.a, entry.b, factor, cell);
  case SCALAR_DIVIDE: return take_quotient(h, cell, entry, factor);
  case SCALAR_POWER:
  case SCALAR_pow: return take_power(h, cell, entry, factor);
  case SCALAR_RESTATE: return push(h, entry.b, factor); /* the form that was typed */
  default:
    if (entry.op >= SCALAR_COUNT) return take_whole(h, cell, step_of(t, cell), factor);
    return refuse(h, "%s(…) is added without being squared", scalar_row[entry.op].name);
  }
}

static bool take_all(Hunt *h) {
  while (h->top > 0) {
    if (h->budget-- == 0) return refuse(h, "the sum has too many terms%s", "");
    if (!take(h, h->stack[--h->top])) return false;
  }
  if (!isfinite(h->found.offset)) return refuse(h, "a term is not finite%s", "");
  return h->found.count > 0 || refuse(h, "it is constant%s", "");
}

Residuals residuals_find(Trace *trace, uint32_t output, double sign) {
  Hunt hunt = {.trace = trace, .budget = 4 * (size_t)trace->cell_count + 64};
  push(&hunt, output, sign);
  if (!take_all(&hunt)) hunt.found.count = 0;
  return hunt.found;
}

/* ---- values and slopes ---- */

void residuals_value(const Residuals *residuals, const Trace *trace, double *r) {
  for (size_t i = 0; i < residuals->count; i++)
    r[i] = residuals->residual[i].weight * trace->cell[residuals->residual[i].cell];
}

void residuals_weigh(const Residuals *residuals, size_t n, double *jacobian) {
  for (size_t i = 0; i < residuals->count; i++, jacobian += n)
    for (size_t k = 0; k < n && residuals->residual[i].weight != 1; k++) jacobian[k] *= residuals->residual[i].weight;
}
