"""Containers, and what their images are called."""

from __future__ import annotations

from unittest import TestCase

from shipworthy import Container, ContainersError, Stack, containers
from shipworthy.testing import Script

from . import probe


class ContainersTest(TestCase):
    def test_images_are_taken_apart(self) -> None:
        for image, name, tag in [
            ("agent", "agent", None),
            ("agent:1.2", "agent", "1.2"),
            ("team/agent-docker:latest", "team/agent-docker", "latest"),
            ("localhost/agent:1", "agent", "1"),
            ("host:5000/agent", "agent", None),
            ("host:5000/a/b:1@sha256:00", "a/b", "1"),
            ("a/b@sha256:00", "a/b", None),
            ("registry.example/agent", "agent", None),
            ("sha256:0123", None, None),
            ("", None, None),
        ]:
            container = Container(image=image)
            self.assertEqual((container.image_name, container.image_tag), (name, tag), image)

    def test_a_container_is_asked_after_it_was_found(self) -> None:
        def look(stack: Stack) -> None:
            for container in [*stack.containers.own(), *stack.containers.of("other")]:
                stack.fact("env", stack.containers.env(container, "TAG") or "none", container.name)
                stack.fact("label", stack.containers.label(container, "l") or "none", container.name)
                stack.fact("logs", " | ".join(stack.containers.logs(container, 2)), container.name)
                for name, path in [("file", "/f"), ("absent", "/g")]:
                    try:
                        stack.fact(name, stack.containers.read_file(container, path, 4).decode(), container.name)
                        stack.digest(name, stack.containers.sha256(container, path), container.name)
                    except ContainersError as error:
                        stack.missing(name, error)

        seen = (
            Script()
            .container(Container(name="one"))
            .env("TAG", "1.2")
            .label("l", "x")
            .file("/f", "four")
            .sha256("/f", "00")
            .logs(["a", "b", "c"])
            .container_of("other", Container(name="two"))
            .file("/f", "fifth")
            .run(probe(look))
        )
        self.assertEqual(
            seen.lines(),
            [
                'fact env = "1.2", from one',
                'fact label = "x", from one',
                'fact logs = "b | c", from one',
                'fact file = "four", from one',
                "digest file = 00, from one",
                "missing absent: not-offered: no such file: /g",
                'fact env = "none", from two',
                'fact label = "none", from two',
                'fact logs = "", from two',
                "missing file: limit: more than 4 bytes",
                "missing absent: not-offered: no such file: /g",
            ],
        )

    def test_one_way_to_fail_can_be_caught(self) -> None:
        def look(stack: Stack) -> None:
            try:
                stack.containers.env(Container(id="gone"), "TAG")
            except containers.NoSuchContainer:
                stack.complete("caught")

        self.assertEqual(Script().run(probe(look)).lines(), ['complete "caught"'])

    def test_numbers_that_the_host_cannot_be_told_are_refused(self) -> None:
        ask = probe(lambda stack: stack.containers.logs(Container(), -1))
        with self.assertRaisesRegex(ValueError, "lines: expected 0 to 4294967295, found -1"):
            Script().run(ask)
