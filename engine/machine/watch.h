/* watch.h - where a nan or an infinity came from.
 *
 * When one is about to be shown, the expression is evaluated once more with the machine looking at every
 * result: the first operation that made it out of finite operands is named in a note. Nothing is paid for
 * this as long as results are finite.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_WATCH_H
#define MML_WATCH_H

#include "machine/session.h"
#include "values/value.h"

typedef struct Watch Watch;

/* Is there a nan or an infinity in a number, array or tuple of them? */
bool watch_wanted(Value value);
/* What a statement computed [value] from, evaluated again, until the operation is found; adds the note. Gives
 * up quietly when it takes too long. The session is as before: output is held back, random numbers repeat,
 * files are not written. [value] must be reachable from the session. */
void watch_explain(Session *session, struct Tree *tree, const Node *expression, Value value);

/* For the machine: called before each instruction while session->watch is set. */
void watch_step(Session *session, Frame *frame, const Instruction *i, const double *number, const Value *window);
/* For builtins with lasting effects: fails quietly while watching. */
void watch_refuse(Session *session);

#endif
