/* linearfit_print.c - the summary of a regression as R prints it, in columns.
 *
 * Numbers of a column stand with their decimal points in line, and the title of a column sits over
 * the figure with the fewest decimals; longer tails run on to the right.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/linearfit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELL_SIZE = 32, GAP = 3 };

/* One column of the table: [inset] is how far its title stops short of its right edge. */
typedef struct SummaryColumn {
  const char *title, *format;
  size_t width, inset;
} SummaryColumn;

static const SummaryColumn summary_columns[] = {
    {"estimate", "%.6g", 8, 0},
    {"std. error", "%.6g", 10, 0},
    {"t", "%.2f", 5, 1},
    {"p", "%.3g", 6, 1},
};
enum { SUMMARY_COLUMNS = sizeof summary_columns / sizeof *summary_columns };

/* Where a column of the table stands. */
typedef struct SummaryLayout {
  size_t whole;              /* widest part before the point */
  size_t tail, longest_tail; /* shortest and longest part from the point on */
  size_t point;              /* screen column of the decimal points */
  size_t right;              /* screen column after the shortest tail */
} SummaryLayout;

static size_t summary_whole(const char *cell) { return strcspn(cell, ".e"); }

static void summary_cell(const LinearFit *fit, size_t row, size_t column, char cell[CELL_SIZE]) {
  const double *numbers[SUMMARY_COLUMNS] = {fit->coef, fit->se, fit->t, fit->p};
  double number = numbers[column][row];
  if (isnan(number))
    snprintf(cell, CELL_SIZE, "nan");
  else if (column == 2 && fabs(number) >= 1e6) /* t: the decimals of a huge one say nothing */
    snprintf(cell, CELL_SIZE, "%.3g", number);
  else if (column == 3 && number == 0 && isfinite(fit->t[row])) /* p underflowed */
    snprintf(cell, CELL_SIZE, "<1e-307");
  else
    snprintf(cell, CELL_SIZE, summary_columns[column].format, number);
}

static SummaryLayout summary_measure(const LinearFit *fit, size_t column) {
  SummaryLayout layout = {.tail = CELL_SIZE};
  for (size_t row = 0; row < fit->columns; row++) {
    if (fit->aliased[row]) continue;
    char cell[CELL_SIZE];
    summary_cell(fit, row, column, cell);
    size_t whole = summary_whole(cell), tail = strlen(cell) - whole;
    if (whole > layout.whole) layout.whole = whole;
    if (tail < layout.tail) layout.tail = tail;
    if (tail > layout.longest_tail) layout.longest_tail = tail;
  }
  return layout;
}

/* Places the columns one after the other; a tail may run into the gap but leaves a blank in it. */
static void summary_place(const LinearFit *fit, size_t margin, SummaryLayout *layout) {
  size_t right = margin, reach = margin;
  for (size_t k = 0; k < SUMMARY_COLUMNS; k++) {
    layout[k] = summary_measure(fit, k);
    size_t core = layout[k].whole + layout[k].tail, width = summary_columns[k].width;
    size_t start = right + GAP, number = start + (width > core ? width - core : 0);
    if (k && number < reach + 2) start += reach + 2 - number;
    layout[k].right = start + (width > core ? width : core);
    layout[k].point = layout[k].right - layout[k].tail;
    right = layout[k].right;
    reach = layout[k].point + layout[k].longest_tail;
  }
}

/* Appends [text] so that it ends at screen column [end] of the line that began at [line]. */
static void summary_write(Text *out, size_t line, const char *text, size_t end) {
  size_t here = text_columns(out->bytes + line, out->length - line),
         size = text_columns(text, strlen(text));
  if (here + size < end) text_repeat(out, ' ', end - size - here);
  text_string(out, text);
}

static void summary_head(Text *out, size_t line, const SummaryLayout *layout) {
  for (size_t k = 0; k < SUMMARY_COLUMNS; k++)
    summary_write(out, line, summary_columns[k].title, layout[k].right - summary_columns[k].inset);
}

static void summary_row(const LinearFit *fit, size_t row, size_t line, const SummaryLayout *layout,
                        Text *out) {
  for (size_t k = 0; k < SUMMARY_COLUMNS; k++) {
    char cell[CELL_SIZE];
    summary_cell(fit, row, k, cell);
    summary_write(out, line, cell, layout[k].point + strlen(cell) - summary_whole(cell));
  }
}

