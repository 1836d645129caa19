/* shaped_names.h - what shaped_read.c, shaped_names.c and shaped_call.c share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SHAPED_NAMES_H
#define MML_SHAPED_NAMES_H

#include "calculus/shaped.h"

/* ---- shaped_read.c ---- */
const ShapedSum *shaped_leaf(Shaping *shaping, const Node *node, ShapedExtent extent,
                             bool symmetric);

/* ---- shaped_names.c ---- */
bool shaped_value_extent(Value value, ShapedExtent *extent);
const ShapedSum *shaped_read_name(Shaping *shaping, const Node *node);
const ShapedSum *shaped_read_field(Shaping *shaping, const Node *node);
void shaped_add_name(Shaping *shaping, const Symbol *symbol, const ShapedSum *value);
/* Binds the names of a generator; its copy, with the names of the body replaced. */
Node *shaped_bind_generator(Shaping *shaping, const Node *generator);
/* The tree with the names of the body around it replaced. Fails where that changes what a name
 * means, or if the variable is in it. */
const Node *shaped_copy(Shaping *shaping, const Node *node);
/* Whether the value of [node] can be written as [node] is. */
bool shaped_keeps_text(const Shaping *shaping, const Node *node);
bool shaped_is_function(Shaping *shaping, const Symbol *symbol);
/* Whether the parameter's annotation is R^(n,n). */
bool shaped_is_square_parameter(const Shaping *shaping, const Symbol *symbol);
/* The number of rows (0) or columns (1) of an array. */
const ShapedSum *shaped_size(Shaping *shaping, const ShapedSum *array, int which);

/* ---- shaped_call.c ---- */
/* Fails unless the matrix can be square; what asks for one has no value for any other. */
void shaped_need_matrix(Shaping *shaping, const ShapedSum *matrix);
/* Fails unless it is known to be square. */
void shaped_need_square(Shaping *shaping, const ShapedSum *matrix);

#endif
