/* operands.c - the tight levels: primary, postfix, power, root and implicit product.
 *
 * They depend on white space and on what the operand before ends in, so each is a function and not
 * a row of the table of binding powers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "syntax/parse.h"

static Node *power_level(Parser *parser);
static Node *root(Parser *parser);

/* ---- arguments and indexes ---- */

/* NAME = value, where a keyword may be the name; NULL if no named argument starts here. */
static Node *named_argument(Parser *parser) {
  const Token *name = parse_token(parser);
  if ((name->kind != TOKEN_NAME && !name->word) ||
      parse_after(parser, parser->at)->kind != TOKEN_ASSIGN)
    return NULL;
  Span span = name->span;
  parse_advance(parser);
  parse_advance(parser);
  Node *value = expression_full(parser);
  Node *node = parse_node(parser, NODE_NAMED, span_join(span, value->span), 1, value);
  node->symbol = parse_symbol(parser, span);
  return node;
}

void operand_arguments(Parser *parser) {
  const Node *named = NULL, *generated = NULL;
  while (!parse_at(parser, TOKEN_RIGHT_PAREN)) {
    Node *argument = named_argument(parser);
    if (argument) {
      named = argument;
    } else {
      if (clause_starts(parser))
        refuse_level(parser, parse_token(parser)->span, "a clause form among arguments");
      argument = expression_full(parser);
      if (named || generated) {
        parse_error(parser, argument->span, "an argument without a name stands after %s",
                    named ? "one with a name" : "a generator");
        parse_mark(parser, named ? named->span : generated->span);
        report_remark(parser->report, "named arguments come last");
        parse_stop(parser);
      }
      if (parse_at(parser, TOKEN_FOR)) generated = argument = literal_generator(parser, argument);
    }
    parse_push(parser, argument);
    if (!parse_take(parser, TOKEN_COMMA)) break;
  }
}

/* callee "(" arguments ")", at the bracket. */
static Node *call(Parser *parser, NodeKind kind, Node *callee) {
  uint32_t mark = parser->pending_count;
  parse_push(parser, callee);
  Context outer = parse_open(parser, LAYOUT_FREE, ")");
  operand_arguments(parser);
  parse_close(parser, outer, TOKEN_RIGHT_PAREN);
  return parse_list(parser, kind, parse_span_from(parser, callee->span.start), mark);
}

static Node *index_item(Parser *parser) {
  const Token *token = parse_token(parser);
  uint8_t after = parse_after(parser, parser->at)->kind;
  if (token->kind == TOKEN_COLON && (after == TOKEN_COMMA || after == TOKEN_RIGHT_BRACKET)) {
    Node *colon = parse_leaf(parser, NODE_COLON, token->span);
    parse_advance(parser);
    return colon;
  }
  return expression_full(parser);
}

static Node *index_of(Parser *parser, Node *array) {
  uint32_t mark = parser->pending_count;
  parse_push(parser, array);
  Context outer = parse_open(parser, LAYOUT_FREE, "]");
  parser->context.in_index = true;
  do parse_push(parser, index_item(parser));
  while (parse_take(parser, TOKEN_COMMA));
  parse_close(parser, outer, TOKEN_RIGHT_BRACKET);
  return parse_list(parser, NODE_INDEX, parse_span_from(parser, array->span.start), mark);
}

/* f'(2), A'(x): several arguments make a tuple. */
static Node *prime_call(Parser *parser, Node *left) {
  uint32_t mark = parser->pending_count;
  uint32_t start = parse_token(parser)->span.start;
  Context outer = parse_open(parser, LAYOUT_FREE, ")");
  while (!parse_at(parser, TOKEN_RIGHT_PAREN)) {
    parse_push(parser, expression_full(parser));
    if (!parse_take(parser, TOKEN_COMMA)) break;
  }
  parse_close(parser, outer, TOKEN_RIGHT_PAREN);
  Span span = parse_span_from(parser, start);
  Node *right;
  if (parser->pending_count == mark + 1) {
    right = parser->pending[--parser->pending_count];
    right->grouped = true;
    right->span = span;
  } else {
    right = parse_list(parser, NODE_TUPLE, span, mark);
  }
  Node *node = parse_node(parser, NODE_IMPLICIT, span_join(left->span, span), 2, left, right);
  node->op = 1;
  return node;
}

/* ---- postfix ---- */

static bool ends_in_prime(const Node *node) {
  return !node->grouped &&
         (node->kind == NODE_PRIME || node->kind == NODE_TRANSPOSE || node->kind == NODE_INVERSE);
}

