/* unparse.c - tree to text.
 *
 * Parentheses follow the binding powers of the parser's table. What the table cannot say, because
 * the parser decides it by white space and by what stands left and right (implicit products,
 * numbers before ' . [, roots, division by a product), is said by the functions of those kinds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/unparse.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/parse.h"

typedef struct Writer {
  Text *out;
  unsigned indent;  /* of the current block, in steps of two spaces */
  bool one_line;    /* inside a string, where a block goes on one line */
  bool keep_groups; /* in a formula, where ( ) keep terms together */
  bool in_bars;     /* in ‖ ‖, where the next ‖ closes */
  bool in_clause;   /* in a clause form, where over from using are its words */
} Writer;

static void put(Writer *writer, const Node *node, Power least);
static void put_expression(Writer *writer, const Node *node);
static void put_block(Writer *writer, const Node *block);
static void put_statement(Writer *writer, const Node *node);
static void put_superscript(Writer *writer, const Node *node);

static void string(Writer *writer, const char *text) { text_string(writer->out, text); }

/* In ( ) neither bars nor clause words nor the terms of a formula reach. */
static Writer inside_brackets(const Writer *writer) {
  Writer inner = *writer;
  inner.keep_groups = inner.in_bars = inner.in_clause = false;
  return inner;
}

static void wrap(Writer *writer, const Node *node) {
  Writer inner = inside_brackets(writer);
  string(writer, "(");
  put_expression(&inner, node);
  string(writer, ")");
}

/* Puts ( ) around what was written since [start]: writing it twice would double at every level. */
static void wrap_since(Writer *writer, size_t start) {
  Text *out = writer->out;
  text_string(out, "()");
  memmove(out->bytes + start + 1, out->bytes + start, out->length - start - 2);
  out->bytes[start] = '(';
}

/* ---- powers ---- */

static const uint8_t kind_power[NODE_KIND_COUNT] = {
    [NODE_CLAUSE] = POWER_NONE,       [NODE_TILDE] = POWER_TILDE,
    [NODE_PIPE] = POWER_PIPE,         [NODE_LAMBDA] = POWER_ARROW,
    [NODE_IF] = POWER_ARROW,          [NODE_OR] = POWER_OR,
    [NODE_AND] = POWER_AND,           [NODE_NOT] = POWER_NOT,
    [NODE_COMPARE] = POWER_COMPARE,   [NODE_RANGE] = POWER_RANGE,
    [NODE_NEGATE] = POWER_MINUS,      [NODE_PLUS] = POWER_MINUS,
    [NODE_ROOT] = POWER_ROOT,         [NODE_CALL] = POWER_POSTFIX,
    [NODE_CALL_EACH] = POWER_POSTFIX, [NODE_INDEX] = POWER_POSTFIX,
    [NODE_FIELD] = POWER_POSTFIX,     [NODE_PRIME] = POWER_POSTFIX,
    [NODE_TRANSPOSE] = POWER_POSTFIX, [NODE_INVERSE] = POWER_POSTFIX,
    [NODE_FACTORIAL] = POWER_POSTFIX, [NODE_NABLA] = POWER_POSTFIX,
};

static bool negative(const Node *node) {
  return (node->kind == NODE_NUMBER || node->kind == NODE_IMAGINARY) && !node->length &&
         signbit(node->number) && !isnan(node->number);
}

static Power power_of(const Node *node) {
  if (node->kind == NODE_BINARY) return (Power)operator_power[node->op];
  if (node->kind == NODE_IMPLICIT) return node->op ? POWER_POSTFIX : POWER_IMPLICIT;
  if (negative(node)) return POWER_MINUS;
  Power power = (Power)kind_power[node->kind];
  return power == POWER_NONE && node->kind != NODE_CLAUSE ? POWER_PRIMARY : power;
}

static bool is_number(const Node *node) {
  return node->kind == NODE_NUMBER || node->kind == NODE_IMAGINARY;
}

static bool is_prime(const Node *node) {
  return node->kind == NODE_PRIME || node->kind == NODE_TRANSPOSE || node->kind == NODE_INVERSE;
}

/* ---- leaves ---- */

