/* report.c - filling in a report, printing it, and finding the name that was meant.
 *
 * A place is drawn as one copy of its line, carets, and the label texts under their carets. Columns
 * are terminal columns. A line longer than EXCERPT_COLUMNS is cut to a window around its first
 * label.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/report.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

enum {
  EXCERPT_COLUMNS = 100, /* what fits a usual terminal beside the margin */
  CALL_COLUMNS = 60,
  TEXT_PUSH =
      6, /* columns a label's text may stand off its caret: a shape like 10×20 and a space */
  REMARK_GAP = 5, /* spaces between the labels and the remark */
  SUGGESTION_LONGEST = 64
};

/* ---- filling in ---- */

/* Makes a text that vsnprintf may have cut end at a whole character. */
static void trim_cut(char *text) {
  size_t length = strlen(text);
  size_t start = length;
  while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
  if (start == 0) return;
  unsigned char lead = (unsigned char)text[start - 1];
  size_t needed = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length - (start - 1) < needed) text[start - 1] = '\0';
}

#define FILL(field, format)                                                                        \
  do {                                                                                             \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    vsnprintf((field), sizeof(field), format, arguments);                                          \
    va_end(arguments);                                                                             \
    trim_cut(field);                                                                               \
  } while (0)

void report_start(Report *report, Source *source, Span span, const char *format, ...) {
  memset(report, 0, sizeof *report);
  report->source = source ? source_keep(source) : NULL;
  FILL(report->message, format);
  if (!source) return;
  report->label[0].span = span;
  report->label_count = 1;
}

void report_label(Report *report, Span span, const char *format, ...) {
  if (report->label_count >= REPORT_LABELS) return;
  Label *label = &report->label[report->label_count++];
  label->span = span;
  FILL(label->text, format);
}

void report_remark(Report *report, const char *format, ...) { FILL(report->remark, format); }

void report_advise(Report *report, const char *format, ...) {
  if (report->advice_count >= REPORT_ADVICE) return;
  char *advice = report->advice[report->advice_count++];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(advice, sizeof report->advice[0], format, arguments);
  va_end(arguments);
  trim_cut(advice);
}

#undef FILL

void report_clear(Report *report) {
  source_release(report->source);
  for (int call = 0; call < report->call_count; call++) source_release(report->call[call].source);
  memset(report, 0, sizeof *report);
}

/* ---- one line of source ---- */

/* The part of a line that is shown: bytes, and where the cuts are. */
typedef struct Excerpt {
  const char *text; /* of the source */
  Span line;
  size_t from, to; /* columns of the line shown, [from, to) */
  size_t total;    /* columns of the whole line */
} Excerpt;

/* One character of a line as it is shown; [step] is its length in the source. */
static size_t shown_character(const char *bytes, size_t length, const char **shown, size_t *size,
                              size_t *step) {
  utf8proc_int32_t character;
  utf8proc_ssize_t read =
      utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, &character);
  *step = read > 0 ? (size_t)read : 1;
  if (read <= 0 || (character != '\t' && (character < 0x20 || character == 0x7F))) {
    *shown = "\xEF\xBF\xBD"; /* the replacement sign */
    *size = 3;
    return 1;
  }
  *shown = character == '\t' ? " " : bytes;
  *size = character == '\t' ? 1 : *step;
  if (character < 0x80) return 1;
  int width = utf8proc_charwidth(character);
  return width > 0 ? (size_t)width : 0;
}

/* Columns that [start, end) takes when shown. */
static size_t shown_columns(const char *text, uint32_t start, uint32_t end) {
  size_t columns = 0;
  for (size_t at = start; at < end;) {
    const char *shown;
    size_t size, step;
    columns += shown_character(text + at, end - at, &shown, &size, &step);
    at += step;
  }
  return columns;
}

