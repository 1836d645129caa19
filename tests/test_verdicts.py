#!/usr/bin/env python3
"""test_verdicts.py - 200 random non-convex problems: what a verdict claims is tried by sampling.

Values, gradients and Hessians of the random functions (polynomials of degree 4, waves, bumps) are written
out here. A strict minimum has no lower feasible point around it at any radius, a saddle has one, a
converged point has a small gradient (of the Lagrangian, with the multipliers told), nothing non-convex
is called global, functions that are bounded below are not called unbounded, and so on.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import math
import random
import subprocess
import sys

RADII = (1e-3, 1e-4, 1e-5, 1e-6)
SAMPLES = 100  # for each radius
STEEP = 1e-6  # a gradient above this share of the size of its terms is not small


class Term:
    """weight times a product of powers, or times sin, or exp(-t^2), of a linear form t = a'x + b."""

    def __init__(self, kind, weight, a, b=0):
        self.kind, self.weight, self.a, self.b = kind, weight, a, b

    def text(self):
        if self.kind == "power":
            parts = [f"x[{i + 1}]^{k}" if k > 1 else f"x[{i + 1}]" for i, k in enumerate(self.a) if k]
            return "*".join([f"({self.weight})"] + parts)
        inside = " + ".join([f"({t})*x[{i + 1}]" for i, t in enumerate(self.a)] + [f"({self.b})"])
        return f"({self.weight})*" + (f"sin({inside})" if self.kind == "sin" else f"exp(-({inside})^2)")

    def outer(self, x):
        """Value, slope and curvature as a function of t."""
        t = sum(p*q for p, q in zip(self.a, x)) + self.b
        if self.kind == "sin":
            return self.weight*math.sin(t), self.weight*math.cos(t), -self.weight*math.sin(t)
        bump = self.weight*math.exp(-t*t)
        return bump, -2*t*bump, (4*t*t - 2)*bump

    def power(self, x, lowered):
        """The product after a derivative by each of the coordinates in lowered."""
        powers, factor = list(self.a), self.weight
        for i in lowered:
            factor *= powers[i]
            powers[i] -= 1
        return factor*math.prod(t**k for t, k in zip(x, powers)) if factor else 0.0

    def value(self, x):
        return self.power(x, ()) if self.kind == "power" else self.outer(x)[0]

    def slope(self, x, i):
        return self.power(x, (i,)) if self.kind == "power" else self.outer(x)[1]*self.a[i]

    def curvature(self, x, i, j):
        return self.power(x, (i, j)) if self.kind == "power" else self.outer(x)[2]*self.a[i]*self.a[j]


class Function:
    def __init__(self, terms):
        """Powers that come twice are added up; if they cancel, another one stands in."""
        total = {}
        for term in terms:
            key = (term.kind, tuple(term.a), term.b)
            total[key] = round(total.get(key, 0) + term.weight, 10)
        self.terms = [Term(kind, w, list(a), b) for (kind, a, b), w in total.items() if w]
        self.terms = self.terms or [Term("power", 1.0, [3]*len(terms[0].a))]

    def text(self):
        return " + ".join(term.text() for term in self.terms)

    def value(self, x):
        return math.fsum(term.value(x) for term in self.terms)

    def quadratic(self):
        degrees = [sum(term.a) if term.kind == "power" else 3 for term in self.terms]
        return max(degrees) <= 2

    def size(self, x):
        """What rounding of the value is relative to."""
        return sum(abs(term.value(x)) for term in self.terms)

    def gradient(self, x):
        return [math.fsum(term.slope(x, i) for term in self.terms) for i in range(len(x))]

    def steepness(self, x):
        return 1 + max(sum(abs(term.slope(x, i)) for term in self.terms) for i in range(len(x)))

    def hessian(self, x):
        return [[math.fsum(term.curvature(x, i, j) for term in self.terms) for j in range(len(x))]
                for i in range(len(x))]


def weight(low=-3, high=3):
    return random.randint(10*low, 10*high)/10 or 0.5


def powers(n, degree):
    a = [0]*n
    for _ in range(degree):
        a[random.randrange(n)] += 1
    return a


def polynomial(n):
    return Function([Term("power", weight(), powers(n, random.randint(1, 4)))
                     for _ in range(random.randint(2, 6))])


def coercive(n):
    """Fourth powers that outweigh the terms of degree three and less."""
    terms = [Term("power", random.randint(1, 4)/2, [4*(k == i) for k in range(n)]) for i in range(n)]
    return Function(terms + [Term("power", weight(), powers(n, random.randint(1, 3)))
                             for _ in range(random.randint(1, 5))])


def waves(n):
    terms = [Term("sin", weight(), [weight(-2, 2) for _ in range(n)], weight()) for _ in range(3)]
    return Function(terms + [Term("exp", weight(), [weight(-1, 1) for _ in range(n)], weight(-1, 1))])


def wavy_bowl(n):
    terms = [Term("power", 0.1, [2*(k == i) for k in range(n)]) for i in range(n)]
    return Function(terms + waves(n).terms)


