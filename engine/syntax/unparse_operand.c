/* unparse_operand.c - calls, postfix signs, powers, roots and implicit products as text.
 *
 * Here the table of binding powers does not say enough: the parser decides by white space and by
 * what stands left and right.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "syntax/unparser.h"

static void put_superscript(Writer *writer, const Node *node);

/* ---- postfix ---- */

/* Whether [node] was typed as x² or x⁻²: only that spelling has no digits of its own. */
static bool superscripted(const Node *node) {
  if (node->kind != NODE_BINARY || node->op != OP_POWER) return false;
  const Node *exponent =
      node->child[1]->kind == NODE_NEGATE ? node->child[1]->child[0] : node->child[1];
  return exponent->kind == NODE_NUMBER && !exponent->length && exponent->number >= 0 &&
         exponent->number < 1e9 && exponent->number == floor(exponent->number) &&
         !(exponent != node->child[1] && exponent->number == 1);
}

/* What stands before a postfix sign. */
static void put_base(Writer *writer, const Node *node) {
  if (unparse_is_number(node)) unparse_wrap(writer, node);
  else if (superscripted(node)) put_superscript(writer, node);
  else unparse_put(writer, node, POWER_POSTFIX);
}

/* A superscript is postfix where ^ is not: x²' needs no ( ). */
static void put_superscript(Writer *writer, const Node *node) {
  static const char *const digit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  bool minus = node->child[1]->kind == NODE_NEGATE;
  char digits[16];
  snprintf(digits, sizeof digits, "%.0f",
           (minus ? node->child[1]->child[0] : node->child[1])->number);
  if (superscripted(node->child[0]))
    unparse_wrap(writer, node->child[0]); /* x²² would be one exponent */
  else put_base(writer, node->child[0]);
  text_string(writer->out, minus ? "⁻" : "");
  for (const char *at = digits; *at; at++) text_string(writer->out, digit[*at - '0']);
}

void unparse_call(Writer *writer, const Node *node, const char *open, const char *close) {
  put_base(writer, node->child[0]);
  text_string(writer->out, open);
  unparse_list(writer, node, 1, node->count, POWER_TILDE);
  text_string(writer->out, close);
}

void unparse_field(Writer *writer, const Node *node) {
  if (node->child[0]->kind == NODE_NABLA) unparse_wrap(writer, node->child[0]);
  else put_base(writer, node->child[0]);
  text_format(writer->out, ".%s", node->symbol->name);
}

void unparse_suffix(Writer *writer, const Node *node, const char *sign) {
  const Node *base = node->child[0];
  bool prime_of_nabla = node->kind == NODE_PRIME && base->kind == NODE_NABLA;
  bool plain_number =
      unparse_is_number(base) && !unparse_negative(base) && node->kind != NODE_PRIME;
  if (prime_of_nabla ||
      (node->kind == NODE_FACTORIAL && base->kind == NODE_FACTORIAL)) /* !! is no sign */
    unparse_wrap(writer, base);
  else if (plain_number) unparse_number(writer, base);
  else put_base(writer, base);
  text_string(writer->out, sign);
}

/* ∇ takes a primary and its fields. */
void unparse_nabla(Writer *writer, const Node *node) {
  const Node *inner = node->child[0];
  while (inner->kind == NODE_FIELD) inner = inner->child[0];
  bool tight = unparse_power_of(inner) == POWER_PRIMARY && !unparse_is_number(inner);
  text_string(writer->out, node->number == 2 ? "∇²" : "∇");
  if (tight) unparse_put(writer, node->child[0], POWER_POSTFIX);
  else unparse_wrap(writer, node->child[0]);
}

/* ---- tight operators ---- */

static void put_exponent(Writer *writer, const Node *node) {
  bool composed = node->kind == NODE_NEGATE &&
                  (node->child[0]->kind == NODE_BINARY || node->child[0]->kind == NODE_IMPLICIT);
  if (composed) { /* e^(-2x) as it is written, not e^-(2x) */
    unparse_wrap(writer, node);
  } else if (node->kind == NODE_NEGATE) { /* -- is no sign */
    text_string(writer->out, "-");
    if (node->child[0]->kind == NODE_NEGATE || unparse_negative(node->child[0]))
      unparse_wrap(writer, node->child[0]);
    else put_exponent(writer, node->child[0]);
  } else if (node->kind == NODE_ROOT) {
    unparse_put(writer, node, POWER_ROOT);
  } else {
    unparse_put(writer, node, POWER_EXPONENT);
  }
}

void unparse_power(Writer *writer, const Node *node) {
  const Node *base = node->child[0];
  if (base->kind == NODE_IMAGINARY) unparse_wrap(writer, base);
  else unparse_put(writer, base, POWER_POSTFIX);
  text_string(writer->out, operator_spelling[node->op]);
  put_exponent(writer, node->child[1]);
}

