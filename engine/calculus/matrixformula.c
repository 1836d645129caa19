/* matrixformula.c - gradients, Jacobians and Hessians as formulas.
 *
 * What an argument is says its annotation. Without one the body is read with the argument as a
 * number, as a vector and as a matrix, and there is a formula if just one reading has a value, or
 * if all that have one agree. A Jacobian by several arguments takes them for numbers, as one reads
 * F(x, y) = [x*y, x + y]. Arguments that are all numbers, and vectors of which only elements x[1],
 * x[2] are used, get their partial derivatives from the algebra of numbers (symbolic.h) where it
 * has them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/matrixformula.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "calculus/elements.h"
#include "calculus/shaped.h"
#include "machine/session.h"
#include "syntax/unparse.h"

enum {
  ARGUMENTS_MOST = ELEMENTS_MOST,
  GUESSED_MOST = 4, /* arguments without annotation: 3 readings each */
  TABLE_MOST = 6,   /* rows and columns of a Jacobian that is written out */
  TEXT_MOST = 2000  /* bytes: nobody reads more */
};

typedef enum Wanted {
  WANTED_GRADIENT,
  WANTED_JACOBIAN,
  WANTED_HESSIAN,
  WANTED_COLUMN /* what diff gives when there is no number: the Jacobian of a column */
} Wanted;

/* What is asked for, and with what the arguments are taken for in this attempt. */
typedef struct Question {
  Session *session;
  Tree *tree; /* receives the formula */
  const Node *body;
  ShapedParameter parameter[ARGUMENTS_MOST];
  uint32_t parameters;
  const Symbol *vector; /* whose elements they are, or NULL */
  Wanted wanted;
  bool excluded; /* no argument could have such a derivative */
  bool refused;  /* the body has no value with these arguments */
  bool values;   /* of the session count, not only their sizes */
  const Prototype *prototype; /* whose body it is, or NULL */
  bool possible; /* the function may have such a derivative with these arguments */
  char *why;
} Question;

/* ---- numbers ---- */

static SymbolicMeaning meaning(void *context, const Symbol *name, const Prototype **prototype) {
  const Question *q = context;
  const Binding *b = session_binding(q->session, name);
  if (b->value.kind == VALUE_NOTHING)
    return b->builtin.kind == VALUE_NOTHING ? SYMBOLIC_FREE : SYMBOLIC_BUILTIN;
  if (b->value.kind == VALUE_NUMBER) return SYMBOLIC_NUMBER;
  if (b->value.kind != VALUE_FUNCTION) return SYMBOLIC_OTHER;
  const Function *f = (const Function *)b->value.object;
  if (f->function_kind == FUNCTION_CLOSURE && f->count == 0) *prototype = f->prototype;
  return SYMBOLIC_FUNCTION;
}

static bool all_numbers(const Question *q) {
  for (uint32_t i = 0; i < q->parameters; i++)
    if (!q->parameter[i].extent.number) return false;
  return true;
}

static Shaping shaping_of(Question *q, Algebra *algebra, uint32_t variable) {
  return (Shaping){.algebra = algebra,
                   .session = q->session,
                   .parameter = q->parameter,
                   .parameters = q->parameters,
                   .variable = variable,
                   .values = q->values,
                   .refused = &q->refused};
}

/* Gradients and Hessians are of numbers only. */
static bool has_value(const Question *q, const ShapedSum *value) {
  return value->extent.number || q->wanted == WANTED_JACOBIAN || q->wanted == WANTED_COLUMN;
}

static const Node *try_shaped(Question *q, Algebra *algebra, const Node *body, uint32_t variable) {
  if (setjmp(algebra->escape)) return NULL;
  Shaping shaping = shaping_of(q, algebra, variable);
  const ShapedName vector = {.symbol = q->vector};
  if (q->vector) shaping.bound = &vector;
  const ShapedSum *value = shaped_read(&shaping, body);
  if (!has_value(q, value)) q->possible = false;
  return shaped_write(&shaping, shaped_gradient(&shaping, value));
}

