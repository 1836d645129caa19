/* compiler.h - the state of one compilation, shared by the files that emit code.
 *
 * Inference is emission: code is emitted with the types assumed so far, and whenever a variable, a
 * branch or a result turns out wider than assumed the pass is repeated with the wider type. Types only
 * widen, so a few passes reach the end.
 *
 * Temporaries are a stack in each window: an expression's result always lands in the lowest register that
 * was free when it began, so arguments evaluated one after the other stand side by side.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_COMPILER_H
#define MML_COMPILER_H

#include "machine/code.h"
#include "machine/session.h"

typedef struct Operand {
  Type type;
  uint16_t reg;
  bool temporary;
} Operand;

static inline bool type_is_number(Type t) { return t == TYPE_NUMBER || t == TYPE_BOOLEAN; }

typedef struct Variable {
  const Symbol *name;
  Type type;        /* widest seen so far */
  uint16_t reg;
  bool defined;     /* on every path to here */
  bool checked;     /* read somewhere where it may be undefined: keep track */
} Variable;

/* A name bound by a generator while its body is compiled. */
typedef struct Bound {
  const Symbol *name;
  Operand operand;
} Bound;

/* A global read by this code: loaded once, at the start. */
typedef struct Global {
  const Symbol *name;
  Type type;
  uint16_t reg;
} Global;

/* The type a branching or accumulating node had in the last pass. */
typedef struct Memory {
  const Node *node;
  Type type;
} Memory;

typedef struct Loop {
  struct Loop *outer;
  uint32_t exits, nexts; /* chains of jumps to patch */
} Loop;

typedef struct Compiler {
  Session *session;
  Prototype *prototype;
  Code *code;
  Variable *variable;   /* the prototype's locals */
  uint32_t variable_count;
  Variable *capture;    /* the prototype's captures */
  Bound bound[64];
  uint32_t bound_count;
  Global *global;
  uint32_t global_count, global_capacity, loaded_globals;
  Memory *memory;
  uint32_t memory_count, memory_capacity;
  Loop *loop;
  uint32_t constant_room; /* registers set aside for constants */
  uint32_t number_top, value_top;
  bool changed;         /* another pass is needed */
  bool dead;            /* the code here cannot be reached */
  uint32_t last_result; /* instruction whose a is the newest temporary, or UINT32_MAX after a label */
  uint32_t calls;       /* calls of functions the unit does not know: exports are kept current */
  const Node *node;     /* being compiled: the origin of what is emitted */
  Operand end_of;       /* container that `end` refers to */
  uint32_t end_place, end_count;
  bool in_index;
} Compiler;

/* The type of the user's value of a name, NONE when there is none. The library does not see the user's
 * names: what it calls stays what it was written for. */
static inline Type user_type(const Compiler *c, const Binding *b) {
  return c->prototype->is_library && b->builtin.kind != VALUE_NOTHING ? TYPE_NONE : b->assumed;
}

