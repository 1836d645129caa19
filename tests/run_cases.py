#!/usr/bin/env python3
"""Runs the language's tests: run_cases.py MML [--update] [FILE…]

cases/**/*.mml     `expr   # expect: text` promises a line of stdout; a line that is only
                   `# expect: text` promises one more. Stdout must be exactly that, status 0.
errors/*.mml       the same for stdout, stderr must be exactly NAME.out beside it, status 1.
check/*.mml        what `mml --check` reports must be exactly NAME.out beside it, with the report that a
                   run ends in among it.
sessions/*.session a transcript of the prompt: the lines after `>> ` and `.. ` are typed,
                   everything must come out again exactly.
format/*.mml       mml --format prints exactly NAME.out beside it, and prints that as it is.
stdlib, scripts    mml --format prints each file as it is.

No false alarms: --check reports nothing for cases/, scripts/ and stdlib/, and for errors/ and what the
sessions type only errors that a run shows.

All run in tests/, so data is read as "data/NAME". With --update the .out files and the sessions are
rewritten from what was printed: read the diff before you commit it.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import pathlib
import re
import sys

import harness

TESTS = harness.ROOT / "tests"


def typed(transcript):
    """What the user typed in a transcript."""
    lines = (re.match(r"(?:>>|\.\.)(?: (.*))?$", line) for line in transcript.splitlines())
    return "".join((line.group(1) or "") + "\n" for line in lines if line)


def check_script(mml, path, update):
    name = path.relative_to(TESTS)
    wanted_error = path.with_suffix(".out")
    is_error = name.parts[0] == "errors"
    result = harness.run([mml, name], folder=TESTS)
    complaint = harness.difference(
        harness.expectations(path.read_text(encoding="utf-8")), result.stdout, name)
    if is_error and update:
        wanted_error.write_text(result.stderr, encoding="utf-8")
    if is_error:
        wanted = wanted_error.read_text(encoding="utf-8") if wanted_error.exists() else ""
        complaint += harness.difference(wanted, result.stderr, f"{name} (stderr)")
    if result.returncode != int(is_error):
        complaint += f"{name}: exit status {result.returncode}\n"
        complaint += "" if is_error else result.stderr
    return complaint


def check_mistakes(mml, path, update):
    name = path.relative_to(TESTS)
    wanted = path.with_suffix(".out")
    result = harness.run([mml, "--check", name], folder=TESTS)
    if update:
        wanted.write_text(result.stderr, encoding="utf-8")
    expected = wanted.read_text(encoding="utf-8") if wanted.exists() else ""
    complaint = harness.difference(expected, result.stderr, f"{name} (--check)")
    ran = harness.run([mml, name], folder=TESTS).stderr
    if ran not in result.stderr:
        complaint += f"{name}: a run ends in another error\n{ran}"
    if result.returncode != int(bool(expected)) or result.stdout:
        complaint += f"{name}: exit status {result.returncode}\n{result.stdout}"
    return complaint


def check_no_false_alarm(mml, path):
    """--check reports nothing that a run does not."""
    text = path.read_text(encoding="utf-8")
    allowed = path.with_suffix(".out")
    shown = allowed.read_text(encoding="utf-8") if allowed.exists() else ""
    if path.suffix == ".session":
        if ">> :undo" in text:
            return ""  # what was taken back is no part of a script
        shown = text
        text = "".join(line for line in typed(text).splitlines(True) if line[0] not in ":?")
    found = harness.run([mml, "--check", "-"], text, TESTS).stderr
    alarms = [error for error in re.findall("error: .*", found) if error not in shown]
    return f"{path.name}: --check reports\n{found}" if alarms else ""


def check_session(mml, path, update):
    transcript = path.read_text(encoding="utf-8")
    result = harness.run([mml, "--session"], typed(transcript), TESTS)
    if update:
        path.write_text(result.stdout, encoding="utf-8")
        transcript = result.stdout
    complaint = harness.difference(transcript, result.stdout, path.relative_to(TESTS))
    if result.returncode != 0 or result.stderr:
        complaint += f"{path.name}: exit status {result.returncode}\n{result.stderr}"
    return complaint


def check_layout(mml, path, update):
    name = path.relative_to(harness.ROOT)
    wanted = path.with_suffix(".out") if path.parent.name == "format" else path
    result = harness.run([mml, "--format", name])
    if update and wanted != path:
        wanted.write_text(result.stdout, encoding="utf-8")
    text = wanted.read_text(encoding="utf-8") if wanted.exists() else ""
    complaint = harness.difference(text, result.stdout, name)
    again = harness.run([mml, "--format", "-"], text)
    complaint += harness.difference(text, again.stdout, f"{name} (its layout laid out)")
    for run in (result, again):
        if run.returncode != 0 or run.stderr:
            complaint += f"{name}: exit status {run.returncode}\n{run.stderr}"
    return complaint


def main():
    arguments = [word for word in sys.argv[1:] if word != "--update"]
    update = "--update" in sys.argv
    mml = pathlib.Path(arguments[0]).resolve()
    files = [pathlib.Path(word).resolve() for word in arguments[1:]]
    if not files:
        for pattern in ("cases/**/*.mml", "errors/*.mml", "check/*.mml", "sessions/*.session"):
            files += sorted(TESTS.glob(pattern))
        for pattern in ("tests/format/*.mml", "stdlib/*.mml", "scripts/*.mml"):
            files += sorted(harness.ROOT.glob(pattern))

    def check(path):
        if path.parent.name == "check":
            return check_mistakes(mml, path, update)
        if path.parent.name == "format":
            return check_layout(mml, path, update)
        alarm = check_no_false_alarm(mml, path)
        if path.suffix == ".session":
            return alarm + check_session(mml, path, update)
        if path.parent.name in ("stdlib", "scripts"):
            return alarm + check_layout(mml, path, update)
        return alarm + check_script(mml, path, update)

    harness.report(check, files, "cases")


if __name__ == "__main__":
    main()
