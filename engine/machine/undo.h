/* undo.h - the session as it was before the last entries, for :undo.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_UNDO_H
#define MML_UNDO_H

#include "values/value.h"

/* The user's names and values before an entry. Values are counted and never change while two own
 * them, so keeping them costs a few words each. */
typedef struct Snapshot {
  char *entry; /* what was about to run */
  uint32_t count;
  uint32_t *id; /* of symbols, ascending */
  Value *value;
  char **help;
} Snapshot;

enum { UNDO_STEPS = 20 };

typedef struct History {
  Snapshot step[UNDO_STEPS]; /* the oldest first */
  uint32_t count;
} History;

void history_free(History *history);

#endif
