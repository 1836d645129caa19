/* test_linearfit.c - regression against NIST's certified values, against R, and at its edges.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/linearfit.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/table_reader.h"
#include "statistics/twofold.h"

#ifndef MML_TEST_DATA
#define MML_TEST_DATA "tests/data"
#endif

enum { BLOCKS = 64, COLUMNS = 16 };

/* Memory that counts down to a refusal and is freed as a whole. */
typedef struct Pool {
  void *block[BLOCKS];
  int count, most;
} Pool;

static void *pool_allocate(void *context, size_t bytes) {
  Pool *pool = context;
  if (pool->count >= pool->most) return NULL;
  void *block = malloc(bytes);
  if (block) memset(block, 0xA5, bytes); /* so that reading what was not written shows */
  return pool->block[pool->count++] = block;
}

static LinearFitMemory pool_memory(Pool *pool) {
  *pool = (Pool){.most = BLOCKS};
  return (LinearFitMemory){pool_allocate, pool};
}

static void pool_free(Pool *pool) {
  for (int i = 0; i < pool->count; i++) free(pool->block[i]);
  pool->count = 0;
}

static ReadTable load(const char *name) {
  char path[512], error[READ_ERROR_SIZE];
  snprintf(path, sizeof path, "%s/%s", MML_TEST_DATA, name);
  FILE *file = fopen(path, "rb");
  cr_assert(file, "no file %s", path);
  static char bytes[1 << 16];
  size_t length = fread(bytes, 1, sizeof bytes, file), line = 0;
  fclose(file);
  ReadTable table;
  cr_assert(table_read(bytes, length, &table, error, &line), "%s: %s", name, error);
  return table;
}

static const ReadColumn *column_named(const ReadTable *table, const char *name) {
  for (size_t k = 0; k < table->column_count; k++)
    if (!strcmp(table->columns[k].name, name)) return &table->columns[k];
  cr_assert_fail("no column %s", name);
  abort(); /* not reached: the compiler does not know */
}

/* Digits that agree with a certified value. */
static double agreement(double got, double wanted) {
  if (got == wanted) return 15;
  double error = wanted != 0 ? fabs(got - wanted) / fabs(wanted) : fabs(got);
  return isnan(error) ? 0 : fmin(15, fmax(0, -log10(error)));
}

/* The columns of a NIST problem, powers in twofold. */
static void nist_columns(const ReadTable *data, size_t degree, bool intercept, double *high,
                         double *low, size_t *count) {
  size_t rows = data->row_count, column = 0;
  memset(low, 0, rows * COLUMNS * sizeof *low);
  for (size_t i = 0; intercept && i < rows; i++) high[i] = 1;
  column += intercept;
  for (size_t power = 1; power <= degree; power++, column++)
    twofold_powers(rows, data->columns[1].numbers, (unsigned)power, high + column * rows,
                   low + column * rows);
  for (size_t k = 1; !degree && k < data->column_count; k++, column++)
    memcpy(high + column * rows, data->columns[k].numbers, rows * sizeof *high);
  *count = column;
}

typedef struct NistModel {
  const char *name;
  double sigma, r2, F;
} NistModel;

static void nist_check(const NistModel *model, const LinearFit *fit, const ReadTable *certified) {
  const double *coef = column_named(certified, "coef")->numbers;
  const double *se = column_named(certified, "se")->numbers;
  double coef_digits = 15, se_digits = 15;
  size_t term = 0;
  for (size_t i = 0; i < certified->row_count; i++) {
    if (strcmp(certified->columns[0].texts[i], model->name) != 0) continue;
    coef_digits = fmin(coef_digits, agreement(fit->coef[term], coef[i]));
    se_digits = fmin(se_digits, agreement(fit->se[term], se[i]));
    term++;
  }
  cr_assert_eq(term, fit->columns);
  printf("%-9s coef %4.1f  se %4.1f  sigma %4.1f  R² %4.1f  F %4.1f  cond %8.2g  settled %4.1f\n",
         model->name, coef_digits, se_digits, agreement(fit->sigma, model->sigma),
         agreement(fit->r2, model->r2), agreement(fit->F, model->F), fit->cond, fit->digits);
  cr_expect_geq(coef_digits, 13, "%s: coefficients to %.1f digits", model->name, coef_digits);
  cr_expect_geq(se_digits, 13, "%s: standard errors to %.1f digits", model->name, se_digits);
  cr_expect_geq(agreement(fit->sigma, model->sigma), 13, "%s: sigma", model->name);
  cr_expect_geq(agreement(fit->r2, model->r2), 13, "%s: R²", model->name);
  cr_expect_geq(agreement(fit->F, model->F), 12.5, "%s: F", model->name);
}

