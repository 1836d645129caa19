#!/usr/bin/env python3
"""Makes the editors' files from the program's own tables: mml --vocabulary | generate.py FOLDER

The rules are written once, as regular expressions in the part of the notation that Oniguruma
(TextMate, VS Code) and Python share, and translated for Vim. They follow the lexer: every character is
taken by some rule, names and numbers whole, signs by longest match. tests/test_editors.py holds them
to it, token by token.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import pathlib
import re
import sys

# ---- the vocabulary ----


def read_vocabulary(lines):
    """{class: [rest of the line, …]} in the program's order."""
    words = {}
    for line in lines:
        kind, rest = line.rstrip("\n").split(" ", 1)
        words.setdefault(kind, []).append(rest)
    return words


def spellings(name, words):
    """A name and its other spellings: theta, θ; lambda_1, λ_1; inf, ∞."""
    head, rest = re.match(r"([^_0-9₀-₉]*)(.*)", name).groups()
    found = [name]
    for word, letter in (pair.split() for pair in words["greek"]):
        if head in (word, letter):
            found += [word + rest, letter + rest]
    for plain, sign in (pair.split() for pair in words["variant"]):
        found += [sign + other[len(plain):] for other in list(found)
                  if re.match(plain + r"(?![^\W0-9_])", other)]
    return list(dict.fromkeys(found))


def spelled(kind, words):
    return sorted({other for name in words[kind] for other in spellings(name, words)})


# ---- the rules ----

# Letters: the lexer asks for the Unicode category; these are the blocks that hold them, without the
# superscripts and modifiers among them.
LETTERS = (
    "A-Za-z_ªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽΆΈ-\u1d2b\u1d6b-\u1ffcℂℊ-ℓℕℙ-ℝℤΩℨ-ℭℯ-ℴℼ-ℿⅅ-ⅉ"
    "\u2c00-\u2dff\u3040-\ud7ff\uf900-\ufdffＡ-Ｚａ-ｚ\U00010000-\U000effff")
# Signs Vim does not take in a range as they are: combining ones, and such as stand for nothing.
AWKWARD = ("\u1d2b\u1d6b\u1ffc\u2c00\u2dff\u3040\ud7ff\uf900\ufdff\U00010000\U000effff"
           "\u0300\u036f\u20d0\u20f0")
FURTHER = LETTERS + "0-9\u0300-\u036f\u20d0-\u20f0₀-₎ₐ-ₜᵢ-ᵪⱼ"
NAME = f"(?:[{LETTERS}][{FURTHER}]*|[∞∑∏])"
END = f"(?![{FURTHER}])"
DIGITS = "[0-9]+(?:_[0-9]+)*"
NUMBER = (
    "(?:0[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[oO][0-7]+(?:_[0-7]+)*|0[bB][01]+(?:_[01]+)*"
    rf"|(?:{DIGITS}(?:\.{DIGITS}|\.(?=[ \t,;)\]}}#]|$))?|\.{DIGITS})"
    rf"(?:[eE][+\-]?{DIGITS})?(?:(?:i|deg){END})?)")
SUPERSCRIPT = "⁻?[⁰¹²³⁴-⁹]+"
FORMAT = r"[<>]?\+?[0-9]*(?:\.[0-9]+)?[defg%]?"
OPERAND_END = f"[{FURTHER}∞∑∏)\\]}}'′!‖\"⁰¹²³⁴-⁹ᵀ.]"
OPERAND_START = rf"(?:[{LETTERS}∞∑∏0-9(\[{{√∇‖\"]|\.[0-9]|-[^ \t])"
ARGUMENTS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
ASSIGNED = "(?=[ \t]*=(?!=))"


def either(words):
    return "(?:" + "|".join(re.sub(r"([.^$*+?{}\\\[\]|()\-/])", r"\\\1", word)
                            for word in words) + ")"


def signs_by_length(words):
    """Rules of one class and one length each, the longest first."""
    rows = [(sign, kind) for kind in ("operator", "bracket", "separator", "foreign")
            for sign in words[kind]]
    for length in sorted({len(sign) for sign, _ in rows}, reverse=True):
        for kind in ("operator", "bracket", "separator", "foreign"):
            signs = [sign for sign, other in rows if other == kind and len(sign) == length]
            if signs:
                yield either(signs), [kind]


