/* fuzz_evaluate.c - any text through a session: it may fail, the session may not.
 *
 * Each text is run twice, from the same random numbers, and forgotten: the second run may leave no
 * more objects than the first, and the session still computes. Files are not touched (no
 * callbacks); a timer of processor time interrupts what takes long. A session serves many texts,
 * because making one costs more than running most texts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "fuzz.h"
#include "memory.h"
#include "mml.h"

enum {
  TEXTS = 256, /* for one session: names typed are interned for good */
  PATIENCE =
      50000 /* microseconds of processor time for a text, then again for what answers slowly */
};

typedef struct Fuzzed {
  Mml *mml;
  unsigned texts;
  Text printed;
} Fuzzed;

static void keep_printed(void *context, const char *text, size_t length) {
  text_append(&((Fuzzed *)context)->printed, text, length);
}

static void drop_reported(void *context, const char *text, size_t length) {
  (void)context;
  (void)text;
  FUZZ_CHECK(length > 0, "an empty report");
}

static void interrupt(int signal) {
  (void)signal;
  mml_interrupt();
}

static void set_timer(long microseconds) {
  struct timeval time = {.tv_usec = microseconds};
  setitimer(ITIMER_VIRTUAL, &(struct itimerval){time, time}, NULL);
}

/* Forgets what the text defined and its last value. */
static void name_definition(void *context, const char *name, const char *text) {
  (void)text;
  text_format(context, "clear %s\n", name);
}

static void forget_definitions(Fuzzed *fuzzed) {
  Text names = {0};
  text_string(&names, "");
  mml_variables(fuzzed->mml, name_definition, &names);
  text_string(&names, "1;\n");
  MmlStatus status = mml_eval(fuzzed->mml, "forget", names.bytes, names.length, MML_ECHO_NONE);
  FUZZ_CHECK(status == MML_OK, "the session cannot forget:\n%s", names.bytes);
  text_free(&names);
}

static MmlStatus run_text(Fuzzed *fuzzed, const uint8_t *data, size_t size) {
  forget_definitions(fuzzed); /* the last value is the same both times */
  mml_seed(fuzzed->mml, 1);
  set_timer(PATIENCE);
  MmlStatus status = mml_eval(fuzzed->mml, "text", (const char *)data, size, MML_ECHO_ALL);
  set_timer(0);
  text_free(&fuzzed->printed);
  forget_definitions(fuzzed);
  return status;
}

static void check_alive(Fuzzed *fuzzed) {
  MmlStatus status = mml_eval(fuzzed->mml, "alive", "6*7", 3, MML_ECHO_EXPRESSIONS);
  FUZZ_CHECK(status == MML_OK && strcmp(fuzzed->printed.bytes, "42\n") == 0, "6*7 is %s",
             fuzzed->printed.bytes ? fuzzed->printed.bytes : "nothing");
  text_free(&fuzzed->printed);
}

static void start_session(Fuzzed *fuzzed) {
  mml_free(fuzzed->mml);
  MmlHost host = {.context = fuzzed, .print = keep_printed, .report = drop_reported};
  fuzzed->mml = mml_new(&host);
  FUZZ_CHECK(fuzzed->mml, "no session");
  fuzzed->texts = 0;
  signal(SIGVTALRM, interrupt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Fuzzed fuzzed; /* lives on between the calls: libFuzzer hands nothing through */
  if (!fuzzed.mml || ++fuzzed.texts == TEXTS) start_session(&fuzzed);
  MmlStatus first = run_text(&fuzzed, data, size);
  size_t before = mml_object_count(fuzzed.mml);
  MmlStatus second = run_text(&fuzzed, data, size);
  size_t after = mml_object_count(fuzzed.mml);
  if (first != MML_INTERRUPTED && second != MML_INTERRUPTED) {
    FUZZ_CHECK(first == second, "the second time status %d, not %d", (int)second, (int)first);
    FUZZ_CHECK(before == after, "%zu objects, then %zu", before, after);
  }
  check_alive(&fuzzed);
  return 0;
}
