/* compile.c - one function for one set of argument types: prologue, passes, the finished code.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "machine/compiler.h"

enum { PASSES_LARGEST = 60 }; /* types can only widen: more passes mean a bug */

/* ---- the life of code ---- */

void code_children(Code *code, HeapVisit visit, void *context) {
  for (uint32_t i = 0; i < code->literal_count; i++) visit(&code->literal[i], context);
}

static void free_sites(Code *code) {
  for (uint32_t i = 0; i < code->site_count; i++) {
    free((void *)code->site[i].name);
    free(code->site[i].place);
  }
  code->site_count = 0;
}

void code_free(Code *code) {
  free_sites(code);
  free(code->signature);
  free(code->instruction);
  free((void *)code->origin);
  free(code->constant);
  free(code->literal);
  free(code->site);
  free(code->exports);
  free((void *)code->node);
  free(code);
}

static void code_discard(Code *code) {
  for (uint32_t i = 0; i < code->literal_count; i++) value_release(code->literal[i]);
  code->literal_count = 0;
  code_free(code);
}

/* ---- one pass ---- */

static void start_pass(Compiler *c) {
  Code *code = c->code;
  for (uint32_t i = 0; i < code->literal_count; i++) value_release(code->literal[i]);
  code->literal_count = 0;
  free_sites(code);
  code->count = code->node_count = code->export_count = 0;
  code->number_registers = code->value_registers = 0;
  c->number_top = c->value_top = c->bound_count = 0;
  c->changed = c->dead = c->in_index = false;
  c->last_result = UINT32_MAX;
  c->loop = NULL;
  c->node = c->prototype->node;
}

static uint16_t register_for(Compiler *c, Type type) { return type_is_number(type) ? number_temporary(c) : value_temporary(c); }

/* Where each argument arrives; a variable of a wider type is filled from there. */
static void place_parameters(Compiler *c, uint16_t *arrival) {
  const Type *type = c->code->signature + c->prototype->capture_count;
  for (uint32_t i = 0; i < c->prototype->parameter_count; i++)
    if (type[i] != TYPE_NONE) arrival[i] = register_for(c, type[i]);
}

static void place_constants(Compiler *c) {
  c->code->constant_base = c->number_top;
  for (uint32_t i = 0; i < c->constant_room; i++) number_temporary(c);
}

static void place_variables(Compiler *c, const uint16_t *arrival) {
  const Type *type = c->code->signature + c->prototype->capture_count;
  uint32_t parameters = c->prototype->parameter_count;
  for (uint32_t i = 0; i < c->variable_count; i++) {
    Variable *v = &c->variable[i];
    bool given = i < parameters && type[i] != TYPE_NONE;
    if (given) widen(c, &v->type, type[i]);
    bool stays = given && type_is_number(v->type) == type_is_number(type[i]);
    v->reg = stays ? arrival[i] : register_for(c, v->type);
    if (given && !stays) emit(c, CODE_BOX, v->reg, arrival[i], 0);
    v->defined = given;
    if (!given && v->checked && type_is_number(v->type)) emit(c, CODE_NUM_UNSET, v->reg, 0, 0);
  }
  c->last_result = UINT32_MAX;
}

static void load_captures(Compiler *c) {
  for (uint32_t i = 0; i < c->prototype->capture_count; i++) {
    Type type = c->code->signature[i];
    uint16_t value = value_temporary(c);
    emit(c, CODE_CAPTURE, value, i, 0);
    c->capture[i] = (Variable){.name = c->prototype->capture[i], .type = type, .reg = value, .defined = true};
    if (type != TYPE_NUMBER) continue;
    c->capture[i].reg = number_temporary(c);
    emit(c, CODE_UNBOX, c->capture[i].reg, value, 0);
  }
  c->last_result = UINT32_MAX;
}

/* Globals the last pass met. */
static void load_globals(Compiler *c) {
  for (uint32_t i = 0; i < c->global_count; i++) {
    Global *g = &c->global[i];
    g->reg = register_for(c, g->type);
    emit(c, g->type == TYPE_NUMBER ? CODE_GLOBAL_NUMBER : CODE_GLOBAL, g->reg, 0, 0);
    emit_wide(c, g->name->id);
  }
  c->last_result = UINT32_MAX;
}

