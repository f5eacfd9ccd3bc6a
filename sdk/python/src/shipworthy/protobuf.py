"""Protobuf by hand: enough for messages of a few fields, where a code generator would cost more than it gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import utf8
from .failure import Unreadable

# Within `Writer`, `bytes` is a method.
_Raw = bytes

_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5


class Varint(NamedTuple):
    """Integers, booleans and enums."""

    value: int


class Bytes(NamedTuple):
    """Text, bytes and messages."""

    value: bytes


class Fixed64(NamedTuple):
    """`fixed64`, `sfixed64`, and the bits of a `double`."""

    value: int


class Fixed32(NamedTuple):
    """`fixed32`, `sfixed32`, and the bits of a `float`."""

    value: int


Field = Varint | Bytes | Fixed64 | Fixed32
"""One field's value, as it is on the wire."""


class Writer:
    """Writes a message field by field.

    >>> Writer().text(1, "hi").varint(2, 300).finish()
    b'\\n\\x02hi\\x10\\xac\\x02'
    """

    def __init__(self) -> None:
        """An empty message."""
        self._bytes = bytearray()

    def text(self, number: int, text: str) -> Writer:
        """A `string` field."""
        return self.bytes(number, text.encode())

    def bytes(self, number: int, raw: _Raw) -> Writer:
        """A `bytes` field, or a message in a message."""
        self._push(number << 3 | _LENGTH_DELIMITED)
        self._push(len(raw))
        self._bytes += raw
        return self

    def varint(self, number: int, value: int) -> Writer:
        """An `int32`, `int64`, `uint32`, `uint64`, `bool` or `enum` field; a negative number in two's complement."""
        self._push(number << 3 | _VARINT)
        self._push(value % 2**64)
        return self

    def finish(self) -> _Raw:
        """The encoded message."""
        return _Raw(self._bytes)

    def _push(self, value: int) -> None:
        while value > 0x7F:
            self._bytes.append(value & 0x7F | 0x80)
            value >>= 7
        self._bytes.append(value)


def fields(message: bytes) -> Iterator[tuple[int, Field]]:
    """The fields of a message, in their order, each with its number.

    Raises `Unreadable` where the message ends being one; what was read before stands.

    >>> list(fields(b"\\n\\x02hi\\x10\\xac\\x02"))
    [(1, Bytes(value=b'hi')), (2, Varint(value=300))]
    """
    place = 0
    while place < len(message):
        try:
            key, place = _varint(message, place)
            number, wire = key >> 3, key & 7
            if not 0 < number < 2**32:
                raise _Nonsense
            field, place = _field(message, place, wire)
        except _Nonsense:
            raise Unreadable("not a protobuf message") from None
        yield number, field


def varint(message: bytes, number: int) -> int:
    """The last varint field of this number, as protobuf has it; 0 where there is none. Raises `Unreadable`."""
    value = 0
    for found, field in fields(message):
        if found == number and isinstance(field, Varint):
            value = field.value
    return value


def text(message: bytes, number: int) -> str:
    """The last text field of this number; empty where there is none. Raises `Unreadable`."""
    value = b""
    for found, field in fields(message):
        if found == number and isinstance(field, Bytes):
            value = field.value
    return utf8.decode("protobuf", value)


class _Nonsense(Exception):
    """The bytes are no field."""


def _field(message: bytes, place: int, wire: int) -> tuple[Field, int]:
    if wire == _VARINT:
        value, place = _varint(message, place)
        return Varint(value), place
    if wire == _LENGTH_DELIMITED:
        length, place = _varint(message, place)
        raw, place = _take(message, place, length)
        return Bytes(raw), place
    if wire == _FIXED64:
        raw, place = _take(message, place, 8)
        return Fixed64(int.from_bytes(raw, "little")), place
    if wire == _FIXED32:
        raw, place = _take(message, place, 4)
        return Fixed32(int.from_bytes(raw, "little")), place
    raise _Nonsense


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """A varint has at most ten bytes, the last of which holds one bit."""
    value = 0
    for shift in range(0, 64, 7):
        raw, place = _take(message, place, 1)
        byte = raw[0]
        if shift == 63 and byte > 1:
            break
        value |= (byte & 0x7F) << shift
        if byte & 0x80 == 0:
            return value, place
    raise _Nonsense


def _take(message: bytes, place: int, length: int) -> tuple[bytes, int]:
    end = place + length
    if end > len(message):
        raise _Nonsense
    return message[place:end], end
