/* integrate.c - definite integrals over intervals and boxes.
 *
 * An interval is cut into pieces, each mapped to a finite one (x = a ± (1-t)/t for an infinite end) and
 * given to QUADPACK's QAGS, which takes integrable singularities at the ends of a piece. Where the
 * function has no finite value inside, the interval is cut; where it has a peak that the rule walked
 * past, around the peak. Refused, as diverging, is a piece whose error estimate does not become small
 * against its value, or whose extrapolation takes away from what the subintervals add up to: it then is
 * the continuation of a formula (as -1 for 1/x^2 over (0, 1)), not an integral.
 *
 * The derivative by what the function captured is that of a sum with fixed nodes and weights on the
 * subintervals QAGS ended with: Gauss' rule, and at the ends of a piece the double exponential rule
 * (Takahasi and Mori, 1974), as derivatives may be singular there where f is not. An active end b adds the
 * integral from b's number to b, of length zero: a Gauss rule there has exact derivatives to order 10.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>

#include "calculus/point.h"
#include "calculus/kink.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "primitives/argument.h"
#include "primitives/solvers.h"
#include "values/operate.h"

enum {
  FIRST_NODES = 21,  /* QAGS begins with so many, spread over the piece */
  INTERVALS = 400,   /* QAGS bisects at most this often */
  MORE_INTERVALS = 3000, /* QAG, which extrapolates nothing, for what oscillates */
  INNER_INTERVALS = 60, /* the same for each side of a box */
  PIECES = 24,
  PROBES = 120,      /* points at which peaks are looked for */
  CLIMBS = 60,
  NODES = 20,        /* of Gauss' rule on each subinterval, for derivatives */
  END_STEPS = 60,    /* of the double exponential rule to each side */
  END_NODES = 5,
  DIMENSIONS = 3
};

/* Wanted; reported when not reached; and taken for divergence, all against the value. */
static const double ACCURACY = 1e-10, REPORTED = 1e-8, HOPELESS = 1e-5;
/* In a box a jump along a curve is no divergence: only its error is reported. */
static const double BOX_HOPELESS = 1e-2, BOX_TAKEN_AWAY = 0.1;
/* What extrapolation may at most take away from the sum over the subintervals. */
static const double TAKEN_AWAY = 1e-3;
/* Inside a box the inner integrals must be better than the outer one can notice. */
static const double INNER_ACCURACY = 1e-11;
/* Between the nodes of the double exponential rule, before its map. */
static const double END_STEP = 1. / 12;
/* Infinite intervals are probed for peaks this far out. */
static const double FAR = 1e8;
/* A peak wider than this part of the interval is not overlooked. */
static const double NARROW = 0.02;

typedef enum Map { MAP_PLAIN, MAP_UP, MAP_DOWN } Map;

typedef struct Piece {
  double a, b; /* a < b; b is not used by UP, a not by DOWN */
  Map map;
} Piece;

typedef struct Quadrature {
  const SolverFunction *f;
  double accuracy;
  double from, to;    /* the whole interval */
  Piece piece[PIECES];
  int pieces;
  gsl_integration_workspace *work;
  /* of the piece that runs */
  const Piece *at;
  double broken;      /* where the function had no finite value */
  bool is_broken;
  double largest, largest_at; /* of |f| over all nodes */
  double absolute;    /* sum of |f dx/dt| over the first FIRST_NODES evaluations of the piece: its scale */
  size_t evaluations; /* of the piece */
  double size;        /* of the integral of |f|, roughly, over all pieces */
} Quadrature;

/* ---- pieces ---- */

static double piece_length(const Piece *p) { return p->map == MAP_PLAIN ? p->b - p->a : 1; }

/* x for t in the piece's own interval: [a, b], or (0, 1]. */
static double piece_point(const Piece *p, double t, double *weight) {
  *weight = 1;
  if (p->map == MAP_PLAIN) return t;
  *weight = 1 / (t * t);
  return p->map == MAP_UP ? p->a + (1 - t) / t : p->b - (1 - t) / t;
}

static void add_piece(Quadrature *q, double a, double b) {
  if (!(a < b)) return;
  if (isinf(a) && isinf(b)) {
    add_piece(q, a, 0);
    add_piece(q, 0, b);
    return;
  }
  if (q->pieces == PIECES) fail(q->f->session, "f has no finite value at many points from %.6g to %.6g: integrate where it has", q->from, q->to);
  Map map = isinf(b) ? MAP_UP : isinf(a) ? MAP_DOWN : MAP_PLAIN;
  q->piece[q->pieces++] = (Piece){a, b, map};
}

