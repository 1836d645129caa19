/* coordinates.c - printing numbers by the names of their variables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimise/coordinates.h"

#include <stdbool.h>
#include <string.h>

/* [columns] entries a row; a single row is a vector typed with a '. */
static void coordinates_array(const double *v, size_t count, uint32_t columns, Text *out) {
  text_string(out, "[");
  for (size_t i = 0; i < count && i < COORDINATES_SHOWN; i++) {
    bool row_begins = i % columns == 0 && columns > 1;
    text_format(out, "%s%.6g", i == 0 ? "" : row_begins ? "; " : ", ", v[i] + 0.0);
  }
  if (count > COORDINATES_SHOWN) text_format(out, ", … %zu more", count - COORDINATES_SHOWN);
  text_string(out, count == columns ? "]'" : "]");
}

void coordinates_vector(const double *v, size_t count, Text *out) {
  if (count == 1) text_format(out, "%.6g", v[0] + 0.0);
  else coordinates_array(v, count, 1, out);
}

void coordinates_print(const double *v, const char *const *names, const uint32_t *columns, size_t n,
                       Text *out) {
  for (size_t i = 0, end; i < n; i = end) {
    end = i + 1;
    while (end < n && strcmp(names[end], names[i]) == 0) end++;
    text_format(out, "%s%s = ", i ? ", " : "", names[i]);
    if (columns && columns[i] > 1) coordinates_array(v + i, end - i, columns[i], out);
    else coordinates_vector(v + i, end - i, out);
  }
}
