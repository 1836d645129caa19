/* statements.c - programs, blocks, definitions, assignments, loops and branches.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "syntax/parse.h"

enum {
  PARAMETERS_MOST = 200
}; /* more than any function takes; keeps the search for doubles short */

static Node *statement(Parser *parser);

/* ---- blocks ---- */

static bool ends_block(const Parser *parser) {
  switch (parse_token(parser)->kind) {
  case TOKEN_STOP:
  case TOKEN_ELSE:
  case TOKEN_ELSEIF:
  case TOKEN_END:
  case TOKEN_ERROR: return true;
  default: return false;
  }
}

/* The indentation, in bytes, of the line that holds [offset]. */
static uint32_t indentation(const Parser *parser, uint32_t offset) {
  Span line = source_line(parser->source, offset);
  uint32_t at = line.start;
  while (at < line.end && (parser->source->text[at] == ' ' || parser->source->text[at] == '\t'))
    at++;
  return at - line.start;
}

/* A line that begins with - under a shallower line may be meant as its continuation. */
static void check_hanging_minus(Parser *parser, const Node *previous) {
  const Token *token = parse_token(parser);
  if (!previous || !parse_at_operator(parser, OP_SUBTRACT)) return;
  uint32_t last = previous->span.end ? previous->span.end - 1 : 0;
  if (parser->at == 0 || parser->tokens.token[parser->at - 1].kind != TOKEN_NEWLINE ||
      indentation(parser, token->span.start) <= indentation(parser, last))
    return;
  parse_error(parser, token->span, "this line may go on with the line before it or stand alone");
  report_remark(parser->report, "end the line before with - to go on, or do not indent this one");
  parse_stop(parser);
}

/* Statements up to end, else, elseif or the end of the text. */
static Node *block(Parser *parser) {
  uint32_t mark = parser->pending_count;
  uint32_t start = parse_token(parser)->span.start;
  const Node *previous = NULL;
  for (;;) {
    while (parse_at(parser, TOKEN_NEWLINE) || parse_at(parser, TOKEN_SEMICOLON))
      parse_advance(parser);
    if (ends_block(parser)) break;
    if (parser->pending_count == mark) start = parse_token(parser)->span.start;
    check_hanging_minus(parser, previous);
    Node *node = statement(parser);
    node->quiet = parse_at(parser, TOKEN_SEMICOLON);
    parse_push(parser, node);
    previous = node;
    if (!node->quiet && !parse_at(parser, TOKEN_NEWLINE) && !ends_block(parser))
      refuse_token(parser, "the end of the statement");
  }
  uint32_t end = previous ? previous->span.end : start;
  return parse_list(parser, NODE_BLOCK, (Span){start, end}, mark);
}

/* Enters a block that [opener] began; what stands around it does not reach inside. */
static Context open_block(Parser *parser, Span opener) {
  Context outer = parser->context;
  parse_opening(parser, opener, "end");
  parser->context = (Context){
      .layout = LAYOUT_STATEMENTS, .in_loop = outer.in_loop, .in_function = outer.in_function};
  return outer;
}

static Node *do_block(Parser *parser) {
  Span word = parse_token(parser)->span;
  Context outer = open_block(parser, word);
  parser->context.in_loop = false;
  parser->context.in_function = true;
  parse_advance(parser);
  Node *body = block(parser);
  parse_close(parser, outer, TOKEN_STOP);
  return parse_node(parser, NODE_DO, parse_span_from(parser, word.start), 1, body);
}

/* ---- values and bodies ---- */

Node *statement_value(Parser *parser) {
  return clause_starts(parser) ? clause_form(parser) : expression_full(parser);
}

Node *statement_body(Parser *parser) {
  parse_descend(parser);
  Node *body = parse_at(parser, TOKEN_DO) ? do_block(parser) : statement_value(parser);
  parse_ascend(parser);
  return body;
}

Node *statement_lambda_body(Parser *parser) {
  if (parse_at(parser, TOKEN_DO)) return statement_body(parser);
  return clause_starts(parser) ? clause_form(parser) : expression_level(parser, POWER_ARROW);
}

/* A bare tuple where one value belongs: x = 3,14. */
static _Noreturn void refuse_bare_tuple(Parser *parser, Span first) {
  const Token *comma = parse_token(parser);
  Span next = refuse_next_operand(parser, parser->at + 1);
  const char *left = parse_text(parser, first), *right = parse_text(parser, next);
  const Token *after = parse_after(parser, parser->at);
  parse_error(parser, comma->span, "one value is expected, and a comma follows it");
  if (parse_before(parser)->kind == TOKEN_NUMBER && after->kind == TOKEN_NUMBER && !after->space)
    parse_advise(parser, "%s.%s  (the point stands in a number)", left, right);
  if (next.end > next.start) parse_advise(parser, "(%s, %s)", left, right);
  parse_stop(parser);
}

