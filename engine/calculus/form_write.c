/* form_write.c - forms to trees that read as a textbook has them.
 *
 * A product is sign, number, names, then the rest in the order of the source, over what has a negative
 * number as its power. The sign stands inside, at the first factor, for that is how the parser reads it:
 * -2x*y is (-(2x))*y.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calculus/form.h"

/* ---- nodes ---- */

Node *form_node(Algebra *algebra, NodeKind kind, uint32_t count, Node *const *child) {
  algebra->used += sizeof(Node) + count * sizeof(Node *);
  if (algebra->used > FORM_MEMORY) algebra_fail(algebra, "the formula would be too long to read");
  Node *node = node_new(algebra->tree, kind, (Span){0, 0}, count);
  node->height = 1;
  for (uint32_t i = 0; child && i < count; i++) {
    node->child[i] = child[i];
    if (child[i] && child[i]->height >= node->height) node->height = child[i]->height + 1;
  }
  return node;
}

Node *form_name(Algebra *algebra, const char *name) {
  Node *node = form_node(algebra, NODE_NAME, 0, NULL);
  node->symbol = symbol_intern(algebra->symbols, name, strlen(name));
  return node;
}

static Node *binary(Algebra *algebra, Operator op, Node *left, Node *right) {
  Node *node = form_node(algebra, NODE_BINARY, 2, (Node *[]){left, right});
  node->op = (uint8_t)op;
  return node;
}

static Node *negate(Algebra *algebra, Node *node) {
  return form_node(algebra, NODE_NEGATE, 1, (Node *[]){node});
}

static char *copy_bytes(Algebra *algebra, const char *bytes, size_t length) {
  char *copy = arena_new(&algebra->tree->arena, length + 1);
  memcpy(copy, bytes, length);
  return copy;
}

/* ---- copies ---- */

static bool binds_names(const Node *node) {
  return node->kind == NODE_LAMBDA || node->kind == NODE_GENERATED || node->kind == NODE_COMPREHENSION ||
         node->kind == NODE_CLAUSE;
}

static bool has_values(const Environment *environment) {
  while (environment && !environment->value) environment = environment->outer;
  return environment != NULL;
}

static Node *copy_node(Algebra *algebra, const Node *node) {
  Node *copy = form_node(algebra, node->kind, node->count, NULL);
  Node **child = copy->child;
  *copy = *node;
  copy->child = child;
  copy->span = (Span){0, 0};
  if (node->length) copy->text = copy_bytes(algebra, node->text, node->length);
  if (node->operators) copy->operators = (uint8_t *)copy_bytes(algebra, (const char *)node->operators, node->count);
  for (uint32_t i = 0; i < node->count; i++)
    copy->child[i] = node->child[i] ? form_copy(algebra, node->child[i]) : NULL;
  return copy;
}

Node *form_copy(Algebra *algebra, const Node *node) {
  algebra_descend(algebra);
  Node *copy = NULL;
  if (node->kind == NODE_NAME) {
    bool bound;
    const Sum *value = environment_find(algebra, node->symbol, &bound);
    if (value) copy = form_write(algebra, value);
  } else if (binds_names(node) && has_values(algebra->environment)) {
    algebra_fail(algebra, "a function it calls binds names of its own");
  }
  if (!copy) copy = copy_node(algebra, node);
  algebra_ascend(algebra);
  return copy;
}

/* ---- numbers ---- */

Node *form_digits(Algebra *algebra, double value) {
  char text[40];
  for (int precision = 15; precision <= 17; precision++) {
    snprintf(text, sizeof text, "%.*g", precision, value);
    if (strtod(text, NULL) == value) break;
  }
  Node *node = form_node(algebra, NODE_NUMBER, 0, NULL);
  node->number = value;
  node->length = strlen(text);
  node->text = copy_bytes(algebra, text, node->length);
  return node;
}

/* ---- the pieces of a product ---- */

typedef struct Fraction {
  Rational number;      /* above the line, not negative */
  int64_t divisor;      /* below it */
  Node **above, **below;
  uint32_t above_count, below_count;
} Fraction;

static Node *write_atom(Algebra *algebra, const Atom *atom);
static Node *write_number(Algebra *algebra, Rational number);

