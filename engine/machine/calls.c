/* calls.c - code for calls: builtins, functions whose code is known, and anything else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "machine/compiler.h"

static uint32_t new_site(Compiler *c, CallSite site) {
  Code *code = c->code;
  memory_grow(code->site, code->site_count, code->site_capacity);
  code->site[code->site_count] = site;
  return code->site_count++;
}

/* Functions may read the session's variables: a unit writes those it changes back first. */
void before_call(Compiler *c) {
  if (!c->prototype->is_unit) return;
  for (uint32_t i = 0; i < c->code->export_count; i++)
    if (c->code->exports[i].shared) {
      emit(c, CODE_EXPORT, 0, 0, 0);
      c->last_result = UINT32_MAX;
      return;
    }
}

/* The arguments of a call in the tree. */
typedef struct CallNode {
  const Node *node;
  const Node *callee;
  const Node *argument[CALL_ARGUMENTS];
  uint32_t positional, named;
  const Symbol *name[CALL_ARGUMENTS];
} CallNode;

static CallNode read_call(Compiler *c, const Node *n) {
  CallNode call = {.node = n, .callee = n->child[n->kind == NODE_PIPE ? 1 : 0]};
  if (n->kind == NODE_PIPE) {
    call.argument[0] = n->child[0];
    call.positional = 1;
    return call;
  }
  if (n->count > CALL_ARGUMENTS) compile_fail(c, n, "a call has at most %d arguments, found %u: put them into an array", CALL_ARGUMENTS, n->count - 1);
  for (uint32_t i = 1; i < n->count; i++) {
    const Node *argument = n->child[i];
    if (argument->kind == NODE_NAMED) {
      call.name[call.named++] = argument->symbol;
      argument = argument->child[0];
    } else {
      call.positional++;
    }
    call.argument[i - 1] = argument;
  }
  return call;
}

static Operand compile_argument(Compiler *c, const Node *argument) {
  return argument->kind == NODE_GENERATED ? compile_comprehension(c, argument) : compile_used(c, argument);
}

/* An argument in the next register of the window its type says. */
static Operand place_argument(Compiler *c, const Node *argument, bool box) {
  uint32_t number = c->number_top, value = c->value_top;
  Operand x = compile_argument(c, argument);
  bool as_number_ = x.type == TYPE_NUMBER && !box;
  bool in_place = x.temporary && (as_number_ ? x.reg == number : !type_is_number(x.type) && x.reg == value);
  c->number_top = number;
  c->value_top = value;
  uint16_t reg = as_number_ ? number_temporary(c) : value_temporary(c);
  if (!in_place) store(c, reg, as_number_ ? TYPE_NUMBER : TYPE_ANY, x);
  Type type = as_number_ ? TYPE_NUMBER : x.type == TYPE_ARRAY ? TYPE_ARRAY : TYPE_ANY;
  /* A window register must not be written by anything but this argument. */
  c->last_result = UINT32_MAX;
  return (Operand){type_is_number(x.type) && box ? x.type : type, reg, true};
}

/* ---- builtins ---- */

static Type result_type(const Primitive *row, const Type *type, uint32_t count) {
  bool numbers = true;
  for (uint32_t i = 0; i < count; i++) {
    if (type[i] != TYPE_NUMBER && type[i] != TYPE_ARRAY) return TYPE_ANY;
    numbers = numbers && type[i] == TYPE_NUMBER;
  }
  switch (row->result) {
    case RESULT_NUMBER: return TYPE_NUMBER;
    case RESULT_ARRAY: return TYPE_ARRAY;
    case RESULT_LIKE: return numbers ? TYPE_NUMBER : TYPE_ARRAY;
    default: return TYPE_ANY;
  }
}

/* The call of a builtin whose arguments stand in the value registers from [value] on. */
static Operand call_window(Compiler *c, const CallNode *call, const Primitive *row, uint32_t value) {
  c->node = call->node;
  CallSite site = {.primitive = row, .positional = call->positional, .named = call->named, .wanted = 1};
  c->session->origin = call->node;
  c->session->origin_source = c->prototype->tree->source;
  int8_t place[PARAMETERS_MOST];
  primitive_match(c->session, row, call->positional, call->named, call->name, place);
  site.place = memory_new(sizeof place);
  memcpy(site.place, place, sizeof place);
  uint32_t at = new_site(c, site);
  before_call(c);
  c->value_top = value;
  Operand result = {TYPE_ANY, value_temporary(c), true};
  emit(c, CODE_CALL_PRIMITIVE, result.reg, value, at);
  c->last_result = UINT32_MAX;
  return result;
}

