/* shaped_names.c - what names stand for in shaped expressions.
 *
 * The body of a function that is called is read with its parameters only; its other names are the
 * session's. Should one of those be a parameter or be bound by a `for` where the formula stands,
 * the formula would say something else than the call, and there is none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/shaped_names.h"

#include <string.h>

#include "machine/session.h"

static const ShapedName *find(const ShapedName *name, const Symbol *symbol) {
  while (name && name->symbol != symbol) name = name->outer;
  return name;
}

static const ShapedParameter *find_parameter(const Shaping *shaping, const Symbol *symbol) {
  for (uint32_t i = 0; i < shaping->parameters; i++)
    if (shaping->parameter[i].symbol == symbol) return &shaping->parameter[i];
  return NULL;
}

static bool is_dimension(const ShapedParameter *parameter, const Symbol *symbol, int *which) {
  const Node *set = parameter->set;
  for (uint32_t i = 0; set && i < set->count; i++) {
    *which = (int)i;
    if (set->child[i]->kind == NODE_NAME && set->child[i]->symbol == symbol) return true;
  }
  return false;
}

/* The annotation that binds [symbol]: x in R^n binds n. */
static const ShapedParameter *find_dimension(const Shaping *shaping, const Symbol *symbol,
                                             int *which) {
  for (uint32_t i = 0; i < shaping->parameters; i++)
    if (is_dimension(&shaping->parameter[i], symbol, which)) return &shaping->parameter[i];
  return NULL;
}

bool shaped_is_square_parameter(const Shaping *shaping, const Symbol *symbol) {
  const ShapedParameter *parameter = find_parameter(shaping, symbol);
  const Node *set = parameter ? parameter->set : NULL;
  bool names = set && set->count == 2 && set->child[0]->kind == NODE_NAME &&
               set->child[1]->kind == NODE_NAME;
  return names && set->child[0]->symbol == set->child[1]->symbol;
}

static bool taken(const Shaping *shaping, const Symbol *symbol) {
  int which;
  return find_parameter(shaping, symbol) || find(shaping->bound, symbol) ||
         find_dimension(shaping, symbol, &which);
}

bool shaped_is_builtin(Shaping *shaping, const Symbol *symbol) {
  return session_binding(shaping->session, symbol)->value.kind == VALUE_NOTHING &&
         !taken(shaping, symbol);
}

const Symbol *shaped_builtin(Shaping *shaping, const char *name) {
  const Symbol *symbol = symbol_intern(shaping->algebra->symbols, name, strlen(name));
  if (!shaped_is_builtin(shaping, symbol))
    algebra_fail(shaping->algebra, "the formula needs %s, which has another meaning here", name);
  return symbol;
}

bool shaped_is_e(Shaping *shaping, const ShapedSum *sum) {
  if (!sum->extent.number || sum->count != 1 || sum->term->scalars != 1 || sum->varies)
    return false;
  const Node *node = sum->term->scalar[0].atom->node;
  bool plain = rational_is(sum->term->coefficient, 1) && rational_is(sum->term->scalar[0].power, 1);
  return plain && node && node->kind == NODE_NAME && shaped_is_builtin(shaping, node->symbol) &&
         symbol_is(node->symbol, "e");
}

static void check_free(Shaping *shaping, const Symbol *symbol) {
  if (shaping->algebra->inlined && taken(shaping, symbol))
    algebra_fail(shaping->algebra, "a function it calls uses another %s", symbol->name);
  if (shaping->library && session_binding(shaping->session, symbol)->value.kind != VALUE_NOTHING)
    algebra_fail(shaping->algebra, "the formula needs %s, which has another meaning here",
                 symbol->name);
}

bool shaped_is_function(Shaping *shaping, const Symbol *symbol) {
  if (find(shaping->name, symbol) || find_parameter(shaping, symbol)) return false;
  return session_lookup(shaping->session, symbol).kind == VALUE_FUNCTION;
}

/* ---- values ---- */

bool shaped_value_extent(Value value, ShapedExtent *extent) {
  *extent = extent_number();
  if (value.kind == VALUE_NUMBER) return true;
  if (!value_is_real_array(value)) return false;
  *extent = extent_array(value_as_array(value)->rows, value_as_array(value)->cols);
  return extent->rows && extent->cols;
}

