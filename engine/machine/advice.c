/* advice.c - what to type instead, made of the trees of the running call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/advice.h"

#include <stdio.h>
#include <string.h>

#include "calculus/scalar.h"
#include "machine/session.h"

enum { ADVICE_LONGEST = 160 };

static void append_span(Text *out, const Source *source, Span span) {
  if (span.end > span.start) text_append(out, source->text + span.start, span.end - span.start);
}

static bool on_one_line(const Source *source, Span span) {
  return !memchr(source->text + span.start, '\n', span.end - span.start);
}

static void advise_text(Report *report, Text *text) {
  if (text->length && text->length < ADVICE_LONGEST) report_advise(report, "%s", text->bytes);
  text_free(text);
}

/* ---- arguments ---- */

void advise_argument(Session *s, Report *report, int index, const char *replacement) {
  const Node *call = session_origin(s);
  const Source *source = session_source(s);
  if (!call || !source || call->kind != NODE_CALL || (uint32_t)index + 1 >= call->count) return;
  if (s->depth && !s->origin && s->frame[s->depth - 1].code->prototype->is_library) return;
  Span part = call->child[index + 1]->span;
  if (!on_one_line(source, call->span)) return;
  Text text = {0};
  append_span(&text, source, (Span){call->span.start, part.start});
  text_string(&text, replacement);
  append_span(&text, source, (Span){part.end, call->span.end});
  advise_text(report, &text);
}

void advise_callee(Session *s, Report *report, const char *name) {
  const Node *call = session_origin(s);
  const Source *source = session_source(s);
  bool plain = call && source && (call->kind == NODE_CALL || call->kind == NODE_NABLA) &&
               on_one_line(source, call->span);
  if (!plain) return;
  if (call->kind == NODE_NABLA) {
    report_advise(report, "%s(%.*s, …)", name,
                  (int)(call->child[0]->span.end - call->child[0]->span.start),
                  source->text + call->child[0]->span.start);
    return;
  }
  Text text = {0};
  if (call->child[0]->kind == NODE_NABLA) { /* ∇f(p) */
    const Node *function = call->child[0]->child[0];
    text_format(&text, "%s(", name);
    append_span(&text, source, function->span);
    text_string(&text, ", ");
    append_span(&text, source, (Span){call->child[1]->span.start, call->span.end});
  } else {
    text_string(&text, name);
    append_span(&text, source, (Span){call->child[0]->span.end, call->span.end});
  }
  advise_text(report, &text);
}

void advise_named(Session *s, Report *report, const Symbol *given, const char *name) {
  const Node *call = session_origin(s);
  const Source *source = session_source(s);
  for (uint32_t i = 1; call && source && i < call->count; i++) {
    const Node *argument = call->child[i];
    if (!argument || argument->kind != NODE_NAMED || argument->symbol != given) continue;
    report->label_count = 0;
    report_label(report, argument->span, "%s", "");
    Span value = argument->child[0]->span;
    if (name && value.end - value.start < ADVICE_LONGEST)
      report_advise(report, "%s = %.*s", name, (int)(value.end - value.start),
                    source->text + value.start);
  }
}

void advise_spread(Session *s, Report *report, int index) {
  char text[ADVICE_LONGEST];
  size_t length = strlen(failure_text(s, index, text, sizeof text));
  if (length < 3 || text[0] != '(' || text[length - 1] != ')') return;
  text[length - 1] = 0;
  advise_argument(s, report, index, text + 1);
}

/* The first name in an expression that is not called. */
static const Symbol *first_variable(const Node *node) {
  if (!node) return NULL;
  if (node->kind == NODE_NAME)
    return node->symbol->meaning == SYMBOL_FUNCTION ? NULL : node->symbol;
  if (node->kind == NODE_LAMBDA) return NULL;
  for (uint32_t i = node->kind == NODE_CALL ? 1 : 0; i < node->count; i++) {
    const Symbol *found = first_variable(node->child[i]);
    if (found) return found;
  }
  return NULL;
}

void advise_function(Session *s, Report *report, int index) {
  const Node *call = session_origin(s);
  const Source *source = session_source(s);
  if (!call || !source || call->kind != NODE_CALL || (uint32_t)index + 1 >= call->count) return;
  const Node *argument = call->child[index + 1];
  const Symbol *variable = argument->kind == NODE_NAME ? NULL : first_variable(argument);
  if (!variable) return;
  Text text = {0};
  text_format(&text, "%s -> ", variable->name);
  append_span(&text, source, argument->span);
  advise_argument(s, report, index, text.bytes);
  text_free(&text);
}

/* ---- functions as operands ---- */

static bool is_function_of_one(Session *s, const Node *node) {
  if (node->kind != NODE_NAME) return false;
  Value v = session_lookup(s, node->symbol);
  if (v.kind != VALUE_FUNCTION) return false;
  const Function *f = (Function *)v.object;
  if (f->function_kind == FUNCTION_CLOSURE) return f->prototype->parameter_count == 1;
  Scalar row =
      f->function_kind == FUNCTION_PRIMITIVE ? scalar_find(f->primitive->name) : SCALAR_COUNT;
  return row != SCALAR_COUNT && scalar_row[row].arguments == 1;
}

/* A function of several numbers, for which (x) would not do. */
static bool is_other_function(const Node *node) {
  return node->kind == NODE_NAME && node->symbol->meaning == SYMBOL_FUNCTION;
}

