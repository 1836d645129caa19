/* layout.c - a program in canonical layout.
 *
 * The tokens are gone through line by line: spacing.c has counted the blanks between them, here are
 * the indentation, the empty lines and the comments. Lines are neither joined nor broken. A line is
 * indented by two against the one on which the bracket or block around it opens, and by two when it
 * goes on with a statement; rows of an array that begin behind its [ stand one under the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/layout.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/columns.h"
#include "syntax/lexer.h"
#include "syntax/spacing.h"

enum {
  STEP = 2,
  COMMENT_GAP = 2 /* blanks before a comment behind code; more were typed to align it */
};

typedef struct Level {
  uint32_t base;  /* indentation of the line that opened it, and of the one that closes it */
  uint32_t inner; /* of the lines between */
  uint32_t line;
  bool block; /* holds statements */
} Level;

typedef struct LayoutLine {
  size_t start, end; /* its code */
  uint32_t indent;
  Span comment;           /* without blanks at its end */
  uint32_t column, typed; /* of the comment as typed, and the blanks before it */
  bool blank;             /* an empty line stands before it */
} LayoutLine;

typedef struct Layout {
  const Source *source;
  TokenList tokens;
  Slot *slot;
  Text code;
  LayoutLine *line;
  uint32_t line_count, line_capacity;
  Level *level; /* what is open */
  uint32_t level_count, level_capacity;
  uint32_t next;    /* of next_token: many comments in a row are gone over once */
  uint32_t settled; /* indentation of the last line with more than ; */
} Layout;

static const Token *token_at(const Layout *layout, uint32_t at) {
  return &layout->tokens.token[at];
}

static bool ends_line(const Token *token) {
  return token->kind == TOKEN_NEWLINE || token->kind == TOKEN_END;
}

/* ---- indentation ---- */

/* Whether a line that begins with this token goes on with a statement. */
static bool goes_on(const Layout *layout, uint32_t at) {
  const Token *token = token_at(layout, at);
  const Slot *slot = &layout->slot[at];
  bool block = !layout->level_count || layout->level[layout->level_count - 1].block;
  bool part = slot->statement || slot->role == SLOT_CLOSES || slot->role == SLOT_TURNS;
  return block && !part && token->kind != TOKEN_SEMICOLON && token->kind != TOKEN_END;
}

static uint32_t inner_indent(const Layout *layout, uint32_t at) {
  uint32_t inner = layout->level_count ? layout->level[layout->level_count - 1].inner : 0;
  return inner + (goes_on(layout, at) ? STEP : 0);
}

/* A line of code. One that begins with - is refused deeper than the statement before it. */
static uint32_t indent_of(const Layout *layout, uint32_t at) {
  uint32_t closed = 0;
  while (layout->slot[at + closed].role == SLOT_CLOSES) closed++;
  assert(closed <= layout->level_count);
  if (closed) return layout->level[layout->level_count - closed].base;
  const Slot *slot = &layout->slot[at];
  if (slot->role == SLOT_TURNS) return layout->level[layout->level_count - 1].base;
  uint32_t indent = inner_indent(layout, at);
  const Token *token = token_at(layout, at);
  bool minus = token->kind == TOKEN_OPERATOR && token->op == OP_SUBTRACT;
  return slot->follows && minus && layout->settled < indent ? layout->settled : indent;
}

/* ---- lines ---- */

static void open_level(Layout *layout, uint32_t at, uint32_t base, uint32_t column) {
  bool beside = layout->slot[at].role == SLOT_OPENS_ROWS && !ends_line(token_at(layout, at + 1));
  uint8_t kind = token_at(layout, at)->kind;
  bool bracket = kind == TOKEN_LEFT_PAREN || kind == TOKEN_LEFT_BRACKET || kind == TOKEN_LEFT_BRACE;
  memory_grow(layout->level, layout->level_count, layout->level_capacity);
  layout->level[layout->level_count++] = (Level){.base = base,
                                                 .inner = beside ? column : base + STEP,
                                                 .line = layout->line_count,
                                                 .block = !bracket};
}

/* Writes the tokens of a line; what opens behind a bracket that closed here stands on its line. */
static void put_tokens(Layout *layout, uint32_t first, uint32_t end, uint32_t indent) {
  uint32_t base = indent, column = indent;
  for (uint32_t at = first; at < end; at++) {
    uint32_t unit = spacing_unit(&layout->tokens, at);
    const Slot *slot = &layout->slot[at];
    const char *text = layout->source->text + token_at(layout, at)->span.start;
    size_t length = token_at(layout, unit)->span.end - token_at(layout, at)->span.start;
    uint32_t blanks = at == first ? 0 : slot->blanks + slot->padding;
    text_repeat(&layout->code, ' ', blanks);
    text_append(&layout->code, text, length);
    column = columns_after(column + blanks, text, length);
    if (slot->role == SLOT_OPENS || slot->role == SLOT_OPENS_ROWS)
      open_level(layout, at, base, column);
    else if (slot->role == SLOT_CLOSES) base = layout->level[--layout->level_count].base;
    if (token_at(layout, at)->kind != TOKEN_SEMICOLON) layout->settled = indent;
    at = unit;
  }
}

/* The comment in the gap before the token that ends a line. */
static Span comment_before(const Layout *layout, uint32_t at) {
  const char *text = layout->source->text;
  uint32_t start = at ? token_at(layout, at - 1)->span.end : 0;
  uint32_t end = token_at(layout, at)->span.start;
  while (start < end && text[start] != '#') start++;
  while (end > start && (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '\r'))
    end--;
  return (Span){start, end};
}

