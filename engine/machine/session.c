/* session.c - names and their meanings, and the statements of a text one after the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/session.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calculus/compact.h"
#include "calculus/formula.h"
#include "calculus/kept.h"
#include "calculus/matrixformula.h"
#include "machine/library.h"
#include "machine/random.h"
#include "machine/vm.h"
#include "machine/watch.h"
#include "syntax/layout.h"
#include "syntax/unparse.h"
#include "values/display.h"
#include "values/table_text.h"

volatile sig_atomic_t interrupt_flag;

void mml_interrupt(void) { interrupt_flag = 1; }

/* ---- names ---- */

Binding *session_binding(Session *s, const Symbol *symbol) {
  if (symbol->id >= s->binding_count) {
    uint32_t count = s->binding_count ? s->binding_count : 512;
    while (count <= symbol->id) count *= 2;
    s->binding = memory_resize(s->binding, count * sizeof(Binding));
    memset(s->binding + s->binding_count, 0, (count - s->binding_count) * sizeof(Binding));
    s->binding_count = count;
  }
  return &s->binding[symbol->id];
}

Value session_lookup(Session *s, const Symbol *symbol) {
  if (s->level) kept_read(s, symbol->id);
  Binding *b = session_binding(s, symbol);
  return b->value.kind != VALUE_NOTHING ? b->value : b->builtin;
}

/* The parser's advice tells a call from a product by it. */
static void announce_meaning(Session *s, const Symbol *symbol) {
  ValueKind kind = (ValueKind)session_lookup(s, symbol).kind;
  s->symbols.symbol[symbol->id]->meaning =
      kind == VALUE_NOTHING ? SYMBOL_UNKNOWN : kind == VALUE_FUNCTION ? SYMBOL_FUNCTION : SYMBOL_VALUE;
}

Type value_type(Value v) {
  return v.kind == VALUE_NOTHING ? TYPE_NONE : v.kind == VALUE_NUMBER ? TYPE_NUMBER : value_is_real_array(v) ? TYPE_ARRAY : TYPE_ANY;
}

void session_define(Session *s, const Symbol *symbol, Value value) {
  Binding *b = session_binding(s, symbol);
  Type type = value_type(value);
  bool is_function = value.kind == VALUE_FUNCTION;
  bool same_function = is_function && b->is_function && b->value.kind == VALUE_FUNCTION && b->value.object == value.object;
  bool fits = (b->assumed == type || (b->assumed == TYPE_ANY && type != TYPE_NONE)) && !b->is_function;
  Value old = b->value;
  bool same_kind = old.kind == value.kind;
  b->value = value;
  if (!same_kind) announce_meaning(s, symbol);
  if (!same_function && (is_function || !fits)) {
    b->assumed = type;
    b->is_function = is_function;
    s->epoch++;
  }
  value_release(old);
}

/* ---- a session's life ---- */

static void bind_builtin(Session *s, const char *name, Value owned) {
  const Symbol *symbol = symbol_intern(&s->symbols, name, strlen(name));
  session_binding(s, symbol)->builtin = owned;
  announce_meaning(s, symbol);
}

/* Interned before the rows' ASCII names, these are the spellings that print. */
static const char *const preferred_spellings[] = {"Σ", "Π"};

static void bind_rows(Session *s) {
  for (size_t i = 0; i < sizeof preferred_spellings / sizeof *preferred_spellings; i++)
    symbol_intern(&s->symbols, preferred_spellings[i], strlen(preferred_spellings[i]));
  for (size_t f = 0; f < primitive_family_count; f++)
    for (size_t i = 0; i < primitive_families[f].count; i++) {
      Function *function = function_new(s, FUNCTION_PRIMITIVE, 0);
      function->primitive = &primitive_families[f].row[i];
      bind_builtin(s, function->primitive->name, value_function(function));
    }
  bind_builtin(s, "pi", value_number(3.14159265358979323846));
  bind_builtin(s, "e", value_number(2.71828182845904523536));
  bind_builtin(s, "inf", value_number(INFINITY));
  bind_builtin(s, "nan", value_number(NAN));
}

