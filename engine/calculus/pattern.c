/* pattern.c - sets of inputs carried through a recording, rows coloured greedily, sweeps shared.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/pattern.h"

#include <string.h>

#include "calculus/derive.h"
#include "machine/session.h"

enum {
  ROWS_FEWEST = 8,     /* below, sweeps are cheaper than looking */
  WORDS_MOST = 4000000 /* of sets: 32 MB */
};

/* A set of inputs for every cell. */
typedef struct Sets {
  const Trace *trace;
  uint32_t words;
  uint64_t *set;
} Sets;

static uint64_t *set_of(const Sets *s, uint32_t cell) { return s->set + (size_t)cell * s->words; }

static void join(const Sets *s, uint64_t *to, uint32_t cell) {
  const uint64_t *from = set_of(s, cell);
  for (uint32_t i = 0; i < s->words; i++) to[i] |= from[i];
}

static void join_run(const Sets *s, uint64_t *to, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) join(s, to, first + i);
}

/* All of [count] cells depend on all that the first one does. */
static void spread(const Sets *s, uint32_t first, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) join(s, set_of(s, first + i), first);
}

static void carry_rule(const Sets *s, const Step *step) {
  const RuleStep *rule = &s->trace->rule[step->a];
  for (int i = 0; i < rule->rule->inputs; i++)
    join_run(s, set_of(s, step->out), rule->in[i], rule->in_shape[i].rows * rule->in_shape[i].cols);
  spread(s, step->out, step->b);
}

static void carry_vector(const Sets *s, const Step *step, const Run *run) {
  for (uint32_t i = 0; i < run->n; i++) {
    join(s, set_of(s, step->out + i), run->a + i * run->a_step);
    join(s, set_of(s, step->out + i), run->b + i * run->b_step);
  }
}

static void carry(const Sets *s, const Step *step) {
  const Trace *t = s->trace;
  const Run *run = trace_run(t, step);
  uint64_t *out = set_of(s, step->out);
  switch (step->op) {
  case STEP_VECTOR: carry_vector(s, step, run); break;
  case STEP_SUM: case STEP_NORM: join_run(s, out, step->a, step->b); break;
  case STEP_DOT:
    join_run(s, out, run->a, run->n);
    join_run(s, out, run->b, run->n);
    break;
  case STEP_PRODUCT:
    if (!(run->fixed & 1)) join_run(s, out, run->a, run->m * run->k);
    if (!(run->fixed & 2)) join_run(s, out, run->b, run->k * run->n);
    spread(s, step->out, run->m * run->n);
    break;
  case STEP_GATHER:
    for (uint32_t i = 0; i < run->n; i++) join(s, set_of(s, step->out + i), t->pool[run->a + i]);
    break;
  case STEP_RULE: carry_rule(s, step); break;
  case STEP_GUARD: break;
  default:
    join(s, out, step->a);
    join(s, out, step->b);
  }
}

static Sets sets_of(Session *session, const Trace *t, uint32_t words) {
  size_t size = (size_t)t->cell_count * words;
  Sets s = {t, words, scratch(session, (size + 1) * sizeof(uint64_t))};
  memset(s.set, 0, size * sizeof(uint64_t));
  for (uint32_t i = 0; i < t->input_count; i++) set_of(&s, t->input + i)[i / 64] |= (uint64_t)1 << i % 64;
  for (uint32_t i = 0; i < t->step_count; i++)
    if (t->step[i].op != STEP_GUARD) carry(&s, &t->step[i]);
  return s;
}

static bool meet(const uint64_t *a, const uint64_t *b, uint32_t words) {
  for (uint32_t i = 0; i < words; i++)
    if (a[i] & b[i]) return true;
  return false;
}

/* Each row takes the first colour whose rows it shares no input with. [used]: the inputs of each colour. */
static void colour_rows(Pattern *p, uint64_t *used) {
  memset(used, 0, (size_t)p->rows * p->words * sizeof(uint64_t));
  for (uint32_t r = 0; r < p->rows; r++) {
    const uint64_t *row = p->row + (size_t)r * p->words;
    uint32_t c = 0;
    while (c < p->colours && meet(row, used + (size_t)c * p->words, p->words)) c++;
    if (c == p->colours) p->colours++;
    for (uint32_t i = 0; i < p->words; i++) used[(size_t)c * p->words + i] |= row[i];
    p->colour[r] = c;
  }
}

Pattern pattern_of(Session *session, const Recording *r) {
  const Trace *t = r->trace;
  Pattern p = {.rows = r->outputs, .columns = t->input_count, .words = (t->input_count + 63) / 64};
  if (p.rows < ROWS_FEWEST || (size_t)t->cell_count * p.words > WORDS_MOST) return p;
  size_t size = (size_t)p.rows * p.words;
  p.row = scratch(session, size * sizeof(uint64_t));
  p.colour = scratch(session, p.rows * sizeof(uint32_t));
  memset(p.row, 0, size * sizeof(uint64_t));
  Scratch *mark = scratch_mark(session);
  Sets s = sets_of(session, t, p.words);
  for (uint32_t i = 0; i < p.rows; i++)
    if (r->output[i] != UINT32_MAX) join(&s, p.row + (size_t)i * p.words, r->output[i]);
  colour_rows(&p, scratch(session, size * sizeof(uint64_t)));
  scratch_release(session, mark);
  if (p.colours == p.rows) p.colours = 0;
  return p;
}

/* ---- sweeps ---- */

static void sweep_row(Session *s, const Recording *r, uint32_t i, double weight, double *bar, double *row) {
  Trace *t = r->trace;
  memset(row, 0, t->input_count * sizeof(double));
  if (r->output[i] == UINT32_MAX) return;
  trace_clear_adjoints(t, bar);
  bar[r->output[i]] = weight;
  trace_reverse(s, t, bar);
  memcpy(row, bar + t->input, t->input_count * sizeof(double));
}

/* The entries of row i that a sweep for all rows of its colour has left at the inputs. */
static void pick_row(const Pattern *p, uint32_t i, const double *slope, double *row) {
  const uint64_t *set = p->row + (size_t)i * p->words;
  memset(row, 0, p->columns * sizeof(double));
  for (uint32_t w = 0; w < p->words; w++)
    for (uint64_t bits = set[w]; bits; bits &= bits - 1) {
      uint32_t k = w * 64 + (uint32_t)__builtin_ctzll(bits);
      row[k] = slope[k];
    }
}

static void sweep_colour(Session *s, const Pattern *p, const Recording *r, uint32_t colour, double weight, double *bar,
                         double *jacobian) {
  Trace *t = r->trace;
  trace_clear_adjoints(t, bar);
  for (uint32_t i = 0; i < p->rows; i++)
    if (p->colour[i] == colour && r->output[i] != UINT32_MAX) bar[r->output[i]] = weight;
  trace_reverse(s, t, bar);
  for (uint32_t i = 0; i < p->rows; i++)
    if (p->colour[i] == colour) pick_row(p, i, bar + t->input, jacobian + (size_t)i * p->columns);
}

void pattern_jacobian(Session *s, const Pattern *p, const Recording *r, double weight, double *bar, double *jacobian) {
  for (uint32_t c = 0; c < p->colours; c++) sweep_colour(s, p, r, c, weight, bar, jacobian);
  for (uint32_t i = 0; p->colours == 0 && i < p->rows; i++)
    sweep_row(s, r, i, weight, bar, jacobian + (size_t)i * p->columns);
}
