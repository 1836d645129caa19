/* rows.h - the tables under tests/data: one case a line, cells separated by tabs, # comments.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_ROWS_H
#define MML_TESTS_ROWS_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_CELLS_MOST = 10 };

typedef struct Rows {
  FILE *file;
  char *line;
  size_t size;
  char *cell[ROW_CELLS_MOST];
  int cells;
} Rows;

static inline Rows rows_open(const char *name) {
  char path[512];
  snprintf(path, sizeof path, MML_TEST_DATA "/%s", name);
  Rows rows = {.file = fopen(path, "r")};
  cr_assert(rows.file, "cannot read %s", path);
  return rows;
}

/* The next row into rows->cell; false, with everything released, after the last one. */
static inline bool rows_next(Rows *rows) {
  while (getline(&rows->line, &rows->size, rows->file) >= 0) {
    rows->line[strcspn(rows->line, "\n")] = 0;
    if (rows->line[0] == '#' || rows->line[0] == 0) continue;
    char *rest = rows->line;
    for (rows->cells = 0; rest && rows->cells < ROW_CELLS_MOST; rows->cells++)
      rows->cell[rows->cells] = strsep(&rest, "\t");
    return true;
  }
  free(rows->line);
  fclose(rows->file);
  *rows = (Rows){0};
  return false;
}

#endif