def downhill(n):
    """Odd and increasing in one coordinate: no stationary point, no least value."""
    i = random.randrange(n)
    return Function([Term("power", 1.5, [k == i for k in range(n)]),
                     Term("power", random.choice((0, 0.5)), [3*(k == i) for k in range(n)]),
                     Term("sin", 0.5, [float(k == i) for k in range(n)])])


BOUNDED = {coercive, waves, wavy_bowl}


class Bounds:
    """Of every coordinate."""

    def __init__(self, n):
        self.low, self.high, self.n = -random.randint(0, 2), random.randint(1, 3), n
        self.slopes = [lambda x, i=i, s=s: [s*(k == i) for k in range(n)] for i in range(n) for s in (-1, 1)]

    def text(self):
        return ", ".join(f"{self.low} <= x[{i + 1}] <= {self.high}" for i in range(self.n))

    def project(self, x):
        return [min(max(t, self.low), self.high) for t in x]


class Ball:
    """Inside the circle or sphere of this radius, or on it."""

    def __init__(self, n, equal):
        self.radius, self.n, self.equal = random.randint(1, 3), n, equal
        self.slopes = [lambda x: [2*t for t in x]]

    def text(self):
        return f"norm(x)^2 {'==' if self.equal else '<='} {self.radius**2}"

    def project(self, x):
        size = math.hypot(*x)
        return [t*self.radius/size for t in x] if self.equal or size > self.radius else x


class Plane:
    """On one side of a'x <= b, or on the plane."""

    def __init__(self, n, equal):
        self.a, self.b, self.n, self.equal = [weight(1, 2) for _ in range(n)], weight(-1, 2), n, equal
        self.slopes = [lambda x: self.a]

    def text(self):
        inside = " + ".join(f"({t})*x[{i + 1}]" for i, t in enumerate(self.a))
        return f"{inside} {'==' if self.equal else '<='} {self.b}"

    def project(self, x):
        over = sum(p*q for p, q in zip(self.a, x)) - self.b
        step = over/sum(t*t for t in self.a) if self.equal or over > 0 else 0
        return [t - step*p for t, p in zip(x, self.a)]


class Contradiction:
    def __init__(self, n):
        self.n = n
        self.words = random.choice((f"norm(x)^2 <= -{random.randint(1, 3)}", "x[1] >= 1, x[1] <= 0.5",
                                    "x[1]^2 + 1 == 0", "norm(x)^2 <= 1, x[1] >= 2",
                                    "x[1] + x[2] == 1, 2x[1] + 2x[2] == 3"))

    def text(self):
        return self.words


def eigenvalue_low(h):
    """The least eigenvalue, by Jacobi's rotations."""
    h, n = [row[:] for row in h], len(h)
    for _ in range(30):
        for p in range(n):
            for q in range(p + 1, n):
                angle = 0.5*math.atan2(2*h[p][q], h[q][q] - h[p][p])
                c, s = math.cos(angle), math.sin(angle)
                for k in range(n):
                    h[k][p], h[k][q] = c*h[k][p] - s*h[k][q], s*h[k][p] + c*h[k][q]
                for k in range(n):
                    h[p][k], h[q][k] = c*h[p][k] - s*h[q][k], s*h[p][k] + c*h[q][k]
    return min(h[i][i] for i in range(n))


class Problem:
    def __init__(self, family, n, constraint, using=""):
        self.make, self.f, self.n, self.constraint = family, family(n), n, constraint
        self.start = [weight(-2, 2) for _ in range(n)]
        self.given, self.using = random.random() < 0.7, using

    def statement(self):
        such = f" s.t. {self.constraint.text()}" if self.constraint else ""
        start = f" from [{', '.join(map(str, self.start))}]" if self.given else ""
        if self.n == 1:
            return f"minimize {self.f.text()} over x{start}{self.using}".replace(
                "x[1]", "x").replace("[", "").replace("]", "")
        return f"minimize {self.f.text()} over x in R^{self.n}{start}{such}{self.using}"

    def around(self, x):
        """Feasible points about x, at every radius."""
        project = self.constraint.project if self.constraint else lambda y: y
        for radius in RADII:
            for _ in range(SAMPLES):
                step = [random.gauss(0, 1) for _ in x]
                if random.random() < 0.3:
                    step = [t*(random.random() < 0.5) for t in step]
                yield project([p + radius*max(1, abs(p))*t for p, t in zip(x, step)])

    def lowest(self, x):
        """By how much the best sample is lower than x brought into the feasible set, in units of rounding."""
        base = self.constraint.project(x) if self.constraint else x
        value, noise = self.f.value(base), 1e-14*(1 + self.f.size(base))
        return max((value - self.f.value(y))/noise for y in self.around(x))

    def balance(self, x, multipliers):
        """The gradient of the Lagrangian against the size of its terms."""
        total = self.f.gradient(x)
        size = self.f.steepness(x)
        for slope, multiplier in zip(self.constraint.slopes if self.constraint else [], multipliers):
            total = [t + multiplier*s for t, s in zip(total, slope(x))]
        return math.hypot(*total)/size


