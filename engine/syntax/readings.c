/* readings.c - refusals of what could be read in two ways, and of what is no target or parameter.
 *
 * Unlike refusals.c these start from trees: the advice is made of the spellings of their parts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "syntax/parse.h"

/* ---- products, powers, roots ---- */

static const char *spelling(const Node *node) { return operator_spelling[node->op]; }

/* sin^-1(x): the function that goes back. */
static const struct {
  const char *name, *inverse;
} inverse_functions[] = {
    {"sin", "asin"},   {"cos", "acos"},   {"tan", "atan"}, {"sinh", "asinh"},
    {"cosh", "acosh"}, {"tanh", "atanh"}, {"exp", "log"},
};

static void advise_inverse(Parser *parser, const Node *power, const char *next) {
  const Node *base = power->child[0], *exponent = power->child[1];
  if (exponent->kind != NODE_NEGATE || exponent->child[0]->kind != NODE_NUMBER ||
      exponent->child[0]->number != 1)
    return;
  for (size_t row = 0; row < sizeof inverse_functions / sizeof *inverse_functions; row++)
    if (strcmp(base->symbol->name, inverse_functions[row].name) == 0)
      parse_advise(parser, "%s%s", inverse_functions[row].inverse, next);
}

/* The exponent of x² as it is typed behind ^. */
static const char *superscript_text(const Node *exponent, const char *text, char *digits,
                                    size_t size) {
  const Node *number = exponent->kind == NODE_NEGATE ? exponent->child[0] : exponent;
  if (number->kind != NODE_NUMBER) return text;
  snprintf(digits, size, "%s%.15g", exponent->kind == NODE_NEGATE ? "-" : "", number->number);
  return digits;
}

/* [power] is base^exponent with a value glued to it. */
_Noreturn void refuse_glued(Parser *parser, const Node *power) {
  const Node *base = power->child[0], *exponent = power->child[1];
  const char *left = parse_name(parser, base), *right = parse_name(parser, exponent);
  const char *next = refuse_next_text(parser, parser->at, "y");
  const Token *token = parse_token(parser);
  char digits[32];
  bool sign =
      parser->source->text[exponent->span.start] != '\0' && exponent->span.start == base->span.end;
  parse_error(parser, span_join(power->span, token->span),
              "a product glued to an exponent may be read in two ways");
  bool function = base->kind == NODE_NAME && token->kind == TOKEN_LEFT_PAREN &&
                  base->symbol->meaning == SYMBOL_FUNCTION;
  if (function) { /* a power of a function has one sensible reading */
    advise_inverse(parser, power, next);
    parse_advise(parser, "%s%s^%s", left, next,
                 superscript_text(exponent, right, digits, sizeof digits));
    parse_stop(parser);
  }
  if (sign) { /* x²y: the superscript is typed as a number */
    superscript_text(exponent, right, digits, sizeof digits);
    if (base->kind == NODE_NAME && token->kind == TOKEN_LEFT_PAREN)
      parse_advise(parser, "%s%s^%s", left, next, digits);
    parse_advise(parser, "%s^%s*%s", left, digits, next);
    parse_stop(parser);
  }
  bool value = base->kind == NODE_NAME && base->symbol->meaning == SYMBOL_VALUE;
  if (base->kind == NODE_NAME && !value && token->kind == TOKEN_LEFT_PAREN)
    parse_advise(parser, "%s%s%s%s", left, next, spelling(power), right);
  parse_advise(parser, "%s%s(%s%s)", left, spelling(power), right, next);
  parse_advise(parser, "%s%s%s*%s", left, spelling(power), right, next);
  parse_stop(parser);
}

_Noreturn void refuse_division(Parser *parser, const Node *left, Operator op, const Node *right) {
  const char *sign = operator_spelling[op];
  Span whole = span_join(left->span, right->span);
  if (left->kind == NODE_NUMBER || left->kind == NODE_IMAGINARY) {
    if (op == OP_SOLVE || op == OP_DOT_SOLVE) {
      parse_error(parser, whole, "%s solves a system, and a number stands before it", sign);
      parse_advise(parser, "%s/%s", parse_name(parser, right), parse_name(parser, left));
      parse_stop(parser);
    }
  }
  const Node *product = right;
  while (product->kind != NODE_IMPLICIT) product = product->child[0];
  Span before = {left->span.start, product->child[0]->span.end};
  const char *first = parse_text(parser, before), *second = parse_name(parser, product->child[1]);
  parse_error(parser, whole, "a product without a sign behind %s may be read in two ways", sign);
  parse_advise(parser, "%s%s(%s)", parse_name(parser, left), sign, parse_name(parser, right));
  parse_advise(parser, "%s*%s", first, second);
  parse_stop(parser);
}