Test(linearfit, all_nist_problems_to_thirteen_digits) {
  ReadTable certified = load("nist/certified.csv"), models = load("nist/models.csv");
  for (size_t m = 0; m < models.row_count; m++) {
    NistModel model = {models.columns[0].texts[m], column_named(&models, "sigma")->numbers[m],
                       column_named(&models, "r2")->numbers[m],
                       column_named(&models, "F")->numbers[m]};
    char name[64];
    snprintf(name, sizeof name, "nist/%s.csv", model.name);
    ReadTable data = load(name);
    bool intercept = column_named(&models, "intercept")->numbers[m] != 0;
    size_t degree = (size_t)column_named(&models, "degree")->numbers[m], columns;
    double *high = calloc(data.row_count * COLUMNS, sizeof *high);
    double *low = calloc(data.row_count * COLUMNS, sizeof *low);
    nist_columns(&data, degree, intercept, high, low, &columns);
    Pool pool;
    LinearFit fit;
    LinearFitData problem = {data.row_count,          columns,  high, degree ? low : NULL,
                             data.columns[0].numbers, intercept};
    cr_assert_eq(linearfit_solve(&problem, pool_memory(&pool), &fit), LINEARFIT_OK);
    nist_check(&model, &fit, &certified);
    pool_free(&pool);
    free(high);
    free(low);
    table_read_free(&data);
  }
  table_read_free(&models);
  table_read_free(&certified);
}

/* Everything R reports of one model. */
static void r_check(const ReadTable *models, size_t m, const ReadTable *terms,
                    const LinearFit *fit) {
  const struct {
    const char *name;
    double got;
  } figures[] = {
      {"sigma", fit->sigma},   {"df", (double)fit->df}, {"r2", fit->r2},
      {"adjr2", fit->adjr2},   {"F", fit->F},           {"Fp", fit->Fp},
      {"loglik", fit->loglik}, {"aic", fit->aic},       {"bic", fit->bic},
  };
  const char *model = models->columns[0].texts[m];
  for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
    double wanted = column_named(models, figures[k].name)->numbers[m];
    cr_expect_geq(agreement(figures[k].got, wanted), 11.5, "%s: %s is %.15g, R says %.15g", model,
                  figures[k].name, figures[k].got, wanted);
  }
  const struct {
    const char *name;
    const double *got;
    double digits; /* R's own t and p of Longley have lost some */
  } columns[] = {
      {"coef", fit->coef, 13}, {"se", fit->se, 13}, {"t", fit->t, 11}, {"p", fit->p, 11}};
  size_t term = 0;
  for (size_t i = 0; i < terms->row_count; i++) {
    if (strcmp(terms->columns[0].texts[i], model) != 0) continue;
    for (size_t k = 0; k < 4; k++) {
      double wanted = column_named(terms, columns[k].name)->numbers[i];
      cr_expect_geq(agreement(columns[k].got[term], wanted), columns[k].digits,
                    "%s: %s %zu is %.15g, R says %.15g", model, columns[k].name, term,
                    columns[k].got[term], wanted);
    }
    term++;
  }
  cr_assert_eq(term, fit->columns);
}

Test(linearfit, agrees_with_lm_of_r) {
  ReadTable models = load("lm_models.csv"), terms = load("lm_terms.csv");
  for (size_t m = 0; m < models.row_count; m++) {
    ReadTable data = load(column_named(&models, "data")->texts[m]);
    char list[256], *rest = NULL;
    const ReadColumn *formula = column_named(&models, "terms");
    if (formula->kind == READ_TEXT) snprintf(list, sizeof list, "%s", formula->texts[m]);
    double x[COLUMNS * 64];
    size_t rows = data.row_count, columns = 0;
    bool intercept = false;
    for (char *term = strtok_r(list, " ", &rest); term;
         term = strtok_r(NULL, " ", &rest), columns++) {
      bool one = !strcmp(term, "1");
      intercept |= one;
      for (size_t i = 0; i < rows; i++)
        x[columns * rows + i] = one ? 1 : column_named(&data, term)->numbers[i];
    }
    const double *y = column_named(&data, column_named(&models, "response")->texts[m])->numbers;
    Pool pool;
    LinearFit fit;
    LinearFitData problem = {rows, columns, x, NULL, y, intercept};
    cr_assert_eq(linearfit_solve(&problem, pool_memory(&pool), &fit), LINEARFIT_OK);
    r_check(&models, m, &terms, &fit);
    pool_free(&pool);
    table_read_free(&data);
  }
  table_read_free(&models);
  table_read_free(&terms);
}

