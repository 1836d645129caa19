/* backprop.c - backprop: the computation graph of a function at a point, as a table.
 *
 * A row for each input and for each step that leads to the value: what it computes from which rows,
 * its value, and its adjoint, the derivative of the function's value by it. The rows are the steps
 * of the recording that gradient sweeps, so the table shows what is done, not a picture of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/derive.h"
#include "calculus/gradient.h"
#include "calculus/point.h"
#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/learning.h"
#include "primitives/solvers.h"
#include "syntax/unparse.h"
#include "values/display.h"
#include "values/operate.h"

enum {
  ROWS_SHOWN = 40,
  ROWS_MOST = 100000, /* a table of more serves nobody */
  TYPED_COLUMNS = 24, /* of an expression as typed */
  VALUE_COLUMNS = 20, /* of a vector's numbers */
  ITEMS_SHOWN = 4     /* of a vector made of single cells */
};

/* A row of the table: the cells it stands for. */
typedef struct Vertex {
  uint32_t first, rows, cols;
  char *name;       /* x, W[1], v3; scratch */
  const Step *step; /* NULL for an input */
  const Node *typed;
} Vertex;

typedef struct Graph {
  Session *session;
  Trace *trace;
  Vertex *vertex;
  uint32_t count;
  uint32_t *owner; /* per cell: its vertex + 1, 0 for a constant */
} Graph;

static size_t vertex_size(const Vertex *v) { return (size_t)v->rows * v->cols; }

static Vertex *graph_add(Graph *g, uint32_t first, uint32_t rows, uint32_t cols, const char *name) {
  Vertex *v = &g->vertex[g->count++];
  *v = (Vertex){
      .first = first, .rows = rows, .cols = cols, .name = scratch(g->session, strlen(name) + 1)};
  strcpy(v->name, name);
  for (size_t i = 0; i < vertex_size(v); i++) g->owner[first + i] = g->count;
  return v;
}

/* ---- inputs: a row for each number and each array of the point ---- */

static void add_inputs(Graph *g, const char *name, Value p, uint32_t *cell) {
  bool record = p.kind == VALUE_RECORD;
  uint32_t parts = record                  ? ((Record *)p.object)->count
                   : p.kind == VALUE_TUPLE ? ((Tuple *)p.object)->count
                                           : 0;
  for (uint32_t i = 0; i < parts; i++) {
    char inner[200];
    if (record) snprintf(inner, sizeof inner, "%s.%s", name, ((Record *)p.object)->name[i]->name);
    else snprintf(inner, sizeof inner, "%s[%u]", name, i + 1);
    add_inputs(g, inner, record ? ((Record *)p.object)->field[i] : ((Tuple *)p.object)->item[i],
               cell);
  }
  if (record || p.kind == VALUE_TUPLE) return;
  uint32_t size = (uint32_t)point_size(g->session, p, "the point"), rows = size, cols = 1;
  if (p.kind == VALUE_ARRAY) rows = value_as_array(p)->rows, cols = value_as_array(p)->cols;
  if (size) graph_add(g, *cell, rows, cols, name);
  *cell += size;
}

static uint32_t leaves_of(Value p) {
  uint32_t count = 0;
  if (p.kind == VALUE_RECORD)
    for (uint32_t i = 0; i < ((Record *)p.object)->count; i++)
      count += leaves_of(((Record *)p.object)->field[i]);
  else if (p.kind == VALUE_TUPLE)
    for (uint32_t i = 0; i < ((Tuple *)p.object)->count; i++)
      count += leaves_of(((Tuple *)p.object)->item[i]);
  else count = 1;
  return count;
}

/* ---- steps ---- */

/* What an entrywise step makes has the shape of the operand it goes through entry by entry. */
static Shape shape_of_run(const Graph *g, uint32_t cell, uint32_t n) {
  const Vertex *v = g->owner[cell] ? &g->vertex[g->owner[cell] - 1] : NULL;
  bool whole = v && v->first == cell && vertex_size(v) == n;
  return whole ? (Shape){v->rows, v->cols} : (Shape){n, 1};
}

