"""Requests to the service. The host adds address, credentials and TLS, and never follows a redirect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from . import utf8
from .evidence import Origin
from .failure import Failure, Gap
from .host import Host, HttpAnswer, HttpAnswered
from .json import Json
from .network import Header, NetworkError, Protocol

HeadersGiven = Mapping[str, str] | Iterable[tuple[str, str]]
"""Headers as a caller gives them: a dict, or pairs where a name comes more than once."""

_LONGEST_TIMEOUT = 2**32 - 1


class Request:
    """A request.

    >>> Request.get("/metrics", endpoint="metrics", headers={"accept": "text/plain"}, timeout_ms=500).what
    'GET /metrics'
    """

    method: str
    """The method, in capitals."""
    path: str
    """Path and query."""
    body: bytes
    """The body; empty for none."""
    endpoint: str | None
    """The role that it goes to, where that is not `main`."""
    headers: tuple[Header, ...]
    """The headers, in order."""
    timeout_ms: int | None
    """The request's own limit in milliseconds, if it has one."""

    def __init__(
        self,
        method: str,
        path: str,
        body: bytes | str = b"",
        *,
        endpoint: str | None = None,
        headers: HeadersGiven = (),
        timeout_ms: int | None = None,
    ) -> None:
        """A request with any method that can be granted: `GET`, `HEAD`, `OPTIONS`, `POST`, `PUT`, `PATCH`, `DELETE`.

        `path` has the query, begins with `/` and is normal: no `..`, no `//`. `endpoint` is another role of the
        descriptor than `main`. `headers` may not hold those that the host sets, such as `host` and credentials.
        `timeout_ms` can only shorten the environment's limit. Whether the host sends it is known when it is sent.
        """
        self.method = method
        self.path = path
        self.body = body.encode() if isinstance(body, str) else bytes(body)
        self.endpoint = endpoint
        self.headers = header_list(headers)
        self.timeout_ms = checked_timeout(timeout_ms)

    @classmethod
    def get(
        cls,
        path: str,
        *,
        endpoint: str | None = None,
        headers: HeadersGiven = (),
        timeout_ms: int | None = None,
    ) -> Request:
        """A `GET`."""
        return cls("GET", path, endpoint=endpoint, headers=headers, timeout_ms=timeout_ms)

    @classmethod
    def post(
        cls,
        path: str,
        body: bytes | str = b"",
        *,
        endpoint: str | None = None,
        headers: HeadersGiven = (),
        timeout_ms: int | None = None,
    ) -> Request:
        """A `POST`. A probe has no side effects: use it where the path makes it harmless."""
        return cls("POST", path, body, endpoint=endpoint, headers=headers, timeout_ms=timeout_ms)

    @property
    def what(self) -> str:
        """The request in words: `GET /health`."""
        return f"{self.method} {self.path}"

    def __repr__(self) -> str:
        return f"Request({self.what!r})"


