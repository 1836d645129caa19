/* basins.c - the minima that a method of several starts found, each with how many starts led there.
 *
 * The method, written in the language, gives them as the field basins of its record: a row for each, the
 * point, its value, the number of starts, the lowest first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/problem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "machine/session.h"
#include "primitives/method.h"
#include "values/table.h"

static const Value *run_field(const Problem *p, const MethodRun *run, const char *name) {
  if (!run || run->extra.kind != VALUE_RECORD) return NULL;
  return record_get((Record *)run->extra.object, symbol_intern(&p->session->symbols, name, strlen(name)));
}

static double run_number(const Problem *p, const MethodRun *run, const char *name) {
  const Value *v = run_field(p, run, name);
  return v && v->kind == VALUE_NUMBER ? v->number : 0;
}

Value problem_evaluations(const Problem *p, const MethodRun *run, size_t own) {
  return value_number((double)own + run_number(p, run, "evaluations"));
}

/* A row for each: coordinates, value, how many starts led there. Lowest first. */
static Value basins_table(const Problem *p, const Array *basins, const char *const *names) {
  Session *s = p->session;
  size_t n = basins->cols - 2;
  Table *table = table_new(s, (uint32_t)basins->rows, (uint32_t)n + 2);
  for (size_t k = 0, first = 0; k < n + 2; k++) {
    char name[64];
    if (names[first] != names[k < n ? k : first]) first = k;
    if (k < n) problem_coordinate(names, first, k, name);
    else strcpy(name, k == n ? "value" : "starts");
    double sign = k == n && p->maximise ? -1 : 1;
    Array *column = array_new(s, basins->rows, 1, ELEMENT_REAL);
    for (size_t i = 0; i < basins->rows; i++) column->data[i] = sign * basins->data[i * (n + 2) + k] + 0.0;
    table->column[k].name = symbol_intern(&s->symbols, name, strlen(name));
    table->column[k].numbers = value_array(column);
  }
  return value_table(table);
}

void problem_basins(const Problem *p, Record *record, const MethodRun *run, const char *const *names, Text *text) {
  const Value *v = run_field(p, run, "basins");
  size_t n = 0;
  while (names[n]) n++;
  if (!v) return;
  assert(value_is_real_array(*v) && value_as_array(*v)->cols == n + 2); /* method_run has looked */
  const Array *basins = value_as_array(*v);
  record_put(p->session, record, "basins", basins_table(p, basins, names));
  const char *kind = p->maximise ? "maxim" : "minim", *end = basins->rows == 1 ? "um" : "a";
  double starts = run_number(p, run, "starts"), spent = run_number(p, run, "evaluations");
  size_t alike = 0;
  double led = 0, slack = 1e-9 * (1 + (basins->rows ? fabs(basins->data[n]) : 0));
  for (; alike < basins->rows && basins->data[alike * (n + 2) + n] <= basins->data[n] + slack; alike++) led += basins->data[alike * (n + 2) + n + 1];
  if (basins->rows == 0) text_format(text, "no %sum found", kind);
  else text_format(text, "%zu %s%s found", (size_t)basins->rows, kind, end);
  if (alike == 1 && basins->rows > 1) text_format(text, ", the %s", p->maximise ? "highest" : "lowest");
  if (alike > 1) text_format(text, ", the %s (%zu alike)", p->maximise ? "highest" : "lowest", alike);
  if (led > 0) text_format(text, " from %.0f of %.0f start%s", led, starts, starts == 1 ? "" : "s");
  else text_format(text, " from %.0f start%s", starts, starts == 1 ? "" : "s");
  if (spent > 0) text_format(text, "; %.0f function evaluations", spent);
  text_string(text, "\n");
}
