/* ast.c - trees, their names, and the s-expressions that tests compare.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/ast.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const operator_spelling[OPERATOR_COUNT] = {
#define OPERATOR_SPELLING(name, spelling) spelling,
    OPERATORS(OPERATOR_SPELLING)
#undef OPERATOR_SPELLING
};

const char *const node_kind_name[NODE_KIND_COUNT] = {
#define NODE_NAME(name) #name,
    NODE_KINDS(NODE_NAME)
#undef NODE_NAME
};

Tree *tree_new(Source *source) {
  Tree *tree = memory_new_zeroed(1, sizeof *tree);
  tree->source = source_keep(source);
  tree->references = 1;
  return tree;
}

Tree *tree_keep(Tree *tree) {
  assert(tree->references > 0);
  tree->references++;
  return tree;
}

void tree_release(Tree *tree) {
  if (!tree) return;
  assert(tree->references > 0);
  if (--tree->references) return;
  arena_free(&tree->arena);
  source_release(tree->source);
  free(tree);
}

Node *node_new(Tree *tree, NodeKind kind, Span span, uint32_t count) {
  assert(kind < NODE_KIND_COUNT);
  Node *node = arena_new(&tree->arena, sizeof *node);
  node->kind = kind;
  node->span = span;
  node->count = count;
  if (count) node->child = arena_new(&tree->arena, count * sizeof *node->child);
  return node;
}

static void dump_string(const char *text, size_t length, Text *out) {
  text_string(out, " \"");
  for (size_t at = 0; at < length; at++) {
    char byte = text[at];
    if (byte == '\n') text_string(out, "\\n");
    else if (byte == '"' || byte == '\\') text_format(out, "\\%c", byte);
    else text_append(out, &byte, 1);
  }
  text_string(out, "\"");
}

static void dump_number(double number, Text *out) {
  char digits[40];
  snprintf(digits, sizeof digits, "%.15g", number);
  if (strtod(digits, NULL) != number) snprintf(digits, sizeof digits, "%.17g", number);
  text_format(out, " %s", digits);
}

/* What stands between a node's kind and its children. */
static void dump_fields(const Node *node, Text *out) {
  switch (node->kind) {
  case NODE_NUMBER:
  case NODE_IMAGINARY:
  case NODE_BOOLEAN: dump_number(node->number, out); break;
  case NODE_NABLA: text_format(out, " %g", node->number); break;
  case NODE_BINARY:
  case NODE_UPDATE: text_format(out, " %s", operator_spelling[node->op]); break;
  case NODE_COMPARE:
    for (uint32_t i = 0; i + 1 < node->count; i++)
      text_format(out, " %s", operator_spelling[node->operators[i]]);
    break;
  case NODE_IMPLICIT:
    if (node->op) text_string(out, " call");
    break;
  case NODE_TEXT: dump_string(node->text, node->length, out); break;
  case NODE_FORMAT:
  case NODE_DEFINE:
    text_format(out, "%s%s", node->symbol ? " " : "", node->symbol ? node->symbol->name : "");
    if (node->length) dump_string(node->text, node->length, out);
    break;
  default:
    if (node->symbol) text_format(out, " %s", node->symbol->name);
  }
}

void ast_dump(const Node *node, Text *out) {
  if (!node) {
    text_string(out, "-");
    return;
  }
  text_format(out, "(%s", node_kind_name[node->kind]);
  dump_fields(node, out);
  for (uint32_t i = 0; i < node->count; i++) {
    text_string(out, " ");
    ast_dump(node->child[i], out);
  }
  text_string(out, ")");
}

bool node_uses(const Node *node, const Symbol *name) {
  if (!node) return false;
  if (node->kind == NODE_NAME) return node->symbol == name;
  for (uint32_t k = 0; k < node->count; k++)
    if (node_uses(node->child[k], name)) return true;
  return false;
}