/* An empty line stays where it parts statements, not at the edge of what it stands in; only #! is a
 * sign to the system when it comes first. */
static bool keeps_blank(const Layout *layout, uint32_t first, uint32_t next, Span comment) {
  if (!layout->line_count)
    return layout->source->text[comment.start] == '#' &&
           layout->source->text[comment.start + 1] == '!';
  const Level *top = layout->level_count ? &layout->level[layout->level_count - 1] : NULL;
  bool opened = top && top->line + 1 == layout->line_count;
  bool code = first == next;
  uint8_t role = layout->slot[next].role;
  return !opened && !(code && (role == SLOT_CLOSES || role == SLOT_TURNS));
}

/* The first token from [at] on that is no newline. */
static uint32_t next_token(Layout *layout, uint32_t at) {
  if (layout->next < at) layout->next = at;
  while (token_at(layout, layout->next)->kind == TOKEN_NEWLINE) layout->next++;
  return layout->next;
}

/* The tokens [first, end) up to the end of a line. */
static void add_line(Layout *layout, uint32_t first, uint32_t end, bool blank) {
  LayoutLine line = {.comment = comment_before(layout, end)};
  uint32_t next = next_token(layout, first);
  line.blank = blank && keeps_blank(layout, first, next, line.comment);
  line.start = layout->code.length;
  if (first < end) {
    line.indent = indent_of(layout, first) + layout->slot[first].padding;
    line.column = columns_typed(layout->source, line.comment.start);
    line.typed = line.column - columns_typed(layout->source, token_at(layout, end - 1)->span.end);
    put_tokens(layout, first, end, line.indent);
  } else {
    line.indent = inner_indent(layout, next);
  }
  line.end = layout->code.length;
  memory_grow(layout->line, layout->line_count, layout->line_capacity);
  layout->line[layout->line_count++] = line;
}

static void read_lines(Layout *layout) {
  bool blank = false;
  for (uint32_t at = 0; at < layout->tokens.count; at++) {
    uint32_t first = at;
    while (!ends_line(token_at(layout, at))) at = spacing_unit(&layout->tokens, at) + 1;
    Span comment = comment_before(layout, at);
    bool empty = first == at && comment.start == comment.end;
    if (!empty) add_line(layout, first, at, blank);
    blank = empty;
  }
}

/* ---- comments ---- */

static bool has_comment(const LayoutLine *line) { return line->comment.end > line->comment.start; }

static bool beside_code(const LayoutLine *line) {
  return line->end > line->start && has_comment(line);
}

static uint32_t code_end(const Layout *layout, const LayoutLine *line) {
  return columns_after(line->indent, layout->code.bytes + line->start, line->end - line->start);
}

/* The line after the last one of those from [at] on whose comments were typed in one column. */
static uint32_t group_end(const Layout *layout, uint32_t at) {
  const LayoutLine *first = &layout->line[at];
  while (++at < layout->line_count) {
    const LayoutLine *line = &layout->line[at];
    if (!beside_code(line) || line->blank || line->column != first->column) break;
  }
  return at;
}

/* Comments that were aligned, with each other or with those further up, stay in their column. */
static void place_comments(Layout *layout, uint32_t first, uint32_t end) {
  uint32_t column = 0;
  bool aligned = end - first > 1 || layout->line[first].typed > COMMENT_GAP;
  for (uint32_t at = first; at < end; at++) {
    const LayoutLine *line = &layout->line[at];
    uint32_t least = code_end(layout, line) + (line->typed == 0 ? COMMENT_GAP
                                               : aligned        ? 1
                                                                : line->typed);
    if (aligned && line->column > least) least = line->column;
    if (least > column) column = least;
  }
  for (uint32_t at = first; at < end; at++) layout->line[at].column = column;
}

/* ---- the result ---- */

static void put_line(const Layout *layout, const LayoutLine *line, Text *out) {
  if (line->blank) text_string(out, "\n");
  text_repeat(out, ' ', line->indent);
  text_append(out, layout->code.bytes + line->start, line->end - line->start);
  if (beside_code(line)) text_repeat(out, ' ', line->column - code_end(layout, line));
  text_append(out, layout->source->text + line->comment.start,
              line->comment.end - line->comment.start);
  text_string(out, "\n");
}

static void put_lines(Layout *layout, Text *out) {
  for (uint32_t at = 0; at < layout->line_count;) {
    uint32_t end = at + 1;
    if (beside_code(&layout->line[at])) {
      end = group_end(layout, at);
      place_comments(layout, at, end);
    }
    for (; at < end; at++) put_line(layout, &layout->line[at], out);
  }
}

void layout_program(const Tree *tree, Text *out) {
  Layout layout = {.source = tree->source};
  Report problem = {0};
  lexer_run(tree->source, &layout.tokens, &problem);
  assert(layout.tokens.token[layout.tokens.count - 1].kind == TOKEN_END);
  layout.slot = spacing_of(tree, &layout.tokens);
  text_string(&layout.code, "");
  read_lines(&layout);
  assert(layout.level_count == 0);
  put_lines(&layout, out);
  free(layout.slot);
  free(layout.line);
  free(layout.level);
  text_free(&layout.code);
  lexer_free(&layout.tokens);
}