static bool cut_piece(Quadrature *q, int i, double x) {
  Piece old = q->piece[i];
  if (!(x > old.a && x < old.b)) return false;
  q->piece[i] = q->piece[--q->pieces];
  add_piece(q, old.a, x);
  add_piece(q, x, old.b);
  return true;
}

/* ---- the rule over plain numbers ---- */

static double integrand(double t, void *context) {
  Quadrature *q = context;
  double weight, x = piece_point(q->at, t, &weight), y = solver_call(q->f, x);
  if (!isfinite(y)) {
    if (!q->is_broken) q->broken = x;
    q->is_broken = true;
    return 0;
  }
  double value = y == 0 ? 0 : y * weight;
  if (fabs(y) > q->largest) q->largest = fabs(y), q->largest_at = x;
  if (q->evaluations++ < FIRST_NODES) q->absolute += fabs(value);
  return isfinite(value) ? value : 0;
}

static void free_workspace(void *work) { gsl_integration_workspace_free(work); }

static gsl_integration_workspace *workspace(Session *s, size_t intervals) {
  return solver_adopt(s, gsl_integration_workspace_alloc(intervals), free_workspace);
}

typedef struct Estimate {
  double value, error;
  bool diverges;
} Estimate;

/* The extrapolated value is smaller than what has been added up. */
static bool is_continued(const gsl_integration_workspace *work, double value, double size, double part) {
  double sum = 0;
  for (size_t i = 0; i < work->size; i++) sum += work->rlist[i];
  double taken = fabs(sum - value);
  return taken > part * fabs(sum) && taken > ACCURACY * size && (fabs(value) < fabs(sum) || value * sum < 0);
}

static _Noreturn void fail_divergent(const SolverFunction *f, const Piece *p) {
  if (p->map == MAP_PLAIN && p->b - p->a < 1e-6 * fmax(fabs(p->a), fabs(p->b)))
    fail(f->session, "the integral seems to diverge at %.6g: its value does not settle", p->a);
  if (p->map == MAP_UP) fail(f->session, "the integral from %.6g to inf seems to diverge, or oscillates without end: its value does not settle", p->a);
  if (p->map == MAP_DOWN) fail(f->session, "the integral from -inf to %.6g seems to diverge, or oscillates without end: its value does not settle", p->b);
  fail(f->session, "the integral from %.6g to %.6g seems to diverge, or oscillates without end: its value does not settle", p->a, p->b);
}

static bool is_hopeless(const Estimate *e, int status, double size) {
  return status != GSL_SUCCESS && e->error > 1e3 * DBL_EPSILON * size && !(e->error <= HOPELESS * fabs(e->value));
}

/* One piece. False when the function broke inside: the piece is to be cut there. */
static bool run_piece(Quadrature *q, int i, Estimate *out) {
  Piece at = q->piece[i];
  q->at = &at;
  q->is_broken = false;
  q->absolute = 0;
  q->evaluations = 0;
  gsl_function g = {.function = integrand, .params = q};
  double low = at.map == MAP_PLAIN ? at.a : 0, high = at.map == MAP_PLAIN ? at.b : 1;
  int status = gsl_integration_qags(&g, low, high, 0, q->accuracy, INTERVALS, q->work, &out->value, &out->error);
  if (q->is_broken) return false;
  double size = q->absolute / FIRST_NODES * piece_length(&at);
  out->diverges = is_continued(q->work, out->value, size, TAKEN_AWAY) || is_hopeless(out, status, size);
  if (out->diverges && at.map == MAP_PLAIN) {
    status = gsl_integration_qag(&g, low, high, 0, q->accuracy, MORE_INTERVALS, GSL_INTEG_GAUSS61, q->work, &out->value, &out->error);
    out->diverges = q->is_broken || is_hopeless(out, status, size);
  }
  q->size += size;
  return true;
}

/* The value over all pieces; cuts pieces where the function breaks. */
static Estimate run_pieces(Quadrature *q) {
  Estimate sum = {0, 0, false};
  q->size = 0;
  for (int i = 0; i < q->pieces; i++) {
    Estimate one;
    if (!run_piece(q, i, &one)) {
      if (!cut_piece(q, i, q->broken))
        fail(q->f->session, "f(%.6g) is not a finite number: the integral has no value", q->broken);
      i--;
      continue;
    }
    if (one.diverges) fail_divergent(q->f, &q->piece[i]);
    sum.value += one.value;
    sum.error += one.error;
  }
  return sum;
}