static const Node *shaped_partial(Question *q, const Node *body, uint32_t variable) {
  Algebra algebra;
  algebra_start(&algebra, q->tree, &q->session->symbols, NULL, q->why);
  const Node *result = try_shaped(q, &algebra, body, variable);
  algebra_end(&algebra);
  return result;
}

/* The partial derivative by an argument that is a number, as are all others. */
static const Node *partial(Question *q, const Node *body, uint32_t variable) {
  const Symbol *own[ARGUMENTS_MOST + 1];
  char why[160] = "";
  for (uint32_t i = 0; i < q->parameters; i++) own[i] = q->parameter[i].symbol;
  own[q->parameters] = q->vector;
  const SymbolicScope scope = {
      .meaning = meaning, .context = q, .own = own, .own_count = q->parameters + 1};
  const Node *result =
      symbolic_derivative(q->tree, &q->session->symbols, body, own[variable], &scope, why);
  return result ? result : shaped_partial(q, body, variable);
}

static Node *array_of(Question *q, const Node *const *entry, uint32_t rows, uint32_t cols) {
  bool column = cols == 1;
  Node *array = node_new(q->tree, NODE_ARRAY, (Span){0, 0}, column ? 1 : rows);
  for (uint32_t i = 0; i < array->count; i++) {
    array->child[i] = node_new(q->tree, NODE_ROW, (Span){0, 0}, column ? rows : cols);
    for (uint32_t j = 0; j < array->child[i]->count; j++)
      array->child[i]->child[j] = (Node *)(uintptr_t)entry[column ? j : i * cols + j];
  }
  if (rows != 1 || cols == 1) return array;
  Node *row = node_new(q->tree, NODE_PRIME, (Span){0, 0}, 1);
  row->child[0] = array;
  return row;
}

static const Node *refuse(Question *q, const char *why) {
  snprintf(q->why, 160, "%s", why);
  return NULL;
}

/* The derivatives of [count] numbers by all arguments, a row for each. */
static const Node *table_of(Question *q, const Node *const *function, uint32_t count, bool bare) {
  const Node *entry[TABLE_MOST * TABLE_MOST];
  uint32_t cols = q->parameters;
  if (count > TABLE_MOST || cols > TABLE_MOST) return refuse(q, "it would be too large to read");
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t j = 0; j < cols; j++)
      if (!(entry[i * cols + j] = partial(q, function[i], j))) return NULL;
  return bare ? entry[0] : array_of(q, entry, count, cols);
}

static const Node *number_gradient(Question *q, bool bare) {
  const Node *entry[ARGUMENTS_MOST];
  for (uint32_t i = 0; i < q->parameters; i++)
    if (!(entry[i] = partial(q, q->body, i))) return NULL;
  return bare ? entry[0] : array_of(q, entry, q->parameters, 1);
}

static const Node *number_hessian(Question *q, bool bare) {
  const Node *slope[ARGUMENTS_MOST];
  for (uint32_t i = 0; i < q->parameters; i++)
    if (!(slope[i] = partial(q, q->body, i))) return NULL;
  return table_of(q, slope, q->parameters, bare);
}

/* [bare]: the one argument is a number, so gradient and Hessian are numbers. */
static const Node *of_numbers(Question *q, bool bare) {
  if (q->wanted == WANTED_GRADIENT || q->wanted == WANTED_COLUMN) return number_gradient(q, bare);
  if (q->wanted == WANTED_HESSIAN) return number_hessian(q, bare);
  bool literal = q->body->kind == NODE_ARRAY && q->body->count == 1;
  if (!literal) return table_of(q, &q->body, 1, false);
  const Node *row = q->body->child[0];
  return row->count > TABLE_MOST ? refuse(q, "it would be too large to read")
                                 : table_of(q, (const Node *const *)row->child, row->count, false);
}

