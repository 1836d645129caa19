/* clauses.c - argmin … over … from … s.t. … using …, and the sets R^n.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "syntax/parse.h"

const char *const parser_clause_words[] = {"over", "from", "using", "s.t.", NULL};
const char *const parser_head_words[] = {"argmin", "argmax", "minimize", "maximize", "fit", NULL};

bool clause_head(const Parser *parser, const Token *token) {
  for (const char *const *word = parser_head_words; *word; word++)
    if (parse_is_word(parser, token, *word)) return true;
  return false;
}

/* s.t. at token [at]: four tight tokens. */
static bool is_such_that(const Parser *parser, uint32_t at) {
  const Token *token = parser->tokens.token + at;
  return at + 4 < parser->tokens.count && parse_is_word(parser, token, "s") &&
         token[1].kind == TOKEN_DOT && !token[1].space && parse_is_word(parser, token + 2, "t") &&
         !token[2].space && token[3].kind == TOKEN_DOT && !token[3].space;
}

bool clause_word(const Parser *parser, uint32_t at) {
  for (const char *const *word = parser_clause_words; *word; word++)
    if (parse_is_word(parser, &parser->tokens.token[at], *word)) return true;
  return is_such_that(parser, at);
}

/* A name, perhaps on the next line, or nothing yet. */
static bool name_may_follow(const Parser *parser, uint32_t at) {
  do at++;
  while (parser->tokens.token[at].kind == TOKEN_NEWLINE);
  return parser->tokens.token[at].kind == TOKEN_NAME || parser->tokens.token[at].kind == TOKEN_END;
}

static bool is_opener(const Token *token) {
  return token->kind == TOKEN_LEFT_PAREN || token->kind == TOKEN_LEFT_BRACKET ||
         token->kind == TOKEN_LEFT_BRACE;
}

/* A head word opens a clause form if, later in the statement at its depth, `over` stands where an
 * operator could and a name follows; or may yet follow, behind a bracket that is still open. */
bool clause_starts(const Parser *parser) {
  const Token *token = parser->tokens.token;
  if (!clause_head(parser, parse_token(parser))) return false;
  const Token *before = parse_token(parser);
  for (uint32_t at = parser->at + 1; at + 1 < parser->tokens.count; at++) {
    uint8_t kind = token[at].kind;
    if (kind == TOKEN_NEWLINE &&
        (parser->context.layout == LAYOUT_FREE || parse_continues_line(before)))
      continue;
    if (kind == TOKEN_NEWLINE || kind == TOKEN_SEMICOLON || kind == TOKEN_RIGHT_PAREN ||
        kind == TOKEN_RIGHT_BRACKET || kind == TOKEN_RIGHT_BRACE || kind == TOKEN_RIGHT_HOLE)
      return false;
    if (at > parser->at + 1 && parse_ends_operand(before) &&
        parse_is_word(parser, &token[at], "over") && name_may_follow(parser, at))
      return true;
    if (at > parser->at + 1 && is_opener(&token[at]) && !token[at].match) return true;
    if (token[at].match > at) at = token[at].match;
    before = &token[at];
  }
  return false;
}

/* ---- sets ---- */

bool clause_at_set(const Parser *parser) {
  const Token *token = parse_token(parser);
  if (token->kind != TOKEN_NAME) return false;
  size_t length = token->span.end - token->span.start;
  const char *text = parser->source->text + token->span.start;
  return (length == 1 && text[0] == 'R') || (length == 3 && memcmp(text, "ℝ", 3) == 0);
}

static _Noreturn void refuse_set(Parser *parser) {
  const Token *token = parse_token(parser);
  if (token->kind == TOKEN_END || token->kind == TOKEN_ERROR) refuse_token(parser, "a set");
  Span span = refuse_next_operand(parser, parser->at);
  parse_error(parser, span.end > span.start ? span : token->span,
              "a set is expected here: R, R^n or R^(m,n)");
  parse_advise(parser, "R^2");
  parse_stop(parser);
}

