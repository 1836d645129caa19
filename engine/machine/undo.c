/* undo.c - marks before entries, and the way back to them.
 *
 * Two marks between which no variable changed are one: printing something is nothing to take back.
 * ans does not count as a change.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/undo.h"

#include <stdlib.h>
#include <string.h>

#include "machine/session.h"
#include "values/display.h"

static void snapshot_free(Snapshot *snapshot) {
  for (uint32_t i = 0; i < snapshot->count; i++) {
    value_release(snapshot->value[i]);
    free(snapshot->help[i]);
  }
  free(snapshot->entry);
  free(snapshot->id);
  free(snapshot->value);
  free((void *)snapshot->help);
  *snapshot = (Snapshot){0};
}

void history_free(History *history) {
  while (history->count) snapshot_free(&history->step[--history->count]);
}

static char *copy_help(const char *help) {
  return help ? memory_copy_text(help, strlen(help)) : NULL;
}

static Snapshot snapshot_now(const Session *s, const char *entry) {
  Snapshot now = {.entry = memory_copy_text(entry, strlen(entry))};
  for (uint32_t i = 0; i < s->binding_count; i++)
    now.count += s->binding[i].value.kind != VALUE_NOTHING;
  now.id = memory_new((now.count + 1) * sizeof *now.id);
  now.value = memory_new((now.count + 1) * sizeof *now.value);
  now.help = memory_new((now.count + 1) * sizeof *now.help);
  uint32_t at = 0;
  for (uint32_t i = 0; i < s->binding_count; i++) {
    const Binding *b = &s->binding[i];
    if (b->value.kind == VALUE_NOTHING) continue;
    now.id[at] = i;
    now.value[at] = value_keep(b->value);
    now.help[at++] = copy_help(b->help);
  }
  return now;
}

/* The value a name had, NOTHING when it had none. */
static Value value_then(const Snapshot *then, uint32_t id, uint32_t *at) {
  while (*at < then->count && then->id[*at] < id) ++*at;
  return *at < then->count && then->id[*at] == id ? then->value[*at] : value_nothing();
}

/* A value that two own never changes: the same object is the same value. */
static bool same_value(Value a, Value b) {
  if (a.kind != b.kind) return false;
  return value_is_object(a) ? a.object == b.object
                            : memcmp(&a.number, &b.number, sizeof a.number) == 0;
}

static bool is_answer(const Session *s, uint32_t id) {
  return strcmp(s->symbols.symbol[id]->name, "ans") == 0;
}

static bool is_unchanged(const Session *s, const Snapshot *then) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < s->binding_count && i < s->symbols.count; i++)
    if (!same_value(s->binding[i].value, value_then(then, i, &at)) && !is_answer(s, i))
      return false;
  return true;
}

static void drop_unchanged(const Session *s, History *history) {
  while (history->count && is_unchanged(s, &history->step[history->count - 1]))
    snapshot_free(&history->step[--history->count]);
}

void mml_mark(Mml *mml, const char *entry) {
  Session *s = (Session *)mml;
  History *history = &s->history;
  drop_unchanged(s, history);
  if (history->count == UNDO_STEPS) {
    snapshot_free(&history->step[0]);
    memmove(&history->step[0], &history->step[1], (UNDO_STEPS - 1) * sizeof history->step[0]);
    history->count--;
  }
  history->step[history->count++] = snapshot_now(s, entry);
}

static void tell(const Session *s, uint32_t id, void (*each)(void *, const char *, const char *),
                 void *context) {
  const Value v = s->binding[id].value;
  Text text = {0};
  if (is_answer(s, id)) return;
  if (v.kind != VALUE_NOTHING) display_inline(v, &(DisplayOptions){.columns = 60}, &text);
  else if (s->binding[id].builtin.kind != VALUE_NOTHING) text_string(&text, "the builtin");
  each(context, s->symbols.symbol[id]->name, text.bytes);
  text_free(&text);
}

static void restore(Session *s, const Snapshot *then,
                    void (*each)(void *, const char *, const char *), void *context) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < s->binding_count && i < s->symbols.count; i++) {
    Value old = value_then(then, i, &at);
    if (same_value(s->binding[i].value, old)) continue;
    session_forget(s, s->symbols.symbol[i]);
    if (old.kind != VALUE_NOTHING) {
      session_define(s, s->symbols.symbol[i], value_keep(old));
      s->binding[i].help = copy_help(then->help[at]);
    }
    tell(s, i, each, context);
  }
}

bool mml_undo(Mml *mml, void (*start)(void *context, const char *entry),
              void (*each)(void *context, const char *name, const char *text), void *context) {
  Session *s = (Session *)mml;
  drop_unchanged(s, &s->history);
  if (s->history.count == 0) return false;
  Snapshot *then = &s->history.step[s->history.count - 1];
  start(context, then->entry);
  restore(s, then, each, context);
  snapshot_free(then);
  s->history.count--;
  return true;
}
