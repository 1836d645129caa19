/* shaped_write.c - shaped expressions to trees.
 *
 * A term is sign, number, number factors, arrays, over what has a negative power. As in
 * form_write.c the sign and the number stand at the first factor, for that is how the parser reads
 * -2A'*u.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/shaped.h"

/* Factors in a row, the first of which takes the number. */
typedef struct Line {
  Node *node;
  Rational number; /* not written yet, not negative */
  bool negative;   /* the same of the sign */
} Line;

static Node *binary(Shaping *shaping, Operator op, Node *left, Node *right) {
  Node *node = form_node(shaping->algebra, NODE_BINARY, 2, (Node *[]){left, right});
  node->op = (uint8_t)op;
  return node;
}

static Node *negate(Shaping *shaping, Node *node) {
  return form_node(shaping->algebra, NODE_NEGATE, 1, (Node *[]){node});
}

static Node *write_number(Shaping *shaping, Rational number) {
  return form_write(shaping->algebra, sum_number(shaping->algebra, number));
}

/* ---- atoms ---- */

static Node *write_call(Shaping *shaping, const Symbol *name, Node *const *argument,
                        uint32_t count) {
  Node *callee = form_node(shaping->algebra, NODE_NAME, 0, NULL);
  callee->symbol = name;
  Node **child = form_new(shaping->algebra, (count + 1) * sizeof *child);
  child[0] = callee;
  for (uint32_t i = 0; i < count; i++) child[i + 1] = argument[i];
  return form_node(shaping->algebra, NODE_CALL, count + 1, child);
}

static Node *write_whole(Shaping *shaping, uint32_t number) {
  return write_number(shaping, rational_whole(number));
}

/* ones(3), ones(3, 2), or ones(size(u)) where sizes are not known; eye(3), eye(size(u)[1]). */
static Node *write_filled(Shaping *shaping, const ShapedAtom *atom, const char *name) {
  const Symbol *callee = shaped_builtin(shaping, name), *size = shaped_builtin(shaping, "size");
  ShapedExtent extent = atom->extent;
  bool square = atom->kind == SHAPED_EYE;
  bool known = extent.rows && (square || extent.cols);
  bool column = square || extent.cols == 1;
  if (known) {
    Node *argument[] = {write_whole(shaping, extent.rows), write_whole(shaping, extent.cols)};
    return write_call(shaping, callee, argument, column ? 1 : 2);
  }
  Node *like = shaped_write(shaping, atom->part[0]);
  bool vector = extent_is_column(atom->part[0]->extent);
  if (vector) size = shaped_builtin(shaping, "length");
  Node *argument = write_call(shaping, size, &like, 1);
  if (square && !vector)
    argument =
        form_node(shaping->algebra, NODE_INDEX, 2, (Node *[]){argument, write_whole(shaping, 1)});
  return write_call(shaping, callee, &argument, 1);
}

static Node *write_series(Shaping *shaping, const ShapedAtom *atom) {
  Node *generator = atom->node->child[1]->child[1];
  Node *generated = form_node(shaping->algebra, NODE_GENERATED, 2,
                              (Node *[]){shaped_write(shaping, atom->part[0]), generator});
  return form_node(shaping->algebra, NODE_CALL, 2, (Node *[]){atom->node->child[0], generated});
}

static Node *write_terms(Shaping *shaping, const ShapedSum *sum);

static Node *write_each(Shaping *shaping, const ShapedAtom *atom) {
  ShapedFactor factor = {.atom = atom, .power = rational_whole(1)};
  ShapedTerm term = {.coefficient = rational_whole(1), .chain = &factor, .length = 1};
  return write_terms(shaping, shaped_of_terms(shaping, atom->extent, &term, 1));
}

static Node *write_atom(Shaping *shaping, const ShapedAtom *atom) {
  Node *part[3] = {NULL};
  bool direct =
      atom->kind == SHAPED_CALL || atom->kind == SHAPED_SOLVE || atom->kind == SHAPED_POWER;
  for (uint32_t i = 0; direct && i < atom->parts; i++)
    part[i] = shaped_write(shaping, atom->part[i]);
  bool numbers = atom->extent.number;
  switch (atom->kind) {
  case SHAPED_LEAF: return (Node *)(uintptr_t)atom->node;
  case SHAPED_GROUP: return shaped_write(shaping, atom->part[0]);
  case SHAPED_EACH: return write_each(shaping, atom);
  case SHAPED_CALL: return write_call(shaping, atom->name, part, atom->parts);
  case SHAPED_SOLVE: return binary(shaping, OP_SOLVE, part[0], part[1]);
  case SHAPED_POWER: return binary(shaping, numbers ? OP_POWER : OP_DOT_POWER, part[0], part[1]);
  case SHAPED_SERIES: return write_series(shaping, atom);
  case SHAPED_ONES: return write_filled(shaping, atom, "ones");
  case SHAPED_EYE: return write_filled(shaping, atom, "eye");
  }
  return NULL;
}

/* The factor to the power that is written, which is not negative. */
static Node *write_factor(Shaping *shaping, const ShapedFactor *factor, bool below) {
  Node *node = write_atom(shaping, factor->atom);
  if (factor->transposed) node = form_node(shaping->algebra, NODE_PRIME, 1, &node);
  Rational power = below ? rational_negate(factor->power) : factor->power;
  if (rational_is(power, 1)) return node;
  if (rational_equal(power, rational_ratio(1, 2)))
    return write_call(shaping, shaped_builtin(shaping, "sqrt"), &node, 1);
  return binary(shaping, factor->atom->extent.number ? OP_POWER : OP_DOT_POWER, node,
                write_number(shaping, power));
}

