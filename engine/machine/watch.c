/* watch.c - finding the operation that made a nan or an infinity.
 *
 * An operation is suspected when it is about to run and none of its operands is nan (for a nan) or not
 * finite (for an infinity); its result is looked at when the next instruction of its frame comes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/watch.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/session.h"
#include "machine/vm.h"
#include "values/complex.h"
#include "values/display.h"

enum { WATCH_INF = 1, WATCH_NAN = 2 };
enum { WATCH_STEPS = 5000000, WATCH_DEPTH = 64, OPERANDS = 2, FINDING = 400 };

/* The operation that runs, at one level of calls through builtins. */
typedef struct Suspect {
  const Instruction *at;
  Frame *frame;
  unsigned operands_hold; /* WATCH_ flags of the operands */
  const double *number;   /* where the result will be: one of the two */
  const Value *value;
  int count;
  Value operand[OPERANDS]; /* kept until the result is there */
} Suspect;

struct Watch {
  unsigned wanted;
  uint64_t steps;
  Suspect suspect[WATCH_DEPTH];
  char infinity[FINDING], nan[FINDING]; /* the operation and its operands in words, once found */
};

/* ---- looking ---- */

static unsigned look_number(double x) { return isnan(x) ? WATCH_NAN : isinf(x) ? WATCH_INF : 0; }

static unsigned look(Value v) {
  unsigned held = 0;
  switch ((ValueKind)v.kind) {
    case VALUE_NUMBER:
    case VALUE_ACTIVE: return look_number(v.number);
    case VALUE_ARRAY:
      for (size_t k = 0; k < array_count(value_as_array(v)); k++) held |= look_number(value_as_array(v)->data[k]);
      return held;
    case VALUE_COMPLEX: return look(value_as_complex(v)->real) | look(value_as_complex(v)->imaginary);
    case VALUE_TUPLE:
      for (uint32_t i = 0; i < ((Tuple *)v.object)->count; i++) held |= look(((Tuple *)v.object)->item[i]);
      return held;
    default: return 0;
  }
}

bool watch_wanted(Value value) { return look(value) != 0; }

/* ---- operations and their operands ---- */

/* The operands of an operation that can make a nan out of numbers; -1 for any other instruction. */
static int operands_of(const Session *s, const Instruction *i, const double *n, const Value *v, Value operand[]) {
  (void)s;
  switch ((Opcode)i->op) {
    case CODE_NUM_ADD:
    case CODE_NUM_SUBTRACT:
    case CODE_NUM_MULTIPLY:
    case CODE_NUM_DIVIDE:
    case CODE_NUM_POWER:
    case CODE_NUM_SCALAR2:
      operand[0] = value_number(n[i->b]);
      operand[1] = value_number(n[i->c]);
      return 2;
    case CODE_NUM_SCALAR: operand[0] = value_number(n[i->b]); return 1;
    case CODE_OPERATE:
    case CODE_SCALAR2:
      operand[0] = v[i->b];
      operand[1] = v[i->c];
      return 2;
    case CODE_SCALAR: operand[0] = v[i->b]; return 1;
    case CODE_ACCUMULATE:
      operand[0] = v[i->a];
      operand[1] = v[i->b];
      return 2;
    default: return -1;
  }
}

static bool is_call(const Instruction *i, const Value *v) {
  if (i->op == CODE_CALL_PRIMITIVE || i->op == CODE_CALL_EACH) return true;
  bool builtin = i->op == CODE_CALL_VALUE && v[i->b].kind == VALUE_FUNCTION;
  return builtin && ((Function *)v[i->b].object)->function_kind == FUNCTION_PRIMITIVE;
}

static bool gives_number(const Instruction *i) {
  return i->op >= CODE_NUM_ADD && i->op <= CODE_NUM_SCALAR2;
}

/* ---- words ---- */

/* Is it plain from the text what this is? A number, inf, pi, a vector of numbers. */
static bool is_plain(const Session *s, const Node *node) {
  if (node->kind == NODE_NAME) return node->symbol->id < s->binding_count && s->binding[node->symbol->id].value.kind == VALUE_NOTHING && s->binding[node->symbol->id].builtin.kind == VALUE_NUMBER;
  bool shell = node->kind == NODE_ARRAY || node->kind == NODE_ROW || node->kind == NODE_NEGATE;
  for (uint32_t i = 0; shell && i < node->count; i++) shell = is_plain(s, node->child[i]);
  return shell || node->kind == NODE_NUMBER || node->kind == NODE_IMAGINARY;
}

