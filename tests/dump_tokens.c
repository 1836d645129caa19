/* dump_tokens.c - what the lexer and the parser take each piece of a text for: the truth that the
 * editors' grammars are tested against.
 *
 * For each file a line "file PATH parsed" or "file PATH refused", then a line "START END CLASS" for
 * each token, in bytes. Words that only the parser knows (a definition's name, the words of a
 * clause form) are told apart when the file parses.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/lexer.h"
#include "syntax/parse.h"
#include "syntax/parser.h"

typedef enum Meaning {
  MEANS_NOTHING,
  MEANS_HEAD,
  MEANS_CLAUSE,
  MEANS_CLEAR,
  MEANS_DEFINITION
} Meaning;
static const char *const meaning_class[] = {NULL, "head", "clause", "clear", "definition"};

static const char *kind_class(const Token *token) {
  switch ((TokenKind)token->kind) {
  case TOKEN_NUMBER:
  case TOKEN_IMAGINARY: return "number";
  case TOKEN_NAME: return "name";
  case TOKEN_OPERATOR: return token->word ? "word_operator" : "operator";
  case TOKEN_AND:
  case TOKEN_OR:
  case TOKEN_NOT: return "word_operator";
  case TOKEN_TRUE:
  case TOKEN_FALSE: return "boolean";
  case TOKEN_COMMA:
  case TOKEN_SEMICOLON: return "separator";
  case TOKEN_LEFT_QUOTE:
  case TOKEN_RIGHT_QUOTE: return "quote";
  case TOKEN_TEXT: return "text";
  case TOKEN_LEFT_HOLE:
  case TOKEN_RIGHT_HOLE: return "hole";
  case TOKEN_FORMAT: return "format";
  case TOKEN_FOREIGN: return "foreign";
  case TOKEN_ERROR: return "error";
  default: break;
  }
  if (token->kind >= TOKEN_LEFT_PAREN && token->kind <= TOKEN_RIGHT_BRACE) return "bracket";
  return token->word ? "keyword" : "operator";
}

static uint32_t token_from(const TokenList *tokens, uint32_t start) {
  uint32_t at = 0;
  while (tokens->token[at].span.start < start) at++;
  return at;
}

/* The words of a clause form stand where an operator could. */
static void mark_clause(const Parser *parser, const Node *node, Meaning *meaning) {
  uint32_t at = token_from(&parser->tokens, node->span.start);
  while (parser->tokens.token[at].kind != TOKEN_NAME) at++; /* ( */
  meaning[at] = MEANS_HEAD;
  for (at++; parser->tokens.token[at].span.end <= node->span.end && at + 1 < parser->tokens.count;
       at++) {
    const Token *token = &parser->tokens.token[at];
    uint32_t before = at - 1;
    while (parser->tokens.token[before].kind == TOKEN_NEWLINE) before--;
    if (!clause_word(parser, at) || !parse_ends_operand(&parser->tokens.token[before])) continue;
    uint32_t words = parse_is_word(parser, token, "s") ? 4 : 1; /* s.t. */
    for (uint32_t i = 0; i < words; i++) meaning[at + i] = MEANS_CLAUSE;
  }
}

static void mark_words(const Parser *parser, const Node *node, Meaning *meaning) {
  if (!node) return;
  uint32_t at = token_from(&parser->tokens, node->span.start);
  if (node->kind == NODE_CLAUSE) mark_clause(parser, node, meaning);
  if (node->kind == NODE_DEFINE) meaning[at] = MEANS_DEFINITION;
  if (node->kind == NODE_CLEAR) meaning[at] = MEANS_CLEAR;
  for (uint32_t i = 0; i < node->count; i++) mark_words(parser, node->child[i], meaning);
}

static bool is_field(const TokenList *tokens, uint32_t at) {
  const Token *token = &tokens->token[at];
  return at > 0 && (token->kind == TOKEN_NAME || token->word) && token[-1].kind == TOKEN_DOT &&
         !token->space && !token[-1].space;
}

/* A keyword before = is the name of an argument. */
static bool is_argument_name(const TokenList *tokens, uint32_t at) {
  return tokens->token[at].word && tokens->token[at + 1].kind == TOKEN_ASSIGN;
}

static const char *class_of(const TokenList *tokens, uint32_t at, const Meaning *meaning) {
  if (meaning[at]) return meaning_class[meaning[at]];
  if (is_field(tokens, at)) return "field";
  return is_argument_name(tokens, at) ? "name" : kind_class(&tokens->token[at]);
}

static void dump(const char *path, Source *source) {
  SymbolTable symbols = {0};
  Tree *tree = NULL;
  Report report = {0}, problem = {0};
  Parser parser = {.source = source};
  lexer_run(source, &parser.tokens, &problem);
  bool parsed = parse(source, &symbols, &tree, &report) == PARSE_OK;
  Meaning *meaning = memory_new_zeroed(parser.tokens.count, sizeof *meaning);
  if (parsed) mark_words(&parser, tree->program, meaning);
  printf("file %s %s\n", path, parsed ? "parsed" : "refused");
  for (uint32_t at = 0; at < parser.tokens.count; at++) {
    const Token *token = &parser.tokens.token[at];
    if (token->kind == TOKEN_NEWLINE || token->kind == TOKEN_END) continue;
    printf("%u %u %s\n", token->span.start, token->span.end, class_of(&parser.tokens, at, meaning));
  }
  free(meaning);
  lexer_free(&parser.tokens);
  tree_release(tree);
  report_clear(&report);
  report_clear(&problem);
  symbol_table_free(&symbols);
}

static bool dump_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  Text text = {0};
  char bytes[4096];
  text_string(&text, "");
  for (size_t count; (count = fread(bytes, 1, sizeof bytes, file)) > 0;)
    text_append(&text, bytes, count);
  fclose(file);
  Source *source = source_new(path, text.bytes, text.length);
  dump(path, source);
  source_release(source);
  text_free(&text);
  return true;
}

int main(int count, char **paths) {
  for (int i = 1; i < count; i++) {
    if (dump_file(paths[i])) continue;
    fprintf(stderr, "cannot read %s\n", paths[i]);
    return 1;
  }
  return 0;
}
