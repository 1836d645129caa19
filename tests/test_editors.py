#!/usr/bin/env python3
"""Are the editors' grammars right? test_editors.py MML DUMP_TOKENS

Every program of the project is cut into tokens by the lexer itself (dump_tokens.c); each token must
have the class it has there in the TextMate grammar, read by textmate.py, and in the Vim syntax file, read
by Vim. What is no token must be a comment or nothing. The files are those MML's tables make. Then
the indentation rules must leave every program as it is.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import harness
from textmate import Grammar

sys.path.insert(0, str(harness.ROOT / "docs/editors"))
import generate

EDITORS = harness.ROOT / "docs/editors"
PROGRAMS = ("tests/cases/**/*.mml", "tests/errors/*.mml", "tests/fuzz/found/*.mml", "scripts/*.mml",
            "stdlib/*.mml", "bench/jobs/*.mml")

# What no program of the project holds, or not with a meaning the parser gives it.
SAMPLES = {
    "numbers": "[0x1F, 0o17, 0b1_01, 1_000.5e-3, .5, 2. ]; 2i; 30deg; 2./x; 2.^x; 2.>=x; 2ex; 2degx\n"
               "[1.,2.]; 1e5i; 2.; 0xAbc(x)  # 3.\n2.#4\n",
    "strings": '"a\\n\\t\\"\\\\\\{\\}b"; "{x:.2f} {(1:3)} {"in {y:>8.2e}"} {{1 if x > 0; 2 otherwise}}"; "# {v[1:2]:<+3d}%"  # "no\n',
    "primes": "A'B' + f'(x) + A''\ny = x'*x′'\n", "prime_first": "y = 'a\n",
    "names": "theta_1 + θ₁ + x̂ + 𝛼 + ℝ + ∞*x + ∑(v) + dθ + Δx² + A⁻¹ᵀ + n!\n",
    "fields": "a.end + a.if.sin + s.t + sin.cos\nrecord(end = 1, for = 2)\n",
    "glued": "2sin(x) + 2pi*x + 3π + 2e + 4√x + 2‖x‖ + 2∇f\n",
    "words": "over = 1\nfrom + over\nnot over\nfit = regress(y ~ x)\nfit.r2 + argmin(f, x0)\nclear = 3\n"
             "minimize margin over w from -1 s.t. w >= 2 using newton\nclear fit\nfactor = floor(x)\n"
             "z = (argmin -x^2 over x\n  s.t. x <= 1\n  from 2) + 1\n",
    "definitions": "f(x) = x\ng(x in R^(2,3), y = (1 + 2)) = x == y\nf(3) == 4; h(x) = 2  # k(x) = 1\n",
    "operators": "a .+ b .- c .* d ./ e .\\ f .^ g == h != i <= j >= k ≈ 1 ∈ R × 2 ⋅ 3 · 4 ÷ 5 − 6 ≤ 7\n"
                 "x += 1; x -= 1; x *= 2; x /= 2; x ^= 2; y = x -> x |> f; y ~ . - 1 .== 2 .!= 3\n",
    "open": 'x = "abc\ny = 2\n',
}


# Every form of a block, as it is laid out.
BLOCKS = """\
f(x) = do
  if x > 0  # positive
    for i in 1:3
      x += i
    end
  elseif x < -1 then
    while x < 3 do
      x += 1; y = if x > 2 then 1 else 2
    end
  else
    g = t -> do
      t + 1
    end
    for i in 1:2 do x += i end
    if x then 1 else 2
    if x; x = 2; end  # over
    ending = 3
  end

  end_of = format
  x
