/* pattern.c - sets of inputs carried through a recording; rows and columns coloured greedily.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/pattern.h"

#include <string.h>

#include "calculus/derive.h"
#include "machine/session.h"

enum {
  FEWEST = 8,          /* rows or columns; below, sweeps are cheaper than looking */
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

/* Each of [count] sets takes the first colour whose sets it shares nothing with. [used] has room for as many
 * sets: what the sets of each colour hold. */
static uint32_t colour_sets(const uint64_t *set, uint32_t count, uint32_t words, uint32_t *colour, uint64_t *used) {
  uint32_t colours = 0;
  memset(used, 0, (size_t)count * words * sizeof(uint64_t));
  for (uint32_t r = 0; r < count; r++) {
    const uint64_t *one = set + (size_t)r * words;
    uint32_t c = 0;
    while (c < colours && meet(one, used + (size_t)c * words, words)) c++;
    if (c == colours) colours++;
    for (uint32_t i = 0; i < words; i++) used[(size_t)c * words + i] |= one[i];
    colour[r] = c;
  }
  return colours;
}

/* The rows that may depend on each input. */
static uint64_t *columns_of(Session *session, const Pattern *p, uint32_t words) {
  uint64_t *column = scratch(session, ((size_t)p->columns * words + 1) * sizeof(uint64_t));
  memset(column, 0, (size_t)p->columns * words * sizeof(uint64_t));
  for (uint32_t i = 0; i < p->rows; i++)
    for (uint32_t k = 0; k < p->columns; k++)
      if (pattern_has(p, i, k)) column[(size_t)k * words + i / 64] |= (uint64_t)1 << i % 64;
  return column;
}

static void find_rows(Session *session, const Trace *t, const uint32_t *cell, Pattern *p) {
  memset(p->row, 0, (size_t)p->rows * p->words * sizeof(uint64_t));
  Sets s = sets_of(session, t, p->words);
  for (uint32_t i = 0; i < p->rows; i++)
    if (cell[i] != UINT32_MAX) join(&s, p->row + (size_t)i * p->words, cell[i]);
}

static void colour_rows(Session *session, Pattern *p) {
  uint64_t *used = scratch(session, (size_t)p->rows * p->words * sizeof(uint64_t));
  p->colours = colour_sets(p->row, p->rows, p->words, p->colour, used);
}

static void colour_columns(Session *session, Pattern *p) {
  uint32_t words = (p->rows + 63) / 64;
  uint64_t *column = columns_of(session, p, words);
  uint64_t *used = scratch(session, ((size_t)p->columns * words + 1) * sizeof(uint64_t));
  p->column_colours = colour_sets(column, p->columns, words, p->column_colour, used);
}

Pattern pattern_of(Session *session, const Trace *t, const uint32_t *cell, uint32_t rows) {
  Pattern p = {.rows = rows, .columns = t->input_count, .words = (t->input_count + 63) / 64};
  uint32_t fewest = p.rows < p.columns ? p.rows : p.columns;
  size_t size = (size_t)p.rows * p.words;
  bool large = (size_t)t->cell_count * p.words > WORDS_MOST || size > WORDS_MOST;
  if (fewest < FEWEST || large) return p;
  p.row = scratch(session, size * sizeof(uint64_t));
  p.colour = scratch(session, p.rows * sizeof(uint32_t));
  p.column_colour = scratch(session, p.columns * sizeof(uint32_t));
  Scratch *mark = scratch_mark(session);
  find_rows(session, t, cell, &p);
  colour_rows(session, &p);
  colour_columns(session, &p);
  scratch_release(session, mark);
  if (p.colours == p.rows) p.colours = 0;
  if (p.column_colours == p.columns) p.column_colours = 0;
  return p;
}