/* R^(m×n) is written R^(m,n): × would multiply. */
static void check_times(Parser *parser) {
  const Token *token = parser->tokens.token;
  uint32_t end = token[parser->at].match;
  for (uint32_t at = parser->at + 1; at < end; at++) {
    Span span = token[at].span;
    if (span.end - span.start != strlen("×") ||
        memcmp(parser->source->text + span.start, "×", strlen("×")) != 0)
      continue;
    const char *left = parse_text(parser, (Span){token[parser->at].span.end, span.start});
    const char *right = parse_text(parser, (Span){span.end, token[end].span.start});
    parse_error(parser, span, "× in a set may separate two sizes or multiply them");
    parse_advise(parser, "R^(%s,%s)", left, right);
    parse_advise(parser, "R^(%s*%s)", left, right);
    parse_stop(parser);
  }
}

static void sizes(Parser *parser) {
  const Token *token = parse_token(parser);
  if (token->kind == TOKEN_NUMBER) {
    parse_push(parser, literal_number(parser));
  } else if (token->kind == TOKEN_NAME) {
    Node *name = parse_leaf(parser, NODE_NAME, token->span);
    name->symbol = parse_symbol(parser, token->span);
    parse_push(parser, name);
    parse_advance(parser);
  } else if (token->kind == TOKEN_LEFT_PAREN) {
    uint32_t mark = parser->pending_count;
    check_times(parser);
    Context outer = parse_open(parser, LAYOUT_FREE, ")");
    do parse_push(parser, expression_level(parser, POWER_SUM));
    while (parse_take(parser, TOKEN_COMMA));
    uint32_t count = parser->pending_count - mark;
    if (count > 2) {
      parse_error(parser, token->span, "an array has two sizes, and here are %u", count);
      parse_stop(parser);
    }
    parse_close(parser, outer, TOKEN_RIGHT_PAREN);
  } else {
    refuse_operand(parser);
  }
}

Node *clause_set(Parser *parser) {
  if (!clause_at_set(parser)) refuse_set(parser);
  uint32_t mark = parser->pending_count;
  uint32_t start = parse_token(parser)->span.start;
  parse_advance(parser);
  if (parse_at(parser, TOKEN_SUPERSCRIPT) && !parse_token(parser)->space) {
    Node *size = parse_leaf(parser, NODE_NUMBER, parse_token(parser)->span);
    size->number = parse_token(parser)->number;
    parse_push(parser, size);
    parse_advance(parser);
  } else if (parse_at_operator(parser, OP_POWER)) {
    parse_advance(parser);
    sizes(parser);
  }
  return parse_list(parser, NODE_SET, parse_span_from(parser, start), mark);
}

/* ---- over ---- */

/* x in [0, 2]: an interval is a constraint. */
static void check_interval(Parser *parser, Span name) {
  const Token *bracket = parse_token(parser);
  if (bracket->kind != TOKEN_LEFT_BRACKET || !bracket->match) return;
  const Token *close = &parser->tokens.token[bracket->match];
  const char *inner = parser->source->text + bracket->span.end;
  const char *comma = memchr(inner, ',', close->span.start - bracket->span.end);
  const char *more =
      comma ? memchr(comma + 1, ',', (size_t)(parser->source->text + close->span.start - comma - 1))
            : NULL;
  Span marked = span_join(parse_before(parser)->span, close->span); /* with its in */
  if (more) {
    parse_error(
        parser, marked,
        "over goes through a range; the values of a vector v are v[k] for k in 1:length(v)");
    parse_stop(parser);
  }
  parse_error(parser, marked, "an interval is written as a constraint");
  if (comma) {
    uint32_t at = (uint32_t)(comma - parser->source->text);
    while (comma[1] == ' ') comma++;
    uint32_t next = (uint32_t)(comma - parser->source->text) + 1;
    parse_advise(parser, "s.t. %s <= %s <= %s", parse_text(parser, (Span){bracket->span.end, at}),
                 parse_text(parser, name), parse_text(parser, (Span){next, close->span.start}));
  }
  parse_stop(parser);
}