/* ---- definitions ---- */

static Node *parameter(Parser *parser) {
  if (!parse_at(parser, TOKEN_NAME)) refuse_operand(parser);
  Span span = parse_token(parser)->span;
  const Symbol *symbol = parse_symbol(parser, span);
  parse_bind(parser, symbol);
  parse_advance(parser);
  Node *set = NULL, *standard = NULL;
  if (parse_at_operator(parser, OP_IN)) {
    parse_advance(parser);
    set = clause_set(parser);
  }
  if (parse_take(parser, TOKEN_ASSIGN)) standard = expression_full(parser);
  Node *node =
      parse_node(parser, NODE_PARAMETER, parse_span_from(parser, span.start), 2, set, standard);
  node->symbol = symbol;
  return node;
}

static void check_parameter(Parser *parser, uint32_t mark, const Node *node) {
  for (uint32_t i = mark; i < parser->pending_count; i++) {
    const Node *other = parser->pending[i];
    if (other->symbol == node->symbol) {
      parse_error(parser, node->span, "%s is a parameter twice", node->symbol->name);
      parse_mark(parser, other->span);
      parse_stop(parser);
    }
    if (other->child[1] && !node->child[1]) {
      parse_error(parser, node->span,
                  "a parameter without a default stands after one with a default");
      parse_mark(parser, other->span);
      parse_stop(parser);
    }
  }
  if (parser->pending_count - mark >= PARAMETERS_MOST) {
    parse_error(parser, node->span, "a function takes at most %d parameters", PARAMETERS_MOST);
    parse_stop(parser);
  }
}

void statement_parameters(Parser *parser) {
  uint32_t mark = parser->pending_count;
  Context outer = parse_open(parser, LAYOUT_FREE, ")");
  while (!parse_at(parser, TOKEN_RIGHT_PAREN)) {
    Node *node = parameter(parser);
    check_parameter(parser, mark, node);
    parse_push(parser, node);
    if (!parse_take(parser, TOKEN_COMMA)) break;
  }
  parse_close(parser, outer, TOKEN_RIGHT_PAREN);
}

/* Whether NAME( … ) = starts here. */
static bool defines(const Parser *parser) {
  const Token *name = parse_token(parser);
  if (name->kind != TOKEN_NAME) return false;
  const Token *bracket = name + 1; /* a NAME is never the last token */
  return bracket->kind == TOKEN_LEFT_PAREN && !bracket->space && bracket->match &&
         parser->tokens.token[bracket->match + 1].kind == TOKEN_ASSIGN;
}

/* Every parameter starts with a name that ends there or goes on with in or =. */
static void check_parameter_forms(Parser *parser) {
  const Token *token = parser->tokens.token;
  uint32_t at = parser->at + 2, end = token[parser->at + 1].match;
  bool first = true;
  for (; at < end; at++) {
    if (token[at].kind == TOKEN_NEWLINE) continue;
    uint32_t after = at + 1;
    while (token[after].kind == TOKEN_NEWLINE) after++;
    bool goes_on = after == end || token[after].kind == TOKEN_COMMA ||
                   token[after].kind == TOKEN_ASSIGN ||
                   (token[after].kind == TOKEN_OPERATOR && token[after].op == OP_IN);
    if (first && !(token[at].kind == TOKEN_NAME && goes_on)) refuse_parameters(parser, parser->at);
    first = token[at].kind == TOKEN_COMMA;
    if (token[at].match > at) at = token[at].match;
  }
}

/* The comment block on the lines directly above [start], without its marks. */
static void attach_comment(Parser *parser, Node *node, uint32_t start) {
  const char *text = parser->source->text;
  Span line = source_line(parser->source, start);
  uint32_t first = line.start;
  if (line.start + indentation(parser, start) != start)
    return; /* something else stands before it on the line */
  while (first > 0) {
    Span above = source_line(parser->source, first - 1);
    uint32_t at = above.start + indentation(parser, above.start);
    if (at >= above.end || text[at] != '#' ||
        (above.start == 0 && at + 1 < above.end && text[at + 1] == '!'))
      break;
    first = above.start;
  }
  char *comment = arena_new(&parser->tree->arena, line.start - first + 1);
  size_t length = 0;
  for (uint32_t at = first; at < line.start;) {
    Span above = source_line(parser->source, at);
    uint32_t from = above.start + indentation(parser, above.start) + 1;
    from += from < above.end && text[from] == ' ';
    if (length) comment[length++] = '\n';
    memcpy(comment + length, text + from, above.end - from);
    length += above.end - from;
    const char *newline = memchr(text + at, '\n', line.start - at);
    at = newline ? (uint32_t)(newline - text) + 1 : line.start;
  }
  node->text = comment;
  node->length = length;
}

