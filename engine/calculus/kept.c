/* kept.c - the memory of recordings: a few of them, the oldest making room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/kept.h"

#include <stdlib.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/session.h"
#include "primitives/method.h"
#include "values/complex.h"

enum {
  KEPT_MOST = 8,
  KEPT_CELLS = 1 << 20, /* larger recordings are not worth their memory */
  KEPT_READS = 64
};

/* The cells of the outputs, as in Recording, in memory of its own. */
typedef struct Outputs {
  uint32_t count;
  uint32_t *cell;
  Value *constant;
} Outputs;

typedef struct Kept {
  Value f;
  uint32_t *shape; /* of the arguments, in words */
  size_t shape_length;
  uint32_t epoch;
  uint32_t read_count;
  uint32_t read[KEPT_READS];
  Value value_read[KEPT_READS];
  Trace *trace;
  Outputs outputs;
  Value value; /* what f gave, for its shape */
  Trace *gradient;
  Outputs slopes;
  uint32_t busy; /* the evaluation in which somebody holds it, 0 for none */
  uint64_t used;
} Kept;

struct KeptRecordings {
  Kept entry[KEPT_MOST];
  uint64_t clock;
  /* while recording */
  uint32_t read[KEPT_READS];
  uint32_t reads; /* KEPT_READS + 1: more than can be kept */
};

static KeptRecordings *kept_of(Session *s) {
  if (!s->kept) s->kept = memory_new_zeroed(1, sizeof *s->kept);
  return s->kept;
}

/* ---- what is being read ---- */

void kept_read(Session *s, uint32_t symbol) {
  KeptRecordings *k = kept_of(s);
  for (uint32_t i = 0; i < k->reads && i < KEPT_READS; i++)
    if (k->read[i] == symbol) return;
  if (k->reads < KEPT_READS) k->read[k->reads] = symbol;
  if (k->reads <= KEPT_READS) k->reads++;
}

/* ---- shapes ---- */

typedef struct Words {
  uint32_t *word;
  size_t count, capacity;
} Words;

static void words_add(Words *w, uint32_t word) {
  memory_grow(w->word, w->count, w->capacity);
  w->word[w->count++] = word;
}

static void write_shape(Words *w, Value v) {
  words_add(w, v.kind);
  switch ((ValueKind)v.kind) {
    case VALUE_ARRAY:
      words_add(w, value_as_array(v)->rows);
      words_add(w, value_as_array(v)->cols);
      return;
    case VALUE_COMPLEX: write_shape(w, value_as_complex(v)->real); return;
    case VALUE_RANGE: words_add(w, (uint32_t)((Range *)v.object)->count); return;
    case VALUE_TUPLE:
      words_add(w, ((Tuple *)v.object)->count);
      for (uint32_t i = 0; i < ((Tuple *)v.object)->count; i++) write_shape(w, ((Tuple *)v.object)->item[i]);
      return;
    case VALUE_RECORD:
      words_add(w, ((Record *)v.object)->count);
      for (uint32_t i = 0; i < ((Record *)v.object)->count; i++) {
        words_add(w, ((Record *)v.object)->name[i]->id);
        write_shape(w, ((Record *)v.object)->field[i]);
      }
      return;
    default: return;
  }
}

static Words shape_of(const Value *argument, uint32_t count) {
  Words w = {0};
  for (uint32_t i = 0; i < count; i++) write_shape(&w, argument[i]);
  return w;
}

/* ---- sameness ---- */

static bool is_same(Value a, Value b) {
  if (a.kind != b.kind) return false;
  if (a.kind == VALUE_NOTHING) return true;
  return value_is_object(a) ? a.object == b.object : memcmp(&a.number, &b.number, sizeof a.number) == 0;
}

/* The same function, or one made of the same text with the same captures. */
static bool is_same_function(Value a, Value b) {
  if (is_same(a, b)) return true;
  if (a.kind != VALUE_FUNCTION || b.kind != VALUE_FUNCTION) return false;
  const Function *f = (const Function *)a.object, *g = (const Function *)b.object;
  bool closures = f->function_kind == FUNCTION_CLOSURE && g->function_kind == FUNCTION_CLOSURE;
  if (!closures || f->prototype != g->prototype || f->count != g->count) return false;
  for (uint32_t i = 0; i < f->count; i++)
    if (!is_same(f->bound[i], g->bound[i])) return false;
  return true;
}

static bool is_current(const Session *s, const Kept *e) {
  if (e->epoch != s->epoch) return false;
  for (uint32_t i = 0; i < e->read_count; i++)
    if (!is_same(s->binding[e->read[i]].value, e->value_read[i])) return false;
  return true;
}

/* ---- entries ---- */

static void outputs_free(Outputs *o) {
  free(o->cell);
  free(o->constant);
  *o = (Outputs){0};
}

static Outputs outputs_copy(const Recording *r) {
  Outputs o = {.count = r->outputs, .cell = memory_new(r->outputs * sizeof(uint32_t) + 1), .constant = memory_new(r->outputs * sizeof(Value) + 1)};
  if (!o.count) return o;
  memcpy(o.cell, r->output, o.count * sizeof(uint32_t));
  memcpy(o.constant, r->constant, o.count * sizeof(Value));
  return o;
}

static void entry_drop(Kept *e) {
  if (!e->trace) return;
  value_release(e->f);
  for (uint32_t i = 0; i < e->read_count; i++) value_release(e->value_read[i]);
  value_release(value_trace(e->trace));
  value_release(e->value);
  if (e->gradient) value_release(value_trace(e->gradient));
  outputs_free(&e->outputs);
  outputs_free(&e->slopes);
  free(e->shape);
  *e = (Kept){0};
}

