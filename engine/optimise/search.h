/* search.h - one run of a solver: counted evaluations, the best point, memory, stopping.
 *
 * Internal to optimise/. Every evaluation of the objective goes through here, so no solver can lose
 * the best point, miscount, or take nan for progress.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_SEARCH_H
#define MML_OPTIMISE_SEARCH_H

#include "optimise/dense.h"
#include "optimise/minimise.h"

typedef struct Search {
  const Objective *objective;
  const MinimiseOptions *options;
  MinimiseResult *result;
  size_t n, max_evaluations;
  double *start;
  double *travelled; /* largest distance of each coordinate from the start, over best points */
  double *asked;     /* the point whose value was asked last: its gradient is no new one */
  bool has_asked;
  double *bent, *hessian; /* the point whose Hessian was asked last, and that */
  bool has_hessian;
  double trigger;   /* relative gradient below which the exact stopping test is worth a Hessian */
  size_t run_limit; /* evaluations a fallback may use up to */
  struct Judge *judge; /* work memory of the verdict */
} Search;

/* A Hessian is formed and factored up to this order; beyond, limited-memory methods. */
enum { SEARCH_HESSIAN_LIMIT = 200 };

/* Eigenvalues of a Jacobi-scaled Hessian this far below the largest are rounding: a flat direction.
 */
static const double SEARCH_FLAT_EIGENVALUE = 1e-13;

double *search_numbers(Search *search, size_t count); /* zeroed */
void *search_memory(Search *search, size_t bytes);    /* zeroed */
void search_spectrum(Search *search, Spectrum *spectrum);
void search_adopt(Search *search, void *object, void (*destroy)(void *object));

double search_value(Search *search, const double *x);
double search_gradient(Search *search, const double *x, double *g);
bool search_hessian(Search *search, const double *x, double *h); /* false when not finite */
/* The Hessian times v; false when not finite. */
bool search_product(Search *search, const double *x, const double *v, double *out);
bool search_has_hessian(const Search *search);
/* Returns the value, their squares' sum plus the offset. */
double search_residuals(Search *search, const double *x, double *r);
void search_jacobian(Search *search, const double *x, double *j);

/* Makes x the answer although its value is not the lowest seen: for a polishing step that lowers
 * the gradient at a value equal up to rounding. */
void search_prefer(Search *search, const double *x, double value);

/* Reports a step; false when the run must end (the callback said so). */
bool search_step(Search *search, const double *x, double value, const double *g, double length);

bool search_exhausted(const Search *search);
bool search_unbounded(Search *search, const double *x, double value); /* notes the direction */
bool search_done(Search *search, const double *x, double value, const double *g);
void search_reason(Search *search, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Coordinates beyond this have left the scale of the start behind. */
double search_runaway(const Search *search);

/* For a point that is not stationary when all is over: true, with direction and reason filled in,
 * when it is beyond search_runaway and far lower than the start. */
bool search_ran_off(Search *search, const double *x, double value);

/* Follows x + t p with growing t. True when the value never rises and settles: the function has no
 * minimum that way, as exp(x) for falling x. */
bool search_falls_for_ever(Search *search, const double *x, double value, const double *p);

/* Typical sizes of the coordinates: how far each is from zero and from the start. One that has come
 * to rest at 0 where it began gets a thousandth of what the scales [d] make of the largest. */
void search_typical(const Search *search, const double *x, const double *d, double *typical);

/* The methods; each leaves its answer as the search's best point. */
void trustregion_run(Search *search);
void leastsquares_run(Search *search);
void quasinewton_run(Search *search);
void limitedmemory_run(Search *search);
void newtoncg_run(Search *search);
void multimin_conjugate_run(Search *search);
void simplex_run(Search *search);
void path_run(Search *search);

#endif
