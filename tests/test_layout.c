/* test_layout.c - canonical layout keeps the meaning, loses nothing, and is its own layout.
 *
 * That is checked for every program of the project: its own files, the examples of its pages, the
 * transcripts; and for those with their white space changed at random, where they still parse.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/layout.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define ROOT MML_TEST_DATA "/../.."

typedef struct Trial {
  SymbolTable symbols;
  uint64_t state; /* of the random numbers */
  size_t files, texts, changed;
} Trial;

/* The tree of a text, or NULL: what does not parse has no layout. */
static Tree *tree_of(Trial *trial, const char *text) {
  Source *source = source_new("", text, strlen(text));
  Tree *tree = NULL;
  Report report = {0};
  parse(source, &trial->symbols, &tree, &report);
  report_clear(&report);
  source_release(source);
  return tree;
}

/* ---- what must stay ---- */

static size_t without_blanks(const char *text, size_t length) {
  while (length && strchr(" \t\r", text[length - 1])) length--;
  return length;
}

/* The texts of nodes are equal; those of comments but for blanks at the ends of their lines. */
static bool same_text(const Node *a, const Node *b) {
  if (a->kind != NODE_DEFINE)
    return a->length == b->length && (!a->length || memcmp(a->text, b->text, a->length) == 0);
  const char *x = a->text, *y = b->text, *x_end = x + a->length, *y_end = y + b->length;
  while (x < x_end || y < y_end) {
    if (x >= x_end || y >= y_end) { /* an empty comment line at the end */
      const char *rest = x < x_end ? x : y;
      return without_blanks(rest, (size_t)((x < x_end ? x_end : y_end) - rest)) == 0;
    }
    const char *x_line = memchr(x, '\n', (size_t)(x_end - x));
    const char *y_line = memchr(y, '\n', (size_t)(y_end - y));
    if (!x_line) x_line = x_end;
    if (!y_line) y_line = y_end;
    size_t length = without_blanks(x, (size_t)(x_line - x));
    if (length != without_blanks(y, (size_t)(y_line - y)) || memcmp(x, y, length) != 0)
      return false;
    x = x_line + 1;
    y = y_line + 1;
  }
  return true;
}

static bool same_tree(const Node *a, const Node *b) {
  if (!a || !b) return a == b;
  if (a->kind != b->kind || a->op != b->op || a->quiet != b->quiet || a->grouped != b->grouped ||
      a->count != b->count || a->symbol != b->symbol || !same_text(a, b) ||
      memcmp(&a->number, &b->number, sizeof a->number) != 0)
    return false;
  if (a->kind == NODE_COMPARE && memcmp(a->operators, b->operators, a->count - 1) != 0)
    return false;
  for (uint32_t i = 0; i < a->count; i++)
    if (!same_tree(a->child[i], b->child[i])) return false;
  return true;
}

/* Every token and every comment of a text, a line each. */
static void skeleton(const Source *source, Text *out) {
  TokenList tokens = {0};
  Report problem = {0};
  lexer_run((Source *)source, &tokens, &problem);
  uint32_t end = 0;
  for (uint32_t at = 0; at < tokens.count; at++) {
    Span span = tokens.token[at].span;
    const char *comment = memchr(source->text + end, '#', span.start - end);
    if (comment && tokens.token[at].kind != TOKEN_TEXT) {
      size_t length = (size_t)(source->text + span.start - comment);
      text_format(out, "%.*s\n", (int)without_blanks(comment, length), comment);
    }
    if (tokens.token[at].kind != TOKEN_NEWLINE)
      text_format(out, "%.*s\n", (int)(span.end - span.start), source->text + span.start);
    end = span.end;
  }
  lexer_free(&tokens);
  report_clear(&problem);
}

static void expect_tidy(const char *text, const char *shown) {
  size_t length = strlen(text);
  cr_expect(length == 0 || (text[length - 1] == '\n' && text[0] != ' ' && length > 1),
            "the ends of\n%s", shown);
  cr_expect(length < 2 || text[length - 2] != '\n', "an empty line at the end of\n%s", shown);
  cr_expect(!strstr(text, " \n") && !strstr(text, "\t\n"), "blanks at the end of a line:\n%s",
            shown);
  cr_expect(!strstr(text, "\n\n\n"), "two empty lines:\n%s", shown);
}

