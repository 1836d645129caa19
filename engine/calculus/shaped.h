/* shaped.h - expressions over numbers, vectors and matrices: what matrix calculus is done in.
 *
 * The counterpart of form.h where products do not commute. A ShapedSum adds ShapedTerms; a term is
 *
 *     coefficient * number factors to powers * a chain of array factors
 *
 * and a factor is an atom, perhaps transposed. A sum inside a product is an atom of its own:
 * nothing is multiplied out, so what the user typed in ( ) stays there. The entry-by-entry product
 * of arrays is an atom too. A term without a chain is a number; in a sum of arrays it is added to
 * every entry.
 *
 * As in form.h everything lives in the arena of one Algebra, never changes, and is equal when its
 * hash is. Sums remember the tree they were read from, to be written as they were typed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SHAPED_H
#define MML_SHAPED_H

#include "calculus/form.h"
#include "values/value.h"

/* A product that is 1×1 by its extents is a number, as in the language. */
typedef struct ShapedExtent {
  bool number;
  uint32_t rows, cols; /* of an array; 0: not known here, and taken for more than 1 */
} ShapedExtent;

typedef enum ShapedKind {
  SHAPED_LEAF,  /* the node as it is: a name, an array literal, a constant call */
  SHAPED_GROUP, /* part 0 */
  SHAPED_EACH,  /* the factors, entry by entry */
  SHAPED_CALL,  /* name(parts) */
  SHAPED_SOLVE, /* part 0 \ part 1 */
  SHAPED_POWER, /* part 0 ^ part 1 of numbers, .^ of arrays, when the exponent is no plain number */
  SHAPED_SERIES, /* Σ(part 0 for …): the node is the call, without body */
  SHAPED_ONES,   /* ones like part 0, */
  SHAPED_EYE     /* and the identity with the rows of part 0 */
} ShapedKind;

typedef struct ShapedSum ShapedSum;
typedef struct ShapedAtom ShapedAtom;

typedef struct ShapedFactor {
  const ShapedAtom *atom;
  bool transposed;
  Rational power; /* of number factors and of factors in EACH; else 1 */
} ShapedFactor;

struct ShapedAtom {
  ShapedKind kind;
  ShapedExtent extent;
  const Node *node;
  const Symbol *name;
  const ShapedSum *const *part;
  uint32_t parts;
  const ShapedFactor *factor;
  uint32_t factors;
  bool varies, symmetric;
  uint64_t hash;
};

typedef struct ShapedTerm {
  Rational coefficient;
  const ShapedFactor *scalar, *chain;
  uint32_t scalars, length;
  bool varies;
  uint64_t hash; /* of all but the coefficient */
} ShapedTerm;

struct ShapedSum {
  ShapedExtent extent;
  const ShapedTerm *term;
  uint32_t count;
  const Node *typed; /* how it was written, or NULL */
  bool varies;
  uint64_t hash;
};

/* A name and what it stands for while a body is read; what `for` binds stands for itself. */
typedef struct ShapedName {
  const struct ShapedName *outer;
  const Symbol *symbol;
  const ShapedSum *value;
} ShapedName;

/* A parameter of the function that has the formula. */
typedef struct ShapedParameter {
  const Symbol *symbol;
  const Node *set; /* its annotation, or NULL */
  ShapedExtent extent;
} ShapedParameter;

typedef struct Shaping {
  Algebra *algebra; /* arena, failing, rules */
  Session *session; /* names have their kinds and extents there */
  const ShapedParameter *parameter;
  uint32_t parameters;
  uint32_t variable; /* which parameter the derivative is by */
  bool values;       /* a matrix may be taken for symmetric because its value is */
  bool entrywise;    /* reading the body of f in f.(…), or a rule: products are entry by entry */
  bool *refused;     /* set where the language itself has no value, whatever the formulas can do */
  bool library;      /* reading the body of a function of the library */
  const ShapedName *name;  /* innermost first */
  const ShapedName *bound; /* by any `for` around what is read */
} Shaping;

/* ---- shaped.c: extents, atoms, sums ---- */
/* Fails because the language has no value for arguments with these extents. */
_Noreturn void shaped_refuse(Shaping *shaping, const char *why);
ShapedExtent extent_number(void);
ShapedExtent extent_array(uint32_t rows, uint32_t cols);
bool extent_is_column(ShapedExtent extent);
/* Whether two arrays can have the same extents, and what is known of them together. */
bool extent_joins(ShapedExtent a, ShapedExtent b, ShapedExtent *both);

/* Each term is symmetric, or its transpose is among the others. */
bool shaped_is_symmetric(const ShapedSum *sum);

