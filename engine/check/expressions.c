/* expressions.c - what is known of an expression, by kind of node.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check/check.h"
#include "machine/vm.h"
#include "values/index.h"

void check_children(Check *c, const Node *n) {
  for (uint32_t i = 0; i < n->count; i++)
    if (n->child[i]) check_expression(c, n->child[i]);
}

static Known exact(Check *c, Value v) { return known_exact(&c->arena, v); }

void check_enter(Check *c, Reached reached) {
  c->unreached += reached == REACHED_NEVER;
  c->doubt += reached == REACHED_PERHAPS;
}

void check_leave(Check *c, Reached reached) {
  c->unreached -= reached == REACHED_NEVER;
  c->doubt -= reached == REACHED_PERHAPS;
}

static Known within(Check *c, const Node *n, Reached reached) {
  check_enter(c, reached);
  Known known = check_expression(c, n);
  check_leave(c, reached);
  return known;
}

/* ---- branches ---- */

static Known choose(Check *c, const Node *n) {
  bool truth = true, known = known_truth(check_expression(c, n->child[0]), &truth);
  Known yes = within(c, n->child[1], check_reached(known, truth));
  Known no = within(c, n->child[2], check_reached(known, !truth));
  return known ? (truth ? yes : no) : known_join(&c->arena, yes, no);
}

static Known piecewise(Check *c, const Node *n) {
  Known result = {.kind = KNOWN_UNSET};
  Reached reached = REACHED_SURELY;
  for (uint32_t i = 0; i < n->count; i++) {
    const Node *arm = n->child[i];
    bool truth = true, known = !arm->child[1];
    if (arm->child[1]) known = known_truth(within(c, arm->child[1], reached), &truth);
    Reached taken = reached == REACHED_NEVER || (known && !truth) ? REACHED_NEVER
                    : known                                       ? reached
                                                                  : REACHED_PERHAPS;
    Known value = within(c, arm->child[0], taken);
    if (taken != REACHED_NEVER)
      result = result.kind == KNOWN_UNSET ? value : known_join(&c->arena, result, value);
    if (reached != REACHED_NEVER && !(known && !truth))
      reached = known ? REACHED_NEVER : REACHED_PERHAPS;
  }
  Known none = exact(c, value_number((double)__builtin_nan("")));
  if (result.kind == KNOWN_UNSET) return none;
  return reached == REACHED_NEVER ? result : known_join(&c->arena, result, none);
}

static Known connective(Check *c, const Node *n) {
  bool ends = n->kind == NODE_OR, truth = false, known;
  known = known_truth(check_expression(c, n->child[0]), &truth);
  Known right = within(c, n->child[1], check_reached(known, truth != ends));
  if (known) return truth == ends ? exact(c, value_boolean(truth)) : right;
  return (Known){.kind = KNOWN_BOOLEAN};
}

static Known negation(Check *c, const Node *n) {
  bool truth;
  if (known_truth(check_expression(c, n->child[0]), &truth)) return exact(c, value_boolean(!truth));
  return (Known){.kind = KNOWN_BOOLEAN};
}

static Known compare(Check *c, const Node *n) {
  Known left = check_expression(c, n->child[0]), first = known_not();
  for (uint32_t i = 0; i + 1 < n->count; i++) { /* a chain stops at the first that does not hold */
    Known right = within(c, n->child[i + 1], i ? REACHED_PERHAPS : REACHED_SURELY);
    if (i == 0) first = check_compare(c, n, (Operator)n->operators[0], left, right);
    left = right;
  }
  return n->count == 2 ? first : known_not();
}

/* ---- generators ---- */

static Value count_turns(Session *s, const void *container) {
  return value_number((double)value_length_of_loop(s, *(const Value *)container));
}

Known check_element(Check *c, const Node *n, Known over, int64_t *turns) {
  int64_t rows, cols;
  Value witness, count;
  *turns = SIZE_UNKNOWN;
  if (over.kind == KNOWN_TUPLE) {
    *turns = over.count;
    Known all = over.count ? over.item[0] : known_not();
    for (uint32_t i = 1; i < over.count; i++) all = known_join(&c->arena, all, over.item[i]);
    return all;
  }
  bool array = known_is_array(over, &rows, &cols);
  bool usable =
      array || over.kind == KNOWN_EXACT || over.kind == KNOWN_FUNCTION || over.kind == KNOWN_NUMBER;
  if (usable && known_witness(c->session, over, &witness) &&
      check_try(c, n, count_turns, &witness, &count))
    *turns = (int64_t)count.number;
  if (!array) return known_not();
  Known whole = known_forget(&c->arena, over);
  return whole.boolean ? (Known){.kind = KNOWN_BOOLEAN} : known_number();
}

