"""JSON answers, read by pointer (RFC 6901), with errors that say where."""

from __future__ import annotations

import json
import math
import re
from typing import Any, TypeVar

from . import reading
from .evidence import Origin, Value
from .failure import Unreadable

Node = bool | int | float | str | list[Any] | dict[str, Any] | None
"""What JSON is made of."""

T = TypeVar("T")

# Up to here a float holds every whole number; beyond, an int would show digits that nobody sent.
_LARGEST_EXACT = 2**53

# An array's index as RFC 6901 has it.
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)

DEEPEST = 128
"""Levels of a document that are read in any case. From twice as many on, none is: nobody answers so, but to do harm."""

# A text of a document, whose brackets count for nothing; objects count like arrays.
_TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


class Json:
    """A JSON document that knows where it came from.

    A number without a fraction is an `int`, also where the service wrote `3.0`, so that it reads the same everywhere.
    """

    what: str
    """Where it came from: `GET /openapi.json`."""
    root: Node
    """The whole document."""

    def __init__(self, what: str, root: Node) -> None:
        """A document that has been read already."""
        self.what = what
        self.root = root

    @classmethod
    def parse(cls, what: str, text: bytes | str) -> Json:
        """Reads `text`, which came from `what` (`GET /openapi.json`). Raises `Unreadable`.

        >>> document = Json.parse("GET /openapi.json", '{ "info": { "version": "2.0.0" } }')
        >>> document.text("/info/version")
        '2.0.0'
        >>> document.origin("/info/version").what
        'GET /openapi.json info.version'
        """
        try:
            decoded = text if isinstance(text, str) else text.decode()
            if _is_deep(decoded):
                raise ValueError("nested too deeply")
            root = json.loads(decoded, parse_int=_whole, parse_float=_number, parse_constant=_no_number)
            # Half a character is no text: it could not be passed on.
            if "\\u" in decoded and _HALF_A_CHARACTER.search(json.dumps(root, ensure_ascii=False)):
                raise ValueError("an escape that is half a character")
        except ValueError as error:
            raise Unreadable(f"{what}: not JSON: {error}") from None
        return cls(what, root)

    def at(self, pointer: str) -> Node:
        """What is at `pointer`, such as `/info/version`; the empty pointer is the document. None where there is
        nothing, and where there is null."""
        found = self._find(pointer)
        return None if isinstance(found, _Absent) else found

    def text(self, pointer: str) -> str:
        """The text at `pointer`. Raises `Unreadable`."""
        found = self._expect(pointer)
        if not isinstance(found, str):
            raise self._not_a("text", pointer)
        return found

    def keys(self, pointer: str) -> list[str]:
        """The keys of the object at `pointer`, sorted. Raises `Unreadable`."""
        found = self._expect(pointer)
        if not isinstance(found, dict):
            raise self._not_a("an object", pointer)
        return sorted(found)

    def value(self, pointer: str) -> Value:
        """The text, number or boolean at `pointer`, as a fact's value. Raises `Unreadable`."""
        found = self._expect(pointer)
        if not isinstance(found, (str, bool, int, float)):
            raise self._not_a("text, a number or a boolean", pointer)
        return found

    def read(self, pointer: str, shape: type[T]) -> T:
        """What is at `pointer`, as a type of the probe's own; an empty pointer reads the whole document.

        A shape is `str`, `int`, `float`, `bool`, `list[...]`, `dict[str, ...]`, `X | None`, another union, a `Literal`,
        or a dataclass of these, whose fields with a default may be absent; keys that it does not have are passed over.
        Raises `Unreadable`, and `TypeError` for a shape that is none of these.

        >>> Json.parse("GET /queue", '{ "length": 3 }').read("/length", float)
        3
        """
        found: T = reading.read(self.what, pointer, self._expect(pointer), shape)
        return found

    def origin(self, pointer: str) -> Origin:
        """Where `pointer` was read, in words."""
        if not pointer:
            return Origin(self.what)
        dotted = pointer.lstrip("/").replace("/", ".").replace("~1", "/").replace("~0", "~")
        return Origin(f"{self.what} {dotted}")

    def _find(self, pointer: str) -> Node | _Absent:
        if not pointer:
            return self.root
        if not pointer.startswith("/"):
            return _Absent()
        node: Node | _Absent = self.root
        for part in pointer[1:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict):
                node = node.get(key, _Absent())
            elif isinstance(node, list) and _INDEX.fullmatch(key) and int(key) < len(node):
                node = node[int(key)]
            else:
                return _Absent()
        return node

    def _expect(self, pointer: str) -> Node:
        found = self._find(pointer)
        if isinstance(found, _Absent):
            raise Unreadable(f"{self.what}: has no `{pointer}`")
        return found

    def _not_a(self, expected: str, pointer: str) -> Unreadable:
        return Unreadable(f"{self.what}: `{pointer}`: expected {expected}")


class _Absent:
    """Nothing, which is not null."""


def _is_deep(text: str) -> bool:
    """Whether it may have more levels than are read. Python's own reader would find out by running out of stack, which
    in a component ends the run."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    brackets = _TEXT.sub("", text).encode(errors="replace").translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(DEEPEST):
        # Each time, the innermost level goes. What closes nothing stays, and the reader says so.
        outer = brackets.replace(b"[]", b"")
        if len(outer) == len(brackets):
            break
        brackets = outer
    return brackets.count(b"[") > DEEPEST


def _whole(text: str) -> int:
    _number(text)
    return int(text)


def _number(text: str) -> int | float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return int(number) if number.is_integer() and abs(number) < _LARGEST_EXACT else number


def _no_number(text: str) -> None:
    raise ValueError(f"`{text}` is no number")
