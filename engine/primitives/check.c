/* check.c - check: the student's own formula against the exact derivative, any function against
 * another; what is held against difference quotients is in quotients.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/prototype.h"
#include "machine/random.h"
#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/learning.h"
#include "primitives/solvers.h"
#include "primitives/spot.h"
#include "values/display.h"

/* Half of the digits a number has. Formulas that differ by rounding agree to more, wrong ones to
 * less. */
static const double SAME = 1.5e-8;

/* ---- the student's own formula ---- */

static bool is_row(Value v, uint32_t inputs) {
  return v.kind == VALUE_ARRAY && inputs > 1 && value_as_array(v)->rows == 1 &&
         value_as_array(v)->cols == inputs;
}

static _Noreturn void fail_shape(Session *s, Value found, const Exact *exact) {
  char text[VALUE_DESCRIPTION];
  bool row = exact->m == 1 && is_row(found, exact->n);
  if (exact->m > 1)
    fail_argument(s, 0, "this formula gives %s, the derivative is a %u×%u matrix",
                  value_describe(found, text), exact->m, exact->n);
  Report *r = failure(s, "this formula gives %s, the gradient has %u number%s%s",
                      value_describe(found, text), exact->n, exact->n == 1 ? "" : "s",
                      row ? " in a column" : "");
  if (row) report_remark(r, "the 1×n row is the Jacobian; its transpose with ' is the gradient");
  raise_failure(s, r);
}

/* c where every number is c times the exact one, as after a forgotten factor or sign; 0 if there is
 * none. */
static double common_factor(const double *own, const Exact *exact, size_t count) {
  double factor = 0;
  for (size_t i = 0; i < count; i++) {
    if (exact->entry[i] == 0) {
      if (own[i] != 0) return 0;
      continue;
    }
    double ratio = own[i] / exact->entry[i];
    if (factor == 0) factor = ratio;
    if (!(fabs(ratio - factor) <= SAME * fabs(factor))) return 0;
  }
  return isfinite(factor) ? factor : 0;
}

static void put_entry(const Spot *spot, const Exact *exact, size_t i, Text *out) {
  if (exact->m > 1) text_format(out, "row %zu, ", i / exact->n + 1);
  spot_coordinate(spot, (uint32_t)(i % exact->n), out);
}

static void put_wrong(const Spot *spot, const Exact *exact, const double *own, size_t worst,
                      size_t wrong, Text *out) {
  size_t count = (size_t)exact->m * exact->n;
  text_string(out, "wrong by ");
  put_entry(spot, exact, worst, out);
  text_string(out, ": ");
  display_number(own[worst], 6, out);
  text_string(out, " where the derivative is ");
  display_number(exact->entry[worst], 6, out);
  if (wrong > 1) text_format(out, " (%zu of %zu are wrong)", wrong, count);
  double factor = common_factor(own, exact, count);
  if (count > 1 && factor != 0) {
    text_string(out, "; all are ");
    display_number(factor, 6, out);
    text_string(out, " times what they should be");
  }
}

static Value check_own(Session *s, const Spot *spot, Value own_function) {
  Exact exact = exact_derivative(s, spot, false);
  Value result = spot_call(s, spot, own_function, spot->input);
  size_t expected = (size_t)exact.m * exact.n, count = 0;
  if (exact.m == 1 && is_row(result, exact.n)) fail_shape(s, result, &exact);
  Value kept = value_keep(result);
  const double *own = spot_numbers(s, result, &count);
  if (count != expected) fail_shape(s, kept, &exact);
  value_release(kept);
  Lesson lesson = lesson_new(s, "by yours exact difference");
  double size = spot_largest(exact.entry, expected), error = 0;
  size_t worst = 0, wrong = 0;
  for (size_t i = 0; i < expected; i++) {
    Text name = {0};
    uint32_t row = lesson_row(&lesson);
    put_entry(spot, &exact, i, &name);
    lesson_text(&lesson, row, 0, &name);
    lesson_number(&lesson, row, 1, own[i]);
    lesson_number(&lesson, row, 2, exact.entry[i]);
    lesson_number(&lesson, row, 3, own[i] - exact.entry[i]);
    double off = fabs(own[i] - exact.entry[i]) / (size > 0 ? size : 1);
    if (own[i] == exact.entry[i]) off = 0;
    if (!(off <= SAME)) wrong++;
    if (!isnan(error) && !(off <= error)) error = off, worst = i;
  }
  Text summary = {0};
  if (wrong) put_wrong(spot, &exact, own, worst, wrong, &summary);
  else {
    text_string(&summary, "agrees with the exact derivative ");
    spot_put_digits(spot_digits(error), &summary);
  }
  lesson_print(&lesson, CHECK_ROWS_SHOWN, &summary);
  Record *record = lesson_record(&lesson, "a comparison of two functions", &summary);
  record_put(s, record, "agree", value_boolean(!wrong));
  record_put(s, record, "digits", value_number(spot_digits(error)));
  record_put(s, record, "error", value_number(error));
  record_put(s, record, "exact", exact_value(s, &exact));
  value_release(exact.f);
  return value_record(record);
}

