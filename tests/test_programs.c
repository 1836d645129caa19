/* test_programs.c - random programs, printed, read again and compared as trees.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "programs.h"
#include "syntax/parser.h"
#include "syntax/unparse.h"

static Tree *tree_or_null(SymbolTable *symbols, const char *text, Text *why) {
  Source *source = source_new("", text, strlen(text));
  Tree *tree = NULL;
  Report report = {0};
  if (parse(source, symbols, &tree, &report) != PARSE_OK) {
    tree = NULL;
    report_render(&report, false, why);
    report_clear(&report);
  }
  source_release(source);
  return tree;
}

static void count_kinds(const Node *node, size_t *seen) {
  if (!node) return;
  seen[node->kind]++;
  for (uint32_t k = 0; k < node->count; k++) count_kinds(node->child[k], seen);
}

/* The printed text has the same tree and prints the same. */
static void expect_same_tree(SymbolTable *symbols, const Tree *tree, const char *typed) {
  Text printed = {0}, again = {0}, before = {0}, after = {0}, why = {0};
  unparse(tree->program, tree->source, &printed);
  Tree *second = tree_or_null(symbols, printed.bytes, &why);
  cr_expect(second, "%s\nprinted as\n%s\n%s", typed, printed.bytes, why.bytes);
  if (second) {
    ast_dump(tree->program, &before);
    ast_dump(second->program, &after);
    unparse(second->program, second->source, &again);
    cr_expect_str_eq(after.bytes, before.bytes, "%s\nprinted as\n%s", typed, printed.bytes);
    cr_expect_str_eq(again.bytes, printed.bytes, "%s", typed);
    tree_release(second);
  }
  text_free(&printed);
  text_free(&again);
  text_free(&before);
  text_free(&after);
  text_free(&why);
}

/* [display-9] of every form */
Test(programs, ten_thousand_print_as_they_mean) {
  enum { PROGRAMS = 10000, EACH_KIND = 20 };
  SymbolTable symbols = {0};
  Chance chance = {.state = 7};
  size_t seen[NODE_KIND_COUNT] = {0}, accepted = 0;
  while (accepted < PROGRAMS) {
    Text typed = {0}, why = {0};
    text_string(&typed, chance_below(&chance, 2) ? "h(x) = " : "y = ");
    random_form(&chance, forms[chance_below(&chance, COUNT(forms))], 0, &typed);
    Tree *tree = tree_or_null(&symbols, typed.bytes, &why);
    if (tree) { /* what the grammar refuses has no tree to print */
      accepted++;
      count_kinds(tree->program, seen);
      expect_same_tree(&symbols, tree, typed.bytes);
      tree_release(tree);
    }
    text_free(&typed);
    text_free(&why);
  }
  for (int k = 0; k < NODE_KIND_COUNT; k++)
    if (k != NODE_CLEAR && k != NODE_CONTINUE && k != NODE_DOT) /* statements; in formulas alone */
      cr_expect(seen[k] >= EACH_KIND, "%s was met %zu times only", node_kind_name[k], seen[k]);
  symbol_table_free(&symbols);
}
