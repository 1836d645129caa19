/* forms.c - what is said to a clause form that lacks a part, has its parts in another order or goes
 * by another word.
 *
 * Everything looks at tokens: the form is not read to its end, so there is no tree of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "syntax/parse.h"

/* ---- looking around ---- */

/* What the clauses are called elsewhere; a row without a clause is s.t. if a comparison follows. */
static const struct {
  const char *first, *second, *clause;
} foreign_words[] = {
    {"subject", "to", "s.t."},  {"such", "that", "s.t."},     {"constrained", "to", "s.t."},
    {"st", NULL, "s.t."},       {"where", NULL, "s.t."},      {"given", NULL, "s.t."},
    {"under", NULL, "s.t."},    {"with", NULL, NULL},         {"by", NULL, "using"},
    {"via", NULL, "using"},     {"method", NULL, "using"},    {"starting", "at", "from"},
    {"starting", "in", "from"}, {"starting", "from", "from"}, {"start", NULL, "from"},
    {"init", NULL, "from"},     {"near", NULL, "from"},
};

static bool is_comparison(const Token *token) {
  return token->kind == TOKEN_OPERATOR && operator_power[token->op] == POWER_COMPARE;
}

/* Does a comparison stand between [at] and the next comma or [end]? */
static bool compares(const Parser *parser, uint32_t at, uint32_t end) {
  for (; at < end; at++) {
    const Token *token = refuse_token_at(parser, at);
    if (is_comparison(token)) return true;
    if (token->kind == TOKEN_COMMA || refuse_ends_line(token)) return false;
    if (token->match > at) at = token->match;
  }
  return false;
}

uint32_t form_foreign(const Parser *parser, uint32_t at, const char **clause) {
  const Token *token = refuse_token_at(parser, at), *next = refuse_token_at(parser, at + 1);
  const Token *last = refuse_token_at(parser, at + 2);
  *clause = "s.t.";
  if (at == 0 || !parse_ends_operand(refuse_token_at(parser, at - 1))) return 0; /* a name */
  if (parse_is_word(parser, token, "s") && next->kind == TOKEN_DOT && !next->space &&
      parse_is_word(parser, last, "t") && !clause_word(parser, at))
    return 3; /* s.t without its last dot */
  for (size_t row = 0; row < sizeof foreign_words / sizeof foreign_words[0]; row++) {
    const char *second = foreign_words[row].second;
    if (!parse_is_word(parser, token, foreign_words[row].first)) continue;
    bool in =
        second && strcmp(second, "in") == 0 && next->kind == TOKEN_OPERATOR && next->op == OP_IN;
    if (second && !in && !parse_is_word(parser, next, second)) continue;
    *clause = foreign_words[row].clause;
    if (!*clause) *clause = compares(parser, at, parser->tokens.count) ? "s.t." : "using";
    return second ? 2 : 1;
  }
  return 0;
}

static bool closes(const Token *token) {
  return token->kind == TOKEN_RIGHT_PAREN || token->kind == TOKEN_RIGHT_BRACKET ||
         token->kind == TOKEN_RIGHT_BRACE || token->kind == TOKEN_RIGHT_HOLE;
}

/* The first token behind the form that goes on at [at]. */
static uint32_t form_end(const Parser *parser, uint32_t at) {
  for (;; at++) {
    const Token *token = refuse_token_at(parser, at);
    if (refuse_ends_line(token) || closes(token)) return at;
    if (token->match > at) at = token->match;
  }
}

/* How many tokens of a clause word, or of a foreign word for one, stand at [at]. */
static uint32_t word_width(const Parser *parser, uint32_t at) {
  const char *clause;
  if (!clause_word(parser, at)) return form_foreign(parser, at, &clause);
  return parse_is_word(parser, refuse_token_at(parser, at), "s") ? 4 : 1;
}

/* The first clause word from [at] on, or [end]. */
static uint32_t next_word(const Parser *parser, uint32_t at, uint32_t end) {
  for (; at < end; at++) {
    if (word_width(parser, at)) return at;
    if (refuse_token_at(parser, at)->match > at) at = refuse_token_at(parser, at)->match;
  }
  return end;
}

/* The tokens from [at] up to [end]. */
static Span span_between(const Parser *parser, uint32_t at, uint32_t end) {
  return (Span){refuse_token_at(parser, at)->span.start,
                refuse_token_at(parser, end - 1)->span.end};
}

static const char *text_between(Parser *parser, uint32_t at, uint32_t end) {
  return at < end ? parse_text(parser, span_between(parser, at, end)) : "";
}

