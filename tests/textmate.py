"""An interpreter of the TextMate grammars docs/editors/generate.py makes: match, begin/end, include,
name, captures. Works line by line, as editors do.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re


class Rule:
    """A match, or a begin … end region with patterns of its own."""

    def __init__(self, source):
        self.source = source
        self.start = re.compile(source.get("match") or source["begin"])
        self.end = re.compile(source["end"]) if "end" in source else None


class Grammar:
    def __init__(self, source):
        self.repository = source["repository"]
        self.rules = {}
        self.lists = {}
        self.root = {"patterns": source["patterns"]}

    def flatten(self, patterns):
        """The patterns with their includes replaced by what they stand for, in order."""
        for pattern in patterns:
            if "include" in pattern:
                entry = self.repository[pattern["include"].removeprefix("#")]
                yield from self.flatten(
                    entry["patterns"] if "begin" not in entry and "match" not in entry else [entry])
            else:
                key = id(pattern)
                if key not in self.rules:
                    self.rules[key] = Rule(pattern)
                yield self.rules[key]

    def rules_in(self, source):
        key = id(source)
        if key not in self.lists:
            self.lists[key] = list(self.flatten(source.get("patterns", [])))
        return self.lists[key]

    def scopes(self, text):
        """The innermost scope of each character of [text]; None where no rule says anything."""
        out, stack = [], []
        for line in re.findall(r"[^\n]*\n|[^\n]+$", text):
            out += self.scopes_of_line(line, stack)
        return out

    def scopes_of_line(self, line, stack):
        scope = [stack[-1].source.get("name") if stack else None] * len(line)
        at = 0
        while True:
            source = stack[-1].source if stack else self.root
            best = stack[-1].end.search(line, at) if stack else None
            rule = None
            for candidate in self.rules_in(source):
                found = candidate.start.search(line, at)
                if found and (best is None or found.start() < best.start()):
                    best, rule = found, candidate
            if best is None or (best.start() == best.end() and rule):
                return scope
            at = self.take(best, rule, stack, scope)
            inside = stack[-1].source.get("name") if stack else None
            scope[at:] = [inside] * (len(line) - at)

    def take(self, found, rule, stack, scope):
        """Colours what a rule or the end of the innermost region took; returns where to go on."""
        if rule is None:
            source = stack.pop().source
            captures = source.get("endCaptures", {})
        else:
            source = rule.source
            captures = source.get("captures", source.get("beginCaptures", {}))
            if rule.end:
                stack.append(rule)
        if source.get("name"):
            scope[found.start():found.end()] = [source["name"]] * (found.end() - found.start())
        for group, capture in captures.items():
            start, end = found.span(int(group))
            if start >= 0:
                scope[start:end] = [capture["name"]] * (end - start)
        return found.end()
