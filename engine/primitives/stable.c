/* stable.c - softmax, logsumexp, clamp, binomial, gcd.
 *
 * softmax and logsumexp take the largest entry out first, so that nothing overflows; the largest
 * term enters log1p as 1 and loses no digits (Blanchard, D. Higham and N. Higham, "Accurately
 * computing the log-sum-exp and softmax functions", 2021). Entries equal to an infinite largest one
 * share the weight, so that a row of -inf has no NaN.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/argument.h"
#include "primitives/basic.h"
#include "values/operate.h"

/* ---- one line of an array: [count] entries [step] apart ---- */

static size_t largest_place(const double *x, size_t count, size_t step) {
  size_t top = 0;
  for (size_t i = 1; i < count; i++)
    if (x[i * step] > x[top * step] || isnan(x[top * step])) top = i;
  return top;
}

static double weight(double x, double top) { return x == top ? 1 : exp(x - top); }

static void softmax_line(const double *x, double *out, size_t count, size_t step) {
  double top = x[largest_place(x, count, step) * step], sum = 0;
  for (size_t i = 0; i < count; i++) sum += out[i * step] = weight(x[i * step], top);
  for (size_t i = 0; i < count; i++) out[i * step] /= sum;
}

static double logsumexp_line(const double *x, size_t count, size_t step) {
  size_t place = largest_place(x, count, step);
  double top = x[place * step], rest = 0;
  for (size_t i = 0; i < count; i++)
    if (i != place) rest += weight(x[i * step], top);
  return top + log1p(rest);
}

/* ---- rules: everything, down, across ---- */

static void softmax_shape(Session *session, const Shape in[], Shape out[]) {
  if (in[0].rows == 0 || in[0].cols == 0) fail_argument(session, 0, "there is nothing in it");
  out[0] = in[0];
}

static const char *softmax_value(const double *const in[], const Shape in_shape[],
                                 double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  softmax_line(in[0], out[0], (size_t)in_shape[0].rows * in_shape[0].cols, 1);
  return NULL;
}

static const char *softmax_down(const double *const in[], const Shape in_shape[],
                                double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  for (size_t j = 0; j < in_shape[0].cols; j++)
    softmax_line(in[0] + j, out[0] + j, in_shape[0].rows, in_shape[0].cols);
  return NULL;
}

static const char *softmax_across(const double *const in[], const Shape in_shape[],
                                  double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  size_t cols = in_shape[0].cols;
  for (size_t i = 0; i < in_shape[0].rows; i++)
    softmax_line(in[0] + i * cols, out[0] + i * cols, cols, 1);
  return NULL;
}

static void one_shape(Session *session, const Shape in[], Shape out[]) {
  softmax_shape(session, in, out);
  out[0] = (Shape){1, 1};
}

static void row_shape(Session *session, const Shape in[], Shape out[]) {
  softmax_shape(session, in, out);
  out[0].rows = 1;
}

static void column_shape(Session *session, const Shape in[], Shape out[]) {
  softmax_shape(session, in, out);
  out[0].cols = 1;
}

/* The adjoint is 0 where all entries are -inf: the sum of their exponentials does not change. */
static const char *logsumexp_value(const double *const in[], const Shape in_shape[],
                                   double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  out[0][0] = logsumexp_line(in[0], (size_t)in_shape[0].rows * in_shape[0].cols, 1);
  return NULL;
}

static const char *logsumexp_down(const double *const in[], const Shape in_shape[],
                                  double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  for (size_t j = 0; j < in_shape[0].cols; j++)
    out[0][j] = logsumexp_line(in[0] + j, in_shape[0].rows, in_shape[0].cols);
  return NULL;
}

static const char *logsumexp_across(const double *const in[], const Shape in_shape[],
                                    double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  size_t cols = in_shape[0].cols;
  for (size_t i = 0; i < in_shape[0].rows; i++)
    out[0][i] = logsumexp_line(in[0] + i * cols, cols, 1);
  return NULL;
}

const Rule rule_softmax[3] = {
    {.name = "softmax",
     .inputs = 1,
     .outputs = 1,
     .shape = softmax_shape,
     .value = softmax_value,
     .names = "x s",
     .adjoint = "s.*(s_bar - sum(s.*s_bar))"},
    {.name = "softmax",
     .inputs = 1,
     .outputs = 1,
     .shape = softmax_shape,
     .value = softmax_down,
     .names = "x s",
     .adjoint = "s.*(s_bar .- sum(s.*s_bar, dim = 1))"},
    {.name = "softmax",
     .inputs = 1,
     .outputs = 1,
     .shape = softmax_shape,
     .value = softmax_across,
     .names = "x s",
     .adjoint = "s.*(s_bar .- sum(s.*s_bar, dim = 2))"},
};