/* The clauses from [at] up to [end], with a blank before them; the first by its own name. */
static const char *clauses_text(Parser *parser, uint32_t at, uint32_t end, char out[160]) {
  const char *clause = "";
  uint32_t foreign = at < end ? form_foreign(parser, at, &clause) : 0;
  snprintf(out, 160, "%s%s%s%s", at < end ? " " : "", foreign ? clause : "", foreign ? " " : "",
           text_between(parser, at + foreign, end));
  return out;
}

/* ---- the names a form may mean ---- */

enum { NAMES_MOST = 4, NAME_TEXT = 160 };

/* Is the name bound inside the formula, or does it occur before the statement? */
static bool is_explained(Parser *parser, const char *name, uint32_t at, uint32_t end) {
  for (uint32_t i = 0; i < parser->statement_at; i++)
    if (parse_is_word(parser, refuse_token_at(parser, i), name)) return true;
  for (uint32_t i = at; i < end; i++) {
    if (!parse_is_word(parser, refuse_token_at(parser, i), name)) continue;
    uint8_t next = refuse_token_at(parser, i + 1)->kind;
    bool looped = i > at && refuse_token_at(parser, i - 1)->kind == TOKEN_FOR;
    if (looped || next == TOKEN_ARROW || next == TOKEN_ASSIGN) return true;
  }
  return false;
}

/* The largest position at which the name is indexed between [at] and [end], or 0. */
static uint32_t largest_position(Parser *parser, const char *name, uint32_t at, uint32_t end) {
  uint32_t largest = 0;
  for (uint32_t i = at; i + 3 < end + 1; i++) {
    const Token *open = refuse_token_at(parser, i + 1), *position = refuse_token_at(parser, i + 2);
    if (!parse_is_word(parser, refuse_token_at(parser, i), name) || open->space) continue;
    bool indexed = open->kind == TOKEN_LEFT_BRACKET && position->kind == TOKEN_NUMBER &&
                   refuse_token_at(parser, i + 3)->kind == TOKEN_RIGHT_BRACKET;
    if (indexed && position->number > largest && position->number < 1000)
      largest = (uint32_t)position->number;
  }
  return largest;
}

/* "over x, y": the names between [at] and [end] that mean nothing yet, or x. */
static void over_text(Parser *parser, uint32_t at, uint32_t end, char out[NAME_TEXT]) {
  char name[NAMES_MOST][32];
  uint32_t count = 0, vectors = 0, position[NAMES_MOST];
  for (uint32_t i = at; i < end && count < NAMES_MOST; i++) {
    const Token *token = refuse_token_at(parser, i), *next = refuse_token_at(parser, i + 1);
    size_t length = token->span.end - token->span.start;
    bool field = i > at && refuse_token_at(parser, i - 1)->kind == TOKEN_DOT;
    bool called = next->kind == TOKEN_LEFT_PAREN && !next->space;
    if (token->kind != TOKEN_NAME || field || called || length >= sizeof name[0] ||
        refuse_meaning(parser, token->span) != SYMBOL_UNKNOWN)
      continue;
    snprintf(name[count], sizeof name[0], "%s", parse_text(parser, token->span));
    bool listed = is_explained(parser, name[count], at, end);
    for (uint32_t k = 0; k < count; k++) listed = listed || strcmp(name[k], name[count]) == 0;
    if (listed) continue;
    position[count] = largest_position(parser, name[count], at, end);
    vectors += position[count++] > 0;
  }
  int length = snprintf(out, NAME_TEXT, "over %s", count ? "" : "x");
  for (uint32_t k = 0; k < count && length < NAME_TEXT; k++) {
    char set[24] = "";
    if (vectors && position[k]) snprintf(set, sizeof set, " in R^%u", position[k]);
    if (vectors && !position[k] && count > 1) snprintf(set, sizeof set, " in R");
    length +=
        snprintf(out + length, NAME_TEXT - (size_t)length, "%s%s%s", k ? ", " : "", name[k], set);
  }
}

/* ---- a part is missing ---- */

/* minimize x^2 + over x, minimize x^2 +: the operator without a right side, or NULL. */
static const Token *dangling_operator(Parser *parser) {
  for (uint32_t at = parser->at + 1;; at++) {
    const Token *token = refuse_token_at(parser, at), *before = refuse_token_at(parser, at - 1);
    bool dangling = before->kind == TOKEN_OPERATOR, end = refuse_ends_line(token);
    bool over =
        parse_is_word(parser, token, "over") && refuse_token_at(parser, at + 1)->kind == TOKEN_NAME;
    if (dangling && (end || over)) return before;
    if (end) return NULL;
    if (token->match > at) at = token->match;
  }
}