/* The shortest decimal that reads back as [value]. */
static void put_value(Writer *writer, double value) {
  if (isnan(value) || isinf(value)) {
    string(writer, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    return;
  }
  char digits[40];
  for (int precision = 15; precision <= 17; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, value);
    if (strtod(digits, NULL) == value) break;
  }
  string(writer, digits);
}

static void put_number(Writer *writer, const Node *node) {
  if (node->length) { /* as typed; a final point could meet an operator */
    text_append(writer->out, node->text, node->length - (node->text[node->length - 1] == '.'));
    return;
  }
  put_value(writer, node->number);
  if (node->kind == NODE_IMAGINARY) string(writer, "i");
}

static void put_text(Writer *writer, const Node *node) {
  for (size_t at = 0; at < node->length; at++) {
    char byte = node->text[at];
    if (byte == '\n') string(writer, "\\n");
    else if (byte == '\t') string(writer, "\\t");
    else if (strchr("\"\\{}", byte) && byte) text_format(writer->out, "\\%c", byte);
    else text_append(writer->out, &byte, 1);
  }
}

/* A hole of a string; a : in it needs ( ). */
static void put_hole(Writer *writer, const Node *node) {
  Writer inner = {.out = writer->out, .one_line = true};
  string(writer, "{");
  size_t start = writer->out->length;
  put(&inner, node->child[0], POWER_TILDE);
  if (memchr(writer->out->bytes + start, ':', writer->out->length - start))
    wrap_since(&inner, start);
  if (node->length) {
    string(writer, ":");
    text_append(writer->out, node->text, node->length);
  }
  string(writer, "}");
}

static void put_string(Writer *writer, const Node *node) {
  string(writer, "\"");
  for (uint32_t i = 0; i < node->count; i++) {
    if (node->child[i]->kind == NODE_TEXT) put_text(writer, node->child[i]);
    else put_hole(writer, node->child[i]);
  }
  string(writer, "\"");
}

/* ---- lists ---- */

static void put_list(Writer *writer, const Node *node, uint32_t from, uint32_t to, Power least) {
  for (uint32_t i = from; i < to; i++) {
    if (i > from) string(writer, ", ");
    put(writer, node->child[i], least);
  }
}

static void put_bind(Writer *writer, const Node *bind) {
  put_list(writer, bind, 0, bind->count - 1, POWER_TILDE);
  string(writer, " in ");
  put(writer, bind->child[bind->count - 1], POWER_TILDE);
}

static void put_generated(Writer *writer, const Node *node) {
  const Node *generator = node->child[1];
  put(writer, node->child[0], POWER_TILDE);
  string(writer, " for ");
  for (uint32_t i = 0; i + 1 < generator->count; i++) {
    if (i) string(writer, ", ");
    put_bind(writer, generator->child[i]);
  }
  if (generator->child[generator->count - 1]) {
    string(writer, " if ");
    put(writer, generator->child[generator->count - 1], POWER_TILDE);
  }
}

/* One element of a row. */
static void put_element(Writer *writer, const Node *row, uint32_t i) {
  const Node *element = row->child[i];
  bool beside = (i > 0 && row->child[i - 1]->kind == NODE_ARRAY) ||
                (i + 1 < row->count && row->child[i + 1]->kind == NODE_ARRAY);
  if (element->kind == NODE_ARRAY && beside) {
    wrap(writer, element);
    return;
  }
  size_t start = writer->out->length;
  put(writer, element, POWER_TILDE);
  const char *text = writer->out->bytes + start;
  bool digit = isdigit((unsigned char)text[0]) || text[0] == '.' || text[0] == '-';
  if (row->count == 1 && digit && memchr(text, ' ', writer->out->length - start))
    wrap_since(writer, start); /* [1 - 2] is refused */
}

static void put_array(Writer *writer, const Node *node) {
  string(writer, "[");
  for (uint32_t i = 0; i < node->count; i++) {
    if (i) string(writer, "; ");
    for (uint32_t j = 0; j < node->child[i]->count; j++) {
      if (j) string(writer, ", ");
      put_element(writer, node->child[i], j);
    }
  }
  string(writer, "]");
}

