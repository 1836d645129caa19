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
    {"f(x) = do\n s = x; k = 0\n while k < 40\n  s = s*cos(s) + x; k += 1\n end\n s\nend",
     "f'(0.7)"},
    {"f(x, y) = do\n a, b = x, y\n for k in 1:30\n  a, b = b, a*b - x\n end\n a + b\nend",
     "∇f(0.3, 0.4)"},
    {"f(v) = do\n w = v\n for k in 1:20\n  w = w + 0.1*[w[2], -sin(w[1])]\n end\n sum(w.^2)\nend",
     "∇f([0.5, 0.2])"},
    {"f(v) = do\n w = v\n for k in 1:20\n  w[mod(k, 3) + 1] += 0.1*w[1]*w[2]\n end\n norm(w)\nend",
     "∇f([0.5, 0.2, 0.9])"},
    {"f(v) = do\n p = record(a=v[1], b=[v[2], v[1]])\n for k in 1:12\n  p = record(a=p.a*p.b[1], "
     "b=p.b + 0.1*p.a)\n"
     " end\n p.a + sum(p.b)\nend",
     "∇f([0.5, 0.2])"},
    {"f(x) = do\n g = t -> t*x\n s = 1\n for k in 1:12\n  g = (h -> t -> h(t) + 0.1*x*t)(g)\n  s "
     "+= g(x)\n end\n s\nend",
     "f'(0.7)"},
    {"f(x) = do\n s = 0\n for i in 1:8\n  for j in 1:8\n   s += sin(i*x)*cos(j*s)\n  end\n end\n "
     "s\nend",
     "f'(0.7)"},
    {"f(x) = Σ(Σ(sin(i*j*x) for j in 1:9) for i in 1:9)", "f'(0.3)"},
    {"g(x, n) = if n == 0 then x else g(sin(x) + 0.1*n, n - 1)\n"
     "f(x) = do\n s = 0\n for k in 1:9\n  s += g(x + s, k)\n end\n s\nend",
     "f'(0.3)"},
    {"f(v) = do\n A = [2, v[1]; v[2], 3]\n for k in 1:8\n  A = A*A/norm(A)\n end\n det(A) + A[1, "
     "2]\nend",
     "∇f([0.5, 0.2])"},
    {"f(v) = do\n x = v\n for k in 1:8\n  x = [2, v[1]; v[2], 3] \\ (x + [k, 1])\n end\n "
     "sum(x)\nend",
     "∇f([0.5, 0.2])"},
    {"f(x) = dot([x^k for k in 1:20], 1:20)", "f'(0.9)"},
    {"f(x) = do\n s = x\n for k in 1:20\n  s = if s > 1 then s/2 else s*1.7\n end\n s\nend",
     "f'(0.3)"},
    {"f(x) = do\n t = (x, x^2)\n for k in 1:9\n  t = (t[2]*0.5, t[1] + t[2])\n end\n "
     "t[1]*t[2]\nend",
     "f'(0.9)"},
    {"f(x) = do\n z = x + 1i\n for k in 1:9\n  z = z*z*0.5 + 0.1i\n end\n abs(z)\nend", "f'(0.9)"},
    {"f(x) = do\n s = 0\n for y in [x, 2x, x^2]\n  s += y*s + y\n end\n s\nend", "f'(0.9)"},
    /* a derivative of each turn inside, and all of it inside another one */
    {"f(x) = do\n s = x\n for k in 1:6\n  s = s + 0.1*(t -> t^3*s)'(x)\n end\n s\nend", "f'(0.9)"},
    {"h(x) = do\n s = x\n for k in 1:9\n  s = sin(s) + x\n end\n s\nend\nf(y) = h'(2)*y",
     "f'(0.9)"},
    {"f(v) = do\n s = 0\n for r in rows([v[1], v[2]; v[2], v[1]*v[2]])\n  s += r[1]*r[2]*(1 + s)\n "
     "end\n s\nend",
     "∇f([0.5, 0.2])"},
    /* more inputs than a forward sweep has lanes, and more than forward sweeps are made for */
    {"f(v) = do\n w = 0.5v.^2\n for k in 1:6\n  w = w + 0.1sin(w)*k\n end\n sum(w.*v)\nend",
     "∇f(0.1:0.1:0.9)"},
    {"f(v) = do\n s = 0\n for k in 1:5\n  s = sin(s) + sum(v.^k)/k\n end\n s\nend",
     "∇f(sin(1:300))[[1, 150, 300]]"},
    /* values of an outer recording are alive while an inner one is compacted, or are what it
       depends on */
    {"h(x) = do\n s = x\n for k in 1:9\n  s = sin(s) + x\n end\n s\nend\n"
     "f(y) = do\n z = y^2; w = [y^3, sin(y)]\n d = h'(2)\n d*z + w[1]*w[2]\nend",
     "f'(0.9)"},
    {"h(t, z) = do\n u = t*z\n for k in 1:6\n  u = sin(u) + z*t\n end\n u\nend\nf(x) = do\n z = "
     "x^2\n (t -> h(t, z))'(0.5)\nend",
     "f'(0.9)"},
    /* loops in what C calls, with values of C's own */
    {"h(t) = do\n u = t\n for k in 1:5\n  u = sin(u) + t\n end\n u\nend\nf(x) = integrate(t -> "
     "t*h(t*x), 0, 1)",
     "f'(0.7)"},
    {"h(t) = do\n u = t\n for k in 1:5\n  u = sin(u) + 0.1t\n end\n u\nend\nf(x) = iterate(h, x, "
     "4)*x",
     "f'(0.7)"},
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