/* ---- peaks the rule walked past ---- */

/* Point k of PROBES between the ends, spread over all magnitudes when an end is infinite. */
static double probe_point(double a, double b, int k) {
  double u = (k + 0.5) / PROBES;
  if (isfinite(a) && isfinite(b)) return a + (b - a) * u;
  double reach = asinh(FAR);
  if (isfinite(a)) return a + sinh(reach * u);
  if (isfinite(b)) return b - sinh(reach * u);
  return sinh(reach * (2 * u - 1));
}

static double size_at(const SolverFunction *f, double x) {
  double y = fabs(solver_call(f, x));
  return isfinite(y) ? y : 0;
}

/* Golden section towards the largest |f| between the neighbours of the best probe. */
static double climb(const SolverFunction *f, double low, double high) {
  const double golden = 0.6180339887498949;
  double x = high - golden * (high - low), y = low + golden * (high - low), fx = size_at(f, x), fy = size_at(f, y);
  for (int i = 0; i < CLIMBS; i++) {
    if (fx > fy) {
      high = y, y = x, fy = fx;
      x = high - golden * (high - low), fx = size_at(f, x);
    } else {
      low = x, x = y, fx = fy;
      y = low + golden * (high - low), fy = size_at(f, y);
    }
  }
  return 0.5 * (low + high);
}

/* The distance at which |f| has fallen to a tenth of its peak. */
static double peak_width(const SolverFunction *f, double peak, double height) {
  double width = fmax(fabs(peak), 1e-8) * 1e-12;
  while (width < FAR && (size_at(f, peak + width) > 0.1 * height && size_at(f, peak - width) > 0.1 * height)) width *= 2;
  return width;
}

/* Where |f| is largest, by the probes and what the rule saw. */
static double highest(const Quadrature *q, double a, double b, double *height) {
  double best = q->largest_at;
  int at = -1;
  *height = 0;
  for (int k = 0; k < PROBES; k++) {
    double y = size_at(q->f, probe_point(a, b, k));
    if (y > *height) *height = y, at = k;
  }
  if (at >= 0) {
    double low = at > 0 ? probe_point(a, b, at - 1) : fmax(a, -FAR), high = at + 1 < PROBES ? probe_point(a, b, at + 1) : fmin(b, FAR);
    best = climb(q->f, low, high);
    *height = size_at(q->f, best);
  }
  if (q->largest > *height) *height = q->largest, best = q->largest_at;
  return best;
}

/* Cuts the interval round a narrow peak that holds more than the [value] found. True when there is one. */
static bool find_peak(Quadrature *q, double a, double b, double value) {
  double height, peak = highest(q, a, b, &height);
  if (height == 0) return false;
  double width = peak_width(q->f, peak, height);
  if (!(height * width > 0.5 * fabs(value)) || width > NARROW * (b - a)) return false;
  width *= 8;
  q->pieces = 0;
  double cut[] = {a, peak - width, peak, peak + width, b};
  for (int i = 0; i < 4; i++) add_piece(q, fmax(cut[i], a), fmin(cut[i + 1], b));
  return true;
}

/* The integral from a to b, a < b, of the function over plain numbers. */
static Estimate integral(Quadrature *q, double a, double b, bool probe) {
  q->pieces = 0;
  q->from = a;
  q->to = b;
  add_piece(q, a, b);
  Estimate e = run_pieces(q);
  if (probe && find_peak(q, a, b, e.value)) e = run_pieces(q);
  return e;
}

/* ---- active ---- */

static void free_table(void *table) { gsl_integration_glfixed_table_free(table); }

static gsl_integration_glfixed_table *gauss(Session *s, size_t nodes) {
  return solver_adopt(s, gsl_integration_glfixed_table_alloc(nodes), free_table);
}

/* The nodes and weights of the sum that stands for the integral. */
typedef struct Nodes {
  double *t, *weight;
  size_t count;
} Nodes;

static void gauss_nodes(Nodes *out, double low, double high, const gsl_integration_glfixed_table *table) {
  for (size_t i = 0; i < NODES; i++, out->count++)
    gsl_integration_glfixed_point(low, high, i, &out->t[out->count], &out->weight[out->count], table);
}