static void explain_dangling(Parser *parser, const char *head, const Token *operator) {
  uint32_t start = parse_token(parser)->span.start, end = operator->span.start;
  while (end > start && parser->source->text[end - 1] == ' ') end--;
  uint32_t over = (uint32_t)(operator+ 1 - parser->tokens.token);
  bool ends = refuse_ends_line(operator+ 1);
  parse_error(parser, operator->span, "%s needs a value on its right, and here %s",
              parse_text(parser, operator->span), ends ? "the line ends" : "is over");
  if (ends) return;
  parse_advise(parser, "%s %s %s", head, parse_text(parser, (Span){start, end}),
               refuse_rest_text(parser, over, "over x"));
}

/* minimize over x */
static bool explain_no_formula(Parser *parser, const char *head, uint32_t end) {
  if (!parse_is_word(parser, parse_token(parser), "over")) return false;
  const Token *name = refuse_token_at(parser, parser->at + 1);
  bool named = parser->at + 1 < end && name->kind == TOKEN_NAME;
  parse_error(parser, parse_before(parser)->span, "%s needs a formula before over", head);
  parse_advise(parser, "%s … over %s", head,
               named ? text_between(parser, parser->at + 1, end) : "x");
  return true;
}

/* minimize x^2, over x */
static bool explain_comma(Parser *parser, const char *head, uint32_t over, uint32_t end) {
  const Token *comma = refuse_token_at(parser, over - 1);
  if (over <= parser->at || over == end || comma->kind != TOKEN_COMMA) return false;
  parse_error(parser, comma->span, "no comma stands before %s",
              text_between(parser, over, over + word_width(parser, over)));
  parse_advise(parser, "%s %s %s", head, text_between(parser, parser->at, over - 1),
               text_between(parser, over, end));
  return true;
}

/* minimize x^2 over 3, minimize x^2 over [x, y] */
static bool explain_no_name(Parser *parser, const char *head, uint32_t over, uint32_t end) {
  if (!parse_is_word(parser, refuse_token_at(parser, over), "over") || over + 1 >= end)
    return false;
  const Token *token = refuse_token_at(parser, over + 1);
  char names[NAME_TEXT], rest[160];
  uint32_t after = next_word(parser, over + 1, end);
  bool bracket = token->match > over && refuse_token_at(parser, over + 2)->kind == TOKEN_NAME;
  Span found = {token->span.start, refuse_token_at(parser, after - 1)->span.end};
  parse_error(parser, after > over + 1 ? found : token->span,
              "behind over stands a name, or several with commas between them, and no brackets");
  if (bracket)
    snprintf(names, sizeof names, "over %s", text_between(parser, over + 2, token->match));
  else over_text(parser, parser->at, over, names);
  parse_advise(parser, "%s %s %s%s", head, text_between(parser, parser->at, over), names,
               clauses_text(parser, after, end, rest));
  return true;
}

/* minimize x^2 for x, fit y ~ a*x, argmin x^2 s.t. x >= 1: no over. */
static void explain_no_over(Parser *parser, const char *head, uint32_t end) {
  uint32_t stop = next_word(parser, parser->at, end), objective = stop, first = parser->at;
  const Token *last = refuse_token_at(parser, stop - 1), *word = refuse_token_at(parser, stop - 2);
  char names[NAME_TEXT], rest[160];
  bool named = stop > parser->at + 2 && last->kind == TOKEN_NAME &&
               (word->kind == TOKEN_FOR || (word->kind == TOKEN_OPERATOR && word->op == OP_IN));
  if (strcmp(head, "fit") == 0) /* the data stand before ~ */
    for (uint32_t at = first; at < stop; at++)
      if (refuse_token_at(parser, at)->kind == TOKEN_TILDE) first = at + 1;
  parse_error(parser, parse_before(parser)->span, "%s needs over and a name on the same line",
              head);
  if (named) objective = stop - 2;
  if (named) snprintf(names, sizeof names, "over %s", parse_text(parser, last->span));
  else over_text(parser, first, stop, names);
  bool over = stop < end && parse_is_word(parser, refuse_token_at(parser, stop), "over");
  const char *formula =
      objective > parser->at ? text_between(parser, parser->at, objective) : "f(x)";
  parse_advise(parser, "%s %s %s%s", head, formula, names,
               over ? "" : clauses_text(parser, stop, end, rest));
}

/* minimize f(x) without over, 2 + argmin … over, f(argmin … over): a clause form that does not
 * begin as one. */
