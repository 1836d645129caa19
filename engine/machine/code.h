/* code.h - compiled code: typed registers, one instruction a word, the source of each instruction.
 *
 * A frame has two windows: number registers (double; booleans as 0 and 1) and value registers (boxed).
 * Arguments arrive in the first registers of the window their type says, so a call passes them by
 * overlapping the windows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CODE_H
#define MML_CODE_H

#include "machine/heap.h"
#include "machine/prototype.h"
#include "primitives/primitive.h"

typedef enum Opcode {
#define OPCODE(name, operands) CODE_##name,
#include "machine/opcodes.def"
  CODE_COUNT
} Opcode;

typedef struct Instruction {
  uint16_t op, a, b, c;
} Instruction;

/* A jump's target stands in the word behind it, counted from the start of the code. */
static inline uint32_t instruction_target(const Instruction *i) {
  return (uint32_t)i[1].a | (uint32_t)i[1].b << 16;
}

enum { CALL_ARGUMENTS = 64, CODE_VARIANTS = 8, REGISTERS_LARGEST = 60000 };

/* One place where something is called: how the arguments in the window are to be matched. */
typedef struct CallSite {
  const Primitive *primitive; /* CALL_PRIMITIVE */
  Code *code;                 /* CALL_CODE: borrowed from its prototype */
  uint32_t positional;
  uint32_t named;
  const Symbol **name;        /* of the named ones, which follow the positional in the window */
  uint32_t wanted;            /* results */
  int8_t *place;              /* CALL_PRIMITIVE: window position of each parameter, -1 if absent */
} CallSite;

/* A unit's variable: where it lives while the statement runs. */
typedef struct Export {
  uint32_t symbol;
  Type type;
  uint16_t reg;
  bool shared; /* some function may read it: written back before each call */
} Export;

struct Code {
  Prototype *prototype; /* borrowed */
  uint32_t epoch;       /* what it assumes of the session's bindings held then */
  Type *signature;      /* per capture, then per parameter; TYPE_NONE: not given */
  Type result;
  bool complete;        /* false while being compiled */
  uint32_t run;         /* evaluation that compiled it: incomplete code of another one was given up */
  bool assumed_number;  /* a recursive call took the result for a number before it was known */
  Instruction *instruction;
  const Node **origin;  /* per instruction */
  uint32_t count, capacity;
  uint32_t number_registers, value_registers;
  uint32_t constant_base; /* first number register of the constants */
  double *constant;
  uint32_t constant_count, constant_capacity;
  Value *literal;       /* strings and functions, owned */
  uint32_t literal_count, literal_capacity;
  CallSite *site;
  uint32_t site_count, site_capacity;
  Export *exports;
  uint32_t export_count, export_capacity;
  const Node **node;    /* trees that instructions refer to: sets, formulas, lambdas */
  uint32_t node_count, node_capacity;
};

void code_children(Code *code, HeapVisit visit, void *context);
void code_free(Code *code);

/* The code of a prototype for these types, compiled when it is not there yet. */
Code *code_for(Session *session, Prototype *prototype, const Type *signature);

#endif
