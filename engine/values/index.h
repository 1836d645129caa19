/* index.h - reading and writing positions of arrays, ranges, tuples and tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_INDEX_H
#define MML_INDEX_H

#include "values/value.h"

/* An item of an index: NOTHING stands for `:`. Numbers, ranges, position vectors, boolean masks. */
Value value_index(Session *session, Value container, const Value *item, uint32_t count);
/* container[item…] = value. Takes ownership of [container] and returns it (or its copy when it was
 * shared) changed; when it fails, [container] is untouched and still the caller's. [value] is borrowed. */
Value value_assign_index(Session *session, Value container, const Value *item, uint32_t count, Value value);
/* What `end` means in position [place] of [count]. */
double value_end(Session *session, Value container, uint32_t place, uint32_t count);
/* container.name; borrowed fields are kept: owned. */
Value value_field(Session *session, Value container, const Symbol *name);
Value value_assign_field(Session *session, Value container, const Symbol *name, Value value);
/* How many things a loop goes over, and the k-th (from 0). Fails for what cannot be gone over. */
size_t value_length_of_loop(Session *session, Value container);
Value value_element(Session *session, Value container, size_t k);

#endif
