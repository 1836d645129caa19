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

static const char *operand_text(Parser *parser, const char *otherwise) {
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

static const char *whole_text(Parser *parser, const char *otherwise) {
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
    return operand_text(parser, otherwise);
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

static _Noreturn void refuse_foreign(Parser *parser, bool infix) {
  const Token *token = parse_token(parser);
  const ForeignSign *row = &foreign_signs[token->op];
  bool bars = strcmp(row->sign, "|") == 0 || strcmp(row->sign, "||") == 0;
  bool power = strcmp(row->sign, "**") == 0, signs = row->sign[0] == '+' || row->sign[0] == '-';
  const char *left = !infix           ? "a"
                     : row->loose     ? whole_text(parser, "a")
                     : power || signs ? operand_text(parser, "a")
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
    parse_advise(parser, "x -> x^2");
  } else if (strcmp(row->sign, "++") == 0 || strcmp(row->sign, "--") == 0) {
    advise_signs(parser, infix, left);
  } else if (strcmp(row->sign, "%") == 0 && infix && !value_follows && !minus) {
    parse_advise(parser, "%s/100", operand_text(parser, "a"));
  } else {
    for (int i = 0; i < 2 && row->advice[i]; i++)
      advise_template(parser, row->advice[i], left, right);
  }
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
    parse_advise(parser, "1:%s", refuse_next_text(parser, parser->at + 1, "n"));
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
    if (before && token->kind == TOKEN_RIGHT_BRACKET && before->kind == TOKEN_COLON)
      parse_advise(parser, ":end");
  }
}

_Noreturn void refuse_operand(Parser *parser) {
  const Token *token = parse_token(parser);
  if (is_closer(token) && !parser->opening_count && token->kind != TOKEN_STOP)
    refuse_token(parser, NULL);
  switch (token->kind) {
  case TOKEN_END: incomplete(parser, NULL);
  case TOKEN_FOREIGN: refuse_foreign(parser, false);
  case TOKEN_PRIME: refuse_single_quote(parser);
  case TOKEN_OPERATOR: explain_operator(parser); break;
  default:
    if (token->word) explain_keyword(parser);
    else explain_punctuation(parser);
  }
  parse_stop(parser);
}

/* ---- where an operator or an end could be ---- */

/* Words that begin a statement elsewhere. */
static const struct {
  const char *word, *message, *advice;
} foreign_words[] = {
    {"elif", "elif is written elseif", "elseif"},
    {"elsif", "elsif is written elseif", "elseif"},
    {"def", "a function is defined by its formula", "f(x) = x^2"},
    {"function", "a function is defined by its formula", "f(x) = x^2"},
    {"fn", "a function is defined by its formula", "f(x) = x^2"},
    {"lambda", "a function without a name is written ->", "x -> x^2"},
    {"let", "a name needs no keyword before it", "x = 3"},
    {"const", "a name needs no keyword before it", "x = 3"},
    {"var", "a name needs no keyword before it", "x = 3"},
    {"global", "a name needs no keyword before it", "x = 3"},
    {"import", "there is nothing to import: everything is there from the start", NULL},
    {NULL, NULL, NULL},
};

static bool explain_foreign_word(Parser *parser) {
  const Token *before = parse_before(parser);
  for (int row = 0; foreign_words[row].word; row++) {
    if (!before || !parse_is_word(parser, before, foreign_words[row].word)) continue;
    parse_error(parser, before->span, "%s", foreign_words[row].message);
    if (foreign_words[row].advice) parse_advise(parser, "%s", foreign_words[row].advice);
    return true;
  }
  return false;
}

/* minimize f(x) without over, 2 + argmin … over, f(argmin … over): a clause form in the wrong
 * place. */
