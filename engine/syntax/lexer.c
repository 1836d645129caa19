/* lexer.c - text to tokens, by longest match.
 *
 * Strings are cut into TEXT and holes; inside a hole the ordinary rules hold, and the stack of open
 * brackets says where it ends.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/lexer.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "memory.h"
#include "syntax/ast.h"

const char *const token_found[TOKEN_KIND_COUNT] = {
#define TOKEN_FOUND(name, found) found,
    TOKEN_KINDS(TOKEN_FOUND)
#undef TOKEN_FOUND
};

const ForeignSign foreign_signs[] = {
    {"**", "the power is written ^", {"$1^$2", NULL}, false},
    {"%",
     "% is not an operator: the remainder is mod, and a comment starts with #",
     {"mod($1, $2)", NULL},
     false},
    {"%*%", "the matrix product is written *", {"$1*$2", NULL}, false},
    {"%%", "the remainder is a function", {"mod($1, $2)", NULL}, false},
    {"%/%", "%/% is not an operator: write floor of a quotient", {"floor($1/$2)", NULL}, false},
    {"%in%", "%in% is written in", {"$1 in $2", NULL}, true},
    {"&&", "&& is written and", {"$1 and $2", NULL}, true},
    {"||", "|| is written or, and a norm ‖x‖ or norm(x)", {"$1 or $2", "norm($2)"}, true},
    {"&", "& is written and", {"$1 and $2", NULL}, true},
    {"|",
     "| is not an operator: write abs, norm or det for bars, or for the logical sign",
     {"$1 or $2", NULL},
     true},
    {"@",
     "@ is not an operator: a function is written x -> …, the matrix product *",
     {"$1*$2", NULL},
     false},
    {"~=", "\"not equal\" is written !=", {"$1 != $2", NULL}, true},
    {"<>", "\"not equal\" is written !=", {"$1 != $2", NULL}, true},
    {"!==",
     "\"not equal\" is written !=, and a factorial before = needs a space",
     {"$1 != $2", "$1! == $2"},
     true},
    {"=!", "\"not equal\" is written !=", {"$1 != $2", NULL}, true},
    {"===", "\"equal\" is written ==", {"$1 == $2", NULL}, true},
    {"<-",
     "<- may be an assignment or a comparison with a negative number",
     {"$1 = $2", "$1 < -$2"},
     true},
    {":=", "a definition is written =", {"$1 = $2", NULL}, true},
    {"=>",
     "=> is not an operator: a function is written ->, \"at least\" >=",
     {"$1 -> $2", "$1 >= $2"},
     true},
    {"=<", "\"at most\" is written <=", {"$1 <= $2", NULL}, true},
    {"++", "++ is not an operator", {NULL, NULL}, false},
    {"--", "-- is not an operator", {NULL, NULL}, false},
    {"!!", "!! may be a factorial of a factorial or a double factorial", {"($1!)!", NULL}, false},
    {"//",
     "// is not an operator: write floor of a quotient; a comment starts with #",
     {"floor($1/$2)", NULL},
     false},
    {"...",
     "a line goes on by itself after an operator or a comma, and inside ( )",
     {NULL, NULL},
     false},
    {"..", "a range is written with :", {"$1:$2", NULL}, false},
    {"?", "a choice is written if … then … else", {NULL, NULL}, false},
    {".'", "the transpose is written '", {"$1'", NULL}, false},
    {"∧", "∧ is written and", {"$1 and $2", NULL}, true},
    {"∨", "∨ is written or", {"$1 or $2", NULL}, true},
    {"¬", "¬ is written not", {"not $2", NULL}, false},
    {"→", "a function is written ->", {"$1 -> $2", NULL}, true},
    {"←", "an assignment is written =", {"$1 = $2", NULL}, true},
    {"±", "± is not an operator: write the two values", {"$1 + $2", "$1 - $2"}, false},
    {"∉", "∉ is written not … in", {"not ($1 in $2)", NULL}, true},
    {NULL, NULL, {NULL, NULL}, false},
};

const LexerWord lexer_signs[] = {
#define OPERATOR_SIGN(name, spelling) {spelling, TOKEN_OPERATOR, OP_##name},
    OPERATORS(OPERATOR_SIGN)
#undef OPERATOR_SIGN
        {"×", TOKEN_OPERATOR, OP_MULTIPLY},
    {"⋅", TOKEN_OPERATOR, OP_MULTIPLY},
    {"·", TOKEN_OPERATOR, OP_MULTIPLY},
    {"÷", TOKEN_OPERATOR, OP_DIVIDE},
    {"−", TOKEN_OPERATOR, OP_SUBTRACT},
    {"≤", TOKEN_OPERATOR, OP_LESS_EQUAL},
    {"≥", TOKEN_OPERATOR, OP_GREATER_EQUAL},
    {"≠", TOKEN_OPERATOR, OP_UNEQUAL},
    {"∈", TOKEN_OPERATOR, OP_IN},
    {"+=", TOKEN_UPDATE, OP_ADD},
    {"-=", TOKEN_UPDATE, OP_SUBTRACT},
    {"*=", TOKEN_UPDATE, OP_MULTIPLY},
    {"/=", TOKEN_UPDATE, OP_DIVIDE},
    {"^=", TOKEN_UPDATE, OP_POWER},
    {"=", TOKEN_ASSIGN, 0},
    {"->", TOKEN_ARROW, 0},
    {"|>", TOKEN_PIPE, 0},
    {"~", TOKEN_TILDE, 0},
    {":", TOKEN_COLON, 0},
    {".", TOKEN_DOT, 0},
    {"'", TOKEN_PRIME, 0},
    {"′", TOKEN_PRIME, 0},
    {"!", TOKEN_BANG, 0},
    {"√", TOKEN_ROOT, 0},
    {"∇", TOKEN_NABLA, 0},
    {"‖", TOKEN_BAR, 0},
    {"(", TOKEN_LEFT_PAREN, 0},
    {")", TOKEN_RIGHT_PAREN, 0},
    {"[", TOKEN_LEFT_BRACKET, 0},
    {"]", TOKEN_RIGHT_BRACKET, 0},
    {"{", TOKEN_LEFT_BRACE, 0},
    {"}", TOKEN_RIGHT_BRACE, 0},
    {",", TOKEN_COMMA, 0},
    {";", TOKEN_SEMICOLON, 0},
    {"ᵀ", TOKEN_TRANSPOSE, 0},
    {NULL, TOKEN_END, 0},
};

const LexerWord lexer_words[] = {
    {"if", TOKEN_IF, 0},
    {"then", TOKEN_THEN, 0},
    {"elseif", TOKEN_ELSEIF, 0},
    {"else", TOKEN_ELSE, 0},
    {"end", TOKEN_STOP, 0},
    {"for", TOKEN_FOR, 0},
    {"in", TOKEN_OPERATOR, OP_IN},
    {"while", TOKEN_WHILE, 0},
    {"do", TOKEN_DO, 0},
    {"break", TOKEN_BREAK, 0},
    {"continue", TOKEN_CONTINUE, 0},
    {"return", TOKEN_RETURN, 0},
    {"and", TOKEN_AND, 0},
    {"or", TOKEN_OR, 0},
    {"not", TOKEN_NOT, 0},
    {"otherwise", TOKEN_OTHERWISE, 0},
    {"true", TOKEN_TRUE, 0},
    {"false", TOKEN_FALSE, 0},
    {NULL, TOKEN_END, 0},
};

/* Superscript signs and the characters they stand for, in the order of their value. */
static const int32_t superscript_digits[] = {0x2070, 0xB9,   0xB2,   0xB3,   0x2074,
                                             0x2075, 0x2076, 0x2077, 0x2078, 0x2079};
