/* test_primitives.c - properties of every row: documented, its example true, its derivative right.
 *
 * The loops go over primitive_families, so a new row is tested the moment it exists; where a row
 * needs something said about it, the table that says it is checked to be complete.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/primitive.h"

#include <gsl/gsl_sf_psi.h>

#include "primitives/elementary.h"
#include "shell.h"

#define FOR_ROWS(row)                                                                              \
  for (size_t family_ = 0; family_ < primitive_family_count; family_++)                            \
    for (const Primitive *row = primitive_families[family_].row,                                   \
                         *end_ = row + primitive_families[family_].count;                          \
         row < end_; row++)

/* ---- what every row says of itself ---- */

Test(primitives, every_row_is_complete) {
  FOR_ROWS(row) {
    cr_assert(row->name && *row->name);
    cr_expect(row->help && *row->help, "%s has no help", row->name);
    cr_expect(row->example && *row->example, "%s has no example", row->name);
    cr_expect(row->gives, "%s does not say what its example prints", row->name);
    cr_expect(row->call || row->rule, "%s cannot be called", row->name);
    bool none = row->differentiable == DERIVE_NONE, rule = row->differentiable == DERIVE_RULE;
    cr_expect_eq(none, row->reason != NULL, "%s: a reason where there is no derivative, only there",
                 row->name);
    cr_expect(!none || strlen(row->reason) > 8, "%s gives no reason: %s", row->name, row->reason);
    cr_expect_eq(rule, row->rule != NULL, "%s: a rule where it says so, only there", row->name);
    cr_expect(!rule || (row->rule->adjoint && *row->rule->adjoint), "%s has no adjoint", row->name);
    cr_expect_eq(primitive_find(row->name), row, "%s is there twice", row->name);
  }
}

Test(primitives, parameters_are_read_off_their_text) {
  FOR_ROWS(row) {
    Parameters parameters;
    primitive_parameters(row, &parameters);
    cr_expect(parameters.count > 0, "%s has no parameters", row->name);
    cr_expect_eq(parameters.variadic, strstr(row->parameters, "...") != NULL, "%s", row->name);
    cr_expect(parameters.required <= parameters.count, "%s", row->name);
    size_t length = strlen(row->parameters);
    cr_expect(row->parameters[0] == '(' && row->parameters[length - 1] == ')', "%s", row->name);
    if (row->rule && !row->call)
      cr_expect_eq(parameters.count, row->rule->inputs, "%s: parameters are not its rule's inputs",
                   row->name);
  }
}

/* Names that end in _ are the engine's own and not shown. */
Test(primitives, help_shows_what_the_row_says) {
  Shell shell;
  shell_start(&shell);
  FOR_ROWS(row) {
    text_free(&shell.printed);
    text_string(&shell.printed, "");
    cr_expect(mml_help(shell.mml, row->name), "?%s finds nothing", row->name);
    cr_expect(strstr(shell.printed.bytes, row->example), "?%s shows no example:\n%s", row->name,
              shell.printed.bytes);
  }
  shell_end(&shell);
}

/* The last statement of an example is what prints. */
Test(primitives, examples_print_what_the_row_says) {
  FOR_ROWS(row) {
    Shell shell;
    shell_start(&shell);
    MmlStatus status = shell_run(&shell, row->example);
    cr_expect_eq(status, MML_OK, "%s: %s failed\n%s", row->name, row->example,
                 shell.reported.bytes);
    size_t length = shell.printed.length;
    if (length && shell.printed.bytes[length - 1] == '\n') shell.printed.bytes[length - 1] = 0;
    cr_expect_str_eq(shell.printed.bytes, row->gives, "%s: %s prints\n%s\ninstead of\n%s",
                     row->name, row->example, shell.printed.bytes, row->gives);
    shell_end(&shell);
  }
}

/* ---- elementary functions ---- */

static double reference_sign(double x) { return copysign(x == 0 ? 0 : 1, x); }
static double reference_sigmoid(double x) { return (1 + tanh(x / 2)) / 2; }
static double reference_logsigmoid(double x) { return -log1p(exp(-x)); }
static double reference_softplus(double x) { return log1p(exp(x)); }
static double reference_relu(double x) { return (x + fabs(x)) / 2; }
static double reference_factorial(double x) { return tgamma(x + 1); }
static double reference_xlogy(double x, double y) { return x * log(y); }
static double reference_polygamma(double n, double x) { return gsl_sf_psi_n((int)n, x); }
static double reference_sinc(double x) { return x == 0 ? 1 : sin(M_PI * x) / (M_PI * x); }