static void say_source(const Source *source, const Node *node, Text *out) {
  const char *text = source->text + node->span.start;
  size_t length = node->span.end - node->span.start, line = 0;
  if (node->grouped && *text == '(') text++, length -= 2;
  while (line < length && text[line] != '\n' && line < 60) line++;
  text_append(out, text, line);
  if (line < length) text_string(out, "…");
}

/* The node an operand was written as; NULL when it is not to be told. */
static const Node *operand_node(const Node *node, int index) {
  switch (node->kind) {
    case NODE_BINARY:
    case NODE_IMPLICIT: return index < 2 ? node->child[index] : NULL;
    case NODE_CALL: return (uint32_t)index + 1 < node->count ? node->child[index + 1] : NULL;
    case NODE_ROOT:
    case NODE_FACTORIAL:
    case NODE_INVERSE:
    case NODE_NORM: return index == 0 ? node->child[0] : NULL;
    default: return NULL;
  }
}

/* The first entry of [made] that is not finite and was not so in the operand; SIZE_MAX if shapes differ. */
static size_t guilty_entry(const Value *made, Value operand) {
  if (!made || made->kind != VALUE_ARRAY || operand.kind != VALUE_ARRAY) return SIZE_MAX;
  const Array *to = value_as_array(*made), *from = value_as_array(operand);
  if (to->rows != from->rows || to->cols != from->cols) return SIZE_MAX;
  size_t k = 0;
  while (k < array_count(to) && isfinite(to->data[k])) k++;
  for (size_t j = k; j < array_count(to); j++)
    if (isnan(to->data[j]) && !isnan(to->data[k])) k = j;
  return k < array_count(to) ? k : SIZE_MAX;
}

/* An index stands tight behind these; anything else needs parentheses before one. */
static bool is_tight(const Node *node) {
  return node->kind == NODE_NAME || node->kind == NODE_CALL || node->kind == NODE_FIELD || node->kind == NODE_INDEX ||
         node->kind == NODE_ARRAY;
}

static void say_operand(Session *s, const Source *source, const Node *node, const Value *made, Value value, bool *said, Text *out) {
  if (!node || is_plain(s, node) || value.kind == VALUE_FUNCTION || value.kind == VALUE_NOTHING) return;
  text_string(out, *said ? " and " : ", where ");
  *said = true;
  size_t entry = guilty_entry(made, value);
  bool bracket = entry != SIZE_MAX && !is_tight(node);
  if (bracket) text_string(out, "(");
  say_source(source, node, out);
  if (bracket) text_string(out, ")");
  DisplayOptions options = {.columns = 40};
  if (entry != SIZE_MAX) {
    const Array *array = value_as_array(value);
    if (array->cols == 1) text_format(out, "[%zu]", entry + 1);
    else text_format(out, "[%zu, %zu]", entry / array->cols + 1, entry % array->cols + 1);
    value = value_number(array->data[entry]);
  }
  text_string(out, " is ");
  display_inline(value, &options, out);
}

/* "log(x), where x is -1" */
static void say_operation(Session *s, const Suspect *suspect, char said[FINDING]) {
  const Instruction *resume = suspect->frame->at;
  suspect->frame->at = suspect->at;
  const Node *node = session_origin(s);
  const Source *source = session_source(s);
  suspect->frame->at = resume;
  said[0] = 0;
  if (!node || !source || suspect->frame->code->prototype->is_library) return;
  Text text = {0};
  say_source(source, node, &text);
  bool any = false;
  for (int k = 0; k < suspect->count; k++)
    say_operand(s, source, operand_node(node, k), suspect->value, suspect->operand[k], &any, &text);
  snprintf(said, FINDING, "%.*s", (int)(text.length < FINDING - 1 ? text.length : FINDING - 1), text.bytes);
  text_free(&text);
}

/* ---- the steps ---- */

static _Noreturn void watch_stop(Session *s) { fail(s, "watched enough"); }

void watch_refuse(Session *s) {
  if (s->watch) watch_stop(s);
}

/* The first finding of each kind stays. A nan is the whole answer; an infinity may still become one. */
static void watch_conclude(Session *s, Suspect *suspect) {
  Watch *w = s->watch;
  unsigned made = suspect->number ? look_number(*suspect->number) : look(*suspect->value);
  bool infinity = (made & WATCH_INF) && suspect->operands_hold == 0 && !w->infinity[0];
  bool nan = (made & WATCH_NAN) && !(suspect->operands_hold & WATCH_NAN) && !w->nan[0];
  if (infinity) say_operation(s, suspect, w->infinity);
  if (nan) say_operation(s, suspect, w->nan);
  if (nan && !(suspect->operands_hold & WATCH_INF)) w->infinity[0] = 0; /* that one is another story */
  for (int k = 0; k < suspect->count; k++) value_release(suspect->operand[k]);
  suspect->at = NULL;
  if (w->nan[0] || (w->infinity[0] && w->wanted == WATCH_INF)) watch_stop(s);
}

