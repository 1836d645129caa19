/* vm.c - the instruction loop.
 *
 * Instructions that can fail note where they are in the frame first; pure number instructions do not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/vm.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "calculus/compact.h"
#include "calculus/kept.h"
#include "machine/invoke.h"
#include "machine/misfit.h"
#include "machine/session.h"
#include "machine/vm_values.h"
#include "machine/watch.h"
#include "values/index.h"
#include "values/operate.h"

/* ---- unset numbers ---- */

static const uint64_t UNSET_BITS = 0x7ff8dead5e70dead;

double number_unset(void) {
  double x;
  memcpy(&x, &UNSET_BITS, sizeof x);
  return x;
}

bool number_is_unset(double x) { return memcmp(&x, &UNSET_BITS, sizeof x) == 0; }

/* ---- small helpers of the loop ---- */

static inline void set_value(Value *reg, Value owned) {
  Value old = *reg;
  *reg = owned;
  value_release(old);
}

static inline uint32_t wide(const Instruction *i) { return (uint32_t)i[1].a | (uint32_t)i[1].b << 16; }

static void clear_window(Value *first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) set_value(&first[i], value_nothing());
}

static bool compare_numbers(uint16_t op, double a, double b) {
  switch (op) {
    case OP_LESS: return a < b;
    case OP_LESS_EQUAL: return a <= b;
    case OP_GREATER: return a > b;
    case OP_GREATER_EQUAL: return a >= b;
    case OP_EQUAL: return a == b;
    case OP_UNEQUAL: return a != b;
    default: /* ≈, as value_compare */
      return a == b || (isfinite(a - b) && fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)));
  }
}

static double unbox_number(Session *s, Value v) {
  if (v.kind == VALUE_NUMBER) return v.number;
  if (v.kind == VALUE_NOTHING) fail_no_value(s, -1);
  char text[VALUE_DESCRIPTION];
  fail(s, "expected a number, found %s", value_describe(v, text));
}

/* A number that decides what is done: an active one may steer, but the trace then holds only while it
 * stays what it is. */
static double steer(Session *s, Value v) {
  if (v.kind != VALUE_ACTIVE) return unbox_number(s, v);
  trace_steer(s, v, GUARD_STEERS);
  return v.number;
}

static const Symbol *symbol_of(const Session *s, uint32_t id) { return s->symbols.symbol[id]; }

static _Noreturn void fail_unknown(Session *s, uint32_t id) { session_fail_unknown(s, symbol_of(s, id)); }

static void range_prepare(Session *s, double *n) {
  if (n[1] == 1 && isfinite(n[0]) && isfinite(n[2])) {
    double turns = floor(n[2] - n[0] + 1e-10) + 1;
    n[2] = turns > 0 ? turns : 0;
  } else {
    Range *r = range_new(s, n[0], n[1], n[2]);
    n[2] = (double)r->count;
    value_release(value_range(r));
  }
  n[3] = 0;
}

/* Entry [position] of a vector; false when that is not plainly there. */
static inline bool entry_of(const Array *a, double position, size_t *k) {
  if (!(position >= 1 && position <= (double)a->rows) || a->cols != 1) return false;
  *k = (size_t)position - 1;
  return (double)(*k + 1) == position;
}

static __attribute__((noinline)) double index_number(Session *s, Value v, double position) {
  Value item = value_number(position);
  Value entry = value_index(s, v, &item, 1); /* a row, or the error */
  return unbox_number(s, entry);
}

static double index_number2(Session *s, Value v, double row, double col) {
  const Array *a = value_as_array(v);
  if (row >= 1 && row <= (double)a->rows && col >= 1 && col <= (double)a->cols) {
    size_t i = (size_t)row, j = (size_t)col;
    if ((double)i == row && (double)j == col) return a->data[(i - 1) * a->cols + j - 1];
  }
  Value item[2] = {value_number(row), value_number(col)};
  return unbox_number(s, value_index(s, v, item, 2));
}

