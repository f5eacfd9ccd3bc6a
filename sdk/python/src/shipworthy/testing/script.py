"""What the service would answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from .. import containers, network
from ..containers import Container, ContainersError
from ..evidence import Origin, Value
from ..failure import Failure
from ..grpc import Call
from ..host import GrpcAnswer as HostGrpcAnswer
from ..host import HttpAnswer, HttpAnswered
from ..http import Request
from ..network import NetworkError
from ..probe import Probe, Target
from ..probe import run as run_probe
from ..stack import Finding, Level, Stack
from .answer import Answer, GrpcAnswer
from .needs import Descriptor
from .seen import Capability, Complete, Digest, Evidence, Fact, Found, Missing, Seen

Answering = Callable[[Request], Answer | NetworkError]
"""A function from request to answer."""

T = TypeVar("T")


@dataclass
class _Scripted:
    """A container with what can be asked of it."""

    owner: str
    container: Container
    env: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)


class Script:
    """A script: what each request, call and container is answered with. Its methods return it, so that they can be
    strung together."""

    def __init__(self) -> None:
        """A service `service` that answers nothing, and has no containers."""
        self._target = Target("service", "service")
        self._descriptor: Descriptor | None = None
        self._http: dict[str, list[Answer | NetworkError]] = {}
        self._answering: Answering | None = None
        self._grpc: dict[str, list[GrpcAnswer | NetworkError]] = {}
        self._containers: list[_Scripted] = []
        self._containers_error: ContainersError | None = None

    def descriptor(self, text: str) -> Script:
        """Refuses what this descriptor, the text of `probe.json`, does not declare, as the host does, and fails a test
        whose probe gives a finding on a rule that it does not declare."""
        self._descriptor = Descriptor.parse(text)
        return self

    def target(self, target: Target) -> Script:
        """Looks at this target."""
        self._target = target
        return self

    def http(self, request: str, answer: Answer | NetworkError) -> Script:
        """Answers `METHOD PATH`, or `@ROLE METHOD PATH`. Given several times, the answers come in turn and the last one
        stays; each run begins anew."""
        self._http.setdefault(request, []).append(answer)
        return self

    def answering(self, answer: Answering) -> Script:
        """Answers every request that `http` says nothing of by a function: for answers that depend on what is asked, or
        that come from elsewhere, such as from a real service."""
        self._answering = answer
        return self

    def grpc(self, method: str, answer: GrpcAnswer | NetworkError) -> Script:
        """Answers `package.Service/Method`, or `@ROLE package.Service/Method`, likewise."""
        self._grpc.setdefault(method, []).append(answer)
        return self

    def container(self, container: Container) -> Script:
        """A container of the probe's own service. It needs a name; its id is made from it."""
        return self.container_of(".", container)

    def container_of(self, owner: str, container: Container) -> Script:
        """A container of another service or group."""
        self._containers.append(_Scripted(owner, replace(container, id=f"id-of-{container.name}")))
        return self

    def env(self, name: str, value: str) -> Script:
        """A variable of the container given last."""
        self._last().env[name] = value
        return self

    def label(self, name: str, value: str) -> Script:
        """A label of the container given last."""
        self._last().labels[name] = value
        return self

    def file(self, path: str, content: bytes | str) -> Script:
        """A file of the container given last."""
        self._last().files[path] = content.encode() if isinstance(content, str) else content
        return self

    def sha256(self, path: str, sha256: str) -> Script:
        """The digest of a file of the container given last. It is not computed."""
        self._last().digests[path] = sha256
        return self

    def logs(self, lines: Sequence[str]) -> Script:
        """The log of the container given last."""
        self._last().logs = list(lines)
        return self

    def containers_fail(self, error: ContainersError) -> Script:
        """Every question about containers is answered with this error."""
        self._containers_error = error
        return self

    def run(self, probe: type[Probe], config: object = None) -> Seen:
        """Runs a probe with this configuration, which is made JSON; none is `{}`.

        Raises `AssertionError` if the probe asks what the script does not answer.
        """
        run = _Run(self)
        try:
            run_probe(probe, Stack(run), self._target, json.dumps({} if config is None else config))
        except Failure as failure:
            run.seen.outcome = failure
        return run.seen

    def _last(self) -> _Scripted:
        if not self._containers:
            raise AssertionError("the script has no container yet: give one first")
        return self._containers[-1]


