/* start.c - the first result: what a process costs at least.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

int main(void) { printf("%d\n", 1 + 1); }