/* ---- two functions ---- */

static const double special[] = {1, -1, 0.5, -0.5, 2, -2, 1e-6, -1e-6, 1000, -1000};
enum {
  SPECIAL = sizeof special / sizeof *special,
  RANDOM = 20,
  POINTS = 1 + SPECIAL + RANDOM,
  WORST_SHOWN = 6
};

/* The spot itself (0 where none was given), special points, and random ones from a stream of their
 * own: the session's goes on as if nothing had been drawn. */
static Value *points_of(Session *s, const Spot *spot) {
  const double SPREAD = 3; /* most of them between -6 and 6 */
  const uint32_t inputs = spot->inputs;
  Value *point = scratch(s, (size_t)POINTS * inputs * sizeof(Value));
  for (uint32_t j = 0; j < inputs; j++) point[j] = value_number(spot->input[j].number);
  uint64_t kept[4];
  memcpy(kept, s->random, sizeof kept);
  random_seed(s, RANDOM_DEFAULT_SEED);
  for (uint32_t k = 1; k < POINTS; k++)
    for (uint32_t j = 0; j < inputs; j++)
      point[(size_t)k * inputs + j] =
          value_number(k <= SPECIAL ? special[k - 1] : SPREAD * random_normal(s));
  memcpy(s->random, kept, sizeof kept);
  return point;
}

/* The two functions at one point. */
typedef struct Pair {
  double *value[2];
  size_t count;
  double difference; /* beside the larger of both, or beside the usual size: set by judge */
  size_t worst;
} Pair;

static Pair pair_at(Session *s, const Spot *spot, const Value f[2], const Value *point) {
  Pair pair = {.count = 0};
  size_t other;
  pair.value[0] = spot_numbers(s, spot_call(s, spot, f[0], point), &pair.count);
  pair.value[1] = spot_numbers(s, spot_call(s, spot, f[1], point), &other);
  if (other != pair.count)
    fail(s, "the first function gives %zu number%s, the second %zu", pair.count,
         pair.count == 1 ? "" : "s", other);
  return pair;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The usual size of the values, so that rounding at a zero of the function is none of its digits.
 */
static double usual_size(Session *s, const Pair *pair) {
  double *size = scratch(s, POINTS * sizeof(double));
  uint32_t count = 0;
  for (uint32_t k = 0; k < POINTS; k++) {
    double largest = spot_largest(pair[k].value[1], pair[k].count);
    if (isfinite(largest)) size[count++] = largest;
  }
  if (!count) return 1;
  qsort(size, count, sizeof *size, by_size);
  return size[count / 2];
}

static double difference_of(double a, double b, double usual) {
  if (a == b || (isnan(a) && isnan(b))) return 0;
  if (!isfinite(a) || !isfinite(b)) return INFINITY;
  return fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), usual);
}

static void judge(Pair *pair, double usual) {
  pair->difference = -1;
  for (size_t i = 0; i < pair->count; i++) {
    double difference = difference_of(pair->value[0][i], pair->value[1][i], usual);
    if (difference > pair->difference) pair->difference = difference, pair->worst = i;
  }
}

