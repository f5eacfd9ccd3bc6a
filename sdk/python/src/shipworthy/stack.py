"""What a probe holds in its hand: the ways to ask, and the ways to say what was seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from .containers import Containers
from .evidence import Origin, Value, words
from .failure import Failure, Gap
from .grpc import Grpc
from .host import Host
from .http import Http

LONGEST_NAME = 1_024
"""Longest key, name or prefix, in bytes of UTF-8: the host's limit, beyond which it would end the run."""

LONGEST_TEXT = 8_192
"""Longest text value, in bytes of UTF-8: likewise."""

LONGEST_PROSE = 1_024
"""Longest detail, message, expectation or finding that is passed on, in bytes of UTF-8. It is for a person to read, and
a service's answer may have got into it."""


class Level(Enum):
    """How much a log line matters."""

    DEBUG = "debug"
    """For the probe's author."""
    INFO = "info"
    """Worth knowing."""
    WARN = "warn"
    """Worth a look."""
    ERROR = "error"
    """Something is wrong."""


@dataclass(frozen=True, init=False)
class Finding:
    """What became of a rule of the probe's own.

    >>> queue = 12
    >>> finding = Finding(queue < 10, "the queue is short", expected="less than 10", found=queue)
    >>> finding.holds, finding.found
    (False, '12')
    """

    holds: bool
    """Whether the rule holds."""
    message: str
    """What was looked at, in words."""
    expected: str | None
    """What should be."""
    found: str | None
    """What is."""

    def __init__(self, holds: bool, message: str, *, expected: Value | None = None, found: Value | None = None) -> None:
        """`expected` and `found` may be numbers or booleans; they are kept as a person reads them."""
        object.__setattr__(self, "holds", holds)
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "expected", None if expected is None else words(expected))
        object.__setattr__(self, "found", None if found is None else words(found))


class Stack:
    """The service under observation, and the record of what is seen of it.

    Evidence reaches the host as it is given, so a trap or a deadline loses nothing. What is too long for the host is
    shortened where it is prose, and becomes a gap where it is a name or a value: the run goes on.
    """

    http: Http
    """Requests over HTTP."""
    grpc: Grpc
    """Unary calls over gRPC."""
    containers: Containers
    """The granted containers."""

    def __init__(self, host: Host) -> None:
        """For the package itself: a probe is given its stack."""
        self._host = host
        self.http = Http(host)
        self.grpc = Grpc(host)
        self.containers = Containers(host)

    def fact(self, key: str, value: Value, origin: Origin | str) -> None:
        """A value under a key.

        Well-known keys: `mode`, `release` (image tag of the release), `version` (the service's own), `api-version`. Any
        other key is the probe's own and can be required by name.
        """
        if not isinstance(value, (str, bool, int, float)):
            raise TypeError(f"fact `{key}`: expected text, a number or a boolean, found {value!r}")
        if isinstance(value, str) and _length(value) > LONGEST_TEXT:
            self.missing(key, _too_long("a value", _length(value), LONGEST_TEXT))
        elif self._fits(key):
            self._host.fact(key, value, _short_origin(origin))

    def capability(self, name: str, present: bool, origin: Origin | str) -> None:
        """A capability that is there, or is seen not to be."""
        if self._fits(name):
            self._host.capability(name, present, _short_origin(origin))

    def complete(self, prefix: str) -> None:
        """Every present capability that begins with `prefix` has been given: what is required and was not given is
        absent. Say it only after a whole list was read."""
        if self._fits(prefix):
            self._host.complete(prefix)

    def digest(self, name: str, sha256: str, origin: Origin | str) -> None:
        """The SHA-256 of something, as 64 lowercase hexadecimal digits."""
        if self._fits(name):
            self._host.digest(name, _prose(sha256), _short_origin(origin))

    def missing(self, name: str, why: Failure) -> None:
        """A key, capability or digest that should be there and could not be seen, or a rule of the probe's own that
        could not be judged. Any error of this package says why; another exception is no gap, and raises `TypeError`.

        ::

            try:
                response = stack.http.get("/version")
                stack.fact("version", response.header("x-version") or "none", response.origin("x-version"))
            except Failure as error:
                stack.missing("version", error)
        """
        if not isinstance(why, Failure):
            raise TypeError(f"missing `{name}`: expected an error of shipworthy, found {why!r}")
        if self._fits(name):
            self._host.missing(name, Failure(why.why, _prose(why.detail)))

    def finding(self, rule: str, finding: Finding) -> None:
        """Whether a rule of the probe's own, declared in its descriptor, holds."""
        if self._fits(rule):
            expected = None if finding.expected is None else _prose(finding.expected)
            found = None if finding.found is None else _prose(finding.found)
            self._host.finding(rule, Finding(finding.holds, _prose(finding.message), expected=expected, found=found))

    def log(self, level: Level, message: str) -> None:
        """A line for the run's log, which is kept with what the run saw."""
        self._host.log(level, message)

    def _fits(self, name: str) -> bool:
        """A name that the host would stop at is not given; that something was left out is said."""
        fits = _length(name) <= LONGEST_NAME
        if not fits:
            self._host.missing(_prose(name), _too_long("a name", _length(name), LONGEST_NAME))
        return fits


def _too_long(what: str, length: int, limit: int) -> Failure:
    return Failure(Gap.LIMIT, f"{what} of {length} bytes, where at most {limit} are taken")


def _short_origin(origin: Origin | str) -> Origin:
    if isinstance(origin, str):
        origin = Origin(origin)
    subject = None if origin.subject is None else _prose(origin.subject)
    return replace(origin, what=_prose(origin.what), subject=subject)


def _prose(text: str) -> str:
    """The text, cut at a character where it is too long."""
    raw = text.encode()
    if len(raw) <= LONGEST_PROSE:
        return text
    room = LONGEST_PROSE - len("…".encode())
    return raw[:room].decode(errors="ignore") + "…"


def _length(text: str) -> int:
    return len(text.encode())