/* Checks the layout of a text; false if it does not parse. */
static bool check(Trial *trial, const char *text) {
  Tree *tree = tree_of(trial, text);
  if (!tree) return false;
  Text once = {0}, twice = {0}, before = {0}, after = {0};
  text_string(&once, "");
  text_string(&twice, "");
  layout_program(tree, &once);
  expect_tidy(once.bytes, once.bytes);
  Tree *again = tree_of(trial, once.bytes);
  cr_expect(again, "no longer parses:\n%s\nwas\n%s", once.bytes, text);
  if (again) {
    cr_expect(same_tree(tree->program, again->program), "means something else:\n%s\nwas\n%s",
              once.bytes, text);
    skeleton(tree->source, &before);
    skeleton(again->source, &after);
    cr_expect_str_eq(after.bytes, before.bytes, "tokens or comments changed:\n%s\nwas\n%s",
                     once.bytes, text);
    layout_program(again, &twice);
    cr_expect_str_eq(twice.bytes, once.bytes, "not its own layout:\n%sthen\n%swas\n%s", once.bytes,
                     twice.bytes, text);
  }
  tree_release(tree);
  tree_release(again);
  text_free(&once);
  text_free(&twice);
  text_free(&before);
  text_free(&after);
  return true;
}

/* ---- changes of white space ---- */

/* xorshift64: the same changes in every run. */
static uint32_t chance(Trial *trial, uint32_t below) {
  trial->state ^= trial->state << 13;
  trial->state ^= trial->state >> 7;
  trial->state ^= trial->state << 17;
  return (uint32_t)(trial->state >> 33) % below;
}

/* The last one is no indentation to what looks for the comment above a definition. */
static const char *const spaces[] = {"",   "",     "",         " ",        " ",   "  ",   "\t",
                                     "\n", "\n\n", "\n \n \n", " # why\n", "   ", "\r\n", "\u00a0"};

/* The text with [of_100] of 100 gaps between its tokens drawn anew. Comments stay. */
static void change(Trial *trial, const char *text, uint32_t of_100, Text *out) {
  Source *source = source_new("", text, strlen(text));
  TokenList tokens = {0};
  Report problem = {0};
  lexer_run(source, &tokens, &problem);
  uint32_t end = 0;
  for (uint32_t at = 0; at < tokens.count; at++) {
    Span span = tokens.token[at].span;
    bool comment = memchr(text + end, '#', span.start - end) != NULL;
    bool line_start = !out->length || out->bytes[out->length - 1] == '\n';
    if (!comment && chance(trial, 100) < of_100)
      text_string(out, spaces[chance(trial, line_start ? COUNT(spaces) - 1 : COUNT(spaces))]);
    else text_append(out, text + end, span.start - end);
    uint32_t last = tokens.token[at].kind == TOKEN_LEFT_QUOTE ? tokens.token[at].match : at;
    if (tokens.token[at].kind == TOKEN_LEFT_QUOTE && !last) last = at;
    end = tokens.token[last].span.end;
    text_append(out, text + span.start, end - span.start);
    at = last;
  }
  text_string(out, "");
  lexer_free(&tokens);
  report_clear(&problem);
  source_release(source);
}

/* Checks [turns] changes of a text; returns how many parsed. */
static size_t check_changes(Trial *trial, const char *text, uint32_t turns) {
  static const uint32_t share[] = {3, 10, 30, 60, 100};
  size_t parsed = 0;
  for (uint32_t turn = 0; turn < turns; turn++) {
    Text changed = {0};
    change(trial, text, share[turn % COUNT(share)], &changed);
    parsed += check(trial, changed.bytes);
    text_free(&changed);
  }
  return parsed;
}

/* ---- the programs ---- */

static char *read_whole(const char *path) {
  FILE *file = fopen(path, "rb");
  cr_assert(file, "%s", path);
  Text text = {0};
  char block[4096];
  for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;) text_append(&text, block, got);
  fclose(file);
  text_string(&text, "");
  return text.bytes;
}

enum { CHANGES_OF_FILE = 5, CHANGES_OF_STATEMENT = 20 };

/* A program, and each of its statements alone. */
static void check_program(Trial *trial, const char *text) {
  if (!check(trial, text)) return;
  trial->texts++;
  trial->changed += check_changes(trial, text, CHANGES_OF_FILE);
  Tree *tree = tree_of(trial, text);
  for (uint32_t i = 0; i < tree->program->count; i++) {
    Span span = tree->program->child[i]->span;
    Text statement = {0};
    text_append(&statement, text + span.start, span.end - span.start);
    trial->changed += check_changes(trial, statement.bytes, CHANGES_OF_STATEMENT);
    text_free(&statement);
  }
  tree_release(tree);
}

/* The ```mml blocks of a page, or a transcript: with prompts each entry is a program. */
static void check_lines(Trial *trial, const char *text, bool page) {
  Text program = {0};
  text_string(&program, "");
  bool inside = !page;
  for (const char *line = text; *line;) {
    const char *end = strchr(line, '\n');
    if (!end) end = line + strlen(line);
    bool fence = page && strncmp(line, "```", 3) == 0;
    bool prompt = inside && strncmp(line, ">> ", 3) == 0;
    bool more = inside && strncmp(line, ".. ", 3) == 0;
    if (fence || prompt || (program.length && page && *line == '>')) {
      check_program(trial, program.bytes);
      program.length = 0;
      text_string(&program, "");
    }
    if (fence) inside = strncmp(line, "```mml\n", 7) == 0;
    else if (inside && (page || prompt || more)) {
      const char *start = line + (prompt || more ? 3 : 0);
      text_append(&program, start, (size_t)(end - start));
      text_string(&program, "\n");
    }
    line = *end ? end + 1 : end;
  }
  check_program(trial, program.bytes);
  text_free(&program);
}