enum {
  SUPERSCRIPT_MINUS = 0x207B,
  SUPERSCRIPT_N = 0x207F,
  SUPERSCRIPT_T = 0x1D40,
  INFINITY_SIGN = 0x221E,
  SUM_SIGN = 0x2211,
  PRODUCT_SIGN = 0x220F,
  REPLACEMENT = 0xFFFD
};

/* ---- state ---- */

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

static Token *add(Lexer *lexer, TokenKind kind, uint32_t start) {
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

/* Refuses [start, end): the report is started, the caller adds advice and calls stop. */
#define PROBLEM(lexer, start, end, ...)                                                            \
  report_start((lexer)->problem, (lexer)->source, (Span){(start), (end)}, __VA_ARGS__)

static _Noreturn void stop(Lexer *lexer) {
  lexer->at = lexer->problem->label[0].span.end;
  add(lexer, TOKEN_ERROR, lexer->problem->label[0].span.start);
  longjmp(lexer->escape, 1);
}

/* ---- characters ---- */

/* The character at [at] and its length; REPLACEMENT, 1 for a byte that is not UTF-8; 0, 0 at the
 * end. */
static int32_t character_at(const Lexer *lexer, uint32_t at, uint32_t *step) {
  *step = at < lexer->length;
  if (at >= lexer->length) return 0;
  unsigned char byte = (unsigned char)lexer->text[at];
  if (byte < 0x80) return byte;
  utf8proc_int32_t character;
  utf8proc_ssize_t read = utf8proc_iterate((const utf8proc_uint8_t *)lexer->text + at,
                                           (utf8proc_ssize_t)(lexer->length - at), &character);
  if (read <= 0) return REPLACEMENT;
  *step = (uint32_t)read;
  return character;
}

static char byte_at(const Lexer *lexer, uint32_t at) {
  return at < lexer->length ? lexer->text[at] : '\0';
}

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

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
  if (character < 0x80) return lexer_starts_name(character) || (character >= '0' && character <= '9');
  if (character == INFINITY_SIGN || character == SUM_SIGN || character == PRODUCT_SIGN)
    return false;
  utf8proc_category_t category = utf8proc_category(character);
  return lexer_starts_name(character) || is_subscript(character) || category == UTF8PROC_CATEGORY_MN ||
         category == UTF8PROC_CATEGORY_MC;
}

