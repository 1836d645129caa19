/* test_compact.c - recordings given up at every edge of a loop have the derivatives of whole ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/session.h"
#include "shell.h"

/* So few cells that every turn of a loop counts as too long. */
enum { SHORT = 8, NUMBERS = 16 };

typedef struct Row {
  const char *program, *derivative;
} Row;

/* What lives over the edge of a loop in each of the ways there are. */
static const Row rows[] = {
    {"f(x) = do\n s = x\n for k in 1:50\n  s = s + 0.1sin(s)*k\n end\n s\nend", "f'(0.7)"},
    {"f(x) = do\n s = x; k = 0\n while k < 40\n  s = s*cos(s) + x; k += 1\n end\n s\nend", "f'(0.7)"},
    {"f(x, y) = do\n a, b = x, y\n for k in 1:30\n  a, b = b, a*b - x\n end\n a + b\nend", "∇f(0.3, 0.4)"},
    {"f(v) = do\n w = v\n for k in 1:20\n  w = w + 0.1*[w[2], -sin(w[1])]\n end\n sum(w.^2)\nend",
     "∇f([0.5, 0.2])"},
    {"f(v) = do\n w = v\n for k in 1:20\n  w[mod(k, 3) + 1] += 0.1*w[1]*w[2]\n end\n norm(w)\nend",
     "∇f([0.5, 0.2, 0.9])"},
    {"f(v) = do\n p = record(a=v[1], b=[v[2], v[1]])\n for k in 1:12\n  p = record(a=p.a*p.b[1], b=p.b + 0.1*p.a)\n"
     " end\n p.a + sum(p.b)\nend", "∇f([0.5, 0.2])"},
    {"f(x) = do\n g = t -> t*x\n s = 1\n for k in 1:12\n  g = (h -> t -> h(t) + 0.1*x*t)(g)\n  s += g(x)\n end\n s\nend",
     "f'(0.7)"},
    {"f(x) = do\n s = 0\n for i in 1:8\n  for j in 1:8\n   s += sin(i*x)*cos(j*s)\n  end\n end\n s\nend", "f'(0.7)"},
    {"f(x) = Σ(Σ(sin(i*j*x) for j in 1:9) for i in 1:9)", "f'(0.3)"},
    {"g(x, n) = if n == 0 then x else g(sin(x) + 0.1*n, n - 1)\n"
     "f(x) = do\n s = 0\n for k in 1:9\n  s += g(x + s, k)\n end\n s\nend", "f'(0.3)"},
    {"f(v) = do\n A = [2, v[1]; v[2], 3]\n for k in 1:8\n  A = A*A/norm(A)\n end\n det(A) + A[1, 2]\nend",
     "∇f([0.5, 0.2])"},
    {"f(v) = do\n x = v\n for k in 1:8\n  x = [2, v[1]; v[2], 3] \\ (x + [k, 1])\n end\n sum(x)\nend", "∇f([0.5, 0.2])"},
    {"f(x) = dot([x^k for k in 1:20], 1:20)", "f'(0.9)"},
    {"f(x) = do\n s = x\n for k in 1:20\n  s = if s > 1 then s/2 else s*1.7\n end\n s\nend", "f'(0.3)"},
    {"f(x) = do\n t = (x, x^2)\n for k in 1:9\n  t = (t[2]*0.5, t[1] + t[2])\n end\n t[1]*t[2]\nend", "f'(0.9)"},
    {"f(x) = do\n z = x + 1i\n for k in 1:9\n  z = z*z*0.5 + 0.1i\n end\n abs(z)\nend", "f'(0.9)"},
    {"f(x) = do\n s = 0\n for y in [x, 2x, x^2]\n  s += y*s + y\n end\n s\nend", "f'(0.9)"},
    /* a derivative of each turn inside, and all of it inside another one */
    {"f(x) = do\n s = x\n for k in 1:6\n  s = s + 0.1*(t -> t^3*s)'(x)\n end\n s\nend", "f'(0.9)"},
    {"h(x) = do\n s = x\n for k in 1:9\n  s = sin(s) + x\n end\n s\nend\nf(y) = h'(2)*y", "f'(0.9)"},
    {"f(v) = do\n s = 0\n for r in rows([v[1], v[2]; v[2], v[1]*v[2]])\n  s += r[1]*r[2]*(1 + s)\n end\n s\nend",
     "∇f([0.5, 0.2])"},
};

