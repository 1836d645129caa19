/* columns.h - matrices whose columns were typed one under the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_COLUMNS_H
#define MML_COLUMNS_H

#include "syntax/spacing.h"

/* Pads the slots of an ARRAY that has a row on each line so that its columns stand one under the
 * other again, if all of them did as typed. The blanks between the tokens are counted already. */
void columns_align(const Node *array, const Source *source, const TokenList *tokens, Slot *slot);

/* The column, from 0, behind a text that begins in [column]; a tab goes to the next multiple of 8.
 */
uint32_t columns_after(uint32_t column, const char *text, size_t length);
/* The column in which [offset] stands on its line as typed. */
uint32_t columns_typed(const Source *source, uint32_t offset);

#endif