/* Fits and prints; the caller frees. */
static char *summary(const LinearFitData *problem, const char *const *names, LinearFit *kept) {
  Pool pool;
  LinearFit fit;
  cr_assert_eq(linearfit_solve(problem, pool_memory(&pool), &fit), LINEARFIT_OK);
  Text out = {0};
  linearfit_print(&fit, names, &out);
  if (kept) *kept = fit; /* for its scalars: the vectors go with the pool */
  pool_free(&pool);
  return out.bytes;
}

static void expect_summary(const LinearFitData *problem, const char *const *names,
                           const char *wanted) {
  char *got = summary(problem, names, NULL);
  cr_expect_str_eq(got, wanted, "printed\n%s\nwanted\n%s", got, wanted);
  free(got);
}

Test(linearfit, prints_the_summary_of_the_language_tour) {
  ReadTable cars = load("cars.csv");
  double x[100];
  for (size_t i = 0; i < 50; i++) {
    x[i] = 1;
    x[50 + i] = cars.columns[0].numbers[i];
  }
  LinearFitData problem = {50, 2, x, NULL, cars.columns[1].numbers, true};
  expect_summary(
      &problem, (const char *const[]){"(intercept)", "speed"},
      "              estimate   std. error      t        p\n"
      "(intercept)   -17.5791      6.75844   -2.60   0.0123\n"
      "speed           3.93241     0.415513   9.46   1.49e-12\n"
      "R² 0.651, residual standard error 15.38 on 48 degrees of freedom, F(1, 48) = 89.57");
  table_read_free(&cars);
}

static const double five[] = {1, 2, 3, 4, 5}, fives[] = {1.1, 1.9, 3.2, 3.9, 5.1};

Test(linearfit, names_the_later_column_of_a_dependency_and_what_it_equals) {
  double x[20];
  for (size_t i = 0; i < 5; i++) {
    x[i] = 1;
    x[5 + i] = five[i];
    x[10 + i] = 2 * five[i] - 3;
    x[15 + i] = five[i] * five[i];
  }
  Pool pool;
  LinearFit fit;
  LinearFitData problem = {5, 4, x, NULL, fives, true};
  cr_assert_eq(linearfit_solve(&problem, pool_memory(&pool), &fit), LINEARFIT_OK);
  cr_expect_eq(fit.rank, 3);
  cr_expect(fit.notes & LINEARFIT_RANK_DEFICIENT);
  cr_expect(!fit.aliased[0] && !fit.aliased[1] && fit.aliased[2] && !fit.aliased[3]);
  cr_expect(isnan(fit.coef[2]) && isnan(fit.se[2]) && isnan(fit.cov[2 * 4 + 1]));
  cr_expect_float_eq(fit.dependency[2 * 4 + 0], -3, 1e-14);
  cr_expect_float_eq(fit.dependency[2 * 4 + 1], 2, 1e-14);
  cr_expect_eq(fit.dependency[2 * 4 + 3], 0);
  Text out = {0};
  linearfit_print(&fit, (const char *const[]){"(intercept)", "größe", "z", "w"}, &out);
  cr_expect(strstr(out.bytes, "\nz             left out: z = -3*(intercept) + 2*größe\n"), "%s",
            out.bytes);
  text_free(&out);
  pool_free(&pool);
}

Test(linearfit, a_column_of_zeros_is_left_out) {
  double x[10] = {1, 1, 1, 1, 1};
  LinearFitData problem = {5, 2, x, NULL, fives, true};
  LinearFit fit;
  char *printed = summary(&problem, (const char *const[]){"(intercept)", "nothing"}, &fit);
  cr_expect_eq(fit.rank, 1);
  cr_expect_eq(fit.df, 4);
  cr_expect(strstr(printed, "left out: nothing = 0"), "%s", printed);
  free(printed);
  problem = (LinearFitData){5, 1, x + 5, NULL, fives, false};
  printed = summary(&problem, (const char *const[]){"nothing"}, &fit);
  cr_expect_eq(fit.rank, 0);
  cr_expect_eq(fit.r2, 0);
  cr_expect_float_eq(fit.rss, 56.28, 1e-12);
  free(printed);
}