Mml *mml_new(const MmlHost *host) {
  gsl_set_error_handler_off();
  Session *s = calloc(1, sizeof(Session));
  if (!s) return NULL;
  s->host = *host;
  s->objects.next = s->objects.previous = &s->objects;
  s->number = malloc(NUMBER_STACK * sizeof(double));
  s->value = calloc(VALUE_STACK, sizeof(Value));
  s->frame = malloc(FRAMES_LARGEST * sizeof(Frame));
  if (!s->number || !s->value || !s->frame) {
    mml_free((Mml *)s);
    return NULL;
  }
  random_seed(s, RANDOM_DEFAULT_SEED);
  s->long_recording = TRACE_LONG;
  s->symbols.provisional = true;
  bind_rows(s);
  library_announce(s);
  s->symbols.provisional = false;
  return (Mml *)s;
}

void mml_free(Mml *mml) {
  Session *s = (Session *)mml;
  if (!s) return;
  scratch_free(s);
  kept_free(s);
  history_free(&s->history);
  heap_free(s);
  for (uint32_t i = 0; i < s->binding_count; i++) free(s->binding[i].help);
  for (uint32_t i = 0; i < s->slope_count; i++) tree_release(s->slope[i].tree);
  report_clear(&s->report);
  free(s->binding);
  free(s->slope);
  free(s->lambda);
  free(s->work);
  free(s->number);
  free(s->value);
  free(s->frame);
  text_free(&s->notes);
  symbol_table_free(&s->symbols);
  free(s);
}

/* ---- after an error ---- */

/* Names the failed statement was about to define are as unknown as before. */
static void forget_announced(Session *s) {
  for (uint32_t i = 0; i < s->binding_count; i++) {
    Binding *b = &s->binding[i];
    if (b->value.kind != VALUE_NOTHING || b->assumed == TYPE_NONE) continue;
    b->assumed = TYPE_NONE;
    b->is_function = false;
    s->epoch++;
  }
}

/* What a failed loop has assigned so far stays, as it would had the loop been typed line by line. */
static void recover(Session *s) {
  for (uint32_t i = s->depth; i-- > 0;)
    if (s->frame[i].code->prototype->is_unit) frame_export(s, &s->frame[i], true);
  forget_announced(s);
  scratch_release(s, NULL);
  s->depth = s->native_depth = 0;
  s->level = 0;
  memset(s->trace, 0, sizeof s->trace);
  s->origin = NULL;
  s->deriving = false;
  s->quiet = 0;
  s->rescue = NULL;
  s->result = value_nothing();
}

/* The value registers in use reach at most this far above the deepest frame: they were cleared when
 * frames were left, so only those of frames that died by error need clearing. */
static void clear_registers(Session *s, uint32_t top) {
  for (uint32_t i = 0; i < top; i++) s->value[i] = value_nothing();
}

static void sweep(Session *s) {
  size_t groups = 0, total = 2 + 2 * (size_t)s->binding_count + s->lambda_count + UNDO_STEPS;
  Value **root = memory_new(total * sizeof *root);
  size_t *count = memory_new(total * sizeof *count);
  root[groups] = &s->answer;
  count[groups++] = 1;
  for (uint32_t i = 0; i < s->binding_count; i++) {
    root[groups] = &s->binding[i].value;
    count[groups++] = 2; /* value and builtin stand next to each other */
  }
  for (uint32_t i = 0; i < s->lambda_count; i++) {
    root[groups] = &s->lambda[i].function;
    count[groups++] = 1;
  }
  for (uint32_t i = 0; i < s->history.count; i++) {
    root[groups] = s->history.step[i].value;
    count[groups++] = s->history.step[i].count;
  }
  heap_sweep(s, root, count, groups);
  free((void *)root);
  free(count);
}