static Excerpt excerpt_around(const Source *source, Span line, uint32_t focus) {
  Excerpt excerpt = {source->text, line, 0, 0, shown_columns(source->text, line.start, line.end)};
  excerpt.to = excerpt.total;
  if (excerpt.total <= EXCERPT_COLUMNS) return excerpt;
  size_t column = shown_columns(source->text, line.start, focus < line.end ? focus : line.end);
  excerpt.from = column > EXCERPT_COLUMNS / 2 ? column - EXCERPT_COLUMNS / 2 : 0;
  if (excerpt.from + EXCERPT_COLUMNS > excerpt.total)
    excerpt.from = excerpt.total - EXCERPT_COLUMNS;
  excerpt.to = excerpt.from + EXCERPT_COLUMNS;
  return excerpt;
}

/* Cut ends are marked by … in place of the first or last column. */
static void append_excerpt(const Excerpt *excerpt, Text *out) {
  bool cut_left = excerpt->from > 0, cut_right = excerpt->to < excerpt->total;
  size_t from = excerpt->from + cut_left, to = excerpt->to - cut_right;
  size_t column = 0;
  if (cut_left) text_string(out, "…");
  for (size_t at = excerpt->line.start; at < excerpt->line.end && column < to;) {
    const char *shown;
    size_t size, step;
    size_t width =
        shown_character(excerpt->text + at, excerpt->line.end - at, &shown, &size, &step);
    if (column >= from) text_append(out, shown, size);
    column += width;
    at += step;
  }
  if (cut_right) text_string(out, "…");
}

/* ---- carets and label texts ---- */

/* A label as it stands under its line. */
typedef struct Mark {
  size_t column, width;
  size_t text_column; /* where the text starts when all are on one row */
  const char *text;
  bool shown;
} Mark;

static Mark mark_of(const Excerpt *excerpt, const Label *label) {
  uint32_t start = label->span.start < excerpt->line.end ? label->span.start : excerpt->line.end;
  uint32_t end = label->span.end < excerpt->line.end ? label->span.end : excerpt->line.end;
  size_t column = shown_columns(excerpt->text, excerpt->line.start, start);
  size_t width = end > start ? shown_columns(excerpt->text, start, end) : 1;
  Mark mark = {.width = width ? width : 1, .text = label->text, .shown = true};
  if (column < excerpt->from || column > excerpt->to) {
    mark.shown = false;
    return mark;
  }
  mark.column = column - excerpt->from;
  size_t room = excerpt->to - excerpt->from + 1 - mark.column;
  if (mark.width > room) mark.width = room;
  return mark;
}

static void sort_marks(Mark *mark, int count) {
  for (int i = 1; i < count; i++)
    for (int j = i; j > 0 && mark[j].column < mark[j - 1].column; j--) {
      Mark other = mark[j];
      mark[j] = mark[j - 1];
      mark[j - 1] = other;
    }
}

static size_t append_carets(const Mark *mark, int count, Text *out) {
  size_t column = 0;
  for (int i = 0; i < count; i++) {
    if (mark[i].column > column) {
      text_repeat(out, ' ', mark[i].column - column);
      column = mark[i].column;
    }
    size_t end = mark[i].column + mark[i].width;
    if (end > column) {
      text_repeat(out, '^', end - column);
      column = end;
    }
  }
  return column;
}

/* Where each text starts on one common row: under its caret, or pushed a little to the right by the
 * text before it. False if one would end up too far from its caret. */
static bool texts_fit(Mark *mark, int count) {
  size_t end = 0;
  for (int i = 0; i < count; i++) {
    mark[i].text_column = mark[i].column;
    if (!mark[i].text[0]) continue;
    if (end && mark[i].column < end + 1) mark[i].text_column = end + 1;
    if (mark[i].text_column > mark[i].column + TEXT_PUSH) return false;
    end = mark[i].text_column + text_columns(mark[i].text, strlen(mark[i].text));
  }
  return true;
}

