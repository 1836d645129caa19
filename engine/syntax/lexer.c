/* lexer.c - text to tokens, by longest match.
 *
 * Strings are cut into TEXT and holes; inside a hole the ordinary rules hold, and the stack of open
 * brackets says where it ends.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/lexer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "memory.h"
#include "syntax/ast.h"
#include "syntax/lex.h"

/* Superscript signs and the characters they stand for, in the order of their value. */
static const int32_t superscript_digits[] = {0x2070, 0xB9,   0xB2,   0xB3,   0x2074,
                                             0x2075, 0x2076, 0x2077, 0x2078, 0x2079};
enum {
  SUPERSCRIPT_MINUS = 0x207B,
  SUPERSCRIPT_N = 0x207F,
  SUPERSCRIPT_T = 0x1D40,
  INFINITY_SIGN = 0x221E,
  SUM_SIGN = 0x2211,
  PRODUCT_SIGN = 0x220F
};

/* ---- state ---- */

Token *lex_add(Lexer *lexer, TokenKind kind, uint32_t start) {
  TokenList *list = lexer->tokens;
  memory_grow(list->token, list->count, list->capacity);
  Token *token = &list->token[list->count++];
  *token = (Token){.kind = (uint8_t)kind, .space = lexer->space, .span = {start, lexer->at}};
  lexer->space = false;
  return token;
}

static const Token *last(const Lexer *lexer) {
  return lexer->tokens->count ? &lexer->tokens->token[lexer->tokens->count - 1] : NULL;
}

/* What is innermost open, TOKEN_END for nothing. */
static TokenKind inside(const Lexer *lexer) {
  if (!lexer->open_count) return TOKEN_END;
  return (TokenKind)lexer->tokens->token[lexer->open[lexer->open_count - 1]].kind;
}

static void open(Lexer *lexer) {
  memory_grow(lexer->open, lexer->open_count, lexer->open_capacity);
  lexer->open[lexer->open_count++] = lexer->tokens->count - 1;
  lexer->quotes += inside(lexer) == TOKEN_LEFT_QUOTE;
}

/* The token just added closes [kind], if that is what is open. */
static void close(Lexer *lexer, TokenKind kind) {
  if (inside(lexer) != kind) return;
  lexer->quotes -= kind == TOKEN_LEFT_QUOTE;
  lexer->tokens->token[lexer->open[--lexer->open_count]].match = lexer->tokens->count - 1;
}

_Noreturn void lex_stop(Lexer *lexer) {
  lexer->at = lexer->problem->label[0].span.end;
  lex_add(lexer, TOKEN_ERROR, lexer->problem->label[0].span.start);
  longjmp(lexer->escape, 1);
}

/* ---- characters ---- */

int32_t lex_character(const Lexer *lexer, uint32_t at, uint32_t *step) {
  *step = at < lexer->length;
  if (at >= lexer->length) return 0;
  unsigned char byte = (unsigned char)lexer->text[at];
  if (byte < 0x80) return byte;
  utf8proc_int32_t character;
  utf8proc_ssize_t read = utf8proc_iterate((const utf8proc_uint8_t *)lexer->text + at,
                                           (utf8proc_ssize_t)(lexer->length - at), &character);
  if (read <= 0) return LEX_REPLACEMENT;
  *step = (uint32_t)read;
  return character;
}

char lex_byte(const Lexer *lexer, uint32_t at) {
  return at < lexer->length ? lexer->text[at] : '\0';
}

bool lex_is_digit(char byte) { return byte >= '0' && byte <= '9'; }

static bool is_subscript(int32_t character) {
  return (character >= 0x2080 && character <= 0x209C && character != 0x208F) ||
         (character >= 0x1D62 && character <= 0x1D6A) || character == 0x2C7C;
}

bool lexer_starts_name(int32_t character) {
  if (character < 0x80)
    return character == '_' || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z');
  utf8proc_category_t category = utf8proc_category(character);
  bool letter = category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
                category == UTF8PROC_CATEGORY_LT || category == UTF8PROC_CATEGORY_LO;
  return (letter && !is_subscript(character)) || character == INFINITY_SIGN ||
         character == SUM_SIGN || character == PRODUCT_SIGN;
}

