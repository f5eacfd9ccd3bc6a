"""The one thing that a probe's author writes."""

from __future__ import annotations

import typing
from abc import ABC, abstractmethod
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar

from . import reading
from .failure import Failure, Unreadable
from .json import Json
from .stack import Stack


@dataclass(frozen=True)
class Target:
    """What is to be looked at in one run."""

    service: str
    """The service as requirements name it, such as `gateway`."""
    instance: str
    """Which of the endpoint's instances this run is for."""
    project: str | None = None
    """The compose project that containers are found in."""


class NoConfig:
    """The configuration of a probe that has none: what is given is passed over, as the descriptor's schema has judged
    it."""


class Probe(ABC):
    """A probe: it looks at one running service and says what it sees.

    It keeps nothing between runs, since every run has a new instance of the component. It never judges: whether what it
    saw satisfies a requirement is the host's to decide.
    """

    @abstractmethod
    def observe(self, stack: Stack, target: Target, config: Any) -> None:
        """Looks, and gives evidence to `stack` as it is seen.

        The type that `config` is annotated with says how the environment's `config` for this probe is read: a
        dataclass, or another shape that `Json.read` knows; `NoConfig` where the probe takes none. The host has checked
        it against the descriptor's schema. What cannot be read all the same is `Gap.CONFIG`.

        Raises `Failure` where nothing at all, or nothing more, can be seen. Part of it is better told by
        `Stack.missing`.
        """


P = TypeVar("P", bound=Probe)

_exported: type[Probe] | None = None


def export(probe: type[P]) -> type[P]:
    """Names the probe that the component runs; once per component, at the end of `probe.py` or as a decorator.

    Raises `TypeError` if its `observe` does not say what `config` is, and if another one was named before.
    """
    global _exported
    if _exported is not None and _name(_exported) != _name(probe):
        raise TypeError(f"export({probe.__name__}): a component has one probe, and it has {_exported.__name__} already")
    _prepare(config_type(probe))
    _exported = probe
    return probe


def exported() -> type[Probe]:
    """The probe that was named by `export`; raises `TypeError` if none was."""
    if _exported is None:
        raise TypeError("probe.py names no probe: end it with `export(NAME)`, where NAME is its class")
    return _exported


def run(probe: type[Probe], stack: Stack, target: Target, config: str) -> None:
    """Reads the configuration and runs the probe: what the component exports, and what a test's script runs."""
    shape = config_type(probe)
    if shape is NoConfig:
        given: object = NoConfig()
    else:
        try:
            given = Json.parse("config", config).read("", shape)
        except Unreadable as error:
            raise Failure.config(error.detail) from None
    probe().observe(stack, target, given)


def config_type(probe: type[Probe]) -> Any:
    """The type that `config` of `observe` is annotated with; raises `TypeError` if there is none."""
    hints = typing.get_type_hints(probe.observe)
    if "config" not in hints:
        raise TypeError(f"{probe.__name__}.observe: annotate `config` with its type, or with `NoConfig`")
    return hints["config"]


def _prepare(shape: Any) -> None:
    """Looks the types up while the component is built, since at run time it has no files to import from."""
    if is_dataclass(shape) and isinstance(shape, type):
        for below in reading.fields_of(shape).values():
            _prepare(below)
    for argument in typing.get_args(shape):
        _prepare(argument)


def _name(probe: type[Probe]) -> tuple[str, str]:
    return (probe.__module__, probe.__qualname__)
