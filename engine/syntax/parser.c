/* parser.c - the parser's state: tokens, open brackets, nodes in the making, the way out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/parser.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/parse.h"

/* ---- tokens ---- */

const Token *parse_token(const Parser *parser) { return &parser->tokens.token[parser->at]; }

const Token *parse_before(const Parser *parser) {
  for (uint32_t at = parser->at; at-- > 0;)
    if (parser->tokens.token[at].kind != TOKEN_NEWLINE) return &parser->tokens.token[at];
  return NULL;
}

static bool last_token(const Parser *parser, uint32_t at) { return at + 1 >= parser->tokens.count; }

const Token *parse_after(const Parser *parser, uint32_t at) {
  if (!last_token(parser, at)) at++;
  while (parser->context.layout == LAYOUT_FREE && !last_token(parser, at) &&
         parser->tokens.token[at].kind == TOKEN_NEWLINE)
    at++;
  return &parser->tokens.token[at];
}

bool parse_at(const Parser *parser, TokenKind kind) { return parse_token(parser)->kind == kind; }

bool parse_at_operator(const Parser *parser, Operator op) {
  return parse_at(parser, TOKEN_OPERATOR) && parse_token(parser)->op == op;
}

void parse_advance(Parser *parser) {
  parser->at = (uint32_t)(parse_after(parser, parser->at) - parser->tokens.token);
}

bool parse_take(Parser *parser, TokenKind kind) {
  if (!parse_at(parser, kind)) return false;
  parse_advance(parser);
  return true;
}

void parse_skip_newlines(Parser *parser) {
  while (parse_at(parser, TOKEN_NEWLINE)) parse_advance(parser);
}

void parse_expect(Parser *parser, TokenKind kind, const char *expected) {
  if (!parse_take(parser, kind)) refuse_token(parser, expected);
}

bool parse_spaced_after(const Parser *parser, uint32_t at) {
  if (last_token(parser, at)) return true;
  const Token *next = &parser->tokens.token[at + 1];
  return next->space || next->kind == TOKEN_NEWLINE || next->kind == TOKEN_END;
}

bool parse_is_word(const Parser *parser, const Token *token, const char *word) {
  size_t length = token->span.end - token->span.start;
  return token->kind == TOKEN_NAME && strlen(word) == length &&
         memcmp(parser->source->text + token->span.start, word, length) == 0;
}

bool parse_ends_operand(const Token *token) {
  switch (token->kind) {
  case TOKEN_NUMBER:
  case TOKEN_IMAGINARY:
  case TOKEN_NAME:
  case TOKEN_PRIME:
  case TOKEN_BANG:
  case TOKEN_SUPERSCRIPT:
  case TOKEN_TRANSPOSE:
  case TOKEN_INVERSE:
  case TOKEN_RIGHT_PAREN:
  case TOKEN_RIGHT_BRACKET:
  case TOKEN_RIGHT_BRACE:
  case TOKEN_RIGHT_QUOTE:
  case TOKEN_TRUE:
  case TOKEN_FALSE:
  case TOKEN_STOP:
  case TOKEN_BAR: return true;
  default: return false;
  }
}

bool parse_starts_operand(const Token *token) {
  switch (token->kind) {
  case TOKEN_NUMBER:
  case TOKEN_IMAGINARY:
  case TOKEN_NAME:
  case TOKEN_LEFT_PAREN:
  case TOKEN_LEFT_BRACKET:
  case TOKEN_LEFT_BRACE:
  case TOKEN_LEFT_QUOTE:
  case TOKEN_TRUE:
  case TOKEN_FALSE:
  case TOKEN_ROOT:
  case TOKEN_NABLA:
  case TOKEN_BAR:
  case TOKEN_NOT: return true;
  default: return false;
  }
}

bool parse_continues_line(const Token *token) {
  switch (token->kind) {
  case TOKEN_OPERATOR:
  case TOKEN_UPDATE:
  case TOKEN_ASSIGN:
  case TOKEN_ARROW:
  case TOKEN_PIPE:
  case TOKEN_TILDE:
  case TOKEN_COLON:
  case TOKEN_COMMA:
  case TOKEN_AND:
  case TOKEN_OR:
  case TOKEN_NOT:
  case TOKEN_ROOT:
  case TOKEN_NABLA:
  case TOKEN_THEN:
  case TOKEN_ELSE: return true;
  default: return false;
  }
}

