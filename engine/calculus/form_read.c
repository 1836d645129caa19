/* form_read.c - trees to forms.
 *
 * Every name is taken for a number. What cannot be one (an array, a transpose, a string) fails; what is
 * a number without being arithmetic (v[2], n!, ‖v‖) becomes an atom, as long as the variable of the
 * derivative is not in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>

#include "calculus/form.h"

/* What the reasons call the constructs that have no formula. */
static const char *const kind_text[NODE_KIND_COUNT] = {
    [NODE_BOOLEAN] = "a truth value",     [NODE_STRING] = "a string",
    [NODE_TUPLE] = "a tuple",             [NODE_ARRAY] = "an array",
    [NODE_COMPREHENSION] = "an array",    [NODE_LAMBDA] = "a function without a name",
    [NODE_CALL_EACH] = "f.(…)",           [NODE_FIELD] = "a field",
    [NODE_PRIME] = "'",                   [NODE_TRANSPOSE] = "a transpose",
    [NODE_INVERSE] = "an inverse",        [NODE_NABLA] = "∇",
    [NODE_NORM] = "‖ ‖",                  [NODE_FACTORIAL] = "a factorial",
    [NODE_INDEX] = "an element",          [NODE_RANGE] = "a range",
    [NODE_COMPARE] = "a comparison",      [NODE_AND] = "and",
    [NODE_OR] = "or",                     [NODE_NOT] = "not",
    [NODE_CLAUSE] = "an optimisation",    [NODE_DO] = "a block",
    [NODE_TILDE] = "a model formula",     [NODE_PIPE] = "|>",
    [NODE_IMPLICIT] = "a product with '",
};

static _Noreturn void read_fail(Algebra *algebra, const Node *node) {
  const char *text = kind_text[node->kind];
  algebra_fail(algebra, "%s has no formula here", text ? text : "a part of it");
}

/* ---- leaves ---- */

uint64_t form_node_hash(const Node *node) {
  if (!node) return 1;
  uint64_t hash = hash_mix((uint64_t)node->kind * 64 + node->op);
  hash = hash_mix(hash + hash_rational((Rational){.value = node->number}));
  if (node->symbol) hash = hash_mix(hash + node->symbol->id + 1);
  bool spelled = node->kind == NODE_TEXT || node->kind == NODE_FORMAT;
  for (size_t i = 0; spelled && i < node->length; i++) hash = hash_mix(hash + (uint8_t)node->text[i]);
  for (uint32_t i = 0; node->operators && i + 1 < node->count; i++)
    hash = hash_mix(hash + node->operators[i]);
  for (uint32_t i = 0; i < node->count; i++) hash = hash_mix(3 * hash + form_node_hash(node->child[i]));
  return hash;
}

const Sum *form_atom(Algebra *algebra, Atom atom) {
  atom.hash = form_node_hash(atom.node);
  return sum_of_atom(algebra, atom_new(algebra, atom));
}

static bool mentions_variable(const Algebra *algebra, const Node *node) {
  return algebra->variable && node_mentions(node, algebra->variable);
}

const Sum *form_opaque(Algebra *algebra, const Node *node) {
  const Node *copy = form_copy(algebra, node);
  if (mentions_variable(algebra, copy)) read_fail(algebra, node);
  return form_atom(algebra, (Atom){.kind = ATOM_OPAQUE, .node = copy});
}

static const Sum *read_number(Algebra *algebra, const Node *node) {
  bool hexadecimal = node->length > 1 && node->text[0] == '0' && isalpha((unsigned char)node->text[1]);
  if (!node->length || hexadecimal) return sum_number(algebra, rational_of(node->number));
  if (memchr(node->text, 'd', node->length)) return form_opaque(algebra, node); /* 30deg */
  return sum_number(algebra, rational_read(node->text, node->length, node->number));
}

static bool is_own(const Algebra *algebra, const Symbol *name) {
  const SymbolicScope *scope = algebra->scope;
  for (uint32_t i = 0; scope && i < scope->own_count; i++)
    if (scope->own[i] == name) return true;
  return false;
}

static bool captured(const Algebra *algebra, const Symbol *name) {
  if (!algebra->inlined && !algebra->in_rule) return false;
  if (is_own(algebra, name)) return true;
  for (const Binder *binder = algebra->binder; binder; binder = binder->outer)
    if (binder->name == name) return true;
  return name == algebra->variable;
}

