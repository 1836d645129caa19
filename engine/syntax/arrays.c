/* arrays.c - array literals: rows, elements and what a space between them means.
 *
 * A row without , -> for if is split at white space. What a space means there is decided on the
 * tokens, before the row is parsed: row_check marks each token that begins an element.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "syntax/parse.h"

/* ---- rows: what a space means ---- */

/* Index of the last token of the unit that starts at [at]: a bracket, a string or ‖…‖ is one unit.
 */
static uint32_t unit_end(const Parser *parser, uint32_t at, uint32_t end) {
  const Token *token = parser->tokens.token;
  if (token[at].match > at) return token[at].match;
  if (token[at].kind != TOKEN_BAR) return at;
  for (uint32_t i = at + 1; i < end; i++) {
    if (token[i].kind == TOKEN_BAR) return i;
    if (token[i].match > i) i = token[i].match;
  }
  return at;
}

/* The token after the row that starts here; *plain says that only spaces can separate its elements.
 */
static uint32_t row_end(const Parser *parser, bool *plain) {
  const Token *token = parser->tokens.token;
  *plain = true;
  const Token *before = NULL;
  uint32_t at = parser->at;
  for (; at + 1 < parser->tokens.count; at++) {
    switch (token[at].kind) {
    case TOKEN_RIGHT_BRACKET:
    case TOKEN_RIGHT_PAREN:
    case TOKEN_RIGHT_BRACE:
    case TOKEN_SEMICOLON: return at;
    case TOKEN_NEWLINE:
      if (!before || !parse_continues_line(before)) return at;
      continue;
    case TOKEN_COMMA:
    case TOKEN_ARROW:
    case TOKEN_FOR:
    case TOKEN_IF: *plain = false; break;
    case TOKEN_LEFT_PAREN:
    case TOKEN_LEFT_BRACKET:
    case TOKEN_LEFT_BRACE:
    case TOKEN_LEFT_QUOTE:
      if (!token[at].match) return at; /* never closed: the parse ends there */
      break;
    default: break;
    }
    if (token[at].match > at) at = token[at].match;
    before = &token[at];
  }
  return at;
}

static bool is_sum_sign(const Token *token) {
  return token->kind == TOKEN_OPERATOR && (token->op == OP_ADD || token->op == OP_SUBTRACT);
}

static bool is_infix(const Token *token) {
  switch (token->kind) {
  case TOKEN_OPERATOR:
  case TOKEN_COLON:
  case TOKEN_AND:
  case TOKEN_OR:
  case TOKEN_PIPE:
  case TOKEN_TILDE: return true;
  default: return false;
  }
}

/* What row_check knows of the row so far. */
typedef struct Row {
  uint32_t start, end; /* tokens [start, end) */
  uint32_t chunk;      /* first token of the current chunk */
  uint32_t before;     /* the last token read, end for none */
  bool separated;
  const Token *spaced; /* an operator with spaces around it */
} Row;

/* Whether the current chunk is one number, perhaps with a sign. */
static bool lone_number(const Parser *parser, const Row *row) {
  const Token *token = parser->tokens.token;
  uint32_t first = row->chunk;
  if (is_sum_sign(&token[first])) first++;
  return first == row->before && token[first].kind == TOKEN_NUMBER;
}

/* Whether the sign at [at] and a number after it are a whole chunk. */
static bool signed_number(const Parser *parser, const Row *row, uint32_t at) {
  const Token *token = parser->tokens.token;
  return token[at + 1].kind == TOKEN_NUMBER &&
         (at + 2 >= row->end || parse_spaced_after(parser, at + 1));
}

static Span chunk_span(const Parser *parser, const Row *row) {
  return (Span){parser->tokens.token[row->chunk].span.start,
                parser->tokens.token[row->before].span.end};
}

/* [f (x)], [A [1]] */
static _Noreturn void refuse_spaced_call(Parser *parser, const Row *row, uint32_t at) {
  const Token *bracket = &parser->tokens.token[at];
  const char *left = parse_text(parser, chunk_span(parser, row));
  const char *right = parse_text(parser, refuse_next_operand(parser, at));
  parse_error(parser, span_join(parser->tokens.token[row->before].span, bracket->span),
              "a space before %s may separate two elements or not",
              bracket->kind == TOKEN_LEFT_PAREN ? "(" : "[");
  parse_advise(parser, "[%s%s]", left, right);
  parse_advise(parser, "[%s, %s]", left, right);
  parse_stop(parser);
}

