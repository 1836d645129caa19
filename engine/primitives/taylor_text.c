/* taylor_text.c - Taylor polynomials as text in the language, and as the functions it means.
 *
 * So a polynomial prints, can be pasted, evaluated, differentiated and plotted like any function.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "machine/prototype.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/taylor.h"
#include "values/display.h"

/* From this k on k! is written as that. */
enum { FACTORIAL_FIGURES = 13 };

double taylor_factorial(int n) { return n < 2 ? 1 : n * taylor_factorial(n - 1); }

/* c as above/below when that division gives c up to rounding, by its continued fraction. Small: a product
 * of the two past [FRACTION] would be found for any number. */
static const double FRACTION = 1e9;
/* A derivative below it that is whole up to rounding is taken to be: any other is that near to a whole
 * number once in ten thousand times. */
static const double WHOLE = 1e10;
/* A coefficient has been through as many roundings. */
static const double FRACTION_ULPS = 16;

static bool is_fraction(double c, double *above, double *below) {
  double p = 1, q = 0, p_before = 0, q_before = 1, rest = c;
  for (int i = 0; i < 40; i++) {
    double whole = floor(rest), p_next = whole * p + p_before, q_next = whole * q + q_before;
    if (p_next * q_next > FRACTION) return false;
    p_before = p, q_before = q, p = p_next, q = q_next;
    if (fabs(p / q - c) <= FRACTION_ULPS * DBL_EPSILON * c) return *above = p, *below = q, true;
    rest = 1 / (rest - whole);
  }
  return false;
}

void taylor_term(Text *out, bool first, double coefficient, const char *powers, int k) {
  text_string(out, first ? coefficient < 0 ? "-" : "" : coefficient < 0 ? " - " : " + ");
  double above = fabs(coefficient), below = 1;
  bool slope = false; /* over k! */
  if (!is_fraction(above, &above, &below) && k >= FACTORIAL_FIGURES) {
    double derivative = above * taylor_factorial(k), whole = round(derivative);
    slope = whole < WHOLE && fabs(derivative - whole) <= FRACTION_ULPS * DBL_EPSILON * whole;
    if (slope) above = whole;
  }
  if (above != 1 || k == 0) display_number(above, 17, out);
  text_string(out, powers);
  if (slope) text_format(out, "/%d!", k);
  else if (below != 1) text_format(out, "/%.0f", below);
}

void taylor_base(Text *out, const char *name, double a) {
  if (a == 0) {
    text_string(out, name);
    return;
  }
  text_format(out, "(%s %c ", name, a < 0 ? '+' : '-');
  display_number(fabs(a), 17, out);
  text_string(out, ")");
}

Value taylor_function(Session *s, Text *text, char *remark) {
  Source *source = source_new("taylor", text->bytes, text->length);
  text_free(text);
  Tree *tree = NULL;
  Report report = {0};
  ParseStatus status = parse(source, &s->symbols, &tree, &report);
  report_clear(&report);
  if (status != PARSE_OK) {
    source_release(source);
    free(remark);
    fail(s, "this Taylor polynomial cannot be written down");
  }
  Prototype *unit = prototype_new(s, tree, tree->program->child[0], true);
  tree_release(tree);
  source_release(source);
  Value function = machine_run_unit(s, unit);
  ((Function *)function.object)->prototype->remark = remark;
  value_release((Value){.kind = VALUE_PROTOTYPE, .object = &unit->head});
  return function;
}