static bool name_follows(const Lexer *lexer, uint32_t at) {
  uint32_t step;
  return lexer_continues_name(character_at(lexer, at, &step));
}

/* Spaces that a text brings along when it is pasted count as spaces. */
static bool is_space(int32_t character) {
  return character == ' ' || character == '\t' || character == '\r' || character == 0xFEFF ||
         (character >= 0x80 && utf8proc_category(character) == UTF8PROC_CATEGORY_ZS);
}

/* Moves over white space and comments, up to a newline. */
static void skip_space(Lexer *lexer) {
  for (;;) {
    uint32_t step;
    int32_t character = character_at(lexer, lexer->at, &step);
    if (character == '#') {
      const char *line = memchr(lexer->text + lexer->at, '\n', lexer->length - lexer->at);
      lexer->at = line ? (uint32_t)(line - lexer->text) : lexer->length;
    } else if (step && is_space(character)) {
      lexer->at += step;
    } else {
      return;
    }
    lexer->space = true;
  }
}

/* ---- numbers ---- */

/* Moves over digits of [base] with single _ between them; returns how many digits there were. */
static uint32_t skip_digits(Lexer *lexer, int base) {
  uint32_t count = 0;
  for (;; lexer->at++) {
    char byte = byte_at(lexer, lexer->at);
    char low = (char)(byte | 0x20);
    bool digit = base == 16 ? is_digit(byte) || (low >= 'a' && low <= 'f')
                            : byte >= '0' && byte < '0' + base;
    if (digit) {
      count++;
      continue;
    }
    bool between = byte == '_' && count > 0 && byte_at(lexer, lexer->at - 1) != '_';
    char next = byte_at(lexer, lexer->at + 1);
    bool more = base == 16 ? is_digit(next) || ((next | 0x20) >= 'a' && (next | 0x20) <= 'f')
                           : is_digit(next);
    if (!between || !more) return count;
  }
}

static int base_of(const Lexer *lexer) {
  if (byte_at(lexer, lexer->at) != '0') return 10;
  switch (byte_at(lexer, lexer->at + 1)) {
  case 'x':
  case 'X': return 16;
  case 'o':
  case 'O': return 8;
  case 'b':
  case 'B': return 2;
  default: return 10;
  }
}

/* 0x1f, 0o17, 0b101. */
static void lex_based(Lexer *lexer, int base) {
  uint32_t start = lexer->at;
  lexer->at += 2;
  uint32_t digits = lexer->at;
  uint32_t count = skip_digits(lexer, base);
  if (!count || name_follows(lexer, lexer->at) ||
      (byte_at(lexer, lexer->at) == '.' && is_digit(byte_at(lexer, lexer->at + 1)))) {
    uint32_t end = lexer->at;
    uint32_t step;
    while (lexer_continues_name(character_at(lexer, end, &step))) end += step;
    PROBLEM(lexer, start, end, "%.2s starts a number in base %d and takes only its digits",
            lexer->text + start, base);
    report_remark(lexer->problem, "the digits are 0 to %s",
                  base == 16  ? "9 and a to f"
                  : base == 8 ? "7"
                              : "1");
    stop(lexer);
  }
  double value = 0;
  for (uint32_t at = digits; at < lexer->at; at++) {
    char byte = lexer->text[at];
    if (byte != '_')
      value = value * base + (is_digit(byte) ? byte - '0' : (byte | 0x20) - 'a' + 10);
  }
  if (isinf(value)) {
    PROBLEM(lexer, start, lexer->at, "this number is larger than %g, the largest one", DBL_MAX);
    report_advise(lexer->problem, "inf");
    stop(lexer);
  }
  add(lexer, TOKEN_NUMBER, start)->number = value;
}