void kept_release(Kept *e) { e->busy = 0; }

void kept_free(Session *s) {
  for (int i = 0; s->kept && i < KEPT_MOST; i++) entry_drop(&s->kept->entry[i]);
  free(s->kept);
  s->kept = NULL;
}

/* ---- using ---- */

/* A recording that borrows the entry's cells. */
static Recording borrow(Session *s, Trace *trace, const Outputs *o) {
  trace->head.references++;
  Recording r = {.trace = trace, .outputs = o->count, .value = value_nothing()};
  r.output = scratch(s, (o->count + 1) * sizeof(uint32_t));
  r.constant = scratch(s, (o->count + 1) * sizeof(Value));
  for (uint32_t i = 0; i < o->count; i++) {
    r.output[i] = o->cell[i];
    r.constant[i] = o->cell[i] == UINT32_MAX ? o->constant[i] : value_number(trace->cell[o->cell[i]]);
  }
  return r;
}

static double *numbers_of(Session *s, const Value *input, uint32_t inputs) {
  double *number = scratch(s, (inputs + 1) * sizeof(double));
  for (uint32_t i = 0; i < inputs; i++) number[i] = input[i].number;
  return number;
}

static Kept *find(Session *s, Value f, const Words *shape, const double *input) {
  KeptRecordings *k = kept_of(s);
  for (int i = 0; i < KEPT_MOST; i++) {
    Kept *e = &k->entry[i];
    const char *why;
    bool fits = e->trace && e->busy != s->run && is_same_function(e->f, f) && e->shape_length == shape->count &&
                memcmp(e->shape, shape->word, shape->count * sizeof(uint32_t)) == 0;
    if (!fits) continue;
    if (!is_current(s, e)) entry_drop(e);
    else if (trace_replay(e->trace, input, &why)) return e;
  }
  return NULL;
}

static Kept *oldest(Session *s) {
  KeptRecordings *k = kept_of(s);
  Kept *old = NULL;
  for (int i = 0; i < KEPT_MOST; i++)
    if (k->entry[i].busy != s->run && (!old || k->entry[i].used < old->used)) old = &k->entry[i];
  return old;
}

static bool is_worth_keeping(Session *s, const Recording *r, size_t notes) {
  return !r->trace->frozen && !r->trace->parameter_count && r->trace->cell_count <= KEPT_CELLS &&
         s->kept->reads <= KEPT_READS && s->notes.length == notes;
}

static Kept *keep(Session *s, Value f, Words *shape, Recording *r) {
  KeptRecordings *k = kept_of(s);
  Kept *e = oldest(s);
  if (!e) return NULL;
  entry_drop(e);
  *e = (Kept){.f = value_keep(f), .shape = shape->word, .shape_length = shape->count, .epoch = s->epoch,
              .read_count = k->reads, .trace = r->trace, .outputs = outputs_copy(r), .value = value_keep(r->value)};
  shape->word = NULL;
  for (uint32_t i = 0; i < k->reads; i++) {
    e->read[i] = k->read[i];
    e->value_read[i] = value_keep(s->binding[k->read[i]].value);
  }
  e->trace->head.references++;
  return e;
}

static void hold(Session *s, Kept *e, Recording *r) {
  e->busy = s->run;
  e->used = ++s->kept->clock;
  r->kept = e;
}

Recording kept_recording(Session *s, Value f, const Value *argument, uint32_t count, const Value *input, uint32_t inputs) {
  bool passive = s->level == 0 && !s->watch;
  for (uint32_t i = 0; i < inputs; i++) passive = passive && input[i].kind == VALUE_NUMBER;
  if (!passive) return recording_of_any_length(s, f, argument, count, input, inputs);
  Words shape = shape_of(argument, count);
  scratch_adopt(s, shape.word, free);
  Kept *e = find(s, f, &shape, numbers_of(s, input, inputs));
  if (e) {
    Recording r = borrow(s, e->trace, &e->outputs);
    const Value *next = r.constant;
    r.value = point_shape(s, e->value, &next);
    if (count == 1 && r.value.kind == VALUE_NUMBER) method_visited(s, f, argument[0], r.value.number);
    hold(s, e, &r);
    return r;
  }
  kept_of(s)->reads = 0;
  size_t notes = s->notes.length;
  uint32_t epoch = s->epoch;
  Recording r = recording_of_any_length(s, f, argument, count, input, inputs);
  if (epoch != s->epoch || !is_worth_keeping(s, &r, notes)) return r;
  Words own = shape_of(argument, count);
  e = keep(s, f, &own, &r);
  if (e) hold(s, e, &r);
  else free(own.word);
  return r;
}

Recording kept_gradient(Session *s, const Recording *scalar, const Value *input) {
  Kept *e = scalar->kept;
  bool plain = e && s->level == 0 && scalar->outputs == 1 && e->outputs.count == 1;
  if (!plain || recording_is_outside(scalar)) return recording_gradient(s, scalar, input);
  const char *why;
  if (e->gradient && trace_replay(e->gradient, numbers_of(s, input, scalar->trace->input_count), &why))
    return borrow(s, e->gradient, &e->slopes);
  Recording g = recording_gradient(s, scalar, input);
  if (g.trace->frozen || g.trace->parameter_count || g.trace->cell_count > KEPT_CELLS) return g;
  if (e->gradient) value_release(value_trace(e->gradient));
  outputs_free(&e->slopes);
  e->gradient = g.trace;
  e->gradient->head.references++;
  e->slopes = outputs_copy(&g);
  return g;
}
