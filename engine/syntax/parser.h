/* parser.h - text to tree: docs/design.md names the grammar this follows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_PARSER_H
#define MML_PARSER_H

#include "syntax/ast.h"
#include "syntax/report.h"

typedef enum ParseStatus {
  PARSE_OK,
  PARSE_ERROR,     /* *report says what and where */
  PARSE_INCOMPLETE /* the text may go on: the prompt asks for another line. *report says what is open */
} ParseStatus;

/* Parses a whole source. On PARSE_OK *tree is owned by the caller, else NULL. Never fails otherwise:
 * nesting deeper than PARSE_DEPTH is a PARSE_ERROR. */
ParseStatus parse(Source *source, SymbolTable *symbols, Tree **tree, Report *report);

/* Parses one expression (a derivative rule): the only child of the tree's BLOCK. */
ParseStatus parse_expression(Source *source, SymbolTable *symbols, Tree **tree, Report *report);

/* Words that mean something only in a clause form: what opens one, and what stands in it. Each ends
 * with NULL. */
extern const char *const parser_head_words[], *const parser_clause_words[];

enum {
  PARSE_DEPTH = 1000,   /* of nesting */
  PARSE_HEIGHT = 10000  /* of the tree: a sum of n terms is n nodes high */
};

#endif
