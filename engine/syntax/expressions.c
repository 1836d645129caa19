/* expressions.c - operators: a Pratt parser over a table of binding powers.
 *
 * Here are the levels looser than the implicit product; the tight ones are in operands.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "syntax/parse.h"

const uint8_t operator_power[OPERATOR_COUNT] = {
    [OP_ADD] = POWER_SUM,
    [OP_SUBTRACT] = POWER_SUM,
    [OP_DOT_ADD] = POWER_SUM,
    [OP_DOT_SUBTRACT] = POWER_SUM,
    [OP_MULTIPLY] = POWER_PRODUCT,
    [OP_DIVIDE] = POWER_PRODUCT,
    [OP_SOLVE] = POWER_PRODUCT,
    [OP_DOT_MULTIPLY] = POWER_PRODUCT,
    [OP_DOT_DIVIDE] = POWER_PRODUCT,
    [OP_DOT_SOLVE] = POWER_PRODUCT,
    [OP_POWER] = POWER_EXPONENT,
    [OP_DOT_POWER] = POWER_EXPONENT,
    [OP_EQUAL] = POWER_COMPARE,
    [OP_UNEQUAL] = POWER_COMPARE,
    [OP_LESS] = POWER_COMPARE,
    [OP_LESS_EQUAL] = POWER_COMPARE,
    [OP_GREATER] = POWER_COMPARE,
    [OP_GREATER_EQUAL] = POWER_COMPARE,
    [OP_NEAR] = POWER_COMPARE,
    [OP_IN] = POWER_COMPARE,
    [OP_DOT_EQUAL] = POWER_COMPARE,
    [OP_DOT_UNEQUAL] = POWER_COMPARE,
    [OP_DOT_LESS] = POWER_COMPARE,
    [OP_DOT_LESS_EQUAL] = POWER_COMPARE,
    [OP_DOT_GREATER] = POWER_COMPARE,
    [OP_DOT_GREATER_EQUAL] = POWER_COMPARE,
};

static Node *binary(Parser *parser, Node *left, Power power);
static Node *compare(Parser *parser, Node *left, Power power);
static Node *range(Parser *parser, Node *left, Power power);
static Node *joined(Parser *parser, Node *left, Power power);

typedef struct Infix {
  Power power;
  Node *(*read)(Parser *parser, Node *left, Power power); /* at the operator */
  NodeKind kind;                                          /* for joined */
} Infix;

/* Infix signs other than operators, which have operator_power. */
static const Infix infix_row[TOKEN_KIND_COUNT] = {
    [TOKEN_COLON] = {POWER_RANGE, range, NODE_RANGE},
    [TOKEN_AND] = {POWER_AND, joined, NODE_AND},
    [TOKEN_OR] = {POWER_OR, joined, NODE_OR},
    [TOKEN_PIPE] = {POWER_PIPE, joined, NODE_PIPE},
    [TOKEN_TILDE] = {POWER_TILDE, joined, NODE_TILDE},
};

static Node *minus(Parser *parser);

/* ---- prefixes ---- */

static Node *minus(Parser *parser) {
  bool negative = parse_at_operator(parser, OP_SUBTRACT);
  if (!negative && !parse_at_operator(parser, OP_ADD)) return operand_product(parser);
  Span sign = parse_token(parser)->span;
  parse_descend(parser);
  parse_advance(parser);
  parse_skip_newlines(parser);
  Node *inner = minus(parser);
  parse_ascend(parser);
  Node *node = parse_node(parser, negative ? NODE_NEGATE : NODE_PLUS, span_join(sign, inner->span),
                          1, inner);
  parser->operand = node;
  return node;
}

static Node *negation(Parser *parser) {
  Span word = parse_token(parser)->span;
  parse_advance(parser);
  parse_skip_newlines(parser);
  Node *inner = expression_level(parser, POWER_NOT);
  return parse_node(parser, NODE_NOT, span_join(word, inner->span), 1, inner);
}

static bool lambda_follows(const Parser *parser) {
  const Token *token = parse_token(parser);
  if (token->kind == TOKEN_NAME) return parse_after(parser, parser->at)->kind == TOKEN_ARROW;
  return token->kind == TOKEN_LEFT_PAREN && token->match &&
         parse_after(parser, token->match)->kind == TOKEN_ARROW;
}

