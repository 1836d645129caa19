/* help.c - what ?name, ??word, completion and the reference page say: loops over the rows and the
 * comments of the standard library.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "calculus/scalar.h"
#include "machine/explain.h"
#include "machine/library.h"
#include "machine/session.h"
#include "optimise/constrained.h"
#include "syntax/lexer.h"
#include "values/display.h"
#include "values/shape_text.h"

static void print_text(Session *s, Text *text) {
  if (text->length && s->host.print) s->host.print(s->host.context, text->bytes, text->length);
  text_free(text);
}

static void report_text(Session *s, Text *text) {
  if (text->length && s->host.report) s->host.report(s->host.context, text->bytes, text->length);
  text_free(text);
}

/* ---- one name ---- */

static void describe_derivative(const Primitive *row, Text *out) {
  Scalar op = scalar_find(row->name);
  if (op != SCALAR_COUNT && scalar_row[op].arguments == 1 && strcmp(row->name, "max") != 0) {
    bool uses_value = strchr(scalar_row[op].slope[0], 'y') != NULL;
    text_format(out, "derivative: %s%s\n", scalar_row[op].slope[0], uses_value ? "   where y is the value" : "");
  } else if (row->differentiable == DERIVE_NONE) {
    text_format(out, "derivative: none, %s\n", row->reason ? row->reason : "");
  } else if (row->rule) {
    text_format(out, "adjoint: %s   with %s\n", row->rule->adjoint, row->rule->names);
  }
}

static void describe_row(const Primitive *row, Text *out) {
  text_format(out, "%s%s\n%s\n", row->name, row->parameters, row->help);
  describe_derivative(row, out);
  text_format(out, ">> %s\n%s\n", row->example, row->gives);
}

static void describe_closure(Session *s, const Symbol *name, Value v, Text *out) {
  const Binding *b = session_binding(s, name);
  Text definition = {0};
  prototype_print(((Function *)v.object)->prototype, NULL, &definition);
  text_format(out, "%s\n", definition.bytes);
  if (b->help) text_format(out, "%s\n", b->help);
  text_free(&definition);
}

/* ---- methods that are no functions: using cobyla ---- */

typedef struct MethodHelp {
  const char *name, *title, *help, *options;
} MethodHelp;

static const char SAMPLING_OPTIONS[] =
    "bounds = [lowest, highest; …] has a row for each variable; evaluations are those of the search, 5000 and 5000 more "
    "for each variable unless given, at most 100000; what it found is polished by a local method. seed picks its random "
    "numbers, 1 unless given, and rand goes on as if it had drawn none";

/* Method [i] of those with and without constraints; false behind the last. */
static bool method_help(size_t i, MethodHelp *out) {
  size_t count, more;
  const MinimiseMethod *plain = minimise_methods(&count);
  const ConstrainedMethod *constrained = constrained_methods(&more);
  if (i < count) {
    *out = (MethodHelp){plain[i].name, plain[i].title, plain[i].help, "tol"};
    return true;
  }
  i -= count;
  if (i >= more) return false;
  *out = (MethodHelp){constrained[i].name, constrained[i].title, constrained[i].help, constrained_options(&constrained[i])};
  return true;
}

static void describe_method(const MethodHelp *row, Text *out) {
  text_format(out, "minimize … using %s: %s\n%s\noptions: %s\n", row->name, row->title, row->help, row->options);
  if (strstr(row->options, "seed")) text_format(out, "%s\n", SAMPLING_OPTIONS);
}

static bool describe_method_named(const char *name, Text *out) {
  MethodHelp row;
  for (size_t i = 0; method_help(i, &row); i++) {
    if (strcmp(row.name, name) != 0) continue;
    describe_method(&row, out);
    return true;
  }
  return false;
}

static bool is_private(const char *name) { return name[0] && name[strlen(name) - 1] == '_'; }

static bool report_missing(Session *s, const char *name) {
  Suggestion suggestion;
  suggestion_start(&suggestion, name);
  for (uint32_t i = 0; i < s->symbols.count && i < s->binding_count; i++) {
    const char *candidate = s->symbols.symbol[i]->name;
    if (session_lookup(s, s->symbols.symbol[i]).kind != VALUE_NOTHING && !is_private(candidate)) suggestion_offer(&suggestion, candidate);
  }
  MethodHelp row;
  for (size_t i = 0; method_help(i, &row); i++) suggestion_offer(&suggestion, row.name);
  Text text = {0};
  text_format(&text, "error: there is no help for %s", name);
  if (suggestion.best) text_format(&text, ": did you mean ?%s", suggestion.best);
  text_format(&text, "\n  ??%s searches all help\n", name);
  report_text(s, &text);
  return false;
}

