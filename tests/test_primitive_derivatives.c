/* test_primitive_derivatives.c - derivatives through the rows that take arrays or functions.
 *
 * Every row that says it can be differentiated has at least one line here, a program that makes
 * numbers of it out of a vector p. A random linear functional of them is differentiated and
 * compared with differences; the adjoint identity <w, J v> = <J'w, v> and the symmetry of the
 * Hessian are exact.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/elementary.h"
#include "shell.h"

/* The vector p has [n] random numbers from 0.5 to 1.5. matrix(p, i, m, n) takes m*n of them from
 * place i on; definite(p, i, n) is a symmetric positive definite matrix of n*n of them. */
typedef struct Case {
  const char *row;
  int n;
  const char *body;
} Case;

static const char prelude[] =
    "matrix(p, i, m, n) = reshape(p[i:i+m*n-1], m, n)\n"
    "symmetric(p, i, n) = matrix(p, i, n, n) + matrix(p, i, n, n)'\n"
    "definite(p, i, n) = matrix(p, i, n, n)*matrix(p, i, n, n)' + n*eye(n)\n"
    "general(p, i, n) = matrix(p, i, n, n) + diag(linspace(1, n, n))\n";

static const Case cases[] = {
    /* sums and extremes */
    {"sum", 6, "sum(matrix(p, 1, 2, 3), dim = 1)'.^2"},
    {"sum", 3, "sum(p).^2 + sum(t^3 for t in p)"},
    {"Sigma", 3, "Σ(t^3 for t in p)"},
    {"prod", 6, "prod(matrix(p, 1, 2, 3), dim = 2)"},
    {"prod", 4, "prod(p)"},
    {"Pi", 4, "Π(t for t in p)"},
    {"mean", 6, "mean(matrix(p, 1, 2, 3), dim = 2).^2"},
    {"mean", 3, "mean(p)^2 + mean(t^3 for t in p)"},
    {"var", 4, "var(p)"},
    {"var", 6, "var(matrix(p, 1, 3, 2), dim = 1, population = true)'"},
    {"std", 4, "std(p)"},
    {"std", 6, "std(matrix(p, 1, 2, 3), dim = 2)"},
    {"max", 4, "max(p)^2"},
    {"max", 4, "max(p, 1).^2"},
    {"share_", 4, "sum(share_(p, max(p)).*p)^2"},
    {"min", 4, "min(p)^2"},
    {"min", 6, "min(matrix(p, 1, 2, 3), dim = 2).^2"},
    {"norm", 4, "norm(p)"},
    {"norm", 4, "norm(p - 1, 1)^2 + norm(p, inf)^2 + norm(p, 3)"},
    {"norm", 6, "norm(matrix(p, 1, 2, 3))"},
    {"dot", 6, "dot(p[1:3], p[4:6])^2"},
    {"cov", 6, "cov(p[1:3], p[4:6])"},
    {"cov", 8, "vec(cov(matrix(p, 1, 4, 2)))"},
    /* complex numbers: a real function of the parts */
    {"complex", 4, "abs(complex(p[1:2], p[3:4])).^2"},
    {"complex", 6, "z = complex(matrix(p, 1, 2, 2), 1) \\ complex(p[5:6], 2); [real(z); imag(z)]"},
    {"real", 2, "real(complex(p[1], p[2])^3)"},
    {"imag", 2, "imag(exp(complex(p[1], p[2])))"},
    {"conj", 2, "real(conj(complex(p[1], p[2]))*(p[1] + 2i)/(3 - p[2]*1i))"},
    {"arg", 2, "arg(complex(p[1], p[2]))"},
    {"roots", 2, "z = roots([1, p[1], 5 + p[2]]); [real(z); imag(z)]"},
    /* arrays */
    {"size", 3, "size(p)[1]*p.^2"},
    {"length", 3, "length(p)*p.^2"},
    {"rows", 6, "[norm(r) for r in rows(matrix(p, 1, 2, 3))]"},
    {"cols", 6, "[norm(c) for c in cols(matrix(p, 1, 2, 3))]"},
    {"zip", 6, "[a*b^2 for a, b in zip(p[1:3], p[4:6])]"},
    {"vec", 6, "vec(matrix(p, 1, 2, 3)).^2"},
    {"reshape", 6, "reshape(p, 2, 3)*[1, 2, 3]*p[1]"},
    {"zeros", 3, "zeros(3) + p.^2"},
    {"ones", 3, "ones(3).*p.^2"},
    {"eye", 3, "eye(3)*p.^2"},
    {"diag", 3, "diag(p)*p"},
    {"diag", 9, "diag(matrix(p, 1, 3, 3)).^2"},
    {"linspace", 2, "linspace(p[1], p[2], 4).^2"},
    {"sort", 4, "sort(p).^2"},
    {"order", 4, "p[order(p)].^2"},
    {"cumsum", 4, "cumsum(p).^2"},
    {"cumprod", 4, "cumprod(p)"},
    {"reverse", 4, "reverse(p).^2"},
    {"diffs", 4, "diffs(p).^2"},
    /* special functions, output */
    {"softmax", 4, "softmax(p)"},
    {"softmax", 6, "vec(softmax(matrix(p, 1, 2, 3), dim = 2))"},
    {"softmax", 6, "vec(softmax(matrix(p, 1, 2, 3), dim = 1))"},
    {"logsumexp", 4, "logsumexp(p)"},
    {"logsumexp", 6, "logsumexp(matrix(p, 1, 2, 3), dim = 2)"},
    {"logsumexp", 6, "logsumexp(matrix(p, 1, 2, 3), dim = 1)'"},
    {"log_sum_exp_", 4, "log(sum(exp(p)))"},
    {"clamp", 4, "clamp(p, 0.75, 1.25).^2"},
    {"binomial", 2, "binomial(5 + p[1], 2 + p[2])"},
    {"iterate", 3, "vec(iterate(q -> p[1]*q, p[2:3], 3))"},
    {"iterate", 2, "iterate(r -> record(x = p[1]*r.x), record(x = p[2]), 3).x"},
    {"print", 2, "print(p); p.^2"},
    {"frac", 2, "text = frac(p); p.^2"},
    {"latex", 2, "text = latex(p); p.^2"},
    {"assert", 2, "assert(p[1] > 0, \"positive\"); p.^2"},
    /* linear algebra */
    {"solve", 12, "solve(general(p, 1, 3), p[10:12])"},
    {"solve", 12, "definite(p, 1, 3) \\ p[10:12]"},
    {"solve", 12, "tril(general(p, 1, 3)) \\ p[10:12]"},
    {"solve", 12, "triu(general(p, 1, 3))' \\ p[10:12]"},
    {"solve", 15, "vec(general(p, 1, 3) \\ matrix(p, 10, 3, 2))"},
    {"solve", 12, "matrix(p, 1, 4, 2) \\ p[9:12]"},
    {"solve", 8, "matrix(p, 1, 2, 3) \\ p[7:8]"},
    {"inv", 9, "vec(inv(general(p, 1, 3)))"},
    {"pinv", 6, "vec(pinv(matrix(p, 1, 3, 2)))"},
    {"pinv", 6, "vec(pinv(matrix(p, 1, 2, 3)))"},
    {"det", 9, "det(matrix(p, 1, 3, 3))"},
    {"det", 4, "det(matrix(p, 1, 2, 2)*[1, 2; 2, 4])"},
    {"logdet", 9, "logdet(definite(p, 1, 3))"},
    {"cofactor", 9, "vec(cofactor(matrix(p, 1, 3, 3)))"},
    {"cofactor_change_", 18, "vec(cofactor_change_(matrix(p, 1, 3, 3), matrix(p, 10, 3, 3)))"},
    {"lu", 9, "L, U, P = lu(general(p, 1, 3)); [vec(L); vec(U)]"},
    {"cholesky", 9, "vec(cholesky(definite(p, 1, 3)))"},
    {"qr", 9, "Q, R = qr(general(p, 1, 3)); [vec(Q); vec(R)]"},
    {"qr", 8, "Q, R = qr(matrix(p, 1, 4, 2)); vec(Q)*R[1, 2]"},
    {"qr", 6, "Q, R = qr(matrix(p, 1, 2, 3)); vec(R)*Q[1, 2]"},
    {"eig", 9, "Q, L = eig(symmetric(p, 1, 3)); vec(Q*L.^2) + vec(Q)"},
    {"eig", 9, "Q, L = eig(general(p, 1, 3)); vec(Q*L.^2) + vec(Q)"},
    {"eigvals", 9, "eigvals(symmetric(p, 1, 3))"},
    {"eigvals", 9, "eigvals(general(p, 1, 3))"},
    {"eig_gap_", 12, "vec(eig_gap_(diag(p[1:3] + [0, 2, 4]), matrix(p, 4, 3, 3)))"},
    {"svd", 9, "U, S, V = svd(general(p, 1, 3)); vec(U*S) + vec(V)"},
    {"svd", 6, "U, S, V = svd(matrix(p, 1, 3, 2)); vec(U)*sum(V*S)"},
    {"svd", 6, "U, S, V = svd(matrix(p, 1, 2, 3)); vec(V)*sum(U*S)"},
    {"svdvals", 9, "svdvals(general(p, 1, 3))"},
    {"svdvals", 6, "svdvals(matrix(p, 1, 2, 3))"},
    {"cond", 9, "cond(general(p, 1, 3))"},
    {"svd_gap_", 12, "vec(svd_gap_(diag(p[1:3] + [0, 2, 4]), matrix(p, 4, 3, 3)))"},
    {"svd_over_", 12, "vec(svd_over_(diag(p[1:3]), matrix(p, 4, 3, 3)))"},
    {"expm", 9, "vec(expm(matrix(p, 1, 3, 3)))"},
    {"sqrtm", 9, "vec(sqrtm(definite(p, 1, 3)))"},
    {"sqrtm", 9, "vec(sqrtm(general(p, 1, 3) + 2eye(3)))"},
    {"logm", 9, "vec(logm(definite(p, 1, 3)))"},
    {"logm", 9, "vec(logm(general(p, 1, 3) + 2eye(3)))"},
    {"trace", 9, "trace(matrix(p, 1, 3, 3)^2)"},
    {"tril", 9, "vec(tril(matrix(p, 1, 3, 3), -1)).^2"},
    {"triu", 9, "vec(triu(matrix(p, 1, 3, 3), 1)).^2"},
    {"kron", 8, "vec(kron(matrix(p, 1, 2, 2), matrix(p, 5, 2, 2)))"},
    {"kron_left_", 20, "vec(kron_left_(matrix(p, 1, 4, 4), matrix(p, 17, 2, 2)))"},
    {"kron_right_", 20, "vec(kron_right_(matrix(p, 1, 4, 4), matrix(p, 17, 2, 2)))"},
    {"cross", 6, "cross(p[1:3], p[4:6])"},
    /* calculus, of a function that depends on p, at a point that does */
    {"derivative", 2, "derivative(t -> sin(p[1]*t)*t^2, p[2], 2)"},
    {"gradient", 3, "gradient(q -> p[1]*q[1]^2*sin(q[2]), p[2:3])"},
    {"jacobian", 3, "vec(jacobian(q -> [p[1]*q[1]^2, q[1]*sin(q[2])], p[2:3]))"},
    {"hessian", 3, "vec(hessian(q -> p[1]*q[1]^2*sin(q[2]), p[2:3]))"},
    {"hvp", 5, "hvp(q -> p[1]*q[1]^2*sin(q[2]), p[2:3], p[4:5])"},
    {"directional", 5, "directional(q -> p[1]*q[1]^2*sin(q[2]), p[2:3], p[4:5])"},
    {"laplacian", 3, "laplacian(q -> p[1]*q[1]^3*sin(q[2]), p[2:3])"},
    {"tangent", 2, "m, b = tangent(x -> p[1]*x^3, p[2]); [m, b]"},
    {"linearize", 3, "linearize(x -> p[1]*x^3, p[2])(p[3])"},
    {"integrate", 3, "integrate(t -> p[1]*t^2 + sin(p[2]*t), 0, p[3])"},
    {"ode", 2, "vec(ode((t, y) -> -p[1]*y, p[2], [0, 0.5, 1], tol = 1e-12))"},
    {"ode", 3, "vec(ode((t, y) -> [y[2], -p[1]*y[1]], p[2:3], [0, 1], tol = 1e-12))"},
    /* solutions, by what their problems close over */
    {"root", 2, "root(x -> x^3 + p[1]*x - p[2], 0, 3)^2"},
    {"fsolve", 2, "fsolve(x -> [x[1] + p[1]*x[2] - 2, x[1]^2 - x[2]*p[2]], [1, 1])"},
    {"roots", 2, "roots([1, -3 - p[1], 2*p[2]])"},
    {"argmin", 2, "argmin(x -> (x - p[1])^2 + p[2]*x^4, 1)^2"},
    {"argmin", 2, "argmin(v -> (v[1] - p[1])^2 + p[2]*v[1]^4 + (v[2] - v[1])^2, [1, 1])"},
    {"argmax", 2, "argmax(x -> -(x - p[1])^2 - p[2]*x^4, 1)^2"},
    {"minimize", 2, "minimize(x -> (x - p[1])^2 + p[2]*x^4, 1).value"},
    {"minimize", 2, "minimize(x -> (x - p[1])^2 + p[2]*x^4, 1).point"},
    {"maximize", 2, "maximize(x -> -(x - p[1])^2 - p[2]*x^4, 1).value"},
    {"bounded_", 3, "a, b, c = bounded_(x -> p[1]*x^2, false, [1], [2], p[2]); [a*p[3], b^2, c*p[3]]"},
    {"values_", 2, "a, b = values_((x -> p[1]*x, x -> x^2), p[2]); [a, b]"},
    {"clause_", 2, "argmin (x - p[1])^2 + p[2]*x^4 over x from 1"},
    {"argmin", 2, "argmin(x -> (x - p[1])^2 + p[2]*x^4, 1, method = \"newton\")^2"},
    {"objective_", 3, "objective_((a, b) -> a*b^2 + a*p[3], (1, 1), 1, p[1:2])"},
    {"differences_", 3, "differences_((a, b) -> (a, a*b - b*p[3]), (1, 1), (1, 0), false, p[1:2])"},
    {"pick_", 3, "pick_(p, [1, 3, 3]).^2"},
    {"count_", 3, "count_(p, 0)*p[2]^2"},
    {"fit_squares_", 2,
     "fit_squares_(y ~ a*exp(b*x), record(x = [1, 2], y = [3, 5]), record(a = p[1], b = p[2]))"},
    {"at_", 3, "at_((x, y) -> x*y + p[3], (p[1], p[2]))"},
    {"functions_", 2, "f = functions_(x -> p[1]*x)[1]; f(p[2])"},
    {"record", 3, "r = record(a = p[1], b = p[2:3]); r.a*r.b.^2"},
};

