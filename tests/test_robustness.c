/* test_robustness.c - a session survives whatever is typed, and loses nothing.
 *
 * After every attack the session must still add, and a statement that failed must leave as many
 * objects as there were before it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
/* Too much memory asked for is NULL, as without the sanitizer. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }
#else
enum { SANITIZED = false };
#endif

enum { PATIENCE = 120 }; /* seconds after which a test that hangs is killed */

static void expect_alive(Shell *shell, const char *after) {
  MmlStatus status = shell_run(shell, "1 + 1");
  cr_expect(status == MML_OK && strcmp(shell->printed.bytes, "2\n") == 0, "after %s 1 + 1 is %s%s",
            after, shell->printed.bytes, shell->reported.bytes);
}

/* ---- text that is no program ---- */

enum { GARBAGE = 100000 };

/* Runs [length] bytes at the prompt and as a file: any answer will do, as long as there is one. */
static void attack(Shell *shell, const char *what, const char *bytes, size_t length) {
  static const char *const names[] = {"", "file"};
  for (int i = 0; i < 2; i++) {
    size_t before = mml_object_count(shell->mml);
    text_free(&shell->printed);
    text_free(&shell->reported);
    MmlStatus status = mml_eval(shell->mml, names[i], bytes, length, MML_ECHO_ALL);
    cr_expect(status != MML_ERROR || shell->reported.length > 0, "%s is refused without a word",
              what);
    cr_expect(shell->reported.length < 64 * 1024, "%s is refused at length", what);
    cr_expect(status == MML_OK || mml_object_count(shell->mml) == before, "%s leaves objects",
              what);
    expect_alive(shell, what);
  }
  mml_ready(shell->mml, bytes, length, NULL);
}

static void attack_repeated(Shell *shell, const char *piece, size_t most) {
  char *bytes = malloc(most + 1), what[64];
  size_t length = 0, piece_length = strlen(piece);
  for (; length + piece_length <= most; length += piece_length)
    memcpy(bytes + length, piece, piece_length);
  bytes[length] = 0;
  snprintf(what, sizeof what, "%s repeated", piece);
  attack(shell, what, bytes, length);
  free(bytes);
}

/* xorshift64*: the same bytes on every machine. */
static uint64_t next_random(uint64_t *state) {
  *state ^= *state >> 12, *state ^= *state << 25, *state ^= *state >> 27;
  return *state * 0x2545F4914F6CDD1Dull;
}

Test(robustness, random_bytes_are_refused_in_good_order) {
  alarm(PATIENCE);
  enum { ROUNDS = 20 };
  static const char ascii[] = "0123456789abcxyz()[]{}+-*/^'\"=<>,;:. \n\\_|!~#→∇θ²√‖";
  static char bytes[GARBAGE];
  uint64_t state = 2463534242;
  Shell shell;
  shell_start(&shell);
  for (int round = 0; round < ROUNDS; round++) {
    bool any = round % 2 == 0;
    for (size_t i = 0; i < GARBAGE; i++)
      bytes[i] =
          any ? (char)(next_random(&state) >> 56) : ascii[next_random(&state) % (sizeof ascii - 1)];
    attack(&shell, any ? "random bytes" : "random signs", bytes,
           round < 4 ? GARBAGE : 40 + (size_t)round);
  }
  shell_end(&shell);
}

Test(robustness, endless_repetition_is_refused_in_good_order) {
  alarm(PATIENCE);
  static const char *const pieces[] = {"(",
                                       "[",
                                       "{",
                                       ")",
                                       "]",
                                       "}",
                                       "1",
                                       "9.",
                                       "-",
                                       "not ",
                                       "√",
                                       "x->",
                                       "f(",
                                       "a.",
                                       "a[1]",
                                       "x'",
                                       "2^",
                                       "1+",
                                       "1 + (",
                                       "\"",
                                       "\"{",
                                       "{1 if ",
                                       "if a\n",
                                       "for i in 1:2\n",
                                       "while true\n",
                                       "f(x) = do\n",
                                       "then ",
                                       "else ",
                                       ",",
                                       ";",
                                       "\n",
                                       " ",
                                       "#",
                                       "\\",
                                       "'",
                                       "ᵀ",
                                       "∇",
                                       "‖",
                                       "|",
                                       "x = ",
                                       "a, ",
                                       "sum(i for i in ",
                                       "1:",
                                       "x |> ",
                                       "1 < ",
                                       "argmin ",
                                       "x over ",
                                       "~",
                                       ".",
                                       "..",
                                       "\xff",
                                       "\xe2\x88",
                                       "\xf0\x9f\x98\x80",
                                       "\t",
                                       "\r",
                                       "é",
                                       "x_1²",
                                       "1e9999",
                                       "d/dx ",
                                       "[1, 2; 3, 4]",
                                       "5! ",
                                       "0x",
                                       "2i",
                                       "end ",
                                       "record(a = "};
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
    attack_repeated(&shell, pieces[i], GARBAGE);
  attack(&shell, "a NUL byte", "1 +\0 1", 6);
  attack(&shell, "nothing", "", 0);
  shell_end(&shell);
}