static Node *definition(Parser *parser) {
  check_parameter_forms(parser);
  uint32_t mark = parser->pending_count;
  Span name = parse_token(parser)->span;
  Scope scope = {parser->scope, false};
  const Symbol *symbol = parse_symbol(parser, name);
  parse_bind(parser, symbol);
  parser->scope = &scope;
  parse_advance(parser);
  statement_parameters(parser);
  parse_expect(parser, TOKEN_ASSIGN, "=");
  parse_skip_newlines(parser);
  Span body = parse_token(parser)->span;
  parse_push(parser, statement_body(parser));
  if (parse_at(parser, TOKEN_COMMA)) refuse_bare_tuple(parser, parse_span_from(parser, body.start));
  parser->scope = scope.outer;
  Node *node = parse_list(parser, NODE_DEFINE, parse_span_from(parser, name.start), mark);
  node->symbol = symbol;
  attach_comment(parser, node, name.start);
  if (scope.binds_i) parse_region(parser, node->span);
  return node;
}

/* ---- assignments ---- */

static void check_target(Parser *parser, const Node *target) {
  const Node *inner = target;
  while (!inner->grouped && (inner->kind == NODE_INDEX || inner->kind == NODE_FIELD))
    inner = inner->child[0];
  if (inner->kind != NODE_NAME || inner->grouped) refuse_target(parser, target);
  if (target->kind == NODE_NAME) parse_bind(parser, target->symbol);
}

/* expr "," expr …: pushed, from the first one on; [first] is read already. */
static void values_after(Parser *parser, Node *first) {
  parse_push(parser, first);
  while (parse_take(parser, TOKEN_COMMA)) {
    parse_skip_newlines(parser);
    parse_push(parser, expression_full(parser));
  }
}

static void refuse_count(Parser *parser, uint32_t targets, uint32_t values) {
  parse_error(parser,
              parse_span_from(parser, parser->tokens.token[parser->statement_at].span.start),
              "%u names get %u values", targets, values);
  parse_stop(parser);
}

/* targets = …, at the sign. The targets are pushed since [mark]. */
static Node *assignment(Parser *parser, uint32_t mark) {
  uint32_t count = parser->pending_count - mark;
  for (uint32_t i = 0; i < count; i++) check_target(parser, parser->pending[mark + i]);
  Span span = span_join(parser->pending[mark]->span, parser->pending[mark + count - 1]->span);
  Node *targets = parse_list(parser, NODE_TARGETS, span, mark);
  parse_advance(parser);
  parse_skip_newlines(parser);
  Span start = parse_token(parser)->span;
  parse_push(parser, targets);
  Node *value = statement_value(parser);
  if (value->kind == NODE_CLAUSE || !parse_at(parser, TOKEN_COMMA)) {
    parse_push(parser, value);
  } else if (count == 1) {
    refuse_bare_tuple(parser, parse_span_from(parser, start.start));
  } else {
    values_after(parser, value);
    uint32_t values = parser->pending_count - mark - 1;
    if (values != count) refuse_count(parser, count, values);
  }
  return parse_list(parser, NODE_ASSIGN, parse_span_from(parser, span.start), mark);
}

static Node *update(Parser *parser, Node *target) {
  check_target(parser, target);
  uint8_t op = parse_token(parser)->op;
  parse_advance(parser);
  parse_skip_newlines(parser);
  Node *value = expression_full(parser);
  Node *node =
      parse_node(parser, NODE_UPDATE, span_join(target->span, value->span), 2, target, value);
  node->op = op;
  return node;
}

