/* rosenbrock.c - Rosenbrock's function of 10 numbers; a call stays a call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) double rosenbrock(const double *x, size_t n) {
  double s = 0;
  for (size_t i = 0; i + 1 < n; i++) {
    double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    s += 100 * (a * a) + b * b;
  }
  return s;
}

int main(int argc, char **argv) {
  double count = argc > 1 ? atof(argv[1]) : 1, x[10], total = 0;
  for (int i = 0; i < 10; i++) x[i] = 0.1 * (i + 1);
  for (double k = 1; k <= count; k++) {
    x[0] = 1e-6 * k;
    total += rosenbrock(x, 10);
  }
  printf("%.9e\n", total);
}
