/* invoke.c - entering functions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/invoke.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "calculus/expression.h"
#include "machine/advice.h"
#include "values/operate.h"

enum { NATIVE_DEPTH = 300 }; /* a builtin that calls a function that calls a builtin …: C stack */

/* ---- frames ---- */

void frame_enter(Session *s, const Code *code, uint32_t number_base, uint32_t value_base, Function *function,
                 uint16_t target, Type target_type, bool boundary, const Instruction *at) {
  bool room = s->depth < FRAMES_LARGEST && number_base + code->number_registers < NUMBER_STACK &&
              value_base + code->value_registers < VALUE_STACK;
  if (!room) {
    if (s->depth && at) s->frame[s->depth - 1].at = at;
    fail(s, "the recursion is too deep (%u calls): does it always reach its end?", s->depth);
  }
  if (interrupt_flag) check_interrupt(s);
  if (code->constant_count)
    memcpy(s->number + number_base + code->constant_base, code->constant, code->constant_count * sizeof(double));
  uint32_t arguments = 0;
  for (uint32_t i = 0; i < code->prototype->parameter_count; i++) {
    Type type = code->signature[code->prototype->capture_count + i];
    arguments += type != TYPE_NONE && !(type == TYPE_NUMBER || type == TYPE_BOOLEAN);
  }
  Value *window = s->value + value_base;
  for (uint32_t i = arguments; i < code->value_registers; i++) {
    Value old = window[i];
    window[i] = value_nothing();
    value_release(old);
  }
  s->frame[s->depth++] = (Frame){.code = code, .at = code->instruction, .number_base = number_base,
                                 .value_base = value_base, .function = function, .target = target,
                                 .target_type = target_type, .boundary = boundary};
}

static uint32_t number_top(const Session *s) {
  if (s->depth == 0) return 0;
  const Frame *f = &s->frame[s->depth - 1];
  return f->number_base + f->code->number_registers;
}

static uint32_t value_top(const Session *s) {
  if (s->depth == 0) return 0;
  const Frame *f = &s->frame[s->depth - 1];
  return f->value_base + f->code->value_registers;
}

void frame_export(Session *s, const Frame *frame, bool all) {
  for (uint32_t i = 0; i < frame->code->export_count; i++) {
    const Export *e = &frame->code->exports[i];
    if (!all && !e->shared) continue;
    const Symbol *name = s->symbols.symbol[e->symbol];
    if (e->type == TYPE_NUMBER) {
      double x = s->number[frame->number_base + e->reg];
      if (!number_is_unset(x)) session_define(s, name, value_number(x));
      continue;
    }
    Value *reg = &s->value[frame->value_base + e->reg];
    if (reg->kind == VALUE_NOTHING) continue;
    session_define(s, name, all ? *reg : value_keep(*reg));
    if (all) *reg = value_nothing();
  }
}

/* ---- arguments to parameters ---- */

static const char *function_name(const Function *f) {
  return f->prototype && f->prototype->name ? f->prototype->name->name : "this function";
}

static void remark_definition(Report *r, const Prototype *p) {
  Text text = {0};
  prototype_print(p, NULL, &text);
  if (text.length < 100 && !memchr(text.bytes, '\n', text.length))
    report_remark(r, "%s", text.bytes);
  text_free(&text);
}

static _Noreturn void fail_count(Session *s, const Function *f, uint32_t given) {
  const Prototype *p = f->prototype;
  uint32_t least = 0, most = p->parameter_count;
  for (uint32_t i = 0; i < most; i++) least += !(p->parameter[i]->kind == NODE_PARAMETER && p->parameter[i]->child[1]);
  char range[32];
  snprintf(range, sizeof range, least == most ? "%u" : "%u to %u", least, most);
  Report *r = failure(s, "%s takes %s argument%s, found %u", function_name(f), range, most == 1 ? "" : "s", given);
  remark_definition(r, p);
  raise_failure(s, r);
}

/* Named arguments do not come in order, so a count would not say which one is missing. */
static _Noreturn void fail_missing(Session *s, const Function *f, uint32_t i) {
  Report *r = failure(s, "%s is called without its argument %s", function_name(f),
                      f->prototype->parameter[i]->symbol->name);
  remark_definition(r, f->prototype);
  raise_failure(s, r);
}

