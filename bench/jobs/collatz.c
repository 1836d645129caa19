/* collatz.c - Collatz' steps with doubles, as the other languages count: floor for the remainder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) double steps(double m) {
  double t = 0;
  while (m != 1) {
    m = m - 2 * floor(m / 2) == 0 ? m / 2 : 3 * m + 1;
    t += 1;
  }
  return t;
}

int main(int argc, char **argv) {
  double count = argc > 1 ? atof(argv[1]) : 1, total = 0;
  for (double k = 1; k <= count; k++)
    for (double start = 1; start <= 100; start++) total += steps(start);
  printf("%.9e\n", total);
}
