"""Why something could not be seen. A gap is never a violation: the host keeps the two apart in its verdict."""

from __future__ import annotations

from enum import Enum


class Gap(Enum):
    """Why something could not be seen; the value is the word of evidence lines."""

    UNREACHABLE = "unreachable"
    """The service could not be reached."""
    TIMED_OUT = "timed-out"
    """It took longer than a limit."""
    DENIED = "denied"
    """The service turned the probe away."""
    TLS = "tls"
    """TLS could not be set up."""
    NOT_GRANTED = "not-granted"
    """The environment does not grant it."""
    LIMIT = "limit"
    """More than a limit allows."""
    UNREADABLE = "unreadable"
    """The service answered something that this probe cannot read."""
    NOT_OFFERED = "not-offered"
    """The service has nothing of the kind, for instance in this mode."""
    CONFIG = "config"
    """The environment's `config` fits its schema and still cannot be used."""
    DEFECT = "defect"
    """A defect of the probe's own."""


class Failure(Exception):
    """Nothing at all, or nothing more, can be seen. Evidence given before stays.

    Every error of this package is one. What is not caught ends the run with its gap; any other exception is an error
    of the program, and ends the run as a trap.

    >>> Failure(Gap.NOT_OFFERED, "metrics exist in containerd mode only").why
    <Gap.NOT_OFFERED: 'not-offered'>
    """

    why: Gap
    """Why."""
    detail: str
    """For the person who reads the verdict: a lower-case fragment."""

    def __init__(self, why: Gap, detail: str) -> None:
        super().__init__(why, detail)
        self.why = why
        self.detail = detail

    @classmethod
    def config(cls, detail: str) -> Failure:
        """The environment's `config` cannot be used; `detail` names the key."""
        return Failure(Gap.CONFIG, detail)

    def must_be_offered(self) -> Failure:
        """The same failure, of what every service of its kind has.

        That there is nothing of the kind counts for nothing in a verdict; where it must be there, something else may be
        answering, and that may not be passed over.

        >>> Failure(Gap.NOT_OFFERED, "GET /health: expected 200, found 404").must_be_offered().why
        <Gap.UNREADABLE: 'unreadable'>
        >>> Failure(Gap.UNREACHABLE, "connection refused").must_be_offered().why
        <Gap.UNREACHABLE: 'unreachable'>
        """
        return Failure(Gap.UNREADABLE if self.why is Gap.NOT_OFFERED else self.why, self.detail)

    def at(self, what: str) -> Failure:
        """The same failure, saying what was being looked at.

        >>> print(Failure(Gap.UNREACHABLE, "connection refused").at("GET /health"))
        GET /health: connection refused
        """
        return Failure(self.why, f"{what}: {self.detail}")

    def __str__(self) -> str:
        return self.detail

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Failure):
            return NotImplemented
        return (self.why, self.detail) == (other.why, other.detail)

    def __hash__(self) -> int:
        return hash((self.why, self.detail))


class Unreadable(Failure):
    """An answer that came, and that the probe cannot read: always `Gap.UNREADABLE`."""

    def __init__(self, detail: str) -> None:
        super().__init__(Gap.UNREADABLE, detail)
