/* lanczos.h - how a function of many variables curves: extreme curvatures from products alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_OPTIMISE_LANCZOS_H
#define MML_OPTIMISE_LANCZOS_H

#include "optimise/search.h"

/* The smallest and the largest curvature of the Hessian at x in a space of up to 40 directions grown from a
 * random one (Lanczos' method, fully orthogonalised). Both are taken somewhere, so the Hessian's own
 * eigenvalues reach at least as far; [direction] becomes the unit vector that takes the smallest. Returns the number of directions; 0 when a product is not finite. The products are the judge's and do not
 * count as the run's. */
size_t lanczos_curvatures(Search *search, const double *x, double *low, double *high, double *direction);

#endif
