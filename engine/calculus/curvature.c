/* curvature.c - convexity by rules, step after step of a recording.
 *
 * Every cell gets a Fact: its value is q + r with a quadratic q known exactly and a rest r known to
 * be convex or concave, and lies in [low, high]. The rules are those of disciplined convex
 * programming (Grant, Boyd and Ye 2006; Boyd and Vandenberghe, Convex Optimization, 3.2); exact
 * quadratics let x*y be added to what makes it convex. Strictness travels as a positive
 * semidefinite matrix: along d the function is strictly convex when the matrix does not annihilate
 * d.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/curvature.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calculus/fact.h"

/* Matrices of all facts together; past it the proof is given up. */
static const size_t PROOF_NUMBERS = 4000000;

/* ---- composition ---- */

/* A function of one number: [curve] 1 for convex, -1 for concave; [slope] 1 for nondecreasing, -1
 * for nonincreasing, 0 for neither; even ones are monotone on either side of 0. A concave one here
 * has an interval without upper end as its domain. */
typedef struct Outer {
  Scalar op;
  int curve, slope;
  bool even, strict;
  const char *rule;
} Outer;

static const Outer outers[] = {
    {SCALAR_exp, 1, 1, false, true, "exp is convex and increasing"},
    {SCALAR_expm1, 1, 1, false, true, "exp is convex and increasing"},
    {SCALAR_log, -1, 1, false, true, "-log is convex and decreasing"},
    {SCALAR_ln, -1, 1, false, true, "-log is convex and decreasing"},
    {SCALAR_log2, -1, 1, false, true, "-log is convex and decreasing"},
    {SCALAR_log10, -1, 1, false, true, "-log is convex and decreasing"},
    {SCALAR_log1p, -1, 1, false, true, "-log is convex and decreasing"},
    {SCALAR_sqrt, -1, 1, false, true, "-sqrt is convex and decreasing"},
    {SCALAR_softplus, 1, 1, false, true, "softplus is convex and increasing"},
    {SCALAR_logsigmoid, -1, 1, false, true, "-logsigmoid is convex and decreasing"},
    {SCALAR_relu, 1, 1, false, false, "relu is convex and nondecreasing"},
    {SCALAR_abs, 1, 0, true, false, "abs is convex"},
    {SCALAR_cosh, 1, 0, true, true, "cosh is convex"},
};

static Fact composed(Proof *p, const Outer *o, const Fact *u) {
  int slope = !o->even ? o->slope : u->low >= 0 ? 1 : u->high <= 0 ? -1 : 0;
  bool up = o->curve > 0;
  bool affine = fact_is_affine(u),
       keeps = slope > 0 ? (up ? fact_is_convex(p, u) : fact_is_concave(p, u))
                         : slope < 0 && (up ? fact_is_concave(p, u) : fact_is_convex(p, u));
  char what[80];
  snprintf(what, sizeof what, "%s of this argument",
           o->op < SCALAR_COUNT ? scalar_row[o->op].name : "a power");
  if (!affine && !keeps) return fact_unknown(p, what);
  fact_use(p, o->rule);
  Fact f = {.rest = up ? REST_CONVEX : REST_CONCAVE, .low = -INFINITY, .high = INFINITY};
  bool increasing = slope != 0 && o->op != SCALAR_relu;
  if (affine) f.strict = o->strict ? fact_direction(p, u->line) : NULL;
  else f.strict = increasing ? fact_strictness(p, u, (slope > 0) == up) : NULL;
  return f;
}

static void set_range(const Outer *o, const Fact *u, Fact *f) {
  const ScalarRow *row = &scalar_row[o->op];
  if (o->even) {
    double least = u->low > 0 ? u->low : u->high < 0 ? u->high : 0;
    f->low = row->value(least, 0);
  } else {
    double low = row->value(u->low, 0), high = row->value(u->high, 0);
    f->low = isnan(low) ? (o->op == SCALAR_sqrt ? 0 : -INFINITY) : low;
    f->high = isnan(high) ? INFINITY : high;
  }
}

static const Fact *keep_fact(Proof *p, Fact f) {
  Fact *kept = scratch(p->session, sizeof *kept);
  *kept = f;
  return kept;
}

