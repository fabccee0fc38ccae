"""The coverage report as an HTML page, and as JUnit XML for CI servers."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from ...wording import COVERAGE_DIMENSIONS

DIMENSION_TITLES = {name: description.capitalize() for name, description in COVERAGE_DIMENSIONS.items()}
NO_MINIMUMS: Mapping[str, int] = MappingProxyType({})
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# Clients choose the names of tests. If one ever got through the escaping, a browser would still not run it.
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def render_coverage_page(report: Mapping[str, Any], about: str) -> str:
    """Return the report as HTML; `about` names the services and tenants that it covers."""
    return TEMPLATES.get_template("page.html").render(report=report, about=about, titles=DIMENSION_TITLES)


def render_junit(report: Mapping[str, Any], minimums: Mapping[str, int] = NO_MINIMUMS) -> str:
    """Return the report as XML: a suite for each dimension, with a test case for each item.

    An item that is not covered is skipped. Only the test case of a minimum can fail: the last one of its suite.
    The root has no totals, since dimensions cannot be added up.
    """
    root = JUnitXml("coverage of the contract")
    for name, dimension in report["dimensions"].items():
        suite = TestSuite(name)
        suite.add_testcases(
            [
                _build_item_case(operation["id"], item)
                for operation in report["operations"]
                for item in operation["cells"]
                if item["dimension"] == name
            ]
        )
        if name in minimums:
            suite.add_testcase(_build_minimum_case(dimension, minimums[name]))
        root.add_testsuite(suite)
    buffer = BytesIO()
    root.write(buffer)
    return buffer.getvalue().decode()


def _build_item_case(operation_id: str, item: Mapping[str, Any]) -> TestCase:
    name = " ".join(filter(None, (item["place"], item["value"]))) or "called"
    case = TestCase(name, classname=operation_id)
    if not item["count"]:
        case.result = Skipped("No test covers this.")
    elif item["tests"]:
        case.system_out = "\n".join(item["tests"])
    return case


def _build_minimum_case(dimension: Mapping[str, Any], minimum: int) -> TestCase:
    """Return the test case of a minimum; if it fails, its text lists what is not covered."""
    case = TestCase(f"at least {minimum} %", classname="minimum")
    if dimension["percent"] < minimum:
        failure = Failure(f"{dimension['percent']} % is below the minimum of {minimum} %.")
        failure.text = "\n".join(["Not covered:", *dimension["missing"]])
        case.result = failure
    return case
