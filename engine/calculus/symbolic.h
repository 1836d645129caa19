/* symbolic.h - formulas for derivatives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SYMBOLIC_H
#define MML_SYMBOLIC_H

#include "machine/prototype.h"
#include "syntax/ast.h"

/* What a name stands for where the formula is read. */
typedef enum SymbolicMeaning {
  SYMBOLIC_FREE,     /* nothing: a symbol, taken for a number; called, an unknown function */
  SYMBOLIC_NUMBER,   /* a number */
  SYMBOLIC_BUILTIN,  /* what every session starts with: sin, sum, pi, e */
  SYMBOLIC_FUNCTION, /* a function that somebody typed; *prototype says which, or stays NULL */
  SYMBOLIC_OTHER     /* an array, a record …: v[2] and norm(v) are numbers, v has no formula */
} SymbolicMeaning;

typedef struct SymbolicScope {
  SymbolicMeaning (*meaning)(void *context, const Symbol *name, const Prototype **prototype);
  void *context;
  const Symbol *const *own; /* numbers whatever they mean in the session: the other arguments */
  uint32_t own_count;
  bool primes; /* a function without formula has the derivative f'(u)*u' instead of none */
} SymbolicScope;

/* d e / d x as a new simplified tree in [tree]'s arena, or NULL when e holds something without a
 * formula (a loop, a block, an unknown function of x); *why then says what. Names other than x are
 * constants. [scope] says what names mean and which calls can be inlined: those of functions defined
 * by one expression. Without a scope (NULL) builtin names are builtin and all others free. */
Node *symbolic_derivative(Tree *tree, SymbolTable *symbols, const Node *e, const Symbol *x,
                          const SymbolicScope *scope, char why[160]);

/* e with [count] names replaced by expressions, simplified; NULL and why as above. */
Node *symbolic_substitute(Tree *tree, SymbolTable *symbols, const Node *e, const Symbol *const *name,
                          const Node *const *value, uint32_t count, const SymbolicScope *scope,
                          char why[160]);

/* e in the form a textbook has it, in [tree]'s arena: equal to e wherever e has a value. What is no
 * formula over numbers comes back as it is. */
Node *symbolic_simplify(Tree *tree, SymbolTable *symbols, const Node *e);

#endif