Test(linearfit, as_many_rows_as_coefficients_leave_no_standard_errors) {
  double x[] = {1, 1, 1, 2};
  LinearFitData problem = {2, 2, x, NULL, (double[]){3, 5}, true};
  LinearFit fit;
  char *printed = summary(&problem, (const char *const[]){"(intercept)", "x"}, &fit);
  cr_expect_eq(fit.df, 0);
  cr_expect(fit.notes & LINEARFIT_SATURATED);
  cr_expect(isnan(fit.sigma) && isnan(fit.F) && isnan(fit.Fp) && isnan(fit.adjr2));
  cr_expect_eq(fit.r2, 1);
  cr_expect(strstr(printed, "2 rows for 2 coefficients: no degrees of freedom are left"), "%s",
            printed);
  free(printed);
  problem = (LinearFitData){1, 3, (double[]){1, 7, 9}, NULL, (double[]){4}, true};
  printed = summary(&problem, (const char *const[]){"(intercept)", "x", "z"}, &fit);
  cr_expect_eq(fit.rank, 1);
  cr_expect(strstr(printed, "left out: z = 9*(intercept)"), "%s", printed);
  free(printed);
}

Test(linearfit, an_exact_fit_has_sigma_zero) {
  double x[10], y[5];
  for (size_t i = 0; i < 5; i++) {
    x[i] = 1;
    x[5 + i] = five[i];
    y[i] = 0.1 + 0.2 * five[i];
  }
  LinearFitData problem = {5, 2, x, NULL, y, true};
  LinearFit fit;
  char *printed = summary(&problem, (const char *const[]){"(intercept)", "x"}, &fit);
  cr_expect_eq(fit.sigma, 0);
  cr_expect_eq(fit.r2, 1);
  cr_expect(isinf(fit.F));
  cr_expect_eq(fit.Fp, 0);
  cr_expect(fit.notes & LINEARFIT_PERFECT);
  cr_expect(strstr(printed, "the fit is exact up to rounding"), "%s", printed);
  free(printed);
}

Test(linearfit, tiny_p_values_and_tiny_intercepts_print_as_such) {
  enum { ROWS = 2000 };
  static double x[2 * ROWS], y[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    x[i] = 1;
    x[ROWS + i] = (double)i;
    y[i] = 3 * (double)i + 1e-3 * (double)(i * 7919 % 11);
  }
  LinearFitData problem = {ROWS, 2, x, NULL, y, true};
  LinearFit fit;
  char *printed = summary(&problem, (const char *const[]){"(intercept)", "x"}, &fit);
  cr_expect(strstr(printed, "<1e-307\nR² 1 - "), "%s", printed);
  free(printed);
  double small[] = {1, 1, 1, 1, 1, 2, 3, 4}, doubled[] = {2, 4, 6.5, 8};
  problem = (LinearFitData){4, 2, small, NULL, doubled, true};
  printed = summary(&problem, (const char *const[]){"(intercept)", "x"}, NULL);
  cr_expect(strstr(printed, "(intercept)          0 "), "%s", printed);
  free(printed);
}

Test(linearfit, a_constant_response_has_no_r_squared) {
  double x[10] = {1, 1, 1, 1, 1, 1, 2, 3, 4, 5};
  LinearFitData problem = {5, 2, x, NULL, (double[]){7.3, 7.3, 7.3, 7.3, 7.3}, true};
  LinearFit fit;
  char *printed = summary(&problem, (const char *const[]){"(intercept)", "x"}, &fit);
  cr_expect(fit.notes & LINEARFIT_CONSTANT_RESPONSE);
  cr_expect(isnan(fit.r2) && isnan(fit.F));
  cr_expect(strstr(printed, "the response is constant"), "%s", printed);
  free(printed);
}