/* A name that has no value here. */
static const Sum *read_free_name(Algebra *algebra, const Node *node, bool bound) {
  static const char *const constants[] = {"e", "π", "inf", "nan", "i"};
  const Symbol *name = node->symbol;
  Atom atom = {.kind = ATOM_OPAQUE, .node = node};
  if (!bound && captured(algebra, name))
    algebra_fail(algebra, "a function it calls uses another %s", name->name);
  if (!bound && name == algebra->variable) {
    atom.varies = true;
  } else if (!bound && !is_own(algebra, name)) {
    const Prototype *prototype;
    SymbolicMeaning meaning = form_meaning(algebra, name, &prototype);
    if (meaning == SYMBOLIC_OTHER) algebra_fail(algebra, "%s is not a number", name->name);
    bool constant = meaning != SYMBOLIC_BUILTIN;
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
      constant = constant || symbol_is(name, constants[i]);
    if (!constant || meaning == SYMBOLIC_FUNCTION)
      algebra_fail(algebra, "%s is a function, not a number", name->name);
    atom.positive = meaning == SYMBOLIC_BUILTIN && (symbol_is(name, "e") || symbol_is(name, "π"));
  }
  return form_atom(algebra, atom);
}

static const Sum *read_name(Algebra *algebra, const Node *node) {
  bool bound;
  const Sum *value = environment_find(algebra, node->symbol, &bound);
  return value ? value : read_free_name(algebra, node, bound);
}

/* v[2], v[i + 1]; v[:] and v[1:3] are no numbers. */
static const Sum *read_element(Algebra *algebra, const Node *node) {
  for (uint32_t i = 1; i < node->count; i++) {
    NodeKind kind = node->child[i]->kind;
    bool many = kind == NODE_COLON || kind == NODE_RANGE || kind == NODE_ARRAY || kind == NODE_COMPARE ||
                kind == NODE_COMPREHENSION;
    if (many) read_fail(algebra, node);
  }
  return form_opaque(algebra, node);
}

/* ---- arithmetic ---- */

static bool is_sum(const Node *node) {
  return node->kind == NODE_BINARY && (node->op == OP_ADD || node->op == OP_SUBTRACT ||
                                       node->op == OP_DOT_ADD || node->op == OP_DOT_SUBTRACT);
}

/* The terms of a + b - c …, a chain that leans left and can be long. */
static const Sum *read_sum(Algebra *algebra, const Node *node) {
  uint32_t count = 1;
  for (const Node *at = node; is_sum(at); at = at->child[0]) count++;
  const Node **term = form_new(algebra, count * sizeof(const Node *));
  bool *negative = form_new(algebra, count * sizeof *negative);
  const Node *at = node;
  for (uint32_t i = count; i-- > 1; at = at->child[0]) {
    term[i] = at->child[1];
    negative[i] = at->op == OP_SUBTRACT || at->op == OP_DOT_SUBTRACT;
  }
  term[0] = at;
  SumBuilder builder = {0};
  for (uint32_t i = 0; i < count; i++)
    summing_add_sum(algebra, &builder, form_read(algebra, term[i]), negative[i]);
  return summing_finish(algebra, &builder);
}

static const Sum *read_binary(Algebra *algebra, const Node *node) {
  if (is_sum(node)) return read_sum(algebra, node);
  const Sum *left = form_read(algebra, node->child[0]), *right = form_read(algebra, node->child[1]);
  switch ((Operator)node->op) {
  case OP_MULTIPLY:
  case OP_DOT_MULTIPLY: return sum_multiply(algebra, left, right);
  case OP_DIVIDE:
  case OP_DOT_DIVIDE: return sum_divide(algebra, left, right);
  case OP_SOLVE:
  case OP_DOT_SOLVE: return sum_divide(algebra, right, left);
  case OP_POWER:
  case OP_DOT_POWER: return sum_power(algebra, left, right, STYLE_POWER);
  default: read_fail(algebra, node);
  }
}

static const Sum *read_root(Algebra *algebra, const Node *node) {
  const Sum *half = sum_number(algebra, rational_ratio(1, 2));
  return sum_power(algebra, form_read(algebra, node->child[0]), half, STYLE_ROOT);
}

