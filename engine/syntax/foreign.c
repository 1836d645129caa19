/* foreign.c - what is said to signs, words and lines of other languages: what they are called here.
 *
 * The advice is made of the student's own text wherever that is possible, so that it can be pasted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "syntax/parse.h"

/* ---- signs of other languages ---- */

/* $1 and $2 are the values on both sides. */
static void advise_template(Parser *parser, const char *template, const char *left,
                            const char *right) {
  Text advice = {0};
  for (const char *at = template; *at; at++) {
    if (*at == '$' && (at[1] == '1' || at[1] == '2')) {
      text_string(&advice, at[1] == '1' ? left : right);
      at++;
    } else {
      text_append(&advice, at, 1);
    }
  }
  parse_advise(parser, "%s", advice.bytes);
  text_free(&advice);
}

/* c ? a : b */
static void advise_choice(Parser *parser) {
  const Token *token = parser->tokens.token;
  uint32_t at = parser->at, colon = 0, nested = 0;
  for (uint32_t i = at + 1; i + 1 < parser->tokens.count && token[i].kind != TOKEN_NEWLINE; i++) {
    if (token[i].kind == TOKEN_RIGHT_PAREN || token[i].kind == TOKEN_SEMICOLON ||
        token[i].kind == TOKEN_COMMA)
      break;
    nested += token[i].kind == TOKEN_FOREIGN;
    if (token[i].kind == TOKEN_COLON && !colon) colon = i;
    if (token[i].match > i) i = token[i].match;
  }
  uint32_t last = colon;
  while (colon && last + 2 < parser->tokens.count && token[last + 1].kind != TOKEN_NEWLINE &&
         token[last + 1].kind != TOKEN_SEMICOLON && token[last + 1].kind != TOKEN_RIGHT_PAREN &&
         token[last + 1].kind != TOKEN_RIGHT_BRACKET && token[last + 1].kind != TOKEN_COMMA)
    last = token[last + 1].match > last ? token[last + 1].match : last + 1;
  if (!colon || nested || last == colon || colon == at + 1 || !parser->whole || at == 0 ||
      parser->whole->span.end != token[at - 1].span.end) {
    parse_advise(parser, "if c then a else b");
    return;
  }
  Span condition = {parser->whole->span.start, token[at - 1].span.end};
  Span yes = {token[at + 1].span.start, token[colon - 1].span.end};
  Span no = {token[colon + 1].span.start, token[last].span.end};
  parse_advise(parser, "if %s then %s else %s", parse_text(parser, condition),
               parse_text(parser, yes), parse_text(parser, no));
}

/* @(x, y) x*y */
static void advise_handle(Parser *parser) {
  const Token *open = refuse_token_at(parser, parser->at + 1);
  if (open->kind == TOKEN_NAME) parse_advise(parser, "%s", parse_text(parser, open->span));
  if (open->kind != TOKEN_LEFT_PAREN || !open->match) return;
  const Token *close = &parser->tokens.token[open->match];
  Span inside = {open->span.end, close->span.start};
  bool one = !memchr(parser->source->text + inside.start, ',', inside.end - inside.start);
  parse_advise(parser, one ? "%s -> %s" : "(%s) -> %s", parse_text(parser, inside),
               refuse_rest_text(parser, open->match + 1, "…"));
}

/* |x| */
static void advise_bars(Parser *parser) {
  const Token *token = parser->tokens.token;
  for (uint32_t at = parser->at + 1;
       at + 1 < parser->tokens.count && token[at].kind != TOKEN_NEWLINE; at++) {
    if (token[at].kind != TOKEN_FOREIGN || token[at].op != parse_token(parser)->op) continue;
    const char *inner =
        parse_text(parser, (Span){parse_token(parser)->span.end, token[at].span.start});
    parse_advise(parser, "abs(%s)", inner);
    parse_advise(parser, "norm(%s)", inner);
    parse_advise(parser, "det(%s)", inner);
    return;
  }
  parse_advise(parser, "abs(x), norm(x) or det(x)");
}

/* What a sign as tight as * has on its left: the 10*3 of 10*3 % 4. */
static const char *product_text(Parser *parser, const char *otherwise) {
  const Node *node = parser->whole;
  const Token *before = parse_before(parser);
  if (!node || !before || node->span.end != before->span.end)
    return refuse_operand_text(parser, otherwise);
  for (;;) {
    bool sum = node->kind == NODE_BINARY && (node->op == OP_ADD || node->op == OP_SUBTRACT ||
                                             node->op == OP_DOT_ADD || node->op == OP_DOT_SUBTRACT);
    bool looser = node->kind == NODE_RANGE || node->kind == NODE_COMPARE ||
                  node->kind == NODE_AND || node->kind == NODE_OR || node->kind == NODE_PIPE ||
                  node->kind == NODE_TILDE;
    if (node->grouped || !(sum || looser)) return parse_name(parser, node);
    node = node->child[node->kind == NODE_RANGE ? 1 : node->count - 1];
  }
}