static Node *lambda(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  uint32_t mark = parser->pending_count;
  Scope scope = {parser->scope, false};
  parser->scope = &scope;
  if (parse_at(parser, TOKEN_NAME)) {
    Node *parameter = parse_node(parser, NODE_PARAMETER, parse_token(parser)->span, 2, (Node *)NULL,
                                 (Node *)NULL);
    parameter->symbol = parse_symbol(parser, parameter->span);
    parse_bind(parser, parameter->symbol);
    parse_push(parser, parameter);
    parse_advance(parser);
  } else {
    statement_parameters(parser);
  }
  parse_advance(parser); /* the arrow */
  parse_skip_newlines(parser);
  parse_push(parser, statement_lambda_body(parser));
  parser->scope = scope.outer;
  Node *node = parse_list(parser, NODE_LAMBDA, parse_span_from(parser, start), mark);
  if (scope.binds_i) parse_region(parser, node->span);
  return node;
}

/* Newlines may stand before an else that must come: the prompt asks for it on the next line. */
static void skip_to_else(Parser *parser) {
  uint32_t at = parser->at;
  while (parser->tokens.token[at].kind == TOKEN_NEWLINE) at++;
  uint8_t kind = parser->tokens.token[at].kind;
  if (kind == TOKEN_ELSE || kind == TOKEN_ELSEIF || kind == TOKEN_END) parser->at = at;
}

Node *expression_if(Parser *parser, uint32_t start, Node *condition) {
  parse_expect(parser, TOKEN_THEN, "then");
  parse_skip_newlines(parser);
  Node *yes = expression_level(parser, POWER_ARROW);
  skip_to_else(parser);
  uint8_t kind = parse_token(parser)->kind;
  if (kind == TOKEN_ASSIGN || kind == TOKEN_UPDATE || kind == TOKEN_STOP || kind == TOKEN_NEWLINE ||
      kind == TOKEN_SEMICOLON)
    refuse_no_else(parser, start, condition, yes);
  Node *no;
  uint32_t next = parse_token(parser)->span.start;
  if (parse_take(parser, TOKEN_ELSEIF)) {
    parse_descend(parser);
    Node *other = expression_full(parser);
    no = expression_if(parser, next, other);
    parse_ascend(parser);
  } else {
    parse_expect(parser, TOKEN_ELSE, "else");
    parse_skip_newlines(parser);
    no = expression_level(parser, POWER_ARROW);
  }
  return parse_node(parser, NODE_IF, parse_span_from(parser, start), 3, condition, yes, no);
}

static Node *choice(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  parse_advance(parser);
  Node *condition = expression_full(parser);
  return expression_if(parser, start, condition);
}

static Node *prefix(Parser *parser, Power least) {
  const Token *token = parse_token(parser);
  if (token->kind == TOKEN_NOT) {
    if (least > POWER_NOT) refuse_level(parser, token->span, "not");
    return negation(parser);
  }
  if (token->kind == TOKEN_IF) {
    if (least > POWER_ARROW) refuse_level(parser, token->span, "if");
    return choice(parser);
  }
  if (lambda_follows(parser)) {
    if (least > POWER_ARROW) refuse_level(parser, token->span, "a function written with ->");
    return lambda(parser);
  }
  return minus(parser);
}

/* ---- infixes ---- */

static Infix infix_at(const Parser *parser) {
  const Token *token = parse_token(parser);
  if (token->separates) return (Infix){0};
  if (token->kind != TOKEN_OPERATOR) return infix_row[token->kind];
  Power power = (Power)operator_power[token->op];
  return (Infix){power, power == POWER_COMPARE ? compare : binary, NODE_BINARY};
}

static void step_over_sign(Parser *parser) {
  parse_advance(parser);
  parse_skip_newlines(parser);
}

/* The implicit product at the start of a factor that / or \ would divide, or NULL. */
static const Node *bare_product(const Node *node) {
  while (!node->grouped && (node->kind == NODE_NEGATE || node->kind == NODE_PLUS))
    node = node->child[0];
  return node->kind == NODE_IMPLICIT && !node->grouped && !node->op ? node : NULL;
}

