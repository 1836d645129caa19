/* test_check.c - the checker against the machine: random programs over arrays of random shapes.
 *
 * A straight-line program whose names all have known shapes leaves the checker no excuse: it must
 * report an error exactly when a run ends in one, at the same place and in the same words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

enum { PROGRAMS = 5000, STATEMENTS = 6, SIZES = 4, PER_SESSION = 100 };

/* ---- programs ---- */

typedef struct Generator {
  uint64_t state;
  Text text;
  int program, names; /* v3_0 … v3_5 are the names of program 3 */
} Generator;

static unsigned draw(Generator *g, unsigned below) {
  g->state = g->state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(g->state >> 33) % below;
}

static unsigned draw_size(Generator *g) { return 1 + draw(g, SIZES); }

static void write_array(Generator *g) {
  static const char *const makers[] = {"ones", "zeros", "rand", "randn"};
  unsigned kind = draw(g, 8), rows = draw_size(g), cols = draw_size(g);
  if (kind < 4) text_format(&g->text, "%s(%u, %u)", makers[kind], rows, cols);
  else if (kind == 4) text_format(&g->text, "eye(%u)", rows);
  else if (kind == 5) text_format(&g->text, "%u", rows);
  else if (kind == 6) text_format(&g->text, "(1:%u)", 1 + rows);
  else {
    text_string(&g->text, "[");
    for (unsigned i = 0; i < rows; i++)
      for (unsigned j = 0; j < cols; j++)
        text_format(&g->text, "%s%u", i + j == 0 ? "" : j ? ", " : "; ", draw(g, 9));
    text_string(&g->text, "]");
  }
}

static void write_name(Generator *g) {
  if (g->names) text_format(&g->text, "v%d_%u", g->program, draw(g, (unsigned)g->names));
  else write_array(g);
}

static void write_operand(Generator *g) {
  if (draw(g, 3)) write_name(g);
  else write_array(g);
  if (draw(g, 4) == 0) text_string(&g->text, "'");
}

static void write_expression(Generator *g) {
  static const char *const infix[] = {" + ",  " - ",  "*", ".*",   "./",
                                      " .+ ", " .- ", "/", " .< ", " < "};
  static const char *const call[] = {"dot", "cross", "kron", "atan2", "max", "min", "zip"};
  static const char *const one[] = {"det", "trace", "vec",  "size", "length", "cumsum",
                                    "sum", "sin",   "norm", "expm", "diag"};
  unsigned kind = draw(g, 14);
  if (kind < 6) {
    write_operand(g);
    text_string(&g->text, infix[draw(g, sizeof infix / sizeof *infix)]);
    write_operand(g);
  } else if (kind < 8) {
    text_format(&g->text, "%s(", call[draw(g, sizeof call / sizeof *call)]);
    write_operand(g);
    text_string(&g->text, ", ");
    write_operand(g);
    text_string(&g->text, ")");
  } else if (kind < 10) {
    text_format(&g->text, "%s(", one[draw(g, sizeof one / sizeof *one)]);
    write_operand(g);
    text_string(&g->text, ")");
  } else if (kind == 10) {
    write_name(g);
    if (draw(g, 2)) text_format(&g->text, "[%u, %s]", draw_size(g), draw(g, 2) ? ":" : "end");
    else text_format(&g->text, "[%u:%u]", draw_size(g), draw_size(g));
  } else if (kind == 11) {
    text_format(&g->text, "reshape(%s", "");
    write_operand(g);
    text_format(&g->text, ", %u, %u)", draw_size(g), draw_size(g));
  } else if (kind == 12) {
    text_format(&g->text, "rand(%u, %u) \\ ", draw_size(g), draw_size(g));
    write_operand(g);
  } else {
    text_string(&g->text, "[");
    write_name(g);
    text_string(&g->text, draw(g, 2) ? ", " : "; ");
    write_name(g);
    text_string(&g->text, "]");
  }
}

/* By turns as it is, as a function that is called, in a loop, in the branch that is taken. */
enum { WRAPPINGS = 4 };

static void write_program(Generator *g, int program) {
  static const char *const head[WRAPPINGS] = {"", "f() = do\n", "for turn in 1:2\n", "if 1 < 2\n"};
  static const char *const tail[WRAPPINGS] = {"", "end\nf()\n", "end\n",
                                              "else\nw = [1, 2] + [1, 2, 3]\nend\n"};
  text_free(&g->text);
  text_string(&g->text, head[program % WRAPPINGS]);
  g->program = program;
  g->names = 0;
  for (int i = 0; i < STATEMENTS; i++) {
    text_format(&g->text, "v%d_%d = ", program, i);
    if (i < 2) write_array(g);
    else write_expression(g);
    text_string(&g->text, "\n");
    g->names++;
  }
  text_string(&g->text, tail[program % WRAPPINGS]);
}