static void put_piecewise(Writer *writer, const Node *node) {
  string(writer, "{");
  for (uint32_t i = 0; i < node->count; i++) {
    const Node *arm = node->child[i];
    if (i) string(writer, "; ");
    put(writer, arm->child[0], POWER_TILDE);
    string(writer, arm->child[1] ? " if " : " otherwise");
    if (arm->child[1]) put(writer, arm->child[1], POWER_TILDE);
  }
  string(writer, "}");
}

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
  if (is_number(node)) wrap(writer, node);
  else if (superscripted(node)) put_superscript(writer, node);
  else put(writer, node, POWER_POSTFIX);
}

/* A superscript is postfix where ^ is not: x²' needs no ( ). */
static void put_superscript(Writer *writer, const Node *node) {
  static const char *const digit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  bool minus = node->child[1]->kind == NODE_NEGATE;
  char digits[16];
  snprintf(digits, sizeof digits, "%.0f",
           (minus ? node->child[1]->child[0] : node->child[1])->number);
  if (superscripted(node->child[0])) wrap(writer, node->child[0]); /* x²² would be one exponent */
  else put_base(writer, node->child[0]);
  string(writer, minus ? "⁻" : "");
  for (const char *at = digits; *at; at++) string(writer, digit[*at - '0']);
}

static void put_call(Writer *writer, const Node *node, const char *open, const char *close) {
  put_base(writer, node->child[0]);
  string(writer, open);
  put_list(writer, node, 1, node->count, POWER_TILDE);
  string(writer, close);
}

static void put_field(Writer *writer, const Node *node) {
  if (node->child[0]->kind == NODE_NABLA) wrap(writer, node->child[0]);
  else put_base(writer, node->child[0]);
  text_format(writer->out, ".%s", node->symbol->name);
}

static void put_suffix(Writer *writer, const Node *node, const char *sign) {
  const Node *base = node->child[0];
  bool prime_of_nabla = node->kind == NODE_PRIME && base->kind == NODE_NABLA;
  bool plain_number = is_number(base) && !negative(base) && node->kind != NODE_PRIME;
  if (prime_of_nabla ||
      (node->kind == NODE_FACTORIAL && base->kind == NODE_FACTORIAL)) /* !! is no sign */
    wrap(writer, base);
  else if (plain_number) put_number(writer, base);
  else put_base(writer, base);
  string(writer, sign);
}

/* ∇ takes a primary and its fields. */
static void put_nabla(Writer *writer, const Node *node) {
  const Node *inner = node->child[0];
  while (inner->kind == NODE_FIELD) inner = inner->child[0];
  bool tight = power_of(inner) == POWER_PRIMARY && !is_number(inner);
  string(writer, node->number == 2 ? "∇²" : "∇");
  if (tight) put(writer, node->child[0], POWER_POSTFIX);
  else wrap(writer, node->child[0]);
}

/* ---- tight operators ---- */

static void put_exponent(Writer *writer, const Node *node) {
  bool composed = node->kind == NODE_NEGATE &&
                  (node->child[0]->kind == NODE_BINARY || node->child[0]->kind == NODE_IMPLICIT);
  if (composed) { /* e^(-2x) as it is written, not e^-(2x) */
    wrap(writer, node);
  } else if (node->kind == NODE_NEGATE) { /* -- is no sign */
    string(writer, "-");
    if (node->child[0]->kind == NODE_NEGATE || negative(node->child[0]))
      wrap(writer, node->child[0]);
    else put_exponent(writer, node->child[0]);
  } else if (node->kind == NODE_ROOT) {
    put(writer, node, POWER_ROOT);
  } else {
    put(writer, node, POWER_EXPONENT);
  }
}

static void put_power(Writer *writer, const Node *node) {
  const Node *base = node->child[0];
  if (base->kind == NODE_IMAGINARY) wrap(writer, base);
  else put(writer, base, POWER_POSTFIX);
  string(writer, operator_spelling[node->op]);
  put_exponent(writer, node->child[1]);
}

static void put_root(Writer *writer, const Node *node) {
  string(writer, "√");
  put(writer, node->child[0], node->child[0]->kind == NODE_ROOT ? POWER_ROOT : POWER_POSTFIX);
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
  while (power_of(node) >= POWER_EXPONENT && node->kind != NODE_NAME) {
    bool postfix = power_of(node) == POWER_POSTFIX && node->kind != NODE_NABLA;
    if (!postfix && node->kind != NODE_BINARY) return false;
    if (power_of(node->child[0]) < POWER_POSTFIX && !superscripted(node->child[0])) return false;
    node = node->child[0];
  }
  return node->kind == NODE_NAME;
}