bool operand_is_number(const Node *node) {
  return !node->grouped && (node->kind == NODE_NUMBER || node->kind == NODE_IMAGINARY);
}

/* Whether "(" after [node] calls it; otherwise it may be a product. */
static bool is_callable(const Node *node) {
  if (node->grouped) return node->kind == NODE_LAMBDA;
  switch (node->kind) {
  case NODE_NAME:
  case NODE_CALL:
  case NODE_CALL_EACH:
  case NODE_INDEX:
  case NODE_FIELD:
  case NODE_NABLA:
  case NODE_IMPLICIT: return true;
  default: return false;
  }
}

static Node *field(Parser *parser, Node *record) {
  parse_advance(parser);
  Span span = parse_token(parser)->span;
  parse_advance(parser);
  Node *node = parse_node(parser, NODE_FIELD, span_join(record->span, span), 1, record);
  node->symbol = parse_symbol(parser, span);
  return node;
}

/* Whether the dot at [at] is tight before a field name. */
static bool field_follows(const Parser *parser) {
  const Token *next = parse_after(parser, parser->at);
  return !next->space && (next->kind == TOKEN_NAME || next->word);
}

static Node *suffix(Parser *parser, NodeKind kind, Node *operand) {
  Span span = parse_token(parser)->span;
  parse_advance(parser);
  return parse_node(parser, kind, span_join(operand->span, span), 1, operand);
}

static void refuse_imaginary_power(Parser *parser, const Node *base) {
  const char *text = parse_name(parser, base);
  parse_error(parser, base->span, "a power of %s may be read in two ways", text);
  parse_advise(parser, "(%s)^2", text);
  parse_advise(parser, "%.*s*i^2", (int)strlen(text) - 1, text);
  parse_stop(parser);
}

/* x² and x⁻². */
static Node *superscript(Parser *parser, Node *base) {
  if (operand_is_number(base) && base->kind == NODE_IMAGINARY) refuse_imaginary_power(parser, base);
  const Token *token = parse_token(parser);
  Node *exponent = parse_leaf(parser, NODE_NUMBER, token->span);
  bool negative = token->number < 0;
  exponent->number = negative ? -token->number : token->number;
  if (negative) exponent = parse_node(parser, NODE_NEGATE, token->span, 1, exponent);
  parse_advance(parser);
  Node *node =
      parse_node(parser, NODE_BINARY, span_join(base->span, exponent->span), 2, base, exponent);
  node->op = OP_POWER;
  const Token *next = parse_token(parser);
  if (!next->space &&
      (next->kind == TOKEN_NAME || next->kind == TOKEN_LEFT_PAREN || next->kind == TOKEN_NUMBER))
    refuse_glued(parser, node);
  return node;
}

static void refuse_nabla_prime(Parser *parser, const Node *nabla) {
  const char *inner = parse_name(parser, nabla->child[0]);
  parse_error(parser, span_join(nabla->span, parse_token(parser)->span),
              "' after ∇ may be a derivative under ∇ or the transpose of the gradient");
  parse_advise(parser, "(∇%s)'", inner);
  parse_advise(parser, "∇(%s')", inner);
  parse_stop(parser);
}

/* One postfix operation at the current token, or NULL if none follows. */
static Node *postfix_step(Parser *parser, Node *node) {
  const Token *token = parse_token(parser);
  if (token->space) return NULL;
  switch (token->kind) {
  case TOKEN_LEFT_PAREN:
    if (ends_in_prime(node)) return prime_call(parser, node);
    return is_callable(node) ? call(parser, NODE_CALL, node) : NULL;
  case TOKEN_LEFT_BRACKET: return operand_is_number(node) ? NULL : index_of(parser, node);
  case TOKEN_DOT: {
    const Token *next = parse_after(parser, parser->at);
    if (next->kind == TOKEN_LEFT_PAREN && !next->space && !operand_is_number(node)) {
      parse_advance(parser);
      return call(parser, NODE_CALL_EACH, node);
    }
    return field_follows(parser) && !operand_is_number(node) ? field(parser, node) : NULL;
  }
  case TOKEN_PRIME:
    if (node->kind == NODE_NABLA && !node->grouped) refuse_nabla_prime(parser, node);
    return operand_is_number(node) ? NULL : suffix(parser, NODE_PRIME, node);
  case TOKEN_BANG: return suffix(parser, NODE_FACTORIAL, node);
  case TOKEN_TRANSPOSE: return suffix(parser, NODE_TRANSPOSE, node);
  case TOKEN_INVERSE: return suffix(parser, NODE_INVERSE, node);
  case TOKEN_SUPERSCRIPT: return superscript(parser, node);
  default: return NULL;
  }
}

