#!/usr/bin/env python3
"""test_compositions.py - derivatives of random compositions against differences at 70 digits.

Each composition is written twice: as a line of mml, and as a tree that mpmath evaluates. From the
tree come values, first, second and third derivatives as central differences with h = 1e-14, right to
about 28 digits: they know nothing of derivative rules.

What a derivative in doubles may be off by depends on its condition, so the tree is evaluated again
with roundings of a known size: every operation's result is changed by a fixed relative amount, the
value and the slopes of every function by a fixed amount relative to 1 or more, for the sums inside. How far that moves a derivative, scaled
to roundings of doubles, is how far those move it. A sweep does a few operations for each of the
function's: FACTOR of that is allowed.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import random
import subprocess
import sys

from mpmath import mp, mpf
import mpmath

ONE_VARIABLE, SEVERAL = 170, 130
FACTOR = 16
ROUNDING = mpf(2) ** -53
DIFFERENCE = mpf(10) ** -22  # what the differences are off by, in absolute terms
CHANGE = mpf(10) ** -22
H = mpf(10) ** -14
MARGIN = 1e-3  # how far from kinks and branch boundaries points stay: those have tests of their own

mp.dps = 70

PRELUDE = """
horner(t) = do
  s = 1
  for k in 1:4
    s = s*t/2 + cos(s)
  end
  s
end
nest(t, n) = if n == 0 then t else sin(nest(t, n - 1)) + t/3
moved(a, b) = do
  v = [a, b, 1]
  v[1] = v[2]*v[3]
  v[3] += v[1]^2
  w = v
  v[2] = a
  dot(v, w)
