/* regress.c - linear regression: regress, and predict and residuals of what it returns.
 *
 * A model is a record. Its formula is the one that was typed with everything but the columns frozen
 * into its scope (formula.h), so predictions do not change when the session's variables do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "primitives/argument.h"
#include "primitives/data.h"
#include "primitives/design.h"
#include "primitives/fit.h"
#include "statistics/linearfit.h"
#include "statistics/twofold.h"
#include "values/operate.h"
#include "values/table.h"

/* ---- the model's record ---- */

static void *take_scratch(void *session, size_t bytes) { return scratch(session, bytes); }

static Value vector_of(Session *session, size_t count, const double *numbers) {
  Array *vector = array_new(session, count, 1, ELEMENT_REAL);
  if (count) memcpy(vector->data, numbers, count * sizeof *numbers);
  return value_array(vector);
}

static Value names_of(Session *session, const Design *design) {
  Tuple *names = tuple_new(session, (uint32_t)design->count);
  for (size_t j = 0; j < design->count; j++) {
    const char *name = design->column[j].name;
    names->item[j] = value_string(string_new(session, name, strlen(name)));
  }
  return value_tuple(names);
}

static void put_vectors(Session *session, Record *model, const LinearFit *fit) {
  const struct {
    const char *name;
    size_t count;
    const double *numbers;
  } vectors[] = {
      {"coef", fit->columns, fit->coef},
      {"se", fit->columns, fit->se},
      {"t", fit->columns, fit->t},
      {"p", fit->columns, fit->p},
  };
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    record_put(session, model, vectors[k].name,
               vector_of(session, vectors[k].count, vectors[k].numbers));
}

static void put_numbers(Session *session, Record *model, const LinearFit *fit) {
  const struct {
    const char *name;
    double number;
  } figures[] = {
      {"r2", fit->r2},         {"adjr2", fit->adjr2}, {"sigma", fit->sigma},
      {"df", (double)fit->df}, {"F", fit->F},         {"Fp", fit->Fp},
  };
  for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
    record_put(session, model, figures[k].name, value_number(figures[k].number));
}

static Record *model_record(Session *session, const Design *design, const LinearFit *fit) {
  Record *model = record_new(session);
  record_put(session, model, "names", names_of(session, design));
  put_vectors(session, model, fit);
  put_numbers(session, model, fit);
  record_put(session, model, "fitted", vector_of(session, fit->rows, fit->fitted));
  record_put(session, model, "residuals", vector_of(session, fit->rows, fit->residuals));
  Array *cov = array_new(session, fit->columns, fit->columns, ELEMENT_REAL);
  memcpy(cov->data, fit->cov, fit->columns * fit->columns * sizeof *fit->cov);
  record_put(session, model, "cov", value_array(cov));
  record_put(session, model, "cond", value_number(fit->cond));
  record_put(session, model, "loglik", value_number(fit->loglik));
  record_put(session, model, "aic", value_number(fit->aic));
  record_put(session, model, "bic", value_number(fit->bic));
  return model;
}

static char *summary_of(Session *session, const Design *design, const LinearFit *fit,
                        const char *remark) {
  const char **names = scratch(session, design->count * sizeof *names);
  for (size_t j = 0; j < design->count; j++) names[j] = design->column[j].name;
  Text text = {0};
  linearfit_print(fit, names, &text);
  text_string(&text, remark);
  return text.bytes;
}

/* ---- fitting ---- */

static void check_rows(Session *session, size_t rows, size_t kept, int index) {
  if (kept) return;
  if (rows) fail_argument(session, index, "every row has a missing value");
  fail_argument(session, index, "there are no rows to fit to");
}

static void remark_dropped(Text *remark, size_t dropped) {
  if (dropped)
    text_format(remark, "\n%zu row%s with missing values left out", dropped,
                dropped == 1 ? "" : "s");
}

/* Takes ownership of [remark]. */
static Record *fit_model(Session *session, const Design *design, Text *remark) {
  char *added = scratch(session, remark->length + 1);
  memcpy(added, remark->bytes ? remark->bytes : "", remark->length + 1);
  text_free(remark);
  if (design->count == 0) fail(session, "the model has neither a term nor an intercept");
  LinearFitData data = {.rows = design->rows,
                        .columns = design->count,
                        .x = design_matrix(design, false),
                        .x_low = design_matrix(design, true),
                        .y = design->y,
                        .intercept = design->constant};
  LinearFitMemory memory = {take_scratch, session};
  LinearFit fit;
  if (linearfit_solve(&data, memory, &fit) != LINEARFIT_OK) fail(session, "%s", fit.message);
  Record *model = model_record(session, design, &fit);
  model->style = RECORD_MODEL;
  model->summary = summary_of(session, design, &fit, added);
  return model;
}

