/* lambda.h - functions that the engine itself has written down in mml: adjoints, complex functions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LAMBDA_H
#define MML_LAMBDA_H

#include "values/value.h"

/* The function that [text], "(x, y) -> …", means; compiled when it is first asked for and kept under
 * [key], which is an address of its own. [name] is for messages. Borrowed. */
Value lambda_of(Session *session, const void *key, const char *name, const char *text);
/* The same, compiled now and kept by nobody. Owned. */
Value lambda_new(Session *session, const char *name, const char *text);
/* The one kept under [key], NOTHING if there is none yet. Borrowed. */
Value lambda_find(const Session *session, const void *key);

#endif
