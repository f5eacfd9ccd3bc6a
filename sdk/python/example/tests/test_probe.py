"""What the probe says, without a component and without a service."""

from __future__ import annotations

from pathlib import Path
from unittest import TestCase

from probe import Orders
from shipworthy import network
from shipworthy.testing import Answer, Script

DESCRIPTOR = (Path(__file__).parent.parent / "probe.json").read_text(encoding="utf-8")
INFO = {"build": {"version": "2.1.0"}, "features": {"refunds": {}}}
SEEN_OF_INFO = [
    'fact version = "2.1.0", from GET /info build.version',
    "capability refunds present, from GET /info features",
    'complete ""',
]


def script() -> Script:
    """A service whose `/info` is well."""
    return Script().descriptor(DESCRIPTOR).http("GET /info", Answer.json(200, INFO))


class OrdersTest(TestCase):
    def test_a_short_queue_holds(self) -> None:
        seen = script().http("GET /queue", Answer.json(200, {"length": 3})).run(Orders)
        expected = [
            "fact queue = 3, from GET /queue length",
            "finding queue-short holds: things that wait, expected at most 10, found 3",
        ]
        self.assertEqual(seen.lines(), SEEN_OF_INFO + expected)

    def test_the_environment_says_how_long_a_queue_may_be(self) -> None:
        queue = Answer.json(200, {"length": 12})
        for longest, word in [(11.5, "broken"), (12, "holds")]:
            seen = script().http("GET /queue", queue).run(Orders, {"longest_queue": longest})
            self.assertEqual(
                seen.lines()[-1],
                f"finding queue-short {word}: things that wait, expected at most {longest}, found 12",
            )

    def test_a_queue_that_is_not_seen_hides_nothing(self) -> None:
        unseen = network.Unreachable("connection refused")
        seen = script().http("GET /queue", unseen).run(Orders)
        self.assertEqual(seen.lines(), [*SEEN_OF_INFO, "missing queue: unreachable: connection refused"])

    def test_without_info_nothing_is_seen(self) -> None:
        seen = Script().http("GET /info", Answer(503)).http("GET /queue", Answer(503)).run(Orders)
        self.assertEqual(seen.lines(), ["failed unreachable: GET /info: expected 200, found 503"])
