/* series.c - Taylor series of recorded functions of one number.
 *
 * Each cell of the trace becomes a truncated power series, and each step a recurrence that gives the k-th
 * coefficient of its result from coefficients up to the k-th of its operands. For + - * / these are those
 * of series (Griewank and Walther, Evaluating Derivatives, 2008, 13.2). A function of elementary.def has
 * none of its own: y = f(x) solves y' = f'(x) x', so
 *
 *   k y_k = sum of j x_j d_(k-j) over j = 1 … k,   d = f'(x),
 *
 * and d is what the row's derivative column says, made of series in turn. They are at least one order
 * shorter, so even an endless family like polygamma ends; sin and cos need each other's last coefficient
 * only and close the circle. All series grow by one coefficient at a time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/derive.h"
#include "calculus/kink.h"
#include "machine/session.h"

static const uint32_t NO_ROW = UINT32_MAX;
/* Powers up to this whole exponent are products, which are exact where the base is 0 or near it. */
static const double POWER_AS_PRODUCT = 1 << 20;
/* Series may take this much memory. */
static const size_t SERIES_BYTES = (size_t)1 << 30;

/* One recurrence: a scalar operation, or STEP_SUM, STEP_DOT, STEP_NORM, STEP_GATHER (a copy of a). */
typedef struct Term {
  uint16_t op;
  uint8_t order;           /* coefficients up to here are wanted */
  uint32_t out, a, b;      /* rows of coefficients: the cells of the trace, then auxiliary ones */
  uint32_t a_step, b_step; /* of the runs of n rows at a and b */
  uint32_t n;
  uint32_t slope[2]; /* rows of df/da and df/db; that of b*log(a) for a^b */
} Term;

typedef struct Auxiliary {
  double start; /* its first coefficient */
  bool fixed;   /* it has no others */
} Auxiliary;

typedef struct Series {
  Session *session;
  const Trace *trace;
  int order;
  Term *term;
  uint32_t count, capacity;
  uint32_t rows; /* cells and auxiliary rows so far */
  Auxiliary *auxiliary; /* the rows behind the cells */
  uint32_t auxiliary_capacity;
  double *row; /* order + 1 coefficients each */
} Series;

/* ---- terms ---- */

static Term *add_term(Series *s, Term term) {
  if (s->count == s->capacity) {
    s->capacity = s->capacity ? 2 * s->capacity : 256;
    Term *larger = scratch(s->session, s->capacity * sizeof(Term));
    if (s->count) memcpy(larger, s->term, s->count * sizeof(Term));
    s->term = larger;
  }
  s->term[s->count] = term;
  return &s->term[s->count++];
}

static uint32_t new_row(Series *s, double start, bool fixed) {
  uint32_t index = s->rows - s->trace->cell_count;
  if (index == s->auxiliary_capacity) {
    s->auxiliary_capacity = s->auxiliary_capacity ? 2 * s->auxiliary_capacity : 256;
    Auxiliary *larger = scratch(s->session, s->auxiliary_capacity * sizeof(Auxiliary));
    if (index) memcpy(larger, s->auxiliary, index * sizeof(Auxiliary));
    s->auxiliary = larger;
  }
  s->auxiliary[index] = (Auxiliary){start, fixed};
  return s->rows++;
}

static double row_start(const Series *s, uint32_t row) {
  uint32_t cells = s->trace->cell_count;
  return row < cells ? s->trace->cell[row] : s->auxiliary[row - cells].start;
}

static bool is_fixed(const Series *s, uint32_t row) {
  const Trace *t = s->trace;
  if (row >= t->cell_count) return s->auxiliary[row - t->cell_count].fixed;
  return t->producer[row] == 0 && row - t->input >= t->input_count;
}

static bool takes_two(unsigned op) { return op < SCALAR_COUNT && scalar_row[op].arguments == 2 && op != SCALAR_NEGATE; }

/* The row of op(a, b), among the terms from [first] on if it is there. What is looked for later is never
 * longer: see add_slopes. */
static uint32_t apply(Series *s, uint32_t first, unsigned op, uint32_t a, uint32_t b, int order) {
  if (!takes_two(op)) b = a;
  for (uint32_t i = first; i < s->count; i++) {
    const Term *t = &s->term[i];
    if (t->op == op && t->a == a && t->b == b && t->order >= order) return t->out;
    if (op == SCALAR_NEGATE && t->op == SCALAR_NEGATE && t->out == a) return t->a;
  }
  bool fixed = is_fixed(s, a) && is_fixed(s, b);
  uint32_t out = new_row(s, scalar_row[op].value(row_start(s, a), row_start(s, b)), fixed);
  if (!fixed) add_term(s, (Term){.op = (uint16_t)op, .order = (uint8_t)order, .out = out, .a = a, .b = b, .slope = {NO_ROW, NO_ROW}});
  return out;
}