static void check_files(Trial *trial, const char *pattern) {
  glob_t found;
  cr_assert(glob(pattern, 0, NULL, &found) == 0, "%s", pattern);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    char *text = read_whole(found.gl_pathv[i]);
    const char *ending = strrchr(found.gl_pathv[i], '.');
    if (strcmp(ending, ".mml") == 0) check_program(trial, text);
    else check_lines(trial, text, strcmp(ending, ".md") == 0);
    trial->files++;
    free(text);
  }
  globfree(&found);
}

/* A text of [open] and [close] [times] around x. */
static void check_deep(Trial *trial, const char *open, const char *close, size_t times) {
  Text text = {0};
  for (size_t i = 0; i < times; i++) text_string(&text, open);
  text_string(&text, "x");
  for (size_t i = 0; i < times; i++) text_string(&text, close);
  cr_expect(check(trial, text.bytes), "%s does not parse %zu times", open, times);
  text_free(&text);
}

/* As deep and as long as the parser allows, in time that grows with the length. */
Test(layout, stands_size, .timeout = 60) {
  Trial trial = {0};
  check_deep(&trial, "x+", "", 9900);
  check_deep(&trial, "(", ")", 490);
  check_deep(&trial, "v[1, ", "]", 300);
  check_deep(&trial, "f(x -> do\n", "\nend)", 90);
  check_deep(&trial, "if a\n", "\nend", 400);
  check_deep(&trial, "# why\n", "", 100000);
  check_deep(&trial, "\n", "\n", 100000);
  check_deep(&trial, "a = 1   # why\n", "", 20000);
  Text text = {0};
  text_string(&text, "[");
  for (size_t row = 0; row < 3; row++)
    for (size_t i = 0; i < 20000; i++) text_string(&text, i ? ",  1" : "\n2");
  text_string(&text, "]");
  cr_expect(check(&trial, text.bytes));
  text_free(&text);
  symbol_table_free(&trial.symbols);
}

Test(layout, keeps_every_program_of_the_project) {
  static const struct {
    const char *pattern;
    size_t files, texts, changed; /* at least */
  } rows[] = {
      {ROOT "/stdlib/*.mml", 5, 5, 150},
      {ROOT "/scripts/*.mml", 4, 4, 1000},
      {ROOT "/tests/cases/*.mml", 30, 30, 10000},
      {ROOT "/tests/errors/*.mml", 30, 30, 200},
      {ROOT "/tests/format/*.mml", 15, 15, 1000},
      {ROOT "/tests/sessions/*.session", 3, 20, 200},
      {ROOT "/README.md", 1, 3, 50},
      {ROOT "/docs/*.md", 3, 3, 50},
      {ROOT "/docs/decisions/*.md", 1, 1, 10},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    Trial trial = {.state = 88172645463325252u};
    check_files(&trial, rows[i].pattern);
    cr_expect(trial.files >= rows[i].files && trial.texts >= rows[i].texts &&
                  trial.changed >= rows[i].changed,
              "%s: %zu files, %zu programs, %zu changed ones", rows[i].pattern, trial.files,
              trial.texts, trial.changed);
    symbol_table_free(&trial.symbols);
  }
}

