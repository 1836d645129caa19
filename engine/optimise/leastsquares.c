/* leastsquares.c - Levenberg-Marquardt on the exact Jacobian, for sums of squares.
 *
 * GSL's multifit_nlinear does the steps; when to stop is decided here, because its own gradient
 * test is absolute for small sums (convergence.c). Where residuals stay large the Gauss-Newton
 * model converges slowly; then, if there is a Hessian, the trust-region Newton method takes over
 * from the point reached.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/search.h"

#include <assert.h>
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <string.h>

#include "optimise/verdict.h"

/* Residuals that are no numbers become this, so that GSL rejects the step: it compares norms, and a
 * comparison with nan is never a rejection. Its square still fits a double. */
static const double REFUSED_RESIDUAL = 1e150;

/* From so many variables on the normal equations are solved instead of factoring J: GSL's QR takes up to ten
 * times as long there, and Newton steps at the end restore what digits that costs. */
enum { NORMAL_EQUATIONS = 10 };
/* From here on calls of BLAS are worth it. */
enum { LARGE = 20 };

typedef struct Squares {
  Search *search;
  size_t rows; /* residuals, padded by zeros to at least n: GSL refuses fewer */
  double *r, *jacobian;
  double *g, *normal, *p, *d; /* gradient 2 J'r, factor of 2 J'J, Gauss-Newton step, scales */
  size_t settled, singular;   /* times in a row the step was negligible, J short of rank */
  bool skipped;               /* the Gauss-Newton step was not worked out */
  gsl_multifit_nlinear_workspace *workspace;
} Squares;

static int squares_residuals(const gsl_vector *x, void *context, gsl_vector *r) {
  Squares *squares = context;
  assert(x->stride == 1);
  size_t m = squares->search->objective->m;
  double value = search_residuals(squares->search, x->data, squares->r);
  for (size_t i = 0; i < squares->rows; i++)
    gsl_vector_set(r, i, i >= m ? 0 : isfinite(value) ? squares->r[i] : REFUSED_RESIDUAL);
  return GSL_SUCCESS;
}

static int squares_jacobian(const gsl_vector *x, void *context, gsl_matrix *j) {
  Squares *squares = context;
  size_t n = squares->search->n, m = squares->search->objective->m;
  search_jacobian(squares->search, x->data, squares->jacobian);
  gsl_matrix_set_zero(j);
  for (size_t i = 0; i < m; i++)
    memcpy(gsl_matrix_ptr(j, i, 0), squares->jacobian + i * n, n * sizeof(double));
  return dense_finite(m * n, squares->jacobian) ? GSL_SUCCESS : GSL_EBADFUNC;
}

static void squares_free(void *workspace) { gsl_multifit_nlinear_free(workspace); }

static bool squares_open(Squares *squares, gsl_multifit_nlinear_fdf *function) {
  Search *search = squares->search;
  size_t n = search->n;
  gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
  if (n >= NORMAL_EQUATIONS) parameters.solver = gsl_multifit_nlinear_solver_cholesky;
  squares->workspace =
      gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, squares->rows, n);
  if (squares->workspace == NULL) return false;
  search_adopt(search, squares->workspace, squares_free);
  double *from = search_numbers(search, n);
  memcpy(from, search->result->x, n * sizeof *from);
  gsl_vector_view start = gsl_vector_view_array(from, n);
  *function = (gsl_multifit_nlinear_fdf){.f = squares_residuals,
                                         .df = squares_jacobian,
                                         .n = squares->rows,
                                         .p = n,
                                         .params = squares};
  return gsl_multifit_nlinear_init(&start.vector, function, squares->workspace) == GSL_SUCCESS;
}

/* Gradient 2 J'r and the lower half of 2 J'J, row by row. */
static void squares_products(Squares *squares, const double *j, size_t stride, const double *r) {
  size_t n = squares->search->n;
  memset(squares->g, 0, n * sizeof(double));
  memset(squares->normal, 0, n * n * sizeof(double));
  for (size_t i = 0; i < squares->rows; i++, j += stride)
    for (size_t k = 0; k < n; k++) {
      double entry = 2 * j[k];
      squares->g[k] += entry * r[i];
      for (size_t l = 0; l <= k; l++) squares->normal[k * n + l] += entry * j[l];
    }
}

/* Gradient, and scales from the lengths of J's columns. */
static void squares_slope(Squares *squares, const double *j, size_t stride, const double *r) {
  size_t n = squares->search->n;
  cblas_dgemv(CblasRowMajor, CblasTrans, (int)squares->rows, (int)n, 2, j, (int)stride, r, 1, 0, squares->g, 1);
  memset(squares->d, 0, n * sizeof(double));
  for (size_t i = 0; i < squares->rows; i++, j += stride)
    for (size_t k = 0; k < n; k++) squares->d[k] += 2 * j[k] * j[k];
  for (size_t k = 0; k < n; k++) squares->d[k] = squares->d[k] > 0 ? sqrt(squares->d[k]) : 1;
}

/* Is the Gauss-Newton step p certain to be no small one? The scaled matrix has ones on its diagonal, so its
 * norm is at most n, and |g/d| at most n |d p|. */
static bool squares_far(const Squares *squares, const double *x) {
  size_t n = squares->search->n;
  double slope = 0, reach = verdict_small_length(squares->search, x, squares->d);
  for (size_t k = 0; k < n; k++) slope = hypot(slope, squares->g[k] / squares->d[k]);
  return slope > (double)n * reach;
}