end
"""


def programs():
    return sorted(path for pattern in PROGRAMS for path in harness.ROOT.glob(pattern))


def dump_tokens(tool, paths):
    """{path: (does it parse, [(start, end, class)] in bytes)}"""
    found = {}
    for line in harness.run([tool, *paths]).stdout.splitlines():
        if line.startswith("file "):
            _, path, state = line.split(" ")
            tokens = []
            found[path] = (state == "parsed", tokens)
        else:
            start, end, kind = line.split(" ")
            tokens.append((int(start), int(end), kind))
    return found


def expected_classes(text, tokens, vocabulary):
    """[(start, end, class)] in bytes: the tokens, the pieces of strings, and what is between."""
    at = 0
    for start, end, kind in tokens:
        if kind == "error":
            return
        yield from between(text, at, start)
        piece = text[start:end].decode()
        if kind == "text":
            yield from pieces_of_text(piece, start)
        elif kind == "name" and piece in vocabulary:
            yield start, end, vocabulary[piece]
        else:
            yield start, end, kind
        at = end
    yield from between(text, at, len(text))


def between(text, start, end):
    """Comments; the colon before a format; nothing else."""
    for match in re.finditer(rb"#[^\n]*|:|[^\s#:]+", text[start:end]):
        kind = {b"#": "comment", b":": "hole"}.get(match.group()[:1])
        assert kind or not match.group().decode().strip("\ufeff\u00a0"), match.group()
        yield start + match.start(), start + match.end(), kind


def pieces_of_text(piece, start):
    for match in re.finditer(r"\\.|[^\\]+", piece):
        first = start + len(piece[:match.start()].encode())
        kind = "escape" if match.group()[0] == "\\" else "text"
        yield first, first + len(match.group().encode()), kind


def allowed(kind, parsed):
    """The classes a grammar may give what the lexer gives [kind]. Which words are keywords only a text
    that parses can tell."""
    if not parsed and kind in ("name", "builtin", "constant", "operator", "field"):
        return {kind, "name", "head", "clause", "clear", "definition", "field"}
    return {kind}


def complaints_of(name, text, parsed, expected, got):
    """Where the classes [got] of each byte are not the expected ones."""
    found = []
    for start, end, kind in expected:
        wrong = [i for i in range(start, end) if got[i] not in allowed(kind, parsed)]
        if wrong:
            line = text.count(b"\n", 0, start) + 1
            piece = text[start:end].decode(errors="replace")
            found.append(f"{name}:{line}: {piece!r} is {kind}, not {got[wrong[0]]}\n")
    return "".join(found[:5])


def by_bytes(text, classes):
    return [kind for character, kind in zip(text, classes) for _ in character.encode()]


def textmate_classes(texts):
    grammar = Grammar(json.loads((EDITORS / "vscode/mml.tmLanguage.json").read_text("utf-8")))
    names = {scope: kind for kind, scope in generate.SCOPES.items()}
    names |= {generate.TEXT_SCOPE: "text"}
    for text in texts:
        yield by_bytes(text, [names.get(scope) for scope in grammar.scopes(text)])


VIM_SCRIPT = r"""
set encoding=utf-8 fileencodings=utf-8 fileformats=unix
syntax on
let out = []
for path in readfile($MML_LIST)
  execute 'edit' fnameescape(path)
  if &filetype !=# 'mml'
    call writefile(['the file type is not found: ' .. path], $MML_OUT)
    cquit
  endif
  call add(out, 'file')
  for line in range(1, line('$'))
    let last = 'none'
    let runs = []
    for column in range(1, strlen(getline(line)))
      let group = synIDattr(synID(line, column, 0), 'name')
      if group !=# last
        call add(runs, column .. ':' .. group)
        let last = group
      endif
    endfor
    call add(out, join(runs))
  endfor