static Shape shape_of_step(const Graph *g, const Step *step) {
  const Run *run = trace_run(g->trace, step);
  switch (step->op) {
  case STEP_VECTOR: {
    Shape a = run->a_step ? shape_of_run(g, run->a, run->n) : (Shape){run->n, 1};
    return run->b_step && a.cols == 1 ? shape_of_run(g, run->b, run->n) : a;
  }
  case STEP_PRODUCT: return (Shape){run->m, run->n};
  case STEP_GATHER: return (Shape){run->n, 1};
  case STEP_RULE: return (Shape){step->b, 1};
  default: return (Shape){1, 1};
  }
}

static void add_step(Graph *g, uint32_t index, uint32_t *number) {
  const Step *step = &g->trace->step[index];
  char name[40];
  snprintf(name, sizeof name, "v%u", ++*number);
  const RuleStep *rule = step->op == STEP_RULE ? &g->trace->rule[step->a] : NULL;
  Shape shape = rule && rule->rule->outputs == 1 ? rule->out_shape[0] : shape_of_step(g, step);
  Vertex *v = graph_add(g, step->out, shape.rows, shape.cols, name);
  v->step = step;
  v->typed = g->trace->origin[index];
}

/* ---- operands ---- */

static void put_cells(const Graph *g, const double *cell, uint32_t rows, uint32_t cols, int columns,
                      Text *out) {
  if (rows == 1 && cols == 1) {
    display_number(*cell + 0.0, 6, out);
    return;
  }
  Array *array = array_new(g->session, rows, cols, ELEMENT_REAL);
  for (size_t i = 0; i < array_count(array); i++) array->data[i] = cell[i] + 0.0;
  display_inline(value_array(array), &(DisplayOptions){.columns = columns}, out);
  value_release(value_array(array));
}

/* The run of n cells by the name of its row: v3, x[2], x[2:4], or the numbers of a constant. */
static void put_run(const Graph *g, uint32_t cell, uint32_t n, Text *out) {
  const Vertex *v = g->owner[cell] ? &g->vertex[g->owner[cell] - 1] : NULL;
  if (!v) {
    put_cells(g, g->trace->cell + cell, n, 1, VALUE_COLUMNS, out);
    return;
  }
  uint32_t from = cell - v->first;
  text_string(out, v->name);
  if (from == 0 && n == vertex_size(v)) return;
  if (n == 1 && v->cols > 1) text_format(out, "[%u,%u]", from / v->cols + 1, from % v->cols + 1);
  else if (n == 1) text_format(out, "[%u]", from + 1);
  else if (v->cols > 1 && n == v->cols && from % n == 0) text_format(out, "[%u,:]", from / n + 1);
  else text_format(out, "[%u:%u]", from + 1, from + n);
}

/* A constant factor with a sign stands in parentheses. */
static void put_operand(const Graph *g, uint32_t cell, uint32_t n, bool second, Text *out) {
  bool negative = second && !g->owner[cell] && n == 1 && g->trace->cell[cell] < 0;
  if (negative) text_string(out, "(");
  put_run(g, cell, n, out);
  if (negative) text_string(out, ")");
}

/* a + b, sin(a), atan2(a, b); [n] and [m] are the sizes of the operands. */
static void put_scalar(const Graph *g, unsigned op, uint32_t a, uint32_t n, uint32_t b, uint32_t m,
                       Text *out) {
  static const char *const sign[SCALAR_COUNT] = {
      [SCALAR_ADD] = " + ",  [SCALAR_SUBTRACT] = " - ", [SCALAR_MULTIPLY] = "*",
      [SCALAR_DIVIDE] = "/", [SCALAR_POWER] = "^",      [SCALAR_SCALE] = "*"};
  const ScalarRow *row = &scalar_row[op];
  bool dotted = (n > 1 && m > 1) || (op == SCALAR_POWER && n > 1) || (op == SCALAR_DIVIDE && m > 1);
  bool tight = sign[op] && sign[op][0] != ' ';
  if (op == SCALAR_NEGATE) text_string(out, "-"), put_operand(g, a, n, true, out);
  else if (sign[op]) {
    put_operand(g, a, n, op == SCALAR_POWER, out);
    text_format(out, "%s%s", dotted && tight ? "." : "", sign[op]);
    put_operand(g, b, m, true, out);
  } else if (op == SCALAR_RESTATE) { /* one number in two forms: the typed one and the one derived */
    put_run(g, b, m, out);
    text_string(out, ", derived as ");
    put_run(g, a, n, out);
  } else {
    text_format(out, "%s(", op == SCALAR_RAISE ? "max" : op == SCALAR_LOWER ? "min" : row->name);
    put_run(g, a, n, out);
    if (row->arguments == 2) text_string(out, ", "), put_run(g, b, m, out);
    text_string(out, ")");
  }
}