/* sqrt -1: the minus is tight before what should be in brackets. */
static void advise_brackets(Session *s, Report *report, const Node *node) {
  const Source *source = session_source(s);
  const Node *function = node->child[0], *argument = node->child[1];
  if (node->kind != NODE_BINARY || node->op != OP_SUBTRACT || !is_function_of_one(s, function))
    return;
  if (argument->span.start == 0 || source->text[argument->span.start - 1] != '-') return;
  Text text = {0};
  append_span(&text, source, function->span);
  text_string(&text, "(-");
  append_span(&text, source, argument->span);
  text_string(&text, ")");
  advise_text(report, &text);
}

void advise_composition(Session *s, Report *report) {
  const Node *node = session_origin(s);
  const Source *source = session_source(s);
  bool infix = node && (node->kind == NODE_BINARY || node->kind == NODE_IMPLICIT) && source;
  if (!infix || !on_one_line(source, node->span)) return;
  /* log >= 0 as a constraint is computed as 0 - log, the other way round than it was typed */
  if (node->child[0]->span.end > node->child[1]->span.start) return;
  bool left = is_function_of_one(s, node->child[0]), right = is_function_of_one(s, node->child[1]);
  bool other_left = !left && is_other_function(node->child[0]),
       other_right = !right && is_other_function(node->child[1]);
  if ((!left && !right) || other_left || other_right) return;
  advise_brackets(s, report, node);
  Text text = {0};
  text_string(&text, "x -> ");
  append_span(&text, source, node->child[0]->span);
  if (left) text_string(&text, "(x)");
  append_span(&text, source, (Span){node->child[0]->span.end, node->child[1]->span.end});
  if (right) text_string(&text, "(x)");
  advise_text(report, &text);
}

/* ---- texts ---- */

/* A part of a sum of texts as it stands inside one text. */
static void append_part(Text *out, const Source *source, const Node *node) {
  if (node->kind == NODE_STRING)
    append_span(out, source, (Span){node->span.start + 1, node->span.end - 1});
  else {
    text_string(out, "{");
    append_span(out, source, node->span);
    text_string(out, "}");
  }
}

void advise_interpolation(Session *s, Report *report) {
  const Node *node = session_origin(s);
  const Source *source = session_source(s);
  if (!node || !source || node->kind != NODE_BINARY || node->op != OP_ADD ||
      !on_one_line(source, node->span))
    return;
  Text text = {0};
  text_string(&text, "\"");
  append_part(&text, source, node->child[0]);
  append_part(&text, source, node->child[1]);
  text_string(&text, "\"");
  advise_text(report, &text);
}

/* ---- variables without a shape ---- */

/* The largest position of [name] written as a number, in each place; 0 where none is. */
static void largest_positions(const Node *node, const Symbol *name, double largest[2], uint32_t *places) {
  bool own = node->kind == NODE_INDEX && node->child[0]->kind == NODE_NAME && node->child[0]->symbol == name;
  for (uint32_t i = 0; i < node->count; i++) {
    const Node *part = node->child[i];
    if (!part) continue;
    largest_positions(part, name, largest, places);
    if (!own || i == 0 || i > 2) continue;
    if (part->kind == NODE_NUMBER && part->number > largest[i - 1]) largest[i - 1] = part->number;
    if (i > *places) *places = i;
  }
}

/* The parameter that a function calls [name], by number; UINT32_MAX when it is none. */
static uint32_t parameter_named(const Prototype *p, const Symbol *name) {
  for (uint32_t i = 0; i < p->parameter_count; i++)
    if (p->parameter[i]->symbol == name) return i;
  return UINT32_MAX;
}

/* Is [name], in the frames from the innermost on, at last what stands behind over, with nothing said of it? */
static const Symbol *variable_without_shape(const Session *s, const Symbol *name) {
  for (uint32_t depth = s->depth; depth > 0; depth--) {
    const Prototype *p = s->frame[depth - 1].code->prototype;
    uint32_t i = parameter_named(p, name);
    if (i == UINT32_MAX) return NULL;
    if (p->parameter[i]->kind == NODE_VARIABLE) return p->parameter[i]->count && p->parameter[i]->child[0] ? NULL : name;
    const Node *call = depth > 1 ? frame_origin(s, depth - 2) : NULL;
    bool passed = call && call->kind == NODE_CALL && i + 1 < call->count && call->child[i + 1]->kind == NODE_NAME;
    if (!passed) return NULL;
    name = call->child[i + 1]->symbol;
  }
  return NULL;
}

void advise_shape(Session *s, Report *report) {
  const Node *node = session_origin(s);
  if (s->origin || !s->depth || !node || node->kind != NODE_INDEX || node->child[0]->kind != NODE_NAME) return;
  const Symbol *name = variable_without_shape(s, node->child[0]->symbol);
  if (!name) return;
  double largest[2] = {0, 0};
  uint32_t places = 1;
  char rows[24] = "n", cols[24] = "k";
  largest_positions(s->frame[s->depth - 1].code->prototype->body, node->child[0]->symbol, largest, &places);
  if (largest[0] >= 1) snprintf(rows, sizeof rows, "%.0f", largest[0]);
  if (largest[1] >= 1) snprintf(cols, sizeof cols, "%.0f", largest[1]);
  if (places > 1) report_advise(report, "over %s in R^(%s,%s)", name->name, rows, cols);
  else report_advise(report, "over %s in R^%s", name->name, rows);
}

/* ---- loops ---- */

_Noreturn void fail_walk(Session *s, Value value, int index) {
  char what[VALUE_DESCRIPTION], text[64];
  Report *r = failure(s, "cannot go over %s", value_describe(value, what));
  failure_argument(s, r, index, "%s", "");
  if (value.kind == VALUE_NUMBER && value.number >= 1)
    report_advise(r, "1:%s", failure_text(s, index, text, sizeof text));
  raise_failure(s, r);
}
