/* refusals.c - what to say where the grammar stops: what was found, what was expected, what to
 * type.
 *
 * Every function here ends the parse. The end of the text is never an error of its own: it makes
 * the parse incomplete, and the report says what is open.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "syntax/parse.h"

/* ---- looking around ---- */

bool refuse_ends_line(const Token *token) {
  return token->kind == TOKEN_NEWLINE || token->kind == TOKEN_SEMICOLON ||
         token->kind == TOKEN_END || token->kind == TOKEN_ERROR;
}

const Token *refuse_token_at(const Parser *parser, uint32_t at) {
  return &parser->tokens.token[at < parser->tokens.count ? at : parser->tokens.count - 1];
}

Span refuse_next_operand(const Parser *parser, uint32_t at) {
  const Token *token = refuse_token_at(parser, at);
  while (token->kind == TOKEN_NEWLINE) token = refuse_token_at(parser, ++at);
  Span span = {token->span.start, token->span.start};
  if (token->kind == TOKEN_OPERATOR && token->op == OP_SUBTRACT)
    token = refuse_token_at(parser, ++at);
  bool open = token->kind == TOKEN_LEFT_PAREN || token->kind == TOKEN_LEFT_BRACKET ||
              token->kind == TOKEN_LEFT_BRACE || token->kind == TOKEN_LEFT_QUOTE;
  if (!parse_starts_operand(token) || token->kind == TOKEN_BAR || token->kind == TOKEN_NOT ||
      (open && !token->match))
    return span;
  for (;;) { /* the value and what is tight behind it */
    if (token->match > at) at = token->match;
    span.end = refuse_token_at(parser, at)->span.end;
    const Token *next = refuse_token_at(parser, at + 1);
    bool bracket = next->kind == TOKEN_LEFT_PAREN || next->kind == TOKEN_LEFT_BRACKET;
    bool part =
        next->kind == TOKEN_PRIME || next->kind == TOKEN_BANG || next->kind == TOKEN_DOT ||
        next->kind == TOKEN_SUPERSCRIPT || next->kind == TOKEN_TRANSPOSE ||
        (next->kind == TOKEN_NAME && refuse_token_at(parser, at)->kind != TOKEN_RIGHT_PAREN);
    if (next->space || next->span.start == next->span.end || (bracket && !next->match) ||
        !(bracket || part))
      return span;
    token = refuse_token_at(parser, ++at);
  }
}

SymbolMeaning refuse_meaning(const Parser *parser, Span name) {
  const Symbol *symbol =
      symbol_find(parser->symbols, parser->source->text + name.start, name.end - name.start);
  return symbol ? symbol->meaning : SYMBOL_UNKNOWN;
}

const char *refuse_operand_text(Parser *parser, const char *otherwise) {
  return parser->operand ? parse_name(parser, parser->operand) : otherwise;
}

Span refuse_rest(const Parser *parser, uint32_t at) {
  const Token *token = refuse_token_at(parser, at);
  Span span = {token->span.start, token->span.start};
  for (;; token = refuse_token_at(parser, ++at)) {
    switch (token->kind) {
    case TOKEN_NEWLINE:
    case TOKEN_SEMICOLON:
    case TOKEN_COMMA:
    case TOKEN_RIGHT_PAREN:
    case TOKEN_END:
    case TOKEN_RIGHT_BRACKET:
    case TOKEN_RIGHT_BRACE:
    case TOKEN_RIGHT_HOLE:
    case TOKEN_FORMAT:
    case TOKEN_THEN:
    case TOKEN_DO:
    case TOKEN_STOP:
    case TOKEN_FOREIGN:
    case TOKEN_ERROR:
    case TOKEN_ASSIGN:
    case TOKEN_FOR:
    case TOKEN_IF:
    case TOKEN_OTHERWISE: return span;
    default: break;
    }
    if (token->match > at) at = token->match;
    span.end = refuse_token_at(parser, at)->span.end;
  }
}

const char *refuse_rest_text(Parser *parser, uint32_t at, const char *otherwise) {
  Span span = refuse_rest(parser, at);
  return span.end > span.start ? parse_text(parser, span) : otherwise;
}

