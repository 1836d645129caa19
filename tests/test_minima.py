#!/usr/bin/env python3
"""test_minima.py MML - the functions of Moré, Garbow and Hillstrom, typed in and minimised.

Every instance must end at a listed minimum that mml itself says it is, and all 41 together may not
take more than MOST evaluations. bench/problems.py writes the functions.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent/"bench"))
import problems  # noqa: E402

MOST = 1500
MINIMA = ("strict minimum", "flat")


def program(problem):
    names = ", ".join(problem.names)
    squares = " + ".join(f"({residual})^2" for residual in problem.residuals)
    start = ", ".join(repr(float(x)) for x in problem.start)
    return (f"m = minimize {squares} over {names} from {start};\n"
            "print(\"{m.value:.17g};{m.kind};{m.converged};{m.evaluations};{m.method}\")\n")


def run(mml, text):
    done = subprocess.run([mml, "-"], input=text, capture_output=True, text=True, timeout=120)
    return done.stdout if done.returncode == 0 else sys.exit(f"failed:\n{done.stderr}")


def main(mml):
    bad, evaluations = [], 0
    everything = problems.mgh()
    lines = run(mml, "".join(program(p) for p in everything)).splitlines()
    for problem, line in zip(everything, lines, strict=True):
        value, kind, converged, count, method = line.split(";")
        evaluations += int(count)
        print(f"{problem.name:28}{float(value):>22.12g}  {kind:16}{count:>5}  {method}")
        if not problems.is_minimum(problem, float(value)):
            bad.append(f"{problem.name}: {value} is none of {problem.minima}")
        if converged != "true" or kind not in MINIMA:
            bad.append(f"{problem.name}: said to be {kind}, converged {converged}")
    print(f"{len(everything)} instances, {evaluations} evaluations")
    if evaluations > MOST:
        bad.append(f"more than {MOST} evaluations")
    sys.exit("\n".join(bad) or 0)


if __name__ == "__main__":
    main(sys.argv[1])