end
"""


class Kink(Exception):
    """The point is too near to a kink, or overflows."""


class Run:
    """One evaluation of a tree: what the variables are, and the roundings to make."""

    def __init__(self, base=None, seed=0):
        self.base, self.seed, self.values, self.k = base, seed, {}, mpf(0)

    def note(self, node, value, arguments=()):
        key = (node.number, self.k)
        if self.base is None:
            self.values[key] = arguments
            return value
        draw = random.Random(f"{self.seed} {key}")

        def change():
            return CHANGE * draw.choice((-1, 1)) * mpf(draw.uniform(0.5, 1))

        value *= 1 + change()
        for argument, base in zip(arguments, self.base[key]):
            t = argument - base
            value += change() * t + change() * t * t / 2 + change() * t ** 3 / 6
        return value + change() * (len(arguments) > 0)


class Node:
    """An operation: its mml text, its children, and its value from theirs."""
    count = 0

    def __init__(self, text, children, value, is_function=False):
        Node.count += 1
        self.number = Node.count
        self.text, self.children, self.value, self.is_function = text, children, value, is_function

    def at(self, point, run):
        arguments = [child.at(point, run) for child in self.children]
        return run.note(self, self.value(*arguments), arguments if self.is_function else ())


class Variable(Node):
    def __init__(self, text, index):
        super().__init__(text, [], None)
        self.index = index

    def at(self, point, run):
        return point[self.index]


class Counter(Node):
    def __init__(self):
        super().__init__("k", [], None)

    def at(self, point, run):
        return run.k


class Series(Node):
    def __init__(self, name, body, n):
        super().__init__(f"{name}({body.text} for k in 1:{n})", [body], None)
        self.name, self.n = name, n

    def at(self, point, run):
        total = mpf(0) if self.name == "sum" else mpf(1)
        for k in range(1, self.n + 1):
            outer, run.k = run.k, mpf(k)
            term = self.children[0].at(point, run)
            run.k = outer
            total = total + term if self.name == "sum" else total * term
        return run.note(self, total)


def apart(a, b):
    if abs(a - b) < MARGIN:
        raise Kink
    return a - b


def below(limit, *numbers):
    """None; exponentials overflow as they are typed."""
    if max(map(abs, numbers)) > limit:
        raise Kink


# name, mml with a for the argument, value
FUNCTIONS = [
    ("sin(a)", mpmath.sin), ("cos(a)", mpmath.cos), ("tan(0.5sin(a))", lambda a: mpmath.tan(mpmath.sin(a) / 2)),
    ("exp(sin(a))", lambda a: mpmath.exp(mpmath.sin(a))), ("exp(-(a)^2)", lambda a: mpmath.exp(-a * a)),
    ("log(1.25 + (a)^2)", lambda a: mpmath.log(mpf(1.25) + a * a)),
    ("ln(1.25 + cos(a))", lambda a: mpmath.log(mpf(1.25) + mpmath.cos(a))),
    ("log10(2 + sin(a))", lambda a: mpmath.log10(2 + mpmath.sin(a))),
    ("log2(2 + sin(a))", lambda a: mpmath.log(2 + mpmath.sin(a)) / mpmath.log(2)),
    ("log1p(0.5sin(a))", lambda a: mpmath.log1p(mpmath.sin(a) / 2)),
    ("expm1(sin(a))", lambda a: mpmath.expm1(mpmath.sin(a))),
    ("sqrt(0.5 + (a)^2)", lambda a: mpmath.sqrt(mpf(0.5) + a * a)), ("√(1 + exp(-(a)^2))", lambda a: mpmath.sqrt(1 + mpmath.exp(-a * a))),
    ("cbrt(2 + sin(a))", lambda a: mpmath.cbrt(2 + mpmath.sin(a))),
    ("asin(0.5sin(a))", lambda a: mpmath.asin(mpmath.sin(a) / 2)), ("acos(0.5cos(a))", lambda a: mpmath.acos(mpmath.cos(a) / 2)),
    ("atan(a)", mpmath.atan), ("sinh(sin(a))", lambda a: mpmath.sinh(mpmath.sin(a))),
    ("cosh(cos(a))", lambda a: mpmath.cosh(mpmath.cos(a))), ("tanh(a)", mpmath.tanh), ("asinh(a)", mpmath.asinh),
    ("acosh(1.5 + (a)^2)", lambda a: mpmath.acosh(mpf(1.5) + a * a)), ("atanh(0.5sin(a))", lambda a: mpmath.atanh(mpmath.sin(a) / 2)),
    ("sigmoid(a)", lambda a: 1 / (1 + mpmath.exp(-a))), ("logsigmoid(a)", lambda a: -mpmath.log1p(mpmath.exp(-a))),
    ("softplus(a)", lambda a: mpmath.log1p(mpmath.exp(a))), ("erf(a)", mpmath.erf), ("erfc(sin(a))", lambda a: mpmath.erfc(mpmath.sin(a))),
    ("gammafn(2.5 + sin(a))", lambda a: mpmath.gamma(mpf(2.5) + mpmath.sin(a))),
    ("loggamma(2.5 + sin(a))", lambda a: mpmath.loggamma(mpf(2.5) + mpmath.sin(a))),
    ("digamma(2.5 + sin(a))", lambda a: mpmath.digamma(mpf(2.5) + mpmath.sin(a))),
    ("abs(a)", lambda a: apart(abs(a), 0) and abs(a)), ("relu(a)", lambda a: max(apart(a, 0), mpf(0))),
    ("floor(a)", lambda a: (apart(abs(a - mpmath.nint(a)), 0), mpmath.floor(a))[1]),
    ("sign(a)", lambda a: mpmath.sign(apart(a, 0))),
    ("(a)^2", lambda a: a * a), ("(a)^3", lambda a: a ** 3), ("(2 + cos(a))^(-2)", lambda a: (2 + mpmath.cos(a)) ** -2),
    ("(1 + (a)^2)^1.5", lambda a: (1 + a * a) ** mpf(1.5)), ("(1 + (a)^2)^(-0.5)", lambda a: (1 + a * a) ** mpf(-0.5)),
    ("2^sin(a)", lambda a: mpf(2) ** mpmath.sin(a)), ("((a)^2)^2", lambda a: a ** 4),
    ("-(a)", lambda a: -a), ("(a)/(1 + abs(2 + (a)^2))", lambda a: a / (3 + a * a)),
    ("(u -> u*sin(u))(a)", lambda a: a * mpmath.sin(a)), ("sin'(a)", mpmath.cos), ("(u -> u^3)''(a)", lambda a: 6 * a),
    ("norm([a, 0.5])", lambda a: mpmath.sqrt(a * a + mpf(0.25))), ("hypot(a, 0.5)", lambda a: mpmath.sqrt(a * a + mpf(0.25))),
    ("clamp(a, -0.625, 0.625)", lambda a: (apart(abs(a), mpf(0.625)), min(max(a, mpf(-0.625)), mpf(0.625)))[1]),
    ("det([2, a; sin(a), 3])", lambda a: 6 - a * mpmath.sin(a)),
]


def horner(t):
    s = mpf(1)
    for _ in range(4):
        s = s * t / 2 + mpmath.cos(s)
    return s


def nest(t, n):
    return t if n == 0 else mpmath.sin(nest(t, n - 1)) + t / 3


def moved(a, b):
    v = [b, b, mpf(1)]
    v[2] += v[0] ** 2
    w = list(v)
    v[1] = a
    return sum(p * q for p, q in zip(v, w))


PAIRS = [
    ("(a + b)", lambda a, b: a + b), ("(a - b)", lambda a, b: a - b), ("(a)*(b)", lambda a, b: a * b),
    ("(a)/(1.5 + (b)^2)", lambda a, b: a / (mpf(1.5) + b * b)), ("(1.5 + sin(a))^(b)", lambda a, b: (mpf(1.5) + mpmath.sin(a)) ** b),
    ("pow(2 + cos(a), sin(b))", lambda a, b: (2 + mpmath.cos(a)) ** mpmath.sin(b)),
    ("atan2(a, 1.5 + (b)^2)", lambda a, b: mpmath.atan2(a, mpf(1.5) + b * b)),
    ("hypot(a, 1 + (b)^2)", lambda a, b: mpmath.sqrt(a * a + (1 + b * b) ** 2)),
    ("xlogy(a, 1.5 + (b)^2)", lambda a, b: a * mpmath.log(mpf(1.5) + b * b)),
    ("max(a, b)", lambda a, b: (apart(a, b), max(a, b))[1]), ("min(a, b)", lambda a, b: (apart(a, b), min(a, b))[1]),
    ("{a if a < b; b^2 otherwise}", lambda a, b: a if apart(a, b) < 0 else b * b),
    ("(if a >= b then sin(a) else (a)*(b))", lambda a, b: mpmath.sin(a) if apart(a, b) >= 0 else a * b),
    ("dot([a, b, 2], [b, 1, sin(a)])", lambda a, b: a * b + b + 2 * mpmath.sin(a)),
    ("[a, b]'*[2, 1; 1, 3]*[b, a]", lambda a, b: 2 * a * b + a * a + b * b + 3 * b * a),
    ("det([4, a; sin(b), 2 + (a)^2])", lambda a, b: 4 * (2 + a * a) - a * mpmath.sin(b)),
    ("([3, sin(a); cos(b), 2] \\ [a, b])[1]", lambda a, b: (2 * a - mpmath.sin(a) * b) / (6 - mpmath.sin(a) * mpmath.cos(b))),
    ("sum(inv([3 + (a)^2, sin(b); 0.5, 2]))", lambda a, b: (2 - mpmath.sin(b) - mpf(0.5) + 3 + a * a) / (2 * (3 + a * a) - mpmath.sin(b) / 2)),
    ("logdet([3 + (a)^2, 1; 1, 2 + (b)^2])", lambda a, b: mpmath.log((3 + a * a) * (2 + b * b) - 1)),
    ("trace([a, 1; 2, b]^2)", lambda a, b: a * a + b * b + 4),
    ("logsumexp([a, b, 0])", lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b) + 1)),
    ("log(sum(exp([a, b])))", lambda a, b: below(700, a, b) or mpmath.log(mpmath.exp(a) + mpmath.exp(b))),
    ("softmax([a, b])[2]", lambda a, b: 1 / (1 + mpmath.exp(a - b))), ("norm([a, b, 1])", lambda a, b: mpmath.sqrt(a * a + b * b + 1)),
    ("norm([a, b])^2", lambda a, b: a * a + b * b), ("prod([a, b, 1.5])", lambda a, b: a * b * mpf(1.5)),
    ("mean([a, b, 4])", lambda a, b: (a + b + 4) / 3), ("var([a, b, 4])", lambda a, b: sum((t - (a + b + 4) / 3) ** 2 for t in (a, b, 4)) / 2),
    ("cumsum([a, b])'*[b, 1]", lambda a, b: a * b + a + b), ("sum([a, b, 1].^3)", lambda a, b: a ** 3 + b ** 3 + 1),
    ("max([a, b, 0.375])", lambda a, b: (apart(a, b), apart(a, mpf(0.375)), apart(b, mpf(0.375)), max(a, b, mpf(0.375)))[3]),
    ("sum(sin.([a, b]) .* cos.([b, a]))", lambda a, b: mpmath.sin(a + b)),
    ("moved(a, b)", moved), ("(u -> (b)*u^2)'(a)", lambda a, b: 2 * a * b),
    ("directional(q -> q[1]^2*q[2], [a, b], [1, 2])", lambda a, b: 2 * a * b + 2 * a * a),
    ("gradient((s, t) -> s^2*sin(t), a, b)[2]", lambda a, b: a * a * mpmath.cos(b)),
    ("hessian(q -> q[1]^2*sin(q[2]), [a, b])[1, 2]", lambda a, b: 2 * a * mpmath.cos(b)),
]


def substitute(pattern, **texts):
    """The pattern with each single letter replaced."""
    out, word = "", ""
    for c in pattern + " ":
        if c.isalnum() or c == "_":
            word += c
            continue
        out, word = out + (f"({texts[word]})" if word in texts else word) + c, ""
    return out[:-1]


def compose(depth, variables):
    if depth <= 0:
        kind = random.random()
        if kind < 0.75:
            return random.choice(variables)
        c = random.choice((0.5, 1, 2, 3, 0.25, 1.5))
        return Node(repr(c), [], lambda: mpf(c))
    kind = random.random()
    a = compose(depth - 1, variables)
    if kind < 0.40:
        pattern, value = random.choice(FUNCTIONS)
        return Node(substitute(pattern, a=a.text), [a], value, True)
    if kind < 0.44:
        return Node(f"horner(sin({a.text}))", [a], lambda x: horner(mpmath.sin(x)), True)
    if kind < 0.47:
        return Node(f"nest({a.text}, 3)", [a], lambda x: nest(x, 3), True)
    if kind < 0.55:
        counter = Counter()
        body = compose(1, variables + [counter])
        product = random.random() < 0.3
        scaled = Node(f"(1 + 0.25sin(k*({body.text})))" if product else f"(({body.text})*sin({a.text})/k)",
                      [body, counter] if product else [body, a, counter],
                      (lambda t, k: 1 + mpmath.sin(k * t) / 4) if product else (lambda t, s, k: t * mpmath.sin(s) / k))
        return Series("prod" if product else "sum", scaled, random.randint(2, 4))
    b = compose(random.randint(0, depth - 1), variables)
    pattern, value = random.choice(PAIRS)
    arithmetic = pattern in ("(a + b)", "(a - b)", "(a)*(b)")
    return Node(substitute(pattern, a=a.text, b=b.text), [a, b], value, not arithmetic)


# ---- references ----

def vector_sum(p, v, t):
    return [a + t * b for a, b in zip(p, v)]


def along(f, p, v):
    """Value and three derivatives of f(p + t*v) at t = 0."""
    y = {k: f(vector_sum(p, v, k * H)) for k in (-2, -1, 0, 1, 2)}
    return [y[0], (y[1] - y[-1]) / (2 * H), (y[1] - 2 * y[0] + y[-1]) / H ** 2,
            (y[2] - 2 * y[1] + 2 * y[-1] - y[-2]) / (2 * H ** 3)]


def partials(f, p):
    """Gradient and Hessian, by rows."""
    n = len(p)
    unit = [[mpf(i == j) for j in range(n)] for i in range(n)]
    lines = [along2(f, p, e) for e in unit]
    hessian = [[lines[i][1]] * n for i in range(n)]
    for i in range(n):
        for j in range(i):
            corner = [f(vector_sum(vector_sum(p, unit[i], a * H), unit[j], b * H)) for a in (1, -1) for b in (1, -1)]
            hessian[i][j] = hessian[j][i] = (corner[0] - corner[1] - corner[2] + corner[3]) / (4 * H * H)
    return [line[0] for line in lines] + [x for row in hessian for x in row]


def along2(f, p, v):
    high, middle, low = (f(vector_sum(p, v, k * H)) for k in (1, 0, -1))
    return (high - low) / (2 * H), (high - 2 * middle + low) / H ** 2


def references(tree, p, v):
    """The numbers, and how far roundings move each."""
    base = Run()
    tree.at(p, base)

    def numbers(run):
        def f(q):
            return tree.at(q, run)
        return along(f, p, v) + (partials(f, p) if len(p) > 1 else [])

    exact = numbers(Run())
    moved_by = [numbers(Run(base.values, seed)) for seed in (1, 2, 3)]
    bound = [max(abs(m[i] - x) for m in moved_by) * ROUNDING / CHANGE for i, x in enumerate(exact)]
    return exact, bound


# ---- the shell's numbers ----

def show(i, what, expression):
    return f'print("R {i} {what} {{{expression}:.17g}}")'


def one_variable_lines(i, tree, p):
    x = repr(p[0])
    return [f"f(x) = {tree.text};", show(i, "0", f"f({x})"), show(i, "1", f"f'({x})"), show(i, "2", f"f''({x})"),
            show(i, "3", f"f'''({x})"), show(i, "1", f"gradient(f, {x})"), show(i, "2", f"hessian(f, {x})"),
            show(i, "3", f"derivative(f, {x}, 3)"), show(i, "2", f"(u -> f'(u))'({x})"),
            show(i, "3", f"(u -> (w -> f'(w))'(u))'({x})"), show(i, "3", f"(u -> f''(u))'({x})"),
            show(i, "2", f"directional(u -> gradient(f, u), {x}, 1)"), show(i, "1", f"jacobian(u -> [f(u), u], {x})[1, 1]")]


def several_lines(i, tree, p, v):
    n = len(p)
    point, way = f"[{', '.join(map(repr, p))}]", f"[{', '.join(map(repr, v))}]"
    names = ", ".join(f"x{k + 1}" for k in range(n))
    entries = ", ".join(f"q[{k + 1}]" for k in range(n))
    lines = [f"f({names}) = {tree.text};", f"F(q) = f({entries});", f"p = {point}; v = {way};",
             show(i, "0", "F(p)"), show(i, "G", "gradient(F, p)"), show(i, "G", f"gradient(f, {point[1:-1]})"),
             show(i, "H", "vec(hessian(F, p))"), show(i, "H", f"vec(hessian(f, {point[1:-1]}))"),
             show(i, "H", "vec(jacobian(q -> gradient(F, q), p))"), show(i, "1", "directional(F, p, v)"),
             show(i, "1", "dot(gradient(F, p), v)"), show(i, "2", "dot(v, hvp(F, p, v))"),
             show(i, "2", "dot(v, hessian(F, p)*v)"), show(i, "2", "directional(q -> directional(F, q, v), p, v)"),
             show(i, "3", "derivative(t -> F(p + t*v), 0, 3)"),
             show(i, "3", "directional(q -> dot(v, hvp(F, q, v)), p, v)"),
             show(i, "2", "derivative(t -> F(p + t*v), 0, 2)"),
             show(i, "3", "dot(v, gradient(q -> dot(v, hessian(F, q)*v), p))"),
             show(i, "G", "jacobian(q -> [F(q), q[1]], p)[1, :]"),
             f"D(q) = gradient(F, q)[1];", show(i, "D", "gradient(D, p)")]
    return lines


def coordinate():
    return float(random.choice((0, 1, -1))) if random.random() < 0.3 else random.randint(-150, 150) / 64


def make(n):
    """A composition of n variables with a point and a direction, away from kinks and large numbers."""
    variables = [Variable("x" if n == 1 else f"x{k + 1}", k) for k in range(n)]
    while True:
        tree = compose(random.randint(2, 4), variables)
        p = [coordinate() for _ in range(n)]
        v = [1.0] if n == 1 else [random.randint(-8, 8) / 4 for _ in range(n)]
        exact_p, exact_v = [mpf(a) for a in p], [mpf(a) for a in v]
        try:
            exact, bound = references(tree, exact_p, exact_v)
        except (Kink, ZeroDivisionError, OverflowError):
            continue
        if all(mpmath.isfinite(x) and abs(x) < 1e6 for x in exact) and any(abs(x) > 1e-9 for x in exact[1:]):
            return tree, p, v, exact, bound


def wanted(exact, bound, n, what):
    if what in "0123":
        k = int(what)
        return exact[k:k + 1], bound[k:k + 1]
    start, count = {"G": (4, n), "H": (4 + n, n * n), "D": (4 + n, n)}[what]
    return exact[start:start + count], bound[start:start + count]


def main():
    mml = sys.argv[1]
    random.seed(20)
    cases = [make(1) for _ in range(ONE_VARIABLE)] + [make(random.choice((2, 3))) for _ in range(SEVERAL)]
    lines = PRELUDE.splitlines()
    expected = 0
    for i, (tree, p, v, _, _) in enumerate(cases):
        mine = one_variable_lines(i, tree, p) if len(p) == 1 else several_lines(i, tree, p, v)
        lines += mine
        expected += sum(line.startswith("print") for line in mine)
    result = subprocess.run([mml, "--session"], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=900)
    rows = [line.split(" ", 3)[1:] for line in result.stdout.splitlines() if line.startswith("R ")]
    worst, wrong = 0, 0
    for i, what, text in rows:
        tree, p, v, exact, bound = cases[int(i)]
        values, bounds = wanted(exact, bound, len(p), what)
        got = [float(x) for x in text.strip("[]'").replace(";", ",").split("  #")[0].strip("[]'").split(",")]
        for x, y, moves in zip(got, values, bounds):
            allowed = FACTOR * (moves + ROUNDING * abs(y)) + DIFFERENCE
            off = abs(x - y) / allowed if x == x else mpf("inf")
            worst = max(worst, off)
            if off > 1:
                wrong += 1
                print(f"{tree.text} at {p} along {v}: {what} is {x!r}, differences say {mpmath.nstr(y, 18)}, {mpmath.nstr(off, 3)} of what is allowed")
        if len(got) != len(values):
            wrong += 1
            print(f"{tree.text} at {p}: {what} has {len(got)} numbers instead of {len(values)}: {text}")
    print(f"{len(cases)} compositions, {len(rows)} of {expected} results, {wrong} wrong numbers, the worst at {mpmath.nstr(worst, 3)} of what is allowed")
    if len(rows) != expected:
        print("\n".join(line for line in result.stdout.splitlines() if line.startswith("error"))[:2000])
    sys.exit(1 if wrong or len(rows) != expected else 0)


if __name__ == "__main__":
    main()
