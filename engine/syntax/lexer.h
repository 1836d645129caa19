/* lexer.h - text to tokens.
 *
 * The whole source is cut into one vector, so that the parser can look ahead; an opening bracket
 * knows its partner. The first thing that is no token at all becomes one TOKEN_ERROR and ends the
 * vector: what is wrong with it is in the report and is told only when the parser gets there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LEXER_H
#define MML_LEXER_H

#include <stdbool.h>
#include <stdint.h>

#include "syntax/report.h"
#include "syntax/source.h"

/* Kind, what an error message calls it (the text of the token if empty). */
#define TOKEN_KINDS(X)                                                                             \
  X(END, "the end of the text")                                                                    \
  X(NEWLINE, "the end of the line")                                                                \
  X(SEMICOLON, "")                                                                                 \
  X(COMMA, "")                                                                                     \
  X(NUMBER, "the number ")    /* .number; 30deg in radians */                                      \
  X(IMAGINARY, "the number ") /* .number */                                                        \
  X(NAME, "the name ")                                                                             \
  X(OPERATOR, "") /* .op, an Operator; `in` too */                                                 \
  X(UPDATE, "")   /* .op: += -= *= /= ^= */                                                        \
  X(ASSIGN, "")                                                                                    \
  X(ARROW, "")                                                                                     \
  X(PIPE, "")                                                                                      \
  X(TILDE, "")                                                                                     \
  X(COLON, "")                                                                                     \
  X(DOT, "")                                                                                       \
  X(PRIME, "")                                                                                     \
  X(BANG, "")                                                                                      \
  X(SUPERSCRIPT, "the superscript ") /* .number */                                                 \
  X(TRANSPOSE, "the superscript ")                                                                 \
  X(INVERSE, "the superscript ")                                                                   \
  X(ROOT, "")                                                                                      \
  X(NABLA, "")                                                                                     \
  X(BAR, "") /* ‖, opening or closing */                                                         \
  X(LEFT_PAREN, "")                                                                                \
  X(RIGHT_PAREN, "")                                                                               \
  X(LEFT_BRACKET, "")                                                                              \
  X(RIGHT_BRACKET, "")                                                                             \
  X(LEFT_BRACE, "")                                                                                \
  X(RIGHT_BRACE, "")                                                                               \
  X(LEFT_QUOTE, "a string") /* then TEXT and LEFT_HOLE … RIGHT_HOLE tokens, then RIGHT_QUOTE */  \
  X(RIGHT_QUOTE, "the end of a string")                                                            \
  X(TEXT, "text") /* raw bytes of a string, escapes and all */                                     \
  X(LEFT_HOLE, "{ in a string")                                                                    \
  X(RIGHT_HOLE, "the } of a string")                                                               \
  X(FORMAT, "the format ") /* what follows the : of a hole */                                      \
  X(IF, "")                                                                                        \
  X(THEN, "") X(ELSEIF, "") X(ELSE, "") X(STOP, "") /* STOP is the word end */                     \
      X(FOR, "") X(WHILE, "") X(DO, "") X(BREAK, "") X(CONTINUE, "") X(RETURN, "") X(AND, "")      \
          X(OR, "") X(NOT, "") X(OTHERWISE, "") X(TRUE, "") X(FALSE, "")                           \
              X(FOREIGN, "") /* a sign of another language: see foreign_signs */                   \
      X(ERROR, "")

typedef enum TokenKind {
#define TOKEN_ENUM(name, found) TOKEN_##name,
  TOKEN_KINDS(TOKEN_ENUM)
#undef TOKEN_ENUM
      TOKEN_KIND_COUNT
} TokenKind;

extern const char *const token_found[TOKEN_KIND_COUNT];

typedef struct Token {
  uint8_t kind;
  uint8_t op;     /* Operator, or the row of foreign_signs */
  bool space;     /* white space, a comment or the start of a line stands before it */
  bool word;      /* a keyword: a field name after a tight dot */
  bool separates; /* set by the parser: begins an element of a row without commas */
  Span span;
  uint32_t match; /* opening brackets and quotes: index of the partner, 0 if there is none */
  double number;
} Token;

typedef struct TokenList {
  Token *token; /* the last one is TOKEN_END or TOKEN_ERROR */
  uint32_t count, capacity;
} TokenList;

/* Keywords, and the signs of the language with all their spellings. */
typedef struct LexerWord {
  const char *spelling; /* NULL ends the table */
  uint8_t kind;         /* TokenKind */
  uint8_t op;           /* Operator, with OPERATOR and UPDATE */
} LexerWord;
extern const LexerWord lexer_words[], lexer_signs[];

/* Signs that other languages use and mml refuses. $1 and $2 in the advice are the operands. */
typedef struct ForeignSign {
  const char *sign, *message, *advice[2];
  bool loose; /* binds loosely there: the operands are the whole sides */
} ForeignSign;
extern const ForeignSign foreign_signs[]; /* ends with a NULL sign */

/* Fills [tokens] (released by lexer_free) and, if it ends in TOKEN_ERROR, *problem (report_clear).
 */
void lexer_run(Source *source, TokenList *tokens, Report *problem);
void lexer_free(TokenList *tokens);

/* Whether a name may begin with the character, or go on with it; ∞, ∑ and ∏ are names by themselves
 * and do not go on. */
bool lexer_starts_name(int32_t character);
bool lexer_continues_name(int32_t character);

#endif