/* ---- primaries ---- */

static Node *group(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  uint32_t mark = parser->pending_count;
  Context outer = parse_open(parser, LAYOUT_FREE, ")");
  bool comma = false;
  while (!parse_at(parser, TOKEN_RIGHT_PAREN)) {
    bool clause = parser->pending_count == mark && clause_starts(parser);
    parse_push(parser, clause ? clause_form(parser) : expression_full(parser));
    if (clause || !parse_take(parser, TOKEN_COMMA)) break;
    comma = true;
  }
  parse_close(parser, outer, TOKEN_RIGHT_PAREN);
  Span span = parse_span_from(parser, start);
  if (comma || parser->pending_count != mark + 1) return parse_list(parser, NODE_TUPLE, span, mark);
  Node *node = parser->pending[--parser->pending_count];
  node->grouped = true;
  node->span = span;
  return node;
}

static Node *bars(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  Context outer = parse_open(parser, parser->context.layout, "‖");
  parser->context.in_bars = true;
  Node *inner = expression_full(parser);
  parse_close(parser, outer, TOKEN_BAR);
  return parse_node(parser, NODE_NORM, parse_span_from(parser, start), 1, inner);
}

static Node *primary(Parser *parser);

/* ∇f, ∇²f, ∇r.f: the operand is a primary and its fields. */
static Node *nabla(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  double order = 1;
  parse_advance(parser);
  if (parse_at(parser, TOKEN_SUPERSCRIPT) && !parse_token(parser)->space) {
    order = parse_token(parser)->number;
    if (order != 2) {
      parse_error(parser, parse_span_from(parser, start), "∇ takes no superscript but ²");
      report_label(parser->report, parse_token(parser)->span, "∇²f is the Hessian of f");
      parse_stop(parser);
    }
    parse_advance(parser);
  }
  if (parse_at(parser, TOKEN_NABLA)) {
    const Token *token = parse_token(parser);
    Span next = refuse_next_operand(parser, parser->at + 1);
    parse_error(parser, (Span){start, token->span.end}, "∇ of ∇ is written ∇²");
    parse_advise(parser, "∇²%s", next.end > next.start ? parse_text(parser, next) : "f");
    parse_stop(parser);
  }
  parse_skip_newlines(parser);
  Node *operand = primary(parser);
  while (parse_at(parser, TOKEN_DOT) && !parse_token(parser)->space && field_follows(parser))
    operand = field(parser, operand);
  Node *node = parse_node(parser, NODE_NABLA, parse_span_from(parser, start), 1, operand);
  node->number = order;
  return node;
}

static Node *word_leaf(Parser *parser, NodeKind kind, double number) {
  Node *node = parse_leaf(parser, kind, parse_token(parser)->span);
  node->number = number;
  parse_advance(parser);
  return node;
}

static Node *name(Parser *parser) {
  Node *node = parse_leaf(parser, NODE_NAME, parse_token(parser)->span);
  node->symbol = parse_symbol(parser, node->span);
  parse_advance(parser);
  return node;
}

/* ≈0 and ≈0i, as rounding noise prints. */
static Node *near_zero(Parser *parser) {
  uint32_t start = parse_token(parser)->span.start;
  const Token *zero = parse_after(parser, parser->at);
  bool number = zero->kind == TOKEN_NUMBER || zero->kind == TOKEN_IMAGINARY;
  if (!number || zero->space || zero->number != 0) refuse_operand(parser);
  parse_advance(parser);
  Node *node = literal_number(parser);
  node->span.start = start;
  node->text = parser->source->text + start;
  node->length = node->span.end - start;
  return node;
}

/* `.`, all other columns, stands right after ~ or +. */
static Node *all_columns(Parser *parser) {
  const Token *before = parse_before(parser);
  bool term = before && (before->kind == TOKEN_TILDE ||
                         (before->kind == TOKEN_OPERATOR && before->op == OP_ADD));
  if (!term) refuse_operand(parser);
  return word_leaf(parser, NODE_DOT, 0);
}