/* [a -b], [1 - 2] */
static _Noreturn void refuse_sign(Parser *parser, const Row *row, uint32_t at) {
  const Token *sign = &parser->tokens.token[at];
  const char *left = parse_text(parser, chunk_span(parser, row));
  const char *right = parse_text(parser, refuse_next_operand(parser, at + 1));
  const char *spelling = operator_spelling[sign->op];
  bool numbers =
      parser->tokens.token[row->before].kind == TOKEN_NUMBER && parse_spaced_after(parser, at);
  parse_error(parser, sign->span, "%s between spaces may be one element or separate two", spelling);
  parse_advise(parser, "[%s, %s%s]", left, spelling, right);
  parse_advise(parser, numbers ? "[%s%s%s]" : "[%s %s %s]", left, spelling, right);
  parse_stop(parser);
}

static void refuse_mixture(Parser *parser, const Row *row) {
  Text fixed = {0};
  text_string(&fixed, "[");
  uint32_t from = parser->tokens.token[row->start].span.start;
  for (uint32_t at = row->start; at < row->end; at++) {
    const Token *token = &parser->tokens.token[at];
    if (!token->separates) continue;
    uint32_t end = parser->tokens.token[at - 1].span.end;
    text_append(&fixed, parser->source->text + from, end - from);
    text_string(&fixed, ", ");
    from = token->span.start;
  }
  uint32_t end = parser->tokens.token[row->end - 1].span.end;
  text_append(&fixed, parser->source->text + from, end - from);
  text_string(&fixed, "]");
  bool fits =
      fixed.length < sizeof parser->report->advice[0] && !memchr(fixed.bytes, '\n', fixed.length);
  char advice[sizeof parser->report->advice[0]] = "";
  if (fits) strcpy(advice, fixed.bytes);
  text_free(&fixed);
  parse_error(parser, row->spaced->span, "this row has spaces around %s and between its elements",
              parse_text(parser, row->spaced->span));
  report_remark(parser->report, "separate the elements with commas");
  if (fits) parse_advise(parser, "%s", advice);
  parse_stop(parser);
}

/* An operator with white space before or after it. */
static void check_spaced_infix(Parser *parser, Row *row, uint32_t at) {
  Token *token = &parser->tokens.token[at];
  bool word = token->word || token->kind == TOKEN_AND || token->kind == TOKEN_OR;
  bool after = parse_spaced_after(parser, at);
  if (!token->space && !after) return;
  if (is_sum_sign(token) && token->space && !after && !word) {
    if (!lone_number(parser, row) || !signed_number(parser, row, at)) refuse_sign(parser, row, at);
    token->separates = true;
    return;
  }
  bool numbers = parser->tokens.token[row->before].kind == TOKEN_NUMBER && at + 1 < row->end &&
                 parser->tokens.token[at + 1].kind == TOKEN_NUMBER;
  if (is_sum_sign(token) && numbers && lone_number(parser, row)) refuse_sign(parser, row, at);
  row->spaced = token;
}

/* Marks the tokens of the row that begin an element, or refuses what could be read in two ways. */
static void row_check(Parser *parser, uint32_t end) {
  Token *token = parser->tokens.token;
  Row row = {.start = parser->at, .end = end, .chunk = parser->at, .before = end};
  for (uint32_t at = row.start; at < end; at++) {
    if (token[at].kind == TOKEN_NEWLINE) continue;
    bool operand_before = row.before != end && parse_ends_operand(&token[row.before]);
    if (operand_before && is_infix(&token[at])) {
      check_spaced_infix(parser, &row, at);
    } else if (operand_before && token[at].space && parse_starts_operand(&token[at])) {
      bool bracket = token[at].kind == TOKEN_LEFT_PAREN || token[at].kind == TOKEN_LEFT_BRACKET;
      if (bracket &&
          (token[row.before].kind == TOKEN_NAME || token[row.before].kind == TOKEN_PRIME))
        refuse_spaced_call(parser, &row, at);
      token[at].separates = true;
    }
    if (token[at].separates) {
      row.separated = true;
      row.chunk = at;
    }
    at = unit_end(parser, at, end);
    row.before = at;
  }
  if (row.separated && row.spaced) refuse_mixture(parser, &row);
}

/* ---- arrays ---- */

