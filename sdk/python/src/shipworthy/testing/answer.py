"""One answer of a service."""

from __future__ import annotations

import json

from .. import host
from ..http import HeadersGiven, header_list


class Answer:
    """What the service answers a request with."""

    def __init__(self, status: int, body: bytes | str = b"", *, headers: HeadersGiven = ()) -> None:
        raw = body.encode() if isinstance(body, str) else bytes(body)
        self.answer = host.HttpAnswer(status, header_list(headers), raw)

    @classmethod
    def json(cls, status: int, body: object) -> Answer:
        """An answer that says it is JSON; `body` is made JSON, unless it is text, which is taken as it is."""
        text = body if isinstance(body, str) else json.dumps(body)
        return cls(status, text, headers={"content-type": "application/json"})


class GrpcAnswer:
    """What the service answers a gRPC call with."""

    def __init__(self, code: int, status: str = "", message: bytes = b"", *, metadata: HeadersGiven = ()) -> None:
        self.answer = host.GrpcAnswer(code, status, header_list(metadata), bytes(message))

    @classmethod
    def ok(cls, message: bytes = b"") -> GrpcAnswer:
        """Status OK and this encoded message."""
        return cls(0, message=message)

    @classmethod
    def status(cls, code: int, status: str = "") -> GrpcAnswer:
        """Another status, and no message."""
        return cls(code, status)
