/* test_linkage.c - are the fast libraries the ones that are called?
 *
 * libgsl needs libgslcblas, whose matrix product is ten times slower than OpenBLAS's; which of the
 * two answers to cblas_dgemm is decided by the order on the link line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_cblas.h>
#include <string.h>

/* The file name of the library in which the running program found [symbol]. */
static const char *linkage_library(const char *symbol) {
  void *address = dlsym(RTLD_DEFAULT, symbol);
  cr_assert(address != NULL, "%s is not linked", symbol);
  Dl_info info;
  cr_assert(dladdr(address, &info) != 0, "nobody knows where %s is", symbol);
  return info.dli_fname;
}

/* Keeps OpenBLAS and GSL in a program whose linker drops libraries nobody calls. */
static double linkage_product(void) {
  double two = 2, three = 3, product = 0;
  gsl_matrix_view a = gsl_matrix_view_array(&two, 1, 1), b = gsl_matrix_view_array(&three, 1, 1),
                  c = gsl_matrix_view_array(&product, 1, 1);
  gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, &a.matrix, &b.matrix, 0, &c.matrix);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, 1, 1, 1, &two, 1, &three, 1, 1,
              &product, 1);
  return product;
}

Test(linkage, the_matrix_product_is_not_gslcblas) {
  cr_assert_eq(linkage_product(), 12);
  const char *symbols[] = {"cblas_dgemm", "cblas_ddot", "cblas_dgemv", "cblas_dtrsm"};
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    const char *library = linkage_library(symbols[i]);
    cr_expect(strstr(library, "gslcblas") == NULL, "%s comes from %s", symbols[i], library);
    cr_expect(strstr(library, "blas") != NULL, "%s comes from %s", symbols[i], library);
  }
}

Test(linkage, lapack_comes_with_the_same_library) {
  cr_assert_eq(linkage_product(), 12);
  cr_expect_str_eq(linkage_library("dgesdd_"), linkage_library("cblas_dgemm"));
}
