/* check.h - the walk over a text that finds its mistakes without running it.
 *
 * Each operation is looked at with what is known of its operands. Where they cannot fit, the
 * operation itself is tried on zeros of their shapes: so an error has the words it has in a run,
 * and none is reported that the operation would not raise. What is not known for certain is silent.
 *
 * A function is walked at each call with what is known of the arguments; there a branch counts only
 * when it is taken for certain, because functions look at their arguments to take the right one.
 * And it is walked once by itself: what is wrong then is wrong for all arguments. Loops are walked
 * until what is known at their head stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CHECK_H
#define MML_CHECK_H

#include "check/known.h"
#include "machine/session.h"

/* Names and what is known of them: of the session, of a running function, of a generator. */
struct Scope {
  Scope *outer;
  const Symbol **name;
  Known *value;
  uint32_t count, capacity;
};

typedef struct CheckLoop {
  struct CheckLoop *outer;
  Known *escape; /* the locals at break and continue, joined; NULL while there was none */
} CheckLoop;

/* A function or a statement of the session being walked. */
typedef struct Body {
  struct Body *caller;
  const Node *call; /* in the caller, or NULL */
  Prototype *prototype;
  Scope *locals; /* what it assigns; the session's names in a statement */
  Scope *scope;  /* the innermost: locals or a generator's */
  CheckLoop *loop;
  Known result; /* of the returns so far */
  bool returned;
  bool dead;       /* what follows is not reached */
  bool left;       /* … perhaps: a branch that may be taken leaves */
  Known container; /* that `end` refers to */
  uint32_t end_place, end_count;
} Body;

/* A function that was made, and what stood around it. */
typedef struct Pending {
  Prototype *prototype;
  Scope *scope;
} Pending;

typedef struct Check {
  Session *session;
  Arena arena;
  Tree *tree;
  Body *body;
  Scope *session_names;
  Report *report;
  uint32_t report_count, report_capacity;
  uint32_t silent;    /* > 0: a loop is being settled, nothing is kept */
  uint32_t unreached; /* > 0: a branch that is not taken, only names count */
  uint32_t doubt;     /* > 0: a branch that may be taken */
  Pending *pending;   /* functions made so far */
  uint32_t pending_count, pending_capacity;
  bool alone;      /* walking functions by themselves */
  uint32_t depth;  /* of calls */
  uint32_t height; /* of nodes being looked at, each inside the one before */
  uint32_t budget; /* nodes and values that may still be looked at freely */
} Check;

enum { CHECK_HEIGHT = 1500 }; /* what lies deeper is not looked at: the C stack */

static inline void check_spend(Check *c, uint32_t looks) {
  c->budget -= looks < c->budget ? looks : c->budget;
}

/* check.c: runs [action] at [node] and keeps its error. False when there was one. */
typedef Value (*CheckAction)(Session *session, const void *context);
bool check_try(Check *c, const Node *node, CheckAction action, const void *context, Value *result);

/* scope.c */
Scope *scope_new(Check *c, Scope *outer);
void scope_bind(Check *c, Scope *scope, const Symbol *name, Known value);
Scope *scope_capture(Check *c, Scope *scope); /* as it is now */
Known *scope_snapshot(Check *c, const Scope *scope);
void scope_restore(Scope *scope, const Known *snapshot);
void scope_join(Check *c, Scope *scope, const Known *snapshot); /* it or what it is */
Known check_name(Check *c, const Node *node, const Symbol *name);

/* statements.c */
Known check_body(Check *c, const Node *body);
void check_statement(Check *c, Prototype *unit);

/* expressions.c */
/* Whether what follows runs: enter before it is walked, leave after it. */
typedef enum Reached { REACHED_NEVER, REACHED_PERHAPS, REACHED_SURELY } Reached;
static inline Reached check_reached(bool known, bool truth) {
  return known ? truth ? REACHED_SURELY : REACHED_NEVER : REACHED_PERHAPS;
}
void check_enter(Check *c, Reached reached);
void check_leave(Check *c, Reached reached);
Known check_expression(Check *c, const Node *node);
void check_children(Check *c, const Node *node);
/* What a loop over [container] gives each time, and how often (or SIZE_UNKNOWN). */
Known check_element(Check *c, const Node *node, Known container, int64_t *turns);
/* Gives the names of a BIND their parts of such an element. */
void check_bind(Check *c, Scope *scope, const Node *bind, Known element);
/* The item of a generator, and the turns of its first two loops. */
Known check_generated(Check *c, const Node *node, int64_t turns[2]);

/* operators.c */
Known check_binary(Check *c, const Node *node, Operator op, Known a, Known b);
Known check_compare(Check *c, const Node *node, Operator op, Known a, Known b);
Known check_transpose(Check *c, Known a);
Known check_blocks(Check *c, const Node *node);

/* positions.c */
Known check_items(Check *c, const Node *index, Known container, Known *item);
Known check_index(Check *c, const Node *node);
Known check_end(Check *c, const Node *node);
Known check_field(Check *c, const Node *node, Known record);
Known check_assigned(Check *c, const Node *target, Known container, Known value);

/* calls.c */
Known check_call(Check *c, const Node *node);
Known check_implicit(Check *c, const Node *node);
Known check_clause(Check *c, const Node *node);
Known check_function(Check *c, const Node *node);
void check_alone(Check *c); /* every function of the text by itself */

/* builtins.c */
typedef struct CheckCall {
  const Node *node;
  const Known *argument; /* positional, then named */
  uint32_t positional, named;
  const Symbol *const *name;
  uint32_t wanted;
} CheckCall;
Known check_builtin(Check *c, const Primitive *row, const CheckCall *call);
/* sum, mean … of a generator whose items are [item]. */
Known check_reduction(const char *name, Known item, int64_t turns);

#endif
