"""What the runners share: starting mml, reading expectations, telling differences.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import concurrent.futures
import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXPECTATION = re.compile(r"# expect:(?: (.*))?$")
SECONDS = 300  # for one file, sanitizers included


def run(command, text="", folder=ROOT):
    """Runs a command without a terminal; its status, stdout and stderr."""
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    return subprocess.run(
        [str(word) for word in command], input=text, cwd=folder, env=environment, timeout=SECONDS,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace")


def expectations(text):
    """The stdout a script promises: its `# expect:` texts, a line each, in order."""
    found = (EXPECTATION.search(line) for line in text.splitlines())
    return "".join((match.group(1) or "") + "\n" for match in found if match)


def difference(expected, got, name):
    """A unified diff, or the empty string."""
    lines = difflib.unified_diff(
        expected.splitlines(), got.splitlines(), "expected", "got", lineterm="", n=2)
    text = "\n".join(lines)
    if not text and expected != got:
        text = "only the newline at the end differs"
    return f"{name}\n{text}\n" if text else ""


def report(check, items, what):
    """Runs check(item) -> complaint over all items, two at a time, and exits with the verdict."""
    if not items:
        sys.exit(f"there are no {what} to run")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        complaints = [text for text in pool.map(check, items) if text]
    for text in complaints:
        print(text)
    print(f"{len(items) - len(complaints)} of {len(items)} {what} as expected")
    sys.exit(1 if complaints else 0)
