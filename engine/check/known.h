/* known.h - what the checker knows of a value without running anything.
 *
 * Certainty is all: a KNOWN_NOT may be anything, and everything else is true on each run that gets
 * there. Records of it live in the arena of the check; values inside are swept when it ends.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_KNOWN_H
#define MML_KNOWN_H

#include "memory.h"
#include "values/value.h"

typedef struct Scope Scope;

typedef enum KnownKind {
  KNOWN_NOT,      /* nothing */
  KNOWN_UNSET,    /* a name that has no value yet */
  KNOWN_EXACT,    /* this very value: a number, boolean, string, range or small array */
  KNOWN_NUMBER,   /* some number */
  KNOWN_BOOLEAN,  /* true or false */
  KNOWN_ARRAY,    /* rows × cols entries, numbers or booleans */
  KNOWN_TUPLE,    /* count items */
  KNOWN_RECORD,   /* count items with names, all of them */
  KNOWN_FUNCTION, /* value; scope: what stood around a function of the checked text */
} KnownKind;

enum { SIZE_UNKNOWN = -1 };

typedef struct Known {
  KnownKind kind;
  bool boolean;       /* ARRAY: of booleans */
  int64_t rows, cols; /* ARRAY: SIZE_UNKNOWN where not known */
  Value value;        /* EXACT, FUNCTION */
  Scope *scope;       /* FUNCTION: NULL for builtins and where nothing but the session is around */
  uint32_t count;     /* TUPLE, RECORD */
  const struct Known *item;
  const Symbol *const *name; /* RECORD */
} Known;

static inline Known known_not(void) { return (Known){.kind = KNOWN_NOT}; }
static inline Known known_number(void) { return (Known){.kind = KNOWN_NUMBER}; }
static inline Known known_array(int64_t rows, int64_t cols) {
  return (Known){.kind = KNOWN_ARRAY, .rows = rows, .cols = cols};
}

/* All there is to know of a value; large arrays are known by their shape. */
Known known_exact(Arena *arena, Value value);
/* The same with the entries forgotten: what stands for any value of this shape. */
Known known_shape(Arena *arena, Value value);
Known known_forget(Arena *arena, Known known);

/* What is known when it is one or the other. */
Known known_join(Arena *arena, Known a, Known b);
bool known_equal(Known a, Known b);

bool known_is_number(Known known);
/* An array or a range; sizes may be SIZE_UNKNOWN. */
bool known_is_array(Known known, int64_t *rows, int64_t *cols);
bool known_truth(Known known, bool *truth); /* false when it is not known */

/* Any value of this kind and shape, to try an operation on: zeros in arrays, the unset number.
 * False when there is none or it would be large. */
bool known_witness(Session *session, Known known, Value *witness);

#endif