/* Rows without a derivative, called where one is asked for. */
static const Case refused[] = {
    {"rank", 4, "rank(matrix(p, 1, 2, 2))"},
    {"null", 4, "null(matrix(p, 1, 2, 2))"},
    {"orth", 4, "orth(matrix(p, 1, 2, 2))"},
    {"rref", 4, "rref(matrix(p, 1, 2, 2))"},
    {"unique", 3, "unique(p)"},
    {"gcd", 2, "gcd(p[1], p[2])"},
    {"shuffle", 3, "shuffle(p)"},
    {"sample", 3, "sample(p)"},
    {"regress", 6, "regress(matrix(p, 1, 3, 1), p[4:6]).coef"},
    {"write", 2, "write(p, \"p.csv\")"},
    {"table", 2, "table(p)"},
};

static bool is_elementary(const Primitive *row) {
  return row >= elementary_rows && row < elementary_rows + ELEMENTARY_ROWS_COUNT;
}

static bool is_listed(const char *name) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (strcmp(cases[i].row, name) == 0) return true;
  return false;
}

Test(primitive_derivatives, every_row_with_a_derivative_is_listed) {
  for (size_t f = 0; f < primitive_family_count; f++)
    for (size_t i = 0; i < primitive_families[f].count; i++) {
      const Primitive *row = &primitive_families[f].row[i];
      if (row->differentiable == DERIVE_NONE || is_elementary(row)) continue;
      cr_expect(is_listed(row->name), "%s is not in the table of this test: add a line", row->name);
    }
}