static bool explain_head(Parser *parser) {
  const Token *before = parse_before(parser);
  if (!before || !clause_head(parser, before)) return false;
  const char *head = parse_text(parser, before->span);
  uint32_t at = parser->at, end = form_end(parser, at);
  parser->at = at - 1;
  bool whole = clause_starts(parser);
  parser->at = at;
  if (whole) {
    parse_error(parser, before->span,
                "a clause form inside an expression needs its own parentheses");
    parse_advise(parser, "(%s %s)", head, refuse_rest_text(parser, at, "f(x)"));
  } else if (explain_no_formula(parser, head, end)) {
  } else if (dangling_operator(parser)) {
    explain_dangling(parser, head, dangling_operator(parser));
  } else if (!explain_comma(parser, head, next_word(parser, at, end), end) &&
             !explain_no_name(parser, head, next_word(parser, at, end), end)) {
    explain_no_over(parser, head, end);
  }
  return true;
}

/* minimise x^2 over x, arg min x^2 over x */
static bool explain_spelling(Parser *parser) {
  const Token *before = parse_before(parser);
  if (!before || before->kind != TOKEN_NAME || !parse_token(parser)->space) return false;
  bool known = refuse_meaning(parser, before->span) != SYMBOL_UNKNOWN;
  uint32_t at = parser->at;
  Suggestion suggestion;
  const char *name = parse_text(parser, before->span), *head = NULL;
  suggestion_start(&suggestion, name);
  for (const char *const *word = parser_head_words; *word; word++)
    suggestion_offer(&suggestion, *word);
  bool apart = strcmp(name, "arg") == 0; /* which is a function, too */
  if (apart && parse_is_word(parser, parse_token(parser), "min")) head = "argmin";
  else if (apart && parse_is_word(parser, parse_token(parser), "max")) head = "argmax";
  else apart = false, head = suggestion.best;
  uint32_t end = form_end(parser, at), over = next_word(parser, at, end);
  bool form = over < end && parse_is_word(parser, refuse_token_at(parser, over), "over");
  if (!head || (known && !apart)) return false;
  if (!form && !apart && strlen(head) <= strlen("argmin")) return false; /* fti x: too little */
  Span span = apart ? span_join(before->span, parse_token(parser)->span) : before->span;
  char names[NAME_TEXT] = "";
  if (!form) over_text(parser, at + apart, over, names);
  parse_error(parser, span, "this form is spelled %s, not %s", head, parse_text(parser, span));
  parse_advise(parser, "%s %s%s%s", head, text_between(parser, at + apart, form ? end : over),
               form ? "" : " ", names);
  return true;
}

/* argmin(x^2) s.t. x >= 1 */
static bool explain_call(Parser *parser) {
  uint32_t at = parser->at, head = at;
  for (uint32_t i = parser->statement_at; i + 1 < at; i++)
    if (refuse_token_at(parser, i + 1)->match == at - 1 &&
        clause_head(parser, refuse_token_at(parser, i)))
      head = i;
  if (head == at || !word_width(parser, at)) return false;
  parser->at = head + 1;
  explain_no_over(parser, parse_text(parser, refuse_token_at(parser, head)->span),
                  form_end(parser, head + 1));
  parser->at = at;
  return true;
}

/* ---- inside a form ---- */

/* The head of the form around the current token, or [at] itself. */
static uint32_t head_before(const Parser *parser, uint32_t at) {
  for (uint32_t i = at; i > parser->statement_at; i--)
    if (clause_head(parser, refuse_token_at(parser, i - 1))) return i - 1;
  return at;
}

/* argmin x^2 s.t. x >= 1 over x */
static bool explain_order(Parser *parser) {
  uint32_t at = parser->at, head = head_before(parser, at);
  uint32_t end = form_end(parser, at), over = at, after;
  if (head == at || !word_width(parser, at) || next_word(parser, head + 1, at) < at) return false;
  while (over < end && !parse_is_word(parser, refuse_token_at(parser, over), "over"))
    over = next_word(parser, over + word_width(parser, over), end);
  if (over >= end || over == at) return false;
  after = next_word(parser, over + 1, end);
  char middle[160], tail[160];
  parse_error(parser, refuse_token_at(parser, over)->span,
              "over and its names stand right behind the formula, the other clauses behind them");
  parse_advise(parser, "%s %s%s%s", text_between(parser, head, at),
               text_between(parser, over, after), clauses_text(parser, at, over, middle),
               clauses_text(parser, after, end, tail));
  return true;
}

/* The clause word that is nearest before the current token and outside of all brackets, or the
 * token. */