bool mml_help(Mml *mml, const char *name) {
  library_load_all((Session *)mml);
  Session *s = (Session *)mml;
  const Symbol *symbol = symbol_find(&s->symbols, name, strlen(name));
  Value v = symbol ? session_lookup(s, symbol) : value_nothing();
  Text text = {0};
  if (v.kind == VALUE_NOTHING && !describe_method_named(name, &text)) return report_missing(s, name);
  const Function *f = v.kind == VALUE_FUNCTION ? (Function *)v.object : NULL;
  if (v.kind == VALUE_NOTHING) {
    print_text(s, &text);
    return true;
  }
  if (f && f->function_kind == FUNCTION_PRIMITIVE) {
    describe_row(f->primitive, &text);
  } else if (f && f->function_kind == FUNCTION_CLOSURE) {
    describe_closure(s, symbol, v, &text);
  } else {
    text_format(&text, "%s = ", symbol->name);
    display_inline(v, &(DisplayOptions){.columns = 70}, &text);
    text_string(&text, "\n");
  }
  print_text(s, &text);
  return true;
}

void mml_explain(Mml *mml) {
  Session *s = (Session *)mml;
  Text text = {0};
  if (s->last_error[0]) explanation_print(s->last_error, &text);
  else text_string(&text, "there was no error yet\n");
  print_text(s, &text);
}

/* ---- all names ---- */

static bool mentions(const char *text, const char *word) { return text && strcasestr(text, word); }

static void first_line(const char *help, Text *out) {
  size_t length = strcspn(help, "\n");
  text_append(out, help, length);
  text_string(out, "\n");
}

void mml_search(Mml *mml, const char *word) {
  library_load_all((Session *)mml);
  Session *s = (Session *)mml;
  Text text = {0};
  for (size_t f = 0; f < primitive_family_count; f++)
    for (size_t i = 0; i < primitive_families[f].count; i++) {
      const Primitive *row = &primitive_families[f].row[i];
      if (is_private(row->name) || !(mentions(row->name, word) || mentions(row->help, word))) continue;
      text_format(&text, "%-12s ", row->name);
      first_line(row->help, &text);
    }
  for (uint32_t i = 0; i < s->binding_count && i < s->symbols.count; i++) {
    const Binding *b = &s->binding[i];
    const char *name = s->symbols.symbol[i]->name;
    if (!b->help || is_private(name) || !(mentions(name, word) || mentions(b->help, word))) continue;
    text_format(&text, "%-12s ", name);
    first_line(b->help, &text);
  }
  MethodHelp row;
  for (size_t i = 0; method_help(i, &row); i++) {
    if (!(mentions(row.name, word) || mentions(row.help, word) || mentions(row.title, word))) continue;
    text_format(&text, "%-12s using %s: ", row.name, row.name);
    first_line(row.help, &text);
  }
  if (!text.length) text_format(&text, "nothing mentions %s\n", word);
  print_text(s, &text);
}

static size_t word_count(void) {
  size_t count = 0;
  while (lexer_words[count].spelling) count++;
  return count;
}

typedef struct Candidate { const char *name; bool function; } Candidate;

static int compare_candidates(const void *a, const void *b) { return strcmp(((const Candidate *)a)->name, ((const Candidate *)b)->name); }

void mml_complete(Mml *mml, const char *prefix, void (*each)(void *, const char *, bool), void *context) {
  library_load_all((Session *)mml);
  Session *s = (Session *)mml;
  size_t length = strlen(prefix), count = 0;
  Candidate *found = memory_new((s->symbols.count + word_count()) * sizeof *found);
  for (uint32_t i = 0; i < s->symbols.count; i++) {
    const char *name = s->symbols.symbol[i]->name;
    Value v = session_lookup(s, s->symbols.symbol[i]);
    if (v.kind == VALUE_NOTHING || is_private(name) || strncmp(name, prefix, length) != 0) continue;
    found[count++] = (Candidate){name, v.kind == VALUE_FUNCTION};
  }
  for (const LexerWord *word = lexer_words; word->spelling; word++)
    if (strncmp(word->spelling, prefix, length) == 0) found[count++] = (Candidate){word->spelling, false};
  qsort(found, count, sizeof *found, compare_candidates);
  for (size_t i = 0; i < count; i++) each(context, found[i].name, found[i].function);
  free(found);
}

void mml_variables(Mml *mml, void (*each)(void *, const char *, const char *), void *context) {
  Session *s = (Session *)mml;
  for (uint32_t i = 0; i < s->binding_count && i < s->symbols.count; i++) {
    if (s->binding[i].value.kind == VALUE_NOTHING) continue;
    Text text = {0};
    display_inline(s->binding[i].value, &(DisplayOptions){.columns = 60}, &text);
    each(context, s->symbols.symbol[i]->name, text.bytes ? text.bytes : "");
    text_free(&text);
  }
}

