#!/usr/bin/env python3
"""test_quadratic_programs.py - 200 random convex quadratic programs against exact active-set enumeration.

The data are small integers over ten, so this side works with fractions throughout: every set of active
constraints is tried, and the sets whose solution is feasible with multipliers of the right sign give the
minimisers. No rounding decides about degenerate, redundant or contradictory constraints.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import itertools
import random
import subprocess
import sys
from fractions import Fraction

TOLERANCE = 1e-8
COUNTS = {"strict": 120, "degenerate": 40, "semidefinite": 40}


def dot(p, q):
    return sum(a*b for a, b in zip(p, q))


def solve(matrix, right):
    """The solution of a square system by elimination, or None where it is singular."""
    rows, n = [row[:] + [value] for row, value in zip(matrix, right)], len(matrix)
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k] != 0), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, n):
            if rows[i][k] != 0:
                factor = rows[i][k]/rows[k][k]
                rows[i] = [a - factor*b for a, b in zip(rows[i], rows[k])]
    x = [Fraction(0)]*n
    for k in reversed(range(n)):
        x[k] = (rows[k][n] - dot(rows[k][k + 1:n], x[k + 1:]))/rows[k][k]
    return x


def rank(vectors):
    rows, found = [v[:] for v in vectors], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(found, len(rows)) if rows[i][column] != 0), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for i in range(found + 1, len(rows)):
            factor = rows[i][column]/rows[found][column]
            rows[i] = [a - factor*b for a, b in zip(rows[i], rows[found])]
        found += 1
    return found


class Program:
    """Least 0.5 x'Hx + c'x where every row (a, b, is_equality) holds: a'x == b or a'x <= b."""

    def __init__(self, h, c, rows):
        self.h, self.c, self.rows = h, c, rows
        self.equalities = [i for i, row in enumerate(rows) if row[2]]
        self.inequalities = [i for i, row in enumerate(rows) if not row[2]]

    def feasible(self, x):
        return all(dot(a, x) == b if equal else dot(a, x) <= b for a, b, equal in self.rows)

    def gradient(self, x):
        return [dot(row, x) + c for row, c in zip(self.h, self.c)]

    def value(self, x):
        return dot([dot(row, x)/2 + c for row, c in zip(self.h, self.c)], x)

    def kept_equalities(self):
        """As many of the equalities as are independent."""
        kept = []
        for i in self.equalities:
            if rank([self.rows[k][0] for k in kept + [i]]) > len(kept):
                kept.append(i)
        return kept

    def on(self, active):
        """The point and multipliers of the program with exactly these rows, as equalities."""
        n, m = len(self.c), len(active)
        matrix = [self.h[i] + [self.rows[k][0][i] for k in active] for i in range(n)]
        matrix += [self.rows[k][0] + [Fraction(0)]*m for k in active]
        z = solve(matrix, [-c for c in self.c] + [self.rows[k][1] for k in active])
        return (z[:n], z[n:]) if z else (None, None)

    def minimisers(self):
        """The corners of the set of minimisers; none if nothing is feasible. A single one ends the
        search at once where H is definite."""
        found, kept = [], self.kept_equalities()
        definite = rank(self.h) == len(self.c)
        for count in range(len(self.c) - len(kept) + 1):
            for chosen in itertools.combinations(self.inequalities, count):
                x, multipliers = self.on(kept + list(chosen))
                if x and all(v >= 0 for v in multipliers[len(kept):]) and self.feasible(x) and x not in found:
                    found.append(x)
                    if definite:
                        return found
        return found

    def multipliers(self, x):
        """The multipliers at a minimiser where they are unique, else None."""
        active = [k for k, (a, b, _) in enumerate(self.rows) if dot(a, x) == b]
        if rank([self.rows[k][0] for k in active]) < len(active):
            return None
        if not active:
            return [0.0]*len(self.rows)
        gram = [[dot(self.rows[i][0], self.rows[k][0]) for k in active] for i in active]
        found = solve(gram, [-dot(self.rows[i][0], self.gradient(x)) for i in active])
        by_row = dict(zip(active, found))
        return [float(by_row.get(k, 0)) for k in range(len(self.rows))]


def tenth(low, high):
    return Fraction(random.randint(10*low, 10*high), 10)


def entry():
    return Fraction(random.choice((-3, -2, -1, 0, 0, 1, 2, 3)))


def row_of(n):
    while True:
        a = [entry() for _ in range(n)]
        if any(a):
            return a


def gram_of(n, terms):
    """A'A of an integer matrix with this many rows: of that rank at most."""
    a = [[entry() for _ in range(n)] for _ in range(terms)]
    return [[sum(r[i]*r[j] for r in a) for j in range(n)] for i in range(n)]