Test(primitive_derivatives, the_table_names_rows) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const Primitive *row = primitive_find(cases[i].row);
    cr_expect(row && row->differentiable != DERIVE_NONE, "%s", cases[i].row);
  }
}

/* ---- the checks ---- */

static void prepare(Shell *shell) {
  shell_start(shell);
  MmlStatus status = shell_run(shell, prelude);
  cr_assert_eq(status, MML_OK, "%s", shell->reported.bytes);
  /* Central differences of fourth order of a function of a vector, number or vector valued: one
   * column for each entry. */
  status = shell_run(
      shell, "unit(n, i) = [{1 if j == i; 0 otherwise} for j in 1:n]\n"
             "slope(f, p, d) = (8(f(p + d) - f(p - d)) - (f(p + 2d) - f(p - 2d)))/12\n"
             "differences(f, p, h) = [slope(f, p, h*unit(length(p), i))/h for i in 1:length(p)]\n");
  cr_assert_eq(status, MML_OK, "%s", shell->reported.bytes);
}

/* F is the program, f the functional w'F. */
static MmlStatus define(Shell *shell, const Case *c) {
  return shell_do(shell,
                  "seed(11); p = rand(%d) + 0.5; v = rand(%d) - 0.5\n"
                  "F(p) = do\n%s\nend\n"
                  "r = F(p); w = if length(r) == 1 then 1 else rand(length(r)) - 0.5\n"
                  "f(p) = sum(w.*F(p))",
                  c->n, c->n, c->body);
}