/* a, b, c as a statement is a tuple; two glued numbers are a decimal comma. */
static Node *bare_tuple(Parser *parser, uint32_t mark) {
  uint32_t count = parser->pending_count - mark;
  Node **item = parser->pending + mark;
  for (uint32_t i = 0; i + 1 < count; i++)
    if (item[i]->kind == NODE_NUMBER && item[i + 1]->kind == NODE_NUMBER &&
        item[i]->span.end + 1 == item[i + 1]->span.start) {
      const char *left = parse_name(parser, item[i]), *right = parse_name(parser, item[i + 1]);
      parse_error(parser, (Span){item[i]->span.end, item[i]->span.end + 1},
                  "a comma separates two values; the point stands in a number");
      parse_advise(parser, "%s.%s", left, right);
      parse_advise(parser, "(%s, %s)", left, right);
      parse_stop(parser);
    }
  return parse_list(parser, NODE_TUPLE, span_join(item[0]->span, item[count - 1]->span), mark);
}

/* What may follow an expression that stands first in a statement. */
static Node *after_first(Parser *parser, Node *first) {
  uint32_t mark = parser->pending_count;
  if (parse_at(parser, TOKEN_COMMA)) {
    values_after(parser, first);
    return parse_at(parser, TOKEN_ASSIGN) ? assignment(parser, mark) : bare_tuple(parser, mark);
  }
  if (parse_at(parser, TOKEN_ASSIGN)) {
    parse_push(parser, first);
    return assignment(parser, mark);
  }
  return parse_at(parser, TOKEN_UPDATE) ? update(parser, first) : first;
}

/* clear name, where a product without a sign would be refused anyway. */
static bool clears(const Parser *parser) {
  const Token *word = parse_token(parser), *name = parse_after(parser, parser->at);
  return word->kind == TOKEN_NAME && parse_is_word(parser, word, "clear") &&
         name->kind == TOKEN_NAME && name->space;
}

static Node *clear_statement(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  parse_advance(parser);
  const Symbol *symbol = parse_symbol(parser, parse_token(parser)->span);
  parse_advance(parser);
  Node *node = parse_leaf(parser, NODE_CLEAR, parse_span_from(parser, start));
  node->symbol = symbol;
  return node;
}

static Node *simple(Parser *parser) {
  if (clears(parser)) return clear_statement(parser);
  if (defines(parser)) return definition(parser);
  if (clause_starts(parser)) return clause_form(parser);
  return after_first(parser, expression_full(parser));
}

/* ---- loops and branches ---- */

/* The body of a loop or branch on the line of its head, without a sign between them. */
static _Noreturn void refuse_head(Parser *parser, const char *word) {
  const Token *token = parse_token(parser), *before = parse_before(parser);
  if (!before || !parse_ends_operand(before) || !parse_starts_operand(token))
    refuse_token(parser, strcmp(word, "do") == 0 ? "a new line, ; or do" : "a new line, ; or then");
  parse_error(parser, token->span, "the body is not separated from its head");
  report_remark(parser->report, "a new line, ; or %s stands between them", word);
  Span head = {parser->opening[parser->opening_count - 1].span.start, before->span.end};
  parse_advise(parser, "%s; %s …", parse_text(parser, head),
               parse_text(parser, refuse_next_operand(parser, parser->at)));
  parse_stop(parser);
}

/* After the head of a loop: do, ; or a new line. */
static void head_end(Parser *parser) {
  if (parse_take(parser, TOKEN_DO) || parse_take(parser, TOKEN_SEMICOLON) ||
      parse_take(parser, TOKEN_NEWLINE))
    return;
  refuse_head(parser, "do");
}

static Node *loop_end(Parser *parser, Context outer, NodeKind kind, uint32_t start, Node *head) {
  head_end(parser);
  parser->context.in_loop = true;
  Node *body = block(parser);
  parse_close(parser, outer, TOKEN_STOP);
  return parse_node(parser, kind, parse_span_from(parser, start), 2, head, body);
}

static Node *for_loop(Parser *parser) {
  Span word = parse_token(parser)->span;
  Context outer = open_block(parser, word);
  parse_advance(parser);
  Node *bind = literal_bind(parser);
  for (uint32_t i = 0; i + 1 < bind->count; i++) parse_bind(parser, bind->child[i]->symbol);
  return loop_end(parser, outer, NODE_FOR, word.start, bind);
}

static Node *while_loop(Parser *parser) {
  Span word = parse_token(parser)->span;
  Context outer = open_block(parser, word);
  parse_advance(parser);
  Node *condition = expression_full(parser);
  return loop_end(parser, outer, NODE_WHILE, word.start, condition);
}

static Node *branches(Parser *parser, uint32_t start, Node *condition);

