/* taylor_several.c - Taylor polynomials of several variables.
 *
 * The coefficient of a product of powers is the mixed derivative over the factorials of the exponents. The
 * derivatives are those of gradient and hessian, and of the Hessian along each coordinate.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "calculus/point.h"
#include "machine/lambda.h"
#include "machine/prototype.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/taylor.h"
#include "values/display.h"
#include "values/operate.h"

typedef struct Polynomial {
  Session *session;
  uint32_t variables;
  const double *at;
  const char *name[TAYLOR_VARIABLES]; /* x, y or v[1], v[2] */
  Text text;
  bool started;
} Polynomial;

/* ---- names ---- */

/* What f calls its numbers, and the head of a function of the same. */
static void name_variables(Polynomial *p, const Function *f) {
  const Prototype *own = f->function_kind == FUNCTION_CLOSURE ? f->prototype : NULL;
  bool coordinates = own && own->parameter_count == p->variables && p->variables > 1;
  const char *vector = own && own->parameter_count == 1 ? own->parameter[0]->symbol->name : "x";
  text_string(&p->text, coordinates ? "(" : vector);
  for (uint32_t i = 0; i < p->variables; i++) {
    Text name = {0};
    if (coordinates) text_string(&name, own->parameter[i]->symbol->name);
    else text_format(&name, "%s[%u]", vector, i + 1);
    char *kept = scratch(p->session, name.length + 1);
    memcpy(kept, name.bytes, name.length + 1);
    p->name[i] = kept;
    if (coordinates) text_format(&p->text, "%s%s", i ? ", " : "", kept);
    text_free(&name);
  }
  text_string(&p->text, coordinates ? ") -> " : " -> ");
}

/* ---- terms ---- */

/* [derivative] by the variables in [by], over the factorials of how often each is there. */
static void add_term(Polynomial *p, double derivative, const uint32_t *by, int order) {
  if (!isfinite(derivative)) fail(p->session, "a derivative of order %d is not a finite number there: f has no Taylor polynomial", order);
  Text powers = {0};
  text_string(&powers, "");
  double factorials = 1;
  for (int k = 0; k < order;) {
    int power = 1;
    while (k + power < order && by[k + power] == by[k]) power++;
    text_string(&powers, k ? "*" : "");
    taylor_base(&powers, p->name[by[k]], p->at[by[k]]);
    if (power > 1) text_format(&powers, "^%d", power);
    factorials *= taylor_factorial(power);
    k += power;
  }
  if (derivative != 0) taylor_term(&p->text, !p->started, derivative / factorials, powers.bytes, order);
  p->started = p->started || derivative != 0;
  text_free(&powers);
}

/* The terms of order 2, or those of order 3 that begin with variable [first]: [hessian] is then the
 * derivative of the Hessian by that. */
static void add_hessian(Polynomial *p, Value hessian, uint32_t first, int order) {
  const Array *h = value_as_array(hessian);
  for (uint32_t i = order == 3 ? first : 0; i < p->variables; i++)
    for (uint32_t j = i; j < p->variables; j++) {
      const uint32_t pair[] = {i, j}, triple[] = {first, i, j};
      add_term(p, h->data[(size_t)i * p->variables + j], order == 3 ? triple : pair, order);
    }
}

/* A 1×1 answer comes as a number. */
static Value as_array(Session *s, Value v) { return v.kind == VALUE_ARRAY ? v : array_from_numbers(s, &v, 1, 1); }

static void add_third(Polynomial *p, Value f, Value point) {
  static const char text[] = "(f, a, e) -> derivative(t -> hessian(f, a + t*e), 0)";
  Session *s = p->session;
  for (uint32_t i = 0; i < p->variables; i++) {
    Array *along = array_new(s, p->variables, 1, ELEMENT_REAL);
    for (uint32_t k = 0; k < p->variables; k++) along->data[k] = k == i;
    const Value argument[] = {f, point, value_array(along)};
    Value change = as_array(s, machine_call(s, lambda_of(s, text, "taylor", text), argument, 3));
    add_hessian(p, change, i, 3);
    value_release(change);
    value_release(argument[2]);
  }
}

/* "remainder O(‖v - [1, 2]‖^3)" */
static char *remainder_of(const Polynomial *p, Value point, int order) {
  Text out = {0};
  bool vector = strchr(p->name[0], '[') != NULL;
  text_string(&out, "remainder O(‖");
  if (vector) text_append(&out, p->name[0], strcspn(p->name[0], "["));
  else
    for (uint32_t i = 0; i < p->variables; i++) text_format(&out, "%s%s", i ? ", " : "[", p->name[i]);
  text_string(&out, vector ? " - " : "] - ");
  display_inline(point, &(DisplayOptions){.columns = 60}, &out);
  text_string(&out, "‖");
  if (order > 0) text_format(&out, "^%d", order + 1);
  text_string(&out, ")");
  return out.bytes;
}

Value taylor_several(Session *s, const Arguments *a, int order, bool remark) {
  Value f = argument_function(s, a, 0), point = a->argument[1];
  const Array *at = value_as_array(point);
  uint32_t n = at->rows * at->cols;
  if (at->element != ELEMENT_REAL || at->cols != 1 || n < 1 || n > TAYLOR_VARIABLES)
    fail_argument(s, 1, "the point must be a number or a vector of at most %d numbers, but it is %u×%u", TAYLOR_VARIABLES, at->rows, at->cols);
  const Arguments all = {.argument = a->argument, .count = 2, .wanted = 1};
  Value value = point_call(s, f, &point, 1);
  if (value.kind != VALUE_NUMBER) {
    char found[VALUE_DESCRIPTION];
    fail_argument(s, 0, "a Taylor polynomial needs a function with one number as value, this one gives %s", value_describe(value, found));
  }
  size_t notes = s->notes.length;
  Polynomial p = {.session = s, .variables = n, .at = at->data};
  name_variables(&p, (const Function *)f.object);
  add_term(&p, value.number, NULL, 0);
  if (order >= 1) {
    Value slope = as_array(s, primitive_find("gradient")->call(s, &all));
    for (uint32_t i = 0; i < n; i++) add_term(&p, value_as_array(slope)->data[i], &i, 1);
    value_release(slope);
  }
  if (order >= 2) {
    Value hessian = as_array(s, primitive_find("hessian")->call(s, &all));
    add_hessian(&p, hessian, 0, 2);
    value_release(hessian);
  }
  if (order >= 3) add_third(&p, f, point);
  if (s->notes.length > notes && strstr(s->notes.bytes + notes, "there is no derivative"))
    fail(s, "f has a kink there, and no Taylor polynomial");
  if (!p.started) text_format(&p.text, "0*%s", p.name[0]);
  return taylor_function(s, &p.text, remark ? remainder_of(&p, point, order) : NULL);
}
