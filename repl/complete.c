/* complete.c - what TAB offers.
 *
 * A word as Readline cuts it may begin with signs that belong to no name (∇f, 2sin, √x): they are
 * kept, and what follows them is completed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "complete.h"

#include "commands.h"
#include "syntax/symbol.h"
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Signs beside the Greek letters that \word writes. */
static const GreekLetter complete_signs[] = {
    {"R", "ℝ"},       {"T", "ᵀ"},   {"approx", "≈"}, {"cdot", "⋅"}, {"div", "÷"},
    {"geq", "≥"},     {"in", "∈"},  {"infty", "∞"},  {"inv", "⁻¹"}, {"leq", "≤"},
    {"nabla", "∇"},   {"neq", "≠"}, {"norm", "‖"},   {"prod", "Π"}, {"sqrt", "√"},
    {"squared", "²"}, {"sum", "Σ"}, {"times", "×"},  {NULL, NULL},
};

/* Operators Readline cannot break a word at, because they are longer than a byte. */
static const char *const complete_operators[] = {"∇", "√", "‖", "×", "⋅", "÷", "≤",
                                                 "≥", "≠", "≈", "∈", "−", "²", "³"};
enum { WORD_SIZE = 32 }; /* no word of the tables is half as long */
enum { OPERATOR_COUNT = sizeof complete_operators / sizeof *complete_operators };

typedef struct Completion {
  const char *kept; /* the part of the word that stays */
  size_t kept_length;
  void (*each)(void *context, const char *replacement);
  void *context;
} Completion;

static void complete_offer(const Completion *completion, const char *text, const char *after) {
  char *replacement = NULL;
  int length = asprintf(&replacement, "%.*s%s%s", (int)completion->kept_length, completion->kept,
                        text, after);
  if (length < 0) return;
  completion->each(completion->context, replacement);
  free(replacement);
}

static void complete_name(void *context, const char *name, bool function) {
  complete_offer(context, name, function ? "(" : "");
}

static void complete_command(const Completion *completion, const char *prefix, size_t length) {
  for (const Command *command = commands; command->name; command++)
    if (strncmp(command->name + 1, prefix, length) == 0)
      complete_offer(completion, command->name + 1, *command->arguments ? " " : "");
}

typedef struct Signs {
  const GreekLetter *found;
  size_t count;
  bool exact; /* found is the whole word */
} Signs;

/* Looks in one table for what begins with the word; with [completion], offers each. */
static void complete_scan(const GreekLetter *row, const char *word, size_t length, Signs *signs,
                          const Completion *completion) {
  for (; row->word; row++) {
    if (signs->exact || strncmp(row->word, word, length) != 0) continue;
    signs->found = row;
    signs->count++;
    signs->exact = row->word[length] == 0;
    if (!completion) continue;
    char text[WORD_SIZE];
    snprintf(text, sizeof text, "\\%s", row->word);
    complete_offer(completion, text, "");
  }
}

/* \word: the sign itself as soon as only one can be meant, else the words. */
static void complete_symbol(const Completion *completion, const char *word, size_t length) {
  Signs signs = {0};
  complete_scan(greek_letters, word, length, &signs, NULL);
  complete_scan(complete_signs, word, length, &signs, NULL);
  if (signs.exact || signs.count == 1) {
    complete_offer(completion, signs.found->letter, "");
    return;
  }
  complete_scan(greek_letters, word, length, &signs, completion);
  complete_scan(complete_signs, word, length, &signs, completion);
}

/* How much of the word comes before the name in it. */
static size_t complete_kept(const char *word, size_t length) {
  size_t kept = 0;
  for (size_t i = 0; i < length; i++)
    for (size_t j = 0; j < OPERATOR_COUNT; j++) {
      size_t size = strlen(complete_operators[j]);
      if (size <= length - i && memcmp(word + i, complete_operators[j], size) == 0) kept = i + size;
    }
  while (kept < length && (isdigit((unsigned char)word[kept]) || word[kept] == '.')) kept++;
  return kept;
}

static bool complete_wants_file(const char *line, bool in_string) {
  if (in_string) return true;
  for (const Command *command = commands; command->name; command++)
    if (command->takes_file && strncmp(line, command->name, strlen(command->name)) == 0 &&
        isspace((unsigned char)line[strlen(command->name)]))
      return true;
  return false;
}

bool complete_word(Mml *mml, const char *line, size_t start, size_t end, bool in_string,
                   void (*each)(void *context, const char *replacement), void *context) {
  assert(start <= end && end <= strlen(line));
  if (complete_wants_file(line, in_string)) return false;
  const char *word = line + start;
  size_t length = end - start, kept = complete_kept(word, length);
  Completion completion = {word, kept, each, context};
  if (start == 1 && line[0] == ':') {
    completion.kept_length = 0;
    complete_command(&completion, word, length);
  } else if (kept < length && word[kept] == '\\') {
    complete_symbol(&completion, word + kept + 1, length - kept - 1);
  } else {
    const char *division = memrchr(word, '\\', length);
    if (division) completion.kept_length = (size_t)(division - word) + 1;
    char *prefix = strndup(word + completion.kept_length, length - completion.kept_length);
    if (!prefix) return true;
    mml_complete(mml, prefix, complete_name, &completion);
    free(prefix);
  }
  return true;
}
