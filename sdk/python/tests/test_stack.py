"""What is given to the host: within its bounds, and read alike by everybody."""

from __future__ import annotations

from unittest import TestCase

from shipworthy import Failure, Finding, Gap, Level, Origin, Probe, Stack, Value, random
from shipworthy.testing import Script

from . import probe


def missing(detail: str) -> type[Probe]:
    return probe(lambda stack: stack.missing("m", Failure(Gap.LIMIT, detail)))


def fact(value: Value) -> type[Probe]:
    return probe(lambda stack: stack.fact("n", value, "a"))


class StackTest(TestCase):
    def test_what_is_too_long_for_the_host_becomes_a_gap_instead_of_ending_the_run(self) -> None:
        def long(stack: Stack) -> None:
            stack.fact("text", "x" * 8_193, "a")
            stack.fact("fits", "é" * 4_096, "a")
            stack.capability("n" * 1_025, True, "a")
            stack.missing("m", Failure(Gap.UNREADABLE, "d" * 5_000))
            stack.finding("r", Finding(True, "m" * 5_000, found="f" * 5_000))
            stack.fact("origin", True, Origin("o" * 5_000).of("s" * 5_000))
            stack.complete("p" * 1_025)
            stack.digest("d", "0" * 5_000, "a")

        seen = Script().run(probe(long))
        self.assertEqual(
            seen.missing("text"), Failure(Gap.LIMIT, "a value of 8193 bytes, where at most 8192 are taken")
        )
        self.assertEqual(seen.fact("fits"), "é" * 4_096)
        cut = "n" * 1_021 + "…"
        self.assertEqual(seen.lines()[2], f"missing {cut}: limit: a name of 1025 bytes, where at most 1024 are taken")
        self.assertEqual(seen.missing("m"), Failure(Gap.UNREADABLE, "d" * 1_021 + "…"))
        self.assertEqual(seen.findings("r"), [Finding(True, "m" * 1_021 + "…", found="f" * 1_021 + "…")])
        self.assertEqual(seen.lines()[5], f"fact origin = true, from {'o' * 1_021}… of {'s' * 1_021}…")
        self.assertFalse(seen.is_complete("p" * 1_025))
        self.assertTrue(all(len(line.encode()) < 10_000 for line in seen.lines()))

    def test_prose_is_cut_at_a_character_within_the_limit(self) -> None:
        for text, kept in [("é" * 600, 510), ("x" * 2_000, 1_021), ("…" * 400, 340), ("😀" * 300, 255)]:
            seen = Script().run(missing(text))
            self.assertEqual(str(seen.missing("m")), text[:kept] + "…")
        exactly = "é" * 512
        seen = Script().run(missing(exactly))
        self.assertEqual(str(seen.missing("m")), exactly)

    def test_numbers_read_as_the_host_has_them(self) -> None:
        for value, text in [
            (3, "3"),
            (3.0, "3"),
            (-0.5, "-0.5"),
            (1e21, "1000000000000000000000"),
            (1.5e-7, "0.00000015"),
            (-1e-5, "-0.00001"),
            (1.25e17, "125000000000000000"),
            (12_345_678_901_234_567_890, "12345678901234567000"),
            (True, "true"),
            (False, "false"),
            (float("nan"), "NaN"),
            (float("-inf"), "-inf"),
        ]:
            seen = Script().run(fact(value))
            self.assertEqual(seen.lines(), [f"fact n = {text}, from a"])
            self.assertEqual(Finding(True, "m", found=value).found, text)

    def test_text_in_lines_is_quoted_as_the_host_does(self) -> None:
        text = 'a"b\\c\nd\té\u200b\x1b\0'
        seen = Script().run(probe(lambda stack: stack.fact("t", text, "a")))
        self.assertEqual(seen.lines(), [r'fact t = "a\"b\\c\nd\té\u{200b}\u{1b}\0", from a'])

    def test_a_value_that_is_none_is_an_error_of_the_program(self) -> None:
        careless = probe(lambda stack: stack.fact("v", None, "a"))  # type: ignore[arg-type]
        with self.assertRaisesRegex(TypeError, "fact `v`: expected text, a number or a boolean, found None"):
            Script().run(careless)

    def test_evidence_given_before_a_failure_stays(self) -> None:
        def half(stack: Stack) -> None:
            stack.fact("a", 1, "first")
            raise Failure(Gap.NOT_OFFERED, "no more")

        seen = Script().run(probe(half))
        self.assertEqual(seen.lines(), ["fact a = 1, from first", "failed not-offered: no more"])

    def test_each_kind_of_evidence_has_its_line(self) -> None:
        def all_kinds(stack: Stack) -> None:
            stack.fact("version", "2.1.0", Origin("GET /info build.version"))
            stack.capability("refunds", True, "GET /info features")
            stack.capability("refunds", False, Origin("GET /info features").of("orders-1"))
            stack.complete("")
            stack.digest("bytes", "a" * 64, "digest")
            stack.missing("queue", Failure(Gap.UNREACHABLE, "connection refused"))
            stack.finding("queue-short", Finding(True, "things that wait", expected="at most 10", found=3))
            stack.finding("queue-short", Finding(False, "things that wait"))
            stack.log(Level.WARN, "look here")
            raise Failure(Gap.DENIED, "turned away")

        seen = Script().run(probe(all_kinds))
        self.assertEqual(
            seen.lines(),
            [
                'fact version = "2.1.0", from GET /info build.version',
                "capability refunds present, from GET /info features",
                "capability refunds absent, from GET /info features of orders-1",
                'complete ""',
                f"digest bytes = {'a' * 64}, from digest",
                "missing queue: unreachable: connection refused",
                "finding queue-short holds: things that wait, expected at most 10, found 3",
                "finding queue-short broken: things that wait",
                "failed denied: turned away",
            ],
        )
        self.assertEqual(seen.log, [(Level.WARN, "look here")])
        self.assertIs(seen.capability("refunds"), False)
        self.assertTrue(seen.is_complete(""))

    def test_random_numbers_have_64_bits_and_do_not_come_again(self) -> None:
        drawn = {random.number() for _ in range(1_000)}
        self.assertEqual(len(drawn), 1_000)
        self.assertTrue(all(0 <= number < 2**64 for number in drawn))
        self.assertTrue(any(number >= 2**63 for number in drawn))
