/* calculus.c - derivative, gradient, jacobian, hessian and their kin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/calculus.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/derive.h"
#include "calculus/gradient.h"
#include "calculus/kept.h"
#include "calculus/kink.h"
#include "calculus/jacobian.h"
#include "calculus/point.h"
#include "calculus/series.h"
#include "machine/advice.h"
#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/linear.h"
#include "values/display.h"
#include "values/function_text.h"
#include "values/operate.h"

/* A function and the point it is asked about, flattened. */
typedef struct Question {
  Value f;
  const Value *argument;
  uint32_t count;
  Value *input;
  uint32_t inputs;
} Question;

static Value differentiable_function(Session *s, const Arguments *a, const char *name) {
  if (a->argument[0].kind == VALUE_FUNCTION) return a->argument[0];
  char text[VALUE_DESCRIPTION];
  Report *r = failure(s, "%s needs a function, found %s", name, value_describe(a->argument[0], text));
  failure_argument(s, r, 0, "%s", "");
  if (a->argument[0].kind == VALUE_ARRAY) report_advise(r, "diffs(v)  (differences of neighbours)");
  else if (a->argument[0].kind == VALUE_STRING || a->argument[0].kind == VALUE_NOTHING) report_advise(r, "x -> x^2  (a function, without quotation marks)");
  else advise_function(s, r, 0);
  raise_failure(s, r);
}

/* A point is made of numbers. What is inside tuples and records is seen to where they are flattened. */
static void check_point(Session *s, const Arguments *a, int index, const char *what) {
  Value p = a->argument[index];
  bool mask = p.kind == VALUE_ARRAY && value_as_array(p)->element == ELEMENT_BOOLEAN;
  if (!mask && p.kind != VALUE_STRING && p.kind != VALUE_FUNCTION && p.kind != VALUE_BOOLEAN) return;
  char text[VALUE_DESCRIPTION];
  Report *r = failure(s, "%s must be made of numbers, found %s", what, value_describe(p, text));
  failure_argument(s, r, index, "%s", "");
  report_advise(r, "a number like 2, or a vector like [1, 2]");
  raise_failure(s, r);
}

/* f and the arguments behind it. */
static Question question(Session *s, const Arguments *a, const char *name) {
  Question q = {.f = differentiable_function(s, a, name), .argument = a->argument + 1, .count = (uint32_t)a->count - 1};
  char what[64];
  size_t size = 0;
  snprintf(what, sizeof what, "the point of %s", name);
  for (uint32_t i = 0; i < q.count; i++) {
    check_point(s, a, (int)i + 1, what);
    size += point_size(s, q.argument[i], what);
  }
  if (size > UINT32_MAX / 2) fail(s, "too many numbers to differentiate by");
  q.inputs = (uint32_t)size;
  q.input = scratch(s, (size + 1) * sizeof(Value));
  Value *next = q.input;
  for (uint32_t i = 0; i < q.count; i++) {
    point_flatten(s, q.argument[i], next);
    next += point_size(s, q.argument[i], what);
  }
  return q;
}

/* The function itself when no point is given: gradient(f) waits for it. */
static Value without_point(Session *s, const Arguments *a, const char *name) {
  Function *partial = function_new(s, FUNCTION_PARTIAL, 1);
  partial->primitive = primitive_find(name);
  partial->bound[0] = value_keep(differentiable_function(s, a, name));
  return value_function(partial);
}

static Recording record_question(Session *s, const Question *q) {
  Recording r = kept_recording(s, q->f, q->argument, q->count, q->input, q->inputs);
  recording_remark(s, &r);
  return r;
}

/* "jacobian(F, [1, 2])", ready to be typed; a long point is left out. Second derivatives are had of one
 * entry: "hessian(v -> F(v)[1], [1, 2])". */
static void advise_jacobian(Report *r, const Question *q, const char *name) {
  DisplayOptions options = {.columns = 60};
  Text f = {0}, p = {0};
  function_reference((const Function *)q->f.object, 1, &f);
  for (uint32_t i = 0; i < q->count; i++) {
    text_string(&p, i ? ", " : "");
    display_inline(q->argument[i], &options, &p);
  }
  const char *point = p.length < 40 && !strchr(p.bytes, '\n') ? p.bytes : "…";
  bool along = strcmp(name, "directional") == 0, hessian = strcmp(name, "hessian") == 0;
  bool named = !strstr(f.bytes, "->");
  report_advise(r, "jacobian(%s, %s)%s", f.bytes, point, along ? "*v" : "");
  if (hessian && named && q->count == 1) report_advise(r, "hessian(v -> %s(v)[1], %s)  (of one entry)", f.bytes, point);
  text_free(&f);
  text_free(&p);
}

