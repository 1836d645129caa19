/* host.h - what the terminal gives the engine: printing, files, width, colour.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_HOST_H
#define MML_HOST_H

#include "mml.h"
#include <stdbool.h>
#include <stdio.h>

typedef struct Host {
  FILE *output;  /* results */
  FILE *reports; /* errors and notes; the same as [output] in a transcript */
  bool colour;   /* reports may be in ANSI colours */
  bool terminal; /* stdin and stdout both are one: only then is there a prompt */
} Host;

/* The standard streams; a transcript writes everything to stdout. */
Host host_start(bool transcript);

/* The callbacks over [host], which must outlive the session. */
MmlHost host_callbacks(Host *host);

/* The width of the terminal on stdout, 80 without one. */
int host_columns(void);

/* Reads a whole stream. NULL with errno set on failure (EINTR: interrupted); freed by the caller.
 */
char *host_read_stream(FILE *stream, size_t *length);

/* As MmlHost.read_file and write_file. */
char *host_read_file(void *context, const char *path, size_t *length, char reason[128]);
bool host_write_file(void *context, const char *path, const char *bytes, size_t length,
                     char reason[128]);

#endif