static uint32_t clause_before(const Parser *parser) {
  uint32_t found = parser->at, head = head_before(parser, parser->at);
  for (uint32_t at = head + 1; at < parser->at; at++) {
    if (clause_word(parser, at)) found = at;
    const Token *token = refuse_token_at(parser, at);
    if (token->match > parser->at) return parser->at; /* inside brackets of a clause */
    if (token->match > at) at = token->match;
  }
  return head < parser->at ? found : parser->at;
}

/* The last comma before the current token, or [from]. */
static uint32_t part_before(const Parser *parser, uint32_t from) {
  uint32_t part = from;
  for (uint32_t at = from; at < parser->at; at++) {
    if (refuse_token_at(parser, at)->kind == TOKEN_COMMA) part = at + 1;
    if (refuse_token_at(parser, at)->match > at) at = refuse_token_at(parser, at)->match;
  }
  return part;
}

/* using gd eta = 0.1, using newton cg */
static void explain_options(Parser *parser, uint32_t word, uint32_t end) {
  uint32_t at = parser->at, first = word + 1;
  bool option =
      refuse_token_at(parser, at + 1)->kind == TOKEN_ASSIGN || parse_at(parser, TOKEN_NUMBER);
  const char *method = text_between(parser, first, at);
  parse_error(parser, span_between(parser, word, end),
              option ? "the options of a method stand in ( ) behind its name"
                     : "using names one method");
  if (option && at == first + 1)
    parse_advise(parser, "using %s(%s)", method, text_between(parser, at, end));
  else parse_advise(parser, "using %s", method);
}

/* The first name behind over. */
static const char *first_name(Parser *parser) {
  for (uint32_t at = parser->at; at > parser->statement_at; at--)
    if (parse_is_word(parser, refuse_token_at(parser, at - 1), "over"))
      return text_between(parser, at, at + 1);
  return "x";
}

/* Does a single name stand behind over? Its start is then one value. */
static bool names_one(const Parser *parser) {
  uint32_t head = head_before(parser, parser->at), commas = 0;
  for (uint32_t at = head + 1; at < parser->at; at++) {
    const Token *token = refuse_token_at(parser, at);
    if (parse_is_word(parser, token, "over")) commas = 0;
    else if (clause_word(parser, at) && commas == 0) return true;
    commas += token->kind == TOKEN_COMMA;
    if (token->match > at) at = token->match;
  }
  return false;
}

/* s.t. x <= 1 x >= 0, from 1 2, over x y, using gd eta = 0.1: two parts of one clause without a
 * comma. */
static bool explain_parts(Parser *parser) {
  uint32_t at = parser->at, word = clause_before(parser);
  if (!parser->context.in_clause || word == at) return false;
  const char *name = text_between(parser, word, word + word_width(parser, word));
  uint32_t first = word + word_width(parser, word);
  uint32_t end = next_word(parser, at, form_end(parser, at)), part = part_before(parser, first);
  if (first >= at) return false;
  if (strcmp(name, "using") == 0) {
    explain_options(parser, word, end);
    return true;
  }
  if (refuse_token_at(parser, at + 1)->kind == TOKEN_ASSIGN && parse_at(parser, TOKEN_NAME)) {
    parse_error(parser, parse_token(parser)->span,
                "the options of a method stand in ( ) behind its name");
    parse_advise(parser, "using gd(%s)", text_between(parser, at, end));
    return true;
  }
  if (strcmp(name, "from") == 0 && parse_is_word(parser, parse_token(parser), "to")) {
    parse_error(parser, span_between(parser, word, end),
                "from names a start; an interval is written as a constraint");
    parse_advise(parser, "s.t. %s <= %s <= %s", text_between(parser, first, at), first_name(parser),
                 text_between(parser, at + 1, end));
    return true;
  }
  bool constraint = name[0] == 's', names = strcmp(name, "over") == 0;
  if (constraint && !(compares(parser, part, at) && compares(parser, at, end))) return false;
  if (names && !parse_at(parser, TOKEN_NAME)) return false;
  bool vector = !constraint && !names && names_one(parser);
  parse_error(parser, span_between(parser, word, end), "a comma separates %s",
              constraint ? "constraints"
              : names    ? "names"
              : vector   ? "the entries of a vector"
                         : "starts");
  parse_advise(parser, vector ? "%s [%s, %s]" : "%s %s, %s", name, text_between(parser, first, at),
               text_between(parser, at, end));
  return true;
}

bool refuse_form(Parser *parser) {
  return explain_head(parser) || explain_spelling(parser) || explain_call(parser) ||
         explain_order(parser) || explain_parts(parser);
}
