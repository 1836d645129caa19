#!/usr/bin/env python3
"""Runs what the pages show: run_docs.py MML [FILE…]

README.md, docs/**/*.md  the ```mml blocks with `>> ` are one session, from the top of the page to
                         its end; it must print exactly what the page shows. A block without `>> `
                         is a script of its own: it must run, and keep its `# expect:` lines.
scripts/**/*.mml         must run with exit status 0 (they assert what they teach), and keep their
                         `# expect:` lines if they have any.

Everything runs in an empty folder that has scripts/ in it, so that a page may write files.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import pathlib
import re
import sys
import tempfile

import harness
from run_cases import typed

BLOCK = re.compile(r"^```mml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def check_script(mml, name, source, text, folder):
    result = harness.run([mml, *source], text if source == ["-"] else "", folder)
    wanted = harness.expectations(text)
    complaint = harness.difference(wanted, result.stdout, name) if wanted else ""
    if result.returncode != 0:
        complaint += f"{name}: exit status {result.returncode}\n{result.stderr}"
    return complaint


def check_page(mml, name, text, folder):
    blocks = BLOCK.findall(text)
    session = "".join(block for block in blocks if block.startswith(">> "))
    complaint = ""
    if session:
        result = harness.run([mml, "--session"], typed(session), folder)
        complaint += harness.difference(session, result.stdout, name)
        if result.returncode != 0 or result.stderr:
            complaint += f"{name}: exit status {result.returncode}\n{result.stderr}"
    for number, block in enumerate(blocks, 1):
        if not block.startswith(">> "):
            complaint += check_script(mml, f"{name}, block {number}", ["-"], block, folder)
    return complaint


def check_file(mml, path):
    name = path.relative_to(harness.ROOT)
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "scripts").symlink_to(harness.ROOT / "scripts")
        if path.suffix == ".md":
            return check_page(mml, name, text, folder)
        return check_script(mml, name, [name], text, folder)


def main():
    mml = pathlib.Path(sys.argv[1]).resolve()
    files = [pathlib.Path(word).resolve() for word in sys.argv[2:]]
    if not files:
        files = [harness.ROOT / "README.md"]
        files += sorted(harness.ROOT.glob("docs/**/*.md")) + sorted(
            harness.ROOT.glob("scripts/**/*.mml"))
    harness.report(lambda path: check_file(mml, path), files, "pages and scripts")


if __name__ == "__main__":
    main()
