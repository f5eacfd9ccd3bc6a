"""The standard gRPC health service, by hand-written protobuf: a request with the name in field 1, a response with the
status in field 1."""

from __future__ import annotations

from . import protobuf
from .failure import Failure, Gap
from .grpc import Call, Reply

CHECK = "grpc.health.v1.Health/Check"
"""The method, as a descriptor needs it."""

_WORDS = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")


def check(name: str = "") -> Call:
    """The call that asks for a name's health; the empty name stands for the whole server.

    ::

        reply = stack.grpc.invoke(health.check("agent.v1.AgentService"))
        stack.fact("health", health.status(reply), reply.origin("status"))
    """
    return Call(CHECK, protobuf.Writer().text(1, name).finish())


def status(reply: Reply) -> str:
    """`UNKNOWN`, `SERVING`, `NOT_SERVING` or `SERVICE_UNKNOWN`, which is of `Watch` only, and said all the same by some
    servers. Raises `Failure`: the call's, or that the reply says nothing of health."""
    reply.ok()
    try:
        number = protobuf.varint(reply.message, 1)
    except Failure as error:
        raise error.at(reply.what) from None
    if number >= len(_WORDS):
        raise Failure(Gap.UNREADABLE, f"expected a status of 0 to 3, found {number}").at(reply.what)
    return _WORDS[number]