/* ---- brackets and depth ---- */

void parse_opening(Parser *parser, Span span, const char *closer) {
  memory_grow(parser->opening, parser->opening_count, parser->opening_capacity);
  parser->opening[parser->opening_count++] = (Opening){span, closer};
}

Context parse_open(Parser *parser, Layout layout, const char *closer) {
  Context outer = parser->context;
  parse_opening(parser, parse_token(parser)->span, closer);
  parser->context.layout = layout;
  parser->context.in_bars = false;
  parser->context.in_clause = false;
  parse_advance(parser);
  return outer;
}

void parse_close(Parser *parser, Context outer, TokenKind kind) {
  if (!parse_at(parser, kind)) refuse_token(parser, NULL);
  assert(parser->opening_count > 0);
  parser->opening_count--;
  parser->context = outer;
  parse_advance(parser);
}

void parse_descend(Parser *parser) {
  if (++parser->depth <= PARSE_DEPTH) return;
  parse_error(parser, parse_token(parser)->span, "this is nested more than %d levels deep",
              PARSE_DEPTH);
  parse_stop(parser);
}

void parse_ascend(Parser *parser) {
  assert(parser->depth > 0);
  parser->depth--;
}

/* ---- nodes ---- */

static void measure(Parser *parser, Node *node) {
  uint32_t height = 0;
  for (uint32_t i = 0; i < node->count; i++)
    if (node->child[i] && node->child[i]->height > height) height = node->child[i]->height;
  node->height = height + 1;
  if (node->height <= PARSE_HEIGHT) return;
  parse_error(parser, (Span){node->span.end ? node->span.end - 1 : 0, node->span.end},
              "this expression chains more than %d operations", PARSE_HEIGHT);
  report_remark(parser->report, "split it into several statements");
  parse_stop(parser);
}

void parse_push(Parser *parser, Node *node) {
  memory_grow(parser->pending, parser->pending_count, parser->pending_capacity);
  parser->pending[parser->pending_count++] = node;
}

Node *parse_list(Parser *parser, NodeKind kind, Span span, uint32_t mark) {
  assert(mark <= parser->pending_count);
  uint32_t count = parser->pending_count - mark;
  Node *node = node_new(parser->tree, kind, span, count);
  for (uint32_t i = 0; i < count; i++) node->child[i] = parser->pending[mark + i];
  parser->pending_count = mark;
  measure(parser, node);
  return node;
}

Node *parse_leaf(Parser *parser, NodeKind kind, Span span) {
  Node *node = node_new(parser->tree, kind, span, 0);
  node->height = 1;
  return node;
}

Node *parse_node(Parser *parser, NodeKind kind, Span span, uint32_t count, ...) {
  uint32_t mark = parser->pending_count;
  va_list children;
  va_start(children, count);
  for (uint32_t i = 0; i < count; i++) parse_push(parser, va_arg(children, Node *));
  va_end(children);
  return parse_list(parser, kind, span, mark);
}

const Symbol *parse_symbol(Parser *parser, Span span) {
  return symbol_intern(parser->symbols, parser->source->text + span.start, span.end - span.start);
}

Span parse_span_from(const Parser *parser, uint32_t start) {
  const Token *before = parse_before(parser);
  uint32_t end = before ? before->span.end : start;
  return (Span){start, end > start ? end : start};
}

static bool is_i(const Symbol *symbol) { return strcmp(symbol->key, "i") == 0; }

void parse_bind(Parser *parser, const Symbol *symbol) {
  if (is_i(symbol)) parser->scope->binds_i = true;
}

void parse_region(Parser *parser, Span span) {
  memory_grow(parser->region, parser->region_count, parser->region_capacity);
  parser->region[parser->region_count++] = span;
}

/* ---- errors ---- */

_Noreturn void parse_stop(Parser *parser) { longjmp(parser->escape, 1); }

void parse_error(Parser *parser, Span span, const char *format, ...) {
  parser->status = PARSE_ERROR;
  if (parse_at(parser, TOKEN_ERROR)) { /* what is no token explains everything after it */
    *parser->report = parser->problem;
    parser->problem = (Report){0};
    parse_stop(parser);
  }
  va_list arguments;
  va_start(arguments, format);
  Text message = {0};
  text_format_list(&message, format, arguments);
  va_end(arguments);
  report_start(parser->report, parser->source, span, "%s", message.bytes);
  text_free(&message);
}