/* ---- terms ---- */

static void line_start(Shaping *shaping, Line *line, Node *first) {
  bool one = rational_is(line->number, 1) && first;
  Node *node = one ? first : form_digits(shaping->algebra, line->number.value);
  bool joined = !one && first && form_takes_number(first);
  if (joined) node = form_node(shaping->algebra, NODE_IMPLICIT, 2, (Node *[]){node, first});
  if (line->negative) node = negate(shaping, node);
  if (!one && first && !joined) node = binary(shaping, OP_MULTIPLY, node, first);
  line->node = node;
}

static void line_add(Shaping *shaping, Line *line, Operator op, Node *next) {
  bool divides = op == OP_DIVIDE || op == OP_DOT_DIVIDE;
  if (!line->node && !divides) {
    line_start(shaping, line, next);
    return;
  }
  if (!line->node) line_start(shaping, line, NULL);
  line->node = binary(shaping, op, line->node, next);
}

static void add_entries(Shaping *shaping, Line *line, const ShapedAtom *each) {
  bool array = false;
  for (int below = 0; below < 2; below++) {
    for (uint32_t i = 0; i < each->factors; i++) {
      if ((rational_sign(each->factor[i].power) < 0) != below) continue;
      Operator op = below ? OP_DOT_DIVIDE : array ? OP_DOT_MULTIPLY : OP_MULTIPLY;
      line_add(shaping, line, op, write_factor(shaping, &each->factor[i], below));
      array = true;
    }
  }
}

/* What stands below the line, NULL if nothing does. */
static Node *write_below(Shaping *shaping, const ShapedTerm *term, int64_t divisor) {
  Line line = {.number = rational_whole(divisor)};
  for (uint32_t i = 0; i < term->scalars; i++)
    if (rational_sign(term->scalar[i].power) < 0)
      line_add(shaping, &line, OP_MULTIPLY, write_factor(shaping, &term->scalar[i], true));
  if (!line.node && divisor != 1) line_start(shaping, &line, NULL);
  return line.node;
}

/* u'*v of a factor (u'*v), which needs no ( ) at the beginning; NULL for any other. */
static const ShapedTerm *leading_chain(const Line *line, const ShapedFactor *factor) {
  const ShapedAtom *atom = factor->atom;
  bool plain = atom->kind == SHAPED_GROUP && rational_is(factor->power, 1) && !line->node;
  const ShapedSum *sum = plain ? atom->part[0] : NULL;
  bool chain = sum && !sum->typed && sum->count == 1 && sum->term->length && !sum->term->scalars;
  return chain && rational_is(sum->term->coefficient, 1) ? sum->term : NULL;
}

static void add_scalar(Shaping *shaping, Line *line, const ShapedFactor *factor) {
  const ShapedTerm *chain = leading_chain(line, factor);
  if (!chain) line_add(shaping, line, OP_MULTIPLY, write_factor(shaping, factor, false));
  for (uint32_t i = 0; chain && i < chain->length; i++)
    line_add(shaping, line, OP_MULTIPLY, write_factor(shaping, &chain->chain[i], false));
}

static Node *write_term(Shaping *shaping, const ShapedTerm *term, bool negative) {
  Rational number = term->coefficient;
  if (rational_sign(number) < 0) number = rational_negate(number);
  int64_t divisor = 1;
  if (number.bottom && !rational_is_pointed(number)) {
    divisor = number.bottom;
    number = rational_whole(number.top);
  }
  Line line = {.number = number, .negative = negative};
  for (uint32_t i = 0; i < term->scalars; i++)
    if (rational_sign(term->scalar[i].power) > 0) add_scalar(shaping, &line, &term->scalar[i]);
  bool entries =
      term->length == 1 && term->chain[0].atom->kind == SHAPED_EACH && !term->chain[0].transposed;
  if (entries) add_entries(shaping, &line, term->chain[0].atom);
  for (uint32_t i = 0; !entries && i < term->length; i++)
    line_add(shaping, &line, OP_MULTIPLY, write_factor(shaping, &term->chain[i], false));
  if (!line.node) line_start(shaping, &line, NULL);
  Node *below = write_below(shaping, term, divisor);
  return below ? binary(shaping, OP_DIVIDE, line.node, below) : line.node;
}

/* ---- sums ---- */

static Node *write_zero(Shaping *shaping, ShapedExtent extent) {
  if (extent.number) return write_whole(shaping, 0);
  if (!extent.rows || !extent.cols)
    algebra_fail(shaping->algebra, "its derivative is 0, of a size that is not known");
  Node *argument[] = {write_whole(shaping, extent.rows), write_whole(shaping, extent.cols)};
  return write_call(shaping, shaped_builtin(shaping, "zeros"), argument, extent.cols == 1 ? 1 : 2);
}

static Node *write_terms(Shaping *shaping, const ShapedSum *sum) {
  Node *node = NULL;
  for (uint32_t i = 0; i < sum->count; i++) {
    bool negative = rational_sign(sum->term[i].coefficient) < 0;
    Node *term = write_term(shaping, &sum->term[i], negative && i == 0);
    node = !node ? term : binary(shaping, negative ? OP_SUBTRACT : OP_ADD, node, term);
  }
  return node ? node : write_zero(shaping, sum->extent);
}

Node *shaped_write(Shaping *shaping, const ShapedSum *sum) {
  if (sum->typed) return (Node *)(uintptr_t)sum->typed;
  algebra_descend(shaping->algebra);
  Node *node = write_terms(shaping, sum);
  algebra_ascend(shaping->algebra);
  return node;
}