static Operand primitive_operand(Compiler *c, const CallNode *call, const Primitive *row) {
  uint32_t number = c->number_top, value = c->value_top;
  Type type[CALL_ARGUMENTS];
  uint32_t count = call->positional + call->named;
  for (uint32_t i = 0; i < count; i++) type[i] = place_argument(c, call->argument[i], true).type;
  c->number_top = number;
  Operand result = call_window(c, call, row, value);
  Type known = result_type(row, type, count);
  if (known == TYPE_NUMBER) {
    c->value_top = value;
    uint16_t reg = number_temporary(c);
    emit(c, CODE_UNBOX, reg, result.reg, 0);
    return (Operand){TYPE_NUMBER, reg, true};
  }
  result.type = known;
  return result;
}

/* Scalar functions of numbers run without boxing. */
static bool scalar_operand(Compiler *c, const CallNode *call, const char *name, Operand *result) {
  Scalar op = scalar_find(name);
  uint32_t arguments = op < SCALAR_COUNT ? (uint32_t)scalar_row[op].arguments : 0;
  if (op == SCALAR_COUNT || call->named || call->positional != arguments) return false;
  if (call->argument[0]->kind == NODE_GENERATED) return false;
  uint32_t number = c->number_top, value = c->value_top;
  Operand a = compile_expression(c, call->argument[0]);
  Operand b = arguments == 2 ? compile_expression(c, call->argument[1]) : a;
  c->node = call->node;
  bool numbers = a.type == TYPE_NUMBER && b.type == TYPE_NUMBER;
  Operand x = numbers ? a : boxed(c, a), y = numbers || arguments == 1 ? b : boxed(c, b);
  c->number_top = number;
  c->value_top = value;
  if (numbers) {
    uint16_t reg = number_temporary(c);
    emit(c, arguments == 1 ? CODE_NUM_SCALAR : CODE_NUM_SCALAR2, reg, a.reg, arguments == 1 ? op : b.reg);
    if (arguments == 2) emit_extra(c, op, 0, 0);
    *result = (Operand){TYPE_NUMBER, reg, true};
    return true;
  }
  uint16_t reg = value_temporary(c);
  emit(c, arguments == 1 ? CODE_SCALAR : CODE_SCALAR2, reg, x.reg, arguments == 1 ? op : y.reg);
  if (arguments == 2) emit_extra(c, op, 0, 0);
  bool array = a.type == TYPE_ARRAY || b.type == TYPE_ARRAY;
  bool known = (a.type == TYPE_ARRAY || a.type == TYPE_NUMBER) && (b.type == TYPE_ARRAY || b.type == TYPE_NUMBER);
  *result = (Operand){array && known ? TYPE_ARRAY : TYPE_ANY, reg, true};
  return true;
}

static void text_argument(Compiler *c, const char *text) {
  emit(c, CODE_LITERAL, value_temporary(c), literal(c, value_string(string_new(c->session, text, strlen(text)))), 0);
  c->last_result = UINT32_MAX;
}

/* record(a = 1, b = 2): the names are the caller's own. */
static Operand record_operand(Compiler *c, const CallNode *call) {
  uint32_t number = c->number_top, value = c->value_top;
  for (uint32_t i = 0; i < call->named; i++) {
    for (uint32_t k = 0; k < i; k++)
      if (call->name[k] == call->name[i])
        compile_fail(c, call->argument[i], "%s is given twice", call->name[i]->name);
    text_argument(c, call->name[i]->name);
    compile_boxed(c, call->argument[i]);
  }
  c->number_top = number;
  c->value_top = value;
  uint16_t reg = value_temporary(c);
  emit(c, CODE_SCOPE, reg, value, call->named);
  c->last_result = UINT32_MAX;
  return (Operand){TYPE_ANY, reg, true};
}

/* diff(x^2*y, x): the expression as a formula, names as strings. */
static Operand quoting_operand(Compiler *c, const CallNode *call, const Primitive *row) {
  uint32_t number = c->number_top, value = c->value_top;
  if (call->named) compile_fail(c, call->node, "%s takes an expression and names: %s(x^2*y, x)", row->name, row->name);
  for (uint32_t i = 0; i < call->positional; i++) {
    const Node *argument = call->argument[i];
    c->value_top = value + i;
    if (i == 0) compile_formula(c, argument);
    else if (argument->kind == NODE_NAME) text_argument(c, argument->symbol->key);
    else compile_boxed(c, argument);
  }
  c->number_top = number;
  return call_window(c, call, row, value);
}

