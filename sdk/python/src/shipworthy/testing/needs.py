"""What a descriptor declares, so that a script can refuse the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..json import Json


@dataclass(frozen=True)
class Rule:
    """A rule of the descriptor."""

    name: str


@dataclass(frozen=True)
class Descriptor:
    """The part of a descriptor that a script looks at."""

    needs: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str) -> Descriptor:
        """Reads `probe.json`. Raises `Unreadable` if it is none."""
        return Json.parse("the descriptor", text).read("", cls)

    def covers(self, line: str) -> bool:
        """Whether a use, written as the line of needs that would cover exactly it, is declared."""
        return any(covers(need, line) for need in [*self.needs, *self.optional])

    def has_rule(self, name: str) -> bool:
        """Whether it declares this rule."""
        return any(rule.name == name for rule in self.rules)


def covers(need: str, line: str) -> bool:
    """Word by word; the last word of a need may be a pattern, in which `*` stays within a segment and `**` crosses."""
    *needed, pattern = need.split() or [""]
    *asked, text = line.split() or [""]
    # In a label's name nothing is a segment.
    anything = ".*" if needed[:1] == ["label"] else "[^/]*"
    parts = [{"**": ".*", "*": anything}.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*)", pattern)]
    return needed == asked and re.fullmatch("".join(parts), text, re.DOTALL) is not None
