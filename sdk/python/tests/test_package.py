"""The package itself: its examples run, its WIT is the repository's, the probes beside it are what they are to be."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
from pathlib import Path
from unittest import TestCase, TestLoader, TestSuite

import shipworthy

FOLDER = Path(__file__).parent.parent
REPOSITORY = FOLDER.parent.parent


def load_tests(loader: TestLoader, tests: TestSuite, pattern: str | None) -> TestSuite:
    """The tests below, and the examples of the documentation."""
    for module in pkgutil.walk_packages(shipworthy.__path__, "shipworthy."):
        # It imports what exists only in a component.
        if module.name != "shipworthy.component":
            tests.addTests(doctest.DocTestSuite(importlib.import_module(module.name)))
    tests.addTests(doctest.DocTestSuite(shipworthy))
    return tests


class PackageTest(TestCase):
    def test_its_copy_of_the_wit_is_the_repositorys(self) -> None:
        ours = (FOLDER / "shipworthy/wit/probe.wit").read_bytes()
        released = (REPOSITORY / "wit/0.1.0/probe.wit").read_bytes()
        self.assertEqual(ours, released, "copy wit/0.1.0/probe.wit to sdk/python/shipworthy/wit/probe.wit")

    def test_every_public_name_is_there(self) -> None:
        for name in shipworthy.__all__:
            self.assertTrue(hasattr(shipworthy, name), name)

    def test_the_example_finds_the_package_where_a_new_project_has_it(self) -> None:
        self.assertTrue((FOLDER / "example/vendor/shipworthy/__init__.py").is_file())

    def test_the_descriptors_of_both_probes_are_json(self) -> None:
        for path in [FOLDER / "example/probe.json", REPOSITORY / "sdk/conformance/probe.json"]:
            self.assertIn("needs", json.loads(path.read_text(encoding="utf-8")))
