/* spacing.h - the blanks between the tokens of a line in canonical layout, and what each token
 * means for the lines around it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SPACING_H
#define MML_SPACING_H

#include "syntax/ast.h"
#include "syntax/lexer.h"

/* What a token does to the indentation of the lines that follow. */
typedef enum SlotRole {
  SLOT_PLAIN,
  SLOT_OPENS,      /* a bracket, or the first word of a block */
  SLOT_OPENS_ROWS, /* of an array or a piecewise value: rows stand under the first one */
  SLOT_CLOSES,
  SLOT_TURNS /* else and elseif of a block */
} SlotRole;

/* What is decided for one token. Those inside of strings have none: a string stays as typed. */
typedef struct Slot {
  uint8_t before, after; /* what the token asks for on its sides: a Space of spacing.c */
  uint8_t role;          /* SlotRole */
  bool statement;        /* the first token of a statement */
  bool follows;          /* of one that is not the first of its block */
  uint32_t blanks;       /* before the token, unless it begins a line */
  uint32_t padding;      /* more blanks that align a column, there too */
} Slot;

/* A slot for each token of [tokens], which are those of the tree's source. To be freed. */
Slot *spacing_of(const Tree *tree, const TokenList *tokens);

/* The token that stands at [offset], or the last one before it. */
uint32_t spacing_find(const TokenList *tokens, uint32_t offset);
/* The last token of what is set as a whole: the end of a string, else the token itself. */
uint32_t spacing_unit(const TokenList *tokens, uint32_t at);

#endif
