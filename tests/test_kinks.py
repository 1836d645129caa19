#!/usr/bin/env python3
"""test_kinks.py - derivatives of random compositions exactly at a kink, against the slopes of both sides.

The function is v(K(u(x) - c), x) with smooth random u and v, c = u(p) as the shell computes it, and K one
of the ways to write two straight lines that meet at 0. On either side of p it is v of a line, whose slope
mpmath takes by differences at 70 digits. What is shown must lie between the two slopes, and where they
differ a note must say that there is a kink, with both slopes if it names slopes.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import random
import re
import subprocess
import sys

from mpmath import mpf
import mpmath

import test_compositions as compositions
from test_compositions import H, Kink, Run, Variable, compose

CASES, BENT = 120, 90  # of which so many have two slopes that differ
CLOSE = 2e-5  # notes print six digits
STEEP = 1e-3  # u must cross its value at p visibly

# mml with t for the argument, the slope for t < 0, the slope for t > 0
KINKS = [("abs(t)", -1, 1), ("relu(t)", 0, 1), ("max(t, 2t)", 1, 2), ("min(t, -0.5t)", 1, -0.5), ("norm([t])", -1, 1),
         ("{t if t < 0; 3t otherwise}", 1, 3), ("(if t > 0 then t^2 + t else -t)", -1, 1), ("clamp(t, 0, 1)", 0, 1),
         ("sqrt(t^2)", -1, 1), ("max([t, 3t, -t])", -1, 3), ("hypot(t, 0)", -1, 1), ("-2abs(t) + t", 3, -1)]


def slope(f, x):
    return (f(x + H) - f(x - H)) / (2 * H)


def straight(depth, variables, without=""):
    """A composition without steps and kinks of its own."""
    while True:
        tree = compose(depth, variables)
        if not re.search(r"abs|relu|floor|sign|clamp|max|min|if|prod|sum\(\(" + without, tree.text):
            return tree


def make(bent):
    while True:
        # The square of a length is recorded as a sum of squares: u(p) - c is then rounding, not 0, and p
        # beside the kink.
        u, v = straight(2, [Variable("x", 0)], "|norm|hypot"), straight(2, [Variable("y", 0), Variable("x", 1)])
        x, kink = compositions.coordinate(), random.choice(KINKS)
        p = mpf(x)
        try:
            c = u.at([p], Run())

            def side(factor):
                return slope(lambda q: v.at([factor * (u.at([q], Run()) - c), q], Run()), p)

            rises = slope(lambda q: u.at([q], Run()), p)
            low, high = side(mpf(kink[1])), side(mpf(kink[2]))
        except (Kink, ZeroDivisionError, OverflowError):
            continue
        if not all(mpmath.isfinite(s) and abs(s) < 1e4 for s in (low, high, rises)) or abs(rises) < STEEP:
            continue
        if bent and abs(low - high) < 1e-2:
            continue
        left, right = (low, high) if rises > 0 else (high, low)
        return u, v, x, kink, float(left), float(right)


def complaint(mml, case):
    u, v, x, kink, left, right = case
    lines = compositions.PRELUDE + f"u(x) = {u.text}\nv(y, x) = {v.text}\nc = u({x!r})\nK(t) = {kink[0]}\n" \
        f"f(x) = v(K(u(x) - c), x)\nprint(\"S {{f'({x!r}):.17g}}\")\n"
    result = subprocess.run([mml, "-"], input=lines, capture_output=True, text=True, timeout=20)
    name = f"v(y, x) = {v.text} with y = {kink[0]}, t = u(x) - u({x}), u(x) = {u.text}"
    shown = [line for line in result.stdout.splitlines() if line.startswith("S ")]
    if not shown:
        return f"{name}: {result.stderr}"
    got, size = float(shown[0][2:]), CLOSE * max(abs(left), abs(right), 1e-3)
    if not min(left, right) - size <= got <= max(left, right) + size:
        return f"{name}: {got} is not between {left} and {right}"
    if abs(left - right) <= 10 * size:
        return ""
    if "has a kink here" not in result.stderr:
        return f"{name}: no note of the kink between {left} and {right}: {result.stderr}"
    told = re.search(r"the slope is (\S+) on the left and (\S+) on the right", result.stderr)
    if told and (abs(float(told[1]) - left) > size or abs(float(told[2]) - right) > size):
        return f"{name}: told {told[1]} and {told[2]}, not {left} and {right}"
    return "" if told or "between its sides" in result.stderr else f"{name}: {result.stderr}"


def main():
    random.seed(7)
    cases = [make(i < BENT) for i in range(CASES)]
    wrong = [text for text in (complaint(sys.argv[1], case) for case in cases) if text]
    print("\n".join(wrong))
    print(f"{CASES} compositions at a kink, {BENT} or more with two slopes, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