/* else … or elseif … of a block, or NULL at end. */
static Node *other_branch(Parser *parser) {
  Span word = parse_token(parser)->span;
  if (parse_take(parser, TOKEN_ELSEIF)) {
    parse_descend(parser);
    Node *condition = expression_full(parser);
    Node *node = branches(parser, word.start, condition);
    parse_ascend(parser);
    return node;
  }
  if (!parse_take(parser, TOKEN_ELSE)) return NULL;
  if (parse_at(parser, TOKEN_IF)) {
    parse_error(parser, span_join(word, parse_token(parser)->span), "else if is one word");
    parse_advise(parser, "elseif");
    parse_stop(parser);
  }
  refuse_else_colon(parser);
  return block(parser);
}

/* After the condition: THEN block …, up to but not with the end. */
static Node *branches(Parser *parser, uint32_t start, Node *condition) {
  bool then = parse_take(parser, TOKEN_THEN);
  if (!parse_take(parser, TOKEN_NEWLINE) && (then || !parse_take(parser, TOKEN_SEMICOLON)))
    refuse_head(parser, "then");
  Node *yes = block(parser);
  Node *no = other_branch(parser);
  return parse_node(parser, NODE_IF_BLOCK, parse_span_from(parser, start), 3, condition, yes, no);
}

/* `then` with something after it on the line begins a value, anything else a block. */
static Node *if_statement(Parser *parser) {
  Span word = parse_token(parser)->span;
  Context outer = open_block(parser, word);
  parse_advance(parser);
  Node *condition = expression_full(parser);
  uint8_t after = parse_after(parser, parser->at)->kind;
  if (parse_at(parser, TOKEN_THEN) && after != TOKEN_NEWLINE && after != TOKEN_END) {
    parser->opening_count--;
    parser->context = outer;
    Node *value = expression_after(parser, expression_if(parser, word.start, condition));
    if (parse_at(parser, TOKEN_STOP) && !parser->opening_count)
      refuse_token(parser, "the end of the statement (if … then … else has no end)");
    return value;
  }
  Node *node = branches(parser, word.start, condition);
  parse_close(parser, outer, TOKEN_STOP);
  node->span = parse_span_from(parser, word.start);
  return node;
}

/* ---- return, break, continue ---- */

static void check_place(Parser *parser, bool allowed, const char *place) {
  if (allowed) return;
  const Token *token = parse_token(parser);
  parse_error(parser, token->span, "%s stands only in %s", parse_text(parser, token->span), place);
  parse_stop(parser);
}

static Node *return_statement(Parser *parser) {
  check_place(parser, parser->context.in_function, "a function's do … end");
  Span word = parse_token(parser)->span;
  parse_advance(parser);
  bool bare =
      parse_at(parser, TOKEN_NEWLINE) || parse_at(parser, TOKEN_SEMICOLON) || ends_block(parser);
  Node *value = bare ? NULL : statement_value(parser);
  if (value && parse_at(parser, TOKEN_COMMA)) refuse_bare_tuple(parser, value->span);
  return parse_node(parser, NODE_RETURN, parse_span_from(parser, word.start), 1, value);
}

static Node *jump(Parser *parser, NodeKind kind) {
  check_place(parser, parser->context.in_loop, "a loop");
  Node *node = parse_leaf(parser, kind, parse_token(parser)->span);
  parse_advance(parser);
  return node;
}

static Node *statement(Parser *parser) {
  parser->statement_at = parser->at;
  parse_descend(parser);
  Node *node;
  switch (parse_token(parser)->kind) {
  case TOKEN_FOR: node = for_loop(parser); break;
  case TOKEN_WHILE: node = while_loop(parser); break;
  case TOKEN_IF: node = if_statement(parser); break;
  case TOKEN_RETURN: node = return_statement(parser); break;
  case TOKEN_BREAK: node = jump(parser, NODE_BREAK); break;
  case TOKEN_CONTINUE: node = jump(parser, NODE_CONTINUE); break;
  case TOKEN_OPERATOR:
    if (!parse_at_operator(parser, OP_SUBTRACT) && !parse_at_operator(parser, OP_NEAR))
      refuse_line_start(parser);
    node = simple(parser);
    break;
  case TOKEN_PIPE:
  case TOKEN_AND:
  case TOKEN_OR: refuse_line_start(parser);
  default: node = simple(parser);
  }
  parse_ascend(parser);
  return node;
}

Node *statement_program(Parser *parser) {
  Node *program = block(parser);
  if (!parse_at(parser, TOKEN_END)) refuse_token(parser, "a statement");
  program->span = (Span){0, (uint32_t)parser->source->length};
  return program;
}