static __attribute__((noinline)) void assign_number(Session *s, Value *reg, double position, double x) {
  Value item = value_number(position);
  *reg = value_assign_index(s, *reg, &item, 1, value_number(x));
}

static void assign_number2(Session *s, Value *reg, const double *position, double x) {
  Array *a = value_as_array(*reg);
  double row = position[0], col = position[1];
  bool inside = row >= 1 && row <= (double)a->rows && col >= 1 && col <= (double)a->cols;
  size_t i = inside ? (size_t)row : 0, j = inside ? (size_t)col : 0;
  if (inside && a->head.references == 1 && (double)i == row && (double)j == col) {
    a->data[(i - 1) * a->cols + j - 1] = x;
    return;
  }
  Value item[2] = {value_number(row), value_number(col)};
  *reg = value_assign_index(s, *reg, item, 2, value_number(x));
}

static void unpack(Value v, Value *to, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    Value part = v.kind == VALUE_TUPLE ? value_keep(((Tuple *)v.object)->item[i]) : array_entry(value_as_array(v), i);
    set_value(&to[i], part);
  }
}

static Value global_value(Session *s, uint32_t id) {
  if (s->level) kept_read(s, id);
  Value v = s->binding[id].value;
  if (v.kind == VALUE_NOTHING) fail_unknown(s, id);
  return value_keep(v);
}

static inline double global_number(Session *s, uint32_t id) {
  Value v = s->binding[id].value;
  bool plain = v.kind == VALUE_NUMBER && s->level == 0;
  return plain ? v.number : unbox_number(s, global_value(s, id));
}

static inline void poll(Session *s) {
  if (interrupt_flag) check_interrupt(s);
}

/* ---- frames ---- */

/* Leaves the top frame; its result goes where the call said. True when the C caller gets it. */
static bool leave(Session *s, Value result, Type type) {
  Frame *f = &s->frame[s->depth - 1];
  if (f->code->prototype->is_unit) frame_export(s, f, true);
  clear_window(s->value + f->value_base, f->code->value_registers);
  s->depth--;
  if (type == TYPE_BOOLEAN) result = value_boolean(result.number != 0);
  if (f->boundary) {
    s->result = result;
    return true;
  }
  const Frame *caller = &s->frame[s->depth - 1];
  if (f->target_type == TYPE_NUMBER || f->target_type == TYPE_BOOLEAN) {
    assert(!value_is_object(result));
    s->number[caller->number_base + f->target] = result.number;
  } else {
    set_value(&s->value[caller->value_base + f->target], result);
  }
  return false;
}

/* Labels as values are a GNU extension; gcc and clang have it. They save a bounds check and give every
 * instruction a branch of its own to predict. */
#pragma GCC diagnostic ignored "-Wpedantic"
#define NEXT goto *table[i->op]
#define STEP(words)                                                                                \
  do {                                                                                             \
    i += (words);                                                                                  \
    NEXT;                                                                                          \
  } while (0)
#define HERE (frame->at = i)