void mml_shapes(Mml *mml, void (*each)(void *, const char *, const char *, const char *), void *context) {
  Session *s = (Session *)mml;
  for (uint32_t i = 0; i < s->binding_count && i < s->symbols.count; i++) {
    const Value v = s->binding[i].value;
    if (v.kind == VALUE_NOTHING) continue;
    Text text = {0};
    shape_text(v, &text);
    each(context, s->symbols.symbol[i]->name, shape_kind(v), text.bytes ? text.bytes : "");
    text_free(&text);
  }
}

/* ---- the reference page ---- */

static void reference_row(const Primitive *row, Text *out) {
  text_format(out, "### %s%s\n\n%s\n\n", row->name, row->parameters, row->help);
  if (row->differentiable == DERIVE_NONE) text_format(out, "Not differentiable: %s.\n\n", row->reason);
  text_format(out, "```mml\n>> %s\n%s\n```\n\n", row->example, row->gives);
}

static void reference_methods(Text *out) {
  text_string(out, "## Methods in C\n\nNames for `using`, beside the methods written in mml below.\n\n");
  text_format(out, "Options of those that take a seed: %s.\n\n", SAMPLING_OPTIONS);
  MethodHelp row;
  for (size_t i = 0; method_help(i, &row); i++)
    text_format(out, "### using %s\n\n%s: %s.\n\nOptions: %s.\n\n", row.name, row.title, row.help, row.options);
}

/* The comment above a function; its examples as a block, which the tests run. */
static void reference_comment(const char *help, Text *out) {
  const char *example = strncmp(help, ">> ", 3) == 0 ? help : strstr(help, "\n>> ");
  if (example && example != help) example++;
  size_t length = example ? (size_t)(example - help) : strlen(help);
  while (length && help[length - 1] == '\n') length--;
  text_append(out, help, length);
  if (length) text_string(out, "\n\n");
  if (example) text_format(out, "```mml\n%s\n```\n\n", example);
}

static void reference_library(Session *s, Text *out) {
  text_string(out, "## Written in mml\n\nThese are in `stdlib/`, to be read.\n\n");
  for (uint32_t i = 0; i < s->binding_count && i < s->symbols.count; i++) {
    const Binding *b = &s->binding[i];
    const char *name = s->symbols.symbol[i]->name;
    if (!b->help || b->builtin.kind != VALUE_FUNCTION || is_private(name)) continue;
    const Prototype *p = ((Function *)b->builtin.object)->prototype;
    if (!p) continue;
    text_format(out, "### %s(", name);
    for (uint32_t k = 0; k < p->parameter_count; k++) text_format(out, "%s%s", k ? ", " : "", p->parameter[k]->symbol->name);
    text_string(out, ")\n\n");
    reference_comment(b->help, out);
  }
}

/* A script that runs, and what it prints as its promises. */
static void reference_example(const Explanation *row, Text *out) {
  text_format(out, "```mml\n%s   ", row->right);
  for (const char *line = row->gives; line;) {
    size_t length = strcspn(line, "\n");
    text_format(out, "# expect: %.*s\n", (int)length, line);
    line = line[length] ? line + length + 1 : NULL;
  }
  text_string(out, "```\n\n");
}

/* Text as Markdown, in which * and _ are letters. */
static void reference_text(const char *text, Text *out) {
  for (; *text; text++) {
    if (strchr("*_\\<[|", *text)) text_string(out, "\\");
    text_append(out, text, 1);
  }
}

static void reference_errors(Text *out) {
  text_string(out, "## Errors, explained\n\nWhat `:explain` says after an error: a wrong line, why, and a right one.\n\n");
  for (size_t i = 0; i < explanation_count; i++) {
    const Explanation *row = &explanations[i];
    text_string(out, "### ");
    reference_text(row->title, out);
    text_string(out, "\n\n");
    if (row->wrong) text_format(out, "```\n%s\nerror: %s\n```\n\n", row->wrong, row->message);
    reference_text(row->text, out);
    text_string(out, "\n\n");
    reference_example(row, out);
  }
}

void mml_reference(Mml *mml) {
  library_load_all((Session *)mml);
  Session *s = (Session *)mml;
  Text text = {0};
  text_string(&text, "# Reference\n\nMade from the rows of the builtins by `mml --reference`; do not edit.\n\n");
  const char *heading = "";
  for (size_t f = 0; f < primitive_family_count; f++) {
    const Family *family = &primitive_families[f];
    if (strcmp(heading, family->name) != 0) text_format(&text, "## %s\n\n", heading = family->name);
    for (size_t i = 0; i < family->count; i++)
      if (!is_private(family->row[i].name)) reference_row(&family->row[i], &text);
  }
  reference_methods(&text);
  reference_library(s, &text);
  reference_errors(&text);
  print_text(s, &text);
}
