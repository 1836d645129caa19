/* typeset_definition.c - definitions, lambdas and clause forms as LaTeX.
 *
 * What has no notation on paper, a body with loops, is a listing of the source.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "syntax/typesetter.h"
#include "syntax/unparse.h"

static void string(Typesetter *ts, const char *text) { text_string(ts->out, text); }

/* ---- clause forms ---- */

static void put_constraint(Typesetter *ts, const Node *node) {
  if (node->kind != NODE_GENERATED) {
    typeset_put(ts, node, BOND_NONE);
    return;
  }
  typeset_put(ts, node->child[0], BOND_NONE);
  const Node *generator = node->child[1];
  for (uint32_t i = 0; i < generator->count; i++) {
    if (!generator->child[i]) continue;
    string(ts, i ? ",\\; " : " \\quad (");
    if (generator->child[i]->kind == NODE_BIND) typeset_membership(ts, generator->child[i]);
    else typeset_put(ts, generator->child[i], BOND_NONE);
  }
  string(ts, ")");
}

/* The problem; where a search starts and how it goes is no part of it. */
void typeset_clause(Typesetter *ts, const Node *node) {
  const char *head = node->symbol->key, *word = strncmp(head, "arg", 3) == 0 ? head + 3 : NULL;
  if (word) text_format(ts->out, "\\operatorname*{arg\\,%s}_{", word);
  else text_format(ts->out, "\\operatorname*{%s}_{", head);
  const Node *variables = node->child[1];
  for (uint32_t i = 0; i < variables->count; i++) {
    const Node *over = variables->child[i]->child[0];
    string(ts, i ? ",\\, " : "");
    typeset_name(variables->child[i]->symbol->key, ts->out);
    if (!over) continue;
    string(ts, " \\in ");
    typeset_put(ts, over, BOND_SUM);
  }
  string(ts, "} \\; ");
  typeset_put(ts, node->child[0], BOND_COMPARE);
  const Node *constraints = node->child[3];
  for (uint32_t i = 0; constraints && i < constraints->count; i++) {
    string(ts, i ? ",\\; " : " \\quad \\text{s.t.} \\quad ");
    put_constraint(ts, constraints->child[i]);
  }
}

/* ---- functions ---- */

/* A statement has no notation: its lines as they are typed. */
void typeset_listing(Typesetter *ts, const Node *node) {
  Text text = {0};
  unparse(node, NULL, &text);
  string(ts, "\\begin{array}{l}");
  for (const char *line = text.bytes; line;) {
    size_t length = strcspn(line, "\n"), indent = strspn(line, " ");
    string(ts, line == text.bytes ? " \\texttt{" : " \\\\ \\texttt{");
    text_repeat(ts->out, '~', indent);
    typeset_text(line + indent, length - indent, ts->out);
    string(ts, "}");
    line = line[length] ? line + length + 1 : NULL;
  }
  string(ts, " \\end{array}");
  text_free(&text);
}

/* The names and values of a body that only names parts of the value it ends in; false for others.
 */
static bool only_names_parts(const Node *body) {
  if (body->kind != NODE_DO) return false;
  const Node *block = body->child[0];
  for (uint32_t i = 0; i + 1 < block->count; i++) {
    const Node *statement = block->child[i];
    if (statement->kind != NODE_ASSIGN || statement->count != 2) return false;
    const Node *targets = statement->child[0];
    if (targets->count != 1 || targets->child[0]->kind != NODE_NAME) return false;
    for (uint32_t j = 0; j < i; j++)
      if (block->child[j]->child[0]->child[0]->symbol == targets->child[0]->symbol) return false;
  }
  return block->count > 0 && block->child[block->count - 1]->kind < NODE_DO;
}

static bool is_parameter(const Node *function, const Symbol *name) {
  for (uint32_t i = 0; i + 1 < function->count; i++)
    if (function->child[i]->symbol == name) return true;
  return false;
}

/* Whether the function's body has a formula. */
static bool has_formula(const Node *function) {
  const Node *body = function->child[function->count - 1];
  if (body->kind != NODE_DO) return true;
  if (!only_names_parts(body)) return false;
  for (uint32_t i = 0; i + 1 < body->child[0]->count; i++)
    if (is_parameter(function, body->child[0]->child[i]->child[0]->child[0]->symbol)) return false;
  return true;
}

/* Behind a = a condition stands in ( ). */
static void put_right_side(Typesetter *ts, const Node *value) {
  Bond bond = typeset_bond(ts, value);
  typeset_put(ts, value, bond == BOND_NONE ? BOND_NONE : BOND_SUM);
}

/* value \quad \text{where} \quad a = …, b = … */
static void put_body(Typesetter *ts, const Node *body) {
  if (body->kind != NODE_DO) {
    put_right_side(ts, body);
    return;
  }
  const Node *block = body->child[0];
  put_right_side(ts, block->child[block->count - 1]);
  if (block->count == 1) return;
  string(ts, " \\quad \\text{where} \\quad \\begin{aligned} ");
  for (uint32_t i = 0; i + 1 < block->count; i++) {
    if (i) string(ts, " \\\\ ");
    typeset_put(ts, block->child[i]->child[0]->child[0], BOND_NONE);
    string(ts, " &= ");
    put_right_side(ts, block->child[i]->child[1]);
  }
  string(ts, " \\end{aligned}");
}

static void put_parameter(Typesetter *ts, const Node *node, bool with_set) {
  typeset_name(node->symbol->key, ts->out);
  if (with_set && node->child[0]) {
    string(ts, " \\in ");
    typeset_put(ts, node->child[0], BOND_SUM);
  }
  if (!node->child[1]) return;
  string(ts, " = ");
  typeset_put(ts, node->child[1], BOND_OR);
}

static void put_parameters(Typesetter *ts, const Node *node, bool with_sets) {
  for (uint32_t i = 0; i + 1 < node->count; i++) {
    if (i) string(ts, ", ");
    put_parameter(ts, node->child[i], with_sets);
  }
}

void typeset_lambda(Typesetter *ts, const Node *node) {
  if (!has_formula(node)) {
    typeset_listing(ts, node);
    return;
  }
  size_t at = ts->out->length;
  bool bare = node->count == 2 && !node->child[0]->child[1];
  put_parameters(ts, node, true);
  if (!bare) typeset_fence(ts, at, "(", ")");
  string(ts, " \\mapsto ");
  const Node *body = node->child[node->count - 1];
  if (body->kind == NODE_DO) put_body(ts, body);
  else typeset_put(ts, body, BOND_NONE);
}

/* f(w) = …, \quad w \in \mathbb{R}^{3} */
void typeset_define(Typesetter *ts, const Node *node) {
  if (!has_formula(node)) {
    typeset_listing(ts, node);
    return;
  }
  typeset_name(node->symbol->key, ts->out);
  size_t at = ts->out->length;
  put_parameters(ts, node, false);
  typeset_fence(ts, at, "(", ")");
  string(ts, " = ");
  put_body(ts, node->child[node->count - 1]);
  for (uint32_t i = 0; i + 1 < node->count; i++) {
    const Node *parameter = node->child[i];
    if (!parameter->child[0]) continue;
    string(ts, ", \\quad ");
    typeset_name(parameter->symbol->key, ts->out);
    string(ts, " \\in ");
    typeset_put(ts, parameter->child[0], BOND_SUM);
  }
}