/* One set for several names: R is no doubt, a vector is. */
static void refuse_shared_set(Parser *parser, uint32_t mark, const Node *set) {
  Text each = {0}, last = {0};
  const char *text = parse_name(parser, set);
  for (uint32_t i = mark; i < parser->pending_count; i++) {
    bool final = i + 1 == parser->pending_count;
    const char *name = parser->pending[i]->symbol->name;
    text_format(&each, "%s%s in %s", i == mark ? "" : ", ", name, text);
    text_format(&last, "%s%s in %s", i == mark ? "" : ", ", name, final ? text : "R");
  }
  char both[2][160];
  snprintf(both[0], sizeof both[0], "%s", each.bytes);
  snprintf(both[1], sizeof both[1], "%s", last.bytes);
  text_free(&each);
  text_free(&last);
  parse_error(parser, set->span, "one set stands behind %u names", parser->pending_count - mark);
  parse_advise(parser, "over %s", both[0]);
  parse_advise(parser, "over %s", both[1]);
  parse_stop(parser);
}

static void give_set(Node *variable, Node *set) {
  variable->child[0] = set;
  variable->height = set->height + 1;
  variable->span = span_join(variable->span, set->span);
}

/* The sets behind `in`, for the variables pushed since [mark]. */
static void sets(Parser *parser, uint32_t mark) {
  uint32_t names = parser->pending_count - mark, count = 0;
  Node *first = NULL;
  do {
    Node *set = clause_set(parser);
    if (count < names) give_set(parser->pending[mark + count], set);
    if (count++ == 0) first = set;
    const Token *next = parse_after(parser, parser->at);
    if (!parse_at(parser, TOKEN_COMMA) || next->kind != TOKEN_NAME || count >= names) break;
    uint32_t comma = parser->at;
    parse_advance(parser);
    if (clause_at_set(parser)) continue;
    parser->at = comma;
    break;
  } while (true);
  if (count == names) return;
  if (count == 1 && first->count == 0) {
    for (uint32_t i = 0; i < names; i++) give_set(parser->pending[mark + i], first);
    return;
  }
  if (count == 1) refuse_shared_set(parser, mark, first);
  parse_error(parser, first->span, "%u names share %u sets", names, count);
  report_remark(parser->report, "one set for each name, in order");
  parse_stop(parser);
}

/* NAME [in …]; names without `in` wait for the list of sets behind a later one. */
static void variable(Parser *parser, uint32_t *waiting) {
  if (!parse_at(parser, TOKEN_NAME)) refuse_operand(parser);
  Span name = parse_token(parser)->span;
  Node *node = parse_node(parser, NODE_VARIABLE, name, 1, (Node *)NULL);
  node->symbol = parse_symbol(parser, name);
  parse_advance(parser);
  parse_push(parser, node);
  if (!parse_at_operator(parser, OP_IN)) return;
  parse_advance(parser);
  if (clause_at_set(parser)) {
    sets(parser, *waiting);
  } else {
    check_interval(parser, name);
    Node *range = expression_level(parser, POWER_RANGE);
    if (range->kind != NODE_RANGE) {
      parse_error(parser, range->span, "a set like R^2 or a range like 1:10 is expected here");
      parse_stop(parser);
    }
    give_set(node, range);
  }
  *waiting = parser->pending_count;
}

/* over x, s.t. x >= 1 */
static void check_comma(Parser *parser) {
  if (!clause_word(parser, parser->at) || parse_before(parser)->kind != TOKEN_COMMA) return;
  Span before = refuse_token_at(parser, parser->at - 2)->span;
  Span rest = refuse_rest(parser, parser->at);
  const char *text = parse_text(parser, rest);
  parse_error(parser, span_join(before, rest), "no comma stands before %.*s",
              (int)strcspn(text, " "), text);
  parse_advise(parser, "%s %s", parse_text(parser, before), text);
  parse_stop(parser);
}

