"""Each error has its gap and its text, and a run ends with them."""

from __future__ import annotations

import copy
from unittest import TestCase

from shipworthy import CallFailed, Failure, Gap, Phase, Probe, Stack, UnexpectedStatus, Unreadable, containers, network
from shipworthy.testing import Script

from . import probe

NETWORK = [
    (network.NotGranted("http GET /x"), "not-granted: not granted: http GET /x"),
    (network.InvalidRequest("why"), "defect: invalid request: why"),
    (network.Unreachable("why"), "unreachable: why"),
    (network.Tls("why"), "tls: why"),
    (network.TimedOut(Phase.CONNECT, 20), "timed-out: timed out after 20 ms while connecting"),
    (network.TimedOut(Phase.TLS, 20), "timed-out: timed out after 20 ms while setting up TLS"),
    (network.TimedOut(Phase.SEND, 20), "timed-out: timed out after 20 ms while sending the request"),
    (network.TimedOut(Phase.HEADERS, 20), "timed-out: timed out after 20 ms while waiting for the answer"),
    (
        network.TimedOut(Phase.BODY, 20, 7),
        "timed-out: timed out after 20 ms while reading the body, 7 bytes received",
    ),
    (network.TooLarge("response body", 9), "limit: the limit of 9 bytes for the response body is exceeded"),
    (network.TooLarge("requests of one run", 9), "limit: the limit of 9 for the requests of one run is exceeded"),
    (network.Protocol("why"), "unreadable: why"),
]

CONTAINERS = [
    (containers.NotGranted("container ."), "not-granted: not granted: container ."),
    (containers.EngineUnreachable("x"), "unreachable: x"),
    (containers.NoSuchContainer("x"), "unreachable: no such container: x"),
    (containers.NoSuchFile("x"), "not-offered: no such file: x"),
    (containers.NotAFile("x"), "unreadable: not a regular file: x"),
    (
        containers.AmbiguousProject(["x", "y"]),
        "config: several compose projects fit, and the environment names none: x, y",
    ),
    (containers.TooLarge(9), "limit: more than 9 bytes"),
    (containers.TimedOut(9), "timed-out: the container engine did not answer within 9 ms"),
    (containers.Other("x"), "unreadable: x"),
]


def missing(error: Failure) -> type[Probe]:
    return probe(lambda stack: stack.missing("m", error))


class FailuresTest(TestCase):
    def test_every_network_error_that_nobody_catches_ends_the_run_with_its_gap(self) -> None:
        get = probe(lambda stack: stack.http.get("/x"))
        for error, line in NETWORK:
            self.assertEqual(Script().http("GET /x", error).run(get).lines(), [f"failed {line}"])

    def test_every_containers_error_that_nobody_catches_ends_the_run_with_its_gap(self) -> None:
        find = probe(lambda stack: stack.containers.own())
        for error, line in CONTAINERS:
            self.assertEqual(Script().containers_fail(error).run(find).lines(), [f"failed {line}"])

    def test_each_status_leaves_the_gap_that_fits(self) -> None:
        gaps = {
            Gap.DENIED: [401, 403, 407, 429],
            Gap.NOT_OFFERED: [404, 405, 410, 501],
            Gap.UNREACHABLE: [502, 503],
            Gap.TIMED_OUT: [408, 504],
            Gap.UNREADABLE: [204, 301, 418, 500],
        }
        for gap, statuses in gaps.items():
            for status in statuses:
                error = UnexpectedStatus("GET /x", (200,), status)
                self.assertEqual(error, Failure(gap, f"GET /x: expected 200, found {status}"))

    def test_each_code_leaves_the_gap_that_fits(self) -> None:
        gaps = {
            Gap.DENIED: [7, 16],
            Gap.NOT_OFFERED: [5, 12],
            Gap.UNREACHABLE: [14],
            Gap.TIMED_OUT: [4],
            Gap.LIMIT: [8],
            Gap.UNREADABLE: [1, 2, 13, 99],
        }
        for gap, codes in gaps.items():
            for code in codes:
                error = CallFailed("grpc a.B/C", code, "no")
                self.assertEqual(error, Failure(gap, f"grpc a.B/C: status {code}: no"))
        self.assertEqual(str(CallFailed("grpc a.B/C", 13)), "grpc a.B/C: status 13")

    def test_any_error_of_the_sdk_says_why_something_is_missing(self) -> None:
        errors = [error for error, _ in [*NETWORK, *CONTAINERS]]
        errors += [
            UnexpectedStatus("GET /x", (200,), 404),
            CallFailed("grpc a.B/C", 5),
            Unreadable("x"),
            Failure.config("x"),
        ]
        for error in errors:
            self.assertEqual(Script().run(missing(error)).missing("m"), error)

    def test_an_error_of_the_program_is_never_a_gap(self) -> None:
        def careless(stack: Stack) -> None:
            try:
                [1, 2, 3][7]
            except Exception as error:
                stack.missing("m", error)  # type: ignore[arg-type]  # what the types forbid

        with self.assertRaisesRegex(TypeError, "missing `m`: expected an error of shipworthy, found IndexError"):
            Script().run(probe(careless))
        with self.assertRaises(ZeroDivisionError):
            Script().run(probe(lambda stack: 1 / 0))

    def test_what_every_service_has_is_not_passed_over(self) -> None:
        missing = UnexpectedStatus("GET /health", (200,), 404)
        self.assertEqual(missing.must_be_offered(), Failure(Gap.UNREADABLE, "GET /health: expected 200, found 404"))
        refused = network.Unreachable("connection refused").at("GET /health").must_be_offered()
        self.assertEqual(refused, Failure(Gap.UNREACHABLE, "GET /health: connection refused"))

    def test_failures_are_equal_by_gap_and_detail(self) -> None:
        self.assertNotEqual(Failure(Gap.TLS, "x"), Failure(Gap.DENIED, "x"))
        self.assertNotEqual(Failure(Gap.TLS, "x"), "x")
        self.assertEqual(len({Failure(Gap.TLS, "x"), network.Tls("x")}), 1)
        self.assertEqual(copy.copy(Failure(Gap.TLS, "x")), Failure(Gap.TLS, "x"))