void check_bind(Check *c, Scope *scope, const Node *bind, Known element) {
  uint32_t count = bind->count - 1;
  for (uint32_t i = 0; i < count; i++) {
    Known part = element;
    if (count > 1)
      part = element.kind == KNOWN_TUPLE && element.count == count ? element.item[i] : known_not();
    scope_bind(c, scope, bind->child[i]->symbol, part);
  }
}

Known check_generated(Check *c, const Node *n, int64_t turns[2]) {
  const Node *generator = n->child[1];
  uint32_t loops = generator->count - 1;
  Scope *outer = c->body->scope;
  Reached reached = REACHED_SURELY;
  for (uint32_t i = 0; i < loops; i++) {
    const Node *bind = generator->child[i], *source = bind->child[bind->count - 1];
    int64_t count;
    Known element = check_element(c, source, within(c, source, reached), &count);
    Scope *scope = scope_new(c, c->body->scope);
    check_bind(c, scope, bind, element);
    c->body->scope = scope;
    if (i < 2) turns[i] = count;
    if (reached != REACHED_NEVER && count <= 0)
      reached = count == 0 ? REACHED_NEVER : REACHED_PERHAPS;
  }
  bool truth = true;
  if (generator->child[loops] &&
      !known_truth(within(c, generator->child[loops], reached), &truth)) {
    turns[0] = SIZE_UNKNOWN;
    if (reached == REACHED_SURELY) reached = REACHED_PERHAPS;
  }
  if (!truth) turns[0] = 0;
  Known item = within(c, n->child[0], truth ? reached : REACHED_NEVER);
  c->body->scope = outer;
  return item;
}

/* Numbers become a column or, over two names, a matrix; columns go side by side, rows stack. */
static Known comprehension(Check *c, const Node *n) {
  int64_t turns[2] = {SIZE_UNKNOWN, 1}, rows, cols;
  uint32_t loops = n->child[1]->count - 1;
  Known item = check_generated(c, n, turns);
  if (turns[0] == 0 || turns[1] == 0 || loops > 2) return known_not();
  if (known_is_number(item)) return known_array(turns[0], turns[1]);
  bool several =
      known_is_array(item, &rows, &cols) && rows >= 0 && cols >= 0 && rows * cols > 1 && loops == 1;
  if (!several || turns[0] < 0 || item.boolean) return known_not();
  if (cols == 1) return known_array(rows, turns[0]);
  return rows == 1 ? known_array(turns[0], cols) : known_not();
}

static Known reduced(Check *c, const Node *n) {
  int64_t turns[2] = {SIZE_UNKNOWN, 1};
  check_generated(c, n, turns);
  return known_not();
}

/* ---- the rest ---- */

static Value make_range(Session *s, const void *context) {
  const double *part = context;
  return value_range(range_new(s, part[0], part[1], part[2]));
}

static Known range(Check *c, const Node *n) {
  const Node *part[3] = {n->child[0], n->child[2], n->child[1]};
  double number[3] = {0, 1, 0};
  bool known = true;
  for (int i = 0; i < 3; i++) {
    if (!part[i]) continue;
    Known k = check_expression(c, part[i]);
    bool is_exact = k.kind == KNOWN_EXACT && k.value.kind == VALUE_NUMBER;
    if (is_exact) number[i] = k.value.number;
    known = known && is_exact;
  }
  Value made;
  if (!known) return known_array(SIZE_UNKNOWN, 1);
  return check_try(c, n, make_range, number, &made) ? exact(c, made) : known_not();
}

static Known tuple(Check *c, const Node *n) {
  Known *item = arena_new(&c->arena, (n->count + 1) * sizeof *item);
  for (uint32_t i = 0; i < n->count; i++) item[i] = check_expression(c, n->child[i]);
  return (Known){.kind = KNOWN_TUPLE, .count = n->count, .item = item};
}