bool lexer_continues_name(int32_t character) {
  if (character < 0x80)
    return lexer_starts_name(character) || (character >= '0' && character <= '9');
  if (character == INFINITY_SIGN || character == SUM_SIGN || character == PRODUCT_SIGN)
    return false;
  utf8proc_category_t category = utf8proc_category(character);
  return lexer_starts_name(character) || is_subscript(character) ||
         category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

bool lex_continues(const Lexer *lexer, uint32_t at) {
  uint32_t step;
  return lexer_continues_name(lex_character(lexer, at, &step));
}

bool lex_is_space(int32_t character) {
  return character == ' ' || character == '\t' || character == '\r' || character == 0xFEFF ||
         (character >= 0x80 && utf8proc_category(character) == UTF8PROC_CATEGORY_ZS);
}

/* Moves over white space and comments, up to a newline. */
static void skip_space(Lexer *lexer) {
  for (;;) {
    uint32_t step;
    int32_t character = lex_character(lexer, lexer->at, &step);
    if (character == '#') {
      const char *line = memchr(lexer->text + lexer->at, '\n', lexer->length - lexer->at);
      lexer->at = line ? (uint32_t)(line - lexer->text) : lexer->length;
    } else if (step && lex_is_space(character)) {
      lexer->at += step;
    } else {
      return;
    }
    lexer->space = true;
  }
}

/* ---- names, superscripts, signs ---- */

static const LexerWord *find_word(const char *text, uint32_t length) {
  for (const LexerWord *word = lexer_words; word->spelling; word++)
    if (*word->spelling == *text && strlen(word->spelling) == length &&
        memcmp(word->spelling, text, length) == 0)
      return word;
  return NULL;
}

static void lex_name(Lexer *lexer) {
  uint32_t start = lexer->at, step;
  int32_t first = lex_character(lexer, start, &step);
  lexer->at += step;
  if (first != INFINITY_SIGN && first != SUM_SIGN && first != PRODUCT_SIGN)
    while (lexer_continues_name(lex_character(lexer, lexer->at, &step))) lexer->at += step;
  const LexerWord *word = find_word(lexer->text + start, lexer->at - start);
  const Token *before = last(lexer);
  if (word && before && !lexer->space &&
      (before->kind == TOKEN_NUMBER || before->kind == TOKEN_IMAGINARY)) {
    lex_problem(lexer, before->span.start, lexer->at, "the word %s is glued to a number",
                word->spelling);
    int digits = (int)(before->span.end - before->span.start);
    const char *number = lexer->text + before->span.start;
    report_advise(lexer->problem, "%.*s %s", digits, number, word->spelling);
    if (word->kind == TOKEN_STOP) /* the last position of an index */
      report_advise(lexer->problem, "%.*s*%s", digits, number, word->spelling);
    lex_stop(lexer);
  }
  Token *token = lex_add(lexer, word ? word->kind : TOKEN_NAME, start);
  token->word = word != NULL;
  token->op = word ? word->op : 0;
}

static int superscript_value(int32_t character) {
  for (int digit = 0; digit < 10; digit++)
    if (superscript_digits[digit] == character) return digit;
  return -1;
}

/* x², A⁻¹; ᵀ is a sign. Returns false if no superscript starts here. */
static bool lex_superscript(Lexer *lexer) {
  uint32_t start = lexer->at, step, at = start;
  int32_t first = lex_character(lexer, at, &step);
  bool minus = first == SUPERSCRIPT_MINUS;
  if (!minus && first != SUPERSCRIPT_N && superscript_value(first) < 0) return false;
  if (minus) at += step;
  uint32_t digits = at;
  double value = 0;
  int digit;
  while ((digit = superscript_value(lex_character(lexer, at, &step))) >= 0) {
    value = value * 10 + digit;
    at += step;
  }
  if (at == digits || isinf(value)) {
    lex_character(lexer, at, &step);
    lex_problem(lexer, start, at + step, "a superscript is a number, or ᵀ or ⁻¹");
    report_advise(lexer->problem, first == SUPERSCRIPT_N ? "x^n" : "x^(-n)");
    lex_stop(lexer);
  }
  lexer->at = at;
  bool inverse = minus && value == 1;
  lex_add(lexer, inverse ? TOKEN_INVERSE : TOKEN_SUPERSCRIPT, start)->number =
      minus ? -value : value;
  return true;
}

static void refuse_character(Lexer *lexer) {
  uint32_t step;
  int32_t character = lex_character(lexer, lexer->at, &step);
  uint32_t end = lexer->at + step;
  if (character == LEX_REPLACEMENT && step == 1) {
    lex_problem(lexer, lexer->at, end, "the byte 0x%02X is not UTF-8 text",
                (unsigned)(unsigned char)lexer->text[lexer->at]);
  } else if (character < 0x20 || character == 0x7F) {
    lex_problem(lexer, lexer->at, end, "a control character (U+%04X) stands here",
                (unsigned)character);
  } else {
    lex_problem(lexer, lexer->at, end, "the character %.*s (U+%04X) means nothing here", (int)step,
                lexer->text + lexer->at, (unsigned)character);
    if (character == 0x201C || character == 0x201D || character == 0x2018 || character == 0x2019)
      report_advise(lexer->problem, "\"…\" with straight quotes");
    else if (character == 0x2013 || character == 0x2014)
      report_advise(lexer->problem, "- (a plain minus sign)");
    else if (character == 0x2225) report_advise(lexer->problem, "‖");
    else if (character == 0x222B) report_advise(lexer->problem, "integrate(x -> x^2, 0, 1)");
    else if (character == 0x2202) report_advise(lexer->problem, "f' or ∇f");
    else if (character == '$' || character == '`')
      report_remark(lexer->problem, "names are letters, digits and _");
  }
  lex_stop(lexer);
}

/* The longest row of either table that the text starts with here. */
static void lex_sign(Lexer *lexer) {
  const char *text = lexer->text + lexer->at;
  uint32_t room = lexer->length - lexer->at, best = 0;
  TokenKind kind = TOKEN_ERROR;
  uint8_t op = 0;
  for (const LexerWord *sign = lexer_signs; sign->spelling; sign++) {
    if (sign->spelling[0] != text[0]) continue;
    uint32_t length = (uint32_t)strlen(sign->spelling);
    if (length > best && length <= room && memcmp(sign->spelling, text, length) == 0) {
      best = length;
      kind = sign->kind;
      op = sign->op;
    }
  }
  for (size_t row = 0; foreign_signs[row].sign; row++) {
    if (foreign_signs[row].sign[0] != text[0]) continue;
    uint32_t length = (uint32_t)strlen(foreign_signs[row].sign);
    if (length > best && length <= room && memcmp(foreign_signs[row].sign, text, length) == 0) {
      best = length;
      kind = TOKEN_FOREIGN;
      op = (uint8_t)row;
    }
  }
  if (!best) refuse_character(lexer);
  uint32_t start = lexer->at;
  lexer->at += best;
  lex_add(lexer, kind, start)->op = op;
}

/* Opening tokens wait for their partner, closing ones look for it. */
static void pair(Lexer *lexer) {
  switch (last(lexer)->kind) {
  case TOKEN_LEFT_PAREN:
  case TOKEN_LEFT_BRACKET:
  case TOKEN_LEFT_BRACE: open(lexer); break;
  case TOKEN_RIGHT_PAREN: close(lexer, TOKEN_LEFT_PAREN); break;
  case TOKEN_RIGHT_BRACKET: close(lexer, TOKEN_LEFT_BRACKET); break;
  case TOKEN_RIGHT_BRACE: close(lexer, TOKEN_LEFT_BRACE); break;
  default: break;
  }
}

/* ---- strings ---- */

static _Noreturn void refuse_open_string(Lexer *lexer) {
  uint32_t depth = lexer->open_count;
  while (lexer->tokens->token[lexer->open[depth - 1]].kind != TOKEN_LEFT_QUOTE) depth--;
  uint32_t start = lexer->tokens->token[lexer->open[depth - 1]].span.start;
  lex_problem(lexer, start, lexer->at, "this string is not closed on its line");
  report_remark(lexer->problem, "a string ends with \"; \\n makes a new line in it");
  lex_stop(lexer);
}

static void refuse_escape(Lexer *lexer) {
  uint32_t step;
  lex_character(lexer, lexer->at + 1, &step);
  lex_problem(lexer, lexer->at, lexer->at + 1 + step, "%.*s is not an escape of a string",
              (int)(1 + step), lexer->text + lexer->at);
  report_remark(lexer->problem, "the escapes are \\n \\t \\\" \\\\ \\{ \\}");
  report_advise(lexer->problem, "\\\\%.*s", (int)step, lexer->text + lexer->at + 1);
  lex_stop(lexer);
}

/* Characters of a string up to its end or the next hole. */
static void lex_text(Lexer *lexer) {
  uint32_t start = lexer->at;
  for (;;) {
    uint32_t step;
    int32_t character = lex_character(lexer, lexer->at, &step);
    if (!step || character == '\n') refuse_open_string(lexer);
    if (character == LEX_REPLACEMENT && step == 1) refuse_character(lexer);
    if (character != '\t' && (character < 0x20 || character == 0x7F)) refuse_character(lexer);
    if (character == '"' || character == '{') break;
    if (character == '}') {
      lex_problem(lexer, lexer->at, lexer->at + 1, "} alone in a string");
      report_advise(lexer->problem, "\\}");
      lex_stop(lexer);
    }
    if (character == '\\') {
      char escaped = lex_byte(lexer, lexer->at + 1);
      if (!escaped || !strchr("nt\"\\{}", escaped)) refuse_escape(lexer);
      step = 2;
    }
    lexer->at += step;
  }
  if (lexer->at > start) lex_add(lexer, TOKEN_TEXT, start);
  bool hole = lex_byte(lexer, lexer->at) == '{';
  lexer->at++;
  lex_add(lexer, hole ? TOKEN_LEFT_HOLE : TOKEN_RIGHT_QUOTE, lexer->at - 1);
  if (hole) open(lexer);
  else close(lexer, TOKEN_LEFT_QUOTE);
}

/* [<>]? +? digits (. digits)? [defg%]?, directly before the closing brace. */
static void lex_format(Lexer *lexer) {
  uint32_t start = lexer->at++;
  uint32_t from = lexer->at;
  char byte = lex_byte(lexer, lexer->at);
  lexer->at += byte == '<' || byte == '>';
  lexer->at += lex_byte(lexer, lexer->at) == '+';
  while (lex_is_digit(lex_byte(lexer, lexer->at))) lexer->at++;
  if (lex_byte(lexer, lexer->at) == '.' && lex_is_digit(lex_byte(lexer, lexer->at + 1))) {
    lexer->at++;
    while (lex_is_digit(lex_byte(lexer, lexer->at))) lexer->at++;
  }
  byte = lex_byte(lexer, lexer->at);
  lexer->at += byte != '\0' && strchr("defg%", byte) != NULL;
  if (lex_byte(lexer, lexer->at) == '}') {
    lex_add(lexer, TOKEN_FORMAT, from);
    return;
  }
  uint32_t end = lexer->at;
  while (end < lexer->length && !strchr("}\"\n", lexer->text[end])) end++;
  lex_problem(lexer, start, end, "this is not a number format; a range in a string needs ( )");
  report_advise(lexer->problem, "{x:.3f}, {x:>8.2e} or {n:d}");
  report_advise(lexer->problem, "{(1:3)}");
  lex_stop(lexer);
}

/* ---- the loop ---- */

static void lex_quote(Lexer *lexer) {
  uint32_t start = lexer->at++;
  lex_add(lexer, TOKEN_LEFT_QUOTE, start);
  open(lexer);
}

static void lex_newline(Lexer *lexer) {
  if (lexer->quotes) refuse_open_string(lexer);
  uint32_t start = lexer->at++;
  lex_add(lexer, TOKEN_NEWLINE, start);
  lexer->space = true;
}

static void lex_one(Lexer *lexer) {
  uint32_t step;
  int32_t character = lex_character(lexer, lexer->at, &step);
  if (character == '\n') {
    lex_newline(lexer);
  } else if (character == '"') {
    lex_quote(lexer);
  } else if (character == ':' && inside(lexer) == TOKEN_LEFT_HOLE) {
    lex_format(lexer);
  } else if (character == '}' && inside(lexer) == TOKEN_LEFT_HOLE) {
    lexer->at++;
    lex_add(lexer, TOKEN_RIGHT_HOLE, lexer->at - 1);
    close(lexer, TOKEN_LEFT_HOLE);
  } else if (character < 0x80 && lex_is_digit((char)character)) {
    lex_number(lexer);
  } else if (character == '.' && lex_is_digit(lex_byte(lexer, lexer->at + 1))) {
    lex_number(lexer);
  } else if (lexer_starts_name(character)) {
    lex_name(lexer);
  } else if (!lex_superscript(lexer)) {
    lex_sign(lexer);
    pair(lexer);
  }
}

/* Apart from lexer_run, so that no local of the function with setjmp changes after it. */
static void lex_all(Lexer *lexer) {
  if (setjmp(lexer->escape)) return;
  for (;;) {
    if (inside(lexer) == TOKEN_LEFT_QUOTE) {
      lex_text(lexer);
      continue;
    }
    skip_space(lexer);
    if (lexer->at >= lexer->length) break;
    lex_one(lexer);
  }
  if (lexer->quotes) refuse_open_string(lexer);
  lex_add(lexer, TOKEN_END, lexer->at)->space = true;
}

void lexer_run(Source *source, TokenList *tokens, Report *problem) {
  Lexer lexer = {.source = source,
                 .text = source->text,
                 .length = (uint32_t)source->length,
                 .tokens = tokens,
                 .problem = problem,
                 .space = true};
  lex_all(&lexer);
  free(lexer.open);
}

void lexer_free(TokenList *tokens) {
  free(tokens->token);
  *tokens = (TokenList){0};
}
