/* emit.c - instructions, registers and types: the compiler's hands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/compiler.h"

/* ---- errors while compiling ---- */

Report *compile_failure(Compiler *c, const Node *node, const char *format, ...) {
  char message[400];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  c->session->origin = node;
  c->session->origin_source = c->prototype->tree->source;
  return failure(c->session, "%s", message);
}

_Noreturn void compile_fail(Compiler *c, const Node *node, const char *format, ...) {
  char message[400];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  raise_failure(c->session, compile_failure(c, node, "%s", message));
}

/* ---- instructions ---- */

static void word(Compiler *c, Instruction i) {
  Code *code = c->code;
  if (code->count == code->capacity) {
    code->capacity = code->capacity ? 2 * code->capacity : 32;
    code->instruction = memory_resize(code->instruction, code->capacity * sizeof(Instruction));
    code->origin = memory_resize((void *)code->origin, code->capacity * sizeof(Node *));
  }
  code->origin[code->count] = c->node;
  code->instruction[code->count++] = i;
}

uint32_t emit(Compiler *c, Opcode op, uint32_t a, uint32_t b, uint32_t cc) {
  if (a > UINT16_MAX || b > UINT16_MAX || cc > UINT16_MAX) compile_fail(c, c->node, "this function is too large: split it into smaller ones");
  c->last_result = c->code->count;
  word(c, (Instruction){(uint16_t)op, (uint16_t)a, (uint16_t)b, (uint16_t)cc});
  return c->last_result;
}

void emit_extra(Compiler *c, uint32_t a, uint32_t b, uint32_t cc) {
  word(c, (Instruction){0, (uint16_t)a, (uint16_t)b, (uint16_t)cc});
}

void emit_wide(Compiler *c, uint32_t x) { emit_extra(c, x & 0xffff, x >> 16, 0); }

uint32_t emit_jump(Compiler *c, Opcode op, uint32_t a, uint32_t b) {
  uint32_t at = emit(c, op, a, b, 0);
  emit_wide(c, 0);
  c->last_result = UINT32_MAX;
  return at;
}

static void set_target(Compiler *c, uint32_t jump, uint32_t target) {
  c->code->instruction[jump + 1].a = (uint16_t)(target & 0xffff);
  c->code->instruction[jump + 1].b = (uint16_t)(target >> 16);
}

uint32_t here(Compiler *c) {
  c->last_result = UINT32_MAX;
  return c->code->count;
}

void patch_jump(Compiler *c, uint32_t jump) { set_target(c, jump, here(c)); }

void jump_join(Compiler *c, uint32_t *chain, uint32_t jump) {
  set_target(c, jump, *chain);
  *chain = jump;
}

void patch_all(Compiler *c, uint32_t chain) {
  while (chain != NO_JUMP) {
    uint32_t next = instruction_target(&c->code->instruction[chain]);
    patch_jump(c, chain);
    chain = next;
  }
}

void emit_jump_to(Compiler *c, Opcode op, uint32_t a, uint32_t b, uint32_t target) {
  set_target(c, emit_jump(c, op, a, b), target);
}

/* ---- registers ---- */

uint16_t number_temporary(Compiler *c) {
  if (c->number_top >= REGISTERS_LARGEST) compile_fail(c, c->node, "this function is too large: split it into smaller ones");
  uint32_t reg = c->number_top++;
  if (c->number_top > c->code->number_registers) c->code->number_registers = c->number_top;
  return (uint16_t)reg;
}

uint16_t value_temporary(Compiler *c) {
  if (c->value_top >= REGISTERS_LARGEST) compile_fail(c, c->node, "this function is too large: split it into smaller ones");
  uint32_t reg = c->value_top++;
  if (c->value_top > c->code->value_registers) c->code->value_registers = c->value_top;
  return (uint16_t)reg;
}

/* Constants stand in registers of their own, filled when a frame is entered. How many there are is known
 * from the pass before; the first pass that needs more asks for another. */
Operand constant(Compiler *c, double x) {
  Code *code = c->code;
  uint32_t i = 0;
  while (i < code->constant_count && memcmp(&code->constant[i], &x, sizeof x) != 0) i++;
  if (i == code->constant_count) {
    if (i >= REGISTERS_LARGEST / 2) compile_fail(c, c->node, "this function has too many different numbers: split it");
    memory_grow(code->constant, code->constant_count, code->constant_capacity);
    code->constant[code->constant_count++] = x;
  }
  if (i >= c->constant_room) c->changed = true;
  return (Operand){TYPE_NUMBER, (uint16_t)(code->constant_base + (i < c->constant_room ? i : 0)), false};
}