/* "left out: z = 2*x - 3*y" */
static void summary_dependency(const LinearFit *fit, size_t row, const char *const *names,
                               Text *out) {
  text_format(out, "left out: %s =", names[row]);
  bool first = true;
  for (size_t k = 0; k < fit->columns; k++) {
    double factor = fit->dependency[row * fit->columns + k], size = fabs(factor);
    if (factor == 0) continue;
    text_string(out, first ? (factor < 0 ? " -" : " ") : (factor < 0 ? " - " : " + "));
    if (fabs(size - 1) > 1e-12) text_format(out, "%.6g*", size);
    text_string(out, names[k]);
    first = false;
  }
  if (first) text_string(out, " 0");
}

/* R² to three digits, more when they would round it up to 1, and the distance to 1 beyond six. */
static void summary_r2(double r2, Text *out) {
  int decimals = 3;
  while (r2 < 1 && 1 - r2 < 0.5 * pow(10, -decimals)) decimals++;
  if (isnan(r2))
    text_string(out, "R² nan");
  else if (decimals == 3)
    text_format(out, "R² %.3g", r2);
  else if (decimals <= 6)
    text_format(out, "R² %.*f", decimals, r2);
  else
    text_format(out, "R² 1 - %.2g", 1 - r2);
}

static void summary_verdict(const LinearFit *fit, Text *out) {
  summary_r2(fit->r2, out);
  if (fit->df)
    text_format(out, ", residual standard error %.4g on %zu degree%s of freedom", fit->sigma,
                fit->df, fit->df == 1 ? "" : "s");
  if (!isnan(fit->F)) text_format(out, ", F(%zu, %zu) = %.4g", fit->dfmodel, fit->df, fit->F);
}

static void summary_notes(const LinearFit *fit, Text *out) {
  if (fit->notes & LINEARFIT_SATURATED)
    text_format(out,
                "\n%zu row%s for %zu coefficient%s: no degrees of freedom are left, so no standard "
                "errors",
                fit->rows, fit->rows == 1 ? "" : "s", fit->rank, fit->rank == 1 ? "" : "s");
  else if (fit->notes & LINEARFIT_PERFECT && !(fit->notes & LINEARFIT_CONSTANT_RESPONSE))
    text_string(out, "\nthe fit is exact up to rounding: t and p say nothing");
  if (fit->notes & LINEARFIT_CONSTANT_RESPONSE)
    text_string(out, "\nthe response is constant: there is no variation for R² to explain");
  if (fit->notes & LINEARFIT_NEARLY_DEPENDENT)
    text_format(out,
                "\nthe columns nearly depend on each other: condition number %.2g, so a relative "
                "error of %.0g in the data can change every digit of a coefficient",
                fit->cond, 1 / fit->cond);
}

void linearfit_print_coefficients(const LinearFit *fit, const char *const *names, Text *out) {
  size_t margin = 0;
  text_string(out, ""); /* so that a line can be looked at before anything stands in it */
  for (size_t row = 0; row < fit->columns; row++) {
    size_t width = text_columns(names[row], strlen(names[row]));
    if (width > margin) margin = width;
  }
  SummaryLayout layout[SUMMARY_COLUMNS];
  summary_place(fit, margin, layout);
  if (fit->rank) summary_head(out, out->length, layout);
  for (size_t row = 0; row < fit->columns; row++) {
    if (row || fit->rank) text_append(out, "\n", 1);
    size_t line = out->length;
    text_string(out, names[row]);
    if (fit->aliased[row]) {
      size_t here = text_columns(names[row], strlen(names[row]));
      text_repeat(out, ' ', margin + GAP - here);
      summary_dependency(fit, row, names, out);
    } else {
      summary_row(fit, row, line, layout, out);
    }
  }
}

void linearfit_print(const LinearFit *fit, const char *const *names, Text *out) {
  linearfit_print_coefficients(fit, names, out);
  text_append(out, "\n", 1);
  summary_verdict(fit, out);
  summary_notes(fit, out);
}