/* The right side of an implicit product whose left side, perhaps a number, is printed from [left]
 * on. */
static void put_factor(Writer *writer, size_t left, bool number, const Node *right) {
  size_t start = writer->out->length;
  put(writer, right, POWER_ROOT);
  const char *text = writer->out->bytes + start, *digits = writer->out->bytes + left;
  bool name = starts_with_name(text), bracket = text[0] == '(';
  bool sign = starts_with(text, "√") || starts_with(text, "∇") ||
              (!writer->in_bars && starts_with(text, "‖"));
  bool apart = !number || (digits[0] != '\xE2' && !runs_together(digits, start - left, text));
  if (bracket || (number && sign) || (name && apart)) return;
  wrap_since(writer, start);
}

/* What ends the left side of a product without a sign. */
static const Node *last_factor(const Node *left) {
  return left->kind == NODE_IMPLICIT && !left->op ? left->child[1] : left;
}

/* A ( behind it would be a call. */
static bool takes_bracket(const Node *node) { return is_prime(node) || node->kind == NODE_LAMBDA; }

/* A product without a sign; [closed] makes it end in ) so that the next factor can follow. Behind '
 * a ( would make a call: there the right side begins with a name, or the left side stands in ( ).
 */
static void put_product(Writer *writer, const Node *node, bool closed) {
  const Node *left = node->child[0], *right = node->child[1];
  const Node *last = last_factor(left);
  bool chain = last != left;
  size_t start = writer->out->length;
  if (is_number(left) && !negative(left)) put(writer, left, POWER_POSTFIX);
  else if (is_prime(last) && !closed && leads_with_name(right) && chain)
    put_product(writer, left, false);
  else if (is_prime(last) && !closed && leads_with_name(right)) put(writer, left, POWER_POSTFIX);
  else if (chain && !takes_bracket(last) && !takes_bracket(last_factor(left->child[0])))
    put_product(writer, left, true);
  else wrap(writer, left);
  if (closed) wrap(writer, right);
  else put_factor(writer, start, is_number(left) && !negative(left), right);
}

/* f'(2), A'(x). */
static void put_prime_call(Writer *writer, const Node *node) {
  const Node *right = node->child[1];
  put(writer, node->child[0], POWER_POSTFIX);
  if (right->kind == NODE_TUPLE && !right->grouped) {
    put(writer, right, POWER_PRIMARY);
    return;
  }
  Writer inner = inside_brackets(writer);
  string(writer, "(");
  put(&inner, right, POWER_TILDE);
  string(writer, ")");
}

/* ---- loose operators ---- */

static bool bare_product(const Node *node) {
  while (node->kind == NODE_NEGATE) node = node->child[0];
  return node->kind == NODE_IMPLICIT && !node->op;
}

static void put_binary(Writer *writer, const Node *node) {
  Operator op = (Operator)node->op;
  Power power = (Power)operator_power[op];
  if (power == POWER_EXPONENT) {
    put_power(writer, node);
    return;
  }
  bool solves = op == OP_SOLVE || op == OP_DOT_SOLVE;
  bool divides = solves || op == OP_DIVIDE || op == OP_DOT_DIVIDE;
  if (solves && is_number(node->child[0])) wrap(writer, node->child[0]);
  else put(writer, node->child[0], power);
  bool spaced = power == POWER_SUM || op == OP_SOLVE;
  text_format(writer->out, spaced ? " %s " : "%s", operator_spelling[op]);
  if (divides && bare_product(node->child[1])) wrap(writer, node->child[1]);
  else put(writer, node->child[1], (Power)(power + 1));
}

static void put_compare(Writer *writer, const Node *node) {
  for (uint32_t i = 0; i < node->count; i++) {
    if (i) text_format(writer->out, " %s ", operator_spelling[node->operators[i - 1]]);
    put(writer, node->child[i], POWER_RANGE);
  }
}

