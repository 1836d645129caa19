/* coordinates.h - numbers of a verdict with the names of the variables they belong to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_COORDINATES_H
#define MML_COORDINATES_H

#include <stddef.h>
#include <stdint.h>

#include "memory.h"

/* Entries of one variable, and of any list, before the rest is counted. */
enum { COORDINATES_SHOWN = 12 };

/* "3", or "[1, 2]". */
void coordinates_vector(const double *v, size_t count, Text *out);
/* "x = 1, w = [1, 2], W = [1, 2; 3, 4]": equal names one after the other are one variable.
 * [columns] says for each number how wide its matrix is; NULL: only numbers and vectors. */
void coordinates_print(const double *v, const char *const *names, const uint32_t *columns, size_t n,
                       Text *out);

#endif
