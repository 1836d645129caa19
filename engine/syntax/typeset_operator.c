/* typeset_operator.c - operators as LaTeX: products without a sign where none is needed, fractions,
 * exponents, what stands behind an operand.
 *
 * A product gets its sign, a space or nothing by looking at what was written on both sides: 2 \cdot
 * 3, x \cdot (y + 1), which would read as a call, and \mathrm{a}\,\mathrm{b}.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>

#include "syntax/typesetter.h"

typedef struct OperatorStyle {
  const char *sign;
  uint8_t bond;
} OperatorStyle;

static const OperatorStyle styles[OPERATOR_COUNT] = {
    [OP_ADD] = {" + ", BOND_SUM},
    [OP_SUBTRACT] = {" - ", BOND_SUM},
    [OP_MULTIPLY] = {"", BOND_PRODUCT},
    [OP_DIVIDE] = {"\\frac", BOND_FACTOR},
    [OP_SOLVE] = {" \\backslash ", BOND_PRODUCT},
    [OP_POWER] = {"^{", BOND_RAISED},
    [OP_DOT_ADD] = {" + ", BOND_SUM},
    [OP_DOT_SUBTRACT] = {" - ", BOND_SUM},
    [OP_DOT_MULTIPLY] = {" \\odot ", BOND_PRODUCT},
    [OP_DOT_DIVIDE] = {" \\oslash ", BOND_PRODUCT},
    [OP_DOT_SOLVE] = {" \\mathbin{.\\backslash} ", BOND_PRODUCT},
    [OP_DOT_POWER] = {"^{\\circ ", BOND_RAISED},
    [OP_EQUAL] = {" = ", BOND_COMPARE},
    [OP_UNEQUAL] = {" \\ne ", BOND_COMPARE},
    [OP_LESS] = {" < ", BOND_COMPARE},
    [OP_LESS_EQUAL] = {" \\le ", BOND_COMPARE},
    [OP_GREATER] = {" > ", BOND_COMPARE},
    [OP_GREATER_EQUAL] = {" \\ge ", BOND_COMPARE},
    [OP_NEAR] = {" \\approx ", BOND_COMPARE},
    [OP_IN] = {" \\in ", BOND_COMPARE},
    [OP_DOT_EQUAL] = {" = ", BOND_COMPARE},
    [OP_DOT_UNEQUAL] = {" \\ne ", BOND_COMPARE},
    [OP_DOT_LESS] = {" < ", BOND_COMPARE},
    [OP_DOT_LESS_EQUAL] = {" \\le ", BOND_COMPARE},
    [OP_DOT_GREATER] = {" > ", BOND_COMPARE},
    [OP_DOT_GREATER_EQUAL] = {" \\ge ", BOND_COMPARE},
};

static void string(Typesetter *ts, const char *text) { text_string(ts->out, text); }

static void insert(Typesetter *ts, size_t at, const char *text) {
  size_t length = strlen(text);
  text_append(ts->out, text, length);
  char *bytes = ts->out->bytes;
  memmove(bytes + at + length, bytes + at, ts->out->length - length - at);
  memcpy(bytes + at, text, length);
}

static const char *text_since(const Typesetter *ts, size_t start) {
  return ts->out->length > start ? ts->out->bytes + start : "";
}

static bool starts_with(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ---- brackets ---- */

static bool is_tall(const char *text) {
  static const char *const tall[] = {"\\frac", "\\begin", "\\sum",   "\\prod",
                                     "\\int",  "\\lim",   "\\binom", "\\sqrt",
                                     "\\left", "\\max_",  "\\min_",  "\\operatorname*"};
  for (size_t i = 0; i < sizeof tall / sizeof *tall; i++)
    if (strstr(text, tall[i])) return true;
  return false;
}

void typeset_fence(Typesetter *ts, size_t start, const char *open, const char *close) {
  bool tall = is_tall(text_since(ts, start));
  size_t before = ts->out->length;
  insert(ts, start, open);
  if (tall) insert(ts, start, "\\left");
  typeset_part(ts, start + ts->out->length - before);
  string(ts, tall ? " \\right" : *close == '\\' ? " " : "");
  string(ts, close);
}

/* Whether a command like \pi ends at [at]. */
static bool command_ends(const Typesetter *ts, size_t at) {
  const char *bytes = ts->out->bytes;
  size_t start = at;
  while (start > 0 && isalpha((unsigned char)bytes[start - 1])) start--;
  return start > 0 && start < at && bytes[start - 1] == '\\';
}

void typeset_part(Typesetter *ts, size_t at) {
  if (command_ends(ts, at) && isalpha((unsigned char)*text_since(ts, at))) insert(ts, at, " ");
}

/* ---- products ---- */

static bool is_operation(const Node *node, Operator op) {
  return node->kind == NODE_BINARY && node->op == op;
}

