#!/usr/bin/env python3
"""test_latex.py - what latex(x) writes is LaTeX: test_latex.py MML [DOCUMENT.tex]

The samples are every expression of tests/cases/*.mml, once as the value it has and once as the body of
a function, and every definition of stdlib/*.mml. Each must be well-formed: braces, environments and
\\left \\right nest, & and \\\\ stand in an environment, nothing has two exponents or two subscripts, and
only known commands occur. With a second argument the samples are also written as a document for
pdflatex, to be looked at.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re
import subprocess
import sys

import harness

TESTS = harness.ROOT / "tests"
MARK = "@@ "
SAMPLES_LEAST = 1000

ACCENTS = "acute bar breve check ddot dot grave hat mathring tilde vec"
FONTS = "mathbb mathrm mathtt mathbin operatorname operatorname* substack text texttt"
SIGNS = """approx cdot cdots circ ddots div dots in infty int langle lceil le lfloor lim lvert lVert
    mapsto nabla ne ge odot oslash otimes overline pm prod quad rangle rceil rfloor rvert rVert sim sqrt sum surd
    times to top vdots Vert backslash hline frac binom textasciicircum textasciitilde textbackslash"""
NAMES = "arg arccos arcsin arctan cos cosh det exp gcd ln log max min sin sinh tan tanh"
GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau
    upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"""
KNOWN = set(" ".join([ACCENTS, FONTS, SIGNS, NAMES, GREEK]).split())
KNOWN |= set("\\,;{}_&%$#")

TOKEN = re.compile(
    r"\\(?:begin|end)\{\w+\}|\\operatorname\*|\\[A-Za-z]+|\\.|[{}^_&$']|[^\\{}^_&$']+", re.DOTALL)
COLUMNS = re.compile(r"\{(?:[lcr]*|\*\{\d+\}\{c\})\}")
DELIMITER = re.compile(r"(?:\\[A-Za-z]+|\\.|[^\\A-Za-z0-9\s{}])")


class Malformed(Exception):
    pass


class Reader:
    """Reads one sample and complains where LaTeX would."""

    def __init__(self, text):
        self.text, self.at = text, 0
        self.stack = [("sample", "", "")]  # what is open, as whose exponent, and what it had before
        self.dollars = [False]             # whether $ is open there
        self.scripts = ""                  # what the atom just read has of ^ _ '
        self.pending = ""                  # a ^ or _ whose argument comes next

    def open(self, what):
        self.stack.append((what, self.pending, self.scripts))
        self.dollars.append(False)
        self.pending = self.scripts = ""

    def close(self, what):
        top, script, before = self.stack.pop()
        if self.dollars.pop():
            raise Malformed("a $ is open")
        if top != what and not (what == "brace" and top == "substack"):
            raise Malformed(f"{what} closes {top}")
        self.scripts = before + script if script else ""

    def script(self, sign):
        if self.pending:
            raise Malformed(f"{self.pending} without argument")
        if (sign if sign != "'" else "^") in self.scripts:
            raise Malformed(f"two {sign}")
        self.pending = sign if sign != "'" else ""

    def separator(self, sign):
        top = self.stack[-1][0]
        if not top.startswith("begin") and top != "substack":
            raise Malformed(f"{sign} outside of an environment")

    def command(self, token):
        name = token[1:]
        if token.startswith("\\begin"):
            self.open("begin" + token[6:])
            if token == "\\begin{array}":
                self.at = COLUMNS.match(self.text, self.at).end()
        elif token.startswith("\\end"):
            self.close("begin" + token[4:])
        elif name in ("left", "right"):
            delimiter = DELIMITER.match(self.text, self.at)
            if not delimiter:
                raise Malformed(f"{token} without a delimiter")
            self.at = delimiter.end()
            self.open("left") if name == "left" else self.close("left")
        elif name == "substack":
            self.at += 1  # its brace
            self.open("substack")
        elif name == "\\":
            self.separator("\\\\")
        elif name not in KNOWN:
            raise Malformed(f"unknown {token}")
        else:
            self.scripts = ""

    def plain(self, token):
        if token == "{":
            self.open("brace")
        elif token == "}":
            self.close("brace")
        elif token in "^_'":
            self.script(token)
        elif token == "&":
            self.separator("&")
        elif token == "$":
            self.dollars[-1] = not self.dollars[-1]
            self.scripts = ""
        elif token.strip():
            self.scripts = ""

    def read(self):
        while self.at < len(self.text):
            token = TOKEN.match(self.text, self.at)
            if not token:
                raise Malformed("a backslash at the end")
            self.at = token.end()
            if self.pending and token[0] != "{":
                raise Malformed(f"{self.pending} before {token[0]}")
            (self.command if token[0].startswith("\\") else self.plain)(token[0])
        if len(self.stack) != 1:
            raise Malformed(f"{self.stack[-1][0]} is open")