/* The session's variables that a unit assigns live in registers while it runs. */
static void import_variables(Compiler *c) {
  Code *code = c->code;
  for (uint32_t i = 0; i < c->variable_count; i++) {
    Variable *v = &c->variable[i];
    Binding *b = session_binding(c->session, v->name);
    if (b->assumed != TYPE_NONE) {
      widen(c, &v->type, b->assumed == TYPE_BOOLEAN ? TYPE_ANY : b->assumed);
      v->defined = true;
    }
    emit(c, type_is_number(v->type) ? CODE_IMPORT_NUMBER : CODE_IMPORT, v->reg, 0, 0);
    emit_wide(c, v->name->id);
    memory_grow(code->exports, code->export_count, code->export_capacity);
    code->exports[code->export_count++] = (Export){v->name->id, v->type, v->reg, b->read_by_functions};
  }
  c->last_result = UINT32_MAX;
}

/* A default is evaluated at the call, in the function's own scope, left to right. */
static void fill_defaults(Compiler *c) {
  const Type *type = c->code->signature + c->prototype->capture_count;
  for (uint32_t i = 0; i < c->prototype->parameter_count; i++) {
    const Node *parameter = c->prototype->parameter[i];
    if (type[i] != TYPE_NONE || parameter->kind != NODE_PARAMETER || !parameter->child[1]) continue;
    uint32_t number = c->number_top, value = c->value_top;
    Operand x = compile_expression(c, parameter->child[1]);
    Variable *v = &c->variable[i];
    widen(c, &v->type, x.type);
    if (!type_is_number(v->type) || type_is_number(x.type)) store(c, v->reg, v->type, x);
    v->defined = true;
    c->number_top = number;
    c->value_top = value;
  }
}

/* loss(w in R^3, X in R^(n,3)): sizes are checked, and n is bound by the first shape that mentions it. */
static void check_set(Compiler *c, uint32_t i, const Node *set) {
  uint32_t number = c->number_top, value = c->value_top;
  Variable *v = &c->variable[i];
  Operand x = boxed(c, (Operand){v->type == TYPE_NONE ? TYPE_ANY : v->type, v->reg, false});
  uint16_t sizes = number_temporary(c);
  number_temporary(c);
  c->node = set;
  emit(c, CODE_SHAPE, sizes, x.reg, node_reference(c, c->prototype->parameter[i]));
  for (uint32_t k = 0; k < 2; k++) {
    Operand size = {TYPE_NUMBER, (uint16_t)(sizes + k), false};
    const Node *wanted = k < set->count ? set->child[k] : NULL;
    Variable *dimension = wanted && wanted->kind == NODE_NAME ? find_variable(c, wanted->symbol) : NULL;
    if (dimension && !dimension->defined) {
      widen(c, &dimension->type, TYPE_NUMBER);
      if (type_is_number(dimension->type)) store(c, dimension->reg, TYPE_NUMBER, size);
      else store(c, dimension->reg, TYPE_ANY, size);
      dimension->defined = true;
      continue;
    }
    Operand expected = wanted ? as_number(c, compile_expression(c, wanted)) : constant(c, 1);
    c->node = set;
    emit(c, CODE_EXPECT, size.reg, expected.reg, node_reference(c, c->prototype->parameter[i]));
    emit_extra(c, k, 0, 0);
  }
  c->last_result = UINT32_MAX;
  c->number_top = number;
  c->value_top = value;
}

/* Those of the arguments that were given come first: a default may use what they bind. */
static void check_sets(Compiler *c, bool given) {
  const Type *type = c->code->signature + c->prototype->capture_count;
  for (uint32_t i = 0; i < c->prototype->parameter_count; i++) {
    const Node *parameter = c->prototype->parameter[i];
    if ((type[i] != TYPE_NONE) != given) continue;
    const Node *set = parameter->kind == NODE_PARAMETER ? parameter->child[0] : NULL;
    if (set) check_set(c, i, set);
  }
}

static void pass(Compiler *c) {
  start_pass(c);
  uint16_t arrival[CALL_ARGUMENTS + 1];
  uint32_t loaded = c->global_count;
  place_parameters(c, arrival);
  place_constants(c);
  place_variables(c, arrival);
  load_captures(c);
  load_globals(c);
  c->loaded_globals = loaded;
  if (c->prototype->is_unit) import_variables(c);
  check_sets(c, true);
  fill_defaults(c);
  check_sets(c, false);
  compile_body(c, c->prototype->body);
  if (c->code->constant_count > c->constant_room) c->constant_room = c->code->constant_count;
}