static bool is_leaf(const Node *node) {
  if (node->kind == NODE_NEGATE) node = node->child[0];
  return node->kind == NODE_NUMBER || node->kind == NODE_NAME;
}

bool typeset_is_product(const Typesetter *ts, const Node *node) {
  return node->kind == NODE_IMPLICIT && !(node->op && typeset_is_function(ts, node->child[0]));
}

/* Whether a matrix is square, as far as the tree and the names tell. */
static bool is_square(const Typesetter *ts, const Node *node) {
  const Node *left = node->count ? node->child[0] : NULL,
             *right = node->count > 1 ? node->child[1] : NULL;
  const char *called = node->kind == NODE_CALL && left->kind == NODE_NAME ? left->symbol->key : "";
  bool turned = left && (left->kind == NODE_PRIME || left->kind == NODE_TRANSPOSE) &&
                left->child[0]->kind == NODE_NAME && right && right->kind == NODE_NAME &&
                left->child[0]->symbol == right->symbol; /* X'X */
  switch (node->kind) {
  case NODE_NAME: return typeset_meaning(ts, node->symbol) == TYPESET_SQUARE;
  case NODE_INVERSE: return true;
  case NODE_NEGATE:
  case NODE_PRIME:
  case NODE_TRANSPOSE: return is_square(ts, left);
  case NODE_CALL:
    return strcmp(called, "hessian") == 0 || strcmp(called, "eye") == 0 ||
           strcmp(called, "inv") == 0 || (left->kind == NODE_NABLA && left->number == 2);
  case NODE_IMPLICIT: return turned || is_square(ts, right);
  case NODE_BINARY:
    if (node->op == OP_ADD || node->op == OP_SUBTRACT)
      return is_square(ts, left) || is_square(ts, right);
    if (node->op == OP_MULTIPLY) return turned || (is_square(ts, right) && is_leaf(left));
    return (node->op == OP_DIVIDE || node->op == OP_POWER) && is_square(ts, left);
  default: return false;
  }
}

/* A \ b is A^{-1}b, as a textbook has it, only where A is known to have an inverse: u^{-1}v of
 * vectors would be wrong. */
static bool is_inverse_product(const Typesetter *ts, const Node *node) {
  return is_operation(node, OP_SOLVE) && is_square(ts, node->child[0]);
}

/* A product that is written without a sign. */
static bool is_plain_product(const Typesetter *ts, const Node *node) {
  return is_operation(node, OP_MULTIPLY) || is_inverse_product(ts, node) ||
         typeset_is_product(ts, node);
}

/* Whether what is written behind [node] would be taken as part of it. */
static bool is_open(const Typesetter *ts, const Node *node) {
  if (node->kind == NODE_NEGATE) return is_open(ts, node->child[0]);
  if (is_plain_product(ts, node) || is_operation(node, OP_DOT_MULTIPLY))
    return typeset_bond(ts, node->child[1]) >= BOND_PRODUCT && is_open(ts, node->child[1]);
  return node->kind == NODE_CALL && typeset_is_big(ts, node);
}

/* The factor that stands last. */
static const Node *last_factor(const Typesetter *ts, const Node *node) {
  while (is_plain_product(ts, node) || node->kind == NODE_NEGATE)
    node = node->child[node->count - 1];
  return node;
}

/* Whether a ( behind [node] makes it look like a call. */
static bool looks_callable(const Typesetter *ts, const Node *node) {
  return node->kind == NODE_NAME || node->kind == NODE_FIELD || node->kind == NODE_INDEX ||
         node->kind == NODE_NABLA || typeset_is_function(ts, node);
}

static bool is_word(const Node *node) {
  return node->kind == NODE_FIELD ||
         (node->kind == NODE_NAME && typeset_name_is_word(node->symbol->key));
}

/* What goes between the factor [last], NULL if it is in ( ), and what was written from [at] on. */
static const char *product_sign(const Typesetter *ts, const Node *last, size_t at) {
  const char *right = text_since(ts, at);
  bool bracket = *right == '(' || starts_with(right, "\\left(");
  bool mixed = isdigit((unsigned char)ts->out->bytes[at - 1]) &&
               (starts_with(right, "\\frac") || starts_with(right, "\\mathtt"));
  if (isdigit((unsigned char)right[*right == '{']) || mixed) return " \\cdot ";
  if (last && bracket && looks_callable(ts, last)) return " \\cdot ";
  if (starts_with(right, "\\mathrm") || (last && is_word(last))) return "\\,";
  return "";
}

/* A product with a sign of its own. */
static bool is_signed_product(const Typesetter *ts, const Node *node) {
  bool dotted =
      node->kind == NODE_BINARY && node->op >= OP_DOT_MULTIPLY && node->op <= OP_DOT_SOLVE;
  return dotted || (is_operation(node, OP_SOLVE) && !is_inverse_product(ts, node));
}