/* Runs until the frame at [stop] has returned. */
static void run(Session *s, uint32_t stop) {
  static const void *const label[] = {
#define OPCODE(name, meaning) &&do_##name,
#include "machine/opcodes.def"
  };
  /* While watching, every instruction goes by way of one label. */
  static const void *const watching[] = {
#define OPCODE(name, meaning) &&watch,
#include "machine/opcodes.def"
  };
  /* While recording, the edges of loops look whether the recording has become long. */
  static const void *const recording[] = {
#define OPCODE(name, meaning) &&do_##name,
#define EDGE(name, meaning) &&edge,
#include "machine/opcodes.def"
  };
  const void *const *const table = s->watch ? watching : s->level ? recording : label;
  Frame *frame;
  const Instruction *i;
  double *n;
  Value *v;
load:
  frame = &s->frame[s->depth - 1];
  i = frame->at;
  n = s->number + frame->number_base;
  v = s->value + frame->value_base;
  NEXT;

watch:
  HERE;
  watch_step(s, frame, i, n, v);
  goto *label[i->op];

edge:
  if (trace_is_long(s->trace[s->level])) HERE, trace_compact(s);
  goto *label[i->op];

do_NUM_MOVE: n[i->a] = n[i->b]; STEP(1);
do_NUM_ADD: n[i->a] = n[i->b] + n[i->c]; STEP(1);
do_NUM_SUBTRACT: n[i->a] = n[i->b] - n[i->c]; STEP(1);
do_NUM_MULTIPLY: n[i->a] = n[i->b] * n[i->c]; STEP(1);
do_NUM_DIVIDE: n[i->a] = n[i->b] / n[i->c]; STEP(1);
do_NUM_POWER: n[i->a] = power(n[i->b], n[i->c]); STEP(1);
do_NUM_NEGATE: n[i->a] = -n[i->b]; STEP(1);
do_NUM_NOT: n[i->a] = n[i->b] == 0; STEP(1);
do_NUM_SCALAR: n[i->a] = scalar_row[i->c].value(n[i->b], 0); STEP(1);
do_NUM_SCALAR2: n[i->a] = scalar_row[i[1].a].value(n[i->b], n[i->c]); STEP(2);
do_NUM_COMPARE: n[i->a] = compare_numbers(i[1].a, n[i->b], n[i->c]); STEP(2);
do_NUM_CHECK:
  if (number_is_unset(n[i->a])) HERE, session_fail_unset(s, symbol_of(s, wide(i)));
  STEP(2);
do_NUM_UNSET: n[i->a] = number_unset(); STEP(1);

do_JUMP: i = frame->code->instruction + instruction_target(i); NEXT;
do_JUMP_BACK:
  if (interrupt_flag) HERE, poll(s);
  i = frame->code->instruction + instruction_target(i);
  NEXT;
do_JUMP_IF:
  if (n[i->a] != 0) { i = frame->code->instruction + instruction_target(i); NEXT; }
  STEP(2);
do_JUMP_UNLESS:
  if (n[i->a] == 0) { i = frame->code->instruction + instruction_target(i); NEXT; }
  STEP(2);
do_JUMP_UNLESS_LESS:
  if (!(n[i->a] < n[i->b])) { i = frame->code->instruction + instruction_target(i); NEXT; }
  STEP(2);
do_JUMP_UNLESS_LESS_EQUAL:
  if (!(n[i->a] <= n[i->b])) { i = frame->code->instruction + instruction_target(i); NEXT; }
  STEP(2);
do_JUMP_UNLESS_EQUAL:
  if (!(n[i->a] == n[i->b])) { i = frame->code->instruction + instruction_target(i); NEXT; }
  STEP(2);
do_JUMP_UNLESS_UNEQUAL:
  if (!(n[i->a] != n[i->b])) { i = frame->code->instruction + instruction_target(i); NEXT; }
  STEP(2);

do_FOR_RANGE:
  HERE;
  range_prepare(s, n + i->a);
  if (n[i->a + 2] == 0) { i = frame->code->instruction + instruction_target(i); NEXT; }
  n[i->b] = n[i->a];
  STEP(2);
do_FOR_NEXT: {
  double *loop = n + i->a;
  if (++loop[3] < loop[2]) {
    n[i->b] = loop[0] + loop[3] * loop[1];
    if (interrupt_flag) HERE, poll(s);
    i = frame->code->instruction + instruction_target(i);
    NEXT;
  }
  STEP(2);
}
do_FOR_EACH:
  HERE;
  n[i->a] = -1;
  n[i->a + 1] = (double)value_length_of_loop(s, v[i->b]);
  STEP(1);
do_FOR_VALUE:
  if (!(++n[i->a] < n[i->a + 1])) { i = frame->code->instruction + instruction_target(i); NEXT; }
  HERE;
  set_value(&v[i->c], value_element(s, v[i->b], (size_t)n[i->a]));
  STEP(2);
do_FOR_NUMBER:
  if (!(++n[i->a] < n[i->a + 1])) { i = frame->code->instruction + instruction_target(i); NEXT; }
  n[i->c] = value_as_array(v[i->b])->data[(size_t)n[i->a]];
  STEP(2);

do_BOX: set_value(&v[i->a], value_number(n[i->b])); STEP(1);
do_BOX_BOOLEAN: set_value(&v[i->a], value_boolean(n[i->b] != 0)); STEP(1);
do_UNBOX: HERE; n[i->a] = unbox_number(s, v[i->b]); STEP(1);
do_STEER: HERE; n[i->a] = steer(s, v[i->b]); STEP(1);
do_TRUTH: HERE; n[i->a] = vm_truth(s, v[i->b]); STEP(1);
do_MOVE: set_value(&v[i->a], value_keep(v[i->b])); STEP(1);
do_TAKE: {
  Value taken = v[i->b];
  v[i->b] = value_nothing();
  set_value(&v[i->a], taken);
  STEP(1);
}
do_CLEAR: set_value(&v[i->a], value_nothing()); STEP(1);
do_LITERAL: set_value(&v[i->a], value_keep(frame->code->literal[i->b])); STEP(1);
do_DEFINED:
  if (v[i->a].kind == VALUE_NOTHING) HERE, session_fail_unset(s, symbol_of(s, wide(i)));
  STEP(2);
do_NO_CASE: HERE; note_no_case(s); STEP(1);
do_UNKNOWN: HERE; fail_unknown(s, wide(i));
do_GLOBAL: HERE; set_value(&v[i->a], global_value(s, wide(i))); STEP(2);
do_GLOBAL_NUMBER: HERE; n[i->a] = global_number(s, wide(i)); STEP(2);
do_IMPORT: {
  Value *from = &s->binding[wide(i)].value;
  set_value(&v[i->a], *from);
  *from = value_nothing();
  STEP(2);
}
do_IMPORT_NUMBER: {
  Value from = s->binding[wide(i)].value;
  n[i->a] = from.kind == VALUE_NUMBER ? from.number : number_unset();
  STEP(2);
}
do_CAPTURE: {
  Value captured = frame->function->bound[i->b];
  set_value(&v[i->a], value_keep(captured.kind == VALUE_NOTHING ? value_function(frame->function) : captured));
  STEP(1);
}
do_EXPORT: frame_export(s, frame, false); STEP(1);

do_OPERATE: {
  Value a = v[i->b], b = v[i->c];
  if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER) {
    double r;
    switch (i[1].a) {
      case OP_ADD: r = a.number + b.number; break;
      case OP_SUBTRACT: r = a.number - b.number; break;
      case OP_MULTIPLY: r = a.number * b.number; break;
      case OP_DIVIDE: r = a.number / b.number; break;
      default: goto operate;
    }
    set_value(&v[i->a], value_number(r));
    STEP(2);
  }
operate:
  HERE;
  set_value(&v[i->a], value_operate(s, (Operator)i[1].a, a, b));
  STEP(2);
}
do_NEGATE: HERE; set_value(&v[i->a], value_negate(s, v[i->b])); STEP(1);
do_SCALAR: HERE; set_value(&v[i->a], value_elementwise(s, (Scalar)i->c, v[i->b], value_nothing())); STEP(1);
do_SCALAR2: HERE; set_value(&v[i->a], value_elementwise(s, (Scalar)i[1].a, v[i->b], v[i->c])); STEP(2);
do_COMPARE: HERE; n[i->a] = value_compare(s, (Operator)i[1].a, v[i->b], v[i->c]); STEP(2);
do_COMPARE_EACH: HERE; set_value(&v[i->a], value_compare_each(s, (Operator)i[1].a, v[i->b], v[i->c])); STEP(2);
do_PRIME: HERE; set_value(&v[i->a], machine_prime(s, v[i->b])); STEP(1);
do_TRANSPOSE: HERE; set_value(&v[i->a], value_transpose(s, v[i->b])); STEP(1);
do_IMPLICIT: HERE; set_value(&v[i->a], vm_implicit(s, v[i->b], v[i->c])); STEP(1);
do_DEFAULT:
  if (v[i->a].kind == VALUE_NOTHING) v[i->a] = value_number(n[i->b]);
  STEP(1);