void unparse_root(Writer *writer, const Node *node) {
  text_string(writer->out, "√");
  unparse_put(writer, node->child[0],
              node->child[0]->kind == NODE_ROOT ? POWER_ROOT : POWER_POSTFIX);
}

/* Whether [name] right behind the digits of [number] would be read as part of it. */
static bool runs_together(const char *digits, size_t length, const char *name) {
  char first = name[0], second = name[1];
  bool based =
      length > 1 && digits[0] == '0' && !isdigit((unsigned char)digits[1]) && digits[1] != '.';
  bool prefix = length == 1 && digits[0] == '0' && strchr("xXoObB", first) != NULL;
  bool exponent = (first == 'e' || first == 'E') &&
                  (isdigit((unsigned char)second) || second == '+' || second == '-');
  bool suffix = (first == 'i' && !isalnum((unsigned char)second) && second != '_') ||
                strncmp(name, "deg", 3) == 0;
  return based || prefix || exponent || suffix || first == '_' ||
         (length && !isdigit((unsigned char)digits[length - 1])); /* 2deg, 3i */
}

static bool starts_with(const char *text, const char *sign) {
  return strncmp(text, sign, strlen(sign)) == 0;
}

/* Whether [text] begins with a name; true and false are none. */
static bool starts_with_name(const char *text) {
  static const char *const others[] = {"√", "∇", "‖", "≈"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (starts_with(text, others[i])) return false;
  size_t length = starts_with(text, "true") ? 4 : starts_with(text, "false") ? 5 : 0;
  if (length && !isalnum((unsigned char)text[length]) && text[length] != '_') return false;
  return isalpha((unsigned char)text[0]) || text[0] == '_' || (unsigned char)text[0] >= 0x80;
}

/* The same of a tree: whether its spelling as a factor begins with a name. */
static bool leads_with_name(const Node *node) {
  while (unparse_power_of(node) >= POWER_EXPONENT && node->kind != NODE_NAME) {
    bool postfix = unparse_power_of(node) == POWER_POSTFIX && node->kind != NODE_NABLA;
    if (!postfix && node->kind != NODE_BINARY) return false;
    if (unparse_power_of(node->child[0]) < POWER_POSTFIX && !superscripted(node->child[0]))
      return false;
    node = node->child[0];
  }
  return node->kind == NODE_NAME;
}

/* The right side of an implicit product whose left side, perhaps a number, is printed from [left]
 * on. */
static void put_factor(Writer *writer, size_t left, bool number, const Node *right) {
  size_t start = writer->out->length;
  unparse_put(writer, right, POWER_ROOT);
  const char *text = writer->out->bytes + start, *digits = writer->out->bytes + left;
  bool name = starts_with_name(text), bracket = text[0] == '(';
  bool sign = starts_with(text, "√") || starts_with(text, "∇") ||
              (!writer->in_bars && starts_with(text, "‖"));
  bool apart = !number || (digits[0] != '\xE2' && !runs_together(digits, start - left, text));
  if (bracket || (number && sign) || (name && apart)) return;
  unparse_wrap_since(writer, start);
}

/* What ends the left side of a product without a sign. */
static const Node *last_factor(const Node *left) {
  return left->kind == NODE_IMPLICIT && !left->op ? left->child[1] : left;
}

static bool is_prime(const Node *node) {
  return node->kind == NODE_PRIME || node->kind == NODE_TRANSPOSE || node->kind == NODE_INVERSE;
}

/* A ( behind it would be a call. */
static bool takes_bracket(const Node *node) { return is_prime(node) || node->kind == NODE_LAMBDA; }

/* Behind ' a ( would make a call: there the right side begins with a name, or the left side stands
 * in ( ). */
void unparse_product(Writer *writer, const Node *node, bool closed) {
  const Node *left = node->child[0], *right = node->child[1];
  const Node *last = last_factor(left);
  bool chain = last != left;
  size_t start = writer->out->length;
  if (unparse_is_number(left) && !unparse_negative(left)) unparse_put(writer, left, POWER_POSTFIX);
  else if (is_prime(last) && !closed && leads_with_name(right) && chain)
    unparse_product(writer, left, false);
  else if (is_prime(last) && !closed && leads_with_name(right))
    unparse_put(writer, left, POWER_POSTFIX);
  else if (chain && !takes_bracket(last) && !takes_bracket(last_factor(left->child[0])))
    unparse_product(writer, left, true);
  else unparse_wrap(writer, left);
  if (closed) unparse_wrap(writer, right);
  else put_factor(writer, start, unparse_is_number(left) && !unparse_negative(left), right);
}

void unparse_prime_call(Writer *writer, const Node *node) {
  const Node *right = node->child[1];
  unparse_put(writer, node->child[0], POWER_POSTFIX);
  if (right->kind == NODE_TUPLE && !right->grouped) {
    unparse_put(writer, right, POWER_PRIMARY);
    return;
  }
  Writer inner = unparse_inside(writer);
  text_string(writer->out, "(");
  unparse_put(&inner, right, POWER_TILDE);
  text_string(writer->out, ")");
}