/* ---- the law ---- */

/* The same but for values only a run knows: "a number (0.25)" is "a number". */
static void forget_numbers(char *text) {
  static const char head[] = "a number (";
  for (char *at; (at = strstr(text, head)) != NULL;) {
    char *open = at + strlen(head) - 2, *end = strchr(open, ')');
    memmove(open, end + 1, strlen(end + 1) + 1);
  }
}

static void forget_notes(char *text) {
  for (char *at; (at = strstr(text, "note: ")) != NULL;) {
    char *end = strchr(at, '\n');
    memmove(at, end + 1, strlen(end + 1) + 1);
  }
}

/* 1:n is offered for n only when its value is known to be a whole number. */
static void forget_ranges(char *text) {
  for (char *at; (at = strstr(text, "  try: 1:")) != NULL;) {
    char *end = strchr(at, '\n');
    memmove(at, end + 1, strlen(end + 1) + 1);
  }
}

static bool starts_with(const char *text, const char *head) {
  return strncmp(text, head, strlen(head)) == 0;
}

/* What a solve refuses for its entries: not a matter of shapes. */
static bool is_about_values(const char *reported) {
  return strstr(reported, "] is inf") || strstr(reported, "] is nan");
}

Test(check, says_what_a_run_would_say_and_nothing_else) {
  Generator g = {.state = 20};
  Shell shell = {0};
  int failed = 0, excused = 0;
  for (int i = 0; i < PROGRAMS; i++) {
    if (i % PER_SESSION == 0) {
      if (i) shell_end(&shell);
      shell_start(&shell);
    }
    write_program(&g, i);
    text_free(&shell.reported);
    text_string(&shell.reported, "");
    MmlStatus found = mml_check(shell.mml, "test", g.text.bytes, g.text.length);
    char *said = memory_copy_text(shell.reported.bytes, shell.reported.length);
    MmlStatus ran = shell_run(&shell, g.text.bytes);
    bool errors = strstr(shell.reported.bytes, "error: ") != NULL;
    bool is_excused = errors && is_about_values(shell.reported.bytes);
    excused += is_excused;
    cr_expect(found == ran || is_excused, "%s\nthe check says %s\na run says %s", g.text.bytes,
              said, shell.reported.bytes);
    forget_numbers(said);
    forget_numbers(shell.reported.bytes);
    forget_notes(shell.reported.bytes);
    forget_ranges(said);
    forget_ranges(shell.reported.bytes);
    if (ran == MML_ERROR && found == MML_ERROR && !is_excused)
      cr_expect(starts_with(said, shell.reported.bytes), "%s\nthe check says %s\na run says %s",
                g.text.bytes, said, shell.reported.bytes);
    failed += ran == MML_ERROR;
    free(said);
  }
  shell_end(&shell);
  text_free(&g.text);
  cr_expect(failed > PROGRAMS / 4 && failed < PROGRAMS,
            "%d programs failed: the generator tests nothing", failed);
  cr_expect(excused < PROGRAMS / 100, "%d programs were excused", excused);
}

static MmlStatus check_text(Shell *shell, const char *text) {
  text_free(&shell->reported);
  text_string(&shell->reported, "");
  return mml_check(shell->mml, "test", text, strlen(text));
}

Test(check, leaves_the_session_as_it_was) {
  Shell shell;
  shell_start(&shell);
  cr_assert(shell_run(&shell, "a = [1, 2, 3]; f(x) = 2x; sin(0)") == MML_OK);
  size_t objects = mml_object_count(shell.mml);
  cr_expect(
      check_text(
          &shell,
          "a = 5; f(x) = x*a; norm(x, y) = x\nb = norm(1, 2) + ones(3)'*ones(4)\nf([1, 2])") ==
      MML_ERROR);
  cr_expect(mml_object_count(shell.mml) == objects);
  cr_assert(shell_run(&shell, "f(a)\nnorm([3, 4])") == MML_OK);
  cr_expect_str_eq(shell.printed.bytes, "[2, 4, 6]\n5\n");
  cr_expect(shell_run(&shell, "b") == MML_ERROR);
  shell_end(&shell);
}

Test(check, draws_no_random_numbers) {
  Shell shell;
  shell_start(&shell);
  mml_seed(shell.mml, 7);
  cr_expect(check_text(&shell, "x = rand(); y = randn(2, 3); shuffle(1:3)") == MML_OK);
  shell_run(&shell, "rand()");
  char *first = memory_copy_text(shell.printed.bytes, shell.printed.length);
  mml_seed(shell.mml, 7);
  shell_run(&shell, "rand()");
  cr_expect_str_eq(shell.printed.bytes, first);
  free(first);
  shell_end(&shell);
}