/* a ++ b, 5----3, x++, --x: signs without a space between them. */
static void advise_signs(Parser *parser, bool infix, const char *left) {
  uint32_t at = parser->at;
  int signs = 0;
  uint8_t op = parse_token(parser)->op;
  while (refuse_token_at(parser, at)->kind == TOKEN_FOREIGN &&
         refuse_token_at(parser, at)->op == op)
    signs += 2, at++;
  bool minus = foreign_signs[op].sign[0] == '-';
  const Token *next = refuse_token_at(parser, at), *before = parse_before(parser);
  if (parse_starts_operand(next)) {
    Text text = {0};
    for (int i = infix; minus && i < signs; i++) text_string(&text, i > 0 ? "(-" : "-");
    text_string(&text, refuse_next_text(parser, at, "b"));
    for (int i = 1; minus && i < signs; i++) text_string(&text, ")");
    if (infix) parse_advise(parser, "%s %c %s", left, minus ? '-' : '+', text.bytes);
    else parse_advise(parser, "%s", text.bytes);
    text_free(&text);
    if (!infix && signs == 2 && next->kind == TOKEN_NAME)
      parse_advise(parser, "%s %c= 1", refuse_next_text(parser, at, "x"), minus ? '-' : '+');
  } else if (infix && before->kind == TOKEN_NAME) {
    parse_advise(parser, "%s %c= 1", left, minus ? '-' : '+');
  }
}

_Noreturn void refuse_foreign_sign(Parser *parser, bool infix) {
  const Token *token = parse_token(parser);
  const ForeignSign *row = &foreign_signs[token->op];
  bool bars = strcmp(row->sign, "|") == 0 || strcmp(row->sign, "||") == 0;
  bool power = strcmp(row->sign, "**") == 0, signs = row->sign[0] == '+' || row->sign[0] == '-';
  const char *left = !infix           ? "a"
                     : row->loose     ? refuse_whole_text(parser, "a")
                     : power || signs ? refuse_operand_text(parser, "a")
                                      : product_text(parser, "a");
  const Token *next = refuse_token_at(parser, parser->at + 1);
  bool value_follows = parse_starts_operand(next);
  bool minus = next->kind == TOKEN_OPERATOR && next->op == OP_SUBTRACT && !next->space;
  const char *right = row->loose ? refuse_rest_text(parser, parser->at + 1, "b")
                                 : refuse_next_text(parser, parser->at + 1, "b");
  parse_error(parser, token->span, "%s", row->message);
  if (strcmp(row->sign, "?") == 0) {
    advise_choice(parser);
  } else if (bars && !infix) {
    advise_bars(parser);
  } else if (strcmp(row->sign, "@") == 0 && !infix) {
    advise_handle(parser);
  } else if (strcmp(row->sign, "++") == 0 || strcmp(row->sign, "--") == 0) {
    advise_signs(parser, infix, left);
  } else if (strcmp(row->sign, "%") == 0 && infix && !value_follows && !minus) {
    parse_advise(parser, "%s/100", refuse_operand_text(parser, "a"));
  } else {
    for (int i = 0; i < 2 && row->advice[i]; i++)
      advise_template(parser, row->advice[i], left, right);
  }
  parse_stop(parser);
}

/* ---- words ---- */

/* Up to the end of the line or statement, brackets and all. */
static const char *line_text(Parser *parser, uint32_t at) {
  const Token *token = refuse_token_at(parser, at);
  Span span = {token->span.start, token->span.start};
  for (; token->kind != TOKEN_NEWLINE && token->kind != TOKEN_SEMICOLON &&
         token->kind != TOKEN_END && token->kind != TOKEN_ERROR && token->kind != TOKEN_RIGHT_BRACE;
       token = refuse_token_at(parser, ++at)) {
    if (token->match > at) at = token->match;
    span.end = refuse_token_at(parser, at)->span.end;
  }
  return span.end > span.start ? parse_text(parser, span) : "…";
}

