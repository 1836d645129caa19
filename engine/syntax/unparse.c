/* unparse.c - tree to text.
 *
 * Parentheses follow the binding powers of the parser's table. What the table cannot say, because
 * the parser decides it by white space and by what stands left and right (implicit products,
 * numbers before ' . [, roots, division by a product), is said by the functions of those kinds;
 * most are in unparse_operand.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/unparse.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/unparser.h"

static void put_expression(Writer *writer, const Node *node);

Writer unparse_inside(const Writer *writer) {
  Writer inner = *writer;
  inner.keep_groups = inner.in_bars = inner.in_clause = false;
  return inner;
}

void unparse_wrap(Writer *writer, const Node *node) {
  Writer inner = unparse_inside(writer);
  text_string(writer->out, "(");
  put_expression(&inner, node);
  text_string(writer->out, ")");
}

void unparse_wrap_since(Writer *writer, size_t start) {
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

bool unparse_negative(const Node *node) {
  return (node->kind == NODE_NUMBER || node->kind == NODE_IMAGINARY) && !node->length &&
         signbit(node->number) && !isnan(node->number);
}

Power unparse_power_of(const Node *node) {
  if (node->kind == NODE_BINARY) return (Power)operator_power[node->op];
  if (node->kind == NODE_IMPLICIT) return node->op ? POWER_POSTFIX : POWER_IMPLICIT;
  if (unparse_negative(node)) return POWER_MINUS;
  Power power = (Power)kind_power[node->kind];
  return power == POWER_NONE && node->kind != NODE_CLAUSE ? POWER_PRIMARY : power;
}

bool unparse_is_number(const Node *node) {
  return node->kind == NODE_NUMBER || node->kind == NODE_IMAGINARY;
}

/* ---- leaves ---- */

/* The shortest decimal that reads back as [value]. */
static void put_value(Writer *writer, double value) {
  if (isnan(value) || isinf(value)) {
    text_string(writer->out, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    return;
  }
  char digits[40];
  for (int precision = 15; precision <= 17; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, value);
    if (strtod(digits, NULL) == value) break;
  }
  text_string(writer->out, digits);
}

void unparse_number(Writer *writer, const Node *node) {
  if (node->length) { /* as typed; a final point could meet an operator */
    text_append(writer->out, node->text, node->length - (node->text[node->length - 1] == '.'));
    return;
  }
  put_value(writer, node->number);
  if (node->kind == NODE_IMAGINARY) text_string(writer->out, "i");
}

static void put_text(Writer *writer, const Node *node) {
  for (size_t at = 0; at < node->length; at++) {
    char byte = node->text[at];
    if (byte == '\n') text_string(writer->out, "\\n");
    else if (byte == '\t') text_string(writer->out, "\\t");
    else if (strchr("\"\\{}", byte) && byte) text_format(writer->out, "\\%c", byte);
    else text_append(writer->out, &byte, 1);
  }
}

/* A hole of a string; a : in it needs ( ). */
static void put_hole(Writer *writer, const Node *node) {
  Writer inner = {.out = writer->out, .one_line = true};
  text_string(writer->out, "{");
  size_t start = writer->out->length;
  unparse_put(&inner, node->child[0], POWER_TILDE);
  if (memchr(writer->out->bytes + start, ':', writer->out->length - start))
    unparse_wrap_since(&inner, start);
  if (node->length) {
    text_string(writer->out, ":");
    text_append(writer->out, node->text, node->length);
  }
  text_string(writer->out, "}");
}

static void put_string(Writer *writer, const Node *node) {
  text_string(writer->out, "\"");
  for (uint32_t i = 0; i < node->count; i++) {
    if (node->child[i]->kind == NODE_TEXT) put_text(writer, node->child[i]);
    else put_hole(writer, node->child[i]);
  }
  text_string(writer->out, "\"");
}

/* ---- lists ---- */

void unparse_list(Writer *writer, const Node *node, uint32_t from, uint32_t to, Power least) {
  for (uint32_t i = from; i < to; i++) {
    if (i > from) text_string(writer->out, ", ");
    unparse_put(writer, node->child[i], least);
  }
}

void unparse_bind(Writer *writer, const Node *bind) {
  unparse_list(writer, bind, 0, bind->count - 1, POWER_TILDE);
  text_string(writer->out, " in ");
  unparse_put(writer, bind->child[bind->count - 1], POWER_TILDE);
}

static void put_generated(Writer *writer, const Node *node) {
  const Node *generator = node->child[1];
  unparse_put(writer, node->child[0], POWER_TILDE);
  text_string(writer->out, " for ");
  for (uint32_t i = 0; i + 1 < generator->count; i++) {
    if (i) text_string(writer->out, ", ");
    unparse_bind(writer, generator->child[i]);
  }
  if (generator->child[generator->count - 1]) {
    text_string(writer->out, " if ");
    unparse_put(writer, generator->child[generator->count - 1], POWER_TILDE);
  }
}

