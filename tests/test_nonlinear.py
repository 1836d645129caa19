#!/usr/bin/env python3
"""test_nonlinear.py MML - the nonlinear regressions of NIST's Statistical Reference Datasets.

Every problem is fitted from both of its starts, as fit(formula, table, from = record(…)). The
parameters must agree with the certified ones to DIGITS digits, the standard deviations to DIGITS too,
and mml must say that it converged. The data are in data/nist.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import math
import subprocess
import sys
from pathlib import Path

DIGITS = 9
# The certified residuals of Lanczos1 are 1e-13 of its data: a double holds three digits of them, and
# of what is computed from them.
ERROR_DIGITS = {"Lanczos1": 2}

NIST = Path(__file__).resolve().parent/"data"/"nist"


def rows():
    for line in (NIST/"nonlinear.tsv").read_text().splitlines()[1:]:
        name, formula, *numbers = line.split("\t")
        yield name, formula, *([float(x) for x in cell.split()] for cell in numbers)


def program(name, formula, start):
    record = ", ".join(f"b{i} = {x!r}" for i, x in enumerate(start, 1))
    return (f"m = fit({formula}, read(\"{NIST}/nonlinear/{name}.csv\"), from = record({record}));\n"
            "print(\"{m.converged};{m.kind};{m.df};{m.rss:.17g};{m.evaluations}\")\n"
            "for c, s in zip(m.coef, m.se)\n  print(\"{c:.17g};{s:.17g}\")\nend\n")


def agreeing(found, certified):
    """Digits, as NIST counts them; certified ones are rounded to eleven."""
    if found == certified:
        return 11.0
    return min(11.0, -math.log10(abs(found - certified)/abs(certified)))


def run(mml, text):
    done = subprocess.run([mml, "-"], input=text, capture_output=True, text=True, timeout=120)
    return done.stdout.splitlines() if done.returncode == 0 else [f"failed: {done.stderr}"]


def check(mml, name, formula, start, coef, errors, rss, df):
    lines = run(mml, program(name, formula, start))
    if len(lines) != len(coef) + 1:
        return [f"{name}: {lines[-1]}"]
    converged, kind, found_df, found_rss, evaluations = lines[0].split(";")
    pairs = [[float(x) for x in line.split(";")] for line in lines[1:]]
    digits = min(agreeing(c, x) for (c, _), x in zip(pairs, coef))
    error_digits = min(agreeing(s, x) for (_, s), x in zip(pairs, errors))
    print(f"{name:10}{digits:>6.1f}{error_digits:>6.1f}{evaluations:>6} evaluations  {kind}")
    bad = []
    if digits < DIGITS:
        bad.append(f"{name}: {digits:.1f} digits of the parameters")
    if error_digits < ERROR_DIGITS.get(name, DIGITS):
        bad.append(f"{name}: {error_digits:.1f} digits of the standard deviations")
    if converged != "true" or kind != "strict minimum" or int(found_df) != df[0]:
        bad.append(f"{name}: converged {converged}, {kind}, {found_df} degrees of freedom")
    if name not in ERROR_DIGITS and agreeing(float(found_rss), rss[0]) < DIGITS:
        bad.append(f"{name}: sum of squares {found_rss}, certified {rss[0]}")
    return bad


def main(mml):
    bad = []
    for name, formula, start1, start2, *certified in rows():
        for start in (start1, start2):
            bad += check(mml, name, formula, start, *certified)
    sys.exit("\n".join(bad) or 0)


if __name__ == "__main__":
    main(sys.argv[1])
