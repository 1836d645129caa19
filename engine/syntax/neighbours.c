/* neighbours.c - what is said to two values with nothing between them: a product, a call, or a line
 * of another language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "syntax/parse.h"

/* argmin f(x over x: the bracket ends before over. */
static bool explain_open_bracket(Parser *parser) {
  const Token *token = parse_token(parser);
  bool over = parse_is_word(parser, token, "over") &&
              refuse_token_at(parser, parser->at + 1)->kind == TOKEN_NAME;
  if (!over || !parser->opening_count) return false;
  const Opening *open = &parser->opening[parser->opening_count - 1];
  parse_error(parser, open->span, "%s is not closed before over: %s is missing",
              parse_text(parser, open->span), open->closer);
  return true;
}

/* min f(x) over x */
static bool explain_smallest(Parser *parser) {
  const Token *before = parse_before(parser);
  bool smallest = before && parse_is_word(parser, before, "min");
  if (!smallest && !(before && parse_is_word(parser, before, "max"))) return false;
  const char *search = smallest ? "minimize" : "maximize", *name = smallest ? "min" : "max";
  const char *line = refuse_rest_text(parser, parser->at, "f(x)");
  bool over = strstr(line, " over ") != NULL;
  parse_error(parser, before->span, "%s takes its values in ( ); a search over x is %s", name,
              search);
  if (over) parser->report->label[0].span.end = refuse_rest(parser, parser->at).end;
  if (!over) parse_advise(parser, "%s(%s)", name, line);
  parse_advise(parser, over ? "%s %s" : "%s %s over …", search, line);
  return true;
}

/* The value at the current token with the powers behind it. */
static const char *next_power_text(Parser *parser) {
  Span span = refuse_next_operand(parser, parser->at);
  for (uint32_t at = parser->at; span.end > span.start && at < parser->tokens.count; at++) {
    const Token *token = &parser->tokens.token[at];
    if (token->span.start < span.end) continue;
    if (token->kind != TOKEN_OPERATOR || (token->op != OP_POWER && token->op != OP_DOT_POWER))
      break;
    Span exponent = refuse_next_operand(parser, at + 1);
    if (exponent.end == exponent.start) break;
    span.end = exponent.end;
  }
  return span.end > span.start ? parse_text(parser, span) : "b";
}

/* Does the name stand again between [at] and the end of the line? */
static bool mentions(Parser *parser, uint32_t at, const Token *name) {
  const char *text = parse_text(parser, name->span);
  for (;; at++) {
    const Token *token = refuse_token_at(parser, at);
    if (refuse_ends_line(token)) return false;
    if (parse_is_word(parser, token, text)) return true;
  }
}

/* clear x y */
static bool explain_clear(Parser *parser) {
  const Token *first = refuse_token_at(parser, parser->statement_at),
              *before = parse_before(parser);
  if (!parse_is_word(parser, first, "clear") || before != first + 1 ||
      !parse_at(parser, TOKEN_NAME))
    return false;
  parse_error(parser, parse_token(parser)->span, "clear takes one name at a time");
  parser->report->label[0].span.start = first->span.start;
  parse_advise(parser, "clear %s; clear %s", parse_text(parser, before->span),
               parse_text(parser, parse_token(parser)->span));
  return true;
}

/* Q R = qr(A): the line is an assignment to several names. */
static bool explain_targets(Parser *parser) {
  const Token *first = refuse_token_at(parser, parser->statement_at);
  uint32_t at = parser->statement_at;
  if (parser->at != parser->statement_at + 1) return false;
  while (refuse_token_at(parser, at)->kind == TOKEN_NAME) at++;
  if (refuse_token_at(parser, at)->kind != TOKEN_ASSIGN || at < parser->statement_at + 2)
    return false;
  const Token *last = refuse_token_at(parser, at - 1);
  if (at == parser->statement_at + 2 && mentions(parser, at + 1, last)) { /* f x = x^2 */
    parse_error(parser, span_join(first->span, last->span), "a function's parameters stand in ( )");
    parse_advise(parser, "%s(%s) = %s", parse_text(parser, first->span),
                 parse_text(parser, last->span), refuse_rest_text(parser, at + 1, "…"));
    return true;
  }
  Text names = {0};
  for (uint32_t name = parser->statement_at; name < at; name++)
    text_format(&names, "%s%s", name > parser->statement_at ? ", " : "",
                parse_text(parser, refuse_token_at(parser, name)->span));
  parse_error(parser, span_join(first->span, refuse_token_at(parser, at - 1)->span),
              "several names are assigned with commas between them");
  parse_advise(parser, "%s = %s", names.bytes, refuse_rest_text(parser, at + 1, "…"));
  text_free(&names);
  return true;
}

