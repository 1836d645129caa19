#!/usr/bin/env python3
"""test_matrix_formulas.py - the formulas that ∇f, jacobian(f) and ∇²f print against the exact derivatives.

The two come from different code: formulas from the tree, numbers from recorded traces. A list that has
every rule, in several shapes, and seeded random compositions of vectors and of matrices.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import random
import re
import subprocess
import sys

RANDOM_VECTORS = 250
RANDOM_MATRICES = 120
TOLERANCE = 1e-8  # both sides are exact formulas; what differs is the rounding of long ones

LEAST = {"gradient": 0.9, "jacobian": 0.9, "hessian": 0.8, "guessed": 0.3}  # shares that have a formula

# rows and columns of A; S is symmetric, B and H are square, b and c fit on the left and on the right
SHAPES = [(1, 1), (2, 2), (3, 2), (2, 5), (5, 1), (1, 2), (5, 5)]

# of x in R^n
VECTOR_FUNCTIONS = [
    "norm(A*x - b)^2", "norm(b - A*x)^2", "norm(A*x - b)", "0.5norm(x)^2", "norm(x)^4", "1/norm(x)",
    "x'x", "x'*B*x", "x'*S*x", "x'*A'*A*x", "x'*(A'A + 2eye(N))*x", "c'*x", "x'*c", "dot(x, c)", "dot(A*x, b)",
    "(c'x)^2", "(A*x - b)'*(A*x - b)", "x'*x*x'*S*x", "sum(x)", "mean(x)", "sum(x.^2)", "sum(A*x)",
    "sum((A*x - b).^3)", "mean((A*x - b).^2)", "sum(x.*c)", "sum(x.*x.*c)", "sum(c ./ (2 .+ x.^2))",
    "sum(exp(x))", "sum(sin(A*x))", "sum(tanh(A*x).*b)", "sum(sigmoid(A*x))", "sum(softplus(A*x)) - b'*A*x",
    "sum(log(1 + exp(-b.*(A*x))))", "sum(log1p(x.^2))", "sum(sqrt(1 + x.^2))", "sum(relu(A*x - b))",
    "sum(abs(A*x - b))", "norm(x, 1)", "norm(x, 2)", "sum(max(0, 1 - b.*(A*x)))", "max(c'x, norm(x)^2)",
    "min(c'x, 1)", "sum(erf(x))", "sum(atan(x))", "exp(-norm(x)^2)", "exp(c'x)/(1 + exp(c'x))", "log(1 + x'x)",
    "sqrt(1 + x'x)", "√(2 + x'A'A*x)", "sin(norm(x)^2)*exp(c'x)", "cos(c'x)/(1 + x'x)", "2^(c'x)", "e^-(x'x)",
    "logsumexp(x)", "sum(softmax(x).*c)", "c'*softmax(B*x)", "c'*(H \\ x)", "norm(H \\ x)^2", "x'*inv(H)*x",
    "x'*H⁻¹*x", "x'*diag(c)*x", "c'*diag(x)*B*x", "norm(x*x'*c)^2", "norm(A*x - b)^2 + 0.1norm(x)^2",
    "norm(A*x)^2/norm(x)^2", "(x'*S*x)/(x'x)", "0.5x'*S*x - c'x", "norm(x - c)^2 + norm(x + c)^2",
    "norm(A*x - b)^2/(2length(b))", "g(c'x) + g(norm(x)^2)", "sum(g.(A*x))", "q(x, S) + q(x - c, B)",
    "Σ((t - z'x)^2 for z, t in zip(rows(A), b))", "mean((z'x - t)^2 for z, t in zip(rows(A), b))",
    "Σ(log(1 + e^-(t*(z'x))) for z, t in zip(rows(A), b)) + 0.1x'x", "Σ((A[i,:]*x - b[i])^2 for i in 1:M)",
    "Σ(k*norm(x - k*c)^2 for k in 1:3)", "-x'x", "sum(2x - 3c)^2", "sum(-x./(1 + exp(x)))", "norm([A, b]*[c; 1])*(c'x)",
    "sum(2 .^ x)", "sum(x.^4 - 3x.^2)", "norm(x.*c - x)^2", "norm(3x)^2/6", "x'*S*x + c'*x + 4", "mean(exp(-x.^2/2))",
    "sum(cbrt(1 + x.^2)) + sum(log10(2 + x.^2))", "(x |> w)*2", "norm(x)^2*(c'x)*sum(x)", "mean(sigmoid(A*x) - b)",
]

# columns of x in R^n
COLUMN_FUNCTIONS = [
    "A*x - b", "A*x", "x", "3x - c", "-x", "x.*c", "x.^2", "tanh(A*x)", "sigmoid(A*x - b)", "exp(x)", "x./(1 + x.^2)",
    "softmax(x)", "B*softmax(x)", "(c'x)*x", "x*x'*c", "x/norm(x)", "norm(x)^2*x", "H \\ x", "H \\ tanh(x)", "diag(x)*B*x",
    "sin(c'x)*c", "norm(x)^2", "x .+ sum(x)", "x + (A'*tanh(A*x))", "mean(x)*c", "exp(-x.^2)", "1 ./ (1 + exp(-A*x))",
]

# of W, M by N
MATRIX_FUNCTIONS = [
    "sum(W)", "mean(W)", "trace(W'*A)", "trace(A*W')", "trace(W'*W)", "norm(W)^2", "norm(W)", "sum(W.*W)", "norm(W*c - b)^2",
    "b'*W*c", "norm(W'*b)^2", "c'*W'*W*c", "trace(W*S*W')", "trace(W'*G*W)", "norm(W - A)^2", "dot(W, A)", "sum(tanh(W*c))",
    "sum(exp(W))", "logdet(W'*W + eye(N))", "logdet(W*W' + 2eye(M))", "det(W'*W + eye(N))", "trace(inv(W'*W + eye(N)))",
    "b'*inv(W*W' + eye(M))*b", "c'*((W'*W + eye(N)) \\ c)", "sum(sigmoid(W*c).*b)", "logsumexp(W*c)", "sum(diag(W'*W))",
    "Σ((t - z'*W*c)^2 for z, t in zip(cols(A), c))", "log(norm(W)^2 + 1)", "trace((W'*W)^2)", "sum(W.^3 ./ (1 + W.^2))",
]
SQUARE_FUNCTIONS = [  # of W, N by N
    "trace(W)", "trace(W*W)", "trace(W^3)", "det(W)", "logdet(W'*W)", "det(W)^2", "log(det(W)^2)", "trace(inv(W))", "c'*inv(W)*c",
    "c'*W⁻¹*c", "norm(W \\ c)^2", "c'*(W \\ c)", "trace(W*B*W')", "trace(W'*B*W*S)", "norm(W*W' - S)^2", "x0'*(W + W')*c",
]


# operator, parameters with their annotations, body; of numbers, of several arguments, of elements
ARGUMENT_FUNCTIONS = [
    ("gradient", "x, y", "(1 - x)^2 + 100(y - x^2)^2"), ("hessian", "x, y", "(1 - x)^2 + 100(y - x^2)^2"),
    ("jacobian", "x, y", "[x*y, x + y]"), ("jacobian", "x, y", "(1 - x)^2 + 100(y - x^2)^2"), ("gradient", "x", "x^2*sin(x)"),
    ("hessian", "x", "x^2*sin(x)"), ("jacobian", "t in R", "[cos(t), sin(t), t^2]"), ("jacobian", "t in R", "exp(-t^2)"),
    ("gradient", "u in R, v in R, z in R", "u*v*z + u^2/v"), ("hessian", "u in R, v in R, z in R", "u*v*z + u^2/v"),
    ("gradient", "x in R, y in R", "norm(b*x - y)^2"), ("gradient", "x, y", "x*y + sin(x)^2"), ("gradient", "x, y", "{x^2 if x > y; y^2 otherwise}"),
    ("gradient", "x in R^3", "x[1]^2 + 3x[1]*x[2]"), ("hessian", "x in R^3", "x[1]^2*x[3] + exp(x[2])"), ("jacobian", "x in R^2", "[x[1]*x[2], x[1] - x[2]]"),
    ("gradient", "x in R^2", "norm(b - x[1] - x[2]*b.^2)^2"), ("gradient", "x in R^2", "mean((b - x[1] - x[2]*d.u).^2)"),
    ("hessian", "x in R^2", "mean((b - x[1] - x[2]*d.u).^2)"), ("gradient", "x in R^2", "sum(exp(x[1]*b))*x[2]"),
    ("gradient", "x in R^2, t in R", "t*norm(x)^2 + t^3"), ("gradient", "x in R^2, t in R", "mean((b - A*x .- t).^2)"),
    ("gradient", "W in R^(3,2), u in R^2, v in R^3", "norm(tanh(W*u) - v)^2"), ("gradient", "W in R^(k,n), u in R^n", "norm(W*u - b)^2/k + norm(u)^2/n"),
    ("gradient", "x in R^2", "d.u'*A*x"), ("gradient", "x in R^2", "rosenbrock(x[1], x[2])"), ("hessian", "x in R^2", "rosenbrock(x[1], x[2])"),
    ("gradient", "x in R^2", "mse(A*x, b)"), ("gradient", "x in R^n", "sum(x.^2)/n + n*norm(x)"), ("hessian", "x in R^n", "sum(x.^2)/n + n*norm(x)^2"),
]


class Vectors:
    """Random expressions of x in R^n: numbers, and columns of n and of m."""

    def number(self, depth):
        if depth == 0:
            return random.choice(["c'x", "x'x", "norm(x)^2", "x'*S*x", "sum(x)", "b'*A*x", "2", "0.5"])
        d = depth - 1
        u = self.column(d, "n")
        v = self.column(random.randint(0, d), "m")
        s, t = self.number(d), self.number(random.randint(0, d))
        return random.choice([
            f"norm({v})^2", f"sqrt(1 + norm({u})^2)", f"({u})'*({self.column(0, 'n')})", f"dot({v}, b)", f"sum(sin({u}))",
            f"mean(({v}).^2)", f"logsumexp({u})", f"exp(-({s})^2)", f"sin({s})", f"({s})*({t})", f"({s}) + ({t})",
            f"({s}) - 2({t})", f"({s})/(1 + ({t})^2)", f"(1 + ({s})^2)^{random.choice([2, 3, -1, -2])}", f"log(1 + ({s})^2)",
            f"({u})'*B*({u})", f"sum(({u}).*({self.column(0, 'n')}))", f"tanh({s})", f"max({s}, {t})",
            f"Σ((z'*({u}) - k)^2 for z, k in zip(rows(A), b))"])

    def column(self, depth, size):
        other = "m" if size == "n" else "n"
        across = "A" if size == "m" else "A'"
        if depth == 0:
            return random.choice(["x", "x", "x - c", "B*x", "2x"] if size == "n" else ["A*x", "A*x - b", "b - A*x"])
        d = depth - 1
        u, v = self.column(d, size), self.column(random.randint(0, d), size)
        s, w = self.number(random.randint(0, d)), self.column(d, other)
        square = "H" if size == "n" else "G"
        return random.choice([
            f"({u}) + ({v})", f"({u}) - ({v})", f"({u}).*({v})", f"tanh({u})", f"sigmoid({u})", f"exp(-({u}).^2)", f"({s})*({u})",
            f"({u})./(1 + ({v}).^2)", f"({u})/(1 + ({s})^2)", f"{across}*({w})", f"{square}*({u})", f"softmax({u})",
            f"diag({u})*({v})", f"sin({u})", f"-({u})", f"{square} \\ ({u})", f"({u})*(({v})'*({u}))", f"({u}) .+ ({s})"])


class Matrices:
    """Random numbers made of W, M by N."""

    def number(self, depth):
        m = self.matrix(depth, "m", "n")
        n = self.matrix(max(depth - 1, 0), "n", "n")
        return random.choice([
            f"norm({m})^2", f"trace({n})", f"b'*({m})*c", f"sum({m})", f"sum(({m}).^2)", f"logdet(({m})'*({m}) + eye(N))",
            f"norm(({m})*c - b)^2", f"sum(tanh(({m})*c))", f"trace(inv(({m})'*({m}) + 2eye(N))*S)", f"log(1 + norm({m})^2)*trace({n})",
            f"c'*((({m})'*({m}) + eye(N)) \\ c)", f"logsumexp(({m})*c)", f"det(({m})'*({m})/9 + eye(N))", f"dot({m}, A)"])

    def matrix(self, depth, rows, cols):
        if depth == 0:
            return {"mn": "W", "nm": "W'", "nn": "W'*A", "mm": "W*A'"}[rows + cols]
        u, v = self.matrix(depth - 1, rows, cols), self.matrix(0, rows, cols)
        constant = {"m": "G", "n": "B"}
        inner = random.choice("mn")
        return random.choice([
            f"({u}) + ({v})", f"2({u}) - ({v})", f"({u}).*({v})", f"tanh({u})", f"{constant[rows]}*({u})", f"({u})*{constant[cols]}",
            f"({self.matrix(depth - 1, cols, rows)})'", f"({self.matrix(depth - 1, rows, inner)})*({self.matrix(0, inner, cols)})",
            f"({u})/(1 + norm({v}))", f"exp(-({u}).^2)"])


def literal(rows, cols):
    if rows == 0:
        return f"({random.uniform(-1.5, 1.5):.3f})"
    entry = [[f"{random.uniform(-1.5, 1.5):.3f}" for _ in range(cols)] for _ in range(rows)]
    if cols == 1:
        return "[" + ", ".join(row[0] for row in entry) + "]"
    if rows == 1:
        return "[" + ", ".join(entry[0]) + "]'"
    return "[" + "; ".join(", ".join(row) for row in entry) + "]"


def square(n):
    """Far from singular."""
    return "[5]" if n == 1 else f"{literal(n, n)} + 5eye({n})"


def setting(m, n):
    return [
        f"A = {literal(m, n)};", f"B = {literal(n, n)};", f"S = {literal(n, n)}; S = S + S';", f"G = {square(m)};", f"H = {square(n)};",
        f"b = {literal(m, 1)};", f"c = {literal(n, 1)};", f"x0 = {literal(n, 1)};", f"M = {m}; N = {n};",
        "g(z) = 1/(1 + e^-z) + z^2", "q(v, Q) = v'*Q*v", "w(v) = norm(v)^2",
        f"d = record(u = {literal(m, 1)});", "rosenbrock(a, b) = (1 - a)^2 + 100(b - a^2)^2"]


class Case:
    """A function; extents are those of its arguments, and [guessed] marks arguments that say nothing."""

    def __init__(self, operator, place, parameters, body, extents, guessed=False):
        self.operator, self.place, self.extents, self.guessed = operator, place, extents, guessed
        self.definition = f"({parameters}) = {body}"
        self.names = re.sub(r" in R(\^(\w+|\([^)]*\)))?", "", parameters)
        self.formula = None

    def points(self):
        if self.guessed:  # wherever the function has a derivative the formula has to be right
            return [[self.extents[0]], [(0, 0)], [(3, 2)]]
        return [self.extents] * 2


def extents_of(parameters):
    """(0, 0) is a number; the sizes n and k are those of the place (3, 2)."""
    result = []
    for kind in re.findall(r"\w+(?: in (R\S*))?(?:, |$)", parameters):
        sizes = re.findall(r"\w+", kind)[1:]
        whole = [{"n": 2, "k": 3}.get(size) or int(size) for size in sizes]
        result.append((0, 0) if not whole else (whole[0], 1) if len(whole) == 1 else tuple(whole))
    return result


def cases():
    result = []

    def add(operator, place, parameter, rows, cols, body):
        vector = parameter == "x"
        kind = f"R^{rows}" if vector else f"R^({rows},{cols})"
        symbolic = "R^n" if vector else "R^(k,n)" if rows != cols else "R^(n,n)"
        result.append(Case(operator, place, f"{parameter} in {symbolic if place == 2 else kind}", body, [(rows, cols)]))

    for place, (m, n) in enumerate(SHAPES):
        for body in VECTOR_FUNCTIONS:
            for operator in ("gradient", "hessian", "jacobian"):
                add(operator, place, "x", n, 1, body)
        for body in COLUMN_FUNCTIONS:
            add("jacobian", place, "x", n, 1, body)
        for body in MATRIX_FUNCTIONS:
            add("gradient", place, "W", m, n, body)
        for body in MATRIX_FUNCTIONS[:12]:
            add("jacobian", place, "W", m, n, body)
        for body in SQUARE_FUNCTIONS:
            add("gradient", place, "W", n, n, body)
    for operator, parameters, body in ARGUMENT_FUNCTIONS:
        result.append(Case(operator, 2, parameters, body, extents_of(parameters)))
    for place in (2, 3):
        for body in VECTOR_FUNCTIONS + COLUMN_FUNCTIONS + [body.replace("W", "x") for body in MATRIX_FUNCTIONS + SQUARE_FUNCTIONS]:
            for operator in ("gradient", "hessian", "jacobian"):
                result.append(Case(operator, place, "x", body, [(SHAPES[place][1], 1)], guessed=True))
    vectors, matrices = Vectors(), Matrices()
    for k in range(RANDOM_VECTORS):
        place = random.randrange(1, 5)
        add(("gradient", "hessian", "jacobian")[k % 3], place, "x", SHAPES[place][1], 1, vectors.number(random.randint(1, 3)))
    for k in range(RANDOM_VECTORS // 2):
        place = random.randrange(1, 4)
        add("jacobian", place, "x", SHAPES[place][1], 1, vectors.column(random.randint(1, 2), random.choice("mn")))
    for k in range(RANDOM_MATRICES):
        place = random.randrange(1, 4)
        add("gradient", place, "W", *SHAPES[place], matrices.number(random.randint(0, 2)))
    return result


def run(mml, lines):
    result = subprocess.run([mml, "--session"], input="\n".join(lines), capture_output=True, text=True, timeout=600)
    if result.returncode < 0 or "Sanitizer" in result.stderr:
        sys.exit(f"mml stopped: {result.returncode}\n{result.stderr[-3000:]}")
    return result.stdout


def read_formulas(mml, all_cases, settings):
    for place, context in enumerate(settings):
        lines = list(context)
        for i, case in enumerate(all_cases):
            if case.place == place:
                lines += [f"f{i}{case.definition}", f"{case.operator}(f{i})"]
        for line in run(mml, lines).splitlines():
            match = re.match(r"(?:∇²|∇|jacobian\()f(\d+)\)?\(.*?\) = (.*)$", line)
            if match:
                all_cases[int(match[1])].formula = match[2]


def compare(mml, all_cases, settings):
    """Per case and point: the difference, the norms and the sizes of the exact derivative and the formula's."""
    rows = {}
    for place, context in enumerate(settings):
        lines = list(context)
        for i, case in enumerate(all_cases):
            if case.place != place or not case.formula:
                continue
            lines += [f"f{case.definition}", f"h({case.names}) = {case.formula}"]
            for k, extents in enumerate(case.points()):
                point = ", ".join(literal(*extent) for extent in extents)
                exact, formula = f"{case.operator}(f, {point})", f"h({point})"
                several = len(extents) > 1 and case.formula.startswith("(")
                sizes = "0 0 0 0" if several else " ".join(f"{{size({value})[{j}]}}" for value in (exact, formula) for j in (1, 2))
                lines.append(f'print("R {i} {k} {{norm({formula} - {exact}):.6g}} {{norm({exact}):.6g}} {sizes}")')
        for line in run(mml, lines).splitlines():
            if line.startswith("R "):
                cells = line.split()
                rows[int(cells[1]), int(cells[2])] = [float(cell) for cell in cells[3:]]
    return rows


