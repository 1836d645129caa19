/* compact.c - giving up the steps of a recording for the derivatives of what they led to.
 *
 * All values of a level are in the machine's registers or in objects, which are on one list; both are
 * gone through twice: to find the cells that are alive and to give them their new numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/compact.h"

#include <assert.h>
#include <string.h>

#include "calculus/derive.h"
#include "calculus/jacobian.h"
#include "calculus/kink.h"
#include "calculus/spoiler.h"
#include "machine/heap.h"
#include "machine/session.h"

enum {
  LONG_LATER = 1 << 17, /* cells after the first time: what the sweeps read then stays in the cache */
  LANES = 4,
  /* Sweeps per compaction, and partial derivatives. More is refused in the end, as too long. */
  SWEEPS_MOST = 64,
  PARTIALS_MOST = 4000000
};

typedef struct Compaction {
  Trace *trace;
  uint32_t *place; /* per cell: 0 when dead, else 1 more than its index among the living, later its cell */
  uint32_t count;  /* of the living, inputs excepted */
  uint32_t *cell;  /* of each */
  double *value;
  double *partial; /* count × inputs */
} Compaction;

void trace_allow_compaction(Session *s, Trace *t, Value f) {
  if (f.kind != VALUE_FUNCTION || ((Function *)f.object)->function_kind != FUNCTION_CLOSURE) return;
  t->long_at = s->long_recording;
  t->frame = s->depth;
  t->f = (Function *)f.object;
}

/* ---- going through all values ---- */

typedef void (*CellVisit)(uint32_t *cell, void *context);

typedef struct Walk {
  uint8_t level;
  CellVisit visit;
  void *context;
} Walk;

static void walk_value(Value *value, void *context) {
  Walk *walk = context;
  if (value->kind == VALUE_ACTIVE && value->level == walk->level) walk->visit(&value->slot, walk->context);
}

static void walk_array(Array *array, Walk *walk) {
  if (array->element != ELEMENT_ACTIVE || array->level != walk->level) return;
  size_t count = array_count(array);
  for (size_t i = 0; i < count; i++) walk->visit(&array->slot[i], walk->context);
}

static void walk_all(Session *s, CellVisit visit, Compaction *c) {
  Walk walk = {c->trace->level, visit, c};
  const Frame *top = &s->frame[s->depth - 1];
  uint32_t registers = top->value_base + top->code->value_registers;
  for (uint32_t i = 0; i < registers; i++) walk_value(&s->value[i], &walk);
  for (Object *o = s->objects.next; o != &s->objects; o = o->next) {
    if (o->kind == VALUE_ARRAY) walk_array((Array *)o, &walk);
    else object_children(o, walk_value, &walk);
  }
}

static bool is_input(const Trace *t, uint32_t cell) { return cell - t->input < t->input_count; }

static void find(uint32_t *cell, void *context) {
  Compaction *c = context;
  if (is_input(c->trace, *cell) || c->place[*cell]) return;
  c->place[*cell] = 1;
  c->count++;
}

static void renumber(uint32_t *cell, void *context) {
  Compaction *c = context;
  if (!is_input(c->trace, *cell)) *cell = c->place[*cell];
}

/* In ascending order, so that what stood in a row stays in a row. */
static void list_living(Session *s, Compaction *c) {
  const Trace *t = c->trace;
  c->cell = scratch(s, (c->count + 1) * sizeof(uint32_t));
  c->value = scratch(s, (c->count + 1) * sizeof(double));
  uint32_t next = 0;
  for (uint32_t i = 0; i < t->cell_count; i++)
    if (c->place[i]) {
      c->value[next] = t->cell[i];
      c->cell[next++] = i;
    }
  assert(next == c->count);
}

/* ---- the derivatives so far ---- */

