/* unparser.h - what the files that write trees as text share; nobody else includes it.
 *
 * unparse.c has the kinds of nodes, lists and loose operators, unparse_operand.c what holds tightly
 * together, unparse_statement.c functions, clause forms, blocks and statements.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_UNPARSER_H
#define MML_UNPARSER_H

#include "syntax/parse.h"
#include "syntax/unparse.h"

typedef struct Writer {
  Text *out;
  unsigned indent;  /* of the current block, in steps of two spaces */
  bool one_line;    /* inside a string, where a block goes on one line */
  bool keep_groups; /* in a formula, where ( ) keep terms together */
  bool in_bars;     /* in ‖ ‖, where the next ‖ closes */
  bool in_clause;   /* in a clause form, where over from using are its words */
} Writer;

/* ---- unparse.c ---- */
/* [node] as an operand that binds at least as tightly as [least]. */
void unparse_put(Writer *writer, const Node *node, Power least);
void unparse_wrap(Writer *writer, const Node *node); /* in ( ) */
/* Puts ( ) around what was written since [start]: writing it twice would double at every level. */
void unparse_wrap_since(Writer *writer, size_t start);
/* The writer in ( ): neither bars nor clause words nor the terms of a formula reach there. */
Writer unparse_inside(const Writer *writer);
/* The children [from, to) with commas between them. */
void unparse_list(Writer *writer, const Node *node, uint32_t from, uint32_t to, Power least);
void unparse_bind(Writer *writer, const Node *bind);
void unparse_number(Writer *writer, const Node *node); /* as typed, else the shortest spelling */
Power unparse_power_of(const Node *node);              /* how tightly its spelling binds */
bool unparse_is_number(const Node *node);              /* a literal, imaginary or not */
bool unparse_negative(const Node *node); /* a number that was computed and prints with a minus */

/* ---- unparse_operand.c ---- */
void unparse_call(Writer *writer, const Node *node, const char *open, const char *close);
void unparse_field(Writer *writer, const Node *node);
void unparse_suffix(Writer *writer, const Node *node, const char *sign); /* ' ᵀ ⁻¹ ! */
void unparse_nabla(Writer *writer, const Node *node);
void unparse_power(Writer *writer, const Node *node); /* x^2, A.^2 */
void unparse_root(Writer *writer, const Node *node);
/* A product without a sign; [closed] makes it end in ) so that the next factor can follow. */
void unparse_product(Writer *writer, const Node *node, bool closed);
void unparse_prime_call(Writer *writer, const Node *node); /* f'(2), A'(x) */

/* ---- unparse_statement.c ---- */
void unparse_set(Writer *writer, const Node *set); /* R^(2,3) */
void unparse_lambda(Writer *writer, const Node *node);
void unparse_clause(Writer *writer, const Node *node);
/* The statements of a block on lines of their own, and the place where its end word goes. */
void unparse_block(Writer *writer, const Node *block);
/* Any node: what is no statement is written as a value. */
void unparse_statement(Writer *writer, const Node *node);

#endif