static Value regress_formula(Session *session, const Formula *formula, Value table) {
  FormulaData data = {.session = session, .formula = formula, .frozen = record_new(session)};
  if (table.kind == VALUE_TABLE) data.table = (const Table *)table.object;
  formula_scan(&data);
  check_rows(session, data.rows, data.count, data.table ? 1 : 0);
  Design design;
  design_formula(&data, true, &design);
  Text remark = {0};
  remark_dropped(&remark, data.rows - data.count);
  Record *model = fit_model(session, &design, &remark);
  record_put(session, model, "formula", formula_keep(&data, data.frozen));
  return value_record(model);
}

/* ---- regress(X, y) ---- */

typedef struct Rows {
  size_t count;
  uint32_t *kept;
} Rows;

static Rows complete_rows(Session *session, const Array *x, const Array *y) {
  Rows rows = {0, scratch(session, (x->rows + 1) * sizeof *rows.kept)};
  for (uint32_t i = 0; i < x->rows; i++) {
    bool missing = y && isnan(y->data[i]);
    for (size_t j = 0; j < x->cols; j++) missing |= isnan(x->data[(size_t)i * x->cols + j]);
    if (!missing) rows.kept[rows.count++] = i;
  }
  return rows;
}

static const char *matrix_name(Session *session, size_t j) {
  Text text = {0};
  text_format(&text, "x%zu", j + 1);
  char *name = scratch(session, text.length + 1);
  memcpy(name, text.bytes, text.length + 1);
  text_free(&text);
  return name;
}

static void matrix_columns(Session *session, const Array *x, const Rows *rows, Design *design) {
  for (size_t j = 0; j < x->cols; j++) {
    double *column = scratch(session, (rows->count + 1) * sizeof *column);
    for (size_t i = 0; i < rows->count; i++) column[i] = x->data[rows->kept[i] * x->cols + j];
    design_add(design, matrix_name(session, j), column, NULL);
  }
}

/* Is there a column that does the intercept's work? One row alone decides nothing. */
static bool has_constant(const Array *x, const Rows *rows) {
  for (size_t j = 0; j < x->cols && rows->count > 1; j++) {
    bool constant = x->data[rows->kept[0] * x->cols + j] != 0;
    for (size_t i = 1; i < rows->count; i++)
      constant &= x->data[rows->kept[i] * x->cols + j] == x->data[rows->kept[0] * x->cols + j];
    if (constant) return true;
  }
  return false;
}

static Value regress_matrix(Session *session, const Arguments *arguments) {
  Array *x = argument_array(session, arguments, 0), *y = argument_vector(session, arguments, 1);
  if (x->rows != y->rows) {
    Report *report = failure(session, "X and y must have as many rows as each other");
    failure_argument(session, report, 0, "%u×%u", x->rows, x->cols);
    failure_argument(session, report, 1, "%u×1", y->rows);
    raise_failure(session, report);
  }
  Rows rows = complete_rows(session, x, y);
  check_rows(session, x->rows, rows.count, 0);
  bool constant = has_constant(x, &rows);
  Design design = {.session = session, .rows = rows.count, .constant = true};
  if (!constant) design_add_intercept(&design);
  matrix_columns(session, x, &rows, &design);
  double *response = scratch(session, rows.count * sizeof *response);
  for (size_t i = 0; i < rows.count; i++) response[i] = y->data[rows.kept[i]];
  design.y = response;
  Text remark = {0};
  if (!constant) text_string(&remark, "\nan intercept was added: no column of X is constant");
  remark_dropped(&remark, x->rows - rows.count);
  Record *model = fit_model(session, &design, &remark);
  value_release(value_array(x));
  value_release(value_array(y));
  return value_record(model);
}

