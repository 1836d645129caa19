/* newton_steps.c - Newton's method for a zero, each step with the numbers it is made of.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/learning.h"
#include "primitives/steps.h"
#include "values/display.h"

enum { NEWTON_MOST = 100, LINES_SHOWN = 20 };

static double number_of(Session *s, Value v, const char *what) {
  char text[VALUE_DESCRIPTION];
  if (v.kind != VALUE_NUMBER)
    fail(s, "%s must be a number, it is %s", what, value_describe(v, text));
  return v.number;
}

/* One line: x, f(x), f'(x) and x - f(x)/f'(x), which is returned. */
static double newton_line(Lesson *lesson, Value f, double x) {
  Session *s = lesson->session;
  Value given[] = {f, value_number(x)};
  Value slope = primitive_find("derivative")
                    ->call(s, &(Arguments){.argument = given, .count = 2, .wanted = 1});
  double value = number_of(s, machine_call(s, f, given + 1, 1), "f(x)");
  double m = number_of(s, slope, "f'(x)"), next = x - value / m;
  const double cell[] = {lesson->rows + 1, x, value, m, next};
  uint32_t row = lesson_row(lesson);
  for (uint32_t k = 0; k < lesson->columns; k++) lesson_number(lesson, row, k, cell[k]);
  return next;
}

Value steps_of_newton(Session *s, Value f, Value start, Value steps) {
  double x = number_of(s, start, "the start"), count = number_of(s, steps, "the number of steps");
  if (f.kind != VALUE_FUNCTION)
    fail(s, "newton_root takes a function: steps(newton_root(f, 1, 4))");
  if (!(count >= 1 && count <= NEWTON_MOST && count == floor(count)))
    fail(s, "steps goes through 1 to %d Newton steps, found %g", NEWTON_MOST, count);
  Lesson lesson = lesson_new(s, "step x f slope next");
  for (int k = 0; k < (int)count && isfinite(x); k++) x = newton_line(&lesson, f, x);
  Text summary = {0};
  text_string(&summary, "x = ");
  display_number(x, 6, &summary);
  text_format(&summary, " after %u step%s of x - f(x)/f'(x)", lesson.rows,
              lesson.rows == 1 ? "" : "s");
  lesson_print(&lesson, LINES_SHOWN, &summary);
  Record *record = lesson_record(&lesson, "a derivation", &summary);
  record_put(s, record, "result", value_number(x));
  value_release(f);
  return value_record(record);
}
