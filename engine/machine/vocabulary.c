/* vocabulary.c - every word and sign of the language, one a line behind what it is: a loop over the
 * tables of the lexer, the parser and the session.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "machine/library.h"
#include "machine/session.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"

static const char *word_class(uint8_t kind) {
  switch (kind) {
  case TOKEN_OPERATOR:
  case TOKEN_AND:
  case TOKEN_OR:
  case TOKEN_NOT: return "word_operator";
  case TOKEN_TRUE:
  case TOKEN_FALSE: return "boolean";
  default: return "keyword";
  }
}

static const char *sign_class(uint8_t kind) {
  if (kind == TOKEN_COMMA || kind == TOKEN_SEMICOLON) return "separator";
  return kind >= TOKEN_LEFT_PAREN && kind <= TOKEN_RIGHT_BRACE ? "bracket" : "operator";
}

static void list_words(const char *class, const char *const *word, Text *out) {
  for (; *word; word++) text_format(out, "%s %s\n", class, *word);
}

static void list_letters(const char *class, const GreekLetter *row, Text *out) {
  for (; row->word; row++) text_format(out, "%s %s %s\n", class, row->word, row->letter);
}

/* What is there without the user: functions and constants. */
static void list_builtins(Session *s, Text *out) {
  for (uint32_t i = 0; i < s->symbols.count && i < s->binding_count; i++) {
    const char *name = s->symbols.symbol[i]->name;
    ValueKind kind = s->binding[i].builtin.kind;
    if (kind == VALUE_NOTHING || name[strlen(name) - 1] == '_') continue;
    text_format(out, "%s %s\n", kind == VALUE_FUNCTION ? "builtin" : "constant", name);
  }
}

void mml_vocabulary(Mml *mml) {
  library_load_all((Session *)mml);
  Session *s = (Session *)mml;
  Text out = {0};
  for (const LexerWord *row = lexer_words; row->spelling; row++)
    text_format(&out, "%s %s\n", word_class(row->kind), row->spelling);
  for (const LexerWord *row = lexer_signs; row->spelling; row++)
    if (row->op != OP_IN || strcmp(row->spelling, "in") != 0) /* a word, listed above */
      text_format(&out, "%s %s\n", sign_class(row->kind), row->spelling);
  for (const ForeignSign *row = foreign_signs; row->sign; row++)
    text_format(&out, "foreign %s\n", row->sign);
  list_words("head", parser_head_words, &out);
  list_words("clause", parser_clause_words, &out);
  list_builtins(s, &out);
  list_letters("greek", greek_letters, &out);
  list_letters("variant", letter_variants, &out);
  if (s->host.print) s->host.print(s->host.context, out.bytes, out.length);
  text_free(&out);
}
