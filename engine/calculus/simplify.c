/* simplify.c - formulas in the form a textbook has them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/form.h"

static Node *try_simplify(Algebra *algebra, const Node *e) {
  if (setjmp(algebra->escape)) return NULL;
  return form_result(algebra, form_read(algebra, e));
}

static Node *try_copy(Algebra *algebra, const Node *e) {
  if (setjmp(algebra->escape)) return NULL;
  return form_copy(algebra, e);
}

Node *symbolic_simplify(Tree *tree, SymbolTable *symbols, const Node *e) {
  char why[160];
  Algebra algebra;
  algebra_start(&algebra, tree, symbols, NULL, why);
  Node *result = try_simplify(&algebra, e);
  algebra_end(&algebra);
  if (result) return result;
  algebra_start(&algebra, tree, symbols, NULL, why);
  result = try_copy(&algebra, e);
  algebra_end(&algebra);
  return result ? result : (Node *)(uintptr_t)e;
}
