/* sqp.h - what the files of sequential quadratic programming share.
 *
 * sqp.c searches, sqp_model.c makes the quadratic programs convex that it solves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SQP_H
#define MML_SQP_H

#include "optimise/course.h"
#include "optimise/program.h"
#include "optimise/subspace.h"

enum { SQP_FILTER_MOST = 256 };

typedef struct Sqp {
  Course *course;
  size_t n, m;
  bool exact;
  Place here, trial, further;
  double *typical, *g, *a, *c, *weight; /* the program: scaled gradient and Jacobian, constraints */
  double *multiplier, *y, *way;         /* per constraint; the scaled step; the last one taken */
  double *raw, *h, *b;                  /* Hessian as it came, scaled, made convex */
  double *zh, *change, *reduced, *packed; /* work */
  bool *held, *next;
  Program program, relaxed;
  double *relaxed_h, *relaxed_g, *relaxed_a;
  Subspace across;
  Spectrum spectrum;
  double theta, radius, growth, predicted, length, last;
  double last_length, last_ratio; /* of full steps */
  double failed;                  /* length of the last step that was refused */
  bool boxed, slack; /* the step ends at the box; the constraints were relaxed for it */
  struct {
    double theta, value;
  } filter[SQP_FILTER_MOST];
  size_t filtered, restored, straight;
  double least_theta; /* when it last halved, so many steps ago */
  size_t waited;
  double lowest; /* feasible value, and how many feasible steps ago */
  size_t idle;
  size_t relaxed_steps; /* in a row */
} Sqp;

/* The scaled first-order model at here: typical, g, a and c. */
void sqp_linearise(Sqp *sqp);
/* Multipliers to begin with: least squares over what is violated or nearly so, with right signs. */
void sqp_guess(Sqp *sqp);
/* raw and h at here; false where they are not finite. */
bool sqp_hessian(Sqp *sqp);
/* How large the curvature is, to measure others by. Never 0. */
double sqp_stiffness(const Sqp *sqp);
/* b: positive definite, with the curvature of h along the constraints in held. False without one.
 */
bool sqp_convex(Sqp *sqp);
/* Damped BFGS on the Lagrangian (Powell 1978), for those without a Hessian: raw, from here to
 * trial. */
void sqp_learn(Sqp *sqp);

#endif
