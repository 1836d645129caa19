#!/usr/bin/env python3
"""test_formulas.py - the formula that f' prints against the exact derivative that f'(x) computes.

The two come from different code: formulas from the tree, numbers from recorded traces. Random
expressions, first and second derivatives, three points each; the seed is fixed.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import random
import re
import subprocess
import sys

EXPRESSIONS = 250
POINTS = (0.3, -0.7, 1.4)
TOLERANCE = 1e-8  # both sides are exact formulas; what differs is the rounding of long ones


def expression(depth):
    if depth == 0:
        return random.choice(["x", "x", "x", "2", "3", "0.5", "x^2"])
    a, b = expression(depth - 1), expression(random.randint(0, depth - 1))
    functions = ["sin", "cos", "tanh", "atan", "sigmoid", "softplus"]
    return random.choice([
        f"({a} + {b})", f"({a} - {b})", f"({a})*({b})", f"({a})/(1 + ({b})^2)",
        f"({a})^{random.choice([2, 3, -1, -2])}", f"exp(-({a})^2)", f"{random.choice(functions)}({a})",
        f"log(1 + ({a})^2)", f"sqrt(1 + ({a})^2)", f"(2 + cos({a}))^({b})"])


def run(mml, lines):
    return subprocess.run([mml, "--session"], input="\n".join(lines), capture_output=True, text=True, timeout=300).stdout


def printed_formulas(mml, expressions):
    lines = [text for i, e in enumerate(expressions) for text in (f"f{i}(x) = {e}", f"f{i}'", f"f{i}''")]
    found = {}
    for line in run(mml, lines).splitlines():
        match = re.match(r"f(\d+)('+)\(x\) = (.*)$", line)
        if match:
            found[int(match[1]), len(match[2])] = match[3]
    return found


def same(a, b):
    return abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b)) or (a != a and b != b)


def main():
    mml = sys.argv[1]
    random.seed(1)
    expressions = [expression(random.randint(1, 4)) for _ in range(EXPRESSIONS)]
    formulas = printed_formulas(mml, expressions)
    lines = []
    for (i, order), formula in formulas.items():
        lines += [f"f(x) = {expressions[i]}", f"g(x) = {formula}"]
        lines += [f'print("R {i} {order} {{derivative(f, {p}, {order}):.15g}} {{g({p}):.15g}}")' for p in POINTS]
    rows = [line.split() for line in run(mml, lines).splitlines() if line.startswith("R ")]
    wrong = [row for row in rows if not same(float(row[3]), float(row[4]))]
    for row in wrong:
        print(f"{expressions[int(row[1])]}: order {row[2]} is {row[3]}, the formula gives {row[4]}")
    enough = len(formulas) >= 0.98 * 2 * EXPRESSIONS and len(rows) == len(formulas) * len(POINTS)
    print(f"{len(rows)} values of {len(formulas)} formulas, {len(wrong)} wrong")
    sys.exit(1 if wrong or not enough else 0)


if __name__ == "__main__":
    main()