static void put_joined(Writer *writer, const Node *node, const char *sign) {
  Power power = power_of(node);
  bool keep = writer->keep_groups;
  put(writer, node->child[0], node->kind == NODE_TILDE ? POWER_PIPE : power);
  string(writer, sign);
  writer->keep_groups = keep || node->kind == NODE_TILDE;
  put(writer, node->child[1], (Power)(power + 1));
  writer->keep_groups = keep;
}

static void put_range(Writer *writer, const Node *node) {
  put(writer, node->child[0], POWER_SUM);
  if (node->child[2]) {
    string(writer, ":");
    put(writer, node->child[2], POWER_SUM);
  }
  string(writer, ":");
  put(writer, node->child[1], POWER_SUM);
}

static void put_if(Writer *writer, const Node *node) {
  string(writer, "if ");
  for (;;) {
    put(writer, node->child[0], POWER_TILDE);
    string(writer, " then ");
    put(writer, node->child[1], POWER_ARROW);
    string(writer, " else");
    if (node->child[2]->kind != NODE_IF) break;
    string(writer, "if ");
    node = node->child[2];
  }
  string(writer, " ");
  put(writer, node->child[2], POWER_ARROW);
}

/* ---- functions and clause forms ---- */

static void put_set(Writer *writer, const Node *set) {
  string(writer, "R");
  if (!set->count) return;
  bool plain =
      set->count == 1 && ((set->child[0]->kind == NODE_NUMBER && !negative(set->child[0])) ||
                          set->child[0]->kind == NODE_NAME);
  string(writer, plain ? "^" : "^(");
  for (uint32_t i = 0; i < set->count; i++) {
    if (i) string(writer, ",");
    put(writer, set->child[i], POWER_SUM);
  }
  if (!plain) string(writer, ")");
}

static void put_parameter(Writer *writer, const Node *node) {
  string(writer, node->symbol->name);
  if (node->child[0]) {
    string(writer, " in ");
    put_set(writer, node->child[0]);
  }
  if (node->child[1]) {
    string(writer, " = ");
    put(writer, node->child[1], POWER_TILDE);
  }
}

static void put_parameters(Writer *writer, const Node *node) {
  string(writer, "(");
  for (uint32_t i = 0; i + 1 < node->count; i++) {
    if (i) string(writer, ", ");
    put_parameter(writer, node->child[i]);
  }
  string(writer, ")");
}

static void put_lambda(Writer *writer, const Node *node) {
  const Node *first = node->child[0];
  bool bare = node->count == 2 && !first->child[0] && !first->child[1];
  if (bare) string(writer, first->symbol->name);
  else put_parameters(writer, node);
  string(writer, " -> ");
  put(writer, node->child[node->count - 1], POWER_ARROW);
}

static void put_clause_parts(Writer *writer, const Node *node) {
  text_format(writer->out, "%s ", node->symbol->name);
  put(writer, node->child[0], POWER_TILDE);
  string(writer, " over ");
  const Node *names = node->child[1];
  for (uint32_t i = 0; i < names->count; i++) {
    const Node *variable = names->child[i], *over = variable->child[0];
    text_format(writer->out, i ? ", %s" : "%s", variable->symbol->name);
    if (!over) continue;
    string(writer, " in ");
    put(writer, over, POWER_RANGE);
  }
  if (node->child[2]) {
    string(writer, " from ");
    put_list(writer, node->child[2], 0, node->child[2]->count, POWER_RANGE);
  }
  if (node->child[3]) {
    string(writer, " s.t. ");
    put_list(writer, node->child[3], 0, node->child[3]->count, POWER_OR);
  }
  const Node *method = node->child[4];
  if (!method) return;
  text_format(writer->out, " using %s", method->symbol->name);
  if (!method->count) return;
  string(writer, "(");
  put_list(writer, method, 0, method->count, POWER_TILDE);
  string(writer, ")");
}

static void put_clause(Writer *writer, const Node *node) {
  bool clause = writer->in_clause;
  writer->in_clause = true;
  put_clause_parts(writer, node);
  writer->in_clause = clause;
}

static void put_norm(Writer *writer, const Node *node) {
  bool bars = writer->in_bars;
  writer->in_bars = true;
  string(writer, "‖");
  put(writer, node->child[0], POWER_TILDE);
  string(writer, "‖");
  writer->in_bars = bars;
}

/* ---- any expression ---- */