/* Crowded towards both ends; nodes that round onto an end are left out. */
static void double_exponential_nodes(Nodes *out, double low, double high) {
  for (int i = -END_STEPS; i <= END_STEPS; i++) {
    double u = i * END_STEP, from_low = 1 / (1 + exp(-M_PI * sinh(u))), from_high = 1 / (1 + exp(M_PI * sinh(u)));
    double t = u < 0 ? low + (high - low) * from_low : high - (high - low) * from_high;
    if (t <= low || t >= high) continue;
    out->t[out->count] = t;
    out->weight[out->count++] = END_STEP * (high - low) * M_PI * cosh(u) * from_low * from_high;
  }
}

/* A kink moves with what it depends on, and fixed nodes do not see it: such a derivative is refused. */
static void refuse_kink(Session *s, const uint32_t first[TRACE_LEVELS]) {
  for (int level = 1; level <= s->level; level++) {
    const char *kink = trace_crosses(s->trace[level], first[level]);
    if (kink) fail(s, "the derivative of this integral is not available: %s has a kink inside that may move with what is differentiated; cut the integral there", kink);
  }
}

static Nodes piece_nodes(Quadrature *q, const gsl_integration_glfixed_table *table) {
  Session *s = q->f->session;
  const gsl_integration_workspace *work = q->work;
  size_t most = work->size * NODES + 2 * (2 * END_STEPS + 1);
  Nodes nodes = {scratch(s, most * sizeof(double)), scratch(s, most * sizeof(double)), 0};
  double low = q->at->map == MAP_PLAIN ? q->at->a : 0, high = q->at->map == MAP_PLAIN ? q->at->b : 1;
  for (size_t i = 0; i < work->size; i++) {
    bool end = work->alist[i] == low || work->blist[i] == high;
    if (end) double_exponential_nodes(&nodes, work->alist[i], work->blist[i]);
    else gauss_nodes(&nodes, work->alist[i], work->blist[i], table);
  }
  return nodes;
}

/* The function at the nodes, times the weights. */
static Value piece_sum(Quadrature *q, const gsl_integration_glfixed_table *table) {
  Session *s = q->f->session;
  Nodes nodes = piece_nodes(q, table);
  Value *y = scratch(s, (nodes.count + 1) * sizeof(Value));
  Array *weights = array_new(s, nodes.count, 1, ELEMENT_REAL);
  size_t count = 0;
  for (size_t i = 0; i < nodes.count; i++) {
    double jacobian, x = piece_point(q->at, nodes.t[i], &jacobian), weight = nodes.weight[i] * jacobian;
    if (!isfinite(x) || !isfinite(weight) || weight == 0) continue;
    y[count] = solver_call_active(q->f, value_number(x));
    if (!isfinite(y[count].number)) continue;
    weights->data[count++] = weight;
  }
  weights->rows = (uint32_t)count;
  Value values = array_from_numbers(s, y, count, 1), sum = value_dot(s, values, value_array(weights));
  value_release(values);
  value_release(value_array(weights));
  return sum;
}

/* The integral again, as a sum that is active by what f captured. */
static Value captured_part(Quadrature *q, Estimate e) {
  Session *s = q->f->session;
  gsl_integration_glfixed_table *table = gauss(s, NODES);
  Value sum = value_number(0);
  uint32_t first[TRACE_LEVELS] = {0};
  for (int level = 1; level <= s->level; level++) first[level] = s->trace[level]->step_count;
  for (int i = 0; i < q->pieces; i++) {
    Estimate one;
    run_piece(q, i, &one);
    Piece at = q->piece[i];
    q->at = &at;
    sum = value_elementwise(s, SCALAR_ADD, sum, piece_sum(q, table));
  }
  refuse_kink(s, first);
  double off = fabs(sum.number - e.value);
  if (off > REPORTED * fabs(e.value) && off > q->accuracy * q->size)
    note(s, "the derivative of this integral is good to about %.2g of its size only: f is singular at an end or has kinks", off / fabs(e.value));
  solver_pin(s, sum);
  return value_elementwise(s, SCALAR_ADD, sum, value_number(e.value - sum.number));
}