/* Whether a point right after digits belongs to the number although no digit follows it. */
static bool point_ends_number(const Lexer *lexer, uint32_t after) {
  uint32_t step;
  int32_t next = character_at(lexer, after, &step);
  return !step || next == '\n' || is_space(next) || next == ',' || next == ';' || next == ')' ||
         next == ']' || next == '}' || next == '#';
}

/* The point after digits: takes fraction and point, leaves it to a dotted operator, or refuses. */
static void skip_fraction(Lexer *lexer, uint32_t start) {
  if (byte_at(lexer, lexer->at) != '.') return;
  uint32_t after = lexer->at + 1;
  if (is_digit(byte_at(lexer, after))) {
    lexer->at = after;
    skip_digits(lexer, 10);
  } else if (point_ends_number(lexer, after)) {
    lexer->at = after;
  } else if (name_follows(lexer, after)) {
    uint32_t step, end = after;
    while (lexer_continues_name(character_at(lexer, end, &step)) && end - after < 40) end += step;
    PROBLEM(lexer, start, end, "a number with a point needs a digit after it");
    report_advise(lexer->problem, "%.*s*%.*s", (int)(lexer->at - start), lexer->text + start,
                  (int)(end - after), lexer->text + after);
    report_advise(lexer->problem, "%.*s.0%.*s", (int)(lexer->at - start), lexer->text + start,
                  (int)(end - after), lexer->text + after);
    stop(lexer);
  }
}

static void skip_exponent(Lexer *lexer, uint32_t start) {
  char letter = byte_at(lexer, lexer->at);
  if (letter != 'e' && letter != 'E') return;
  uint32_t at = lexer->at + 1;
  bool sign = byte_at(lexer, at) == '+' || byte_at(lexer, at) == '-';
  at += sign;
  if (is_digit(byte_at(lexer, at))) {
    lexer->at = at;
    skip_digits(lexer, 10);
  } else if (sign && byte_at(lexer, at) == '.' && is_digit(byte_at(lexer, at + 1))) {
    uint32_t end = at + 1;
    while (is_digit(byte_at(lexer, end))) end++;
    const char *text = lexer->text;
    int before = (int)(lexer->at - start), after = (int)(end - at);
    PROBLEM(lexer, start, end, "the exponent of a number is a whole number");
    report_advise(lexer->problem, "%.*s*%c %c %.*s", before, text + start, letter, text[at - 1],
                  after, text + at);
    report_advise(lexer->problem, "%.*s*10^(%c%.*s)", before, text + start, text[at - 1], after,
                  text + at);
    stop(lexer);
  }
}

/* The value of the decimal text [start, at), without its underscores. */
static double decimal_value(Lexer *lexer, uint32_t start) {
  Text digits = {0};
  bool nonzero = false;
  bool exponent = false;
  for (uint32_t at = start; at < lexer->at; at++) {
    char byte = lexer->text[at];
    exponent = exponent || (byte | 0x20) == 'e';
    nonzero = nonzero || (!exponent && byte >= '1' && byte <= '9');
    if (byte != '_') text_append(&digits, &byte, 1);
  }
  double value = strtod(digits.bytes, NULL);
  text_free(&digits);
  if (isinf(value)) {
    PROBLEM(lexer, start, lexer->at, "this number is larger than %g, the largest one", DBL_MAX);
    report_advise(lexer->problem, "inf");
    stop(lexer);
  }
  if (value == 0 && nonzero) {
    PROBLEM(lexer, start, lexer->at, "this number is smaller than %g, the smallest one above 0",
            5e-324);
    report_advise(lexer->problem, "0");
    stop(lexer);
  }
  return value;
}

/* A tight suffix that is the whole word. */
static bool skip_suffix(Lexer *lexer, const char *suffix) {
  uint32_t length = (uint32_t)strlen(suffix);
  if (lexer->length - lexer->at < length || memcmp(lexer->text + lexer->at, suffix, length) != 0 ||
      name_follows(lexer, lexer->at + length))
    return false;
  lexer->at += length;
  return true;
}

