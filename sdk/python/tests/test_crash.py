"""How an error of the program reads in a component, where the end of what was printed is shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from unittest import TestCase

from shipworthy import Stack, crash
from shipworthy.testing import Script

from . import probe


def third_party(stack: Stack) -> int:
    return [1, 2, 3][7]


class CrashTest(TestCase):
    def test_the_stack_ends_with_the_innermost_call_and_the_message(self) -> None:
        try:
            Script().run(probe(third_party))
        except IndexError as error:
            words = "".join(crash.words(error))
        self.assertTrue(words.startswith("Traceback (most recent call last):\n"), words)
        self.assertTrue(words.endswith("IndexError: list index out of range\n"), words)
        self.assertIn("in third_party", words)

    def test_calls_of_the_package_that_led_to_the_probe_are_left_out(self) -> None:
        try:
            Script().run(probe(third_party))
        except IndexError as error:
            # As in a component, where the first call is the package's.
            below = error.__traceback__.tb_next if error.__traceback__ else None
            words = "".join(crash.words(error.with_traceback(below)))
        self.assertNotIn('File "shipworthy/', words)
        self.assertIn('File "tests/__init__.py"', words)

    def test_a_late_import_says_what_to_do(self) -> None:
        words = crash.words(ModuleNotFoundError("No module named 'decimal'"))
        self.assertIn("imports stand at the top of a module", words[-1])

    def test_it_traps_after_it_has_printed(self) -> None:
        code = "from shipworthy import crash\ntry: 1 / 0\nexcept ArithmeticError as error: crash.end(error)"
        folder = Path(__file__).parent.parent
        ran = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
        self.assertTrue(ran.stderr.endswith("ZeroDivisionError: division by zero\n"), ran.stderr)
        self.assertNotEqual(ran.returncode, 0)