const char *parse_text(Parser *parser, Span span) {
  char *excerpt = parser->excerpt[parser->excerpt_next++ % 8];
  size_t length = span.end > span.start ? span.end - span.start : 0, limit = sizeof parser->excerpt[0] - 4;
  const char *text = parser->source->text + span.start;
  bool cut = length > limit;
  if (cut) length = limit;
  while (cut && length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
  for (size_t at = 0; at < length; at++)
    excerpt[at] = text[at] == '\n' || text[at] == '\r' || text[at] == '\t' ? ' ' : text[at];
  strcpy(excerpt + length, cut ? "…" : "");
  return excerpt;
}

const char *parse_name(Parser *parser, const Node *node) { return parse_text(parser, node->span); }

/* ---- the imaginary unit where i is a name ---- */

static int compare_spans(const void *a, const void *b) {
  const Span *x = a, *y = b;
  return (x->start > y->start) - (x->start < y->start);
}

static void refuse_imaginary(Parser *parser, const Node *node) {
  const char *text = parse_text(parser, node->span);
  int digits = (int)strlen(text) - 1;
  parse_error(parser, node->span, "i is a name here, so %s may be a product or an imaginary number",
              text);
  parse_advise(parser, "%.*s*i", digits, text);
  parse_advise(parser, "complex(0, %.*s)", digits, text);
  parse_stop(parser);
}

/* Both lists are in order, so one sweep finds an imaginary number inside a region. */
static void check_imaginary(Parser *parser) {
  if (!parser->region_count || !parser->imaginary_count) return;
  qsort(parser->region, parser->region_count, sizeof *parser->region, compare_spans);
  uint32_t next = 0, end = 0;
  for (uint32_t i = 0; i < parser->imaginary_count; i++) {
    const Node *node = parser->imaginary[i];
    for (; next < parser->region_count && parser->region[next].start <= node->span.start; next++)
      if (parser->region[next].end > end) end = parser->region[next].end;
    if (node->span.start < end) refuse_imaginary(parser, node);
  }
}

/* ---- entry ---- */

static Node *lone_expression(Parser *parser) {
  parse_skip_newlines(parser);
  Node *value = statement_value(parser);
  parse_skip_newlines(parser);
  if (!parse_at(parser, TOKEN_END)) refuse_token(parser, "the end of the expression");
  return parse_node(parser, NODE_BLOCK, value->span, 1, value);
}

/* Apart from run, so that no local of the function with setjmp changes after it. */
static void run_guarded(Parser *parser, Node *(*start)(Parser *)) {
  Scope scope = {NULL, false};
  parser->scope = &scope;
  if (setjmp(parser->escape)) return;
  lexer_run(parser->source, &parser->tokens, &parser->problem);
  parser->tree->program = start(parser);
  if (scope.binds_i) parse_region(parser, (Span){0, (uint32_t)parser->source->length});
  check_imaginary(parser);
  parser->status = PARSE_OK;
}

static ParseStatus run(Source *source, SymbolTable *symbols, Tree **tree, Report *report,
                       Node *(*start)(Parser *)) {
  Parser *parser = memory_new_zeroed(1, sizeof *parser);
  parser->source = source;
  parser->symbols = symbols;
  parser->report = report;
  parser->tree = tree_new(source);
  parser->status = PARSE_ERROR;
  memset(report, 0, sizeof *report);
  run_guarded(parser, start);
  ParseStatus status = parser->status;
  *tree = status == PARSE_OK ? parser->tree : NULL;
  if (status != PARSE_OK) tree_release(parser->tree);
  report_clear(&parser->problem);
  lexer_free(&parser->tokens);
  free(parser->pending);
  free(parser->opening);
  free(parser->imaginary);
  free(parser->region);
  text_free(&parser->operators);
  free(parser);
  return status;
}

ParseStatus parse(Source *source, SymbolTable *symbols, Tree **tree, Report *report) {
  return run(source, symbols, tree, report, statement_program);
}

ParseStatus parse_expression(Source *source, SymbolTable *symbols, Tree **tree, Report *report) {
  return run(source, symbols, tree, report, lone_expression);
}
