/* adolc.cpp - the functions of ../calculus.c in ADOL-C: recorded once, then its drivers at other points.
 *
 * Prints lines as calculus.c does. vector-hessian is its driver that carries all columns at once; the one
 * for matrices with few entries needs ColPack, without which Debian builds ADOL-C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adolc/adolc.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

static const int ROUNDS = 15;
static const double BATCH_SECONDS = 2e-3;

static double seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Each repetition gets another point. */
static void measure(const char *what, const char *form, std::vector<double> x, const std::function<void(double *)> &work) {
  double best = INFINITY, first = x[0];
  size_t batch = 1;
  for (int round = -1; round < ROUNDS;) {
    double start = seconds();
    for (size_t i = 0; i < batch; i++) {
      x[0] = first + 1e-9 * (double)i;
      work(x.data());
    }
    double spent = seconds() - start;
    if (round < 0 && spent < BATCH_SECONDS) {
      batch *= 2;
      continue;
    }
    round++;
    best = std::fmin(best, spent / (double)batch);
  }
  std::printf("%s %s %zu %.4e\n", what, form, x.size(), best);
}

static void check(const char *form, const std::vector<double> &x, const std::vector<double> &g) {
  for (size_t i = 0; i < g.size(); i++) std::printf("slope %s %zu %.17g\n", form, x.size(), g[i]);
}

static std::vector<double> point(size_t n) {
  std::vector<double> x(n);
  for (size_t i = 0; i < n; i++) x[i] = 0.1 * (double)((i + 1) % 10);
  return x;
}

static void measure_recorded(short tag, const char *form, const std::vector<double> &x, bool wants_hessian) {
  int n = (int)x.size();
  std::vector<double> g(x.size());
  double value;
  gradient(tag, n, x.data(), g.data());
  check(form, x, g);
  measure("value", form, x, [&](double *p) { ::function(tag, 1, n, p, &value); });
  measure("gradient", form, x, [&](double *p) { gradient(tag, n, p, g.data()); });
  if (!wants_hessian) return;
  double **h = myalloc2((size_t)n, (size_t)n);
  measure("hessian", form, x, [&](double *p) { hessian(tag, n, p, h); });
  measure("vector-hessian", form, x, [&](double *p) { hessian2(tag, n, p, h); });
  myfree2(h);
}

static void rosenbrock(short tag, size_t n) {
  std::vector<double> p = point(n);
  std::vector<adouble> x(n);
  double value;
  trace_on(tag);
  for (size_t i = 0; i < n; i++) x[i] <<= p[i];
  adouble s = 0;
  for (size_t i = 0; i + 1 < n; i++) {
    adouble a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    s += 100 * (a * a) + b * b;
  }
  s >>= value;
  trace_off();
  measure_recorded(tag, "loop", p, n <= 100);
}

static void logistic(short tag, size_t rows, size_t n) {
  std::vector<double> data(rows * n), p = point(n);
  for (size_t i = 0; i < rows * n; i++) { /* column after column, as reshape fills */
    double k = (double)(i + 1);
    data[i % rows * n + i / rows] = std::sin(k * k);
  }
  std::vector<adouble> w(n);
  double value;
  trace_on(tag);
  for (size_t j = 0; j < n; j++) w[j] <<= p[j];
  adouble s = 0;
  for (size_t i = 0; i < rows; i++) {
    double k = (double)(i + 1), y = std::cos(3 * k * k) > 0 ? 1 : -1;
    adouble m = 0;
    for (size_t j = 0; j < n; j++) m += data[i * n + j] * w[j];
    s += log(1 + exp(-y * m));
  }
  s >>= value;
  trace_off();
  measure_recorded(tag, "logistic", p, false);
}

int main() {
  const size_t sizes[] = {2, 5, 10, 30, 100, 300, 1000};
  short tag = 0;
  for (size_t n : sizes) rosenbrock(tag++, n);
  logistic(tag, 1000, 10);
}
