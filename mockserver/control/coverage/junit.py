"""The report on coverage as JUnit XML: a suite for each dimension, a test case for each cell, failed if uncovered."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from junitparser import Failure, JUnitXml, TestCase, TestSuite


def junit(report: Mapping[str, Any]) -> str:
    """Return the XML; its root carries no totals, since dimensions are not summed."""
    root = JUnitXml("coverage of the contract")
    for name in report["dimensions"]:
        suite = TestSuite(name)
        suite.add_testcases(
            [
                _case(operation["id"], cell)
                for operation in report["operations"]
                for cell in operation["cells"]
                if cell["dimension"] == name
            ]
        )
        root.add_testsuite(suite)
    written = BytesIO()
    root.write(written)
    return written.getvalue().decode()


def _case(operation: str, cell: Mapping[str, Any]) -> TestCase:
    name = " ".join(filter(None, (cell["place"], cell["value"]))) or "called"
    case = TestCase(name, classname=operation)
    if not cell["count"]:
        case.result = Failure("No test covers this.")
    elif cell["tests"]:
        case.system_out = "\n".join(cell["tests"])
    return case
