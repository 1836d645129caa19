/* form.h - expressions as sums of products of powers: what formulas are simplified and derived in.
 *
 * A Sum is any expression. It adds Products; a Product multiplies a number and Factors; a Factor is a
 * base to a power, and the base is an Atom (a name, a call, a piecewise form …) or again a Sum. Zero is
 * the empty sum, a number a sum of one product without factors. Order is the order of the source: only
 * the hashes, by which like terms and like powers are found, do not depend on it. Two forms are taken
 * for equal when their 64-bit hashes are: with the thousands of terms a formula can have, chance
 * makes no mistake in the life of the program.
 *
 * All forms live in the arena of one Algebra and never change once they are made.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FORM_H
#define MML_FORM_H

#include <setjmp.h>

#include "calculus/rational.h"
#include "calculus/symbolic.h"

typedef struct Sum Sum;

/* How an atom is written, and which of its parts are forms. */
typedef enum AtomKind {
  ATOM_OPAQUE,    /* the node, as it is: a name, v[2], norm(v), n! */
  ATOM_CALL,      /* arguments of the call */
  ATOM_SERIES,    /* 0 the body: sum(body for …), mean(body for …) */
  ATOM_PIECEWISE, /* the values of the arms */
  ATOM_IF,        /* 0 then, 1 else */
  ATOM_PRIME      /* 0 argument: f'(u) */
} AtomKind;

typedef struct Atom {
  AtomKind kind;
  const Node *node; /* the rest of it, already free of bound names */
  const Sum **argument;
  uint32_t count;
  bool varies;      /* with the variable of the derivative */
  bool positive;    /* e, and the base of exp */
  bool exponential; /* the base of exp: e^u is written exp(u) */
  uint32_t weight;  /* about how much there is to read */
  uint64_t hash;
} Atom;

typedef enum Style { STYLE_POWER, STYLE_SQRT, STYLE_ROOT } Style; /* of the power 1/2 */

typedef struct Factor {
  const Atom *atom; /* the base: one of these two */
  const Sum *sum;
  const Sum *exponent; /* NULL when it is the number */
  Rational power;
  Style style;
  uint64_t base_hash;
} Factor;

typedef struct Product {
  Rational coefficient;
  const Factor *factor;
  uint32_t count;
  bool varies;
  uint32_t weight;
  uint64_t hash; /* of the factors: equal for like terms */
} Product;

struct Sum {
  const Product *const *term;
  uint32_t count;
  bool varies;
  uint32_t weight;
  uint64_t hash;
};

/* A name with a value while a body is read; without one it is bound by `for` around it. */
typedef struct Environment {
  const struct Environment *outer;
  const Symbol *name;
  const Sum *value;
} Environment;

/* A name bound by a `for` around what is being read or derived, whoever wrote it. */
typedef struct Binder {
  const struct Binder *outer;
  const Symbol *name;
} Binder;

/* The parsed text of a derivative rule. */
typedef struct RuleTree {
  const char *text;
  Tree *tree;
} RuleTree;

typedef struct Algebra {
  Tree *tree; /* receives the result */
  SymbolTable *symbols;
  const SymbolicScope *scope;
  const Symbol *variable; /* NULL while only simplifying */
  bool generous;          /* x/x may be 1: so in what a derivative rule has produced */
  bool in_rule;           /* the text being read is a rule of ours */
  const Environment *environment;
  const Binder *binder;
  uint32_t inlined; /* calls of user functions being read */
  uint32_t depth;   /* of the recursion */
  Arena arena;
  size_t used;
  RuleTree *rule;
  uint32_t rule_count, rule_capacity;
  char *why;
  jmp_buf escape;
} Algebra;

enum {
  FORM_DEPTH = 600,      /* nesting; a frame takes about half a kilobyte */
  FORM_MEMORY = 1 << 24, /* bytes of forms: far past what anybody reads */
  FORM_ROUNDS = 6,       /* of reading what was written; two are usual */
  FORM_INLINE = 12       /* calls of user functions inside each other */
};