static void put_expression(Writer *writer, const Node *node) {
  switch (node->kind) {
  case NODE_NUMBER:
  case NODE_IMAGINARY: put_number(writer, node); break;
  case NODE_BOOLEAN: string(writer, node->number != 0 ? "true" : "false"); break;
  case NODE_STRING: put_string(writer, node); break;
  case NODE_TEXT: put_text(writer, node); break;
  case NODE_FORMAT: put_hole(writer, node); break;
  case NODE_NAME: string(writer, node->symbol->name); break;
  case NODE_END: string(writer, "end"); break;
  case NODE_COLON: string(writer, ":"); break;
  case NODE_DOT: string(writer, "."); break;
  case NODE_TUPLE:
    string(writer, "(");
    put_list(writer, node, 0, node->count, POWER_TILDE);
    string(writer, node->count == 1 ? ",)" : ")");
    break;
  case NODE_ARRAY: put_array(writer, node); break;
  case NODE_COMPREHENSION:
    string(writer, "[");
    put_generated(writer, node);
    string(writer, "]");
    break;
  case NODE_GENERATED: put_generated(writer, node); break;
  case NODE_PIECEWISE: put_piecewise(writer, node); break;
  case NODE_IF: put_if(writer, node); break;
  case NODE_LAMBDA: put_lambda(writer, node); break;
  case NODE_SET: put_set(writer, node); break;
  case NODE_CALL: put_call(writer, node, "(", ")"); break;
  case NODE_CALL_EACH: put_call(writer, node, ".(", ")"); break;
  case NODE_NAMED:
    text_format(writer->out, "%s = ", node->symbol->name);
    put(writer, node->child[0], POWER_TILDE);
    break;
  case NODE_INDEX: put_call(writer, node, "[", "]"); break;
  case NODE_FIELD: put_field(writer, node); break;
  case NODE_PRIME: put_suffix(writer, node, "'"); break;
  case NODE_TRANSPOSE: put_suffix(writer, node, "ᵀ"); break;
  case NODE_INVERSE: put_suffix(writer, node, "⁻¹"); break;
  case NODE_FACTORIAL: put_suffix(writer, node, "!"); break;
  case NODE_NABLA: put_nabla(writer, node); break;
  case NODE_NORM: put_norm(writer, node); break;
  case NODE_ROOT: put_root(writer, node); break;
  case NODE_NEGATE:
    string(writer, "-");
    put(writer, node->child[0], POWER_IMPLICIT);
    break;
  case NODE_PLUS:
    string(writer, "+");
    put(writer, node->child[0], POWER_IMPLICIT);
    break;
  case NODE_NOT:
    string(writer, "not ");
    put(writer, node->child[0], POWER_NOT);
    break;
  case NODE_BINARY: put_binary(writer, node); break;
  case NODE_IMPLICIT:
    if (node->op) put_prime_call(writer, node);
    else put_product(writer, node, false);
    break;
  case NODE_RANGE: put_range(writer, node); break;
  case NODE_COMPARE: put_compare(writer, node); break;
  case NODE_AND: put_joined(writer, node, " and "); break;
  case NODE_OR: put_joined(writer, node, " or "); break;
  case NODE_PIPE: put_joined(writer, node, " |> "); break;
  case NODE_TILDE: put_joined(writer, node, " ~ "); break;
  case NODE_CLAUSE: put_clause(writer, node); break;
  case NODE_DO:
    string(writer, "do");
    put_block(writer, node->child[0]);
    string(writer, "end");
    break;
  default: put_statement(writer, node);
  }
}

static bool clause_name(const Node *node) {
  return node->kind == NODE_NAME &&
         (strcmp(node->symbol->name, "over") == 0 || strcmp(node->symbol->name, "from") == 0 ||
          strcmp(node->symbol->name, "using") == 0);
}

/* [node] as an operand that binds at least as tightly as [least]. */
static void put(Writer *writer, const Node *node, Power least) {
  bool group = writer->keep_groups && node->grouped && power_of(node) == POWER_SUM;
  /* a plus may not begin a statement: it always stands in ( ) */
  bool plus = node->kind == NODE_PLUS && least > POWER_NONE;
  /* behind the operand of a clause form these names would be its words */
  bool word =
      writer->in_clause && node->kind == NODE_IMPLICIT && !node->op && clause_name(node->child[1]);
  if (power_of(node) < least || group || plus || word) {
    wrap(writer, node);
    return;
  }
  put_expression(writer, node);
}