static void reverse_partials(Session *s, Compaction *c) {
  Trace *t = c->trace;
  uint32_t n = t->input_count;
  double *bar = scratch(s, (t->cell_count + 1) * sizeof(double));
  for (uint32_t k = 0; k < c->count; k++) {
    check_interrupt(s);
    memset(bar, 0, t->cell_count * sizeof(double));
    bar[c->cell[k]] = 1;
    trace_reverse(s, t, bar);
    memcpy(c->partial + (size_t)k * n, bar + t->input, n * sizeof(double));
  }
}

static bool forward_partials(Session *s, const Compaction *c) {
  const Trace *t = c->trace;
  Jacobian j = {.trace = c->trace, .cell = c->cell, .rows = c->count, .watched = true};
  j.pattern = (Pattern){.rows = c->count, .columns = t->input_count};
  double *dot = scratch(s, jacobian_work(t, LANES) * sizeof(double));
  memset(dot, 0, t->cell_count * LANES * sizeof(double));
  return jacobian_forward(s, &j, LANES, 1, dot, c->partial);
}

static bool find_partials(Session *s, Compaction *c) {
  uint32_t n = c->trace->input_count, forward = (n + LANES - 1) / LANES;
  if ((size_t)c->count * n > PARTIALS_MOST) return false;
  c->partial = scratch(s, ((size_t)c->count * n + 1) * sizeof(double));
  if (forward < c->count && forward <= SWEEPS_MOST && forward_partials(s, c)) return true;
  if (c->count > SWEEPS_MOST) return false;
  reverse_partials(s, c);
  return true;
}

/* ---- the steps that stay ---- */

/* What notes will have to say of the steps that go. A kink counts when something alive came from it. */
static void remember(Session *s, const Compaction *c) {
  Trace *t = c->trace;
  t->gone.tie = trace_tie(t);
  spoiler_nan(t, t->gone.nan);
  if (t->gone.kink) return;
  bool *live = scratch(s, t->step_count + 1);
  trace_live(t, c->cell, c->count, live);
  double *matters = scratch(s, (t->cell_count + 1) * sizeof(double));
  for (uint32_t i = 0; i < t->cell_count; i++) matters[i] = t->producer[i] && live[t->producer[i] - 1];
  t->gone.kink = trace_kink(t, matters, 0);
}

/* The values stay as they are, whatever the dot products round to. */
static void replace_steps(Compaction *c) {
  Trace *t = c->trace;
  uint32_t n = t->input_count;
  trace_clear(t);
  uint32_t partial = trace_numbers(t, c->partial, (size_t)c->count * n);
  for (uint32_t k = 0; k < c->count; k++) {
    uint32_t cell = trace_dot(t, t->input, partial + k * n, n);
    t->cell[cell] = c->value[k];
    c->place[c->cell[k]] = cell;
  }
}

/* Is every value of this level where walk_all finds it? C code between two frames of the machine could
 * hold one, and what a recording below depends on has no cell among the inputs. */
static bool is_in_reach(const Session *s, const Trace *t) {
  if (t->parameter_count || s->frame[t->frame].function != t->f) return false;
  for (uint32_t i = t->frame + 1; i < s->depth; i++)
    if (s->frame[i].boundary) return false;
  return true;
}

static void wait(const Session *s, Trace *t) {
  t->long_at = t->cell_count + (s->long_recording < LONG_LATER ? s->long_recording : LONG_LATER);
}

void trace_compact(Session *s) {
  Trace *t = s->trace[s->level];
  wait(s, t);
  if (!is_in_reach(s, t)) return;
  Scratch *mark = scratch_mark(s);
  Compaction c = {.trace = t, .place = scratch(s, (t->cell_count + 1) * sizeof(uint32_t))};
  memset(c.place, 0, t->cell_count * sizeof(uint32_t));
  walk_all(s, find, &c);
  list_living(s, &c);
  if (find_partials(s, &c)) {
    remember(s, &c);
    replace_steps(&c);
    walk_all(s, renumber, &c);
    t->frozen = true;
    trace_limit(t, 1, "the recording is too long to be kept: only first derivatives are");
    wait(s, t);
  } else {
    t->long_at = UINT32_MAX;
  }
  scratch_release(s, mark);
}