/* ---- output ---- */

static void emit_text(Session *s, Text *text) {
  if (text->length && s->host.print) s->host.print(s->host.context, text->bytes, text->length);
  text_free(text);
}

static void emit_notes(Session *s) {
  if (s->notes.length && s->host.report) s->host.report(s->host.context, s->notes.bytes, s->notes.length);
  text_free(&s->notes);
}

static void emit_report(Session *s, Report *report) {
  Text text = {0};
  snprintf(s->last_error, sizeof s->last_error, "%s", report->message);
  report_render(report, s->host.colour, &text);
  if (s->host.report) s->host.report(s->host.context, text.bytes, text.length);
  text_free(&text);
  report_clear(report);
}

static DisplayOptions display_options(const Session *s, size_t prefix) {
  int columns = s->host.columns ? s->host.columns : 80;
  return (DisplayOptions){.columns = columns > (int)prefix + 20 ? columns - (int)prefix : 20};
}

/* f', ∇f, … as a formula, or with a note why it has none. */
static bool echo_derivative(Session *s, Value v, Text *text) {
  if (v.kind != VALUE_FUNCTION) return false;
  const Function *f = (Function *)v.object;
  bool fits = matrixformula_fits(f);
  if (!fits && !(f->function_kind == FUNCTION_PARTIAL && f->order > 0)) return false;
  char why[160];
  if (fits ? matrixformula_of_partial(s, f, text, why) : formula_of_derivative(s, f, text, why)) return true;
  if (why[0]) note(s, "no formula is shown: %s", why);
  return false;
}

static void echo_value(Session *s, Value v) {
  Text text = {0};
  if (echo_derivative(s, v, &text)) {
    text_string(&text, "\n");
    emit_text(s, &text);
    return;
  }
  DisplayOptions options = display_options(s, 0);
  display_value(v, &options, &text);
  text_string(&text, "\n");
  emit_text(s, &text);
}

/* name = value: on one line when the value fits there, else under the name. */
static void echo_binding(Session *s, const Symbol *name) {
  Value v = session_lookup(s, name);
  Text text = {0}, one = {0};
  size_t prefix = text_columns(name->name, strlen(name->name)) + 3;
  DisplayOptions options = display_options(s, prefix);
  if (v.kind == VALUE_FUNCTION && ((Function *)v.object)->prototype && ((Function *)v.object)->prototype->name == name) {
    prototype_print(((Function *)v.object)->prototype, NULL, &text);
  } else {
    bool styled = v.kind == VALUE_RECORD && ((Record *)v.object)->style != RECORD_PLAIN;
    if (!styled) display_inline(v, &options, &one);
    bool fits = !styled && text_columns(one.bytes, one.length) <= (size_t)options.columns && !strstr(one.bytes, "…");
    bool matrix = v.kind == VALUE_ARRAY && value_as_array(v)->rows > 3 && value_as_array(v)->cols > 1;
    if (v.kind == VALUE_TABLE) {
      table_summary((Table *)v.object, (size_t)options.columns, &text);
    } else if (fits && !matrix) {
      text_format(&text, "%s = ", name->name);
      text_append(&text, one.bytes, one.length);
    } else if (v.kind == VALUE_RECORD) {
      options = display_options(s, 0);
      display_value(v, &options, &text);
    } else {
      text_format(&text, "%s = ", name->name);
      display_value(v, &options, &text);
    }
  }
  text_string(&text, "\n");
  text_free(&one);
  emit_text(s, &text);
}

/* ---- statements ---- */

static const Symbol *root_of(const Node *target) {
  while (target->kind == NODE_INDEX || target->kind == NODE_FIELD) target = target->child[0];
  return target->symbol;
}