/* pi^n times the integral of s^n cos(pi*x*s + n*pi/2) from 0 to 1, by Boole's rule. */
static double reference_sinc_derivative(double n, double x) {
  enum { PIECES = 4000 };
  static const double weight[4] = {14, 32, 12, 32};
  double sum = 0;
  for (int i = 0; i <= PIECES; i++) {
    double s = (double)i / PIECES, value = pow(s, n) * cos(M_PI * (x * s + n / 2));
    sum += (i == 0 || i == PIECES ? 7 : weight[i % 4]) * value;
  }
  return pow(M_PI, n) * sum * 2 / (45.0 * PIECES);
}

typedef struct Reference {
  const char *name;
  double (*one)(double x);
  double (*two)(double x, double y);
  double ulps; /* 0: the same bits, because it is libm's */
} Reference;

static const Reference references[] = {
    {"exp", exp, NULL, 0},
    {"log", log, NULL, 0},
    {"ln", log, NULL, 0},
    {"log10", log10, NULL, 0},
    {"log2", log2, NULL, 0},
    {"log1p", log1p, NULL, 0},
    {"expm1", expm1, NULL, 0},
    {"sqrt", sqrt, NULL, 0},
    {"cbrt", cbrt, NULL, 0},
    {"sin", sin, NULL, 0},
    {"cos", cos, NULL, 0},
    {"tan", tan, NULL, 0},
    {"asin", asin, NULL, 0},
    {"acos", acos, NULL, 0},
    {"atan", atan, NULL, 0},
    {"sinh", sinh, NULL, 0},
    {"cosh", cosh, NULL, 0},
    {"tanh", tanh, NULL, 0},
    {"asinh", asinh, NULL, 0},
    {"acosh", acosh, NULL, 0},
    {"atanh", atanh, NULL, 0},
    {"abs", fabs, NULL, 0},
    {"floor", floor, NULL, 0},
    {"ceil", ceil, NULL, 0},
    {"round", round, NULL, 0},
    {"erf", erf, NULL, 0},
    {"erfc", erfc, NULL, 0},
    {"loggamma", lgamma, NULL, 0},
    {"hypot", NULL, hypot, 0},
    {"atan2", NULL, atan2, 0},
    {"sign", reference_sign, NULL, 0.5},
    {"sigmoid", reference_sigmoid, NULL, 2e3}, /* 1 + tanh cancels where x is -7 */
    {"logsigmoid", reference_logsigmoid, NULL, 4},
    {"softplus", reference_softplus, NULL, 4},
    {"relu", reference_relu, NULL, 0.5},
    {"gammafn", tgamma, NULL, 16},
    {"factorial", reference_factorial, NULL, 16},
    {"digamma", gsl_sf_psi, NULL, 64},
    {"pow", NULL, pow, 1},
    {"mod", NULL, fmod, 1},
    {"xlogy", NULL, reference_xlogy, 1},
    {"polygamma", NULL, reference_polygamma, 64},
    {"sinc", reference_sinc, NULL, 16},
    {"sinc_derivative", NULL, reference_sinc_derivative, 2e3}, /* the sum rounds too */
};

static const Reference *reference_of(const char *name) {
  for (size_t k = 0; k < sizeof references / sizeof *references; k++)
    if (strcmp(references[k].name, name) == 0) return &references[k];
  return NULL;
}

static double reference_value(const Reference *reference, double x, double y) {
  return reference->one ? reference->one(x) : reference->two(x, y);
}

enum { POINTS = 7 };

/* The points at which a row is tried: the ends of its domain and the same fractions in between. For
 * a second argument they run the other way, so that x < y, x > y and nothing special happen. */
static double point_of(const ElementaryDomain *domain, int i) {
  static const double fraction[POINTS] = {0, 0.137, 0.291, 0.463, 0.642, 0.81, 1};
  return domain->low + fraction[i] * (domain->high - domain->low);
}
static double other_point(const ElementaryDomain *domain, int i) {
  return point_of(domain, POINTS - 1 - i) + 0.01 * (domain->high - domain->low);
}
static bool is_binary(const ElementaryDomain *domain) {
  return scalar_row[domain->scalar].arguments == 2;
}
/* Has its first argument to be a whole number, the order of a derivative? */
static bool takes_order(const ElementaryDomain *domain) {
  return domain->scalar == SCALAR_polygamma || domain->scalar == SCALAR_sinc_derivative;
}