static Recording record_scalar(Session *s, const Question *q, const char *name) {
  Recording r = record_question(s, q);
  if (r.outputs == 1) return r;
  char text[VALUE_DESCRIPTION];
  Report *report = failure(s, "%s needs a function with one number as value, this one gives %s", name, value_describe(r.value, text));
  advise_jacobian(report, q, name);
  raise_failure(s, report);
}

/* The answer in the shape of the question: numbers become a column, one argument keeps its shape,
 * several give a tuple. */
static Value shaped(Session *s, const Question *q, const Value *number) {
  const Value *next = number;
  if (q->count == 1) return point_shape(s, q->argument[0], &next);
  bool numbers = true;
  for (uint32_t i = 0; i < q->count; i++) numbers = numbers && (q->argument[i].kind == VALUE_NUMBER || q->argument[i].kind == VALUE_ACTIVE);
  if (numbers) return array_from_numbers(s, number, q->inputs, 1);
  Tuple *tuple = tuple_new(s, q->count);
  for (uint32_t i = 0; i < q->count; i++) tuple->item[i] = point_shape(s, q->argument[i], &next);
  return value_tuple(tuple);
}

static Value call_gradient(Session *s, const Arguments *a) {
  if (a->count < 2) return without_point(s, a, "gradient");
  Question q = question(s, a, "gradient");
  Recording r = record_scalar(s, &q, "gradient");
  Value *bar = scratch(s, (q.inputs + 1) * sizeof(Value)), one = value_number(1);
  recording_adjoint(s, &r, q.input, &one, bar);
  Value result = shaped(s, &q, bar);
  recording_release(s, &r);
  return result;
}

/* All rows by a few sweeps, where no note could be due. False where one might, or where values do not do. */
static bool smooth_jacobian(Session *s, const Recording *r, const Value *input, double *jacobian) {
  const Trace *t = r->trace;
  bool plain = t->orders > 0 && !t->parameter_count && !r->outside;
  for (uint32_t i = 0; i < t->input_count; i++) plain = plain && input[i].kind == VALUE_NUMBER;
  for (uint32_t i = 0; i < r->outputs; i++) plain = plain && r->constant[i].kind == VALUE_NUMBER;
  if (!plain || !trace_is_smooth(t)) return false;
  Scratch *mark = scratch_mark(s);
  Jacobian sweeps = jacobian_of(s, r->trace, r->output, r->outputs);
  sweeps.watched = true;
  jacobian_at(s, &sweeps, 1, jacobian);
  scratch_release(s, mark);
  for (size_t i = 0; i < (size_t)r->outputs * t->input_count; i++)
    if (!isfinite(jacobian[i])) return false;
  return true;
}

/* Row i of the Jacobian: the adjoint for output i alone. */
static Value jacobian_value(Session *s, const Recording *r, const Value *input, uint32_t rows) {
  uint32_t cols = r->trace->input_count;
  Array *plain = array_new(s, rows, cols, ELEMENT_REAL);
  if (rows == r->outputs && smooth_jacobian(s, r, input, plain->data)) return value_array(plain);
  value_release(value_array(plain));
  Value *entry = scratch(s, ((size_t)rows * cols + 1) * sizeof(Value)), *seed = scratch(s, (rows + 1) * sizeof(Value));
  for (uint32_t i = 0; i < rows; i++) seed[i] = value_number(0);
  for (uint32_t i = 0; i < rows; i++) {
    check_interrupt(s);
    seed[i] = value_number(1);
    recording_adjoint(s, r, input, seed, entry + (size_t)i * cols);
    seed[i] = value_number(0);
  }
  return array_from_numbers(s, entry, rows, cols);
}

/* vec stacks columns, points are kept by rows: position k of vec is this position by rows. */
static uint32_t by_rows(const Array *p, uint32_t k) { return (k % p->rows) * p->cols + k / p->rows; }