static Value regress_call(Session *session, const Arguments *arguments) {
  Value first = arguments->argument[0];
  char found[VALUE_DESCRIPTION];
  bool given = argument_given(arguments, 1);
  if (first.kind == VALUE_FORMULA) {
    Value table = given ? table_of_value(session, arguments->argument[1], 1) : value_nothing();
    if (given && table.kind == VALUE_NOTHING)
      fail_argument(session, 1, "expected a table, but it is %s",
                    value_describe(arguments->argument[1], found));
    Value model = regress_formula(session, (const Formula *)first.object, table);
    value_release(table);
    return model;
  }
  if (first.kind == VALUE_TABLE || first.kind == VALUE_RECORD)
    fail_argument(session, 0, "the formula comes first: regress(y ~ x, d)");
  if (!given) {
    Report *report = failure(session, "expected a formula such as y ~ x, but it is %s",
                             value_describe(first, found));
    failure_argument(session, report, 0, "%s", "");
    const char *text = first.kind == VALUE_STRING ? ((const String *)first.object)->bytes : "";
    if (strchr(text, '~')) report_advise(report, "%s", text);
    raise_failure(session, report);
  }
  return regress_matrix(session, arguments);
}

/* ---- predict ---- */

static const Value *model_field(Session *session, const Record *model, const char *name) {
  const Symbol *symbol = symbol_intern(&session->symbols, name, strlen(name));
  const Value *field = record_get(model, symbol);
  if (!field) fail_argument(session, 0, "expected a fitted model, but it has no field %s", name);
  return field;
}

static const Record *model_argument(Session *session, const Arguments *arguments) {
  Value value = arguments->argument[0];
  char found[VALUE_DESCRIPTION];
  if (value.kind != VALUE_RECORD)
    fail_argument(session, 0, "expected a fitted model, but it is %s",
                  value_describe(value, found));
  return (const Record *)value.object;
}

/* The coefficient of a column that was left out is nan and counts as 0. */
static Value predict_rows(Session *session, const Design *design, const Array *coef) {
  if (coef->rows != design->count)
    fail_argument(session, 1, "these data give %zu column%s, but the model has %u coefficients",
                  design->count, design->count == 1 ? "" : "s", coef->rows);
  double *high = scratch(session, 3 * (design->count + 1) * sizeof *high);
  double *low = high + design->count, *factor = low + design->count;
  Array *result = array_new(session, design->rows, 1, ELEMENT_REAL);
  for (size_t i = 0; i < design->rows; i++) {
    size_t count = 0;
    for (size_t j = 0; j < design->count; j++) {
      if (isnan(coef->data[j])) continue;
      const DesignColumn *column = &design->column[j];
      high[count] = column->high[i];
      low[count] = column->low ? column->low[i] : 0;
      factor[count++] = coef->data[j];
    }
    result->data[i] = twofold_dot(count, high, low, factor, 0);
  }
  return value_array(result);
}

/* A model of one column takes its numbers bare. */
static Value table_of_one(Session *session, FormulaData *data, Value given) {
  const Symbol *name = formula_only_column(data);
  if (!name)
    fail_argument(session, 1,
                  "bare numbers need a model of one column: give a table or record(name = …, …)");
  Record *record = record_new(session);
  Value numbers = given.kind == VALUE_NUMBER ? given : value_to_array(session, given);
  record_set(record, name, numbers);
  Value table = table_of_value(session, value_record(record), 1);
  value_release(value_record(record));
  return table;
}

static bool is_single_row(Value given) {
  if (given.kind != VALUE_RECORD) return given.kind == VALUE_NUMBER;
  const Record *record = (const Record *)given.object;
  for (uint32_t k = 0; k < record->count; k++) {
    ValueKind kind = (ValueKind)record->field[k].kind;
    if (kind != VALUE_NUMBER && kind != VALUE_STRING && kind != VALUE_BOOLEAN) return false;
  }
  return true;
}

static Value predict_formula(Session *session, const Record *model, const Formula *formula,
                             const Array *coef, Value given) {
  FormulaData data = {
      .session = session, .formula = formula, .parameters = fit_parameters(session, model)};
  bool bare = given.kind == VALUE_NUMBER || given.kind == VALUE_ARRAY || given.kind == VALUE_RANGE;
  Value table = bare ? table_of_one(session, &data, given) : table_of_value(session, given, 1);
  char found[VALUE_DESCRIPTION];
  if (table.kind == VALUE_NOTHING)
    fail_argument(session, 1, "expected a table or a record of columns, but it is %s",
                  value_describe(given, found));
  data.table = (const Table *)table.object;
  formula_scan(&data);
  Value result;
  if (data.parameters) {
    result = fit_predict(&data);
  } else {
    Design design;
    design_formula(&data, false, &design);
    result = predict_rows(session, &design, coef);
  }
  value_release(table);
  return result;
}