/* The power of a factor as a tree; [below] the line its number is written positive. */
static Node *write_power(Algebra *algebra, const Factor *factor, bool below) {
  if (factor->exponent) return form_write(algebra, factor->exponent);
  return write_number(algebra, below ? rational_negate(factor->power) : factor->power);
}

static Node *write_exp(Algebra *algebra, const Factor *factor) {
  Node *callee = form_copy(algebra, factor->atom->node);
  return form_node(algebra, NODE_CALL, 2, (Node *[]){callee, write_power(algebra, factor, false)});
}

static Node *write_root(Algebra *algebra, Style style, Node *base) {
  if (style == STYLE_ROOT) return form_node(algebra, NODE_ROOT, 1, (Node *[]){base});
  return form_node(algebra, NODE_CALL, 2, (Node *[]){form_name(algebra, "sqrt"), base});
}

static Node *write_factor(Algebra *algebra, const Factor *factor, bool below) {
  if (factor->atom && factor->atom->exponential) return write_exp(algebra, factor);
  Node *base = factor->atom ? write_atom(algebra, factor->atom) : form_write(algebra, factor->sum);
  if (factor->exponent) return binary(algebra, OP_POWER, base, write_power(algebra, factor, below));
  Rational power = below ? rational_negate(factor->power) : factor->power;
  if (rational_is(power, 1)) return base;
  if (factor->style != STYLE_POWER && rational_equal(power, rational_ratio(1, 2)))
    return write_root(algebra, factor->style, base);
  return binary(algebra, OP_POWER, base, write_power(algebra, factor, below));
}

/* Names and elements, with their powers, go before sums and calls. */
static bool is_simple(const Factor *factor) {
  if (!factor->atom || factor->atom->kind != ATOM_OPAQUE || factor->atom->exponential) return false;
  NodeKind kind = factor->atom->node->kind;
  bool plain = kind == NODE_NAME || kind == NODE_INDEX || kind == NODE_NUMBER;
  return plain && !factor->exponent;
}

static bool stands_below(const Factor *factor) {
  return !factor->exponent && rational_sign(factor->power) < 0 && !(factor->atom && factor->atom->exponential);
}

static void split_factors(Algebra *algebra, const Product *product, bool simple, Fraction *fraction) {
  for (uint32_t i = 0; i < product->count; i++) {
    const Factor *factor = &product->factor[i];
    if (is_simple(factor) != simple) continue;
    bool below = stands_below(factor);
    Node *node = write_factor(algebra, factor, below);
    if (below) fraction->below[fraction->below_count++] = node;
    else fraction->above[fraction->above_count++] = node;
  }
}

static Fraction split(Algebra *algebra, const Product *product) {
  Rational number = product->coefficient;
  if (rational_sign(number) < 0) number = rational_negate(number);
  Fraction fraction = {.number = number, .divisor = 1};
  if (number.bottom && !rational_is_pointed(number)) {
    fraction.divisor = number.bottom;
    fraction.number = rational_whole(number.top);
  }
  fraction.above = form_new(algebra, product->count * sizeof(Node *));
  fraction.below = form_new(algebra, product->count * sizeof(Node *));
  split_factors(algebra, product, true, &fraction);
  split_factors(algebra, product, false, &fraction);
  return fraction;
}

/* ---- products ---- */

bool form_takes_number(const Node *node) {
  if (node->kind == NODE_ROOT) return true;
  for (;;) {
    bool power = node->kind == NODE_BINARY && node->op == OP_POWER;
    if (node->kind == NODE_BINARY && !power)
      return node->op == OP_ADD || node->op == OP_SUBTRACT; /* in ( ) */
    bool prime = node->kind == NODE_PRIME || (node->kind == NODE_IMPLICIT && node->op);
    if (!power && !prime && node->kind != NODE_CALL && node->kind != NODE_INDEX) break;
    node = node->child[0];
  }
  if (node->kind != NODE_NAME) return false;
  const char *name = node->symbol->name;
  bool number = (name[0] == 'e' || name[0] == 'E') && isdigit((unsigned char)name[1]); /* 2e5 */
  bool suffix = strncmp(name, "deg", 3) == 0 || (name[0] == 'i' && !isalnum((unsigned char)name[1]));
  return !number && !suffix && name[0] != '_';
}

