/* heap.h - the list of a session's objects, and the sweep after an error.
 *
 * Normal flow counts references. After a longjmp the counts of everything the dead frames held are
 * wrong, so the sweep marks what the roots reach, frees the rest and counts the survivors anew.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_HEAP_H
#define MML_HEAP_H

#include "values/value.h"

/* Allocates [size] bytes for an object with one reference and puts it on the session's list. Fails when
 * memory is out. The block is 64-byte aligned; only the head is initialised. */
void *object_new(Session *session, ValueKind kind, size_t size);

/* Calls [visit] with the address of every value [object] owns. */
typedef void (*HeapVisit)(Value *value, void *context);
void object_children(Object *object, HeapVisit visit, void *context);

/* Frees every object that is not reachable from [roots] and makes all counts exact again. */
void heap_sweep(Session *session, Value *const *roots, const size_t *counts, size_t groups);

size_t heap_count(const Session *session);
/* Frees everything: the end of a session. */
void heap_free(Session *session);

#endif