/* Turns the columns of a derivative by a matrix, and with [rows] its rows too, into the order of vec. */
static Value by_columns(Session *s, Value jacobian, const Question *q, bool rows) {
  const Array *p = q->count == 1 && q->argument[0].kind == VALUE_ARRAY ? value_as_array(q->argument[0]) : NULL;
  if (!p || p->rows == 1 || p->cols == 1) return jacobian;
  const Array *j = value_as_array(jacobian);
  Value *entry = scratch(s, (array_count(j) + 1) * sizeof(Value));
  for (uint32_t i = 0; i < j->rows; i++)
    for (uint32_t k = 0; k < j->cols; k++) {
      size_t from = rows ? by_rows(p, i) : i;
      entry[(size_t)i * j->cols + k] = array_entry(j, from * j->cols + by_rows(p, k));
    }
  Value turned = array_from_numbers(s, entry, j->rows, j->cols);
  value_release(jacobian);
  return turned;
}

static Value call_jacobian(Session *s, const Arguments *a) {
  if (a->count < 2) return without_point(s, a, "jacobian");
  Question q = question(s, a, "jacobian");
  Recording r = record_question(s, &q);
  Value result = by_columns(s, jacobian_value(s, &r, q.input, r.outputs), &q, false);
  recording_release(s, &r);
  return result;
}

static Value hessian_at(Session *s, const Question *q, const char *name) {
  Recording r = record_scalar(s, q, name);
  Recording g = kept_gradient(s, &r, q->input);
  Value h = jacobian_value(s, &g, q->input, q->inputs);
  recording_release(s, &g);
  recording_release(s, &r);
  return h;
}

/* Both triangles are computed; what rounding makes different is averaged. */
static Value symmetrised(Session *s, Value h) {
  const Array *a = value_as_array(h);
  if (a->element != ELEMENT_REAL) return h;
  for (uint32_t i = 0; i < a->rows; i++)
    for (uint32_t j = 0; j < i; j++) {
      double *x = &a->data[(size_t)i * a->cols + j], *y = &a->data[(size_t)j * a->cols + i];
      if (*x != *y) *x = *y = 0.5 * (*x + *y);
    }
  (void)s;
  return h;
}

static Value call_hessian(Session *s, const Arguments *a) {
  if (a->count < 2) return without_point(s, a, "hessian");
  Question q = question(s, a, "hessian");
  Value h = by_columns(s, symmetrised(s, hessian_at(s, &q, "hessian")), &q, true);
  if (q.count == 1 && (q.argument[0].kind == VALUE_NUMBER || q.argument[0].kind == VALUE_ACTIVE)) {
    Value number = array_entry(value_as_array(h), 0);
    value_release(h);
    return number;
  }
  return h;
}

static Value call_laplacian(Session *s, const Arguments *a) {
  if (a->count < 2) return without_point(s, a, "laplacian");
  Question q = question(s, a, "laplacian");
  Value h = hessian_at(s, &q, "laplacian"), sum = value_number(0);
  for (uint32_t i = 0; i < q.inputs; i++)
    sum = value_elementwise(s, SCALAR_ADD, sum, array_entry(value_as_array(h), (size_t)i * q.inputs + i));
  value_release(h);
  return sum;
}

/* The direction of hvp and directional: as many numbers as the point. */
static Value *direction(Session *s, const Arguments *a, const Question *q) {
  Value v = a->argument[2];
  check_point(s, a, 2, "the direction");
  size_t size = point_size(s, v, "the direction");
  if (size != q->inputs) fail_argument(s, 2, "the direction must have as many numbers as the point: %u, found %zu", q->inputs, size);
  Value *number = scratch(s, (size + 1) * sizeof(Value));
  point_flatten(s, v, number);
  return number;
}

static Question question_at(Session *s, const Arguments *a, const char *name) {
  Arguments first = {.argument = a->argument, .count = 2};
  return question(s, &first, name);
}

static Value call_hvp(Session *s, const Arguments *a) {
  Question q = question_at(s, a, "hvp");
  Value *v = direction(s, a, &q);
  Recording r = record_scalar(s, &q, "hvp"), g = kept_gradient(s, &r, q.input);
  Value *bar = scratch(s, (q.inputs + 1) * sizeof(Value));
  recording_adjoint(s, &g, q.input, v, bar);
  recording_release(s, &g);
  recording_release(s, &r);
  return shaped(s, &q, bar);
}