static uint32_t parameter_named(Session *s, const Function *f, const Symbol *name) {
  const Prototype *p = f->prototype;
  for (uint32_t i = 0; i < p->parameter_count; i++)
    if (p->parameter[i]->symbol == name) return i;
  char list[160] = "";
  for (uint32_t i = 0; i < p->parameter_count; i++)
    if (strlen(list) + strlen(p->parameter[i]->symbol->name) + 3 < sizeof list) strcat(strcat(list, i ? ", " : ""), p->parameter[i]->symbol->name);
  Report *r = failure(s, "%s has no argument named %s", function_name(f), name->name);
  report_remark(r, "its arguments are: %s", list);
  Suggestion suggestion;
  suggestion_start(&suggestion, name->name);
  for (uint32_t i = 0; i < p->parameter_count; i++) suggestion_offer(&suggestion, p->parameter[i]->symbol->name);
  advise_named(s, r, name, suggestion.best);
  raise_failure(s, r);
}

void invoke_match(Session *s, const Function *f, const Value *given, const CallSite *site, Value *by_parameter) {
  const Prototype *p = f->prototype;
  if (site->positional > p->parameter_count) fail_count(s, f, site->positional);
  for (uint32_t i = 0; i < p->parameter_count; i++) by_parameter[i] = i < site->positional ? given[i] : value_nothing();
  for (uint32_t k = 0; k < site->named; k++) {
    uint32_t i = parameter_named(s, f, site->name[k]);
    if (by_parameter[i].kind != VALUE_NOTHING) fail(s, "the argument %s is given twice", site->name[k]->name);
    by_parameter[i] = given[site->positional + k];
  }
  for (uint32_t i = 0; i < p->parameter_count; i++) {
    bool has_default = p->parameter[i]->kind == NODE_PARAMETER && p->parameter[i]->child[1];
    if (by_parameter[i].kind != VALUE_NOTHING || has_default) continue;
    if (site->named) fail_missing(s, f, i);
    fail_count(s, f, site->positional);
  }
}

static Type argument_type(Value v) {
  if (v.kind == VALUE_NOTHING) return TYPE_NONE;
  return v.kind == VALUE_NUMBER ? TYPE_NUMBER : value_is_real_array(v) ? TYPE_ARRAY : TYPE_ANY;
}

static Code *closure_code(Session *s, const Function *f, const Value *by_parameter) {
  Prototype *p = f->prototype;
  Type signature[CALL_ARGUMENTS * 4];
  bool many = p->code_count >= CODE_VARIANTS;
  if (f->count + p->parameter_count > CALL_ARGUMENTS * 4) fail(s, "this function captures too many names");
  for (uint32_t i = 0; i < f->count; i++) {
    Type type = f->bound[i].kind == VALUE_NOTHING ? TYPE_ANY : argument_type(f->bound[i]);
    signature[i] = many ? TYPE_ANY : type;
  }
  for (uint32_t i = 0; i < p->parameter_count; i++) {
    Type type = argument_type(by_parameter[i]);
    signature[f->count + i] = many && type != TYPE_NONE ? TYPE_ANY : type;
  }
  return code_for(s, p, signature);
}

/* Enters a closure. The values of [by_parameter] are owned and move into the frame. */
static void enter_closure(Session *s, Function *f, const Value *by_parameter, uint32_t value_base, uint16_t target, bool boundary) {
  Code *code = closure_code(s, f, by_parameter);
  uint32_t number_base = number_top(s), numbers = 0, values = 0;
  if (number_base + CALL_ARGUMENTS >= NUMBER_STACK || value_base + CALL_ARGUMENTS >= VALUE_STACK)
    fail(s, "the recursion is too deep (%u calls): does it always reach its end?", s->depth);
  for (uint32_t i = 0; i < f->prototype->parameter_count; i++) {
    Type type = code->signature[f->count + i];
    if (type == TYPE_NONE) continue;
    if (type == TYPE_NUMBER) {
      s->number[number_base + numbers++] = by_parameter[i].number;
      continue;
    }
    Value old = s->value[value_base + values];
    s->value[value_base + values++] = by_parameter[i];
    value_release(old);
  }
  frame_enter(s, code, number_base, value_base, f, target, TYPE_ANY, boundary, NULL);
}

/* ---- calls of builtins ---- */

static Value call_primitive(Session *s, const Primitive *row, const Value *given, const CallSite *site) {
  int8_t place[PARAMETERS_MOST];
  primitive_match(s, row, site->positional, site->named, site->name, place);
  Scratch *mark = scratch_mark(s);
  Value result = primitive_call(s, row, given, site->positional, place, (int)site->wanted);
  scratch_release(s, mark);
  return result;
}

