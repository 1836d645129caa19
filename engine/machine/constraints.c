/* constraints.c - comparisons turned into differences.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/constraints.h"

typedef struct Lowering {
  Tree *tree;
  Node *list; /* TUPLE; NULL while counting */
  uint32_t count;
  const Node *wrong;
  const char *why;
} Lowering;

static void refuse(Lowering *l, const Node *node, const char *why) {
  if (l->wrong) return;
  l->wrong = node;
  l->why = why;
}

static Node *difference(Lowering *l, const Node *left, const Node *right, Operator op, Span span) {
  bool turned = op == OP_GREATER_EQUAL;
  Node *node = node_new(l->tree, NODE_BINARY, span, 2);
  node->op = OP_SUBTRACT;
  node->child[0] = (Node *)(uintptr_t)(turned ? right : left);
  node->child[1] = (Node *)(uintptr_t)(turned ? left : right);
  return node;
}

/* A comparison keeps its place in a wrapper that carries what kind it is: PLUS changes nothing. */
static void add(Lowering *l, Node *body, bool equality, Span span) {
  if (l->list) {
    Node *wrapper = node_new(l->tree, NODE_PLUS, span, 1);
    wrapper->child[0] = body;
    wrapper->op = equality;
    l->list->child[l->count] = wrapper;
  }
  l->count++;
}

static bool is_constraint(Lowering *l, const Node *compare, Operator op) {
  switch (op) {
    case OP_EQUAL: case OP_LESS_EQUAL: case OP_GREATER_EQUAL: return true;
    case OP_LESS: case OP_GREATER:
      refuse(l, compare, "a smallest value over a set without its edge need not exist: write <= or >=");
      return false;
    case OP_DOT_LESS_EQUAL: case OP_DOT_GREATER_EQUAL: case OP_DOT_EQUAL:
      refuse(l, compare, "constraints on arrays hold entry by entry anyway: leave out the dot");
      return false;
    default: refuse(l, compare, "a constraint is an equation == or an inequality <= or >="); return false;
  }
}

static void lower_compare(Lowering *l, const Node *n) {
  for (uint32_t i = 0; i + 1 < n->count; i++) {
    Operator op = (Operator)n->operators[i];
    if (!is_constraint(l, n, op)) return;
    Span span = {n->child[i]->span.start, n->child[i + 1]->span.end};
    Node *body = l->list ? difference(l, n->child[i], n->child[i + 1], op, span) : NULL;
    add(l, body, op == OP_EQUAL, span);
  }
}

/* g_i(w) <= 0 for i in 1:3: the differences as one array. */
static void lower_generated(Lowering *l, const Node *n) {
  const Node *compare = n->child[0];
  if (compare->kind != NODE_COMPARE) {
    refuse(l, compare, "a constraint is an equation == or an inequality <= or >=");
    return;
  }
  for (uint32_t i = 0; i + 1 < compare->count; i++) {
    Operator op = (Operator)compare->operators[i];
    if (!is_constraint(l, compare, op)) return;
    Node *each = NULL;
    if (l->list) {
      each = node_new(l->tree, NODE_COMPREHENSION, n->span, 2);
      each->child[0] = difference(l, compare->child[i], compare->child[i + 1], op, compare->span);
      each->child[1] = n->child[1];
    }
    add(l, each, op == OP_EQUAL, n->span);
  }
}

static void lower(Lowering *l, const Node *n) {
  switch (n->kind) {
    case NODE_COMPARE: lower_compare(l, n); break;
    case NODE_GENERATED: lower_generated(l, n); break;
    case NODE_AND:
      lower(l, n->child[0]);
      lower(l, n->child[1]);
      break;
    default: refuse(l, n, "a constraint is an equation == or an inequality <= or >=");
  }
}

Node *constraints_lower(Tree *tree, const Node *constraints, const Node **wrong, const char **why) {
  Lowering l = {.tree = tree};
  for (uint32_t i = 0; i < constraints->count; i++) lower(&l, constraints->child[i]);
  if (!l.wrong) {
    l.list = node_new(tree, NODE_TUPLE, constraints->span, l.count);
    l.count = 0;
    for (uint32_t i = 0; i < constraints->count; i++) lower(&l, constraints->child[i]);
  }
  *wrong = l.wrong;
  *why = l.why;
  return l.wrong ? NULL : l.list;
}

/* ---- what to write instead ---- */

static void append(Text *text, const Source *source, const Node *node) {
  text_append(text, source->text + node->span.start, node->span.end - node->span.start);
}

/* x < 1 with its edge: x <= 1. */
static bool with_edge(Text *text, const Source *source, const Node *compare) {
  bool strict = false;
  for (uint32_t i = 0; i < compare->count; i++) {
    Operator op = i ? (Operator)compare->operators[i - 1] : OP_EQUAL;
    strict = strict || op == OP_LESS || op == OP_GREATER;
    if (i) text_format(text, " %s ", op == OP_LESS ? "<=" : op == OP_GREATER ? ">=" : operator_spelling[op]);
    append(text, source, compare->child[i]);
  }
  return strict;
}

/* x in [1, 2], x in 1:2: 1 <= x <= 2. */
static bool as_interval(Text *text, const Source *source, const Node *compare) {
  if (compare->count != 2 || compare->operators[0] != OP_IN) return false;
  const Node *set = compare->child[1];
  bool row = set->kind == NODE_ARRAY && set->count == 1 && set->child[0]->count == 2;
  bool range = set->kind == NODE_RANGE && !set->child[2];
  if (!row && !range) return false;
  const Node *const *end = (const Node *const *)(row ? set->child[0]->child : set->child);
  append(text, source, end[0]);
  text_string(text, " <= ");
  append(text, source, compare->child[0]);
  text_string(text, " <= ");
  append(text, source, end[1]);
  return true;
}

/* (x >= 1, x <= 2), [x >= 1, x <= 2]: the constraints without the brackets. */
static bool without_brackets(Text *text, const Source *source, const Node *list) {
  bool all = list->count > 0;
  for (uint32_t i = 0; i < list->count; i++) {
    all = all && list->child[i]->kind == NODE_COMPARE;
    if (i) text_string(text, ", ");
    append(text, source, list->child[i]);
  }
  return all;
}

void constraints_advise(Report *report, const Source *source, const Node *wrong) {
  enum { LONGEST = 120 };
  Text text = {0};
  uint32_t length = wrong->span.end - wrong->span.start;
  if (length > LONGEST) return;
  text_string(&text, "");
  bool row = wrong->kind == NODE_ARRAY && wrong->count == 1;
  if (wrong->kind == NODE_COMPARE && as_interval(&text, source, wrong)) {
    report_advise(report, "%s", text.bytes);
  } else if (wrong->kind == NODE_COMPARE) {
    if (with_edge(&text, source, wrong)) report_advise(report, "%s", text.bytes);
  } else if (wrong->kind == NODE_TUPLE || row) {
    if (without_brackets(&text, source, row ? wrong->child[0] : wrong)) report_advise(report, "s.t. %s", text.bytes);
  } else if (wrong->kind != NODE_OR && wrong->kind != NODE_NOT && wrong->kind != NODE_BOOLEAN && wrong->kind != NODE_STRING) {
    append(&text, source, wrong);
    report_advise(report, "%s <= 0", text.bytes);
    report_advise(report, "%s == 0", text.bytes);
  }
  text_free(&text);
}