/* def f(x): return x^2; function y = f(x); function f(x) { return x^2; } */
static void advise_definition(Parser *parser) {
  uint32_t at = parser->at;
  if (refuse_token_at(parser, at + 1)->kind == TOKEN_ASSIGN) at += 2;
  const Token *name = refuse_token_at(parser, at), *open = refuse_token_at(parser, at + 1);
  if (name->kind != TOKEN_NAME || open->kind != TOKEN_LEFT_PAREN || !open->match) {
    parse_advise(parser, "f(x) = …");
    return;
  }
  Span head = {name->span.start, refuse_token_at(parser, open->match)->span.end};
  at = open->match + 1;
  if (refuse_token_at(parser, at)->kind == TOKEN_COLON ||
      refuse_token_at(parser, at)->kind == TOKEN_LEFT_BRACE)
    at++;
  if (refuse_token_at(parser, at)->kind == TOKEN_RETURN) at++;
  parse_advise(parser, "%s = %s", parse_text(parser, head), line_text(parser, at));
}

/* lambda x, y: x*y */
static void advise_lambda(Parser *parser) {
  uint32_t at = parser->at, names = 0;
  Span parameters = {parse_token(parser)->span.start, 0};
  for (; refuse_token_at(parser, at)->kind == TOKEN_NAME; at++, names++) {
    parameters.end = refuse_token_at(parser, at)->span.end;
    if (refuse_token_at(parser, at + 1)->kind == TOKEN_COMMA) at++;
  }
  bool colon = names && refuse_token_at(parser, at)->kind == TOKEN_COLON;
  const char *body = colon ? refuse_rest_text(parser, at + 1, "…") : "x^2";
  if (!colon) parse_advise(parser, "x -> %s", body);
  else
    parse_advise(parser, names > 1 ? "(%s) -> %s" : "%s -> %s", parse_text(parser, parameters),
                 body);
}

static void advise_assignment(Parser *parser) {
  parse_advise(parser, "%s", line_text(parser, parser->at));
}

static void advise_elseif(Parser *parser) { parse_advise(parser, "elseif"); }
static void advise_nothing(Parser *parser) { (void)parser; }
static void advise_help(Parser *parser) {
  parse_advise(parser, "?%s", parse_text(parser, parse_token(parser)->span));
}

/* Words that begin a statement elsewhere; the parser stands behind them. */
static const struct {
  const char *word, *message;
  void (*advise)(Parser *);
} foreign_words[] = {
    {"elif", "elif is written elseif", advise_elseif},
    {"elsif", "elsif is written elseif", advise_elseif},
    {"def", "a function is defined by its formula", advise_definition},
    {"function", "a function is defined by its formula", advise_definition},
    {"fn", "a function is defined by its formula", advise_definition},
    {"lambda", "a function without a name is written ->", advise_lambda},
    {"let", "a name needs no keyword before it", advise_assignment},
    {"const", "a name needs no keyword before it", advise_assignment},
    {"var", "a name needs no keyword before it", advise_assignment},
    {"global", "a name needs no keyword before it", advise_assignment},
    {"int", "a name needs no type before it", advise_assignment},
    {"float", "a name needs no type before it", advise_assignment},
    {"double", "a name needs no type before it", advise_assignment},
    {"import", "there is nothing to import: everything is there from the start", advise_nothing},
    {"library", "there is nothing to import: everything is there from the start", advise_nothing},
    {"help", "help on a name is asked for with ?", advise_help},
    {"man", "help on a name is asked for with ?", advise_help},
    {"doc", "help on a name is asked for with ?", advise_help},
};

static bool refuse_import(Parser *parser) {
  const Token *first = refuse_token_at(parser, parser->statement_at);
  if (!parse_is_word(parser, first, "from")) return false;
  for (uint32_t at = parser->statement_at; at < parser->tokens.count; at++) {
    const Token *token = &parser->tokens.token[at];
    if (token->kind == TOKEN_NEWLINE) return false;
    if (!parse_is_word(parser, token, "import")) continue;
    parse_error(parser, span_join(first->span, token->span),
                "there is nothing to import: everything is there from the start");
    return true;
  }
  return false;
}

bool refuse_foreign_word(Parser *parser) {
  const Token *before = parse_before(parser);
  if (refuse_import(parser)) return true;
  for (size_t row = 0; before && row < sizeof foreign_words / sizeof *foreign_words; row++) {
    if (!parse_is_word(parser, before, foreign_words[row].word)) continue;
    parse_error(parser, before->span, "%s", foreign_words[row].message);
    foreign_words[row].advise(parser);
    return true;
  }
  return false;
}

/* Words that stand between two values elsewhere. */
static const struct {
  const char *word, *message, *advice;
} foreign_infixes[] = {
    {"mod", "the remainder is a function", "mod($1, $2)"},
    {"div", "div is not an operator: write floor of a quotient", "floor($1/$2)"},
    {"is", "\"equal\" is written ==", "$1 == $2"},
    {"to", "a range is written with :", "$1:$2"},
    {"AND", "AND is written and", "$1 and $2"},
    {"OR", "OR is written or", "$1 or $2"},
    {"xor", "\"one of two\" is written !=", "$1 != $2"},
};