/* ---- more memory than there is ---- */

Test(robustness, arrays_beyond_memory_are_errors) {
  alarm(PATIENCE);
  static const char *const sources[] = {
      "zeros(1e5, 1e5)",
      "zeros(65536, 65536)",
      "ones(1e10)",
      "eye(1e6)",
      "zeros(-1)",
      "zeros(0.5)",
      "zeros(nan)",
      "zeros(inf)",
      "zeros(4294967296)",
      "[i for i in 1:1e12]",
      "linspace(0, 1, 1e12)",
      "kron(ones(1e5), ones(1e5))",
      "x = ones(1e5); x*x'",
      "reshape(1:4, 1e5, 1e5)",
      "rand(1e6, 1e6)",
      "diag(ones(1e6))",
  };
  if (!SANITIZED) { /* its shadow memory needs the room */
    struct rlimit limit = {.rlim_cur = (rlim_t)2 << 30, .rlim_max = RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
  }
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    cr_expect_eq(shell_run(&shell, sources[i]), MML_ERROR, "%s is no error: %.200s", sources[i],
                 shell.printed.bytes);
    expect_alive(&shell, sources[i]);
  }
  shell_run(&shell, "A = zeros(20000, 20000);");
  expect_alive(&shell, "zeros(20000, 20000)");
  shell_end(&shell);
}

Test(robustness, recursion_without_end_is_an_error) {
  alarm(PATIENCE);
  static const char *const sources[] = {
      "f(x) = f(x + 1)\nf(1)",
      "g(x) = h(x)\nh(x) = g(x)\ng(1)",
      "f(x) = 1 + f(x)\nf'(1)",
      "f(x) = derivative(f, x)\nf(1)",
      "f(v) = sum(f(x) for x in v)\nf([1, 2])",
      "m(f, x0) = argmin(f, x0, method = m)\nargmin(x -> x^2, 1, method = m)",
      "g(w) = g(w) + g(w)\nargmin(g, 1, method = \"sgd\")",
      "f(x) = argmin(f, x)\nf(1)",
      "f = x -> f(x)\nf(1)",
      "f(x) = gradient(f, [x])\nf([1])",
      "f(x) = f.([x])\nf(1)",
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    cr_expect_eq(shell_run(&shell, sources[i]), MML_ERROR, "%s is no error", sources[i]);
    cr_expect(shell.reported.length < 4096, "%s is reported at length:\n%.2000s", sources[i],
              shell.reported.bytes);
    expect_alive(&shell, sources[i]);
  }
  shell_end(&shell);
}

/* ---- nothing is lost ---- */

