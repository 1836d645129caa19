/* check.c - looks for the mistakes of a text without running it.
 *
 * Two searches: each function is compiled for arguments of any type, which finds what the compiler
 * refuses; and the statements are walked with what is known of names and shapes (check.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check/check.h"
#include "machine/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  REPORTS_LARGEST = 100,
  LOOKS_LARGEST = 400000 /* a third of a second; then calls are not followed and loops glanced at */
};

/* ---- reports ---- */

static bool same_place(const Report *a, const Report *b) {
  return a->source == b->source && a->label[0].span.start == b->label[0].span.start &&
         a->label[0].span.end == b->label[0].span.end;
}

static bool was_reported(const Check *c, const Report *r) {
  for (uint32_t i = 0; i < c->report_count; i++)
    if (same_place(&c->report[i], r)) return true;
  return false;
}

/* Errors inside the standard library are blamed on the call that led there. */
static void blame_caller(const Body *b, Report *r) {
  const Node *call = NULL;
  for (; b && b->prototype->is_library; b = b->caller) call = b->call;
  if (!call || !b) return;
  source_release(r->source);
  r->source = source_keep(b->prototype->tree->source);
  r->label[0] = (Label){.span = call->span};
  r->label_count = 1;
}

static void add_calls(const Body *b, Report *r) {
  for (; b && b->caller && r->call_count < REPORT_CALLS; b = b->caller) {
    if (b->prototype->is_library || b->caller->prototype->is_library || !b->call) continue;
    int k = r->call_count++;
    r->call[k].source = source_keep(b->caller->prototype->tree->source);
    r->call[k].span = b->call->span;
    snprintf(r->call[k].name, sizeof r->call[k].name, "%s",
             b->prototype->name ? b->prototype->name->name : "a function");
  }
}

static void keep_report(Check *c) {
  Report *r = &c->session->report;
  bool doubtful = c->depth > 0 && (c->doubt > 0 || c->body->left);
  bool wanted = !c->silent && !c->unreached && !doubtful && c->report_count < REPORTS_LARGEST &&
                r->source && r->label_count > 0;
  if (wanted && c->body) {
    blame_caller(c->body, r);
    add_calls(c->body, r);
  }
  if (!wanted || was_reported(c, r)) {
    report_clear(r);
    return;
  }
  memory_grow(c->report, c->report_count, c->report_capacity);
  c->report[c->report_count++] = *r;
  *r = (Report){0};
}

bool check_try(Check *c, const Node *node, CheckAction action, const void *context, Value *result) {
  Session *s = c->session;
  jmp_buf handler, *outer = s->handler;
  Scratch *mark = scratch_mark(s);
  s->handler = &handler;
  s->origin = node;
  s->origin_source = c->body ? c->body->prototype->tree->source : c->tree->source;
  volatile bool done = false;
  if (setjmp(handler) == 0) {
    *result = action(s, context);
    done = true;
  }
  s->handler = outer;
  s->origin = NULL;
  scratch_release(s, mark);
  if (done) return true;
  if (s->interrupted) longjmp(*outer, 1); /* the report says so */
  keep_report(c);
  return false;
}

/* ---- what the compiler refuses ---- */

typedef struct Compiling {
  Prototype *prototype;
  Tree *tree;
  const Node *statement;
} Compiling;

static Value resolve(Session *s, const void *context) {
  const Compiling *compiling = context;
  return (Value){.kind = VALUE_PROTOTYPE,
                 .object =
                     (Object *)prototype_new(s, compiling->tree, compiling->statement, false)};
}

static Value compile(Session *s, const void *context) {
  Prototype *p = ((const Compiling *)context)->prototype;
  uint32_t length = p->capture_count + p->parameter_count;
  Type *signature = scratch(s, (length + 1) * sizeof *signature);
  for (uint32_t i = 0; i <= length; i++) signature[i] = TYPE_ANY;
  code_for(s, p, signature);
  return value_nothing();
}

static void compile_all(Check *c, Prototype *p) {
  Value none;
  check_try(c, p->node ? p->node : p->body, compile, &(Compiling){.prototype = p}, &none);
  for (uint32_t i = 0; i < p->inner_count; i++) compile_all(c, p->inner[i]);
}

/* ---- the statements of a text ---- */

static const Symbol *target_root(const Node *target) {
  while (target->kind == NODE_INDEX || target->kind == NODE_FIELD) target = target->child[0];
  return target->symbol;
}

static void note_names(Check *c, const Prototype *unit) {
  Scope *names = c->session_names;
  for (uint32_t i = 0; i < unit->local_count; i++) {
    uint32_t before = names->count;
    scope_bind(c, names, unit->local[i], (Known){.kind = KNOWN_UNSET});
    Binding *b = session_binding(c->session, unit->local[i]);
    b->is_repeated = before == names->count;
    /* To the compiler, something: what the name means when is found by the walk. */
    b->assumed = TYPE_ANY;
    b->is_function = false;
  }
}