/* Where white space, or what stands beside it, decides the meaning. */
Test(layout, keeps_what_space_decides) {
  static const char *const rows[] = {
      "",
      "\n\n",
      "# only a comment",
      "\n\n#!/bin/x\nf(x) = x",
      "#!/bin/x\n\n# help\nf(x) = x",
      "# a  \n#\n# b\t\nf(x) = x",
      ";;a;;b;",
      "\n;\na\n;b",
      "[1 -2]",
      "[1-2]",
      "[-1-2]",
      "[1+2x]",
      "[1 - 2,]",
      "[1-\n2]",
      "[a - b]",
      "[a-b c]",
      "[a+b*c^2 d.*e f]",
      "[1 -2\n3  4;5 6]",
      "[a<b c]",
      "[(a)and(b) c]",
      "[not a b]",
      "[a not b]",
      "[x|>f y]",
      "[‖a-b‖ c]",
      "[‖a - b‖ c]",
      "[‖‖a‖-b‖ c]",
      "[f(a - b)[i + 1] c]",
      "[\"a\" \"b {x + 1}\"]",
      "[1 2][1]",
      "[a, -b]",
      "[ ]",
      "[1, 2, 3,\n4]",
      "[x-1 for x in 1:3 if x-1>0]",
      "[1-2 for x in 1:3]",
      "[x->x-1, 3]",
      "2. /x",
      "2. ^x",
      "2. *x + 1",
      "1. :3",
      "v[2. - 1]",
      "a- -b",
      "a+ +b",
      "- -a",
      "2^- -1",
      "2^ -x",
      "n! == 3",
      "n!= 3",
      "n !=3",
      "x < -3",
      "y ~ . + z",
      "y ~ . +z",
      "v[a + . + z]",
      "v[y~. + z]",
      "a .+ .5",
      "a.* .5",
      "1 .* 2",
      "√ x + √√ y",
      "∇ f(p) + ∇² f(p) - ∇r.f",
      "x²+y⁻²-A⁻¹*Aᵀ",
      "x - -y⁻²",
      "x + ≈0",
      "[≈0, 1]",
      "a≈b",
      "a≈≈0",
      "f'(2)-f''(x-1)",
      "X'X + X'(y-X*w)",
      "2x^2 + 3(x+1)(x-1) + 2√3 + 2‖x‖ + 2∇f(p)",
      "r.end + r.if(3) + r.in - r.not[1]",
      "f(if = 3, end=4, in =x)",
      "v[end] + v[end-1]' + v[(end)] + v[end/2]",
      "v[:] + A[:, 1] + A[1:end-1 , :]",
      "A[v[1, 2], v.>0][1]",
      "clear x",
      "argmin(x-1)^2 over x from-1",
      "minimize -x over x, y from-1,2 s.t.x>=0 using gd",
      "m = (argmin x over x s.t. -1<=x,w[i]>=i for i in 1:2).x",
      "fit y~a*exp(b*x) over a,b from 1,0",
      "argmin f over k in 1:n-1",
      "f(w in R^3,X in R ^ ( n+1, 3 ), y in ℝ²=4, z = 1) = w",
      "g = (x,y=2)->x->x-y",
      "if(x)then(y)else(z)",
      "if a then b\n\nelseif c then d\n\nelse e",
      "x=if a then b\nelse c",
      "if a then\nb = 1\nelse\nb=2\nend",
      "if a;b=1\n-c\nend",
      "if a; b = 1; c\n-d\nelse e; -f\n-g\nend",
      "while a;b=1\n\n\n;-c;d\n-e\nend",
      "f(x)=do\n-x\nend",
      "f(x) = do return -x end",
      "f(x) = do; if x > 0; return(x) end; -x end",
      "f(x,\ny)=do\nx\nend",
      "for i in[1,2]do print(i) end",
      "for i,j in zip(a,b)\nbreak\nend",
      "a = 1 # x\nbb = 2 # y\n\n\nc = 3   # z",
      "a=1    # x\nb=1000 # y",
      "a=1# x\nb=10# y",
      "x = f(a, # first\n# then\nb)",
      "x =\n# why\n\n1 +\n# and\n2",
      "{x^2 if x<0;x otherwise}",
      "f(x)={\n-1 if x<0 # left\n\n1 otherwise }",
      "M = [ 1, -2.5;\n     10,  3 ]",
      "M = [1, 2;\n  a+b, 4]",
      "M = [\n 1,   2\n 300, 4\n]",
      "M = [ 1.5,  2\n     10.25, 3]",
      "M = [\"θ\",  1\n     \"ab\", 2]",
      "s = \"a\tb\"       # x\nt=\"\t\"      # y",
      "M = [\"\t\",  1\n     \"ab\", 2]",
      "M = [1,\t  2\n     30,\t4]",
      "s = \"{ x+1 } a  b {y:.2f} {\"in {z}\"}\"",
      "a ×b÷ c ⋅d · e − f ≤ g",
      "a/b\\c",
      "a.\\b",
      "x in v and not y ∈ w or z",
      "x |> f|>g",
      "(f(x), (a,b), ())",
      "x+=1; y.a[2] -= x",
      "a,b=b,a",
      "Q , R = qr( A )",
      "f = x -> do\ny = x\ny\nend",
      "h(x -> do\n[1, 2\n3, 4]\nend, [y -> do\ny\nend,\n2\n])",
      "\ta = 1 \r\n\r\n\r\n  b = 2\r\n",
  };
  Trial trial = {.state = 362436069u};
  for (size_t i = 0; i < COUNT(rows); i++) {
    cr_expect(check(&trial, rows[i]), "does not parse: %s", rows[i]);
    trial.changed += check_changes(&trial, rows[i], 200);
  }
  cr_expect(trial.changed > 5000, "only %zu changed programs parse", trial.changed);
  symbol_table_free(&trial.symbols);
}