class Response:
    """An answer with any status; redirects are answers."""

    what: str
    """The request in words: `GET /health`."""
    status: int
    """The status."""
    headers: tuple[Header, ...]
    """All headers, in order."""
    body: bytes
    """The body's bytes."""

    def __init__(self, what: str, answer: HttpAnswer) -> None:
        """For the package itself: a probe gets its responses from `Http`."""
        self.what = what
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.body

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case."""
        wanted = name.lower()
        return next((header.value for header in self.headers if header.name.lower() == wanted), None)

    def text(self) -> str:
        """The body; raises `Unreadable` if it is not UTF-8."""
        return utf8.decode(self.what, self.body)

    def json(self) -> Json:
        """The body as JSON, whatever the status and content type; raises `Unreadable` if it is not JSON."""
        return Json.parse(self.what, self.body)

    def origin(self, part: str = "") -> Origin:
        """Where a part of this answer was read: `GET /health status`; without a part, the answer itself."""
        return part_of(self.what, part)

    def expect(self, *statuses: int) -> Response:
        """This answer if its status is one of these; else raises `UnexpectedStatus`, which has the gap that fits."""
        if self.status not in statuses:
            raise self.unexpected(*statuses)
        return self

    def unexpected(self, *expected: int) -> UnexpectedStatus:
        """The error that another status than the ones expected is."""
        location = self.header("location") if 300 <= self.status <= 399 else None
        return UnexpectedStatus(self.what, expected, self.status, location)

    def __repr__(self) -> str:
        return f"Response({self.what!r}, {self.status})"


class UnexpectedStatus(Failure):
    """An answer whose status is not among those expected.

    Its gap: turned away (401, 403, 407, 429), nothing of the kind (404, 405, 410, 501), not there now (502, 503), too
    slow (408, 504), and for the rest, redirects included, an answer that says nothing.
    """

    what: str
    """The request in words."""
    expected: tuple[int, ...]
    """The statuses expected."""
    status: int
    """The status of the answer."""
    location: str | None
    """Where a redirect leads, as the answer says. The host follows none."""

    def __init__(self, what: str, expected: tuple[int, ...], status: int, location: str | None = None) -> None:
        wanted = " or ".join(str(one) for one in expected)
        redirect = "" if location is None else f", a redirect to `{location}` that is not followed"
        super().__init__(_gap(status), f"{what}: expected {wanted}, found {status}{redirect}")
        self.what = what
        self.expected = expected
        self.status = status
        self.location = location


@dataclass(frozen=True)
class Answered:
    """One of several answers: a response, or the error why there is none."""

    answer: Response | NetworkError
    """Either of the two."""

    def response(self) -> Response:
        """The response; raises the `NetworkError` where there is none."""
        if isinstance(self.answer, NetworkError):
            raise self.answer
        return self.answer


class Http:
    """The way to the service over HTTP."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def get(self, path: str) -> Response:
        """Sends a `GET`. Raises `NetworkError`."""
        return self.send(Request.get(path))

    def post(self, path: str, body: bytes | str = b"") -> Response:
        """Sends a `POST`. Raises `NetworkError`."""
        return self.send(Request.post(path, body))

    def send(self, request: Request) -> Response:
        """Sends one request. Raises `NetworkError`."""
        return Response(request.what, self._host.http(request))

    def send_all(self, requests: Iterable[Request]) -> list[Answered]:
        """Sends several at the same time. Answers are in the order of the requests. Raises nothing: each answer does,
        when its response is asked for.

        ::

            health, version = stack.http.send_all([Request.get("/health"), Request.get("/version")])
            stack.fact("status", health.response().status, "GET /health")
            stack.fact("version", version.response().text(), "GET /version")
        """
        asked = list(requests)
        answers: list[HttpAnswered] = self._host.http_all(asked)
        # The host gives an answer for each request; should it not, the probe does not trap over it.
        fewer = Protocol("the host gave fewer answers than there were requests")
        answers = answers + [fewer] * (len(asked) - len(answers))
        return [
            Answered(answer if isinstance(answer, NetworkError) else Response(request.what, answer))
            for request, answer in zip(asked, answers, strict=False)
        ]


def header_list(headers: HeadersGiven) -> tuple[Header, ...]:
    """Headers as the host takes them."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return tuple(Header(name, value) for name, value in pairs)


def checked_timeout(timeout_ms: int | None) -> int | None:
    """The limit, if the host can be told of it; else raises `ValueError`."""
    if timeout_ms is not None and not 0 <= timeout_ms <= _LONGEST_TIMEOUT:
        raise ValueError(f"timeout_ms: expected 0 to {_LONGEST_TIMEOUT} milliseconds, found {timeout_ms}")
    return timeout_ms


def part_of(what: str, part: str) -> Origin:
    """Where a part of an answer was read; without a part, the answer itself."""
    return Origin(f"{what} {part}" if part else what)


def _gap(status: int) -> Gap:
    match status:
        case 401 | 403 | 407 | 429:
            return Gap.DENIED
        case 404 | 405 | 410 | 501:
            return Gap.NOT_OFFERED
        case 502 | 503:
            return Gap.UNREACHABLE
        case 408 | 504:
            return Gap.TIMED_OUT
        case _:
            return Gap.UNREADABLE