static void start(Shell *shell, bool compact) {
  shell_start(shell);
  if (compact) ((Session *)shell->mml)->long_recording = SHORT;
}

/* Sums are taken in another order, and the loops magnify what that rounds off. */
Test(compact, derivatives_are_those_of_whole_recordings) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double whole[NUMBERS], compacted[NUMBERS];
    size_t count[2];
    for (int pass = 0; pass < 2; pass++) {
      Shell shell;
      start(&shell, pass == 1);
      cr_expect(shell_run(&shell, rows[i].program) == MML_OK, "%s", shell.reported.bytes);
      count[pass] = shell_numbers(&shell, rows[i].derivative, pass ? compacted : whole, NUMBERS);
      cr_expect(count[pass] > 0, "%s\n%s", rows[i].program, shell.reported.bytes);
      shell_end(&shell);
    }
    cr_expect_eq(count[0], count[1]);
    for (size_t k = 0; k < count[0]; k++)
      cr_expect(shell_close(compacted[k], whole[k], 1e-11, 1e-3), "%s\n%s: %.17g, not %.17g",
                rows[i].program, rows[i].derivative, compacted[k], whole[k]);
  }
}

static const char walk[] = "f(x) = do\n s = x\n for k in 1:50\n  s = s + 0.1sin(s)*k\n end\n s\nend";

Test(compact, higher_derivatives_of_a_compacted_recording_are_refused) {
  static const char *const higher[] = {"f''(0.7)", "derivative(f, 0.7, 3)", "hessian(f, 0.7)", "(x -> f'(x))'(0.7)"};
  for (size_t i = 0; i < sizeof higher / sizeof *higher; i++) {
    Shell shell;
    start(&shell, true);
    shell_run(&shell, walk);
    cr_expect(shell_run(&shell, higher[i]) == MML_ERROR, "%s", higher[i]);
    cr_expect(strstr(shell.reported.bytes, "the recording is too long to be kept"), "%s: %s", higher[i], shell.reported.bytes);
    shell_end(&shell);
  }
}

Test(compact, what_the_given_up_steps_had_to_say_is_said) {
  static const struct { const char *program, *derivative, *note; } said[] = {
      {"f(x) = do\n s = abs(x)\n for k in 1:30\n  s = sin(s) + s\n end\n s\nend", "f'(0)", "abs has a kink"},
      {"f(x) = do\n s = 0\n s = if x == 2 then x else 0\n for k in 1:30\n  s = sin(s) + x\n end\n s\nend", "f'(2)", "exactly equal here"},
      {"f(x) = do\n s = log(x)\n for k in 1:30\n  s = sin(s) + x\n end\n s\nend", "f'(-1)", "log(-1) is nan"},
  };
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
    Shell shell;
    start(&shell, true);
    shell_run(&shell, said[i].program);
    shell_run(&shell, said[i].derivative);
    cr_expect(strstr(shell.reported.bytes, said[i].note), "%s: %s", said[i].program, shell.reported.bytes);
    shell_end(&shell);
  }
}

/* Optimisers look at the steps: what is constant in a compacted recording is not linear. */
Test(compact, minimisers_see_whole_recordings) {
  Shell shell;
  start(&shell, true);
  shell_run(&shell, "f(x) = do\n s = 0\n for k in 1:20\n  s += (x - k)^2*(1 + 0.1sin(x))\n end\n s\nend");
  cr_expect(shell_run(&shell, "r = minimize f(x) over x from 9; abs(f'(r.x)) < 1e-5*r.value, r.converged") == MML_OK);
  cr_expect_str_eq(shell.printed.bytes, "(true, true)\n");
  shell_end(&shell);
}
