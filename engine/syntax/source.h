/* source.h - a piece of program text with its lines, and spans into it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SOURCE_H
#define MML_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes [start, end) of a source. */
typedef struct Span {
  uint32_t start, end;
} Span;

/* One script, one prompt entry or one -e argument. Counted: functions keep the text they came from. */
typedef struct Source {
  char *name; /* shown before line:column in errors; "" at the prompt */
  char *text; /* NUL-terminated copy */
  size_t length;
  uint32_t *line_start; /* offset of each line's first byte */
  uint32_t line_count;
  uint32_t references;
} Source;

typedef struct Place {
  uint32_t line, column; /* both from 1; the column counts characters, not bytes */
} Place;

/* Copies name and text. Owned by the caller; at most 4 GiB, checked by the caller. */
Source *source_new(const char *name, const char *text, size_t length);
Source *source_keep(Source *source);
void source_release(Source *source);

Place source_place(const Source *source, uint32_t offset);
/* The line that holds [offset], without its newline. */
Span source_line(const Source *source, uint32_t offset);
Span span_join(Span a, Span b);

#endif
