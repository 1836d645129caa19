"""problems - the functions of Moré, Garbow and Hillstrom as text that any language can read.

A problem is a sum of squares. Residuals are written in x1 … xn with + - * / ^ and the functions exp,
log, sin, cos, atan, sqrt, abs; numbers that do not depend on x are worked out here. Functions, starts
and minima are those of "Testing Unconstrained Optimization Software", ACM Trans. Math. Softw. 7 (1981),
with the local minima that solvers are known to end in.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re
from dataclasses import dataclass
from math import cos, exp, log, pi, sin, sqrt
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    name: str
    residuals: tuple    # texts
    start: tuple        # numbers
    minima: tuple       # values

    @property
    def names(self):
        return [f"x{i}" for i in range(1, len(self.start) + 1)]


def c(number):
    """A constant that keeps all its digits and its sign where it is put."""
    text = repr(float(number))
    return f"({text})" if text.startswith("-") else text


def total(terms):
    return "+".join(terms)


# ---- the functions: each gives its residuals for n variables and m residuals, counted from 1 ----

def rosenbrock(n, m):
    return [r for i in range(1, n, 2) for r in (f"10*(x{i+1}-x{i}^2)", f"1-x{i}")]


def freudenstein_roth(n, m):
    return ["x1+((5-x2)*x2-2)*x2-13", "x1+((x2+1)*x2-14)*x2-29"]


def powell_badly_scaled(n, m):
    return ["10000*x1*x2-1", "exp(-x1)+exp(-x2)-1.0001"]


def brown_badly_scaled(n, m):
    return ["x1-1000000", "x2-0.000002", "x1*x2-2"]


def beale(n, m):
    return ["1.5-x1*(1-x2)", "2.25-x1*(1-x2^2)", "2.625-x1*(1-x2^3)"]


def jennrich_sampson(n, m):
    return [f"{2 + 2*i}-(exp({i}*x1)+exp({i}*x2))" for i in range(1, m + 1)]


def helical_valley(n, m):
    # The angle lies between -1/4 and 3/4 of a turn: that of (x2, -x1), a quarter turned back.
    r = "sqrt(x1^2+x2^2)"
    turn = f"(0.25-atan(x1/({r}+x2))/{c(pi)})"
    return [f"10*(x3-10*{turn})", f"10*({r}-1)", "x3"]


def bard(n, m):
    y = (.14, .18, .22, .25, .29, .32, .35, .39, .37, .58, .73, .96, 1.34, 2.10, 4.39)
    return [f"{y[u-1]}-(x1+{u}/({16-u}*x2+{min(u, 16-u)}*x3))" for u in range(1, m + 1)]


def gaussian(n, m):
    y = (.0009, .0044, .0175, .0540, .1295, .2420, .3521, .3989)
    y += y[6::-1]
    return [f"x1*exp(-x2*({c((8-i)/2)}-x3)^2/2)-{y[i-1]}" for i in range(1, m + 1)]


def meyer(n, m):
    y = (34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
         8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872)
    return [f"x1*exp(x2/({45 + 5*i}+x3))-{y[i-1]}" for i in range(1, m + 1)]


def gulf(n, m):
    t = [i/100 for i in range(1, m + 1)]
    return [f"exp(-(exp(x3*log(abs({c(25 + (-50*log(s))**(2/3))}-x2)))/x1))-{s}" for s in t]


def box(n, m):
    t = [i/10 for i in range(1, m + 1)]
    return [f"exp(-{s}*x1)-exp(-{s}*x2)-{c(exp(-s) - exp(-10*s))}*x3" for s in t]


def powell_singular(n, m):
    return [r for i in range(1, n, 4) for r in
            (f"x{i}+10*x{i+1}", f"{c(sqrt(5))}*(x{i+2}-x{i+3})",
             f"(x{i+1}-2*x{i+2})^2", f"{c(sqrt(10))}*(x{i}-x{i+3})^2")]


def wood(n, m):
    return ["10*(x2-x1^2)", "1-x1", f"{c(sqrt(90))}*(x4-x3^2)", "1-x3",
            f"{c(sqrt(10))}*(x2+x4-2)", f"{c(1/sqrt(10))}*(x2-x4)"]


def kowalik_osborne(n, m):
    y = (.1957, .1947, .1735, .1600, .0844, .0627, .0456, .0342, .0323, .0235, .0246)
    u = (4, 2, 1, .5, .25, .167, .125, .1, .0833, .0714, .0625)
    return [f"{a}-x1*({c(b*b)}+{b}*x2)/({c(b*b)}+{b}*x3+x4)" for a, b in zip(y, u)]


def brown_dennis(n, m):
    t = [i/5 for i in range(1, m + 1)]
    return [f"(x1+{s}*x2-{c(exp(s))})^2+(x3+{c(sin(s))}*x4-{c(cos(s))})^2" for s in t]


def osborne_1(n, m):
    y = (.844, .908, .932, .936, .925, .908, .881, .850, .818, .784, .751, .718, .685, .658, .628,
         .603, .580, .558, .538, .522, .506, .490, .478, .467, .457, .448, .438, .431, .424, .420,
         .414, .411, .406)
    return [f"{a}-(x1+x2*exp(-{10*i}*x4)+x3*exp(-{10*i}*x5))" for i, a in enumerate(y)]


def biggs(n, m):
    t = [i/10 for i in range(1, m + 1)]
    return [f"x3*exp(-{s}*x1)-x4*exp(-{s}*x2)+x6*exp(-{s}*x5)"
            f"-{c(exp(-s) - 5*exp(-10*s) + 3*exp(-4*s))}" for s in t]


def osborne_2(n, m):
    y = (1.366, 1.191, 1.112, 1.013, .991, .885, .831, .847, .786, .725, .746, .679, .608, .655, .616,
         .606, .602, .626, .651, .724, .649, .649, .694, .644, .624, .661, .612, .558, .533, .495,
         .500, .423, .395, .375, .372, .391, .396, .405, .428, .429, .523, .562, .607, .653, .672,
         .708, .633, .668, .645, .632, .591, .559, .597, .625, .739, .710, .729, .720, .636, .581,
         .428, .292, .162, .098, .054)
    bumps = [total(f"x{k}*exp(-({i/10}-x{k+7})^2*x{k+4})" for k in (2, 3, 4)) for i in range(m)]
    return [f"{a}-(x1*exp(-{i/10}*x5)+{bumps[i]})" for i, a in enumerate(y)]


def watson(n, m):
    rows = []
    for t in (i/29 for i in range(1, 30)):
        slope = total(f"{c((j-1)*t**(j-2))}*x{j}" for j in range(2, n + 1))
        value = total(f"{c(t**(j-1))}*x{j}" for j in range(1, n + 1))
        rows.append(f"{slope}-({value})^2-1")
    return [*rows, "x1", "x2-x1^2-1"]


def penalty_1(n, m):
    squares = total(f"x{i}^2" for i in range(1, n + 1))
    return [*(f"{c(sqrt(1e-5))}*(x{i}-1)" for i in range(1, n + 1)), f"{squares}-0.25"]


def penalty_2(n, m):
    a = c(sqrt(1e-5))
    pairs = [f"{a}*(exp(x{i}/10)+exp(x{i-1}/10)-{c(exp(i/10) + exp((i-1)/10))})"
             for i in range(2, n + 1)]
    single = [f"{a}*(exp(x{i}/10)-{c(exp(-0.1))})" for i in range(2, n + 1)]
    return ["x1-0.2", *pairs, *single, total(f"{n-i+1}*x{i}^2" for i in range(1, n + 1)) + "-1"]


def variably_dimensioned(n, m):
    whole = total(f"{i}*(x{i}-1)" for i in range(1, n + 1))
    return [*(f"x{i}-1" for i in range(1, n + 1)), whole, f"({whole})^2"]


def trigonometric(n, m):
    cosines = total(f"cos(x{i})" for i in range(1, n + 1))
    return [f"{n}-({cosines})+{i}*(1-cos(x{i}))-sin(x{i})" for i in range(1, n + 1)]


def brown_almost_linear(n, m):
    names = [f"x{i}" for i in range(1, n + 1)]
    return [*(f"{x}+{total(names)}-{n+1}" for x in names[:-1]), "*".join(names) + "-1"]


def at(i, n, factor="1"):
    return f"-{factor}*x{i}" if 1 <= i <= n else ""


def boundary_value(n, m):
    h = 1/(n + 1)
    return [f"2*x{i}+{c(h*h/2)}*(x{i}+{c(i*h + 1)})^3{at(i-1, n)}{at(i+1, n)}"
            for i in range(1, n + 1)]


def integral(n, m):
    h = 1/(n + 1)
    weight = lambda i, j: (1 - i*h)*j*h if j <= i else i*h*(1 - j*h)
    return [f"x{i}+" + total(f"{c(h/2*weight(i, j))}*(x{j}+{c(j*h + 1)})^3" for j in range(1, n + 1))
            for i in range(1, n + 1)]


def broyden_tridiagonal(n, m):
    return [f"(3-2*x{i})*x{i}+1{at(i-1, n)}{at(i+1, n, '2')}" for i in range(1, n + 1)]


def broyden_banded(n, m):
    band = lambda i: [j for j in range(max(1, i - 5), min(n, i + 1) + 1) if j != i]
    return [f"x{i}*(2+5*x{i}^2)+1-(" + total(f"x{j}*(1+x{j})" for j in band(i)) + ")"
            for i in range(1, n + 1)]


def linear_full_rank(n, m):
    whole = total(f"x{i}" for i in range(1, n + 1))
    return [(f"x{i}" if i <= n else "0") + f"-{c(2/m)}*({whole})-1" for i in range(1, m + 1)]


def linear_rank_1(n, m):
    whole = total(f"{i}*x{i}" for i in range(1, n + 1))
    return [f"{i}*({whole})-1" for i in range(1, m + 1)]


def linear_rank_1_zero(n, m):
    whole = total(f"{i}*x{i}" for i in range(2, n))
    return ["-1", *(f"{i-1}*({whole})-1" for i in range(2, m)), "-1"]


def chebyquad(n, m):
    # Shifted Chebyshev polynomials: T(0) = 1, T(1) = 2x - 1, as sums of powers of 2x - 1.
    def coefficients(i):
        before, now = [1], [0, 1]
        for _ in range(i - 1):
            doubled = [0, *(2*a for a in now)]
            before, now = now, [a - b for a, b in zip(doubled, before + [0]*len(doubled))]
        return now
    def horner(i, j):
        text = ""
        for a in reversed(coefficients(i)):
            text = f"({text})*(2*x{j}-1)+({a})" if text else f"{a}"
        return f"({text})"
    integral_of = lambda i: 0 if i % 2 else 1/(i*i - 1)
    return [f"({total(horner(i, j) for j in range(1, n + 1))})/{n}+{c(integral_of(i))}"
            for i in range(1, m + 1)]


# ---- the instances ----

ONE_TO = lambda n: tuple(range(1, n + 1))
HALF_WAY = tuple((i/6)*(i/6 - 1) for i in range(1, 6))
PARTS = lambda n: tuple(i/(n + 1) for i in range(1, n + 1))

INSTANCES = [
    (rosenbrock, "", 2, (-1.2, 1), (0,)),
    (freudenstein_roth, "", 2, (0.5, -2), (0, 48.98425367924002)),
    (powell_badly_scaled, "", 2, (0, 1), (0,)),
    (brown_badly_scaled, "", 3, (1, 1), (0,)),
    (beale, "", 3, (1, 1), (0,)),
    (jennrich_sampson, "", 10, (0.3, 0.4), (124.36218235561485,)),
    (helical_valley, "", 3, (-1, 0, 0), (0,)),
    (bard, "", 15, (1, 1, 1), (8.214877306578e-3,)),
    (gaussian, "", 15, (0.4, 1, 0), (1.1279327696186480e-8,)),
    (meyer, "", 16, (0.02, 4000, 250), (87.9458551,)),
    (gulf, "", 99, (5, 2.5, 0.15), (0, 0.038)),
    (box, "", 10, (0, 10, 20), (0, 0.07558874)),
    (powell_singular, "", 4, (3, -1, 0, 1), (0,)),
    (wood, "", 6, (-3, -1, -3, -1), (0,)),
    (kowalik_osborne, "", 11, (.25, .39, .415, .39), (3.0750560385e-4,)),
    (brown_dennis, "", 20, (25, 5, -5, -1), (85822.20162635634,)),
    (osborne_1, "", 33, (.5, 1.5, -1, .01, .02), (5.46489469748e-5,)),
    (biggs, "", 13, (1, 2, 1, 1, 1, 1), (0, 5.655649925e-3)),
    (osborne_2, "", 65, (1.3, .65, .65, .7, .6, 3, 5, 7, 2, 4.5, 5.5), (4.013773629355e-2,)),
    (watson, "_6", 31, (0,)*6, (2.2876700535524362e-3,)),
    (watson, "_9", 31, (0,)*9, (1.399760138e-6,)),
    (watson, "_12", 31, (0,)*12, (4.7223811e-10,)),
    (rosenbrock, "_8", 8, (-1.2, 1)*4, (0,)),
    (powell_singular, "_8", 8, (3, -1, 0, 1)*2, (0,)),
    (penalty_1, "_4", 5, ONE_TO(4), (2.249977500e-5,)),
    (penalty_1, "_10", 11, ONE_TO(10), (7.08765e-5,)),
    (penalty_2, "_4", 8, (.5,)*4, (9.37629e-6,)),
    (penalty_2, "_10", 20, (.5,)*10, (2.93660e-4,)),
    (variably_dimensioned, "_6", 8, tuple(1 - i/6 for i in range(1, 7)), (0,)),
    (trigonometric, "_10", 10, (.1,)*10, (0, 2.795056e-5)),
    (brown_almost_linear, "_10", 10, (.5,)*10, (0, 1)),
    (boundary_value, "_5", 5, HALF_WAY, (0,)),
    (integral, "_5", 5, HALF_WAY, (0,)),
    (broyden_tridiagonal, "_5", 5, (-1,)*5, (0,)),
    (broyden_banded, "_10", 10, (-1,)*10, (0, 3.05727843, 2.68021992072)),
    (linear_full_rank, "_5", 10, (1,)*5, (5,)),
    (linear_rank_1, "_5", 10, (1,)*5, (90/42,)),
    (linear_rank_1_zero, "_5", 10, (1,)*5, (124/34,)),
    (chebyquad, "_7", 7, PARTS(7), (0,)),
    (chebyquad, "_8", 8, PARTS(8), (3.51687372568e-3,)),
    (chebyquad, "_10", 10, PARTS(10), (6.50395480e-3, 4.77271369637e-3)),
]


def mgh():
    """The 41 instances."""
    return [Problem(function.__name__ + ending, tuple(function(len(start), m)), start, minima)
            for function, ending, m, start, minima in INSTANCES]


# How near a value must be to a listed minimum: these have six digits at the least.
DIGITS, ZERO = 1e-5, 1e-12


def is_minimum(problem, value):
    return any(abs(value - m) <= DIGITS*abs(m) + ZERO for m in problem.minima)


# ---- constrained problems ----

@dataclass(frozen=True)
class Constrained:
    name: str
    objective: str
    start: tuple
    equalities: tuple       # texts that must be 0
    inequalities: tuple     # texts that must not be negative
    minima: tuple

    @property
    def names(self):
        return [f"x{i}" for i in range(1, len(self.start) + 1)]


# Of the problems in the test, in its order.
NUMBERS = (1, 3, 5, 6, 7, 9, 10, 11, 12, 14, 21, 22, 24, 28, 29, 35, 36, 37, 39, 40, 42, 43, 48, 51, 65, 71, 76, 77)
MORE = (4, 8, 15, 17, 18, 19, 23, 26, 27, 30, 31, 32, 33, 34, 38, 41, 44, 45, 46, 49, 50, 52, 53,
        56, 60, 62, 63, 64, 66, 72, 73, 74, 75, 78, 79, 80, 81, 83, 86, 93, 95, 96, 97, 98, 100,
        101, 102, 103, 104, 107, 110, 112, 113, 114, 117, 118)

STATEMENT = re.compile(r"m = minimize (.*) over (.*) from (.*) s\.t\. (.*);")
VALUE = re.compile(r"m\.value - \((.*?)\)")


def difference(constraint, sign):
    left, right = constraint.split(sign)
    return f"({left.strip()})-({right.strip()})"


def hock_schittkowski():
    """The problems of the language's own tests, in tests/cases."""
    folder = Path(__file__).resolve().parent.parent/"tests"/"cases"
    return [*constrained(folder/"hock_schittkowski.mml", NUMBERS),
            *constrained(folder/"hock_schittkowski_more.mml", MORE)]


def constrained(path, numbers):
    lines = path.read_text().splitlines()
    found = []
    for statement, check in zip(lines, lines[1:]):
        if not (match := STATEMENT.match(statement)):
            continue
        objective, _, start, constraints = match.groups()
        rules = [rule.strip() for rule in constraints.split(", ")]
        below = [f"-({difference(r, '<=')})" for r in rules if "<=" in r]
        found.append(Constrained(
            f"HS{numbers[len(found)]}", objective, tuple(float(x) for x in start.split(", ")),
            tuple(difference(r, "==") for r in rules if "==" in r),
            tuple([difference(r, ">=") for r in rules if ">=" in r] + below),
            (float(VALUE.search(check).group(1)),)))
    return found
