"""The report on coverage as JUnit XML: a suite for each dimension, a test case for each cell, failed if uncovered."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from junitparser import Failure, JUnitXml, TestCase, TestSuite

from ...records.coverage import COVERAGE_DIMENSIONS


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


DIMENSION_TITLES = {name: words.capitalize() for name, words in COVERAGE_DIMENSIONS.items()}
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# Names of tests are the client's own: should one ever get through the escaping, a browser would still not run it.
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def render_coverage_page(report: Mapping[str, Any], about: str) -> str:
    """Return the page; `about` says whose tests it tells of."""
    return TEMPLATES.get_template("page.html").render(report=report, about=about, titles=DIMENSION_TITLES)