/* A statement that could not be resolved has been reported; what it assigns is not known. */
static void note_targets(Check *c, const Node *n) {
  if (n->kind != NODE_ASSIGN) return;
  for (uint32_t i = 0; i < n->child[0]->count; i++)
    scope_bind(c, c->session_names, target_root(n->child[0]->child[i]), known_not());
}

static Prototype *unit_of(Check *c, const Node *statement) {
  Value unit;
  if (!check_try(c, statement, resolve, &(Compiling){.tree = c->tree, .statement = statement},
                 &unit)) {
    note_targets(c, statement);
    return NULL;
  }
  note_names(c, (Prototype *)unit.object);
  return (Prototype *)unit.object;
}

/* What any call of a function may meet: of the session only functions defined once are certain. */
static void forget_variables(Check *c) {
  Scope *names = c->session_names;
  for (uint32_t i = 0; i < names->count; i++) {
    bool stays = names->value[i].kind == KNOWN_FUNCTION &&
                 !session_binding(c->session, names->name[i])->is_repeated;
    if (!stays) names->value[i] = known_not();
  }
}

static void walk_text(Check *c) {
  const Node *program = c->tree->program;
  Prototype **unit = arena_new(&c->arena, (program->count + 1) * sizeof *unit);
  scope_bind(c, c->session_names, symbol_intern(&c->session->symbols, "ans", 3),
             (Known){.kind = KNOWN_UNSET});
  for (uint32_t i = 0; i < program->count; i++)
    if (program->child[i]->kind != NODE_CLEAR) unit[i] = unit_of(c, program->child[i]);
  for (uint32_t i = 0; i < program->count; i++)
    if (unit[i]) compile_all(c, unit[i]);
  for (uint32_t i = 0; i < program->count; i++) {
    const Node *n = program->child[i];
    if (n->kind == NODE_CLEAR)
      scope_bind(c, c->session_names, n->symbol, (Known){.kind = KNOWN_UNSET});
    else if (unit[i]) check_statement(c, unit[i]);
  }
  forget_variables(c);
  check_alone(c);
}

/* ---- the session before and after ---- */

static int by_place(const void *a, const void *b) {
  uint32_t x = ((const Report *)a)->label[0].span.start,
           y = ((const Report *)b)->label[0].span.start;
  return x < y ? -1 : x > y;
}

static void emit_reports(Check *c) {
  const MmlHost *host = &c->session->host;
  if (c->report_count) qsort(c->report, c->report_count, sizeof *c->report, by_place);
  for (uint32_t i = 0; i < c->report_count; i++) {
    Text text = {0};
    report_render(&c->report[i], host->colour, &text);
    if (host->report) host->report(host->context, text.bytes, text.length);
    text_free(&text);
    report_clear(&c->report[i]);
  }
}

/* Nothing has been defined; names of the text are known to what is checked next. */
static void leave_session(Check *c) {
  Session *s = c->session;
  for (uint32_t i = 0; i < c->session_names->count; i++) {
    Binding *b = session_binding(s, c->session_names->name[i]);
    b->assumed = value_type(b->value);
    b->is_function = b->value.kind == VALUE_FUNCTION;
    b->is_checked = true;
  }
  s->epoch++;
  text_free(&s->notes);
  session_recover(s);
}

static MmlStatus check_tree(Session *s, Tree *tree) {
  Check c = {.session = s, .tree = tree, .budget = LOOKS_LARGEST};
  c.session_names = scope_new(&c, NULL);
  jmp_buf handler;
  session_begin(s, &handler);
  volatile MmlStatus status = MML_OK;
  if (setjmp(handler) == 0) {
    walk_text(&c);
  } else { /* interrupted, or out of memory */
    status = s->interrupted ? MML_INTERRUPTED : MML_ERROR;
    memory_grow(c.report, c.report_count, c.report_capacity);
    c.report[c.report_count++] = s->report;
    s->report = (Report){0};
  }
  s->handler = NULL;
  if (status == MML_OK && c.report_count) status = MML_ERROR;
  leave_session(&c);
  emit_reports(&c);
  free(c.report);
  free(c.pending);
  arena_free(&c.arena);
  return status;
}

MmlStatus mml_check(Mml *mml, const char *name, const char *text, size_t length) {
  Session *s = (Session *)mml;
  if (length >= UINT32_MAX) return MML_ERROR;
  Source *source = source_new(name, text, length);
  Tree *tree = NULL;
  Report report = {0};
  MmlStatus status = MML_ERROR;
  if (parse(source, &s->symbols, &tree, &report) == PARSE_OK) {
    library_load(s);
    status = check_tree(s, tree);
    tree_release(tree);
  } else {
    Text out = {0};
    report_render(&report, s->host.colour, &out);
    if (s->host.report) s->host.report(s->host.context, out.bytes, out.length);
    text_free(&out);
    report_clear(&report);
  }
  source_release(source);
  return status;
}