/* The integral of f from the number of [end] to [end]: 0, with its derivatives. */
static Value end_part(const SolverFunction *f, Value end) {
  Session *s = f->session;
  double at = end.number;
  if (isinf(at)) fail(s, "no derivative by an infinite end");
  if (!isfinite(solver_call(f, at))) fail(s, "the derivative by an end of the integral is f there, and f(%.6g) is not a finite number", at);
  gsl_integration_glfixed_table *table = gauss(s, END_NODES);
  Value length = value_elementwise(s, SCALAR_SUBTRACT, end, value_number(at)), sum = value_number(0);
  double total = 0;
  for (size_t i = 0; i < END_NODES; i++) {
    double c, w;
    gsl_integration_glfixed_point(0, 1, i, &c, &w, table);
    if (i + 1 == END_NODES) w = 1 - total;
    total += w;
    Value x = value_elementwise(s, SCALAR_ADD, value_number(at), value_elementwise(s, SCALAR_MULTIPLY, length, value_number(c)));
    sum = value_elementwise(s, SCALAR_ADD, sum, value_elementwise(s, SCALAR_MULTIPLY, solver_call_active(f, x), value_number(w)));
  }
  solver_pin(s, end);
  return value_elementwise(s, SCALAR_MULTIPLY, length, sum);
}

/* ---- one dimension ---- */

static void note_accuracy(Session *s, Estimate e, double size) {
  if (e.error <= REPORTED * fabs(e.value) || e.error <= 1e-11 * size) return;
  note(s, "the integral %.6g is only certain to about ±%.2g", e.value, e.error);
}

static Value integrate_interval(Session *s, const SolverFunction *f, Value from, Value to, double accuracy) {
  double a = from.number, b = to.number, sign = a <= b ? 1 : -1;
  if (isnan(a) || isnan(b)) fail(s, "the ends of an integral must be numbers, found nan");
  Quadrature q = {.f = f, .accuracy = accuracy, .work = workspace(s, MORE_INTERVALS)};
  Estimate e = {0, 0, false};
  Value result = value_number(0);
  if (a != b) {
    e = integral(&q, fmin(a, b), fmax(a, b), true);
    note_accuracy(s, e, q.size);
    Value part = f->active ? captured_part(&q, e) : value_number(e.value);
    result = value_elementwise(s, SCALAR_MULTIPLY, part, value_number(sign));
  }
  if (to.kind == VALUE_ACTIVE) result = value_elementwise(s, SCALAR_ADD, result, end_part(f, to));
  if (from.kind == VALUE_ACTIVE) result = value_elementwise(s, SCALAR_SUBTRACT, result, end_part(f, from));
  return result;
}

/* ---- boxes ---- */

typedef struct Box {
  Session *session;
  const SolverFunction *f;
  size_t n;
  double low[DIMENSIONS], high[DIMENSIONS];
  double x[DIMENSIONS];    /* the coordinates outside the running integral */
  double accuracy, error;  /* the worst inner error against its value */
} Box;

typedef struct Side {
  Box *box;
  size_t axis;
  gsl_integration_workspace *work;
  double absolute; /* as in Quadrature */
  size_t evaluations;
} Side;

static double box_integral(Box *box, size_t axis);

static double box_call(const Box *box) {
  check_interrupt(box->session);
  Value argument[DIMENSIONS];
  for (size_t i = 0; i < box->n; i++) argument[i] = value_number(box->x[i]);
  return solver_number(box->f, point_call(box->session, box->f->primal, argument, (uint32_t)box->n));
}

/* The axis mapped to a finite interval: t in [low, high], (0, 1] upwards or downwards, or (-1, 1). */
static double side_point(const Box *box, size_t axis, double t, double *weight) {
  double low = box->low[axis], high = box->high[axis];
  if (isinf(low) && isinf(high)) {
    double r = 1 - t * t;
    *weight = (1 + t * t) / (r * r);
    return t / r;
  }
  Piece p = {low, high, isinf(high) ? MAP_UP : isinf(low) ? MAP_DOWN : MAP_PLAIN};
  return piece_point(&p, t, weight);
}

static double side_integrand(double t, void *context) {
  Side *side = context;
  Box *box = side->box;
  double weight;
  box->x[side->axis] = side_point(box, side->axis, t, &weight);
  double y = side->axis + 1 == box->n ? box_call(box) : box_integral(box, side->axis + 1);
  if (!isfinite(y)) fail(box->session, "the function has no finite value at a point of the box: cut the box there");
  double value = y == 0 ? 0 : y * weight;
  if (side->evaluations++ < FIRST_NODES) side->absolute += fabs(value);
  return value;
}