/* table(x = v, y = w) is table(record(x = v, y = w)). */
static Operand table_operand(Compiler *c, const CallNode *call, const Primitive *row) {
  uint32_t value = c->value_top;
  record_operand(c, call);
  return call_window(c, &(CallNode){.node = call->node, .positional = 1}, row, value);
}

static Operand builtin_call(Compiler *c, const CallNode *call, const Primitive *row) {
  Operand result;
  bool fields = call->positional == 0 && call->named > 0;
  if (fields && strcmp(row->name, "record") == 0) return record_operand(c, call);
  if (fields && strcmp(row->name, "table") == 0) return table_operand(c, call, row);
  if (row->result == RESULT_FORMULA && call->positional) return quoting_operand(c, call, row);
  if (compile_reduction(c, call->node, row->name, &result)) return result;
  if (scalar_operand(c, call, row->name, &result)) return result;
  return primitive_operand(c, call, row);
}

Operand compile_primitive(Compiler *c, const Node *node, const char *name, const Node *const *argument, uint32_t count) {
  const Primitive *row = primitive_find(name);
  assert(row);
  CallNode call = {.node = node, .positional = count};
  memcpy(call.argument, argument, count * sizeof *argument);
  Operand result;
  if (scalar_operand(c, &call, name, &result)) return result;
  return primitive_operand(c, &call, row);
}

/* ---- functions somebody typed ---- */

static Prototype *known_prototype(Value v) {
  if (v.kind != VALUE_FUNCTION) return NULL;
  const Function *f = (Function *)v.object;
  return f->function_kind == FUNCTION_CLOSURE && f->count == 0 ? f->prototype : NULL;
}

/* The function a name stands for, when that cannot change while this code is valid. */
static Value known_function(Compiler *c, const Node *callee) {
  if (callee->kind != NODE_NAME) return value_nothing();
  const Symbol *name = callee->symbol;
  for (uint32_t i = 0; i < c->bound_count; i++)
    if (c->bound[i].name == name) return value_nothing();
  for (uint32_t i = 0; i < c->prototype->capture_count; i++)
    if (c->capture[i].name == name) return value_nothing();
  if (find_variable(c, name)) return value_nothing();
  Binding *b = session_binding(c->session, name);
  if (user_type(c, b) == TYPE_NONE) return b->builtin;
  return b->is_function ? b->value : value_nothing();
}

/* The one argument of a call of the builtin of that name, NULL if this is no such call. */
static const Node *argument_of(Compiler *c, const Node *n, const char *name, const char *other) {
  if (n->kind != NODE_CALL || n->count != 2) return NULL;
  if (n->child[1]->kind == NODE_GENERATED || n->child[1]->kind == NODE_NAMED) return NULL;
  Value known = known_function(c, n->child[0]);
  if (known.kind != VALUE_FUNCTION ||
      ((Function *)known.object)->function_kind != FUNCTION_PRIMITIVE)
    return NULL;
  const char *found = ((Function *)known.object)->primitive->name;
  return strcmp(found, name) == 0 || strcmp(found, other) == 0 ? n->child[1] : NULL;
}

/* The exp(x) of log(sum(exp(x))): computed as typed, but where it overflows its derivative would be
 * 0 or nan. It is what an infinity is said to come from. */
static const Node *log_sum_exp(Compiler *c, const Node *n) {
  const Node *sum = argument_of(c, n, "log", "ln"),
             *exponential = sum ? argument_of(c, sum, "sum", "Sigma") : NULL;
  return exponential && argument_of(c, exponential, "exp", "exp") ? exponential : NULL;
}

static bool takes(const Prototype *p, uint32_t given) {
  if (given > p->parameter_count) return false;
  for (uint32_t i = given; i < p->parameter_count; i++)
    if (p->parameter[i]->kind != NODE_PARAMETER || !p->parameter[i]->child[1]) return false;
  return true;
}

