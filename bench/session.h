/* session.h - a session for programs that look at the engine from inside: quiet, and fatal on an error.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_BENCH_SESSION_H
#define MML_BENCH_SESSION_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mml.h"

static inline void bench_report(void *context, const char *text, size_t length) {
  (void)context;
  fwrite(text, 1, length, stderr);
}

/* Nothing is printed: every statement is quiet. */
static inline void bench_print(void *context, const char *text, size_t length) {
  (void)context, (void)text, (void)length;
}

static inline Mml *bench_session(void) {
  Mml *mml = mml_new(&(MmlHost){.print = bench_print, .report = bench_report});
  if (!mml) exit(EXIT_FAILURE);
  return mml;
}

static inline void bench_evaluate(Mml *mml, const char *text) {
  if (mml_eval(mml, "bench", text, strlen(text), MML_ECHO_NONE) != MML_OK) exit(EXIT_FAILURE);
}

#endif