static double first_point(const ElementaryDomain *domain, int i) {
  double x = point_of(domain, i);
  return takes_order(domain) ? round(x) : x;
}

Test(primitives, elementary_values_are_those_of_the_c_library) {
  static const double special[] = {0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 1e300, 5e-324};
  for (size_t i = 0; i < ELEMENTARY_ROWS_COUNT; i++) {
    const char *name = elementary_rows[i].name;
    const ElementaryDomain *domain = &elementary_domains[i];
    const ScalarRow *row = &scalar_row[domain->scalar];
    const Reference *reference = reference_of(name);
    cr_expect(reference, "%s has no reference: add it to this test", name);
    if (!reference) continue;
    for (int k = 0; k < POINTS; k++) {
      double x = first_point(domain, k), y = other_point(domain, k);
      double got = row->value(x, y), want = reference_value(reference, x, y);
      cr_expect(shell_close(got, want, reference->ulps * 0x1p-52, 0),
                "%s(%g, %g) is %.17g instead of %.17g", name, x, y, got, want);
    }
    for (size_t k = 0; reference->ulps == 0 && k < sizeof special / sizeof *special; k++) {
      double got = row->value(special[k], 2), want = reference_value(reference, special[k], 2);
      cr_expect(shell_close(got, want, 0, 0), "%s(%g) is %g", name, special[k], got);
    }
    if (!takes_order(domain)) cr_expect(isnan(row->value(NAN, 2)), "%s(nan) is a number", name);
  }
}

/* ---- derivatives of elementary functions ---- */

/* Ridders' extrapolation of central differences (Adv. Eng. Software 4, 1982): halving steps, a
 * Neville tableau in h^2, the entry that changed least is taken. */
static double difference(double (*f)(void *context, double t), void *context, double t, double h) {
  enum { ROUNDS = 8 };
  double table[ROUNDS][ROUNDS], best = NAN, error = INFINITY;
  for (int i = 0; i < ROUNDS; i++, h /= 2) {
    table[0][i] = (f(context, t + h) - f(context, t - h)) / (2 * h);
    double factor = 4;
    for (int j = 1; j <= i; j++, factor *= 4) {
      table[j][i] = (factor * table[j - 1][i] - table[j - 1][i - 1]) / (factor - 1);
      double change =
          fmax(fabs(table[j][i] - table[j - 1][i]), fabs(table[j][i] - table[j - 1][i - 1]));
      if (change < error) error = change, best = table[j][i];
    }
  }
  return best;
}

typedef struct Curve {
  Shell *shell;
  const ElementaryDomain *domain;
  int argument;
  double x, y;
} Curve;

static double curve_value(void *context, double t) {
  const Curve *curve = context;
  double x = curve->argument == 0 ? t : curve->x, y = curve->argument == 0 ? curve->y : t;
  return scalar_row[curve->domain->scalar].value(x, y);
}

static double curve_slope(void *context, double t) {
  const Curve *curve = context;
  char call[64];
  snprintf(call, sizeof call, "derivative(g, %.17g)", t);
  return shell_number(curve->shell, call);
}

/* The first step of the differences: small enough to stay where the function is smooth, 0.1 away
 * from the ends of what the row's domain allows. */
static const double STEP = 0.04;
static const double SLOPE_DIGITS = 1e-9; /* what differences have left of 16 digits, extrapolated */

/* Has the row a kink or a jump within the steps? mod jumps where a is a multiple of b. */
static bool is_rough(const ElementaryDomain *domain, double x, double y) {
  return domain->scalar == SCALAR_mod && fabs(x / y - round(x / y)) < 3 * STEP;
}

static void check_slope(Shell *shell, const char *name, Curve *curve) {
  double t = curve->argument ? curve->y : curve->x;
  double first = shell_number(shell, "derivative(g, t)"),
         traced = shell_number(shell, "gradient(g, t)");
  double wanted = difference(curve_value, curve, t, STEP);
  cr_expect(shell_close(first, wanted, SLOPE_DIGITS, 1),
            "%s' by argument %d at (%g, %g) is %.17g, differences say %.17g", name,
            curve->argument + 1, curve->x, curve->y, first, wanted);
  cr_expect_eq(first, traced, "%s: derivative %.17g and gradient %.17g", name, first, traced);
  double second = shell_number(shell, "derivative(g, t, 2)");
  wanted = difference(curve_slope, curve, t, STEP);
  cr_expect(shell_close(second, wanted, SLOPE_DIGITS, 1),
            "%s'' by argument %d at (%g, %g) is %.17g, differences say %.17g", name,
            curve->argument + 1, curve->x, curve->y, second, wanted);
  double seconds = shell_number(shell, "hessian(g, t)");
  cr_expect_eq(second, seconds, "%s: second derivative %.17g and hessian %.17g", name, second,
               seconds);
}

