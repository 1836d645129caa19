/* recordings.h - recordings of functions typed in a test, looked at from inside.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_RECORDINGS_H
#define MML_TESTS_RECORDINGS_H

#include <criterion/criterion.h>
#include <string.h>

#include "calculus/gradient.h"
#include "machine/session.h"
#include "mml.h"
#include "values/operate.h"

enum { RECORDED_INPUTS = 24 }; /* at most */

static inline void recorded_quiet(void *context, const char *text, size_t length) {
  (void)context, (void)text, (void)length;
}

static inline void recorded_evaluate(Mml *mml, const char *text) {
  cr_assert_eq(mml_eval(mml, "test", text, strlen(text), MML_ECHO_NONE), MML_OK, "%s", text);
}

static inline Value recorded_lookup(Session *session, const char *name) {
  return session_lookup(session, symbol_intern(&session->symbols, name, strlen(name)));
}

/* f at p, which has at most RECORDED_INPUTS entries: they are put into [input]. */
static inline Recording recorded_f(Session *s, Value input[RECORDED_INPUTS]) {
  Value point = recorded_lookup(s, "p");
  uint32_t n = (uint32_t)array_count(value_as_array(point));
  for (uint32_t i = 0; i < n; i++) input[i] = array_entry(value_as_array(point), i);
  return recording_of(s, recorded_lookup(s, "f"), &point, 1, input, n);
}

/* Calls [look] in a session of its own after the [setting] and the definition of f. */
static inline void recorded_session(const char *setting, const char *definition,
                                    void (*look)(Session *, const char *definition, int expected), int expected) {
  Mml *mml = mml_new(&(MmlHost){.print = recorded_quiet, .report = recorded_quiet});
  cr_assert_not_null(mml);
  recorded_evaluate(mml, setting);
  recorded_evaluate(mml, definition);
  Session *s = (Session *)mml;
  jmp_buf handler;
  if (setjmp(handler)) {
    cr_assert_fail("%s: %s", definition, s->report.message);
  } else {
    s->handler = &handler;
    look(s, definition, expected);
  }
  s->handler = NULL;
  mml_free(mml);
}

#endif
