"""Unary gRPC calls. The host speaks HTTP/2; messages are encoded protobuf, for which `protobuf` has enough to read and
write a few fields by hand."""

from __future__ import annotations

from enum import IntEnum

from .evidence import Origin
from .failure import Failure, Gap
from .host import GrpcAnswer, Host
from .http import HeadersGiven, checked_timeout, header_list, part_of
from .network import Header


class Code(IntEnum):
    """The gRPC status codes that a probe tells apart."""

    OK = 0
    """The call succeeded."""
    DEADLINE_EXCEEDED = 4
    """The server took longer than the deadline."""
    NOT_FOUND = 5
    """What was asked for is not there."""
    PERMISSION_DENIED = 7
    """The caller may not."""
    RESOURCE_EXHAUSTED = 8
    """Out of something, such as quota."""
    UNIMPLEMENTED = 12
    """The server has no such method."""
    UNAVAILABLE = 14
    """The server is not available now."""
    UNAUTHENTICATED = 16
    """The caller is not known."""


class Call:
    """A call of `package.Service/Method`.

    >>> from shipworthy import protobuf
    >>> message = protobuf.Writer().text(1, "agent.v1.AgentService").finish()
    >>> Call("grpc.health.v1.Health/Check", message, timeout_ms=500).what
    'grpc grpc.health.v1.Health/Check'
    """

    method: str
    """`package.Service/Method`."""
    message: bytes
    """The encoded message."""
    endpoint: str | None
    """The role that it goes to, where that is not `main`."""
    metadata: tuple[Header, ...]
    """The metadata, in order."""
    timeout_ms: int | None
    """The call's own limit in milliseconds, if it has one."""

    def __init__(
        self,
        method: str,
        message: bytes = b"",
        *,
        endpoint: str | None = None,
        metadata: HeadersGiven = (),
        timeout_ms: int | None = None,
    ) -> None:
        """`endpoint` is another role of the descriptor than `main`; `timeout_ms` can only shorten the environment's
        limit."""
        self.method = method
        self.message = bytes(message)
        self.endpoint = endpoint
        self.metadata = header_list(metadata)
        self.timeout_ms = checked_timeout(timeout_ms)

    @property
    def what(self) -> str:
        """The call in words: `grpc package.Service/Method`."""
        return f"grpc {self.method}"

    def __repr__(self) -> str:
        return f"Call({self.method!r})"


class Reply:
    """A reply with any status code."""

    what: str
    """The call in words."""
    code: int
    """The status code; see `Code`."""
    status: str
    """The status message."""
    metadata: tuple[Header, ...]
    """Headers and trailers."""
    message: bytes
    """The encoded message; empty where there is none."""

    def __init__(self, what: str, answer: GrpcAnswer) -> None:
        """For the package itself: a probe gets its replies from `Grpc`."""
        self.what = what
        self.code = answer.code
        self.status = answer.status
        self.metadata = answer.metadata
        self.message = answer.message

    def origin(self, part: str = "") -> Origin:
        """Where a part of this reply was read; without a part, the reply itself."""
        return part_of(self.what, part)

    def ok(self) -> Reply:
        """This reply if its code is OK; else raises `CallFailed`, which has the gap that fits."""
        if self.code != Code.OK:
            raise self.failed()
        return self

    def failed(self) -> CallFailed:
        """The error that a reply with another code than OK is."""
        return CallFailed(self.what, self.code, self.status)

    def __repr__(self) -> str:
        return f"Reply({self.what!r}, {self.code})"


class CallFailed(Failure):
    """A reply whose status code is not OK."""

    what: str
    """The call in words."""
    code: int
    """The status code; see `Code`."""
    status: str
    """The status message."""

    def __init__(self, what: str, code: int, status: str = "") -> None:
        message = f": {status}" if status else ""
        super().__init__(_gap(code), f"{what}: status {code}{message}")
        self.what = what
        self.code = code
        self.status = status


class Grpc:
    """The way to the service over gRPC."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def invoke(self, call: Call) -> Reply:
        """Makes one call. Raises `NetworkError`. A reply with another code than OK is a reply: see `Reply.ok`.

        ::

            reply = stack.grpc.invoke(Call("example.v1.Things/List")).ok()
            stack.capability("rpc:List", True, reply.origin())
        """
        return Reply(call.what, self._host.grpc(call))


def _gap(code: int) -> Gap:
    match code:
        case Code.UNAUTHENTICATED | Code.PERMISSION_DENIED:
            return Gap.DENIED
        case Code.UNIMPLEMENTED | Code.NOT_FOUND:
            return Gap.NOT_OFFERED
        case Code.UNAVAILABLE:
            return Gap.UNREACHABLE
        case Code.DEADLINE_EXCEEDED:
            return Gap.TIMED_OUT
        case Code.RESOURCE_EXHAUSTED:
            return Gap.LIMIT
        case _:
            return Gap.UNREADABLE