/* A product of [count] factors and a number, which is left out if it is 1 and can be. */
static Node *write_list(Algebra *algebra, Rational number, Node *const *factor, uint32_t count,
                        bool negative) {
  uint32_t next = 0;
  bool one = rational_is(number, 1) && count > 0;
  Node *node = one ? factor[next++] : form_digits(algebra, number.value);
  if (!one && count && form_takes_number(factor[0]))
    node = form_node(algebra, NODE_IMPLICIT, 2, (Node *[]){node, factor[next++]});
  if (negative) node = negate(algebra, node);
  for (; next < count; next++) node = binary(algebra, OP_MULTIPLY, node, factor[next]);
  return node;
}

static Node *write_product(Algebra *algebra, const Product *product, bool negative) {
  Fraction fraction = split(algebra, product);
  Node *above =
      write_list(algebra, fraction.number, fraction.above, fraction.above_count, negative);
  if (fraction.divisor == 1 && !fraction.below_count) return above;
  Node *below = write_list(algebra, rational_whole(fraction.divisor), fraction.below,
                           fraction.below_count, false);
  return binary(algebra, OP_DIVIDE, above, below);
}

static Node *write_number(Algebra *algebra, Rational number) {
  const Product *product = product_new(algebra, number, NULL, 0);
  return write_product(algebra, product, rational_sign(number) < 0);
}

/* ---- atoms ---- */

static Node *write_piecewise(Algebra *algebra, const Atom *atom) {
  Node *node = copy_node(algebra, atom->node);
  for (uint32_t i = 0; i < atom->count; i++)
    node->child[i]->child[0] = form_write(algebra, atom->argument[i]);
  return node;
}

/* Where the arguments of a kind of atom go among the children of its node. */
static Node *write_atom(Algebra *algebra, const Atom *atom) {
  static const uint32_t first[] = {[ATOM_CALL] = 1, [ATOM_IF] = 1, [ATOM_PRIME] = 1};
  if (atom->kind == ATOM_PIECEWISE) return write_piecewise(algebra, atom);
  Node *node = copy_node(algebra, atom->node);
  Node *holder = atom->kind == ATOM_SERIES ? node->child[1] : node;
  uint32_t from = atom->kind == ATOM_SERIES || atom->kind == ATOM_OPAQUE ? 0 : first[atom->kind];
  for (uint32_t i = 0; i < atom->count; i++)
    holder->child[from + i] = form_write(algebra, atom->argument[i]);
  return node;
}

/* ---- sums ---- */

Node *form_write(Algebra *algebra, const Sum *sum) {
  algebra_descend(algebra);
  const Environment *environment = algebra->environment;
  algebra->environment = NULL; /* forms have no names left to replace */
  Node *node = sum->count ? NULL : form_digits(algebra, 0);
  for (uint32_t i = 0; i < sum->count; i++) {
    bool negative = rational_sign(sum->term[i]->coefficient) < 0;
    Node *term = write_product(algebra, sum->term[i], negative && i == 0);
    node = !node ? term : binary(algebra, negative ? OP_SUBTRACT : OP_ADD, node, term);
  }
  algebra->environment = environment;
  algebra_ascend(algebra);
  return node;
}

/* ---- the result ---- */

static uint32_t measure_height(Node *node) {
  node->height = 1;
  for (uint32_t i = 0; i < node->count; i++) {
    uint32_t height = node->child[i] ? measure_height(node->child[i]) : 0;
    if (height >= node->height) node->height = height + 1;
  }
  return node->height;
}

static bool same_tree(const Node *a, const Node *b) {
  if (!a || !b) return a == b;
  bool same = a->kind == b->kind && a->op == b->op && a->count == b->count && a->symbol == b->symbol &&
              a->number == b->number;
  for (uint32_t i = 0; same && i < a->count; i++) same = same_tree(a->child[i], b->child[i]);
  return same;
}

Node *form_result(Algebra *algebra, const Sum *sum) {
  algebra->generous = false;
  Node *node = form_write(algebra, sum), *before = NULL;
  for (int round = 0; round < FORM_ROUNDS && !same_tree(node, before); round++) {
    before = node;
    node = form_write(algebra, form_read(algebra, node));
  }
  measure_height(node);
  return node;
}