const char *refuse_whole_text(Parser *parser, const char *otherwise) {
  return parser->whole ? parse_name(parser, parser->whole) : otherwise;
}

const char *refuse_next_text(Parser *parser, uint32_t at, const char *otherwise) {
  Span span = refuse_next_operand(parser, at);
  return span.end > span.start ? parse_text(parser, span) : otherwise;
}

/* What a message calls the current token. */
static const char *found(Parser *parser, char buffer[128]) {
  const Token *token = parse_token(parser);
  const char *name = token_found[token->kind];
  bool shows = name[0] == '\0' || name[strlen(name) - 1] == ' ';
  snprintf(buffer, 128, "%s%s", name, shows ? parse_text(parser, token->span) : "");
  return buffer;
}

/* ---- the end of the text ---- */

static _Noreturn void incomplete(Parser *parser, const char *expected) {
  if (parser->opening_count) {
    const Opening *open = &parser->opening[parser->opening_count - 1];
    const char *text = parse_text(parser, open->span);
    parse_error(parser, open->span, "%s is not closed: %s is missing", text, open->closer);
  } else {
    const Token *before = parse_before(parser);
    Span span = before ? before->span : (Span){0, 0};
    if (expected) parse_error(parser, span, "the text ends where %s is expected", expected);
    else parse_error(parser, span, "the text ends where a value is expected");
  }
  parser->status = PARSE_INCOMPLETE;
  parse_stop(parser);
}

/* ---- where a value must be ---- */

static bool is_closer(const Token *token) {
  return token->kind == TOKEN_RIGHT_PAREN || token->kind == TOKEN_RIGHT_BRACKET ||
         token->kind == TOKEN_RIGHT_BRACE || token->kind == TOKEN_STOP ||
         token->kind == TOKEN_ELSE || token->kind == TOKEN_ELSEIF;
}

/* 'text' */
static _Noreturn void refuse_single_quote(Parser *parser) {
  Span span = parse_token(parser)->span;
  Span line = source_line(parser->source, span.start);
  const char *text = parser->source->text;
  const char *close = memchr(text + span.end, '\'', line.end > span.end ? line.end - span.end : 0);
  parse_error(parser, span, "' is the transpose or the derivative and needs a value before it");
  if (close) {
    Span inside = {span.end, (uint32_t)(close - text)};
    parser->report->label[0].span.end = inside.end + 1;
    parse_advise(parser, "\"%s\"  (a string)", parse_text(parser, inside));
  }
  parse_stop(parser);
}

/* \theta in a text. */
static void advise_greek(Parser *parser) {
  const Token *next = refuse_token_at(parser, parser->at + 1);
  if (next->space || next->kind != TOKEN_NAME) return;
  for (const GreekLetter *row = greek_letters; row->word; row++)
    if (parse_is_word(parser, next, row->word)) parse_advise(parser, "%s", row->letter);
}

static void explain_operator(Parser *parser) {
  const Token *token = parse_token(parser);
  const Token *before = parse_before(parser);
  const char *sign = parse_text(parser, token->span);
  if (before && before->kind == TOKEN_OPERATOR)
    parse_error(parser, token->span, "%s stands right after %s: a value is missing between them",
                sign, parse_text(parser, before->span));
  else parse_error(parser, token->span, "a value is expected before %s", sign);
  if (token->op == OP_SOLVE) advise_greek(parser);
  if (before && before->kind == TOKEN_TILDE && token->op == OP_DOT_ADD)
    parse_advise(parser, "~ . + %s", refuse_next_text(parser, parser->at + 1, "x"));
  if (before && before->kind == TOKEN_ROOT && (token->op == OP_SUBTRACT || token->op == OP_ADD))
    parse_advise(parser, "√(%s%s)", sign, refuse_next_text(parser, parser->at + 1, "x"));
}

