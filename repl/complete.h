/* complete.h - what TAB offers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_COMPLETE_H
#define MML_COMPLETE_H

#include "mml.h"
#include <stdbool.h>
#include <stddef.h>

/* Calls [each] for every text that may replace the word line[start .. end): commands after ":",
 * symbols after "\", names otherwise. Returns false where the word is a file name. */
bool complete_word(Mml *mml, const char *line, size_t start, size_t end, bool in_string,
                   void (*each)(void *context, const char *replacement), void *context);

#endif
