/* output.c - print, assert, and values as text of another form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/session.h"
#include "memory.h"
#include "primitives/argument.h"
#include "primitives/basic.h"
#include "values/display.h"
#include "values/latex.h"
#include "values/number_text.h"

static void free_text(void *text) { text_free(text); }

/* A text that goes when the running builtin returns or fails. */
static Text *scratch_text(Session *session) {
  Text *text = scratch(session, sizeof *text);
  *text = (Text){0};
  scratch_adopt(session, text, free_text);
  return text;
}

/* A string that prints without quotes. */
static Value bare_string(Session *session, const Text *text) {
  if (session->level) trace_freeze(session); /* a replay would give the text of other numbers */
  String *string = string_new(session, text->bytes, text->length);
  string->bare = true;
  return value_string(string);
}

/* A value alone prints as after a statement, several go into one line. */
static void print_value(Session *session, Value value, bool alone, Text *out) {
  const DisplayOptions options = {.columns = session->host.columns};
  if (value.kind == VALUE_STRING) {
    const String *string = (const String *)value.object;
    text_append(out, string->bytes, string->length);
  } else if (alone) {
    display_value(value, &options, out);
  } else {
    display_inline(value, &options, out);
  }
}

static Value print_call(Session *session, const Arguments *arguments) {
  Text *text = scratch_text(session);
  for (int i = 0; i < arguments->count; i++) {
    if (i) text_string(text, " ");
    print_value(session, arguments->argument[i], arguments->count == 1, text);
  }
  text_string(text, "\n");
  if (session->level) trace_freeze(session); /* a replay would print nothing */
  if (session->host.print) session->host.print(session->host.context, text->bytes, text->length);
  return value_nothing();
}

/* Does [value] hold numbers that can print as fractions? */
static bool has_numbers(Value value) {
  switch ((ValueKind)value.kind) {
  case VALUE_NUMBER:
  case VALUE_ACTIVE:
  case VALUE_COMPLEX:
  case VALUE_ARRAY:
  case VALUE_RANGE:
  case VALUE_TUPLE:
  case VALUE_TABLE: return true;
  case VALUE_RECORD: return !((const Record *)value.object)->summary;
  default: return false;
  }
}

static Value frac_call(Session *session, const Arguments *arguments) {
  const DisplayOptions options = {.columns = session->host.columns, .digits = NUMBER_FRACTIONS};
  Value value = arguments->argument[0];
  char found[VALUE_DESCRIPTION];
  if (!has_numbers(value))
    fail_argument(session, 0, "expected numbers, but it is %s", value_describe(value, found));
  Text *text = scratch_text(session);
  display_value(value, &options, text);
  return bare_string(session, text);
}

static Value latex_call(Session *session, const Arguments *arguments) {
  Text *text = scratch_text(session);
  latex_value(session, arguments->argument[0], text);
  return bare_string(session, text);
}

static Value assert_call(Session *session, const Arguments *arguments) {
  Value condition = arguments->argument[0];
  char found[VALUE_DESCRIPTION], source[64];
  if (condition.kind == VALUE_ARRAY && value_as_array(condition)->element == ELEMENT_BOOLEAN) {
    Report *report = failure(session, "assert needs one true or false, this is %s",
                             value_describe(condition, found));
    report_advise(report, "assert(all(%s))", failure_text(session, 0, source, sizeof source));
    raise_failure(session, report);
  }
  if (condition.kind != VALUE_BOOLEAN)
    fail_argument(session, 0, "assert needs true or false, this is %s",
                  value_describe(condition, found));
  const char *text = argument_given(arguments, 1) ? argument_string(session, arguments, 1) : "";
  if (condition.number != 0) return value_nothing();
  if (*text) fail_argument(session, 0, "%s", text);
  fail_argument(session, 0, "this does not hold");
}

const Primitive output_rows[] = {
    {"print", "(values...)", print_call, RESULT_ANY, DERIVE_CONSTANT, NULL, NULL,
     "Writes its arguments and a newline. Text is written as it is: print(\"x = {x:.3f}\").",
     "print(\"1 + 1 is\", 1 + 1)", "1 + 1 is 2"},
    {"assert", "(condition, text = \"\")", assert_call, RESULT_ANY, DERIVE_CONSTANT, NULL, NULL,
     "An error with this text unless the condition holds, for scripts that are tests.",
     "assert(1 + 1 == 2, \"sums\"); print(\"fine\")", "fine"},
    {"frac", "(x)", frac_call, RESULT_ANY, DERIVE_CONSTANT, NULL, NULL,
     "The numbers of x as fractions p/q, in text that can be typed back. A number is a fraction "
     "when "
     "it is one up to rounding (1e-11 of it) with q up to 1000000, and closer to it than chance "
     "would "
     "have it; any other prints as usual: frac(pi) is 3.14159.",
     "frac([0.5, 1/3; 2, -0.375])", "[1/2,  1/3;\n 2,   -3/8]  # 2×2"},
    {"latex", "(x)", latex_call, RESULT_ANY, DERIVE_CONSTANT, NULL, NULL,
     "Any value as LaTeX, to be pasted between $ signs into a document that uses amsmath. A "
     "function "
     "is typeset as a textbook prints it, f' as its formula; A \\ b is A^{-1}b where A is known to "
     "be square.",
     "f(x) = x^2*sin(x)/2; latex(f)", "f(x) = \\frac{x^{2}\\sin(x)}{2}"},
};
