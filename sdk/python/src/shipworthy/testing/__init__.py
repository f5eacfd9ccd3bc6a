"""Unit tests for probes: a scripted stack, natively and in milliseconds.

A `Script` holds what the service would answer, `Script.run` runs a probe against it, and `Seen` is what the probe said.
Given the probe's descriptor, the script also refuses what the descriptor does not declare, as the host does.

>>> from shipworthy import NoConfig, Probe, Stack, Target, network
>>> from shipworthy.testing import Script
>>> class Ping(Probe):
...     def observe(self, stack: Stack, target: Target, config: NoConfig) -> None:
...         stack.http.get("/ping").expect(200)
>>> Script().http("GET /ping", network.Unreachable("connection refused")).run(Ping).lines()
['failed unreachable: connection refused']
>>> Script().descriptor('{ "needs": ["http GET /health"] }').run(Ping).lines()
['failed not-granted: not granted: http GET /ping']

An error of the program, of the probe or of the test, is raised by `Script.run` as it is.
"""

from .answer import Answer, GrpcAnswer
from .script import Script
from .seen import Capability, Complete, Digest, Evidence, Fact, Found, Missing, Seen

__all__ = [
    "Answer",
    "Capability",
    "Complete",
    "Digest",
    "Evidence",
    "Fact",
    "Found",
    "GrpcAnswer",
    "Missing",
    "Script",
    "Seen",
]
