/* source.c - program text with its lines, and spans into it.
 *
 * line_start[0] is always 0; a final newline starts one more, empty line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void find_lines(Source *source) {
  uint32_t capacity = 0;
  uint32_t next = 0;
  for (;;) {
    memory_grow(source->line_start, source->line_count, capacity);
    source->line_start[source->line_count++] = next;
    const char *newline = memchr(source->text + next, '\n', source->length - next);
    if (!newline) return;
    next = (uint32_t)(newline - source->text) + 1;
  }
}

Source *source_new(const char *name, const char *text, size_t length) {
  assert(length < UINT32_MAX);
  Source *source = memory_new_zeroed(1, sizeof *source);
  source->name = memory_copy_text(name, strlen(name));
  source->text = memory_copy_text(text, length);
  source->length = length;
  source->references = 1;
  find_lines(source);
  return source;
}

Source *source_keep(Source *source) {
  assert(source->references > 0);
  source->references++;
  return source;
}

void source_release(Source *source) {
  if (!source) return;
  assert(source->references > 0);
  if (--source->references) return;
  free(source->name);
  free(source->text);
  free(source->line_start);
  free(source);
}

/* Number, from 0, of the line that holds [offset]. */
static uint32_t line_index(const Source *source, uint32_t offset) {
  uint32_t low = 0, high = source->line_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (source->line_start[middle] <= offset) low = middle;
    else high = middle;
  }
  return low;
}

Place source_place(const Source *source, uint32_t offset) {
  if (offset > source->length) offset = (uint32_t)source->length;
  uint32_t line = line_index(source, offset);
  uint32_t column = 1;
  for (uint32_t at = source->line_start[line]; at < offset; at++)
    if (((unsigned char)source->text[at] & 0xC0) != 0x80) column++;
  return (Place){line + 1, column};
}

Span source_line(const Source *source, uint32_t offset) {
  if (offset > source->length) offset = (uint32_t)source->length;
  uint32_t line = line_index(source, offset);
  uint32_t end =
      line + 1 < source->line_count ? source->line_start[line + 1] - 1 : (uint32_t)source->length;
  if (end > source->line_start[line] && source->text[end - 1] == '\r') end--;
  return (Span){source->line_start[line], end};
}

Span span_join(Span a, Span b) {
  return (Span){a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end};
}