static bool is_symmetric(Value value) {
  const Array *a = value_is_real_array(value) ? value_as_array(value) : NULL;
  if (!a || a->rows != a->cols) return false;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < i; j++)
      if (!(a->data[i * a->cols + j] == a->data[j * a->cols + i])) return false;
  return true;
}

static const ShapedSum *read_value(Shaping *shaping, const Node *node, Value value) {
  ShapedExtent extent;
  if (!shaped_value_extent(value, &extent)) {
    if (value.kind == VALUE_NOTHING) algebra_fail(shaping->algebra, "a name in it has no value");
    char text[VALUE_DESCRIPTION];
    algebra_fail(shaping->algebra, "it uses %s", value_describe(value, text));
  }
  return shaped_leaf(shaping, node, extent, shaping->values && is_symmetric(value));
}

/* ---- names ---- */

const ShapedSum *shaped_size(Shaping *shaping, const ShapedSum *array, int which) {
  uint32_t known = which ? array->extent.cols : array->extent.rows;
  if (known) return shaped_whole(shaping, known);
  Algebra *algebra = shaping->algebra;
  Node *like = shaped_write(shaping, array), *callee = form_node(algebra, NODE_NAME, 0, NULL);
  bool column = extent_is_column(array->extent);
  callee->symbol = shaped_builtin(shaping, column ? "length" : "size");
  Node *node = form_node(algebra, NODE_CALL, 2, (Node *[]){callee, like});
  if (!column)
    node = form_node(algebra, NODE_INDEX, 2, (Node *[]){node, form_digits(algebra, which + 1)});
  ShapedAtom atom = {
      .kind = SHAPED_LEAF, .extent = extent_number(), .node = node, .symmetric = true};
  return shaped_of_atom(shaping, shaped_atom(shaping, atom));
}

static const ShapedSum *read_parameter(Shaping *shaping, const ShapedParameter *parameter) {
  Node *node = form_node(shaping->algebra, NODE_NAME, 0, NULL);
  node->symbol = parameter->symbol;
  bool varies = parameter == &shaping->parameter[shaping->variable];
  ShapedAtom atom = {.kind = SHAPED_LEAF,
                     .extent = parameter->extent,
                     .node = node,
                     .varies = varies,
                     .symmetric = parameter->extent.number};
  return shaped_typed(shaping, shaped_of_atom(shaping, shaped_atom(shaping, atom)), node);
}

static const ShapedSum *read_free(Shaping *shaping, const Node *node) {
  Binding *binding = session_binding(shaping->session, node->symbol);
  Value value = binding->value.kind != VALUE_NOTHING ? binding->value : binding->builtin;
  /* for diff, which has no values, any other name is a number */
  ShapedExtent extent;
  bool symbol =
      !shaping->values && value.kind != VALUE_FUNCTION && !shaped_value_extent(value, &extent);
  if (symbol) return shaped_leaf(shaping, node, extent_number(), true);
  if (value.kind == VALUE_NOTHING)
    algebra_fail(shaping->algebra, "%s has no value", node->symbol->name);
  return read_value(shaping, node, value);
}

const ShapedSum *shaped_read_name(Shaping *shaping, const Node *node) {
  const ShapedName *name = find(shaping->name, node->symbol);
  if (name && name->value) return name->value;
  if (name) algebra_fail(shaping->algebra, "the size %s is not known", node->symbol->name);
  check_free(shaping, node->symbol);
  const ShapedParameter *parameter = find_parameter(shaping, node->symbol);
  if (parameter) return read_parameter(shaping, parameter);
  int which = 0;
  parameter = find_dimension(shaping, node->symbol, &which);
  if (parameter) return shaped_size(shaping, read_parameter(shaping, parameter), which);
  return read_free(shaping, node);
}

