"""The probe of ../../conformance/README.md: every function of the SDK, to hold four SDKs against each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from shipworthy import (
    Call,
    Container,
    ContainersError,
    Failure,
    Finding,
    Gap,
    Level,
    Origin,
    Probe,
    Request,
    Stack,
    Target,
    export,
    health,
    random,
)


@dataclass(frozen=True)
class Config:
    parts: list[str] = field(default_factory=list)
    text: str = ""


class Conformance(Probe):
    def observe(self, stack: Stack, target: Target, config: Config) -> None:
        for name in config.parts:
            if name == "target":
                look_at_target(stack, target, config)
            elif name in PARTS:
                PARTS[name](stack)
            else:
                raise Failure.config(f"config: no part `{name}`")


def look_at_target(stack: Stack, target: Target, config: Config) -> None:
    stack.fact("target.service", target.service, "target")
    stack.fact("target.instance", target.instance, "target")
    stack.fact("target.project", target.project or "none", "target")
    stack.fact("target.text", config.text, "target")


def info(stack: Stack) -> None:
    json = stack.http.get("/info").expect(200).json()
    stack.fact("version", json.value("/build/version"), json.origin("/build/version"))
    stack.fact("workers", json.value("/workers"), json.origin("/workers"))
    stack.fact("ready", json.value("/ready"), json.origin("/ready"))
    for feature in json.keys("/features"):
        stack.capability(feature, True, json.origin("/features"))
    stack.complete("")


def text(stack: Stack) -> None:
    response = stack.http.get("/text").expect(200)
    stack.fact("text", response.text(), response.origin("body"))
    version = response.header("x-version")
    if version is None:
        stack.missing("x-version", Failure(Gap.NOT_OFFERED, "has no header x-version").at(response.what))
    else:
        stack.fact("x-version", version, response.origin("x-version"))


def statuses(stack: Stack) -> None:
    asked = ["404", "401", "503", "302", "500"]
    answers = stack.http.send_all(Request.get(f"/status/{status}") for status in asked)
    for status, answer in zip(asked, answers, strict=False):
        try:
            response = answer.response().expect(200)
            stack.fact(f"status:{status}", response.status, response.origin("status"))
        except Failure as error:
            stack.missing(f"status:{status}", error)


def many(stack: Stack) -> None:
    requests = [
        Request.get("/a", headers={"x-trace": "1"}, timeout_ms=1_000),
        Request.post("/b", "hello"),
        Request.get("/metrics", endpoint="metrics"),
        Request.get("/not-declared"),
        Request.get("/a/../b"),
    ]
    for request, answer in zip(requests, stack.http.send_all(requests), strict=False):
        name = f"many:{request.what}"
        try:
            response = answer.response()
            stack.fact(name, response.text(), response.origin())
        except Failure as error:
            stack.missing(name, error)


def slow(stack: Stack) -> None:
    try:
        response = stack.http.send(Request.get("/slow", timeout_ms=100))
        stack.fact("slow", response.status, response.origin("status"))
    except Failure as error:
        stack.missing("slow", error)


def large(stack: Stack) -> None:
    try:
        response = stack.http.get("/large")
        stack.fact("large", len(response.body), response.origin("body"))
    except Failure as error:
        stack.missing("large", error)


def healths(stack: Stack) -> None:
    for fact, name in [("health", ""), ("health:unknown", "unknown.Service")]:
        try:
            reply = stack.grpc.invoke(health.check(name))
            stack.fact(fact, health.status(reply), reply.origin("status"))
        except Failure as error:
            stack.missing(fact, error)


def echo(stack: Stack) -> None:
    try:
        call = Call("conformance.Echo/Say", bytes.fromhex("0a026869"), metadata={"x-trace": "1"})
        reply = stack.grpc.invoke(call).ok()
        stack.fact("echo", reply.message.hex(), reply.origin())
    except Failure as error:
        stack.missing("echo", error)


def refused(stack: Stack) -> None:
    try:
        reply = stack.grpc.invoke(Call("conformance.Echo/Refuse")).ok()
        stack.fact("refused", "answered", reply.origin())
    except Failure as error:
        stack.missing("refused", error)


def containers(stack: Stack) -> None:
    for container in stack.containers.own():
        look_at_container(stack, container)
    try:
        stack.fact("other", len(stack.containers.of("other")), "containers other")
    except ContainersError as error:
        stack.missing("other", error)


def look_at_container(stack: Stack, container: Container) -> None:
    asked = stack.containers

    def give(name: str, what: str, read: Callable[[], str | None], without: str) -> None:
        try:
            value = read()
        except Failure as error:
            stack.missing(name, error)
            return
        if value is None:
            stack.missing(name, Failure(Gap.NOT_OFFERED, without))
        else:
            stack.fact(name, value, Origin(what).of(container.name))

    def file(path: str) -> str:
        return asked.read_file(container, path, 64).decode(errors="replace")

    give("image-name", "image", lambda: container.image_name, "the image has no name")
    give("image-tag", "image", lambda: container.image_tag, "the image has no tag")
    give("state", "state", lambda: container.state, "no state")
    give("env", "env TAG", lambda: asked.env(container, "TAG"), "no variable TAG")
    label = "org.example.build"
    give("label", f"label {label}", lambda: asked.label(container, label), f"no label {label}")
    give("file", "file /etc/conformance", lambda: file("/etc/conformance"), "no file")
    give("none", "file /etc/none", lambda: file("/etc/none"), "no file")
    try:
        sha256 = asked.sha256(container, "/etc/conformance")
        stack.digest("file", sha256, Origin("file /etc/conformance").of(container.name))
    except ContainersError as error:
        stack.missing("file", error)
    give("log", "logs", lambda: " | ".join(asked.logs(container, 2)), "no log")


def findings(stack: Stack) -> None:
    stack.finding("always", Finding(True, "it holds"))
    stack.finding("never", Finding(False, "it does not hold", expected="yes", found="no"))


def digest(stack: Stack) -> None:
    stack.digest("bytes", "a" * 64, "digest")


def long(stack: Stack) -> None:
    stack.fact("k" * 2_000, "x", "long")
    stack.fact("long", "v" * 10_000, "long")
    stack.missing("prose", Failure(Gap.UNREADABLE, "é" * 3_000))


def draw(stack: Stack) -> None:
    stack.fact("random", random.number() != random.number(), "random")


def log(stack: Stack) -> None:
    for level in (Level.DEBUG, Level.INFO, Level.WARN, Level.ERROR):
        stack.log(level, f"{level.value} line")


def config(stack: Stack) -> None:
    raise Failure.config("config: the part config was asked for")


def denied(stack: Stack) -> None:
    raise Failure(Gap.DENIED, "turned away")


def crash(stack: Stack) -> None:
    deeper()


def deeper() -> None:
    third_party()


def third_party() -> int:
    return [1, 2, 3][7]


PARTS = {
    "info": info,
    "text": text,
    "statuses": statuses,
    "many": many,
    "slow": slow,
    "large": large,
    "health": healths,
    "echo": echo,
    "refused": refused,
    "containers": containers,
    "findings": findings,
    "digest": digest,
    "long": long,
    "random": draw,
    "log": log,
    "config": config,
    "denied": denied,
    "crash": crash,
}

export(Conformance)
