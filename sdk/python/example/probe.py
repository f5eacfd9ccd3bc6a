"""Looks at the service `orders` and says what it sees; what of it a deploy requires is not decided here."""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy import Failure, Finding, Probe, Request, Stack, Target, export


@dataclass(frozen=True)
class Config:
    """The environment's `config` for this probe, as the schema in `probe.json` has it."""

    longest_queue: float = 10


class Orders(Probe):
    """What the component runs: one new object for each run."""

    def observe(self, stack: Stack, target: Target, config: Config) -> None:
        asked = [Request.get("/info"), Request.get("/queue")]
        info, queue = stack.http.send_all(asked)

        # Nothing makes sense without this one: what is not caught ends the run, with the gap that fits.
        json = info.response().expect(200).json()
        stack.fact("version", json.value("/build/version"), json.origin("/build/version"))
        for feature in json.keys("/features"):
            stack.capability(feature, True, json.origin("/features"))
        # The list is whole: what is required and not on it is absent, not unknown.
        stack.complete("")

        # This one may be missing without hiding the rest.
        try:
            json = queue.response().expect(200).json()
            length = json.read("/length", float)
        except Failure as why:
            stack.missing("queue", why)
            return
        stack.fact("queue", length, json.origin("/length"))
        holds = length <= config.longest_queue
        expected = f"at most {config.longest_queue}"
        stack.finding("queue-short", Finding(holds, "things that wait", expected=expected, found=length))


export(Orders)
