"""Failures that HTTP requests and gRPC calls share.

Each way to fail is a class of its own, so that a probe can catch one: `except network.TimedOut`.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .failure import Failure, Gap


class Header(NamedTuple):
    """A header or a piece of gRPC metadata."""

    name: str
    """In any case; compared without regard to it."""
    value: str
    """Bytes that were not UTF-8 are U+FFFD."""


class Phase(Enum):
    """What a request was doing when its time ran out; the value is how it reads."""

    CONNECT = "connecting"
    TLS = "setting up TLS"
    SEND = "sending the request"
    HEADERS = "waiting for the answer"
    BODY = "reading the body"


class NetworkError(Failure):
    """Why a request or call has no answer: one of the classes below."""


class NotGranted(NetworkError):
    """The environment does not grant it."""

    grant: str
    """The grant that it would take."""

    def __init__(self, grant: str) -> None:
        super().__init__(Gap.NOT_GRANTED, f"not granted: {grant}")
        self.grant = grant


class InvalidRequest(NetworkError):
    """The request itself is wrong, such as a path that is not normal: a defect of the probe, or of its config."""

    def __init__(self, detail: str) -> None:
        super().__init__(Gap.DEFECT, f"invalid request: {detail}")


class Unreachable(NetworkError):
    """The service could not be reached."""

    def __init__(self, detail: str) -> None:
        super().__init__(Gap.UNREACHABLE, detail)


class Tls(NetworkError):
    """TLS could not be set up; `detail` has the CA that was used and the issuer that was seen."""

    def __init__(self, detail: str) -> None:
        super().__init__(Gap.TLS, detail)


class TimedOut(NetworkError):
    """It took longer than a limit."""

    phase: Phase
    """What took so long."""
    limit_ms: int
    """The limit, in milliseconds."""
    received_bytes: int
    """Bytes of the body that had arrived."""

    def __init__(self, phase: Phase, limit_ms: int, received_bytes: int = 0) -> None:
        received = f", {received_bytes} bytes received" if received_bytes > 0 else ""
        super().__init__(Gap.TIMED_OUT, f"timed out after {limit_ms} ms while {phase.value}{received}")
        self.phase = phase
        self.limit_ms = limit_ms
        self.received_bytes = received_bytes


class TooLarge(NetworkError):
    """More than a limit allows."""

    what: str
    """What was limited, such as `response body`."""
    limit: int
    """The limit: bytes, but for a number of requests."""

    def __init__(self, what: str, limit: int) -> None:
        unit = "" if what.startswith("requests") else " bytes"
        super().__init__(Gap.LIMIT, f"the limit of {limit}{unit} for the {what} is exceeded")
        self.what = what
        self.limit = limit


class Protocol(NetworkError):
    """The peer does not speak the protocol."""

    def __init__(self, detail: str) -> None:
        super().__init__(Gap.UNREADABLE, detail)