/* The row of a derivative column, its letters standing for the rows in [named]. */
static uint32_t read_slope(Series *s, uint32_t first, const Node *n, const uint32_t named[3], int order) {
  switch (n->kind) {
    case NODE_NUMBER: return new_row(s, n->number, true);
    case NODE_NAME: return named[n->symbol->key[0] - 'x'];
    case NODE_NEGATE: {
      uint32_t a = read_slope(s, first, n->child[0], named, order);
      return apply(s, first, SCALAR_NEGATE, a, a, order);
    }
    case NODE_BINARY: {
      static const uint8_t scalar[OPERATOR_COUNT] = {[OP_ADD] = SCALAR_ADD, [OP_SUBTRACT] = SCALAR_SUBTRACT,
                                                     [OP_MULTIPLY] = SCALAR_MULTIPLY, [OP_DIVIDE] = SCALAR_DIVIDE};
      uint32_t a = read_slope(s, first, n->child[0], named, order), b = read_slope(s, first, n->child[1], named, order);
      return apply(s, first, scalar[n->op], a, b, order);
    }
    case NODE_CALL: {
      unsigned op = slope_operation(n->child[0]->symbol->key);
      uint32_t a = read_slope(s, first, n->child[1], named, order);
      uint32_t b = n->count > 2 ? read_slope(s, first, n->child[2], named, order) : a;
      return apply(s, first, op, a, b, order);
    }
    default: fail(s->session, "a derivative rule uses a %s", node_kind_name[n->kind]);
  }
}

/* ---- slopes ---- */

/* Has the operation a recurrence of its own? */
static bool is_arithmetic(unsigned op) {
  switch (op) {
    case SCALAR_ADD: case SCALAR_SUBTRACT: case SCALAR_MULTIPLY: case SCALAR_DIVIDE: case SCALAR_NEGATE: case SCALAR_SCALE:
    case SCALAR_SHARE: case SCALAR_RESTATE: case SCALAR_max: case SCALAR_min: case SCALAR_RAISE: case SCALAR_LOWER: return true;
    default: return op >= SCALAR_COUNT;
  }
}

/* x^n by squaring, and 1/x^n. The term at [index] becomes a copy of the last product. */
static void power_as_product(Series *s, uint32_t index, double n) {
  Term power = s->term[index];
  uint32_t factor = power.a, product = NO_ROW;
  for (uint32_t left = (uint32_t)fabs(n); left; left >>= 1) {
    if (left & 1) product = product == NO_ROW ? factor : apply(s, index + 1, SCALAR_MULTIPLY, product, factor, power.order);
    if (left > 1) factor = apply(s, index + 1, SCALAR_MULTIPLY, factor, factor, power.order);
  }
  if (n < 0) product = apply(s, index + 1, SCALAR_DIVIDE, new_row(s, 1, true), product, power.order);
  s->term[index].op = STEP_SUM; /* of nothing: the copy stands behind what it copies */
  s->term[index].n = 0;
  add_term(s, (Term){.op = STEP_GATHER, .order = power.order, .out = power.out, .a = product});
}

static void add_power(Series *s, uint32_t index) {
  Term power = s->term[index];
  double n = row_start(s, power.b);
  if (is_fixed(s, power.b) && n == floor(n) && n != 0 && fabs(n) <= POWER_AS_PRODUCT) {
    power_as_product(s, index, n);
  } else if (!is_fixed(s, power.b)) {
    uint32_t log = apply(s, index + 1, SCALAR_log, power.a, power.a, power.order);
    uint32_t exponent = apply(s, index + 1, SCALAR_MULTIPLY, power.b, log, power.order);
    s->term[index].slope[0] = exponent;
    Term last = s->term[index]; /* behind its exponent */
    s->term[index].op = STEP_SUM;
    s->term[index].n = 0;
    add_term(s, last);
  }
}

/* The series of the slopes of the term at [index], and of theirs: each round of them is one order shorter
 * than the last, so a row that is found again is always long enough. */
