/* typesetter.h - what the files that typeset trees share; nobody else includes it.
 *
 * typeset.c has the kinds of nodes, typeset_operator.c what stands between and behind operands,
 * typeset_call.c the functions that have a notation of their own, typeset_definition.c what they are in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TYPESETTER_H
#define MML_TYPESETTER_H

#include "syntax/typeset.h"

typedef struct Typesetter {
  Text *out;
  const TypesetScope *scope; /* or NULL */
  struct Own *own;           /* names of the definition's own, owned */
  uint32_t own_count, own_capacity;
} Typesetter;

/* How tightly a formula holds together, loosest first. It is not how the source binds: a fraction and
 * a bracket hold by their looks. */
typedef enum Bond {
  BOND_NONE, /* reaches to the end of what it stands in: a lambda, cases, a clause form */
  BOND_OR,
  BOND_AND,
  BOND_NOT,
  BOND_COMPARE,
  BOND_SUM,
  BOND_PRODUCT,
  BOND_FACTOR, /* may stand in any product, but an exponent would not reach all of it */
  BOND_RAISED, /* has an exponent already */
  BOND_ATOM
} Bond;

/* ---- typeset.c ---- */
/* [node] as an operand that holds together at least as tightly as [least]. */
void typeset_put(Typesetter *ts, const Node *node, Bond least);
void typeset_wrap(Typesetter *ts, const Node *node); /* in ( ) */
void typeset_list(Typesetter *ts, const Node *node, uint32_t from, uint32_t to);
Bond typeset_bond(const Typesetter *ts, const Node *node);
/* What a name means here; one of the definition's own is a function if it is called in it. */
TypesetMeaning typeset_meaning(const Typesetter *ts, const Symbol *name);
bool typeset_owns(const Typesetter *ts, const Symbol *name); /* a parameter, a loop's or a local name */
void typeset_array(Typesetter *ts, const Node *array, bool row);
void typeset_range(Typesetter *ts, const Node *range, bool position); /* 1:n or \{1, \dots, n\} */

/* ---- typeset_definition.c ---- */
void typeset_clause(Typesetter *ts, const Node *node);
void typeset_lambda(Typesetter *ts, const Node *node);
void typeset_define(Typesetter *ts, const Node *node);
/* A statement has no notation: its lines as they are typed. */
void typeset_listing(Typesetter *ts, const Node *node);

/* ---- typeset_operator.c ---- */
/* Puts [open] and [close] around what was written since [start], with \left and \right if it is tall. */
void typeset_fence(Typesetter *ts, size_t start, const char *open, const char *close);
/* A space where the command before [at] would swallow the letter behind it. */
void typeset_part(Typesetter *ts, size_t at);
bool typeset_is_product(const Typesetter *ts, const Node *implicit);
bool typeset_is_function(const Typesetter *ts, const Node *node);
Bond typeset_binary_bond(const Typesetter *ts, const Node *node);
void typeset_binary(Typesetter *ts, const Node *node);
void typeset_implicit(Typesetter *ts, const Node *node);
void typeset_negate(Typesetter *ts, const Node *node);
void typeset_compare(Typesetter *ts, const Node *node);
void typeset_prime(Typesetter *ts, const Node *node);
void typeset_nabla(Typesetter *ts, const Node *node);
void typeset_index(Typesetter *ts, const Node *node);

/* ---- typeset_call.c ---- */
Bond typeset_call_bond(const Typesetter *ts, const Node *call);
void typeset_call(Typesetter *ts, const Node *call);
bool typeset_is_big(const Typesetter *ts, const Node *call); /* \sum, \int, \lim: open on the right */
/* sin and its like carry their exponent before the argument: true when that was written. */
bool typeset_raised_call(Typesetter *ts, const Node *call, const Node *exponent);
/* _{i=1}^{n} behind a comprehension or a big sign; "i \in S" when it is no plain range. */
void typeset_bounds(Typesetter *ts, const Node *generator);
/* 1 \le i \le n, x \in S */
void typeset_membership(Typesetter *ts, const Node *bind);
/* A name, or the sign a builtin function has. */
void typeset_symbol(Typesetter *ts, const Symbol *symbol);

#endif