static bool is_logarithm(Scalar op) {
  return op == SCALAR_log || op == SCALAR_ln || op == SCALAR_log2 || op == SCALAR_log10;
}

static Fact product(Proof *p, uint32_t a, uint32_t b);

/* Of the fact u about that cell. */
static Fact outer_fact(Proof *p, const Outer *o, const Fact *u, uint32_t cell) {
  Fact f;
  Fact one = fact_constant(1), shifted;
  if (o->op == SCALAR_log1p) shifted = fact_sum(p, &one, u);
  const Fact *inside = o->op == SCALAR_log1p ? &shifted : u;
  bool logarithm = is_logarithm(o->op) || o->op == SCALAR_log1p;
  if (logarithm && (inside->log == REST_CONVEX || inside->log == REST_CONCAVE)) {
    fact_use(p, inside->log == REST_CONVEX ? "log of a sum of exponentials is convex"
                                           : "-log of a sigmoid is convex");
    f = (Fact){
        .rest = inside->log, .strict = inside->log_strict, .low = -INFINITY, .high = INFINITY};
    if (inside->high <= 1) f.high = 0;
    if (inside->low >= 1) f.low = 0;
    return f;
  }
  if (o->op == SCALAR_sqrt && u->rest == REST_NONE && u->bend && u->low >= 0 &&
      fact_is_convex(p, u)) {
    fact_use(p, "the root of a nonnegative convex quadratic is a norm");
    return (Fact){.rest = REST_CONVEX, .low = 0, .high = INFINITY, .square = u};
  }
  f = composed(p, o, u);
  if (f.rest == REST_UNKNOWN) return f;
  set_range(o, u, &f);
  if (is_logarithm(o->op)) f.log_of = cell + 1;
  if (o->op == SCALAR_abs && fact_is_affine(u)) f.square = keep_fact(p, product(p, cell, cell));
  if (o->op == SCALAR_exp) {
    f.log = REST_CONVEX;
    f.exponent = fact_is_affine(u) ? u->line : NULL;
    f.log_strict = fact_strictness(p, u, true);
    if (fact_is_affine(u) && !u->line) f.exponent = NULL;
  }
  return f;
}

static Fact unary(Proof *p, const Outer *o, uint32_t cell) {
  return outer_fact(p, o, &p->fact[cell], cell);
}

/* c^u is exp(log(c)*u) for c > 0. */
static Fact exponential(Proof *p, double base, uint32_t cell) {
  if (base == 1) return fact_constant(1);
  if (!(base > 0)) return fact_unknown(p, "a power whose base may be negative");
  Fact scaled = fact_scaled(p, &p->fact[cell], log(base));
  return outer_fact(p, &outers[0], &scaled, cell);
}

/* ---- products and powers ---- */

static Fact square_of(Proof *p, const Fact *u) {
  static const Outer SQUARE = {SCALAR_COUNT, 1, 0, true, true, "even powers are convex"};
  if (u->square) return *u->square;
  Fact f = composed(p, &SQUARE, u);
  if (f.rest != REST_UNKNOWN) f.low = 0;
  return f;
}

static Fact affine_product(Proof *p, const Fact *u, const Fact *v) {
  Fact f = {.constant = u->constant * v->constant};
  f.line = fact_combine(p, v->constant, u->line, u->constant, v->line, p->n);
  if (u->line && v->line) f.bend = fact_outer(p, u->line, v->line, 2);
  f.low = -INFINITY;
  f.high = INFINITY;
  return f;
}

static Fact entropy(Proof *p, const Fact *u) {
  fact_use(p, "x*log(x) is convex");
  return (Fact){.rest = REST_CONVEX,
                .strict = fact_direction(p, u->line),
                .low = -INFINITY,
                .high = INFINITY};
}

