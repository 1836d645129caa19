/* reduce.c - sum, prod, mean, var, std, max, min, any, all: many numbers into one, over everything
 * or along one dimension.
 *
 * Every value is computed by operations that record themselves, in the same order whether they do
 * or not. Spread is taken about a mean that is corrected once by the mean of what is left: Chan,
 * Golub and LeVeque (1983), "Algorithms for computing the sample variance", eq. 1.7.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/basic.h"
#include "values/operate.h"

typedef struct Reduction {
  const char *name;
  Value (*whole)(Session *session, Value array, bool population); /* of a non-empty array */
  double empty;     /* its value when there is nothing */
  bool needs_entry; /* there is no such value */
  bool counts;      /* true and false count as 1 and 0 */
  bool truth;       /* only true and false will do */
  bool spread;      /* takes population */
  Scalar entrywise; /* of several arrays, or a tuple of them; SCALAR_COUNT if there is none */
} Reduction;

/* ---- of a whole array ---- */

/* x1 op x2 op … from left to right. */
static Value chain(Session *session, Scalar op, Value array) {
  const Array *a = value_as_array(array);
  size_t count = array_count(a);
  Value x = array_entry(a, 0);
  if (a->element != ELEMENT_ACTIVE) {
    for (size_t i = 1; i < count; i++) x.number = scalar_row[op].value(x.number, a->data[i]);
    return x;
  }
  for (size_t i = 1; i < count; i++) x = value_elementwise(session, op, x, array_entry(a, i));
  return x;
}

static Value sum_whole(Session *session, Value array, bool population) {
  (void)population;
  return value_sum(session, array);
}

static Value prod_whole(Session *session, Value array, bool population) {
  (void)population;
  return chain(session, SCALAR_MULTIPLY, array);
}

/* ---- the extremes: one step, so that ties share the slope equally ---- */

static void extreme_shape(Session *session, const Shape in[], Shape out[]) {
  (void)session, (void)in;
  out[0] = (Shape){1, 1};
}

static const char *max_value(const double *const in[], const Shape in_shape[], double *const out[],
                             const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  *out[0] = in[0][0];
  for (size_t i = 1; i < (size_t)in_shape[0].rows * in_shape[0].cols; i++) *out[0] = max(*out[0], in[0][i]);
  return NULL;
}

static const char *min_value(const double *const in[], const Shape in_shape[], double *const out[],
                             const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  *out[0] = in[0][0];
  for (size_t i = 1; i < (size_t)in_shape[0].rows * in_shape[0].cols; i++) *out[0] = min(*out[0], in[0][i]);
  return NULL;
}

static void share_shape(Session *session, const Shape in[], Shape out[]) {
  (void)session;
  out[0] = in[0];
}

/* 1/k where x is the extreme y that k entries share, 0 elsewhere. */
static const char *share_value(const double *const in[], const Shape in_shape[], double *const out[],
                               const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  size_t count = (size_t)in_shape[0].rows * in_shape[0].cols, ties = 0;
  for (size_t i = 0; i < count; i++) ties += in[0][i] == *in[1];
  for (size_t i = 0; i < count; i++) out[0][i] = in[0][i] == *in[1] ? 1 / (double)ties : 0;
  return NULL;
}

static const Rule rule_max = {.name = "max", .inputs = 1, .outputs = 1, .shape = extreme_shape, .value = max_value,
                              .names = "x y", .adjoint = "y_bar*share_(x, y)"};
static const Rule rule_min = {.name = "min", .inputs = 1, .outputs = 1, .shape = extreme_shape, .value = min_value,
                              .names = "x y", .adjoint = "y_bar*share_(x, y)"};
static const Rule rule_share = {.name = "share_", .inputs = 2, .outputs = 1, .shape = share_shape, .value = share_value,
                                .names = "x y s", .adjoint = "(0*x, 0)"};

static Value extreme(Session *session, const Rule *rule, Value array) {
  Value result;
  rule_apply(session, rule, &array, &result);
  return result;
}

static Value max_whole(Session *session, Value array, bool population) {
  (void)population;
  return extreme(session, &rule_max, array);
}

static Value min_whole(Session *session, Value array, bool population) {
  (void)population;
  return extreme(session, &rule_min, array);
}

static Value mean_whole(Session *session, Value array, bool population) {
  (void)population;
  Value count = value_number((double)array_count(value_as_array(array)));
  return value_operate(session, OP_DIVIDE, value_sum(session, array), count);
}

/* What is left of the entries without their mean. */
static Value centred(Session *session, Value array) {
  Value left = value_operate(session, OP_SUBTRACT, array, mean_whole(session, array, false));
  return basic_replace(left,
                       value_operate(session, OP_SUBTRACT, left, mean_whole(session, left, false)));
}

static double freedom(Session *session, Value array, bool population) {
  double count = (double)array_count(value_as_array(array));
  if (count < 2 && !population)
    fail(session, "one number has no spread to divide by n - 1; population = true divides by n");
  return population ? count : count - 1;
}

