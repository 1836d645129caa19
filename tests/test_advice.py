#!/usr/bin/env python3
"""What an error offers must run: test_advice.py MML

Every errors/mistake_*.mml is a student's mistake. Each `try:` and `or:` of its message is pasted back
in place of the marked part, of all marked parts, or of the line; one of the three must run. Where a
line can be meant in two ways only one of which runs there, the file says `# not meant: ADVICE`, and that
one must not run. Advice with … in it is a sketch, and advice for another line ("in f") or for the prompt (":quit") cannot be
pasted there; those are counted, not run. :explain must know every one of these mistakes.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import pathlib
import re
import sys

import harness

TESTS = harness.ROOT / "tests"
PLACE = re.compile(r"^\S+:(\d+):(\d+): error: ", re.MULTILINE)
ADVICE = re.compile(r"^  (?:try|or): (.*)$", re.MULTILINE)
SKETCH = re.compile(r"…|, in \w+\)$|\(in \w+\)$|^\(|^[:?]")


def marked(line, carets):
    """Spans of the carets in a report's drawing, which is indented by two."""
    return [(m.start() - 2, m.end() - 2) for m in re.finditer(r"\^+", carets)]


def attempts(text, report, advice):
    """The script with the advice in place of what is marked."""
    place = PLACE.search(report)
    number = int(place.group(1)) - 1
    drawing = report[place.end():].splitlines()
    lines = text.splitlines()
    spans = marked(drawing[1], drawing[2])
    for start, end in (spans[0], (spans[0][0], spans[-1][1]), (0, len(lines[number]))):
        line = lines[number][:start] + advice + lines[number][end:]
        yield "\n".join(lines[:number] + [line] + lines[number + 1:]) + "\n"


def check(mml, path):
    text = path.read_text(encoding="utf-8")
    report = harness.run([mml, path.relative_to(TESTS)], folder=TESTS).stderr
    complaint = ""
    offers = ADVICE.findall(report)
    if "it is computed as" in report:  # the others are for inside the function that was called
        offers = offers[:1]
    for advice in offers:
        if SKETCH.search(advice):
            continue
        plain = advice.split("  (")[0]
        runs = any(harness.run([mml, "-"], script, TESTS).returncode == 0
                   for script in attempts(text, report, plain))
        if f"# not meant: {plain}\n" in text:
            complaint += f"{path.name}: {plain} runs, so it may be meant\n" if runs else ""
        elif not runs:
            complaint += f"{path.name}: {plain} does not run where it is offered\n{report}"
    session = harness.run([mml, "--session"], f":load {path}\n:explain\n", TESTS).stdout
    if "mml knows nothing more" in session:
        complaint += f"{path.name}: :explain has no row for\n{report}"
    return complaint


def main():
    mml = pathlib.Path(sys.argv[1]).resolve()
    files = [pathlib.Path(word).resolve() for word in sys.argv[2:]]
    harness.report(lambda path: check(mml, path),
                   files or sorted(TESTS.glob("errors/mistake_*.mml")), "mistakes")


if __name__ == "__main__":
    main()