/* All texts on one row; returns its width. */
static size_t append_texts(const Mark *mark, int count, Text *out) {
  size_t column = 0;
  text_string(out, "  ");
  for (int i = 0; i < count; i++) {
    if (!mark[i].text[0]) continue;
    text_repeat(out, ' ', mark[i].text_column - column);
    text_string(out, mark[i].text);
    column = mark[i].text_column + text_columns(mark[i].text, strlen(mark[i].text));
  }
  return column;
}

/* The text of mark [index] on a row of its own, with bars that lead on to the texts of those before
 * it; returns its width, 0 if there is no text. */
static size_t append_lone_text(const Mark *mark, int index, Text *out) {
  size_t column = 0;
  if (!mark[index].text[0]) return 0;
  text_string(out, "  ");
  for (int i = 0; i < index; i++) {
    if (!mark[i].text[0] || mark[i].column < column || mark[i].column == mark[index].column)
      continue;
    text_repeat(out, ' ', mark[i].column - column);
    text_string(out, "│");
    column = mark[i].column + 1;
  }
  text_repeat(out, ' ', mark[index].column - column);
  text_string(out, mark[index].text);
  return mark[index].column + text_columns(mark[index].text, strlen(mark[index].text));
}

/* The remark goes to the right of what the row holds, or on its own row when that is too wide. */
static void append_remark(const char *remark, size_t column, Text *out) {
  if (remark[0]) {
    if (column + REMARK_GAP + text_columns(remark, strlen(remark)) > EXCERPT_COLUMNS + 10)
      text_string(out, "\n  ");
    else text_repeat(out, ' ', REMARK_GAP);
    text_string(out, remark);
  }
  text_string(out, "\n");
}

static void append_marks(Mark *mark, int count, const char *remark, bool colour, Text *out) {
  text_string(out, colour ? "  \033[1;31m" : "  ");
  size_t column = append_carets(mark, count, out);
  if (colour) text_string(out, "\033[0m");
  bool texts = false;
  for (int i = 0; i < count; i++) texts = texts || mark[i].text[0];
  if (!texts) {
    append_remark(remark, column, out);
    return;
  }
  text_string(out, "\n");
  if (texts_fit(mark, count)) {
    append_remark(remark, append_texts(mark, count, out), out);
    return;
  }
  for (int i = count; i-- > 0;) { /* one text a row, the rightmost first, so none hides a caret */
    column = append_lone_text(mark, i, out);
    if (column) append_remark(remark, column, out);
    if (column) remark = "";
  }
}

/* Draws one line of source with every label that starts on it. */
static void append_line(const Report *report, Span line, bool colour, Text *out) {
  int first = 0;
  while (source_line(report->source, report->label[first].span.start).start != line.start) first++;
  Excerpt excerpt = excerpt_around(report->source, line, report->label[first].span.start);
  text_string(out, "  ");
  append_excerpt(&excerpt, out);
  text_string(out, "\n");
  Mark mark[REPORT_LABELS];
  int count = 0;
  for (int i = first; i < report->label_count; i++) {
    if (source_line(report->source, report->label[i].span.start).start != line.start) continue;
    mark[count] = mark_of(&excerpt, &report->label[i]);
    count += mark[count].shown;
  }
  sort_marks(mark, count);
  append_marks(mark, count, first == 0 ? report->remark : "", colour, out);
}

/* ---- the whole report ---- */

static void append_labels(const Report *report, bool colour, Text *out) {
  bool first = true;
  uint32_t previous = 0;
  for (;;) { /* lines in the order of the source, each once */
    bool found = false;
    Span next = {0, 0};
    for (int i = 0; i < report->label_count; i++) {
      Span line = source_line(report->source, report->label[i].span.start);
      if ((first || line.start > previous) && (!found || line.start < next.start)) {
        next = line;
        found = true;
      }
    }
    if (!found) return;
    append_line(report, next, colour, out);
    previous = next.start;
    first = false;
  }
}

