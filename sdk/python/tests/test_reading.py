"""JSON as types of the probe's own, and configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from unittest import TestCase

from shipworthy import Failure, Gap, Json, NoConfig, Probe, Stack, Target, Unreadable, export
from shipworthy.testing import Script


@dataclass(frozen=True)
class Part:
    name: str
    weight: float = 1


@dataclass(frozen=True)
class Config:
    parts: list[Part]
    limits: dict[str, int] = field(default_factory=dict)
    mode: Literal["docker", "containerd"] = "docker"
    note: str | None = None
    one_or_many: int | list[int] = 0


class Configured(Probe):
    def observe(self, stack: Stack, target: Target, config: Config) -> None:
        stack.fact("config", repr(config), "config")


class Undemanding(Probe):
    def observe(self, stack: Stack, target: Target, config: NoConfig) -> None:
        stack.complete("")


class Unannotated(Probe):
    def observe(self, stack, target, config):  # type: ignore[no-untyped-def]  # what is refused
        pass


class ReadingTest(TestCase):
    def test_each_shape_takes_what_fits(self) -> None:
        shapes: list[tuple[str, Any, Any]] = [
            ("1", int, 1),
            ("2.0", int, 2),
            ("1.5", float, 1.5),
            ("3", float, 3),
            ('"x"', str, "x"),
            ("true", bool, True),
            ("[1, 2]", list[int], [1, 2]),
            ("[1, null]", list, [1, None]),
            ('{ "a": 1 }', dict[str, int], {"a": 1}),
            ("null", int | None, None),
            ("1", int | None, 1),
            ("[1]", int | list[int], [1]),
            ('{ "name": "n", "other": 1 }', Part, Part("n")),
        ]
        for text, shape, expected in shapes:
            value = Json.parse("x", text).read("", shape)
            self.assertEqual((value, type(value)), (expected, type(expected)), text)

    def test_errors_say_where_and_what_and_show_no_value(self) -> None:
        shapes: list[tuple[str, Any, str]] = [
            ('"secret"', float, "GET /x: expected a number, found text"),
            ("true", float, "GET /x: expected a number, found true"),
            ("true", int, "GET /x: expected a whole number, found true"),
            ("1.5", int, "GET /x: expected a whole number, found a number"),
            ("null", str, "GET /x: expected text, found null"),
            ("[1, []]", list[int], "GET /x: `/1`: expected a whole number, found a list"),
            ('{ "a/b": {} }', dict[str, bool], "GET /x: `/a~1b`: expected true or false, found an object"),
            ('"x"', int | list[int], "GET /x: expected a whole number or a list, found text"),
            ("[]", Part, "GET /x: expected an object, found a list"),
            ("{}", Part, "GET /x: has no `/name`"),
            ('"c"', Literal["a", "b"], "GET /x: expected `a` or `b`, found text"),
        ]
        for text, shape, detail in shapes:
            with self.assertRaises(Unreadable) as raised:
                Json.parse("GET /x", text).read("", shape)
            self.assertEqual(raised.exception.detail, detail)
        with self.assertRaisesRegex(Unreadable, "^GET /x: `/a/n`: expected a number, found text$"):
            Json.parse("GET /x", '{ "a": { "n": "x" } }').read("/a/n", float)

    def test_a_type_that_no_json_has_the_shape_of_is_an_error_of_the_program(self) -> None:
        with self.assertRaisesRegex(TypeError, "JSON cannot be read as <class 'bytes'>"):
            Json.parse("x", "1").read("", bytes)

    def test_a_configuration_is_read_in_the_type_of_observe(self) -> None:
        config = {"parts": [{"name": "a", "weight": 2.5}], "mode": "containerd", "one_or_many": [1, 2]}
        seen = Script().run(Configured, config)
        read = Config([Part("a", 2.5)], mode="containerd", one_or_many=[1, 2])
        self.assertEqual(seen.fact("config"), repr(read))

    def test_a_configuration_that_cannot_be_read_is_the_environments_fault(self) -> None:
        for config, detail in [
            ({}, "config: has no `/parts`"),
            ({"parts": [{"name": 1}]}, "config: `/parts/0/name`: expected text, found a number"),
            ([], "config: expected an object, found a list"),
        ]:
            self.assertEqual(Script().run(Configured, config).outcome, Failure(Gap.CONFIG, detail))

    def test_a_probe_without_configuration_takes_any(self) -> None:
        for config in (None, {}, {"a": [1]}, [1]):
            self.assertEqual(Script().run(Undemanding, config).lines(), ['complete ""'])

    def test_a_component_has_one_probe_whose_config_has_a_type(self) -> None:
        with self.assertRaisesRegex(
            TypeError, "Unannotated.observe: annotate `config` with its type, or with `NoConfig`"
        ):
            export(Unannotated)
        self.assertIs(export(Configured), Configured)
        self.assertIs(export(Configured), Configured)
        with self.assertRaisesRegex(
            TypeError, r"export\(Undemanding\): a component has one probe, and it has Configured"
        ):
            export(Undemanding)
