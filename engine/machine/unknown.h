/* unknown.h - names that users of other languages type, and what to type here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_UNKNOWN_H
#define MML_UNKNOWN_H

#include <stddef.h>

typedef struct ForeignName {
  const char *name, *advice; /* advice with … in it, in ( ) or behind : is not meant to be pasted */
} ForeignName;

extern const ForeignName foreign_names[];
extern const size_t foreign_name_count;

#endif
