#!/usr/bin/env python3
"""test_taylor.py - Taylor coefficients up to order 20 against mpmath.

References are mpmath's differences in high precision: they know no recurrences. Tried are every
scalar function of one number, and random compositions of them with sums, loops, branches and
vectors. A coefficient may be off by DIGITS of itself, or of a tenth of its neighbours, where it
happens to be small between them.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import random
import re
import sys

import mpmath
from mpmath import mp, mpf

import harness

ORDER = 20
DIGITS = mpf("1e-12")
COMPOSITIONS = 60
mp.dps = 22  # differences work with as many times the order

# value, where to try it
FUNCTIONS = {
    "exp": (mpmath.exp, -2, 2), "log": (mpmath.log, 0.3, 4), "ln": (mpmath.log, 0.3, 4),
    "log10": (mpmath.log10, 0.3, 4), "log2": (lambda x: mpmath.log(x) / mpmath.log(2), 0.3, 4),
    "log1p": (lambda x: mpmath.log(1 + x), -0.6, 3), "expm1": (lambda x: mpmath.exp(x) - 1, -2, 2),
    "sqrt": (mpmath.sqrt, 0.3, 4), "cbrt": (mpmath.cbrt, 0.3, 4), "sin": (mpmath.sin, -4, 4),
    "cos": (mpmath.cos, -4, 4), "tan": (mpmath.tan, -1, 1), "asin": (mpmath.asin, -0.7, 0.7),
    "acos": (mpmath.acos, -0.7, 0.7), "atan": (mpmath.atan, -3, 3), "sinh": (mpmath.sinh, -2, 2),
    "cosh": (mpmath.cosh, -2, 2), "tanh": (mpmath.tanh, -2, 2), "asinh": (mpmath.asinh, -3, 3),
    "acosh": (mpmath.acosh, 1.5, 4), "atanh": (mpmath.atanh, -0.7, 0.7), "abs": (abs, 0.3, 4),
    "sign": (mpmath.sign, 0.3, 4), "floor": (mpmath.floor, 0.2, 0.8), "ceil": (mpmath.ceil, 0.2, 0.8),
    "round": (lambda x: mpf(1), 0.6, 1.4), "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), -3, 3),
    "logsigmoid": (lambda x: -mpmath.log(1 + mpmath.exp(-x)), -3, 3),
    "softplus": (lambda x: mpmath.log(1 + mpmath.exp(x)), -3, 3), "relu": (lambda x: x, 0.3, 4),
    "erf": (mpmath.erf, -1.5, 1.5), "erfc": (mpmath.erfc, -1.5, 1.5),
    "sinc": (lambda x: mpmath.sin(mpmath.pi * x) / (mpmath.pi * x), -2, 2), "gammafn": (mpmath.gamma, 0.8, 4),
    "loggamma": (mpmath.loggamma, 0.8, 4), "digamma": (mpmath.digamma, 0.8, 4),
    "factorial": (lambda x: mpmath.gamma(x + 1), 0.8, 4),
}

# mml, value; a and b are parts that vary by a little
UNARY = [
    ("exp(0.3*(a))", lambda a: mpmath.exp(mpf(0.3) * a)), ("sin(a)", mpmath.sin), ("cos(2*(a))", lambda a: mpmath.cos(2 * a)),
    ("log(3 + (a)^2)", lambda a: mpmath.log(3 + a ** 2)), ("sqrt(2 + cos(a))", lambda a: mpmath.sqrt(2 + mpmath.cos(a))),
    ("tanh(a)", mpmath.tanh), ("atan(a)", mpmath.atan), ("sigmoid(a)", lambda a: 1 / (1 + mpmath.exp(-a))),
    ("(a)^3", lambda a: a ** 3), ("(1 + (a)^2)^-1.5", lambda a: (1 + a ** 2) ** mpf(-1.5)),
    ("1/(2 + sin(a))", lambda a: 1 / (2 + mpmath.sin(a))), ("erf(a)", mpmath.erf),
    ("(2.5 + sin(a))^(a)", lambda a: (mpf(2.5) + mpmath.sin(a)) ** a), ("2^(a)", lambda a: 2 ** a),
    ("norm([a, 1, sin(a)])", lambda a: mpmath.sqrt(a ** 2 + 1 + mpmath.sin(a) ** 2)),
    ("loop(a)", lambda a: loop(a)), ("side(a)", lambda a: side(a)),
    ("sum([1, 2; 3, 4]*[sin(a), a])", lambda a: 4 * mpmath.sin(a) + 6 * a),
    ("sum(exp.(-[a, 2*(a)]))", lambda a: mpmath.exp(-a) + mpmath.exp(-2 * a)),
    ("atan2(2 + sin(a), a)", lambda a: mpmath.atan2(2 + mpmath.sin(a), a)), ("hypot(a, 2)", lambda a: mpmath.sqrt(a ** 2 + 4)),
]
BINARY = [("(a) + (b)", lambda a, b: a + b), ("(a)*(b)", lambda a, b: a * b), ("(a) - 0.5*(b)", lambda a, b: a - b / 2),
          ("(a)/(3 + sin(b))", lambda a, b: a / (3 + mpmath.sin(b)))]

PRELUDE = """
loop(t) = do
  s = 1
  for k in 1:5
    if k == 3; continue; end
    s = s*t/3 + cos(s/k)
  end
  s