def expression_rules(words):
    """(regular expression, class of each group or of the whole): the first that matches wins."""
    reserved = words["keyword"] + words["word_operator"] + words["boolean"]
    clause = either(words["clause"])
    names = either([word for word in words["clause"] if "." not in word])
    no_word = f"(?![ \\t]+{either(reserved + words['clause'])}{END})"
    for kind in ("keyword", "word_operator"):
        yield f"({either(words[kind])})([ \\t]+)({names}){END}", [kind, None, "name"]
    yield f"(?<={OPERAND_END})([ \\t]+)({clause})(?=[ \\t]|$)", [None, "clause"]
    yield f"^([ \\t]*)({clause})(?=[ \\t]+{OPERAND_START}){no_word}", [None, "clause"]
    yield f"(?<![ \\t(\\[{{,;])(\\.)({NAME})", ["operator", "field"]
    yield NUMBER, ["number"]
    yield f"{either(reserved)}{END}{ASSIGNED}", ["name"]
    yield f"{either(words['keyword'])}{END}", ["keyword"]
    yield f"{either(words['word_operator'])}{END}", ["word_operator"]
    yield f"{either(words['boolean'])}{END}", ["boolean"]
    yield f"{NAME}(?={ARGUMENTS}[ \\t]*=(?!=))", ["definition"]
    yield f"clear(?=[ \\t]+[{LETTERS}]){no_word}", ["clear"]
    yield f"{either(words['head'])}(?=[ \\t]+{OPERAND_START}){no_word}", ["head"]
    yield f"{either(spelled('constant', words))}{END}", ["constant"]
    builtins = spelled("builtin", words)
    for letter in sorted({word[0] for word in builtins}):
        yield f"{either([word for word in builtins if word[0] == letter])}{END}", ["builtin"]
    yield NAME, ["name"]
    yield SUPERSCRIPT, ["operator"]
    yield from signs_by_length(words)


# ---- TextMate ----

SCOPES = {
    "comment": "comment.line.number-sign.mml",
    "quote": "punctuation.definition.string.mml",
    "escape": "constant.character.escape.mml",
    "bad_escape": "invalid.illegal.escape.mml",
    "hole": "punctuation.section.interpolation.mml",
    "format": "constant.other.format.mml",
    "number": "constant.numeric.mml",
    "keyword": "keyword.control.mml",
    "word_operator": "keyword.operator.word.mml",
    "boolean": "constant.language.boolean.mml",
    "head": "keyword.other.head.mml",
    "clause": "keyword.other.clause.mml",
    "clear": "keyword.other.clear.mml",
    "definition": "entity.name.function.mml",
    "builtin": "support.function.mml",
    "constant": "support.constant.mml",
    "name": "variable.other.mml",
    "field": "variable.other.member.mml",
    "operator": "keyword.operator.mml",
    "bracket": "punctuation.section.brackets.mml",
    "separator": "punctuation.separator.mml",
    "foreign": "invalid.illegal.sign.mml",
}
TEXT_SCOPE = "string.quoted.double.mml"


def textmate_rule(pattern, classes):
    if len(classes) == 1:
        return {"match": pattern, "name": SCOPES[classes[0]]}
    captures = {str(i + 1): {"name": SCOPES[kind]} for i, kind in enumerate(classes) if kind}
    return {"match": pattern, "captures": captures}


def textmate_bracket(opening, closing):
    return {
        "begin": opening, "end": closing + "|$",
        "beginCaptures": {"0": {"name": SCOPES["bracket"]}},
        "endCaptures": {"0": {"name": SCOPES["bracket"]}},
        "patterns": [{"include": "#nested"}, {"include": "#expression"}],
    }


def textmate(words):
    expression = [{"match": "#.*", "name": SCOPES["comment"]}, {"include": "#string"}]
    expression += [textmate_rule(pattern, classes) for pattern, classes in expression_rules(words)]
    return {
        "name": "mml",
        "scopeName": "source.mml",
        "fileTypes": ["mml"],
        "patterns": [{"include": "#expression"}],
        "repository": {
            "expression": {"patterns": expression},
            "string": {
                "name": TEXT_SCOPE, "begin": '"', "end": '"|$',
                "beginCaptures": {"0": {"name": SCOPES["quote"]}},
                "endCaptures": {"0": {"name": SCOPES["quote"]}},
                "patterns": [
                    {"match": r'\\[nt"\\{}]', "name": SCOPES["escape"]},
                    {"match": r"\\.|\}", "name": SCOPES["bad_escape"]},
                    {"include": "#hole"},
                ],
            },
            # Brackets in a hole are matched, so that only its own } ends it and only its own : begins
            # a format. Nothing goes on past the end of the line, as no string does.
            "hole": {
                "name": "meta.interpolation.mml", "begin": r"\{", "end": r"\}|$",
                "beginCaptures": {"0": {"name": SCOPES["hole"]}},
                "endCaptures": {"0": {"name": SCOPES["hole"]}},
                "patterns": [
                    {"match": f"(:)({FORMAT})(?=\\}})",
                     "captures": {"1": {"name": SCOPES["hole"]}, "2": {"name": SCOPES["format"]}}},
                    {"include": "#nested"},
                    {"include": "#expression"},
                ],
            },
            "nested": {"patterns": [textmate_bracket(r"\(", r"\)"), textmate_bracket(r"\[", r"\]"),
                                    textmate_bracket(r"\{", r"\}")]},
        },
    }