static void put_point(Session *s, const Spot *spot, const Value *point, Text *out) {
  const Value *next = point;
  const DisplayOptions narrow = {.columns = 24};
  for (uint32_t i = 0; i < spot->count; i++) {
    Value shaped = point_shape(s, spot->argument[i], &next);
    if (i) text_string(out, ", ");
    display_inline(shaped, &narrow, out);
    value_release(shaped);
  }
}

static void list_pair(Session *s, Lesson *lesson, const Spot *spot, const Value *point,
                      const Pair *pair) {
  uint32_t row = lesson_row(lesson);
  if (spot->inputs == 1) lesson_number(lesson, row, 0, point->number);
  else {
    Text at = {0};
    put_point(s, spot, point, &at);
    lesson_text(lesson, row, 0, &at);
  }
  lesson_number(lesson, row, 1, pair->value[0][pair->worst]);
  lesson_number(lesson, row, 2, pair->value[1][pair->worst]);
  lesson_number(lesson, row, 3, pair->difference);
}

/* The points in the order they were taken, or the worst first. */
static Lesson list_pairs(Session *s, const Spot *spot, const Value *point, const Pair *pair,
                         uint32_t count, bool worst_first) {
  Lesson lesson = lesson_new(s, "at first second difference");
  bool listed[POINTS] = {false};
  for (uint32_t i = 0; i < count; i++) {
    uint32_t next = 0;
    while (listed[next]) next++;
    for (uint32_t k = next + 1; worst_first && k < POINTS; k++)
      if (!listed[k] && pair[k].difference > pair[next].difference) next = k;
    listed[next] = true;
    list_pair(s, &lesson, spot, point + (size_t)next * spot->inputs, &pair[next]);
  }
  return lesson;
}

static void put_pair(Session *s, const Spot *spot, const Value *point, const Pair *pair,
                     Text *out) {
  text_string(out, "at ");
  put_point(s, spot, point, out);
  if (pair->count > 1) text_format(out, " entry %zu", pair->worst + 1);
  text_string(out, ": ");
  display_number(pair->value[0][pair->worst], 6, out);
  text_string(out, " and ");
  display_number(pair->value[1][pair->worst], 6, out);
}

static Value check_two(Session *s, const Spot *spot, const Value f[2]) {
  Value *point = points_of(s, spot);
  Pair *pair = scratch(s, POINTS * sizeof *pair);
  s->quiet++;
  for (uint32_t k = 0; k < POINTS; k++)
    pair[k] = pair_at(s, spot, f, point + (size_t)k * spot->inputs);
  s->quiet--;
  double usual = usual_size(s, pair);
  uint32_t worst = 0, wrong = 0;
  for (uint32_t k = 0; k < POINTS; k++) {
    if (pair[k].count == 0) fail(s, "the functions give no numbers to compare");
    judge(&pair[k], usual);
    wrong += pair[k].difference > SAME;
    if (pair[k].difference > pair[worst].difference) worst = k;
  }
  Lesson lesson = list_pairs(s, spot, point, pair, POINTS, false),
         shown = list_pairs(s, spot, point, pair, WORST_SHOWN, true);
  Text summary = {0};
  int digits = spot_digits(pair[worst].difference);
  if (wrong) text_format(&summary, "differ at %u of %d points, most ", wrong, POINTS);
  else {
    text_format(&summary, "agree at all %d points ", POINTS);
    spot_put_digits(digits, &summary);
    if (pair[worst].difference > 0) text_string(&summary, ", least ");
  }
  if (pair[worst].difference > 0)
    put_pair(s, spot, point + (size_t)worst * spot->inputs, &pair[worst], &summary);
  lesson_print(&shown, CHECK_ROWS_SHOWN, &summary);
  Record *record = lesson_record(&lesson, "a comparison of two functions", &summary);
  record_put(s, record, "agree", value_boolean(!wrong));
  record_put(s, record, "digits", value_number(digits));
  record_put(s, record, "error", value_number(pair[worst].difference));
  return value_record(record);
}

/* ---- the row ---- */

static bool is_function(Value v) { return v.kind == VALUE_FUNCTION; }

