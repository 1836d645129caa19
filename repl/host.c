/* host.c - what the terminal gives the engine: printing, files, width, colour.
 *
 * Results go through stdio's buffer, reports are written at once; a report flushes the results
 * before it, so the two keep their order where both end up on one screen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  REASON_SIZE = 128, /* as in mml.h */
  DEFAULT_COLUMNS = 80,
  FIRST_BLOCK = 4096, /* a script fits; doubled from there */
};

static void host_print(void *context, const char *text, size_t length) {
  const Host *host = context;
  fwrite(text, 1, length, host->output);
}

static void host_report(void *context, const char *text, size_t length) {
  const Host *host = context;
  fflush(host->output);
  fwrite(text, 1, length, host->reports);
  fflush(host->reports);
}

static void host_progress(void *context, const char *line) {
  const Host *host = context;
  fprintf(host->reports, "\r\033[K%s", line ? line : "");
  fflush(host->reports);
}

/* strerror's text as it stands in the middle of a sentence. */
static void host_reason(char reason[REASON_SIZE], int error) {
  snprintf(reason, REASON_SIZE, "%s", error == ENOENT ? "no such file" : strerror(error));
  reason[0] = (char)tolower((unsigned char)reason[0]);
}

/* no-color.org: a NO_COLOR that is empty does not count. */
static bool host_colour(const Host *host) {
  const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
  return isatty(fileno(host->reports)) && !(no_color && *no_color) && term &&
         strcmp(term, "dumb") != 0;
}

int host_columns(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return DEFAULT_COLUMNS;
}

char *host_read_stream(FILE *stream, size_t *length) {
  size_t capacity = FIRST_BLOCK, count = 0;
  char *bytes = malloc(capacity);
  while (bytes) {
    size_t got = fread(bytes + count, 1, capacity - count, stream);
    count += got;
    if (got == 0) break;
    if (count < capacity) continue;
    capacity *= 2;
    char *larger = realloc(bytes, capacity);
    if (!larger) free(bytes);
    bytes = larger;
  }
  if (bytes && ferror(stream)) {
    int error = errno;
    free(bytes);
    errno = error;
    return NULL;
  }
  if (!bytes) errno = ENOMEM;
  *length = count;
  return bytes;
}

char *host_read_file(void *context, const char *path, size_t *length, char reason[REASON_SIZE]) {
  (void)context;
  FILE *file = fopen(path, "rb");
  char *bytes = file ? host_read_stream(file, length) : NULL;
  int error = errno;
  if (file) fclose(file);
  if (!bytes) host_reason(reason, error);
  return bytes;
}

bool host_write_file(void *context, const char *path, const char *bytes, size_t length,
                     char reason[REASON_SIZE]) {
  (void)context;
  FILE *file = fopen(path, "wb");
  bool written = file && fwrite(bytes, 1, length, file) == length;
  int error = errno;
  if (file && fclose(file) != 0 && written) {
    written = false;
    error = errno;
  }
  if (!written) host_reason(reason, error);
  return written;
}

Host host_start(bool transcript) {
  Host host = {
      .output = stdout,
      .reports = transcript ? stdout : stderr,
      .terminal = !transcript && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO),
  };
  host.colour = host_colour(&host);
  return host;
}

MmlHost host_callbacks(Host *host) {
  assert(host->output && host->reports);
  return (MmlHost){
      .context = host,
      .print = host_print,
      .report = host_report,
      .read_file = host_read_file,
      .write_file = host_write_file,
      .progress = host->terminal && isatty(fileno(host->reports)) ? host_progress : NULL,
      .columns = host_columns(),
      .colour = host->colour,
  };
}