/* ---- vectors and matrices ---- */

static const ShapedSum *wanted_of(Question *q, Shaping *shaping, const ShapedSum *value) {
  if (q->wanted == WANTED_GRADIENT) return shaped_gradient(shaping, value);
  bool column = extent_is_column(q->parameter[0].extent);
  if (q->wanted == WANTED_HESSIAN) {
    if (!column) algebra_fail(shaping->algebra, "it is not a function of a vector");
    return shaped_collect(shaping, shaped_jacobian(shaping, shaped_gradient(shaping, value)));
  }
  bool one = column && value->extent.number && q->parameter[0].extent.rows == 1;
  if (one) return shaped_transpose(shaping, shaped_gradient(shaping, value));
  if (column || q->wanted == WANTED_COLUMN) return shaped_jacobian(shaping, value);
  const ShapedSum *gradient = shaped_gradient(shaping, value);
  const ShapedSum *vec = shaped_call(shaping, "vec", extent_array(0, 1), &gradient, 1);
  return shaped_transpose(shaping, vec);
}

static const Node *try_arrays(Question *q, Algebra *algebra, uint32_t variable) {
  if (setjmp(algebra->escape)) return NULL;
  Shaping shaping = shaping_of(q, algebra, variable);
  const ShapedSum *value = shaped_read(&shaping, q->body);
  if (!has_value(q, value)) q->possible = false;
  return shaped_write(&shaping, wanted_of(q, &shaping, value));
}

static const Node *of_array(Question *q, uint32_t variable) {
  Algebra algebra;
  algebra_start(&algebra, q->tree, &q->session->symbols, NULL, q->why);
  const Node *result = try_arrays(q, &algebra, variable);
  algebra_end(&algebra);
  return result;
}

/* Several arguments have a tuple of gradients. */
static const Node *of_several(Question *q) {
  if (q->wanted != WANTED_GRADIENT) {
    of_array(q, 0); /* whether there is such a value at all */
    return refuse(q, "its arguments are not all numbers");
  }
  Node *tuple = node_new(q->tree, NODE_TUPLE, (Span){0, 0}, q->parameters);
  for (uint32_t i = 0; i < q->parameters; i++) {
    const Node *part = of_array(q, i);
    if (!part) return NULL;
    tuple->child[i] = (Node *)(uintptr_t)part;
  }
  return tuple;
}

static const Node *answer(Question *q) {
  q->refused = false;
  q->possible = true;
  const Node *result = all_numbers(q)       ? of_numbers(q, q->parameters == 1)
                       : q->parameters == 1 ? of_array(q, 0)
                                            : of_several(q);
  if (!result && q->refused) q->possible = false;
  return result;
}

/* ---- what the arguments are ---- */

static uint32_t annotated(const Node *size) {
  bool whole = size->kind == NODE_NUMBER && size->number >= 1 && size->number < UINT32_MAX;
  return whole ? (uint32_t)size->number : 0;
}

static ShapedExtent extent_of_set(const Node *set) {
  if (!set->count) return extent_number();
  return extent_array(annotated(set->child[0]), set->count > 1 ? annotated(set->child[1]) : 1);
}

/* Number [reading] of the ways to take the arguments that say nothing; false past the last. */
static bool take_for(Question *q, uint32_t reading) {
  const ShapedExtent kind[] = {extent_number(), extent_array(0, 1), extent_array(0, 0)};
  for (uint32_t i = 0; i < q->parameters; i++) {
    if (q->parameter[i].set) continue;
    q->parameter[i].extent = kind[reading % 3];
    reading /= 3;
  }
  return reading == 0;
}