static void add_slopes(Series *s, uint32_t index) {
  for (uint32_t i = index; i < s->count; i++) {
    Term t = s->term[i];
    if (is_arithmetic(t.op) || t.order == 0) continue;
    if (t.op == SCALAR_POWER || t.op == SCALAR_pow) {
      if (t.slope[0] == NO_ROW) add_power(s, i);
      continue;
    }
    bool one = !takes_two(t.op);
    const uint32_t named[3] = {t.a, one ? t.out : t.b, t.out};
    for (int which = 0; which < (one ? 1 : 2); which++) {
      if (is_fixed(s, which ? t.b : t.a)) continue;
      uint32_t slope = read_slope(s, index, slope_tree(s->session, scalar_row[t.op].slope[which]), named, t.order - 1);
      s->term[i].slope[which] = slope;
    }
  }
}

static void add_scalar(Series *s, unsigned op, uint32_t out, uint32_t a, uint32_t b) {
  uint32_t index = s->count;
  if (!takes_two(op)) b = a;
  add_term(s, (Term){.op = (uint16_t)op, .order = (uint8_t)s->order, .out = out, .a = a, .b = b, .slope = {NO_ROW, NO_ROW}});
  add_slopes(s, index);
}

/* ---- steps ---- */

static void add_run(Series *s, const Step *step) {
  const Run *run = trace_run(s->trace, step);
  Term t = {.op = step->op, .order = (uint8_t)s->order, .out = step->out, .a = step->a, .b = step->b, .a_step = 1, .b_step = 1};
  switch (step->op) {
    case STEP_VECTOR:
      for (uint32_t i = 0; i < run->n; i++)
        add_scalar(s, step->detail, step->out + i, run->a + i * run->a_step, run->b + i * run->b_step);
      return;
    case STEP_SUM:
    case STEP_NORM:
      t.n = step->b;
      t.b = step->a;
      add_term(s, t);
      return;
    case STEP_DOT:
      t.a = run->a, t.b = run->b, t.n = run->n;
      add_term(s, t);
      return;
    case STEP_PRODUCT: {
      bool at = step->detail & 1, bt = step->detail & 2;
      t.op = STEP_DOT, t.n = run->k;
      t.a_step = at ? run->m : 1, t.b_step = bt ? 1 : run->n;
      for (uint32_t i = 0; i < run->m; i++)
        for (uint32_t j = 0; j < run->n; j++) {
          t.out = step->out + i * run->n + j;
          t.a = run->a + (at ? i : i * run->k);
          t.b = run->b + (bt ? j * run->k : j);
          add_term(s, t);
        }
      return;
    }
    case STEP_GATHER:
      for (uint32_t i = 0; i < run->n; i++) {
        t.out = step->out + i;
        t.a = s->trace->pool[run->a + i];
        add_term(s, t);
      }
      return;
    default: return;
  }
}

/* ---- coefficients ---- */

static inline double *row_of(const Series *s, uint32_t row) { return s->row + (size_t)row * ((size_t)s->order + 1); }

/* The k-th coefficient of a product. */
static double convolve(const double *a, const double *b, int k) {
  double sum = 0;
  for (int j = 0; j <= k; j++) sum += a[j] * b[k - j];
  return sum;
}

static double divide(const double *a, const double *b, const double *y, int k) {
  double rest = a[k];
  for (int j = 1; j <= k; j++) rest -= b[j] * y[k - j];
  return rest / b[0];
}

/* k y_k for y' = d x' */
static double advance(const double *x, const double *d, int k) {
  double sum = 0;
  for (int j = 1; j <= k; j++) sum += j * x[j] * d[k - j];
  return sum;
}

/* y = x^n by x y' = n y x' (J. C. P. Miller). */
static double raise_series(const double *x, double n, const double *y, int k) {
  double sum = 0;
  for (int j = 1; j <= k; j++) sum += (n * j - (k - j)) * x[j] * y[k - j];
  return sum / (k * x[0]);
}

static double take_runs(const Series *s, const Term *t, int k) {
  double sum = 0;
  for (uint32_t i = 0; i < t->n; i++) {
    const double *a = row_of(s, t->a + i * t->a_step), *b = row_of(s, t->b + i * t->b_step);
    sum += t->op == STEP_SUM ? a[k] : convolve(a, b, k);
  }
  if (t->op != STEP_NORM) return sum;
  const double *y = row_of(s, t->out);
  for (int j = 1; j < k; j++) sum -= y[j] * y[k - j];
  return sum / (2 * y[0]);
}

static double larger(const Series *s, const Term *t, bool max_, int k) {
  const double *a = row_of(s, t->a), *b = row_of(s, t->b);
  if (a[0] == b[0]) return (a[k] + b[k]) / 2;
  return (a[0] > b[0]) == max_ ? a[k] : b[k];
}

