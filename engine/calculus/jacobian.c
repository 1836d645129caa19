/* jacobian.c - sweeps that share rows or columns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/jacobian.h"

#include <math.h>
#include <string.h>

#include "calculus/derive.h"
#include "machine/session.h"

/* ---- by columns ---- */

static uint32_t colour_of(const uint32_t *colour, uint32_t colours, uint32_t index) {
  return colours ? colour[index] : index;
}

/* The entries of a row that sweeps for the columns of colours [first], [first] + 1 … have left in [dot]. */
static void pick_shared(const Pattern *p, uint32_t i, uint32_t first, uint32_t lanes, double factor, const double *dot,
                        double *row) {
  for (uint32_t w = 0; w < p->words; w++)
    for (uint64_t bits = p->row[(size_t)i * p->words + w]; bits; bits &= bits - 1) {
      uint32_t k = w * 64 + (uint32_t)__builtin_ctzll(bits), lane = p->column_colour[k] - first;
      if (lane < lanes) row[k] = factor * dot[lane];
    }
}

static void pick_columns(const Jacobian *j, uint32_t first, uint32_t lanes, double factor, const double *dot,
                         double *out) {
  const Pattern *p = &j->pattern;
  uint32_t n = p->columns, end = first + lanes > n ? n : first + lanes;
  for (uint32_t i = 0; i < j->rows; i++) {
    double *row = out + (size_t)i * n;
    bool varies = j->cell[i] != UINT32_MAX;
    const double *tangent = varies ? dot + (size_t)j->cell[i] * lanes : NULL;
    if (first == 0) memset(row, 0, n * sizeof *row);
    if (varies && p->column_colours) pick_shared(p, i, first, lanes, factor, tangent, row);
    for (uint32_t k = first; varies && !p->column_colours && k < end; k++) row[k] = factor * tangent[k - first];
  }
}

size_t jacobian_work(const Trace *t, size_t lanes) {
  const size_t SLOPES = 2; /* behind the tangents */
  return t->cell_count * (lanes + SLOPES) + 1;
}

bool jacobian_forward(Session *s, const Jacobian *j, size_t lanes, double factor, double *dot, double *out) {
  const Pattern *p = &j->pattern;
  const Trace *t = j->trace;
  uint32_t colours = p->column_colours ? p->column_colours : p->columns;
  double *slope = colours > lanes ? dot + t->cell_count * lanes : NULL;
  if (slope) trace_slopes(t, slope);
  for (uint32_t first = 0; first < colours; first += (uint32_t)lanes) {
    if (j->watched) check_interrupt(s);
    memset(dot + t->input * lanes, 0, t->input_count * lanes * sizeof(double));
    for (uint32_t k = 0; k < p->columns; k++) {
      uint32_t lane = colour_of(p->column_colour, p->column_colours, k) - first;
      if (lane < lanes) dot[(t->input + k) * lanes + lane] = 1;
    }
    if (!trace_forward(t, lanes, slope, dot)) return false;
    pick_columns(j, first, (uint32_t)lanes, factor, dot, out);
  }
  return true;
}

/* ---- by rows ---- */

static void pick_row(const Jacobian *j, uint32_t i, double *row) {
  const Pattern *p = &j->pattern;
  const double *bar = j->cells + j->trace->input;
  memset(row, 0, p->columns * sizeof *row);
  for (uint32_t w = 0; w < p->words; w++)
    for (uint64_t bits = p->row[(size_t)i * p->words + w]; bits; bits &= bits - 1) {
      uint32_t k = w * 64 + (uint32_t)__builtin_ctzll(bits);
      row[k] = bar[k];
    }
}

static void sweep_row(Session *s, const Jacobian *j, uint32_t i, double factor, double *row) {
  Trace *t = j->trace;
  memset(row, 0, t->input_count * sizeof(double));
  if (j->cell[i] == UINT32_MAX) return;
  trace_clear_adjoints(t, j->cells);
  j->cells[j->cell[i]] = factor;
  trace_reverse(s, t, j->cells);
  memcpy(row, j->cells + t->input, t->input_count * sizeof(double));
}

static void sweep_colour(Session *s, const Jacobian *j, uint32_t colour, double factor, double *out) {
  const Pattern *p = &j->pattern;
  trace_clear_adjoints(j->trace, j->cells);
  for (uint32_t i = 0; i < j->rows; i++)
    if (p->colour[i] == colour && j->cell[i] != UINT32_MAX) j->cells[j->cell[i]] = factor;
  trace_reverse(s, j->trace, j->cells);
  for (uint32_t i = 0; i < j->rows; i++)
    if (p->colour[i] == colour) pick_row(j, i, out + (size_t)i * p->columns);
}

static void by_rows(Session *s, const Jacobian *j, double factor, double *out) {
  const Pattern *p = &j->pattern;
  uint32_t sweeps = p->colours ? p->colours : j->rows;
  for (uint32_t i = 0; i < sweeps; i++) {
    if (j->watched) check_interrupt(s);
    if (p->colours) sweep_colour(s, j, i, factor, out);
    else sweep_row(s, j, i, factor, out + (size_t)i * p->columns);
  }
}

/* ---- which ---- */

/* A tangent forwards costs about what a sweep backwards does. */
static bool pays_forward(const Pattern *p, size_t lanes) {
  size_t columns = p->column_colours ? p->column_colours : p->columns, rows = p->colours ? p->colours : p->rows;
  return (columns + lanes - 1) / lanes * lanes < rows;
}

static size_t lanes_of(const Pattern *p) {
  return trace_lanes(p->column_colours ? p->column_colours : p->columns);
}

static void clear_cells(const Jacobian *j) {
  memset(j->cells, 0, j->trace->cell_count * (j->forward ? lanes_of(&j->pattern) : 1) * sizeof(double));
}

Jacobian jacobian_of(Session *s, Trace *t, const uint32_t *cell, uint32_t rows) {
  Jacobian j = {.trace = t, .cell = cell, .rows = rows, .pattern = pattern_of(s, t, cell, rows)};
  size_t lanes = lanes_of(&j.pattern);
  j.forward = pays_forward(&j.pattern, lanes);
  j.cells = scratch(s, (j.forward ? jacobian_work(t, lanes) : t->cell_count + 1) * sizeof(double));
  clear_cells(&j);
  return j;
}

/* Backwards a zero cuts off what lies before it, forwards what lies behind: 0*inf may come up in one only.
 * What a sweep leaves at constants is not looked at by another one of its kind. */
void jacobian_at(Session *s, Jacobian *j, double factor, double *out) {
  size_t count = (size_t)j->rows * j->pattern.columns;
  if (!j->forward) {
    by_rows(s, j, factor, out);
    return;
  }
  bool done = j->forward = jacobian_forward(s, j, lanes_of(&j->pattern), factor, j->cells, out);
  for (size_t i = 0; i < count && done; i++) done = isfinite(out[i]);
  if (done) return;
  clear_cells(j);
  by_rows(s, j, factor, out);
  clear_cells(j);
}