def agrees(row):
    difference, exact, *size = row
    same_shape = size[:2] == size[2:]  # a 1 by 1 product is a number: both have size 1 by 1
    return difference <= TOLERANCE * max(1, exact) and same_shape


def report(case, row):
    text = f"off by {row[0]} of {row[1]}, sizes {row[2:]}" if row else "the formula does not evaluate"
    print(f"{SHAPES[case.place]} {case.operator} f{case.definition}: {case.formula}: {text}")


def main():
    mml = sys.argv[1]
    random.seed(1)
    settings = [setting(m, n) for m, n in SHAPES]
    all_cases = cases()
    read_formulas(mml, all_cases, settings)
    rows = compare(mml, all_cases, settings)
    wrong, share = 0, {}
    for i, case in enumerate(all_cases):
        counts = share.setdefault("guessed" if case.guessed else case.operator, [0, 0])
        counts[0] += case.formula is not None
        counts[1] += 1
        if "-v" in sys.argv and not case.formula:
            print(f"none: {SHAPES[case.place]} {case.operator} f{case.definition}")
        for k in range(len(case.points()) if case.formula else 0):
            row = rows.get((i, k))
            if row and not agrees(row) or not row and not case.guessed:
                wrong += 1
                report(case, row)
    print(f"{len(rows)} values, {wrong} wrong; formulas: " + ", ".join(f"{name} {a} of {b}" for name, (a, b) in share.items()))
    enough = all(share[name][0] >= least * share[name][1] for name, least in LEAST.items())
    sys.exit(1 if wrong or not enough else 0)


if __name__ == "__main__":
    main()