static Operand known_call(Compiler *c, const CallNode *call, Prototype *p) {
  uint32_t number = c->number_top, value = c->value_top;
  Type signature[CALL_ARGUMENTS];
  for (uint32_t i = 0; i < p->parameter_count; i++)
    signature[i] = i < call->positional ? place_argument(c, call->argument[i], false).type : TYPE_NONE;
  c->node = call->node;
  before_call(c);
  Code *code = code_for(c->session, p, signature);
  Type result = code->result;
  if (!code->complete && result == TYPE_NONE) {
    result = p->result_unknown ? TYPE_ANY : TYPE_NUMBER;
    code->assumed_number = code->assumed_number || result == TYPE_NUMBER;
  }
  if (p->result_unknown && !code->complete) result = TYPE_ANY;
  if (code->complete && result == TYPE_NONE) result = TYPE_ANY;
  uint32_t site = new_site(c, (CallSite){.code = code, .positional = call->positional, .wanted = 1});
  c->number_top = number;
  c->value_top = value;
  uint16_t reg = type_is_number(result) ? number_temporary(c) : value_temporary(c);
  emit(c, CODE_CALL_CODE, reg, number, value);
  emit_extra(c, site, result, 0);
  c->last_result = UINT32_MAX;
  return (Operand){result, reg, true};
}

static Operand value_call(Compiler *c, const CallNode *call, Opcode op) {
  uint32_t number = c->number_top, value = c->value_top;
  compile_boxed(c, call->callee);
  for (uint32_t i = 0; i < call->positional + call->named; i++) place_argument(c, call->argument[i], true);
  c->node = call->node;
  before_call(c);
  CallSite site = {.positional = call->positional, .named = call->named, .wanted = 1};
  if (call->named) {
    site.name = memory_new(call->named * sizeof *site.name);
    memcpy((void *)site.name, call->name, call->named * sizeof *site.name);
  }
  uint32_t at = new_site(c, site);
  c->number_top = number;
  c->value_top = value;
  uint16_t reg = value_temporary(c);
  emit(c, op, reg, value, at);
  c->last_result = UINT32_MAX;
  return (Operand){TYPE_ANY, reg, true};
}

Operand compile_call(Compiler *c, const Node *n) {
  CallNode call = read_call(c, n);
  if (n->kind == NODE_CALL_EACH) return value_call(c, &call, CODE_CALL_EACH);
  const Node *lost = log_sum_exp(c, n);
  if (lost)
    return primitive_operand(
        c, &(CallNode){.node = lost, .argument = {lost->child[1]}, .positional = 1},
        primitive_find("log_sum_exp_"));
  Value known = known_function(c, call.callee);
  if (known.kind == VALUE_FUNCTION && ((Function *)known.object)->function_kind == FUNCTION_PRIMITIVE)
    return builtin_call(c, &call, ((Function *)known.object)->primitive);
  Prototype *p = known_prototype(known);
  if (p && call.named == 0 && takes(p, call.positional) && p->parameter_count <= CALL_ARGUMENTS) return known_call(c, &call, p);
  return value_call(c, &call, CODE_CALL_VALUE);
}

/* ---- functions written here ---- */

static Operand closure_of(Compiler *c, const Node *n, const Symbol *own) {
  uint32_t value = c->value_top, number = c->number_top;
  uint32_t index = prototype_inner(c->prototype, n);
  const Prototype *inner = c->prototype->inner[index];
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < inner->capture_count; i++) {
    Variable *v = find_variable(c, inner->capture[i]);
    if (inner->capture[i] == own && v && !v->defined) {
      emit(c, CODE_CLEAR, value_temporary(c), 0, 0); /* itself: known when it is called */
      continue;
    }
    uint32_t n_top = c->number_top;
    Operand x = read_name(c, n, inner->capture[i]);
    c->value_top = first + i;
    uint16_t reg = value_temporary(c);
    if (x.reg != reg || type_is_number(x.type)) store(c, reg, TYPE_ANY, x);
    c->number_top = n_top;
  }
  c->node = n;
  c->value_top = value;
  c->number_top = number;
  uint16_t reg = value_temporary(c);
  emit(c, CODE_CLOSURE, reg, first, index);
  c->last_result = UINT32_MAX;
  return (Operand){TYPE_ANY, reg, true};
}

Operand compile_closure(Compiler *c, const Node *n) {
  return closure_of(c, n, n->kind == NODE_DEFINE ? n->symbol : NULL);
}

/* ---- clause forms ---- */