static Node *binary(Parser *parser, Node *left, Power power) {
  Operator op = parse_token(parser)->op;
  step_over_sign(parser);
  Node *right = expression_level(parser, (Power)(power + 1));
  bool divides = op == OP_DIVIDE || op == OP_SOLVE || op == OP_DOT_DIVIDE || op == OP_DOT_SOLVE;
  bool solves = op == OP_SOLVE || op == OP_DOT_SOLVE;
  if ((divides && bare_product(right)) || (solves && operand_is_number(left)))
    refuse_division(parser, left, op, right);
  Node *node = parse_node(parser, NODE_BINARY, span_join(left->span, right->span), 2, left, right);
  node->op = (uint8_t)op;
  return node;
}

static Node *compare(Parser *parser, Node *left, Power power) {
  uint32_t mark = parser->pending_count;
  size_t first = parser->operators.length;
  parse_push(parser, left);
  uint32_t start = left->span.start;
  while (infix_at(parser).power == power) {
    char op = (char)parse_token(parser)->op;
    text_append(&parser->operators, &op, 1);
    step_over_sign(parser);
    parse_push(parser, expression_level(parser, (Power)(power + 1)));
  }
  Span span = {start, parser->pending[parser->pending_count - 1]->span.end};
  Node *node = parse_list(parser, NODE_COMPARE, span, mark);
  size_t count = parser->operators.length - first;
  assert(count + 1 == node->count);
  uint8_t *operators = arena_new(&parser->tree->arena, count);
  memcpy(operators, parser->operators.bytes + first, count);
  node->operators = operators;
  parser->operators.length = first;
  return node;
}

static Node *range(Parser *parser, Node *left, Power power) {
  refuse_head_colon(parser);
  step_over_sign(parser);
  Node *last = expression_level(parser, (Power)(power + 1));
  Node *step = NULL;
  if (parse_at(parser, TOKEN_COLON) && !parse_token(parser)->separates) {
    step = last;
    refuse_head_colon(parser);
    step_over_sign(parser);
    last = expression_level(parser, (Power)(power + 1));
  }
  Node *node =
      parse_node(parser, NODE_RANGE, span_join(left->span, last->span), 3, left, last, step);
  if (parse_at(parser, TOKEN_COLON)) {
    refuse_head_colon(parser);
    parse_error(parser, parse_token(parser)->span, "a range has at most three parts");
    report_remark(parser->report, "first:step:last");
    parse_stop(parser);
  }
  if (parse_at(parser, TOKEN_PRIME) && !parse_token(parser)->space)
    refuse_prime_after(parser, node);
  return node;
}

static Node *joined(Parser *parser, Node *left, Power power) {
  NodeKind kind = infix_row[parse_token(parser)->kind].kind;
  step_over_sign(parser);
  Node *right = expression_level(parser, (Power)(power + 1));
  if (kind == NODE_TILDE && parse_at(parser, TOKEN_TILDE)) {
    parse_error(parser, parse_token(parser)->span, "a formula has one ~");
    parse_stop(parser);
  }
  return parse_node(parser, kind, span_join(left->span, right->span), 2, left, right);
}

static Node *infixes(Parser *parser, Node *left, Power least) {
  for (;;) {
    parser->whole = left;
    Infix infix = infix_at(parser);
    if (infix.power == POWER_NONE || infix.power < least || infix.power > POWER_MINUS) return left;
    left = infix.read(parser, left, infix.power);
  }
}

Node *expression_level(Parser *parser, Power least) {
  parse_descend(parser);
  Node *node = infixes(parser, prefix(parser, least), least);
  parse_ascend(parser);
  return node;
}

Node *expression_after(Parser *parser, Node *left) { return infixes(parser, left, POWER_TILDE); }

Node *expression_full(Parser *parser) {
  uint32_t outer = parser->expression_at;
  parser->expression_at = parser->at;
  Node *node = expression_level(parser, POWER_TILDE);
  parser->expression_at = outer;
  return node;
}