def complaint(text):
    try:
        Reader(text).read()
        return None
    except (Malformed, IndexError) as error:
        return str(error) or "closes too much"


def typeset_lines(mml, lines):
    session = subprocess.run([mml, "--session"], input="\n".join(lines) + "\n", cwd=TESTS,
                             capture_output=True, text=True, timeout=300, check=False)
    if session.returncode not in (0, 1):
        sys.exit(f"mml ended with {session.returncode}: {session.stderr}")
    return [line[len(MARK):] for line in session.stdout.splitlines() if line.startswith(MARK)]


def samples_of_cases(mml):
    samples = []
    for path in sorted((TESTS / "cases").glob("*.mml")):
        lines = []
        for line in path.read_text(encoding="utf-8").splitlines():
            expression = re.match(r"([^\s#].*?)\s*# expect:", line)
            if not expression:
                lines.append(line)
            elif not re.match(r"print\b|assert\b|seed\b|for\b|while\b|if\b", expression[1]):
                lines.append(f'print("@@", latex({expression[1]}))')
                lines.append(f'print("@@", latex(() -> ({expression[1]})))')
        samples += typeset_lines(mml, lines)
    return samples


def samples_of_library(mml):
    names = []
    for path in sorted((harness.ROOT / "stdlib").glob("*.mml")):
        names += re.findall(r"^(\w+)\(.*\) = ", path.read_text(encoding="utf-8"), re.MULTILINE)
    found = typeset_lines(mml, [f'print("@@", latex({name}))' for name in names])
    if len(found) != len(names):
        sys.exit(f"{len(names)} definitions, {len(found)} typeset")
    return found


# What the reader must refuse, so that it is known to look.
REFUSED = ["{", "}", "\\left(", "\\right)", "\\left( { \\right) }", "x^{2}^{3}", "x_{1}_{2}", "x^{2}'",
           "\\frac{1}{2", "\\begin{cases} x \\end{bmatrix}", "a & b", "a \\\\ b", "\\fraq{1}{2}",
           "x^2", "\\text{$x}", "\\begin{bmatrix} { a & b } \\end{bmatrix}", "\\left x \\right)"]
ACCEPTED = ["x_{1}^{2}", "f'(x)^{2}", "{x_{1}}_{2}", "\\left[\\begin{array}{rr} a & b \\end{array}\\right]",
            "\\sum_{\\substack{a \\\\ b}} x", "\\{1, 2\\}", "\\text{a\\_b $\\le$}", "x^{a^{b}}"]


def write_document(name, samples):
    with open(name, "w", encoding="utf-8") as document:
        document.write("\\documentclass[fleqn]{article}\n\\usepackage[utf8]{inputenc}\n"
                       "\\usepackage{amsmath,amssymb}\n\\usepackage[a3paper,landscape,margin=1cm]"
                       "{geometry}\n\\begin{document}\n")
        for number, sample in enumerate(samples):
            document.write(f"\\noindent {number}:\\quad $\\displaystyle {sample}$\\medskip\n\n")
        document.write("\\end{document}\n")


def main():
    mml = sys.argv[1]
    wrong = [f"the reader accepts {text}" for text in REFUSED if not complaint(text)]
    wrong += [f"the reader refuses {text}: {complaint(text)}" for text in ACCEPTED if complaint(text)]
    samples = list(dict.fromkeys(samples_of_cases(mml) + samples_of_library(mml)))
    if len(samples) < SAMPLES_LEAST:
        wrong.append(f"only {len(samples)} samples")
    wrong += [f"{sample}\n  {complaint(sample)}" for sample in samples if complaint(sample)]
    if len(sys.argv) > 2:
        write_document(sys.argv[2], samples)
    print("\n".join(wrong + [f"{len(samples)} samples, {len(wrong)} complaints"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
