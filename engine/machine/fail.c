/* fail.c - errors of the running evaluation, and memory that goes with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/fail.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/session.h"
#include "syntax/unparse.h"

/* ---- where we are ---- */

/* A frame that waits for another one stands behind its call, unless that call came from C. */
const Node *frame_origin(const Session *s, uint32_t index) {
  const Frame *f = &s->frame[index];
  size_t at = (size_t)(f->at - f->code->instruction);
  bool waiting = index + 1 < s->depth && !s->frame[index + 1].boundary;
  return f->code->origin[waiting ? at - 1 : at];
}

const Node *session_origin(const Session *s) {
  if (s->origin) return s->origin;
  return s->depth ? frame_origin(s, s->depth - 1) : NULL;
}

Source *session_source(const Session *s) {
  if (s->origin) return s->origin_source;
  return s->depth ? s->frame[s->depth - 1].code->prototype->tree->source : NULL;
}

/* The operand or argument [index] of a node; -1 is the node itself. */
static const Node *part_of(const Node *node, int index) {
  if (node && index == FAILURE_CALLEE) return node->kind == NODE_PIPE ? node->child[1] : node->count ? node->child[0] : node;
  if (!node || index < 0) return node;
  uint32_t child = (uint32_t)index;
  if (node->kind == NODE_CALL || node->kind == NODE_CALL_EACH) child++;
  if (node->kind == NODE_PIPE) child = index == 0 ? 0 : 1;
  if (child >= node->count || !node->child[child]) return node;
  const Node *part = node->child[child];
  return part->kind == NODE_NAMED ? part->child[0] : part;
}

const Node *session_part(const Session *s, int index) {
  return part_of(session_origin(s), index);
}

/* The calls that led into the frames below [depth]. */
static void add_calls(Session *s, Report *r, uint32_t depth) {
  for (uint32_t i = depth; i-- > 1 && r->call_count < REPORT_CALLS;) {
    const Frame *frame = &s->frame[i], *caller = &s->frame[i - 1];
    const Prototype *p = frame->code->prototype;
    const Node *call = frame_origin(s, i - 1);
    if (p->is_unit || p->is_library || caller->code->prototype->is_library || !call) continue;
    int k = r->call_count;
    bool same = k && r->call[k - 1].span.start == call->span.start &&
                r->call[k - 1].source == caller->code->prototype->tree->source;
    if (same) continue; /* a recursion's own call: once is enough */
    r->call_count++;
    r->call[k].source = source_keep(caller->code->prototype->tree->source);
    r->call[k].span = call->span;
    snprintf(r->call[k].name, sizeof r->call[k].name, "%s", p->name ? p->name->name : "a function");
  }
}

/* Errors inside the standard library are blamed on the call that led there. */
static void skip_library(const Session *s, const Node **origin, Source **source) {
  if (s->origin) return;
  uint32_t i = s->depth;
  while (i > 0 && s->frame[i - 1].code->prototype->is_library) i--;
  if (i == 0 || i == s->depth) return;
  *origin = frame_origin(s, i - 1);
  *source = s->frame[i - 1].code->prototype->tree->source;
}

Report *failure(Session *s, const char *format, ...) {
  char message[sizeof s->report.message];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  const Node *origin = session_origin(s);
  Source *source = session_source(s);
  skip_library(s, &origin, &source);
  report_clear(&s->report);
  report_start(&s->report, source, origin ? origin->span : (Span){0, 0}, "%s", message);
  if (!s->origin) add_calls(s, &s->report, s->depth);
  return &s->report;
}

/* The call of the running function when it is one of the user's and exactly one argument is an array. */
static const Node *call_with_array(const Session *s) {
  if (s->origin || s->depth < 2) return NULL;
  const Frame *frame = &s->frame[s->depth - 1], *caller = &s->frame[s->depth - 2];
  const Prototype *p = frame->code->prototype;
  if (frame->boundary || p->is_unit || p->is_library || caller->code->prototype->is_library) return NULL;
  uint32_t arrays = 0;
  for (uint32_t i = 0; i < p->parameter_count; i++) arrays += frame->code->signature[p->capture_count + i] == TYPE_ARRAY;
  const Node *call = frame_origin(s, s->depth - 2);
  return arrays == 1 && call && call->kind == NODE_CALL ? call : NULL;
}