Test(robustness, a_failing_statement_leaves_no_object) {
  static const char *const sources[] = {
      "[1, 2, 3][4]",
      "[1, 2; 3, 4]*[1, 2, 3]",
      "(1, [1, 2], \"text\", x -> x, nothing_of_this_name)",
      "sum([i, 1/0][3] for i in 1:10)",
      "inv([1, 2; 2, 4]) + inv([1, 2])",
      "cholesky([1, 2; 2, 1])",
      "record(a = [1, 2], b = unknown)",
      "gradient(v -> v[7], [1, 2, 3])",
      "gradient(v -> sum(cholesky([v, v])), [1, 2])",
      "gradient(x -> derivative(y -> x*y*unknown, x), 2)",
      "hessian(A -> det([A, A]), [1, 2; 3, 4])",
      "jacobian(v -> unknown(v), [1, 2])",
      "minimize(v -> v[3], [1, 2])",
      "argmin (x - 1)^2 + unknown over x from 3",
      "argmin(x -> \"text\", 1)",
      "minimize x^2 over x from 1 using proximal",
      "minimize mean((w - i)^2 for i in 1:3) over w using sgd(batch = 0)",
      "argmin((x, y) -> x^2 + y^2, [1, 2], method = (f, x0) -> [gradient(f, x0); unknown])",
      "argmin(x -> x^2, 1, method = (f, x0) -> f)",
      "terms(w -> mean((w - i)^2 for i in unknown), 0)",
      "terms(w -> sum((w - i)^2 for i in 1:3), 0)[2](4)",
      "minimize x^2 over x from 1 s.t. x >= [1, 2] using penalty(factor = 0.5)",
      "regress(y ~ x, record(x = [1, 2, 3]))",
      "assert(sum([1, 2, 3]) == 7, \"text {1 + 1}\")",
      "print(\"{[1, 2, 3]} {unknown}\")",
      "print(\"{[1, 2, 3]:q}\")",
      "sort(((1, 2), 3))",
      "a_, b_ = [1, 2, 3]",
      "(x -> do\n  y = [x, x]\n  z = y*y\n  z\nend)(2)",
      "for i in 1:3\n  t_ = [i, i]\n  t_[i + 5] = 1\nend",
      "solve([1, 2; 2, 4], [1, 2]) + missing_name",
      "reshape(1:6, 4, 4)",
      "map_([1, 2])",
      "eig([1, 2, 3])",
      "read(\"no such file.csv\")",
      "read(\"a,b\\n1,2,3\\n\").a",
      "if [1, 2]; 1 else 2 end",
      "while [1, 2]\nend",
      "ode(1, 2, 3)",
      "sum((x -> x/0)(i)[2] for i in [1, 2])",
      "f_(x in R^3) = x; f_([1, 2])",
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    /* The first run may define names and compile rules, which stay. */
    cr_expect_eq(shell_run(&shell, sources[i]), MML_ERROR, "%s is no error", sources[i]);
    size_t before = mml_object_count(shell.mml);
    shell_run(&shell, sources[i]);
    size_t after = mml_object_count(shell.mml);
    cr_expect_eq(after, before, "%s: %zu objects before, %zu after", sources[i], before, after);
    expect_alive(&shell, sources[i]);
  }
  shell_end(&shell);
}

Test(robustness, an_evaluation_that_defines_nothing_leaves_no_object) {
  static const char *const sources[] = {
      "gradient(A -> logdet(A), [2, 1; 1, 3]);",
      "hessian(v -> norm(v)^4 + prod(v), [1, 2, 3]);",
      "derivative(x -> derivative(y -> x*y, x), 2);",
      "minimize((x, y) -> (1 - x)^2 + 100(y - x^2)^2, [-1, 2]);",
      "argmin((x, y) -> (1 - x)^2 + 100(y - x^2)^2, [-1, 2], method = \"adam\", steps = 5);",
      "argmin((x, y) -> (1 - x)^2 + 100(y - x^2)^2, [-1, 2], method = \"lbfgs\");",
      "argmin(x -> x^2, 1, method = (f, x0) -> record(path = [x0, 0], other = [1, 2]));",
      "argmin(w -> mean((w - i)^2 for i in [1, 2, 3]), 1, method = \"sgd\", steps = 5);",
      "(minimize norm(w.a)^2 over w from record(a = [1, 2]) s.t. w.a >= 1 using projected);",
      "(minimize norm(a)^2 over a in R^2 s.t. a[1] == 1 using penalty);",
      "derivative(t -> argmin(x -> (x - t)^2, 0, method = \"newton\"), 3);",
      "sum(i^2 for i in 1:100);",
      "\"{[1, 2, 3]}\";",
      "(x -> y -> x + y)(1)(2);",
      "record(a = record(b = [1, 2])).a.b;",
      "eig([2, 1; 1, 3]);",
      "roots([1, 0, 4]);",
      "derivative(t -> norm(roots([1, t, 4])), 1);",
      "print(1)",
  };
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    cr_expect_eq(shell_run(&shell, sources[i]), MML_OK, "%s: %s", sources[i], shell.reported.bytes);
    shell_run(&shell, "1;");
    size_t before = mml_object_count(shell.mml);
    shell_run(&shell, sources[i]);
    shell_run(&shell, "1;"); /* so that ans is the same */
    size_t after = mml_object_count(shell.mml);
    cr_expect_eq(after, before, "%s: %zu objects before, %zu after", sources[i], before, after);
  }
  shell_end(&shell);
}

