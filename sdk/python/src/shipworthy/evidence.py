"""Values and where they were read."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

Value = str | int | float | bool
"""A fact's value. Requirements compare numbers as numbers (`"<100"`), anything else as text. True and false are
booleans, never numbers."""


@dataclass(frozen=True)
class Origin:
    """Where something was read, in words that let a person read it again.

    >>> Origin("label org.example.version").of("agent-1").subject
    'agent-1'
    """

    what: str
    """Such as `GET /openapi.json info.version`."""
    subject: str | None = None
    """The container or other part, where the service has several."""

    def of(self, subject: str) -> Origin:
        """The same, in one of the service's parts."""
        return replace(self, subject=subject)


def words(value: Value) -> str:
    """A value as a person reads it: `3`, not `3.0`, and `true`, not `True`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _digits(float(value))


def _digits(number: float) -> str:
    """The number as the host has it, a 64-bit float, without an exponent."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else str(number)
    text = repr(number)
    if "e" not in text:
        return text.removesuffix(".0")
    mantissa, exponent = text.split("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.removeprefix("-").partition(".")
    digits, point = whole + fraction, len(whole) + int(exponent)
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    return sign + digits.ljust(point, "0")