static Value predict_matrix(Session *session, const Arguments *arguments, const Array *coef,
                            bool intercept) {
  Array *x = argument_array(session, arguments, 1);
  uint32_t wanted = coef->rows - intercept;
  bool point = x->cols == 1 && wanted != 1 && x->rows == wanted;
  if (!point && x->cols != wanted)
    fail_argument(session, 1, "expected a matrix with %u column%s, but it is %u×%u", wanted,
                  wanted == 1 ? "" : "s", x->rows, x->cols);
  size_t rows = point ? 1 : x->rows;
  Design design = {.session = session, .rows = rows};
  if (intercept) design_add_intercept(&design);
  for (size_t j = 0; j < wanted; j++) {
    double *column = scratch(session, (rows + 1) * sizeof *column);
    for (size_t i = 0; i < rows; i++) column[i] = x->data[i * wanted + j];
    design_add(&design, "", column, NULL);
  }
  Value result = predict_rows(session, &design, coef);
  value_release(value_array(x));
  return result;
}

static bool is_text(Value value, const char *text) {
  return value.kind == VALUE_STRING && strcmp(((const String *)value.object)->bytes, text) == 0;
}

static Value predict_call(Session *session, const Arguments *arguments) {
  const Record *model = model_argument(session, arguments);
  Value coefficients = *model_field(session, model, "coef");
  if (!argument_given(arguments, 1)) return value_keep(*model_field(session, model, "fitted"));
  if (!value_is_real_array(coefficients)) fail_argument(session, 0, "expected a fitted model");
  const Array *coef = value_as_array(coefficients);
  Value given = arguments->argument[1], names = *model_field(session, model, "names"), result;
  const Value *formula = record_get(model, symbol_intern(&session->symbols, "formula", 7));
  if (formula && formula->kind == VALUE_FORMULA)
    result = predict_formula(session, model, (const Formula *)formula->object, coef, given);
  else {
    const Tuple *list = (const Tuple *)names.object;
    bool intercept = names.kind == VALUE_TUPLE && list->count > 0 &&
                     is_text(list->item[0], design_intercept_name);
    result = predict_matrix(session, arguments, coef, intercept);
  }
  if (!is_single_row(given)) return result;
  Value number = value_number(value_as_array(result)->data[0]);
  value_release(result);
  return number;
}

static Value residuals_call(Session *session, const Arguments *arguments) {
  return value_keep(*model_field(session, model_argument(session, arguments), "residuals"));
}

#define REASON "statistics of data; use least squares with \\ to differentiate"

const Primitive regress_rows[] = {
    {"regress", "(formula, data = )", regress_call, RESULT_ANY, DERIVE_NONE, REASON, NULL,
     "Least squares of y ~ x + z over the columns of a table, or over variables: coefficients, "
     "standard errors, t, p, R², F. Terms between + are expressions run row by row; 0 + leaves the "
     "intercept out, . is every other column, text becomes indicator columns, rows with missing "
     "values are left out. regress(X, y) takes a matrix and adds an intercept unless a column of X "
     "is constant. Fields: names coef se t p r2 adjr2 sigma df F Fp fitted residuals cov cond "
     "loglik "
     "aic bic formula.",
     "x = [1, 2, 3, 4]; y = [2, 4, 5, 8]; regress(y ~ x).coef", "[0, 1.9]"},
    {"predict", "(model, new = )", predict_call, RESULT_ANY, DERIVE_NONE, REASON, NULL,
     "What a fitted model says for new data: a table, a record of columns, numbers for a model of "
     "one column, or a matrix for regress(X, y). Without new data, the fitted values.",
     "x = [1, 2, 3, 4]; y = [2, 4, 5, 8]; predict(regress(y ~ x), 5)", "9.5"},
    {"residuals", "(model)", residuals_call, RESULT_ANY, DERIVE_NONE, REASON, NULL,
     "The response minus the fitted values, a number for each row that was used.",
     "x = [1, 2, 3, 4]; y = [2, 4, 5, 8]; residuals(regress(y ~ x))", "[0.1, 0.2, -0.7, 0.4]"},
};