static Value call_directional(Session *s, const Arguments *a) {
  Question q = question_at(s, a, "directional");
  Value *v = direction(s, a, &q);
  Recording r = record_scalar(s, &q, "directional");
  Value *bar = scratch(s, (q.inputs + 1) * sizeof(Value)), one = value_number(1), sum = value_number(0);
  recording_adjoint(s, &r, q.input, &one, bar);
  recording_release(s, &r);
  for (uint32_t i = 0; i < q.inputs; i++) {
    Value term = value_elementwise(s, SCALAR_MULTIPLY, bar[i], v[i]);
    sum = value_elementwise(s, SCALAR_ADD, sum, term);
  }
  return sum;
}

/* ---- derivative(f, x, k) ---- */

/* Derivatives of derivatives grow severalfold with each order, series do not, and are as exact. */
enum { ORDER_LARGEST = 20, ORDER_NESTED = 12, ORDER_SERIES = 3 };

/* One output of a recording as a scalar recording of its own. */
static Recording output_alone(const Recording *r, uint32_t i) {
  Recording one = *r;
  one.output += i;
  one.constant += i;
  one.outputs = 1;
  return one;
}

static Value derivative_of(Session *s, const Recording *scalar, const Value *x, int order) {
  Value bar, one = value_number(1);
  if (order == 1) {
    recording_adjoint(s, scalar, x, &one, &bar);
    return bar;
  }
  Recording g = kept_gradient(s, scalar, x);
  Value result = derivative_of(s, &g, x, order - 1);
  recording_release(s, &g);
  return result;
}

/* The derivatives of all outputs from their Taylor series; false, with a reason, where there is none. */
static bool derive_by_series(Session *s, const Recording *r, Value x, int order, Value *entry, const char **why) {
  *why = "the point is being differentiated itself";
  if (order < ORDER_SERIES || x.kind != VALUE_NUMBER) return false;
  size_t length = (size_t)order + 1;
  double *coefficient = scratch(s, (r->outputs * length + 1) * sizeof(double)), factorial_ = 1;
  if (!recording_series(s, r, order, coefficient, why)) return false;
  for (int k = 2; k <= order; k++) factorial_ *= k;
  for (uint32_t i = 0; i < r->outputs; i++) entry[i] = value_number(factorial_ * coefficient[i * length + (size_t)order] + 0.0);
  return true;
}

/* Where a derivative of lower order has none because of a kink, neither has this one, though it may come out
 * as 0: the slope of sign is 0. */
static void remark_order(Session *s, const Recording *r, const Value *x, int order) {
  const Trace *t = r->trace;
  if (s->level > 0 || order < 2) return;
  double *everywhere = scratch(s, (t->cell_count + 1) * sizeof(double));
  for (uint32_t i = 0; i < t->cell_count; i++) everywhere[i] = 1;
  const char *kink = trace_kink(t, everywhere, 0);
  size_t noted = s->notes.length;
  for (int lower = order - 1; kink && lower > 0 && s->notes.length == noted; lower--) derivative_of(s, r, x, lower);
  if (s->notes.length == noted) return;
  s->notes.bytes[s->notes.length = noted] = 0;
  note(s, "%s has %s here: there is no derivative of order %d, the one beside it is shown", kink, kink_is_jump(kink) ? "a jump" : "a kink", order);
}

