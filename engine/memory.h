/* memory.h - checked allocation, arenas for trees, and growable text.
 *
 * Three lifetimes exist in the engine: a tree lives in its Arena, a value is an Object with a
 * reference count, and everything else belongs to the session. Nothing else may own memory across a
 * call that can fail, because failing is a longjmp.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_MEMORY_H
#define MML_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Allocates, or prints one line and exits: only for small things (a tree node, a table row) whose
 * failure leaves nothing to continue with. Arrays go through array_new, which can refuse. */
void *memory_new(size_t size);
void *memory_new_zeroed(size_t count, size_t size);
void *memory_resize(void *block, size_t size);
char *memory_copy_text(const char *text, size_t length);

/* Ensures room for one more element in a growable vector. [vector] and [capacity] are updated. */
#define memory_grow(vector, count, capacity)                                                       \
  do {                                                                                             \
    if ((count) >= (capacity)) {                                                                   \
      (capacity) = (capacity) ? 2 * (capacity) : 8;                                                \
      (vector) = memory_resize((vector), (size_t)(capacity) * sizeof *(vector));                   \
    }                                                                                              \
  } while (0)

/* An arena: allocations die together. */
typedef struct Arena {
  struct ArenaBlock *block; /* newest block, the chain of older ones behind it */
} Arena;

void *arena_new(Arena *arena, size_t size); /* zeroed, 16-byte aligned */
void arena_free(Arena *arena);

/* Growable text, always NUL-terminated once something was appended. Zero-initialise, then text_free. */
typedef struct Text {
  char *bytes;
  size_t length, capacity;
} Text;

void text_append(Text *text, const char *bytes, size_t length);
void text_string(Text *text, const char *string);
void text_format(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_format_list(Text *text, const char *format, va_list arguments);
void text_repeat(Text *text, char byte, size_t count);
void text_free(Text *text);

/* Columns a UTF-8 string takes on a terminal. */
size_t text_columns(const char *bytes, size_t length);

#endif
