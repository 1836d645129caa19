/* lex.h - what the files of the lexer share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LEX_H
#define MML_LEX_H

#include <setjmp.h>

#include "syntax/lexer.h"

typedef struct Lexer {
  Source *source;
  const char *text;
  uint32_t length, at;
  TokenList *tokens;
  Report *problem;
  uint32_t *open; /* indexes of tokens that wait for their partner */
  uint32_t open_count, open_capacity;
  uint32_t quotes; /* how many of them are quotes */
  bool space;      /* before the next token */
  jmp_buf escape;
} Lexer;

/* Adds the token [start, at) and returns it, to be filled in. */
Token *lex_add(Lexer *lexer, TokenKind kind, uint32_t start);

/* Refuses [start, end): the report is started, the caller adds advice and calls lex_stop. */
#define lex_problem(lexer, start, end, ...)                                                        \
  report_start((lexer)->problem, (lexer)->source, (Span){(start), (end)}, __VA_ARGS__)

/* Ends the tokens with a TOKEN_ERROR that stands where the problem does. */
_Noreturn void lex_stop(Lexer *lexer);

enum { LEX_REPLACEMENT = 0xFFFD };

/* The character at [at] and its length; LEX_REPLACEMENT, 1 for a byte that is not UTF-8; 0, 0 at
 * the end. */
int32_t lex_character(const Lexer *lexer, uint32_t at, uint32_t *step);

/* The byte at [at], 0 at the end. */
char lex_byte(const Lexer *lexer, uint32_t at);

bool lex_is_digit(char byte);

/* White space within a line; spaces that a text brings along when it is pasted count. */
bool lex_is_space(int32_t character);

/* Whether the character at [at] would go on with a name. */
bool lex_continues(const Lexer *lexer, uint32_t at);

/* lexer_number.c: adds the number that starts here with a digit or a point. */
void lex_number(Lexer *lexer);

#endif
