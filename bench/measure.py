"""measure - what the programs of this folder share: processes and their times, words, targets.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass


class Failure(Exception):
    """A program could not be built, failed, or gave a wrong result."""


# ---- processes ----

@dataclass
class Run:
    wall: float
    processor: float
    output: str


def run_process(command):
    """Spawns, reads all output, waits: this process's times, without Python's own preparations."""
    reader, writer = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, writer, 1),
               (os.POSIX_SPAWN_CLOSE, reader), (os.POSIX_SPAWN_CLOSE, writer)]
    with tempfile.TemporaryFile() as errors:
        actions.append((os.POSIX_SPAWN_DUP2, errors.fileno(), 2))
        start = time.perf_counter()
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            output = pipe.read()
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - start
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    if status != 0:
        raise Failure(f"{' '.join(command)}: status {os.waitstatus_to_exitcode(status)}\n{said}")
    return Run(wall, usage.ru_utime + usage.ru_stime, output.decode(errors="replace"))


def run_tool(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(command)}\n{done.stdout}")


def python_with(module):
    """The first Python that has it; distributions put modules beside another one than a user's."""
    for python in dict.fromkeys((sys.executable, shutil.which("python3"), "/usr/bin/python3")):
        if python and subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0:
            return python
    return None


# ---- words ----

def in_words(seconds):
    for unit, size in (("s ", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds/size:.3g} {unit}"
    return f"{seconds/1e-9:.3g} ns"


def ratio(seconds, base):
    return f"{seconds/base:.3g}" if base else "-"


class Targets:
    """Collects what was to be reached and prints it together at the end."""

    def __init__(self):
        self.lines, self.missed = [], 0

    def at_most(self, text, value, limit, shown="{:.3g}".format):
        met = value <= limit
        self.missed += not met
        self.lines.append(
            f"  {'met' if met else 'missed':8}{text}: {shown(value)}, at most {shown(limit)}")

    def at_least(self, text, value, limit):
        met = value >= limit
        self.missed += not met
        self.lines.append(
            f"  {'met' if met else 'missed':8}{text}: {value:.3g} times, at least {limit}")

    def skip(self, text, why):
        self.lines.append(f"  {'-':8}{text}: {why}")

    def print(self):
        if not self.lines:
            return
        print("\nTargets")
        print("\n".join(self.lines))
        print(f"{self.missed} missed")