/* ---- form.c ---- */
void algebra_start(Algebra *algebra, Tree *tree, SymbolTable *symbols, const SymbolicScope *scope, char *why);
void algebra_end(Algebra *algebra);
_Noreturn void algebra_fail(Algebra *algebra, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void algebra_descend(Algebra *algebra);
void algebra_ascend(Algebra *algebra);
void *form_new(Algebra *algebra, size_t size);
uint64_t hash_mix(uint64_t value);
uint64_t hash_rational(Rational a);
const Atom *atom_new(Algebra *algebra, Atom atom); /* [hash] holds that of the node; arguments join it */
Factor factor_of_atom(const Atom *atom);
Factor factor_of_sum(const Sum *sum);
bool factor_is_positive(const Factor *factor); /* its base, whatever the names are */
bool factor_varies(const Factor *factor);
bool sum_is_number(const Sum *sum, Rational *number);
bool sum_mentions(const Sum *sum, const Symbol *name);
bool node_mentions(const Node *node, const Symbol *name);

/* ---- symbolic.c ---- */
/* The derivative of a scalar builtin by an argument, as text in x, y, z; NULL when there is none. */
const char *form_rule(const Symbol *name, uint32_t argument);
/* The parsed rule, kept until the algebra ends. */
const Node *form_rule_tree(Algebra *algebra, const char *text);

/* ---- product.c ---- */
const Product *product_new(Algebra *algebra, Rational coefficient, const Factor *factor, uint32_t count);
const Product *product_scale(Algebra *algebra, const Product *product, Rational by);
const Product *product_multiply(Algebra *algebra, const Product *a, const Product *b);
const Product *product_power(Algebra *algebra, const Product *base, int64_t n);

/* ---- sum.c ---- */
typedef struct SumBuilder {
  const Product **term;
  bool *merged; /* the term is what became of several */
  uint32_t count, capacity;
} SumBuilder;

void summing_add(Algebra *algebra, SumBuilder *builder, const Product *term);
void summing_remove(SumBuilder *builder, uint32_t at);
void summing_add_sum(Algebra *algebra, SumBuilder *builder, const Sum *sum, bool negative);
void summing_arrange(SumBuilder *builder, bool always); /* a positive term first */
const Sum *summing_finish(Algebra *algebra, SumBuilder *builder);

const Sum *sum_number(Algebra *algebra, Rational number);
const Sum *sum_whole(Algebra *algebra, int64_t number);
const Sum *sum_of_factor(Algebra *algebra, Factor factor);
const Sum *sum_of_product(Algebra *algebra, const Product *product);
const Sum *sum_of_atom(Algebra *algebra, const Atom *atom);
const Product *sum_product(Algebra *algebra, const Sum *sum); /* as one product */
const Sum *sum_scale(Algebra *algebra, const Sum *sum, Rational by); /* every term */
const Sum *sum_negate(Algebra *algebra, const Sum *sum);
const Sum *sum_add(Algebra *algebra, const Sum *a, const Sum *b);
const Sum *sum_multiply(Algebra *algebra, const Sum *a, const Sum *b);
const Sum *sum_divide(Algebra *algebra, const Sum *a, const Sum *b);
const Sum *sum_power(Algebra *algebra, const Sum *base, const Sum *exponent, Style style);

/* ---- shorten.c ---- */
void summing_shorten(Algebra *algebra, SumBuilder *builder);
/* The number common to the terms of the sum: 2 of 2x + 4, 1/3 of x/3 + 1, -1 of -x - 1. */
Rational sum_content(const Sum *sum);

/* ---- form_read.c ---- */
const Sum *form_read(Algebra *algebra, const Node *node); /* fails on what is no formula over numbers */
uint64_t form_node_hash(const Node *node);

/* ---- form_call.c ---- */
SymbolicMeaning form_meaning(Algebra *algebra, const Symbol *name, const Prototype **prototype);
const Sum *form_read_call(Algebra *algebra, const Node *node);
const Sum *form_log(Algebra *algebra, const Sum *argument);
/* The body of the user's function that [call] calls, with the arguments in it. NULL when it is not one
 * expression; the algebra's why then says so. */
const Sum *form_inline(Algebra *algebra, const Atom *call);
Environment *environment_add(Algebra *algebra, const Symbol *name, const Sum *value);
const Sum *form_opaque(Algebra *algebra, const Node *node); /* an atom of the node as it is */
const Sum *form_atom(Algebra *algebra, Atom atom); /* [hash] is made here */
bool symbol_is(const Symbol *symbol, const char *key);

/* ---- form_write.c ---- */
Node *form_write(Algebra *algebra, const Sum *sum);
/* The same, read and written until that changes nothing: what is printed simplifies to itself. */
Node *form_result(Algebra *algebra, const Sum *sum);
/* Into the tree, with the names that have values replaced. */
Node *form_copy(Algebra *algebra, const Node *node);
Node *form_node(Algebra *algebra, NodeKind kind, uint32_t count, Node *const *child);
Node *form_name(Algebra *algebra, const char *name);
/* A number that is not negative; its digits are its text, as if typed. */
Node *form_digits(Algebra *algebra, double value);
/* Whether a number can stand right before [node]: 2x, 3(x + 1), 2sin(x), 2√3. */
bool form_takes_number(const Node *node);
/* The value [name] has where [node] is read, or NULL: then it stands for itself. */
const Sum *environment_find(Algebra *algebra, const Symbol *name, bool *bound);

#endif