/* The name of the derivative that is asked about: of gradient itself, or of ∇f beside f. */
static const char *operator_of(Value v, Value f) {
  static const char *const name[] = {"derivative", "gradient", "jacobian", "hessian"};
  const Function *function = (const Function *)v.object;
  bool whole = function->function_kind == FUNCTION_PRIMITIVE;
  bool of_f = function->function_kind == FUNCTION_PARTIAL &&
              function->bound[0].kind == VALUE_FUNCTION && function->bound[0].object == f.object &&
              function->order <= 1;
  for (size_t i = 0; i < sizeof name / sizeof *name; i++)
    if ((whole || of_f) && strcmp(function->primitive->name, name[i]) == 0) return name[i];
  return NULL;
}

/* How many numbers a function takes when no point says so: by its parameters without default. */
static uint32_t numbers_taken(Value f) {
  const Function *function = (const Function *)f.object;
  if (function->function_kind == FUNCTION_PARTIAL && function->bound[0].kind == VALUE_FUNCTION)
    return numbers_taken(function->bound[0]);
  if (function->function_kind != FUNCTION_CLOSURE) return 1;
  const Prototype *p = function->prototype;
  uint32_t count = 0;
  while (count < p->parameter_count &&
         !(p->parameter[count]->kind == NODE_PARAMETER && p->parameter[count]->child[1]))
    count++;
  return count;
}

/* f', ∇f: the exact derivative as a function. */
static bool is_derivative(Value v) {
  return ((const Function *)v.object)->function_kind == FUNCTION_PARTIAL;
}

static Value check_call(Session *s, const Arguments *a) {
  for (int i = 0; i < 2; i++)
    if (i >= a->count || !is_function(a->argument[i])) {
      Report *r = failure(s, "check takes two functions, and the point for a derivative");
      report_advise(r, "check(gradient, f, p)");
      report_advise(r, "check(f', x -> 3x^2)");
      raise_failure(s, r);
    }
  if (solver_is_active(a->argument[0]) || solver_is_active(a->argument[1]))
    fail(s,
         "check cannot be differentiated by what the functions captured: its value is a verdict");
  const Value *f = a->argument;
  const char *name = operator_of(f[0], f[1]);
  if (a->count > 2) {
    Spot spot = spot_of(s, f[1], f + 2, (uint32_t)a->count - 2);
    bool number = spot.inputs == 1 && spot.count == 1;
    if (name && strcmp(name, "derivative") == 0 && !number)
      fail(s, "f' is for a function of one number, check(gradient, f, p) is for this point");
    if (!name && is_derivative(f[0])) return check_two(s, &spot, f);
    return name ? check_quotients(s, &spot, name) : check_own(s, &spot, f[0]);
  }
  if (name) {
    Report *r = failure(s, "at which point is %s to be checked?", name);
    report_advise(r, "check(%s, f, p)", name);
    raise_failure(s, r);
  }
  uint32_t first = numbers_taken(f[0]), second = numbers_taken(f[1]),
           count = first > second ? first : second;
  if (count == 0) count = 1;
  Value *shape = scratch(s, count * sizeof(Value));
  for (uint32_t i = 0; i < count; i++) shape[i] = value_number(0);
  Spot spot = spot_of(s, f[0], shape, count);
  return check_two(s, &spot, f);
}

const Primitive check_rows[1] = {
    {.name = "check",
     .parameters = "(arguments...)",
     .call = check_call,
     .result = RESULT_ANY,
     .differentiable = DERIVE_NONE,
     .reason = "its value is a verdict",
     .help = "check(gradient, f, p) holds the exact derivative against forward and central "
             "differences for h from 0.1 to 1e-15, relative to its largest number; also jacobian, "
             "hessian, derivative. check(mine, f, p) holds your own formula of the gradient (or "
             "Jacobian) against the exact one and names what is wrong. check(f', x -> 3x^2) "
             "compares any two functions of numbers at special and random points; check(∇f, g, p) "
             "at points shaped like p. Fields: verdict (the line) trace (the table) agree digits "
             "error, and h and exact where there are some.",
     .example = "check(x -> [2x[1], 3x[2]], x -> x[1]^2 + x[2]^2, [1, 2])",
     .gives = "wrong by x[2]: 6 where the derivative is 4\nby    yours  exact  difference\nx[1]    "
              "  2      2           0\nx[2]      6      4           2"},
};