Report *failure_on_array(Session *s, const char *format, ...) {
  char message[sizeof s->report.message];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  const Node *call = call_with_array(s), *operation = session_origin(s);
  if (!call || !operation) return failure(s, "%s", message);
  const char *inside = session_source(s)->text + operation->span.start;
  Source *source = s->frame[s->depth - 2].code->prototype->tree->source;
  const char *text = source->text + call->span.start;
  int function = (int)(call->child[0]->span.end - call->span.start), whole = (int)(call->span.end - call->span.start);
  Report *r = &s->report;
  report_clear(r);
  report_start(r, source, call->span, "%s", message);
  report_remark(r, "it is computed as %.*s", (int)(operation->span.end - operation->span.start), inside);
  report_advise(r, "%.*s.%.*s  (entry by entry)", function, text, whole - function, text + function);
  add_calls(s, r, s->depth - 1);
  return r;
}

/* The first labelled argument takes the place of the whole operation, further ones are added. */
void failure_argument(Session *s, Report *r, int index, const char *format, ...) {
  char text[sizeof r->label[0].text];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  const Node *origin = session_origin(s);
  if (!origin || (s->depth && !s->origin && s->frame[s->depth - 1].code->prototype->is_library)) return;
  bool whole = r->label_count == 1 && r->label[0].text[0] == 0 && index != -1;
  if (whole) r->label_count = 0;
  report_label(r, part_of(origin, index)->span, "%s", text);
}

const char *failure_text(Session *s, int index, char *buffer, size_t size) {
  const Node *node = part_of(session_origin(s), index);
  const Source *source = session_source(s);
  if (!node || !source) return buffer[0] = '?', buffer[1] = 0, buffer;
  size_t length = node->span.end - node->span.start;
  bool composed = node->kind == NODE_BINARY || node->kind == NODE_NEGATE || node->kind == NODE_IMPLICIT || node->kind == NODE_COMPARE;
  if (composed && !node->grouped && length + 3 < size) snprintf(buffer, size, "(%.*s)", (int)length, source->text + node->span.start);
  else snprintf(buffer, size, "%.*s", (int)(length < size ? length : size - 1), source->text + node->span.start);
  return buffer;
}

_Noreturn void raise_failure(Session *s, Report *report) {
  assert(report == &s->report && s->handler);
  (void)report;
  longjmp(*s->handler, 1);
}

_Noreturn void fail(Session *s, const char *format, ...) {
  char message[sizeof s->report.message];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  raise_failure(s, failure(s, "%s", message));
}

_Noreturn void fail_argument(Session *s, int index, const char *format, ...) {
  char message[sizeof s->report.message];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  Report *r = failure(s, "%s", message);
  failure_argument(s, r, index, "%s", "");
  raise_failure(s, r);
}

void note(Session *s, const char *format, ...) {
  if (s->quiet) return;
  va_list list;
  va_start(list, format);
  size_t before = s->notes.length;
  text_string(&s->notes, "note: ");
  text_format_list(&s->notes, format, list);
  va_end(list);
  text_string(&s->notes, "\n");
  /* The same remark twice is noise. */
  size_t length = s->notes.length - before;
  const char *same = before ? memmem(s->notes.bytes, before, s->notes.bytes + before, length) : NULL;
  if (same || before > 4000) {
    s->notes.length = before;
    s->notes.bytes[before] = 0;
  }
}

enum { PIECES_QUOTED = 60 }; /* a longer piecewise value is not quoted in a note */

void note_no_case(Session *s) {
  const Node *node = session_origin(s);
  bool searching = s->native_depth > 0 && s->level == 0; /* an integral, a plot: they look where they like */
  if (s->quiet || searching || !node || node->kind != NODE_PIECEWISE) return;
  Text text = {0};
  unparse(node, session_source(s), &text);
  if (text.length > PIECES_QUOTED) text.length = 0, text_string(&text, "{…}");
  int length = (int)text.length;
  note(s, "no case of %.*s holds here, so it is nan: say what it is else, as in %.*s; 0 otherwise}", length, text.bytes,
       length - 1, text.bytes);
  text_free(&text);
}