endfor
call writefile(out, $MML_OUT)
qall!
"""


def run_vim(folder, script, paths):
    """What the script writes for the files, by lines."""
    (folder / "script.vim").write_text(script, encoding="utf-8")
    (folder / "list").write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    command = ["env", "LC_ALL=C.UTF-8", f"MML_LIST={folder}/list", f"MML_OUT={folder}/out",
               "vim", "-es", "-u", "NONE", "-i", "NONE", "-n", "-N",
               "-c", f"set runtimepath^={EDITORS}/vim", "-c", "filetype plugin indent on",
               "-S", folder / "script.vim"]
    result = harness.run(command)
    if result.returncode:
        sys.exit(f"vim: status {result.returncode}\n{result.stdout}{result.stderr}")
    return (folder / "out").read_text(encoding="utf-8").splitlines()


def vim_classes(folder, paths, texts):
    kinds = {generate.vim_group(kind): kind for kind in generate.SCOPES} | {"mmlText": "text"}
    kinds |= {"mmlDot": "operator", "mmlFormatSign": "hole", "": None, "mmlNested": None,
              "mmlInterpolation": None}
    lines = iter(run_vim(folder, VIM_SCRIPT, paths))
    for text in texts:
        assert next(lines) == "file"
        classes = []
        for row in text.removesuffix("\n").split("\n"):
            starts = [run.split(":") for run in next(lines).split()]
            ends = [int(start) for start, _ in starts[1:]] + [len(row.encode()) + 1]
            for (start, group), end in zip(starts, ends):
                classes += [kinds[group]] * (end - int(start))
            classes += [None]  # the newline
        yield classes


def check_classes(tool, folder, paths, vocabulary):
    texts = [path.read_bytes() for path in paths]
    decoded = [text.decode() for text in texts]
    truth = dump_tokens(tool, paths)
    complaints, count = [], 0
    editors = {"TextMate": textmate_classes(decoded), "Vim": vim_classes(folder, paths, decoded)}
    for editor, results in editors.items():
        for path, text, got in zip(paths, texts, results):
            parsed, tokens = truth[str(path)]
            expected = list(expected_classes(text, tokens, vocabulary))
            complaints.append(complaints_of(f"{editor}: {path}", text, parsed, expected, got))
            count += len(expected)
    print(f"{count} pieces of {len(paths)} files in {len(editors)} editors")
    return "".join(complaints)


def check_errors(folder):
    """What is refused inside a string is shown as wrong, what is not is an escape."""
    pieces = {f"\\{chr(sign)}": "escape" if chr(sign) in 'nt"\\{}' else "bad_escape"
              for sign in range(ord("!"), ord("~") + 1)}
    pieces |= {"}": "bad_escape"}
    texts = [f'"a{piece}b" + 1' for piece in pieces]
    paths = []
    for i, text in enumerate(texts):
        paths.append(folder / f"error_{i}.mml")
        paths[-1].write_text(text + "\n", encoding="utf-8")
    complaint = ""
    for results in (textmate_classes(texts), vim_classes(folder, paths, texts)):
        for (piece, kind), got in zip(pieces.items(), results):
            wanted = ["quote", "text", *[kind] * len(piece), "text", "quote", None, "operator"]
            if got[:len(wanted)] != wanted:
                complaint += f"{piece} in a string: {got}, not {wanted}\n"
    return complaint


def indented(text):
    """The program indented by VS Code's rules: each line from the one before."""
    rules = json.loads((EDITORS / "vscode/language-configuration.json").read_text("utf-8"))
    more, less = (re.compile(rules["indentationRules"][key])
                  for key in ("increaseIndentPattern", "decreaseIndentPattern"))
    lines, before = [], ""
    for line in text.splitlines():
        if line.strip():
            depth = len(before) - len(before.lstrip()) + 2 * bool(more.search(before))
            line = " " * (depth - 2 * bool(less.search(line))) + line.strip()
            before = line
        lines.append(line)
    return "\n".join(lines) + "\n"


def check_indentation(folder):
    """Programs whose only indentation is that of blocks come out as they are."""
    blocks = folder / "blocks" / "blocks.mml"
    blocks.parent.mkdir()
    blocks.write_text(BLOCKS, encoding="utf-8")
    paths = [path for path in programs() if path.parent.name in ("scripts", "stdlib")] + [blocks]
    copies, complaint = [], ""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        complaint += harness.difference(text, indented(text), f"indentation of {path}")
        copies.append(folder / f"{path.parent.name}_{path.name}")
        flat = "\n".join(line.lstrip() for line in text.split("\n"))
        copies[-1].write_text(flat, encoding="utf-8")
    script = ("for path in readfile($MML_LIST)\n  execute 'edit' fnameescape(path)\n"
              "  normal! gg=G\n  write\nendfor\ncall writefile([], $MML_OUT)\nqall!\n")
    run_vim(folder, script, copies)
    for path, copy in zip(paths, copies):
        complaint += harness.difference(
            path.read_text(encoding="utf-8"), copy.read_text(encoding="utf-8"),
            f"Vim's indentation of {path}")
    return complaint


def main():
    mml, tool = (pathlib.Path(word).resolve() for word in sys.argv[1:])
    words = generate.read_vocabulary(harness.run([mml, "--vocabulary"]).stdout.splitlines())
    vocabulary = {name: kind for kind in ("builtin", "constant")
                  for name in generate.spelled(kind, words)}
    complaint = ""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        paths = programs()
        foreign = {f"foreign_{i}": f"a {sign} b\n" for i, sign in enumerate(words["foreign"])}
        for sample, text in (SAMPLES | foreign | {"blocks_all": BLOCKS}).items():
            paths.append(folder / f"{sample}.mml")
            paths[-1].write_text(text, encoding="utf-8")
        complaint += check_classes(tool, folder, paths, vocabulary)
        complaint += check_errors(folder)
        complaint += check_indentation(folder)
    print(complaint or "the editors' files agree with the lexer")
    sys.exit(1 if complaint else 0)


if __name__ == "__main__":
    main()
