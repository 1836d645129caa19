/* diff.h - the rows of symbolic derivatives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_DIFF_H
#define MML_DIFF_H

#include "primitives/primitive.h"
#include "syntax/ast.h"

extern const Primitive diff_rows[2];

/* ---- shared with steps.c ---- */

/* What is derived: a tree, or a function where only its name was given. Borrowed. */
typedef struct DiffSubject {
  const Node *node;
  Tree *tree;
  const Function *function; /* NULL unless it is one */
} DiffSubject;

/* What a formula or a function given to [name] means; a name may stand for either. */
DiffSubject diff_subject(Session *session, Value v, const char *name);
/* The body of a typed function with its parameters for names; fails if it is not one expression. */
DiffSubject diff_subject_body(Session *session, const Function *f);
/* The one name of an expression; fails if there are several, or none. */
const Symbol *diff_only_name(Session *session, const Node *node);

#endif
