/* lanczos.c - see lanczos.h. Golub and Van Loan, Matrix Computations, 4th ed., 10.1 and 10.3.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/lanczos.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { DIRECTIONS_MOST = 40, NUMBERS_MOST = 16000000 }; /* of the directions together: 128 MB */

typedef struct Lanczos {
  size_t n, most, count;
  double *basis, *product; /* the orthonormal directions, one after the other */
  double diagonal[DIRECTIONS_MOST], beside[DIRECTIONS_MOST];
} Lanczos;

/* Subtracts from v what it has along the directions so far; twice is enough (Parlett). */
static void orthogonalise(const Lanczos *l, double *v) {
  for (int pass = 0; pass < 2; pass++)
    for (size_t k = 0; k < l->count; k++) {
      const double *q = l->basis + k * l->n;
      double along = dense_dot(l->n, q, v);
      for (size_t i = 0; i < l->n; i++) v[i] -= along * q[i];
    }
}

static bool extreme_curvatures(const Lanczos *l, Search *search, double *low, double *high, double *direction) {
  size_t m = l->count;
  double *matrix = search_numbers(search, m * m);
  Spectrum spectrum = {.n = m};
  spectrum.values = search_numbers(search, m);
  spectrum.vectors = search_numbers(search, m * m);
  spectrum.work = search_numbers(search, spectrum_work_size(m));
  for (size_t k = 0; k < m; k++) {
    matrix[k * m + k] = l->diagonal[k];
    if (k + 1 < m) matrix[k * m + k + 1] = matrix[(k + 1) * m + k] = l->beside[k];
  }
  if (!spectrum_compute(&spectrum, matrix)) return false;
  memset(direction, 0, l->n * sizeof(double));
  for (size_t k = 0; k < m; k++)
    for (size_t i = 0; i < l->n; i++) direction[i] += spectrum.vectors[k] * l->basis[k * l->n + i];
  *low = spectrum.values[0];
  *high = spectrum.values[m - 1];
  return true;
}

size_t lanczos_curvatures(Search *search, const double *x, double *low, double *high, double *direction) {
  Lanczos l = {.n = search->n};
  l.most = l.n < DIRECTIONS_MOST ? l.n : DIRECTIONS_MOST;
  if (l.most > NUMBERS_MOST / l.n + 1) l.most = NUMBERS_MOST / l.n + 1;
  l.basis = search_numbers(search, l.most * l.n);
  l.product = search_numbers(search, l.n);
  unsigned long long seed = DENSE_SEED;
  for (size_t i = 0; i < l.n; i++) l.product[i] = dense_random(&seed);
  while (l.count < l.most) {
    double *q = l.basis + l.count * l.n, norm = dense_norm(l.n, l.product);
    double size = l.count ? fabs(l.diagonal[l.count - 1]) + norm : 0;
    if (l.count && norm <= sqrt((double)l.n) * DBL_EPSILON * size) break; /* the space is closed */
    if (l.count) l.beside[l.count - 1] = norm;
    for (size_t i = 0; i < l.n; i++) q[i] = l.product[i] / norm;
    search->objective->product(search->objective->context, x, q, l.product);
    if (!dense_finite(l.n, l.product)) return 0;
    l.diagonal[l.count++] = dense_dot(l.n, q, l.product);
    orthogonalise(&l, l.product);
  }
  return extreme_curvatures(&l, search, low, high, direction) ? l.count : 0;
}