static void echo_statement(Session *s, const Node *n, Value result, MmlEcho echo) {
  if (n->quiet || echo == MML_ECHO_NONE) return;
  if (result.kind != VALUE_NOTHING) {
    echo_value(s, result);
    return;
  }
  if (echo != MML_ECHO_ALL) return;
  if (n->kind == NODE_DEFINE) echo_binding(s, n->symbol);
  if (n->kind == NODE_UPDATE) echo_binding(s, root_of(n->child[0]));
  if (n->kind == NODE_ASSIGN)
    for (uint32_t i = 0; i < n->child[0]->count; i++) echo_binding(s, root_of(n->child[0]->child[i]));
}

void session_keep_help(Session *s, const Node *n) {
  if (n->kind != NODE_DEFINE) return;
  Binding *b = session_binding(s, n->symbol);
  free(b->help);
  b->help = n->length ? memory_copy_text(n->text, n->length) : NULL;
}

void session_forget(Session *s, const Symbol *name) {
  Binding *b = session_binding(s, name);
  value_release(b->value);
  free(b->help);
  b->value = value_nothing();
  b->assumed = TYPE_NONE;
  b->is_function = false;
  b->help = NULL;
  announce_meaning(s, name);
  s->epoch++;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What a statement shows: its value, or the one name it gives a value. */
static Value shown_value(Session *s, const Node *n, Value result, MmlEcho echo, const Node **expression) {
  *expression = n;
  if (n->quiet || echo == MML_ECHO_NONE || result.kind != VALUE_NOTHING) return n->quiet ? value_nothing() : result;
  bool one = n->kind == NODE_ASSIGN && n->child[0]->count == 1 && n->child[0]->child[0]->kind == NODE_NAME;
  if (!one || echo != MML_ECHO_ALL) return value_nothing();
  *expression = n->child[1];
  return session_lookup(s, n->child[0]->child[0]->symbol);
}

/* Looking again costs as much as the statement did. */
static const double EXPLAIN_SECONDS = 0.3;

/* A nan or an infinity is shown: says where it came from. */
static void explain_infinite(Session *s, Tree *tree, const Node *n, Value result, MmlEcho echo, double seconds) {
  const Node *expression;
  Value value = shown_value(s, n, result, echo, &expression);
  if (seconds > EXPLAIN_SECONDS || !watch_wanted(value)) return;
  s->answer = result; /* within reach of the sweep, should the second look fail */
  watch_explain(s, tree, expression, value);
  s->answer = value_nothing();
}

/* clear name */
static void forget(Session *s, Tree *tree, const Node *n) {
  const Binding *b = session_binding(s, n->symbol);
  s->origin = n;
  s->origin_source = tree->source;
  if (b->value.kind == VALUE_NOTHING && b->builtin.kind == VALUE_NOTHING)
    session_fail_unknown(s, n->symbol);
  s->origin = NULL;
  session_forget(s, n->symbol);
}

static void run_statement(Session *s, Tree *tree, const Node *n, MmlEcho echo) {
  if (n->kind == NODE_CLEAR) {
    forget(s, tree, n);
    return;
  }
  double start = seconds_now();
  memcpy(s->random_before, s->random, sizeof s->random);
  Prototype *unit = prototype_new(s, tree, n, false);
  Value held = {.kind = VALUE_PROTOTYPE, .object = &unit->head};
  Value result = machine_run_unit(s, unit);
  value_release(held);
  session_keep_help(s, n);
  echo_statement(s, n, result, echo);
  explain_infinite(s, tree, n, result, echo, seconds_now() - start);
  emit_notes(s);
  if (result.kind == VALUE_NOTHING) return;
  const Symbol *ans = symbol_intern(&s->symbols, "ans", 3);
  session_define(s, ans, result);
}

static uint32_t registers_in_use(const Session *s) {
  uint32_t top = 0;
  for (uint32_t i = 0; i < s->depth; i++) {
    uint32_t end = s->frame[i].value_base + s->frame[i].code->value_registers + CALL_ARGUMENTS;
    if (end > top) top = end;
  }
  return top < VALUE_STACK ? top : VALUE_STACK;
}

void session_recover(Session *s) {
  uint32_t top = registers_in_use(s);
  kept_free(s);
  recover(s);
  clear_registers(s, top);
  sweep(s);
}

void session_begin(Session *s, jmp_buf *handler) {
  s->handler = handler;
  s->interrupted = false;
  interrupt_flag = 0;
  s->run++;
}

static MmlStatus run_tree(Session *s, Tree *tree, MmlEcho echo) {
  jmp_buf handler;
  session_begin(s, &handler);
  volatile MmlStatus status = MML_OK;
  if (setjmp(handler) == 0) {
    library_load(s);
    for (uint32_t i = 0; i < tree->program->count; i++) run_statement(s, tree, tree->program->child[i], echo);
  } else {
    Report report = s->report;
    s->report = (Report){0};
    status = s->interrupted ? MML_INTERRUPTED : MML_ERROR;
    session_recover(s);
    emit_notes(s);
    emit_report(s, &report);
  }
  s->handler = NULL;
  return status;
}

static MmlStatus run_text(Session *s, const char *name, const char *text, size_t length, MmlEcho echo) {
  if (length >= UINT32_MAX) return MML_ERROR;
  Source *source = source_new(name, text, length);
  Tree *tree = NULL;
  Report report = {0};
  ParseStatus parsed = parse(source, &s->symbols, &tree, &report);
  MmlStatus status = MML_OK;
  if (parsed == PARSE_OK) {
    status = run_tree(s, tree, echo);
    tree_release(tree);
  } else if (parsed == PARSE_INCOMPLETE && name[0] == 0) {
    report_clear(&report);
    status = MML_INCOMPLETE;
  } else {
    emit_report(s, &report);
    status = MML_ERROR;
  }
  source_release(source);
  return status;
}

MmlStatus mml_eval(Mml *mml, const char *name, const char *text, size_t length, MmlEcho echo) {
  return run_text((Session *)mml, name, text, length, echo);
}

MmlStatus mml_ready(Mml *mml, const char *text, size_t length, char open[32]) {
  Session *s = (Session *)mml;
  if (open) open[0] = 0;
  if (length >= UINT32_MAX) return MML_ERROR;
  Source *source = source_new("", text, length);
  Tree *tree = NULL;
  Report report = {0};
  ParseStatus parsed = parse(source, &s->symbols, &tree, &report);
  const char *rest = strstr(report.message, " is not closed");
  if (parsed == PARSE_INCOMPLETE && open && rest)
    snprintf(open, 32, "%.*s", (int)(rest - report.message), report.message);
  if (tree) tree_release(tree);
  report_clear(&report);
  source_release(source);
  return parsed == PARSE_OK ? MML_OK : parsed == PARSE_INCOMPLETE ? MML_INCOMPLETE : MML_ERROR;
}

MmlStatus mml_format(Mml *mml, const char *name, const char *text, size_t length) {
  Session *s = (Session *)mml;
  if (length >= UINT32_MAX) return MML_ERROR;
  Source *source = source_new(name, text, length);
  Tree *tree = NULL;
  Report report = {0};
  if (parse(source, &s->symbols, &tree, &report) == PARSE_OK) {
    Text out = {0};
    layout_program(tree, &out);
    if (out.length) s->host.print(s->host.context, out.bytes, out.length);
    text_free(&out);
  } else {
    emit_report(s, &report);
  }
  source_release(source);
  if (!tree) return MML_ERROR;
  tree_release(tree);
  return MML_OK;
}

void mml_set_columns(Mml *mml, int columns) { ((Session *)mml)->host.columns = columns; }
void mml_seed(Mml *mml, uint64_t seed) { random_seed((Session *)mml, seed); }
size_t mml_object_count(Mml *mml) {
  kept_free((Session *)mml);
  library_load_all((Session *)mml);
  return heap_count((const Session *)mml);
}