uint32_t literal(Compiler *c, Value owned) {
  memory_grow(c->code->literal, c->code->literal_count, c->code->literal_capacity);
  c->code->literal[c->code->literal_count] = owned;
  return c->code->literal_count++;
}

uint32_t node_reference(Compiler *c, const Node *node) {
  Code *code = c->code;
  if (code->node_count == code->node_capacity) {
    code->node_capacity = code->node_capacity ? 2 * code->node_capacity : 8;
    code->node = memory_resize((void *)code->node, code->node_capacity * sizeof *code->node);
  }
  code->node[code->node_count] = node;
  return code->node_count++;
}

/* ---- moving between types ---- */

/* If the newest instruction made the temporary [x], lets it write [reg] instead. */
static bool retarget(Compiler *c, Operand x, uint16_t reg) {
  if (!x.temporary || c->last_result == UINT32_MAX) return false;
  Instruction *i = &c->code->instruction[c->last_result];
  if (i->a != x.reg) return false;
  switch (i->op) {
    case CODE_NUM_MOVE: case CODE_NUM_ADD: case CODE_NUM_SUBTRACT: case CODE_NUM_MULTIPLY: case CODE_NUM_DIVIDE:
    case CODE_NUM_POWER: case CODE_NUM_NEGATE: case CODE_NUM_SCALAR: case CODE_NUM_SCALAR2:
    case CODE_INDEX_NUMBER: case CODE_INDEX_NUMBER2: case CODE_UNBOX: case CODE_NUM_COMPARE:
      if (!type_is_number(x.type)) return false;
      break;
    case CODE_OPERATE: case CODE_NEGATE: case CODE_SCALAR: case CODE_SCALAR2: case CODE_INDEX: case CODE_VECTOR:
    case CODE_BLOCKS: case CODE_BOX: case CODE_LITERAL: case CODE_MOVE:
      if (type_is_number(x.type)) return false;
      break;
    default: return false;
  }
  i->a = reg;
  return true;
}

Operand boxed(Compiler *c, Operand x) {
  if (!type_is_number(x.type)) return x;
  uint16_t reg = value_temporary(c);
  emit(c, x.type == TYPE_BOOLEAN ? CODE_BOX_BOOLEAN : CODE_BOX, reg, x.reg, 0);
  return (Operand){TYPE_ANY, reg, true};
}

void store(Compiler *c, uint16_t reg, Type type, Operand x) {
  if (type_is_number(type)) {
    assert(type_is_number(x.type));
    if (x.reg != reg && !retarget(c, x, reg)) emit(c, CODE_NUM_MOVE, reg, x.reg, 0);
    return;
  }
  if (type_is_number(x.type)) {
    emit(c, x.type == TYPE_BOOLEAN ? CODE_BOX_BOOLEAN : CODE_BOX, reg, x.reg, 0);
    return;
  }
  if (x.reg != reg && !retarget(c, x, reg)) emit(c, x.temporary ? CODE_TAKE : CODE_MOVE, reg, x.reg, 0);
}

Operand in_temporary(Compiler *c, Operand x, Type type) {
  if (type_is_number(type)) {
    if (x.temporary && x.reg + 1u == c->number_top) return x;
    uint16_t reg = number_temporary(c);
    emit(c, CODE_NUM_MOVE, reg, x.reg, 0);
    return (Operand){x.type, reg, true};
  }
  if (!type_is_number(x.type) && x.temporary && x.reg + 1u == c->value_top) return x;
  uint16_t reg = value_temporary(c);
  store(c, reg, TYPE_ANY, x);
  return (Operand){type_is_number(x.type) ? TYPE_ANY : x.type, reg, true};
}

Operand as_number(Compiler *c, Operand x) {
  if (x.type == TYPE_NUMBER) return x;
  Operand value = boxed(c, x);
  uint16_t reg = number_temporary(c);
  emit(c, CODE_STEER, reg, value.reg, 0);
  return (Operand){TYPE_NUMBER, reg, true};
}

/* ---- types ---- */

Type type_join(Type a, Type b) {
  if (a == b || b == TYPE_NONE) return a;
  return a == TYPE_NONE ? b : TYPE_ANY;
}

Type widen(Compiler *c, Type *assumed, Type seen) {
  Type joined = type_join(*assumed, seen);
  if (joined != *assumed) {
    c->changed = true; /* registers were handed out for the narrower type */
    *assumed = joined;
  }
  return joined;
}

Type *memory_of(Compiler *c, const Node *node) {
  for (uint32_t i = 0; i < c->memory_count; i++)
    if (c->memory[i].node == node) return &c->memory[i].type;
  memory_grow(c->memory, c->memory_count, c->memory_capacity);
  c->memory[c->memory_count] = (Memory){node, TYPE_NONE};
  return &c->memory[c->memory_count++].type;
}