/* A builtin with its first arguments given: they go in front. f' counts its primes at the end. */
static Value call_partial(Session *s, const Function *f, const Value *given, const CallSite *site) {
  Value all[CALL_ARGUMENTS + 8];
  uint32_t total = f->count + site->positional + site->named;
  if (total + 1 > CALL_ARGUMENTS) fail(s, "too many arguments");
  memcpy(all, f->bound, f->count * sizeof(Value));
  memcpy(all + f->count, given, (site->positional + site->named) * sizeof(Value));
  CallSite full = *site;
  full.positional += f->count;
  if (f->order) {
    if (site->positional != 1 || site->named) {
      uint32_t found = site->positional + site->named;
      Report *r = failure(s, "f' is for functions of one number: it takes 1 argument, found %u", found);
      report_advise(r, found ? "gradient(f, …)  for several arguments" : "f'(2)");
      raise_failure(s, r);
    }
    all[total] = value_number(f->order);
    full.positional++;
  }
  return call_primitive(s, f->primitive, all, &full);
}

/* Is what is called a name that a builtin function had before? */
static bool hides_builtin(Session *s, const Node *call) {
  const Node *name = call && call->kind == NODE_CALL ? call->child[0] : NULL;
  return name && name->kind == NODE_NAME && session_binding(s, name->symbol)->builtin.kind == VALUE_FUNCTION;
}

_Noreturn void invoke_fail_callee(Session *s, Value callee) {
  char what[VALUE_DESCRIPTION], name[64], argument[64];
  const Node *node = session_origin(s);
  bool one = node && node->kind == NODE_CALL && node->count == 2;
  failure_text(s, FAILURE_CALLEE, name, sizeof name);
  failure_text(s, 0, argument, sizeof argument);
  Report *r = failure(s, "%s is %s, not a function", name, value_describe(callee, what));
  failure_argument(s, r, FAILURE_CALLEE, "%s", "");
  if (hides_builtin(s, node)) report_advise(r, "clear %s  (brings the builtin back)", name);
  bool number = callee.kind == VALUE_NUMBER || callee.kind == VALUE_ACTIVE, composed = argument[0] == '(';
  if (number && one) report_advise(r, composed ? "%s*%s" : "%s*(%s)", name, argument);
  if (callee.kind == VALUE_ARRAY && one) {
    size_t length = strlen(argument);
    report_advise(r, "%s[%.*s]", name, (int)(composed ? length - 2 : length), argument + composed);
  }
  if (callee.kind == VALUE_ARRAY && node && node->kind == NODE_CALL && node->count == 3) {
    char second[64];
    report_advise(r, "%s[%s, %s]", name, argument, failure_text(s, 1, second, sizeof second));
  }
  raise_failure(s, r);
}

/* What is called without a frame of its own: a builtin, a derivative, a formula. */
static Value call_frameless(Session *s, Value callee, const Value *given, const CallSite *site) {
  if (callee.kind == VALUE_FORMULA) return expression_call(s, callee, given, site);
  const Function *f = (const Function *)callee.object;
  return f->function_kind == FUNCTION_PRIMITIVE ? call_primitive(s, f->primitive, given, site) : call_partial(s, f, given, site);
}

bool invoke(Session *s, Value *window, const CallSite *site, uint16_t target) {
  if (window[0].kind != VALUE_FUNCTION && window[0].kind != VALUE_FORMULA) invoke_fail_callee(s, window[0]);
  Function *f = (Function *)window[0].object;
  uint32_t given = site->positional + site->named;
  if (window[0].kind == VALUE_FORMULA || f->function_kind != FUNCTION_CLOSURE) {
    Value result = call_frameless(s, window[0], window + 1, site);
    for (uint32_t i = 0; i <= given; i++) {
      Value old = window[i];
      window[i] = value_nothing();
      value_release(old);
    }
    Value *reg = &s->value[s->frame[s->depth - 1].value_base + target], old = *reg;
    *reg = result;
    value_release(old);
    return false;
  }
  Value by_parameter[CALL_ARGUMENTS];
  if (f->prototype->parameter_count > CALL_ARGUMENTS) fail(s, "a function has at most %d arguments", CALL_ARGUMENTS);
  invoke_match(s, f, window + 1, site, by_parameter);
  for (uint32_t i = 1; i <= given; i++) window[i] = value_nothing(); /* moved into the frame */
  enter_closure(s, f, by_parameter, (uint32_t)(window + 1 - s->value), target, false);
  return true;
}