def problems():
    free = [polynomial]*20 + [coercive]*15 + [waves]*10 + [wavy_bowl]*15 + [downhill]*8
    for family in free:
        yield Problem(family, random.randint(1, 3), None)
    for family in [coercive]*10 + [waves]*10: # Newton's own steps end at any stationary point
        yield Problem(family, random.randint(1, 3), None, " using newton(steps = 30)")
    for family in [polynomial]*8 + [coercive]*8 + [waves]*8:
        for shape in (Bounds, lambda n: Ball(n, False), lambda n: Plane(n, False),
                      random.choice((lambda n: Ball(n, True), lambda n: Plane(n, True)))):
            n = random.randint(2, 3)
            yield Problem(family, n, shape(n))
    for _ in range(16):
        yield Problem(random.choice((polynomial, coercive, waves)), 2, Contradiction(2))


def statements(k, problem):
    return [f"m = {problem.statement()}", f'print("# {k}")', "m", 'print("kind: {m.kind}")',
            'print("is converged: {m.converged}")', 'print("value: {m.value:.17g}")',
            "for t in vec(m.x)", '  print("x: {t:.17g}")', "end",
            'if length(m.multipliers) > 0', "  for t in m.multipliers", '    print("multiplier: {t:.17g}")',
            "  end", "end"]


def fields(text, name):
    return [line.split(": ", 1)[1] for line in text.splitlines() if line.startswith(name + ": ")]


def numbers(text, name):
    return [float(word) for word in fields(text, name)]


def violated(problem, x):
    return bool(problem.constraint) and math.dist(problem.constraint.project(x), x) > 1e-7*(1 + math.hypot(*x))


def refuted_minimum(problem, x, kind, text):
    if problem.lowest(x) > 100:
        return f"a sample beside it is lower by {problem.lowest(x):.3g} units of rounding"
    low = eigenvalue_low(problem.f.hessian(x))
    if kind == "strict minimum" and not problem.constraint and low <= 0:
        return f"the Hessian has the eigenvalue {low}"
    local = problem.f.quadratic() or "strict local" in text or "flat" in text
    return "" if local else "a strict minimum is not called local"


def refuted_stationary(problem, x, kind):
    """A saddle or a maximum has lower points beside it, and no slope."""
    if not problem.constraint and problem.balance(x, ()) > STEEP:
        return f"the gradient is {problem.balance(x, ()):.3g} of its terms"
    if problem.lowest(x) < 1:
        return f"nothing beside the {kind} is lower"
    if not problem.constraint and eigenvalue_low(problem.f.hessian(x)) >= 0:
        return f"no eigenvalue of the {kind}'s Hessian is negative"
    return ""


def complaint(problem, text):
    kind, converged = fields(text, "kind")[0], fields(text, "is converged")[0] == "true"
    x = numbers(text, "x")
    if isinstance(problem.constraint, Contradiction):
        told = kind == "infeasible" or "not feasible: smallest violation" in text
        return "" if told and not converged else "nothing is feasible"
    if not problem.f.quadratic() and "global" in text.replace("nothing proves it is global", ""):
        return "nothing proves it is global"
    if kind == "infeasible":
        return "there are feasible points"
    if kind == "unbounded":
        closed = isinstance(problem.constraint, (Bounds, Ball))
        return "it is bounded" if problem.make in BOUNDED or closed or converged else ""
    if problem.make is downhill:
        return "the value falls without end"
    value = numbers(text, "value")[0]
    if abs(value - problem.f.value(x)) > 1e-12*(1 + problem.f.size(x)):
        return f"the value there is {problem.f.value(x):.17g}"
    if not converged and kind == "not stationary":
        cut = problem.using and "30 steps" in text
        return "" if cut or problem.lowest(x) > 1 else "not converged, yet nothing beside it is lower"
    if violated(problem, x):
        return "the point is not feasible"
    multipliers = numbers(text, "multiplier")
    if kind in ("saddle", "maximum"):
        return refuted_stationary(problem, x, kind)
    if any(t < 0 for t in multipliers) and not getattr(problem.constraint, "equal", False):
        return "a multiplier of <= is negative"
    if problem.balance(x, multipliers) > STEEP:
        return f"the gradient is {problem.balance(x, multipliers):.3g} of its terms"
    if kind in ("strict minimum", "flat"):
        return refuted_minimum(problem, x, kind, text)
    return f"what is {kind}?"


def main():
    random.seed(20)
    tried = list(problems())
    lines = [line for k, problem in enumerate(tried) for line in statements(k, problem)]
    result = subprocess.run([sys.argv[1], "-"], input="\n".join(lines), capture_output=True, text=True,
                            timeout=300)
    if result.returncode:
        sys.exit(result.stderr)
    found, failures = result.stdout.split("# ")[1:], 0
    if len(found) != len(tried):
        sys.exit(f"{len(found)} answers to {len(tried)} problems")
    for problem, text in zip(tried, found):
        wrong = complaint(problem, text)
        if wrong:
            failures += 1
            print(f"{problem.statement()}\n{text}  but {wrong}\n")
    print(f"{len(tried) - failures} of {len(tried)} verdicts stand")
    sys.exit(1 if failures else 0)


main()
