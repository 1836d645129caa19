/* literals.c - numbers, strings with holes, generators and piecewise values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "syntax/parse.h"

/* ---- numbers ---- */

Node *literal_number(Parser *parser) {
  const Token *token = parse_token(parser);
  bool imaginary = token->kind == TOKEN_IMAGINARY;
  Node *node = parse_leaf(parser, imaginary ? NODE_IMAGINARY : NODE_NUMBER, token->span);
  node->number = token->number;
  node->text = parser->source->text + token->span.start;
  node->length = token->span.end - token->span.start;
  if (imaginary) {
    memory_grow(parser->imaginary, parser->imaginary_count, parser->imaginary_capacity);
    parser->imaginary[parser->imaginary_count++] = node;
  }
  parse_advance(parser);
  return node;
}

/* ---- strings ---- */

/* The bytes a TEXT token stands for. */
static Node *text(Parser *parser) {
  Span span = parse_token(parser)->span;
  const char *raw = parser->source->text;
  char *bytes = arena_new(&parser->tree->arena, span.end - span.start + 1);
  size_t length = 0;
  for (uint32_t at = span.start; at < span.end; at++) {
    char byte = raw[at];
    if (byte == '\\') {
      byte = raw[++at];
      byte = byte == 'n' ? '\n' : byte == 't' ? '\t' : byte;
    }
    bytes[length++] = byte;
  }
  Node *node = parse_leaf(parser, NODE_TEXT, span);
  node->text = bytes;
  node->length = length;
  parse_advance(parser);
  return node;
}

static Node *hole(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  Context outer = parse_open(parser, LAYOUT_FREE, "}");
  parser->context.in_index = false;
  Node *value = expression_full(parser);
  Span format = {0, 0};
  if (parse_at(parser, TOKEN_FORMAT)) {
    format = parse_token(parser)->span;
    parse_advance(parser);
  }
  if (!parse_at(parser, TOKEN_RIGHT_HOLE) && !parse_starts_operand(parse_token(parser)) &&
      !parse_at(parser, TOKEN_END))
    refuse_hole(parser, start);
  parse_close(parser, outer, TOKEN_RIGHT_HOLE);
  Node *node = parse_node(parser, NODE_FORMAT, parse_span_from(parser, start), 1, value);
  node->text = parser->source->text + format.start;
  node->length = format.end - format.start;
  return node;
}

Node *literal_string(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  uint32_t mark = parser->pending_count;
  parse_descend(parser);
  Context outer = parse_open(parser, LAYOUT_FREE, "\"");
  while (!parse_at(parser, TOKEN_RIGHT_QUOTE)) {
    if (parse_at(parser, TOKEN_TEXT)) parse_push(parser, text(parser));
    else if (parse_at(parser, TOKEN_LEFT_HOLE)) parse_push(parser, hole(parser));
    else refuse_token(parser, "the end of the string");
  }
  parse_close(parser, outer, TOKEN_RIGHT_QUOTE);
  parse_ascend(parser);
  return parse_list(parser, NODE_STRING, parse_span_from(parser, start), mark);
}

/* ---- generators ---- */

/* Whether NAME {, NAME} in starts at token [at]. */
static bool bind_follows(const Parser *parser, const Token *token) {
  for (;;) {
    if (token->kind != TOKEN_NAME) return false;
    token = parse_after(parser, (uint32_t)(token - parser->tokens.token));
    if (token->kind == TOKEN_OPERATOR && token->op == OP_IN) return true;
    if (token->kind != TOKEN_COMMA) return false;
    token = parse_after(parser, (uint32_t)(token - parser->tokens.token));
  }
}

static _Noreturn void refuse_bind(Parser *parser) {
  const Token *token = parse_token(parser);
  if (token->kind == TOKEN_ASSIGN) {
    const Token *name = parse_before(parser);
    Span rest = refuse_rest(parser, parser->at + 1);
    parse_error(parser, token->span, "a loop goes over its values with in");
    if (name && rest.end > rest.start)
      parse_advise(parser, "for %s in %s", parse_text(parser, name->span),
                   parse_text(parser, rest));
    parse_stop(parser);
  }
  refuse_token(parser, "in");
}