end
side(t) = if t < 100 then sin(t)*exp(-t/4) else t
"""


def loop(t):
    s = mpf(1)
    for k in (1, 2, 4, 5):
        s = s * t / 3 + mpmath.cos(s / k)
    return s


def side(t):
    return mpmath.sin(t) * mpmath.exp(-t / 4)


def compose(draw, depth):
    """An expression of x in mml, and its value."""
    if depth == 0:
        return "x", lambda x: x
    text, value = compose(draw, depth - 1)
    if draw.random() < 0.3:
        other, other_value = compose(draw, depth - 1)
        pattern, f = draw.choice(BINARY)
        return (pattern.replace("a", "\0").replace("b", other).replace("\0", text),
                lambda x: f(value(x), other_value(x)))
    pattern, f = draw.choice(UNARY)
    out = ""
    for i, c in enumerate(pattern):  # the letter a where it is a name
        alone = c == "a" and not (pattern[i - 1:i].isalnum() or pattern[i + 1:i + 2].isalnum())
        out += f"({text})" if alone else c
    return out, lambda x: f(value(x))


def cases():
    draw = random.Random(20)
    for name, (value, low, high) in FUNCTIONS.items():
        for _ in range(2):
            yield f"{name}(x)", value, round(draw.uniform(low, high), 6)
    for _ in range(COMPOSITIONS):
        text, value = compose(draw, draw.choice((1, 2, 2, 3)))
        yield text, value, round(draw.uniform(0.2, 1.6), 6)


def complaints(text, value, at, got):
    exact = [mpmath.re(c) for c in mpmath.taylor(value, mpf(at), ORDER)]
    for k, (wanted, number) in enumerate(zip(exact, got)):
        near = max(abs(c) for c in exact[max(0, k - 1):k + 2])
        if abs(mpf(number) - wanted) > DIGITS * max(abs(wanted), near / 10) + mpf(10) ** -40:
            yield f"{text} at {at}, order {k}: {number} instead of {mpmath.nstr(wanted, 20)}"


def main(mml):
    rows = re.findall(r"^UNARY\((\w+),", (harness.ROOT / "engine/primitives/elementary.def").read_text(), re.M)
    found = [f"{name} has no reference: add it to this test" for name in rows if name not in FUNCTIONS]
    every, lines = list(cases()), [PRELUDE]
    for i, (text, _, at) in enumerate(every):
        lines += [f"f{i}(x) = {text}", f"c = taylor_coefficients(f{i}, {at!r}, {ORDER})",
                  f"for k in 1:{ORDER + 1}; print(\"{{c[k]:.17g}}\"); end"]
    run = harness.run([mml, "-"], "\n".join(lines))
    printed = run.stdout.split()
    if run.returncode != 0 or len(printed) != len(every) * (ORDER + 1):
        sys.exit(f"mml ended with {run.returncode} after {len(printed)} numbers\n{run.stderr}")
    for i, (text, value, at) in enumerate(every):
        found += complaints(text, value, at, printed[i * (ORDER + 1):(i + 1) * (ORDER + 1)])
    print("\n".join(found) or f"{len(every)} functions have {ORDER + 1} coefficients each")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(sys.argv[1])
