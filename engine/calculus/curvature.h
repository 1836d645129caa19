/* curvature.h - proofs of convexity, read off the recording of a function.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_CURVATURE_H
#define MML_CURVATURE_H

#include "calculus/gradient.h"

typedef enum CurvatureKind {
  CURVATURE_UNKNOWN, /* no rule applies: says nothing about the function */
  CURVATURE_CONVEX,
  CURVATURE_STRICT
} CurvatureKind;

typedef struct Curvature {
  CurvatureKind kind;
  char reason[400]; /* the rules, or what stopped them */
} Curvature;

/* What the rules prove of the one output of [recording], a function of [n] numbers. */
Curvature curvature_of(Session *session, const Recording *recording, size_t n);

#endif