/* A factor of a product, rows×cols as it is used; [turned] when it is stored the other way. A
 * vector is stored alike as a column and as a row: there the shape of its row in the table tells.
 */
static void put_factor(const Graph *g, uint32_t cell, uint32_t rows, uint32_t cols, bool turned,
                       Text *out) {
  const Vertex *v = g->owner[cell] ? &g->vertex[g->owner[cell] - 1] : NULL;
  bool whole = v && v->first == cell && vertex_size(v) == (size_t)rows * cols;
  if (!v && !turned) put_cells(g, g->trace->cell + cell, rows, cols, VALUE_COLUMNS, out);
  else if (!v) put_cells(g, g->trace->cell + cell, cols, rows, VALUE_COLUMNS, out);
  else put_run(g, cell, rows * cols, out);
  if (whole && rows != cols) turned = v->rows != rows;
  if (turned) text_string(out, "'");
}

static void put_gather(const Graph *g, const Run *run, Text *out) {
  text_string(out, "[");
  for (uint32_t i = 0; i < run->n; i++) {
    bool elided = run->n > ITEMS_SHOWN && i == 1;
    if (i) text_string(out, ", ");
    if (elided) text_string(out, "…, "), i = run->n - 1;
    put_run(g, g->trace->pool[run->a + i], 1, out);
  }
  text_string(out, "]");
}

static void put_rule(const Graph *g, const RuleStep *rule, Text *out) {
  text_format(out, "%s(", rule->rule->name);
  for (int i = 0; i < rule->rule->inputs; i++) {
    uint32_t size = rule->in_shape[i].rows * rule->in_shape[i].cols;
    if (i) text_string(out, ", ");
    if (size) put_run(g, rule->in[i], size, out);
    else text_string(out, "[]");
  }
  text_string(out, ")");
}

static void put_step(const Graph *g, const Step *step, Text *out) {
  const Trace *t = g->trace;
  const Run *run = trace_run(t, step);
  switch (step->op) {
  case STEP_VECTOR:
    put_scalar(g, step->detail, run->a, run->a_step ? run->n : 1, run->b, run->b_step ? run->n : 1,
               out);
    return;
  case STEP_SUM:
    text_string(out, "sum("), put_run(g, step->a, step->b, out), text_string(out, ")");
    return;
  case STEP_NORM:
    text_string(out, "norm("), put_run(g, step->a, step->b, out), text_string(out, ")");
    return;
  case STEP_DOT:
    text_string(out, "dot("), put_run(g, run->a, run->n, out), text_string(out, ", ");
    put_run(g, run->b, run->n, out), text_string(out, ")");
    return;
  case STEP_PRODUCT:
    put_factor(g, run->a, run->m, run->k, step->detail & 1, out), text_string(out, "*");
    put_factor(g, run->b, run->k, run->n, step->detail & 2, out);
    return;
  case STEP_GATHER: put_gather(g, run, out); return;
  case STEP_RULE: put_rule(g, &t->rule[step->a], out); return;
  default: put_scalar(g, step->op, step->a, 1, step->b, 1, out);
  }
}

/* The expression a step came from, on one line and cut. */
static void put_typed(const Node *node, Text *out) {
  if (!node || node->kind == NODE_DO || node->kind == NODE_FOR || node->kind == NODE_WHILE) return;
  Text text = {0};
  unparse(node, NULL, &text);
  size_t length = 0, columns = 0;
  bool long_ = text.length && text_columns(text.bytes, text.length) > TYPED_COLUMNS;
  while (length < text.length && text.bytes[length] != '\n' &&
         (!long_ || columns < TYPED_COLUMNS - 1)) {
    do length++;
    while (length < text.length && ((unsigned char)text.bytes[length] & 0xC0) == 0x80);
    columns++;
  }
  if (length) text_append(out, text.bytes, length);
  if (length < text.length) text_string(out, "…");
  text_free(&text);
}