OPENING = r"(?:for|while|if|elseif|else)(?![A-Za-z0-9_])"
ONE_LINE = r"(?!.*(?<![A-Za-z0-9_])(?:end[ \t]*(?:[;#].*)?$|then[ \t]+[^ \t#]))"
INDENT = rf"^[ \t]*{OPENING}{ONE_LINE}.*$|(?<![A-Za-z0-9_])do[ \t]*(?:#.*)?$"
DEDENT = r"^[ \t]*(?:end|else|elseif)(?![A-Za-z0-9_])"


def configuration(words):
    pairs = [["(", ")"], ["[", "]"], ["{", "}"]]
    return {
        "comments": {"lineComment": "#"},
        "brackets": pairs + [["do", "end"], ["if", "end"], ["for", "end"], ["while", "end"]],
        "autoClosingPairs": pairs + [["\"", "\""], ["‖", "‖"]],
        "surroundingPairs": pairs + [["\"", "\""], ["‖", "‖"]],
        "wordPattern": NAME.replace("[∞∑∏]", "[∞∑∏]"),
        "indentationRules": {"increaseIndentPattern": INDENT, "decreaseIndentPattern": DEDENT},
        "folding": {"offSide": False},
    }


PACKAGE = {
    "name": "mml",
    "displayName": "mml",
    "description": "Colours, brackets and indentation for mml, an interactive maths shell",
    "version": "0.1.0",
    "publisher": "mml",
    "license": "GPL-3.0-or-later",
    "engines": {"vscode": "^1.60.0"},
    "categories": ["Programming Languages"],
    "contributes": {
        "languages": [{"id": "mml", "aliases": ["mml"], "extensions": [".mml"],
                       "configuration": "./language-configuration.json"}],
        "grammars": [{"language": "mml", "scopeName": "source.mml",
                      "path": "./mml.tmLanguage.json"}],
    },
}

# ---- Vim ----

LINKS = {
    "comment": "Comment", "text": "String", "quote": "String", "escape": "SpecialChar",
    "bad_escape": "Error", "hole": "Delimiter", "format": "SpecialChar", "number": "Number",
    "keyword": "Statement", "word_operator": "Operator", "boolean": "Boolean", "head": "Statement", "clause": "Statement", "clear": "Statement",
    "definition": "Function", "builtin": "Identifier", "constant": "Constant",
    "operator": "Operator", "foreign": "Error",
}
LOOKAROUND = {"?:": "", "?=": "@=", "?!": "@!", "?<=": "@<=", "?<!": "@<!"}
PIECE = re.compile(r"(\[(?:\\.|[^\]\\])*\])|(\((?:\?(?::|=|!|<=|<!))?)|(\))|(\\.)|(.)", re.DOTALL)


def vim_pattern(pattern):
    """The regular expression in Vim's very magic notation."""
    out, closing = [r"\v"], []
    for members, opening, end, escaped, plain in PIECE.findall(pattern):
        if members:
            members = members.replace(r"\[", "[").replace("/", r"\/")
            out.append("".join(f"\\U{ord(sign):08x}" if sign in AWKWARD else sign for sign in members))
        elif opening:
            out.append("(" if opening[1:] not in ("?:",) else "%(")
            closing.append(LOOKAROUND.get(opening[1:], ""))
        elif end:
            out.append(")" + closing.pop())
        elif escaped:
            out.append(escaped)
        else:
            out.append("\\" + plain if plain in "=<>&~@%{}/" else plain)
    return "".join(out)


def vim_group(kind):
    return "mml" + "".join(part.capitalize() for part in kind.split("_"))


def vim_rule(pattern, classes, words):
    """One or several commands; a rule with groups becomes a match that contains its parts."""
    if len(classes) == 1:
        yield f"syn match {vim_group(classes[0])} /{vim_pattern(pattern)}/"
    elif classes[2:] == ["name"]:
        yield f"syn match mmlName /{vim_pattern(pattern)}/ contains={vim_group(classes[0])}"
    elif classes[1] == "field":
        yield f"syn match mmlField /{vim_pattern(pattern)}/ contains=mmlDot"
    else:  # spaces first: they are looked at, not taken
        start, rest = re.match(r"(\(\?<=.*?\])\)(?=\(\[ )(.*)|(\^)(.*)", pattern).group(1, 2) \
            if pattern.startswith("(?<=") else ("^", pattern[1:])
        spaces, rest = re.match(r"\((\[ \\t\][+*])\)(.*)", rest).groups()
        before = f"(?<={start[4:]}{spaces})" if start != "^" else f"(?<=^{spaces})"
        yield f"syn match {vim_group(classes[1])} /{vim_pattern(before + rest)}/"