/* ---- statements ---- */

static void line_break(Writer *writer) {
  if (writer->one_line) {
    string(writer, "; ");
    return;
  }
  string(writer, "\n");
  text_repeat(writer->out, ' ', 2 * (size_t)writer->indent);
}

/* The statements of a block on lines of their own, and the place where its end word goes. */
static void put_block(Writer *writer, const Node *block) {
  writer->indent++;
  for (uint32_t i = 0; i < block->count; i++) {
    line_break(writer);
    put_statement(writer, block->child[i]);
  }
  writer->indent--;
  line_break(writer);
}

static void put_if_block(Writer *writer, const Node *node) {
  string(writer, "if ");
  for (;;) {
    put(writer, node->child[0], POWER_TILDE);
    put_block(writer, node->child[1]);
    const Node *other = node->child[2];
    if (!other) break;
    string(writer, "else");
    if (other->kind != NODE_IF_BLOCK) {
      put_block(writer, other);
      break;
    }
    string(writer, "if ");
    node = other;
  }
  string(writer, "end");
}

static void put_program(Writer *writer, const Node *block) {
  for (uint32_t i = 0; i < block->count; i++) {
    if (i) line_break(writer);
    put_statement(writer, block->child[i]);
  }
}

/* A value that is a whole statement or a right side: a clause form needs no ( ). */
static void put_value_of(Writer *writer, const Node *node) {
  put(writer, node, node->kind == NODE_PLUS ? POWER_TILDE : POWER_NONE);
}

static void put_statement(Writer *writer, const Node *node) {
  switch (node->kind) {
  case NODE_BLOCK: put_program(writer, node); break;
  case NODE_DEFINE:
    string(writer, node->symbol->name);
    put_parameters(writer, node);
    string(writer, " = ");
    put_value_of(writer, node->child[node->count - 1]);
    break;
  case NODE_ASSIGN:
    put_list(writer, node->child[0], 0, node->child[0]->count, POWER_POSTFIX);
    string(writer, " = ");
    if (node->count == 2) put_value_of(writer, node->child[1]);
    else put_list(writer, node, 1, node->count, POWER_TILDE);
    break;
  case NODE_UPDATE:
    put(writer, node->child[0], POWER_POSTFIX);
    text_format(writer->out, " %s= ", operator_spelling[node->op]);
    put(writer, node->child[1], POWER_TILDE);
    break;
  case NODE_FOR:
    string(writer, "for ");
    put_bind(writer, node->child[0]);
    put_block(writer, node->child[1]);
    string(writer, "end");
    break;
  case NODE_WHILE:
    string(writer, "while ");
    put(writer, node->child[0], POWER_TILDE);
    put_block(writer, node->child[1]);
    string(writer, "end");
    break;
  case NODE_IF_BLOCK: put_if_block(writer, node); break;
  case NODE_RETURN:
    string(writer, node->child[0] ? "return " : "return");
    if (node->child[0]) put_value_of(writer, node->child[0]);
    break;
  case NODE_CLEAR:
    string(writer, "clear ");
    string(writer, node->symbol->name);
    break;
  case NODE_BREAK: string(writer, "break"); break;
  case NODE_CONTINUE: string(writer, "continue"); break;
  case NODE_ROW: put_list(writer, node, 0, node->count, POWER_TILDE); break;
  case NODE_BIND: put_bind(writer, node); break;
  case NODE_PARAMETER: put_parameter(writer, node); break;
  case NODE_VARIABLES:
  case NODE_STARTS:
  case NODE_CONSTRAINTS:
  case NODE_TARGETS: put_list(writer, node, 0, node->count, POWER_TILDE); break;
  case NODE_VARIABLE:
  case NODE_USING: string(writer, node->symbol->name); break;
  case NODE_GENERATOR:
  case NODE_ARM: break; /* only inside their parents */
  default: put_value_of(writer, node);
  }
}

void unparse(const Node *node, const Source *source, Text *out) {
  (void)source; /* numbers carry their spelling */
  Writer writer = {.out = out};
  put_statement(&writer, node);
}