/* The largest entry of an expression, relative to that of [scale] or 1. */
static double size_of(Shell *shell, const char *expression, const char *scale) {
  MmlStatus status =
      shell_do(shell, "off = norm(%s, inf)/max(1, norm(%s, inf))", expression, scale);
  return status == MML_OK ? shell_number(shell, "off") : INFINITY;
}

static void expect_small(Shell *shell, const Case *c, const char *what, const char *expression,
                         const char *scale, double tolerance) {
  double size = size_of(shell, expression, scale);
  cr_expect(size <= tolerance, "%s: %s is off by %g in %s\n%s", c->row, what, size, c->body,
            shell->reported.bytes);
}

/* h^4 times a fifth derivative is what differences leave out, and 1e-16/h what rounding adds. */
static const double STEP = 5e-4;
static const double DIFFERENCE = 1e-8;
static const double EXACT =
    1e-11; /* roundings of a few hundred operations, near-singular ones too */

static void check_first(Shell *shell, const Case *c) {
  MmlStatus status =
      shell_do(shell, "g = gradient(f, p); J = jacobian(F, p); D = differences(f, p, %g)", STEP);
  cr_expect_eq(status, MML_OK, "%s: %s\n%s", c->row, c->body, shell->reported.bytes);
  if (status != MML_OK) return;
  cr_expect(shell_shows(shell, "size(g) == size(p)", "true"), "%s: the gradient has another shape",
            c->row);
  expect_small(shell, c, "the gradient", "g - D", "g", DIFFERENCE);
  expect_small(shell, c, "the Jacobian", "vec(J'*w) - g", "g", EXACT);
  expect_small(shell, c, "the adjoint", "[dot(w, vec(J*v)) - dot(g, v)]", "g", EXACT);
  expect_small(shell, c, "the directional derivative", "[directional(f, p, v) - dot(g, v)]", "g",
               EXACT);
}

