"""The host's side, call by call as the WIT has it: behind it stands the component's world, or a test's script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .failure import Failure
from .network import Header, NetworkError

if TYPE_CHECKING:
    from .containers import Container
    from .evidence import Origin, Value
    from .grpc import Call
    from .http import Request
    from .stack import Finding, Level


@dataclass(frozen=True)
class HttpAnswer:
    """What came back for a request, before it knows its request."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


@dataclass(frozen=True)
class GrpcAnswer:
    """What came back for a call, before it knows its call."""

    code: int
    status: str
    metadata: tuple[Header, ...]
    message: bytes


HttpAnswered = HttpAnswer | NetworkError
"""An answer, or why there is none; given, not raised, where there are several."""


class Host(Protocol):
    """What a stack passes on. Questions raise `NetworkError` or `ContainersError`; evidence never fails."""

    def fact(self, key: str, value: Value, origin: Origin) -> None: ...
    def capability(self, name: str, present: bool, origin: Origin) -> None: ...
    def complete(self, prefix: str) -> None: ...
    def digest(self, name: str, sha256: str, origin: Origin) -> None: ...
    def missing(self, name: str, why: Failure) -> None: ...
    def finding(self, rule: str, finding: Finding) -> None: ...

    def http(self, request: Request) -> HttpAnswer: ...
    def http_all(self, requests: Sequence[Request]) -> list[HttpAnswered]: ...
    def grpc(self, call: Call) -> GrpcAnswer: ...

    def find(self, service: str | None) -> list[Container]: ...
    def env(self, container_id: str, name: str) -> str | None: ...
    def label(self, container_id: str, name: str) -> str | None: ...
    def sha256(self, container_id: str, path: str) -> str: ...
    def read_file(self, container_id: str, path: str, max_bytes: int) -> bytes: ...
    def logs(self, container_id: str, lines: int) -> list[str]: ...

    def log(self, level: Level, message: str) -> None: ...