/* What a function without brackets is given: 2 in sin 2, sin(2) in asin sin 2. */
static const char *argument_text(Parser *parser) {
  const Token *token = parse_token(parser), *after = refuse_token_at(parser, parser->at + 1);
  const char *text = refuse_next_text(parser, parser->at, "x");
  bool function =
      token->kind == TOKEN_NAME && refuse_meaning(parser, token->span) == SYMBOL_FUNCTION;
  Span inner = refuse_next_operand(parser, parser->at + 1);
  if (!function || !after->space || inner.end == inner.start) return text;
  char *composed = parser->excerpt[parser->excerpt_next++ % 8];
  snprintf(composed, sizeof parser->excerpt[0], "%.30s(%.30s)", text, parse_text(parser, inner));
  return composed;
}

/* A name and a value behind it: a call if the name is a function's, a product if it is a value's.
 */
static void advise_neighbours(Parser *parser, bool name, bool call, bool product) {
  const Token *before = parse_before(parser);
  SymbolMeaning meaning = name ? refuse_meaning(parser, before->span) : SYMBOL_VALUE;
  const char *left = refuse_operand_text(parser, "a");
  bool bracket = parse_at(parser, TOKEN_LEFT_PAREN);
  const char *right = refuse_next_text(parser, parser->at, "b");
  if (call && bracket && meaning != SYMBOL_VALUE) parse_advise(parser, "%s%s", left, right);
  if (call && !bracket && meaning == SYMBOL_FUNCTION)
    parse_advise(parser, "%s(%s)", left, argument_text(parser));
  if (product && meaning != SYMBOL_FUNCTION)
    parse_advise(parser, "%s*%s", left, bracket ? right : next_power_text(parser));
  if (call && !bracket && meaning == SYMBOL_UNKNOWN) parse_advise(parser, "%s(%s)", left, right);
}

/* 1 000 000 */
static bool advise_thousands(Parser *parser) {
  const Token *before = parse_before(parser);
  Text number = {0};
  text_string(&number, parse_text(parser, before->span));
  uint32_t at = parser->at;
  for (; before->kind == TOKEN_NUMBER; at++) {
    const Token *token = refuse_token_at(parser, at);
    if (token->kind != TOKEN_NUMBER || token->span.end - token->span.start != 3) break;
    text_format(&number, "_%s", parse_text(parser, token->span));
  }
  bool found = at > parser->at;
  if (found) parse_advise(parser, "%s", number.bytes);
  text_free(&number);
  return found;
}

/* "n = {n": the " that should end the string opens one inside the hole. */
static bool explain_open_hole(Parser *parser) {
  const Token *token = parse_token(parser);
  if (token->kind != TOKEN_LEFT_QUOTE || token->match || parser->opening_count < 2) return false;
  const Opening *hole = &parser->opening[parser->opening_count - 1];
  if (strcmp(hole[-1].closer, "\"") != 0) return false;
  refuse_hole(parser, hole->span.start);
}

/* v{1} */
static bool explain_brace(Parser *parser) {
  const Token *token = parse_token(parser), *before = parse_before(parser);
  if (before->kind != TOKEN_NAME || token->kind != TOKEN_LEFT_BRACE || token->space ||
      !token->match)
    return false;
  Span inside = {token->span.end, refuse_token_at(parser, token->match)->span.start};
  parse_error(parser, token->span, "a position is written with [ ]");
  parse_advise(parser, "%s[%s]", refuse_operand_text(parser, "v"), parse_text(parser, inside));
  return true;
}

/* f"text" */
static bool explain_string_letter(Parser *parser) {
  const Token *token = parse_token(parser), *before = parse_before(parser);
  bool letter = parse_is_word(parser, before, "f") || parse_is_word(parser, before, "r");
  if (!letter || token->kind != TOKEN_LEFT_QUOTE || token->space || !token->match) return false;
  parse_error(parser, before->span, "a string needs no letter before it: { } puts a value into it");
  parse_advise(parser, "%s", refuse_next_text(parser, parser->at, "\"…\""));
  return true;
}