/* ---- the whole ---- */

static Graph graph_of(Session *s, const Recording *r, const Value *argument, uint32_t count,
                      Value f) {
  Trace *t = r->trace;
  bool *live = scratch(s, t->step_count + 1);
  trace_live(t, r->output, r->outputs, live);
  uint32_t rows = 0;
  for (uint32_t i = 0; i < count; i++) rows += leaves_of(argument[i]);
  for (uint32_t i = 0; i < t->step_count; i++) rows += live[i] && t->step[i].op != STEP_GUARD;
  if (rows > ROWS_MOST)
    fail(s, "the graph has %u rows, more than the %d backprop lists", rows, ROWS_MOST);
  Graph g = {.session = s,
             .trace = t,
             .vertex = scratch(s, (rows + 1) * sizeof(Vertex)),
             .owner = scratch(s, (t->cell_count + 1) * sizeof(uint32_t))};
  memset(g.owner, 0, t->cell_count * sizeof(uint32_t));
  uint32_t cell = t->input, number = 0;
  for (uint32_t i = 0; i < count; i++) {
    char otherwise[24];
    snprintf(otherwise, sizeof otherwise, count > 1 ? "x%u" : "x", i + 1);
    add_inputs(&g, lesson_parameter(f, i, otherwise), argument[i], &cell);
  }
  for (uint32_t i = 0; i < t->step_count; i++)
    if (live[i] && t->step[i].op != STEP_GUARD) add_step(&g, i, &number);
  return g;
}

static void put_value(const Graph *g, Lesson *lesson, uint32_t row, uint32_t column,
                      const Vertex *v, const double *cell) {
  if (vertex_size(v) == 1) {
    lesson_number(lesson, row, column, *cell);
    return;
  }
  Text text = {0};
  put_cells(g, cell, v->rows, v->cols, VALUE_COLUMNS, &text);
  lesson_text(lesson, row, column, &text);
}

static Lesson graph_lesson(const Graph *g, const double *bar) {
  Lesson lesson = lesson_new(g->session, "step computes typed value adjoint shape");
  bool numbers = true;
  for (uint32_t i = 0; i < g->count; i++) numbers = numbers && vertex_size(&g->vertex[i]) == 1;
  if (numbers) lesson.columns--; /* no shapes to tell */
  for (uint32_t i = 0; i < g->count; i++) {
    const Vertex *v = &g->vertex[i];
    uint32_t row = lesson_row(&lesson);
    Text is = {0}, typed = {0}, shape = {0};
    if (v->step) put_step(g, v->step, &is), put_typed(v->typed, &typed);
    else text_string(&is, "input");
    if (vertex_size(v) == 1) text_string(&shape, "number");
    else text_format(&shape, "%u×%u", v->rows, v->cols);
    lesson_words(&lesson, row, 0, v->name);
    lesson_text(&lesson, row, 1, &is);
    lesson_text(&lesson, row, 2, &typed);
    put_value(g, &lesson, row, 3, v, g->trace->cell + v->first);
    put_value(g, &lesson, row, 4, v, bar + v->first);
    if (numbers) text_free(&shape);
    else lesson_text(&lesson, row, 5, &shape);
  }
  return lesson;
}

static Value shaped(Session *s, const Value *argument, uint32_t count, const Value *number) {
  const Value *next = number;
  if (count == 1) return point_shape(s, argument[0], &next);
  bool numbers = true;
  for (uint32_t i = 0; i < count; i++) numbers = numbers && argument[i].kind == VALUE_NUMBER;
  if (numbers) return array_from_numbers(s, number, count, 1);
  Tuple *tuple = tuple_new(s, count);
  for (uint32_t i = 0; i < count; i++) tuple->item[i] = point_shape(s, argument[i], &next);
  return value_tuple(tuple);
}