static Value call_derivative(Session *s, const Arguments *a) {
  Value f = differentiable_function(s, a, "derivative");
  int order = (int)argument_integer_or(s, a, 2, 0, ORDER_LARGEST, 1);
  Value x = a->argument[1];
  if (x.kind == VALUE_NOTHING) {
    Function *partial = function_new(s, FUNCTION_PARTIAL, 1);
    partial->primitive = primitive_find("derivative");
    partial->order = (uint8_t)(order ? order : 1);
    partial->bound[0] = value_keep(f);
    return value_function(partial);
  }
  if (x.kind != VALUE_NUMBER && x.kind != VALUE_ACTIVE) {
    char text[VALUE_DESCRIPTION];
    Report *r = failure(s, "f' is for a function of one number, the point is %s", value_describe(x, text));
    if (x.kind == VALUE_ARRAY) {
      report_advise(r, "gradient(f, p)");
      report_advise(r, "f'.(v)  (entry by entry)");
    } else {
      report_advise(r, "f'(2)");
    }
    raise_failure(s, r);
  }
  Recording r = kept_recording(s, f, &x, 1, &x, 1);
  recording_remark(s, &r);
  if (order == 0) {
    Value value = value_keep(r.value);
    recording_release(s, &r);
    return value;
  }
  Value *entry = scratch(s, (r.outputs + 1) * sizeof(Value));
  const char *why;
  bool known = derive_by_series(s, &r, x, order, entry, &why);
  int most = r.trace->orders < ORDER_NESTED ? r.trace->orders : ORDER_NESTED;
  if (!known && order > ORDER_NESTED)
    fail_argument(s, 2, "derivatives of this function go up to order %d here, because %s", most, why);
  for (uint32_t i = 0; i < r.outputs && !known; i++) {
    Recording one = output_alone(&r, i);
    size_t noted = s->notes.length;
    entry[i] = derivative_of(s, &one, &x, order);
    if (s->notes.length == noted) remark_order(s, &one, &x, order);
  }
  const Value *next = entry;
  Value result = point_shape(s, r.value, &next);
  recording_release(s, &r);
  return result;
}

/* ---- classify ---- */

/* A gradient this small against the function's own scale counts as zero, an eigenvalue this small against
 * the largest as flat: the square root of the rounding unit, what differences of values can tell. */
static const double STATIONARY = 1.5e-8;

static const char *kind_of(double least, double largest, double scale_) {
  double flat = STATIONARY * scale_;
  if (least > flat) return "minimum";
  if (largest < -flat) return "maximum";
  if (least < -flat && largest > flat) return "saddle";
  return "flat";
}

static void list_eigenvalues(const Array *w, Text *out) {
  for (uint32_t i = w->rows; i-- > 0;) {
    text_string(out, i + 1 == w->rows ? "" : i == 0 ? " and " : ", ");
    display_number(w->data[i], 6, out);
  }
}

static const char *signs_of(const char *kind, uint32_t n) {
  bool minimum = strcmp(kind, "minimum") == 0, maximum = strcmp(kind, "maximum") == 0;
  if (strcmp(kind, "saddle") == 0) return ", of both signs";
  if (strcmp(kind, "flat") == 0) return ", some zero: the second derivatives do not decide";
  if (!minimum && !maximum) return "";
  if (n == 1) return minimum ? ", positive" : ", negative";
  if (n == 2) return minimum ? ", both positive" : ", both negative";
  return minimum ? ", all positive" : ", all negative";
}

static Value eigenvalues_of(Session *s, Value h) {
  Value w;
  rule_apply(s, &rule_eigvals_symmetric, &h, &w);
  if (w.kind == VALUE_ARRAY) return w;
  return array_from_numbers(s, &w, 1, 1);
}

static Value call_classify(Session *s, const Arguments *a) {
  Question q = question(s, a, "classify");
  if (q.inputs == 0) {
    Report *r = failure(s, "classify needs a point to look at, found none");
    report_advise(r, "classify(f, [1, 1])");
    raise_failure(s, r);
  }
  Recording r = record_scalar(s, &q, "classify");
  Value *bar = scratch(s, (q.inputs + 1) * sizeof(Value)), one = value_number(1);
  recording_adjoint(s, &r, q.input, &one, bar);
  Recording g = kept_gradient(s, &r, q.input);
  Value h = symmetrised(s, jacobian_value(s, &g, q.input, q.inputs)), w = eigenvalues_of(s, h);
  const Array *eigen = value_as_array(w);
  double slope = 0, at = 0;
  for (uint32_t i = 0; i < q.inputs; i++) {
    slope = fmax(slope, fabs(bar[i].number));
    at = fmax(at, fabs(q.input[i].number));
  }
  double largest = eigen->data[0], least = eigen->data[eigen->rows - 1], size = fmax(fabs(largest), fabs(least));
  bool stationary = slope <= STATIONARY * fmax(1, size * fmax(1, at));
  const char *kind = !stationary ? "not stationary" : kind_of(least, largest, size > 0 ? size : 1);
  Value gradient = shaped(s, &q, bar);
  Text text = {0};
  text_format(&text, "%s: gradient ", kind);
  display_inline(gradient, &(DisplayOptions){.columns = 60}, &text);
  text_string(&text, q.inputs == 1 ? ", second derivative " : ", Hessian eigenvalues ");
  list_eigenvalues(eigen, &text);
  text_string(&text, signs_of(kind, q.inputs));
  Record *record = record_new(s);
  record_put(s, record, "kind", value_string(string_new(s, kind, strlen(kind))));
  record_put(s, record, "gradient", gradient);
  record_put(s, record, "eigenvalues", w);
  record->style = RECORD_VERDICT;
  record->nature = "a classified point";
  record->summary = text.bytes;
  value_release(h);
  recording_release(s, &g);
  recording_release(s, &r);
  return value_record(record);
}