/* One entry per variable: [rows, cols] of its set, its range, or 0 when nothing is said. */
static void shape_argument(Compiler *c, const Node *variable) {
  uint32_t number = c->number_top;
  const Node *set = variable->child[0];
  if (!set) {
    Operand zero = constant(c, 0);
    store(c, value_temporary(c), TYPE_ANY, zero);
  } else if (set->kind != NODE_SET) {
    compile_boxed(c, set);
  } else {
    uint16_t first = number_temporary(c), second = number_temporary(c);
    for (uint32_t i = 0; i < 2; i++) {
      uint32_t top = c->number_top, values = c->value_top;
      Operand x = i < set->count ? as_number(c, compile_expression(c, set->child[i])) : constant(c, 1);
      emit(c, CODE_NUM_MOVE, i ? second : first, x.reg, 0);
      c->number_top = top;
      c->value_top = values;
    }
    emit(c, CODE_VECTOR, value_temporary(c), first, 2);
  }
  c->last_result = UINT32_MAX;
  c->number_top = number;
}

static void tuple_of(Compiler *c, uint16_t first, uint32_t count) {
  c->value_top = first;
  emit(c, CODE_TUPLE, value_temporary(c), first, count);
  c->last_result = UINT32_MAX;
}

static void options_argument(Compiler *c, const Node *using) {
  uint16_t first = (uint16_t)c->value_top;
  uint32_t count = using ? using->count : 0;
  for (uint32_t i = 0; i < count; i++) {
    const Node *option = using->child[i];
    if (option->kind != NODE_NAMED) compile_fail(c, option, "options of a method are named: eta = …, steps = …");
    text_argument(c, option->symbol->key);
    compile_boxed(c, option->child[0]);
  }
  c->value_top = first;
  emit(c, CODE_SCOPE, value_temporary(c), first, count);
  c->last_result = UINT32_MAX;
}

/* Three arguments: the differences as a function of the variables, which are equalities (1) and which not
 * (0), and how each was typed. Without s.t. three empty tuples. */
static void constraints_argument(Compiler *c, const Node *n) {
  const Node *list = n->child[3] ? prototype_constraints(c->prototype, n) : NULL;
  if (list) closure_of(c, list, NULL);
  else tuple_of(c, (uint16_t)c->value_top, 0);
  uint32_t count = list ? list->count : 0;
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < count; i++) store(c, value_temporary(c), TYPE_ANY, constant(c, list->child[i]->op));
  tuple_of(c, first, count);
  first = (uint16_t)c->value_top;
  const char *text = c->prototype->tree->source->text;
  for (uint32_t i = 0; i < count; i++) {
    Span span = list->child[i]->span;
    emit(c, CODE_LITERAL, value_temporary(c), literal(c, value_string(string_new(c->session, text + span.start, span.end - span.start))), 0);
    c->last_result = UINT32_MAX;
  }
  tuple_of(c, first, count);
}

/* head f over x in S from p using m(o) s.t. c becomes
 * clause_(head, f, names, sets, starts, method, options, constraints, kinds, texts). */
enum { CLAUSE_ARGUMENTS = 10 };

Operand compile_clause(Compiler *c, const Node *n) {
  uint32_t number = c->number_top, value = c->value_top;
  const Node *variables = n->child[1], *starts = n->child[2], *using = n->child[4];
  text_argument(c, n->symbol->key);
  closure_of(c, n->child[0], NULL);
  uint16_t first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < variables->count; i++) text_argument(c, variables->child[i]->symbol->name);
  tuple_of(c, first, variables->count);
  first = (uint16_t)c->value_top;
  for (uint32_t i = 0; i < variables->count; i++) shape_argument(c, variables->child[i]);
  tuple_of(c, first, variables->count);
  first = (uint16_t)c->value_top;
  for (uint32_t i = 0; starts && i < starts->count; i++) compile_boxed(c, starts->child[i]);
  tuple_of(c, first, starts ? starts->count : 0);
  text_argument(c, using ? using->symbol->key : "");
  options_argument(c, using);
  constraints_argument(c, n);
  c->node = n;
  before_call(c);
  const Primitive *row = primitive_find("clause_");
  assert(row);
  CallSite site = {.primitive = row, .positional = CLAUSE_ARGUMENTS, .wanted = 1, .place = memory_new(PARAMETERS_MOST)};
  for (int i = 0; i < PARAMETERS_MOST; i++) site.place[i] = (int8_t)(i < CLAUSE_ARGUMENTS ? i : -2);
  uint32_t at = new_site(c, site);
  c->number_top = number;
  c->value_top = value;
  uint16_t reg = value_temporary(c);
  emit(c, CODE_CALL_PRIMITIVE, reg, value, at);
  c->last_result = UINT32_MAX;
  return (Operand){TYPE_ANY, reg, true};
}