static Value var_whole(Session *session, Value array, bool population) {
  double n = freedom(session, array, population);
  Value left = centred(session, array);
  return basic_replace(
      left, value_operate(session, OP_DIVIDE, value_dot(session, left, left), value_number(n)));
}

/* A norm, and not the root of var, has a derivative (0) where all entries are equal. */
static Value std_whole(Session *session, Value array, bool population) {
  double n = freedom(session, array, population);
  Value left = centred(session, array);
  return basic_replace(
      left, value_operate(session, OP_DIVIDE, value_norm(session, left), value_number(sqrt(n))));
}

static Value truth_whole(Value array, bool wanted) {
  const Array *a = value_as_array(array);
  for (size_t i = 0; i < array_count(a); i++)
    if ((a->data[i] != 0) == wanted) return value_boolean(wanted);
  return value_boolean(!wanted);
}

static Value any_whole(Session *session, Value array, bool population) {
  (void)session, (void)population;
  return truth_whole(array, true);
}

static Value all_whole(Session *session, Value array, bool population) {
  (void)session, (void)population;
  return truth_whole(array, false);
}

static const Reduction reduce_sum = {
    .name = "sum", .whole = sum_whole, .counts = true, .entrywise = SCALAR_ADD};
static const Reduction reduce_prod = {
    .name = "prod", .whole = prod_whole, .empty = 1, .counts = true, .entrywise = SCALAR_MULTIPLY};
static const Reduction reduce_mean = {.name = "mean",
                                      .whole = mean_whole,
                                      .needs_entry = true,
                                      .counts = true,
                                      .entrywise = SCALAR_ADD};
static const Reduction reduce_var = {.name = "var",
                                     .whole = var_whole,
                                     .needs_entry = true,
                                     .counts = true,
                                     .spread = true,
                                     .entrywise = SCALAR_COUNT};
static const Reduction reduce_std = {.name = "std",
                                     .whole = std_whole,
                                     .needs_entry = true,
                                     .counts = true,
                                     .spread = true,
                                     .entrywise = SCALAR_COUNT};
static const Reduction reduce_max = {
    .name = "max", .whole = max_whole, .needs_entry = true, .entrywise = SCALAR_max};
static const Reduction reduce_min = {
    .name = "min", .whole = min_whole, .needs_entry = true, .entrywise = SCALAR_min};
static const Reduction reduce_any = {
    .name = "any", .whole = any_whole, .truth = true, .entrywise = SCALAR_COUNT};
static const Reduction reduce_all = {
    .name = "all", .whole = all_whole, .truth = true, .empty = 1, .entrywise = SCALAR_COUNT};

/* ---- the call ---- */

static Value reduce_whole(Session *session, const Reduction *reduction, Value array,
                          bool population) {
  if (array_count(value_as_array(array))) return reduction->whole(session, array, population);
  if (reduction->needs_entry)
    fail_argument(session, 0, "there is no %s of nothing: this is empty", reduction->name);
  return reduction->truth ? value_boolean(reduction->empty != 0) : value_number(reduction->empty);
}

/* A 1×n row of what the columns give, or a column of what the rows give. */
static Value reduce_along(Session *session, const Reduction *reduction, Value array, int dim,
                          bool population) {
  const Array *a = value_as_array(array);
  size_t lines = dim == 1 ? a->cols : a->rows, length = dim == 1 ? a->rows : a->cols;
  Value *result = scratch(session, (lines + 1) * sizeof *result);
  for (size_t i = 0; i < lines; i++) {
    check_interrupt(session);
    Array *line =
        basic_slice(session, a, dim == 1 ? i : i * a->cols, dim == 1 ? a->cols : 1, length);
    result[i] = reduce_whole(session, reduction, value_array(line), population);
    value_release(value_array(line));
  }
  return dim == 1 ? array_from_numbers(session, result, 1, lines)
                  : array_from_numbers(session, result, lines, 1);
}

static bool has_parts(Value value) {
  if (value.kind != VALUE_TUPLE) return false;
  const Tuple *tuple = (const Tuple *)value.object;
  for (uint32_t i = 0; i < tuple->count; i++)
    if (!basic_is_entry(tuple->item[i])) return true;
  return false;
}

/* Arrays, tuples and records one after the other: what a generator over them would give. */
static Value reduce_items(Session *session, const Reduction *reduction, const Value *item,
                          uint32_t count) {
  Value x = value_keep(item[0]);
  for (uint32_t i = 1; i < count; i++) {
    Operator op = reduction->entrywise == SCALAR_ADD ? OP_ADD : OP_MULTIPLY;
    bool order = reduction->entrywise == SCALAR_max || reduction->entrywise == SCALAR_min;
    x = basic_replace(x, order ? value_elementwise(session, reduction->entrywise, x, item[i])
                               : value_operate(session, op, x, item[i]));
  }
  if (reduction->whole != mean_whole) return x;
  return basic_replace(x, value_operate(session, OP_DIVIDE, x, value_number(count)));
}