/* One element of a row. */
static void put_element(Writer *writer, const Node *row, uint32_t i) {
  const Node *element = row->child[i];
  bool beside = (i > 0 && row->child[i - 1]->kind == NODE_ARRAY) ||
                (i + 1 < row->count && row->child[i + 1]->kind == NODE_ARRAY);
  if (element->kind == NODE_ARRAY && beside) {
    unparse_wrap(writer, element);
    return;
  }
  size_t start = writer->out->length;
  unparse_put(writer, element, POWER_TILDE);
  const char *text = writer->out->bytes + start;
  bool digit = isdigit((unsigned char)text[0]) || text[0] == '.' || text[0] == '-';
  if (row->count == 1 && digit && memchr(text, ' ', writer->out->length - start))
    unparse_wrap_since(writer, start); /* [1 - 2] is refused */
}

static void put_array(Writer *writer, const Node *node) {
  text_string(writer->out, "[");
  for (uint32_t i = 0; i < node->count; i++) {
    if (i) text_string(writer->out, "; ");
    for (uint32_t j = 0; j < node->child[i]->count; j++) {
      if (j) text_string(writer->out, ", ");
      put_element(writer, node->child[i], j);
    }
  }
  text_string(writer->out, "]");
}

static void put_piecewise(Writer *writer, const Node *node) {
  text_string(writer->out, "{");
  for (uint32_t i = 0; i < node->count; i++) {
    const Node *arm = node->child[i];
    if (i) text_string(writer->out, "; ");
    unparse_put(writer, arm->child[0], POWER_TILDE);
    text_string(writer->out, arm->child[1] ? " if " : " otherwise");
    if (arm->child[1]) unparse_put(writer, arm->child[1], POWER_TILDE);
  }
  text_string(writer->out, "}");
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
    unparse_power(writer, node);
    return;
  }
  bool solves = op == OP_SOLVE || op == OP_DOT_SOLVE;
  bool divides = solves || op == OP_DIVIDE || op == OP_DOT_DIVIDE;
  if (solves && unparse_is_number(node->child[0])) unparse_wrap(writer, node->child[0]);
  else unparse_put(writer, node->child[0], power);
  bool spaced = power == POWER_SUM || op == OP_SOLVE;
  text_format(writer->out, spaced ? " %s " : "%s", operator_spelling[op]);
  if (divides && bare_product(node->child[1])) unparse_wrap(writer, node->child[1]);
  else unparse_put(writer, node->child[1], (Power)(power + 1));
}

static void put_compare(Writer *writer, const Node *node) {
  for (uint32_t i = 0; i < node->count; i++) {
    if (i) text_format(writer->out, " %s ", operator_spelling[node->operators[i - 1]]);
    unparse_put(writer, node->child[i], POWER_RANGE);
  }
}

static void put_joined(Writer *writer, const Node *node, const char *sign) {
  Power power = unparse_power_of(node);
  bool keep = writer->keep_groups;
  unparse_put(writer, node->child[0], node->kind == NODE_TILDE ? POWER_PIPE : power);
  text_string(writer->out, sign);
  writer->keep_groups = keep || node->kind == NODE_TILDE;
  unparse_put(writer, node->child[1], (Power)(power + 1));
  writer->keep_groups = keep;
}

static void put_range(Writer *writer, const Node *node) {
  unparse_put(writer, node->child[0], POWER_SUM);
  if (node->child[2]) {
    text_string(writer->out, ":");
    unparse_put(writer, node->child[2], POWER_SUM);
  }
  text_string(writer->out, ":");
  unparse_put(writer, node->child[1], POWER_SUM);
}

static void put_if(Writer *writer, const Node *node) {
  text_string(writer->out, "if ");
  for (;;) {
    unparse_put(writer, node->child[0], POWER_TILDE);
    text_string(writer->out, " then ");
    unparse_put(writer, node->child[1], POWER_ARROW);
    text_string(writer->out, " else");
    if (node->child[2]->kind != NODE_IF) break;
    text_string(writer->out, "if ");
    node = node->child[2];
  }
  text_string(writer->out, " ");
  unparse_put(writer, node->child[2], POWER_ARROW);
}

static void put_norm(Writer *writer, const Node *node) {
  bool bars = writer->in_bars;
  writer->in_bars = true;
  text_string(writer->out, "‖");
  unparse_put(writer, node->child[0], POWER_TILDE);
  text_string(writer->out, "‖");
  writer->in_bars = bars;
}

/* ---- any expression ---- */