static Node *variables(Parser *parser, uint32_t *first_mark) {
  uint32_t mark = parser->pending_count, waiting = mark;
  uint32_t start = parse_token(parser)->span.start;
  *first_mark = mark;
  do {
    parse_skip_newlines(parser);
    check_comma(parser);
    variable(parser, &waiting);
    for (uint32_t i = mark; i + 1 < parser->pending_count; i++)
      if (parser->pending[i]->symbol == parser->pending[parser->pending_count - 1]->symbol) {
        parse_error(parser, parser->pending[parser->pending_count - 1]->span,
                    "%s stands behind over twice", parser->pending[i]->symbol->name);
        parse_stop(parser);
      }
    if (parser->pending_count - mark > 200) {
      parse_error(parser, parse_token(parser)->span, "over takes at most 200 names");
      report_remark(parser->report, "a vector x in R^n holds any number");
      parse_stop(parser);
    }
  } while (parse_take(parser, TOKEN_COMMA));
  return parse_list(parser, NODE_VARIABLES, parse_span_from(parser, start), mark);
}

/* ---- from, s.t., using ---- */

static Node *starts(Parser *parser) {
  uint32_t mark = parser->pending_count;
  uint32_t start = parse_token(parser)->span.start;
  do {
    parse_skip_newlines(parser);
    check_comma(parser);
    Node *value = expression_level(parser, POWER_RANGE);
    parse_push(parser, value);
    if (parse_at(parser, TOKEN_ASSIGN)) { /* from x = 1 */
      Span rest = refuse_rest(parser, parser->at + 1);
      parse_error(parser, span_join(value->span, rest), "behind from stands a value alone");
      parse_advise(parser, "%s", refuse_rest_text(parser, parser->at + 1, "1"));
      parse_stop(parser);
    }
  } while (parse_take(parser, TOKEN_COMMA));
  return parse_list(parser, NODE_STARTS, parse_span_from(parser, start), mark);
}

static Node *constraints(Parser *parser) {
  uint32_t mark = parser->pending_count;
  uint32_t start = parse_token(parser)->span.start;
  do {
    parse_skip_newlines(parser);
    check_comma(parser);
    Node *constraint = expression_level(parser, POWER_OR);
    if (parse_at(parser, TOKEN_FOR)) constraint = literal_generator(parser, constraint);
    parse_push(parser, constraint);
  } while (parse_take(parser, TOKEN_COMMA));
  return parse_list(parser, NODE_CONSTRAINTS, parse_span_from(parser, start), mark);
}

static Node *using_method(Parser *parser) {
  uint32_t mark = parser->pending_count;
  if (!parse_at(parser, TOKEN_NAME)) {
    if (parse_at(parser, TOKEN_END) || parse_at(parser, TOKEN_ERROR))
      refuse_token(parser, "the name of a method");
    parse_error(parser, parse_token(parser)->span, "the name of a method is expected after using");
    parse_advise(parser, "using newton");
    parse_stop(parser);
  }
  Span name = parse_token(parser)->span;
  parse_advance(parser);
  if (parse_at(parser, TOKEN_LEFT_PAREN) && !parse_token(parser)->space) {
    Context outer = parse_open(parser, LAYOUT_FREE, ")");
    operand_arguments(parser);
    parse_close(parser, outer, TOKEN_RIGHT_PAREN);
  }
  Node *node = parse_list(parser, NODE_USING, parse_span_from(parser, name.start), mark);
  node->symbol = parse_symbol(parser, name);
  return node;
}

static const struct {
  const char *word;
  Node *(*read)(Parser *parser);
} clause_rows[] = {{"from", starts}, {"s.t.", constraints}, {"using", using_method}};

enum { CLAUSE_KINDS = 3 };

/* Reads one clause into its slot; false if none follows. */
static bool clause(Parser *parser, Node **slot) {
  for (int row = 0; row < CLAUSE_KINDS; row++) {
    bool such_that = strcmp(clause_rows[row].word, "s.t.") == 0;
    if (such_that ? !is_such_that(parser, parser->at)
                  : !parse_is_word(parser, parse_token(parser), clause_rows[row].word))
      continue;
    if (slot[row]) {
      parse_error(parser, parse_token(parser)->span, "%s stands twice", clause_rows[row].word);
      parse_mark(parser, slot[row]->span);
      report_remark(parser->report, "several are separated by commas behind one %s",
                    clause_rows[row].word);
      parse_stop(parser);
    }
    for (int words = such_that ? 4 : 1; words > 0; words--) parse_advance(parser);
    parse_skip_newlines(parser);
    slot[row] = clause_rows[row].read(parser);
    return true;
  }
  return false;
}