const ShapedAtom *shaped_atom(Shaping *shaping, ShapedAtom atom);
ShapedTerm shaped_term(ShapedTerm term); /* with hash and varies */
ShapedExtent shaped_term_extent(const ShapedTerm *term);
ShapedExtent shaped_factor_extent(const ShapedFactor *factor);
const ShapedSum *shaped_of_terms(Shaping *shaping, ShapedExtent extent, const ShapedTerm *term,
                                 uint32_t count);
const ShapedSum *shaped_of_atom(Shaping *shaping, const ShapedAtom *atom);
const ShapedSum *shaped_of_factor(Shaping *shaping, ShapedFactor factor);
const ShapedSum *shaped_rational(Shaping *shaping, Rational number);
const ShapedSum *shaped_whole(Shaping *shaping, int64_t number);
const ShapedSum *shaped_zero(Shaping *shaping, ShapedExtent extent);
const ShapedSum *shaped_typed(Shaping *shaping, const ShapedSum *sum, const Node *node);
bool shaped_is_rational(const ShapedSum *sum, Rational *number);
/* Whether it is an array of that kind alone. */
bool shaped_is_kind(const ShapedSum *sum, ShapedKind kind);

/* ---- shaped_product.c ---- */
const ShapedSum *shaped_add(Shaping *shaping, const ShapedSum *a, const ShapedSum *b,
                            bool subtract);
const ShapedSum *shaped_scale(Shaping *shaping, const ShapedSum *a, Rational by);
const ShapedSum *shaped_multiply(Shaping *shaping, const ShapedSum *a, const ShapedSum *b);
const ShapedSum *shaped_transpose(Shaping *shaping, const ShapedSum *a);
/* a .* b, or a*b where one of them is a number. */
const ShapedSum *shaped_each(Shaping *shaping, const ShapedSum *a, const ShapedSum *b);
/* a^power of a number, a.^power of an array. */
const ShapedSum *shaped_raise(Shaping *shaping, const ShapedSum *a, Rational power);
/* The sum of all entries of an array. */
const ShapedSum *shaped_total(Shaping *shaping, const ShapedSum *array);
/* The sum of all products of entries: a'*b for columns. */
const ShapedSum *shaped_inner(Shaping *shaping, const ShapedSum *a, const ShapedSum *b);
/* The product of some of the chain; NULL when there are none. */
const ShapedSum *shaped_slice(Shaping *shaping, const ShapedTerm *term, uint32_t from, uint32_t to);
/* The number before the chain; if one of its factors is named, with that one's slope for it. */
const ShapedSum *shaped_number_part(Shaping *shaping, const ShapedTerm *term, uint32_t lowered);
/* Terms that differ in one transpose joined: (A + A')*x. */
const ShapedSum *shaped_collect(Shaping *shaping, const ShapedSum *a);
/* The series with another body: a factor common to its single term stands before the sign. */
const ShapedSum *shaped_series(Shaping *shaping, const ShapedAtom *series, const ShapedSum *body);

/* ---- shaped_read.c ---- */
const ShapedSum *shaped_read(Shaping *shaping, const Node *node);

/* ---- shaped_call.c ---- */
const ShapedSum *shaped_read_call(Shaping *shaping, const Node *call);
/* name(parts) with a builtin name; fails when it means something else here. */
const ShapedSum *shaped_call(Shaping *shaping, const char *name, ShapedExtent extent,
                             const ShapedSum *const *part, uint32_t parts);
const ShapedSum *shaped_ones(Shaping *shaping, const ShapedSum *like);
const ShapedSum *shaped_eye(Shaping *shaping, const ShapedSum *like);
/* The number of entries of an array. */
const ShapedSum *shaped_entries(Shaping *shaping, const ShapedSum *array);
/* Whether the name means here what it means in every session. */
bool shaped_is_builtin(Shaping *shaping, const Symbol *symbol);
/* The base whose logarithm is 1. */
bool shaped_is_e(Shaping *shaping, const ShapedSum *sum);
/* The builtin symbol of that name, which must mean here what it means in every session. */
const Symbol *shaped_builtin(Shaping *shaping, const char *name);
/* d name(u) / du of a scalar function, entry by entry; [call] is its value. */
const ShapedSum *shaped_slope(Shaping *shaping, const Symbol *name, const ShapedSum *argument,
                              const ShapedSum *call);

/* ---- shaped_write.c ---- */
Node *shaped_write(Shaping *shaping, const ShapedSum *sum);

/* ---- shaped_reverse.c ---- */
/* The gradient of a number by the variable, in its shape. */
const ShapedSum *shaped_gradient(Shaping *shaping, const ShapedSum *value);

/* ---- shaped_forward.c ---- */
/* The Jacobian of a number or a column by the variable, which is a column. */
const ShapedSum *shaped_jacobian(Shaping *shaping, const ShapedSum *value);

#endif