void check_interrupt(Session *s) {
  if (!interrupt_flag) return;
  if (s->rescue) {
    void (*rescue)(void *) = s->rescue;
    s->rescue = NULL;
    rescue(s->rescue_context);
  }
  interrupt_flag = 0;
  s->interrupted = true;
  fail(s, "interrupted");
}

/* ---- scratch ---- */

/* Blocks are released in the order opposite to that of their making, so small ones come from pages, one
 * behind the other. Under the address sanitizer each is allocated by itself, for its borders to be watched. */
enum { SCRATCH_ALIGNMENT = 64, SCRATCH_PAGE = 1 << 16 };
#ifdef __SANITIZE_ADDRESS__
enum { SCRATCH_SMALL = 0 };
#else
enum { SCRATCH_SMALL = 1 << 12 };
#endif

typedef struct ScratchPage {
  _Alignas(SCRATCH_ALIGNMENT) struct ScratchPage *previous;
  size_t used;
  _Alignas(SCRATCH_ALIGNMENT) char bytes[SCRATCH_PAGE];
} ScratchPage;

static Scratch *scratch_from_page(Session *s, size_t size) {
  if (!s->page || size > SCRATCH_PAGE - s->page->used) {
    ScratchPage *page = aligned_alloc(SCRATCH_ALIGNMENT, sizeof *page);
    if (!page) fail(s, "out of memory");
    page->previous = s->page;
    page->used = 0;
    s->page = page;
  }
  Scratch *block = (Scratch *)(void *)(s->page->bytes + s->page->used);
  *block = (Scratch){.previous = s->scratch, .page = s->page};
  s->page->used += size;
  return block;
}

void *scratch(Session *s, size_t bytes) {
  if (bytes > (size_t)1 << 40) fail(s, "out of memory");
  size_t head = SCRATCH_ALIGNMENT, size = (head + bytes + SCRATCH_ALIGNMENT - 1) & ~(size_t)(SCRATCH_ALIGNMENT - 1);
  Scratch *block = size <= SCRATCH_SMALL ? scratch_from_page(s, size) : aligned_alloc(SCRATCH_ALIGNMENT, size);
  if (!block) fail(s, "out of memory: %zu bytes are not to be had", bytes);
  if (size > SCRATCH_SMALL) *block = (Scratch){.previous = s->scratch};
  s->scratch = block;
  return (char *)block + head;
}

void scratch_adopt(Session *s, void *object, void (*destroy)(void *)) {
  Scratch *block = aligned_alloc(SCRATCH_ALIGNMENT, SCRATCH_ALIGNMENT);
  if (!block) {
    destroy(object);
    fail(s, "out of memory");
  }
  *block = (Scratch){.previous = s->scratch, .memory = object, .destroy = destroy};
  s->scratch = block;
}

/* Back to where the block began; one empty page stays for the next time. */
static void scratch_to_page(Session *s, Scratch *block) {
  while (s->page != block->page) {
    ScratchPage *empty = s->page;
    s->page = empty->previous;
    free(empty);
  }
  s->page->used = (size_t)((char *)block - s->page->bytes);
}

void scratch_release(Session *s, Scratch *mark) {
  while (s->scratch != mark) {
    Scratch *block = s->scratch;
    s->scratch = block->previous;
    if (block->destroy) block->destroy(block->memory);
    if (block->page) scratch_to_page(s, block);
    else free(block);
  }
}

void scratch_free(Session *s) {
  scratch_release(s, NULL);
  while (s->page) {
    ScratchPage *page = s->page;
    s->page = page->previous;
    free(page);
  }
}

double *session_work(Session *s, size_t count) {
  if (count > s->work_size) {
    double *grown = realloc(s->work, count * sizeof(double));
    if (!grown) fail(s, "out of memory: %zu bytes are not to be had", count * sizeof(double));
    s->work = grown;
    s->work_size = count;
  }
  return s->work;
}
