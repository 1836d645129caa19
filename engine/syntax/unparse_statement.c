/* unparse_statement.c - functions, clause forms, blocks and statements as text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/unparser.h"

/* ---- functions and clause forms ---- */

void unparse_set(Writer *writer, const Node *set) {
  text_string(writer->out, "R");
  if (!set->count) return;
  bool plain = set->count == 1 &&
               ((set->child[0]->kind == NODE_NUMBER && !unparse_negative(set->child[0])) ||
                set->child[0]->kind == NODE_NAME);
  text_string(writer->out, plain ? "^" : "^(");
  for (uint32_t i = 0; i < set->count; i++) {
    if (i) text_string(writer->out, ",");
    unparse_put(writer, set->child[i], POWER_SUM);
  }
  if (!plain) text_string(writer->out, ")");
}

static void put_parameter(Writer *writer, const Node *node) {
  text_string(writer->out, node->symbol->name);
  if (node->child[0]) {
    text_string(writer->out, " in ");
    unparse_set(writer, node->child[0]);
  }
  if (node->child[1]) {
    text_string(writer->out, " = ");
    unparse_put(writer, node->child[1], POWER_TILDE);
  }
}

static void put_parameters(Writer *writer, const Node *node) {
  text_string(writer->out, "(");
  for (uint32_t i = 0; i + 1 < node->count; i++) {
    if (i) text_string(writer->out, ", ");
    put_parameter(writer, node->child[i]);
  }
  text_string(writer->out, ")");
}

void unparse_lambda(Writer *writer, const Node *node) {
  const Node *first = node->child[0];
  bool bare = node->count == 2 && !first->child[0] && !first->child[1];
  if (bare) text_string(writer->out, first->symbol->name);
  else put_parameters(writer, node);
  text_string(writer->out, " -> ");
  unparse_put(writer, node->child[node->count - 1], POWER_ARROW);
}

static void put_clause_parts(Writer *writer, const Node *node) {
  text_format(writer->out, "%s ", node->symbol->name);
  unparse_put(writer, node->child[0], POWER_TILDE);
  text_string(writer->out, " over ");
  const Node *names = node->child[1];
  for (uint32_t i = 0; i < names->count; i++) {
    const Node *variable = names->child[i], *over = variable->child[0];
    text_format(writer->out, i ? ", %s" : "%s", variable->symbol->name);
    if (!over) continue;
    text_string(writer->out, " in ");
    unparse_put(writer, over, POWER_RANGE);
  }
  if (node->child[2]) {
    text_string(writer->out, " from ");
    unparse_list(writer, node->child[2], 0, node->child[2]->count, POWER_RANGE);
  }
  if (node->child[3]) {
    text_string(writer->out, " s.t. ");
    unparse_list(writer, node->child[3], 0, node->child[3]->count, POWER_OR);
  }
  const Node *method = node->child[4];
  if (!method) return;
  text_format(writer->out, " using %s", method->symbol->name);
  if (!method->count) return;
  text_string(writer->out, "(");
  unparse_list(writer, method, 0, method->count, POWER_TILDE);
  text_string(writer->out, ")");
}

void unparse_clause(Writer *writer, const Node *node) {
  bool clause = writer->in_clause;
  writer->in_clause = true;
  put_clause_parts(writer, node);
  writer->in_clause = clause;
}

/* ---- statements ---- */

static void line_break(Writer *writer) {
  if (writer->one_line) {
    text_string(writer->out, "; ");
    return;
  }
  text_string(writer->out, "\n");
  text_repeat(writer->out, ' ', 2 * (size_t)writer->indent);
}

void unparse_block(Writer *writer, const Node *block) {
  writer->indent++;
  for (uint32_t i = 0; i < block->count; i++) {
    line_break(writer);
    unparse_statement(writer, block->child[i]);
  }
  writer->indent--;
  line_break(writer);
}

static void put_if_block(Writer *writer, const Node *node) {
  text_string(writer->out, "if ");
  for (;;) {
    unparse_put(writer, node->child[0], POWER_TILDE);
    unparse_block(writer, node->child[1]);
    const Node *other = node->child[2];
    if (!other) break;
    text_string(writer->out, "else");
    if (other->kind != NODE_IF_BLOCK) {
      unparse_block(writer, other);
      break;
    }
    text_string(writer->out, "if ");
    node = other;
  }
  text_string(writer->out, "end");
}

static void put_program(Writer *writer, const Node *block) {
  for (uint32_t i = 0; i < block->count; i++) {
    if (i) line_break(writer);
    unparse_statement(writer, block->child[i]);
  }
}

/* A value that is a whole statement or a right side: a clause form needs no ( ). */
static void put_value_of(Writer *writer, const Node *node) {
  unparse_put(writer, node, node->kind == NODE_PLUS ? POWER_TILDE : POWER_NONE);
}

void unparse_statement(Writer *writer, const Node *node) {
  switch (node->kind) {
  case NODE_BLOCK: put_program(writer, node); break;
  case NODE_DEFINE:
    text_string(writer->out, node->symbol->name);
    put_parameters(writer, node);
    text_string(writer->out, " = ");
    put_value_of(writer, node->child[node->count - 1]);
    break;
  case NODE_ASSIGN:
    unparse_list(writer, node->child[0], 0, node->child[0]->count, POWER_POSTFIX);
    text_string(writer->out, " = ");
    if (node->count == 2) put_value_of(writer, node->child[1]);
    else unparse_list(writer, node, 1, node->count, POWER_TILDE);
    break;
  case NODE_UPDATE:
    unparse_put(writer, node->child[0], POWER_POSTFIX);
    text_format(writer->out, " %s= ", operator_spelling[node->op]);
    unparse_put(writer, node->child[1], POWER_TILDE);
    break;
  case NODE_FOR:
    text_string(writer->out, "for ");
    unparse_bind(writer, node->child[0]);
    unparse_block(writer, node->child[1]);
    text_string(writer->out, "end");
    break;
  case NODE_WHILE:
    text_string(writer->out, "while ");
    unparse_put(writer, node->child[0], POWER_TILDE);
    unparse_block(writer, node->child[1]);
    text_string(writer->out, "end");
    break;
  case NODE_IF_BLOCK: put_if_block(writer, node); break;
  case NODE_RETURN:
    text_string(writer->out, node->child[0] ? "return " : "return");
    if (node->child[0]) put_value_of(writer, node->child[0]);
    break;
  case NODE_CLEAR:
    text_string(writer->out, "clear ");
    text_string(writer->out, node->symbol->name);
    break;
  case NODE_BREAK: text_string(writer->out, "break"); break;
  case NODE_CONTINUE: text_string(writer->out, "continue"); break;
  case NODE_ROW: unparse_list(writer, node, 0, node->count, POWER_TILDE); break;
  case NODE_BIND: unparse_bind(writer, node); break;
  case NODE_PARAMETER: put_parameter(writer, node); break;
  case NODE_VARIABLES:
  case NODE_STARTS:
  case NODE_CONSTRAINTS:
  case NODE_TARGETS: unparse_list(writer, node, 0, node->count, POWER_TILDE); break;
  case NODE_VARIABLE:
  case NODE_USING: text_string(writer->out, node->symbol->name); break;
  case NODE_GENERATOR:
  case NODE_ARM: break; /* only inside their parents */
  default: put_value_of(writer, node);
  }
}