static void lex_number(Lexer *lexer) {
  int base = base_of(lexer);
  if (base != 10) {
    lex_based(lexer, base);
    return;
  }
  uint32_t start = lexer->at;
  skip_digits(lexer, 10);
  skip_fraction(lexer, start);
  skip_exponent(lexer, start);
  char next = byte_at(lexer, lexer->at);
  bool point = next == '.' && is_digit(byte_at(lexer, lexer->at + 1));
  if (point || next == '_') {
    PROBLEM(lexer, start, lexer->at + 1,
            point ? "this number has a second point"
                  : "_ stands only between two digits of a number");
    stop(lexer);
  }
  double value = decimal_value(lexer, start);
  static const double degree = 0.017453292519943295769; /* π/180 */
  if (skip_suffix(lexer, "i")) add(lexer, TOKEN_IMAGINARY, start)->number = value;
  else if (skip_suffix(lexer, "deg")) add(lexer, TOKEN_NUMBER, start)->number = value * degree;
  else add(lexer, TOKEN_NUMBER, start)->number = value;
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
  int32_t first = character_at(lexer, start, &step);
  lexer->at += step;
  if (first != INFINITY_SIGN && first != SUM_SIGN && first != PRODUCT_SIGN)
    while (lexer_continues_name(character_at(lexer, lexer->at, &step))) lexer->at += step;
  const LexerWord *word = find_word(lexer->text + start, lexer->at - start);
  const Token *before = last(lexer);
  if (word && before && !lexer->space &&
      (before->kind == TOKEN_NUMBER || before->kind == TOKEN_IMAGINARY)) {
    PROBLEM(lexer, before->span.start, lexer->at, "the word %s is glued to a number",
            word->spelling);
    int digits = (int)(before->span.end - before->span.start);
    const char *number = lexer->text + before->span.start;
    report_advise(lexer->problem, "%.*s %s", digits, number, word->spelling);
    if (word->kind == TOKEN_STOP) /* the last position of an index */
      report_advise(lexer->problem, "%.*s*%s", digits, number, word->spelling);
    stop(lexer);
  }
  Token *token = add(lexer, word ? word->kind : TOKEN_NAME, start);
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
  int32_t first = character_at(lexer, at, &step);
  bool minus = first == SUPERSCRIPT_MINUS;
  if (!minus && first != SUPERSCRIPT_N && superscript_value(first) < 0) return false;
  if (minus) at += step;
  uint32_t digits = at;
  double value = 0;
  int digit;
  while ((digit = superscript_value(character_at(lexer, at, &step))) >= 0) {
    value = value * 10 + digit;
    at += step;
  }
  if (at == digits || isinf(value)) {
    character_at(lexer, at, &step);
    PROBLEM(lexer, start, at + step, "a superscript is a number, or ᵀ or ⁻¹");
    report_advise(lexer->problem, first == SUPERSCRIPT_N ? "x^n" : "x^(-n)");
    stop(lexer);
  }
  lexer->at = at;
  bool inverse = minus && value == 1;
  add(lexer, inverse ? TOKEN_INVERSE : TOKEN_SUPERSCRIPT, start)->number = minus ? -value : value;
  return true;
}