/* Every program of tests/errors, in one session. */
Test(robustness, the_programs_with_errors_leave_the_session_as_it_was) {
  char path[512], *bytes = malloc(1 << 16);
  Shell shell;
  shell_start(&shell);
  DIR *folder = opendir(MML_TEST_DATA "/../errors");
  cr_assert(folder);
  int count = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    const char *dot = strrchr(entry->d_name, '.');
    if (!dot || strcmp(dot, ".mml") != 0) continue;
    snprintf(path, sizeof path, MML_TEST_DATA "/../errors/%s", entry->d_name);
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s", path);
    size_t length = fread(bytes, 1, 1 << 16, file);
    fclose(file);
    shell_run_bytes(&shell, bytes, length);
    expect_alive(&shell, entry->d_name);
    size_t before = mml_object_count(shell.mml);
    cr_expect_eq(shell_run_bytes(&shell, bytes, length), MML_ERROR, "%s is no error",
                 entry->d_name);
    expect_alive(&shell, entry->d_name);
    size_t after = mml_object_count(shell.mml);
    cr_expect_eq(after, before, "%s: %zu objects before, %zu after", entry->d_name, before, after);
    count++;
  }
  closedir(folder);
  cr_expect(count > 0, "no programs with errors");
  free(bytes);
  shell_end(&shell);
}

/* ---- interrupts ---- */

static void on_alarm(int signal_number) {
  (void)signal_number;
  mml_interrupt();
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

Test(robustness, an_interrupt_stops_what_runs) {
  static const char *const sources[] = {
      "while true\nend",
      "i = 0\nwhile i >= 0\n  i += 1\nend",
      "for i in 1:1e15\nend",
      "sum(i for i in 1:1e15)",
      "fib(n) = if n < 2 then n else fib(n - 1) + fib(n - 2)\nfib(36)",
      "v = [1, 2, 3]\nwhile true\n  v = 0.5v\nend",
      "while true\n  g = gradient(x -> norm(x)^2, [1, 2, 3])\nend",
      "argmin(x -> do\n  while true\n  end\n  x\nend, 1)",
      "derivative(x -> do\n  s = x\n  while true\n    s = sin(s)\n  end\n  s\nend, 1)",
      "A = rand(60, 60)\nwhile true\n  B = A*A\nend",
      "[[j for j in 1:1e5] for i in 1:1e9]",
      "while true\n  print(1)\nend",
      "while true\n  t = \"{1}{2}\"\nend",
  };
  const double ALARM = 0.05, LATEST = SANITIZED ? 1 : 0.2;
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    struct itimerval timer = {.it_value.tv_usec = (suseconds_t)(1e6 * ALARM)};
    double start = now();
    setitimer(ITIMER_REAL, &timer, NULL);
    MmlStatus status = shell_run(&shell, sources[i]);
    double late = now() - start - ALARM;
    cr_expect_eq(status, MML_INTERRUPTED, "%s ended otherwise: %s", sources[i],
                 shell.reported.bytes);
    cr_expect(late < LATEST, "%s stopped %g s late", sources[i], late);
    expect_alive(&shell, sources[i]);
  }
  shell_end(&shell);
}

/* An interrupt that comes when nothing runs stops nothing. */
Test(robustness, an_interrupt_between_statements_is_forgotten) {
  Shell shell;
  shell_start(&shell);
  mml_interrupt();
  expect_alive(&shell, "an interrupt");
  shell_end(&shell);
}

/* ---- sessions ---- */

Test(robustness, sessions_do_not_know_of_each_other) {
  Shell one, other;
  shell_start(&one);
  shell_start(&other);
  shell_run(&one, "a = 1; f(x) = a*x");
  shell_run(&other, "a = 2");
  cr_expect_eq(shell_number(&one, "f(3)"), 3);
  cr_expect_eq(shell_run(&other, "f(3)"), MML_ERROR);
  shell_end(&one);
  cr_expect_eq(shell_number(&other, "a"), 2);
  shell_end(&other);
}