/* A unit's variables may be read by functions while it runs, so the session is told their types before
 * those functions are compiled. */
static void announce_types(Compiler *c) {
  for (uint32_t i = 0; i < c->variable_count; i++) {
    const Variable *v = &c->variable[i];
    if (v->type == TYPE_NONE) continue;
    Binding *b = session_binding(c->session, v->name);
    if (b->assumed == v->type && !b->is_function) continue;
    if (b->assumed == TYPE_NONE && !b->read_by_functions && b->builtin.kind == VALUE_NOTHING) continue;
    Type joined = type_join(b->assumed, v->type);
    if (joined == b->assumed && !b->is_function) continue;
    b->assumed = joined;
    b->is_function = false;
    c->session->epoch++;
  }
}

static void run_passes(Compiler *c) {
  int passes = 0;
  do {
    if (++passes > PASSES_LARGEST) compile_fail(c, c->prototype->node, "the types in this function do not settle");
    c->code->epoch = c->session->epoch;
    pass(c);
    if (c->prototype->is_unit) announce_types(c);
    bool stale = c->code->epoch != c->session->epoch;
    if (c->code->assumed_number && c->code->result != TYPE_NUMBER && !c->changed && !c->prototype->result_unknown) {
      c->prototype->result_unknown = true;
      c->session->epoch++;
      stale = true;
    }
    c->changed = c->changed || stale;
  } while (c->changed);
}

static void compiler_free(void *compiler) {
  Compiler *c = compiler;
  free(c->global);
  free(c->memory);
}

static void compile(Session *session, Prototype *prototype, Code *code) {
  Compiler *c = scratch(session, sizeof(Compiler));
  *c = (Compiler){.session = session, .prototype = prototype, .code = code, .constant_room = 8};
  scratch_adopt(session, c, compiler_free);
  c->variable_count = prototype->local_count;
  c->variable = scratch(session, (prototype->local_count + 1) * sizeof(Variable));
  c->capture = scratch(session, (prototype->capture_count + 1) * sizeof(Variable));
  memset(c->variable, 0, (prototype->local_count + 1) * sizeof(Variable));
  for (uint32_t i = 0; i < prototype->local_count; i++) c->variable[i].name = prototype->local[i];
  const Node *origin = session->origin;
  Source *source = session->origin_source;
  run_passes(c);
  session->origin = origin;
  session->origin_source = source;
}

/* ---- finding code ---- */

static uint32_t signature_length(const Prototype *p) { return p->capture_count + p->parameter_count; }

static bool is_running(const Session *session, const Code *code) {
  for (uint32_t i = 0; i < session->depth; i++)
    if (session->frame[i].code == code) return true;
  return false;
}

static void drop_stale(Session *session, Prototype *p) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < p->code_count; i++) {
    Code *code = p->code[i];
    bool over = code->complete ? code->epoch != session->epoch : code->run != session->run;
    if (over && !is_running(session, code)) code_discard(code);
    else p->code[kept++] = code;
  }
  p->code_count = kept;
}

Code *code_for(Session *session, Prototype *p, const Type *signature) {
  size_t length = signature_length(p);
  for (uint32_t i = 0; i < p->code_count; i++) {
    Code *code = p->code[i];
    bool current = code->complete ? code->epoch == session->epoch : code->run == session->run;
    if (current && (length == 0 || memcmp(code->signature, signature, length * sizeof(Type)) == 0)) return code;
  }
  drop_stale(session, p);
  Code *code = memory_new_zeroed(1, sizeof(Code));
  code->prototype = p;
  code->run = session->run;
  code->signature = memory_new((length + 1) * sizeof(Type));
  if (length) memcpy(code->signature, signature, length * sizeof(Type));
  memory_grow(p->code, p->code_count, p->code_capacity);
  p->code[p->code_count++] = code;
  Scratch *mark = scratch_mark(session);
  compile(session, p, code);
  code->complete = true;
  scratch_release(session, mark);
  return code;
}
