/* session.h - everything that lasts from one statement to the next, and the state of the one that runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SESSION_H
#define MML_SESSION_H

#include <setjmp.h>
#include <signal.h>

#include "calculus/trace.h"
#include "machine/code.h"
#include "machine/fail.h"
#include "machine/heap.h"
#include "machine/undo.h"
#include "mml.h"
#include "syntax/parser.h"
#include "values/value.h"

/* What a name means in the session. Compiled code assumes the type of [assumed]; storing something that
 * does not fit starts a new epoch, after which code is compiled anew. */
typedef struct Binding {
  Value value;   /* the user's; NOTHING when not defined */
  Value builtin; /* a primitive, a constant or a stdlib function; NOTHING when there is none */
  Type assumed;  /* of [value] */
  bool is_function;
  bool read_by_functions; /* some function's text mentions the name */
  bool is_checked;  /* a text that was only checked defines it */
  bool is_repeated; /* … more than once */
  char *help;    /* the comment above a definition, owned, or NULL */
} Binding;

typedef struct Frame {
  const Code *code;
  const Instruction *at; /* the instruction running, for errors; where to go on after a call */
  uint32_t number_base, value_base;
  Function *function;    /* borrowed: whose captures; NULL for a unit */
  uint16_t target;       /* register of the caller that gets the result */
  Type target_type;
  bool boundary;         /* called from C: return to C */
} Frame;

typedef struct Scratch {
  struct Scratch *previous;
  void *memory;
  void (*destroy)(void *);
  struct ScratchPage *page; /* the block is part of; NULL: it is a page of its own */
} Scratch;

enum { FRAMES_LARGEST = 20000, NUMBER_STACK = 1 << 21, VALUE_STACK = 1 << 20 };

struct Session {
  MmlHost host;
  SymbolTable symbols;
  Binding *binding; /* by symbol id */
  uint32_t binding_count;
  uint32_t library_loaded; /* the files of the library that were read, a bit each */
  Object objects;   /* head of the list of all objects */
  Value answer;     /* ans */
  History history;  /* for :undo */
  uint32_t epoch;
  uint64_t random[4];
  uint64_t random_before[4]; /* as they were when the statement began */

  /* the machine */
  double *number;   /* NUMBER_STACK registers */
  Value *value;     /* VALUE_STACK registers, NOTHING where unused */
  Frame *frame;     /* FRAMES_LARGEST */
  uint32_t depth;   /* frames in use */
  Value result;     /* of the frame that returned to C */
  uint32_t native_depth; /* C recursion through machine_call */
  Trace *trace[TRACE_LEVELS];
  int level;        /* open traces */
  uint32_t long_recording; /* cells from which on a recording is compacted */

  /* errors */
  jmp_buf *handler;
  Report report;
  char last_error[sizeof ((Report *)NULL)->message]; /* what :explain explains; empty before the first */
  const Node *origin;   /* of the running operation when no frame says more; NULL */
  Source *origin_source;
  bool interrupted;
  uint32_t run;     /* counts evaluations */
  bool deriving;    /* building derivative code: 0*x may be taken for 0 */
  struct Watch *watch; /* looking for what made a nan: machine/watch.h */
  uint32_t quiet;   /* notes are dropped: a method runs, its answer is judged afterwards */
  void (*rescue)(void *context); /* told of an interrupt before the evaluation ends, or NULL */
  void *rescue_context;
  Text notes;
  Scratch *scratch;
  struct ScratchPage *page; /* where small blocks of it come from */
  double *work;     /* for rules, reused */
  size_t work_size;

  /* rules compiled on first use, by address */
  struct { const void *key; Value function; } *lambda;
  uint32_t lambda_count, lambda_capacity;
  struct KeptRecordings *kept; /* calculus/kept.h; NULL until there are some */
  struct { const char *text; Tree *tree; } *slope;
  uint32_t slope_count, slope_capacity;
};

/* After a failure that was caught: gives up what the failed evaluation held. */
void session_recover(Session *session);
/* Begins a run: errors go to [handler], where the caller calls setjmp next. */
void session_begin(Session *session, jmp_buf *handler);
/* The comment above a definition, for ?name. */
void session_keep_help(Session *session, const Node *definition);
/* The binding of a symbol; grows the table as needed. */
Binding *session_binding(Session *session, const Symbol *symbol);
/* What the name means now: the user's value, else the builtin, else NOTHING. Borrowed. */
Value session_lookup(Session *session, const Symbol *symbol);
/* Defines a name. Takes ownership. */
void session_define(Session *session, const Symbol *symbol, Value value);
/* The name has no value of the user's any more; a builtin of that name is itself again. */
void session_forget(Session *session, const Symbol *symbol);
/* The type compiled code may assume of a value. */
Type value_type(Value value);

/* Fails: nobody knows the name (with what is near it), or it has no value yet. */
_Noreturn void session_fail_unknown(Session *session, const Symbol *name);
_Noreturn void session_fail_unset(Session *session, const Symbol *name);
/* The length of x in x_2 or x2, of which an error says x[2] where x has positions; 0 for other names. */
size_t unknown_base(const char *name);

/* Set by mml_interrupt; the engine's only global. */
extern volatile sig_atomic_t interrupt_flag;

/* What the frame [index], from the outermost, is at: the call it waits for, or the operation it runs. */
const Node *frame_origin(const Session *session, uint32_t index);
/* The node of the running operation and the text it is from. */
const Node *session_origin(const Session *session);
Source *session_source(const Session *session);
/* Operand or argument [index] of the running operation; -1 is the operation; NULL when there is none. */
const Node *session_part(const Session *session, int index);
double *session_work(Session *session, size_t count);

/* Scratch memory is a stack: what was taken after the mark goes. */
static inline Scratch *scratch_mark(const Session *session) { return session->scratch; }
void scratch_release(Session *session, Scratch *mark);
void scratch_free(Session *session); /* all of it, at the end of a session */

#endif