Test(linearfit, refuses_what_cannot_be_fitted) {
  double x[] = {1, 2, NAN}, y[] = {1, INFINITY, 3};
  Pool pool;
  LinearFit fit;
  LinearFitMemory memory = pool_memory(&pool);
  LinearFitData problem = {3, 1, x, NULL, five, false};
  cr_expect_eq(linearfit_solve(&problem, memory, &fit), LINEARFIT_NOT_FINITE);
  cr_expect_str_eq(fit.message, "column 1 is not a number in row 3");
  cr_expect(fit.bad_row == 2 && fit.bad_column == 0);
  problem = (LinearFitData){3, 1, five, NULL, y, false};
  cr_expect_eq(linearfit_solve(&problem, memory, &fit), LINEARFIT_NOT_FINITE);
  cr_expect_str_eq(fit.message, "y is infinite in row 2");
  cr_expect_eq(fit.bad_column, LINEARFIT_RESPONSE);
  problem = (LinearFitData){0, 1, five, NULL, y, false};
  cr_expect_eq(linearfit_solve(&problem, memory, &fit), LINEARFIT_NO_ROWS);
  problem = (LinearFitData){3, 0, five, NULL, y, false};
  cr_expect_eq(linearfit_solve(&problem, memory, &fit), LINEARFIT_NO_COLUMNS);
  problem = (LinearFitData){(size_t)1 << 40, 1, five, NULL, y, false};
  cr_expect_eq(linearfit_solve(&problem, memory, &fit), LINEARFIT_TOO_LARGE);
  pool_free(&pool);
}

Test(linearfit, every_allocation_may_fail) {
  double x[] = {1, 1, 1, 1, 1, 1, 2, 3, 4, 5};
  LinearFitData problem = {5, 2, x, x, fives, true};
  LinearFitStatus status = LINEARFIT_NO_MEMORY;
  int most = 0;
  for (; status != LINEARFIT_OK && most < BLOCKS; most++) {
    Pool pool;
    LinearFit fit;
    LinearFitMemory memory = pool_memory(&pool);
    pool.most = most;
    status = linearfit_solve(&problem, memory, &fit);
    cr_expect(status == LINEARFIT_OK || status == LINEARFIT_NO_MEMORY);
    pool_free(&pool);
  }
  cr_expect(most > 5 && most < BLOCKS);
}

Test(linearfit, units_do_not_matter) {
  double x[10], y[5], coef[2][2], p[2];
  for (int big = 0; big < 2; big++) {
    for (size_t i = 0; i < 5; i++) {
      x[i] = 1;
      x[5 + i] = five[i] * (big ? 0x1p-700 : 1);
      y[i] = fives[i] * (big ? 0x1p200 : 1);
    }
    Pool pool;
    LinearFit fit;
    LinearFitData problem = {5, 2, x, NULL, y, true};
    cr_assert_eq(linearfit_solve(&problem, pool_memory(&pool), &fit), LINEARFIT_OK);
    coef[big][0] = fit.coef[0];
    coef[big][1] = fit.t[1];
    p[big] = fit.p[1];
    pool_free(&pool);
  }
  cr_expect_eq(coef[1][0], coef[0][0] * 0x1p200);
  cr_expect_eq(coef[1][1], coef[0][1]);
  cr_expect_eq(p[1], p[0]);
}

Test(linearfit, near_dependence_is_said) {
  double x[15];
  for (size_t i = 0; i < 5; i++) {
    x[i] = 1;
    x[5 + i] = five[i];
    x[10 + i] = five[i] + 1e-9 * (i == 2);
  }
  LinearFitData problem = {5, 3, x, NULL, fives, true};
  LinearFit fit;
  char *printed = summary(&problem, (const char *const[]){"(intercept)", "x", "z"}, &fit);
  cr_expect_eq(fit.rank, 3);
  cr_expect(fit.notes & LINEARFIT_NEARLY_DEPENDENT);
  cr_expect(strstr(printed, "nearly depend on each other"), "%s", printed);
  free(printed);
}

Test(twofold, sums_and_products_keep_what_rounding_drops) {
  Twofold sum = twofold_of_sum(1, 1e-30), square = twofold_of_product(1 + 0x1p-40, 1 + 0x1p-40);
  cr_expect(sum.high == 1 && sum.low == 1e-30);
  cr_expect(square.high == 1 + 0x1p-39 && square.low == 0x1p-80);
  double high, low;
  twofold_powers(1, &(double){3}, 40, &high, &low);
  cr_expect_eq(high, 12157665459056928801.0);
  cr_expect_eq(low, 12157665459056928801u - 12157665459056928768u); /* 3^40 less its double */
  twofold_powers(1, &(double){-1e300}, 3, &high, &low);
  cr_expect(high == -INFINITY && low == 0);
  twofold_powers(1, &(double){0}, 0, &high, &low);
  cr_expect(high == 1 && low == 0);
  double huge[] = {1e100, 1, -1e100, 1, 1e-20}, ones[] = {1, 1, 1, 1, 1};
  cr_expect_eq(twofold_dot(5, huge, NULL, ones, 0), 2);
  cr_expect_eq(twofold_sum(4, huge), 2);
}
