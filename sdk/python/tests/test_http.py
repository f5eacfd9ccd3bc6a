"""Requests, answers, and what an answer is expected to be."""

from __future__ import annotations

from unittest import TestCase

from shipworthy import Header, Request, Response, Stack, Unreadable, network
from shipworthy.host import HttpAnswer
from shipworthy.http import Http
from shipworthy.testing import Answer, Script

from . import probe


def response(status: int, body: bytes = b"", location: str | None = None) -> Response:
    headers = [Header("X-Version", "1"), Header("x-version", "2")]
    headers += [] if location is None else [Header("Location", location)]
    return Response("GET /x", HttpAnswer(status, tuple(headers), body))


class HttpTest(TestCase):
    def test_an_answer_of_an_expected_status_is_passed_on(self) -> None:
        answer = response(204)
        self.assertIs(answer.expect(200, 204), answer)

    def test_several_expected_statuses_are_listed(self) -> None:
        self.assertEqual(str(response(500).unexpected(200, 204)), "GET /x: expected 200 or 204, found 500")

    def test_a_redirect_says_where_it_leads(self) -> None:
        self.assertEqual(
            str(response(302, location="https://login.example/").unexpected(200)),
            "GET /x: expected 200, found 302, a redirect to `https://login.example/` that is not followed",
        )
        self.assertEqual(str(response(302).unexpected(200)), "GET /x: expected 200, found 302")
        self.assertEqual(str(response(201, location="/y").unexpected(200)), "GET /x: expected 200, found 201")

    def test_headers_are_found_in_any_case(self) -> None:
        self.assertEqual(response(200).header("x-VERSION"), "1")
        self.assertIsNone(response(200).header("x-other"))

    def test_a_body_that_is_not_text_is_unreadable(self) -> None:
        for body, detail in [
            (b"\xff", "invalid utf-8 sequence of 1 bytes from index 0"),
            (b"ab\xf0\x90\x28", "invalid utf-8 sequence of 2 bytes from index 2"),
            (b"a\xe2\x82", "incomplete utf-8 byte sequence from index 1"),
        ]:
            with self.assertRaises(Unreadable) as raised:
                response(200, body).text()
            self.assertEqual(raised.exception.detail, f"GET /x: {detail}")
            with self.assertRaises(Unreadable):
                response(200, body).json()
        self.assertEqual(response(200, "é".encode()).text(), "é")

    def test_origins_name_the_request_and_the_part(self) -> None:
        self.assertEqual(response(200).origin().what, "GET /x")
        self.assertEqual(response(200).origin("body").what, "GET /x body")

    def test_answers_to_several_requests_are_in_their_order(self) -> None:
        def several(stack: Stack) -> None:
            requests = [Request.get("/a"), Request.get("/b", endpoint="metrics"), Request.post("/c", "{}")]
            for answer in stack.http.send_all(requests):
                try:
                    stack.fact("status", answer.response().status, answer.response().origin("status"))
                except network.NetworkError as error:
                    stack.missing("status", error)

        seen = (
            Script()
            .http("POST /c", Answer(201))
            .http("GET /a", Answer.json(200, {}))
            .http("@metrics GET /b", network.Tls("unknown issuer"))
            .run(probe(several))
        )
        self.assertEqual(
            seen.lines(),
            [
                "fact status = 200, from GET /a status",
                "missing status: tls: unknown issuer",
                "fact status = 201, from POST /c status",
            ],
        )
        self.assertEqual([request.what for request in seen.requests], ["GET /a", "GET /b", "POST /c"])

    def test_a_host_that_answers_too_little_does_not_end_the_run(self) -> None:
        class Short:
            def http_all(self, requests: object) -> list[HttpAnswer]:
                return [HttpAnswer(200, (), b"")]

        first, second = Http(Short()).send_all([Request.get("/a"), Request.get("/b")])  # type: ignore[arg-type]
        self.assertEqual(first.response().status, 200)
        with self.assertRaisesRegex(network.Protocol, "fewer answers than there were requests"):
            second.response()

    def test_a_request_carries_what_it_was_given(self) -> None:
        pairs = [("a", "1"), ("a", "2")]
        request = Request("PUT", "/x?q=1", "é", endpoint="metrics", headers=pairs, timeout_ms=0)
        self.assertEqual((request.what, request.body, request.endpoint), ("PUT /x?q=1", b"\xc3\xa9", "metrics"))
        self.assertEqual(request.headers, (Header("a", "1"), Header("a", "2")))
        for wrong in (-1, 2**32):
            with self.assertRaisesRegex(ValueError, "timeout_ms: expected 0 to 4294967295 milliseconds, found"):
                Request.get("/x", timeout_ms=wrong)
