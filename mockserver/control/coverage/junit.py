"""The report on coverage as JUnit XML: a suite for each dimension, a test case for each cell, failed if uncovered."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from junitparser import Failure, JUnitXml, TestCase, TestSuite


def render_junit(report: Mapping[str, Any]) -> str:
    """Return the XML; its root carries no totals, since dimensions are not summed."""
    root = JUnitXml("coverage of the contract")
    for name in report["dimensions"]:
        suite = TestSuite(name)
        suite.add_testcases(
            [
                _test_case(operation["id"], item)
                for operation in report["operations"]
                for item in operation["cells"]
                if item["dimension"] == name
            ]
        )
        root.add_testsuite(suite)
    buffer = BytesIO()
    root.write(buffer)
    return buffer.getvalue().decode()


def _test_case(operation: str, item: Mapping[str, Any]) -> TestCase:
    name = " ".join(filter(None, (item["place"], item["value"]))) or "called"
    case = TestCase(name, classname=operation)
    if not item["count"]:
        case.result = Failure("No test covers this.")
    elif item["tests"]:
        case.system_out = "\n".join(item["tests"])
    return case