static void squares_large_products(Squares *squares, const double *j, size_t stride) {
  int rows = (int)squares->rows, n = (int)squares->search->n, step = (int)stride;
  cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, n, rows, 2, j, step, 0, squares->normal, n);
}

/* Gradient, and the Gauss-Newton step when J has full rank; returns the sum of squares. With many variables a
 * step that cannot be small yet is not worked out. */
static double squares_model(Squares *squares, bool *has_step) {
  size_t n = squares->search->n;
  const gsl_matrix *j = gsl_multifit_nlinear_jac(squares->workspace);
  const gsl_vector *r = gsl_multifit_nlinear_residual(squares->workspace);
  assert(r->stride == 1);
  double value = dense_dot(squares->rows, r->data, r->data);
  squares->skipped = *has_step = false;
  if (n < LARGE) {
    squares_products(squares, j->data, j->tda, r->data);
  } else {
    squares_slope(squares, j->data, j->tda, r->data);
    squares->skipped = squares_far(squares, squares->workspace->x->data);
    if (squares->skipped) return value;
    squares_large_products(squares, j->data, j->tda);
  }
  for (size_t k = 0; k < n; k++)
    for (size_t l = 0; l < k; l++) squares->normal[l * n + k] = squares->normal[k * n + l];
  for (size_t k = 0; k < n; k++) squares->p[k] = -squares->g[k];
  dense_scales(n, squares->normal, squares->d);
  *has_step = dense_cholesky(n, squares->normal);
  if (*has_step) dense_cholesky_solve(n, squares->normal, squares->p);
  return value;
}

/* At a minimum the residuals are orthogonal to the columns of J; a cosine at rounding level says so
 * even where J has lost rank. d holds sqrt(2) times the columns' norms. */
static bool squares_orthogonal(const Squares *squares, double value) {
  const double ROUNDING = 1e-14;
  for (size_t k = 0; k < squares->search->n; k++)
    if (fabs(squares->g[k]) > ROUNDING * squares->d[k] * sqrt(2 * value)) return false;
  return true;
}

/* Without a Hessian nobody polishes the answer, so the step found negligible is taken as well. */
static bool squares_settled(Squares *squares, const double *x, double value, bool has_step) {
  Search *search = squares->search;
  if (search->options->tolerance > 0) return search_done(search, x, value, squares->g);
  if (squares_orthogonal(squares, value)) return true;
  if (!has_step || !verdict_small_step(search, x, squares->d, squares->p)) return false;
  return search_has_hessian(search) || squares->settled++ > 0;
}

/* Where residuals stay, Gauss-Newton steps shrink slowly and gain little: Newton will gain more. */
static bool squares_slow(const Squares *squares, double drop, double shrink, size_t *slow) {
  enum { PATIENCE = 3, SINGULAR_MOST = 4 };
  const double SLOW = 0.2, GROWS = 1, GAIN = 0.03;
  *slow = shrink > SLOW && shrink < GROWS && drop < GAIN ? *slow + 1 : 0;
  return search_has_hessian(squares->search) &&
         (*slow >= PATIENCE || squares->singular >= SINGULAR_MOST);
}

static void squares_iterate(Squares *squares) {
  Search *search = squares->search;
  gsl_multifit_nlinear_workspace *workspace = squares->workspace;
  const double *x = workspace->x->data;
  bool has_step;
  double previous = INFINITY, value = squares_model(squares, &has_step);
  for (size_t slow = 0; !squares_settled(squares, x, value, has_step);) {
    if (search_exhausted(search)) {
      search_reason(search, "%zu evaluations are spent", search->result->evaluations);
      return;
    }
    if (gsl_multifit_nlinear_iterate(workspace) != GSL_SUCCESS) {
      search_reason(search, "no Levenberg-Marquardt step lowers the sum of squares any more");
      return;
    }
    search->result->iterations++;
    double length = dense_norm(search->n, workspace->dx->data), before = value, whole;
    value = squares_model(squares, &has_step);
    squares->singular = has_step || squares->skipped ? 0 : squares->singular + 1;
    whole = value + search->objective->offset;
    if (search_unbounded(search, x, whole) || !search_step(search, x, whole, squares->g, length) ||
        squares_slow(squares, (before - value) / before, length / previous, &slow))
      return;
    previous = length;
  }
}

/* To the trust-region Newton method, which also polishes; named if it had real work left. */
static void squares_hand_over(Search *search) {
  enum { POLISHING = 3 };
  size_t before = search->result->iterations;
  trustregion_run(search);
  if (search->result->iterations > before + POLISHING)
    search->result->title = "Levenberg-Marquardt, then trust-region Newton";
}

void leastsquares_run(Search *search) {
  size_t n = search->n, m = search->objective->m;
  Squares squares = {.search = search, .rows = m > n ? m : n};
  squares.r = search_numbers(search, m);
  squares.jacobian = search_numbers(search, m * n);
  squares.g = search_numbers(search, n);
  squares.p = search_numbers(search, n);
  squares.d = search_numbers(search, n);
  squares.normal = search_numbers(search, n * n);
  gsl_multifit_nlinear_fdf function;
  if (squares_open(&squares, &function)) squares_iterate(&squares);
  else search_reason(search, "the residuals or their derivatives at the start are not finite");
  bool over =
      search->result->stopped || search->result->unbounded || search->result->within_tolerance;
  if (search_has_hessian(search) && !over) squares_hand_over(search);
}
