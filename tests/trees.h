/* trees.h - trees for tests: read from text, spelled, and found to be as simple as they get.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_TREES_H
#define MML_TESTS_TREES_H

#include <criterion/criterion.h>
#include <string.h>

#include "calculus/symbolic.h"
#include "syntax/parser.h"
#include "syntax/unparse.h"

typedef ParseStatus (*Reader)(Source *source, SymbolTable *symbols, Tree **tree, Report *report);

/* The tree of [text]; where [reader] refuses it the test has failed and this is NULL. */
static inline Tree *tree_read(Reader reader, SymbolTable *symbols, const char *text) {
  Source *source = source_new("", text, strlen(text));
  Tree *tree = NULL;
  Report report;
  if (reader(source, symbols, &tree, &report) != PARSE_OK) {
    Text out = {0};
    report_render(&report, false, &out);
    cr_expect_fail("%s: %s", text, out.bytes);
    text_free(&out);
    report_clear(&report);
  }
  source_release(source);
  return tree;
}

static inline Tree *program_tree(SymbolTable *symbols, const char *text) {
  return tree_read(parse, symbols, text);
}

static inline Tree *expression_tree(SymbolTable *symbols, const char *text) {
  return tree_read(parse_expression, symbols, text);
}

static inline const Node *expression_of(const Tree *tree) { return tree->program->child[0]; }

static inline const Symbol *name_x(SymbolTable *symbols) { return symbol_intern(symbols, "x", 1); }

static inline void spell(const Tree *tree, const Node *node, Text *out) {
  text_free(out);
  unparse(node, tree->source, out);
}

/* The formula reads back as the tree it was printed from, and simplifying it changes nothing. */
static inline void expect_settled(SymbolTable *symbols, Tree *tree, const Node *formula) {
  Text text = {0}, dump = {0}, other = {0};
  spell(tree, formula, &text);
  ast_dump(formula, &dump);
  Tree *again = expression_tree(symbols, text.bytes);
  if (again) {
    ast_dump(expression_of(again), &other);
    cr_expect_str_eq(other.bytes, dump.bytes, "%s is read as another tree", text.bytes);
    text_free(&other);
    const Node *simple = symbolic_simplify(again, symbols, expression_of(again));
    ast_dump(simple, &other);
    if (strcmp(other.bytes, dump.bytes) != 0) {
      Text changed = {0};
      spell(again, simple, &changed);
      cr_expect_fail("%s becomes %s when simplified again", text.bytes, changed.bytes);
      text_free(&changed);
    }
    tree_release(again);
  }
  text_free(&text);
  text_free(&dump);
  text_free(&other);
}

#endif