const Rule rule_logsumexp[3] = {
    {.name = "logsumexp",
     .inputs = 1,
     .outputs = 1,
     .shape = one_shape,
     .value = logsumexp_value,
     .names = "x y",
     .adjoint = "if y == -inf; 0*softmax(x) else y_bar*softmax(x) end"},
    {.name = "logsumexp",
     .inputs = 1,
     .outputs = 1,
     .shape = row_shape,
     .value = logsumexp_down,
     .names = "x y",
     .adjoint = "y_bar.*softmax(x, dim = 1)"},
    {.name = "logsumexp",
     .inputs = 1,
     .outputs = 1,
     .shape = column_shape,
     .value = logsumexp_across,
     .names = "x y",
     .adjoint = "y_bar.*softmax(x, dim = 2)"},
};

/* A rule gives numbers for 1×1 arrays: back into one where an array went in. */
static Value apply_line_rule(Session *session, const Rule *rule, Value array, bool keep_array) {
  Value out;
  rule_apply(session, rule, &array, &out);
  value_release(array);
  return keep_array && out.kind != VALUE_ARRAY ? array_from_numbers(session, &out, 1, 1) : out;
}

static Value softmax_call(Session *session, const Arguments *arguments) {
  int dim = basic_dimension(session, arguments->argument[1]);
  Value array = basic_counted(session, basic_array(session, arguments->argument[0], 0));
  return apply_line_rule(session, &rule_softmax[dim], array,
                         !basic_is_entry(arguments->argument[0]));
}

static Value logsumexp_call(Session *session, const Arguments *arguments) {
  int dim = basic_dimension(session, arguments->named[0]);
  Value array = basic_counted(session, basic_values(session, arguments, "logsumexp"));
  return apply_line_rule(session, &rule_logsumexp[dim], array, dim != 0);
}

/* ---- clamp ---- */

static Value clamp_call(Session *session, const Arguments *arguments) {
  Value x = arguments->argument[0], low = arguments->argument[1], high = arguments->argument[2];
  if (low.kind == VALUE_NUMBER && high.kind == VALUE_NUMBER && low.number > high.number)
    fail_argument(session, 1, "the lower bound %g is above the upper bound %g", low.number,
                  high.number);
  Value cut = value_elementwise(session, SCALAR_LOWER, x, high);
  return basic_replace(cut, value_elementwise(session, SCALAR_RAISE, cut, low));
}

/* ---- binomial, gcd ---- */

/* Every partial product is a binomial itself, so whole numbers stay exact as long as they fit. */
static const double EXACT_LARGEST = 9007199254740992.0;
/* More factors than this overflow, or are better taken through the gamma function. */
static const double FACTORS_MOST = 2000;

static double binomial_product(double n, double k) {
  if (n == floor(n) && n >= 0 && n - k < k) k = n - k;
  if (k < 0) return 0;
  double product = 1;
  for (double i = 1; i <= k && isfinite(product); i++) {
    double factor = n - k + i;
    product =
        fabs(product * factor) <= EXACT_LARGEST ? product * factor / i : product * (factor / i);
  }
  return product;
}

/* The same with derivatives in n. */
static Value binomial_active_product(Session *session, Value n, double k) {
  Value product = value_number(k < 0 ? 0 : 1);
  for (double i = 1; i <= k; i++) {
    Value factor = value_operate(session, OP_ADD, n, value_number(i - k));
    product = value_operate(session, OP_MULTIPLY, product,
                            value_operate(session, OP_DIVIDE, factor, value_number(i)));
  }
  return product;
}

static Value loggamma_after(Session *session, Value x) {
  Value next = value_operate(session, OP_ADD, x, value_number(1));
  return value_elementwise(session, SCALAR_loggamma, next, next);
}

static Value binomial_gamma(Session *session, Value n, Value k) {
  Value rest = value_operate(session, OP_SUBTRACT, n, k);
  Value log =
      value_operate(session, OP_SUBTRACT, loggamma_after(session, n), loggamma_after(session, k));
  log = value_operate(session, OP_SUBTRACT, log, loggamma_after(session, rest));
  return value_elementwise(session, SCALAR_exp, log, log);
}

