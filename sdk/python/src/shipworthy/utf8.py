"""Text from bytes that a service sent."""

from __future__ import annotations

from .failure import Unreadable


def decode(what: str, raw: bytes) -> str:
    """The text, if it is UTF-8; `what` is where it came from.

    Raises `Unreadable` with the words of the other SDKs, which name the place.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            detail = f"incomplete utf-8 byte sequence from index {error.start}"
        else:
            detail = f"invalid utf-8 sequence of {error.end - error.start} bytes from index {error.start}"
        raise Unreadable(f"{what}: {detail}") from None