static double box_integral(Box *box, size_t axis) {
  Scratch *mark = scratch_mark(box->session);
  Side side = {.box = box, .axis = axis, .work = workspace(box->session, INNER_INTERVALS)};
  bool both = isinf(box->low[axis]) && isinf(box->high[axis]), either = isinf(box->low[axis]) || isinf(box->high[axis]);
  double low = both ? -1 : either ? 0 : box->low[axis], high = either ? 1 : box->high[axis];
  gsl_function g = {.function = side_integrand, .params = &side};
  Estimate e = {0, 0, false};
  int status = gsl_integration_qags(&g, low, high, 0, axis == 0 ? box->accuracy : INNER_ACCURACY, INNER_INTERVALS, side.work, &e.value, &e.error);
  double size = side.absolute / FIRST_NODES * (high - low), value = e.value;
  bool rough = status != GSL_SUCCESS && e.error > BOX_HOPELESS * fmax(fabs(value), size);
  if (is_continued(side.work, value, size, BOX_TAKEN_AWAY) || rough)
    fail(box->session, "no value found for the integral over the box: it diverges, or f oscillates or jumps too much for the rule");
  if (e.error > 1e-13 * size) box->error = fmax(box->error, e.error / fmax(fabs(value), 1e-3 * size));
  scratch_release(box->session, mark);
  return value;
}

static void box_side(Session *s, Box *box, size_t i, double a, double b, double *sign) {
  if (isnan(a) || isnan(b)) fail(s, "the ends of an integral must be numbers, found nan");
  if (a > b) *sign = -*sign;
  box->low[i] = fmin(a, b);
  box->high[i] = fmax(a, b);
}

static Value integrate_box(Session *s, const Arguments *a, const SolverFunction *f, double accuracy) {
  if (f->active || solver_is_active(a->argument[1]) || solver_is_active(a->argument[2]))
    fail(s, "an integral over a box cannot be differentiated: nest integrals of one variable, integrate(x -> integrate(y -> …, c, d), a, b)");
  Array *low = argument_vector(s, a, 1), *high = argument_vector(s, a, 2);
  if (low->rows != high->rows) fail_argument(s, 2, "the corners of a box have as many coordinates: %u and %u", low->rows, high->rows);
  if (low->rows < 1 || low->rows > DIMENSIONS) fail_argument(s, 1, "a box has up to %d dimensions, found %u", DIMENSIONS, low->rows);
  Box box = {.session = s, .f = f, .n = low->rows, .accuracy = fmax(accuracy, 1e-9)};
  double sign = 1;
  bool empty = false;
  for (size_t i = 0; i < box.n; i++) {
    box_side(s, &box, i, low->data[i], high->data[i], &sign);
    empty = empty || low->data[i] == high->data[i];
  }
  double value = empty ? 0 : box_integral(&box, 0);
  /* What is left of the inner integrals' errors is noise to the outer rule, whose estimate is then too small. */
  if (box.error > REPORTED * 10) note(s, "the integral %.6g is only certain to about ±%.2g", value, 5 * box.error * fabs(value));
  value_release(value_array(low));
  value_release(value_array(high));
  return value_number(sign * value);
}

static bool is_end(Value v) { return v.kind == VALUE_NUMBER || v.kind == VALUE_ACTIVE; }

static Value call_integrate(Session *s, const Arguments *a) {
  SolverFunction f = solver_function(s, a, 0, "integrate");
  double accuracy = argument_number_or(s, a, 3, ACCURACY);
  if (!(accuracy >= 1e-13 && accuracy < 1)) fail_argument(s, 3, "tol must be between 1e-13 and 1, but it is %.6g", accuracy);
  bool box = !is_end(a->argument[1]) && !is_end(a->argument[2]);
  Value result = box ? integrate_box(s, a, &f, accuracy) : integrate_interval(s, &f, solver_scalar(s, a, 1), solver_scalar(s, a, 2), accuracy);
  solver_release(&f);
  return result;
}

const Primitive integrate_rows[1] = {
    {.name = "integrate", .parameters = "(f, a, b, tol = 1e-10)", .call = call_integrate, .result = RESULT_ANY, .differentiable = DERIVE_THROUGH,
     .help = "The integral of f from a to b; the ends may be -inf and inf. With vectors of 2 or 3 numbers for a and b, over that box. A note says when the error may be larger than 1e-8 of the value; an integral that diverges is an error. It can be differentiated by its ends and by what f captured.",
     .example = "integrate(x -> e^(-x^2), -inf, inf)^2", .gives = "3.14159"},
};
