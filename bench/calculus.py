"""calculus - derivatives: mml from inside (calculus.c), C by hand, ADOL-C and PyTorch, as tables.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from pathlib import Path

from measure import Failure, in_words, python_with, ratio, run_process, run_tool

PEERS = Path(__file__).resolve().parent/"peers"
SAME_SLOPE = 1e-8

LARGEST_OPERATION = 3e-9    # seconds for an arithmetic operation in a replay
LARGEST_REPLAY = 2          # times the machine's own value of the function
LARGEST_GRADIENT = 3        # times the replayed function
FIRST_GRADIENT = (100, 1e-3)
FASTER_HESSIAN = (100, 50)  # than PyTorch's
LARGEST_HESSIAN = (10, 5e-6)
LARGEST_LOGISTIC = 1.5      # value and gradient, times the value
LARGEST_BYTES = 40          # for a recorded scalar operation

FORMS = ("loop", "vector")


# ---- measuring ----

def read_rows(output):
    rows = {}
    for line in output.splitlines():
        what, form, n, number = line.split()
        rows.setdefault((what, form, int(n)), []).append(float(number))
    return rows


def peers(folder):
    """(name, command), the command None where it is not installed."""
    program = str(folder/"adolc")
    try:
        run_tool(["c++", "-O2", str(PEERS/"adolc.cpp"), "-o", program, "-ladolc"])
    except (Failure, FileNotFoundError):
        program = None
    python = python_with("torch")
    return (("ADOL-C", program and [program]),
            ("PyTorch", python and [python, str(PEERS/"torch_calculus.py")]))


def keep_best(best, rows):
    for key, numbers in rows.items():
        best[key] = [min(pair) for pair in zip(best.get(key, numbers), numbers)]


def check_slopes(all_rows):
    """Those who differentiate the same function at the same point must find the same."""
    known = [rows for rows in all_rows.values() if rows]
    for rows in known[1:]:
        for key, slopes in rows.items():
            if key[0] != "slope" or key not in known[0]:
                continue
            for a, b in zip(known[0][key], slopes):
                if not abs(a - b) <= SAME_SLOPE*(1 + abs(a)):
                    raise Failure(f"{key[1]}, n = {key[2]}: slopes {a!r} and {b!r}")


def measure(program, folder, rounds):
    """Rows of each, None for what is not installed. One after the other, the best of all rounds."""
    commands = {"mml": [program], **dict(peers(folder))}
    best = {name: {} if command else None for name, command in commands.items()}
    for _ in range(rounds):
        for name, command in commands.items():
            if command:
                keep_best(best[name], read_rows(run_process(command).output))
    check_slopes(best)
    return best


# ---- printing ----

class Rows:
    """Looks numbers up by who and what; None where somebody has none."""

    def __init__(self, best):
        self.best = best
        self.sizes = {form: sorted(n for what, f, n in best["mml"] if what == "value" and f == form)
                      for form in (*FORMS, "logistic")}

    def of(self, who, what, form, n):
        numbers = (self.best[who] or {}).get((what, form, n))
        return numbers[0] if numbers else None

    def mml(self, what, form, n):
        return self.of("mml", what, form, n)


def shown(seconds, installed=True):
    return in_words(seconds) if seconds else "-" if installed else "not installed"


def line(name, texts, width=14):
    print(f"  {name:28}" + "".join(f"{text:>{width}}" for text in texts))


def print_replay(rows):
    heads = ("operations", "replay", "÷ operations", "÷ machine", "gradient", "÷ replay", "÷ C", "first ∇f")
    print("\nRosenbrock's function in mml: replayed, against the machine's own value, and with its gradient"
          "\n(÷ C: the gradient, by hand; first: a new session's first answer, text in to result)")
    line("", heads)
    for form in FORMS:
        for n in rows.sizes[form]:
            value, gradient, operations = (rows.mml(w, form, n) for w in ("value", "gradient", "operations"))
            line(f"{form}, n = {n}", (
                f"{operations:.0f}", in_words(value), in_words(value/operations),
                ratio(value, rows.mml("program-value", form, n)), in_words(gradient),
                ratio(gradient, value), ratio(gradient, rows.mml("c-gradient", form, n)),
                in_words(rows.mml("first-gradient", form, n))))


def print_peers(title, columns, entries, rows):
    """[columns] are (form, n), [entries] (name, who, what, form of its own or None)."""
    print(f"\n{title}")
    line("", [f"n = {n}" if len(columns) > 1 else "time" for _, n in columns] + ["÷ mml"]*len(columns))
    for name, who, what, own in entries:
        times = [rows.of(who, what, own or form, n) for form, n in columns]
        base = [rows.mml(entries[0][2], entries[0][3] or form, n) for form, n in columns]
        installed = rows.best[who] is not None
        line(name, [shown(t, installed) for t in times] +
             [ratio(t, b) if t else "" for t, b in zip(times, base)])


def value_and_gradient(vector):
    return [("mml, replayed", "mml", "gradient", vector),
            ("mml, gradient(f, p)", "mml", "program-gradient", vector),
            ("C by hand", "mml", "c-gradient", None),
            ("ADOL-C", "ADOL-C", "gradient", None),
            ("PyTorch", "PyTorch", "gradient", None)]


HESSIANS = [("mml, loop", "mml", "hessian", None),
            ("mml, vectors", "mml", "hessian", "vector"),
            ("mml, loop, hessian(f, p)", "mml", "program-hessian", None),
            ("mml, vectors, hessian(f, p)", "mml", "program-hessian", "vector"),
            ("C by hand", "mml", "c-hessian", None),
            ("ADOL-C", "ADOL-C", "hessian", None),
            ("ADOL-C, all columns", "ADOL-C", "vector-hessian", None),
            ("PyTorch", "PyTorch", "hessian", None),
            ("PyTorch, vectorize=True", "PyTorch", "vectorized-hessian", None)]


def print_logistic(rows):
    print("\nLoss of a logistic regression, 1000×10")
    line("", ("value", "with gradient", "÷ value", "÷ mml"))
    for name, who, value, gradient in (("mml, replayed", "mml", "value", "gradient"),
                                       ("mml, gradient(f, p)", "mml", "program-value", "program-gradient"),
                                       ("C by hand", "mml", "c-value", "c-gradient"),
                                       ("ADOL-C", "ADOL-C", "value", "gradient"),
                                       ("PyTorch", "PyTorch", "value", "gradient")):
        v, g = rows.of(who, value, "logistic", 10), rows.of(who, gradient, "logistic", 10)
        installed = rows.best[who] is not None
        line(name, (shown(v, installed), shown(g), *((ratio(g, v), ratio(g, rows.mml("gradient", "logistic", 10)))
                                                     if g else ())))


def memory(rows, what):
    """The worst of several lengths: vectors that double are half empty at some of them."""
    return max(numbers[0] for (w, _, _), numbers in rows.best["mml"].items() if w == what)


def print_all(best):
    rows = Rows(best)
    print_replay(rows)
    ten, hundred, most = (("loop", n) for n in (10, 100, 1000))
    print_peers("Rosenbrock's function: value and gradient", (ten, hundred, most),
                value_and_gradient(None)[:1] + [("mml, vectors, replayed", "mml", "gradient", "vector")]
                + value_and_gradient(None)[1:], rows)
    print_peers("Rosenbrock's function: the Hessian", (ten, hundred), HESSIANS, rows)
    print_logistic(rows)
    print(f"\nMemory for a recorded scalar operation: {memory(rows, 'bytes-held'):.1f} bytes held, "
          f"{memory(rows, 'bytes-peak'):.1f} at the highest while recording")


# ---- targets ----

def judge_replay(rows, targets):
    for form in FORMS:
        for n in rows.sizes[form]:
            value = rows.mml("value", form, n)
            where = f"{form}, n = {n}"
            if form == "loop":
                targets.at_most(f"replay, {where}, an operation", value/rows.mml("operations", form, n),
                                LARGEST_OPERATION, in_words)
            targets.at_most(f"replay, {where}, ratio to the machine's own value",
                            value/rows.mml("program-value", form, n), LARGEST_REPLAY)
            targets.at_most(f"gradient, {where}, ratio to the replayed function",
                            rows.mml("gradient", form, n)/value, LARGEST_GRADIENT)


def judge_hessian(rows, targets):
    for form in FORMS:
        n, limit = LARGEST_HESSIAN
        targets.at_most(f"Hessian, {form}, n = {n}", rows.mml("hessian", form, n), limit, in_words)
        targets.at_most(f"hessian(f, p) in a program, {form}, n = {n}", rows.mml("program-hessian", form, n),
                        limit, in_words)
        n, factor = FASTER_HESSIAN
        for name, who, what, _ in HESSIANS:
            if who != "PyTorch":
                continue
            text = f"Hessian, {form}, n = {n}: faster than {name}"
            if (theirs := rows.of(who, what, "loop", n)):
                targets.at_least(text, theirs/rows.mml("hessian", form, n), factor)
            else:
                targets.skip(text, "not installed")


def judge(best, targets):
    rows = Rows(best)
    judge_replay(rows, targets)
    judge_hessian(rows, targets)
    n, limit = FIRST_GRADIENT
    for form in FORMS:
        targets.at_most(f"first gradient, {form}, n = {n}", rows.mml("first-gradient", form, n), limit, in_words)
    targets.at_most("logistic loss, value and gradient, ratio to the value",
                    rows.mml("gradient", "logistic", 10)/rows.mml("value", "logistic", 10), LARGEST_LOGISTIC)
    for what in ("held", "peak"):
        targets.at_most(f"bytes for a recorded operation, {what}", memory(rows, f"bytes-{what}"), LARGEST_BYTES)
