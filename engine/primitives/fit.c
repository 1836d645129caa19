/* fit.c - nonlinear least squares: fit y ~ a*exp(b*x) over a, b.
 *
 * The model is the right side of a formula, run row by row over columns (formula.h) with the
 * parameters active, so that the sum of squares is recorded like any other objective and the
 * optimiser finds its residuals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/fit_figures.h"

#include <math.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/data.h"
#include "primitives/fit.h"
#include "primitives/method.h"
#include "values/operate.h"
#include "values/table.h"

/* ---- the model ---- */

static const Node *side(const FormulaData *data, int which) {
  return ((const Node *)data->formula->node)->child[which];
}

static bool is_number(Value v) { return v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE; }

/* A side of the formula: a column, or a number for all rows. */
static Value evaluate_side(FormulaData *data, int which) {
  const Node *node = side(data, which);
  Value value = formula_evaluate(data, node);
  bool column = value.kind == VALUE_ARRAY && value_as_array(value)->cols == 1 &&
                value_as_array(value)->rows == data->count;
  char found[VALUE_DESCRIPTION];
  if (!column && !is_number(value))
    formula_refuse(data, node, "%s must give a number in each of %zu rows, found %s",
                   which ? "the model" : "the response", data->count, value_describe(value, found));
  return value;
}

static Value difference(FormulaData *data) {
  Value response = evaluate_side(data, 0), model = evaluate_side(data, 1);
  Value result = value_elementwise(data->session, SCALAR_SUBTRACT, response, model);
  value_release(response);
  value_release(model);
  return result;
}

static FormulaData data_of(Session *session, Value formula, Value table, const Record *parameters) {
  FormulaData data = {.session = session,
                      .formula = (const Formula *)formula.object,
                      .table = table.kind == VALUE_TABLE ? (const Table *)table.object : NULL,
                      .frozen = record_new(session),
                      .parameters = parameters};
  formula_scan(&data);
  return data;
}

/* What is minimised: the parameters come as a record. */
static Value squares_call(Session *session, const Arguments *arguments) {
  Value formula = arguments->argument[0], given = arguments->argument[1];
  Value point = arguments->argument[2];
  if (formula.kind != VALUE_FORMULA || point.kind != VALUE_RECORD)
    fail(session, "fit_squares_ takes a formula, data and a record of parameters");
  Value table = table_of_value(session, given, 1);
  const Record *parameters = (const Record *)point.object;
  FormulaData data = data_of(session, formula, table, parameters);
  Value residuals = difference(&data), squares;
  squares = is_number(residuals) ? value_elementwise(session, SCALAR_MULTIPLY, residuals, residuals)
                                 : value_dot(session, residuals, residuals);
  value_release(residuals);
  value_release(value_record(data.frozen));
  value_release(table);
  return squares;
}

static Value objective_function(const Fit *fit) {
  Function *partial = function_new(fit->session, FUNCTION_PARTIAL, 2);
  partial->primitive = primitive_find("fit_squares_");
  partial->bound[0] = value_keep(fit->formula);
  partial->bound[1] = value_keep(fit->table);
  return value_function(partial);
}

Value fit_predict(FormulaData *data) {
  Value value = evaluate_side(data, 1);
  if (value.kind == VALUE_ARRAY) return value;
  Array *column = array_new(data->session, data->count, 1, ELEMENT_REAL);
  for (size_t i = 0; i < data->count; i++) column->data[i] = value.number;
  return value_array(column);
}

const Record *fit_parameters(Session *session, const Record *model) {
  const Value *field = record_get(model, symbol_intern(&session->symbols, "parameters", 10));
  return field && field->kind == VALUE_RECORD ? (const Record *)field->object : NULL;
}

/* ---- what cannot be fitted ---- */