static void append_call(const Report *report, int call, Text *out) {
  const Source *source = report->call[call].source;
  Span span = report->call[call].span;
  text_format(out, "  in %s, called", report->call[call].name);
  if (source) {
    Place place = source_place(source, span.start);
    bool elsewhere = report->source && strcmp(source->name, report->source->name) != 0;
    if (elsewhere && source->name[0]) text_format(out, " at %s:%u: ", source->name, place.line);
    else text_format(out, " at line %u: ", place.line);
    Span line = source_line(source, span.start);
    if (span.end < line.end) line.end = span.end;
    line.start = span.start < line.end ? span.start : line.end;
    Excerpt excerpt = {source->text, line, 0, 0, shown_columns(source->text, line.start, line.end)};
    excerpt.to = excerpt.total > CALL_COLUMNS ? CALL_COLUMNS : excerpt.total;
    append_excerpt(&excerpt, out);
  }
  text_string(out, "\n");
}

void report_render(const Report *report, bool colour, Text *out) {
  if (report->source && report->source->name[0] && report->label_count) {
    Place place = source_place(report->source, report->label[0].span.start);
    text_format(out, "%s:%u:%u: ", report->source->name, place.line, place.column);
  }
  text_format(out, colour ? "\033[1;31merror:\033[0m %s\n" : "error: %s\n", report->message);
  if (report->source && report->label_count) append_labels(report, colour, out);
  else if (report->remark[0]) text_format(out, "  %s\n", report->remark);
  for (int i = 0; i < report->advice_count; i++) {
    const char *lead = i == 0 ? "try:" : "or:";
    text_format(out, colour ? "  \033[36m%s\033[0m %s\n" : "  %s %s\n", lead, report->advice[i]);
  }
  for (int i = 0; i < report->call_count; i++) append_call(report, i, out);
}

/* ---- did you mean ---- */

/* Code points of [text]; returns their number, at most SUGGESTION_LONGEST. */
static size_t decode(const char *text, int32_t *points) {
  size_t count = 0, length = strlen(text);
  for (size_t at = 0; at < length && count < SUGGESTION_LONGEST;) {
    utf8proc_int32_t character;
    utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                             (utf8proc_ssize_t)(length - at), &character);
    points[count++] = step > 0 ? character : (unsigned char)text[at];
    at += step > 0 ? (size_t)step : 1;
  }
  return count;
}

static size_t smallest(size_t a, size_t b, size_t c) {
  size_t least = a < b ? a : b;
  return least < c ? least : c;
}

/* Insertions, deletions, replacements and swaps of neighbours between the two (optimal string
 * alignment: Damerau, CACM 7, 1964). */
static size_t edit_distance(const int32_t *a, size_t a_count, const int32_t *b, size_t b_count) {
  size_t row[3][SUGGESTION_LONGEST + 1];
  for (size_t j = 0; j <= b_count; j++) row[0][j] = j;
  for (size_t i = 1; i <= a_count; i++) {
    size_t *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= b_count; j++) {
      size_t replace = before[j - 1] + (a[i - 1] != b[j - 1]);
      now[j] = smallest(before[j] + 1, now[j - 1] + 1, replace);
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped && earlier[j - 2] + 1 < now[j]) now[j] = earlier[j - 2] + 1;
    }
  }
  return row[a_count % 3][b_count];
}

void suggestion_start(Suggestion *suggestion, const char *name) {
  int32_t points[SUGGESTION_LONGEST];
  *suggestion = (Suggestion){name, NULL, decode(name, points) / 3 + 1};
}

void suggestion_offer(Suggestion *suggestion, const char *candidate) {
  int32_t a[SUGGESTION_LONGEST], b[SUGGESTION_LONGEST];
  size_t a_count = decode(suggestion->name, a), b_count = decode(candidate, b);
  size_t gap = a_count > b_count ? a_count - b_count : b_count - a_count;
  if (gap >= suggestion->distance && gap > 0) return;
  size_t distance = edit_distance(a, a_count, b, b_count);
  if (strcasecmp(suggestion->name, candidate) == 0) distance = 0; /* SIN */
  if (distance < suggestion->distance) {
    suggestion->distance = distance;
    suggestion->best = candidate;
  }
}
