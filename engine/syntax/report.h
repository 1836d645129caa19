/* report.h - one error or note as data: what happened, where, and what to type instead.
 *
 * A report has fixed size and owns only a reference to its source, so it can be filled in anywhere and
 * survive the longjmp that carries it out. Texts longer than their field are cut at a character.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_REPORT_H
#define MML_REPORT_H

#include "memory.h"
#include "syntax/source.h"

enum { REPORT_LABELS = 4, REPORT_CALLS = 3, REPORT_ADVICE = 3 };

typedef struct Label {
  Span span;
  char text[96]; /* written under the caret; may be empty */
} Label;

typedef struct Report {
  Source *source;     /* counted; NULL when there is no place */
  char message[512];  /* lower case, no full stop: "shapes do not fit in A * v" */
  Label label[REPORT_LABELS]; /* label[0] is the place of the error */
  int label_count;
  char remark[320];   /* one more fact beside the labels: "A has 3 columns, v has 2 rows" */
  char advice[REPORT_ADVICE][200]; /* things to type instead, ready to paste */
  int advice_count;
  struct { Source *source; Span span; char name[48]; } call[REPORT_CALLS]; /* the student's own calls, innermost first */
  int call_count;
} Report;

void report_start(Report *report, Source *source, Span span, const char *format, ...) __attribute__((format(printf, 4, 5)));
void report_label(Report *report, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
void report_remark(Report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_advise(Report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_clear(Report *report); /* releases the sources */

/* Appends the printed form. At the prompt (source name ""):
 *   error: shapes do not fit in A * v
 *     A * v
 *     ^   ^
 *     2×3 2×1     A has 3 columns, v has 2 rows
 *     try: A'*v  (3×1)
 * in a script the first line starts with "file:line:col: error: ". Labels that share a line are drawn
 * under one copy of it; labels on different lines get one copy each. [colour] adds ANSI colours. */
void report_render(const Report *report, bool colour, Text *out);

/* The candidate nearest to [name] (Damerau-Levenshtein, at most a third of its length wrong, ties to
 * the first), or NULL. Feed it candidates one by one. */
typedef struct Suggestion {
  const char *name;
  const char *best;
  size_t distance;
} Suggestion;
void suggestion_start(Suggestion *suggestion, const char *name);
void suggestion_offer(Suggestion *suggestion, const char *candidate);

#endif