bool refuse_foreign_infix(Parser *parser) {
  const Token *token = parse_token(parser), *next = refuse_token_at(parser, parser->at + 1);
  if (token->kind == TOKEN_NOT && next->kind == TOKEN_OPERATOR && next->op == OP_IN) {
    parse_error(parser, span_join(token->span, next->span), "\"not in\" is written not … in");
    advise_template(parser, "not ($1 in $2)", refuse_operand_text(parser, "x"),
                    refuse_next_text(parser, parser->at + 2, "v"));
    return true;
  }
  if (!parse_starts_operand(next)) return false;
  for (size_t row = 0; row < sizeof foreign_infixes / sizeof *foreign_infixes; row++) {
    if (!parse_is_word(parser, token, foreign_infixes[row].word)) continue;
    parse_error(parser, token->span, "%s", foreign_infixes[row].message);
    advise_template(parser, foreign_infixes[row].advice, refuse_operand_text(parser, "a"),
                    refuse_next_text(parser, parser->at + 1, "b"));
    return true;
  }
  return false;
}

/* ---- heads that end with a colon ---- */

/* Is the expression being read the head of a block or of if … then? [head] is then its keyword. */
static bool in_head(const Parser *parser, uint32_t *head) {
  uint32_t at = parser->expression_at;
  if (at == 0) return false;
  const Token *before = refuse_token_at(parser, *head = --at);
  if (before->kind == TOKEN_WHILE || before->kind == TOKEN_IF || before->kind == TOKEN_ELSEIF)
    return true;
  if (before->kind != TOKEN_OPERATOR || before->op != OP_IN) return false;
  while (at > 0 && (refuse_token_at(parser, at - 1)->kind == TOKEN_NAME ||
                    refuse_token_at(parser, at - 1)->kind == TOKEN_COMMA))
    at--;
  *head = at - (at > 0);
  return refuse_token_at(parser, *head)->kind == TOKEN_FOR &&
         parser->context.layout == LAYOUT_STATEMENTS;
}

/* The first else on the line from a token on, or the line's end. */
static uint32_t find_else(const Parser *parser, uint32_t at) {
  for (;; at++) {
    uint8_t kind = refuse_token_at(parser, at)->kind;
    if (kind == TOKEN_ELSE || kind == TOKEN_NEWLINE || kind == TOKEN_END || kind == TOKEN_ERROR)
      return at;
  }
}

static _Noreturn void refuse_colon(Parser *parser, uint32_t head_at) {
  const Token *colon = parse_token(parser), *next = refuse_token_at(parser, parser->at + 1);
  const Token *first = refuse_token_at(parser, head_at);
  const char *head = parse_text(parser, (Span){first->span.start, colon->span.start});
  parse_error(parser, colon->span, "the head of a block has no colon behind it");
  report_remark(parser->report, "a new line or ; ends it, and end closes the block");
  if (next->kind == TOKEN_NEWLINE || next->kind == TOKEN_END || next->kind == TOKEN_ELSE) {
    parse_advise(parser, "%s", head);
    parse_stop(parser);
  }
  uint32_t other = find_else(parser, parser->at + 1);
  if (refuse_token_at(parser, other)->kind == TOKEN_ELSE) {
    const char *yes =
        parse_text(parser, (Span){next->span.start, refuse_token_at(parser, other - 1)->span.end});
    other += refuse_token_at(parser, other + 1)->kind == TOKEN_COLON;
    bool value = !strchr(yes, '=') || strstr(yes, "==");
    parse_advise(parser, value ? "%s then %s else %s" : "%s; %s; else; %s; end", head, yes,
                 line_text(parser, other + 1));
  } else {
    parse_advise(parser, "%s; %s; end", head, line_text(parser, parser->at + 1));
  }
  parse_stop(parser);
}

void refuse_head_colon(Parser *parser) {
  const Token *colon = parse_token(parser), *next = refuse_token_at(parser, parser->at + 1);
  uint32_t head;
  bool ends_line = next->kind == TOKEN_NEWLINE || next->kind == TOKEN_END;
  bool leans = !colon->space && next->space; /* 1: n, while 1:n and 1 : n are ranges */
  if (colon->kind != TOKEN_COLON || !(ends_line || leans)) return;
  if (parser->context.layout != LAYOUT_ROWS && in_head(parser, &head)) refuse_colon(parser, head);
}

void refuse_else_colon(Parser *parser) {
  if (parse_at(parser, TOKEN_COLON)) refuse_colon(parser, parser->at - 1);
}