/* d.price: the value is looked up, for its extent. */
static Value field_value(Shaping *shaping, const Node *node) {
  if (node->kind == NODE_NAME) {
    bool own = find(shaping->name, node->symbol) || find_parameter(shaping, node->symbol);
    check_free(shaping, node->symbol);
    return own ? value_nothing() : session_lookup(shaping->session, node->symbol);
  }
  if (node->kind != NODE_FIELD) return value_nothing();
  Value of = field_value(shaping, node->child[0]);
  if (of.kind == VALUE_RECORD) {
    const Value *field = record_get((Record *)of.object, node->symbol);
    return field ? *field : value_nothing();
  }
  const Table *table = of.kind == VALUE_TABLE ? (Table *)of.object : NULL;
  for (uint32_t i = 0; table && i < table->count; i++)
    if (table->column[i].name == node->symbol) return table->column[i].numbers;
  return value_nothing();
}

const ShapedSum *shaped_read_field(Shaping *shaping, const Node *node) {
  if (!shaping->values) algebra_fail(shaping->algebra, "a field has no formula here");
  return read_value(shaping, node, field_value(shaping, node));
}

/* ---- names that are bound ---- */

void shaped_add_name(Shaping *shaping, const Symbol *symbol, const ShapedSum *value) {
  ShapedName *name = form_new(shaping->algebra, sizeof *name);
  *name = (ShapedName){.outer = shaping->name, .symbol = symbol, .value = value};
  shaping->name = name;
}

static void bind(Shaping *shaping, const Symbol *symbol, ShapedExtent extent) {
  bool meets = taken(shaping, symbol);
  for (const ShapedName *name = shaping->name; name && !meets; name = name->outer)
    meets = name->value && node_mentions(shaped_write(shaping, name->value), symbol);
  if (meets) algebra_fail(shaping->algebra, "%s means two things in it", symbol->name);
  Node *node = form_node(shaping->algebra, NODE_NAME, 0, NULL);
  node->symbol = symbol;
  ShapedAtom atom = {
      .kind = SHAPED_LEAF, .extent = extent, .node = node, .symmetric = extent.number};
  const ShapedSum *value = shaped_of_atom(shaping, shaped_atom(shaping, atom));
  shaped_add_name(shaping, symbol, shaped_typed(shaping, value, node));
  ShapedName *bound = form_new(shaping->algebra, sizeof *bound);
  *bound = (ShapedName){.outer = shaping->bound, .symbol = symbol};
  shaping->bound = bound;
}

static bool is_call(Shaping *shaping, const Node *node, const char *name) {
  bool call = node->kind == NODE_CALL && node->child[0]->kind == NODE_NAME &&
              symbol_is(node->child[0]->symbol, name);
  if (call) shaped_builtin(shaping, name);
  return call;
}

/* What the elements of [over] are. */
static ShapedExtent element(Shaping *shaping, const Node *over) {
  if (over->kind == NODE_RANGE) return extent_number();
  bool rows = is_call(shaping, over, "rows"), cols = is_call(shaping, over, "cols");
  if ((rows || cols) && over->count == 2) {
    const ShapedSum *matrix = shaped_read(shaping, over->child[1]);
    return extent_array(rows ? matrix->extent.cols : matrix->extent.rows, 1);
  }
  const ShapedSum *column = shaped_read(shaping, over);
  if (!extent_is_column(column->extent))
    algebra_fail(shaping->algebra, "what a sum goes over is not known");
  return extent_number();
}

static void bind_clause(Shaping *shaping, const Node *clause) {
  uint32_t names = clause->count - 1;
  const Node *over = clause->child[names];
  bool zip = is_call(shaping, over, "zip");
  ShapedExtent extent[2];
  if (names > 2 || names != (zip ? over->count - 1 : 1))
    algebra_fail(shaping->algebra, "what a sum goes over is not known");
  for (uint32_t i = 0; i < names; i++)
    extent[i] = element(shaping, zip ? over->child[i + 1] : over);
  for (uint32_t i = 0; i < names; i++) bind(shaping, clause->child[i]->symbol, extent[i]);
}

Node *shaped_bind_generator(Shaping *shaping, const Node *generator) {
  Node *copy = form_node(shaping->algebra, NODE_GENERATOR, generator->count, NULL);
  for (uint32_t i = 0; i + 1 < generator->count; i++) {
    const Node *clause = generator->child[i];
    uint32_t names = clause->count - 1;
    copy->child[i] = form_node(shaping->algebra, NODE_BIND, clause->count, clause->child);
    copy->child[i]->child[names] = (Node *)(uintptr_t)shaped_copy(shaping, clause->child[names]);
    bind_clause(shaping, clause);
  }
  const Node *filter = generator->child[generator->count - 1];
  if (filter) copy->child[generator->count - 1] = (Node *)(uintptr_t)shaped_copy(shaping, filter);
  return copy;
}