/* f'(u), f''(u); A'(u) with an array A is no formula. */
static const Sum *read_prime_call(Algebra *algebra, const Node *node) {
  const Node *function = node->child[0];
  while (function->kind == NODE_PRIME) function = function->child[0];
  const Prototype *prototype;
  bool bound = true;
  if (node->child[0]->kind != NODE_PRIME || function->kind != NODE_NAME ||
      node->child[1]->kind == NODE_TUPLE || environment_find(algebra, function->symbol, &bound) || bound)
    read_fail(algebra, node);
  SymbolicMeaning meaning = form_meaning(algebra, function->symbol, &prototype);
  if (meaning == SYMBOLIC_OTHER || meaning == SYMBOLIC_NUMBER) read_fail(algebra, node);
  const Sum **argument = form_new(algebra, sizeof(const Sum *));
  argument[0] = form_read(algebra, node->child[1]);
  Node *copy = form_node(algebra, NODE_IMPLICIT, 2, (Node *[]){form_copy(algebra, node->child[0]), NULL});
  copy->op = 1;
  return form_atom(algebra, (Atom){.kind = ATOM_PRIME, .node = copy, .argument = argument, .count = 1});
}

static const Sum *read_implicit(Algebra *algebra, const Node *node) {
  if (node->op) return read_prime_call(algebra, node);
  return sum_multiply(algebra, form_read(algebra, node->child[0]), form_read(algebra, node->child[1]));
}

/* ---- choices ---- */

static const Sum *read_piecewise(Algebra *algebra, const Node *node) {
  Node *copy = form_node(algebra, NODE_PIECEWISE, node->count, NULL);
  Atom atom = {.kind = ATOM_PIECEWISE, .node = copy, .count = node->count};
  atom.argument = form_new(algebra, node->count * sizeof(const Sum *));
  for (uint32_t i = 0; i < node->count; i++) {
    const Node *arm = node->child[i];
    Node *condition = arm->child[1] ? form_copy(algebra, arm->child[1]) : NULL;
    copy->child[i] = form_node(algebra, NODE_ARM, 2, (Node *[]){NULL, condition});
    atom.argument[i] = form_read(algebra, arm->child[0]);
  }
  atom.varies = mentions_variable(algebra, copy);
  return form_atom(algebra, atom);
}

static const Sum *read_if(Algebra *algebra, const Node *node) {
  Node *copy = form_node(algebra, NODE_IF, 3, (Node *[]){form_copy(algebra, node->child[0]), NULL, NULL});
  Atom atom = {.kind = ATOM_IF, .node = copy, .count = 2};
  atom.argument = form_new(algebra, 2 * sizeof(const Sum *));
  atom.argument[0] = form_read(algebra, node->child[1]);
  atom.argument[1] = form_read(algebra, node->child[2]);
  atom.varies = mentions_variable(algebra, copy);
  return form_atom(algebra, atom);
}

/* x |> f */
static const Sum *read_pipe(Algebra *algebra, const Node *node) {
  if (node->child[1]->kind != NODE_NAME) read_fail(algebra, node);
  return form_read_call(algebra, form_node(algebra, NODE_CALL, 2, (Node *[]){node->child[1], node->child[0]}));
}

static const Sum *read_kind(Algebra *algebra, const Node *node) {
  switch (node->kind) {
  case NODE_NUMBER: return read_number(algebra, node);
  case NODE_NAME: return read_name(algebra, node);
  case NODE_NEGATE: return sum_negate(algebra, form_read(algebra, node->child[0]));
  case NODE_PLUS: return form_read(algebra, node->child[0]);
  case NODE_BINARY: return read_binary(algebra, node);
  case NODE_IMPLICIT: return read_implicit(algebra, node);
  case NODE_ROOT: return read_root(algebra, node);
  case NODE_CALL: return form_read_call(algebra, node);
  case NODE_PIPE: return read_pipe(algebra, node);
  case NODE_PIECEWISE: return read_piecewise(algebra, node);
  case NODE_IF: return read_if(algebra, node);
  case NODE_INDEX: return read_element(algebra, node);
  case NODE_IMAGINARY:
  case NODE_NORM:
  case NODE_FACTORIAL: return form_opaque(algebra, node);
  default: read_fail(algebra, node);
  }
}

const Sum *form_read(Algebra *algebra, const Node *node) {
  algebra_descend(algebra);
  const Sum *sum = read_kind(algebra, node);
  algebra_ascend(algebra);
  return sum;
}