do_SOME:
  if (!(n[i->a] > 0)) HERE, vm_fail_empty(s);
  STEP(1);
do_ACCUMULATE: HERE; set_value(&v[i->a], vm_accumulated(s, v[i->a], v[i->b], (Scalar)i->c)); STEP(1);

do_INDEX: HERE; set_value(&v[i->a], value_index(s, v[i->b], v + i->c, i[1].a)); STEP(2);
do_INDEX_NUMBER: {
  const Array *array = value_as_array(v[i->b]);
  size_t k;
  if (entry_of(array, n[i->c], &k)) {
    n[i->a] = array->data[k];
    STEP(1);
  }
  HERE;
  n[i->a] = index_number(s, v[i->b], n[i->c]);
  STEP(1);
}
do_INDEX_NUMBER2: HERE; n[i->a] = index_number2(s, v[i->b], n[i->c], n[i->c + 1]); STEP(1);
do_END: HERE; n[i->a] = value_end(s, v[i->b], i[1].a, i[1].b); STEP(2);
do_ASSIGN_INDEX: HERE; v[i->a] = value_assign_index(s, v[i->a], v + i->c, i[1].a, v[i->b]); STEP(2);
do_ASSIGN_NUMBER: {
  Array *array = value_as_array(v[i->a]);
  size_t k;
  if (array->head.references == 1 && entry_of(array, n[i->c], &k)) {
    array->data[k] = n[i->b];
    STEP(1);
  }
  HERE;
  assign_number(s, &v[i->a], n[i->c], n[i->b]);
  STEP(1);
}
do_ASSIGN_NUMBER2: HERE; assign_number2(s, &v[i->a], n + i->c, n[i->b]); STEP(1);
do_FIELD: HERE; set_value(&v[i->a], value_field(s, v[i->b], symbol_of(s, wide(i)))); STEP(2);
do_ASSIGN_FIELD: HERE; v[i->a] = value_assign_field(s, v[i->a], symbol_of(s, wide(i)), v[i->b]); STEP(2);