static const char walk[] =
    "f(x) = do\n s = x\n for k in 1:50\n  s = s + 0.1sin(s)*k\n end\n s\nend";

Test(compact, higher_derivatives_of_a_compacted_recording_are_refused) {
  static const char *const higher[] = {"f''(0.7)", "derivative(f, 0.7, 3)", "hessian(f, 0.7)",
                                       "(x -> f'(x))'(0.7)"};
  for (size_t i = 0; i < sizeof higher / sizeof *higher; i++) {
    Shell shell;
    start(&shell, true);
    shell_run(&shell, walk);
    cr_expect(shell_run(&shell, higher[i]) == MML_ERROR, "%s", higher[i]);
    cr_expect(strstr(shell.reported.bytes, "the recording is too long to be kept"), "%s: %s",
              higher[i], shell.reported.bytes);
    shell_end(&shell);
  }
}

Test(compact, what_the_given_up_steps_had_to_say_is_said) {
  static const struct {
    const char *program, *derivative, *note;
  } said[] = {
      {"f(x) = do\n s = abs(x)\n for k in 1:30\n  s = sin(s) + s\n end\n s\nend", "f'(0)",
       "abs has a kink"},
      {"f(x) = do\n s = 0\n s = if x == 2 then x else 0\n for k in 1:30\n  s = sin(s) + x\n end\n "
       "s\nend",
       "f'(2)", "exactly equal here"},
      {"f(x) = do\n s = log(x)\n for k in 1:30\n  s = sin(s) + x\n end\n s\nend", "f'(-1)",
       "log(-1) is nan"},
      {"f(x) = do\n s = log(x)\n for k in 1:60\n  s = if k > 30 then s + sqrt(x) else sin(s) + x\n "
       "end\n s\nend",
       "f'(-1)", "log(-1) is nan"},
  };
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
    Shell shell;
    start(&shell, true);
    shell_run(&shell, said[i].program);
    shell_run(&shell, said[i].derivative);
    cr_expect(strstr(shell.reported.bytes, said[i].note), "%s: %s", said[i].program,
              shell.reported.bytes);
    shell_end(&shell);
  }
}

/* Optimisers look at the steps: what is constant in a compacted recording is not linear. */
Test(compact, minimisers_see_whole_recordings) {
  Shell shell;
  start(&shell, true);
  shell_run(&shell,
            "f(x) = do\n s = 0\n for k in 1:20\n  s += (x - k)^2*(1 + 0.1sin(x))\n end\n s\nend");
  cr_expect(
      shell_run(&shell,
                "r = minimize f(x) over x from 9; abs(f'(r.x)) < 1e-5*r.value, r.converged") ==
      MML_OK);
  cr_expect_str_eq(shell.printed.bytes, "(true, true)\n");
  shell_end(&shell);
}

/* s = s + sin(s)/k^2, fifty times, and its derivative beside it. */
static const char stroll[] =
    "f(x) = do\n s = x\n for k in 1:50\n  s = s + sin(s)/k^2\n end\n s\nend";

static double strolled(double x) {
  double s = x, slope = 1;
  for (int k = 1; k <= 50; k++) {
    slope += cos(s) * slope / (k * k);
    s += sin(s) / (k * k);
  }
  return slope;
}

Test(compact, another_point_is_recorded_anew) {
  static const double points[] = {0.7, 0.9, 0.7, 1.3};
  Shell shell;
  start(&shell, true);
  shell_run(&shell, stroll);
  for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
    shell_do(&shell, "p = %.17g", points[i]);
    double got = shell_number(&shell, "f'(p)"), wanted = strolled(points[i]);
    cr_expect(shell_close(got, wanted, 1e-13, 1), "f'(%g) is %.17g, not %.17g", points[i], got,
              wanted);
  }
  shell_end(&shell);
}

