"""Write probes for Shipworthy in Python.

A probe is a small WebAssembly component that looks at one running service and says what it sees; the host judges. It
holds no address, no socket and no credential: it asks a role of its own, and the host carries out what the environment
grants.

>>> from shipworthy import NoConfig, Probe, Stack, Target
>>> class Orders(Probe):
...     def observe(self, stack: Stack, target: Target, config: NoConfig) -> None:
...         info = stack.http.get("/info").expect(200).json()
...         stack.fact("version", info.value("/version"), info.origin("/version"))

A unit test: natively, in a millisecond, without a component and without a service.

>>> from shipworthy.testing import Answer, Script
>>> seen = Script().http("GET /info", Answer.json(200, { "version": "2.0.0" })).run(Orders)
>>> seen.lines()
['fact version = "2.0.0", from GET /info version']

**Gaps and violations.** What cannot be seen is a gap (`Stack.missing`, or a `Failure` that nobody catches, where
nothing more can be seen) and what was seen to be wrong is a `Finding` on a rule that the descriptor declares. They must
not be mixed: a gap stops a deploy because nobody knows, a violation because somebody does. Every error of this package
is a `Failure` and knows its gap; an environment's missing grant arrives as `Gap.NOT_GRANTED` with the line to add.

**Other exceptions** are errors of the program. They end the run as a trap; the host reports it with the end of the
traceback, which goes to standard error. Evidence given before stays.

**Imports stand at the top of a module.** They are carried out when the component is built; at run time it has no files
to import from.
"""

from . import containers, health, network, protobuf, random
from .containers import Container, Containers, ContainersError
from .evidence import Origin, Value
from .failure import Failure, Gap, Unreadable
from .grpc import Call, CallFailed, Code, Grpc, Reply
from .http import Answered, Http, Request, Response, UnexpectedStatus
from .json import Json
from .network import Header, NetworkError, Phase
from .probe import NoConfig, Probe, Target, export
from .stack import Finding, Level, Stack

__all__ = [
    "Answered",
    "Call",
    "CallFailed",
    "Code",
    "Container",
    "Containers",
    "ContainersError",
    "Failure",
    "Finding",
    "Gap",
    "Grpc",
    "Header",
    "Http",
    "Json",
    "Level",
    "NetworkError",
    "NoConfig",
    "Origin",
    "Phase",
    "Probe",
    "Reply",
    "Request",
    "Response",
    "Stack",
    "Target",
    "UnexpectedStatus",
    "Unreadable",
    "Value",
    "containers",
    "export",
    "health",
    "network",
    "protobuf",
    "random",
]