static void check_second(Shell *shell, const Case *c) {
  MmlStatus status =
      shell_do(shell, "H = hessian(f, p); D = differences(q -> gradient(f, q), p, %g)", STEP);
  cr_expect_eq(status, MML_OK, "%s: second derivative of %s\n%s", c->row, c->body,
               shell->reported.bytes);
  if (status != MML_OK) return;
  expect_small(shell, c, "the Hessian", "vec(H - D)", "vec(H)", 10 * DIFFERENCE);
  expect_small(shell, c, "the Hessian's symmetry", "vec(H - H')", "vec(H)", EXACT);
  expect_small(shell, c, "hvp", "hvp(f, p, v) - H*v", "vec(H)", EXACT);
}

/* J v without J: the derivative by u of <J'u, v>, where the sweep on values gives J'u. */
static void check_forward(Shell *shell, const Case *c) {
  MmlStatus status = shell_do(
      shell, "forward = gradient(u -> directional(q -> sum(u.*F(q)), p, v), w)\n"
             "along = derivative(t -> F(p + t*v), 0)");
  cr_expect_eq(status, MML_OK, "%s: J*v of %s\n%s", c->row, c->body, shell->reported.bytes);
  if (status != MML_OK) return;
  expect_small(shell, c, "J*v by the sweep on values", "[norm(vec([forward]) - vec(J*v))]", "g", EXACT);
  expect_small(shell, c, "J*v along a line", "[norm(vec([along]) - vec(J*v))]", "g", EXACT);
}

