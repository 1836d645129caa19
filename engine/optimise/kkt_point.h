/* kkt_point.h - all that derivatives tell of a point: active constraints, multipliers, Newton step.
 *
 * Internal to the verdict. Coordinates are divided by their typical sizes, active normals have
 * length 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_KKT_POINT_H
#define MML_OPTIMISE_KKT_POINT_H

#include "optimise/course.h"
#include "optimise/program.h"
#include "optimise/subspace.h"

typedef struct Kkt {
  Place at;
  bool defined, feasible;
  double *typical, *g, *rows, *offset; /* scaled: gradient, active normals, their constraints */
  size_t *list, count;                 /* the active constraints */
  bool *in;                            /* work: passive set */
  double *multiplier, *part;           /* scaled, per active constraint */
  double *fitted;                      /* the same before the signs are seen to */
  bool *strong;                        /* multiplier not 0, or an equality */
  double *packed, *packed_offset;      /* work: some of the rows */
  double *residual, *p, *way, *h, *reduced, *raw;
  Subspace all, some, held;
  Spectrum spectrum;
  Program cone;
  bool has_hessian, has_cone;
  bool crude;       /* the Hessian comes from differences: for steps, not for kinds */
  double size;      /* largest gradient and curvature: what rounding is a share of */
  double curvature; /* largest entry of the scaled Hessian */
  double flat;
  double step, slope,
      decrement;   /* of the Newton step: length, slope it cannot cure, what it wins */
  double weakest; /* least curvature along the constraints, of either sign */
  double across; /* length of its part across the constraints */
  bool stationary;
  bool slow, slow_across; /* a Newton step cured too little: a degenerate point, or constraint */
  bool leads_off;         /* it leads to where there are no derivatives */
} Kkt;

Kkt *kkt_get(Course *course);

/* Everything about the point in kkt->at.x; false when it has no numbers. */
bool kkt_examine(Course *course, Kkt *kkt);

/* Takes the Newton step to see what it leaves: of a good one nearly nothing. */
void kkt_try_newton(Course *course, Kkt *kkt);

/* How many directions the strong constraints leave. */
size_t kkt_free(const Kkt *kkt);

/* Eigenvector [k] of the Hessian along them as a scaled direction. */
void kkt_eigenvector(const Kkt *kkt, size_t k, double *v);

/* Multipliers that grow without bound and balance nothing all the same. */
bool kkt_is_torn(const Course *course, const Kkt *kkt);
/* Whether a multiplier belongs to a constraint whose gradient vanishes at the feasible point nearby. */
bool kkt_leans_on_nothing(Course *course, Kkt *kkt);
/* Whether a constraint ends within the rounding of the point. */
bool kkt_is_at_edge(Course *course, const Kkt *kkt);
/* Kind of a feasible point that is not stationary; [vanishes] as kkt_leans_on_nothing says. */
KktKind kkt_loose_kind(Course *course, Kkt *kkt, bool vanishes);

static inline bool kkt_equality(const Course *course, const Kkt *kkt, size_t k) {
  return kkt->list[k] < course->equalities;
}

#endif
