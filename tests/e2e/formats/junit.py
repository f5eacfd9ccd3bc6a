"""Reads JUnit files as Jenkins' xUnit plugin would, by its schema, and as a consumer in use does."""

import sys

import junitparser
from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[1]))
for file in sys.argv[2:]:
    document = etree.parse(file)
    schema.assertValid(document)
    names = [(case.get("classname"), case.get("name")) for case in document.iter("testcase")]
    assert len(names) == len(set(names)), f"{file}: a history needs names that are one of a kind: {sorted(names)}"
    suites = junitparser.JUnitXml.fromfile(file)
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in suites:
        for case in suite:
            counts["tests"] += 1
            for result in case.result:
                kind = type(result).__name__.lower()
                counts[{"failure": "failures", "error": "errors", "skipped": "skipped"}[kind]] += 1
        assert suite.timestamp, file
    told = {"tests": suites.tests, "failures": suites.failures, "errors": suites.errors, "skipped": sum(s.skipped for s in suites)}
    assert counts == told, f"{file}: {counts} {told}"
    print(file, *(f"{name}={count}" for name, count in counts.items()))
