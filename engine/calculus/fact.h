/* fact.h - what is known of one value in a proof of convexity.
 *
 * The value is q + r with a quadratic q known exactly and a rest r known to be convex or concave,
 * and lies in [low, high].
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FACT_H
#define MML_FACT_H

#include "calculus/trace.h"
#include "machine/session.h"
#include "optimise/dense.h"

typedef enum Rest { REST_NONE, REST_CONVEX, REST_CONCAVE, REST_UNKNOWN } Rest;

typedef struct Fact {
  double constant;
  const double *line, *bend; /* of q; NULL is zero */
  Rest rest;
  const double *strict; /* of r */
  double low, high;
  Rest log; /* CONVEX, CONCAVE: so is the logarithm of this positive value */
  const double *log_strict;
  const double *exponent;    /* log convex: the slope of one of the exponentials, where known */
  const struct Fact *square; /* its square, where that is a quadratic: of norms */
  uint32_t log_of;           /* cell + 1 whose logarithm this is */
  bool share;                /* a sigmoid: one minus it is one too */
} Fact;

enum { RULES_MOST = 6 };
typedef struct Proof {
  Session *session;
  const Trace *trace;
  Fact *fact;
  size_t n, numbers;
  Spectrum spectrum;
  const char *rule[RULES_MOST];
  int rules;
  char why[160]; /* the first thing without a rule */
} Proof;

/* ---- matrices and vectors, which live until the evaluation ends; NULL is zero ---- */

double *fact_numbers(Proof *p, size_t count); /* zeros */
/* a*x + b*y. */
const double *fact_combine(Proof *p, double a, const double *x, double b, const double *y,
                           size_t count);
/* (x y' + y x')/2 times [factor]. */
double *fact_outer(Proof *p, const double *x, const double *y, double factor);
/* The projection on [line]: that along which a strictly convex function of line'x bends. */
const double *fact_direction(Proof *p, const double *line);
/* 1 for positive semidefinite, -1 for negative; 0 for neither. The zero matrix is both: 1. */
int fact_definite(Proof *p, const double *m);
/* Eigenvalues up to this, of the matrix last decomposed, are not told from 0. */
double fact_rounding(const Proof *p);
bool fact_positive_definite(Proof *p, const double *m);

/* ---- facts ---- */

Fact fact_constant(double x);
Fact fact_nothing(void);
/* The same, where there is no rule for [what]: the first such is the reason the proof ends with. */
Fact fact_unknown(Proof *p, const char *what);
/* Notes a rule as one that the proof rests on. */
void fact_use(Proof *p, const char *rule);

bool fact_is_affine(const Fact *u);
bool fact_is_constant(const Fact *u);
bool fact_is_convex(Proof *p, const Fact *u);
bool fact_is_concave(Proof *p, const Fact *u);
bool fact_is_log_convex(const Fact *u);
/* Along what a convex or concave u bends for certain. */
const double *fact_strictness(Proof *p, const Fact *u, bool convex);

Fact fact_scaled(Proof *p, const Fact *u, double c);
Fact fact_sum(Proof *p, const Fact *u, const Fact *v);
Fact fact_difference(Proof *p, const Fact *u, const Fact *v);

#endif