def strict():
    """Definite, of any size; contradictory now and then by chance and by tight equalities."""
    n = random.randint(2, 8)
    h = gram_of(n, n)
    for i in range(n):
        h[i][i] += random.randint(1, 5)
    rows = [(row_of(n), tenth(-4, 4), True) for _ in range(random.randint(0, min(2, n - 1)))]
    rows += [(row_of(n), tenth(-3, 4), False) for _ in range(random.randint(0, 4))]
    for i in random.sample(range(n), random.randint(0, min(3, n))):
        rows.append(([Fraction(-(k == i)) for k in range(n)], tenth(-1, 1), False))
    return Program(h, [tenth(-9, 9) for _ in range(n)], rows)


def degenerate():
    """Definite, with rows that repeat, are implied, or touch the minimiser without pushing."""
    base = strict()
    n, rows = len(base.c), base.rows[:4]
    for a, b, equal in rows[:2]:
        rows = rows + [([2*t for t in a], 2*b, equal)]
    inequalities = [(a, b) for a, b, equal in rows if not equal]
    if len(inequalities) > 1:
        (a, s), (b, t) = inequalities[:2]
        if any(p + q for p, q in zip(a, b)):
            rows.append(([p + q for p, q in zip(a, b)], s + t, False))
    program = Program(base.h, base.c, rows)
    for x in program.minimisers():
        a = row_of(n)
        rows = rows + [(a, dot(a, x), False)]
    short = [row for row in rows if row[1].denominator <= 1000]
    return Program(base.h, base.c, short)


def semidefinite():
    """Of deficient rank, down to linear programs, in a box that makes the minimum exist."""
    n = random.randint(2, 3)
    h = gram_of(n, random.randint(0, n - 1))
    rows = []
    for i in range(n):
        unit = [Fraction(k == i) for k in range(n)]
        rows += [([-t for t in unit], Fraction(random.randint(0, 3)), False),
                 (unit, Fraction(random.randint(1, 3)), False)]
    rows += [(row_of(n), tenth(-1, 4), False) for _ in range(random.randint(0, 2))]
    span = h + [a for a, _, _ in rows[::2]]
    c = [sum(t*row[i] for t, row in zip([entry() for _ in span], h)) for i in range(n)]
    if random.random() < 0.6:
        c = [t + tenth(-2, 2) for t in c]
    return Program(h, c, rows)


def number(value):
    return repr(float(value))


def vector(values):
    return "[" + ", ".join(number(v) for v in values) + "]"


def linear(a):
    return " + ".join(f"{number(t)}*x[{i + 1}]" for i, t in enumerate(a) if t)


def constraint(a, b, equal):
    """A row as it may be typed: as it is, or turned round with >=, whose multiplier stays >= 0."""
    if equal:
        return f"{linear(a)} == {number(b)}"
    if random.random() < 0.5:
        return f"{linear([-t for t in a])} >= {number(-b)}"
    return f"{linear(a)} <= {number(b)}"


