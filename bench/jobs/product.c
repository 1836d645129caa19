/* product.c - the product of two 500×500 matrices by OpenBLAS.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 500 };

static double a[N * N], b[N * N], c[N * N];

int main(int argc, char **argv) {
  double count = argc > 1 ? atof(argv[1]) : 1, total = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      a[i * N + j] = sin(i + 1 + 2 * (j + 1));
      b[i * N + j] = cos(2 * (i + 1) - (j + 1));
    }
  for (double k = 1; k <= count; k++) {
    a[0] = k;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, N, N, N, 1, a, N, b, N, 0, c, N);
    total += c[0] + c[N * N - 1];
  }
  printf("%.9e\n", total);
}
