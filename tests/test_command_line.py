#!/usr/bin/env python3
"""Options, exit statuses and streams: test_command_line.py MML

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import harness

MML = pathlib.Path(sys.argv.pop(1)).resolve()


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.addCleanup(self.temporary.cleanup)

    def mml(self, *words, text="", status=0):
        result = harness.run([MML, *words], text, self.folder)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def script(self, text, name="script.mml"):
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def test_stdin_prints_the_result_and_nothing_else(self):
        # [shell-15]
        result = self.mml(text="1+1\n")
        self.assertEqual((result.stdout, result.stderr), ("2\n", ""))

    def test_stdin_needs_no_final_newline(self):
        # [shell-3]
        self.assertEqual(self.mml("-", text="1+1").stdout, "2\n")

    def test_empty_input_prints_nothing(self):
        self.assertEqual(self.mml(text="").stdout, "")

    def test_an_expression_prints_its_value(self):
        # [shell-2]
        self.assertEqual(self.mml("-e", "2^10").stdout, "1024\n")

    def test_expressions_share_a_session(self):
        # [shell-2]
        self.assertEqual(self.mml("-e", "a = 2", "-e", "a + 1").stdout, "3\n")

    def test_expressions_run_before_the_script(self):
        self.assertEqual(self.mml("-e", "a = 2", self.script("a*3\n")).stdout, "6\n")

    def test_a_script_echoes_bare_expressions_only(self):
        # [shell-13]
        self.assertEqual(self.mml(self.script("a = 3\na + 1\na + 2;\n")).stdout, "4\n")

    def test_echo_shows_definitions_too(self):
        # [shell-6]
        self.assertEqual(self.mml("--echo", self.script("a = 3\na + 1\n")).stdout, "a = 3\n4\n")

    def test_a_shebang_line_is_a_comment(self):
        self.assertEqual(self.mml(self.script("#!/usr/bin/env mml\n1 + 1\n")).stdout, "2\n")

    def test_an_error_stops_the_script(self):
        # [shell-14] [errors-2]
        result = self.mml(self.script("1\nmissing_name\n2\n"), status=1)
        self.assertEqual(result.stdout, "1\n")
        self.assertRegex(result.stderr, r"^script\.mml:2:1: error: ")

    def test_an_error_on_the_command_line_goes_to_stderr(self):
        # [shell-14]
        result = self.mml("-e", "1 +* 2", status=1)
        self.assertEqual(result.stdout, "")
        self.assertIn("error: ", result.stderr)

    def test_a_script_is_parsed_before_it_runs(self):
        self.assertEqual(self.mml(self.script("1 + 1\n2 +* 3\n"), status=1).stdout, "")

    def test_an_unfinished_script_is_an_error(self):
        self.assertIn("error: ", self.mml(self.script("f(x) = (x +\n"), status=1).stderr)

    def test_check_runs_nothing(self):
        # [shell-7]
        result = self.mml("--check", self.script("print(1 + 1)\nwrite([1, 2], \"made.csv\")\n"))
        self.assertEqual(result.stdout + result.stderr, "")
        self.assertFalse((self.folder / "made.csv").exists())
        result = self.mml("--check", self.script("1 + 1\n2 +* 3\n"), status=1)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r"^script\.mml:2:\d+: error: ")

    def test_format_prints_the_layout_and_runs_nothing(self):
        text = "print( 1 )\nf(x)=do\nx\nend# its end"
        laid_out = "print(1)\nf(x) = do\n  x\nend  # its end\n"
        for words, typed in ((["--format", self.script(text)], ""), (["--format", "-"], text),
                             (["--format"], text), (["--format", "-e", text], "")):
            result = self.mml(*words, text=typed)
            self.assertEqual((result.stdout, result.stderr), (laid_out, ""))

    def test_format_prints_nothing_of_nothing(self):
        self.assertEqual(self.mml("--format", "-", text="\n \n").stdout, "")

    def test_format_reports_what_a_run_reports_and_prints_nothing(self):
        for text in ("a=1\n2 +* 3\n", "a=1\nf(x) = (x +\n", "a=1\nx = \"\n", "a=1\n\x00"):
            name = self.script(text)
            run, result = self.mml(name, status=1), self.mml("--format", name, status=1)
            self.assertEqual((result.stdout, result.stderr), ("", run.stderr))
            self.assertTrue(result.stderr.startswith(f"{name}:"), result.stderr)

    def test_check_reports_every_mistake_in_order(self):
        script = self.script("f(x) = x + missing\nones(2) + ones(3)\nf(1, 2)\n")
        result = self.mml("--check", script, status=1)
        self.assertEqual(result.stdout, "")
        places = [line.split(" error: ")[0] for line in result.stderr.splitlines() if " error: " in line]
        self.assertEqual(places, ["script.mml:1:12:", "script.mml:2:1:", "script.mml:3:1:"])

    def test_check_knows_what_stands_before_it(self):
        self.mml("--check", "-e", "a = 3", "-e", "a + 1", self.script("a*length(args)\n"), "word")
        self.assertIn("unknown name b", self.mml("--check", "-e", "a = 3", "-e", "b", status=1).stderr)

    def test_a_missing_script_is_named(self):
        result = self.mml("nowhere.mml", status=1)
        self.assertEqual(result.stderr, "mml: cannot read nowhere.mml: no such file\n")

    def test_a_script_gets_its_arguments(self):
        # [shell-1]
        name = self.script("for word in args\n  print(word)\nend\n")
        self.assertEqual(self.mml(name).stdout, "")
        self.assertEqual(self.mml(name, "one").stdout, "one\n")
        self.assertEqual(self.mml(name, 'a"b', "{c}", "-e").stdout, 'a"b\n{c}\n-e\n')

    def test_a_seed_repeats_the_numbers(self):
        # [shell-8]
        first = self.mml("--seed", "7", "-e", "rand(2, 1)").stdout
        self.assertEqual(self.mml("--seed", "7", "-e", "rand(2, 1)").stdout, first)
        self.assertNotEqual(self.mml("--seed", "8", "-e", "rand(2, 1)").stdout, first)

    def test_wrong_command_lines_exit_with_2(self):
        # [shell-14]
        for words in (["--nonsense"], ["-e"], ["--seed", "many"], ["--seed", "-1"]):
            result = self.mml(*words, status=2)
            self.assertIn("usage: mml", result.stderr)

    def test_help_and_version_go_to_stdout(self):
        # [shell-9]
        self.assertIn("usage: mml", self.mml("--help").stdout)
        self.assertRegex(self.mml("--version").stdout, r"^mml \d+\.\d+\.\d+\n$")

    def test_without_a_terminal_nothing_is_coloured(self):
        # [shell-15]
        result = self.mml("-e", "missing_name", status=1)
        self.assertNotIn("\033", result.stdout + result.stderr)

    def test_interactive_on_a_pipe_survives_errors(self):
        # [shell-4]
        result = self.mml("-i", text="missing_name\n1+1\n")
        self.assertEqual(result.stdout, "2\n")
        self.assertIn("error: ", result.stderr)

    def test_a_transcript_shows_what_the_prompt_would(self):
        # [shell-12] [shell-13]
        result = self.mml("--session", text="a = 3\nf(x) = do\n  a*x\nend\nf(2)\n")
        self.assertTrue(result.stdout.startswith(">> a = 3\na = 3\n>> f(x) = do\n..   a*x\n.. end\n"))
        self.assertTrue(result.stdout.endswith(">> f(2)\n6\n"))

    def test_help_shows_what_a_builtin_does_with_an_example(self):
        # [shell-10]
        result = self.mml("--session", text="?log1p\n")
        self.assertIn("log1p(x)\nlog(1 + x), exact for small x\n", result.stdout)
        self.assertTrue(result.stdout.endswith(">> log1p(1e-20)\n1e-20\n"))

    def test_save_writes_what_ran(self):
        # [shell-11]
        self.mml("--session", text="a = 3\nmissing_name\na + 1\n:save saved.mml\n")
        self.assertEqual((self.folder / "saved.mml").read_text(), "a = 3\na + 1\n")
        self.assertEqual(self.mml("saved.mml").stdout, "4\n")

    def test_load_runs_a_script_in_the_session(self):
        # [shell-11]
        self.script("a = 3\n", "some.mml")
        self.assertEqual(self.mml("-i", text=":load some.mml\na + 1\n").stdout, "4\n")

    def test_an_unknown_command_does_not_end_the_session(self):
        result = self.mml("--session", text=":nonsense\n1+1\n")
        self.assertIn("error: :nonsense is not a command", result.stdout)
        self.assertTrue(result.stdout.endswith("2\n"))

    def test_an_interrupt_ends_a_script_with_130(self):
        # [shell-14]
        name = self.script("while true\nend\n")
        with subprocess.Popen([MML, name], cwd=self.folder, stderr=subprocess.PIPE) as process:
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)

    def test_a_closed_pipe_is_quiet(self):
        read, write = os.pipe()
        os.close(read)
        name = self.script("for i in 1:100000\n  print(i)\nend\n")
        result = subprocess.run([MML, name], cwd=self.folder, stdout=write, stderr=subprocess.PIPE,
                                timeout=60, check=False)
        os.close(write)
        self.assertEqual(result.returncode, -signal.SIGPIPE)
        self.assertEqual(result.stderr, b"")


if __name__ == "__main__":
    unittest.main()
