/* driver.c - runs a fuzzing target once on each file of the folders and files it is given: what the
 * tests do with a compiler that has no libFuzzer. The status is 1 if there was nothing to run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static size_t files; /* nftw hands nothing through to its callback */

static int run_file(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)place;
  if (kind != FTW_F) return 0;
  size_t size = (size_t)status->st_size;
  uint8_t *bytes = malloc(size ? size : 1);
  FILE *file = fopen(path, "rb");
  FUZZ_CHECK(bytes && file && fread(bytes, 1, size, file) == size, "cannot read %s", path);
  fclose(file);
  printf("%s\n", path);
  fflush(stdout); /* so that it is known which one stopped it */
  LLVMFuzzerTestOneInput(bytes, size);
  free(bytes);
  files++;
  return 0;
}

int main(int count, char **paths) {
  enum { OPEN_FOLDERS = 8 };
  for (int i = 1; i < count; i++)
    FUZZ_CHECK(nftw(paths[i], run_file, OPEN_FOLDERS, FTW_PHYS) == 0, "no folder %s", paths[i]);
  printf("%zu files\n", files);
  return files == 0;
}
