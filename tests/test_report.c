/* test_report.c - how a report is printed, and which name was meant.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "syntax/report.h"

static void expect(Report *report, const char *wanted) {
  Text out = {0};
  report_render(report, false, &out);
  cr_expect_str_eq(out.bytes, wanted, "\n%s---\n%s", out.bytes, wanted);
  text_free(&out);
  report_clear(report);
}

static Source *source_of(const char *name, const char *text) {
  return source_new(name, text, strlen(text));
}

/* A report with one label, which has no text. */
static void expect_label(const char *name, const char *text, Span span, const char *message,
                         const char *wanted) {
  Source *source = source_of(name, text);
  Report report;
  report_start(&report, source, span, "%s", message);
  expect(&report, wanted);
  source_release(source);
}

Test(report, labels_on_one_line_share_it) {
  Source *source = source_of("", "A * v");
  Report report;
  report_start(&report, source, (Span){0, 1}, "shapes do not fit in %s", "A * v");
  strcpy(report.label[0].text, "2×3");
  report_label(&report, (Span){4, 5}, "2×1");
  report_remark(&report, "A has %d columns, v has %d rows", 3, 2);
  report_advise(&report, "A'*v  (3×1)");
  expect(&report, "error: shapes do not fit in A * v\n"
                  "  A * v\n"
                  "  ^   ^\n"
                  "  2×3 2×1     A has 3 columns, v has 2 rows\n"
                  "  try: A'*v  (3×1)\n");
  source_release(source);
}

Test(report, a_text_is_pushed_aside_by_the_one_before_it) {
  Source *source = source_of("", "A*v");
  Report report;
  report_start(&report, source, (Span){0, 1}, "shapes");
  strcpy(report.label[0].text, "2×3");
  report_label(&report, (Span){2, 3}, "2×1");
  report_remark(&report, "A has 3 columns");
  expect(&report, "error: shapes\n  A*v\n  ^ ^\n  2×3 2×1     A has 3 columns\n");
  source_release(source);
}

Test(report, texts_that_would_stand_too_far_away_stand_below_each_other) {
  Source *source = source_of("", "A*v");
  Report report;
  report_start(&report, source, (Span){0, 1}, "shapes");
  strcpy(report.label[0].text, "a matrix of 2×3 numbers");
  report_label(&report, (Span){2, 3}, "a vector of 2 numbers");
  expect(&report,
         "error: shapes\n  A*v\n  ^ ^\n  │ a vector of 2 numbers\n  a matrix of 2×3 numbers\n");
  source_release(source);
}

Test(report, a_script_names_file_line_and_column) {
  expect_label("a.mml", "x = 1\n  θ = yy + 1\n", (Span){13, 15}, "unknown name yy",
               "a.mml:2:7: error: unknown name yy\n    θ = yy + 1\n        ^^\n");
}

Test(report, labels_on_different_lines_get_one_copy_each) {
  Source *source = source_of("", "(a\n+ b]");
  Report report;
  report_start(&report, source, (Span){6, 7}, "expected ), found ]");
  report_label(&report, (Span){0, 1}, "opened here");
  expect(&report, "error: expected ), found ]\n  (a\n  ^\n  opened here\n  + b]\n     ^\n");
  source_release(source);
}

Test(report, carets_are_as_wide_as_the_span) {
  static const char text[] = "数 + été + x";
  expect_label("", text, (Span){6, 11}, "no", "error: no\n  数 + été + x\n       ^^^\n");
  expect_label("", text, (Span){0, 3}, "wide", "error: wide\n  数 + été + x\n  ^^\n");
  expect_label("", text, (Span){15, 15}, "end", "error: end\n  数 + été + x\n              ^\n");
}

Test(report, a_span_over_several_lines_ends_with_its_first) {
  expect_label("", "f(a,\n  b)", (Span){1, 9}, "no", "error: no\n  f(a,\n   ^^^\n");
}

Test(report, tabs_and_bytes_that_cannot_be_shown_take_one_column) {
  expect_label("", "\ta\xff\x01 b", (Span){5, 6}, "no",
               "error: no\n   a\xEF\xBF\xBD\xEF\xBF\xBD b\n       ^\n");
}

