/* fuzz_parse.c - any bytes through the parser: what parses is written as text and read again.
 *
 * The second tree equals the first, and its text is the first one's: unparse's promise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "syntax/parser.h"
#include "syntax/unparse.h"

static Tree *read_tree(SymbolTable *symbols, const char *bytes, size_t length) {
  Source *source = source_new("", bytes, length);
  Tree *tree = NULL;
  Report report = {0};
  if (parse(source, symbols, &tree, &report) != PARSE_OK) {
    Text text = {0};
    report_render(&report, true, &text);
    FUZZ_CHECK(text.length > 0, "a text that is refused without a word");
    text_free(&text);
    report_clear(&report);
  }
  source_release(source);
  return tree;
}

/* The comment above a definition is its help, and no part of what it is. */
static void forget_comments(Node *node) {
  if (!node) return;
  if (node->kind == NODE_DEFINE) node->length = 0;
  for (uint32_t i = 0; i < node->count; i++) forget_comments(node->child[i]);
}

static void write_tree(const Tree *tree, Text *canonical, Text *dump) {
  text_string(canonical, "");
  unparse(tree->program, tree->source, canonical);
  forget_comments(tree->program);
  ast_dump(tree->program, dump);
}

static void check_round_trip(SymbolTable *symbols, const Tree *tree) {
  Text canonical[2] = {0}, dump[2] = {0};
  write_tree(tree, &canonical[0], &dump[0]);
  Tree *second = read_tree(symbols, canonical[0].bytes, canonical[0].length);
  FUZZ_CHECK(second, "unparse wrote what does not parse:\n%s", canonical[0].bytes);
  write_tree(second, &canonical[1], &dump[1]);
  FUZZ_CHECK(strcmp(dump[0].bytes, dump[1].bytes) == 0, "the tree\n%s\nbecame\n%s\nas\n%s",
             dump[0].bytes, dump[1].bytes, canonical[0].bytes);
  FUZZ_CHECK(strcmp(canonical[0].bytes, canonical[1].bytes) == 0, "the text\n%s\nbecame\n%s",
             canonical[0].bytes, canonical[1].bytes);
  tree_release(second);
  for (int i = 0; i < 2; i++) {
    text_free(&canonical[i]);
    text_free(&dump[i]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SymbolTable symbols = {0};
  Tree *tree = read_tree(&symbols, (const char *)data, size);
  if (tree) check_round_trip(&symbols, tree);
  tree_release(tree);
  symbol_table_free(&symbols);
  return 0;
}