do_VECTOR: HERE; set_value(&v[i->a], vm_vector(s, n + i->b, i->c)); STEP(1);
do_BLOCKS: {
  HERE;
  const Node *node = frame->code->node[i->c];
  Scratch *mark = scratch_mark(s);
  Value made = vm_blocks(s, node, v + i->b);
  scratch_release(s, mark);
  uint32_t count = 0;
  for (uint32_t k = 0; k < node->count; k++) count += node->child[k]->count;
  clear_window(v + i->b, count);
  set_value(&v[i->a], made);
  STEP(1);
}
do_RANGE: HERE; set_value(&v[i->a], value_range(range_new(s, n[i->b], n[i->b + 1], n[i->b + 2]))); STEP(1);
do_TUPLE: HERE; set_value(&v[i->a], vm_tuple(s, v + i->b, i->c)); STEP(1);
do_UNPACK: unpack(v[i->a], v + i->b, i->c); STEP(1);
do_BUILDER: HERE; set_value(&v[i->a], value_builder(builder_new(s))); STEP(1);
do_PUSH_NUMBER: HERE; builder_push(s, (Builder *)v[i->a].object, value_number(n[i->b])); STEP(1);
do_PUSH: {
  HERE;
  Value item = v[i->b];
  v[i->b] = value_nothing();
  builder_push(s, (Builder *)v[i->a].object, item);
  STEP(1);
}
do_ROW_DONE: HERE; vm_row_done(s, (Builder *)v[i->a].object); STEP(1);
do_FINISH: {
  HERE;
  Scratch *mark = scratch_mark(s);
  Value made = builder_finish(s, (Builder *)v[i->b].object);
  scratch_release(s, mark);
  set_value(&v[i->b], value_nothing());
  set_value(&v[i->a], made);
  STEP(1);
}
do_FORMAT: HERE; set_value(&v[i->a], vm_format(s, v[i->b], frame->code->node[i->c])); STEP(1);
do_CONCAT: {
  HERE;
  Value made = vm_concatenate(s, v + i->b, i->c);
  clear_window(v + i->b, i->c);
  set_value(&v[i->a], made);
  STEP(1);
}
do_CLOSURE: {
  HERE;
  Value made = vm_closure(s, frame->code->prototype->inner[i->c], v + i->b);
  set_value(&v[i->a], made);
  STEP(1);
}
do_FORMULA: HERE; set_value(&v[i->a], vm_formula(s, frame->code, frame->code->node[i->c], v[i->b])); STEP(1);
do_SCOPE: {
  HERE;
  Value made = vm_scope(s, v + i->b, i->c);
  clear_window(v + i->b, 2u * i->c);
  set_value(&v[i->a], made);
  STEP(1);
}