static void check_entries(Session *session, const Reduction *reduction, Value array) {
  bool truth = value_as_array(array)->element == ELEMENT_BOOLEAN;
  if (reduction->truth && !truth && array_count(value_as_array(array))) {
    char text[64];
    Report *report =
        failure(session, "%s asks about true and false, these are numbers", reduction->name);
    report_advise(report, "%s(%s .> 0)", reduction->name,
                  failure_text(session, 0, text, sizeof text));
    raise_failure(session, report);
  }
  if (!reduction->truth && !reduction->counts && truth)
    fail_argument(session, 0,
                  "%s compares numbers, these are true and false; any and all are for them",
                  reduction->name);
}

static bool read_population(Session *session, Value value) {
  if (value.kind == VALUE_NOTHING) return false;
  if (value.kind != VALUE_BOOLEAN)
    fail(session, "population is true (divide by n) or false (by n - 1)");
  return value.number != 0;
}

static Value reduce(Session *session, const Arguments *arguments, const Reduction *reduction) {
  int dim = basic_dimension(session, arguments->named[0]);
  bool population = reduction->spread && read_population(session, arguments->named[1]);
  bool order = reduction->entrywise == SCALAR_max || reduction->entrywise == SCALAR_min;
  if (order && arguments->count > 1 && !dim)
    return reduce_items(session, reduction, arguments->argument, (uint32_t)arguments->count);
  if (arguments->count == 1 && reduction->entrywise != SCALAR_COUNT &&
      has_parts(arguments->argument[0])) {
    const Tuple *tuple = (const Tuple *)arguments->argument[0].object;
    if (dim) fail(session, "dim is for arrays, this is a tuple");
    return reduce_items(session, reduction, tuple->item, tuple->count);
  }
  Value array = basic_values(session, arguments, reduction->name);
  check_entries(session, reduction, array);
  if (reduction->counts) array = basic_counted(session, array);
  Value result = dim ? reduce_along(session, reduction, array, dim, population)
                     : reduce_whole(session, reduction, array, population);
  value_release(array);
  return result;
}

#define REDUCE_CALL(name)                                                                          \
  static Value name##_call(Session *session, const Arguments *arguments) {                         \
    return reduce(session, arguments, &reduce_##name);                                             \
  }
REDUCE_CALL(sum)
REDUCE_CALL(prod)
REDUCE_CALL(mean)
REDUCE_CALL(var)
REDUCE_CALL(std)
REDUCE_CALL(max)
REDUCE_CALL(min)
REDUCE_CALL(any)
REDUCE_CALL(all)
#undef REDUCE_CALL

#define ALONG "(values..., dim = 0)"
#define SPREAD "(values..., dim = 0, population = false)"

const Primitive reduce_rows[] = {
    {"sum", ALONG, sum_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The sum of an array, of several numbers, or of a generator: sum(i^2 for i in 1:n). dim = 1 "
     "adds "
     "down the rows, dim = 2 across them; true counts as 1.",
     "sum([1, 2; 3, 4], dim = 2)", "[3, 7]"},
    {"Sigma", ALONG, sum_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "Another name of sum, as on paper.", "Σ(i^2 for i in 1:3)", "14"},
    {"prod", ALONG, prod_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The product of an array, of several numbers, or of a generator; 1 when there are none.",
     "prod(1:5)", "120"},
    {"Pi", ALONG, prod_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "Another name of prod, as on paper.", "Π(i for i in 1:4)", "24"},
    {"mean", ALONG, mean_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The mean of an array, of several numbers, or of a generator. Of true and false it is the "
     "share "
     "that is true.",
     "mean([1, 2, 6])", "3"},
    {"var", SPREAD, var_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The variance, dividing by n - 1; population = true divides by n.", "var([1, 2, 3, 4, 5])",
     "2.5"},
    {"std", SPREAD, std_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The standard deviation, dividing by n - 1; population = true divides by n.",
     "std([2, 4, 4, 4, 5, 5, 7, 9], population = true)", "2"},
    {"max", ALONG, max_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The largest entry of one array or generator; of several arguments the largest entry by "
     "entry, so "
     "max(v, 0) cuts v off at 0.",
     "max([3, -1, 2], 0)", "[3, 0, 2]"},
    {"min", ALONG, min_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The smallest entry of one array or generator; of several arguments the smallest entry by "
     "entry.",
     "min(3, 1, 2)", "1"},
    {"share_", "(x, y)", NULL, RESULT_ANY, DERIVE_RULE, NULL, &rule_share,
     "The slopes of an extreme y of x: 1/k at the k entries that are equal to y.",
     "share_([1, 3, 3], 3)", "[0, 0.5, 0.5]"},
    {"any", ALONG, any_call, RESULT_ANY, DERIVE_NONE, "its result is true or false", NULL,
     "Is one of them true? Of nothing: false.", "any([1, 2, 3] .> 2)", "true"},
    {"all", ALONG, all_call, RESULT_ANY, DERIVE_NONE, "its result is true or false", NULL,
     "Are they all true? Of nothing: true.", "all([1, 2, 3] .> 2)", "false"},
};
#undef ALONG
#undef SPREAD
