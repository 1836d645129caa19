/* parse.h - what the files of the parser share; of the rest only unparser.h and spacing.c include
 * it, for the powers.
 *
 * parser.c holds the state; statements.c expressions.c operands.c literals.c arrays.c clauses.c the
 * grammar; refusals.c and readings.c the explanations. A syntax error is a longjmp to the entry in
 * parser.c: nothing here owns memory except the Parser itself and the tree's arena.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_PARSE_H
#define MML_PARSE_H

#include <setjmp.h>

#include "syntax/lexer.h"
#include "syntax/parser.h"

/* What a newline is here. */
typedef enum Layout {
  LAYOUT_STATEMENTS, /* the end of a statement */
  LAYOUT_FREE,       /* white space: in ( ) and in an index */
  LAYOUT_ROWS        /* like ; in [ ] and { } */
} Layout;

/* What the brackets and blocks around the current token allow. */
typedef struct Context {
  Layout layout;
  bool in_index;  /* `end` is a position */
  bool in_bars;   /* ‖ closes */
  bool in_clause; /* over from using s.t. are keywords where an operator could stand */
  bool in_loop, in_function;
} Context;

/* Something that waits for its end. */
typedef struct Opening {
  Span span;
  const char *closer;
} Opening;

/* Where `i` would hide the imaginary unit: a function, or the whole source. */
typedef struct Scope {
  struct Scope *outer;
  bool binds_i;
} Scope;

typedef struct Parser {
  Source *source;
  SymbolTable *symbols;
  Tree *tree;
  Report *report;
  Report problem; /* what the last token is, if it is TOKEN_ERROR */
  TokenList tokens;
  uint32_t at;            /* the current token */
  uint32_t statement_at;  /* the first token of the statement */
  uint32_t expression_at; /* and of the innermost whole expression */
  uint32_t depth;
  Context context;
  Scope *scope;
  Node *operand;  /* the operand that was complete last, up to an implicit product */
  Node *whole;    /* the expression that was, with its infix operators */
  Node **pending; /* children of nodes that are not made yet */
  uint32_t pending_count, pending_capacity;
  Opening *opening;
  uint32_t opening_count, opening_capacity;
  Text operators;   /* of the comparison chains being read */
  Node **imaginary; /* every 2i of the source */
  uint32_t imaginary_count, imaginary_capacity;
  Span *region; /* every span in which i is a name */
  uint32_t region_count, region_capacity;
  char excerpt[8][72]; /* texts for messages */
  unsigned excerpt_next;
  ParseStatus status;
  jmp_buf escape;
} Parser;

/* Binding powers, loosest first: GRAMMAR's levels 16 to 6. 0 is "no infix operator". */
typedef enum Power {
  POWER_NONE,
  POWER_TILDE,
  POWER_PIPE,
  POWER_ARROW,
  POWER_OR,
  POWER_AND,
  POWER_NOT,
  POWER_COMPARE,
  POWER_RANGE,
  POWER_SUM,
  POWER_PRODUCT,
  POWER_MINUS,
  POWER_IMPLICIT,
  POWER_ROOT,
  POWER_EXPONENT,
  POWER_POSTFIX,
  POWER_PRIMARY
} Power;
extern const uint8_t operator_power[OPERATOR_COUNT]; /* expressions.c */

/* ---- parser.c: tokens ---- */
const Token *parse_token(const Parser *parser);
const Token *parse_before(const Parser *parser); /* the token before, or NULL */
const Token *parse_after(const Parser *parser,
                         uint32_t at); /* the one after [at], past skipped newlines */
bool parse_at(const Parser *parser, TokenKind kind);
bool parse_at_operator(const Parser *parser, Operator op);
bool parse_take(Parser *parser, TokenKind kind); /* steps over a token of this kind */
void parse_advance(Parser *parser);
void parse_skip_newlines(Parser *parser);
void parse_expect(Parser *parser, TokenKind kind, const char *expected);
bool parse_spaced_after(const Parser *parser, uint32_t at);
bool parse_is_word(const Parser *parser, const Token *token, const char *word);
bool parse_ends_operand(const Token *token);
bool parse_starts_operand(const Token *token);
bool parse_continues_line(const Token *token); /* a newline after it is no end */

/* ---- parser.c: brackets, depth, nodes ---- */
Context parse_open(Parser *parser, Layout layout, const char *closer); /* at the opening token */
void parse_close(Parser *parser, Context outer, TokenKind kind);
void parse_opening(Parser *parser, Span span, const char *closer);
void parse_descend(Parser *parser); /* refuses nesting past PARSE_DEPTH */
void parse_ascend(Parser *parser);
void parse_push(Parser *parser, Node *node);
Node *parse_list(Parser *parser, NodeKind kind, Span span, uint32_t mark); /* of all pushed since */
Node *parse_leaf(Parser *parser, NodeKind kind, Span span);
Node *parse_node(Parser *parser, NodeKind kind, Span span, uint32_t count, ...);
const Symbol *parse_symbol(Parser *parser, Span span);
Span parse_span_from(const Parser *parser, uint32_t start); /* up to the token before */
void parse_bind(Parser *parser, const Symbol *symbol);
void parse_region(Parser *parser, Span span);