static void refuse_character(Lexer *lexer) {
  uint32_t step;
  int32_t character = character_at(lexer, lexer->at, &step);
  uint32_t end = lexer->at + step;
  if (character == REPLACEMENT && step == 1) {
    PROBLEM(lexer, lexer->at, end, "the byte 0x%02X is not UTF-8 text",
            (unsigned)(unsigned char)lexer->text[lexer->at]);
  } else if (character < 0x20 || character == 0x7F) {
    PROBLEM(lexer, lexer->at, end, "a control character (U+%04X) stands here", (unsigned)character);
  } else {
    PROBLEM(lexer, lexer->at, end, "the character %.*s (U+%04X) means nothing here", (int)step,
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
  stop(lexer);
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
  add(lexer, kind, start)->op = op;
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
  PROBLEM(lexer, start, lexer->at, "this string is not closed on its line");
  report_remark(lexer->problem, "a string ends with \"; \\n makes a new line in it");
  stop(lexer);
}

static void refuse_escape(Lexer *lexer) {
  uint32_t step;
  character_at(lexer, lexer->at + 1, &step);
  PROBLEM(lexer, lexer->at, lexer->at + 1 + step, "%.*s is not an escape of a string",
          (int)(1 + step), lexer->text + lexer->at);
  report_remark(lexer->problem, "the escapes are \\n \\t \\\" \\\\ \\{ \\}");
  report_advise(lexer->problem, "\\\\%.*s", (int)step, lexer->text + lexer->at + 1);
  stop(lexer);
}

/* Characters of a string up to its end or the next hole. */
static void lex_text(Lexer *lexer) {
  uint32_t start = lexer->at;
  for (;;) {
    uint32_t step;
    int32_t character = character_at(lexer, lexer->at, &step);
    if (!step || character == '\n') refuse_open_string(lexer);
    if (character == REPLACEMENT && step == 1) refuse_character(lexer);
    if (character != '\t' && (character < 0x20 || character == 0x7F)) refuse_character(lexer);
    if (character == '"' || character == '{') break;
    if (character == '}') {
      PROBLEM(lexer, lexer->at, lexer->at + 1, "} alone in a string");
      report_advise(lexer->problem, "\\}");
      stop(lexer);
    }
    if (character == '\\') {
      char escaped = byte_at(lexer, lexer->at + 1);
      if (!escaped || !strchr("nt\"\\{}", escaped)) refuse_escape(lexer);
      step = 2;
    }
    lexer->at += step;
  }
  if (lexer->at > start) add(lexer, TOKEN_TEXT, start);
  bool hole = byte_at(lexer, lexer->at) == '{';
  lexer->at++;
  add(lexer, hole ? TOKEN_LEFT_HOLE : TOKEN_RIGHT_QUOTE, lexer->at - 1);
  if (hole) open(lexer);
  else close(lexer, TOKEN_LEFT_QUOTE);
}

/* [<>]? +? digits (. digits)? [defg%]?, directly before the closing brace. */
static void lex_format(Lexer *lexer) {
  uint32_t start = lexer->at++;
  uint32_t from = lexer->at;
  char byte = byte_at(lexer, lexer->at);
  lexer->at += byte == '<' || byte == '>';
  lexer->at += byte_at(lexer, lexer->at) == '+';
  while (is_digit(byte_at(lexer, lexer->at))) lexer->at++;
  if (byte_at(lexer, lexer->at) == '.' && is_digit(byte_at(lexer, lexer->at + 1))) {
    lexer->at++;
    while (is_digit(byte_at(lexer, lexer->at))) lexer->at++;
  }
  byte = byte_at(lexer, lexer->at);
  lexer->at += byte != '\0' && strchr("defg%", byte) != NULL;
  if (byte_at(lexer, lexer->at) == '}') {
    add(lexer, TOKEN_FORMAT, from);
    return;
  }
  uint32_t end = lexer->at;
  while (end < lexer->length && !strchr("}\"\n", lexer->text[end])) end++;
  PROBLEM(lexer, start, end, "this is not a number format; a range in a string needs ( )");
  report_advise(lexer->problem, "{x:.3f}, {x:>8.2e} or {n:d}");
  report_advise(lexer->problem, "{(1:3)}");
  stop(lexer);
}

/* ---- the loop ---- */

static void lex_quote(Lexer *lexer) {
  uint32_t start = lexer->at++;
  add(lexer, TOKEN_LEFT_QUOTE, start);
  open(lexer);
}

static void lex_newline(Lexer *lexer) {
  if (lexer->quotes) refuse_open_string(lexer);
  uint32_t start = lexer->at++;
  add(lexer, TOKEN_NEWLINE, start);
  lexer->space = true;
}

static void lex_one(Lexer *lexer) {
  uint32_t step;
  int32_t character = character_at(lexer, lexer->at, &step);
  if (character == '\n') {
    lex_newline(lexer);
  } else if (character == '"') {
    lex_quote(lexer);
  } else if (character == ':' && inside(lexer) == TOKEN_LEFT_HOLE) {
    lex_format(lexer);
  } else if (character == '}' && inside(lexer) == TOKEN_LEFT_HOLE) {
    lexer->at++;
    add(lexer, TOKEN_RIGHT_HOLE, lexer->at - 1);
    close(lexer, TOKEN_LEFT_HOLE);
  } else if (character < 0x80 && is_digit((char)character)) {
    lex_number(lexer);
  } else if (character == '.' && is_digit(byte_at(lexer, lexer->at + 1))) {
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
  add(lexer, TOKEN_END, lexer->at)->space = true;
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