static bool explain_clause(Parser *parser) {
  static const char *const heads[] = {"argmin", "argmax", "minimize", "maximize", "fit"};
  const Token *before = parse_before(parser);
  for (size_t i = 0; before && i < sizeof heads / sizeof heads[0]; i++) {
    if (!parse_is_word(parser, before, heads[i])) continue;
    uint32_t at = parser->at;
    parser->at = (uint32_t)(before - parser->tokens.token);
    bool whole = clause_starts(parser);
    parser->at = at;
    const char *rest = refuse_rest_text(parser, at, "f(x)");
    size_t length = strlen(rest);
    bool over =
        length > 5 && strcmp(rest + length - 5, " over") == 0; /* its name is on the next line */
    if (whole) {
      parse_error(parser, before->span,
                  "a clause form inside an expression needs its own parentheses");
      parse_advise(parser, "(%s %s)", heads[i], rest);
    } else {
      parse_error(parser, before->span, "%s needs over and a name on the same line", heads[i]);
      parse_advise(parser, "%s %s%s x", heads[i], rest, over ? "" : " over");
    }
    return true;
  }
  return false;
}

/* A line that starts with a clause word goes on with the form above. */
static bool explain_clause_line(Parser *parser) {
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

/* Two values with nothing between them. */
static void explain_neighbours(Parser *parser) {
  const Token *token = parse_token(parser);
  const Token *before = parse_before(parser);
  if (explain_clause_line(parser) || explain_foreign_word(parser) || explain_clause(parser)) return;
  bool name = before->kind == TOKEN_NAME;
  const char *left = operand_text(parser, "a");
  const char *right = refuse_next_text(parser, parser->at, "b");
  Span span = span_join(before->span, token->span);
  if (name && token->kind == TOKEN_LEFT_PAREN && token->space) {
    parse_error(parser, span, "a space before ( may be a call or a product");
    parse_advise(parser, "%s%s", left, right);
    parse_advise(parser, "%s*%s", left, right);
  } else if (token->kind == TOKEN_LEFT_BRACKET) {
    parse_error(parser, span,
                token->space ? "a space before [ may be an index or a product"
                             : "[ behind this value is no index");
    if (token->space) parse_advise(parser, "%s%s", left, right);
    parse_advise(parser, "%s*%s", left, right);
  } else if (name && (token->kind == TOKEN_LEFT_QUOTE || parse_is_word(parser, before, "print"))) {
    parse_error(parser, span, "a function takes its arguments in ( )");
    parse_advise(parser, "%s(%s)", left, right);
  } else {
    parse_error(parser, span, "two values stand side by side without an operator");
    parse_advise(parser, "%s*%s", left, right);
    if (name && token->space && token->kind == TOKEN_NAME)
      parse_advise(parser, "%s(%s)", left, right);
  }
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
    parse_advise(parser, "%s%s", operand_text(parser, "A"), sign);
  } else {
    parse_error(parser, token->span,
                "%s behind a number: a number has no transpose and no derivative", sign);
  }
  return true;
}

static void explain_assign(Parser *parser) {
  const Token *token = parse_token(parser);
  parse_error(parser, token->span,
              "= defines or assigns a name, and here a value is read: use == to compare");
  const char *right = refuse_rest_text(parser, parser->at + 1, "b");
  parse_advise(parser, "%s == %s", whole_text(parser, "a"), right);
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
  if (token->kind == TOKEN_FOREIGN) refuse_foreign(parser, before && parse_ends_operand(before));
  if (token->kind == TOKEN_ASSIGN) explain_assign(parser);
  else if (token->kind == TOKEN_DOT && explain_clause_line(parser))
    ;
  else if (explain_postfix(parser))
    ;
  else if (before && parse_ends_operand(before) && parse_starts_operand(token))
    explain_neighbours(parser);
  else if (is_closer(token) || !expected) explain_closer(parser, expected);
  else if (!parser->opening_count &&
           (token->kind == TOKEN_IF || token->kind == TOKEN_FOR || token->kind == TOKEN_WHILE))
    parse_error(parser, token->span, "expected %s, found %s: a new statement needs a new line or ;",
                expected, found(parser, buffer));
  else if (token->kind == TOKEN_THEN && explain_foreign_word(parser))
    ;
  else parse_error(parser, token->span, "expected %s, found %s", expected, found(parser, buffer));
  parse_stop(parser);
}