/* emit.c */
uint32_t emit(Compiler *c, Opcode op, uint32_t a, uint32_t b, uint32_t cc);
void emit_extra(Compiler *c, uint32_t a, uint32_t b, uint32_t cc);
void emit_wide(Compiler *c, uint32_t x); /* a word holding one 32-bit number */
uint32_t emit_jump(Compiler *c, Opcode op, uint32_t a, uint32_t b); /* returns what patch_jump wants */
void patch_jump(Compiler *c, uint32_t jump);
/* Jumps to one place not known yet are a chain through their target words; NO_JUMP ends it. */
#define NO_JUMP UINT32_MAX
void jump_join(Compiler *c, uint32_t *chain, uint32_t jump);
void patch_all(Compiler *c, uint32_t chain);
void emit_jump_to(Compiler *c, Opcode op, uint32_t a, uint32_t b, uint32_t target);
uint32_t here(Compiler *c); /* a label: the next instruction is a jump target */
uint16_t number_temporary(Compiler *c);
uint16_t value_temporary(Compiler *c);
Operand constant(Compiler *c, double x);
uint32_t literal(Compiler *c, Value owned);
uint32_t node_reference(Compiler *c, const Node *node);
Operand boxed(Compiler *c, Operand x); /* in a value register; a new temporary when it was a number */
Operand in_temporary(Compiler *c, Operand x, Type type); /* moved to the top temporary unless it is there */
Operand as_number(Compiler *c, Operand x); /* a passive number for positions and bounds (STEER) */
void store(Compiler *c, uint16_t reg, Type type, Operand x); /* into a register of the given type */
Type *memory_of(Compiler *c, const Node *node);
Type type_join(Type a, Type b);
/* Joins into *assumed and notes whether that calls for another pass. */
Type widen(Compiler *c, Type *assumed, Type seen);
_Noreturn void compile_fail(Compiler *c, const Node *node, const char *format, ...) __attribute__((format(printf, 3, 4)));
Report *compile_failure(Compiler *c, const Node *node, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Where the temporaries stood when an expression began: its result goes there. */
typedef struct Mark { uint32_t number, value; } Mark;

static inline Mark mark(const Compiler *c) { return (Mark){c->number_top, c->value_top}; }
static inline void reset(Compiler *c, Mark m) {
  c->number_top = m.number;
  c->value_top = m.value;
}

static inline Operand number_result(Compiler *c, Mark m, Type type) {
  reset(c, m);
  return (Operand){type, number_temporary(c), true};
}

static inline Operand value_result(Compiler *c, Mark m, Type type) {
  reset(c, m);
  return (Operand){type, value_temporary(c), true};
}

/* expressions.c */
Operand compile_expression(Compiler *c, const Node *node);
Operand compile_used(Compiler *c, const Node *node); /* fails at run time when a call gave nothing */
Operand compile_boxed(Compiler *c, const Node *node); /* in the top value temporary */
Operand read_name(Compiler *c, const Node *node, const Symbol *name);

/* conditions.c */
void compile_condition(Compiler *c, const Node *node, uint32_t *chain); /* jumps taken when it is false */
Operand compile_compare(Compiler *c, const Node *node);
Operand compile_logic(Compiler *c, const Node *node); /* and, or, not */
Operand compile_if(Compiler *c, const Node *node);
Operand compile_piecewise(Compiler *c, const Node *node);

/* containers.c */
uint16_t compile_items(Compiler *c, const Node *index, Operand container); /* positions in value registers */
Operand literal_operand(Compiler *c, Value owned);
Operand compile_array(Compiler *c, const Node *node);
Operand compile_range(Compiler *c, const Node *node);
Operand compile_tuple(Compiler *c, const Node *node);
Operand compile_string(Compiler *c, const Node *node);
Operand compile_end(Compiler *c, const Node *node);
Operand compile_index(Compiler *c, const Node *node);
Operand compile_field(Compiler *c, const Node *node);
Operand compile_formula(Compiler *c, const Node *node);

/* calls.c */
Operand compile_call(Compiler *c, const Node *node);
Operand compile_primitive(Compiler *c, const Node *node, const char *name, const Node *const *argument, uint32_t count);
Operand compile_closure(Compiler *c, const Node *node);
Operand compile_clause(Compiler *c, const Node *node);
void before_call(Compiler *c);

/* generators.c */
Operand compile_comprehension(Compiler *c, const Node *node);
/* sum, prod, max … of a generator; false when the callee has no such form. */
bool compile_reduction(Compiler *c, const Node *call, const char *name, Operand *result);
typedef void (*LoopBody)(Compiler *c, void *context);
void compile_for(Compiler *c, const Node *bind, LoopBody body, void *context, bool own_scope);

/* statements.c */
void compile_body(Compiler *c, const Node *body);
Variable *find_variable(Compiler *c, const Symbol *name);

#endif