static void check_parameters(const Fit *fit) {
  const FormulaData *data = &fit->data;
  const Node *whole = data->formula->node;
  for (uint32_t i = 0; i < data->parameters->count; i++) {
    const Symbol *name = data->parameters->name[i];
    if (data->table && formula_find_column(data, name))
      formula_refuse(data, whole, "%s is a column of the data and cannot be a parameter too",
                     name->name);
    if (node_uses(whole->child[0], name))
      formula_refuse(data, whole->child[0], "the response must not depend on the parameter %s",
                     name->name);
    if (!node_uses(whole->child[1], name))
      formula_refuse(data, whole->child[1], "the model does not mention the parameter %s",
                     name->name);
  }
}

static void check_rows(const Fit *fit) {
  Session *session = fit->session;
  const FormulaData *data = &fit->data;
  if (data->rows == 0) fail(session, "there are no rows to fit to");
  if (data->count == 0) fail(session, "every row has a missing value");
  if (data->count < fit->parameters)
    fail(session, "%zu row%s cannot determine %zu parameters", data->count,
         data->count == 1 ? "" : "s", fit->parameters);
}

static double entry(Value v, size_t i) {
  return v.kind == VALUE_ARRAY ? value_as_array(v)->data[i] : v.number;
}

static void check_side(Fit *fit, int which) {
  FormulaData *data = &fit->data;
  Value value = evaluate_side(data, which);
  for (size_t i = 0; i < data->count; i++) {
    double number = entry(value, i);
    if (isfinite(number)) continue;
    Report *report =
        formula_failure(data, side(data, which), "%s is %g in row %zu%s",
                        which ? "the model" : "the response", isnan(number) ? (double)NAN : number,
                        formula_row_number(data, i), which ? " at the start" : "");
    if (which) report_remark(report, "start from other values of the parameters");
    raise_failure(fit->session, report);
  }
  value_release(value);
}

/* ---- what is found ---- */

/* The parameters as a record like the start, with the numbers of x. Owned. */
static Record *parameters_at(const Fit *fit, const Record *like) {
  Value *number = scratch(fit->session, (fit->parameters + 1) * sizeof *number);
  for (size_t k = 0; k < fit->parameters; k++) number[k] = value_number(fit->x[k]);
  const Value *next = number;
  return (Record *)point_shape(fit->session, value_record((Record *)(uintptr_t)like), &next).object;
}

static void find_residuals(Fit *fit) {
  FormulaData *data = &fit->data;
  Value response = evaluate_side(data, 0), model = evaluate_side(data, 1);
  for (size_t i = 0; i < data->count; i++) {
    fit->fitted[i] = entry(model, i);
    fit->residuals[i] = entry(response, i) - fit->fitted[i];
  }
  value_release(response);
  value_release(model);
  fit->rss = fit_sum_of_squares(data->count, fit->residuals);
  fit->sigma = fit->df > 0 ? sqrt(fit->rss / (double)fit->df) : NAN;
}

/* ---- fitting ---- */

static const char *entry_name(Session *session, const char *name, size_t i) {
  Text text = {0};
  text_format(&text, "%s[%zu]", name, i + 1);
  char *copy = scratch(session, text.length + 1);
  memcpy(copy, text.bytes, text.length + 1);
  text_free(&text);
  return copy;
}

static void name_parameters(Fit *fit, const Record *start) {
  Session *session = fit->session;
  size_t k = 0;
  fit->parameters = point_size(session, value_record((Record *)(uintptr_t)start), "the start");
  fit->name = scratch(session, (fit->parameters + 1) * sizeof *fit->name);
  for (uint32_t i = 0; i < start->count; i++) {
    size_t size = point_size(session, start->field[i], "the start");
    bool vector = start->field[i].kind == VALUE_ARRAY;
    for (size_t j = 0; j < size; j++)
      fit->name[k++] = vector ? entry_name(session, start->name[i]->name, j) : start->name[i]->name;
  }
}

static double *numbers(Session *session, size_t count) {
  double *row = scratch(session, (count + 1) * sizeof *row);
  memset(row, 0, (count + 1) * sizeof *row);
  return row;
}

