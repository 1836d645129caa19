"""minimisers - mml's search on a replayed recording against GSL with derivatives by hand, as tables.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from dataclasses import dataclass

from measure import in_words, ratio, run_process

SAME_POINT = 1e-6   # farther from mml's point is another answer, or none
LARGEST = 1.5       # mml's time, times that of the fastest minimiser of GSL

# minimisers.c's name of each: what it is called, and is it a minimiser of GSL's?
SOLVERS = {
    "mml": ("mml, replayed", False),
    "statement": ("mml, minimize … over …", False),
    "bfgs2": ("GSL, multimin bfgs2", True),
    "multifit": ("GSL, multifit_nlinear", True),
    "multifit-cholesky": ("GSL, multifit, Cholesky", True),
    "multiroot": ("GSL, multiroot hybridsj", False),
}


@dataclass
class Solved:
    seconds: float
    evaluations: int
    error: float

    @property
    def solved(self):
        return self.error <= SAME_POINT


def measure(program, rounds):
    """{(problem, n): {solver: Solved}}, the best of all rounds."""
    best = {}
    for _ in range(rounds):
        for line in run_process([program]).output.splitlines():
            problem, solver, n, seconds, evaluations, error = line.split()
            new = Solved(float(seconds), int(evaluations), float(error))
            rows = best.setdefault((problem, int(n)), {})
            if solver not in rows or new.seconds < rows[solver].seconds:
                rows[solver] = new
    return best


def print_all(best):
    sizes = sorted({n for _, n in best})
    print("\nMinimisers on the same problem (evaluations of the value; ÷: mml's replayed search, times it)")
    for problem in dict.fromkeys(problem for problem, _ in best):
        print(f"\n  {problem:26}" + "".join(f"{f'n = {n}':>26}" for n in sizes))
        for solver, (name, _) in SOLVERS.items():
            shown = "".join(cell(best[problem, n], solver) for n in sizes)
            if shown.strip():
                print(f"  {name:26}{shown}")


def cell(rows, solver):
    if solver not in rows:
        return " "*26
    row = rows[solver]
    if not row.solved:
        return f"{'no minimum':>26}"
    evaluations = row.evaluations or ""
    return f"{in_words(row.seconds):>10}{evaluations:>7}{'÷ ' + ratio(rows['mml'].seconds, row.seconds):>9}"


def judge(best, targets):
    for (problem, n), rows in best.items():
        theirs = [(rows[s].seconds, name) for s, (name, minimises) in SOLVERS.items()
                  if minimises and s in rows and rows[s].solved]
        if not theirs:
            targets.skip(f"{problem}, n = {n}", "no minimiser of GSL solves it")
            continue
        seconds, name = min(theirs)
        targets.at_most(f"{problem}, n = {n}: mml's search, times that of {name}", rows["mml"].seconds/seconds,
                        LARGEST)
