/* complex_linear.c - determinant and eigenvalues of complex matrices, by LAPACK's zgetrf and zgeev.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <complex.h>
#include <math.h>
#include <string.h>

#include "machine/session.h"
#include "primitives/complex.h"
#include "primitives/lapack.h"
#include "primitives/linear.h"
#include "primitives/matrix.h"
#include "values/complex.h"

/* Column-major, as LAPACK wants it. Scratch memory. */
static double complex *columns_of(Session *session, Value a, size_t *n) {
  const Complex *c = value_as_complex(a);
  const Array *real = value_as_array(c->real), *imaginary = value_as_array(c->imaginary);
  *n = real->rows;
  double complex *z = scratch(session, (*n * *n + 1) * sizeof *z);
  for (size_t i = 0; i < *n; i++)
    for (size_t j = 0; j < *n; j++) {
      size_t k = i * *n + j;
      if (!isfinite(real->data[k]) || !isfinite(imaginary->data[k])) fail_argument(session, 0, "A has an entry that is not finite");
      z[j * *n + i] = CMPLX(real->data[k], imaginary->data[k]);
    }
  return z;
}

Value complex_determinant(Session *session, Value a) {
  size_t n;
  double complex *z = columns_of(session, a, &n), product = 1;
  int order = (int)n, info = 0, *pivot = scratch(session, (n + 1) * sizeof(int));
  if (n) zgetrf_(&order, &order, z, &order, pivot, &info);
  assert(info >= 0);
  for (size_t i = 0; i < n; i++) product *= pivot[i] == (int)i + 1 ? z[i * n + i] : -z[i * n + i];
  return complex_number(session, creal(product), cimag(product));
}

/* ---- eigenvalues ---- */

typedef struct Spectrum {
  size_t n;
  double complex *value;  /* n */
  double complex *vector; /* n columns */
  size_t *order;          /* the places by falling real part, then falling imaginary part */
} Spectrum;

static void spectrum_check(Session *session, int info) {
  if (info != 0) fail_argument(session, 0, "the eigenvalues of A did not converge");
}

static void spectrum_of_complex(Session *session, Value a, const char *job, Spectrum *s) {
  size_t n;
  double complex *z = columns_of(session, a, &n), best = 0, none = 0;
  double *real_work = scratch(session, (2 * n + 1) * sizeof(double));
  int order = (int)n, one = 1, space = -1, info = 0;
  zgeev_("N", job, &order, z, &order, s->value, &none, &one, s->vector, &order, &best, &space, real_work, &info, 1, 1);
  space = (int)creal(best);
  double complex *work = scratch(session, (size_t)space * sizeof *work);
  zgeev_("N", job, &order, z, &order, s->value, &none, &one, s->vector, &order, work, &space, real_work, &info, 1, 1);
  spectrum_check(session, info);
}

/* dgeev gives a pair of conjugate eigenvectors as the real and the imaginary part of the first. */
static void unpack_vectors(Spectrum *s, const double *right) {
  size_t n = s->n;
  for (size_t k = 0; k < n; k++) {
    bool pair = cimag(s->value[k]) != 0;
    for (size_t i = 0; i < n; i++) {
      double re = right[k * n + i], im = pair ? right[(k + 1) * n + i] : 0;
      s->vector[k * n + i] = CMPLX(re, im);
      if (pair) s->vector[(k + 1) * n + i] = CMPLX(re, -im);
    }
    k += pair;
  }
}

static void spectrum_of_real(Session *session, const Array *a, const char *job, Spectrum *s) {
  size_t n = s->n;
  double *copy = scratch(session, n * n * sizeof(double)), *right = scratch(session, n * n * sizeof(double));
  double *real = scratch(session, n * sizeof(double)), *imaginary = scratch(session, n * sizeof(double)), best = 0, none = 0;
  int order = (int)n, one = 1, space = -1, info = 0;
  matrix_transpose(n, n, a->data, copy);
  dgeev_("N", job, &order, copy, &order, real, imaginary, &none, &one, right, &order, &best, &space, &info, 1, 1);
  space = (int)best;
  double *work = scratch(session, (size_t)space * sizeof *work);
  dgeev_("N", job, &order, copy, &order, real, imaginary, &none, &one, right, &order, work, &space, &info, 1, 1);
  spectrum_check(session, info);
  for (size_t k = 0; k < n; k++) s->value[k] = CMPLX(real[k], imaginary[k]);
  if (*job == 'V') unpack_vectors(s, right);
}