static void explain_keyword(Parser *parser) {
  const Token *token = parse_token(parser);
  const char *word = parse_text(parser, token->span);
  switch (token->kind) {
  case TOKEN_STOP:
    parse_error(parser, token->span, "a value is expected before end");
    report_remark(parser->report, "end closes a block, or is the last position in an index");
    break;
  case TOKEN_NOT:
  case TOKEN_IF:
    parse_error(parser, token->span, "%s needs parentheses here", word);
    parse_advise(parser, token->kind == TOKEN_NOT ? "(not x)" : "(if c then a else b)");
    break;
  case TOKEN_DO:
    parse_error(parser, token->span,
                "do … end is the body of a definition or of a function written with ->");
    break;
  case TOKEN_FOR:
    parse_error(parser, token->span,
                "for stands behind a value in [ ] or among arguments, or begins a loop");
    parse_advise(parser, "[i^2 for i in 1:5]");
    break;
  default: parse_error(parser, token->span, "%s is a keyword, and a value is expected here", word);
  }
}

/* v[2:], A[,1], A[1,], v[] */
static void explain_hole(Parser *parser) {
  const Token *token = parse_token(parser), *before = parse_before(parser);
  if (!before || !parser->context.in_index) return;
  bool closes = token->kind == TOKEN_RIGHT_BRACKET;
  if (closes && before->kind == TOKEN_COLON && parser->whole)
    parser->report->label[0].span.start = parser->whole->span.start,
    parser->report->label[0].span.end = before->span.end,
    parse_advise(parser, "%s:end", parse_name(parser, parser->whole));
  else if ((closes && before->kind == TOKEN_COMMA) || token->kind == TOKEN_COMMA)
    report_remark(parser->report, "all rows or columns are :");
}

static void explain_punctuation(Parser *parser) {
  char buffer[128];
  const Token *token = parse_token(parser);
  const Token *before = parse_before(parser);
  switch (token->kind) {
  case TOKEN_BANG:
    parse_error(parser, token->span, "! is the factorial and stands behind a value");
    parse_advise(parser, "not %s", refuse_next_text(parser, parser->at + 1, "x"));
    break;
  case TOKEN_TILDE:
    parse_error(parser, token->span, "~ stands between a response and its terms");
    parse_advise(parser, "not %s", refuse_next_text(parser, parser->at + 1, "x"));
    break;
  case TOKEN_ASSIGN:
    if (before && before->word)
      parse_error(parser, before->span, "%s is a word of the language and no name",
                  parse_text(parser, before->span));
    else parse_error(parser, token->span, "a value is expected before =");
    break;
  case TOKEN_COLON:
    parse_error(parser, token->span,
                "a range needs a first value; : alone is every position of an index");
    if (refuse_token_at(parser, parser->at + 1)->kind == TOKEN_COLON && parser->context.in_index) {
      parser->report->label[0].span.end = refuse_next_operand(parser, parser->at + 2).end;
      parse_advise(parser, "1:%s:end", refuse_next_text(parser, parser->at + 2, "2"));
    } else {
      parse_advise(parser, "1:%s", refuse_next_text(parser, parser->at + 1, "n"));
    }
    break;
  case TOKEN_DOT:
    parse_error(parser, token->span, ". alone stands only in a formula, after ~ or +");
    break;
  case TOKEN_SUPERSCRIPT:
  case TOKEN_INVERSE:
  case TOKEN_TRANSPOSE:
    parse_error(parser, token->span, "a superscript stands tight behind a value");
    break;
  default:
    parse_error(parser, token->span, "a value is expected before %s", found(parser, buffer));
    explain_hole(parser);
  }
}

_Noreturn void refuse_operand(Parser *parser) {
  const Token *token = parse_token(parser);
  if (is_closer(token) && !parser->opening_count && token->kind != TOKEN_STOP)
    refuse_token(parser, NULL);
  switch (token->kind) {
  case TOKEN_END: incomplete(parser, NULL);
  case TOKEN_FOREIGN: refuse_foreign_sign(parser, false);
  case TOKEN_PRIME: refuse_single_quote(parser);
  case TOKEN_OPERATOR: explain_operator(parser); break;
  default:
    if (token->word) explain_keyword(parser);
    else explain_punctuation(parser);
  }
  parse_stop(parser);
}

/* ---- where an operator or an end could be ---- */

