"""The granted containers, running or not, read-only.

Each way to fail is a class of its own, so that a probe can catch one: `except containers.NoSuchFile`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .failure import Failure, Gap
from .host import Host

_LARGEST = 2**32 - 1


@dataclass(frozen=True)
class Container:
    """One container, as the engine described it."""

    id: str = ""
    """What the other calls know it by."""
    name: str = ""
    """Its name, which makes a good `Origin.of`."""
    service: str = ""
    """Its compose service, or the environment's group."""
    image: str = ""
    """The image as it was asked for: `registry.example:5000/agent-docker:1.2`."""
    image_id: str = ""
    """The image's digest."""
    state: str = ""
    """`created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`."""
    health: str | None = None
    """`starting`, `healthy` or `unhealthy`, where it has a health check."""
    exit_code: int | None = None
    """Where it has exited."""
    started_at: str | None = None
    """RFC 3339."""
    finished_at: str | None = None
    """RFC 3339."""

    @property
    def image_name(self) -> str | None:
        """The image's name without registry, tag and digest, such as `team/agent-docker`; none where the image is named
        by its id alone. A first part with a dot or a colon, or `localhost`, is a registry, as the engine has it.

        >>> Container(image="registry.example:5000/team/agent-docker:1.2").image_name
        'team/agent-docker'
        """
        split = self._split_image()
        if split is None:
            return None
        name, _ = split
        first, slash, rest = name.partition("/")
        return rest if slash and (first == "localhost" or "." in first or ":" in first) else name

    @property
    def image_tag(self) -> str | None:
        """The image's tag, where it has one. What it means to have none is the engine's affair, so none is made up."""
        split = self._split_image()
        return None if split is None else split[1]

    def _split_image(self) -> tuple[str, str | None] | None:
        """The name with its registry, and the tag."""
        if not self.image or self.image.startswith("sha256:"):
            return None
        undigested = self.image.partition("@")[0]
        name, colon, tag = undigested.rpartition(":")
        # The colon of a registry's port has a slash behind it.
        return (name, tag) if colon and "/" not in tag else (undigested, None)


class ContainersError(Failure):
    """Why containers cannot be seen: one of the classes below."""


class NotGranted(ContainersError):
    """The environment does not grant it."""

    grant: str
    """The grant that it would take."""

    def __init__(self, grant: str) -> None:
        super().__init__(Gap.NOT_GRANTED, f"not granted: {grant}")
        self.grant = grant


class EngineUnreachable(ContainersError):
    """The container engine could not be reached."""

    def __init__(self, detail: str) -> None:
        super().__init__(Gap.UNREACHABLE, detail)


class NoSuchContainer(ContainersError):
    """Not an id that was found in this run, or gone since. It counts as unreachable, so that an environment's `retry`
    covers one that is being replaced."""

    def __init__(self, container_id: str) -> None:
        super().__init__(Gap.UNREACHABLE, f"no such container: {container_id}")


class NoSuchFile(ContainersError):
    """The container has no such file."""

    def __init__(self, path: str) -> None:
        super().__init__(Gap.NOT_OFFERED, f"no such file: {path}")


class NotAFile(ContainersError):
    """A link, folder or special file, which is not read."""

    def __init__(self, path: str) -> None:
        super().__init__(Gap.UNREADABLE, f"not a regular file: {path}")


class AmbiguousProject(ContainersError):
    """Several compose projects fit, and the environment names none."""

    projects: tuple[str, ...]
    """Those that fit."""

    def __init__(self, projects: Sequence[str]) -> None:
        fitting = ", ".join(projects)
        super().__init__(Gap.CONFIG, f"several compose projects fit, and the environment names none: {fitting}")
        self.projects = tuple(projects)


class TooLarge(ContainersError):
    """More bytes than a limit allows."""

    limit: int
    """The limit, in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(Gap.LIMIT, f"more than {limit} bytes")
        self.limit = limit


class TimedOut(ContainersError):
    """The container engine did not answer in time."""

    limit_ms: int
    """The time, in milliseconds."""

    def __init__(self, limit_ms: int) -> None:
        super().__init__(Gap.TIMED_OUT, f"the container engine did not answer within {limit_ms} ms")
        self.limit_ms = limit_ms


class Other(ContainersError):
    """Anything else, in the engine's words."""

    def __init__(self, detail: str) -> None:
        super().__init__(Gap.UNREADABLE, detail)


class Containers:
    """The way to the containers. A container is asked only after it was found. Every method raises `ContainersError`.

    ::

        for container in stack.containers.own():
            if tag := container.image_tag:
                stack.fact("release", tag, Origin("image tag").of(container.name))
            else:
                stack.missing("release", Failure(Gap.NOT_OFFERED, "the image has no tag"))
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def own(self) -> list[Container]:
        """The containers of the probe's own service. Takes `container .`"""
        return self._host.find(None)

    def of(self, service: str) -> list[Container]:
        """The containers of a compose service, or of a group that the environment names. Takes `container SERVICE`"""
        return self._host.find(service)

    def env(self, container: Container, name: str) -> str | None:
        """One variable of a container's environment. Takes `env SERVICE NAME`; there is no way to list them."""
        return self._host.env(container.id, name)

    def label(self, container: Container, name: str) -> str | None:
        """One label. Takes `label SERVICE NAME`"""
        return self._host.label(container.id, name)

    def sha256(self, container: Container, path: str) -> str:
        """SHA-256 of a file, computed by the host, as 64 lowercase hexadecimal digits. Takes `file SERVICE PATTERN`"""
        return self._host.sha256(container.id, path)

    def read_file(self, container: Container, path: str, max_bytes: int) -> bytes:
        """A file's bytes, if they are at most `max_bytes`. Takes `file SERVICE PATTERN`"""
        return self._host.read_file(container.id, path, _checked("max_bytes", max_bytes))

    def logs(self, container: Container, lines: int) -> list[str]:
        """The last lines of the log, with the environment's secrets masked. Takes `logs SERVICE`"""
        return self._host.logs(container.id, _checked("lines", lines))


def _checked(name: str, number: int) -> int:
    if not 0 <= number <= _LARGEST:
        raise ValueError(f"{name}: expected 0 to {_LARGEST}, found {number}")
    return number
