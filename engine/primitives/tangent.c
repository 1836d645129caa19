/* tangent.c - tangent: the line that touches a graph, as the formula it has on paper.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/learning.h"
#include "values/display.h"
#include "values/operate.h"

/* m times (x - a), its sign left to the caller. */
static void put_slope(double m, double a, Text *out) {
  if (fabs(m) != 1) display_number(fabs(m), 6, out);
  if (a == 0) {
    text_string(out, "x");
    return;
  }
  text_format(out, "(x %c ", a < 0 ? '+' : '-');
  display_number(fabs(a), 6, out);
  text_string(out, ")");
}

/* y = f(a) + m(x - a), without what is 0 in it. */
static char *line_text(double value, double m, double a) {
  Text out = {0};
  text_string(&out, "y = ");
  if (value != 0 || m == 0) display_number(value + 0.0, 6, &out);
  if (value != 0 && m != 0) text_string(&out, m < 0 ? " - " : " + ");
  else if (m < 0) text_string(&out, "-");
  if (m != 0) put_slope(m, a, &out);
  return out.bytes;
}

static Value call_tangent(Session *s, const Arguments *a) {
  Value f = argument_function(s, a, 0), at = a->argument[1];
  if (at.kind != VALUE_ACTIVE) at = value_number(argument_number(s, a, 1));
  Value given[] = {f, at}, value = machine_call(s, f, &at, 1);
  char text[VALUE_DESCRIPTION];
  bool number = value.kind == VALUE_NUMBER || value.kind == VALUE_ACTIVE;
  if (!number)
    fail_argument(s, 0, "tangent needs a function with one number as value, this one gives %s",
                  value_describe(value, text));
  Value m = primitive_find("derivative")
                ->call(s, &(Arguments){.argument = given, .count = 2, .wanted = 1});
  Value b =
      value_elementwise(s, SCALAR_SUBTRACT, value, value_elementwise(s, SCALAR_MULTIPLY, m, at));
  if (a->wanted == 2) {
    Tuple *both = tuple_new(s, 2);
    both->item[0] = m;
    both->item[1] = b;
    return value_tuple(both);
  }
  Record *record = record_new(s);
  bool plain = isfinite(value.number) && isfinite(m.number) && isfinite(at.number);
  if (plain) {
    record->style = RECORD_VERDICT;
    record->nature = "a tangent";
    record->summary = line_text(value.number, m.number, at.number);
  }
  record_put(s, record, "m", m);
  record_put(s, record, "b", b);
  record_put(s, record, "a", at);
  record_put(s, record, "value", value);
  return value_record(record);
}

const Primitive tangent_rows[1] = {
    {.name = "tangent",
     .parameters = "(f, a)",
     .call = call_tangent,
     .result = RESULT_ANY,
     .differentiable = DERIVE_THROUGH,
     .help = "The tangent to f at the number a, which prints as y = f(a) + f'(a)(x - a). m, b = "
             "tangent(f, a) are its slope and intercept, y = m*x + b. Fields: m b a value. As a "
             "function it is linearize(f, a).",
     .example = "tangent(x -> x^2, 3)",
     .gives = "y = 9 + 6(x - 3)"},
};
