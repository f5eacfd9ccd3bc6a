"""The component's side of the WIT: the host's functions, and what the component exports.

`componentize-py` is given this module; it imports the project's own module `probe`. The bindings that it imports exist
only in a component, so nothing else of the package imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from componentize_py_types import Err, Ok, Result
from wit_world.exports import guest
from wit_world.imports import containers as wit_containers
from wit_world.imports import evidence as wit_evidence
from wit_world.imports import gaps as wit_gaps
from wit_world.imports import grpc as wit_grpc
from wit_world.imports import http as wit_http
from wit_world.imports import log as wit_log
from wit_world.imports import network as wit_network

import probe as _project  # noqa: F401  # it names its probe by `export`

from . import containers, crash, network
from .containers import Container, ContainersError
from .evidence import Origin, Value
from .failure import Failure, Gap
from .grpc import Call
from .host import GrpcAnswer, HttpAnswer, HttpAnswered
from .http import Request
from .network import Header, NetworkError, Phase
from .probe import Target, exported, run
from .stack import Finding, Level, Stack

T = TypeVar("T")

_PROBE = exported()

# The standard library imports what this takes at its first use, when there are no files any more.
datetime.strptime("2026", "%Y")


class Guest:
    """What the component exports; `componentize-py` finds it by its name."""

    def observe(self, target: guest.Target) -> None:
        """Runs the project's probe in the component's world."""
        try:
            run(_PROBE, Stack(World()), Target(target.service, target.instance, target.project), target.config)
        except Failure as failure:
            raise Err(guest.Failure(_gap(failure.why), failure.detail)) from None
        except BaseException as error:
            crash.end(error)


class World:
    """The world that the component imports; the methods are those of `Host`."""

    def fact(self, key: str, value: Value, origin: Origin) -> None:
        given: wit_evidence.Value
        if isinstance(value, bool):
            given = wit_evidence.Value_Boolean(value)
        elif isinstance(value, str):
            given = wit_evidence.Value_Text(value)
        else:
            given = wit_evidence.Value_Number(float(value))
        wit_evidence.fact(key, given, _origin(origin))

    def capability(self, name: str, present: bool, origin: Origin) -> None:
        wit_evidence.capability(name, present, _origin(origin))

    def complete(self, prefix: str) -> None:
        wit_evidence.complete(prefix)

    def digest(self, name: str, sha256: str, origin: Origin) -> None:
        wit_evidence.digest(name, sha256, _origin(origin))

    def missing(self, name: str, why: Failure) -> None:
        wit_evidence.missing(name, _gap(why.why), why.detail)

    def finding(self, rule: str, finding: Finding) -> None:
        wit_evidence.finding(rule, finding.holds, finding.message, finding.expected, finding.found)

    def http(self, request: Request) -> HttpAnswer:
        try:
            return _response(wit_http.send(_request(request)))
        except Err as error:
            raise _network_error(error.value) from None

    def http_all(self, requests: Sequence[Request]) -> list[HttpAnswered]:
        answers = wit_http.send_all([_request(request) for request in requests])
        return [_answered(answer) for answer in answers]

    def grpc(self, call: Call) -> GrpcAnswer:
        metadata = [wit_network.Header(name, value) for name, value in call.metadata]
        asked = wit_grpc.Call(call.endpoint, call.method, metadata, call.message, call.timeout_ms)
        try:
            reply = wit_grpc.invoke(asked)
        except Err as error:
            raise _network_error(error.value) from None
        return GrpcAnswer(reply.code, reply.status, _headers(reply.metadata), reply.message)

    def find(self, service: str | None) -> list[Container]:
        return _asked(lambda: [_container(found) for found in wit_containers.find(service)])

    def env(self, container_id: str, name: str) -> str | None:
        return _asked(lambda: wit_containers.env(container_id, name))

    def label(self, container_id: str, name: str) -> str | None:
        return _asked(lambda: wit_containers.label(container_id, name))

    def sha256(self, container_id: str, path: str) -> str:
        return _asked(lambda: wit_containers.sha256(container_id, path))

    def read_file(self, container_id: str, path: str, max_bytes: int) -> bytes:
        return _asked(lambda: wit_containers.read_file(container_id, path, max_bytes))

    def logs(self, container_id: str, lines: int) -> list[str]:
        return _asked(lambda: wit_containers.logs(container_id, lines))

    def log(self, level: Level, message: str) -> None:
        wit_log.write(_LEVELS[level], message)


# By name, and made when the component is built: a gap or level that only one side has stops the build.
_GAPS = {gap: wit_gaps.Gap[gap.name] for gap in Gap}
_LEVELS = {level: wit_log.Level[level.name] for level in Level}
_PHASES = {wit_network.Phase[phase.name]: phase for phase in Phase}


def _gap(gap: Gap) -> wit_gaps.Gap:
    return _GAPS[gap]


def _origin(origin: Origin) -> wit_evidence.Origin:
    return wit_evidence.Origin(origin.what, origin.subject)


def _headers(headers: Sequence[wit_network.Header]) -> tuple[Header, ...]:
    return tuple(Header(header.name, header.value) for header in headers)


def _request(request: Request) -> wit_http.Request:
    headers = [wit_network.Header(name, value) for name, value in request.headers]
    return wit_http.Request(request.endpoint, request.method, request.path, headers, request.body, request.timeout_ms)


def _response(response: wit_http.Response) -> HttpAnswer:
    return HttpAnswer(response.status, _headers(response.headers), response.body)


def _answered(answer: Result[wit_http.Response, wit_network.Error]) -> HttpAnswered:
    return _response(answer.value) if isinstance(answer, Ok) else _network_error(answer.value)


def _asked(question: Callable[[], T]) -> T:
    """What the host answers on containers."""
    try:
        return question()
    except Err as error:
        raise _containers_error(error.value) from None


def _network_error(error: wit_network.Error) -> NetworkError:
    match error:
        case wit_network.Error_NotGranted(grant):
            return network.NotGranted(grant)
        case wit_network.Error_InvalidRequest(why):
            return network.InvalidRequest(why)
        case wit_network.Error_Unreachable(why):
            return network.Unreachable(why)
        case wit_network.Error_Tls(why):
            return network.Tls(why)
        case wit_network.Error_TimedOut(timeout):
            return network.TimedOut(_PHASES[timeout.phase], timeout.limit_ms, timeout.received_bytes)
        case wit_network.Error_TooLarge(excess):
            return network.TooLarge(excess.what, excess.limit)
        case wit_network.Error_Protocol(why):
            return network.Protocol(why)
    raise TypeError(f"the host gave an error that this SDK does not know: {error!r}")


def _container(found: wit_containers.Container) -> Container:
    return Container(
        found.id,
        found.name,
        found.service,
        found.image,
        found.image_id,
        found.state,
        found.health,
        found.exit_code,
        found.started_at,
        found.finished_at,
    )


def _containers_error(error: wit_containers.Error) -> ContainersError:
    match error:
        case wit_containers.Error_NotGranted(grant):
            return containers.NotGranted(grant)
        case wit_containers.Error_EngineUnreachable(why):
            return containers.EngineUnreachable(why)
        case wit_containers.Error_NoSuchContainer(container_id):
            return containers.NoSuchContainer(container_id)
        case wit_containers.Error_NoSuchFile(path):
            return containers.NoSuchFile(path)
        case wit_containers.Error_NotAFile(path):
            return containers.NotAFile(path)
        case wit_containers.Error_AmbiguousProject(projects):
            return containers.AmbiguousProject(projects)
        case wit_containers.Error_TooLarge(limit):
            return containers.TooLarge(limit)
        case wit_containers.Error_TimedOut(limit_ms):
            return containers.TimedOut(limit_ms)
        case wit_containers.Error_Other(why):
            return containers.Other(why)
    raise TypeError(f"the host gave an error that this SDK does not know: {error!r}")