/* (1, 2) for a function of two arguments are its arguments, with their names. */
static bool is_for_arguments(Value f, Value point) {
  const Function *function = (const Function *)f.object;
  if (point.kind != VALUE_TUPLE || function->function_kind != FUNCTION_CLOSURE) return false;
  uint32_t count = ((Tuple *)point.object)->count;
  return count > 1 && function->prototype->parameter_count == count;
}

static Value call_backprop(Session *s, const Arguments *a) {
  if (a->count < 2 || a->argument[0].kind != VALUE_FUNCTION) {
    Report *r = failure(s, "backprop takes a function and the point to go through it at");
    report_advise(r, "backprop(f, p)");
    raise_failure(s, r);
  }
  if (solver_is_active(a->argument[0]))
    fail(s, "backprop cannot be differentiated by what f captured: use gradient(f, p)");
  const Value *argument = a->argument + 1;
  uint32_t count = (uint32_t)a->count - 1;
  if (count == 1 && is_for_arguments(a->argument[0], argument[0])) {
    count = ((Tuple *)argument[0].object)->count;
    argument = ((Tuple *)argument[0].object)->item;
  }
  size_t inputs = 0;
  for (uint32_t i = 0; i < count; i++)
    inputs += point_size(s, argument[i], "the point of backprop");
  if (inputs > UINT32_MAX / 2) fail(s, "too many numbers to differentiate by");
  Value *input = scratch(s, (inputs + 1) * sizeof(Value)), *next = input;
  for (uint32_t i = 0; i < count; i++) {
    point_flatten(s, argument[i], next);
    next += point_size(s, argument[i], "");
  }
  Recording r = recording_of(s, a->argument[0], argument, count, input, (uint32_t)inputs);
  char found[VALUE_DESCRIPTION];
  if (r.outputs != 1) {
    Report *report =
        failure(s, "backprop needs a function with one number as value, this one gives %s",
                value_describe(r.value, found));
    report_remark(report,
                  "adjoints are derivatives of one number: take an entry of it, or its norm");
    raise_failure(s, report);
  }
  Graph g = graph_of(s, &r, argument, count, a->argument[0]);
  double *bar = scratch(s, (r.trace->cell_count + 1) * sizeof(double));
  double one = 1;
  recording_sweep(s, &r, &one, bar);
  if (recording_is_outside(&r)) recording_remark_outside(s, &r);
  else recording_remark_sweep(s, &r, &one, bar);
  for (size_t i = 0; i < inputs; i++) input[i] = value_number(bar[r.trace->input + i] + 0.0);
  Lesson lesson = graph_lesson(&g, bar);
  uint32_t steps = 0;
  for (uint32_t i = 0; i < g.count; i++) steps += g.vertex[i].step != NULL;
  double value = r.output[0] == UINT32_MAX ? r.constant[0].number : r.trace->cell[r.output[0]];
  Value gradient = shaped(s, argument, count, input);
  Text summary = {0};
  text_string(&summary, "value ");
  display_number(value, 6, &summary);
  text_format(&summary, " in %u step%s, adjoints from the last one up", steps,
              steps == 1 ? "" : "s");
  lesson_print(&lesson, ROWS_SHOWN, &summary);
  Record *record = lesson_record(&lesson, "a computation graph", &summary);
  record_put(s, record, "value", value_number(value));
  record_put(s, record, "gradient", gradient);
  record_put(s, record, "steps", value_number(steps));
  recording_release(s, &r);
  return value_record(record);
}

const Primitive backprop_rows[1] = {
    {.name = "backprop",
     .parameters = "(arguments...)",
     .call = call_backprop,
     .result = RESULT_ANY,
     .differentiable = DERIVE_NONE,
     .reason = "its value is a table of numbers; gradient(f, p) can be differentiated",
     .help =
         "The computation graph of f at p as a table: backprop(f, p). Going down, each step with "
         "what it computes and its value; its adjoint is the derivative of the last value by it, "
         "found going up. p may be a number, an array or a record of weights. Equal steps are "
         "computed once. Fields: verdict (the line) trace (the table) value gradient steps.",
     .example = "backprop(x -> x^2*sin(x), 0).trace.computes",
     .gives = "(\"input\", \"x*x\", \"sin(x)\", \"v1*v2\")"},
};