/* The inside of a bracket literal of one row, or false. */
static bool flat_row(const Parser *parser, const Node *node, Span *inside) {
  if (node->kind != NODE_ARRAY || node->grouped || node->count != 1) return false;
  const Node *row = node->child[0];
  *inside = row->span;
  return memchr(parser->source->text + row->span.start, '\n', row->span.end - row->span.start) ==
         NULL;
}

static void refuse_nested(Parser *parser, uint32_t mark, Span span) {
  Text rows = {0};
  bool flat = true;
  for (uint32_t i = mark; i < parser->pending_count; i++) {
    Span inside = {0, 0};
    flat = flat && flat_row(parser, parser->pending[i], &inside);
    text_string(&rows, i == mark ? "" : "; ");
    text_append(&rows, parser->source->text + inside.start, inside.end - inside.start);
  }
  char advice[160] = "";
  flat = flat && rows.length < sizeof advice;
  if (flat) strcpy(advice, rows.bytes);
  text_free(&rows);
  parse_error(parser, span,
              "bracket literals side by side may be the rows or the columns of a matrix");
  parse_advise(parser, flat ? "[%s]  (rows)" : "[1, 2; 3, 4]%s  (rows)", advice);
  parse_advise(parser, flat ? "[%s]'  (columns)" : "[1, 2; 3, 4]'%s  (columns)", advice);
  parse_stop(parser);
}

static bool bare_array(const Node *node) { return node->kind == NODE_ARRAY && !node->grouped; }

static void check_nested(Parser *parser, uint32_t mark) {
  for (uint32_t i = mark; i + 1 < parser->pending_count; i++) {
    const Node *node = parser->pending[i], *next = parser->pending[i + 1];
    if (bare_array(node) && bare_array(next))
      refuse_nested(parser, mark, span_join(node->span, next->span));
  }
}

static bool at_row_end(const Parser *parser) {
  return parse_at(parser, TOKEN_NEWLINE) || parse_at(parser, TOKEN_SEMICOLON) ||
         parse_at(parser, TOKEN_RIGHT_BRACKET);
}

static Node *row(Parser *parser) {
  uint32_t mark = parser->pending_count;
  uint32_t start = parse_token(parser)->span.start;
  bool plain;
  uint32_t end = row_end(parser, &plain);
  if (plain) row_check(parser, end);
  do {
    parse_skip_newlines(parser);
    if (!plain && at_row_end(parser) && parser->pending_count > mark) break; /* a trailing comma */
    Node *element = expression_full(parser);
    parse_push(parser, element);
    if (parse_at(parser, TOKEN_ASSIGN)) refuse_token(parser, "the end of the element");
  } while (plain ? parse_token(parser)->separates : parse_take(parser, TOKEN_COMMA));
  check_nested(parser, mark);
  return parse_list(parser, NODE_ROW, parse_span_from(parser, start), mark);
}

/* [body for …], at `for`. */
static Node *comprehension(Parser *parser, Node *body) {
  Node *generated = literal_generator(parser, body);
  const Node *generator = generated->child[1];
  const Node *filter = generator->child[generator->count - 1];
  if (filter && generator->count > 2) {
    parse_error(parser, filter->span, "a filter stands only behind one variable");
    report_remark(parser->report,
                  "with several the result is a matrix, and a filter would leave holes");
    parse_stop(parser);
  }
  generated->kind = NODE_COMPREHENSION;
  return generated;
}

void literal_skip_rows(Parser *parser) {
  while (parse_at(parser, TOKEN_NEWLINE) || parse_at(parser, TOKEN_SEMICOLON))
    parse_advance(parser);
}

Node *literal_array(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  uint32_t mark = parser->pending_count;
  Context outer = parse_open(parser, LAYOUT_ROWS, "]");
  Node *body = NULL;
  literal_skip_rows(parser);
  while (!parse_at(parser, TOKEN_RIGHT_BRACKET)) {
    parse_push(parser, row(parser));
    const Node *last = parser->pending[parser->pending_count - 1];
    if (parse_at(parser, TOKEN_FOR) && parser->pending_count == mark + 1 && last->count == 1) {
      body = comprehension(parser, last->child[0]);
      parse_skip_newlines(parser);
      break;
    }
    if (!at_row_end(parser)) refuse_token(parser, "a comma, ; or ]");
    literal_skip_rows(parser);
  }
  parse_close(parser, outer, TOKEN_RIGHT_BRACKET);
  Span span = parse_span_from(parser, start);
  if (!body) return parse_list(parser, NODE_ARRAY, span, mark);
  parser->pending_count = mark;
  body->span = span;
  return body;
}
