"""What the SDK promises a probe's author, through its public API: `python3 -m unittest` in `sdk/python`."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy import NoConfig, Probe, Stack, Target


def probe(look: Callable[[Stack], object]) -> type[Probe]:
    """A probe that is a function."""

    class Looking(Probe):
        def observe(self, stack: Stack, target: Target, config: NoConfig) -> None:
            look(stack)

    return Looking