static Known string(Check *c, const Node *n) {
  check_children(c, n);
  if (n->count != 1 || n->child[0]->kind != NODE_TEXT) return known_not();
  return exact(c, value_string(string_new(c->session, n->child[0]->text, n->child[0]->length)));
}

/* A builtin that has its own spelling: ‖x‖, √x, n!. */
static Known spelled(Check *c, const Node *n, const char *name) {
  Known argument = check_expression(c, n->child[0]);
  return check_builtin(
      c, primitive_find(name),
      &(CheckCall){.node = n, .argument = &argument, .positional = 1, .wanted = 1});
}

static Value prime_of(Session *s, const void *what) {
  return machine_prime(s, *(const Value *)what);
}

static Known prime(Check *c, const Node *n) {
  Known what = check_expression(c, n->child[0]);
  if (what.kind == KNOWN_ARRAY || what.kind == KNOWN_FUNCTION) return check_transpose(c, what);
  Value witness, result;
  if (!known_witness(c->session, what, &witness) || !check_try(c, n, prime_of, &witness, &result))
    return known_not();
  return what.kind == KNOWN_EXACT    ? exact(c, result)
         : what.kind == KNOWN_NUMBER ? what
                                     : known_not();
}

static Known negate(Check *c, const Node *n) {
  Known what = check_expression(c, n->child[0]);
  if (what.kind == KNOWN_EXACT && what.value.kind == VALUE_NUMBER)
    return exact(c, value_number(-what.value.number));
  int64_t rows, cols;
  bool numbers = known_is_number(what) || known_is_array(what, &rows, &cols);
  return numbers ? known_forget(&c->arena, what) : known_not();
}

static Known binary(Check *c, const Node *n) {
  Known a = check_expression(c, n->child[0]), b = check_expression(c, n->child[1]);
  return check_binary(c, n, (Operator)n->op, a, b);
}

static Known expression(Check *c, const Node *n) {
  switch (n->kind) {
  case NODE_NUMBER: return exact(c, value_number(n->number));
  case NODE_BOOLEAN: return exact(c, value_boolean(n->number != 0));
  case NODE_IMAGINARY: return known_not();
  case NODE_STRING: return string(c, n);
  case NODE_TEXT: return known_not();
  case NODE_NAME: return check_name(c, n, n->symbol);
  case NODE_END: return check_end(c, n);
  case NODE_TUPLE: return tuple(c, n);
  case NODE_ARRAY: return check_blocks(c, n);
  case NODE_COMPREHENSION: return comprehension(c, n);
  case NODE_GENERATED: return reduced(c, n);
  case NODE_PIECEWISE: return piecewise(c, n);
  case NODE_IF: return choose(c, n);
  case NODE_LAMBDA: return check_function(c, n);
  case NODE_CALL:
  case NODE_CALL_EACH:
  case NODE_PIPE: return check_call(c, n);
  case NODE_INDEX: return check_index(c, n);
  case NODE_FIELD: return check_field(c, n, check_expression(c, n->child[0]));
  case NODE_PRIME: return prime(c, n);
  case NODE_TRANSPOSE: return check_transpose(c, check_expression(c, n->child[0]));
  case NODE_INVERSE: return spelled(c, n, "inv");
  case NODE_FACTORIAL: return spelled(c, n, "factorial");
  case NODE_NORM: return spelled(c, n, "norm");
  case NODE_ROOT: return spelled(c, n, "sqrt");
  case NODE_NEGATE: return negate(c, n);
  case NODE_PLUS: return check_expression(c, n->child[0]);
  case NODE_NOT: return negation(c, n);
  case NODE_BINARY: return binary(c, n);
  case NODE_IMPLICIT: return check_implicit(c, n);
  case NODE_RANGE: return range(c, n);
  case NODE_COMPARE: return compare(c, n);
  case NODE_AND:
  case NODE_OR: return connective(c, n);
  case NODE_TILDE: return known_not(); /* its names may be columns */
  case NODE_CLAUSE: return check_clause(c, n);
  case NODE_DOT:
  case NODE_COLON: return known_not();
  default: check_children(c, n); return known_not();
  }
}

Known check_expression(Check *c, const Node *n) {
  check_spend(c, 1);
  if (c->height >= CHECK_HEIGHT) return known_not();
  c->height++;
  Known known = expression(c, n);
  c->height--;
  return known;
}