static Fact product(Proof *p, uint32_t a, uint32_t b) {
  const Fact *u = &p->fact[a], *v = &p->fact[b];
  if (fact_is_constant(u)) return u->constant == 0 ? *u : fact_scaled(p, v, u->constant);
  if (fact_is_constant(v)) return v->constant == 0 ? *v : fact_scaled(p, u, v->constant);
  if (u->rest == REST_UNKNOWN || v->rest == REST_UNKNOWN) return fact_nothing();
  if (fact_is_affine(u) && fact_is_affine(v)) {
    Fact f = affine_product(p, u, v);
    if (a == b) f.low = fmax(f.low, 0);
    return f;
  }
  if (a == b) return square_of(p, u);
  if (v->log_of == a + 1 && fact_is_affine(u)) return entropy(p, u);
  if (u->log_of == b + 1 && fact_is_affine(v)) return entropy(p, v);
  if (fact_is_log_convex(u) && fact_is_log_convex(v)) {
    fact_use(p, "products of exponentials are exponentials");
    return (Fact){.rest = REST_CONVEX, .log = REST_CONVEX, .low = 0, .high = INFINITY};
  }
  return fact_unknown(p, "this product of two terms that vary");
}

static Fact power_of(Proof *p, uint32_t cell, double y) {
  const Fact *u = &p->fact[cell];
  bool whole = y == floor(y), even = whole && fmod(y, 2) == 0;
  if (y == 0) return fact_constant(1);
  if (y == 1) return *u;
  if (y == 2) return product(p, cell, cell);
  if (y == 0.5) return unary(p, &outers[7], cell);
  Outer o = {SCALAR_COUNT, 1,    1,
             false,        true, "powers above 1 are convex where the base is positive"};
  if (even && y > 0) o = (Outer){SCALAR_COUNT, 1, 0, true, true, "even powers are convex"};
  else if (y > 0 && y < 1)
    o = (Outer){SCALAR_COUNT, -1, 1, false, true, "-x^p is convex for 0 < p < 1"};
  else if (y < 0)
    o = (Outer){SCALAR_COUNT, 1,    -1,
                false,        true, "negative powers are convex where the base is positive"};
  bool sided = u->low >= 0, natural_domain = !whole && (fact_is_affine(u) || y < 1);
  if (!(even && y > 0) && !sided && !natural_domain)
    return fact_unknown(p, "a power whose base may be negative");
  Fact f = composed(p, &o, u);
  if (f.rest != REST_UNKNOWN) f.low = 0;
  return f;
}

static Fact quotient(Proof *p, uint32_t a, uint32_t b) {
  const Fact *u = &p->fact[a], *v = &p->fact[b];
  if (fact_is_constant(v)) return fact_scaled(p, u, 1 / v->constant);
  if (!fact_is_constant(u)) return fact_unknown(p, "this quotient of two terms that vary");
  bool share = u->constant > 0 && v->log == REST_CONVEX;
  if (share) /* 1/(1 + exp(-z)): its own curvature is mixed, its logarithm's is not */
    return (Fact){.rest = REST_UNKNOWN,
                  .log = REST_CONCAVE,
                  .log_strict = v->log_strict,
                  .low = 0,
                  .high = u->constant / v->low};
  Fact f = power_of(p, b, -1);
  return fact_scaled(p, &f, u->constant);
}

/* ---- steps ---- */

static Fact larger(Proof *p, const Fact *u, const Fact *v, bool max_) {
  if (fact_is_constant(u) && fact_is_constant(v))
    return fact_constant(max_ ? fmax(u->constant, v->constant) : fmin(u->constant, v->constant));
  if (!(max_ ? fact_is_convex(p, u) && fact_is_convex(p, v)
             : fact_is_concave(p, u) && fact_is_concave(p, v)))
    return fact_unknown(p, max_ ? "max of these terms" : "min of these terms");
  fact_use(p,
           max_ ? "the max of convex functions is convex" : "-min of concave functions is convex");
  Fact f = {.rest = max_ ? REST_CONVEX : REST_CONCAVE};
  f.low = max_ ? fmax(u->low, v->low) : fmin(u->low, v->low);
  f.high = max_ ? fmax(u->high, v->high) : fmin(u->high, v->high);
  return f;
}

static Fact sigmoid_fact(Proof *p, const Fact *u) {
  Fact f = fact_unknown(p, "sigmoid");
  if (!fact_is_affine(u)) return f;
  f.log = REST_CONCAVE;
  f.log_strict = fact_direction(p, u->line);
  f.share = true;
  f.low = 0;
  f.high = 1;
  return f;
}