static void put_expression(Writer *writer, const Node *node) {
  switch (node->kind) {
  case NODE_NUMBER:
  case NODE_IMAGINARY: unparse_number(writer, node); break;
  case NODE_BOOLEAN: text_string(writer->out, node->number != 0 ? "true" : "false"); break;
  case NODE_STRING: put_string(writer, node); break;
  case NODE_TEXT: put_text(writer, node); break;
  case NODE_FORMAT: put_hole(writer, node); break;
  case NODE_NAME: text_string(writer->out, node->symbol->name); break;
  case NODE_END: text_string(writer->out, "end"); break;
  case NODE_COLON: text_string(writer->out, ":"); break;
  case NODE_DOT: text_string(writer->out, "."); break;
  case NODE_TUPLE:
    text_string(writer->out, "(");
    unparse_list(writer, node, 0, node->count, POWER_TILDE);
    text_string(writer->out, node->count == 1 ? ",)" : ")");
    break;
  case NODE_ARRAY: put_array(writer, node); break;
  case NODE_COMPREHENSION:
    text_string(writer->out, "[");
    put_generated(writer, node);
    text_string(writer->out, "]");
    break;
  case NODE_GENERATED: put_generated(writer, node); break;
  case NODE_PIECEWISE: put_piecewise(writer, node); break;
  case NODE_IF: put_if(writer, node); break;
  case NODE_LAMBDA: unparse_lambda(writer, node); break;
  case NODE_SET: unparse_set(writer, node); break;
  case NODE_CALL: unparse_call(writer, node, "(", ")"); break;
  case NODE_CALL_EACH: unparse_call(writer, node, ".(", ")"); break;
  case NODE_NAMED:
    text_format(writer->out, "%s = ", node->symbol->name);
    unparse_put(writer, node->child[0], POWER_TILDE);
    break;
  case NODE_INDEX: unparse_call(writer, node, "[", "]"); break;
  case NODE_FIELD: unparse_field(writer, node); break;
  case NODE_PRIME: unparse_suffix(writer, node, "'"); break;
  case NODE_TRANSPOSE: unparse_suffix(writer, node, "ᵀ"); break;
  case NODE_INVERSE: unparse_suffix(writer, node, "⁻¹"); break;
  case NODE_FACTORIAL: unparse_suffix(writer, node, "!"); break;
  case NODE_NABLA: unparse_nabla(writer, node); break;
  case NODE_NORM: put_norm(writer, node); break;
  case NODE_ROOT: unparse_root(writer, node); break;
  case NODE_NEGATE:
    text_string(writer->out, "-");
    unparse_put(writer, node->child[0], POWER_IMPLICIT);
    break;
  case NODE_PLUS:
    text_string(writer->out, "+");
    unparse_put(writer, node->child[0], POWER_IMPLICIT);
    break;
  case NODE_NOT:
    text_string(writer->out, "not ");
    unparse_put(writer, node->child[0], POWER_NOT);
    break;
  case NODE_BINARY: put_binary(writer, node); break;
  case NODE_IMPLICIT:
    if (node->op) unparse_prime_call(writer, node);
    else unparse_product(writer, node, false);
    break;
  case NODE_RANGE: put_range(writer, node); break;
  case NODE_COMPARE: put_compare(writer, node); break;
  case NODE_AND: put_joined(writer, node, " and "); break;
  case NODE_OR: put_joined(writer, node, " or "); break;
  case NODE_PIPE: put_joined(writer, node, " |> "); break;
  case NODE_TILDE: put_joined(writer, node, " ~ "); break;
  case NODE_CLAUSE: unparse_clause(writer, node); break;
  case NODE_DO:
    text_string(writer->out, "do");
    unparse_block(writer, node->child[0]);
    text_string(writer->out, "end");
    break;
  default: unparse_statement(writer, node);
  }
}

static bool clause_name(const Node *node) {
  return node->kind == NODE_NAME &&
         (strcmp(node->symbol->name, "over") == 0 || strcmp(node->symbol->name, "from") == 0 ||
          strcmp(node->symbol->name, "using") == 0);
}

void unparse_put(Writer *writer, const Node *node, Power least) {
  bool group = writer->keep_groups && node->grouped && unparse_power_of(node) == POWER_SUM;
  /* a plus may not begin a statement: it always stands in ( ) */
  bool plus = node->kind == NODE_PLUS && least > POWER_NONE;
  /* behind the operand of a clause form these names would be its words */
  bool word =
      writer->in_clause && node->kind == NODE_IMPLICIT && !node->op && clause_name(node->child[1]);
  if (unparse_power_of(node) < least || group || plus || word) {
    unparse_wrap(writer, node);
    return;
  }
  put_expression(writer, node);
}

void unparse(const Node *node, const Source *source, Text *out) {
  (void)source; /* numbers carry their spelling */
  Writer writer = {.out = out};
  unparse_statement(&writer, node);
}
