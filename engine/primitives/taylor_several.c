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

/* ---- derivatives ---- */

/* What a polynomial is made of. It is all there before the text is begun, which nobody would free if a
 * derivative failed. */
typedef struct Derivatives {
  Value value, slope, hessian, change[TAYLOR_VARIABLES]; /* arrays from slope on */
} Derivatives;

/* The derivative of the Hessian by variable i. */
static Value hessian_change(Session *s, Value f, Value point, uint32_t i) {
  static const char text[] = "(f, a, e) -> derivative(t -> hessian(f, a + t*e), 0)";
  uint32_t n = value_as_array(point)->rows;
  Array *along = array_new(s, n, 1, ELEMENT_REAL);
  for (uint32_t k = 0; k < n; k++) along->data[k] = k == i;
  const Value argument[] = {f, point, value_array(along)};
  Value change = as_array(s, machine_call(s, lambda_of(s, text, "taylor", text), argument, 3));
  value_release(argument[2]);
  return change;
}

static void need_finite(Session *s, Value array, int order) {
  const Array *a = value_as_array(array);
  for (size_t i = 0; i < array_count(a); i++)
    if (!isfinite(a->data[i])) fail(s, "a derivative of order %d is not a finite number there: f has no Taylor polynomial", order);
}

static Derivatives derivatives_of(Session *s, const Arguments *a, int order) {
  const Arguments all = {.argument = a->argument, .count = 2, .wanted = 1};
  Value f = a->argument[0], point = a->argument[1];
  size_t notes = s->notes.length;
  Derivatives d = {.value = point_call(s, f, &point, 1)};
  if (d.value.kind != VALUE_NUMBER) {
    char found[VALUE_DESCRIPTION];
    fail_argument(s, 0, "a Taylor polynomial needs a function with one number as value, this one gives %s", value_describe(d.value, found));
  }
  if (!isfinite(d.value.number)) fail(s, "f is not a finite number there, and has no Taylor polynomial");
  if (order >= 1) need_finite(s, d.slope = as_array(s, primitive_find("gradient")->call(s, &all)), 1);
  if (order >= 2) need_finite(s, d.hessian = as_array(s, primitive_find("hessian")->call(s, &all)), 2);
  for (uint32_t i = 0; order >= 3 && i < value_as_array(point)->rows; i++)
    need_finite(s, d.change[i] = hessian_change(s, f, point, i), 3);
  if (s->notes.length > notes && strstr(s->notes.bytes + notes, " here: there ")) {
    s->notes.bytes[s->notes.length = notes] = 0; /* the error says it */
    fail(s, "f has a kink there, and no Taylor polynomial");
  }
  return d;
}

static void add_all(Polynomial *p, const Derivatives *d, int order) {
  add_term(p, d->value.number, NULL, 0);
  for (uint32_t i = 0; order >= 1 && i < p->variables; i++) add_term(p, value_as_array(d->slope)->data[i], &i, 1);
  if (order >= 2) add_hessian(p, d->hessian, 0, 2);
  for (uint32_t i = 0; order >= 3 && i < p->variables; i++) add_hessian(p, d->change[i], i, 3);
  if (!p->started) text_format(&p->text, "0*%s", p->name[0]);
}

static void release_all(Derivatives *d, uint32_t variables, int order) {
  if (order >= 1) value_release(d->slope);
  if (order >= 2) value_release(d->hessian);
  for (uint32_t i = 0; order >= 3 && i < variables; i++) value_release(d->change[i]);
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
  Derivatives derivatives = derivatives_of(s, a, order);
  Polynomial p = {.session = s, .variables = n, .at = at->data};
  name_variables(&p, (const Function *)f.object);
  add_all(&p, &derivatives, order);
  release_all(&derivatives, n, order);
  return taylor_function(s, &p.text, remark ? remainder_of(&p, point, order) : NULL);
}