/* Operations that columns use and no row offers. */
static const char operations[] = "share(x, y) = {0 if y == 0; x/y otherwise}\n"
                                 "scale(x, y) = {0 if x == 0; x*y otherwise}\n";

/* The column of the row, as the text it is, says what the trace computes. That of pow names the
 * cases of a power, which are code. */
static void check_text(Shell *shell, const char *name, const ScalarRow *row, int argument) {
  if (row == &scalar_row[SCALAR_pow]) return;
  MmlStatus status;
  if (row->arguments == 1)
    status = shell_do(shell, "x = t; y = %s(t); text = %s", name, row->slope[0]);
  else status = shell_do(shell, "z = %s(x, y); text = %s", name, row->slope[argument]);
  cr_expect_eq(status, MML_OK, "%s: the derivative column is no mml: %s\n%s", name,
               row->slope[argument], shell->reported.bytes);
  double text = shell_number(shell, "text"), slope = shell_number(shell, "derivative(g, t)");
  cr_expect_eq(text, slope, "%s: %s is %.17g, the derivative %.17g", name, row->slope[argument],
               text, slope);
}

Test(primitives, elementary_derivatives_agree_with_differences_and_with_their_text) {
  Shell shell;
  shell_start(&shell);
  shell_run(&shell, operations);
  for (size_t i = 0; i < ELEMENTARY_ROWS_COUNT; i++) {
    const char *name = elementary_rows[i].name;
    const ElementaryDomain *domain = &elementary_domains[i];
    Curve curve = {.shell = &shell, .domain = domain};
    for (int k = 0; k < POINTS; k++) {
      curve.x = first_point(domain, k);
      curve.y = other_point(domain, k);
      if (is_rough(domain, curve.x, curve.y)) continue;
      for (curve.argument = takes_order(domain); curve.argument < 1 + is_binary(domain);
           curve.argument++) {
        shell_do(&shell, "x = %.17g; y = %.17g; t = %s", curve.x, curve.y,
                 curve.argument ? "y" : "x");
        shell_do(&shell,
                 is_binary(domain) ? curve.argument ? "g(t) = %s(x, t);" : "g(t) = %s(t, y);"
                                   : "g(t) = %s(t);",
                 name);
        check_slope(&shell, name, &curve);
        check_text(&shell, name, &scalar_row[domain->scalar], curve.argument);
      }
    }
  }
  shell_end(&shell);
}

/* f(v), f.(v) and the function entry by entry are the same, and so are their derivatives. */
Test(primitives, elementary_functions_take_arrays_entry_by_entry) {
  Shell shell;
  shell_start(&shell);
  for (size_t i = 0; i < ELEMENTARY_ROWS_COUNT; i++) {
    const char *name = elementary_rows[i].name;
    const ElementaryDomain *domain = &elementary_domains[i];
    shell_do(&shell, "lo = %.17g; hi = %.17g; v = linspace(lo, hi, 6); w = reverse(v)", domain->low,
             domain->high);
    if (takes_order(domain)) shell_run(&shell, "v = [1, 2, 3, 1, 2, 3]");
    MmlStatus status;
    if (is_binary(domain))
      status = shell_do(
          &shell, "a = %s.(v, w); b = [%s(s, t) for s, t in zip(v, w)]; c = b; da = 0; db = 0",
          name, name);
    else
      status = shell_do(&shell,
                        "a = %s.(v); b = [%s(t) for t in v]; c = %s(v)\nda = gradient(v -> "
                        "sum(%s(v)), v); db = [derivative(%s, t) for t in v]",
                        name, name, name, name, name);
    cr_expect_eq(status, MML_OK, "%s: %s", name, shell.reported.bytes);
    cr_expect(shell_shows(&shell, "a == b and a == c", "true"),
              "%s of an array is not entry by entry", name);
    cr_expect(shell_shows(&shell, "da == db", "true"),
              "%s: the derivative of an array is not entry by entry", name);
  }
  shell_end(&shell);
}