/* "v may be a number, a vector or a matrix: say which, as in f(v in R^3) = …" */
static const Node *refuse_unsaid(Question *q) {
  const Prototype *p = q->prototype;
  uint32_t i = 0;
  while (i + 1 < q->parameters && q->parameter[i].set) i++;
  const char *argument = q->parameter[i].symbol->name;
  char text[160], as[80];
  if (p && p->name)
    snprintf(as, sizeof as, "%.20s(%s%.20s in R^3%s) = …", p->name->name, i ? "…, " : "", argument, i + 1 < q->parameters ? ", …" : "");
  else if (p) snprintf(as, sizeof as, "(%.20s in R^3) -> …", argument);
  else snprintf(as, sizeof as, "%.20s in R^3", argument);
  snprintf(text, sizeof text, "%.20s may be a number, a vector or a matrix: say which, as in %s", argument, as);
  return refuse(q, text);
}

static const Node *disagree(Question *q, const Node *node, Text *text, const Node *next) {
  Text other = {0};
  unparse(next, q->tree->source, &other);
  bool same = text->length == other.length && memcmp(text->bytes, other.bytes, other.length) == 0;
  text_free(&other);
  if (same) return node;
  return refuse_unsaid(q);
}

static const Node *answer_all(Question *q) {
  const Node *found = NULL;
  char why[160] = "";
  Text text = {0};
  bool open = true; /* no reading has ruled a formula out */
  bool coordinates = q->wanted == WANTED_JACOBIAN && q->parameters > 1;
  for (uint32_t reading = 0; open && take_for(q, reading); reading++) {
    const Node *next = answer(q);
    if (next && coordinates) {
      unparse(found = next, q->tree->source, &text);
      break;
    }
    if (!next && !why[0]) snprintf(why, sizeof why, "%s", q->why);
    if (!next) open = !q->possible;
    else if (!found) unparse(found = next, q->tree->source, &text);
    else open = (found = disagree(q, found, &text, next)) != NULL;
  }
  if (!open) found = NULL;
  q->excluded = open && !found;
  if (!found && open) snprintf(q->why, 160, "%s", why);
  if (found && text.length > TEXT_MOST) found = refuse(q, "it would be too long to read");
  text_free(&text);
  return found;
}

/* ---- functions ---- */

static bool wanted_by(const Function *f, Wanted *wanted) {
  static const char *const names[] = {"gradient", "jacobian", "hessian"};
  bool waits =
      f->function_kind == FUNCTION_PARTIAL && f->count == 1 && f->bound[0].kind == VALUE_FUNCTION;
  for (uint32_t i = 0; waits && i < 3; i++) {
    *wanted = (Wanted)i;
    if (strcmp(f->primitive->name, names[i]) == 0) return true;
  }
  return false;
}

bool matrixformula_fits(const Function *function) {
  Wanted wanted;
  return wanted_by(function, &wanted);
}

static const char *unfit(const Function *f) {
  if (f->function_kind != FUNCTION_CLOSURE) return "it is built in";
  const Prototype *p = f->prototype;
  if (f->count) return "it captures names of another function";
  if (p->body->kind == NODE_DO) return "it has statements";
  if (p->parameter_count > ARGUMENTS_MOST || !p->parameter_count)
    return "it has too many arguments";
  for (uint32_t i = 0; i < p->parameter_count; i++)
    if (p->parameter[i]->count > 1 && p->parameter[i]->child[1]) return "an argument has a default";
  return NULL;
}

static uint32_t read_parameters(Question *q, const Prototype *p) {
  uint32_t guessed = 0;
  for (uint32_t i = 0; i < p->parameter_count; i++) {
    const Node *set = p->parameter[i]->child[0];
    q->parameter[i] = (ShapedParameter){.symbol = p->parameter[i]->symbol, .set = set};
    if (set) q->parameter[i].extent = extent_of_set(set);
    guessed += !set;
  }
  q->parameters = p->parameter_count;
  return guessed;
}

