/* prototype.h - a function as it was typed, and the code compiled for it so far.
 *
 * A prototype is resolved once: which names are its own, which it captures from the function around it,
 * and which are looked up in the session at each call. It is compiled once per types of arguments.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_PROTOTYPE_H
#define MML_PROTOTYPE_H

#include "memory.h"
#include "syntax/ast.h"
#include "values/value.h"

/* What the compiler knows of a register. Joining two different ones gives TYPE_ANY. */
typedef enum Type {
  TYPE_NONE,    /* nothing assigned yet */
  TYPE_NUMBER,  /* an unboxed passive double */
  TYPE_BOOLEAN, /* an unboxed 0 or 1 */
  TYPE_ARRAY,   /* a boxed real array */
  TYPE_ANY      /* a boxed value */
} Type;

typedef struct Code Code;

struct Prototype {
  Object head;
  const Symbol *name;      /* NULL for a lambda */
  const Node *node;        /* DEFINE or LAMBDA, or a statement of the session */
  Tree *tree;              /* counted */
  bool is_unit;            /* a statement of the session: its variables are the session's */
  bool is_library;         /* from stdlib: its frames are not shown in errors */
  const Node *const *parameter; /* PARAMETER or VARIABLE nodes */
  uint32_t parameter_count;
  const Node *body;        /* expression, DO, or the statement itself */
  const Symbol **local;    /* parameters first, then every name assigned inside */
  uint32_t local_count, local_capacity;
  const Symbol **capture;  /* names of the enclosing function it uses */
  uint32_t capture_count, capture_capacity;
  Prototype **inner;       /* prototypes of the functions written inside, counted */
  uint32_t inner_count, inner_capacity;
  const Node **lowered;    /* pairs: a CLAUSE and its constraints as one TUPLE of differences */
  uint32_t lowered_count, lowered_capacity;
  Code **code;             /* compiled so far, owned */
  uint32_t code_count, code_capacity;
  char *remark;            /* said behind a # where the function prints; owned, NULL for none */
  bool result_unknown;     /* a recursive call was wrongly taken for a number: assume nothing */
};

/* Resolves a statement of the session (a unit) and every function inside it. Owned by the caller. */
Prototype *prototype_new(Session *session, Tree *tree, const Node *statement, bool library);
/* The same function with another body, in the same tree, which may mention the [extra] names: it captures
 * them behind what [of] captures. Owned by the caller. */
Prototype *prototype_variant(Session *session, const Prototype *of, const Node *body, const Symbol *const *extra, uint32_t count);
/* The number in [inner] of the function written directly inside as [node]. */
uint32_t prototype_inner(const Prototype *prototype, const Node *node);
/* The lowered constraints of a clause written directly inside. */
const Node *prototype_constraints(const Prototype *prototype, const Node *clause);
/* Is [name] a parameter or assigned inside? */
bool prototype_owns(const Prototype *prototype, const Symbol *name);
void prototype_destroy(Prototype *prototype);

/* The definition as it echoes: "f(x) = x^2"; [name] replaces the prototype's own (NULL keeps it). */
void prototype_print(const Prototype *prototype, const Symbol *name, Text *out);

#endif