/* ---- trees ---- */

static bool stands_for_itself(const ShapedName *name) {
  const Node *typed = name->value ? name->value->typed : NULL;
  return typed && typed->kind == NODE_NAME && typed->symbol == name->symbol;
}

bool shaped_keeps_text(const Shaping *shaping, const Node *node) {
  if (shaping->entrywise) return false;
  for (const ShapedName *name = shaping->name; name; name = name->outer)
    if (!stands_for_itself(name) && node_mentions(node, name->symbol)) return false;
  int which;
  for (uint32_t i = 0; i < shaping->parameters; i++) {
    const Node *set = shaping->parameter[i].set;
    for (uint32_t j = 0; set && j < set->count; j++)
      if (is_dimension(&shaping->parameter[i], set->child[j]->symbol, &which) &&
          node_mentions(node, set->child[j]->symbol))
        return false;
  }
  return true;
}

/* Names in it that the generators of the tree itself bind. */
typedef struct Inner {
  const struct Inner *outer;
  const Node *generator;
} Inner;

static bool bound_inside(const Inner *inner, const Symbol *symbol) {
  for (; inner; inner = inner->outer)
    for (uint32_t i = 0; i + 1 < inner->generator->count; i++)
      for (uint32_t j = 0; j + 1 < inner->generator->child[i]->count; j++)
        if (inner->generator->child[i]->child[j]->symbol == symbol) return true;
  return false;
}

/* What is copied may be from the text of a rule, which goes before the formula does. */
static Node *copy_node(Shaping *shaping, const Node *node) {
  Node *copy = form_node(shaping->algebra, node->kind, node->count, NULL);
  Node **child = copy->child;
  *copy = *node;
  copy->child = child;
  if (!node->length) return copy;
  char *text = arena_new(&shaping->algebra->tree->arena, node->length + 1);
  memcpy(text, node->text, node->length);
  copy->text = text;
  return copy;
}

static Node *copy_name(Shaping *shaping, const Node *node, const Inner *inner) {
  if (bound_inside(inner, node->symbol)) return copy_node(shaping, node);
  const ShapedName *name = find(shaping->name, node->symbol);
  int which;
  if (name && name->value && name->value->varies)
    algebra_fail(shaping->algebra, "a part with %s has no formula", node->symbol->name);
  if (name && inner && !stands_for_itself(name))
    algebra_fail(shaping->algebra, "a function it calls binds names of its own");
  if (name) return shaped_write(shaping, shaped_read_name(shaping, node));
  check_free(shaping, node->symbol);
  const ShapedParameter *parameter = find_parameter(shaping, node->symbol);
  if (parameter == &shaping->parameter[shaping->variable])
    algebra_fail(shaping->algebra, "a part with %s has no formula", node->symbol->name);
  if (!parameter && find_dimension(shaping, node->symbol, &which))
    return shaped_write(shaping, shaped_read_name(shaping, node));
  return copy_node(shaping, node);
}

static Node *copy_tree(Shaping *shaping, const Node *node, const Inner *inner) {
  if (!node) return NULL;
  if (node->kind == NODE_NAME) return copy_name(shaping, node, inner);
  if (node->kind == NODE_LAMBDA || node->kind == NODE_CLAUSE || node->kind == NODE_DO)
    algebra_fail(shaping->algebra, "a function inside it has no formula");
  bool generates = node->kind == NODE_GENERATED || node->kind == NODE_COMPREHENSION;
  Inner deeper = {.outer = inner, .generator = generates ? node->child[1] : NULL};
  if (generates) inner = &deeper;
  algebra_descend(shaping->algebra);
  Node *copy = copy_node(shaping, node);
  for (uint32_t i = 0; i < node->count; i++)
    copy->child[i] = copy_tree(shaping, node->child[i], inner);
  algebra_ascend(shaping->algebra);
  return copy;
}

const Node *shaped_copy(Shaping *shaping, const Node *node) {
  return copy_tree(shaping, node, NULL);
}