static double coefficient(const Series *s, const Term *t, int k) {
  if (t->op == STEP_GATHER) return row_of(s, t->a)[k];
  if (t->op >= SCALAR_COUNT) return take_runs(s, t, k);
  const double *a = row_of(s, t->a), *b = row_of(s, t->b), *y = row_of(s, t->out);
  switch (t->op) {
    case SCALAR_ADD: return a[k] + b[k];
    case SCALAR_SUBTRACT: return a[k] - b[k];
    case SCALAR_NEGATE: return -a[k];
    case SCALAR_MULTIPLY: case SCALAR_SCALE: return convolve(a, b, k);
    case SCALAR_SHARE: return b[0] == 0 ? 0 : divide(a, b, y, k);
    case SCALAR_DIVIDE: return divide(a, b, y, k);
    case SCALAR_RESTATE: return a[k];
    case SCALAR_max: case SCALAR_RAISE: return larger(s, t, true, k);
    case SCALAR_min: case SCALAR_LOWER: return larger(s, t, false, k);
    case SCALAR_POWER: case SCALAR_pow:
      return t->slope[0] == NO_ROW ? raise_series(a, b[0], y, k) : advance(row_of(s, t->slope[0]), y, k) / k;
    default: {
      double sum = t->slope[0] == NO_ROW ? 0 : advance(a, row_of(s, t->slope[0]), k);
      if (t->slope[1] != NO_ROW) sum += advance(b, row_of(s, t->slope[1]), k);
      return sum / k;
    }
  }
}

/* ---- the whole ---- */

/* Why there is no series through this recording, or NULL. */
static const char *obstacle(const Recording *r, const bool *live, int order) {
  const Trace *t = r->trace;
  if (t->parameter_count) return "it depends on numbers that are being differentiated themselves";
  if (t->orders < order) return t->limit;
  if (recording_is_outside(r)) return "the function is not defined there";
  const size_t LENGTH = 80;
  char *text = scratch(t->session, LENGTH);
  for (uint32_t i = 0; i < t->step_count; i++)
    if (live[i] && t->step[i].op == STEP_RULE) return snprintf(text, LENGTH, "it goes through %s(…)", t->rule[t->step[i].a].rule->name), text;
  double *everywhere = scratch(t->session, (t->cell_count + 1) * sizeof(double));
  for (uint32_t i = 0; i < t->cell_count; i++) everywhere[i] = 1;
  const char *kink = trace_kink(t, everywhere, 0);
  if (kink) snprintf(text, LENGTH, "%s has a kink there", kink);
  return kink ? text : NULL;
}

static void fill(Series *s) {
  size_t length = (size_t)s->order + 1, bytes = (size_t)s->rows * length * sizeof(double);
  const Trace *t = s->trace;
  s->row = scratch(s->session, bytes);
  memset(s->row, 0, bytes);
  for (uint32_t i = 0; i < s->rows; i++) s->row[i * length] = row_start(s, i);
  if (s->order > 0) row_of(s, t->input)[1] = 1;
  for (int k = 1; k <= s->order; k++) {
    check_interrupt(s->session);
    for (uint32_t i = 0; i < s->count; i++) {
      const Term *term = &s->term[i];
      bool emptied = term->op == STEP_SUM && term->n == 0;
      if (term->order >= k && !emptied) row_of(s, term->out)[k] = coefficient(s, term, k);
    }
  }
}

bool recording_series(Session *session, const Recording *r, int order, double *coefficient_, const char **why) {
  const Trace *t = r->trace;
  bool *live = scratch(session, t->step_count + 1);
  trace_sloped(t, r->output, r->outputs, live);
  *why = obstacle(r, live, order);
  if (*why) return false;
  Series s = {.session = session, .trace = t, .order = order, .rows = t->cell_count};
  for (uint32_t i = 0; i < t->step_count; i++) {
    const Step *step = &t->step[i];
    if (!live[i]) continue;
    if (step->op < SCALAR_COUNT) add_scalar(&s, step->op, step->out, step->a, step->b);
    else add_run(&s, step);
    if ((size_t)s.rows * ((size_t)order + 1) * sizeof(double) > SERIES_BYTES) return *why = "it has too many steps", false;
  }
  fill(&s);
  bool finite = true;
  for (uint32_t i = 0; i < r->outputs; i++)
    for (int k = 0; k <= order; k++) {
      double *c = &coefficient_[i * ((size_t)order + 1) + (size_t)k];
      *c = r->output[i] != UINT32_MAX ? row_of(&s, r->output[i])[k] : k == 0 ? r->constant[i].number : 0;
      finite = finite && isfinite(*c);
    }
  if (!finite) *why = "not all derivatives are finite there";
  return finite;
}