static Fact scalar_fact(Proof *p, unsigned op, uint32_t a, uint32_t b, uint32_t out) {
  const Fact *u = &p->fact[a], *v = &p->fact[b];
  bool two = scalar_row[op].arguments == 2 && op != SCALAR_NEGATE;
  if (fact_is_constant(u) && (!two || fact_is_constant(v)))
    return fact_constant(p->trace->cell[out]);
  switch (op) {
  case SCALAR_ADD: return fact_sum(p, u, v);
  case SCALAR_SUBTRACT: return fact_difference(p, u, v);
  case SCALAR_NEGATE: return fact_scaled(p, u, -1);
  case SCALAR_MULTIPLY:
  case SCALAR_SCALE: return product(p, a, b);
  case SCALAR_DIVIDE: return quotient(p, a, b);
  case SCALAR_POWER:
  case SCALAR_pow:
    if (fact_is_constant(v)) return power_of(p, a, v->constant);
    if (fact_is_constant(u)) return exponential(p, u->constant, b);
    return fact_unknown(p, "a power with an exponent that varies");
  case SCALAR_max:
  case SCALAR_RAISE: return larger(p, u, v, true);
  case SCALAR_min:
  case SCALAR_LOWER: return larger(p, u, v, false);
  case SCALAR_xlogy:
    if (a == b && fact_is_affine(u)) return entropy(p, u);
    break;
  case SCALAR_sigmoid: return sigmoid_fact(p, u);
  case SCALAR_RESTATE:
    return v->rest != REST_UNKNOWN ? *v : *u; /* one function, written in two ways */
  default: break;
  }
  for (size_t i = 0; i < sizeof outers / sizeof outers[0]; i++)
    if (outers[i].op == op) return unary(p, &outers[i], a);
  return fact_unknown(p, scalar_row[op].name);
}

static Fact sum_run(Proof *p, uint32_t a, uint32_t count) {
  Fact f = fact_constant(0);
  for (uint32_t i = 0; i < count; i++) f = i ? fact_sum(p, &f, &p->fact[a + i]) : p->fact[a];
  return f;
}

static Fact norm_run(Proof *p, uint32_t a, uint32_t count) {
  Fact squares = fact_constant(0);
  bool affine = true, grows = true;
  for (uint32_t i = 0; i < count; i++) {
    const Fact *u = &p->fact[a + i];
    affine = affine && fact_is_affine(u);
    grows = grows && u->low >= 0 && fact_is_convex(p, u);
  }
  if (!affine && !grows) return fact_unknown(p, "the norm of these terms");
  fact_use(p, "norms are convex");
  Fact f = {.rest = REST_CONVEX, .low = 0, .high = INFINITY};
  for (uint32_t i = 0; affine && i < count; i++) {
    Fact one = product(p, a + i, a + i);
    squares = fact_sum(p, &squares, &one);
  }
  if (affine) f.square = keep_fact(p, squares);
  return f;
}

/* The sum of products of [count] cells, from a and b by their strides. */
static Fact dot_run(Proof *p, uint32_t a, uint32_t a_step, uint32_t b, uint32_t b_step,
                    uint32_t count) {
  Fact f = fact_constant(0);
  for (uint32_t i = 0; i < count; i++) {
    Fact term = product(p, a + i * a_step, b + i * b_step);
    f = fact_sum(p, &f, &term);
  }
  return f;
}

static void product_step(Proof *p, const Step *step, const Run *run) {
  bool at = step->detail & 1, bt = step->detail & 2;
  for (uint32_t i = 0; i < run->m; i++)
    for (uint32_t j = 0; j < run->n; j++)
      p->fact[step->out + i * run->n + j] =
          dot_run(p, run->a + (at ? i : i * run->k), at ? run->m : 1,
                  run->b + (bt ? j * run->k : j), bt ? 1 : run->n, run->k);
}