const Primitive calculus_rows[CALCULUS_ROWS_COUNT] = {
    {.name = "derivative", .parameters = "(f, x = , k = 1)", .call = call_derivative, .differentiable = DERIVE_THROUGH,
     .help = "The exact k-th derivative of f at the number x; f'(x), f''(x) are short for it. k is at most 20; where f goes through a matrix function at most 12, through a search 3. Without x, the derivative as a function.",
     .example = "f(x) = x^3; derivative(f, 2, 2)", .gives = "12"},
    {.name = "gradient", .parameters = "(arguments...)", .call = call_gradient, .differentiable = DERIVE_THROUGH,
     .help = "The exact gradient of f at p, a column shaped like p: gradient(f, p), also ∇f(p). p may be a number, an array, a tuple or a record; several arguments are f's own. Without p, the gradient as a function; it shows its formula when it has one: then say what p is, as in f(x in R^3) = …",
     .example = "gradient(x -> x[1]^2*x[2], [3, 5])", .gives = "[30, 9]"},
    {.name = "jacobian", .parameters = "(arguments...)", .call = call_jacobian, .differentiable = DERIVE_THROUGH,
     .help = "The Jacobian matrix of F at p: row i holds the derivatives of output i. For a scalar F the 1×n row df/dx.",
     .example = "jacobian(x -> [x[1]*x[2], x[1]], [3, 5])", .gives = "[5, 3;\n 1, 0]  # 2×2"},
    {.name = "hessian", .parameters = "(arguments...)", .call = call_hessian, .differentiable = DERIVE_THROUGH,
     .help = "The exact Hessian matrix of f at p, symmetric; also ∇²f(p). By a matrix it follows vec.",
     .example = "hessian(x -> x[1]^2*x[2], [3, 5])", .gives = "[10, 6;\n  6, 0]  # 2×2"},
    {.name = "classify", .parameters = "(arguments...)", .call = call_classify, .differentiable = DERIVE_NONE, .reason = "its value is a verdict",
     .help = "What kind of point p is for f: not stationary, or a minimum, maximum, saddle or flat point by the eigenvalues of the Hessian: classify(f, p). Fields: kind gradient eigenvalues.",
     .example = "classify(x -> x[1]^2 - x[2]^2, [0, 0])", .gives = "saddle: gradient [0, 0], Hessian eigenvalues -2 and 2, of both signs"},
    {.name = "hvp", .parameters = "(f, p, v)", .call = call_hvp, .differentiable = DERIVE_THROUGH,
     .help = "The Hessian of f at p times v, without forming the Hessian.",
     .example = "hvp(x -> x[1]^2*x[2], [3, 5], [1, 0])", .gives = "[10, 6]"},
    {.name = "directional", .parameters = "(f, p, v)", .call = call_directional, .differentiable = DERIVE_THROUGH,
     .help = "The derivative of f at p along v: ∇f(p)'v. v is not normalised.",
     .example = "directional(x -> x[1]^2*x[2], [3, 5], [1, 1])", .gives = "39"},
    {.name = "laplacian", .parameters = "(arguments...)", .call = call_laplacian, .differentiable = DERIVE_THROUGH,
     .help = "The trace of the Hessian of f at p: the sum of its unmixed second derivatives. Without p, the Laplacian as a function.",
     .example = "laplacian(x -> x[1]^2 + 3x[2]^2, [1, 1])", .gives = "8"},
};