Test(report, a_long_line_shows_only_a_window) {
  enum { SIZE = 100000 };
  Text text = {0};
  text_repeat(&text, 'a', SIZE);
  Source *source = source_new("", text.bytes, text.length);
  static const uint32_t places[] = {0, 70, SIZE / 2, SIZE - 20, SIZE - 1};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    Report report;
    Text out = {0};
    report_start(&report, source, (Span){places[i], places[i] + 1}, "no");
    report_label(&report, (Span){5, 6}, "far away");
    report_render(&report, false, &out);
    cr_expect_lt(out.length, 400);
    cr_expect_not_null(strstr(out.bytes, "…"));
    cr_expect_not_null(strchr(out.bytes, '^'));
    text_free(&out);
    report_clear(&report);
  }
  Report report;
  report_start(&report, source, (Span){10, SIZE}, "no");
  Text out = {0};
  report_render(&report, false, &out);
  cr_expect_lt(out.length, 400);
  text_free(&out);
  report_clear(&report);
  source_release(source);
  text_free(&text);
}

Test(report, calls_are_listed_innermost_first) {
  Source *source = source_of("", "1 + f(x)");
  Report report;
  report_start(&report, NULL, (Span){0, 0}, "no value");
  report.call_count = 1;
  report.call[0].source = source_keep(source);
  report.call[0].span = (Span){4, 8};
  strcpy(report.call[0].name, "f");
  expect(&report, "error: no value\n  in f, called at line 1: f(x)\n");
  source_release(source);
}

Test(report, texts_are_cut_at_a_whole_character) {
  Report report;
  char text[1000] = "a";
  for (size_t at = 1; at + 2 < sizeof text; at += 2) memcpy(text + at, "é", 3);
  report_start(&report, NULL, (Span){0, 0}, "%s", text);
  cr_expect_eq(strlen(report.message), 511);
  cr_expect_str_eq(report.message + 509, "é");
  report_advise(&report, "%s", text);
  cr_expect_eq(strlen(report.advice[0]), 199);
  report_clear(&report);
}

Test(report, more_labels_and_advice_than_fit_are_dropped) {
  Source *source = source_of("", "a b c d e f");
  Report report;
  report_start(&report, source, (Span){0, 1}, "no");
  for (uint32_t i = 1; i < 6; i++) {
    report_label(&report, (Span){2 * i, 2 * i + 1}, "%u", i);
    report_advise(&report, "%u", i);
  }
  cr_expect_eq(report.label_count, REPORT_LABELS);
  cr_expect_eq(report.advice_count, REPORT_ADVICE);
  expect(&report, "error: no\n  a b c d e f\n  ^ ^ ^ ^\n    1 2 3\n  try: 1\n  or: 2\n  or: 3\n");
  source_release(source);
}

Test(report, the_nearest_name_is_suggested) {
  static const struct {
    const char *name, *candidates[4], *best;
  } rows[] = {
      {"gradeint", {"gradient", "grad", "garden"}, "gradient"}, /* two neighbours swapped */
      {"sine", {"sin", "since", NULL}, "sin"},
      {"xyz", {"abc", "uvw", NULL}, NULL},
      {"ab", {"ac", NULL}, NULL}, /* a third of two letters is none */
      {"theta", {"thetas", "beta", NULL}, "thetas"},
      {"θθθ", {"θθλ", NULL}, "θθλ"},
      {"lenght", {"size", "length", NULL}, "length"},
  };
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    Suggestion suggestion;
    suggestion_start(&suggestion, rows[row].name);
    for (int i = 0; i < 4 && rows[row].candidates[i]; i++)
      suggestion_offer(&suggestion, rows[row].candidates[i]);
    if (rows[row].best)
      cr_expect_str_eq(suggestion.best ? suggestion.best : "", rows[row].best, "%s",
                       rows[row].name);
    else cr_expect_null(suggestion.best, "%s", rows[row].name);
  }
}

Test(source, places_count_lines_and_characters) {
  Source *source = source_of("n", "ab\nθx\r\n\nend");
  static const struct {
    uint32_t offset, line, column;
  } rows[] = {{0, 1, 1}, {2, 1, 3}, {3, 2, 1},  {5, 2, 2}, {6, 2, 3},
              {8, 3, 1}, {9, 4, 1}, {12, 4, 4}, {99, 4, 4}};
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    Place place = source_place(source, rows[row].offset);
    cr_expect(place.line == rows[row].line && place.column == rows[row].column, "%u: %u:%u",
              rows[row].offset, place.line, place.column);
  }
  Span line = source_line(source, 4);
  cr_expect(line.start == 3 && line.end == 6);
  cr_expect_eq(source->line_count, 4);
  source_release(source);
}