Node *literal_bind(Parser *parser) {
  uint32_t mark = parser->pending_count;
  uint32_t start = parse_token(parser)->span.start;
  do {
    const Token *token = parse_token(parser);
    if (token->kind == TOKEN_LEFT_PAREN && token->match && bind_follows(parser, token + 1)) {
      const Token *close = &parser->tokens.token[token->match];
      parse_error(parser, token->span, "the head of a loop takes no parentheses");
      parse_advise(parser, "for %s",
                   parse_text(parser, (Span){token->span.end, close->span.start}));
      parse_stop(parser);
    }
    if (token->kind != TOKEN_NAME) refuse_operand(parser);
    Node *name = parse_leaf(parser, NODE_NAME, token->span);
    name->symbol = parse_symbol(parser, token->span);
    parse_push(parser, name);
    parse_advance(parser);
  } while (parse_take(parser, TOKEN_COMMA));
  if (!parse_at_operator(parser, OP_IN)) refuse_bind(parser);
  parse_advance(parser);
  parse_skip_newlines(parser);
  parse_push(parser, expression_full(parser));
  return parse_list(parser, NODE_BIND, parse_span_from(parser, start), mark);
}

static bool binds_i(const Node *bind) {
  for (uint32_t i = 0; i + 1 < bind->count; i++)
    if (strcmp(bind->child[i]->symbol->key, "i") == 0) return true;
  return false;
}

/* body for …, at `for`: a GENERATED node. */
Node *literal_generator(Parser *parser, Node *body) {
  uint32_t mark = parser->pending_count;
  uint32_t start = parse_token(parser)->span.start;
  bool hides_i = false;
  parse_advance(parser);
  parse_skip_newlines(parser);
  for (;;) {
    Node *bind = literal_bind(parser);
    hides_i = hides_i || binds_i(bind);
    parse_push(parser, bind);
    if (!parse_at(parser, TOKEN_COMMA) || !bind_follows(parser, parse_after(parser, parser->at)))
      break;
    parse_advance(parser);
  }
  Node *filter = NULL;
  if (parse_take(parser, TOKEN_IF)) {
    parse_skip_newlines(parser);
    filter = expression_full(parser);
  }
  parse_push(parser, filter);
  Node *generator = parse_list(parser, NODE_GENERATOR, parse_span_from(parser, start), mark);
  Node *node = parse_node(parser, NODE_GENERATED, span_join(body->span, generator->span), 2, body,
                          generator);
  if (hides_i) parse_region(parser, node->span);
  return node;
}

/* ---- piecewise ---- */

/* { } around anything else than arms. */
static _Noreturn void refuse_braces(Parser *parser, Span brace) {
  const Token *token = parse_token(parser);
  if (token->kind == TOKEN_END || token->kind == TOKEN_ERROR)
    refuse_token(parser, "if or otherwise");
  parse_error(parser, token->span,
              "{ } holds the branches of a piecewise value: expected if or otherwise");
  parse_mark(parser, brace);
  if (token->kind == TOKEN_ASSIGN) parse_advise(parser, "record(a = 1)");
  else if (token->kind == TOKEN_COMMA) parse_advise(parser, "[1, 2]  (an array)");
  parse_advise(parser, "{x if x > 0; 0 otherwise}");
  parse_stop(parser);
}

static Node *arm(Parser *parser, Span brace) {
  Node *value = expression_full(parser);
  Node *condition = NULL;
  if (parse_take(parser, TOKEN_IF)) {
    parse_skip_newlines(parser);
    condition = expression_full(parser);
  } else if (!parse_take(parser, TOKEN_OTHERWISE)) {
    refuse_braces(parser, brace);
  }
  return parse_node(parser, NODE_ARM, parse_span_from(parser, value->span.start), 2, value,
                    condition);
}

Node *literal_piecewise(Parser *parser) {
  Span brace = parse_token(parser)->span;
  uint32_t mark = parser->pending_count;
  Context outer = parse_open(parser, LAYOUT_ROWS, "}");
  const Node *otherwise = NULL;
  literal_skip_rows(parser);
  if (parse_at(parser, TOKEN_RIGHT_BRACE)) refuse_braces(parser, brace);
  while (!parse_at(parser, TOKEN_RIGHT_BRACE)) {
    Node *node = arm(parser, brace);
    if (otherwise) {
      parse_error(parser, node->span, "a branch stands after otherwise");
      parse_mark(parser, otherwise->span);
      parse_stop(parser);
    }
    otherwise = node->child[1] ? NULL : node;
    parse_push(parser, node);
    if (parse_at(parser, TOKEN_COMMA)) {
      parse_error(parser, parse_token(parser)->span, "the branches in { } are separated by ;");
      parse_advise(parser, "{x if x > 0; 0 otherwise}");
      parse_stop(parser);
    }
    if (!parse_at(parser, TOKEN_NEWLINE) && !parse_at(parser, TOKEN_SEMICOLON) &&
        !parse_at(parser, TOKEN_RIGHT_BRACE))
      refuse_token(parser, "; or }");
    literal_skip_rows(parser);
  }
  parse_close(parser, outer, TOKEN_RIGHT_BRACE);
  return parse_list(parser, NODE_PIECEWISE, parse_span_from(parser, brace.start), mark);
}
