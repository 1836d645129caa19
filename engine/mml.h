/* mml.h - the engine's only public header: a session that evaluates text.
 *
 * The engine does no input or output of its own. What it prints, reads or reports goes through the
 * callbacks of MmlHost, so a terminal, a script runner, a notebook kernel and a test are all thin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_H
#define MML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MML_VERSION "0.1.0"

typedef struct Mml Mml;

typedef struct MmlHost {
  void *context; /* handed to every callback */
  /* Results and print(): whole pieces of UTF-8, newlines included. */
  void (*print)(void *context, const char *text, size_t length);
  /* Errors and notes, rendered, newline at the end. */
  void (*report)(void *context, const char *text, size_t length);
  /* Reads a whole file: malloc'ed bytes to be freed by the engine, or NULL with a reason ("no such
   * file") in [reason]. NULL callback: reading is refused. */
  char *(*read_file)(void *context, const char *path, size_t *length, char reason[128]);
  bool (*write_file)(void *context, const char *path, const char *bytes, size_t length, char reason[128]);
  /* Called now and then during long work with a line to show, or NULL when it is over. May be NULL. */
  void (*progress)(void *context, const char *line);
  int columns;  /* width for folding, 80 if 0 */
  bool colour;  /* errors in ANSI colours */
} MmlHost;

typedef enum MmlStatus {
  MML_OK,
  MML_ERROR,       /* reported */
  MML_INCOMPLETE,  /* the text needs more lines; nothing was run, nothing reported */
  MML_INTERRUPTED, /* reported; the session is as before the statement that ran */
} MmlStatus;

typedef enum MmlEcho {
  MML_ECHO_ALL,         /* the prompt: every statement that does not end in ; */
  MML_ECHO_EXPRESSIONS, /* scripts: bare expressions only */
  MML_ECHO_NONE
} MmlEcho;

/* A new session with the standard library loaded; NULL only when memory is out. [host] is copied. */
Mml *mml_new(const MmlHost *host);
void mml_free(Mml *mml);

/* Evaluates a text whole: parses it, then runs statement by statement until one fails. [name] stands in
 * errors before line:column; "" marks prompt input (no file name, MML_INCOMPLETE possible). */
MmlStatus mml_eval(Mml *mml, const char *name, const char *text, size_t length, MmlEcho echo);

/* Looks for mistakes without running anything: how it is written, unknown names, wrong arguments, shapes
 * that do not fit. Reports all it finds, in the order of the text; MML_ERROR when there was one. What is
 * not certain to fail where it is reached is not reported. Names of texts checked before count as known. */
MmlStatus mml_check(Mml *mml, const char *name, const char *text, size_t length);

/* Is this prompt entry complete? Runs nothing and reports nothing. [open] (may be NULL) gets what is
 * open, for the continuation prompt. */
MmlStatus mml_ready(Mml *mml, const char *text, size_t length, char open[32]);

/* Prints the text in canonical layout: its own tokens, comments and lines with white space set anew, the
 * meaning the same. Runs nothing; what does not parse is reported under [name] and nothing printed. */
MmlStatus mml_format(Mml *mml, const char *name, const char *text, size_t length);

/* Stops the running evaluation at its next safe point. Async-signal-safe; the flag is the engine's only
 * global. */
void mml_interrupt(void);

void mml_set_columns(Mml *mml, int columns);
void mml_seed(Mml *mml, uint64_t seed);

/* ?name: prints signature, help, example and derivative. False when there is no such name (reported,
 * with a suggestion). */
bool mml_help(Mml *mml, const char *name);
/* :explain: prints the long form of the last error that mml_eval reported, or that there is none. */
void mml_explain(Mml *mml);
/* ??word: one line for every name whose help mentions the word. */
void mml_search(Mml *mml, const char *word);

/* Calls [each] for every known name that starts with [prefix] — the session's, builtins, keywords — in
 * alphabetical order. [function] says whether a ( should follow. */
void mml_complete(Mml *mml, const char *prefix,
                  void (*each)(void *context, const char *name, bool function), void *context);

/* Calls [each] for every variable and function the user defined: name, one-line value. */
void mml_variables(Mml *mml, void (*each)(void *context, const char *name, const char *text), void *context);

/* The same with the kind ("matrix") and the shape ("2×3", a function's "(x, y = 2)", "" when there is none). */
void mml_shapes(Mml *mml, void (*each)(void *context, const char *name, const char *kind, const char *shape),
                void *context);

/* Remembers the variables as they are before [entry] runs, for mml_undo. The last 20 entries that changed any
 * are kept. */
void mml_mark(Mml *mml, const char *entry);
/* Takes the last marked entry that changed variables back: calls [start] with it, then [each] for every name
 * that is different now, with its value or NULL when it has none. False when there is no such entry. */
bool mml_undo(Mml *mml, void (*start)(void *context, const char *entry),
              void (*each)(void *context, const char *name, const char *text), void *context);

/* The reference page (Markdown) made from the rows and the stdlib, through host.print. */
void mml_reference(Mml *mml);

/* The language's words and signs, one a line behind what it is ("keyword if", "builtin sin", "greek
 * theta θ"), through host.print: what editor files and fuzzing dictionaries are made from. */
void mml_vocabulary(Mml *mml);

/* Objects alive, for leak tests: the same before and after an evaluation that defines nothing. */
size_t mml_object_count(Mml *mml);

#endif