_Noreturn void refuse_root(Parser *parser, const Node *root) {
  const Node *inner = root->child[0];
  if (inner->kind == NODE_BINARY && !inner->grouped) {
    parse_error(parser, root->span, "√ before a power may be read in two ways");
    bool sign = inner->child[1]->span.start == inner->child[0]->span.end;
    parse_advise(parser, "√(%s)", parse_name(parser, inner));
    parse_advise(parser, "(√%s)%s%s", parse_name(parser, inner->child[0]),
                 sign ? "" : spelling(inner), parse_name(parser, inner->child[1]));
    parse_stop(parser);
  }
  const char *text = parse_name(parser, inner), *next = refuse_next_text(parser, parser->at, "x");
  parse_error(parser, span_join(root->span, parse_token(parser)->span),
              "√ before a product may be read in two ways");
  parse_advise(parser, "√(%s%s)", text, next);
  parse_advise(parser, "√%s*%s", text, next);
  parse_stop(parser);
}

/* A^2', x.^2', 1:3': the ' is behind a number. */
_Noreturn void refuse_prime_after(Parser *parser, const Node *whole) {
  parse_error(parser, parse_token(parser)->span,
              "' behind a number may belong to all that is before it");
  parse_advise(parser, "(%s)'", parse_name(parser, whole));
  if (whole->kind == NODE_BINARY)
    parse_advise(parser, "%s'%s%s", parse_name(parser, whole->child[0]), spelling(whole),
                 parse_name(parser, whole->child[1]));
  parse_stop(parser);
}

/* if c then x, and no else: the value form needs one, the block form another separator. */
_Noreturn void refuse_no_else(Parser *parser, uint32_t start, const Node *condition,
                              const Node *yes) {
  const Token *token = parse_token(parser);
  bool assigns = token->kind == TOKEN_ASSIGN || token->kind == TOKEN_UPDATE;
  const char *text = parse_name(parser, condition);
  const char *value = parse_name(parser, yes);
  if (assigns) {
    parse_error(parser, token->span,
                "behind if … then on one line stands a value, and this is an assignment");
    parse_advise(parser, "if %s; %s %s %s; end", text, value, parse_text(parser, token->span),
                 refuse_rest_text(parser, parser->at + 1, "…"));
  } else {
    parse_error(parser, (Span){start, yes->span.end},
                "this if … then on one line is a value and has no else");
    parse_advise(parser, "if %s then %s else …", text, value);
    parse_advise(parser, "if %s; %s; end", text, value);
  }
  parse_stop(parser);
}

/* ---- assignments and definitions ---- */

static Span inside_of(const Node *node) {
  return (Span){node->span.start + 1,
                node->span.end > node->span.start ? node->span.end - 1 : node->span.end};
}

_Noreturn void refuse_target(Parser *parser, const Node *target) {
  const Node *callee = target->count ? target->child[0] : NULL;
  const char *text = parse_name(parser, target);
  const char *right = refuse_rest_text(parser, parser->at + 1, "…");
  Span sign = parse_token(parser)->span;
  if ((target->kind == NODE_TUPLE || target->kind == NODE_ARRAY) && !target->grouped) {
    parse_error(parser, target->span, "several names are assigned without brackets");
    parse_advise(parser, "%s = %s", parse_text(parser, inside_of(target)), right);
  } else if (target->kind == NODE_PRIME || (target->kind == NODE_IMPLICIT && target->op)) {
    parse_error(parser, target->span,
                "a derivative is not assigned; a differential equation is solved by ode");
    if (target->kind == NODE_PRIME && callee->kind == NODE_NAME)
      parse_advise(parser, "ode((t, %s) -> %s, 1, 0:0.1:10)  (%s is 1 at 0)", callee->symbol->name,
                   right, callee->symbol->name);
    else parse_advise(parser, "%s == %s", text, right);
  } else if (target->kind == NODE_CALL && callee->kind == NODE_NAME) {
    Span arguments = {callee->span.end + 1, target->span.end - 1};
    parse_error(parser, target->span, "a call is not assigned; a position is written with [ ]");
    parse_advise(parser, "%s[%s] = %s", parse_name(parser, callee), parse_text(parser, arguments),
                 right);
  } else if (target->kind == NODE_NAME && target->grouped) {
    parse_error(parser, target->span, "a name is assigned without parentheses");
    parse_advise(parser, "%s = %s", target->symbol->name, right);
  } else {
    parse_error(parser, sign, "= assigns only to names, positions and fields: use == to compare");
    parse_mark(parser, target->span);
    parse_advise(parser, "%s == %s", text, right);
    if (target->kind == NODE_NUMBER && parse_after(parser, parser->at)->kind == TOKEN_NAME)
      parse_advise(parser, "%s = %s", right, text);
  }
  parse_stop(parser);
}