/* Three times along v, by a sweep of a sweep of a sweep, and as the gradient of v'H v. */
static void check_third(Shell *shell, const Case *c) {
  MmlStatus status =
      shell_do(shell, "third = derivative(t -> f(p + t*v), 0, 3)\n"
                      "other = directional(q -> dot(v, hvp(f, q, v)), p, v)\n"
                      "D = slope(q -> dot(v, hvp(f, q, v)), p, %g*v)/%g",
               STEP, STEP);
  cr_expect_eq(status, MML_OK, "%s: third derivative of %s\n%s", c->row, c->body,
               shell->reported.bytes);
  if (status != MML_OK) return;
  expect_small(shell, c, "the third derivative", "[third - D]", "third", 100 * DIFFERENCE);
  expect_small(shell, c, "the gradient of v'H v", "[third - other]", "third", 100 * EXACT);
}

Test(primitive_derivatives, gradients_and_hessians_agree_with_differences) {
  Shell shell;
  prepare(&shell);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    MmlStatus status = define(&shell, &cases[i]);
    cr_expect_eq(status, MML_OK, "%s: %s\n%s", cases[i].row, cases[i].body, shell.reported.bytes);
    if (status != MML_OK) continue;
    check_first(&shell, &cases[i]);
    check_second(&shell, &cases[i]);
    check_forward(&shell, &cases[i]);
    check_third(&shell, &cases[i]);
  }
  shell_end(&shell);
}

Test(primitive_derivatives, rows_without_a_derivative_say_why) {
  Shell shell;
  prepare(&shell);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    const Case *c = &refused[i];
    const Primitive *row = primitive_find(c->row);
    cr_expect(row && row->differentiable == DERIVE_NONE, "%s", c->row);
    MmlStatus status = shell_do(&shell, "p = rand(%d) + 0.5\njacobian(p -> %s, p)", c->n, c->body);
    cr_expect_eq(status, MML_ERROR, "%s: a derivative of %s", c->row, c->body);
    cr_expect(row && strstr(shell.reported.bytes, row->reason), "%s does not say why:\n%s", c->row,
              shell.reported.bytes);
  }
  shell_end(&shell);
}
