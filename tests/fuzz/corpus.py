#!/usr/bin/env python3
"""The fuzzers' first inputs and their words: mml --vocabulary | corpus.py FOLDER

Writes the words into FOLDER/dictionary, the programs of the tests, the scripts and the library, whole
and line by line, and the examples of the documents into FOLDER/text, the tables of the tests into
FOLDER/csv. Each file is named by its content, so that equal ones are one.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import hashlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BLOCK = re.compile(r"^```mml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^(?:>>|\.\.) ?(.*)$", re.MULTILINE)
COMMENT = re.compile(r"\s*# .*$", re.MULTILINE)
LARGEST = 4096  # libFuzzer mutates long inputs slowly


def texts():
    """Every piece of mml in the project."""
    for pattern in ("tests/cases/**/*.mml", "tests/errors/*.mml", "scripts/*.mml", "stdlib/*.mml"):
        for path in ROOT.glob(pattern):
            program = COMMENT.sub("", path.read_text(encoding="utf-8"))
            yield program
            yield from program.splitlines()
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    for page in pages:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            typed = TYPED.findall(block)
            yield "\n".join(typed or [block])
            yield from typed


def tables():
    for pattern in ("tests/data/**/*.csv", "scripts/data/*.csv"):
        for path in ROOT.glob(pattern):
            yield path.read_bytes()[:LARGEST]


def write(folder, pieces):
    folder.mkdir(parents=True, exist_ok=True)
    for piece in pieces:
        if piece.strip() and len(piece) <= LARGEST:
            (folder / hashlib.sha1(piece).hexdigest()).write_bytes(piece)


def entry(word):
    """A line of a libFuzzer dictionary: bytes that are not plain ASCII in hexadecimal."""
    plain = (chr(byte) if 32 < byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
             for byte in word.encode())
    return '"' + "".join(plain) + '"\n'


def main():
    folder = pathlib.Path(sys.argv[1])
    words = {word for line in sys.stdin for word in line.split()[1:]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dictionary").write_text("".join(map(entry, sorted(words))), encoding="utf-8")
    write(folder / "text", (text.encode() for text in texts()))
    write(folder / "csv", tables())


if __name__ == "__main__":
    main()