/* ---- calls from C ---- */

Value machine_call(Session *s, Value callee, const Value *argument, uint32_t count) {
  if (callee.kind != VALUE_FUNCTION && callee.kind != VALUE_FORMULA) invoke_fail_callee(s, callee);
  Function *f = (Function *)callee.object;
  CallSite site = {.positional = count, .wanted = 1};
  if (callee.kind == VALUE_FORMULA || f->function_kind != FUNCTION_CLOSURE) return call_frameless(s, callee, argument, &site);
  if (s->native_depth >= NATIVE_DEPTH) fail(s, "functions call each other through builtins too deeply");
  Value by_parameter[CALL_ARGUMENTS];
  invoke_match(s, f, argument, &site, by_parameter);
  for (uint32_t i = 0; i < count; i++) value_keep(argument[i]);
  uint32_t stop = s->depth;
  s->native_depth++;
  enter_closure(s, f, by_parameter, value_top(s), 0, true);
  vm_run(s, stop);
  s->native_depth--;
  Value result = s->result;
  s->result = value_nothing();
  return result;
}

Value machine_run_unit(Session *s, Prototype *unit) {
  Type none = TYPE_NONE;
  Code *code = code_for(s, unit, &none);
  uint32_t stop = s->depth;
  frame_enter(s, code, number_top(s), value_top(s), NULL, 0, TYPE_ANY, true, NULL);
  vm_run(s, stop);
  Value result = s->result;
  s->result = value_nothing();
  return result;
}

static bool is_list(Value v) { return v.kind == VALUE_ARRAY || v.kind == VALUE_RANGE; }

Value machine_call_each(Session *s, Value f, const Value *argument, uint32_t count) {
  Value whole[CALL_ARGUMENTS] = {0}, entry[CALL_ARGUMENTS];
  const Array *shape = NULL;
  for (uint32_t i = 0; i < count; i++) {
    whole[i] = is_list(argument[i]) ? value_to_array(s, argument[i]) : value_keep(argument[i]);
    if (whole[i].kind != VALUE_ARRAY) continue;
    const Array *a = value_as_array(whole[i]);
    if (shape && (a->rows != shape->rows || a->cols != shape->cols))
      fail_argument(s, (int)i, "arrays of different shape cannot be gone through together: %u×%u and %u×%u", shape->rows, shape->cols, a->rows, a->cols);
    shape = a;
  }
  if (!shape) {
    Value result = machine_call(s, f, whole, count);
    for (uint32_t i = 0; i < count; i++) value_release(whole[i]);
    return result;
  }
  size_t entries = array_count(shape);
  Value *result = scratch(s, (entries + 1) * sizeof(Value));
  for (size_t k = 0; k < entries; k++) {
    for (uint32_t i = 0; i < count; i++)
      entry[i] = whole[i].kind == VALUE_ARRAY ? array_entry(value_as_array(whole[i]), k) : whole[i];
    result[k] = machine_call(s, f, entry, count);
    bool number = result[k].kind == VALUE_NUMBER || result[k].kind == VALUE_ACTIVE || result[k].kind == VALUE_BOOLEAN;
    if (!number) {
      char text[VALUE_DESCRIPTION];
      fail(s, "entry by entry the function must give numbers, found %s", value_describe(result[k], text));
    }
  }
  Value made = array_from_numbers(s, result, shape->rows, shape->cols);
  for (uint32_t i = 0; i < count; i++) value_release(whole[i]);
  return made;
}

Value function_derivative(Session *s, Value v) {
  const Function *f = (Function *)v.object;
  bool again = f->function_kind == FUNCTION_PARTIAL && f->order > 0;
  bool objective = f->function_kind == FUNCTION_PARTIAL && strcmp(f->primitive->name, "objective_") == 0;
  if (f->function_kind == FUNCTION_PARTIAL && !again && !objective) fail(s, "' of this function is not defined: use jacobian or hessian");
  if (again && f->order == 100) fail(s, "a derivative of order over 100");
  Function *derived = function_new(s, FUNCTION_PARTIAL, 1);
  derived->primitive = primitive_find("derivative");
  derived->order = (uint8_t)(again ? f->order + 1 : 1);
  derived->bound[0] = value_keep(again ? f->bound[0] : v);
  return value_function(derived);
}