static Fact logsumexp_run(Proof *p, uint32_t a, uint32_t count) {
  Fact sum = fact_constant(0);
  for (uint32_t i = 0; i < count; i++) {
    Fact term = unary(p, &outers[0], a + i);
    if (term.rest == REST_UNKNOWN) return term;
    sum = i ? fact_sum(p, &sum, &term) : term;
  }
  fact_use(p, "logsumexp is convex and increasing");
  return (Fact){.rest = REST_CONVEX, .strict = sum.log_strict, .low = -INFINITY, .high = INFINITY};
}

static void rule_step(Proof *p, const Step *step) {
  const RuleStep *r = &p->trace->rule[step->a];
  const char *name = r->rule->name;
  bool constant = true;
  uint32_t count = r->in_shape[0].rows * r->in_shape[0].cols;
  for (int k = 0; k < r->rule->inputs; k++)
    for (uint32_t i = 0; i < r->in_shape[k].rows * r->in_shape[k].cols; i++)
      constant = constant && fact_is_constant(&p->fact[r->in[k] + i]);
  for (uint32_t i = 0; i < step->b; i++)
    p->fact[step->out + i] =
        constant ? fact_constant(p->trace->cell[step->out + i]) : fact_nothing();
  if (constant) return;
  bool max_ = strcmp(name, "max") == 0, min_ = strcmp(name, "min") == 0;
  Fact *out = &p->fact[r->out[0]];
  if (step->b == 1 && (max_ || min_)) {
    *out = p->fact[r->in[0]];
    for (uint32_t i = 1; i < count; i++) *out = larger(p, out, &p->fact[r->in[0] + i], max_);
  } else if (step->b == 1 && (strcmp(name, "logsumexp") == 0 || strcmp(name, "log_sum_exp") == 0)) {
    *out = logsumexp_run(p, r->in[0], count);
  } else {
    fact_unknown(p, name);
  }
}

static void vector_step(Proof *p, const Step *step, const Run *run) {
  for (uint32_t i = 0; i < run->n; i++)
    p->fact[step->out + i] = scalar_fact(p, step->detail, run->a + i * run->a_step,
                                         run->b + i * run->b_step, step->out + i);
}

/* False for a branch that depends on the input. */
static bool prove_step(Proof *p, const Step *step) {
  const Run *run = trace_run(p->trace, step);
  switch (step->op) {
  case STEP_VECTOR: vector_step(p, step, run); break;
  case STEP_SUM: p->fact[step->out] = sum_run(p, step->a, step->b); break;
  case STEP_NORM: p->fact[step->out] = norm_run(p, step->a, step->b); break;
  case STEP_DOT: p->fact[step->out] = dot_run(p, run->a, 1, run->b, 1, run->n); break;
  case STEP_PRODUCT: product_step(p, step, run); break;
  case STEP_GATHER:
    for (uint32_t i = 0; i < run->n; i++)
      p->fact[step->out + i] = p->fact[p->trace->pool[run->a + i]];
    break;
  case STEP_RULE: rule_step(p, step); break;
  case STEP_GUARD:
    return fact_is_constant(&p->fact[step->a]) && fact_is_constant(&p->fact[step->b]);
  default: p->fact[step->out] = scalar_fact(p, step->op, step->a, step->b, step->out);
  }
  return true;
}

/* ---- the verdict ---- */

/* Rounding has no sign to show. */
static void print_eigenvalue(const Proof *p, double value, char text[32]) {
  bool noise = value != 0 && fabs(value) <= fact_rounding(p);
  if (noise) strcpy(text, "≈0");
  else snprintf(text, 32, "%.6g", value + 0.0);
}

static void list_eigenvalues(const Proof *p, char *text, size_t size) {
  enum { SHOWN = 6 };
  size_t n = p->n;
  char low[32], high[32];
  print_eigenvalue(p, p->spectrum.values[0], low);
  print_eigenvalue(p, p->spectrum.values[n - 1], high);
  if (n > SHOWN) {
    snprintf(text, size, "eigenvalues from %s to %s", low, high);
    return;
  }
  int length = snprintf(text, size, n == 1 ? "eigenvalue " : "eigenvalues ");
  for (size_t i = 0; i < n; i++) {
    print_eigenvalue(p, p->spectrum.values[i], low);
    length += snprintf(text + length, size - (size_t)length, "%s%s",
                       i == 0       ? ""
                       : i + 1 == n ? " and "
                                    : ", ",
                       low);
  }
}