static void watch_suspect(Session *s, Suspect *suspect, Frame *frame, const Instruction *i, const double *n, const Value *v) {
  Value operand[CALL_ARGUMENTS];
  int count = operands_of(s, i, n, v, operand);
  const Value *given = operand;
  if (count < 0 && is_call(i, v)) {
    const CallSite *site = &frame->code->site[i->c];
    given = v + i->b + (i->op != CODE_CALL_PRIMITIVE);
    count = (int)(site->positional + site->named);
  }
  if (count < 0) return;
  suspect->operands_hold = 0;
  for (int k = 0; k < count; k++) suspect->operands_hold |= look(given[k]);
  if (suspect->operands_hold & WATCH_NAN) return;
  bool number = gives_number(i);
  suspect->at = i;
  suspect->frame = frame;
  suspect->number = number ? &n[i->a] : NULL;
  suspect->value = number ? NULL : &v[i->a];
  suspect->count = count < OPERANDS ? count : OPERANDS;
  for (int k = 0; k < suspect->count; k++) suspect->operand[k] = value_keep(given[k]);
}

void watch_step(Session *s, Frame *frame, const Instruction *i, const double *n, const Value *v) {
  Watch *w = s->watch;
  if (++w->steps > WATCH_STEPS) watch_stop(s);
  if (s->native_depth >= WATCH_DEPTH) return;
  Suspect *suspect = &w->suspect[s->native_depth];
  if (suspect->at) watch_conclude(s, suspect);
  watch_suspect(s, suspect, frame, i, n, v);
}

/* ---- explaining ---- */

static void watch_run(Session *s, Tree *tree, const Node *expression) {
  Prototype *unit = prototype_new(s, tree, expression, false);
  value_release(machine_run_unit(s, unit));
  value_release((Value){.kind = VALUE_PROTOTYPE, .object = &unit->head});
}

/* Is [inside] part of [node]? */
static bool contains(const Node *node, const char *name, const Node **found) {
  if (node->kind == NODE_CALL && node->child[0]->kind == NODE_NAME && strcmp(node->child[0]->symbol->key, name) == 0) {
    *found = node;
    return true;
  }
  for (uint32_t i = 0; i < node->count; i++)
    if (node->child[i] && contains(node->child[i], name, found)) return true;
  return false;
}

/* log(sum(exp(v))), the overflow that every course meets. */
static bool is_logsumexp(const Node *expression) {
  const Node *outer, *inner, *exponential;
  return contains(expression, "log", &outer) && contains(outer, "sum", &inner) && contains(inner, "exp", &exponential);
}

/* 0*log(0), which entropies are made of. */
static bool is_xlogy(const char *nan) { return strchr(nan, '*') && strstr(nan, "log("); }

static void watch_tell(Session *s, const Watch *w, const Node *expression) {
  if (w->nan[0] && w->infinity[0]) note(s, "nan comes from %s; before it, inf from %s", w->nan, w->infinity);
  else if (w->nan[0]) note(s, "nan comes from %s", w->nan);
  else if (w->infinity[0] && w->wanted == WATCH_INF) note(s, "inf comes from %s", w->infinity);
  else return;
  if (w->infinity[0] && is_logsumexp(expression)) note(s, "logsumexp(v) is log(sum(exp(v))) without the overflow");
  if (w->infinity[0] && w->nan[0] && is_xlogy(w->nan)) note(s, "xlogy(x, y) is x*log(y), and 0 where x is 0");
}

void watch_explain(Session *s, Tree *tree, const Node *expression, Value value) {
  Watch *w = memory_new_zeroed(1, sizeof *w);
  w->wanted = look(value) & WATCH_NAN ? WATCH_NAN : WATCH_INF;
  MmlHost host = s->host;
  uint64_t random[4];
  Text notes = s->notes;
  jmp_buf *outer = s->handler, mine;
  memcpy(random, s->random, sizeof random);
  memcpy(s->random, s->random_before, sizeof random);
  s->host.print = NULL;
  s->host.report = NULL;
  s->notes = (Text){0};
  s->watch = w;
  s->handler = &mine;
  if (setjmp(mine) == 0) watch_run(s, tree, expression);
  else session_recover(s);
  s->handler = outer;
  s->watch = NULL;
  text_free(&s->notes);
  s->notes = notes;
  s->host = host;
  memcpy(s->random, random, sizeof random);
  watch_tell(s, w, expression);
  free(w);
}