/* A minus sign does not follow another sign. */
static void guard_minus(Typesetter *ts, size_t start) {
  if (*text_since(ts, start) == '-') typeset_fence(ts, start, "(", ")");
}

/* Products without a sign may be regrouped, and what is open ends with them. */
static void put_right_factor(Typesetter *ts, const Node *node) {
  size_t at = ts->out->length;
  bool free = is_plain_product(ts, node) || is_open(ts, node);
  typeset_put(ts, node, free ? BOND_PRODUCT : BOND_FACTOR);
  guard_minus(ts, at);
}

static void put_product(Typesetter *ts, const Node *left, const Node *right) {
  bool closed =
      is_open(ts, left) || is_signed_product(ts, left) || typeset_bond(ts, left) < BOND_PRODUCT;
  if (closed) typeset_wrap(ts, left);
  else typeset_put(ts, left, BOND_PRODUCT);
  size_t at = ts->out->length;
  put_right_factor(ts, right);
  insert(ts, at, product_sign(ts, closed ? NULL : last_factor(ts, left), at));
  typeset_part(ts, at);
}

/* The entrywise products, and A \ b where A may have no inverse. */
static void put_signed_product(Typesetter *ts, const Node *node) {
  const Node *left = node->child[0];
  bool chain = is_operation(left, OP_DOT_MULTIPLY) && node->op == OP_DOT_MULTIPLY;
  if ((is_signed_product(ts, left) && !chain) || is_open(ts, left)) typeset_wrap(ts, left);
  else typeset_put(ts, left, BOND_PRODUCT);
  string(ts, styles[node->op].sign);
  size_t at = ts->out->length;
  typeset_put(ts, node->child[1], BOND_FACTOR);
  guard_minus(ts, at);
}

static void put_solve(Typesetter *ts, const Node *node) {
  if (!is_inverse_product(ts, node)) {
    put_signed_product(ts, node);
    return;
  }
  typeset_put(ts, node->child[0], BOND_ATOM);
  string(ts, "^{-1}");
  put_right_factor(ts, node->child[1]);
}

/* ---- fractions ---- */

/* Whether a minus sign stands first in what is no sum: it then goes before the fraction. */
static bool leads_with_minus(const Typesetter *ts, const Node *node) {
  while (is_plain_product(ts, node)) node = node->child[0];
  if (node->kind == NODE_NUMBER && !node->length) return node->number < 0;
  return node->kind == NODE_NEGATE;
}

static void put_fraction(Typesetter *ts, const Node *node) {
  size_t start = ts->out->length;
  bool minus = leads_with_minus(ts, node->child[0]);
  string(ts, "\\frac{");
  size_t above = ts->out->length;
  typeset_put(ts, node->child[0], BOND_NONE);
  string(ts, "}{");
  typeset_put(ts, node->child[1], BOND_NONE);
  string(ts, "}");
  char *bytes = ts->out->bytes;
  if (!minus || bytes[above] != '-') return;
  memmove(bytes + start + 1, bytes + start, above - start);
  bytes[start] = '-';
}

/* x, 2, x^2, also with a minus sign: short enough for a stroke. */
static bool is_short(const Node *node) {
  if (is_leaf(node)) return true;
  if (node->kind == NODE_NEGATE) node = node->child[0];
  return is_operation(node, OP_POWER) && is_leaf(node->child[0]) && is_leaf(node->child[1]);
}

/* A fraction in an exponent gets a stroke: x^{1/2}. */
static void put_exponent(Typesetter *ts, const Node *node) {
  if (node->kind == NODE_NEGATE && is_operation(node->child[0], OP_DIVIDE) &&
      node->child[0]->child[0]->kind != NODE_NEGATE) {
    string(ts, "-");
    put_exponent(ts, node->child[0]);
  } else if (is_operation(node, OP_DIVIDE) && is_short(node->child[0]) &&
             is_short(node->child[1])) {
    typeset_put(ts, node->child[0], BOND_NONE);
    string(ts, "/");
    typeset_put(ts, node->child[1], BOND_RAISED);
  } else {
    typeset_put(ts, node, BOND_NONE);
  }
}

static void put_power(Typesetter *ts, const Node *node) {
  const Node *base = node->child[0];
  if (node->op == OP_POWER && base->kind == NODE_CALL &&
      typeset_raised_call(ts, base, node->child[1]))
    return;
  typeset_put(ts, base, BOND_ATOM);
  string(ts, styles[node->op].sign);
  put_exponent(ts, node->child[1]);
  string(ts, "}");
}

/* ---- all of them ---- */

