"""A script refuses what the host would refuse, and says what it lacks."""

from __future__ import annotations

from unittest import TestCase

from shipworthy import Call, Container, Failure, Finding, Request, Response, Stack, Target, network
from shipworthy.testing import Answer, GrpcAnswer, Script
from shipworthy.testing.needs import covers

from . import probe


class ScriptTest(TestCase):
    def test_needs_cover_what_the_host_would_grant(self) -> None:
        for need, line, expected in [
            ("http GET /health", "http GET /health", True),
            ("http GET /health", "http POST /health", False),
            ("http GET /health", "http@metrics GET /health", False),
            ("http GET /a/*", "http GET /a/b", True),
            ("http GET /a/*", "http GET /a/b/c", False),
            ("http GET /**", "http GET /a/b/c", True),
            ("http GET /a.b", "http GET /axb", False),
            ("http POST /f/none-*/invocations", "http POST /f/none-1/invocations", True),
            ("http POST /f/none-*/invocations", "http POST /f/real/invocations", False),
            ("container .", "container .", True),
            ("container .", "container agent", False),
            ("label . *", "label . org.example/version", True),
            ("env . ESB_TAG", "env . OTHER", False),
            ("grpc a.B/C", "grpc a.B/C", True),
        ]:
            self.assertIs(covers(need, line), expected, f"{need} over {line}")

    def test_a_script_refuses_what_the_descriptor_does_not_declare(self) -> None:
        def curious(stack: Stack) -> None:
            [container] = stack.containers.own()
            for name, variable in [("declared", "ESB_TAG"), ("undeclared", "SECRET")]:
                try:
                    stack.fact(name, stack.containers.env(container, variable) or "", "env")
                except Failure as error:
                    stack.missing(name, error)
            for asked in (lambda: stack.grpc.invoke(Call("a.B/C")), lambda: stack.containers.logs(container, 1)):
                try:
                    asked()
                except Failure as error:
                    stack.missing("asked", error)

        script = (
            Script()
            .container(Container(name="one"))
            .env("ESB_TAG", "1.2")
            .env("SECRET", "x")
            .grpc("a.B/C", GrpcAnswer.ok())
            .descriptor('{ "needs": ["container ."], "optional": ["env . ESB_TAG"] }')
        )
        seen = script.run(probe(curious))
        self.assertEqual(
            seen.lines(),
            [
                'fact declared = "1.2", from env',
                "missing undeclared: not-granted: not granted: env . SECRET",
                "missing asked: not-granted: not granted: grpc a.B/C",
                "missing asked: not-granted: not granted: logs .",
            ],
        )
        self.assertEqual(script.run(probe(curious)).lines(), seen.lines(), "a script can be run again")

    def test_a_finding_on_a_rule_that_is_not_declared_fails_the_test(self) -> None:
        find = probe(lambda stack: stack.finding("r", Finding(True, "m")))
        script = Script().descriptor('{ "rules": [{ "name": "s", "severity": "warn" }] }')
        with self.assertRaisesRegex(AssertionError, "the descriptor declares no rule `r`"):
            script.run(find)

    def test_a_query_is_not_matched_against_needs(self) -> None:
        get = probe(lambda stack: stack.fact("a", stack.http.get("/a?x=1").text(), "a"))
        script = Script().descriptor('{ "needs": ["http GET /a"] }').http("GET /a?x=1", Answer(200, "yes"))
        self.assertEqual(script.run(get).fact("a"), "yes")

    def test_what_a_script_does_not_answer_fails_the_test(self) -> None:
        with self.assertRaisesRegex(AssertionError, r"has no answer for `GET /x`, it has: \['GET /y'\]"):
            Script().http("GET /y", Answer(200)).run(probe(lambda stack: stack.http.get("/x")))
        with self.assertRaisesRegex(AssertionError, "the script has no container yet"):
            Script().env("A", "b")

    def test_answers_given_several_times_come_in_turn_and_the_last_stays(self) -> None:
        def thrice(stack: Stack) -> None:
            for _ in range(3):
                stack.fact("code", stack.grpc.invoke(Call("a.B/C")).code, "call")

        script = Script().grpc("a.B/C", GrpcAnswer.status(14)).grpc("a.B/C", GrpcAnswer.ok())
        facts = ["fact code = 14, from call", "fact code = 0, from call", "fact code = 0, from call"]
        for _ in range(2):
            self.assertEqual(script.run(probe(thrice)).lines(), facts)

    def test_a_function_answers_what_the_script_says_nothing_of(self) -> None:
        def three(stack: Stack) -> None:
            elsewhere = Request.get("/b", endpoint="metrics", headers={"accept": "text/plain"})
            asked = [Request.get("/a"), elsewhere, Request.post("/c", "body")]
            for name, answer in zip("abc", stack.http.send_all(asked), strict=False):
                try:
                    stack.fact(name, answer.response().text(), "the answer")
                except Failure as error:
                    stack.missing(name, error)

        def answer(request: Request) -> Answer | network.NetworkError:
            if request.endpoint is None:
                return Answer(200, request.body) if request.body else network.Unreachable("not asked")
            return Answer(200, f"{request.endpoint} {request.what} {request.headers[0].value}")

        script = Script().http("GET /a", Answer(200, "scripted")).answering(answer)
        facts = [
            'fact a = "scripted", from the answer',
            'fact b = "metrics GET /b text/plain", from the answer',
            'fact c = "body", from the answer',
        ]
        self.assertEqual(script.run(probe(three)).lines(), facts)
        undeclared = script.descriptor('{ "needs": ["http GET /a", "http POST /c"] }').run(probe(three))
        self.assertEqual(undeclared.lines()[1], "missing b: not-granted: not granted: http@metrics GET /b")

    def test_a_script_says_what_it_was_asked(self) -> None:
        def ask(stack: Stack) -> None:
            self.response = stack.http.get("/a")
            stack.grpc.invoke(Call("a.B/C", b"m", endpoint="metrics", metadata={"x": "1"}))

        script = Script().http("GET /a", Answer.json(200, [1])).grpc("@metrics a.B/C", GrpcAnswer.ok(b"r"))
        seen = script.target(Target("s", "i", "p")).run(probe(ask))
        self.assertEqual([call.metadata[0].value for call in seen.calls], ["1"])
        self.assertIsInstance(self.response, Response)
        self.assertEqual(self.response.header("content-type"), "application/json")
        self.assertEqual(self.response.json().root, [1])