do_CALL_PRIMITIVE: {
  HERE;
  const CallSite *site = &frame->code->site[i->c];
  Scratch *mark = scratch_mark(s);
  Value made = primitive_call(s, site->primitive, v + i->b, site->positional, site->place, (int)site->wanted);
  scratch_release(s, mark);
  clear_window(v + i->b, site->positional + site->named);
  set_value(&v[i->a], made);
  STEP(1);
}
do_CALL_CODE: {
  HERE;
  const CallSite *site = &frame->code->site[i[1].a];
  Type type = (Type)i[1].b;
  frame->at = i + 2;
  frame_enter(s, site->code, frame->number_base + i->b, frame->value_base + i->c, NULL, i->a, type, false, i);
  goto load;
}
do_CALL_VALUE: {
  HERE;
  const CallSite *site = &frame->code->site[i->c];
  if (invoke(s, v + i->b, site, i->a)) { /* a frame was entered */
    frame->at = i + 1;
    goto load;
  }
  STEP(1);
}
do_CALL_EACH: {
  HERE;
  const CallSite *site = &frame->code->site[i->c];
  if (site->named) fail(s, "a call entry by entry takes no named arguments");
  Value made = machine_call_each(s, v[i->b], v + i->b + 1, site->positional);
  clear_window(v + i->b, site->positional + 1);
  set_value(&v[i->a], made);
  STEP(1);
}
do_SHAPE: HERE; parameter_sizes(s, v[i->b], frame->code->node[i->c], n + i->a); STEP(1);
do_EXPECT:
  if (n[i->a] != n[i->b]) HERE, parameter_fail_size(s, frame->code->node[i->c], i[1].a, n[i->a], n[i->b]);
  STEP(2);
do_PRESENT:
  if (v[i->a].kind == VALUE_NOTHING) HERE, fail_no_value(s, -1);
  STEP(1);
do_DISCARD: HERE; vm_discard(s, v[i->a]); STEP(1);
do_SIZE_CHECK: HERE; machine_check_parts(s, v[i->a], i->c); STEP(1);

do_RETURN: {
  Value result = v[i->a];
  v[i->a] = value_nothing();
  if (leave(s, result, TYPE_ANY) || s->depth <= stop) return;
  goto load;
}
do_RETURN_NUMBER:
  if (leave(s, value_number(n[i->a]), TYPE_NUMBER) || s->depth <= stop) return;
  goto load;
do_RETURN_BOOLEAN:
  if (leave(s, value_number(n[i->a]), TYPE_BOOLEAN) || s->depth <= stop) return;
  goto load;
do_RETURN_NOTHING:
  if (leave(s, value_nothing(), TYPE_ANY) || s->depth <= stop) return;
  goto load;
}

void vm_run(Session *session, uint32_t stop) { run(session, stop); }