/* ---- parser.c: errors ---- */
void parse_error(Parser *parser, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define parse_advise(parser, ...) report_advise((parser)->report, __VA_ARGS__)
#define parse_mark(parser, span)                                                                   \
  report_label((parser)->report, (span), "%s", "") /* a second caret */
_Noreturn void parse_stop(Parser *parser);
const char *parse_text(Parser *parser, Span span); /* an excerpt for a message; 8 live at a time */
const char *parse_name(Parser *parser, const Node *node);

/* ---- the grammar ---- */
Node *statement_program(Parser *parser);
Node *statement_value(Parser *parser); /* a clause form or an expression */
Node *statement_body(Parser *parser);  /* do … end or a value */
Node *statement_lambda_body(Parser *parser);
void statement_parameters(Parser *parser); /* "(" … ")", pushed */
Node *expression_full(Parser *parser);
Node *expression_level(Parser *parser, Power least);
Node *expression_if(Parser *parser, uint32_t start, Node *condition); /* at `then` */
Node *expression_after(Parser *parser, Node *left); /* goes on where [left] is read already */
void operand_arguments(Parser *parser);             /* up to the closing ")", pushed */
Node *operand_product(Parser *parser);    /* the implicit product and all that is tighter */
bool operand_is_number(const Node *node); /* a number literal that stands bare */
Node *literal_number(Parser *parser);
Node *literal_string(Parser *parser);
Node *literal_array(Parser *parser);
Node *literal_piecewise(Parser *parser);
Node *literal_generator(Parser *parser, Node *body);
Node *literal_bind(Parser *parser);
void literal_skip_rows(Parser *parser);                     /* over newlines and ; */
bool clause_head(const Parser *parser, const Token *token); /* argmin, minimize, … */
bool clause_starts(const Parser *parser);
bool clause_word(const Parser *parser, uint32_t at); /* over from using s.t. */
Node *clause_form(Parser *parser);
Node *clause_set(Parser *parser);
bool clause_at_set(const Parser *parser);

/* ---- refusals.c and readings.c: each ends the parse ---- */
_Noreturn void refuse_token(Parser *parser,
                            const char *expected);          /* where an operator or end could be */
_Noreturn void refuse_operand(Parser *parser);              /* where a value must be */
_Noreturn void refuse_hole(Parser *parser, uint32_t start); /* "{1, 2": no value and its } */
_Noreturn void refuse_glued(Parser *parser, const Node *power);
_Noreturn void refuse_division(Parser *parser, const Node *left, Operator op, const Node *right);
_Noreturn void refuse_root(Parser *parser, const Node *root);
_Noreturn void refuse_prime_after(Parser *parser, const Node *whole);
_Noreturn void refuse_target(Parser *parser, const Node *target);
_Noreturn void refuse_parameters(Parser *parser, uint32_t name_at);
_Noreturn void refuse_line_start(Parser *parser);
_Noreturn void refuse_level(Parser *parser, Span span, const char *what);
_Noreturn void refuse_no_else(Parser *parser, uint32_t start, const Node *condition,
                              const Node *yes);
void refuse_head_colon(Parser *parser); /* at a colon: does Python end the head of a block here? */
void refuse_else_colon(Parser *parser); /* behind else */
_Noreturn void refuse_foreign_sign(Parser *parser, bool infix);
/* These fill in the report if they have something to say. */
bool refuse_clause_line(Parser *parser); /* a line that begins with over, from, s.t. or using */
void refuse_neighbours(Parser *parser);  /* neighbours.c: the current token follows a value */
bool refuse_form(Parser *parser);        /* forms.c: inside a clause form, or behind its head */
/* The tokens at [at] of a word that other languages have for a clause, or 0. */
uint32_t form_foreign(const Parser *parser, uint32_t at, const char **clause);
bool refuse_foreign_word(Parser *parser);                      /* a word before the current token */
bool refuse_foreign_infix(Parser *parser);                     /* the current token */
SymbolMeaning refuse_meaning(const Parser *parser, Span name); /* of a name in the session */
const char *refuse_operand_text(Parser *parser, const char *otherwise); /* the operand read last */
const char *refuse_whole_text(Parser *parser, const char *otherwise);   /* with its infixes */
Span refuse_next_operand(const Parser *parser, uint32_t at); /* the value that starts at a token */
Span refuse_rest(const Parser *parser, uint32_t at); /* from a token to the end of its expression */
const char *refuse_next_text(Parser *parser, uint32_t at, const char *otherwise); /* their texts */
const char *refuse_rest_text(Parser *parser, uint32_t at, const char *otherwise);
const Token *refuse_token_at(const Parser *parser, uint32_t at); /* the last one past the end */
bool refuse_ends_line(const Token *token);                       /* a newline, ; or the end */

#endif