/* Hundreds of values that depend on hundreds of inputs are no fewer than the steps that led to
 * them. */
Test(compact, what_has_too_many_derivatives_is_kept_whole) {
  static const struct {
    const char *program, *difference;
  } large[] = {
      /* v^8 in each entry: 56 v^6 d */
      {"f(v) = do\n w = v\n for k in 1:3\n  w = w.*w\n end\n sum(w)\nend; v = 0.5 + 0.4sin(1:300); "
       "d = cos(1:300)",
       "norm(hvp(f, v, d) - 56v.^6.*d, inf)"},
      /* (Σ v^4)^2 */
      {"f(v) = do\n w = v*v'\n for k in 1:2\n  w = w.^2\n end\n sum(w)\nend; v = 0.5 + "
       "0.4sin(1:200); d = cos(1:200)",
       "norm(hvp(f, v, d) - (32sum(v.^3.*d)*v.^3 + 24sum(v.^4)*v.^2.*d), inf)"},
  };
  for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
    Shell shell;
    start(&shell, true);
    cr_expect(shell_run(&shell, large[i].program) == MML_OK, "%s", shell.reported.bytes);
    double difference = shell_number(&shell, large[i].difference);
    cr_expect(difference < 1e-9, "%s: %g\n%s", large[i].difference, difference,
              shell.reported.bytes);
    shell_end(&shell);
  }
}

Test(compact, a_kink_that_nothing_alive_came_from_is_not_said) {
  static const struct {
    const char *program, *derivative;
    double wanted;
  } silent[] = {
      {"f(x) = do\n d = abs(x); s = exp(x)\n d = 0\n for k in 1:30\n  s = 0.9s + d\n end\n s\nend",
       "f'(0)", 1},
      {"f(x) = do\n s = abs(x)\n for k in 1:30\n  s = 0.9s\n end\n s\nend", "f'(-0.5)", -1},
  };
  for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
    Shell shell;
    start(&shell, true);
    shell_run(&shell, silent[i].program);
    double got = shell_number(&shell, silent[i].derivative);
    cr_expect(shell_close(got, silent[i].wanted * pow(0.9, 30), 1e-14, 0), "%s: %.17g",
              silent[i].program, got);
    cr_expect_str_empty(shell.reported.bytes, "%s: %s", silent[i].program, shell.reported.bytes);
    shell_end(&shell);
  }
}

typedef struct Watched {
  Session *session;
  uint32_t steps; /* the longest recording seen */
} Watched;

static void watch_print(void *context, const char *text, size_t length) {
  Watched *watched = context;
  const Trace *trace =
      watched->session->level ? watched->session->trace[watched->session->level] : NULL;
  (void)text, (void)length;
  if (trace && trace->step_count > watched->steps) watched->steps = trace->step_count;
}

Test(compact, the_steps_given_up_are_gone) {
  static const char *const programs[] = {
      "f(x) = do\n s = x\n for k in 1:500\n  s = sin(s) + x\n  print(k)\n end\n s\nend; f'(0.7)",
      "h(x, s) = do\n for k in 1:500\n  s = sin(s) + x\n  print(k)\n end\n s\nend; f(x) = h(x, "
      "2x); f'(0.7)",
  };
  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
    Watched watched = {0};
    MmlHost host = {
        .context = &watched, .print = watch_print, .report = watch_print, .columns = 100};
    Mml *mml = mml_new(&host);
    watched.session = (Session *)mml;
    watched.session->long_recording = SHORT;
    cr_expect(mml_eval(mml, "test", programs[i], strlen(programs[i]), MML_ECHO_EXPRESSIONS) ==
              MML_OK);
    cr_expect(watched.steps > 0 && watched.steps < 4 * SHORT, "%u steps in %s", watched.steps,
              programs[i]);
    mml_free(mml);
  }
}

/* More values than reverse sweeps are made for, of so few inputs that forward ones do. */
Test(compact, many_values_of_few_inputs_are_compacted) {
  Shell shell;
  start(&shell, true);
  shell_run(
      &shell,
      "f(v) = do\n w = v\n for k in 1:12\n  w = w + 0.1w.^2\n end\n sum(w)\nend; v = sin(1:100)");
  cr_expect(shell_number(&shell, "(∇f(v))[3]") > 0, "%s", shell.reported.bytes);
  cr_expect(shell_run(&shell, "hvp(f, v, v)") == MML_ERROR &&
                strstr(shell.reported.bytes, "too long to be kept"),
            "%s", shell.reported.bytes);
  shell_end(&shell);
}
