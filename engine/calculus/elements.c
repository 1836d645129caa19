/* elements.c - functions of x[1], x[2] …: each element as a name of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/elements.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct Replacing {
  Tree *tree;
  const Symbol *vector;
  const Symbol **element;
} Replacing;

/* The place of x[3]; 0 for anything else. */
static uint32_t place_of(const Node *node, const Symbol *vector) {
  bool element = node->kind == NODE_INDEX && node->count == 2 &&
                 node->child[0]->kind == NODE_NAME && node->child[0]->symbol == vector &&
                 node->child[1]->kind == NODE_NUMBER;
  if (!element) return 0;
  double place = node->child[1]->number;
  return place >= 1 && place <= ELEMENTS_MOST && place == floor(place) ? (uint32_t)place : 0;
}

/* The last element that occurs, 0 if none does; false when the vector is used otherwise. */
static bool measure(const Node *node, const Symbol *vector, uint32_t *last) {
  if (!node) return true;
  uint32_t place = place_of(node, vector);
  if (place > *last) *last = place;
  if (place) return true;
  bool binds = node->kind == NODE_LAMBDA || node->kind == NODE_CLAUSE || node->kind == NODE_DO;
  if (binds || node->symbol == vector) return false;
  for (uint32_t i = 0; i < node->count; i++)
    if (!measure(node->child[i], vector, last)) return false;
  return true;
}

static Node *replace(const Replacing *replacing, const Node *node) {
  if (!node) return NULL;
  uint32_t place = place_of(node, replacing->vector);
  Node *copy = node_new(replacing->tree, NODE_NAME, node->span, place ? 0 : node->count);
  copy->symbol = place ? replacing->element[place - 1] : NULL;
  copy->height = 1;
  if (place) return copy;
  Node **child = copy->child;
  *copy = *node;
  copy->child = child;
  for (uint32_t i = 0; i < node->count; i++) child[i] = replace(replacing, node->child[i]);
  return copy;
}

const Node *elements_replace(Tree *tree, SymbolTable *symbols, const Node *body,
                             const Symbol *vector, uint32_t size,
                             const Symbol *element[ELEMENTS_MOST], uint32_t *count) {
  uint32_t last = 0;
  if (size > ELEMENTS_MOST || !measure(body, vector, &last) || !last || (size && last > size))
    return NULL;
  *count = size ? size : last;
  for (uint32_t i = 0; i < *count; i++) {
    char name[128]; /* longer names stay one vector */
    int length = snprintf(name, sizeof name, "%s[%u]", vector->name, i + 1);
    if (length < 0 || (size_t)length >= sizeof name) return NULL;
    element[i] = symbol_intern(symbols, name, (size_t)length);
  }
  const Replacing replacing = {.tree = tree, .vector = vector, .element = element};
  return replace(&replacing, body);
}

static Node *element_node(Tree *tree, const Symbol *vector, uint32_t place) {
  Node *node = node_new(tree, NODE_INDEX, (Span){0, 0}, 2);
  node->child[0] = node_new(tree, NODE_NAME, (Span){0, 0}, 0);
  node->child[0]->symbol = vector;
  node->child[1] = node_new(tree, NODE_NUMBER, (Span){0, 0}, 0);
  node->child[1]->number = place;
  return node;
}

Node *elements_restore(Tree *tree, Node *node, const Symbol *vector, const Symbol *const *element,
                       uint32_t count) {
  if (!node) return NULL;
  for (uint32_t i = 0; node->kind == NODE_NAME && i < count; i++)
    if (node->symbol == element[i]) return element_node(tree, vector, i + 1);
  for (uint32_t i = 0; i < node->count; i++) {
    Node *child = elements_restore(tree, node->child[i], vector, element, count);
    if (child != node->child[i]) node->child[i] = child; /* else it may be the typed tree */
  }
  return node;
}