static void settle_quadratic(Proof *p, const Fact *f, Curvature *c) {
  char list[160];
  int sign = fact_definite(p, f->bend);
  list_eigenvalues(p, list, sizeof list);
  if (sign != 1) {
    snprintf(c->reason, sizeof c->reason, "the Hessian is constant with %s", list);
    return;
  }
  c->kind = fact_positive_definite(p, f->bend) ? CURVATURE_STRICT : CURVATURE_CONVEX;
  const char *say = c->kind == CURVATURE_CONVEX ? "none negative"
                    : p->n == 1                 ? "positive"
                    : p->n == 2                 ? "both positive"
                                                : "all positive";
  snprintf(c->reason, sizeof c->reason, "the Hessian is constant with %s, %s", list, say);
}

static void settle(Proof *p, const Fact *f, Curvature *c) {
  if (fact_is_affine(f)) {
    c->kind = CURVATURE_CONVEX;
    snprintf(c->reason, sizeof c->reason,
             f->line ? "the function is affine" : "the function is constant");
  } else if (f->rest == REST_NONE) {
    settle_quadratic(p, f, c);
  } else if (fact_is_convex(p, f)) {
    c->kind = fact_positive_definite(p, fact_strictness(p, f, true)) ? CURVATURE_STRICT
                                                                     : CURVATURE_CONVEX;
    int length = 0;
    for (int i = 0; i < p->rules; i++)
      length += snprintf(c->reason + length, sizeof c->reason - (size_t)length, "%s%s",
                         i ? "; " : "", p->rule[i]);
    if (f->bend)
      snprintf(c->reason + length, sizeof c->reason - (size_t)length,
               "; the quadratic part is convex");
  } else {
    snprintf(c->reason, sizeof c->reason, "%s",
             p->why[0] ? p->why : "the rules give no convex function");
  }
}

static bool prove(Proof *p, const bool *live) {
  const Trace *t = p->trace;
  for (uint32_t i = 0; i < t->cell_count; i++) p->fact[i] = fact_constant(t->cell[i]);
  for (uint32_t i = 0; i < t->input_count; i++) {
    double *line = fact_numbers(p, p->n);
    line[i] = 1;
    p->fact[t->input + i] = (Fact){.line = line, .low = -INFINITY, .high = INFINITY};
  }
  for (uint32_t i = 0; i < t->step_count; i++) {
    if (!live[i]) continue;
    check_interrupt(p->session);
    if (!prove_step(p, &t->step[i])) {
      snprintf(p->why, sizeof p->why, "the function has a branch that depends on its argument");
      return false;
    }
    if (p->numbers > PROOF_NUMBERS) {
      snprintf(p->why, sizeof p->why, "the function is too large for a proof by rules");
      return false;
    }
  }
  return true;
}

Curvature curvature_of(Session *s, const Recording *r, size_t n) {
  Curvature c = {.kind = CURVATURE_UNKNOWN};
  const Trace *t = r->trace;
  if (r->output[0] == UINT32_MAX && !t->frozen && t->step_count == 0) {
    snprintf(c.reason, sizeof c.reason, "the function is constant");
    c.kind = CURVATURE_CONVEX;
    return c;
  }
  Proof p = {.session = s, .trace = t, .n = n};
  bool *live = scratch(s, t->step_count + 1);
  trace_live(t, r->output, r->outputs, live);
  p.fact = scratch(s, (t->cell_count + 1) * sizeof(Fact));
  p.spectrum.n = n;
  p.spectrum.values = scratch(s, n * sizeof(double));
  p.spectrum.vectors = scratch(s, n * n * sizeof(double));
  p.spectrum.work = scratch(s, spectrum_work_size(n) * sizeof(double));
  if (t->frozen || r->output[0] == UINT32_MAX)
    snprintf(c.reason, sizeof c.reason, "the function does something no rule covers");
  else if (prove(&p, live)) settle(&p, &p.fact[r->output[0]], &c);
  else snprintf(c.reason, sizeof c.reason, "%s", p.why);
  return c;
}