static void open_fit(Fit *fit, const Record *start) {
  Session *session = fit->session;
  name_parameters(fit, start);
  fit->data = data_of(session, fit->formula, fit->table, start);
  check_parameters(fit);
  check_rows(fit);
  check_side(fit, 0);
  if (fit->started) check_side(fit, 1);
  fit->x = numbers(session, fit->parameters);
  fit->se = numbers(session, fit->parameters);
  fit->t = numbers(session, fit->parameters);
  fit->p = numbers(session, fit->parameters);
  fit->residuals = numbers(session, fit->data.count);
  fit->fitted = numbers(session, fit->data.count);
  fit->undetermined = scratch(session, fit->parameters * sizeof(bool));
  memset(fit->undetermined, 0, fit->parameters * sizeof(bool));
}

static void read_answer(Fit *fit, const Record *run) {
  Session *session = fit->session;
  Value *number = scratch(session, (fit->parameters + 1) * sizeof *number);
  point_flatten(session, *record_get(run, symbol_intern(&session->symbols, "point", 5)), number);
  for (size_t k = 0; k < fit->parameters; k++) fit->x[k] = number[k].number;
}

static bool has_settled(const Fit *fit, const Record *run) {
  const Value *kind = record_get(run, symbol_intern(&fit->session->symbols, "kind", 4));
  return strcmp(((const String *)kind->object)->bytes, "strict minimum") == 0;
}

/* Poor starts creep along curved valleys: many evaluations, but no more than seconds of them. */
static size_t evaluations_for(size_t rows, size_t parameters) {
  const size_t WORK = 20000000, MOST = 40000, LEAST = 2000, PER_PARAMETER = 1000;
  size_t affordable = WORK / rows;
  size_t evaluations = affordable > MOST ? MOST : affordable < LEAST ? LEAST : affordable;
  return evaluations + PER_PARAMETER * parameters;
}

static Value fit_solve(Fit *fit, Record *start) {
  open_fit(fit, start);
  fit->settings.evaluations = evaluations_for(fit->data.count, fit->parameters);
  Value point = value_record(start), function = objective_function(fit);
  Problem problem = {.session = fit->session,
                     .fields = true,
                     .f = function,
                     .point = &point,
                     .count = 1,
                     .started = fit->started,
                     .settings = fit->settings};
  if (fit->settings.method) problem.method = method_find(fit->session, fit->settings.method);
  Value answer = fit->started ? problem_solve(&problem) : problem_solve_anywhere(&problem);
  const Record *run = (const Record *)answer.object;
  read_answer(fit, run);
  fit_find_figures(fit, &problem, has_settled(fit, run));
  Record *parameters = parameters_at(fit, start);
  fit->data.parameters = parameters;
  find_residuals(fit);
  fit_find_errors(fit);
  Value model = fit_record(fit, parameters, run);
  value_release(answer);
  value_release(function);
  return model;
}

/* ---- fit y ~ f(x) over a, b ---- */

void fit_check(const Problem *p, const Tuple *sets) {
  if (p->constraints.kind == VALUE_FUNCTION)
    fail(p->session, "fit takes no s.t.: minimize the sum of squares with it");
  for (uint32_t i = 0; i < sets->count; i++)
    if (sets->item[i].kind == VALUE_RANGE || sets->item[i].kind == VALUE_TUPLE)
      fail(p->session, "fit needs parameters that vary continuously: over %s in R", p->name[i]);
}

Value fit_clause(const Problem *p) {
  Session *s = p->session;
  Value formula = machine_call(s, p->f, p->point, p->count);
  char found[VALUE_DESCRIPTION];
  if (formula.kind != VALUE_FORMULA) {
    Report *report = failure(s, "fit needs a formula, found %s", value_describe(formula, found));
    report_advise(report, "fit y ~ a*exp(b*x) over a, b");
    raise_failure(s, report);
  }
  Record *start = record_new(s);
  for (uint32_t i = 0; i < p->count; i++) record_put(s, start, p->name[i], p->point[i]);
  Fit fit = {.session = s, .formula = formula, .settings = p->settings, .started = p->started};
  Value model = fit_solve(&fit, start);
  value_release(value_record(start));
  value_release(formula);
  return model;
}