/* d/dx x^2 */
static bool explain_differential(Parser *parser) {
  const Token *before = parse_before(parser);
  Span word = before->span;
  if (before->kind != TOKEN_NAME || parser->at < 3 || word.end < word.start + 2) return false;
  if (parser->source->text[word.start] != 'd' || before[-1].kind != TOKEN_OPERATOR ||
      before[-1].op != OP_DIVIDE || !parse_is_word(parser, before - 2, "d"))
    return false;
  const char *name = parse_text(parser, (Span){word.start + 1, word.end});
  const char *formula = refuse_rest_text(parser, parser->at, "…");
  parse_error(parser, span_join(before[-2].span, word), "a derivative is taken of a function");
  parse_advise(parser, "derivative(%s -> %s, 1)  (at 1)", name, formula);
  parse_advise(parser, "f(%s) = %s; f'  (its formula)", name, formula);
  return true;
}

/* function(x) x^2 */
static bool explain_function(Parser *parser) {
  const Token *before = parse_before(parser), *first = parser->tokens.token;
  if (before->kind != TOKEN_RIGHT_PAREN) return false;
  const Token *open = before;
  while (open > first && open->match != parser->at - 1) open--;
  if (open == first || !parse_is_word(parser, open - 1, "function")) return false;
  Span inside = {open->span.end, before->span.start};
  bool one = !memchr(parser->source->text + inside.start, ',', inside.end - inside.start);
  parse_error(parser, open[-1].span, "a function without a name is written ->");
  parse_advise(parser, one ? "%s -> %s" : "(%s) -> %s", parse_text(parser, inside),
               refuse_rest_text(parser, parser->at, "…"));
  return true;
}

/* whlie x < 3, retrun y: a name that nobody knows and a keyword that is near it. */
static bool explain_keyword(Parser *parser) {
  const Token *before = parse_before(parser);
  if (before->kind != TOKEN_NAME || refuse_meaning(parser, before->span) != SYMBOL_UNKNOWN)
    return false;
  if (before != refuse_token_at(parser, parser->statement_at)) return false;
  const char *name = parse_text(parser, before->span);
  Suggestion suggestion;
  suggestion_start(&suggestion, name);
  for (const LexerWord *word = lexer_words; word->spelling; word++)
    suggestion_offer(&suggestion, word->spelling);
  if (!suggestion.best) return false;
  parse_error(parser, before->span, "%s stands before a value, and no keyword is spelled so", name);
  parse_advise(parser, "%s", suggestion.best);
  return true;
}

/* Two values with nothing between them. */
void refuse_neighbours(Parser *parser) {
  const Token *token = parse_token(parser);
  const Token *before = parse_before(parser);
  if (refuse_foreign_word(parser) || refuse_clause_line(parser) || refuse_form(parser) ||
      explain_open_bracket(parser) || explain_smallest(parser) || refuse_foreign_infix(parser) ||
      explain_targets(parser) || explain_clear(parser) || explain_open_hole(parser) ||
      explain_brace(parser) || explain_string_letter(parser) || explain_differential(parser) ||
      explain_function(parser) || explain_keyword(parser))
    return;
  bool name = before->kind == TOKEN_NAME;
  const char *left = refuse_operand_text(parser, "a");
  const char *right = refuse_next_text(parser, parser->at, "b");
  Span span = span_join(before->span, token->span);
  if (name && token->kind == TOKEN_LEFT_PAREN && token->space) {
    parse_error(parser, span, "a space before ( may be a call or a product");
    advise_neighbours(parser, name, true, true);
  } else if (token->kind == TOKEN_LEFT_BRACKET) {
    bool index = token->space && (!name || refuse_meaning(parser, before->span) != SYMBOL_FUNCTION);
    parse_error(parser, span,
                token->space ? "a space before [ may be an index or a product"
                             : "[ behind this value is no index");
    if (index) parse_advise(parser, "%s%s", left, right);
    if (token->space && !index) parse_advise(parser, "%s(%s)", left, right);
    else parse_advise(parser, "%s*%s", left, right);
  } else if (name && (token->kind == TOKEN_LEFT_QUOTE || parse_is_word(parser, before, "print"))) {
    parse_error(parser, span, "a function takes its arguments in ( )");
    parse_advise(parser, "%s(%s)", left, right);
  } else if (before->kind == TOKEN_RIGHT_QUOTE || token->kind == TOKEN_LEFT_QUOTE) {
    parse_error(parser, span, "a value is put into a text with { }");
    if (before->kind == TOKEN_RIGHT_QUOTE && token->kind != TOKEN_LEFT_QUOTE)
      parse_advise(parser, "%.*s{%s}\"", (int)strlen(left) - 1, left, right);
  } else {
    parse_error(parser, span, "two values stand side by side without an operator");
    if (!advise_thousands(parser)) advise_neighbours(parser, name, token->space, true);
  }
}
