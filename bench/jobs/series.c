/* series.c - the sum of sin(i)/2 / (1 + i^2).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  double n = argc > 1 ? atof(argv[1]) : 1, s = 0;
  for (double i = 1; i <= n; i++) s += sin(i) * 0.5 / (1 + i * i);
  printf("%.9e\n", s);
}
