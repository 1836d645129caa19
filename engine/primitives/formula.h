/* formula.h - the expressions of a formula y ~ x + log(z), evaluated over the columns of a table.
 *
 * A formula runs row by row: * / ^ and functions of a number apply to every row, reductions such as
 * mean(x) run over the whole column. A name is a column, else a local of where the formula was
 * written, else a variable of the session. Without a table the vectors among the variables are the
 * columns. Fitting freezes all else: numbers, functions and reductions go into a record with which
 * the same formula can be run again on other rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FORMULA_H
#define MML_FORMULA_H

#include "machine/session.h"

typedef struct FormulaData {
  Session *session;
  const Formula *formula;
  const Table *table;       /* where the columns are; NULL: vectors among the variables */
  Record *frozen;           /* fitting: receives what other rows will need; NULL: it is the scope */
  const Record *parameters; /* names that are being fitted, never columns; NULL: none */
  size_t rows;              /* of the data */
  size_t count;             /* of them that are used */
  const uint32_t *kept;     /* their numbers from 0, NULL when all are */
} FormulaData;

/* Does the node mention a name that is being fitted? */
bool formula_is_fitted(const FormulaData *data, const Node *node);

/* What formula_evaluate gives: a number, an array with [count] rows (or others, from a variable),
 * or a tuple of [count] texts. Owned. */
Value formula_evaluate(FormulaData *data, const Node *node);

/* A name, field or position: the rows of it that are used, or the constant it is. Owned. */
Value formula_leaf(FormulaData *data, const Node *node);
/* The function a CALL node calls, borrowed. */
Value formula_callee(FormulaData *data, const Node *node);

/* Sets [rows], and when fitting [count] and [kept]: rows in which nothing the formula mentions is
 * missing. */
void formula_scan(FormulaData *data);

/* The column [node] names, borrowed, or NULL if it is no plain column. */
const Column *formula_column(const FormulaData *data, const Node *node);
/* Does `.` stand for this column? It stands for those that the formula does not mention on the left
 * or as a term of its own. */
bool formula_dot_takes(const FormulaData *data, const Column *column);
/* The name of the one column the right side needs when run on other rows; NULL for none or several.
 */
const Symbol *formula_only_column(const FormulaData *data);

/* Is it a text column? (A tuple of texts; NOTHING is a missing one.) */
bool formula_is_text(Value value);
/* Is it a column of so many rows? */
bool formula_has_rows(Value value, size_t rows);
/* The number in [data]'s table of used row [i], counted from 1. */
size_t formula_row_number(const FormulaData *data, size_t i);

/* The column, or NULL if there is none of that name. */
const Column *formula_find_column(const FormulaData *data, const Symbol *name);

/* Remembers a value under a text, and gives it back (borrowed, NULL if there is none). */
void formula_freeze(FormulaData *data, const char *key, Value owned);
const Value *formula_frozen(const FormulaData *data, const char *key);

/* The formula with what was frozen as its scope: what a model keeps. Takes ownership of [frozen].
 */
Value formula_keep(const FormulaData *data, Record *frozen);

/* The node as it would be typed, in scratch memory. */
const char *formula_node_text(const FormulaData *data, const Node *node);
/* Fails at [node] if [value] is being differentiated. */
void formula_refuse_active(const FormulaData *data, const Node *node, Value value);
/* Fails at a node of the formula. */
_Noreturn void formula_refuse(const FormulaData *data, const Node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same as a report to add to; then raise_failure. */
Report *formula_failure(const FormulaData *data, const Node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