class _Run:
    """One run: the host's side of the stack that the probe is given."""

    def __init__(self, script: Script) -> None:
        self.seen = Seen()
        self._script = script
        # How often each was asked already.
        self._turns: dict[str, int] = {}

    def fact(self, key: str, value: Value, origin: Origin) -> None:
        self._give(Fact(key, value, origin))

    def capability(self, name: str, present: bool, origin: Origin) -> None:
        self._give(Capability(name, present, origin))

    def complete(self, prefix: str) -> None:
        self._give(Complete(prefix))

    def digest(self, name: str, sha256: str, origin: Origin) -> None:
        self._give(Digest(name, sha256, origin))

    def missing(self, name: str, why: Failure) -> None:
        self._give(Missing(name, why))

    def finding(self, rule: str, finding: Finding) -> None:
        descriptor = self._script._descriptor
        if descriptor is not None and not descriptor.has_rule(rule):
            raise AssertionError(f"the descriptor declares no rule `{rule}`")
        self._give(Found(rule, finding))

    def http(self, request: Request) -> HttpAnswer:
        kind, prefix = _role("http", request.endpoint)
        self.seen.requests.append(request)
        self._refuse(f"{kind} {request.what.partition('?')[0]}", network.NotGranted)
        key = prefix + request.what
        answering = self._script._answering
        if answering is not None and key not in self._script._http:
            answer = answering(request)
        else:
            answer = self._take(self._script._http, key)
        if isinstance(answer, NetworkError):
            raise answer
        return answer.answer

    def http_all(self, requests: Sequence[Request]) -> list[HttpAnswered]:
        return [self._answered(request) for request in requests]

    def grpc(self, call: Call) -> HostGrpcAnswer:
        kind, prefix = _role("grpc", call.endpoint)
        self.seen.calls.append(call)
        self._refuse(f"{kind} {call.method}", network.NotGranted)
        answer = self._take(self._script._grpc, prefix + call.method)
        if isinstance(answer, NetworkError):
            raise answer
        return answer.answer

    def find(self, service: str | None) -> list[Container]:
        if self._script._containers_error is not None:
            raise self._script._containers_error
        owner = "." if service is None else service
        self._refuse(f"container {owner}", containers.NotGranted)
        return [scripted.container for scripted in self._script._containers if scripted.owner == owner]

    def env(self, container_id: str, name: str) -> str | None:
        return self._ask(container_id, "env", name).env.get(name)

    def label(self, container_id: str, name: str) -> str | None:
        return self._ask(container_id, "label", name).labels.get(name)

    def sha256(self, container_id: str, path: str) -> str:
        digests = self._ask(container_id, "file", path).digests
        if path not in digests:
            raise containers.NoSuchFile(path)
        return digests[path]

    def read_file(self, container_id: str, path: str, max_bytes: int) -> bytes:
        files = self._ask(container_id, "file", path).files
        if path not in files:
            raise containers.NoSuchFile(path)
        if len(files[path]) > max_bytes:
            raise containers.TooLarge(max_bytes)
        return files[path]

    def logs(self, container_id: str, lines: int) -> list[str]:
        kept = self._ask(container_id, "logs", "").logs
        return kept[max(0, len(kept) - lines) :]

    def log(self, level: Level, message: str) -> None:
        self.seen.log.append((level, message))

    def _give(self, evidence: Evidence) -> None:
        self.seen.evidence.append(evidence)

    def _answered(self, request: Request) -> HttpAnswered:
        try:
            return self.http(request)
        except NetworkError as error:
            return error

    def _take(self, answers: dict[str, list[T]], key: str) -> T:
        if key not in answers:
            raise AssertionError(f"the script has no answer for `{key}`, it has: {list(answers)}")
        turn = self._turns.get(key, 0)
        self._turns[key] = turn + 1
        return answers[key][min(turn, len(answers[key]) - 1)]

    def _refuse(self, line: str, refusal: Callable[[str], Failure]) -> None:
        """Raises the refusal with the line that is missing from the descriptor, if one is."""
        descriptor = self._script._descriptor
        if descriptor is not None and not descriptor.covers(line):
            raise refusal(line)

    def _ask(self, container_id: str, kind: str, what: str) -> _Scripted:
        """The container, if the line for its owner that this question takes is declared."""
        if self._script._containers_error is not None:
            raise self._script._containers_error
        for scripted in self._script._containers:
            if scripted.container.id == container_id:
                self._refuse(f"{kind} {scripted.owner} {what}".rstrip(), containers.NotGranted)
                return scripted
        raise containers.NoSuchContainer(container_id)


def _role(kind: str, endpoint: str | None) -> tuple[str, str]:
    """`kind` or `kind@role`, as needs are written, and the script's prefix for the same."""
    if endpoint is None or endpoint == "main":
        return kind, ""
    return f"{kind}@{endpoint}", f"@{endpoint} "
