"""What a probe said to a script."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..evidence import Origin, Value, words
from ..failure import Failure
from ..grpc import Call
from ..http import Request
from ..stack import Finding, Level


@dataclass(frozen=True)
class Fact:
    """`Stack.fact`"""

    key: str
    value: Value
    origin: Origin

    def __str__(self) -> str:
        value = _quoted(self.value) if isinstance(self.value, str) else words(self.value)
        return f"fact {self.key} = {value}{_from(self.origin)}"


@dataclass(frozen=True)
class Capability:
    """`Stack.capability`"""

    name: str
    present: bool
    origin: Origin

    def __str__(self) -> str:
        return f"capability {self.name} {'present' if self.present else 'absent'}{_from(self.origin)}"


@dataclass(frozen=True)
class Complete:
    """`Stack.complete`"""

    prefix: str

    def __str__(self) -> str:
        return f"complete {_quoted(self.prefix)}"


@dataclass(frozen=True)
class Digest:
    """`Stack.digest`"""

    name: str
    sha256: str
    origin: Origin

    def __str__(self) -> str:
        return f"digest {self.name} = {self.sha256}{_from(self.origin)}"


@dataclass(frozen=True)
class Missing:
    """`Stack.missing`"""

    name: str
    why: Failure

    def __str__(self) -> str:
        return f"missing {self.name}: {self.why.why.value}: {self.why.detail}"


@dataclass(frozen=True)
class Found:
    """`Stack.finding`"""

    rule: str
    finding: Finding

    def __str__(self) -> str:
        finding = self.finding
        expected = "" if finding.expected is None else f", expected {finding.expected}"
        found = "" if finding.found is None else f", found {finding.found}"
        word = "holds" if finding.holds else "broken"
        return f"finding {self.rule} {word}: {finding.message}{expected}{found}"


Evidence = Fact | Capability | Complete | Digest | Missing | Found
"""One piece of evidence; as text it is its line."""


@dataclass
class Seen:
    """One run of a probe, as the host would have seen it."""

    outcome: Failure | None = None
    """How the run ended: the failure, if there was one."""
    evidence: list[Evidence] = field(default_factory=list)
    """All evidence, in the order in which it was given."""
    requests: list[Request] = field(default_factory=list)
    """The requests over HTTP, in order."""
    calls: list[Call] = field(default_factory=list)
    """The gRPC calls, in order."""
    log: list[tuple[Level, str]] = field(default_factory=list)
    """The log's lines."""

    def lines(self) -> list[str]:
        """All evidence, a line for each, and how the run failed if it did: for tests that compare the whole."""
        lines = [str(evidence) for evidence in self.evidence]
        if self.outcome is not None:
            lines.append(f"failed {self.outcome.why.value}: {self.outcome}")
        return lines

    def fact(self, key: str) -> Value | None:
        """The last value of this key, if one was given."""
        found = [one.value for one in self.evidence if isinstance(one, Fact) and one.key == key]
        return found[-1] if found else None

    def capability(self, name: str) -> bool | None:
        """Whether the capability was last seen present or absent, if it was given."""
        found = [one.present for one in self.evidence if isinstance(one, Capability) and one.name == name]
        return found[-1] if found else None

    def is_complete(self, prefix: str) -> bool:
        """Whether the capabilities that begin so were said to be complete."""
        return Complete(prefix) in self.evidence

    def missing(self, name: str) -> Failure | None:
        """Why this could not be seen, if that was said."""
        return next((one.why for one in self.evidence if isinstance(one, Missing) and one.name == name), None)

    def findings(self, rule: str) -> list[Finding]:
        """What became of a rule of the probe's own, each time it was judged."""
        return [one.finding for one in self.evidence if isinstance(one, Found) and one.rule == rule]


def _from(origin: Origin) -> str:
    return f", from {origin.what}" + (f" of {origin.subject}" if origin.subject is not None else "")


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def _quoted(text: str) -> str:
    """The text as the host's lines have it."""
    shown = (_ESCAPES.get(one) or (one if one.isprintable() else f"\\u{{{ord(one):x}}}") for one in text)
    return f'"{"".join(shown)}"'