/* over x >= 1, over x: x >= 1, over x and y, over x = 1 */
static void explain_end(Parser *parser, const Node *names) {
  const Token *token = parse_token(parser);
  const Node *last = names->child[names->count - 1];
  bool variable = parse_before(parser)->span.end == names->span.end;
  Span behind = refuse_rest(parser, parser->at + 1);
  Span marked = behind.end > behind.start ? span_join(token->span, behind) : token->span;
  const char *rest = refuse_rest_text(parser, parser->at + 1, "1");
  bool compares = token->kind == TOKEN_OPERATOR && operator_power[token->op] == POWER_COMPARE;
  if (token->kind == TOKEN_COLON || (compares && variable)) {
    parse_error(parser, marked, "a constraint stands behind s.t.");
    const char *sign = token->op == OP_LESS      ? "<="
                       : token->op == OP_GREATER ? ">="
                                                 : parse_text(parser, token->span);
    if (compares) parse_advise(parser, "s.t. %s %s %s", last->symbol->name, sign, rest);
    else parse_advise(parser, "s.t. %s", rest);
  } else if (token->kind == TOKEN_AND && variable) {
    parse_error(parser, span_join(names->span, marked), "a comma separates names");
    parse_advise(parser, "%s, %s", parse_name(parser, names), rest);
  } else if (token->kind == TOKEN_ASSIGN && variable) {
    parse_error(parser, marked, "a start stands behind from, a constraint behind s.t.");
    parse_advise(parser, "from %s", rest);
    parse_advise(parser, "s.t. %s == %s", last->symbol->name, rest);
  } else if (token->kind == TOKEN_COMMA && parser->at + 1 < parser->tokens.count &&
             refuse_token_at(parser, parser->at + 2)->kind == TOKEN_ASSIGN) {
    parse_error(parser, token->span, "the options of a method stand in ( ) behind its name");
    parse_advise(parser, "using gd(%s = %s)", parse_text(parser, token[1].span),
                 refuse_rest_text(parser, parser->at + 3, "1"));
  } else {
    refuse_token(parser, "from, s.t., using or the end of the form");
  }
  parse_stop(parser);
}

static void check_end(Parser *parser, const Node *names) {
  switch (parse_token(parser)->kind) {
  case TOKEN_NEWLINE:
  case TOKEN_SEMICOLON:
  case TOKEN_END:
  case TOKEN_RIGHT_PAREN:
  case TOKEN_STOP:
  case TOKEN_ELSE:
  case TOKEN_ELSEIF: return;
  default: break;
  }
  const char *clause;
  uint32_t words = form_foreign(parser, parser->at, &clause);
  if (!words && !clause_word(parser, parser->at)) explain_end(parser, names);
  parse_error(parser, parse_token(parser)->span,
              "the clauses of a form are over, from, s.t. and using");
  if (words) {
    Span rest = refuse_rest(parser, parser->at + words);
    if (rest.end > rest.start) parser->report->label[0].span.end = rest.end;
    parse_advise(parser, "%s %s", clause, refuse_rest_text(parser, parser->at + words, "…"));
  }
  parse_stop(parser);
}

Node *clause_form(Parser *parser) {
  Span head = parse_token(parser)->span;
  Context outer = parser->context;
  parser->context.in_clause = true;
  parse_advance(parser);
  Node *objective = expression_full(parser);
  if (!parse_is_word(parser, parse_token(parser), "over")) refuse_token(parser, "over");
  parse_advance(parser);
  parse_skip_newlines(parser);
  uint32_t mark;
  Node *names = variables(parser, &mark);
  Node *slot[CLAUSE_KINDS] = {NULL, NULL, NULL};
  while (clause(parser, slot))
    ;
  check_end(parser, names);
  parser->context = outer;
  Node *node = parse_node(parser, NODE_CLAUSE, parse_span_from(parser, head.start), 5, objective,
                          names, slot[0], slot[1], slot[2]);
  node->symbol = parse_symbol(parser, head);
  for (uint32_t i = 0; i < names->count; i++)
    if (strcmp(names->child[i]->symbol->key, "i") == 0) parse_region(parser, node->span);
  return node;
}