def vim_command(command):
    """With the long pieces that recur as variables."""
    pieces = {vim_pattern(END)[2:]: "s:end", vim_pattern(NAME)[2:]: "s:name"}
    if not any(piece in command for piece in pieces):
        return command
    command = command.replace("'", "''")
    for piece, variable in pieces.items():
        command = command.replace(piece, f"' . {variable} . '")
    return f"execute '{command}'"


def vim(words):
    rules = [command for pattern, classes in reversed(list(expression_rules(words)))
             for command in vim_rule(pattern, classes, words)]
    hole = f"(?<=:){FORMAT}(?=\\}})"
    lines = [
        '" Vim syntax file for mml. Made by docs/editors/generate.py from the program\'s own tables;',
        '" do not edit. At one place the rule that stands last wins.',
        'if exists("b:current_syntax")', "  finish", "endif", "",
        "syn case match", "",
        f"let s:end = '{vim_pattern(END)[2:]}'", f"let s:name = '{vim_pattern(NAME)[2:]}'", "",
        *map(vim_command, rules), "",
        r"syn match mmlDot /\./ contained",
        r"syn match mmlComment /#.*/",
        r'syn match mmlBadEscape /\\.\|}/ contained',
        r'syn match mmlEscape /\\[nt"\\{}]/ contained',
        r'syn region mmlText matchgroup=mmlQuote start=/"/ end=/"\|$/ '
        "contains=mmlEscape,mmlBadEscape,mmlInterpolation",
        r"syn region mmlInterpolation matchgroup=mmlHole start=/{/ end=/}\|$/ contained "
        "contains=@mmlExpression,mmlFormatSign,mmlFormat,mmlNested",
        r"syn match mmlFormatSign /:\ze" + vim_pattern(f"{FORMAT}\\}}") + "/ contained",
        f"syn match mmlFormat /{vim_pattern(hole)}/ contained",
    ]
    lines += [f"syn region mmlNested matchgroup=mmlBracket start=/{opening}/ end=/{closing}\\|$/ "
              "contained contains=@mmlExpression,mmlNested"
              for opening, closing in ((r"(", r")"), (r"\[", r"\]"), (r"{", r"}"))]
    groups = sorted(set(re.findall(r"^syn match (mml\w+)(?!.*contained$)", "\n".join(rules), re.M)))
    lines += [f"syn cluster mmlExpression contains=mmlText,mmlComment,{','.join(groups)}", "",
              "syn sync minlines=1", ""]
    lines += [f"hi def link {vim_group(kind)} {link}" for kind, link in LINKS.items()]
    lines += ["hi def link mmlDot Operator", "hi def link mmlFormatSign Delimiter", "",
              'let b:current_syntax = "mml"', ""]
    return "\n".join(lines)


VIM_DETECT = "autocmd BufNewFile,BufRead *.mml set filetype=mml\n"
VIM_PLUGIN = """\
" Made by docs/editors/generate.py; do not edit.
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1
setlocal commentstring=#\\ %s comments=:# expandtab shiftwidth=2 softtabstop=2
let b:undo_ftplugin = "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop<"
"""


def vim_indent():
    opening, closing = vim_pattern(INDENT).replace("'", "''"), vim_pattern(DEDENT)
    return f"""\
" Made by docs/editors/generate.py; do not edit.
if exists("b:did_indent")
  finish
endif
let b:did_indent = 1
setlocal indentexpr=MmlIndent(v:lnum) indentkeys=!^F,o,O,=end,=else
let b:undo_indent = "setlocal indentexpr< indentkeys<"

if exists("*MmlIndent")
  finish
endif

function MmlIndent(line)
  let before = prevnonblank(a:line - 1)
  if before == 0
    return 0
  endif
  let text = getline(before)
  let depth = indent(before)
  let depth += text =~# '{opening}' ? shiftwidth() : 0
  let depth -= getline(a:line) =~# '{closing}' ? shiftwidth() : 0
  return depth
endfunction
"""


# ---- the files ----


def as_json(data):
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def files(words):
    return {
        "vscode/package.json": as_json(PACKAGE),
        "vscode/language-configuration.json": as_json(configuration(words)),
        "vscode/mml.tmLanguage.json": as_json(textmate(words)),
        "vim/syntax/mml.vim": vim(words),
        "vim/ftdetect/mml.vim": VIM_DETECT,
        "vim/ftplugin/mml.vim": VIM_PLUGIN,
        "vim/indent/mml.vim": vim_indent(),
    }


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, text in files(read_vocabulary(sys.stdin)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