static Value binomial_call(Session *session, const Arguments *arguments) {
  Value n = arguments->argument[0], k = arguments->argument[1];
  for (int i = 0; i < 2; i++)
    if (arguments->argument[i].kind != VALUE_ACTIVE) (void)argument_number(session, arguments, i);
  bool whole = k.kind == VALUE_NUMBER && k.number == floor(k.number);
  bool counted = n.kind == VALUE_NUMBER && n.number == floor(n.number) && n.number >= 0;
  if (whole && (counted || (n.kind == VALUE_NUMBER && k.number <= FACTORS_MOST)))
    return value_number(binomial_product(n.number, k.number));
  if (whole && k.number <= FACTORS_MOST) return binomial_active_product(session, n, k.number);
  return binomial_gamma(session, n, k);
}

/* ---- log(sum(exp(x))): computed as typed, differentiated as logsumexp ---- */

static const char *log_sum_exp_value(const double *const in[], const Shape in_shape[],
                                     double *const out[], const Shape out_shape[], double *work) {
  (void)out_shape, (void)work;
  double sum = 0;
  for (size_t i = 0; i < (size_t)in_shape[0].rows * in_shape[0].cols; i++) sum += exp(in[0][i]);
  out[0][0] = log(sum);
  return NULL;
}

static const Rule rule_log_sum_exp = {.name = "log_sum_exp",
                                      .inputs = 1,
                                      .outputs = 1,
                                      .shape = one_shape,
                                      .value = log_sum_exp_value,
                                      .names = "x y",
                                      .adjoint = "if y == -inf and max(x) == -inf; 0*softmax(x) else y_bar*softmax(x) end"};

static Value log_sum_exp_steps(Session *session, Value x) {
  Value each = value_elementwise(session, SCALAR_exp, x, x), sum = value_sum(session, each);
  Value log = value_elementwise(session, SCALAR_log, sum, sum);
  value_release(each);
  value_release(sum);
  return log;
}

static Value log_sum_exp_call(Session *session, const Arguments *arguments) {
  Value x = arguments->argument[0], out;
  if (x.kind != VALUE_ARRAY || value_as_array(x)->element == ELEMENT_BOOLEAN)
    return log_sum_exp_steps(session, x);
  rule_apply(session, &rule_log_sum_exp, &x, &out);
  return out;
}

static double gcd_of(double a, double b) {
  while (b != 0) {
    double rest = fmod(a, b);
    a = b;
    b = rest;
  }
  return fabs(a);
}

static Value gcd_call(Session *session, const Arguments *arguments) {
  Value values = basic_values(session, arguments, "gcd");
  const Array *a = value_as_array(values);
  double divisor = 0;
  for (size_t i = 0; i < array_count(a); i++) {
    double x = a->data[i];
    if (a->element == ELEMENT_BOOLEAN || x != floor(x) || fabs(x) > EXACT_LARGEST)
      fail_argument(session, arguments->count > 1 ? (int)i : 0,
                    "gcd takes whole numbers, found %.6g", x);
    divisor = gcd_of(divisor, x);
  }
  value_release(values);
  return value_number(divisor);
}

const Primitive stable_rows[] = {
    {"softmax", "(x, dim = 0)", softmax_call, RESULT_LIKE, DERIVE_THROUGH, NULL, NULL,
     "e^x divided by its sum, without overflow; dim = 2 does it to every row, dim = 1 to every "
     "column.",
     "softmax([1000, 1000])", "[0.5, 0.5]"},
    {"logsumexp", "(values..., dim = 0)", logsumexp_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "log(sum(exp(x))) without overflow; dim = 2 of every row, dim = 1 of every column.",
     "logsumexp([1000, 1000])", "1000.69"},
    {"log_sum_exp_", "(x)", log_sum_exp_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "What log(sum(exp(x))) becomes: the same value, with the derivative of logsumexp(x).",
     "log(sum(exp([0, 0])))", "0.693147"},
    {"clamp", "(x, a, b)", clamp_call, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "x, but at least a and at most b. Its slope at a kink, a or b, is taken as 0.", "clamp([-2, 0.5, 7], 0, 1)", "[0, 0.5, 1]"},
    {"binomial", "(n, k)", binomial_call, RESULT_NUMBER, DERIVE_THROUGH, NULL, NULL,
     "n over k: the number of ways to choose k out of n.", "binomial(5, 2)", "10"},
    {"gcd", "(values...)", gcd_call, RESULT_NUMBER, DERIVE_NONE, "it is about whole numbers", NULL,
     "The greatest common divisor of whole numbers.", "gcd(12, 18)", "6"},
};