Bond typeset_binary_bond(const Typesetter *ts, const Node *node) {
  if (node->op == OP_DIVIDE && leads_with_minus(ts, node->child[0])) return BOND_PRODUCT;
  return (Bond)styles[node->op].bond;
}

/* a + (b + c) needs no brackets, a - (b + c) does. */
static void put_sum(Typesetter *ts, const Node *node) {
  bool adds = node->op == OP_ADD || node->op == OP_DOT_ADD;
  typeset_put(ts, node->child[0], BOND_SUM);
  string(ts, styles[node->op].sign);
  size_t at = ts->out->length;
  typeset_put(ts, node->child[1], adds ? BOND_SUM : BOND_PRODUCT);
  guard_minus(ts, at);
}

void typeset_binary(Typesetter *ts, const Node *node) {
  switch ((Operator)node->op) {
  case OP_MULTIPLY: put_product(ts, node->child[0], node->child[1]); break;
  case OP_DIVIDE: put_fraction(ts, node); break;
  case OP_SOLVE: put_solve(ts, node); break;
  case OP_POWER:
  case OP_DOT_POWER: put_power(ts, node); break;
  case OP_DOT_MULTIPLY:
  case OP_DOT_DIVIDE:
  case OP_DOT_SOLVE: put_signed_product(ts, node); break;
  default: put_sum(ts, node);
  }
}

/* f'(2) is a call of the derivative, A'(x + y) a product. */
void typeset_implicit(Typesetter *ts, const Node *node) {
  if (typeset_is_product(ts, node)) {
    put_product(ts, node->child[0], node->child[1]);
    return;
  }
  typeset_put(ts, node->child[0], BOND_RAISED);
  const Node *right = node->child[1];
  size_t at = ts->out->length;
  if (right->kind == NODE_TUPLE && !right->grouped) typeset_list(ts, right, 0, right->count);
  else typeset_put(ts, right, BOND_NONE);
  typeset_fence(ts, at, "(", ")");
}

void typeset_negate(Typesetter *ts, const Node *node) {
  string(ts, node->kind == NODE_NEGATE ? "-" : "+");
  size_t at = ts->out->length;
  typeset_put(ts, node->child[0], BOND_PRODUCT);
  guard_minus(ts, at);
}

void typeset_compare(Typesetter *ts, const Node *node) {
  for (uint32_t i = 0; i < node->count; i++) {
    if (i) string(ts, styles[node->operators[i - 1]].sign);
    typeset_put(ts, node->child[i], BOND_SUM);
  }
}

/* ---- behind and before ---- */

/* Whether ' behind [node] means the derivative. */
bool typeset_is_function(const Typesetter *ts, const Node *node) {
  while (node->kind == NODE_PRIME) node = node->child[0];
  if (node->kind == NODE_LAMBDA || node->kind == NODE_NABLA) return true;
  if (node->kind != NODE_NAME) return false;
  TypesetMeaning meaning = typeset_meaning(ts, node->symbol);
  bool custom = strlen(node->symbol->key) == 1 && strchr("fgh", node->symbol->key[0]);
  return meaning == TYPESET_FUNCTION || meaning == TYPESET_BUILTIN ||
         (meaning == TYPESET_UNKNOWN && custom);
}

void typeset_prime(Typesetter *ts, const Node *node) {
  const Node *base = node->child[0];
  bool row = base->kind == NODE_ARRAY && base->count == 1;
  if (node->kind == NODE_PRIME && typeset_is_function(ts, base)) {
    typeset_put(ts, base, base->kind == NODE_PRIME ? BOND_RAISED : BOND_ATOM);
    string(ts, "'");
  } else if (row && node->kind != NODE_INVERSE) {
    typeset_array(ts, base, true);
  } else {
    typeset_put(ts, base, BOND_ATOM);
    string(ts, node->kind == NODE_INVERSE ? "^{-1}" : "^{\\top}");
  }
}

void typeset_nabla(Typesetter *ts, const Node *node) {
  string(ts, node->number == 2 ? "\\nabla^{2} " : "\\nabla ");
  typeset_put(ts, node->child[0], BOND_ATOM);
}

static void put_position(Typesetter *ts, const Node *item) {
  if (item->kind == NODE_RANGE) typeset_range(ts, item, true);
  else typeset_put(ts, item, BOND_NONE);
}

/* TeX takes one subscript only: what has one already goes in braces. */
void typeset_index(Typesetter *ts, const Node *node) {
  size_t start = ts->out->length;
  typeset_put(ts, node->child[0], BOND_ATOM);
  if (strchr(text_since(ts, start), '_')) {
    insert(ts, start, "{");
    string(ts, "}");
  }
  string(ts, "_{");
  for (uint32_t i = 1; i < node->count; i++) {
    if (i > 1) string(ts, ",");
    put_position(ts, node->child[i]);
  }
  string(ts, "}");
}