def statements(k, program):
    """The program in mml: rows one by one, or the inequalities as one matrix."""
    n, rows = len(program.c), program.rows
    lines = ["H = [" + "; ".join(", ".join(number(t) for t in row) for row in program.h) + "]",
             f"c = {vector(program.c)}"]
    texts = [constraint(*row) for row in rows]
    plain = all(not equal for _, _, equal in rows)
    if len(rows) > 1 and plain and random.random() < 0.5:
        lines += ["A = [" + "; ".join(", ".join(number(t) for t in a) for a, _, _ in rows) + "]",
                  f"b = {vector(b for _, b, _ in rows)}"]
        texts = ["A*x <= b"]
    such = f" s.t. {', '.join(texts)}" if texts else ""
    return lines + [f"m = minimize 0.5x'*H*x + c'*x over x in R^{n}{such}",
                    f'print("# {k}")', "m", 'print("kind: {m.kind}")', 'print("value: {m.value:.17g}")',
                    "for t in m.x", '  print("x: {t:.17g}")', "end"] + (
                        ["for t in m.multipliers", '  print("multiplier: {t:.17g}")', "end"] if rows else [])


def answers(mml, programs):
    lines = [line for k, program in enumerate(programs) for line in statements(k, program)]
    result = subprocess.run([mml, "-"], input="\n".join(lines), capture_output=True, text=True, timeout=300)
    if result.returncode:
        sys.exit(result.stderr)
    return lines, result.stdout.split("# ")[1:]


def fields(text, name):
    return [line.split(": ", 1)[1] for line in text.splitlines() if line.startswith(name + ": ")]


def numbers(text, name):
    return [float(word) for word in fields(text, name)]


def far(p, q):
    return len(p) != len(q) or any(abs(a - b) > TOLERANCE*max(1, abs(b)) for a, b in zip(p, q))


def pushes_wrongly(program, x, found):
    """Whether multipliers that need not be unique break a condition of Karush, Kuhn and Tucker."""
    slack = [float(b - dot(a, x)) for a, b, _ in program.rows]
    left = [float(g) + sum(v*float(row[0][i]) for v, row in zip(found, program.rows))
            for i, g in enumerate(program.gradient(x))]
    size = max([1] + [abs(v) for v in found])
    return (len(found) != len(program.rows) or any(abs(t) > TOLERANCE*size for t in left) or
            any(not row[2] and (v < 0 or abs(v*s) > TOLERANCE*size)
                for v, s, row in zip(found, slack, program.rows)))


def complaint(program, text):
    kind, best = fields(text, "kind")[0], program.minimisers()
    if not best:
        return "" if kind == "infeasible" else "nothing is feasible"
    unique = len(best) == 1
    wanted = "strict minimum" if unique else "flat"
    sentence = "at the global minimum (" if unique else "at a global minimum, not the only one"
    if kind != wanted or sentence not in text:
        return f"should be a {wanted}, {sentence}"
    if far(numbers(text, "value"), [float(program.value(best[0]))]):
        return f"the least value is {float(program.value(best[0])):.17g}"
    if not unique:
        return ""
    if far(numbers(text, "x"), [float(t) for t in best[0]]):
        return f"the minimiser is {[float(t) for t in best[0]]}"
    wanted, found = program.multipliers(best[0]), numbers(text, "multiplier")
    if wanted is not None and far(found, wanted):
        return f"the multipliers are {wanted}"
    return "the multipliers do not balance" if pushes_wrongly(program, best[0], found) else ""


def main():
    random.seed(20)
    makers = {"strict": strict, "degenerate": degenerate, "semidefinite": semidefinite}
    programs = [makers[kind]() for kind, count in COUNTS.items() for _ in range(count)]
    lines, found = answers(sys.argv[1], programs)
    failures = 0
    for k, (program, text) in enumerate(zip(programs, found)):
        wrong = complaint(program, text)
        if wrong:
            failures += 1
            at = lines.index(f'print("# {k}")')
            print("\n".join(line for line in lines[max(0, at - 5):at]) + f"\n{text}  but {wrong}\n")
    if len(found) != len(programs):
        sys.exit(f"{len(found)} answers to {len(programs)} programs")
    print(f"{len(programs) - failures} of {len(programs)} quadratic programs as enumerated")
    sys.exit(1 if failures else 0)


main()