/* f(0) = 1, x(i + 1) = …, A(1,2) = 5: [name_at] is the name before the bracket. */
_Noreturn void refuse_parameters(Parser *parser, uint32_t name_at) {
  const Token *name = refuse_token_at(parser, name_at),
              *open = refuse_token_at(parser, name_at + 1);
  const Token *close = refuse_token_at(parser, open->match);
  Span inside = {open->span.end, close->span.start};
  const char *text = parse_text(parser, name->span), *arguments = parse_text(parser, inside);
  const char *value = refuse_rest_text(parser, open->match + 2, "…");
  parse_error(parser, (Span){name->span.start, close->span.end},
              "a parameter is a name; a position is written with [ ], a special case with { }");
  SymbolMeaning meaning = refuse_meaning(parser, name->span);
  const char *colon = strchr(arguments, ':');
  if (colon && meaning != SYMBOL_VALUE) { /* f(x: R): a type as others write it */
    parse_advise(parser, "%s(%.*s in R) = %s", text, (int)(colon - arguments), arguments, value);
    parse_stop(parser);
  }
  if (meaning != SYMBOL_VALUE && strpbrk(arguments, " ;") && !strpbrk(arguments, "+-*/^[("))
    parse_stop(parser); /* f(x y) */
  if (meaning != SYMBOL_FUNCTION) parse_advise(parser, "%s[%s] = %s", text, arguments, value);
  if (meaning != SYMBOL_VALUE && !memchr(arguments, ',', strlen(arguments)))
    parse_advise(parser, "%s(n) = {%s if n == %s; … otherwise}", text, value, arguments);
  if (meaning != SYMBOL_VALUE) parse_advise(parser, "%s(%s) == %s", text, arguments, value);
  parse_stop(parser);
}

_Noreturn void refuse_line_start(Parser *parser) {
  const Token *token = parse_token(parser);
  const char *sign = parse_text(parser, token->span);
  bool first = true;
  for (uint32_t at = 0; at < parser->at; at++)
    first = first && parser->tokens.token[at].kind == TOKEN_NEWLINE;
  if (token->op == OP_SOLVE && token->kind == TOKEN_OPERATOR) {
    const Token *next = refuse_token_at(parser, parser->at + 1);
    if (!next->space && next->kind == TOKEN_NAME) refuse_operand(parser);
  }
  parse_error(parser, token->span, "a statement does not begin with %s", sign);
  if (first) report_remark(parser->report, "a value is expected before it");
  else report_remark(parser->report, "end the line before with %s, or wrap the whole in ( )", sign);
  if (token->op == OP_ADD && token->kind == TOKEN_OPERATOR)
    parse_advise(parser, "%s", refuse_next_text(parser, parser->at + 1, "x"));
  parse_stop(parser);
}

_Noreturn void refuse_hole(Parser *parser, uint32_t start) {
  parse_error(parser, (Span){start, start + 1}, "{ in a string begins a value and is closed by }");
  parse_advise(parser, "\\{  (the sign itself)");
  parse_stop(parser);
}

_Noreturn void refuse_level(Parser *parser, Span span, const char *what) {
  parse_error(parser, span, "%s needs its own parentheses here", what);
  if (strcmp(what, "not") == 0)
    parse_advise(parser, "(not %s)", refuse_next_text(parser, parser->at + 1, "x"));
  else if (strcmp(what, "if") == 0) parse_advise(parser, "(if c then a else b)");
  else parse_advise(parser, "(%s)", refuse_rest_text(parser, parser->at, "…"));
  parse_stop(parser);
}