/* A vector that is used by its elements: they are the arguments. */
static const Node *by_elements(Question *q, const Prototype *p, uint32_t *count) {
  const Node *set = p->parameter[0]->child[0];
  const Symbol *element[ELEMENTS_MOST];
  *count = 0;
  if (p->parameter_count != 1 || (set && set->count != 1)) return NULL;
  uint32_t size = set ? annotated(set->child[0]) : 0;
  const Node *body = elements_replace(q->tree, &q->session->symbols, p->body,
                                      p->parameter[0]->symbol, size, element, count);
  if (!body) return NULL;
  q->body = body;
  for (uint32_t i = 0; i < *count; i++)
    q->parameter[i] = (ShapedParameter){.symbol = element[i], .extent = extent_number()};
  q->parameters = *count;
  q->vector = p->parameter[0]->symbol;
  const Node *formula = of_numbers(q, false);
  formula = elements_restore(q->tree, (Node *)(uintptr_t)formula, q->vector, element, *count);
  if (size) *count = 0; /* known from the annotation: nothing to say */
  return formula;
}

static void write_head(const Prototype *p, Wanted wanted, uint32_t elements, Text *out) {
  static const char *const head[] = {"∇", "jacobian", "∇²"};
  bool grouped = !p->name || wanted == WANTED_JACOBIAN;
  text_format(out, "%s%s", head[wanted], grouped ? "(" : "");
  if (p->name) text_string(out, p->name->name);
  else prototype_print(p, NULL, out);
  text_string(out, grouped ? ")(" : "(");
  for (uint32_t i = 0; i < p->parameter_count; i++)
    text_format(out, "%s%s", i ? ", " : "", p->parameter[i]->symbol->name);
  if (elements) text_format(out, " in R^%u", elements);
  text_string(out, ") = ");
}

const Node *matrixformula_tree(Session *s, const Function *partial_function, Tree **tree,
                               uint32_t *elements, char why[160]) {
  Question q = {.session = s, .values = true, .why = why};
  const Function *f = (const Function *)partial_function->bound[0].object;
  bool fits = wanted_by(partial_function, &q.wanted);
  assert(fits);
  const char *reason = fits ? unfit(f) : "it is no such derivative";
  snprintf(why, 160, "%s", reason ? reason : "");
  *tree = NULL;
  *elements = 0;
  if (reason) return NULL;
  const Prototype *p = f->prototype;
  q.prototype = p;
  q.tree = tree_new(p->tree->source);
  q.body = p->body;
  const Node *formula = by_elements(&q, p, elements);
  if (!formula) {
    q.body = p->body;
    q.vector = NULL;
    *elements = 0;
    if (read_parameters(&q, p) > GUESSED_MOST)
      refuse(&q, "too many arguments do not say what they are");
    else formula = answer_all(&q);
  }
  if (formula) *tree = q.tree;
  else tree_release(q.tree);
  return formula;
}

bool matrixformula_of_partial(Session *s, const Function *partial_function, Text *out,
                              char why[160]) {
  Tree *tree;
  uint32_t elements;
  Wanted wanted;
  const Node *formula = matrixformula_tree(s, partial_function, &tree, &elements, why);
  if (!formula || !wanted_by(partial_function, &wanted)) return false;
  const Prototype *p = ((const Function *)partial_function->bound[0].object)->prototype;
  write_head(p, wanted, elements, out);
  unparse(formula, p->tree->source, out);
  tree_release(tree);
  return true;
}

/* ---- expressions ---- */

const Node *matrixformula_derivative(Session *s, const Node *node, Tree *tree, const Symbol *by,
                                     char why[160]) {
  Question q = {.session = s,
                .tree = tree,
                .body = node,
                .parameters = 1,
                .wanted = WANTED_GRADIENT,
                .why = why};
  q.parameter[0] = (ShapedParameter){.symbol = by};
  const Node *formula = answer_all(&q);
  if (formula || !q.excluded) return formula;
  q.wanted = WANTED_COLUMN; /* the value is no number, whatever the name stands for */
  return answer_all(&q);
}