/* A line that starts with a clause word goes on with the form above. */
bool refuse_clause_line(Parser *parser) {
  uint32_t first = parser->statement_at;
  const Token *token = refuse_token_at(parser, first);
  bool such_that = parse_is_word(parser, token, "s") && clause_word(parser, first);
  bool word = clause_word(parser, first) && parser->at == first + (such_that ? 3 : 1);
  if (!word) return false;
  parse_error(parser, token->span, "a line does not begin with %s",
              such_that ? "s.t." : parse_text(parser, token->span));
  report_remark(parser->report, "end the line before with it, or wrap the whole form in ( )");
  return true;
}

/* A postfix sign with a space before it, or behind a number. */
static bool explain_postfix(Parser *parser) {
  const Token *token = parse_token(parser);
  const Token *before = parse_before(parser);
  bool postfix = token->kind == TOKEN_PRIME || token->kind == TOKEN_BANG ||
                 token->kind == TOKEN_SUPERSCRIPT || token->kind == TOKEN_TRANSPOSE ||
                 token->kind == TOKEN_INVERSE;
  if (!postfix || !before || !parse_ends_operand(before)) return false;
  const char *sign = parse_text(parser, token->span);
  if (token->space) {
    parse_error(parser, token->span, "%s stands tight behind its value", sign);
    parse_advise(parser, "%s%s", refuse_operand_text(parser, "A"), sign);
  } else {
    parse_error(parser, token->span,
                "%s behind a number: a number has no transpose and no derivative", sign);
  }
  return true;
}

/* Does the line begin with the word? */
static bool line_begins(Parser *parser, const char *word) {
  uint32_t at = parser->at;
  while (at > 0 && parser->tokens.token[at - 1].kind != TOKEN_NEWLINE &&
         parser->tokens.token[at - 1].kind != TOKEN_SEMICOLON)
    at--;
  return parse_is_word(parser, &parser->tokens.token[at], word);
}

static void explain_assign(Parser *parser) {
  const Token *token = parse_token(parser);
  if (line_begins(parser, "fit")) {
    parse_error(parser, token->span, "a model stands behind ~, not =");
    parse_advise(parser, "fit %s ~ %s", refuse_whole_text(parser, "y"),
                 refuse_rest_text(parser, parser->at + 1, "a*x over a"));
    return;
  }
  parse_error(parser, token->span,
              "= defines or assigns a name, and here a value is read: use == to compare");
  const char *right = refuse_rest_text(parser, parser->at + 1, "b");
  parse_advise(parser, "%s == %s", refuse_whole_text(parser, "a"), right);
}

static void explain_closer(Parser *parser, const char *expected) {
  char buffer[128];
  const Token *token = parse_token(parser);
  if (!parser->opening_count) {
    parse_error(parser, token->span, "%s closes nothing", parse_text(parser, token->span));
    return;
  }
  const Opening *open = &parser->opening[parser->opening_count - 1];
  if (expected)
    parse_error(parser, token->span, "expected %s, found %s", expected, found(parser, buffer));
  else
    parse_error(parser, token->span, "expected %s, found %s", open->closer, found(parser, buffer));
  report_label(parser->report, open->span, "needs %s", open->closer);
}

_Noreturn void refuse_token(Parser *parser, const char *expected) {
  const Token *token = parse_token(parser);
  const Token *before = parse_before(parser);
  char buffer[128];
  if (token->kind == TOKEN_END) incomplete(parser, expected);
  if (token->kind == TOKEN_FOREIGN)
    refuse_foreign_sign(parser, before && parse_ends_operand(before));
  if (token->kind == TOKEN_ASSIGN) explain_assign(parser);
  else if (token->kind == TOKEN_DOT && refuse_clause_line(parser))
    ;
  else if (explain_postfix(parser))
    ;
  else if (before && parse_ends_operand(before) && parse_starts_operand(token))
    refuse_neighbours(parser);
  else if (is_closer(token) || !expected) explain_closer(parser, expected);
  else if (!parser->opening_count &&
           (token->kind == TOKEN_IF || token->kind == TOKEN_FOR || token->kind == TOKEN_WHILE))
    parse_error(parser, token->span, "expected %s, found %s: a new statement needs a new line or ;",
                expected, found(parser, buffer));
  else if (token->kind == TOKEN_THEN && refuse_foreign_word(parser))
    ;
  else parse_error(parser, token->span, "expected %s, found %s", expected, found(parser, buffer));
  parse_stop(parser);
}
