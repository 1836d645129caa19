/* memory.c - checked allocation, arenas and growable text.
 *
 * An arena is a chain of blocks, newest first; only the newest has room left. Blocks double up to a
 * limit, so a small tree costs one small block and a large one few allocations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

struct ArenaBlock {
  struct ArenaBlock *older;
  size_t used, size;
  _Alignas(16) char bytes[];
};

enum { ARENA_FIRST = 2048, ARENA_LARGEST = 1 << 18, ARENA_ALIGN = 16 };

static void *checked(void *block) {
  if (block) return block;
  fputs("mml: out of memory\n", stderr);
  exit(1);
}

void *memory_new(size_t size) { return checked(malloc(size ? size : 1)); }

void *memory_new_zeroed(size_t count, size_t size) {
  return checked(calloc(count ? count : 1, size ? size : 1));
}

void *memory_resize(void *block, size_t size) { return checked(realloc(block, size ? size : 1)); }

char *memory_copy_text(const char *text, size_t length) {
  char *copy = memory_new(length + 1);
  if (length) memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

static struct ArenaBlock *arena_block_new(struct ArenaBlock *older, size_t needed) {
  size_t size = older ? 2 * older->size : ARENA_FIRST;
  if (size > ARENA_LARGEST) size = ARENA_LARGEST;
  if (size < needed) size = needed;
  struct ArenaBlock *block = memory_new_zeroed(1, sizeof *block + size);
  block->older = older;
  block->size = size;
  return block;
}

void *arena_new(Arena *arena, size_t size) {
  assert(size < SIZE_MAX / 4);
  size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
  if (!arena->block || arena->block->size - arena->block->used < size)
    arena->block = arena_block_new(arena->block, size);
  void *result = arena->block->bytes + arena->block->used;
  arena->block->used += size;
  return result;
}

void arena_free(Arena *arena) {
  while (arena->block) {
    struct ArenaBlock *older = arena->block->older;
    free(arena->block);
    arena->block = older;
  }
}

static void text_reserve(Text *text, size_t more) {
  assert(more < SIZE_MAX / 4);
  size_t needed = text->length + more + 1;
  if (needed <= text->capacity) return;
  size_t capacity = text->capacity ? 2 * text->capacity : 64;
  if (capacity < needed) capacity = needed;
  text->bytes = memory_resize(text->bytes, capacity);
  text->capacity = capacity;
}

void text_append(Text *text, const char *bytes, size_t length) {
  text_reserve(text, length);
  if (length) memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void text_string(Text *text, const char *string) { text_append(text, string, strlen(string)); }

void text_format_list(Text *text, const char *format, va_list arguments) {
  assert(format);
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  assert(length >= 0);
  text_reserve(text, (size_t)length);
  vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
  va_end(again);
  text->length += (size_t)length;
}

void text_format(Text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  text_format_list(text, format, arguments);
  va_end(arguments);
}

void text_repeat(Text *text, char byte, size_t count) {
  text_reserve(text, count);
  memset(text->bytes + text->length, byte, count);
  text->length += count;
  text->bytes[text->length] = '\0';
}

void text_free(Text *text) {
  free(text->bytes);
  *text = (Text){0};
}

size_t text_columns(const char *bytes, size_t length) {
  size_t columns = 0;
  for (size_t at = 0; at < length;) {
    utf8proc_int32_t character;
    utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)bytes + at,
                                             (utf8proc_ssize_t)(length - at), &character);
    if (step <= 0) { /* a byte that is not UTF-8 shows as one replacement sign */
      columns++;
      at++;
      continue;
    }
    int width = character < 0x80 ? 1 : utf8proc_charwidth(character);
    columns += (size_t)(width > 0 ? width : 0);
    at += (size_t)step;
  }
  return columns;
}