/* ---- fit(formula, data, from = …) ---- */

static Record *start_argument(Session *session, const Arguments *arguments, int index) {
  Value given = arguments->argument[index];
  char found[VALUE_DESCRIPTION];
  bool empty = given.kind == VALUE_RECORD && ((Record *)given.object)->count == 0;
  bool missing = given.kind == VALUE_NOTHING || empty;
  if (missing || given.kind != VALUE_RECORD) {
    Report *report = failure(session, "%s%s",
                             missing ? "the parameters and where to start from are missing"
                                     : "from must be a record of parameters, found ",
                             missing ? "" : value_describe(given, found));
    report_advise(report, "fit(y ~ a*exp(b*x), d, from = record(a = 1, b = 0))");
    raise_failure(session, report);
  }
  Record *start = (Record *)given.object;
  for (uint32_t i = 0; i < start->count; i++)
    if (start->field[i].kind != VALUE_NUMBER && !value_is_real_array(start->field[i]))
      fail(session, "the start of %s must be a number or a vector, found %s", start->name[i]->name,
           value_describe(start->field[i], found));
  return start;
}

static Value fit_call(Session *session, const Arguments *arguments) {
  enum { FORMULA, DATA, FROM, METHOD, TOLERANCE };
  Value formula = arguments->argument[FORMULA];
  char found[VALUE_DESCRIPTION];
  if (formula.kind != VALUE_FORMULA)
    fail_argument(session, FORMULA, "expected a formula such as y ~ a*exp(b*x), but it is %s",
                  value_describe(formula, found));
  Fit fit = {.session = session, .formula = formula, .started = true};
  Record *start = start_argument(session, arguments, FROM);
  bool given = argument_given(arguments, DATA);
  if (given) fit.table = table_of_value(session, arguments->argument[DATA], DATA);
  if (given && fit.table.kind == VALUE_NOTHING)
    fail_argument(session, DATA, "expected a table, but it is %s",
                  value_describe(arguments->argument[DATA], found));
  if (argument_given(arguments, METHOD))
    fit.settings.method = argument_string(session, arguments, METHOD);
  fit.settings.tolerance = argument_number_or(session, arguments, TOLERANCE, 0);
  Value model = fit_solve(&fit, start);
  value_release(fit.table);
  return model;
}

#define REASON "statistics of data; minimize the sum of squares to differentiate"

const Primitive fit_rows[] = {
    {"fit", "(formula, data = , from = , method = , tol = )", fit_call, RESULT_ANY,
     DERIVE_NONE, REASON, NULL,
     "Nonlinear least squares of y ~ a*exp(b*x) over the columns of a table, run row by row: "
     "estimates, standard errors from the exact Jacobian, t, p and the optimiser's verdict. from "
     "is "
     "a record of the parameters and where they start. With variables instead of a table also "
     "fit y ~ a*exp(b*x) over a, b from 1, 0. predict(m, new) and residuals(m) take the model. "
     "Fields: names coef se t p sigma rss df converged fitted residuals cov parameters kind reason "
     "method iterations evaluations gradnorm trace formula.",
     "x = [0, 1, 2, 3]; y = [2, 4, 8, 16]; fit(y ~ a*b^x, from = record(a = 1, b = 1)).coef",
     "[2, 2]"},
    {"fit_squares_", "(formula, data, parameters)", squares_call, RESULT_ANY, DERIVE_THROUGH, NULL,
     NULL, "The sum of squares that fit minimises.",
     "x = [0, 1, 2]; y = [1, 2, 4]; (fit y ~ a*b^x over a, b from 1, 1).coef", "[1, 2]"},
};