static Node *primary(Parser *parser) {
  const Token *token = parse_token(parser);
  switch (token->kind) {
  case TOKEN_NUMBER:
  case TOKEN_IMAGINARY: return literal_number(parser);
  case TOKEN_NAME: return name(parser);
  case TOKEN_LEFT_QUOTE: return literal_string(parser);
  case TOKEN_LEFT_PAREN: return group(parser);
  case TOKEN_LEFT_BRACKET: return literal_array(parser);
  case TOKEN_LEFT_BRACE: return literal_piecewise(parser);
  case TOKEN_BAR: return bars(parser);
  case TOKEN_NABLA: return nabla(parser);
  case TOKEN_TRUE: return word_leaf(parser, NODE_BOOLEAN, 1);
  case TOKEN_FALSE: return word_leaf(parser, NODE_BOOLEAN, 0);
  case TOKEN_DOT: return all_columns(parser);
  case TOKEN_STOP:
    if (!parser->context.in_index) refuse_operand(parser);
    return word_leaf(parser, NODE_END, 0);
  case TOKEN_OPERATOR:
    if (token->op == OP_NEAR) return near_zero(parser);
    refuse_operand(parser);
  default: refuse_operand(parser);
  }
}

static Node *postfix(Parser *parser) {
  Node *node = primary(parser);
  bool columns = node->kind == NODE_DOT; /* stands for several values: nothing goes behind it */
  for (Node *next; !columns && (next = postfix_step(parser, node)); node = next) parser->operand = next;
  parser->operand = node;
  return node;
}

/* ---- power, root, implicit product ---- */

/* Whether a value starts tight against the one just read: 2x, (a)(b), x^2y. */
static bool glued(const Parser *parser) {
  const Token *token = parse_token(parser);
  if (token->space) return false;
  switch (token->kind) {
  case TOKEN_NAME: return !(parser->context.in_clause && clause_word(parser, parser->at));
  case TOKEN_BAR: return !parser->context.in_bars;
  case TOKEN_LEFT_PAREN:
  case TOKEN_ROOT:
  case TOKEN_NABLA:
  case TOKEN_NUMBER:
  case TOKEN_IMAGINARY: return true;
  default: return false;
  }
}

static Node *exponent(Parser *parser) {
  parse_descend(parser);
  const Token *token = parse_token(parser);
  Node *node;
  bool negative = parse_at_operator(parser, OP_SUBTRACT);
  if (negative || parse_at_operator(parser, OP_ADD)) {
    Span sign = token->span;
    parse_advance(parser);
    Node *inner = exponent(parser);
    node = parse_node(parser, negative ? NODE_NEGATE : NODE_PLUS, span_join(sign, inner->span), 1,
                      inner);
  } else {
    node = token->kind == TOKEN_ROOT ? root(parser) : power_level(parser);
  }
  parse_ascend(parser);
  return node;
}

static Node *power_level(Parser *parser) {
  Node *base = postfix(parser);
  const Token *sign = parse_token(parser);
  if (sign->kind != TOKEN_OPERATOR || operator_power[sign->op] != POWER_EXPONENT) return base;
  if (operand_is_number(base) && base->kind == NODE_IMAGINARY) refuse_imaginary_power(parser, base);
  Operator op = sign->op;
  parse_advance(parser);
  parse_skip_newlines(parser);
  Node *right = exponent(parser);
  Node *node = parse_node(parser, NODE_BINARY, span_join(base->span, right->span), 2, base, right);
  node->op = (uint8_t)op;
  if (glued(parser)) refuse_glued(parser, node);
  if (parse_at(parser, TOKEN_PRIME) && !parse_token(parser)->space)
    refuse_prime_after(parser, node);
  return node;
}

static Node *root(Parser *parser) {
  if (!parse_at(parser, TOKEN_ROOT)) return power_level(parser);
  uint32_t start = parse_token(parser)->span.start;
  parse_descend(parser);
  parse_advance(parser);
  parse_skip_newlines(parser);
  Node *inner = root(parser);
  parse_ascend(parser);
  Node *node =
      parse_node(parser, NODE_ROOT, span_join((Span){start, start}, inner->span), 1, inner);
  bool power = inner->kind == NODE_BINARY && !inner->grouped;
  if (power || glued(parser)) refuse_root(parser, node);
  return node;
}

/* Whether a value ending in [tail] and the glued token after it are an implicit product. */
static bool product_follows(const Parser *parser, const Node *tail) {
  if (!glued(parser)) return false;
  uint8_t kind = parse_token(parser)->kind;
  if (operand_is_number(tail)) return kind != TOKEN_NUMBER && kind != TOKEN_IMAGINARY;
  if (tail->grouped) return kind == TOKEN_NAME || kind == TOKEN_LEFT_PAREN;
  return ends_in_prime(tail) && kind == TOKEN_NAME;
}

Node *operand_product(Parser *parser) {
  Node *left = root(parser);
  for (const Node *tail = left; product_follows(parser, tail);) {
    Node *right = root(parser);
    tail = right;
    left = parse_node(parser, NODE_IMPLICIT, span_join(left->span, right->span), 2, left, right);
  }
  parser->operand = left;
  return left;
}