static void spectrum_compute(Session *session, Value a, bool vectors, Spectrum *s) {
  const Array *real = value_as_array(value_is_complex(a) ? value_as_complex(a)->real : a);
  size_t n = real->rows;
  *s = (Spectrum){.n = n, .value = scratch(session, (n + 1) * sizeof(double complex)),
                  .vector = scratch(session, (n * n + 1) * sizeof(double complex)),
                  .order = scratch(session, (n + 1) * sizeof(size_t))};
  if (n == 0) return;
  if (value_is_complex(a)) spectrum_of_complex(session, a, vectors ? "V" : "N", s);
  else spectrum_of_real(session, real, vectors ? "V" : "N", s);
}

static bool comes_before(double complex a, double complex b) {
  return creal(a) != creal(b) ? creal(a) > creal(b) : cimag(a) > cimag(b);
}

static void spectrum_sort(Spectrum *s) {
  for (size_t k = 0; k < s->n; k++) {
    size_t j = k;
    for (; j > 0 && comes_before(s->value[k], s->value[s->order[j - 1]]); j--) s->order[j] = s->order[j - 1];
    s->order[j] = k;
  }
}

/* What turns the largest entry of a column (the first of several) to the positive real axis. */
static double complex column_turn(size_t n, const double complex *column) {
  size_t largest = 0;
  for (size_t i = 1; i < n; i++)
    if (cabs(column[i]) > cabs(column[largest]) * (1 + 1e-12)) largest = i;
  return column[largest] == 0 ? 1 : conj(column[largest]) / cabs(column[largest]);
}

static Value pair_of_arrays(Session *session, size_t rows, size_t cols, double **real, double **imaginary) {
  Array *x = array_zeros(session, rows, cols), *y = array_zeros(session, rows, cols);
  *real = x->data;
  *imaginary = y->data;
  return complex_new(session, value_array(x), value_array(y));
}

Value complex_eigenvalues(Session *session, Value a, Value *vectors) {
  Spectrum s;
  spectrum_compute(session, a, vectors != NULL, &s);
  spectrum_sort(&s);
  double *real, *imaginary;
  Value values = pair_of_arrays(session, s.n, 1, &real, &imaginary);
  for (size_t k = 0; k < s.n; k++) {
    real[k] = creal(s.value[s.order[k]]);
    imaginary[k] = cimag(s.value[s.order[k]]);
  }
  if (!vectors) return values;
  *vectors = pair_of_arrays(session, s.n, s.n, &real, &imaginary);
  for (size_t k = 0; k < s.n; k++) {
    const double complex *column = s.vector + s.order[k] * s.n;
    double complex turn = column_turn(s.n, column);
    for (size_t i = 0; i < s.n; i++) {
      real[i * s.n + k] = creal(column[i] * turn) + 0.0;
      imaginary[i * s.n + k] = cimag(column[i] * turn) + 0.0;
    }
  }
  return values;
}

Value complex_eigen(Session *session, Value a) {
  Value vectors, values = complex_eigenvalues(session, a, &vectors);
  const Complex *c = value_as_complex(values);
  size_t n = value_as_array(c->real)->rows;
  double *real, *imaginary;
  Value diagonal = pair_of_arrays(session, n, n, &real, &imaginary);
  for (size_t k = 0; k < n; k++) {
    real[k * n + k] = value_as_array(c->real)->data[k];
    imaginary[k * n + k] = value_as_array(c->imaginary)->data[k];
  }
  value_release(values);
  return linear_tuple(session, (Value[]){vectors, diagonal}, 2);
}
