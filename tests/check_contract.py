#!/usr/bin/env python3
"""Checks that docs/contract_*.md and the tests name each other: check_contract.py

A page is tables of `| tag | what is promised | tests |`. A tag is a section's word and a number
(`lexical-4`); the tests are files in tests/, in backquotes. A test shows a sentence by a comment
that begins with its tag:

    1 + 1   # [lexical-4] # expect: 2      in cases and errors
    >> # [lexical-4] [lexical-5]           in a session
    /* [lexical-4] in words */             in C, and # [lexical-4] in Python

What belongs to a tag goes on until the next comment with tags, and must expect something. There is
no tag without a row, no row without a test, and a row names all the files its tag is in.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import collections
import re
import sys

import harness

TESTS = harness.ROOT / "tests"
SUFFIXES = {".mml", ".session", ".c", ".py"}
ROW = re.compile(r"^\| *([a-z]+-[0-9]+) *\|(.*)\|([^|]*)\|$")
COMMENT = re.compile(r"(?:#|/\*)((?: \[[a-z]+-[0-9]+\])+)")
TAG = re.compile(r"\[([a-z]+-[0-9]+)\]")
FILE = re.compile(r"`([^`]+)`")


def rows():
    """Tag -> the files its row names, and what is wrong with the rows themselves."""
    found, complaints = {}, []
    for page in sorted((harness.ROOT / "docs").glob("contract_*.md")):
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith("|") or line.startswith("| tag |") or set(line) <= set("|-"):
                continue
            match = ROW.match(line)
            if not match or not match[2].strip() or not FILE.findall(match[3]):
                complaints.append(f"{page.name}:{number}: not a row with tag, sentence and tests")
            elif match[1] in found:
                complaints.append(f"{page.name}:{number}: {match[1]} has a row already")
            else:
                found[match[1]] = set(FILE.findall(match[3]))
    return found, complaints


def promises(path, line):
    """Does this line of a test expect something?"""
    if path.suffix == ".session":
        return not line.startswith((">>", ".."))
    if path.suffix == ".mml" and path.parent.name != "errors":
        return "# expect:" in line or line.startswith("assert(")
    return line.strip() != ""


def tags_in(path):
    """The tags of a file, and those that nothing stands under."""
    tags, open_tags, empty, last_was_tag = set(), set(), set(), False
    for line in path.read_text(encoding="utf-8").splitlines():
        comment = COMMENT.search(line)
        rest = COMMENT.sub("", line) if comment else line
        if comment:
            if not last_was_tag:
                empty |= open_tags
                open_tags = set()
            open_tags |= set(TAG.findall(comment[1]))
            tags |= open_tags
        last_was_tag = bool(comment) and rest.strip(" >.") == ""
        if not last_was_tag and promises(path, rest):
            open_tags = set()
    return tags, empty | open_tags


def main():
    named, complaints = rows()
    used = collections.defaultdict(set)
    for path in sorted(TESTS.rglob("*")):
        if path.suffix in SUFFIXES and path.name != "check_contract.py":
            name = path.relative_to(TESTS).as_posix()
            tags, empty = tags_in(path)
            complaints += [f"{name}: nothing is expected under {tag}" for tag in sorted(empty)]
            for tag in tags:
                used[tag].add(name)
    for tag in sorted(named.keys() | used.keys()):
        if tag not in named:
            complaints.append(f"{tag} in {', '.join(sorted(used[tag]))} has no row in the contract")
            continue
        for name in sorted(named[tag] - used[tag]):
            complaints.append(f"{tag}: {name} has no such tag")
        for name in sorted(used[tag] - named[tag]):
            complaints.append(f"{tag}: the row does not name {name}")
    if not named:
        complaints.append("the contract has no rows")
    print("\n".join(complaints + [f"{len(named)} sentences, {len(complaints)} complaints"]))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
